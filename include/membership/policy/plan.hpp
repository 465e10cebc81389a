// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_POLICY_PLAN_HPP
#define MEMBERSHIP_POLICY_PLAN_HPP

#include "membership/domain/environment.hpp"
#include "membership/domain/event.hpp"
#include "membership/domain/membership.hpp"
#include "membership/domain/organization.hpp"
#include "membership/domain/profile.hpp"
#include "membership/domain/role_catalogue.hpp"
#include "membership/domain/traits.hpp"
#include "membership/domain/ulid.hpp"
#include "membership/domain/user.hpp"
#include "membership/policy/lifecycle.hpp"
#include "membership/policy/slot.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace membership {
inline namespace v0 {

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
/// (PROTOCOL.md).
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
  };
  About about = About::lifecycle;
  LifecycleCommand command = LifecycleCommand::create;
  Standing standing = Standing::none;
  RoleSource role_source = RoleSource::none;
  RoleSet dropped{};  ///< retained roles that no longer fit (option O8)
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

/// The organization's row as every change inside it sets it: the next revision, what environment
/// it was decided on, and the counts after. The organization is that of the plan's membership.
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

/// That a user holds an e-mail address, from now on (`put`: nobody may hold it) or no longer.
struct EmailClaim {
  Effect effect;
  EmailKey key;

  constexpr EmailClaim(Effect what, const EmailKey& address) noexcept
      : effect(what), key(address) {}
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
  EventType event;
  typename T::RoleId id;
  RoleIndex index;
  RoleState after;

  constexpr BasicRoleWrite(Precondition condition, EventType type, const typename T::RoleId& role,
                           RoleIndex place, const RoleState& state) noexcept
      : precondition(condition), event(type), id(role), index(place), after(state) {}
};

/// A permission's row, of the environment.
template <class T>
struct BasicPermissionWrite {
  Precondition precondition;
  EventType event;
  typename T::PermissionId id;
  std::uint16_t index;
  PermissionState after;

  constexpr BasicPermissionWrite(Precondition condition, EventType type,
                                 const typename T::PermissionId& permission, std::uint16_t place,
                                 const PermissionState& state) noexcept
      : precondition(condition), event(type), id(permission), index(place), after(state) {}
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
  Slot<OrganizationTouch> touch{};                 ///< either this …
  Slot<BasicOrganizationWrite<T>> organization{};  ///< … or this
  Slot<std::uint64_t> compared_user{};             ///< the revision of the membership's user
  Slot<BasicUserWrite<T>> user{};
  Slot<BasicMembershipWrite<T>> membership{};
  Slot<BasicMembershipWrite<T>> other{};  ///< a second one of the same organization; never inserted
  Slot<BasicRoleWrite<T>> role{};
  Slot<BasicPermissionWrite<T>> permission{};
  /// A new priority order: the organization's where `organization` is filled, else the
  /// environment's.
  Slot<RoleOrder> order{};
  Slot<EmailClaim> email{};  ///< of `user`
  /// Of the permission, role, user or organization that is written; empty: as it was.
  Slot<Profile> profile{};

  constexpr BasicPlan(PlanId plan_id, Time now) noexcept : id(plan_id), decided_at(now) {}

  /// The organization in which this plan changes something, or null.
  constexpr const typename T::OrganizationId* organization_id() const noexcept {
    if (membership) return &membership->after.organization;
    if (organization) return &organization->after.id;
    return nullptr;
  }
};

/// Calls `visit(EventType, unsigned index)` for each event of a plan, in their order: user,
/// organization, permission, role, memberships.
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
  if (plan.membership) show(plan.membership->event);
  if (plan.other) show(plan.other->event);
}

using OrganizationWrite = BasicOrganizationWrite<DefaultTraits>;
using UserWrite = BasicUserWrite<DefaultTraits>;
using MembershipWrite = BasicMembershipWrite<DefaultTraits>;
using RoleWrite = BasicRoleWrite<DefaultTraits>;
using PermissionWrite = BasicPermissionWrite<DefaultTraits>;
using Plan = BasicPlan<DefaultTraits>;

}  // namespace v0
}  // namespace membership

#endif
