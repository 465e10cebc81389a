// SPDX-License-Identifier: BSL-1.0

// Plan
//   parse: form decoding of names and values              -> decodes
//   find: last of several, empty ones, unknown names      -> scalars
//   find_all: the four forms, mixed, encoded brackets     -> arrays
//   find_all: what only looks like an element             -> not_of_the_array
//   parse: every refusal with its message                 -> refusals

#include "membership/wire/query_string.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace wire = membership::wire;

BOOST_AUTO_TEST_SUITE(wire_query_string)

namespace {

wire::QueryString parsed(std::string_view raw) {
  auto query = wire::QueryString::parse(raw);
  BOOST_TEST_REQUIRE(query.has_value());
  return std::move(*query);
}

std::string found(std::string_view raw, std::string_view name) {
  const wire::QueryString query = parsed(raw);
  const auto value = query.find(name);
  return value ? std::string(*value) : "(none)";
}

std::string all(std::string_view raw, std::string_view name) {
  const wire::QueryString query = parsed(raw);
  std::string joined;
  for (const std::string_view value : query.find_all(name)) {
    joined += joined.empty() ? "" : "|";
    joined += value;
  }
  return joined;
}

}  // namespace

BOOST_AUTO_TEST_CASE(decodes) {
  BOOST_TEST(found("email=a%2Bb%40c.d", "email") == "a+b@c.d");
  BOOST_TEST(found("search=a+b%20c", "search") == "a b c");
  BOOST_TEST(found("a%20b=1", "a b") == "1");
  BOOST_TEST(found("x=a=b", "x") == "a=b");
  BOOST_TEST(found("x=%26%3D%3B;y=1", "x") == "&=;;y=1");
}

BOOST_AUTO_TEST_CASE(scalars) {
  BOOST_TEST(found("", "x") == "(none)");
  BOOST_TEST(found("x=1&y=2", "y") == "2");
  BOOST_TEST(found("x=1&x=2", "x") == "2");
  BOOST_TEST(found("x=", "x") == "(none)");
  BOOST_TEST(found("x", "x") == "(none)");
  BOOST_TEST(found("x=1&x=", "x") == "1");
  BOOST_TEST(found("&&x=1&&", "x") == "1");
  BOOST_TEST(found("X=1", "x") == "(none)");
  BOOST_TEST(found("=1", "") == "1");
}

BOOST_AUTO_TEST_CASE(arrays) {
  BOOST_TEST(all("k=a,b", "k") == "a|b");
  BOOST_TEST(all("k=a%2Cb", "k") == "a|b");
  BOOST_TEST(all("k=a&k=b", "k") == "a|b");
  BOOST_TEST(all("k[]=a&k[]=b", "k") == "a|b");
  BOOST_TEST(all("k%5B%5D=a&k%5b%5d=b", "k") == "a|b");
  BOOST_TEST(all("k[0]=a&k[1]=b", "k") == "a|b");
  BOOST_TEST(all("k%5B0%5D=a&k%5B10%5D=b", "k") == "a|b");
  BOOST_TEST(all("k=a,b&x=1&k[]=c&k[0]=d,e", "k") == "a|b|c|d|e");
  BOOST_TEST(all("k=,a,,b,", "k") == "a|b");
  BOOST_TEST(all("k=&k=,", "k") == "");
  BOOST_TEST(all("", "k") == "");
}

BOOST_AUTO_TEST_CASE(not_of_the_array) {
  BOOST_TEST(all("k[=a&k]=a&k[x]=a&k[-1]=a&kk=a&k[0=a&k[0]]=a&[]=a&k[0]x=a", "k") == "");
  BOOST_TEST(found("k[]=a", "k") == "(none)");
}

BOOST_AUTO_TEST_CASE(refusals) {
  const auto message = [](std::string_view raw) {
    const auto query = wire::QueryString::parse(raw);
    BOOST_TEST_REQUIRE(!query.has_value());
    BOOST_TEST(query.error().status == 400);
    BOOST_TEST(query.error().code == "bad_request");
    return query.error().message;
  };
  BOOST_TEST(message("a=1&email=%4") ==
             "The query parameter 'email' has a '%' without two hexadecimal digits behind it.");
  BOOST_TEST(message("email=%FF") == "The query parameter 'email' is not valid UTF-8.");
  BOOST_TEST(message("%zz=1") ==
             "A name in the query has a '%' without two hexadecimal digits behind it.");
  BOOST_TEST(message("%FF") == "A name in the query is not valid UTF-8.");
}

BOOST_AUTO_TEST_SUITE_END()
