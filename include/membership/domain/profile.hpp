// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DOMAIN_PROFILE_HPP
#define MEMBERSHIP_DOMAIN_PROFILE_HPP

#include "membership/domain/error.hpp"
#include "membership/domain/inline_text.hpp"
#include "membership/domain/metadata.hpp"
#include "membership/domain/organization_domain.hpp"
#include "membership/domain/time.hpp"
#include "membership/domain/utf8.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace membership::inline v0 {

/// The texts that users, organizations and roles have in their profiles.
enum class Text : std::uint8_t {
  name,
  description,
  resource_type_slug,
  email,
  first_name,
  last_name,
  external_id,
  locale,
  stripe_customer_id,
  role_slug,  ///< of an invitation that has ended
};
inline constexpr std::size_t text_count = 10;  ///< of `Text`

/// The texts of one profile, as views of what the caller or a snapshot holds. A text that is not
/// set is null on the wire.
class Texts {
 public:
  constexpr Texts() noexcept = default;

  constexpr bool has(Text text) const noexcept { return (set_ & bit(text)) != 0; }
  /// The text; empty where it is not set.
  constexpr std::string_view operator[](Text text) const noexcept {
    return values_[static_cast<std::size_t>(text)];
  }
  constexpr void set(Text text, std::string_view value) noexcept {
    values_[static_cast<std::size_t>(text)] = value;
    set_ = static_cast<std::uint16_t>(set_ | bit(text));
  }
  constexpr void clear(Text text) noexcept {
    values_[static_cast<std::size_t>(text)] = {};
    set_ = static_cast<std::uint16_t>(set_ & ~bit(text));
  }
  constexpr void set(Text text, const std::optional<std::string_view>& value) noexcept {
    if (value) set(text, *value);
  }

 private:
  static constexpr unsigned bit(Text text) noexcept { return 1u << static_cast<unsigned>(text); }

  std::string_view values_[text_count]{};
  std::uint16_t set_ = 0;
};

/// What is shown of a user, an organization, a role or an invitation and no decision looks at. A
/// view.
struct Profile {
  Texts texts;
  Metadata metadata{};            ///< of a user or an organization
  OrganizationDomains domains{};  ///< of an organization
  bool email_verified = false;
  Time created_at = Time::from_milliseconds(0);
  Time updated_at = Time::from_milliseconds(0);
};

/// An e-mail address as it is compared: ASCII letters in lower case. At most one user of an
/// environment holds it.
class EmailKey {
 public:
  static constexpr std::size_t capacity = 254;

  /// Errors, in this order, with `Field::email`: `empty`; `too_long` (more than 254 bytes);
  /// `not_utf8`; then of the first NUL or white space `not_utf8` or `malformed`; `malformed` (not
  /// `x@y`).
  template <class E = Error>
  [[nodiscard]] static constexpr tl::expected<EmailKey, E> make(std::string_view address) noexcept {
    const ErrorCode code = fault(address);
    if (code != ErrorCode{}) {
      return tl::expected<EmailKey, E>(tl::unexpect,
                                       E{code, Field::email, 0, subject_of_text(address)});
    }
    return tl::expected<EmailKey, E>(tl::in_place, folded(address));
  }

  /// The first rule that an address breaks; `ErrorCode{}` where it breaks none.
  static constexpr ErrorCode fault(std::string_view address) noexcept {
    if (address.empty()) return ErrorCode::empty;
    if (address.size() > capacity) return ErrorCode::too_long;
    if (!is_valid_utf8(address)) return ErrorCode::not_utf8;
    std::size_t at_signs = 0;
    for (const char c : address) {
      if (c == '\0') return ErrorCode::not_utf8;
      if (c == ' ' || (c >= '\t' && c <= '\r')) return ErrorCode::malformed;
      if (c == '@') ++at_signs;
    }
    if (at_signs != 1 || address.front() == '@' || address.back() == '@') {
      return ErrorCode::malformed;
    }
    return ErrorCode{};
  }

  /// The key of any text. One that is too long gives the empty key, which nobody holds.
  static constexpr EmailKey folded(std::string_view address) noexcept {
    char text[capacity]{};
    const std::string_view kept = address.size() <= capacity ? address : std::string_view();
    for (std::size_t i = 0; i < kept.size(); ++i) {
      const char c = kept[i];
      text[i] = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return EmailKey(InlineText<capacity>::cut({static_cast<const char*>(text), kept.size()}));
  }

  constexpr std::string_view view() const noexcept { return text_.view(); }
  friend constexpr auto operator<=>(const EmailKey&, const EmailKey&) noexcept = default;

 private:
  explicit constexpr EmailKey(const InlineText<capacity>& text) noexcept : text_(text) {}
  InlineText<capacity> text_;
};

/// The first rule that a text for a profile breaks: `empty` (fewer bytes than `least`), `not_utf8`
/// (or with a NUL), `too_long` (more characters than `most`); `ErrorCode{}` for none.
constexpr ErrorCode text_fault(std::string_view text, std::size_t least,
                               std::size_t most) noexcept {
  if (text.size() < least) return ErrorCode::empty;
  if (!is_valid_utf8(text) || text.find('\0') != std::string_view::npos) {
    return ErrorCode::not_utf8;
  }
  if (utf8_length(text) > most) return ErrorCode::too_long;
  return ErrorCode{};
}

}  // namespace membership::inline v0

#endif
