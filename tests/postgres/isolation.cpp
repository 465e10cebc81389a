// SPDX-License-Identifier: BSL-1.0

// The PostgreSQL store where the default isolation is stronger than READ COMMITTED, as on engines
// that spread tables: what is concurrent fails with a serialization failure there, in any statement
// or only when the transaction ends.
//
// Plan
//   a serialization failure at the end of a transaction is a conflict like any other   -> late
//   and so is one that a commit meets while it reads catalogues                     -> catalogues
//   whether a commit was carried out is asked again                                 -> asked_again
//   events are dropped in spite of it; where it never ends, the failure says so        -> drops
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
#include <span>
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
using membership_tests::why;

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

/// The first so many rows that this is done with fail with this code: at once, or only when their
/// transaction ends.
void fail_at(const PostgresStoreOptions& options, const std::string& what, const std::string& code,
             int count, bool at_end) {
  detail::PostgresConnection beside(options.target, options.schema);
  BOOST_REQUIRE(
      beside.execute("CREATE SEQUENCE tries;"
                     "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                     " IF nextval('tries') <= " +
                     std::to_string(count) + " THEN RAISE EXCEPTION 'no' USING ERRCODE = '" + code +
                     "'; END IF; RETURN NULL; END $$;"
                     "CREATE CONSTRAINT TRIGGER fails AFTER " +
                     what + " DEFERRABLE INITIALLY " + (at_end ? "DEFERRED" : "IMMEDIATE") +
                     " FOR EACH ROW EXECUTE FUNCTION fail()"));
}

/// The first two looks at a table by who has this name fail with a serialization failure, but for
/// those of read-only transactions.
void fail_looks(const PostgresStoreOptions& options, const std::string& table,
                const std::string& name) {
  detail::PostgresConnection beside(options.target, options.schema);
  BOOST_REQUIRE(beside.execute(
      "CREATE SEQUENCE looks;"
      "CREATE FUNCTION look() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN"
      " IF current_setting('application_name') <> '" +
      name +
      "' OR current_setting('transaction_read_only') = 'on' THEN RETURN true; END IF;"
      " IF nextval('looks') <= 2 THEN RAISE EXCEPTION 'no' USING ERRCODE = '40001'; END IF;"
      " RETURN true; END $$;"
      "ALTER TABLE " +
      table +
      " RENAME TO looked_at;"
      "CREATE VIEW " +
      table + " AS SELECT * FROM looked_at WHERE look()"));
}

}  // namespace

BOOST_AUTO_TEST_CASE(late) {
  const PostgresStoreOptions options = fresh("read committed");
  const auto store = open_postgres(options);
  fill(*store);
  fail_at(options, "INSERT ON memberships", "40001", 2, true);
  const auto made = run(*store, CreateMembership{ada, acme});
  BOOST_REQUIRE_MESSAGE(made, to_string(made.error().cause->fault));
  BOOST_TEST(made->tries == 3u);
  BOOST_TEST(whole_members(*store).size() == 1u);
}

namespace {

/// A store that decides on what another process of the database has seen.
struct Split {
  using traits = PostgresStore::traits;
  using Loaded = PostgresStore::Loaded;
  using Failure = PostgresStore::Failure;
  static constexpr Kinds keeps = PostgresStore::keeps;

  PostgresStore& loading;
  PostgresStore& committing;

  auto load(const Reads& reads) const { return loading.load(reads); }
  auto commit(std::span<const Plan> plans) { return committing.commit(plans); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(catalogues) {
  PostgresStoreOptions options = fresh("serializable");
  const auto loading = open_postgres(options);
  fill(*loading);
  options.target += " application_name=committing";
  const auto committing = open_postgres(options);
  fail_looks(options, "environment", "committing");
  Split store{*loading, *committing};
  const auto made = run(store, CreateMembership{ada, acme});
  BOOST_REQUIRE_MESSAGE(made, why(made));
  BOOST_TEST(made->tries == 3u);
  BOOST_TEST(whole_members(*loading).size() == 1u);
}

BOOST_AUTO_TEST_CASE(asked_again) {
  PostgresStoreOptions options = fresh("serializable");
  options.target += " application_name=asking";
  const auto store = open_postgres(options);
  fill(*store);
  const auto made = run(*store, CreateMembership{ada, acme});
  BOOST_REQUIRE_MESSAGE(made, why(made));
  fail_looks(options, "plans", "asking");
  const auto asked = store->was_committed(made->plan.id);
  BOOST_REQUIRE_MESSAGE(asked, asked.error().message);
  BOOST_TEST(*asked);
}

BOOST_AUTO_TEST_CASE(drops) {
  constexpr Time later = Time::from_milliseconds(9'000'000'000'000);
  const PostgresStoreOptions few = fresh("serializable");
  const auto store = open_postgres(few);
  fill(*store);
  fail_at(few, "DELETE ON events", "40001", 2, false);
  const auto dropped = store->drop_events(later, 100);
  BOOST_REQUIRE(dropped);
  BOOST_TEST(*dropped == 2u);

  const PostgresStoreOptions many = fresh("serializable");
  const auto other = open_postgres(many);
  fill(*other);
  fail_at(many, "DELETE ON events", "40001", 1'000'000, true);
  const auto refused = other->drop_events(later, 100);
  BOOST_REQUIRE(!refused);
  BOOST_TEST(refused.error().code == "40001");
  BOOST_TEST(!refused.error().message.empty());
  int kept = 0;
  BOOST_REQUIRE(other->list(*EventQuery::make({}), [&](const EventRow&) { ++kept; }));
  BOOST_TEST(kept == 2);
}

BOOST_DATA_TEST_CASE(unknown, boost::unit_test::data::make({false, true}), at_end) {
  const PostgresStoreOptions options = fresh("read committed");
  const auto store = open_postgres(options);
  fill(*store);
  fail_at(options, "INSERT ON memberships", "40003", 1, at_end);
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
          faults.check(result.has_value(), why(result));
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
