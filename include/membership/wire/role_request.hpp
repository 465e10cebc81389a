// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_ROLE_REQUEST_HPP
#define MEMBERSHIP_WIRE_ROLE_REQUEST_HPP

#include "membership/command/create_organization_role.hpp"
#include "membership/command/create_role.hpp"
#include "membership/domain/slug.hpp"
#include "membership/domain/traits.hpp"
#include "membership/wire/body.hpp"
#include "membership/wire/catalogue_request.hpp"
#include "membership/wire/request_error.hpp"

#include <tl/expected.hpp>

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace wire {

/// Reads the body of "create a role" into the command, whose texts are views into the body.
/// Errors, 422, in this order: `slug_string_required`, `slug_too_long`, `slug_invalid`;
/// `name_string_required`, `name_invalid` (a NUL), `name_too_long`; `description_string_required`,
/// `description_invalid`, `description_too_long`; `resource_type_slug_string_required`,
/// `resource_type_slug_too_long`, `resource_type_slug_invalid`.
/// Throws: `std::bad_alloc`. See docs/http.md, "Permissions and roles".
template <class T = DefaultTraits>
[[nodiscard]] tl::expected<BasicCreateRole<T>, RequestError> read_create_role(const Body& body) {
  FieldReader read(body);
  tl::expected<BasicCreateRole<T>, RequestError> command(tl::in_place);
  command->slug = read.required_string("slug");
  detail::check_made(read, "slug", RoleSlug::make(command->slug));
  detail::read_catalogue_texts(read, *command);
  if (auto error = read.error()) return tl::unexpected<RequestError>(std::move(*error));
  return command;
}

/// The fields of "create a role of an organization". The texts are views into the body.
struct OrganizationRoleRequest {
  std::string_view name{};
  std::optional<std::string_view> slug{};
  std::optional<std::string_view> description{};
  std::optional<std::string_view> resource_type_slug{};

  template <class T = DefaultTraits>
  [[nodiscard]] BasicCreateOrganizationRole<T>
  create(const typename T::OrganizationId& organization) const noexcept {
    return {organization, name, slug, description, resource_type_slug};
  }
};

/// Reads the body of "create a role of an organization", whose slug may be left out.
/// Errors: as `read_create_role`; a slug that does not begin with `org-` is `slug_invalid`.
/// Throws: `std::bad_alloc`. See docs/http.md, "Permissions and roles".
[[nodiscard]] inline tl::expected<OrganizationRoleRequest, RequestError>
read_create_organization_role(const Body& body) {
  FieldReader read(body);
  tl::expected<OrganizationRoleRequest, RequestError> request(tl::in_place);
  const std::optional<std::string_view> slug = read.optional_string("slug");
  if (slug) detail::check_made(read, "slug", RoleSlug::make_organization(*slug));
  request->slug = slug;
  detail::read_catalogue_texts(read, *request);
  if (auto error = read.error()) return tl::unexpected<RequestError>(std::move(*error));
  return request;
}

/// Reads the body of "set the permissions of a role": slugs, as views into the body.
/// Errors, 422: `permissions_array_required`.
/// Throws: `std::bad_alloc`. See docs/http.md, "Permissions and roles".
[[nodiscard]] inline tl::expected<std::vector<std::string_view>, RequestError>
read_role_permissions(const Body& body) {
  FieldReader read(body);
  tl::expected<std::vector<std::string_view>, RequestError> slugs(
      tl::in_place, read.required_strings("permissions"));
  if (auto error = read.error()) return tl::unexpected<RequestError>(std::move(*error));
  return slugs;
}

/// Reads the body of "add a permission to a role": its slug, as a view into the body.
/// Errors, 422: `slug_string_required`.
/// Throws: `std::bad_alloc`. See docs/http.md, "Permissions and roles".
[[nodiscard]] inline tl::expected<std::string_view, RequestError>
read_added_permission(const Body& body) {
  FieldReader read(body);
  tl::expected<std::string_view, RequestError> slug(tl::in_place, read.required_string("slug"));
  if (auto error = read.error()) return tl::unexpected<RequestError>(std::move(*error));
  return slug;
}

}  // namespace wire
}  // namespace membership::inline v0

#endif
