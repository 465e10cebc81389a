// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_DISABLE_MULTIPLE_ROLES_HPP
#define MEMBERSHIP_COMMAND_DISABLE_MULTIPLE_ROLES_HPP

#include "membership/command/long_operation.hpp"
#include "membership/command/membership_change.hpp"
#include "membership/policy/membership_policy.hpp"

#include <cstdint>

namespace membership::inline v0 {

/// The steps of the long operation that switches Multiple Roles off
/// (docs/explanation/concurrency.md, rule 6): mark, for every organization a fence and a sweep for
/// each membership with several roles, finish. `disable_multiple_roles` runs them;
/// `EnableMultipleRoles` takes the mark back.

namespace detail {
/// Whether Multiple Roles is on its way off by the mark of this generation.
constexpr bool is_closing(const EnvironmentState& environment, std::uint64_t generation) noexcept {
  return environment.phase == Phase::closing && environment.generation == generation;
}

/// The one role that a membership keeps: that of highest priority which can still be given, but of
/// the last active owner the owner role that the organization goes by.
template <class T>
constexpr RoleIndex role_to_keep(const BasicSnapshot<T>& seen,
                                 const BasicOrganizationMembership<T>& held) noexcept {
  const BasicOrganizationState<T>& organization = *seen.organization;
  if (held.status == Status::active && organization.counts.owners == 1 &&
      held.roles.contains(organization.owner_role)) {
    return organization.owner_role;
  }
  const RoleSet fit = seen.roles.assignable(held.roles);
  return seen.roles.highest(fit.empty() ? held.roles : fit);
}
}  // namespace detail

/// Not for hosts: call `disable_multiple_roles`, of which this is a step.
///
/// Marks the environment: from then on nobody is given several roles. Where it is marked, or
/// Multiple Roles is off, `unchanged`. Has no errors.
template <class T>
struct BasicMarkMultipleRolesDisabled {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment};
  static constexpr Kinds mints{};

  constexpr BasicReads<T> reads() const noexcept { return {}; }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    plan.trace.about = Trace::About::multiple_roles;
    if (!seen.environment.allows_several_roles()) return {};
    plan.outcome = Outcome::updated;
    EnvironmentState& after = detail::set_environment(seen, plan);
    after.phase = Phase::closing;
    after.generation = after.revision;
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return {};
  }
};

/// Not for hosts: call `disable_multiple_roles`, of which this is a step.
///
/// Fences one organization: turns away whatever was decided before the mark. One that is fenced or
/// gone is `unchanged`. Errors: `operation_superseded` where the mark is another one or none.
template <class T>
struct BasicFenceMultipleRoles {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment, Kind::organization};
  static constexpr Kinds mints{};

  typename T::OrganizationId organization;
  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept {
    return detail::organization_reads<T>(organization);
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    plan.trace.about = Trace::About::multiple_roles;
    if (!seen.organization || !seen.environment.multiple_roles) return {};
    if (!detail::is_closing(seen.environment, generation)) {
      return detail::superseded(Field::organization_id);
    }
    if (!detail::is_fenced(seen, generation)) detail::set_fence(seen, plan);
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return subject_of(organization);
  }
};

/// Not for hosts: call `disable_multiple_roles`, of which this is a step.
///
/// Leaves one membership, of any status, a single role: that of highest priority, but the last
/// active owner the owner role that the organization goes by. One that is gone or has a single role
/// is `unchanged`. Errors: `operation_superseded`.
template <class T>
struct BasicSweepSeveralRoles {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment, Kind::organization, Kind::membership};
  static constexpr Kinds mints{};

  typename T::MembershipId membership;
  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.membership = &membership;
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    plan.trace.about = Trace::About::multiple_roles;
    if (!seen.membership || !seen.membership->roles.several()) return {};
    if (!detail::is_closing(seen.environment, generation)) {
      return detail::superseded(Field::organization_membership_id);
    }
    detail::ResolvedRoles left;
    left.first = detail::role_to_keep(seen, *seen.membership);
    left.roles = RoleSet::of(left.first);
    left.source = RoleSource::retained;
    plan.outcome = Outcome::updated;
    detail::write_change(seen, context, EventType::organization_membership_updated,
                         seen.membership->status, left, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& seen) const noexcept {
    return detail::membership_subject<T>(refusal, membership, {}, seen);
  }
};

/// Not for hosts: call `disable_multiple_roles`, of which this is a step.
///
/// Switches Multiple Roles off. It is for whoever has swept. Where it is off, `unchanged`.
/// Errors: `operation_superseded`.
template <class T>
struct BasicFinishMultipleRolesDisabled {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment};
  static constexpr Kinds mints{};

  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept { return {}; }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    plan.trace.about = Trace::About::multiple_roles;
    if (!seen.environment.multiple_roles) return {};
    if (!detail::is_closing(seen.environment, generation)) return detail::superseded(Field::none);
    plan.outcome = Outcome::updated;
    EnvironmentState& after = detail::set_environment(seen, plan);
    after.multiple_roles = false;
    after.phase = Phase::live;
    after.generation = 0;
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return {};
  }
};

using MarkMultipleRolesDisabled = BasicMarkMultipleRolesDisabled<DefaultTraits>;
using FenceMultipleRoles = BasicFenceMultipleRoles<DefaultTraits>;
using SweepSeveralRoles = BasicSweepSeveralRoles<DefaultTraits>;
using FinishMultipleRolesDisabled = BasicFinishMultipleRolesDisabled<DefaultTraits>;

}  // namespace membership::inline v0

#endif
