// SPDX-License-Identifier: BSL-1.0

// A store whose verbs are not awaited is told so by co_execute.
// expect: membership: load and commit of the store return no tasks \(AwaitedStore\)

#include "../support/task.hpp"
#include "membership/core.hpp"
#include "membership/driver/co_execute.hpp"

using namespace membership;

struct Store {
  template <class V>
  using Task = membership_tests::Task<V>;
  using traits = DefaultTraits;
  struct Loaded : Snapshot {};
  using Failure = int;
  static constexpr Kinds keeps = all_kinds;
  Task<tl::expected<Loaded, int>> load(const Reads&) { co_return Loaded{}; }
#ifdef MEMBERSHIP_COMPILE_FAIL
  tl::expected<CommitStatus, int> commit(std::span<const Plan>) { return CommitStatus::committed; }
#else
  Task<tl::expected<CommitStatus, int>> commit(std::span<const Plan>) {
    co_return CommitStatus::committed;
  }
#endif
};

struct Pauses {
  std::int64_t elapsed() const { return 0; }
  Store::Task<void> sleep(std::int64_t) const { co_return; }
};

bool run(Store& store, const DeleteMembership& command) {
  Runtime<SystemClock, UlidIds<DefaultTraits>, Pauses> runtime;
  return co_execute(store, MembershipPolicy<>{}, command, runtime).run().has_value();
}
