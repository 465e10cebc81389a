// SPDX-License-Identifier: BSL-1.0

// Plan
//   check_catalogue of texts that are read at run time: each error alone, and before those that
//     come later                                                  -> errors_in_order
//   the limits: 64 roles, 256 permissions                         -> limits
//   the key of a slug is at run time what it is at compile time   -> keys_of_compile_time
// The same at compile time: static/fixed_catalogue.cpp.

#include "../support/host.hpp"
#include "membership/domain/fixed_catalogue.hpp"

#include <boost/test/unit_test.hpp>

#include <array>

using namespace membership;
using membership_tests::an_error;

BOOST_AUTO_TEST_SUITE(catalogue)

namespace {

struct Loaded {
  struct Role {
    std::string slug;
    std::vector<std::string> permissions{};
    bool of_organizations = true;
  };
  std::vector<Role> roles{{"admin", {"a", "b"}}, {"doc", {}, false}, {"member", {"a"}}};
  std::vector<std::string> permissions{"a", "b", "c"};
  std::string default_role = "member";

  tl::expected<RoleIndex, Error> check() const {
    const std::vector<std::string_view> all(permissions.begin(), permissions.end());
    std::vector<std::vector<std::string_view>> granted;
    std::vector<RoleDefinition> definitions;
    for (const Role& role : roles) {
      granted.emplace_back(role.permissions.begin(), role.permissions.end());
    }
    for (std::size_t i = 0; i < roles.size(); ++i) {
      definitions.push_back({roles[i].slug, granted[i], roles[i].of_organizations});
    }
    return check_catalogue({definitions, all, default_role});
  }
  Error error() const {
    const auto checked = check();
    return checked ? Error{ErrorCode{}} : checked.error();
  }
};

constexpr std::string_view letters = "abcdefghijklmnopqr";
constexpr auto keys = [] {
  std::array<SlugKey, letters.size() + 1> result{};
  for (std::size_t size = 0; size < result.size(); ++size) {
    result[size] = SlugKey::of(letters.substr(0, size));
  }
  return result;
}();

}  // namespace

BOOST_AUTO_TEST_CASE(errors_in_order) {
  BOOST_TEST((*Loaded{}.check() == RoleIndex::environment(2)));
  // From the last that is checked to the first: each hides those before.
  Loaded wrong;
  wrong.default_role = "doc";
  BOOST_TEST(wrong.error() ==
             an_error(ErrorCode::default_role_missing, Field::default_role, "doc"));
  wrong.roles[2].permissions.push_back("x");
  BOOST_TEST(wrong.error() ==
             an_error(ErrorCode::entity_not_found, Field::permission_slug, "x", 2));
  wrong.roles[2].slug = "admin";
  BOOST_TEST(wrong.error() ==
             an_error(ErrorCode::role_slug_conflict, Field::role_slug, "admin", 2));
  const std::string long_slug(49, 'r');
  for (const auto& [slug, code] : {std::pair<std::string, ErrorCode>{"Doc", ErrorCode::malformed},
                                   {long_slug, ErrorCode::too_long}}) {
    wrong.roles[1].slug = slug;
    BOOST_TEST(wrong.error() == an_error(code, Field::role_slug, slug, 1));
  }
  wrong.roles[0].slug.clear();
  BOOST_TEST(wrong.error() == an_error(ErrorCode::empty, Field::role_slug));
  wrong.permissions[2] = "a";
  BOOST_TEST(wrong.error() ==
             an_error(ErrorCode::permission_slug_conflict, Field::permission_slug, "a", 2));
  for (const auto& [slug, code] : {std::pair<std::string, ErrorCode>{"B", ErrorCode::malformed},
                                   {long_slug, ErrorCode::too_long}}) {
    wrong.permissions[1] = slug;
    BOOST_TEST(wrong.error() == an_error(code, Field::permission_slug, slug, 1));
  }
  wrong.permissions[0].clear();
  BOOST_TEST(wrong.error() == an_error(ErrorCode::empty, Field::permission_slug));
}

BOOST_AUTO_TEST_CASE(limits) {
  Loaded full;
  full.permissions.clear();
  full.roles.clear();
  full.default_role = "r0";
  for (int i = 0; i < 256; ++i) full.permissions.push_back("p" + std::to_string(i));
  for (int i = 0; i < 64; ++i) full.roles.push_back({"r" + std::to_string(i), {"p255"}});
  BOOST_TEST(full.check().has_value());
  full.roles.push_back({"one-more", {"x"}});
  BOOST_TEST(full.error() ==
             an_error(ErrorCode::role_limit_reached, Field::role_slug, "one-more", 64));
  full.permissions.push_back("one-more");
  BOOST_TEST(full.error() == an_error(ErrorCode::permission_limit_reached, Field::permission_slug,
                                      "one-more", 256));
}

BOOST_AUTO_TEST_CASE(keys_of_compile_time) {
  for (std::size_t size = 0; size < keys.size(); ++size) {
    const std::string read(letters.substr(0, size));
    BOOST_TEST((SlugKey::of(read) == keys[size]), size << " letters");
  }
}

BOOST_AUTO_TEST_SUITE_END()
