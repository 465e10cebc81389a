// SPDX-License-Identifier: BSL-1.0

// Uses the library from two translation units and prints the version of its headers.

#include <membership/membership.hpp>

#include <cstdio>

using namespace membership;

bool deactivate(MemoryStore& store, const MembershipId& id);

int main() {
  MemoryStore store;
  const UserId ada = *UserId::make("ada");
  const OrganizationId acme = *OrganizationId::make("acme");
  if (!execute(store, MembershipPolicy<>{}, CreateUser{.id = ada})) return 1;
  if (!execute(store, MembershipPolicy<>{}, CreateOrganization{.name = "Acme", .id = acme})) {
    return 1;
  }
  const auto joined = execute(store, MembershipPolicy<>{}, CreateMembership{ada, acme});
  if (!joined || !deactivate(store, (*joined).membership()->id)) return 1;
  std::printf("%d.%d.%d\n", library_version.major_number, library_version.minor_number,
              library_version.patch_number);
}
