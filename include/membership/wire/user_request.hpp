// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_USER_REQUEST_HPP
#define MEMBERSHIP_WIRE_USER_REQUEST_HPP

#include "membership/command/create_user.hpp"
#include "membership/domain/profile.hpp"
#include "membership/domain/traits.hpp"
#include "membership/policy/query.hpp"
#include "membership/wire/body.hpp"
#include "membership/wire/paging.hpp"
#include "membership/wire/query_string.hpp"
#include "membership/wire/request_error.hpp"

#include <tl/expected.hpp>

#include <optional>
#include <string_view>
#include <utility>

namespace membership {
inline namespace v0 {
namespace wire {

/// Reads the body of "create a user" into the command, whose texts are views into the body.
/// Fields of the API that the library does not take yet are refused, not dropped; `password` and
/// its kin, `ip_address`, `user_agent` and `signals_id` are ignored, as any unknown key is.
/// Errors, 422, in this order: `email_string_required`, `email_too_long`, `email_invalid`;
/// `first_name_string_required`, `first_name_invalid`; the same of `last_name`; `name_invalid`;
/// `email_verified_boolean_required`; `external_id_invalid`, `metadata_invalid`,
/// `locale_invalid`.
/// Throws: `std::bad_alloc`. Rule: the API's page, A4, "POST /user_management/users".
template <class T = DefaultTraits>
[[nodiscard]] tl::expected<BasicCreateUser<T>, RequestError> read_create_user(const Body& body) {
  constexpr std::size_t unlimited = std::string_view::npos;
  FieldReader read(body);
  tl::expected<BasicCreateUser<T>, RequestError> command(tl::in_place);
  command->email = read.required_string("email");
  read.check("email", EmailKey::fault(*command->email));
  command->first_name = read.optional_text("first_name");
  read.check("first_name", text_fault(command->first_name.value_or(""), 0, unlimited));
  command->last_name = read.optional_text("last_name");
  read.check("last_name", text_fault(command->last_name.value_or(""), 0, unlimited));
  read.refuse("name");
  command->email_verified = read.optional_boolean("email_verified").value_or(false);
  for (const std::string_view field : {"external_id", "metadata", "locale"}) read.refuse(field);
  if (auto error = read.error()) return tl::unexpected<RequestError>(std::move(*error));
  return command;
}

/// Which users a query asks for, and which page of them.
struct UserListRequest {
  UserFilter filter{};
  PageRequest page{};
};

/// Reads the query of "list users". An address that no user can have is no error: nobody has it.
/// Errors, 422, in this order: as `parse_page_request`; `organization_id_invalid`,
/// `organization_invalid` where they are given, as they are not taken yet.
/// Throws: `std::bad_alloc`. Rule: the API's page, A4, "GET /user_management/users".
[[nodiscard]] inline tl::expected<UserListRequest, RequestError>
read_user_list(const QueryString& query) {
  auto page = parse_page_request(query, PagingRefusal::unprocessable);
  if (!page) return tl::unexpected<RequestError>(std::move(page.error()));
  for (const std::string_view name : {"organization_id", "organization"}) {
    if (query.find(name)) {
      return tl::unexpected<RequestError>(refused_parameter(name, PagingRefusal::unprocessable));
    }
  }
  tl::expected<UserListRequest, RequestError> request(tl::in_place);
  request->page = std::move(*page);
  if (const auto email = query.find("email")) {
    const auto key = EmailKey::make(*email);
    request->filter.email = key ? *key : EmailKey::folded("");
  }
  return request;
}

}  // namespace wire
}  // namespace v0
}  // namespace membership

#endif
