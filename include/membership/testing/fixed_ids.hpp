// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_FIXED_IDS_HPP
#define MEMBERSHIP_TESTING_FIXED_IDS_HPP

#include "membership/domain/digest.hpp"
#include "membership/domain/id.hpp"
#include "membership/domain/time.hpp"
#include "membership/domain/traits.hpp"
#include "membership/domain/ulid.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace membership::inline v0 {
namespace testing {

/// Ids that count: `om_00000001`, `om_00000002`, … and the same for the other
/// kinds, each by itself. Their byte order is the order of creation up to 99,999,999; plan ids
/// count in steps of 16. An id source for `Runtime` whose ids are texts with a tag as `Id` has.
template <class T>
class BasicFixedIds {
 public:
  /// The first id of each kind is number `first`. Give each thread its own range.
  explicit constexpr BasicFixedIds(std::uint64_t first = 1) noexcept
      : plan_(first), membership_(first), organization_(first), user_(first), role_(first),
        permission_(first), invitation_(first) {}

  constexpr PlanId plan_id(Time /*now*/) noexcept {
    const std::uint64_t number = plan_++;
    return PlanId{Ulid{number >> 60, number << 4}};
  }
  constexpr typename T::MembershipId membership_id(Time /*now*/) noexcept {
    return numbered<typename T::MembershipId>(membership_++);
  }
  constexpr typename T::OrganizationId organization_id(Time /*now*/) noexcept {
    return numbered<typename T::OrganizationId>(organization_++);
  }
  constexpr typename T::UserId user_id(Time /*now*/) noexcept {
    return numbered<typename T::UserId>(user_++);
  }
  constexpr typename T::RoleId role_id(Time /*now*/) noexcept {
    return numbered<typename T::RoleId>(role_++);
  }
  constexpr typename T::PermissionId permission_id(Time /*now*/) noexcept {
    return numbered<typename T::PermissionId>(permission_++);
  }
  constexpr typename T::InvitationId invitation_id(Time /*now*/) noexcept {
    return numbered<typename T::InvitationId>(invitation_++);
  }
  /// The digest of a plan's token: the bytes of the plan's id.
  constexpr TokenDigest token_digest(PlanId plan) const noexcept {
    TokenDigest digest;
    for (unsigned i = 0; i < 8; ++i) {
      digest.bytes[i] = static_cast<std::uint8_t>(plan.value.high >> (8 * i));
      digest.bytes[8 + i] = static_cast<std::uint8_t>(plan.value.low >> (8 * i));
    }
    return digest;
  }

  /// Returns the id of this number, as the source mints it: `numbered<UserId>(7)` is
  /// `user_00000007`.
  template <TextId I>
  static constexpr I numbered(std::uint64_t number) noexcept {
    constexpr std::string_view prefix = I::tag::prefix;
    constexpr std::size_t most_digits = 20;
    char text[prefix.size() + most_digits]{};
    for (std::size_t i = 0; i < prefix.size(); ++i) text[i] = prefix[i];
    std::size_t digits = least_digits;
    for (std::uint64_t rest = number / 100'000'000; rest != 0; rest /= 10) ++digits;
    for (std::size_t i = digits; i > 0; --i) {
      text[prefix.size() + i - 1] = static_cast<char>('0' + number % 10);
      number /= 10;
    }
    return I::from_stored({text, prefix.size() + digits});
  }

 private:
  static constexpr std::size_t least_digits = 8;

  std::uint64_t plan_;
  std::uint64_t membership_;
  std::uint64_t organization_;
  std::uint64_t user_;
  std::uint64_t role_;
  std::uint64_t permission_;
  std::uint64_t invitation_;
};

using FixedIds = BasicFixedIds<DefaultTraits>;

}  // namespace testing
}  // namespace membership::inline v0

#endif
