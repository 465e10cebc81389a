// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_ROLE_OBJECT_HPP
#define MEMBERSHIP_WIRE_ROLE_OBJECT_HPP

#include "membership/domain/profile.hpp"
#include "membership/domain/role_catalogue.hpp"
#include "membership/policy/rows.hpp"
#include "membership/wire/json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace membership::inline v0 {
namespace wire {

/// The slugs of the permissions that a role holds. What is kept of them is a set: they are shown in
/// the order of their bytes.
/// Complexity: linear in the places, and n log n in those held. Throws: `std::bad_alloc`.
[[nodiscard]] inline boost::json::array permission_slugs(const PermissionSet& held,
                                                         const PermissionTable& table,
                                                         boost::json::storage_ptr memory = {}) {
  std::array<std::string_view, PermissionSet::capacity> shown;
  std::size_t count = 0;
  for (unsigned place = 0; place < table.size(); ++place) {
    if (table.has(place) && held.contains(place)) shown[count++] = table[place].slug.view();
  }
  std::sort(shown.begin(), shown.begin() + static_cast<std::ptrdiff_t>(count));
  boost::json::array slugs(std::move(memory));
  slugs.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    slugs.push_back(detail::json_text(shown[i], slugs.storage()));
  }
  return slugs;
}

/// A role as JSON, made in `memory`.
/// Complexity: as `permission_slugs`, and linear in the texts. Throws: `std::bad_alloc`.
/// See docs/http.md, "Permissions and roles".
template <class T>
[[nodiscard]] boost::json::object role_object(const BasicRoleRow<T>& row,
                                              boost::json::storage_ptr memory = {}) {
  const Texts& texts = row.profile.texts;
  boost::json::object role(std::move(memory));
  role.reserve(10);
  detail::put(role, "object", "role");
  detail::put_id(role, "id", row.id);
  detail::put(role, "slug", row.state.slug.view());
  detail::put(role, "name", texts[Text::name]);
  detail::put(role, "description", texts, Text::description);
  detail::put(role, "type", row.index.is_organization() ? "OrganizationRole" : "EnvironmentRole");
  detail::put(role, "resource_type_slug", texts[Text::resource_type_slug]);
  role.emplace("permissions",
               permission_slugs(row.state.permissions, row.permissions, role.storage()));
  detail::put(role, "created_at", row.profile.created_at);
  detail::put(role, "updated_at", row.profile.updated_at);
  return role;
}

}  // namespace wire
}  // namespace membership::inline v0

#endif
