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

namespace membership {
inline namespace v0 {

/// What decisions see of a role. Its names and times are its profile.
struct RoleState {
  SlugKey key;
  RoleSlug slug;
  Phase phase = Phase::live;
  /// Whether its resource type is `organization`: only such roles are given to memberships.
  bool of_organizations = true;
  PermissionSet permissions;

  constexpr explicit RoleState(const RoleSlug& role_slug, bool organization_scoped = true,
                               const PermissionSet& granted = {}) noexcept
      : key(SlugKey::of(role_slug.view())), slug(role_slug), of_organizations(organization_scoped),
        permissions(granted) {}

  constexpr bool assignable() const noexcept { return of_organizations && phase == Phase::live; }
};

/// The roles of an environment or of one organization, by their place. A view: it is valid while
/// what it shows is.
class RoleTable {
 public:
  constexpr RoleTable() noexcept = default;
  /// Preconditions: at most 64 roles.
  constexpr RoleTable(const RoleState* roles, std::size_t size) noexcept
      : roles_(roles), size_(static_cast<unsigned>(size)) {}

  constexpr unsigned size() const noexcept { return size_; }
  constexpr const RoleState& operator[](unsigned place) const noexcept { return roles_[place]; }

  /// The place of the role with this slug, or `size()`.
  constexpr unsigned find(const SlugKey& key, std::string_view slug) const noexcept {
    for (unsigned place = 0; place < size_; ++place) {
      const RoleState& role = roles_[place];
      if (role.key == key && (key.size <= 16 || role.slug.view() == slug)) return place;
    }
    return size_;
  }

 private:
  const RoleState* roles_ = nullptr;
  unsigned size_ = 0;
};

/// An order of roles by priority, the highest first. Roles that it does not name come after those
/// that it does, the environment's before the organization's, each by age.
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
};

/// All roles that one organization can see: the environment's and its own, in their order. A view.
class RoleCatalogue {
 public:
  constexpr RoleCatalogue() noexcept = default;
  /// `order` may be null: then roles rank by age, the environment's first.
  constexpr RoleCatalogue(RoleTable environment, RoleTable organization,
                          const RoleOrder* order) noexcept
      : environment_(environment), organization_(organization), order_(order) {}

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
    return index.place() < table.size() ? &table[index.place()] : nullptr;
  }

  /// The text of a role's slug; empty where there is no such role.
  constexpr std::string_view slug(RoleIndex index) const noexcept {
    const RoleState* const role = at(index);
    return role == nullptr ? std::string_view() : role->slug.view();
  }

  constexpr RoleSet all() const noexcept {
    return {lowest_bits(environment_.size()), lowest_bits(organization_.size())};
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
    if (order_ != nullptr) {
      for (unsigned at = 0; at < order_->size && !set.empty(); ++at) {
        const RoleIndex index = (*order_)[at];
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

  /// The union of what the roles of a set grant.
  constexpr PermissionSet permissions(RoleSet set) const noexcept {
    PermissionSet granted;
    for_each_in_order(set, [&](RoleIndex index) {
      const RoleState* const role = at(index);
      if (role != nullptr) granted = granted | role->permissions;
    });
    return granted;
  }

 private:
  static constexpr std::uint64_t assignable(RoleTable table, std::uint64_t places) noexcept {
    std::uint64_t fit = 0;
    for (; places != 0; places &= places - 1) {
      const auto place = static_cast<unsigned>(std::countr_zero(places));
      if (place < table.size() && table[place].assignable()) fit |= places & (~places + 1);
    }
    return fit;
  }

  static constexpr std::uint64_t lowest_bits(unsigned count) noexcept {
    return count == RoleIndex::per_table ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
  }

  RoleTable environment_;
  RoleTable organization_;
  const RoleOrder* order_ = nullptr;
};

}  // namespace v0
}  // namespace membership

#endif
