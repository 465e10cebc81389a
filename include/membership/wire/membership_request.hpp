// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_MEMBERSHIP_REQUEST_HPP
#define MEMBERSHIP_WIRE_MEMBERSHIP_REQUEST_HPP

#include "membership/domain/membership.hpp"
#include "membership/domain/parse.hpp"
#include "membership/policy/role_selection.hpp"
#include "membership/wire/body.hpp"
#include "membership/wire/errors.hpp"
#include "membership/wire/paging.hpp"
#include "membership/wire/query_string.hpp"
#include "membership/wire/request_error.hpp"

#include <tl/expected.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace wire {

/// The roles that a body names. The texts are views into the body.
struct RolesRequest {
  std::optional<std::string_view> role_slug{};
  std::optional<std::vector<std::string_view>> role_slugs{};

  /// As commands take it. Valid while this is.
  [[nodiscard]] RoleSelection selection() const& noexcept {
    if (role_slug) return RoleSelection::one(*role_slug);
    if (role_slugs) return RoleSelection::several(*role_slugs);
    return RoleSelection::none();
  }
  RoleSelection selection() const&& = delete;
};

/// The fields of "create an organization membership". The texts are views into the body.
struct CreateMembershipRequest {
  std::string_view user_id{};
  std::string_view organization_id{};
  RolesRequest roles{};
};

namespace detail {
inline RolesRequest read_roles(FieldReader& read) {
  RolesRequest roles;
  roles.role_slug = read.optional_string("role_slug");
  roles.role_slugs = read.optional_strings("role_slugs");
  if (roles.role_slug && roles.role_slugs) {
    read.fail(ErrorEntry{"role_slug_and_role_slugs_mutually_exclusive",
                         "Role slug and role slugs are mutually exclusive."});
  }
  return roles;
}
}  // namespace detail

/// Reads the body of "create an organization membership". What the ids and slugs name is not
/// looked at.
/// Errors, 422, in this order: `user_id_string_required`, `organization_id_string_required`,
/// `role_slug_string_required`, `role_slugs_array_required`,
/// `role_slug_and_role_slugs_mutually_exclusive`.
/// Throws: `std::bad_alloc`. See docs/http.md, "Memberships".
[[nodiscard]] inline tl::expected<CreateMembershipRequest, RequestError>
read_create_membership(const Body& body) {
  FieldReader read(body);
  tl::expected<CreateMembershipRequest, RequestError> request(tl::in_place);
  request->user_id = read.required_string("user_id");
  request->organization_id = read.required_string("organization_id");
  request->roles = detail::read_roles(read);
  if (auto error = read.error()) return tl::unexpected<RequestError>(std::move(*error));
  return request;
}

/// Reads the body of "update an organization membership".
/// Errors: as `read_create_membership`, without the ids.
[[nodiscard]] inline tl::expected<RolesRequest, RequestError> read_update_roles(const Body& body) {
  FieldReader read(body);
  tl::expected<RolesRequest, RequestError> request(tl::in_place, detail::read_roles(read));
  if (auto error = read.error()) return tl::unexpected<RequestError>(std::move(*error));
  return request;
}

/// Which memberships a query asks for, and which page of them.
struct MembershipListRequest {
  std::optional<std::string> user_id{};
  std::optional<std::string> organization_id{};
  StatusSet statuses = StatusSet{} | Status::active;
  PageRequest page{};
};

/// Reads the query of "list organization memberships". Without `statuses` the active ones are
/// meant.
/// Errors, 400, in this order: `missing_user_id_or_organization_id`; `invalid_request_parameters`
/// for an unknown status, then as `parse_page_request`.
/// Throws: `std::bad_alloc`. See docs/http.md, "Memberships".
[[nodiscard]] inline tl::expected<MembershipListRequest, RequestError>
read_membership_list(const QueryString& query) {
  tl::expected<MembershipListRequest, RequestError> request(tl::in_place);
  if (const auto user = query.find("user_id")) request->user_id.emplace(*user);
  if (const auto organization = query.find("organization_id")) {
    request->organization_id.emplace(*organization);
  }
  if (!request->user_id && !request->organization_id) {
    return tl::unexpected<RequestError>(
        request_error(Error{ErrorCode::missing_user_id_or_organization_id}));
  }
  const std::vector<std::string_view> statuses = query.find_all("statuses");
  if (!statuses.empty()) request->statuses = StatusSet{};
  for (const std::string_view text : statuses) {
    const std::optional<Status> status = parse_status(text);
    if (!status) {
      return tl::unexpected<RequestError>(
          refused_parameter("statuses", PagingRefusal::bad_request));
    }
    request->statuses = request->statuses | *status;
  }
  auto page = parse_page_request(query, PagingRefusal::bad_request);
  if (!page) return tl::unexpected<RequestError>(std::move(page.error()));
  request->page = std::move(*page);
  return request;
}

}  // namespace wire
}  // namespace membership::inline v0

#endif
