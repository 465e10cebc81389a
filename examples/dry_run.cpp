// SPDX-License-Identifier: BSL-1.0
/// Shows what a command would do without doing it: load, decide, and no commit.
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

  const CreateMembership command{ada, acme};
  const auto seen = store.load(command.reads());
  if (!seen) return 1;
  SystemClock clock;
  UlidIds<DefaultTraits> ids;
  const auto context = draw_context<CreateMembership>(clock.now(), ids);
  const auto plan = policy.decide(command, *seen, context);
  if (!plan) return 1;
  std::cout << explain(*plan, (*seen).roles) << '\n';

  // Nothing is stored: the user is no member.
  const auto member = store.view(ada, acme, [](const MembershipRow&) {});
  if (!member) return 1;
  std::cout << "member: " << std::boolalpha << *member << '\n';
  return *member ? 1 : 0;
}
