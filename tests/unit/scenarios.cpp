// SPDX-License-Identifier: BSL-1.0

// What goes wrong in other systems of this kind, each as a story that ends well
// here. Races are in concurrency/, owners, escalation and limits in guards.cpp.
//
// Plan
//   a member who was deactivated comes back: one row, the old one, without the old
//     rights                                                                  -> readding_*
//   slugs are compared as they are, in lists and not in joined strings;
//     permissions over all roles; another order is no change                  -> roles_*
//   rows made at one moment, and rows that come and go between pages;
//     `until` mirrors `after`; a page's limit is not the end                  -> paging_*
//   no event without a change, none of what was not committed, none lost      -> events_*

#include "../support/host.hpp"
#include "membership/policy/authorization.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace membership;
using namespace membership_tests;

BOOST_AUTO_TEST_SUITE(scenarios)

namespace {

/// Two users, one organization, the roles `member`, `admin`, `viewer`.
struct World : Host {
  UserId ann = user("user_ann");
  UserId bob = user("user_bob");
  OrganizationId acme = organization("org_acme");

  World() {
    role("admin");
    role("viewer");
  }
  std::size_t rows(const UserId& id) const {
    MembershipFilter filter;
    filter.user = id;
    std::size_t count = 0;
    static_cast<void>(*store.list(*MembershipQuery::make(filter, whole_page<MembershipId>()),
                                  [&](const MembershipRow&) { ++count; }));
    return count;
  }
  std::vector<EventType> events() const {
    std::vector<EventType> types;
    static_cast<void>(*store.list(*EventQuery::make(whole_page<EventId>()),
                                  [&](const EventRow& row) { types.push_back(row.type); }));
    return types;
  }
  /// Walks the members in pages, calling `between` after each but the last.
  template <class Between>
  std::vector<std::string> walk(std::size_t limit, Direction direction, Between&& between) const {
    std::vector<std::string> ids;
    MembershipFilter filter;
    filter.organization = acme;
    Page<MembershipId> page;
    page.limit = limit;
    page.direction = direction;
    for (bool more = true; more;) {
      more = (*store.list(*MembershipQuery::make(filter, page), [&](const MembershipRow& row) {
               ids.emplace_back(row.membership.id);
               page.after = row.membership.copy().id;
             })).more;
      if (more) between();
    }
    return ids;
  }
};

}  // namespace

// --- Re-adding

BOOST_AUTO_TEST_CASE(readding_meets_no_unique_key) {
  World world;
  const MembershipId id = world.join(world.ann, world.acme).id;
  world.done(DeactivateMembership{id});
  const auto back = world.done(CreateMembership{world.ann, world.acme});
  BOOST_TEST(back.outcome() == Outcome::reactivated);
  BOOST_TEST(back.membership()->id == id);
}

BOOST_AUTO_TEST_CASE(readding_makes_no_second_row) {
  World world;
  for (int again = 0; again < 3; ++again) {
    world.done(DeactivateMembership{world.join(world.ann, world.acme).id});
    BOOST_TEST(world.rows(world.ann) == 1u);
  }
  const Counts counts = world.state(world.acme).counts;
  BOOST_TEST(counts.inactive == 1u);
  BOOST_TEST(counts.active == 0u);
}

BOOST_AUTO_TEST_CASE(readding_keeps_no_rights_that_were_taken_away) {
  World world;
  const MembershipId id = world.join(world.ann, world.acme, RoleSelection::one("admin")).id;
  world.done(DeactivateMembership{id});
  world.done(CreateMembership{world.ann, world.acme});
  BOOST_TEST(world.shown_roles(world.ann, world.acme) == "member");
  // Reactivating is the other way back, and keeps them.
  world.done(UpdateRoles{id, RoleSelection::one("admin")});
  world.done(DeactivateMembership{id});
  world.done(ReactivateMembership{id});
  BOOST_TEST(world.shown_roles(world.ann, world.acme) == "admin");
}

BOOST_AUTO_TEST_CASE(readding_after_a_deletion_is_a_new_membership) {
  World world;
  const OrganizationMembership first = world.join(world.ann, world.acme);
  world.done(DeleteMembership{first.id});
  const OrganizationMembership second = world.join(world.ann, world.acme);
  BOOST_TEST(!(second.id == first.id));
  BOOST_TEST(second.revision > first.revision);
  BOOST_TEST((world.refused(DeleteMembership{first.id}).code == ErrorCode::entity_not_found));
  BOOST_TEST(world.rows(world.ann) == 1u);
}

// --- Roles

BOOST_AUTO_TEST_CASE(roles_are_compared_as_they_are_written) {
  World world;
  for (const std::string_view slug : {"Admin", "admin ", " admin", "ADMIN", "admin\n"}) {
    const Error error =
        world.refused(CreateMembership{world.ann, world.acme, RoleSelection::one(slug)});
    BOOST_TEST((error.code == ErrorCode::invalid_role));
    BOOST_TEST(error.subject.view() == slug);
  }
  BOOST_TEST(world.rows(world.ann) == 0u);
}

BOOST_AUTO_TEST_CASE(roles_are_no_joined_string) {
  World world;
  world.done(EnableMultipleRoles{});
  const Error error =
      world.refused(CreateMembership{world.ann, world.acme, RoleSelection::one("admin,viewer")});
  BOOST_TEST((error.code == ErrorCode::invalid_role));
  BOOST_TEST((world.refused(CreateRole{"admin,viewer", "Both"}).code == ErrorCode::malformed));
  // A role whose name is part of another's is not the other.
  world.role("view");
  world.join(world.ann, world.acme, RoleSelection::one("view"));
  std::size_t holders = 0;
  MembershipFilter filter;
  filter.organization = world.acme;
  filter.holder = RoleIndex::environment(2);  // viewer
  static_cast<void>(*world.store.list(*MembershipQuery::make(filter, whole_page<MembershipId>()),
                                      [&](const MembershipRow&) { ++holders; }));
  BOOST_TEST(holders == 0u);
}

BOOST_AUTO_TEST_CASE(roles_grant_together) {
  World world;
  world.done(EnableMultipleRoles{});
  for (const std::string_view slug : {"read", "write"}) world.done(CreatePermission{slug, slug});
  world.done(AddRolePermission{"viewer", "read"});
  world.done(AddRolePermission{"admin", "write"});
  const std::string_view both[] = {"viewer", "admin"};
  world.join(world.ann, world.acme, RoleSelection::several(both));
  bool all = false;
  static_cast<void>(*world.store.view(world.ann, world.acme, [&](const MembershipRow& row) {
    PermissionSet wanted;
    for (const std::string_view slug : {"read", "write"}) {
      wanted.insert(row.roles.find_permission(slug));
      all = static_cast<bool>(authorize(row, slug));
    }
    all = all && wanted.subset_of(row.roles.permissions(row.membership.roles));
  }));
  BOOST_TEST(all);
}

BOOST_AUTO_TEST_CASE(roles_in_another_order_are_no_change) {
  World world;
  world.done(EnableMultipleRoles{});
  const std::string_view one_way[] = {"viewer", "admin"};
  const std::string_view other_way[] = {"admin", "viewer", "admin"};
  const MembershipId id = world.join(world.ann, world.acme, RoleSelection::several(one_way)).id;
  const std::string before = describe(world.store);
  BOOST_TEST(world.done(UpdateRoles{id, RoleSelection::several(other_way)}).outcome() ==
             Outcome::unchanged);
  BOOST_TEST(describe(world.store) == before);
}

// --- Paging

BOOST_AUTO_TEST_CASE(paging_of_rows_of_one_moment) {
  World world;
  std::vector<std::string> ids;
  for (int i = 0; i < 23; ++i) {
    ids.emplace_back(world.join(world.user("user_" + std::to_string(i)), world.acme).id.view());
  }
  std::sort(ids.begin(), ids.end());
  for (const std::size_t limit : {1u, 2u, 7u, 22u, 23u, 24u}) {
    BOOST_TEST((world.walk(limit, Direction::ascending, [] {}) == ids));
    std::vector<std::string> back = world.walk(limit, Direction::descending, [] {});
    std::reverse(back.begin(), back.end());
    BOOST_TEST((back == ids));
  }
}

BOOST_AUTO_TEST_CASE(paging_while_rows_come_and_go) {
  World world;
  std::vector<MembershipId> stays;
  std::vector<MembershipId> goes;
  for (int i = 0; i < 20; ++i) {
    const MembershipId id = world.join(world.user("user_" + std::to_string(i)), world.acme).id;
    (i % 4 == 3 ? goes : stays).push_back(id);
  }
  int made = 0;
  const std::vector<std::string> seen = world.walk(3, Direction::ascending, [&] {
    // Also the cursor's own row may be gone.
    if (!goes.empty()) {
      world.done(DeleteMembership{goes.front()});
      goes.erase(goes.begin());
    }
    world.join(world.user("user_late_" + std::to_string(made++)), world.acme);
  });
  for (const MembershipId& id : stays) {
    BOOST_TEST(std::count(seen.begin(), seen.end(), id.view()) == 1);
  }
  std::vector<std::string> sorted = seen;
  std::sort(sorted.begin(), sorted.end());
  BOOST_TEST((sorted == seen));
  BOOST_TEST((std::adjacent_find(seen.begin(), seen.end()) == seen.end()));
}

BOOST_AUTO_TEST_CASE(paging_until_mirrors_after) {
  World world;
  std::vector<MembershipId> ids;
  for (int i = 0; i < 9; ++i) {
    ids.push_back(world.join(world.user("user_" + std::to_string(i)), world.acme).id);
  }
  const auto part = [&](Direction direction, std::optional<MembershipId> after,
                        std::optional<MembershipId> until) {
    MembershipFilter filter;
    filter.organization = world.acme;
    Page<MembershipId> page;
    page.direction = direction;
    page.after = after;
    page.until = until;
    std::vector<std::string> seen;
    static_cast<void>(
        *world.store.list(*MembershipQuery::make(filter, page),
                          [&](const MembershipRow& row) { seen.emplace_back(row.membership.id); }));
    return seen;
  };
  for (std::size_t low = 0; low < ids.size(); ++low) {
    for (std::size_t high = low; high < ids.size(); ++high) {
      std::vector<std::string> back = part(Direction::descending, ids[high], ids[low]);
      std::reverse(back.begin(), back.end());
      BOOST_TEST((part(Direction::ascending, ids[low], ids[high]) == back));
      BOOST_TEST(back.size() == (high == low ? 0 : high - low - 1));
    }
  }
}

BOOST_AUTO_TEST_CASE(paging_limit_is_not_the_end) {
  World world;
  for (int i = 0; i < 12; ++i) world.join(world.user("user_" + std::to_string(i)), world.acme);
  MembershipFilter filter;
  filter.organization = world.acme;
  std::size_t rows = 0;
  const auto end = world.store.list(*MembershipQuery::make(filter, Page<MembershipId>{}),
                                    [&](const MembershipRow&) { ++rows; });
  BOOST_TEST(rows == 10u);
  BOOST_TEST((*end).more);
  BOOST_TEST(world.state(world.acme).counts.active == 12u);
}

// --- Events

BOOST_AUTO_TEST_CASE(events_not_of_what_changes_nothing) {
  World world;
  const MembershipId id = world.join(world.ann, world.acme).id;
  const auto before = world.events();
  world.done(ReactivateMembership{id});
  world.done(UpdateRoles{id, RoleSelection::one("member")});
  world.refused(CreateMembership{world.ann, world.acme});
  world.done(SetDefaultRole{"viewer"});
  world.done(SetDefaultRole{"viewer"});
  BOOST_TEST((world.events() == before));
}

BOOST_AUTO_TEST_CASE(events_not_of_what_was_taken_back) {
  World world;
  const auto before = world.events();
  const CreateMembership first{world.ann, world.acme};
  const auto seen = world.load(first.reads());
  const auto draw = [&] {
    return draw_context<CreateMembership>(world.runtime.clock.at, world.runtime.ids);
  };
  // The second of the two does not hold: it was decided on what the first has changed.
  const std::vector<Plan> span{*world.policy.decide(first, seen, draw()),
                               *world.policy.decide(CreateMembership{world.bob, world.acme},
                                                    world.load_pair(world.bob, world.acme),
                                                    draw())};
  BOOST_TEST((*world.store.commit(span) == CommitStatus::conflict));
  BOOST_TEST((world.events() == before));
  BOOST_TEST(world.rows(world.ann) == 0u);
}

BOOST_AUTO_TEST_CASE(events_of_all_that_was_committed) {
  World world;
  const std::size_t before = world.events().size();
  const MembershipId id = world.join(world.ann, world.acme).id;
  world.done(UpdateRoles{id, RoleSelection::one("viewer")});
  world.done(DeactivateMembership{id});
  world.done(DeleteMembership{id});
  const auto all = world.events();
  const std::vector<EventType> ours(all.begin() + static_cast<std::ptrdiff_t>(before), all.end());
  BOOST_TEST((ours == std::vector{EventType::organization_membership_created,
                                  EventType::organization_membership_updated,
                                  EventType::organization_membership_updated,
                                  EventType::organization_membership_deleted}));
}

BOOST_AUTO_TEST_SUITE_END()
