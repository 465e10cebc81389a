// SPDX-License-Identifier: BSL-1.0
#include "api.hpp"
#include "membership/wire/body.hpp"
#include "membership/wire/user_object.hpp"
#include "membership/wire/user_request.hpp"

namespace membership_server {

namespace wire = membership::wire;
using membership::UserId;

void Api::add_user_routes(Router& router) {
  add(router, "POST", "/user_management/users", &Api::create_user);
  add(router, "GET", "/user_management/users", &Api::list_users);
  add(router, "GET", "/user_management/users/{id}", &Api::get_user);
}

Api::Result Api::create_user(const Call& call) {
  const auto body = wire::Body::parse(call.request.body);
  if (!body) return refuse(body.error());
  const auto command = wire::read_create_user(*body);
  if (!command) return refuse(command.error());
  const auto done = execute(*command);
  if (!done) {
    const auto& error = done.error().error;
    if (error && error->code == membership::ErrorCode::email_not_available) {
      return refuse(wire::user_creation_error(*error));
    }
    return refuse(request_error(done.error()));
  }
  return answer(201, wire::user_object(done->plan.user->after.id, done->plan.profile->after));
}

Api::Result Api::list_users(const Call& call) {
  const auto request = wire::read_user_list(call.query);
  if (!request) return refuse(request.error());
  return list<UserId>(request->page, [&](const membership::Page<UserId>& page) {
    tl::expected<wire::Rows<Row<UserId>>, Store::Failure> fetched(tl::in_place);
    const auto end = store_.list(
        *membership::UserQuery::make(page, request->filter), [&](const membership::UserRow& row) {
          fetched->rows.push_back({row.state.id, wire::user_object(row.state.id, row.profile)});
        });
    fetched->more = end->more;
    return fetched;
  });
}

Api::Result Api::get_user(const Call& call) {
  const auto id = parse_id<UserId>(call.parameters[0]);
  if (!id) return refuse(id.error());
  membership::Reads reads;
  reads.user = &*id;
  reads.profiles = true;
  const Store::Loaded seen = load(reads);
  if (!seen.user) {
    return refuse(wire::not_found(UserId::tag::field, call.parameters[0]));
  }
  return answer(200, wire::user_object(*id, *seen.user_profile));
}

}  // namespace membership_server
