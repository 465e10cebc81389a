// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DRIVER_IDS_HPP
#define MEMBERSHIP_DRIVER_IDS_HPP

#include "membership/domain/time.hpp"
#include "membership/domain/ulid.hpp"
#include "membership/policy/context.hpp"
#include "membership/policy/kinds.hpp"

#include <bit>
#include <concepts>
#include <cstdint>
#include <pthread.h>
#include <sys/random.h>
#include <time.h>

namespace membership::inline v0 {

namespace detail {
/// How often this process is a fork: a source that came along would mint the ids of its twin.
inline unsigned fork_generation = 0;
inline void count_fork() noexcept { ++fork_generation; }
inline unsigned watched_fork_generation() noexcept {
  static const int watching = pthread_atfork(nullptr, nullptr, &count_fork);
  static_cast<void>(watching);
  return fork_generation;
}
}  // namespace detail

/// Mints ULIDs that only ever grow: in one millisecond the next is the last plus a step, in a new
/// one the lower 80 bits are drawn anew. The four lowest bits are zero (`PlanId`). Seeded once
/// from the system, and again after a fork; no system call per id. For one thread.
class UlidSource {
 public:
  Ulid next(Time now) noexcept {
    auto milliseconds = static_cast<std::uint64_t>(now.milliseconds()) & 0xFFFF'FFFF'FFFFu;
    if (detail::watched_fork_generation() != generation_) {
      seed();
      // In the last millisecond before a fork its twin counts on.
      if (milliseconds <= last_.high >> 16) milliseconds = (last_.high >> 16) + 1;
    }
    if (milliseconds > last_.high >> 16) {
      // The highest bit stays free, so that a millisecond has room to count in.
      last_.high = (milliseconds << 16) | (random() & 0x7FFFu);
      last_.low = random() & ~std::uint64_t{15};
    } else {
      last_.low += 16;
      if (last_.low == 0) ++last_.high;
    }
    return last_;
  }

  /// The source of this thread.
  static UlidSource& of_this_thread() noexcept {
    thread_local UlidSource source;
    return source;
  }

 private:
  void seed() noexcept {
    generation_ = detail::watched_fork_generation();
    if (getentropy(state_, sizeof state_) != 0) {
      timespec at{};
      static_cast<void>(clock_gettime(CLOCK_MONOTONIC, &at));
      state_[0] = static_cast<std::uint64_t>(at.tv_nsec);
      state_[1] = static_cast<std::uint64_t>(at.tv_sec);
      state_[2] = reinterpret_cast<std::uintptr_t>(this);
      state_[3] = generation_ + 1;
    }
  }

  /// xoshiro256** of Blackman and Vigna.
  std::uint64_t random() noexcept {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  std::uint64_t state_[4]{};
  Ulid last_{};
  unsigned generation_ = ~0u;  ///< of the process that it was seeded in; not yet in any
};

/// Ids of the default form: a prefix and a ULID from the source of the thread.
template <class T>
struct UlidIds {
  PlanId plan_id(Time now) const noexcept { return PlanId{mint(now)}; }
  typename T::MembershipId membership_id(Time now) const noexcept {
    return T::MembershipId::from_ulid(mint(now));
  }
  typename T::OrganizationId organization_id(Time now) const noexcept {
    return T::OrganizationId::from_ulid(mint(now));
  }
  typename T::UserId user_id(Time now) const noexcept { return T::UserId::from_ulid(mint(now)); }
  typename T::RoleId role_id(Time now) const noexcept { return T::RoleId::from_ulid(mint(now)); }
  typename T::PermissionId permission_id(Time now) const noexcept {
    return T::PermissionId::from_ulid(mint(now));
  }
  typename T::InvitationId invitation_id(Time now) const noexcept {
    return T::InvitationId::from_ulid(mint(now));
  }

 private:
  static Ulid mint(Time now) noexcept { return UlidSource::of_this_thread().next(now); }
};

namespace detail {
/// What of what a command needs a source of ids does not give, a message each.
template <class C, class Ids>
constexpr bool check_ids() {
  static_assert(
      requires(Ids & ids, Time now) {
        { ids.plan_id(now) } -> std::same_as<PlanId>;
      },
      "membership: the source of ids lacks plan_id(Time)");
  static_assert(
      !C::mints.has(Kind::membership) || requires(Ids & ids, Time now) { ids.membership_id(now); },
      "membership: the source of ids lacks membership_id(Time), which this command needs");
  static_assert(
      !C::mints.has(Kind::organization) ||
          requires(Ids & ids, Time now) { ids.organization_id(now); },
      "membership: the source of ids lacks organization_id(Time), which this command needs");
  static_assert(
      !C::mints.has(Kind::user) || requires(Ids & ids, Time now) { ids.user_id(now); },
      "membership: the source of ids lacks user_id(Time), which this command needs");
  static_assert(
      !C::mints.has(Kind::role) || requires(Ids & ids, Time now) { ids.role_id(now); },
      "membership: the source of ids lacks role_id(Time), which this command needs");
  static_assert(
      !C::mints.has(Kind::permission) || requires(Ids & ids, Time now) { ids.permission_id(now); },
      "membership: the source of ids lacks permission_id(Time), which this command needs");
  static_assert(
      !C::mints.has(Kind::invitation) || requires(Ids & ids, Time now) { ids.invitation_id(now); },
      "membership: the source of ids lacks invitation_id(Time), which this command needs");
  static_assert(
      !C::mints.has(Kind::token) ||
          requires(Ids & ids, PlanId plan) {
            { ids.token_digest(plan) } -> std::same_as<TokenDigest>;
          },
      "membership: the source of ids lacks token_digest(PlanId), which this command needs: "
      "see InvitationIds");
  return true;
}
}  // namespace detail

/// The context of a decision on `C`: the time, the plan's id and the ids that the command mints.
/// `ids` needs `plan_id(Time)` and, of `membership_id`, `organization_id`, `user_id`, `role_id`,
/// `permission_id` and `invitation_id`, those that the commands used with it mint; for commands
/// that send an invitation also `token_digest(PlanId)`.
template <class C, class Ids>
[[nodiscard]] BasicContext<typename C::traits> draw_context(Time now, Ids& ids) {
  static_assert(detail::check_ids<C, Ids>());
  BasicContext<typename C::traits> context(now, ids.plan_id(now));
  if constexpr (C::mints.has(Kind::membership)) context.membership.emplace(ids.membership_id(now));
  if constexpr (C::mints.has(Kind::organization)) {
    context.organization.emplace(ids.organization_id(now));
  }
  if constexpr (C::mints.has(Kind::user)) context.user.emplace(ids.user_id(now));
  if constexpr (C::mints.has(Kind::role)) context.role.emplace(ids.role_id(now));
  if constexpr (C::mints.has(Kind::permission)) context.permission.emplace(ids.permission_id(now));
  if constexpr (C::mints.has(Kind::invitation)) context.invitation.emplace(ids.invitation_id(now));
  if constexpr (C::mints.has(Kind::token)) context.token.emplace(ids.token_digest(context.plan));
  return context;
}

}  // namespace membership::inline v0

#endif
