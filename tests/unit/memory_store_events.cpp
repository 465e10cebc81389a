// SPDX-License-Identifier: BSL-1.0

// Plan
//   exactly one event for each effective change, in commit order, with its data  -> one_for_each
//   none for what is unchanged, refused, or a setting                            -> none_for_no_ops
//   pages in both directions, cursors, filters by type, organization and time    -> pages
//   the retention limit, also 0 and around the size of the log's parts           -> retention
//   dropped by age: in the order of the log, at most so many, none after a later   -> dropped
//   a cursor that is gone: the list begins with the oldest                       -> old_cursor
//   what is not of an event's type is null or empty, after the log went round    -> rows_are_clean
//   roles as they were then                                                      -> roles_of_then

#include "../support/host.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace membership;
using namespace membership_tests;

BOOST_AUTO_TEST_SUITE(memory_store_events)

namespace {

struct Seen {
  EventId id;
  EventType type;
  Time created_at;
  std::uint64_t revision;
};
template <class Store>
std::vector<Seen> events(const Store& store, const Page<EventId>& page = whole_page<EventId>(),
                         const EventFilter& filter = {}, bool* more = nullptr) {
  std::vector<Seen> seen;
  const auto end = store.list(*EventQuery::make(page, filter), [&](const EventRow& row) {
    seen.push_back({row.id, row.type, row.created_at, row.revision});
  });
  if (more != nullptr) *more = end->more;
  return seen;
}
std::vector<EventType> types_of(const std::vector<Seen>& seen) {
  std::vector<EventType> types;
  for (const Seen& one : seen) types.push_back(one.type);
  return types;
}

MemoryStoreOptions limited(std::size_t limit) {
  MemoryStoreOptions options;
  options.event_limit = limit;
  return options;
}

}  // namespace

BOOST_AUTO_TEST_CASE(one_for_each) {
  Host host;
  const auto user = host.user("user_1");
  const auto organization = host.organization("org_1");
  host.role("admin");
  host.organization_role(organization, "org-lead");
  const auto made = host.join(user, organization);
  host.runtime.clock.at = Time::from_milliseconds(7'000);
  const auto last = host.done(UpdateRoles{made.id, RoleSelection::one("admin")});
  host.done(DeactivateMembership{made.id});
  host.done(CreateMembership{user, organization});
  host.done(DeactivateMembership{made.id});
  host.done(ReactivateMembership{made.id});
  host.done(DeleteMembership{made.id});
  using enum EventType;
  const std::vector<EventType> wanted = {user_created,
                                         organization_created,
                                         role_created,
                                         organization_role_created,
                                         organization_membership_created,
                                         organization_membership_updated,
                                         organization_membership_updated,
                                         organization_membership_updated,
                                         organization_membership_updated,
                                         organization_membership_updated,
                                         organization_membership_deleted};
  const auto seen = events(host.store);
  BOOST_TEST((types_of(seen) == wanted));
  BOOST_TEST((seen[5].id == EventId::of(last.plan.id, 0)));
  BOOST_TEST(seen[5].created_at == Time::from_milliseconds(7'000));
  for (std::size_t i = 5; i < seen.size(); ++i) {
    BOOST_TEST(seen[i].revision == seen[i - 1].revision + 1);
  }
  std::size_t at = 0;
  static_cast<void>(
      *host.store.list(*EventQuery::make(whole_page<EventId>()), [&](const EventRow& row) {
        switch (at++) {
          case 0: BOOST_TEST(*row.user == user); break;
          case 1:
            BOOST_TEST(*row.organization == organization);
            BOOST_TEST(row.profile.texts[Text::name] == "org_1");
            break;
          case 2:
            BOOST_TEST(row.role->slug.view() == "admin");
            BOOST_TEST((row.organization == nullptr));
            break;
          case 3:
            BOOST_TEST(row.role->slug.view() == "org-lead");
            BOOST_TEST((row.role_id != nullptr));
            BOOST_TEST(*row.organization == organization);
            break;
          case 4:
            BOOST_TEST((*row.membership == made));
            BOOST_TEST((row.before.standing == Standing::none));
            break;
          case 5:
            BOOST_TEST((*row.membership == last.plan.membership->after));
            BOOST_TEST((row.before.standing == Standing::active));
            BOOST_TEST(row.before.roles == made.roles);
            BOOST_TEST(row.before.updated_at == made.updated_at);
            break;
          case 10:
            BOOST_TEST(row.membership->id == made.id);
            BOOST_TEST(row.membership->status == Status::active);
            BOOST_TEST(*row.organization == organization);
            break;
          default: break;
        }
      }));
}

BOOST_AUTO_TEST_CASE(none_for_no_ops) {
  Host host;
  const auto user = host.user("user_1");
  const auto organization = host.organization("org_1");
  host.role("admin");
  const auto made = host.join(user, organization);
  const auto before = events(host.store).size();
  host.done(ReactivateMembership{made.id});
  host.done(UpdateRoles{made.id});
  host.done(UpdateRoles{made.id, RoleSelection::one("member")});
  host.refused(CreateMembership{user, organization});
  host.refused(UpdateRoles{made.id, RoleSelection::one("nobody")});
  host.done(SetDefaultRole{"admin"});
  host.done(SetDefaultRole{"admin", organization});
  const std::string_view order[] = {"admin", "member"};
  host.done(SetPriorityOrder{order});
  host.done(EnableMultipleRoles{});
  BOOST_TEST(events(host.store).size() == before);
}

BOOST_AUTO_TEST_CASE(pages) {
  Host host;
  const OrganizationId organizations[] = {host.organization("org_0"), host.organization("org_1")};
  for (int i = 0; i < 150; ++i) {
    host.runtime.clock.at = Time::from_milliseconds(1'000 + i);
    const auto user = host.user("user_" + std::to_string(i));
    host.join(user, organizations[i % 2]);
  }
  const auto all = events(host.store);
  BOOST_TEST_REQUIRE(all.size() == 302u);
  for (const Direction direction : {Direction::ascending, Direction::descending}) {
    const bool up = direction == Direction::ascending;
    auto ordered = all;
    if (!up) std::reverse(ordered.begin(), ordered.end());
    for (std::size_t from = 0; from <= 302; from += 43) {
      for (std::size_t to = 0; to <= 302; to += 37) {
        for (const std::size_t limit : {std::size_t{1}, std::size_t{20}, longest_page}) {
          Page<EventId> page;
          page.direction = direction;
          page.limit = limit;
          if (from > 0) page.after = ordered[from - 1].id;
          if (to < 302) page.until = ordered[to].id;
          bool more = false;
          const auto seen = events(host.store, page, {}, &more);
          const std::size_t wanted = to > from ? to - from : 0;
          BOOST_REQUIRE(seen.size() == std::min(limit, wanted));
          BOOST_REQUIRE(more == (wanted > limit));
          for (std::size_t i = 0; i < seen.size(); ++i) {
            BOOST_REQUIRE((seen[i].id == ordered[from + i].id));
          }
        }
      }
    }
  }
  EventFilter filter;
  filter.organization = organizations[1];
  BOOST_TEST(events(host.store, whole_page<EventId>(), filter).size() == 76u);
  filter.types = EventTypes{};
  filter.types.insert(EventType::organization_membership_created);
  BOOST_TEST(events(host.store, whole_page<EventId>(), filter).size() == 75u);
  filter.from = Time::from_milliseconds(1'001);
  filter.before = Time::from_milliseconds(1'005);
  BOOST_TEST(events(host.store, whole_page<EventId>(), filter).size() == 2u);
  filter.organization.reset();
  BOOST_TEST(events(host.store, whole_page<EventId>(), filter).size() == 4u);
  filter.types.insert(EventType::user_created);
  BOOST_TEST(events(host.store, whole_page<EventId>(), filter).size() == 8u);
  Page<EventId> page;
  page.limit = 3;
  bool more = false;
  BOOST_TEST(events(host.store, page, filter, &more).size() == 3u);
  BOOST_TEST(more);
  page.limit = 8;
  BOOST_TEST(events(host.store, page, filter, &more).size() == 8u);
  BOOST_TEST(!more);
}

BOOST_AUTO_TEST_CASE(retention) {
  for (const std::size_t limit : {0u, 1u, 2u, 63u, 64u, 65u, 127u, 128u, 129u, 200u}) {
    Host host(limited(limit));
    std::vector<EventId> made;
    for (int i = 0; i < 700; ++i) {
      CreateUser command;
      made.push_back(EventId::of(host.done(command).plan.id, 0));
      if (i % 50 != 49) continue;
      const auto seen = events(host.store);
      const std::size_t kept = std::min(limit, made.size());
      BOOST_TEST_REQUIRE(seen.size() == kept);
      for (std::size_t k = 0; k < kept; ++k) {
        BOOST_REQUIRE((seen[k].id == made[made.size() - kept + k]));
        // Each as a cursor shows exactly those behind it.
        Page<EventId> page = whole_page<EventId>();
        page.after = seen[k].id;
        if (k % 7 == 0) BOOST_REQUIRE(events(host.store, page).size() == kept - 1 - k);
        page.direction = Direction::descending;
        if (k % 7 == 0) BOOST_REQUIRE(events(host.store, page).size() == k);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(dropped) {
  Host host(limited(200));
  std::vector<EventId> made;
  // Times of a clock that went back once: 0, 10, …, 990, then 500, 510, ….
  for (int i = 0; i < 250; ++i) {
    host.runtime.clock.at = Time::from_milliseconds(i < 100 ? i * 10 : (i - 50) * 10);
    made.push_back(EventId::of(host.done(CreateUser{}).plan.id, 0));
  }
  made.erase(made.begin(), made.begin() + 50);
  const auto drop = [&](int time, std::size_t limit, std::size_t wanted) {
    BOOST_TEST(*host.store.drop_events(Time::from_milliseconds(time), limit) == wanted);
    made.erase(made.begin(), made.begin() + static_cast<long>(wanted));
    const auto seen = events(host.store);
    BOOST_TEST_REQUIRE(seen.size() == made.size());
    for (std::size_t i = 0; i < seen.size(); ++i) BOOST_REQUIRE((seen[i].id == made[i]));
  };
  drop(500, 100, 0);
  drop(501, 100, 1);
  drop(520, 0, 0);
  drop(900, 10, 10);
  // Those of 500 to 890 that came later stay behind those from 900 on.
  drop(900, 100, 29);
  drop(900, 100, 0);
  drop(1'000, 1'000, 60);
  drop(1'000, 1'000, 0);
  drop(10'000, 1'000, 100);
  drop(10'000, 1'000, 0);
  made.push_back(EventId::of(host.done(CreateUser{}).plan.id, 0));
  drop(0, 10, 0);
}

BOOST_AUTO_TEST_CASE(span_larger_than_the_log) {
  Host host(limited(3));
  std::vector<Plan> plans;
  for (int i = 0; i < 300; ++i) {
    CreateUser command;
    command.id = make_id<UserId>("user_" + std::to_string(i));
    const auto drawn = draw_context<CreateUser>(host.runtime.clock.at, host.runtime.ids);
    plans.push_back(*host.policy.decide(command, host.load(Reads{}), drawn));
  }
  BOOST_TEST(*host.store.commit(plans) == CommitStatus::committed);
  const auto seen = events(host.store);
  BOOST_TEST_REQUIRE(seen.size() == 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    BOOST_TEST((seen[i].id == EventId::of(plans[297 + i].id, 0)));
  }
}

BOOST_AUTO_TEST_CASE(old_cursor) {
  Host host(limited(10));
  for (int i = 0; i < 5; ++i) host.done(CreateUser{});
  const auto first = events(host.store)[0];
  for (int i = 0; i < 20; ++i) host.done(CreateUser{});
  Page<EventId> page = whole_page<EventId>();
  page.after = first.id;
  BOOST_TEST(events(host.store, page).size() == 10u);
}

BOOST_AUTO_TEST_CASE(roles_of_then) {
  Host host;
  const auto user = host.user("user_1");
  const auto organization = host.organization("org_1");
  host.organization_role(organization, "org-lead");
  host.join(user, organization, RoleSelection::one("org-lead"));
  host.organization_role(organization, "org-clerk");
  host.role("admin");
  EventFilter filter;
  filter.types = EventTypes{};
  filter.types.insert(EventType::organization_membership_created);
  std::size_t rows = 0;
  static_cast<void>(
      *host.store.list(*EventQuery::make(whole_page<EventId>(), filter), [&](const EventRow& row) {
        ++rows;
        BOOST_TEST(row.roles.organization().size() == 1u);
        BOOST_TEST(row.roles.environment().size() == 1u);
        BOOST_TEST(row.roles.slug(row.roles.highest(row.membership->roles)) == "org-lead");
      }));
  BOOST_TEST(rows == 1u);
}

BOOST_AUTO_TEST_CASE(rows_are_clean) {
  Host host(limited(2));
  const auto user = host.user("user_1");
  const auto organization = host.organization("org_1");
  host.role("admin");
  const auto made = host.join(user, organization);
  for (int i = 0; i < 100; ++i) {
    host.done(UpdateRoles{made.id, RoleSelection::one(i % 2 == 0 ? "admin" : "member")});
  }
  // The log's places are used again, now for events of no membership.
  std::size_t stale = 0;
  for (int i = 0; i < 300; ++i) {
    host.done(CreateUser{});
    static_cast<void>(
        *host.store.list(*EventQuery::make(whole_page<EventId>()), [&](const EventRow& row) {
          if (row.type != EventType::user_created) return;
          if (row.membership != nullptr || row.organization != nullptr || row.role != nullptr ||
              row.before.standing != Standing::none || !row.before.roles.empty()) {
            ++stale;
          }
        }));
  }
  BOOST_TEST(stale == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
