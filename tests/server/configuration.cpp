// SPDX-License-Identifier: BSL-1.0

// Plan
//   parse_configuration: all keys, comments, defaults           -> parse_everything, parse_nothing
//     each key with each wrong type, at its place               -> parse_wrong_types
//     unknown and missing keys, at every level                  -> parse_keys
//   overlay: what is given goes before, roles are added         -> overlay_*
//   apply_configuration: again it does nothing                  -> apply_twice
//     changes only what it names                                -> apply_changes_only_what_it_names
//     priority: what is not named follows                       -> apply_priority
//     default and owner role change places                      -> apply_default_and_owner_role
//     Multiple Roles off, a role removed, as operations         -> apply_operations
//     what was left marked is finished                          -> apply_finishes_what_is_marked
//     the world: what is there is left alone                    -> apply_world

#include "configuration.hpp"

#include "apply_configuration.hpp"
#include "membership/membership.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(configuration)

using namespace membership;
using membership_server::apply_configuration;
using membership_server::Configuration;
using membership_server::overlay;
using membership_server::parse_configuration;

namespace {

Configuration parsed(std::string_view text) {
  const auto result = parse_configuration(text);
  BOOST_REQUIRE_MESSAGE(result.has_value(), (result ? std::string() : result.error()));
  return *result;
}

std::string refusal(std::string_view text) {
  const auto result = parse_configuration(text);
  return result ? "taken" : result.error();
}

/// A store to which configurations are applied.
struct Configured {
  MemoryStore store{};
  MembershipPolicy<OwnerGuard, SeatLimit> policy{};
  std::vector<std::string> lines{};

  void apply(std::string_view text) {
    lines.clear();
    apply_configuration(parsed(text), store, policy, SystemRuntime<DefaultTraits>{},
                        [this](const std::string& line) { lines.push_back(line); });
  }
  template <class Command>
  void run(const Command& command) {
    BOOST_REQUIRE(execute(store, policy, command).has_value());
  }
  std::string roles() {
    std::string slugs;
    static_cast<void>(store.list(
        RoleQuery{}, [&](const RoleRow& row) { slugs.append(row.state.slug.view()).append(" "); }));
    return slugs;
  }
  auto seen() { return *store.load(Reads{}); }
  std::string slug_of(RoleIndex index) {
    const auto now = seen();
    const RoleState* const role = now.roles.at(index);
    return role == nullptr ? "none" : std::string(role->slug.view());
  }
  std::string default_role() { return slug_of(seen().environment.default_role); }
  std::string owner_role() { return slug_of(seen().environment.owner_role); }
  std::size_t events() {
    std::size_t count = 0;
    Page<EventId> page;
    page.limit = longest_page;
    static_cast<void>(store.list(*EventQuery::make(page), [&](const auto&) { ++count; }));
    return count;
  }
};

constexpr std::string_view everything = R"({
  // a comment
  "api_keys": ["k"], "token_secret": "0123456789abcdef", "invitation_url": "u", "seat_limit": 7,
  "permissions": [{"slug": "p", "name": "P", "description": "d", "system": true}, {"slug": "q"}],
  "roles": [{"slug": "owner", "name": "Owner", "description": "d", "permissions": ["q", "p"]},
            {"slug": "viewer"}],
  "remove_roles": [{"slug": "old", "replacement": "member"}],
  "priority": ["owner"], "default_role": "viewer", "owner_role": "owner", "multiple_roles": true,
  "users": [{"id": "user_1", "email": "a@b", "email_verified": true, "first_name": "A",
             "last_name": "B", "external_id": "1"}, {"id": "user_2"}],
  "organizations": [{"id": "org_1", "name": "Acme", "domains": ["a.b"], "external_id": "x",
                     "seat_limit": 2}, {"id": "org_2", "name": "Other"}],
  "memberships": [{"user_id": "user_1", "organization_id": "org_1", "roles": ["owner", "viewer"]},
                  {"user_id": "user_2", "organization_id": "org_1"}]
})";

}  // namespace

BOOST_AUTO_TEST_CASE(parse_everything) {
  const Configuration read = parsed(everything);
  BOOST_TEST(read.api_keys == std::vector<std::string>{"k"}, boost::test_tools::per_element());
  BOOST_TEST(read.token_secret == "0123456789abcdef");
  BOOST_TEST(*read.invitation_url == "u");
  BOOST_TEST(*read.seat_limit == 7u);
  BOOST_REQUIRE(read.permissions.size() == 2u);
  BOOST_TEST(*read.permissions[0].name == "P");
  BOOST_TEST(read.permissions[0].system);
  BOOST_TEST(!read.permissions[1].name.has_value());
  BOOST_REQUIRE(read.roles.size() == 2u);
  BOOST_TEST(read.roles[0].permissions->size() == 2u);
  BOOST_TEST(!read.roles[1].permissions.has_value());
  BOOST_TEST(read.remove_roles.at(0).replacement == "member");
  BOOST_TEST(*read.owner_role == "owner");
  BOOST_TEST(*read.multiple_roles);
  BOOST_TEST(*read.users.at(0).last_name == "B");
  BOOST_TEST(*read.organizations.at(0).seat_limit == 2u);
  BOOST_TEST(read.memberships.at(0).roles.size() == 2u);
}

BOOST_AUTO_TEST_CASE(parse_nothing) {
  const Configuration read = parsed("{}");
  BOOST_TEST(!read.multiple_roles.has_value());
  BOOST_TEST(!read.owner_role.has_value());
  BOOST_TEST(!read.seat_limit.has_value());
  BOOST_TEST(parsed(R"({"owner_role": null})").owner_role.value() == "");
}

BOOST_AUTO_TEST_CASE(parse_wrong_types) {
  struct Row {
    const char* key;
    const char* must;
    const char* right;
  };
  // Each key takes exactly one of these values.
  const std::vector<std::string> values{"\"text of sixteen\"", "1", "true", "[]", "{}", "null"};
  for (const Row row :
       {Row{"api_keys", "an array", "[]"}, Row{"seat_limit", "a whole number, 0 or more", "1"},
        Row{"permissions", "an array", "[]"}, Row{"roles", "an array", "[]"},
        Row{"remove_roles", "an array", "[]"}, Row{"priority", "an array", "[]"},
        Row{"multiple_roles", "true or false", "true"}, Row{"users", "an array", "[]"},
        Row{"organizations", "an array", "[]"}, Row{"memberships", "an array", "[]"},
        Row{"default_role", "a string", "\"text of sixteen\""}}) {
    for (const std::string& value : values) {
      const std::string told = refusal("{\"" + std::string(row.key) + "\": " + value + "}");
      BOOST_TEST(told ==
                 (value == row.right ? "taken" : std::string(row.key) + ": must be " + row.must));
    }
  }
  BOOST_TEST(refusal(R"({"seat_limit": -1})") == "seat_limit: must be a whole number, 0 or more");
  BOOST_TEST(refusal(R"({"seat_limit": 1.0})") == "seat_limit: must be a whole number, 0 or more");
  BOOST_TEST(refusal(R"({"owner_role": 1})") == "owner_role: must be a string or null");
  BOOST_TEST(refusal(R"({"priority": ["a", ""]})") ==
             "priority[1]: must be a string that is not empty");
  BOOST_TEST(refusal(R"({"users": [7]})") == "users[0]: must be an object");
  BOOST_TEST(refusal(R"({"token_secret": "short"})") ==
             "token_secret: must be 16 or more visible ASCII characters");
  BOOST_TEST(refusal(R"({"api_keys": ["a b"]})") ==
             "api_keys[0]: must be visible ASCII characters");
  BOOST_TEST(refusal(R"({"invitation_url": ""})") ==
             "invitation_url: must be one or more visible ASCII characters");
}

BOOST_AUTO_TEST_CASE(parse_keys) {
  BOOST_TEST(refusal(R"({"Roles": []})") == "Roles: is not known");
  struct Row {
    const char* list;
    const char* key;
  };
  for (const Row row :
       {Row{"permissions", "slug"}, Row{"roles", "slug"}, Row{"remove_roles", "slug"},
        Row{"users", "id"}, Row{"organizations", "id"}, Row{"memberships", "user_id"}}) {
    const std::string list(row.list);
    BOOST_TEST(refusal("{\"" + list + "\": [{}]}") ==
               list + "[0]." + row.key + ": must be a string that is not empty");
    BOOST_TEST(refusal("{\"" + list + "\": [{\"" + row.key + "\": \"x\", \"else\": 1}]}") !=
               "taken");
  }
  BOOST_TEST(refusal(R"({"roles": [{"slug": "x", "else": 1}]})") == "roles[0].else: is not known");
  BOOST_TEST(refusal(R"({"remove_roles": [{"slug": "x"}]})") ==
             "remove_roles[0].replacement: must be a string that is not empty");
  BOOST_TEST(refusal(R"({"roles": [{"slug": "x"}], "remove_roles":
                         [{"slug": "x", "replacement": "member"}]})") ==
             "remove_roles[0].slug: is named elsewhere too");
  for (const char* const named :
       {R"("priority": ["x"])", R"("default_role": "x")", R"("owner_role": "x")"}) {
    BOOST_TEST(refusal(std::string("{") + named +
                       R"(, "remove_roles": [{"slug": "x", "replacement": "member"}]})") ==
               "remove_roles[0].slug: is named elsewhere too");
  }
  BOOST_TEST(refusal(R"({"roles": [{"slug": "x"}, {"slug": "x"}]})") ==
             "roles[1].slug: is there twice");
  BOOST_TEST(refusal(R"({"permissions": [{"slug": "x"}, {"slug": "y"}, {"slug": "y"}]})") ==
             "permissions[2].slug: is there twice");
  // The first of several is told.
  BOOST_TEST(refusal(R"({"roles": 1, "users": 1})") == "roles: must be an array");
}

BOOST_AUTO_TEST_CASE(overlay_what_is_given) {
  Configuration below = parsed(everything);
  overlay(below, Configuration{});
  BOOST_TEST(*below.seat_limit == 7u);
  BOOST_TEST(*below.multiple_roles);
  BOOST_TEST(below.api_keys.at(0) == "k");
  Configuration flags;
  flags.api_keys = {"flag"};
  flags.seat_limit = 0;
  flags.multiple_roles = false;
  flags.owner_role = "boss";
  flags.roles.emplace_back().slug = "boss";
  flags.roles.emplace_back().slug = "owner";
  overlay(below, flags);
  BOOST_TEST(below.api_keys == flags.api_keys, boost::test_tools::per_element());
  BOOST_TEST(*below.seat_limit == 0u);
  BOOST_TEST(!*below.multiple_roles);
  BOOST_TEST(*below.owner_role == "boss");
  BOOST_REQUIRE(below.roles.size() == 3u);
  BOOST_TEST(*below.roles[0].name == "Owner");
  BOOST_TEST(below.roles[2].slug == "boss");
}

BOOST_AUTO_TEST_CASE(apply_twice) {
  Configured world;
  world.apply(everything);
  BOOST_TEST(world.roles() == "owner member viewer ");
  BOOST_TEST(world.default_role() == "viewer");
  BOOST_TEST(world.owner_role() == "owner");
  const std::size_t events = world.events();
  const auto revision = world.seen().environment.revision;
  BOOST_TEST(events > 8u);
  world.apply(everything);
  BOOST_TEST(world.events() == events);
  BOOST_TEST(world.seen().environment.revision == revision);
  BOOST_TEST(world.lines.empty());
}

BOOST_AUTO_TEST_CASE(apply_changes_only_what_it_names) {
  Configured world;
  world.apply(everything);
  world.run(UpdateRole{"owner", "Boss"});
  world.run(CreateRole{"extra", "Extra"});
  world.apply(R"({"roles": [{"slug": "owner", "permissions": ["p"]}, {"slug": "viewer"}]})");
  BOOST_TEST(world.roles() == "owner member viewer extra ");
  BOOST_TEST(world.default_role() == "viewer");
  BOOST_TEST(world.owner_role() == "owner");
  BOOST_TEST(world.seen().environment.multiple_roles);
  const auto now = world.seen();
  const PermissionSet permissions = now.roles.at(now.roles.find("owner"))->permissions;
  BOOST_TEST(permissions.contains(now.roles.find_permission("p")));
  BOOST_TEST(!permissions.contains(now.roles.find_permission("q")));
  static_cast<void>(world.store.list(RoleQuery{}, [](const RoleRow& row) {
    if (row.state.slug.view() == "owner") BOOST_TEST(row.profile.texts[Text::name] == "Boss");
  }));
}

BOOST_AUTO_TEST_CASE(apply_priority) {
  Configured world;
  world.apply(
      R"({"roles": [{"slug": "a"}, {"slug": "b"}, {"slug": "c"}], "priority": ["c", "a"]})");
  BOOST_TEST(world.roles() == "c a member b ");
  BOOST_CHECK_EXCEPTION(world.apply(R"({"priority": ["a", "nobody"]})"), std::runtime_error,
                        [](const std::runtime_error& told) {
                          return std::string(told.what()).rfind("priority: ", 0) == 0;
                        });
  BOOST_TEST(world.roles() == "c a member b ");
}

BOOST_AUTO_TEST_CASE(apply_default_and_owner_role) {
  Configured world;
  world.apply(
      R"({"roles": [{"slug": "a"}, {"slug": "b"}], "default_role": "a", "owner_role": "b"})");
  world.apply(R"({"roles": [{"slug": "c"}], "default_role": "b", "owner_role": "c"})");
  BOOST_TEST(world.default_role() == "b");
  BOOST_TEST(world.owner_role() == "c");
  world.apply(R"({"default_role": "a", "owner_role": "b"})");
  BOOST_TEST(world.default_role() == "a");
  BOOST_TEST(world.owner_role() == "b");
  // Without a third role the two cannot change places.
  BOOST_CHECK_THROW(world.apply(R"({"default_role": "b", "owner_role": "a"})"), std::runtime_error);
  BOOST_TEST(world.default_role() == "a");
  BOOST_TEST(world.owner_role() == "b");
  world.apply(R"({"owner_role": null})");
  BOOST_TEST(world.owner_role() == "none");
  world.apply("{}");
  BOOST_TEST(world.default_role() == "a");
}

BOOST_AUTO_TEST_CASE(apply_operations) {
  Configured world;
  world.apply(everything);
  world.apply(R"({"multiple_roles": false})");
  BOOST_TEST(!world.seen().environment.multiple_roles);
  BOOST_REQUIRE(world.lines.size() == 1u);
  BOOST_TEST(world.lines[0] ==
             "switching Multiple Roles off: 1 active, 0 inactive and 0 pending memberships and 0 "
             "invitations change; owner: 0 get it, 1 keep it");
  world.run(SetDefaultRole{"member"});
  world.apply(R"({"remove_roles": [{"slug": "viewer", "replacement": "member"}]})");
  BOOST_REQUIRE(world.lines.size() == 1u);
  BOOST_TEST(world.lines[0] ==
             "removing the role 'viewer': 1 active, 0 inactive and 0 pending memberships and 0 "
             "invitations change; member: 1 get it, 0 keep it");
  BOOST_TEST(world.roles() == "owner member ");
  world.apply(R"({"remove_roles": [{"slug": "viewer", "replacement": "member"}]})");
  BOOST_TEST(world.lines.empty());
}

BOOST_AUTO_TEST_CASE(apply_finishes_what_is_marked) {
  Configured world;
  world.apply(everything);
  world.run(MarkOrganizationDeleted{*OrganizationId::make("org_1")});
  world.run(MarkMultipleRolesDisabled{});
  world.apply("{}");
  BOOST_TEST(list_marks(world.store)->empty());
  BOOST_TEST(!world.seen().environment.multiple_roles);
}

BOOST_AUTO_TEST_CASE(apply_world) {
  Configured world;
  world.apply(everything);
  const OrganizationId acme = *OrganizationId::make("org_1");
  const OrganizationId other = *OrganizationId::make("org_2");
  Reads reads;
  reads.organization = &acme;
  BOOST_TEST(*(*world.store.load(reads)).organization->seat_limit == 2u);
  reads.organization = &other;
  BOOST_TEST(*(*world.store.load(reads)).organization->seat_limit == 7u);

  // What was done to it meanwhile is not undone.
  const UserId second = *UserId::make("user_2");
  reads.organization = &acme;
  reads.user = &second;
  reads.pair = true;
  const auto member = (*world.store.load(reads)).membership->id;
  world.run(DeactivateMembership{member});
  world.run(SetSeatLimit{acme, 1});
  const std::size_t events = world.events();
  world.apply(everything);
  BOOST_TEST(world.events() == events);
  const auto seen = *world.store.load(reads);
  BOOST_TEST((seen.membership->status == Status::inactive));
  BOOST_TEST(*seen.organization->seat_limit == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
