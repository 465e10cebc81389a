// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_INTEROP_CHRONO_HPP
#define MEMBERSHIP_INTEROP_CHRONO_HPP

#include "membership/domain/time.hpp"

#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <ratio>

namespace membership::inline v0 {
namespace detail {

/// Durations of which one unit is made of whole ones of the other.
template <class Unit, class Period>
concept DividesOrIsDivided = std::ratio_divide<Period, typename Unit::period>::num == 1 ||
                             std::ratio_divide<Period, typename Unit::period>::den == 1;

enum class Rounding : bool { down, up };

/// A duration in `Unit`s; beyond 64 bits the last that fits.
template <class Unit, Rounding rounding, class Count, class Period>
constexpr std::int64_t whole_units(std::chrono::duration<Count, Period> span) noexcept {
  using Factor = std::ratio_divide<Period, typename Unit::period>;
  using Limits = std::numeric_limits<std::int64_t>;
  const std::int64_t count = span.count();
  if constexpr (Factor::den == 1) {
    if (count > Limits::max() / Factor::num) return Limits::max();
    if (count < Limits::min() / Factor::num) return Limits::min();
    return count * Factor::num;
  } else {
    const std::int64_t whole = count / Factor::den;
    const std::int64_t rest = count % Factor::den;
    if constexpr (rounding == Rounding::down) return rest < 0 ? whole - 1 : whole;
    return rest > 0 ? whole + 1 : whole;
  }
}

}  // namespace detail

/// The same point in time, exactly.
constexpr std::chrono::sys_time<std::chrono::milliseconds> to_sys_time(Time time) noexcept {
  return std::chrono::sys_time<std::chrono::milliseconds>(
      std::chrono::milliseconds(time.milliseconds()));
}

/// The same point in time, of any whole unit: what is finer than a millisecond is rounded down,
/// also before 1970; beyond 64 bits of milliseconds the last that fits.
template <std::signed_integral Count, class Period>
requires detail::DividesOrIsDivided<std::chrono::milliseconds, Period>
constexpr Time
from_sys_time(std::chrono::sys_time<std::chrono::duration<Count, Period>> time) noexcept {
  return Time::from_milliseconds(
      detail::whole_units<std::chrono::milliseconds, detail::Rounding::down>(
          time.time_since_epoch()));
}

/// How many `Unit`s a duration is, for the members that take a plain number:
///
///     command.expires_in_days = count_of<std::chrono::days>(std::chrono::weeks(2));
///     runtime.limits.microseconds = count_of<std::chrono::microseconds>(std::chrono::seconds(2));
///
/// Rounded up, so that nothing is shorter than was asked for; beyond 64 bits the last that fits.
template <class Unit, std::signed_integral Count, class Period>
requires detail::DividesOrIsDivided<Unit, Period>
constexpr std::int64_t count_of(std::chrono::duration<Count, Period> span) noexcept {
  return detail::whole_units<Unit, detail::Rounding::up>(span);
}

}  // namespace membership::inline v0

#endif
