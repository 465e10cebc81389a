// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DOMAIN_FIXED_CATALOGUE_HPP
#define MEMBERSHIP_DOMAIN_FIXED_CATALOGUE_HPP

#include "membership/domain/error.hpp"
#include "membership/domain/role_catalogue.hpp"
#include "membership/domain/slug.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace membership::inline v0 {

/// A role as a host writes it down.
struct RoleDefinition {
  std::string_view slug;
  std::span<const std::string_view> permissions{};  ///< slugs
  bool of_organizations = true;
};

/// Roles, the highest priority first, with the permissions that there are and the default role.
struct CatalogueDefinition {
  std::span<const RoleDefinition> roles;
  std::span<const std::string_view> permissions;
  std::string_view default_role;
};

/// Checks a catalogue as a whole. `Error::detail` is the place of the role or the permission that
/// is at fault, the subject its text.
/// Errors, in this order: for the permissions from the first to the last `empty`, `too_long`,
/// `malformed`, `permission_slug_conflict`, and `permission_limit_reached`; for the roles `empty`,
/// `too_long`, `malformed`, `role_slug_conflict`, `role_limit_reached`, and `entity_not_found` of a
/// permission; `default_role_missing` where the default is no role that can be given.
/// Complexity: quadratic in the roles and in the permissions.
[[nodiscard]] constexpr tl::expected<RoleIndex, Error>
check_catalogue(const CatalogueDefinition& catalogue) noexcept {
  using Result = tl::expected<RoleIndex, Error>;
  const auto fail = [](ErrorCode code, Field field, std::size_t at, std::string_view text) {
    return Result(tl::unexpect,
                  Error{code, field, static_cast<std::uint16_t>(at), subject_of_text(text)});
  };
  const auto& permissions = catalogue.permissions;
  for (std::size_t at = 0; at < permissions.size(); ++at) {
    const auto made = PermissionSlug::make(permissions[at]);
    if (!made) return fail(made.error().code, Field::permission_slug, at, permissions[at]);
    for (std::size_t other = 0; other < at; ++other) {
      if (permissions[at] == permissions[other]) {
        return fail(ErrorCode::permission_slug_conflict, Field::permission_slug, at,
                    permissions[at]);
      }
    }
    if (at == PermissionSet::capacity) {
      return fail(ErrorCode::permission_limit_reached, Field::permission_slug, at, permissions[at]);
    }
  }
  const auto& roles = catalogue.roles;
  RoleIndex standard = RoleIndex::none();
  for (std::size_t at = 0; at < roles.size(); ++at) {
    const RoleDefinition& role = roles[at];
    const auto made = RoleSlug::make(role.slug);
    if (!made) return fail(made.error().code, Field::role_slug, at, role.slug);
    for (std::size_t other = 0; other < at; ++other) {
      if (role.slug == roles[other].slug) {
        return fail(ErrorCode::role_slug_conflict, Field::role_slug, at, role.slug);
      }
    }
    if (at == RoleIndex::per_table) {
      return fail(ErrorCode::role_limit_reached, Field::role_slug, at, role.slug);
    }
    for (const std::string_view granted : role.permissions) {
      bool known = false;
      for (const std::string_view permission : permissions) known = known || permission == granted;
      if (!known) return fail(ErrorCode::entity_not_found, Field::permission_slug, at, granted);
    }
    if (role.slug == catalogue.default_role && role.of_organizations) {
      standard = RoleIndex::environment(static_cast<unsigned>(at));
    }
  }
  if (standard.is_none()) {
    return fail(ErrorCode::default_role_missing, Field::default_role, 0, catalogue.default_role);
  }
  return Result(tl::in_place, standard);
}

namespace detail {
/// The state of a role of a checked definition.
constexpr RoleState define_role(const RoleDefinition& role,
                                std::span<const std::string_view> permissions) noexcept {
  PermissionSet granted;
  for (unsigned i = 0; i < permissions.size(); ++i) {
    for (const std::string_view slug : role.permissions) {
      if (slug == permissions[i]) granted.insert(i);
    }
  }
  return RoleState(RoleSlug::from_stored(role.slug), role.of_organizations, granted);
}

// Called, and so named by the compiler, where a catalogue that is written down in code is wrong.
inline void the_catalogue_has_a_malformed_slug() {}
inline void the_catalogue_has_a_slug_twice() {}
inline void the_catalogue_is_too_large() {}
inline void the_catalogue_grants_an_unknown_permission() {}
inline void the_default_role_of_the_catalogue_cannot_be_given() {}
}  // namespace detail

/// A catalogue that is written down in code and checked by the compiler. Made by
/// `fixed_catalogue`.
template <std::size_t Roles, std::size_t Permissions>
class FixedCatalogue {
 public:
  /// The roles rank in the order in which they were written. Valid while this is.
  constexpr RoleCatalogue view() const noexcept {
    return RoleCatalogue(RoleTable(roles_, Roles), {}, nullptr, nullptr,
                         PermissionTable(permissions_, Permissions));
  }
  constexpr RoleIndex default_role() const noexcept { return default_role_; }

 private:
  template <std::size_t R, std::size_t P>
  friend consteval FixedCatalogue<R, P> fixed_catalogue(const RoleDefinition (&roles)[R],
                                                        const std::string_view (&permissions)[P],
                                                        std::string_view default_role);

  template <std::size_t... R, std::size_t... P>
  constexpr FixedCatalogue(const CatalogueDefinition& from, RoleIndex standard,
                           std::index_sequence<R...> /*roles*/,
                           std::index_sequence<P...> /*permissions*/) noexcept
      : roles_{detail::define_role(from.roles[R], from.permissions)...},
        permissions_{PermissionState(PermissionSlug::from_stored(from.permissions[P]))...},
        default_role_(standard) {}

  RoleState roles_[Roles];
  PermissionState permissions_[Permissions];
  RoleIndex default_role_;
};

/// A catalogue out of constants; a wrong one does not compile, and the compiler's message names the
/// function that says why.
template <std::size_t R, std::size_t P>
consteval FixedCatalogue<R, P> fixed_catalogue(const RoleDefinition (&roles)[R],
                                               const std::string_view (&permissions)[P],
                                               std::string_view default_role) {
  const CatalogueDefinition definition{roles, permissions, default_role};
  const tl::expected<RoleIndex, Error> checked = check_catalogue(definition);
  if (!checked) {
    const ErrorCode code = checked.error().code;
    if (code == ErrorCode::permission_slug_conflict || code == ErrorCode::role_slug_conflict) {
      detail::the_catalogue_has_a_slug_twice();
    } else if (code == ErrorCode::permission_limit_reached ||
               code == ErrorCode::role_limit_reached) {
      detail::the_catalogue_is_too_large();
    } else if (code == ErrorCode::entity_not_found) {
      detail::the_catalogue_grants_an_unknown_permission();
    } else if (code == ErrorCode::default_role_missing) {
      detail::the_default_role_of_the_catalogue_cannot_be_given();
    } else {
      detail::the_catalogue_has_a_malformed_slug();
    }
  }
  return FixedCatalogue<R, P>(definition, *checked, std::make_index_sequence<R>{},
                              std::make_index_sequence<P>{});
}

}  // namespace membership::inline v0

#endif
