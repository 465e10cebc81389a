// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_BENCHMARKS_SQL_WORLD_HPP
#define MEMBERSHIP_BENCHMARKS_SQL_WORLD_HPP

#include "members.hpp"
#include "membership/membership.hpp"
#include "sql_yardstick.hpp"
#include "turns.hpp"

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

/// A SQL store and its yardstick on the same tables, and what both are asked.

namespace benchmarks {

/// The library's side, with the functions of the yardstick.
template <class Store>
class Ours {
 public:
  explicit Ours(Store& store) noexcept : store_(store) {}

  bool find(const Member& member, Seen& seen) {
    const auto found = store_.view(member.user, member.organization, seen);
    return found && *found;
  }
  bool load(const Member& member, typename Store::Loaded& loaded) {
    const membership::CreateMembership command{member.user, member.organization, {}, {}};
    auto result = store_.load(command.reads());
    if (!result) return false;
    loaded = std::move(*result);
    return true;
  }
  bool create(const Creation& creation) {
    const membership::CreateMembership command{
        creation.member.user, creation.member.organization, {}, {}};
    return execute(store_, policy_, command, Runtime{{}, GivenIds{&creation}}).has_value();
  }
  bool list(const PageAsked& asked, Seen& seen) {
    membership::MembershipFilter filter;
    filter.organization = asked.organization;
    membership::Page<membership::MembershipId> page;
    page.after = asked.after;
    return store_.list(*membership::MembershipQuery::make(filter, page), seen).has_value();
  }

 private:
  struct FixedClock {
    membership::Time now() const noexcept { return made_at; }
  };
  struct GivenIds {
    const Creation* creation;
    membership::PlanId plan_id(membership::Time) const noexcept { return creation->plan; }
    membership::MembershipId membership_id(membership::Time) const noexcept {
      return creation->member.id;
    }
  };
  using Runtime = membership::Runtime<FixedClock, GivenIds>;

  Store& store_;
  membership::MembershipPolicy<> policy_;
};

/// A filled database with both sides on it. `Database` has `store()` and `client()`.
template <class Database>
class SqlWorld {
 public:
  using Store = std::remove_reference_t<decltype(std::declval<Database&>().store())>;
  using Client = std::remove_reference_t<decltype(std::declval<Database&>().client())>;

  template <class... Arguments>
  explicit SqlWorld(std::size_t members, Arguments&&... arguments)
      : shape_{members, 100}, database_(std::forward<Arguments>(arguments)...) {
    fill();
    members_ = shuffled(shape_, std::size_t{1} << 16);
    make_questions();
    check_same();
  }

  Ours<Store>& ours() noexcept { return ours_; }
  Yardstick<Client>& plain() noexcept { return plain_; }

  const std::vector<Member>& members() const noexcept { return members_; }
  const std::vector<PageAsked>& pages() const noexcept { return pages_; }
  /// Memberships that are not there, and some that are inactive.
  const std::vector<Creation>& fresh() const noexcept { return fresh_; }
  const std::vector<Creation>& inactive() const noexcept { return inactive_; }

  /// Takes back what was created since the last time.
  void take_back() {
    Client& client = database_.client();
    const std::string first(membership_id(shape_.members).view());
    const std::string revision = std::to_string(filled_revision);
    client.execute("DELETE FROM memberships WHERE id >= '" + first + "'");
    client.execute("UPDATE memberships SET status = 'inactive', revision = " + revision +
                   ", updated_at = created_at WHERE updated_at <> created_at");
    client.execute(
        "UPDATE organizations SET revision = " + revision + ", active = " + std::to_string(active) +
        ", inactive = " + std::to_string(inactive_members) + " WHERE revision <> " + revision);
    client.empty("events");
    client.empty("plans");
    client.tidy();
  }

 private:
  // Of the hundred of each organization.
  static constexpr std::size_t active = 75;
  static constexpr std::size_t inactive_members = 25;
  bool is_inactive(std::size_t n) const noexcept { return n / shape_.organizations() % 4 == 3; }

  void fill() {
    Client& client = database_.client();
    client.begin_fill();
    const std::int64_t at = filled_at.milliseconds();
    for (std::size_t i = 0; i < shape_.organizations(); ++i) {
      const auto id = organization_id(i);
      client.put(Sql::insert_organization, id.view(), filled_revision, std::int64_t{1},
                 std::int64_t{active}, std::int64_t{inactive_members}, std::int64_t{0},
                 std::int64_t{0}, nullptr, "", "", "live", std::int64_t{0});
      client.put(Sql::insert_organization_profile, id.view(), "Organization", nullptr, nullptr, at,
                 at, "", "");
    }
    for (std::size_t i = 0; i < shape_.members; ++i) {
      client.put(Sql::insert_user, user_id(i).view(), std::int64_t{1}, "live", std::int64_t{0},
                 nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, at, at, false, "");
    }
    for (std::size_t i = 0; i < shape_.members; ++i) {
      const Member member = Member::of(shape_, i);
      client.put(Sql::insert_membership, member.organization.view(), member.id.view(),
                 member.user.view(), given_role, given_role, is_inactive(i) ? "inactive" : "active",
                 at, at, filled_revision, false);
    }
    client.end_fill();
  }

  void make_questions() {
    std::size_t n = 0;
    for (std::size_t i = 0; i < members_.size(); ++i) {
      const Member& other = members_[(i * 2 + 1) % members_.size()];
      pages_.push_back({members_[i].organization, members_[i].id});
      if (!(other.organization == members_[i].organization) && fresh_.size() < most) {
        const std::size_t number = shape_.members + fresh_.size();
        fresh_.emplace_back(Member{members_[i].user, other.organization, membership_id(number)},
                            n++);
      }
    }
    std::uint64_t random = 3;
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < shape_.members; ++i) {
      if (!is_inactive(i)) continue;
      random = mixed(random + i);
      order.push_back(i);
      std::swap(order.back(), order[random % order.size()]);
    }
    for (const std::size_t i : order) {
      if (inactive_.size() < most) inactive_.emplace_back(Member::of(shape_, i), n++);
    }
    // A page after the last ones is empty.
    std::erase_if(pages_, [&](const PageAsked& page) {
      return !(page.after < membership_id(shape_.members - 12 * shape_.organizations()));
    });
  }
  static constexpr std::size_t most = 4096;

  /// Whether both sides leave the same rows.
  void check_same() {
    Client& client = database_.client();
    const auto rows = [&] {
      return client.dump("SELECT * FROM memberships WHERE updated_at <> " +
                         std::to_string(filled_at.milliseconds()) + " ORDER BY id") +
             client.dump("SELECT * FROM organizations WHERE revision <> " +
                         std::to_string(filled_revision) + " ORDER BY id") +
             client.dump("SELECT id, type, created_at, organization_id, subject, revision, payload"
                         " FROM events ORDER BY id") +
             client.dump("SELECT * FROM plans ORDER BY id");
    };
    const auto written_by = [&](auto& side) {
      for (std::size_t i = 0; i < 20; ++i) {
        must(side.create(fresh_[i]));
        must(side.create(inactive_[i]));
      }
      const std::string text = rows();
      take_back();
      return text;
    };
    const std::string nothing = rows();
    const std::string by_ours = written_by(ours_);
    const std::string by_plain = written_by(plain_);
    if (by_ours == nothing || by_ours != by_plain || rows() != nothing) {
      std::fprintf(stderr, "error: the sides write different rows:\n%s\n%s\n", by_ours.c_str(),
                   by_plain.c_str());
      std::exit(EXIT_FAILURE);
    }
  }

  Shape shape_;
  Database database_;
  Ours<Store> ours_{database_.store()};
  Yardstick<Client> plain_{database_.client()};
  std::vector<Member> members_;
  std::vector<PageAsked> pages_;
  std::vector<Creation> fresh_;
  std::vector<Creation> inactive_;
};

// --- What is asked, each once per call ---------------------------------------------------------
// Not inlined, so that a profiler can count their instructions by name.

template <class Side>
[[gnu::noinline]] void ask_lookup(Side& side, const Member& member, Seen& seen) {
  must(side.find(member, seen));
}
template <class Side, class Loaded>
[[gnu::noinline]] void ask_load(Side& side, const Member& member, Loaded& loaded) {
  must(side.load(member, loaded));
  benchmark::DoNotOptimize(&loaded);
  benchmark::ClobberMemory();
}
template <class Side>
[[gnu::noinline]] void ask_create(Side& side, const Creation& creation) {
  must(side.create(creation));
}
template <class Side>
[[gnu::noinline]] void ask_create_over_inactive(Side& side, const Creation& creation) {
  must(side.create(creation));
}
template <class Side>
[[gnu::noinline]] void ask_list_of_10(Side& side, const PageAsked& page, Seen& seen) {
  must(side.list(page, seen));
}

// --- What is measured --------------------------------------------------------------------------

constexpr std::size_t calls_of_a_block = 20;

struct SqlTurns : Turns<2> {
  SqlTurns() : Turns({"ours", "plain"}, 1e6, "us", CLOCK_MONOTONIC) {}
};

template <class World>
void measure_lookup(benchmark::State& state, World& world) {
  SqlTurns turns;
  Seen seen;
  Round<Member> members(world.members());
  for (auto _ : state) {
    turns.measure(
        calls_of_a_block, [&] { ask_lookup(world.ours(), members.next(), seen); },
        [&] { ask_lookup(world.plain(), members.next(), seen); });
  }
  benchmark::DoNotOptimize(seen.sum);
  turns.tell(state);
}

template <class World>
void measure_load(benchmark::State& state, World& world) {
  SqlTurns turns;
  Round<Member> members(world.members());
  for (auto _ : state) {
    turns.measure(
        calls_of_a_block,
        [&] {
          typename World::Store::Loaded loaded;
          ask_load(world.ours(), members.next(), loaded);
        },
        [&] {
          HeadRecord head;
          ask_load(world.plain(), members.next(), head);
        });
  }
  turns.tell(state);
}

template <class World, class AskOurs, class AskPlain>
void measure_create(benchmark::State& state, World& world, const std::vector<Creation>& creations,
                    AskOurs ask_ours, AskPlain ask_plain) {
  SqlTurns turns;
  std::size_t at = 0;
  for (auto _ : state) {
    if (creations.size() - at < 2 * (calls_of_a_block + 1)) {
      state.PauseTiming();
      world.take_back();
      at = 0;
      state.ResumeTiming();
    }
    turns.measure(
        calls_of_a_block, [&] { ask_ours(world.ours(), creations[at++]); },
        [&] { ask_plain(world.plain(), creations[at++]); });
  }
  world.take_back();
  turns.tell(state);
}

template <class World>
void measure_list(benchmark::State& state, World& world) {
  SqlTurns turns;
  Seen seen;
  Round<PageAsked> pages(world.pages());
  for (auto _ : state) {
    turns.measure(
        calls_of_a_block, [&] { ask_list_of_10(world.ours(), pages.next(), seen); },
        [&] { ask_list_of_10(world.plain(), pages.next(), seen); });
  }
  benchmark::DoNotOptimize(seen.sum);
  turns.tell(state);
}

/// All cases of a world, which is made when the first one runs.
template <class World>
void register_world(const std::string& name, World& (*world)()) {
  using OursSide = Ours<typename World::Store>;
  using PlainSide = Yardstick<typename World::Client>;
  const auto add = [&](const char* operation, auto run) {
    const std::string full = std::string(operation) + '/' + name;
    benchmark::RegisterBenchmark(full.c_str(),
                                 [=](benchmark::State& state) { run(state, world()); })
        ->UseRealTime()
        ->Unit(benchmark::kMicrosecond);
  };
  add("lookup", measure_lookup<World>);
  add("load", measure_load<World>);
  add("create", [](benchmark::State& state, World& in) {
    measure_create(state, in, in.fresh(), ask_create<OursSide>, ask_create<PlainSide>);
  });
  add("create-over-inactive", [](benchmark::State& state, World& in) {
    measure_create(state, in, in.inactive(), ask_create_over_inactive<OursSide>,
                   ask_create_over_inactive<PlainSide>);
  });
  add("list-of-10", measure_list<World>);
}

/// Asks each side of a world everything so many times, untimed: for counting instructions.
template <class World>
void call_all(World& world, std::size_t times) {
  const auto call = [&]<class Side, class Loaded>(Side& side, Loaded& loaded) {
    Seen seen;
    for (std::size_t i = 0; i < times; ++i) {
      ask_lookup(side, world.members()[i], seen);
      ask_load(side, world.members()[i], loaded);
      ask_create(side, world.fresh()[i]);
      ask_create_over_inactive(side, world.inactive()[i]);
      ask_list_of_10(side, world.pages()[i], seen);
    }
    benchmark::DoNotOptimize(seen.sum);
    world.take_back();
  };
  typename World::Store::Loaded loaded;
  HeadRecord head;
  call(world.ours(), loaded);
  call(world.plain(), head);
}

}  // namespace benchmarks

#endif
