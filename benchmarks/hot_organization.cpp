// SPDX-License-Identifier: BSL-1.0

// One organization that many writers make members in at once (docs/explanation/concurrency.md, rule
// 8), over PostgreSQL and over a file of SQLite: queued in the process, which `execute` does by
// itself; not queued; and from several processes, each with a queue of its own. For comparison the
// same spread over many organizations.
//
//   bench-hot_organization [--quick]
//
// Prints for each row the writers (processes x threads), the creates per second, how many tries one
// took, in the mean and at most, and what was not done: because conflicts lasted (`contended`), or
// the store failed. PostgreSQL does not wait for its
// disk, SQLite's file has `synchronous` normal. Not pinned to a core.

#include "membership/membership.hpp"
#include "membership/store/postgres_store.hpp"
#include "membership/store/sqlite_store.hpp"
#include "postgres_server.hpp"
#include "support/folder.hpp"

#include <libpq-fe.h>
#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iterator>
#include <memory>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <sys/wait.h>
#include <thread>
#include <type_traits>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

using namespace membership;
using Clock = std::chrono::steady_clock;

/// A store without its queue.
template <class Store>
class Unqueued {
 public:
  using traits = typename Store::traits;
  using Failure = typename Store::Failure;
  using Loaded = typename Store::Loaded;
  static constexpr Kinds keeps = Store::keeps;

  explicit Unqueued(Store& store) noexcept : store_(store) {}
  auto load(const BasicReads<traits>& reads) const { return store_.load(reads); }
  auto commit(std::span<const BasicPlan<traits>> plans) { return store_.commit(plans); }

 private:
  Store& store_;
};

enum class Queueing : std::uint8_t { queued, unqueued };

struct Row {
  const char* what;
  Queueing queueing;
  int processes;
  int threads;
  bool spread = false;
};
constexpr Row rows[]{
    {"queued", Queueing::queued, 1, 1},
    {"queued", Queueing::queued, 1, 4},
    {"queued", Queueing::queued, 1, 16},
    {"not queued", Queueing::unqueued, 1, 4},
    {"not queued", Queueing::unqueued, 1, 16},
    {"processes, each queued", Queueing::queued, 4, 1},
    {"processes, each queued", Queueing::queued, 4, 4},
    {"processes, not queued", Queueing::unqueued, 4, 4},
    {"many organizations", Queueing::queued, 1, 16, true},
};

/// What the writers of all processes count together.
struct Counts {
  std::atomic<int> ready{0};
  std::atomic<bool> go{false};
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> next_user{0};
  std::atomic<std::uint64_t> created{0};
  std::atomic<std::uint64_t> tries{0};
  std::atomic<std::uint64_t> most_tries{0};
  std::atomic<std::uint64_t> contended{0};
  std::atomic<std::uint64_t> failed{0};

  static Counts& shared() {
    void* const memory =
        mmap(nullptr, sizeof(Counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::runtime_error("no shared memory");
    return *new (memory) Counts;
  }
};

constexpr std::uint64_t users = 200'000;
constexpr std::uint64_t organizations = 1'000;
constexpr std::uint64_t others = 100'000;  ///< members of these, whom nobody asks for

UserId user_id(std::uint64_t n) { return *UserId::make("user_" + std::to_string(n)); }
OrganizationId hot_id(std::size_t row) {
  return *OrganizationId::make("hot_" + std::to_string(row));
}
OrganizationId many_id(std::uint64_t n) {
  return *OrganizationId::make("org_" + std::to_string(n));
}

template <class Store>
void write(Store& store, const Row& row, std::size_t number, Counts& counts) {
  const MembershipPolicy<> policy;
  const OrganizationId hot = hot_id(number);
  while (!counts.stop) {
    const std::uint64_t n = counts.next_user++;
    if (n >= users) return;
    const OrganizationId organization = row.spread ? many_id(n % organizations) : hot;
    const auto result = execute(store, policy, CreateMembership{user_id(n), organization, {}, {}});
    std::uint64_t tries = 0;
    if (result) {
      ++counts.created;
      tries = result->tries;
    } else {
      tries = result.error().tries;
      ++(result.error().kind == FailureKind::contended ? counts.contended : counts.failed);
    }
    counts.tries += tries;
    std::uint64_t most = counts.most_tries;
    while (most < tries && !counts.most_tries.compare_exchange_weak(most, tries)) {
    }
  }
}

/// What one process does, with a store of its own.
template <class Open>
void run_process(const Open& open, const Row& row, std::size_t number, Counts& counts) {
  const auto store = open();
  using Store = std::remove_reference_t<decltype(*store)>;
  std::vector<std::thread> threads;
  for (int i = 0; i < row.threads; ++i) {
    threads.emplace_back([&] {
      // A connection of its own, which is made at the first use.
      Reads reads;
      static_cast<void>(store->load(reads));
      ++counts.ready;
      while (!counts.go) std::this_thread::yield();
      if (row.queueing == Queueing::queued) {
        write(*store, row, number, counts);
      } else {
        Unqueued<Store> unqueued(*store);
        write(unqueued, row, number, counts);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

template <class Open>
void measure(const char* name, const Open& open, std::size_t number, double seconds) {
  const Row& row = rows[number];
  Counts& counts = Counts::shared();
  std::vector<pid_t> children;
  std::fflush(stdout);
  for (int i = 0; i < row.processes; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      int status = EXIT_FAILURE;
      try {
        run_process(open, row, number, counts);
        status = EXIT_SUCCESS;
      } catch (const std::exception& error) {
        std::fprintf(stderr, "error: %s\n", error.what());
      }
      _exit(status);
    }
    if (child < 0) throw std::runtime_error("no process");
    children.push_back(child);
  }
  const int writers = row.processes * row.threads;
  bool died = false;
  while (counts.ready < writers && !died) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    siginfo_t info{};
    died = waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
  }
  const Clock::time_point begun = Clock::now();
  counts.go = true;
  while (Clock::now() - begun < std::chrono::duration<double>(seconds) &&
         counts.next_user < users) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  const std::uint64_t created = counts.created;
  const std::chrono::duration<double> took = Clock::now() - begun;
  counts.stop = true;
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    died = died || status != 0;
  }
  if (died) throw std::runtime_error("a process of writers failed");
  const std::uint64_t commands = counts.created + counts.contended + counts.failed;
  std::printf("%-12s %-24s %3d x %2d %10.0f %8.2f %6llu %10llu %8llu\n", name, row.what,
              row.processes, row.threads, static_cast<double>(created) / took.count(),
              commands == 0 ? 0.0
                            : static_cast<double>(counts.tries) / static_cast<double>(commands),
              static_cast<unsigned long long>(counts.most_tries),
              static_cast<unsigned long long>(counts.contended),
              static_cast<unsigned long long>(counts.failed));
  munmap(&counts, sizeof counts);
}

/// Users, organizations and members, a statement each; `series` names rows `n` from 0 below a
/// count. Without members the server would take all statements for ones on empty tables.
template <class Run>
void fill(const Run& run, std::string (*series)(std::uint64_t)) {
  const auto make = [&](const std::string& id, std::uint64_t count, std::uint64_t members) {
    run("INSERT INTO organizations (id, revision, fenced_to, active, inactive, pending, owners,"
        " default_role, owner_role, phase, generation, roles_revision, role_order, marked)"
        " SELECT '" +
        id + "' || n, 1, 1, " + std::to_string(members) +
        ", 0, 0, 0, '', '', 'live', 0, 0, '', 0 FROM " + series(count));
    run("INSERT INTO organization_profiles (id, name, created_at, updated_at, metadata, domains)"
        " SELECT '" +
        id + "' || n, 'Organization', 0, 0, '', '' FROM " + series(count));
  };
  make("hot_", std::size(rows), 0);
  make("org_", organizations, others / organizations);
  run("INSERT INTO users (id, revision, phase, generation, created_at, updated_at, email_verified,"
      " metadata) SELECT 'user_' || n, 1, 'live', 0, 0, 0, 0, '' FROM " +
      series(users));
  run("INSERT INTO memberships (organization_id, id, user_id, roles, first_requested, status,"
      " created_at, updated_at, revision, directory_managed) SELECT 'org_' || (n % " +
      std::to_string(organizations) +
      "), 'om_other_' || n, 'other_' || n, 'member', 'member', 'active', 0, 0, 1, 0 FROM " +
      series(others));
}

void measure_postgres(double seconds) {
  const auto cluster = benchmarks::start_postgres();
  PostgresStoreOptions options;
  options.target = cluster->target() + " options='-c search_path=membership'";
  const auto open = [&] {
    auto opened = PostgresStore::open(options);
    if (!opened) throw std::runtime_error("no PostgreSQL store: " + opened.error().message);
    return std::move(*opened);
  };
  open();
  PGconn* const connection = PQconnectdb(options.target.c_str());
  fill(
      [&](const std::string& text) {
        PGresult* const result = PQexec(connection, text.c_str());
        if (PQresultStatus(result) != PGRES_COMMAND_OK) {
          throw std::runtime_error(PQerrorMessage(connection));
        }
        PQclear(result);
      },
      [](std::uint64_t count) {
        return "generate_series(0, " + std::to_string(count - 1) + ") AS series(n)";
      });
  PQclear(PQexec(connection, "VACUUM ANALYZE"));
  PQfinish(connection);
  for (std::size_t i = 0; i < std::size(rows); ++i) measure("PostgreSQL", open, i, seconds);
}

void measure_sqlite(double seconds) {
  const membership_tests::Folder folder;
  const auto open = [&] {
    SqliteStoreOptions options;
    options.synchronous = SqliteSynchronous::normal;
    auto opened = SqliteStore::open(folder / "store.db", options);
    if (!opened) throw std::runtime_error("no SQLite store: " + opened.error().message);
    return std::move(*opened);
  };
  open();
  sqlite3* database = nullptr;
  sqlite3_open((folder / "store.db").c_str(), &database);
  fill(
      [&](const std::string& text) {
        if (sqlite3_exec(database, text.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
          throw std::runtime_error(sqlite3_errmsg(database));
        }
      },
      [](std::uint64_t count) {
        return "(WITH RECURSIVE series(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM series WHERE n "
               "< " +
               std::to_string(count - 1) + ") SELECT n FROM series)";
      });
  sqlite3_close(database);
  for (std::size_t i = 0; i < std::size(rows); ++i) measure("SQLite", open, i, seconds);
}

}  // namespace

int main(int argc, char** argv) try {
  double seconds = 3;
  if (argc == 2 && std::string_view(argv[1]) == "--quick") {
    seconds = 0.2;
  } else if (argc != 1) {
    std::fprintf(stderr, "usage: %s [--quick]\n", argv[0]);
    return EXIT_FAILURE;
  }
  std::printf("%-16s %-20s %8s %10s %8s %6s %10s %8s\n", "one organization", "", "writers",
              "creates/s", "tries", "most", "contended", "failed");
  measure_postgres(seconds);
  measure_sqlite(seconds);
  return EXIT_SUCCESS;
} catch (const std::exception& error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return EXIT_FAILURE;
}
