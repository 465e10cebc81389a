// SPDX-License-Identifier: BSL-1.0

// One role and several at once cannot be said.
// expect-gcc: could not convert '.*RoleSelection::several.* from '.*RoleSelection' to .*ActorId
// expect-clang: no viable conversion from '(membership::)?RoleSelection' to 'BasicActorId

#include "membership/core.hpp"

using namespace membership;

CreateMembership command(const UserId& user, const OrganizationId& organization) {
  static constexpr std::string_view several[] = {"admin", "viewer"};
#ifdef MEMBERSHIP_COMPILE_FAIL
  return CreateMembership{user, organization, RoleSelection::one("admin"),
                          RoleSelection::several(several)};
#else
  return CreateMembership{user, organization, RoleSelection::several(several)};
#endif
}
