// SPDX-License-Identifier: BSL-1.0

// Plan
//   Plan, Error, Snapshot, …: trivial where promised                     -> types
//   decide, command.decide, reads: noexcept; commands of a host may not  -> noexcept
//   for_each_event: order and numbers                                    -> events
//   apply: counts, revision, membership, environment, a span of plans    -> apply
//   apply: what a plan erases is gone                                    -> erased_is_gone
//   Kinds, Slot                                                          -> parts
//   RoleSelection: none, one, several                                    -> selection

#include "../support/world.hpp"
#include "membership/command/delete_organization.hpp"
#include "membership/command/delete_user.hpp"
#include "membership/policy/explain.hpp"

#include <array>
#include <span>
#include <type_traits>

namespace static_plans {

using namespace membership_tests;

// --- types

template <class V>
constexpr bool is_trivial_value = std::is_trivially_copyable_v<V>&&
    std::is_trivially_destructible_v<V>&& std::is_nothrow_copy_constructible_v<V>;
static_assert(is_trivial_value<Plan> && is_trivial_value<Error> && is_trivial_value<Snapshot>);
static_assert(is_trivial_value<Context> && is_trivial_value<Reads> && is_trivial_value<Refusal>);
static_assert(is_trivial_value<OrganizationMembership> && is_trivial_value<OrganizationState>);
static_assert(is_trivial_value<UserState> && is_trivial_value<EnvironmentState>);
static_assert(is_trivial_value<RoleState> && is_trivial_value<RoleCatalogue>);
static_assert(is_trivial_value<Profile> && is_trivial_value<MembershipQuery>);
static_assert(is_trivial_value<CreateMembership> && is_trivial_value<UpdateRoles>);
static_assert(is_trivial_value<tl::expected<Plan, Error>>);
static_assert(!std::is_default_constructible_v<Plan> && !std::is_default_constructible_v<Context>);
static_assert(!std::is_default_constructible_v<OrganizationMembership>);
static_assert(!std::is_default_constructible_v<Time>);
static_assert(sizeof(OrganizationMembership) <= 240 && sizeof(Error) == 68);

// --- noexcept

template <class C>
constexpr bool decides_without_throwing = noexcept(std::declval<const MembershipPolicy<>&>().decide(
    std::declval<const C&>(), std::declval<const Snapshot&>(),
    std::declval<
        const Context&>())) && noexcept(std::declval<const C&>()
                                            .decide(
                                                std::declval<DecisionKey>(),
                                                std::declval<const PolicyOptions&>(),
                                                std::declval<const Snapshot&>(),
                                                std::declval<const Context&>(),
                                                std::declval<
                                                    Plan&>())) && noexcept(std::declval<const C&>()
                                                                               .reads());
static_assert(decides_without_throwing<CreateMembership>);
static_assert(decides_without_throwing<UpdateRoles>);
static_assert(decides_without_throwing<DeactivateMembership>);
static_assert(decides_without_throwing<ReactivateMembership>);
static_assert(decides_without_throwing<DeleteMembership>);
static_assert(decides_without_throwing<CreateUser>);
static_assert(decides_without_throwing<CreateOrganization>);
static_assert(decides_without_throwing<CreateRole>);
static_assert(decides_without_throwing<CreateOrganizationRole>);
static_assert(decides_without_throwing<SetDefaultRole>);
static_assert(decides_without_throwing<SetPriorityOrder>);
static_assert(decides_without_throwing<EnableMultipleRoles>);

static_assert(noexcept(apply(std::declval<Snapshot&>(), std::declval<const Plan&>())));
static_assert(!noexcept(explain(std::declval<const Plan&>(), std::declval<RoleCatalogue>())),
              "makes a string");
static_assert(!std::is_default_constructible_v<DecisionKey>);
static_assert(!std::is_constructible_v<DecisionKey, int> && !std::is_aggregate_v<DecisionKey>);

// --- events

constexpr bool shows(const Plan& plan, std::initializer_list<EventType> types) {
  unsigned count = 0;
  bool same = true;
  for_each_event(plan, [&](EventType type, unsigned index) {
    same = same && index == count && index < types.size() && type == types.begin()[index];
    ++count;
  });
  return same && count == types.size();
}
static_assert(shows(Plan(plan_id, at(0)), {}));
static_assert(shows(plan_of(CreateMembership{user_id, organization_id}, world),
                    {EventType::organization_membership_created}));
static_assert(shows(plan_of(EnableMultipleRoles{}, world), {}));
static_assert(shows(plan_of(CreateOrganizationRole{organization_id, "New"}, world),
                    {EventType::organization_role_created}));
constexpr Plan everything() {
  Plan plan = plan_of(CreateMembership{user_id, organization_id}, world);
  plan.user.emplace(Precondition::absent, EventType::user_created, std::uint64_t{0},
                    UserState(user_id));
  plan.organization.emplace(Precondition::absent, EventType::organization_created, std::uint64_t{0},
                            OrganizationState(organization_id));
  plan.role.emplace(Precondition::absent, EventType::role_created, id<RoleId>("role_1"), viewer,
                    RoleState(slug("x")));
  return plan;
}
static_assert(shows(everything(),
                    {EventType::user_created, EventType::organization_created,
                     EventType::role_created, EventType::organization_membership_created}));

// --- apply

constexpr Snapshot applied(Snapshot seen, const Plan& plan) {
  apply(seen, plan);
  return seen;
}
template <class C>
constexpr Snapshot after(const Snapshot& seen, const C& command) {
  return applied(seen, plan_of(command, seen));
}
constexpr Snapshot created =
    after(world, CreateMembership{user_id, organization_id, RoleSelection::one("admin")});
static_assert(created.organization->revision == 8 && created.organization->fenced_to == 3);
static_assert(created.organization->counts == Counts{11, 4, 2, 4});
static_assert(created.membership->id == new_membership_id && created.membership->revision == 8);
static_assert(created.environment == world.environment && *created.user == *world.user);

// Each plan of a span is decided on what the one before leaves.
constexpr Snapshot deactivated = after(created, DeactivateMembership{new_membership_id});
static_assert(deactivated.membership->status == Status::inactive);
static_assert(deactivated.organization->revision == 9);
static_assert(plan_of(DeactivateMembership{new_membership_id}, created).touch->expected == 8);
static_assert(plan_of(DeactivateMembership{new_membership_id}, created).membership->expected == 8);
constexpr Snapshot removed = after(deactivated, DeleteMembership{new_membership_id});
static_assert(!removed.membership && removed.organization->revision == 10);
static_assert(removed.organization->counts == world.organization->counts);
static_assert(refusal(DeleteMembership{new_membership_id}, removed).code ==
              ErrorCode::entity_not_found);

static_assert(after(world, EnableMultipleRoles{}).environment.multiple_roles);
static_assert(after(world, EnableMultipleRoles{}).environment.revision == 4);
static_assert(after(world, SetDefaultRole{"viewer", organization_id}).organization->default_role ==
              viewer);
constexpr Snapshot only_environment() {
  Snapshot seen;
  seen.environment = world.environment;
  seen.roles = catalogue;
  return seen;
}
static_assert(after(only_environment(), CreateUser{user_id}).user->revision == 1);
static_assert(after(only_environment(), CreateOrganization{"Acme"}).organization->revision == 1);
static_assert(after(only_environment(), CreateOrganization{"Acme"}).environment.revision == 3,
              "compared only");
static_assert(applied(world, Plan(plan_id, at(0))).organization->revision == 7, "unchanged");

// --- parts

static_assert(!Kinds{}.has(Kind::user) && Kinds{Kind::user}.has(Kind::user));
static_assert(!Kinds{Kind::user}.has(Kind::role) && Kinds(Kind::user, Kind::role).has(Kind::role));
static_assert(all_kinds == Kinds(Kind::role, Kind::user, Kind::membership, Kind::organization,
                                 Kind::environment, Kind::permission, Kind::invitation));
static_assert(!all_kinds.has(Kind::token), "minted, never kept");

constexpr bool slot_works() {
  Slot<int> slot;
  if (slot || slot.get() != nullptr) return false;
  slot.emplace(3);
  Slot<int> copy = slot;
  slot.emplace(4);
  if (!copy || *copy != 3 || *slot != 4 || slot.get() != &*slot) return false;
  slot.clear();
  return !slot && copy;
}
static_assert(slot_works());
static_assert(std::is_trivially_copyable_v<Slot<UserId>>);

// --- selection

constexpr std::string_view slugs[] = {"a", "b"};
constexpr std::array<std::string_view, 3> three = {"a", "b", "c"};
using Form = RoleSelection::Form;
static_assert(RoleSelection{}.form() == Form::none && RoleSelection::none().size() == 0);
static_assert(RoleSelection::one("x").form() == Form::one && RoleSelection::one("x")[0] == "x");
static_assert(RoleSelection::one("x").size() == 1);
static_assert(RoleSelection::several(slugs).form() == Form::several &&
              RoleSelection::several(slugs).size() == 2 && RoleSelection::several(slugs)[1] == "b");
static_assert(RoleSelection::several(three).size() == 3 && RoleSelection::several(three)[2] == "c");
static_assert(RoleSelection::several(std::span(slugs).first(1)).size() == 1);
static_assert(RoleSelection::several(std::span(slugs).first(0)).form() == Form::several);
// A copy of one does not point into the original.
constexpr RoleSelection copied() {
  const RoleSelection original = RoleSelection::one("x");
  return RoleSelection(original);
}
static_assert(copied()[0] == "x");
static_assert(!std::is_convertible_v<std::string_view, RoleSelection>);

// --- apply shows nothing of what a plan erases

constexpr bool erased_is_gone() {
  Snapshot seen = make_world();
  seen.organization->phase = Phase::deleting;
  seen.organization->generation = 7;
  seen.organization->counts = {};
  seen.user->phase = Phase::deleting;
  seen.user->generation = 5;
  const FinishOrganizationDeletion organization{organization_id, 7};
  const FinishUserDeletion user{user_id, 5};
  const Plan without_organization = plan_of(organization, seen);
  const Plan without_user = plan_of(user, seen);
  apply(seen, without_organization);
  const bool user_stays = static_cast<bool>(seen.user);
  apply(seen, without_user);
  return user_stays && !seen.organization && !seen.user;
}
static_assert(erased_is_gone());

}  // namespace static_plans
