// SPDX-License-Identifier: BSL-1.0

// Nor whether a command was carried out.
// expect-gcc: error: ignoring return value of .*execute.*nodiscard
// expect-clang: error: ignoring return value of function declared with 'nodiscard' attribute

#include "membership/membership.hpp"

#ifdef MEMBERSHIP_COMPILE_FAIL
#pragma GCC diagnostic error "-Wunused-result"
#endif

using namespace membership;

void run(MemoryStore& store, const DeleteMembership& command) {
#ifdef MEMBERSHIP_COMPILE_FAIL
  execute(store, MembershipPolicy<>{}, command);
#else
  static_cast<void>(execute(store, MembershipPolicy<>{}, command));
#endif
}
