// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_DELETE_ORGANIZATION_HPP
#define MEMBERSHIP_COMMAND_DELETE_ORGANIZATION_HPP

#include "membership/command/invitation_change.hpp"
#include "membership/command/membership_change.hpp"
#include "membership/command/profile_change.hpp"
#include "membership/command/role_change.hpp"
#include "membership/policy/membership_policy.hpp"

#include <cstdint>

namespace membership::inline v0 {

/// The steps of the long operation that deletes an organization with all of its memberships and
/// invitations (docs/explanation/concurrency.md, rule 6): mark, a sweep for each of them, finish.
/// `delete_organization` runs them.

namespace detail {
/// Sets the organization's row with another phase.
template <class T>
constexpr void set_organization_phase(const BasicSnapshot<T>& seen, Phase phase,
                                      BasicPlan<T>& plan) noexcept {
  plan.outcome = Outcome::updated;
  BasicOrganizationState<T>& after = set_organization(seen, plan);
  after.phase = phase;
  after.generation = phase == Phase::deleting ? after.revision : 0;
}
}  // namespace detail

/// Not for hosts: call `delete_organization`, of which this is a step.
///
/// Marks an organization: from then on it counts as gone for whatever adds to it. One that is
/// marked already is `unchanged`: whoever began goes on, or this one does.
/// Errors: `entity_not_found`.
template <class T>
struct BasicMarkOrganizationDeleted {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization};
  static constexpr Kinds mints{};

  typename T::OrganizationId organization;

  constexpr BasicReads<T> reads() const noexcept {
    return detail::organization_reads<T>(organization);
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    if (!seen.organization) return {ErrorCode::entity_not_found, Field::organization_id};
    plan.trace.about = Trace::About::organization;
    if (seen.organization->phase == Phase::deleting) return {};
    detail::set_organization_phase(seen, Phase::deleting, plan);
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return subject_of(organization);
  }
};

/// Takes the mark back. Only while nothing has changed in the organization since: a page may have
/// taken its last owner. One that is not marked is `unchanged`.
/// Errors, in this order: `entity_not_found`, `mark_in_use`.
template <class T>
struct BasicKeepOrganization {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization};
  static constexpr Kinds mints{};

  typename T::OrganizationId organization;

  constexpr BasicReads<T> reads() const noexcept {
    return detail::organization_reads<T>(organization);
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    if (!seen.organization) return {ErrorCode::entity_not_found, Field::organization_id};
    plan.trace.about = Trace::About::organization;
    if (seen.organization->phase != Phase::deleting) return {};
    if (seen.organization->revision != seen.organization->generation) {
      return {ErrorCode::mark_in_use, Field::organization_id};
    }
    detail::set_organization_phase(seen, Phase::live, plan);
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return subject_of(organization);
  }
};

/// Not for hosts: call `delete_organization`, of which this is a step.
///
/// Deletes one membership of a marked organization, and where it is pending its open invitation,
/// which is no event. One that is gone is `unchanged`.
/// Errors: `operation_superseded` where the mark is another one or none.
template <class T>
struct BasicSweepOrganizationMembership {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::membership};
  static constexpr Kinds mints{};

  typename T::MembershipId membership;
  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.membership = &membership;
    reads.member_invitation = true;
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    if (!seen.membership) return {};
    if (seen.organization->phase != Phase::deleting ||
        seen.organization->generation != generation) {
      return {ErrorCode::operation_superseded, Field::organization_membership_id};
    }
    detail::write_deletion(seen, plan);
    if (seen.invitation && seen.membership->status == Status::pending) {
      detail::erase_invitation(seen, plan);
    }
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return subject_of(membership);
  }
};

/// Not for hosts: call `delete_organization`, of which this is a step.
///
/// Removes a marked organization that has no membership left, and its claims on external id, Stripe
/// customer and domains. It is for whoever has swept the invitations as well: that none is left is
/// not looked at here, and nothing adds one after the mark. One that is gone is `unchanged`.
/// Errors, in this order: `operation_superseded`, `operation_unfinished`.
template <class T>
struct BasicFinishOrganizationDeletion {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment, Kind::organization};
  static constexpr Kinds mints{};

  typename T::OrganizationId organization;
  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads = detail::organization_reads<T>(organization);
    reads.profiles = true;
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    plan.trace.about = Trace::About::organization;
    if (!seen.organization) return {};
    const BasicOrganizationState<T>& state = *seen.organization;
    if (state.phase != Phase::deleting || state.generation != generation) {
      return {ErrorCode::operation_superseded, Field::organization_id};
    }
    const Counts& counts = state.counts;
    if (counts.active + counts.inactive + counts.pending != 0) {
      return {ErrorCode::operation_unfinished, Field::organization_id};
    }
    plan.outcome = Outcome::deleted;
    BasicOrganizationWrite<T>& write = plan.organization.emplace(
        Precondition::set, EventType::organization_deleted, state.revision, state);
    write.effect = Effect::erase;
    ++write.after.revision;
    detail::note_freed(seen, write.after.revision, plan);
    if (seen.organization_profile == nullptr) return {};
    plan.profile.emplace(*seen.organization_profile);
    detail::give_up_claims(*seen.organization_profile, plan);
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return subject_of(organization);
  }
};

using MarkOrganizationDeleted = BasicMarkOrganizationDeleted<DefaultTraits>;
using KeepOrganization = BasicKeepOrganization<DefaultTraits>;
using SweepOrganizationMembership = BasicSweepOrganizationMembership<DefaultTraits>;
using FinishOrganizationDeletion = BasicFinishOrganizationDeletion<DefaultTraits>;

}  // namespace membership::inline v0

#endif
