// SPDX-License-Identifier: BSL-1.0

// The default role of a fixed catalogue is one of its roles.
// expect: the_default_role_of_the_catalogue_cannot_be_given

#include "membership/domain/fixed_catalogue.hpp"

using namespace membership;

constexpr std::string_view granted[] = {"docs:read"};

#ifdef MEMBERSHIP_COMPILE_FAIL
[[maybe_unused]] constexpr auto catalogue =
    fixed_catalogue({{"admin", granted}, {"member"}}, {"docs:read"}, "viewer");
#else
[[maybe_unused]] constexpr auto catalogue =
    fixed_catalogue({{"admin", granted}, {"member"}}, {"docs:read"}, "member");
#endif
