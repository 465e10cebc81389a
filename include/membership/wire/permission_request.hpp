// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_PERMISSION_REQUEST_HPP
#define MEMBERSHIP_WIRE_PERMISSION_REQUEST_HPP

#include "membership/command/create_permission.hpp"
#include "membership/domain/slug.hpp"
#include "membership/domain/traits.hpp"
#include "membership/wire/body.hpp"
#include "membership/wire/catalogue_request.hpp"
#include "membership/wire/request_error.hpp"

#include <tl/expected.hpp>

#include <utility>

namespace membership::inline v0 {
namespace wire {

/// Reads the body of "create a permission" into the command, whose texts are views into the body.
/// Errors, 422, in this order: `slug_string_required`, `slug_too_long`, `slug_invalid`;
/// `name_string_required`, `name_invalid` (a NUL), `name_too_long`; `description_string_required`,
/// `description_invalid`, `description_too_long`; `resource_type_slug_string_required`,
/// `resource_type_slug_too_long`, `resource_type_slug_invalid`.
/// Throws: `std::bad_alloc`. See docs/http.md, "Permissions and roles".
template <class T = DefaultTraits>
[[nodiscard]] tl::expected<BasicCreatePermission<T>, RequestError>
read_create_permission(const Body& body) {
  FieldReader read(body);
  tl::expected<BasicCreatePermission<T>, RequestError> command(tl::in_place);
  command->slug = read.required_string("slug");
  detail::check_made(read, "slug", PermissionSlug::make(command->slug));
  detail::read_catalogue_texts(read, *command);
  if (auto error = read.error()) return tl::unexpected<RequestError>(std::move(*error));
  return command;
}

}  // namespace wire
}  // namespace membership::inline v0

#endif
