// SPDX-License-Identifier: BSL-1.0
/// Moves an environment to several roles a membership, and back.
#include <membership/administration.hpp>
#include <membership/membership.hpp>

#include <iostream>
#include <string_view>

using namespace membership;

namespace {

/// The membership's roles, the primary one first.
void show(const MemoryStore& store, const UserId& user, const OrganizationId& organization) {
  const auto shown = store.view(user, organization, [](const MembershipRow& row) {
    row.roles.for_each_in_order(row.membership.roles,
                                [&](RoleIndex role) { std::cout << ' ' << row.roles.slug(role); });
  });
  std::cout << (shown && *shown ? "\n" : " none\n");
}

}  // namespace

int main() {
  MemoryStore store;
  const MembershipPolicy<OwnerGuard> policy;
  const UserId ada = *UserId::make("ada");
  const OrganizationId acme = *OrganizationId::make("acme");
  for (const std::string_view slug : {"owner", "editor", "billing"}) {
    if (!execute(store, policy, CreateRole{.slug = slug, .name = slug})) return 1;
  }
  if (!name_owner_role(store, policy, "owner")) return 1;
  if (!execute(store, policy, CreateUser{.id = ada})) return 1;
  if (!execute(store, policy, CreateOrganization{.name = "Acme", .id = acme})) return 1;
  const auto joined =
      execute(store, policy, CreateMembership{ada, acme, RoleSelection::one("owner")});
  if (!joined) return 1;
  const MembershipId id = (*joined).membership()->id;

  // Before: one role each.
  constexpr std::string_view several[] = {"billing", "editor", "owner"};
  const UpdateRoles update{id, RoleSelection::several(several)};
  const auto refused = execute(store, policy, update);
  if (refused || !refused.error().error) return 1;
  std::cout << "off: " << message(*refused.error().error) << '\n';

  // On. Which of several roles is the primary one follows from the priority order.
  if (!execute(store, policy, EnableMultipleRoles{})) return 1;
  constexpr std::string_view order[] = {"editor", "billing", "owner", "member"};
  if (!execute(store, policy, SetPriorityOrder{order})) return 1;
  if (!execute(store, policy, update)) return 1;
  std::cout << "on:";
  show(store, ada, acme);

  // Off again: first a look, then the walk over all organizations.
  const auto look = preview_disable_multiple_roles(store, policy);
  if (!look) return 1;
  std::cout << "concerned: " << (*look).active << " active, " << (*look).inactive << " inactive\n";
  for (const PreviewedRole& role : (*look).roles) {
    std::cout << "left with " << role.slug.view() << ": " << role.kept << '\n';
  }
  const auto off = disable_multiple_roles(store, policy);
  if (!off) return 1;
  std::cout << "changed: " << (*off).memberships << ", and left is:";
  show(store, ada, acme);
}
