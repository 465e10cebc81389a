// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_PAGING_HPP
#define MEMBERSHIP_WIRE_PAGING_HPP

#include "membership/wire/field_rule.hpp"
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

/// The order in which a list is shown.
enum class ListOrder : std::uint8_t {
  asc,     ///< oldest first
  desc,    ///< newest first
  normal,  ///< rows as `desc`, but `before` asks for older and `after` for newer ones
};

/// The spelling in a query string.
[[nodiscard]] constexpr std::string_view to_string(ListOrder order) noexcept {
  switch (order) {
    case ListOrder::asc: return "asc";
    case ListOrder::desc: return "desc";
    case ListOrder::normal: return "normal";
  }
  return "desc";
}

/// How a list answers a bad parameter: memberships with 400 and a message, all other lists with
/// 422 and an entry.
enum class PagingRefusal : std::uint8_t { bad_request, unprocessable };

/// Which page of a list is asked for. The cursors are ids, not yet looked up.
struct PageRequest {
  static constexpr std::uint32_t default_limit = 10;
  static constexpr std::uint32_t max_limit = 100;

  std::uint32_t limit = default_limit;
  ListOrder order = ListOrder::desc;
  std::optional<std::string> before{};
  std::optional<std::string> after{};
};

/// The refusal of a bad parameter of a list, cursors that are found to be unknown later included.
[[nodiscard]] inline RequestError refused_parameter(std::string_view name, PagingRefusal refusal) {
  ErrorEntry entry = field_error(name, FieldRule::invalid);
  if (name == "limit") entry.message = "Limit should be an integer from 1 to 100.";
  if (name == "order") entry.message = "Order should be one of asc, desc, normal.";
  if (name == "statuses") entry.message = "Statuses should be some of active, inactive, pending.";
  if (refusal == PagingRefusal::unprocessable) return validation_failed(std::move(entry));
  return RequestError{400, "invalid_request_parameters", std::move(entry.message)};
}

/// Reads `limit`, `order`, `before` and `after` of a query.
/// Errors, in this order: `limit` is not 1 to 100 in decimal digits, `order` is none of the three.
/// Complexity: linear in the query. Throws: `std::bad_alloc`.
/// See docs/http.md, "Every call".
[[nodiscard]] inline tl::expected<PageRequest, RequestError>
parse_page_request(const QueryString& query, PagingRefusal refusal,
                   ListOrder default_order = ListOrder::desc) {
  tl::expected<PageRequest, RequestError> page(tl::in_place);
  page->order = default_order;
  if (const auto limit = query.find("limit")) {
    std::uint32_t value = 0;
    for (const char c : *limit) {
      if (c < '0' || c > '9' || value > PageRequest::max_limit) {
        return tl::unexpected<RequestError>(refused_parameter("limit", refusal));
      }
      value = value * 10 + static_cast<std::uint32_t>(c - '0');
    }
    if (value < 1 || value > PageRequest::max_limit) {
      return tl::unexpected<RequestError>(refused_parameter("limit", refusal));
    }
    page->limit = value;
  }
  if (const auto order = query.find("order")) {
    if (*order == "asc") {
      page->order = ListOrder::asc;
    } else if (*order == "desc") {
      page->order = ListOrder::desc;
    } else if (*order == "normal") {
      page->order = ListOrder::normal;
    } else {
      return tl::unexpected<RequestError>(refused_parameter("order", refusal));
    }
  }
  if (const auto before = query.find("before")) page->before.emplace(*before);
  if (const auto after = query.find("after")) page->after.emplace(*after);
  return page;
}

}  // namespace wire
}  // namespace membership::inline v0

#endif
