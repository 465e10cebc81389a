// SPDX-License-Identifier: BSL-1.0

// The ids of different things do not mix.
// expect-gcc: could not convert 'organization' from .*OrganizationTag.* to .*UserTag
// expect-clang: no viable conversion from .*Organization.* to .*User

#include "membership/core.hpp"

using namespace membership;

CreateMembership command(const UserId& user, const OrganizationId& organization) {
#ifdef MEMBERSHIP_COMPILE_FAIL
  static_cast<void>(user);
  return CreateMembership{organization, organization};
#else
  return CreateMembership{user, organization};
#endif
}
