// SPDX-License-Identifier: BSL-1.0

// An id is made by `make`, which may refuse, not out of a text as it is.
// expect-gcc: could not convert '\"om_1\"' from 'const char \[5\]' to .*MembershipId
// expect-clang: no viable conversion from 'const char\s?\[5\]' to .*MembershipTag

#include "membership/core.hpp"

using namespace membership;

DeleteMembership command() {
#ifdef MEMBERSHIP_COMPILE_FAIL
  return DeleteMembership{"om_1"};
#else
  return DeleteMembership{*MembershipId::make("om_1")};
#endif
}
