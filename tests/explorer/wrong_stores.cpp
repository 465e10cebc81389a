// SPDX-License-Identifier: BSL-1.0

// The wrong ways of docs/explanation/concurrency.md that are a store's, each on the step store: the
// explorer finds the invariant that breaks, and that none does in the right way.
//
// role looked at and not held                → role_checked_without_holding
// catalogue kept without `fenced_to`         → cached_environment
// organization compared where counts change  → organization_compared_sometimes
// organization never set                     → organization_not_set_*
// user not compared, or not held             → user_not_compared, user_not_held
// place and revision instead of id           → place_instead_of_id
// revision that starts again                 → revision_restarted
// rights of before the commit                → grant_on_rights_of_before
// role of the guard by `fenced_to`           → guard_role_by_revision
// environment read before the organization   → environment_first
// event position before the commit           → position_before_commit
// placing without setting the head           → placing_without_head

#include "wrong_ways.hpp"

BOOST_AUTO_TEST_SUITE(explorer_wrong_stores)

using namespace membership;
using namespace membership::testing;
using namespace membership_tests;

namespace {

BOOST_AUTO_TEST_CASE(role_checked_without_holding) {
  StepOptions options;
  options.splits_commit = true;
  options.checks_roles = true;
  const Actors actors{named("update to editor"), visit_holders()};
  must_hold(explore(options, StartWorld::plain, actors));
  options.holds_compared = false;
  must_break(explore(options, StartWorld::plain, actors), Invariant::dangling_role);
}

BOOST_AUTO_TEST_CASE(cached_environment) {
  StepOptions options;
  options.cache = StepOptions::Cache::exact;
  const Actors actors{named("update to editor"), named("delete role")};
  must_hold(explore(options, StartWorld::plain, actors));
  options.cache = StepOptions::Cache::blind;
  must_break(explore(options, StartWorld::plain, actors), Invariant::dangling_role);
}

BOOST_AUTO_TEST_CASE(organization_compared_sometimes) {
  StepOptions options;
  const Actors actors{named("update to org-clerk"), named("delete own role")};
  must_hold(explore(options, StartWorld::plain, actors));
  options.compares_organization = false;
  must_break(explore(options, StartWorld::plain, actors), Invariant::dangling_role);
}

BOOST_AUTO_TEST_CASE(organization_not_set_owners) {
  StepOptions options;
  const Actors actors{named("demote first"), named("demote second")};
  must_hold(explore(options, StartWorld::plain, actors));
  options.sets_organization = false;
  const Exploration broken = explore(options, StartWorld::plain, actors);
  must_break(broken, Invariant::owner);
  BOOST_TEST(broken.violation->schedule.size() == 4u);  // both load, both commit
}

BOOST_AUTO_TEST_CASE(organization_not_set_seats) {
  StepOptions options;
  const Actors actors{named("create elsewhere"), named("reactivate")};
  const auto one_seat = [](MemoryStore& store) {
    BOOST_REQUIRE(execute(store, ExplorerPolicy{}, SetSeatLimit{org_b, 2}, ExplorerRuntime{}));
  };
  must_hold(explore(options, StartWorld::plain, actors, one_seat));
  options.sets_organization = false;
  must_break(explore(options, StartWorld::plain, actors, one_seat), Invariant::seats);
}

BOOST_AUTO_TEST_CASE(user_not_compared) {
  StepOptions options;
  const Actors actors{named("create elsewhere"), named("delete user without")};
  must_hold(explore(options, StartWorld::plain, actors));
  options.compares_user = false;
  must_break(explore(options, StartWorld::plain, actors), Invariant::orphan);
}

BOOST_AUTO_TEST_CASE(user_not_held) {
  StepOptions options;
  options.splits_commit = true;
  const Actors actors{named("create elsewhere"), named("delete user without")};
  must_hold(explore(options, StartWorld::plain, actors));
  options.holds_compared = false;
  must_break(explore(options, StartWorld::plain, actors), Invariant::orphan);
}

BOOST_AUTO_TEST_CASE(place_instead_of_id) {
  StepOptions options;
  const DeleteMembership remove{explorer_membership(3)};
  const Actors actors{
      sequence_instance<StepStore>("delete, create again", remove,
                                   CreateMembership{explorer_user(3), org_a}),
      command_instance<StepStore>("delete", remove),
  };
  must_hold(explore(options, StartWorld::plain, actors));
  options.names_by_id = false;
  must_break(explore(options, StartWorld::plain, actors), Invariant::effects);
}

BOOST_AUTO_TEST_CASE(revision_restarted) {
  StepOptions options;
  const Actors users{named("create"), named("delete user without"), named("make user again")};
  const Actors organizations{named("delete organization"), named("make organization again")};
  must_hold(explore(options, StartWorld::plain, users));
  must_hold(explore(options, StartWorld::plain, organizations));
  options.restarts_revisions = true;
  must_break(explore(options, StartWorld::plain, users), Invariant::revisions);
  must_break(explore(options, StartWorld::plain, organizations), Invariant::revisions);
}

BOOST_AUTO_TEST_CASE(grant_on_rights_of_before) {
  StepOptions options;
  const Actors actors{named("third takes org-clerk"), named("add permission to own role")};
  must_hold(explore(options, StartWorld::plain, actors));
  options.compares_organization = false;
  must_break(explore(options, StartWorld::plain, actors), Invariant::rights);
}

BOOST_AUTO_TEST_CASE(guard_role_by_revision) {
  StepOptions options;
  const Actors actors{
      named("owner role viewer"),
      sequence_instance<StepStore>(
          "set seats, demote first", SetSeatLimit{org_a, 10},
          UpdateRoles{explorer_membership(1), RoleSelection::one("viewer")}),
  };
  must_hold(explore(options, StartWorld::plain, actors));
  options.owner_role_by_revision = true;
  must_break(explore(options, StartWorld::plain, actors), Invariant::counts);
}

BOOST_AUTO_TEST_CASE(environment_first) {
  // `editor` is held, marked and fenced; what is left are a page, here of two workers, and the end.
  const MembershipId holder = explorer_membership(3);
  std::uint64_t generation = 0;
  const auto mark_editor = [&](MemoryStore& store) {
    ExplorerRuntime runtime;
    runtime.ids = ExplorerIds(500);
    const auto done = [&](const auto& command) {
      auto result = execute(store, ExplorerPolicy{}, command, runtime);
      BOOST_REQUIRE(result);
      return std::move(*result);
    };
    done(UpdateRoles{holder, RoleSelection::one("editor")});
    MarkRoleDeleted mark;
    mark.role = "editor";
    generation = done(mark).plan.role->after.generation;
    for (const auto& id : {org_a, org_b}) done(FenceRole{id, editor_role, generation});
  };
  {
    MemoryStore store;
    make_start_world(store, StartWorld::plain);
    mark_editor(store);
  }
  const SweepRoleHolder sweep{holder, editor_role, generation};
  const Actors actors{
      sequence_instance<StepStore>("page, finish", sweep, FinishRoleDeletion{"editor", generation}),
      command_instance<StepStore>("page", sweep),
      sequence_instance<StepStore>("make role, give it", CreateRole{"auditor", "Auditor"},
                                   UpdateRoles{holder, RoleSelection::one("auditor")}),
  };
  StepOptions options;
  options.load = StepOptions::Load::organization_first;
  must_hold(explore(options, StartWorld::plain, actors, mark_editor));
  options.load = StepOptions::Load::environment_first;
  must_break(explore(options, StartWorld::plain, actors, mark_editor), Invariant::effects);
}

BOOST_AUTO_TEST_CASE(position_before_commit) {
  StepOptions options;
  options.splits_commit = true;
  const Actors actors{named("create"), named("create elsewhere"), named("read events")};
  must_hold(explore(options, StartWorld::plain, actors));
  options.log = StepOptions::Log::positions_before;
  must_break(explore(options, StartWorld::plain, actors), Invariant::readers);
}

BOOST_AUTO_TEST_CASE(placing_without_head) {
  StepOptions options;
  options.log = StepOptions::Log::placed;
  const Actors actors{named("create"), placer("place"), placer("place too")};
  must_hold(explore(options, StartWorld::plain, actors));
  options.log = StepOptions::Log::placed_but_no_head;
  must_break(explore(options, StartWorld::plain, actors), Invariant::readers);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
