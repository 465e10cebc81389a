// SPDX-License-Identifier: BSL-1.0

// Plan
//   readers of the log while others write and place: every event exactly once      -> postgres

#include "support/followers.hpp"

#include "membership/store/postgres_store.hpp"
#include "support/postgres_cluster.hpp"

#include <boost/test/unit_test.hpp>

using namespace membership;

BOOST_AUTO_TEST_SUITE(log_followers)

BOOST_AUTO_TEST_CASE(postgres) {
  const membership_tests::PostgresCluster cluster;
  PostgresStoreOptions options;
  options.target = cluster.target();
  const auto store = PostgresStore::open(options);
  BOOST_REQUIRE(store);
  membership_tests::followers::check_followers(**store);
}

BOOST_AUTO_TEST_SUITE_END()
