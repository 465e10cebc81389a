// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DOMAIN_USER_HPP
#define MEMBERSHIP_DOMAIN_USER_HPP

#include "membership/domain/phase.hpp"
#include "membership/domain/traits.hpp"

#include <cstdint>

namespace membership::inline v0 {

/// What decisions see of a user. E-mail address and names are its profile, where the library
/// keeps users at all.
template <class T>
struct BasicUserState {
  typename T::UserId id;
  std::uint64_t revision = 0;
  Phase phase = Phase::live;
  std::uint64_t generation = 0;  ///< while `deleting`: the revision that its mark gave it

  explicit constexpr BasicUserState(const typename T::UserId& user_id,
                                    std::uint64_t at_revision = 0, Phase in_phase = Phase::live,
                                    std::uint64_t marked_at = 0) noexcept
      : id(user_id), revision(at_revision), phase(in_phase), generation(marked_at) {}

  friend constexpr bool operator==(const BasicUserState&, const BasicUserState&) noexcept = default;
};

using UserState = BasicUserState<DefaultTraits>;

}  // namespace membership::inline v0

#endif
