// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_CONCURRENCY_THREADS_HPP
#define MEMBERSHIP_TESTS_CONCURRENCY_THREADS_HPP

#include "membership/membership.hpp"
#include "membership/testing/fake_clock.hpp"
#include "membership/testing/fixed_ids.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace membership_tests {

/// What went wrong in any thread. Boost.Test's own checks are for one thread.
class Faults {
 public:
  void check(bool good, std::string_view what) {
    if (good) return;
    const std::lock_guard guard(mutex_);
    if (++count_ <= 5) texts_ += std::string(what) + "; ";
    any_.store(true, std::memory_order_relaxed);
  }
  bool any() const { return any_.load(std::memory_order_relaxed); }
  void report() const { BOOST_TEST(count_ == 0u, texts_); }

 private:
  std::mutex mutex_;
  std::atomic<bool> any_{false};
  std::size_t count_ = 0;
  std::string texts_;
};

/// Where threads wait for each other, again and again.
class Meeting {
 public:
  explicit Meeting(unsigned threads) : threads_(threads) {}
  void wait() {
    const unsigned round = round_.load(std::memory_order_acquire);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == threads_) {
      arrived_.store(0, std::memory_order_relaxed);
      round_.store(round + 1, std::memory_order_release);
      return;
    }
    for (unsigned spin = 0; round_.load(std::memory_order_acquire) == round; ++spin) {
      if (spin > 300) std::this_thread::yield();
    }
  }

 private:
  const unsigned threads_;
  std::atomic<unsigned> arrived_{0};
  std::atomic<unsigned> round_{0};
};

/// Runs each in a thread of its own until all are done.
inline void together(std::vector<std::function<void()>> bodies) {
  std::vector<std::thread> threads;
  threads.reserve(bodies.size());
  for (auto& body : bodies) threads.emplace_back(std::move(body));
  for (std::thread& thread : threads) thread.join();
}

/// The memory store without its queue: commands meet in it as those of several processes do. Where
/// it is told to, it lets a command that has loaded wait a moment for the other to load as well, so
/// that one of them decides on what is about to change.
class Unqueued {
 public:
  using traits = membership::DefaultTraits;
  using Loaded = membership::MemoryStore::Loaded;
  using Failure = membership::MemoryStore::Failure;
  static constexpr membership::Kinds keeps = membership::MemoryStore::keeps;

  explicit Unqueued(membership::MemoryStore& store) : store_(store) {}
  auto load(const membership::Reads& reads) {
    auto loaded = store_.load(reads);
    loads_.fetch_add(1, std::memory_order_acq_rel);
    for (int i = 0; i < 100 && loads_.load(std::memory_order_acquire) < meeting_; ++i) {
      std::this_thread::yield();
    }
    return loaded;
  }
  auto commit(std::span<const membership::Plan> plans) { return store_.commit(plans); }

  /// The next so many commands that load wait for each other.
  void let_the_next_meet(unsigned count) {
    meeting_.store(count, std::memory_order_release);
    loads_.store(0, std::memory_order_release);
  }
  /// What loads goes on at once.
  void let_all_go() { meeting_.store(0, std::memory_order_release); }

 private:
  membership::MemoryStore& store_;
  std::atomic<unsigned> loads_{0};
  std::atomic<unsigned> meeting_{0};
};

/// Waits by giving way; never runs out of time.
struct GiveWay {
  std::int64_t elapsed() const noexcept { return 0; }
  void sleep(std::int64_t /*microseconds*/) const noexcept { std::this_thread::yield(); }
};

/// One thread's clock and ids, and how its commands end.
template <class Policy>
class ActorWith {
 public:
  explicit ActorWith(unsigned number) : ids_(std::uint64_t{number} * 10'000'000 + 1) {}

  template <class S, class C>
  auto run(S& store, const C& command) {
    membership::Runtime<membership::testing::FakeClock&, membership::testing::FixedIds&, GiveWay>
        runtime{clock_, ids_, {}, {}, false};
    clock_.advance(1);
    auto result = membership::execute(store, policy_, command, runtime);
    tries_ += result ? (*result).tries : result.error().tries;
    ++commands_;
    return result;
  }
  /// The same of what takes a policy and a runtime: a bulk, a long operation.
  template <class Run>
  auto drive(Run&& run) {
    membership::Runtime<membership::testing::FakeClock&, membership::testing::FixedIds&, GiveWay>
        runtime{clock_, ids_, {}, {}, false};
    clock_.advance(1);
    return run(policy_, runtime);
  }
  /// Decides, and leaves the commit to the caller.
  template <class C>
  auto decide(const membership::Snapshot& seen, const C& command) {
    return policy_.decide(command, seen, membership::draw_context<C>(clock_.now(), ids_));
  }

  std::uint64_t tries() const { return tries_; }
  std::uint64_t commands() const { return commands_; }

 private:
  membership::testing::FakeClock clock_;
  membership::testing::FixedIds ids_;
  Policy policy_;
  std::uint64_t tries_ = 0;
  std::uint64_t commands_ = 0;
};
using Actor = ActorWith<membership::MembershipPolicy<>>;

template <class Result>
bool refused_with(const Result& result, membership::ErrorCode code) {
  return !result && result.error().kind == membership::FailureKind::refused &&
         result.error().error->code == code;
}

/// A store with users `user_00000001`…, organizations `org_00000001`…, and the roles `member`,
/// `admin`, `viewer`.
inline void furnish(membership::MemoryStore& store, unsigned users, unsigned organizations) {
  Actor actor(0);
  bool good = true;
  for (unsigned i = 0; i < users; ++i) good = actor.run(store, membership::CreateUser{}) && good;
  for (unsigned i = 0; i < organizations; ++i) {
    good = actor.run(store, membership::CreateOrganization{"Acme", {}, {}}) && good;
  }
  for (const std::string_view slug : {"admin", "viewer"}) {
    good = actor.run(store, membership::CreateRole{slug, slug, {}, {}}) && good;
  }
  BOOST_REQUIRE(good);
}
inline membership::UserId user(std::uint64_t number) {
  return membership::testing::FixedIds::numbered<membership::UserId>(number);
}
inline membership::OrganizationId organization(std::uint64_t number) {
  return membership::testing::FixedIds::numbered<membership::OrganizationId>(number);
}

/// Follows the event log and keeps what it tells; finds any event that is lost, doubled, out of
/// order, or that does not fit the one before. Also while others write.
class Auditor {
 public:
  struct Member {
    std::string id;
    membership::Status status;
    membership::RoleSet roles;
    std::uint64_t revision;
  };

  /// `only_memberships`: nothing but memberships changes in the organizations, so that their
  /// events' revisions leave no gap.
  explicit Auditor(Faults& faults, bool only_memberships = true)
      : faults_(faults), gapless_(only_memberships) {}

  std::size_t events() const { return events_; }

  /// Reads on from where it was.
  void follow(const membership::MemoryStore& store) {
    membership::Page<membership::EventId> page;
    page.limit = membership::longest_page;
    for (bool more = true; more;) {
      page.after = last_;
      const auto end = store.list(*membership::EventQuery::make(page),
                                  [this](const membership::EventRow& row) { take(row); });
      more = (*end).more;
    }
  }

  /// Whether the store's memberships are those that the events tell of. While nobody writes.
  void compare(const membership::MemoryStore& store) {
    follow(store);
    for (const auto& [organization_id, revision] : revisions_) {
      const auto id = membership::OrganizationId::from_stored(organization_id);
      membership::Reads reads;
      reads.organization = &id;
      const auto loaded = store.load(reads);
      if (!(*loaded).organization) {
        for (const auto& [pair, member] : members_) {
          faults_.check(pair.second != organization_id, "a member of a deleted organization");
        }
        continue;
      }
      const auto& state = *(*loaded).organization;
      membership::MembershipFilter filter;
      filter.organization = id;
      membership::Page<membership::MembershipId> page;
      page.limit = membership::longest_page;
      membership::Counts count;
      std::size_t rows = 0;
      for (bool more = true; more;) {
        const auto end = store.list(
            *membership::MembershipQuery::make(filter, page),
            [&](const membership::MembershipRow& row) {
              page.after = membership::MembershipId::from_stored(row.membership.id);
              ++rows;
              count.add(row.membership.status, row.membership.roles, state.owner_role);
              const auto found =
                  members_.find(key(row.membership.user, row.membership.organization));
              faults_.check(found != members_.end(), "a membership that no event tells of");
              if (found == members_.end()) return;
              faults_.check(found->second.id == row.membership.id &&
                                found->second.status == row.membership.status &&
                                found->second.roles == row.membership.roles &&
                                found->second.revision == row.membership.revision,
                            "a membership that is not as its last event says");
            });
        more = (*end).more;
      }
      std::size_t told = 0;
      for (const auto& [pair, member] : members_) {
        if (pair.second == organization_id) ++told;
      }
      faults_.check(rows == told, "a membership is missing");
      faults_.check(state.counts == count, "counts are wrong");
      if (gapless_) faults_.check(state.revision == revision, "a change without an event");
    }
  }

 private:
  static std::pair<std::string, std::string> key(std::string_view user,
                                                 std::string_view organization) {
    return {std::string(user), std::string(organization)};
  }

  void take(const membership::EventRow& row) {
    using membership::EventType;
    last_ = row.id;
    ++events_;
    if (row.organization != nullptr) {
      std::uint64_t& revision = revisions_[std::string(row.organization->view())];
      // Several events of one plan have one revision.
      const bool same_plan = revision == row.revision && plan_ == row.id.plan();
      faults_.check(same_plan || row.revision > revision, "an organization's event out of order");
      faults_.check(!gapless_ || same_plan || row.revision == revision + 1, "an event is lost");
      revision = row.revision;
      plan_ = row.id.plan();
    }
    if (row.membership == nullptr) return;
    const auto& shown = *row.membership;
    const auto pair = key(shown.user.view(), shown.organization.view());
    const auto found = members_.find(pair);
    const bool known = found != members_.end();
    if (row.type == EventType::organization_membership_created) {
      faults_.check(!known, "a second membership of a pair");
      faults_.check(row.before.standing == membership::Standing::none, "made, but was there");
    } else {
      faults_.check(known && found->second.id == shown.id.view(), "an event of another membership");
      if (known) {
        faults_.check(row.before.roles == found->second.roles,
                      "roles before are not the last ones");
        faults_.check(row.before.standing == membership::standing_of(found->second.status),
                      "status before is not the last one");
      }
    }
    faults_.check(!shown.roles.empty(), "a membership without role");
    if (row.type == EventType::organization_membership_deleted) {
      members_.erase(pair);
    } else {
      faults_.check(shown.revision == row.revision, "revision of the event's membership");
      members_[pair] = {std::string(shown.id.view()), shown.status, shown.roles, shown.revision};
    }
  }

  Faults& faults_;
  bool gapless_;
  std::optional<membership::EventId> last_;
  std::optional<membership::PlanId> plan_;  ///< of the last event in an organization
  std::size_t events_ = 0;
  std::map<std::string, std::uint64_t> revisions_;
  std::map<std::pair<std::string, std::string>, Member> members_;
};

}  // namespace membership_tests

#endif
