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
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <time.h>
#include <type_traits>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace detail {

inline void postgres_sleep(int milliseconds) noexcept {
  timespec time{milliseconds / 1000, (milliseconds % 1000) * 1'000'000L};
  while (nanosleep(&time, &time) != 0) {
  }
}

/// Of a clock that only goes forward.
inline std::int64_t postgres_milliseconds() noexcept {
  timespec at{};
  static_cast<void>(clock_gettime(CLOCK_MONOTONIC, &at));
  return static_cast<std::int64_t>(at.tv_sec) * 1'000 + at.tv_nsec / 1'000'000;
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
    char* const end = std::to_chars(begin, begin + sizeof digits_[at] - 1, number).ptr;
    *end = '\0';
    values_[at] = begin;
    lengths_[at] = static_cast<int>(end - begin);
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

/// A query with its parameters, kept to be sent, and what the server answered.
class PostgresQuestion {
 public:
  template <std::size_t Count>
  PostgresQuestion(Sql sql, const PostgresParameters<Count>& parameters)
      : sql_(sql), count_(Count) {
    static_assert(Count <= most);
    for (std::size_t i = 0; i < Count; ++i) {
      is_null_[i] = parameters.values()[i] == nullptr;
      lengths_[i] = parameters.lengths()[i];
      formats_[i] = parameters.formats()[i];
      if (!is_null_[i]) {
        bytes_.append(parameters.values()[i], static_cast<std::size_t>(lengths_[i]));
      }
      bytes_ += '\0';
    }
  }

  template <std::size_t Count>
  bool is(Sql sql, const PostgresParameters<Count>& parameters) const noexcept {
    if (sql != sql_) return false;
    const char* at = bytes_.data();
    for (std::size_t i = 0; i < Count; ++i) {
      const char* const value = parameters.values()[i];
      if ((value == nullptr) != is_null_[i]) return false;
      if (value != nullptr) {
        const auto length = static_cast<std::size_t>(lengths_[i]);
        if (parameters.lengths()[i] != lengths_[i] ||
            std::string_view(at, length) != std::string_view(value, length)) {
          return false;
        }
        at += length;
      }
      ++at;
    }
    return true;
  }

  Sql sql() const noexcept { return sql_; }
  /// Sends it as the prepared statement of this name.
  bool send(PGconn* connection, const char* name) const {
    const char* values[most + 1]{};
    const char* at = bytes_.data();
    for (std::size_t i = 0; i < count_; ++i) {
      if (!is_null_[i]) {
        values[i] = at;
        at += lengths_[i];
      }
      ++at;
    }
    return PQsendQueryPrepared(connection, name, static_cast<int>(count_), values, lengths_,
                               formats_, 0) == 1;
  }

  PostgresResult answer{};

 private:
  static constexpr std::size_t most = 8;

  Sql sql_;
  std::size_t count_;
  bool is_null_[most + 1]{};
  int lengths_[most + 1]{};
  int formats_[most + 1]{};
  std::string bytes_;  // of all that are not null, each with a NUL behind it
};

/// One connection to a server, for one thread at a time, with its prepared statements.
///
/// What is sent goes as a batch, which is one round trip: what a commit changes, each statement
/// gated, so that where one does not change its row the whole fails; or all that is asked at one
/// moment. `advance` takes what has come of the answers and says what to wait for; opened as
/// `blocking` it waits itself. The first failure is kept until it is taken.
class PostgresConnection {
 public:
  static constexpr bool notes_every_plan = true;  // so that one plan's id can be kept from it
  static constexpr bool answers_later = true;     // so what is known to be asked is asked first

  enum class Mode : std::uint8_t { blocking, non_blocking };
  /// What the socket has to be before it is of use to go on.
  enum class Wait : std::uint8_t { nothing, readable, writable, either };

  /// The rows of a statement.
  class Rows {
   public:
    explicit Rows(PostgresResult result) noexcept
        : owned_(std::move(result)), result_(owned_.get()) {}
    explicit Rows(const PGresult* result) noexcept : result_(result) {}
    bool next() noexcept { return result_ != nullptr && ++row_ < PQntuples(result_); }
    std::string_view text(int column) const noexcept {
      return {PQgetvalue(result_, row_, column),
              static_cast<std::size_t>(PQgetlength(result_, row_, column))};
    }
    std::int64_t integer(int column) const noexcept { return integer_of(text(column)).value_or(0); }
    bool is_null(int column) const noexcept { return PQgetisnull(result_, row_, column) != 0; }

   private:
    PostgresResult owned_;
    const PGresult* result_;
    int row_ = -1;
  };

  /// Connects; `non_blocking` only begins to. `schema` is where the tables are.
  PostgresConnection(const std::string& target, const std::string& schema,
                     Mode mode = Mode::blocking)
      : schema_(schema), mode_(mode) {
    // Of several servers the one that can be written, where the target does not say otherwise.
    // And nobody waits for ever for one that is silent, but for non-blocking connecting, to which
    // libpq knows no limit.
    const char* const names[] = {"target_session_attrs", "connect_timeout", "tcp_user_timeout",
                                 "dbname", nullptr};
    const char* const values[] = {names_several_hosts(target) ? "read-write" : "any",
                                  has_own_timeout() ? nullptr : "10", "30000", target.c_str(),
                                  nullptr};
    const auto connect = mode == Mode::blocking ? PQconnectdbParams : PQconnectStartParams;
    connection_ = connect(names, values, 1);
    if (mode == Mode::non_blocking && PQstatus(connection_) != CONNECTION_BAD) {
      stage_ = Stage::begun;
      return;
    }
    if (connected()) execute(search_path());
  }
  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;
  ~PostgresConnection() { PQfinish(connection_); }

  bool is_connected() const noexcept { return PQstatus(connection_) == CONNECTION_OK; }
  /// Whether the next one may use it: not where an exception ended what was under way.
  bool is_good() const noexcept {
    return is_connected() && !is_worn_ && !has_failed() && !is_reading_ &&
           PQpipelineStatus(connection_) == PQ_PIPELINE_OFF &&
           PQtransactionStatus(connection_) == PQTRANS_IDLE;
  }
  /// Whether a transaction was begun that has failed and is not undone.
  bool is_in_failed_transaction() const noexcept {
    return PQtransactionStatus(connection_) == PQTRANS_INERROR;
  }
  int socket() const noexcept { return PQsocket(connection_); }

  /// A name as a statement has it.
  std::string quoted(const std::string& name) const {
    char* const text = PQescapeIdentifier(connection_, name.data(), name.size());
    if (text == nullptr) return "\"\"";
    std::string result = text;
    PQfreemem(text);
    return result;
  }

  /// Goes on with connecting, and with what was sent, as far as that is possible now.
  Wait advance() {
    if (stage_ == Stage::begun) {
      // As if it had been polled and had said so.
      stage_ = Stage::connecting;
      return Wait::writable;
    }
    if (stage_ == Stage::connecting) {
      switch (PQconnectPoll(connection_)) {
        case PGRES_POLLING_READING: return Wait::readable;
        case PGRES_POLLING_WRITING: return Wait::writable;
        default: break;
      }
      stage_ = Stage::at_work;
      if (!connected()) return Wait::nothing;
      PQsetnonblocking(connection_, 1);
      if (!begin_batch() || !send_text(search_path().c_str()) || !send_batch()) {
        return Wait::nothing;
      }
      interrupted_ = false;  // whatever becomes of it, no commit was sent
    }
    while (is_under_way_) {
      if (mode_ == Mode::non_blocking) {
        const int unsent = PQflush(connection_);
        if (unsent < 0 || PQconsumeInput(connection_) != 1) {
          lose();
          break;
        }
        if (PQisBusy(connection_) == 1) return unsent == 1 ? Wait::either : Wait::readable;
      }
      take_next();
    }
    return Wait::nothing;
  }

  // Reading one moment: what is asked has an answer after the next round trip. Then the same is
  // asked again and what comes of it, until all of it has an answer.

  void begin_reading() noexcept {
    is_reading_ = true;
    lacks_answers_ = false;
  }
  void end_reading() noexcept {
    is_reading_ = false;
    questions_.clear();  // and the answers
  }
  /// Whether something was asked that has no answer; until it has, what was read is of no use.
  bool lacks_answers() const noexcept { return lacks_answers_ && !has_failed(); }
  /// Sends all that was asked, also what had an answer, so that all is of one moment.
  bool send_questions() {
    lacks_answers_ = false;
    // One is of one moment by itself.
    const bool several = questions_.size() > 1;
    bool good = begin_batch() && (!several || send_text(begin_of_moment));
    for (std::size_t i = 0; good && i < questions_.size(); ++i) {
      const PostgresQuestion& question = questions_[i];
      good = send_prepare(question.sql(), PostgresForm::plain) &&
             question.send(connection_, Name(question.sql(), PostgresForm::plain).c_str());
      sent_.push_back({question.sql(), PostgresForm::plain, What::question, i});
    }
    good = good && (!several || send_text("COMMIT"));
    return send_batch(good);
  }

  /// Begins to see one moment where each query is a round trip by itself, and nothing is written.
  bool begin_moment() { return execute(begin_of_moment); }
  bool end_moment() { return execute("COMMIT"); }

  template <class... Parameters>
  Rows query(Sql sql, Parameters&&... parameters) {
    const PostgresParameters<sizeof...(Parameters)> bound(parameters...);
    if (is_reading_) {
      for (const PostgresQuestion& question : questions_) {
        if (question.is(sql, bound)) return Rows(question.answer.get());
      }
      questions_.emplace_back(sql, bound);
      lacks_answers_ = true;
      return Rows(nullptr);
    }
    if (!prepare(sql)) return Rows(nullptr);
    PostgresResult result(PQexecPrepared(connection_, Name(sql, PostgresForm::plain).c_str(),
                                         bound.count(), bound.values(), bound.lengths(),
                                         bound.formats(), 0));
    return Rows(take(std::move(result)));
  }

  // Of a batch that changes. Each says whether it was sent.

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
  /// A statement without parameters that is not kept prepared.
  bool run(const char* text) { return send_text(text); }

  bool begin_batch() {
    if (has_failed()) return false;
    sent_.clear();
    received_ = 0;
    has_result_ = false;
    interrupted_ = false;
    end_ = BatchEnd::done;
    shown_.reset();
    if (PQenterPipelineMode(connection_) == 1) return true;
    lose();
    return false;
  }
  /// Ends what is sent; `good` is whether all of it was.
  bool send_batch(bool good = true) {
    if (!good || has_failed() || PQpipelineSync(connection_) != 1) {
      lose();
      return false;
    }
    // From here on the server may carry it out, whatever we hear.
    interrupted_ = !is_reading_;
    is_under_way_ = true;
    return true;
  }

  enum class BatchEnd : std::uint8_t { done, conflict, failed };
  /// What became of a batch.
  BatchEnd batch_end() const noexcept { return has_failed() ? BatchEnd::failed : end_; }
  /// Ends a batch and waits for what becomes of it.
  BatchEnd end_batch() {
    if (send_batch()) advance();
    return batch_end();
  }
  /// The number that the last statement of the batch that shows rows has shown.
  std::optional<std::int64_t> shown_number() const {
    Rows rows(shown_.get());
    return rows.next() ? std::optional(rows.integer(0)) : std::nullopt;
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
  /// Why a batch was not done; of a conflict, which has no failure of its own, in these words.
  PostgresFailure take_failure(const char* conflict) {
    if (batch_end() == BatchEnd::conflict) fail(PostgresFault::other, "40001", conflict);
    return take_failure();
  }
  void fail(PostgresFault fault, std::string_view code, std::string message) {
    while (!message.empty() && message.back() == '\n') message.pop_back();
    if (failure_) return;
    failure_ = PostgresFailure{fault, std::string(code), std::move(message)};
    // A server that cannot be written any more has a successor.
    if (fault == PostgresFault::connection_lost || fault == PostgresFault::read_only) {
      is_worn_ = true;
    }
  }
  void corrupt(const char* what) {
    fail(PostgresFault::corrupt, {}, std::string(what) + " is not as this library writes it");
  }
  /// Notes that what was read is not of one moment.
  void torn(const char* what) {
    fail(PostgresFault::other, "40001", std::string(what) + " is newer than the environment");
  }
  /// Whether its server is lost to all that are connected to it.
  bool is_worn() const noexcept { return is_worn_ || !is_connected(); }

 private:
  static constexpr const char* begin_of_moment = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

  enum class Stage : std::uint8_t { begun, connecting, at_work };
  enum class What : std::uint8_t { statement, preparation, text, question };
  struct Sent {
    Sql sql;
    PostgresForm form;
    What what;
    std::size_t question;
  };

  /// Whether the process' environment says how long to wait, which libpq reads as well.
  static bool has_own_timeout() noexcept {
    return std::getenv("PGCONNECT_TIMEOUT") != nullptr;  // NOLINT(concurrency-mt-unsafe)
  }
  static bool names_several_hosts(const std::string& target) {
    bool several = false;
    PQconninfoOption* const options = PQconninfoParse(target.c_str(), nullptr);
    for (const PQconninfoOption* option = options; option && option->keyword; ++option) {
      const std::string_view name = option->keyword;
      if ((name == "host" || name == "hostaddr") && option->val != nullptr &&
          std::string_view(option->val).find(',') != std::string_view::npos) {
        several = true;
      }
    }
    PQconninfoFree(options);
    return several;
  }

  std::string search_path() const { return "SET search_path TO " + quoted(schema_); }

  /// After connecting: whether that went well.
  bool connected() {
    if (is_connected()) {
      PQsetNoticeProcessor(
          connection_, [](void*, const char*) {}, nullptr);
      return true;
    }
    const std::string_view said = PQerrorMessage(connection_);
    const bool denied = said.find("authentication") != std::string_view::npos ||
                        said.find("does not exist") != std::string_view::npos ||
                        said.find("no password supplied") != std::string_view::npos;
    fail(denied ? PostgresFault::access_denied : PostgresFault::cannot_connect, {},
         std::string(said));
    return false;
  }

  /// What a prepared statement is called.
  class Name {
   public:
    Name(Sql sql, PostgresForm form) noexcept {
      text_[0] = form == PostgresForm::gated ? 'g' : 'p';
      *std::to_chars(text_ + 1, text_ + sizeof text_ - 1, static_cast<unsigned>(sql)).ptr = '\0';
    }
    const char* c_str() const noexcept { return text_; }

   private:
    char text_[8];
  };
  bool& flag(Sql sql, PostgresForm form) noexcept {
    return prepared_[static_cast<std::size_t>(form)][static_cast<std::size_t>(sql)];
  }

  bool prepare(Sql sql) {
    if (has_failed()) return false;
    bool& done = flag(sql, PostgresForm::plain);
    if (done) return true;
    done = static_cast<bool>(take(
        PostgresResult(PQprepare(connection_, Name(sql, PostgresForm::plain).c_str(),
                                 postgres_text(sql, PostgresForm::plain).c_str(), 0, nullptr))));
    return done;
  }

  bool send_text(const char* text) {
    const bool good =
        PQsendQueryParams(connection_, text, 0, nullptr, nullptr, nullptr, nullptr, 0) == 1;
    sent_.push_back({Sql{}, PostgresForm::plain, What::text, 0});
    return good;
  }
  bool send_prepare(Sql sql, PostgresForm form) {
    if (flag(sql, form)) return true;
    const bool good = PQsendPrepare(connection_, Name(sql, form).c_str(),
                                    postgres_text(sql, form).c_str(), 0, nullptr) == 1;
    sent_.push_back({sql, form, What::preparation, 0});
    flag(sql, form) = true;  // for what is sent after it
    return good;
  }
  template <class... Parameters>
  bool send(Sql sql, PostgresForm form, const Parameters&... parameters) {
    if (has_failed()) return false;
    const PostgresParameters<sizeof...(Parameters)> bound(parameters...);
    const bool good = send_prepare(sql, form) &&
                      PQsendQueryPrepared(connection_, Name(sql, form).c_str(), bound.count(),
                                          bound.values(), bound.lengths(), bound.formats(), 0) == 1;
    sent_.push_back({sql, form, What::statement, 0});
    if (!good) lose();
    return good;
  }

  /// Takes the next result of a batch. Each of what was sent has one, and a null behind it.
  void take_next() {
    PostgresResult result(PQgetResult(connection_));
    const ExecStatusType status = PQresultStatus(result.get());
    if (!is_connected()) return lose();
    if (received_ == sent_.size()) {
      // What is refused only when the transaction ends has a result, and a null behind it, before.
      if (status == PGRES_FATAL_ERROR && !has_result_) {
        has_result_ = true;
        if (end_ == BatchEnd::done) refuse(result.get());
        return;
      }
      if (!result && has_result_) {
        has_result_ = false;
        return;
      }
      if (status != PGRES_PIPELINE_SYNC || PQexitPipelineMode(connection_) != 1) return lose();
      interrupted_ = interrupted_ && has_failed() && leaves_open(code());
      is_under_way_ = false;
      return;
    }
    if (!result) {
      if (!has_result_) return lose();
      has_result_ = false;
      ++received_;
      return;
    }
    has_result_ = true;
    const Sent& sent = sent_[received_];
    if (sent.what == What::preparation) flag(sent.sql, sent.form) = status == PGRES_COMMAND_OK;
    if (sent.what == What::question && status == PGRES_TUPLES_OK) {
      questions_[sent.question].answer = std::move(result);
    } else if (status == PGRES_TUPLES_OK) {
      shown_ = std::move(result);
    } else if (status == PGRES_FATAL_ERROR && end_ == BatchEnd::done) {
      refuse(result.get());
    }
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
  static std::string_view state_of(const PGresult* result) noexcept {
    const char* const code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    return code == nullptr ? "" : code;
  }
  void note(const PGresult* result) {
    const std::string_view state = state_of(result);
    fail(postgres_fault(state), state, PQresultErrorMessage(result));
  }
  void refuse(const PGresult* result) {
    if (!is_reading_ && is_conflict(state_of(result))) {
      end_ = BatchEnd::conflict;
      return;
    }
    end_ = BatchEnd::failed;
    note(result);
  }
  void lose() {
    fail(PostgresFault::connection_lost, {}, PQerrorMessage(connection_));
    is_under_way_ = false;
  }

  PGconn* connection_;
  std::string schema_;
  Mode mode_;
  bool prepared_[2][sql_count]{};
  std::vector<Sent> sent_;
  std::size_t received_ = 0;
  bool has_result_ = false;
  Stage stage_ = Stage::at_work;
  bool is_under_way_ = false;
  bool interrupted_ = false;
  BatchEnd end_ = BatchEnd::done;
  PostgresResult shown_;
  std::vector<PostgresQuestion> questions_;
  bool is_reading_ = false;
  bool lacks_answers_ = false;
  bool is_worn_ = false;
  std::optional<PostgresFailure> failure_;
};

}  // namespace detail
}  // namespace membership::inline v0

#endif
