// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_OWNED_HASH_HPP
#define MEMBERSHIP_STORE_OWNED_HASH_HPP

#include "membership/domain/id.hpp"
#include "membership/domain/word.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <type_traits>

namespace membership {
inline namespace v0 {
namespace detail {

/// A good 64-bit hash of bytes; not one against an adversary who chooses them. Reads 16 bytes at a
/// time in two lanes, the last ones overlapping.
inline std::uint64_t hash_bytes(std::string_view bytes) noexcept {
  constexpr std::uint64_t odd = 0x9FB21C651E98DF25u;
  const auto mix = [](std::uint64_t word) {
    word *= odd;
    return word ^ (word >> 32);
  };
  const char* at = bytes.data();
  std::size_t rest = bytes.size();
  std::uint64_t even_lane = rest + odd;
  std::uint64_t odd_lane = odd;
  if (rest >= 8) {
    for (; rest > 16; rest -= 16, at += 16) {
      even_lane = mix(even_lane ^ word_at<std::uint64_t>(at));
      odd_lane = mix(odd_lane ^ word_at<std::uint64_t>(at + 8));
    }
    const char* const end = at + rest;
    const char* const before = bytes.size() >= 16 ? end - 16 : at;
    even_lane = mix(even_lane ^ word_at<std::uint64_t>(before));
    odd_lane = mix(odd_lane ^ word_at<std::uint64_t>(end - 8));
  } else {
    std::uint64_t word = 0;
    for (; rest > 0; --rest, ++at) word = (word << 8) | static_cast<unsigned char>(*at);
    even_lane = mix(even_lane ^ word);
  }
  return mix(mix(even_lane + (odd_lane << 23 | odd_lane >> 41)));
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
}  // namespace v0
}  // namespace membership

#endif
