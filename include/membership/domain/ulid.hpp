// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DOMAIN_ULID_HPP
#define MEMBERSHIP_DOMAIN_ULID_HPP

#include "membership/domain/time.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>

namespace membership::inline v0 {

/// A 128-bit identifier that sorts by its time: 48 bits of milliseconds, then 80 bits that its
/// source draws. Written as 26 characters of Crockford's base 32.
struct Ulid {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  static constexpr std::size_t text_size = 26;

  constexpr Time time() const noexcept {
    return Time::from_milliseconds(static_cast<std::int64_t>(high >> 16));
  }

  friend constexpr bool operator==(const Ulid&, const Ulid&) noexcept = default;
  friend constexpr std::strong_ordering operator<=>(const Ulid&, const Ulid&) noexcept = default;
};

namespace detail {
inline constexpr char base32[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// 65 bits and more do not fit the digits' boundaries: the text is 130 bits, the first two zero.
constexpr unsigned ulid_digit(const Ulid& value, unsigned place) noexcept {
  const unsigned shift = 5 * (25 - place);
  if (shift >= 64) return static_cast<unsigned>(value.high >> (shift - 64)) & 31u;
  if (shift > 59) {
    return static_cast<unsigned>((value.low >> shift) | (value.high << (64 - shift))) & 31u;
  }
  return static_cast<unsigned>(value.low >> shift) & 31u;
}

/// Writes the 26 characters of `value` to `out`.
constexpr void write_ulid(const Ulid& value, char* out) noexcept {
  for (unsigned place = 0; place < 26; ++place) out[place] = base32[ulid_digit(value, place)];
}
}  // namespace detail

/// Names a plan, and so the commit that it became. The four lowest bits are zero: they number
/// the plan's events.
struct PlanId {
  Ulid value;
  friend constexpr auto operator<=>(const PlanId&, const PlanId&) noexcept = default;
};

/// Names an event: its plan and its place in it. So an event's id costs nothing to mint, and an
/// event tells which commit it came with.
struct EventId {
  Ulid value;

  static constexpr EventId of(PlanId plan, unsigned index) noexcept {
    return EventId{Ulid{plan.value.high, plan.value.low | (index & 15u)}};
  }
  constexpr PlanId plan() const noexcept {
    return PlanId{Ulid{value.high, value.low & ~std::uint64_t{15}}};
  }
  constexpr unsigned index() const noexcept { return static_cast<unsigned>(value.low & 15u); }

  friend constexpr bool operator==(const EventId&, const EventId&) noexcept = default;
  friend constexpr std::strong_ordering operator<=>(const EventId&,
                                                    const EventId&) noexcept = default;
};

}  // namespace membership::inline v0

#endif
