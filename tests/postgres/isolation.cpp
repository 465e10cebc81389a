// SPDX-License-Identifier: BSL-1.0

// The PostgreSQL store where the default isolation is stronger than READ COMMITTED, as on engines
// that spread tables: what is concurrent fails with a serialization failure there, in any statement
// or only when the transaction ends.
//
// Plan
//   a serialization failure at the end of a transaction is a conflict like any other   -> late
//   where the server says that it does not know what became of a transaction (40003),
//   the store finds it out                                                             -> unknown
//   two store objects, as two processes: no change is lost, none fails                 -> races
//   readers follow the log while others write and place, and nobody fails              -> followed

#include "concurrency/threads.hpp"
#include "membership/membership.hpp"
#include "membership/store/postgres_store.hpp"
#include "support/durable.hpp"
#include "support/followers.hpp"
#include "support/open_postgres.hpp"
#include "support/postgres_cluster.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <regex>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(postgres_isolation)

using namespace membership;
using namespace membership_tests::durable;
using membership_tests::Faults;
using membership_tests::make_id;
using membership_tests::open_postgres;
using membership_tests::PostgresCluster;
using membership_tests::together;

namespace {

const char* const levels[] = {"repeatable read", "serializable"};

/// A schema of its own, at a level of isolation.
PostgresStoreOptions fresh(const std::string& level) {
  static const PostgresCluster cluster;
  static int number = 0;
  PostgresStoreOptions options;
  // A space is escaped for the server, and that for the connection string.
  const std::string escaped = std::regex_replace(level, std::regex(" "), "\\\\ ");
  options.target = cluster.target() + " options='-c default_transaction_isolation=" + escaped + "'";
  options.schema = "isolation_" + std::to_string(++number);
  return options;
}

/// The first so many memberships fail with this code: when they are written, or only when their
/// transaction ends.
void fail_inserts(const PostgresStoreOptions& options, const std::string& code, int count,
                  bool at_end) {
  detail::PostgresConnection beside(options.target, options.schema);
  BOOST_REQUIRE(beside.execute(
      "CREATE SEQUENCE tries;"
      "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
      " IF nextval('tries') <= " +
      std::to_string(count) + " THEN RAISE EXCEPTION 'no' USING ERRCODE = '" + code +
      "'; END IF; RETURN NULL; END $$;"
      "CREATE CONSTRAINT TRIGGER fails AFTER INSERT ON memberships DEFERRABLE INITIALLY " +
      (at_end ? "DEFERRED" : "IMMEDIATE") + " FOR EACH ROW EXECUTE FUNCTION fail()"));
}

}  // namespace

BOOST_AUTO_TEST_CASE(late) {
  const PostgresStoreOptions options = fresh("read committed");
  const auto store = open_postgres(options);
  fill(*store);
  fail_inserts(options, "40001", 2, true);
  const auto made = run(*store, CreateMembership{ada, acme});
  BOOST_REQUIRE_MESSAGE(made, to_string(made.error().cause->fault));
  BOOST_TEST(made->tries == 3u);
  BOOST_TEST(whole_members(*store).size() == 1u);
}

BOOST_DATA_TEST_CASE(unknown, boost::unit_test::data::make({false, true}), at_end) {
  const PostgresStoreOptions options = fresh("read committed");
  const auto store = open_postgres(options);
  fill(*store);
  fail_inserts(options, "40003", 1, at_end);
  const auto made = run(*store, CreateMembership{ada, acme});
  BOOST_REQUIRE(!made);
  BOOST_REQUIRE(made.error().cause);
  // It asked, and there was nothing.
  BOOST_TEST(to_string(made.error().cause->fault) == "connection_lost");
  detail::PostgresConnection beside(options.target, options.schema);
  BOOST_TEST(beside.number("SELECT count(*) FROM plans WHERE carried_out = 0").value() == 1);
  BOOST_TEST(bool(run(*store, CreateMembership{ada, acme})));
  BOOST_TEST(whole_members(*store).size() == 1u);
}

BOOST_DATA_TEST_CASE(races, boost::unit_test::data::make(levels), level) {
  const PostgresStoreOptions options = fresh(level);
  const std::unique_ptr<PostgresStore> stores[] = {open_postgres(options), open_postgres(options)};
  fill(*stores[0]);
  Faults faults;
  constexpr int writers = 4;
  constexpr int each = 50;
  std::vector<std::function<void()>> bodies;
  for (int writer = 0; writer < writers; ++writer) {
    bodies.emplace_back([&, writer] {
      PostgresStore& store = *stores[writer % 2];
      for (int i = 0; i < each; ++i) {
        CreateUser user;
        user.id = make_id<UserId>("user_" + std::to_string(writer) + "_" + std::to_string(i));
        const auto check = [&](const auto& result) {
          if (result) return;
          faults.check(false, result.error().cause ? result.error().cause->message : "contended");
        };
        check(run(store, user));
        check(run(store, CreateMembership{*user.id, acme}));
      }
    });
  }
  together(bodies);
  faults.report();
  BOOST_TEST(whole_members(*stores[0]).size() == std::size_t{writers * each});
}

BOOST_AUTO_TEST_CASE(followed) {
  const PostgresStoreOptions options = fresh("serializable");
  membership_tests::followers::check_followers(*open_postgres(options));
}

BOOST_AUTO_TEST_SUITE_END()
