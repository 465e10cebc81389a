// SPDX-License-Identifier: BSL-1.0

// Functions with stacks of their own, both by jumps and by contexts.
//
// they go on where they paused, in any order   → take_turns
// one within another                           → nested
// exceptions stay on their stack               → exceptions
// one after another on the same stack          → begins_again

#include "membership/testing/explorer/fiber.hpp"

#include <boost/mpl/list.hpp>
#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>

BOOST_AUTO_TEST_SUITE(explorer_fibers)

using namespace membership::testing;

namespace {

#if defined(__x86_64__) || defined(__i386__)
using Kinds = boost::mpl::list<BasicFiber<true>, BasicFiber<false>>;
#else
using Kinds = boost::mpl::list<BasicFiber<false>>;
#endif

BOOST_AUTO_TEST_CASE_TEMPLATE(take_turns, Kind, Kinds) {
  Kind one;
  Kind two;
  std::string order;
  const auto write = [&order](Kind& fiber, char letter) {
    return [&order, &fiber, letter] {
      for (unsigned i = 0; i < 3; ++i) {
        order += letter;
        fiber.pause();
      }
    };
  };
  one.begin(write(one, 'a'));
  two.begin(write(two, 'b'));
  BOOST_TEST(!one.resume());
  BOOST_TEST(!two.resume());
  BOOST_TEST(!two.resume());
  BOOST_TEST(!one.resume());
  BOOST_TEST(!one.resume());
  BOOST_TEST(one.resume());
  BOOST_TEST(!two.resume());
  BOOST_TEST(two.resume());
  BOOST_TEST((one.ended() && two.ended()));
  BOOST_TEST(order == "abbaab");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(nested, Kind, Kinds) {
  Kind outer;
  Kind inner;
  std::string order;
  inner.begin([&] {
    order += "i";
    inner.pause();
    order += "j";
  });
  outer.begin([&] {
    order += "o";
    inner.resume();
    order += "p";
    outer.pause();
    inner.resume();
    order += "q";
  });
  outer.resume();
  order += "|";
  BOOST_TEST(outer.resume());
  BOOST_TEST(inner.ended());
  BOOST_TEST(order == "oip|jq");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(exceptions, Kind, Kinds) {
  Kind fiber;
  std::string caught;
  fiber.begin([&] {
    try {
      fiber.pause();
      throw std::runtime_error("inside");
    } catch (const std::runtime_error& error) {
      caught = error.what();
      fiber.pause();
    }
    caught += ", behind";
  });
  fiber.resume();
  try {
    BOOST_TEST(!fiber.resume());
    throw std::runtime_error("outside");
  } catch (const std::runtime_error& error) {
    BOOST_TEST(caught == "inside");
    BOOST_TEST(std::string(error.what()) == "outside");
  }
  BOOST_TEST(fiber.resume());
  BOOST_TEST(caught == "inside, behind");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(begins_again, Kind, Kinds) {
  Kind fiber;
  unsigned runs = 0;
  for (unsigned i = 1; i <= 1000; ++i) {
    fiber.begin([&] {
      fiber.pause();
      ++runs;
    });
    fiber.resume();
    BOOST_REQUIRE(fiber.resume());
    BOOST_REQUIRE(runs == i);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
