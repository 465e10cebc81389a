// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_RESEND_INVITATION_HPP
#define MEMBERSHIP_COMMAND_RESEND_INVITATION_HPP

#include "membership/command/invitation_change.hpp"
#include "membership/domain/id.hpp"
#include "membership/policy/membership_policy.hpp"

#include <optional>

namespace membership::inline v0 {

/// Gives an open invitation another token, that of this plan; the one before finds nothing any
/// more. Id, role and expiry stay.
///
/// Errors, in this order: `entity_not_found` of the invitation, then of the organization (one
/// being deleted counts as gone); `invite_accepted`, `invite_revoked`, `invite_expired`;
/// `missing_id`.
template <class T>
struct BasicResendInvitation {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::membership, Kind::invitation};
  static constexpr Kinds mints{Kind::token};

  typename T::InvitationId invitation;

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.invitation = &invitation;
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    if (!seen.invitation) return {ErrorCode::entity_not_found, Field::invitation_id};
    const BasicInvitationState<T>& state = *seen.invitation;
    if (state.organization && (!seen.organization || seen.organization->phase != Phase::live)) {
      return {ErrorCode::entity_not_found, Field::organization_id};
    }
    switch (state.status_at(context.now)) {
      case InvitationStatus::accepted: return {ErrorCode::invite_accepted, Field::invitation_id};
      case InvitationStatus::revoked: return {ErrorCode::invite_revoked, Field::invitation_id};
      case InvitationStatus::expired: return {ErrorCode::invite_expired, Field::invitation_id};
      case InvitationStatus::pending: break;
    }
    if (!context.token) return {ErrorCode::missing_id, Field::invitation_token};
    plan.outcome = Outcome::updated;
    plan.trace.about = Trace::About::invitation;
    BasicInvitationWrite<T>& write =
        detail::write_invitation(seen, context, EventType::invitation_resent, plan);
    write.after.sent_by = context.plan;
    write.after.token = *context.token;
    const bool pending = detail::has_pending_membership(seen);
    write.held = pending ? seen.membership->roles : detail::role_set_of(state.role);
    write.first_requested = pending ? seen.membership->first_requested : state.role;
    if (state.organization) detail::touch(seen, seen.organization->counts, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& seen) const noexcept {
    if (refusal.field() == Field::organization_id) {
      const std::optional<typename T::OrganizationId>& owner = seen.invitation->organization;
      return owner ? subject_of(*owner) : Subject{};
    }
    return subject_of(invitation);
  }
};

using ResendInvitation = BasicResendInvitation<DefaultTraits>;

}  // namespace membership::inline v0

#endif
