// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_EXPIRE_INVITATION_HPP
#define MEMBERSHIP_COMMAND_EXPIRE_INVITATION_HPP

#include "membership/command/invitation_change.hpp"
#include "membership/domain/id.hpp"
#include "membership/policy/membership_policy.hpp"

namespace membership::inline v0 {

/// Writes down that an invitation has expired, from its `expires_at` on: its pending membership is
/// deleted in the same plan (option `ended_invitation_membership`), and the address is free again.
/// The expiry itself is no event. One that has ended already, or has not expired yet, is
/// `unchanged`. Heeds no mark.
///
/// Errors: `entity_not_found`.
/// See docs/lifecycle.md.
template <class T>
struct BasicExpireInvitation {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::membership, Kind::invitation};
  static constexpr Kinds mints{};

  typename T::InvitationId invitation;

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.invitation = &invitation;
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& options,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    if (!seen.invitation) return {ErrorCode::entity_not_found, Field::invitation_id};
    plan.trace.about = Trace::About::invitation;
    if (seen.invitation->status != InvitationStatus::pending ||
        seen.invitation->status_at(context.now) != InvitationStatus::expired) {
      return {};
    }
    detail::end_with_membership(options, seen, context, InvitationStatus::expired, EventType::none,
                                plan);
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return subject_of(invitation);
  }
};

using ExpireInvitation = BasicExpireInvitation<DefaultTraits>;

}  // namespace membership::inline v0

#endif
