// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_INVITATION_REQUEST_HPP
#define MEMBERSHIP_WIRE_INVITATION_REQUEST_HPP

#include "membership/domain/profile.hpp"
#include "membership/wire/body.hpp"
#include "membership/wire/paging.hpp"
#include "membership/wire/query_string.hpp"
#include "membership/wire/request_error.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace membership::inline v0 {
namespace wire {

/// The fields of "send an invitation". The texts are views into the body.
struct SendInvitationRequest {
  std::string_view email{};
  std::optional<std::string_view> organization_id{};
  std::optional<std::string_view> role_slug{};
  std::optional<std::int64_t> expires_in_days{};
  std::optional<std::string_view> inviter_user_id{};
};

/// Reads the body of "send an invitation". What the ids and the slug name is not looked at, nor
/// whether there may be so many days; `locale` is checked and not used.
/// Errors, 422, in this order: `email_string_required`, `email_too_long`, `email_invalid`;
/// `organization_id_string_required`; `role_slug_string_required`;
/// `expires_in_days_integer_required`; `inviter_user_id_string_required`;
/// `locale_string_required`; `role_slug_invalid` for a role without an organization.
/// Throws: `std::bad_alloc`. See docs/http.md, "Invitations".
[[nodiscard]] inline tl::expected<SendInvitationRequest, RequestError>
read_send_invitation(const Body& body) {
  FieldReader read(body);
  tl::expected<SendInvitationRequest, RequestError> request(tl::in_place);
  request->email = read.required_string("email");
  read.check("email", EmailKey::fault(request->email));
  request->organization_id = read.optional_string("organization_id");
  request->role_slug = read.optional_string("role_slug");
  request->expires_in_days = read.optional_integer("expires_in_days");
  request->inviter_user_id = read.optional_string("inviter_user_id");
  static_cast<void>(read.optional_string("locale"));
  if (request->role_slug && !request->organization_id) read.fail("role_slug", FieldRule::invalid);
  if (auto error = read.error()) return tl::unexpected<RequestError>(std::move(*error));
  return request;
}

/// Checks the body of "resend an invitation", of which nothing is used.
/// Errors, 422: `locale_string_required`.
/// Throws: `std::bad_alloc`. See docs/http.md, "Invitations".
[[nodiscard]] inline tl::expected<void, RequestError> check_resend_invitation(const Body& body) {
  FieldReader read(body);
  static_cast<void>(read.optional_string("locale"));
  if (auto error = read.error()) return tl::unexpected<RequestError>(std::move(*error));
  return {};
}

/// Which invitations a query asks for, and which page of them.
struct InvitationListRequest {
  std::optional<EmailKey> email{};
  std::optional<std::string> organization_id{};
  PageRequest page{};
};

/// Reads the query of "list invitations". An address that nobody can have is no error: no
/// invitation has it.
/// Errors, 422: as `parse_page_request`.
/// Throws: `std::bad_alloc`. See docs/http.md, "Invitations".
[[nodiscard]] inline tl::expected<InvitationListRequest, RequestError>
read_invitation_list(const QueryString& query) {
  auto page = parse_page_request(query, PagingRefusal::unprocessable);
  if (!page) return tl::unexpected<RequestError>(std::move(page.error()));
  tl::expected<InvitationListRequest, RequestError> request(tl::in_place);
  request->page = std::move(*page);
  if (const auto email = query.find("email")) request->email = EmailKey::folded(*email);
  if (const auto organization = query.find("organization_id")) {
    request->organization_id.emplace(*organization);
  }
  return request;
}

}  // namespace wire
}  // namespace membership::inline v0

#endif
