// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_GENERATORS_RUN_STEP_HPP
#define MEMBERSHIP_TESTING_GENERATORS_RUN_STEP_HPP

#include "membership/administration.hpp"
#include "membership/testing/fake_clock.hpp"
#include "membership/testing/fixed_ids.hpp"
#include "membership/testing/generators/step_commands.hpp"
#include "membership/testing/generators/steps.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace membership::inline v0 {
namespace testing {

/// A runtime whose time passes only where a step says so, with ids that count.
using StepRuntime = Runtime<FakeClock, FixedIds, FakeWait>;

/// What came of a step: of a whole operation `deleted`, `updated` or `unchanged`.
template <class S>
using StepResult = tl::expected<Outcome, Failure<S>>;

namespace detail {

/// Runs one step.
template <class S, class Policy, class RuntimeType>
class StepRun {
 public:
  StepRun(S& store, const Policy& policy, Known& known, RuntimeType& runtime)
      : store_(store), policy_(policy), known_(known), runtime_(runtime) {}

  StepResult<S> run(const CommandStep& step) {
    StepResult<S> result(tl::in_place, Outcome::unchanged);
    const bool whole = step.kind >= CommandStep::Kind::delete_organization;
    const bool is_command = with_command(step, known_, [&](const auto& command) {
      if constexpr (requires { operate(command); }) {
        if (whole) {
          result = look();
          if (result) result = operate(command);
          return;
        }
      }
      result = take(carry_out(command));
    });
    if (is_command) return result;
    return step.kind == CommandStep::Kind::finish_marked ? finish() : expire();
  }

 private:
  template <class C>
  auto carry_out(const C& command) {
    return execute(store_, policy_, command, runtime_);
  }
  auto carry_out(const CreateMembership& command) {
    return create_membership(store_, policy_, command, runtime_);
  }
  auto carry_out(const SendInvitation& command) {
    return send_invitation(store_, policy_, command, runtime_);
  }
  auto carry_out(const AcceptInvitation& command) {
    return accept_invitation(store_, policy_, command, runtime_);
  }
  StepResult<S> take(tl::expected<Receipt<S>, Failure<S>> result) {
    if (!result) return tl::unexpected<Failure<S>>(std::move(result.error()));
    if ((*result).outcome() != Outcome::unchanged) known_.remember((*result).plan);
    return StepResult<S>(tl::in_place, (*result).outcome());
  }

  // Whole operations, each by the command that marks it.

  StepResult<S> operate(const MarkOrganizationDeleted& mark) {
    return ended(delete_organization(store_, policy_, mark.organization, runtime_),
                 {MarkKind::organization_deletion, Phase::deleting, 0, mark.organization});
  }
  StepResult<S> operate(const MarkUserDeleted& mark) {
    return ended(delete_user(store_, policy_, mark.user, runtime_),
                 {MarkKind::user_deletion, Phase::deleting, 0, std::nullopt, mark.user});
  }
  StepResult<S> operate(const MarkRoleDeleted& mark) {
    const RoleDeletionOptions options{mark.only_unused ? WhenInUse::refuse : WhenInUse::reassign,
                                      mark.replacement};
    Mark of_role{MarkKind::role_deletion, Phase::retiring, 0, mark.organization};
    of_role.role = RoleSlug::from_stored(mark.role);
    return ended(mark.organization ? delete_organization_role(store_, policy_, *mark.organization,
                                                              mark.role, options, runtime_)
                                   : delete_role(store_, policy_, mark.role, options, runtime_),
                 of_role);
  }
  StepResult<S> operate(const MarkPermissionDeleted& mark) {
    Mark of_permission{MarkKind::permission_deletion, Phase::retiring};
    of_permission.permission = PermissionSlug::from_stored(mark.permission);
    return ended(delete_permission(store_, policy_, mark.permission, runtime_), of_permission);
  }
  StepResult<S> operate(const MarkMultipleRolesDisabled&) {
    return ended(disable_multiple_roles(store_, policy_, runtime_),
                 {MarkKind::multiple_roles_off, Phase::closing});
  }
  StepResult<S> operate(const MarkOwnerRole& mark) {
    return ended(mark.role ? name_owner_role(store_, policy_, *mark.role, runtime_)
                           : unname_owner_role(store_, policy_, runtime_),
                 {MarkKind::owner_role_naming});
  }

  StepResult<S> ended(tl::expected<OperationResult, Failure<S>> result, const Mark& mark) {
    if (!result) return tl::unexpected<Failure<S>>(std::move(result.error()));
    return forget(mark);
  }
  /// Takes in that an operation has ended.
  StepResult<S> forget(const Mark& mark) {
    if (mark.role) known_.forget_role(*mark.role, mark.organization);
    if (mark.permission) known_.forget_permission(*mark.permission);
    if (mark.user) known_.deleting_user.reset();
    if (mark.kind == MarkKind::organization_deletion) known_.deleting_organization.reset();
    const std::uint64_t before = known_.environment.revision;
    if (auto seen = look(); !seen) return seen;
    const bool of_environment =
        mark.kind == MarkKind::multiple_roles_off || mark.kind == MarkKind::owner_role_naming;
    if (!of_environment) return StepResult<S>(tl::in_place, Outcome::deleted);
    return StepResult<S>(tl::in_place, before == known_.environment.revision ? Outcome::unchanged
                                                                             : Outcome::updated);
  }
  /// Takes in how the environment is.
  StepResult<S> look() {
    const auto seen = store_.load(Reads{});
    if (!seen) {
      return tl::unexpected<Failure<S>>(
          Failure<S>{FailureKind::store, 1, std::nullopt, seen.error()});
    }
    known_.environment = (*seen).environment;
    return StepResult<S>(tl::in_place, Outcome::unchanged);
  }
  /// What came of several: the first failure, if there is one.
  StepResult<S> finish() {
    auto finished = finish_marked(store_, policy_, runtime_);
    if (!finished) {
      return tl::unexpected<Failure<S>>(
          Failure<S>{FailureKind::store, 1, std::nullopt, std::move(finished.error())});
    }
    StepResult<S> whole(tl::in_place, Outcome::unchanged);
    for (auto& one : *finished) {
      StepResult<S> result = ended(std::move(one.result), one.mark);
      if (!result) {
        if (whole) whole = std::move(result);
      } else if (whole) {
        *whole = Outcome::updated;
      }
    }
    return whole;
  }
  StepResult<S> expire() {
    const auto ended = expire_invitations(store_, policy_, runtime_);
    if (!ended) return tl::unexpected<Failure<S>>(ended.error());
    return StepResult<S>(tl::in_place, *ended == 0 ? Outcome::unchanged : Outcome::updated);
  }

  S& store_;
  const Policy& policy_;
  Known& known_;
  RuntimeType& runtime_;
};

}  // namespace detail

/// Lets the step's days pass, where the runtime's clock can be moved, runs the step, and takes what
/// it made into `known`. An invitation that has expired is ended on the way, as the driver does,
/// and an acceptance makes a user.
/// Preconditions: the store keeps all kinds of entity.
/// Failures: those of the commands; `refused` is nothing unusual.
template <class S, class... Rules, class RuntimeType>
[[nodiscard]] StepResult<S> run_step(S& store, const MembershipPolicy<Rules...>& policy,
                                     const CommandStep& step, Known& known, RuntimeType& runtime) {
  constexpr std::int64_t day = 86'400'000;
  if constexpr (requires { runtime.clock.advance(day); }) runtime.clock.advance(step.days * day);
  return detail::StepRun<S, MembershipPolicy<Rules...>, RuntimeType>(store, policy, known, runtime)
      .run(step);
}

}  // namespace testing
}  // namespace membership::inline v0

#endif
