// SPDX-License-Identifier: BSL-1.0
#include "api.hpp"
#include "membership/wire/body.hpp"
#include "membership/wire/user_object.hpp"
#include "membership/wire/user_request.hpp"

#include <optional>

namespace membership_server {

namespace wire = membership::wire;
using membership::UserId;

void Api::add_user_routes(Router& router) {
  add(router, "POST", "/user_management/users", &Api::create_user);
  add(router, "GET", "/user_management/users", &Api::list_users);
  add(router, "GET", "/user_management/users/external_id/{x}", &Api::get_user_by_external_id);
  add(router, "GET", "/user_management/users/{id}", &Api::get_user);
  add(router, "PUT", "/user_management/users/{id}", &Api::update_user);
  add(router, "DELETE", "/user_management/users/{id}", &Api::delete_user);
}

Api::Result Api::create_user(const Call& call) {
  const auto body = wire::Body::parse(call.request.body);
  if (!body) return refuse(body.error());
  const auto fields = wire::read_create_user(*body);
  if (!fields) return refuse(fields.error());
  const auto done = execute(fields->create());
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
    const bool more = list_rows(
        *membership::UserQuery::make(page, request->filter), [&](const membership::UserRow& row) {
          fetched->rows.push_back(
              {row.state.id, wire::user_object(row.state.id, row.profile, memory())});
        });
    fetched->more = more;
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
  return answer(200, wire::user_object(*id, profile_of(seen.user_profile)));
}

Api::Result Api::get_user_by_external_id(const Call& call) {
  membership::UserFilter filter;
  filter.external_id = call.parameters[0];
  std::optional<boost::json::object> found;
  const bool more =
      list_rows(*membership::UserQuery::make({}, filter), [&found](const membership::UserRow& row) {
        found = wire::user_object(row.state.id, row.profile);
      });
  static_cast<void>(more);
  if (!found) return refuse(wire::not_found(UserId::tag::field, call.parameters[0]));
  return answer(200, *found);
}

Api::Result Api::update_user(const Call& call) {
  const auto body = wire::Body::parse(call.request.body);
  if (!body) return refuse(body.error());
  const auto fields = wire::read_update_user(*body);
  if (!fields) return refuse(fields.error());
  const auto id = parse_id<UserId>(call.parameters[0]);
  if (!id) return refuse(id.error());
  const auto done = execute(fields->update(*id));
  if (!done) return refuse(request_error(done.error()));
  return answer(200, wire::user_object(*id, done->plan.profile
                                                ? done->plan.profile->after
                                                : profile_of(done->snapshot.user_profile)));
}

Api::Result Api::delete_user(const Call& call) {
  const auto id = parse_id<UserId>(call.parameters[0]);
  if (!id) return refuse(id.error());
  auto runtime = operation_runtime();
  const auto done = membership::delete_user(store_, policy_, *id, runtime);
  if (!done) {
    const auto& error = done.error().error;
    if (error && error->code == membership::ErrorCode::last_owner_required) {
      counters_.count_failure(done.error());
      return refuse(wire::user_deletion_error(*error));
    }
  }
  return finished(done, 200);
}

}  // namespace membership_server
