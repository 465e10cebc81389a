// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DRIVER_OPERATION_PAGES_HPP
#define MEMBERSHIP_DRIVER_OPERATION_PAGES_HPP

#include "membership/driver/execute.hpp"
#include "membership/policy/query.hpp"
#include "membership/store/concepts.hpp"

#include <tl/expected.hpp>

#include <concepts>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace membership::inline v0 {

/// `list(query, visit)`: shows the rows of a page of invitations. A store without it has none.
template <class S>
concept ListsInvitations = S::keeps.has(Kind::invitation) &&
                           requires(S& store, const BasicInvitationQuery<typename S::traits>& query,
                                    detail::AnyVisitor visit) {
  { store.list(query, visit) } -> std::same_as<tl::expected<ListEnd, typename S::Failure>>;
};

namespace detail {

/// How many rows one page of a long operation lists.
inline constexpr std::size_t operation_page = 100;

template <class S>
Failure<S> store_failure(typename S::Failure cause) {
  return Failure<S>{FailureKind::store, 1, std::nullopt, std::move(cause)};
}
template <class S>
Failure<S> refused_failure(const Error& error) {
  return Failure<S>{FailureKind::refused, 1, error, std::nullopt};
}

template <class T>
auto query_of(const BasicMembershipFilter<T>& filter, const Page<typename T::MembershipId>& page) {
  return BasicMembershipQuery<T>::make(filter, page);
}
template <class T>
auto query_of(const BasicInvitationFilter<T>& filter, const Page<typename T::InvitationId>& page) {
  return BasicInvitationQuery<T>::make(page, filter);
}

/// The rows of a page, copied: nothing may be asked of a store while it shows them.
template <class Value>
struct Rows {
  std::vector<Value> rows{};
  bool more = false;
};

template <class Value, class S, class Query, class Copy>
[[nodiscard]] tl::expected<Rows<Value>, typename S::Failure> copy_rows(S& store, const Query& query,
                                                                       Copy&& copy) {
  static_assert(
      requires(AnyVisitor visit) { store.list(query, visit); },
      "membership: the store lacks a list(query, visit) that this needs (ListsPages)");
  Rows<Value> page;
  const auto end = store.list(query, [&](const auto& row) { page.rows.push_back(copy(row)); });
  if (!end) return tl::expected<Rows<Value>, typename S::Failure>(tl::unexpect, end.error());
  page.more = (*end).more;
  return tl::expected<Rows<Value>, typename S::Failure>(tl::in_place, std::move(page));
}
template <class S, class T = typename S::traits>
[[nodiscard]] auto list_memberships(S& store, const BasicMembershipFilter<T>& filter,
                                    const Page<typename T::MembershipId>& page) {
  return copy_rows<BasicOrganizationMembership<T>>(
      store, *query_of<T>(filter, page), [](const auto& row) { return row.membership.copy(); });
}
template <class S, class T = typename S::traits>
[[nodiscard]] auto list_invitations(S& store, const BasicInvitationFilter<T>& filter,
                                    const Page<typename T::InvitationId>& page) {
  return copy_rows<BasicInvitationState<T>>(store, *query_of<T>(filter, page),
                                            [](const auto& row) { return row.state; });
}

/// Calls `visit(row)` for every invitation that a filter shows, in the order of their ids, until it
/// returns a failure.
template <class S, class Visit>
[[nodiscard]] std::optional<Failure<S>>
for_each_invitation(S& store, const BasicInvitationFilter<typename S::traits>& filter,
                    Visit&& visit) {
  Page<typename S::traits::InvitationId> page;
  page.limit = operation_page;
  for (bool more = true; more;) {
    auto rows = list_invitations(store, filter, page);
    if (!rows) return store_failure<S>(std::move(rows.error()));
    more = (*rows).more;
    for (const auto& row : (*rows).rows) {
      if (std::optional<Failure<S>> failure = visit(row)) return failure;
      page.after = row.id;
    }
  }
  return std::nullopt;
}

/// Calls `visit(id)` for every organization behind `after`, in the order of their ids, and
/// `end_page(id)` after each page with its last one; until one of them returns a failure.
template <class S, class Visit, class EndPage>
[[nodiscard]] std::optional<Failure<S>>
for_each_organization(S& store, std::optional<typename S::traits::OrganizationId> after,
                      Visit&& visit, EndPage&& end_page) {
  using T = typename S::traits;
  Page<typename T::OrganizationId> page;
  page.limit = operation_page;
  for (bool more = true; more;) {
    page.after = after;
    auto ids = copy_rows<typename T::OrganizationId>(store, *BasicOrganizationQuery<T>::make(page),
                                                     [](const auto& row) { return row.state.id; });
    if (!ids) return store_failure<S>(std::move(ids.error()));
    more = (*ids).more;
    for (const auto& id : (*ids).rows) {
      if (std::optional<Failure<S>> failure = visit(id)) return failure;
      after = id;
    }
    if (!(*ids).rows.empty()) end_page((*ids).rows.back());
  }
  return std::nullopt;
}

}  // namespace detail
}  // namespace membership::inline v0

#endif
