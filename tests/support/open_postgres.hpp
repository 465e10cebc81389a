// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_SUPPORT_OPEN_POSTGRES_HPP
#define MEMBERSHIP_TESTS_SUPPORT_OPEN_POSTGRES_HPP

#include "membership/store/postgres_store.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace membership_tests {

/// A store that opens, or the test fails.
inline std::unique_ptr<membership::PostgresStore>
open_postgres(const membership::PostgresStoreOptions& options) {
  auto opened = membership::PostgresStore::open(options);
  if (!opened) throw std::runtime_error(opened.error().message);
  return std::move(*opened);
}
inline std::unique_ptr<membership::PostgresStore>
open_postgres(const std::string& target, const std::string& schema = "membership") {
  membership::PostgresStoreOptions options;
  options.target = target;
  options.schema = schema;
  return open_postgres(options);
}

}  // namespace membership_tests

#endif
