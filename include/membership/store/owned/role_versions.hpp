// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_OWNED_ROLE_VERSIONS_HPP
#define MEMBERSHIP_STORE_OWNED_ROLE_VERSIONS_HPP

#include "membership/domain/environment.hpp"
#include "membership/domain/role_catalogue.hpp"
#include "membership/policy/plan.hpp"
#include "membership/policy/snapshot.hpp"
#include "membership/store/owned/owned_texts.hpp"
#include "membership/store/owned/ref.hpp"

#include <vector>

namespace membership::inline v0 {
namespace detail {

/// What is shown of a role or a permission besides its state, with its texts.
template <class I>
class Detail : public Counted {
 public:
  Detail(const I& id, const Profile& profile) : profile_(profile), named_{id, *profile_} {}
  const Named<I>& operator*() const noexcept { return named_; }

 private:
  OwnedProfile profile_;
  Named<I> named_;
};

/// Roles or permissions by their place, with their details.
template <class State, class I>
struct Catalogued {
  std::vector<State> states;
  std::vector<Ref<Detail<I>>> details;

  SlugTable<State> table() const noexcept { return {states.data(), states.size()}; }

  /// Writes one. Without a profile it keeps the one that it has.
  void put(unsigned place, const State& state, const I& id, const Profile* profile) {
    while (states.size() <= place) {
      states.push_back(State::nothing());
      details.emplace_back();
    }
    states[place] = state;
    if (profile != nullptr) details[place] = Ref<Detail<I>>(new Detail<I>(id, *profile));
  }

  /// Empties a place; whatever is made next may take it.
  void erase(unsigned place) noexcept {
    states[place] = State::nothing();
    details[place] = Ref<Detail<I>>();
  }

  /// Carries out the write of a plan.
  template <class Write>
  void write(unsigned place, const Write& write, const Profile* profile) {
    if (write.effect == Effect::erase) {
      erase(place);
    } else {
      put(place, write.after, write.id, profile);
    }
  }

  /// Whether a write finds what it needs: a free place and slug, or what it names.
  template <class Write>
  bool holds(unsigned place, const Write& write) const noexcept {
    if (write.precondition != Precondition::absent) {
      return table().has(place) && (**details[place]).id == write.id;
    }
    return !table().has(place) &&
           table().find(write.after.key, write.after.slug.view()) == table().size();
  }
};

/// One version of the roles of an environment or an organization. Never changed: a change makes
/// the next version, and whoever read this one keeps it.
template <class T>
struct RoleVersion : Counted {
  Catalogued<RoleState, typename T::RoleId> roles;
  RoleOrder order{};
};

/// The same for the permissions of an environment.
template <class T>
struct PermissionVersion : Counted {
  Catalogued<PermissionState, typename T::PermissionId> permissions;
};

/// The profile that a plan writes, or null.
template <class T>
const Profile* profile_of(const BasicPlan<T>& plan) noexcept {
  return plan.profile ? &plan.profile->after : nullptr;
}

/// The version of the roles that a plan leaves. `before` may be null.
template <class T>
[[nodiscard]] Ref<RoleVersion<T>> next_roles(const RoleVersion<T>* before,
                                             const BasicPlan<T>& plan) {
  auto* const next = new RoleVersion<T>;
  const Ref<RoleVersion<T>> result(next);
  if (before != nullptr) {
    next->roles = before->roles;
    next->order = before->order;
  }
  if (plan.role) {
    next->roles.write(plan.role->index.place(), *plan.role, profile_of(plan));
  }
  if (plan.order) next->order = *plan.order;
  return result;
}

template <class T>
[[nodiscard]] Ref<PermissionVersion<T>> next_permissions(const PermissionVersion<T>& before,
                                                         const BasicPlan<T>& plan) {
  auto* const next = new PermissionVersion<T>;
  const Ref<PermissionVersion<T>> result(next);
  next->permissions = before.permissions;
  next->permissions.write(plan.permission->index, *plan.permission, profile_of(plan));
  return result;
}

/// One version of an environment.
template <class T>
struct EnvironmentVersion : Counted {
  EnvironmentState state{};
  Ref<RoleVersion<T>> roles;
  Ref<PermissionVersion<T>> permissions;
  /// In memory, the one that this replaced: there all versions live as long as the store. A change
  /// of a role is rare, and a count shared by every reader would cost each load more.
  const EnvironmentVersion* previous = nullptr;
};

template <class T>
RoleCatalogue catalogue_of(const EnvironmentVersion<T>& environment,
                           const RoleVersion<T>* own) noexcept {
  return RoleCatalogue(environment.roles->roles.table(),
                       own == nullptr ? RoleTable{} : own->roles.table(), &environment.roles->order,
                       own == nullptr ? nullptr : &own->order,
                       environment.permissions->permissions.table());
}

}  // namespace detail
}  // namespace membership::inline v0

#endif
