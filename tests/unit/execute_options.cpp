// SPDX-License-Identifier: BSL-1.0

// Plan
//   O1 to O9 and O11: the default and every alternative, through execute  -> a case for each

#include "../support/host.hpp"

#include <boost/test/unit_test.hpp>

#include <span>
#include <string>
#include <vector>

using namespace membership;
using namespace membership_tests;

namespace execute_options {

/// A user, an organization, the roles admin and viewer beside member, and Multiple Roles.
struct World : Host {
  UserId user_id = user("user_1");
  OrganizationId organization_id = organization("org_1");
  std::string_view admin_viewer[2] = {"admin", "viewer"};
  std::string_view viewer_admin[2] = {"viewer", "admin"};
  std::string_view admin_admin[2] = {"admin", "admin"};

  World() {
    role("admin");
    role("viewer");
    done(EnableMultipleRoles{});
  }
  CreateMembership create(RoleSelection roles = {}) const {
    return {user_id, organization_id, roles};
  }
  MembershipId inactive_with(RoleSelection roles) {
    const MembershipId id = done(create(roles)).membership()->id;
    done(DeactivateMembership{id});
    return id;
  }
  std::string shown() const { return shown_roles(user_id, organization_id); }
  EventType last_event() const {
    EventType type = EventType::none;
    Page<EventId> page;
    page.direction = Direction::descending;
    page.limit = 1;
    static_cast<void>(
        *store.list(*EventQuery::make(page), [&](const EventRow& row) { type = row.type; }));
    return type;
  }
};

const RoleIndex viewer = RoleIndex::environment(2);
const RoleIndex nobody = RoleIndex::environment(9);

}  // namespace execute_options

BOOST_FIXTURE_TEST_SUITE(execute_options, execute_options::World)

BOOST_AUTO_TEST_CASE(o1_create_over_active) {
  const auto first = *done(create(RoleSelection::one("viewer"))).membership();
  BOOST_TEST(refused(create(RoleSelection::one("admin"))) ==
             an_error(ErrorCode::organization_membership_already_exists,
                      Field::organization_membership_id, first.id.view()));
  policy.options.create_over_active = CreateOverActive::return_existing;
  const std::string before = describe(store);
  const auto receipt = done(create(RoleSelection::one("admin")));
  BOOST_TEST(receipt.outcome() == Outcome::unchanged);
  BOOST_TEST((*receipt.membership() == first));
  BOOST_TEST(describe(store) == before);
}

BOOST_AUTO_TEST_CASE(o2_create_over_inactive_roles) {
  const auto id = inactive_with(RoleSelection::several(admin_viewer));
  done(create());
  BOOST_TEST(shown() == "member");
  done(UpdateRoles{id, RoleSelection::several(admin_viewer)});
  done(DeactivateMembership{id});
  policy.options.create_over_inactive_roles = CreateOverInactiveRoles::keep;
  BOOST_TEST(done(create()).membership()->id == id);
  BOOST_TEST(shown() == "admin,viewer");
  done(DeactivateMembership{id});
  done(create(RoleSelection::one("viewer")));  // roles that are given go before
  BOOST_TEST(shown() == "viewer");
}

BOOST_AUTO_TEST_CASE(o3_create_over_inactive_event) {
  const auto id = inactive_with({});
  done(create());
  BOOST_TEST(last_event() == EventType::organization_membership_updated);
  done(DeactivateMembership{id});
  policy.options.create_over_inactive_event = CreateOverInactiveEvent::created;
  BOOST_TEST(done(create()).outcome() == Outcome::reactivated);
  BOOST_TEST(last_event() == EventType::organization_membership_created);
}

BOOST_AUTO_TEST_CASE(o4_update_not_active) {
  const auto id = inactive_with({});
  const UpdateRoles to_admin{id, RoleSelection::one("admin")};
  const UpdateRoles to_member{id, RoleSelection::one("member")};
  for (const Status status : {Status::inactive, Status::pending}) {
    rewrite(id, [&](OrganizationMembership& value) { value.status = status; });
    policy.options.update_not_active = UpdateNotActive::allow;
    BOOST_TEST(done(to_admin).membership()->status == status);
    BOOST_TEST(shown() == "admin");
    done(to_member);
    policy.options.update_not_active = UpdateNotActive::refuse;
    BOOST_TEST(refused(to_admin) == an_error(ErrorCode::membership_not_active,
                                             Field::organization_membership_id, id.view()));
    BOOST_TEST(shown() == "member");
  }
  rewrite(id, [](OrganizationMembership& value) { value.status = Status::active; });
  done(to_admin);
}

BOOST_AUTO_TEST_CASE(o5_duplicate_slugs) {
  const auto id = done(create(RoleSelection::several(admin_admin))).membership()->id;
  BOOST_TEST(shown() == "admin");
  policy.options.duplicate_slugs = DuplicateSlugs::refuse;
  const auto duplicate = an_error(ErrorCode::duplicate, Field::role_slugs, "admin", 1);
  BOOST_TEST(refused(create(RoleSelection::several(admin_admin))) == duplicate);
  BOOST_TEST(refused(UpdateRoles{id, RoleSelection::several(admin_admin)}) == duplicate);
  // A place that an error cannot tell is not told as another one.
  std::vector<std::string> many;
  for (unsigned i = 0; i < 65'540; ++i) many.push_back("role-" + std::to_string(i));
  many.push_back(many.front());
  const std::vector<std::string_view> far(many.begin(), many.end());
  BOOST_TEST(refused(UpdateRoles{id, RoleSelection::several(far)}) ==
             an_error(ErrorCode::duplicate, Field::role_slugs, "", 0xFFFF));
  done(UpdateRoles{id, RoleSelection::several(admin_viewer)});
}

BOOST_AUTO_TEST_CASE(o6_empty_slugs) {
  const auto none = RoleSelection::several(std::span<const std::string_view>());
  const auto empty = an_error(ErrorCode::empty, Field::role_slugs);
  BOOST_TEST(refused(create(none)) == empty);
  policy.options.empty_slugs = EmptySlugs::as_none;
  const auto id = done(create(none)).membership()->id;
  BOOST_TEST(shown() == "member");
  BOOST_TEST(done(UpdateRoles{id, none}).outcome() == Outcome::unchanged);
  policy.options.empty_slugs = EmptySlugs::refuse;
  BOOST_TEST(refused(UpdateRoles{id, none}) == empty);
}

BOOST_AUTO_TEST_CASE(o7_primary_role) {
  const auto id = done(create(RoleSelection::several(viewer_admin))).membership()->id;
  BOOST_TEST(shown() == "admin,viewer");
  policy.options.primary_role = PrimaryRole::first_requested;
  BOOST_TEST(shown() == "viewer,admin");
  // The order of a request is no change of the set.
  BOOST_TEST(done(UpdateRoles{id, RoleSelection::several(admin_viewer)}).outcome() ==
             Outcome::unchanged);
  BOOST_TEST(shown() == "viewer,admin");
  const std::string_view three[] = {"member", "viewer", "admin"};
  done(UpdateRoles{id, RoleSelection::several(three)});
  BOOST_TEST(shown() == "member,admin,viewer");
}

BOOST_AUTO_TEST_CASE(o8_unfit_retained_role) {
  const auto id = inactive_with(RoleSelection::several(admin_viewer));
  const auto hold = [&](RoleSet roles) {
    rewrite(id, [&](OrganizationMembership& value) {
      value.status = Status::inactive;
      value.roles = roles;
    });
  };
  hold(RoleSet::of(viewer) | RoleSet::of(nobody));
  auto receipt = done(ReactivateMembership{id});
  BOOST_TEST(receipt.plan.trace.dropped == RoleSet::of(nobody));
  BOOST_TEST(shown() == "viewer");
  hold(RoleSet::of(nobody));
  receipt = done(ReactivateMembership{id});
  BOOST_TEST(receipt.plan.trace.role_source == RoleSource::member_default);
  BOOST_TEST(shown() == "member");

  policy.options.unfit_retained_role = UnfitRetainedRole::refuse;
  hold(RoleSet::of(viewer) | RoleSet::of(nobody));
  BOOST_TEST(refused(ReactivateMembership{id}) ==
             an_error(ErrorCode::invalid_role, Field::role_slug));
  hold(RoleSet::of(viewer));
  done(ReactivateMembership{id});
  BOOST_TEST(shown() == "viewer");
}

BOOST_AUTO_TEST_CASE(o9_update_without_role) {
  const auto id = done(create(RoleSelection::one("admin"))).membership()->id;
  BOOST_TEST(done(UpdateRoles{id}).outcome() == Outcome::unchanged);
  BOOST_TEST(shown() == "admin");
  policy.options.update_without_role = UpdateWithoutRole::default_role;
  BOOST_TEST(done(UpdateRoles{id}).outcome() == Outcome::updated);
  BOOST_TEST(shown() == "member");
  BOOST_TEST(done(UpdateRoles{id}).outcome() == Outcome::unchanged);
}

BOOST_AUTO_TEST_CASE(o11_directory_managed_roles) {
  const auto id = done(create(RoleSelection::one("admin"))).membership()->id;
  rewrite(id, [](OrganizationMembership& value) { value.directory_managed = true; });
  done(UpdateRoles{id, RoleSelection::one("viewer")});
  BOOST_TEST(shown() == "viewer");
  BOOST_TEST(find(id)->directory_managed);

  policy.options.directory_managed_roles = DirectoryManagedRoles::refuse;
  const auto managed =
      an_error(ErrorCode::directory_managed, Field::organization_membership_id, id.view());
  BOOST_TEST(refused(UpdateRoles{id, RoleSelection::one("admin")}) == managed);
  BOOST_TEST(done(UpdateRoles{id, RoleSelection::one("viewer")}).outcome() == Outcome::unchanged);
  done(DeactivateMembership{id});  // no change of roles
  BOOST_TEST(refused(create(RoleSelection::one("admin"))) == managed);
  done(create(RoleSelection::one("viewer")));
  done(DeactivateMembership{id});
  done(ReactivateMembership{id});
  BOOST_TEST(shown() == "viewer");
  done(DeleteMembership{id});
}

BOOST_AUTO_TEST_SUITE_END()
