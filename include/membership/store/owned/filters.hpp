// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_OWNED_FILTERS_HPP
#define MEMBERSHIP_STORE_OWNED_FILTERS_HPP

#include "membership/domain/invitation.hpp"
#include "membership/domain/organization_domain.hpp"
#include "membership/domain/profile.hpp"
#include "membership/policy/query.hpp"
#include "membership/policy/rows.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace membership::inline v0 {
namespace detail {

/// Whether a filter shows a membership.
template <class T>
bool fits(const BasicMembershipFilter<T>& filter, Status status, RoleSet roles) noexcept {
  return filter.statuses.contains(status) && (!filter.holder || roles.contains(*filter.holder)) &&
         (!filter.several_roles || roles.several());
}
/// Whether an id is between the cursors of a page.
template <class I>
bool within(const Page<I>& page, const I& id) noexcept {
  const bool ascending = page.direction == Direction::ascending;
  if (page.after && !(ascending ? *page.after < id : id < *page.after)) return false;
  return !page.until || (ascending ? id < *page.until : *page.until < id);
}

/// Whether a filter shows an invitation.
template <class T>
bool fits(const BasicInvitationFilter<T>& filter, const BasicInvitationState<T>& state,
          std::string_view email) noexcept {
  if (filter.organization && !(state.organization == filter.organization)) return false;
  if (filter.open && state.status != InvitationStatus::pending) return false;
  if (filter.role && !(state.role == *filter.role)) return false;
  return !filter.email || EmailKey::folded(email) == *filter.email;
}

/// Whether a filter shows an event.
template <class T>
bool fits(const BasicEventFilter<T>& filter, const BasicEventRow<T>& row) noexcept {
  if (!filter.types.contains(row.type)) return false;
  if (filter.organization &&
      (row.organization == nullptr || !(*row.organization == *filter.organization))) {
    return false;
  }
  if (filter.from && row.created_at < *filter.from) return false;
  return !filter.before || row.created_at < *filter.before;
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

}  // namespace detail
}  // namespace membership::inline v0

#endif
