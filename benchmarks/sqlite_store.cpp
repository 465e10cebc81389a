// SPDX-License-Identifier: BSL-1.0

// The SQLite store beside the same statements sent by hand (sql_yardstick.hpp), in one run and on
// the same tables: in memory, and in a file with a write-ahead log and `synchronous` normal.
//
//   bench-sqlite_store [Google Benchmark's options]
//   bench-sqlite_store --calls=N   asks everything N times: for store_instructions.py
//
// Ours looks at a membership (`view`), loads what a decision needs, executes a create, also over an
// inactive membership, and lists a page of ten, with given ids and a fixed clock. Members are in
// organizations of a hundred and asked for in random order.

#include "membership/store/sqlite_store.hpp"

#include "membership/membership.hpp"
#include "sql_world.hpp"
#include "support/folder.hpp"

#include <benchmark/benchmark.h>
#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

using benchmarks::must;
using benchmarks::Sql;
using benchmarks::SqlWorld;

/// SQLite's functions, with statements that are prepared once.
class SqliteClient {
 public:
  static constexpr bool notes_every_plan = false;

  struct Row {
    sqlite3_stmt* statement;
    std::string_view text(int column) const noexcept {
      const unsigned char* const bytes = sqlite3_column_text(statement, column);
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
      return {reinterpret_cast<const char*>(bytes), size};
    }
    std::int64_t integer(int column) const noexcept {
      return sqlite3_column_int64(statement, column);
    }
    bool is_null(int column) const noexcept {
      return sqlite3_column_type(statement, column) == SQLITE_NULL;
    }
  };

  explicit SqliteClient(sqlite3* database) : database_(database) {
    begin_ = prepared("BEGIN IMMEDIATE");
    commit_ = prepared("COMMIT");
  }
  SqliteClient(const SqliteClient&) = delete;
  SqliteClient& operator=(const SqliteClient&) = delete;
  ~SqliteClient() {
    for (sqlite3_stmt* const statement : statements_) sqlite3_finalize(statement);
    sqlite3_finalize(begin_);
    sqlite3_finalize(commit_);
  }

  template <class Read, class... Values>
  std::size_t query(Sql sql, Read&& read, const Values&... values) {
    sqlite3_stmt* const statement = bound(sql, values...);
    std::size_t count = 0;
    for (; sqlite3_step(statement) == SQLITE_ROW; ++count) read(Row{statement});
    sqlite3_reset(statement);
    return count;
  }

  /// A statement that is not at its end keeps the moment.
  bool begin_moment() {
    sqlite3_stmt* const statement = bound(Sql::catalogue_revisions, nullptr);
    return sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_int64(statement, 0) > 0;
  }
  bool end_moment() {
    sqlite3_reset(statements_[static_cast<std::size_t>(Sql::catalogue_revisions)]);
    return true;
  }

  bool begin(std::string_view organization) {
    if (!done(begin_)) return false;
    return query(
               Sql::catalogue_revisions,
               [](const Row& row) { benchmark::DoNotOptimize(row.integer(0) + row.integer(1)); },
               organization) == 1;
  }
  template <class... Values>
  bool exists(Sql sql, const Values&... values) {
    sqlite3_stmt* const statement = bound(sql, values...);
    const bool found = sqlite3_step(statement) == SQLITE_ROW;
    sqlite3_reset(statement);
    return found;
  }
  template <class... Values>
  bool change(Sql sql, const Values&... values) {
    return done(bound(sql, values...)) && sqlite3_changes(database_) == 1;
  }
  bool commit(bool good) {
    if (good && done(commit_)) return true;
    sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
    return false;
  }

  // What is not measured.

  void execute(const std::string& text) {
    must(sqlite3_exec(database_, text.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  }
  void empty(const char* table) { execute(std::string("DELETE FROM ") + table); }
  void tidy() {}
  void begin_fill() { execute("BEGIN IMMEDIATE"); }
  template <class... Values>
  void put(Sql sql, const Values&... values) {
    must(done(bound(sql, values...)));
  }
  void end_fill() { execute("COMMIT"); }
  std::string dump(const std::string& text) {
    sqlite3_stmt* const statement = prepared(text.c_str());
    std::string rows;
    while (sqlite3_step(statement) == SQLITE_ROW) {
      for (int i = 0; i < sqlite3_column_count(statement); ++i) {
        rows += Row{statement}.text(i);
        rows += '|';
      }
      rows += '\n';
    }
    sqlite3_finalize(statement);
    return rows;
  }

 private:
  sqlite3_stmt* prepared(const char* text) {
    sqlite3_stmt* statement = nullptr;
    must(sqlite3_prepare_v3(database_, text, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) ==
         SQLITE_OK);
    return statement;
  }
  static bool done(sqlite3_stmt* statement) noexcept {
    const bool good = sqlite3_step(statement) == SQLITE_DONE;
    sqlite3_reset(statement);
    return good;
  }

  template <class... Values>
  sqlite3_stmt* bound(Sql sql, const Values&... values) {
    sqlite3_stmt*& statement = statements_[static_cast<std::size_t>(sql)];
    if (statement == nullptr) statement = prepared(membership::detail::sql_text(sql).c_str());
    int place = 0;
    (bind(statement, ++place, values), ...);
    return statement;
  }
  static void bind(sqlite3_stmt* statement, int place, std::string_view text) noexcept {
    sqlite3_bind_text(statement, place, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  }
  static void bind(sqlite3_stmt* statement, int place, const char* text) noexcept {
    bind(statement, place, std::string_view(text));
  }
  static void bind(sqlite3_stmt* statement, int place, const std::string& text) noexcept {
    bind(statement, place, std::string_view(text));
  }
  static void bind(sqlite3_stmt* statement, int place, std::int64_t value) noexcept {
    sqlite3_bind_int64(statement, place, value);
  }
  static void bind(sqlite3_stmt* statement, int place, bool value) noexcept {
    sqlite3_bind_int64(statement, place, value ? 1 : 0);
  }
  static void bind(sqlite3_stmt* statement, int place, std::nullptr_t) noexcept {
    sqlite3_bind_null(statement, place);
  }

  sqlite3* database_;
  sqlite3_stmt* statements_[membership::detail::sql_count]{};
  sqlite3_stmt* begin_;
  sqlite3_stmt* commit_;
};

std::unique_ptr<membership::SqliteStore> open(const std::string& file) {
  membership::SqliteStoreOptions options;
  options.synchronous = membership::SqliteSynchronous::normal;
  auto opened = membership::SqliteStore::open(file, options);
  if (!opened) throw std::runtime_error("no SQLite store: " + opened.error().message);
  return std::move(*opened);
}

/// In memory both sides share the one connection that there is.
class InMemory {
 public:
  InMemory() {
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(&note));
    store_ = open(":memory:");
    sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(&note));
    client_.emplace(opened_);
  }
  membership::SqliteStore& store() noexcept { return *store_; }
  SqliteClient& client() noexcept { return *client_; }

 private:
  /// Called by SQLite with each connection that is opened.
  static int note(sqlite3* database, char** /*message*/,
                  const sqlite3_api_routines* /*routines*/) noexcept {
    opened_ = database;
    return SQLITE_OK;
  }
  static inline sqlite3* opened_ = nullptr;
  std::unique_ptr<membership::SqliteStore> store_;
  std::optional<SqliteClient> client_;
};

/// A file, on which the yardstick has a connection of its own.
class InFile {
 public:
  InFile() {
    must(sqlite3_open_v2((folder_ / "store.db").c_str(), &database_,
                         SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr) == SQLITE_OK);
    sqlite3_busy_timeout(database_, 5000);
    client_.emplace(database_);
    client_->execute("PRAGMA synchronous = NORMAL");
  }
  InFile(const InFile&) = delete;
  InFile& operator=(const InFile&) = delete;
  ~InFile() {
    client_.reset();
    sqlite3_close(database_);
  }
  membership::SqliteStore& store() noexcept { return *store_; }
  SqliteClient& client() noexcept { return *client_; }

 private:
  membership_tests::Folder folder_;
  std::unique_ptr<membership::SqliteStore> store_ = open(folder_ / "store.db");
  sqlite3* database_ = nullptr;
  std::optional<SqliteClient> client_;
};

template <class Database, std::size_t members>
SqlWorld<Database>& world() {
  static SqlWorld<Database> made(members);
  return made;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc == 2 && std::strncmp(argv[1], "--calls=", 8) == 0) {
    benchmarks::call_all(world<InMemory, 1000>(), std::strtoul(argv[1] + 8, nullptr, 10));
    return EXIT_SUCCESS;
  }
  benchmarks::register_world("memory-1k", &world<InMemory, 1000>);
  benchmarks::register_world("memory-100k", &world<InMemory, 100'000>);
  benchmarks::register_world("file-1k", &world<InFile, 1000>);
  benchmarks::register_world("file-100k", &world<InFile, 100'000>);
  benchmarks::register_world("file-1M", &world<InFile, 1'000'000>);
  return benchmarks::run_turns(argc, argv, "1") ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (const std::exception& error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return EXIT_FAILURE;
}
