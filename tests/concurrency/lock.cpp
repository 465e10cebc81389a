// SPDX-License-Identifier: BSL-1.0

// The memory store's lock.
//
// Plan
//   writers exclude each other; nothing is lost; what one wrote the next
//     sees                                                                   -> writers
//   readers and writers exclude each other                                   -> readers_and_writers
//   readers are together                                                     -> readers_together
//   no wake-up is lost while many wait long                                  -> no_lost_wake_up
//   a writer gets in though readers come without end                         -> no_starving
//   who only tries gets in where nobody is, and keeps others out             -> tries

#include "concurrency/threads.hpp"
#include "membership/store/owned/shared_lock.hpp"
#include "support/scale.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

using membership::detail::SharedLock;
using namespace membership_tests;

BOOST_AUTO_TEST_SUITE(lock)

BOOST_AUTO_TEST_CASE(writers) {
  const std::size_t rounds = scaled(50'000, 500'000);
  SharedLock lock;
  std::uint64_t counted = 0;
  std::vector<std::function<void()>> bodies;
  for (int thread = 0; thread < 4; ++thread) {
    bodies.emplace_back([&] {
      for (std::size_t i = 0; i < rounds; ++i) {
        lock.lock();
        ++counted;
        lock.unlock();
      }
    });
  }
  together(std::move(bodies));
  BOOST_TEST(counted == 4 * rounds);
}

BOOST_AUTO_TEST_CASE(readers_and_writers) {
  const std::size_t rounds = scaled(30'000, 300'000);
  SharedLock lock;
  Faults faults;
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  std::atomic<unsigned> inside{0};
  std::vector<std::function<void()>> bodies;
  for (unsigned thread = 0; thread < 6; ++thread) {
    bodies.emplace_back([&, thread] {
      for (std::size_t i = 0; i < rounds && !faults.any(); ++i) {
        if ((i + thread) % 3 == 0) {
          lock.lock();
          faults.check(inside.exchange(100, std::memory_order_relaxed) == 0, "a writer not alone");
          ++first;
          ++second;
          inside.store(0, std::memory_order_relaxed);
          lock.unlock();
        } else {
          lock.lock_shared();
          faults.check(inside.fetch_add(1, std::memory_order_relaxed) < 100,
                       "a reader beside a writer");
          faults.check(first == second, "a reader sees half a change");
          inside.fetch_sub(1, std::memory_order_relaxed);
          lock.unlock_shared();
        }
      }
    });
  }
  together(std::move(bodies));
  faults.report();
  BOOST_TEST(first == 6 * rounds / 3);
}

BOOST_AUTO_TEST_CASE(tries) {
  SharedLock lock;
  lock.lock_shared();
  BOOST_TEST(!lock.try_lock());
  lock.unlock_shared();
  BOOST_TEST(lock.try_lock());
  BOOST_TEST(!lock.try_lock());
  lock.unlock();

  // Those who try and those who wait exclude each other, and nobody sleeps for ever.
  const std::size_t rounds = scaled(20'000, 200'000);
  std::uint64_t counted = 0;
  std::atomic<std::uint64_t> got{0};
  std::vector<std::function<void()>> bodies;
  for (unsigned thread = 0; thread < 4; ++thread) {
    bodies.emplace_back([&, thread] {
      for (std::size_t i = 0; i < rounds; ++i) {
        if (thread % 2 == 0) {
          lock.lock();
        } else if (!lock.try_lock()) {
          continue;
        }
        ++counted;
        ++got;
        lock.unlock();
      }
    });
  }
  together(std::move(bodies));
  BOOST_TEST(counted == got);
  BOOST_TEST(counted >= 2 * rounds);
}

BOOST_AUTO_TEST_CASE(readers_together) {
  SharedLock lock;
  Meeting meeting(4);
  std::vector<std::function<void()>> bodies;
  for (int thread = 0; thread < 4; ++thread) {
    bodies.emplace_back([&] {
      for (int i = 0; i < 100; ++i) {
        lock.lock_shared();
        meeting.wait();  // Comes back only if all four are in.
        lock.unlock_shared();
        meeting.wait();
      }
    });
  }
  together(std::move(bodies));
  BOOST_TEST(true);
}

BOOST_AUTO_TEST_CASE(no_lost_wake_up) {
  // Whoever holds the lock gives way often, so that the others do go to sleep.
  const std::size_t rounds = scaled(400, 4000);
  SharedLock lock;
  std::uint64_t counted = 0;
  std::vector<std::function<void()>> bodies;
  for (unsigned thread = 0; thread < 16; ++thread) {
    bodies.emplace_back([&, thread] {
      for (std::size_t i = 0; i < rounds; ++i) {
        if (thread % 2 == 0) {
          lock.lock();
          ++counted;
          for (int spin = 0; spin < 3; ++spin) std::this_thread::yield();
          lock.unlock();
        } else {
          lock.lock_shared();
          for (int spin = 0; spin < 3; ++spin) std::this_thread::yield();
          lock.unlock_shared();
        }
      }
    });
  }
  together(std::move(bodies));
  BOOST_TEST(counted == 8 * rounds);
}

BOOST_AUTO_TEST_CASE(no_starving) {
  SharedLock lock;
  std::atomic<bool> done{false};
  std::vector<std::function<void()>> bodies;
  for (int thread = 0; thread < 3; ++thread) {
    bodies.emplace_back([&] {
      while (!done.load(std::memory_order_relaxed)) {
        lock.lock_shared();
        std::this_thread::yield();
        lock.unlock_shared();
      }
    });
  }
  bodies.emplace_back([&] {
    for (std::size_t i = 0; i < scaled(100, 2000); ++i) {
      lock.lock();
      lock.unlock();
    }
    done.store(true, std::memory_order_relaxed);
  });
  together(std::move(bodies));
  BOOST_TEST(done.load());
}

BOOST_AUTO_TEST_SUITE_END()
