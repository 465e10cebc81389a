// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_SQLITE_CONNECTION_HPP
#define MEMBERSHIP_STORE_SQLITE_CONNECTION_HPP

#include "membership/domain/time.hpp"
#include "membership/store/sql/statements.hpp"
#include "membership/store/sqlite/failure.hpp"

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace membership::inline v0 {
namespace detail {

/// One connection to a database file, for one thread at a time, with its prepared statements.
/// The first failure is kept until it is taken; what is asked after it finds nothing.
class SqliteConnection {
 public:
  static constexpr bool notes_every_plan = false;  // an event names its plan
  static constexpr bool answers_later = false;

  /// The rows of a statement. While one is open the connection sees one moment.
  class Rows {
   public:
    Rows(SqliteConnection& connection, sqlite3_stmt* statement) noexcept
        : connection_(&connection), statement_(statement) {}
    Rows(Rows&& other) noexcept
        : connection_(other.connection_), statement_(std::exchange(other.statement_, nullptr)) {}
    Rows& operator=(Rows&&) = delete;
    ~Rows() {
      if (statement_ != nullptr) sqlite3_reset(statement_);
    }

    bool next() {
      if (statement_ == nullptr) return false;
      const int code = sqlite3_step(statement_);
      if (code == SQLITE_ROW) return true;
      if (code != SQLITE_DONE) connection_->fail("reading");
      return false;
    }
    /// A view until the next row; of null the empty text.
    std::string_view text(int column) const noexcept {
      const void* const bytes = sqlite3_column_text(statement_, column);
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
      return bytes == nullptr ? std::string_view()
                              : std::string_view(static_cast<const char*>(bytes), size);
    }
    std::int64_t integer(int column) const noexcept {
      return sqlite3_column_int64(statement_, column);
    }
    bool is_null(int column) const noexcept {
      return sqlite3_column_type(statement_, column) == SQLITE_NULL;
    }

   private:
    SqliteConnection* connection_;
    sqlite3_stmt* statement_;
  };

  /// Opens a file, which is made where there is none.
  [[nodiscard]] static std::unique_ptr<SqliteConnection>
  open(const std::string& file, int busy_milliseconds, std::optional<SqliteFailure>& failure) {
    auto connection = std::unique_ptr<SqliteConnection>(new SqliteConnection);
    const int code =
        sqlite3_open_v2(file.c_str(), &connection->database_,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    if (code != SQLITE_OK) {
      failure = sqlite_failure(connection->database_, code, file);
      return nullptr;
    }
    sqlite3_extended_result_codes(connection->database_, 1);
    sqlite3_busy_timeout(connection->database_, busy_milliseconds);
    return connection;
  }

  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;
  ~SqliteConnection() {
    for (sqlite3_stmt* const statement : statements_) sqlite3_finalize(statement);
    for (sqlite3_stmt* const statement : controls_) sqlite3_finalize(statement);
    sqlite3_close(database_);
  }

  sqlite3* database() const noexcept { return database_; }

  /// The rows of a statement; its parameters must outlive them.
  template <class... Parameters>
  Rows query(Sql sql, Parameters&&... parameters) {
    static_assert((!std::is_same_v<Parameters, std::string> && ... && true),
                  "a text that ends before the rows do");
    return Rows(*this, bind(sql, parameters...));
  }
  /// Whether a statement shows a row.
  template <class... Parameters>
  bool exists(Sql sql, const Parameters&... parameters) {
    return query(sql, parameters...).next();
  }
  /// Whether a statement changed exactly one row; not where a key is there already.
  template <class... Parameters>
  bool change(Sql sql, const Parameters&... parameters) {
    return run(sql, parameters...) && sqlite3_changes(database_) == 1;
  }
  /// Whether a statement succeeded; not where a key is there already.
  template <class... Parameters>
  bool run(Sql sql, const Parameters&... parameters) {
    sqlite3_stmt* const statement = bind(sql, parameters...);
    if (statement == nullptr) return false;
    const int code = sqlite3_step(statement);
    if (code != SQLITE_DONE && (sqlite3_extended_errcode(database_) & 0xFF) != SQLITE_CONSTRAINT) {
      fail("writing");
    }
    sqlite3_reset(statement);
    return code == SQLITE_DONE;
  }

  /// Begins a transaction that writes: waits for other processes.
  bool begin() { return control(Control::begin); }
  bool commit() { return control(Control::commit); }
  bool is_in_transaction() const noexcept { return sqlite3_get_autocommit(database_) == 0; }
  /// Ends a transaction without a trace, whatever failed.
  void roll_back() noexcept {
    if (!is_in_transaction()) return;
    sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
  }

  /// Statements that are none of a store's: of the schema.
  bool execute(const char* text) {
    if (has_failed()) return false;
    if (sqlite3_exec(database_, text, nullptr, nullptr, nullptr) == SQLITE_OK) return true;
    fail(text);
    return false;
  }
  /// What a pragma or a query shows first.
  std::optional<std::string> text(const char* query) {
    if (has_failed()) return std::nullopt;
    sqlite3_stmt* statement = nullptr;
    std::optional<std::string> result;
    if (sqlite3_prepare_v2(database_, query, -1, &statement, nullptr) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
      result = Rows(*this, statement).text(0);
    } else {
      fail(query);
    }
    sqlite3_finalize(statement);
    return result;
  }
  std::optional<std::int64_t> number(const char* query) {
    const auto shown = text(query);
    return shown ? integer_of(*shown) : std::nullopt;
  }

  bool has_failed() const noexcept { return failure_.has_value(); }
  /// How it failed, where it has.
  SqliteFault fault() const noexcept { return failure_ ? failure_->fault : SqliteFault::other; }
  SqliteFailure take_failure() {
    SqliteFailure failure = failure_.value_or(SqliteFailure{});
    failure_.reset();
    return failure;
  }
  /// Notes the failure of the last call.
  void fail(std::string_view doing) {
    if (!failure_) failure_ = sqlite_failure(database_, SQLITE_OK, doing);
  }
  void fail(SqliteFault fault, std::string message) {
    if (!failure_) failure_ = SqliteFailure{fault, 0, std::move(message)};
  }
  /// Notes that rows are not as this library writes them.
  void corrupt(const char* what) {
    fail(SqliteFault::corrupt, std::string(what) + " is not as this library writes it");
  }
  /// Notes that what was read is not of one moment.
  void torn(const char* what) { corrupt(what); }

 private:
  SqliteConnection() = default;

  enum class Control : std::uint8_t { begin, commit };
  bool control(Control what) {
    if (has_failed()) return false;
    const char* const text = what == Control::begin ? "BEGIN IMMEDIATE" : "COMMIT";
    sqlite3_stmt*& statement = controls_[static_cast<std::size_t>(what)];
    const bool good =
        (statement != nullptr || sqlite3_prepare_v3(database_, text, -1, SQLITE_PREPARE_PERSISTENT,
                                                    &statement, nullptr) == SQLITE_OK) &&
        sqlite3_step(statement) == SQLITE_DONE;
    if (!good) fail(text);
    sqlite3_reset(statement);
    return good;
  }

  /// The statement with its parameters; null where that failed.
  template <class... Parameters>
  sqlite3_stmt* bind(Sql sql, const Parameters&... parameters) {
    sqlite3_stmt* const statement = prepared(sql);
    if (statement == nullptr) return nullptr;
    int place = 0;
    const bool bound = ((bind_one(statement, ++place, parameters) == SQLITE_OK) && ... && true);
    if (bound) return statement;
    fail("binding a parameter");
    return nullptr;
  }

  sqlite3_stmt* prepared(Sql sql) {
    if (has_failed()) return nullptr;
    sqlite3_stmt*& statement = statements_[static_cast<std::size_t>(sql)];
    if (statement == nullptr) {
      const std::string text = sql_text(sql);
      if (sqlite3_prepare_v3(database_, text.c_str(), static_cast<int>(text.size()),
                             SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK) {
        fail("preparing a statement");
      }
    }
    return statement;
  }

  static int bind_one(sqlite3_stmt* statement, int place, std::nullptr_t) noexcept {
    return sqlite3_bind_null(statement, place);
  }
  static int bind_one(sqlite3_stmt* statement, int place, std::string_view text) noexcept {
    // An empty view may be null, which would bind NULL.
    return sqlite3_bind_text(statement, place, text.empty() ? "" : text.data(),
                             static_cast<int>(text.size()), SQLITE_STATIC);
  }
  static int bind_one(sqlite3_stmt* statement, int place, std::int64_t value) noexcept {
    return sqlite3_bind_int64(statement, place, value);
  }
  static int bind_one(sqlite3_stmt* statement, int place, std::uint64_t value) noexcept {
    return sqlite3_bind_int64(statement, place, static_cast<std::int64_t>(value));
  }
  static int bind_one(sqlite3_stmt* statement, int place, unsigned value) noexcept {
    return sqlite3_bind_int64(statement, place, value);
  }
  static int bind_one(sqlite3_stmt* statement, int place, bool value) noexcept {
    return sqlite3_bind_int64(statement, place, value ? 1 : 0);
  }
  static int bind_one(sqlite3_stmt* statement, int place, Time value) noexcept {
    return sqlite3_bind_int64(statement, place, value.milliseconds());
  }
  template <class V>
  static int bind_one(sqlite3_stmt* statement, int place, const std::optional<V>& value) noexcept {
    return value ? bind_one(statement, place, *value) : sqlite3_bind_null(statement, place);
  }

  sqlite3* database_ = nullptr;
  sqlite3_stmt* statements_[sql_count]{};
  sqlite3_stmt* controls_[2]{};
  std::optional<SqliteFailure> failure_;
};

}  // namespace detail
}  // namespace membership::inline v0

#endif
