// SPDX-License-Identifier: BSL-1.0

// Plan
//   read_create_membership: fields as they are, each form of roles  -> create_membership
//   read_create_membership: each refusal, the first bad field counts -> create_membership_refused
//   read_update_roles: forms, refusals                              -> update_roles
//   read_membership_list: filters, statuses, page; order of refusals -> membership_list, …_refused
//   read_create_organization, read_organization_list                -> organization
//   read_create_user, read_user_list                                -> user, user_list
//   read_create_role: texts at their limits; refusals               -> role
//
// What a field of a wrong type, null or empty is answered is wire_body.cpp's.

#include "membership/domain/membership.hpp"
#include "membership/domain/profile.hpp"
#include "membership/wire/body.hpp"
#include "membership/wire/membership_request.hpp"
#include "membership/wire/organization_request.hpp"
#include "membership/wire/role_request.hpp"
#include "membership/wire/user_request.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace membership;
using wire::Body;
using wire::QueryString;

namespace {

/// What a reader says of a body: the code of the one entry of its refusal, or "".
template <class Read>
std::string refusal(Read read, const std::string& text) {
  const auto body = Body::parse(text);
  BOOST_TEST_REQUIRE(body.has_value(), text);
  const auto result = read(*body);
  if (result) return "";
  BOOST_TEST(result.error().status == 422);
  BOOST_TEST(result.error().code == "invalid_request_parameters");
  BOOST_TEST(result.error().message == "Validation failed");
  BOOST_TEST_REQUIRE(result.error().errors.size() == 1u);
  return result.error().errors[0].code;
}

/// That fields are refused in this order: each row is a member and its refusal, and with all
/// members from one on the first is reported.
template <class Read>
void refused_in_order(Read read, const std::string& good,
                      const std::vector<std::pair<std::string, std::string>>& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::string text = "{" + good;
    for (std::size_t j = rows.size(); j > i; --j) text += "," + rows[j - 1].first;
    BOOST_TEST(refusal(read, text + "}") == rows[i].second, text);
    const std::string alone = "{" + good + "," + rows[i].first + "}";
    BOOST_TEST(refusal(read, alone) == rows[i].second, alone);
  }
  BOOST_TEST(refusal(read, "{" + good + "}").empty());
}

QueryString query(std::string_view raw) {
  auto result = QueryString::parse(raw);
  BOOST_TEST_REQUIRE(result.has_value());
  return *result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_requests)

BOOST_AUTO_TEST_CASE(create_membership) {
  const auto body = Body::parse(R"({"user_id":" U ","organization_id":"o","role_slug":"Admin "})");
  const auto fields = wire::read_create_membership(*body);
  BOOST_TEST_REQUIRE(fields.has_value());
  BOOST_TEST(fields->user_id == " U ");
  BOOST_TEST(fields->organization_id == "o");
  const RoleSelection one = fields->roles.selection();
  BOOST_TEST((one.form() == RoleSelection::Form::one));
  BOOST_TEST(one[0] == "Admin ");

  const auto roles = [](std::string_view members) {
    return wire::read_create_membership(
        *Body::parse(R"({"user_id":"u","organization_id":"o")" + std::string(members) + "}"));
  };
  for (const std::string_view none :
       {"", R"(,"role_slug":null)", R"(,"role_slugs":null,"role_slug":null)"}) {
    const auto request = roles(none);
    BOOST_TEST_REQUIRE(request.has_value());
    BOOST_TEST((request->roles.selection().form() == RoleSelection::Form::none));
  }
  const auto several_body =
      Body::parse(R"({"user_id":"u","organization_id":"o","role_slugs":["b","a"],"x":1})");
  const auto several = wire::read_create_membership(*several_body);
  BOOST_TEST_REQUIRE(several.has_value());
  BOOST_TEST((several->roles.selection().form() == RoleSelection::Form::several));
  BOOST_TEST(several->roles.selection().size() == 2u);
  BOOST_TEST(several->roles.selection()[1] == "a");
}

BOOST_AUTO_TEST_CASE(create_membership_refused) {
  const auto read = [](const Body& body) { return wire::read_create_membership(body); };
  refused_in_order(read, R"("user_id":"u","organization_id":"o")",
                   {{R"("user_id":7)", "user_id_string_required"},
                    {R"("organization_id":"")", "organization_id_string_required"},
                    {R"("role_slug":"")", "role_slug_string_required"},
                    {R"("role_slugs":[])", "role_slugs_array_required"}});
  BOOST_TEST(refusal(read, "{}") == "user_id_string_required");
  BOOST_TEST(refusal(read, R"({"user_id":"u","organization_id":null})") ==
             "organization_id_string_required");
  BOOST_TEST(refusal(read, R"({"user_id":"u","organization_id":"o","role_slugs":["a"],)"
                           R"("role_slug":"a"})") == "role_slug_and_role_slugs_mutually_exclusive");
  const auto body =
      Body::parse(R"({"user_id":"u","organization_id":"o","role_slugs":["a"],"role_slug":"a"})");
  BOOST_TEST(wire::read_create_membership(*body).error().errors[0].message ==
             "Role slug and role slugs are mutually exclusive.");
}

BOOST_AUTO_TEST_CASE(update_roles) {
  const auto read = [](const Body& body) { return wire::read_update_roles(body); };
  for (const std::string text : {"", "{}", "[]", R"({"id":7,"role_slug":null})"}) {
    BOOST_TEST(refusal(read, text).empty());
    BOOST_TEST((wire::read_update_roles(*Body::parse(text))->selection().form() ==
                RoleSelection::Form::none));
  }
  BOOST_TEST(refusal(read, R"({"role_slug":[]})") == "role_slug_string_required");
  BOOST_TEST(refusal(read, R"({"role_slugs":"a"})") == "role_slugs_array_required");
  BOOST_TEST(refusal(read, R"({"role_slugs":["a"],"role_slug":"a"})") ==
             "role_slug_and_role_slugs_mutually_exclusive");
}

BOOST_AUTO_TEST_CASE(membership_list) {
  const auto plain = wire::read_membership_list(query("user_id=u"));
  BOOST_TEST_REQUIRE(plain.has_value());
  BOOST_TEST(plain->user_id.value_or("") == "u");
  BOOST_TEST(!plain->organization_id.has_value());
  BOOST_TEST((plain->statuses == (StatusSet{} | Status::active)));
  BOOST_TEST(plain->page.limit == 10u);

  const auto full = wire::read_membership_list(
      query("organization_id=o&user_id=u&statuses=pending&statuses[]=inactive&limit=3&order=asc"
            "&after=a&before=b"));
  BOOST_TEST_REQUIRE(full.has_value());
  BOOST_TEST(full->organization_id.value_or("") == "o");
  BOOST_TEST((full->statuses == (StatusSet{} | Status::pending | Status::inactive)));
  BOOST_TEST(full->page.limit == 3u);
  BOOST_TEST((full->page.order == wire::ListOrder::asc));
  BOOST_TEST(full->page.after.value_or("") == "a");
  BOOST_TEST(full->page.before.value_or("") == "b");
  for (const std::string_view raw : {"user_id=u&statuses=active,inactive,pending",
                                     "user_id=u&statuses[2]=active&statuses=inactive,pending"}) {
    BOOST_TEST((wire::read_membership_list(query(raw))->statuses == StatusSet::all()));
  }
}

BOOST_AUTO_TEST_CASE(membership_list_refused) {
  const auto refused = [](std::string_view raw) {
    const auto request = wire::read_membership_list(query(raw));
    BOOST_TEST_REQUIRE(!request.has_value());
    BOOST_TEST(request.error().status == 400);
    BOOST_TEST(request.error().errors.empty());
    return request.error().code + ": " + request.error().message;
  };
  const std::string missing = "missing_user_id_or_organization_id: Either a user id or an "
                              "organization id is required.";
  const std::string invalid = "invalid_request_parameters: ";
  BOOST_TEST(refused("") == missing);
  BOOST_TEST(refused("user_id=&limit=0&statuses=x") == missing);
  BOOST_TEST(refused("user_id=u&limit=0&order=x&statuses=active,x") ==
             invalid + "Statuses should be some of active, inactive, pending.");
  BOOST_TEST(refused("user_id=u&limit=0&order=x") ==
             invalid + "Limit should be an integer from 1 to 100.");
  BOOST_TEST(refused("user_id=u&order=x") == invalid + "Order should be one of asc, desc, normal.");
}

BOOST_AUTO_TEST_CASE(organization) {
  const auto read = [](const Body& body) { return wire::read_create_organization(body); };
  refused_in_order(read, R"("name":"n")",
                   {{R"("name":"a\u0000")", "name_invalid"},
                    {R"("domain_data":[])", "domain_data_invalid"},
                    {R"("domains":[])", "domains_invalid"},
                    {R"("metadata":{})", "metadata_invalid"},
                    {R"("external_id":"x")", "external_id_invalid"}});
  BOOST_TEST(refusal(read, "") == "name_string_required");
  const auto body = Body::parse(R"({"name":" \u4e16 ","metadata":null})");
  BOOST_TEST(wire::read_create_organization(*body)->name == " \xE4\xB8\x96 ");

  const auto list = [](std::string_view raw) {
    const auto page = wire::read_organization_list(query(raw));
    return page ? std::string() : page.error().errors.at(0).code;
  };
  BOOST_TEST(list("limit=5&domains=&search=").empty());
  BOOST_TEST(list("limit=0&domains=a") == "limit_invalid");
  BOOST_TEST(list("search=x&domains[1]=a") == "domains_invalid");
  BOOST_TEST(list("search=x") == "search_invalid");
}

BOOST_AUTO_TEST_CASE(user) {
  const auto read = [](const Body& body) { return wire::read_create_user(body); };
  refused_in_order(read, R"("email":"a@b")",
                   {{R"("email":"a")", "email_invalid"},
                    {R"("first_name":7)", "first_name_string_required"},
                    {R"("last_name":"\u0000")", "last_name_invalid"},
                    {R"("name":"x")", "name_invalid"},
                    {R"("email_verified":"true")", "email_verified_boolean_required"},
                    {R"("external_id":"x")", "external_id_invalid"},
                    {R"("metadata":{})", "metadata_invalid"},
                    {R"("locale":"de")", "locale_invalid"}});
  BOOST_TEST(refusal(read, "{}") == "email_string_required");
  BOOST_TEST(refusal(read, R"({"email":")" + std::string(254, 'x') + R"(@b"})") ==
             "email_too_long");
  BOOST_TEST(refusal(read, R"({"email":")" + std::string(252, 'x') + R"(@b"})").empty());
  const auto body = Body::parse(
      R"({"email":"A@b","first_name":"","last_name":null,"email_verified":true,"password":7})");
  const auto command = wire::read_create_user(*body);
  BOOST_TEST_REQUIRE(command.has_value());
  BOOST_TEST(command->email.value_or("") == "A@b");
  BOOST_TEST(command->first_name.value_or("?") == "");
  BOOST_TEST(!command->last_name.has_value());
  BOOST_TEST(command->email_verified);
  BOOST_TEST(!command->id.has_value());
}

BOOST_AUTO_TEST_CASE(user_list) {
  const auto list = [](std::string_view raw) { return wire::read_user_list(query(raw)); };
  BOOST_TEST(!list("limit=7")->filter.email.has_value());
  BOOST_TEST(list("limit=7")->page.limit == 7u);
  BOOST_TEST(list("email=A%40B.c")->filter.email.value_or(EmailKey::folded("")).view() == "a@b.c");
  for (const std::string& nobody : {std::string("x"), std::string(300, 'x') + "%40b"}) {
    const auto request = list("email=" + nobody);
    BOOST_TEST_REQUIRE(request.has_value());
    BOOST_TEST_REQUIRE(request->filter.email.has_value());
    BOOST_TEST(request->filter.email->view() == "");
  }
  BOOST_TEST(list("limit=0&organization=o").error().errors.at(0).code == "limit_invalid");
  BOOST_TEST(list("organization=o&organization_id=o").error().errors.at(0).code ==
             "organization_id_invalid");
  BOOST_TEST(list("organization=o").error().errors.at(0).code == "organization_invalid");
}

BOOST_AUTO_TEST_CASE(role) {
  const auto read = [](const Body& body) { return wire::read_create_role(body); };
  refused_in_order(read, R"("slug":"s","name":"n")",
                   {{R"("slug":"S")", "slug_invalid"},
                    {R"("name":"a\u0000")", "name_invalid"},
                    {R"("description":7)", "description_string_required"},
                    {R"("resource_type_slug":"a b")", "resource_type_slug_invalid"},
                    {R"("permissions":[])", "permissions_invalid"}});
  BOOST_TEST(refusal(read, "{}") == "slug_string_required");
  BOOST_TEST(refusal(read, R"({"slug":"s"})") == "name_string_required");
  const auto sized = [](std::size_t slug, std::size_t name, std::size_t text, std::size_t type) {
    std::string characters;
    for (std::size_t i = 0; i < name; ++i) characters += "\xE4\xB8\x96";
    std::string longer;
    for (std::size_t i = 0; i < text; ++i) longer += "\xE4\xB8\x96";
    return R"({"slug":")" + std::string(slug, 's') + R"(","name":")" + characters +
           R"(","description":")" + longer + R"(","resource_type_slug":")" +
           std::string(type, 't') + R"("})";
  };
  BOOST_TEST(refusal(read, sized(48, 48, 150, 48)).empty());
  BOOST_TEST(refusal(read, sized(1, 1, 0, 1)).empty());
  BOOST_TEST(refusal(read, sized(49, 49, 151, 49)) == "slug_too_long");
  BOOST_TEST(refusal(read, sized(48, 49, 151, 49)) == "name_too_long");
  BOOST_TEST(refusal(read, sized(48, 48, 151, 49)) == "description_too_long");
  BOOST_TEST(refusal(read, sized(48, 48, 150, 49)) == "resource_type_slug_too_long");
  const auto body = Body::parse(R"({"slug":"s","name":"n","description":null})");
  const auto command = wire::read_create_role(*body);
  BOOST_TEST_REQUIRE(command.has_value());
  BOOST_TEST(command->slug == "s");
  BOOST_TEST(!command->description.has_value());
  BOOST_TEST(!command->resource_type_slug.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
