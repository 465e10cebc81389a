// SPDX-License-Identifier: BSL-1.0

// A store that does not say which kinds it keeps is told what it has to name.
// expect: membership: the store names no traits, Loaded, Failure or keeps \(NamesItsTypes\)

#include "membership/core.hpp"

using namespace membership;

struct Store {
  using traits = DefaultTraits;
  struct Loaded : Snapshot {};
  using Failure = int;
#ifndef MEMBERSHIP_COMPILE_FAIL
  static constexpr Kinds keeps = all_kinds;
#endif
  tl::expected<Loaded, int> load(const Reads&) { return Loaded{}; }
  tl::expected<CommitStatus, int> commit(std::span<const Plan>) { return CommitStatus::committed; }
};

bool run(Store& store, const DeleteMembership& command) {
  return execute(store, MembershipPolicy<>{}, command).has_value();
}
