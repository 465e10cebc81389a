// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_MEMORY_INDEX_TABLE_HPP
#define MEMBERSHIP_STORE_MEMORY_INDEX_TABLE_HPP

#include <cstddef>
#include <cstdint>
#include <vector>

namespace membership {
inline namespace v0 {
namespace detail {

/// A hash table from keys to record numbers that does not hold the keys: a slot is 32 bits of the
/// hash and the number. Linear probing, deletion by shifting back, so there are no tombstones.
class IndexTable {
 public:
  static constexpr std::uint32_t none = 0xFFFFFFFFu;

  /// The number under this hash for which `matches(number)` holds, or `none`.
  template <class Matches>
  std::uint32_t find(std::uint32_t hash, Matches&& matches) const {
    if (slots_.empty()) return none;
    for (std::size_t at = hash & mask();; at = (at + 1) & mask()) {
      const std::uint64_t slot = slots_[at];
      if (slot == 0) return none;
      if (static_cast<std::uint32_t>(slot >> 32) == hash) {
        const std::uint32_t number = number_of(slot);
        if (matches(number)) return number;
      }
    }
  }

  /// Makes sure that `count` insertions in a row succeed. May throw std::bad_alloc.
  void reserve(std::size_t count) {
    const std::size_t needed = size_ + count;
    if (needed * 8 <= slots_.size() * 7) return;
    std::size_t capacity = slots_.empty() ? 8 : slots_.size() * 2;
    while (needed * 8 > capacity * 7) capacity *= 2;
    std::vector<std::uint64_t> old(capacity, 0);
    old.swap(slots_);
    for (const std::uint64_t slot : old) {
      if (slot != 0) place(slot);
    }
  }

  /// Preconditions: room was reserved; the pair is not in the table; `number` is not `none`.
  void insert(std::uint32_t hash, std::uint32_t number) noexcept {
    place((std::uint64_t{hash} << 32) | (number + 1u));
    ++size_;
  }

  /// Preconditions: the pair is in the table.
  void erase(std::uint32_t hash, std::uint32_t number) noexcept {
    const std::uint64_t wanted = (std::uint64_t{hash} << 32) | (number + 1u);
    std::size_t hole = hash & mask();
    while (slots_[hole] != wanted) hole = (hole + 1) & mask();
    for (std::size_t at = (hole + 1) & mask(); slots_[at] != 0; at = (at + 1) & mask()) {
      const std::size_t home = static_cast<std::size_t>(slots_[at] >> 32) & mask();
      // Moves back what the hole separates from its home.
      if (((at - home) & mask()) >= ((at - hole) & mask())) {
        slots_[hole] = slots_[at];
        hole = at;
      }
    }
    slots_[hole] = 0;
    --size_;
  }

  std::size_t size() const noexcept { return size_; }

 private:
  std::size_t mask() const noexcept { return slots_.size() - 1; }
  static std::uint32_t number_of(std::uint64_t slot) noexcept {
    return static_cast<std::uint32_t>(slot) - 1u;
  }
  void place(std::uint64_t slot) noexcept {
    std::size_t at = static_cast<std::size_t>(slot >> 32) & mask();
    while (slots_[at] != 0) at = (at + 1) & mask();
    slots_[at] = slot;
  }

  std::vector<std::uint64_t> slots_;
  std::size_t size_ = 0;
};

}  // namespace detail
}  // namespace v0
}  // namespace membership

#endif
