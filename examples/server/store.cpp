// SPDX-License-Identifier: BSL-1.0
#include "store.hpp"

#include "membership/store/postgres_store.hpp"
#include "membership/store/sqlite_store.hpp"

#include <utility>

namespace membership_server {

namespace {

using namespace membership;

StoreFailure failure_of(MemoryFailure /*failure*/) { return {"a shard of the store is full"}; }
StoreFailure failure_of(const SqliteFailure& failure) {
  return {failure.message, failure.fault == SqliteFault::busy};
}

StoreFailure failure_of(const PostgresFailure& failure) {
  const bool passes = failure.fault == PostgresFault::connection_lost ||
                      failure.fault == PostgresFault::cannot_connect;
  return {failure.message, passes};
}

/// One kind of store.
template <class S>
class StoreOf final : public Store {
 public:
  explicit StoreOf(std::unique_ptr<S> store) : store_(std::move(store)) {}

  Result<Loaded> load(const Reads& reads) const override { return passed(store_->load(reads)); }
  Result<std::vector<Loaded>> load(std::span<const Reads> reads) const override {
    return passed(store_->load(reads));
  }
  Result<bool> view(const UserId& user, const OrganizationId& organization,
                    RowVisitor<MembershipRow> visit) const override {
    return passed(store_->view(user, organization, visit));
  }
  Result<CommitStatus> commit(std::span<const Plan> plans) override {
    return passed(store_->commit(plans));
  }
  End list(const MembershipQuery& query, RowVisitor<MembershipRow> visit) const override {
    return passed(store_->list(query, visit));
  }
  End list(const OrganizationQuery& query, RowVisitor<OrganizationRow> visit) const override {
    return passed(store_->list(query, visit));
  }
  End list(const UserQuery& query, RowVisitor<UserRow> visit) const override {
    return passed(store_->list(query, visit));
  }
  End list(const InvitationQuery& query, RowVisitor<InvitationRow> visit) const override {
    return passed(store_->list(query, visit));
  }
  End list(const RoleQuery& query, RowVisitor<RoleRow> visit) const override {
    return passed(store_->list(query, visit));
  }
  End list(const PermissionQuery& query, RowVisitor<PermissionRow> visit) const override {
    return passed(store_->list(query, visit));
  }
  End list(const EventQuery& query, RowVisitor<EventRow> visit) const override {
    return passed(store_->list(query, visit));
  }
  Result<std::size_t> drop_events(Time time, std::size_t limit) override {
    return passed(store_->drop_events(time, limit));
  }
  QueuePlace queue(const Reads& reads) const override { return store_->queue(reads); }

 private:
  template <class V>
  static Result<V> passed(tl::expected<V, typename S::Failure>&& result) {
    if (!result) return Result<V>(tl::unexpect, failure_of(result.error()));
    return Result<V>(tl::in_place, std::move(*result));
  }
  std::unique_ptr<S> store_;
};

/// What a server says may be several lines.
std::string one_line(std::string text) {
  for (char& c : text) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  return text;
}

}  // namespace

tl::expected<std::unique_ptr<Store>, std::string> open_store(const StoreOptions& options,
                                                             Time now) {
  using Opened = tl::expected<std::unique_ptr<Store>, std::string>;
  if (!options.database.empty()) {
    PostgresStoreOptions postgres;
    postgres.target = options.database;
    postgres.created_at = now;
    auto opened = PostgresStore::open(postgres);
    if (!opened) return Opened(tl::unexpect, one_line(opened.error().message));
    return Opened(std::make_unique<StoreOf<PostgresStore>>(std::move(*opened)));
  }
  if (options.file.empty()) {
    MemoryStoreOptions memory;
    memory.event_limit = options.event_limit;
    memory.created_at = now;
    return Opened(std::make_unique<StoreOf<MemoryStore>>(std::make_unique<MemoryStore>(memory)));
  }
  SqliteStoreOptions sqlite;
  sqlite.created_at = now;
  auto opened = SqliteStore::open(options.file, sqlite);
  if (!opened) return Opened(tl::unexpect, opened.error().message);
  return Opened(std::make_unique<StoreOf<SqliteStore>>(std::move(*opened)));
}

}  // namespace membership_server
