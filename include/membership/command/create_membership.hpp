// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_CREATE_MEMBERSHIP_HPP
#define MEMBERSHIP_COMMAND_CREATE_MEMBERSHIP_HPP

#include "membership/command/membership_change.hpp"
#include "membership/domain/actor_id.hpp"
#include "membership/policy/membership_policy.hpp"

namespace membership::inline v0 {

/// Makes a user an active member of an organization: anew, or by activating the inactive
/// membership that is there, under its id and with the roles given (docs/lifecycle.md).
///
/// Errors, in this order: `empty`, `duplicate` (the selection itself, options `empty_slugs` and
/// `duplicate_slugs`); `entity_not_found` of the user, then of the organization (one being deleted
/// counts as gone); `invalid_role`, `sub_resource_scoped_role_not_allowed`,
/// `multiple_roles_not_enabled`, `default_role_missing`;
/// `cannot_reactivate_pending_organization_membership`, `organization_membership_already_exists`
/// (its subject is the existing membership's id; option `create_over_active`); `directory_managed`
/// (option `directory_managed_roles`); `missing_id`.
template <class T>
struct BasicCreateMembership {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::membership};
  static constexpr Kinds mints{Kind::membership};

  typename T::UserId user;
  typename T::OrganizationId organization;
  RoleSelection roles{};
  BasicActorId<T> actor{};  ///< whose rights the rules judge

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.user = &user;
    reads.organization = &organization;
    reads.pair = true;
    reads.actor = actor.user();
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& options,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    Refusal refusal = detail::check_selection(options, roles);
    if (refusal) return refusal;
    if (!seen.user || seen.user->phase != Phase::live) {
      return {ErrorCode::entity_not_found, Field::user_id};
    }
    if (!seen.organization || seen.organization->phase != Phase::live) {
      return {ErrorCode::entity_not_found, Field::organization_id};
    }
    const LifecycleCell& cell = detail::enter_cell(LifecycleCommand::create, seen, plan);
    const Standing standing = plan.trace.standing;

    detail::ResolvedRoles resolved;
    if (standing == Standing::inactive && roles.size() == 0 &&
        options.create_over_inactive_roles == CreateOverInactiveRoles::keep) {
      refusal = detail::resolve_retained(options, seen, resolved);
    } else {
      refusal = detail::resolve_roles(seen, roles, resolved);
    }
    if (refusal) return refusal;

    if (cell.verdict == LifecycleCell::Verdict::refused) {
      if (standing == Standing::active &&
          options.create_over_active == CreateOverActive::return_existing) {
        return {};
      }
      return detail::refused_by(cell);
    }
    if (standing == Standing::none) {
      if (!context.membership) return {ErrorCode::missing_id, Field::organization_membership_id};
      plan.outcome = Outcome::created;
      plan.trace.role_source = resolved.source;
      plan.membership.emplace(cell.event, *context.membership, user, organization, resolved.roles,
                              resolved.first, Status::active, context.now,
                              seen.organization->revision + 1);
      plan.compared_user.emplace(seen.user->revision);
      Counts counts = seen.organization->counts;
      counts.add(Status::active, resolved.roles, seen.organization->owner_role);
      detail::touch(seen, counts, plan);
      return {};
    }
    refusal = detail::check_directory(options, *seen.membership, resolved.roles);
    if (refusal) return refusal;
    plan.outcome = Outcome::reactivated;
    const EventType event = options.create_over_inactive_event == CreateOverInactiveEvent::created
                                ? EventType::organization_membership_created
                                : cell.event;
    detail::write_change(seen, context, event, Status::active, resolved, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& seen) const noexcept {
    const Field field = refusal.field();
    if (field == Field::user_id || field == Field::none) return subject_of(user);
    if (field == Field::organization_id) return subject_of(organization);
    if (field == Field::organization_membership_id) {
      return seen.membership ? subject_of(seen.membership->id) : Subject{};
    }
    if (refusal.code() == ErrorCode::invalid_role && roles.size() == 0) {
      return detail::retained_subject(seen);
    }
    return detail::role_subject(refusal, roles, seen);
  }
};

using CreateMembership = BasicCreateMembership<DefaultTraits>;

}  // namespace membership::inline v0

#endif
