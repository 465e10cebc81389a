// SPDX-License-Identifier: BSL-1.0

// The PostgreSQL store on a server of its own: what is refused, what fails, what is found out.
//
// Plan
//   everything is there when the schema is opened again                              -> stays
//   a wrong password, no such database, no server, a later version's schema, a table
//     that is gone: a failure with its cause, nothing changed                         -> refused
//   what the codes of a server mean                                                   -> faults
//   a schema of the first version is brought to this one                          -> first_version
//   many who make the schema at once                                                  -> beginnings
//   what one store object changes, another shows                                 -> two_objects
//   commands that name only a membership queue with those of its organization         -> queued
//   the server is killed while members are made: every acknowledged one is there, no
//     other half, the store goes on by itself                                         -> kills
//   a visitor that throws: what was read before is not shown again                    -> throwing
//   who accepts connections and says nothing is not waited for without an end         -> silent
//   a commit whose answer is lost: found carried out, or kept from it for good        -> fates
//   events that are dropped; a place is not given twice                               -> dropping
//   an organization that is newer than the environment, as engines of several nodes may show them,
//     is not decided on                                                               -> torn
//   a compare that is not locked would let a user go: it waits                        -> held

#include "membership/membership.hpp"
#include "membership/store/postgres_store.hpp"
#include "support/durable.hpp"
#include "support/host.hpp"
#include "support/open_postgres.hpp"
#include "support/postgres_cluster.hpp"
#include "support/scale.hpp"

#include <boost/test/unit_test.hpp>

#include <arpa/inet.h>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <netinet/in.h>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

BOOST_AUTO_TEST_SUITE(postgres_servers)

using namespace membership;
using namespace membership_tests::durable;
using membership_tests::describe;
using membership_tests::make_id;
using membership_tests::open_postgres;
using membership_tests::PostgresCluster;
using membership_tests::scaled;

namespace {

PostgresCluster& cluster() {
  static PostgresCluster cluster;
  return cluster;
}

/// A schema that no other test uses.
PostgresStoreOptions fresh(const PostgresCluster& on = cluster()) {
  static int number = 0;
  PostgresStoreOptions options;
  options.target = on.target();
  options.schema = "Schema \"" + std::to_string(++number);
  return options;
}

/// A connection beside the store's.
class Beside {
 public:
  explicit Beside(const PostgresStoreOptions& options)
      : connection_(options.target, options.schema) {}
  void run(const std::string& text) {
    const bool good = connection_.execute(text);
    BOOST_REQUIRE_MESSAGE(good, text << ": " << connection_.take_failure().message);
  }
  std::int64_t number(const std::string& text) { return connection_.number(text).value(); }

 private:
  detail::PostgresConnection connection_;
};

PostgresFailure refusal(const PostgresStoreOptions& options) {
  auto opened = PostgresStore::open(options);
  if (opened) throw std::runtime_error("opened");
  return opened.error();
}

}  // namespace

BOOST_AUTO_TEST_CASE(stays) {
  const PostgresStoreOptions options = fresh();
  std::string before;
  {
    const auto store = open_postgres(options);
    fill(*store);
    BOOST_REQUIRE(run(*store, CreateRole{"admin", "Administrator"}));
    BOOST_REQUIRE(run(*store, CreateOrganizationRole{acme, "Billing", "org-billing"}));
    BOOST_REQUIRE(run(*store, CreateMembership{ada, acme, RoleSelection::one("org-billing")}));
    before = describe(*store);
  }
  const auto store = open_postgres(options);
  BOOST_TEST(describe(*store) == before);
  Beside beside(options);
  BOOST_TEST(beside.number("SELECT count(*) FROM memberships WHERE roles = 'own:org-billing'"
                           " AND status = 'active'") == 1);
}

BOOST_AUTO_TEST_CASE(first_version) {
  const PostgresStoreOptions options = fresh();
  std::string before;
  {
    const auto store = open_postgres(options);
    fill(*store);
    before = describe(*store);
  }
  Beside beside(options);
  beside.run("ALTER TABLE environment DROP COLUMN freed_revision");
  beside.run("UPDATE schema_version SET version = 1");
  const auto store = open_postgres(options);
  BOOST_TEST(describe(*store) == before);
  BOOST_REQUIRE(run(*store, CreateMembership{ada, acme}));
  BOOST_TEST(beside.number("SELECT freed_revision FROM environment") == 0);
  BOOST_TEST(beside.number("SELECT version FROM schema_version") ==
             detail::postgres_schema_version);
}

BOOST_AUTO_TEST_CASE(refused) {
  PostgresStoreOptions options = fresh();
  options.target += " port=1";
  BOOST_TEST((refusal(options).fault == PostgresFault::cannot_connect));
  options = fresh();
  options.target += " dbname=nothing";
  const PostgresFailure missing = refusal(options);
  BOOST_TEST((missing.fault == PostgresFault::access_denied), missing.message);
  BOOST_TEST(missing.message.find("nothing") != std::string::npos, missing.message);

  options = fresh();
  open_postgres(options);
  Beside(options).run("UPDATE schema_version SET version = 99");
  const PostgresFailure later = refusal(options);
  BOOST_TEST((later.fault == PostgresFault::newer_schema), later.message);
  BOOST_TEST(later.message.find("99") != std::string::npos);

  options = fresh();
  const auto store = open_postgres(options);
  fill(*store);
  Beside(options).run("ALTER TABLE memberships RENAME TO lost");
  const auto result = run(*store, CreateMembership{ada, acme});
  BOOST_REQUIRE(!result);
  BOOST_TEST((result.error().cause->fault == PostgresFault::schema));
  BOOST_TEST(result.error().cause->message.find("memberships") != std::string::npos);
  Beside(options).run("ALTER TABLE lost RENAME TO memberships");
  BOOST_TEST(active_members(*store) == 0u);
  BOOST_TEST(bool(run(*store, CreateMembership{ada, acme})));
}

BOOST_AUTO_TEST_CASE(torn) {
  const PostgresStoreOptions options = fresh();
  const auto store = open_postgres(options);
  fill(*store);
  Beside beside(options);
  beside.run("UPDATE organizations SET fenced_to = 99");
  const auto refused = run(*store, CreateMembership{ada, acme});
  BOOST_REQUIRE(!refused);
  BOOST_REQUIRE(refused.error().cause);
  BOOST_TEST(refused.error().cause->code == "40001");
  BOOST_TEST(beside.number("SELECT count(*) FROM memberships") == 0);
  // Read again until it is seen.
  std::thread later(
      [&] { beside.run("SELECT pg_sleep(0.01); UPDATE environment SET revision = 99"); });
  const auto made = run(*store, CreateMembership{ada, acme});
  later.join();
  BOOST_TEST(bool(made));
}

BOOST_AUTO_TEST_CASE(wrong_password) {
  PostgresCluster strict;
  strict.ask_for_passwords("secret");
  PostgresStoreOptions options = fresh(strict);
  const PostgresFailure none = refusal(options);
  BOOST_TEST((none.fault == PostgresFault::access_denied), none.message);
  options.target += " password=wrong";
  const PostgresFailure wrong = refusal(options);
  BOOST_TEST((wrong.fault == PostgresFault::access_denied), wrong.message);
  BOOST_TEST(wrong.message.find("password") != std::string::npos, wrong.message);
  options.target += " password=secret";
  BOOST_TEST(bool(PostgresStore::open(options)));
}

BOOST_AUTO_TEST_CASE(beginnings) {
  const PostgresStoreOptions options = fresh();
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      if (PostgresStore::open(options)) ++good;
    });
  }
  for (std::thread& thread : threads) thread.join();
  BOOST_TEST(good == 4);
  BOOST_TEST(Beside(options).number("SELECT count(*) FROM roles") == 1);
}

BOOST_AUTO_TEST_CASE(two_objects) {
  const PostgresStoreOptions options = fresh();
  const auto one = open_postgres(options);
  const auto other = open_postgres(options);
  fill(*one);
  BOOST_TEST(!run(*other, CreateMembership{ada, acme, RoleSelection::one("admin")}));
  BOOST_REQUIRE(run(*one, CreateRole{"admin", "Administrator"}));
  BOOST_TEST(bool(run(*other, CreateMembership{ada, acme, RoleSelection::one("admin")})));
  BOOST_TEST(Beside(options).number("SELECT count(*) FROM memberships WHERE roles = 'admin'") == 1);
}

BOOST_AUTO_TEST_CASE(queued) {
  const auto store = open_postgres(fresh());
  fill(*store);
  std::vector<MembershipId> ids;
  for (int i = 0; i < 4; ++i) {
    const UserId user = add_user(*store, "user_" + std::to_string(i));
    // The same ids in each run, of which no two have one place where their queues are noted.
    Runtime<SystemClock, NumberedMember> runtime;
    runtime.ids.number = i;
    const CreateMembership create{user, acme};
    BOOST_REQUIRE(execute(*store, MembershipPolicy<>{}, create, runtime));
    ids.push_back(runtime.ids.membership_id(runtime.clock.now()));
    // From now on it is known where it is.
    BOOST_REQUIRE(run(*store, DeactivateMembership{ids.back()}));
  }
  std::atomic<unsigned> tries{0};
  std::vector<std::thread> threads;
  for (const MembershipId& id : ids) {
    threads.emplace_back([&] {
      for (int i = 0; i < 25; ++i) {
        const auto on = run(*store, ReactivateMembership{id});
        const auto off = run(*store, DeactivateMembership{id});
        if (on && off) tries += on->tries + off->tries;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  BOOST_TEST(tries == 200u);
}

BOOST_AUTO_TEST_CASE(kills) {
  PostgresCluster server("synchronous_commit = on\n");
  PostgresStoreOptions options = fresh(server);
  const auto store = open_postgres(options);
  fill(*store);
  std::mt19937 random(20261128);
  std::set<std::string> acknowledged;
  std::atomic<bool> done{false};
  std::atomic<std::size_t> made{0};
  std::size_t refused = 0;
  std::thread writer([&] {
    for (int i = 0; !done; ++i) {
      const UserId user = make_id<UserId>("user_" + std::to_string(i));
      CreateUser create;
      create.id = user;
      if (!run(*store, create)) {
        ++refused;
        continue;
      }
      const auto member = run(*store, CreateMembership{user, acme});
      if (member) {
        acknowledged.emplace(user.view());
        ++made;
      } else {
        ++refused;
      }
    }
  });
  const std::size_t rounds = scaled(3, 20);
  for (std::size_t i = 0; i < rounds; ++i) {
    const std::size_t before = made;
    while (made < before + 5) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 50));
    server.kill();
    server.start();
  }
  const std::size_t before = made;
  while (made < before + 5) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  done = true;
  writer.join();
  // What was answered is there, and nothing else: what was not carried out was answered as such.
  BOOST_TEST((whole_members(*store) == acknowledged));
  BOOST_TEST_MESSAGE(rounds << " kills, " << acknowledged.size() << " members, " << refused
                            << " refused");
}

BOOST_AUTO_TEST_CASE(throwing) {
  const PostgresStoreOptions options = fresh();
  const auto store = open_postgres(options);
  const auto other = open_postgres(options);
  fill(*store);
  const auto member = run(*store, CreateMembership{ada, acme});
  BOOST_REQUIRE(member);
  const auto view = [&](const auto& visit) { return store->view(ada, acme, visit); };
  struct Thrown {};
  BOOST_CHECK_THROW(static_cast<void>(view([](const MembershipRow&) { throw Thrown{}; })), Thrown);
  BOOST_REQUIRE(run(*other, DeactivateMembership{member->membership()->id}));
  Status status = Status::pending;
  BOOST_REQUIRE(view([&](const MembershipRow& row) { status = row.membership.status; }));
  BOOST_TEST(status == Status::inactive);
  BOOST_CHECK_THROW(static_cast<void>(view([](const MembershipRow&) { throw Thrown{}; })), Thrown);
  BOOST_TEST(listed_members(*store).size() == 1u);
}

BOOST_AUTO_TEST_CASE(silent) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  BOOST_REQUIRE(bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0);
  BOOST_REQUIRE(listen(listener, 4) == 0);
  BOOST_REQUIRE(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  PostgresStoreOptions options = fresh();
  options.target = PostgresCluster::target(ntohs(address.sin_port)) + " connect_timeout=2";
  const auto opened = PostgresStore::open(options);
  BOOST_REQUIRE(!opened);
  BOOST_TEST((opened.error().fault == PostgresFault::cannot_connect));
  close(listener);
}

BOOST_AUTO_TEST_CASE(fates) {
  const PostgresStoreOptions options = fresh();
  const auto store = open_postgres(options);
  check_fates(*store);

  // Who asks for the fate of a plan that is not there takes its place.
  const MembershipPolicy<> policy;
  UlidIds<DefaultTraits> ids;
  MembershipId member = make_id<MembershipId>("om_none");
  BOOST_REQUIRE(
      store->view(ada, acme, [&](const MembershipRow& row) { member = row.membership.copy().id; }));
  const DeactivateMembership command{member};
  const auto seen = store->load(command.reads());
  BOOST_REQUIRE(seen);
  const auto plan =
      policy.decide(command, *seen, draw_context<DeactivateMembership>(SystemClock{}.now(), ids));
  BOOST_REQUIRE(plan);
  Beside(options).run("INSERT INTO plans VALUES ('" + detail::ulid_text(plan->id.value) +
                      "', 0, 0)");
  BOOST_TEST((*store->commit(std::span(&*plan, 1)) == CommitStatus::conflict));
  BOOST_TEST(!*store->was_committed(plan->id));
  BOOST_TEST(active_members(*store) == 1u);
}

BOOST_AUTO_TEST_CASE(dropping) {
  const PostgresStoreOptions options = fresh();
  const auto store = open_postgres(options);
  check_dropping(*store);
  BOOST_TEST(Beside(options).number("SELECT place FROM events") == 5);
}

BOOST_AUTO_TEST_CASE(held) {
  const PostgresStoreOptions options = fresh();
  const auto store = open_postgres(options);
  fill(*store);
  // Somebody deletes the user and has not committed yet.
  Beside other(options);
  other.run("BEGIN; DELETE FROM users WHERE id = 'user_ada'");
  std::atomic<bool> answered{false};
  std::thread writer([&] {
    const auto result = run(*store, CreateMembership{ada, acme});
    BOOST_TEST(!result);
    answered = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  BOOST_TEST(!answered);  // it waits for what becomes of the user
  other.run("COMMIT");
  writer.join();
  BOOST_TEST(listed_members(*store).empty());
  BOOST_TEST(active_members(*store) == 0u);
}

BOOST_AUTO_TEST_CASE(faults) {
  const struct {
    std::string_view code;
    std::string_view fault;
  } rows[] = {
      {"25006", "read_only"},       {"53100", "full"},
      {"42501", "access_denied"},   {"3D000", "access_denied"},
      {"28P01", "access_denied"},   {"28000", "access_denied"},
      {"42P01", "schema"},          {"42703", "schema"},
      {"3F000", "schema"},          {"08006", "connection_lost"},
      {"57P01", "connection_lost"}, {"57014", "other"},
      {"53200", "other"},           {"", "other"},
  };
  for (const auto& row : rows) {
    BOOST_TEST(to_string(detail::postgres_fault(row.code)) == row.fault, row.code);
  }
  // Those that no code of a server means.
  BOOST_TEST(to_string(PostgresFault::cannot_connect) == "cannot_connect");
  BOOST_TEST(to_string(PostgresFault::fate_unknown) == "fate_unknown");
  BOOST_TEST(to_string(PostgresFault::newer_schema) == "newer_schema");
  BOOST_TEST(to_string(PostgresFault::corrupt) == "corrupt");
}

BOOST_AUTO_TEST_SUITE_END()
