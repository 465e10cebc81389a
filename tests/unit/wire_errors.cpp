// SPDX-License-Identifier: BSL-1.0

// Plan
//   request_error: each field with each rule of a text           -> fields
//   not_found: odd texts                                         -> not_found
//   user_creation_error, user_deletion_error, invitation_error:
//   as request_error for codes that are not their own            -> of_one_call
// The body of each code: wire_golden.cpp.

#include "membership/domain/error.hpp"
#include "membership/wire/error_body.hpp"
#include "membership/wire/errors.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace membership;

BOOST_AUTO_TEST_SUITE(wire_errors)

namespace {

std::string shown(const wire::RequestError& error) {
  return std::to_string(error.status) + " " + wire::error_body(error);
}

std::string shown(ErrorCode code, Field field) {
  return shown(wire::request_error(Error{code, field}));
}

std::string invalid(std::string_view code, std::string_view message) {
  return R"(422 {"code":"invalid_request_parameters","message":"Validation failed","errors":)"
         R"([{"code":")" +
         std::string(code) + R"(","message":")" + std::string(message) + R"("}]})";
}

}  // namespace

BOOST_AUTO_TEST_CASE(fields) {
  for (const Field field :
       {Field::user_id, Field::organization_id, Field::role_slug, Field::slug, Field::name,
        Field::resource_type_slug, Field::email, Field::last_name}) {
    const std::string name(to_string(field));
    const std::string label = wire::field_label(name);
    BOOST_TEST(shown(ErrorCode::empty, field) ==
               invalid(name + "_string_required", label + " should be a non-empty string."));
    BOOST_TEST(shown(ErrorCode::too_long, field) ==
               invalid(name + "_too_long", label + " is too long."));
    BOOST_TEST(shown(ErrorCode::malformed, field) ==
               invalid(name + "_invalid", label + " is invalid."));
  }
}

BOOST_AUTO_TEST_CASE(not_found) {
  const auto body = [](Field field, std::string_view sent) {
    return shown(wire::not_found(field, sent));
  };
  BOOST_TEST(body(Field::organization_id, "") ==
             R"(404 {"code":"entity_not_found","message":"Organization not found: ''.",)"
             R"("entity_id":""})");
  BOOST_TEST(body(Field::role_slug, "a\"b") ==
             R"(404 {"code":"entity_not_found","message":"Role not found: 'a\"b'.",)"
             R"("entity_id":"a\"b"})");
  const std::string longest(5000, 'x');
  BOOST_TEST(body(Field::user_id, longest) ==
             R"(404 {"code":"entity_not_found","message":"User not found: ')" + longest +
                 R"('.","entity_id":")" + longest + R"("})");
  using namespace std::string_view_literals;
  BOOST_TEST(body(Field::user_id, "a\0b"sv) ==
             R"(404 {"code":"entity_not_found","message":"User not found: 'a\u0000b'.",)"
             R"("entity_id":"a\u0000b"})");
}

BOOST_AUTO_TEST_CASE(of_one_call) {
  for (const ErrorCode code : {ErrorCode::malformed, ErrorCode::entity_not_found}) {
    const Error error{code, Field::user_id, 0, Subject::cut("u")};
    const wire::RequestError plain = wire::request_error(error);
    BOOST_TEST((wire::user_creation_error(error) == plain));
    BOOST_TEST((wire::user_deletion_error(error) == plain));
    BOOST_TEST((wire::invitation_error(error) == plain));
  }
}

BOOST_AUTO_TEST_SUITE_END()
