// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_GENERATORS_MOMENTS_HPP
#define MEMBERSHIP_TESTING_GENERATORS_MOMENTS_HPP

#include "membership/domain/role_catalogue.hpp"
#include "membership/policy/role_resolution.hpp"
#include "membership/policy/snapshot.hpp"
#include "membership/testing/fixed_ids.hpp"
#include "membership/testing/generators/owned.hpp"
#include "membership/testing/generators/values.hpp"

#include <rapidcheck.h>

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace membership::inline v0 {
namespace testing {

namespace detail {
inline unsigned below(unsigned end) { return *rc::gen::inRange<unsigned>(0, end); }
inline bool seldom(unsigned one_in) { return below(one_in) == one_in - 1; }
}  // namespace detail

/// A catalogue that can be: no slug twice, roles grant permissions that are there, an order names
/// roles that are there and none twice. Now and then a role is retiring or of another resource
/// type, the environment has none, or a permission is gone or on its way out.
inline rc::Gen<OwnedCatalogue> catalogue() {
  return rc::gen::exec([] {
    using detail::below;
    using detail::seldom;
    OwnedCatalogue made;
    constexpr std::string_view permissions[] = {"docs:read", "docs:write", "docs:*", "a.b_c-d"};
    const unsigned permission_count = below(5);
    for (unsigned i = 0; i < permission_count; ++i) {
      if (i + 1 < permission_count && seldom(10)) {
        made.permissions.push_back(PermissionState::nothing());
        continue;
      }
      PermissionState& permission =
          made.permissions.emplace_back(PermissionSlug::from_stored(permissions[i]), seldom(6));
      if (seldom(10)) permission.phase = Phase::retiring;
    }
    const auto add = [&](std::vector<RoleState>& roles, std::string_view text) {
      RoleState& role = roles.emplace_back(RoleSlug::from_stored(text), !seldom(8));
      if (seldom(10)) role.phase = Phase::retiring;
      for (unsigned i = 0; i < permission_count; ++i) {
        const bool there = !made.permissions[i].slug.view().empty();
        if (there && below(2) == 1) role.permissions.insert(i);
      }
    };
    constexpr std::string_view environment[] = {"member",
                                                "admin",
                                                "owner",
                                                "viewer",
                                                "a-slug-of-more-than-sixteen-bytes-1",
                                                "a-slug-of-more-than-sixteen-bytes-2"};
    constexpr std::string_view own[] = {"org-lead", "org-a", "org-slug-of-more-than-16-bytes"};
    const unsigned environment_count = seldom(20) ? 0 : 1 + below(6);
    const unsigned own_count = below(4);
    for (unsigned i = 0; i < environment_count; ++i) add(made.environment, environment[i]);
    for (unsigned i = 0; i < own_count; ++i) add(made.organization, own[i]);
    if (below(2) == 1) {
      RoleOrder& order = made.order.emplace();
      for (unsigned i = 0; i < made.size(); ++i) {
        const RoleIndex next = made.index(below(made.size()));
        if (!order.contains(next)) order.push_back(next);
      }
    }
    return made;
  });
}

/// A moment of one organization: the catalogue and a snapshot of it. `snapshot()` is a view of the
/// world that it is asked of.
struct World {
  OwnedCatalogue catalogue;
  Snapshot state;  ///< all but the catalogue

  Snapshot snapshot() const {
    Snapshot seen = state;
    seen.roles = catalogue.view();
    return seen;
  }
  /// The slugs of all roles, and two that no role has.
  std::vector<std::string> slugs() const {
    std::vector<std::string> all;
    all.reserve(catalogue.size() + 2);
    for (const RoleState& role : catalogue.environment) all.emplace_back(role.slug.view());
    for (const RoleState& role : catalogue.organization) all.emplace_back(role.slug.view());
    all.emplace_back("unknown");
    all.emplace_back("Member ");
    return all;
  }
};

inline std::ostream& operator<<(std::ostream& out, const World& world) {
  const auto show_roles = [&out](const char* title, const std::vector<RoleState>& roles) {
    out << title;
    for (const RoleState& role : roles) {
      out << ' ' << role.slug.view();
      if (!role.of_organizations) out << "(other type)";
      if (role.phase != Phase::live) out << "(retiring)";
    }
  };
  show_roles("environment:", world.catalogue.environment);
  show_roles("; organization:", world.catalogue.organization);
  out << "; multiple " << world.state.environment.multiple_roles << ", default "
      << int{world.state.environment.default_role.value()};
  if (!world.state.organization) out << "; no organization";
  if (!world.state.user) out << "; no user";
  if (world.state.membership) {
    out << "; membership " << to_string(world.state.membership->status) << " roles "
        << world.state.membership->roles.environment() << '/'
        << world.state.membership->roles.organization();
  }
  return out;
}

/// A world that can be: the counts agree with the membership shown, defaults name roles that exist
/// and are not the owner role, a membership holds at least one role. Now and then user or
/// organization are missing or being deleted. The membership's id is `om_00000001`, its user
/// `user_00000001`, its organization `org_00000001`.
inline rc::Gen<World> world() {
  return rc::gen::exec([] {
    using detail::below;
    using detail::seldom;
    World made;
    made.catalogue = *catalogue();
    const auto environment_count = static_cast<unsigned>(made.catalogue.environment.size());
    const unsigned count = made.catalogue.size();
    const auto role = [&](unsigned number) { return made.catalogue.index(number); };
    Snapshot& state = made.state;
    state.environment.revision = 1 + below(5);
    state.environment.multiple_roles = below(2) == 1;
    if (seldom(12)) state.environment.phase = Phase::closing;
    if (environment_count > 0 && below(2) == 1) {
      state.environment.default_role = role(below(environment_count));
    }
    if (environment_count > 0 && below(2) == 1) {
      const RoleIndex owner = role(below(environment_count));
      if (owner != membership::detail::environment_default(made.snapshot())) {
        state.environment.owner_role = owner;
      }
    }
    const Time made_at = Time::from_milliseconds(1'768'478'400'000);
    const auto user = FixedIds::numbered<UserId>(1);
    const auto organization = FixedIds::numbered<OrganizationId>(1);
    if (!seldom(12)) {
      OrganizationState& row = state.organization.emplace(organization);
      row.revision = 1 + below(1000);
      row.counts = {below(100), below(100), below(100), 0};
      row.owner_role = state.environment.owner_role;
      if (!row.owner_role.is_none()) row.counts.owners = below(3);
      row.counts.active += row.counts.owners;
      if (count > 0 && below(2) == 1) {
        const RoleIndex own = role(below(count));
        if (own != row.owner_role) row.default_role = own;
      }
      if (seldom(12)) row.phase = Phase::deleting;
    }
    if (!seldom(12)) {
      state.user.emplace(user, std::uint64_t{1} + below(5),
                         seldom(12) ? Phase::deleting : Phase::live);
    }
    if (state.organization && count > 0 && below(4) != 0) {
      RoleSet roles;
      const RoleIndex first = role(below(count));
      roles.insert(first);
      for (unsigned more = below(3); more > 0; --more) roles.insert(role(below(count)));
      const Status in = *status();
      OrganizationState& row = *state.organization;
      row.counts.add(in, roles, row.owner_role);
      state.membership.emplace(FixedIds::numbered<MembershipId>(1), user, organization, roles,
                               first, in, made_at,
                               Time::from_milliseconds(made_at.milliseconds() + below(1000)),
                               1 + below(static_cast<unsigned>(row.revision)), seldom(6));
    }
    return made;
  });
}

/// A membership of a catalogue's roles, with any ids and times; it holds at least one role, that of
/// the first request among them. Preconditions: the catalogue has roles.
inline rc::Gen<OrganizationMembership> membership_of(const OwnedCatalogue& catalogue) {
  return rc::gen::exec([catalogue] {
    using detail::below;
    const RoleIndex first = catalogue.index(below(catalogue.size()));
    RoleSet roles = RoleSet::of(first);
    for (unsigned more = below(3); more > 0; --more) {
      roles.insert(catalogue.index(below(catalogue.size())));
    }
    const Time created = *time();
    return OrganizationMembership(*id<MembershipId>(), *id<UserId>(), *id<OrganizationId>(), roles,
                                  first, *status(), created, later_of(created, *time()),
                                  *rc::gen::inRange<std::uint64_t>(1, 1000), detail::seldom(6));
  });
}

}  // namespace testing
}  // namespace membership::inline v0

#endif
