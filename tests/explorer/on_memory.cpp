// SPDX-License-Identifier: BSL-1.0

#include "on_memory.hpp"

#include "membership/membership.hpp"

#include <boost/test/unit_test.hpp>

namespace membership_tests {

using namespace membership::testing;

namespace {

const std::vector<Instance<membership::MemoryStore>>& instances() {
  static const auto all = explorer_instances<membership::MemoryStore>();
  return all;
}

}  // namespace

std::vector<std::string> instance_names() {
  std::vector<std::string> names;
  for (const auto& instance : instances()) names.push_back(instance.name);
  return names;
}
std::vector<std::string> operation_names() {
  std::vector<std::string> names;
  for (const auto& instance : instances()) {
    if (instance.long_operation) names.push_back(instance.name);
  }
  return names;
}

Exploration explore_on_memory(StartWorld world, const std::vector<std::string>& names,
                              const ExplorerOptions& options) {
  std::vector<const Instance<membership::MemoryStore>*> actors;
  for (const std::string& name : names) actors.push_back(&instance_of(instances(), name));
  ScheduleExplorer explorer(start_worlds<membership::MemoryStore>(world), options);
  const Exploration explored = explorer.explore(actors);
  BOOST_TEST(!explored.violation, to_string(world) << ": " << explored);
  return explored;
}

}  // namespace membership_tests
