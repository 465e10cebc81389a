// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_USER_REQUEST_HPP
#define MEMBERSHIP_WIRE_USER_REQUEST_HPP

#include "membership/command/create_user.hpp"
#include "membership/command/update_user.hpp"
#include "membership/domain/profile.hpp"
#include "membership/domain/traits.hpp"
#include "membership/policy/query.hpp"
#include "membership/policy/text_change.hpp"
#include "membership/wire/body.hpp"
#include "membership/wire/paging.hpp"
#include "membership/wire/profile_request.hpp"
#include "membership/wire/query_string.hpp"
#include "membership/wire/request_error.hpp"

#include <tl/expected.hpp>

#include <optional>
#include <string_view>
#include <utility>

namespace membership::inline v0 {
namespace wire {

/// The fields of "create a user" and "update a user". The texts are views into the body.
struct UserRequest {
  std::optional<std::string_view> email{};
  std::optional<std::string_view> first_name{};
  std::optional<std::string_view> last_name{};
  std::optional<std::string_view> name{};
  std::optional<bool> email_verified{};
  TextChange external_id{};
  MetadataRequest metadata{};
  std::optional<std::string_view> locale{};

  /// The command that makes the user. Valid while this is.
  template <class T = DefaultTraits>
  [[nodiscard]] BasicCreateUser<T> create() const& noexcept {
    BasicCreateUser<T> command;
    command.email = email;
    command.first_name = first_name;
    command.last_name = last_name;
    command.name = name;
    command.email_verified = email_verified.value_or(false);
    command.external_id = detail::text_set(external_id);
    command.metadata = metadata.change();
    return command;
  }
  template <class T = DefaultTraits>
  BasicCreateUser<T> create() const&& = delete;

  /// The command that changes the user. Valid while this is.
  template <class T = DefaultTraits>
  [[nodiscard]] BasicUpdateUser<T> update(const typename T::UserId& user) const& noexcept {
    BasicUpdateUser<T> command{user};
    command.email = email;
    command.email_verified = email_verified;
    command.first_name = TextChange::set_if(first_name);
    command.last_name = TextChange::set_if(last_name);
    command.name = TextChange::set_if(name);
    command.external_id = external_id;
    command.metadata = metadata.change();
    command.locale = TextChange::set_if(locale);
    return command;
  }
  template <class T = DefaultTraits>
  BasicUpdateUser<T> update(const typename T::UserId&) const&& = delete;
};

namespace detail {

/// A text of a profile, of any length and also an empty one.
inline std::optional<std::string_view> read_profile_text(FieldReader& read,
                                                         std::string_view field) {
  const std::optional<std::string_view> text = read.optional_text(field);
  if (text) read.check(field, text_fault(*text, 0, std::string_view::npos));
  return text;
}

inline void read_names(FieldReader& read, UserRequest& request) {
  if (request.email) read.check("email", EmailKey::fault(*request.email));
  request.first_name = read_profile_text(read, "first_name");
  request.last_name = read_profile_text(read, "last_name");
  request.name = read_profile_text(read, "name");
  request.email_verified = read.optional_boolean("email_verified");
}

}  // namespace detail

/// Reads the body of "create a user". `password` and its kin, `ip_address`, `user_agent` and
/// `signals_id` are ignored, as any unknown key is.
/// Errors, 422, in this order: `email_string_required`, `email_too_long`, `email_invalid`;
/// `first_name_string_required`, `first_name_invalid`; the same of `last_name`, of `name`;
/// `email_verified_boolean_required`; `external_id_string_required`, `external_id_too_long`,
/// `external_id_invalid`; `metadata_object_required`, `metadata_invalid`.
/// Throws: `std::bad_alloc`. See docs/http.md, "Users".
[[nodiscard]] inline tl::expected<UserRequest, RequestError> read_create_user(const Body& body) {
  FieldReader read(body);
  tl::expected<UserRequest, RequestError> request(tl::in_place);
  request->email = read.required_string("email");
  detail::read_names(read, *request);
  request->external_id = detail::read_foreign_id(read, "external_id");
  request->metadata = detail::read_metadata(read);
  if (auto error = read.error()) return tl::unexpected<RequestError>(std::move(*error));
  return request;
}

/// Reads the body of "update a user", in which nothing is required and null clears the external
/// id.
/// Errors: as `read_create_user`, then `locale_string_required`, `locale_invalid`.
/// Throws: `std::bad_alloc`. See docs/http.md, "Users".
[[nodiscard]] inline tl::expected<UserRequest, RequestError> read_update_user(const Body& body) {
  FieldReader read(body);
  tl::expected<UserRequest, RequestError> request(tl::in_place);
  request->email = read.optional_string("email");
  detail::read_names(read, *request);
  request->external_id = detail::read_external_id_change(read);
  request->metadata = detail::read_metadata(read);
  request->locale = detail::read_profile_text(read, "locale");
  if (auto error = read.error()) return tl::unexpected<RequestError>(std::move(*error));
  return request;
}

/// Which users a query asks for, and which page of them.
struct UserListRequest {
  UserFilter filter{};
  PageRequest page{};
};

/// Reads the query of "list users". The organization may also be called `organization`. An address
/// that no user and an id that no organization can have are no errors: nobody is found.
/// Errors, 422: as `parse_page_request`.
/// Throws: `std::bad_alloc`. See docs/http.md, "Users".
[[nodiscard]] inline tl::expected<UserListRequest, RequestError>
read_user_list(const QueryString& query) {
  auto page = parse_page_request(query, PagingRefusal::unprocessable);
  if (!page) return tl::unexpected<RequestError>(std::move(page.error()));
  tl::expected<UserListRequest, RequestError> request(tl::in_place);
  request->page = std::move(*page);
  const EmailKey nobody = EmailKey::folded("");
  if (const auto email = query.find("email")) {
    const auto key = EmailKey::make(*email);
    request->filter.email = key ? *key : nobody;
  }
  auto organization = query.find("organization_id");
  if (!organization) organization = query.find("organization");
  if (organization) {
    const auto id = OrganizationId::make(*organization);
    if (id) {
      request->filter.organization = *id;
    } else {
      request->filter.email = nobody;
    }
  }
  return request;
}

}  // namespace wire
}  // namespace membership::inline v0

#endif
