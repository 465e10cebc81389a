// SPDX-License-Identifier: BSL-1.0

// Plan
//   what execute does, co_execute does: created, unchanged, refused, conflicts that end and that do
//     not, a store that fails; the same receipts, tries and pauses                  -> as_execute
//   a store's queue: its place is held while the verbs run, and in no pause           -> queued
//   a command that is a temporary, begun later                                      -> begun_later

#include "membership/driver/co_execute.hpp"

#include "../support/hooked_store.hpp"
#include "../support/host.hpp"
#include "../support/task.hpp"

#include <boost/test/unit_test.hpp>

#ifdef __cpp_impl_coroutine

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

using namespace membership;
using membership_tests::make_id;
using membership_tests::NumberedIds;
using membership_tests::SetClock;
using membership_tests::UnqueuedStore;

namespace co_execute_commands {

/// A store whose verbs are awaited.
class Awaited {
 public:
  template <class V>
  using Task = membership_tests::Task<V>;
  using traits = DefaultTraits;
  using Failure = UnqueuedStore::Failure;
  using Loaded = UnqueuedStore::Loaded;
  static constexpr Kinds keeps = UnqueuedStore::keeps;

  UnqueuedStore store;

  Task<tl::expected<Loaded, Failure>> load(const Reads& reads) { co_return store.load(reads); }
  Task<tl::expected<CommitStatus, Failure>> commit(std::span<const Plan> plans) {
    co_return store.commit(plans);
  }
};
static_assert(AwaitedStore<Awaited>);

/// One with a queue: how many places are held while its verbs run.
class Queued {
 public:
  template <class V>
  using Task = membership_tests::Task<V>;
  using traits = DefaultTraits;
  using Failure = Awaited::Failure;
  using Loaded = Awaited::Loaded;
  struct Leave {
    void operator()(int* places) const noexcept { --*places; }
  };
  using QueuePlace = std::unique_ptr<int, Leave>;
  static constexpr Kinds keeps = Awaited::keeps;

  Awaited awaited;
  int held = 0;
  std::vector<int> in_verbs;

  Task<QueuePlace> queue(const Reads& /*reads*/) {
    ++held;
    co_return QueuePlace(&held);
  }
  Task<tl::expected<Loaded, Failure>> load(const Reads& reads) {
    in_verbs.push_back(held);
    return awaited.load(reads);
  }
  Task<tl::expected<CommitStatus, Failure>> commit(std::span<const Plan> plans) {
    in_verbs.push_back(held);
    return awaited.commit(plans);
  }
};
static_assert(AwaitedStore<Queued> && QueuesAwaited<Queued> && !QueuesAwaited<Awaited>);

struct HeldInPauses {
  const int* held;
  std::vector<int>* seen;
  std::int64_t elapsed() const { return 0; }
  membership_tests::Task<void> sleep(std::int64_t /*microseconds*/) const {
    seen->push_back(*held);
    co_return;
  }
};

struct Pauses {
  std::vector<std::int64_t>* pauses;
  std::int64_t elapsed() const { return 0; }
  void sleep(std::int64_t microseconds) const { pauses->push_back(microseconds); }
};
struct AwaitedPauses {
  std::vector<std::int64_t>* pauses;
  std::int64_t elapsed() const { return 0; }
  membership_tests::Task<void> sleep(std::int64_t microseconds) const {
    pauses->push_back(microseconds);
    co_return;
  }
};

/// How a command ended, in words.
template <class Result>
std::string words(const Result& result) {
  if (!result) {
    const auto& failure = result.error();
    std::string text = "failure " + std::to_string(static_cast<int>(failure.kind)) + " after " +
                       std::to_string(failure.tries);
    if (failure.error) text += ' ' + std::string(to_string(failure.error->code));
    if (failure.cause) text += " cause " + std::to_string(static_cast<int>(*failure.cause));
    return text;
  }
  std::string text =
      std::string(to_string(result->outcome())) + " after " + std::to_string(result->tries);
  if (const auto* membership = result->membership())
    text += ' ' + std::string(membership->id.view());
  return text;
}

/// The same done to both.
struct Both {
  UnqueuedStore store;
  Awaited awaited;
  std::vector<std::int64_t> pauses;
  std::vector<std::int64_t> awaited_pauses;
  NumberedIds ids;
  RetryLimits limits;

  template <class C>
  std::string same(const C& command) {
    using MembershipPolicy = membership::MembershipPolicy<>;
    Runtime<SetClock, NumberedIds, Pauses> runtime{{}, ids, {&pauses}, limits};
    Runtime<SetClock, NumberedIds, AwaitedPauses> other{{}, ids, {&awaited_pauses}, limits};
    const std::string expected = words(execute(store, MembershipPolicy{}, command, runtime));
    const std::string found = words(co_execute(awaited, MembershipPolicy{}, command, other).run());
    BOOST_TEST(found == expected);
    BOOST_TEST(awaited_pauses == pauses);
    BOOST_TEST(membership_tests::describe(awaited.store) == membership_tests::describe(store));
    ids = runtime.ids;
    return found;
  }
  void conflict_at(unsigned commits_from_now) {
    store.conflicts_at = store.commits + commits_from_now;
    awaited.store.conflicts_at = awaited.store.commits + commits_from_now;
  }
  void fail_at(unsigned commits_from_now) {
    store.fails_at = store.commits + commits_from_now;
    awaited.store.fails_at = awaited.store.commits + commits_from_now;
  }
};

}  // namespace co_execute_commands

BOOST_AUTO_TEST_SUITE(co_execute_commands)

BOOST_AUTO_TEST_CASE(as_execute) {
  Both both;
  const UserId ada = make_id<UserId>("user_ada");
  const OrganizationId acme = make_id<OrganizationId>("org_acme");
  CreateUser user;
  user.id = ada;
  both.same(user);
  both.same(CreateOrganization{"Acme", acme});
  BOOST_TEST(both.same(CreateMembership{ada, acme, RoleSelection::one("no-such")}) ==
             "failure 0 after 1 invalid_role");
  both.conflict_at(1);
  const std::string created = both.same(CreateMembership{ada, acme});
  BOOST_TEST(created.starts_with("created after 2 "));
  BOOST_TEST(both.pauses.size() == 1u);
  const MembershipId id = make_id<MembershipId>(created.substr(created.rfind(' ') + 1));
  BOOST_TEST(both.same(UpdateRoles{id, RoleSelection::one("member")}).starts_with("unchanged"));
  both.fail_at(1);
  BOOST_TEST(both.same(DeactivateMembership{id}).starts_with("failure 2 after 1 cause"));
  both.limits.tries = 1;
  both.conflict_at(1);
  BOOST_TEST(both.same(DeactivateMembership{id}) == "failure 1 after 1");
  both.limits.tries = 0;
  both.limits.microseconds = 0;
  both.conflict_at(1);
  BOOST_TEST(both.same(DeactivateMembership{id}) == "failure 1 after 1");
  BOOST_TEST(both.same(DeactivateMembership{id}).starts_with("updated after 1"));
  BOOST_TEST(both.same(DeleteMembership{id}) == "deleted after 1");
}

BOOST_AUTO_TEST_CASE(queued) {
  Queued store;
  std::vector<int> in_pauses;
  CreateUser user;
  user.id = make_id<UserId>("user_ada");
  store.awaited.store.conflicts_at = store.awaited.store.commits + 1;
  Runtime<SetClock, NumberedIds, HeldInPauses> runtime{{}, {}, {&store.held, &in_pauses}, {}};
  const auto done = co_execute(store, MembershipPolicy<>{}, user, runtime).run();
  BOOST_REQUIRE(done);
  BOOST_TEST(done->tries == 2u);
  BOOST_TEST((store.in_verbs == std::vector<int>{1, 1, 1, 1}));
  BOOST_TEST((in_pauses == std::vector<int>{0}));
  BOOST_TEST(store.held == 0);
}

BOOST_AUTO_TEST_CASE(begun_later) {
  Awaited awaited;
  std::vector<std::int64_t> pauses;
  CreateUser user;
  user.id = make_id<UserId>("user_ada");
  using TestRuntime = Runtime<SetClock, NumberedIds, AwaitedPauses>;
  auto task = co_execute(awaited, MembershipPolicy<>{}, CreateUser(user),
                         TestRuntime{{}, {}, {&pauses}, {}});
  BOOST_TEST(awaited.store.commits == 0u);
  const auto done = std::move(task).run();
  BOOST_REQUIRE(done);
  BOOST_TEST(done->plan.user->after.id == *user.id);
}

BOOST_AUTO_TEST_SUITE_END()

#endif
