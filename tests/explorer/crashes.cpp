// SPDX-License-Identifier: BSL-1.0

// Long operations on the memory store that stop for good between two commits: what they have marked
// is finished by others, and every invariant holds then.
//
// an operation by itself                      → alone
// an operation and what its mark has to stop  → beside_commands
// an operation that another finishes          → beside_finishing (more: long)
// pairs of an operation and anything          → all_pairs: some (short), more (long), or all

#include "on_memory.hpp"
#include "support/scale.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <iterator>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(explorer_crashes_on_memory)

using namespace membership::testing;
using namespace membership_tests;

namespace {

constexpr ExplorerOptions crashing{true};

BOOST_AUTO_TEST_CASE(alone) {
  Exploration all;
  for (const StartWorld world : all_worlds) {
    for (const std::string& name : operation_names()) {
      all += explore_on_memory(world, {name}, crashing);
    }
  }
  BOOST_TEST_MESSAGE("crashes alone: " << all);
}

BOOST_AUTO_TEST_CASE(beside_commands) {
  Exploration all;
  for (const ExplorerPair& pair : explorer_pairs()) {
    const std::vector<std::string> names{std::string(pair.first), std::string(pair.second)};
    all += explore_on_memory(pair.world, names, crashing);
  }
  BOOST_TEST_MESSAGE("crashes in the named pairs: " << all);
}

BOOST_AUTO_TEST_CASE(beside_finishing) {
  const char* const operations[] = {
      "delete organization", "delete own role",    "delete second user", "delete role",
      "delete permission",   "multiple roles off", "owner role viewer",
  };
  const std::size_t worlds = scaled(1, std::size(all_worlds));
  const std::size_t count = scaled(3, std::size(operations));
  Exploration all;
  for (std::size_t world = 0; world < worlds; ++world) {
    for (std::size_t i = 0; i < count; ++i) {
      all += explore_on_memory(all_worlds[world], {operations[i], "finish marked"}, crashing);
    }
  }
  BOOST_TEST_MESSAGE("crashes beside who finishes: " << all);
}

BOOST_AUTO_TEST_CASE(all_pairs) {
  const std::vector<std::string> names = instance_names();
  const std::size_t stride = pair_stride(301, 41);
  std::size_t number = 0;
  for (const StartWorld world : all_worlds) {
    Exploration all;
    for (const std::string& operation : operation_names()) {
      for (const std::string& other : names) {
        if (++number % stride != 0) continue;
        all += explore_on_memory(world, {operation, other}, crashing);
      }
    }
    BOOST_TEST_MESSAGE("pairs with a crash from " << to_string(world) << ": " << all);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
