// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_MEMORY_ROLE_VERSIONS_HPP
#define MEMBERSHIP_STORE_MEMORY_ROLE_VERSIONS_HPP

#include "membership/domain/environment.hpp"
#include "membership/domain/role_catalogue.hpp"
#include "membership/policy/plan.hpp"
#include "membership/store/memory/owned_texts.hpp"
#include "membership/store/memory/ref.hpp"

#include <cstddef>
#include <vector>

namespace membership {
inline namespace v0 {
namespace detail {

/// What is shown of a role besides its state.
template <class T>
struct RoleDetail : Counted {
  typename T::RoleId id;
  OwnedProfile profile;
  RoleDetail(const typename T::RoleId& role, const Profile& shown) : id(role), profile(shown) {}
};

/// One version of the roles of an environment or an organization. Never changed: a change makes
/// the next version, and whoever read this one keeps it.
template <class T>
struct RoleVersion : Counted {
  std::vector<RoleState> states;
  std::vector<Ref<RoleDetail<T>>> details;
  RoleOrder order{};

  RoleTable table() const noexcept { return {states.data(), states.size()}; }
};

/// The version that a plan leaves. `before` may be null.
template <class T>
[[nodiscard]] Ref<RoleVersion<T>> next_version(const RoleVersion<T>* before,
                                               const BasicPlan<T>& plan) {
  auto* const next = new RoleVersion<T>;
  const Ref<RoleVersion<T>> result(next);
  if (before != nullptr) {
    next->states = before->states;
    next->details = before->details;
    next->order = before->order;
  }
  if (plan.role) {
    const std::size_t place = plan.role->index.place();
    const Ref<RoleDetail<T>> detail(new RoleDetail<T>(plan.role->id, *plan.profile));
    if (place == next->states.size()) {
      next->states.push_back(plan.role->after);
      next->details.push_back(detail);
    } else {
      next->states[place] = plan.role->after;
      next->details[place] = detail;
    }
  }
  if (plan.order) next->order = *plan.order;
  return result;
}

/// One version of an environment. All versions live as long as the store: a change of a role is
/// rare, and a count shared by every reader would cost each load more (DESIGN.md).
template <class T>
struct EnvironmentVersion {
  EnvironmentState state{};
  Ref<RoleVersion<T>> roles;
  const EnvironmentVersion* previous = nullptr;  ///< the one that this replaced
};

template <class T>
RoleCatalogue catalogue_of(const EnvironmentVersion<T>& environment,
                           const RoleVersion<T>* own) noexcept {
  return RoleCatalogue(environment.roles->table(), own == nullptr ? RoleTable{} : own->table(),
                       own != nullptr && own->order.size > 0 ? &own->order
                                                             : &environment.roles->order);
}

}  // namespace detail
}  // namespace v0
}  // namespace membership

#endif
