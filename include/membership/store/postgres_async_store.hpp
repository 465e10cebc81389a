// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_POSTGRES_ASYNC_STORE_HPP
#define MEMBERSHIP_STORE_POSTGRES_ASYNC_STORE_HPP

#include "membership/policy/plan.hpp"
#include "membership/policy/reads.hpp"
#include "membership/store/concepts.hpp"
#include "membership/store/owned/async_places.hpp"
#include "membership/store/owned/loaded_snapshot.hpp"
#include "membership/store/owned/member_queues.hpp"
#include "membership/store/postgres/connection.hpp"
#include "membership/store/postgres/failure.hpp"
#include "membership/store/postgres/options.hpp"
#include "membership/store/postgres/parts.hpp"
#include "membership/store/postgres/placing.hpp"
#include "membership/store/postgres/tries.hpp"

#include <tl/expected.hpp>

// Nothing where the compiler has no coroutines (clang before 16).
#ifdef __cpp_impl_coroutine

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace membership::inline v0 {

/// What an asynchronous store waits by; a host makes it of its event loop.
///
/// `Task<V>` is what a coroutine that comes to a V returns. `ready(socket, read, write)` is awaited
/// until the socket can be read or written; it leaves the socket open. `sleep(milliseconds)` is
/// awaited that long. Of a `Signal` each `wait()` is awaited until a `raise()`, which ends the
/// oldest wait.
template <class Io>
concept AsyncIo = requires(Io& io, typename Io::Signal& signal, int number, bool flag) {
  { io.ready(number, flag, flag) } -> std::same_as<typename Io::template Task<void>>;
  { io.sleep(number) } -> std::same_as<typename Io::template Task<void>>;
  { signal.wait() } -> std::same_as<typename Io::template Task<void>>;
  signal.raise();
};

/// The PostgreSQL store without a blocked thread: the same statements on the same tables, and verbs
/// that are awaited, for `co_execute`. Needs `libpq`.
///
/// For one thread, or one strand, at a time; many calls may be under way, each on a connection of
/// its own, at most as many as it is given, else it waits for one. The schema is there already:
/// `PostgresStore::open` makes it or brings it to this version, and drops old events. What a call
/// is given by reference lives until it has ended. Only names of hosts are looked up blocking; give
/// addresses.
template <class T, AsyncIo Io>
class BasicAsyncPostgresStore {
  using Connection = detail::PostgresConnection;
  using Parts = detail::PostgresParts<T>;
  using Reader = typename Parts::Reader;
  using Catalogues = typename Parts::Catalogues;

 public:
  template <class V>
  using Task = typename Io::template Task<V>;
  using traits = T;
  using Failure = PostgresFailure;
  using Loaded = detail::LoadedSnapshot<T>;
  using QueuePlace = typename detail::AsyncPlaces<Io>::Place;
  static constexpr Kinds keeps = all_kinds;

  BasicAsyncPostgresStore(const PostgresStoreOptions& options, Io& io, unsigned connections = 8)
      : parts_(options), io_(io), slots_(connections == 0 ? 1 : connections) {}
  BasicAsyncPostgresStore(const BasicAsyncPostgresStore&) = delete;
  BasicAsyncPostgresStore& operator=(const BasicAsyncPostgresStore&) = delete;

  /// What `reads` asks for, at one moment.
  [[nodiscard]] Task<tl::expected<Loaded, Failure>> load(const BasicReads<T>& reads) {
    tl::expected<Loaded, Failure> result(tl::in_place);
    auto failure = co_await read_moment([&](Reader reader) { reader.ask(reads); },
                                        [&](Reader reader) {
                                          *result = Loaded();
                                          return reader.load(reads, *result);
                                        });
    if (failure) {
      result = tl::unexpected<Failure>(std::move(*failure));
    } else if (result->membership) {
      member_queues_.note(*result->membership);
    }
    co_return result;
  }

  /// Shows the membership of a user in an organization as a `BasicMembershipRow`, which is valid
  /// only during the call. Whether there is one.
  template <class Visit>
  [[nodiscard]] Task<tl::expected<bool, Failure>>
  view(typename T::UserId user, typename T::OrganizationId organization, Visit visit) {
    bool found = false;
    auto failure = co_await read_moment([&](Reader reader) { reader.ask(user, organization); },
                                        [&](Reader reader) {
                                          const auto answer =
                                              reader.view(user, organization, visit);
                                          found = answer.value_or(false);
                                          return answer.has_value();
                                        });
    if (failure) co_return tl::unexpected<Failure>(std::move(*failure));
    co_return found;
  }

  /// Shows a page of a list, of one moment. A row is valid only during the call. What a filter
  /// leaves out is asked for again with each batch of rows.
  template <class Query, class Visit>
  [[nodiscard]] Task<tl::expected<ListEnd, Failure>> list(Query query, Visit visit) {
    if constexpr (std::same_as<Query, BasicEventQuery<T>>) {
      auto placed = co_await place_events();
      if (!placed) co_return tl::unexpected<Failure>(std::move(placed.error()));
    }
    ListEnd end{};
    auto failure = co_await read_moment([](Reader) {},
                                        [&](Reader reader) {
                                          const detail::AnyVisitor unshown;
                                          return reader.list(query, unshown).has_value();
                                        },
                                        [&](Reader reader) { end = *reader.list(query, visit); });
    if (failure) co_return tl::unexpected<Failure>(std::move(*failure));
    co_return end;
  }

  /// Gives the events that have none yet their places in the log; whoever lists events does it
  /// first. Returns how many it placed.
  [[nodiscard]] Task<tl::expected<std::size_t, Failure>> place_events() {
    detail::PostgresPlacing placing;
    while (placing.goes_on()) {
      {
        const Lease lease = co_await borrow();
        if (placing.send(*lease)) co_await settle(*lease);
        placing.take(*lease);
      }
      if (placing.pause() > 0) co_await io_.sleep(placing.pause());
    }
    co_return placing.result();
  }

  /// Carries out all plans or, where a precondition of one no longer holds, none.
  [[nodiscard]] Task<tl::expected<CommitStatus, Failure>>
  commit(std::span<const BasicPlan<T>> plans) {
    Failure failure;
    {
      const Lease lease = co_await borrow();
      Connection& connection = *lease;
      std::vector<Catalogues> catalogues;
      co_await read_all(connection, [&](Reader) {
        return parts_.read_catalogues(connection, plans, catalogues);
      });
      if (!connection.has_failed()) {
        parts_.send(connection, plans, catalogues);
        co_await settle(connection);
        const auto end = connection.batch_end();
        if (end == Connection::BatchEnd::done) co_return CommitStatus::committed;
        if (end == Connection::BatchEnd::conflict) {
          if (parts_.send_undo(connection)) co_await settle(connection);
          co_return CommitStatus::conflict;
        }
      }
      const bool interrupted = connection.is_interrupted();
      failure = connection.take_failure();
      if (!interrupted) co_return parts_.unsent(std::move(failure));
    }
    // One of them stands for all.
    for (const BasicPlan<T>& plan : plans) {
      if (!detail::changes(plan)) continue;
      auto fate = co_await fate_of(plan.id, std::move(failure));
      co_return fate;
    }
    co_return CommitStatus::committed;
  }

  /// Whether the commit of the plan with this id was carried out.
  [[nodiscard]] Task<tl::expected<bool, Failure>> was_committed(PlanId plan) {
    std::optional<bool> found;
    auto failure = co_await read_moment([](Reader) {},
                                        [&](Reader reader) {
                                          found = reader.was_committed(plan);
                                          return true;
                                        });
    if (failure) co_return tl::unexpected<Failure>(std::move(*failure));
    co_return found.value_or(false);
  }

  /// Waits for the place in the queue of this store that the organization shares with others. Reads
  /// that name none, nor a membership that was seen of late, wait for nothing.
  [[nodiscard]] Task<QueuePlace> queue(const BasicReads<T>& reads) {
    const std::optional<std::uint32_t> number = member_queues_.find(reads);
    if (!number) co_return QueuePlace();
    co_return co_await queues_[*number].take();
  }

 private:
  static constexpr int wait_step = 50;  // milliseconds

  using Slots = detail::AsyncPlaces<Io>;

  /// A connection and the right to it, given back at the end.
  class Lease {
   public:
    Lease(Parts& parts, typename Slots::Place slot)
        : slot_(std::move(slot)), parts_(parts),
          connection_(parts.take(Connection::Mode::non_blocking)) {}
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (connection_) parts_.give_back(std::move(connection_));
    }
    Connection& operator*() const noexcept { return *connection_; }

   private:
    typename Slots::Place slot_;
    Parts& parts_;
    std::unique_ptr<Connection> connection_;
  };

  Task<Lease> borrow() {
    Lease lease(parts_, co_await slots_.take());
    co_await settle(*lease);
    co_return std::move(lease);
  }

  /// Until a connection has nothing to wait for.
  Task<void> settle(Connection& connection) {
    using Wait = Connection::Wait;
    for (Wait wait = connection.advance(); wait != Wait::nothing; wait = connection.advance()) {
      co_await io_.ready(connection.socket(), wait != Wait::writable, wait != Wait::readable);
    }
  }

  /// Reads until everything has an answer, beginning with what was asked already.
  template <class Read>
  Task<void> read_all(Connection& connection, Read read) {
    connection.begin_reading();
    co_await read_on(connection, read);
    connection.end_reading();
  }
  template <class Read>
  Task<void> read_on(Connection& connection, Read& read) {
    bool good = false;
    for (bool again = true; again; again = connection.lacks_answers()) {
      if (connection.lacks_answers()) {
        connection.send_questions();
        co_await settle(connection);
      }
      good = !connection.has_failed() && read(parts_.reader(connection));
    }
    if (!good) Parts::note_missing(connection);
  }

  struct NothingMore {
    void operator()(Reader) const noexcept {}
  };
  /// As `PostgresStore` does it. `show` is told at the end, when everything has an answer.
  template <class Ask, class Read, class Show = NothingMore>
  Task<std::optional<Failure>> read_moment(Ask ask, Read read, Show show = {}) {
    for (detail::PostgresTries tries;;) {
      std::optional<Failure> failure;
      {
        const Lease lease = co_await borrow();
        Connection& connection = *lease;
        connection.begin_reading();
        ask(parts_.reader(connection));
        co_await read_on(connection, read);
        if (!connection.has_failed()) show(parts_.reader(connection));
        connection.end_reading();
        if (!connection.has_failed()) co_return std::nullopt;
        failure = connection.take_failure();
      }
      if (!tries.again(*failure)) co_return failure;
      if (tries.pause() > 0) co_await io_.sleep(tries.pause());
    }
  }

  /// As that of `PostgresStore`, on a connection like any other.
  Task<tl::expected<CommitStatus, Failure>> fate_of(PlanId plan, Failure failure) {
    const std::int64_t begun = detail::postgres_milliseconds();
    for (;;) {
      {
        const Lease lease = co_await borrow();
        Connection& connection = *lease;
        if (parts_.send_void(connection, plan)) co_await settle(connection);
        auto end = connection.batch_end();
        if (end == Connection::BatchEnd::conflict) {
          std::optional<bool> carried_out;
          co_await read_all(connection, [&](Reader reader) {
            carried_out = reader.was_noted(plan);
            return true;
          });
          if (carried_out == true) co_return CommitStatus::committed;
          if (carried_out == false) end = Connection::BatchEnd::done;
        }
        if (end == Connection::BatchEnd::done) {
          failure.fault = PostgresFault::connection_lost;
          co_return tl::unexpected<Failure>(std::move(failure));
        }
      }
      const std::int64_t waited = detail::postgres_milliseconds() - begun;
      if (waited >= parts_.options().patience_milliseconds) break;
      co_await io_.sleep(wait_step);
    }
    failure.fault = PostgresFault::fate_unknown;
    co_return tl::unexpected<Failure>(std::move(failure));
  }

  Parts parts_;
  Io& io_;
  Slots slots_;
  detail::AsyncPlaces<Io> queues_[detail::MemberQueues::queue_count];
  detail::MemberQueues member_queues_;
};

}  // namespace membership::inline v0

#endif

#endif
