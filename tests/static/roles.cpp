// SPDX-License-Identifier: BSL-1.0

// Plan
//   RoleIndex: tables, places, none                                       -> indexes
//   RoleSet: insert, contains, algebra, several                           -> sets
//   PermissionSet: insert, subset, union                                  -> permissions
//   RoleCatalogue: find, at, assignable, order, highest                   -> catalogue
//   for_each_shown_role, primary_role: both values of the option          -> primary role
//   Counts: in and out, owners                                            -> counts
//   StatusSet                                                             -> statuses

#include "../support/world.hpp"

namespace static_roles {

using namespace membership_tests;

// --- indexes

static_assert(RoleIndex::none().is_none() && !RoleIndex::none().is_organization());
static_assert(!member.is_none() && !member.is_organization() && member.place() == 0);
static_assert(RoleIndex::environment(63).place() == 63);
static_assert(!RoleIndex::environment(63).is_organization());
static_assert(RoleIndex::organization(0).is_organization());
static_assert(RoleIndex::organization(63).place() == 63 && !RoleIndex::organization(63).is_none());
static_assert(RoleIndex::environment(5) != RoleIndex::organization(5));
static_assert(RoleIndex::from_value(lead.value()) == lead);
static_assert(RoleIndex::from_value(RoleIndex::none().value()).is_none());

// --- sets

static_assert(RoleSet{}.empty() && !RoleSet{}.several());
static_assert(RoleSet{}.size() == 0);  // NOLINT(readability-container-size-empty)
static_assert(set_of(member).contains(member) && !set_of(member).contains(admin));
static_assert(!set_of(member).contains(RoleIndex::organization(0)), "same place, other table");
static_assert(!set_of(member).contains(RoleIndex::none()));
static_assert(!RoleSet(~0u, ~0u).contains(RoleIndex::none()));
static_assert(RoleSet::of(RoleIndex::none()).empty());
static_assert(set_of(member, member) == set_of(member));
static_assert(set_of(member, lead) == set_of(lead, member), "no order");
static_assert(set_of(member, lead).several() && !set_of(lead).several());
static_assert(set_of(RoleIndex::environment(63), RoleIndex::organization(63)).size() == 2);
static_assert((set_of(member, lead) - set_of(lead, admin)) == set_of(member));
static_assert((set_of(member, lead) & set_of(lead, admin)) == set_of(lead));
static_assert((set_of(member) | set_of(lead)) == set_of(member, lead));
static_assert(std::is_trivially_copyable_v<RoleSet> && sizeof(RoleSet) == 16);

// --- permissions

constexpr PermissionSet permissions(std::initializer_list<unsigned> indexes) {
  PermissionSet set;
  for (const unsigned index : indexes) set.insert(index);
  return set;
}
static_assert(permissions({0, 64, 255}).contains(255) && !permissions({0, 64, 255}).contains(1));
static_assert(permissions({0, 255}).subset_of(permissions({0, 64, 255})));
static_assert(!permissions({0, 254}).subset_of(permissions({0, 64, 255})));
static_assert(PermissionSet{}.subset_of(PermissionSet{}));
static_assert(permissions({255}).contains(255) && !permissions({255}).contains(254));
static_assert(!permissions({0}).contains(PermissionSet::capacity), "one that is not there");
static_assert((permissions({1}) | permissions({200})) == permissions({1, 200}));

// --- catalogue

static_assert(catalogue.find("member") == member && catalogue.find("org-clerk") == clerk);
static_assert(catalogue.find("leaving") == leaving, "also those on their way out");
static_assert(catalogue.find("owner").is_none() && catalogue.find("").is_none());
static_assert(catalogue.find("Member").is_none() && catalogue.find("member ").is_none());
static_assert(catalogue.at(gone) == nullptr && catalogue.at(RoleIndex::none()) == nullptr);
static_assert(catalogue.at(viewer) == &environment_roles[2]);
static_assert(catalogue.slug(lead) == "org-lead" && catalogue.slug(gone).empty());
static_assert(catalogue.assignable() == set_of(member, admin, viewer, lead, clerk));

/// Whether a set is shown in exactly this order.
template <class... Indexes>
constexpr bool in_order(const RoleCatalogue& roles, RoleSet set, Indexes... indexes) {
  const RoleIndex expected[] = {indexes..., RoleIndex::none()};
  unsigned at = 0;
  bool same = true;
  roles.for_each_in_order(set, [&](RoleIndex index) {
    same = same && index == expected[at];
    if (at < sizeof...(indexes)) ++at;
  });
  return same && at == sizeof...(indexes);
}
static_assert(in_order(catalogue, set_of(member, admin, viewer, lead, clerk), admin, lead, member,
                       viewer, clerk));
static_assert(in_order(catalogue, set_of(clerk, lead), lead, clerk));
static_assert(in_order(catalogue, set_of(gone, viewer), viewer, gone), "also what is not there");
static_assert(in_order(catalogue, RoleSet{}));
constexpr RoleCatalogue by_age(RoleTable(environment_roles, 5), RoleTable(organization_roles, 2),
                               nullptr);
static_assert(in_order(by_age, set_of(clerk, lead, viewer, admin, member), member, admin, viewer,
                       lead, clerk));
static_assert(catalogue.highest(set_of(viewer, member, lead)) == lead);
static_assert(by_age.highest(set_of(viewer, member, lead)) == member);
static_assert(catalogue.highest(RoleSet{}).is_none());
static_assert(RoleCatalogue{}.find("member").is_none() && RoleCatalogue{}.assignable().empty());

static_assert(role_order.contains(admin) && !role_order.contains(viewer));
static_assert(role_order[1] == lead && role_order.size == 3);

constexpr RoleState granting[] = {
    RoleState(slug("reader"), true, permissions({1})),
    RoleState(slug("writer"), true, permissions({1, 2})),
    RoleState(slug("payer"), true, permissions({200})),
};
constexpr RoleCatalogue grants(RoleTable(granting, 3), RoleTable(), nullptr);
static_assert(grants.permissions(set_of(RoleIndex::environment(1), RoleIndex::environment(2))) ==
              permissions({1, 2, 200}));
static_assert(grants.permissions(RoleSet{}) == PermissionSet{});
static_assert(grants.permissions(set_of(gone)) == PermissionSet{});

// --- primary role

constexpr PolicyOptions first_requested() {
  PolicyOptions options;
  options.primary_role = PrimaryRole::first_requested;
  return options;
}
static_assert(primary_role({}, catalogue, set_of(viewer, lead), viewer) == "org-lead");
static_assert(primary_role(first_requested(), catalogue, set_of(viewer, lead), viewer) == "viewer");
static_assert(primary_role(first_requested(), catalogue, set_of(viewer, lead), member) ==
                  "org-lead",
              "the first requested is not held any more");
static_assert(primary_role(first_requested(), catalogue, set_of(viewer, lead), RoleIndex::none()) ==
              "org-lead");
static_assert(primary_role({}, catalogue, RoleSet{}, RoleIndex::none()).empty());

/// The rest follow by priority, each once.
constexpr bool rest_by_priority() {
  const std::string_view expected[] = {"org-clerk", "admin", "org-lead", "viewer"};
  unsigned shown = 0;
  bool same = true;
  for_each_shown_role(first_requested(), catalogue, set_of(viewer, lead, admin, clerk), clerk,
                      [&](std::string_view text) {
                        same = same && shown < 4 && text == expected[shown];
                        ++shown;
                      });
  return same && shown == 4;
}
static_assert(rest_by_priority());

// --- counts

constexpr Counts counted() {
  Counts counts;
  counts.add(Status::active, set_of(admin, member), admin);
  counts.add(Status::active, set_of(member), admin);
  counts.add(Status::inactive, set_of(admin), admin);
  counts.add(Status::pending, set_of(admin), admin);
  return counts;
}
static_assert(counted() == Counts{2, 1, 1, 1}, "only active ones are owners");
constexpr Counts counted_out() {
  Counts counts = counted();
  counts.remove(Status::active, set_of(admin, member), admin);
  counts.remove(Status::inactive, set_of(admin), admin);
  return counts;
}
static_assert(counted_out() == Counts{1, 0, 1, 0});
constexpr Counts no_owner_role() {
  Counts counts;
  counts.add(Status::active, set_of(admin), RoleIndex::none());
  return counts;
}
static_assert(no_owner_role().owners == 0);

// --- statuses

static_assert(StatusSet{}.empty() && !StatusSet{}.contains(Status::active));
static_assert((StatusSet{} | Status::active).contains(Status::active));
static_assert(!(StatusSet{} | Status::active).contains(Status::pending));
static_assert(StatusSet::all() ==
              (StatusSet{} | Status::inactive | Status::pending | Status::active));

}  // namespace static_roles
