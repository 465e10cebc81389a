// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DOMAIN_ROLE_SET_HPP
#define MEMBERSHIP_DOMAIN_ROLE_SET_HPP

#include <bit>
#include <cstdint>

namespace membership::inline v0 {

/// The stable place of a role in its catalogue: 64 roles of the environment, 64 of an
/// organization.
class RoleIndex {
 public:
  static constexpr unsigned per_table = 64;

  static constexpr RoleIndex none() noexcept { return RoleIndex(255); }
  /// Preconditions: `place` is below 64.
  static constexpr RoleIndex environment(unsigned place) noexcept { return RoleIndex(place); }
  static constexpr RoleIndex organization(unsigned place) noexcept {
    return RoleIndex(place + per_table);
  }
  /// The reverse of `value`.
  static constexpr RoleIndex from_value(std::uint8_t value) noexcept { return RoleIndex(value); }

  constexpr bool is_none() const noexcept { return value_ == 255; }
  constexpr bool is_organization() const noexcept { return value_ >= per_table && !is_none(); }
  /// The place within its table.
  constexpr unsigned place() const noexcept { return value_ % per_table; }
  constexpr std::uint8_t value() const noexcept { return value_; }

  friend constexpr bool operator==(RoleIndex, RoleIndex) noexcept = default;

 private:
  explicit constexpr RoleIndex(unsigned value) noexcept
      : value_(static_cast<std::uint8_t>(value)) {}
  std::uint8_t value_;
};

/// A set of roles, as bits over their indexes.
class RoleSet {
 public:
  constexpr RoleSet() noexcept = default;
  constexpr RoleSet(std::uint64_t environment, std::uint64_t organization) noexcept
      : environment_(environment), organization_(organization) {}

  static constexpr RoleSet of(RoleIndex index) noexcept {
    RoleSet set;
    set.insert(index);
    return set;
  }

  constexpr std::uint64_t environment() const noexcept { return environment_; }
  constexpr std::uint64_t organization() const noexcept { return organization_; }

  constexpr bool empty() const noexcept { return (environment_ | organization_) == 0; }
  constexpr bool several() const noexcept { return size() > 1; }
  constexpr unsigned size() const noexcept {
    return static_cast<unsigned>(std::popcount(environment_) + std::popcount(organization_));
  }
  constexpr bool contains(RoleIndex index) const noexcept {
    if (index.is_none()) return false;
    const std::uint64_t word = index.is_organization() ? organization_ : environment_;
    return ((word >> index.place()) & 1u) != 0;
  }
  constexpr void insert(RoleIndex index) noexcept {
    if (index.is_none()) return;
    std::uint64_t& word = index.is_organization() ? organization_ : environment_;
    word |= std::uint64_t{1} << index.place();
  }

  friend constexpr bool operator==(RoleSet, RoleSet) noexcept = default;
  friend constexpr RoleSet operator|(RoleSet a, RoleSet b) noexcept {
    return {a.environment_ | b.environment_, a.organization_ | b.organization_};
  }
  friend constexpr RoleSet operator&(RoleSet a, RoleSet b) noexcept {
    return {a.environment_ & b.environment_, a.organization_ & b.organization_};
  }
  /// The roles of `a` that `b` lacks.
  friend constexpr RoleSet operator-(RoleSet a, RoleSet b) noexcept {
    return {a.environment_ & ~b.environment_, a.organization_ & ~b.organization_};
  }

 private:
  std::uint64_t environment_ = 0;
  std::uint64_t organization_ = 0;
};

/// A set of permissions, as bits over the indexes of the environment's 256 permissions.
struct PermissionSet {
  static constexpr unsigned capacity = 256;
  std::uint64_t words[4]{};

  /// False from 256 on, which stands for a permission that is not there.
  constexpr bool contains(unsigned index) const noexcept {
    return index < capacity && ((words[index / 64] >> (index % 64)) & 1u) != 0;
  }
  /// Preconditions of these two: `index` is below 256.
  constexpr void insert(unsigned index) noexcept {
    words[index / 64] |= std::uint64_t{1} << (index % 64);
  }
  constexpr void erase(unsigned index) noexcept {
    words[index / 64] &= ~(std::uint64_t{1} << (index % 64));
  }
  /// Whether each of these is in `other` as well.
  constexpr bool subset_of(const PermissionSet& other) const noexcept {
    for (unsigned i = 0; i < 4; ++i) {
      if ((words[i] & ~other.words[i]) != 0) return false;
    }
    return true;
  }

  friend constexpr bool operator==(const PermissionSet&, const PermissionSet&) noexcept = default;
  friend constexpr PermissionSet operator|(PermissionSet a, const PermissionSet& b) noexcept {
    for (unsigned i = 0; i < 4; ++i) a.words[i] |= b.words[i];
    return a;
  }
};

}  // namespace membership::inline v0

#endif
