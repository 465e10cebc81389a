// SPDX-License-Identifier: BSL-1.0

// A selection borrows its slugs: those of a vector that ends before it are not taken.
// expect-gcc: use of deleted function .*RoleSelection::several
// expect-clang: call to deleted (member )?function 'several'

#include "membership/core.hpp"

#include <vector>

using namespace membership;

UpdateRoles command(const MembershipId& id, const std::vector<std::string_view>& slugs) {
#ifdef MEMBERSHIP_COMPILE_FAIL
  static_cast<void>(slugs);
  return UpdateRoles{id, RoleSelection::several(std::vector<std::string_view>{"admin"})};
#else
  return UpdateRoles{id, RoleSelection::several(slugs)};
#endif
}
