// SPDX-License-Identifier: BSL-1.0

// Plan
//   each by itself: results in order, errors of single ones, progress  -> each_by_itself
//   each: what a deletion and an unchanged one show, none at all       -> each_shows
//   each: a store that fails once                                      -> each_with_a_failing_store
//   100,000 memberships with progress                                  -> import
//   all or nothing is what the single commands are: state, ids, events -> all_as_single_ones
//   all: the same user or membership twice                             -> all_same_one_twice
//   all: the same address or invitation twice                          -> all_same_invitation_twice
//   all: an actor whom a predecessor changed                           -> all_changed_actor
//   all: transfers one after another                                   -> all_transfers
//   all: one refused, nothing is written                               -> all_or_nothing
//   all: several organizations, one that is not there                  -> all_one_organization
//   all: conflicts are decided anew, limits of them, failures of the
//     store                                                            -> all_conflicts
//   all: unchanged ones are not committed                              -> all_unchanged

#include "membership/driver/bulk.hpp"

#include "../support/hooked_store.hpp"
#include "../support/inviting.hpp"
#include "../support/scale.hpp"
#include "../support/settings.hpp"

#include <boost/test/unit_test.hpp>

using namespace membership;
using namespace membership_tests;

BOOST_AUTO_TEST_SUITE(bulk)

namespace {

using HookedHost = BasicHost<HookedStore>;

template <class Host, class C>
auto all(Host& host, const std::vector<C>& commands) {
  return execute_all(host.store, host.policy, commands, host.runtime);
}
template <class Host, class C>
auto each(Host& host, const std::vector<C>& commands) {
  return execute_each(host.store, host.policy, commands, host.runtime);
}

/// Users of one organization.
template <class Host>
std::vector<UserId> make_users(Host& host, int count) {
  std::vector<UserId> users;
  for (int i = 0; i < count; ++i) users.push_back(host.user("user_" + std::to_string(i)));
  return users;
}

}  // namespace

BOOST_AUTO_TEST_CASE(each_by_itself) {
  Host host;
  const auto acme = host.organization("org_1");
  const auto other = host.organization("org_2");
  const auto users = make_users(host, 3);
  const std::vector<CreateMembership> commands = {{users[0], acme},
                                                  {make_id<UserId>("user_x"), acme},
                                                  {users[1], acme, RoleSelection::one("nobody")},
                                                  {users[1], other},
                                                  {users[0], acme},
                                                  {users[2], acme}};
  std::vector<std::size_t> done;
  const auto results = execute_each(host.store, host.policy, commands, host.runtime,
                                    [&](std::size_t at, std::size_t count) {
                                      BOOST_TEST(count == 6u);
                                      done.push_back(at);
                                    });
  BOOST_TEST(done == (std::vector<std::size_t>{1, 2, 3, 4, 5, 6}),
             boost::test_tools::per_element());
  BOOST_TEST_REQUIRE(results.size() == 6u);
  BOOST_TEST(*results[1].error().error ==
             an_error(ErrorCode::entity_not_found, Field::user_id, "user_x"));
  BOOST_TEST(*results[2].error().error ==
             an_error(ErrorCode::invalid_role, Field::role_slug, "nobody"));
  BOOST_TEST((results[4].error().error->code == ErrorCode::organization_membership_already_exists));
  for (const std::size_t at : {0u, 3u, 5u}) {
    BOOST_TEST_REQUIRE(results[at].has_value());
    BOOST_TEST((*results[at]).outcome == Outcome::created);
    BOOST_TEST((*results[at]).membership->user == commands[at].user);
    BOOST_TEST((*results[at]).membership->organization == commands[at].organization);
    BOOST_TEST((*host.find((*results[at]).membership->id) == *(*results[at]).membership));
  }
  BOOST_TEST(host.state(acme).counts.active == 2u);
}

BOOST_AUTO_TEST_CASE(each_shows) {
  Host host;
  const auto acme = host.organization("org_1");
  const auto member = host.join(host.user("user_1"), acme);
  const auto off = each(host, std::vector<DeactivateMembership>{{member.id}, {member.id}});
  BOOST_TEST((*off[0]).outcome == Outcome::updated);
  BOOST_TEST((*off[1]).outcome == Outcome::unchanged);
  BOOST_TEST(((*off[0]).membership == (*off[1]).membership));
  const auto gone = each(host, std::vector<DeleteMembership>{{member.id}});
  BOOST_TEST((*gone[0]).outcome == Outcome::deleted);
  BOOST_TEST(!(*gone[0]).membership.has_value());
  BOOST_TEST(!(*each(host, std::vector<CreateRole>{{"a", "A"}})[0]).membership.has_value());
  BOOST_TEST(each(host, std::vector<CreateRole>{}).empty());
}

BOOST_AUTO_TEST_CASE(each_with_a_failing_store) {
  HookedHost host;
  const auto acme = host.organization("org_1");
  const auto users = make_users(host, 3);
  host.store.fails_at = host.store.commits + 2;
  host.store.conflicts_at = host.store.commits + 3;
  const auto results = each(
      host, std::vector<CreateMembership>{{users[0], acme}, {users[1], acme}, {users[2], acme}});
  BOOST_TEST((results[0].has_value() && !results[1].has_value() && results[2].has_value()));
  BOOST_TEST(results[1].error().kind == FailureKind::store);
  BOOST_TEST((results[1].error().cause == MemoryFailure::full));
  BOOST_TEST(host.state(acme).counts.active == 2u);
}

BOOST_AUTO_TEST_CASE(import) {
  const std::size_t count = scaled(10'000, 100'000);
  Host host;
  std::vector<OrganizationId> organizations;
  for (int i = 0; i < 10; ++i) {
    organizations.push_back(host.organization("org_" + std::to_string(i)));
  }
  std::vector<CreateMembership> commands;
  commands.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    commands.push_back({host.user("user_" + std::to_string(i)), organizations[i % 10]});
  }
  std::size_t last = 0;
  std::size_t calls = 0;
  const auto results = execute_each(host.store, host.policy, commands, host.runtime,
                                    [&](std::size_t done, std::size_t all_of_them) {
                                      calls += done == last + 1 && all_of_them == count ? 1u : 0u;
                                      last = done;
                                    });
  BOOST_TEST(calls == count);
  std::size_t created = 0;
  for (const auto& result : results) {
    created += result && (*result).outcome == Outcome::created ? 1u : 0u;
  }
  BOOST_TEST(created == count);
  for (const OrganizationId& id : organizations) {
    BOOST_TEST(host.state(id).counts.active == count / 10);
  }
}

BOOST_AUTO_TEST_CASE(all_as_single_ones) {
  const auto check = [](bool together) {
    Host host;
    const auto acme = host.organization("org_1");
    host.role("admin");
    const auto users = make_users(host, 4);
    host.done(DeactivateMembership{host.join(users[3], acme, RoleSelection::one("admin")).id});
    const std::vector<CreateMembership> commands = {{users[0], acme},
                                                    {users[1], acme, RoleSelection::one("admin")},
                                                    {users[3], acme},
                                                    {users[2], acme}};
    std::vector<UpdateRoles> updates;
    const auto note = [&](const BulkItem<TestStore>& item) {
      updates.push_back({item.membership->id, RoleSelection::one("admin")});
    };
    if (together) {
      const auto results = all(host, commands);
      BOOST_TEST_REQUIRE(results.has_value());
      BOOST_TEST((*results)[2].outcome == Outcome::reactivated);
      for (const auto& item : *results) {
        BOOST_TEST((*host.find(item.membership->id) == *item.membership));
        note(item);
      }
      BOOST_TEST(all(host, updates).has_value());
    } else {
      for (const auto& result : each(host, commands)) note(*result);
      static_cast<void>(each(host, updates));
    }
    return describe(host.store);
  };
  BOOST_TEST(check(true) == check(false));
}

BOOST_AUTO_TEST_CASE(all_same_one_twice) {
  Host host;
  const auto acme = host.organization("org_1");
  for (const std::string_view slug : {"admin", "viewer"}) host.role(slug);
  const auto users = make_users(host, 2);
  const auto twice = all(
      host, std::vector<CreateMembership>{{users[0], acme}, {users[1], acme}, {users[0], acme}});
  BOOST_TEST_REQUIRE(!twice.has_value());
  BOOST_TEST(twice.error().at == 2u);
  const Error& error = *twice.error().failure.error;
  BOOST_TEST((error.code == ErrorCode::organization_membership_already_exists));
  BOOST_TEST(!*host.store.view(users[0], acme, [](const MembershipRow&) {}));
  host.policy.options.create_over_active = CreateOverActive::return_existing;
  const auto returned =
      all(host, std::vector<CreateMembership>{{users[0], acme}, {users[0], acme}});
  BOOST_TEST_REQUIRE(returned.has_value());
  BOOST_TEST((*returned)[0].outcome == Outcome::created);
  BOOST_TEST((*returned)[1].outcome == Outcome::unchanged);
  BOOST_TEST(((*returned)[0].membership == (*returned)[1].membership));

  const MembershipId id = (*returned)[0].membership->id;
  const std::size_t events = count_events(host.store);
  const std::uint64_t revision = host.state(acme).revision;
  const auto updated = all(host, std::vector<UpdateRoles>{{id, RoleSelection::one("admin")},
                                                          {id, RoleSelection::one("admin")},
                                                          {id, RoleSelection::one("viewer")}});
  BOOST_TEST_REQUIRE(updated.has_value());
  BOOST_TEST((*updated)[0].outcome == Outcome::updated);
  BOOST_TEST((*updated)[1].outcome == Outcome::unchanged);
  BOOST_TEST((*updated)[2].outcome == Outcome::updated);
  BOOST_TEST((*updated)[2].membership->revision == revision + 2);
  BOOST_TEST(host.state(acme).revision == revision + 2);
  BOOST_TEST(host.shown_roles(users[0], acme) == "viewer");
  BOOST_TEST(event_types(host.store, events) ==
             "organization_membership.updated organization_membership.updated");

  const auto deleted = all(host, std::vector<DeleteMembership>{{id}, {id}});
  BOOST_TEST_REQUIRE(!deleted.has_value());
  BOOST_TEST(deleted.error().at == 1u);
  BOOST_TEST(*deleted.error().failure.error ==
             an_error(ErrorCode::entity_not_found, Field::organization_membership_id, id.view()));
  BOOST_TEST(host.find(id).has_value());
}

BOOST_AUTO_TEST_CASE(all_same_invitation_twice) {
  InvitingHost<> host;
  const OrganizationId acme = host.acme;
  const auto refused_at = [&](const auto& commands, std::size_t at) {
    const std::size_t events = count_events(host.store);
    const auto result = all(host, commands);
    BOOST_TEST_REQUIRE(!result.has_value());
    BOOST_TEST(result.error().at == at);
    BOOST_TEST(result.error().failure.tries == 1u);
    BOOST_TEST(count_events(host.store) == events);
    return result.error().failure.error.value_or(Error{}).code;
  };
  BOOST_TEST(
      (refused_at(std::vector<SendInvitation>{{"ada@x", acme}, {"bob@x", acme}, {"Ada@X", acme}},
                  2) == ErrorCode::email_already_invited_to_organization));

  // In the organization and in none are two.
  BOOST_TEST(all(host, std::vector<SendInvitation>{{"eve@x", acme}, {"eve@x"}}).has_value());
  BOOST_TEST(all(host, std::vector<SendInvitation>{{"joe@x"}, {"joe@x", acme}}).has_value());
  for (const Shown& one : host.list()) host.done(RevokeInvitation{one.state.id});

  const auto sent = all(host, std::vector<SendInvitation>{{"ada@x", acme}, {"bob@x", acme}});
  BOOST_TEST_REQUIRE(sent.has_value());
  std::vector<InvitationState> made;
  for (const Shown& one : host.list({std::nullopt, std::nullopt, true, std::nullopt})) {
    made.push_back(one.state);
  }
  BOOST_TEST_REQUIRE(made.size() == 2u);
  host.user_with("ada", "ada@x");
  host.user_with("bob", "bob@x");

  AcceptInvitation by_id;
  by_id.invitation = made[0].id;
  const auto by_token = AcceptInvitation::by_token(made[0].token);
  const auto other = AcceptInvitation::by_token(made[1].token);
  for (const auto& commands :
       {std::vector{by_id, other, by_token}, std::vector{by_token, other, by_id}}) {
    BOOST_TEST((refused_at(commands, 2) == ErrorCode::invite_not_pending));
  }
  // Each time another token; the last one counts.
  const auto again =
      all(host, std::vector<ResendInvitation>{{made[0].id}, {made[1].id}, {made[0].id}});
  BOOST_TEST_REQUIRE(again.has_value());
  BOOST_TEST((refused_at(std::vector{by_token}, 0) == ErrorCode::entity_not_found));
  BOOST_TEST(all(host, std::vector{by_id}).has_value());
  BOOST_TEST((refused_at(std::vector<RevokeInvitation>{{made[1].id}, {made[1].id}}, 1) ==
              ErrorCode::invite_not_pending));
}

BOOST_AUTO_TEST_CASE(all_changed_actor) {
  BasicHost<HookedStore, MembershipPolicy<GrantRule>> host;
  const auto acme = host.organization("org_1");
  host.role("admin");
  host.done(CreatePermission{"all", "All"});
  host.done(AddRolePermission{"admin", "all"});
  const auto users = make_users(host, 3);
  const auto boss = host.join(users[0], acme, RoleSelection::one("admin"));
  const auto helper = host.join(users[1], acme);
  const auto member = host.join(users[2], acme);
  const auto admin = RoleSelection::one("admin");
  const auto plain = RoleSelection::one("member");
  // Who is made an admin by one command may give the role in the next.
  const auto chain = all(host, std::vector<UpdateRoles>{{helper.id, admin, boss.user},
                                                        {member.id, admin, helper.user}});
  BOOST_TEST(chain.has_value());
  host.done(UpdateRoles{member.id, plain});
  // And who loses it in one may not in the next.
  const std::string before = describe(host.store);
  const auto lost = all(host, std::vector<UpdateRoles>{{helper.id, plain, boss.user},
                                                       {member.id, admin, helper.user}});
  BOOST_TEST_REQUIRE(!lost.has_value());
  BOOST_TEST(lost.error().at == 1u);
  BOOST_TEST((lost.error().failure.error->code == ErrorCode::role_not_grantable));
  BOOST_TEST(describe(host.store) == before);
  // An actor who joins in the same bulk.
  host.done(DeleteMembership{helper.id});
  const auto joined =
      all(host, std::vector<CreateMembership>{{helper.user, acme, admin, boss.user},
                                              {host.user("user_9"), acme, admin, helper.user}});
  BOOST_TEST(joined.has_value());
}

BOOST_AUTO_TEST_CASE(all_transfers) {
  BasicHost<HookedStore, MembershipPolicy<OwnerGuard>> host;
  host.role("owner");
  configure(host, [](EnvironmentState& state) { state.owner_role = RoleIndex::environment(1); });
  const auto acme = host.organization("org_1");
  const auto users = make_users(host, 3);
  std::vector<MembershipId> ids;
  for (const UserId& user : users) {
    ids.push_back(host.join(user, acme, RoleSelection::one(ids.empty() ? "owner" : "member")).id);
  }
  const auto chain = all(host, std::vector<TransferOwnership>{{ids[0], ids[1]}, {ids[1], ids[2]}});
  BOOST_TEST_REQUIRE(chain.has_value());
  BOOST_TEST(host.shown_roles(users[0], acme) == "member");
  BOOST_TEST(host.shown_roles(users[1], acme) == "member");
  BOOST_TEST(host.shown_roles(users[2], acme) == "owner");
  BOOST_TEST(host.state(acme).counts.owners == 1u);
  const auto wrong = all(host, std::vector<TransferOwnership>{{ids[2], ids[0]}, {ids[2], ids[1]}});
  BOOST_TEST_REQUIRE(!wrong.has_value());
  BOOST_TEST(*wrong.error().failure.error ==
             an_error(ErrorCode::not_an_owner, Field::organization_membership_id, ids[2].view()));
  BOOST_TEST(host.shown_roles(users[2], acme) == "owner");
}

BOOST_AUTO_TEST_CASE(all_or_nothing) {
  Host host;
  const auto acme = host.organization("org_1");
  const auto users = make_users(host, 40);
  for (std::size_t wrong = 0; wrong < users.size(); wrong += 13) {
    std::vector<CreateMembership> commands;
    for (const UserId& user : users) commands.push_back({user, acme});
    commands[wrong].roles = RoleSelection::one("nobody");
    const std::string before = describe(host.store);
    const auto result = all(host, commands);
    BOOST_TEST_REQUIRE(!result.has_value());
    BOOST_TEST(result.error().at == wrong);
    BOOST_TEST(result.error().failure.kind == FailureKind::refused);
    BOOST_TEST(*result.error().failure.error ==
               an_error(ErrorCode::invalid_role, Field::role_slug, "nobody"));
    BOOST_TEST(describe(host.store) == before);
  }
  BOOST_TEST(all(host, std::vector<CreateMembership>{})->empty());
}

BOOST_AUTO_TEST_CASE(all_one_organization) {
  Host host;
  const auto acme = host.organization("org_1");
  const auto other = host.organization("org_2");
  const auto users = make_users(host, 3);
  const auto mine = host.join(users[2], acme);
  const auto theirs = host.join(users[2], other);
  const std::string before = describe(host.store);
  const auto two = all(
      host, std::vector<CreateMembership>{{users[0], acme}, {users[1], acme}, {users[1], other}});
  BOOST_TEST_REQUIRE(!two.has_value());
  BOOST_TEST(two.error().at == 2u);
  BOOST_TEST(two.error().failure.kind == FailureKind::refused);
  BOOST_TEST(*two.error().failure.error ==
             an_error(ErrorCode::several_organizations, Field::organization_id, "org_2"));
  const auto by_id = all(host, std::vector<DeleteMembership>{{mine.id}, {theirs.id}});
  BOOST_TEST((by_id.error().failure.error->code == ErrorCode::several_organizations));
  const auto nowhere =
      all(host, std::vector<CreateMembership>{{users[0], acme},
                                              {users[1], make_id<OrganizationId>("org_3")}});
  BOOST_TEST(nowhere.error().at == 1u);
  BOOST_TEST(*nowhere.error().failure.error ==
             an_error(ErrorCode::entity_not_found, Field::organization_id, "org_3"));
  BOOST_TEST(describe(host.store) == before);
}

BOOST_AUTO_TEST_CASE(all_conflicts) {
  HookedHost host;
  const auto acme = host.organization("org_1");
  const auto users = make_users(host, 3);
  const std::vector<CreateMembership> commands = {{users[0], acme}, {users[1], acme}};
  const std::string before = describe(host.store);
  host.runtime.limits.tries = 1;
  host.store.conflicts_at = host.store.commits + 1;
  const auto contended = all(host, commands);
  BOOST_TEST_REQUIRE(!contended.has_value());
  BOOST_TEST(contended.error().at == 2u);
  BOOST_TEST(contended.error().failure.kind == FailureKind::contended);
  host.runtime.limits.tries = 0;
  host.store.fails_at = host.store.commits + 1;
  const auto failed = all(host, commands);
  BOOST_TEST_REQUIRE(!failed.has_value());
  BOOST_TEST(failed.error().at == 2u);
  BOOST_TEST(failed.error().failure.kind == FailureKind::store);
  BOOST_TEST((failed.error().failure.cause == MemoryFailure::full));
  BOOST_TEST(describe(host.store) == before);

  // Somebody else puts a user in meanwhile: the second try sees it. The hook only reads nothing of
  // the queue's organization, so it writes by hand.
  const unsigned first = host.store.commits + 1;
  host.store.before = [&](unsigned number) {
    if (number != first) return;
    const CreateMembership rival{users[1], acme};
    const auto seen = *host.store.load(rival.reads());
    const auto drawn = draw_context<CreateMembership>(host.runtime.clock.at, host.runtime.ids);
    must_commit(host, *host.policy.decide(rival, seen, drawn));
  };
  const auto late = all(host, commands);
  BOOST_TEST_REQUIRE(!late.has_value());
  BOOST_TEST(late.error().at == 1u);
  BOOST_TEST(late.error().failure.tries == 2u);
  BOOST_TEST(
      (late.error().failure.error->code == ErrorCode::organization_membership_already_exists));
  host.store.before = nullptr;
  host.store.conflicts_at = host.store.commits + 1;
  const auto second = all(host, std::vector<CreateMembership>{{users[0], acme}, {users[2], acme}});
  BOOST_TEST_REQUIRE(second.has_value());
  BOOST_TEST(host.state(acme).counts.active == 3u);
  BOOST_TEST(!host.runtime.wait.pauses().empty());
}

BOOST_AUTO_TEST_CASE(all_unchanged) {
  HookedHost host;
  const auto acme = host.organization("org_1");
  const auto one = host.join(host.user("user_1"), acme);
  const auto two = host.join(host.user("user_2"), acme);
  host.done(DeactivateMembership{one.id});
  const unsigned commits = host.store.commits;
  const auto none = all(host, std::vector<DeactivateMembership>{{one.id}, {one.id}});
  BOOST_TEST_REQUIRE(none.has_value());
  BOOST_TEST((*none)[1].outcome == Outcome::unchanged);
  BOOST_TEST((*none)[1].membership->id == one.id);
  BOOST_TEST(host.store.commits == commits);
  const auto some = all(host, std::vector<DeactivateMembership>{{one.id}, {two.id}});
  BOOST_TEST((*some)[0].outcome == Outcome::unchanged);
  BOOST_TEST((*some)[1].outcome == Outcome::updated);
  BOOST_TEST(host.store.commits == commits + 1);
}

BOOST_AUTO_TEST_SUITE_END()
