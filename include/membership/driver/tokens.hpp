// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DRIVER_TOKENS_HPP
#define MEMBERSHIP_DRIVER_TOKENS_HPP

#include "membership/domain/digest.hpp"
#include "membership/domain/ulid.hpp"
#include "membership/driver/ids.hpp"

#include <concepts>
#include <string_view>
#include <utility>

namespace membership::inline v0 {

/// Makes the text of an invitation's token out of the id of the plan that sends it. It must be a
/// keyed function, as HMAC-SHA-256 under a secret: then the text need not be kept, and is made
/// again from the invitation's `sent_by` wherever it is shown.
template <class Tokens>
concept TokenSource = requires(Tokens& tokens, PlanId plan) {
  { tokens.token(plan) } -> std::convertible_to<std::string_view>;
};

/// Makes the digest that is kept of a token: a function that is hard to invert, as SHA-256.
template <class Digest>
concept TokenDigestFunction = requires(Digest& digest, std::string_view token) {
  { digest(token) } -> std::same_as<TokenDigest>;
};

/// The ids of the default form, and with them the digests of tokens, for commands that send an
/// invitation.
///
/// Who presents a token is looked up by its digest (`AcceptInvitation::by_token`), never by its
/// text, and digests are compared in constant time (`TokenDigest::operator==`): how long a lookup
/// takes tells nothing about the tokens that there are.
template <class T, TokenSource Tokens, TokenDigestFunction Digest>
struct InvitationIds : UlidIds<T> {
  Tokens tokens;
  Digest digest;

  constexpr explicit InvitationIds(Tokens source = {}, Digest function = {})
      : tokens(std::move(source)), digest(std::move(function)) {}

  TokenDigest token_digest(PlanId plan) {
    const auto token = tokens.token(plan);
    return digest(std::string_view(token));
  }
};

}  // namespace membership::inline v0

#endif
