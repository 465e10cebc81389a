// SPDX-License-Identifier: BSL-1.0

// What a session look-up found is no actor before it is looked at: nobody would be the system.
// expect-gcc: use of deleted function .*BasicActorId
// expect-clang: to .*BasicActorId.* invokes a deleted function

#include "membership/core.hpp"

#include <optional>

using namespace membership;

DeleteMembership command(const MembershipId& id, const std::optional<UserId>& session) {
#ifdef MEMBERSHIP_COMPILE_FAIL
  return DeleteMembership{id, session};
#else
  return DeleteMembership{id, session.value()};
#endif
}
