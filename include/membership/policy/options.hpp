// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_POLICY_OPTIONS_HPP
#define MEMBERSHIP_POLICY_OPTIONS_HPP

#include <cstdint>

namespace membership::inline v0 {

/// `PolicyOptions::create_over_active`.
enum class CreateOverActive : std::uint8_t { refuse, return_existing };
/// `PolicyOptions::create_over_inactive_roles`.
enum class CreateOverInactiveRoles : std::uint8_t { default_role, keep };
/// `PolicyOptions::create_over_inactive_event`.
enum class CreateOverInactiveEvent : std::uint8_t { updated, created };
/// `PolicyOptions::update_not_active`.
enum class UpdateNotActive : std::uint8_t { allow, refuse };
/// `PolicyOptions::duplicate_slugs`.
enum class DuplicateSlugs : std::uint8_t { count_once, refuse };
/// `PolicyOptions::empty_slugs`.
enum class EmptySlugs : std::uint8_t { refuse, as_none };
/// `PolicyOptions::primary_role`.
enum class PrimaryRole : std::uint8_t { highest_priority, first_requested };
/// `PolicyOptions::unfit_retained_role`.
enum class UnfitRetainedRole : std::uint8_t { drop, refuse };
/// `PolicyOptions::update_without_role`.
enum class UpdateWithoutRole : std::uint8_t { unchanged, default_role };
/// `PolicyOptions::ended_invitation_membership`.
enum class EndedInvitationMembership : std::uint8_t { remove, keep };
/// `PolicyOptions::directory_managed_roles`.
enum class DirectoryManagedRoles : std::uint8_t { allow, refuse };

/// What the library does where the documentation of the API is silent, each with a default
/// (docs/reference/options.md). All processes that share an environment should use the same.
struct PolicyOptions {
  /// Create over an active membership: refused with `organization_membership_already_exists`, or
  /// the existing one, unchanged.
  CreateOverActive create_over_active = CreateOverActive::refuse;
  /// The roles of a create over an inactive membership that names none.
  CreateOverInactiveRoles create_over_inactive_roles = CreateOverInactiveRoles::default_role;
  /// The event of a create over an inactive membership.
  CreateOverInactiveEvent create_over_inactive_event = CreateOverInactiveEvent::updated;
  /// Updating the roles of a pending or inactive membership; refused: `membership_not_active`.
  UpdateNotActive update_not_active = UpdateNotActive::allow;
  /// The same slug twice in a selection; refused: `duplicate`.
  DuplicateSlugs duplicate_slugs = DuplicateSlugs::count_once;
  /// A selection of several that is empty; refused: `empty`.
  EmptySlugs empty_slugs = EmptySlugs::refuse;
  /// Which role of several is the primary one.
  PrimaryRole primary_role = PrimaryRole::highest_priority;
  /// A role that is kept, as by a reactivation, and cannot be given; refused: `invalid_role`.
  UnfitRetainedRole unfit_retained_role = UnfitRetainedRole::drop;
  /// An update that names no role.
  UpdateWithoutRole update_without_role = UpdateWithoutRole::unchanged;
  /// The pending membership of an invitation that is revoked or has expired.
  EndedInvitationMembership ended_invitation_membership = EndedInvitationMembership::remove;
  /// Changing the roles of a membership that a directory manages; refused: `directory_managed`.
  DirectoryManagedRoles directory_managed_roles = DirectoryManagedRoles::allow;
};

}  // namespace membership::inline v0

#endif
