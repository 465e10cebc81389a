// SPDX-License-Identifier: BSL-1.0

// A clock tells the library's time.
// expect: membership: the runtime's clock lacks Time now\(\) \(Clock\)

#include "membership/membership.hpp"

using namespace membership;

struct Seconds {
#ifdef MEMBERSHIP_COMPILE_FAIL
  long now() { return 1; }
#else
  Time now() { return Time::from_milliseconds(1'000); }
#endif
};

bool run(MemoryStore& store, const DeleteMembership& command) {
  return execute(store, MembershipPolicy<>{}, command, Runtime<Seconds, UlidIds<DefaultTraits>>{})
      .has_value();
}
