// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_POLICY_OPTIONS_HPP
#define MEMBERSHIP_POLICY_OPTIONS_HPP

#include <cstdint>

namespace membership::inline v0 {

/// O1 of `PolicyOptions`.
enum class CreateOverActive : std::uint8_t { refuse, return_existing };
/// O2 of `PolicyOptions`.
enum class CreateOverInactiveRoles : std::uint8_t { default_role, keep };
/// O3 of `PolicyOptions`.
enum class CreateOverInactiveEvent : std::uint8_t { updated, created };
/// O4 of `PolicyOptions`.
enum class UpdateNotActive : std::uint8_t { allow, refuse };
/// O5 of `PolicyOptions`.
enum class DuplicateSlugs : std::uint8_t { count_once, refuse };
/// O6 of `PolicyOptions`.
enum class EmptySlugs : std::uint8_t { refuse, as_none };
/// O7 of `PolicyOptions`.
enum class PrimaryRole : std::uint8_t { highest_priority, first_requested };
/// O8 of `PolicyOptions`.
enum class UnfitRetainedRole : std::uint8_t { drop, refuse };
/// O9 of `PolicyOptions`.
enum class UpdateWithoutRole : std::uint8_t { unchanged, default_role };
/// O10 of `PolicyOptions`.
enum class EndedInvitationMembership : std::uint8_t { remove, keep };
/// O11 of `PolicyOptions`.
enum class DirectoryManagedRoles : std::uint8_t { allow, refuse };

/// The points that no source of the API settles (DOMAIN.md §6), each with its documented default.
/// All processes that share an environment should use the same.
struct PolicyOptions {
  /// O1: refused with `organization_membership_already_exists`, or the existing one, unchanged.
  CreateOverActive create_over_active = CreateOverActive::refuse;
  /// O2: the roles of a create over an inactive membership that names none.
  CreateOverInactiveRoles create_over_inactive_roles = CreateOverInactiveRoles::default_role;
  /// O3: the event of a create over an inactive membership.
  CreateOverInactiveEvent create_over_inactive_event = CreateOverInactiveEvent::updated;
  /// O4: updating the roles of a pending or inactive membership; refused: `membership_not_active`.
  UpdateNotActive update_not_active = UpdateNotActive::allow;
  /// O5: the same slug twice in a selection; refused: `duplicate`.
  DuplicateSlugs duplicate_slugs = DuplicateSlugs::count_once;
  /// O6: a selection of several that is empty; refused: `empty`.
  EmptySlugs empty_slugs = EmptySlugs::refuse;
  /// O7: which role of several is the primary one.
  PrimaryRole primary_role = PrimaryRole::highest_priority;
  /// O8: a role kept by a reactivation that cannot be given any more; refused: `invalid_role`.
  UnfitRetainedRole unfit_retained_role = UnfitRetainedRole::drop;
  /// O9: an update that names no role.
  UpdateWithoutRole update_without_role = UpdateWithoutRole::unchanged;
  /// O10: the pending membership of an invitation that is revoked or has expired.
  EndedInvitationMembership ended_invitation_membership = EndedInvitationMembership::remove;
  /// O11: changing the roles of a membership that a directory manages; refused:
  /// `directory_managed`.
  DirectoryManagedRoles directory_managed_roles = DirectoryManagedRoles::allow;
};

}  // namespace membership::inline v0

#endif
