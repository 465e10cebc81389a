// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_MEMBERSHIP_OBJECT_HPP
#define MEMBERSHIP_WIRE_MEMBERSHIP_OBJECT_HPP

#include "membership/domain/role_catalogue.hpp"
#include "membership/policy/options.hpp"
#include "membership/policy/role_resolution.hpp"
#include "membership/policy/rows.hpp"
#include "membership/wire/json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>

#include <string_view>
#include <utility>

namespace membership::inline v0 {
namespace wire {

namespace detail {

/// The members of a membership up to where an answer and an event differ.
template <class T>
boost::json::object membership_begin(const BasicMembershipView<T>& membership,
                                     const RoleCatalogue& catalogue, const PolicyOptions& options,
                                     const boost::json::storage_ptr& memory) {
  boost::json::array roles(memory);
  roles.reserve(membership.roles.size());
  for_each_shown_role(options, catalogue, membership.roles, membership.first_requested,
                      [&](std::string_view slug) {
                        boost::json::object role(memory);
                        put(role, "slug", slug);
                        roles.push_back(std::move(role));
                      });
  boost::json::object object(memory);
  object.reserve(13);
  put(object, "object", "organization_membership");
  put_id(object, "id", membership.id);
  put_id(object, "user_id", membership.user);
  put_id(object, "organization_id", membership.organization);
  put(object, "status", to_string(membership.status));
  object.emplace("role", roles.empty() ? boost::json::value(memory)
                                       : boost::json::value(roles.front(), memory));
  object.emplace("roles", std::move(roles));
  object.emplace("directory_managed", membership.directory_managed);
  object.emplace("custom_attributes", boost::json::object_kind);
  return object;
}

template <class T>
void membership_end(const BasicMembershipView<T>& membership, boost::json::object& object) {
  put(object, "created_at", membership.created_at);
  put(object, "updated_at", membership.updated_at);
}

}  // namespace detail

/// A membership as JSON, as calls answer it: with the organization's name and the user's object
/// (`user_object`), in whose memory it is made. The roles are in the order that `options` give
/// them; the first is `role`.
/// Complexity: linear in the texts and the catalogue. Throws: `std::bad_alloc`.
/// See docs/http.md, "Memberships".
template <class T>
[[nodiscard]] boost::json::object
membership_object(const BasicMembershipView<T>& membership, const RoleCatalogue& catalogue,
                  const PolicyOptions& options, std::string_view organization_name,
                  boost::json::object user) {
  boost::json::object object =
      detail::membership_begin(membership, catalogue, options, user.storage());
  detail::put(object, "organization_name", organization_name);
  object.emplace("user", std::move(user));
  detail::membership_end(membership, object);
  return object;
}

/// A membership as the `data` of an event: without the organization's name and the user.
/// Complexity and exceptions as `membership_object`. See docs/http.md, "Events".
template <class T>
[[nodiscard]] boost::json::object
membership_event_data(const BasicMembershipView<T>& membership, const RoleCatalogue& catalogue,
                      const PolicyOptions& options = {}, boost::json::storage_ptr memory = {}) {
  boost::json::object object = detail::membership_begin(membership, catalogue, options, memory);
  detail::membership_end(membership, object);
  return object;
}

}  // namespace wire
}  // namespace membership::inline v0

#endif
