// SPDX-License-Identifier: BSL-1.0
#include "api.hpp"
#include "membership/wire/body.hpp"
#include "membership/wire/catalogue_request.hpp"
#include "membership/wire/permission_object.hpp"
#include "membership/wire/permission_request.hpp"

#include <string_view>

namespace membership_server {

namespace wire = membership::wire;
using membership::PermissionId;
using membership::PermissionRow;

void Api::add_permission_routes(Router& router) {
  add(router, "POST", "/authorization/permissions", &Api::create_permission);
  add(router, "GET", "/authorization/permissions", &Api::list_permissions);
  add(router, "GET", "/authorization/permissions/{slug}", &Api::get_permission);
  add(router, "PATCH", "/authorization/permissions/{slug}", &Api::update_permission);
  add(router, "DELETE", "/authorization/permissions/{slug}", &Api::delete_permission);
}

Api::Result Api::create_permission(const Call& call) {
  const auto body = wire::Body::parse(call.request.body);
  if (!body) return refuse(body.error());
  const auto command = wire::read_create_permission(*body);
  if (!command) return refuse(command.error());
  const auto done = execute(*command);
  if (!done) return refuse(request_error(done.error()));
  const auto& permission = *done->plan.permission;
  return answer(
      201, wire::permission_object(PermissionRow{permission.id, permission.index, permission.after,
                                                 done->plan.profile->after}));
}

Api::Result Api::list_permissions(const Call& call) {
  const auto request = wire::parse_page_request(call.query, wire::PagingRefusal::unprocessable);
  if (!request) return refuse(request.error());
  return list<PermissionId>(*request, [this](const membership::Page<PermissionId>& page) {
    tl::expected<wire::Rows<Row<PermissionId>>, Store::Failure> fetched(tl::in_place);
    const bool more =
        list_rows(*membership::PermissionQuery::make(page), [&](const PermissionRow& row) {
          fetched->rows.push_back({row.id, wire::permission_object(row, memory())});
        });
    fetched->more = more;
    return fetched;
  });
}

Api::Result Api::get_permission(const Call& call) {
  membership::Reads reads;
  reads.permission = call.parameters[0];
  const Store::Loaded seen = load(reads);
  if (seen.permission == nullptr) {
    return refuse(wire::not_found(membership::Field::permission_slug, call.parameters[0]));
  }
  return answer(200, wire::permission_object(
                         PermissionRow{seen.permission->id, seen.permission_index,
                                       seen.roles.permission_table()[seen.permission_index],
                                       seen.permission->profile}));
}

Api::Result Api::update_permission(const Call& call) {
  const auto body = wire::Body::parse(call.request.body);
  if (!body) return refuse(body.error());
  const auto fields = wire::read_update_catalogue_texts(*body);
  if (!fields) return refuse(fields.error());
  const std::string_view slug = call.parameters[0];
  const auto done = execute(membership::UpdatePermission{slug, fields->name, fields->description});
  if (!done) return refuse(request_error(done.error(), membership::Field::permission_slug, slug));
  const auto& seen = done->snapshot;
  return answer(200,
                wire::permission_object(PermissionRow{
                    seen.permission->id, seen.permission_index,
                    seen.roles.permission_table()[seen.permission_index],
                    done->plan.profile ? done->plan.profile->after : seen.permission->profile}));
}

Api::Result Api::delete_permission(const Call& call) {
  auto runtime = operation_runtime();
  const auto done = membership::delete_permission(store_, policy_, call.parameters[0], runtime);
  return finished(done, 204, membership::Field::permission_slug, call.parameters[0]);
}

}  // namespace membership_server
