// SPDX-License-Identifier: BSL-1.0

// The memory store beside stores written by hand (yardstick.hpp), in the same run and in turns
// (turns.hpp). Ours loads, decides and commits; ids are given, and there is no log of events, but
// where the name says `logged`: there each side mints its ids and appends events.
//
// A name is operation/members. `members` are in organizations of a hundred, or, where the name says
// so, in organizations of ten or in a single one. `fill` is the time of one creation while all
// stores grow to that size, with the bytes per user record and per membership without that;
// `create` is one more in a store of that size that need not grow. `allocations` are ours, of a
// call.

#include "allocations.hpp"
#include "members.hpp"
#include "membership/membership.hpp"
#include "turns.hpp"
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
#include <tuple>
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
using benchmarks::must;
using benchmarks::NoMutex;
using benchmarks::organization_id;
using benchmarks::Round;
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

constexpr std::size_t log_size = 100'000;

constexpr std::size_t permissions = 40;
std::string permission(std::size_t n) {
  return "resource" + std::to_string(n / 4) + ":action" + std::to_string(n % 4);
}

// --- The sides, with the same functions as far as they have them -------------------------------

template <bool logged>
class BasicOurs {
 public:
  static constexpr const char* name = "ours";

  BasicOurs() {
    // What `check` asks for: a role that grants every second of forty permissions.
    for (std::size_t i = 0; i < permissions; ++i) {
      const std::string slug = permission(i);
      membership::CreatePermission command;
      command.slug = slug;
      command.name = slug;
      must(execute(store_, policy_, command).has_value());
      if (i % 2 == 0) continue;
      must(execute(store_, policy_, membership::AddRolePermission{"member", slug}).has_value());
    }
  }

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
  /// Under an id that is minted.
  membership::MembershipId create_minted(const Member& member) {
    const membership::CreateMembership command{member.user, member.organization, {}, {}};
    const auto made = execute(store_, policy_, command);
    must(made.has_value());
    return (*made).plan.membership->after.id;
  }
  bool find(const Member& member, Seen& seen) const {
    return *store_.view(member.user, member.organization, seen);
  }
  bool check(const Member& member, const std::string& permission) const {
    return bool{*authorize(store_, member.user, member.organization, permission)};
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
    std::uint64_t plan;  ///< events are found by it
    membership::PlanId plan_id(membership::Time) const noexcept {
      return membership::PlanId{membership::Ulid{0, plan << 4}};
    }
    membership::MembershipId membership_id(membership::Time) const noexcept { return *id; }
  };
  using Runtime = membership::Runtime<FixedClock, GivenIds>;
  Runtime runtime(const membership::MembershipId* id = nullptr) noexcept {
    if constexpr (logged) ++plan_;
    return {{}, GivenIds{id, plan_}};
  }
  membership::MemoryStore store_{
      membership::MemoryStoreOptions{.event_limit = logged ? log_size : 0, .created_at = made_at}};
  membership::MembershipPolicy<> policy_;
  std::uint64_t plan_ = 0;
};

using Ours = BasicOurs<false>;
using OursLogged = BasicOurs<true>;

template <class Mutex>
class Compact {
 public:
  static constexpr const char* name = std::is_same_v<Mutex, NoMutex> ? "compact" : "compact-mutex";

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

/// One that mints ids, and keeps the newest events.
class CompactLogged : public Compact<NoMutex> {
 public:
  membership::MembershipId create_minted(const Member& member) {
    const membership::SystemClock clock;
    const membership::Time now = clock.now();
    const membership::UlidIds<membership::DefaultTraits> ids;
    const membership::PlanId event = ids.plan_id(now);
    const auto id = ids.membership_id(now);
    must(create(Member{member.user, member.organization, id}));
    log_[next_++ % log_.size()] = Event{event, now, 1, {member.user, member.organization, id}};
    return id;
  }

 private:
  struct Event {
    membership::PlanId id{};
    membership::Time time = made_at;
    int type = 0;
    Member membership{user_id(0), organization_id(0), membership_id(0)};
  };
  std::vector<Event> log_ = std::vector<Event>(log_size);
  std::size_t next_ = 0;
};

class Flat {
 public:
  static constexpr const char* name = "flat-map";
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

/// Roles by user and organization, and what they grant, in the standard's hash maps.
class Rights {
 public:
  static constexpr const char* name = "maps";
  Rights() {
    for (std::size_t i = 0; i < permissions; ++i) map_.add_permission(permission(i), i % 2 == 1);
  }
  void add_user(const membership::UserId&) {}
  void add_organization(const membership::OrganizationId&) {}
  bool create(const Member& member) {
    return map_.create(member.user.view(), member.organization.view(), 0);
  }
  bool check(const Member& member, const std::string& permission) const {
    return map_.check(member.user.view(), member.organization.view(), permission);
  }

 private:
  benchmarks::RightsMap map_;
};

class Strings {
 public:
  static constexpr const char* name = "strings";
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

/// Stores with all members of a shape in each.
template <class... Sides>
class World : public AnyWorld {
 public:
  /// What filling a side took.
  struct Filled {
    std::size_t user_bytes = 0;
    std::size_t member_bytes = 0;
    double seconds = 0;  ///< of all memberships
  };

  explicit World(const Shape& of_shape)
      : AnyWorld(of_shape), members(shuffled(of_shape, std::size_t{1} << 18)) {
    (add_users(side<Sides>()), ...);
    std::vector<Member> batch;
    for (std::size_t i = 0; i < shape.members;) {
      batch.clear();
      for (; batch.size() < 1024 && i < shape.members; ++i) batch.push_back(Member::of(shape, i));
      (add_members(side<Sides>(), batch), ...);
    }
    (deactivate_some(side<Sides>()), ...);
  }

  template <class Side>
  Side& side() noexcept {
    return std::get<Side>(sides_);
  }
  template <class Side>
  const Filled& filled() const noexcept {
    return std::get<Of<Side>>(filled_).filled;
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

  const std::vector<Member> members;  ///< to ask for, in random order

 private:
  template <class Side>
  struct Of {
    Filled filled{};
  };
  template <class Side>
  Filled& fill() noexcept {
    return std::get<Of<Side>>(filled_).filled;
  }

  template <class Side>
  void add_users(Side& side) {
    for (std::size_t i = 0; i < shape.organizations(); ++i) {
      side.add_organization(organization_id(i));
    }
    const std::size_t before = Allocations::live_bytes;
    for (std::size_t i = 0; i < shape.members; ++i) side.add_user(user_id(i));
    fill<Side>().user_bytes = Allocations::live_bytes - before;
  }
  template <class Side>
  void add_members(Side& side, const std::vector<Member>& batch) {
    using Clock = std::chrono::steady_clock;
    const std::size_t before = Allocations::live_bytes;
    const auto begin = Clock::now();
    for (const Member& member : batch) must(side.create(member));
    fill<Side>().seconds += std::chrono::duration<double>(Clock::now() - begin).count();
    fill<Side>().member_bytes += Allocations::live_bytes - before;
  }
  template <class Side>
  void deactivate_some(Side& side) {
    if constexpr (requires(Member member) { side.deactivate(member); }) {
      for (std::size_t i = 0; i < shape.members; ++i) {
        if (mixed(i) % 100 < shape.inactive_of_100) side.deactivate(Member::of(shape, i));
      }
    }
  }

  std::tuple<Sides...> sides_;
  std::tuple<Of<Sides>...> filled_;
};

// --- What is measured --------------------------------------------------------------------------

/// The sides that an operation is measured on; ours is the first, what it is measured by the
/// second.
template <class... Sides>
struct Measured {};

/// Runs `make(side)`, which makes what a block of a side calls, for all sides in turns.
template <class World, class... Sides, class Make>
void take_turns(benchmark::State& state, World& world, Measured<Sides...>, std::size_t calls,
                const Make& make) {
  benchmarks::Turns<sizeof...(Sides)> turns({Sides::name...}, 1e9, "ns", CLOCK_THREAD_CPUTIME_ID);
  std::tuple callers{make(world.template side<Sides>())...};
  for (auto _ : state) {
    std::apply([&](auto&... callers_of) { turns.measure(calls, callers_of...); }, callers);
  }
  // One block more of ours, to count.
  auto& ours = std::get<0>(callers);
  const std::size_t before = Allocations::count;
  for (std::size_t i = 0; i < calls; ++i) ours();
  const std::size_t allocations = Allocations::count - before;
  if constexpr (requires { ours.rewind(); }) ours.rewind();
  state.counters["allocations"] = static_cast<double>(allocations) / static_cast<double>(calls);
  turns.tell(state);
}

/// Calls `step(i)` for the first, the second, …, and undoes them all from the last to the first.
template <class Step, class Undo>
struct Undone {
  Step step;
  Undo undo;
  std::size_t done = 0;
  void operator()() { step(done++); }
  void rewind() {
    while (done > 0) undo(--done);
  }
};
template <class Step, class Undo>
Undone(Step, Undo) -> Undone<Step, Undo>;

/// Calls in a block of what costs little.
constexpr std::size_t many = 16'384;
/// Calls in a block of what changes a store: few enough that it stays about as it is.
std::size_t few(const Shape& shape) { return std::min<std::size_t>(shape.members / 16, 8192); }

template <class World, class Sides>
void find(benchmark::State& state, World& world, Sides sides) {
  Seen seen;
  take_turns(state, world, sides, many, [&](auto& side) {
    return [&side, &seen, members = Round(world.members)]() mutable {
      must(side.find(members.next(), seen));
    };
  });
  benchmark::DoNotOptimize(seen.sum);
}

template <class World, class Sides>
void check(benchmark::State& state, World& world, Sides sides) {
  std::vector<std::string> asked;
  for (std::size_t i = 0; i < 1024; ++i) asked.push_back(permission(mixed(i) % permissions));
  std::size_t granted = 0;
  take_turns(state, world, sides, many, [&](auto& side) {
    return [&side, &granted, members = Round(world.members), slugs = Round(asked)]() mutable {
      if (side.check(members.next(), slugs.next())) ++granted;
    };
  });
  benchmark::DoNotOptimize(granted);
}

template <class World, class Sides>
void load(benchmark::State& state, World& world, Sides sides) {
  take_turns(state, world, sides, many, [&](auto& side) {
    return [&side, members = Round(world.members)]() mutable { must(side.load(members.next())); };
  });
}

template <class World, class... Sides>
void fill(benchmark::State& state, World& world, Measured<Sides...>) {
  const auto count = static_cast<double>(world.shape.members);
  for (auto _ : state) {
  }
  std::vector<double> seconds;
  const auto tell = [&]<class Side>() {
    const auto& filled = world.template filled<Side>();
    const std::string name(Side::name);
    state.counters[name + "_ns"] = filled.seconds * 1e9 / count;
    state.counters[name + "_user_bytes"] = static_cast<double>(filled.user_bytes) / count;
    state.counters[name + "_member_bytes"] = static_cast<double>(filled.member_bytes) / count;
    seconds.push_back(filled.seconds);
  };
  (tell.template operator()<Sides>(), ...);
  state.counters["ratio"] = seconds[0] / seconds[1];
}

/// Memberships of random users in random further organizations.
std::vector<Member> fresh_members(const Shape& shape, const std::vector<Member>& members) {
  std::vector<Member> fresh;
  for (std::size_t i = 0; fresh.size() < few(shape) + 1; ++i) {
    const std::size_t other = (i * 2 + 1) % members.size();
    Member member{members[i].user, members[other].organization, membership_id(shape.members + i)};
    if (member.organization == members[i].organization) {
      member.organization = members[(other + 1) % members.size()].organization;
    }
    if (!(member.organization == members[i].organization)) fresh.push_back(member);
  }
  return fresh;
}

template <class World, class Sides>
void create(benchmark::State& state, World& world, Sides sides) {
  const std::vector<Member> fresh = fresh_members(world.shape, world.members);
  take_turns(state, world, sides, few(world.shape), [&](auto& side) {
    return Undone{[&](std::size_t i) { must(side.create(fresh[i])); },
                  [&](std::size_t i) { must(side.erase(fresh[i])); }};
  });
}

template <class World, class Sides>
void create_logged(benchmark::State& state, World& world, Sides sides) {
  std::vector<Member> fresh = fresh_members(world.shape, world.members);
  take_turns(state, world, sides, few(world.shape), [&](auto& side) {
    return Undone{[&](std::size_t i) { fresh[i].id = side.create_minted(fresh[i]); },
                  [&](std::size_t i) { must(side.erase(fresh[i])); }};
  });
}

template <class World, class Sides>
void deactivate(benchmark::State& state, World& world, Sides sides) {
  const auto& members = world.members;
  take_turns(state, world, sides, few(world.shape), [&](auto& side) {
    return Undone{[&](std::size_t i) { must(side.deactivate(members[i])); },
                  [&](std::size_t i) { must(side.reactivate(members[i])); }};
  });
}

template <class World, class Sides>
void erase(benchmark::State& state, World& world, Sides sides) {
  const auto& members = world.members;
  take_turns(state, world, sides, few(world.shape), [&](auto& side) {
    return Undone{[&](std::size_t i) { must(side.erase(members[i])); },
                  [&](std::size_t i) { must(side.create(members[i])); }};
  });
}

enum class Where : std::uint8_t { first, middle, end };

/// A page of ten from the beginning, the middle or before the end, or of active members only.
/// `NAME_row_ns` is the time per row that was visited, shown or not.
template <class World, class... Sides>
void page(benchmark::State& state, World& world, Measured<Sides...> sides, Where where,
          bool only_active) {
  const Shape& shape = world.shape;
  Seen seen;
  take_turns(state, world, sides, many / 16, [&]<class Side>(Side& side) {
    std::vector<typename Side::Query> pages;
    const std::size_t organizations = std::min<std::size_t>(shape.organizations(), 1024);
    for (std::size_t i = 0; i < organizations; ++i) {
      const std::size_t n = mixed(i) % shape.organizations();
      const std::size_t row =
          where == Where::middle ? shape.per_organization / 2 : shape.per_organization - 11;
      const auto after = membership_id(row * shape.organizations() + n);
      pages.push_back(
          Side::page(organization_id(n), where == Where::first ? nullptr : &after, only_active));
    }
    return [&side, &seen, pages = std::move(pages), at = std::size_t{0}]() mutable {
      if (at == pages.size()) at = 0;
      side.list(pages[at++], seen);
    };
  });
  benchmark::DoNotOptimize(seen.sum);
  const double share = only_active ? 100.0 / static_cast<double>(100 - shape.inactive_of_100) : 1;
  const auto tell = [&](std::string name) {
    state.counters[name + "_row_ns"] = state.counters[name + "_ns"] / (10 * share);
  };
  (tell(Sides::name), ...);
}

// --- Their names -------------------------------------------------------------------------------

template <class World, class Run>
void add(std::string_view operation, std::string_view members, const Shape& shape, const Run& run) {
  const std::string name = std::string(operation).append("/").append(members);
  benchmark::RegisterBenchmark(
      name.c_str(), [run, shape](benchmark::State& state) { run(state, World::of(shape)); });
}

template <class World, class Sides>
void add_changes(std::string_view members, const Shape& shape, Sides sides) {
  const auto with = [&](std::string_view operation, auto run) {
    add<World>(operation, members, shape,
               [sides, run](benchmark::State& state, World& world) { run(state, world, sides); });
  };
  with("deactivate", [](auto&... all) { deactivate(all...); });
  with("delete", [](auto&... all) { erase(all...); });
}

template <class World, class Sides>
void add_pages(std::string_view members, const Shape& shape, Sides sides) {
  const auto with = [&](std::string_view operation, Where where) {
    add<World>(operation, members, shape, [sides, where](benchmark::State& state, World& world) {
      page(state, world, sides, where, false);
    });
  };
  with("page-first", Where::first);
  with("page-middle", Where::middle);
  with("page-last", Where::end);
}

using Plain = Compact<NoMutex>;
using Locked = Compact<std::mutex>;

/// Everything, in organizations of a hundred.
template <class World, class Finds, class Creates>
void add_all(std::string_view members, std::size_t count, Finds finds, Creates creates) {
  const Shape shape{count, 100};
  const auto with = [&](std::string_view operation, auto sides, auto run) {
    add<World>(operation, members, shape,
               [sides, run](benchmark::State& state, World& world) { run(state, world, sides); });
  };
  with("fill", finds, [](auto&... all) { fill(all...); });
  with("find", finds, [](auto&... all) { find(all...); });
  with("check", Measured<Ours, Rights>{}, [](auto&... all) { check(all...); });
  with("load", Measured<Ours>{}, [](auto&... all) { load(all...); });
  with("create", creates, [](auto&... all) { create(all...); });
  add_changes<World>(members, shape, Measured<Ours, Plain>{});
  add_pages<World>(members, shape, Measured<Ours, Plain>{});
}

}  // namespace

int main(int argc, char** argv) {
  // With a second thread about, the C library locks mutexes for real.
  std::mutex parked;
  parked.lock();
  std::thread second([&] { parked.lock(); });

  using All = World<Ours, Plain, Locked, Flat, Strings, Rights>;
  const Measured<Ours, Plain, Locked, Flat, Strings> finds;
  const Measured<Ours, Plain, Locked, Strings> creates;
  add_all<All>("1k", 1'000, finds, creates);
  add_all<All>("100k", 100'000, finds, creates);
  add_all<All>("1M", 1'000'000, finds, creates);
  // Without those that would not fit.
  add_all<World<Ours, Plain, Flat, Rights>>("10M", 10'000'000, Measured<Ours, Plain, Flat>{},
                                            Measured<Ours, Plain>{});

  using Both = World<Ours, Plain>;
  const Measured<Ours, Plain> both;
  add_changes<Both>("1M-in-tens", {1'000'000, 10}, both);
  add_changes<Both>("1M-in-one", {1'000'000, 1'000'000}, both);
  add_pages<Both>("1M-in-one", {1'000'000, 1'000'000}, both);
  add<Both>("page-active", "1M-in-one-99%-inactive", {1'000'000, 1'000'000, 99},
            [both](benchmark::State& state, Both& world) {
              page(state, world, both, Where::middle, true);
            });
  using Logged = World<OursLogged, CompactLogged>;
  const Measured<OursLogged, CompactLogged> logged;
  for (const auto& [name, count] : {std::pair("100k", 100'000), std::pair("1M", 1'000'000)}) {
    add<Logged>(
        "create-logged", name, {static_cast<std::size_t>(count), 100},
        [logged](benchmark::State& state, Logged& world) { create_logged(state, world, logged); });
  }

  const bool understood = benchmarks::run_turns(argc, argv, "0.5");
  the_world().reset();
  parked.unlock();
  second.join();
  return understood ? EXIT_SUCCESS : EXIT_FAILURE;
}
