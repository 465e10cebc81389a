// SPDX-License-Identifier: BSL-1.0

// Plan
//   a catalogue in code: roles, permissions, default, order, without a permission -> fixed
//   check_catalogue: each error with its place and subject, in their order        -> checks
//   the limits: compile_fail/catalogue_too_large.cpp and unit/catalogue.cpp
//   what a wrong one says to the compiler            -> compile_fail/catalogue_*.cpp

#include "membership/domain/fixed_catalogue.hpp"

#include "../support/world.hpp"
#include "membership/policy/authorization.hpp"

namespace static_fixed_catalogue {

using namespace membership_tests;
using enum ErrorCode;

// --- fixed

constexpr std::string_view all_of_them[] = {"docs:read", "docs:write", "billing.*"};
constexpr std::string_view reading[] = {"docs:read"};
constexpr std::string_view twice[] = {"docs:write", "docs:write", "docs:read"};
constexpr auto fixed = fixed_catalogue(
    {{"admin", all_of_them}, {"document-editor", twice, false}, {"viewer", reading}, {"member"}},
    {"docs:read", "docs:write", "billing.*"}, "member");
static_assert(fixed.default_role() == RoleIndex::environment(3));
constexpr RoleCatalogue roles = fixed.view();
static_assert(roles.environment().size() == 4 && roles.organization().size() == 0);
static_assert(roles.find("admin") == RoleIndex::environment(0));
static_assert(roles.find("member") == RoleIndex::environment(3) && roles.find("x").is_none());
static_assert(roles.highest(roles.all()) == RoleIndex::environment(0), "as they were written");
static_assert(roles.assignable() == set_of(RoleIndex::environment(0), RoleIndex::environment(2),
                                           RoleIndex::environment(3)));
static_assert(roles.permission_table().size() == 3);
static_assert(roles.find_permission("docs:read") == 0 && roles.find_permission("billing.*") == 2);
constexpr bool grants(unsigned role, std::string_view permission) {
  return static_cast<bool>(
      authorize(roles, Status::active, RoleSet::of(RoleIndex::environment(role)), permission));
}
static_assert(grants(0, "docs:read") && grants(0, "docs:write") && grants(0, "billing.*"));
static_assert(grants(1, "docs:read") && grants(1, "docs:write") && !grants(1, "billing.*"));
static_assert(grants(2, "docs:read") && !grants(2, "docs:write") && !grants(3, "docs:read"));

// A snapshot may show it like any other.
constexpr Snapshot fixed_world() {
  Snapshot seen = world;
  seen.roles = roles;
  seen.environment.default_role = fixed.default_role();
  return seen;
}
static_assert(plan_of(CreateMembership{user_id, organization_id}, fixed_world())
                  .membership->after.roles == RoleSet::of(fixed.default_role()));

// --- checks

constexpr std::string_view permissions[] = {"a", "b"};
constexpr std::string_view unknown[] = {"a", "x", "y"};
constexpr RoleDefinition some[] = {{"admin", permissions}, {"doc", {}, false}, {"member"}};

constexpr Error fault(std::span<const RoleDefinition> with_roles,
                      std::span<const std::string_view> with_permissions,
                      std::string_view default_role) {
  const auto checked = check_catalogue({with_roles, with_permissions, default_role});
  return checked ? Error{ErrorCode{}} : checked.error();
}
template <std::size_t N>
constexpr Error of_permissions(const std::string_view (&list)[N]) {
  // Everything that is checked later is wrong too.
  const RoleDefinition wrong[] = {{""}, {""}};
  return fault(wrong, list, "x");
}
template <std::size_t N>
constexpr Error of_roles(const RoleDefinition (&list)[N]) {
  return fault(list, permissions, "x");
}

static_assert(fault(some, permissions, "member").code == ErrorCode{});
static_assert(*check_catalogue({some, permissions, "member"}) == RoleIndex::environment(2));
static_assert(*check_catalogue({some, permissions, "admin"}) == RoleIndex::environment(0));

static_assert(of_permissions({"a", "", "B"}) == error(empty, Field::permission_slug, "", 1));
constexpr std::string_view chars_49 = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
static_assert(chars_49.size() == 49);
static_assert(of_permissions({"a", chars_49}) ==
              error(too_long, Field::permission_slug, chars_49, 1));
static_assert(of_permissions({"A"}) == error(malformed, Field::permission_slug, "A"));
static_assert(of_permissions({"a\xFF"}) == error(malformed, Field::permission_slug));
static_assert(of_permissions({"a", "b", "a", ""}) ==
              error(permission_slug_conflict, Field::permission_slug, "a", 2));

static_assert(of_roles({{"a"}, {""}, {"A"}}) == error(empty, Field::role_slug, "", 1));
static_assert(of_roles({{chars_49}}) == error(too_long, Field::role_slug, chars_49));
static_assert(of_roles({{"a"}, {"a:b"}}) == error(malformed, Field::role_slug, "a:b", 1));
static_assert(of_roles({{"a"}, {"b"}, {"a", unknown}}) ==
              error(role_slug_conflict, Field::role_slug, "a", 2));
static_assert(of_roles({{"a"}, {"b", unknown}, {""}}) ==
              error(entity_not_found, Field::permission_slug, "x", 1));

static_assert(fault(some, permissions, "x") ==
              error(default_role_missing, Field::default_role, "x"));
static_assert(fault(some, permissions, "") == error(default_role_missing, Field::default_role));
static_assert(fault(some, permissions, "doc") ==
                  error(default_role_missing, Field::default_role, "doc"),
              "of another resource type");
static_assert(fault({}, {}, "member") ==
              error(default_role_missing, Field::default_role, "member"));

}  // namespace static_fixed_catalogue
