// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_PERMISSION_OBJECT_HPP
#define MEMBERSHIP_WIRE_PERMISSION_OBJECT_HPP

#include "membership/domain/profile.hpp"
#include "membership/policy/rows.hpp"
#include "membership/wire/json_text.hpp"

#include <boost/json/object.hpp>

namespace membership {
inline namespace v0 {
namespace wire {

/// A permission as JSON.
/// Complexity: linear in the texts. Throws: `std::bad_alloc`.
/// Rule: the API's page, A5, "Permission".
template <class T>
[[nodiscard]] boost::json::object permission_object(const BasicPermissionRow<T>& row) {
  const Texts& texts = row.profile.texts;
  boost::json::object permission;
  permission.reserve(9);
  permission["object"] = "permission";
  permission["id"] = detail::json_id(row.id);
  permission["slug"] = detail::json_text(row.state.slug.view());
  permission["name"] = detail::json_text(texts[Text::name]);
  permission["description"] = detail::json_text(texts, Text::description);
  permission["system"] = row.state.system;
  permission["resource_type_slug"] = detail::json_text(texts[Text::resource_type_slug]);
  permission["created_at"] = detail::json_text(row.profile.created_at);
  permission["updated_at"] = detail::json_text(row.profile.updated_at);
  return permission;
}

}  // namespace wire
}  // namespace v0
}  // namespace membership

#endif
