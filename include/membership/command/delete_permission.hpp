// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_DELETE_PERMISSION_HPP
#define MEMBERSHIP_COMMAND_DELETE_PERMISSION_HPP

#include "membership/command/change_role_permissions.hpp"
#include "membership/command/long_operation.hpp"
#include "membership/policy/membership_policy.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace membership::inline v0 {

/// The steps of the long operation that deletes a permission (docs/explanation/concurrency.md, rule
/// 6): mark, a sweep for each role of the environment that has it, for every organization a fence
/// and a sweep for each of its own roles that has it, finish. `delete_permission` runs them.

namespace detail {
/// The permission that the snapshot shows, written in another phase.
template <class T>
constexpr BasicPermissionWrite<T>& write_permission(const BasicSnapshot<T>& seen, Phase phase,
                                                    BasicPlan<T>& plan) noexcept {
  plan.outcome = Outcome::updated;
  const std::uint64_t revision = set_environment(seen, plan).revision;
  BasicPermissionWrite<T>& write = plan.permission.emplace(
      Precondition::set, EventType::none, seen.permission->id, seen.permission_index,
      seen.roles.permission_table()[seen.permission_index]);
  write.after.phase = phase;
  write.after.generation = phase == Phase::retiring ? revision : 0;
  return write;
}

template <class T>
constexpr BasicReads<T> permission_reads(std::string_view slug) noexcept {
  BasicReads<T> reads;
  reads.permission = slug;
  return reads;
}
}  // namespace detail

/// Not for hosts: call `delete_permission`, of which this is a step.
///
/// Marks a permission: it grants nothing from then on, and no role is given it. One that is marked
/// already is `unchanged`.
/// Errors, in this order: `entity_not_found`, `system_permission`.
template <class T>
struct BasicMarkPermissionDeleted {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment, Kind::permission};
  static constexpr Kinds mints{};

  std::string_view permission;  ///< its slug

  constexpr BasicReads<T> reads() const noexcept { return detail::permission_reads<T>(permission); }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    if (seen.permission == nullptr) return {ErrorCode::entity_not_found, Field::permission_slug};
    const PermissionState& state = seen.roles.permission_table()[seen.permission_index];
    if (state.system) return {ErrorCode::system_permission, Field::permission_slug};
    plan.trace.about = Trace::About::permission;
    if (state.phase == Phase::live) detail::write_permission(seen, Phase::retiring, plan);
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return subject_of_text(permission);
  }
};

/// Takes the mark back, at any time: roles that lost the permission do not get it again. One that
/// is not marked is `unchanged`. Errors: `entity_not_found`.
template <class T>
struct BasicKeepPermission {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment, Kind::permission};
  static constexpr Kinds mints{};

  std::string_view permission;

  constexpr BasicReads<T> reads() const noexcept { return detail::permission_reads<T>(permission); }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    if (seen.permission == nullptr) return {ErrorCode::entity_not_found, Field::permission_slug};
    plan.trace.about = Trace::About::permission;
    if (seen.roles.permission_table()[seen.permission_index].phase != Phase::live) {
      detail::write_permission(seen, Phase::live, plan);
    }
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return subject_of_text(permission);
  }
};

/// Not for hosts: call `delete_permission`, of which this is a step.
///
/// Fences one organization against a marked permission: turns away whatever was decided before the
/// mark, so that none of its roles gets the permission any more. One that is fenced or gone, and a
/// permission that is gone, are `unchanged`. Errors: `operation_superseded`.
template <class T>
struct BasicFencePermission {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::permission};
  static constexpr Kinds mints{};

  typename T::OrganizationId organization;
  std::uint16_t permission;  ///< its index
  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept {
    return detail::organization_reads<T>(organization);
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    plan.trace.about = Trace::About::permission;
    const PermissionTable permissions = seen.roles.permission_table();
    if (!seen.organization || !permissions.has(permission)) return {};
    if (!detail::is_retiring(permissions[permission], generation)) {
      return detail::superseded(Field::permission_slug);
    }
    if (!detail::is_fenced(seen, generation)) detail::set_fence(seen, plan);
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& seen) const noexcept {
    return Subject::cut(seen.roles.permission_table()[permission].slug.view());
  }
};

/// Not for hosts: call `delete_permission`, of which this is a step.
///
/// Takes a marked permission from one role, of the environment or of an organization. One that is
/// gone or does not have it is `unchanged`. Errors: `operation_superseded`.
template <class T>
struct BasicSweepRolePermission {
  using traits = T;
  static constexpr Kinds kinds{Kind::role, Kind::permission};
  static constexpr Kinds mints{};

  std::string_view role;
  std::optional<typename T::OrganizationId> organization;
  std::uint16_t permission;
  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept {
    return detail::role_reads<T>(role, organization);
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    if (seen.role == nullptr || (organization && !seen.organization)) return {};
    PermissionSet left = seen.roles.at(seen.role_index)->permissions;
    if (!left.contains(permission)) return {};
    const PermissionTable permissions = seen.roles.permission_table();
    if (!permissions.has(permission) || !detail::is_retiring(permissions[permission], generation)) {
      return detail::superseded(Field::role_slug);
    }
    left.erase(permission);
    detail::write_permissions(seen, context, left, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return detail::role_command_subject<T>(refusal, role, organization);
  }
};

/// Not for hosts: call `delete_permission`, of which this is a step.
///
/// Removes a marked permission; its index is free from then on. One that is gone is `unchanged`.
/// It is for whoever has swept: the roles of organizations are not looked at here.
/// Errors, in this order: `operation_superseded`; `operation_unfinished` where a role of the
/// environment has it.
template <class T>
struct BasicFinishPermissionDeletion {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment, Kind::permission};
  static constexpr Kinds mints{};

  std::string_view permission;
  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept { return detail::permission_reads<T>(permission); }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    plan.trace.about = Trace::About::permission;
    if (seen.permission == nullptr) return {};
    const unsigned index = seen.permission_index;
    if (!detail::is_retiring(seen.roles.permission_table()[index], generation)) {
      return detail::superseded(Field::permission_slug);
    }
    if (!seen.roles.grantor(seen.roles.all(), index).is_none()) {
      return {ErrorCode::operation_unfinished, Field::permission_slug};
    }
    BasicPermissionWrite<T>& write = detail::write_permission(seen, Phase::retiring, plan);
    plan.outcome = Outcome::deleted;
    write.effect = Effect::erase;
    write.event = EventType::permission_deleted;
    plan.profile.emplace(seen.permission->profile);
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return subject_of_text(permission);
  }
};

using MarkPermissionDeleted = BasicMarkPermissionDeleted<DefaultTraits>;
using KeepPermission = BasicKeepPermission<DefaultTraits>;
using FencePermission = BasicFencePermission<DefaultTraits>;
using SweepRolePermission = BasicSweepRolePermission<DefaultTraits>;
using FinishPermissionDeletion = BasicFinishPermissionDeletion<DefaultTraits>;

}  // namespace membership::inline v0

#endif
