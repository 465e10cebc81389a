// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_POSTGRES_TRIES_HPP
#define MEMBERSHIP_STORE_POSTGRES_TRIES_HPP

#include "membership/store/postgres/failure.hpp"

namespace membership::inline v0 {
namespace detail {

/// How often what only reads, places or drops is tried again.
class PostgresTries {
 public:
  /// After a failure, whose connection is given back.
  bool again(const PostgresFailure& failure) noexcept {
    pause_ = is_conflict(failure.code) ? 1 + conflicts_ / 10 : 0;
    if (pause_ > 0) return ++conflicts_ < most_conflicts;
    return failure.fault == PostgresFault::connection_lost && ++losses_ < most_losses;
  }
  /// Milliseconds to wait before that: where others have to come to their end.
  int pause() const noexcept { return pause_; }

 private:
  static constexpr int most_conflicts = 100;
  static constexpr int most_losses = 2;
  int conflicts_ = 0;
  int losses_ = 0;
  int pause_ = 0;
};

}  // namespace detail
}  // namespace membership::inline v0

#endif
