// SPDX-License-Identifier: BSL-1.0

// No two roles of a fixed catalogue have one slug.
// expect: the_catalogue_has_a_slug_twice

#include "membership/domain/fixed_catalogue.hpp"

using namespace membership;

constexpr std::string_view granted[] = {"docs:read"};

#ifdef MEMBERSHIP_COMPILE_FAIL
[[maybe_unused]] constexpr auto catalogue =
    fixed_catalogue({{"member", granted}, {"member"}}, {"docs:read"}, "member");
#else
[[maybe_unused]] constexpr auto catalogue =
    fixed_catalogue({{"admin", granted}, {"member"}}, {"docs:read"}, "member");
#endif
