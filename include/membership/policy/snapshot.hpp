// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_POLICY_SNAPSHOT_HPP
#define MEMBERSHIP_POLICY_SNAPSHOT_HPP

#include "membership/domain/environment.hpp"
#include "membership/domain/membership.hpp"
#include "membership/domain/organization.hpp"
#include "membership/domain/profile.hpp"
#include "membership/domain/role_catalogue.hpp"
#include "membership/domain/user.hpp"
#include "membership/policy/slot.hpp"

#include <cstdint>

namespace membership {
inline namespace v0 {

/// The part of a role or a permission that decisions do not look at.
template <class I>
struct Named {
  I id;
  Profile profile;
};

/// What a store showed at one moment. A slot is empty and a pointer null where there is no such
/// thing or nobody asked for it. What is pointed to belongs to the store's `Loaded`.
template <class T>
struct BasicSnapshot {
  EnvironmentState environment{};
  RoleCatalogue roles{};
  Slot<BasicOrganizationState<T>> organization{};
  Slot<BasicUserState<T>> user{};
  Slot<BasicOrganizationMembership<T>> membership{};
  Slot<BasicOrganizationMembership<T>> actor{};
  Slot<BasicOrganizationMembership<T>> other{};
  Slot<typename T::UserId> email_holder{};
  const Named<typename T::RoleId>* role = nullptr;              ///< at `role_index`
  const Named<typename T::PermissionId>* permission = nullptr;  ///< at `permission_index`
  const Profile* organization_profile = nullptr;
  const Profile* user_profile = nullptr;
  RoleIndex role_index = RoleIndex::none();
  std::uint16_t permission_index = 0;
};

using Snapshot = BasicSnapshot<DefaultTraits>;

}  // namespace v0
}  // namespace membership

#endif
