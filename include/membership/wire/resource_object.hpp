// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_RESOURCE_OBJECT_HPP
#define MEMBERSHIP_WIRE_RESOURCE_OBJECT_HPP

#include "membership/domain/profile.hpp"
#include "membership/domain/role_catalogue.hpp"
#include "membership/domain/traits.hpp"
#include "membership/wire/json_text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace wire {

/// What the id of a resource begins with; the organization id's own part follows.
inline constexpr std::string_view resource_id_prefix = "authz_resource_";

/// The id of the resource that an organization is. An id that does not begin with the prefix of
/// organizations is its own part whole, so `acme` and `org_acme` share one.
/// Throws: `std::bad_alloc`. See docs/http.md, "Permission checks".
[[nodiscard]] inline std::string resource_id(std::string_view organization) {
  constexpr std::string_view prefix = OrganizationTag::prefix;
  if (organization.substr(0, prefix.size()) == prefix) organization.remove_prefix(prefix.size());
  return std::string(resource_id_prefix).append(organization);
}

/// Whether a text is the id of an organization's resource, which the organization's own also is.
/// Throws: `std::bad_alloc`.
[[nodiscard]] inline bool is_resource_id(std::string_view text, std::string_view organization) {
  return text == organization || text == resource_id(organization);
}

/// The ids of the organizations that a resource's id may be of, first those that are shown with it:
/// `is_resource_id` holds for each.
/// Throws: `std::bad_alloc`.
[[nodiscard]] inline std::vector<std::string> organizations_of_resource(std::string_view text) {
  std::vector<std::string> ids;
  if (text.substr(0, resource_id_prefix.size()) == resource_id_prefix) {
    const std::string_view own = text.substr(resource_id_prefix.size());
    ids.push_back(std::string(OrganizationTag::prefix).append(own));
    if (is_resource_id(text, own)) ids.emplace_back(own);
  }
  ids.emplace_back(text);
  return ids;
}

/// The external id that an organization's resource is shown with: the organization's, else its id.
[[nodiscard]] inline std::string_view resource_external_id(std::string_view organization,
                                                           const Profile& profile) noexcept {
  return profile.texts.has(Text::external_id) ? profile.texts[Text::external_id] : organization;
}

/// Whether a type and an external id are those of an organization's resource; the organization's id
/// always works as one.
[[nodiscard]] inline bool is_resource(std::string_view type, std::string_view external_id,
                                      std::string_view organization,
                                      const Profile& profile) noexcept {
  return type == organization_resource_type &&
         (external_id == organization ||
          external_id == resource_external_id(organization, profile));
}

/// The resource that an organization is, as JSON, made in `memory`.
/// Complexity: linear in the texts. Throws: `std::bad_alloc`.
/// See docs/http.md, "Permission checks".
[[nodiscard]] inline boost::json::object resource_object(std::string_view organization,
                                                         const Profile& profile,
                                                         boost::json::storage_ptr memory = {}) {
  boost::json::object resource(std::move(memory));
  resource.reserve(10);
  detail::put(resource, "object", "authorization_resource");
  detail::put(resource, "id", resource_id(organization));
  detail::put(resource, "name", profile.texts[Text::name]);
  resource.emplace("description", nullptr);
  detail::put(resource, "organization_id", organization);
  resource.emplace("parent_resource_id", nullptr);
  detail::put(resource, "external_id", resource_external_id(organization, profile));
  detail::put(resource, "resource_type_slug", organization_resource_type);
  detail::put(resource, "created_at", profile.created_at);
  detail::put(resource, "updated_at", profile.updated_at);
  return resource;
}

}  // namespace wire
}  // namespace membership::inline v0

#endif
