// SPDX-License-Identifier: BSL-1.0

// A source of ids is told what a command needs of it.
// expect: membership: the source of ids lacks user_id\(Time\), which this command needs

#include "membership/membership.hpp"

using namespace membership;

struct Ids {
  UlidIds<DefaultTraits> source{};
  PlanId plan_id(Time now) { return source.plan_id(now); }
#ifndef MEMBERSHIP_COMPILE_FAIL
  UserId user_id(Time now) { return source.user_id(now); }
#endif
};

bool run(MemoryStore& store, const CreateUser& command) {
  return execute(store, MembershipPolicy<>{}, command, Runtime<SystemClock, Ids>{}).has_value();
}
