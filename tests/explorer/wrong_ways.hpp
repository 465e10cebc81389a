// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_EXPLORER_WRONG_WAYS_HPP
#define MEMBERSHIP_TESTS_EXPLORER_WRONG_WAYS_HPP

#include "membership/testing/schedule_explorer.hpp"
#include "membership/testing/step_store.hpp"
#include "support/wrong_ways.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <string_view>
#include <vector>

namespace membership_tests {

using Actors = std::vector<Instance<StepStore>>;

/// The instance of this name.
Instance<StepStore> named(std::string_view name);

/// What becomes of actors on a step store. `prepare(store)` adds to the start world.
membership::testing::Exploration
explore(const membership::testing::StepOptions& options, membership::testing::StartWorld start,
        const Actors& actors,
        const std::function<void(membership::MemoryStore&)>& prepare = nullptr);

inline void must_break(const membership::testing::Exploration& explored,
                       membership::testing::Invariant invariant) {
  BOOST_TEST_MESSAGE(explored);
  BOOST_REQUIRE(explored.violation);
  BOOST_TEST(to_string(explored.violation->breach.invariant) == to_string(invariant));
}
inline void must_hold(const membership::testing::Exploration& explored) {
  BOOST_TEST_MESSAGE("right: " << explored);
  BOOST_TEST(!explored.violation);
}

}  // namespace membership_tests

#endif
