// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_MEMORY_ID_CELL_HPP
#define MEMBERSHIP_STORE_MEMORY_ID_CELL_HPP

#include "membership/domain/id.hpp"
#include "membership/domain/word.hpp"
#include "membership/policy/slot.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace membership::inline v0 {
namespace detail {

/// An id as records keep it: a host's small id itself.
template <class I>
class IdCell {
 public:
  void assign(const I& id) noexcept { value_.emplace(id); }
  void release() noexcept { value_.clear(); }
  /// Preconditions: an id is assigned.
  I view() const noexcept { return *value_; }
  /// Whether this id, and not none, is here.
  bool is(const I& id) const noexcept { return value_ && *value_ == id; }

 private:
  Slot<I> value_{};
};

/// A text in 32 bytes; one of more than 31 bytes lies beside it.
template <TextId I>
class IdCell<I> {
 public:
  IdCell() noexcept = default;
  IdCell(const IdCell&) = delete;
  IdCell& operator=(const IdCell&) = delete;
  ~IdCell() { release(); }

  /// May throw std::bad_alloc for a long id.
  void assign(const I& id) {
    const std::string_view text = id.view();
    if (text.size() <= room) {
      text.copy(bytes_, text.size());
    } else {
      char* const beside = new char[text.size()];
      text.copy(beside, text.size());
      put_word(bytes_, beside);
    }
    size_ = static_cast<std::uint8_t>(text.size());
  }
  void release() noexcept {
    if (size_ > room) delete[] beside();
    size_ = 0;
  }
  std::string_view view() const noexcept {
    return {size_ <= room ? bytes_ : beside(), std::size_t{size_}};
  }
  bool is(std::string_view id) const noexcept {
    if (size_ != id.size()) return false;
    return size_ <= room && size_ >= 8 ? same_bytes(id) : view() == id;
  }

 private:
  static constexpr std::size_t room = 31;
  /// Compares 8 to 31 bytes without a call, by words that may overlap.
  bool same_bytes(std::string_view other) const noexcept {
    const auto differs = [&](std::size_t at) {
      return word_at<std::uint64_t>(bytes_ + at) ^ word_at<std::uint64_t>(other.data() + at);
    };
    const std::size_t last = std::size_t{size_} - 8;
    std::uint64_t difference = differs(0) | differs(last);
    if (last > 8) difference |= differs(8) | differs(last - 8);
    return difference == 0;
  }
  char* beside() const noexcept { return word_at<char*>(bytes_); }
  char bytes_[room];
  std::uint8_t size_ = 0;
};

}  // namespace detail
}  // namespace membership::inline v0

#endif
