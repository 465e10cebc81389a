// SPDX-License-Identifier: BSL-1.0

// A store that keeps no invitations compiles with the commands that need none, a deletion that
// would revoke one among them, and with no other.
// expect: membership: the store does not keep invitations, which this command needs

#include "membership/command/revoke_invitation.hpp"
#include "membership/core.hpp"

using namespace membership;

struct Store {
  using traits = DefaultTraits;
  struct Loaded : Snapshot {};
  using Failure = int;
  static constexpr Kinds keeps{Kind::organization, Kind::membership, Kind::user};
  tl::expected<Loaded, int> load(const Reads&) { return Loaded{}; }
  tl::expected<CommitStatus, int> commit(std::span<const Plan>) { return CommitStatus::committed; }
};

template <class C>
bool run(Store& store, const C& command) {
  return execute(store, MembershipPolicy<>{}, command).has_value();
}

bool allowed(Store& store, const DeleteMembership& command) { return run(store, command); }
#ifdef MEMBERSHIP_COMPILE_FAIL
bool refused(Store& store, const RevokeInvitation& command) { return run(store, command); }
#endif
