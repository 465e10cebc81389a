// SPDX-License-Identifier: BSL-1.0

// Memberships in a file: what one run makes, the next one finds.

#include <membership/membership.hpp>
#include <membership/store/sqlite_store.hpp>

#include <iostream>

using namespace membership;

int main() {
  const UserId ada = *UserId::make("user_ada");
  const OrganizationId acme = *OrganizationId::make("org_acme");
  const MembershipPolicy<> policy;

  const auto opened = SqliteStore::open("memberships.db");
  if (!opened) {
    std::cerr << opened.error().message << '\n';
    return 1;
  }
  SqliteStore& store = **opened;

  const auto is_member = store.view(ada, acme, [](const MembershipRow& row) {
    std::cout << "member since " << row.membership.created_at.milliseconds() << '\n';
  });
  if (!is_member) return 1;
  if (*is_member) return 0;
  if (!execute(store, policy, CreateUser{.id = ada})) return 1;
  if (!execute(store, policy, CreateOrganization{.name = "Acme", .id = acme})) return 1;
  if (!execute(store, policy, CreateMembership{ada, acme})) return 1;
  std::cout << "made a member\n";
}
