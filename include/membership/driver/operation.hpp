// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DRIVER_OPERATION_HPP
#define MEMBERSHIP_DRIVER_OPERATION_HPP

#include "membership/command/delete_membership.hpp"
#include "membership/command/delete_organization.hpp"
#include "membership/command/delete_user.hpp"
#include "membership/driver/bulk.hpp"
#include "membership/driver/execute.hpp"
#include "membership/policy/query.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace membership {
inline namespace v0 {

/// What a long operation did.
struct OperationResult {
  std::size_t memberships = 0;  ///< swept by this run
};

/// Stands for nobody who wants to hear of an operation's progress.
struct NoOperationProgress {
  constexpr void operator()(std::size_t /*swept*/) const noexcept {}
};

namespace detail {

/// How many memberships one page of a long operation lists.
inline constexpr std::size_t operation_page = 100;

/// The ids of the first memberships that a filter shows.
template <class S>
[[nodiscard]] tl::expected<std::vector<typename S::traits::MembershipId>, typename S::Failure>
first_page(S& store, const BasicMembershipFilter<typename S::traits>& filter) {
  using T = typename S::traits;
  using Ids = std::vector<typename T::MembershipId>;
  Ids ids;
  Page<typename T::MembershipId> page;
  page.limit = operation_page;
  const auto query = BasicMembershipQuery<T>::make(filter, page);
  const auto end = store.list(*query, [&](const auto& row) {
    ids.push_back(copy_of<typename T::MembershipId>(row.membership.id));
  });
  if (!end) return tl::expected<Ids, typename S::Failure>(tl::unexpect, end.error());
  return tl::expected<Ids, typename S::Failure>(tl::in_place, std::move(ids));
}

template <class S>
Failure<S> store_failure(typename S::Failure cause) {
  return Failure<S>{FailureKind::store, 1, std::nullopt, std::move(cause)};
}

/// Sweeps page by page until a list made after the mark is empty. `Sweep` is a command of a
/// membership's id and the mark's generation; each page's are carried out by `run_page`.
template <class S, class Sweep, class RunPage, class Progress>
[[nodiscard]] std::optional<Failure<S>>
sweep_all(S& store, const BasicMembershipFilter<typename S::traits>& filter,
          std::uint64_t generation, RunPage&& run_page, Progress& progress,
          OperationResult& result) {
  for (;;) {
    auto ids = first_page(store, filter);
    if (!ids) return store_failure<S>(std::move(ids.error()));
    if ((*ids).empty()) return std::nullopt;
    std::vector<Sweep> sweeps;
    sweeps.reserve((*ids).size());
    for (const auto& id : *ids) sweeps.push_back(Sweep{id, generation});
    if (std::optional<Failure<S>> failure = run_page(std::span<const Sweep>(sweeps))) {
      return failure;
    }
    result.memberships += sweeps.size();
    progress(result.memberships);
  }
}

}  // namespace detail

/// Deletes an organization: marks it, deletes its memberships in pages, each page all or nothing,
/// and removes it. One `deleted` event for each membership, then the organization's. An
/// organization under deletion takes no new member.
///
/// Run again, it goes on where an earlier run stopped; two runs at once do no harm. `progress` is
/// called with the number of memberships swept after each page.
/// Failures, as `execute`: `refused` with `entity_not_found`, or with `operation_superseded` where
/// the mark was taken back meanwhile.
/// Complexity: one list and one commit for every hundred memberships.
/// Rule: PROTOCOL.md 6.
template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>,
          class Progress = NoOperationProgress>
[[nodiscard]] tl::expected<OperationResult, Failure<S>>
delete_organization(S& store, const MembershipPolicy<Rules...>& policy,
                    const typename S::traits::OrganizationId& organization,
                    RuntimeType&& runtime = RuntimeType{}, Progress&& progress = Progress{}) {
  using T = typename S::traits;
  using Result = tl::expected<OperationResult, Failure<S>>;
  using Sweep = BasicSweepOrganizationMembership<T>;
  auto marked = execute(store, policy, BasicMarkOrganizationDeleted<T>{organization}, runtime);
  if (!marked) return Result(tl::unexpect, std::move(marked.error()));
  const std::uint64_t generation = (*marked).plan.organization
                                       ? (*marked).plan.organization->after.generation
                                       : (*marked).snapshot.organization->generation;
  OperationResult result;
  BasicMembershipFilter<T> members;
  members.organization = organization;
  for (;;) {
    std::optional<Failure<S>> failure = detail::sweep_all<S, Sweep>(
        store, members, generation,
        [&](std::span<const Sweep> page) -> std::optional<Failure<S>> {
          auto swept = execute_all(store, policy, page, runtime);
          if (swept) return std::nullopt;
          return std::move(swept.error().failure);
        },
        progress, result);
    if (failure) return Result(tl::unexpect, std::move(*failure));
    auto finished = execute(store, policy,
                            BasicFinishOrganizationDeletion<T>{organization, generation}, runtime);
    if (finished) return Result(tl::in_place, result);
    const std::optional<Error>& error = finished.error().error;
    if (!error || error->code != ErrorCode::operation_unfinished) {
      return Result(tl::unexpect, std::move(finished.error()));
    }
  }
}

/// Deletes a user: looks first, marks, deletes the memberships one by one, and removes the user.
/// One `deleted` event for each membership, then the user's.
///
/// Where a rule refuses one of the deletions, as the owner guard that of a last owner, it is
/// refused with nothing changed. Where that comes about only after the look, the user stays marked:
/// run again after a transfer it goes on, and `KeepUser` takes the mark back.
/// Failures, as `execute`: `refused` with `entity_not_found`, a rule's refusal, or
/// `operation_superseded` where the mark was taken back meanwhile.
/// Complexity: one load and one commit for each membership, twice the lists.
/// Rule: PROTOCOL.md 6.
template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>,
          class Progress = NoOperationProgress>
[[nodiscard]] tl::expected<OperationResult, Failure<S>>
delete_user(S& store, const MembershipPolicy<Rules...>& policy,
            const typename S::traits::UserId& user, RuntimeType&& runtime = RuntimeType{},
            Progress&& progress = Progress{}) {
  using T = typename S::traits;
  using Result = tl::expected<OperationResult, Failure<S>>;
  using Sweep = BasicSweepUserMembership<T>;
  BasicMembershipFilter<T> memberships;
  memberships.user = user;

  // The look: what would be refused, decided and thrown away.
  Page<typename T::MembershipId> page;
  page.limit = detail::operation_page;
  for (bool more = true; more;) {
    std::vector<typename T::MembershipId> ids;
    const auto query = BasicMembershipQuery<T>::make(memberships, page);
    const auto end = store.list(*query, [&](const auto& row) {
      ids.push_back(copy_of<typename T::MembershipId>(row.membership.id));
    });
    if (!end) return Result(tl::unexpect, detail::store_failure<S>(end.error()));
    more = (*end).more;
    for (const auto& id : ids) {
      const BasicDeleteMembership<T> command{id};
      const auto seen = store.load(command.reads());
      if (!seen) return Result(tl::unexpect, detail::store_failure<S>(seen.error()));
      const auto context = draw_context<BasicDeleteMembership<T>>(runtime.clock.now(), runtime.ids);
      const auto plan = policy.decide(command, *seen, context);
      if (!plan && plan.error().code != ErrorCode::entity_not_found) {
        return Result(tl::unexpect,
                      Failure<S>{FailureKind::refused, 1, plan.error(), std::nullopt});
      }
      page.after = id;
    }
  }

  auto marked = execute(store, policy, BasicMarkUserDeleted<T>{user}, runtime);
  if (!marked) return Result(tl::unexpect, std::move(marked.error()));
  const std::uint64_t generation = (*marked).plan.user ? (*marked).plan.user->after.generation
                                                       : (*marked).snapshot.user->generation;
  OperationResult result;
  std::optional<Failure<S>> failure = detail::sweep_all<S, Sweep>(
      store, memberships, generation,
      [&](std::span<const Sweep> sweeps) -> std::optional<Failure<S>> {
        // Each in its own organization.
        for (const Sweep& sweep : sweeps) {
          auto swept = execute(store, policy, sweep, runtime);
          if (!swept) return std::move(swept.error());
        }
        return std::nullopt;
      },
      progress, result);
  if (failure) return Result(tl::unexpect, std::move(*failure));
  auto finished = execute(store, policy, BasicFinishUserDeletion<T>{user, generation}, runtime);
  if (!finished) return Result(tl::unexpect, std::move(finished.error()));
  return Result(tl::in_place, result);
}

}  // namespace v0
}  // namespace membership

#endif
