// SPDX-License-Identifier: BSL-1.0

// Plan
//   to_line, operator<<, std::format where there is one: every kind of value  -> same_line
//   width and fill: the line as a whole, padded as a string                   -> padded
//   every enum of the domain and policy with a to_string is printed           -> every_spelled_enum

#include "membership/interop/ostream.hpp"
#include "membership/interop/text.hpp"
#include "support/printed_values.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <version>

#ifdef __cpp_lib_format
#include "membership/interop/format.hpp"
#endif

using namespace membership;
using membership_tests::for_each_printed;

BOOST_AUTO_TEST_SUITE(interop_text)

BOOST_AUTO_TEST_CASE(same_line) {
  for_each_printed([](const auto& value, std::string_view line) {
    BOOST_TEST(to_line(value) == line);
    std::ostringstream out;
    out << value << ';';
    BOOST_TEST(out.str() == std::string(line) + ';');
#ifdef __cpp_lib_format
    BOOST_TEST(std::format("{};", value) == std::string(line) + ';');
#endif
  });
}

BOOST_AUTO_TEST_CASE(padded) {
  for_each_printed([](const auto& value, std::string_view line) {
    // "é" is two chars, and one of a width in std::format.
    const std::size_t width = line.size() + 4;
    std::ostringstream out;
    out << std::setfill('*') << std::setw(static_cast<int>(width)) << value;
    BOOST_TEST(out.str() == "****" + std::string(line));
#ifdef __cpp_lib_format
    BOOST_TEST(std::format("{:*>{}}", value, width) == std::format("{:*>{}}", line, width));
    BOOST_TEST(std::format("{:.3}", value) == std::format("{:.3}", line));
#endif
  });
}

BOOST_AUTO_TEST_CASE(every_spelled_enum) {
  std::set<std::string> declared;
  const std::regex declaration("constexpr std::string_view to_string\\((\\w+) \\w+\\)");
  for (const char* const floor : {"domain", "policy", "command"}) {
    const std::filesystem::path folder(MEMBERSHIP_TESTS_INCLUDE "/membership");
    for (const auto& header : std::filesystem::directory_iterator(folder / floor)) {
      std::ifstream file(header.path());
      const std::string text{std::istreambuf_iterator<char>(file), {}};
      const std::sregex_iterator end;
      for (std::sregex_iterator at(text.begin(), text.end(), declaration); at != end; ++at) {
        declared.insert((*at)[1]);
      }
    }
  }
  std::ifstream file(MEMBERSHIP_TESTS_INCLUDE "/membership/interop/text.hpp");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::smatch list;
  BOOST_TEST_REQUIRE(std::regex_search(text, list, std::regex("one_of<E, ([^>]*)>;")));
  const std::string names = list[1];
  const std::regex name("\\w+");
  const std::set<std::string> printed(std::sregex_token_iterator(names.begin(), names.end(), name),
                                      std::sregex_token_iterator());
  BOOST_TEST(declared == printed, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
