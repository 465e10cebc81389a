// SPDX-License-Identifier: BSL-1.0

// A store of one host's ids takes no command of another's.
// expect-gcc: cannot convert .*BasicSnapshot<.*DefaultTraits>.* to .*BasicSnapshot<IntegerTraits>
// expect-clang: no known conversion from .*BasicSnapshot<.*DefaultTraits>' to .*IntegerTraits

#include "membership/membership.hpp"

#include <cstdint>

using namespace membership;

struct IntegerTraits {
  using UserId = std::uint64_t;
  using OrganizationId = std::uint64_t;
  using MembershipId = std::uint64_t;
  using RoleId = std::uint64_t;
  using PermissionId = std::uint64_t;
  using InvitationId = std::uint64_t;
};
#ifdef MEMBERSHIP_COMPILE_FAIL
using Delete = BasicDeleteMembership<IntegerTraits>;
#else
using Delete = DeleteMembership;
#endif

bool decide(const Delete& command, const Snapshot& seen, const Context& context) {
  return MembershipPolicy<>{}.decide(command, seen, context).has_value();
}
