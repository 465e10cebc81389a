// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_SET_SEATS_HPP
#define MEMBERSHIP_COMMAND_SET_SEATS_HPP

#include "membership/command/role_change.hpp"
#include "membership/policy/membership_policy.hpp"

#include <cstdint>
#include <optional>

namespace membership::inline v0 {

/// Sets how many seats an organization has. It may be fewer than are taken: that only keeps new
/// memberships from taking one. The same limit is `unchanged`. An organization under deletion
/// counts as gone. It is a setting: there is no event.
///
/// Errors, in this order: `out_of_range` (more than `most_seats`); `entity_not_found`.
template <class T>
struct BasicSetSeatLimit {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization};
  static constexpr Kinds mints{};

  typename T::OrganizationId organization;
  std::optional<std::uint64_t> limit{};  ///< 0 means 0, nothing means no limit

  constexpr BasicReads<T> reads() const noexcept {
    return detail::organization_reads<T>(organization);
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    Refusal refusal = detail::check_seats(limit);
    if (!refusal) refusal = detail::check_organization(seen);
    if (refusal) return refusal;
    plan.trace.about = Trace::About::seats;
    if (seen.organization->seat_limit == limit) return {};
    plan.outcome = Outcome::updated;
    detail::set_organization(seen, plan).seat_limit = limit;
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return refusal.field() == Field::seat_limit ? Subject{} : subject_of(organization);
  }
};

/// Sets which memberships take a seat besides the active ones, in every organization of the
/// environment. Who has no seat left by that stays. The same setting is `unchanged`. It is a
/// setting: there is no event. What was decided before may still land, as if it had come first.
///
/// An open invitation takes a seat only as a pending membership, so only where its address is
/// already a user's. Any number can be sent to other addresses; the limit is then met at the
/// acceptance.
///
/// Errors: none.
template <class T>
struct BasicSetSeatsCount {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment};
  static constexpr Kinds mints{};

  SeatsCount counted{};

  constexpr BasicReads<T> reads() const noexcept { return {}; }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    plan.trace.about = Trace::About::seats;
    if (seen.environment.seats_count == counted) return {};
    plan.outcome = Outcome::updated;
    detail::set_environment(seen, plan).seats_count = counted;
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return {};
  }
};

using SetSeatLimit = BasicSetSeatLimit<DefaultTraits>;
using SetSeatsCount = BasicSetSeatsCount<DefaultTraits>;

}  // namespace membership::inline v0

#endif
