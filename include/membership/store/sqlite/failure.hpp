// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_SQLITE_FAILURE_HPP
#define MEMBERSHIP_STORE_SQLITE_FAILURE_HPP

#include <sqlite3.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>

namespace membership::inline v0 {

/// How a SQLite store fails.
enum class SqliteFault : std::uint8_t {
  busy,            ///< another process kept the file locked for longer than the store waits
  full,            ///< no room on the disk
  read_only,       ///< the file or its folder may not be written
  cannot_open,     ///< no such folder, no permission, not a file
  not_a_database,  ///< the file is none of SQLite's
  foreign,         ///< a database of another application
  newer_schema,    ///< written by a later version of the library
  corrupt,         ///< damaged, or rows that this library does not write
  input_output,    ///< the system could not read or write
  schema,          ///< a table or a column is missing
  out_of_memory,
  other,
};

/// The fault in words.
constexpr std::string_view to_string(SqliteFault fault) noexcept {
  switch (fault) {
    case SqliteFault::busy: return "busy";
    case SqliteFault::full: return "full";
    case SqliteFault::read_only: return "read_only";
    case SqliteFault::cannot_open: return "cannot_open";
    case SqliteFault::not_a_database: return "not_a_database";
    case SqliteFault::foreign: return "foreign";
    case SqliteFault::newer_schema: return "newer_schema";
    case SqliteFault::corrupt: return "corrupt";
    case SqliteFault::input_output: return "input_output";
    case SqliteFault::schema: return "schema";
    case SqliteFault::out_of_memory: return "out_of_memory";
    case SqliteFault::other: return "other";
  }
  return "";
}

/// A failure of a SQLite store: nothing of the commit or the load that it ended took place. Of a
/// commit that failed with `input_output` while it was being made durable the system may know
/// better after a crash: `was_committed` tells.
struct SqliteFailure {
  SqliteFault fault = SqliteFault::other;
  int code = 0;           ///< SQLite's extended result code; 0 where the store itself refuses
  std::string message{};  ///< the cause in words
};

namespace detail {

/// `system_error` is the `errno` that the failed call left.
constexpr SqliteFault sqlite_fault(int code, int system_error) noexcept {
  if (code == SQLITE_IOERR_NOMEM) return SqliteFault::out_of_memory;
  switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return SqliteFault::busy;
    case SQLITE_FULL: return SqliteFault::full;
    case SQLITE_READONLY: return SqliteFault::read_only;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH: return SqliteFault::cannot_open;
    case SQLITE_NOTADB: return SqliteFault::not_a_database;
    case SQLITE_CORRUPT: return SqliteFault::corrupt;
    case SQLITE_IOERR:
      // SQLite knows only one of the ways in which there may be no room.
      return system_error == EFBIG || system_error == EDQUOT || system_error == ENOSPC
                 ? SqliteFault::full
                 : SqliteFault::input_output;
    case SQLITE_ERROR:
    case SQLITE_SCHEMA: return SqliteFault::schema;
    case SQLITE_NOMEM: return SqliteFault::out_of_memory;
    default: return SqliteFault::other;
  }
}

inline SqliteFailure sqlite_failure(sqlite3* database, int code, std::string_view doing) {
  const int system_error = errno;  // SQLite does not always keep it
  SqliteFailure failure;
  failure.code = database == nullptr ? code : sqlite3_extended_errcode(database);
  failure.fault = sqlite_fault(failure.code, system_error);
  failure.message = doing;
  failure.message += ": ";
  failure.message += database == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database);
  return failure;
}

}  // namespace detail
}  // namespace membership::inline v0

#endif
