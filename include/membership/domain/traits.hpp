// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DOMAIN_TRAITS_HPP
#define MEMBERSHIP_DOMAIN_TRAITS_HPP

#include "membership/domain/error.hpp"
#include "membership/domain/id.hpp"

#include <string_view>

namespace membership::inline v0 {

/// What `Id` needs to know of ids of users.
struct UserTag {
  static constexpr Field field = Field::user_id;
  static constexpr std::string_view prefix = "user_";
};
/// What `Id` needs to know of ids of organizations.
struct OrganizationTag {
  static constexpr Field field = Field::organization_id;
  static constexpr std::string_view prefix = "org_";
};
/// What `Id` needs to know of ids of memberships.
struct MembershipTag {
  static constexpr Field field = Field::organization_membership_id;
  static constexpr std::string_view prefix = "om_";
};
/// What `Id` needs to know of ids of roles.
struct RoleTag {
  static constexpr Field field = Field::role_id;
  static constexpr std::string_view prefix = "role_";
};
/// What `Id` needs to know of ids of permissions.
struct PermissionTag {
  static constexpr Field field = Field::permission_id;
  static constexpr std::string_view prefix = "perm_";
};
/// What `Id` needs to know of ids of invitations.
struct InvitationTag {
  static constexpr Field field = Field::invitation_id;
  static constexpr std::string_view prefix = "invitation_";
};

using UserId = Id<UserTag>;                  ///< of users
using OrganizationId = Id<OrganizationTag>;  ///< of organizations
using MembershipId = Id<MembershipTag>;      ///< of memberships
using RoleId = Id<RoleTag>;                  ///< of roles
using PermissionId = Id<PermissionTag>;      ///< of permissions
using InvitationId = Id<InvitationTag>;      ///< of invitations

namespace detail {
/// `V`, said so that the compiler looks at it only when `T` is known: a member
/// `std::optional<V>` of a template is otherwise instantiated in every file that includes it.
template <class T, class V>
struct WhenKnown {
  using type = V;
};
template <class T, class V>
using when_known = typename WhenKnown<T, V>::type;
}  // namespace detail

/// The types that the entities are made of. A host with ids of its own (64-bit integers, UUIDs)
/// writes such a struct and uses its types without conversion.
struct DefaultTraits {
  using UserId = membership::UserId;
  using OrganizationId = membership::OrganizationId;
  using MembershipId = membership::MembershipId;
  using RoleId = membership::RoleId;
  using PermissionId = membership::PermissionId;
  using InvitationId = membership::InvitationId;
};

/// What a struct of traits has to name.
template <class T>
concept Traits = EntityId<typename T::UserId> && EntityId<typename T::OrganizationId> &&
    EntityId<typename T::MembershipId> && EntityId<typename T::RoleId> &&
    EntityId<typename T::PermissionId> && EntityId<typename T::InvitationId>;

}  // namespace membership::inline v0

#endif
