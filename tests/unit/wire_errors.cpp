// SPDX-License-Identifier: BSL-1.0

// Plan
//   request_error: status and body of each code, byte by byte -> each_code
//   request_error: each field with each rule of a text        -> fields
//   not_found: each kind, odd texts                           -> not_found
//   contended, internal_error                                 -> of_the_server
//   user_creation_error                                       -> user_creation
//   user_deletion_error                                       -> user_deletion
//
// The golden texts are written from the API's page by hand.

#include "membership/domain/error.hpp"
#include "membership/wire/error_body.hpp"
#include "membership/wire/errors.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace membership;

namespace {

std::string shown(const wire::RequestError& error) {
  return std::to_string(error.status) + " " + wire::error_body(error);
}

std::string shown(ErrorCode code, Field field = Field::none, std::string_view subject = "",
                  std::uint16_t detail = 0) {
  return shown(wire::request_error(Error{code, field, detail, Subject::cut(subject)}));
}

std::string invalid(std::string_view code, std::string_view message) {
  return R"(422 {"code":"invalid_request_parameters","message":"Validation failed","errors":)"
         R"([{"code":")" +
         std::string(code) + R"(","message":")" + std::string(message) + R"("}]})";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_errors)

BOOST_AUTO_TEST_CASE(each_code) {
  BOOST_TEST(shown(ErrorCode::empty, Field::name) ==
             invalid("name_string_required", "Name should be a non-empty string."));
  BOOST_TEST(shown(ErrorCode::too_long, Field::description) ==
             invalid("description_too_long", "Description is too long."));
  BOOST_TEST(shown(ErrorCode::not_utf8, Field::first_name) ==
             invalid("first_name_invalid", "First name is invalid."));
  BOOST_TEST(shown(ErrorCode::malformed, Field::slug, "A") ==
             invalid("slug_invalid", "Slug is invalid."));
  BOOST_TEST(shown(ErrorCode::malformed, Field::email, "a") ==
             invalid("email_invalid", "Email is invalid."));
  BOOST_TEST(shown(ErrorCode::out_of_range, Field::limit) ==
             invalid("limit_invalid", "Limit is invalid."));
  BOOST_TEST(shown(ErrorCode::duplicate, Field::role_slugs, "a") ==
             invalid("role_slugs_invalid", "Role slugs is invalid."));
  BOOST_TEST(shown(ErrorCode::incomplete, Field::priority_order) ==
             invalid("priority_order_invalid", "Priority order is invalid."));
  BOOST_TEST(shown(ErrorCode::role_limit_reached, Field::slug, "a") ==
             invalid("role_limit_reached", "There is no room for another role."));
  BOOST_TEST(shown(ErrorCode::missing_user_id_or_organization_id) ==
             R"(400 {"code":"missing_user_id_or_organization_id",)"
             R"("message":"Either a user id or an organization id is required."})");
  BOOST_TEST(shown(ErrorCode::entity_not_found, Field::user_id, "u") ==
             R"(404 {"code":"entity_not_found","message":"User not found: 'u'.",)"
             R"("entity_id":"u"})");
  BOOST_TEST(shown(ErrorCode::id_already_used, Field::user_id, "u") ==
             R"(409 {"code":"id_already_used","message":"User 'u' exists already."})");
  BOOST_TEST(shown(ErrorCode::invalid_role, Field::role_slug, "x") ==
             R"(422 {"code":"invalid_role","message":"Role 'x' is not a valid role."})");
  BOOST_TEST(shown(ErrorCode::sub_resource_scoped_role_not_allowed, Field::role_slug, "x") ==
             R"(422 {"code":"sub_resource_scoped_role_not_allowed",)"
             R"("message":"Role 'x' is not a role of organizations.","role_slug":"x"})");
  BOOST_TEST(shown(ErrorCode::multiple_roles_not_enabled, Field::role_slugs) ==
             R"(422 {"code":"multiple_roles_not_enabled",)"
             R"("message":"Several roles were given, but Multiple Roles is not enabled."})");
  BOOST_TEST(shown(ErrorCode::default_role_missing, Field::default_role, "secret") ==
             R"(500 {"code":"internal_error","message":"Internal Server Error"})");
  BOOST_TEST(shown(ErrorCode::default_role_is_owner, Field::role_slug, "x") ==
             R"(409 {"code":"default_role_is_owner",)"
             R"("message":"The owner role 'x' cannot be the default role."})");
  BOOST_TEST(shown(ErrorCode::missing_id, Field::user_id) ==
             R"(500 {"code":"internal_error","message":"Internal Server Error"})");
  BOOST_TEST(shown(ErrorCode::role_slug_conflict, Field::slug, "x") ==
             R"(409 {"code":"role_slug_conflict","message":"A role 'x' exists already."})");
  BOOST_TEST(shown(ErrorCode::organization_role_slug_conflict, Field::slug, "org-x") ==
             R"(409 {"code":"organization_role_slug_conflict",)"
             R"("message":"The organization has a role 'org-x' already."})");
  BOOST_TEST(shown(ErrorCode::cannot_reactivate_pending_organization_membership) ==
             R"(400 {"code":"cannot_reactivate_pending_organization_membership",)"
             R"("message":"A pending organization membership cannot be reactivated."})");
  BOOST_TEST(shown(ErrorCode::cannot_deactivate_pending_organization_membership) ==
             R"(400 {"code":"cannot_deactivate_pending_organization_membership",)"
             R"("message":"A pending organization membership cannot be deactivated."})");
  BOOST_TEST(shown(ErrorCode::organization_membership_already_exists,
                   Field::organization_membership_id, "om_1") ==
             R"(409 {"code":"organization_membership_already_exists",)"
             R"("message":"The user is an active member of the organization: 'om_1'.",)"
             R"("organization_membership_id":"om_1"})");
  BOOST_TEST(shown(ErrorCode::membership_not_active, Field::organization_membership_id, "om_1") ==
             R"(409 {"code":"membership_not_active",)"
             R"("message":"Organization Membership 'om_1' is not active."})");
  BOOST_TEST(shown(ErrorCode::directory_managed, Field::organization_membership_id, "om_1") ==
             R"(409 {"code":"directory_managed",)"
             R"("message":"Organization Membership 'om_1' is managed by a directory."})");
  BOOST_TEST(shown(ErrorCode::email_not_available, Field::email, "a@b") ==
             R"(400 {"code":"email_not_available","message":"This email is not available."})");
  BOOST_TEST(shown(ErrorCode::invalid_invite) ==
             R"(400 {"code":"invalid_invite","message":"The invited user is a member already."})");
  BOOST_TEST(shown(ErrorCode::several_organizations, Field::organization_id, "org_2") ==
             invalid("several_organizations", "The commands name more than one organization."));
  BOOST_TEST(shown(ErrorCode::permission_limit_reached, Field::slug, "a") ==
             invalid("permission_limit_reached", "There is no room for another permission."));
  BOOST_TEST(
      shown(ErrorCode::permission_slug_conflict, Field::slug, "a:b") ==
      R"(409 {"code":"permission_slug_conflict","message":"A permission 'a:b' exists already."})");
  BOOST_TEST(shown(ErrorCode::owner_role_missing, Field::organization_id, "org_1") ==
             R"(409 {"code":"owner_role_missing",)"
             R"("message":"The organization goes by no owner role."})");
  BOOST_TEST(shown(ErrorCode::not_an_owner, Field::organization_membership_id, "om_1") ==
             R"(409 {"code":"not_an_owner",)"
             R"("message":"Organization Membership 'om_1' holds no owner role."})");
  BOOST_TEST(shown(ErrorCode::last_owner_required, Field::organization_id, "org_1") ==
             R"(409 {"code":"last_owner_required",)"
             R"("message":"The organization must keep an active owner."})");
  BOOST_TEST(shown(ErrorCode::role_not_grantable, Field::role_slug, "admin") ==
             R"(403 {"code":"role_not_grantable",)"
             R"("message":"Role 'admin' grants more than the actor may.","role_slug":"admin"})");
  BOOST_TEST(shown(ErrorCode::seat_limit_reached, Field::organization_id, "org_1") ==
             R"(409 {"code":"seat_limit_reached","message":"The organization has no seat left."})");
  BOOST_TEST(shown(ErrorCode::operation_superseded, Field::user_id, "user_1") ==
             R"(409 {"code":"operation_superseded",)"
             R"("message":"The operation was taken back or begun anew."})");
  BOOST_TEST(shown(ErrorCode::operation_unfinished, Field::organization_id, "org_1") ==
             R"(409 {"code":"operation_unfinished","message":"The operation has more to do."})");
  BOOST_TEST(shown(ErrorCode::mark_in_use, Field::organization_id, "org_1") ==
             R"(409 {"code":"mark_in_use",)"
             R"("message":"The operation has begun and cannot be taken back."})");
  BOOST_TEST(shown(ErrorCode::rule_refused, Field::none, "", 7) ==
             R"(403 {"code":"rule_refused","message":"Refused by rule 7."})");
}

BOOST_AUTO_TEST_CASE(fields) {
  BOOST_TEST(
      shown(ErrorCode::empty, Field::role_slugs) ==
      invalid("role_slugs_array_required", "Role slugs should be an array of non-empty strings."));
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
  BOOST_TEST(body(Field::organization_membership_id, "om_1") ==
             R"(404 {"code":"entity_not_found",)"
             R"("message":"Organization Membership not found: 'om_1'.","entity_id":"om_1"})");
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

BOOST_AUTO_TEST_CASE(of_the_server) {
  BOOST_TEST(shown(wire::internal_error()) ==
             R"(500 {"code":"internal_error","message":"Internal Server Error"})");
  BOOST_TEST(!wire::internal_error().retry_after.has_value());
  BOOST_TEST(shown(wire::contended()) ==
             R"(503 {"code":"service_unavailable",)"
             R"("message":"Too many changes at once. Please try again."})");
  BOOST_TEST(wire::contended().retry_after.value_or(0) == 1u);
}

BOOST_AUTO_TEST_CASE(user_creation) {
  BOOST_TEST(
      shown(wire::user_creation_error(Error{ErrorCode::email_not_available, Field::email})) ==
      R"(400 {"code":"user_creation_error","message":"Could not create user.","errors":)"
      R"([{"code":"email_not_available","message":"This email is not available."}]})");
  BOOST_TEST(shown(wire::user_creation_error(Error{ErrorCode::malformed, Field::email})) ==
             invalid("email_invalid", "Email is invalid."));
}

BOOST_AUTO_TEST_CASE(user_deletion) {
  const auto of = [](ErrorCode code) {
    return shown(wire::user_deletion_error(Error{code, Field::user_id, 0, Subject::cut("u")}));
  };
  BOOST_TEST(of(ErrorCode::last_owner_required) ==
             R"(409 {"code":"user_deletion_not_allowed",)"
             R"("message":"The user is the last owner of an organization."})");
  BOOST_TEST(of(ErrorCode::entity_not_found) ==
             shown(ErrorCode::entity_not_found, Field::user_id, "u"));
}

BOOST_AUTO_TEST_SUITE_END()
