// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DRIVER_OPERATION_STEPS_HPP
#define MEMBERSHIP_DRIVER_OPERATION_STEPS_HPP

#include "membership/command/delete_organization.hpp"
#include "membership/command/delete_permission.hpp"
#include "membership/command/delete_role.hpp"
#include "membership/command/delete_user.hpp"
#include "membership/command/disable_multiple_roles.hpp"
#include "membership/command/name_owner_role.hpp"
#include "membership/command/sweep_invitations.hpp"
#include "membership/driver/operation_run.hpp"
#include "membership/policy/query.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace membership::inline v0 {

/// What becomes of a role that somebody holds.
enum class WhenInUse : std::uint8_t {
  refuse,    ///< it is not deleted
  reassign,  ///< whoever would be left with none gets the replacement
};

/// What a deletion of a role does with those who hold it.
struct RoleDeletionOptions {
  WhenInUse when_in_use = WhenInUse::refuse;
  std::optional<std::string_view> replacement{};  ///< nothing: the default role
};

namespace detail {

/// The long operations as values that name their steps. `begin` takes from the mark what the steps
/// need; a `generation` of 0 says that nothing is marked, and nothing to do.

template <class T>
struct OrganizationDeletion {
  using traits = T;
  static constexpr OperationScope scope = OperationScope::one_organization;
  typename T::OrganizationId id;
  std::uint64_t generation = 0;

  explicit OrganizationDeletion(const typename T::OrganizationId& organization)
      : id(organization) {}
  const typename T::OrganizationId& organization() const noexcept { return id; }
  auto mark() const { return BasicMarkOrganizationDeleted<T>{id}; }
  void begin(const BasicPlan<T>& plan, const BasicSnapshot<T>& seen) {
    const auto* const state =
        plan.organization ? &plan.organization->after : seen.organization.get();
    generation = state == nullptr ? 0 : state->generation;
  }
  BasicMembershipFilter<T> members() const { return {}; }
  auto sweep(const typename T::MembershipId& membership) const {
    return BasicSweepOrganizationMembership<T>{membership, generation};
  }
  BasicInvitationFilter<T> invitations() const { return {}; }
  auto sweep(const typename T::InvitationId& invitation) const {
    return BasicSweepOrganizationInvitation<T>{invitation, generation};
  }
  auto finish() const { return BasicFinishOrganizationDeletion<T>{id, generation}; }
};

template <class T>
struct UserDeletion {
  using traits = T;
  static constexpr OperationScope scope = OperationScope::one_user;
  typename T::UserId id;
  std::uint64_t generation = 0;
  std::optional<EmailKey> address{};

  explicit UserDeletion(const typename T::UserId& user) : id(user) {}
  auto mark() const { return BasicMarkUserDeleted<T>{id}; }
  void begin(const BasicPlan<T>& plan, const BasicSnapshot<T>& seen) {
    const auto* const state = plan.user ? &plan.user->after : seen.user.get();
    generation = state == nullptr ? 0 : state->generation;
    if (seen.user_profile != nullptr && seen.user_profile->texts.has(Text::email)) {
      address = EmailKey::folded(seen.user_profile->texts[Text::email]);
    }
  }
  BasicMembershipFilter<T> members() const {
    BasicMembershipFilter<T> filter;
    filter.user = id;
    return filter;
  }
  /// Of a user with an address. Those about a membership go with it.
  BasicInvitationFilter<T> invitations() const {
    BasicInvitationFilter<T> filter;
    filter.email = address;
    filter.open = true;
    return filter;
  }
  auto sweep(const typename T::InvitationId& invitation) const {
    return BasicSweepUserInvitation<T>{invitation, id, generation};
  }
  auto sweep(const typename T::MembershipId& membership) const {
    return BasicSweepUserMembership<T>{membership, generation};
  }
  auto finish() const { return BasicFinishUserDeletion<T>{id, generation}; }
};

/// What the deletions of both kinds of role share.
template <class T>
struct RoleDeletion {
  using traits = T;
  std::string_view slug;
  RoleDeletionOptions options;
  std::optional<typename T::OrganizationId> owner{};
  RoleIndex index = RoleIndex::none();
  std::uint64_t generation = 0;

  RoleDeletion(std::string_view role, const RoleDeletionOptions& how,
               const std::optional<typename T::OrganizationId>& organization = {})
      : slug(role), options(how), owner(organization) {}
  bool only_unused() const noexcept { return options.when_in_use == WhenInUse::refuse; }
  auto mark() const {
    return BasicMarkRoleDeleted<T>{slug, options.replacement, owner, only_unused()};
  }
  void begin(const BasicPlan<T>& plan, const BasicSnapshot<T>& seen) {
    index = seen.role == nullptr ? RoleIndex::none() : seen.role_index;
    const RoleState* const state = plan.role ? &plan.role->after : seen.roles.at(index);
    generation = state == nullptr ? 0 : state->generation;
    if (generation == 0) return;
    options.when_in_use = state->only_unused ? WhenInUse::refuse : WhenInUse::reassign;
  }
  BasicMembershipFilter<T> members() const {
    BasicMembershipFilter<T> filter;
    filter.holder = index;
    return filter;
  }
  BasicInvitationFilter<T> invitations() const {
    BasicInvitationFilter<T> filter;
    filter.open = true;
    filter.role = index;
    return filter;
  }
  auto sweep(const typename T::MembershipId& membership) const {
    return BasicSweepRoleHolder<T>{membership, index, generation};
  }
  auto sweep(const typename T::InvitationId& invitation) const {
    return BasicSweepRoleInvitation<T>{invitation, index, generation};
  }
  auto keep() const { return BasicKeepRole<T>{slug, owner, generation}; }
  Error in_use() const noexcept {
    return Error{ErrorCode::role_has_assignments, Field::role_slug, 0, subject_of_text(slug)};
  }
  auto finish() const { return BasicFinishRoleDeletion<T>{slug, generation, owner}; }
};

template <class T>
struct OrganizationRoleDeletion : RoleDeletion<T> {
  static constexpr OperationScope scope = OperationScope::one_organization;
  using RoleDeletion<T>::RoleDeletion;
  const typename T::OrganizationId& organization() const noexcept { return *this->owner; }
};

template <class T>
struct EnvironmentRoleDeletion : RoleDeletion<T> {
  static constexpr OperationScope scope = OperationScope::every_organization;
  using RoleDeletion<T>::RoleDeletion;
  auto fence(const typename T::OrganizationId& organization) const {
    return BasicFenceRole<T>{organization, this->index, this->generation};
  }
  bool takes(const RoleState& role) const noexcept {
    return role.phase == Phase::retiring && role.replacement == this->index;
  }
  auto sweep_role(std::string_view role,
                  const std::optional<typename T::OrganizationId>& organization) const {
    return BasicSweepRoleReplacement<T>{role, organization, this->index, this->generation};
  }
};

template <class T>
struct PermissionDeletion {
  using traits = T;
  static constexpr OperationScope scope = OperationScope::every_organization;
  std::string_view slug;
  std::uint16_t index = 0;
  std::uint64_t generation = 0;

  explicit PermissionDeletion(std::string_view permission) : slug(permission) {}
  auto mark() const { return BasicMarkPermissionDeleted<T>{slug}; }
  void begin(const BasicPlan<T>& plan, const BasicSnapshot<T>& seen) {
    index = seen.permission_index;
    if (plan.permission) {
      generation = plan.permission->after.generation;
    } else if (seen.permission != nullptr) {
      generation = seen.roles.permission_table()[index].generation;
    }
  }
  auto fence(const typename T::OrganizationId& organization) const {
    return BasicFencePermission<T>{organization, index, generation};
  }
  bool takes(const RoleState& role) const noexcept { return role.permissions.contains(index); }
  auto sweep_role(std::string_view role,
                  const std::optional<typename T::OrganizationId>& organization) const {
    return BasicSweepRolePermission<T>{role, organization, index, generation};
  }
  auto finish() const { return BasicFinishPermissionDeletion<T>{slug, generation}; }
};

template <class T>
struct MultipleRolesOff {
  using traits = T;
  static constexpr OperationScope scope = OperationScope::every_organization;
  std::uint64_t generation = 0;

  auto mark() const { return BasicMarkMultipleRolesDisabled<T>{}; }
  void begin(const BasicPlan<T>& plan, const BasicSnapshot<T>& seen) {
    generation = (plan.environment ? plan.environment->after : seen.environment).generation;
  }
  auto fence(const typename T::OrganizationId& organization) const {
    return BasicFenceMultipleRoles<T>{organization, generation};
  }
  BasicMembershipFilter<T> members() const {
    BasicMembershipFilter<T> filter;
    filter.several_roles = true;
    return filter;
  }
  auto sweep(const typename T::MembershipId& membership) const {
    return BasicSweepSeveralRoles<T>{membership, generation};
  }
  auto finish() const { return BasicFinishMultipleRolesDisabled<T>{generation}; }
};

template <class T>
struct OwnerRoleNaming {
  using traits = T;
  static constexpr OperationScope scope = OperationScope::every_organization;
  std::optional<std::string_view> slug;
  RoleIndex index = RoleIndex::none();
  std::uint64_t generation = 0;

  explicit OwnerRoleNaming(std::optional<std::string_view> role) : slug(role) {}
  auto mark() const { return BasicMarkOwnerRole<T>{slug}; }
  void begin(const BasicPlan<T>& plan, const BasicSnapshot<T>& seen) {
    const EnvironmentState& state = plan.environment ? plan.environment->after : seen.environment;
    index = state.next_owner_role;
    generation = state.owner_generation;
  }
  auto fence(const typename T::OrganizationId& organization) const {
    return BasicFenceOwnerRole<T>{organization, index, generation};
  }
  auto finish() const { return BasicFinishOwnerRole<T>{index, generation}; }
};

}  // namespace detail
}  // namespace membership::inline v0

#endif
