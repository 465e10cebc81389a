// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_MEMORY_PAGING_HPP
#define MEMBERSHIP_STORE_MEMORY_PAGING_HPP

#include "membership/domain/organization_domain.hpp"
#include "membership/policy/query.hpp"
#include "membership/policy/rows.hpp"
#include "membership/store/memory/ordered_index.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace membership {
inline namespace v0 {
namespace detail {

template <class T>
bool fits(const BasicMembershipFilter<T>& filter, Status status, RoleSet roles) noexcept {
  return filter.statuses.contains(status) && (!filter.holder || roles.contains(*filter.holder)) &&
         (!filter.several_roles || roles.several());
}
template <class I>
bool within(const Page<I>& page, const I& id) noexcept {
  const bool ascending = page.direction == Direction::ascending;
  if (page.after && !(ascending ? *page.after < id : id < *page.after)) return false;
  return !page.until || (ascending ? id < *page.until : *page.until < id);
}

/// Sorts ids, by merging.
template <class I>
void sort_ids(std::vector<I>& ids) {
  std::vector<I> merged(ids);
  const std::size_t size = ids.size();
  for (std::size_t width = 1; width < size; width *= 2) {
    for (std::size_t begin = 0; begin < size; begin += 2 * width) {
      const std::size_t middle = size - begin < width ? size : begin + width;
      const std::size_t end = size - middle < width ? size : middle + width;
      std::size_t left = begin;
      std::size_t right = middle;
      for (std::size_t at = begin; at < end; ++at) {
        const bool from_left = right == end || (left < middle && !(ids[right] < ids[left]));
        merged[at] = ids[from_left ? left++ : right++];
      }
    }
    ids.swap(merged);
  }
}

/// Whether a text has another in it, ASCII letters in any case.
inline bool has_part(std::string_view text, std::string_view part) noexcept {
  for (std::size_t at = 0; at + part.size() <= text.size(); ++at) {
    if (same_domain(text.substr(at, part.size()), part)) return true;
  }
  return false;
}

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
}  // namespace v0
}  // namespace membership

#endif
