// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_POSTGRES_OPTIONS_HPP
#define MEMBERSHIP_STORE_POSTGRES_OPTIONS_HPP

#include "membership/domain/time.hpp"

#include <string>

namespace membership::inline v0 {

/// How a PostgreSQL store reaches its environment.
struct PostgresStoreOptions {
  /// Where the server is, as libpq's connection strings say it.
  std::string target{};
  std::string schema = "membership";  ///< of the environment's tables; made where it is not there
  /// How long an interrupted commit's fate is asked for while no server answers. The awaited store
  /// looks at it between two askings; each waits for a free connection, and as long as TCP does.
  int patience_milliseconds = 30'000;
  /// Puts a commit between `BEGIN` and `COMMIT`, in the same round trip: for engines that make one
  /// transaction of several statements only so (Citus). A conflict is a round trip more then.
  bool explicit_transactions = false;
  /// When the environment of a new schema, and so its first role, was made.
  Time created_at = Time::from_milliseconds(0);
};

}  // namespace membership::inline v0

#endif
