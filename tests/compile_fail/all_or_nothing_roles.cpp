// SPDX-License-Identifier: BSL-1.0

// All or nothing is for commands on memberships: two roles made in one span would take one place.
// expect: membership: execute_all takes commands on memberships or invitations; for others

#include "membership/driver/bulk.hpp"
#include "membership/membership.hpp"

using namespace membership;

template <class C>
bool run(MemoryStore& store, std::span<const C> commands) {
  return execute_all(store, MembershipPolicy<>{}, commands).has_value();
}

bool allowed(MemoryStore& store, std::span<const CreateMembership> commands) {
  return run(store, commands);
}
#ifdef MEMBERSHIP_COMPILE_FAIL
bool refused(MemoryStore& store, std::span<const CreateOrganizationRole> commands) {
  return run(store, commands);
}
#endif
