// SPDX-License-Identifier: BSL-1.0

// Plan
//   format_time: golden values, before 1970, leap days      -> formats (at compile time too)
//   format_time: outside the years 0 to 9999                -> formats_the_nearest_that_fits
//   format_time, parse_time: every day of 0 to 9999         -> every_day_there_and_back
//   parse_time: fractions, offsets, small letters           -> parses
//   parse_time: every error, and which comes first          -> refusals
//   parse_time: every cut and every changed byte            -> damaged_texts_are_refused
//   to_string: every error                                  -> error_texts

#include "membership/wire/time_text.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace wire = membership::wire;
using wire::format_time;
using wire::parse_time;
using wire::TimeTextError;

BOOST_AUTO_TEST_SUITE(wire_time_text)

namespace {

constexpr std::int64_t noon = 1'768'478'400'000;  // 2026-01-15T12:00:00.000Z
constexpr std::int64_t day = 86'400'000;

static_assert(format_time(noon).view() == "2026-01-15T12:00:00.000Z");
static_assert(*parse_time("2026-01-15T12:00:00.000Z") == noon);
static_assert(parse_time("2026-02-29T12:00:00Z").error() == TimeTextError::bad_date);
static_assert(noexcept(format_time(noon)) && noexcept(parse_time(std::string_view())));

std::int64_t value(std::string_view text) {
  BOOST_TEST_CONTEXT(text) {
    const auto time = parse_time(text);
    BOOST_TEST_REQUIRE(time.has_value());
    return *time;
  }
  return 0;
}

}  // namespace

BOOST_AUTO_TEST_CASE(formats) {
  BOOST_TEST(format_time(0).view() == "1970-01-01T00:00:00.000Z");
  BOOST_TEST(format_time(-1).view() == "1969-12-31T23:59:59.999Z");
  BOOST_TEST(format_time(noon + 45'296'007).view() == "2026-01-16T00:34:56.007Z");
  BOOST_TEST(format_time(951'782'400'000).view() == "2000-02-29T00:00:00.000Z");
  BOOST_TEST(format_time(-2'203'891'200'001).view() == "1900-02-28T23:59:59.999Z");
  BOOST_TEST(format_time(253'402'300'799'999).view() == "9999-12-31T23:59:59.999Z");
  BOOST_TEST(format_time(-62'167'219'200'000).view() == "0000-01-01T00:00:00.000Z");
}

BOOST_AUTO_TEST_CASE(formats_the_nearest_that_fits) {
  BOOST_TEST(format_time(253'402'300'800'000).view() == "9999-12-31T23:59:59.999Z");
  BOOST_TEST(format_time(-62'167'219'200'001).view() == "0000-01-01T00:00:00.000Z");
  BOOST_TEST(format_time(std::numeric_limits<std::int64_t>::max()).view() ==
             "9999-12-31T23:59:59.999Z");
  BOOST_TEST(format_time(std::numeric_limits<std::int64_t>::min()).view() ==
             "0000-01-01T00:00:00.000Z");
}

BOOST_AUTO_TEST_CASE(every_day_there_and_back) {
  std::string before;
  std::int64_t count = 0;
  bool good = true;
  for (std::int64_t at = -62'167'219'200'000; at < 253'402'300'800'000; at += day, ++count) {
    const std::int64_t time = at + (count * 7'919) % day;
    const wire::TimeText text = format_time(time);
    const auto back = parse_time(text.view());
    good = good && back.has_value() && *back == time && before < text.view();
    before = text.view();
  }
  BOOST_TEST(good);
  BOOST_TEST(count == 3'652'425);  // 25 times 146,097
}

BOOST_AUTO_TEST_CASE(parses) {
  BOOST_TEST(value("2026-01-15T12:00:00Z") == noon);
  BOOST_TEST(value("2026-01-15t12:00:00z") == noon);
  BOOST_TEST(value("2026-01-15T12:00:00.5Z") == noon + 500);
  BOOST_TEST(value("2026-01-15T12:00:00.05Z") == noon + 50);
  BOOST_TEST(value("2026-01-15T12:00:00.005Z") == noon + 5);
  BOOST_TEST(value("2026-01-15T12:00:00.0059Z") == noon + 5);
  BOOST_TEST(value("2026-01-15T12:00:00.123999999Z") == noon + 123);
  BOOST_TEST(value("2026-01-15T13:30:00+01:30") == noon);
  BOOST_TEST(value("2026-01-15T06:00:00.000-06:00") == noon);
  BOOST_TEST(value("2026-01-15T12:00:00-00:00") == noon);
  BOOST_TEST(value("2026-01-16T11:59:00+23:59") == noon);
  BOOST_TEST(value("2024-02-29T00:00:00Z") == 1'709'164'800'000);
}

BOOST_AUTO_TEST_CASE(refusals) {
  const auto error = [](std::string_view text) {
    BOOST_TEST_CONTEXT(text) {
      const auto time = parse_time(text);
      BOOST_TEST_REQUIRE(!time.has_value());
      return time.error();
    }
    return TimeTextError::malformed;
  };
  for (const std::string_view text :
       {"", "2026-01-15", "2026-01-15T12:00Z", "2026-01-15 12:00:00Z", "2026-01-15T12:00:00",
        "2026-01-15T12:00:00.Z", "2026-01-15T12:00:00.1234567890Z", "2026-01-15T12:00:00,5Z",
        "2026-01-15T12:00:00ZZ", "2026-01-15T12:00:00+0100", "2026-01-15T12:00:00+01",
        "2026-01-15T12:00:00+01:00Z", "2026-01-15T12:00:00 01:00", "+2026-01-15T12:00:00Z",
        "20260115T120000Z", "2026-1-15T12:00:00Z", " 2026-01-15T12:00:00Z", "1768478400000",
        "2026-13-15T25:00:00"}) {
    BOOST_TEST((error(text) == TimeTextError::malformed));
  }
  for (const std::string_view text :
       {"2026-00-15T12:00:00Z", "2026-13-15T12:00:00Z", "2026-01-00T12:00:00Z",
        "2026-01-32T12:00:00Z", "2026-04-31T12:00:00Z", "2026-02-29T12:00:00Z",
        "1900-02-29T12:00:00Z", "2026-02-29T25:00:00+99:99"}) {
    BOOST_TEST((error(text) == TimeTextError::bad_date));
  }
  for (const std::string_view text : {"2026-01-15T24:00:00Z", "2026-01-15T12:60:00Z",
                                      "2026-01-15T12:00:60Z", "2026-01-15T24:00:00+99:99"}) {
    BOOST_TEST((error(text) == TimeTextError::bad_time));
  }
  BOOST_TEST((error("2026-01-15T12:00:00+24:00") == TimeTextError::bad_offset));
  BOOST_TEST((error("2026-01-15T12:00:00-01:60") == TimeTextError::bad_offset));
}

BOOST_AUTO_TEST_CASE(damaged_texts_are_refused) {
  for (const std::string_view whole : {"2026-01-15T12:00:00.000Z", "2026-01-15T12:00:00-06:00"}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      BOOST_TEST(!parse_time(whole.substr(0, size)).has_value(), whole.substr(0, size));
    }
    for (std::size_t at = 0; at < whole.size(); ++at) {
      for (const char c : {'x', '\0', '/', ':' == whole[at] ? '-' : ':', '\xE9'}) {
        std::string text(whole);
        text[at] = c;
        BOOST_TEST(!parse_time(text).has_value(), text);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(error_texts) {
  BOOST_TEST(to_string(TimeTextError::malformed) == "is not an ISO 8601 time");
  BOOST_TEST(to_string(TimeTextError::bad_date) == "names a day that does not exist");
  BOOST_TEST(to_string(TimeTextError::bad_time) == "names a time of day that does not exist");
  BOOST_TEST(to_string(TimeTextError::bad_offset) == "has an offset above 23:59");
}

BOOST_AUTO_TEST_SUITE_END()
