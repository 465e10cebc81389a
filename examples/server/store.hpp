// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_SERVER_STORE_HPP
#define MEMBERSHIP_SERVER_STORE_HPP

#include "membership/membership.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace membership_server {

/// How a store failed.
struct StoreFailure {
  std::string message{};  ///< for the log
  bool passes = false;    ///< trying again later may help
};

/// Shows the rows of a list to any function, which must outlive it.
template <class Row>
class RowVisitor {
 public:
  template <class Visit>
  requires(!std::is_same_v<std::remove_cvref_t<Visit>, RowVisitor>) RowVisitor(Visit&& visit)
  noexcept
      : visit_(const_cast<void*>(static_cast<const void*>(&visit))),
        show_([](void* to, const Row& row) {
          (*static_cast<std::remove_reference_t<Visit>*>(to))(row);
        }) {}
  void operator()(const Row& row) const { show_(visit_, row); }

 private:
  void* visit_;
  void (*show_)(void*, const Row&);
};

/// A store of any kind: which one is said at the start.
class Store {
 public:
  using traits = membership::DefaultTraits;
  using Failure = StoreFailure;
  using Loaded = membership::MemoryStore::Loaded;
  using QueuePlace = membership::MemoryStore::QueuePlace;
  static constexpr membership::Kinds keeps = membership::all_kinds;
  template <class V>
  using Result = tl::expected<V, Failure>;
  using End = Result<membership::ListEnd>;

  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  virtual Result<Loaded> load(const membership::Reads& reads) const = 0;
  virtual Result<std::vector<Loaded>> load(std::span<const membership::Reads> reads) const = 0;
  virtual Result<bool> view(const membership::UserId& user,
                            const membership::OrganizationId& organization,
                            RowVisitor<membership::MembershipRow> visit) const = 0;
  virtual Result<membership::CommitStatus> commit(std::span<const membership::Plan> plans) = 0;
  virtual End list(const membership::MembershipQuery& query,
                   RowVisitor<membership::MembershipRow> visit) const = 0;
  virtual End list(const membership::OrganizationQuery& query,
                   RowVisitor<membership::OrganizationRow> visit) const = 0;
  virtual End list(const membership::UserQuery& query,
                   RowVisitor<membership::UserRow> visit) const = 0;
  virtual End list(const membership::InvitationQuery& query,
                   RowVisitor<membership::InvitationRow> visit) const = 0;
  virtual End list(const membership::RoleQuery& query,
                   RowVisitor<membership::RoleRow> visit) const = 0;
  virtual End list(const membership::PermissionQuery& query,
                   RowVisitor<membership::PermissionRow> visit) const = 0;
  virtual End list(const membership::EventQuery& query,
                   RowVisitor<membership::EventRow> visit) const = 0;
  virtual Result<std::size_t> drop_events(membership::Time time, std::size_t limit) = 0;
  virtual QueuePlace queue(const membership::Reads& reads) const = 0;
};

/// How long events are kept where nothing else is said.
inline constexpr std::chrono::seconds default_event_age{90L * 86'400};

/// Where everything is kept.
struct StoreOptions {
  std::string file{};      ///< of SQLite
  std::string database{};  ///< of PostgreSQL, as its connection strings say; neither: in memory
  /// How many of the newest events are kept in memory. Elsewhere only their age counts.
  std::uint32_t event_limit = 100'000;
};

/// Opens a store; `now` is when the environment of a new one is made. Errors: one line.
[[nodiscard]] tl::expected<std::unique_ptr<Store>, std::string>
open_store(const StoreOptions& options, membership::Time now);

}  // namespace membership_server

#endif
