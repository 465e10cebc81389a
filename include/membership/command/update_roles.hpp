// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_UPDATE_ROLES_HPP
#define MEMBERSHIP_COMMAND_UPDATE_ROLES_HPP

#include "membership/command/membership_change.hpp"
#include "membership/domain/actor_id.hpp"
#include "membership/policy/membership_policy.hpp"

namespace membership::inline v0 {

/// Replaces the roles of a membership (docs/lifecycle.md). The same set of roles, in whatever
/// order, is `unchanged`, and so is a request that names none (option `update_without_role`).
///
/// Errors, in this order: `empty`, `duplicate` (options `empty_slugs` and `duplicate_slugs`);
/// `entity_not_found`; `invalid_role`, `sub_resource_scoped_role_not_allowed`,
/// `multiple_roles_not_enabled`, `default_role_missing`; `membership_not_active` (option
/// `update_not_active`); `directory_managed` (option `directory_managed_roles`).
template <class T>
struct BasicUpdateRoles {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::membership};
  static constexpr Kinds mints{};

  typename T::MembershipId membership;
  RoleSelection roles{};
  BasicActorId<T> actor{};  ///< whose rights the rules judge

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.membership = &membership;
    reads.actor = actor.user();
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& options,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    Refusal refusal = detail::check_selection(options, roles);
    if (refusal) return refusal;
    const LifecycleCell& cell = detail::enter_cell(LifecycleCommand::update_roles, seen, plan);
    if (cell.verdict == LifecycleCell::Verdict::refused) return detail::refused_by(cell);
    if (roles.size() == 0 && options.update_without_role == UpdateWithoutRole::unchanged) {
      return {};
    }
    detail::ResolvedRoles resolved;
    refusal = detail::resolve_roles(seen, roles, resolved);
    if (refusal) return refusal;
    const BasicOrganizationMembership<T>& before = *seen.membership;
    if (before.status != Status::active && options.update_not_active == UpdateNotActive::refuse) {
      return {ErrorCode::membership_not_active, Field::organization_membership_id};
    }
    if (resolved.roles == before.roles) return {};
    refusal = detail::check_directory(options, before, resolved.roles);
    if (refusal) return refusal;
    plan.outcome = Outcome::updated;
    detail::write_change(seen, context, cell.event, before.status, resolved, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& seen) const noexcept {
    return detail::membership_subject<T>(refusal, membership, roles, seen);
  }
};

using UpdateRoles = BasicUpdateRoles<DefaultTraits>;

}  // namespace membership::inline v0

#endif
