// SPDX-License-Identifier: BSL-1.0

// What the tests of wrong ways share, compiled once.

#include "wrong_ways.hpp"

#include <memory>

namespace membership_tests {

using namespace membership::testing;

Instance<StepStore> named(std::string_view name) {
  static const auto all = explorer_instances<StepStore>();
  return instance_of(all, name);
}

Exploration explore(const StepOptions& options, StartWorld start, const Actors& actors,
                    const std::function<void(membership::MemoryStore&)>& prepare) {
  const auto make = [&] {
    auto world = std::make_unique<StepWorld>(options);
    make_start_world(world->observer(), start);
    if (prepare) prepare(world->observer());
    return world;
  };
  std::vector<const Instance<StepStore>*> playing;
  for (const auto& actor : actors) playing.push_back(&actor);
  return ScheduleExplorer(make).explore(playing);
}

}  // namespace membership_tests
