// SPDX-License-Identifier: BSL-1.0

// A slug of a fixed catalogue is as any other.
// expect: the_catalogue_has_a_malformed_slug

#include "membership/domain/fixed_catalogue.hpp"

using namespace membership;

constexpr std::string_view granted[] = {"docs:read"};

#ifdef MEMBERSHIP_COMPILE_FAIL
[[maybe_unused]] constexpr auto catalogue =
    fixed_catalogue({{"Admin", granted}, {"member"}}, {"docs:read"}, "member");
#else
[[maybe_unused]] constexpr auto catalogue =
    fixed_catalogue({{"admin", granted}, {"member"}}, {"docs:read"}, "member");
#endif
