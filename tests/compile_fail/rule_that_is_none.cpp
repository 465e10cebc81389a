// SPDX-License-Identifier: BSL-1.0

// A policy takes rules only, and says which one is none.
// expect-gcc: constraints not satisfied
// expect-gcc: '\(Rule<.*with Rules = \{AnyRule, NoRule\}.* evaluated to 'false'
// expect-clang: constraints not satisfied
// expect-clang: because 'Rule<NoRule, .* evaluated to false

#include "membership/core.hpp"

using namespace membership;
using Actor = BasicActor<DefaultTraits>;

struct NoRule {
  static bool check(const Snapshot&, const Plan&, const Actor&) noexcept { return true; }
};
struct AnyRule {
  static constexpr Refusal check(const Snapshot&, const Plan&, const Actor&) noexcept { return {}; }
};

#ifdef MEMBERSHIP_COMPILE_FAIL
using Policy = MembershipPolicy<AnyRule, NoRule>;
#else
using Policy = MembershipPolicy<AnyRule>;
#endif

bool decide(const CreateMembership& command, const Snapshot& seen, const Context& context) {
  return Policy{}.decide(command, seen, context).has_value();
}
