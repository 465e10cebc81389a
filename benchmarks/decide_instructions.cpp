// SPDX-License-Identifier: BSL-1.0

// Decides one command many times, for instructions.py to count the instructions under callgrind:
//
//   decide_instructions            names the cases
//   decide_instructions CASE N     decides N times and prints how many allocations that made
//
// Only `decide_once` is counted: one decision, into a result that the caller holds.

#include "allocations.hpp"
#include "decide_world.hpp"
#include "membership/core.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

using benchmarks::DecideWorld;
using benchmarks::Situation;
using membership::RoleSelection;
using membership::Standing;

using Decision = tl::expected<membership::Plan, membership::Error>;

template <class C>
[[gnu::noinline]] Decision decide_once(const membership::MembershipPolicy<>& policy,
                                       const C& command, const membership::Snapshot& snapshot,
                                       const membership::Context& context) {
  return policy.decide(command, snapshot, context);
}

template <class Make>
int run(Standing standing, std::size_t times, Make make) {
  const DecideWorld world(standing);
  const membership::MembershipPolicy<> plain;
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

auto create(RoleSelection (*select)(const Situation&)) {
  return [select](const Situation& at) {
    return membership::CreateMembership{at.user, at.organization, select(at), {}};
  };
}
auto update(RoleSelection (*select)(const Situation&)) {
  return [select](const Situation& at) {
    return membership::UpdateRoles{at.membership, select(at), {}};
  };
}
RoleSelection no_role(const Situation& /*at*/) { return {}; }
RoleSelection one_role(const Situation& at) { return at.one(); }
RoleSelection three_roles(const Situation& at) { return at.three(); }

template <class C>
C by_id(const Situation& at) {
  return C{at.membership, {}};
}

struct Case {
  std::string_view name;
  int (*decide)(std::size_t times);
};

constexpr Case cases[]{
    {"create-default", [](std::size_t n) { return run(Standing::none, n, create(no_role)); }},
    {"create-one", [](std::size_t n) { return run(Standing::none, n, create(one_role)); }},
    {"create-three", [](std::size_t n) { return run(Standing::none, n, create(three_roles)); }},
    {"create-over-inactive",
     [](std::size_t n) { return run(Standing::inactive, n, create(one_role)); }},
    {"create-over-active",
     [](std::size_t n) { return run(Standing::active, n, create(one_role)); }},
    {"update-one", [](std::size_t n) { return run(Standing::active, n, update(one_role)); }},
    {"update-three", [](std::size_t n) { return run(Standing::active, n, update(three_roles)); }},
    {"deactivate",
     [](std::size_t n) {
       return run(Standing::active, n, by_id<membership::DeactivateMembership>);
     }},
    {"deactivate-inactive",
     [](std::size_t n) {
       return run(Standing::inactive, n, by_id<membership::DeactivateMembership>);
     }},
    {"reactivate",
     [](std::size_t n) {
       return run(Standing::inactive, n, by_id<membership::ReactivateMembership>);
     }},
    {"delete",
     [](std::size_t n) { return run(Standing::active, n, by_id<membership::DeleteMembership>); }},
};

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3) {
    for (const Case& each : cases) {
      if (each.name == argv[1]) return each.decide(std::strtoul(argv[2], nullptr, 10));
    }
  }
  for (const Case& each : cases) std::printf("%s\n", each.name.data());
  return argc == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
