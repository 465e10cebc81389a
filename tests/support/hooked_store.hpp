// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_SUPPORT_HOOKED_STORE_HPP
#define MEMBERSHIP_TESTS_SUPPORT_HOOKED_STORE_HPP

#include "membership/store/memory_store.hpp"

#include <functional>
#include <span>
#include <utility>

namespace membership_tests {

/// A memory store whose commits fail or conflict at a number, and before each of which something
/// can happen.
class HookedStore : public membership::MemoryStore {
 public:
  unsigned commits = 0;
  unsigned fails_at = 0;      ///< the number of the commit that fails; 0 for none
  unsigned conflicts_at = 0;  ///< the number of the commit that conflicts
  std::function<void(unsigned number)> before{};

  [[nodiscard]] tl::expected<membership::CommitStatus, Failure>
  commit(std::span<const membership::Plan> plans) {
    const unsigned number = ++commits;
    if (before) {
      // What it does is not counted and meets nothing itself.
      const auto action = std::exchange(before, nullptr);
      const auto fails = std::exchange(fails_at, 0u);
      const auto conflicts = std::exchange(conflicts_at, 0u);
      action(number);
      before = action;
      fails_at = fails;
      conflicts_at = conflicts;
      commits = number;
    }
    if (number == fails_at) {
      return tl::expected<membership::CommitStatus, Failure>(tl::unexpect, Failure::full);
    }
    if (number == conflicts_at) return membership::CommitStatus::conflict;
    return membership::MemoryStore::commit(plans);
  }
};

/// One whose commands do not queue, so that `before` may change what a commit is about to change.
struct UnqueuedStore : HookedStore {
  struct NoQueue {};
  NoQueue queue{};  // hides the store's
};

}  // namespace membership_tests

#endif
