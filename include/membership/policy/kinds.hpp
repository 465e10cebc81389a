// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_POLICY_KINDS_HPP
#define MEMBERSHIP_POLICY_KINDS_HPP

#include <cstdint>

namespace membership::inline v0 {

/// The kinds of entity that a store may keep and a command may need.
enum class Kind : std::uint8_t {
  environment,
  organization,
  membership,
  user,
  role,
  permission,
  invitation,
  token,  ///< of an invitation: minted, never kept
};

/// A set of kinds.
class Kinds {
 public:
  constexpr Kinds() noexcept = default;
  template <class... More>
  constexpr explicit Kinds(Kind first, More... more) noexcept
      : bits_((bit(first) | ... | bit(more))) {}

  constexpr bool has(Kind kind) const noexcept { return (bits_ & bit(kind)) != 0; }
  friend constexpr bool operator==(Kinds, Kinds) noexcept = default;

 private:
  static constexpr unsigned bit(Kind kind) noexcept { return 1u << static_cast<unsigned>(kind); }
  unsigned bits_ = 0;
};

/// Every kind that can be kept.
inline constexpr Kinds all_kinds{Kind::environment, Kind::organization, Kind::membership,
                                 Kind::user,        Kind::role,         Kind::permission,
                                 Kind::invitation};

}  // namespace membership::inline v0

#endif
