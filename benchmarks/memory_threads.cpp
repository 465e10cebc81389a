// SPDX-License-Identifier: BSL-1.0

// How much more two threads get done on a memory store than one, in real time and in turns: reads
// (`view`) and writes (deactivating and reactivating), each thread on organizations of its own, or
// both on the same one (`-together`). The log of events is on.

#include "members.hpp"
#include "membership/membership.hpp"
#include "turns.hpp"

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <semaphore>
#include <thread>
#include <vector>

namespace {

using benchmarks::Member;
using benchmarks::must;
using benchmarks::Shape;

constexpr Shape shape{100'000, 100};
constexpr std::size_t calls = 65'536;

/// A filled store, and for each of two threads the members of every second organization; or for
/// both those of one.
class World {
 public:
  explicit World(bool together) {
    const membership::MembershipPolicy<> policy;
    for (std::size_t i = 0; i < shape.members; ++i) {
      membership::CreateUser command;
      command.id = benchmarks::user_id(i);
      must(execute(store, policy, command).has_value());
    }
    for (std::size_t i = 0; i < shape.organizations(); ++i) {
      must(execute(store, policy,
                   membership::CreateOrganization{"A", benchmarks::organization_id(i)})
               .has_value());
    }
    for (std::size_t i = 0; i < shape.members; ++i) {
      Member member = Member::of(shape, i);
      const auto made =
          execute(store, policy, membership::CreateMembership{member.user, member.organization});
      must(made.has_value());
      member.id = (*made).membership()->id;
      const std::size_t organization = i % shape.organizations();
      if (!together) members[organization % 2].push_back(member);
      if (together && organization == 0) members[i / shape.organizations() % 2].push_back(member);
    }
  }

  membership::MemoryStore store{};
  std::vector<Member> members[2];
};

/// What one thread does: a block of reads or of writes.
void read(World& world, std::size_t thread, std::uint64_t& sum) {
  const auto& members = world.members[thread];
  const auto see = [&](const membership::MembershipRow& row) { sum += row.membership.revision; };
  for (std::size_t i = 0; i < calls; ++i) {
    const Member& member = members[benchmarks::mixed(i) % members.size()];
    must(*world.store.view(member.user, member.organization, see));
  }
}
void write(World& world, std::size_t thread, std::uint64_t& /*sum*/) {
  const membership::MembershipPolicy<> policy;
  const auto& members = world.members[thread];
  for (std::size_t i = 0; i < calls / 16; ++i) {
    const auto& id = members[benchmarks::mixed(i) % members.size()].id;
    must(execute(world.store, policy, membership::DeactivateMembership{id}).has_value());
    must(execute(world.store, policy, membership::ReactivateMembership{id}).has_value());
  }
}

using Work = void (*)(World&, std::size_t, std::uint64_t&);

/// A thread that does its block whenever it is told to.
class Second {
 public:
  Second(World& world, Work work)
      : thread_([this, &world, work] {
          for (;;) {
            begin_.acquire();
            if (over_) return;
            work(world, 1, sum_);
            end_.release();
          }
        }) {}
  ~Second() {
    over_ = true;
    begin_.release();
    thread_.join();
    benchmark::DoNotOptimize(sum_);
  }
  Second(const Second&) = delete;
  Second& operator=(const Second&) = delete;
  void begin() { begin_.release(); }
  void end() { end_.acquire(); }

 private:
  std::binary_semaphore begin_{0};
  std::binary_semaphore end_{0};
  bool over_ = false;
  std::uint64_t sum_ = 0;
  std::thread thread_;  // the last: it uses the others
};

void measure(benchmark::State& state, bool together, Work work) {
  World world(together);
  std::uint64_t sum = 0;
  benchmarks::Turns<2> turns({"one", "two"}, 1e6, "us", CLOCK_MONOTONIC);
  {
    Second second(world, work);
    for (auto _ : state) {
      turns.measure(
          1, [&] { work(world, 0, sum); },
          [&] {
            second.begin();
            work(world, 0, sum);
            second.end();
          });
    }
  }
  benchmark::DoNotOptimize(sum);
  turns.tell(state);
  // Two have done twice as much.
  state.counters["two_to_one"] = 2 * state.counters["ratio"];
}

}  // namespace

int main(int argc, char** argv) {
  const auto add = [](const char* name, bool together, Work work) {
    benchmark::RegisterBenchmark(name, [=](benchmark::State& state) {
      measure(state, together, work);
    })->UseRealTime();
  };
  add("reads", false, read);
  add("writes", false, write);
  add("reads-together", true, read);
  add("writes-together", true, write);
  return benchmarks::run_turns(argc, argv, "1") ? EXIT_SUCCESS : EXIT_FAILURE;
}
