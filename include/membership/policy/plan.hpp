// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_POLICY_PLAN_HPP
#define MEMBERSHIP_POLICY_PLAN_HPP

#include "membership/domain/environment.hpp"
#include "membership/domain/event.hpp"
#include "membership/domain/invitation.hpp"
#include "membership/domain/membership.hpp"
#include "membership/domain/organization.hpp"
#include "membership/domain/profile.hpp"
#include "membership/domain/role_catalogue.hpp"
#include "membership/domain/traits.hpp"
#include "membership/domain/ulid.hpp"
#include "membership/domain/user.hpp"
#include "membership/policy/claims.hpp"
#include "membership/policy/lifecycle.hpp"
#include "membership/policy/slot.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace membership::inline v0 {

/// What a plan comes to.
enum class Outcome : std::uint8_t { created, reactivated, updated, unchanged, deleted };

constexpr std::string_view to_string(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::created: return "created";
    case Outcome::reactivated: return "reactivated";
    case Outcome::updated: return "updated";
    case Outcome::unchanged: return "unchanged";
    case Outcome::deleted: return "deleted";
  }
  return "";
}

/// What must hold of a row for a plan to be carried out; stores know these three and no others
/// (docs/explanation/concurrency.md, "Words").
enum class Precondition : std::uint8_t {
  absent,   ///< the row does not exist
  compare,  ///< it has the revision seen, and keeps it until the commit is done
  set,      ///< it has the revision seen, and becomes the next
};

/// What becomes of a row.
enum class Effect : std::uint8_t { keep, put, erase };

/// Where the roles of a membership came from.
enum class RoleSource : std::uint8_t {
  none,  ///< the command is not about roles
  requested,
  organization_default,
  environment_default,
  member_default,  ///< the role `member`, because no default is set
  retained,        ///< those that it had
};

/// Which rule decided, and how the roles came about.
struct Trace {
  enum class About : std::uint8_t {
    lifecycle,  ///< the cell (`command`, `standing`) of the table
    user,
    organization,
    environment_role,
    organization_role,
    permission,
    transfer,
    default_role,
    priority_order,
    multiple_roles,
    owner_role,
    seats,
    invitation,
  };
  About about = About::lifecycle;
  LifecycleCommand command = LifecycleCommand::create;
  Standing standing = Standing::none;
  RoleSource role_source = RoleSource::none;
  RoleSet dropped{};  ///< retained roles that no longer fit (`unfit_retained_role`)
};

/// The environment's row. `Precondition::compare` goes with `Effect::keep`, `set` with `put`.
struct EnvironmentWrite {
  Precondition precondition;
  std::uint64_t expected;
  EnvironmentState after;

  constexpr EnvironmentWrite(Precondition condition, std::uint64_t revision,
                             const EnvironmentState& state) noexcept
      : precondition(condition), expected(revision), after(state) {}
};

/// The mark of freed revisions (`BasicSnapshot::freed_revision`). `compare`: `after` is what is
/// expected.
struct FreedWrite {
  Precondition precondition;
  std::uint64_t expected;
  std::uint64_t after;

  constexpr FreedWrite(Precondition condition, std::uint64_t seen, std::uint64_t raised) noexcept
      : precondition(condition), expected(seen), after(raised) {}
};

/// The organization's row as every change inside it sets it: the next revision, what environment
/// it was decided on, and the counts after. The organization is `BasicPlan::organization_id`.
struct OrganizationTouch {
  std::uint64_t expected;
  std::uint64_t fenced_to;
  Counts after;

  constexpr OrganizationTouch(std::uint64_t revision, std::uint64_t environment_revision,
                              const Counts& counts) noexcept
      : expected(revision), fenced_to(environment_revision), after(counts) {}
};

/// The organization's row as its own commands write it, whole.
template <class T>
struct BasicOrganizationWrite {
  Precondition precondition;    ///< `absent` or `set`
  Effect effect = Effect::put;  ///< `erase`: `after` is its last state
  EventType event;
  std::uint64_t expected;
  BasicOrganizationState<T> after;

  constexpr BasicOrganizationWrite(Precondition condition, EventType type, std::uint64_t revision,
                                   const BasicOrganizationState<T>& state) noexcept
      : precondition(condition), event(type), expected(revision), after(state) {}
};

/// A user's row. A plan that inserts a membership compares its user in `compared_user` instead.
template <class T>
struct BasicUserWrite {
  Precondition precondition;
  Effect effect = Effect::put;  ///< `erase`: `after` is its last state
  EventType event;
  std::uint64_t expected;
  BasicUserState<T> after;

  constexpr BasicUserWrite(Precondition condition, EventType type, std::uint64_t revision,
                           const BasicUserState<T>& state) noexcept
      : precondition(condition), event(type), expected(revision), after(state) {}
};

/// What a membership was before a change: what an event tells of former values.
struct MembershipBefore {
  RoleSet roles{};
  Time updated_at = Time::from_milliseconds(0);
  RoleIndex first_requested = RoleIndex::none();
  Standing standing = Standing::none;
};

/// A membership's row.
/// - `absent` and `put`: inserted; no membership of the pair may exist.
/// - `set` and `put`: replaced, found by id, with the revision seen.
/// - `set` and `erase`: gone; `after` is its last state.
template <class T>
struct BasicMembershipWrite {
  Precondition precondition;
  Effect effect;
  EventType event;
  std::uint64_t expected;
  BasicOrganizationMembership<T> after;
  MembershipBefore before{};

  /// A new one.
  constexpr BasicMembershipWrite(EventType type, const typename T::MembershipId& id,
                                 const typename T::UserId& user,
                                 const typename T::OrganizationId& organization, RoleSet roles,
                                 RoleIndex first, Status status, Time now,
                                 std::uint64_t revision) noexcept
      : precondition(Precondition::absent), effect(Effect::put), event(type), expected(0),
        after(id, user, organization, roles, first, status, now, now, revision) {}

  /// A change of one that exists.
  constexpr BasicMembershipWrite(Effect what, EventType type,
                                 const BasicOrganizationMembership<T>& seen) noexcept
      : precondition(Precondition::set), effect(what), event(type), expected(seen.revision),
        after(seen), before{seen.roles, seen.updated_at, seen.first_requested,
                            standing_of(seen.status)} {}
};

/// A role's row. It belongs to the plan's organization where the index says so, else to the
/// environment.
template <class T>
struct BasicRoleWrite {
  Precondition precondition;
  Effect effect = Effect::put;  ///< `erase`: `after` is its last state
  EventType event;
  typename T::RoleId id;
  RoleIndex index;
  RoleState after;
  const RoleState* before;  ///< null for a new one

  constexpr BasicRoleWrite(Precondition condition, EventType type, const typename T::RoleId& role,
                           RoleIndex place, const RoleState& state,
                           const RoleState* seen = nullptr) noexcept
      : precondition(condition), event(type), id(role), index(place), after(state), before(seen) {}
};

/// A permission's row, of the environment.
template <class T>
struct BasicPermissionWrite {
  Precondition precondition;
  Effect effect = Effect::put;  ///< `erase`: `after` is its last state
  EventType event;
  typename T::PermissionId id;
  std::uint16_t index;
  PermissionState after;

  constexpr BasicPermissionWrite(Precondition condition, EventType type,
                                 const typename T::PermissionId& permission, std::uint16_t place,
                                 const PermissionState& state) noexcept
      : precondition(condition), event(type), id(permission), index(place), after(state) {}
};

/// An invitation's row. Of one in an organization the organization's row is set as well.
template <class T>
struct BasicInvitationWrite {
  Precondition precondition;    ///< `absent` or `set`
  Effect effect = Effect::put;  ///< `erase`: `after` is its last state
  EventType event;
  std::uint64_t expected;
  BasicInvitationState<T> after;
  /// The roles that it gives: its own, or those of the pending membership. None where it has ended.
  RoleSet held{};
  RoleIndex first_requested = RoleIndex::none();

  constexpr BasicInvitationWrite(Precondition condition, EventType type, std::uint64_t revision,
                                 const BasicInvitationState<T>& state) noexcept
      : precondition(condition), event(type), expected(revision), after(state) {}
};

/// The profile of what a plan writes, and the one that it had; null for a new one.
struct ProfileWrite {
  Profile after{};
  const Profile* before = nullptr;

  constexpr ProfileWrite() noexcept = default;
  constexpr explicit ProfileWrite(const Profile& shown, const Profile* seen = nullptr) noexcept
      : after(shown), before(seen) {}
};

/// Everything that a decision means, as a value. Each filled slot is one row: a precondition, an
/// effect, the new value, and at most one event. `unchanged` fills none.
///
/// Texts are views of the command and the snapshot: a plan is valid while both are.
template <class T>
struct BasicPlan {
  PlanId id;
  Time decided_at;
  Outcome outcome = Outcome::unchanged;
  Trace trace{};
  Slot<EnvironmentWrite> environment{};
  Slot<FreedWrite> freed{};
  Slot<OrganizationTouch> touch{};                 ///< either this …
  Slot<BasicOrganizationWrite<T>> organization{};  ///< … or this
  Slot<std::uint64_t> compared_user{};             ///< the revision of the membership's user
  Slot<BasicUserWrite<T>> user{};
  Slot<BasicMembershipWrite<T>> membership{};
  Slot<BasicMembershipWrite<T>> other{};  ///< a second one of the same organization; never inserted
  Slot<BasicRoleWrite<T>> role{};
  Slot<BasicPermissionWrite<T>> permission{};
  Slot<BasicInvitationWrite<T>> invitation{};
  /// A new priority order: the organization's where `organization` is filled, else the
  /// environment's.
  Slot<RoleOrder> order{};
  Slot<Claims> claims{};
  /// Of the invitation, permission, role, user or organization that is written; empty: as it was.
  Slot<ProfileWrite> profile{};

  constexpr BasicPlan(PlanId plan_id, Time now) noexcept : id(plan_id), decided_at(now) {}

  /// The organization in which this plan changes something, or null.
  constexpr const typename T::OrganizationId* organization_id() const noexcept {
    if (membership) return &membership->after.organization;
    if (organization) return &organization->after.id;
    if (!invitation) return nullptr;
    const std::optional<typename T::OrganizationId>& owner = invitation->after.organization;
    return owner ? &*owner : nullptr;
  }
};

/// Calls `visit(EventType, unsigned index)` for each event of a plan, in their order: user,
/// organization, permission, role, invitation, memberships.
template <class T, class Visit>
constexpr void for_each_event(const BasicPlan<T>& plan, Visit&& visit) {
  unsigned index = 0;
  const auto show = [&](EventType type) {
    if (type != EventType::none) visit(type, index++);
  };
  if (plan.user) show(plan.user->event);
  if (plan.organization) show(plan.organization->event);
  if (plan.permission) show(plan.permission->event);
  if (plan.role) show(plan.role->event);
  if (plan.invitation) show(plan.invitation->event);
  if (plan.membership) show(plan.membership->event);
  if (plan.other) show(plan.other->event);
}

/// Calls `visit(ClaimKind, Effect, const ClaimKey&)` for each claim that a plan gives up (`erase`)
/// or lays (`put`: nobody may have it), those that are given up first.
template <class T, class Visit>
constexpr void for_each_claim(const BasicPlan<T>& plan, Visit&& visit) {
  if (!plan.claims && !(plan.organization && plan.profile)) return;
  const Effect effects[] = {Effect::erase, Effect::put};
  for (const Effect effect : effects) {
    const auto show = [&](ClaimKind kind, const ClaimChange& change) {
      const auto& text = effect == Effect::erase ? change.before : change.after;
      if (!text) return;
      const ClaimKey key = claim_key(kind, *text);
      const bool same = change.before && change.after &&
                        claim_key(kind, *change.before) == claim_key(kind, *change.after);
      if (!same) visit(kind, effect, key);
    };
    if (plan.claims) {
      const Claims& claims = *plan.claims;
      // In an organization an address is kept from a second invitation by the organization's row.
      if (plan.user || (plan.invitation && !plan.invitation->after.organization)) {
        show(plan.user ? ClaimKind::user_email : ClaimKind::invitation_email, claims.email);
      }
      show(plan.user ? ClaimKind::user_external_id : ClaimKind::organization_external_id,
           claims.external_id);
      show(ClaimKind::stripe_customer_id, claims.stripe_customer_id);
    }
    if (!plan.organization || !plan.profile) continue;
    const auto show_domain = [&](std::string_view domain) {
      constexpr ClaimKind kind = ClaimKind::organization_domain;
      visit(kind, effect, claim_key(kind, domain));
    };
    const OrganizationDomains& domains = plan.profile->after.domains;
    if (plan.organization->effect == Effect::erase) {
      if (effect == Effect::erase) {
        domains.for_each([&](const OrganizationDomain& kept) { show_domain(kept.domain); });
      }
    } else if (effect == Effect::erase) {
      domains.for_each_removed(show_domain);
    } else {
      domains.for_each_added(show_domain);
    }
  }
}

using OrganizationWrite = BasicOrganizationWrite<DefaultTraits>;
using UserWrite = BasicUserWrite<DefaultTraits>;
using MembershipWrite = BasicMembershipWrite<DefaultTraits>;
using RoleWrite = BasicRoleWrite<DefaultTraits>;
using PermissionWrite = BasicPermissionWrite<DefaultTraits>;
using InvitationWrite = BasicInvitationWrite<DefaultTraits>;
using Plan = BasicPlan<DefaultTraits>;

}  // namespace membership::inline v0

#endif
