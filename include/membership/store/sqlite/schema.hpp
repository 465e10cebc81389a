// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_SQLITE_SCHEMA_HPP
#define MEMBERSHIP_STORE_SQLITE_SCHEMA_HPP

#include "membership/store/sqlite/connection.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace membership::inline v0 {
namespace detail {

/// Marks a file as one of this library: "mbrs".
inline constexpr std::int64_t sqlite_application_id = 0x6D627273;

/// What makes each version of the schema of the one before, each in one transaction. A version that
/// was released is never changed. Keys compare as bytes (BINARY, SQLite's default); what belongs to
/// no organization has the empty text for its id.
inline constexpr const char* sqlite_migrations[] = {
    // 1
    "CREATE TABLE environment ("
    " id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL,"
    " default_role TEXT NOT NULL, owner_role TEXT NOT NULL, multiple_roles INTEGER NOT NULL,"
    " seats_pending INTEGER NOT NULL, seats_inactive INTEGER NOT NULL, phase TEXT NOT NULL,"
    " generation INTEGER NOT NULL, next_owner_role TEXT NOT NULL,"
    " owner_generation INTEGER NOT NULL, role_order TEXT NOT NULL);"

    "CREATE TABLE organizations ("
    " id TEXT NOT NULL PRIMARY KEY, revision INTEGER NOT NULL, fenced_to INTEGER NOT NULL,"
    " active INTEGER NOT NULL, inactive INTEGER NOT NULL, pending INTEGER NOT NULL,"
    " owners INTEGER NOT NULL, seat_limit INTEGER, default_role TEXT NOT NULL,"
    " owner_role TEXT NOT NULL, phase TEXT NOT NULL, generation INTEGER NOT NULL,"
    " roles_revision INTEGER NOT NULL, role_order TEXT NOT NULL, marked INTEGER NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE INDEX organizations_marked ON organizations (id) WHERE marked = 1;"

    // Apart from the state, which every change inside the organization writes. What has no profile
    // has no times.
    "CREATE TABLE organization_profiles ("
    " id TEXT NOT NULL PRIMARY KEY, name TEXT, external_id TEXT, stripe_customer_id TEXT,"
    " created_at INTEGER, updated_at INTEGER, metadata TEXT NOT NULL,"
    " domains TEXT NOT NULL) WITHOUT ROWID;"

    "CREATE TABLE users ("
    " id TEXT NOT NULL PRIMARY KEY, revision INTEGER NOT NULL, phase TEXT NOT NULL,"
    " generation INTEGER NOT NULL, name TEXT, email TEXT, first_name TEXT, last_name TEXT,"
    " external_id TEXT, locale TEXT, created_at INTEGER, updated_at INTEGER,"
    " email_verified INTEGER NOT NULL, metadata TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX users_marked ON users (id) WHERE phase <> 'live';"

    "CREATE TABLE memberships ("
    " organization_id TEXT NOT NULL, id TEXT NOT NULL, user_id TEXT NOT NULL,"
    " roles TEXT NOT NULL, first_requested TEXT NOT NULL, status TEXT NOT NULL,"
    " created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, revision INTEGER NOT NULL,"
    " directory_managed INTEGER NOT NULL, PRIMARY KEY (organization_id, id)) WITHOUT ROWID;"
    "CREATE UNIQUE INDEX memberships_pair ON memberships (organization_id, user_id);"
    "CREATE UNIQUE INDEX memberships_id ON memberships (id);"
    "CREATE INDEX memberships_user ON memberships (user_id, id);"

    "CREATE TABLE roles ("
    " organization_id TEXT NOT NULL, place INTEGER NOT NULL, id TEXT NOT NULL,"
    " slug TEXT NOT NULL, phase TEXT NOT NULL, of_organizations INTEGER NOT NULL,"
    " only_unused INTEGER NOT NULL, replacement TEXT NOT NULL, generation INTEGER NOT NULL,"
    " permissions TEXT NOT NULL, name TEXT, description TEXT, resource_type_slug TEXT,"
    " created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,"
    " PRIMARY KEY (organization_id, place)) WITHOUT ROWID;"
    "CREATE UNIQUE INDEX roles_slug ON roles (organization_id, slug);"

    "CREATE TABLE permissions ("
    " place INTEGER PRIMARY KEY, id TEXT NOT NULL, slug TEXT NOT NULL UNIQUE,"
    " phase TEXT NOT NULL, system INTEGER NOT NULL, generation INTEGER NOT NULL, name TEXT,"
    " description TEXT, resource_type_slug TEXT, created_at INTEGER NOT NULL,"
    " updated_at INTEGER NOT NULL);"

    "CREATE TABLE invitations ("
    " organization_id TEXT NOT NULL, id TEXT NOT NULL, user_id TEXT NOT NULL,"
    " inviter_id TEXT NOT NULL, accepted_by TEXT NOT NULL, revision INTEGER NOT NULL,"
    " created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,"
    " ended_at INTEGER NOT NULL, sent_by TEXT NOT NULL, token TEXT NOT NULL, role TEXT NOT NULL,"
    " status TEXT NOT NULL, email TEXT NOT NULL, email_key TEXT NOT NULL, role_slug TEXT,"
    " PRIMARY KEY (organization_id, id)) WITHOUT ROWID;"
    "CREATE UNIQUE INDEX invitations_id ON invitations (id);"
    "CREATE UNIQUE INDEX invitations_token ON invitations (token);"
    "CREATE INDEX invitations_email ON invitations (email_key, id);"
    "CREATE INDEX invitations_open ON invitations (id) WHERE status = 'pending';"
    "CREATE UNIQUE INDEX invitations_address ON invitations (organization_id, email_key)"
    " WHERE status = 'pending';"
    "CREATE INDEX invitations_member ON invitations (user_id)"
    " WHERE status = 'pending' AND user_id <> '';"

    "CREATE TABLE claims ("
    " kind TEXT NOT NULL, key TEXT NOT NULL, user_id TEXT, organization_id TEXT,"
    " PRIMARY KEY (kind, key)) WITHOUT ROWID;"

    // The place in the log is never given twice, also when the log was emptied.
    "CREATE TABLE events ("
    " place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL,"
    " created_at INTEGER NOT NULL, organization_id TEXT NOT NULL, subject TEXT NOT NULL,"
    " revision INTEGER NOT NULL, payload TEXT NOT NULL);"
    "CREATE INDEX events_organization ON events (organization_id, place);"

    // Plans without an event, and events that were dropped from the last day of those dropped.
    "CREATE TABLE plans (id TEXT NOT NULL PRIMARY KEY, created_at INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX plans_time ON plans (created_at);",
    // 2
    "ALTER TABLE environment ADD COLUMN freed_revision INTEGER NOT NULL DEFAULT 0;",
};
inline constexpr std::int64_t sqlite_schema_version =
    static_cast<std::int64_t>(sizeof sqlite_migrations / sizeof sqlite_migrations[0]);

/// Brings a file to the schema of this library, one version after another; `fill` puts into a new
/// one what it begins with, in the transaction of its first version. False, with the failure in
/// the connection, where it cannot be; earlier versions stay then.
template <class Fill>
[[nodiscard]] bool migrate_sqlite(SqliteConnection& connection, Fill&& fill) {
  for (;;) {
    // Read under the lock: another process may do the same.
    if (!connection.begin()) return false;
    const auto application = connection.number("PRAGMA application_id");
    const auto version = connection.number("PRAGMA user_version");
    const auto tables = connection.number("SELECT count(*) FROM sqlite_schema");
    bool good = application && version && tables;
    const bool is_new = good && *tables == 0 && *version == 0 && *application == 0;
    if (good && !is_new && *application != sqlite_application_id) {
      connection.fail(SqliteFault::foreign, "the database is one of another application");
      good = false;
    }
    if (good && *version > sqlite_schema_version) {
      connection.fail(SqliteFault::newer_schema, "the database has schema version " +
                                                     std::to_string(*version) +
                                                     ", this library knows those up to " +
                                                     std::to_string(sqlite_schema_version));
      good = false;
    }
    const bool done = good && *version == sqlite_schema_version;
    if (good && !done) {
      const std::string numbers =
          "PRAGMA application_id = " + std::to_string(sqlite_application_id) +
          "; PRAGMA user_version = " + std::to_string(*version + 1);
      good = connection.execute(sqlite_migrations[static_cast<std::size_t>(*version)]) &&
             connection.execute(numbers.c_str()) && (*version > 0 || fill());
    }
    if (!good || !connection.commit()) {
      connection.roll_back();
      return false;
    }
    if (done) return true;
  }
}

}  // namespace detail
}  // namespace membership::inline v0

#endif
