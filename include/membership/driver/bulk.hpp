// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DRIVER_BULK_HPP
#define MEMBERSHIP_DRIVER_BULK_HPP

#include "membership/driver/execute.hpp"
#include "membership/policy/apply.hpp"

#include <tl/expected.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace membership::inline v0 {

/// What one command of a bulk came to.
template <class S>
struct BulkItem {
  Outcome outcome = Outcome::unchanged;
  /// The membership as it is now; empty after a deletion and for commands that are about none.
  std::optional<BasicOrganizationMembership<typename S::traits>> membership{};
};

template <class S>
using BulkResult = tl::expected<BulkItem<S>, Failure<S>>;  ///< or why not

/// Stands for nobody who wants to hear of a bulk's progress.
struct NoProgress {
  constexpr void operator()(std::size_t /*done*/, std::size_t /*all*/) const noexcept {}
};

namespace detail {
/// The commands that an array, a vector or a span has.
template <class Commands>
using command_of = typename decltype(std::span(std::declval<const Commands&>()))::value_type;
}  // namespace detail

/// Carries out many commands, each by itself: one that fails does not keep the others. The results
/// are in the order of the commands. `progress(done, all)` is called after each.
/// Complexity: as many `execute`; memory for the results, never for plans.
template <class S, class... Rules, class Commands, Command C = detail::command_of<Commands>,
          class RuntimeType = SystemRuntime<typename C::traits>, class Progress = NoProgress>
[[nodiscard]] std::vector<BulkResult<S>>
execute_each(S& store, const MembershipPolicy<Rules...>& policy, const Commands& all,
             RuntimeType&& runtime = RuntimeType{}, Progress&& progress = Progress{}) {
  const std::span<const C> commands(all);
  std::vector<BulkResult<S>> results;
  results.reserve(commands.size());
  for (const C& command : commands) {
    auto receipt = execute(store, policy, command, runtime);
    if (receipt) {
      BulkItem<S> item;
      item.outcome = (*receipt).outcome();
      if ((*receipt).membership() != nullptr) item.membership.emplace(*(*receipt).membership());
      results.emplace_back(tl::in_place, std::move(item));
    } else {
      results.emplace_back(tl::unexpect, std::move(receipt.error()));
    }
    progress(results.size(), commands.size());
  }
  return results;
}

/// Why an all-or-nothing bulk was not carried out: which command, and what of it. Where the limits
/// of conflicts were reached or the store failed, `at` is the number of commands.
template <class S>
struct BulkFailure {
  std::size_t at;
  Failure<S> failure;
};

namespace detail {

/// Finds the reads of a bulk that a change of a membership or of an invitation concerns.
template <class T>
class BulkIndex {
 public:
  explicit BulkIndex(std::span<const BasicReads<T>> reads) {
    users_.reserve(reads.size());
    for (std::size_t i = 0; i < reads.size(); ++i) {
      if (reads[i].pair && reads[i].user != nullptr) users_.push_back({reads[i].user, i});
      if (reads[i].actor != nullptr) actors_.push_back({reads[i].actor, i});
      if (reads[i].membership != nullptr) memberships_.push_back({reads[i].membership, i});
      if (reads[i].other != nullptr) others_.push_back({reads[i].other, i});
      if (reads[i].invitation != nullptr) invitations_.push_back({reads[i].invitation, i});
      if (reads[i].token != nullptr) tokens_.push_back({reads[i].token, i});
      if (reads[i].open_invitation && reads[i].email) emails_.push_back({&*reads[i].email, i});
    }
    sort(users_);
    sort(actors_);
    sort(memberships_);
    sort(others_);
    sort(invitations_);
    sort(tokens_);
    sort(emails_);
  }

  /// Shows what a plan changes in the snapshots behind `at`.
  template <class Loaded>
  void show(const BasicPlan<T>& plan, std::size_t at, std::vector<Loaded>& snapshots) const {
    if (plan.membership) show_membership(*plan.membership, at, snapshots);
    if (plan.other) show_membership(*plan.other, at, snapshots);
    if (!plan.invitation) return;
    const auto change = [&](std::size_t i) {
      detail::show(*plan.invitation, snapshots[i].invitation);
    };
    for_each_of(invitations_, plan.invitation->after.id, at, change);
    for_each_of(tokens_, plan.invitation->after.token, at, change);
    // One that is made is the open one of its address from then on, in the bulk's one organization
    // or in none.
    if (plan.invitation->precondition != Precondition::absent || !plan.profile) return;
    const auto email = when_known<T, EmailKey>::folded(plan.profile->after.texts[Text::email]);
    const bool in_one = plan.invitation->after.organization.has_value();
    for_each_of(emails_, email, at, [&](std::size_t i) {
      if (static_cast<bool>(snapshots[i].organization) == in_one) change(i);
    });
  }

 private:
  template <class Loaded>
  void show_membership(const BasicMembershipWrite<T>& write, std::size_t at,
                       std::vector<Loaded>& snapshots) const {
    const auto change = [&](Slot<BasicOrganizationMembership<T>>& slot) {
      detail::show(write, slot);
    };
    for_each_of(users_, write.after.user, at,
                [&](std::size_t i) { change(snapshots[i].membership); });
    for_each_of(actors_, write.after.user, at, [&](std::size_t i) { change(snapshots[i].actor); });
    for_each_of(memberships_, write.after.id, at,
                [&](std::size_t i) { change(snapshots[i].membership); });
    for_each_of(others_, write.after.id, at, [&](std::size_t i) { change(snapshots[i].other); });
  }

  template <class I>
  struct Entry {
    const I* id;
    std::size_t at;
  };
  template <class I>
  static bool less(const Entry<I>& a, const Entry<I>& b) noexcept {
    if (*a.id == *b.id) return a.at < b.at;
    return *a.id < *b.id;
  }
  template <class I>
  static void sort(std::vector<Entry<I>>& entries) {
    std::sort(entries.begin(), entries.end(), &less<I>);
  }
  template <class I, class Action>
  static void for_each_of(const std::vector<Entry<I>>& entries, const I& id, std::size_t behind,
                          Action&& action) {
    auto entry = std::upper_bound(entries.begin(), entries.end(), Entry<I>{&id, behind}, &less<I>);
    for (; entry != entries.end() && *entry->id == id; ++entry) action(entry->at);
  }

  std::vector<Entry<typename T::UserId>> users_;
  std::vector<Entry<typename T::UserId>> actors_;
  std::vector<Entry<typename T::MembershipId>> memberships_;
  std::vector<Entry<typename T::MembershipId>> others_;
  std::vector<Entry<typename T::InvitationId>> invitations_;
  std::vector<Entry<TokenDigest>> tokens_;
  std::vector<Entry<when_known<T, EmailKey>>> emails_;
};

}  // namespace detail

/// Carries out commands on memberships or invitations of one organization all or nothing: they are
/// read at one moment, decided one after another, each on what its predecessors leave, and
/// committed together. Events and revisions are those of the single commands.
///
/// Failures: that of the first command that is refused (`several_organizations` where it is of
/// another organization than those before); `contended` and `store` as `execute`, with `at` the
/// number of commands. In each case nothing is written.
/// Complexity: one load and one commit per try; memory for the plans of all commands, about two
/// kilobytes each.
template <class S, class... Rules, class Commands, Command C = detail::command_of<Commands>,
          class RuntimeType = SystemRuntime<typename C::traits>>
[[nodiscard]] tl::expected<std::vector<BulkItem<S>>, BulkFailure<S>>
execute_all(S& store, const MembershipPolicy<Rules...>& policy, const Commands& all,
            RuntimeType&& runtime = RuntimeType{}) {
  static_assert(detail::check_store<S, C>());
  static_assert(detail::check_runtime<std::remove_reference_t<RuntimeType>>());
  static_assert(LoadsSeveralSnapshots<S>,
                "membership: the store lacks load(span of reads) (LoadsSeveralSnapshots)");
  static_assert(C::kinds.has(Kind::membership) || C::kinds.has(Kind::invitation),
                "membership: execute_all takes commands on memberships or invitations; for others "
                "execute_each");
  using T = typename C::traits;
  using Result = tl::expected<std::vector<BulkItem<S>>, BulkFailure<S>>;
  const std::span<const C> commands(all);
  const auto failed = [&](std::size_t at, Failure<S> failure) {
    return Result(tl::unexpect, BulkFailure<S>{at, std::move(failure)});
  };
  if (commands.empty()) return Result(tl::in_place);

  std::vector<BasicContext<T>> contexts;
  std::vector<BasicReads<T>> reads;
  contexts.reserve(commands.size());
  reads.reserve(commands.size());
  const Time now = runtime.clock.now();
  for (const C& command : commands) {
    contexts.push_back(draw_context<C>(now, runtime.ids));
    reads.push_back(command.reads());
  }
  const detail::BulkIndex<T> index{std::span<const BasicReads<T>>(reads)};
  for (detail::Retries retries(runtime, contexts.front().plan);;) {
    const unsigned tries = retries.tries();
    {
      [[maybe_unused]] const auto place = detail::queue_place(store, reads.front());
      auto loaded = store.load(std::span<const BasicReads<T>>(reads));
      if (!loaded) {
        return failed(commands.size(), Failure<S>{FailureKind::store, tries, std::nullopt,
                                                  std::move(loaded.error())});
      }
      std::vector<typename S::Loaded>& snapshots = *loaded;
      std::vector<BasicPlan<T>> plans;
      std::vector<BulkItem<S>> items;
      plans.reserve(commands.size());
      items.reserve(commands.size());
      std::size_t last = commands.size();  // the last command that showed an organization
      for (std::size_t i = 0; i < commands.size(); ++i) {
        BasicSnapshot<T>& seen = snapshots[i];
        if (seen.organization && last != commands.size()) {
          if (!(seen.organization->id == snapshots[last].organization->id)) {
            const Error error{ErrorCode::several_organizations, Field::organization_id, 0,
                              subject_of(seen.organization->id)};
            return failed(i, Failure<S>{FailureKind::refused, tries, error, std::nullopt});
          }
          seen.organization = snapshots[last].organization;
        }
        if (seen.organization) last = i;
        const auto plan = policy.decide(commands[i], seen, contexts[i]);
        if (!plan) {
          return failed(i, Failure<S>{FailureKind::refused, tries, plan.error(), std::nullopt});
        }
        BulkItem<S>& item = items.emplace_back();
        item.outcome = (*plan).outcome;
        if ((*plan).outcome != Outcome::unchanged) {
          plans.push_back(*plan);
          apply(seen, *plan);
          index.show(*plan, i, snapshots);
        }
        if (seen.membership) item.membership.emplace(*seen.membership);
      }
      if (plans.empty()) return Result(tl::in_place, std::move(items));
      const auto committed = store.commit(std::span<const BasicPlan<T>>(plans));
      if (!committed) {
        return failed(commands.size(),
                      Failure<S>{FailureKind::store, tries, std::nullopt, committed.error()});
      }
      if (*committed == CommitStatus::committed) return Result(tl::in_place, std::move(items));
    }
    if (!retries.next()) {
      return failed(commands.size(),
                    Failure<S>{FailureKind::contended, tries, std::nullopt, std::nullopt});
    }
  }
}

}  // namespace membership::inline v0

#endif
