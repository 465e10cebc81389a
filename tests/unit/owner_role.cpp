// SPDX-License-Identifier: BSL-1.0

// Plan
//   errors in their order, resumed, swapped, a third, none               -> mark
//   each step: idempotent, another generation, what is gone              -> steps
//   whole: counts, defaults, new organizations, the owner guard          -> whole, guard
//   the old role is named again half-way                                 -> swapped
//   stopped at the n-th commit, for every n, and run again; two at once  -> interrupted, two_runs
//   the preview is what then happens                                     -> preview
//   neither the old nor the new role goes or is a default                -> protected_roles
//   wrong ways of docs/explanation/concurrency.md                        -> wrong_way_*

#include "../support/hooked_store.hpp"
#include "../support/settings.hpp"
#include "membership/driver/marks.hpp"

#include <boost/test/unit_test.hpp>

using namespace membership;
using namespace membership_tests;

BOOST_AUTO_TEST_SUITE(owner_role_naming)

namespace {

constexpr RoleIndex owner_role = RoleIndex::environment(1);
constexpr RoleIndex boss_role = RoleIndex::environment(2);

/// `owner` is the owner role, `boss` is to be. In the first organization ada is owner, bob boss and
/// cid an inactive boss; the second has an owner only.
struct World : BasicHost<UnqueuedStore, MembershipPolicy<OwnerGuard>> {
  OrganizationId acme;
  OrganizationId other;
  OrganizationMembership ada;
  OrganizationMembership bob;
  OrganizationMembership cid;
  OrganizationMembership eve;

  World()
      : acme(set_up()), other(organization("org_2")),
        ada(join(user("ada"), acme, RoleSelection::one("owner"))),
        bob(join(user("bob"), acme, RoleSelection::one("boss"))),
        cid(join(user("cid"), acme, RoleSelection::one("boss"))),
        eve(join(user("eve"), other, RoleSelection::one("owner"))) {
    done(DeactivateMembership{cid.id});
  }
  OrganizationId set_up() {
    role("owner");
    role("boss");
    role("viewer");
    BOOST_TEST(name("owner").has_value());
    return organization("org_1");
  }
  tl::expected<OperationResult, Failure<UnqueuedStore>> name(std::optional<std::string_view> slug) {
    return slug ? name_owner_role(store, policy, *slug, runtime)
                : unname_owner_role(store, policy, runtime);
  }
  std::uint64_t mark(std::optional<std::string_view> slug = "boss") {
    return done(MarkOwnerRole{slug}).plan.environment->after.owner_generation;
  }
  EnvironmentState environment() const { return load(Reads{}).environment; }
  /// Every organization goes by the role, and counts who holds it.
  void check(RoleIndex role) const {
    BOOST_TEST((environment().owner_role == role && !environment().names_owner_role()));
    BOOST_TEST(environment().next_owner_role.is_none());
    for (const OrganizationId& id : {acme, other}) check(id, role);
    BOOST_TEST((*list_marks(store)).empty());
  }
  void check(const OrganizationId& id, RoleIndex role) const {
    BOOST_TEST(state(id).owner_role == role);
    MembershipFilter filter;
    filter.organization = id;
    Counts counts;
    static_cast<void>(*store.list(*MembershipQuery::make(filter, whole_page<MembershipId>()),
                                  [&](const MembershipRow& row) {
                                    counts.add(row.membership.status, row.membership.roles, role);
                                  }));
    BOOST_TEST(state(id).counts == counts);
  }
  template <class C>
  Plan plan_for(const C& command, const Snapshot& seen) {
    return *policy.decide(command, seen, draw_context<C>(runtime.clock.at, runtime.ids));
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(mark) {
  World w;
  w.done(CreateRole{"editor", "Editor", std::nullopt, "document"});
  const std::string before = describe(w.store);
  const auto refused = [&](std::string_view slug, ErrorCode code) {
    BOOST_TEST(w.refused(MarkOwnerRole{slug}) == an_error(code, Field::owner_role, slug));
  };
  refused("nobody", ErrorCode::invalid_role);
  refused("editor", ErrorCode::sub_resource_scoped_role_not_allowed);
  refused("member", ErrorCode::default_role_is_owner);
  BOOST_TEST(w.done(MarkOwnerRole{"owner"}).outcome() == Outcome::unchanged);
  BOOST_TEST(describe(w.store) == before);
  w.done(MarkRoleDeleted{"viewer"});
  refused("viewer", ErrorCode::invalid_role);
  w.done(KeepRole{"viewer"});

  const std::size_t events = count_events(w.store);
  const std::uint64_t first = w.mark();
  BOOST_TEST(first == w.environment().revision);
  BOOST_TEST((w.environment().owner_role == owner_role));
  BOOST_TEST(w.done(MarkOwnerRole{"boss"}).outcome() == Outcome::unchanged);
  refused("viewer", ErrorCode::operation_unfinished);
  BOOST_TEST(w.refused(MarkOwnerRole{}) ==
             an_error(ErrorCode::operation_unfinished, Field::owner_role));
  refused("member", ErrorCode::default_role_is_owner);
  const std::uint64_t second = w.mark("owner");
  BOOST_TEST(second == first + 1);
  BOOST_TEST((w.environment().owner_role == boss_role));
  BOOST_TEST((w.environment().next_owner_role == owner_role));
  BOOST_TEST(event_types(w.store, events) == "");
}

BOOST_AUTO_TEST_CASE(steps) {
  World w;
  w.done(SetDefaultRole{"boss", w.acme});
  const std::uint64_t generation = w.mark();
  const auto superseded = [&](const OrganizationId& id) {
    return an_error(ErrorCode::operation_superseded, Field::organization_id, id.view());
  };
  BOOST_TEST(w.refused(FenceOwnerRole{w.acme, boss_role, generation + 1}) == superseded(w.acme));
  BOOST_TEST(w.refused(FenceOwnerRole{w.acme, owner_role, generation}) == superseded(w.acme));
  const FenceOwnerRole fence{w.acme, boss_role, generation};
  BOOST_TEST(w.done(fence).outcome() == Outcome::updated);
  BOOST_TEST(w.state(w.acme).default_role.is_none());
  w.check(w.acme, boss_role);
  w.check(w.other, owner_role);
  BOOST_TEST(w.done(fence).outcome() == Outcome::unchanged);
  BOOST_TEST(
      w.done(FenceOwnerRole{make_id<OrganizationId>("org_9"), boss_role, generation}).outcome() ==
      Outcome::unchanged);
  // One made meanwhile goes by the new role at once.
  const auto late = w.organization("org_3");
  BOOST_TEST((w.state(late).owner_role == boss_role));
  BOOST_TEST(w.done(FenceOwnerRole{w.other, boss_role, generation}).outcome() == Outcome::updated);
  BOOST_TEST(w.state(w.other).counts.owners == 0u);
  BOOST_TEST(w.refused(FinishOwnerRole{boss_role, generation + 1}) ==
             an_error(ErrorCode::operation_superseded, Field::owner_role, "boss"));
  const FinishOwnerRole finish{boss_role, generation};
  BOOST_TEST(w.done(finish).outcome() == Outcome::updated);
  BOOST_TEST(w.done(finish).outcome() == Outcome::unchanged);
  BOOST_TEST(w.done(fence).outcome() == Outcome::unchanged);
  w.check(boss_role);
}

BOOST_AUTO_TEST_CASE(whole) {
  World w;
  const std::size_t events = count_events(w.store);
  const auto result = w.name("boss");
  BOOST_TEST_REQUIRE(result.has_value());
  BOOST_TEST((*result).organizations == 2u);
  w.check(boss_role);
  BOOST_TEST(w.state(w.acme).counts.owners == 1u);
  BOOST_TEST(w.state(w.other).counts.owners == 0u);
  BOOST_TEST(event_types(w.store, events) == "");
  BOOST_TEST((*w.name("boss")).organizations == 0u);
  BOOST_TEST((w.name("nobody").error().error->code == ErrorCode::invalid_role));
  // None, and one again.
  BOOST_TEST(w.name({}).has_value());
  w.check(RoleIndex::none());
  BOOST_TEST(w.name("owner").has_value());
  w.check(owner_role);
}

BOOST_AUTO_TEST_CASE(guard) {
  World w;
  const Error last = an_error(ErrorCode::last_owner_required, Field::organization_id, "org_1");
  BOOST_TEST(w.refused(DeleteMembership{w.ada.id}) == last);
  const std::uint64_t generation = w.mark();
  BOOST_TEST(w.refused(DeleteMembership{w.ada.id}) == last);
  w.done(FenceOwnerRole{w.acme, boss_role, generation});
  // From its fence on the organization goes by the new one.
  BOOST_TEST(w.refused(DeleteMembership{w.bob.id}) == last);
  BOOST_TEST((w.refused(TransferOwnership{w.ada.id, w.bob.id}).code == ErrorCode::not_an_owner));
  w.done(TransferOwnership{w.bob.id, w.ada.id});
  BOOST_TEST(w.refused(DeleteMembership{w.ada.id}) == last);
  w.done(DeleteMembership{w.bob.id});
  w.check(w.acme, boss_role);
  BOOST_TEST(w.name("boss").has_value());
  w.check(boss_role);
  // The second has no owner, may stay so, and guards the first that it gets.
  w.done(DeactivateMembership{w.eve.id});
  w.done(UpdateRoles{w.eve.id, RoleSelection::one("boss")});
  w.done(ReactivateMembership{w.eve.id});
  BOOST_TEST((w.refused(DeactivateMembership{w.eve.id}).code == ErrorCode::last_owner_required));
}

BOOST_AUTO_TEST_CASE(swapped) {
  World w;
  const std::uint64_t first = w.mark();
  w.done(FenceOwnerRole{w.acme, boss_role, first});
  w.mark("owner");
  BOOST_TEST((w.refused(FenceOwnerRole{w.other, boss_role, first}).code ==
              ErrorCode::operation_superseded));
  BOOST_TEST(
      (w.refused(FinishOwnerRole{boss_role, first}).code == ErrorCode::operation_superseded));
  const auto late = w.organization("org_3");
  BOOST_TEST((w.state(late).owner_role == owner_role));
  BOOST_TEST(w.name("owner").has_value());
  w.check(owner_role);
}

BOOST_AUTO_TEST_CASE(swapped_under_a_run) {
  World w;
  const unsigned at = w.store.commits + 2;
  w.store.before = [&](unsigned now) {
    if (now == at) BOOST_TEST(w.name("owner").has_value());
  };
  const auto result = w.name("boss");
  BOOST_TEST_REQUIRE(!result.has_value());
  BOOST_TEST((result.error().error->code == ErrorCode::operation_superseded));
  w.check(owner_role);
}

BOOST_AUTO_TEST_CASE(interrupted) {
  for (const std::optional<std::string_view> slug :
       {std::optional<std::string_view>("boss"), std::optional<std::string_view>()}) {
    unsigned stops = 0;
    for (unsigned number = 1;; ++number) {
      World w;
      w.store.fails_at = w.store.commits + number;
      if (w.name(slug)) break;
      ++stops;
      if (number % 2 == 0) {
        BOOST_TEST((*finish_marked(w.store, w.policy, w.runtime))[0].result.has_value());
      } else {
        BOOST_TEST(w.name(slug).has_value());
      }
      w.check(slug ? boss_role : RoleIndex::none());
    }
    BOOST_TEST(stops == 4u);
  }
}

BOOST_AUTO_TEST_CASE(two_runs) {
  for (unsigned number = 2; number <= 4; ++number) {
    World w;
    const unsigned at = w.store.commits + number;
    w.store.before = [&](unsigned now) {
      if (now == at) BOOST_TEST(w.name("boss").has_value());
    };
    BOOST_TEST(w.name("boss").has_value());
    w.check(boss_role);
  }
}

BOOST_AUTO_TEST_CASE(preview) {
  World w;
  const std::string before = describe(w.store);
  const auto shown = preview_name_owner_role(w.store, w.policy, "boss", w.runtime);
  BOOST_TEST_REQUIRE(shown.has_value());
  BOOST_TEST((*shown).organizations == 2u);
  BOOST_TEST((*shown).owners == 1u);
  BOOST_TEST((*shown).without_owner == 1u);
  BOOST_TEST(describe(w.store) == before);
  BOOST_TEST((preview_name_owner_role(w.store, w.policy, "member", w.runtime).error().error->code ==
              ErrorCode::default_role_is_owner));
  BOOST_TEST(w.name("boss").has_value());
  BOOST_TEST(w.state(w.acme).counts.owners + w.state(w.other).counts.owners == (*shown).owners);
  BOOST_TEST(w.state(w.other).counts.owners == 0u);
}

BOOST_AUTO_TEST_CASE(protected_roles) {
  World w;
  w.mark();
  for (const std::string_view slug : {"owner", "boss"}) {
    BOOST_TEST(w.refused(MarkRoleDeleted{slug}) ==
               an_error(ErrorCode::role_required, Field::role_slug, slug,
                        static_cast<std::uint16_t>(RoleUse::owner_role)));
    const Error is_owner = an_error(ErrorCode::default_role_is_owner, Field::role_slug, slug);
    BOOST_TEST(w.refused(SetDefaultRole{slug}) == is_owner);
    BOOST_TEST(w.refused(SetDefaultRole{slug, w.acme}) == is_owner);
    BOOST_TEST((w.refused(MarkRoleDeleted{"viewer", slug}).field == Field::replacement_role));
  }
  BOOST_TEST(w.name("boss").has_value());
  // After the finish the old one is a role like any other.
  BOOST_TEST(
      delete_role(w.store, w.policy, "owner", {WhenInUse::reassign, {}}, w.runtime).has_value());
  w.check(boss_role);
}

BOOST_AUTO_TEST_CASE(wrong_way_role_of_the_guard_by_fence) {
  // Another operation's fence raises `fenced_to` after the mark; the organization still goes by the
  // role that its `owners` counts.
  World w;
  const std::uint64_t naming = w.mark();
  const auto retiring = w.done(MarkRoleDeleted{"viewer"}).plan.role->after.generation;
  w.done(FenceRole{w.acme, RoleIndex::environment(3), retiring});
  BOOST_TEST(w.state(w.acme).fenced_to >= naming);
  w.check(w.acme, owner_role);
  w.done(DeleteMembership{w.bob.id});
  BOOST_TEST((w.refused(DeleteMembership{w.ada.id}).code == ErrorCode::last_owner_required));
  // And its own fence is not skipped.
  BOOST_TEST(w.done(FenceOwnerRole{w.acme, boss_role, naming}).outcome() == Outcome::updated);
  w.check(w.acme, boss_role);
}

BOOST_AUTO_TEST_CASE(wrong_way_counted_before) {
  // The count belongs to the very revision that the fence sets.
  World w;
  const FenceOwnerRole fence{w.acme, boss_role, w.mark()};
  const auto seen = w.load(fence.reads());
  BOOST_TEST(seen.holders == 1u);
  const Plan plan = w.plan_for(fence, seen);
  w.done(ReactivateMembership{w.cid.id});
  BOOST_TEST(w.commit(plan) == CommitStatus::conflict);
  w.done(fence);
  BOOST_TEST(w.state(w.acme).counts.owners == 2u);
}

BOOST_AUTO_TEST_CASE(wrong_way_organization_made_before_the_mark) {
  World w;
  const CreateOrganization late{"Late", make_id<OrganizationId>("org_9")};
  const auto seen = w.load(late.reads());
  const Plan plan = w.plan_for(late, seen);
  BOOST_TEST(w.name("boss").has_value());
  BOOST_TEST(w.commit(plan) == CommitStatus::conflict);
}

BOOST_AUTO_TEST_SUITE_END()
