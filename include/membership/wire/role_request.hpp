// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_ROLE_REQUEST_HPP
#define MEMBERSHIP_WIRE_ROLE_REQUEST_HPP

#include "membership/command/create_role.hpp"
#include "membership/domain/profile.hpp"
#include "membership/domain/slug.hpp"
#include "membership/domain/traits.hpp"
#include "membership/wire/body.hpp"
#include "membership/wire/request_error.hpp"

#include <tl/expected.hpp>

#include <string_view>
#include <utility>

namespace membership {
inline namespace v0 {
namespace wire {

namespace detail {
inline void check_slug(FieldReader& read, std::string_view field, std::string_view slug) {
  const tl::expected<RoleSlug, Error> made = RoleSlug::make(slug);
  if (!made) read.check(field, made.error().code);
}
}  // namespace detail

/// Reads the body of "create a role" into the command, whose texts are views into the body.
/// Permissions, which are not taken yet, are refused, not dropped.
/// Errors, 422, in this order: `slug_string_required`, `slug_too_long`, `slug_invalid`;
/// `name_string_required`, `name_invalid` (a NUL), `name_too_long`; `description_string_required`,
/// `description_invalid`, `description_too_long`; `resource_type_slug_string_required`,
/// `resource_type_slug_too_long`, `resource_type_slug_invalid`; `permissions_invalid`.
/// Throws: `std::bad_alloc`. Rule: the API's page, A5.
template <class T = DefaultTraits>
[[nodiscard]] tl::expected<BasicCreateRole<T>, RequestError> read_create_role(const Body& body) {
  FieldReader read(body);
  tl::expected<BasicCreateRole<T>, RequestError> command(tl::in_place);
  command->slug = read.required_string("slug");
  detail::check_slug(read, "slug", command->slug);
  command->name = read.required_string("name");
  read.check("name", text_fault(command->name, 1, membership::detail::longest_catalogue_name));
  command->description = read.optional_text("description");
  read.check("description", text_fault(command->description.value_or(""), 0,
                                       membership::detail::longest_catalogue_description));
  command->resource_type_slug = read.optional_string("resource_type_slug");
  if (command->resource_type_slug) {
    detail::check_slug(read, "resource_type_slug", *command->resource_type_slug);
  }
  read.refuse("permissions");
  if (auto error = read.error()) return tl::unexpected<RequestError>(std::move(*error));
  return command;
}

}  // namespace wire
}  // namespace v0
}  // namespace membership

#endif
