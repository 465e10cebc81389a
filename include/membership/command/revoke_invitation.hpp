// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_REVOKE_INVITATION_HPP
#define MEMBERSHIP_COMMAND_REVOKE_INVITATION_HPP

#include "membership/command/invitation_change.hpp"
#include "membership/domain/id.hpp"
#include "membership/policy/membership_policy.hpp"

namespace membership::inline v0 {

/// Takes an open invitation back. The pending membership that it is about is deleted in the same
/// plan (option `ended_invitation_membership`); an inactive one stays. Heeds no mark.
///
/// Errors, in this order: `entity_not_found`, `invite_not_pending` (also once it has expired).
/// See docs/lifecycle.md.
template <class T>
struct BasicRevokeInvitation {
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
    if (seen.invitation->status_at(context.now) != InvitationStatus::pending) {
      return {ErrorCode::invite_not_pending, Field::invitation_id};
    }
    detail::end_with_membership(options, seen, context, InvitationStatus::revoked,
                                EventType::invitation_revoked, plan);
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return subject_of(invitation);
  }
};

using RevokeInvitation = BasicRevokeInvitation<DefaultTraits>;

}  // namespace membership::inline v0

#endif
