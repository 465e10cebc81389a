// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_CONFORMANCE_THREADS_HPP
#define MEMBERSHIP_TESTING_CONFORMANCE_THREADS_HPP

#include "membership/testing/conformance/world.hpp"

#include <atomic>
#include <exception>
#include <initializer_list>
#include <span>
#include <thread>
#include <vector>

namespace membership::inline v0 {
namespace testing {
namespace conformance {

/// Where the first loads of commands that run at the same moment wait for each other, but not for
/// long, so that their commits meet.
class Meeting {
 public:
  explicit Meeting(unsigned count) noexcept : count_(count) {}
  void arrive() noexcept {
    arrived_.fetch_add(1, std::memory_order_acq_rel);
    for (int i = 0; i < 100 && arrived_.load(std::memory_order_acquire) < count_; ++i) {
      std::this_thread::yield();
    }
  }

 private:
  const unsigned count_;
  std::atomic<unsigned> arrived_{0};
};

/// A store as another process would use it: without its queue, with the meeting of a race, and
/// with a delay between load and commit, so that the orders of commits change from race to race.
template <class S>
class Face {
 public:
  using traits = typename S::traits;
  using Loaded = typename S::Loaded;
  using Failure = typename S::Failure;
  static constexpr Kinds keeps = S::keeps;

  Face(S& store, Meeting& meeting, unsigned delay) noexcept
      : store_(store), meeting_(meeting), delay_(delay) {}
  auto load(const BasicReads<traits>& reads) {
    auto loaded = store_.load(reads);
    meeting_.arrive();
    return loaded;
  }
  auto load(std::span<const BasicReads<traits>> reads) requires LoadsSeveralSnapshots<S> {
    return store_.load(reads);
  }
  auto commit(std::span<const BasicPlan<traits>> plans) {
    for (unsigned i = 0; i < delay_; ++i) std::this_thread::yield();
    return store_.commit(plans);
  }
  template <class Query, class Visit>
  requires Lists<S, Query>
  auto list(const Query& query, Visit&& visit) { return store_.list(query, visit); }

 private:
  S& store_;
  Meeting& meeting_;
  unsigned delay_;
};

/// What one thread of a race has.
template <class W>
struct Runner {
  unsigned number;
  Actor<typename W::Factory> actor;
  typename W::Store& store;
  Face<typename W::Store> face;

  template <class C>
  auto run(const C& command) {
    return actor.run(face, command);
  }
};

/// Runs `body(runner)` in so many threads at the same moment, until all are done. What one throws
/// is a finding.
template <class W, class Body>
void together(W& w, unsigned count, Body&& body) {
  Meeting start(count);
  Meeting meeting(count);
  const auto loop = [&](Runner<W> runner) {
    try {
      start.arrive();
      body(runner);
    } catch (const Stopped&) {
      return;  // its finding is written down
    } catch (const std::exception& error) {
      w.found("a thread that ends by itself", error.what());
    }
  };
  std::vector<std::thread> threads;
  threads.reserve(count);
  const unsigned race = w.begin_race();
  for (unsigned i = 0; i < count; ++i) {
    auto& store = w.store_of_thread(i);
    const unsigned delay = 2 * ((race >> (2 * i % 8)) % 4);
    threads.emplace_back(loop, Runner<W>{i, w.actor_of_thread(i), store,
                                         Face<typename W::Store>(store, meeting, delay)});
  }
  for (std::thread& thread : threads) thread.join();
}

/// Whether a command was carried out; anything but these refusals is a finding.
template <class W, class Result>
bool carried_out(W& w, const Result& result, std::initializer_list<ErrorCode> codes) {
  if (result) return true;
  const auto& failure = result.error();
  for (const ErrorCode code : codes) {
    if (failure.kind == FailureKind::refused && failure.error->code == code) return false;
  }
  w.found("a command to be carried out or to be refused for what the others did", text_of(failure));
  return false;
}

}  // namespace conformance
}  // namespace testing
}  // namespace membership::inline v0

#endif
