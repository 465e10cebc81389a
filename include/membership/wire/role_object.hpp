// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_ROLE_OBJECT_HPP
#define MEMBERSHIP_WIRE_ROLE_OBJECT_HPP

#include "membership/domain/profile.hpp"
#include "membership/policy/rows.hpp"
#include "membership/wire/json_text.hpp"

#include <boost/json/object.hpp>

namespace membership {
inline namespace v0 {
namespace wire {

/// A role as JSON.
/// Complexity: linear in the texts. Throws: `std::bad_alloc`.
/// Rule: the API's page, A5, "Role".
template <class T>
[[nodiscard]] boost::json::object role_object(const BasicRoleRow<T>& row) {
  const Texts& texts = row.profile.texts;
  boost::json::object role;
  role.reserve(10);
  role["object"] = "role";
  role["id"] = detail::json_id(row.id);
  role["slug"] = detail::json_text(row.state.slug.view());
  role["name"] = detail::json_text(texts[Text::name]);
  role["description"] = detail::json_text(texts, Text::description);
  role["type"] = row.index.is_organization() ? "OrganizationRole" : "EnvironmentRole";
  role["resource_type_slug"] = detail::json_text(texts[Text::resource_type_slug]);
  role["permissions"].emplace_array();
  role["created_at"] = detail::json_text(row.profile.created_at);
  role["updated_at"] = detail::json_text(row.profile.updated_at);
  return role;
}

}  // namespace wire
}  // namespace v0
}  // namespace membership

#endif
