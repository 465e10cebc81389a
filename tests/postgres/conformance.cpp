// SPDX-License-Identifier: BSL-1.0

// Plan
//   two PostgreSQL stores over one schema pass every check, also with each commit between BEGIN and
//     COMMIT                                           -> schema, explicit_transactions

#include "membership/membership.hpp"
#include "membership/store/postgres_store.hpp"
#include "membership/testing/store_conformance.hpp"
#include "support/open_postgres.hpp"
#include "support/postgres_cluster.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>

BOOST_AUTO_TEST_SUITE(conformance_of_postgres)

using namespace membership;
using membership_tests::open_postgres;

static_assert(MembershipStore<PostgresStore> && QueuesOrganizations<PostgresStore> &&
              FindsPlans<PostgresStore>);

namespace {

struct SchemaFactory {
  membership_tests::PostgresCluster cluster{};
  int number = 0;
  bool explicit_transactions = false;

  struct Handle {
    std::unique_ptr<PostgresStore> one;
    std::unique_ptr<PostgresStore> other;
    PostgresStore& store() { return *one; }
    PostgresStore& another() { return *other; }
  };
  Handle fresh() {
    PostgresStoreOptions options;
    options.target = cluster.target();
    options.schema = "environment_" + std::to_string(++number);
    options.explicit_transactions = explicit_transactions;
    return {open_postgres(options), open_postgres(options)};
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(schema) {
  SchemaFactory factory;
  testing::ConformanceOptions options;
  options.ids_apart = true;
  const auto report = testing::check_store(factory, options);
  BOOST_TEST(report.passed(), report.text());
  BOOST_TEST(report.skipped.empty());
}

BOOST_AUTO_TEST_CASE(explicit_transactions) {
  SchemaFactory factory;
  factory.explicit_transactions = true;
  testing::ConformanceOptions options;
  options.ids_apart = true;
  const auto report = testing::check_store(factory, options);
  BOOST_TEST(report.passed(), report.text());
}

BOOST_AUTO_TEST_SUITE_END()
