// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_POSTGRES_CONNECTION_HPP
#define MEMBERSHIP_STORE_POSTGRES_CONNECTION_HPP

#include "membership/domain/time.hpp"
#include "membership/store/postgres/failure.hpp"
#include "membership/store/postgres/schema.hpp"
#include "membership/store/sql/statements.hpp"

#include <libpq-fe.h>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <time.h>
#include <type_traits>
#include <utility>
#include <vector>

namespace membership {
inline namespace v0 {
namespace detail {

inline void postgres_sleep(int milliseconds) noexcept {
  timespec time{milliseconds / 1000, (milliseconds % 1000) * 1'000'000L};
  nanosleep(&time, nullptr);
}

struct PostgresResultDeleter {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using PostgresResult = std::unique_ptr<PGresult, PostgresResultDeleter>;

/// The parameters of a statement as libpq takes them: texts as they lie, numbers as digits.
template <std::size_t Count>
class PostgresParameters {
 public:
  template <class... Parameters>
  explicit PostgresParameters(const Parameters&... parameters) noexcept {
    std::size_t at = 0;
    (set(at++, parameters), ...);
  }
  int count() const noexcept { return static_cast<int>(Count); }
  const char* const* values() const noexcept { return values_.data(); }
  const int* lengths() const noexcept { return lengths_.data(); }
  const int* formats() const noexcept { return formats_.data(); }

 private:
  void set(std::size_t at, std::nullptr_t) noexcept { values_[at] = nullptr; }
  void set(std::size_t at, std::string_view text) noexcept {
    values_[at] = text.empty() ? "" : text.data();
    lengths_[at] = static_cast<int>(text.size());
    formats_[at] = 1;
  }
  void set(std::size_t at, std::int64_t number) noexcept {
    char* const begin = digits_[at];
    *std::to_chars(begin, begin + sizeof digits_[at] - 1, number).ptr = '\0';
    values_[at] = begin;
  }
  void set(std::size_t at, std::uint64_t number) noexcept {
    set(at, static_cast<std::int64_t>(number));
  }
  void set(std::size_t at, unsigned number) noexcept { set(at, std::int64_t{number}); }
  void set(std::size_t at, bool flag) noexcept { set(at, std::int64_t{flag}); }
  void set(std::size_t at, Time time) noexcept { set(at, time.milliseconds()); }
  template <class V>
  void set(std::size_t at, const std::optional<V>& value) noexcept {
    if (value) {
      set(at, *value);
    } else {
      set(at, nullptr);
    }
  }

  std::array<const char*, Count + 1> values_{};
  std::array<int, Count + 1> lengths_{};
  std::array<int, Count + 1> formats_{};
  char digits_[Count + 1][24];
};

/// One connection to a server, for one thread at a time, with its prepared statements.
///
/// What is asked is sent and waited for at once. Between `begin_batch` and `end_batch` what changes
/// is only sent, and all of it is one transaction and one round trip: each statement is gated, so
/// that where one does not change its row the whole fails. The first failure is kept until it is
/// taken.
class PostgresConnection {
 public:
  static constexpr bool notes_every_plan = true;  // so that one plan's id can be kept from it

  /// The rows of a statement.
  class Rows {
   public:
    explicit Rows(PostgresResult result) noexcept : result_(std::move(result)) {}
    bool next() noexcept { return result_ && ++row_ < PQntuples(result_.get()); }
    std::string_view text(int column) const noexcept {
      return {PQgetvalue(result_.get(), row_, column),
              static_cast<std::size_t>(PQgetlength(result_.get(), row_, column))};
    }
    std::int64_t integer(int column) const noexcept { return integer_of(text(column)).value_or(0); }
    bool is_null(int column) const noexcept {
      return PQgetisnull(result_.get(), row_, column) != 0;
    }

   private:
    PostgresResult result_;
    int row_ = -1;
  };

  /// Connects. `schema` is where the tables are.
  PostgresConnection(const std::string& target, const std::string& schema)
      : connection_(PQconnectdb(target.c_str())) {
    if (PQstatus(connection_) != CONNECTION_OK) {
      const std::string_view said = PQerrorMessage(connection_);
      const bool denied = said.find("authentication") != std::string_view::npos ||
                          said.find("does not exist") != std::string_view::npos ||
                          said.find("no password supplied") != std::string_view::npos;
      fail(denied ? PostgresFault::access_denied : PostgresFault::cannot_connect, {},
           std::string(said));
      return;
    }
    PQsetNoticeProcessor(
        connection_, [](void*, const char*) {}, nullptr);
    execute("SET search_path TO " + quoted(schema));
  }
  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;
  ~PostgresConnection() { PQfinish(connection_); }

  bool is_connected() const noexcept { return PQstatus(connection_) == CONNECTION_OK; }

  /// A name as a statement has it.
  std::string quoted(const std::string& name) const {
    char* const text = PQescapeIdentifier(connection_, name.data(), name.size());
    if (text == nullptr) return "\"\"";
    std::string result = text;
    PQfreemem(text);
    return result;
  }

  /// Until `end_single` one query is answered, which is of one moment by itself; others find
  /// nothing. `end_single` says whether one was enough.
  void begin_single() noexcept {
    single_ = true;
    asked_ = 0;
    needs_moment_ = false;
  }
  bool end_single() noexcept {
    single_ = false;
    return !needs_moment_;
  }
  /// Begins to see one moment, in which nothing is written.
  bool begin_moment() { return execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"); }
  bool end_moment() { return execute("COMMIT"); }

  /// Whether no transaction is open.
  bool is_idle() const noexcept {
    return PQpipelineStatus(connection_) == PQ_PIPELINE_OFF &&
           PQtransactionStatus(connection_) == PQTRANS_IDLE;
  }

  template <class... Parameters>
  Rows query(Sql sql, Parameters&&... parameters) {
    if (single_ && asked_++ > 0) {
      needs_moment_ = true;
      return Rows(nullptr);
    }
    if (!prepare(sql, PostgresForm::plain)) return Rows(nullptr);
    const PostgresParameters<sizeof...(Parameters)> bound(parameters...);
    PostgresResult result(PQexecPrepared(connection_, name_of(sql, PostgresForm::plain).c_str(),
                                         bound.count(), bound.values(), bound.lengths(),
                                         bound.formats(), 0));
    return Rows(take(std::move(result)));
  }

  // Of a batch. Each says whether it was sent.

  template <class... Parameters>
  bool exists(Sql sql, const Parameters&... parameters) {
    return send(sql, PostgresForm::gated, parameters...);
  }
  template <class... Parameters>
  bool change(Sql sql, const Parameters&... parameters) {
    return send(sql, PostgresForm::gated, parameters...);
  }
  template <class... Parameters>
  bool run(Sql sql, const Parameters&... parameters) {
    return send(sql, PostgresForm::plain, parameters...);
  }

  bool begin_batch() {
    if (has_failed()) return false;
    sent_.clear();
    interrupted_ = false;
    if (PQenterPipelineMode(connection_) == 1) return true;
    lose();
    return false;
  }

  enum class BatchEnd : std::uint8_t { done, conflict, failed };
  /// Ends a batch and waits for what became of it.
  BatchEnd end_batch() {
    BatchEnd end = BatchEnd::done;
    if (has_failed() || PQpipelineSync(connection_) != 1) {
      lose();
      return BatchEnd::failed;
    }
    // From here on the server may carry it out, whatever we hear.
    interrupted_ = true;
    for (const auto& [sql, form, prepares] : sent_) {
      const PostgresResult result(PQgetResult(connection_));
      const ExecStatusType status = PQresultStatus(result.get());
      if (!result || PQstatus(connection_) != CONNECTION_OK) {
        lose();
        return BatchEnd::failed;
      }
      if (status == PGRES_FATAL_ERROR && end == BatchEnd::done) end = refused(result.get());
      if (prepares && status == PGRES_COMMAND_OK) flag(sql, form) = true;
      if (prepares && status != PGRES_COMMAND_OK) flag(sql, form) = false;
      const PostgresResult nothing(PQgetResult(connection_));
    }
    const PostgresResult sync(PQgetResult(connection_));
    if (PQresultStatus(sync.get()) != PGRES_PIPELINE_SYNC || PQexitPipelineMode(connection_) != 1) {
      lose();
      return BatchEnd::failed;
    }
    interrupted_ = false;
    return end;
  }
  /// Whether a batch was sent and its end never heard of.
  bool is_interrupted() const noexcept { return interrupted_; }

  /// Statements without parameters: of transactions and of the schema.
  bool execute(const std::string& text) {
    if (has_failed()) return false;
    return static_cast<bool>(take(PostgresResult(PQexec(connection_, text.c_str()))));
  }
  std::optional<std::int64_t> number(const std::string& text) {
    if (has_failed()) return std::nullopt;
    Rows rows(take(PostgresResult(PQexec(connection_, text.c_str()))));
    return rows.next() ? std::optional(rows.integer(0)) : std::nullopt;
  }

  bool has_failed() const noexcept { return failure_.has_value(); }
  /// The SQLSTATE of the failure; empty for none.
  std::string_view code() const noexcept {
    return failure_ ? std::string_view(failure_->code) : std::string_view();
  }
  PostgresFailure take_failure() {
    PostgresFailure failure = failure_.value_or(PostgresFailure{});
    failure_.reset();
    return failure;
  }
  void fail(PostgresFault fault, std::string_view code, std::string message) {
    while (!message.empty() && message.back() == '\n') message.pop_back();
    if (!failure_) failure_ = PostgresFailure{fault, std::string(code), std::move(message)};
  }
  void corrupt(const char* what) {
    fail(PostgresFault::corrupt, {}, std::string(what) + " is not as this library writes it");
  }

 private:
  struct Sent {
    Sql sql;
    PostgresForm form;
    bool prepares;
  };

  static std::string name_of(Sql sql, PostgresForm form) {
    return (form == PostgresForm::gated ? "g" : "p") + std::to_string(static_cast<unsigned>(sql));
  }
  bool& flag(Sql sql, PostgresForm form) noexcept {
    return prepared_[static_cast<std::size_t>(form)][static_cast<std::size_t>(sql)];
  }

  bool prepare(Sql sql, PostgresForm form) {
    if (has_failed()) return false;
    bool& done = flag(sql, form);
    if (done) return true;
    done = static_cast<bool>(take(PostgresResult(PQprepare(
        connection_, name_of(sql, form).c_str(), postgres_text(sql, form).c_str(), 0, nullptr))));
    return done;
  }

  template <class... Parameters>
  bool send(Sql sql, PostgresForm form, const Parameters&... parameters) {
    if (has_failed()) return false;
    const std::string name = name_of(sql, form);
    bool good = true;
    if (!flag(sql, form)) {
      good = PQsendPrepare(connection_, name.c_str(), postgres_text(sql, form).c_str(), 0,
                           nullptr) == 1;
      sent_.push_back({sql, form, true});
      flag(sql, form) = true;  // for what is sent after it
    }
    const PostgresParameters<sizeof...(Parameters)> bound(parameters...);
    good = good && PQsendQueryPrepared(connection_, name.c_str(), bound.count(), bound.values(),
                                       bound.lengths(), bound.formats(), 0) == 1;
    sent_.push_back({sql, form, false});
    if (!good) lose();
    return good;
  }

  /// The result where the server took the statement; else its failure is noted.
  PostgresResult take(PostgresResult result) {
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return result;
    if (!is_connected()) {
      lose();
    } else {
      note(result.get());
    }
    return nullptr;
  }
  void note(const PGresult* result) {
    const char* const code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const std::string_view state = code == nullptr ? "" : code;
    fail(postgres_fault(state), state, PQresultErrorMessage(result));
  }
  BatchEnd refused(const PGresult* result) {
    const char* const code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (code != nullptr && is_conflict(code)) return BatchEnd::conflict;
    note(result);
    return BatchEnd::failed;
  }
  void lose() { fail(PostgresFault::connection_lost, {}, PQerrorMessage(connection_)); }

  PGconn* connection_;
  bool prepared_[2][sql_count]{};
  std::vector<Sent> sent_;
  bool interrupted_ = false;
  bool single_ = false;
  bool needs_moment_ = false;
  unsigned asked_ = 0;
  std::optional<PostgresFailure> failure_;
};

}  // namespace detail
}  // namespace v0
}  // namespace membership

#endif
