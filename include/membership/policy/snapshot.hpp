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

namespace membership {
inline namespace v0 {

/// What a store showed at one moment. A slot is empty where there is no such thing or nobody asked
/// for it. The catalogue and the profiles are views of what the store's `Loaded` owns.
template <class T>
struct BasicSnapshot {
  EnvironmentState environment{};
  RoleCatalogue roles{};
  Slot<BasicOrganizationState<T>> organization{};
  Slot<BasicUserState<T>> user{};
  Slot<BasicOrganizationMembership<T>> membership{};
  Slot<BasicOrganizationMembership<T>> actor{};
  Slot<typename T::UserId> email_holder{};
  Slot<Profile> organization_profile{};
  Slot<Profile> user_profile{};
};

using Snapshot = BasicSnapshot<DefaultTraits>;

}  // namespace v0
}  // namespace membership

#endif
