// SPDX-License-Identifier: BSL-1.0

// Processes that are killed while they write to a file of SQLite.
//
// Plan
//   after each kill: every write that was acknowledged is there, at most one more of each
//     process, whole; organizations' counts, rows and events agree                  -> kills

#include "membership/membership.hpp"
#include "membership/store/sqlite_store.hpp"
#include "support/durable.hpp"
#include "support/folder.hpp"
#include "support/host.hpp"
#include "support/scale.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

BOOST_AUTO_TEST_SUITE(sqlite_crash)

using namespace membership;
using membership_tests::Folder;
using membership_tests::make_id;
using membership_tests::scaled;
using membership_tests::durable::acme;
using membership_tests::durable::whole_members;

namespace {

std::unique_ptr<SqliteStore> open(const std::string& file) {
  // What a killed process has given to the system stays there: only a loss of power asks for more.
  SqliteStoreOptions options;
  options.synchronous = SqliteSynchronous::normal;
  auto opened = SqliteStore::open(file, options);
  if (!opened) throw std::runtime_error(opened.error().message);
  return std::move(*opened);
}

/// What a number stands for, in memberships and on the pipe.
UserId user_of(std::uint32_t number) { return make_id<UserId>("user_" + std::to_string(number)); }

/// Makes members until it is killed, and says each on the pipe when it is done.
[[noreturn]] void write_members(const std::string& file, std::uint32_t number, int pipe_end) {
  try {
    const auto store = open(file);
    for (;; ++number) {
      CreateUser user;
      user.id = user_of(number);
      if (!execute(*store, MembershipPolicy<>{}, user)) break;
      if (!execute(*store, MembershipPolicy<>{}, CreateMembership{*user.id, acme})) break;
      if (write(pipe_end, &number, sizeof number) != sizeof number) break;
    }
  } catch (...) {
  }
  _exit(1);
}

}  // namespace

BOOST_AUTO_TEST_CASE(kills) {
  const Folder folder;
  const std::string file = folder / "store.db";
  BOOST_REQUIRE(execute(*open(file), MembershipPolicy<>{}, CreateOrganization{"Acme", acme}));
  std::mt19937 random(20261128);
  std::set<std::string> acknowledged;
  std::uint32_t number = 0;
  std::size_t before = 0;
  std::size_t at_work = 0;  // kills that came after a write
  const std::size_t rounds = scaled(20, 200);
  for (std::size_t i = 0; i < rounds; ++i) {
    int ends[2];
    BOOST_REQUIRE(pipe(ends) == 0);
    const pid_t child = fork();
    if (child == 0) {
      close(ends[0]);
      write_members(file, number, ends[1]);
    }
    close(ends[1]);
    std::uint32_t done = 0;
    std::size_t acks = 0;
    const auto acknowledge = [&] {
      if (read(ends[0], &done, sizeof done) != sizeof done) return false;
      acknowledged.emplace(user_of(done).view());
      number = done + 1;
      ++acks;
      return true;
    };
    // Some while the file is being opened, most while members are being made.
    if (i % 8 != 0) BOOST_REQUIRE(acknowledge());
    usleep(static_cast<useconds_t>(random() % 10'000));
    BOOST_REQUIRE(::kill(child, SIGKILL) == 0);
    int status = 0;
    BOOST_REQUIRE(waitpid(child, &status, 0) == child);
    BOOST_REQUIRE((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
    while (acknowledge()) continue;
    close(ends[0]);
    if (acks > 0) ++at_work;
    const auto store = open(file);
    const std::set<std::string> there = whole_members(*store);
    std::size_t missing = 0;
    for (const std::string& user : acknowledged) missing += there.count(user) == 0 ? 1u : 0u;
    BOOST_TEST(missing == 0u);
    BOOST_TEST(there.size() >= before + acks);
    BOOST_TEST(there.size() <= before + acks + 1);
    before = there.size();
    number += 2;  // whatever the killed one began has its number
  }
  BOOST_TEST(at_work > rounds / 4);
  BOOST_TEST_MESSAGE(rounds << " kills, " << at_work << " at work, " << before << " memberships");
}

BOOST_AUTO_TEST_SUITE_END()
