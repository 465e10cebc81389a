// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_FAKE_CLOCK_HPP
#define MEMBERSHIP_TESTING_FAKE_CLOCK_HPP

#include "membership/domain/time.hpp"

#include <cstdint>
#include <vector>

namespace membership::inline v0 {
namespace testing {

/// A clock that stands still until it is told otherwise. A `Clock` for `Runtime`.
class FakeClock {
 public:
  /// Stands at 2026-01-15T12:00:00.000Z.
  constexpr FakeClock() noexcept = default;
  explicit constexpr FakeClock(Time at) noexcept : now_(at) {}

  /// Returns the time that was set, moved by every `advance` since.
  constexpr Time now() const noexcept { return now_; }
  /// Stands at `at` from now on; this may be earlier than before.
  constexpr void set(Time at) noexcept { now_ = at; }
  /// Moves on by so many milliseconds; a negative number moves back.
  constexpr void advance(std::int64_t milliseconds) noexcept {
    now_ = Time::from_milliseconds(now_.milliseconds() + milliseconds);
  }

 private:
  Time now_ = Time::from_milliseconds(1'768'478'400'000);
};

/// A wait that does not wait: a sleep moves its time on at once and is recorded. A `Wait` for
/// `Runtime`.
class FakeWait {
 public:
  /// Returns the microseconds of all pauses and of `pass`.
  std::int64_t elapsed() const noexcept { return elapsed_; }
  /// Records a pause. May throw std::bad_alloc.
  void sleep(std::int64_t microseconds) {
    pauses_.push_back(microseconds);
    elapsed_ += microseconds;
  }
  /// Lets time pass without a pause, as a slow store would.
  void pass(std::int64_t microseconds) noexcept { elapsed_ += microseconds; }

  /// Returns the pauses so far, in their order, in microseconds.
  const std::vector<std::int64_t>& pauses() const noexcept { return pauses_; }

 private:
  std::vector<std::int64_t> pauses_;
  std::int64_t elapsed_ = 0;
};

}  // namespace testing
}  // namespace membership::inline v0

#endif
