// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DRIVER_MARKS_HPP
#define MEMBERSHIP_DRIVER_MARKS_HPP

#include "membership/driver/operation.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace membership::inline v0 {

/// Which long operation a mark belongs to.
enum class MarkKind : std::uint8_t {
  organization_deletion,
  user_deletion,
  organization_role_deletion,
  role_deletion,
  permission_deletion,
  multiple_roles_off,
  owner_role_naming,
};

/// The mark of a long operation that has not ended (docs/explanation/concurrency.md, rule 6).
template <class T>
struct BasicMark {
  MarkKind kind;
  Phase phase = Phase::live;  ///< of the marked row; naming an owner role has none of its own
  std::uint64_t generation = 0;
  std::optional<typename T::OrganizationId> organization{};  ///< the marked one, or the role's
  std::optional<typename T::UserId> user{};
  std::optional<RoleSlug> role{};  ///< the marked one, or the owner role that is being named
  std::optional<PermissionSlug> permission{};
};

/// What became of a mark.
template <class S>
struct FinishedMark {
  BasicMark<typename S::traits> mark;
  tl::expected<OperationResult, Failure<S>> result;
};

namespace detail {

template <class T>
void add_role_marks(RoleTable roles, MarkKind kind,
                    const std::optional<typename T::OrganizationId>& organization,
                    std::vector<BasicMark<T>>& marks) {
  for (unsigned place = 0; place < roles.size(); ++place) {
    if (!roles.has(place) || roles[place].phase == Phase::live) continue;
    BasicMark<T>& mark = marks.emplace_back(
        BasicMark<T>{kind, roles[place].phase, roles[place].generation, organization});
    mark.role = roles[place].slug;
  }
}

template <class T>
void add_environment_marks(const BasicSnapshot<T>& seen, std::vector<BasicMark<T>>& marks) {
  const EnvironmentState& environment = seen.environment;
  add_role_marks<T>(seen.roles.environment(), MarkKind::role_deletion, std::nullopt, marks);
  const PermissionTable permissions = seen.roles.permission_table();
  for (unsigned place = 0; place < permissions.size(); ++place) {
    const PermissionState& permission = permissions[place];
    if (!permissions.has(place) || permission.phase == Phase::live) continue;
    marks
        .emplace_back(
            BasicMark<T>{MarkKind::permission_deletion, permission.phase, permission.generation})
        .permission = permission.slug;
  }
  if (environment.phase == Phase::closing) {
    marks.emplace_back(
        BasicMark<T>{MarkKind::multiple_roles_off, environment.phase, environment.generation});
  }
  if (environment.names_owner_role()) {
    BasicMark<T>& mark = marks.emplace_back(
        BasicMark<T>{MarkKind::owner_role_naming, Phase::live, environment.owner_generation});
    const RoleState* const role = seen.roles.at(environment.next_owner_role);
    if (role != nullptr) mark.role = role->slug;
  }
}

/// The ids of what a filter with `marked` shows.
template <class I, class Query, class S, class Filter>
[[nodiscard]] tl::expected<std::vector<I>, typename S::Failure> list_marked(S& store,
                                                                            Filter filter) {
  using Ids = tl::expected<std::vector<I>, typename S::Failure>;
  filter.marked = true;
  std::vector<I> ids;
  Page<I> page;
  page.limit = operation_page;
  for (bool more = true; more;) {
    if (!ids.empty()) page.after = ids.back();
    auto rows = copy_rows<I>(store, *Query::make(page, filter),
                             [](const auto& row) { return row.state.id; });
    if (!rows) return Ids(tl::unexpect, std::move(rows.error()));
    more = (*rows).more;
    for (const I& id : (*rows).rows) ids.push_back(id);
  }
  return Ids(tl::in_place, std::move(ids));
}

}  // namespace detail

/// The marks of all long operations that have not ended: by organization, in the order of ids, its
/// own or else those of its roles, which go with it where it is being deleted; of users; then of
/// the environment. Failures: the store's.
/// Complexity: the lists of what is marked, one load for each marked organization or user.
/// Rule: docs/explanation/concurrency.md, rule 6.
template <class S, class T = typename S::traits>
[[nodiscard]] tl::expected<std::vector<BasicMark<T>>, typename S::Failure> list_marks(S& store) {
  using Result = tl::expected<std::vector<BasicMark<T>>, typename S::Failure>;
  std::vector<BasicMark<T>> marks;
  const auto organizations =
      detail::list_marked<typename T::OrganizationId, BasicOrganizationQuery<T>>(
          store, OrganizationFilter{});
  if (!organizations) return Result(tl::unexpect, organizations.error());
  for (const auto& id : *organizations) {
    const auto seen = store.load(detail::organization_reads<T>(id));
    if (!seen) return Result(tl::unexpect, seen.error());
    if (!(*seen).organization) continue;
    const auto& state = *(*seen).organization;
    if (state.phase == Phase::deleting) {
      marks.emplace_back(
          BasicMark<T>{MarkKind::organization_deletion, state.phase, state.generation, id});
    } else {
      detail::add_role_marks<T>((*seen).roles.organization(), MarkKind::organization_role_deletion,
                                id, marks);
    }
  }
  const auto users =
      detail::list_marked<typename T::UserId, BasicUserQuery<T>>(store, BasicUserFilter<T>{});
  if (!users) return Result(tl::unexpect, users.error());
  for (const auto& id : *users) {
    BasicReads<T> reads;
    reads.user = &id;
    const auto seen = store.load(reads);
    if (!seen) return Result(tl::unexpect, seen.error());
    if (!(*seen).user || (*seen).user->phase == Phase::live) continue;
    marks.emplace_back(BasicMark<T>{MarkKind::user_deletion, (*seen).user->phase,
                                    (*seen).user->generation, std::nullopt, id});
  }
  const auto seen = store.load(BasicReads<T>{});
  if (!seen) return Result(tl::unexpect, seen.error());
  detail::add_environment_marks(*seen, marks);
  return Result(tl::in_place, std::move(marks));
}

/// Finishes one operation that is marked, under the mark given: where that was taken back or ended
/// meanwhile, and where it does not name what its kind is about, `refused` with
/// `operation_superseded`. A role that was to go only if nobody holds it is kept where somebody
/// does: `role_has_assignments`.
/// Failures and complexity: those of the operation.
template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>,
          class Progress = NoOperationProgress>
[[nodiscard]] auto finish_mark(S& store, const MembershipPolicy<Rules...>& policy,
                               const BasicMark<typename S::traits>& mark,
                               RuntimeType&& runtime = RuntimeType{},
                               Progress&& progress = Progress{}) {
  using T = typename S::traits;
  const BasicOperationCursor<T> cursor{mark.generation, std::nullopt};
  const auto run = [&](auto operation) {
    return detail::run_operation(store, policy, std::move(operation), runtime, progress, cursor);
  };
  const std::optional<std::string_view> role =
      mark.role ? std::optional(mark.role->view()) : std::nullopt;
  switch (mark.kind) {
    case MarkKind::organization_deletion:
      if (!mark.organization) break;
      return run(detail::OrganizationDeletion<T>(*mark.organization));
    case MarkKind::user_deletion:
      if (!mark.user) break;
      return run(detail::UserDeletion<T>(*mark.user));
    case MarkKind::organization_role_deletion:
      if (!role || !mark.organization) break;
      return run(
          detail::OrganizationRoleDeletion<T>(*role, RoleDeletionOptions{}, mark.organization));
    case MarkKind::role_deletion:
      if (!role) break;
      return run(detail::EnvironmentRoleDeletion<T>(*role, RoleDeletionOptions{}));
    case MarkKind::permission_deletion:
      if (!mark.permission) break;
      return run(detail::PermissionDeletion<T>(mark.permission->view()));
    case MarkKind::multiple_roles_off: return run(detail::MultipleRolesOff<T>{});
    case MarkKind::owner_role_naming: return run(detail::OwnerRoleNaming<T>(role));
  }
  return tl::expected<OperationResult, Failure<S>>(
      tl::unexpect, Failure<S>{FailureKind::refused, 0, Error{ErrorCode::operation_superseded}});
}

/// Finishes whatever another process has marked and left, in the order of `list_marks`. One that
/// fails does not keep the others: the results say what became of each. Failures: those of
/// `list_marks`.
template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>,
          class Progress = NoOperationProgress>
[[nodiscard]] tl::expected<std::vector<FinishedMark<S>>, typename S::Failure>
finish_marked(S& store, const MembershipPolicy<Rules...>& policy,
              RuntimeType&& runtime = RuntimeType{}, Progress&& progress = Progress{}) {
  using Result = tl::expected<std::vector<FinishedMark<S>>, typename S::Failure>;
  auto marks = list_marks(store);
  if (!marks) return Result(tl::unexpect, std::move(marks.error()));
  std::vector<FinishedMark<S>> finished;
  finished.reserve((*marks).size());
  for (const auto& mark : *marks) {
    finished.push_back(FinishedMark<S>{mark, finish_mark(store, policy, mark, runtime, progress)});
  }
  return Result(tl::in_place, std::move(finished));
}

using Mark = BasicMark<DefaultTraits>;

}  // namespace membership::inline v0

#endif
