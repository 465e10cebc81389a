// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_SERVER_INVITATION_TOKENS_HPP
#define MEMBERSHIP_SERVER_INVITATION_TOKENS_HPP

#include "membership/domain/digest.hpp"
#include "membership/domain/ulid.hpp"

#include <string>
#include <string_view>

namespace membership_server {

/// The tokens of invitations: HMAC-SHA-256 of the id of the plan that sent one, under a secret, in
/// hexadecimal digits. So a token is shown again without being kept.
class InvitationTokens {
 public:
  /// Without a secret a random one is made. Throws std::runtime_error where none can be.
  explicit InvitationTokens(std::string_view secret);

  /// Throws std::runtime_error where libcrypto fails.
  std::string token(membership::PlanId plan) const;

 private:
  std::string secret_;
};

/// What is kept of a token: its SHA-256. Throws std::runtime_error where libcrypto fails.
membership::TokenDigest digest_of(std::string_view token);

}  // namespace membership_server

#endif
