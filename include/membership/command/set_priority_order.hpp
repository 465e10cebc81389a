// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_SET_PRIORITY_ORDER_HPP
#define MEMBERSHIP_COMMAND_SET_PRIORITY_ORDER_HPP

#include "membership/command/role_change.hpp"
#include "membership/policy/membership_policy.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace membership::inline v0 {

/// Sets the order of roles by priority, the highest first: the environment's, over its roles, or
/// one organization's, over the environment's and its own. It names every role exactly once, except
/// those on their way out, which come behind. Nothing else is rewritten: order and primary role are
/// worked out when shown.
///
/// Errors, in this order: `entity_not_found` of the organization; for the slugs from the first to
/// the last `invalid_role` or `duplicate`; `incomplete`.
template <class T>
struct BasicSetPriorityOrder {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment, Kind::organization};
  static constexpr Kinds mints{};

  std::span<const std::string_view> slugs;
  std::optional<typename T::OrganizationId> organization{};

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    if (organization) reads.organization = &*organization;
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    const Refusal refusal = detail::check_scope<T>(organization, seen);
    if (refusal) return refusal;
    RoleOrder order;
    for (std::size_t at = 0; at < slugs.size(); ++at) {
      const RoleIndex index = seen.roles.find(slugs[at]);
      const std::uint16_t place = detail::place_of(at);
      if (index.is_none() || seen.roles.at(index)->phase != Phase::live) {
        return {ErrorCode::invalid_role, Field::priority_order, place};
      }
      if (order.contains(index)) return {ErrorCode::duplicate, Field::priority_order, place};
      order.push_back(index);
    }
    RoleOrder now = detail::order_of(seen.roles, detail::live_roles(seen.roles));
    if (order.size != now.size) {
      return {ErrorCode::incomplete, Field::priority_order, detail::place_of(slugs.size())};
    }
    seen.roles.for_each_in_order(detail::retiring_in_order(seen.roles, organization.has_value()),
                                 [&](RoleIndex index) {
                                   order.push_back(index);
                                   now.push_back(index);
                                 });
    plan.trace.about = Trace::About::priority_order;
    bool same = true;
    for (unsigned at = 0; at < order.size; ++at) same = same && order[at] == now[at];
    if (same) return {};
    plan.outcome = Outcome::updated;
    plan.order.emplace(order);
    if (organization) {
      detail::set_organization(seen, plan);
    } else {
      detail::set_environment(seen, plan);
    }
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    if (refusal.field() == Field::organization_id && organization) {
      return subject_of(*organization);
    }
    return detail::subject_at(slugs, refusal);
  }
};

using SetPriorityOrder = BasicSetPriorityOrder<DefaultTraits>;

}  // namespace membership::inline v0

#endif
