// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_CHECK_REQUEST_HPP
#define MEMBERSHIP_WIRE_CHECK_REQUEST_HPP

#include "membership/wire/body.hpp"
#include "membership/wire/request_error.hpp"

#include <tl/expected.hpp>

#include <optional>
#include <string_view>
#include <utility>

namespace membership::inline v0 {
namespace wire {

/// The fields of "check a permission": either `resource_id` or both of the others. The texts are
/// views into the body.
struct CheckRequest {
  std::string_view permission_slug{};
  std::optional<std::string_view> resource_id{};
  std::optional<std::string_view> resource_external_id{};
  std::optional<std::string_view> resource_type_slug{};
};

/// Reads the body of "check a permission". What the texts name is not looked at; any text may be a
/// permission's slug, and one that none has is not granted.
/// Errors, 422, in this order: `permission_slug_string_required`, `resource_id_string_required`,
/// `resource_external_id_string_required`, `resource_type_slug_string_required` for fields of
/// another type; `resource_id_and_resource_external_id_mutually_exclusive` for an id besides one of
/// the others; `resource_id_string_required` for no target; `resource_external_id_string_required`,
/// `resource_type_slug_string_required` for half of one.
/// Throws: `std::bad_alloc`. See docs/http.md, "Permission checks".
[[nodiscard]] inline tl::expected<CheckRequest, RequestError> read_check(const Body& body) {
  FieldReader read(body);
  tl::expected<CheckRequest, RequestError> request(tl::in_place);
  request->permission_slug = read.required_string("permission_slug");
  request->resource_id = read.optional_string("resource_id");
  request->resource_external_id = read.optional_string("resource_external_id");
  request->resource_type_slug = read.optional_string("resource_type_slug");
  const bool half = request->resource_external_id || request->resource_type_slug;
  if (request->resource_id && half) {
    read.fail(ErrorEntry{"resource_id_and_resource_external_id_mutually_exclusive",
                         "Resource ID and resource external ID are mutually exclusive."});
  } else if (!request->resource_id && !half) {
    read.fail("resource_id", FieldRule::string_required);
  } else if (!request->resource_id) {
    static_cast<void>(read.required_string("resource_external_id"));
    static_cast<void>(read.required_string("resource_type_slug"));
  }
  if (auto error = read.error()) return tl::unexpected<RequestError>(std::move(*error));
  return request;
}

}  // namespace wire
}  // namespace membership::inline v0

#endif
