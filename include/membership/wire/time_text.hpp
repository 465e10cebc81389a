// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_TIME_TEXT_HPP
#define MEMBERSHIP_WIRE_TIME_TEXT_HPP

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace membership::inline v0 {
namespace wire {

/// A time as the API writes it: `2026-01-15T12:00:00.000Z`.
class TimeText {
 public:
  static constexpr std::size_t size = 24;

  [[nodiscard]] constexpr std::string_view view() const noexcept { return {text_, size}; }

  friend constexpr TimeText format_time(std::int64_t milliseconds) noexcept;

 private:
  constexpr TimeText() noexcept = default;

  constexpr void digits(std::size_t at, std::size_t count, std::int64_t value) noexcept {
    for (std::size_t i = count; i > 0; --i) {
      text_[at + i - 1] = static_cast<char>('0' + value % 10);
      value /= 10;
    }
  }

  char text_[size] = {'0', '0', '0', '0', '-', '0', '0', '-', '0', '0', 'T', '0',
                      '0', ':', '0', '0', ':', '0', '0', '.', '0', '0', '0', 'Z'};
};

/// Why a text is not a time.
enum class TimeTextError : std::uint8_t {
  malformed = 1,  ///< not of the form `YYYY-MM-DDThh:mm:ss[.fraction](Z|+hh:mm|-hh:mm)`
  bad_date,       ///< no such day in the calendar
  bad_time,       ///< an hour above 23, a minute or second above 59
  bad_offset,     ///< an offset above 23:59
};

/// What is wrong, as the end of a sentence about the text.
[[nodiscard]] constexpr std::string_view to_string(TimeTextError error) noexcept {
  switch (error) {
    case TimeTextError::malformed: return "is not an ISO 8601 time";
    case TimeTextError::bad_date: return "names a day that does not exist";
    case TimeTextError::bad_time: return "names a time of day that does not exist";
    case TimeTextError::bad_offset: return "has an offset above 23:59";
  }
  return "is not an ISO 8601 time";
}

namespace detail {

constexpr std::int64_t milliseconds_per_day = 86'400'000;

constexpr bool is_leap_year(std::int64_t year) noexcept {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

constexpr std::int64_t days_in_month(std::int64_t year, std::int64_t month) noexcept {
  if (month == 2) return is_leap_year(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/// Days from 1970-01-01 to a day of the proleptic Gregorian calendar. Years are counted from
/// March, so that the leap day is the last of its year; an era is 400 years, 146097 days.
constexpr std::int64_t days_from_civil(std::int64_t year, std::int64_t month,
                                       std::int64_t day) noexcept {
  if (month <= 2) --year;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t month_from_march = month > 2 ? month - 3 : month + 9;
  const std::int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719'468;
}

struct CivilDay {
  std::int64_t year;
  std::int64_t month;
  std::int64_t day;
};

/// The inverse of `days_from_civil`.
constexpr CivilDay civil_from_days(std::int64_t days) noexcept {
  days += 719'468;
  const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  const std::int64_t day_of_era = days - era * 146'097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const std::int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month,
          day_of_year - (153 * month_from_march + 2) / 5 + 1};
}

/// The value of `count` decimal digits at `at`, or -1.
constexpr std::int64_t decimal_at(std::string_view text, std::size_t at,
                                  std::size_t count) noexcept {
  if (text.size() < at + count) return -1;
  std::int64_t value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

constexpr bool has_at(std::string_view text, std::size_t at, char c) noexcept {
  return at < text.size() && text[at] == c;
}

}  // namespace detail

/// Writes milliseconds since 1970-01-01T00:00:00Z as UTC with exactly three fractional digits.
/// A time outside the years 0 to 9999 is written as the first or last one that fits.
/// Complexity: constant.
[[nodiscard]] constexpr TimeText format_time(std::int64_t milliseconds) noexcept {
  constexpr std::int64_t first = detail::days_from_civil(0, 1, 1) * detail::milliseconds_per_day;
  constexpr std::int64_t last =
      detail::days_from_civil(10'000, 1, 1) * detail::milliseconds_per_day - 1;
  if (milliseconds < first) milliseconds = first;
  if (milliseconds > last) milliseconds = last;
  std::int64_t days = milliseconds / detail::milliseconds_per_day;
  std::int64_t rest = milliseconds % detail::milliseconds_per_day;
  if (rest < 0) {
    rest += detail::milliseconds_per_day;
    --days;
  }
  const detail::CivilDay day = detail::civil_from_days(days);
  TimeText text;
  text.digits(0, 4, day.year);
  text.digits(5, 2, day.month);
  text.digits(8, 2, day.day);
  text.digits(11, 2, rest / 3'600'000);
  text.digits(14, 2, rest / 60'000 % 60);
  text.digits(17, 2, rest / 1'000 % 60);
  text.digits(20, 3, rest % 1'000);
  return text;
}

/// Reads an ISO 8601 time: a date, `T`, a time of day with 0 to 9 fractional digits, and `Z` or an
/// offset `+hh:mm` or `-hh:mm`. `T` and `Z` may be small letters.
/// Returns milliseconds since 1970-01-01T00:00:00Z; what is finer is cut off.
/// Errors, in this order: `malformed`, `bad_date`, `bad_time`, `bad_offset`.
/// Complexity: constant.
[[nodiscard]] constexpr tl::expected<std::int64_t, TimeTextError>
parse_time(std::string_view text) noexcept {
  using detail::decimal_at;
  using detail::has_at;
  const std::int64_t year = decimal_at(text, 0, 4);
  const std::int64_t month = decimal_at(text, 5, 2);
  const std::int64_t day = decimal_at(text, 8, 2);
  const std::int64_t hour = decimal_at(text, 11, 2);
  const std::int64_t minute = decimal_at(text, 14, 2);
  const std::int64_t second = decimal_at(text, 17, 2);
  bool formed = year >= 0 && month >= 0 && day >= 0 && hour >= 0 && minute >= 0 && second >= 0 &&
                text[4] == '-' && text[7] == '-' && (text[10] == 'T' || text[10] == 't') &&
                text[13] == ':' && text[16] == ':';
  if (!formed) return tl::unexpected<TimeTextError>(TimeTextError::malformed);

  std::size_t at = 19;
  std::int64_t milliseconds = 0;
  if (has_at(text, at, '.')) {
    std::size_t digits = 0;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++digits) {
      if (digits < 3) milliseconds = milliseconds * 10 + (text[at] - '0');
    }
    if (digits < 1 || digits > 9) return tl::unexpected<TimeTextError>(TimeTextError::malformed);
    for (; digits < 3; ++digits) milliseconds *= 10;
  }

  std::int64_t offset_hours = 0;
  std::int64_t offset_minutes = 0;
  bool behind = false;
  if (has_at(text, at, 'Z') || has_at(text, at, 'z')) {
    formed = at + 1 == text.size();
  } else {
    behind = has_at(text, at, '-');
    offset_hours = decimal_at(text, at + 1, 2);
    offset_minutes = decimal_at(text, at + 4, 2);
    formed = (behind || has_at(text, at, '+')) && has_at(text, at + 3, ':') && offset_hours >= 0 &&
             offset_minutes >= 0 && at + 6 == text.size();
  }
  if (!formed) return tl::unexpected<TimeTextError>(TimeTextError::malformed);
  if (month < 1 || month > 12 || day < 1 || day > detail::days_in_month(year, month)) {
    return tl::unexpected<TimeTextError>(TimeTextError::bad_date);
  }
  if (hour > 23 || minute > 59 || second > 59) {
    return tl::unexpected<TimeTextError>(TimeTextError::bad_time);
  }
  if (offset_hours > 23 || offset_minutes > 59) {
    return tl::unexpected<TimeTextError>(TimeTextError::bad_offset);
  }
  const std::int64_t offset = (offset_hours * 60 + offset_minutes) * 60'000;
  return detail::days_from_civil(year, month, day) * detail::milliseconds_per_day +
         ((hour * 60 + minute) * 60 + second) * 1'000 + milliseconds + (behind ? offset : -offset);
}

}  // namespace wire
}  // namespace membership::inline v0

#endif
