// SPDX-License-Identifier: BSL-1.0

// Plan
//   read_create_membership: fields as they are, each form of roles  -> create_membership
//   read_create_membership: each refusal, the first bad field counts -> create_membership_refused
//   read_update_roles: forms, refusals                              -> update_roles
//   read_membership_list: filters, statuses, page; order of refusals -> membership_list, …_refused
//   read_create_organization, read_update_organization              -> organization, …_update
//   domain_data, domains: each fault, which of both counts          -> organization_domains
//   metadata: forms, values                                         -> metadata
//   read_organization_list                                          -> organization_list
//   read_create_user, read_update_user, read_user_list              -> user, user_update, user_list
//   read_create_role: texts at their limits; refusals               -> role
//   read_create_organization_role, permissions of a role            -> organization_role, …
//   read_create_permission                                          -> permission
//   read_update_catalogue_texts: null clears                        -> catalogue_texts
//
// What a field of a wrong type, null or empty is answered is wire_body.cpp's.

#include "membership/domain/membership.hpp"
#include "membership/domain/profile.hpp"
#include "membership/wire/body.hpp"
#include "membership/wire/catalogue_request.hpp"
#include "membership/wire/membership_request.hpp"
#include "membership/wire/organization_request.hpp"
#include "membership/wire/permission_request.hpp"
#include "membership/wire/role_request.hpp"
#include "membership/wire/user_request.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace membership;
using wire::Body;
using wire::QueryString;

BOOST_AUTO_TEST_SUITE(wire_requests)

namespace {

// A command borrows from the request: one that ends at once makes none.
template <class R>
concept Makes = requires(R request) {
  static_cast<R>(request).create();
};
template <class R>
concept Selects = requires(R request) {
  static_cast<R>(request).selection();
};
static_assert(Makes<const wire::UserRequest&> && !Makes<wire::UserRequest&&>);
static_assert(Makes<const wire::OrganizationRequest&> && !Makes<wire::OrganizationRequest&&>);
static_assert(Selects<const wire::RolesRequest&> && !Selects<wire::RolesRequest&&>);

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
                    {R"("domain_data":[7])", "domain_data_array_required"},
                    {R"("domains":[""])", "domains_array_required"},
                    {R"("metadata":[])", "metadata_object_required"},
                    {R"("external_id":"\u00e4")", "external_id_invalid"}});
  BOOST_TEST(refusal(read, "") == "name_string_required");
  const auto external = [&](const std::string& id) {
    return refusal(read, R"({"name":"n","external_id":")" + id + R"("})");
  };
  BOOST_TEST(external("") == "external_id_string_required");
  BOOST_TEST(external(std::string(128, 'x')).empty());
  BOOST_TEST(external(std::string(129, 'x')) == "external_id_too_long");

  const auto body = Body::parse(
      R"({"name":" \u4e16 ","metadata":null,"external_id":null,"stripe_customer_id":7})");
  const auto bare = wire::read_create_organization(*body);
  BOOST_TEST_REQUIRE(bare.has_value());
  const CreateOrganization plain = bare->create();
  BOOST_TEST(plain.name == " \xE4\xB8\x96 ");
  BOOST_TEST(!plain.external_id.has_value());
  BOOST_TEST(!plain.stripe_customer_id.has_value());
  BOOST_TEST(plain.domains.size() == 0u);
  BOOST_TEST(plain.metadata.size() == 0u);
  const auto full_body = Body::parse(R"({"name":"n","external_id":"e","metadata":{"k":"v"},)"
                                     R"("domain_data":[{"domain":"a.b","state":"verified"}]})");
  const auto full = wire::read_create_organization(*full_body);
  BOOST_TEST_REQUIRE(full.has_value());
  const CreateOrganization command = full->create();
  BOOST_TEST(command.external_id.value_or("") == "e");
  BOOST_TEST_REQUIRE(command.metadata.size() == 1u);
  BOOST_TEST(command.metadata[0].key == "k");
  BOOST_TEST_REQUIRE(command.domains.size() == 1u);
  BOOST_TEST(command.domains[0].domain == "a.b");
}

BOOST_AUTO_TEST_CASE(organization_update) {
  const auto read = [](const Body& body) { return wire::read_update_organization(body); };
  refused_in_order(read, R"("other":7)",
                   {{R"("name":"")", "name_string_required"},
                    {R"("domain_data":"x")", "domain_data_array_required"},
                    {R"("domains":["a..b"])", "domains_invalid"},
                    {R"("metadata":{"k":7})", "metadata_invalid"},
                    {R"("external_id":[])", "external_id_string_required"},
                    {R"("stripe_customer_id":"")", "stripe_customer_id_string_required"}});
  const OrganizationId id = *OrganizationId::make("o");
  const auto changes = [&](std::string_view text) {
    const auto body = Body::parse(text);
    const auto request = wire::read_update_organization(*body);
    BOOST_TEST_REQUIRE(request.has_value());
    const UpdateOrganization command = request->update(id);
    Texts texts;
    texts.set(Text::external_id, std::string_view("old"));
    std::string row = command.name ? "name " : "";
    if (command.external_id.apply(texts, Text::external_id)) {
      row += texts.has(Text::external_id) ? "external_id " : "no external_id ";
    }
    if (command.stripe_customer_id.sets()) row += "stripe ";
    if (command.domains.replaces()) row += std::to_string(command.domains.size()) + " domains ";
    if (command.metadata.clears()) row += "no metadata ";
    if (command.metadata.size() != 0) row += "metadata ";
    return row;
  };
  BOOST_TEST(changes("").empty());
  BOOST_TEST(changes(R"({"name":null,"domains":null,"domain_data":null,"metadata":null,)"
                     R"("stripe_customer_id":null})")
                 .empty());
  BOOST_TEST(changes(R"({"external_id":null,"metadata":{},"domains":[]})") ==
             "no external_id 0 domains no metadata ");
  BOOST_TEST(
      changes(R"({"name":"n","external_id":"e","stripe_customer_id":"c",)"
              R"("domain_data":[{"domain":"a","state":"pending"}],"metadata":{"k":null}})") ==
      "name external_id stripe 1 domains metadata ");
}

BOOST_AUTO_TEST_CASE(organization_domains) {
  const auto read = [](const Body& body) { return wire::read_create_organization(body); };
  const auto data = [&](const std::string& entries) {
    return refusal(read, R"({"name":"n","domain_data":[)" + entries + "]}");
  };
  BOOST_TEST(data("").empty());
  BOOST_TEST(data("{}") == "domain_string_required");
  BOOST_TEST(data(R"({"domain":"","state":7})") == "domain_string_required");
  BOOST_TEST(data(R"({"domain":"a"})") == "state_string_required");
  BOOST_TEST(data(R"({"domain":"a","state":"failed"})") == "state_invalid");
  BOOST_TEST(data(R"({"domain":"a b","state":"verified"})") == "domain_data_invalid");
  const std::string good = R"({"domain":"a","state":"verified"})";
  BOOST_TEST(data(good + R"(,{"domain":"A","state":"pending"})") == "domain_data_invalid");
  std::string many = good;
  for (int i = 1; i < 16; ++i) {
    many += R"(,{"domain":"a)" + std::to_string(i) + R"(","state":"pending"})";
  }
  BOOST_TEST(data(many).empty());
  BOOST_TEST(data(many + R"(,{"domain":"b","state":"pending"})") == "domain_data_invalid");

  const auto domains = [&](std::string_view members) {
    const auto body = Body::parse(R"({"name":"n",)" + std::string(members) + "}");
    const auto request = wire::read_create_organization(*body);
    BOOST_TEST_REQUIRE(request.has_value());
    BOOST_TEST_REQUIRE(request->domains.has_value());
    std::string row;
    for (const DomainData& each : *request->domains) {
      row += std::string(each.domain) + " " + std::string(to_string(each.state)) + ",";
    }
    return row;
  };
  BOOST_TEST(domains(R"("domains":["b","A.c"])") == "b legacy_verified,A.c legacy_verified,");
  BOOST_TEST(domains(R"("domains":["b"],"domain_data":[{"state":"pending","domain":"x","y":1},)"
                     R"({"domain":"z","state":"verified"}])") == "x pending,z verified,");
}

BOOST_AUTO_TEST_CASE(metadata) {
  const auto body =
      Body::parse(R"({"email":"a@b","metadata":{"k":"v","gone":null,"":"","k":"w"}})");
  const auto request = wire::read_create_user(*body);
  BOOST_TEST_REQUIRE(request.has_value());
  const MetadataChange change = request->metadata.change();
  BOOST_TEST_REQUIRE(change.size() == 3u);
  BOOST_TEST(change[change.find("k")].value.value_or("") == "w");
  BOOST_TEST_REQUIRE(change.find("gone") < 3u);
  BOOST_TEST(!change[change.find("gone")].value.has_value());
  BOOST_TEST(change[change.find("")].value.value_or("?") == "");
  const auto read = [](const Body& each) { return wire::read_create_user(each); };
  for (const std::string value : {"7", "true", "[]", "{}"}) {
    BOOST_TEST(refusal(read, R"({"email":"a@b","metadata":{"a":"b","k":)" + value + "}}") ==
               "metadata_invalid");
  }
}

BOOST_AUTO_TEST_CASE(organization_list) {
  const auto list = [](const QueryString& raw) { return wire::read_organization_list(raw); };
  BOOST_TEST(list(query("limit=0&domains=a")).error().errors.at(0).code == "limit_invalid");
  const QueryString nothing = query("limit=5&domains=&search=");
  BOOST_TEST_REQUIRE(list(nothing).has_value());
  BOOST_TEST(list(nothing)->page.limit == 5u);
  BOOST_TEST(list(nothing)->filter().domains.size() == 0u);
  BOOST_TEST(!list(nothing)->filter().name_part.has_value());
  const QueryString both = query("search=a+b&domains[1]=x&domains=y,z&search=last");
  const auto request = list(both);
  BOOST_TEST_REQUIRE(request.has_value());
  const OrganizationFilter filter = request->filter();
  BOOST_TEST(filter.name_part.value_or("") == "last");
  BOOST_TEST_REQUIRE(filter.domains.size() == 3u);
  BOOST_TEST(filter.domains[2] == "z");
}

BOOST_AUTO_TEST_CASE(user) {
  const auto read = [](const Body& body) { return wire::read_create_user(body); };
  refused_in_order(read, R"("email":"a@b")",
                   {{R"("email":"a")", "email_invalid"},
                    {R"("first_name":7)", "first_name_string_required"},
                    {R"("last_name":"\u0000")", "last_name_invalid"},
                    {R"("name":"\u0000")", "name_invalid"},
                    {R"("email_verified":"true")", "email_verified_boolean_required"},
                    {R"("external_id":"")", "external_id_string_required"},
                    {R"("metadata":[])", "metadata_object_required"}});
  BOOST_TEST(refusal(read, "{}") == "email_string_required");
  BOOST_TEST(refusal(read, R"({"email":")" + std::string(254, 'x') + R"(@b"})") ==
             "email_too_long");
  BOOST_TEST(refusal(read, R"({"email":")" + std::string(252, 'x') + R"(@b"})").empty());
  const auto body =
      Body::parse(R"({"email":"A@b","first_name":"","last_name":null,"email_verified":true,)"
                  R"("name":"N","external_id":"e","metadata":{"k":"v"},"password":7,"locale":7})");
  const auto request = wire::read_create_user(*body);
  BOOST_TEST_REQUIRE(request.has_value());
  const CreateUser command = request->create();
  BOOST_TEST(command.email.value_or("") == "A@b");
  BOOST_TEST(command.first_name.value_or("?") == "");
  BOOST_TEST(!command.last_name.has_value());
  BOOST_TEST(command.name.value_or("") == "N");
  BOOST_TEST(command.email_verified);
  BOOST_TEST(command.external_id.value_or("") == "e");
  BOOST_TEST(command.metadata.size() == 1u);
  BOOST_TEST(!command.locale.has_value());
  BOOST_TEST(!command.id.has_value());
}

BOOST_AUTO_TEST_CASE(user_update) {
  const auto read = [](const Body& body) { return wire::read_update_user(body); };
  refused_in_order(read, R"("password":7)",
                   {{R"("email":"")", "email_string_required"},
                    {R"("first_name":7)", "first_name_string_required"},
                    {R"("last_name":7)", "last_name_string_required"},
                    {R"("name":7)", "name_string_required"},
                    {R"("email_verified":1)", "email_verified_boolean_required"},
                    {R"("external_id":"\u0000")", "external_id_invalid"},
                    {R"("metadata":7)", "metadata_object_required"},
                    {R"("locale":"\u0000")", "locale_invalid"}});
  BOOST_TEST(refusal(read, R"({"email":"a"})") == "email_invalid");
  const UserId id = *UserId::make("u");
  const auto nothing_body = Body::parse(R"({"email":null,"name":null,"locale":null})");
  const auto nothing = wire::read_update_user(*nothing_body);
  BOOST_TEST_REQUIRE(nothing.has_value());
  const UpdateUser kept = nothing->update(id);
  Texts texts;
  texts.set(Text::name, std::string_view("n"));
  texts.set(Text::external_id, std::string_view("e"));
  BOOST_TEST(!kept.email.has_value());
  BOOST_TEST(!kept.email_verified.has_value());
  BOOST_TEST(!kept.name.apply(texts, Text::name));
  BOOST_TEST(!kept.external_id.apply(texts, Text::external_id));
  const auto full_body = Body::parse(
      R"({"email":"a@b","first_name":"f","last_name":"l","name":"","email_verified":false,)"
      R"("external_id":null,"metadata":{},"locale":"de"})");
  const auto full = wire::read_update_user(*full_body);
  BOOST_TEST_REQUIRE(full.has_value());
  const UpdateUser command = full->update(id);
  BOOST_TEST(command.email.value_or("") == "a@b");
  BOOST_TEST(command.email_verified.value_or(true) == false);
  BOOST_TEST(command.first_name.text() == "f");
  BOOST_TEST(command.last_name.text() == "l");
  BOOST_TEST(command.name.sets());
  BOOST_TEST(command.locale.text() == "de");
  BOOST_TEST(command.metadata.clears());
  BOOST_TEST(command.external_id.apply(texts, Text::external_id));
  BOOST_TEST(!texts.has(Text::external_id));
}

BOOST_AUTO_TEST_CASE(user_list) {
  const auto list = [](std::string_view raw) { return wire::read_user_list(query(raw)); };
  BOOST_TEST(!list("limit=7")->filter.email.has_value());
  BOOST_TEST(list("limit=7")->page.limit == 7u);
  BOOST_TEST(list("email=A%40B.c")->filter.email.value_or(EmailKey::folded("")).view() == "a@b.c");
  for (const std::string& nobody :
       {std::string("email=x"), "email=" + std::string(300, 'x') + "%40b",
        "organization=" + std::string(64, 'x')}) {
    const auto request = list(nobody);
    BOOST_TEST_REQUIRE(request.has_value());
    BOOST_TEST_REQUIRE(request->filter.email.has_value());
    BOOST_TEST(request->filter.email->view() == "");
  }
  BOOST_TEST(list("limit=0&organization=o").error().errors.at(0).code == "limit_invalid");
  const OrganizationId id = *OrganizationId::make("o");
  for (const std::string_view raw :
       {"organization=o", "organization_id=o", "organization_id=o&organization=p"}) {
    BOOST_TEST((list(raw)->filter.organization == id), raw);
  }
  BOOST_TEST(!list("organization_id=&email=a%40b")->filter.organization.has_value());
}

BOOST_AUTO_TEST_CASE(role) {
  const auto read = [](const Body& body) { return wire::read_create_role(body); };
  refused_in_order(read, R"("slug":"s","name":"n")",
                   {{R"("slug":"S")", "slug_invalid"},
                    {R"("name":"a\u0000")", "name_invalid"},
                    {R"("description":7)", "description_string_required"},
                    {R"("resource_type_slug":"a b")", "resource_type_slug_invalid"}});
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

BOOST_AUTO_TEST_CASE(organization_role) {
  const auto read = [](const Body& body) { return wire::read_create_organization_role(body); };
  refused_in_order(read, R"("name":"n")",
                   {{R"("slug":"admin")", "slug_invalid"},
                    {R"("name":"")", "name_string_required"},
                    {R"("description":7)", "description_string_required"},
                    {R"("resource_type_slug":"")", "resource_type_slug_string_required"}});
  BOOST_TEST(refusal(read, "{}") == "name_string_required");
  BOOST_TEST(refusal(read, R"({"slug":"","name":"n"})") == "slug_string_required");
  const OrganizationId id = *OrganizationId::make("o");
  const auto body =
      Body::parse(R"({"slug":"org-a","name":"n","description":"d","resource_type_slug":"t"})");
  const CreateOrganizationRole command = wire::read_create_organization_role(*body)->create(id);
  BOOST_TEST((command.organization == id));
  BOOST_TEST(command.slug.value_or("") == "org-a");
  BOOST_TEST(command.name == "n");
  BOOST_TEST(command.description.value_or("") == "d");
  BOOST_TEST(command.resource_type_slug.value_or("") == "t");
  const auto bare = Body::parse(R"({"slug":null,"name":"n"})");
  BOOST_TEST(!wire::read_create_organization_role(*bare)->create(id).slug.has_value());
}

BOOST_AUTO_TEST_CASE(permissions_of_a_role) {
  const auto set = [](const Body& body) { return wire::read_role_permissions(body); };
  for (const std::string text : {"", R"({"permissions":null})", R"({"permissions":["a",""]})"}) {
    BOOST_TEST(refusal(set, text) == "permissions_array_required");
  }
  const auto body = Body::parse(R"({"permissions":["b","a","b"]})");
  BOOST_TEST(wire::read_role_permissions(*body)->size() == 3u);
  BOOST_TEST(refusal(set, R"({"permissions":[]})").empty());
  const auto add = [](const Body& each) { return wire::read_added_permission(each); };
  for (const std::string text : {"", R"({"slug":null})", R"({"slug":""})", R"({"slug":["a"]})"}) {
    BOOST_TEST(refusal(add, text) == "slug_string_required");
  }
  const auto one = Body::parse(R"({"slug":"A b"})");
  BOOST_TEST(wire::read_added_permission(*one).value_or("") == "A b");
}

BOOST_AUTO_TEST_CASE(permission) {
  const auto read = [](const Body& body) { return wire::read_create_permission(body); };
  refused_in_order(read, R"("slug":"a:b.*","name":"n")",
                   {{R"("slug":"A")", "slug_invalid"},
                    {R"("name":7)", "name_string_required"},
                    {R"("description":"\u0000")", "description_invalid"},
                    {R"("resource_type_slug":"a:b")", "resource_type_slug_invalid"}});
  BOOST_TEST(refusal(read, "") == "slug_string_required");
  BOOST_TEST(refusal(read, R"({"slug":")" + std::string(49, 's') + R"("})") == "slug_too_long");
  const auto body = Body::parse(R"({"slug":"a:b.*","name":"n","system":true})");
  const auto command = wire::read_create_permission(*body);
  BOOST_TEST_REQUIRE(command.has_value());
  BOOST_TEST(command->slug == "a:b.*");
  BOOST_TEST(!command->system);
}

BOOST_AUTO_TEST_CASE(catalogue_texts) {
  const auto read = [](const Body& body) { return wire::read_update_catalogue_texts(body); };
  refused_in_order(read, R"("slug":7)",
                   {{R"("name":"")", "name_string_required"},
                    {R"("description":[])", "description_string_required"}});
  BOOST_TEST(refusal(read, R"({"name":")" + std::string(49, 'x') + R"("})") == "name_too_long");
  BOOST_TEST(refusal(read, R"({"description":")" + std::string(151, 'x') + R"("})") ==
             "description_too_long");
  const auto described = [](std::string_view text) {
    const auto body = Body::parse(text);
    Texts texts;
    texts.set(Text::description, std::string_view("old"));
    const bool changed =
        wire::read_update_catalogue_texts(*body)->description.apply(texts, Text::description);
    return !changed ? "kept" : texts.has(Text::description) ? "set" : "cleared";
  };
  BOOST_TEST(described("{}") == "kept");
  BOOST_TEST(described(R"({"name":null,"description":null})") == "cleared");
  BOOST_TEST(described(R"({"description":""})") == "set");
}

BOOST_AUTO_TEST_SUITE_END()
