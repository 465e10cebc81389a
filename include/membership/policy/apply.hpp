// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_POLICY_APPLY_HPP
#define MEMBERSHIP_POLICY_APPLY_HPP

#include "membership/policy/plan.hpp"
#include "membership/policy/snapshot.hpp"

#include <initializer_list>

namespace membership::inline v0 {

namespace detail {
/// Shows a row as a write leaves it.
template <class Write, class Row>
constexpr void show(const Write& write, Slot<Row>& shown) noexcept {
  if (write.effect == Effect::erase) {
    shown.clear();
  } else {
    shown.emplace(write.after);
  }
}
}  // namespace detail

/// Changes a snapshot to what it would show after the plan's commit, so that the next plan of a
/// span is decided on what this one leaves and expects the revisions that it leaves. Of several
/// snapshots of a span each is to be changed; what the plan does to other organizations, users and
/// memberships than those shown leaves a snapshot as it is.
///
/// Where no organization or no user is shown, one that the plan makes is: the command to be decided
/// next names it or does not look at it. A new membership is shown where the user and the
/// organization shown are its own. Roles and priority orders are views and stay as they are: a plan
/// that writes one comes last in its span. So do profiles and what is claimed: nothing that looks
/// at them is decided after a plan that changes them.
template <class T>
constexpr void apply(BasicSnapshot<T>& snapshot, const BasicPlan<T>& plan) noexcept {
  if (plan.environment && plan.environment->precondition == Precondition::set) {
    snapshot.environment = plan.environment->after;
  }
  if (plan.freed) snapshot.freed_revision = plan.freed->after;
  if (plan.touch && snapshot.organization && snapshot.organization->id == *plan.organization_id()) {
    snapshot.organization->revision = plan.touch->expected + 1;
    snapshot.organization->fenced_to = plan.touch->fenced_to;
    snapshot.organization->counts = plan.touch->after;
  }
  if (plan.organization &&
      (!snapshot.organization || snapshot.organization->id == plan.organization->after.id)) {
    detail::show(*plan.organization, snapshot.organization);
  }
  if (plan.user && (!snapshot.user || snapshot.user->id == plan.user->after.id)) {
    detail::show(*plan.user, snapshot.user);
  }
  if (plan.membership && !snapshot.membership && snapshot.user && snapshot.organization &&
      snapshot.user->id == plan.membership->after.user &&
      snapshot.organization->id == plan.membership->after.organization) {
    detail::show(*plan.membership, snapshot.membership);
  }
  if (plan.invitation && snapshot.invitation &&
      snapshot.invitation->id == plan.invitation->after.id) {
    detail::show(*plan.invitation, snapshot.invitation);
  }
  for (const auto* const write : {plan.membership.get(), plan.other.get()}) {
    if (write == nullptr) continue;
    for (auto* const shown : {&snapshot.membership, &snapshot.other, &snapshot.actor}) {
      if (*shown && (*shown)->id == write->after.id) detail::show(*write, *shown);
    }
  }
}

}  // namespace membership::inline v0

#endif
