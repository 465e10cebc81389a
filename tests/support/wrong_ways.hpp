// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_SUPPORT_WRONG_WAYS_HPP
#define MEMBERSHIP_TESTS_SUPPORT_WRONG_WAYS_HPP

#include "membership/membership.hpp"
#include "membership/testing/explorer/instances.hpp"
#include "membership/testing/step_store.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

/// Commands and operations that are wrong in the ways of docs/explanation/concurrency.md, for the
/// explorer to find.
namespace membership_tests {

using membership::testing::Instance;
using membership::testing::StepStore;

inline constexpr membership::OrganizationId org_a = membership::testing::explorer_organization('a');
inline constexpr membership::OrganizationId org_b = membership::testing::explorer_organization('b');
inline constexpr membership::RoleIndex editor_role = membership::RoleIndex::environment(3);

/// Removes a role of the environment, whoever holds it and however it is marked.
struct RemoveRole : membership::FinishRoleDeletion {
  explicit constexpr RemoveRole(std::string_view slug) : BasicFinishRoleDeletion{slug, 0} {}

  constexpr membership::Refusal decide(membership::DecisionKey /*key*/,
                                       const membership::PolicyOptions& /*options*/,
                                       const membership::Snapshot& seen,
                                       const membership::Context& /*context*/,
                                       membership::Plan& plan) const noexcept {
    if (seen.role == nullptr) return {};
    membership::detail::write_role(seen, *seen.roles.at(seen.role_index), plan);
    plan.outcome = membership::Outcome::deleted;
    plan.role->effect = membership::Effect::erase;
    plan.role->event = membership::EventType::role_deleted;
    plan.profile.emplace(seen.role->profile);
    if (seen.roles.order() != nullptr) {
      plan.order.emplace(*seen.roles.order()).erase(seen.role_index);
    }
    return {};
  }
};

/// Takes back the mark of an organization, whatever the pages did.
struct KeepOrganizationAnyTime : membership::KeepOrganization {
  constexpr membership::Refusal decide(membership::DecisionKey key,
                                       const membership::PolicyOptions& options,
                                       const membership::Snapshot& seen,
                                       const membership::Context& context,
                                       membership::Plan& plan) const noexcept {
    membership::Snapshot other = seen;
    if (other.organization) other.organization->generation = other.organization->revision;
    return BasicKeepOrganization::decide(key, options, other, context, plan);
  }
};

/// Leaves the role of highest priority, also to the last owner.
struct SweepByPriority : membership::SweepSeveralRoles {
  constexpr membership::Refusal decide(membership::DecisionKey key,
                                       const membership::PolicyOptions& options,
                                       const membership::Snapshot& seen,
                                       const membership::Context& context,
                                       membership::Plan& plan) const noexcept {
    membership::Snapshot other = seen;
    if (other.organization) ++other.organization->counts.owners;
    const auto refusal = BasicSweepSeveralRoles::decide(key, options, other, context, plan);
    if (plan.touch) --plan.touch->after.owners;
    return refusal;
  }
};
struct MultipleRolesOffByPriority
    : membership::detail::MultipleRolesOff<membership::DefaultTraits> {
  auto sweep(const membership::MembershipId& membership) const {
    return SweepByPriority{{membership, generation}};
  }
};

/// Fences an organization only where one of its roles has the permission.
struct FenceWhereHeld : membership::FencePermission {
  constexpr membership::Refusal decide(membership::DecisionKey key,
                                       const membership::PolicyOptions& options,
                                       const membership::Snapshot& seen,
                                       const membership::Context& context,
                                       membership::Plan& plan) const noexcept {
    const membership::RoleSet own(0, seen.roles.all().organization());
    if (seen.roles.grantor(own, permission).is_none()) return {};
    return BasicFencePermission::decide(key, options, seen, context, plan);
  }
};
struct PermissionDeletionWhereHeld
    : membership::detail::PermissionDeletion<membership::DefaultTraits> {
  using PermissionDeletion::PermissionDeletion;
  auto fence(const membership::OrganizationId& organization) const {
    return FenceWhereHeld{{organization, index, generation}};
  }
};

/// Finishes under whatever mark there is.
struct RoleDeletionOfAnyMark
    : membership::detail::EnvironmentRoleDeletion<membership::DefaultTraits> {
  using EnvironmentRoleDeletion::EnvironmentRoleDeletion;
  auto finish() const { return RemoveRole(slug); }
};

/// An operation as an actor, under a policy.
template <class Policy, class Op>
Instance<StepStore> operation_instance(std::string name, const Op& operation) {
  return membership::testing::driver_instance<StepStore>(
      std::move(name), true, [operation](auto& store, const auto& /*policy*/, auto& runtime) {
        membership::NoOperationProgress progress;
        return membership::detail::run_operation(store, Policy{}, operation, runtime, progress);
      });
}

template <class Store>
bool is_held(Store& store, const membership::OrganizationId& organization) {
  membership::MembershipFilter filter;
  filter.organization = organization;
  filter.holder = editor_role;
  bool held = false;
  const auto query = *membership::MembershipQuery::make(filter, {});
  static_cast<void>(store.list(query, [&](const auto& /*row*/) { held = true; }));
  return held;
}

/// Looks for holders of `editor`, then removes it.
inline Instance<StepStore> look_then_remove() {
  return membership::testing::driver_instance<StepStore>(
      "look, then remove", true, [](auto& store, const auto& policy, auto& runtime) {
        const membership::KeepRole nothing{"auditor"};
        auto result = membership::execute(store, policy, nothing, runtime);
        if (is_held(store, org_a) || is_held(store, org_b)) return result;
        return membership::execute(store, policy, RemoveRole("editor"), runtime);
      });
}

/// Marks `editor`, visits only organizations that hold it, and finishes.
inline Instance<StepStore> visit_holders() {
  return membership::testing::driver_instance<StepStore>(
      "mark, visit holders", true, [](auto& store, const auto& policy, auto& runtime) {
        membership::MarkRoleDeleted mark;
        mark.role = "editor";
        auto result = membership::execute(store, policy, mark, runtime);
        if (!result) return result;
        const std::uint64_t generation = result->plan.role->after.generation;
        for (const auto& id : {org_a, org_b}) {
          if (!is_held(store, id)) continue;
          const membership::FenceRole fence{id, editor_role, generation};
          result = membership::execute(store, policy, fence, runtime);
          for (unsigned number = 1; result && number <= 6; ++number) {
            const membership::SweepRoleHolder sweep{
                membership::testing::explorer_membership(number), editor_role, generation};
            result = membership::execute(store, policy, sweep, runtime);
          }
        }
        return membership::execute(store, policy,
                                   membership::FinishRoleDeletion{"editor", generation}, runtime);
      });
}

/// Looks under the guards whether the second user may go, and goes without them.
inline Instance<StepStore> delete_user_after_look() {
  return membership::testing::driver_instance<StepStore>(
      "look, then delete user", true, [](auto& store, const auto& policy, auto& runtime) {
        using Deletion = membership::detail::UserDeletion<membership::DefaultTraits>;
        const Deletion operation(membership::testing::explorer_user(2));
        membership::NoOperationProgress progress;
        auto look = membership::detail::preview_operation(store, policy, operation, runtime);
        using Store = std::remove_cvref_t<decltype(store)>;
        using Result = tl::expected<membership::OperationResult, membership::Failure<Store>>;
        if (!look) return Result(tl::unexpect, std::move(look.error()));
        return membership::detail::run_operation(store, membership::MembershipPolicy<>{}, operation,
                                                 runtime, progress);
      });
}

/// Places events, as one who then reads them.
inline Instance<StepStore> placer(std::string name) {
  return {std::move(name), false, true, [](auto& store, auto& /*runtime*/) {
            const auto place = [](StepStore& placing) { return placing.place(); };
            while (store.perform("place", place) != "placed") {
            }
            membership::testing::Ended ended;
            ended.read.emplace();
            return ended;
          }};
}

}  // namespace membership_tests

#endif
