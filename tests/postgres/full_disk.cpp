// SPDX-License-Identifier: BSL-1.0

// The PostgreSQL store where the server has no more room. A limit for the size of the server's
// files stands for the full disk: it needs no rights and holds in any container.
//
// Plan
//   no room for rows: `full`, nothing half-written, reading goes on; when there is room
//   again, so does writing                                                            -> tables
//   no room for the write-ahead log: the server ends itself; a failure or the fate found out,
//   and when it runs again with room, the store goes on                               -> log

#include "membership/membership.hpp"
#include "membership/store/postgres_store.hpp"
#include "support/durable.hpp"
#include "support/open_postgres.hpp"
#include "support/postgres_cluster.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>

BOOST_AUTO_TEST_SUITE(postgres_full_disk)

using namespace membership;
using namespace membership_tests::durable;
using membership_tests::make_id;
using membership_tests::open_postgres;
using membership_tests::PostgresCluster;

namespace {

constexpr std::size_t block = 8192;
constexpr std::size_t segment = 1 << 20;

/// Its log is in files of a megabyte, which are made whole. What is gone from a table keeps its
/// room.
class Server {
 public:
  Server() : cluster("fsync = off\nautovacuum = off\n", "--wal-segsize=1") {
    PostgresStoreOptions options;
    options.target = cluster.target();
    store = open_postgres(options);
    fill(*store);
  }
  std::int64_t number(const std::string& text) const {
    detail::PostgresConnection connection(cluster.target(), "membership");
    return connection.number(text).value();
  }
  void run(const std::string& text) const {
    detail::PostgresConnection connection(cluster.target(), "membership");
    BOOST_REQUIRE(connection.execute(text));
  }

  PostgresCluster cluster;
  std::unique_ptr<PostgresStore> store{};
};

/// Members one after another, each a user of its own.
class Members {
 public:
  explicit Members(PostgresStore& store) : store_(store) {}

  /// Makes the next one. Whether that was possible.
  bool add() {
    CreateUser user;
    user.id = make_id<UserId>("user_" + std::to_string(tried++));
    const auto made = run(store_, user);
    if (!made) return note(made.error());
    users.emplace(user.id->view());
    const auto joined = run(store_, CreateMembership{*user.id, acme});
    if (!joined) return note(joined.error());
    there.emplace(user.id->view());
    return true;
  }

  /// Whether what was answered is there and nothing else: users, members, counts, events, plans.
  void check(const Server& server) const {
    BOOST_TEST((whole_members(store_) == there));
    // Of everything one plan with one event; ada and acme were there before.
    const auto users_there = static_cast<std::int64_t>(users.size()) + 1;
    const std::int64_t all = users_there + 1 + static_cast<std::int64_t>(there.size());
    BOOST_TEST(server.number("SELECT count(*) FROM users") == users_there);
    BOOST_TEST(server.number("SELECT count(*) FROM events") == all);
    BOOST_TEST(server.number("SELECT count(*) FROM plans WHERE carried_out = 1") == all);
  }

  int tried = 0;
  std::set<std::string> users{};
  std::set<std::string> there{};
  std::map<PostgresFault, std::size_t> faults{};
  std::map<std::string, std::size_t> codes{};

 private:
  bool note(const membership::Failure<PostgresStore>& failure) {
    if (failure.kind != FailureKind::store) throw std::runtime_error("refused or contended");
    ++faults[failure.cause->fault];
    ++codes[failure.cause->code];
    return false;
  }

  PostgresStore& store_;
};

}  // namespace

BOOST_AUTO_TEST_CASE(tables) {
  Server server;
  Members members(*server.store);
  // The table of events takes nearly what it may, with rows that are gone.
  server.run("INSERT INTO events SELECT 'pad', '', id, '', 0, 0, repeat('x', 1900)"
             " FROM generate_series(1, 512) id; DELETE FROM events WHERE organization_id = 'pad'");
  // The log's files must fit. Half a block over: by a block that is written in part the server
  // tells a full disk.
  server.cluster.limit_files(segment + 8 * block + block / 2);
  while (members.add() && members.tried < 2'000) {
  }
  BOOST_TEST(members.faults[PostgresFault::full] == 1u);
  BOOST_TEST(members.codes["53100"] == 1u);
  BOOST_TEST(members.there.size() > 10u);
  // It stays so, and what needs no room goes on.
  for (int i = 0; i < 20; ++i) members.add();
  BOOST_TEST(members.faults[PostgresFault::full] > 10u);
  BOOST_TEST(members.faults.size() == 1u);
  BOOST_TEST((listed_members(*server.store) == members.there));
  BOOST_TEST(active_members(*server.store) == members.there.size());
  const std::size_t before = members.there.size();

  server.cluster.unlimit_files();
  members.check(server);
  for (int i = 0; i < 20; ++i) BOOST_TEST(members.add());
  members.check(server);
  BOOST_TEST_MESSAGE("full with " << before << " members");
}

BOOST_AUTO_TEST_CASE(log) {
  Server server;
  Members members(*server.store);
  std::atomic<bool> done{false};
  std::atomic<std::size_t> made{0};
  std::thread writer([&] {
    while (!done) {
      if (members.add()) {
        ++made;
      } else {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    }
  });
  const auto wait_for = [](const auto& condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!condition() && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return condition();
  };
  // The log's next file cannot be made. Everything else is far smaller.
  server.cluster.limit_files(segment - block);
  BOOST_TEST(wait_for([&] { return server.cluster.has_logged("PANIC"); }));
  const std::size_t before = made;
  server.cluster.restart();
  BOOST_TEST(wait_for([&] { return made > before + 20; }));
  done = true;
  writer.join();
  members.check(server);
  for (const auto& [fault, count] : members.faults) {
    const bool expected = fault == PostgresFault::cannot_connect ||
                          fault == PostgresFault::connection_lost || fault == PostgresFault::full;
    BOOST_TEST(expected, to_string(fault));
    BOOST_TEST_MESSAGE(to_string(fault) << ": " << count);
  }
  BOOST_TEST_MESSAGE("no log with " << before << " members");
}

BOOST_AUTO_TEST_SUITE_END()
