// SPDX-License-Identifier: BSL-1.0

// Plan
//   errors in their order, idempotent, kept                              -> mark_and_kept
//   each step: idempotent, another generation, what is gone              -> steps
//   whole: roles of the environment and of organizations, events, place  -> whole
//   grants nothing from the mark on                                      -> grants_nothing
//   stopped at the n-th commit, for every n, and run again; two at once  -> interrupted, two_runs
//   wrong ways of docs/explanation/concurrency.md                        -> wrong_way_*

#include "../support/hooked_store.hpp"
#include "../support/settings.hpp"
#include "membership/driver/marks.hpp"

#include <boost/test/unit_test.hpp>

using namespace membership;
using namespace membership_tests;

BOOST_AUTO_TEST_SUITE(permission_deletion)

namespace {

/// `read` and `write`; `admin` has both, the first organization's `org-lead` has `read`, the second
/// organization has a role without any.
struct World : BasicHost<UnqueuedStore> {
  OrganizationId acme = organization("org_1");
  OrganizationId other = organization("org_2");

  World() {
    role("admin");
    for (const std::string_view slug : {"read", "write"}) {
      done(CreatePermission{slug, slug});
      done(AddRolePermission{"admin", slug});
    }
    organization_role(acme, "org-lead");
    organization_role(other, "org-clerk");
    done(AddRolePermission{"org-lead", "read", acme});
    done(AddRolePermission{"org-lead", "write", acme});
  }
  std::uint64_t mark() {
    return done(MarkPermissionDeleted{"read"}).plan.permission->after.generation;
  }
  auto remove() { return delete_permission(store, policy, "read", runtime); }
  /// Whether a role has the permission at a place.
  bool has(std::string_view slug, unsigned place, const OrganizationId* id = nullptr) const {
    Reads reads;
    reads.organization = id;
    const auto seen = load(reads);
    return seen.roles.at(seen.roles.find(slug))->permissions.contains(place);
  }
  void check_gone() const {
    BOOST_TEST(!load(Reads{}).roles.permission_table().has(0));
    BOOST_TEST(!has("admin", 0));
    BOOST_TEST(!has("org-lead", 0, &acme));
    BOOST_TEST(has("admin", 1));
    BOOST_TEST(has("org-lead", 1, &acme));
    BOOST_TEST((*list_marks(store)).empty());
  }
  template <class C>
  Plan plan_for(const C& command, const Snapshot& seen) {
    return *policy.decide(command, seen, draw_context<C>(runtime.clock.at, runtime.ids));
  }
};

Error superseded(Field field, std::string_view slug) {
  return an_error(ErrorCode::operation_superseded, field, slug);
}

}  // namespace

BOOST_AUTO_TEST_CASE(mark_and_kept) {
  World w;
  CreatePermission system{"system", "System"};
  system.system = true;
  w.done(system);
  const std::string before = describe(w.store);
  const Error unknown = an_error(ErrorCode::entity_not_found, Field::permission_slug, "nothing");
  BOOST_TEST(w.refused(MarkPermissionDeleted{"nothing"}) == unknown);
  BOOST_TEST(w.refused(KeepPermission{"nothing"}) == unknown);
  BOOST_TEST(w.refused(MarkPermissionDeleted{"system"}) ==
             an_error(ErrorCode::system_permission, Field::permission_slug, "system"));
  BOOST_TEST(w.done(KeepPermission{"read"}).outcome() == Outcome::unchanged);
  BOOST_TEST(describe(w.store) == before);

  const std::size_t events = count_events(w.store);
  const std::uint64_t generation = w.mark();
  BOOST_TEST(generation == w.load(Reads{}).environment.revision);
  BOOST_TEST(w.done(MarkPermissionDeleted{"read"}).outcome() == Outcome::unchanged);
  w.done(SweepRolePermission{"admin", std::nullopt, 0, generation});
  BOOST_TEST(w.done(KeepPermission{"read"}).outcome() == Outcome::updated);
  // What was taken stays taken.
  BOOST_TEST(!w.has("admin", 0));
  BOOST_TEST(w.has("org-lead", 0, &w.acme));
  w.done(AddRolePermission{"admin", "read"});
  BOOST_TEST(event_types(w.store, events) == "role.updated role.updated");
  BOOST_TEST(w.mark() != generation);
  BOOST_TEST(w.refused(SweepRolePermission{"admin", std::nullopt, 0, generation}) ==
             superseded(Field::role_slug, "admin"));
}

BOOST_AUTO_TEST_CASE(steps) {
  World w;
  const std::uint64_t generation = w.mark();
  const FencePermission fence{w.other, 0, generation};
  BOOST_TEST(w.refused(FencePermission{w.other, 0, generation + 1}) ==
             superseded(Field::permission_slug, "read"));
  BOOST_TEST(w.done(fence).outcome() == Outcome::updated);
  BOOST_TEST(w.state(w.other).fenced_to == generation);
  BOOST_TEST(w.done(fence).outcome() == Outcome::unchanged);
  BOOST_TEST(w.done(FencePermission{make_id<OrganizationId>("org_9"), 0, generation}).outcome() ==
             Outcome::unchanged);
  const FinishPermissionDeletion finish{"read", generation};
  BOOST_TEST(w.refused(finish) ==
             an_error(ErrorCode::operation_unfinished, Field::permission_slug, "read"));
  const SweepRolePermission sweep{"admin", std::nullopt, 0, generation};
  BOOST_TEST(w.done(sweep).outcome() == Outcome::updated);
  BOOST_TEST(w.done(sweep).outcome() == Outcome::unchanged);
  const SweepRolePermission own{"org-lead", w.acme, 0, generation};
  BOOST_TEST(w.done(own).outcome() == Outcome::updated);
  BOOST_TEST(w.done(SweepRolePermission{"nobody", w.acme, 0, generation}).outcome() ==
             Outcome::unchanged);
  BOOST_TEST(w.refused(FinishPermissionDeletion{"read", generation + 1}) ==
             superseded(Field::permission_slug, "read"));
  BOOST_TEST(w.done(finish).outcome() == Outcome::deleted);
  BOOST_TEST(w.done(finish).outcome() == Outcome::unchanged);
  BOOST_TEST(w.done(fence).outcome() == Outcome::unchanged);
  w.check_gone();
  // The place is used again, and stale steps do nothing to what has it now.
  w.done(CreatePermission{"next", "Next"});
  w.done(AddRolePermission{"org-lead", "next", w.acme});
  BOOST_TEST(w.has("org-lead", 0, &w.acme));
  BOOST_TEST(w.refused(own) == superseded(Field::role_slug, "org-lead"));
  BOOST_TEST((w.refused(fence).code == ErrorCode::operation_superseded));
  BOOST_TEST(w.done(finish).outcome() == Outcome::unchanged);
}

BOOST_AUTO_TEST_CASE(whole) {
  World w;
  const auto shown = preview_delete_permission(w.store, w.policy, "read", w.runtime);
  BOOST_TEST((*shown).roles_changed == 2u);
  const std::size_t events = count_events(w.store);
  const auto result = w.remove();
  BOOST_TEST_REQUIRE(result.has_value());
  BOOST_TEST((*result).organizations == 2u);
  BOOST_TEST((*result).roles == (*shown).roles_changed);
  BOOST_TEST(event_types(w.store, events) ==
             "role.updated organization_role.updated permission.deleted");
  w.check_gone();
  BOOST_TEST(*w.remove().error().error ==
             an_error(ErrorCode::entity_not_found, Field::permission_slug, "read"));
  w.done(CreatePermission{"next", "Next"});
  BOOST_TEST(w.load(Reads{}).roles.find_permission("next") == 0u);
  BOOST_TEST(!w.has("admin", 0));
}

BOOST_AUTO_TEST_CASE(grants_nothing) {
  World w;
  const auto admin_role = RoleSet::of(RoleIndex::environment(1));
  BOOST_TEST(w.load(Reads{}).roles.permissions(admin_role).contains(0));
  w.mark();
  BOOST_TEST(!w.load(Reads{}).roles.permissions(admin_role).contains(0));
  BOOST_TEST(w.has("admin", 0));
  // An edit that does not name it keeps it, and the walk takes it.
  constexpr std::string_view write[] = {"write"};
  w.done(SetRolePermissions{"org-lead", write, w.acme});
  BOOST_TEST(w.has("org-lead", 0, &w.acme));
  BOOST_TEST(
      (w.refused(AddRolePermission{"org-clerk", "read", w.other}).code == ErrorCode::malformed));
  BOOST_TEST(
      (w.refused(CreatePermission{"read", "Read"}).code == ErrorCode::permission_slug_conflict));
  BOOST_TEST(w.remove().has_value());
  w.check_gone();
}

BOOST_AUTO_TEST_CASE(interrupted) {
  unsigned stops = 0;
  for (unsigned number = 1;; ++number) {
    World w;
    w.store.fails_at = w.store.commits + number;
    if (w.remove()) break;
    ++stops;
    if (number % 2 == 0) {
      BOOST_TEST((*finish_marked(w.store, w.policy, w.runtime))[0].result.has_value());
    } else {
      BOOST_TEST(w.remove().has_value());
    }
    w.check_gone();
  }
  // The mark, a role, two fences, an own role, the finish.
  BOOST_TEST(stops == 6u);
}

BOOST_AUTO_TEST_CASE(two_runs) {
  // Another run to the end before every commit of this one.
  for (unsigned number = 2; number <= 6; ++number) {
    World w;
    const unsigned at = w.store.commits + number;
    w.store.before = [&](unsigned now) {
      if (now == at) BOOST_TEST(w.remove().has_value());
    };
    BOOST_TEST(w.remove().has_value());
    w.check_gone();
  }
}

BOOST_AUTO_TEST_CASE(wrong_way_no_fence_where_no_role_holds_it) {
  World w;
  const AddRolePermission late{"org-clerk", "read", w.other};
  const auto seen = w.load(late.reads());
  const Plan plan = w.plan_for(late, seen);
  BOOST_TEST(w.remove().has_value());
  w.done(CreatePermission{"next", "Next"});
  BOOST_TEST(w.commit(plan) == CommitStatus::conflict);
  BOOST_TEST(!w.has("org-clerk", 0, &w.other));
}

BOOST_AUTO_TEST_CASE(wrong_way_stale_page_strips_a_successor) {
  World w;
  const SweepRolePermission page{"org-lead", w.acme, 0, w.mark()};
  const auto seen = w.load(page.reads());
  const Plan plan = w.plan_for(page, seen);
  BOOST_TEST(w.remove().has_value());
  w.done(CreatePermission{"next", "Next"});
  w.done(AddRolePermission{"org-lead", "next", w.acme});
  BOOST_TEST(w.commit(plan) == CommitStatus::conflict);
  BOOST_TEST(w.has("org-lead", 0, &w.acme));
}

BOOST_AUTO_TEST_CASE(wrong_way_environment_role_decided_before_the_mark) {
  World w;
  w.role("viewer");
  const AddRolePermission late{"viewer", "read"};
  const auto seen = w.load(late.reads());
  const Plan plan = w.plan_for(late, seen);
  w.mark();
  BOOST_TEST(w.commit(plan) == CommitStatus::conflict);
}

BOOST_AUTO_TEST_SUITE_END()
