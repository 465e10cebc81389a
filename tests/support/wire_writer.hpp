// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_SUPPORT_WIRE_WRITER_HPP
#define MEMBERSHIP_TESTS_SUPPORT_WIRE_WRITER_HPP

#include "membership/policy/options.hpp"
#include "membership/policy/rows.hpp"
#include "membership/wire/error_body.hpp"
#include "membership/wire/event_object.hpp"
#include "membership/wire/invitation_object.hpp"
#include "membership/wire/list_object.hpp"
#include "membership/wire/membership_object.hpp"
#include "membership/wire/organization_object.hpp"
#include "membership/wire/permission_object.hpp"
#include "membership/wire/resource_object.hpp"
#include "membership/wire/role_object.hpp"
#include "membership/wire/user_object.hpp"
#include "wire_values.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

/// The values of wire_values.hpp as the library writes them.
namespace membership_tests {

using membership::testing::ShownProfile;

/// The first of the roles is written as the one that was requested first, which the highest by
/// priority may be as well: so a value says all of the order.
inline constexpr membership::PolicyOptions written_options = [] {
  membership::PolicyOptions options;
  options.primary_role = membership::PrimaryRole::first_requested;
  return options;
}();

inline boost::json::object write(const UserValue& value, const membership::RoleCatalogue&) {
  return membership::wire::user_object(value.id, *ShownProfile(value.profile));
}

inline boost::json::object write(const OrganizationValue& value, const membership::RoleCatalogue&) {
  return membership::wire::organization_object(value.id, *ShownProfile(value.profile));
}

inline boost::json::object write(const ResourceValue& value, const membership::RoleCatalogue&) {
  return membership::wire::resource_object(value.organization.id.view(),
                                           *ShownProfile(value.organization.profile));
}

inline boost::json::object write(const MembershipValue& value,
                                 const membership::RoleCatalogue& catalogue) {
  return membership::wire::membership_object(
      membership::MembershipView::of(value.membership), catalogue, written_options,
      value.organization_name,
      membership::wire::user_object(value.membership.user, *ShownProfile(value.user)));
}

inline membership::RoleState role_state(const RoleValue& value) {
  return membership::RoleState(value.slug, true, value.permissions);
}

inline boost::json::object write(const RoleValue& value,
                                 const membership::RoleCatalogue& catalogue) {
  using namespace membership;
  const RoleIndex index = value.own ? RoleIndex::organization(0) : RoleIndex::environment(0);
  const RoleState state = role_state(value);
  return wire::role_object(RoleRow{value.id.value(), index, state, *ShownProfile(value.profile),
                                   catalogue.permission_table()});
}

inline boost::json::object write(const PermissionValue& value, const membership::RoleCatalogue&) {
  const membership::PermissionState state(value.slug, value.system);
  return membership::wire::permission_object(
      membership::PermissionRow{value.id, 0, state, *ShownProfile(value.profile)});
}

inline boost::json::object write(const InvitationValue& value, const membership::RoleCatalogue&) {
  const ShownProfile profile(value.profile);
  const auto& [token, url] = value.link.value();
  return membership::wire::invitation_object(value.state, *profile,
                                             (*profile).texts[membership::Text::role_slug],
                                             value.state.created_at, {token, url});
}

inline boost::json::object write(const EventValue& value,
                                 const membership::RoleCatalogue& catalogue) {
  using namespace membership;
  EventRow row{value.id, value.type, value.created_at};
  row.roles = catalogue;
  std::optional<ShownProfile> profile;
  std::optional<ShownProfile> profile_before;
  std::optional<RoleState> role;
  std::optional<RoleState> role_before;
  std::optional<PermissionState> permission;
  const auto profiles = [&]<class V>(const V& data) {
    row.profile = *profile.emplace(data.profile);
    if (value.before)
      row.profile_before = &*profile_before.emplace(std::get<V>(*value.before).profile);
  };
  std::visit(
      [&]<class V>(const V& data) {
        if constexpr (std::is_same_v<V, OrganizationMembership>) {
          row.membership = &data;
          if (value.before) {
            const auto& before = std::get<V>(*value.before);
            row.before = {before.roles, before.updated_at, before.first_requested,
                          standing_of(before.status)};
          }
        } else {
          profiles(data);
        }
        if constexpr (std::is_same_v<V, OrganizationValue>) row.organization = &data.id;
        if constexpr (std::is_same_v<V, UserValue>) row.user = &data.id;
        if constexpr (std::is_same_v<V, InvitationValue>) row.invitation = &data.state;
        if constexpr (std::is_same_v<V, RoleValue>) {
          if (data.organization) row.organization = &*data.organization;
          row.role = &role.emplace(role_state(data));
          if (value.before) {
            row.role_before = &role_before.emplace(role_state(std::get<V>(*value.before)));
          }
        }
        if constexpr (std::is_same_v<V, PermissionValue>) {
          row.permission_id = &data.id;
          row.permission = &permission.emplace(data.slug, data.system);
        }
      },
      value.data);
  return wire::event_object(row, written_options);
}

template <class V>
boost::json::object write(const ListValue<V>& value, const membership::RoleCatalogue& catalogue) {
  boost::json::array data;
  for (const V& row : value.data) data.push_back(write(row, catalogue));
  if (!value.cursors) return membership::wire::list_object(std::move(data));
  return membership::wire::list_object(std::move(data), value.cursors->before,
                                       value.cursors->after);
}

inline boost::json::object write(const membership::wire::RequestError& value,
                                 const membership::RoleCatalogue&) {
  boost::json::object answer;
  answer["status"] = value.status;
  if (value.retry_after) answer["retry_after"] = *value.retry_after;
  answer["body"] = boost::json::parse(membership::wire::error_body(value));
  return answer;
}

}  // namespace membership_tests

#endif
