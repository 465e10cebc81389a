// SPDX-License-Identifier: BSL-1.0

// Plan
//   send: whom it is about, roles, days, events              -> send_*
//   its refusals in their order                              -> send_refusals_in_order
//   accept: every row of the table, roles, refusals          -> accept_*
//   revoke, expire, resend; the boundary of expiry           -> revoke_*, expiry_*, resend_*
//   option `ended_invitation_membership`                     -> kept_membership
//   the pending membership: deleted, other roles, swept      -> pending_*
//   deletions of organizations and users                     -> deletion_*
//   drivers: an expired one is ended first, the user is made -> driver_*
//   escalation, the seat limit, pending owners               -> escalation_*, limits_*, owners_*
//   accept beside create, two invites: one row               -> races_*
//   tokens made from the plan's id                           -> tokens_*

#include "../support/inviting.hpp"
#include "membership/command/update_user.hpp"
#include "membership/driver/bulk.hpp"
#include "membership/driver/operation.hpp"
#include "membership/driver/tokens.hpp"

#include <boost/test/unit_test.hpp>

using namespace membership;
using namespace membership_tests;

BOOST_AUTO_TEST_SUITE(invitations)

namespace {

using Inviting = InvitingHost<>;

constexpr std::string_view ada_address = "ada@example.org";

struct World : Inviting {
  UserId ada = user_with("user_ada", ada_address);
  std::size_t before = count_events(store);

  /// The types of the events since the world began, or since the last call.
  std::string news() {
    const std::string text = event_types(store, before);
    before = count_events(store);
    return text;
  }
  template <class C>
  void refuses(const C& command, const Error& expected) {
    const std::string shown = describe(store);
    BOOST_TEST(refused(command) == expected);
    BOOST_TEST(describe(store) == shown);
  }
  template <class C>
  Plan decide(const C& command, const Snapshot& seen) {
    return *policy.decide(command, seen, draw_context<C>(runtime.clock.at, runtime.ids));
  }
};

Error about(ErrorCode code, const InvitationId& id) {
  return an_error(code, Field::invitation_id, id.view());
}

}  // namespace

BOOST_AUTO_TEST_CASE(send_to_a_user_makes_a_pending_membership) {
  World world;
  const auto revision = world.state(world.acme).revision;
  const auto receipt = world.done(SendInvitation{"Ada@Example.org", world.acme, "admin"});
  BOOST_TEST(receipt.outcome() == Outcome::created);
  const InvitationState& state = receipt.plan.invitation->after;
  BOOST_TEST((state.user == world.ada));
  BOOST_TEST(state.role.is_none());
  BOOST_TEST(state.revision == revision + 1);
  BOOST_TEST(world.state(world.acme).revision == revision + 1);
  BOOST_TEST(world.state(world.acme).counts == (Counts{0, 0, 1, 0}));
  BOOST_TEST(world.member(world.ada)->status == Status::pending);
  BOOST_TEST(world.shown_roles(world.ada, world.acme) == "admin");
  const Shown row = world.shown(state.id);
  BOOST_TEST((row.state == state));
  BOOST_TEST(row.email == "Ada@Example.org");
  BOOST_TEST(row.role == "admin");
  BOOST_TEST(world.news() == "invitation.created organization_membership.created");
}

BOOST_AUTO_TEST_CASE(send_to_nobody_holds_the_role) {
  World world;
  const InvitationState state = world.invite("nobody@example.org", "viewer");
  BOOST_TEST(!state.user.has_value());
  BOOST_TEST(state.role == RoleIndex::environment(2));
  BOOST_TEST(world.shown(state.id).role == "viewer");
  BOOST_TEST(world.state(world.acme).counts == Counts{});
  BOOST_TEST(world.news() == "invitation.created");
}

BOOST_AUTO_TEST_CASE(send_to_an_inactive_member_leaves_it_inactive) {
  World world;
  const auto member = world.join(world.ada, world.acme);
  world.done(DeactivateMembership{member.id});
  world.news();
  const InvitationState state = world.invite(ada_address, "admin");
  BOOST_TEST(!state.user.has_value());
  BOOST_TEST(state.role == RoleIndex::environment(1));
  BOOST_TEST(world.member(world.ada)->status == Status::inactive);
  BOOST_TEST(world.shown_roles(world.ada, world.acme) == "member");
  BOOST_TEST(world.shown(state.id).role == "admin");
  BOOST_TEST(world.news() == "invitation.created");
}

BOOST_AUTO_TEST_CASE(send_default_role_and_days) {
  World world;
  world.done(SetDefaultRole{"viewer", world.acme});
  const InvitationState state = world.invite(ada_address);
  BOOST_TEST(world.shown(state.id).role == "viewer");
  BOOST_TEST(state.expires_at.milliseconds() - state.created_at.milliseconds() == 7 * 86'400'000);
  for (const std::int64_t days : {1, 30}) {
    const std::string address = std::to_string(days) + "@x";
    SendInvitation command{address, world.acme};
    command.expires_in_days = days;
    const InvitationState other = world.sent(command);
    BOOST_TEST(other.expires_at.milliseconds() - other.created_at.milliseconds() ==
               days * 86'400'000);
  }
}

BOOST_AUTO_TEST_CASE(send_without_organization) {
  World world;
  const InvitationState state = world.sent(SendInvitation{"new@example.org"});
  BOOST_TEST(!state.organization.has_value());
  BOOST_TEST(state.revision == 1u);
  BOOST_TEST(world.shown(state.id).role == "");
  world.refuses(SendInvitation{"NEW@example.org"},
                about(ErrorCode::email_already_invited, state.id));
  world.refuses(SendInvitation{ada_address},
                an_error(ErrorCode::user_already_exists, Field::user_id, "user_ada"));
  // An organization's invitation of the same address is another matter.
  world.invite("new@example.org");
  BOOST_TEST(world.news() == "invitation.created invitation.created");
}

BOOST_AUTO_TEST_CASE(send_refusals_in_order) {
  World world;
  SendInvitation command{""};
  command.role = "nobody";
  command.expires_in_days = 0;
  command.inviter = make_id<UserId>("user_unknown");
  world.refuses(command, an_error(ErrorCode::empty, Field::email));
  command.email = "ada";
  world.refuses(command, an_error(ErrorCode::malformed, Field::email, "ada"));
  command.email = "a\xff@x";
  world.refuses(command, an_error(ErrorCode::not_utf8, Field::email));
  command.email = ada_address;
  world.refuses(command, an_error(ErrorCode::malformed, Field::role_slug, "nobody"));
  command.organization = make_id<OrganizationId>("org_unknown");
  world.refuses(command,
                an_error(ErrorCode::entity_not_found, Field::organization_id, "org_unknown"));
  command.organization = world.acme;
  world.refuses(command,
                an_error(ErrorCode::entity_not_found, Field::inviter_user_id, "user_unknown"));
  command.inviter = world.ada;
  world.refuses(command, an_error(ErrorCode::expires_in_days_too_short, Field::expires_in_days));
  command.expires_in_days = 31;
  world.refuses(command, an_error(ErrorCode::expires_in_days_too_long, Field::expires_in_days));
  command.expires_in_days = 30;
  world.refuses(command, an_error(ErrorCode::invalid_role, Field::role_slug, "nobody"));
  const auto member = world.join(world.ada, world.acme);
  world.refuses(command, an_error(ErrorCode::invalid_role, Field::role_slug, "nobody"));
  command.role = "admin";
  world.refuses(command, an_error(ErrorCode::user_already_organization_member,
                                  Field::organization_membership_id, member.id.view()));
  world.done(DeactivateMembership{member.id});
  const InvitationState open = world.sent(command);
  BOOST_TEST((open.inviter == world.ada));
  world.refuses(command, about(ErrorCode::email_already_invited_to_organization, open.id));
  world.pass_days(30);
  world.refuses(command, about(ErrorCode::invite_expired, open.id));
  // An active member is told so first.
  world.done(ReactivateMembership{member.id});
  world.refuses(command, an_error(ErrorCode::user_already_organization_member,
                                  Field::organization_membership_id, member.id.view()));
}

BOOST_AUTO_TEST_CASE(send_to_what_is_being_deleted) {
  World world;
  const auto bob = world.user_with("user_bob", "bob@x");
  world.done(MarkUserDeleted{bob});
  world.refuses(SendInvitation{"bob@x", world.acme},
                an_error(ErrorCode::entity_not_found, Field::user_id, "user_bob"));
  world.refuses(SendInvitation{"bob@x"},
                an_error(ErrorCode::entity_not_found, Field::user_id, "user_bob"));
  world.done(MarkOrganizationDeleted{world.acme});
  world.refuses(SendInvitation{ada_address, world.acme},
                an_error(ErrorCode::entity_not_found, Field::organization_id, "org_acme"));
}

BOOST_AUTO_TEST_CASE(send_after_an_address_was_changed) {
  // The pending membership has an open invitation under the old address.
  World world;
  const InvitationState open = world.invite(ada_address);
  const auto seen = world.load_pair(world.ada, world.acme);
  const auto bob = world.user_with("user_bob", "bob@x");
  world.done(MarkUserDeleted{bob});
  world.done(FinishUserDeletion{bob, world.load_pair(bob, world.acme).user->generation});
  Plan moved(world.runtime.ids.plan_id(world.runtime.clock.at), world.runtime.clock.at);
  moved.outcome = Outcome::updated;
  UserState state = *seen.user;
  ++state.revision;
  moved.user.emplace(Precondition::set, EventType::user_updated, seen.user->revision, state);
  auto& claims = moved.claims.emplace();
  claims.email.before = ada_address;
  claims.email.after = "bob@x";
  must_commit(world, moved);
  world.refuses(SendInvitation{"bob@x", world.acme},
                about(ErrorCode::email_already_invited_to_organization, open.id));
  // The acceptance is still that of the user whom it is about.
  world.done(AcceptInvitation{open.id});
  BOOST_TEST(world.member(world.ada)->status == Status::active);
}

BOOST_AUTO_TEST_CASE(accept_a_pending_one) {
  World world;
  const InvitationState state = world.invite(ada_address, "admin");
  const auto pending = *world.member(world.ada);
  world.news();
  world.pass_days(1);
  const auto receipt = world.done(AcceptInvitation{state.id});
  BOOST_TEST(receipt.outcome() == Outcome::updated);
  BOOST_TEST(receipt.membership()->status == Status::active);
  BOOST_TEST(world.member(world.ada)->id == pending.id);
  BOOST_TEST(world.shown_roles(world.ada, world.acme) == "admin");
  BOOST_TEST(world.state(world.acme).counts == (Counts{1, 0, 0, 0}));
  const Shown row = world.shown(state.id);
  BOOST_TEST(row.state.status == InvitationStatus::accepted);
  BOOST_TEST(row.state.ended_at == world.runtime.clock.at);
  BOOST_TEST((row.state.accepted_by == world.ada));
  BOOST_TEST(row.state.role.is_none());
  BOOST_TEST(row.role == "admin");
  BOOST_TEST(row.state.revision == world.state(world.acme).revision);
  BOOST_TEST(world.news() == "invitation.accepted organization_membership.updated");
  world.refuses(AcceptInvitation{state.id}, about(ErrorCode::invite_not_pending, state.id));
}

BOOST_AUTO_TEST_CASE(accept_with_none_there) {
  World world;
  const InvitationState state = world.invite("bob@x", "admin");
  world.refuses(AcceptInvitation{state.id}, an_error(ErrorCode::entity_not_found, Field::user_id));
  const auto bob = world.user_with("user_bob", "BOB@x");
  world.news();
  BOOST_TEST(world.done(AcceptInvitation{state.id}).outcome() == Outcome::created);
  BOOST_TEST(world.member(bob)->status == Status::active);
  BOOST_TEST(world.shown_roles(bob, world.acme) == "admin");
  BOOST_TEST(world.shown(state.id).role == "admin");
  BOOST_TEST((world.shown(state.id).state.accepted_by == bob));
  BOOST_TEST(world.news() == "invitation.accepted organization_membership.created");
}

BOOST_AUTO_TEST_CASE(accept_an_inactive_one) {
  World world;
  const auto member = world.join(world.ada, world.acme, RoleSelection::one("viewer"));
  world.done(DeactivateMembership{member.id});
  const InvitationState state = world.invite(ada_address, "admin");
  world.news();
  BOOST_TEST(world.done(AcceptInvitation{state.id}).outcome() == Outcome::reactivated);
  BOOST_TEST(world.member(world.ada)->id == member.id);
  BOOST_TEST(world.member(world.ada)->status == Status::active);
  BOOST_TEST(world.shown_roles(world.ada, world.acme) == "admin");
  BOOST_TEST(world.news() == "invitation.accepted organization_membership.updated");
}

// A pending membership is about one invitation, so that none is left that is about a user who goes.
BOOST_AUTO_TEST_CASE(accept_with_a_pending_membership_of_another) {
  World world;
  const InvitationState early = world.invite("new@x");
  const InvitationState pending = world.invite(ada_address, "admin");
  UpdateUser moved{world.ada};
  moved.email = "new@x";
  world.done(moved);
  const std::string before = describe(world.store);
  BOOST_TEST((world.refused(AcceptInvitation{early.id}).code == ErrorCode::invalid_invite));
  BOOST_TEST(describe(world.store) == before);
  world.done(AcceptInvitation{pending.id});
  BOOST_TEST(world.member(world.ada)->status == Status::active);
}

// One of the address, and one of the pending membership of who has it now.
BOOST_AUTO_TEST_CASE(send_ends_all_expired_ones_that_it_meets) {
  World world;
  const InvitationState early = world.invite("new@x");
  const InvitationState pending = world.invite(ada_address, "admin");
  UpdateUser moved{world.ada};
  moved.email = "new@x";
  world.done(moved);
  world.runtime.clock.at = later_of(early.expires_at, pending.expires_at);
  const auto sent = send_invitation(world.store, world.policy, SendInvitation{"new@x", world.acme},
                                    world.runtime);
  BOOST_TEST(sent.has_value());
  for (const InvitationId& id : {early.id, pending.id}) {
    BOOST_TEST(world.shown(id).state.status == InvitationStatus::expired);
  }
}

BOOST_AUTO_TEST_CASE(accept_by_an_active_member_changes_nothing) {
  World world;
  const InvitationState state = world.invite("bob@x", "admin");
  const auto bob = world.user_with("user_bob", "bob@x");
  const auto member = world.join(bob, world.acme);
  world.refuses(
      AcceptInvitation{state.id},
      an_error(ErrorCode::invalid_invite, Field::organization_membership_id, member.id.view()));
  BOOST_TEST(world.shown(state.id).state.status == InvitationStatus::pending);
}

BOOST_AUTO_TEST_CASE(accept_without_organization) {
  World world;
  const InvitationState state = world.sent(SendInvitation{"bob@x"});
  world.refuses(AcceptInvitation{state.id}, an_error(ErrorCode::entity_not_found, Field::user_id));
  const auto bob = world.user_with("user_bob", "bob@x");
  world.news();
  world.done(AcceptInvitation{state.id});
  const Shown row = world.shown(state.id);
  BOOST_TEST(row.state.status == InvitationStatus::accepted);
  BOOST_TEST((row.state.accepted_by == bob));
  BOOST_TEST(row.state.revision == 2u);
  BOOST_TEST(world.news() == "invitation.accepted");
  // The address is free for another one as soon as the user is gone.
  BOOST_TEST(delete_user(world.store, world.policy, bob, world.runtime).has_value());
  world.sent(SendInvitation{"bob@x"});
}

BOOST_AUTO_TEST_CASE(accept_keeps_roles_given_meanwhile) {
  World world;
  const InvitationState state = world.invite(ada_address, "admin");
  world.done(UpdateRoles{world.member(world.ada)->id, RoleSelection::one("viewer")});
  BOOST_TEST(world.shown(state.id).role == "viewer");
  world.done(AcceptInvitation{state.id});
  BOOST_TEST(world.shown_roles(world.ada, world.acme) == "viewer");
  BOOST_TEST(world.shown(state.id).role == "viewer");
}

BOOST_AUTO_TEST_CASE(accept_roles_that_no_longer_fit) {
  for (const bool user_there : {false, true}) {
    World world;
    world.done(EnableMultipleRoles{});
    world.organization_role(world.acme, "org-lead");
    const std::string_view address = user_there ? ada_address : "bob@x";
    const InvitationState state = world.invite(address, "org-lead");
    const auto user = user_there ? world.ada : world.user_with("user_bob", "bob@x");
    // The role is on its way out.
    Reads reads;
    reads.organization = &world.acme;
    reads.role = "org-lead";
    const auto seen = world.load(reads);
    Plan retire = empty_plan(world);
    auto& write = retire.organization.emplace(Precondition::set, EventType::none,
                                              seen.organization->revision, *seen.organization);
    ++write.after.revision;
    RoleState role = *seen.roles.at(seen.role_index);
    role.phase = Phase::retiring;
    retire.role.emplace(Precondition::set, EventType::none, seen.role->id, seen.role_index, role);
    must_commit(world, retire);
    world.policy.options.unfit_retained_role = UnfitRetainedRole::refuse;
    world.refuses(AcceptInvitation{state.id},
                  an_error(ErrorCode::invalid_role, Field::role_slug, "org-lead"));
    world.refuses(SendInvitation{"cid@x", world.acme, "org-lead"},
                  an_error(ErrorCode::invalid_role, Field::role_slug, "org-lead"));
    world.policy.options.unfit_retained_role = UnfitRetainedRole::drop;
    world.done(AcceptInvitation{state.id});
    BOOST_TEST(world.shown_roles(user, world.acme) == "member");
    BOOST_TEST(world.shown(state.id).role == "member");
  }
}

BOOST_AUTO_TEST_CASE(accept_what_is_not_there_or_being_deleted) {
  World world;
  world.refuses(AcceptInvitation{make_id<InvitationId>("invitation_x")},
                an_error(ErrorCode::entity_not_found, Field::invitation_id, "invitation_x"));
  world.refuses(AcceptInvitation{}, an_error(ErrorCode::entity_not_found, Field::invitation_id));
  world.refuses(AcceptInvitation::by_token(TokenDigest{}),
                an_error(ErrorCode::entity_not_found, Field::invitation_token));
  const InvitationState state = world.invite(ada_address);
  // With an id and a token both are looked at.
  world.refuses(AcceptInvitation{state.id, TokenDigest{}},
                an_error(ErrorCode::entity_not_found, Field::invitation_token));
  world.done(MarkUserDeleted{world.ada});
  world.refuses(AcceptInvitation{state.id},
                an_error(ErrorCode::entity_not_found, Field::user_id, "user_ada"));
  world.done(MarkOrganizationDeleted{world.acme});
  world.refuses(AcceptInvitation{state.id},
                an_error(ErrorCode::entity_not_found, Field::organization_id, "org_acme"));
  world.refuses(ResendInvitation{state.id},
                an_error(ErrorCode::entity_not_found, Field::organization_id, "org_acme"));
  world.done(RevokeInvitation{state.id});
  // What has ended is told before the user who is not there.
  World other;
  const InvitationState revoked = other.invite("nobody@x");
  other.done(RevokeInvitation{revoked.id});
  other.refuses(AcceptInvitation{revoked.id}, about(ErrorCode::invite_not_pending, revoked.id));
}

BOOST_AUTO_TEST_CASE(revoke_deletes_the_pending_membership) {
  World world;
  const InvitationState state = world.invite(ada_address, "admin");
  world.news();
  const auto receipt = world.done(RevokeInvitation{state.id});
  BOOST_TEST(receipt.outcome() == Outcome::deleted);
  BOOST_TEST((receipt.membership() == nullptr));
  BOOST_TEST(!world.member(world.ada).has_value());
  BOOST_TEST(world.state(world.acme).counts == Counts{});
  const Shown row = world.shown(state.id);
  BOOST_TEST(row.state.status == InvitationStatus::revoked);
  BOOST_TEST(row.state.ended_at == world.runtime.clock.at);
  BOOST_TEST(row.role == "admin");
  BOOST_TEST(world.news() == "invitation.revoked organization_membership.deleted");
  world.refuses(RevokeInvitation{state.id}, about(ErrorCode::invite_not_pending, state.id));
  world.refuses(RevokeInvitation{make_id<InvitationId>("invitation_x")},
                an_error(ErrorCode::entity_not_found, Field::invitation_id, "invitation_x"));
  // Invited again, under another id.
  BOOST_TEST((world.invite(ada_address).id != state.id));
}

BOOST_AUTO_TEST_CASE(revoke_leaves_an_inactive_member) {
  World world;
  const auto member = world.join(world.ada, world.acme);
  world.done(DeactivateMembership{member.id});
  const InvitationState state = world.invite(ada_address, "admin");
  world.news();
  const auto revoked = world.done(RevokeInvitation{state.id});
  BOOST_TEST_REQUIRE(revoked.membership() != nullptr);
  BOOST_TEST(revoked.membership()->status == Status::inactive);
  BOOST_TEST(world.member(world.ada)->status == Status::inactive);
  BOOST_TEST(world.shown(state.id).role == "admin");
  BOOST_TEST(world.shown(state.id).state.role.is_none());
  BOOST_TEST(world.news() == "invitation.revoked");
}

BOOST_AUTO_TEST_CASE(expiry_at_its_very_millisecond) {
  World world;
  const InvitationState state = world.invite(ada_address, "admin");
  world.runtime.clock.at = Time::from_milliseconds(state.expires_at.milliseconds() - 1);
  BOOST_TEST(world.done(ExpireInvitation{state.id}).outcome() == Outcome::unchanged);
  world.done(ResendInvitation{state.id});
  world.news();
  world.runtime.clock.at = state.expires_at;
  world.refuses(AcceptInvitation{state.id}, about(ErrorCode::invite_not_pending, state.id));
  world.refuses(RevokeInvitation{state.id}, about(ErrorCode::invite_not_pending, state.id));
  world.refuses(ResendInvitation{state.id}, about(ErrorCode::invite_expired, state.id));
  world.refuses(SendInvitation{ada_address, world.acme},
                about(ErrorCode::invite_expired, state.id));
  BOOST_TEST(world.done(ExpireInvitation{state.id}).outcome() == Outcome::deleted);
  BOOST_TEST(world.shown(state.id).state.status == InvitationStatus::expired);
  BOOST_TEST(world.shown(state.id).role == "admin");
  BOOST_TEST(world.shown(state.id).state.ended_at == Time::from_milliseconds(0));
  BOOST_TEST(!world.member(world.ada).has_value());
  BOOST_TEST(world.news() == "organization_membership.deleted");
  BOOST_TEST(world.done(ExpireInvitation{state.id}).outcome() == Outcome::unchanged);
  world.refuses(ExpireInvitation{make_id<InvitationId>("invitation_x")},
                an_error(ErrorCode::entity_not_found, Field::invitation_id, "invitation_x"));
  world.invite(ada_address);
}

BOOST_AUTO_TEST_CASE(expiry_heeds_no_mark) {
  World world;
  const InvitationState state = world.invite(ada_address);
  const InvitationState other = world.sent(SendInvitation{"new@x"});
  world.done(MarkUserDeleted{world.ada});
  world.done(MarkOrganizationDeleted{world.acme});
  world.pass_days(7);
  BOOST_TEST(world.done(ExpireInvitation{state.id}).outcome() == Outcome::deleted);
  BOOST_TEST(world.done(ExpireInvitation{other.id}).outcome() == Outcome::deleted);
  world.sent(SendInvitation{"new@x"});
}

BOOST_AUTO_TEST_CASE(resend_kills_the_token_before) {
  World world;
  const InvitationState state = world.invite(ada_address, "admin");
  world.news();
  world.pass_days(1);
  const auto receipt = world.done(ResendInvitation{state.id});
  const InvitationState& after = receipt.plan.invitation->after;
  BOOST_TEST(receipt.outcome() == Outcome::updated);
  BOOST_TEST((after.id == state.id && after.expires_at == state.expires_at));
  BOOST_TEST((after.sent_by == receipt.plan.id && !(after.sent_by == state.sent_by)));
  BOOST_TEST((after.token == world.runtime.ids.token_digest(after.sent_by)));
  BOOST_TEST(world.shown(state.id).role == "admin");
  BOOST_TEST(world.news() == "invitation.resent");
  world.refuses(AcceptInvitation::by_token(state.token),
                an_error(ErrorCode::entity_not_found, Field::invitation_token));
  world.done(AcceptInvitation::by_token(after.token));
  world.refuses(ResendInvitation{state.id}, about(ErrorCode::invite_accepted, state.id));
  world.refuses(AcceptInvitation::by_token(after.token),
                about(ErrorCode::invite_not_pending, state.id));
  const InvitationState other = world.invite("new@x");
  world.done(RevokeInvitation{other.id});
  world.refuses(ResendInvitation{other.id}, about(ErrorCode::invite_revoked, other.id));
  world.refuses(ResendInvitation{make_id<InvitationId>("invitation_x")},
                an_error(ErrorCode::entity_not_found, Field::invitation_id, "invitation_x"));
}

BOOST_AUTO_TEST_CASE(kept_membership) {
  World world;
  world.policy.options.ended_invitation_membership = EndedInvitationMembership::keep;
  const InvitationState first = world.invite(ada_address, "admin");
  const auto pending = *world.member(world.ada);
  world.news();
  world.done(RevokeInvitation{first.id});
  BOOST_TEST(world.news() == "invitation.revoked");
  BOOST_TEST(world.member(world.ada)->status == Status::pending);
  // The next one is about the membership that is there, with its roles, or with others.
  const InvitationState second = world.invite(ada_address);
  BOOST_TEST(world.shown(second.id).role == "admin");
  BOOST_TEST(world.news() == "invitation.created");
  world.done(RevokeInvitation{second.id});
  const InvitationState third = world.invite(ada_address, "viewer");
  BOOST_TEST(world.news() ==
             "invitation.revoked invitation.created organization_membership.updated");
  BOOST_TEST(world.member(world.ada)->id == pending.id);
  BOOST_TEST(world.shown(third.id).role == "viewer");
  world.pass_days(7);
  world.done(ExpireInvitation{third.id});
  BOOST_TEST(world.member(world.ada)->status == Status::pending);
  BOOST_TEST(world.news() == "");
  // Without an open invitation it is deleted like any other.
  world.done(DeleteMembership{pending.id});
  BOOST_TEST(world.news() == "organization_membership.deleted");
}

BOOST_AUTO_TEST_CASE(pending_deleted_revokes) {
  World world;
  const InvitationState state = world.invite(ada_address, "admin");
  world.news();
  world.done(DeleteMembership{world.member(world.ada)->id});
  const Shown row = world.shown(state.id);
  BOOST_TEST(row.state.status == InvitationStatus::revoked);
  BOOST_TEST(row.role == "admin");
  BOOST_TEST(world.news() == "invitation.revoked organization_membership.deleted");
  BOOST_TEST(world.list({std::nullopt, std::nullopt, true, std::nullopt}).empty());
  world.invite(ada_address);
}

// What has expired ends as such, whatever takes it away, and that is no event.
BOOST_AUTO_TEST_CASE(expiry_goes_before_deletions) {
  World world;
  const auto bob = world.user_with("user_bob", "bob@x");
  const auto cid = world.user_with("user_cid", "cid@x");
  const InvitationState of_ada = world.invite(ada_address, "admin");
  const InvitationState of_bob = world.invite("bob@x");
  world.done(DeactivateMembership{world.join(cid, world.acme).id});
  const InvitationState of_cid = world.invite("cid@x");  // about an inactive membership
  world.pass_days(7);
  world.news();
  world.done(DeleteMembership{world.member(world.ada)->id});
  BOOST_TEST(world.news() == "organization_membership.deleted");
  for (const UserId& user : {bob, cid}) {
    BOOST_TEST(delete_user(world.store, world.policy, user, world.runtime).has_value());
    BOOST_TEST(world.news() == "organization_membership.deleted user.deleted");
  }
  for (const InvitationState& one : {of_ada, of_bob, of_cid}) {
    BOOST_TEST(world.shown(one.id).state.status == InvitationStatus::expired);
  }
}

BOOST_AUTO_TEST_CASE(pending_several_in_one_bulk) {
  World world;
  const auto bob = world.user_with("user_bob", "bob@x");
  const InvitationState one = world.invite(ada_address);
  const InvitationState two = world.invite("bob@x");
  const DeleteMembership both[] = {{world.member(world.ada)->id}, {world.member(bob)->id}};
  world.news();
  BOOST_TEST(execute_all(world.store, world.policy, both, world.runtime).has_value());
  BOOST_TEST(world.shown(one.id).state.status == InvitationStatus::revoked);
  BOOST_TEST(world.shown(two.id).state.status == InvitationStatus::revoked);
  BOOST_TEST(world.news() == "invitation.revoked organization_membership.deleted "
                             "invitation.revoked organization_membership.deleted");
}

BOOST_AUTO_TEST_CASE(pending_inactive_deleted_leaves_the_invitation) {
  World world;
  const auto member = world.join(world.ada, world.acme);
  world.done(DeactivateMembership{member.id});
  const InvitationState state = world.invite(ada_address, "admin");
  world.done(DeleteMembership{member.id});
  BOOST_TEST(world.shown(state.id).state.status == InvitationStatus::pending);
  BOOST_TEST(world.done(AcceptInvitation{state.id}).outcome() == Outcome::created);
  BOOST_TEST(world.shown_roles(world.ada, world.acme) == "admin");
}

BOOST_AUTO_TEST_CASE(deletion_of_an_organization_erases_all) {
  World world;
  const auto home = world.organization("org_home");
  world.invite(ada_address);
  world.invite("nobody@x", "admin");
  world.done(RevokeInvitation{world.invite("gone@x").id});
  world.sent(SendInvitation{"nobody@x", home});
  world.news();
  BOOST_TEST(delete_organization(world.store, world.policy, world.acme, world.runtime).has_value());
  BOOST_TEST(world.news() == "organization_membership.deleted organization.deleted");
  const auto left = world.list();
  BOOST_TEST_REQUIRE(left.size() == 1u);
  BOOST_TEST((left[0].state.organization == home));
  // The same organization, made again, has none.
  world.organization("org_acme");
  world.invite("nobody@x");
}

BOOST_AUTO_TEST_CASE(deletion_of_a_user_revokes_the_open_ones) {
  World world;
  const auto home = world.organization("org_home");
  const auto inactive = world.join(world.ada, home);
  world.done(DeactivateMembership{inactive.id});
  const InvitationState pending = world.invite(ada_address, "admin");
  const InvitationState back = world.sent(SendInvitation{ada_address, home});
  const InvitationState early = world.invite("late@x");
  const InvitationState alone = world.sent(SendInvitation{"late@x"});
  const auto late = world.user_with("user_late", "late@x");
  world.news();
  BOOST_TEST(delete_user(world.store, world.policy, world.ada, world.runtime).has_value());
  BOOST_TEST(world.shown(pending.id).state.status == InvitationStatus::revoked);
  BOOST_TEST(world.shown(back.id).state.status == InvitationStatus::revoked);
  BOOST_TEST(world.news() == "organization_membership.deleted invitation.revoked "
                             "organization_membership.deleted invitation.revoked user.deleted");
  // Those that were sent to the address before the user was.
  BOOST_TEST(delete_user(world.store, world.policy, late, world.runtime).has_value());
  BOOST_TEST(world.shown(early.id).state.status == InvitationStatus::revoked);
  BOOST_TEST(world.shown(alone.id).state.status == InvitationStatus::revoked);
  BOOST_TEST(world.news() == "invitation.revoked invitation.revoked user.deleted");
}

BOOST_AUTO_TEST_CASE(deletion_sweeps_go_by_the_mark) {
  World world;
  const InvitationState state = world.invite(ada_address);
  world.refuses(SweepOrganizationInvitation{state.id, 1},
                about(ErrorCode::operation_superseded, state.id));
  world.refuses(SweepUserInvitation{state.id, world.ada, 1},
                about(ErrorCode::operation_superseded, state.id));
  const auto bob = world.user_with("user_bob", "bob@x");
  const auto marked = world.done(MarkUserDeleted{bob}).plan.user->after.generation;
  BOOST_TEST(world.done(SweepUserInvitation{state.id, bob, marked}).outcome() ==
             Outcome::unchanged);
  const auto generation =
      world.done(MarkOrganizationDeleted{world.acme}).plan.organization->after.generation;
  world.refuses(SweepOrganizationInvitation{state.id, generation + 1},
                about(ErrorCode::operation_superseded, state.id));
  world.news();
  world.done(SweepOrganizationMembership{world.member(world.ada)->id, generation});
  BOOST_TEST(world.list().empty());
  BOOST_TEST(world.news() == "organization_membership.deleted");
  BOOST_TEST(world.done(SweepOrganizationInvitation{state.id, generation}).outcome() ==
             Outcome::unchanged);
}

BOOST_AUTO_TEST_CASE(driver_send_ends_the_expired_one) {
  World world;
  const InvitationState first = world.invite(ada_address);
  world.pass_days(7);
  world.news();
  const auto sent = send_invitation(world.store, world.policy,
                                    SendInvitation{ada_address, world.acme}, world.runtime);
  BOOST_TEST_REQUIRE(sent.has_value());
  BOOST_TEST(((*sent).plan.invitation->after.id != first.id));
  BOOST_TEST(world.shown(first.id).state.status == InvitationStatus::expired);
  BOOST_TEST(world.news() == "organization_membership.deleted invitation.created "
                             "organization_membership.created");
  const auto again = send_invitation(world.store, world.policy,
                                     SendInvitation{ada_address, world.acme}, world.runtime);
  BOOST_TEST((again.error().error->code == ErrorCode::email_already_invited_to_organization));
  world.sent(SendInvitation{"new@x"});
  world.pass_days(7);
  BOOST_TEST(send_invitation(world.store, world.policy, SendInvitation{"new@x"}, world.runtime)
                 .has_value());
}

BOOST_AUTO_TEST_CASE(driver_create_ends_the_expired_one) {
  World world;
  const InvitationState state = world.invite(ada_address);
  const CreateMembership command{world.ada, world.acme};
  const auto early = create_membership(world.store, world.policy, command, world.runtime);
  BOOST_TEST(
      (early.error().error->code == ErrorCode::cannot_reactivate_pending_organization_membership));
  BOOST_TEST(world.shown(state.id).state.status == InvitationStatus::pending);
  world.pass_days(7);
  const auto made = create_membership(world.store, world.policy, command, world.runtime);
  BOOST_TEST_REQUIRE(made.has_value());
  BOOST_TEST(world.member(world.ada)->status == Status::active);
  BOOST_TEST(world.shown(state.id).state.status == InvitationStatus::expired);
}

BOOST_AUTO_TEST_CASE(driver_accept_makes_the_user) {
  for (const bool by_token : {false, true}) {
    World world;
    const InvitationState state = world.invite("Bob@x", "admin");
    world.news();
    const auto command =
        by_token ? AcceptInvitation::by_token(state.token) : AcceptInvitation{state.id};
    const auto accepted = accept_invitation(world.store, world.policy, command, world.runtime);
    BOOST_TEST_REQUIRE(accepted.has_value());
    BOOST_TEST(world.news() == "user.created invitation.accepted organization_membership.created");
    const UserId bob = *world.shown(state.id).state.accepted_by;
    BOOST_TEST(world.member(bob)->status == Status::active);
    Reads reads;
    reads.user = &bob;
    reads.profiles = true;
    const auto seen = world.load(reads);
    BOOST_TEST(seen.user_profile->texts[Text::email] == "Bob@x");
    BOOST_TEST(seen.user_profile->email_verified == by_token);
  }
}

BOOST_AUTO_TEST_CASE(driver_accept_ends_the_expired_one) {
  World world;
  const InvitationState state = world.invite("nobody@x");
  world.pass_days(7);
  world.news();
  const auto late = accept_invitation(world.store, world.policy,
                                      AcceptInvitation::by_token(state.token), world.runtime);
  BOOST_TEST((*late.error().error == about(ErrorCode::invite_not_pending, state.id)));
  BOOST_TEST(world.shown(state.id).state.status == InvitationStatus::expired);
  BOOST_TEST(world.news() == "");  // no user was made for it
}

BOOST_AUTO_TEST_CASE(driver_expires_all) {
  World world;
  for (int i = 0; i < 250; ++i) {
    const std::string address = std::to_string(i) + "@x";
    SendInvitation command{address, world.acme};
    command.expires_in_days = i % 2 == 0 ? 1 : 2;
    world.sent(command);
  }
  world.invite(ada_address);
  std::vector<std::size_t> pages;
  const auto expire = [&] {
    pages.clear();
    return *expire_invitations(world.store, world.policy, world.runtime,
                               [&](std::size_t ended) { pages.push_back(ended); });
  };
  BOOST_TEST(expire() == 0u);
  world.pass_days(1);
  BOOST_TEST(expire() == 125u);
  BOOST_TEST((pages == std::vector<std::size_t>{50, 100, 125}));
  world.pass_days(6);
  BOOST_TEST(expire() == 126u);
  BOOST_TEST(world.list({std::nullopt, std::nullopt, true, std::nullopt}).empty());
  BOOST_TEST(world.state(world.acme).counts == Counts{});
}

BOOST_AUTO_TEST_CASE(escalation_through_an_invitation) {
  InvitingHost<MembershipPolicy<GrantRule>> host;
  host.done(CreatePermission{"all", "All"});
  host.done(AddRolePermission{"admin", "all"});
  const auto viewer = host.user_with("user_viewer", "viewer@x");
  host.join(viewer, host.acme, RoleSelection::one("viewer"));
  const auto ada = host.user_with("user_ada", ada_address);
  const auto inactive = host.user_with("user_inactive", "inactive@x");
  host.done(DeactivateMembership{host.join(inactive, host.acme).id});
  const auto command = [&](std::string_view email) {
    SendInvitation result{email, host.acme, "admin"};
    result.actor = viewer;
    return result;
  };
  const Error refusal = an_error(ErrorCode::role_not_grantable, Field::role_slug, "admin", 1);
  for (const std::string_view email : {"nobody@x", "inactive@x"}) {
    BOOST_TEST(host.refused(command(email)) == refusal);
  }
  BOOST_TEST(host.refused(command(ada_address)) == refusal);
  BOOST_TEST(host.list().empty());
  // What was granted when it was sent is not judged again.
  SendInvitation free = command(ada_address);
  free.role = "viewer";
  const InvitationState state = host.sent(free);
  host.done(UpdateRoles{host.member(ada)->id, RoleSelection::one("admin")});
  host.done(AcceptInvitation{state.id});
  BOOST_TEST(host.shown_roles(ada, host.acme) == "admin");
  // One that adopts a membership gives what that has.
  host.policy.options.ended_invitation_membership = EndedInvitationMembership::keep;
  const auto bob = host.user_with("user_bob", "bob@x");
  host.done(RevokeInvitation{host.invite("bob@x", "admin").id});
  SendInvitation adopt = command("bob@x");
  adopt.role.reset();
  BOOST_TEST(host.refused(adopt) == refusal);
  BOOST_TEST(host.member(bob)->status == Status::pending);
}

BOOST_AUTO_TEST_CASE(limits_of_seats) {
  for (const bool pending_counts : {false, true}) {
    InvitingHost<MembershipPolicy<SeatLimit>> host;
    configure(host, [&](EnvironmentState& state) {
      state.seats_count = SeatsCount{pending_counts, false};
    });
    configure(host, host.acme, [](OrganizationState& state) { state.seat_limit = 1; });
    host.user_with("user_ada", ada_address);
    host.user_with("user_bob", "bob@x");
    const Error refusal =
        an_error(ErrorCode::seat_limit_reached, Field::organization_id, "org_acme");
    const InvitationState one = host.invite(ada_address);
    const SendInvitation second{"bob@x", host.acme};
    if (pending_counts) {
      BOOST_TEST(host.refused(second) == refusal);
      host.done(AcceptInvitation{one.id});  // it has its seat already
      continue;
    }
    const InvitationState two = host.sent(second);
    host.done(AcceptInvitation{one.id});
    BOOST_TEST(host.refused(AcceptInvitation{two.id}) == refusal);
    // One for nobody takes its seat at the acceptance.
    const InvitationState three = host.invite("cid@x");
    host.user_with("user_cid", "cid@x");
    BOOST_TEST(host.refused(AcceptInvitation{three.id}) == refusal);
  }
}

BOOST_AUTO_TEST_CASE(owners_pending_is_no_owner) {
  InvitingHost<MembershipPolicy<OwnerGuard>> host;
  configure(host, [](EnvironmentState& state) { state.owner_role = RoleIndex::environment(1); });
  const auto home = host.organization("org_home");
  const auto owner =
      host.join(host.user_with("user_owner", "owner@x"), home, RoleSelection::one("admin"));
  const auto ada = host.user_with("user_ada", ada_address);
  const InvitationState state = host.sent(SendInvitation{ada_address, home, "admin"});
  BOOST_TEST(host.state(home).counts.owners == 1u);
  BOOST_TEST((host.refused(DeleteMembership{owner.id}).code == ErrorCode::last_owner_required));
  host.done(AcceptInvitation{state.id});
  BOOST_TEST(host.state(home).counts.owners == 2u);
  host.done(DeleteMembership{owner.id});
  BOOST_TEST(host.load_pair(ada, home).membership->status == Status::active);
}

BOOST_AUTO_TEST_CASE(races_accept_beside_create) {
  World world;
  const InvitationState state = world.invite("bob@x", "admin");
  const auto bob = world.user_with("user_bob", "bob@x");
  const AcceptInvitation accept{state.id};
  const CreateMembership create{bob, world.acme};
  const auto seen_by_accept = world.load(accept.reads());
  const auto seen_by_create = world.load(create.reads());
  const Plan accepting = world.decide(accept, seen_by_accept);
  const Plan creating = world.decide(create, seen_by_create);
  BOOST_TEST(world.commit(creating) == CommitStatus::committed);
  BOOST_TEST(world.commit(accepting) == CommitStatus::conflict);
  MembershipFilter filter;
  filter.organization = world.acme;
  std::size_t rows = 0;
  static_cast<void>(*world.store.list(*MembershipQuery::make(filter, whole_page<MembershipId>()),
                                      [&](const MembershipRow&) { ++rows; }));
  BOOST_TEST(rows == 1u);
  BOOST_TEST((world.refused(accept).code == ErrorCode::invalid_invite));
}

BOOST_AUTO_TEST_CASE(races_two_of_one_address) {
  for (const bool in_organization : {false, true}) {
    World world;
    SendInvitation command{"bob@x"};
    if (in_organization) command.organization = world.acme;
    const Plan one = world.decide(command, world.load(command.reads()));
    const Plan two = world.decide(command, world.load(command.reads()));
    BOOST_TEST(world.commit(one) == CommitStatus::committed);
    BOOST_TEST(world.commit(two) == CommitStatus::conflict);
    BOOST_TEST(world.list().size() == 1u);
  }
}

BOOST_AUTO_TEST_CASE(races_accept_and_revoke) {
  for (const bool in_organization : {false, true}) {
    World world;
    SendInvitation command{"bob@x"};
    if (in_organization) command.organization = world.acme;
    const InvitationState state = world.sent(command);
    world.user_with("user_bob", "bob@x");
    const AcceptInvitation accept{state.id};
    const RevokeInvitation revoke{state.id};
    const auto seen_by_accept = world.load(accept.reads());
    const auto seen_by_revoke = world.load(revoke.reads());
    const Plan accepting = world.decide(accept, seen_by_accept);
    const Plan revoking = world.decide(revoke, seen_by_revoke);
    BOOST_TEST(world.commit(revoking) == CommitStatus::committed);
    BOOST_TEST(world.commit(accepting) == CommitStatus::conflict);
  }
}

BOOST_AUTO_TEST_CASE(races_the_user_goes) {
  World world;
  const SendInvitation command{ada_address, world.acme};
  const Plan plan = world.decide(command, world.load(command.reads()));
  world.done(MarkUserDeleted{world.ada});
  BOOST_TEST(world.commit(plan) == CommitStatus::conflict);
}

namespace {
struct KeyedTokens {
  std::string key;
  std::string token(PlanId plan) const {
    return key + std::to_string(plan.value.high) + std::to_string(plan.value.low);
  }
};
struct FirstBytes {
  TokenDigest operator()(std::string_view token) const {
    TokenDigest digest;
    for (std::size_t i = 0; i < token.size(); ++i) {
      digest.bytes[i % TokenDigest::size] = static_cast<std::uint8_t>(
          digest.bytes[i % TokenDigest::size] * 31u + static_cast<unsigned char>(token[i]));
    }
    return digest;
  }
};
}  // namespace

BOOST_AUTO_TEST_CASE(tokens_are_made_again_from_the_plan) {
  TestStore store;
  using Ids = InvitationIds<DefaultTraits, KeyedTokens, FirstBytes>;
  Runtime<SetClock, Ids, FakeWait> runtime{{}, Ids(KeyedTokens{"secret"}), {}, {}};
  const MembershipPolicy<> policy;
  const auto sent = execute(store, policy, SendInvitation{"bob@x"}, runtime);
  BOOST_TEST_REQUIRE(sent.has_value());
  const InvitationState& state = (*sent).plan.invitation->after;
  const std::string text = KeyedTokens{"secret"}.token(state.sent_by);
  BOOST_TEST(!accept_invitation(store, policy, AcceptInvitation::by_token(FirstBytes{}("another")),
                                runtime)
                  .has_value());
  const auto accepted =
      accept_invitation(store, policy, AcceptInvitation::by_token(FirstBytes{}(text)), runtime);
  BOOST_TEST_REQUIRE(accepted.has_value());
  BOOST_TEST((*accepted).plan.invitation->after.id == state.id);
}

BOOST_AUTO_TEST_SUITE_END()
