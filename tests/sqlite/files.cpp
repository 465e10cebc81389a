// SPDX-License-Identifier: BSL-1.0

// The SQLite store on files: what stays, what is refused, what fails.
//
// Plan
//   everything is there when the file is opened again                              -> stays
//   the file is kept in WAL mode, and marked as ours                                -> form
//   no database, another application's, a later version's, a folder, no folder:
//     a failure with its cause, nothing changed                                     -> refused
//   a file of the first version of the schema becomes one of this version     -> first_version
//   an upgrade that fails leaves nothing                                            -> upgrade
//   a file that may not be written                                                  -> read_only
//   a table that is gone, rows of somebody else: a failure with its cause           -> damage
//   another process writes for too long: `busy`, while reading goes on              -> busy
//   no room: `full`, nothing half-written, goes on when there is room               -> full
//   threads and processes on one file: no commit is lost, none is done twice        -> threads,
//                                                                                      processes
//   what one store object changes, another shows                                    -> two_objects
//   of a span that is undone nothing is remembered, as the environment that it
//     would have left; nor where it is SQLite that undoes it                        -> undone_span,
//                                                                                      undone_at_its_end
//   what each result of SQLite counts as                                            -> faults
//   the fate of a plan                                                              -> fates
//   events that are dropped                                                         -> dropping
//   the statements that docs/stores.md shows to other programs                      -> read_beside
//   a copy made while others write is a store of one moment; put in the place of
//     the file it is the store, without what came later                             -> backup

#include "membership/command/set_seats.hpp"
#include "membership/membership.hpp"
#include "membership/store/sqlite_store.hpp"
#include "support/durable.hpp"
#include "support/folder.hpp"
#include "support/host.hpp"
#include "support/page_blocks.hpp"

#include <boost/test/unit_test.hpp>
#include <sqlite3.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

BOOST_AUTO_TEST_SUITE(sqlite_files)

using namespace membership;
using namespace membership_tests::durable;
using membership_tests::describe;
using membership_tests::Folder;
using membership_tests::make_id;
using membership_tests::page_blocks;

namespace {

std::string content(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

SqliteStoreOptions quick() {
  SqliteStoreOptions options;
  options.synchronous = SqliteSynchronous::off;
  return options;
}

std::unique_ptr<SqliteStore> open(const std::string& file,
                                  const SqliteStoreOptions& options = quick()) {
  auto opened = SqliteStore::open(file, options);
  if (!opened) throw std::runtime_error(opened.error().message);
  return std::move(*opened);
}

/// Why a file cannot be opened.
SqliteFailure refusal(const std::string& file) {
  auto opened = SqliteStore::open(file, quick());
  if (opened) throw std::runtime_error("opened");
  return opened.error();
}

/// Lets no file grow beyond a size, in this process: stands for a disk without room.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t most) {
    signal(SIGXFSZ, SIG_IGN);
    is_good_ = getrlimit(RLIMIT_FSIZE, &whole_) == 0;
    rlimit limit = whole_;
    limit.rlim_cur = most;
    is_good_ = is_good_ && setrlimit(RLIMIT_FSIZE, &limit) == 0;
  }
  bool is_good() const { return is_good_; }
  bool lift() { return setrlimit(RLIMIT_FSIZE, &whole_) == 0; }

 private:
  rlimit whole_{};
  bool is_good_ = false;
};

/// A plan of a command, which stays.
template <class C>
Plan plan_of(SqliteStore& store, const C& command) {
  UlidIds<DefaultTraits> ids;
  return *MembershipPolicy<>{}.decide(command, *store.load(command.reads()),
                                      draw_context<C>(SystemClock{}.now(), ids));
}

/// What happens to a file beside the store.
class Beside {
 public:
  explicit Beside(const std::string& file) {
    BOOST_REQUIRE(sqlite3_open(file.c_str(), &database_) == SQLITE_OK);
  }
  ~Beside() { sqlite3_close(database_); }
  Beside(const Beside&) = delete;
  Beside& operator=(const Beside&) = delete;
  void run(const char* text) {
    BOOST_REQUIRE_MESSAGE(sqlite3_exec(database_, text, nullptr, nullptr, nullptr) == SQLITE_OK,
                          text << ": " << sqlite3_errmsg(database_));
  }
  int number_of_rows(const char* query) {
    int rows = 0;
    const auto count = [](void* number, int, char**, char**) {
      return ++*static_cast<int*>(number), 0;
    };
    BOOST_REQUIRE_MESSAGE(sqlite3_exec(database_, query, count, &rows, nullptr) == SQLITE_OK,
                          query << ": " << sqlite3_errmsg(database_));
    return rows;
  }
  std::string text(const char* query) {
    sqlite3_stmt* statement = nullptr;
    BOOST_REQUIRE(sqlite3_prepare_v2(database_, query, -1, &statement, nullptr) == SQLITE_OK);
    BOOST_REQUIRE(sqlite3_step(statement) == SQLITE_ROW);
    const std::string result = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    return result;
  }

 private:
  sqlite3* database_ = nullptr;
};

/// Does something in another process; what it returns is the process' exit status.
template <class Action>
pid_t in_process(const Action& action) {
  const pid_t process = fork();
  if (process != 0) return process;
  int status = 99;
  try {
    status = action();
  } catch (...) {
  }
  _exit(status);
}
int status_of(pid_t process) {
  int status = 0;
  BOOST_REQUIRE(waitpid(process, &status, 0) == process);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

BOOST_AUTO_TEST_CASE(stays) {
  const Folder folder;
  const std::string file = folder / "store.db";
  std::string before;
  {
    SqliteStoreOptions options;  // as an application opens it
    options.created_at = Time::from_milliseconds(1234);
    const auto store = open(file, options);
    fill(*store);
    BOOST_REQUIRE(run(*store, CreateRole{"admin", "Administrator"}));
    BOOST_REQUIRE(run(*store, CreatePermission{"docs:read", "Read"}));
    BOOST_REQUIRE(run(*store, AddRolePermission{"admin", "docs:read"}));
    BOOST_REQUIRE(run(*store, CreateOrganizationRole{acme, "Billing", "org-billing"}));
    BOOST_REQUIRE(run(*store, CreateMembership{ada, acme, RoleSelection::one("org-billing")}));
    before = describe(*store);
  }
  const auto store = open(file);
  BOOST_TEST(describe(*store) == before);
  const UserId bob = add_user(*store, "user_bob");
  BOOST_REQUIRE(run(*store, CreateMembership{bob, acme}));
  BOOST_TEST(active_members(*store) == 2u);
}

BOOST_AUTO_TEST_CASE(form) {
  BOOST_TEST((SqliteStoreOptions{}.synchronous == SqliteSynchronous::full));
  const Folder folder;
  const std::string file = folder / "store.db";
  const auto store = open(file);
  fill(*store);
  BOOST_REQUIRE(run(*store, CreateMembership{ada, acme}));
  Beside beside(file);
  BOOST_TEST(beside.text("PRAGMA journal_mode") == "wal");
  BOOST_TEST(beside.text("PRAGMA application_id") == "1835168371");
  BOOST_TEST(beside.text("SELECT roles FROM memberships") == "member");
  BOOST_TEST(beside.text("SELECT status FROM memberships") == "active");
}

BOOST_AUTO_TEST_CASE(refused) {
  const Folder folder;
  {
    const std::string file = folder / "text.db";
    std::ofstream(file) << std::string(5000, 'x');
    const SqliteFailure failure = refusal(file);
    BOOST_TEST((failure.fault == SqliteFault::not_a_database), failure.message);
    BOOST_TEST(failure.message.find("not a database") != std::string::npos, failure.message);
    BOOST_TEST((content(file) == std::string(5000, 'x')));
  }
  {
    const std::string file = folder / "foreign.db";
    Beside(file).run("CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('mine')");
    const std::string before = content(file);
    const SqliteFailure failure = refusal(file);
    BOOST_TEST((failure.fault == SqliteFault::foreign), failure.message);
    BOOST_TEST((content(file) == before));
  }
  {
    const std::string file = folder / "later.db";
    open(file);
    Beside(file).run("PRAGMA user_version = 99");
    const std::string before = content(file);
    const SqliteFailure failure = refusal(file);
    BOOST_TEST((failure.fault == SqliteFault::newer_schema), failure.message);
    BOOST_TEST(failure.message.find("99") != std::string::npos, failure.message);
    BOOST_TEST((content(file) == before));
  }
  BOOST_TEST((refusal(folder.path().string()).fault == SqliteFault::cannot_open));
  BOOST_TEST((refusal(folder / "no/store.db").fault == SqliteFault::cannot_open));
}

BOOST_AUTO_TEST_CASE(read_only) {
  const Folder folder;
  const std::string file = folder / "store.db";
  fill(*open(file));
  const std::string before = content(file);
  BOOST_REQUIRE(chmod(folder.path().c_str(), 0555) == 0);
  BOOST_REQUIRE(chmod(file.c_str(), 0444) == 0);
  // Root may write everything.
  const int status = status_of(in_process([&] {
    constexpr uid_t nobody = 65534;
    if (geteuid() == 0 && setuid(nobody) != 0) return 1;
    const auto opened = SqliteStore::open(file, quick());
    if (opened) return 2;
    return opened.error().fault == SqliteFault::read_only ? 0 : 3;
  }));
  BOOST_TEST(status == 0);
  BOOST_TEST((content(file) == before));
  BOOST_REQUIRE(chmod(folder.path().c_str(), 0755) == 0);
}

BOOST_AUTO_TEST_CASE(upgrade) {
  const Folder folder;
  const std::string file = folder / "store.db";
  std::optional<SqliteFailure> failure;
  const auto connection = detail::SqliteConnection::open(file, 100, failure);
  BOOST_REQUIRE(connection);
  const auto refuse = [&] {
    connection->fail(SqliteFault::full, "no");
    return false;
  };
  BOOST_TEST(!detail::migrate_sqlite(*connection, refuse));
  BOOST_TEST((connection->take_failure().fault == SqliteFault::full));
  BOOST_TEST(*connection->number("SELECT count(*) FROM sqlite_schema") == 0);
  BOOST_TEST(*connection->number("PRAGMA user_version") == 0);
  BOOST_TEST(*connection->number("PRAGMA application_id") == 0);
  BOOST_TEST(detail::migrate_sqlite(*connection, [] { return true; }));
  BOOST_TEST(*connection->number("PRAGMA user_version") == detail::sqlite_schema_version);
}

BOOST_AUTO_TEST_CASE(first_version) {
  const Folder folder;
  const std::string file = folder / "store.db";
  std::string before;
  {
    const auto store = open(file);
    fill(*store);
    before = describe(*store);
  }
  Beside(file).run("ALTER TABLE environment DROP COLUMN freed_revision; PRAGMA user_version = 1");
  const auto store = open(file);
  BOOST_TEST(describe(*store) == before);
  BOOST_REQUIRE(run(*store, CreateMembership{ada, acme}));
  BOOST_TEST(Beside(file).text("SELECT freed_revision FROM environment") == "0");
  BOOST_TEST(Beside(file).text("PRAGMA user_version") ==
             std::to_string(detail::sqlite_schema_version));
}

BOOST_AUTO_TEST_CASE(damage) {
  const Folder folder;
  {
    const std::string file = folder / "table.db";
    const auto store = open(file);
    fill(*store);
    Beside(file).run("DROP TABLE memberships");
    const auto result = run(*store, CreateMembership{ada, acme});
    BOOST_REQUIRE(!result);
    BOOST_TEST((result.error().kind == FailureKind::store));
    BOOST_TEST((result.error().cause->fault == SqliteFault::schema));
    BOOST_TEST(result.error().cause->message.find("memberships") != std::string::npos);
  }
  const auto damaged = [&](const char* name, const char* how) {
    const std::string file = folder / name;
    const auto store = open(file);
    fill(*store);
    BOOST_REQUIRE(run(*store, CreateMembership{ada, acme}));
    Beside(file).run(how);
    Reads reads;
    reads.user = &ada;
    reads.organization = &acme;
    reads.pair = true;
    const auto seen = store->load(reads);
    BOOST_REQUIRE_MESSAGE(!seen, how);
    BOOST_TEST((seen.error().fault == SqliteFault::corrupt), seen.error().message);
  };
  damaged("status.db", "UPDATE memberships SET status = 'gone'");
  damaged("roles.db", "UPDATE memberships SET roles = 'no-such-role'");
  damaged("organization.db", "UPDATE organizations SET fenced_to = 99");
  damaged("environment.db", "DELETE FROM environment");
}

BOOST_AUTO_TEST_CASE(busy) {
  const Folder folder;
  const std::string file = folder / "store.db";
  SqliteStoreOptions options = quick();
  options.busy_milliseconds = 50;
  const auto store = open(file, options);
  fill(*store);
  const std::string before = describe(*store);
  Beside other(file);
  other.run("BEGIN IMMEDIATE");
  const auto result = run(*store, CreateMembership{ada, acme});
  BOOST_REQUIRE(!result);
  BOOST_REQUIRE((result.error().kind == FailureKind::store));
  BOOST_TEST((result.error().cause->fault == SqliteFault::busy));
  BOOST_TEST(describe(*store) == before);
  other.run("ROLLBACK");
  BOOST_TEST(bool(run(*store, CreateMembership{ada, acme})));
}

BOOST_AUTO_TEST_CASE(full) {
  const Folder folder;
  const std::string file = folder / "store.db";
  const int status = status_of(in_process([&] {
    const auto store = open(file);
    fill(*store);
    FileSizeLimit limit(300'000);
    if (!limit.is_good()) return 2;
    std::size_t done = 0;
    std::optional<SqliteFault> fault;
    for (int i = 0; i < 10'000 && !fault; ++i) {
      CreateUser user;
      user.id = make_id<UserId>("user_" + std::to_string(i));
      const auto result = run(*store, user);
      if (result) {
        ++done;
      } else {
        fault = result.error().cause->fault;
      }
    }
    if (fault != SqliteFault::full)
      return 30 + static_cast<int>(fault.value_or(SqliteFault::other));
    if (!limit.lift()) return 4;
    // Ada and those that were answered; an event each.
    std::size_t users = 0;
    Page<UserId> page;
    page.limit = longest_page;
    for (bool more = true; more;) {
      more = (*store->list(*UserQuery::make(page), [&](const UserRow& row) {
               page.after = row.state.id;
               ++users;
             })).more;
    }
    if (users != done + 1 || done == 0) return 5;
    if (count_events(*store, EventType::user_created) != users) return 6;
    return run(*store, CreateMembership{ada, acme}) ? 0 : 7;
  }));
  BOOST_TEST(status == 0);
  BOOST_TEST(active_members(*open(file)) == 1u);
}

BOOST_AUTO_TEST_CASE(threads) {
  const Folder folder;
  const auto store = open(folder / "store.db");
  fill(*store);
  constexpr int writers = 4;
  constexpr int each = 50;
  std::atomic<bool> done{false};
  std::atomic<int> failed{0};
  std::vector<std::thread> running;
  for (int writer = 0; writer < writers; ++writer) {
    running.emplace_back([&, writer] {
      for (int i = 0; i < each; ++i) {
        CreateUser user;
        user.id = make_id<UserId>("user_" + std::to_string(writer) + "_" + std::to_string(i));
        if (!run(*store, user) || !run(*store, CreateMembership{*user.id, acme})) ++failed;
      }
    });
  }
  std::thread reader([&] {
    while (!done) {
      // What is counted and what is there are of one moment each.
      if (listed_members(*store).size() > active_members(*store)) ++failed;
    }
  });
  for (std::thread& thread : running) thread.join();
  done = true;
  reader.join();
  BOOST_TEST(failed == 0);
  BOOST_TEST(active_members(*store) == std::uint64_t{writers * each});
  BOOST_TEST(listed_members(*store).size() == std::size_t{writers * each});
  BOOST_TEST(count_events(*store, EventType::organization_membership_created) ==
             std::size_t{writers * each});
}

BOOST_AUTO_TEST_CASE(processes) {
  const Folder folder;
  const std::string file = folder / "store.db";
  constexpr int writers = 3;
  constexpr int each = 40;
  {
    // All make the file, one after another.
    std::vector<pid_t> children;
    for (int writer = 0; writer < writers; ++writer) {
      children.push_back(in_process([&] { return SqliteStore::open(file, quick()) ? 0 : 1; }));
    }
    for (const pid_t child : children) BOOST_TEST(status_of(child) == 0);
  }
  {
    const auto store = open(file);
    fill(*store);
  }
  std::vector<pid_t> children;
  for (int writer = 0; writer < writers; ++writer) {
    children.push_back(in_process([&] {
      const auto store = open(file);
      for (int i = 0; i < each; ++i) {
        CreateUser user;
        user.id = make_id<UserId>("user_" + std::to_string(writer) + "_" + std::to_string(i));
        if (!run(*store, user) || !run(*store, CreateMembership{*user.id, acme})) return 1;
      }
      return 0;
    }));
  }
  for (const pid_t child : children) BOOST_TEST(status_of(child) == 0);
  const auto store = open(file);
  BOOST_TEST(active_members(*store) == std::uint64_t{writers * each});
  BOOST_TEST(listed_members(*store).size() == std::size_t{writers * each});
  BOOST_TEST(count_events(*store, EventType::organization_membership_created) ==
             std::size_t{writers * each});
}

BOOST_AUTO_TEST_CASE(two_objects) {
  const Folder folder;
  const std::string file = folder / "store.db";
  const auto one = open(file);
  const auto other = open(file);
  fill(*one);
  BOOST_TEST(!run(*other, CreateMembership{ada, acme, RoleSelection::one("admin")}));
  BOOST_REQUIRE(run(*one, CreateRole{"admin", "Administrator"}));
  BOOST_TEST(bool(run(*other, CreateMembership{ada, acme, RoleSelection::one("admin")})));
  BOOST_REQUIRE(run(*other, CreatePermission{"docs:read", "Read"}));
  BOOST_REQUIRE(run(*other, AddRolePermission{"admin", "docs:read"}));
  bool granted = false;
  BOOST_REQUIRE(one->view(ada, acme, [&](const MembershipRow& row) {
    granted = !(row.roles.permissions(row.membership.roles) == PermissionSet{});
  }));
  BOOST_TEST(granted);
}

BOOST_AUTO_TEST_CASE(fates) {
  const Folder folder;
  const auto store = open(folder / "store.db");
  check_fates(*store);
}

BOOST_AUTO_TEST_CASE(dropping) {
  const Folder folder;
  const std::string file = folder / "store.db";
  const auto store = open(file);
  check_dropping(*store);
  BOOST_TEST(Beside(file).text("SELECT place FROM events") == "5");
}

BOOST_AUTO_TEST_CASE(read_beside) {
  const Folder folder;
  const std::string file = folder / "store.db";
  const auto store = open(file);
  fill(*store);
  BOOST_REQUIRE(run(*store, CreateMembership{ada, acme}));
  std::istringstream statements(page_blocks("stores.md", "sql").front());
  Beside beside(file);
  unsigned shown = 0;
  for (std::string statement; std::getline(statements, statement); ++shown) {
    BOOST_TEST(beside.number_of_rows(statement.c_str()) > 0, statement);
  }
  BOOST_TEST(shown == 3u);
}

BOOST_AUTO_TEST_CASE(backup) {
  const Folder folder;
  const std::string file = folder / "store.db";
  const std::string copied = folder / "copy.db";
  auto store = open(file);
  fill(*store);
  std::atomic<bool> done{false};
  std::atomic<int> written{0};
  std::thread writer([&] {
    for (int i = 0; !done; ++i) {
      CreateUser user;
      user.id = make_id<UserId>("user_" + std::to_string(i));
      if (!run(*store, user) || !run(*store, CreateMembership{*user.id, acme})) return;
      ++written;
    }
  });
  while (written < 20) std::this_thread::yield();
  std::string command = page_blocks("stores.md", "sh").front();
  BOOST_REQUIRE(command == "sqlite3 store.db \"VACUUM INTO 'copy.db'\"\n");
  command = command.substr(command.find('"') + 1);
  command.resize(command.rfind('"'));
  command.replace(command.find("copy.db"), 7, copied);
  Beside(file).run(command.c_str());
  const int before = written;
  while (written < before + 5) std::this_thread::yield();
  done = true;
  writer.join();
  const UserId late = add_user(*store, "user_late");
  const auto lost = run(*store, CreateMembership{late, acme});
  BOOST_REQUIRE(lost);

  std::set<std::string> there;
  {
    const auto copy = open(copied);
    there = whole_members(*copy);
    BOOST_TEST(there.size() >= 20u);
    BOOST_TEST(there.size() <= static_cast<std::size_t>(before) + 1);
  }
  store.reset();
  for (const char* const companion : {"", "-wal", "-shm"})
    std::filesystem::remove(file + companion);
  std::filesystem::rename(copied, file);
  store = open(file);
  BOOST_TEST((whole_members(*store) == there));
  BOOST_TEST(!*store->was_committed(lost->plan.id));
  // And it goes on from there.
  const auto member = run(*store, CreateMembership{ada, acme});
  BOOST_REQUIRE(member);
  BOOST_TEST(*store->was_committed(member->plan.id));
  BOOST_TEST(whole_members(*store).size() == there.size() + 1);
}

BOOST_AUTO_TEST_CASE(undone_span) {
  const Folder folder;
  const std::string file = folder / "store.db";
  const auto store = open(file);
  fill(*store);
  const CreateRole ghost{"ghost", "Ghost"};
  const CreateMembership member{ada, acme};
  const Plan plans[] = {plan_of(*store, ghost), plan_of(*store, member)};
  BOOST_REQUIRE(run(*store, SetSeatLimit{acme, 7}));  // so that the second does not hold
  BOOST_TEST((*store->commit(plans) == CommitStatus::conflict));
  BOOST_REQUIRE(run(*store, CreateRole{"real", "Real"}));
  BOOST_TEST(describe(*store) == describe(*open(file)));
  BOOST_TEST(!run(*store, CreateMembership{ada, acme, RoleSelection::one("ghost")}));
}

BOOST_AUTO_TEST_CASE(undone_at_its_end) {
  const Folder folder;
  const std::string file = folder / "store.db";
  const int status = status_of(in_process([&] {
    const auto store = open(file);
    fill(*store);
    const CreateRole ghost{"ghost", "Ghost"};
    const CreateMembership member{ada, acme};
    const Plan plans[] = {plan_of(*store, ghost), plan_of(*store, member)};
    FileSizeLimit limit(std::filesystem::file_size(file + "-wal"));
    if (!limit.is_good()) return 2;
    const auto end = store->commit(plans);
    if (!limit.lift()) return 3;
    if (end || end.error().fault != SqliteFault::full) return 4;
    if (!run(*store, CreateRole{"real", "Real"})) return 5;
    if (run(*store, CreateMembership{ada, acme, RoleSelection::one("ghost")})) return 6;
    return describe(*store) == describe(*open(file)) ? 0 : 7;
  }));
  BOOST_TEST(status == 0);
}

BOOST_AUTO_TEST_CASE(faults) {
  struct Row {
    int code;
    int system_error;
    SqliteFault fault;
  };
  const Row rows[] = {
      {SQLITE_BUSY_SNAPSHOT, 0, SqliteFault::busy},
      {SQLITE_LOCKED_SHAREDCACHE, 0, SqliteFault::busy},
      {SQLITE_FULL, 0, SqliteFault::full},
      {SQLITE_READONLY_DIRECTORY, 0, SqliteFault::read_only},
      {SQLITE_CANTOPEN_ISDIR, 0, SqliteFault::cannot_open},
      {SQLITE_PERM, 0, SqliteFault::cannot_open},
      {SQLITE_AUTH, 0, SqliteFault::cannot_open},
      {SQLITE_NOTADB, 0, SqliteFault::not_a_database},
      {SQLITE_CORRUPT_INDEX, 0, SqliteFault::corrupt},
      {SQLITE_IOERR_WRITE, EFBIG, SqliteFault::full},
      {SQLITE_IOERR_WRITE, EDQUOT, SqliteFault::full},
      {SQLITE_IOERR_WRITE, ENOSPC, SqliteFault::full},
      {SQLITE_IOERR_WRITE, EIO, SqliteFault::input_output},
      {SQLITE_IOERR_NOMEM, 0, SqliteFault::out_of_memory},
      {SQLITE_ERROR, ENOSPC, SqliteFault::schema},
      {SQLITE_SCHEMA, 0, SqliteFault::schema},
      {SQLITE_NOMEM, 0, SqliteFault::out_of_memory},
      {SQLITE_TOOBIG, 0, SqliteFault::other},
      {SQLITE_CONSTRAINT, 0, SqliteFault::other},
  };
  for (const Row& row : rows) {
    BOOST_TEST_CONTEXT(row.code << ", errno " << row.system_error) {
      BOOST_TEST(to_string(detail::sqlite_fault(row.code, row.system_error)) ==
                 to_string(row.fault));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
