// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_ACCEPT_INVITATION_HPP
#define MEMBERSHIP_COMMAND_ACCEPT_INVITATION_HPP

#include "membership/command/invitation_change.hpp"
#include "membership/command/membership_change.hpp"
#include "membership/domain/id.hpp"
#include "membership/policy/membership_policy.hpp"

#include <optional>

namespace membership::inline v0 {

/// Accepts an invitation, by its id or by the digest of its token (docs/lifecycle.md). In an
/// organization the user becomes an active member: of a pending membership with the roles that it
/// has now, of none or an inactive one with the invitation's role. Roles that cannot be given any
/// more are handled as at a reactivation (option `unfit_retained_role`). Nobody is judged by
/// rights: the grant was judged at the invitation.
///
/// Errors, in this order: `entity_not_found` of the invitation, of a token that is not that of the
/// invitation named beside it, of the organization (one being deleted counts as gone);
/// `invite_not_pending` (also once it has expired); `entity_not_found` of the user, without a
/// subject where nobody has the address (make the user and try again, as `accept_invitation` does),
/// with the user's id where the user is being deleted; `invalid_invite` where the user is an active
/// member by now, or has a pending membership that another invitation is about; `invalid_role`,
/// `default_role_missing`; `directory_managed` (option `directory_managed_roles`); `missing_id`.
template <class T>
struct BasicAcceptInvitation {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::membership, Kind::user, Kind::invitation};
  static constexpr Kinds mints{Kind::membership};

  std::optional<typename T::InvitationId> invitation{};
  std::optional<TokenDigest> token{};  ///< with an `invitation`: it must be that one's

  static constexpr BasicAcceptInvitation by_token(const TokenDigest& digest) noexcept {
    BasicAcceptInvitation command;
    command.token = digest;
    return command;
  }

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    if (invitation) {
      reads.invitation = &*invitation;
    } else if (token) {
      reads.token = &*token;
    }
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& options,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    const Field field = invitation || !token ? Field::invitation_id : Field::invitation_token;
    if (!seen.invitation) return {ErrorCode::entity_not_found, field};
    const BasicInvitationState<T>& state = *seen.invitation;
    if (token && state.token != *token) {
      return {ErrorCode::entity_not_found, Field::invitation_token};
    }
    if (state.organization && (!seen.organization || seen.organization->phase != Phase::live)) {
      return {ErrorCode::entity_not_found, Field::organization_id};
    }
    if (state.status_at(context.now) != InvitationStatus::pending) {
      return {ErrorCode::invite_not_pending, Field::invitation_id};
    }
    if (!seen.user || seen.user->phase != Phase::live) {
      return {ErrorCode::entity_not_found, Field::user_id};
    }
    plan.outcome = Outcome::updated;
    detail::ResolvedRoles resolved;
    if (state.organization) {
      const Refusal refusal = join(options, seen, context, resolved, plan);
      if (refusal) return refusal;
    }
    detail::end_invitation(options, seen, context, InvitationStatus::accepted,
                           EventType::invitation_accepted, resolved.roles, resolved.first, plan)
        .after.accepted_by = seen.user->id;
    plan.trace.about = Trace::About::invitation;
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& seen) const noexcept {
    const Field field = refusal.field();
    if (field == Field::user_id && seen.user) return subject_of(seen.user->id);
    if (field == Field::organization_id) {
      const std::optional<typename T::OrganizationId>& owner = seen.invitation->organization;
      return owner ? subject_of(*owner) : Subject{};
    }
    if (field == Field::organization_membership_id && seen.membership) {
      return subject_of(seen.membership->id);
    }
    if (field == Field::invitation_id) {
      if (seen.invitation) return subject_of(seen.invitation->id);
      return invitation ? subject_of(*invitation) : Subject{};
    }
    if (field == Field::role_slug) {
      const bool pending = detail::has_pending_membership(seen);
      return pending ? detail::retained_subject(seen)
                     : Subject::cut(seen.roles.slug(seen.invitation->role));
    }
    if (field != Field::default_role) return {};
    return detail::role_subject(refusal, {}, seen);
  }

 private:
  /// The invitation's own role, or what option `unfit_retained_role` puts in its place.
  static constexpr Refusal resolve_own(const PolicyOptions& options, const BasicSnapshot<T>& seen,
                                       detail::ResolvedRoles& out) noexcept {
    const RoleIndex role = seen.invitation->role;
    const RoleState* const state = seen.roles.at(role);
    if (state != nullptr && state->assignable()) {
      out.roles = RoleSet::of(role);
      out.first = role;
      out.source = RoleSource::retained;
      return {};
    }
    if (options.unfit_retained_role == UnfitRetainedRole::refuse) {
      return {ErrorCode::invalid_role, Field::role_slug};
    }
    out.dropped = detail::role_set_of(role);
    return detail::resolve_default(seen, out);
  }

  static constexpr Refusal join(const PolicyOptions& options, const BasicSnapshot<T>& seen,
                                const BasicContext<T>& context, detail::ResolvedRoles& resolved,
                                BasicPlan<T>& plan) noexcept {
    const LifecycleCell& cell = detail::enter_cell(LifecycleCommand::accept_invitation, seen, plan);
    if (cell.verdict == LifecycleCell::Verdict::refused) return detail::refused_by(cell);
    if (plan.trace.standing == Standing::pending && !detail::has_pending_membership(seen)) {
      return {ErrorCode::invalid_invite, Field::organization_membership_id};
    }
    Refusal refusal = plan.trace.standing == Standing::pending
                          ? detail::resolve_retained(options, seen, resolved)
                          : resolve_own(options, seen, resolved);
    if (refusal) return refusal;
    if (!seen.membership) {
      if (!context.membership) return {ErrorCode::missing_id, Field::organization_membership_id};
      plan.outcome = Outcome::created;
      plan.trace.role_source = resolved.source;
      plan.trace.dropped = resolved.dropped;
      detail::write_new(seen, *context.membership, cell.event, Status::active, resolved,
                        context.now, plan);
      return {};
    }
    refusal = detail::check_directory(options, *seen.membership, resolved.roles);
    if (refusal) return refusal;
    if (plan.trace.standing == Standing::inactive) plan.outcome = Outcome::reactivated;
    detail::write_change(seen, context, cell.event, Status::active, resolved, plan);
    return {};
  }
};

using AcceptInvitation = BasicAcceptInvitation<DefaultTraits>;

}  // namespace membership::inline v0

#endif
