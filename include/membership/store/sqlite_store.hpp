// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_SQLITE_STORE_HPP
#define MEMBERSHIP_STORE_SQLITE_STORE_HPP

#include "membership/policy/plan.hpp"
#include "membership/policy/query.hpp"
#include "membership/policy/reads.hpp"
#include "membership/store/concepts.hpp"
#include "membership/store/owned/loaded_snapshot.hpp"
#include "membership/store/owned/queue_place.hpp"
#include "membership/store/owned/shared_lock.hpp"
#include "membership/store/sql/plan_writer.hpp"
#include "membership/store/sql/reader.hpp"
#include "membership/store/sqlite/connection.hpp"
#include "membership/store/sqlite/failure.hpp"
#include "membership/store/sqlite/schema.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace membership::inline v0 {

/// When a commit counts as done (SQLite's `synchronous`).
enum class SqliteSynchronous : std::uint8_t {
  full,    ///< it is on the disk: a loss of power loses nothing
  normal,  ///< a loss of power may lose the last commits, never a part of one
  off,     ///< for tests: a loss of power may damage the file
};

/// How a file is opened, and what a commit waits for.
struct SqliteStoreOptions {
  SqliteSynchronous synchronous = SqliteSynchronous::full;
  int busy_milliseconds = 5000;  ///< how long to wait for another process
  /// When the environment of a new file, and so its first role, was made.
  Time created_at = Time::from_milliseconds(0);
};

/// Keeps one environment in a file of SQLite: the embedded durable default. Needs `sqlite3`.
///
/// Safe for many threads, which read side by side while one writes, and for several processes on
/// one file (not on a network's file system). Each thread that reads at the same time has a
/// connection of its own. A new file has the role `member`. Roles and permissions are kept by slug,
/// times in milliseconds, so that people can read the tables; what other programs write there is
/// not checked by any rule. Ids are texts (`TextId`).
///
/// With the file `:memory:` everything is in memory and one thread at a time reads.
template <class T>
class BasicSqliteStore {
  static_assert(detail::HasTextIds<T>,
                "membership: a SQLite store needs ids that have a text (TextId)");
  using Connection = detail::SqliteConnection;
  using Reader = detail::SqlReader<T, Connection>;

 public:
  using traits = T;
  using Failure = SqliteFailure;
  using Loaded = detail::LoadedSnapshot<T>;
  static constexpr Kinds keeps = all_kinds;
  /// Holds the place in the queue of commands until it is destroyed.
  using QueuePlace = detail::QueuePlace;

  /// Opens a file; one that is not there is made, one of an earlier version of the library is
  /// brought to this one. `member_role` is the id of the first role of a new environment.
  /// Failures: `cannot_open`, `not_a_database`, `foreign`, `newer_schema`, `read_only`, `busy`,
  /// `full`, `input_output`, `corrupt`, `out_of_memory`. What was kept is not changed then; the
  /// tables may be those of a version between, each made in one transaction, from which the next to
  /// open the file goes on.
  [[nodiscard]] static tl::expected<std::unique_ptr<BasicSqliteStore>, Failure>
  open(std::string file, const typename T::RoleId& member_role,
       const SqliteStoreOptions& options = {}) {
    using Result = tl::expected<std::unique_ptr<BasicSqliteStore>, Failure>;
    auto store = std::unique_ptr<BasicSqliteStore>(new BasicSqliteStore(std::move(file), options));
    std::optional<Failure> failure;
    store->writer_ = store->connect(failure);
    if (!store->writer_) return Result(tl::unexpect, std::move(*failure));
    Connection& writer = *store->writer_;
    const bool good =
        store->begin_writing() &&
        detail::migrate_sqlite(
            writer,
            [&] { return detail::begin_environment(writer, member_role, options.created_at); }) &&
        (store->in_memory() || store->use_write_ahead_log());
    if (!good) return Result(tl::unexpect, writer.take_failure());
    return Result(tl::in_place, std::move(store));
  }
  [[nodiscard]] static tl::expected<std::unique_ptr<BasicSqliteStore>, Failure>
  open(std::string file, const SqliteStoreOptions& options = {}) requires requires {
    T::RoleId::from_ulid(Ulid{});
  }
  { return open(std::move(file), T::RoleId::from_ulid(Ulid{}), options); }

  BasicSqliteStore(const BasicSqliteStore&) = delete;
  BasicSqliteStore& operator=(const BasicSqliteStore&) = delete;

  /// What `reads` asks for, at one moment. Complexity: one statement, and one more for each of:
  /// a changed environment (three), an organization with roles of its own (two), actor, other,
  /// inviter, holders, an invitation, each claim and domain, each profile.
  [[nodiscard]] tl::expected<Loaded, Failure> load(const BasicReads<T>& reads) const {
    tl::expected<Loaded, Failure> result(tl::in_place);
    std::optional<Failure> failure;
    {
      const Lease lease(*this, failure, Pages::of_writer);
      if (lease && !Reader(*lease, cache_).load(reads, *result)) failure = failure_of(*lease);
    }
    if (failure) result = tl::unexpected<Failure>(std::move(*failure));
    return result;
  }

  /// As many snapshots of one moment.
  [[nodiscard]] tl::expected<std::vector<Loaded>, Failure>
  load(std::span<const BasicReads<T>> reads) const {
    tl::expected<std::vector<Loaded>, Failure> result(tl::in_place, reads.size());
    std::optional<Failure> failure;
    {
      const Lease lease(*this, failure);
      if (lease) {
        // Held open, it keeps the moment.
        auto moment = (*lease).query(detail::Sql::catalogue_revisions, nullptr);
        bool good = moment.next();
        for (std::size_t i = 0; good && i < reads.size(); ++i) {
          good = Reader(*lease, cache_).load(reads[i], (*result)[i]);
        }
        if (!good) failure = failure_of(*lease);
      }
    }
    if (failure) result = tl::unexpected<Failure>(std::move(*failure));
    return result;
  }

  /// Shows the membership of a user in an organization as a `BasicMembershipRow`, in place:
  /// `visit` must not call the store, which may wait for itself. The row is valid only during the
  /// call. Returns whether there is one. Complexity: one statement; three more where the
  /// environment has changed, two where the organization has roles of its own.
  template <class Visit>
  [[nodiscard]] tl::expected<bool, Failure> view(const typename T::UserId& user,
                                                 const typename T::OrganizationId& organization,
                                                 Visit&& visit) const {
    return read<bool>([&](Reader reader) { return reader.view(user, organization, visit); });
  }

  /// Carries out all plans or, where a precondition of one no longer holds, none.
  [[nodiscard]] tl::expected<CommitStatus, Failure> commit(std::span<const BasicPlan<T>> plans) {
    const detail::UniqueGuard guard(lock_);
    Connection& writer = *writer_;
    {
      const Transaction transaction(writer);
      // What is read behind a change of the environment may be undone, and is kept apart.
      detail::EnvironmentCache<T> undecided;
      detail::EnvironmentCache<T>* cache = &cache_;
      bool holds = writer.begin();
      for (std::size_t i = 0; holds && i < plans.size(); ++i) {
        holds = write(plans[i], *cache);
        if (plans[i].environment) cache = &undecided;
      }
      if (holds && writer.commit()) return CommitStatus::committed;
    }
    if (!writer.has_failed()) return CommitStatus::conflict;
    return tl::expected<CommitStatus, Failure>(tl::unexpect, writer.take_failure());
  }

  /// Shows a page of memberships, organizations, users, invitations, roles, permissions or events,
  /// each as a row of its kind, of one moment: `visit` must not call the store, which may wait for
  /// itself. A row is valid only during the call.
  /// Complexity: one statement by an index for each batch of rows, a look at the revisions, and
  /// what the rows name besides: two statements for each organization with roles of its own, one
  /// for each claim, id and cursor. A page costs the same wherever it begins.
  template <class Query, class Visit>
  [[nodiscard]] tl::expected<ListEnd, Failure> list(const Query& query, Visit&& visit) const {
    return read<ListEnd>([&](Reader reader) { return reader.list(query, visit); });
  }

  /// Whether the commit of the plan with this id was carried out; known as long as its events are
  /// kept and at least a day.
  [[nodiscard]] tl::expected<bool, Failure> was_committed(PlanId plan) const {
    return read<bool>([&](Reader reader) { return reader.was_committed(plan); });
  }

  /// Drops the oldest events, in the order of the log, as long as they are from before `time`, at
  /// most `limit` of them. Returns how many, `limit` where there may be more. `time` is not in the
  /// future: the fate of plans is forgotten a day before it, so events from that day are noted.
  [[nodiscard]] tl::expected<std::size_t, Failure> drop_events(Time time, std::size_t limit) {
    const detail::UniqueGuard guard(lock_);
    Connection& writer = *writer_;
    const Transaction transaction(writer);
    std::size_t count = 0;
    std::int64_t last = 0;
    bool good = writer.begin();
    if (good) {
      auto rows = writer.query(detail::Sql::oldest_events, std::uint64_t{limit});
      while (rows.next() && Time::from_milliseconds(rows.integer(1)) < time) {
        last = rows.integer(0);
        ++count;
      }
      good = !writer.has_failed();
    }
    const Time kept = detail::kept_plans(time);
    if (good && count > 0) {
      good = writer.run(detail::Sql::note_events, last, kept) &&
             writer.run(detail::Sql::delete_events, last);
    }
    if (good) good = writer.run(detail::Sql::delete_plans, kept);
    if (good && writer.commit()) return count;
    return tl::expected<std::size_t, Failure>(tl::unexpect, writer.take_failure());
  }

  /// Waits for the place in this process' queue of commands: a file has one writer, so one command
  /// at a time is loaded, decided and committed (docs/explanation/concurrency.md, rule 8).
  [[nodiscard]] QueuePlace queue(const BasicReads<T>& /*reads*/) const {
    return QueuePlace(&queue_);
  }

 private:
  BasicSqliteStore(std::string file, const SqliteStoreOptions& options)
      : file_(std::move(file)), options_(options) {}

  /// What the writer writes: undone at the end where it was not committed, also by an exception.
  class Transaction {
   public:
    explicit Transaction(Connection& writer) : writer_(writer) {}
    ~Transaction() { writer_.roll_back(); }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

   private:
    Connection& writer_;
  };
  /// Whose pages are read: after each commit the writer has those that it wrote, the others none.
  enum class Pages : std::uint8_t { own, of_writer };
  /// A connection for reading, given back at the end. The writer's is taken only where it is idle.
  class Lease {
   public:
    Lease(const BasicSqliteStore& store, std::optional<Failure>& failure, Pages pages = Pages::own)
        : store_(store), writer_(store.in_memory()) {
      if (writer_) {
        store.lock_.lock();
        return;
      }
      writer_ = pages == Pages::of_writer && store.lock_.try_lock();
      if (writer_) return;
      {
        const detail::UniqueGuard guard(store.pool_lock_);
        if (!store.pool_.empty()) {
          connection_ = std::move(store.pool_.back());
          store.pool_.pop_back();
          ++store.lent_;
          return;
        }
      }
      connection_ = store.connect_reader(failure);
      const detail::UniqueGuard guard(store.pool_lock_);
      // Room for all that are lent: giving back allocates nothing.
      store.pool_.reserve(store.pool_.size() + store.lent_ + 1);
      ++store.lent_;
    }
    ~Lease() {
      if (writer_) {
        store_.lock_.unlock();
      } else {
        const detail::UniqueGuard guard(store_.pool_lock_);
        --store_.lent_;
        if (connection_) store_.pool_.push_back(std::move(connection_));
      }
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    explicit operator bool() const noexcept { return writer_ || static_cast<bool>(connection_); }
    Connection& operator*() const noexcept { return connection_ ? *connection_ : *store_.writer_; }

   private:
    const BasicSqliteStore& store_;
    bool writer_;
    std::unique_ptr<Connection> connection_;
  };

  bool in_memory() const noexcept { return file_ == ":memory:"; }

  /// What a reader answers, or the failure of its connection.
  template <class Answer, class Ask>
  tl::expected<Answer, Failure> read(const Ask& ask) const {
    std::optional<Failure> failure;
    const Lease lease(*this, failure);
    if (lease) {
      const std::optional<Answer> answer = ask(Reader(*lease, cache_));
      if (answer) return *answer;
      failure = failure_of(*lease);
    }
    return tl::expected<Answer, Failure>(tl::unexpect, std::move(*failure));
  }

  /// Why a connection found nothing where there is always something.
  static Failure failure_of(Connection& connection) {
    connection.fail(SqliteFault::corrupt, "the environment is missing");
    return connection.take_failure();
  }

  std::unique_ptr<Connection> connect(std::optional<Failure>& failure) const {
    return Connection::open(file_, options_.busy_milliseconds, failure);
  }
  std::unique_ptr<Connection> connect_reader(std::optional<Failure>& failure) const {
    std::unique_ptr<Connection> reader = connect(failure);
    if (reader && !reader->execute("PRAGMA query_only = 1")) {
      failure = reader->take_failure();
      reader.reset();
    }
    return reader;
  }

  bool begin_writing() {
    Connection& writer = *writer_;
    // Reads the file's head: what is no database is found here.
    if (!writer.number("PRAGMA schema_version")) return false;
    if (sqlite3_db_readonly(writer.database(), "main") == 1) {
      writer.fail(SqliteFault::read_only, file_ + ": the file may not be written");
      return false;
    }
    switch (options_.synchronous) {
      case SqliteSynchronous::full:
        if (!writer.execute("PRAGMA synchronous = FULL")) return false;
        break;
      case SqliteSynchronous::normal:
        if (!writer.execute("PRAGMA synchronous = NORMAL")) return false;
        break;
      case SqliteSynchronous::off:
        if (!writer.execute("PRAGMA synchronous = OFF")) return false;
        break;
    }
    return true;
  }

  /// Readers go on while one writes only with it. Where several processes begin at once, SQLite
  /// may refuse the change without waiting.
  bool use_write_ahead_log() {
    Connection& writer = *writer_;
    for (int waited = 0;; waited += wait_step) {
      const auto mode = writer.text("PRAGMA journal_mode = WAL");
      if (mode == "wal") return true;
      if (mode) {
        writer.fail(SqliteFault::cannot_open, file_ + ": a write-ahead log is not possible there");
        return false;
      }
      if (writer.fault() != SqliteFault::busy || waited >= options_.busy_milliseconds) return false;
      static_cast<void>(writer.take_failure());
      sqlite3_sleep(wait_step);
    }
  }
  static constexpr int wait_step = 10;  ///< milliseconds

  bool write(const BasicPlan<T>& plan, detail::EnvironmentCache<T>& cache) {
    const auto seen = Reader(*writer_, cache).catalogues(plan.organization_id());
    if (!seen.environment) return false;
    return detail::PlanWriter<T, Connection>(*writer_, plan, *seen.environment, seen.own.get())
        .write();
  }

  std::string file_;
  SqliteStoreOptions options_;
  mutable detail::SharedLock queue_;
  mutable detail::SharedLock lock_;  ///< of the writer
  std::unique_ptr<Connection> writer_;
  mutable detail::SharedLock pool_lock_;
  mutable std::vector<std::unique_ptr<Connection>> pool_;
  mutable std::size_t lent_ = 0;  ///< connections of the pool
  mutable detail::EnvironmentCache<T> cache_;
};

using SqliteStore = BasicSqliteStore<DefaultTraits>;

}  // namespace membership::inline v0

#endif
