// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_POSTGRES_FAILURE_HPP
#define MEMBERSHIP_STORE_POSTGRES_FAILURE_HPP

#include <cstdint>
#include <string>
#include <string_view>

namespace membership::inline v0 {

/// How a PostgreSQL store fails.
enum class PostgresFault : std::uint8_t {
  cannot_connect,   ///< no server answers, or none of those named takes writes
  access_denied,    ///< a wrong password, no such database, no right to a table
  connection_lost,  ///< while reading; or, of a commit, found out: it was not carried out
  fate_unknown,     ///< a commit was interrupted and no server could be asked about it since
  read_only,        ///< the server takes no writes
  full,             ///< no room on the server's disk
  newer_schema,     ///< written by a later version of the library
  schema,           ///< a table or a column is missing
  corrupt,          ///< rows that this library does not write
  other,
};

/// The fault in words.
constexpr std::string_view to_string(PostgresFault fault) noexcept {
  switch (fault) {
    case PostgresFault::cannot_connect: return "cannot_connect";
    case PostgresFault::access_denied: return "access_denied";
    case PostgresFault::connection_lost: return "connection_lost";
    case PostgresFault::fate_unknown: return "fate_unknown";
    case PostgresFault::read_only: return "read_only";
    case PostgresFault::full: return "full";
    case PostgresFault::newer_schema: return "newer_schema";
    case PostgresFault::schema: return "schema";
    case PostgresFault::corrupt: return "corrupt";
    case PostgresFault::other: return "other";
  }
  return "";
}

/// A failure of a PostgreSQL store. But for `fate_unknown` nothing of the load or the commit that
/// it ended took place; `place_events` and `drop_events` may have done a part, and all of it with a
/// connection that was lost.
struct PostgresFailure {
  PostgresFault fault = PostgresFault::other;
  std::string code{};     ///< SQLSTATE; empty where the server said none
  std::string message{};  ///< the cause in words
};

namespace detail {

constexpr PostgresFault postgres_fault(std::string_view code) noexcept {
  const std::string_view group = code.substr(0, 2);
  if (code == "25006") return PostgresFault::read_only;
  if (code == "53100") return PostgresFault::full;
  if (code == "42501" || code == "3D000" || group == "28") return PostgresFault::access_denied;
  if (code == "42P01" || code == "42703" || code == "3F000") return PostgresFault::schema;
  if (group == "08" || code.substr(0, 3) == "57P") return PostgresFault::connection_lost;
  return PostgresFault::other;
}

/// Whether an error says that a precondition of a commit did not hold: a row that is not as it was
/// seen (the division by zero of `postgres_text`), a key that is there already, a serialization
/// failure, a deadlock.
constexpr bool is_conflict(std::string_view code) noexcept {
  return code == "22012" || code == "23505" || code == "40001" || code == "40P01";
}

/// Whether a server says that it does not know what became of a transaction.
constexpr bool leaves_open(std::string_view code) noexcept {
  return code == "40003" || code == "08007";
}

}  // namespace detail
}  // namespace membership::inline v0

#endif
