// SPDX-License-Identifier: BSL-1.0

#include <membership/membership.hpp>

using namespace membership;

bool deactivate(MemoryStore& store, const MembershipId& id) {
  return execute(store, MembershipPolicy<>{}, DeactivateMembership{id}).has_value();
}
