// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DRIVER_CLOCK_HPP
#define MEMBERSHIP_DRIVER_CLOCK_HPP

#include "membership/domain/time.hpp"

#include <concepts>
#include <cstdint>
#include <time.h>

namespace membership::inline v0 {

/// A source of the time of decisions.
template <class C>
concept Clock = requires(C& clock) {
  { clock.now() } -> std::same_as<Time>;
};

/// The system's clock.
struct SystemClock {
  Time now() const noexcept {
    timespec at{};
    static_cast<void>(clock_gettime(CLOCK_REALTIME, &at));
    return Time::from_milliseconds(static_cast<std::int64_t>(at.tv_sec) * 1000 +
                                   at.tv_nsec / 1'000'000);
  }
};

/// How a driver waits between tries: time that passes, in microseconds from any beginning, and
/// sleeping.
template <class W>
concept Wait = requires(W& wait, std::int64_t microseconds) {
  { wait.elapsed() } -> std::same_as<std::int64_t>;
  { wait.sleep(microseconds) } -> std::same_as<void>;
};

/// Sleeps for real.
struct SystemWait {
  std::int64_t elapsed() const noexcept {
    timespec at{};
    static_cast<void>(clock_gettime(CLOCK_MONOTONIC, &at));
    return static_cast<std::int64_t>(at.tv_sec) * 1'000'000 + at.tv_nsec / 1'000;
  }
  void sleep(std::int64_t microseconds) const noexcept {
    timespec span{};
    span.tv_sec = static_cast<time_t>(microseconds / 1'000'000);
    span.tv_nsec = static_cast<long>(microseconds % 1'000'000) * 1'000;
    nanosleep(&span, nullptr);
  }
};

}  // namespace membership::inline v0

#endif
