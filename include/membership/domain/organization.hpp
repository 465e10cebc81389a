// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DOMAIN_ORGANIZATION_HPP
#define MEMBERSHIP_DOMAIN_ORGANIZATION_HPP

#include "membership/domain/membership.hpp"
#include "membership/domain/phase.hpp"
#include "membership/domain/role_set.hpp"
#include "membership/domain/traits.hpp"

#include <cstdint>
#include <optional>

namespace membership::inline v0 {

/// How many memberships an organization has of each status, and how many active ones hold the
/// owner role that the organization goes by. Kept in its row, so that no guard ever counts.
struct Counts {
  std::uint64_t active = 0;
  std::uint64_t inactive = 0;
  std::uint64_t pending = 0;
  std::uint64_t owners = 0;

  constexpr std::uint64_t& of(Status status) noexcept {
    switch (status) {
      case Status::pending: return pending;
      case Status::active: return active;
      case Status::inactive: break;
    }
    return inactive;
  }

  /// Counts a membership in or out.
  constexpr void add(Status status, RoleSet roles, RoleIndex owner_role) noexcept {
    ++of(status);
    if (status == Status::active && roles.contains(owner_role)) ++owners;
  }
  constexpr void remove(Status status, RoleSet roles, RoleIndex owner_role) noexcept {
    --of(status);
    if (status == Status::active && roles.contains(owner_role)) --owners;
  }

  friend constexpr bool operator==(const Counts&, const Counts&) noexcept = default;
};

/// The highest seat limit. A negative number that was turned into an unsigned one is above it.
inline constexpr std::uint64_t most_seats = 9'223'372'036'854'775'807;

/// What decisions see of an organization. Its name and times are its profile.
template <class T>
struct BasicOrganizationState {
  typename T::OrganizationId id;
  std::uint64_t revision = 0;  ///< one more with every change inside the organization
  /// The highest revision of the environment that a commit inside it was decided on.
  std::uint64_t fenced_to = 0;
  Counts counts{};
  std::optional<std::uint64_t> seat_limit{};   ///< 0 means 0, nothing means no limit
  RoleIndex default_role = RoleIndex::none();  ///< its own; none: the environment's
  RoleIndex owner_role = RoleIndex::none();    ///< the role that `counts.owners` counts
  Phase phase = Phase::live;
  std::uint64_t generation = 0;  ///< while `deleting`: the revision that its mark gave it

  explicit constexpr BasicOrganizationState(
      const typename T::OrganizationId& organization_id) noexcept
      : id(organization_id) {}

  friend constexpr bool operator==(const BasicOrganizationState&,
                                   const BasicOrganizationState&) noexcept = default;
};

using OrganizationState = BasicOrganizationState<DefaultTraits>;

}  // namespace membership::inline v0

#endif
