// SPDX-License-Identifier: BSL-1.0

// So is the slug of a permission.
// expect: the_catalogue_has_a_malformed_slug

#include "membership/domain/fixed_catalogue.hpp"

using namespace membership;

constexpr std::string_view granted[] = {"docs:read"};

#ifdef MEMBERSHIP_COMPILE_FAIL
[[maybe_unused]] constexpr auto catalogue =
    fixed_catalogue({{"admin", granted}, {"member"}}, {"docs:read", ""}, "member");
#else
[[maybe_unused]] constexpr auto catalogue =
    fixed_catalogue({{"admin", granted}, {"member"}}, {"docs:read"}, "member");
#endif
