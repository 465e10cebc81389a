// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_EXPLORER_EXPLORED_STORE_HPP
#define MEMBERSHIP_TESTING_EXPLORER_EXPLORED_STORE_HPP

#include "membership/store/concepts.hpp"
#include "membership/testing/explorer/describe.hpp"
#include "membership/testing/explorer/stage.hpp"

#include <tl/expected.hpp>

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace membership::inline v0 {
namespace testing {

/// A store as one actor sees it: each verb is a step of the schedule. Its commands do not queue.
template <class S>
class ExploredStore {
 public:
  using traits = typename S::traits;
  using Loaded = typename S::Loaded;
  using Failure = typename S::Failure;
  static constexpr Kinds keeps = S::keeps;
  static_assert(std::same_as<traits, DefaultTraits>,
                "membership: schedules are explored with the default traits");

  ExploredStore(S& store, Stage& stage) : store_(store), stage_(stage) {}

  [[nodiscard]] tl::expected<Loaded, Failure> load(const Reads& reads) {
    stage_.before_verb();
    auto loaded = store_.load(reads);
    saw_snapshots(loaded ? std::span<const Loaded>(&*loaded, 1) : std::span<const Loaded>());
    return loaded;
  }
  [[nodiscard]] tl::expected<std::vector<Loaded>, Failure> load(std::span<const Reads> reads) {
    stage_.before_verb();
    auto loaded = store_.load(reads);
    saw_snapshots(loaded ? std::span<const Loaded>(*loaded) : std::span<const Loaded>());
    return loaded;
  }

  [[nodiscard]] tl::expected<CommitStatus, Failure> commit(std::span<const Plan> plans) {
    stage_.before_verb();
    const auto status = store_.commit(plans);
    const bool committed = status && *status == CommitStatus::committed;
    if (committed) stage_.did_commit(plans);
    const std::string_view result = committed ? "committed" : status ? "conflict" : "failed";
    const Digest digest = Digest{}.add(result);
    stage_.saw("commit", digest, digest, [&] { return detail::describe(plans, result); });
    if (status && !committed) stage_.did_conflict();
    return status;
  }

  template <class Query, class Visit>
  requires requires(S& store, const Query& query, Visit& visit) { store.list(query, visit); }
  [[nodiscard]] tl::expected<ListEnd, Failure> list(const Query& query, Visit&& visit) {
    stage_.before_verb();
    Digest seen;
    Digest kept = Digest::without_revisions();
    std::string text;
    const auto end = store_.list(query, [&](const auto& row) {
      seen.add(row);
      kept.add(row);
      if (stage_.tells()) text += (text.empty() ? "" : "; ") + detail::describe(row);
      visit(row);
    });
    seen.add(std::uint64_t{end && (*end).more});
    kept.add(std::uint64_t{end && (*end).more});
    stage_.saw("list", seen, kept, [&] { return text.empty() ? "nothing" : text; });
    return end;
  }

  /// What a store does besides the verbs, as placing events in a log: one step, or several where it
  /// says so itself.
  template <class Action>
  std::string_view perform(std::string_view name, Action&& action) {
    stage_.before_verb();
    const std::string_view result = action(store_);
    const Digest digest = Digest{}.add(result);
    stage_.saw(name, digest, digest, [&] { return std::string(result); });
    return result;
  }

 private:
  void saw_snapshots(std::span<const Loaded> loaded) {
    Digest seen;
    Digest kept = Digest::without_revisions();
    for (const Loaded& one : loaded) {
      seen.add(static_cast<const Snapshot&>(one));
      kept.add(static_cast<const Snapshot&>(one));
    }
    stage_.saw("load", seen, kept, [&] {
      std::string text;
      for (const Loaded& one : loaded) text += (text.empty() ? "" : "; ") + detail::describe(one);
      return text;
    });
  }

  S& store_;
  Stage& stage_;
};

}  // namespace testing
}  // namespace membership::inline v0

#endif
