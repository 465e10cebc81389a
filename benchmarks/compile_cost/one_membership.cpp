// SPDX-License-Identifier: BSL-1.0
// Creates one membership in memory and nothing else. compile_cost.py measures how large it is.

#include <membership/membership.hpp>

using namespace membership;

int main() {
  MemoryStore store;
  const MembershipPolicy<> policy;
  const UserId ada = *UserId::make("ada");
  const OrganizationId acme = *OrganizationId::make("acme");
  if (!execute(store, policy, CreateUser{.id = ada})) return 1;
  if (!execute(store, policy, CreateOrganization{.name = "Acme", .id = acme})) return 1;
  return execute(store, policy, CreateMembership{ada, acme}) ? 0 : 1;
}
