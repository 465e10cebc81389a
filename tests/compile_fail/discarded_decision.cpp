// SPDX-License-Identifier: BSL-1.0

// What a decision says must not be overlooked.
// expect-gcc: error: ignoring return value of .*decide.*nodiscard
// expect-clang: error: ignoring return value of function declared with 'nodiscard' attribute

#include "membership/core.hpp"

#ifdef MEMBERSHIP_COMPILE_FAIL
#pragma GCC diagnostic error "-Wunused-result"
#endif

using namespace membership;

void decide(const CreateMembership& command, const Snapshot& seen, const Context& context) {
#ifdef MEMBERSHIP_COMPILE_FAIL
  MembershipPolicy<>{}.decide(command, seen, context);
#else
  static_cast<void>(MembershipPolicy<>{}.decide(command, seen, context));
#endif
}
