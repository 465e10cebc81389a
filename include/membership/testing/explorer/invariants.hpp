// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_EXPLORER_INVARIANTS_HPP
#define MEMBERSHIP_TESTING_EXPLORER_INVARIANTS_HPP

#include "membership/testing/explorer/world_state.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace testing {

/// What must hold of every world that a schedule can leave.
enum class Invariant : std::uint8_t {
  one_per_pair,         ///< at most one membership of a user in an organization
  owner,                ///< an organization that had an active owner keeps one
  seats,                ///< no change takes a seat beyond the limit
  dangling_role,        ///< whatever names a role names one that there is
  dangling_permission,  ///< the same for permissions
  several_roles,        ///< where Multiple Roles is off nobody holds several
  counts,               ///< an organization's row counts its memberships
  orphan,               ///< a membership's user and organization are there
  invitations,          ///< a pending membership and its open invitation belong together
  rights,               ///< who grants a role holds its permissions at the commit
  effects,              ///< a commit changes what its plans say and nothing else
  revisions,            ///< a row's revision only grows, also that of one made in its place
  events,               ///< the events are the changes
  readers,              ///< who follows the log gets every event once, in order
  marks,                ///< operations that ended, or were finished, leave no mark
  end,                  ///< every schedule ends
};

/// What must hold, in words.
constexpr std::string_view to_string(Invariant invariant) noexcept {
  switch (invariant) {
    case Invariant::one_per_pair: return "one membership for each user and organization";
    case Invariant::owner: return "an owner is left";
    case Invariant::seats: return "seat limit";
    case Invariant::dangling_role: return "no dangling role";
    case Invariant::dangling_permission: return "no dangling permission";
    case Invariant::several_roles: return "one role where Multiple Roles is off";
    case Invariant::counts: return "counts are those of the rows";
    case Invariant::orphan: return "no membership of what is gone";
    case Invariant::invitations: return "pending memberships have their invitations";
    case Invariant::rights: return "nobody grants what they do not hold";
    case Invariant::effects: return "a commit does what its plans say";
    case Invariant::revisions: return "revisions only grow";
    case Invariant::events: return "events are the changes";
    case Invariant::readers: return "readers get every event once";
    case Invariant::marks: return "no mark is left";
    case Invariant::end: return "every schedule ends";
  }
  return "";
}

/// An invariant that a world breaks, and where.
struct Breach {
  Invariant invariant;
  std::string what;
};

/// How a plan of a commit writes a membership.
struct MembershipEffect {
  OrganizationMembership after;
  Effect effect;
  RoleSet before;
  Trace::About about;
};

/// Roles that a plan of a commit grants in an organization.
struct GrantEffect {
  OrganizationId organization;
  RoleSet roles;
};

namespace detail {

template <class I>
std::string text_of(const I& id) {
  return std::string(id.view());
}
inline std::optional<Breach> breach(Invariant invariant, std::string what) {
  return Breach{invariant, std::move(what)};
}

inline const UserState* state_of(const UserState* user) noexcept { return user; }
inline const OrganizationState* state_of(const WorldState::Organization* organization) noexcept {
  return organization == nullptr ? nullptr : &organization->state;
}

/// The roles of a set that there are not.
inline RoleSet missing_roles(const WorldState& world, const WorldState::Organization* organization,
                             RoleSet roles) noexcept {
  const auto remove = [&](const std::vector<WorldState::Role>& some) {
    for (const WorldState::Role& role : some) roles = roles - RoleSet::of(role.index);
  };
  remove(world.roles);
  if (organization != nullptr) remove(organization->roles);
  return roles;
}
inline bool is_missing(const WorldState& world, const WorldState::Organization* organization,
                       RoleIndex role) noexcept {
  return !missing_roles(world, organization, RoleSet::of(role)).empty();
}
inline bool names_missing(const WorldState& world, const WorldState::Organization* organization,
                          const std::optional<RoleOrder>& order) noexcept {
  bool missing = false;
  for (unsigned at = 0; order && at < order->size; ++at) {
    missing = missing || is_missing(world, organization, (*order)[at]);
  }
  return missing;
}

inline std::optional<Breach> check_roles(const WorldState& world,
                                         const WorldState::Organization* organization) {
  const std::string where =
      organization == nullptr ? "the environment" : text_of(organization->state.id);
  const auto& order = organization == nullptr ? world.order : organization->order;
  if (names_missing(world, organization, order)) {
    return breach(Invariant::dangling_role, "in the priority order of " + where);
  }
  for (const WorldState::Role& role : organization == nullptr ? world.roles : organization->roles) {
    const std::string name = std::string(role.state.slug.view()) + " of " + where;
    if (is_missing(world, organization, role.state.replacement)) {
      return breach(Invariant::dangling_role, "the replacement of " + name);
    }
    for (unsigned index = 0; index < PermissionSet::capacity; ++index) {
      if (role.state.permissions.contains(index) && world.find_permission(index) == nullptr) {
        return breach(Invariant::dangling_permission, "of the role " + name);
      }
    }
  }
  return std::nullopt;
}

inline std::optional<Breach> check_memberships(const WorldState& world,
                                               const WorldState::Organization& organization) {
  Counts counts;
  for (const OrganizationMembership& row : organization.members) {
    const std::string name =
        text_of(row.id) + " of " + text_of(row.user) + " in " + text_of(row.organization);
    counts.add(row.status, row.roles, organization.state.owner_role);
    if (!missing_roles(world, &organization, row.roles).empty()) {
      return breach(Invariant::dangling_role, "of " + name);
    }
    if (world.find(row.user) == nullptr) return breach(Invariant::orphan, name + ": no user");
    if (!world.environment.multiple_roles && row.roles.several()) {
      return breach(Invariant::several_roles, name);
    }
    for (const OrganizationMembership& other : organization.members) {
      if (other.user == row.user && !(other.id == row.id)) {
        return breach(Invariant::one_per_pair, name + " and " + text_of(other.id));
      }
    }
  }
  if (!(counts == organization.state.counts)) {
    return breach(Invariant::counts, "in " + text_of(organization.state.id));
  }
  return std::nullopt;
}

inline bool is_open(const InvitationState& state) noexcept {
  return state.status == InvitationStatus::pending;
}

inline std::optional<Breach> check_invitations(const WorldState& world) {
  for (const WorldState::Invitation& invitation : world.invitations) {
    const InvitationState& state = invitation.state;
    const WorldState::Organization* const organization =
        state.organization ? world.find(*state.organization) : nullptr;
    const std::string name = text_of(state.id);
    if (state.organization && organization == nullptr) {
      return breach(Invariant::orphan, name + ": no organization");
    }
    if (is_missing(world, organization, state.role)) {
      return breach(Invariant::dangling_role, "of the invitation " + name);
    }
    if (!is_open(state)) continue;
    for (const WorldState::Invitation& other : world.invitations) {
      if (is_open(other.state) && !(other.state.id == state.id) &&
          other.state.organization == state.organization && other.email == invitation.email) {
        return breach(Invariant::invitations, name + " and another of the same address are open");
      }
    }
    if (!state.user || organization == nullptr) continue;
    bool found = false;
    for (const OrganizationMembership& row : organization->members) {
      found = found || (row.user == *state.user && row.status == Status::pending);
    }
    if (!found) return breach(Invariant::invitations, name + " is about no pending membership");
  }
  std::optional<Breach> result;
  world.for_each_membership([&](const OrganizationMembership& row) {
    if (row.status != Status::pending) return;
    bool found = false;
    for (const WorldState::Invitation& invitation : world.invitations) {
      const InvitationState& state = invitation.state;
      found = found ||
              (is_open(state) && state.user == row.user && state.organization == row.organization);
    }
    if (!found) {
      result = breach(Invariant::invitations, text_of(row.id) + " is pending without one");
    }
  });
  return result;
}

}  // namespace detail

/// What a world breaks by itself.
inline std::optional<Breach> check_world(const WorldState& world) {
  const EnvironmentState& environment = world.environment;
  for (const RoleIndex role :
       {environment.default_role, environment.owner_role, environment.next_owner_role}) {
    if (detail::is_missing(world, nullptr, role)) {
      return Breach{Invariant::dangling_role, "a setting of the environment"};
    }
  }
  if (auto breach = detail::check_roles(world, nullptr)) return breach;
  for (const WorldState::Organization& organization : world.organizations) {
    for (const RoleIndex role : {organization.state.default_role, organization.state.owner_role}) {
      if (detail::is_missing(world, &organization, role)) {
        return Breach{Invariant::dangling_role,
                      "a setting of " + detail::text_of(organization.state.id)};
      }
    }
    if (auto breach = detail::check_roles(world, &organization)) return breach;
    if (auto breach = detail::check_memberships(world, organization)) return breach;
  }
  if (!world.strays.empty()) {
    return Breach{Invariant::orphan,
                  detail::text_of(world.strays.front().id) + " is in no organization's list"};
  }
  return detail::check_invitations(world);
}

/// How many active owners an organization has, by its rows.
inline std::size_t count_owners(const WorldState::Organization& organization) noexcept {
  std::size_t owners = 0;
  for (const OrganizationMembership& row : organization.members) {
    if (row.status == Status::active && row.roles.contains(organization.state.owner_role)) {
      ++owners;
    }
  }
  return owners;
}

/// How many seats are taken, by the rows.
inline std::uint64_t count_seats(const WorldState::Organization& organization,
                                 SeatsCount counted) noexcept {
  std::uint64_t seats = 0;
  for (const OrganizationMembership& row : organization.members) {
    if (row.status == Status::active || (row.status == Status::pending && counted.pending) ||
        (row.status == Status::inactive && counted.inactive)) {
      ++seats;
    }
  }
  return seats;
}

/// What the guards forbid of a change from one world to the next, by what a seat counted where it
/// was decided: `decided_on` is the environment's revision then, 0 where nothing was in an
/// organization. Notes what a seat counts now, and which organizations have had an owner: while one
/// is deleted its pages may take the last, but it must not come back so.
inline std::optional<Breach> check_guards(const WorldState& before, WorldState& after,
                                          std::uint64_t decided_on) {
  after.seats_counts = before.seats_counts;
  after.seats_counts[after.environment.revision] = after.environment.seats_count;
  for (WorldState::Organization& organization : after.organizations) {
    const WorldState::Organization* const was = before.find(organization.state.id);
    const bool live = organization.state.phase == Phase::live;
    const bool same = was != nullptr && was->state.owner_role == organization.state.owner_role;
    const std::size_t owners = count_owners(organization);
    if (live && same && was->had_owner && owners == 0) {
      return Breach{Invariant::owner, "in " + detail::text_of(organization.state.id)};
    }
    organization.had_owner = same && !live ? was->had_owner : owners != 0;
    const auto decided = after.seats_counts.find(decided_on);
    if (was == nullptr || !organization.state.seat_limit || decided == after.seats_counts.end()) {
      continue;
    }
    const std::uint64_t seats = count_seats(organization, decided->second);
    if (seats > *organization.state.seat_limit && seats > count_seats(*was, decided->second)) {
      return Breach{Invariant::seats, "in " + detail::text_of(organization.state.id)};
    }
  }
  return std::nullopt;
}

/// Whether who acts held, at the commit, the permissions of the roles that it grants. Where the
/// environment has changed since the decision its roles may grant others by now
/// (docs/explanation/concurrency.md, rule 7): nothing is checked.
inline std::optional<Breach> check_grants(const WorldState& before,
                                          const std::vector<GrantEffect>& grants,
                                          std::uint64_t decided_on, const UserId& grantor) {
  if (decided_on != before.environment.revision) return std::nullopt;
  for (const GrantEffect& grant : grants) {
    const WorldState::Organization* const organization = before.find(grant.organization);
    if (organization == nullptr) continue;
    PermissionSet held;
    for (const OrganizationMembership& row : organization->members) {
      if (row.user == grantor && row.status == Status::active) {
        held = before.permissions_of(*organization, row.roles);
      }
    }
    if (!before.permissions_of(*organization, grant.roles).subset_of(held)) {
      return Breach{Invariant::rights,
                    detail::text_of(grantor) + " in " + detail::text_of(grant.organization)};
    }
  }
  return std::nullopt;
}

/// Whether the revisions of users and organizations grow from one world to the next. Notes those
/// that are gone: what is made under their ids must begin above, or else a plan that was decided on
/// the one before fits its successor.
inline std::optional<Breach> check_revisions(const WorldState& before, WorldState& after) {
  after.freed = before.freed;
  std::optional<Breach> result;
  const auto check = [&](const auto& state) {
    const auto* const was = detail::state_of(before.find(state.id));
    const auto gone = after.freed.find(detail::text_of(state.id));
    if ((was != nullptr && was->revision > state.revision) ||
        (gone != after.freed.end() && gone->second >= state.revision)) {
      result = Breach{Invariant::revisions, detail::text_of(state.id) + " is at " +
                                                std::to_string(state.revision) + " again"};
    }
  };
  const auto note_gone = [&](const auto& state) {
    // Its deletion has a revision as well.
    if (after.find(state.id) == nullptr)
      after.freed[detail::text_of(state.id)] = state.revision + 1;
  };
  for (const UserState& user : before.users) note_gone(user);
  for (const WorldState::Organization& was : before.organizations) note_gone(was.state);
  for (const UserState& user : after.users) check(user);
  for (const WorldState::Organization& now : after.organizations) check(now.state);
  return result;
}

/// Whether a commit changed the memberships that its plans write as they say, and no others.
/// A page takes no role that came to be after the start and is not on its way out.
inline std::optional<Breach> check_effects(const WorldState& start, const WorldState& before,
                                           const WorldState& after,
                                           const std::vector<MembershipEffect>& effects) {
  const auto written = [&](const MembershipId& id) {
    const MembershipEffect* last = nullptr;
    for (const MembershipEffect& effect : effects) {
      if (effect.after.id == id) last = &effect;
    }
    return last;
  };
  const auto find_in = [](const WorldState& world, const MembershipId& id) {
    std::optional<OrganizationMembership> found;
    world.for_each_membership([&](const OrganizationMembership& row) {
      if (row.id == id) found = row;
    });
    return found;
  };
  std::optional<Breach> result;
  before.for_each_membership([&](const OrganizationMembership& row) {
    const MembershipEffect* const write = written(row.id);
    if (write == nullptr && find_in(after, row.id) != row) {
      result = Breach{Invariant::effects, detail::text_of(row.id) + " was changed by no plan"};
    }
  });
  for (const MembershipEffect& effect : effects) {
    if (written(effect.after.id) != &effect) continue;
    const auto found = find_in(after, effect.after.id);
    const bool there = effect.effect != Effect::erase;
    if (found.has_value() != there ||
        (there && (found->roles != effect.after.roles || found->status != effect.after.status))) {
      result = Breach{Invariant::effects, detail::text_of(effect.after.id) + " is not as planned"};
    }
    if (effect.about != Trace::About::environment_role) continue;
    for (const WorldState::Role& role : before.roles) {
      const bool taken = (effect.before - effect.after.roles).contains(role.index);
      const WorldState::Role* const first = start.find(nullptr, role.index);
      const bool old = first != nullptr && first->id == role.id;
      if (taken && !old && role.state.phase == Phase::live) {
        result = Breach{Invariant::effects, "a page took " + std::string(role.state.slug.view()) +
                                                " from " + detail::text_of(effect.after.id)};
      }
    }
  }
  return result;
}

}  // namespace testing
}  // namespace membership::inline v0

#endif
