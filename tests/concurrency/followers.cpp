// SPDX-License-Identifier: BSL-1.0

// Readers who follow the log of events while others write to it (docs/explanation/concurrency.md,
// rule 9).
//
// Plan
//   each reader gets every event exactly once, all in the same order, those of an organization in
//     the order of its revisions: in memory, in a file                         -> memory, sqlite

#include "support/followers.hpp"

#include "membership/store/sqlite_store.hpp"
#include "support/folder.hpp"

#include <boost/test/unit_test.hpp>

using namespace membership;
using membership_tests::followers::check_followers;

BOOST_AUTO_TEST_SUITE(log_followers)

BOOST_AUTO_TEST_CASE(memory) {
  MemoryStoreOptions options;
  options.event_limit = 1'000'000;
  MemoryStore store(options);
  check_followers(store);
}

BOOST_AUTO_TEST_CASE(sqlite) {
  const membership_tests::Folder folder;
  SqliteStoreOptions options;
  options.synchronous = SqliteSynchronous::normal;
  const auto store = SqliteStore::open(folder / "store.db", options);
  BOOST_REQUIRE(store);
  check_followers(**store);
}

BOOST_AUTO_TEST_SUITE_END()
