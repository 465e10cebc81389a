// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_POSTGRES_TRIES_HPP
#define MEMBERSHIP_STORE_POSTGRES_TRIES_HPP

#include "membership/store/postgres/failure.hpp"

namespace membership {
inline namespace v0 {
namespace detail {

/// How often what only reads or places is tried again.
class PostgresTries {
 public:
  /// After a failure, whose connection is given back.
  bool again(const PostgresFailure& failure) noexcept {
    if (is_conflict(failure.code)) return ++conflicts_ < most_conflicts;
    return failure.fault == PostgresFault::connection_lost && ++losses_ < most_losses;
  }
  int conflicts() const noexcept { return conflicts_; }

 private:
  static constexpr int most_conflicts = 100;
  static constexpr int most_losses = 2;
  int conflicts_ = 0;
  int losses_ = 0;
};

}  // namespace detail
}  // namespace v0
}  // namespace membership

#endif
