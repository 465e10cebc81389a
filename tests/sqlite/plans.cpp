// SPDX-License-Identifier: BSL-1.0

// How SQLite carries the statements of a store out.
//
// Plan
//   every statement goes by an index: no table is scanned, nothing sorted          -> by_index
//   those that a wider index could serve, at a cost, go by their own               -> by_its_own
//   the test would see it where one did not                                         -> is_seen

#include "membership/store/sqlite_store.hpp"

#include <boost/test/unit_test.hpp>
#include <sqlite3.h>

#include <cstddef>
#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(sqlite_plans)

using namespace membership;

namespace {

/// A database with the tables of a store, and what SQLite says of a statement.
class Database {
 public:
  Database() {
    BOOST_REQUIRE(sqlite3_open(":memory:", &database_) == SQLITE_OK);
    for (const char* const migration : detail::sqlite_migrations) {
      BOOST_REQUIRE(sqlite3_exec(database_, migration, nullptr, nullptr, nullptr) == SQLITE_OK);
    }
  }
  ~Database() { sqlite3_close(database_); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  std::string plan_of(const std::string& statement) const {
    sqlite3_stmt* explained = nullptr;
    const int code = sqlite3_prepare_v2(database_, ("EXPLAIN QUERY PLAN " + statement).c_str(), -1,
                                        &explained, nullptr);
    BOOST_REQUIRE_MESSAGE(code == SQLITE_OK, statement << ": " << sqlite3_errmsg(database_));
    std::string plan;
    while (sqlite3_step(explained) == SQLITE_ROW) {
      plan += reinterpret_cast<const char*>(sqlite3_column_text(explained, 3));
      plan += '\n';
    }
    sqlite3_finalize(explained);
    return plan;
  }

 private:
  sqlite3* database_ = nullptr;
};

bool goes_by_index(std::string_view plan) {
  return plan.find("SCAN") == std::string_view::npos &&
         plan.find("TEMP B-TREE") == std::string_view::npos &&
         plan.find("AUTOMATIC") == std::string_view::npos;
}

}  // namespace

BOOST_AUTO_TEST_CASE(by_index) {
  const Database database;
  std::size_t searched = 0;
  for (std::size_t i = 0; i < detail::sql_count; ++i) {
    const std::string statement = detail::sql_text(static_cast<detail::Sql>(i));
    BOOST_REQUIRE(!statement.empty());
    const std::string plan = database.plan_of(statement);
    BOOST_TEST(goes_by_index(plan), statement << "\n" << plan);
    if (!plan.empty()) ++searched;
  }
  BOOST_TEST(searched > 60u);
}

BOOST_AUTO_TEST_CASE(by_its_own) {
  using detail::Sql;
  const Database database;
  const struct {
    Sql statement;
    const char* index;
  } expected[] = {
      {Sql::member_invitation, "invitations_member (user_id=? AND organization_id=?)"},
      {Sql::open_invitation, "invitations_address (organization_id=? AND email_key=?)"},
      {Sql::memberships_of_organization,
       "m USING PRIMARY KEY (organization_id=? AND id>? AND id<?)"},
      {Sql::memberships_of_user, "memberships_user (user_id=? AND id>? AND id<?)"},
      {Sql::marked_organizations, "organizations_marked (id>? AND id<?)"},
      {Sql::users_of_organization,
       "memberships_pair (organization_id=? AND user_id>? AND user_id<?)"},
      {Sql::marked_users, "users_marked (id>? AND id<?)"},
      {Sql::invitations_of_organization,
       "i USING PRIMARY KEY (organization_id=? AND id>? AND id<?)"},
      {Sql::invitations_of_email, "invitations_email (email_key=? AND id>? AND id<?)"},
      {Sql::open_invitations, "invitations_open (id>? AND id<?)"},
      {Sql::events_of_organization,
       "events_organization (organization_id=? AND place>? AND place<?)"},
      {Sql::plan_of_event, "(id>? AND id<?)"},
      {Sql::plan, "plans USING PRIMARY KEY (id>? AND id<?)"},
      {Sql::delete_plans, "plans_time (created_at<?)"},
  };
  for (const auto& [statement, index] : expected) {
    const std::string plan = database.plan_of(detail::sql_text(statement));
    BOOST_TEST(plan.find(index) != std::string::npos, index << " not in\n" << plan);
  }
}

BOOST_AUTO_TEST_CASE(is_seen) {
  const Database database;
  BOOST_TEST(!goes_by_index(database.plan_of("SELECT id FROM memberships WHERE status = ?1")));
  BOOST_TEST(!goes_by_index(
      database.plan_of("SELECT id FROM memberships WHERE organization_id = ?1 ORDER BY roles")));
}

BOOST_AUTO_TEST_SUITE_END()
