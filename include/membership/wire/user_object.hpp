// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_USER_OBJECT_HPP
#define MEMBERSHIP_WIRE_USER_OBJECT_HPP

#include "membership/domain/profile.hpp"
#include "membership/wire/json_text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>

#include <utility>

namespace membership::inline v0 {
namespace wire {

/// A user as JSON, made in `memory`. `id` is an id or a view of one.
/// Complexity: linear in the texts and the metadata. Throws: `std::bad_alloc`.
/// See docs/http.md, "Users".
template <class I>
[[nodiscard]] boost::json::object user_object(const I& id, const Profile& profile,
                                              boost::json::storage_ptr memory = {}) {
  boost::json::object user(std::move(memory));
  user.reserve(14);
  detail::put(user, "object", "user");
  detail::put_id(user, "id", id);
  detail::put(user, "email", profile.texts, Text::email);
  user.emplace("email_verified", profile.email_verified);
  detail::put(user, "first_name", profile.texts, Text::first_name);
  detail::put(user, "last_name", profile.texts, Text::last_name);
  detail::put(user, "name", profile.texts, Text::name);
  user.emplace("profile_picture_url", nullptr);
  detail::put(user, "external_id", profile.texts, Text::external_id);
  detail::put(user, "metadata", profile.metadata);
  user.emplace("last_sign_in_at", nullptr);
  detail::put(user, "locale", profile.texts, Text::locale);
  detail::put(user, "created_at", profile.created_at);
  detail::put(user, "updated_at", profile.updated_at);
  return user;
}

}  // namespace wire
}  // namespace membership::inline v0

#endif
