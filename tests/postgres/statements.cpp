// SPDX-License-Identifier: BSL-1.0

// The statements of the PostgreSQL store: what engines that spread tables by organization take
// (docs/scale.md), and what READ COMMITTED does to those that are written otherwise.
//
// Plan
//   no statement and no table is outside that subset; one that is would be seen       -> subset
//   unique keys begin with the organization where there is one                         -> keys
//   a check that holds no lock lets through what is being taken away                   -> not_held
//   parts of one statement are not all or nothing by themselves                        -> ungated
//   of two changes of a row in one statement only one is kept                          -> twice

#include "membership/store/postgres_store.hpp"
#include "support/postgres_cluster.hpp"

#include <boost/test/unit_test.hpp>

#include <cctype>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <regex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(postgres_statements)

using namespace membership;

namespace {

/// What keeps a statement from being run elsewhere; empty where nothing does.
std::string outside(const std::string& statement) {
  std::string upper;
  for (const char c : statement) {
    upper += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  for (const char* const word :
       {"ADVISORY",    "TRIGGER",     "LISTEN",     "NOTIFY",   "SERIAL",     "NEXTVAL",
        "SEQUENCE",    "GENERATED",   "LOCK TABLE", "TRUNCATE", "CTID",       "XMIN",
        "ON CONFLICT", "RETURNING *", "LATERAL",    "FUNCTION", "REFERENCES", "EXCLUDE",
        "INHERITS",    "NOW()",       "RANDOM()"}) {
    if (upper.find(word) != std::string::npos) return word;
  }
  return {};
}

std::vector<std::string> all_statements() {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < detail::sql_count; ++i) {
    for (const auto form : {detail::PostgresForm::plain, detail::PostgresForm::gated}) {
      texts.push_back(detail::postgres_text(static_cast<detail::Sql>(i), form));
    }
  }
  for (const char* const migration : detail::postgres_migrations) texts.emplace_back(migration);
  return texts;
}

membership_tests::PostgresCluster& cluster() {
  static membership_tests::PostgresCluster cluster;
  return cluster;
}

/// Two sessions on a table of pairs.
struct Sessions {
  detail::PostgresConnection one{cluster().target(), "public"};
  detail::PostgresConnection other{cluster().target(), "public"};

  Sessions() {
    run(one, "DROP TABLE IF EXISTS users, organizations, members;"
             "CREATE TABLE users (id TEXT PRIMARY KEY, revision BIGINT);"
             "CREATE TABLE organizations (id TEXT PRIMARY KEY, revision BIGINT);"
             "CREATE TABLE members (id TEXT PRIMARY KEY, user_id TEXT, revision BIGINT);"
             "INSERT INTO users VALUES ('ada', 1); INSERT INTO organizations VALUES ('acme', 1)");
  }
  static void run(detail::PostgresConnection& session, const std::string& text) {
    const bool good = session.execute(text);
    BOOST_REQUIRE_MESSAGE(good, text << ": " << session.take_failure().message);
  }
  std::int64_t number(const std::string& text) { return one.number(text).value(); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(subset) {
  for (const std::string& statement : all_statements()) {
    BOOST_TEST(!statement.empty());
    BOOST_TEST(outside(statement) == "", statement);
    BOOST_TEST(statement.find('?') == std::string::npos, statement);
  }
  BOOST_TEST(outside("select pg_advisory_lock(1)") != "");
  BOOST_TEST(outside("INSERT INTO events (place) VALUES (nextval('places'))") != "");
}

BOOST_AUTO_TEST_CASE(keys) {
  const std::string schema = detail::postgres_migrations[0];
  // Of tables that belong to organizations, also the keys of their unique indexes.
  for (const std::string table : {"memberships", "roles", "invitations", "events"}) {
    const std::regex unique("CREATE UNIQUE INDEX \\w+ ON " + table + " \\(([^)]*)\\)");
    const std::regex primary("CREATE TABLE " + table + " \\([^;]*PRIMARY KEY \\(([^)]*)\\)");
    std::size_t found = 0;
    for (const std::regex& key : {unique, primary}) {
      for (std::sregex_iterator at(schema.begin(), schema.end(), key), end; at != end; ++at) {
        BOOST_TEST((*at)[1].str().substr(0, 15) == "organization_id", (*at)[0].str());
        ++found;
      }
    }
    BOOST_TEST(found > 0u, table);
  }
}

BOOST_AUTO_TEST_CASE(not_held) {
  Sessions sessions;
  const std::string insert = "INSERT INTO members SELECT 'm', id, 1 FROM users WHERE id = 'ada'"
                             " AND revision = 1";
  // Somebody takes the user away and has not committed; a check without a lock does not wait.
  Sessions::run(sessions.one, "BEGIN; DELETE FROM users WHERE id = 'ada'");
  Sessions::run(sessions.other, insert);
  Sessions::run(sessions.one, "COMMIT");
  BOOST_TEST(sessions.number("SELECT count(*) FROM members WHERE NOT EXISTS (SELECT 1 FROM users"
                             " WHERE users.id = members.user_id)") == 1);
  // With the lock it waits, and would wait forever.
  Sessions::run(sessions.one, "DELETE FROM members; INSERT INTO users VALUES ('ada', 1)");
  Sessions::run(sessions.one, "BEGIN; DELETE FROM users WHERE id = 'ada'");
  BOOST_TEST(!sessions.other.execute("SET lock_timeout = 200; " + insert + " FOR SHARE"));
  BOOST_TEST(sessions.other.take_failure().code == "55P03");
  Sessions::run(sessions.one, "COMMIT");
  BOOST_TEST(sessions.number("SELECT count(*) FROM members") == 0);
}

BOOST_AUTO_TEST_CASE(ungated) {
  Sessions sessions;
  Sessions::run(sessions.one,
                "WITH organization AS (UPDATE organizations SET revision = 2 WHERE id = 'acme'"
                " AND revision = 1 RETURNING 1) UPDATE members SET revision = 2 WHERE id = 'gone'");
  BOOST_TEST(sessions.number("SELECT revision FROM organizations") == 2);
  // Gated, the whole fails.
  BOOST_TEST(!sessions.one.execute(
      "UPDATE organizations SET revision = 3;"
      "WITH done AS (UPDATE members SET revision = 3 WHERE id = 'gone' RETURNING 1)"
      " SELECT 1 / count(*) FROM done"));
  BOOST_TEST(sessions.one.take_failure().code == "22012");
  BOOST_TEST(sessions.number("SELECT revision FROM organizations") == 2);
}

BOOST_AUTO_TEST_CASE(twice) {
  Sessions sessions;
  Sessions::run(sessions.one,
                "WITH first AS (UPDATE organizations SET revision = revision + 1 RETURNING 1)"
                " UPDATE organizations SET revision = revision + 1");
  BOOST_TEST(sessions.number("SELECT revision FROM organizations") == 2);
}

BOOST_AUTO_TEST_SUITE_END()
