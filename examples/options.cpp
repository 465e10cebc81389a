// SPDX-License-Identifier: BSL-1.0
/// Chooses otherwise where the API leaves a point open: who is a member already is shown.
#include <membership/membership.hpp>

#include <iostream>

using namespace membership;

int main() {
  PolicyOptions options;
  options.create_over_active = CreateOverActive::return_existing;
  const MembershipPolicy<> policy{options};

  MemoryStore store;
  const UserId ada = *UserId::make("ada");
  const OrganizationId acme = *OrganizationId::make("acme");
  if (!execute(store, policy, CreateUser{.id = ada})) return 1;
  if (!execute(store, policy, CreateOrganization{.name = "Acme", .id = acme})) return 1;
  const auto first = execute(store, policy, CreateMembership{ada, acme});
  const auto again = execute(store, policy, CreateMembership{ada, acme});
  if (!first || !again) return 1;
  std::cout << to_string((*again).outcome()) << '\n';
  return (*again).membership()->id == (*first).membership()->id ? 0 : 1;
}
