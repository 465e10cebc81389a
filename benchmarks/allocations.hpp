// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_BENCHMARKS_ALLOCATIONS_HPP
#define MEMBERSHIP_BENCHMARKS_ALLOCATIONS_HPP

#include <cstddef>
#include <cstdlib>
#include <malloc.h>
#include <new>

/// Replaces the global allocation functions by ones that count. For one file of a program.

namespace benchmarks {

/// What the program, of one thread, has allocated: blocks ever, and bytes that are not freed yet,
/// as the allocator rounds them.
struct Allocations {
  static inline std::size_t count = 0;
  static inline std::size_t live_bytes = 0;

  static void* allocate(std::size_t size, std::size_t alignment) {
    void* const block =
        alignment == 0
            ? std::malloc(size)
            : std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
    if (block == nullptr) throw std::bad_alloc();
    ++count;
    live_bytes += malloc_usable_size(block);
    return block;
  }
  static void free(void* block) noexcept {
    live_bytes -= malloc_usable_size(block);
    std::free(block);
  }
};

}  // namespace benchmarks

void* operator new(std::size_t size) { return benchmarks::Allocations::allocate(size, 0); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return benchmarks::Allocations::allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* block) noexcept { benchmarks::Allocations::free(block); }
void operator delete(void* block, std::size_t /*size*/) noexcept {
  benchmarks::Allocations::free(block);
}
void operator delete(void* block, std::align_val_t /*alignment*/) noexcept {
  benchmarks::Allocations::free(block);
}
void operator delete(void* block, std::size_t /*size*/, std::align_val_t /*alignment*/) noexcept {
  benchmarks::Allocations::free(block);
}

#endif
