// SPDX-License-Identifier: BSL-1.0

// The wrong ways of docs/explanation/concurrency.md that are a command's or an operation's: the
// explorer finds the invariant that breaks, and that none does in the right way.
//
// look for holders, then remove                      → look_then_remove_role
// visit only organizations that hold the role        → visit_only_holders
// mark without generation                            → mark_without_generation
// Multiple Roles off by priority alone               → multiple_roles_off_by_priority
// permission deletion without a fence where not held → permission_without_fence
// organization taken back after a page               → organization_taken_back
// look, then mark, taken as safe                     → look_taken_as_safe

#include "wrong_ways.hpp"

BOOST_AUTO_TEST_SUITE(explorer_wrong_commands)

using namespace membership;
using namespace membership::testing;
using namespace membership_tests;

namespace {

BOOST_AUTO_TEST_CASE(look_then_remove_role) {
  const auto give = named("update to editor");
  must_hold(explore({}, StartWorld::plain, {give, named("delete unused role")}));
  must_break(explore({}, StartWorld::plain, {give, look_then_remove()}), Invariant::dangling_role);
}

BOOST_AUTO_TEST_CASE(visit_only_holders) {
  const auto give = named("update to editor");
  must_hold(explore({}, StartWorld::plain, {give, named("delete role")}));
  must_break(explore({}, StartWorld::plain, {give, visit_holders()}), Invariant::dangling_role);
}

BOOST_AUTO_TEST_CASE(mark_without_generation) {
  MarkRoleDeleted mark;
  mark.role = "editor";
  const auto again = sequence_instance<StepStore>("keep, mark again", KeepRole{"editor"}, mark);
  const auto give = named("update to editor");
  const RoleDeletionOptions reassign{WhenInUse::reassign};
  must_hold(explore({}, StartWorld::plain, {named("delete role"), again, give}));
  must_break(explore({}, StartWorld::plain,
                     {operation_instance<ExplorerPolicy>("delete under any mark",
                                                         RoleDeletionOfAnyMark("editor", reassign)),
                      again, give}),
             Invariant::dangling_role);
}

BOOST_AUTO_TEST_CASE(multiple_roles_off_by_priority) {
  using Right = membership::detail::MultipleRolesOff<DefaultTraits>;
  must_hold(
      explore({}, StartWorld::used, {operation_instance<MembershipPolicy<>>("off", Right{})}));
  must_break(explore({}, StartWorld::used,
                     {operation_instance<MembershipPolicy<>>("off by priority",
                                                             MultipleRolesOffByPriority{})}),
             Invariant::owner);
}

BOOST_AUTO_TEST_CASE(permission_without_fence) {
  const auto add = named("add permission to own role");
  must_hold(explore({}, StartWorld::plain, {add, named("delete permission")}));
  must_break(explore({}, StartWorld::plain,
                     {add, operation_instance<ExplorerPolicy>(
                               "delete where held", PermissionDeletionWhereHeld("docs:read"))}),
             Invariant::dangling_permission);
}

BOOST_AUTO_TEST_CASE(organization_taken_back) {
  const auto remove = named("delete organization");
  must_hold(explore({}, StartWorld::plain, {remove, named("keep organization")}));
  must_break(explore({}, StartWorld::plain,
                     {remove, command_instance<StepStore>("keep at any time",
                                                          KeepOrganizationAnyTime{{org_a}})}),
             Invariant::owner);
}

BOOST_AUTO_TEST_CASE(look_taken_as_safe) {
  const auto demote = named("demote first");
  must_hold(explore({}, StartWorld::plain, {demote, named("delete second user")}));
  must_break(explore({}, StartWorld::plain, {demote, delete_user_after_look()}), Invariant::owner);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
