// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_CONFORMANCE_ACTOR_HPP
#define MEMBERSHIP_TESTING_CONFORMANCE_ACTOR_HPP

#include "membership/driver/execute.hpp"
#include "membership/policy/guards.hpp"
#include "membership/testing/fake_clock.hpp"
#include "membership/testing/fixed_ids.hpp"

#include <concepts>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

namespace membership::inline v0 {
namespace testing {
namespace conformance {

template <class F>
using HandleOf = std::remove_cvref_t<decltype(std::declval<F&>().fresh())>;
template <class F>
using StoreOf = std::remove_cvref_t<decltype(std::declval<HandleOf<F>&>().store())>;
template <class F>
using TraitsOf = typename StoreOf<F>::traits;

/// The id of a number: what the factory's `id<I>(number)` says where it has one, else the number
/// itself or a text of it. A higher number has a higher id.
template <EntityId I, class F>
I numbered(F& factory, std::uint64_t number) {
  if constexpr (requires {
                  { factory.template id<I>(number) } -> std::same_as<I>;
                }) {
    return factory.template id<I>(number);
  } else if constexpr (std::integral<I>) {
    return static_cast<I>(number);
  } else if constexpr (requires { I::tag::prefix; }) {
    return FixedIds::numbered<I>(number);
  } else {
    static_assert(TextId<I>, "membership: the factory lacks id<I>(number) for ids of its own");
    const std::string digits = std::to_string(number);
    return I::from_stored(std::string(12 - digits.size(), '0') + digits);
  }
}

/// Mints ids of a range of numbers. Plan ids carry the time, as a store may forget old ones.
template <class F>
class Ids {
 public:
  using T = TraitsOf<F>;
  Ids(F& factory, std::uint64_t range) : factory_(factory), last_(range * 1'000'000 + 1'000) {}

  PlanId plan_id(Time now) noexcept {
    return PlanId{Ulid{static_cast<std::uint64_t>(now.milliseconds()) << 16, ++last_ << 4}};
  }
  auto membership_id(Time /*now*/) { return next<typename T::MembershipId>(); }
  auto organization_id(Time /*now*/) { return next<typename T::OrganizationId>(); }
  auto user_id(Time /*now*/) { return next<typename T::UserId>(); }
  auto role_id(Time /*now*/) { return next<typename T::RoleId>(); }
  auto permission_id(Time /*now*/) { return next<typename T::PermissionId>(); }
  auto invitation_id(Time /*now*/) { return next<typename T::InvitationId>(); }
  TokenDigest token_digest(PlanId plan) const noexcept { return FixedIds{}.token_digest(plan); }

  template <class I>
  I next() {
    return numbered<I>(factory_, ++last_);
  }

 private:
  F& factory_;
  std::uint64_t last_;
};

/// Who runs commands in one thread: a clock, ids and a policy.
template <class F>
class Actor {
 public:
  using T = TraitsOf<F>;

  Actor(F& factory, Time now, unsigned number, std::int64_t patience)
      : clock(now), ids(factory, number), patience_(patience) {}

  /// Through `execute`.
  template <class S, class C>
  auto run(S& store, const C& command) {
    return drive([&](auto& runtime) { return execute(store, policy, command, runtime); });
  }
  /// The same of what takes a runtime: a long operation.
  template <class Run>
  auto drive(Run&& run) {
    Runtime<FakeClock&, Ids<F>&, SystemWait> runtime{clock, ids, {}, {}, false};
    runtime.limits.microseconds = patience_;
    return run(runtime);
  }
  /// Decides, and leaves the commit to the caller.
  template <class C>
  auto decide(const C& command, const BasicSnapshot<T>& seen) {
    return policy.decide(command, seen, draw_context<C>(clock.now(), ids));
  }

  FakeClock clock;
  Ids<F> ids;
  MembershipPolicy<OwnerGuard, SeatLimit> policy{};

 private:
  std::int64_t patience_;
};

}  // namespace conformance
}  // namespace testing
}  // namespace membership::inline v0

#endif
