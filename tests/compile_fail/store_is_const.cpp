// SPDX-License-Identifier: BSL-1.0

// A store that nothing can be committed to is told as const, not as one without commit.
// expect: membership: the store is const, and nothing can be committed

#include "membership/membership.hpp"

using namespace membership;

#ifdef MEMBERSHIP_COMPILE_FAIL
using Store = const MemoryStore;
#else
using Store = MemoryStore;
#endif

bool run(Store& store, const DeleteMembership& command) {
  return execute(store, MembershipPolicy<>{}, command).has_value();
}
