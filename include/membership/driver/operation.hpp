// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DRIVER_OPERATION_HPP
#define MEMBERSHIP_DRIVER_OPERATION_HPP

#include "membership/driver/operation_preview.hpp"
#include "membership/driver/operation_run.hpp"
#include "membership/driver/operation_steps.hpp"

#include <tl/expected.hpp>

#include <optional>
#include <string_view>
#include <utility>

namespace membership::inline v0 {

/// The long operations (docs/explanation/concurrency.md, rule 6): mark, walk in pages, finish. What
/// all of them have in common:
///
/// Run again, one goes on where an earlier run stopped; two runs at once do no harm. `progress` is
/// called after each page with what this run has done and a cursor, with which a later run of one
/// that visits organizations may skip what is done. A page of memberships is all or nothing, but of
/// `delete_user`, whose memberships are each in another organization; invitations and roles are
/// changed one by one.
/// Failures, as `execute`: `refused` with the error of a step, or with `operation_superseded` where
/// the mark was taken back or made anew meanwhile, or the cursor is of another mark; `contended`;
/// `store`. After a failure behind the mark the mark stays, and `finish_marked` goes on.
/// Complexity: one commit for each organization visited, for every hundred memberships changed and
/// for each invitation or role changed, and the lists.

namespace detail {
template <class S, class Policy, class Op, class RuntimeType, class Progress>
auto run_operation(S& store, const Policy& policy, Op operation, RuntimeType& runtime,
                   Progress& progress,
                   const std::optional<BasicOperationCursor<typename S::traits>>& resume = {}) {
  return OperationRun<S, Policy, Op, RuntimeType, Progress>(store, policy, std::move(operation),
                                                            runtime, progress)
      .run(resume);
}
}  // namespace detail

/// Deletes an organization with its memberships and invitations: one `deleted` event for each
/// membership, then the organization's. An organization under deletion takes no new member.
/// Errors: `entity_not_found`.
template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>,
          class Progress = NoOperationProgress>
[[nodiscard]] tl::expected<OperationResult, Failure<S>>
delete_organization(S& store, const MembershipPolicy<Rules...>& policy,
                    const typename S::traits::OrganizationId& organization,
                    RuntimeType&& runtime = RuntimeType{}, Progress&& progress = Progress{}) {
  using T = typename S::traits;
  return detail::run_operation(store, policy, detail::OrganizationDeletion<T>(organization),
                               runtime, progress);
}

/// Deletes a user with all memberships and open invitations: one `deleted` event for each
/// membership, `invitation.revoked` for each invitation, then the user's. Looks first.
///
/// Where a rule refuses one of the deletions, as the owner guard that of a last owner, it is
/// refused with nothing changed. Where that comes about only after the look, the user stays marked:
/// run again after a transfer it goes on, and `KeepUser` takes the mark back.
/// Errors, in this order: `entity_not_found`; a rule's refusal.
/// Complexity: two loads and one commit for each membership and each open invitation of the
/// address, twice the lists.
template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>,
          class Progress = NoOperationProgress>
[[nodiscard]] tl::expected<OperationResult, Failure<S>>
delete_user(S& store, const MembershipPolicy<Rules...>& policy,
            const typename S::traits::UserId& user, RuntimeType&& runtime = RuntimeType{},
            Progress&& progress = Progress{}) {
  using T = typename S::traits;
  const detail::UserDeletion<T> operation(user);
  auto look = detail::preview_operation(store, policy, operation, runtime);
  if (!look) {
    return tl::expected<OperationResult, Failure<S>>(tl::unexpect, std::move(look.error()));
  }
  return detail::run_operation(store, policy, operation, runtime, progress);
}

/// Deletes a role of the environment: one `updated` event for each membership that holds it, then
/// the role's `deleted`. It is taken from the defaults and priority orders of organizations.
///
/// Errors, in this order: as `MarkRoleDeleted`; with `WhenInUse::refuse` `role_has_assignments`
/// where a membership of any status or an open invitation holds it. That is looked for before the
/// mark too, so that nothing is changed unless it comes about between the two; then the mark is
/// taken back, and only defaults and orders have changed. Invitations that have expired are ended
/// where it is held, and do not count.
/// Complexity, besides that of all: with `WhenInUse::refuse` two lists for each organization more,
/// and one of its open invitations where it is held.
template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>,
          class Progress = NoOperationProgress>
[[nodiscard]] tl::expected<OperationResult, Failure<S>>
delete_role(S& store, const MembershipPolicy<Rules...>& policy, std::string_view role,
            const RoleDeletionOptions& options = {}, RuntimeType&& runtime = RuntimeType{},
            Progress&& progress = Progress{},
            const std::optional<BasicOperationCursor<typename S::traits>>& resume = {}) {
  using T = typename S::traits;
  return detail::run_operation(store, policy, detail::EnvironmentRoleDeletion<T>(role, options),
                               runtime, progress, resume);
}

/// Deletes a role of one organization, as `delete_role`; nothing else is visited.
template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>,
          class Progress = NoOperationProgress>
[[nodiscard]] tl::expected<OperationResult, Failure<S>> delete_organization_role(
    S& store, const MembershipPolicy<Rules...>& policy,
    const typename S::traits::OrganizationId& organization, std::string_view role,
    const RoleDeletionOptions& options = {}, RuntimeType&& runtime = RuntimeType{},
    Progress&& progress = Progress{},
    const std::optional<BasicOperationCursor<typename S::traits>>& resume = {}) {
  using T = typename S::traits;
  return detail::run_operation(store, policy,
                               detail::OrganizationRoleDeletion<T>(role, options, organization),
                               runtime, progress, resume);
}

/// Deletes a permission: one `updated` event for each role that has it, then the permission's
/// `deleted`. Errors, in this order: `entity_not_found`, `system_permission`.
template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>,
          class Progress = NoOperationProgress>
[[nodiscard]] tl::expected<OperationResult, Failure<S>>
delete_permission(S& store, const MembershipPolicy<Rules...>& policy, std::string_view permission,
                  RuntimeType&& runtime = RuntimeType{}, Progress&& progress = Progress{},
                  const std::optional<BasicOperationCursor<typename S::traits>>& resume = {}) {
  using T = typename S::traits;
  return detail::run_operation(store, policy, detail::PermissionDeletion<T>(permission), runtime,
                               progress, resume);
}

/// Switches Multiple Roles off: one `updated` event for each membership that holds several roles
/// and keeps one. Where it is off, nothing happens.
template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>,
          class Progress = NoOperationProgress>
[[nodiscard]] tl::expected<OperationResult, Failure<S>>
disable_multiple_roles(S& store, const MembershipPolicy<Rules...>& policy,
                       RuntimeType&& runtime = RuntimeType{}, Progress&& progress = Progress{},
                       const std::optional<BasicOperationCursor<typename S::traits>>& resume = {}) {
  using T = typename S::traits;
  return detail::run_operation(store, policy, detail::MultipleRolesOff<T>{}, runtime, progress,
                               resume);
}

/// Names another owner role. There is no event. Where it is named, nothing happens.
/// Errors as `MarkOwnerRole`.
/// Complexity, besides that of all: counts the members of every organization.
template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>,
          class Progress = NoOperationProgress>
[[nodiscard]] tl::expected<OperationResult, Failure<S>>
name_owner_role(S& store, const MembershipPolicy<Rules...>& policy, std::string_view role,
                RuntimeType&& runtime = RuntimeType{}, Progress&& progress = Progress{},
                const std::optional<BasicOperationCursor<typename S::traits>>& resume = {}) {
  using T = typename S::traits;
  return detail::run_operation(store, policy, detail::OwnerRoleNaming<T>(role), runtime, progress,
                               resume);
}

/// Leaves no owner role: nobody is an owner any more, and `OwnerGuard` judges nothing. There is no
/// event. Where there is none, nothing happens. Errors: `operation_unfinished` where it would be a
/// third. Complexity: as `name_owner_role`.
template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>,
          class Progress = NoOperationProgress>
[[nodiscard]] tl::expected<OperationResult, Failure<S>>
unname_owner_role(S& store, const MembershipPolicy<Rules...>& policy,
                  RuntimeType&& runtime = RuntimeType{}, Progress&& progress = Progress{},
                  const std::optional<BasicOperationCursor<typename S::traits>>& resume = {}) {
  using T = typename S::traits;
  return detail::run_operation(store, policy, detail::OwnerRoleNaming<T>(std::nullopt), runtime,
                               progress, resume);
}

}  // namespace membership::inline v0

#endif
