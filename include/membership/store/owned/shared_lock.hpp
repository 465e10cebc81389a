// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_OWNED_SHARED_LOCK_HPP
#define MEMBERSHIP_STORE_OWNED_SHARED_LOCK_HPP

#include "membership/store/owned/atomic.hpp"

#include <cstdint>

namespace membership::inline v0 {
namespace detail {

/// A lock of four bytes for many readers or one writer. Spins briefly, then sleeps. While a writer
/// waits, new readers wait too, so that no writer starves.
class SharedLock {
 public:
  void lock() noexcept {
    for (unsigned round = 0;; ++round) {
      std::uint32_t seen = state_.load(Order::relaxed);
      if ((seen & (writer | readers)) == 0) {
        // Whoever else waits to write says so again.
        if (state_.compare_exchange_weak(seen, (seen & ~pending) | writer, Order::acquire)) {
          return;
        }
        continue;
      }
      back_off(round, seen, waiters | pending);
    }
  }

  /// Does not wait; whether it has the lock. Before those who wait, too.
  bool try_lock() noexcept {
    std::uint32_t seen = state_.load(Order::relaxed);
    return (seen & (writer | readers)) == 0 &&
           state_.compare_exchange_strong(seen, (seen & ~pending) | writer, Order::acquire);
  }

  void unlock() noexcept {
    const std::uint32_t before = state_.fetch_and(~(writer | waiters), Order::release);
    if ((before & waiters) != 0) state_.notify_all();
  }

  void lock_shared() noexcept {
    for (unsigned round = 0;; ++round) {
      std::uint32_t seen = state_.load(Order::relaxed);
      if ((seen & (writer | pending)) == 0) {
        if (state_.compare_exchange_weak(seen, seen + 1, Order::acquire)) {
          return;
        }
        continue;
      }
      back_off(round, seen, waiters);
    }
  }

  void unlock_shared() noexcept {
    const std::uint32_t before = state_.fetch_sub(1, Order::release);
    if ((before & readers) != 1 || (before & waiters) == 0) return;
    state_.fetch_and(~waiters, Order::relaxed);
    state_.notify_all();
  }

 private:
  static constexpr std::uint32_t writer = 1u << 31;
  static constexpr std::uint32_t waiters = 1u << 30;  ///< somebody may be asleep
  static constexpr std::uint32_t pending = 1u << 29;  ///< a writer waits: no new readers
  static constexpr std::uint32_t readers = pending - 1;
  /// Long enough for what the memory store does under a lock: to sleep and be woken costs more.
  static constexpr unsigned spins = 256;

  void back_off(unsigned round, std::uint32_t seen, std::uint32_t bits) noexcept {
    if (round >= spins) return sleep(seen, bits);
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
  }

  /// Sleeps until the state is another one than that seen with `bits` set; not at all where it
  /// changed already.
  void sleep(std::uint32_t seen, std::uint32_t bits) noexcept {
    const std::uint32_t marked = seen | bits;
    if (seen != marked && !state_.compare_exchange_strong(seen, marked, Order::relaxed)) {
      return;
    }
    state_.wait(marked);
  }

  Atomic<std::uint32_t> state_{0};
};

/// Holds a lock together with other readers.
class SharedGuard {
 public:
  explicit SharedGuard(SharedLock& lock) noexcept : lock_(lock) { lock_.lock_shared(); }
  ~SharedGuard() { lock_.unlock_shared(); }
  SharedGuard(const SharedGuard&) = delete;
  SharedGuard& operator=(const SharedGuard&) = delete;

 private:
  SharedLock& lock_;
};

/// Holds a lock alone.
class UniqueGuard {
 public:
  explicit UniqueGuard(SharedLock& lock) noexcept : lock_(lock) { lock_.lock(); }
  ~UniqueGuard() { lock_.unlock(); }
  UniqueGuard(const UniqueGuard&) = delete;
  UniqueGuard& operator=(const UniqueGuard&) = delete;

 private:
  SharedLock& lock_;
};

}  // namespace detail
}  // namespace membership::inline v0

#endif
