// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_CATALOGUE_REQUEST_HPP
#define MEMBERSHIP_WIRE_CATALOGUE_REQUEST_HPP

#include "membership/command/role_change.hpp"
#include "membership/domain/error.hpp"
#include "membership/domain/profile.hpp"
#include "membership/domain/slug.hpp"
#include "membership/policy/text_change.hpp"
#include "membership/wire/body.hpp"
#include "membership/wire/request_error.hpp"

#include <tl/expected.hpp>

#include <optional>
#include <string_view>
#include <utility>

namespace membership::inline v0 {
namespace wire {

/// The fields of "update a role" and "update a permission": null clears the description. The texts
/// are views into the body.
struct CatalogueTextsRequest {
  std::optional<std::string_view> name{};
  TextChange description{};
};

namespace detail {

/// What the bodies of roles and permissions share.

template <class Slug>
void check_made(FieldReader& read, std::string_view field, const tl::expected<Slug, Error>& made) {
  if (!made) read.check(field, made.error().code);
}

inline void check_catalogue_name(FieldReader& read, std::string_view name) {
  read.check("name", text_fault(name, 1, membership::detail::longest_catalogue_name));
}

inline std::optional<std::string_view> read_catalogue_description(FieldReader& read) {
  const std::optional<std::string_view> text = read.optional_text("description");
  if (text) {
    read.check("description",
               text_fault(*text, 0, membership::detail::longest_catalogue_description));
  }
  return text;
}

/// Reads `name`, `description` and `resource_type_slug` of what is made.
template <class C>
void read_catalogue_texts(FieldReader& read, C& command) {
  command.name = read.required_string("name");
  check_catalogue_name(read, command.name);
  command.description = read_catalogue_description(read);
  const std::optional<std::string_view> type = read.optional_string("resource_type_slug");
  if (type) check_made(read, "resource_type_slug", RoleSlug::make(*type));
  command.resource_type_slug = type;
}

}  // namespace detail

/// Reads the body of "update a role" or "update a permission". A slug is ignored: it never changes.
/// Errors, 422, in this order: `name_string_required`, `name_invalid` (a NUL), `name_too_long`;
/// `description_string_required`, `description_invalid`, `description_too_long`.
/// Throws: `std::bad_alloc`. See docs/http.md, "Permissions and roles".
[[nodiscard]] inline tl::expected<CatalogueTextsRequest, RequestError>
read_update_catalogue_texts(const Body& body) {
  FieldReader read(body);
  tl::expected<CatalogueTextsRequest, RequestError> request(tl::in_place);
  const std::optional<std::string_view> name = read.optional_string("name");
  if (name) detail::check_catalogue_name(read, *name);
  request->name = name;
  const std::optional<std::string_view> description = detail::read_catalogue_description(read);
  if (description) request->description = TextChange::set(*description);
  if (read.is_null("description")) request->description = TextChange::clear();
  if (auto error = read.error()) return tl::unexpected<RequestError>(std::move(*error));
  return request;
}

}  // namespace wire
}  // namespace membership::inline v0

#endif
