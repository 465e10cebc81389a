// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_BENCHMARKS_MEMBERS_HPP
#define MEMBERSHIP_BENCHMARKS_MEMBERS_HPP

#include "membership/core.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <utility>
#include <vector>

/// The members that stores are filled with and asked for.

namespace benchmarks {

inline constexpr auto made_at = membership::Time::from_milliseconds(1'700'000'000'000);

/// What must not fail, so that nothing is measured that did not happen.
inline void must(bool done) {
  if (!done) std::abort();
}

/// How many members there are, and how many of them are in one organization.
struct Shape {
  std::size_t members;
  std::size_t per_organization;
  std::size_t inactive_of_100 = 0;

  std::size_t organizations() const noexcept { return members / per_organization; }
  friend bool operator==(const Shape&, const Shape&) = default;
};

inline std::uint64_t mixed(std::uint64_t value) noexcept {
  value = (value ^ (value >> 31)) * 0x9FB21C651E98DF25u;
  value = (value ^ (value >> 29)) * 0xD6E8FEB86659FD93u;
  return value ^ (value >> 32);
}
/// The ULID of the nth thing of a kind: later ones are greater.
inline membership::Ulid ulid(std::uint64_t kind, std::uint64_t n) noexcept {
  const std::uint64_t random = mixed(n * 8 + kind);
  return {((1'600'000'000'000u + n) << 16) | (random & 0x7FFFu), random & ~std::uint64_t{15}};
}
inline auto user_id(std::size_t n) noexcept { return membership::UserId::from_ulid(ulid(1, n)); }
inline auto organization_id(std::size_t n) noexcept {
  return membership::OrganizationId::from_ulid(ulid(2, n));
}
inline auto membership_id(std::size_t n) noexcept {
  return membership::MembershipId::from_ulid(ulid(3, n));
}

/// A membership to ask for, or one to make.
struct Member {
  membership::UserId user;
  membership::OrganizationId organization;
  membership::MembershipId id;

  /// The nth of those that a world is filled with.
  /// Each user once, in no order; the organizations in turn.
  static Member of(const Shape& shape, std::size_t n) noexcept {
    return {user_id(n * 7919 % shape.members), organization_id(n % shape.organizations()),
            membership_id(n)};
  }
};

/// Members in random order, each once. In a row, so that reading them costs little.
inline std::vector<Member> shuffled(const Shape& shape, std::size_t most) {
  std::vector<std::uint32_t> order(shape.members);
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint32_t>(i);
  std::uint64_t random = 7;
  for (std::size_t i = order.size() - 1; i > 0; --i) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    std::swap(order[i], order[(random >> 33) % (i + 1)]);
  }
  std::vector<Member> members;
  for (std::size_t i = 0; i < order.size() && i < most; ++i) {
    members.push_back(Member::of(shape, order[i]));
  }
  return members;
}

}  // namespace benchmarks

#endif
