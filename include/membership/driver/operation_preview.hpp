// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DRIVER_OPERATION_PREVIEW_HPP
#define MEMBERSHIP_DRIVER_OPERATION_PREVIEW_HPP

#include "membership/driver/operation_run.hpp"
#include "membership/driver/operation_steps.hpp"
#include "membership/policy/apply.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace membership::inline v0 {

/// What one role means to those whom a long operation concerns.
struct PreviewedRole {
  RoleSlug slug;
  std::size_t gained = 0;  ///< memberships and invitations that get it
  std::size_t kept = 0;    ///< memberships that hold it before and after
};

/// What a long operation would do, before anything is done: the same steps, decided on the world as
/// it is now and thrown away. What changes between this and the operation is not in it.
struct OperationPreview {
  std::size_t active = 0;  ///< memberships concerned, by their status
  std::size_t inactive = 0;
  std::size_t pending = 0;
  std::size_t invitations = 0;  ///< open ones concerned
  std::size_t deleted = 0;      ///< of the memberships: those that go
  std::size_t loses_only = 0;   ///< of the memberships: those that lose roles and gain none
  std::size_t roles_changed = 0;
  std::vector<PreviewedRole> roles{};  ///< those gained or kept, in the order in which they came
};

namespace detail {

inline PreviewedRole& previewed(OperationPreview& preview, const RoleSlug& slug) {
  for (PreviewedRole& role : preview.roles) {
    if (role.slug.view() == slug.view()) return role;
  }
  return preview.roles.emplace_back(PreviewedRole{slug});
}

/// Looks at a long operation: decides its steps and keeps none.
template <class S, class Policy, class Op, class RuntimeType>
class OperationLook {
 public:
  using T = typename S::traits;
  using OrganizationId = typename T::OrganizationId;
  using Fault = std::optional<Failure<S>>;

  OperationLook(S& store, const Policy& policy, Op operation, RuntimeType& runtime)
      : store_(store), policy_(policy), op_(std::move(operation)), runtime_(runtime) {}

  tl::expected<OperationPreview, Failure<S>> run() {
    Fault fault = look();
    if (fault) {
      return tl::expected<OperationPreview, Failure<S>>(tl::unexpect, std::move(*fault));
    }
    return tl::expected<OperationPreview, Failure<S>>(tl::in_place, std::move(preview_));
  }

 private:
  Fault look() {
    const auto command = op_.mark();
    auto seen = store_.load(command.reads());
    if (!seen) return store_failure<S>(std::move(seen.error()));
    const auto marked = decide(command, *seen);
    if (!marked) return refused_failure<S>(marked.error());
    op_.begin(*marked, *seen);
    if (op_.generation == 0) return std::nullopt;
    marked_.emplace(*marked);
    if constexpr (Op::scope == OperationScope::one_user) {
      Fault fault = for_each_membership(op_.members(), [&](const auto& membership) -> Fault {
        auto shown = store_.load(op_.sweep(membership.id).reads());
        if (!shown) return store_failure<S>(std::move(shown.error()));
        show(*shown);
        return look_at(membership, *shown);
      });
      return fault ? fault : look_at_invitations_of_user();
    } else if constexpr (Op::scope == OperationScope::one_organization) {
      return look_into(op_.organization());
    } else {
      if constexpr (SweepsRoles<Op>) count_roles((*seen).roles.environment());
      return for_each_organization(
          store_, std::nullopt, [&](const OrganizationId& id) { return look_into(id); },
          [](const OrganizationId&) {});
    }
  }

  template <class C>
  auto decide(const C& command, const BasicSnapshot<T>& seen) {
    return policy_.decide(command, seen, draw_context<C>(runtime_.clock.now(), runtime_.ids));
  }

  /// Changes a snapshot to what it shows under the mark.
  void show(BasicSnapshot<T>& seen) {
    apply(seen, *marked_);
    if (!marked_->role) return;
    const RoleIndex index = marked_->role->index;
    const RoleTable table =
        index.is_organization() ? seen.roles.organization() : seen.roles.environment();
    states_.clear();
    for (unsigned place = 0; place < table.size(); ++place) states_.push_back(table[place]);
    if (index.place() < states_.size()) states_[index.place()] = marked_->role->after;
    const RoleTable shown(states_.data(), states_.size());
    seen.roles =
        RoleCatalogue(index.is_organization() ? seen.roles.environment() : shown,
                      index.is_organization() ? shown : seen.roles.organization(),
                      seen.roles.order(), seen.roles.own_order(), seen.roles.permission_table());
  }

  Fault look_into(const OrganizationId& organization) {
    BasicReads<T> reads;
    reads.organization = &organization;
    auto seen = store_.load(reads);
    if (!seen) return store_failure<S>(std::move(seen.error()));
    if (!(*seen).organization) return std::nullopt;
    show(*seen);
    if constexpr (SweepsRoles<Op>) count_roles((*seen).roles.organization());
    if constexpr (SweepsMemberships<Op>) {
      auto members = op_.members();
      members.organization = organization;
      const auto look_at_member = [&](const auto& membership) -> Fault {
        (*seen).membership.emplace(membership);
        return look_at(membership, *seen);
      };
      if (Fault fault = for_each_membership(members, look_at_member)) return fault;
    }
    if constexpr (SweepsInvitations<Op> && ListsInvitations<S>) {
      return look_at_invitations(organization, *seen);
    }
    return std::nullopt;
  }

  void count_roles(RoleTable roles) {
    for (unsigned place = 0; place < roles.size(); ++place) {
      if (roles.has(place) && op_.takes(roles[place])) ++preview_.roles_changed;
    }
  }

  template <class Visit>
  Fault for_each_membership(const BasicMembershipFilter<T>& filter, Visit&& visit) {
    Page<typename T::MembershipId> page;
    page.limit = operation_page;
    for (bool more = true; more;) {
      auto rows = list_memberships(store_, filter, page);
      if (!rows) return store_failure<S>(std::move(rows.error()));
      more = (*rows).more;
      for (const auto& row : (*rows).rows) {
        if (Fault fault = visit(row)) return fault;
        page.after = row.id;
      }
    }
    return std::nullopt;
  }

  /// Decides the sweep of a membership and shows what it leaves to those that follow.
  Fault look_at(const BasicOrganizationMembership<T>& membership, BasicSnapshot<T>& seen) {
    const auto plan = decide(op_.sweep(membership.id), seen);
    if (!plan) return refused_failure<S>(plan.error());
    if (!(*plan).membership) return std::nullopt;
    if ((*plan).invitation) ++preview_.invitations;
    switch (membership.status) {
      case Status::active: ++preview_.active; break;
      case Status::inactive: ++preview_.inactive; break;
      case Status::pending: ++preview_.pending; break;
    }
    if ((*plan).membership->effect == Effect::erase) {
      ++preview_.deleted;
    } else {
      const RoleSet after = (*plan).membership->after.roles;
      const RoleSet gained = after - membership.roles;
      if (gained.empty()) ++preview_.loses_only;
      seen.roles.for_each_in_order(after, [&](RoleIndex index) {
        PreviewedRole& role = previewed(preview_, seen.roles.at(index)->slug);
        ++(gained.contains(index) ? role.gained : role.kept);
      });
    }
    apply(seen, *plan);
    return std::nullopt;
  }

  Fault look_at_invitations(const OrganizationId& organization, BasicSnapshot<T>& seen) {
    auto filter = op_.invitations();
    filter.organization = organization;
    filter.open = true;
    return for_each_invitation(store_, filter, [&](const auto& row) {
      seen.invitation.emplace(row);
      return look_at_invitation(row.id, seen);
    });
  }
  /// Those about a membership of the user's are counted where they go with it.
  Fault look_at_invitations_of_user() {
    if constexpr (SweepsInvitations<Op> && ListsInvitations<S>) {
      if (!op_.address) return std::nullopt;
      return for_each_invitation(store_, op_.invitations(), [&](const auto& row) -> Fault {
        if (row.user) return std::nullopt;
        auto shown = store_.load(op_.sweep(row.id).reads());
        if (!shown) return store_failure<S>(std::move(shown.error()));
        show(*shown);
        return look_at_invitation(row.id, *shown);
      });
    } else {
      return std::nullopt;
    }
  }
  Fault look_at_invitation(const typename T::InvitationId& id, const BasicSnapshot<T>& seen) {
    const auto plan = decide(op_.sweep(id), seen);
    if (!plan) return refused_failure<S>(plan.error());
    if (!(*plan).invitation) return std::nullopt;
    ++preview_.invitations;
    const RoleState* const role = seen.roles.at((*plan).invitation->after.role);
    if (role != nullptr) ++previewed(preview_, role->slug).gained;
    return std::nullopt;
  }

  S& store_;
  const Policy& policy_;
  Op op_;
  RuntimeType& runtime_;
  std::optional<BasicPlan<T>> marked_{};
  std::vector<RoleState> states_{};
  OperationPreview preview_{};
};

template <class S, class Policy, class Op, class RuntimeType>
[[nodiscard]] auto preview_operation(S& store, const Policy& policy, Op operation,
                                     RuntimeType& runtime) {
  return OperationLook<S, Policy, Op, RuntimeType>(store, policy, std::move(operation), runtime)
      .run();
}

}  // namespace detail

/// What `delete_role` would do with `WhenInUse::reassign`.
/// Failures: `refused` with the error of a step, `store`.
/// Complexity: one load for each organization, and the lists of the memberships concerned.
template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>>
[[nodiscard]] tl::expected<OperationPreview, Failure<S>>
preview_delete_role(S& store, const MembershipPolicy<Rules...>& policy, std::string_view role,
                    std::optional<std::string_view> replacement = {},
                    RuntimeType&& runtime = RuntimeType{}) {
  using T = typename S::traits;
  const RoleDeletionOptions options{WhenInUse::reassign, replacement};
  return detail::preview_operation(store, policy, detail::EnvironmentRoleDeletion<T>(role, options),
                                   runtime);
}

/// What `delete_organization_role` would do, as `preview_delete_role`.
template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>>
[[nodiscard]] tl::expected<OperationPreview, Failure<S>> preview_delete_organization_role(
    S& store, const MembershipPolicy<Rules...>& policy,
    const typename S::traits::OrganizationId& organization, std::string_view role,
    std::optional<std::string_view> replacement = {}, RuntimeType&& runtime = RuntimeType{}) {
  using T = typename S::traits;
  const RoleDeletionOptions options{WhenInUse::reassign, replacement};
  return detail::preview_operation(
      store, policy, detail::OrganizationRoleDeletion<T>(role, options, organization), runtime);
}

/// What `delete_permission` would do: the number of roles that lose it.
template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>>
[[nodiscard]] tl::expected<OperationPreview, Failure<S>>
preview_delete_permission(S& store, const MembershipPolicy<Rules...>& policy,
                          std::string_view permission, RuntimeType&& runtime = RuntimeType{}) {
  using T = typename S::traits;
  return detail::preview_operation(store, policy, detail::PermissionDeletion<T>(permission),
                                   runtime);
}

/// What `disable_multiple_roles` would do.
template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>>
[[nodiscard]] tl::expected<OperationPreview, Failure<S>>
preview_disable_multiple_roles(S& store, const MembershipPolicy<Rules...>& policy,
                               RuntimeType&& runtime = RuntimeType{}) {
  using T = typename S::traits;
  return detail::preview_operation(store, policy, detail::MultipleRolesOff<T>{}, runtime);
}

/// What naming another owner role would do to the organizations that there are now.
struct OwnerRolePreview {
  std::size_t organizations = 0;
  std::size_t owners = 0;         ///< active memberships that hold the role, of all of them
  std::size_t without_owner = 0;  ///< organizations in which nobody does
};

/// What `name_owner_role` would do, with a role.
/// Failures: `refused` as `MarkOwnerRole`, `store`.
/// Complexity: one load for each organization, which counts its members.
template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>>
[[nodiscard]] tl::expected<OwnerRolePreview, Failure<S>>
preview_name_owner_role(S& store, const MembershipPolicy<Rules...>& policy, std::string_view role,
                        RuntimeType&& runtime = RuntimeType{}) {
  using T = typename S::traits;
  using Result = tl::expected<OwnerRolePreview, Failure<S>>;
  const BasicMarkOwnerRole<T> command{role};
  const auto seen = store.load(command.reads());
  if (!seen) return Result(tl::unexpect, detail::store_failure<S>(seen.error()));
  const auto context = draw_context<BasicMarkOwnerRole<T>>(runtime.clock.now(), runtime.ids);
  const auto plan = policy.decide(command, *seen, context);
  if (!plan) return Result(tl::unexpect, detail::refused_failure<S>(plan.error()));
  OwnerRolePreview preview;
  BasicReads<T> reads;
  reads.holders = (*seen).roles.find(role);
  const auto look = [&](const typename T::OrganizationId& id) -> std::optional<Failure<S>> {
    reads.organization = &id;
    const auto shown = store.load(reads);
    if (!shown) return detail::store_failure<S>(shown.error());
    if (!(*shown).organization) return std::nullopt;
    ++preview.organizations;
    preview.owners += static_cast<std::size_t>((*shown).holders);
    if ((*shown).holders == 0) ++preview.without_owner;
    return std::nullopt;
  };
  auto failure = detail::for_each_organization(store, std::nullopt, look,
                                               [](const typename T::OrganizationId&) {});
  if (failure) return Result(tl::unexpect, std::move(*failure));
  return Result(tl::in_place, preview);
}

/// What `delete_organization` would do.
template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>>
[[nodiscard]] tl::expected<OperationPreview, Failure<S>>
preview_delete_organization(S& store, const MembershipPolicy<Rules...>& policy,
                            const typename S::traits::OrganizationId& organization,
                            RuntimeType&& runtime = RuntimeType{}) {
  using T = typename S::traits;
  return detail::preview_operation(store, policy, detail::OrganizationDeletion<T>(organization),
                                   runtime);
}

/// What `delete_user` would do. A rule's refusal, as the owner guard's, is the failure here too.
template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>>
[[nodiscard]] tl::expected<OperationPreview, Failure<S>>
preview_delete_user(S& store, const MembershipPolicy<Rules...>& policy,
                    const typename S::traits::UserId& user, RuntimeType&& runtime = RuntimeType{}) {
  using T = typename S::traits;
  return detail::preview_operation(store, policy, detail::UserDeletion<T>(user), runtime);
}

}  // namespace membership::inline v0

#endif
