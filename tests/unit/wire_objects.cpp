// SPDX-License-Identifier: BSL-1.0

// Plan
//   membership_object: all members, one role                 -> membership
//   membership_object: each status, several roles, option O7 -> membership_statuses,
//   membership_roles membership_event_data: without name and user             -> membership_event
//   user_object: all set; nothing set                        -> user
//   user_object, organization_object: what is set besides    -> user_in_full, organization_in_full
//   organization_object                                      -> organization
//   role_object: of the environment, of an organization      -> role
//   permission_slugs: the given order, the rest, holes       -> permissions_of_a_role
//   permission_object                                        -> permission
//   list_object: of one piece, paged, each metadata          -> list
//   ids of a host's own; bad UTF-8                           -> host_ids, bad_utf8
//
// The golden texts are written from the API's page by hand.

#include "membership/domain/membership.hpp"
#include "membership/domain/profile.hpp"
#include "membership/domain/traits.hpp"
#include "membership/policy/rows.hpp"
#include "membership/wire/list_object.hpp"
#include "membership/wire/membership_object.hpp"
#include "membership/wire/organization_object.hpp"
#include "membership/wire/permission_object.hpp"
#include "membership/wire/role_object.hpp"
#include "membership/wire/user_object.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <string_view>

using namespace membership;
using boost::json::serialize;

namespace {

constexpr Time created = Time::from_milliseconds(1'768'478'400'000);  // 2026-01-15T12:00:00Z
constexpr Time updated = Time::from_milliseconds(1'768'478'401'007);

const std::string ada_json = R"({"object":"user","id":"user_1","email":"Ada@Example.com",)"
                             R"("email_verified":true,"first_name":"Ada","last_name":"Lovelace",)"
                             R"("name":null,"profile_picture_url":null,"external_id":null,)"
                             R"("metadata":{},"last_sign_in_at":null,"locale":null,)"
                             R"("created_at":"2026-01-15T12:00:00.000Z",)"
                             R"("updated_at":"2026-01-15T12:00:01.007Z"})";

Profile profile() {
  Profile result;
  result.created_at = created;
  result.updated_at = updated;
  return result;
}

Profile ada() {
  Profile result = profile();
  result.texts.set(Text::email, std::string_view("Ada@Example.com"));
  result.texts.set(Text::first_name, std::string_view("Ada"));
  result.texts.set(Text::last_name, std::string_view("Lovelace"));
  result.email_verified = true;
  return result;
}

const RoleState environment_roles[] = {RoleState(*RoleSlug::make("member")),
                                       RoleState(*RoleSlug::make("admin"))};
const RoleState own_roles[] = {RoleState(*RoleSlug::make_organization("org-auditor"))};
const RoleCatalogue catalogue(RoleTable(environment_roles, 2), RoleTable(own_roles, 1), nullptr);
constexpr RoleIndex member_role = RoleIndex::environment(0);
constexpr RoleIndex admin_role = RoleIndex::environment(1);
constexpr RoleIndex auditor_role = RoleIndex::organization(0);

OrganizationMembership membership_with(RoleSet roles, RoleIndex first, Status status,
                                       bool managed = false) {
  return OrganizationMembership(*MembershipId::make("om_1"), *UserId::make("user_1"),
                                *OrganizationId::make("org_1"), roles, first, status, created,
                                updated, 7, managed);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_objects)

BOOST_AUTO_TEST_CASE(membership) {
  const auto member = membership_with(RoleSet::of(admin_role), admin_role, Status::active);
  BOOST_TEST(
      serialize(wire::membership_object(MembershipView::of(member), catalogue, PolicyOptions{},
                                        "Acme \"1\"", wire::user_object(member.user, ada()))) ==
      R"({"object":"organization_membership","id":"om_1","user_id":"user_1",)"
      R"("organization_id":"org_1","status":"active","role":{"slug":"admin"},)"
      R"("roles":[{"slug":"admin"}],"directory_managed":false,"custom_attributes":{},)"
      R"("organization_name":"Acme \"1\"","user":)" +
          ada_json +
          R"(,"created_at":"2026-01-15T12:00:00.000Z",)"
          R"("updated_at":"2026-01-15T12:00:01.007Z"})");
}

BOOST_AUTO_TEST_CASE(membership_event) {
  const auto member =
      membership_with(RoleSet::of(member_role), member_role, Status::inactive, true);
  BOOST_TEST(serialize(wire::membership_event_data(MembershipView::of(member), catalogue)) ==
             R"({"object":"organization_membership","id":"om_1","user_id":"user_1",)"
             R"("organization_id":"org_1","status":"inactive","role":{"slug":"member"},)"
             R"("roles":[{"slug":"member"}],"directory_managed":true,"custom_attributes":{},)"
             R"("created_at":"2026-01-15T12:00:00.000Z",)"
             R"("updated_at":"2026-01-15T12:00:01.007Z"})");
}

BOOST_AUTO_TEST_CASE(membership_statuses) {
  for (const Status status : {Status::pending, Status::active, Status::inactive}) {
    const auto member = membership_with(RoleSet::of(member_role), member_role, status);
    const auto object = wire::membership_event_data(MembershipView::of(member), catalogue);
    BOOST_TEST(object.at("status").as_string() == std::string(to_string(status)));
  }
}

BOOST_AUTO_TEST_CASE(membership_roles) {
  RoleSet roles = RoleSet::of(auditor_role) | RoleSet::of(admin_role) | RoleSet::of(member_role);
  const auto shown = [&roles](PrimaryRole primary, RoleIndex first) {
    PolicyOptions options;
    options.primary_role = primary;
    const auto member = membership_with(roles, first, Status::active);
    const auto object = wire::membership_event_data(MembershipView::of(member), catalogue, options);
    return serialize(object.at("role")) + serialize(object.at("roles"));
  };
  BOOST_TEST(shown(PrimaryRole::highest_priority, auditor_role) ==
             R"({"slug":"member"}[{"slug":"member"},{"slug":"admin"},{"slug":"org-auditor"}])");
  BOOST_TEST(
      shown(PrimaryRole::first_requested, auditor_role) ==
      R"({"slug":"org-auditor"}[{"slug":"org-auditor"},{"slug":"member"},{"slug":"admin"}])");
}

BOOST_AUTO_TEST_CASE(user) {
  BOOST_TEST(serialize(wire::user_object(*UserId::make("user_1"), ada())) == ada_json);
  BOOST_TEST(serialize(wire::user_object(std::string_view("u"), profile())) ==
             R"({"object":"user","id":"u","email":null,"email_verified":false,"first_name":null,)"
             R"("last_name":null,"name":null,"profile_picture_url":null,"external_id":null,)"
             R"("metadata":{},"last_sign_in_at":null,"locale":null,)"
             R"("created_at":"2026-01-15T12:00:00.000Z",)"
             R"("updated_at":"2026-01-15T12:00:01.007Z"})");
  Profile empty = profile();
  empty.texts.set(Text::first_name, std::string_view());
  BOOST_TEST(wire::user_object(std::string_view("u"), empty).at("first_name").as_string() == "");
}

BOOST_AUTO_TEST_CASE(organization) {
  Profile acme = profile();
  acme.texts.set(Text::name, std::string_view("Acm\xC3\xA9"));
  BOOST_TEST(serialize(wire::organization_object(*OrganizationId::make("org_1"), acme)) ==
             "{\"object\":\"organization\",\"id\":\"org_1\",\"name\":\"Acm\xC3\xA9\","
             R"("domains":[],"metadata":{},"external_id":null,)"
             R"("allow_profiles_outside_organization":false,)"
             R"("created_at":"2026-01-15T12:00:00.000Z",)"
             R"("updated_at":"2026-01-15T12:00:01.007Z"})");
}

constexpr MetadataPair pairs[] = {{"tier", "gold"}, {"a \"b\"", ""}};

BOOST_AUTO_TEST_CASE(user_in_full) {
  Profile full = ada();
  full.texts.set(Text::name, std::string_view("Ada L."));
  full.texts.set(Text::external_id, std::string_view("ext-1"));
  full.texts.set(Text::locale, std::string_view("en-GB"));
  full.metadata = Metadata(pairs, 2);
  BOOST_TEST(serialize(wire::user_object(*UserId::make("user_1"), full)) ==
             R"({"object":"user","id":"user_1","email":"Ada@Example.com",)"
             R"("email_verified":true,"first_name":"Ada","last_name":"Lovelace",)"
             R"("name":"Ada L.","profile_picture_url":null,"external_id":"ext-1",)"
             R"("metadata":{"tier":"gold","a \"b\"":""},"last_sign_in_at":null,)"
             R"("locale":"en-GB","created_at":"2026-01-15T12:00:00.000Z",)"
             R"("updated_at":"2026-01-15T12:00:01.007Z"})");
}

BOOST_AUTO_TEST_CASE(organization_in_full) {
  const OrganizationDomain domains[] = {
      {{Ulid{0, 31}}, "acme.example", DomainState::verified, created, updated},
      {{Ulid{0, 32}}, "acme.test", DomainState::legacy_verified, created, created},
  };
  Profile acme = profile();
  acme.texts.set(Text::name, std::string_view("Acme"));
  acme.texts.set(Text::external_id, std::string_view("ext-1"));
  acme.texts.set(Text::stripe_customer_id, std::string_view("cus_1"));
  acme.metadata = Metadata(pairs, 1);
  acme.domains = OrganizationDomains(domains, 2);
  BOOST_TEST(serialize(wire::organization_object(*OrganizationId::make("org_1"), acme)) ==
             R"({"object":"organization","id":"org_1","name":"Acme","domains":[)"
             R"({"object":"organization_domain","id":"org_domain_0000000000000000000000000Z",)"
             R"("organization_id":"org_1","domain":"acme.example","state":"verified",)"
             R"("verification_strategy":"manual","created_at":"2026-01-15T12:00:00.000Z",)"
             R"("updated_at":"2026-01-15T12:00:01.007Z"},)"
             R"({"object":"organization_domain","id":"org_domain_00000000000000000000000010",)"
             R"("organization_id":"org_1","domain":"acme.test","state":"legacy_verified",)"
             R"("verification_strategy":"dns","created_at":"2026-01-15T12:00:00.000Z",)"
             R"("updated_at":"2026-01-15T12:00:00.000Z"}],)"
             R"("metadata":{"tier":"gold"},"external_id":"ext-1",)"
             R"("allow_profiles_outside_organization":false,"stripe_customer_id":"cus_1",)"
             R"("created_at":"2026-01-15T12:00:00.000Z",)"
             R"("updated_at":"2026-01-15T12:00:01.007Z"})");
}

BOOST_AUTO_TEST_CASE(role) {
  Profile texts = profile();
  texts.texts.set(Text::name, std::string_view("Administrator"));
  texts.texts.set(Text::resource_type_slug, std::string_view("organization"));
  const RoleId id = *RoleId::make("role_1");
  BOOST_TEST(serialize(wire::role_object(RoleRow{id, admin_role, environment_roles[1], texts})) ==
             R"({"object":"role","id":"role_1","slug":"admin","name":"Administrator",)"
             R"("description":null,"type":"EnvironmentRole","resource_type_slug":"organization",)"
             R"("permissions":[],"created_at":"2026-01-15T12:00:00.000Z",)"
             R"("updated_at":"2026-01-15T12:00:01.007Z"})");
  texts.texts.set(Text::description, std::string_view("Reads all"));
  texts.texts.set(Text::resource_type_slug, std::string_view("folder"));
  BOOST_TEST(serialize(wire::role_object(RoleRow{id, auditor_role, own_roles[0], texts})) ==
             R"({"object":"role","id":"role_1","slug":"org-auditor","name":"Administrator",)"
             R"("description":"Reads all","type":"OrganizationRole",)"
             R"("resource_type_slug":"folder","permissions":[],)"
             R"("created_at":"2026-01-15T12:00:00.000Z",)"
             R"("updated_at":"2026-01-15T12:00:01.007Z"})");
}

BOOST_AUTO_TEST_CASE(permissions_of_a_role) {
  const PermissionState states[] = {
      PermissionState(*PermissionSlug::make("a")), PermissionState(*PermissionSlug::make("b")),
      PermissionState::nothing(), PermissionState(*PermissionSlug::make("d"))};
  const PermissionTable table(states, 4);
  PermissionSet held;
  for (const unsigned place : {0u, 1u, 2u, 3u, 9u}) held.insert(place);
  BOOST_TEST(serialize(wire::permission_slugs(held, table)) == R"(["a","b","d"])");
  const unsigned order[] = {3, 7, 2, 0};
  BOOST_TEST(serialize(wire::permission_slugs(held, table, order)) == R"(["d","a","b"])");
  held.erase(0);
  BOOST_TEST(serialize(wire::permission_slugs(held, table, order)) == R"(["d","b"])");
  BOOST_TEST(serialize(wire::permission_slugs({}, table, order)) == "[]");

  const RoleId id = *RoleId::make("role_1");
  RoleState state = environment_roles[1];
  state.permissions = held;
  const RoleRow row{id, admin_role, state, profile(), table};
  BOOST_TEST(serialize(wire::role_object(row, order).at("permissions")) == R"(["d","b"])");
}

BOOST_AUTO_TEST_CASE(permission) {
  Profile texts = profile();
  texts.texts.set(Text::name, std::string_view("Read all"));
  texts.texts.set(Text::resource_type_slug, std::string_view("organization"));
  const PermissionId id = *PermissionId::make("perm_1");
  const PermissionState plain(*PermissionSlug::make("docs:read"));
  const PermissionState system(*PermissionSlug::make("docs:read"), true);
  const std::string begin = R"({"object":"permission","id":"perm_1","slug":"docs:read",)"
                            R"("name":"Read all","description":)";
  const std::string end = R"(,"resource_type_slug":"organization",)"
                          R"("created_at":"2026-01-15T12:00:00.000Z",)"
                          R"("updated_at":"2026-01-15T12:00:01.007Z"})";
  BOOST_TEST(serialize(wire::permission_object(PermissionRow{id, 0, plain, texts})) ==
             begin + R"(null,"system":false)" + end);
  texts.texts.set(Text::description, std::string_view());
  BOOST_TEST(serialize(wire::permission_object(PermissionRow{id, 0, system, texts})) ==
             begin + R"("","system":true)" + end);
}

BOOST_AUTO_TEST_CASE(list) {
  using Id = std::optional<MembershipId>;
  const auto data = [] {
    boost::json::array array;
    array.emplace_back(1);
    return array;
  };
  const Id id = *MembershipId::make("om_1");
  const Id other = *MembershipId::make("om_2");
  BOOST_TEST(serialize(wire::list_object(data())) == R"({"object":"list","data":[1]})");
  BOOST_TEST(serialize(wire::list_object({}, Id{}, Id{})) ==
             R"({"object":"list","data":[],"list_metadata":{"before":null,"after":null}})");
  BOOST_TEST(serialize(wire::list_object(data(), id, other)) ==
             R"({"object":"list","data":[1],"list_metadata":{"before":"om_1","after":"om_2"}})");
  BOOST_TEST(serialize(wire::list_object(data(), Id{}, other)) ==
             R"({"object":"list","data":[1],"list_metadata":{"before":null,"after":"om_2"}})");
}

BOOST_AUTO_TEST_CASE(host_ids) {
  BOOST_TEST(wire::user_object(42L, profile()).at("id").as_string() == "42");
  BOOST_TEST(wire::organization_object(-7, profile()).at("id").as_string() == "-7");
}

BOOST_AUTO_TEST_CASE(bad_utf8) {
  Profile broken = profile();
  broken.texts.set(Text::name, std::string_view("a\xFF"));
  BOOST_TEST(wire::organization_object(1, broken).at("name").as_string() == "a\xEF\xBF\xBD");
}

BOOST_AUTO_TEST_SUITE_END()
