// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DOMAIN_ROLE_CATALOGUE_HPP
#define MEMBERSHIP_DOMAIN_ROLE_CATALOGUE_HPP

#include "membership/domain/phase.hpp"
#include "membership/domain/role_set.hpp"
#include "membership/domain/slug.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace membership::inline v0 {

/// What decisions see of a permission. Its name and description are its profile.
struct PermissionState {
  SlugKey key;
  PermissionSlug slug;
  Phase phase = Phase::live;
  bool system = false;           ///< a system permission cannot be deleted
  std::uint64_t generation = 0;  ///< while `retiring`: the revision that its mark gave its owner

  constexpr explicit PermissionState(const PermissionSlug& permission_slug,
                                     bool of_system = false) noexcept
      : key(SlugKey::of(permission_slug.view())), slug(permission_slug), system(of_system) {}

  /// An empty place of a table.
  static constexpr PermissionState nothing() noexcept {
    return PermissionState(PermissionSlug::from_stored({}));
  }
};

/// The resource type of the roles that memberships are given: each organization is a resource.
inline constexpr std::string_view organization_resource_type = "organization";

/// What decisions see of a role. Its names and times are its profile.
struct RoleState {
  SlugKey key;
  RoleSlug slug;
  Phase phase = Phase::live;
  /// Whether its resource type is `organization_resource_type`: only such roles are given to
  /// memberships.
  bool of_organizations = true;
  /// While `retiring`: it goes only if nobody holds it, so that no page takes it from anybody.
  bool only_unused = false;
  /// While `retiring`: what those get who hold no other; none: the default role.
  RoleIndex replacement = RoleIndex::none();
  /// While `retiring`: the revision that its mark gave the environment, or the organization.
  std::uint64_t generation = 0;
  PermissionSet permissions;

  constexpr explicit RoleState(const RoleSlug& role_slug, bool organization_scoped = true,
                               const PermissionSet& granted = {}) noexcept
      : key(SlugKey::of(role_slug.view())), slug(role_slug), of_organizations(organization_scoped),
        permissions(granted) {}

  /// An empty place of a table.
  static constexpr RoleState nothing() noexcept {
    return RoleState(RoleSlug::from_stored({}), false);
  }

  constexpr bool assignable() const noexcept { return of_organizations && phase == Phase::live; }
};

/// Roles or permissions by their place. A place may be empty: what was there is gone, and nothing
/// has taken it yet. A view: it is valid while what it shows is.
template <class State>
class SlugTable {
 public:
  constexpr SlugTable() noexcept = default;
  constexpr SlugTable(const State* states, std::size_t size) noexcept
      : states_(states), size_(static_cast<unsigned>(size)) {}

  /// One more than the highest place that was ever taken.
  constexpr unsigned size() const noexcept { return size_; }
  constexpr const State& operator[](unsigned place) const noexcept { return states_[place]; }
  constexpr bool has(unsigned place) const noexcept {
    return place < size_ && states_[place].key.size != 0;
  }

  /// The place of what has this slug, or `size()`.
  constexpr unsigned find(const SlugKey& key, std::string_view slug) const noexcept {
    if (key.size == 0) return size_;
    for (unsigned place = 0; place < size_; ++place) {
      const State& state = states_[place];
      if (state.key == key && (key.size <= 16 || state.slug.view() == slug)) return place;
    }
    return size_;
  }

  /// The lowest empty place, which may be `size()`.
  constexpr unsigned first_free() const noexcept {
    unsigned place = 0;
    while (has(place)) ++place;
    return place;
  }

 private:
  const State* states_ = nullptr;
  unsigned size_ = 0;
};

/// At most 64 roles, of an environment or of one organization.
using RoleTable = SlugTable<RoleState>;
/// At most 256 permissions of an environment.
using PermissionTable = SlugTable<PermissionState>;

/// An order of roles by priority, the highest first.
struct RoleOrder {
  static constexpr unsigned capacity = 2 * RoleIndex::per_table;
  std::uint8_t values[capacity]{};  ///< `RoleIndex::value` of each
  std::uint8_t size = 0;

  constexpr RoleIndex operator[](unsigned at) const noexcept {
    return RoleIndex::from_value(values[at]);
  }
  /// Preconditions: the order does not name the role, and has room for it.
  constexpr void push_back(RoleIndex index) noexcept { values[size++] = index.value(); }
  constexpr bool contains(RoleIndex index) const noexcept {
    for (unsigned at = 0; at < size; ++at) {
      if (values[at] == index.value()) return true;
    }
    return false;
  }
  constexpr void erase(RoleIndex index) noexcept {
    unsigned kept = 0;
    for (unsigned at = 0; at < size; ++at) {
      if (values[at] != index.value()) values[kept++] = values[at];
    }
    size = static_cast<std::uint8_t>(kept);
  }
};

/// All roles that one organization can see, the environment's and its own, in their order, and the
/// permissions that they may grant. A view.
class RoleCatalogue {
 public:
  constexpr RoleCatalogue() noexcept = default;
  /// `order` is the environment's, `own_order` the organization's; either may be null. Roles that
  /// the organization's order does not name come after those that it does, in the environment's
  /// order; what that does not name either comes last, by its place, the environment's first.
  constexpr RoleCatalogue(RoleTable environment, RoleTable organization, const RoleOrder* order,
                          const RoleOrder* own_order = nullptr,
                          PermissionTable permissions = {}) noexcept
      : environment_(environment), organization_(organization), permissions_(permissions),
        order_(order), own_order_(own_order) {}

  constexpr PermissionTable permission_table() const noexcept { return permissions_; }

  /// The environment's order and the organization's own; null where there is none.
  constexpr const RoleOrder* order() const noexcept { return order_; }
  constexpr const RoleOrder* own_order() const noexcept { return own_order_; }
  constexpr RoleTable environment() const noexcept { return environment_; }
  constexpr RoleTable organization() const noexcept { return organization_; }

  /// The role with this slug, or none. An organization's own comes after the environment's.
  constexpr RoleIndex find(std::string_view slug) const noexcept {
    const SlugKey key = SlugKey::of(slug);
    const unsigned place = environment_.find(key, slug);
    if (place != environment_.size()) return RoleIndex::environment(place);
    const unsigned own = organization_.find(key, slug);
    if (own != organization_.size()) return RoleIndex::organization(own);
    return RoleIndex::none();
  }

  /// The role at an index, or null.
  constexpr const RoleState* at(RoleIndex index) const noexcept {
    if (index.is_none()) return nullptr;
    const RoleTable& table = index.is_organization() ? organization_ : environment_;
    return table.has(index.place()) ? &table[index.place()] : nullptr;
  }

  /// The text of a role's slug; empty where there is no such role.
  constexpr std::string_view slug(RoleIndex index) const noexcept {
    const RoleState* const role = at(index);
    return role == nullptr ? std::string_view() : role->slug.view();
  }

  constexpr RoleSet all() const noexcept {
    RoleSet set;
    for (unsigned i = 0; i < environment_.size(); ++i) {
      if (environment_.has(i)) set.insert(RoleIndex::environment(i));
    }
    for (unsigned i = 0; i < organization_.size(); ++i) {
      if (organization_.has(i)) set.insert(RoleIndex::organization(i));
    }
    return set;
  }

  /// Those of `set` that exist, are of organizations and are not on their way out.
  constexpr RoleSet assignable(RoleSet set) const noexcept {
    return {assignable(environment_, set.environment()),
            assignable(organization_, set.organization())};
  }

  /// All such roles.
  constexpr RoleSet assignable() const noexcept { return assignable(all()); }

  /// Calls `visit(RoleIndex)` for each role of `set` in order of priority, the highest first.
  /// Complexity: linear in the order and the set.
  template <class Visit>
  constexpr void for_each_in_order(RoleSet set, Visit&& visit) const {
    const RoleOrder* const orders[] = {own_order_, order_};
    for (const RoleOrder* const order : orders) {
      if (order == nullptr) continue;
      for (unsigned at = 0; at < order->size && !set.empty(); ++at) {
        const RoleIndex index = (*order)[at];
        if (!set.contains(index)) continue;
        set = set - RoleSet::of(index);
        visit(index);
      }
    }
    for (std::uint64_t rest = set.environment(); rest != 0; rest &= rest - 1) {
      visit(RoleIndex::environment(static_cast<unsigned>(std::countr_zero(rest))));
    }
    for (std::uint64_t rest = set.organization(); rest != 0; rest &= rest - 1) {
      visit(RoleIndex::organization(static_cast<unsigned>(std::countr_zero(rest))));
    }
  }

  /// The role of highest priority of a set; none of an empty one.
  constexpr RoleIndex highest(RoleSet set) const noexcept {
    RoleIndex first = RoleIndex::none();
    for_each_in_order(set, [&](RoleIndex index) {
      if (first.is_none()) first = index;
    });
    return first;
  }

  /// The index of the permission with this slug; `PermissionSet::capacity` where there is none or
  /// it is on its way out, which grants nothing.
  constexpr unsigned find_permission(std::string_view slug) const noexcept {
    const unsigned index = permissions_.find(SlugKey::of(slug), slug);
    return index != permissions_.size() && permissions_[index].phase == Phase::live
               ? index
               : PermissionSet::capacity;
  }

  /// The role of the lowest index of a set that grants a permission, or none.
  constexpr RoleIndex grantor(RoleSet set, unsigned permission) const noexcept {
    if (permission >= PermissionSet::capacity) return RoleIndex::none();
    for (std::uint64_t rest = set.environment(); rest != 0; rest &= rest - 1) {
      const auto place = static_cast<unsigned>(std::countr_zero(rest));
      if (environment_.has(place) && environment_[place].permissions.contains(permission)) {
        return RoleIndex::environment(place);
      }
    }
    for (std::uint64_t rest = set.organization(); rest != 0; rest &= rest - 1) {
      const auto place = static_cast<unsigned>(std::countr_zero(rest));
      if (organization_.has(place) && organization_[place].permissions.contains(permission)) {
        return RoleIndex::organization(place);
      }
    }
    return RoleIndex::none();
  }

  /// The union of what the roles of a set grant. A permission on its way out grants nothing.
  constexpr PermissionSet permissions(RoleSet set) const noexcept {
    PermissionSet granted;
    for (std::uint64_t rest = set.environment(); rest != 0; rest &= rest - 1) {
      add_permissions(environment_, static_cast<unsigned>(std::countr_zero(rest)), granted);
    }
    for (std::uint64_t rest = set.organization(); rest != 0; rest &= rest - 1) {
      add_permissions(organization_, static_cast<unsigned>(std::countr_zero(rest)), granted);
    }
    for (unsigned i = 0; i < permissions_.size(); ++i) {
      if (permissions_[i].phase != Phase::live) granted.erase(i);
    }
    return granted;
  }

 private:
  static constexpr void add_permissions(const RoleTable& table, unsigned place,
                                        PermissionSet& granted) noexcept {
    if (table.has(place)) granted = granted | table[place].permissions;
  }

  static constexpr std::uint64_t assignable(RoleTable table, std::uint64_t places) noexcept {
    std::uint64_t fit = 0;
    for (; places != 0; places &= places - 1) {
      const auto place = static_cast<unsigned>(std::countr_zero(places));
      if (table.has(place) && table[place].assignable()) fit |= places & (~places + 1);
    }
    return fit;
  }

  RoleTable environment_;
  RoleTable organization_;
  PermissionTable permissions_;
  const RoleOrder* order_ = nullptr;
  const RoleOrder* own_order_ = nullptr;
};

}  // namespace membership::inline v0

#endif
