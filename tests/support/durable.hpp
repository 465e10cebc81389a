// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_SUPPORT_DURABLE_HPP
#define MEMBERSHIP_TESTS_SUPPORT_DURABLE_HPP

#include "membership/membership.hpp"
#include "support/host.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

/// What tests of durable stores do and count: one organization, and who is in it.
namespace membership_tests {
namespace durable {

using namespace membership;

inline const UserId ada = make_id<UserId>("user_ada");
inline const OrganizationId acme = make_id<OrganizationId>("org_acme");

template <class S, class C>
auto run(S& store, const C& command) {
  return execute(store, MembershipPolicy<>{}, command);
}
template <class S>
UserId add_user(S& store, const std::string& id) {
  CreateUser user;
  user.id = make_id<UserId>(id);
  BOOST_REQUIRE(run(store, user));
  return *user.id;
}

/// Mints the id of a membership by its number: the same in each run, for tests that ask whose
/// queues are known, which two ids may share a place for (MemberQueues).
struct NumberedMember : UlidIds<DefaultTraits> {
  int number = 0;
  MembershipId membership_id(Time /*now*/) const {
    return make_id<MembershipId>("om_" + std::to_string(number));
  }
};

template <class S>
void fill(S& store) {
  add_user(store, "user_ada");
  BOOST_REQUIRE(run(store, CreateOrganization{"Acme", acme}));
}

template <class S>
OrganizationState organization_state(const S& store) {
  Reads reads;
  reads.organization = &acme;
  const auto seen = store.load(reads);
  BOOST_REQUIRE(seen);
  return *seen->organization;
}
template <class S>
std::uint64_t active_members(const S& store) {
  return organization_state(store).counts.active;
}
/// The users whose memberships are there.
template <class S>
std::set<std::string> listed_members(const S& store) {
  MembershipFilter filter;
  filter.organization = acme;
  Page<MembershipId> page;
  page.limit = longest_page;
  std::set<std::string> users;
  for (bool more = true; more;) {
    const auto end =
        store.list(*MembershipQuery::make(filter, page), [&](const MembershipRow& row) {
          page.after = copy_of<MembershipId>(row.membership.id);
          users.emplace(row.membership.user);
        });
    BOOST_REQUIRE(end);
    more = end->more;
  }
  return users;
}
/// Calls `visit(row)` for all events of a type.
template <class S, class Visit>
void for_each_event(const S& store, EventType type, Visit&& visit) {
  EventFilter filter;
  filter.types = EventTypes();
  filter.types.insert(type);
  Page<EventId> page;
  page.limit = longest_page;
  for (bool more = true; more;) {
    const auto end = store.list(*EventQuery::make(page, filter), [&](const EventRow& row) {
      page.after = row.id;
      visit(row);
    });
    BOOST_REQUIRE(end);
    more = end->more;
  }
}
template <class S>
std::size_t count_events(const S& store, EventType type) {
  std::size_t count = 0;
  durable::for_each_event(store, type, [&](const EventRow&) { ++count; });
  return count;
}

/// The users whose memberships are there. Where members are made and nothing else happens, count,
/// revision, rows and events agree.
template <class S>
std::set<std::string> whole_members(const S& store) {
  const std::set<std::string> listed = listed_members(store);
  std::set<std::string> told;
  std::uint64_t last = 0;
  std::size_t events = 0;
  bool ordered = true;
  durable::for_each_event(store, EventType::organization_membership_created,
                          [&](const EventRow& row) {
                            ++events;
                            told.emplace(row.membership->user.view());
                            ordered = ordered && row.revision > last;
                            last = row.revision;
                          });
  const OrganizationState state = organization_state(store);
  BOOST_TEST(state.counts.active == listed.size());
  BOOST_TEST(state.revision == 1 + listed.size());
  BOOST_TEST(events == listed.size());
  BOOST_TEST((told == listed));
  BOOST_TEST(ordered);
  return listed;
}

/// The fate of plans: with an event, without one, and of one that came too late.
template <class S>
void check_fates(S& store) {
  fill(store);
  const auto created = run(store, CreateMembership{ada, acme});
  BOOST_REQUIRE(created);
  BOOST_TEST(*store.was_committed(created->plan.id));
  const auto enabled = run(store, EnableMultipleRoles{});
  BOOST_REQUIRE(enabled);
  BOOST_TEST(*store.was_committed(enabled->plan.id));
  Plan late = created->plan;
  late.id.value.low += 16;
  BOOST_TEST((*store.commit(std::span(&late, 1)) == CommitStatus::conflict));
  BOOST_TEST(!*store.was_committed(late.id));
}

/// Events that are dropped: the oldest, in the order of the log; the last one's place is 5 then,
/// for none is given twice. The fate of their plans is known for a day more.
template <class S>
void check_dropping(S& store) {
  constexpr std::int64_t day = 86'400'000;
  Runtime<membership_tests::SetClock, UlidIds<DefaultTraits>> runtime;
  const auto at = [&](std::int64_t time, const auto& command) {
    runtime.clock.at = Time::from_milliseconds(time);
    const auto done = execute(store, MembershipPolicy<>{}, command, runtime);
    BOOST_REQUIRE(done);
    return done->plan.id;
  };
  const auto kept = [&](std::optional<EventId> after) {
    Page<EventId> page;
    page.after = after;
    std::vector<EventId> ids;
    BOOST_REQUIRE(
        store.list(*EventQuery::make(page), [&](const EventRow& row) { ids.push_back(row.id); }));
    return ids;
  };
  const PlanId settings = at(day, EnableMultipleRoles{});
  std::vector<EventId> events;
  std::vector<PlanId> plans;
  for (std::int64_t i = 0; i < 4; ++i) {
    plans.push_back(at(day + i, CreateOrganization{"Org"}));
    events.push_back(EventId::of(plans.back(), 0));
    BOOST_TEST((kept(std::nullopt) == events));
  }
  const auto known = [&] {
    return std::ranges::count_if(plans, [&](PlanId plan) { return *store.was_committed(plan); });
  };
  BOOST_TEST(*store.drop_events(Time::from_milliseconds(day + 2), 1) == 1u);
  BOOST_TEST(*store.drop_events(Time::from_milliseconds(day + 2), 9) == 1u);
  BOOST_TEST(*store.drop_events(Time::from_milliseconds(day + 2), 9) == 0u);
  constexpr std::int64_t first = std::numeric_limits<std::int64_t>::min();
  constexpr std::size_t all = std::numeric_limits<std::size_t>::max();
  BOOST_TEST(*store.drop_events(Time::from_milliseconds(first), all) == 0u);
  const std::vector<EventId> rest(events.begin() + 2, events.end());
  BOOST_TEST((kept(std::nullopt) == rest));
  // Everything kept comes after one that is gone.
  BOOST_TEST((kept(events[0]) == rest));
  BOOST_TEST(*store.was_committed(settings));
  BOOST_TEST(known() == 4);
  BOOST_TEST(*store.drop_events(Time::from_milliseconds(2 * day + 1), 0) == 0u);
  BOOST_TEST(!*store.was_committed(settings));
  BOOST_TEST(known() == 3);
  BOOST_TEST(*store.drop_events(Time::from_milliseconds(2 * day + 3), 0) == 0u);
  BOOST_TEST(known() == 2);  // whose events are kept
  BOOST_TEST(*store.drop_events(Time::from_milliseconds(2 * day + 3), all) == 2u);
  BOOST_TEST(known() == 1);
  BOOST_TEST(*store.drop_events(Time::from_milliseconds(2 * day + 4), all) == 0u);
  BOOST_TEST(known() == 0);
  // A place is not given twice: who read to the end misses nothing.
  const EventId next = EventId::of(at(4 * day, CreateOrganization{"Org"}), 0);
  BOOST_TEST((kept(events[3]) == std::vector<EventId>{next}));
}

}  // namespace durable
}  // namespace membership_tests

#endif
