// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_PAGE_WALK_HPP
#define MEMBERSHIP_WIRE_PAGE_WALK_HPP

#include "membership/domain/id.hpp"
#include "membership/domain/parse.hpp"
#include "membership/policy/query.hpp"
#include "membership/wire/paging.hpp"
#include "membership/wire/request_error.hpp"

#include <tl/expected.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace wire {

/// A page of a list that is asked for, with its cursors looked up.
template <class I>
struct PagePosition {
  std::uint32_t limit = PageRequest::default_limit;
  ListOrder order = ListOrder::desc;
  std::optional<I> before{};
  std::optional<I> after{};
};

/// Looks the cursors of a page up. `exists(const I&)` says whether there is a row with this id, in
/// whatever list. An id in the form that we mint stands for its time, also when its row is gone,
/// and is not asked for.
/// Errors: `before` or else `after` names no position.
/// Complexity: at most two calls of `exists`. Throws: what it throws, `std::bad_alloc`.
template <TextId I, class Exists>
[[nodiscard]] tl::expected<PagePosition<I>, RequestError>
find_position(const PageRequest& request, PagingRefusal refusal, Exists&& exists) {
  tl::expected<PagePosition<I>, RequestError> position(tl::in_place);
  position->limit = request.limit;
  position->order = request.order;
  const auto find = [&exists](const std::optional<std::string>& text, std::optional<I>& cursor) {
    if (!text) return true;
    const auto id = I::make(*text);
    if (!id || !(is_minted_form(*text, I::tag::prefix) || exists(*id))) return false;
    cursor.emplace(*id);
    return true;
  };
  if (!find(request.before, position->before)) {
    return tl::unexpected<RequestError>(refused_parameter("before", refusal));
  }
  if (!find(request.after, position->after)) {
    return tl::unexpected<RequestError>(refused_parameter("after", refusal));
  }
  return position;
}

/// Rows that a store showed, and whether more of them follow in the direction that it went.
template <class Row>
struct Rows {
  std::vector<Row> rows{};
  bool more = false;
};

/// A page as it is answered: the rows in the order of the list, and its `list_metadata`.
template <class Row, class I>
struct ListPage {
  std::vector<Row> rows{};
  std::optional<I> before{};
  std::optional<I> after{};
};

/// Reads a page of a list that a store shows in the order of ids, in either direction.
///
/// `fetch(const Page<I>&)` asks the store and returns `tl::expected<Rows<Row>, Failure>`; a row
/// names its id by a member `id`. It is asked once for the page and at most once for each end of
/// it, with the limit 1, whether there are rows beyond.
/// Errors: those of `fetch`.
/// See docs/http.md, "Every call".
template <class I, class Fetch>
[[nodiscard]] auto walk_page(const PagePosition<I>& position, Fetch&& fetch) {
  using Fetched = std::invoke_result_t<Fetch&, const Page<I>&>;
  using Failure = typename Fetched::error_type;
  using Row = typename decltype(Fetched::value_type::rows)::value_type;
  using Result = tl::expected<ListPage<Row, I>, Failure>;

  // `normal` is `desc` with the two ends called by each other's name.
  const bool swapped = position.order == ListOrder::normal;
  const std::optional<I>& before = swapped ? position.after : position.before;
  const std::optional<I>& after = swapped ? position.before : position.after;
  const Direction along =
      position.order == ListOrder::asc ? Direction::ascending : Direction::descending;
  const Direction against =
      along == Direction::ascending ? Direction::descending : Direction::ascending;
  // With both cursors the page begins next to the one that the request calls `after`.
  const bool from_before = before && (!after || swapped);

  Page<I> page;
  page.limit = position.limit;
  page.direction = from_before ? against : along;
  page.after = from_before ? before : after;
  page.until = from_before ? after : before;
  Fetched fetched = fetch(page);
  if (!fetched) return Result(tl::unexpect, std::move(fetched.error()));
  Result result(tl::in_place);
  result->rows = std::move(fetched->rows);
  if (result->rows.empty()) return result;
  if (from_before) std::reverse(result->rows.begin(), result->rows.end());

  // An end at which no cursor was given is an end of the list, unless the page was full.
  const auto beyond = [&](const I& id, Direction direction, bool is_far, bool has_cursor,
                          std::optional<I>& out) -> std::optional<Failure> {
    bool more = is_far && fetched->more;
    if (!more && has_cursor) {
      Page<I> next;
      next.limit = 1;
      next.direction = direction;
      next.after = id;
      Fetched probe = fetch(next);
      if (!probe) return std::move(probe.error());
      more = !probe->rows.empty();
    }
    if (more) out.emplace(id);
    return std::nullopt;
  };
  const I first = result->rows.front().id;
  const I last = result->rows.back().id;
  auto failure = beyond(first, against, from_before, after.has_value(),
                        swapped ? result->after : result->before);
  if (!failure) {
    failure = beyond(last, along, !from_before, before.has_value(),
                     swapped ? result->before : result->after);
  }
  if (failure) return Result(tl::unexpect, std::move(*failure));
  return result;
}

}  // namespace wire
}  // namespace membership::inline v0

#endif
