// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_REACTIVATE_MEMBERSHIP_HPP
#define MEMBERSHIP_COMMAND_REACTIVATE_MEMBERSHIP_HPP

#include "membership/command/membership_change.hpp"
#include "membership/domain/actor_id.hpp"
#include "membership/policy/membership_policy.hpp"

namespace membership::inline v0 {

/// Makes an inactive membership active again with the roles that it had (docs/lifecycle.md). An
/// active one is `unchanged`. A retained role that cannot be given any more is dropped; where none
/// is left the default applies (option `unfit_retained_role`).
///
/// Errors, in this order: `entity_not_found`;
/// `cannot_reactivate_pending_organization_membership`; `invalid_role` (option
/// `unfit_retained_role`); `default_role_missing`; `directory_managed` (option
/// `directory_managed_roles`, where a role would be dropped).
template <class T>
struct BasicReactivateMembership {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::membership};
  static constexpr Kinds mints{};

  typename T::MembershipId membership;
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
    const LifecycleCell& cell = detail::enter_cell(LifecycleCommand::reactivate, seen, plan);
    if (cell.verdict == LifecycleCell::Verdict::refused) return detail::refused_by(cell);
    if (cell.verdict == LifecycleCell::Verdict::unchanged) return {};
    detail::ResolvedRoles resolved;
    Refusal refusal = detail::resolve_retained(options, seen, resolved);
    if (refusal) return refusal;
    refusal = detail::check_directory(options, *seen.membership, resolved.roles);
    if (refusal) return refusal;
    plan.outcome = Outcome::reactivated;
    detail::write_change(seen, context, cell.event, Status::active, resolved, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& seen) const noexcept {
    if (refusal.code() == ErrorCode::invalid_role) return detail::retained_subject(seen);
    return detail::membership_subject<T>(refusal, membership, {}, seen);
  }
};

using ReactivateMembership = BasicReactivateMembership<DefaultTraits>;

}  // namespace membership::inline v0

#endif
