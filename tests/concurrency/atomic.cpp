// SPDX-License-Identifier: BSL-1.0

// The memory store's atomic values.
//
// Plan
//   each operation: the value before and after, with one thread              -> operations
//   an exchange writes only over what is expected, and says what is there    -> exchanges
//   pointers                                                                 -> pointers
//   adding, taking and clearing bits from many threads loses nothing         -> nothing_lost
//   what was written before a release is seen after an acquire (also: TSan)  -> orders
//   who waits for another value does not sleep                               -> no_needless_sleep
//   who sleeps is woken, also where many do                                  -> wakes_all

#include "membership/store/owned/atomic.hpp"

#include "concurrency/threads.hpp"
#include "support/scale.hpp"

#include <cstdint>
#include <functional>
#include <vector>

using membership::detail::Atomic;
using membership::detail::Order;
using namespace membership_tests;

static_assert(sizeof(Atomic<std::uint32_t>) == 4 && sizeof(Atomic<int*>) == sizeof(int*));

BOOST_AUTO_TEST_SUITE(atomic)

BOOST_AUTO_TEST_CASE(operations) {
  for (const Order order : {Order::relaxed, Order::acquire, Order::release, Order::acq_rel}) {
    Atomic<std::uint32_t> value{7};
    BOOST_TEST(value.load(Order::relaxed) == 7u);
    BOOST_TEST(value.fetch_add(5, order) == 7u);
    BOOST_TEST(value.load(Order::acquire) == 12u);
    BOOST_TEST(value.fetch_sub(13, order) == 12u);
    BOOST_TEST(value.load(Order::relaxed) == 0xFFFFFFFFu);
    BOOST_TEST(value.fetch_and(0xF0u, order) == 0xFFFFFFFFu);
    BOOST_TEST(value.load(Order::relaxed) == 0xF0u);
    value.store(3, Order::release);
    BOOST_TEST(value.load(Order::relaxed) == 3u);
  }
  BOOST_TEST(Atomic<std::uint32_t>().load(Order::relaxed) == 0u);
}

BOOST_AUTO_TEST_CASE(exchanges) {
  for (const Order order : {Order::relaxed, Order::acquire, Order::release, Order::acq_rel}) {
    Atomic<std::uint32_t> value{7};
    std::uint32_t expected = 6;
    BOOST_TEST(!value.compare_exchange_strong(expected, 9, order));
    BOOST_TEST(expected == 7u);
    BOOST_TEST(value.load(Order::relaxed) == 7u);
    BOOST_TEST(value.compare_exchange_strong(expected, 9, order));
    BOOST_TEST(value.load(Order::relaxed) == 9u);
    BOOST_TEST(!value.compare_exchange_weak(expected, 8, order));
    BOOST_TEST(expected == 9u);
    while (!value.compare_exchange_weak(expected, 8, order)) BOOST_TEST(expected == 9u);
    BOOST_TEST(value.load(Order::relaxed) == 8u);
  }
}

BOOST_AUTO_TEST_CASE(pointers) {
  int one = 1;
  Atomic<int*> pointer;
  BOOST_TEST(pointer.load(Order::relaxed) == nullptr);
  pointer.store(&one, Order::release);
  BOOST_TEST(pointer.load(Order::acquire) == &one);
  const Atomic<const int*> fixed{&one};
  BOOST_TEST(fixed.load(Order::acquire) == &one);
}

BOOST_AUTO_TEST_CASE(nothing_lost) {
  const std::size_t rounds = scaled(50'000, 500'000);
  Atomic<std::uint32_t> added;
  Atomic<std::uint32_t> exchanged;
  Atomic<std::uint32_t> bits{0xFFFFFFFFu};
  std::vector<std::function<void()>> bodies;
  for (unsigned thread = 0; thread < 4; ++thread) {
    bodies.emplace_back([&, thread] {
      for (std::size_t i = 0; i < rounds; ++i) {
        added.fetch_add(3, Order::relaxed);
        added.fetch_sub(2, Order::relaxed);
        std::uint32_t seen = exchanged.load(Order::relaxed);
        while (!exchanged.compare_exchange_weak(seen, seen + 1, Order::relaxed)) {
        }
      }
      for (unsigned bit = thread; bit < 32; bit += 4) {
        bits.fetch_and(~(std::uint32_t{1} << bit), Order::relaxed);
      }
    });
  }
  together(std::move(bodies));
  BOOST_TEST(added.load(Order::relaxed) == 4 * rounds);
  BOOST_TEST(exchanged.load(Order::relaxed) == 4 * rounds);
  BOOST_TEST(bits.load(Order::relaxed) == 0u);
}

BOOST_AUTO_TEST_CASE(orders) {
  const std::uint32_t rounds = static_cast<std::uint32_t>(scaled(2000, 50'000));
  Faults faults;
  std::uint64_t written = 0;
  Atomic<std::uint32_t> turn;
  std::vector<std::function<void()>> bodies;
  for (std::uint32_t side = 0; side < 2; ++side) {
    bodies.emplace_back([&, side] {
      for (std::uint32_t round = side; round < rounds; round += 2) {
        for (std::uint32_t seen = 0; (seen = turn.load(Order::acquire)) != round;) turn.wait(seen);
        faults.check(written == round, "what the other wrote is not seen");
        ++written;
        turn.store(round + 1, Order::release);
        turn.notify_all();
      }
    });
  }
  together(std::move(bodies));
  faults.report();
  BOOST_TEST(written == rounds);
}

BOOST_AUTO_TEST_CASE(no_needless_sleep) {
  const Atomic<std::uint32_t> high{0xFFFFFFFFu};
  high.wait(0);
  high.wait(0x7FFFFFFFu);
  const Atomic<std::uint32_t> low{1};
  low.wait(0x80000001u);
  BOOST_TEST(low.load(Order::relaxed) == 1u);
}

BOOST_AUTO_TEST_CASE(wakes_all) {
  for (std::size_t round = 0; round < scaled(50, 1000); ++round) {
    Atomic<std::uint32_t> gate{0x80000000u};
    Atomic<std::uint32_t> through;
    std::vector<std::function<void()>> bodies;
    for (unsigned thread = 0; thread < 6; ++thread) {
      bodies.emplace_back([&] {
        while (gate.load(Order::acquire) == 0x80000000u) gate.wait(0x80000000u);
        through.fetch_add(1, Order::relaxed);
      });
    }
    bodies.emplace_back([&] {
      for (std::size_t i = 0; i < round % 20; ++i) std::this_thread::yield();
      gate.store(0, Order::release);
      gate.notify_all();
    });
    together(std::move(bodies));
    BOOST_REQUIRE(through.load(Order::relaxed) == 6u);
  }
}

BOOST_AUTO_TEST_SUITE_END()
