// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_POLICY_GUARDS_HPP
#define MEMBERSHIP_POLICY_GUARDS_HPP

#include "membership/policy/membership_policy.hpp"

#include <cstdint>

namespace membership::inline v0 {

/// The organization never loses its last active holder of the owner role that it goes by. Whatever
/// the change is: a deletion, a deactivation, other roles. An organization that is being deleted
/// may lose it, and one without an owner may stay so. It judges nothing until the environment has
/// an owner role: call `name_owner_role` first. Refusal: `last_owner_required`. See
/// docs/explanation/concurrency.md, rules 1 and 2.
struct OwnerGuard {
  template <class T>
  static constexpr Refusal check(const BasicSnapshot<T>& seen, const BasicPlan<T>& plan,
                                 const BasicActor<T>& /*actor*/) noexcept {
    if (!plan.touch || seen.organization->phase == Phase::deleting) return {};
    if (seen.organization->counts.owners == 0 || plan.touch->after.owners != 0) return {};
    return {ErrorCode::last_owner_required, Field::organization_id};
  }
};

/// No change takes a seat beyond the organization's limit. What takes a seat besides active
/// memberships is data of the environment; a limit of 0 means 0, none means no limit. What takes
/// no seat more, as a change of roles, passes at any limit.
///
/// An open invitation takes a seat only as a pending membership, so only where its address is
/// already a user's. Any number can be sent to other addresses; the limit is then met at the
/// acceptance.
/// Refusal: `seat_limit_reached`. What a seat counts is taken as it was at the load, as the
/// permissions of environment roles are (docs/explanation/concurrency.md, rule 7).
struct SeatLimit {
  template <class T>
  static constexpr Refusal check(const BasicSnapshot<T>& seen, const BasicPlan<T>& plan,
                                 const BasicActor<T>& /*actor*/) noexcept {
    if (!plan.touch || !seen.organization->seat_limit) return {};
    const std::uint64_t before = seats(seen.environment.seats_count, seen.organization->counts);
    const std::uint64_t after = seats(seen.environment.seats_count, plan.touch->after);
    if (after <= before || after <= *seen.organization->seat_limit) return {};
    return {ErrorCode::seat_limit_reached, Field::organization_id};
  }

 private:
  static constexpr std::uint64_t seats(SeatsCount count, const Counts& counts) noexcept {
    return counts.active + (count.pending ? counts.pending : 0) +
           (count.inactive ? counts.inactive : 0);
  }
};

/// Who grants a role holds all of its permissions, in that organization and actively. Granted are
/// the roles after a change, less those held before while active: so a reactivation grants all of
/// its roles, and taking roles away grants nothing; an invitation grants what it will give. Where
/// the system acts nothing is judged, so not at the acceptance. It compares permissions alone: give
/// the owner role one that no other role has, or whoever has all of its permissions may make
/// owners.
///
/// It limits which roles may be given. It does not ask whether the actor may act at all: removing,
/// deactivating and inviting are open to any actor. Ask `authorize` first, or, so that it holds at
/// the commit, write a rule that requires a permission of the actor (docs/how-to/add-a-rule.md). It
/// does not judge changes of roles, permissions or settings: those commands name no actor, and the
/// host decides who may issue them.
/// Refusal: `role_not_grantable`, about the first such role in order of priority. The permissions
/// of environment roles count as they were at the load (docs/explanation/concurrency.md, rule 7).
struct GrantRule {
  template <class T>
  static constexpr Refusal check(const BasicSnapshot<T>& seen, const BasicPlan<T>& plan,
                                 const BasicActor<T>& actor) noexcept {
    if (!actor.acts) return {};
    PermissionSet held;
    if (actor.membership != nullptr && actor.membership->status == Status::active) {
      held = seen.roles.permissions(actor.membership->roles);
    }
    // A new invitation's roles are those of the membership that it is about.
    if (plan.invitation && plan.invitation->precondition == Precondition::absent) {
      return check_roles(seen.roles, plan.invitation->held, held);
    }
    if (plan.membership) {
      const Refusal refusal = check_write(seen.roles, *plan.membership, held);
      if (refusal) return refusal;
    }
    return plan.other ? check_write(seen.roles, *plan.other, held) : Refusal{};
  }

 private:
  template <class T>
  static constexpr Refusal check_write(const RoleCatalogue& roles,
                                       const BasicMembershipWrite<T>& write,
                                       const PermissionSet& held) noexcept {
    if (write.effect == Effect::erase) return {};
    RoleSet granted = write.after.roles;
    if (write.before.standing == Standing::active) granted = granted - write.before.roles;
    return check_roles(roles, granted, held);
  }

  static constexpr Refusal check_roles(const RoleCatalogue& roles, RoleSet granted,
                                       const PermissionSet& held) noexcept {
    Refusal refusal;
    roles.for_each_in_order(granted, [&](RoleIndex index) {
      if (!refusal && !roles.permissions(RoleSet::of(index)).subset_of(held)) {
        refusal = {ErrorCode::role_not_grantable, Field::role_slug, index.value()};
      }
    });
    return refusal;
  }
};

}  // namespace membership::inline v0

#endif
