// SPDX-License-Identifier: BSL-1.0

// A SQLite store that runs out of memory.
//
// Plan
//   each allocation of a commit and of dropping events fails once: nothing of it is there, for this
//     store object and for another, and both can write                           -> commits, drops

#include "membership/membership.hpp"
#include "membership/store/sqlite_store.hpp"
#include "property/allocations.hpp"
#include "support/durable.hpp"
#include "support/folder.hpp"
#include "support/host.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

BOOST_AUTO_TEST_SUITE(sqlite_out_of_memory)

using namespace membership;
using namespace membership_tests::durable;
using membership_tests::describe;

namespace {

std::unique_ptr<SqliteStore> open(const std::string& file) {
  SqliteStoreOptions options;
  options.synchronous = SqliteSynchronous::off;
  options.busy_milliseconds = 0;
  auto opened = SqliteStore::open(file, options);
  if (!opened) throw std::runtime_error(opened.error().message);
  return std::move(*opened);
}

/// Does `act(store)` as often as it allocates, each time with another allocation failing.
template <class Act>
void fails_at_each_allocation(Act&& act) {
  const membership_tests::Folder folder;
  const auto store = open(folder / "store.db");
  const auto other = open(folder / "store.db");
  fill(*store);
  for (int made = 0; made < 3; ++made) BOOST_REQUIRE(run(*store, CreateOrganization{"Org"}));
  const std::string before = describe(*store);
  long failed = 0;
  for (bool enough = false; !enough; ++failed) {
    membership_tests::allocations_left = failed;
    try {
      act(*store);
      enough = true;
    } catch (const std::bad_alloc&) {
    }
    membership_tests::allocations_left = -1;
    if (enough) break;
    BOOST_TEST_CONTEXT("allocation " << failed) {
      BOOST_TEST(describe(*store) == before);
      BOOST_TEST(describe(*other) == before);
      // A refusal begins and ends no transaction; this does.
      Plan unmet(UlidIds<DefaultTraits>{}.plan_id(SystemClock{}.now()), SystemClock{}.now());
      unmet.outcome = Outcome::updated;
      EnvironmentState state = (*other->load(Reads{})).environment;
      unmet.environment.emplace(Precondition::set, state.revision + 7, state);
      for (SqliteStore* const one : {store.get(), other.get()}) {
        const auto end = one->commit(std::span(&unmet, 1));
        BOOST_TEST((end && *end == CommitStatus::conflict));
      }
    }
  }
  BOOST_TEST(failed > 10);
  BOOST_TEST(describe(*store) != before);
  BOOST_TEST(describe(*other) == describe(*store));
}

}  // namespace

BOOST_AUTO_TEST_CASE(commits) {
  UlidIds<DefaultTraits> ids;
  const CreateMembership command{ada, acme};
  fails_at_each_allocation([&](SqliteStore& store) {
    const long left = std::exchange(membership_tests::allocations_left, -1);
    const auto seen = store.load(command.reads());
    const auto plan = MembershipPolicy<>{}.decide(
        command, *seen, draw_context<CreateMembership>(SystemClock{}.now(), ids));
    membership_tests::allocations_left = left;
    static_cast<void>(store.commit(std::span(&*plan, 1)));
  });
}

BOOST_AUTO_TEST_CASE(drops) {
  fails_at_each_allocation([](SqliteStore& store) {
    static_cast<void>(store.drop_events(Time::from_milliseconds(9'000'000'000'000), 2));
  });
}

BOOST_AUTO_TEST_SUITE_END()
