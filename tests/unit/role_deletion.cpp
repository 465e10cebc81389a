// SPDX-License-Identifier: BSL-1.0

// Plan
//   the mark: errors in their order, idempotent, other marks, kept       -> mark_*, kept
//   each step: idempotent, another generation, what is gone              -> steps, own_steps
//   whole: every status, defaults, orders, replacement, events           -> whole_*, own_whole
//   refused where it is in use, before and after the mark                -> refuse_*
//   stopped at the n-th commit, for every n, and run again; two at once  -> interrupted, two_runs
//   a cursor, and one of another mark                                    -> cursors
//   what heeds the mark                                                  -> heeded
//   the preview is what then happens                                     -> preview
//   each page begins behind the last: who stays is passed over once      -> passed_over_once
//   open invitations that hold the role themselves, expired ones         -> invited, expired_use*
//   marks left by another process                                        -> left_marks
//   an organization's mark whose replacement goes                        -> replacement_goes
//   wrong ways of docs/explanation/concurrency.md                        -> wrong_way_*

#include "../support/hooked_store.hpp"
#include "../support/settings.hpp"
#include "membership/command/send_invitation.hpp"
#include "membership/driver/marks.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <type_traits>
#include <utility>

using namespace membership;
using namespace membership_tests;

BOOST_AUTO_TEST_SUITE(role_deletion)

namespace {

constexpr RoleIndex member_role = RoleIndex::environment(0);
constexpr RoleIndex admin_role = RoleIndex::environment(1);
constexpr RoleIndex viewer_role = RoleIndex::environment(2);
constexpr RoleIndex lead_role = RoleIndex::organization(0);

const RoleDeletionOptions reassign{WhenInUse::reassign, {}};
const RoleDeletionOptions to_viewer{WhenInUse::reassign, "viewer"};

struct NothingExpires {
  static constexpr Refusal check(const Snapshot& /*seen*/, const Plan& plan,
                                 const BasicActor<DefaultTraits>& /*actor*/) noexcept {
    const bool expires =
        plan.invitation && plan.invitation->after.status == InvitationStatus::expired;
    return expires ? Refusal::by_rule(7) : Refusal{};
  }
};

/// Counts lists of memberships: from the beginning, and behind another.
struct Listing : MemoryStore {
  mutable unsigned begun = 0;
  mutable unsigned gone_on = 0;
  template <class Query, class Visit>
  [[nodiscard]] auto list(const Query& query, Visit&& visit) const {
    if constexpr (std::is_same_v<Query, MembershipQuery>) ++(query.page().after ? gone_on : begun);
    return MemoryStore::list(query, visit);
  }
};

/// Two organizations, `admin` and `viewer`; in the first: ada admin, bob admin and viewer, cid
/// inactive admin, dan pending admin, eve member. The second has nobody, but its own role.
struct World : BasicHost<HookedStore> {
  OrganizationId acme = organization("org_1");
  OrganizationId other = organization("org_2");
  OrganizationMembership ada;
  OrganizationMembership bob;
  OrganizationMembership cid;
  OrganizationMembership dan;
  OrganizationMembership eve;

  World()
      : ada(first()), bob(joined("bob")), cid(joined("cid")), dan(joined("dan")),
        eve(join(user("eve"), acme)) {
    constexpr std::string_view both[] = {"admin", "viewer"};
    done(UpdateRoles{bob.id, RoleSelection::several(both)});
    done(DeactivateMembership{cid.id});
    rewrite(dan.id, [](OrganizationMembership& value) { value.status = Status::pending; });
  }
  OrganizationMembership first() {
    role("admin");
    role("viewer");
    done(EnableMultipleRoles{});
    organization_role(other, "org-lead");
    return joined("ada");
  }
  OrganizationMembership joined(std::string_view name) {
    return join(user(name), acme, RoleSelection::one("admin"));
  }
  std::uint64_t mark(std::string_view slug = "admin",
                     std::optional<std::string_view> replacement = {}) {
    return done(MarkRoleDeleted{slug, replacement}).plan.role->after.generation;
  }
  auto remove(const RoleDeletionOptions& how, std::string_view slug = "admin",
              const std::optional<OperationCursor>& resume = {}) {
    return delete_role(store, policy, slug, how, runtime, NoOperationProgress{}, resume);
  }
  Error refused_removal(const RoleDeletionOptions& how, std::string_view slug = "admin") {
    const auto result = remove(how, slug);
    BOOST_TEST_REQUIRE(!result.has_value());
    BOOST_TEST_REQUIRE(result.error().error.has_value());
    return *result.error().error;
  }
  const RoleState* state_of(std::string_view slug) const {
    const auto seen = load(Reads{});
    const RoleIndex index = seen.roles.find(slug);
    return index.is_none() ? nullptr : seen.roles.at(index);
  }
  std::string roles_of(const OrganizationMembership& value) const {
    return shown_roles(value.user, value.organization);
  }
  /// Nobody holds what is no role, and the counts are right.
  void check() const {
    for (const OrganizationId& id : {acme, other}) {
      MembershipFilter filter;
      filter.organization = id;
      Counts counts;
      static_cast<void>(*store.list(*MembershipQuery::make(filter, whole_page<MembershipId>()),
                                    [&](const MembershipRow& row) {
                                      BOOST_TEST((row.membership.roles - row.roles.all()).empty());
                                      BOOST_TEST(!row.membership.roles.empty());
                                      counts.add(row.membership.status, row.membership.roles,
                                                 state(id).owner_role);
                                    }));
      BOOST_TEST(counts == state(id).counts);
    }
  }
  void check_gone() const {
    BOOST_TEST((state_of("admin") == nullptr));
    for (const OrganizationId& id : {acme, other}) {
      Reads reads;
      reads.organization = &id;
      const auto seen = load(reads);
      BOOST_TEST((seen.organization->default_role != admin_role));
      BOOST_TEST(
          (seen.roles.own_order() == nullptr || !seen.roles.own_order()->contains(admin_role)));
    }
    BOOST_TEST(!load(Reads{}).roles.order()->contains(admin_role));
    BOOST_TEST((*list_marks(store)).empty());
    check();
  }
  template <class C>
  Plan plan_for(const C& command, const Snapshot& seen) {
    return *policy.decide(command, seen, draw_context<C>(runtime.clock.at, runtime.ids));
  }
};

Error required(std::string_view slug, RoleUse use) {
  return an_error(ErrorCode::role_required, Field::role_slug, slug,
                  static_cast<std::uint16_t>(use));
}
Error superseded(const OrganizationMembership& value) {
  return an_error(ErrorCode::operation_superseded, Field::organization_membership_id,
                  value.id.view());
}

}  // namespace

BOOST_AUTO_TEST_CASE(mark_errors) {
  World w;
  const auto nowhere = make_id<OrganizationId>("org_9");
  w.done(CreateRole{"editor", "Editor", std::nullopt, "document"});
  w.role("owner");
  configure(w, [&](EnvironmentState& state) { state.owner_role = RoleIndex::environment(4); });
  const std::string before = describe(w.store);
  BOOST_TEST(w.refused(MarkRoleDeleted{"nobody", "nothing", nowhere}) ==
             an_error(ErrorCode::entity_not_found, Field::organization_id, "org_9"));
  BOOST_TEST(w.refused(MarkRoleDeleted{"nobody", "nothing"}) ==
             an_error(ErrorCode::entity_not_found, Field::role_slug, "nobody"));
  BOOST_TEST(w.refused(MarkRoleDeleted{"viewer", std::nullopt, w.other}) ==
             an_error(ErrorCode::entity_not_found, Field::role_slug, "viewer"));
  BOOST_TEST(w.refused(MarkRoleDeleted{"member", "nothing"}) ==
             required("member", RoleUse::default_role));
  BOOST_TEST(w.refused(MarkRoleDeleted{"owner", "nothing"}) ==
             required("owner", RoleUse::owner_role));
  const auto bad = [&](std::string_view slug, ErrorCode code, std::string_view role = "admin") {
    BOOST_TEST(w.refused(MarkRoleDeleted{role, slug}) ==
               an_error(code, Field::replacement_role, slug));
  };
  bad("nothing", ErrorCode::invalid_role);
  bad("org-lead", ErrorCode::invalid_role);
  bad("editor", ErrorCode::sub_resource_scoped_role_not_allowed);
  bad("admin", ErrorCode::invalid_role);
  bad("owner", ErrorCode::invalid_role);
  BOOST_TEST(describe(w.store) == before);

  // The default is what the environment says.
  w.done(SetDefaultRole{"viewer"});
  BOOST_TEST(w.refused(MarkRoleDeleted{"viewer"}) == required("viewer", RoleUse::default_role));
  // A replacement is needed, and one that is on its way out cannot be one.
  w.mark("admin", "member");
  BOOST_TEST(w.refused(MarkRoleDeleted{"member"}) == required("member", RoleUse::replacement));
  bad("admin", ErrorCode::invalid_role, "editor");
}

BOOST_AUTO_TEST_CASE(mark_of_an_organization) {
  World w;
  w.organization_role(w.other, "org-clerk");
  w.done(SetDefaultRole{"org-lead", w.other});
  BOOST_TEST(w.refused(MarkRoleDeleted{"org-lead", std::nullopt, w.other}) ==
             required("org-lead", RoleUse::default_role));
  BOOST_TEST(w.refused(MarkRoleDeleted{"org-clerk", "org-clerk", w.other}) ==
             an_error(ErrorCode::invalid_role, Field::replacement_role, "org-clerk"));
  const std::uint64_t revision = w.state(w.other).revision;
  const auto marked = w.done(MarkRoleDeleted{"org-clerk", "org-lead", w.other});
  BOOST_TEST(marked.plan.role->after.generation == revision + 1);
  BOOST_TEST(w.state(w.other).revision == revision + 1);
  BOOST_TEST(w.refused(MarkRoleDeleted{"org-lead", std::nullopt, w.other}).detail == 1u);
  w.done(SetDefaultRole{"member", w.other});
  BOOST_TEST(w.refused(MarkRoleDeleted{"org-lead", std::nullopt, w.other}) ==
             required("org-lead", RoleUse::replacement));
  w.done(MarkOrganizationDeleted{w.other});
  BOOST_TEST((w.refused(MarkRoleDeleted{"org-lead", std::nullopt, w.other}).field ==
              Field::organization_id));
}

BOOST_AUTO_TEST_CASE(mark_again_and_kept) {
  World w;
  const std::size_t events = count_events(w.store);
  const std::uint64_t first = w.mark();
  BOOST_TEST(first == w.load(Reads{}).environment.revision);
  BOOST_TEST(w.done(MarkRoleDeleted{"admin"}).outcome() == Outcome::unchanged);
  const std::uint64_t second = w.mark("admin", "viewer");
  BOOST_TEST(second == first + 1);
  BOOST_TEST(w.refused(SweepRoleHolder{w.ada.id, admin_role, first}) == superseded(w.ada));
  MarkRoleDeleted unused{"admin", "viewer"};
  unused.only_unused = true;
  const std::uint64_t third = w.done(unused).plan.role->after.generation;
  BOOST_TEST(w.refused(SweepRoleHolder{w.ada.id, admin_role, third}) == superseded(w.ada));
  BOOST_TEST(w.done(KeepRole{"admin", std::nullopt, second}).outcome() == Outcome::unchanged);
  BOOST_TEST(w.done(KeepRole{"admin", std::nullopt, third}).outcome() == Outcome::updated);
  BOOST_TEST(w.done(KeepRole{"admin"}).outcome() == Outcome::unchanged);
  BOOST_TEST(w.refused(KeepRole{"nobody"}) ==
             an_error(ErrorCode::entity_not_found, Field::role_slug, "nobody"));
  const RoleState& state = *w.state_of("admin");
  BOOST_TEST((state.phase == Phase::live && state.generation == 0 && state.replacement.is_none() &&
              !state.only_unused));
  BOOST_TEST(event_types(w.store, events) == "");
  // Taken back after a page: what it took stays taken, the rest stays.
  w.done(SweepRoleHolder{w.ada.id, admin_role, w.mark()});
  w.done(KeepRole{"admin"});
  BOOST_TEST(w.roles_of(w.ada) == "member");
  BOOST_TEST(w.roles_of(w.bob) == "admin,viewer");
  w.done(UpdateRoles{w.ada.id, RoleSelection::one("admin")});
  w.check();
}

BOOST_AUTO_TEST_CASE(steps) {
  World w;
  w.done(SetDefaultRole{"admin", w.other});
  const std::uint64_t generation = w.mark("admin", "viewer");
  const FenceRole fence{w.other, admin_role, generation};
  BOOST_TEST(w.refused(FenceRole{w.other, admin_role, generation - 1}) ==
             an_error(ErrorCode::operation_superseded, Field::role_slug, "admin"));
  BOOST_TEST(w.done(fence).outcome() == Outcome::updated);
  BOOST_TEST(w.state(w.other).fenced_to == generation);
  BOOST_TEST(w.state(w.other).default_role.is_none());
  BOOST_TEST(w.done(fence).outcome() == Outcome::unchanged);
  BOOST_TEST(
      w.done(FenceRole{make_id<OrganizationId>("org_9"), admin_role, generation}).outcome() ==
      Outcome::unchanged);
  w.done(FenceRole{w.acme, admin_role, generation});

  const std::size_t events = count_events(w.store);
  BOOST_TEST(w.refused(SweepRoleHolder{w.ada.id, admin_role, generation + 1}) == superseded(w.ada));
  const SweepRoleHolder sweep{w.ada.id, admin_role, generation};
  BOOST_TEST(w.done(sweep).outcome() == Outcome::updated);
  BOOST_TEST(w.roles_of(w.ada) == "viewer");
  BOOST_TEST(w.done(sweep).outcome() == Outcome::unchanged);
  BOOST_TEST(w.done(SweepRoleHolder{w.eve.id, admin_role, generation}).outcome() ==
             Outcome::unchanged);
  w.done(DeleteMembership{w.ada.id});
  BOOST_TEST(w.done(sweep).outcome() == Outcome::unchanged);

  for (const auto* value : {&w.bob, &w.cid, &w.dan}) {
    w.done(SweepRoleHolder{value->id, admin_role, generation});
  }
  BOOST_TEST((w.find(w.cid.id)->status == Status::inactive));
  BOOST_TEST(w.refused(FinishRoleDeletion{"admin", generation + 1}) ==
             an_error(ErrorCode::operation_superseded, Field::role_slug, "admin"));
  const FinishRoleDeletion finish{"admin", generation};
  BOOST_TEST(w.done(finish).outcome() == Outcome::deleted);
  BOOST_TEST(w.done(finish).outcome() == Outcome::unchanged);
  BOOST_TEST(w.done(fence).outcome() == Outcome::unchanged);
  BOOST_TEST(event_types(w.store, events) ==
             "organization_membership.updated organization_membership.deleted "
             "organization_membership.updated organization_membership.updated "
             "organization_membership.updated role.deleted");
  w.check_gone();

  // The place and the slug are free again, and stale steps do nothing to what has them now.
  w.role("admin");
  BOOST_TEST((w.load(Reads{}).roles.find("admin") == admin_role));
  w.done(UpdateRoles{w.bob.id, RoleSelection::one("admin")});
  BOOST_TEST(w.refused(SweepRoleHolder{w.bob.id, admin_role, generation}) == superseded(w.bob));
  BOOST_TEST((w.refused(finish).code == ErrorCode::operation_superseded));
  BOOST_TEST((w.refused(fence).code == ErrorCode::operation_superseded));
}

BOOST_AUTO_TEST_CASE(whole_to_the_default) {
  World w;
  w.done(SetDefaultRole{"viewer", w.acme});
  const std::size_t events = count_events(w.store);
  const auto result = w.remove(reassign);
  BOOST_TEST_REQUIRE(result.has_value());
  BOOST_TEST((*result).organizations == 2u);
  BOOST_TEST((*result).memberships == 4u);
  BOOST_TEST(w.roles_of(w.ada) == "viewer");
  BOOST_TEST(w.roles_of(w.bob) == "viewer");
  BOOST_TEST(w.roles_of(w.cid) == "viewer");
  BOOST_TEST((w.find(w.cid.id)->status == Status::inactive));
  BOOST_TEST(w.roles_of(w.dan) == "viewer");
  BOOST_TEST((w.find(w.dan.id)->status == Status::pending));
  BOOST_TEST(w.roles_of(w.eve) == "member");
  std::string expected;
  for (int i = 0; i < 4; ++i) expected += "organization_membership.updated ";
  BOOST_TEST(event_types(w.store, events) == expected + "role.deleted");
  w.check_gone();
  BOOST_TEST(w.refused_removal(reassign) ==
             an_error(ErrorCode::entity_not_found, Field::role_slug, "admin"));
}

BOOST_AUTO_TEST_CASE(whole_to_a_replacement) {
  World w;
  w.done(SetDefaultRole{"admin", w.acme});
  w.done(SetDefaultRole{"admin", w.other});
  BOOST_TEST(w.remove(to_viewer).has_value());
  for (const auto* value : {&w.ada, &w.bob, &w.cid, &w.dan}) {
    BOOST_TEST(w.roles_of(*value) == "viewer");
  }
  w.check_gone();
  BOOST_TEST(w.join(w.user("new"), w.acme).roles == RoleSet::of(member_role));
}

BOOST_AUTO_TEST_CASE(own_whole) {
  World w;
  const auto ada = w.join(w.ada.user, w.other, RoleSelection::one("org-lead"));
  constexpr std::string_view both[] = {"org-lead", "viewer"};
  const auto bob = w.join(w.bob.user, w.other, RoleSelection::several(both));
  const std::uint64_t environment = w.load(Reads{}).environment.revision;
  const std::size_t events = count_events(w.store);
  const auto refused =
      delete_organization_role(w.store, w.policy, w.other, "org-lead", {}, w.runtime);
  BOOST_TEST_REQUIRE(!refused.has_value());
  BOOST_TEST(*refused.error().error ==
             an_error(ErrorCode::role_has_assignments, Field::role_slug, "org-lead"));
  BOOST_TEST(event_types(w.store, events) == "");
  const auto result = delete_organization_role(w.store, w.policy, w.other, "org-lead",
                                               {WhenInUse::reassign, "admin"}, w.runtime);
  BOOST_TEST_REQUIRE(result.has_value());
  BOOST_TEST((*result).memberships == 2u);
  BOOST_TEST(w.roles_of(ada) == "admin");
  BOOST_TEST(w.roles_of(bob) == "viewer");
  BOOST_TEST(event_types(w.store, events) ==
             "organization_membership.updated organization_membership.updated "
             "organization_role.deleted");
  BOOST_TEST(w.load(Reads{}).environment.revision == environment);
  Reads reads;
  reads.organization = &w.other;
  BOOST_TEST(w.load(reads).roles.find("org-lead").is_none());
  BOOST_TEST(!w.load(reads).roles.own_order()->contains(lead_role));
  // The last own role is gone; the next one takes its place.
  w.organization_role(w.other, "org-next");
  BOOST_TEST((w.load(reads).roles.find("org-next") == lead_role));
  BOOST_TEST(w.roles_of(ada) == "admin");
  w.check();
}

BOOST_AUTO_TEST_CASE(refuse_before_the_mark) {
  World w;
  w.done(SetDefaultRole{"admin", w.other});
  const std::string before = describe(w.store);
  const Error in_use = an_error(ErrorCode::role_has_assignments, Field::role_slug, "admin");
  BOOST_TEST(w.refused_removal({}) == in_use);
  // Each status counts.
  for (const auto* value : {&w.ada, &w.bob, &w.cid, &w.dan}) {
    BOOST_TEST(w.refused_removal({}) == in_use);
    w.done(DeleteMembership{value->id});
  }
  BOOST_TEST(describe(w.store) != before);
  BOOST_TEST(w.remove({}).has_value());
  w.check_gone();
}

BOOST_AUTO_TEST_CASE(refuse_after_the_mark) {
  World w;
  for (const auto* value : {&w.ada, &w.bob, &w.cid, &w.dan}) w.done(DeleteMembership{value->id});
  // Somebody gets it after the look and before the mark.
  const unsigned first = w.store.commits + 1;
  w.store.before = [&](unsigned number) {
    if (number == first) w.done(UpdateRoles{w.eve.id, RoleSelection::one("admin")});
  };
  BOOST_TEST((w.refused_removal({}).code == ErrorCode::role_has_assignments));
  w.store.before = nullptr;
  BOOST_TEST((w.state_of("admin")->phase == Phase::live));
  BOOST_TEST((*list_marks(w.store)).empty());
  BOOST_TEST(w.roles_of(w.eve) == "admin");
  w.check();
}

BOOST_AUTO_TEST_CASE(interrupted) {
  for (const bool refuses : {false, true}) {
    unsigned stops = 0;
    for (unsigned number = 1;; ++number) {
      World w;
      w.done(SetDefaultRole{"admin", w.other});
      if (refuses) {
        for (const auto* value : {&w.ada, &w.bob, &w.cid, &w.dan}) {
          w.done(UpdateRoles{value->id, RoleSelection::one("viewer")});
        }
      }
      const RoleDeletionOptions how = refuses ? RoleDeletionOptions{} : to_viewer;
      w.store.fails_at = w.store.commits + number;
      if (w.remove(how)) break;
      ++stops;
      w.check();
      BOOST_TEST((*list_marks(w.store)).size() == (number == 1 ? 0u : 1u));
      if (number % 2 == 0) {
        const auto finished = finish_marked(w.store, w.policy, w.runtime);
        BOOST_TEST_REQUIRE((*finished).size() == 1u);
        BOOST_TEST((*finished).front().result.has_value());
      } else {
        BOOST_TEST(w.remove(how).has_value());
      }
      for (const auto* value : {&w.ada, &w.bob, &w.cid, &w.dan}) {
        BOOST_TEST(w.roles_of(*value) == "viewer");
      }
      w.check_gone();
    }
    // The mark, two fences, a page where there is one, the finish.
    BOOST_TEST(stops == (refuses ? 4u : 5u));
  }
}

BOOST_AUTO_TEST_CASE(two_runs) {
  World w;
  bool done = false;
  const auto outer =
      delete_role(w.store, w.policy, "admin", to_viewer, w.runtime, [&](const OperationProgress&) {
        if (std::exchange(done, true)) return;
        BOOST_TEST(w.remove(to_viewer).has_value());
      });
  BOOST_TEST(outer.has_value());
  w.check_gone();
}

BOOST_AUTO_TEST_CASE(pages_and_cursors) {
  World w;
  for (int i = 0; i < 120; ++i) w.joined("user_" + std::to_string(i));
  for (int i = 100; i < 220; ++i) w.organization("org_" + std::to_string(i));
  std::vector<OperationProgress> told;
  const unsigned commits = w.store.commits;
  const auto progress = [&](const OperationProgress& now) {
    told.push_back(now);
    if (now.done.organizations == 100) w.store.fails_at = w.store.commits + 2;
  };
  BOOST_TEST(!delete_role(w.store, w.policy, "admin", reassign, w.runtime, progress).has_value());
  // Two pages of members, one of organizations; a mark, the pages, 101 fences, one that failed.
  BOOST_TEST_REQUIRE(told.size() == 3u);
  BOOST_TEST(told[0].done.memberships == 100u);
  BOOST_TEST(told[1].done.memberships == 124u);
  BOOST_TEST(!told[1].cursor.organization.has_value());
  BOOST_TEST(told[2].done.organizations == 100u);
  BOOST_TEST_REQUIRE(told[2].cursor.organization.has_value());
  BOOST_TEST(w.store.commits == commits + 1 + 2 + 102);
  // One of another mark is refused, also where there is none.
  OperationCursor stale = told[2].cursor;
  ++stale.generation;
  const Error refused = an_error(ErrorCode::operation_superseded, Field::cursor);
  const std::string before = describe(w.store);
  BOOST_TEST(*w.remove(reassign, "admin", stale).error().error == refused);
  BOOST_TEST(*w.remove(reassign, "viewer", stale).error().error == refused);
  BOOST_TEST(*w.remove(reassign, "nobody", stale).error().error == refused);
  BOOST_TEST(describe(w.store) == before);
  const auto rest = w.remove(reassign, "admin", told[2].cursor);
  BOOST_TEST_REQUIRE(rest.has_value());
  BOOST_TEST((*rest).organizations == 22u);
  w.check_gone();
}

BOOST_AUTO_TEST_CASE(heeded) {
  World w;
  const std::uint64_t generation = w.mark();
  const Error invalid = an_error(ErrorCode::invalid_role, Field::role_slug, "admin");
  BOOST_TEST(w.refused(UpdateRoles{w.eve.id, RoleSelection::one("admin")}) == invalid);
  BOOST_TEST(w.refused(CreateMembership{w.user("new"), w.acme, RoleSelection::one("admin")}) ==
             invalid);
  BOOST_TEST(w.refused(SetDefaultRole{"admin"}) == invalid);
  BOOST_TEST(w.refused(SetDefaultRole{"admin", w.acme}) == invalid);
  BOOST_TEST(w.refused(MarkOwnerRole{"admin"}) ==
             an_error(ErrorCode::invalid_role, Field::owner_role, "admin"));
  BOOST_TEST((w.refused(CreateRole{"admin", "Admin"}).code == ErrorCode::role_slug_conflict));
  constexpr std::string_view with_it[] = {"admin", "viewer", "member"};
  BOOST_TEST(w.refused(SetPriorityOrder{with_it}) ==
             an_error(ErrorCode::invalid_role, Field::priority_order, "admin"));
  // What is held keeps its meaning, and orders go on without it.
  BOOST_TEST(w.roles_of(w.ada) == "admin");
  w.done(SetPriorityOrder{{with_it + 1, 2}});
  BOOST_TEST(w.roles_of(w.bob) == "viewer,admin");
  w.done(FenceRole{w.acme, admin_role, generation});
  w.done(SetPriorityOrder{{with_it + 1, 2}, w.acme});
  w.organization_role(w.acme, "org-new");
  Reads reads;
  reads.organization = &w.acme;
  BOOST_TEST(!w.load(reads).roles.own_order()->contains(admin_role));
  BOOST_TEST(w.load(Reads{}).roles.order()->contains(admin_role));
  w.role("another");
  BOOST_TEST(w.load(Reads{}).roles.order()->contains(admin_role));
  // Names may change; taking away goes on.
  w.done(UpdateRole{"admin", "Was admin"});
  w.done(DeactivateMembership{w.ada.id});
  BOOST_TEST(w.remove(reassign).has_value());
  w.check_gone();
}

BOOST_AUTO_TEST_CASE(preview) {
  for (const std::optional<std::string_view> replacement :
       {std::optional<std::string_view>(), std::optional<std::string_view>("viewer")}) {
    World w;
    w.done(SetDefaultRole{"admin", w.acme});
    const std::string before = describe(w.store);
    const auto shown = preview_delete_role(w.store, w.policy, "admin", replacement, w.runtime);
    BOOST_TEST_REQUIRE(shown.has_value());
    BOOST_TEST(describe(w.store) == before);
    BOOST_TEST((*shown).active == 2u);
    BOOST_TEST((*shown).inactive == 1u);
    BOOST_TEST((*shown).pending == 1u);
    BOOST_TEST((*shown).loses_only == 1u);
    BOOST_TEST((*shown).deleted == 0u);
    std::map<std::string, std::size_t> gained;
    std::map<std::string, std::size_t> kept;
    for (const PreviewedRole& role : (*shown).roles) {
      gained[std::string(role.slug.view())] = role.gained;
      kept[std::string(role.slug.view())] = role.kept;
    }
    std::map<std::string, std::size_t> after;
    BOOST_TEST(w.remove({WhenInUse::reassign, replacement}).has_value());
    for (const auto* value : {&w.ada, &w.bob, &w.cid, &w.dan}) ++after[w.roles_of(*value)];
    BOOST_TEST(gained[replacement ? "viewer" : "member"] == 3u);
    BOOST_TEST(kept["viewer"] == 1u);
    for (const auto& [slug, count] : after) BOOST_TEST(gained[slug] + kept[slug] == count);
  }
  World w;
  BOOST_TEST(*preview_delete_role(w.store, w.policy, "member", {}, w.runtime).error().error ==
             required("member", RoleUse::default_role));
  const auto own =
      preview_delete_organization_role(w.store, w.policy, w.other, "org-lead", {}, w.runtime);
  BOOST_TEST((*own).active == 0u);
  const auto all = preview_delete_organization(w.store, w.policy, w.acme, w.runtime);
  BOOST_TEST((*all).deleted == 5u);
  BOOST_TEST((*all).active == 3u);
  BOOST_TEST((*preview_delete_user(w.store, w.policy, w.ada.user, w.runtime)).deleted == 1u);
}

BOOST_AUTO_TEST_CASE(invited) {
  World w;
  const auto state = [&](const InvitationId& id) {
    Reads reads;
    reads.invitation = &id;
    return *w.load(reads).invitation;
  };
  const auto send = [&](std::string_view email, std::string_view role) {
    return w.done(SendInvitation{email, w.acme, role}).plan.invitation->after.id;
  };
  const InvitationId held = send("one@x", "admin");
  const InvitationId other = send("two@x", "viewer");
  w.done(DeleteMembership{w.ada.id});
  for (const auto* value : {&w.bob, &w.cid, &w.dan}) {
    w.done(UpdateRoles{value->id, RoleSelection::one("viewer")});
  }
  // Nobody holds it but an invitation.
  BOOST_TEST((w.refused_removal({}).code == ErrorCode::role_has_assignments));
  const auto shown = preview_delete_role(w.store, w.policy, "admin", {}, w.runtime);
  BOOST_TEST_REQUIRE(shown.has_value());
  BOOST_TEST((*shown).invitations == 1u);
  BOOST_TEST_REQUIRE((*shown).roles.size() == 1u);
  BOOST_TEST((*shown).roles[0].slug.view() == "member");
  BOOST_TEST((*shown).roles[0].gained == 1u);

  const std::uint64_t generation = w.mark();
  const SweepRoleInvitation sweep{held, admin_role, generation};
  BOOST_TEST((w.refused(SweepRoleInvitation{held, admin_role, generation + 1}).code ==
              ErrorCode::operation_superseded));
  BOOST_TEST(w.done(sweep).outcome() == Outcome::updated);
  BOOST_TEST(w.done(sweep).outcome() == Outcome::unchanged);
  BOOST_TEST(state(held).role == member_role);
  const auto done = w.remove(reassign);
  BOOST_TEST_REQUIRE(done.has_value());
  BOOST_TEST((*done).invitations == 0u);
  BOOST_TEST(state(other).role == viewer_role);

  // The deletion of an organization shows and takes all of them.
  const auto all = preview_delete_organization(w.store, w.policy, w.acme, w.runtime);
  BOOST_TEST((*all).invitations == 2u);
  const auto gone = delete_organization(w.store, w.policy, w.acme, w.runtime);
  BOOST_TEST_REQUIRE(gone.has_value());
  BOOST_TEST((*gone).invitations == 2u);
}

BOOST_AUTO_TEST_CASE(left_marks) {
  World w;
  BOOST_TEST((*list_marks(w.store)).empty());
  w.done(CreatePermission{"read", "Read"});
  w.done(AddRolePermission{"viewer", "read"});
  w.role("owner");
  const auto third = w.organization("org_3");
  w.join(w.eve.user, third);
  w.mark("admin", "viewer");
  w.done(MarkRoleDeleted{"org-lead", std::nullopt, w.other});
  w.done(MarkPermissionDeleted{"read"});
  w.done(MarkMultipleRolesDisabled{});
  w.done(MarkOwnerRole{"owner"});
  w.done(MarkOrganizationDeleted{third});
  w.done(MarkUserDeleted{w.cid.user});
  const auto marks = list_marks(w.store);
  BOOST_TEST_REQUIRE((*marks).size() == 7u);
  const std::vector<Mark>& all = *marks;
  BOOST_TEST((all[0].kind == MarkKind::organization_role_deletion));
  BOOST_TEST((all[0].organization == w.other && all[0].role->view() == "org-lead"));
  BOOST_TEST((all[1].kind == MarkKind::organization_deletion && all[1].organization == third));
  BOOST_TEST((all[2].kind == MarkKind::user_deletion && all[2].user == w.cid.user));
  BOOST_TEST((all[3].kind == MarkKind::role_deletion && all[3].role->view() == "admin"));
  BOOST_TEST((all[4].kind == MarkKind::permission_deletion));
  BOOST_TEST(all[4].permission->view() == "read");
  BOOST_TEST((all[5].kind == MarkKind::multiple_roles_off && all[5].phase == Phase::closing));
  BOOST_TEST((all[6].kind == MarkKind::owner_role_naming && all[6].role->view() == "owner"));
  for (const Mark& mark : all) BOOST_TEST(mark.generation != 0u);
  // One that was taken back meanwhile is not made anew.
  w.done(EnableMultipleRoles{});
  const auto stale = finish_mark(w.store, w.policy, all[5], w.runtime);
  BOOST_TEST_REQUIRE(!stale.has_value());
  BOOST_TEST((stale.error().error->code == ErrorCode::operation_superseded));
  BOOST_TEST(w.load(Reads{}).environment.allows_several_roles());
  for (const Mark& whole : all) {
    if (whole.kind == MarkKind::owner_role_naming) continue;  // may name none
    Mark empty{whole.kind, whole.phase, whole.generation};
    if (whole.kind == MarkKind::organization_role_deletion) empty.role = whole.role;
    const auto nothing = finish_mark(w.store, w.policy, empty, w.runtime);
    BOOST_TEST_REQUIRE(!nothing.has_value());
    BOOST_TEST((nothing.error().error->code == ErrorCode::operation_superseded));
  }
  const auto finished = finish_marked(w.store, w.policy, w.runtime);
  BOOST_TEST((*finished).size() == 6u);
  for (const auto& entry : *finished) BOOST_TEST(entry.result.has_value());
  BOOST_TEST((*list_marks(w.store)).empty());
  BOOST_TEST((w.load(Reads{}).environment.owner_role == RoleIndex::environment(3)));
  BOOST_TEST(w.roles_of(w.ada) == "viewer");
  BOOST_TEST(!w.find(w.cid.id).has_value());
}

BOOST_AUTO_TEST_CASE(left_marks_that_refuse) {
  World w;
  MarkRoleDeleted mark{"admin"};
  mark.only_unused = true;
  w.done(mark);
  const auto finished = finish_marked(w.store, w.policy, w.runtime);
  BOOST_TEST_REQUIRE((*finished).size() == 1u);
  BOOST_TEST(((*finished)[0].result.error().error->code == ErrorCode::role_has_assignments));
  // Kept, and nobody has lost it.
  BOOST_TEST((*list_marks(w.store)).empty());
  BOOST_TEST(w.roles_of(w.ada) == "admin");
}

BOOST_AUTO_TEST_CASE(replacement_goes) {
  World w;
  const auto ada = w.join(w.ada.user, w.other, RoleSelection::one("org-lead"));
  w.done(MarkRoleDeleted{"org-lead", "admin", w.other});
  const auto result = w.remove(reassign);
  BOOST_TEST_REQUIRE(result.has_value());
  BOOST_TEST((*result).roles == 1u);
  // What takes its place is not what the mark meant.
  w.role("intruder");
  BOOST_TEST((w.load(Reads{}).roles.find("intruder") == admin_role));
  const auto finished = finish_marked(w.store, w.policy, w.runtime);
  for (const auto& entry : *finished) {
    BOOST_TEST(entry.result.has_value());
  }
  BOOST_TEST(w.roles_of(ada) == "member");
}

// T2 looks for holders, finds none, T1 assigns: the look alone is not enough, so the finish of an
// unmarked role is refused.
BOOST_AUTO_TEST_CASE(wrong_way_look_then_remove) {
  World w;
  BOOST_TEST((w.refused(FinishRoleDeletion{"viewer", 0}).code == ErrorCode::operation_superseded));
}

BOOST_AUTO_TEST_CASE(wrong_way_visit_only_holders) {
  World w;
  const UpdateRoles assign{w.eve.id, RoleSelection::one("viewer")};
  w.done(UpdateRoles{w.bob.id, RoleSelection::one("admin")});
  const auto seen = w.load(assign.reads());
  const std::uint64_t generation = w.mark("viewer");
  // Nobody holds it, and yet the organization is fenced: what was decided before is turned away.
  w.done(FenceRole{w.acme, viewer_role, generation});
  BOOST_TEST(w.commit(w.plan_for(assign, seen)) == CommitStatus::conflict);
  BOOST_TEST(w.remove(reassign, "viewer").has_value());
  BOOST_TEST(w.roles_of(w.eve) == "member");
  w.check();
}

BOOST_AUTO_TEST_CASE(wrong_way_default_set_before_the_mark) {
  World w;
  const SetDefaultRole late{"viewer", w.other};
  const auto seen = w.load(late.reads());
  const std::uint64_t generation = w.mark("viewer");
  const auto plan = w.plan_for(late, seen);
  w.done(FenceRole{w.other, viewer_role, generation});
  BOOST_TEST(w.commit(plan) == CommitStatus::conflict);
  BOOST_TEST((w.state(w.other).default_role == member_role));
}

BOOST_AUTO_TEST_CASE(wrong_way_own_role_without_setting_the_organization) {
  World w;
  const UpdateRoles assign{w.join(w.eve.user, w.other).id, RoleSelection::one("org-lead")};
  const auto seen = w.load(assign.reads());
  w.done(MarkRoleDeleted{"org-lead", std::nullopt, w.other});
  BOOST_TEST(w.commit(w.plan_for(assign, seen)) == CommitStatus::conflict);
}

BOOST_AUTO_TEST_CASE(wrong_way_mark_without_generation) {
  World w;
  w.done(UpdateRoles{w.bob.id, RoleSelection::one("admin")});
  // Worker 1 walks to the end.
  const std::uint64_t first = w.mark("viewer");
  for (const OrganizationId& id : {w.acme, w.other}) w.done(FenceRole{id, viewer_role, first});
  const FinishRoleDeletion finish{"viewer", first};
  const auto seen_by_first = w.load(finish.reads());
  w.done(KeepRole{"viewer"});
  const UpdateRoles assign{w.eve.id, RoleSelection::one("viewer")};
  const auto seen_by_assign = w.load(assign.reads());
  w.mark("viewer");  // worker 2
  BOOST_TEST(w.commit(w.plan_for(assign, seen_by_assign)) == CommitStatus::committed);
  BOOST_TEST(w.commit(w.plan_for(finish, seen_by_first)) == CommitStatus::conflict);
  BOOST_TEST((w.refused(finish).code == ErrorCode::operation_superseded));
  w.check();
  BOOST_TEST(w.remove(reassign, "viewer").has_value());
  BOOST_TEST(w.roles_of(w.eve) == "member");
  w.check();
}

BOOST_AUTO_TEST_CASE(wrong_way_stale_page_takes_from_a_successor) {
  World w;
  const std::uint64_t generation = w.mark();
  const SweepRoleHolder page{w.ada.id, admin_role, generation};
  const auto seen = w.load(page.reads());
  const Plan plan = w.plan_for(page, seen);
  BOOST_TEST(w.remove(reassign).has_value());
  w.role("intruder");
  w.done(UpdateRoles{w.ada.id, RoleSelection::one("intruder")});
  BOOST_TEST(w.commit(plan) == CommitStatus::conflict);
  BOOST_TEST(w.roles_of(w.ada) == "intruder");
}

BOOST_AUTO_TEST_CASE(store_refuses_a_place_that_is_taken) {
  // By hand: the catalogue's own preconditions.
  World w;
  const auto seen = w.load(Reads{});
  Plan plan = empty_plan(w);
  ++plan.environment.emplace(Precondition::set, seen.environment.revision, seen.environment)
        .after.revision;
  const auto id = make_id<RoleId>("role_x");
  plan.role.emplace(Precondition::absent, EventType::none, id, admin_role,
                    RoleState(*RoleSlug::make("fresh")));
  BOOST_TEST(w.commit(plan) == CommitStatus::conflict);
  plan.role.emplace(Precondition::absent, EventType::none, id, RoleIndex::environment(9),
                    RoleState(*RoleSlug::make("admin")));
  BOOST_TEST(w.commit(plan) == CommitStatus::conflict);
  plan.role.emplace(Precondition::set, EventType::none, id, admin_role,
                    RoleState(*RoleSlug::make("admin")));
  BOOST_TEST(w.commit(plan) == CommitStatus::conflict);
}

// What only an expired invitation holds, itself or by its pending membership, is not in use.
BOOST_AUTO_TEST_CASE(expired_use) {
  Host host;
  const auto acme = host.organization("org_1");
  host.role("admin");
  host.organization_role(acme, "org-lead");
  CreateUser user;
  user.email = "ada@x";
  host.done(user);
  host.done(SendInvitation{"ada@x", acme, "admin"});
  host.done(SendInvitation{"bob@x", acme, "org-lead"});
  const auto remove_both = [&] {
    const auto own =
        delete_organization_role(host.store, host.policy, acme, "org-lead", {}, host.runtime);
    const auto role = delete_role(host.store, host.policy, "admin", {}, host.runtime);
    return std::pair(own.has_value(), role.has_value());
  };
  const std::size_t events = count_events(host.store);
  BOOST_TEST((remove_both() == std::pair(false, false)));
  BOOST_TEST(count_events(host.store) == events);
  host.runtime.clock.at = Time::from_milliseconds(40 * std::int64_t{86'400'000});
  BOOST_TEST((remove_both() == std::pair(true, true)));
  BOOST_TEST(event_types(host.store, events) ==
             "organization_membership.deleted organization_role.deleted role.deleted");
}

// A rule may forbid even that: then this is what is said.
BOOST_AUTO_TEST_CASE(expired_use_that_stays) {
  BasicHost<TestStore, MembershipPolicy<NothingExpires>> host;
  const auto acme = host.organization("org_1");
  host.role("admin");
  host.done(SendInvitation{"bob@x", acme, "admin"});
  host.runtime.clock.at = Time::from_milliseconds(40 * std::int64_t{86'400'000});
  const auto result = delete_role(host.store, host.policy, "admin", {}, host.runtime);
  BOOST_TEST_REQUIRE(!result.has_value());
  BOOST_TEST_REQUIRE(result.error().error.has_value());
  BOOST_TEST((result.error().error->code == ErrorCode::rule_refused));
  BOOST_TEST(result.error().error->detail == 7u);
}

// As many lists from the beginning for many members as for few.
BOOST_AUTO_TEST_CASE(passed_over_once) {
  BasicHost<Listing> host;
  const auto acme = host.organization("org_1");
  host.role("admin");
  for (int i = 0; i < 250; ++i) {
    host.join(host.user("user_" + std::to_string(i)), acme, RoleSelection::one("admin"));
  }
  const auto done = delete_role(host.store, host.policy, "admin", reassign, host.runtime);
  BOOST_TEST_REQUIRE(done.has_value());
  BOOST_TEST((*done).memberships == 250u);
  BOOST_TEST(host.store.begun == 2u);  // the first, and the last, which is empty
  BOOST_TEST(host.store.gone_on == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
