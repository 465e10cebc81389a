// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_POLICY_ROWS_HPP
#define MEMBERSHIP_POLICY_ROWS_HPP

#include "membership/domain/event.hpp"
#include "membership/domain/id.hpp"
#include "membership/domain/invitation.hpp"
#include "membership/domain/membership.hpp"
#include "membership/domain/organization.hpp"
#include "membership/domain/profile.hpp"
#include "membership/domain/role_catalogue.hpp"
#include "membership/domain/ulid.hpp"
#include "membership/domain/user.hpp"
#include "membership/policy/plan.hpp"

#include <cstdint>
#include <string_view>
#include <type_traits>

namespace membership::inline v0 {

/// How an id is shown without a copy: its text, or a host's small id itself.
template <class I>
using IdView = std::conditional_t<TextId<I>, std::string_view, I>;

/// The id as it is shown, and back.
template <class I>
constexpr IdView<I> view_of(const I& id) noexcept {
  if constexpr (TextId<I>) {
    return id.view();
  } else {
    return id;
  }
}

/// The id that is shown.
template <class I>
constexpr I copy_of(IdView<I> id) noexcept {
  if constexpr (TextId<I>) {
    return I::from_stored(id);
  } else {
    return id;
  }
}

/// A membership shown in place. Valid only during the call that it is shown to.
template <class T>
struct BasicMembershipView {
  IdView<typename T::MembershipId> id;
  IdView<typename T::UserId> user;
  IdView<typename T::OrganizationId> organization;
  RoleSet roles;
  Time created_at;
  Time updated_at;
  std::uint64_t revision;
  Status status;
  RoleIndex first_requested;
  bool directory_managed;

  static constexpr BasicMembershipView of(const BasicOrganizationMembership<T>& value) noexcept {
    return {view_of(value.id),
            view_of(value.user),
            view_of(value.organization),
            value.roles,
            value.created_at,
            value.updated_at,
            value.revision,
            value.status,
            value.first_requested,
            value.directory_managed};
  }

  constexpr BasicOrganizationMembership<T> copy() const noexcept {
    return BasicOrganizationMembership<T>(
        copy_of<typename T::MembershipId>(id), copy_of<typename T::UserId>(user),
        copy_of<typename T::OrganizationId>(organization), roles, first_requested, status,
        created_at, updated_at, revision, directory_managed);
  }
};

/// A row of a list of memberships, and what `view` shows: the membership and the roles that its
/// organization can see.
template <class T>
struct BasicMembershipRow {
  BasicMembershipView<T> membership;
  RoleCatalogue roles;
};

/// A row of a list of organizations.
template <class T>
struct BasicOrganizationRow {
  const BasicOrganizationState<T>& state;
  Profile profile;
};

/// A row of a list of users.
template <class T>
struct BasicUserRow {
  BasicUserState<T> state;
  Profile profile;
};

/// A row of a list of roles.
template <class T>
struct BasicRoleRow {
  const typename T::RoleId& id;
  RoleIndex index;
  const RoleState& state;
  Profile profile;
  PermissionTable permissions{};  ///< of the environment at that moment
};

/// A row of a list of permissions.
template <class T>
struct BasicPermissionRow {
  const typename T::PermissionId& id;
  unsigned index;
  const PermissionState& state;
  Profile profile;
};

/// A row of a list of invitations.
template <class T>
struct BasicInvitationRow {
  const BasicInvitationState<T>& state;
  Profile profile;
  /// The roles that it would give now: those of the pending membership, else its own. None where
  /// it has ended: see its profile.
  RoleSet held;
  RoleIndex first_requested;
  RoleCatalogue roles;
};

/// A row of the event log. What is not of its type is null or empty.
template <class T>
struct BasicEventRow {
  EventId id;
  EventType type;
  Time created_at;
  /// The organization in which it happened, and its revision after the change.
  const typename T::OrganizationId* organization = nullptr;
  std::uint64_t revision = 0;
  /// The membership after the change (`deleted`: its last state), and what it was.
  const BasicOrganizationMembership<T>* membership = nullptr;
  MembershipBefore before{};
  RoleCatalogue roles{};  ///< as they were then
  const typename T::UserId* user = nullptr;
  const typename T::RoleId* role_id = nullptr;
  const RoleState* role = nullptr;
  const typename T::PermissionId* permission_id = nullptr;
  const PermissionState* permission = nullptr;
  const BasicInvitationState<T>* invitation = nullptr;
  /// The roles that the invitation gave then; none where it has ended: see its profile.
  RoleSet held{};
  RoleIndex first_requested = RoleIndex::none();
  Profile profile{};  ///< of the user, the organization, the role, the permission or the invitation
  /// `updated`: what was before; null where it did not change.
  const Profile* profile_before = nullptr;
  const RoleState* role_before = nullptr;
};

using MembershipView = BasicMembershipView<DefaultTraits>;
using MembershipRow = BasicMembershipRow<DefaultTraits>;
using OrganizationRow = BasicOrganizationRow<DefaultTraits>;
using UserRow = BasicUserRow<DefaultTraits>;
using RoleRow = BasicRoleRow<DefaultTraits>;
using PermissionRow = BasicPermissionRow<DefaultTraits>;
using InvitationRow = BasicInvitationRow<DefaultTraits>;
using EventRow = BasicEventRow<DefaultTraits>;

}  // namespace membership::inline v0

#endif
