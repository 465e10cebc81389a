// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DOMAIN_HASH_HPP
#define MEMBERSHIP_DOMAIN_HASH_HPP

#include "membership/domain/id.hpp"
#include "membership/domain/word.hpp"

#include <cstdint>
#include <functional>
#include <string_view>
#include <type_traits>

namespace membership::inline v0 {
namespace detail {

/// `folded_product` where no type has 128 bits.
constexpr std::uint64_t folded_product_of_halves(std::uint64_t a, std::uint64_t b) noexcept {
  constexpr std::uint64_t half = 0xFFFF'FFFFu;
  const std::uint64_t low = (a & half) * (b & half);
  const std::uint64_t left = (a >> 32) * (b & half) + (low >> 32);
  const std::uint64_t right = (a & half) * (b >> 32) + (left & half);
  const std::uint64_t high = (a >> 32) * (b >> 32) + (left >> 32) + (right >> 32);
  return (right << 32 | (low & half)) ^ high;
}
/// The two halves of a product of 128 bits, one on the other.
constexpr std::uint64_t folded_product(std::uint64_t a, std::uint64_t b) noexcept {
#ifdef __SIZEOF_INT128__
  __extension__ using Wide = unsigned __int128;
  const Wide product = Wide{a} * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
#else
  return folded_product_of_halves(a, b);
#endif
}

/// A good 64-bit hash of bytes; not one against an adversary who chooses them. Reads 16 bytes at a
/// time, the last ones overlapping.
inline std::uint64_t hash_bytes(std::string_view bytes) noexcept {
  constexpr std::uint64_t odd = 0x9FB21C651E98DF25u;
  constexpr std::uint64_t other = 0xD6E8FEB86659FD93u;
  const auto fold = [](std::uint64_t hash, const char* first, const char* second) {
    return folded_product(word_at<std::uint64_t>(first) ^ odd,
                          word_at<std::uint64_t>(second) ^ hash);
  };
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  std::uint64_t hash = bytes.size() * other;
  if (bytes.size() >= 16) {
    for (; end - at > 16; at += 16) hash = fold(hash, at, at + 8);
    hash = fold(hash, end - 16, end - 8);
  } else if (bytes.size() >= 8) {
    hash = fold(hash, at, end - 8);
  } else {
    // So few that the hash can tell all of them apart.
    std::uint64_t word = bytes.size();
    for (; at != end; ++at) word = (word << 8) | static_cast<unsigned char>(*at);
    word = (word ^ (word >> 32)) * odd;
    word = (word ^ (word >> 29)) * other;
    return word ^ (word >> 32);
  }
  return folded_product(hash ^ odd, other);
}

template <class I>
std::uint64_t hash_id(const I& id) noexcept {
  if constexpr (TextId<I>) {
    return hash_bytes(id.view());
  } else if constexpr (std::is_same_v<I, std::string_view>) {
    return hash_bytes(id);
  } else {
    const std::uint64_t hash = std::hash<I>{}(id);
    return hash_bytes({reinterpret_cast<const char*>(&hash), sizeof hash});
  }
}

}  // namespace detail
}  // namespace membership::inline v0

#endif
