// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DOMAIN_MEMBERSHIP_HPP
#define MEMBERSHIP_DOMAIN_MEMBERSHIP_HPP

#include "membership/domain/role_set.hpp"
#include "membership/domain/time.hpp"
#include "membership/domain/traits.hpp"

#include <cstdint>
#include <string_view>

namespace membership::inline v0 {

/// The state of a membership. There is none for "deleted": deleting is permanent.
enum class Status : std::uint8_t { pending = 1, active, inactive };

constexpr std::string_view to_string(Status status) noexcept {
  switch (status) {
    case Status::pending: return "pending";
    case Status::active: return "active";
    case Status::inactive: return "inactive";
  }
  return "";
}

/// A set of statuses.
class StatusSet {
 public:
  constexpr StatusSet() noexcept = default;
  static constexpr StatusSet all() noexcept {
    return StatusSet{} | Status::pending | Status::active | Status::inactive;
  }
  constexpr bool contains(Status status) const noexcept {
    return ((bits_ >> static_cast<unsigned>(status)) & 1u) != 0;
  }
  constexpr bool empty() const noexcept { return bits_ == 0; }
  friend constexpr StatusSet operator|(StatusSet set, Status status) noexcept {
    set.bits_ = static_cast<std::uint8_t>(set.bits_ | (1u << static_cast<unsigned>(status)));
    return set;
  }
  friend constexpr bool operator==(StatusSet, StatusSet) noexcept = default;

 private:
  std::uint8_t bits_ = 0;
};

/// That a user belongs to an organization, in which state, with which roles.
/// At most one exists for each user and organization.
template <class T>
struct BasicOrganizationMembership {
  typename T::MembershipId id;
  typename T::UserId user;
  typename T::OrganizationId organization;
  RoleSet roles;
  Time created_at;
  Time updated_at;         ///< never goes back
  std::uint64_t revision;  ///< that of the organization when this was last written
  Status status;
  RoleIndex first_requested;  ///< that the request named first, for option `primary_role`
  bool directory_managed;

  constexpr BasicOrganizationMembership(const typename T::MembershipId& membership_id,
                                        const typename T::UserId& user_id,
                                        const typename T::OrganizationId& organization_id,
                                        RoleSet role_set, RoleIndex first, Status state,
                                        Time created, Time updated, std::uint64_t at_revision,
                                        bool managed = false) noexcept
      : id(membership_id), user(user_id), organization(organization_id), roles(role_set),
        created_at(created), updated_at(updated), revision(at_revision), status(state),
        first_requested(first), directory_managed(managed) {}

  friend constexpr bool operator==(const BasicOrganizationMembership&,
                                   const BasicOrganizationMembership&) noexcept = default;
};

using OrganizationMembership = BasicOrganizationMembership<DefaultTraits>;

}  // namespace membership::inline v0

#endif
