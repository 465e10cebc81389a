// SPDX-License-Identifier: BSL-1.0

// Only the policy decides: a command's own decision needs a key that nobody else can make.
// expect-gcc: DecisionKey::DecisionKey\(\)' is private within this context
// expect-clang: calling a private constructor of class 'membership::(v0::)?DecisionKey'

#include "membership/core.hpp"

using namespace membership;

bool decide(const CreateMembership& command, const Snapshot& seen, const Context& context) {
#ifdef MEMBERSHIP_COMPILE_FAIL
  Plan plan(context.plan, context.now);
  return static_cast<bool>(command.decide(DecisionKey{}, PolicyOptions{}, seen, context, plan));
#else
  return MembershipPolicy<>{}.decide(command, seen, context).has_value();
#endif
}
