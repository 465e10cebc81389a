// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DRIVER_AUTHORIZE_HPP
#define MEMBERSHIP_DRIVER_AUTHORIZE_HPP

#include "membership/policy/authorization.hpp"
#include "membership/store/concepts.hpp"

#include <tl/expected.hpp>

#include <string_view>

namespace membership::inline v0 {

/// Whether a user has a permission in an organization, and why: the role that grants it, or that
/// the user is no member, not active, or has no role that grants it.
///
/// Only reads. Failures: the store's own. Complexity: one `view`; with the memory store no
/// allocation. Rule: docs/words.md, "effective permissions".
template <class S>
[[nodiscard]] tl::expected<Authorization, typename S::Failure>
authorize(const S& store, const typename S::traits::UserId& user,
          const typename S::traits::OrganizationId& organization, std::string_view permission) {
  static_assert(ShowsMemberships<S>,
                "membership: the store lacks view(user, organization, visit) (ShowsMemberships)");
  Authorization answer;
  const auto shown =
      store.view(user, organization, [&](const auto& row) { answer = authorize(row, permission); });
  if (!shown) return tl::expected<Authorization, typename S::Failure>(tl::unexpect, shown.error());
  return answer;
}

}  // namespace membership::inline v0

#endif
