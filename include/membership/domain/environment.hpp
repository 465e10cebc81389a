// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DOMAIN_ENVIRONMENT_HPP
#define MEMBERSHIP_DOMAIN_ENVIRONMENT_HPP

#include "membership/domain/phase.hpp"
#include "membership/domain/role_set.hpp"

#include <cstdint>

namespace membership {
inline namespace v0 {

/// Which memberships take a seat besides the active ones.
struct SeatsCount {
  bool pending = false;
  bool inactive = false;
  friend constexpr bool operator==(SeatsCount, SeatsCount) noexcept = default;
};

/// The settings that all organizations share. One store object keeps one environment; they are its
/// data and changed by commands, never options of a process.
struct EnvironmentState {
  std::uint64_t revision = 0;
  RoleIndex default_role = RoleIndex::none();  ///< none: the role with the slug `member`
  RoleIndex owner_role = RoleIndex::none();    ///< none: no role is the owner
  bool multiple_roles = false;
  SeatsCount seats_count{};
  Phase phase = Phase::live;  ///< `closing`: Multiple Roles is on its way off

  /// Whether a membership may be given several roles now.
  constexpr bool allows_several_roles() const noexcept {
    return multiple_roles && phase == Phase::live;
  }

  friend constexpr bool operator==(const EnvironmentState&,
                                   const EnvironmentState&) noexcept = default;
};

}  // namespace v0
}  // namespace membership

#endif
