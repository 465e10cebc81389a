// SPDX-License-Identifier: BSL-1.0

// Plan
//   every kind of value: its line                                  -> same_line
//   the specification of a string: width, fill, precision          -> padded
//   a range of values, which libfmt takes from its elements        -> elements

#include "membership/interop/fmt.hpp"
#include "support/printed_values.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/ranges.h>

#include <string>
#include <string_view>
#include <vector>

using namespace membership;
using membership_tests::for_each_printed;

BOOST_AUTO_TEST_SUITE(interop_fmt)

BOOST_AUTO_TEST_CASE(same_line) {
  for_each_printed([](const auto& value, std::string_view line) {
    BOOST_TEST(fmt::format("{};", value) == std::string(line) + ';');
  });
}

BOOST_AUTO_TEST_CASE(padded) {
  for_each_printed([](const auto& value, std::string_view line) {
    BOOST_TEST(fmt::format("{:*>400}", value) == fmt::format("{:*>400}", line));
    BOOST_TEST(fmt::format("{:<400}", value) == fmt::format("{:<400}", line));
    BOOST_TEST(fmt::format("{:.3}", value) == fmt::format("{:.3}", line));
  });
}

BOOST_AUTO_TEST_CASE(elements) {
  const std::vector<UserId> users = {*UserId::make("ada"), *UserId::make("bob")};
  BOOST_TEST(fmt::format("{}", fmt::join(users, ", ")) == "ada, bob");
}

BOOST_AUTO_TEST_SUITE_END()
