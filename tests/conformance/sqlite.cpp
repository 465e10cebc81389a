// SPDX-License-Identifier: BSL-1.0

// Plan
//   two SQLite stores over one file pass every check  -> file
//   so does one in memory                             -> in_memory

#include "membership/membership.hpp"
#include "membership/store/sqlite_store.hpp"
#include "membership/testing/store_conformance.hpp"
#include "support/folder.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

BOOST_AUTO_TEST_SUITE(conformance_of_sqlite)

using namespace membership;

static_assert(MembershipStore<SqliteStore> && QueuesOrganizations<SqliteStore> &&
              FindsPlans<SqliteStore>);

namespace {

std::unique_ptr<SqliteStore> open(const std::string& file) {
  SqliteStoreOptions options;
  options.synchronous = SqliteSynchronous::off;
  auto opened = SqliteStore::open(file, options);
  if (!opened) throw std::runtime_error(opened.error().message);
  return std::move(*opened);
}

struct FileFactory {
  struct Handle {
    std::unique_ptr<membership_tests::Folder> folder = std::make_unique<membership_tests::Folder>();
    std::unique_ptr<SqliteStore> one = open(*folder / "store.db");
    std::unique_ptr<SqliteStore> other = open(*folder / "store.db");
    SqliteStore& store() { return *one; }
    SqliteStore& another() { return *other; }
  };
  Handle fresh() { return {}; }
};

struct InMemoryFactory {
  struct Handle {
    std::unique_ptr<SqliteStore> kept = open(":memory:");
    SqliteStore& store() { return *kept; }
    SqliteStore& another() { return *kept; }
  };
  Handle fresh() { return {}; }
};

}  // namespace

BOOST_AUTO_TEST_CASE(file) {
  const auto report = testing::check_store(FileFactory{});
  BOOST_TEST(report.passed(), report.text());
  BOOST_TEST(report.skipped.empty());
}

BOOST_AUTO_TEST_CASE(in_memory) {
  const auto report = testing::check_store(InMemoryFactory{});
  BOOST_TEST(report.passed(), report.text());
  BOOST_TEST(report.skipped.empty());
}

BOOST_AUTO_TEST_SUITE_END()
