// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DOMAIN_WORD_HPP
#define MEMBERSHIP_DOMAIN_WORD_HPP

#include <string_view>  // IWYU pragma: keep; std::char_traits, without all of <string>
#include <type_traits>

namespace membership::inline v0 {
namespace detail {

/// A value that lies among bytes, wherever it begins there: `std::memcpy` without <cstring>.
template <class Word>
Word word_at(const char* bytes) noexcept {
  static_assert(std::is_scalar_v<Word>);
  Word word{};
  std::char_traits<char>::copy(reinterpret_cast<char*>(&word), bytes, sizeof word);
  return word;
}

/// Lays a value among bytes.
template <class Word>
void put_word(char* bytes, Word word) noexcept {
  static_assert(std::is_scalar_v<Word>);
  std::char_traits<char>::copy(bytes, reinterpret_cast<const char*>(&word), sizeof word);
}

}  // namespace detail
}  // namespace membership::inline v0

#endif
