// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_POSTGRES_PARTS_HPP
#define MEMBERSHIP_STORE_POSTGRES_PARTS_HPP

#include "membership/policy/plan.hpp"
#include "membership/store/concepts.hpp"
#include "membership/store/owned/shared_lock.hpp"
#include "membership/store/postgres/connection.hpp"
#include "membership/store/postgres/failure.hpp"
#include "membership/store/postgres/options.hpp"
#include "membership/store/sql/caches.hpp"
#include "membership/store/sql/plan_writer.hpp"
#include "membership/store/sql/reader.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace detail {

/// What the stores over PostgreSQL, whether they wait or are awaited, have of an environment: idle
/// connections, what was seen, and how plans are sent.
template <class T>
class PostgresParts {
 public:
  using Connection = PostgresConnection;
  using Reader = SqlReader<T, Connection>;
  using Catalogues = typename Reader::Catalogues;
  explicit PostgresParts(const PostgresStoreOptions& options) : options_(options) {}

  const PostgresStoreOptions& options() const noexcept { return options_; }
  Reader reader(Connection& connection) { return Reader(connection, cache_, &seen_); }

  /// An idle connection, else a new one.
  std::unique_ptr<Connection> take(Connection::Mode mode) {
    std::unique_ptr<Connection> connection;
    {
      const UniqueGuard guard(pool_lock_);
      if (!pool_.empty()) {
        connection = std::move(pool_.back());
        pool_.pop_back();
      }
    }
    if (!connection || !connection->is_connected()) {
      connection = std::make_unique<Connection>(options_.target, options_.schema, mode);
    }
    const UniqueGuard guard(pool_lock_);
    // Room for all that are lent: giving back allocates nothing.
    pool_.reserve(pool_.size() + lent_ + 1);
    ++lent_;
    return connection;
  }
  /// Keeps it where it is still good. What is lost to one is lost to all.
  void give_back(std::unique_ptr<Connection> connection) {
    const UniqueGuard guard(pool_lock_);
    --lent_;
    if (connection->is_good()) {
      pool_.push_back(std::move(connection));
    } else if (connection->is_worn()) {
      pool_.clear();  // keeps the room
    }
  }

  /// Why a connection found nothing where there is always something.
  static PostgresFailure failure_of(Connection& connection) {
    note_missing(connection);
    return connection.take_failure();
  }
  static void note_missing(Connection& connection) {
    connection.fail(PostgresFault::corrupt, {}, "the environment is missing");
  }

  /// What each plan's slugs are written with: as it was seen at the plan's revision, else as it is.
  /// False where that could not be read.
  bool read_catalogues(Connection& connection, std::span<const BasicPlan<T>> plans,
                       std::vector<Catalogues>& out) {
    out.clear();
    out.reserve(plans.size());
    bool good = true;
    for (const BasicPlan<T>& plan : plans) {
      const auto* const id = plan.organization_id();
      // Within a span nothing but its last plan changes roles.
      if (!out.empty() && id != nullptr && plans[out.size() - 1].organization_id() != nullptr &&
          *plans[out.size() - 1].organization_id() == *id) {
        out.push_back(out.back());
        continue;
      }
      if (const auto seen = seen_with(plan)) {
        out.push_back({seen->environment, seen->own, id != nullptr});
        continue;
      }
      out.push_back(reader(connection).catalogues(id));
      good = good && out.back().environment;
    }
    return good;
  }

  /// What a commit is that failed before it was sent: a conflict met while catalogues were read is
  /// one of the commit, as nothing is written.
  static tl::expected<CommitStatus, PostgresFailure> unsent(PostgresFailure failure) {
    if (is_conflict(failure.code)) return CommitStatus::conflict;
    return tl::expected<CommitStatus, PostgresFailure>(tl::unexpect, std::move(failure));
  }

  /// Sends that a plan can never be carried out any more.
  static bool send_void(Connection& connection, PlanId plan) {
    return connection.begin_batch() &&
           connection.send_batch(
               connection.run(Sql::void_plan, ulid_text(plan.value), plan.value.time()));
  }

  /// Sends all plans as one batch. False where that failed.
  bool send(Connection& connection, std::span<const BasicPlan<T>> plans,
            const std::vector<Catalogues>& catalogues) {
    const bool is_explicit = options_.explicit_transactions;
    bool good = connection.begin_batch() && (!is_explicit || connection.run("BEGIN"));
    for (std::size_t i = 0; good && i < plans.size(); ++i) {
      const Catalogues& seen = catalogues[i];
      good = PlanWriter<T, Connection>(connection, plans[i], *seen.environment, seen.own.get())
                 .write();
    }
    return connection.send_batch(good && (!is_explicit || connection.run("COMMIT")));
  }
  /// After a conflict: sends what makes the connection fit for others again. False where it is.
  static bool send_undo(Connection& connection) {
    return connection.is_in_failed_transaction() && connection.begin_batch() &&
           connection.send_batch(connection.run("ROLLBACK"));
  }

 private:
  /// What a plan was decided on, where it is still known.
  std::optional<typename SeenRoles<T>::Seen> seen_with(const BasicPlan<T>& plan) const {
    using Seen = typename SeenRoles<T>::Seen;
    const auto* const id = plan.organization_id();
    const bool is_new =
        plan.organization && plan.organization->precondition == Precondition::absent;
    if (id == nullptr || is_new) {
      // Nothing is named that the environment has, but where it is written, or by an invitation.
      const auto& invitation = plan.invitation;
      const bool names_roles =
          invitation && !(invitation->after.role.is_none() && invitation->held.empty());
      if (!plan.environment && names_roles) return std::nullopt;
      const auto environment =
          plan.environment ? cache_.find(plan.environment->expected) : cache_.last();
      return environment ? std::optional(Seen{environment, {}}) : std::nullopt;
    }
    const auto seen =
        seen_.find(*id, plan.touch ? plan.touch->expected : plan.organization->expected);
    const std::uint64_t fenced_to =
        plan.touch ? plan.touch->fenced_to : plan.organization->after.fenced_to;
    return seen && seen->environment->state.revision >= fenced_to ? seen : std::nullopt;
  }

  PostgresStoreOptions options_;
  SharedLock pool_lock_;
  std::vector<std::unique_ptr<Connection>> pool_;
  std::size_t lent_ = 0;  ///< connections
  EnvironmentCache<T> cache_;
  SeenRoles<T> seen_;
};

}  // namespace detail
}  // namespace membership::inline v0

#endif
