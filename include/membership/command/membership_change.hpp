// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_MEMBERSHIP_CHANGE_HPP
#define MEMBERSHIP_COMMAND_MEMBERSHIP_CHANGE_HPP

#include "membership/domain/error.hpp"
#include "membership/domain/id.hpp"
#include "membership/policy/context.hpp"
#include "membership/policy/options.hpp"
#include "membership/policy/plan.hpp"
#include "membership/policy/refusal.hpp"
#include "membership/policy/role_resolution.hpp"
#include "membership/policy/role_selection.hpp"
#include "membership/policy/snapshot.hpp"

namespace membership::inline v0 {
namespace detail {

/// What the commands on memberships share: how a change is written down.

/// Records the cell of the table that decides.
template <class T>
constexpr const LifecycleCell& enter_cell(LifecycleCommand command, const BasicSnapshot<T>& seen,
                                          BasicPlan<T>& plan) noexcept {
  const Standing standing = seen.membership ? standing_of(seen.membership->status) : Standing::none;
  plan.trace.command = command;
  plan.trace.standing = standing;
  return lifecycle_table.at(command, standing);
}

/// The refusal of a cell; its subject is the membership, whether it is there or was looked for.
constexpr Refusal refused_by(const LifecycleCell& cell) noexcept {
  return {cell.error, Field::organization_membership_id};
}

/// Sets the organization's row: the next revision, and the counts with one membership counted out
/// as it was and in as it will be.
template <class T>
constexpr void touch(const BasicSnapshot<T>& seen, const Counts& counts,
                     BasicPlan<T>& plan) noexcept {
  plan.touch.emplace(seen.organization->revision, seen.environment.revision, counts);
}

/// Writes the membership seen with a new status and new roles, and touches its organization.
template <class T>
constexpr void write_change(const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                            EventType event, Status status, const ResolvedRoles& roles,
                            BasicPlan<T>& plan) noexcept {
  const BasicOrganizationMembership<T>& before = *seen.membership;
  const BasicOrganizationState<T>& organization = *seen.organization;
  BasicMembershipWrite<T>& write = plan.membership.emplace(Effect::put, event, before);
  write.after.status = status;
  write.after.roles = roles.roles;
  write.after.first_requested = roles.first;
  write.after.updated_at = later_of(before.updated_at, context.now);
  write.after.revision = organization.revision + 1;
  Counts counts = organization.counts;
  counts.remove(before.status, before.roles, organization.owner_role);
  counts.add(status, roles.roles, organization.owner_role);
  touch(seen, counts, plan);
  plan.trace.role_source = roles.source;
  plan.trace.dropped = roles.dropped;
}

/// Deletes the membership seen, and touches its organization.
template <class T>
constexpr void write_deletion(const BasicSnapshot<T>& seen, BasicPlan<T>& plan) noexcept {
  const BasicOrganizationMembership<T>& before = *seen.membership;
  const LifecycleCell& cell = enter_cell(LifecycleCommand::remove, seen, plan);
  plan.outcome = Outcome::deleted;
  plan.membership.emplace(Effect::erase, cell.event, before);
  Counts counts = seen.organization->counts;
  counts.remove(before.status, before.roles, seen.organization->owner_role);
  touch(seen, counts, plan);
}

/// The roles held, for a change that keeps them.
template <class T>
constexpr ResolvedRoles roles_of(const BasicOrganizationMembership<T>& held) noexcept {
  ResolvedRoles roles;
  roles.roles = held.roles;
  roles.first = held.first_requested;
  roles.source = RoleSource::retained;
  return roles;
}

/// Option `directory_managed_roles`, for any change of the roles of a membership that exists.
template <class T>
constexpr Refusal check_directory(const PolicyOptions& options,
                                  const BasicOrganizationMembership<T>& seen,
                                  RoleSet roles) noexcept {
  if (options.directory_managed_roles == DirectoryManagedRoles::refuse && seen.directory_managed &&
      roles != seen.roles) {
    return {ErrorCode::directory_managed, Field::organization_membership_id};
  }
  return {};
}

/// The slug that a refusal of a role is about, or the default role's where that is at fault.
template <class T>
constexpr Subject role_subject(Refusal refusal, const RoleSelection& selection,
                               const BasicSnapshot<T>& seen) noexcept {
  if (refusal.field() == Field::default_role) {
    RoleIndex index = organization_default(seen);
    if (index.is_none()) index = seen.environment.default_role;
    return Subject::cut(index.is_none() ? "member" : seen.roles.slug(index));
  }
  if (refusal.detail() >= selection.size() || refusal.detail() == unnamed_place) return {};
  return subject_of_text(selection[refusal.detail()]);
}

/// The retained role that a refusal under option `unfit_retained_role` is about: the first that
/// cannot be given any more, or the first at all where only too many are held.
template <class T>
constexpr Subject retained_subject(const BasicSnapshot<T>& seen) noexcept {
  const RoleSet held = seen.membership->roles;
  const RoleSet unfit = held - seen.roles.assignable(held);
  return Subject::cut(seen.roles.slug(seen.roles.highest(unfit.empty() ? held : unfit)));
}

/// The subject of a refusal of a command that names a membership by its id.
template <class T>
constexpr Subject membership_subject(Refusal refusal, const typename T::MembershipId& id,
                                     const RoleSelection& selection,
                                     const BasicSnapshot<T>& seen) noexcept {
  if (refusal.field() == Field::organization_membership_id || refusal.field() == Field::none) {
    return subject_of(id);
  }
  return role_subject(refusal, selection, seen);
}

}  // namespace detail
}  // namespace membership::inline v0

#endif
