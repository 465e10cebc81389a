// SPDX-License-Identifier: BSL-1.0
/// Rules of the host's own: nobody pays what they have ordered, and who changes the memberships of
/// others has a permission for it. They hold on every path.
#include <membership/membership.hpp>

#include <cstdint>
#include <iostream>
#include <string_view>

using namespace membership;

/// Nobody who is active holds the roles `buyer` and `payer` at once.
struct SeparateDuties {
  static constexpr std::uint16_t number = 1;  // `Error::detail` of its refusals

  template <class T>
  static constexpr Refusal check(const BasicSnapshot<T>& seen, const BasicPlan<T>& plan,
                                 const BasicActor<T>& /*actor*/) noexcept {
    RoleSet both;
    both.insert(seen.roles.find("buyer"));
    both.insert(seen.roles.find("payer"));
    // A plan writes one membership or, as a transfer of ownership does, two.
    for (const auto* const write : {plan.membership.get(), plan.other.get()}) {
      if (write == nullptr || write->effect == Effect::erase) continue;
      if (write->after.status != Status::active || !both.several()) continue;
      if ((both - write->after.roles).empty()) return Refusal::by_rule(number);
    }
    return {};
  }
};
static_assert(Rule<SeparateDuties, DefaultTraits>);

/// Who changes a membership or invites somebody has the permission `members:manage` there. Leaving
/// is free.
struct ManageMembers {
  static constexpr std::uint16_t number = 2;

  template <class T>
  static constexpr Refusal check(const BasicSnapshot<T>& seen, const BasicPlan<T>& plan,
                                 const BasicActor<T>& actor) noexcept {
    // The host itself, or nothing that belongs to an organization.
    if (!actor.acts || !plan.touch) return {};
    const auto* const who = actor.membership;
    if (who == nullptr) return Refusal::by_rule(number);
    const bool leaves = plan.membership && plan.membership->effect == Effect::erase &&
                        plan.membership->after.id == who->id;
    if (leaves || authorize(seen.roles, who->status, who->roles, "members:manage")) return {};
    return Refusal::by_rule(number);
  }
};
static_assert(Rule<ManageMembers, DefaultTraits>);

int main() {
  MemoryStore store;
  const MembershipPolicy<ManageMembers, GrantRule, OwnerGuard, SeparateDuties> policy;
  const UserId ada = *UserId::make("ada");
  const UserId bob = *UserId::make("bob");
  const OrganizationId acme = *OrganizationId::make("acme");
  for (const UserId& user : {ada, bob}) {
    if (!execute(store, policy, CreateUser{.id = user})) return 1;
  }
  if (!execute(store, policy, CreateOrganization{.name = "Acme", .id = acme})) return 1;
  for (const std::string_view slug : {"buyer", "payer"}) {
    if (!execute(store, policy, CreateRole{.slug = slug, .name = slug})) return 1;
  }
  if (!execute(store, policy, EnableMultipleRoles{})) return 1;

  const auto joined =
      execute(store, policy, CreateMembership{ada, acme, RoleSelection::one("buyer")});
  if (!joined) return 1;
  const MembershipId id = (*joined).membership()->id;
  constexpr std::string_view both[] = {"buyer", "payer"};
  const UpdateRoles update{id, RoleSelection::several(both)};
  const auto refused = execute(store, policy, update);
  if (refused || !refused.error().error) return 1;
  std::cout << "update: " << message(*refused.error().error) << '\n';

  // An inactive member may have both, and then cannot come back with them.
  if (!execute(store, policy, DeactivateMembership{id})) return 1;
  if (!execute(store, policy, update)) return 1;
  const auto back = execute(store, policy, ReactivateMembership{id});
  if (back || !back.error().error) return 1;
  std::cout << "reactivate: " << message(*back.error().error) << '\n';

  // Bob is a member and may not manage members, but may leave.
  const auto second = execute(store, policy, CreateMembership{bob, acme});
  if (!second) return 1;
  const auto removed = execute(store, policy, DeleteMembership{id, bob});
  if (removed || !removed.error().error) return 1;
  std::cout << "bob removes ada: " << message(*removed.error().error) << '\n';
  const auto left = execute(store, policy, DeleteMembership{(*second).membership()->id, bob});
  if (!left) return 1;
  std::cout << "bob leaves: " << to_string((*left).outcome()) << '\n';
}
