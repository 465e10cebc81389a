// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_MEMBERSHIP_OBJECT_HPP
#define MEMBERSHIP_WIRE_MEMBERSHIP_OBJECT_HPP

#include "membership/domain/membership.hpp"
#include "membership/domain/role_catalogue.hpp"
#include "membership/policy/options.hpp"
#include "membership/policy/role_resolution.hpp"
#include "membership/policy/rows.hpp"
#include "membership/wire/json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <string_view>
#include <utility>

namespace membership {
inline namespace v0 {
namespace wire {

namespace detail {

/// The members of a membership up to where an answer and an event differ.
template <class T>
boost::json::object membership_begin(const BasicMembershipView<T>& membership,
                                     const RoleCatalogue& catalogue, const PolicyOptions& options) {
  boost::json::array roles;
  roles.reserve(membership.roles.size());
  for_each_shown_role(options, catalogue, membership.roles, membership.first_requested,
                      [&roles](std::string_view slug) {
                        boost::json::object role;
                        role["slug"] = json_text(slug);
                        roles.push_back(std::move(role));
                      });
  boost::json::object object;
  object.reserve(13);
  object["object"] = "organization_membership";
  object["id"] = json_id(membership.id);
  object["user_id"] = json_id(membership.user);
  object["organization_id"] = json_id(membership.organization);
  object["status"] = json_text(to_string(membership.status));
  object["role"] = roles.empty() ? boost::json::value(nullptr) : roles.front();
  object["roles"] = std::move(roles);
  object["directory_managed"] = membership.directory_managed;
  object["custom_attributes"].emplace_object();
  return object;
}

template <class T>
void membership_end(const BasicMembershipView<T>& membership, boost::json::object& object) {
  object["created_at"] = json_text(membership.created_at);
  object["updated_at"] = json_text(membership.updated_at);
}

}  // namespace detail

/// A membership as JSON, as calls answer it: with the organization's name and the user's object
/// (`user_object`). The roles are in the order that `options` give them; the first is `role`.
/// Complexity: linear in the texts and the catalogue. Throws: `std::bad_alloc`.
/// Rule: the API's page, A3; DOMAIN.md §1.
template <class T>
[[nodiscard]] boost::json::object
membership_object(const BasicMembershipView<T>& membership, const RoleCatalogue& catalogue,
                  const PolicyOptions& options, std::string_view organization_name,
                  boost::json::object user) {
  boost::json::object object = detail::membership_begin(membership, catalogue, options);
  object["organization_name"] = detail::json_text(organization_name);
  object["user"] = std::move(user);
  detail::membership_end(membership, object);
  return object;
}

/// A membership as the `data` of an event: without the organization's name and the user.
/// Complexity and exceptions as `membership_object`. Rule: the API's page, A7.
template <class T>
[[nodiscard]] boost::json::object membership_event_data(const BasicMembershipView<T>& membership,
                                                        const RoleCatalogue& catalogue,
                                                        const PolicyOptions& options = {}) {
  boost::json::object object = detail::membership_begin(membership, catalogue, options);
  detail::membership_end(membership, object);
  return object;
}

}  // namespace wire
}  // namespace v0
}  // namespace membership

#endif
