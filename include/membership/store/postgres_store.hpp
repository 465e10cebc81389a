// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_POSTGRES_STORE_HPP
#define MEMBERSHIP_STORE_POSTGRES_STORE_HPP

#include "membership/policy/plan.hpp"
#include "membership/policy/query.hpp"
#include "membership/policy/reads.hpp"
#include "membership/store/concepts.hpp"
#include "membership/store/owned/loaded_snapshot.hpp"
#include "membership/store/owned/member_queues.hpp"
#include "membership/store/owned/queue_place.hpp"
#include "membership/store/owned/shared_lock.hpp"
#include "membership/store/postgres/connection.hpp"
#include "membership/store/postgres/failure.hpp"
#include "membership/store/postgres/migration.hpp"
#include "membership/store/postgres/options.hpp"
#include "membership/store/postgres/parts.hpp"
#include "membership/store/postgres/placing.hpp"
#include "membership/store/sql/plan_writer.hpp"
#include "membership/store/sql/reader.hpp"

#include <tl/expected.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace membership::inline v0 {

/// Keeps one environment in a schema of a PostgreSQL database. Needs `libpq`.
///
/// Safe for many threads and many processes: each thread at work has a connection of its own. A
/// commit is one round trip, and so is a load or a view where the environment is as it was seen
/// before; one more where it is not, where it could not be known that an organization has roles of
/// its own, and for the invitation of a pending membership that is named by its user. A list is a
/// round trip for each batch of rows, and three around them all. A new schema has the role
/// `member`. Roles and permissions are kept by slug, times in milliseconds. Ids are texts
/// (`TextId`).
///
/// Where several hosts are named, the first that takes writes is used, unless the target says
/// otherwise (`target_session_attrs`); where it is lost or becomes read-only, the next call finds
/// the one that does then.
///
/// Where a connection is lost during a commit, its fate is found out by its plan's id: either it
/// was carried out, or from then on it cannot be any more.
template <class T>
class BasicPostgresStore {
  static_assert(detail::HasTextIds<T>,
                "membership: a PostgreSQL store needs ids that have a text (TextId)");
  using Connection = detail::PostgresConnection;
  using Reader = detail::SqlReader<T, Connection>;
  using Sql = detail::Sql;

 public:
  using traits = T;
  using Failure = PostgresFailure;
  using Loaded = detail::LoadedSnapshot<T>;
  using QueuePlace = detail::QueuePlace;
  static constexpr Kinds keeps = all_kinds;

  /// Opens a schema; one that is not there is made, one of an earlier version of the library is
  /// brought to this one. `member_role` is the id of the first role of a new environment.
  /// Failures: `cannot_connect`, `access_denied`, `newer_schema`, `read_only`, `full`,
  /// `connection_lost`. What was kept is not changed then; the tables may be those of a version
  /// between, or the schema empty, from which the next to open it goes on.
  [[nodiscard]] static tl::expected<std::unique_ptr<BasicPostgresStore>, Failure>
  open(const PostgresStoreOptions& options, const typename T::RoleId& member_role) {
    using Result = tl::expected<std::unique_ptr<BasicPostgresStore>, Failure>;
    auto store = std::unique_ptr<BasicPostgresStore>(new BasicPostgresStore(options));
    {
      const Lease lease(*store);
      if (!detail::migrate_postgres<T>(*lease, options, member_role)) {
        return Result(tl::unexpect, (*lease).take_failure());
      }
    }
    return Result(tl::in_place, std::move(store));
  }
  [[nodiscard]] static tl::expected<std::unique_ptr<BasicPostgresStore>, Failure>
  open(const PostgresStoreOptions& options) requires requires {
    T::RoleId::from_ulid(Ulid{});
  }
  { return open(options, T::RoleId::from_ulid(Ulid{})); }

  BasicPostgresStore(const BasicPostgresStore&) = delete;
  BasicPostgresStore& operator=(const BasicPostgresStore&) = delete;

  /// What `reads` asks for, at one moment.
  [[nodiscard]] tl::expected<Loaded, Failure> load(const BasicReads<T>& reads) const {
    tl::expected<Loaded, Failure> result(tl::in_place);
    auto failure = read_moment([&](Reader reader) { reader.ask(reads); },
                               [&](Reader reader) {
                                 *result = Loaded();
                                 return reader.load(reads, *result);
                               });
    if (failure) {
      result = tl::unexpected<Failure>(std::move(*failure));
    } else if (result->membership) {
      member_queues_.note(*result->membership);
    }
    return result;
  }

  /// As many snapshots of one moment.
  [[nodiscard]] tl::expected<std::vector<Loaded>, Failure>
  load(std::span<const BasicReads<T>> reads) const {
    tl::expected<std::vector<Loaded>, Failure> result(tl::in_place);
    const auto ask = [&](Reader reader) {
      for (const BasicReads<T>& each : reads) reader.ask(each);
    };
    auto failure = read_moment(ask, [&](Reader reader) {
      *result = std::vector<Loaded>(reads.size());
      bool good = true;
      for (std::size_t i = 0; good && i < reads.size(); ++i) {
        good = reader.load(reads[i], (*result)[i]);
      }
      return good;
    });
    if (failure) result = tl::unexpected<Failure>(std::move(*failure));
    return result;
  }

  /// Shows the membership of a user in an organization as a `BasicMembershipRow`: `visit` must not
  /// call the store, which may wait for itself. The row is valid only during the call. Returns
  /// whether there is one.
  template <class Visit>
  [[nodiscard]] tl::expected<bool, Failure> view(const typename T::UserId& user,
                                                 const typename T::OrganizationId& organization,
                                                 Visit&& visit) const {
    bool found = false;
    auto failure = read_moment([&](Reader reader) { reader.ask(user, organization); },
                               [&](Reader reader) {
                                 const std::optional<bool> answer =
                                     reader.view(user, organization, visit);
                                 found = answer.value_or(false);
                                 return answer.has_value();
                               });
    if (failure) return tl::expected<bool, Failure>(tl::unexpect, std::move(*failure));
    return found;
  }

  /// Carries out all plans or, where a precondition of one no longer holds, none.
  [[nodiscard]] tl::expected<CommitStatus, Failure> commit(std::span<const BasicPlan<T>> plans) {
    Failure failure;
    {
      const Lease lease(*this);
      Connection& connection = *lease;
      std::vector<Catalogues> catalogues;
      if (find_catalogues(connection, plans, catalogues) &&
          parts_.send(connection, plans, catalogues)) {
        connection.advance();
        switch (connection.batch_end()) {
          case Connection::BatchEnd::done: return CommitStatus::committed;
          case Connection::BatchEnd::conflict:
            if (parts_.send_undo(connection)) connection.advance();
            return CommitStatus::conflict;
          case Connection::BatchEnd::failed: break;
        }
      }
      const bool interrupted = connection.is_interrupted();
      failure = connection.take_failure();
      if (!interrupted) return parts_.unsent(std::move(failure));
    }
    // One of them stands for all.
    for (const BasicPlan<T>& plan : plans) {
      if (detail::changes(plan)) return fate_of(plan.id, std::move(failure));
    }
    return CommitStatus::committed;
  }

  /// Shows a page of a list, each row of its kind, of one moment: `visit` must not call the store,
  /// which may wait for itself. A row is valid only during the call.
  template <class Query, class Visit>
  [[nodiscard]] tl::expected<ListEnd, Failure> list(const Query& query, Visit&& visit) const {
    if constexpr (std::is_same_v<Query, BasicEventQuery<T>>) {
      const auto placed = place_events();
      if (!placed) return tl::expected<ListEnd, Failure>(tl::unexpect, placed.error());
    }
    return read<ListEnd>([&](Reader reader) { return reader.list(query, visit); });
  }

  /// Gives the events that have none yet their places in the log; whoever lists events does it
  /// first. Several may do it at once. Returns how many it placed.
  [[nodiscard]] tl::expected<std::size_t, Failure> place_events() const {
    detail::PostgresPlacing placing;
    while (placing.goes_on()) {
      const Lease lease(*this);
      if (placing.send(*lease)) (*lease).advance();
      placing.take(*lease);
      if (placing.pause() > 0) detail::postgres_sleep(placing.pause());
    }
    return placing.result();
  }

  /// Whether the commit of the plan with this id was carried out; known as long as its events are
  /// kept and at least a day.
  [[nodiscard]] tl::expected<bool, Failure> was_committed(PlanId plan) const {
    std::optional<bool> found;
    auto failure = read_moment([](Reader) {},
                               [&](Reader reader) {
                                 found = reader.was_committed(plan);
                                 return true;
                               });
    if (failure) return tl::expected<bool, Failure>(tl::unexpect, std::move(*failure));
    return found.value_or(false);
  }

  /// Drops the oldest events, in the order of the log, as long as they are from before `time`, at
  /// most `limit` of them. Returns how many, `limit` where there may be more; of several who drop
  /// at once each may count the same. `time` is not in the future: the fate of plans is forgotten a
  /// day before it.
  [[nodiscard]] tl::expected<std::size_t, Failure> drop_events(Time time, std::size_t limit) {
    const auto placed = place_events();
    if (!placed) return tl::expected<std::size_t, Failure>(tl::unexpect, placed.error());
    for (detail::PostgresTries tries;;) {
      auto dropped = drop_once(time, limit);
      // With a connection that was lost they may be gone, and a next try would drop others.
      if (dropped || dropped.error().fault == PostgresFault::connection_lost) return dropped;
      if (!tries.again(dropped.error())) return dropped;
      if (tries.pause() > 0) detail::postgres_sleep(tries.pause());
    }
  }

  /// Waits for the place in the queue of this process that the organization shares with others.
  /// Reads that name none, nor a membership that was seen of late, wait for nothing.
  [[nodiscard]] QueuePlace queue(const BasicReads<T>& reads) const {
    const std::optional<std::uint32_t> number = member_queues_.find(reads);
    return QueuePlace(number ? &queues_[*number] : nullptr);
  }

 private:
  using Catalogues = typename Reader::Catalogues;

  explicit BasicPostgresStore(const PostgresStoreOptions& options) : parts_(options) {}

  /// A connection, given back at the end where it is still good.
  class Lease {
   public:
    explicit Lease(const BasicPostgresStore& store)
        : parts_(store.parts_), connection_(parts_.take(Connection::Mode::blocking)) {}
    ~Lease() { parts_.give_back(std::move(connection_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Connection& operator*() const noexcept { return *connection_; }

   private:
    detail::PostgresParts<T>& parts_;
    std::unique_ptr<Connection> connection_;
  };

  /// Reads one moment: `ask` asks for what is known to be needed, `read` reads it and says whether
  /// all went well. Where more is needed, all is asked and read again, so nothing of it may have
  /// been shown before `read` is at its end. The failure where it could not be read; a connection
  /// that was lost is replaced once.
  template <class Ask, class Read>
  std::optional<Failure> read_moment(const Ask& ask, const Read& read) const {
    for (detail::PostgresTries tries;;) {
      std::optional<Failure> failure;
      {
        const Lease lease(*this);
        Connection& connection = *lease;
        connection.begin_reading();
        ask(parts_.reader(connection));
        read_on(connection, read);
        connection.end_reading();
        if (!connection.has_failed()) return std::nullopt;
        failure = connection.take_failure();
      }
      if (!tries.again(*failure)) return failure;
      if (tries.pause() > 0) detail::postgres_sleep(tries.pause());
    }
  }
  /// The same for what shows rows as it goes: once, each query a round trip.
  template <class Answer, class Ask>
  tl::expected<Answer, Failure> read(const Ask& ask) const {
    const Lease lease(*this);
    Connection& connection = *lease;
    if (connection.begin_moment()) {
      const std::optional<Answer> answer = ask(parts_.reader(connection));
      if (answer) {
        connection.end_moment();
        return *answer;
      }
    }
    return tl::expected<Answer, Failure>(tl::unexpect, parts_.failure_of(connection));
  }
  /// One try of `drop_events`.
  tl::expected<std::size_t, Failure> drop_once(Time time, std::size_t limit) {
    const Lease lease(*this);
    Connection& connection = *lease;
    std::size_t count = 0;
    std::int64_t last = 0;
    {
      constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
      auto rows = connection.query(Sql::oldest_events, std::min<std::uint64_t>(limit, most));
      while (rows.next() && Time::from_milliseconds(rows.integer(1)) < time) {
        last = rows.integer(0);
        ++count;
      }
    }
    if (connection.begin_batch()) {
      if (count > 0) connection.run(Sql::delete_events, last);
      connection.run(Sql::delete_plans, detail::kept_plans(time));
      if (connection.end_batch() == Connection::BatchEnd::done) return count;
    }
    return tl::expected<std::size_t, Failure>(
        tl::unexpect, connection.take_failure("others drop events all the time"));
  }
  /// What each plan's slugs are written with. False where that could not be read.
  bool find_catalogues(Connection& connection, std::span<const BasicPlan<T>> plans,
                       std::vector<Catalogues>& out) {
    connection.begin_reading();
    read_on(connection, [&](Reader) { return parts_.read_catalogues(connection, plans, out); });
    connection.end_reading();
    return !connection.has_failed();
  }
  /// Reads until everything that was asked has an answer.
  template <class Read>
  void read_on(Connection& connection, const Read& read) const {
    bool good = false;
    do {
      if (connection.lacks_answers() && connection.send_questions()) connection.advance();
      good = !connection.has_failed() && read(parts_.reader(connection));
    } while (connection.lacks_answers());
    if (!good) parts_.note_missing(connection);
  }

  /// What became of a commit whose end was never heard of. Where it is not there it is kept from
  /// being carried out late: its plan's id is taken.
  tl::expected<CommitStatus, Failure> fate_of(PlanId plan, Failure failure) {
    using Result = tl::expected<CommitStatus, Failure>;
    const std::int64_t begun = detail::postgres_milliseconds();
    for (;;) {
      {
        Connection connection(parts_.options().target, parts_.options().schema);
        if (parts_.send_void(connection, plan)) {
          connection.advance();
          bool is_void = connection.batch_end() == Connection::BatchEnd::done;
          if (connection.batch_end() == Connection::BatchEnd::conflict) {
            // By a plan's id that is there, or by an accident, which leaves nothing to be found.
            const std::optional<bool> noted = parts_.reader(connection).was_noted(plan);
            if (noted == true) return CommitStatus::committed;
            is_void = noted == false;
          }
          if (is_void) {
            failure.fault = PostgresFault::connection_lost;
            return Result(tl::unexpect, std::move(failure));
          }
        }
      }
      const std::int64_t waited = detail::postgres_milliseconds() - begun;
      if (waited >= parts_.options().patience_milliseconds) break;
      detail::postgres_sleep(wait_step);
    }
    failure.fault = PostgresFault::fate_unknown;
    return Result(tl::unexpect, std::move(failure));
  }
  static constexpr int wait_step = 50;  ///< milliseconds

  mutable detail::PostgresParts<T> parts_;
  mutable detail::SharedLock queues_[detail::MemberQueues::queue_count];
  mutable detail::MemberQueues member_queues_;
};

using PostgresStore = BasicPostgresStore<DefaultTraits>;

}  // namespace membership::inline v0

#endif
