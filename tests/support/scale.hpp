// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_SUPPORT_SCALE_HPP
#define MEMBERSHIP_TESTS_SUPPORT_SCALE_HPP

#include <cstddef>
#include <cstdlib>
#include <stdexcept>
#include <string>
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

/// Every how many-th of a set of the explorer's pairs is explored: what MEMBERSHIP_EXPLORER_STRIDE
/// says, 1 for all, else one of these.
inline std::size_t pair_stride(std::size_t in_short, std::size_t in_long) {
  const char* const set = std::getenv("MEMBERSHIP_EXPLORER_STRIDE");
  return set == nullptr ? scaled(in_short, in_long) : std::stoul(set);
}

}  // namespace membership_tests

#endif
