// SPDX-License-Identifier: BSL-1.0

// The PostgreSQL store beside the same statements sent by hand (sql_yardstick.hpp), in one run and
// on the same tables of a server of its own, on a free port of the loopback address.
//
//   bench-postgres_store [Google Benchmark's options]
//   bench-postgres_store --calls=N   asks everything N times: for store_instructions.py
//
// What is asked is what sqlite_store.cpp asks. `cpu` is that of the client alone; the server does
// not wait for its disk.

#include "membership/store/postgres_store.hpp"

#include "membership/membership.hpp"
#include "postgres_server.hpp"
#include "sql_world.hpp"

#include <benchmark/benchmark.h>
#include <libpq-fe.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

using benchmarks::must;
using benchmarks::Sql;
using benchmarks::SqlWorld;
using membership::detail::PostgresForm;

/// libpq's functions, with statements that are prepared once; what is written is one pipeline.
class PostgresClient {
 public:
  static constexpr bool notes_every_plan = true;

  struct Row {
    const PGresult* result;
    int number;
    std::string_view text(int column) const noexcept {
      return {PQgetvalue(result, number, column),
              static_cast<std::size_t>(PQgetlength(result, number, column))};
    }
    std::int64_t integer(int column) const noexcept {
      const std::string_view digits = text(column);
      std::int64_t value = 0;
      std::from_chars(digits.data(), digits.data() + digits.size(), value);
      return value;
    }
    bool is_null(int column) const noexcept { return PQgetisnull(result, number, column) != 0; }
  };

  PostgresClient(const std::string& target, const std::string& schema)
      : connection_(PQconnectdb(target.c_str())) {
    if (PQstatus(connection_) != CONNECTION_OK) {
      throw std::runtime_error(PQerrorMessage(connection_));
    }
    execute("SET search_path TO " + schema);
    for (std::size_t i = 0; i < membership::detail::sql_count; ++i) {
      std::snprintf(names_[0][i], sizeof names_[0][i], "p%zu", i);
      std::snprintf(names_[1][i], sizeof names_[1][i], "g%zu", i);
    }
  }
  PostgresClient(const PostgresClient&) = delete;
  PostgresClient& operator=(const PostgresClient&) = delete;
  ~PostgresClient() { PQfinish(connection_); }

  template <class Read, class... Values>
  std::size_t query(Sql sql, Read&& read, const Values&... values) {
    const char* const name = prepared(sql, PostgresForm::plain);
    const Bound<sizeof...(Values)> bound(values...);
    PGresult* const result = PQexecPrepared(connection_, name, static_cast<int>(sizeof...(Values)),
                                            bound.values, bound.lengths, bound.formats, 0);
    must(PQresultStatus(result) == PGRES_TUPLES_OK);
    const int count = PQntuples(result);
    for (int i = 0; i < count; ++i) read(Row{result, i});
    PQclear(result);
    return static_cast<std::size_t>(count);
  }

  bool begin_moment() {
    return command("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") &&
           query(
               Sql::catalogue_revisions,
               [](const Row& row) { benchmark::DoNotOptimize(row.integer(0)); }, nullptr) == 1;
  }
  bool end_moment() { return command("COMMIT"); }

  bool begin(std::string_view /*organization*/) {
    sent_ = 0;
    return PQenterPipelineMode(connection_) == 1;
  }
  template <class... Values>
  bool exists(Sql sql, const Values&... values) {
    return send(sql, PostgresForm::gated, values...);
  }
  template <class... Values>
  bool change(Sql sql, const Values&... values) {
    return send(sql, PostgresForm::gated, values...);
  }
  bool commit(bool good) {
    good = PQpipelineSync(connection_) == 1 && good;
    for (; sent_ > 0; --sent_) {
      PGresult* const result = PQgetResult(connection_);
      const ExecStatusType status = PQresultStatus(result);
      good = good && (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK);
      PQclear(result);
      PQclear(PQgetResult(connection_));
    }
    PGresult* const sync = PQgetResult(connection_);
    good = good && PQresultStatus(sync) == PGRES_PIPELINE_SYNC;
    PQclear(sync);
    return PQexitPipelineMode(connection_) == 1 && good;
  }

  // What is not measured.

  void execute(const std::string& text) {
    if (!command(text.c_str())) throw std::runtime_error(PQerrorMessage(connection_));
  }
  void empty(const char* table) { execute(std::string("TRUNCATE ") + table); }
  /// What the server would do by itself at any time.
  void tidy() {
    execute("VACUUM ANALYZE memberships");
    execute("VACUUM ANALYZE organizations");
  }
  void begin_fill() { must(begin({})); }
  template <class... Values>
  void put(Sql sql, const Values&... values) {
    must(send(sql, PostgresForm::plain, values...));
    if (sent_ >= 1000) must(commit(true) && begin({}));
  }
  void end_fill() {
    must(commit(true));
    execute("VACUUM ANALYZE");
  }
  std::string dump(const std::string& text) {
    PGresult* const result = PQexec(connection_, text.c_str());
    must(PQresultStatus(result) == PGRES_TUPLES_OK);
    std::string rows;
    for (int i = 0; i < PQntuples(result); ++i) {
      for (int column = 0; column < PQnfields(result); ++column) {
        rows += Row{result, i}.text(column);
        rows += '|';
      }
      rows += '\n';
    }
    PQclear(result);
    return rows;
  }

 private:
  /// Texts as they lie, numbers as digits.
  template <std::size_t Count>
  struct Bound {
    const char* values[Count + 1];
    int lengths[Count + 1];
    int formats[Count + 1];
    char digits[Count + 1][24];

    template <class... Values>
    explicit Bound(const Values&... all) noexcept {
      std::size_t at = 0;
      (set(at++, all), ...);
    }

   private:
    void set(std::size_t at, std::string_view text) noexcept {
      values[at] = text.data();
      lengths[at] = static_cast<int>(text.size());
      formats[at] = 1;
    }
    void set(std::size_t at, const char* text) noexcept { set(at, std::string_view(text)); }
    void set(std::size_t at, const std::string& text) noexcept { set(at, std::string_view(text)); }
    void set(std::size_t at, std::int64_t number) noexcept {
      values[at] = digits[at];
      lengths[at] = 0;
      formats[at] = 0;
      *std::to_chars(digits[at], digits[at] + sizeof digits[at] - 1, number).ptr = '\0';
    }
    void set(std::size_t at, bool flag) noexcept { set(at, std::int64_t{flag}); }
    void set(std::size_t at, std::nullptr_t) noexcept {
      values[at] = nullptr;
      lengths[at] = 0;
      formats[at] = 0;
    }
  };

  bool command(const char* text) {
    PGresult* const result = PQexec(connection_, text);
    const bool good = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
    return good;
  }

  /// The name of a statement. Where it is new in a pipeline, its preparation is sent before it.
  const char* prepared(Sql sql, PostgresForm form) {
    const auto number = static_cast<std::size_t>(sql);
    const std::size_t gated = form == PostgresForm::gated ? 1 : 0;
    const char* const name = names_[gated][number];
    if (prepared_[gated][number]) return name;
    const std::string text = membership::detail::postgres_text(sql, form);
    if (PQpipelineStatus(connection_) == PQ_PIPELINE_OFF) {
      PGresult* const result = PQprepare(connection_, name, text.c_str(), 0, nullptr);
      must(PQresultStatus(result) == PGRES_COMMAND_OK);
      PQclear(result);
    } else {
      must(PQsendPrepare(connection_, name, text.c_str(), 0, nullptr) == 1);
      ++sent_;
    }
    prepared_[gated][number] = true;
    return name;
  }

  template <class... Values>
  bool send(Sql sql, PostgresForm form, const Values&... values) {
    const char* const name = prepared(sql, form);
    const Bound<sizeof...(Values)> bound(values...);
    ++sent_;
    return PQsendQueryPrepared(connection_, name, static_cast<int>(sizeof...(Values)), bound.values,
                               bound.lengths, bound.formats, 0) == 1;
  }

  PGconn* connection_;
  char names_[2][membership::detail::sql_count][8];
  bool prepared_[2][membership::detail::sql_count]{};
  std::size_t sent_ = 0;
};

membership_tests::PostgresCluster& cluster() {
  static const auto started = benchmarks::start_postgres();
  return *started;
}

/// A schema, on which the yardstick has a connection of its own.
class InSchema {
 public:
  explicit InSchema(const std::string& schema) {
    membership::PostgresStoreOptions options;
    options.target = cluster().target();
    options.schema = schema;
    auto opened = membership::PostgresStore::open(options);
    if (!opened) throw std::runtime_error("no PostgreSQL store: " + opened.error().message);
    store_ = std::move(*opened);
    client_ = std::make_unique<PostgresClient>(options.target, schema);
  }
  membership::PostgresStore& store() noexcept { return *store_; }
  PostgresClient& client() noexcept { return *client_; }

 private:
  std::unique_ptr<membership::PostgresStore> store_;
  std::unique_ptr<PostgresClient> client_;
};

template <std::size_t members>
SqlWorld<InSchema>& world() {
  static SqlWorld<InSchema> made(members, "members_" + std::to_string(members));
  return made;
}

}  // namespace

int main(int argc, char** argv) try {
  cluster();
  if (argc == 2 && std::strncmp(argv[1], "--calls=", 8) == 0) {
    benchmarks::call_all(world<1000>(), std::strtoul(argv[1] + 8, nullptr, 10));
    return EXIT_SUCCESS;
  }
  benchmarks::register_world("1k", &world<1000>);
  benchmarks::register_world("100k", &world<100'000>);
  benchmarks::register_world("1M", &world<1'000'000>);
  return benchmarks::run_turns(argc, argv, "3") ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (const std::exception& error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return EXIT_FAILURE;
}
