// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_ORGANIZATION_REQUEST_HPP
#define MEMBERSHIP_WIRE_ORGANIZATION_REQUEST_HPP

#include "membership/command/create_organization.hpp"
#include "membership/command/profile_change.hpp"
#include "membership/command/update_organization.hpp"
#include "membership/domain/organization_domain.hpp"
#include "membership/domain/profile.hpp"
#include "membership/domain/traits.hpp"
#include "membership/policy/query.hpp"
#include "membership/policy/text_change.hpp"
#include "membership/wire/body.hpp"
#include "membership/wire/field_rule.hpp"
#include "membership/wire/paging.hpp"
#include "membership/wire/profile_request.hpp"
#include "membership/wire/query_string.hpp"
#include "membership/wire/request_error.hpp"

#include <boost/json/object.hpp>
#include <tl/expected.hpp>

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace wire {

/// The fields of "create an organization" and "update an organization". The texts are views into
/// the body.
struct OrganizationRequest {
  std::optional<std::string_view> name{};
  std::optional<std::vector<DomainData>> domains{};
  MetadataRequest metadata{};
  TextChange external_id{};
  TextChange stripe_customer_id{};

  /// The command that makes it. Valid while this is.
  template <class T = DefaultTraits>
  [[nodiscard]] BasicCreateOrganization<T> create() const& noexcept {
    BasicCreateOrganization<T> command{name.value_or(std::string_view())};
    command.external_id = detail::text_set(external_id);
    command.metadata = metadata.change();
    if (domains) command.domains = *domains;
    return command;
  }
  template <class T = DefaultTraits>
  BasicCreateOrganization<T> create() const&& = delete;

  /// The command that changes one. Valid while this is.
  template <class T = DefaultTraits>
  [[nodiscard]] BasicUpdateOrganization<T>
  update(const typename T::OrganizationId& organization) const& noexcept {
    BasicUpdateOrganization<T> command{organization};
    command.name = name;
    command.external_id = external_id;
    command.metadata = metadata.change();
    if (domains) command.domains = DomainsChange::replace(*domains);
    command.stripe_customer_id = stripe_customer_id;
    return command;
  }
  template <class T = DefaultTraits>
  BasicUpdateOrganization<T> update(const typename T::OrganizationId&) const&& = delete;
};

namespace detail {

inline std::optional<std::vector<DomainData>> read_domain_data(FieldReader& read) {
  const auto objects = read.optional_objects("domain_data");
  if (!objects) return std::nullopt;
  std::optional<std::vector<DomainData>> domains(std::in_place);
  for (const boost::json::object* const object : *objects) {
    const std::string_view domain = read.required_string(*object, "domain");
    const std::string_view state = read.required_string(*object, "state");
    if (state != to_string(DomainState::pending) && state != to_string(DomainState::verified)) {
      read.fail("state", FieldRule::invalid);
    }
    domains->push_back({domain, state == to_string(DomainState::verified) ? DomainState::verified
                                                                          : DomainState::pending});
  }
  read.check("domain_data",
             membership::detail::check_domains(domains->data(), domains->size()).code());
  return domains;
}

/// The domains of a body, from `domain_data` where that is given, else from the deprecated
/// `domains`.
inline std::optional<std::vector<DomainData>> read_domains(FieldReader& read) {
  std::optional<std::vector<DomainData>> domains = read_domain_data(read);
  const auto names = read.optional_list("domains");
  if (domains || !names) return domains;
  domains.emplace();
  for (const std::string_view name : *names) {
    domains->push_back({name, DomainState::legacy_verified});
  }
  read.check("domains", membership::detail::check_domains(domains->data(), domains->size()).code());
  return domains;
}

inline void check_name(FieldReader& read, std::string_view name) {
  read.check("name", text_fault(name, 1, std::string_view::npos));
}

}  // namespace detail

/// Reads the body of "create an organization".
/// Errors, 422, in this order: `name_string_required`, `name_invalid` (a NUL);
/// `domain_data_array_required`, for the first bad domain `domain_string_required`,
/// `state_string_required` or `state_invalid`, then `domain_data_invalid` (no domain, one given
/// twice, more than 16); `domains_array_required`, `domains_invalid`;
/// `metadata_object_required`, `metadata_invalid`; `external_id_string_required`,
/// `external_id_too_long`, `external_id_invalid`.
/// Throws: `std::bad_alloc`. See docs/http.md, "Organizations".
[[nodiscard]] inline tl::expected<OrganizationRequest, RequestError>
read_create_organization(const Body& body) {
  FieldReader read(body);
  tl::expected<OrganizationRequest, RequestError> request(tl::in_place);
  const std::string_view name = read.required_string("name");
  detail::check_name(read, name);
  request->name = name;
  request->domains = detail::read_domains(read);
  request->metadata = detail::read_metadata(read);
  request->external_id = detail::read_foreign_id(read, "external_id");
  if (auto error = read.error()) return tl::unexpected<RequestError>(std::move(*error));
  return request;
}

/// Reads the body of "update an organization", in which nothing is required and null clears the
/// external id.
/// Errors: as `read_create_organization`, then `stripe_customer_id_string_required`,
/// `stripe_customer_id_too_long`, `stripe_customer_id_invalid`.
/// Throws: `std::bad_alloc`. See docs/http.md, "Organizations".
[[nodiscard]] inline tl::expected<OrganizationRequest, RequestError>
read_update_organization(const Body& body) {
  FieldReader read(body);
  tl::expected<OrganizationRequest, RequestError> request(tl::in_place);
  const std::optional<std::string_view> name = read.optional_string("name");
  if (name) detail::check_name(read, *name);
  request->name = name;
  request->domains = detail::read_domains(read);
  request->metadata = detail::read_metadata(read);
  request->external_id = detail::read_external_id_change(read);
  request->stripe_customer_id = detail::read_foreign_id(read, "stripe_customer_id");
  if (auto error = read.error()) return tl::unexpected<RequestError>(std::move(*error));
  return request;
}

/// Which organizations a query asks for, and which page of them. The texts are views into the
/// query.
struct OrganizationListRequest {
  std::vector<std::string_view> domains{};
  std::optional<std::string_view> search{};
  PageRequest page{};

  /// As queries take it. Valid while this is.
  [[nodiscard]] OrganizationFilter filter() const& noexcept {
    OrganizationFilter filter;
    filter.name_part = search;
    filter.domains = domains;
    return filter;
  }
  OrganizationFilter filter() const&& = delete;
};

/// Reads the query of "list organizations".
/// Errors, 422: as `parse_page_request`.
/// Throws: `std::bad_alloc`. See docs/http.md, "Organizations".
[[nodiscard]] inline tl::expected<OrganizationListRequest, RequestError>
read_organization_list(const QueryString& query) {
  auto page = parse_page_request(query, PagingRefusal::unprocessable);
  if (!page) return tl::unexpected<RequestError>(std::move(page.error()));
  tl::expected<OrganizationListRequest, RequestError> request(tl::in_place);
  request->page = std::move(*page);
  request->domains = query.find_all("domains");
  request->search = query.find("search");
  return request;
}

}  // namespace wire
}  // namespace membership::inline v0

#endif
