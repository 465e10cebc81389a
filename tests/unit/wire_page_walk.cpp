// SPDX-License-Identifier: BSL-1.0

// Plan
//   walk_page: lists of 0 to 6 rows, every order, limit and pair of cursors, also of rows that
//     are gone, against A2 spelled out                              -> every_page
//   walk_page: how often the store is asked                         -> questions
//   walk_page: a failure of the store at each question              -> failures
//   find_position: known, minted and other ids, both refusals       -> positions

#include "membership/domain/traits.hpp"
#include "membership/policy/query.hpp"
#include "membership/wire/page_walk.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace membership;
using wire::ListOrder;

BOOST_AUTO_TEST_SUITE(wire_page_walk)

namespace {

struct Row {
  int id;
};
using Fetched = tl::expected<wire::Rows<Row>, std::string>;

/// A store as they have to be: rows in the order of ids, in either direction.
struct Store {
  std::vector<int> rows;  ///< ascending
  int questions = 0;
  int fails_at = 0;

  Fetched operator()(const Page<int>& page) {
    if (++questions == fails_at) return tl::unexpected<std::string>("failed");
    Fetched fetched(tl::in_place);
    std::vector<int> order = rows;
    const bool ascending = page.direction == Direction::ascending;
    if (!ascending) std::reverse(order.begin(), order.end());
    for (const int row : order) {
      if (page.after && !(ascending ? *page.after < row : row < *page.after)) continue;
      if (page.until && !(ascending ? row < *page.until : *page.until < row)) break;
      if (fetched->rows.size() == page.limit) {
        fetched->more = true;
        break;
      }
      fetched->rows.push_back({row});
    }
    return fetched;
  }
};

/// What A2 says, spelled out over the whole list.
struct Expected {
  std::vector<int> rows;
  std::optional<int> before;
  std::optional<int> after;
};

Expected expected(const std::vector<int>& ascending, const wire::PagePosition<int>& position) {
  std::vector<int> list = ascending;
  if (position.order != ListOrder::asc) std::reverse(list.begin(), list.end());
  const auto precedes = [&](int a, int b) {
    return position.order == ListOrder::asc ? a < b : a > b;
  };
  const bool normal = position.order == ListOrder::normal;
  Expected page;
  for (const int row : list) {
    // `after`: rows that follow it; of `normal`, newer ones. `before` likewise.
    if (position.after && !(normal ? row > *position.after : precedes(*position.after, row))) {
      continue;
    }
    if (position.before && !(normal ? row < *position.before : precedes(row, *position.before))) {
      continue;
    }
    page.rows.push_back(row);
  }
  if (page.rows.size() > position.limit) {
    // The nearest to the cursor; with both, to `after`; without any, the first.
    bool keep_end = position.before && !position.after;
    if (normal) keep_end = position.after.has_value();
    const auto limit = static_cast<std::ptrdiff_t>(position.limit);
    if (keep_end) {
      page.rows.erase(page.rows.begin(), page.rows.end() - limit);
    } else {
      page.rows.erase(page.rows.begin() + limit, page.rows.end());
    }
  }
  if (page.rows.empty()) return page;
  if (page.rows.front() != list.front()) page.before = page.rows.front();
  if (page.rows.back() != list.back()) page.after = page.rows.back();
  if (normal) {
    std::swap(page.before, page.after);
  }
  return page;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_page) {
  std::size_t pages = 0;
  for (int size = 0; size <= 6; ++size) {
    Store store;
    for (int i = 1; i <= size; ++i) store.rows.push_back(10 * i);
    std::vector<std::optional<int>> cursors = {std::nullopt};
    for (int cursor = 5; cursor <= 10 * size + 5; cursor += 5) cursors.push_back(cursor);
    for (const ListOrder order : {ListOrder::asc, ListOrder::desc, ListOrder::normal}) {
      for (const auto& before : cursors) {
        for (const auto& after : cursors) {
          for (const std::uint32_t limit : {1u, 2u, 3u, 6u, 100u}) {
            const wire::PagePosition<int> position{limit, order, before, after};
            const auto page = wire::walk_page(position, store);
            BOOST_TEST_REQUIRE(page.has_value());
            const Expected wanted = expected(store.rows, position);
            std::vector<int> rows;
            for (const Row& row : page->rows) rows.push_back(row.id);
            const bool good =
                rows == wanted.rows && page->before == wanted.before && page->after == wanted.after;
            if (!good) {
              BOOST_ERROR("size " << size << ", " << to_string(order) << ", limit " << limit
                                  << ", before " << before.value_or(0) << ", after "
                                  << after.value_or(0));
            }
            ++pages;
          }
        }
      }
    }
  }
  BOOST_TEST(pages > 5000u);
}

BOOST_AUTO_TEST_CASE(questions) {
  const auto asked = [](const wire::PagePosition<int>& position) {
    Store store{{10, 20, 30, 40, 50}};
    BOOST_TEST(wire::walk_page(position, std::ref(store)).has_value());
    return store.questions;
  };
  BOOST_TEST(asked({2, ListOrder::desc, {}, {}}) == 1);
  BOOST_TEST(asked({100, ListOrder::asc, {}, {}}) == 1);
  BOOST_TEST(asked({2, ListOrder::desc, {}, 40}) == 2);
  BOOST_TEST(asked({2, ListOrder::desc, 10, {}}) == 2);
  BOOST_TEST(asked({100, ListOrder::normal, 50, 10}) == 3);
  BOOST_TEST(asked({100, ListOrder::desc, {}, 10}) == 1);
}

BOOST_AUTO_TEST_CASE(failures) {
  for (int at = 1; at <= 3; ++at) {
    Store store{{10, 20, 30}};
    store.fails_at = at;
    const auto page =
        wire::walk_page(wire::PagePosition<int>{5, ListOrder::asc, 30, 10}, std::ref(store));
    BOOST_TEST_REQUIRE(!page.has_value());
    BOOST_TEST(page.error() == "failed");
    BOOST_TEST(store.questions == at);
  }
}

BOOST_AUTO_TEST_CASE(positions) {
  const auto known = [](const MembershipId& id) { return id.view() == "mine"; };
  const auto find = [&](std::optional<std::string> before, std::optional<std::string> after) {
    wire::PageRequest request{7, ListOrder::normal, std::move(before), std::move(after)};
    return wire::find_position<MembershipId>(request, wire::PagingRefusal::unprocessable, known);
  };
  const std::string minted = "om_01ARZ3NDEKTSV4RRFFQ69G5FAV";
  const auto found = find("mine", minted);
  BOOST_TEST_REQUIRE(found.has_value());
  BOOST_TEST(found->limit == 7u);
  BOOST_TEST((found->order == ListOrder::normal));
  BOOST_TEST(found->before->view() == "mine");
  BOOST_TEST(found->after->view() == minted);
  BOOST_TEST(!find(std::nullopt, std::nullopt)->before.has_value());
  for (const std::string bad : {"other", "om_", "org_01ARZ3NDEKTSV4RRFFQ69G5FAV",
                                "om_81ARZ3NDEKTSV4RRFFQ69G5FAV", "om_01arz3ndektsv4rrffq69g5fav"}) {
    BOOST_TEST(find(bad, bad).error().errors.at(0).code == "before_invalid");
    BOOST_TEST(find(minted, bad).error().errors.at(0).code == "after_invalid");
  }
  BOOST_TEST(!find(std::string(64, 'x'), std::nullopt).has_value());
  BOOST_TEST(!find(std::string("mine\0", 5), std::nullopt).has_value());
  wire::PageRequest request;
  request.after = "other";
  const auto refused =
      wire::find_position<MembershipId>(request, wire::PagingRefusal::bad_request, known);
  BOOST_TEST(refused.error().status == 400);
  BOOST_TEST(refused.error().message == "After is invalid.");
}

BOOST_AUTO_TEST_SUITE_END()
