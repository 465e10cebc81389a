// SPDX-License-Identifier: BSL-1.0

// Plan
//   explain: golden texts of every kind of plan                -> golden
//   every source of roles                                      -> role_sources
//   dropped roles, roles that are gone                         -> dropped

#include "membership/policy/explain.hpp"

#include "../support/world.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace membership_tests;

BOOST_AUTO_TEST_SUITE(explain_plan)

namespace {
template <class C>
std::string explained(const C& command, const Snapshot& seen, const PolicyOptions& options = {}) {
  return explain(plan_of(command, seen, options), seen.roles);
}
constexpr std::string_view viewer_admin[] = {"viewer", "admin"};
}  // namespace

BOOST_AUTO_TEST_CASE(golden) {
  BOOST_TEST(explained(CreateMembership{user_id, organization_id}, world) ==
             "rule: create on none\n"
             "outcome: created\n"
             "roles: member ('member', because no default is set)\n"
             "event: organization_membership.created");
  BOOST_TEST(
      explained(CreateMembership{user_id, organization_id, RoleSelection::several(viewer_admin)},
                several_allowed(with(Status::inactive, set_of(member)))) ==
      "rule: create on inactive\n"
      "outcome: reactivated\n"
      "roles: admin, viewer (requested)\n"
      "event: organization_membership.updated");
  BOOST_TEST(explained(UpdateRoles{membership_id, RoleSelection::one("viewer")},
                       with(Status::pending, set_of(member))) ==
             "rule: update roles on pending\n"
             "outcome: updated\n"
             "roles: viewer (requested)\n"
             "event: organization_membership.updated");
  BOOST_TEST(explained(UpdateRoles{membership_id}, with(Status::active, set_of(member))) ==
             "rule: update roles on active\n"
             "outcome: unchanged\n"
             "event: none");
  BOOST_TEST(
      explained(DeactivateMembership{membership_id}, with(Status::active, set_of(lead, member))) ==
      "rule: deactivate on active\n"
      "outcome: updated\n"
      "roles: org-lead, member (those it had)\n"
      "event: organization_membership.updated");
  BOOST_TEST(explained(DeleteMembership{membership_id}, with(Status::inactive, set_of(clerk))) ==
             "rule: delete on inactive\n"
             "outcome: deleted\n"
             "roles: org-clerk\n"
             "event: organization_membership.deleted");
  BOOST_TEST(explained(EnableMultipleRoles{}, world) ==
             "rule: Multiple Roles\noutcome: updated\nevent: none");
  BOOST_TEST(explained(EnableMultipleRoles{}, several_allowed(world)) ==
             "rule: Multiple Roles\noutcome: unchanged\nevent: none");
  BOOST_TEST(explained(CreateUser{}, world) == "rule: user\noutcome: created\nevent: user.created");
  BOOST_TEST(explained(CreateOrganization{"Acme"}, world) ==
             "rule: organization\noutcome: created\nevent: organization.created");
  BOOST_TEST(explained(CreateRole{"new", "New"}, world) ==
             "rule: environment role\noutcome: created\nevent: role.created");
  BOOST_TEST(explained(CreateOrganizationRole{organization_id, "New"}, world) ==
             "rule: organization role\noutcome: created\nevent: organization_role.created");
  BOOST_TEST(explained(SetDefaultRole{"viewer"}, world) ==
             "rule: default role\noutcome: updated\nevent: none");
  constexpr std::string_view order[] = {"org-clerk", "document-editor", "viewer",
                                        "member",    "admin",           "org-lead"};
  BOOST_TEST(explained(SetPriorityOrder{order, organization_id}, world) ==
             "rule: priority order\noutcome: updated\nevent: none");
}

BOOST_AUTO_TEST_CASE(role_sources) {
  const CreateMembership create{user_id, organization_id};
  Snapshot seen = world;
  seen.environment.default_role = viewer;
  BOOST_TEST(explained(create, seen).find("roles: viewer (the environment's default)\n") !=
             std::string::npos);
  seen.organization->default_role = lead;
  BOOST_TEST(explained(create, seen).find("roles: org-lead (the organization's default)\n") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(dropped) {
  const ReactivateMembership reactivate{membership_id};
  BOOST_TEST(explained(reactivate, with(Status::inactive, set_of(viewer, gone, lead))) ==
             "rule: reactivate on inactive\n"
             "outcome: reactivated\n"
             "roles: org-lead (those it had)\n"
             "dropped: viewer, (a role that is gone)\n"
             "event: organization_membership.updated");
  BOOST_TEST(explained(DeleteMembership{membership_id}, with(Status::active, RoleSet{})) ==
             "rule: delete on active\n"
             "outcome: deleted\n"
             "roles: none\n"
             "event: organization_membership.deleted");
}

BOOST_AUTO_TEST_SUITE_END()
