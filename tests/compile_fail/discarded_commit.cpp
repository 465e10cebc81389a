// SPDX-License-Identifier: BSL-1.0

// Nor whether a commit conflicted.
// expect-gcc: error: ignoring return value of .*commit.*nodiscard
// expect-clang: error: ignoring return value of function declared with 'nodiscard' attribute

#include "membership/membership.hpp"

#ifdef MEMBERSHIP_COMPILE_FAIL
#pragma GCC diagnostic error "-Wunused-result"
#endif

using namespace membership;

void run(MemoryStore& store, const Plan& plan) {
#ifdef MEMBERSHIP_COMPILE_FAIL
  store.commit(std::span(&plan, 1));
#else
  static_cast<void>(store.commit(std::span(&plan, 1)));
#endif
}
