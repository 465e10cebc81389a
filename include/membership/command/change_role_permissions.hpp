// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_CHANGE_ROLE_PERMISSIONS_HPP
#define MEMBERSHIP_COMMAND_CHANGE_ROLE_PERMISSIONS_HPP

#include "membership/command/role_change.hpp"
#include "membership/policy/membership_policy.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace membership::inline v0 {

namespace detail {

/// The permission of a slug that a role may be given, or a refusal.
constexpr Refusal find_permission(const RoleCatalogue& catalogue, std::string_view slug,
                                  std::uint16_t place, unsigned& out) noexcept {
  const PermissionTable permissions = catalogue.permission_table();
  out = permissions.find(SlugKey::of(slug), slug);
  if (out == permissions.size()) {
    return {ErrorCode::entity_not_found, Field::permission_slug, place};
  }
  // On its way out it is not given any more (docs/explanation/concurrency.md, rule 6).
  if (permissions[out].phase != Phase::live) {
    return {ErrorCode::malformed, Field::permission_slug, place};
  }
  return {};
}

/// Writes a role with other permissions; the same ones are no change.
template <class T>
constexpr void write_permissions(const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                                 const PermissionSet& permissions, BasicPlan<T>& plan) noexcept {
  RoleState after = *seen.roles.at(seen.role_index);
  if (after.permissions == permissions) return;
  after.permissions = permissions;
  write_role(seen, after, plan);
  plan.profile.emplace(updated_profile(seen.role->profile, context.now), &seen.role->profile);
}

/// What of a role's permissions an edit that does not name them keeps: those on their way out,
/// which the walk of their deletion takes.
constexpr PermissionSet retiring_part(const RoleCatalogue& catalogue,
                                      const PermissionSet& held) noexcept {
  PermissionSet kept;
  const PermissionTable permissions = catalogue.permission_table();
  for (unsigned i = 0; i < permissions.size(); ++i) {
    if (permissions[i].phase != Phase::live && held.contains(i)) kept.insert(i);
  }
  return kept;
}

}  // namespace detail

/// Replaces the permissions of a role of the environment, or of one organization's own. A slug that
/// comes twice counts once; none clears them.
///
/// Errors, in this order: `entity_not_found` of the organization, of the role; for the slugs from
/// the first to the last `entity_not_found` or, for a permission that is being deleted,
/// `malformed`. One bad slug: nothing is written.
template <class T>
struct BasicSetRolePermissions {
  using traits = T;
  static constexpr Kinds kinds{Kind::role, Kind::permission};
  static constexpr Kinds mints{};

  std::string_view role;
  std::span<const std::string_view> permissions;
  std::optional<typename T::OrganizationId> organization{};

  constexpr BasicReads<T> reads() const noexcept {
    return detail::role_reads<T>(role, organization);
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    const Refusal refusal = detail::check_scope<T>(organization, seen);
    if (refusal) return refusal;
    if (seen.role == nullptr) return {ErrorCode::entity_not_found, Field::role_slug};
    PermissionSet set =
        detail::retiring_part(seen.roles, seen.roles.at(seen.role_index)->permissions);
    for (std::size_t at = 0; at < permissions.size(); ++at) {
      unsigned index = 0;
      const Refusal unknown =
          detail::find_permission(seen.roles, permissions[at], detail::place_of(at), index);
      if (unknown) return unknown;
      set.insert(index);
    }
    detail::write_permissions(seen, context, set, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    if (refusal.field() == Field::permission_slug) return detail::subject_at(permissions, refusal);
    return detail::role_command_subject<T>(refusal, role, organization);
  }
};

/// Adds one permission to a role. One that it has is `unchanged`. Errors as `SetRolePermissions`.
template <class T>
struct BasicAddRolePermission {
  using traits = T;
  static constexpr Kinds kinds{Kind::role, Kind::permission};
  static constexpr Kinds mints{};

  std::string_view role;
  std::string_view permission;
  std::optional<typename T::OrganizationId> organization{};

  constexpr BasicReads<T> reads() const noexcept {
    return detail::role_reads<T>(role, organization);
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    Refusal refusal = detail::check_scope<T>(organization, seen);
    if (refusal) return refusal;
    if (seen.role == nullptr) return {ErrorCode::entity_not_found, Field::role_slug};
    unsigned index = 0;
    refusal = detail::find_permission(seen.roles, permission, 0, index);
    if (refusal) return refusal;
    PermissionSet set = seen.roles.at(seen.role_index)->permissions;
    set.insert(index);
    detail::write_permissions(seen, context, set, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    if (refusal.field() == Field::permission_slug) return subject_of_text(permission);
    return detail::role_command_subject<T>(refusal, role, organization);
  }
};

/// Takes one permission from a role. One that it does not have, or that does not exist, is
/// `unchanged`. Errors, in this order: `entity_not_found` of the organization, of the role.
template <class T>
struct BasicRemoveRolePermission {
  using traits = T;
  static constexpr Kinds kinds{Kind::role, Kind::permission};
  static constexpr Kinds mints{};

  std::string_view role;
  std::string_view permission;
  std::optional<typename T::OrganizationId> organization{};

  constexpr BasicReads<T> reads() const noexcept {
    return detail::role_reads<T>(role, organization);
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    const Refusal refusal = detail::check_scope<T>(organization, seen);
    if (refusal) return refusal;
    if (seen.role == nullptr) return {ErrorCode::entity_not_found, Field::role_slug};
    const PermissionTable permissions = seen.roles.permission_table();
    const unsigned index = permissions.find(SlugKey::of(permission), permission);
    PermissionSet set = seen.roles.at(seen.role_index)->permissions;
    if (index != permissions.size()) set.erase(index);
    detail::write_permissions(seen, context, set, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return detail::role_command_subject<T>(refusal, role, organization);
  }
};

using SetRolePermissions = BasicSetRolePermissions<DefaultTraits>;
using AddRolePermission = BasicAddRolePermission<DefaultTraits>;
using RemoveRolePermission = BasicRemoveRolePermission<DefaultTraits>;

}  // namespace membership::inline v0

#endif
