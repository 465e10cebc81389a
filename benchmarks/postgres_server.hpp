// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_BENCHMARKS_POSTGRES_SERVER_HPP
#define MEMBERSHIP_BENCHMARKS_POSTGRES_SERVER_HPP

#include "support/postgres_cluster.hpp"

#include <exception>
#include <memory>
#include <stdexcept>
#include <string>

namespace benchmarks {

/// A server of a benchmark's own. It does not wait for its disk, which would hide all the rest, and
/// tidies up only when it is told to.
inline std::unique_ptr<membership_tests::PostgresCluster> start_postgres() try {
  return std::make_unique<membership_tests::PostgresCluster>(
      "fsync = off\nautovacuum = off\nshared_buffers = 256MB\n");
} catch (const std::exception& error) {
  throw std::runtime_error(std::string("no PostgreSQL server could be started: ") + error.what());
}

}  // namespace benchmarks

#endif
