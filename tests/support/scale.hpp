// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_SUPPORT_SCALE_HPP
#define MEMBERSHIP_TESTS_SUPPORT_SCALE_HPP

#include <cstddef>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

namespace membership_tests {

/// How many rounds a test makes: `long_count` where MEMBERSHIP_TEST_SCALE is `long`, `short_count`
/// where it is `short` or not set.
inline std::size_t scaled(std::size_t short_count, std::size_t long_count) {
  const char* const set = std::getenv("MEMBERSHIP_TEST_SCALE");
  const std::string_view scale = set == nullptr ? "short" : set;
  if (scale == "long") return long_count;
  if (scale == "short") return short_count;
  throw std::invalid_argument("MEMBERSHIP_TEST_SCALE is neither short nor long");
}

}  // namespace membership_tests

#endif
