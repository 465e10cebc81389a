// SPDX-License-Identifier: BSL-1.0

// A rule that may throw is none, and execute says so.
// expect: membership: one of the policy's rules has no static Refusal check\(

#include "membership/membership.hpp"

using namespace membership;

#ifdef MEMBERSHIP_COMPILE_FAIL
#define MAY_THROW
#else
#define MAY_THROW noexcept
#endif

struct SomeRule {
  static Refusal check(const Snapshot&, const Plan&, const BasicActor<DefaultTraits>&) MAY_THROW {
    return {};
  }
};

bool run(MemoryStore& store, const DeleteMembership& command) {
  return execute(store, MembershipPolicy<SomeRule>{}, command).has_value();
}
