// SPDX-License-Identifier: BSL-1.0
#include <membership/membership.hpp>

#include <iostream>

using namespace membership;

int main() {
  MemoryStore store;
  const MembershipPolicy<> policy;
  const UserId ada = *UserId::make("ada");
  const OrganizationId acme = *OrganizationId::make("acme");
  if (!execute(store, policy, CreateUser{.id = ada})) return 1;
  if (!execute(store, policy, CreateOrganization{.name = "Acme", .id = acme})) return 1;
  if (!execute(store, policy, CreateRole{.slug = "admin", .name = "Administrator"})) return 1;
  const auto joined = execute(store, policy, CreateMembership{ada, acme});
  if (!joined) return 1;
  const MembershipId id = (*joined).membership()->id;
  const auto refused = execute(store, policy, UpdateRoles{id, RoleSelection::one("boss")});
  std::cout << "refused: " << message(*refused.error().error) << '\n';
  if (!execute(store, policy, DeactivateMembership{id})) return 1;
  const auto again =
      execute(store, policy, CreateMembership{ada, acme, RoleSelection::one("admin")});
  std::cout << "same id: " << std::boolalpha << ((*again).membership()->id == id) << '\n';
  std::cout << explain((*again).plan, (*again).snapshot.roles) << '\n';
}
