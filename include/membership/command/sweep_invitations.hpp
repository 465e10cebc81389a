// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_SWEEP_INVITATIONS_HPP
#define MEMBERSHIP_COMMAND_SWEEP_INVITATIONS_HPP

#include "membership/command/invitation_change.hpp"
#include "membership/domain/id.hpp"
#include "membership/policy/membership_policy.hpp"

#include <cstdint>

namespace membership::inline v0 {

/// What the deletions of organizations and of users do about invitations
/// (docs/explanation/concurrency.md, rule 6).

/// Not for hosts: call `delete_organization`, of which this is a step.
///
/// Takes away one invitation of a marked organization, whatever its status, without an event. Its
/// pending membership is left to the sweep of memberships. One that is gone is `unchanged`.
/// Errors: `operation_superseded` where the organization's mark is another one or none.
template <class T>
struct BasicSweepOrganizationInvitation {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::invitation};
  static constexpr Kinds mints{};

  typename T::InvitationId invitation;
  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.invitation = &invitation;
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    if (!seen.invitation) return {};
    if (!seen.organization || seen.organization->phase != Phase::deleting ||
        seen.organization->generation != generation) {
      return {ErrorCode::operation_superseded, Field::invitation_id};
    }
    plan.outcome = Outcome::deleted;
    plan.trace.about = Trace::About::invitation;
    detail::erase_invitation(seen, plan);
    detail::touch(seen, seen.organization->counts, plan);
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return subject_of(invitation);
  }
};

/// Not for hosts: call `delete_user`, of which this is a step.
///
/// Revokes one open invitation of a marked user, or ends it where it has expired, with the pending
/// membership that it is about. One that is gone or has ended, or is about another user's
/// membership, is `unchanged`.
/// Errors: `operation_superseded` where the user's mark is another one or none.
template <class T>
struct BasicSweepUserInvitation {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::membership, Kind::user, Kind::invitation};
  static constexpr Kinds mints{};

  typename T::InvitationId invitation;
  typename T::UserId user;
  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.invitation = &invitation;
    reads.user = &user;
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& options,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    if (!seen.invitation || seen.invitation->status != InvitationStatus::pending ||
        (seen.invitation->user && !(*seen.invitation->user == user))) {
      return {};
    }
    if (!seen.user || seen.user->phase != Phase::deleting || seen.user->generation != generation) {
      return {ErrorCode::operation_superseded, Field::invitation_id};
    }
    const detail::Withdrawal withdrawal = detail::withdrawal_of(seen, context);
    detail::end_with_membership(options, seen, context, withdrawal.status, withdrawal.event, plan);
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return subject_of(invitation);
  }
};

using SweepOrganizationInvitation = BasicSweepOrganizationInvitation<DefaultTraits>;
using SweepUserInvitation = BasicSweepUserInvitation<DefaultTraits>;

}  // namespace membership::inline v0

#endif
