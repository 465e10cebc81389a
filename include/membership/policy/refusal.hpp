// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_POLICY_REFUSAL_HPP
#define MEMBERSHIP_POLICY_REFUSAL_HPP

#include "membership/domain/error.hpp"

#include <cstddef>
#include <cstdint>

namespace membership::inline v0 {

/// Why a decision refuses, or that it does not: one word in a register. The policy makes the
/// `Error` with its subject out of it, once.
class Refusal {
 public:
  /// Not refused.
  constexpr Refusal() noexcept = default;
  /// `detail` becomes `Error::detail`, which says what it may be.
  constexpr Refusal(ErrorCode code, Field field = Field::none, std::uint16_t detail = 0) noexcept
      : bits_(static_cast<std::uint32_t>(code) | (static_cast<std::uint32_t>(field) << 8) |
              (static_cast<std::uint32_t>(detail) << 16)) {}

  /// The refusal of a host's own rule.
  static constexpr Refusal by_rule(std::uint16_t number) noexcept {
    return {ErrorCode::rule_refused, Field::none, number};
  }

  constexpr explicit operator bool() const noexcept { return bits_ != 0; }
  constexpr ErrorCode code() const noexcept { return static_cast<ErrorCode>(bits_ & 255u); }
  constexpr Field field() const noexcept { return static_cast<Field>((bits_ >> 8) & 255u); }
  constexpr std::uint16_t detail() const noexcept {
    return static_cast<std::uint16_t>(bits_ >> 16);
  }

 private:
  std::uint32_t bits_ = 0;
};

namespace detail {
/// The place of a slug in a list for an error to name, and that of one too far down for that.
inline constexpr std::uint16_t unnamed_place = 0xFFFF;
constexpr std::uint16_t place_of(std::size_t at) noexcept {
  return static_cast<std::uint16_t>(at < unnamed_place ? at : unnamed_place);
}
}  // namespace detail

}  // namespace membership::inline v0

#endif
