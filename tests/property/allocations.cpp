// SPDX-License-Identifier: BSL-1.0

// Plan: no test of its own; operator new of this program, which fails where a test asks for it.

#include "property/allocations.hpp"

#include <cstddef>
#include <cstdlib>
#include <new>

thread_local long membership_tests::allocations_left = -1;

// None of them is inlined: g++ would see one of a pair and not the other, and take them for
// mismatched.
[[gnu::noinline]] void* operator new(std::size_t size) {
  if (membership_tests::allocations_left == 0) throw std::bad_alloc();
  if (membership_tests::allocations_left > 0) --membership_tests::allocations_left;
  void* const room = std::malloc(size == 0 ? 1 : size);
  if (room == nullptr) throw std::bad_alloc();
  return room;
}
[[gnu::noinline]] void operator delete(void* room) noexcept { std::free(room); }
[[gnu::noinline]] void operator delete(void* room, std::size_t /*size*/) noexcept {
  std::free(room);
}
