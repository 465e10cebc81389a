// SPDX-License-Identifier: BSL-1.0

// The memory store beside stores written by hand (yardstick.hpp), in the same run. No event log
// and no minting of ids on any side; ours loads, decides and commits.
//
// A name is operation/side/members. `members` are in organizations of a hundred, or, where the
// name says so, in organizations of ten or in a single one. `fill` is the time of one creation
// while the store grows to that size, with its `user_bytes` per user record and `member_bytes` per
// membership without that; `create` is one more in a store of that size that need not grow.

#include "allocations.hpp"
#include "members.hpp"
#include "membership/membership.hpp"
#include "yardstick.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using benchmarks::Allocations;
using benchmarks::CompactStore;
using benchmarks::FlatMap;
using benchmarks::made_at;
using benchmarks::Member;
using benchmarks::membership_id;
using benchmarks::mixed;
using benchmarks::NoMutex;
using benchmarks::organization_id;
using benchmarks::Shape;
using benchmarks::shuffled;
using benchmarks::StringStore;
using benchmarks::user_id;
using benchmarks::YardStatus;

/// What a visitor reads of each row.
struct Seen {
  std::uint64_t sum = 0;
  void operator()(const membership::MembershipRow& row) noexcept {
    sum += row.membership.roles.environment() + row.membership.id.size() +
           static_cast<unsigned>(row.membership.status);
  }
  void operator()(const CompactStore<NoMutex>::Record& row) noexcept { add(row); }
  void operator()(const CompactStore<std::mutex>::Record& row) noexcept { add(row); }
  void operator()(const FlatMap::Entry& row) noexcept { add(row); }
  void operator()(const StringStore::Member& row) noexcept {
    sum += row.roles.size() + row.id.size() + static_cast<unsigned>(row.status);
  }

 private:
  template <class Row>
  void add(const Row& row) noexcept {
    sum += row.roles[0] + row.id.size + static_cast<unsigned>(row.status);
  }
};

void must(bool done) {
  if (!done) std::abort();
}

// --- The sides, with the same functions as far as they have them -------------------------------

class Ours {
 public:
  static constexpr std::string_view name = "ours";

  void add_user(const membership::UserId& id) {
    membership::CreateUser command;
    command.id = id;
    must(execute(store_, policy_, command).has_value());
  }
  void add_organization(const membership::OrganizationId& id) {
    membership::CreateOrganization command;
    command.name = "organization";
    command.id = id;
    must(execute(store_, policy_, command).has_value());
  }
  bool create(const Member& member) {
    const membership::CreateMembership command{member.user, member.organization, {}, {}};
    return execute(store_, policy_, command, runtime(&member.id)).has_value();
  }
  bool find(const Member& member, Seen& seen) const {
    return *store_.view(member.user, member.organization, seen);
  }
  bool load(const Member& member) {
    const membership::CreateMembership command{member.user, member.organization, {}, {}};
    const auto loaded = store_.load(command.reads());
    benchmark::DoNotOptimize(&*loaded);
    benchmark::ClobberMemory();
    return bool{(*loaded).membership};
  }
  bool deactivate(const Member& member) {
    return execute(store_, policy_, membership::DeactivateMembership{member.id, {}}, runtime())
        .has_value();
  }
  bool reactivate(const Member& member) {
    return execute(store_, policy_, membership::ReactivateMembership{member.id, {}}, runtime())
        .has_value();
  }
  bool erase(const Member& member) {
    return execute(store_, policy_, membership::DeleteMembership{member.id, {}}, runtime())
        .has_value();
  }

  using Query = membership::MembershipQuery;
  static Query page(const membership::OrganizationId& organization,
                    const membership::MembershipId* after, bool only_active) {
    membership::MembershipFilter filter;
    filter.organization = organization;
    if (only_active) filter.statuses = membership::StatusSet{} | membership::Status::active;
    membership::Page<membership::MembershipId> page;
    if (after != nullptr) page.after = *after;
    return *Query::make(filter, page);
  }
  void list(const Query& query, Seen& seen) const {
    benchmark::DoNotOptimize(store_.list(query, seen));
  }

 private:
  struct FixedClock {
    membership::Time now() const noexcept { return benchmarks::made_at; }
  };
  struct GivenIds {
    const membership::MembershipId* id;
    membership::PlanId plan_id(membership::Time) const noexcept { return {}; }
    membership::MembershipId membership_id(membership::Time) const noexcept { return *id; }
  };
  using Runtime = membership::Runtime<FixedClock, GivenIds>;
  static Runtime runtime(const membership::MembershipId* id = nullptr) noexcept {
    return {{}, GivenIds{id}};
  }
  membership::MemoryStore store_{
      membership::MemoryStoreOptions{.event_limit = 0, .created_at = made_at}};
  membership::MembershipPolicy<> policy_;
};

template <class Mutex>
class Compact {
 public:
  static constexpr std::string_view name =
      std::is_same_v<Mutex, NoMutex> ? "compact" : "compact-mutex";

  void add_user(const membership::UserId& id) { store_.add_user(id.view()); }
  void add_organization(const membership::OrganizationId& id) {
    store_.add_organization(id.view());
  }
  bool create(const Member& member) {
    return store_.create(member.user.view(), member.organization.view(), member.id.view(), 0,
                         made_at.milliseconds());
  }
  bool find(const Member& member, Seen& seen) {
    return store_.view(member.user.view(), member.organization.view(), std::ref(seen));
  }
  bool deactivate(const Member& member) {
    return store_.set_status(member.id.view(), YardStatus::inactive, made_at.milliseconds());
  }
  bool reactivate(const Member& member) {
    return store_.set_status(member.id.view(), YardStatus::active, made_at.milliseconds());
  }
  bool erase(const Member& member) { return store_.erase(member.id.view()); }

  struct Query {
    membership::OrganizationId organization;
    std::string after;
    bool only_active;
  };
  static Query page(const membership::OrganizationId& organization,
                    const membership::MembershipId* after, bool only_active) {
    return {organization, after == nullptr ? std::string() : std::string(after->view()),
            only_active};
  }
  void list(const Query& query, Seen& seen) {
    store_.page(query.organization.view(), query.after, query.only_active, 10, std::ref(seen));
  }

 private:
  CompactStore<Mutex> store_;
};

class Flat {
 public:
  static constexpr std::string_view name = "flat-map";
  void add_user(const membership::UserId&) {}
  void add_organization(const membership::OrganizationId&) {}
  bool create(const Member& member) {
    return map_.create(member.user.view(), member.organization.view(), member.id.view(), 0,
                       made_at.milliseconds());
  }
  bool find(const Member& member, Seen& seen) {
    return map_.view(member.user.view(), member.organization.view(), std::ref(seen));
  }

 private:
  FlatMap map_;
};

class Strings {
 public:
  static constexpr std::string_view name = "strings";
  void add_user(const membership::UserId& id) { store_.add_user(id.view()); }
  void add_organization(const membership::OrganizationId& id) {
    store_.add_organization(id.view());
  }
  bool create(const Member& member) {
    return store_.create(member.user.view(), member.organization.view(), member.id.view(), "member",
                         made_at.milliseconds());
  }
  bool find(const Member& member, Seen& seen) {
    return store_.view(member.user.view(), member.organization.view(), std::ref(seen));
  }
  bool erase(const Member& member) { return store_.erase(member.id.view()); }

 private:
  StringStore store_;
};

// --- Filled stores -----------------------------------------------------------------------------

struct AnyWorld {
  Shape shape;
  explicit AnyWorld(const Shape& of) noexcept : shape(of) {}
  virtual ~AnyWorld() = default;
};

/// The last one asked for; there is room for one.
std::unique_ptr<AnyWorld>& the_world() {
  static std::unique_ptr<AnyWorld> world;
  return world;
}

/// A side with all members of a shape in it.
template <class Side>
struct World : AnyWorld {
  Side side;
  double user_bytes = 0;
  double member_bytes = 0;
  double fill_seconds = 0;  ///< for one membership, while all were made

  explicit World(const Shape& of_shape) : AnyWorld(of_shape) {
    for (std::size_t i = 0; i < shape.organizations(); ++i) {
      side.add_organization(organization_id(i));
    }
    const auto members = static_cast<double>(shape.members);
    const std::size_t empty = Allocations::live_bytes;
    for (std::size_t i = 0; i < shape.members; ++i) side.add_user(user_id(i));
    const std::size_t users = Allocations::live_bytes;
    std::vector<Member> batch;
    batch.reserve(1024);
    const std::size_t overhead = Allocations::live_bytes - users;
    using Clock = std::chrono::steady_clock;
    Clock::duration spent{};
    for (std::size_t i = 0; i < shape.members;) {
      batch.clear();
      for (; batch.size() < 1024 && i < shape.members; ++i) batch.push_back(Member::of(shape, i));
      const auto begin = Clock::now();
      for (const Member& member : batch) must(side.create(member));
      spent += Clock::now() - begin;
    }
    fill_seconds = std::chrono::duration<double>(spent).count() / members;
    user_bytes = static_cast<double>(users - empty) / members;
    member_bytes = static_cast<double>(Allocations::live_bytes - users - overhead) / members;
    if constexpr (requires(Member member) { side.deactivate(member); }) {
      for (std::size_t i = 0; i < shape.members; ++i) {
        if (mixed(i) % 100 < shape.inactive_of_100) side.deactivate(Member::of(shape, i));
      }
    }
  }

  static World& of(const Shape& shape) {
    auto* world = dynamic_cast<World*>(the_world().get());
    if (world == nullptr || !(world->shape == shape)) {
      the_world().reset();
      auto fresh = std::make_unique<World>(shape);
      world = fresh.get();
      the_world() = std::move(fresh);
    }
    return *world;
  }
};

const std::vector<Member>& queries(const Shape& shape) {
  static Shape made{};
  static std::vector<Member> members;
  if (!(made == shape)) {
    members = shuffled(shape, std::size_t{1} << 18);
    made = shape;
  }
  return members;
}

// --- What is measured --------------------------------------------------------------------------

template <class Side>
void find(benchmark::State& state, const Shape& shape) {
  World<Side>& world = World<Side>::of(shape);
  const std::vector<Member>& members = queries(shape);
  Seen seen;
  std::size_t at = 0;
  for (auto _ : state) {
    if (at == members.size()) at = 0;
    must(world.side.find(members[at++], seen));
  }
  benchmark::DoNotOptimize(seen.sum);
}

/// The time of one creation while a store grows from nothing to all of its members.
template <class Side>
void fill(benchmark::State& state, const Shape& shape) {
  World<Side>& world = World<Side>::of(shape);
  for (auto _ : state) state.SetIterationTime(world.fill_seconds);
  state.counters["user_bytes"] = world.user_bytes;
  state.counters["member_bytes"] = world.member_bytes;
}

template <class Side>
void load(benchmark::State& state, const Shape& shape) {
  World<Side>& world = World<Side>::of(shape);
  const std::vector<Member>& members = queries(shape);
  std::size_t at = 0;
  for (auto _ : state) {
    if (at == members.size()) at = 0;
    must(world.side.load(members[at++]));
  }
}

/// Memberships of random users in random further organizations, in batches that are taken back.
template <class Side>
void create(benchmark::State& state, const Shape& shape) {
  World<Side>& world = World<Side>::of(shape);
  const std::vector<Member>& members = queries(shape);
  const std::size_t batch = std::min(members.size(), shape.members / 16 + 256);
  std::vector<Member> fresh;
  for (std::size_t i = 0; i < batch; ++i) {
    const std::size_t other = (i * 2 + 1) % members.size();
    Member member{members[i].user, members[other].organization, membership_id(shape.members + i)};
    if (member.organization == members[i].organization) {
      member.organization = members[(other + 1) % members.size()].organization;
    }
    if (!(member.organization == members[i].organization)) fresh.push_back(member);
  }
  std::size_t at = 0;
  const auto take_back = [&] {
    while (at > 0) must(world.side.erase(fresh[--at]));
  };
  for (auto _ : state) {
    if (at == fresh.size()) {
      state.PauseTiming();
      take_back();
      state.ResumeTiming();
    }
    must(world.side.create(fresh[at++]));
  }
  take_back();
}

template <class Side>
void deactivate(benchmark::State& state, const Shape& shape) {
  World<Side>& world = World<Side>::of(shape);
  const std::vector<Member>& members = queries(shape);
  std::size_t at = 0;
  const auto take_back = [&] {
    while (at > 0) must(world.side.reactivate(members[--at]));
  };
  for (auto _ : state) {
    if (at == members.size()) {
      state.PauseTiming();
      take_back();
      state.ResumeTiming();
    }
    must(world.side.deactivate(members[at++]));
  }
  take_back();
}

template <class Side>
void erase(benchmark::State& state, const Shape& shape) {
  World<Side>& world = World<Side>::of(shape);
  const std::vector<Member>& members = queries(shape);
  // Few of them, so that the organizations stay about as large as they are.
  const std::size_t batch = members.size() / 8;
  std::size_t at = 0;
  const auto take_back = [&] {
    while (at > 0) must(world.side.create(members[--at]));
  };
  for (auto _ : state) {
    if (at == batch) {
      state.PauseTiming();
      take_back();
      state.ResumeTiming();
    }
    must(world.side.erase(members[at++]));
  }
  take_back();
}

/// The first page of ten, the page after a member in the middle, or either of active members only.
/// `row` is the time per row that was visited, shown or not.
template <class Side>
void page(benchmark::State& state, const Shape& shape, bool middle, bool only_active) {
  World<Side>& world = World<Side>::of(shape);
  std::vector<typename Side::Query> pages;
  const std::size_t organizations = std::min<std::size_t>(shape.organizations(), 1024);
  for (std::size_t i = 0; i < organizations; ++i) {
    const std::size_t n = mixed(i) % shape.organizations();
    const auto after = membership_id(shape.per_organization / 2 * shape.organizations() + n);
    pages.push_back(Side::page(organization_id(n), middle ? &after : nullptr, only_active));
  }
  Seen seen;
  std::size_t at = 0;
  const std::size_t before = Allocations::count;
  for (auto _ : state) {
    if (at == pages.size()) at = 0;
    world.side.list(pages[at++], seen);
  }
  state.counters["allocations"] =
      benchmark::Counter(static_cast<double>(Allocations::count - before));
  benchmark::DoNotOptimize(seen.sum);
  const double share = only_active ? 100.0 / static_cast<double>(100 - shape.inactive_of_100) : 1;
  state.counters["row"] = benchmark::Counter(
      10 * share, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

// --- Their names -------------------------------------------------------------------------------

template <class Side>
std::string named(std::string_view operation, std::string_view members) {
  return std::string(operation).append("/").append(Side::name).append("/").append(members);
}

template <class Side>
void register_changes(std::string_view members, const Shape& shape) {
  benchmark::RegisterBenchmark(named<Side>("deactivate", members).c_str(), deactivate<Side>, shape);
  benchmark::RegisterBenchmark(named<Side>("delete", members).c_str(), erase<Side>, shape);
}

template <class Side>
void register_pages(std::string_view members, const Shape& shape) {
  benchmark::RegisterBenchmark(named<Side>("page-first", members).c_str(), page<Side>, shape, false,
                               false);
  benchmark::RegisterBenchmark(named<Side>("page-middle", members).c_str(), page<Side>, shape, true,
                               false);
}

template <class Side>
void register_side(std::string_view members, const Shape& shape) {
  benchmark::RegisterBenchmark(named<Side>("fill", members).c_str(), fill<Side>, shape)
      ->UseManualTime()
      ->Iterations(1);
  benchmark::RegisterBenchmark(named<Side>("find", members).c_str(), find<Side>, shape);
  if constexpr (requires(Side side, Member member) { side.load(member); }) {
    benchmark::RegisterBenchmark(named<Side>("load", members).c_str(), load<Side>, shape);
  }
  if constexpr (requires(Side side, Member member) { side.erase(member); }) {
    benchmark::RegisterBenchmark(named<Side>("create", members).c_str(), create<Side>, shape);
  }
  if constexpr (requires { typename Side::Query; }) register_pages<Side>(members, shape);
}

template <class Side>
void register_mostly_inactive(std::string_view members, const Shape& shape) {
  benchmark::RegisterBenchmark(named<Side>("page-active", members).c_str(), page<Side>, shape, true,
                               true);
}

}  // namespace

int main(int argc, char** argv) {
  // With a second thread about, the C library locks mutexes for real.
  std::mutex parked;
  parked.lock();
  std::thread second([&] { parked.lock(); });

  const std::pair<std::string_view, std::size_t> sizes[]{
      {"1k", 1'000}, {"100k", 100'000}, {"1M", 1'000'000}};
  for (const auto& [name, members] : sizes) {
    const Shape shape{members, 100};
    register_side<Ours>(name, shape);
    register_side<Compact<NoMutex>>(name, shape);
    register_side<Compact<std::mutex>>(name, shape);
    register_side<Flat>(name, shape);
    register_side<Strings>(name, shape);
  }
  const Shape tens{1'000'000, 10};
  register_changes<Ours>("1M-in-tens", tens);
  register_changes<Compact<NoMutex>>("1M-in-tens", tens);
  const Shape one{1'000'000, 1'000'000};
  register_changes<Ours>("1M-in-one", one);
  register_pages<Ours>("1M-in-one", one);
  register_changes<Compact<NoMutex>>("1M-in-one", one);
  register_pages<Compact<NoMutex>>("1M-in-one", one);
  const Shape inactive{100'000, 100'000, 99};
  register_mostly_inactive<Ours>("100k-in-one-99%-inactive", inactive);
  register_mostly_inactive<Compact<NoMutex>>("100k-in-one-99%-inactive", inactive);

  benchmark::Initialize(&argc, argv);
  const bool understood = !benchmark::ReportUnrecognizedArguments(argc, argv);
  if (understood) benchmark::RunSpecifiedBenchmarks();
  the_world().reset();
  parked.unlock();
  second.join();
  return understood ? EXIT_SUCCESS : EXIT_FAILURE;
}
