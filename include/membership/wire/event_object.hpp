// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_EVENT_OBJECT_HPP
#define MEMBERSHIP_WIRE_EVENT_OBJECT_HPP

#include "membership/domain/event.hpp"
#include "membership/domain/membership.hpp"
#include "membership/domain/profile.hpp"
#include "membership/domain/role_catalogue.hpp"
#include "membership/domain/ulid.hpp"
#include "membership/policy/lifecycle.hpp"
#include "membership/policy/options.hpp"
#include "membership/policy/rows.hpp"
#include "membership/wire/invitation_object.hpp"
#include "membership/wire/json_text.hpp"
#include "membership/wire/membership_object.hpp"
#include "membership/wire/organization_object.hpp"
#include "membership/wire/permission_object.hpp"
#include "membership/wire/role_object.hpp"
#include "membership/wire/user_object.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace membership::inline v0 {
namespace wire {

/// What the text of an event's id begins with; 26 characters of a ULID follow.
inline constexpr std::string_view event_id_prefix = "event_";

/// An event's id as a text.
/// Throws: `std::bad_alloc`.
[[nodiscard]] inline std::string event_id_text(EventId id) {
  char text[Ulid::text_size];
  membership::detail::write_ulid(id.value, text);
  return std::string(event_id_prefix).append(text, sizeof text);
}

namespace detail {

/// A role as the data of an event: one of the environment has no name there.
template <class T>
boost::json::object role_event_data(const BasicEventRow<T>& row, const RoleState& role,
                                    const Profile& profile,
                                    const boost::json::storage_ptr& memory) {
  const Texts& texts = profile.texts;
  boost::json::object object(memory);
  object.reserve(9);
  if (row.organization == nullptr) {
    put(object, "object", "role");
    put(object, "slug", role.slug.view());
  } else {
    put(object, "object", "organization_role");
    put_id(object, "organization_id", *row.organization);
    put(object, "slug", role.slug.view());
    put(object, "name", texts[Text::name]);
    put(object, "description", texts, Text::description);
  }
  put(object, "resource_type_slug", texts[Text::resource_type_slug]);
  object.emplace("permissions",
                 permission_slugs(role.permissions, row.roles.permission_table(), memory));
  put(object, "created_at", profile.created_at);
  put(object, "updated_at", profile.updated_at);
  return object;
}

template <class T>
boost::json::object organization_event_data(const BasicEventRow<T>& row, const Profile& profile,
                                            const boost::json::storage_ptr& memory) {
  boost::json::object object = organization_object(*row.organization, profile, memory);
  object.stable_erase(object.find("allow_profiles_outside_organization"));
  return object;
}

/// What an event is about, as it was after it; with `before` as it was before, where the row knows.
template <class T>
boost::json::object event_data(const BasicEventRow<T>& row, const PolicyOptions& options,
                               bool before, const boost::json::storage_ptr& memory) {
  const Profile& profile =
      before && row.profile_before != nullptr ? *row.profile_before : row.profile;
  if (row.membership != nullptr) {
    BasicMembershipView<T> view = BasicMembershipView<T>::of(*row.membership);
    if (before && row.before.standing != Standing::none) {
      view.status = static_cast<Status>(static_cast<std::uint8_t>(row.before.standing));
      view.roles = row.before.roles;
      view.first_requested = row.before.first_requested;
      view.updated_at = row.before.updated_at;
    }
    return membership_event_data(view, row.roles, options, memory);
  }
  if (row.invitation != nullptr) {
    return invitation_event_data(
        *row.invitation, profile,
        invitation_role(profile, row.held, row.first_requested, row.roles, options), row.created_at,
        memory);
  }
  if (row.role != nullptr) {
    const RoleState& role = before && row.role_before != nullptr ? *row.role_before : *row.role;
    return role_event_data(row, role, profile, memory);
  }
  if (row.permission != nullptr) {
    return permission_object(BasicPermissionRow<T>{*row.permission_id, 0, *row.permission, profile},
                             memory);
  }
  if (row.user != nullptr) return user_object(*row.user, profile, memory);
  return organization_event_data(row, profile, memory);
}

constexpr bool is_update(EventType type) noexcept {
  switch (type) {
    case EventType::organization_membership_updated:
    case EventType::organization_updated:
    case EventType::user_updated:
    case EventType::role_updated:
    case EventType::organization_role_updated:
    case EventType::permission_updated: return true;
    case EventType::none:
    case EventType::organization_membership_created:
    case EventType::organization_membership_deleted:
    case EventType::organization_created:
    case EventType::organization_deleted:
    case EventType::user_created:
    case EventType::user_deleted:
    case EventType::role_created:
    case EventType::role_deleted:
    case EventType::organization_role_created:
    case EventType::organization_role_deleted:
    case EventType::permission_created:
    case EventType::permission_deleted:
    case EventType::invitation_created:
    case EventType::invitation_accepted:
    case EventType::invitation_revoked:
    case EventType::invitation_resent: return false;
  }
  return false;
}

/// The members that differ, as they were before; null for what was not there.
inline boost::json::object former_members(const boost::json::object& before,
                                          const boost::json::object& after) {
  boost::json::object former(after.storage());
  for (const auto& member : before) {
    const boost::json::value* const now = after.if_contains(member.key());
    if (now == nullptr || *now != member.value()) former.emplace(member.key(), member.value());
  }
  for (const auto& member : after) {
    if (!before.contains(member.key())) former.emplace(member.key(), nullptr);
  }
  return former;
}

}  // namespace detail

/// An event as JSON, made in `memory`: the envelope, `data`, and for an update whose former values
/// the row knows `context` with `previous_attributes`. Who acted is not known.
/// Complexity: linear in the texts and the catalogue. Throws: `std::bad_alloc`.
/// See docs/http.md, "Events".
template <class T>
[[nodiscard]] boost::json::object event_object(const BasicEventRow<T>& row,
                                               const PolicyOptions& options = {},
                                               boost::json::storage_ptr memory = {}) {
  boost::json::object data = detail::event_data(row, options, false, memory);
  boost::json::object former(memory);
  if (detail::is_update(row.type)) {
    former = detail::former_members(detail::event_data(row, options, true, memory), data);
  }
  boost::json::object event(memory);
  event.reserve(6);
  detail::put(event, "object", "event");
  detail::put(event, "id", event_id_text(row.id));
  detail::put(event, "event", to_string(row.type));
  event.emplace("data", std::move(data));
  detail::put(event, "created_at", row.created_at);
  if (!former.empty()) {
    boost::json::object context(memory);
    context.emplace("previous_attributes", std::move(former));
    event.emplace("context", std::move(context));
  }
  return event;
}

}  // namespace wire
}  // namespace membership::inline v0

#endif
