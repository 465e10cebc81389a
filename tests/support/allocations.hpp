// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_SUPPORT_ALLOCATIONS_HPP
#define MEMBERSHIP_TESTS_SUPPORT_ALLOCATIONS_HPP

#include <atomic>
#include <cstdlib>
#include <new>

/// Counts the allocations of a program and lets one of them fail. To be included in one source of
/// a program, whose operators new and delete it replaces.
namespace membership_tests::allocations {

inline std::atomic<long> made{0};
inline std::atomic<long> live{0};
/// The allocation that fails, counted from now; 0 for none.
inline std::atomic<long> failing{0};

// Neither is inlined: g++ would see one of a pair and not the other, and take them for mismatched.
[[gnu::noinline]] inline void* allocate(std::size_t size, std::size_t alignment) {
  if (failing.load() > 0 && failing.fetch_sub(1) == 1) throw std::bad_alloc();
  const std::size_t rounded = (size + alignment - 1) / alignment * alignment;
  void* const memory = std::aligned_alloc(alignment, rounded == 0 ? alignment : rounded);
  if (memory == nullptr) throw std::bad_alloc();
  ++made;
  ++live;
  return memory;
}
[[gnu::noinline]] inline void release(void* memory) noexcept {
  if (memory == nullptr) return;
  --live;
  std::free(memory);
}

}  // namespace membership_tests::allocations

void* operator new(std::size_t size) {
  return membership_tests::allocations::allocate(size, __STDCPP_DEFAULT_NEW_ALIGNMENT__);
}
void* operator new[](std::size_t size) {
  return membership_tests::allocations::allocate(size, __STDCPP_DEFAULT_NEW_ALIGNMENT__);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return membership_tests::allocations::allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return membership_tests::allocations::allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { membership_tests::allocations::release(memory); }
void operator delete[](void* memory) noexcept { membership_tests::allocations::release(memory); }
void operator delete(void* memory, std::size_t) noexcept {
  membership_tests::allocations::release(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  membership_tests::allocations::release(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  membership_tests::allocations::release(memory);
}
void operator delete[](void* memory, std::align_val_t) noexcept {
  membership_tests::allocations::release(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  membership_tests::allocations::release(memory);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
  membership_tests::allocations::release(memory);
}

#endif
