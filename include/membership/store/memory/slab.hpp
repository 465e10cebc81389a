// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_MEMORY_SLAB_HPP
#define MEMBERSHIP_STORE_MEMORY_SLAB_HPP

#include "membership/store/owned/atomic.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>

namespace membership::inline v0 {
namespace detail {

/// Records at addresses that never change, named by small numbers. The chunks grow by an eighth
/// of an octave, so that at most about an eighth of the room is idle. A record has a field
/// `std::uint32_t next_free`, which is the slab's while the record is not taken.
template <class Record>
class Slab {
 public:
  static constexpr std::uint32_t capacity = (1u << 26) - 1;
  static constexpr std::uint32_t none = 0xFFFFFFFFu;

  Slab() = default;
  Slab(const Slab&) = delete;
  Slab& operator=(const Slab&) = delete;
  ~Slab() {
    for (const Atomic<Record*>& chunk : chunks_) delete[] chunk.load(Order::relaxed);
  }

  /// Makes sure that `count` calls of `take` in a row succeed. May throw std::bad_alloc; false
  /// where the slab is full.
  [[nodiscard]] bool reserve(std::uint32_t count) {
    if (count <= free_) return true;
    const std::uint64_t end = std::uint64_t{used_} + count - free_;
    if (end > capacity) return false;
    for (std::uint32_t index = used_; index < end;) {
      const Place place = locate(index);
      Atomic<Record*>& chunk = chunks_[place.chunk];
      if (chunk.load(Order::relaxed) == nullptr) {
        chunk.store(new Record[place.size], Order::release);
      }
      index += place.size - place.offset;
    }
    return true;
  }

  /// Asks for the record that comes next.
  void prefetch_next() const noexcept {
    const Place place = locate(free_ == 0 ? used_ : first_free_);
    const Record* const chunk = chunks_[place.chunk].load(Order::relaxed);
    if (chunk == nullptr) return;
    const auto* const record = reinterpret_cast<const char*>(chunk + place.offset);
    for (std::size_t at = 0; at < sizeof(Record); at += 64) __builtin_prefetch(record + at, 1);
  }

  /// Preconditions: room was reserved.
  std::uint32_t take() noexcept {
    if (free_ == 0) return used_++;
    --free_;
    const std::uint32_t index = first_free_;
    first_free_ = (*this)[index].next_free;
    return index;
  }
  void give_back(std::uint32_t index) noexcept {
    (*this)[index].next_free = first_free_;
    first_free_ = index;
    ++free_;
  }

  Record& operator[](std::uint32_t index) noexcept {
    const Place place = locate(index);
    return chunks_[place.chunk].load(Order::acquire)[place.offset];
  }
  const Record& operator[](std::uint32_t index) const noexcept {
    const Place place = locate(index);
    return chunks_[place.chunk].load(Order::acquire)[place.offset];
  }

 private:
  static constexpr std::uint32_t unit = 16;

  struct Place {
    std::uint32_t chunk;
    std::uint32_t offset;
    std::uint32_t size;
  };
  /// Of a number moved up by 8 units, the four highest bits are the chunk of its octave and the
  /// others the place in it.
  static Place locate(std::uint32_t index) noexcept {
    // Never 0 in 64 bits, and `^ 63` is the highest bit's number: so the compiler needs no branch.
    const std::uint64_t moved = index + std::uint64_t{8} * unit;
    const auto shift = (static_cast<std::uint32_t>(std::countl_zero(moved)) ^ 63) - 3;
    const std::uint32_t size = std::uint32_t{1} << shift;
    return {static_cast<std::uint32_t>(moved >> shift) + 8 * (shift - least_shift) - 8,
            static_cast<std::uint32_t>(moved) & (size - 1), size};
  }
  static constexpr std::uint32_t least_shift = std::bit_width(unit) - 1;
  static constexpr std::size_t chunk_count = 160;

  Atomic<Record*> chunks_[chunk_count]{};
  std::uint32_t first_free_ = none;
  std::uint32_t free_ = 0;
  std::uint32_t used_ = 0;
};

}  // namespace detail
}  // namespace membership::inline v0

#endif
