// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_EXPLORER_REPLAY_HPP
#define MEMBERSHIP_TESTING_EXPLORER_REPLAY_HPP

#include "membership/testing/explorer/invariants.hpp"
#include "membership/testing/explorer/world_state.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace membership::inline v0 {
namespace testing {
namespace detail {

/// The rows that events leave of those before, or what is wrong with an event.
class Replay {
 public:
  explicit Replay(const WorldState& before) {
    before.for_each_membership([&](const OrganizationMembership& row) { members_.push_back(row); });
    for (const auto& row : before.organizations) organizations_.push_back(row.state.id);
    for (const auto& row : before.users) users_.push_back(row.id);
    for (const auto& row : before.permissions) permissions_.push_back(row.id);
    for_each_role(before, [&](const WorldState::Role& role) { roles_.push_back(role.id); });
    for (const auto& row : before.invitations) invitations_.push_back(row.state);
  }

  std::optional<Breach> take(const EventCopy& event) {
    bool fits = true;
    switch (event.type) {
      case EventType::none: fits = false; break;
      case EventType::organization_membership_created: fits = make_member(event); break;
      case EventType::organization_membership_updated: fits = change_member(event); break;
      case EventType::organization_membership_deleted: fits = erase_member(event); break;
      case EventType::organization_created: fits = make(organizations_, event.organization); break;
      case EventType::organization_deleted: fits = erase(organizations_, event.organization); break;
      case EventType::user_created: fits = make(users_, event.user); break;
      case EventType::user_deleted: fits = erase(users_, event.user); break;
      case EventType::role_created:
      case EventType::organization_role_created: fits = make(roles_, event.role); break;
      case EventType::role_deleted:
      case EventType::organization_role_deleted: fits = erase(roles_, event.role); break;
      case EventType::permission_created: fits = make(permissions_, event.permission); break;
      case EventType::permission_deleted: fits = erase(permissions_, event.permission); break;
      case EventType::invitation_created:
      case EventType::invitation_accepted:
      case EventType::invitation_revoked: fits = change_invitation(event); break;
      case EventType::organization_updated:
      case EventType::user_updated:
      case EventType::permission_updated:
      case EventType::invitation_resent: break;
      case EventType::role_updated:
      case EventType::organization_role_updated:
        updated_roles_.push_back(*event.role);  // NOLINT(bugprone-unchecked-optional-access)
        break;
    }
    if (fits) return std::nullopt;
    return Breach{Invariant::events, std::string(to_string(event.type)) + " fits nothing"};
  }

  /// What the rows after are that the events do not say.
  std::optional<Breach> compare(const WorldState& before, const WorldState& after) {
    std::vector<OrganizationMembership> members;
    after.for_each_membership([&](const OrganizationMembership& row) { members.push_back(row); });
    const auto by_id = [](const auto& a, const auto& b) { return a.id < b.id; };
    std::sort(members.begin(), members.end(), by_id);
    std::sort(members_.begin(), members_.end(), by_id);
    if (members != members_) return differ("memberships");
    std::vector<OrganizationId> organizations;
    organizations.reserve(after.organizations.size());
    for (const auto& row : after.organizations) organizations.push_back(row.state.id);
    if (!same(organizations_, organizations)) return differ("organizations");
    std::vector<UserId> users;
    users.reserve(after.users.size());
    for (const auto& row : after.users) users.push_back(row.id);
    if (!same(users_, users)) return differ("users");
    std::vector<PermissionId> permissions;
    permissions.reserve(after.permissions.size());
    for (const auto& row : after.permissions) permissions.push_back(row.id);
    if (!same(permissions_, permissions)) return differ("permissions");
    std::vector<RoleId> roles;
    std::optional<Breach> unsaid;
    for_each_role(after, [&](const WorldState::Role& role) {
      roles.push_back(role.id);
      for_each_role(before, [&](const WorldState::Role& was) {
        if (!(was.id == role.id) || was.state.permissions == role.state.permissions) return;
        if (!has(updated_roles_, role.id)) unsaid = differ("permissions of a role");
      });
    });
    if (after.organizations.size() < before.organizations.size()) {
      // An organization's own roles go with it, without events of their own.
      std::erase_if(roles_, [&](const RoleId& id) { return !has(roles, id); });
    }
    if (!same(roles_, roles)) return differ("roles");
    if (unsaid) return unsaid;
    return compare_invitations(after);
  }

 private:
  static std::optional<Breach> differ(const char* what) {
    return Breach{Invariant::events, std::string("they leave other ") + what};
  }
  template <class Visit>
  static void for_each_role(const WorldState& world, Visit&& visit) {
    for (const WorldState::Role& role : world.roles) visit(role);
    for (const auto& organization : world.organizations) {
      for (const WorldState::Role& role : organization.roles) visit(role);
    }
  }
  template <class I>
  static bool has(const std::vector<I>& ids, const I& id) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
  }
  template <class I>
  static bool same(std::vector<I>& a, std::vector<I>& b) {
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    return a == b;
  }
  template <class I>
  static bool make(std::vector<I>& ids, const std::optional<I>& id) {
    if (!id || has(ids, *id)) return false;
    ids.push_back(*id);
    return true;
  }
  template <class I>
  static bool erase(std::vector<I>& ids, const std::optional<I>& id) {
    if (!id || !has(ids, *id)) return false;
    ids.erase(std::find(ids.begin(), ids.end(), *id));
    return true;
  }
  OrganizationMembership* find_member(const EventCopy& event) {
    for (OrganizationMembership& row : members_) {
      if (event.membership && row.id == event.membership->id) return &row;
    }
    return nullptr;
  }
  bool make_member(const EventCopy& event) {
    if (!event.membership || find_member(event) != nullptr) return false;
    members_.push_back(*event.membership);
    return true;
  }
  /// An update that changes nothing is no event.
  bool change_member(const EventCopy& event) {
    OrganizationMembership* const row = find_member(event);
    const OrganizationMembership& now =
        *event.membership;  // NOLINT(bugprone-unchecked-optional-access)
    if (row == nullptr || (row->roles == now.roles && row->status == now.status)) return false;
    *row = now;
    return true;
  }
  bool erase_member(const EventCopy& event) {
    const OrganizationMembership* const row = find_member(event);
    if (row == nullptr) return false;
    members_.erase(members_.begin() + (row - members_.data()));
    return true;
  }
  bool change_invitation(const EventCopy& event) {
    if (!event.invitation) return false;
    for (InvitationState& state : invitations_) {
      if (!(state.id == event.invitation->id)) continue;
      if (event.type == EventType::invitation_created || state.status == event.invitation->status) {
        return false;
      }
      state = *event.invitation;
      return true;
    }
    if (event.type != EventType::invitation_created) return false;
    invitations_.push_back(*event.invitation);
    return true;
  }
  /// Expiring one, or taking it away with its organization, is no event.
  std::optional<Breach> compare_invitations(const WorldState& after) {
    for (const auto& row : after.invitations) {
      const InvitationState* said = nullptr;
      for (const InvitationState& state : invitations_) {
        if (state.id == row.state.id) said = &state;
      }
      if (said == nullptr ||
          (said->status != row.state.status && row.state.status != InvitationStatus::expired)) {
        return differ("invitations");
      }
    }
    return std::nullopt;
  }

  std::vector<OrganizationMembership> members_;
  std::vector<OrganizationId> organizations_;
  std::vector<UserId> users_;
  std::vector<PermissionId> permissions_;
  std::vector<RoleId> roles_;
  std::vector<RoleId> updated_roles_;
  std::vector<InvitationState> invitations_;
};

}  // namespace detail

/// Whether the events of a commit are what it changed: replayed on the rows before they give the
/// rows after, none is of what did not change, and each has a revision of its own commit.
inline std::optional<Breach> check_events(const WorldState& before, const WorldState& after,
                                          const std::vector<EventCopy>& events) {
  detail::Replay replay(before);
  for (const EventCopy& event : events) {
    if (auto breach = replay.take(event)) return breach;
    if (!event.organization) continue;
    const WorldState::Organization* const was = before.find(*event.organization);
    const WorldState::Organization* const is = after.find(*event.organization);
    if ((was != nullptr && event.revision <= was->state.revision) ||
        (is != nullptr && event.revision > is->state.revision)) {
      return Breach{Invariant::events, "a revision of another commit"};
    }
  }
  return replay.compare(before, after);
}

}  // namespace testing
}  // namespace membership::inline v0

#endif
