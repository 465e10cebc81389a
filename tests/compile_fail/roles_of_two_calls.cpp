// SPDX-License-Identifier: BSL-1.0

// A selection has one form: nothing adds to it.
// expect-gcc: no match for 'operator\+='
// expect-clang: no viable overloaded '\+='

#include "membership/core.hpp"

using namespace membership;

RoleSelection selection() {
  RoleSelection roles = RoleSelection::one("admin");
#ifdef MEMBERSHIP_COMPILE_FAIL
  roles += RoleSelection::one("viewer");
#else
  roles = RoleSelection::one("viewer");
#endif
  return roles;
}
