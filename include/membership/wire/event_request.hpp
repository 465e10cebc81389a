// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_EVENT_REQUEST_HPP
#define MEMBERSHIP_WIRE_EVENT_REQUEST_HPP

#include "membership/domain/parse.hpp"
#include "membership/domain/time.hpp"
#include "membership/domain/ulid.hpp"
#include "membership/policy/query.hpp"
#include "membership/wire/event_object.hpp"
#include "membership/wire/page_walk.hpp"
#include "membership/wire/paging.hpp"
#include "membership/wire/query_string.hpp"
#include "membership/wire/request_error.hpp"
#include "membership/wire/time_text.hpp"

#include <tl/expected.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace wire {

/// Which events a query asks for, and which page of them.
struct EventListRequest {
  EventTypes types{};
  std::optional<std::string> organization_id{};
  std::optional<Time> range_start{};  ///< at or after
  std::optional<Time> range_end{};    ///< before
  PageRequest page{};
};

/// The refusal of a bad parameter of the events, whose entry names the parameter as well.
/// Throws: `std::bad_alloc`.
[[nodiscard]] inline RequestError refused_event_parameter(std::string_view name) {
  RequestError error = refused_parameter(name, PagingRefusal::unprocessable);
  error.errors.front().field = name;
  return error;
}

/// The id of an event in the API's form, `event_` and its 26 characters, or nothing.
[[nodiscard]] constexpr std::optional<EventId> parse_event_id(std::string_view text) noexcept {
  if (text.substr(0, event_id_prefix.size()) != event_id_prefix) return std::nullopt;
  const std::optional<Ulid> value = parse_ulid(text.substr(event_id_prefix.size()));
  return value ? std::optional<EventId>(EventId{*value}) : std::nullopt;
}

namespace detail {
/// Whether a time is none or one.
inline bool read_time(const QueryString& query, std::string_view name, std::optional<Time>& time) {
  const auto text = query.find(name);
  if (!text) return true;
  const auto milliseconds = parse_time(*text);
  if (milliseconds) time = Time::from_milliseconds(*milliseconds);
  return milliseconds.has_value();
}
}  // namespace detail

/// Reads the query of "list events". Names of events that there are not match nothing. Without
/// `order` the oldest come first.
/// Errors, in this order: 400 `invalid_events_request` without `events`; 422 `limit_invalid`,
/// `order_invalid`, `range_start_invalid`, `range_end_invalid`.
/// Throws: `std::bad_alloc`. See docs/http.md, "Events".
[[nodiscard]] inline tl::expected<EventListRequest, RequestError>
read_event_list(const QueryString& query) {
  const std::vector<std::string_view> names = query.find_all("events");
  if (names.empty()) {
    return tl::unexpected<RequestError>(
        RequestError{400, "invalid_events_request", "At least one event is required in 'events'."});
  }
  tl::expected<EventListRequest, RequestError> request(tl::in_place);
  for (const std::string_view name : names) {
    if (const auto type = parse_event_type(name)) request->types.insert(*type);
  }
  auto page = parse_page_request(query, PagingRefusal::unprocessable, ListOrder::asc);
  if (!page) {
    page.error().errors.front().field =
        page.error().errors.front().code == "limit_invalid" ? "limit" : "order";
    return tl::unexpected<RequestError>(std::move(page.error()));
  }
  request->page = std::move(*page);
  if (!detail::read_time(query, "range_start", request->range_start)) {
    return tl::unexpected<RequestError>(refused_event_parameter("range_start"));
  }
  if (!detail::read_time(query, "range_end", request->range_end)) {
    return tl::unexpected<RequestError>(refused_event_parameter("range_end"));
  }
  if (const auto organization = query.find("organization_id")) {
    request->organization_id.emplace(*organization);
  }
  return request;
}

/// Looks the cursors of a page of events up. `holds(EventId)` says whether the log has, or has had,
/// this event.
/// Errors, 422, in this order: `before_invalid`, `after_invalid`.
/// Complexity: at most two calls of `holds`. Throws: what it throws, `std::bad_alloc`.
/// See docs/http.md, "Events".
template <class Holds>
[[nodiscard]] tl::expected<PagePosition<EventId>, RequestError>
find_event_position(const PageRequest& request, Holds&& holds) {
  tl::expected<PagePosition<EventId>, RequestError> position(tl::in_place);
  position->limit = request.limit;
  position->order = request.order;
  const auto find = [&holds](const std::optional<std::string>& text,
                             std::optional<EventId>& cursor) {
    if (!text) return true;
    cursor = parse_event_id(*text);
    return cursor && holds(*cursor);
  };
  if (!find(request.before, position->before)) {
    return tl::unexpected<RequestError>(refused_event_parameter("before"));
  }
  if (!find(request.after, position->after)) {
    return tl::unexpected<RequestError>(refused_event_parameter("after"));
  }
  return position;
}

}  // namespace wire
}  // namespace membership::inline v0

#endif
