// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_MEMORY_ORDERED_INDEX_HPP
#define MEMBERSHIP_STORE_MEMORY_ORDERED_INDEX_HPP

#include "membership/store/memory/slab.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace membership::inline v0 {
namespace detail {

/// A node of an ordered index: one cache line.
struct OrderNode {
  static constexpr std::uint32_t room = 13;
  std::uint32_t entries[room];
  std::uint32_t count;
  std::uint32_t previous;
  union {
    std::uint32_t next;
    std::uint32_t next_free;
  };
};

/// Record numbers in the order of their ids: a list of small nodes, and a directory of the nodes
/// for searching. The record knows its node: going on from it searches nothing, deleting it only
/// where the node is empty then. Appending at the end, the usual case, fills nodes completely.
///
/// `Records` has `bool less(number, number)` and `std::uint32_t& node(number)`.
class OrderedIndex {
 public:
  using Nodes = Slab<OrderNode>;
  static constexpr std::uint32_t none = Nodes::none;

  struct Position {
    std::uint32_t node = none;
    std::uint32_t at = 0;
    explicit operator bool() const noexcept { return node != none; }
  };

  /// Makes sure that `count` insertions in a row succeed. May throw std::bad_alloc; false where
  /// the slab is full.
  [[nodiscard]] bool reserve(Nodes& nodes, std::uint32_t count) {
    if (!nodes.reserve(count)) return false;
    const std::size_t needed = directory_.size() + count;
    if (needed > directory_.capacity()) directory_.reserve(needed + needed / 2);
    return true;
  }

  /// Preconditions: room was reserved.
  template <class Records>
  void insert(Nodes& nodes, Records& records, std::uint32_t number) noexcept {
    if (directory_.empty()) {
      add_node(nodes, 0);
      put(nodes, records, directory_[0], 0, number);
      return;
    }
    std::size_t place = directory_.size() - 1;
    const OrderNode& last = nodes[directory_[place]];
    if (records.less(last.entries[last.count - 1], number)) {
      if (last.count == OrderNode::room) add_node(nodes, ++place);
      put(nodes, records, directory_[place], nodes[directory_[place]].count, number);
      return;
    }
    place = node_before(nodes, [&](std::uint32_t entry) { return records.less(entry, number); });
    if (nodes[directory_[place]].count == OrderNode::room) {
      split(nodes, records, place);
      if (records.less(nodes[directory_[place + 1]].entries[0], number)) ++place;
    }
    const std::uint32_t node = directory_[place];
    std::uint32_t at = 0;
    while (at < nodes[node].count && records.less(nodes[node].entries[at], number)) ++at;
    put(nodes, records, node, at, number);
  }

  template <class Records>
  void erase(Nodes& nodes, Records& records, std::uint32_t number) noexcept {
    const std::uint32_t index = records.node(number);
    OrderNode& node = nodes[index];
    if (node.count == 1) {
      const std::size_t place =
          node_before(nodes, [&](std::uint32_t entry) { return records.less(entry, number); });
      // The node that begins with this entry is the one found or the next.
      drop_node(nodes, directory_[place] == index ? place : place + 1);
      return;
    }
    std::uint32_t at = 0;
    while (node.entries[at] != number) ++at;
    for (--node.count; at < node.count; ++at) node.entries[at] = node.entries[at + 1];
  }

  Position first() const noexcept {
    return directory_.empty() ? Position{} : Position{directory_.front(), 0};
  }
  Position last(const Nodes& nodes) const noexcept {
    return directory_.empty() ? Position{}
                              : Position{directory_.back(), nodes[directory_.back()].count - 1};
  }
  static Position next(const Nodes& nodes, Position position) noexcept {
    const OrderNode& node = nodes[position.node];
    if (position.at + 1 < node.count) return {position.node, position.at + 1};
    return after(node);
  }
  static Position previous(const Nodes& nodes, Position position) noexcept {
    if (position.at > 0) return {position.node, position.at - 1};
    return before(nodes, nodes[position.node]);
  }
  /// The first entry after a node, the last one before it.
  static Position after(const OrderNode& node) noexcept { return {node.next, 0}; }
  static Position before(const Nodes& nodes, const OrderNode& node) noexcept {
    if (node.previous == none) return {};
    return {node.previous, nodes[node.previous].count - 1};
  }
  static std::uint32_t entry(const Nodes& nodes, Position position) noexcept {
    return nodes[position.node].entries[position.at];
  }

  /// The first entry for which `comes_before(entry)` does not hold; none where it holds for all.
  template <class ComesBefore>
  Position lower_bound(const Nodes& nodes, ComesBefore&& comes_before) const noexcept {
    if (directory_.empty()) return {};
    Position position{directory_[node_before(nodes, comes_before)], 0};
    while (position && comes_before(entry(nodes, position))) position = next(nodes, position);
    return position;
  }

 private:
  /// The place in the directory of the last node whose first entry comes before, or 0.
  template <class ComesBefore>
  std::size_t node_before(const Nodes& nodes, ComesBefore&& comes_before) const noexcept {
    std::size_t low = 0;
    std::size_t high = directory_.size();
    while (high - low > 1) {
      const std::size_t middle = low + (high - low) / 2;
      if (comes_before(nodes[directory_[middle]].entries[0])) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  template <class Records>
  static void put(Nodes& nodes, Records& records, std::uint32_t index, std::uint32_t at,
                  std::uint32_t number) noexcept {
    OrderNode& node = nodes[index];
    for (std::uint32_t i = node.count; i > at; --i) node.entries[i] = node.entries[i - 1];
    node.entries[at] = number;
    ++node.count;
    records.node(number) = index;
  }

  void add_node(Nodes& nodes, std::size_t place) noexcept {
    const std::uint32_t index = nodes.take();
    OrderNode& node = nodes[index];
    node.count = 0;
    node.previous = place == 0 ? none : directory_[place - 1];
    node.next = place == directory_.size() ? none : directory_[place];
    if (node.previous != none) nodes[node.previous].next = index;
    if (node.next != none) nodes[node.next].previous = index;
    directory_.insert(directory_.begin() + static_cast<std::ptrdiff_t>(place), index);
  }

  void drop_node(Nodes& nodes, std::size_t place) noexcept {
    const std::uint32_t index = directory_[place];
    const OrderNode& node = nodes[index];
    if (node.previous != none) nodes[node.previous].next = node.next;
    if (node.next != none) nodes[node.next].previous = node.previous;
    directory_.erase(directory_.begin() + static_cast<std::ptrdiff_t>(place));
    nodes.give_back(index);
  }

  template <class Records>
  void split(Nodes& nodes, Records& records, std::size_t place) noexcept {
    add_node(nodes, place + 1);
    OrderNode& full = nodes[directory_[place]];
    OrderNode& fresh = nodes[directory_[place + 1]];
    const std::uint32_t kept = full.count / 2;
    for (std::uint32_t i = kept; i < full.count; ++i) {
      fresh.entries[fresh.count++] = full.entries[i];
      records.node(full.entries[i]) = directory_[place + 1];
    }
    full.count = kept;
  }

  std::vector<std::uint32_t> directory_;
};

}  // namespace detail
}  // namespace membership::inline v0

#endif
