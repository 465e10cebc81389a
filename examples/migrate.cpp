// SPDX-License-Identifier: BSL-1.0
/// Moves memberships out of a table that a server filled by "look, then insert", into a store of
/// the library: counts what is there, imports it, and compares both sides.
#include <membership/membership.hpp>
#include <membership/store/sqlite_store.hpp>

#include <sqlite3.h>

#include <cstdint>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

using namespace membership;

namespace {

// The old table, with what happened to such tables: Ada is in Acme twice, as two requests looked at
// the same moment; roles are spelled in several ways; what was removed was only marked.
constexpr const char* old_table = R"sql(
  CREATE TABLE members (id INTEGER PRIMARY KEY, user TEXT, team TEXT, role TEXT, state TEXT,
                        email TEXT, created INTEGER);
  INSERT INTO members (user, team, role, state, email, created) VALUES
    ('ada',  'acme', 'Admin',  'enabled',  NULL, 1700000000000),
    ('ada',  'acme', 'admin ', 'enabled',  NULL, 1700000000003),
    ('bob',  'acme', 'member', 'disabled', NULL, 1700000500000),
    ('cleo', 'acme', 'member', 'removed',  NULL, 1700000600000),
    ('cleo', 'acme', 'admin',  'enabled',  NULL, 1700000700000),
    ('bob',  'beta', 'Member', 'enabled',  NULL, 1700000800000),
    (NULL,   'beta', 'member', 'invited',  'dan@example.org', 1700000900000);
)sql";

// One row for each user and team. Enabled wins over disabled; the role is that of the newest row of
// the state that wins, the time of creation that of the oldest. What was removed is not moved.
constexpr const char* distinct_members = R"sql(
  SELECT user, team, max(state = 'enabled') AS active, min(created),
         (SELECT lower(trim(role)) FROM members AS one
           WHERE one.user = m.user AND one.team = m.team AND one.state IN ('enabled', 'disabled')
           ORDER BY one.state = 'enabled' DESC, one.id DESC LIMIT 1)
    FROM members AS m WHERE user IS NOT NULL AND state IN ('enabled', 'disabled')
   GROUP BY user, team ORDER BY min(created);
)sql";

/// The statement's rows, each shown to `visit`. Whether all went well.
template <class Visit>
bool for_each_row(sqlite3* old, const char* sql, Visit&& visit) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(old, sql, -1, &statement, nullptr) != SQLITE_OK) return false;
  int step = sqlite3_step(statement);
  bool good = true;
  for (; good && step == SQLITE_ROW; step = sqlite3_step(statement)) good = visit(statement);
  sqlite3_finalize(statement);
  return good && step == SQLITE_DONE;
}
std::string text(sqlite3_stmt* row, int column) {
  return reinterpret_cast<const char*>(sqlite3_column_text(row, column));
}
std::int64_t count(sqlite3* old, const char* sql) {
  std::int64_t counted = -1;
  for_each_row(old, sql, [&](sqlite3_stmt* row) {
    counted = sqlite3_column_int64(row, 0);
    return true;
  });
  return counted;
}

/// A member as the old table means it.
struct Member {
  UserId user;
  OrganizationId organization;
  Status status;
  Time created;
  std::string role;
};
std::optional<Member> member_of(sqlite3_stmt* row) {
  const auto user = UserId::make(text(row, 0));
  const auto organization = OrganizationId::make(text(row, 1));
  if (!user || !organization) return std::nullopt;
  return Member{*user, *organization,
                sqlite3_column_int(row, 2) != 0 ? Status::active : Status::inactive,
                Time::from_milliseconds(sqlite3_column_int64(row, 3)), text(row, 4)};
}

/// The time at which the old row was made.
struct ImportClock {
  Time at = Time::from_milliseconds(0);
  Time now() const { return at; }
};
using ImportRuntime = Runtime<ImportClock, UlidIds<DefaultTraits>>;

template <class Result>
bool is_there(const Result& made, ErrorCode already) {
  return made || (made.error().error && made.error().error->code == already);
}

/// What the store has of a member.
struct Found {
  std::optional<MembershipId> id{};
  Status status = Status::active;
  std::string role{};
};
std::optional<Found> find(const SqliteStore& store, const Member& member) {
  Found found;
  const auto shown = store.view(member.user, member.organization, [&](const MembershipRow& row) {
    found.id = row.membership.copy().id;
    found.status = row.membership.status;
    found.role = row.roles.slug(row.roles.highest(row.membership.roles));
  });
  return shown ? std::optional(found) : std::nullopt;
}

/// Brings one member over. Run again, it goes on where an earlier run stopped.
bool import_member(SqliteStore& store, const Member& member) {
  const MembershipPolicy<> policy;  // no guards: an old state may be one that they refuse
  ImportRuntime runtime;
  runtime.clock.at = member.created;
  const CreateUser user{.id = member.user};
  const CreateOrganization organization{.name = member.organization.view(),
                                        .id = member.organization};
  if (!is_there(execute(store, policy, user, runtime), ErrorCode::id_already_used)) return false;
  if (!is_there(execute(store, policy, organization, runtime), ErrorCode::id_already_used)) {
    return false;
  }
  auto found = find(store, member);
  if (!found) return false;
  if (!found->id) {
    const CreateMembership create{member.user, member.organization,
                                  RoleSelection::one(member.role)};
    const auto made = execute(store, policy, create, runtime);
    if (!made) return false;
    found->id = (*made).membership()->id;
  }
  if (found->status == member.status || member.status == Status::active) return true;
  return execute(store, policy, DeactivateMembership{*found->id}, runtime).has_value();
}

bool run(sqlite3* old, SqliteStore& store) {
  if (sqlite3_exec(old, old_table, nullptr, nullptr, nullptr) != SQLITE_OK) return false;

  std::cout << "rows: " << count(old, "SELECT count(*) FROM members")
            << ", of several for one pair: "
            << count(old, "SELECT count(*) FROM (SELECT 1 FROM members WHERE user IS NOT NULL "
                          "AND state <> 'removed' GROUP BY user, team HAVING count(*) > 1)")
            << ", invitations to send anew: "
            << count(old, "SELECT count(*) FROM members WHERE state = 'invited'") << '\n';

  const MembershipPolicy<> policy;
  if (!execute(store, policy, CreateRole{.slug = "admin", .name = "Administrator"})) return false;
  int imported = 0;
  for (int pass = 0; pass < 2; ++pass) {  // the second finds all of it done
    imported = 0;
    const bool good = for_each_row(old, distinct_members, [&](sqlite3_stmt* row) {
      const auto member = member_of(row);
      if (!member || !import_member(store, *member)) return false;
      ++imported;
      return true;
    });
    if (!good) return false;
  }
  std::cout << "imported: " << imported << '\n';

  // Both sides, member by member.
  int different = 0;
  const bool compared = for_each_row(old, distinct_members, [&](sqlite3_stmt* row) {
    const auto member = member_of(row);
    const auto found = member ? find(store, *member) : std::nullopt;
    if (!found) return false;
    const bool alike = found->id && found->status == member->status && found->role == member->role;
    if (!alike) ++different;
    return true;
  });
  std::cout << "different: " << different << '\n';

  // From now on a second row for a pair cannot come about.
  const CreateMembership again{*UserId::make("ada"), *OrganizationId::make("acme")};
  const auto refused = execute(store, policy, again);
  if (refused || !refused.error().error) return false;
  std::cout << "ada joins acme again: " << to_string(refused.error().error->code) << '\n';
  return compared && imported == 4 && different == 0;
}

}  // namespace

int main() {
  sqlite3* old = nullptr;
  const auto opened = SqliteStore::open(":memory:");
  const bool good = sqlite3_open(":memory:", &old) == SQLITE_OK && opened && run(old, **opened);
  sqlite3_close(old);
  return good ? 0 : 1;
}
