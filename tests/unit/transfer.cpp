// SPDX-License-Identifier: BSL-1.0

// Plan
//   errors in their order, with subjects                           -> errors
//   what both hold after, each way of holding before, Multiple Roles on and off -> what_both_hold
//   counts, revisions, times, events with former values            -> effects
//   to oneself, to somebody who is an owner already                -> no_change, to_an_owner
//   never zero owners: one commit; a stale one conflicts           -> one_commit
//   the default that the old owner gets: organization's, environment's, member, missing -> defaults
//   options: who is managed by a directory                         -> directory

#include "../support/settings.hpp"
#include "../support/world.hpp"

#include <boost/test/unit_test.hpp>

using membership_tests::an_error;
using membership_tests::BasicHost;
using membership_tests::configure;
using membership_tests::count_events;
using membership_tests::describe;
using membership_tests::event_types;
using membership_tests::make_id;
using membership_tests::whole_page;
using namespace membership;

namespace transfer {

struct Fixture : BasicHost<membership_tests::TestStore, MembershipPolicy<OwnerGuard>> {
  OrganizationId acme;
  OrganizationMembership ann;  ///< owner
  OrganizationMembership bob;  ///< member

  Fixture()
      : acme(set_up()), ann(join(user("ann"), acme, RoleSelection::one("owner"))),
        bob(join(user("bob"), acme)) {}

  OrganizationId set_up() {
    for (const std::string_view slug : {"owner", "admin", "viewer"}) role(slug);
    configure(*this, [](EnvironmentState& state) { state.owner_role = RoleIndex::environment(1); });
    return organization("org_1");
  }
  Error refusal(const MembershipId& from, const MembershipId& to) {
    const std::string before = describe(store);
    const Error error = refused(TransferOwnership{from, to});
    BOOST_TEST(describe(store) == before);
    return error;
  }
  static Error about(ErrorCode code, const MembershipId& id, std::uint16_t which) {
    return an_error(code, Field::organization_membership_id, id.view(), which);
  }
  std::string roles_of(const OrganizationMembership& of) {
    return shown_roles(of.user, of.organization);
  }
};

}  // namespace transfer

BOOST_FIXTURE_TEST_SUITE(transfer, transfer::Fixture)

BOOST_AUTO_TEST_CASE(errors) {
  const auto x = make_id<MembershipId>("om_x");
  const auto other = organization("org_2");
  const auto foreign = join(user("cid"), other);
  BOOST_TEST(refusal(x, x) == about(ErrorCode::entity_not_found, x, 0));
  BOOST_TEST(refusal(ann.id, x) == about(ErrorCode::entity_not_found, x, 1));
  BOOST_TEST(refusal(ann.id, foreign.id) == about(ErrorCode::entity_not_found, foreign.id, 1));
  configure(*this, acme, [](OrganizationState& state) { state.owner_role = RoleIndex::none(); });
  rewrite(ann.id, [](OrganizationMembership& value) { value.status = Status::inactive; });
  rewrite(bob.id, [](OrganizationMembership& value) { value.status = Status::pending; });
  BOOST_TEST(refusal(ann.id, bob.id) ==
             an_error(ErrorCode::owner_role_missing, Field::organization_id, "org_1"));
  configure(*this, acme,
            [](OrganizationState& state) { state.owner_role = RoleIndex::environment(1); });
  BOOST_TEST(refusal(ann.id, bob.id) == about(ErrorCode::membership_not_active, ann.id, 0));
  rewrite(ann.id, [](OrganizationMembership& value) { value.status = Status::active; });
  BOOST_TEST(refusal(ann.id, bob.id) == about(ErrorCode::membership_not_active, bob.id, 1));
  rewrite(bob.id, [](OrganizationMembership& value) { value.status = Status::inactive; });
  BOOST_TEST(refusal(ann.id, bob.id) == about(ErrorCode::membership_not_active, bob.id, 1));
  rewrite(bob.id, [](OrganizationMembership& value) { value.status = Status::active; });
  BOOST_TEST(refusal(bob.id, ann.id) == about(ErrorCode::not_an_owner, bob.id, 0));
  BOOST_TEST(refusal(bob.id, bob.id) == about(ErrorCode::not_an_owner, bob.id, 0));

  // An owner role on its way out is given to nobody.
  Snapshot seen = load(TransferOwnership{ann.id, bob.id}.reads());
  RoleState states[] = {RoleState(*RoleSlug::make("member")), RoleState(*RoleSlug::make("owner"))};
  states[1].phase = Phase::retiring;
  seen.roles = RoleCatalogue(RoleTable(states, 2), {}, nullptr);
  BOOST_TEST(membership_tests::refusal(TransferOwnership{ann.id, bob.id}, seen) ==
             an_error(ErrorCode::invalid_role, Field::role_slug, "owner"));
}

BOOST_AUTO_TEST_CASE(what_both_hold) {
  struct Row {
    bool several;
    std::vector<std::string_view> from;
    std::vector<std::string_view> to;
    std::string_view from_after;
    std::string_view to_after;
  };
  const Row rows[] = {
      {false, {"owner"}, {"member"}, "member", "owner"},
      {false, {"owner"}, {"admin"}, "member", "owner"},
      {true, {"owner"}, {"admin"}, "member", "owner,admin"},
      {true, {"owner", "viewer"}, {"admin", "viewer"}, "viewer", "owner,admin,viewer"},
      {true, {"owner", "viewer"}, {"owner", "admin"}, "viewer", "owner,admin"},
      {true, {"owner", "member"}, {"member"}, "member", "owner,member"},
  };
  const std::string_view order[] = {"owner", "admin", "viewer", "member"};
  done(SetPriorityOrder{order});
  for (const Row& row : rows) {
    configure(*this, [](EnvironmentState& state) { state.multiple_roles = true; });
    done(UpdateRoles{ann.id, RoleSelection::several(row.from)});
    done(UpdateRoles{bob.id, RoleSelection::several(row.to)});
    configure(*this, [&](EnvironmentState& state) { state.multiple_roles = row.several; });
    BOOST_TEST(done(TransferOwnership{ann.id, bob.id}).outcome() == Outcome::updated);
    BOOST_TEST(roles_of(ann) == row.from_after);
    BOOST_TEST(roles_of(bob) == row.to_after);
    BOOST_TEST((state(acme).counts == Counts{2, 0, 0, 1}));
  }
}

BOOST_AUTO_TEST_CASE(effects) {
  const std::size_t events = count_events(store);
  const OrganizationState before = state(acme);
  runtime.clock.at = Time::from_milliseconds(5'000);
  const auto receipt = done(TransferOwnership{ann.id, bob.id});
  BOOST_TEST((receipt.plan.trace.about == Trace::About::transfer));
  BOOST_TEST((receipt.plan.trace.role_source == RoleSource::member_default));
  BOOST_TEST(receipt.membership()->id == ann.id);
  BOOST_TEST((state(acme).counts == before.counts));
  BOOST_TEST(state(acme).revision == before.revision + 1);
  for (const OrganizationMembership& of : {ann, bob}) {
    const auto now = *find(of.id);
    BOOST_TEST(now.revision == before.revision + 1);
    BOOST_TEST(now.updated_at == Time::from_milliseconds(5'000));
    BOOST_TEST(now.created_at == of.created_at);
    BOOST_TEST(now.status == Status::active);
  }
  BOOST_TEST(event_types(store, events) ==
             "organization_membership.updated organization_membership.updated");
  std::size_t skip = events;
  std::vector<MembershipId> ids;
  static_cast<void>(*store.list(*EventQuery::make(whole_page<EventId>()), [&](const EventRow& row) {
    if (skip > 0) {
      --skip;
      return;
    }
    const bool first = ids.empty();
    ids.push_back(row.membership->id);
    BOOST_TEST(row.membership->roles == RoleSet::of(RoleIndex::environment(first ? 0 : 1)));
    BOOST_TEST(row.before.roles == RoleSet::of(RoleIndex::environment(first ? 1 : 0)));
    BOOST_TEST((row.before.standing == Standing::active));
  }));
  BOOST_TEST((ids == std::vector<MembershipId>{ann.id, bob.id}));
  BOOST_TEST((refused(TransferOwnership{ann.id, bob.id}).code == ErrorCode::not_an_owner));
  done(TransferOwnership{bob.id, ann.id});
  BOOST_TEST(roles_of(ann) == "owner");
}

BOOST_AUTO_TEST_CASE(no_change) {
  const std::string before = describe(store);
  BOOST_TEST(done(TransferOwnership{ann.id, ann.id}).outcome() == Outcome::unchanged);
  BOOST_TEST(describe(store) == before);
}

BOOST_AUTO_TEST_CASE(to_an_owner) {
  done(UpdateRoles{bob.id, RoleSelection::one("owner")});
  const OrganizationMembership taker = *find(bob.id);
  const std::size_t events = count_events(store);
  BOOST_TEST(done(TransferOwnership{ann.id, bob.id}).outcome() == Outcome::updated);
  BOOST_TEST(roles_of(ann) == "member");
  BOOST_TEST((*find(bob.id) == taker));
  BOOST_TEST(state(acme).counts.owners == 1u);
  BOOST_TEST(event_types(store, events) == "organization_membership.updated");
}

BOOST_AUTO_TEST_CASE(one_commit) {
  const auto cid = join(user("cid"), acme);
  const auto plan_of = [&](const TransferOwnership& command) {
    return *policy.decide(command, load(command.reads()),
                          draw_context<TransferOwnership>(runtime.clock.at, runtime.ids));
  };
  const Plan to_bob = plan_of({ann.id, bob.id});
  const Plan to_cid = plan_of({ann.id, cid.id});
  BOOST_TEST((to_bob.membership && to_bob.other && to_bob.touch));
  BOOST_TEST(to_bob.touch->after.owners == 1u);
  BOOST_TEST(commit(to_bob) == CommitStatus::committed);
  BOOST_TEST(commit(to_cid) == CommitStatus::conflict);
  BOOST_TEST(roles_of(cid) == "member");
  // Of a plan whose second membership is not as it was seen, nothing stays.
  Plan stale = plan_of({bob.id, cid.id});
  ++stale.other->expected;
  const std::string before = describe(store);
  BOOST_TEST(commit(stale) == CommitStatus::conflict);
  BOOST_TEST(describe(store) == before);
}

BOOST_AUTO_TEST_CASE(defaults) {
  const auto check = [&](std::string_view expected, RoleSource source) {
    const auto receipt = done(TransferOwnership{ann.id, bob.id});
    BOOST_TEST(receipt.plan.trace.role_source == source);
    BOOST_TEST(roles_of(ann) == expected);
    done(TransferOwnership{bob.id, ann.id});
  };
  check("member", RoleSource::member_default);
  done(SetDefaultRole{"viewer"});
  check("viewer", RoleSource::environment_default);
  done(SetDefaultRole{"admin", acme});
  check("admin", RoleSource::organization_default);
  configure(*this, acme,
            [](OrganizationState& state) { state.default_role = RoleIndex::environment(9); });
  BOOST_TEST(refusal(ann.id, bob.id) ==
             an_error(ErrorCode::default_role_missing, Field::default_role));
}

BOOST_AUTO_TEST_CASE(directory) {
  policy.options.directory_managed_roles = DirectoryManagedRoles::refuse;
  const auto managed = [&](const MembershipId& id, bool on) {
    rewrite(id, [&](OrganizationMembership& value) { value.directory_managed = on; });
  };
  managed(ann.id, true);
  BOOST_TEST(refusal(ann.id, bob.id) == about(ErrorCode::directory_managed, ann.id, 0));
  managed(ann.id, false);
  managed(bob.id, true);
  BOOST_TEST(refusal(ann.id, bob.id) == about(ErrorCode::directory_managed, bob.id, 1));
  policy.options.directory_managed_roles = DirectoryManagedRoles::allow;
  done(TransferOwnership{ann.id, bob.id});
}

BOOST_AUTO_TEST_SUITE_END()
