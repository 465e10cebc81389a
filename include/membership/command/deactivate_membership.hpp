// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_DEACTIVATE_MEMBERSHIP_HPP
#define MEMBERSHIP_COMMAND_DEACTIVATE_MEMBERSHIP_HPP

#include "membership/command/membership_change.hpp"
#include "membership/domain/actor_id.hpp"
#include "membership/policy/membership_policy.hpp"

namespace membership::inline v0 {

/// Makes an active membership inactive; it keeps its roles (docs/lifecycle.md). An inactive one is
/// `unchanged`.
///
/// Errors, in this order: `entity_not_found`;
/// `cannot_deactivate_pending_organization_membership`.
template <class T>
struct BasicDeactivateMembership {
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

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    const LifecycleCell& cell = detail::enter_cell(LifecycleCommand::deactivate, seen, plan);
    if (cell.verdict == LifecycleCell::Verdict::refused) return detail::refused_by(cell);
    if (cell.verdict == LifecycleCell::Verdict::unchanged) return {};
    plan.outcome = Outcome::updated;
    detail::write_change(seen, context, cell.event, Status::inactive,
                         detail::roles_of(*seen.membership), plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& seen) const noexcept {
    return detail::membership_subject<T>(refusal, membership, {}, seen);
  }
};

using DeactivateMembership = BasicDeactivateMembership<DefaultTraits>;

}  // namespace membership::inline v0

#endif
