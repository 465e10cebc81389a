// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_POLICY_APPLY_HPP
#define MEMBERSHIP_POLICY_APPLY_HPP

#include "membership/policy/plan.hpp"
#include "membership/policy/snapshot.hpp"

namespace membership {
inline namespace v0 {

namespace detail {
/// Shows a membership as a write leaves it.
template <class T>
constexpr void show(const BasicMembershipWrite<T>& write,
                    Slot<BasicOrganizationMembership<T>>& shown) noexcept {
  if (write.effect == Effect::erase) {
    shown.clear();
  } else {
    shown.emplace(write.after);
  }
}
}  // namespace detail

/// Changes a snapshot to what it would show after the plan's commit, so that the next plan of a
/// span is decided on what this one leaves and expects the revisions that it leaves.
///
/// The membership shown is replaced where it is the plan's or there is none, and the actor's where
/// it is the plan's. Roles and priority
/// orders are views and stay as they are: a plan that writes one comes last in its span.
template <class T>
constexpr void apply(BasicSnapshot<T>& snapshot, const BasicPlan<T>& plan) noexcept {
  if (plan.environment && plan.environment->precondition == Precondition::set) {
    snapshot.environment = plan.environment->after;
  }
  if (plan.touch && snapshot.organization) {
    snapshot.organization->revision = plan.touch->expected + 1;
    snapshot.organization->fenced_to = plan.touch->fenced_to;
    snapshot.organization->counts = plan.touch->after;
  }
  if (plan.organization) snapshot.organization.emplace(plan.organization->after);
  if (plan.user) snapshot.user.emplace(plan.user->after);
  if (plan.membership) {
    if (!snapshot.membership || snapshot.membership->id == plan.membership->after.id) {
      detail::show(*plan.membership, snapshot.membership);
    }
    if (snapshot.actor && snapshot.actor->id == plan.membership->after.id) {
      detail::show(*plan.membership, snapshot.actor);
    }
  }
}

}  // namespace v0
}  // namespace membership

#endif
