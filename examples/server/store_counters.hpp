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
    if (result) {
      count_tries(result->tries);
    } else {
      count_failure(result.error());
    }
  }

  /// Counts a failure of a driver whose results tell no tries.
  template <class Failure>
  void count_failure(const Failure& failure) noexcept {
    count_tries(failure.tries);
    if (failure.kind == membership::FailureKind::contended) {
      given_up_.fetch_add(1, std::memory_order_relaxed);
    }
  }

  std::uint64_t retries() const noexcept { return retries_.load(std::memory_order_relaxed); }
  std::uint64_t given_up() const noexcept { return given_up_.load(std::memory_order_relaxed); }

 private:
  void count_tries(unsigned tries) noexcept {
    if (tries > 1) retries_.fetch_add(tries - 1, std::memory_order_relaxed);
  }

  std::atomic<std::uint64_t> retries_{0};
  std::atomic<std::uint64_t> given_up_{0};
};

}  // namespace membership_server

#endif
