// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_DELETE_USER_HPP
#define MEMBERSHIP_COMMAND_DELETE_USER_HPP

#include "membership/command/invitation_change.hpp"
#include "membership/command/membership_change.hpp"
#include "membership/command/profile_change.hpp"
#include "membership/policy/membership_policy.hpp"

#include <cstdint>

namespace membership::inline v0 {

/// The steps of the long operation that deletes a user with all memberships and open invitations
/// (docs/explanation/concurrency.md, rule 6): mark, a sweep for each of them, finish. `delete_user`
/// runs them, and looks first.

namespace detail {
/// Sets the user's row with another phase.
template <class T>
constexpr void set_user_phase(const BasicSnapshot<T>& seen, Phase phase,
                              BasicPlan<T>& plan) noexcept {
  plan.outcome = Outcome::updated;
  BasicUserWrite<T>& write =
      plan.user.emplace(Precondition::set, EventType::none, seen.user->revision, *seen.user);
  ++write.after.revision;
  write.after.phase = phase;
  write.after.generation = phase == Phase::deleting ? write.after.revision : 0;
}
}  // namespace detail

/// Not for hosts: call `delete_user`, of which this is a step.
///
/// Marks a user: from then on nothing makes the user a member. One who is marked already is
/// `unchanged`. Errors: `entity_not_found`.
template <class T>
struct BasicMarkUserDeleted {
  using traits = T;
  static constexpr Kinds kinds{Kind::user};
  static constexpr Kinds mints{};

  typename T::UserId user;

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.user = &user;
    reads.profiles = true;  // whose address the sweep of invitations goes by
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    if (!seen.user) return {ErrorCode::entity_not_found, Field::user_id};
    plan.trace.about = Trace::About::user;
    if (seen.user->phase != Phase::deleting) detail::set_user_phase(seen, Phase::deleting, plan);
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return subject_of(user);
  }
};

/// Takes the mark back, at any time: what was swept stays gone. One who is not marked is
/// `unchanged`. Errors: `entity_not_found`.
template <class T>
struct BasicKeepUser {
  using traits = T;
  static constexpr Kinds kinds{Kind::user};
  static constexpr Kinds mints{};

  typename T::UserId user;

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.user = &user;
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    if (!seen.user) return {ErrorCode::entity_not_found, Field::user_id};
    plan.trace.about = Trace::About::user;
    if (seen.user->phase == Phase::deleting) detail::set_user_phase(seen, Phase::live, plan);
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return subject_of(user);
  }
};

/// Not for hosts: call `delete_user`, of which this is a step.
///
/// Deletes one membership of a marked user, and revokes the open invitation that is about it, if
/// there is one; one that has expired ends as such. One that is gone is `unchanged`. The owner
/// guard judges it like any other deletion. Errors: `operation_superseded` where the user's mark is
/// another one or none.
template <class T>
struct BasicSweepUserMembership {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::membership, Kind::user};
  static constexpr Kinds mints{};

  typename T::MembershipId membership;
  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.membership = &membership;
    reads.member_user = true;
    reads.member_invitation = true;
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& options,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    if (!seen.membership) return {};
    if (!seen.user || seen.user->phase != Phase::deleting || seen.user->generation != generation) {
      return {ErrorCode::operation_superseded, Field::organization_membership_id};
    }
    detail::write_deletion(seen, plan);
    if (seen.invitation) detail::withdraw_with_membership(options, seen, context, plan);
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return subject_of(membership);
  }
};

/// Not for hosts: call `delete_user`, of which this is a step.
///
/// Removes a marked user, and the claims on e-mail address and external id. It is for whoever has
/// swept: that the user has no membership left is not looked at here, and nothing adds one after
/// the mark. One who is gone is `unchanged`. Errors: `operation_superseded`.
template <class T>
struct BasicFinishUserDeletion {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment, Kind::user};
  static constexpr Kinds mints{};

  typename T::UserId user;
  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.user = &user;
    reads.profiles = true;
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    plan.trace.about = Trace::About::user;
    if (!seen.user) return {};
    if (seen.user->phase != Phase::deleting || seen.user->generation != generation) {
      return {ErrorCode::operation_superseded, Field::user_id};
    }
    plan.outcome = Outcome::deleted;
    BasicUserWrite<T>& write = plan.user.emplace(Precondition::set, EventType::user_deleted,
                                                 seen.user->revision, *seen.user);
    write.effect = Effect::erase;
    ++write.after.revision;
    detail::note_freed(seen, write.after.revision, plan);
    if (seen.user_profile == nullptr) return {};
    plan.profile.emplace(*seen.user_profile);
    detail::give_up_claims(*seen.user_profile, plan);
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return subject_of(user);
  }
};

using MarkUserDeleted = BasicMarkUserDeleted<DefaultTraits>;
using KeepUser = BasicKeepUser<DefaultTraits>;
using SweepUserMembership = BasicSweepUserMembership<DefaultTraits>;
using FinishUserDeletion = BasicFinishUserDeletion<DefaultTraits>;

}  // namespace membership::inline v0

#endif
