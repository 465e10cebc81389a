// SPDX-License-Identifier: BSL-1.0

// Plan
//   error_body: code and message; no code            -> plain
//   error_body: texts that need escaping, bad UTF-8  -> any_text
//   field_error: every rule                          -> rules
//   field_label: every form                          -> labels
// Whole bodies: wire_golden.cpp.

#include "membership/wire/error_body.hpp"
#include "membership/wire/field_rule.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace wire = membership::wire;
using wire::FieldRule;

BOOST_AUTO_TEST_SUITE(wire_error_body)

BOOST_AUTO_TEST_CASE(plain) {
  BOOST_TEST(wire::error_body("not_found", "Not Found") ==
             R"({"code":"not_found","message":"Not Found"})");
  BOOST_TEST(wire::error_body("", "Unauthorized") == R"({"message":"Unauthorized"})");
  BOOST_TEST(wire::error_body(wire::bad_request("No.")) ==
             R"({"code":"bad_request","message":"No."})");
  BOOST_TEST(wire::bad_request("No.").status == 400);
}

BOOST_AUTO_TEST_CASE(any_text) {
  BOOST_TEST(wire::error_body("", "a\"b\\c\n\x01\x7F\xC3\xA9") ==
             "{\"message\":\"a\\\"b\\\\c\\n\\u0001\x7F\xC3\xA9\"}");
  BOOST_TEST(wire::error_body("", "a\xFF\xC3(b") ==
             "{\"message\":\"a\xEF\xBF\xBD\xEF\xBF\xBD(b\"}");
}

BOOST_AUTO_TEST_CASE(rules) {
  const auto shown = [](FieldRule rule) {
    const wire::ErrorEntry entry = wire::field_error("role_slugs", rule);
    return entry.code + " / " + entry.message;
  };
  BOOST_TEST(shown(FieldRule::string_required) ==
             "role_slugs_string_required / Role slugs should be a non-empty string.");
  BOOST_TEST(shown(FieldRule::text_required) ==
             "role_slugs_string_required / Role slugs should be a string.");
  BOOST_TEST(shown(FieldRule::array_required) ==
             "role_slugs_array_required / Role slugs should be an array of non-empty strings.");
  BOOST_TEST(shown(FieldRule::boolean_required) ==
             "role_slugs_boolean_required / Role slugs should be a boolean.");
  BOOST_TEST(shown(FieldRule::integer_required) ==
             "role_slugs_integer_required / Role slugs should be an integer.");
  BOOST_TEST(shown(FieldRule::object_required) ==
             "role_slugs_object_required / Role slugs should be an object.");
  BOOST_TEST(shown(FieldRule::too_long) == "role_slugs_too_long / Role slugs is too long.");
  BOOST_TEST(shown(FieldRule::invalid) == "role_slugs_invalid / Role slugs is invalid.");
}

BOOST_AUTO_TEST_CASE(labels) {
  BOOST_TEST(wire::field_label("user_id") == "User ID");
  BOOST_TEST(wire::field_label("organization_id") == "Organization ID");
  BOOST_TEST(wire::field_label("email") == "Email");
  BOOST_TEST(wire::field_label("resource_type_slug") == "Resource type slug");
  BOOST_TEST(wire::field_label("paid") == "Paid");
  BOOST_TEST(wire::field_label("id") == "Id");
  BOOST_TEST(wire::field_label("") == "");
}

BOOST_AUTO_TEST_SUITE_END()
