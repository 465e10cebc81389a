// SPDX-License-Identifier: BSL-1.0

// The time of one decision, in the world that decide_instructions.cpp counts instructions in.

#include "decide_world.hpp"
#include "membership/core.hpp"

#include <benchmark/benchmark.h>
#include <tl/expected.hpp>

#include <cstddef>
#include <vector>

namespace {

using benchmarks::DecideWorld;
using benchmarks::Situation;
using membership::Standing;

template <class Make>
void decide(benchmark::State& state, Standing standing, Make make) {
  const DecideWorld world(standing);
  const membership::MembershipPolicy<> plain;
  const auto* const policy = benchmarks::opaque(&plain);
  std::vector<decltype(make(world[0]))> commands;
  for (std::size_t i = 0; i < DecideWorld::size; ++i) commands.push_back(make(world[i]));
  std::size_t at = 0;
  for (auto _ : state) {
    const Situation& situation = world[at];
    const auto decision =
        policy->decide(commands[at % DecideWorld::size], situation.snapshot, situation.context);
    benchmark::DoNotOptimize(&decision);
    benchmark::ClobberMemory();
    ++at;
  }
}

membership::CreateMembership create_default(const Situation& at) {
  return {at.user, at.organization, {}, {}};
}
membership::CreateMembership create_one(const Situation& at) {
  return {at.user, at.organization, at.one(), {}};
}
membership::CreateMembership create_three(const Situation& at) {
  return {at.user, at.organization, at.three(), {}};
}
template <class C>
C by_id(const Situation& at) {
  return {at.membership, {}};
}

BENCHMARK_CAPTURE(decide, create_default_role, Standing::none, create_default);
BENCHMARK_CAPTURE(decide, create_one_role, Standing::none, create_one);
BENCHMARK_CAPTURE(decide, create_three_roles, Standing::none, create_three);
BENCHMARK_CAPTURE(decide, create_over_inactive, Standing::inactive, create_one);
BENCHMARK_CAPTURE(decide, create_refused, Standing::active, create_one);
BENCHMARK_CAPTURE(decide, deactivate, Standing::active, by_id<membership::DeactivateMembership>);
BENCHMARK_CAPTURE(decide, reactivate, Standing::inactive, by_id<membership::ReactivateMembership>);
BENCHMARK_CAPTURE(decide, remove, Standing::active, by_id<membership::DeleteMembership>);

/// A bit test, for comparison: what a permission check on a membership at hand comes to.
void permission_at_hand(benchmark::State& state) {
  const DecideWorld world(Standing::active);
  std::size_t at = 0;
  for (auto _ : state) {
    const membership::Snapshot& snapshot = world[at].snapshot;
    benchmark::DoNotOptimize(
        snapshot.roles.permissions(snapshot.membership->roles).contains(at % 256));
    ++at;
  }
}
BENCHMARK(permission_at_hand);

void mint_id(benchmark::State& state) {
  const membership::SystemClock clock;
  const membership::UlidIds<membership::DefaultTraits> ids;
  const membership::Time now = clock.now();
  for (auto _ : state) benchmark::DoNotOptimize(ids.membership_id(now));
}
BENCHMARK(mint_id);

/// What deciding can be no faster than: a switch over the status, on the same situations.
void bare_switch(benchmark::State& state) {
  const DecideWorld world(Standing::inactive);
  std::size_t at = 0;
  for (auto _ : state) {
    const membership::Snapshot& seen = world[at++].snapshot;
    unsigned verdict = 0;
    switch (seen.membership->status) {
      case membership::Status::pending: verdict = 1; break;
      case membership::Status::active: verdict = 2; break;
      case membership::Status::inactive: verdict = 3; break;
    }
    benchmark::DoNotOptimize(verdict);
  }
}
BENCHMARK(bare_switch);

}  // namespace

BENCHMARK_MAIN();
