// SPDX-License-Identifier: BSL-1.0

// A role of a fixed catalogue grants permissions of that catalogue.
// expect: the_catalogue_grants_an_unknown_permission

#include "membership/domain/fixed_catalogue.hpp"

using namespace membership;

constexpr std::string_view granted[] = {"docs:read"};

#ifdef MEMBERSHIP_COMPILE_FAIL
[[maybe_unused]] constexpr auto catalogue =
    fixed_catalogue({{"admin", granted}, {"member"}}, {"docs:write"}, "member");
#else
[[maybe_unused]] constexpr auto catalogue =
    fixed_catalogue({{"admin", granted}, {"member"}}, {"docs:read"}, "member");
#endif
