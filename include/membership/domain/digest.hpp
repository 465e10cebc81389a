// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DOMAIN_DIGEST_HPP
#define MEMBERSHIP_DOMAIN_DIGEST_HPP

#include <compare>
#include <cstddef>
#include <cstdint>

namespace membership::inline v0 {

/// What is kept of an invitation's token: 32 bytes that a digest function of the host's makes of
/// it. Compared in constant time.
struct TokenDigest {
  static constexpr std::size_t size = 32;
  std::uint8_t bytes[size]{};

  friend constexpr bool operator==(const TokenDigest& a, const TokenDigest& b) noexcept {
    unsigned difference = 0;
    for (std::size_t i = 0; i < size; ++i) {
      difference |= static_cast<unsigned>(a.bytes[i] ^ b.bytes[i]);
    }
    return difference == 0;
  }
  /// For sorting; how long it takes tells how far two are equal.
  friend constexpr auto operator<=>(const TokenDigest&, const TokenDigest&) noexcept = default;
};

}  // namespace membership::inline v0

#endif
