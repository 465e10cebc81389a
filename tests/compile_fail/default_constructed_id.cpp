// SPDX-License-Identifier: BSL-1.0

// There is no id without a text.
// expect-gcc: no matching function for call to '.*Id<membership::v0::UserTag>::Id\(\)'
// expect-clang: no matching constructor for initialization of '(membership::)?UserId'

#include "membership/core.hpp"

using namespace membership;

std::size_t size() {
#ifdef MEMBERSHIP_COMPILE_FAIL
  UserId user;
#else
  const UserId user = *UserId::make("user_1");
#endif
  return user.view().size();
}
