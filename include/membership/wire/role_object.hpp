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

#include <span>
#include <utility>

namespace membership {
inline namespace v0 {
namespace wire {

/// The slugs of the permissions that a role holds. What is kept of them is a set: they are shown in
/// the order of their places that `order` gives, those that are not in it behind these.
/// Complexity: linear in the places. Throws: `std::bad_alloc`.
[[nodiscard]] inline boost::json::array permission_slugs(const PermissionSet& held,
                                                         const PermissionTable& table,
                                                         std::span<const unsigned> order = {},
                                                         boost::json::storage_ptr memory = {}) {
  boost::json::array slugs(std::move(memory));
  PermissionSet rest = held;
  const auto show = [&](unsigned place) {
    if (!table.has(place) || !rest.contains(place)) return;
    rest.erase(place);
    slugs.push_back(detail::json_text(table[place].slug.view(), slugs.storage()));
  };
  for (const unsigned place : order) show(place);
  for (unsigned place = 0; place < table.size(); ++place) show(place);
  return slugs;
}

/// A role as JSON, made in `memory`. `order` is that of `permission_slugs`: the places of the
/// permissions by their creation.
/// Complexity: linear in the texts and the permissions. Throws: `std::bad_alloc`.
/// Rule: the API's page, A5, "Role".
template <class T>
[[nodiscard]] boost::json::object role_object(const BasicRoleRow<T>& row,
                                              std::span<const unsigned> order = {},
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
               permission_slugs(row.state.permissions, row.permissions, order, role.storage()));
  detail::put(role, "created_at", row.profile.created_at);
  detail::put(role, "updated_at", row.profile.updated_at);
  return role;
}

}  // namespace wire
}  // namespace v0
}  // namespace membership

#endif
