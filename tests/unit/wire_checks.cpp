// SPDX-License-Identifier: BSL-1.0

// Plan
//   read_check: each target; refusals in their order              -> request, request_refused
//   resource_id, is_resource_id: with and without the prefix      -> ids
//   is_resource: type, external id, the organization's own        -> external_ids
//   resource_object: with and without an external id              -> object
//   permission_object: all set, nothing set                       -> permission
//   not_found of a kind that no field has                         -> error

#include "membership/domain/error.hpp"
#include "membership/domain/profile.hpp"
#include "membership/domain/role_catalogue.hpp"
#include "membership/domain/traits.hpp"
#include "membership/policy/rows.hpp"
#include "membership/wire/body.hpp"
#include "membership/wire/check_request.hpp"
#include "membership/wire/errors.hpp"
#include "membership/wire/permission_object.hpp"
#include "membership/wire/resource_object.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace membership;
using boost::json::serialize;
using wire::Body;

namespace {

const std::string times = R"("created_at":"2026-01-15T12:00:00.000Z",)"
                          R"("updated_at":"2026-01-15T12:00:01.007Z"})";

Profile profile() {
  Profile result;
  result.texts.set(Text::name, std::string_view("Acme"));
  result.created_at = Time::from_milliseconds(1'768'478'400'000);
  result.updated_at = Time::from_milliseconds(1'768'478'401'007);
  return result;
}

/// The code of the refusal of a body whose members follow a permission's slug, or "".
std::string refusal(const std::string& members) {
  const auto body = Body::parse(R"({"permission_slug":"p")" + members + "}");
  BOOST_TEST_REQUIRE(body.has_value(), members);
  const auto request = wire::read_check(*body);
  return request ? "" : request.error().errors.at(0).code;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_checks)

BOOST_AUTO_TEST_CASE(request) {
  const auto body = Body::parse(R"({"permission_slug":"a:*","resource_id":"r"})");
  const auto by_id = wire::read_check(*body);
  BOOST_TEST_REQUIRE(by_id.has_value());
  BOOST_TEST(by_id->permission_slug == "a:*");
  BOOST_TEST(by_id->resource_id.value_or("") == "r");
  BOOST_TEST(!by_id->resource_external_id.has_value());
  const auto other = Body::parse(R"({"permission_slug":"p","resource_id":null,)"
                                 R"("resource_external_id":"e","resource_type_slug":"t"})");
  const auto by_external_id = wire::read_check(*other);
  BOOST_TEST_REQUIRE(by_external_id.has_value());
  BOOST_TEST(!by_external_id->resource_id.has_value());
  BOOST_TEST(by_external_id->resource_external_id.value_or("") == "e");
  BOOST_TEST(by_external_id->resource_type_slug.value_or("") == "t");
}

BOOST_AUTO_TEST_CASE(request_refused) {
  const std::string exclusive = "resource_id_and_resource_external_id_mutually_exclusive";
  const std::string id = R"(,"resource_id":"r")";
  const std::string external = R"(,"resource_external_id":"e")";
  const std::string type = R"(,"resource_type_slug":"t")";
  BOOST_TEST(refusal("") == "resource_id_string_required");
  BOOST_TEST(refusal(id) == "");
  BOOST_TEST(refusal(external + type) == "");
  BOOST_TEST(refusal(id + external) == exclusive);
  BOOST_TEST(refusal(id + type) == exclusive);
  BOOST_TEST(refusal(id + external + type) == exclusive);
  BOOST_TEST(refusal(external) == "resource_type_slug_string_required");
  BOOST_TEST(refusal(type) == "resource_external_id_string_required");
  BOOST_TEST(refusal(R"(,"resource_id":"")" + type) == "resource_id_string_required");
  BOOST_TEST(refusal(id + R"(,"resource_external_id":1)") ==
             "resource_external_id_string_required");
  BOOST_TEST(refusal(id + R"(,"resource_type_slug":[])") == "resource_type_slug_string_required");
  BOOST_TEST(refusal(R"(,"permission_slug":"","resource_id":1)") ==
             "permission_slug_string_required");
}

BOOST_AUTO_TEST_CASE(ids) {
  BOOST_TEST(wire::resource_id("org_1") == "authz_resource_1");
  BOOST_TEST(wire::resource_id("acme") == "authz_resource_acme");
  BOOST_TEST(wire::is_resource_id("authz_resource_1", "org_1"));
  BOOST_TEST(wire::is_resource_id("org_1", "org_1"));
  for (const std::string_view other : {"", "1", "authz_resource_", "authz_resource_2", "org_2"}) {
    BOOST_TEST(!wire::is_resource_id(other, "org_1"), other);
  }
}

BOOST_AUTO_TEST_CASE(external_ids) {
  Profile named = profile();
  BOOST_TEST(wire::is_resource("organization", "org_1", "org_1", named));
  BOOST_TEST(!wire::is_resource("organization", "mine", "org_1", named));
  BOOST_TEST(!wire::is_resource("organization", "", "org_1", named));
  named.texts.set(Text::external_id, std::string_view("mine"));
  BOOST_TEST(wire::is_resource("organization", "mine", "org_1", named));
  BOOST_TEST(wire::is_resource("organization", "org_1", "org_1", named));
  BOOST_TEST(!wire::is_resource("organization", "yours", "org_1", named));
  BOOST_TEST(!wire::is_resource("project", "mine", "org_1", named));
}

BOOST_AUTO_TEST_CASE(object) {
  Profile named = profile();
  const std::string begin = R"({"object":"authorization_resource","id":"authz_resource_1",)"
                            R"("name":"Acme","description":null,"organization_id":"org_1",)"
                            R"("parent_resource_id":null,"external_id":")";
  const std::string end = R"(","resource_type_slug":"organization",)" + times;
  BOOST_TEST(serialize(wire::resource_object("org_1", named)) == begin + "org_1" + end);
  named.texts.set(Text::external_id, std::string_view("mine"));
  BOOST_TEST(serialize(wire::resource_object("org_1", named)) == begin + "mine" + end);
}

BOOST_AUTO_TEST_CASE(permission) {
  const PermissionId id = PermissionId::from_stored("perm_1");
  const PermissionState state(PermissionSlug::from_stored("read"), true);
  Profile named = profile();
  named.texts.set(Text::description, std::string_view("Reads."));
  named.texts.set(Text::resource_type_slug, std::string_view("organization"));
  BOOST_TEST(serialize(wire::permission_object(PermissionRow{id, 0, state, named})) ==
             R"({"object":"permission","id":"perm_1","slug":"read","name":"Acme",)"
             R"("description":"Reads.","system":true,"resource_type_slug":"organization",)" +
                 times);
}

BOOST_AUTO_TEST_CASE(error) {
  const auto refused = wire::not_found("Authorization Resource", "x");
  BOOST_TEST(refused.status == 404);
  BOOST_TEST(refused.code == "entity_not_found");
  BOOST_TEST(refused.message == "Authorization Resource not found: 'x'.");
  BOOST_TEST_REQUIRE(refused.extra.size() == 1u);
  BOOST_TEST(refused.extra[0].second == "x");
  BOOST_TEST((wire::not_found(Field::user_id, "u") == wire::not_found("User", "u")));
}

BOOST_AUTO_TEST_SUITE_END()
