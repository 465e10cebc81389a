// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_SET_DEFAULT_ROLE_HPP
#define MEMBERSHIP_COMMAND_SET_DEFAULT_ROLE_HPP

#include "membership/command/role_change.hpp"
#include "membership/policy/membership_policy.hpp"

#include <optional>
#include <string_view>

namespace membership::inline v0 {

/// Sets the role that is given where none is named: the environment's, or one organization's.
///
/// Errors, in this order: `entity_not_found` of the organization; `invalid_role`,
/// `sub_resource_scoped_role_not_allowed` (an environment's default is one of its own roles);
/// `default_role_is_owner` where it is the owner role, also one on its way to or from it, that the
/// organization or the environment goes by.
template <class T>
struct BasicSetDefaultRole {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment, Kind::organization};
  static constexpr Kinds mints{};

  std::string_view role;
  std::optional<typename T::OrganizationId> organization{};

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    if (organization) reads.organization = &*organization;
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    Refusal refusal = detail::check_scope<T>(organization, seen);
    if (refusal) return refusal;
    RoleIndex index = RoleIndex::none();
    refusal = detail::find_assignable(seen.roles, role, index);
    if (refusal) return refusal;
    if (seen.environment.is_owner_role(index) ||
        (organization && index == seen.organization->owner_role)) {
      return {ErrorCode::default_role_is_owner, Field::role_slug};
    }
    plan.trace.about = Trace::About::default_role;
    const RoleIndex now =
        organization ? seen.organization->default_role : seen.environment.default_role;
    if (now == index) return {};
    plan.outcome = Outcome::updated;
    if (organization) {
      detail::set_organization(seen, plan).default_role = index;
    } else {
      detail::set_environment(seen, plan).default_role = index;
    }
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    if (refusal.field() == Field::organization_id && organization) {
      return subject_of(*organization);
    }
    return subject_of_text(role);
  }
};

using SetDefaultRole = BasicSetDefaultRole<DefaultTraits>;

}  // namespace membership::inline v0

#endif
