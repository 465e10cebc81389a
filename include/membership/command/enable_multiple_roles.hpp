// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_ENABLE_MULTIPLE_ROLES_HPP
#define MEMBERSHIP_COMMAND_ENABLE_MULTIPLE_ROLES_HPP

#include "membership/command/role_change.hpp"
#include "membership/policy/membership_policy.hpp"

namespace membership::inline v0 {

/// Switches Multiple Roles on: from then on a membership may be given several roles. Takes the mark
/// of `disable_multiple_roles` back; what its pages did stays done. Where it is on already,
/// `unchanged`. Has no errors.
template <class T>
struct BasicEnableMultipleRoles {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment};
  static constexpr Kinds mints{};

  constexpr BasicReads<T> reads() const noexcept { return {}; }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    plan.trace.about = Trace::About::multiple_roles;
    if (seen.environment.allows_several_roles()) return {};
    plan.outcome = Outcome::updated;
    EnvironmentState& after = detail::set_environment(seen, plan);
    after.multiple_roles = true;
    after.phase = Phase::live;
    after.generation = 0;
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return {};
  }
};

using EnableMultipleRoles = BasicEnableMultipleRoles<DefaultTraits>;

}  // namespace membership::inline v0

#endif
