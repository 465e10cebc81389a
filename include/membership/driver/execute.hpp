// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DRIVER_EXECUTE_HPP
#define MEMBERSHIP_DRIVER_EXECUTE_HPP

#include "membership/driver/clock.hpp"
#include "membership/driver/ids.hpp"
#include "membership/policy/membership_policy.hpp"
#include "membership/store/concepts.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <utility>

namespace membership {
inline namespace v0 {

/// How long and how often `execute` tries against conflicts.
struct RetryLimits {
  std::int64_t microseconds = 5'000'000;  ///< no further try begins after this time
  unsigned tries = 0;                     ///< at most this many; 0: as many as fit the time
  std::int64_t first_pause = 50;          ///< microseconds; doubled with each try, and a random
  std::int64_t longest_pause = 20'000;    ///< part of it is waited
};

/// What drivers take from outside.
template <class ClockType, class Ids, class WaitType = SystemWait>
struct Runtime {
  ClockType clock{};
  Ids ids{};
  WaitType wait{};
  RetryLimits limits{};
  /// Loads the profiles of user and organization with each snapshot, for showing them.
  bool with_profiles = false;
};

/// The system's clock, ULIDs, and real pauses.
template <class T>
using SystemRuntime = Runtime<SystemClock, UlidIds<T>, SystemWait>;

/// What a command that was carried out leaves: what was seen, what was done about it, and how
/// often it was tried.
template <class S>
struct Receipt {
  typename S::Loaded snapshot;
  BasicPlan<typename S::traits> plan;
  unsigned tries;

  constexpr Outcome outcome() const noexcept { return plan.outcome; }
  /// The membership as it is now, also where nothing changed; null after a deletion, and for
  /// commands that are about none.
  const BasicOrganizationMembership<typename S::traits>* membership() const noexcept {
    if (plan.outcome == Outcome::deleted) return nullptr;
    return plan.membership ? &plan.membership->after : snapshot.membership.get();
  }
};

enum class FailureKind : std::uint8_t {
  refused,    ///< by the policy: `error` says why
  contended,  ///< conflicts until the limits were reached; nothing is written
  store,      ///< the store failed: `cause` says how
};

/// Why a command was not carried out. Nothing of it is written; only a store's own failure may
/// leave that open, as that store says.
template <class S>
struct Failure {
  FailureKind kind;
  unsigned tries;
  std::optional<Error> error{};
  std::optional<typename S::Failure> cause{};
};

namespace detail {
/// What is wrong with a store, a message each.
template <class S, class C>
constexpr bool check_store() {
  static_assert(NamesItsTypes<S>,
                "membership: the store names no traits, Loaded, Failure or keeps (NamesItsTypes)");
  static_assert(LoadsSnapshots<S>, "membership: the store lacks load(reads) (LoadsSnapshots)");
  static_assert(CommitsPlans<S>,
                "membership: the store lacks commit(span of plans) (CommitsPlans)");
  static_assert(!C::kinds.has(Kind::environment) || S::keeps.has(Kind::environment),
                "membership: the store does not keep environments, which this command needs");
  static_assert(!C::kinds.has(Kind::organization) || S::keeps.has(Kind::organization),
                "membership: the store does not keep organizations, which this command needs");
  static_assert(!C::kinds.has(Kind::membership) || S::keeps.has(Kind::membership),
                "membership: the store does not keep memberships, which this command needs");
  static_assert(!C::kinds.has(Kind::user) || S::keeps.has(Kind::user),
                "membership: the store does not keep users, which this command needs");
  static_assert(!C::kinds.has(Kind::role) || S::keeps.has(Kind::role),
                "membership: the store does not keep roles, which this command needs");
  return true;
}

/// The pause before another try: a random part of a bound that doubles from try to try. The
/// randomness is drawn out of the plan's id.
inline std::int64_t pause_before_retry(const RetryLimits& limits, PlanId plan,
                                       unsigned tries) noexcept {
  std::int64_t bound = limits.first_pause;
  for (unsigned i = 1; i < tries && bound < limits.longest_pause; ++i) bound *= 2;
  if (bound > limits.longest_pause) bound = limits.longest_pause;
  std::uint64_t mixed = (plan.value.low ^ (plan.value.high << 17)) + tries * 0x9E3779B97F4A7C15u;
  mixed ^= mixed >> 31;
  mixed *= 0x9FB21C651E98DF25u;
  mixed ^= mixed >> 29;
  return bound <= 0 ? 0 : 1 + static_cast<std::int64_t>(mixed % static_cast<std::uint64_t>(bound));
}

/// The queue's place where the store has a queue.
template <class S>
auto queue_place(S& store, const BasicReads<typename S::traits>& reads) {
  if constexpr (QueuesOrganizations<S>) {
    return store.queue(reads);
  } else {
    static_cast<void>(store);
    static_cast<void>(reads);
    return 0;
  }
}
}  // namespace detail

/// Carries a command out: load, decide, commit, and again on a conflict.
///
/// Holds the organization's place in the store's queue meanwhile, where the store has one. Clock
/// and ids are asked once, before the first try. A command that changes nothing is not committed.
/// Failures: `refused` with the policy's error; `contended` where conflicts lasted until a limit
/// of `runtime.limits`; `store`. In each case nothing is written.
/// Complexity: one load and at most one commit per try.
template <class S, class... Rules, Command C, class RuntimeType = SystemRuntime<typename C::traits>>
[[nodiscard]] tl::expected<Receipt<S>, Failure<S>>
execute(S& store, const MembershipPolicy<Rules...>& policy, const C& command,
        RuntimeType&& runtime = RuntimeType{}) {
  static_assert(detail::check_store<S, C>());
  using PlanOf = BasicPlan<typename C::traits>;
  using Result = tl::expected<Receipt<S>, Failure<S>>;

  const auto context = draw_context<C>(runtime.clock.now(), runtime.ids);
  BasicReads<typename C::traits> reads = command.reads();
  reads.profiles = reads.profiles || runtime.with_profiles;
  std::int64_t begun = 0;
  for (unsigned tries = 1;; ++tries) {
    {
      [[maybe_unused]] const auto place = detail::queue_place(store, reads);
      auto loaded = store.load(reads);
      if (!loaded) {
        return Result(tl::unexpect, Failure<S>{FailureKind::store, tries, std::nullopt,
                                               std::move(loaded.error())});
      }
      const tl::expected<PlanOf, Error> plan = policy.decide(command, *loaded, context);
      if (!plan) {
        return Result(tl::unexpect,
                      Failure<S>{FailureKind::refused, tries, plan.error(), std::nullopt});
      }
      if ((*plan).outcome == Outcome::unchanged) {
        return Result(tl::in_place, Receipt<S>{std::move(*loaded), *plan, tries});
      }
      const auto committed = store.commit(std::span<const PlanOf>(&*plan, 1));
      if (!committed) {
        return Result(tl::unexpect,
                      Failure<S>{FailureKind::store, tries, std::nullopt, committed.error()});
      }
      if (*committed == CommitStatus::committed) {
        return Result(tl::in_place, Receipt<S>{std::move(*loaded), *plan, tries});
      }
    }
    if (tries == 1) begun = runtime.wait.elapsed();
    const std::int64_t pause = detail::pause_before_retry(runtime.limits, context.plan, tries);
    const bool out_of_time = runtime.wait.elapsed() - begun + pause > runtime.limits.microseconds;
    if (out_of_time || tries == runtime.limits.tries) {
      return Result(tl::unexpect,
                    Failure<S>{FailureKind::contended, tries, std::nullopt, std::nullopt});
    }
    runtime.wait.sleep(pause);
  }
}

}  // namespace v0
}  // namespace membership

#endif
