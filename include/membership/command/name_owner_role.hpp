// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_NAME_OWNER_ROLE_HPP
#define MEMBERSHIP_COMMAND_NAME_OWNER_ROLE_HPP

#include "membership/command/long_operation.hpp"
#include "membership/policy/membership_policy.hpp"
#include "membership/policy/role_resolution.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace membership::inline v0 {

/// The steps of the long operation that names another owner role (docs/explanation/concurrency.md,
/// rule 6): mark, for every organization a fence that sets its owner role and counts its owners,
/// finish. `name_owner_role` runs them. The mark is not taken back: the old role is named again,
/// which walks again.

/// Not for hosts: call `name_owner_role`, of which this is a step.
///
/// Begins to name another owner role, or none. The role that is named already, and the one that is
/// being named, are `unchanged`. While another is being named, the one that is given up can be
/// named again; then the two change places, under a new mark.
///
/// Errors, in this order: `invalid_role` (unknown, or on its way out),
/// `sub_resource_scoped_role_not_allowed`; `default_role_is_owner` where it is the environment's
/// default; `operation_unfinished` where it would be a third.
template <class T>
struct BasicMarkOwnerRole {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment};
  static constexpr Kinds mints{};

  std::optional<std::string_view> role{};  ///< nothing: no owner role

  constexpr BasicReads<T> reads() const noexcept { return {}; }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    const EnvironmentState& now = seen.environment;
    RoleIndex named = RoleIndex::none();
    if (role) {
      const Refusal refusal = detail::find_assignable(seen.roles, *role, named, Field::owner_role);
      if (refusal) return refusal;
      if (named == detail::environment_default(seen)) {
        return {ErrorCode::default_role_is_owner, Field::owner_role};
      }
    }
    if (now.names_owner_role() && named != now.next_owner_role && named != now.owner_role) {
      return {ErrorCode::operation_unfinished, Field::owner_role};
    }
    plan.trace.about = Trace::About::owner_role;
    if (named == now.owner_role_to_come()) return {};
    plan.outcome = Outcome::updated;
    EnvironmentState& after = detail::set_environment(seen, plan);
    if (now.names_owner_role()) after.owner_role = now.next_owner_role;
    after.next_owner_role = named;
    after.owner_generation = after.revision;
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return role ? subject_of_text(*role) : Subject{};
  }
};

/// Not for hosts: call `name_owner_role`, of which this is a step.
///
/// Lets one organization go by the owner role that is being named: sets the role and the number of
/// those who hold it actively, in one plan, and takes the role from its default. `owners` may
/// become 0. One that goes by it already, or is gone, is `unchanged`. Errors:
/// `operation_superseded` where the mark is another one or none.
template <class T>
struct BasicFenceOwnerRole {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment, Kind::organization};
  static constexpr Kinds mints{};

  typename T::OrganizationId organization;
  RoleIndex role;
  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads = detail::organization_reads<T>(organization);
    reads.holders = role;
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    plan.trace.about = Trace::About::owner_role;
    if (!seen.organization) return {};
    const BasicOrganizationState<T>& now = *seen.organization;
    if (!seen.environment.names_owner_role() && seen.environment.owner_role == role) return {};
    if (seen.environment.owner_generation != generation ||
        seen.environment.next_owner_role != role) {
      return detail::superseded(Field::organization_id);
    }
    const bool is_default = !role.is_none() && now.default_role == role;
    if (now.owner_role == role && detail::is_fenced(seen, generation) && !is_default) return {};
    BasicOrganizationState<T>& after = detail::set_fence(seen, plan);
    after.owner_role = role;
    after.counts.owners = seen.holders;
    if (is_default) after.default_role = RoleIndex::none();
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return subject_of(organization);
  }
};

/// Not for hosts: call `name_owner_role`, of which this is a step.
///
/// Ends the naming: the environment has the owner role. It is for whoever has fenced every
/// organization. Where that is so already, `unchanged`. Errors: `operation_superseded`.
template <class T>
struct BasicFinishOwnerRole {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment};
  static constexpr Kinds mints{};

  RoleIndex role;
  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept { return {}; }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    plan.trace.about = Trace::About::owner_role;
    const EnvironmentState& now = seen.environment;
    if (!now.names_owner_role() && now.owner_role == role) return {};
    if (now.owner_generation != generation || now.next_owner_role != role) {
      return detail::superseded(Field::owner_role);
    }
    plan.outcome = Outcome::updated;
    EnvironmentState& after = detail::set_environment(seen, plan);
    after.owner_role = role;
    after.next_owner_role = RoleIndex::none();
    after.owner_generation = 0;
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& seen) const noexcept {
    return Subject::cut(seen.roles.slug(role));
  }
};

using MarkOwnerRole = BasicMarkOwnerRole<DefaultTraits>;
using FenceOwnerRole = BasicFenceOwnerRole<DefaultTraits>;
using FinishOwnerRole = BasicFinishOwnerRole<DefaultTraits>;

}  // namespace membership::inline v0

#endif
