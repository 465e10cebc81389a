// SPDX-License-Identifier: BSL-1.0
#include "api.hpp"
#include "membership/wire/body.hpp"
#include "membership/wire/role_object.hpp"
#include "membership/wire/role_request.hpp"

#include <optional>

namespace membership_server {

namespace wire = membership::wire;

void Api::add_role_routes(Router& router) {
  add(router, "POST", "/authorization/roles", &Api::create_role);
  add(router, "GET", "/authorization/roles", &Api::list_roles);
  add(router, "GET", "/authorization/roles/{slug}", &Api::get_role);
}

Api::Result Api::create_role(const Call& call) {
  const auto body = wire::Body::parse(call.request.body);
  if (!body) return refuse(body.error());
  const auto command = wire::read_create_role(*body);
  if (!command) return refuse(command.error());
  const auto done = execute(*command);
  if (!done) return refuse(request_error(done.error()));
  const membership::RoleWrite& role = *done->plan.role;
  return answer(201, wire::role_object(membership::RoleRow{role.id, role.index, role.after,
                                                           done->plan.profile->after}));
}

Api::Result Api::list_roles(const Call&) {
  boost::json::array data;
  const auto end = store_.list(membership::RoleQuery{}, [&data](const membership::RoleRow& row) {
    data.push_back(wire::role_object(row));
  });
  static_cast<void>(end);
  return answer(200, wire::list_object(std::move(data)));
}

Api::Result Api::get_role(const Call& call) {
  std::optional<boost::json::object> found;
  const auto end = store_.list(membership::RoleQuery{}, [&](const membership::RoleRow& row) {
    if (row.state.slug.view() == call.parameters[0]) found = wire::role_object(row);
  });
  static_cast<void>(end);
  if (!found) return refuse(wire::not_found(membership::Field::role_slug, call.parameters[0]));
  return answer(200, *found);
}

}  // namespace membership_server
