// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_MEMORY_PAGING_HPP
#define MEMBERSHIP_STORE_MEMORY_PAGING_HPP

#include "membership/policy/query.hpp"
#include "membership/policy/rows.hpp"
#include "membership/store/memory/ordered_index.hpp"

#include <cstddef>
#include <cstdint>

namespace membership::inline v0 {
namespace detail {

/// Where a page begins in an ordered index.
template <class I, class IdOf>
OrderedIndex::Position page_begin(const OrderedIndex& index, const OrderedIndex::Nodes& nodes,
                                  const Page<I>& page, const IdOf& id_of) {
  if (page.direction == Direction::ascending) {
    if (!page.after) return index.first();
    const IdView<I> after = view_of(*page.after);
    return index.lower_bound(nodes, [&](std::uint32_t number) { return !(after < id_of(number)); });
  }
  if (!page.after) return index.last(nodes);
  const IdView<I> after = view_of(*page.after);
  const auto at =
      index.lower_bound(nodes, [&](std::uint32_t number) { return id_of(number) < after; });
  return at ? OrderedIndex::previous(nodes, at) : index.last(nodes);
}

/// Walks a page: `show(number)` says whether the entry is a row; it is called once more for
/// nothing but the question, with `false`, when the page is full.
template <class I, class IdOf, class Show>
bool walk(const OrderedIndex::Nodes& nodes, OrderedIndex::Position at, const Page<I>& page,
          const IdOf& id_of, Show&& show) {
  const bool ascending = page.direction == Direction::ascending;
  std::size_t shown = 0;
  while (at) {
    const OrderNode& node = nodes[at.node];
    // From `at` to the end of the node, or to its beginning.
    for (std::uint32_t left = ascending ? node.count - at.at : at.at + 1; left > 0; --left) {
      const std::uint32_t number = node.entries[ascending ? node.count - left : left - 1];
      if (page.until) {
        const IdView<I> until = view_of(*page.until);
        if (!(ascending ? id_of(number) < until : until < id_of(number))) return false;
      }
      const bool full = shown == page.limit;
      if (show(number, !full)) {
        if (full) return true;
        ++shown;
      }
    }
    at = ascending ? OrderedIndex::after(node) : OrderedIndex::before(nodes, node);
  }
  return false;
}

}  // namespace detail
}  // namespace membership::inline v0

#endif
