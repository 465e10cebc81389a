// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_SUPPORT_TWIN_STORE_HPP
#define MEMBERSHIP_TESTS_SUPPORT_TWIN_STORE_HPP

#include "membership/store/memory_store.hpp"
#include "membership/store/sqlite_store.hpp"
#include "support/dump.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace membership_tests {

/// Two stores disagreed, or the one of SQLite failed.
struct TwinError : std::logic_error {
  using std::logic_error::logic_error;
};

/// A memory store and a SQLite store with the same content: whatever is asked or done is asked of
/// and done to both, and both must say the same. What the one of SQLite says goes on.
class TwinStore {
 public:
  using traits = membership::DefaultTraits;
  using Failure = membership::MemoryFailure;
  using Loaded = membership::SqliteStore::Loaded;
  static constexpr membership::Kinds keeps = membership::all_kinds;

  explicit TwinStore(const membership::MemoryStoreOptions& options = {})
      : memory_(options), sqlite_(open(options)) {}

  tl::expected<Loaded, Failure> load(const membership::Reads& reads) const {
    auto seen = checked(sqlite_->load(reads));
    same(dump(*memory_.load(reads)), dump(seen), "a snapshot");
    return tl::expected<Loaded, Failure>(tl::in_place, std::move(seen));
  }
  tl::expected<std::vector<Loaded>, Failure> load(std::span<const membership::Reads> reads) const {
    auto seen = checked(sqlite_->load(reads));
    const auto expected = memory_.load(reads);
    for (std::size_t i = 0; i < reads.size(); ++i) {
      same(dump((*expected)[i]), dump(seen[i]), "one of several snapshots");
    }
    return tl::expected<std::vector<Loaded>, Failure>(tl::in_place, std::move(seen));
  }

  template <class Visit>
  tl::expected<bool, Failure> view(const membership::UserId& user,
                                   const membership::OrganizationId& organization,
                                   Visit&& visit) const {
    std::string expected;
    const auto there = memory_.view(
        user, organization, [&](const membership::MembershipRow& row) { expected = dump(row); });
    const bool seen =
        checked(sqlite_->view(user, organization, [&](const membership::MembershipRow& row) {
          same(expected, dump(row), "a view");
          visit(row);
        }));
    if (seen != *there) throw TwinError("a view shows a membership of one store alone");
    return seen;
  }

  tl::expected<membership::CommitStatus, Failure> commit(std::span<const membership::Plan> plans) {
    const auto expected = memory_.commit(plans);
    const auto seen = checked(sqlite_->commit(plans));
    if (!expected) throw TwinError("the memory store is full");
    if (seen != *expected) {
      throw TwinError(seen == membership::CommitStatus::committed
                          ? "a commit that conflicts in memory is carried out"
                          : "a commit that is carried out in memory conflicts");
    }
    return seen;
  }

  template <class Query, class Visit>
  tl::expected<membership::ListEnd, Failure> list(const Query& query, Visit&& visit) const {
    std::vector<std::string> expected;
    const auto end = memory_.list(query, [&](const auto& row) { expected.push_back(dump(row)); });
    std::size_t count = 0;
    const auto seen = checked(sqlite_->list(query, [&](const auto& row) {
      same(count < expected.size() ? expected[count] : "no row", dump(row), "a list's row");
      ++count;
      visit(row);
    }));
    if (count != expected.size()) throw TwinError("a list is too short");
    if (seen.more != (*end).more) throw TwinError("a list ends otherwise");
    return seen;
  }

  tl::expected<std::size_t, Failure> drop_events(membership::Time time, std::size_t limit) {
    const auto expected = memory_.drop_events(time, limit);
    const std::size_t seen = checked(sqlite_->drop_events(time, limit));
    if (seen != *expected) throw TwinError("another number of events was dropped");
    return seen;
  }

 private:
  static std::unique_ptr<membership::SqliteStore>
  open(const membership::MemoryStoreOptions& options) {
    membership::SqliteStoreOptions beside;
    beside.created_at = options.created_at;
    return checked(membership::SqliteStore::open(":memory:", beside));
  }
  template <class V>
  static V checked(tl::expected<V, membership::SqliteFailure>&& result) {
    if (!result) throw TwinError("SQLite: " + result.error().message);
    return std::move(*result);
  }
  static void same(const std::string& expected, const std::string& seen, const char* what) {
    if (expected == seen) return;
    throw TwinError(std::string(what) + " differs:\n  " + expected + "\n  " + seen);
  }

  membership::MemoryStore memory_;
  std::unique_ptr<membership::SqliteStore> sqlite_;
};

}  // namespace membership_tests

#endif
