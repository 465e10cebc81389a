// SPDX-License-Identifier: BSL-1.0

// The schedules of one and of two actors on the memory store.
//
// every instance by itself           → alone
// the pairs that are for any store   → named_pairs
// pairs in all start worlds          → all_pairs: every seventeenth (short) or fifth (long) but for
//                                      those of two long operations, or all

#include "on_memory.hpp"
#include "support/scale.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(explorer_pairs_on_memory)

using namespace membership::testing;
using namespace membership_tests;

namespace {

BOOST_AUTO_TEST_CASE(alone) {
  Exploration all;
  for (const StartWorld world : all_worlds) {
    for (const std::string& name : instance_names()) all += explore_on_memory(world, {name});
  }
  BOOST_TEST_MESSAGE("alone: " << all);
}

BOOST_AUTO_TEST_CASE(named_pairs) {
  Exploration all;
  for (const ExplorerPair& pair : explorer_pairs()) {
    all += explore_on_memory(pair.world, {std::string(pair.first), std::string(pair.second)});
  }
  BOOST_TEST_MESSAGE("named pairs: " << all);
}

BOOST_AUTO_TEST_CASE(all_pairs) {
  const std::vector<std::string> names = instance_names();
  // Two long operations meet in more ways than all other pairs together: some are explored by name,
  // all where everything is.
  const std::vector<std::string> operations = operation_names();
  const auto is_operation = [&](const std::string& name) {
    return std::find(operations.begin(), operations.end(), name) != operations.end();
  };
  const std::size_t stride = pair_stride(17, 5);
  std::size_t number = 0;
  for (const StartWorld world : all_worlds) {
    Exploration all;
    std::size_t pairs = 0;
    for (std::size_t first = 0; first < names.size(); ++first) {
      for (std::size_t second = first; second < names.size(); ++second) {
        if (number++ % stride != 0) continue;
        if (stride > 1 && is_operation(names[first]) && is_operation(names[second])) continue;
        all += explore_on_memory(world, {names[first], names[second]});
        ++pairs;
      }
    }
    BOOST_TEST_MESSAGE(pairs << " pairs from " << to_string(world) << ": " << all);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
