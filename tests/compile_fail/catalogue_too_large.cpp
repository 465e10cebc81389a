// SPDX-License-Identifier: BSL-1.0

// A fixed catalogue has at most 64 roles.
// expect: the_catalogue_is_too_large

#include "membership/domain/fixed_catalogue.hpp"

using namespace membership;

constexpr std::string_view granted[] = {"docs:read"};

template <std::size_t Size>
struct Definitions {
  RoleDefinition roles[Size]{};
};
constexpr char slugs[] =
    "0a1a2a3a4a5a6a7a8a9a0b1b2b3b4b5b6b7b8b9b0c1c2c3c4c5c6c7c8c9c0d1d2d3d4d5d6d7d8d9d0e1e2e3e4e"
    "5e6e7e8e9e0f1f2f3f4f5f6f7f8f9f0g1g2g3g4g";
template <std::size_t Size>
consteval auto make() {
  Definitions<Size> definitions;
  for (std::size_t i = 0; i < Size; ++i) definitions.roles[i].slug = {slugs + 2 * i, 2};
  definitions.roles[0].permissions = granted;
  return fixed_catalogue(definitions.roles, {"docs:read"}, "0a");
}
#ifdef MEMBERSHIP_COMPILE_FAIL
[[maybe_unused]] constexpr auto catalogue = make<65>();
#else
[[maybe_unused]] constexpr auto catalogue = make<64>();
#endif
