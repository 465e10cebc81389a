// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_POSTGRES_SCHEMA_HPP
#define MEMBERSHIP_STORE_POSTGRES_SCHEMA_HPP

#include "membership/store/sql/statements.hpp"

#include <cstdint>
#include <string>

namespace membership::inline v0 {
namespace detail {

/// The tables, each version of the schema after the one before. Texts compare as bytes. What
/// belongs to an organization has it first in its key and in every unique key, so that the tables
/// can be spread by organization (docs/scale.md); other indexes are not unique. What belongs to no
/// organization has the empty text for its id.
inline constexpr const char* postgres_migrations[] = {
    // 1
    "CREATE TABLE environment ("
    " id BIGINT PRIMARY KEY, revision BIGINT NOT NULL, default_role TEXT NOT NULL,"
    " owner_role TEXT NOT NULL, multiple_roles BIGINT NOT NULL, seats_pending BIGINT NOT NULL,"
    " seats_inactive BIGINT NOT NULL, phase TEXT NOT NULL, generation BIGINT NOT NULL,"
    " next_owner_role TEXT NOT NULL, owner_generation BIGINT NOT NULL, role_order TEXT NOT NULL);"

    "CREATE TABLE organizations ("
    " id TEXT COLLATE \"C\" PRIMARY KEY, revision BIGINT NOT NULL, fenced_to BIGINT NOT NULL,"
    " active BIGINT NOT NULL, inactive BIGINT NOT NULL, pending BIGINT NOT NULL,"
    " owners BIGINT NOT NULL, seat_limit BIGINT, default_role TEXT NOT NULL,"
    " owner_role TEXT NOT NULL, phase TEXT NOT NULL, generation BIGINT NOT NULL,"
    " roles_revision BIGINT NOT NULL, role_order TEXT NOT NULL, marked BIGINT NOT NULL)"
    " WITH (fillfactor = 70);"
    "CREATE INDEX organizations_marked ON organizations (id) WHERE marked = 1;"

    "CREATE TABLE organization_profiles ("
    " id TEXT COLLATE \"C\" PRIMARY KEY, name TEXT, external_id TEXT, stripe_customer_id TEXT,"
    " created_at BIGINT, updated_at BIGINT, metadata TEXT NOT NULL, domains TEXT NOT NULL);"

    "CREATE TABLE users ("
    " id TEXT COLLATE \"C\" PRIMARY KEY, revision BIGINT NOT NULL, phase TEXT NOT NULL,"
    " generation BIGINT NOT NULL, name TEXT, email TEXT, first_name TEXT, last_name TEXT,"
    " external_id TEXT, locale TEXT, created_at BIGINT, updated_at BIGINT,"
    " email_verified BIGINT NOT NULL, metadata TEXT NOT NULL);"
    "CREATE INDEX users_marked ON users (id) WHERE phase <> 'live';"

    "CREATE TABLE memberships ("
    " organization_id TEXT COLLATE \"C\" NOT NULL, id TEXT COLLATE \"C\" NOT NULL,"
    " user_id TEXT COLLATE \"C\" NOT NULL, roles TEXT NOT NULL, first_requested TEXT NOT NULL,"
    " status TEXT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,"
    " revision BIGINT NOT NULL, directory_managed BIGINT NOT NULL,"
    " PRIMARY KEY (organization_id, id));"
    "CREATE UNIQUE INDEX memberships_pair ON memberships (organization_id, user_id);"
    "CREATE INDEX memberships_id ON memberships (id);"
    "CREATE INDEX memberships_user ON memberships (user_id, id);"

    "CREATE TABLE roles ("
    " organization_id TEXT COLLATE \"C\" NOT NULL, place BIGINT NOT NULL, id TEXT NOT NULL,"
    " slug TEXT NOT NULL, phase TEXT NOT NULL, of_organizations BIGINT NOT NULL,"
    " only_unused BIGINT NOT NULL, replacement TEXT NOT NULL, generation BIGINT NOT NULL,"
    " permissions TEXT NOT NULL, name TEXT, description TEXT, resource_type_slug TEXT,"
    " created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,"
    " PRIMARY KEY (organization_id, place));"
    "CREATE UNIQUE INDEX roles_slug ON roles (organization_id, slug);"

    "CREATE TABLE permissions ("
    " place BIGINT PRIMARY KEY, id TEXT NOT NULL, slug TEXT NOT NULL UNIQUE,"
    " phase TEXT NOT NULL, system BIGINT NOT NULL, generation BIGINT NOT NULL, name TEXT,"
    " description TEXT, resource_type_slug TEXT, created_at BIGINT NOT NULL,"
    " updated_at BIGINT NOT NULL);"

    "CREATE TABLE invitations ("
    " organization_id TEXT COLLATE \"C\" NOT NULL, id TEXT COLLATE \"C\" NOT NULL,"
    " user_id TEXT COLLATE \"C\" NOT NULL, inviter_id TEXT NOT NULL, accepted_by TEXT NOT NULL,"
    " revision BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,"
    " expires_at BIGINT NOT NULL, ended_at BIGINT NOT NULL, sent_by TEXT NOT NULL,"
    " token TEXT COLLATE \"C\" NOT NULL, role TEXT NOT NULL, status TEXT NOT NULL,"
    " email TEXT NOT NULL, email_key TEXT COLLATE \"C\" NOT NULL, role_slug TEXT,"
    " PRIMARY KEY (organization_id, id));"
    "CREATE INDEX invitations_id ON invitations (id);"
    "CREATE INDEX invitations_token ON invitations (token);"
    "CREATE UNIQUE INDEX invitations_own_token ON invitations (organization_id, token);"
    "CREATE INDEX invitations_email ON invitations (email_key, id);"
    "CREATE INDEX invitations_open ON invitations (id) WHERE status = 'pending';"
    "CREATE UNIQUE INDEX invitations_address ON invitations (organization_id, email_key)"
    " WHERE status = 'pending';"
    "CREATE INDEX invitations_member ON invitations (user_id)"
    " WHERE status = 'pending' AND user_id <> '';"

    "CREATE TABLE claims ("
    " kind TEXT COLLATE \"C\" NOT NULL, key TEXT COLLATE \"C\" NOT NULL, user_id TEXT,"
    " organization_id TEXT, PRIMARY KEY (kind, key));"

    // An event has its place in the log when it was placed (docs/explanation/concurrency.md, rule
    // 9).
    "CREATE TABLE events ("
    " organization_id TEXT COLLATE \"C\" NOT NULL, subject TEXT COLLATE \"C\" NOT NULL, id TEXT "
    "COLLATE \"C\" NOT NULL,"
    " type TEXT NOT NULL, created_at BIGINT NOT NULL, revision BIGINT NOT NULL,"
    " payload TEXT NOT NULL, place BIGINT, PRIMARY KEY (organization_id, id));"
    "CREATE INDEX events_id ON events (id);"
    "CREATE INDEX events_place ON events (place);"
    "CREATE INDEX events_organization ON events (organization_id, place);"
    "CREATE INDEX events_unplaced ON events (organization_id, subject, revision, id)"
    " WHERE place IS NULL;"
    "CREATE TABLE event_log (id BIGINT PRIMARY KEY, head BIGINT NOT NULL);"
    "INSERT INTO event_log VALUES (1, 0);"

    // Every plan that was carried out, and those that must never be (0).
    "CREATE TABLE plans ("
    " id TEXT COLLATE \"C\" PRIMARY KEY, created_at BIGINT NOT NULL, carried_out BIGINT NOT NULL);"
    "CREATE INDEX plans_time ON plans (created_at);",
    // 2
    "ALTER TABLE environment ADD COLUMN freed_revision BIGINT NOT NULL DEFAULT 0;",
};
inline constexpr std::int64_t postgres_schema_version =
    static_cast<std::int64_t>(sizeof postgres_migrations / sizeof postgres_migrations[0]);

/// How a statement is sent.
enum class PostgresForm : std::uint8_t {
  plain,
  gated,  ///< an error (a division by zero) unless it changes or shows exactly one row
};

/// A statement as PostgreSQL takes it: parameters are `$1`, and what is compared is locked until
/// the commit is done.
inline std::string postgres_text(Sql statement, PostgresForm form) {
  std::string text;
  switch (statement) {
    case Sql::compare_environment:
    case Sql::compare_freed_revision:
    case Sql::compare_user: text = sql_text(statement) + " FOR SHARE"; break;
    case Sql::plan: text = "SELECT carried_out FROM plans WHERE id = ?1"; break;
    case Sql::insert_plan:
      text = "INSERT INTO plans (id, created_at, carried_out) VALUES (?1, ?2, 1)";
      break;
    case Sql::void_plan:
      text = "INSERT INTO plans (id, created_at, carried_out) VALUES (?1, ?2, 0)";
      break;
    default: text = sql_text(statement); break;
  }
  for (char& c : text) {
    if (c == '?') c = '$';
  }
  if (form == PostgresForm::plain) return text;
  const bool shows = text.starts_with("SELECT");
  return "WITH done AS (" + text + (shows ? "" : " RETURNING 1") +
         ") SELECT 1 / count(*) FROM done";
}

}  // namespace detail
}  // namespace membership::inline v0

#endif
