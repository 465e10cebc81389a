// SPDX-License-Identifier: BSL-1.0

// Plan
//   membership: several roles, option `primary_role`   -> membership_roles
//   permission_slugs: in order, holes and unknown places -> permissions_of_a_role
//   ids of a host's own; bad UTF-8                     -> host_ids, bad_utf8
// Whole objects: wire_golden.cpp.

#include "membership/domain/membership.hpp"
#include "membership/domain/profile.hpp"
#include "membership/domain/traits.hpp"
#include "membership/policy/rows.hpp"
#include "membership/wire/membership_object.hpp"
#include "membership/wire/organization_object.hpp"
#include "membership/wire/role_object.hpp"
#include "membership/wire/user_object.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <string_view>

using namespace membership;
using boost::json::serialize;

BOOST_AUTO_TEST_SUITE(wire_objects)

namespace {

const RoleState environment_roles[] = {RoleState(*RoleSlug::make("member")),
                                       RoleState(*RoleSlug::make("admin"))};
const RoleState own_roles[] = {RoleState(*RoleSlug::make_organization("org-auditor"))};
const RoleCatalogue catalogue(RoleTable(environment_roles, 2), RoleTable(own_roles, 1), nullptr);
constexpr RoleIndex member_role = RoleIndex::environment(0);
constexpr RoleIndex admin_role = RoleIndex::environment(1);
constexpr RoleIndex auditor_role = RoleIndex::organization(0);

}  // namespace

BOOST_AUTO_TEST_CASE(membership_roles) {
  RoleSet roles = RoleSet::of(auditor_role) | RoleSet::of(admin_role) | RoleSet::of(member_role);
  const auto shown = [&roles](PrimaryRole primary, RoleIndex first) {
    PolicyOptions options;
    options.primary_role = primary;
    const Time now = Time::from_milliseconds(0);
    const OrganizationMembership member(*MembershipId::make("om_1"), *UserId::make("user_1"),
                                        *OrganizationId::make("org_1"), roles, first,
                                        Status::active, now, now, 7);
    const auto object = wire::membership_event_data(MembershipView::of(member), catalogue, options);
    return serialize(object.at("role")) + serialize(object.at("roles"));
  };
  BOOST_TEST(shown(PrimaryRole::highest_priority, auditor_role) ==
             R"({"slug":"member"}[{"slug":"member"},{"slug":"admin"},{"slug":"org-auditor"}])");
  BOOST_TEST(
      shown(PrimaryRole::first_requested, auditor_role) ==
      R"({"slug":"org-auditor"}[{"slug":"org-auditor"},{"slug":"member"},{"slug":"admin"}])");
}

BOOST_AUTO_TEST_CASE(permissions_of_a_role) {
  const PermissionState states[] = {
      PermissionState(*PermissionSlug::make("b")), PermissionState(*PermissionSlug::make("a_b")),
      PermissionState::nothing(), PermissionState(*PermissionSlug::make("a"))};
  const PermissionTable table(states, 4);
  PermissionSet held;
  for (const unsigned place : {0u, 1u, 2u, 3u, 9u}) held.insert(place);
  BOOST_TEST(serialize(wire::permission_slugs(held, table)) == R"(["a","a_b","b"])");
  held.erase(3);
  BOOST_TEST(serialize(wire::permission_slugs(held, table)) == R"(["a_b","b"])");
  BOOST_TEST(serialize(wire::permission_slugs({}, table)) == "[]");

  const RoleId id = *RoleId::make("role_1");
  RoleState state = environment_roles[1];
  state.permissions = held;
  const RoleRow row{id, admin_role, state, Profile{}, table};
  BOOST_TEST(serialize(wire::role_object(row).at("permissions")) == R"(["a_b","b"])");
}

BOOST_AUTO_TEST_CASE(host_ids) {
  BOOST_TEST(wire::user_object(42L, Profile{}).at("id").as_string() == "42");
  BOOST_TEST(wire::organization_object(-7, Profile{}).at("id").as_string() == "-7");
}

BOOST_AUTO_TEST_CASE(bad_utf8) {
  Profile broken;
  broken.texts.set(Text::name, std::string_view("a\xFF"));
  BOOST_TEST(wire::organization_object(1, broken).at("name").as_string() == "a\xEF\xBF\xBD");
}

BOOST_AUTO_TEST_SUITE_END()
