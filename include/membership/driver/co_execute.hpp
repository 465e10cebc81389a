// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DRIVER_CO_EXECUTE_HPP
#define MEMBERSHIP_DRIVER_CO_EXECUTE_HPP

#include "membership/driver/execute.hpp"
#include "membership/policy/membership_policy.hpp"
#include "membership/store/concepts.hpp"

#include <tl/expected.hpp>

// Nothing where the compiler has no coroutines (clang before 16).
#ifdef __cpp_impl_coroutine

#include <concepts>
#include <coroutine>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

namespace membership::inline v0 {

/// A store whose verbs are awaited: it names `Task<V>`, what a coroutine that comes to a V returns,
/// and `load` and `commit` return tasks of what they return elsewhere.
template <class S>
concept AwaitedStore = NamesItsTypes<S> &&
    requires(S& store, const BasicReads<typename S::traits>& reads,
             std::span<const BasicPlan<typename S::traits>> plans) {
  {
    store.load(reads)
    } -> std::same_as<
        typename S::template Task<tl::expected<typename S::Loaded, typename S::Failure>>>;
  {
    store.commit(plans)
    } -> std::same_as<typename S::template Task<tl::expected<CommitStatus, typename S::Failure>>>;
};

/// Such a store whose commands of one organization can be queued (docs/explanation/concurrency.md,
/// rule 8): the task `queue(reads)` comes to a guard that holds the organization's place until it
/// is destroyed.
template <class S>
concept QueuesAwaited = requires(S& store, const BasicReads<typename S::traits>& reads) {
  { store.queue(reads) } -> std::same_as<typename S::template Task<typename S::QueuePlace>>;
};

namespace detail {
struct NoPlace {};
template <class S>
struct AwaitedPlace {
  using type = NoPlace;
};
template <QueuesAwaited S>
struct AwaitedPlace<S> {
  using type = typename S::QueuePlace;
};
}  // namespace detail

/// `execute` as a coroutine: the same loop, in which no thread waits for the store, in its queue or
/// in a pause.
///
/// `runtime.wait.sleep(microseconds)` is awaited, too; `elapsed()` is not. Policy, command and
/// runtime are kept by the coroutine; what the command borrows (its texts) and the store are the
/// caller's, and live until it has ended. Failures and complexity are those of `execute`.
template <class S, class... Rules, Command C, class RuntimeType>
[[nodiscard]] typename S::template Task<tl::expected<Receipt<S>, Failure<S>>>
co_execute(S& store, MembershipPolicy<Rules...> policy, C command, RuntimeType runtime) {
  using T = typename C::traits;
  static_assert(detail::check_kinds<S, C>());
  static_assert(AwaitedStore<S>,
                "membership: load and commit of the store return no tasks (AwaitedStore)");

  const auto context = draw_context<C>(runtime.clock.now(), runtime.ids);
  BasicReads<T> reads = command.reads();
  reads.profiles = reads.profiles || runtime.with_profiles;
  detail::Retries retries(runtime, context.plan);
  for (;;) {
    const unsigned tries = retries.tries();
    std::optional<typename detail::AwaitedPlace<S>::type> place;
    if constexpr (QueuesAwaited<S>) place.emplace(co_await store.queue(reads));
    auto loaded = co_await store.load(reads);
    if (!loaded) {
      co_return tl::unexpected<Failure<S>>(
          Failure<S>{FailureKind::store, tries, std::nullopt, std::move(loaded.error())});
    }
    tl::expected<Receipt<S>, Failure<S>> result(tl::in_place, std::move(*loaded), context.plan,
                                                context.now, tries);
    if (detail::decide_receipt(result, policy, command, context)) {
      const std::span<const BasicPlan<T>> plans(&result->plan, 1);
      const auto committed = co_await store.commit(plans);
      detail::end_receipt(result, committed);
    }
    if (result || result.error().kind != FailureKind::contended) co_return result;
    const std::int64_t pause = retries.next_pause();
    if (pause < 0) co_return result;
    place.reset();
    co_await runtime.wait.sleep(pause);
  }
}

}  // namespace membership::inline v0

#endif

#endif
