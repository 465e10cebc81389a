// SPDX-License-Identifier: BSL-1.0

// A store without commit is told so.
// expect: membership: the store lacks commit\(span of plans\) \(CommitsPlans\)

#include "membership/core.hpp"

using namespace membership;

struct Store {
  using traits = DefaultTraits;
  struct Loaded : Snapshot {};
  using Failure = int;
  static constexpr Kinds keeps = all_kinds;
  tl::expected<Loaded, int> load(const Reads&) { return Loaded{}; }
#ifdef MEMBERSHIP_COMPILE_FAIL
  tl::expected<CommitStatus, int> commit(const Plan&) { return CommitStatus::committed; }
#else
  tl::expected<CommitStatus, int> commit(std::span<const Plan>) { return CommitStatus::committed; }
#endif
};

bool run(Store& store, const DeleteMembership& command) {
  return execute(store, MembershipPolicy<>{}, command).has_value();
}
