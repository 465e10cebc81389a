// SPDX-License-Identifier: BSL-1.0

// Plan
//   taking a span back that erased, split a node and conflicts   -> erasure_is_taken_back
//   apply over several snapshots of one load                     -> apply_over_several
//   event limits: none, and larger than any memory               -> event_limits
//   an organization's own role as a filter without it            -> holder_needs_its_organization
//   the owner role as the default                                -> owner_role_is_no_default
//   a reader in one shard while another waits inside view        -> readers_beside_each_other
//   ids without a system call each                               -> ids_come_without_system_calls

#include "../support/host.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <span>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <vector>

using namespace membership;
using namespace membership_tests;

BOOST_AUTO_TEST_SUITE(memory_store_limits)

namespace {

std::string padded(int number) {
  std::string digits = std::to_string(number);
  return std::string(6 - digits.size(), '0') + digits;
}

/// The plan of a command on what the store shows, with a membership id of one's own.
template <class C>
Plan decided(const C& command, const Snapshot& seen, std::string_view membership, int number) {
  Context context(Time::from_milliseconds(5'000),
                  PlanId{Ulid{77, static_cast<std::uint64_t>(number) << 4}});
  context.membership.emplace(make_id<MembershipId>(std::string(membership)));
  const auto plan = MembershipPolicy<>().decide(command, seen, context);
  BOOST_REQUIRE(plan.has_value());
  return *plan;
}

std::vector<std::string> members(const MemoryStore& store, const OrganizationId& organization) {
  std::vector<std::string> ids;
  MembershipFilter filter;
  filter.organization = organization;
  Page<MembershipId> page;
  page.limit = 1000;
  static_cast<void>(
      *store.list(*MembershipQuery::make(filter, page),
                  [&](const MembershipRow& row) { ids.emplace_back(row.membership.id); }));
  return ids;
}

}  // namespace

BOOST_AUTO_TEST_CASE(erasure_is_taken_back) {
  // Full nodes in order, for several sizes around a chunk of nodes, so that the place which the
  // erasure keeps for itself would be the last one.
  for (int size = 180; size <= 215; ++size) {
    Host host;
    const auto organization = host.organization("org_1");
    for (int i = 0; i < size + 2; ++i) host.user("user_" + padded(i));
    for (int i = 0; i < size; ++i) {
      const CreateMembership create{make_id<UserId>("user_" + padded(i)), organization};
      const auto seen = *host.store.load(create.reads());
      const Plan plan = decided(create, seen, "om_" + padded(10 * i), i);
      BOOST_REQUIRE(*host.store.commit(std::span(&plan, 1)) == CommitStatus::committed);
    }
    const auto before = members(host.store, organization);
    BOOST_TEST_REQUIRE(before.size() == static_cast<std::size_t>(size));

    const DeleteMembership erase{make_id<MembershipId>("om_" + padded(10 * 65))};
    const CreateMembership create{make_id<UserId>("user_" + padded(size)), organization};
    auto seen = *host.store.load(erase.reads());
    auto other = *host.store.load(create.reads());
    std::vector<Plan> plans;
    plans.push_back(decided(erase, seen, "om_x", 1'001));
    apply(other, plans.back());
    plans.push_back(decided(create, other, "om_" + padded(10 * 30 + 5), 1'002));
    plans.push_back(plans.back());  // the same pair again: a conflict
    BOOST_TEST((*host.store.commit(plans) == CommitStatus::conflict));
    BOOST_TEST((members(host.store, organization) == before));
  }
}

BOOST_AUTO_TEST_CASE(apply_over_several) {
  Host host;
  const auto acme = host.organization("org_1");
  const auto beta = host.organization("org_2");
  const auto ada = host.user("user_1");
  const auto bob = host.user("user_2");
  const CreateMembership commands[] = {{ada, acme}, {bob, acme}, {ada, beta}};
  Reads reads[3];
  for (std::size_t i = 0; i < 3; ++i) reads[i] = commands[i].reads();
  auto loaded = *host.store.load(std::span<const Reads>(reads));
  std::vector<Plan> plans;
  for (std::size_t i = 0; i < 3; ++i) {
    plans.push_back(decided(commands[i], loaded[i], "om_" + padded(static_cast<int>(i)),
                            static_cast<int>(i) + 1));
    for (auto& seen : loaded) apply(seen, plans.back());
  }
  BOOST_TEST((*host.store.commit(plans) == CommitStatus::committed));
  BOOST_TEST(members(host.store, acme).size() == 2u);
  BOOST_TEST(members(host.store, beta).size() == 1u);
  BOOST_TEST((host.state(acme).counts == Counts{2, 0, 0, 0}));
  BOOST_TEST((host.state(beta).counts == Counts{1, 0, 0, 0}));
  BOOST_TEST((*loaded[0].membership == plans[0].membership->after));
  BOOST_TEST((*loaded[1].membership == plans[1].membership->after));
}

BOOST_AUTO_TEST_CASE(event_limits) {
  for (const std::size_t limit : {std::size_t{0}, ~std::size_t{0}}) {
    MemoryStoreOptions options;
    options.event_limit = limit;
    MemoryStore store(options);
    for (int i = 0; i < 200; ++i) {
      const CreateUser create{.id = make_id<UserId>("user_" + padded(i))};
      BOOST_TEST_REQUIRE(execute(store, MembershipPolicy<>(), create).has_value());
    }
    std::set<EventId> ids;
    Page<EventId> page;
    page.limit = 1000;
    static_cast<void>(
        *store.list(*EventQuery::make(page), [&](const EventRow& row) { ids.insert(row.id); }));
    BOOST_TEST(ids.size() == (limit == 0 ? 0u : 200u));
  }
}

BOOST_AUTO_TEST_CASE(holder_needs_its_organization) {
  MembershipFilter filter;
  filter.user = make_id<UserId>("user_1");
  filter.holder = RoleIndex::organization(0);
  const auto refused = MembershipQuery::make(filter, {});
  BOOST_TEST_REQUIRE(!refused.has_value());
  BOOST_TEST(refused.error() == an_error(ErrorCode::invalid_role, Field::role_slug));
  filter.organization = make_id<OrganizationId>("org_1");
  BOOST_TEST(MembershipQuery::make(filter, {}).has_value());
  filter.organization.reset();
  filter.holder = RoleIndex::environment(0);
  BOOST_TEST(MembershipQuery::make(filter, {}).has_value());
}

BOOST_AUTO_TEST_CASE(owner_role_is_no_default) {
  Host host;
  const auto organization = host.organization("org_1");
  host.role("admin");
  const auto seen = [&](const SetDefaultRole& command) {
    Snapshot snapshot = *host.store.load(command.reads());
    const RoleIndex admin = snapshot.roles.find("admin");
    snapshot.environment.owner_role = admin;
    if (snapshot.organization) snapshot.organization->owner_role = admin;
    return snapshot;
  };
  for (const bool own : {false, true}) {
    SetDefaultRole command{"admin"};
    if (own) command.organization = organization;
    const Context context(Time::from_milliseconds(1), PlanId{});
    const auto refused = MembershipPolicy<>().decide(command, seen(command), context);
    BOOST_TEST_REQUIRE(!refused.has_value());
    BOOST_TEST(refused.error() ==
               an_error(ErrorCode::default_role_is_owner, Field::role_slug, "admin"));
    command.role = "member";
    BOOST_TEST(MembershipPolicy<>().decide(command, seen(command), context).has_value());
  }
}

BOOST_AUTO_TEST_CASE(readers_beside_each_other) {
  // While `view` of one organization is inside its visitor, any other is read and written: were
  // there one lock for all, this would never end.
  Host host;
  const auto user = host.user("user_1");
  const auto first = host.organization("org_1");
  std::vector<OrganizationId> others;
  for (int i = 2; i < 40; ++i) others.push_back(host.organization("org_" + padded(i)));
  host.join(user, first, {});
  std::size_t read = 0;
  const bool found = *host.store.view(user, first, [&](const MembershipRow&) {
    std::thread([&] {
      for (const OrganizationId& other : others) {
        Reads reads;
        reads.organization = &other;
        if ((*host.store.load(reads)).organization) ++read;
        static_cast<void>(*host.store.view(user, other, [](const MembershipRow&) {}));
      }
      // The same organization, too: readers do not block readers.
      static_cast<void>(*host.store.view(user, first, [&](const MembershipRow&) { ++read; }));
    }).join();
  });
  BOOST_TEST(found);
  BOOST_TEST(read == others.size() + 1);
}

BOOST_AUTO_TEST_CASE(ids_come_without_system_calls) {
  // A call into the kernel for each would show as a million and more; the time is what the process
  // spends inside it.
  UlidSource source;
  const Time now = SystemClock{}.now();
  Ulid last = source.next(now);
  rusage before{};
  rusage after{};
  getrusage(RUSAGE_THREAD, &before);
  for (int i = 0; i < 1'000'000; ++i) {
    const Ulid next = source.next(Time::from_milliseconds(now.milliseconds() + i / 1'000));
    if (!(last < next)) BOOST_FAIL("not monotonic");
    last = next;
  }
  getrusage(RUSAGE_THREAD, &after);
  const auto microseconds = [](const timeval& time) {
    return static_cast<long long>(time.tv_sec) * 1'000'000 + time.tv_usec;
  };
  const long long inside = microseconds(after.ru_stime) - microseconds(before.ru_stime);
  BOOST_TEST(inside < 100'000, "a million ids: " << inside << " us in the kernel");
}

BOOST_AUTO_TEST_SUITE_END()
