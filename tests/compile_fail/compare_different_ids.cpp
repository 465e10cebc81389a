// SPDX-License-Identifier: BSL-1.0

// Nor are they compared.
// expect-gcc: no match for 'operator==' in 'user == organization'
// expect-clang: invalid operands to binary expression .*UserId

#include "membership/core.hpp"

using namespace membership;

bool same(const UserId& user, const OrganizationId& organization) {
#ifdef MEMBERSHIP_COMPILE_FAIL
  return user == organization;
#else
  return user == user && organization == organization;
#endif
}
