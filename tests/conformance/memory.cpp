// SPDX-License-Identifier: BSL-1.0

// Plan
//   the memory store passes every check that it is not excused from  -> memory_store
//   only the checks that are asked for are run; an unknown name is a finding  -> only_some

#include "membership/membership.hpp"
#include "membership/testing/store_conformance.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>

BOOST_AUTO_TEST_SUITE(conformance_of_memory)

using namespace membership;

namespace {

struct MemoryFactory {
  struct Handle {
    std::unique_ptr<MemoryStore> kept = std::make_unique<MemoryStore>();
    MemoryStore& store() { return *kept; }
    MemoryStore& another() { return *kept; }
  };
  Handle fresh() { return {}; }
};

}  // namespace

BOOST_AUTO_TEST_CASE(memory_store) {
  const auto report = testing::check_store(MemoryFactory{});
  BOOST_TEST(report.passed(), report.text());
  BOOST_TEST(report.run.size() + report.skipped.size() == testing::conformance_checks().size());
  BOOST_TEST_MESSAGE(report.text());
}

BOOST_AUTO_TEST_CASE(only_some) {
  testing::ConformanceOptions options;
  options.only = {"uniqueness", "stale_delete"};
  auto report = testing::check_store(MemoryFactory{}, options);
  BOOST_TEST(report.passed(), report.text());
  BOOST_TEST(report.run == options.only, boost::test_tools::per_element());
  options.only = {"uniqeness"};
  report = testing::check_store(MemoryFactory{}, options);
  BOOST_TEST(report.failed("uniqeness"));
  BOOST_TEST(report.run.empty());
}

BOOST_AUTO_TEST_SUITE_END()
