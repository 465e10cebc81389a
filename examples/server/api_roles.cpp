// SPDX-License-Identifier: BSL-1.0
#include "api.hpp"
#include "membership/wire/body.hpp"
#include "membership/wire/catalogue_request.hpp"
#include "membership/wire/role_object.hpp"
#include "membership/wire/role_request.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace membership_server {

namespace wire = membership::wire;
using membership::OrganizationId;

void Api::add_role_routes(Router& router) {
  const std::string own = "/authorization/organizations/{o}/roles";
  for (const std::string& all : {std::string("/authorization/roles"), own}) {
    const std::string one = all + "/{slug}";
    add(router, "POST", all, all == own ? &Api::create_organization_role : &Api::create_role);
    add(router, "GET", all, &Api::list_roles);
    add(router, "GET", one, &Api::get_role);
    add(router, "PATCH", one, &Api::update_role);
    add(router, "PUT", one + "/permissions", &Api::set_role_permissions);
    add(router, "POST", one + "/permissions", &Api::add_role_permission);
  }
  add(router, "DELETE", own + "/{slug}", &Api::delete_organization_role);
  add(router, "DELETE", own + "/{slug}/permissions/{p}", &Api::remove_role_permission);
  add(router, "GET", "/organizations/{o}/roles", &Api::list_roles);  // of older clients
}

auto Api::parse_scope(const Call& call, std::size_t parameters)
    -> tl::expected<Scope, RequestError> {
  if (call.parameters.size() == parameters) return Scope();
  const auto id = parse_id<OrganizationId>(call.parameters.front());
  if (!id) return refuse(id.error());
  return Scope(*id);
}

auto Api::find_scope(const Call& call, std::size_t parameters) const
    -> tl::expected<Scope, RequestError> {
  auto scope = parse_scope(call, parameters);
  if (scope && *scope && !exists(**scope)) {
    return refuse(wire::not_found(OrganizationId::tag::field, call.parameters.front()));
  }
  return scope;
}

template <class Command>
Api::Result Api::change_role(const Command& command, std::string_view slug, int status,
                             std::span<const std::string_view> permissions) {
  using membership::Field;
  const auto done = execute(command);
  if (!done) {
    const auto& error = done.error().error;
    if (error && error->field == Field::permission_slug && error->detail < permissions.size() &&
        error->detail != membership::detail::unnamed_place) {
      return refuse(request_error(done.error(), error->field, permissions[error->detail]));
    }
    return refuse(request_error(done.error(), Field::role_slug, slug));
  }
  const auto& seen = done->snapshot;
  const auto& plan = done->plan;
  const membership::PermissionTable table = seen.roles.permission_table();
  if (plan.role) {
    return answer(status, wire::role_object(membership::RoleRow{plan.role->id, plan.role->index,
                                                                plan.role->after,
                                                                plan.profile->after, table}));
  }
  return answer(status, wire::role_object(membership::RoleRow{seen.role->id, seen.role_index,
                                                              *seen.roles.at(seen.role_index),
                                                              seen.role->profile, table}));
}

Api::Result Api::create_role(const Call& call) {
  const auto body = wire::Body::parse(call.request.body);
  if (!body) return refuse(body.error());
  const auto command = wire::read_create_role(*body);
  if (!command) return refuse(command.error());
  return change_role(*command, command->slug, 201);
}

Api::Result Api::create_organization_role(const Call& call) {
  const auto body = wire::Body::parse(call.request.body);
  if (!body) return refuse(body.error());
  const auto fields = wire::read_create_organization_role(*body);
  if (!fields) return refuse(fields.error());
  const auto organization = parse_id<OrganizationId>(call.parameters[0]);
  if (!organization) return refuse(organization.error());
  return change_role(fields->create(*organization), {}, 201);
}

Api::Result Api::list_roles(const Call& call) {
  const auto scope = find_scope(call, 0);
  if (!scope) return refuse(scope.error());
  boost::json::array data(memory());
  const bool more = list_rows(membership::RoleQuery{*scope}, [&](const membership::RoleRow& row) {
    data.push_back(wire::role_object(row, memory()));
  });
  static_cast<void>(more);
  return answer(200, wire::list_object(std::move(data)));
}

Api::Result Api::get_role(const Call& call) {
  const auto scope = find_scope(call, 1);
  if (!scope) return refuse(scope.error());
  const std::string& slug = call.parameters.back();
  std::optional<boost::json::object> found;
  const bool more = list_rows(membership::RoleQuery{*scope}, [&](const membership::RoleRow& row) {
    if (row.state.slug.view() == slug) found = wire::role_object(row);
  });
  static_cast<void>(more);
  if (!found) return refuse(wire::not_found(membership::Field::role_slug, slug));
  return answer(200, *found);
}

Api::Result Api::update_role(const Call& call) {
  const auto body = wire::Body::parse(call.request.body);
  if (!body) return refuse(body.error());
  const auto fields = wire::read_update_catalogue_texts(*body);
  if (!fields) return refuse(fields.error());
  const auto scope = parse_scope(call, 1);
  if (!scope) return refuse(scope.error());
  const std::string_view slug = call.parameters.back();
  return change_role(membership::UpdateRole{slug, fields->name, fields->description, *scope}, slug,
                     200);
}

Api::Result Api::set_role_permissions(const Call& call) {
  const auto body = wire::Body::parse(call.request.body);
  if (!body) return refuse(body.error());
  const auto slugs = wire::read_role_permissions(*body);
  if (!slugs) return refuse(slugs.error());
  const auto scope = parse_scope(call, 1);
  if (!scope) return refuse(scope.error());
  const std::string_view slug = call.parameters.back();
  return change_role(membership::SetRolePermissions{slug, *slugs, *scope}, slug, 200, *slugs);
}

Api::Result Api::add_role_permission(const Call& call) {
  const auto body = wire::Body::parse(call.request.body);
  if (!body) return refuse(body.error());
  const auto permission = wire::read_added_permission(*body);
  if (!permission) return refuse(permission.error());
  const auto scope = parse_scope(call, 1);
  if (!scope) return refuse(scope.error());
  const std::string_view slug = call.parameters.back();
  return change_role(membership::AddRolePermission{slug, *permission, *scope}, slug, 200,
                     std::span(&*permission, 1));
}

Api::Result Api::remove_role_permission(const Call& call) {
  const auto organization = parse_id<OrganizationId>(call.parameters[0]);
  if (!organization) return refuse(organization.error());
  const std::string_view slug = call.parameters[1];
  return change_role(membership::RemoveRolePermission{slug, call.parameters[2], *organization},
                     slug, 200);
}

Api::Result Api::delete_organization_role(const Call& call) {
  const auto organization = parse_id<OrganizationId>(call.parameters[0]);
  if (!organization) return refuse(organization.error());
  const std::string& slug = call.parameters[1];
  auto runtime = operation_runtime();
  return finished(membership::delete_organization_role(store_, policy_, *organization, slug,
                                                       membership::RoleDeletionOptions{}, runtime),
                  204, membership::Field::role_slug, slug);
}

}  // namespace membership_server
