// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DOMAIN_UTF8_HPP
#define MEMBERSHIP_DOMAIN_UTF8_HPP

#include <cstddef>
#include <string_view>

namespace membership::inline v0 {

namespace detail {

constexpr unsigned byte_at(std::string_view text, std::size_t at) noexcept {
  return static_cast<unsigned char>(text[at]);
}

/// The length of the well-formed UTF-8 sequence that begins at `at`, or 0.
/// Overlong forms, surrogates and code points above U+10FFFF are not well-formed (Unicode 15,
/// table 3-7).
constexpr std::size_t utf8_sequence(std::string_view text, std::size_t at) noexcept {
  const unsigned lead = byte_at(text, at);
  if (lead < 0x80) return 1;
  std::size_t length = 0;
  unsigned low = 0x80;
  unsigned high = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  } else {
    return 0;
  }
  if (at + length > text.size()) return 0;
  const unsigned second = byte_at(text, at + 1);
  if (second < low || second > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((byte_at(text, at + i) & 0xC0u) != 0x80u) return 0;
  }
  return length;
}

}  // namespace detail

/// Whether a text is well-formed UTF-8. The empty text is.
/// Complexity: linear in the bytes.
constexpr bool is_valid_utf8(std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = detail::utf8_sequence(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

/// The number of characters (code points) of a well-formed text.
constexpr std::size_t utf8_length(std::string_view text) noexcept {
  std::size_t count = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0u) != 0x80u) ++count;
  }
  return count;
}

/// The longest prefix of at most `bytes` bytes that does not cut a character in two.
constexpr std::string_view utf8_prefix(std::string_view text, std::size_t bytes) noexcept {
  if (text.size() <= bytes) return text;
  std::size_t end = bytes;
  while (end > 0 && (detail::byte_at(text, end) & 0xC0u) == 0x80u) --end;
  return text.substr(0, end);
}

}  // namespace membership::inline v0

#endif
