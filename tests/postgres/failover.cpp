// SPDX-License-Identifier: BSL-1.0

// The PostgreSQL store over a primary and its synchronous standby, which takes over.
//
// Plan
//   the primary is killed under load and the standby promoted; the same store object goes on
//   there, back and forth: what was answered is there exactly once, what failed is not there;
//   counts, rows, plans and events agree, and who followed the log saw all of it      -> promoted

#include "concurrency/threads.hpp"
#include "membership/membership.hpp"
#include "membership/store/postgres_store.hpp"
#include "support/durable.hpp"
#include "support/postgres_cluster.hpp"
#include "support/scale.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(postgres_failover)

using namespace membership;
using membership_tests::Faults;
using membership_tests::make_id;
using membership_tests::PostgresCluster;
using membership_tests::scaled;
using membership_tests::durable::run;

namespace {

using Clock = std::chrono::steady_clock;
using Pair = std::pair<std::string, std::string>;  // organization, user

constexpr std::size_t writers = 4;
constexpr std::size_t organizations = 3;
/// How long anything may take to work again; far longer than it takes.
constexpr std::chrono::seconds patience{60};

OrganizationId organization(std::size_t number) {
  return make_id<OrganizationId>("org_" + std::to_string(number));
}
void pause(std::int64_t milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
}

/// Waits for something to become true.
template <class Condition>
void wait_for(const char* what, const Condition& condition) {
  for (const auto end = Clock::now() + patience; !condition(); pause(1)) {
    if (Clock::now() > end) throw std::runtime_error(std::string("waited for ") + what);
  }
}
std::int64_t number(const PostgresCluster& server, const std::string& text) {
  detail::PostgresConnection connection(server.target(), "membership");
  const auto result = connection.number(text);
  if (!result) throw std::runtime_error(text + ": " + connection.take_failure().message);
  return *result;
}

/// A standby without which, once it follows, the primary acknowledges nothing.
std::unique_ptr<PostgresCluster> add_standby(PostgresCluster& primary, int port = 0) {
  auto standby = PostgresCluster::standby_of(primary, "synchronous_standby_names = ''\n", port);
  primary.configure("synchronous_standby_names = '*'\n");
  wait_for("a standby", [&] {
    return number(primary, "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
                           " AND state = 'streaming'") == 1;
  });
  return standby;
}

/// What a writer was told of the pairs that it made.
struct Told {
  std::map<Pair, PlanId> done{};
  std::set<Pair> failed{};  ///< and not tried again
  std::map<PostgresFault, std::size_t> faults{};
};

/// Makes members until `done`. Of those that fail every other one is tried again, until it answers.
void write(PostgresStore& store, std::size_t writer, const std::atomic<bool>& done,
           std::atomic<std::size_t>& made, Told& told, Faults& faults) {
  const auto failed = [&](const auto& failure) {
    faults.check(failure.kind == FailureKind::store, "refused or contended");
    if (failure.kind != FailureKind::store) return;
    ++told.faults[failure.cause->fault];
    switch (failure.cause->fault) {
      case PostgresFault::cannot_connect:
      case PostgresFault::connection_lost:
      case PostgresFault::read_only: break;
      default:
        faults.check(false,
                     std::string(to_string(failure.cause->fault)) + ": " + failure.cause->message);
    }
    pause(5);
  };
  bool again = false;
  for (std::size_t i = 0; !done; ++i) {
    CreateUser user;
    user.id = make_id<UserId>("user_" + std::to_string(writer) + "_" + std::to_string(i));
    const auto end = Clock::now() + patience;
    for (bool there = false; !there;) {
      const auto result = run(store, user);
      there = result.has_value();
      if (!there) failed(result.error());
      if (Clock::now() > end || faults.any()) return faults.check(false, "no answer");
    }
    for (std::size_t at = 0; at < organizations; ++at) {
      const CreateMembership command{*user.id, organization(at)};
      const Pair pair{command.organization.view(), command.user.view()};
      for (bool over = false; !over;) {
        const auto result = run(store, command);
        over = true;
        if (result) {
          // A membership that is there already would have been refused, or changed nothing.
          faults.check(result->outcome() == Outcome::created, "was there");
          told.done.emplace(pair, result->plan.id);
          ++made;
          continue;
        }
        failed(result.error());
        over = again = !again;
        if (over) told.failed.insert(pair);
        if (Clock::now() > end || faults.any()) return faults.check(false, "no answer");
      }
    }
  }
}

struct SeenEvent {
  EventId id;
  EventType type;
  std::string organization;
  std::string user;
  std::uint64_t revision;
  bool operator==(const SeenEvent&) const = default;
};

/// Reads the log from where `seen` ends to its end. False where the store failed.
bool read_on(const PostgresStore& store, std::vector<SeenEvent>& seen) {
  Page<EventId> page;
  page.limit = longest_page;
  for (bool more = true; more;) {
    if (!seen.empty()) page.after = seen.back().id;
    const auto end = store.list(*EventQuery::make(page), [&](const EventRow& row) {
      seen.push_back({row.id, row.type,
                      row.organization == nullptr ? "" : std::string(row.organization->view()),
                      row.membership == nullptr ? "" : std::string(row.membership->user.view()),
                      row.revision});
    });
    if (!end) return false;
    more = end->more;
  }
  return true;
}

/// What is there, against what the writers were told.
void check_all(const PostgresStore& store, const Told& told) {
  std::vector<SeenEvent> log;
  BOOST_REQUIRE(read_on(store, log));
  std::map<Pair, PlanId> by_events;
  std::map<std::string, std::uint64_t> revisions;
  std::set<EventId> ids;
  for (const SeenEvent& event : log) {
    BOOST_TEST(ids.insert(event.id).second);
    if (event.organization.empty()) continue;
    // Nothing else happens to an organization: each of its revisions has its one event.
    BOOST_TEST(event.revision == ++revisions[event.organization]);
    if (event.type != EventType::organization_membership_created) continue;
    BOOST_TEST(by_events.emplace(Pair{event.organization, event.user}, event.id.plan()).second);
  }
  // The same by rows.
  std::set<Pair> rows;
  for (std::size_t at = 0; at < organizations; ++at) {
    const OrganizationId id = organization(at);
    MembershipFilter filter;
    filter.organization = id;
    Page<MembershipId> page;
    page.limit = longest_page;
    std::size_t count = 0;
    for (bool more = true; more;) {
      const auto end =
          store.list(*MembershipQuery::make(filter, page), [&](const MembershipRow& row) {
            page.after = row.membership.copy().id;
            BOOST_TEST(rows.emplace(id.view(), row.membership.user).second);
            ++count;
          });
      BOOST_REQUIRE(end);
      more = end->more;
    }
    Reads reads;
    reads.organization = &id;
    const auto seen = store.load(reads);
    BOOST_REQUIRE(seen);
    BOOST_TEST(seen->organization->counts.active == count);
    BOOST_TEST(seen->organization->revision == 1 + count);
    BOOST_TEST(revisions[std::string(id.view())] == 1 + count);
  }
  BOOST_TEST((by_events == told.done));
  BOOST_TEST(rows.size() == told.done.size());
  for (const auto& [pair, plan] : told.done) {
    BOOST_TEST(rows.contains(pair));
    BOOST_TEST(*store.was_committed(plan));
  }
  for (const Pair& pair : told.failed) BOOST_TEST(!rows.contains(pair));
}

}  // namespace

BOOST_AUTO_TEST_CASE(promoted) {
  auto primary = std::make_unique<PostgresCluster>("fsync = off\nsynchronous_commit = on\n"
                                                   "wal_retrieve_retry_interval = 100\n");
  auto standby = add_standby(*primary);
  PostgresStoreOptions options;
  options.target = PostgresCluster::target_of(*primary, *standby);
  auto opened = PostgresStore::open(options);
  BOOST_REQUIRE(opened);
  PostgresStore& store = **opened;
  for (std::size_t i = 0; i < organizations; ++i) {
    BOOST_REQUIRE(run(store, CreateOrganization{"Org", organization(i)}));
  }

  Faults faults;
  std::atomic<bool> done{false};
  std::atomic<std::size_t> made{0};
  std::array<Told, writers> told;
  std::vector<std::thread> threads;
  for (std::size_t writer = 0; writer < writers; ++writer) {
    threads.emplace_back([&, writer] { write(store, writer, done, made, told[writer], faults); });
  }
  // What was seen of the log stays, whoever takes over.
  std::vector<SeenEvent> followed;
  threads.emplace_back([&] {
    while (!done) {
      if (!read_on(store, followed)) pause(5);
    }
  });

  const std::size_t rounds = scaled(1, 5);
  std::mt19937 random(20261128);
  std::vector<std::int64_t> away;
  const auto goes_on = [&] {
    const std::size_t before = made;
    wait_for("writers", [&] { return made >= before + 20 || faults.any(); });
  };
  try {
    for (std::size_t round = 0; round < rounds && !faults.any(); ++round) {
      goes_on();
      pause(static_cast<std::int64_t>(random() % 300));
      const int port = primary->port();
      primary->kill();
      const auto killed = Clock::now();
      standby->promote();
      const std::size_t before = made;
      wait_for("the first write", [&] { return made > before || faults.any(); });
      away.push_back(
          std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - killed).count());
      goes_on();
      primary = std::move(standby);
      if (round + 1 < rounds) standby = add_standby(*primary, port);
    }
  } catch (const std::exception& error) {
    faults.check(false, error.what());
  }
  done = true;
  for (std::thread& thread : threads) thread.join();
  faults.report();

  Told all;
  for (Told& one : told) {
    all.done.merge(one.done);
    all.failed.merge(one.failed);
    for (const auto& [fault, count] : one.faults) all.faults[fault] += count;
  }
  check_all(store, all);
  std::vector<SeenEvent> log;
  BOOST_REQUIRE(read_on(store, log));
  BOOST_REQUIRE(log.size() >= followed.size());
  log.resize(followed.size());
  BOOST_TEST((log == followed));
  // A plan for each organization, user and membership that was answered, and no other.
  BOOST_TEST(number(*primary, "SELECT count(*) FROM plans WHERE carried_out = 1") ==
             number(*primary, "SELECT (SELECT count(*) FROM organizations)"
                              " + (SELECT count(*) FROM users)"
                              " + (SELECT count(*) FROM memberships)"));
  for (const std::int64_t time : away) {
    BOOST_TEST_MESSAGE("a write " << time << " ms after the kill");
  }
  for (const auto& [fault, count] : all.faults) {
    BOOST_TEST_MESSAGE(to_string(fault) << ": " << count);
  }
  BOOST_TEST_MESSAGE(rounds << " failovers, " << all.done.size() << " members, "
                            << all.failed.size() << " given up");
}

BOOST_AUTO_TEST_SUITE_END()
