// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DOMAIN_INVITATION_HPP
#define MEMBERSHIP_DOMAIN_INVITATION_HPP

#include "membership/domain/digest.hpp"
#include "membership/domain/role_set.hpp"
#include "membership/domain/time.hpp"
#include "membership/domain/traits.hpp"
#include "membership/domain/ulid.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace membership::inline v0 {

/// The state of an invitation.
enum class InvitationStatus : std::uint8_t { pending = 1, accepted, expired, revoked };

constexpr std::string_view to_string(InvitationStatus status) noexcept {
  switch (status) {
    case InvitationStatus::pending: return "pending";
    case InvitationStatus::accepted: return "accepted";
    case InvitationStatus::expired: return "expired";
    case InvitationStatus::revoked: return "revoked";
  }
  return "";
}

/// What decisions see of an invitation. Its address is its profile's `Text::email`.
///
/// The role is here as long as no pending membership carries it: while nobody has the address, and
/// while the invited is an inactive member. Of an invitation that has ended the profile keeps the
/// role's slug, so that no role is held by what is over.
template <class T>
struct BasicInvitationState {
  typename T::InvitationId id;
  std::optional<typename T::OrganizationId> organization{};
  /// Whose pending membership it is about, as long as there is one. An inactive member is found by
  /// the address, as whoever else has it when it is accepted.
  std::optional<typename T::UserId> user{};
  std::optional<typename T::UserId> inviter{};
  std::optional<typename T::UserId> accepted_by{};
  std::uint64_t revision = 0;  ///< the organization's when this was last written, else its own
  Time created_at;
  Time updated_at;
  Time expires_at;
  Time ended_at = Time::from_milliseconds(0);  ///< when it was accepted or revoked
  PlanId sent_by{};                            ///< the plan whose token is the one that counts
  TokenDigest token{};                         ///< of that token
  RoleIndex role = RoleIndex::none();
  InvitationStatus status = InvitationStatus::pending;

  constexpr BasicInvitationState(const typename T::InvitationId& invitation_id, Time created,
                                 Time expires) noexcept
      : id(invitation_id), created_at(created), updated_at(created), expires_at(expires) {}

  /// The status at a time: from `expires_at` on a pending one has expired, whoever writes it down.
  constexpr InvitationStatus status_at(Time now) const noexcept {
    return status == InvitationStatus::pending && !(now < expires_at) ? InvitationStatus::expired
                                                                      : status;
  }

  friend constexpr bool operator==(const BasicInvitationState&,
                                   const BasicInvitationState&) noexcept = default;
};

using InvitationState = BasicInvitationState<DefaultTraits>;

}  // namespace membership::inline v0

#endif
