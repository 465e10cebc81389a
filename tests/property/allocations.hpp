// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_PROPERTY_ALLOCATIONS_HPP
#define MEMBERSHIP_TESTS_PROPERTY_ALLOCATIONS_HPP

namespace membership_tests {

/// How many allocations of this thread succeed before one fails; none fails while it is negative.
extern thread_local long allocations_left;

}  // namespace membership_tests

#endif
