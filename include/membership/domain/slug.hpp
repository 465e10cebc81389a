// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DOMAIN_SLUG_HPP
#define MEMBERSHIP_DOMAIN_SLUG_HPP

#include "membership/domain/error.hpp"
#include "membership/domain/inline_text.hpp"
#include "membership/domain/word.hpp"

#include <tl/expected.hpp>

#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace membership::inline v0 {

namespace detail {
/// The bytes of an unsigned integer, the lowest first.
template <class Word>
constexpr Word load_word(const char* bytes) noexcept {
  Word word = 0;
  if (std::is_constant_evaluated() || std::endian::native != std::endian::little) {
    for (std::size_t i = sizeof(Word); i > 0; --i) {
      word = static_cast<Word>((word << 8) | static_cast<unsigned char>(bytes[i - 1]));
    }
  } else {
    word = word_at<Word>(bytes);
  }
  return word;
}
}  // namespace detail

/// A slug's text reduced to two words and its length, exact up to 16 bytes: comparing two keys is
/// three integer comparisons. The same at compile time and at run time.
struct SlugKey {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::size_t size = 0;

  static constexpr SlugKey of(std::string_view text) noexcept {
    SlugKey key;
    key.size = text.size();
    const char* const bytes = text.data();
    if (text.size() >= 8) {
      key.first = detail::load_word<std::uint64_t>(bytes);
      key.last = detail::load_word<std::uint64_t>(bytes + (text.size() - 8));
    } else if (text.size() >= 4) {
      key.first = detail::load_word<std::uint32_t>(bytes);
      key.last = detail::load_word<std::uint32_t>(bytes + (text.size() - 4));
    } else {
      for (const char c : text) key.first = (key.first << 8) | static_cast<unsigned char>(c);
    }
    return key;
  }

  friend constexpr bool operator==(const SlugKey&, const SlugKey&) noexcept = default;
};

namespace detail {
constexpr bool is_lower_or_digit(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
constexpr bool is_separator(char c) noexcept { return c == '-' || c == '_'; }

/// The first rule of slugs that a text breaks, of `a-z 0-9 - _` and `others`; `ErrorCode{}` where
/// it breaks none.
constexpr ErrorCode slug_fault(std::string_view text, std::size_t capacity,
                               std::string_view others) noexcept {
  if (text.empty()) return ErrorCode::empty;
  if (text.size() > capacity) return ErrorCode::too_long;
  for (const char c : text) {
    if (!is_lower_or_digit(c) && !is_separator(c) && others.find(c) == std::string_view::npos) {
      return ErrorCode::malformed;
    }
  }
  return ErrorCode{};
}

/// A slug `S` of a text that was judged.
template <class S, class E>
constexpr tl::expected<S, E> made_slug(std::string_view text, ErrorCode fault) noexcept {
  if (fault != ErrorCode{}) {
    return tl::expected<S, E>(tl::unexpect, E{fault, Field::slug, 0, subject_of_text(text)});
  }
  return tl::expected<S, E>(tl::in_place, S::from_stored(text));
}
}  // namespace detail

/// A role's slug: 1 to 48 characters of `a-z 0-9 - _`.
class RoleSlug {
 public:
  static constexpr std::size_t capacity = 48;

  /// The slug of an environment role. `E` is a parameter, here and in all of this kind, so that
  /// `tl::expected` is instantiated only where one is called.
  /// Errors, in this order, with `Field::slug`: `empty`, `too_long`, `malformed`.
  template <class E = Error>
  [[nodiscard]] static constexpr tl::expected<RoleSlug, E> make(std::string_view text) noexcept {
    return detail::made_slug<RoleSlug, E>(text, fault(text));
  }

  /// The first rule that a text breaks; `ErrorCode{}` where it breaks none.
  static constexpr ErrorCode fault(std::string_view text) noexcept {
    return detail::slug_fault(text, capacity, "");
  }

  /// The slug that somebody gives an organization's own role: it begins with `org-`, and has no
  /// leading, trailing or consecutive separators. Errors as `make`.
  template <class E = Error>
  [[nodiscard]] static constexpr tl::expected<RoleSlug, E>
  make_organization(std::string_view text) noexcept {
    return detail::made_slug<RoleSlug, E>(text, organization_fault(text));
  }

  /// The first rule of an organization's own role that a text breaks; `ErrorCode{}` for none.
  static constexpr ErrorCode organization_fault(std::string_view text) noexcept {
    const ErrorCode code = fault(text);
    if (code != ErrorCode{}) return code;
    if (text.substr(0, 4) != "org-" || detail::is_separator(text.back())) {
      return ErrorCode::malformed;
    }
    for (std::size_t i = 1; i < text.size(); ++i) {
      if (detail::is_separator(text[i]) && detail::is_separator(text[i - 1])) {
        return ErrorCode::malformed;
      }
    }
    return ErrorCode{};
  }

  /// The slug of an organization's own role made from its name: lower case, white space to `-`,
  /// other characters dropped, repeated separators collapsed, cut, then `-` and `suffix`. A name
  /// of which nothing is left counts as `role`. `suffix` is 6 characters derived from the role's
  /// id; what is longer is cut.
  static constexpr RoleSlug generate(std::string_view name, std::string_view suffix) noexcept {
    char text[capacity]{};
    std::size_t size = 0;
    suffix = suffix.substr(0, 6);
    const std::size_t room = capacity - 1 - suffix.size();
    for (char c : name) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
      if (c == ' ' || (c >= '\t' && c <= '\r')) c = '-';
      const bool separator = detail::is_separator(c);
      if (!separator && !detail::is_lower_or_digit(c)) continue;
      if (separator && (size == 0 || detail::is_separator(text[size - 1]))) continue;
      if (size == room) break;
      text[size++] = c;
    }
    while (size > 0 && detail::is_separator(text[size - 1])) --size;
    if (size == 0) {
      for (const char c : std::string_view("role")) text[size++] = c;
    }
    text[size++] = '-';
    for (const char c : suffix) text[size++] = c;
    return RoleSlug({static_cast<const char*>(text), size});
  }

  /// The slug of a text without a fault: one that came out of a slug, or was judged by `fault`.
  static constexpr RoleSlug from_stored(std::string_view text) noexcept { return RoleSlug(text); }

  constexpr std::string_view view() const noexcept { return text_.view(); }

  friend constexpr bool operator==(const RoleSlug&, const RoleSlug&) noexcept = default;
  friend constexpr std::strong_ordering operator<=>(const RoleSlug&,
                                                    const RoleSlug&) noexcept = default;

 private:
  explicit constexpr RoleSlug(std::string_view text) noexcept
      : text_(InlineText<capacity>::cut(text)) {}
  InlineText<capacity> text_;
};

/// A permission's slug: 1 to 48 characters of `a-z 0-9 - _ : . *`, all of them plain characters.
class PermissionSlug {
 public:
  static constexpr std::size_t capacity = 48;

  /// Errors, in this order, with `Field::slug`: `empty`, `too_long`, `malformed`.
  template <class E = Error>
  [[nodiscard]] static constexpr tl::expected<PermissionSlug, E>
  make(std::string_view text) noexcept {
    return detail::made_slug<PermissionSlug, E>(text, fault(text));
  }

  /// The first rule that a text breaks; `ErrorCode{}` where it breaks none.
  static constexpr ErrorCode fault(std::string_view text) noexcept {
    return detail::slug_fault(text, capacity, ":.*");
  }

  /// The slug of a text without a fault: one that came out of a slug, or was judged by `fault`.
  static constexpr PermissionSlug from_stored(std::string_view text) noexcept {
    return PermissionSlug(text);
  }

  constexpr std::string_view view() const noexcept { return text_.view(); }

  friend constexpr bool operator==(const PermissionSlug&, const PermissionSlug&) noexcept = default;
  friend constexpr std::strong_ordering operator<=>(const PermissionSlug&,
                                                    const PermissionSlug&) noexcept = default;

 private:
  explicit constexpr PermissionSlug(std::string_view text) noexcept
      : text_(InlineText<capacity>::cut(text)) {}
  InlineText<capacity> text_;
};

}  // namespace membership::inline v0

#endif
