// SPDX-License-Identifier: BSL-1.0

// The PostgreSQL store whose verbs are awaited, in an event loop of one thread.
//
// Plan
//   it passes every check of the kit, each call run to its end                 -> passes
//   many commands under way on few connections, which other processes of the
//     server end meanwhile: each acknowledged one is there, once               -> ended_connections
//   commands of one organization wait for each other, in the order in which
//     they came, also those that name only a membership: each is tried once    -> queued
//   an organization whose row another holds keeps nobody waiting but its own   -> nobody_waits
//   the answer to a commit is lost: found carried out, or, where no server is
//     left to be asked, told as unknown                                        -> lost_answers
//   an answer is lost, whichever: what was not sent can be sent
//     again                                                          -> lost_at_each_answer
//   one is lost while others wait: no more connections than given    -> lost_among_others
//   no server, a wrong password: a failure with its cause            -> refused

#include "membership/driver/co_execute.hpp"
#include "membership/membership.hpp"
#include "membership/store/postgres_async_store.hpp"
#include "membership/store/postgres_store.hpp"
#include "membership/testing/store_conformance.hpp"
#include "support/durable.hpp"
#include "support/open_postgres.hpp"
#include "support/postgres_cluster.hpp"

#include <boost/test/unit_test.hpp>

#ifdef __cpp_impl_coroutine

#include "../../examples/async_server/asio_io.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <sys/socket.h>
#include <type_traits>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(postgres_async)

using namespace membership;
using namespace membership_tests::durable;
using asio_io::Io;
using membership_tests::make_id;
using membership_tests::open_postgres;
using membership_tests::PostgresCluster;

namespace {

namespace asio = boost::asio;
using AsyncStore = BasicAsyncPostgresStore<DefaultTraits, Io>;
using AsyncRuntime = Runtime<SystemClock, UlidIds<DefaultTraits>, asio_io::Wait>;
static_assert(AwaitedStore<AsyncStore> && !AwaitedStore<PostgresStore>);

PostgresCluster& cluster() {
  static PostgresCluster cluster;
  return cluster;
}
PostgresStoreOptions fresh() {
  static int number = 0;
  PostgresStoreOptions options;
  options.target = cluster().target();
  options.schema = "async_" + std::to_string(++number);
  return options;
}

/// Runs a task to its end.
template <class V>
V run_task(asio::io_context& context, Io::Task<V> task) {
  std::optional<V> result;
  co_spawn(context, std::move(task), [&](std::exception_ptr problem, V value) {
    if (problem) std::rethrow_exception(problem);
    result.emplace(std::move(value));
  });
  context.restart();
  context.run();
  return std::move(*result);
}

/// The store as one that waits. What the asynchronous one leaves out, the other does.
class WaitingStore {
  template <class Start>
  auto run(const Start& start) const {
    const std::lock_guard guard(mutex_);
    return run_task(context_, start());
  }

  std::unique_ptr<PostgresStore> beside_;
  mutable std::mutex mutex_;
  mutable asio::io_context context_;
  mutable Io io_;
  mutable AsyncStore store_;

 public:
  using traits = DefaultTraits;
  using Failure = PostgresFailure;
  using Loaded = AsyncStore::Loaded;
  static constexpr Kinds keeps = AsyncStore::keeps;

  explicit WaitingStore(const PostgresStoreOptions& options)
      : beside_(open_postgres(options)), store_(options, io_, 2) {}

  tl::expected<Loaded, Failure> load(const Reads& reads) const {
    return run([&] { return store_.load(reads); });
  }
  tl::expected<std::vector<Loaded>, Failure> load(std::span<const Reads> reads) const {
    return beside_->load(reads);
  }
  template <class Visit>
  tl::expected<bool, Failure> view(const UserId& user, const OrganizationId& organization,
                                   Visit&& visit) const {
    return run([&] { return store_.view(user, organization, std::ref(visit)); });
  }
  template <class Query, class Visit>
  tl::expected<ListEnd, Failure> list(const Query& query, Visit&& visit) const {
    return run([&] { return store_.list(query, std::ref(visit)); });
  }
  tl::expected<CommitStatus, Failure> commit(std::span<const Plan> plans) {
    return run([&] { return store_.commit(plans); });
  }
  tl::expected<bool, Failure> was_committed(PlanId plan) const {
    return run([&] { return store_.was_committed(plan); });
  }
  auto drop_events(Time time, std::size_t limit) { return beside_->drop_events(time, limit); }
};

struct Factory {
  struct Handle {
    std::unique_ptr<WaitingStore> one;
    std::unique_ptr<WaitingStore> other;
    WaitingStore& store() { return *one; }
    WaitingStore& another() { return *other; }
  };
  Handle fresh() {
    const PostgresStoreOptions options = postgres_async::fresh();
    auto one = std::make_unique<WaitingStore>(options);
    return {std::move(one), std::make_unique<WaitingStore>(options)};
  }
};

/// A connection beside the store's.
struct Beside {
  explicit Beside(const PostgresStoreOptions& options)
      : connection(options.target, options.schema) {}
  void run(const std::string& text) { BOOST_REQUIRE(connection.execute(text)); }

  detail::PostgresConnection connection;
};

/// Loses the next answer, which the server has sent by then, or one after it. Counts connections.
struct LossyIo : Io {
  std::function<void()> when_lost{};  ///< none: nothing is lost
  int answers_before = 0;
  std::set<int> sockets{};
  std::size_t most_sockets = 0;
  Task<void> ready(int socket, bool read, bool write) {
    sockets.insert(socket);
    std::erase_if(sockets, [](int one) {
      sockaddr_storage address{};
      socklen_t size = sizeof address;
      return getpeername(one, reinterpret_cast<sockaddr*>(&address), &size) != 0;
    });
    most_sockets = std::max(most_sockets, sockets.size());
    co_await Io::ready(socket, read, write);
    char answer[4096];
    if (!when_lost || recv(socket, answer, 1, MSG_DONTWAIT | MSG_PEEK) <= 0) co_return;
    if (answers_before > 0) {
      --answers_before;
      co_return;
    }
    while (recv(socket, answer, sizeof answer, MSG_DONTWAIT) > 0) {
    }
    shutdown(socket, SHUT_RDWR);
    std::exchange(when_lost, nullptr)();
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(passes) {
  Factory factory;
  testing::ConformanceOptions options;
  options.ids_apart = true;
  const auto report = testing::check_store(factory, options);
  BOOST_TEST(report.passed(), report.text());
  BOOST_TEST(report.skipped.empty());
}

BOOST_AUTO_TEST_CASE(ended_connections) {
  const PostgresStoreOptions options = fresh();
  const auto beside = open_postgres(options);
  constexpr int user_count = 200;
  fill(*beside);
  for (int i = 0; i < user_count; ++i) add_user(*beside, "user_" + std::to_string(i));

  asio::io_context context(1);
  Io io;
  AsyncStore store(options, io, 4);
  Beside other(options);
  std::set<std::string> acknowledged;
  std::size_t others = 0;
  std::size_t lost = 0;
  const auto join = [&](int number) -> Io::Task<void> {
    const UserId user = make_id<UserId>("user_" + std::to_string(number));
    AsyncRuntime runtime;
    runtime.limits.microseconds = 60'000'000;
    const auto done =
        co_await co_execute(store, MembershipPolicy<>{}, CreateMembership{user, acme}, runtime);
    if (done) {
      acknowledged.insert(std::string(user.view()));
    } else if (done.error().cause && done.error().cause->fault == PostgresFault::connection_lost) {
      ++lost;
    } else {
      ++others;
    }
    if (number % 20 == 7) {
      other.run("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND query LIKE '%memberships%'");
    }
  };
  for (int i = 0; i < user_count; ++i) co_spawn(context, join(i), asio::detached);
  context.run();

  BOOST_TEST(others == 0u);
  BOOST_TEST(acknowledged.size() + lost == static_cast<std::size_t>(user_count));
  BOOST_TEST(listed_members(*beside) == acknowledged, boost::test_tools::per_element());
  BOOST_TEST(active_members(*beside) == acknowledged.size());
  BOOST_TEST_MESSAGE(lost << " of " << user_count << " were found out not to be there");
}

BOOST_AUTO_TEST_CASE(queued) {
  const PostgresStoreOptions options = fresh();
  const auto beside = open_postgres(options);
  constexpr int user_count = 40;
  fill(*beside);
  for (int i = 0; i < user_count; ++i) add_user(*beside, "user_" + std::to_string(i));

  asio::io_context context(1);
  Io io;
  AsyncStore store(options, io, 4);
  unsigned tries = 0;
  std::vector<int> joined;
  std::vector<MembershipId> members;
  const auto join = [&](int number) -> Io::Task<void> {
    const UserId user = make_id<UserId>("user_" + std::to_string(number));
    Runtime<SystemClock, NumberedMember, asio_io::Wait> runtime;
    runtime.ids.number = number;
    const auto done =
        co_await co_execute(store, MembershipPolicy<>{}, CreateMembership{user, acme}, runtime);
    if (!done) co_return;
    tries += done->tries;
    joined.push_back(number);
    const MembershipId id = done->plan.membership->after.id;
    members.push_back(id);
    Reads reads;
    reads.membership = &id;  // seen once by this store
    BOOST_TEST((co_await store.load(reads)).has_value());
  };
  for (int i = 0; i < user_count; ++i) co_spawn(context, join(i), asio::detached);
  context.run();
  BOOST_TEST(tries == static_cast<unsigned>(user_count));
  std::vector<int> in_order(user_count);
  std::iota(in_order.begin(), in_order.end(), 0);
  BOOST_TEST(joined == in_order, boost::test_tools::per_element());

  const auto leave = [&](MembershipId id) -> Io::Task<void> {
    const auto done =
        co_await co_execute(store, MembershipPolicy<>{}, DeactivateMembership{id}, AsyncRuntime{});
    if (done) tries += done->tries;
  };
  context.restart();
  for (const MembershipId& id : members) co_spawn(context, leave(id), asio::detached);
  context.run();
  BOOST_TEST(tries == 2u * user_count);
}

BOOST_AUTO_TEST_CASE(nobody_waits) {
  const PostgresStoreOptions options = fresh();
  const auto beside = open_postgres(options);
  const OrganizationId other = make_id<OrganizationId>("org_other");
  fill(*beside);
  BOOST_REQUIRE(run(*beside, CreateOrganization{"Other", other}));

  asio::io_context context(1);
  Io io;
  AsyncStore store(options, io);
  Beside holder(options);
  holder.run("BEGIN");
  holder.run("SELECT 1 FROM organizations WHERE id = 'org_acme' FOR UPDATE");
  std::string order;
  const auto join = [&](OrganizationId organization, char letter) -> Io::Task<void> {
    const auto done = co_await co_execute(store, MembershipPolicy<>{},
                                          CreateMembership{ada, organization}, AsyncRuntime{});
    order += done ? letter : '!';
    if (letter == 'o') holder.run("COMMIT");
  };
  co_spawn(context, join(acme, 'a'), asio::detached);
  co_spawn(context, join(other, 'o'), asio::detached);
  context.run();
  BOOST_TEST(order == "oa");
}

BOOST_AUTO_TEST_CASE(lost_answers) {
  PostgresCluster server;
  PostgresStoreOptions options = fresh();
  options.target = server.target();
  options.patience_milliseconds = 200;
  const auto beside = open_postgres(options);
  fill(*beside);
  BOOST_REQUIRE(run(*beside, CreateRole{"admin", "Administrator"}));

  asio::io_context context(1);
  LossyIo io;
  BasicAsyncPostgresStore<DefaultTraits, LossyIo> store(options, io);
  UlidIds<DefaultTraits> ids;
  std::optional<PlanId> last;
  using Result = tl::expected<CommitStatus, PostgresFailure>;
  const auto commit = [&](const auto& command,
                          std::function<void()> when_lost) -> Io::Task<Result> {
    using C = std::decay_t<decltype(command)>;
    const auto seen = co_await store.load(command.reads());
    BOOST_REQUIRE(seen);
    const auto plan =
        MembershipPolicy<>{}.decide(command, *seen, draw_context<C>(SystemClock{}.now(), ids));
    BOOST_REQUIRE(plan);
    last = plan->id;
    io.when_lost = std::move(when_lost);
    co_return co_await store.commit(std::span(&*plan, 1));
  };

  bool lost = false;
  const Result done = run_task(context, commit(CreateMembership{ada, acme}, [&] { lost = true; }));
  BOOST_TEST(lost);
  BOOST_TEST((done == CommitStatus::committed));
  BOOST_TEST(active_members(*beside) == 1u);
  BOOST_TEST(*run_task(context, store.was_committed(*last)));

  const Result unknown = run_task(context, commit(SetDefaultRole{"admin"}, [&] { server.kill(); }));
  BOOST_REQUIRE(!unknown);
  BOOST_TEST((unknown.error().fault == PostgresFault::fate_unknown),
             to_string(unknown.error().fault));
  // It was carried out, as whoever asks later is told.
  server.start();
  BOOST_TEST(*run_task(context, store.was_committed(*last)));
}

BOOST_AUTO_TEST_CASE(lost_at_each_answer) {
  const PostgresStoreOptions options = fresh();
  const auto beside = open_postgres(options);
  fill(*beside);
  UlidIds<DefaultTraits> ids;
  bool is_sent = false;
  for (int answers = 0; !is_sent; ++answers) {
    BOOST_TEST_REQUIRE(answers < 20);
    const CreateMembership command{add_user(*beside, "user_" + std::to_string(answers)), acme};
    const auto seen = beside->load(command.reads());
    const auto plan = MembershipPolicy<>{}.decide(
        command, *seen, draw_context<CreateMembership>(SystemClock{}.now(), ids));
    asio::io_context context(1);
    LossyIo io;
    io.answers_before = answers;
    io.when_lost = [] {};
    BasicAsyncPostgresStore<DefaultTraits, LossyIo> store(options, io, 1);
    const auto end = run_task(context, store.commit(std::span(&*plan, 1)));
    is_sent = end.has_value();
    if (is_sent) {
      BOOST_TEST((*end == CommitStatus::committed));
    } else {
      BOOST_TEST((beside->commit(std::span(&*plan, 1)) == CommitStatus::committed), answers);
    }
    BOOST_TEST(io.most_sockets == 1u);
  }
}

BOOST_AUTO_TEST_CASE(lost_among_others) {
  const PostgresStoreOptions options = fresh();
  const auto beside = open_postgres(options);
  constexpr std::size_t count = 12;
  std::vector<CreateUser> commands(count);
  std::vector<PostgresStore::Loaded> seen;
  std::vector<Plan> plans;
  seen.reserve(count);
  UlidIds<DefaultTraits> ids;
  for (const CreateUser& command : commands) {
    seen.push_back(*beside->load(command.reads()));
    plans.push_back(*MembershipPolicy<>{}.decide(
        command, seen.back(), draw_context<CreateUser>(SystemClock{}.now(), ids)));
  }
  asio::io_context context(1);
  LossyIo io;
  BasicAsyncPostgresStore<DefaultTraits, LossyIo> store(options, io, 2);
  // From then on a commit is one round trip, on one of two connections.
  std::size_t loaded = 0;
  for (int i = 0; i < 2; ++i) {
    co_spawn(context, store.load(commands[0].reads()),
             [&](std::exception_ptr, const auto& result) { loaded += result.has_value(); });
  }
  context.run();
  BOOST_TEST_REQUIRE(loaded == 2u);
  io.when_lost = [] {};
  // So that no answer is there before it is waited for.
  Beside holder(options);
  holder.run("BEGIN");
  holder.run("SELECT 1 FROM environment FOR UPDATE");
  std::size_t committed = 0;
  for (const Plan& plan : plans) {
    co_spawn(context, store.commit(std::span(&plan, 1)), [&](std::exception_ptr, const auto& end) {
      committed += end == CommitStatus::committed;
    });
  }
  asio::post(context, [&] { holder.run("COMMIT"); });
  context.restart();
  context.run();
  BOOST_TEST(!io.when_lost);
  BOOST_TEST(committed == count);
  BOOST_TEST(io.most_sockets == 2u);
}

BOOST_AUTO_TEST_CASE(connecting) {
  const PostgresStoreOptions options = fresh();
  detail::PostgresConnection connection(options.target, options.schema,
                                        detail::PostgresConnection::Mode::non_blocking);
  // Not before the socket can be written is it of use to poll.
  BOOST_TEST((connection.advance() == detail::PostgresConnection::Wait::writable));
}

BOOST_AUTO_TEST_CASE(refused) {
  PostgresStoreOptions nowhere = fresh();
  nowhere.target = "host=127.0.0.1 port=1 user=tester dbname=postgres";
  asio::io_context context(1);
  Io io;
  AsyncStore store(nowhere, io);
  Reads reads;
  const auto none = run_task(context, store.load(reads));
  BOOST_REQUIRE(!none);
  BOOST_TEST((none.error().fault == PostgresFault::cannot_connect));
  BOOST_TEST(none.error().message.find("refused") != std::string::npos);

  PostgresStoreOptions unknown = fresh();
  unknown.target = cluster().target() + " dbname=nothing";
  AsyncStore denied(unknown, io);
  const auto refusal = run_task(context, denied.load(reads));
  BOOST_REQUIRE(!refusal);
  BOOST_TEST((refusal.error().fault == PostgresFault::access_denied));

  // A schema that nobody made.
  AsyncStore unmade(fresh(), io);
  const auto missing = run_task(context, unmade.load(reads));
  BOOST_REQUIRE(!missing);
  BOOST_TEST((missing.error().fault == PostgresFault::schema));
}

BOOST_AUTO_TEST_SUITE_END()

#endif
