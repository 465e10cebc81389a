// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_SERVER_STORE_COUNTERS_HPP
#define MEMBERSHIP_SERVER_STORE_COUNTERS_HPP

#include "membership/driver/execute.hpp"

#include <atomic>
#include <cstdint>

namespace membership_server {

/// How often commands met others in the store. Each conflict is followed by another try or by
/// giving up.
class StoreCounters {
 public:
  /// Counts what a driver came to: a receipt or a failure.
  template <class Result>
  void count(const Result& result) noexcept {
    const unsigned tries = result ? result->tries : result.error().tries;
    if (tries > 1) retries_.fetch_add(tries - 1, std::memory_order_relaxed);
    if (!result && result.error().kind == membership::FailureKind::contended) {
      given_up_.fetch_add(1, std::memory_order_relaxed);
    }
  }

  std::uint64_t retries() const noexcept { return retries_.load(std::memory_order_relaxed); }
  std::uint64_t given_up() const noexcept { return given_up_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> retries_{0};
  std::atomic<std::uint64_t> given_up_{0};
};

}  // namespace membership_server

#endif
