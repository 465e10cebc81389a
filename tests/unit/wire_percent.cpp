// SPDX-License-Identifier: BSL-1.0

// Plan
//   percent_decode: escapes of both cases, each once  -> decodes_escapes
//   percent_decode: `+` in a path and in a form       -> plus
//   percent_decode: bad escapes, at the end too       -> refuses_bad_escapes
//   percent_decode: bytes that are no UTF-8           -> refuses_what_is_not_utf8
//   to_string: every error                            -> error_texts

#include "membership/wire/percent.hpp"

#include <boost/test/unit_test.hpp>

#include <string_view>

namespace wire = membership::wire;
using wire::PercentError;
using wire::Plus;

BOOST_AUTO_TEST_SUITE(wire_percent)

BOOST_AUTO_TEST_CASE(decodes_escapes) {
  const auto text = wire::percent_decode("a%2Fb%2f%25%32%35%C3%A9z%00", Plus::literal);
  BOOST_TEST_REQUIRE(text.has_value());
  BOOST_TEST(*text == std::string_view("a/b/%25\xC3\xA9z\0", 11));
  BOOST_TEST(wire::percent_decode("", Plus::literal)->empty());
}

BOOST_AUTO_TEST_CASE(plus) {
  BOOST_TEST(*wire::percent_decode("a+b%2B", Plus::literal) == "a+b+");
  BOOST_TEST(*wire::percent_decode("a+b%2B", Plus::space) == "a b+");
}

BOOST_AUTO_TEST_CASE(refuses_bad_escapes) {
  for (const std::string_view bad : {"%", "a%", "%2", "%zz", "%2g", "%g2", "%%20", "% 2", "%+1"}) {
    BOOST_TEST_CONTEXT(bad) {
      const auto text = wire::percent_decode(bad, Plus::space);
      BOOST_TEST_REQUIRE(!text.has_value());
      BOOST_TEST((text.error() == PercentError::bad_escape));
    }
  }
}

BOOST_AUTO_TEST_CASE(refuses_what_is_not_utf8) {
  for (const std::string_view bad : {"%FF", "%C3", "%C0%80", "%ED%A0%80", "%F5%80%80%80", "\xE9"}) {
    BOOST_TEST_CONTEXT(bad) {
      const auto text = wire::percent_decode(bad, Plus::space);
      BOOST_TEST_REQUIRE(!text.has_value());
      BOOST_TEST((text.error() == PercentError::not_utf8));
    }
  }
}

BOOST_AUTO_TEST_CASE(error_texts) {
  BOOST_TEST(to_string(PercentError::bad_escape) ==
             "has a '%' without two hexadecimal digits behind it");
  BOOST_TEST(to_string(PercentError::not_utf8) == "is not valid UTF-8");
}

BOOST_AUTO_TEST_SUITE_END()
