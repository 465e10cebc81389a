// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_POLICY_CONTEXT_HPP
#define MEMBERSHIP_POLICY_CONTEXT_HPP

#include "membership/domain/digest.hpp"
#include "membership/domain/time.hpp"
#include "membership/domain/traits.hpp"
#include "membership/domain/ulid.hpp"
#include "membership/policy/slot.hpp"

namespace membership::inline v0 {

/// What a decision may not fetch for itself: the time, the plan's id and ids for what it makes.
/// Drawn once, before the first try, so that a repeated decision names the same things.
/// A command says in `mints` which ids it may need; an id that is missing all the same is the
/// error `missing_id`.
template <class T>
struct BasicContext {
  Time now;
  PlanId plan;
  Slot<typename T::MembershipId> membership{};
  Slot<typename T::OrganizationId> organization{};
  Slot<typename T::UserId> user{};
  Slot<typename T::RoleId> role{};
  Slot<typename T::PermissionId> permission{};
  Slot<typename T::InvitationId> invitation{};
  Slot<TokenDigest> token{};  ///< of the token that goes with the plan's id

  constexpr BasicContext(Time at, PlanId plan_id) noexcept : now(at), plan(plan_id) {}
};

using Context = BasicContext<DefaultTraits>;

}  // namespace membership::inline v0

#endif
