// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_PERMISSION_OBJECT_HPP
#define MEMBERSHIP_WIRE_PERMISSION_OBJECT_HPP

#include "membership/domain/profile.hpp"
#include "membership/policy/rows.hpp"
#include "membership/wire/json_text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>

#include <utility>

namespace membership::inline v0 {
namespace wire {

/// A permission as JSON, made in `memory`.
/// Complexity: linear in the texts. Throws: `std::bad_alloc`.
/// See docs/http.md, "Permissions and roles".
template <class T>
[[nodiscard]] boost::json::object permission_object(const BasicPermissionRow<T>& row,
                                                    boost::json::storage_ptr memory = {}) {
  const Texts& texts = row.profile.texts;
  boost::json::object permission(std::move(memory));
  permission.reserve(9);
  detail::put(permission, "object", "permission");
  detail::put_id(permission, "id", row.id);
  detail::put(permission, "slug", row.state.slug.view());
  detail::put(permission, "name", texts[Text::name]);
  detail::put(permission, "description", texts, Text::description);
  permission.emplace("system", row.state.system);
  detail::put(permission, "resource_type_slug", texts[Text::resource_type_slug]);
  detail::put(permission, "created_at", row.profile.created_at);
  detail::put(permission, "updated_at", row.profile.updated_at);
  return permission;
}

}  // namespace wire
}  // namespace membership::inline v0

#endif
