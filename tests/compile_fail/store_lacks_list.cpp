// SPDX-License-Identifier: BSL-1.0

// What walks through a store says so where it has no lists.
// expect: membership: the store lacks a list\(query, visit\) that this needs \(ListsPages\)

#include "membership/driver/operation.hpp"
#include "membership/membership.hpp"

using namespace membership;

class Store : public MemoryStore {
#ifdef MEMBERSHIP_COMPILE_FAIL
  using MemoryStore::list;
#endif
};

bool run(Store& store, const UserId& user) {
  return delete_user(store, MembershipPolicy<>{}, user).has_value();
}
