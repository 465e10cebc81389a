// SPDX-License-Identifier: BSL-1.0

// Plan
//   read_check: each target; refusals in their order         -> request, request_refused
//   resource_id, is_resource_id: with and without the prefix -> ids
//   is_resource: type, external id, the organization's own   -> external_ids
// Whole resources: wire_golden.cpp.

#include "membership/domain/profile.hpp"
#include "membership/wire/body.hpp"
#include "membership/wire/check_request.hpp"
#include "membership/wire/resource_object.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace membership;
using wire::Body;

BOOST_AUTO_TEST_SUITE(wire_checks)

namespace {

/// The code of the refusal of a body whose members follow a permission's slug, or "".
std::string refusal(const std::string& members) {
  const auto body = Body::parse(R"({"permission_slug":"p")" + members + "}");
  BOOST_TEST_REQUIRE(body.has_value(), members);
  const auto request = wire::read_check(*body);
  return request ? "" : request.error().errors.at(0).code;
}

}  // namespace

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
  using Ids = std::vector<std::string>;
  BOOST_TEST((wire::organizations_of_resource("acme") == Ids{"acme"}));
  BOOST_TEST((wire::organizations_of_resource("authz_resource_acme") ==
              Ids{"org_acme", "acme", "authz_resource_acme"}));
  BOOST_TEST((wire::organizations_of_resource("authz_resource_org_1") ==
              Ids{"org_org_1", "authz_resource_org_1"}));
  BOOST_TEST(wire::is_resource_id("authz_resource_1", "org_1"));
  BOOST_TEST(wire::is_resource_id("org_1", "org_1"));
  for (const std::string_view other : {"", "1", "authz_resource_", "authz_resource_2", "org_2"}) {
    BOOST_TEST(!wire::is_resource_id(other, "org_1"), other);
  }
}

BOOST_AUTO_TEST_CASE(external_ids) {
  Profile named;
  BOOST_TEST(wire::is_resource("organization", "org_1", "org_1", named));
  BOOST_TEST(!wire::is_resource("organization", "mine", "org_1", named));
  BOOST_TEST(!wire::is_resource("organization", "", "org_1", named));
  named.texts.set(Text::external_id, std::string_view("mine"));
  BOOST_TEST(wire::is_resource("organization", "mine", "org_1", named));
  BOOST_TEST(wire::is_resource("organization", "org_1", "org_1", named));
  BOOST_TEST(!wire::is_resource("organization", "yours", "org_1", named));
  BOOST_TEST(!wire::is_resource("project", "mine", "org_1", named));
}

BOOST_AUTO_TEST_SUITE_END()
