// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_BENCHMARKS_DECIDE_ONCE_HPP
#define MEMBERSHIP_BENCHMARKS_DECIDE_ONCE_HPP

#include "allocations.hpp"
#include "decide_world.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>

/// Deciding one command many times, for instructions.py to count the instructions under callgrind:
///
///   PROGRAM            names the cases
///   PROGRAM CASE N     decides N times and prints how many allocations that made
///
/// Only `decide_once` is counted: one decision, into a result that the caller holds.

namespace benchmarks {

using Decision = tl::expected<membership::Plan, membership::Error>;

template <class C, class Policy>
[[gnu::noinline]] Decision decide_once(const Policy& policy, const C& command,
                                       const membership::Snapshot& snapshot,
                                       const membership::Context& context) {
  return policy.decide(command, snapshot, context);
}

/// `Rules` judge; `own_roles`: organizations have roles of their own.
template <bool own_roles = false, class... Rules, class Make>
int run(membership::Standing standing, std::size_t times, Make make) {
  const DecideWorld world(standing, own_roles);
  const membership::MembershipPolicy<Rules...> plain;
  const auto* const policy = benchmarks::opaque(&plain);
  std::size_t planned = 0;
  std::size_t allocations = 0;
  for (std::size_t i = 0; i < times; ++i) {
    const Situation& situation = world[i];
    const auto command = make(situation);
    const std::size_t before = benchmarks::Allocations::count;
    const Decision decision = decide_once(*policy, *benchmarks::opaque(&command),
                                          *benchmarks::opaque(&situation.snapshot),
                                          *benchmarks::opaque(&situation.context));
    allocations += benchmarks::Allocations::count - before;
    planned += benchmarks::opaque(&decision)->has_value() ? 1u : 0u;
  }
  std::printf("%zu decisions, %zu plans, %zu allocations\n", times, planned, allocations);
  return allocations == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
struct Case {
  std::string_view name;
  int (*decide)(std::size_t times);
};

inline int run_cases(std::span<const Case> cases, int argc, char** argv) {
  if (argc == 3) {
    for (const Case& each : cases) {
      if (each.name == argv[1]) return each.decide(std::strtoul(argv[2], nullptr, 10));
    }
  }
  for (const Case& each : cases) std::printf("%s\n", each.name.data());
  return argc == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}

// What is asked for.

inline membership::RoleSelection no_role(const Situation& /*at*/) { return {}; }
inline membership::RoleSelection one_role(const Situation& at) { return at.one(); }
inline membership::RoleSelection three_roles(const Situation& at) { return at.three(); }

inline auto create(membership::RoleSelection (*select)(const Situation&)) {
  return [select](const Situation& at) {
    return membership::CreateMembership{at.user, at.organization, select(at), {}};
  };
}
template <class C>
C by_id(const Situation& at) {
  return C{at.membership, {}};
}

}  // namespace benchmarks

#endif
