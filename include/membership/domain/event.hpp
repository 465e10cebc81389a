// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DOMAIN_EVENT_HPP
#define MEMBERSHIP_DOMAIN_EVENT_HPP

#include <cstdint>
#include <string_view>

namespace membership::inline v0 {

/// What happened, to which kind of entity. `none` is for changes that are no event, as settings.
enum class EventType : std::uint8_t {
  none,
  organization_membership_created,
  organization_membership_updated,
  organization_membership_deleted,
  organization_created,
  organization_updated,
  organization_deleted,
  user_created,
  user_updated,
  user_deleted,
  role_created,
  role_updated,
  role_deleted,
  organization_role_created,
  organization_role_updated,
  organization_role_deleted,
  permission_created,
  permission_updated,
  permission_deleted,
  invitation_created,
  invitation_accepted,
  invitation_revoked,
  invitation_resent,
};

constexpr std::string_view to_string(EventType type) noexcept {
  switch (type) {
    case EventType::none: return "";
    case EventType::organization_membership_created: return "organization_membership.created";
    case EventType::organization_membership_updated: return "organization_membership.updated";
    case EventType::organization_membership_deleted: return "organization_membership.deleted";
    case EventType::organization_created: return "organization.created";
    case EventType::organization_updated: return "organization.updated";
    case EventType::organization_deleted: return "organization.deleted";
    case EventType::user_created: return "user.created";
    case EventType::user_updated: return "user.updated";
    case EventType::user_deleted: return "user.deleted";
    case EventType::role_created: return "role.created";
    case EventType::role_updated: return "role.updated";
    case EventType::role_deleted: return "role.deleted";
    case EventType::organization_role_created: return "organization_role.created";
    case EventType::organization_role_updated: return "organization_role.updated";
    case EventType::organization_role_deleted: return "organization_role.deleted";
    case EventType::permission_created: return "permission.created";
    case EventType::permission_updated: return "permission.updated";
    case EventType::permission_deleted: return "permission.deleted";
    case EventType::invitation_created: return "invitation.created";
    case EventType::invitation_accepted: return "invitation.accepted";
    case EventType::invitation_revoked: return "invitation.revoked";
    case EventType::invitation_resent: return "invitation.resent";
  }
  return "";
}

}  // namespace membership::inline v0

#endif
