// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DOMAIN_TIME_HPP
#define MEMBERSHIP_DOMAIN_TIME_HPP

#include <compare>
#include <cstdint>

namespace membership::inline v0 {

/// A point in time: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
class Time {
 public:
  static constexpr Time from_milliseconds(std::int64_t milliseconds) noexcept {
    return Time(milliseconds);
  }
  constexpr std::int64_t milliseconds() const noexcept { return milliseconds_; }

  friend constexpr bool operator==(Time, Time) noexcept = default;
  friend constexpr std::strong_ordering operator<=>(Time, Time) noexcept = default;

 private:
  explicit constexpr Time(std::int64_t milliseconds) noexcept : milliseconds_(milliseconds) {}
  std::int64_t milliseconds_;
};

constexpr Time later_of(Time a, Time b) noexcept { return a < b ? b : a; }  ///< the later one

}  // namespace membership::inline v0

#endif
