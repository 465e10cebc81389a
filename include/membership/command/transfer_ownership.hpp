// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_TRANSFER_OWNERSHIP_HPP
#define MEMBERSHIP_COMMAND_TRANSFER_OWNERSHIP_HPP

#include "membership/command/membership_change.hpp"
#include "membership/domain/actor_id.hpp"
#include "membership/policy/membership_policy.hpp"

namespace membership::inline v0 {

/// Hands the owner role that the organization goes by from one active member to another, in one
/// commit: there is an owner at every moment. The new owner gains the role (while Multiple Roles is
/// off it becomes the only one), the old one loses it and gets the default role where none is left.
/// Where the new owner holds it already, only the old one loses it. To oneself: `unchanged`.
///
/// Errors, in this order: `entity_not_found` of `from`, of `to` (also one of another
/// organization); `owner_role_missing` where the organization goes by no owner role;
/// `membership_not_active` of `from`, of `to`; `not_an_owner` of `from`; `invalid_role` where the
/// owner role is on its way out; `default_role_missing`; `directory_managed` of `from`, of `to`
/// (option `directory_managed_roles`).
template <class T>
struct BasicTransferOwnership {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::membership};
  static constexpr Kinds mints{};

  typename T::MembershipId from;
  typename T::MembershipId to;
  BasicActorId<T> actor{};  ///< whose rights the rules judge

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.membership = &from;
    reads.other = &to;
    reads.actor = actor.user();
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& options,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    constexpr std::uint16_t first = 0;
    constexpr std::uint16_t second = 1;
    constexpr Field field = Field::organization_membership_id;
    plan.trace.about = Trace::About::transfer;
    if (!seen.membership) return {ErrorCode::entity_not_found, field, first};
    if (!seen.other) return {ErrorCode::entity_not_found, field, second};
    const RoleIndex owner = seen.organization->owner_role;
    if (owner.is_none()) return {ErrorCode::owner_role_missing, Field::organization_id};
    const BasicOrganizationMembership<T>& giver = *seen.membership;
    const BasicOrganizationMembership<T>& taker = *seen.other;
    if (giver.status != Status::active) return {ErrorCode::membership_not_active, field, first};
    if (taker.status != Status::active) return {ErrorCode::membership_not_active, field, second};
    if (!giver.roles.contains(owner)) return {ErrorCode::not_an_owner, field, first};
    const RoleState* const role = seen.roles.at(owner);
    if (role == nullptr || !role->assignable()) return {ErrorCode::invalid_role, Field::role_slug};
    if (giver.id == taker.id) return {};

    detail::ResolvedRoles left;
    left.roles = giver.roles - RoleSet::of(owner);
    left.first = giver.first_requested;
    left.source = RoleSource::retained;
    if (left.roles.empty()) {
      const Refusal refusal = detail::resolve_default(seen, left);
      if (refusal) return refusal;
    }
    const RoleSet gained = seen.environment.allows_several_roles()
                               ? taker.roles | RoleSet::of(owner)
                               : RoleSet::of(owner);
    const Refusal refusal = detail::check_directory(options, giver, left.roles);
    if (refusal) return refusal;
    if (detail::check_directory(options, taker, gained)) {
      return {ErrorCode::directory_managed, field, second};
    }

    plan.outcome = Outcome::updated;
    detail::write_change(seen, context, EventType::organization_membership_updated, Status::active,
                         left, plan);
    if (gained == taker.roles) return {};
    BasicMembershipWrite<T>& write =
        plan.other.emplace(Effect::put, EventType::organization_membership_updated, taker);
    write.after.roles = gained;
    write.after.first_requested = owner;
    write.after.updated_at = later_of(taker.updated_at, context.now);
    write.after.revision = seen.organization->revision + 1;
    plan.touch->after.remove(Status::active, taker.roles, owner);
    plan.touch->after.add(Status::active, gained, owner);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& seen) const noexcept {
    if (refusal.field() == Field::organization_id) {
      return seen.organization ? subject_of(seen.organization->id) : Subject{};
    }
    if (refusal.field() == Field::organization_membership_id) {
      return subject_of(refusal.detail() == 0 ? from : to);
    }
    if (refusal.code() == ErrorCode::invalid_role) {
      return Subject::cut(seen.roles.slug(seen.organization->owner_role));
    }
    return detail::role_subject(refusal, {}, seen);
  }
};

using TransferOwnership = BasicTransferOwnership<DefaultTraits>;

}  // namespace membership::inline v0

#endif
