// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_SERVER_SHARED_IDS_HPP
#define MEMBERSHIP_SERVER_SHARED_IDS_HPP

#include "invitation_tokens.hpp"
#include "membership/core.hpp"

#include <mutex>
#include <string_view>

namespace membership_server {

/// Mints the ids of all threads from one source. The library's own default has a source for each
/// thread; with this one, what a client makes second sorts second, whichever threads it met.
class SharedIds {
 public:
  /// `secret` keys the tokens of invitations.
  explicit SharedIds(std::string_view secret) : tokens_(secret) {}

  membership::PlanId plan_id(membership::Time now) { return membership::PlanId{mint(now)}; }
  membership::MembershipId membership_id(membership::Time now) {
    return membership::MembershipId::from_ulid(mint(now));
  }
  membership::OrganizationId organization_id(membership::Time now) {
    return membership::OrganizationId::from_ulid(mint(now));
  }
  membership::UserId user_id(membership::Time now) {
    return membership::UserId::from_ulid(mint(now));
  }
  membership::RoleId role_id(membership::Time now) {
    return membership::RoleId::from_ulid(mint(now));
  }
  membership::PermissionId permission_id(membership::Time now) {
    return membership::PermissionId::from_ulid(mint(now));
  }
  membership::InvitationId invitation_id(membership::Time now) {
    return membership::InvitationId::from_ulid(mint(now));
  }
  membership::TokenDigest token_digest(membership::PlanId plan) const {
    return digest_of(tokens_.token(plan));
  }

  const InvitationTokens& tokens() const noexcept { return tokens_; }

 private:
  membership::Ulid mint(membership::Time now) {
    const std::lock_guard<std::mutex> guard(mutex_);
    return source_.next(now);
  }

  std::mutex mutex_;
  membership::UlidSource source_;
  const InvitationTokens tokens_;
};

}  // namespace membership_server

#endif
