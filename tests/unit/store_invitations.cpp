// SPDX-License-Identifier: BSL-1.0

// Plan
//   found by id, token, address, membership; only where it is asked for -> load_*
//   whom an invitation and an address are about                         -> load_shows_*
//   pages by every filter, both directions, with cursors, rows          -> list_*
//   what a commit refuses                                               -> commit_*
//   a span that fails at its end leaves everything as it was            -> take_back
//   events: what they tell                                              -> events_*
//   against a plain list, with random plans                             -> model

#include "../support/inviting.hpp"
#include "membership/command/delete_organization.hpp"
#include "membership/command/sweep_invitations.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>

using namespace membership;
using namespace membership_tests;

BOOST_AUTO_TEST_SUITE(store_invitations)

namespace {

using Inviting = InvitingHost<>;

std::vector<std::string> ids_of(const std::vector<Shown>& rows) {
  std::vector<std::string> ids;
  for (const Shown& row : rows) ids.emplace_back(row.state.id.view());
  return ids;
}

InvitationFilter by_email(std::string_view email) {
  InvitationFilter filter;
  filter.email = EmailKey::folded(email);
  return filter;
}

/// A new invitation, written by hand.
Plan inviting(Inviting& host, std::string_view id, std::string_view email,
              const std::optional<OrganizationId>& organization, std::uint64_t seen_revision) {
  Plan plan = empty_plan(host);
  plan.outcome = Outcome::created;
  InvitationState state(make_id<InvitationId>(id), host.runtime.clock.at,
                        Time::from_milliseconds(90'000));
  state.organization = organization;
  state.sent_by = plan.id;
  state.token = host.runtime.ids.token_digest(plan.id);
  state.revision = seen_revision + 1;
  plan.invitation.emplace(Precondition::absent, EventType::invitation_created, 0u, state);
  plan.profile.emplace().after.texts.set(Text::email, email);
  if (organization) {
    plan.touch.emplace(seen_revision, 1u, host.state(*organization).counts);
  } else {
    plan.claims.emplace().email.after = email;
  }
  return plan;
}

}  // namespace

BOOST_AUTO_TEST_CASE(load_finds_what_is_asked_for) {
  Inviting host;
  const auto ada = host.user_with("user_ada", "ada@x");
  const InvitationState state = host.invite("Ada@x", "admin");
  const InvitationState alone = host.sent(SendInvitation{"new@x"});
  const auto member = host.member(ada);
  const auto finds = [&](const Reads& reads) {
    const auto seen = host.load(reads);
    return seen.invitation ? std::string(seen.invitation->id.view()) : "none";
  };
  Reads reads;
  reads.invitation = &state.id;
  BOOST_TEST(finds(reads) == state.id.view());
  const auto seen = host.load(reads);
  BOOST_TEST((*seen.invitation == state));
  BOOST_TEST(seen.invitation_profile->texts[Text::email] == "Ada@x");
  BOOST_TEST((seen.organization->id == host.acme && seen.user->id == ada));
  BOOST_TEST((*seen.membership == *member));
  BOOST_TEST((seen.user_profile == nullptr && seen.organization_profile == nullptr));
  reads = Reads{};
  reads.token = &alone.token;
  BOOST_TEST(finds(reads) == alone.id.view());
  BOOST_TEST((!host.load(reads).organization && !host.load(reads).user));
  reads = Reads{};
  reads.email = EmailKey::folded("ADA@x");
  BOOST_TEST(finds(reads) == "none");
  reads.open_invitation = true;
  BOOST_TEST(finds(reads) == "none");  // that without organization
  reads.organization = &host.acme;
  BOOST_TEST(finds(reads) == state.id.view());
  reads.email = EmailKey::folded("new@x");
  BOOST_TEST(finds(reads) == "none");
  reads.organization = nullptr;
  BOOST_TEST(finds(reads) == alone.id.view());
  reads = Reads{};
  reads.membership = &member->id;
  BOOST_TEST(finds(reads) == "none");
  reads.member_invitation = true;
  BOOST_TEST(finds(reads) == state.id.view());
  host.done(AcceptInvitation{state.id});
  BOOST_TEST(finds(reads) == "none");
  reads = Reads{};
  reads.invitation = &state.id;
  BOOST_TEST(finds(reads) == state.id.view());
  reads = Reads{};
  reads.token = &state.token;
  BOOST_TEST(finds(reads) == state.id.view());  // also of one that has ended
}

BOOST_AUTO_TEST_CASE(load_shows_who_has_an_address) {
  Inviting host;
  const auto ada = host.user_with("user_ada", "ada@x");
  const auto member = host.join(ada, host.acme);
  Reads reads;
  reads.email = EmailKey::folded("ADA@X");
  reads.organization = &host.acme;
  reads.pair = true;
  BOOST_TEST(!host.load(reads).user);
  reads.email_user = true;
  const auto seen = host.load(reads);
  BOOST_TEST((seen.user->id == ada && *seen.membership == member && *seen.email_holder == ada));
  reads.email = EmailKey::folded("bob@x");
  BOOST_TEST((!host.load(reads).user && !host.load(reads).membership));
  const auto inviter = make_id<UserId>("user_nobody");
  reads.inviter = &ada;
  BOOST_TEST((host.load(reads).inviter->id == ada));
  reads.inviter = &inviter;
  BOOST_TEST(!host.load(reads).inviter);
}

BOOST_AUTO_TEST_CASE(load_shows_the_holder_of_an_invitations_address) {
  Inviting host;
  const InvitationState state = host.invite("bob@x");
  Reads reads;
  reads.invitation = &state.id;
  BOOST_TEST(!host.load(reads).user);
  const auto bob = host.user_with("user_bob", "bob@x");
  BOOST_TEST((host.load(reads).user->id == bob));
  const auto member = host.join(bob, host.acme);
  BOOST_TEST((*host.load(reads).membership == member));
  // Several at once, of different organizations.
  const auto home = host.organization("org_home");
  const InvitationState other = host.sent(SendInvitation{"bob@x", home});
  Reads both[2];
  both[0].invitation = &state.id;
  both[1].invitation = &other.id;
  const auto seen = host.store.load(std::span<const Reads>(both));
  BOOST_TEST((*(*seen)[0].membership == member));
  BOOST_TEST(((*seen)[1].membership->status == Status::pending));
  BOOST_TEST(((*seen)[1].organization->id == home));
}

BOOST_AUTO_TEST_CASE(list_by_every_filter) {
  Inviting host;
  const auto home = host.organization("org_home");
  host.user_with("user_ada", "ada@x");
  const InvitationId one = host.invite("ada@x", "admin").id;
  const InvitationId two = host.sent(SendInvitation{"ada@x", home, "viewer"}).id;
  const InvitationId three = host.invite("bob@x", "viewer").id;
  const InvitationId four = host.sent(SendInvitation{"bob@x"}).id;
  host.done(RevokeInvitation{one});
  const InvitationId five = host.invite("Ada@X", "viewer").id;
  const auto shows = [&](const InvitationFilter& filter, std::vector<InvitationId> expected) {
    std::vector<std::string> ids;
    for (const InvitationId& id : expected) ids.emplace_back(id.view());
    BOOST_TEST(ids_of(host.list(filter)) == ids, boost::test_tools::per_element());
    std::reverse(ids.begin(), ids.end());
    auto page = whole_page<InvitationId>();
    page.direction = Direction::descending;
    BOOST_TEST(ids_of(host.list(filter, page)) == ids, boost::test_tools::per_element());
  };
  shows({}, {one, two, three, four, five});
  InvitationFilter filter;
  filter.open = true;
  shows(filter, {two, three, four, five});
  filter.organization = host.acme;
  shows(filter, {three, five});
  filter.open = false;
  shows(filter, {one, three, five});
  filter.role = RoleIndex::environment(2);
  shows(filter, {three});  // five's role is its membership's
  filter.organization = home;
  shows(filter, {});
  filter.role.reset();
  shows(filter, {two});
  filter.organization = make_id<OrganizationId>("org_z");
  shows(filter, {});
  shows(by_email("ADA@x"), {one, two, five});
  shows(by_email("bob@x"), {three, four});
  shows(by_email("zed@x"), {});
  filter = by_email("ada@x");
  filter.organization = host.acme;
  filter.open = true;
  shows(filter, {five});
}

BOOST_AUTO_TEST_CASE(list_pages) {
  Inviting host;
  const auto home = host.organization("org_home");
  std::vector<std::string> all;
  std::vector<std::string> of_home;
  for (int i = 0; i < 60; ++i) {
    const std::string address = std::to_string(i) + "@x";
    const bool there = i % 3 == 0;
    all.emplace_back(host.sent(SendInvitation{address, there ? home : host.acme}).id.view());
    if (there) of_home.push_back(all.back());
  }
  for (const bool ascending : {true, false}) {
    for (const std::size_t limit : {1u, 7u, 20u, 1'000u}) {
      for (const bool only_home : {true, false}) {
        InvitationFilter filter;
        if (only_home) filter.organization = home;
        Page<InvitationId> page;
        page.limit = limit;
        page.direction = ascending ? Direction::ascending : Direction::descending;
        std::vector<std::string> ids;
        for (bool more = true; more;) {
          const auto end =
              host.store.list(*InvitationQuery::make(page, filter), [&](const InvitationRow& row) {
                page.after = row.state.id;
                ids.emplace_back(row.state.id.view());
              });
          more = (*end).more;
        }
        std::vector<std::string> expected = only_home ? of_home : all;
        if (!ascending) std::reverse(expected.begin(), expected.end());
        BOOST_TEST(ids == expected, boost::test_tools::per_element());
      }
    }
  }
  Page<InvitationId> page = whole_page<InvitationId>();
  page.after = InvitationId::from_stored(all[10]);
  page.until = InvitationId::from_stored(all[14]);
  BOOST_TEST(ids_of(host.list({}, page)) ==
                 std::vector<std::string>(all.begin() + 11, all.begin() + 14),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(commit_refuses) {
  Inviting host;
  const auto revision = [&] { return host.state(host.acme).revision; };
  must_commit(host, inviting(host, "invitation_1", "one@x", host.acme, revision()));
  const auto conflicts = [&](const Plan& plan) {
    const std::string before = describe(host.store);
    BOOST_TEST(host.commit(plan) == CommitStatus::conflict);
    BOOST_TEST(describe(host.store) == before);
  };
  conflicts(inviting(host, "invitation_1", "two@x", host.acme, revision()));      // the id
  conflicts(inviting(host, "invitation_2", "ONE@x", host.acme, revision()));      // the address
  conflicts(inviting(host, "invitation_2", "two@x", host.acme, revision() - 1));  // organization
  Plan same_token = inviting(host, "invitation_2", "two@x", host.acme, revision());
  same_token.invitation->after.token = host.list()[0].state.token;
  conflicts(same_token);
  must_commit(host, inviting(host, "invitation_2", "one@x", std::nullopt, 0));
  conflicts(inviting(host, "invitation_3", "one@x", std::nullopt, 0));  // the claim

  const InvitationState seen = host.shown(make_id<InvitationId>("invitation_1")).state;
  const auto change = [&](std::uint64_t expected, const InvitationState& state) {
    Plan plan = empty_plan(host);
    plan.invitation.emplace(Precondition::set, EventType::none, expected, state);
    if (state.organization) {
      plan.touch.emplace(host.state(*state.organization).revision, 1u, Counts{});
    }
    return plan;
  };
  conflicts(change(seen.revision + 1, seen));
  InvitationState elsewhere = seen;
  elsewhere.organization = host.organization("org_home");
  conflicts(change(seen.revision, elsewhere));
  InvitationState unknown(make_id<InvitationId>("invitation_9"), Time::from_milliseconds(0),
                          Time::from_milliseconds(1));
  conflicts(change(0, unknown));
  must_commit(host, change(seen.revision, seen));
}

BOOST_AUTO_TEST_CASE(take_back) {
  // Each prefix of a span of everything, and then a plan that does not hold.
  for (std::size_t length = 0; length <= 6; ++length) {
    Inviting host;
    for (int i = 0; i < 30; ++i) host.invite(std::to_string(i) + "@x", "viewer");
    host.user_with("user_ada", "ada@x");
    const InvitationId pending = host.invite("ada@x", "admin").id;
    const InvitationId alone = host.sent(SendInvitation{"new@x"}).id;
    const InvitationId gone = host.shown(host.list()[0].state.id).state.id;
    const auto home = host.organization("org_home");
    const InvitationId erased = host.sent(SendInvitation{"0@x", home}).id;
    const auto generation =
        host.done(MarkOrganizationDeleted{home}).plan.organization->after.generation;

    std::vector<Plan> plans;
    std::vector<TestStore::Loaded> seen;
    seen.reserve(10);
    std::optional<OrganizationState> acme;
    const auto add = [&](const auto& command) {
      using C = std::remove_cvref_t<decltype(command)>;
      seen.push_back(host.load(command.reads()));
      TestStore::Loaded& shown = seen.back();
      const bool here = shown.organization && shown.organization->id == host.acme;
      if (here && acme) shown.organization.emplace(*acme);
      plans.push_back(*host.policy.decide(
          command, shown, draw_context<C>(host.runtime.clock.at, host.runtime.ids)));
      apply(shown, plans.back());
      if (here) acme = *shown.organization;
    };
    add(SendInvitation{"fresh@x", host.acme, "admin"});
    add(RevokeInvitation{pending});
    add(RevokeInvitation{gone});
    add(RevokeInvitation{alone});
    add(SweepOrganizationInvitation{erased, generation});
    add(SendInvitation{"other@x"});
    plans.resize(length, plans[0]);
    const std::string before = describe(host.store);
    const auto whole = plans;
    plans.push_back(inviting(host, "invitation_x", "late@x", host.acme, 1));  // long ago
    BOOST_TEST(*host.store.commit(plans) == CommitStatus::conflict);
    BOOST_TEST(describe(host.store) == before);
    if (length == 0) continue;
    BOOST_TEST(*host.store.commit(whole) == CommitStatus::committed);
    BOOST_TEST(describe(host.store) != before);
  }
}

BOOST_AUTO_TEST_CASE(events_tell_the_invitation) {
  Inviting host;
  host.user_with("user_ada", "ada@x");
  host.organization_role(host.acme, "org-lead");
  const std::size_t before = count_events(host.store);
  const InvitationState pending = host.invite("Ada@x", "org-lead");
  host.done(ResendInvitation{pending.id});
  host.done(AcceptInvitation{pending.id});
  host.sent(SendInvitation{"new@x"});
  std::string text;
  std::size_t skip = before;
  static_cast<void>(
      *host.store.list(*EventQuery::make(whole_page<EventId>()), [&](const EventRow& row) {
        if (skip > 0) {
          --skip;
          return;
        }
        text += to_string(row.type);
        if (row.organization != nullptr) text += " in " + std::string(row.organization->view());
        text += row.revision == 0 ? " unordered" : "";
        if (row.invitation != nullptr) {
          text += ' ' + std::string(to_string(row.invitation->status)) + ' ' +
                  std::string(row.profile.texts[Text::email]) + " now " +
                  std::string(primary_role({}, row.roles, row.held, row.first_requested)) +
                  " was " + std::string(row.profile.texts[Text::role_slug]);
        }
        if (row.membership != nullptr) text += ' ' + std::string(to_string(row.membership->status));
        text += '\n';
      }));
  BOOST_TEST(text == "invitation.created in org_acme pending Ada@x now org-lead was \n"
                     "organization_membership.created in org_acme pending\n"
                     "invitation.resent in org_acme pending Ada@x now org-lead was \n"
                     "invitation.accepted in org_acme accepted Ada@x now  was org-lead\n"
                     "organization_membership.updated in org_acme active\n"
                     "invitation.created pending new@x now  was \n");
  EventFilter filter;
  filter.organization = host.acme;
  filter.types = EventTypes{};
  filter.types.insert(EventType::invitation_created);
  std::size_t count = 0;
  static_cast<void>(*host.store.list(*EventQuery::make(whole_page<EventId>(), filter),
                                     [&](const EventRow&) { ++count; }));
  BOOST_TEST(count == 1u);
}

BOOST_AUTO_TEST_CASE(model) {
  // Random commands against a plain list of what is there.
  struct Known {
    InvitationId id;
    std::string email;
    bool in_home;
    InvitationStatus status;
  };
  Inviting host;
  const auto home = host.organization("org_home");
  std::vector<Known> known;
  std::mt19937 random(1);
  for (int step = 0; step < 2'000; ++step) {
    const std::string email = std::to_string(random() % 40) + "@x";
    const bool in_home = random() % 2 == 0;
    const auto open = std::find_if(known.begin(), known.end(), [&](const Known& one) {
      return one.email == email && one.in_home == in_home &&
             one.status == InvitationStatus::pending;
    });
    if (open == known.end()) {
      const InvitationId id = host.sent(SendInvitation{email, in_home ? home : host.acme}).id;
      known.push_back({id, email, in_home, InvitationStatus::pending});
    } else if (random() % 3 == 0) {
      host.done(ResendInvitation{open->id});
    } else {
      host.done(RevokeInvitation{open->id});
      open->status = InvitationStatus::revoked;
    }
    if (step % 100 != 99) continue;
    const auto expect = [&](const InvitationFilter& filter, auto&& fits) {
      std::vector<std::string> expected;
      for (const Known& one : known) {
        if (fits(one)) expected.emplace_back(one.id.view());
      }
      BOOST_TEST(ids_of(host.list(filter)) == expected);
    };
    InvitationFilter filter;
    filter.open = true;
    expect(filter, [](const Known& one) { return one.status == InvitationStatus::pending; });
    filter.organization = home;
    expect(filter,
           [](const Known& one) { return one.in_home && one.status == InvitationStatus::pending; });
    expect(by_email("7@x"), [](const Known& one) { return one.email == "7@x"; });
  }
  BOOST_TEST(known.size() > 500u);
}

BOOST_AUTO_TEST_SUITE_END()
