// SPDX-License-Identifier: BSL-1.0

// Plan
//   every command through execute on the memory store, its error order    -> one case each
//   the receipt: outcome, membership, tries, also where nothing changed   -> receipts
//   the whole life of a membership under one id                           -> life_of_a_membership
//   default role: organization, environment, member, missing              -> default_roles
//   priority order and what is shown, environment and organization        -> priority_order
//   profiles with a snapshot                                              -> profiles_on_demand
//   the system's runtime                                                  -> default_runtime

#include "../support/host.hpp"
#include "membership/domain/parse.hpp"

#include <boost/test/unit_test.hpp>

#include <span>

using namespace membership;
using namespace membership_tests;

BOOST_AUTO_TEST_SUITE(execute_commands)

namespace {

constexpr RoleSelection no_slugs = RoleSelection::several(std::span<const std::string_view>());

}  // namespace

BOOST_AUTO_TEST_CASE(create_membership) {
  Host host;
  const auto user = host.user("user_1");
  const auto organization = host.organization("org_1");
  host.role("admin");
  host.done(CreateRole{"editor", "Editor", std::nullopt, "document"});
  const std::string_view two[] = {"admin", "member"};
  const std::string_view with_unknown[] = {"editor", "nobody"};
  const std::string_view with_scoped[] = {"admin", "editor"};
  const auto refused = [&](const UserId& who, const OrganizationId& where, RoleSelection roles) {
    return host.refused(CreateMembership{who, where, roles});
  };
  const auto stranger = make_id<UserId>("user_2");
  const auto nowhere = make_id<OrganizationId>("org_2");
  BOOST_TEST(refused(stranger, nowhere, no_slugs) == an_error(ErrorCode::empty, Field::role_slugs));
  BOOST_TEST(refused(stranger, nowhere, RoleSelection::one("nobody")) ==
             an_error(ErrorCode::entity_not_found, Field::user_id, "user_2"));
  BOOST_TEST(refused(user, nowhere, RoleSelection::one("nobody")) ==
             an_error(ErrorCode::entity_not_found, Field::organization_id, "org_2"));
  BOOST_TEST(refused(user, organization, RoleSelection::several(with_unknown)) ==
             an_error(ErrorCode::invalid_role, Field::role_slugs, "nobody", 1));
  BOOST_TEST(
      refused(user, organization, RoleSelection::several(with_scoped)) ==
      an_error(ErrorCode::sub_resource_scoped_role_not_allowed, Field::role_slugs, "editor", 1));
  BOOST_TEST((refused(user, organization, RoleSelection::several(two)).code ==
              ErrorCode::multiple_roles_not_enabled));
  BOOST_TEST(!*host.store.view(user, organization, [](const MembershipRow&) {}));

  const auto receipt = host.done(CreateMembership{user, organization, RoleSelection::one("admin")});
  BOOST_TEST(receipt.outcome() == Outcome::created);
  BOOST_TEST(receipt.tries == 1u);
  BOOST_TEST_REQUIRE(receipt.membership() != nullptr);
  BOOST_TEST(host.shown_roles(user, organization) == "admin");
  BOOST_TEST((*host.find(receipt.membership()->id) == *receipt.membership()));
  BOOST_TEST(refused(user, organization, {}) ==
             an_error(ErrorCode::organization_membership_already_exists,
                      Field::organization_membership_id, receipt.membership()->id.view()));
  BOOST_TEST(refused(user, organization, RoleSelection::one("nobody")) ==
             an_error(ErrorCode::invalid_role, Field::role_slug, "nobody"));
  BOOST_TEST((host.state(organization).counts == Counts{1, 0, 0, 0}));

  host.rewrite(receipt.membership()->id,
               [](OrganizationMembership& value) { value.status = Status::pending; });
  BOOST_TEST(refused(user, organization, {}) ==
             an_error(ErrorCode::cannot_reactivate_pending_organization_membership,
                      Field::organization_membership_id, receipt.membership()->id.view()));
}

BOOST_AUTO_TEST_CASE(life_of_a_membership) {
  Host host;
  const auto user = host.user("user_1");
  const auto organization = host.organization("org_1");
  host.role("admin");
  const auto first = host.join(user, organization, RoleSelection::one("admin"));
  host.runtime.clock.at = Time::from_milliseconds(2'000);
  const auto off = host.done(DeactivateMembership{first.id});
  BOOST_TEST(off.outcome() == Outcome::updated);
  BOOST_TEST(off.membership()->status == Status::inactive);
  BOOST_TEST(off.membership()->updated_at == Time::from_milliseconds(2'000));
  BOOST_TEST(off.membership()->created_at == Time::from_milliseconds(1'000));
  // Back by reactivation: the roles stay.
  const auto on = host.done(ReactivateMembership{first.id});
  BOOST_TEST(on.outcome() == Outcome::reactivated);
  BOOST_TEST(host.shown_roles(user, organization) == "admin");
  // Back by creation: the same id, the roles given.
  host.done(DeactivateMembership{first.id});
  const auto again = host.done(CreateMembership{user, organization});
  BOOST_TEST(again.outcome() == Outcome::reactivated);
  BOOST_TEST(again.membership()->id == first.id);
  BOOST_TEST(host.shown_roles(user, organization) == "member");
  // The clock goes back, updated_at does not.
  host.runtime.clock.at = Time::from_milliseconds(10);
  const auto late = host.done(UpdateRoles{first.id, RoleSelection::one("admin")});
  BOOST_TEST(late.membership()->updated_at == Time::from_milliseconds(2'000));
  // Gone for good; a new one has a new id.
  BOOST_TEST((host.done(DeleteMembership{first.id}).membership() == nullptr));
  BOOST_TEST(!host.find(first.id));
  const auto second = host.join(user, organization);
  BOOST_TEST(second.id != first.id);
  BOOST_TEST((host.state(organization).counts == Counts{1, 0, 0, 0}));
  BOOST_TEST(host.state(organization).revision == 9u);
  BOOST_TEST(second.revision == 9u);
}

BOOST_AUTO_TEST_CASE(update_deactivate_reactivate_delete_errors) {
  Host host;
  const auto user = host.user("user_1");
  const auto organization = host.organization("org_1");
  host.done(CreateRole{"editor", "Editor", std::nullopt, "document"});
  const auto unknown = make_id<MembershipId>("om_x");
  const auto not_found =
      an_error(ErrorCode::entity_not_found, Field::organization_membership_id, "om_x");
  BOOST_TEST(host.refused(UpdateRoles{unknown, RoleSelection::one("nobody")}) == not_found);
  BOOST_TEST(host.refused(DeactivateMembership{unknown}) == not_found);
  BOOST_TEST(host.refused(ReactivateMembership{unknown}) == not_found);
  BOOST_TEST(host.refused(DeleteMembership{unknown}) == not_found);
  BOOST_TEST(host.refused(UpdateRoles{unknown, no_slugs}) ==
             an_error(ErrorCode::empty, Field::role_slugs));

  const auto made = host.join(user, organization);
  BOOST_TEST(host.refused(UpdateRoles{made.id, RoleSelection::one("nobody")}) ==
             an_error(ErrorCode::invalid_role, Field::role_slug, "nobody"));
  BOOST_TEST(host.refused(UpdateRoles{made.id, RoleSelection::one("editor")}) ==
             an_error(ErrorCode::sub_resource_scoped_role_not_allowed, Field::role_slug, "editor"));

  host.rewrite(made.id, [](OrganizationMembership& value) { value.status = Status::pending; });
  BOOST_TEST(host.refused(DeactivateMembership{made.id}) ==
             an_error(ErrorCode::cannot_deactivate_pending_organization_membership,
                      Field::organization_membership_id, made.id.view()));
  BOOST_TEST(host.refused(ReactivateMembership{made.id}) ==
             an_error(ErrorCode::cannot_reactivate_pending_organization_membership,
                      Field::organization_membership_id, made.id.view()));
  BOOST_TEST((host.done(DeleteMembership{made.id}).outcome() == Outcome::deleted));
}

BOOST_AUTO_TEST_CASE(receipts) {
  Host host;
  const auto user = host.user("user_1");
  const auto organization = host.organization("org_1");
  const auto made = host.join(user, organization);
  const std::string before = describe(host.store);
  const auto same = host.done(UpdateRoles{made.id, RoleSelection::one("member")});
  BOOST_TEST(same.outcome() == Outcome::unchanged);
  BOOST_TEST_REQUIRE(same.membership() != nullptr);
  BOOST_TEST((*same.membership() == made));
  const auto on = host.done(ReactivateMembership{made.id});
  BOOST_TEST(on.outcome() == Outcome::unchanged);
  BOOST_TEST((*on.membership() == made));
  BOOST_TEST(describe(host.store) == before);

  host.done(DeactivateMembership{made.id});
  const std::string inactive = describe(host.store);
  const auto off = host.done(DeactivateMembership{made.id});
  BOOST_TEST(off.outcome() == Outcome::unchanged);
  BOOST_TEST(off.membership()->status == Status::inactive);
  BOOST_TEST(describe(host.store) == inactive);
  BOOST_TEST((host.done(CreateOrganization{"Other"}).membership() == nullptr));
  BOOST_TEST((host.done(EnableMultipleRoles{}).membership() == nullptr));
}

BOOST_AUTO_TEST_CASE(create_user) {
  Host host;
  CreateUser ada;
  ada.email = "Ada@Example.org";
  ada.first_name = "Ada";
  ada.email_verified = true;
  const auto receipt = host.done(ada);
  BOOST_TEST(receipt.outcome() == Outcome::created);
  const UserId ada_id = receipt.plan.user->after.id;
  BOOST_TEST(is_minted_form(ada_id.view(), "user_"));

  CreateUser other;
  other.email = "ADA@EXAMPLE.ORG";
  BOOST_TEST(host.refused(other) ==
             an_error(ErrorCode::email_not_available, Field::email, "ADA@EXAMPLE.ORG"));
  other.email = "ada@example.com";
  host.done(other);
  host.done(CreateUser{});
  host.done(CreateUser{});  // without an address, as many as there may be

  CreateUser given;
  given.id = make_id<UserId>("7");
  host.done(given);
  BOOST_TEST(host.refused(given) == an_error(ErrorCode::id_already_used, Field::user_id, "7"));
  for (const auto& [text, code] : {std::pair<std::string_view, ErrorCode>{"", ErrorCode::empty},
                                   {"ada", ErrorCode::malformed},
                                   {"a b@c", ErrorCode::malformed}}) {
    CreateUser bad;
    bad.email = text;
    BOOST_TEST(host.refused(bad) == an_error(code, Field::email, text));
  }

  UserFilter filter;
  filter.email = *EmailKey::make("aDa@eXample.org");
  int shown = 0;
  const auto query = UserQuery::make(Page<UserId>{}, filter);
  BOOST_TEST(!(*host.store.list(*query, [&](const UserRow& row) {
                ++shown;
                BOOST_TEST(row.state.id == ada_id);
                BOOST_TEST(row.profile.texts[Text::email] == "Ada@Example.org");
                BOOST_TEST(row.profile.texts[Text::first_name] == "Ada");
                BOOST_TEST(!row.profile.texts.has(Text::last_name));
                BOOST_TEST(row.profile.email_verified);
                BOOST_TEST(row.profile.created_at == Time::from_milliseconds(1'000));
              })).more);
  BOOST_TEST(shown == 1);
}

BOOST_AUTO_TEST_CASE(create_organization) {
  Host host;
  BOOST_TEST(host.refused(CreateOrganization{""}) == an_error(ErrorCode::empty, Field::name));
  BOOST_TEST(host.refused(CreateOrganization{"\xFF"}) ==
             an_error(ErrorCode::not_utf8, Field::name));
  const auto first = host.done(CreateOrganization{"Acme"});
  const auto second = host.done(CreateOrganization{"Acme"});  // names are not unique
  BOOST_TEST((first.plan.organization->after.id != second.plan.organization->after.id));
  const auto id = make_id<OrganizationId>("acme");
  host.done(CreateOrganization{"Acme", id, 0});
  BOOST_TEST(host.refused(CreateOrganization{"Acme", id}) ==
             an_error(ErrorCode::id_already_used, Field::organization_id, "acme"));
  BOOST_TEST(*host.state(id).seat_limit == 0u);
  BOOST_TEST(!host.state(first.plan.organization->after.id).seat_limit);
  BOOST_TEST(host.state(id).revision == 1u);
}

BOOST_AUTO_TEST_CASE(create_role) {
  Host host;
  host.role("admin");
  BOOST_TEST(host.refused(CreateRole{"Admin", "Admin"}) ==
             an_error(ErrorCode::malformed, Field::slug, "Admin"));
  BOOST_TEST(host.refused(CreateRole{"admin", ""}) == an_error(ErrorCode::empty, Field::name));
  BOOST_TEST(host.refused(CreateRole{"admin", "Admin"}) ==
             an_error(ErrorCode::role_slug_conflict, Field::slug, "admin"));
  BOOST_TEST(host.refused(CreateRole{"member", "Member"}) ==
             an_error(ErrorCode::role_slug_conflict, Field::slug, "member"));
  for (int i = 2; i < 64; ++i) host.role("role-" + std::to_string(i));
  BOOST_TEST(host.refused(CreateRole{"one-too-many", "Name"}) ==
             an_error(ErrorCode::role_limit_reached, Field::slug, "one-too-many"));
  const auto user = host.user("user_1");
  const auto organization = host.organization("org_1");
  host.join(user, organization, RoleSelection::one("role-63"));
  BOOST_TEST(host.shown_roles(user, organization) == "role-63");
}

BOOST_AUTO_TEST_CASE(create_organization_role) {
  Host host;
  const auto organization = host.organization("org_1");
  const auto other = host.organization("org_2");
  const auto user = host.user("user_1");
  host.role("admin");
  BOOST_TEST(host.refused(CreateOrganizationRole{make_id<OrganizationId>("org_3"), "A", "org-a"}) ==
             an_error(ErrorCode::entity_not_found, Field::organization_id, "org_3"));
  BOOST_TEST(host.refused(CreateOrganizationRole{organization, "A", "a"}) ==
             an_error(ErrorCode::malformed, Field::slug, "a"));
  BOOST_TEST(host.refused(CreateOrganizationRole{organization, "", "org-a"}) ==
             an_error(ErrorCode::empty, Field::name));

  host.done(SetDefaultRole{"admin"});
  BOOST_TEST(host.state(organization).default_role.is_none());
  host.organization_role(organization, "org-lead");
  // The first one brings the default of that moment.
  BOOST_TEST((host.state(organization).default_role == RoleIndex::environment(1)));
  host.done(SetDefaultRole{"member"});
  host.join(user, organization);
  host.join(user, other);
  BOOST_TEST(host.shown_roles(user, organization) == "admin");
  BOOST_TEST(host.shown_roles(user, other) == "member");

  BOOST_TEST(host.refused(CreateOrganizationRole{organization, "Lead", "org-lead"}) ==
             an_error(ErrorCode::organization_role_slug_conflict, Field::slug, "org-lead"));
  host.organization_role(other, "org-lead");  // another organization may have the same slug
  const auto generated = host.done(CreateOrganizationRole{organization, "Team  Lead!"});
  const std::string_view slug = generated.plan.role->after.slug.view();
  BOOST_TEST(slug.substr(0, 10) == "team-lead-");
  BOOST_TEST(slug.size() == 16u);
  const auto twin = host.done(CreateOrganizationRole{organization, "Team  Lead!"});
  BOOST_TEST((twin.plan.role->after.slug != generated.plan.role->after.slug));
  // A role of one organization is none of another.
  const auto member = *host.load_pair(user, other).membership;
  BOOST_TEST(host.refused(UpdateRoles{member.id, RoleSelection::one(slug)}) ==
             an_error(ErrorCode::invalid_role, Field::role_slug, slug));

  for (int i = 3; i < 64; ++i) host.organization_role(organization, "org-" + std::to_string(i));
  BOOST_TEST(host.refused(CreateOrganizationRole{organization, "X", "org-x"}) ==
             an_error(ErrorCode::role_limit_reached, Field::slug, "org-x"));
}

BOOST_AUTO_TEST_CASE(default_roles) {
  Host host;
  const auto organization = host.organization("org_1");
  host.role("admin");
  host.done(CreateRole{"editor", "Editor", std::nullopt, "document"});
  host.organization_role(organization, "org-lead");
  auto given = [&, number = 0]() mutable {
    const auto user = host.user("user_" + std::to_string(++number));
    return host.done(CreateMembership{user, organization});
  };
  // With its first role the organization took the default of that moment, `member`.
  auto receipt = given();
  BOOST_TEST(receipt.plan.trace.role_source == RoleSource::organization_default);
  BOOST_TEST(receipt.membership()->roles == RoleSet::of(RoleIndex::environment(0)));
  host.done(SetDefaultRole{"admin"});
  BOOST_TEST(given().membership()->roles == RoleSet::of(RoleIndex::environment(0)));
  host.done(SetDefaultRole{"org-lead", organization});
  BOOST_TEST(given().membership()->roles == RoleSet::of(RoleIndex::organization(0)));

  const auto plain = host.organization("org_2");
  const auto user = host.user("user_x");
  receipt = host.done(CreateMembership{user, plain});
  BOOST_TEST(receipt.plan.trace.role_source == RoleSource::environment_default);
  BOOST_TEST(host.shown_roles(user, plain) == "admin");

  BOOST_TEST(host.refused(SetDefaultRole{"nobody"}) ==
             an_error(ErrorCode::invalid_role, Field::role_slug, "nobody"));
  BOOST_TEST(host.refused(SetDefaultRole{"editor"}) ==
             an_error(ErrorCode::sub_resource_scoped_role_not_allowed, Field::role_slug, "editor"));
  BOOST_TEST(host.refused(SetDefaultRole{"org-lead"}) ==
             an_error(ErrorCode::invalid_role, Field::role_slug, "org-lead"));
  BOOST_TEST(host.refused(SetDefaultRole{"org-lead", plain}) ==
             an_error(ErrorCode::invalid_role, Field::role_slug, "org-lead"));
  BOOST_TEST(host.refused(SetDefaultRole{"x", make_id<OrganizationId>("org_3")}) ==
             an_error(ErrorCode::entity_not_found, Field::organization_id, "org_3"));
  BOOST_TEST((host.done(SetDefaultRole{"admin"}).outcome() == Outcome::unchanged));
}

BOOST_AUTO_TEST_CASE(missing_default_role) {
  Host host;
  const auto user = host.user("user_1");
  const auto organization = host.organization("org_1");
  // As a host's own data may have it: a default that is no role.
  Plan plan(host.runtime.ids.plan_id(host.runtime.clock.at), host.runtime.clock.at);
  const auto seen = host.load(Reads{});
  EnvironmentState after = seen.environment;
  ++after.revision;
  after.default_role = RoleIndex::environment(9);
  plan.environment.emplace(Precondition::set, seen.environment.revision, after);
  BOOST_TEST(host.commit(plan) == CommitStatus::committed);
  const auto failure = host.refused(CreateMembership{user, organization});
  BOOST_TEST((failure.code == ErrorCode::default_role_missing));
  BOOST_TEST((failure.field == Field::default_role));
  BOOST_TEST(http_status(failure.code) == 500);
  host.join(user, organization, RoleSelection::one("member"));
}

BOOST_AUTO_TEST_CASE(priority_order) {
  Host host;
  const auto user = host.user("user_1");
  const auto organization = host.organization("org_1");
  host.role("admin");
  host.role("viewer");
  const std::string_view two[] = {"viewer", "admin"};
  BOOST_TEST(
      (host.refused(CreateMembership{user, organization, RoleSelection::several(two)}).code ==
       ErrorCode::multiple_roles_not_enabled));
  BOOST_TEST(host.done(EnableMultipleRoles{}).outcome() == Outcome::updated);
  BOOST_TEST(host.done(EnableMultipleRoles{}).outcome() == Outcome::unchanged);
  const auto made = host.join(user, organization, RoleSelection::several(two));
  BOOST_TEST(host.shown_roles(user, organization) == "admin,viewer");  // by age

  const std::string_view order[] = {"viewer", "member", "admin"};
  const std::uint64_t revision = host.state(organization).revision;
  BOOST_TEST(host.done(SetPriorityOrder{order}).outcome() == Outcome::updated);
  BOOST_TEST(host.done(SetPriorityOrder{order}).outcome() == Outcome::unchanged);
  BOOST_TEST(host.shown_roles(user, organization) == "viewer,admin");
  BOOST_TEST(host.state(organization).revision == revision);  // nothing is rewritten
  BOOST_TEST((host.done(UpdateRoles{made.id, RoleSelection::several(two)}).outcome() ==
              Outcome::unchanged));

  host.role("new");  // at the bottom
  const std::string_view three[] = {"new", "admin", "viewer"};
  host.done(UpdateRoles{made.id, RoleSelection::several(three)});
  BOOST_TEST(host.shown_roles(user, organization) == "viewer,admin,new");

  // With its first own role the organization has an order of its own.
  host.organization_role(organization, "org-lead");
  const std::string_view other[] = {"new", "admin", "member", "viewer"};
  host.done(SetPriorityOrder{other});
  BOOST_TEST(host.shown_roles(user, organization) == "viewer,admin,new");
  const std::string_view own[] = {"org-lead", "admin", "new", "viewer", "member"};
  host.done(SetPriorityOrder{own, organization});
  BOOST_TEST(host.shown_roles(user, organization) == "admin,new,viewer");
  const auto elsewhere = host.organization("org_2");
  host.join(user, elsewhere, RoleSelection::several(three));
  BOOST_TEST(host.shown_roles(user, elsewhere) == "new,admin,viewer");

  std::string listed;
  static_cast<void>(*host.store.list(RoleQuery{organization}, [&](const RoleRow& row) {
    listed += std::string(row.state.slug.view()) + ' ';
  }));
  BOOST_TEST(listed == "org-lead admin new viewer member ");
  listed.clear();
  static_cast<void>(*host.store.list(RoleQuery{}, [&](const RoleRow& row) {
    listed += std::string(row.state.slug.view()) + ' ';
  }));
  BOOST_TEST(listed == "new admin member viewer ");

  const std::string_view unknown[] = {"new", "org-lead"};
  BOOST_TEST(host.refused(SetPriorityOrder{unknown}) ==
             an_error(ErrorCode::invalid_role, Field::priority_order, "org-lead", 1));
  const std::string_view twice[] = {"new", "new"};
  BOOST_TEST(host.refused(SetPriorityOrder{twice}) ==
             an_error(ErrorCode::duplicate, Field::priority_order, "new", 1));
  BOOST_TEST(host.refused(SetPriorityOrder{{other, 3}}) ==
             an_error(ErrorCode::incomplete, Field::priority_order, "", 3));
  BOOST_TEST(host.refused(SetPriorityOrder{other, make_id<OrganizationId>("org_3")}) ==
             an_error(ErrorCode::entity_not_found, Field::organization_id, "org_3"));
}

BOOST_AUTO_TEST_CASE(profiles_on_demand) {
  Host host;
  CreateUser ada;
  ada.email = "ada@x";
  const auto user = host.done(ada).plan.user->after.id;
  const auto organization = host.organization("org_1");
  const auto without = host.done(CreateMembership{user, organization});
  BOOST_TEST(!without.snapshot.user_profile);
  BOOST_TEST(!without.snapshot.organization_profile);
  host.runtime.with_profiles = true;
  const auto shown = host.done(DeactivateMembership{without.membership()->id});
  BOOST_TEST_REQUIRE(static_cast<bool>(shown.snapshot.user_profile));
  BOOST_TEST_REQUIRE(static_cast<bool>(shown.snapshot.organization_profile));
  BOOST_TEST(shown.snapshot.user_profile->texts[Text::email] == "ada@x");
  BOOST_TEST(shown.snapshot.organization_profile->texts[Text::name] == "org_1");
}

BOOST_AUTO_TEST_CASE(default_runtime) {
  TestStore store;
  const MembershipPolicy<> policy;
  const auto user = execute(store, policy, CreateUser{});
  const auto organization = execute(store, policy, CreateOrganization{"Acme"});
  BOOST_TEST_REQUIRE(user.has_value());
  BOOST_TEST_REQUIRE(organization.has_value());
  const auto made = execute(
      store, policy,
      CreateMembership{user->plan.user->after.id, organization->plan.organization->after.id});
  BOOST_TEST_REQUIRE(made.has_value());
  BOOST_TEST(is_minted_form(made->membership()->id.view(), "om_"));
  BOOST_TEST(made->membership()->created_at >= user->plan.decided_at);
  BOOST_TEST((user->plan.id.value < organization->plan.id.value));
  BOOST_TEST(made->plan.id.value.low % 16 == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
