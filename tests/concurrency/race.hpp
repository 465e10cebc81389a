// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_CONCURRENCY_RACE_HPP
#define MEMBERSHIP_TESTS_CONCURRENCY_RACE_HPP

#include "concurrency/threads.hpp"

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace membership_tests {

/// The memory store with its queue, and nothing else.
struct Queued {
  using traits = membership::DefaultTraits;
  using Loaded = membership::MemoryStore::Loaded;
  using Failure = membership::MemoryStore::Failure;
  static constexpr membership::Kinds keeps = membership::MemoryStore::keeps;
  explicit Queued(membership::MemoryStore& of) : store(of) {}
  auto load(const membership::Reads& reads) { return store.load(reads); }
  auto commit(std::span<const membership::Plan> plans) { return store.commit(plans); }
  auto queue(const membership::Reads& reads) { return store.queue(reads); }
  membership::MemoryStore& store;
};
static_assert(membership::QueuesOrganizations<Queued> &&
              !membership::QueuesOrganizations<Unqueued>);

/// The world of a race: the store, by its queue or not, and two actors.
template <class Store, class ActorType = Actor>
struct Race {
  /// `only_memberships`: see `Auditor`.
  explicit Race(std::size_t event_limit = 20'000, bool only_memberships = true)
      : store(std::make_unique<membership::MemoryStore>(
            membership::MemoryStoreOptions{event_limit, membership::Time::from_milliseconds(0)})),
        face(*store), auditor(faults, only_memberships) {}

  using Body = std::function<void(std::size_t)>;

  std::unique_ptr<membership::MemoryStore> store;
  Store face;
  Faults faults;
  Auditor auditor;
  ActorType first{1};
  ActorType second{2};

  /// `a(round)` and `b(round)` run at the same moment, then `after(round)` alone.
  void run(std::size_t rounds, const Body& a, const Body& b, const Body& after) {
    run(rounds, {a, b}, after);
  }

  /// The same with as many as there are bodies.
  void run(std::size_t rounds, const std::vector<Body>& bodies, const Body& after) {
    Meeting meeting(static_cast<unsigned>(bodies.size()));
    const auto loop = [&](std::size_t number) {
      const bool leader = number == 0;
      for (std::size_t round = 0; round < rounds; ++round) {
        if constexpr (std::is_same_v<Store, Unqueued>) {
          if (leader && round % 4 != 3) {
            face.let_the_next_meet(static_cast<unsigned>(bodies.size()));
          }
        }
        meeting.wait();
        // Who begins changes, so that both orders and all between come about.
        const std::size_t delay = number == 0   ? round % 64
                                  : number == 1 ? (round / 64) % 64
                                                : (round * 7) % 64;
        for (std::size_t i = 0; i < delay * 4; ++i) {
          std::atomic_signal_fence(std::memory_order_seq_cst);
        }
        bodies[number](round);
        meeting.wait();
        if (leader) {
          if constexpr (std::is_same_v<Store, Unqueued>) face.let_all_go();
          after(round);
          if (round % 2000 == 1999) auditor.follow(*store);
        }
        meeting.wait();
        if (faults.any()) return;
      }
    };
    std::vector<std::function<void()>> loops;
    for (std::size_t i = 0; i < bodies.size(); ++i) loops.emplace_back([&loop, i] { loop(i); });
    together(std::move(loops));
    if (!faults.any()) auditor.compare(*store);
    faults.report();
    BOOST_TEST_MESSAGE(rounds << " rounds, " << first.commands() + second.commands()
                              << " commands, " << first.tries() + second.tries() << " tries, "
                              << auditor.events() << " events");
  }
};

}  // namespace membership_tests

#endif
