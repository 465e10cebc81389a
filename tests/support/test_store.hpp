// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_SUPPORT_TEST_STORE_HPP
#define MEMBERSHIP_TESTS_SUPPORT_TEST_STORE_HPP

#include "membership/membership.hpp"

#ifdef MEMBERSHIP_TESTS_TWIN
#include "support/twin_store.hpp"
#endif

#include <cstddef>

namespace membership_tests {

/// The store of tests that run on every store: the program that they are built into chooses.
#ifdef MEMBERSHIP_TESTS_TWIN
using TestStore = TwinStore;
inline constexpr std::size_t store_cost = 4;  ///< how many times the memory store's, about
#else
using TestStore = membership::MemoryStore;
inline constexpr std::size_t store_cost = 1;
#endif

}  // namespace membership_tests

#endif
