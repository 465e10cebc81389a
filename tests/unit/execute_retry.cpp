// SPDX-License-Identifier: BSL-1.0

// Plan
//   conflicts that end: committed, the number of tries, the same ids at each  -> conflicts_that_end
//   conflicts that do not end: contended by tries, by time                    -> contended
//   a pause that would end after the limit is not begun                       -> time_limit
//   pauses: random, within a bound that doubles up to the longest             -> growing_pauses
//   what changed meanwhile is decided anew                                    -> decided_anew
//   failures of the store in load and commit, refusals: not tried again       -> not_tried_again
//   unchanged: not committed                                                  -> unchanged
//   the queue: held during load and commit, not during a pause                -> queue

#include "../support/host.hpp"
#include "../support/world.hpp"

#include <boost/test/unit_test.hpp>

using namespace membership;

namespace execute_retry {

using membership_tests::an_error;
using membership_tests::organization_id;
using membership_tests::TestRuntime;
using membership_tests::user_id;

/// Shows one world; its commits conflict as often as it is told.
struct ConflictingStore {
  using traits = DefaultTraits;
  using Failure = int;
  struct Loaded : Snapshot {};
  static constexpr Kinds keeps{Kind::organization, Kind::membership};

  Snapshot world = membership_tests::world;
  unsigned conflicts = 0;
  int load_failure = 0;
  int commit_failure = 0;
  unsigned loads = 0;
  std::vector<Plan> plans{};

  tl::expected<Loaded, int> load(const Reads& /*reads*/) {
    ++loads;
    if (load_failure != 0) return tl::unexpected<int>(load_failure);
    Loaded loaded;
    static_cast<Snapshot&>(loaded) = world;
    return loaded;
  }
  tl::expected<CommitStatus, int> commit(std::span<const Plan> span) {
    plans.push_back(span[0]);
    if (commit_failure != 0) return tl::unexpected<int>(commit_failure);
    if (plans.size() <= conflicts) return CommitStatus::conflict;
    return CommitStatus::committed;
  }
};
static_assert(ExecutesCommands<ConflictingStore> && !QueuesOrganizations<ConflictingStore>);

struct Fixture {
  ConflictingStore store{};
  MembershipPolicy<> policy{};
  TestRuntime runtime{};
  CreateMembership create{user_id, organization_id};
};

}  // namespace execute_retry

BOOST_FIXTURE_TEST_SUITE(execute_retry, execute_retry::Fixture)

BOOST_AUTO_TEST_CASE(conflicts_that_end) {
  store.conflicts = 3;
  const auto result = execute(store, policy, create, runtime);
  BOOST_TEST_REQUIRE(result.has_value());
  BOOST_TEST(result->tries == 4u);
  BOOST_TEST(store.loads == 4u);
  BOOST_TEST(store.plans.size() == 4u);
  BOOST_TEST(runtime.wait.pauses().size() == 3u);
  BOOST_TEST(runtime.clock.asked == 1);
  BOOST_TEST(runtime.ids.last == 2u);  // one plan, one membership
  for (const Plan& plan : store.plans) {
    BOOST_TEST((plan.id == store.plans[0].id));
    BOOST_TEST((plan.membership->after == store.plans[0].membership->after));
  }
}

BOOST_AUTO_TEST_CASE(contended) {
  store.conflicts = ~0u;
  runtime.limits.tries = 5;
  const auto by_tries = execute(store, policy, create, runtime);
  BOOST_TEST_REQUIRE(!by_tries.has_value());
  BOOST_TEST(by_tries.error().kind == FailureKind::contended);
  BOOST_TEST(by_tries.error().tries == 5u);
  BOOST_TEST(!by_tries.error().error.has_value());
  BOOST_TEST(!by_tries.error().cause.has_value());
  BOOST_TEST(runtime.wait.pauses().size() == 4u);

  runtime = TestRuntime{};
  runtime.limits.tries = 1;
  BOOST_TEST(execute(store, policy, create, runtime).error().tries == 1u);
  BOOST_TEST(runtime.wait.pauses().empty());

  runtime = TestRuntime{};
  const auto by_time = execute(store, policy, create, runtime);
  BOOST_TEST_REQUIRE(!by_time.has_value());
  BOOST_TEST(by_time.error().kind == FailureKind::contended);
  BOOST_TEST(runtime.wait.elapsed() <= runtime.limits.microseconds);
  BOOST_TEST(runtime.wait.elapsed() > runtime.limits.microseconds - runtime.limits.longest_pause);
  BOOST_TEST(by_time.error().tries > 250u);
  BOOST_TEST(by_time.error().tries == runtime.wait.pauses().size() + 1);
}

BOOST_AUTO_TEST_CASE(time_limit) {
  store.conflicts = ~0u;
  runtime.limits.microseconds = 0;
  BOOST_TEST(execute(store, policy, create, runtime).error().tries == 1u);
  // Time that passes without a pause counts as well.
  struct Slow : membership_tests::FakeWait {
    std::int64_t elapsed() {
      pass(1'000'000);
      return FakeWait::elapsed();
    }
  };
  Runtime<membership_tests::SetClock, membership_tests::NumberedIds, Slow> slow;
  BOOST_TEST(execute(store, policy, create, slow).error().tries < 8u);
}

BOOST_AUTO_TEST_CASE(growing_pauses) {
  store.conflicts = ~0u;
  runtime.limits.tries = 400;
  runtime.limits.microseconds = 1'000'000'000;
  static_cast<void>(execute(store, policy, create, runtime));
  const auto& pauses = runtime.wait.pauses();
  BOOST_TEST_REQUIRE(pauses.size() == 399u);
  std::int64_t bound = runtime.limits.first_pause;
  for (const std::int64_t pause : pauses) {
    BOOST_TEST(pause >= 1);
    BOOST_TEST(pause <= bound);
    bound = std::min(bound * 2, runtime.limits.longest_pause);
  }
  // Random over the whole of its range: all four quarters of the last 380 pauses are met.
  unsigned quarters[4] = {};
  for (std::size_t i = 19; i < pauses.size(); ++i) {
    ++quarters[std::min<std::int64_t>(pauses[i] * 4 / (runtime.limits.longest_pause + 1), 3)];
  }
  for (const unsigned count : quarters) BOOST_TEST(count > 50u);
  // Another command waits otherwise.
  TestRuntime other = TestRuntime{};
  other.ids.last = 100;
  other.limits = runtime.limits;
  static_cast<void>(execute(store, policy, create, other));
  BOOST_TEST(other.wait.pauses() != pauses);

  runtime = TestRuntime{};
  runtime.limits.tries = 4;
  runtime.limits.first_pause = 0;
  static_cast<void>(execute(store, policy, create, runtime));
  BOOST_TEST(runtime.wait.pauses() == (std::vector<std::int64_t>{0, 0, 0}));
}

BOOST_AUTO_TEST_CASE(decided_anew) {
  struct Changing : ConflictingStore {
    tl::expected<Loaded, int> load(const Reads& reads) {
      if (loads == 1) world.user.clear();
      return ConflictingStore::load(reads);
    }
  };
  Changing changing;
  changing.conflicts = 1;
  const auto result = execute(changing, policy, create, runtime);
  BOOST_TEST_REQUIRE(!result.has_value());
  BOOST_TEST(result.error().kind == FailureKind::refused);
  BOOST_TEST(result.error().tries == 2u);
  BOOST_TEST(*result.error().error ==
             an_error(ErrorCode::entity_not_found, Field::user_id, "user_1"));
}

BOOST_AUTO_TEST_CASE(not_tried_again) {
  store.load_failure = 5;
  auto result = execute(store, policy, create, runtime);
  BOOST_TEST_REQUIRE(!result.has_value());
  BOOST_TEST(result.error().kind == FailureKind::store);
  BOOST_TEST(*result.error().cause == 5);
  BOOST_TEST(!result.error().error.has_value());
  BOOST_TEST(result.error().tries == 1u);
  BOOST_TEST(store.plans.empty());

  store.load_failure = 0;
  store.commit_failure = 6;
  result = execute(store, policy, create, runtime);
  BOOST_TEST_REQUIRE(!result.has_value());
  BOOST_TEST(result.error().kind == FailureKind::store);
  BOOST_TEST(*result.error().cause == 6);
  BOOST_TEST(store.plans.size() == 1u);

  store.commit_failure = 0;
  store.world.organization.clear();
  result = execute(store, policy, create, runtime);
  BOOST_TEST_REQUIRE(!result.has_value());
  BOOST_TEST(result.error().kind == FailureKind::refused);
  BOOST_TEST(result.error().tries == 1u);
  BOOST_TEST(store.plans.size() == 1u);
  BOOST_TEST(runtime.wait.pauses().empty());
}

BOOST_AUTO_TEST_CASE(unchanged) {
  store.world = membership_tests::with(Status::inactive, RoleSet::of(membership_tests::admin));
  store.conflicts = ~0u;
  const auto result =
      execute(store, policy, DeactivateMembership{membership_tests::membership_id}, runtime);
  BOOST_TEST_REQUIRE(result.has_value());
  BOOST_TEST(result->outcome() == Outcome::unchanged);
  BOOST_TEST(result->membership()->status == Status::inactive);
  BOOST_TEST(store.plans.empty());
}

BOOST_AUTO_TEST_CASE(queue) {
  struct Queued : ConflictingStore {
    int inside = 0;
    int entered = 0;
    bool held_while_loading = true;
    struct Place {
      Queued* queued;
      explicit Place(Queued* of) : queued(of) {
        ++queued->inside;
        ++queued->entered;
      }
      Place(Place&& other) noexcept : queued(std::exchange(other.queued, nullptr)) {}
      Place& operator=(Place&& other) noexcept {
        std::swap(queued, other.queued);
        return *this;
      }
      ~Place() {
        if (queued != nullptr) --queued->inside;
      }
    };
    Place queue(const Reads& reads) {
      BOOST_TEST(*reads.organization == organization_id);
      return Place(this);
    }
    tl::expected<Loaded, int> load(const Reads& reads) {
      held_while_loading = held_while_loading && inside == 1;
      return ConflictingStore::load(reads);
    }
    tl::expected<CommitStatus, int> commit(std::span<const Plan> span) {
      BOOST_TEST(inside == 1);
      return ConflictingStore::commit(span);
    }
  };
  static_assert(QueuesOrganizations<Queued>);
  struct Looking : membership_tests::FakeWait {
    Queued* queued = nullptr;
    void sleep(std::int64_t microseconds) {
      BOOST_TEST(queued->inside == 0);
      FakeWait::sleep(microseconds);
    }
  };
  Queued queued;
  queued.conflicts = 2;
  Runtime<membership_tests::SetClock, membership_tests::NumberedIds, Looking> looking;
  looking.wait.queued = &queued;
  BOOST_TEST(execute(queued, policy, create, looking).has_value());
  BOOST_TEST(queued.held_while_loading);
  BOOST_TEST(queued.entered == 3);
  BOOST_TEST(queued.inside == 0);
}

BOOST_AUTO_TEST_SUITE_END()
