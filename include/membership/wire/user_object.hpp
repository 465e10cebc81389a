// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_USER_OBJECT_HPP
#define MEMBERSHIP_WIRE_USER_OBJECT_HPP

#include "membership/domain/profile.hpp"
#include "membership/wire/json_text.hpp"

#include <boost/json/object.hpp>

namespace membership {
inline namespace v0 {
namespace wire {

/// A user as JSON. `id` is an id or a view of one.
/// Complexity: linear in the texts and the metadata. Throws: `std::bad_alloc`.
/// Rule: the API's page, A3, "User".
template <class I>
[[nodiscard]] boost::json::object user_object(const I& id, const Profile& profile) {
  boost::json::object user;
  user.reserve(14);
  user["object"] = "user";
  user["id"] = detail::json_id(id);
  user["email"] = detail::json_text(profile.texts, Text::email);
  user["email_verified"] = profile.email_verified;
  user["first_name"] = detail::json_text(profile.texts, Text::first_name);
  user["last_name"] = detail::json_text(profile.texts, Text::last_name);
  user["name"] = detail::json_text(profile.texts, Text::name);
  user["profile_picture_url"] = nullptr;
  user["external_id"] = detail::json_text(profile.texts, Text::external_id);
  user["metadata"] = detail::json_metadata(profile.metadata);
  user["last_sign_in_at"] = nullptr;
  user["locale"] = detail::json_text(profile.texts, Text::locale);
  user["created_at"] = detail::json_text(profile.created_at);
  user["updated_at"] = detail::json_text(profile.updated_at);
  return user;
}

}  // namespace wire
}  // namespace v0
}  // namespace membership

#endif
