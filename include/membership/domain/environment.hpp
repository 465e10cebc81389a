// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DOMAIN_ENVIRONMENT_HPP
#define MEMBERSHIP_DOMAIN_ENVIRONMENT_HPP

#include "membership/domain/phase.hpp"
#include "membership/domain/role_set.hpp"

#include <cstdint>

namespace membership::inline v0 {

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
  Phase phase = Phase::live;     ///< `closing`: Multiple Roles is on its way off
  std::uint64_t generation = 0;  ///< while `closing`: the revision that its mark gave it
  /// While another owner role is being named: the one that comes, and the revision that the mark
  /// gave the environment; 0 at any other time.
  RoleIndex next_owner_role = RoleIndex::none();
  std::uint64_t owner_generation = 0;

  constexpr bool names_owner_role() const noexcept { return owner_generation != 0; }
  /// The owner role of organizations made from now on.
  constexpr RoleIndex owner_role_to_come() const noexcept {
    return names_owner_role() ? next_owner_role : owner_role;
  }
  /// Whether a role is the owner role, or is on its way to or from it.
  constexpr bool is_owner_role(RoleIndex index) const noexcept {
    return !index.is_none() &&
           (index == owner_role || (names_owner_role() && index == next_owner_role));
  }
  /// Whether a membership may be given several roles now.
  constexpr bool allows_several_roles() const noexcept {
    return multiple_roles && phase == Phase::live;
  }

  friend constexpr bool operator==(const EnvironmentState&,
                                   const EnvironmentState&) noexcept = default;
};

}  // namespace membership::inline v0

#endif
