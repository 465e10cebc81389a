// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DRIVER_AUTHORIZE_HPP
#define MEMBERSHIP_DRIVER_AUTHORIZE_HPP

#include "membership/policy/authorization.hpp"
#include "membership/store/concepts.hpp"

#include <tl/expected.hpp>

#include <string_view>
#include <utility>

namespace membership::inline v0 {

/// What `authorize` of a store answers. True only where the permission is granted: a store that
/// failed grants nothing.
template <class S>
class [[nodiscard]] StoreAuthorization {
 public:
  explicit StoreAuthorization(tl::expected<Authorization, typename S::Failure> answer)
      : answer_(std::move(answer)) {}

  explicit operator bool() const noexcept { return answer_ && *answer_; }
  /// What the store failed with; null where it answered.
  const typename S::Failure* failure() const noexcept {
    return answer_ ? nullptr : &answer_.error();
  }
  /// Why it is granted, or why not. Preconditions: the store answered.
  const Authorization& operator*() const noexcept { return *answer_; }
  const Authorization* operator->() const noexcept { return &*answer_; }

 private:
  tl::expected<Authorization, typename S::Failure> answer_;
};

/// Whether a user has a permission in an organization, and why: the role that grants it, or that
/// the user is no member, not active, or has no role that grants it.
///
/// Only reads. Failures: the store's own. Complexity: one `view`; with the memory store no
/// allocation. Rule: docs/words.md, "effective permissions".
template <class S>
[[nodiscard]] StoreAuthorization<S>
authorize(const S& store, const typename S::traits::UserId& user,
          const typename S::traits::OrganizationId& organization, std::string_view permission) {
  static_assert(ShowsMemberships<S>,
                "membership: the store lacks view(user, organization, visit) (ShowsMemberships)");
  tl::expected<Authorization, typename S::Failure> answer;
  const auto shown = store.view(user, organization,
                                [&](const auto& row) { *answer = authorize(row, permission); });
  if (!shown) answer = tl::unexpected<typename S::Failure>(shown.error());
  return StoreAuthorization<S>(std::move(answer));
}

}  // namespace membership::inline v0

#endif
