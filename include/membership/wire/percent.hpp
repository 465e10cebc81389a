// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_PERCENT_HPP
#define MEMBERSHIP_WIRE_PERCENT_HPP

#include "membership/domain/utf8.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace membership::inline v0 {
namespace wire {

/// Why an encoded text cannot be decoded.
enum class PercentError : std::uint8_t {
  bad_escape = 1,  ///< a `%` without two hexadecimal digits behind it
  not_utf8,        ///< the decoded bytes are not well-formed UTF-8
};

/// What is wrong, as the end of a sentence about the text.
[[nodiscard]] constexpr std::string_view to_string(PercentError error) noexcept {
  switch (error) {
    case PercentError::bad_escape: return "has a '%' without two hexadecimal digits behind it";
    case PercentError::not_utf8: return "is not valid UTF-8";
  }
  return "is not valid UTF-8";
}

/// What a `+` stands for: itself in a path, a space in a form.
enum class Plus : std::uint8_t { literal, space };

namespace detail {

/// The value of a hexadecimal digit, or -1.
constexpr int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace detail

/// Decodes each `%XX` once.
/// Errors, in this order: `bad_escape`, `not_utf8`.
/// Complexity: linear. Throws: `std::bad_alloc`.
[[nodiscard]] inline tl::expected<std::string, PercentError>
percent_decode(std::string_view encoded, Plus plus) {
  tl::expected<std::string, PercentError> result(tl::in_place);
  std::string& text = *result;
  text.reserve(encoded.size());
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    const char c = encoded[i];
    if (c == '%') {
      const int high = i + 2 < encoded.size() ? detail::hex_value(encoded[i + 1]) : -1;
      const int low = i + 2 < encoded.size() ? detail::hex_value(encoded[i + 2]) : -1;
      if (high < 0 || low < 0) {
        return tl::unexpected<PercentError>(PercentError::bad_escape);
      }
      text.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else if (c == '+' && plus == Plus::space) {
      text.push_back(' ');
    } else {
      text.push_back(c);
    }
  }
  if (!is_valid_utf8(text)) return tl::unexpected<PercentError>(PercentError::not_utf8);
  return result;
}

}  // namespace wire
}  // namespace membership::inline v0

#endif
