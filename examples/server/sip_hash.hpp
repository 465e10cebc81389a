// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_SERVER_SIP_HASH_HPP
#define MEMBERSHIP_SERVER_SIP_HASH_HPP

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace membership_server {

/// 128 bits that stand for some bytes.
struct Hash128 {
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  friend bool operator==(const Hash128&, const Hash128&) = default;
};

/// SipHash-2-4 with 128 bits (Aumasson and Bernstein): who does not know the key finds no two
/// texts with one hash.
/// Complexity: linear, allocates nothing.
class SipHash {
 public:
  struct Key {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
  };

  explicit constexpr SipHash(Key key) noexcept
      : v0_(key.low ^ 0x736f6d6570736575u), v1_(key.high ^ 0x646f72616e646f6du ^ 0xeeu),
        v2_(key.low ^ 0x6c7967656e657261u), v3_(key.high ^ 0x7465646279746573u) {}

  /// Takes more bytes. Where they end is not seen in the hash.
  constexpr SipHash& add(std::string_view bytes) noexcept {
    std::size_t at = 0;
    while (at < bytes.size() && length_ % 8 != 0) add_byte(byte(bytes, at++));
    for (; bytes.size() - at >= 8; at += 8) {
      for (unsigned i = 0; i < 8; ++i) word_ |= byte(bytes, at + i) << (8 * i);
      length_ += 8;
      compress();
    }
    while (at < bytes.size()) add_byte(byte(bytes, at++));
    return *this;
  }

  constexpr SipHash& add(std::uint64_t number) noexcept {
    for (unsigned shift = 0; shift < 64; shift += 8) add_byte((number >> shift) & 0xffu);
    return *this;
  }

  /// Takes one text of several: `ab`, `c` and `a`, `bc` are different.
  constexpr SipHash& add_text(std::string_view text) noexcept {
    return add(std::uint64_t{text.size()}).add(text);
  }

  [[nodiscard]] constexpr Hash128 finish() const noexcept {
    SipHash end = *this;
    end.word_ |= (length_ & 0xffu) << 56;
    end.compress();
    end.v2_ ^= 0xeeu;
    for (int i = 0; i < 4; ++i) end.round();
    Hash128 hash;
    hash.low = end.v0_ ^ end.v1_ ^ end.v2_ ^ end.v3_;
    end.v1_ ^= 0xddu;
    for (int i = 0; i < 4; ++i) end.round();
    hash.high = end.v0_ ^ end.v1_ ^ end.v2_ ^ end.v3_;
    return hash;
  }

 private:
  static constexpr std::uint64_t byte(std::string_view bytes, std::size_t at) noexcept {
    return static_cast<unsigned char>(bytes[at]);
  }

  constexpr void add_byte(std::uint64_t value) noexcept {
    word_ |= value << (8 * (length_ % 8));
    if (++length_ % 8 == 0) compress();
  }

  constexpr void compress() noexcept {
    v3_ ^= word_;
    round();
    round();
    v0_ ^= word_;
    word_ = 0;
  }

  constexpr void round() noexcept {
    v0_ += v1_;
    v1_ = std::rotl(v1_, 13) ^ v0_;
    v0_ = std::rotl(v0_, 32);
    v2_ += v3_;
    v3_ = std::rotl(v3_, 16) ^ v2_;
    v0_ += v3_;
    v3_ = std::rotl(v3_, 21) ^ v0_;
    v2_ += v1_;
    v1_ = std::rotl(v1_, 17) ^ v2_;
    v2_ = std::rotl(v2_, 32);
  }

  std::uint64_t v0_;
  std::uint64_t v1_;
  std::uint64_t v2_;
  std::uint64_t v3_;
  std::uint64_t word_ = 0;  ///< bytes that do not make a whole word yet
  std::uint64_t length_ = 0;
};

}  // namespace membership_server

#endif
