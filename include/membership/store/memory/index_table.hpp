// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_MEMORY_INDEX_TABLE_HPP
#define MEMBERSHIP_STORE_MEMORY_INDEX_TABLE_HPP

#include <cstddef>
#include <cstdint>
#include <utility>

namespace membership::inline v0 {
namespace detail {

/// A hash table from keys to record numbers that does not hold the keys: a slot is 32 bits of the
/// hash and the number. Linear probing, deletion by shifting back, so there are no tombstones.
/// At most 2^27 numbers. Sixteen bytes, so that several lie in one cache line.
class IndexTable {
 public:
  static constexpr std::uint32_t none = 0xFFFFFFFFu;

  IndexTable() noexcept = default;
  IndexTable(const IndexTable&) = delete;
  IndexTable& operator=(const IndexTable&) = delete;
  ~IndexTable() {
    if (mask_ != 0) delete[] slots_;
  }

  /// The number under this hash for which `matches(number)` holds, or `none`.
  template <class Matches>
  std::uint32_t find(std::uint32_t hash, Matches&& matches) const {
    for (std::uint32_t at = hash & mask_;; at = (at + 1) & mask_) {
      const std::uint64_t slot = slots_[at];
      if (slot == 0) return none;
      if (static_cast<std::uint32_t>(slot >> 32) == hash) {
        const std::uint32_t number = static_cast<std::uint32_t>(slot) - 1u;
        if (matches(number)) return number;
      }
    }
  }

  /// Asks for what a search under this hash or an insertion will touch first.
  void prefetch(std::uint32_t hash) const noexcept { __builtin_prefetch(&slots_[hash & mask_]); }

  /// Makes sure that `count` insertions in a row succeed. May throw std::bad_alloc.
  void reserve(std::size_t count) {
    const std::size_t old_capacity = mask_ == 0 ? 0 : std::size_t{mask_} + 1;
    std::size_t capacity = mask_ == 0 ? 8 : old_capacity;
    while ((size_ + count) * 8 > capacity * 7) capacity *= 2;
    if (capacity == old_capacity) return;
    std::uint64_t* const old = std::exchange(slots_, new std::uint64_t[capacity]());
    mask_ = static_cast<std::uint32_t>(capacity - 1);
    for (std::size_t i = 0; i < old_capacity; ++i) {
      if (old[i] != 0) place(old[i]);
    }
    if (old_capacity != 0) delete[] old;
  }

  /// Preconditions: room was reserved; the pair is not in the table; `number` is not `none`.
  void insert(std::uint32_t hash, std::uint32_t number) noexcept {
    place((std::uint64_t{hash} << 32) | (number + 1u));
    ++size_;
  }

  /// Preconditions: the pair is in the table.
  void erase(std::uint32_t hash, std::uint32_t number) noexcept {
    const std::uint64_t wanted = (std::uint64_t{hash} << 32) | (number + 1u);
    std::uint32_t hole = hash & mask_;
    while (slots_[hole] != wanted) hole = (hole + 1) & mask_;
    for (std::uint32_t at = (hole + 1) & mask_; slots_[at] != 0; at = (at + 1) & mask_) {
      const std::uint32_t home = static_cast<std::uint32_t>(slots_[at] >> 32) & mask_;
      // Moves back what the hole separates from its home.
      if (((at - home) & mask_) >= ((at - hole) & mask_)) {
        slots_[hole] = slots_[at];
        hole = at;
      }
    }
    slots_[hole] = 0;
    --size_;
  }

  std::size_t size() const noexcept { return size_; }

 private:
  void place(std::uint64_t slot) noexcept {
    std::uint32_t at = static_cast<std::uint32_t>(slot >> 32) & mask_;
    while (slots_[at] != 0) at = (at + 1) & mask_;
    slots_[at] = slot;
  }

  /// What a table without slots has in place of them, so that a search need not ask.
  static inline std::uint64_t nothing = 0;

  std::uint64_t* slots_ = &nothing;
  std::uint32_t mask_ = 0;
  std::uint32_t size_ = 0;
};

}  // namespace detail
}  // namespace membership::inline v0

#endif
