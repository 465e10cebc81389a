// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DRIVER_OPERATION_RUN_HPP
#define MEMBERSHIP_DRIVER_OPERATION_RUN_HPP

#include "membership/driver/bulk.hpp"
#include "membership/driver/execute.hpp"
#include "membership/driver/invitations.hpp"
#include "membership/driver/operation_pages.hpp"
#include "membership/policy/query.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace membership::inline v0 {

/// What a run of a long operation did. What another run did meanwhile is counted there.
struct OperationResult {
  std::size_t organizations = 0;  ///< visited
  std::size_t roles = 0;          ///< changed
  std::size_t memberships = 0;    ///< swept
  std::size_t invitations = 0;    ///< swept
};

/// How far a long operation is. It only saves work: beginning again is always right. It belongs to
/// one mark, and a run with a cursor of another mark, or of none, is refused.
template <class T>
struct BasicOperationCursor {
  std::uint64_t generation = 0;
  /// The last organization that is done, of those that are visited in the order of their ids.
  std::optional<typename T::OrganizationId> organization{};
};

/// What is told after each page.
template <class T>
struct BasicOperationProgress {
  OperationResult done;
  BasicOperationCursor<T> cursor;
};

/// Stands for nobody who wants to hear of an operation's progress.
struct NoOperationProgress {
  template <class T>
  constexpr void operator()(const BasicOperationProgress<T>& /*progress*/) const noexcept {}
};

/// What a long operation visits.
enum class OperationScope : std::uint8_t { every_organization, one_organization, one_user };

namespace detail {

/// What an operation names besides its mark and its finish:
/// - `fence(organization)`: a command for each organization of all;
/// - `takes(role)` and `sweep_role(slug, organization)`: which roles it changes, and how;
/// - `members()` and `sweep(membership)`: which memberships it changes, and how;
/// - `invitations()` and `sweep(invitation)`: the same for open invitations.
template <class Op>
concept SweepsRoles = requires(const Op& op, const RoleState& role) {
  op.takes(role);
};
template <class Op>
concept SweepsMemberships = requires(const Op& op) {
  op.members();
};
template <class Op>
concept SweepsInvitations = requires(const Op& op) {
  op.invitations();
};
/// An operation that ends without any change where somebody holds what it takes away.
template <class Op>
concept MayBeRefused = requires(const Op& op) {
  op.keep();
};

/// Carries out one long operation, whichever: its mark, its pages, its finish
/// (docs/explanation/concurrency.md, rule 6).
template <class S, class Policy, class Op, class RuntimeType, class Progress>
class OperationRun {
 public:
  using T = typename S::traits;
  using OrganizationId = typename T::OrganizationId;
  using Fault = std::optional<Failure<S>>;
  using Result = tl::expected<OperationResult, Failure<S>>;

  OperationRun(S& store, const Policy& policy, Op operation, RuntimeType& runtime,
               Progress& progress)
      : store_(store), policy_(policy), op_(std::move(operation)), runtime_(runtime),
        progress_(progress) {}

  /// Marks, or goes on under the mark of a cursor, which is never made anew.
  Result run(const std::optional<BasicOperationCursor<T>>& resume) {
    Fault fault = resume ? take_up(*resume) : mark();
    if (fault) return failed(*fault);
    if (op_.generation == 0) return Result(tl::in_place, result_);
    for (;;) {
      fault = walk();
      if (fault) return failed(*fault);
      auto finished = execute(store_, policy_, op_.finish(), runtime_);
      if (finished) return Result(tl::in_place, result_);
      const std::optional<Error>& error = finished.error().error;
      if (!error || error->code != ErrorCode::operation_unfinished) {
        return Result(tl::unexpect, std::move(finished.error()));
      }
    }
  }

 private:
  static Result failed(Failure<S>& failure) { return Result(tl::unexpect, std::move(failure)); }

  Fault mark() {
    if constexpr (MayBeRefused<Op>) {
      if (op_.only_unused()) {
        if (Fault fault = look_before()) return fault;
      }
    }
    auto marked = execute(store_, policy_, op_.mark(), runtime_);
    if (!marked) return std::move(marked.error());
    op_.begin((*marked).plan, (*marked).snapshot);
    cursor_.generation = op_.generation;
    return std::nullopt;
  }

  Fault take_up(const BasicOperationCursor<T>& resume) {
    const auto command = op_.mark();
    auto loaded = store_.load(command.reads());
    if (!loaded) return store_failure<S>(std::move(loaded.error()));
    op_.begin(BasicPlan<T>(PlanId{}, Time::from_milliseconds(0)), *loaded);
    if (op_.generation == 0 || op_.generation != resume.generation) {
      return refused_failure<S>(Error{ErrorCode::operation_superseded, Field::cursor, 0, {}});
    }
    cursor_ = resume;
    return std::nullopt;
  }

  /// What would be refused after the mark is refused before it, with nothing changed.
  Fault look_before() {
    const auto command = op_.mark();
    auto seen = store_.load(command.reads());
    if (!seen) return store_failure<S>(std::move(seen.error()));
    const auto context =
        draw_context<std::remove_cv_t<decltype(command)>>(runtime_.clock.now(), runtime_.ids);
    const auto plan = policy_.decide(command, *seen, context);
    if (!plan) return refused_failure<S>(plan.error());
    op_.begin(*plan, *seen);
    return refuse_where_used();
  }

  /// The failure where somebody holds what is to go.
  Fault refuse_where_used() {
    if constexpr (Op::scope == OperationScope::every_organization) {
      return for_each_organization(
          store_, std::nullopt, [&](const OrganizationId& id) { return refuse_where_used(id); },
          [](const OrganizationId&) {});
    } else {
      return refuse_where_used(op_.organization());
    }
  }
  /// What only an expired invitation holds nobody holds: it is ended, as by anybody who meets it.
  Fault refuse_where_used(const OrganizationId& organization) {
    for (;;) {
      auto used = is_used(organization);
      if (!used) return std::move(used.error());
      if (!*used) return std::nullopt;
      auto ended = end_expired(organization);
      if (!ended) return std::move(ended.error());
      if (!*ended) return refused_failure<S>(op_.in_use());
    }
  }
  using Answer = tl::expected<bool, Failure<S>>;
  Answer is_used(const OrganizationId& organization) {
    auto holders = op_.members();
    holders.organization = organization;
    Page<typename T::MembershipId> page;
    page.limit = 1;
    auto members = list_memberships(store_, holders, page);
    if (!members) return Answer(tl::unexpect, store_failure<S>(std::move(members.error())));
    if (!(*members).rows.empty()) return true;
    if constexpr (ListsInvitations<S>) {
      auto invited = op_.invitations();
      invited.organization = organization;
      Page<typename T::InvitationId> first;
      first.limit = 1;
      auto invitations = list_invitations(store_, invited, first);
      if (!invitations) {
        return Answer(tl::unexpect, store_failure<S>(std::move(invitations.error())));
      }
      return !(*invitations).rows.empty();
    }
    return false;
  }
  /// Ends the invitations of an organization that have expired; whether there was one.
  Answer end_expired(const OrganizationId& organization) {
    if constexpr (ListsInvitations<S>) {
      BasicInvitationFilter<T> filter;
      filter.organization = organization;
      auto ended = end_all_expired(store_, policy_, filter, runtime_, NoExpiryProgress{});
      if (!ended) return Answer(tl::unexpect, std::move(ended.error()));
      return *ended != 0;
    }
    return false;
  }

  Fault walk() {
    if constexpr (MayBeRefused<Op>) {
      if (op_.only_unused()) return walk_unused();
    }
    if constexpr (Op::scope == OperationScope::one_organization) {
      return sweep(op_.organization());
    } else if constexpr (Op::scope == OperationScope::one_user) {
      if (Fault fault = sweep_memberships(op_.members())) return fault;
      return sweep_invitations_of_user();
    } else {
      if constexpr (SweepsRoles<Op>) {
        auto seen = store_.load(BasicReads<T>{});
        if (!seen) return store_failure<S>(std::move(seen.error()));
        if (Fault fault = sweep_roles((*seen).roles.environment(), std::nullopt)) return fault;
      }
      return visit_all([&](const OrganizationId& id) {
        Fault fault = fence(id);
        return fault ? fault : sweep(id);
      });
    }
  }

  /// Fences and looks; where it is used after all, the mark is taken back.
  Fault walk_unused() {
    if constexpr (Op::scope == OperationScope::every_organization) {
      if (Fault fault = visit_all([&](const OrganizationId& id) { return fence(id); }))
        return fault;
    }
    Fault used = refuse_where_used();
    if (used && used->kind == FailureKind::refused) {
      auto kept = execute(store_, policy_, op_.keep(), runtime_);
      if (!kept) return std::move(kept.error());
    }
    return used;
  }

  template <class Visit>
  Fault visit_all(Visit&& visit) {
    return for_each_organization(
        store_, cursor_.organization,
        [&](const OrganizationId& id) {
          Fault fault = visit(id);
          if (!fault) ++result_.organizations;
          return fault;
        },
        [&](const OrganizationId& last) {
          cursor_.organization = last;
          tell();
        });
  }

  Fault fence(const OrganizationId& organization) {
    auto fenced = execute(store_, policy_, op_.fence(organization), runtime_);
    if (!fenced) return std::move(fenced.error());
    if constexpr (SweepsRoles<Op>) {
      // As the fence saw them: nothing decided before the mark can change them any more.
      return sweep_roles((*fenced).snapshot.roles.organization(), organization);
    } else {
      return std::nullopt;
    }
  }

  Fault sweep_roles(RoleTable roles, const std::optional<OrganizationId>& organization) {
    for (unsigned place = 0; place < roles.size(); ++place) {
      if (!roles.has(place) || !op_.takes(roles[place])) continue;
      const auto command = op_.sweep_role(roles[place].slug.view(), organization);
      auto swept = execute(store_, policy_, command, runtime_);
      if (!swept) return std::move(swept.error());
      if ((*swept).outcome() != Outcome::unchanged) ++result_.roles;
    }
    return std::nullopt;
  }

  /// Sweeps one organization.
  Fault sweep(const OrganizationId& organization) {
    if constexpr (SweepsMemberships<Op>) {
      auto members = op_.members();
      members.organization = organization;
      if (Fault fault = sweep_memberships(members)) return fault;
    }
    if constexpr (SweepsInvitations<Op> && ListsInvitations<S>) {
      auto invitations = op_.invitations();
      invitations.organization = organization;
      return sweep_pages<typename T::InvitationId>(
          [&](const auto& page) { return list_invitations(store_, invitations, page); },
          result_.invitations);
    }
    return std::nullopt;
  }
  /// One after another: an invitation of the same address may be about somebody else, and stays.
  /// The list does not grow behind the walk, since nothing is sent to a marked user.
  Fault sweep_invitations_of_user() {
    if constexpr (SweepsInvitations<Op> && ListsInvitations<S>) {
      if (!op_.address) return std::nullopt;
      return for_each_invitation(store_, op_.invitations(), [&](const auto& row) -> Fault {
        auto swept = execute(store_, policy_, op_.sweep(row.id), runtime_);
        if (!swept) return std::move(swept.error());
        if ((*swept).outcome() != Outcome::unchanged) ++result_.invitations;
        tell();
        return std::nullopt;
      });
    } else {
      return std::nullopt;
    }
  }
  Fault sweep_memberships(const BasicMembershipFilter<T>& members) {
    return sweep_pages<typename T::MembershipId>(
        [&](const auto& page) { return list_memberships(store_, members, page); },
        result_.memberships);
  }

  /// Sweeps page by page, from the beginning again and again, until a whole list made after the
  /// mark, and the fence, is empty. Each page goes on behind the last, so that those who are swept
  /// and stay are passed over once and not for each page.
  template <class I, class List>
  Fault sweep_pages(List&& list, std::size_t& swept) {
    Page<I> page;
    page.limit = operation_page;
    for (;;) {
      auto listed = list(page);
      if (!listed) return store_failure<S>(std::move(listed.error()));
      const auto& rows = (*listed).rows;
      const bool is_whole = !page.after;
      page.after.reset();
      if (rows.empty()) {
        if (is_whole) return std::nullopt;
        continue;
      }
      using Sweep = decltype(op_.sweep(rows.front().id));
      std::vector<Sweep> sweeps;
      sweeps.reserve(rows.size());
      for (const auto& row : rows) sweeps.push_back(op_.sweep(row.id));
      if ((*listed).more) page.after = rows.back().id;
      if (Fault fault = carry_out(std::span<const Sweep>(sweeps), swept)) return fault;
      tell();
    }
  }
  /// A page of memberships is all or nothing; of a user each is in its own organization. Counts
  /// those that another run has not swept already.
  template <class Sweep>
  Fault carry_out(std::span<const Sweep> sweeps, std::size_t& swept) {
    if constexpr (Op::scope == OperationScope::one_user || !Sweep::kinds.has(Kind::membership)) {
      for (const Sweep& sweep : sweeps) {
        auto done = execute(store_, policy_, sweep, runtime_);
        if (!done) return std::move(done.error());
        if ((*done).outcome() != Outcome::unchanged) ++swept;
      }
    } else {
      auto done = execute_all(store_, policy_, sweeps, runtime_);
      if (!done) return std::move(done.error().failure);
      for (const auto& item : *done) {
        if (item.outcome != Outcome::unchanged) ++swept;
      }
    }
    return std::nullopt;
  }

  void tell() { progress_(BasicOperationProgress<T>{result_, cursor_}); }

  S& store_;
  const Policy& policy_;
  Op op_;
  RuntimeType& runtime_;
  Progress& progress_;
  OperationResult result_{};
  BasicOperationCursor<T> cursor_{};
};

}  // namespace detail

using OperationCursor = BasicOperationCursor<DefaultTraits>;
using OperationProgress = BasicOperationProgress<DefaultTraits>;

}  // namespace membership::inline v0

#endif
