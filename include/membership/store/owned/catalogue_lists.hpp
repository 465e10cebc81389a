// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_OWNED_CATALOGUE_LISTS_HPP
#define MEMBERSHIP_STORE_OWNED_CATALOGUE_LISTS_HPP

#include "membership/policy/query.hpp"
#include "membership/policy/rows.hpp"
#include "membership/store/owned/filters.hpp"
#include "membership/store/owned/role_versions.hpp"

#include <cstddef>
#include <cstdint>

namespace membership::inline v0 {
namespace detail {

/// Shows roles in their order of priority; `own`, those of an organization, may be null.
template <class T, class Visit>
ListEnd list_roles(const EnvironmentVersion<T>& environment, const RoleVersion<T>* own,
                   Visit& visit) {
  const RoleCatalogue catalogue = catalogue_of(environment, own);
  catalogue.for_each_in_order(catalogue.all(), [&](RoleIndex index) {
    const auto& shown = index.is_organization() ? own->roles : environment.roles->roles;
    const auto& named = **shown.details[index.place()];
    visit(BasicRoleRow<T>{named.id, index, *catalogue.at(index), named.profile,
                          catalogue.permission_table()});
  });
  return {false};
}

/// Shows a page of permissions.
template <class T, class Visit>
ListEnd list_permissions(const PermissionVersion<T>& version, const BasicPermissionQuery<T>& query,
                         Visit& visit) {
  const auto& permissions = version.permissions;
  const PermissionTable table = permissions.table();
  const auto& page = query.page();
  const bool ascending = page.direction == Direction::ascending;
  std::uint16_t places[PermissionSet::capacity];
  std::size_t count = 0;
  for (unsigned place = 0; place < table.size(); ++place) {
    if (!table.has(place) || !within(page, (**permissions.details[place]).id)) continue;
    // Sorted by id as they come: most come in order.
    std::size_t at = count++;
    for (; at > 0 && (**permissions.details[place]).id < (**permissions.details[places[at - 1]]).id;
         --at) {
      places[at] = places[at - 1];
    }
    places[at] = static_cast<std::uint16_t>(place);
  }
  const std::size_t shown = count < page.limit ? count : page.limit;
  for (std::size_t i = 0; i < shown; ++i) {
    const unsigned place = places[ascending ? i : count - 1 - i];
    const auto& named = **permissions.details[place];
    visit(BasicPermissionRow<T>{named.id, place, table[place], named.profile});
  }
  return ListEnd{shown < count};
}

}  // namespace detail
}  // namespace membership::inline v0

#endif
