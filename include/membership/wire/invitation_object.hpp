// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_INVITATION_OBJECT_HPP
#define MEMBERSHIP_WIRE_INVITATION_OBJECT_HPP

#include "membership/domain/invitation.hpp"
#include "membership/domain/profile.hpp"
#include "membership/domain/role_catalogue.hpp"
#include "membership/domain/role_set.hpp"
#include "membership/domain/time.hpp"
#include "membership/policy/options.hpp"
#include "membership/policy/role_resolution.hpp"
#include "membership/wire/json_text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string_view>

namespace membership {
inline namespace v0 {
namespace wire {

/// What an invitee follows: the token, and the address of a page that takes it. Empty texts where
/// the token cannot be made again.
struct InvitationLink {
  std::string_view token{};
  std::string_view url{};
};

/// The slug of the role that an invitation gives now, `held` being the roles of its pending
/// membership or its own; of one that has ended the slug that its profile keeps. Empty for none.
/// Complexity: linear in the catalogue. Rule: the API's page, A6, "role_slug in answers".
[[nodiscard]] inline std::string_view invitation_role(const Profile& profile, RoleSet held,
                                                      RoleIndex first_requested,
                                                      const RoleCatalogue& catalogue,
                                                      const PolicyOptions& options) noexcept {
  const std::string_view now = primary_role(options, catalogue, held, first_requested);
  return now.empty() ? profile.texts[Text::role_slug] : now;
}

namespace detail {

/// The members of an invitation up to where an answer and an event differ.
template <class T>
boost::json::object invitation_begin(const BasicInvitationState<T>& state, const Profile& profile,
                                     std::string_view role_slug, Time now) {
  const auto ended = [&state](InvitationStatus status) {
    return state.status == status ? boost::json::value(json_text(state.ended_at))
                                  : boost::json::value(nullptr);
  };
  const auto id_or_null = [](const auto& id) {
    return id ? boost::json::value(json_id(*id)) : boost::json::value(nullptr);
  };
  boost::json::object object;
  object.reserve(15);
  object["object"] = "invitation";
  object["id"] = json_id(state.id);
  object["email"] = json_text(profile.texts[Text::email]);
  object["state"] = json_text(to_string(state.status_at(now)));
  object["accepted_at"] = ended(InvitationStatus::accepted);
  object["revoked_at"] = ended(InvitationStatus::revoked);
  object["expires_at"] = json_text(state.expires_at);
  object["organization_id"] = id_or_null(state.organization);
  object["inviter_user_id"] = id_or_null(state.inviter);
  object["accepted_user_id"] = id_or_null(state.accepted_by);
  object["role_slug"] =
      role_slug.empty() ? boost::json::value(nullptr) : boost::json::value(json_text(role_slug));
  return object;
}

template <class T>
void invitation_end(const BasicInvitationState<T>& state, boost::json::object& object) {
  object["created_at"] = json_text(state.created_at);
  object["updated_at"] = json_text(state.updated_at);
}

}  // namespace detail

/// An invitation as JSON, as calls answer it at the time `now`. `role_slug` may be empty.
/// Complexity: linear in the texts. Throws: `std::bad_alloc`.
/// Rule: the API's page, A6, "Invitation", and expired from `expires_at` on.
template <class T>
[[nodiscard]] boost::json::object
invitation_object(const BasicInvitationState<T>& state, const Profile& profile,
                  std::string_view role_slug, Time now, const InvitationLink& link) {
  boost::json::object object = detail::invitation_begin(state, profile, role_slug, now);
  object["token"] = detail::json_text(link.token);
  object["accept_invitation_url"] = detail::json_text(link.url);
  detail::invitation_end(state, object);
  return object;
}

/// An invitation as the `data` of an event: as it was then, without the token and its address.
/// Complexity and exceptions as `invitation_object`. Rule: the API's page, A7.
template <class T>
[[nodiscard]] boost::json::object invitation_event_data(const BasicInvitationState<T>& state,
                                                        const Profile& profile,
                                                        std::string_view role_slug, Time then) {
  boost::json::object object = detail::invitation_begin(state, profile, role_slug, then);
  detail::invitation_end(state, object);
  return object;
}

}  // namespace wire
}  // namespace v0
}  // namespace membership

#endif
