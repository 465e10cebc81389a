// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_POLICY_AUTHORIZATION_HPP
#define MEMBERSHIP_POLICY_AUTHORIZATION_HPP

#include "membership/domain/membership.hpp"
#include "membership/domain/role_catalogue.hpp"
#include "membership/policy/options.hpp"
#include "membership/policy/role_resolution.hpp"
#include "membership/policy/rows.hpp"

#include <cstdint>
#include <string_view>
#include <utility>

namespace membership::inline v0 {

/// Why a permission is granted, or why not.
enum class AuthorizationReason : std::uint8_t {
  granted,         ///< `Authorization::role` grants it
  not_a_member,    ///< there is no membership
  inactive,        ///< the membership is inactive, which grants nothing
  pending,         ///< the membership is pending, which grants nothing
  no_role_grants,  ///< none of the membership's roles grants it, or there is no such permission
};

constexpr std::string_view to_string(AuthorizationReason reason) noexcept {
  switch (reason) {
    case AuthorizationReason::granted: return "granted";
    case AuthorizationReason::not_a_member: return "not a member";
    case AuthorizationReason::inactive: return "inactive";
    case AuthorizationReason::pending: return "pending";
    case AuthorizationReason::no_role_grants: return "no role grants it";
  }
  return "";
}

/// The answer of a permission check.
struct Authorization {
  AuthorizationReason reason = AuthorizationReason::not_a_member;
  RoleIndex role = RoleIndex::none();  ///< where granted: a role that grants it

  constexpr explicit operator bool() const noexcept {
    return reason == AuthorizationReason::granted;
  }
  friend constexpr bool operator==(Authorization, Authorization) noexcept = default;
};

/// Whether a membership of these roles and status has a permission: the union over its roles, and
/// only while it is active (docs/words.md, "effective permissions"). The role named is the one of
/// the lowest index that grants it. Complexity: the permissions of the catalogue, then the roles
/// held. No allocation.
[[nodiscard]] constexpr Authorization authorize(const RoleCatalogue& catalogue, Status status,
                                                RoleSet roles,
                                                std::string_view permission) noexcept {
  if (status == Status::pending) return {AuthorizationReason::pending, RoleIndex::none()};
  if (status == Status::inactive) return {AuthorizationReason::inactive, RoleIndex::none()};
  const RoleIndex role = catalogue.grantor(roles, catalogue.find_permission(permission));
  return {role.is_none() ? AuthorizationReason::no_role_grants : AuthorizationReason::granted,
          role};
}

/// The same for a membership at hand: a row that `view` or `list` shows, with its catalogue.
template <class T>
[[nodiscard]] constexpr Authorization authorize(const BasicMembershipRow<T>& row,
                                                std::string_view permission) noexcept {
  return authorize(row.roles, row.membership.status, row.membership.roles, permission);
}

/// What a membership may do: the union over its roles where it is active, nothing else.
[[nodiscard]] constexpr PermissionSet effective_permissions(const RoleCatalogue& catalogue,
                                                            Status status, RoleSet roles) noexcept {
  return status == Status::active ? catalogue.permissions(roles) : PermissionSet{};
}

/// What a session says of a membership, for whoever issues tokens: the organization, the primary
/// role, the roles in their order, and the effective permissions. Of a membership that is not
/// active there are no roles and no permissions. Views of a row: valid while that is shown.
template <class T>
class BasicSessionClaims {
 public:
  constexpr BasicSessionClaims(const PolicyOptions& options,
                               const BasicMembershipRow<T>& row) noexcept
      : options_(options), row_(row),
        permissions_(
            effective_permissions(row.roles, row.membership.status, row.membership.roles)) {}

  constexpr IdView<typename T::OrganizationId> organization_id() const noexcept {
    return row_.membership.organization;
  }
  /// Empty where there are no roles.
  constexpr std::string_view role() const noexcept {
    return primary_role(options_, row_.roles, held(), row_.membership.first_requested);
  }
  /// Calls `visit(std::string_view slug)` for each role, the primary one first.
  template <class Visit>
  constexpr void for_each_role(Visit&& visit) const {
    for_each_shown_role(options_, row_.roles, held(), row_.membership.first_requested,
                        std::forward<Visit>(visit));
  }
  /// Calls `visit(std::string_view slug)` for each effective permission, in the catalogue's order.
  template <class Visit>
  constexpr void for_each_permission(Visit&& visit) const {
    const PermissionTable table = row_.roles.permission_table();
    for (unsigned i = 0; i < table.size(); ++i) {
      if (permissions_.contains(i)) visit(table[i].slug.view());
    }
  }

 private:
  constexpr RoleSet held() const noexcept {
    return row_.membership.status == Status::active ? row_.membership.roles : RoleSet{};
  }

  PolicyOptions options_;
  BasicMembershipRow<T> row_;
  PermissionSet permissions_;
};

using SessionClaims = BasicSessionClaims<DefaultTraits>;

}  // namespace membership::inline v0

#endif
