// SPDX-License-Identifier: BSL-1.0
#include "api.hpp"
#include "membership/policy/authorization.hpp"
#include "membership/wire/body.hpp"
#include "membership/wire/check_request.hpp"
#include "membership/wire/permission_object.hpp"
#include "membership/wire/resource_object.hpp"

#include <string>

namespace membership_server {

namespace wire = membership::wire;
using membership::MembershipId;
using membership::OrganizationId;
using membership::PermissionId;

namespace {
constexpr std::string_view resource = "Authorization Resource";
}

void Api::add_authorization_routes(Router& router) {
  const std::string member = "/authorization/organization_memberships/{om}";
  const std::string one = "/authorization/resources/{resource_id}";
  add(router, "POST", member + "/check", &Api::check_permission);
  add(router, "GET", member + "/resources/{resource_id}/permissions",
      &Api::list_effective_permissions);
  add(router, "GET", member + "/resources/{type}/{external_id}/permissions",
      &Api::list_effective_permissions_by_external_id);
  add(router, "GET", one + "/organization_memberships/{om}/permissions",
      &Api::list_effective_permissions_of_resource);
  add(router, "GET", one, &Api::get_resource);
  add(router, "GET", "/authorization/organizations/{o}/resources/{type}/{external_id}",
      &Api::get_resource_by_external_id);
}

tl::expected<Api::Store::Loaded, Api::RequestError> Api::find_member(std::string_view sent) const {
  const auto id = parse_id<MembershipId>(sent);
  if (!id) return refuse(id.error());
  membership::Reads reads;
  reads.membership = &*id;
  reads.profiles = true;
  Store::Loaded seen = load(reads);
  if (!seen.membership) return refuse(wire::not_found(MembershipId::tag::field, sent));
  return seen;
}

tl::expected<Api::Store::Loaded, Api::RequestError>
Api::find_organization(std::string_view sent) const {
  const auto id = parse_id<OrganizationId>(sent);
  if (!id) return refuse(id.error());
  membership::Reads reads;
  reads.organization = &*id;
  reads.profiles = true;
  Store::Loaded seen = load(reads);
  if (!seen.organization) return refuse(wire::not_found(OrganizationId::tag::field, sent));
  return seen;
}

Api::Result Api::check_permission(const Call& call) {
  const auto body = wire::Body::parse(call.request.body);
  if (!body) return refuse(body.error());
  const auto fields = wire::read_check(*body);
  if (!fields) return refuse(fields.error());
  const auto seen = find_member(call.parameters[0]);
  if (!seen) return refuse(seen.error());
  const membership::OrganizationMembership& member = *seen->membership;
  const std::string_view organization = member.organization.view();
  const std::string_view by_id = fields->resource_id.value_or("");
  const std::string_view sent = by_id.empty() ? fields->resource_external_id.value_or("") : by_id;
  const bool known = by_id.empty()
                         ? wire::is_resource(fields->resource_type_slug.value_or(""), sent,
                                             organization, *seen->organization_profile)
                         : wire::is_resource_id(sent, organization);
  if (!known) return refuse(wire::not_found(resource, sent));
  const membership::Authorization answered =
      membership::authorize(seen->roles, member.status, member.roles, fields->permission_slug);
  boost::json::object object;
  object["authorized"] = static_cast<bool>(answered);
  return answer(200, object);
}

template <class IsTarget>
Api::Result Api::list_permissions(const Call& call, std::string_view member_sent,
                                  std::string_view resource_sent, IsTarget&& is_target) const {
  const auto request = wire::parse_page_request(call.query, wire::PagingRefusal::unprocessable);
  if (!request) return refuse(request.error());
  const auto position = wire::find_position<PermissionId>(
      *request, wire::PagingRefusal::unprocessable, [](const PermissionId&) {
        return false;  // all ids of permissions are of our own form
      });
  if (!position) return refuse(position.error());
  const auto seen = find_member(member_sent);
  if (!seen) return refuse(seen.error());
  if (!is_target(*seen)) return refuse(wire::not_found(resource, resource_sent));

  const membership::PermissionSet granted = membership::effective_permissions(
      seen->roles, seen->membership->status, seen->membership->roles);
  const membership::PermissionTable table = seen->roles.permission_table();
  // All permissions fit into one page of the store, of which those that are granted are taken.
  static_assert(membership::PermissionSet::capacity <= membership::longest_page);
  return answer_page(*position, [&](const membership::Page<PermissionId>& part) {
    tl::expected<wire::Rows<Row<PermissionId>>, Store::Failure> fetched(tl::in_place);
    membership::Page<PermissionId> all = part;
    all.limit = membership::longest_page;
    const bool more = list_rows(
        *membership::PermissionQuery::make(all), [&](const membership::PermissionRow& row) {
          // A place may have been given to another permission since the membership was seen.
          if (!granted.contains(row.index) || table[row.index].slug != row.state.slug) return;
          if (fetched->rows.size() == part.limit) {
            fetched->more = true;
          } else {
            fetched->rows.push_back({row.id, wire::permission_object(row, memory())});
          }
        });
    static_cast<void>(more);
    return fetched;
  });
}

Api::Result Api::list_effective_permissions(const Call& call) {
  const std::string& sent = call.parameters[1];
  return list_permissions(call, call.parameters[0], sent, [&](const Store::Loaded& seen) {
    return wire::is_resource_id(sent, seen.membership->organization.view());
  });
}

Api::Result Api::list_effective_permissions_by_external_id(const Call& call) {
  const std::string& sent = call.parameters[2];
  return list_permissions(call, call.parameters[0], sent, [&](const Store::Loaded& seen) {
    return wire::is_resource(call.parameters[1], sent, seen.membership->organization.view(),
                             *seen.organization_profile);
  });
}

Api::Result Api::list_effective_permissions_of_resource(const Call& call) {
  const std::string& sent = call.parameters[0];
  return list_permissions(call, call.parameters[1], sent, [&](const Store::Loaded& seen) {
    return wire::is_resource_id(sent, seen.membership->organization.view());
  });
}

Api::Result Api::get_resource(const Call& call) {
  const std::string& sent = call.parameters[0];
  for (const std::string& organization : wire::organizations_of_resource(sent)) {
    if (const auto seen = find_organization(organization)) {
      return answer(200, wire::resource_object(organization, *seen->organization_profile));
    }
  }
  return refuse(wire::not_found(resource, sent));
}

Api::Result Api::get_resource_by_external_id(const Call& call) {
  const auto seen = find_organization(call.parameters[0]);
  if (!seen) return refuse(seen.error());
  if (!wire::is_resource(call.parameters[1], call.parameters[2], call.parameters[0],
                         *seen->organization_profile)) {
    return refuse(wire::not_found(resource, call.parameters[2]));
  }
  return answer(200, wire::resource_object(call.parameters[0], *seen->organization_profile));
}

}  // namespace membership_server
