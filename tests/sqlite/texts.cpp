// SPDX-License-Identifier: BSL-1.0

// How SQL stores write what has no column of its own.
//
// Plan
//   objects of strings: what is written is read back; what others write too         -> objects
//   anything else is refused                                                        -> no_objects
//   roles and permissions by slug, there and back; what is unknown                  -> roles
//   metadata and domains                                                            -> profiles

#include "membership/store/sql/profile_texts.hpp"
#include "membership/store/sql/role_texts.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

using namespace membership;
using namespace membership::detail;
using namespace std::string_view_literals;

BOOST_AUTO_TEST_SUITE(sql_texts)

BOOST_AUTO_TEST_CASE(objects) {
  FlatJsonWriter empty;
  BOOST_TEST(std::move(empty).take() == "{}");
  FlatJsonWriter json;
  json.add("plain", "text");
  json.add("quotes \" and \\", "line\nend \x01 ü");
  json.add("number", -5);
  const std::string text = std::move(json).take();
  BOOST_TEST(text == "{\"plain\":\"text\",\"quotes \\\" and \\\\\":\"line\\u000aend \\u0001 ü\","
                     "\"number\":\"-5\"}");
  const auto read = FlatJson::parse(text);
  BOOST_REQUIRE(read);
  BOOST_TEST(read->members().size() == 3u);
  BOOST_TEST(*read->find("plain") == "text");
  BOOST_TEST(*read->find("quotes \" and \\") == "line\nend \x01 ü");
  BOOST_TEST(*read->find("number") == "-5");
  BOOST_TEST((read->find("none") == nullptr));

  const auto foreign = FlatJson::parse(
      " { \"a\" : \"\\u00e4\\/\\n\\t\\r\\b\\f\" ,\n\"b\":\"\\uD83D\\uDE00\\u20ac\" } ");
  BOOST_REQUIRE(foreign);
  BOOST_TEST(*foreign->find("a") == "ä/\n\t\r\b\f");
  BOOST_TEST(*foreign->find("b") == "😀€");
}

BOOST_AUTO_TEST_CASE(no_objects) {
  for (const std::string_view text :
       {""sv, "{"sv, "}"sv, "[]"sv, "{}x"sv, "{\"a\"}"sv, "{\"a\":1}"sv, "{\"a\":\"b\",}"sv,
        "{\"a\":\"b\""sv, "{\"a\":\"b"sv, "{\"a\":\"\\"sv, "{\"a\":\"\\x\"}"sv,
        "{\"a\":\"\\u12\"}"sv, "{\"a\":\"\\u12g4\"}"sv, "{\"a\":\"\\uD83D\"}"sv,
        "{\"a\":\"\\uD83Dx\"}"sv, "{\"a\":\"\\uD83D\\u0041\"}"sv, "{\"a\":\"\\uDE00\"}"sv,
        "{,}"sv}) {
    BOOST_TEST(!FlatJson::parse(text), text);
  }
}

BOOST_AUTO_TEST_CASE(roles) {
  const RoleState own[] = {RoleState(RoleSlug::from_stored("org-lead")),
                           RoleState(RoleSlug::from_stored("member"))};
  const RoleState shared[] = {RoleState(RoleSlug::from_stored("member")), RoleState::nothing(),
                              RoleState(RoleSlug::from_stored("admin"))};
  const RoleCatalogue catalogue(RoleTable(shared, 3), RoleTable(own, 2), nullptr);
  const RoleIndex member = RoleIndex::environment(0);
  const RoleIndex admin = RoleIndex::environment(2);
  const RoleIndex own_member = RoleIndex::organization(1);

  BOOST_TEST(role_text(RoleIndex::none(), catalogue) == "");
  BOOST_TEST(role_text(own_member, catalogue) == "own:member");
  const RoleSet set(0b101, 0b11);
  BOOST_TEST(role_text(set, catalogue) == "member admin own:org-lead own:member");
  BOOST_TEST((roles_of_text("member admin own:org-lead own:member", catalogue) == set));
  BOOST_TEST((roles_of_text("", catalogue) == RoleSet{}));
  // What the catalogue does not have keeps its index.
  BOOST_TEST(role_text(RoleSet(0b11, 1u << 5), catalogue) == "member #1 #69");
  BOOST_TEST((roles_of_text("member #1 #69", catalogue) == RoleSet(0b11, 1u << 5)));
  for (const std::string_view unknown : {"org-lead"sv, "own:admin"sv, "#128"sv, "#"sv, "#1x"sv}) {
    BOOST_TEST(!role_of_text(unknown, catalogue), unknown);
    BOOST_TEST(!roles_of_text(unknown, catalogue), unknown);
  }

  RoleOrder order;
  for (const RoleIndex index : {admin, own_member, member}) order.push_back(index);
  BOOST_TEST(role_text(order, catalogue) == "admin own:member member");
  const auto read = order_of_text("admin own:member member", catalogue);
  BOOST_REQUIRE(read);
  BOOST_TEST(role_text(*read, catalogue) == "admin own:member member");
  BOOST_TEST(!order_of_text("admin admin", catalogue));

  const PermissionState permissions[] = {PermissionState(PermissionSlug::from_stored("docs:read")),
                                         PermissionState::nothing(),
                                         PermissionState(PermissionSlug::from_stored("docs:*"))};
  const PermissionTable table(permissions, 3);
  PermissionSet held;
  for (const unsigned index : {0u, 1u, 2u, 255u}) held.insert(index);
  BOOST_TEST(permission_text(held, table) == "docs:read #1 docs:* #255");
  BOOST_TEST((permissions_of_text("docs:read #1 docs:* #255", table) == held));
  BOOST_TEST(!permissions_of_text("docs:write", table));
}

BOOST_AUTO_TEST_CASE(profiles) {
  const MetadataPair pairs[] = {{"tier", "gold"}, {"a\"b", "ü"}};
  OrganizationDomain domain;
  domain.id.value = Ulid{7, 9};
  domain.domain = "Example.com";
  domain.state = DomainState::verified;
  domain.created_at = Time::from_milliseconds(5);
  domain.updated_at = Time::from_milliseconds(-6);
  Profile profile;
  profile.texts.set(Text::name, std::string_view("Acme"));
  profile.texts.set(Text::external_id, std::string_view());
  profile.metadata = Metadata(pairs, 2);
  profile.domains = OrganizationDomains(&domain, 1);
  profile.created_at = Time::from_milliseconds(1);
  profile.updated_at = Time::from_milliseconds(2);

  FlatJsonWriter json;
  put_profile(json, profile, "former_");
  const auto parsed = FlatJson::parse(std::move(json).take());
  BOOST_REQUIRE(parsed);
  ReadProfile read;
  BOOST_TEST(!get_profile(*parsed, {}, read));
  BOOST_REQUIRE(get_profile(*parsed, "former_", read));
  BOOST_TEST(read->texts[Text::name] == "Acme");
  BOOST_TEST(read->texts.has(Text::external_id));
  BOOST_TEST(!read->texts.has(Text::email));
  BOOST_TEST(metadata_text(*read) == R"({"tier":"gold","a\"b":"ü"})");
  BOOST_TEST(domains_text(*read) == domains_text(profile));
  BOOST_TEST(domains_text(profile) ==
             R"({"Example.com":"verified 0000000000003G000000000009 5 -6"})");
  BOOST_TEST(read->updated_at.milliseconds() == 2);
  for (const std::string_view text :
       {R"({"a.de":"gone 00000000000000000000000000 1 2"})"sv, R"({"a.de":"verified 0 1 2"})"sv,
        R"({"a.de":"verified 00000000000000000000000000 1"})"sv, "x"sv}) {
    BOOST_TEST(!ReadProfile().read_domains(text), text);
  }
}

BOOST_AUTO_TEST_SUITE_END()
