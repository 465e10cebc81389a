// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DOMAIN_INLINE_TEXT_HPP
#define MEMBERSHIP_DOMAIN_INLINE_TEXT_HPP

#include "membership/domain/utf8.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace membership::inline v0 {

/// A text of at most `Capacity` bytes that lives inside the object: trivially copyable, usable in
/// constant expressions, ordered by its bytes. It is the storage of ids and slugs, which add the
/// rules of what may stand in it.
template <std::size_t Capacity>
class InlineText {
  static_assert(Capacity >= 1 && Capacity <= 255, "InlineText: the capacity is 1 to 255 bytes");

 public:
  constexpr InlineText() noexcept = default;

  /// The text, cut at a character's boundary where it does not fit.
  static constexpr InlineText cut(std::string_view text) noexcept {
    InlineText result;
    const std::string_view kept = utf8_prefix(text, Capacity);
    for (std::size_t i = 0; i < kept.size(); ++i) result.bytes_[i] = kept[i];
    result.size_ = static_cast<std::uint8_t>(kept.size());
    return result;
  }

  static constexpr std::size_t capacity() noexcept { return Capacity; }
  constexpr std::string_view view() const noexcept { return {bytes_, std::size_t{size_}}; }
  constexpr std::size_t size() const noexcept { return size_; }
  constexpr bool empty() const noexcept { return size_ == 0; }

  friend constexpr bool operator==(const InlineText& a, const InlineText& b) noexcept {
    return a.view() == b.view();
  }
  friend constexpr std::strong_ordering operator<=>(const InlineText& a,
                                                    const InlineText& b) noexcept {
    return a.view() <=> b.view();
  }

 private:
  char bytes_[Capacity]{};
  std::uint8_t size_ = 0;
};

}  // namespace membership::inline v0

#endif
