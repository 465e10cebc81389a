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
#include <boost/json/storage_ptr.hpp>

#include <string_view>
#include <utility>

namespace membership::inline v0 {
namespace wire {

/// What an invitee follows: the token, and the address of a page that takes it. Empty texts where
/// the token cannot be made again.
struct InvitationLink {
  std::string_view token{};
  std::string_view url{};
};

/// The slug of the role that an invitation gives now, `held` being the roles of its pending
/// membership or its own; of one that has ended the slug that its profile keeps. Empty for none.
/// Complexity: linear in the catalogue. See docs/http.md, "Invitations".
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
                                     std::string_view role_slug, Time now,
                                     boost::json::storage_ptr memory) {
  boost::json::object object(std::move(memory));
  const auto put_end = [&](std::string_view key, InvitationStatus status) {
    if (state.status == status) {
      put(object, key, state.ended_at);
    } else {
      object.emplace(key, nullptr);
    }
  };
  object.reserve(15);
  put(object, "object", "invitation");
  put_id(object, "id", state.id);
  put(object, "email", profile.texts[Text::email]);
  put(object, "state", to_string(state.status_at(now)));
  put_end("accepted_at", InvitationStatus::accepted);
  put_end("revoked_at", InvitationStatus::revoked);
  put(object, "expires_at", state.expires_at);
  put_id_or_null(object, "organization_id", state.organization);
  put_id_or_null(object, "inviter_user_id", state.inviter);
  put_id_or_null(object, "accepted_user_id", state.accepted_by);
  if (role_slug.empty()) {
    object.emplace("role_slug", nullptr);
  } else {
    put(object, "role_slug", role_slug);
  }
  return object;
}

template <class T>
void invitation_end(const BasicInvitationState<T>& state, boost::json::object& object) {
  put(object, "created_at", state.created_at);
  put(object, "updated_at", state.updated_at);
}

}  // namespace detail

/// An invitation as JSON, made in `memory`, as calls answer it at the time `now`. `role_slug` may
/// be empty.
/// Complexity: linear in the texts. Throws: `std::bad_alloc`.
/// It is expired from its `expires_at` on. See docs/http.md, "Invitations".
template <class T>
[[nodiscard]] boost::json::object
invitation_object(const BasicInvitationState<T>& state, const Profile& profile,
                  std::string_view role_slug, Time now, const InvitationLink& link,
                  boost::json::storage_ptr memory = {}) {
  boost::json::object object =
      detail::invitation_begin(state, profile, role_slug, now, std::move(memory));
  detail::put(object, "token", link.token);
  detail::put(object, "accept_invitation_url", link.url);
  detail::invitation_end(state, object);
  return object;
}

/// An invitation as the `data` of an event: as it was then, without the token and its address.
/// Complexity and exceptions as `invitation_object`. See docs/http.md, "Events".
template <class T>
[[nodiscard]] boost::json::object
invitation_event_data(const BasicInvitationState<T>& state, const Profile& profile,
                      std::string_view role_slug, Time then, boost::json::storage_ptr memory = {}) {
  boost::json::object object =
      detail::invitation_begin(state, profile, role_slug, then, std::move(memory));
  detail::invitation_end(state, object);
  return object;
}

}  // namespace wire
}  // namespace membership::inline v0

#endif
