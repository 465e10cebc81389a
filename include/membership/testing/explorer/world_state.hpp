// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_EXPLORER_WORLD_STATE_HPP
#define MEMBERSHIP_TESTING_EXPLORER_WORLD_STATE_HPP

#include "membership/policy/query.hpp"
#include "membership/policy/reads.hpp"
#include "membership/policy/rows.hpp"
#include "membership/testing/explorer/digest.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace testing {

/// All rows of a store at one moment, copied.
struct WorldState {
  /// A role, of the environment or of an organization.
  struct Role {
    RoleId id;
    RoleIndex index;
    RoleState state;
  };
  /// A permission.
  struct Permission {
    PermissionId id;
    unsigned index;
    PermissionState state;
  };
  /// An organization with what is inside it, but invitations.
  struct Organization {
    OrganizationState state;
    std::vector<Role> roles{};  ///< its own
    std::optional<RoleOrder> order{};
    std::vector<OrganizationMembership> members{};
    /// Whether it has had an owner since it goes by its owner role, so that one must be left.
    bool had_owner = false;
  };
  /// An invitation and the address that it was sent to.
  struct Invitation {
    InvitationState state;
    std::string email;
  };

  EnvironmentState environment{};
  std::uint64_t freed_revision = 0;
  std::optional<RoleOrder> order{};
  std::vector<Role> roles{};  ///< the environment's
  std::vector<Permission> permissions{};
  std::vector<Organization> organizations{};
  std::vector<UserState> users{};
  std::vector<Invitation> invitations{};
  /// Memberships that only the list of their user shows.
  std::vector<OrganizationMembership> strays{};
  /// The ids of users and organizations that were deleted, and the revisions that they came to.
  std::map<std::string, std::uint64_t> freed{};
  /// What a seat counted, by the revisions of the environment.
  std::map<std::uint64_t, SeatsCount> seats_counts{};

  const Organization* find(const OrganizationId& id) const noexcept {
    for (const Organization& organization : organizations) {
      if (organization.state.id == id) return &organization;
    }
    return nullptr;
  }
  const UserState* find(const UserId& id) const noexcept {
    for (const UserState& user : users) {
      if (user.id == id) return &user;
    }
    return nullptr;
  }
  const Role* find(const Organization* organization, RoleIndex index) const noexcept {
    if (index.is_organization() && organization == nullptr) return nullptr;
    for (const Role& role : index.is_organization() ? organization->roles : roles) {
      if (role.index == index) return &role;
    }
    return nullptr;
  }
  const Permission* find_permission(unsigned index) const noexcept {
    for (const Permission& permission : permissions) {
      if (permission.index == index) return &permission;
    }
    return nullptr;
  }
  /// What roles grant in an organization. A permission on its way out grants nothing.
  PermissionSet permissions_of(const Organization& organization, RoleSet held) const noexcept {
    PermissionSet granted;
    for (const std::vector<Role>* const some : {&roles, &organization.roles}) {
      for (const Role& role : *some) {
        if (held.contains(role.index)) granted = granted | role.state.permissions;
      }
    }
    for (const Permission& permission : permissions) {
      if (permission.state.phase != Phase::live) granted.erase(permission.index);
    }
    return granted;
  }
  template <class Visit>
  void for_each_membership(Visit&& visit) const {
    for (const Organization& organization : organizations) {
      for (const OrganizationMembership& row : organization.members) visit(row);
    }
    for (const OrganizationMembership& row : strays) visit(row);
  }

  std::uint64_t digest() const noexcept {
    Digest all;
    all.add(environment).add(freed_revision).add(order ? &*order : nullptr);
    const auto add_roles = [&](const std::vector<Role>& some) {
      for (const Role& role : some) all.add(role.id).add(role.index).add(role.state);
      all.add(std::uint64_t{some.size()});
    };
    add_roles(roles);
    for (const Permission& permission : permissions) {
      all.add(permission.id).add(std::uint64_t{permission.index}).add(permission.state);
    }
    for (const Organization& organization : organizations) {
      all.add(organization.state).add(organization.order ? &*organization.order : nullptr);
      add_roles(organization.roles);
      for (const OrganizationMembership& row : organization.members) all.add(row);
      all.add(std::uint64_t{organization.had_owner});
    }
    for (const UserState& user : users) all.add(user);
    for (const Invitation& invitation : invitations) all.add(invitation.state);
    for (const OrganizationMembership& row : strays) all.add(row);
    for (const auto& [id, revision] : freed) all.add(id).add(revision);
    for (const auto& [revision, counted] : seats_counts) {
      all.add(revision).add(std::uint64_t{counted.pending}).add(std::uint64_t{counted.inactive});
    }
    return all.value();
  }
};

/// What is kept of an event for replaying it.
struct EventCopy {
  EventId id;
  EventType type;
  std::uint64_t revision;
  std::optional<OrganizationId> organization{};
  std::optional<OrganizationMembership> membership{};
  std::optional<UserId> user{};
  std::optional<RoleId> role{};
  std::optional<PermissionId> permission{};
  std::optional<InvitationState> invitation{};

  explicit EventCopy(const EventRow& row) : id(row.id), type(row.type), revision(row.revision) {
    const auto copy = [](const auto* from, auto& to) {
      if (from != nullptr) to.emplace(*from);
    };
    copy(row.organization, organization);
    copy(row.membership, membership);
    copy(row.user, user);
    copy(row.role_id, role);
    copy(row.permission_id, permission);
    copy(row.invitation, invitation);
  }
};

namespace detail {

/// A store that fails has no schedules.
template <class V, class E>
V must(tl::expected<V, E> result) {
  if (!result) throw std::runtime_error("the store failed");
  return std::move(*result);
}

/// Calls `visit(row)` for all rows of a list, page by page.
template <class I, class S, class MakeQuery, class IdOf, class Visit>
void for_each_row(S& store, const MakeQuery& make_query, const IdOf& id_of, Visit&& visit) {
  Page<I> page;
  page.limit = longest_page;
  for (bool more = true; more;) {
    more = must(store.list(make_query(page), [&](const auto& row) {
             page.after = id_of(row);
             visit(row);
           })).more;
  }
}
template <class S, class Visit>
void for_each_member(S& store, const MembershipFilter& filter, Visit&& visit) {
  for_each_row<MembershipId>(
      store, [&](const auto& page) { return *MembershipQuery::make(filter, page); },
      [](const MembershipRow& row) { return row.membership.copy().id; },
      [&](const MembershipRow& row) { visit(row.membership.copy()); });
}

inline std::optional<RoleOrder> copy_order(const RoleOrder* order) {
  return order == nullptr ? std::nullopt : std::optional<RoleOrder>(*order);
}

}  // namespace detail

/// The events behind one, or all, in the order of the log.
/// Complexity: the lists of a page each.
template <class S>
std::vector<EventCopy> read_events(S& store, const std::optional<EventId>& after) {
  std::vector<EventCopy> events;
  Page<EventId> page;
  page.limit = longest_page;
  page.after = after;
  for (bool more = true; more;) {
    more = detail::must(store.list(*EventQuery::make(page), [&](const EventRow& row) {
             page.after = row.id;
             events.emplace_back(row);
           })).more;
  }
  return events;
}

/// Reads all rows of a store. Nobody else may change them meanwhile.
/// Complexity: the lists of organizations, users, permissions, invitations and the environment's
/// roles, and for each organization and each user a few more.
template <class S>
WorldState read_world(S& store) {
  using State = WorldState;
  State world;
  {
    const auto seen = detail::must(store.load(Reads{}));
    world.environment = seen.environment;
    world.freed_revision = seen.freed_revision;
    world.order = detail::copy_order(seen.roles.order());
  }
  const auto read_roles = [&](const RoleQuery& query, bool own, std::vector<State::Role>& roles) {
    static_cast<void>(detail::must(store.list(query, [&](const RoleRow& row) {
      if (row.index.is_organization() == own) {
        roles.push_back(State::Role{row.id, row.index, row.state});
      }
    })));
  };
  read_roles(RoleQuery{}, false, world.roles);
  detail::for_each_row<PermissionId>(
      store, [](const auto& page) { return *PermissionQuery::make(page); },
      [](const PermissionRow& row) { return row.id; },
      [&](const PermissionRow& row) {
        world.permissions.push_back(State::Permission{row.id, row.index, row.state});
      });
  detail::for_each_row<OrganizationId>(
      store, [](const auto& page) { return *OrganizationQuery::make(page); },
      [](const OrganizationRow& row) { return row.state.id; },
      [&](const OrganizationRow& row) {
        world.organizations.push_back(State::Organization{row.state});
      });
  for (State::Organization& organization : world.organizations) {
    Reads reads;
    reads.organization = &organization.state.id;
    const auto seen = detail::must(store.load(reads));
    organization.order = detail::copy_order(seen.roles.own_order());
    read_roles(RoleQuery{organization.state.id}, true, organization.roles);
    MembershipFilter filter;
    filter.organization = organization.state.id;
    detail::for_each_member(store, filter, [&](const OrganizationMembership& row) {
      organization.members.push_back(row);
    });
  }
  detail::for_each_row<UserId>(
      store, [](const auto& page) { return *UserQuery::make(page); },
      [](const UserRow& row) { return row.state.id; },
      [&](const UserRow& row) { world.users.push_back(row.state); });
  for (const UserState& user : world.users) {
    MembershipFilter filter;
    filter.user = user.id;
    detail::for_each_member(store, filter, [&](const OrganizationMembership& row) {
      const State::Organization* const organization = world.find(row.organization);
      bool known = false;
      if (organization != nullptr) {
        for (const OrganizationMembership& member : organization->members) {
          known = known || member == row;
        }
      }
      if (!known) world.strays.push_back(row);
    });
  }
  detail::for_each_row<InvitationId>(
      store, [](const auto& page) { return *InvitationQuery::make(page); },
      [](const InvitationRow& row) { return row.state.id; },
      [&](const InvitationRow& row) {
        world.invitations.push_back(
            State::Invitation{row.state, std::string(row.profile.texts[Text::email])});
      });
  return world;
}

}  // namespace testing
}  // namespace membership::inline v0

#endif
