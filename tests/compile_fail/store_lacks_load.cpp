// SPDX-License-Identifier: BSL-1.0

// A store without load is told so.
// expect: membership: the store lacks load\(reads\) \(LoadsSnapshots\)

#include "membership/core.hpp"

using namespace membership;

struct Store {
  using traits = DefaultTraits;
  struct Loaded : Snapshot {};
  using Failure = int;
  static constexpr Kinds keeps = all_kinds;
#ifndef MEMBERSHIP_COMPILE_FAIL
  tl::expected<Loaded, int> load(const Reads&) { return Loaded{}; }
#endif
  tl::expected<CommitStatus, int> commit(std::span<const Plan>) { return CommitStatus::committed; }
};

bool run(Store& store, const DeleteMembership& command) {
  return execute(store, MembershipPolicy<>{}, command).has_value();
}
