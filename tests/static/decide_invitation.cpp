// SPDX-License-Identifier: BSL-1.0

// Plan
//   what a plan fills: the invitation, its membership, the rows that are set -> send, accept, end
//   ids that are missing                                                     -> missing ids
//   the status at a time                                                     -> boundary
//   a token's digest is that of the context                                  -> send, resend
//   claims: only without an organization                                     -> claims

#include "../support/world.hpp"
#include "membership/command/accept_invitation.hpp"
#include "membership/command/delete_organization.hpp"
#include "membership/command/delete_user.hpp"
#include "membership/command/expire_invitation.hpp"
#include "membership/command/resend_invitation.hpp"
#include "membership/command/revoke_invitation.hpp"
#include "membership/command/send_invitation.hpp"
#include "membership/command/sweep_invitations.hpp"

namespace static_decide_invitation {

using namespace membership_tests;
using enum ErrorCode;

constexpr InvitationId invitation_id = id<InvitationId>("invitation_1");
constexpr InvitationId new_id = id<InvitationId>("invitation_new");
constexpr TokenDigest digest{{1, 2, 3}};

constexpr Context full_context(Time now = at(2000)) {
  Context drawn = make_context(now);
  drawn.invitation.emplace(new_id);
  drawn.token.emplace(digest);
  return drawn;
}
constexpr Context full = full_context();

constexpr Profile make_profile() {
  Profile profile;
  profile.texts.set(Text::email, "Ada@x"sv);
  return profile;
}
constexpr Profile profile = make_profile();

/// An open invitation of the organization, until 9000, about the world's user where `about_user`.
constexpr Snapshot inviting(Snapshot seen, bool about_user, RoleIndex role = RoleIndex::none()) {
  InvitationState& state = seen.invitation.emplace(invitation_id, at(100), at(9000));
  state.organization = organization_id;
  if (about_user) state.user = user_id;
  state.role = role;
  state.revision = 6;
  seen.invitation_profile = &profile;
  return seen;
}
constexpr Snapshot pending = inviting(with(Status::pending, set_of(admin)), true);
constexpr Snapshot inactive = inviting(with(Status::inactive, set_of(viewer)), true, admin);
constexpr Snapshot nobody = inviting(world, false, admin);

template <class C>
constexpr Plan planned(const C& command, const Snapshot& seen, const PolicyOptions& options = {},
                       const Context& drawn = full) {
  return plan_of(command, seen, options, drawn);
}
template <class C>
constexpr Error refused(const C& command, const Snapshot& seen, const Context& drawn = full) {
  return refusal(command, seen, {}, drawn);
}

// --- send

constexpr SendInvitation send{"Ada@x", organization_id, "viewer"};

constexpr bool send_to_a_user() {
  const Plan plan = planned(send, world);
  const InvitationState& state = plan.invitation->after;
  return plan.outcome == Outcome::created && plan.trace.about == Trace::About::invitation &&
         plan.invitation->precondition == Precondition::absent && state.id == new_id &&
         state.role.is_none() && state.user == user_id && state.token == digest &&
         state.sent_by == plan_id && state.revision == 8 && state.created_at == at(2000) &&
         plan.invitation->held == RoleSet::of(viewer) &&
         plan.membership->after.status == Status::pending &&
         plan.membership->after.id == new_membership_id &&
         plan.membership->after.roles == RoleSet::of(viewer) && *plan.compared_user == 5 &&
         plan.touch->expected == 7 && plan.touch->after == Counts{10, 4, 3, 3} && !plan.claims &&
         !plan.user && *plan.organization_id() == organization_id &&
         plan.profile->after.texts[Text::email] == "Ada@x";
}
static_assert(send_to_a_user());

constexpr bool send_to_nobody() {
  Snapshot seen = world;
  seen.user.clear();
  const Plan plan = planned(send, seen);
  return plan.invitation->after.role == viewer && !plan.invitation->after.user &&
         !plan.membership && !plan.compared_user && plan.touch->expected == 7 &&
         plan.touch->after == world.organization->counts && plan.touch->fenced_to == 3;
}
static_assert(send_to_nobody());

constexpr bool send_to_an_inactive_member() {
  const Plan plan = planned(send, with(Status::inactive, set_of(admin)));
  return plan.invitation->after.role == viewer && !plan.invitation->after.user &&
         !plan.membership && plan.touch->after == world.organization->counts;
}
static_assert(send_to_an_inactive_member());

constexpr bool send_adopts_a_pending_one() {
  const Snapshot seen = with(Status::pending, set_of(admin));
  const Plan other_role = planned(send, seen);
  const Plan same_role = planned(SendInvitation{"Ada@x", organization_id}, seen);
  return other_role.membership->after.roles == RoleSet::of(viewer) &&
         other_role.membership->after.status == Status::pending &&
         other_role.invitation->held == RoleSet::of(viewer) && !same_role.membership &&
         same_role.invitation->held == RoleSet::of(admin) && same_role.touch;
}
static_assert(send_adopts_a_pending_one());

// --- missing ids

constexpr Error missing(bool invitation, bool token) {
  Context drawn = no_ids;
  if (invitation) drawn.invitation.emplace(new_id);
  if (token) drawn.token.emplace(digest);
  return refused(send, world, drawn);
}
static_assert(missing(false, true) == error(missing_id, Field::invitation_id));
static_assert(missing(true, false) == error(missing_id, Field::invitation_token));
static_assert(missing(true, true) == error(missing_id, Field::organization_membership_id));
static_assert(refused(ResendInvitation{invitation_id}, pending, no_ids).code == missing_id);
static_assert(refused(AcceptInvitation{invitation_id}, nobody, no_ids) ==
              error(missing_id, Field::organization_membership_id));

// --- accept

constexpr bool accept_a_pending_one() {
  const Plan plan = planned(AcceptInvitation{invitation_id}, pending);
  return plan.invitation->expected == 6 && plan.invitation->after.revision == 8 &&
         plan.invitation->after.status == InvitationStatus::accepted &&
         plan.invitation->after.accepted_by == user_id &&
         plan.invitation->after.ended_at == at(2000) && plan.invitation->held.empty() &&
         plan.profile->after.texts[Text::role_slug] == "admin" &&
         plan.membership->after.status == Status::active && !plan.compared_user &&
         plan.trace.command == LifecycleCommand::accept_invitation &&
         plan.trace.standing == Standing::pending && plan.touch->after == Counts{11, 4, 1, 4};
}
static_assert(accept_a_pending_one());

constexpr bool accept_with_the_invitations_role() {
  const Plan made = planned(AcceptInvitation{invitation_id}, nobody);
  const Plan again = planned(AcceptInvitation{invitation_id}, inactive);
  return made.outcome == Outcome::created && *made.compared_user == 5 &&
         made.membership->after.roles == RoleSet::of(admin) &&
         again.outcome == Outcome::reactivated && !again.compared_user &&
         again.membership->after.roles == RoleSet::of(admin) &&
         again.invitation->after.role.is_none() &&
         again.profile->after.texts[Text::role_slug] == "admin";
}
static_assert(accept_with_the_invitations_role());

static_assert(refused(AcceptInvitation{invitation_id},
                      inviting(with(Status::active, set_of(member)), true)) ==
              error(invalid_invite, Field::organization_membership_id, "om_1"));

constexpr Error accept_managed() {
  PolicyOptions options;
  options.directory_managed_roles = DirectoryManagedRoles::refuse;
  return refusal(AcceptInvitation{invitation_id},
                 inviting(with(Status::inactive, set_of(viewer), true), true, admin), options,
                 full);
}
static_assert(accept_managed() ==
              error(directory_managed, Field::organization_membership_id, "om_1"));

// --- boundary

static_assert(pending.invitation->status_at(at(8999)) == InvitationStatus::pending);
static_assert(pending.invitation->status_at(at(9000)) == InvitationStatus::expired);
static_assert(refused(AcceptInvitation{invitation_id}, pending, full_context(at(8999))).code ==
              ErrorCode{});
static_assert(refused(AcceptInvitation{invitation_id}, pending, full_context(at(9000))) ==
              error(invite_not_pending, Field::invitation_id, "invitation_1"));
static_assert(planned(ExpireInvitation{invitation_id}, pending, {}, full_context(at(8999)))
                  .outcome == Outcome::unchanged);
static_assert(planned(ExpireInvitation{invitation_id}, pending, {}, full_context(at(9000)))
                  .outcome == Outcome::deleted);

// --- end

template <class C>
constexpr bool ends(const C& command, const Snapshot& seen, InvitationStatus status,
                    EventType event, Time now) {
  const Plan plan = planned(command, seen, {}, full_context(now));
  PolicyOptions options;
  options.ended_invitation_membership = EndedInvitationMembership::keep;
  const Plan kept = planned(command, seen, options, full_context(now));
  return plan.invitation->after.status == status && plan.invitation->event == event &&
         plan.membership->effect == Effect::erase && plan.touch->after == Counts{10, 4, 1, 3} &&
         plan.profile->after.texts[Text::role_slug] == "admin" && !plan.claims &&
         kept.invitation->after.status == status && !kept.membership && kept.touch &&
         kept.touch->after == seen.organization->counts;
}
static_assert(ends(RevokeInvitation{invitation_id}, pending, InvitationStatus::revoked,
                   EventType::invitation_revoked, at(2000)));
static_assert(ends(ExpireInvitation{invitation_id}, pending, InvitationStatus::expired,
                   EventType::none, at(9000)));

constexpr bool deletes_with_its_invitation() {
  const Plan plan = planned(DeleteMembership{membership_id}, pending);
  const Plan other = planned(DeleteMembership{membership_id}, inactive);
  return plan.invitation->after.status == InvitationStatus::revoked &&
         plan.invitation->event == EventType::invitation_revoked &&
         plan.membership->effect == Effect::erase && !other.invitation;
}
static_assert(deletes_with_its_invitation());

constexpr bool sweeps_with_its_invitation() {
  Snapshot seen = pending;
  seen.organization->phase = Phase::deleting;
  seen.organization->generation = 7;
  const Plan of_organization = planned(SweepOrganizationMembership{membership_id, 7}, seen);
  Snapshot of = pending;
  of.user->phase = Phase::deleting;
  of.user->generation = 5;
  const Plan of_user = planned(SweepUserMembership{membership_id, 5}, of);
  return of_organization.invitation->effect == Effect::erase &&
         of_organization.invitation->event == EventType::none &&
         of_user.invitation->after.status == InvitationStatus::revoked &&
         of_user.profile->after.texts[Text::role_slug] == "admin";
}
static_assert(sweeps_with_its_invitation());

// --- resend

constexpr bool resends() {
  const Plan plan = planned(ResendInvitation{invitation_id}, pending);
  return plan.invitation->after.token == digest && plan.invitation->after.sent_by == plan_id &&
         plan.invitation->after.expires_at == at(9000) &&
         plan.invitation->after.id == invitation_id &&
         plan.invitation->held == RoleSet::of(admin) && !plan.membership && plan.touch;
}
static_assert(resends());

// --- claims

constexpr unsigned claims_of(const Plan& plan, Effect wanted) {
  unsigned count = 0;
  for_each_claim(plan, [&](ClaimKind kind, Effect effect, const ClaimKey& key) {
    if (kind == ClaimKind::invitation_email && effect == wanted && key.view() == "ada@x") ++count;
    if (kind != ClaimKind::invitation_email) count += 100;
  });
  return count;
}
constexpr Snapshot alone() {
  Snapshot seen;
  seen.user.emplace(user_id, 5u);
  seen.invitation.emplace(invitation_id, at(100), at(9000)).revision = 6;
  seen.invitation_profile = &profile;
  return seen;
}
static_assert(claims_of(planned(SendInvitation{"Ada@x"}, Snapshot{}), Effect::put) == 1);
static_assert(claims_of(planned(send, world), Effect::put) == 0);
static_assert(claims_of(planned(RevokeInvitation{invitation_id}, alone()), Effect::erase) == 1);
static_assert(claims_of(planned(AcceptInvitation{invitation_id}, alone()), Effect::erase) == 1);
static_assert(claims_of(planned(RevokeInvitation{invitation_id}, pending), Effect::erase) == 0);
static_assert(planned(RevokeInvitation{invitation_id}, alone()).organization_id() == nullptr);
static_assert(planned(RevokeInvitation{invitation_id}, alone()).invitation->after.revision == 7);

/// A claim on an address is shown only without an organization, whoever fills it in.
constexpr bool claims_go_by_the_organization() {
  Plan plan = planned(send, world);
  plan.claims.emplace().email.after = "ada@x";
  return claims_of(plan, Effect::put) == 0;
}
static_assert(claims_go_by_the_organization());

}  // namespace static_decide_invitation
