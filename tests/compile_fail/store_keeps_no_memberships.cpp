// SPDX-License-Identifier: BSL-1.0

// A store that keeps no memberships compiles with the commands that need none, and with no other.
// expect: membership: the store does not keep memberships, which this command needs

#include "membership/core.hpp"

using namespace membership;

struct Store {
  using traits = DefaultTraits;
  struct Loaded : Snapshot {};
  using Failure = int;
  static constexpr Kinds keeps{Kind::environment, Kind::user, Kind::organization};
  tl::expected<Loaded, int> load(const Reads&) { return Loaded{}; }
  tl::expected<CommitStatus, int> commit(std::span<const Plan>) { return CommitStatus::committed; }
};

template <class C>
bool run(Store& store, const C& command) {
  return execute(store, MembershipPolicy<>{}, command).has_value();
}

bool allowed(Store& store, const CreateUser& command) { return run(store, command); }
#ifdef MEMBERSHIP_COMPILE_FAIL
bool refused(Store& store, const CreateMembership& command) { return run(store, command); }
#endif
