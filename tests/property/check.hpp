// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_PROPERTY_CHECK_HPP
#define MEMBERSHIP_TESTS_PROPERTY_CHECK_HPP

#include <boost/test/unit_test.hpp>
#include <rapidcheck.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>
#include <utility>

namespace membership_tests {

/// The seed of all random tests: the same in every run, unless MEMBERSHIP_TEST_SEED names another.
inline std::uint64_t seed() {
  const char* const set = std::getenv("MEMBERSHIP_TEST_SEED");
  return set == nullptr ? 20260115u : std::strtoull(set, nullptr, 10);
}

/// Checks a property of RapidCheck in `runs` cases. A failure shows the smallest case that was
/// found, and the seed.
template <class Property>
void holds(const std::string& name, std::size_t runs, Property&& property) {
  rc::detail::TestMetadata metadata;
  metadata.id = name;
  metadata.description = name;
  rc::detail::TestParams parameters;
  parameters.seed = seed();
  parameters.maxSuccess = static_cast<int>(runs);
  const auto result =
      rc::detail::checkTestable(std::forward<Property>(property), metadata, parameters);
  std::ostringstream account;
  rc::detail::printResultMessage(result, account);
  const bool success = result.template is<rc::detail::SuccessResult>();
  BOOST_TEST(success, name << ": MEMBERSHIP_TEST_SEED=" << seed() << "\n" << account.str());
}

}  // namespace membership_tests

#endif
