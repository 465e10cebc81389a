// SPDX-License-Identifier: BSL-1.0

// Plan
//   each step: idempotent, another generation, what is gone, kept        -> steps
//   whole: by priority, every status, the last owner, events             -> whole
//   an organization of two owners, and of one                            -> owners
//   stopped at the n-th commit, for every n, and run again; two at once  -> interrupted, two_runs
//   the preview is what then happens                                     -> preview
//   wrong ways of docs/explanation/concurrency.md                        -> wrong_way_*

#include "../support/hooked_store.hpp"
#include "../support/settings.hpp"
#include "membership/driver/marks.hpp"

#include <boost/test/unit_test.hpp>

#include <map>

using namespace membership;
using namespace membership_tests;

BOOST_AUTO_TEST_SUITE(multiple_roles_off)

namespace {

constexpr RoleIndex owner_role = RoleIndex::environment(1);
constexpr std::string_view owner_and_viewer[] = {"owner", "viewer"};
constexpr std::string_view viewer_and_member[] = {"viewer", "member"};

/// Roles by priority: viewer, owner, member. In the first organization ada is owner and viewer,
/// bob viewer and member and inactive, cid pending owner and viewer, eve a member; the second has
/// nobody with several.
struct World : BasicHost<UnqueuedStore, MembershipPolicy<OwnerGuard, SeatLimit, GrantRule>> {
  OrganizationId acme;
  OrganizationId other;
  OrganizationMembership ada;
  OrganizationMembership bob;
  OrganizationMembership cid;
  OrganizationMembership eve;

  World()
      : acme(set_up()), other(organization("org_2")),
        ada(join(user("ada"), acme, RoleSelection::several(owner_and_viewer))),
        bob(join(user("bob"), acme, RoleSelection::several(viewer_and_member))),
        cid(join(user("cid"), acme, RoleSelection::several(owner_and_viewer))),
        eve(join(user("eve"), acme)) {
    done(DeactivateMembership{bob.id});
    rewrite(cid.id, [](OrganizationMembership& value) { value.status = Status::pending; });
    join(eve.user, other);
  }
  OrganizationId set_up() {
    role("owner");
    role("viewer");
    done(EnableMultipleRoles{});
    constexpr std::string_view order[] = {"viewer", "owner", "member"};
    done(SetPriorityOrder{order});
    BOOST_TEST(name_owner_role(store, policy, "owner", runtime).has_value());
    return organization("org_1");
  }
  std::uint64_t mark() {
    return done(MarkMultipleRolesDisabled{}).plan.environment->after.generation;
  }
  auto disable() { return disable_multiple_roles(store, policy, runtime); }
  std::string roles_of(const OrganizationMembership& value) const {
    return shown_roles(value.user, value.organization);
  }
  EnvironmentState environment() const { return load(Reads{}).environment; }
  void check_off() const {
    BOOST_TEST(!environment().multiple_roles);
    BOOST_TEST((environment().phase == Phase::live && environment().generation == 0));
    BOOST_TEST(roles_of(ada) == "owner");
    BOOST_TEST(roles_of(bob) == "viewer");
    BOOST_TEST(roles_of(cid) == "viewer");
    BOOST_TEST(roles_of(eve) == "member");
    BOOST_TEST(state(acme).counts == (Counts{2, 1, 1, 1}));
    BOOST_TEST((*list_marks(store)).empty());
  }
  template <class C>
  Plan plan_for(const C& command, const Snapshot& seen) {
    return *policy.decide(command, seen, draw_context<C>(runtime.clock.at, runtime.ids));
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(steps) {
  World w;
  const std::uint64_t first = w.mark();
  BOOST_TEST(first == w.environment().revision);
  BOOST_TEST(w.done(MarkMultipleRolesDisabled{}).outcome() == Outcome::unchanged);
  BOOST_TEST((w.refused(UpdateRoles{w.eve.id, RoleSelection::several(owner_and_viewer)}).code ==
              ErrorCode::multiple_roles_not_enabled));
  // Taken back: several may be given again, and the pages of that mark are refused.
  BOOST_TEST(w.done(EnableMultipleRoles{}).outcome() == Outcome::updated);
  BOOST_TEST(w.environment().generation == 0u);
  const auto superseded = [&](Field field, std::string_view subject) {
    return an_error(ErrorCode::operation_superseded, field, subject);
  };
  const Error sweep_superseded = superseded(Field::organization_membership_id, w.ada.id.view());
  BOOST_TEST(w.refused(SweepSeveralRoles{w.ada.id, first}) == sweep_superseded);
  BOOST_TEST(w.refused(FenceMultipleRoles{w.acme, first}) ==
             superseded(Field::organization_id, "org_1"));
  BOOST_TEST(w.refused(FinishMultipleRolesDisabled{first}) == superseded(Field::none, ""));
  const std::uint64_t second = w.mark();
  BOOST_TEST(w.refused(SweepSeveralRoles{w.ada.id, first}) == sweep_superseded);

  const FenceMultipleRoles fence{w.acme, second};
  BOOST_TEST(w.done(fence).outcome() == Outcome::updated);
  BOOST_TEST(w.state(w.acme).fenced_to == second);
  BOOST_TEST(w.done(fence).outcome() == Outcome::unchanged);
  BOOST_TEST(w.done(FenceMultipleRoles{make_id<OrganizationId>("org_9"), second}).outcome() ==
             Outcome::unchanged);
  w.done(FenceMultipleRoles{w.other, second});
  for (const auto* value : {&w.ada, &w.bob, &w.cid}) {
    const SweepSeveralRoles sweep{value->id, second};
    BOOST_TEST(w.done(sweep).outcome() == Outcome::updated);
    BOOST_TEST(w.done(sweep).outcome() == Outcome::unchanged);
  }
  BOOST_TEST(w.done(SweepSeveralRoles{make_id<MembershipId>("om_x"), second}).outcome() ==
             Outcome::unchanged);
  const FinishMultipleRolesDisabled finish{second};
  BOOST_TEST(w.done(finish).outcome() == Outcome::updated);
  BOOST_TEST(w.done(finish).outcome() == Outcome::unchanged);
  BOOST_TEST(w.done(fence).outcome() == Outcome::unchanged);
  BOOST_TEST(w.done(MarkMultipleRolesDisabled{}).outcome() == Outcome::unchanged);
  w.check_off();
}

BOOST_AUTO_TEST_CASE(whole) {
  World w;
  const std::size_t events = count_events(w.store);
  const auto result = w.disable();
  BOOST_TEST_REQUIRE(result.has_value());
  BOOST_TEST((*result).memberships == 3u);
  BOOST_TEST((*result).organizations == 2u);
  BOOST_TEST(event_types(w.store, events) ==
             "organization_membership.updated organization_membership.updated "
             "organization_membership.updated");
  w.check_off();
  const std::string before = describe(w.store);
  BOOST_TEST((*w.disable()).organizations == 0u);
  BOOST_TEST(describe(w.store) == before);
}

BOOST_AUTO_TEST_CASE(owners) {
  // Of two owners in one page the first loses the role and the last keeps it.
  World w;
  w.done(UpdateRoles{w.eve.id, RoleSelection::several(owner_and_viewer)});
  BOOST_TEST(w.state(w.acme).counts.owners == 2u);
  BOOST_TEST(w.disable().has_value());
  BOOST_TEST(w.roles_of(w.ada) == "viewer");
  BOOST_TEST(w.roles_of(w.eve) == "owner");
  BOOST_TEST(w.state(w.acme).counts.owners == 1u);
}

BOOST_AUTO_TEST_CASE(retiring_ranks_highest) {
  World w;
  w.done(MarkRoleDeleted{"viewer"});
  BOOST_TEST(w.disable().has_value());
  BOOST_TEST(w.roles_of(w.bob) == "member");
  BOOST_TEST(w.roles_of(w.cid) == "owner");
}

BOOST_AUTO_TEST_CASE(interrupted) {
  unsigned stops = 0;
  for (unsigned number = 1;; ++number) {
    World w;
    w.store.fails_at = w.store.commits + number;
    if (w.disable()) break;
    ++stops;
    if (number % 2 == 0) {
      BOOST_TEST((*finish_marked(w.store, w.policy, w.runtime))[0].result.has_value());
    } else {
      BOOST_TEST(w.disable().has_value());
    }
    w.check_off();
  }
  // The mark, two fences, a page, the finish.
  BOOST_TEST(stops == 5u);
}

BOOST_AUTO_TEST_CASE(two_runs) {
  for (unsigned number = 2; number <= 5; ++number) {
    World w;
    const unsigned at = w.store.commits + number;
    w.store.before = [&](unsigned now) {
      if (now == at) BOOST_TEST(w.disable().has_value());
    };
    BOOST_TEST(w.disable().has_value());
    w.check_off();
  }
}

BOOST_AUTO_TEST_CASE(taken_back_under_a_run) {
  World w;
  const auto result =
      disable_multiple_roles(w.store, w.policy, w.runtime,
                             [&](const OperationProgress&) { w.done(EnableMultipleRoles{}); });
  BOOST_TEST_REQUIRE(!result.has_value());
  BOOST_TEST((result.error().error->code == ErrorCode::operation_superseded));
  BOOST_TEST(w.environment().allows_several_roles());
}

BOOST_AUTO_TEST_CASE(preview) {
  World w;
  w.done(UpdateRoles{w.eve.id, RoleSelection::several(owner_and_viewer)});
  const std::string before = describe(w.store);
  const auto shown = preview_disable_multiple_roles(w.store, w.policy, w.runtime);
  BOOST_TEST_REQUIRE(shown.has_value());
  BOOST_TEST(describe(w.store) == before);
  BOOST_TEST((*shown).active == 2u);
  BOOST_TEST((*shown).inactive == 1u);
  BOOST_TEST((*shown).pending == 1u);
  BOOST_TEST((*shown).loses_only == 4u);
  BOOST_TEST(w.disable().has_value());
  std::map<std::string, std::size_t> after;
  for (const auto* value : {&w.ada, &w.bob, &w.cid, &w.eve}) ++after[w.roles_of(*value)];
  BOOST_TEST((*shown).roles.size() == after.size());
  for (const PreviewedRole& role : (*shown).roles) {
    BOOST_TEST(role.gained == 0u);
    BOOST_TEST(role.kept == after[std::string(role.slug.view())]);
  }
}

BOOST_AUTO_TEST_CASE(wrong_way_by_priority_alone) {
  World w;
  const SweepSeveralRoles sweep{w.ada.id, w.mark()};
  const auto seen = w.load(sweep.reads());
  BOOST_TEST((seen.roles.highest(seen.membership->roles) != owner_role));
  w.done(sweep);
  BOOST_TEST(w.roles_of(w.ada) == "owner");
  BOOST_TEST(w.state(w.acme).counts.owners == 1u);
}

BOOST_AUTO_TEST_CASE(wrong_way_given_before_the_mark) {
  World w;
  const UpdateRoles late{w.eve.id, RoleSelection::several(owner_and_viewer)};
  const auto seen = w.load(late.reads());
  const Plan plan = w.plan_for(late, seen);
  w.done(FenceMultipleRoles{w.acme, w.mark()});
  BOOST_TEST(w.commit(plan) == CommitStatus::conflict);
  BOOST_TEST(w.disable().has_value());
  w.check_off();
}

BOOST_AUTO_TEST_SUITE_END()
