// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_ORGANIZATION_OBJECT_HPP
#define MEMBERSHIP_WIRE_ORGANIZATION_OBJECT_HPP

#include "membership/domain/profile.hpp"
#include "membership/wire/json_text.hpp"

#include <boost/json/object.hpp>

namespace membership {
inline namespace v0 {
namespace wire {

/// An organization as JSON. `id` is an id or a view of one.
/// Complexity: linear in the texts. Throws: `std::bad_alloc`.
/// Rule: the API's page, A4, "Organization".
template <class I>
[[nodiscard]] boost::json::object organization_object(const I& id, const Profile& profile) {
  boost::json::object organization;
  organization.reserve(9);
  organization["object"] = "organization";
  organization["id"] = detail::json_id(id);
  organization["name"] = detail::json_text(profile.texts[Text::name]);
  organization["domains"].emplace_array();
  organization["metadata"].emplace_object();
  organization["external_id"] = nullptr;
  organization["allow_profiles_outside_organization"] = false;
  organization["created_at"] = detail::json_text(profile.created_at);
  organization["updated_at"] = detail::json_text(profile.updated_at);
  return organization;
}

}  // namespace wire
}  // namespace v0
}  // namespace membership

#endif
