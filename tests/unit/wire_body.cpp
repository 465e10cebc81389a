// SPDX-License-Identifier: BSL-1.0

// Plan
//   Body::parse: all forms of "no fields"                       -> no_fields
//   Body::parse: what is no JSON                                -> not_json
//   Body::parse: depth 64 and 65, arrays and objects            -> depth
//   Body::parse: JSON that is no object                         -> not_an_object
//   Body::parse: a doubled key, few and many keys               -> last_of_a_doubled_key
//   required_string, optional_string, optional_text: each type  -> strings
//   optional_boolean, optional_integer: each type               -> booleans, integers
//   required_strings, optional_strings: each type, lengths      -> arrays
//   optional_list, optional_objects, a member of an object      -> lists, members
//   optional_object                                             -> objects
//   refuse, is_null                                             -> refused_fields, nulls
//   the first failure stays; reads behind it do nothing         -> first_failure
//   check: each fault of the domain                             -> faults_of_the_domain
//   texts are not changed: NUL, spaces, escapes                 -> texts_as_they_are

#include "membership/wire/body.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace wire = membership::wire;
using wire::Body;
using wire::FieldReader;

BOOST_AUTO_TEST_SUITE(wire_body)

namespace {

Body parsed(std::string_view text) {
  auto body = Body::parse(text);
  BOOST_TEST_REQUIRE(body.has_value(), text);
  return std::move(*body);
}

/// The code of the entry that one read leaves, or "" if it succeeds.
template <class Read>
std::string failure(std::string_view text, Read read) {
  const Body body = parsed(text);
  FieldReader reader(body);
  read(reader);
  BOOST_TEST(reader.failed() == reader.entry().has_value());
  return reader.entry().value_or(wire::ErrorEntry{}).code;
}

/// A body with the field `x` of each type of JSON.
const std::vector<std::string> of_each_type = {
    R"({"x":null})", R"({"x":true})", R"({"x":7})",     R"({"x":7.5})", R"({"x":""})",
    R"({"x":"a"})",  R"({"x":[]})",   R"({"x":["a"]})", R"({"x":{}})",  R"({"y":1})"};

/// Which of these bodies a read accepts, as a row of + and -.
template <class Read>
std::string accepted(std::string_view code, Read read) {
  std::string row;
  for (const std::string& text : of_each_type) {
    const std::string failed = failure(text, read);
    BOOST_TEST((failed.empty() || failed == code), failed);
    row += failed.empty() ? '+' : '-';
  }
  return row;
}

}  // namespace

BOOST_AUTO_TEST_CASE(no_fields) {
  for (const std::string_view text : {"", "{}", "[]", " { } ", "\n[\t]\r\n"}) {
    BOOST_TEST(parsed(text).fields().empty());
  }
}

BOOST_AUTO_TEST_CASE(not_json) {
  using namespace std::string_view_literals;
  for (const std::string_view text : {" "sv,
                                      "{"sv,
                                      "}"sv,
                                      R"({"a":1)"sv,
                                      R"({"a":1}x)"sv,
                                      "{}{}"sv,
                                      "{},"sv,
                                      "{a:1}"sv,
                                      "{'a':1}"sv,
                                      R"({"a":1,})"sv,
                                      "[1,]"sv,
                                      "nul"sv,
                                      "tru e"sv,
                                      "01"sv,
                                      "+1"sv,
                                      "1."sv,
                                      ".5"sv,
                                      "NaN"sv,
                                      "Infinity"sv,
                                      R"({"a":/**/1})"sv,
                                      "{} //"sv,
                                      "\xEF\xBB\xBF{}"sv,
                                      "{}\0"sv,
                                      "\"\xFF\""sv,
                                      "{\"\xC3\":1}"sv,
                                      "{\"a\":\"\xED\xA0\x80\"}"sv,
                                      R"("\ud800")"sv,
                                      R"("\udc00")"sv,
                                      R"("\ud800A")"sv,
                                      "\"a\nb\""sv,
                                      R"("\x41")"sv,
                                      "user_id=1&a=b"sv}) {
    BOOST_TEST_CONTEXT(text) {
      const auto body = Body::parse(text);
      BOOST_TEST_REQUIRE(!body.has_value());
      BOOST_TEST(body.error().status == 400);
      BOOST_TEST(body.error().code == "bad_request");
      BOOST_TEST(body.error().message == "The body is not valid JSON.");
      BOOST_TEST(body.error().errors.empty());
    }
  }
}

BOOST_AUTO_TEST_CASE(depth) {
  const auto arrays = [](std::size_t levels) {
    return R"({"a":)" + std::string(levels - 1, '[') + std::string(levels - 1, ']') + "}";
  };
  const auto objects = [](std::size_t levels) {
    std::string text;
    for (std::size_t i = 1; i < levels; ++i) text += R"({"a":)";
    return text + "{}" + std::string(levels - 1, '}');
  };
  BOOST_TEST(Body::parse(arrays(64)).has_value());
  BOOST_TEST(Body::parse(objects(64)).has_value());
  for (const std::string& text : {arrays(65), objects(65), std::string(1'000'000, '[')}) {
    const auto body = Body::parse(text);
    BOOST_TEST_REQUIRE(!body.has_value());
    BOOST_TEST(body.error().status == 400);
    BOOST_TEST(body.error().code == "bad_request");
    BOOST_TEST(body.error().message == "The body is nested deeper than 64 levels.");
  }
}

BOOST_AUTO_TEST_CASE(not_an_object) {
  for (const std::string_view text : {"null", "true", "7", "\"a\"", "[1]", "[[]]", "[{}]"}) {
    BOOST_TEST_CONTEXT(text) {
      const auto body = Body::parse(text);
      BOOST_TEST_REQUIRE(!body.has_value());
      BOOST_TEST(body.error().status == 422);
      BOOST_TEST_REQUIRE(body.error().errors.size() == 1u);
      BOOST_TEST(body.error().errors[0].code == "body_object_required");
      BOOST_TEST(body.error().errors[0].message == "Body should be an object.");
    }
  }
}

BOOST_AUTO_TEST_CASE(last_of_a_doubled_key) {
  std::string many = R"({"a":"first")";
  for (int i = 0; i < 100; ++i) many += ",\"k" + std::to_string(i) + "\":" + std::to_string(i);
  many += R"(,"a":"last"})";
  for (const std::string& text : {std::string(R"({"a":"first","b":1,"a":"last"})"), many}) {
    const Body body = parsed(text);
    FieldReader reader(body);
    BOOST_TEST(reader.required_string("a") == "last");
  }
}

BOOST_AUTO_TEST_CASE(strings) {
  // null true 7 7.5 "" "a" [] ["a"] {} absent
  BOOST_TEST(accepted("x_string_required", [](auto& read) { read.required_string("x"); }) ==
             "-----+----");
  BOOST_TEST(accepted("x_string_required", [](auto& read) { read.optional_string("x"); }) ==
             "+----+---+");
  BOOST_TEST(accepted("x_string_required", [](auto& read) { read.optional_text("x"); }) ==
             "+---++---+");
  const Body body = parsed(R"({"x":"a","e":""})");
  FieldReader reader(body);
  BOOST_TEST(reader.required_string("x") == "a");
  BOOST_TEST(reader.optional_string("x").value_or("?") == "a");
  BOOST_TEST(!reader.optional_string("y").has_value());
  BOOST_TEST(reader.optional_text("e").value_or("?") == "");
  BOOST_TEST(!reader.error().has_value());
}

BOOST_AUTO_TEST_CASE(booleans) {
  BOOST_TEST(accepted("x_boolean_required", [](auto& read) { read.optional_boolean("x"); }) ==
             "++-------+");
  const Body body = parsed(R"({"t":true,"f":false})");
  FieldReader reader(body);
  BOOST_TEST((reader.optional_boolean("t") == true));
  BOOST_TEST((reader.optional_boolean("f") == false));
  BOOST_TEST(!reader.optional_boolean("n").has_value());
}

BOOST_AUTO_TEST_CASE(integers) {
  const auto read_x = [](auto& read) { read.optional_integer("x"); };
  BOOST_TEST(accepted("x_integer_required", read_x) == "+-+------+");
  for (const std::string_view number :
       {"7.0", "1e2", "9223372036854775808", "-9223372036854775809", "1e400", "\"7\""}) {
    const auto body = Body::parse(R"({"x":)" + std::string(number) + "}");
    BOOST_TEST_REQUIRE(body.has_value(), number);
    FieldReader reader(*body);
    BOOST_TEST(!reader.optional_integer("x").has_value(), number);
    BOOST_TEST(reader.failed(), number);
  }
  const Body body = parsed(R"({"a":-9223372036854775808,"b":9223372036854775807,"c":0})");
  FieldReader reader(body);
  BOOST_TEST((reader.optional_integer("a") == std::numeric_limits<std::int64_t>::min()));
  BOOST_TEST((reader.optional_integer("b") == std::numeric_limits<std::int64_t>::max()));
  BOOST_TEST((reader.optional_integer("c") == 0));
}

BOOST_AUTO_TEST_CASE(arrays) {
  BOOST_TEST(accepted("x_array_required", [](auto& read) { read.required_strings("x"); }) ==
             "------++--");
  BOOST_TEST(accepted("x_array_required", [](auto& read) { read.optional_strings("x"); }) ==
             "+------+-+");
  for (const std::string_view text :
       {R"({"x":["a",""]})", R"({"x":["a",null]})", R"({"x":["a",7]})", R"({"x":[["a"]]})"}) {
    BOOST_TEST(failure(text, [](auto& read) { read.required_strings("x"); }) == "x_array_required");
  }
  const Body body = parsed(R"({"x":["b","a","b"]})");
  FieldReader reader(body);
  const std::vector<std::string_view> expected = {"b", "a", "b"};
  BOOST_TEST(reader.required_strings("x") == expected, boost::test_tools::per_element());
  BOOST_TEST((reader.optional_strings("x") == expected));
  BOOST_TEST(!reader.optional_strings("y").has_value());
}

BOOST_AUTO_TEST_CASE(lists) {
  BOOST_TEST(accepted("x_array_required", [](auto& read) { read.optional_list("x"); }) ==
             "+-----++-+");
  BOOST_TEST(accepted("x_array_required", [](auto& read) { read.optional_objects("x"); }) ==
             "+-----+--+");
  BOOST_TEST(failure(R"({"x":["a",""]})", [](auto& read) { read.optional_list("x"); }) ==
             "x_array_required");
  for (const std::string_view text : {R"({"x":[{},7]})", R"({"x":[null,{}]})"}) {
    BOOST_TEST(failure(text, [](auto& read) { read.optional_objects("x"); }) == "x_array_required");
  }
  const Body body = parsed(R"({"x":[],"y":[{"a":1},{}]})");
  FieldReader reader(body);
  BOOST_TEST(reader.optional_list("x").value().empty());
  BOOST_TEST(!reader.optional_list("z").has_value());
  BOOST_TEST(!reader.optional_objects("z").has_value());
  BOOST_TEST(reader.optional_objects("x").value().empty());
  BOOST_TEST(reader.optional_objects("y").value().size() == 2u);
  BOOST_TEST(!reader.failed());
}

BOOST_AUTO_TEST_CASE(members) {
  const Body body = parsed(R"({"a":"1","b":"","c":7,"d":null})");
  FieldReader reader(body);
  BOOST_TEST(reader.required_string(body.fields(), "a") == "1");
  BOOST_TEST(!reader.failed());
  for (const std::string_view member : {"b", "c", "d", "e"}) {
    FieldReader other(body);
    BOOST_TEST(other.required_string(body.fields(), member) == "");
    BOOST_TEST(other.entry().value_or(wire::ErrorEntry{}).code ==
               std::string(member) + "_string_required");
    BOOST_TEST(other.required_string(body.fields(), "a") == "");
  }
}

BOOST_AUTO_TEST_CASE(objects) {
  BOOST_TEST(accepted("x_object_required", [](auto& read) { read.optional_object("x"); }) ==
             "+-------++");
}

BOOST_AUTO_TEST_CASE(refused_fields) {
  BOOST_TEST(accepted("x_invalid", [](auto& read) { read.refuse("x"); }) == "+--------+");
}

BOOST_AUTO_TEST_CASE(nulls) {
  std::string row;
  for (const std::string& text : of_each_type) {
    const Body body = parsed(text);
    row += FieldReader(body).is_null("x") ? '+' : '-';
  }
  BOOST_TEST(row == "+---------");
}

BOOST_AUTO_TEST_CASE(first_failure) {
  const Body body = parsed(R"({"a":7,"b":"text","c":["d"],"e":true,"f":1})");
  FieldReader reader(body);
  BOOST_TEST(reader.required_string("b") == "text");
  BOOST_TEST(reader.required_string("a").empty());
  BOOST_TEST(reader.failed());
  BOOST_TEST(reader.required_string("b").empty());
  BOOST_TEST(reader.required_string("missing").empty());
  BOOST_TEST(!reader.optional_strings("c").has_value());
  BOOST_TEST(!reader.optional_boolean("e").has_value());
  BOOST_TEST(!reader.optional_integer("f").has_value());
  reader.refuse("b");
  reader.fail("b", wire::FieldRule::too_long);
  reader.fail(wire::ErrorEntry{"other", "Other."});
  const wire::RequestError error = reader.error().value_or(wire::RequestError{});
  BOOST_TEST(error.status == 422);
  BOOST_TEST(error.message == "Validation failed");
  BOOST_TEST_REQUIRE(error.errors.size() == 1u);
  BOOST_TEST(error.errors[0].code == "a_string_required");

  FieldReader other(body);
  other.fail(wire::ErrorEntry{"own", "Our own."});
  BOOST_TEST(other.entry().value_or(wire::ErrorEntry{}).message == "Our own.");
}

BOOST_AUTO_TEST_CASE(faults_of_the_domain) {
  using membership::ErrorCode;
  const Body body = parsed("{}");
  const auto code = [&body](ErrorCode fault) {
    FieldReader reader(body);
    reader.check("x", fault);
    reader.check("x", ErrorCode::malformed);
    return reader.entry().value_or(wire::ErrorEntry{}).code;
  };
  BOOST_TEST(code(ErrorCode::empty) == "x_string_required");
  BOOST_TEST(code(ErrorCode::too_long) == "x_too_long");
  BOOST_TEST(code(ErrorCode::not_utf8) == "x_invalid");
  BOOST_TEST(code(ErrorCode{}) == "x_invalid");
  FieldReader reader(body);
  reader.check("x", ErrorCode{});
  BOOST_TEST(!reader.failed());
}

BOOST_AUTO_TEST_CASE(texts_as_they_are) {
  using namespace std::string_view_literals;
  const Body body = parsed("{\"x\":\" Ad\\u0000m\\ud83d\\ude00\\/ \",\"y\\u0000\":\"z\"}");
  FieldReader reader(body);
  BOOST_TEST(reader.required_string("x") == " Ad\0m\xF0\x9F\x98\x80/ "sv);
  BOOST_TEST(reader.required_string("y\0"sv) == "z");
}

BOOST_AUTO_TEST_SUITE_END()
