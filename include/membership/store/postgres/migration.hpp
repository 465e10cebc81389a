// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_POSTGRES_MIGRATION_HPP
#define MEMBERSHIP_STORE_POSTGRES_MIGRATION_HPP

#include "membership/store/postgres/connection.hpp"
#include "membership/store/postgres/options.hpp"
#include "membership/store/postgres/schema.hpp"
#include "membership/store/sql/plan_writer.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace membership::inline v0 {
namespace detail {

/// Writes what a new environment begins with.
template <class T>
bool fill_postgres(PostgresConnection& connection, const PostgresStoreOptions& options,
                   const typename T::RoleId& member_role) {
  return connection.begin_batch() &&
         begin_environment(connection, member_role, options.created_at) &&
         connection.end_batch() == PostgresConnection::BatchEnd::done;
}

/// Brings a schema to this version of the library; makes it where it is not there. False where that
/// failed, or the schema is of a later version.
template <class T>
bool migrate_postgres(PostgresConnection& connection, const PostgresStoreOptions& options,
                      const typename T::RoleId& member_role) {
  const std::string schema = connection.quoted(options.schema);
  // Others may begin at the same time: what they have made is there.
  const std::string begin =
      "CREATE SCHEMA IF NOT EXISTS " + schema + "; CREATE TABLE IF NOT EXISTS " + schema +
      ".schema_version (id BIGINT PRIMARY KEY, version BIGINT NOT NULL); INSERT INTO " + schema +
      ".schema_version VALUES (1, 0) ON CONFLICT DO NOTHING";
  for (int attempt = 0; !connection.execute(begin); ++attempt) {
    const std::string_view code = connection.code();
    if (attempt == 10 || (code != "23505" && code != "42P07" && code != "42P06")) return false;
    static_cast<void>(connection.take_failure());
  }
  for (;;) {
    if (!connection.execute("BEGIN")) return false;
    const auto version =
        connection.number("SELECT version FROM schema_version WHERE id = 1 FOR UPDATE");
    if (!version) return false;
    if (*version > postgres_schema_version) {
      connection.fail(PostgresFault::newer_schema, {},
                      "the schema has version " + std::to_string(*version) +
                          ", this library knows those up to " +
                          std::to_string(postgres_schema_version));
      return false;
    }
    if (*version == postgres_schema_version) return connection.execute("ROLLBACK");
    const bool good =
        connection.execute(postgres_migrations[static_cast<std::size_t>(*version)]) &&
        (*version > 0 || fill_postgres<T>(connection, options, member_role)) &&
        connection.execute("UPDATE schema_version SET version = version + 1 WHERE id = 1") &&
        connection.execute("COMMIT");
    if (!good) return false;
  }
}

}  // namespace detail
}  // namespace membership::inline v0

#endif
