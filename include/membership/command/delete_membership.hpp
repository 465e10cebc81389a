// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_DELETE_MEMBERSHIP_HPP
#define MEMBERSHIP_COMMAND_DELETE_MEMBERSHIP_HPP

#include "membership/command/invitation_change.hpp"
#include "membership/command/membership_change.hpp"
#include "membership/domain/actor_id.hpp"
#include "membership/policy/membership_policy.hpp"

namespace membership::inline v0 {

/// Deletes a membership for good, whatever its status (docs/lifecycle.md). The user may become a
/// member again and gets a new membership id. The open invitation of a pending membership is
/// revoked with it, and says so first; one that has expired ends as such, without an event.
///
/// Errors: `entity_not_found`.
template <class T>
struct BasicDeleteMembership {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::membership};
  static constexpr Kinds mints{};

  typename T::MembershipId membership;
  BasicActorId<T> actor{};  ///< whose rights the rules judge

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.membership = &membership;
    reads.member_invitation = true;
    reads.actor = actor.user();
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& options,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    const LifecycleCell& cell = detail::enter_cell(LifecycleCommand::remove, seen, plan);
    if (cell.verdict == LifecycleCell::Verdict::refused) return detail::refused_by(cell);
    detail::write_deletion(seen, plan);
    if (seen.invitation && seen.membership->status == Status::pending) {
      detail::withdraw_with_membership(options, seen, context, plan);
    }
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& seen) const noexcept {
    return detail::membership_subject<T>(refusal, membership, {}, seen);
  }
};

using DeleteMembership = BasicDeleteMembership<DefaultTraits>;

}  // namespace membership::inline v0

#endif
