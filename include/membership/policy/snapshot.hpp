// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_POLICY_SNAPSHOT_HPP
#define MEMBERSHIP_POLICY_SNAPSHOT_HPP

#include "membership/domain/environment.hpp"
#include "membership/domain/invitation.hpp"
#include "membership/domain/membership.hpp"
#include "membership/domain/organization.hpp"
#include "membership/domain/profile.hpp"
#include "membership/domain/role_catalogue.hpp"
#include "membership/domain/user.hpp"
#include "membership/policy/slot.hpp"

#include <cstdint>

namespace membership::inline v0 {

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
  static constexpr std::uint16_t not_taken = 0xFFFF;

  EnvironmentState environment{};
  /// No user and no organization that was deleted had a higher revision. What is made under an id
  /// that the host names may come in the place of one of them, and begins above: so nothing that
  /// was decided on the one before fits it, and its events come behind
  /// (docs/explanation/concurrency.md, rule 4). A mark of its own: what is known of the environment
  /// stays right where it is raised.
  std::uint64_t freed_revision = 0;
  RoleCatalogue roles{};
  Slot<BasicOrganizationState<T>> organization{};
  Slot<BasicUserState<T>> user{};
  Slot<BasicOrganizationMembership<T>> membership{};
  Slot<BasicOrganizationMembership<T>> actor{};
  Slot<BasicOrganizationMembership<T>> other{};
  Slot<typename T::UserId> email_holder{};
  Slot<BasicInvitationState<T>> invitation{};
  Slot<BasicUserState<T>> inviter{};
  const Named<typename T::RoleId>* role = nullptr;              ///< at `role_index`
  const Named<typename T::PermissionId>* permission = nullptr;  ///< at `permission_index`
  const Profile* organization_profile = nullptr;
  const Profile* user_profile = nullptr;
  const Profile* invitation_profile = nullptr;
  std::uint64_t holders = 0;               ///< of the role `Reads::holders`
  std::uint8_t taken_claims = 0;           ///< of `Reads::claims`, as bits
  std::uint16_t taken_domain = not_taken;  ///< the first of `Reads::domains` that is taken
  RoleIndex role_index = RoleIndex::none();
  std::uint16_t permission_index = 0;
};

using Snapshot = BasicSnapshot<DefaultTraits>;

}  // namespace membership::inline v0

#endif
