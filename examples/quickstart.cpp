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
  const auto wrong = execute(store, policy, UpdateRoles{id, RoleSelection::one("boss")});
  if (wrong || !wrong.error().error || !execute(store, policy, DeactivateMembership{id})) return 1;
  std::cout << "refused: " << message(*wrong.error().error) << '\n';
  const CreateMembership rejoin{ada, acme, RoleSelection::one("admin")};
  const auto again = execute(store, policy, rejoin);
  if (!again) return 1;
  std::cout << "same id: " << std::boolalpha << ((*again).membership()->id == id) << '\n';
  std::cout << explain((*again).plan, (*again).snapshot.roles) << '\n';
}
