// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_SEND_INVITATION_HPP
#define MEMBERSHIP_COMMAND_SEND_INVITATION_HPP

#include "membership/command/invitation_change.hpp"
#include "membership/command/membership_change.hpp"
#include "membership/domain/actor_id.hpp"
#include "membership/domain/id.hpp"
#include "membership/policy/membership_policy.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace membership::inline v0 {

/// Invites whoever has an e-mail address, into an organization or only to become a user.
///
/// In an organization a user who has the address and no membership gets a pending one in the same
/// plan, with the invitation's role; an inactive member stays inactive until accepting; a pending
/// membership that an ended invitation left (option `ended_invitation_membership`) becomes this
/// one's, with its roles where none is given and else with that one. Without a role the default
/// role is given.
/// The token is that of this plan: `token_digest` of the source of ids gives its digest.
///
/// Errors, in this order: `empty`, `too_long`, `not_utf8`, `malformed` of the address; `malformed`
/// of a role without an organization; `entity_not_found` of the organization (one being deleted
/// counts as gone), of the inviter, and of a user who has the address and is being deleted;
/// `expires_in_days_too_short`, `expires_in_days_too_long`; `invalid_role`,
/// `sub_resource_scoped_role_not_allowed`, `default_role_missing`;
/// `user_already_organization_member`; `invite_expired` where an open invitation has expired and
/// nobody has ended it yet (its subject is that invitation: end it and try again, as
/// `send_invitation` does); `email_already_invited_to_organization`, without an organization
/// `email_already_invited`, then `user_already_exists`; `directory_managed` (option
/// `directory_managed_roles`); `missing_id`.
/// Of two of one address in one all-or-nothing bulk the second is refused in the same way.
/// See docs/lifecycle.md.
template <class T>
struct BasicSendInvitation {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::membership, Kind::user, Kind::invitation};
  static constexpr Kinds mints{Kind::invitation, Kind::membership, Kind::token};
  static constexpr std::int64_t most_days = 30;

  std::string_view email;
  std::optional<typename T::OrganizationId> organization{};
  std::optional<std::string_view> role{};
  std::int64_t expires_in_days = 7;
  std::optional<typename T::UserId> inviter{};
  /// Whose rights the rules judge; without an organization nobody's, as if the system acted.
  BasicActorId<T> actor{};

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.email = EmailKey::folded(email);
    reads.email_user = true;
    reads.open_invitation = true;
    if (inviter) reads.inviter = &*inviter;
    if (!organization) return reads;
    reads.organization = &*organization;
    reads.pair = true;
    reads.member_invitation = true;
    reads.actor = actor.user();
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& options,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    Refusal refusal = check_fields();
    if (refusal) return refusal;
    refusal = check_named(seen);
    if (refusal) return refusal;
    if (expires_in_days < 1) return {ErrorCode::expires_in_days_too_short, Field::expires_in_days};
    if (expires_in_days > most_days) {
      return {ErrorCode::expires_in_days_too_long, Field::expires_in_days};
    }
    detail::ResolvedRoles resolved;
    if (organization) {
      refusal = detail::resolve_roles(seen, selection(), resolved);
      if (refusal) return refusal;
    }
    refusal = check_state(seen, context);
    if (refusal) return refusal;
    return write(options, seen, context, resolved, plan);
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& seen) const noexcept {
    const Field field = refusal.field();
    if (field == Field::email) {
      return refusal.code() == ErrorCode::not_utf8 ? Subject{} : subject_of_text(email);
    }
    if (field == Field::organization_id && organization) return subject_of(*organization);
    if (field == Field::inviter_user_id && inviter) return subject_of(*inviter);
    if (field == Field::user_id && seen.user) return subject_of(seen.user->id);
    if (field == Field::invitation_id && seen.invitation) return subject_of(seen.invitation->id);
    if (field == Field::organization_membership_id && seen.membership) {
      return subject_of(seen.membership->id);
    }
    if (field == Field::role_slug && role) return subject_of_text(*role);
    if (field != Field::default_role) return {};
    return detail::role_subject(refusal, selection(), seen);
  }

 private:
  static constexpr std::int64_t day = 86'400'000;

  constexpr RoleSelection selection() const noexcept {
    return role ? RoleSelection::one(*role) : RoleSelection::none();
  }

  constexpr Refusal check_fields() const noexcept {
    const ErrorCode fault = EmailKey::fault(email);
    if (fault != ErrorCode{}) return {fault, Field::email};
    if (role && !organization) return {ErrorCode::malformed, Field::role_slug};
    return {};
  }

  constexpr Refusal check_named(const BasicSnapshot<T>& seen) const noexcept {
    if (organization && (!seen.organization || seen.organization->phase != Phase::live)) {
      return {ErrorCode::entity_not_found, Field::organization_id};
    }
    if (inviter && (!seen.inviter || seen.inviter->phase != Phase::live)) {
      return {ErrorCode::entity_not_found, Field::inviter_user_id};
    }
    if (seen.user && seen.user->phase != Phase::live) {
      return {ErrorCode::entity_not_found, Field::user_id};
    }
    return {};
  }

  constexpr Refusal check_state(const BasicSnapshot<T>& seen,
                                const BasicContext<T>& context) const noexcept {
    if (seen.membership && seen.membership->status == Status::active) {
      return {ErrorCode::user_already_organization_member, Field::organization_membership_id};
    }
    if (seen.invitation) {
      if (seen.invitation->status_at(context.now) == InvitationStatus::expired) {
        return {ErrorCode::invite_expired, Field::invitation_id};
      }
      return {organization ? ErrorCode::email_already_invited_to_organization
                           : ErrorCode::email_already_invited,
              Field::invitation_id};
    }
    if (!organization && seen.user) return {ErrorCode::user_already_exists, Field::user_id};
    return {};
  }

  constexpr Refusal write(const PolicyOptions& options, const BasicSnapshot<T>& seen,
                          const BasicContext<T>& context, const detail::ResolvedRoles& resolved,
                          BasicPlan<T>& plan) const noexcept {
    if (!context.invitation) return {ErrorCode::missing_id, Field::invitation_id};
    if (!context.token) return {ErrorCode::missing_id, Field::invitation_token};
    const Time expires =
        Time::from_milliseconds(context.now.milliseconds() + expires_in_days * day);
    BasicInvitationState<T> state(*context.invitation, context.now, expires);
    state.organization = organization;
    state.inviter = inviter;
    state.sent_by = context.plan;
    state.token = *context.token;
    state.revision = organization ? seen.organization->revision + 1 : 1;
    plan.trace.role_source = resolved.source;
    detail::ResolvedRoles held = resolved;
    if (organization) {
      const Refusal refusal = write_membership(options, seen, context, held, state, plan);
      if (refusal) return refusal;
    }
    plan.outcome = Outcome::created;
    plan.trace.about = Trace::About::invitation;
    BasicInvitationWrite<T>& written = plan.invitation.emplace(
        Precondition::absent, EventType::invitation_created, std::uint64_t{0}, state);
    written.held = held.roles;
    written.first_requested = held.first;
    Profile& profile = plan.profile.emplace().after;
    profile.texts.set(Text::email, email);
    profile.created_at = context.now;
    profile.updated_at = context.now;
    if (!organization) plan.claims.emplace().email.after = email;
    return {};
  }

  /// Writes the pending membership, or leaves the role to the invitation where there is none.
  constexpr Refusal write_membership(const PolicyOptions& options, const BasicSnapshot<T>& seen,
                                     const BasicContext<T>& context, detail::ResolvedRoles& held,
                                     BasicInvitationState<T>& state,
                                     BasicPlan<T>& plan) const noexcept {
    if (seen.user && !seen.membership) {
      state.user = seen.user->id;
      if (!context.membership) return {ErrorCode::missing_id, Field::organization_membership_id};
      detail::write_new(seen, *context.membership, EventType::organization_membership_created,
                        Status::pending, held, context.now, plan);
      return {};
    }
    if (seen.membership && seen.membership->status == Status::pending) {
      state.user = seen.membership->user;
      if (!role) held = detail::roles_of(*seen.membership);
      if (held.roles != seen.membership->roles) {
        const Refusal refusal = detail::check_directory(options, *seen.membership, held.roles);
        if (refusal) return refusal;
        detail::write_change(seen, context, EventType::organization_membership_updated,
                             Status::pending, held, plan);
        return {};
      }
    } else {
      state.role = held.first;
    }
    detail::touch(seen, seen.organization->counts, plan);
    return {};
  }
};

using SendInvitation = BasicSendInvitation<DefaultTraits>;

}  // namespace membership::inline v0

#endif
