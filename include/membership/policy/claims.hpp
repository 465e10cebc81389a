// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_POLICY_CLAIMS_HPP
#define MEMBERSHIP_POLICY_CLAIMS_HPP

#include "membership/domain/inline_text.hpp"
#include "membership/domain/profile.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace membership::inline v0 {

/// What may be claimed: each text by one user, organization or invitation of an environment.
enum class ClaimKind : std::uint8_t {
  user_email,
  user_external_id,
  organization_external_id,
  organization_domain,
  stripe_customer_id,
  invitation_email,  ///< by an open invitation without organization
};

/// A claimed text as it is compared.
using ClaimKey = InlineText<EmailKey::capacity>;

/// Addresses and domains compare without case, the others as they are. A text that is too long
/// gives the empty key, which nobody holds.
constexpr ClaimKey claim_key(ClaimKind kind, std::string_view text) noexcept {
  switch (kind) {
    case ClaimKind::user_email:
    case ClaimKind::organization_domain:
    case ClaimKind::invitation_email: return ClaimKey::cut(EmailKey::folded(text).view());
    case ClaimKind::user_external_id:
    case ClaimKind::organization_external_id:
    case ClaimKind::stripe_customer_id: break;
  }
  return text.size() > ClaimKey::capacity() ? ClaimKey{} : ClaimKey::cut(text);
}

/// A text that a command wants to claim.
struct ClaimText {
  ClaimKind kind{};
  std::string_view text{};
};

/// At most two of them.
class ClaimTexts {
 public:
  constexpr ClaimTexts() noexcept = default;
  /// Preconditions: there are fewer than two.
  constexpr void push_back(ClaimKind kind, std::string_view text) noexcept {
    texts_[size_++] = ClaimText{kind, text};
  }
  constexpr unsigned size() const noexcept { return size_; }
  constexpr const ClaimText& operator[](unsigned at) const noexcept { return texts_[at]; }

 private:
  ClaimText texts_[2];
  unsigned size_ = 0;
};

/// A claim before and after a change; nothing where there is none.
struct ClaimChange {
  std::optional<std::string_view> before{};
  std::optional<std::string_view> after{};
};

/// The claims that a plan gives up and lays, of the user, the organization or the invitation that
/// it writes. `for_each_claim` shows them with their keys, and with them those of domains.
struct Claims {
  ClaimChange email{};
  ClaimChange external_id{};
  ClaimChange stripe_customer_id{};
};

}  // namespace membership::inline v0

#endif
