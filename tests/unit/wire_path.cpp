// SPDX-License-Identifier: BSL-1.0

// Plan
//   split_path: segments, decoded once, after the split  -> splits_then_decodes
//   split_path: trailing slash, empty segments, root     -> keeps_empty_segments
//   split_path: every refusal with its message           -> refusals

#include "membership/wire/path.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace wire = membership::wire;

BOOST_AUTO_TEST_SUITE(wire_path)

namespace {

void check(std::string_view path, const std::vector<std::string>& expected) {
  BOOST_TEST_CONTEXT(path) {
    const auto segments = wire::split_path(path);
    BOOST_TEST_REQUIRE(segments.has_value());
    BOOST_TEST(*segments == expected, boost::test_tools::per_element());
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(splits_then_decodes) {
  check("/organizations", {"organizations"});
  check("/organizations/org_1/roles", {"organizations", "org_1", "roles"});
  check("/users/a%2Fb", {"users", "a/b"});
  check("/users/a%252Fb", {"users", "a%2Fb"});
  check("/users/a+b", {"users", "a+b"});
  check("/users/%C3%A9", {"users", "\xC3\xA9"});
}

BOOST_AUTO_TEST_CASE(keeps_empty_segments) {
  check("/", {""});
  check("//", {"", ""});
  check("/users/", {"users", ""});
  check("/users//x", {"users", "", "x"});
  check("//users", {"", "users"});
  check("/users/..", {"users", ".."});
}

BOOST_AUTO_TEST_CASE(refusals) {
  const auto message = [](std::string_view path) {
    const auto segments = wire::split_path(path);
    BOOST_TEST_REQUIRE(!segments.has_value());
    BOOST_TEST(segments.error().status == 400);
    BOOST_TEST(segments.error().code == "bad_request");
    return segments.error().message;
  };
  BOOST_TEST(message("") == "The path does not begin with '/'.");
  BOOST_TEST(message("*") == "The path does not begin with '/'.");
  BOOST_TEST(message("/a/%2") ==
             "A segment of the path has a '%' without two hexadecimal digits behind it.");
  BOOST_TEST(message("/a/%FF/b") == "A segment of the path is not valid UTF-8.");
  // Two halves of a character in two segments are two bad segments.
  BOOST_TEST(message("/%C3/%A9") == "A segment of the path is not valid UTF-8.");
}

BOOST_AUTO_TEST_SUITE_END()
