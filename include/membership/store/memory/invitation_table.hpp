// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_MEMORY_INVITATION_TABLE_HPP
#define MEMBERSHIP_STORE_MEMORY_INVITATION_TABLE_HPP

#include "membership/domain/digest.hpp"
#include "membership/domain/hash.hpp"
#include "membership/domain/invitation.hpp"
#include "membership/domain/profile.hpp"
#include "membership/policy/query.hpp"
#include "membership/policy/slot.hpp"
#include "membership/store/memory/index_table.hpp"
#include "membership/store/memory/ordered_index.hpp"
#include "membership/store/memory/slab.hpp"
#include "membership/store/owned/filters.hpp"
#include "membership/store/owned/owned_texts.hpp"
#include "membership/store/owned/shared_lock.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace membership::inline v0 {
namespace detail {

/// The orders in which invitations are listed: all of them, those of an organization one after
/// another, those of an address, and the open ones.
enum class InvitationOrder : std::uint8_t { all, organization, email, open };
inline constexpr std::size_t invitation_order_count = 4;

template <class T>
struct InvitationRecord {
  Slot<BasicInvitationState<T>> state;  ///< empty where the record is not in use
  OwnedProfile* profile = nullptr;
  std::uint32_t nodes[invitation_order_count]{};
  std::uint32_t next_free = 0;

  InvitationRecord() noexcept = default;
  InvitationRecord(const InvitationRecord&) = delete;
  InvitationRecord& operator=(const InvitationRecord&) = delete;
  ~InvitationRecord() { delete profile; }

  std::string_view email() const noexcept { return (**profile).texts[Text::email]; }
  bool is_open() const noexcept { return state->status == InvitationStatus::pending; }
};

/// Invitations, and how they are found. One lock guards all of it.
template <class T>
class InvitationTable {
 public:
  static constexpr std::uint32_t none = IndexTable::none;
  using Record = InvitationRecord<T>;
  using Organization = std::optional<typename T::OrganizationId>;

  mutable SharedLock lock;

  Record& operator[](std::uint32_t number) noexcept { return records_[number]; }
  const Record& operator[](std::uint32_t number) const noexcept { return records_[number]; }

  std::uint32_t find(const typename T::InvitationId& id) const {
    return by_id_.find(hash_of(id), [&](std::uint32_t at) { return records_[at].state->id == id; });
  }
  std::uint32_t find(const TokenDigest& token) const {
    return by_token_.find(hash_of(token),
                          [&](std::uint32_t at) { return records_[at].state->token == token; });
  }
  /// The open invitation of an address.
  std::uint32_t find_open(const Organization& organization, const EmailKey& email) const {
    return by_address_.find(hash_of(organization, email), [&](std::uint32_t at) {
      return records_[at].state->organization == organization &&
             EmailKey::folded(records_[at].email()) == email;
    });
  }
  /// An open invitation that is about a user's membership.
  std::uint32_t find_open(const typename T::OrganizationId& organization,
                          const typename T::UserId& user) const {
    return by_member_.find(hash_of(organization, user), [&](std::uint32_t at) {
      const BasicInvitationState<T>& state = *records_[at].state;
      return state.organization == organization && state.user == user;
    });
  }

  /// Makes sure that `count` calls of `take` and as many of `link` in a row succeed. May throw
  /// std::bad_alloc; false where a slab is full.
  [[nodiscard]] bool reserve(std::uint32_t count) {
    for (IndexTable* const table : {&by_id_, &by_token_, &by_address_, &by_member_}) {
      table->reserve(count);
    }
    for (OrderedIndex& order : orders_) {
      if (!order.reserve(nodes_, count * invitation_order_count)) return false;
    }
    return records_.reserve(count);
  }
  std::uint32_t take() noexcept { return records_.take(); }
  /// Gives a record back that is not linked.
  void free(std::uint32_t number) noexcept {
    delete std::exchange(records_[number].profile, nullptr);
    records_[number].state.clear();
    records_.give_back(number);
  }

  /// Makes a record found, by what it is now. Preconditions: room was reserved.
  void link(std::uint32_t number) noexcept {
    for_each_key(number,
                 [number](IndexTable& table, std::uint32_t hash) { table.insert(hash, number); });
    for_each_order(number,
                   [&](OrderedIndex& index, Order order) { index.insert(nodes_, order, number); });
  }
  /// The contrary, before it is changed.
  void unlink(std::uint32_t number) noexcept {
    for_each_order(number,
                   [&](OrderedIndex& index, Order order) { index.erase(nodes_, order, number); });
    for_each_key(number,
                 [number](IndexTable& table, std::uint32_t hash) { table.erase(hash, number); });
  }

  /// Whether a filter shows an invitation.
  static bool fits(const BasicInvitationFilter<T>& filter, const Record& record) noexcept {
    return detail::fits(filter, *record.state, record.email());
  }

  /// Calls `show(number)` for the invitations of a page, in its order; whether more follow.
  template <class Show>
  bool walk(const BasicInvitationFilter<T>& filter, const Page<typename T::InvitationId>& page,
            Show&& show) const {
    const bool ascending = page.direction == Direction::ascending;
    const InvitationOrder which = order_of(filter);
    OrderedIndex::Position at = begin(filter, which, page);
    std::size_t shown = 0;
    while (at) {
      const std::uint32_t number = OrderedIndex::entry(nodes_, at);
      const Record& record = records_[number];
      if (compare(filter, which, record) != 0) break;
      if (page.until) {
        const auto& id = record.state->id;
        if (!(ascending ? id < *page.until : *page.until < id)) break;
      }
      if (fits(filter, record)) {
        if (shown == page.limit) return true;
        show(number);
        ++shown;
      }
      at = ascending ? OrderedIndex::next(nodes_, at) : OrderedIndex::previous(nodes_, at);
    }
    return false;
  }

 private:
  /// How an ordered index sees the records that it orders.
  struct Order {
    InvitationTable& table;
    InvitationOrder which;
    bool less(std::uint32_t a, std::uint32_t b) const noexcept {
      const Record& left = table.records_[a];
      const Record& right = table.records_[b];
      const int order = compare_groups(which, left, right);
      return order != 0 ? order < 0 : left.state->id < right.state->id;
    }
    std::uint32_t& node(std::uint32_t number) const noexcept {
      return table.records_[number].nodes[static_cast<std::size_t>(which)];
    }
  };

  static int compare_groups(InvitationOrder which, const Record& a, const Record& b) noexcept {
    switch (which) {
      case InvitationOrder::organization:
        return order_of(a.state->organization, b.state->organization);
      case InvitationOrder::email:
        return EmailKey::folded(a.email()).view().compare(EmailKey::folded(b.email()).view());
      case InvitationOrder::all:
      case InvitationOrder::open: break;
    }
    return 0;
  }
  /// Where a record's group stands to that of a filter: before it, in it, behind it.
  static int compare(const BasicInvitationFilter<T>& filter, InvitationOrder which,
                     const Record& record) noexcept {
    switch (which) {
      case InvitationOrder::organization:
        return order_of(record.state->organization, filter.organization);
      case InvitationOrder::email:
        return EmailKey::folded(record.email()).view().compare(filter.email->view());
      case InvitationOrder::all:
      case InvitationOrder::open: break;
    }
    return 0;
  }
  static int order_of(const Organization& a, const Organization& b) noexcept {
    if (a == b) return 0;
    return a < b ? -1 : 1;
  }
  static InvitationOrder order_of(const BasicInvitationFilter<T>& filter) noexcept {
    if (filter.email) return InvitationOrder::email;
    if (filter.organization) return InvitationOrder::organization;
    return filter.open ? InvitationOrder::open : InvitationOrder::all;
  }

  OrderedIndex::Position begin(const BasicInvitationFilter<T>& filter, InvitationOrder which,
                               const Page<typename T::InvitationId>& page) const {
    const OrderedIndex& index = orders_[static_cast<std::size_t>(which)];
    if (page.direction == Direction::ascending) {
      return index.lower_bound(nodes_, [&](std::uint32_t number) {
        const Record& record = records_[number];
        const int order = compare(filter, which, record);
        return order != 0 ? order < 0 : page.after && !(*page.after < record.state->id);
      });
    }
    const auto at = index.lower_bound(nodes_, [&](std::uint32_t number) {
      const Record& record = records_[number];
      const int order = compare(filter, which, record);
      return order != 0 ? order < 0 : !page.after || record.state->id < *page.after;
    });
    return at ? OrderedIndex::previous(nodes_, at) : index.last(nodes_);
  }

  template <class I>
  static std::uint32_t hash_of(const I& id) noexcept {
    return static_cast<std::uint32_t>(hash_id(id));
  }
  static std::uint32_t hash_of(const TokenDigest& token) noexcept {
    return static_cast<std::uint32_t>(
        hash_bytes({reinterpret_cast<const char*>(token.bytes), TokenDigest::size}));
  }
  static std::uint32_t hash_of(const Organization& organization, const EmailKey& email) noexcept {
    return mix(organization ? hash_id(*organization) : 0, hash_bytes(email.view()));
  }
  static std::uint32_t hash_of(const typename T::OrganizationId& organization,
                               const typename T::UserId& user) noexcept {
    return mix(hash_id(organization), hash_id(user));
  }
  static std::uint32_t mix(std::uint64_t organization, std::uint64_t other) noexcept {
    const std::uint64_t hash = other + organization * 0x9E3779B97F4A7C15u;
    return static_cast<std::uint32_t>(hash ^ (hash >> 29));
  }

  /// The tables that a record is in, each with its hash there.
  template <class Visit>
  void for_each_key(std::uint32_t number, Visit&& visit) noexcept {
    const Record& record = records_[number];
    const BasicInvitationState<T>& state = *record.state;
    visit(by_id_, hash_of(state.id));
    visit(by_token_, hash_of(state.token));
    if (!record.is_open()) return;
    visit(by_address_, hash_of(state.organization, EmailKey::folded(record.email())));
    if (state.organization && state.user) {
      visit(by_member_, hash_of(*state.organization, *state.user));
    }
  }
  template <class Visit>
  void for_each_order(std::uint32_t number, Visit&& visit) noexcept {
    for (std::size_t i = 0; i < invitation_order_count; ++i) {
      const auto which = static_cast<InvitationOrder>(i);
      if (which == InvitationOrder::open && !records_[number].is_open()) continue;
      visit(orders_[i], Order{*this, which});
    }
  }

  Slab<Record> records_;
  OrderedIndex::Nodes nodes_;
  OrderedIndex orders_[invitation_order_count];
  IndexTable by_id_;
  IndexTable by_token_;
  IndexTable by_address_;  ///< of open ones
  IndexTable by_member_;   ///< of open ones
};

}  // namespace detail
}  // namespace membership::inline v0

#endif
