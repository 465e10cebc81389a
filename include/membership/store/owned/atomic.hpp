// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_OWNED_ATOMIC_HPP
#define MEMBERSHIP_STORE_OWNED_ATOMIC_HPP

#include <cstdint>
#include <sys/syscall.h>
#include <type_traits>

namespace membership::inline v0 {
namespace detail {

/// What an atomic access orders, with the meaning of the enumerators of `std::memory_order`.
enum class Order : int {
  relaxed = __ATOMIC_RELAXED,
  acquire = __ATOMIC_ACQUIRE,
  release = __ATOMIC_RELEASE,
  acq_rel = __ATOMIC_ACQ_REL,
};

/// The C library's `syscall`, declared under a name of its own: <unistd.h> is 1,300 lines, and the
/// libraries do not agree whether it is noexcept.
extern "C" long membership_system_call(long number, ...) noexcept __asm__("syscall");

/// A pointer, a 32-bit count or a 64-bit value that threads share: of `std::atomic` what the memory
/// store uses, made of the same builtins of g++ and clang. With <atomic>, membership.hpp was 6,500
/// lines more (73,300, not 66,800) and took a tenth longer to compile, for what is hardly used.
template <class V>
class Atomic {
  static_assert(std::is_pointer_v<V> || std::is_same_v<V, std::uint32_t> ||
                std::is_same_v<V, std::uint64_t>);

 public:
  constexpr Atomic() noexcept = default;
  constexpr explicit Atomic(V value) noexcept : value_(value) {}
  Atomic(const Atomic&) = delete;
  Atomic& operator=(const Atomic&) = delete;

  /// Preconditions: `order` is relaxed or acquire.
  V load(Order order) const noexcept { return __atomic_load_n(&value_, static_cast<int>(order)); }
  /// Preconditions: `order` is relaxed or release.
  void store(V value, Order order) noexcept {
    __atomic_store_n(&value_, value, static_cast<int>(order));
  }

  /// Each returns the value before.
  V fetch_add(V by, Order order) noexcept requires std::is_same_v<V, std::uint32_t> {
    return __atomic_fetch_add(&value_, by, static_cast<int>(order));
  }
  V fetch_sub(V by, Order order) noexcept requires std::is_same_v<V, std::uint32_t> {
    return __atomic_fetch_sub(&value_, by, static_cast<int>(order));
  }
  V fetch_and(V bits, Order order) noexcept requires std::is_same_v<V, std::uint32_t> {
    return __atomic_fetch_and(&value_, bits, static_cast<int>(order));
  }

  /// Where the value is `expected`, makes it `desired` and returns true; else sets `expected` to
  /// what it is, which orders nothing. The weak one may fail for no reason.
  bool compare_exchange_weak(V& expected, V desired, Order order) noexcept {
    return __atomic_compare_exchange_n(&value_, &expected, desired, true, static_cast<int>(order),
                                       __ATOMIC_RELAXED);
  }
  bool compare_exchange_strong(V& expected, V desired, Order order) noexcept {
    return __atomic_compare_exchange_n(&value_, &expected, desired, false, static_cast<int>(order),
                                       __ATOMIC_RELAXED);
  }

  /// Sleeps where the value is `old`, until it is notified. May return for no reason, also with
  /// the value unchanged; orders nothing.
  void wait(V old) const noexcept requires std::is_same_v<V, std::uint32_t> {
    membership_system_call(SYS_futex, &value_, futex_wait_private, old, nullptr);
  }
  /// Wakes all that wait.
  void notify_all() noexcept requires std::is_same_v<V, std::uint32_t> {
    membership_system_call(SYS_futex, &value_, futex_wake_private, 0x7FFF'FFFF);
  }

 private:
  // FUTEX_WAIT and FUTEX_WAKE with FUTEX_PRIVATE_FLAG of <linux/futex.h>.
  static constexpr int futex_wait_private = 128;
  static constexpr int futex_wake_private = 129;

  // Where 64 bits are aligned to 32 they would not be read and written at once.
  alignas(std::is_same_v<V, std::uint64_t> ? 8 : alignof(V)) V value_{};
};

}  // namespace detail
}  // namespace membership::inline v0

#endif
