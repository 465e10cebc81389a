// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_EXPLORER_ON_MEMORY_HPP
#define MEMBERSHIP_TESTS_EXPLORER_ON_MEMORY_HPP

#include "membership/testing/explorer/instances.hpp"
#include "membership/testing/schedule_explorer.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// What the tests of schedules on the memory store share, compiled once.
namespace membership_tests {

inline constexpr membership::testing::StartWorld all_worlds[] = {
    membership::testing::StartWorld::plain,
    membership::testing::StartWorld::used,
    membership::testing::StartWorld::edge,
};

/// The names of all instances, and of those that are long operations.
std::vector<std::string> instance_names();
std::vector<std::string> operation_names();

/// Explores the instances of these names, and reports a violation to Boost.Test.
membership::testing::Exploration
explore_on_memory(membership::testing::StartWorld world, const std::vector<std::string>& names,
                  const membership::testing::ExplorerOptions& options = {});

}  // namespace membership_tests

#endif
