// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE membership
#ifdef MEMBERSHIP_TESTS_BOOST_INCLUDED
#include <boost/test/included/unit_test.hpp>
#else
#include <boost/test/unit_test.hpp>
#endif
