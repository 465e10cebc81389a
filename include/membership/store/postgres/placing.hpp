// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_POSTGRES_PLACING_HPP
#define MEMBERSHIP_STORE_POSTGRES_PLACING_HPP

#include "membership/store/postgres/connection.hpp"
#include "membership/store/postgres/failure.hpp"
#include "membership/store/postgres/tries.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace membership::inline v0 {
namespace detail {

/// Gives the events that have none yet their places in the log, batch by batch: each is sent, and
/// taken when it has ended. Each may have a connection of its own.
class PostgresPlacing {
 public:
  bool goes_on() const noexcept { return step_ != Step::ended; }
  /// Milliseconds to wait before the next batch.
  int pause() const noexcept { return pause_; }

  /// False where it failed, which is then to be taken.
  bool send(PostgresConnection& connection) const {
    if (!connection.begin_batch()) return false;
    return step_ == Step::look
               ? connection.send_batch(connection.run(look))
               : connection.send_batch(connection.run(begin) && connection.run(lock) &&
                                       connection.run(place) && connection.run("COMMIT"));
  }

  void take(PostgresConnection& connection) {
    pause_ = 0;
    if (connection.batch_end() == PostgresConnection::BatchEnd::done) {
      const std::int64_t number = connection.shown_number().value_or(0);
      if (step_ == Step::look) {
        step_ = number > 0 ? Step::place : Step::ended;
      } else {
        count_ += static_cast<std::size_t>(number);
        if (number < most_placed) step_ = Step::ended;
      }
      return;
    }
    PostgresFailure failure = connection.take_failure("others place events all the time");
    if (tries_.again(failure)) {
      step_ = Step::look;
      pause_ = tries_.pause();
    } else {
      failure_.emplace(std::move(failure));
      step_ = Step::ended;
    }
  }

  /// How many got a place.
  tl::expected<std::size_t, PostgresFailure> result() {
    if (!failure_) return count_;
    return tl::expected<std::size_t, PostgresFailure>(tl::unexpect, std::move(*failure_));
  }

 private:
  enum class Step : std::uint8_t { look, place, ended };
  static constexpr std::int64_t most_placed = 1000;
  // Most often there is nothing to do.
  static constexpr const char* look =
      "SELECT count(*) FROM (SELECT 1 FROM events WHERE place IS NULL LIMIT 1) unplaced";
  static constexpr const char* begin = "BEGIN ISOLATION LEVEL READ COMMITTED";
  static constexpr const char* lock = "SELECT head FROM event_log WHERE id = 1 FOR UPDATE";
  // What is seen behind the lock was committed, with all that came before it in its organization
  // (or of its user, invitation or environment). In that order, and else by the ids, which begin
  // with the time.
  static constexpr const char* place =
      "WITH unplaced AS (SELECT organization_id, id, row_number() OVER"
      " (ORDER BY time, organization_id, subject, revision, id) AS number FROM"
      " (SELECT organization_id, subject, revision, id, max(id) OVER"
      " (PARTITION BY organization_id, subject ORDER BY revision, id) AS time FROM events"
      " WHERE place IS NULL) timed ORDER BY time, organization_id, subject, revision, id"
      " LIMIT 1000),"
      " placed AS (UPDATE events e SET place = l.head + u.number FROM unplaced u, event_log l"
      " WHERE l.id = 1 AND e.organization_id = u.organization_id AND e.id = u.id RETURNING 1),"
      " counted AS (SELECT count(*) AS number FROM placed)"
      " UPDATE event_log SET head = head + counted.number FROM counted WHERE id = 1"
      " RETURNING counted.number";

  Step step_ = Step::look;
  int pause_ = 0;
  std::size_t count_ = 0;
  PostgresTries tries_;
  std::optional<PostgresFailure> failure_;
};

}  // namespace detail
}  // namespace membership::inline v0

#endif
