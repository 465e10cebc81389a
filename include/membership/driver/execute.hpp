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
#include <type_traits>
#include <utility>

namespace membership::inline v0 {

/// How long and how often `execute` tries against conflicts.
struct RetryLimits {
  std::int64_t microseconds = 5'000'000;  ///< from the first conflict: no try begins later
  unsigned tries = 0;                     ///< at most this many; 0: as many as fit the time
  std::int64_t first_pause = 50;          ///< microseconds; each try doubles it
  std::int64_t longest_pause = 20'000;    ///< of a pause a random part is waited
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
///
/// `plan` still borrows the texts of the command (names, addresses, external ids): read them
/// only while the command and what it borrows from live. Ids, statuses, roles and times are copies.
/// `snapshot` must not outlive the store.
template <class S>
struct Receipt {
  typename S::Loaded snapshot;
  BasicPlan<typename S::traits> plan;
  unsigned tries;

  Receipt(typename S::Loaded&& seen, PlanId plan_id, Time now, unsigned count)
      : snapshot(std::move(seen)), plan(plan_id, now), tries(count) {}

  constexpr Outcome outcome() const noexcept { return plan.outcome; }
  /// The membership as it is now, also where nothing changed; null after a deletion, and for
  /// commands that are about none.
  const BasicOrganizationMembership<typename S::traits>* membership() const noexcept {
    if (!plan.membership) return snapshot.membership.get();
    return plan.membership->effect == Effect::erase ? nullptr : &plan.membership->after;
  }
};

/// Where a command failed.
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
  std::optional<detail::when_known<S, Error>> error{};
  std::optional<typename S::Failure> cause{};
};

namespace detail {
/// Whether a store keeps what a command needs; true too where it does not say what it keeps.
template <class S, class C>
constexpr bool keeps_kind(Kind kind) {
  if constexpr (NamesItsTypes<S>) return !C::kinds.has(kind) || S::keeps.has(kind);
  return true;
}
/// What of what a command needs a store does not keep, a message each.
template <class S, class C>
constexpr bool check_kinds() {
  static_assert(NamesItsTypes<S>,
                "membership: the store names no traits, Loaded, Failure or keeps (NamesItsTypes)");
  static_assert(keeps_kind<S, C>(Kind::environment),
                "membership: the store does not keep environments, which this command needs");
  static_assert(keeps_kind<S, C>(Kind::organization),
                "membership: the store does not keep organizations, which this command needs");
  static_assert(keeps_kind<S, C>(Kind::membership),
                "membership: the store does not keep memberships, which this command needs");
  static_assert(keeps_kind<S, C>(Kind::user),
                "membership: the store does not keep users, which this command needs");
  static_assert(keeps_kind<S, C>(Kind::role),
                "membership: the store does not keep roles, which this command needs");
  static_assert(keeps_kind<S, C>(Kind::permission),
                "membership: the store does not keep permissions, which this command needs");
  static_assert(keeps_kind<S, C>(Kind::invitation),
                "membership: the store does not keep invitations, which this command needs");
  return true;
}
/// What is wrong with a store, a message each.
template <class S, class C>
constexpr bool check_store() {
  static_assert(check_kinds<S, C>());
  static_assert(!std::is_const_v<S>,
                "membership: the store is const, and nothing can be committed");
  static_assert(!NamesItsTypes<S> || LoadsSnapshots<S>,
                "membership: the store lacks load(reads) (LoadsSnapshots)");
  static_assert(!NamesItsTypes<S> || std::is_const_v<S> || CommitsPlans<S>,
                "membership: the store lacks commit(span of plans) (CommitsPlans)");
  return true;
}

/// What is wrong with a runtime, a message each.
template <class RuntimeType>
constexpr bool check_runtime() {
  static_assert(Clock<std::remove_reference_t<decltype(RuntimeType::clock)>>,
                "membership: the runtime's clock lacks Time now() (Clock)");
  static_assert(Wait<std::remove_reference_t<decltype(RuntimeType::wait)>>,
                "membership: the runtime's wait lacks elapsed() or sleep(microseconds) (Wait)");
  return true;
}

/// Counts the tries of a driver and waits between them: a random part of a bound that doubles from
/// try to try. The randomness is drawn out of the plan's id.
template <class RuntimeType>
class Retries {
 public:
  Retries(RuntimeType& runtime, PlanId plan) noexcept
      : runtime_(runtime), random_(plan.value.low ^ (plan.value.high << 17)),
        bound_(runtime.limits.first_pause) {}

  /// The number of the try that is under way.
  unsigned tries() const noexcept { return tries_; }

  /// After a conflict: waits and begins another try, or says that a limit is reached.
  bool next() {
    const std::int64_t pause = next_pause();
    if (pause < 0) return false;
    runtime_.wait.sleep(pause);
    return true;
  }
  /// The same for who waits otherwise: begins another try, that many microseconds from now.
  /// Negative: a limit is reached.
  std::int64_t next_pause() {
    if (tries_ == 1) begun_ = runtime_.wait.elapsed();
    const RetryLimits& limits = runtime_.limits;
    const std::int64_t pause = draw();
    if (tries_ == limits.tries) return -1;
    if (runtime_.wait.elapsed() - begun_ + pause > limits.microseconds) return -1;
    ++tries_;
    return pause;
  }

 private:
  std::int64_t draw() noexcept {
    const RetryLimits& limits = runtime_.limits;
    if (bound_ > limits.longest_pause) bound_ = limits.longest_pause;
    random_ += 0x9E3779B97F4A7C15u;
    std::uint64_t mixed = random_ ^ (random_ >> 31);
    mixed *= 0x9FB21C651E98DF25u;
    mixed ^= mixed >> 29;
    const std::int64_t pause =
        bound_ <= 0 ? 0 : 1 + static_cast<std::int64_t>(mixed % static_cast<std::uint64_t>(bound_));
    bound_ *= 2;
    return pause;
  }

  RuntimeType& runtime_;
  std::uint64_t random_;
  std::int64_t bound_;
  std::int64_t begun_ = 0;
  unsigned tries_ = 1;
};

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

/// Decides on what a receipt has loaded. Whether its plan is to be committed.
template <class S, class Policy, class C>
bool decide_receipt(tl::expected<Receipt<S>, Failure<S>>& result, const Policy& policy,
                    const C& command, const BasicContext<typename C::traits>& context) {
  Receipt<S>& receipt = *result;
  const Refusal refusal =
      PolicyAccess::decide_into(policy, command, receipt.snapshot, context, receipt.plan);
  if (!refusal) return receipt.outcome() != Outcome::unchanged;
  const Error error = PolicyAccess::error_of(policy, command, receipt.snapshot, refusal);
  const unsigned tries = receipt.tries;
  result = tl::unexpected<Failure<S>>(Failure<S>{FailureKind::refused, tries, error, std::nullopt});
  return false;
}
/// Notes how the commit of a receipt's plan ended.
template <class S>
void end_receipt(tl::expected<Receipt<S>, Failure<S>>& result,
                 const tl::expected<CommitStatus, typename S::Failure>& committed) {
  using Refused = tl::unexpected<Failure<S>>;
  const unsigned tries = result->tries;
  if (!committed) {
    result = Refused(Failure<S>{FailureKind::store, tries, std::nullopt, committed.error()});
  } else if (*committed != CommitStatus::committed) {
    result = Refused(Failure<S>{FailureKind::contended, tries, std::nullopt, std::nullopt});
  }
}

/// Decides on what was loaded and commits. The receipt is filled where the caller will have it:
/// what was loaded is moved once, the plan never.
template <class S, class Policy, class C>
tl::expected<Receipt<S>, Failure<S>>
decide_and_commit(S& store, const Policy& policy, const C& command,
                  const BasicContext<typename C::traits>& context, typename S::Loaded&& loaded,
                  unsigned tries) {
  tl::expected<Receipt<S>, Failure<S>> result(tl::in_place, std::move(loaded), context.plan,
                                              context.now, tries);
  if (decide_receipt(result, policy, command, context)) {
    end_receipt(result,
                store.commit(std::span<const BasicPlan<typename C::traits>>(&result->plan, 1)));
  }
  return result;
}

/// One try; `contended` on a conflict.
template <class S, class Policy, class C>
tl::expected<Receipt<S>, Failure<S>> try_once(S& store, const Policy& policy, const C& command,
                                              const BasicContext<typename C::traits>& context,
                                              const BasicReads<typename C::traits>& reads,
                                              unsigned tries) {
  using Result = tl::expected<Receipt<S>, Failure<S>>;
  [[maybe_unused]] const auto place = queue_place(store, reads);
  auto loaded = store.load(reads);
  return loaded ? decide_and_commit(store, policy, command, context, std::move(*loaded), tries)
                : Result(tl::unexpect, Failure<S>{FailureKind::store, tries, std::nullopt,
                                                  std::move(loaded.error())});
}
}  // namespace detail

/// Carries a command out: load, decide, commit, and again on a conflict.
///
/// Holds the organization's place in the store's queue meanwhile, where the store has one. Clock
/// and ids are asked once, before the first try. A command that changes nothing is not committed.
/// Failures: `refused` with the policy's error; `contended` where conflicts lasted until a limit
/// of `runtime.limits`; `store`. In the first two nothing is written; of the third the store says
/// what is. An id from `runtime.ids` that is in use already counts as a conflict.
/// Threads: a policy may be shared. A runtime may be shared where its clock, ids and wait may; the
/// default one may. The stores that are here are safe.
/// Complexity: one load and at most one commit per try.
template <class S, class... Rules, Command C, class RuntimeType = SystemRuntime<typename C::traits>>
[[nodiscard]] tl::expected<Receipt<S>, Failure<S>>
execute(S& store, const MembershipPolicy<Rules...>& policy, const C& command,
        RuntimeType&& runtime = RuntimeType{}) {
  static_assert(detail::check_store<S, C>());
  static_assert(detail::check_runtime<std::remove_reference_t<RuntimeType>>());

  const auto context = draw_context<C>(runtime.clock.now(), runtime.ids);
  BasicReads<typename C::traits> reads = command.reads();
  reads.profiles = reads.profiles || runtime.with_profiles;
  detail::Retries retries(runtime, context.plan);
  auto result = detail::try_once(store, policy, command, context, reads, retries.tries());
  while (!result && result.error().kind == FailureKind::contended && retries.next()) {
    result = detail::try_once(store, policy, command, context, reads, retries.tries());
  }
  return result;
}

}  // namespace membership::inline v0

#endif
