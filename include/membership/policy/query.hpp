// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_POLICY_QUERY_HPP
#define MEMBERSHIP_POLICY_QUERY_HPP

#include "membership/domain/error.hpp"
#include "membership/domain/event.hpp"
#include "membership/domain/membership.hpp"
#include "membership/domain/profile.hpp"
#include "membership/domain/role_set.hpp"
#include "membership/domain/traits.hpp"
#include "membership/domain/ulid.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace membership::inline v0 {

/// The direction of a list.
enum class Direction : std::uint8_t { ascending, descending };

/// A part of a list: where it begins, in which direction it goes, and how long it may be. Lists
/// are in the order of ids, events in that of the log. A cursor is a position: it need not be in
/// the list, nor exist any more (an event's id must be, or have been, in the log).
template <class I>
struct Page {
  std::size_t limit = 10;  ///< 1 to `longest_page`
  Direction direction = Direction::ascending;
  std::optional<I> after{};  ///< begins with the next one in the direction
  std::optional<I> until{};  ///< ends before this one
};

inline constexpr std::size_t longest_page = 1000;  ///< rows

namespace detail {
/// Whether a list may have this limit.
constexpr bool limit_fits(std::size_t limit) noexcept {
  return limit >= 1 && limit <= longest_page;
}
}  // namespace detail

/// Which memberships to list.
template <class T>
struct BasicMembershipFilter {
  std::optional<typename T::UserId> user{};
  std::optional<typename T::OrganizationId> organization{};
  StatusSet statuses = StatusSet::all();
  std::optional<detail::when_known<T, RoleIndex>> holder{};  ///< those that hold this role
  bool several_roles = false;                                ///< those that hold more than one
};

/// A checked query for memberships. A store sees only such.
template <class T>
class BasicMembershipQuery {
 public:
  using traits = T;
  /// Errors, in this order: `missing_user_id_or_organization_id` where the filter names neither;
  /// `invalid_role` for an organization's own role without the organization; `out_of_range` with
  /// `Field::limit`.
  [[nodiscard]] static constexpr tl::expected<BasicMembershipQuery, Error>
  make(const BasicMembershipFilter<T>& filter,
       const Page<typename T::MembershipId>& page) noexcept {
    ErrorCode fault{};
    Field field = Field::none;
    if (!filter.user && !filter.organization) {
      fault = ErrorCode::missing_user_id_or_organization_id;
    } else if (filter.holder && filter.holder->is_organization() && !filter.organization) {
      fault = ErrorCode::invalid_role;
      field = Field::role_slug;
    } else if (!detail::limit_fits(page.limit)) {
      fault = ErrorCode::out_of_range;
      field = Field::limit;
    }
    if (fault != ErrorCode{}) {
      return tl::expected<BasicMembershipQuery, Error>(tl::unexpect, Error{fault, field, 0, {}});
    }
    return tl::expected<BasicMembershipQuery, Error>(tl::in_place,
                                                     BasicMembershipQuery(filter, page));
  }
  constexpr const BasicMembershipFilter<T>& filter() const noexcept { return filter_; }
  constexpr const Page<typename T::MembershipId>& page() const noexcept { return page_; }

 private:
  constexpr BasicMembershipQuery(const BasicMembershipFilter<T>& filter,
                                 const Page<typename T::MembershipId>& page) noexcept
      : filter_(filter), page_(page) {}
  BasicMembershipFilter<T> filter_;
  Page<typename T::MembershipId> page_;
};

namespace detail {
/// A checked query that has a page and a filter of its own, and no rule but the limit's.
template <class Filter, class I>
class PagedQuery {
 public:
  /// Errors: `out_of_range` with `Field::limit`.
  [[nodiscard]] static constexpr tl::expected<PagedQuery, Error>
  make(const Page<I>& page, const Filter& filter = {}) noexcept {
    if (!limit_fits(page.limit)) {
      return tl::expected<PagedQuery, Error>(tl::unexpect,
                                             Error{ErrorCode::out_of_range, Field::limit, 0, {}});
    }
    return tl::expected<PagedQuery, Error>(tl::in_place, PagedQuery(page, filter));
  }
  constexpr const Filter& filter() const noexcept { return filter_; }
  constexpr const Page<I>& page() const noexcept { return page_; }

 private:
  constexpr PagedQuery(const Page<I>& page, const Filter& filter) noexcept
      : page_(page), filter_(filter) {}
  Page<I> page_;
  Filter filter_;
};
}  // namespace detail

/// Which organizations to list. Borrows its texts.
struct OrganizationFilter {
  std::optional<std::string_view> external_id{};
  std::optional<std::string_view> name_part{};  ///< a part of the name, ASCII letters in any case
  std::span<const std::string_view> domains{};  ///< those that have any of these
  /// Those that a long operation has marked, or of whose own roles one is marked.
  bool marked = false;
};
/// All permissions.
struct PermissionFilter {};
/// Which users to list. Borrows its texts.
template <class T>
struct BasicUserFilter {
  std::optional<detail::when_known<T, EmailKey>> email{};  ///< the user who holds this address
  std::optional<std::string_view> external_id{};
  std::optional<typename T::OrganizationId> organization{};  ///< its members of any status
  bool marked = false;                                       ///< those that are being deleted
};
/// Which invitations to list.
template <class T>
struct BasicInvitationFilter {
  std::optional<detail::when_known<T, EmailKey>> email{};
  std::optional<typename T::OrganizationId> organization{};
  bool open = false;  ///< those that have not ended, whether they have expired or not
  std::optional<detail::when_known<T, RoleIndex>> role{};  ///< those that hold this role themselves
};

/// A set of event types.
class EventTypes {
 public:
  constexpr EventTypes() noexcept = default;
  static constexpr EventTypes all() noexcept {
    EventTypes types;
    types.bits_ = ~std::uint64_t{0};
    return types;
  }
  constexpr bool contains(EventType type) const noexcept {
    return ((bits_ >> static_cast<unsigned>(type)) & 1u) != 0;
  }
  constexpr void insert(EventType type) noexcept {
    bits_ |= std::uint64_t{1} << static_cast<unsigned>(type);
  }

 private:
  std::uint64_t bits_ = 0;
};

/// Which events to list.
template <class T>
struct BasicEventFilter {
  EventTypes types = EventTypes::all();
  std::optional<typename T::OrganizationId> organization{};
  std::optional<detail::when_known<T, Time>> from{};    ///< at or after
  std::optional<detail::when_known<T, Time>> before{};  ///< before
};

template <class T>
using BasicOrganizationQuery =
    detail::PagedQuery<OrganizationFilter, typename T::OrganizationId>;  ///< a page
template <class T>
using BasicUserQuery = detail::PagedQuery<BasicUserFilter<T>, typename T::UserId>;  ///< a page
/// A page of invitations.
template <class T>
using BasicInvitationQuery = detail::PagedQuery<BasicInvitationFilter<T>, typename T::InvitationId>;
template <class T>
using BasicPermissionQuery =
    detail::PagedQuery<PermissionFilter, typename T::PermissionId>;  ///< a page
template <class T>
using BasicEventQuery = detail::PagedQuery<BasicEventFilter<T>, EventId>;  ///< a page

/// The roles of the environment, or with an organization those that it can see, in their order of
/// priority. Not paged: there are at most 128.
template <class T>
struct BasicRoleQuery {
  std::optional<typename T::OrganizationId> organization{};
};

using MembershipFilter = BasicMembershipFilter<DefaultTraits>;
using MembershipQuery = BasicMembershipQuery<DefaultTraits>;
using OrganizationQuery = BasicOrganizationQuery<DefaultTraits>;
using UserFilter = BasicUserFilter<DefaultTraits>;
using UserQuery = BasicUserQuery<DefaultTraits>;
using InvitationFilter = BasicInvitationFilter<DefaultTraits>;
using InvitationQuery = BasicInvitationQuery<DefaultTraits>;
using EventFilter = BasicEventFilter<DefaultTraits>;
using EventQuery = BasicEventQuery<DefaultTraits>;
using RoleQuery = BasicRoleQuery<DefaultTraits>;
using PermissionQuery = BasicPermissionQuery<DefaultTraits>;

/// What a list says besides its rows: whether more of them follow in its direction.
struct ListEnd {
  bool more = false;
};

}  // namespace membership::inline v0

#endif
