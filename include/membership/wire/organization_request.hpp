// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_ORGANIZATION_REQUEST_HPP
#define MEMBERSHIP_WIRE_ORGANIZATION_REQUEST_HPP

#include "membership/command/create_organization.hpp"
#include "membership/domain/profile.hpp"
#include "membership/domain/traits.hpp"
#include "membership/wire/body.hpp"
#include "membership/wire/paging.hpp"
#include "membership/wire/query_string.hpp"
#include "membership/wire/request_error.hpp"

#include <tl/expected.hpp>

#include <string_view>
#include <utility>

namespace membership {
inline namespace v0 {
namespace wire {

/// Reads the body of "create an organization" into the command, whose name is a view into the
/// body. Fields of the API that the library does not take yet are refused, not dropped.
/// Errors, 422, in this order: `name_string_required`, `name_invalid` (a NUL);
/// `domain_data_invalid`, `domains_invalid`, `metadata_invalid`, `external_id_invalid` where they
/// are given.
/// Throws: `std::bad_alloc`. Rule: the API's page, A4, "POST /organizations".
template <class T = DefaultTraits>
[[nodiscard]] tl::expected<BasicCreateOrganization<T>, RequestError>
read_create_organization(const Body& body) {
  FieldReader read(body);
  tl::expected<BasicCreateOrganization<T>, RequestError> command(tl::in_place);
  command->name = read.required_string("name");
  read.check("name", text_fault(command->name, 1, std::string_view::npos));
  for (const std::string_view field : {"domain_data", "domains", "metadata", "external_id"}) {
    read.refuse(field);
  }
  if (auto error = read.error()) return tl::unexpected<RequestError>(std::move(*error));
  return command;
}

/// Reads the query of "list organizations".
/// Errors, 422, in this order: as `parse_page_request`; `domains_invalid`, `search_invalid` where
/// they are given, as they are not taken yet.
/// Throws: `std::bad_alloc`. Rule: the API's page, A4, "GET /organizations".
[[nodiscard]] inline tl::expected<PageRequest, RequestError>
read_organization_list(const QueryString& query) {
  auto page = parse_page_request(query, PagingRefusal::unprocessable);
  if (!page) return page;
  for (const std::string_view name : {"domains", "search"}) {
    if (!query.find_all(name).empty()) {
      return tl::unexpected<RequestError>(refused_parameter(name, PagingRefusal::unprocessable));
    }
  }
  return page;
}

}  // namespace wire
}  // namespace v0
}  // namespace membership

#endif
