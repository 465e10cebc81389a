// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DOMAIN_ID_HPP
#define MEMBERSHIP_DOMAIN_ID_HPP

#include "membership/domain/error.hpp"
#include "membership/domain/inline_text.hpp"
#include "membership/domain/ulid.hpp"
#include "membership/domain/utf8.hpp"

#include <tl/expected.hpp>

#include <compare>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>

namespace membership::inline v0 {

/// An opaque id of at most `Capacity` bytes: valid UTF-8 without NUL, compared as bytes.
/// `Tag` keeps the ids of different things apart, and names the field and prefix:
/// `static constexpr Field field; static constexpr std::string_view prefix;`
template <class Tag, std::size_t Capacity = 63>
class Id {
 public:
  using tag = Tag;

  /// An id out of a text from outside.
  /// Errors, in this order, each with `Tag::field` and the text: `empty`; `too_long` (more than
  /// `Capacity` bytes); `not_utf8` (not well-formed, or with a NUL).
  [[nodiscard]] static constexpr tl::expected<Id, Error> make(std::string_view text) noexcept {
    if (text.empty()) return fail(ErrorCode::empty, text);
    if (text.size() > Capacity) return fail(ErrorCode::too_long, text);
    if (!is_valid_utf8(text)) return fail(ErrorCode::not_utf8, text);
    if (text.find('\0') != std::string_view::npos) return fail(ErrorCode::not_utf8, text);
    return tl::expected<Id, Error>(tl::in_place, Id(InlineText<Capacity>::cut(text)));
  }

  /// The id that we mint: the prefix and the 26 characters of `value`.
  static constexpr Id from_ulid(Ulid value) noexcept
      requires(Tag::prefix.size() + Ulid::text_size <= Capacity) {
    char text[Tag::prefix.size() + Ulid::text_size]{};
    for (std::size_t i = 0; i < Tag::prefix.size(); ++i) text[i] = Tag::prefix[i];
    detail::write_ulid(value, text + Tag::prefix.size());
    return Id(InlineText<Capacity>::cut({static_cast<const char*>(text), sizeof text}));
  }

  /// For stores: an id whose text came out of an id.
  static constexpr Id from_stored(std::string_view text) noexcept {
    return Id(InlineText<Capacity>::cut(text));
  }

  static constexpr std::size_t capacity() noexcept { return Capacity; }
  constexpr std::string_view view() const noexcept { return text_.view(); }

  friend constexpr bool operator==(const Id&, const Id&) noexcept = default;
  friend constexpr std::strong_ordering operator<=>(const Id&, const Id&) noexcept = default;

 private:
  explicit constexpr Id(const InlineText<Capacity>& text) noexcept : text_(text) {}
  static constexpr tl::expected<Id, Error> fail(ErrorCode code, std::string_view text) noexcept {
    return tl::expected<Id, Error>(tl::unexpect, Error{code, Tag::field, 0, subject_of_text(text)});
  }

  InlineText<Capacity> text_;
};

/// What the library asks of an id type, its own or a host's: a small value, compared and ordered.
/// Stores that keep ids in tables hash it as well: by `view()` where it has one, else by
/// `std::hash`.
template <class I>
concept EntityId = std::is_trivially_copyable_v<I> && std::totally_ordered<I>;

/// An id whose text can be seen.
template <class I>
concept TextId = EntityId<I> && requires(const I& id) {
  { id.view() } -> std::same_as<std::string_view>;
  { I::from_stored(std::string_view{}) } -> std::same_as<I>;
};

/// The text of an id for an error: `view()` of it, the digits of an integer, or what the host's
/// own `constexpr Subject subject_text(const I&)`, found by argument-dependent lookup, says;
/// otherwise nothing.
template <class I>
constexpr Subject subject_of(const I& id) noexcept {
  if constexpr (TextId<I>) {
    return Subject::cut(id.view());
  } else if constexpr (std::integral<I>) {
    char digits[24]{};
    std::size_t at = sizeof digits;
    I rest = id;
    const bool negative = std::signed_integral<I> && id < I{};
    do {
      const int digit = static_cast<int>(rest % 10);
      digits[--at] = static_cast<char>('0' + (digit < 0 ? -digit : digit));
      rest = static_cast<I>(rest / 10);
    } while (rest != 0);
    if (negative) digits[--at] = '-';
    return Subject::cut({static_cast<const char*>(digits + at), sizeof digits - at});
  } else if constexpr (requires {
                         { subject_text(id) } -> std::same_as<Subject>;
                       }) {
    return subject_text(id);
  } else {
    return Subject{};
  }
}

}  // namespace membership::inline v0

#endif
