// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_SCHEDULE_EXPLORER_HPP
#define MEMBERSHIP_TESTING_SCHEDULE_EXPLORER_HPP

#include "membership/driver/execute.hpp"
#include "membership/driver/marks.hpp"
#include "membership/policy/guards.hpp"
#include "membership/policy/membership_policy.hpp"
#include "membership/testing/explorer/explored_store.hpp"
#include "membership/testing/explorer/invariants.hpp"
#include "membership/testing/explorer/replay.hpp"
#include "membership/testing/explorer/stage.hpp"
#include "membership/testing/explorer/world_state.hpp"
#include "membership/testing/fake_clock.hpp"
#include "membership/testing/fixed_ids.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace testing {

// Runs all interleavings of a few commands and long operations over a store's verbs, and checks
// after every commit, and at each end, what must always hold (docs/explanation/concurrency.md). A
// host can point it at its own store. Needs exceptions, the default traits, and a store that keeps
// every kind.

/// A wait that takes no time: a conflict is tried again until it is none.
struct NoWait {
  std::int64_t elapsed() const noexcept { return 0; }
  void sleep(std::int64_t /*microseconds*/) const noexcept {}
};

/// Ids that count, and tell the stage where a command begins.
class ExplorerIds : public FixedIds {
 public:
  explicit ExplorerIds(std::uint64_t first = 1, Stage* stage = nullptr) noexcept
      : FixedIds(first), stage_(stage) {}
  PlanId plan_id(Time now) {
    if (stage_ != nullptr) stage_->begin_command();
    return FixedIds::plan_id(now);
  }

 private:
  Stage* stage_;
};

/// A clock that stands still, ids by number, and no waiting between tries.
using ExplorerRuntime = Runtime<FakeClock, ExplorerIds, NoWait>;
/// All guards, so that their invariants are explored too.
using ExplorerPolicy = MembershipPolicy<OwnerGuard, SeatLimit, GrantRule>;

/// A command or a long operation that is explored together with others.
template <class S>
struct Instance {
  std::string name;
  /// May stop for good after each of its commits, where crashes are asked for.
  bool long_operation = false;
  /// Reads events, so that their order counts.
  bool follows_log = false;
  std::function<Ended(ExploredStore<S>&, ExplorerRuntime&)> act{};
  /// Whose rights the grants of its commands go by.
  std::optional<UserId> grantor{};
};

/// A fresh world for each schedule: `store(actor)` is what an actor uses, a connection of its own
/// perhaps; `observer()` shows the rows and the events as they are. It may also have
/// `attach(Stage&)`, for a store that does a verb in several steps, and `digest()` of what it keeps
/// that no row shows.
template <class W>
concept ExplorerWorld = requires(W& world, std::size_t actor) {
  typename W::Store;
  { world.store(actor) } -> std::same_as<typename W::Store&>;
  world.observer();
};

/// The world of one store object that all share.
template <class S>
class SharedWorld {
 public:
  using Store = S;
  S& store(std::size_t /*actor*/) noexcept { return store_; }
  S& observer() noexcept { return store_; }

 private:
  S store_;
};

/// What is explored, and how far.
struct ExplorerOptions {
  bool crashes = false;        ///< one long operation may stop for good between two commits
  std::size_t longest = 1000;  ///< steps of a schedule; a longer one does not end
};

/// A schedule after which an invariant does not hold, the shortest that there is.
struct Violation {
  Breach breach;
  std::vector<std::string> schedule;  ///< a line for each step
};

/// How much was explored, and the violation where there is one.
struct Exploration {
  double schedules = 0;    ///< those that are told apart by their order alone
  std::size_t worlds = 0;  ///< states that schedules have in common, each explored once
  std::size_t runs = 0;    ///< schedules that were run, from the start, to reach them
  std::optional<Violation> violation{};

  Exploration& operator+=(const Exploration& more) {
    schedules += more.schedules;
    worlds += more.worlds;
    runs += more.runs;
    if (!violation) violation = more.violation;
    return *this;
  }
};

/// Counts in a line, then the violation with its schedule.
inline std::ostream& operator<<(std::ostream& out, const Exploration& explored) {
  out << explored.schedules << " schedules through " << explored.worlds << " states, "
      << explored.runs << " runs";
  if (!explored.violation) return out;
  out << "\nviolated: " << to_string(explored.violation->breach.invariant) << ": "
      << explored.violation->breach.what << '\n';
  for (const std::string& line : explored.violation->schedule) out << "  " << line << '\n';
  return out;
}

/// Explores the schedules of some actors, breadth first, so that the first violation is a shortest
/// one. `make()` returns a fresh world by a unique_ptr, the same each time.
///
/// Two schedules that lead to the same rows, with actors who have seen the same, go on alike: so
/// only one is followed. This sees every interleaving and leaves none out.
/// Complexity: a fresh world and a run from the start for each step that is new.
template <class Make>
class ScheduleExplorer {
 public:
  using World = typename std::invoke_result_t<Make&>::element_type;
  using S = typename World::Store;
  static_assert(ExplorerWorld<World>);

  ScheduleExplorer(Make make, const ExplorerOptions& options = {})
      : make_(std::move(make)), options_(options) {}

  /// Preconditions: at most eight actors.
  [[nodiscard]] Exploration explore(std::span<const Instance<S>* const> actors) {
    actors_ = actors;
    while (fibers_.size() <= actors.size()) fibers_.push_back(std::make_unique<Fiber>());
    Exploration result;
    std::vector<Node> level{first()};
    result.worlds = 1;
    while (!level.empty() && !result.violation) {
      std::vector<Node> next;
      std::unordered_map<std::uint64_t, std::size_t> known;
      for (const Node& node : level) {
        for (const std::uint8_t choice : node.options) {
          if (!result.violation) follow(node, choice, next, known, result);
        }
      }
      result.worlds += next.size();
      level = std::move(next);
    }
    return result;
  }

 private:
  /// A choice: who goes on, or who stops.
  static constexpr unsigned stops = 0x80;
  static std::size_t actor_of(std::uint8_t choice) noexcept { return choice & (stops - 1); }

  /// The rows that some schedules share.
  struct Rows {
    WorldState world;
    std::uint64_t digest = 0;
    std::optional<EventId> last_event{};
    Digest log{};
  };

  /// A state of rows and actors, and a way to it.
  struct Node {
    std::vector<std::uint8_t> choices{};
    std::vector<std::uint8_t> options{};
    std::shared_ptr<const Rows> rows{};
    double schedules = 1;
    bool crashed = false;
  };

  /// One run of a schedule from the start.
  struct Run {
    std::unique_ptr<World> world;
    std::vector<ExplorerRuntime> runtimes{};
    std::vector<ExploredStore<S>> stores{};
    std::vector<bool> stopped{};
    Stage stage;  // the last: actors end before what they use

    Run(std::unique_ptr<World> fresh, std::vector<Fiber*> fibers)
        : world(std::move(fresh)), stage(std::move(fibers)) {}
  };

  std::unique_ptr<Run> begin(bool tells = false) {
    std::vector<Fiber*> fibers;
    fibers.reserve(fibers_.size());
    for (const auto& fiber : fibers_) fibers.push_back(fiber.get());
    auto run = std::make_unique<Run>(make_(), std::move(fibers));
    if constexpr (requires { run->world->attach(run->stage); }) run->world->attach(run->stage);
    run->stage.tell(tells);
    run->runtimes.reserve(actors_.size() + 1);
    run->stores.reserve(actors_.size() + 1);
    run->stopped.resize(actors_.size());
    for (const Instance<S>* const instance : actors_) {
      enter(*run, [instance](auto& store, auto& runtime) { return instance->act(store, runtime); });
    }
    return run;
  }
  /// One more actor of a run, with ids of its own.
  template <class Play>
  void enter(Run& run, Play play) {
    const std::size_t actor = run.runtimes.size();
    ExplorerRuntime& runtime = run.runtimes.emplace_back();
    runtime.ids = ExplorerIds(1000 * (actor + 1), &run.stage);
    auto& store = run.stores.emplace_back(run.world->store(actor), run.stage);
    run.stage.enter([play, &store, &runtime] { return play(store, runtime); });
  }

  static void apply(Run& run, std::uint8_t choice) {
    const std::size_t actor = actor_of(choice);
    if ((choice & stops) != 0) {
      run.stopped[actor] = true;
      run.stage.stop(actor);
    } else {
      run.stage.step(actor);
    }
  }

  std::vector<std::uint8_t> options_of(const Run& run, bool crashed) const {
    std::vector<std::uint8_t> options;
    for (std::size_t actor = 0; actor < actors_.size(); ++actor) {
      if (!run.stage.has_ended(actor)) options.push_back(static_cast<std::uint8_t>(actor));
    }
    for (std::size_t actor = 0; options_.crashes && !crashed && actor < actors_.size(); ++actor) {
      if (actors_[actor]->long_operation && run.stage.is_between_pages(actor)) {
        options.push_back(static_cast<std::uint8_t>(actor | stops));
      }
    }
    return options;
  }

  Node first() {
    const auto run = begin();
    Node node;
    Rows rows{read_world(run->world->observer())};
    for (auto& organization : rows.world.organizations) {
      organization.had_owner = count_owners(organization) != 0;
    }
    const EnvironmentState& environment = rows.world.environment;
    rows.world.seats_counts[environment.revision] = environment.seats_count;
    take_events(rows, read_events(run->world->observer(), std::nullopt));
    rows.digest = rows.world.digest();
    start_ = rows.world;
    node.rows = std::make_shared<const Rows>(std::move(rows));
    node.options = options_of(*run, false);
    return node;
  }
  static void take_events(Rows& rows, const std::vector<EventCopy>& events) {
    for (const EventCopy& event : events) {
      rows.last_event = event.id;
      rows.log.add(event.id.value);
    }
  }

  /// One step more than a node's, from the start.
  void follow(const Node& node, std::uint8_t choice, std::vector<Node>& next,
              std::unordered_map<std::uint64_t, std::size_t>& known, Exploration& result) {
    ++result.runs;
    auto run = begin();
    for (const std::uint8_t earlier : node.choices) apply(*run, earlier);
    apply(*run, choice);
    Node reached;
    reached.choices = node.choices;
    reached.choices.push_back(choice);
    reached.crashed = node.crashed || (choice & stops) != 0;
    reached.rows = node.rows;
    reached.schedules = node.schedules;
    std::optional<Breach> breach = look(*run, reached.rows, actors_[actor_of(choice)]->grantor);
    reached.options = options_of(*run, reached.crashed);
    if (!breach && reached.choices.size() > options_.longest) {
      breach = Breach{Invariant::end, "more than " + std::to_string(options_.longest) + " steps"};
    }
    if (breach) {
      run.reset();  // the fibers are needed
      result.violation = tell(reached.choices, *breach, false);
      return;
    }
    const auto [place, is_new] = known.try_emplace(key_of(*run, reached), next.size());
    const bool over = reached.options.empty();
    if (over) result.schedules += node.schedules;
    if (!is_new) {
      next[place->second].schedules += node.schedules;
      return;
    }
    if (over) {
      breach = finish(*run, reached);
      if (breach) {
        run.reset();
        result.violation = tell(reached.choices, *breach, true);
      }
    }
    next.push_back(std::move(reached));
  }

  /// Where a schedule stands: rows that differ, or an actor who has seen something else.
  std::uint64_t key_of(const Run& run, const Node& node) const {
    Digest key;
    key.add(node.rows->digest);
    if constexpr (requires { run.world->digest(); }) key.add(run.world->digest());
    for (std::size_t actor = 0; actor < actors_.size(); ++actor) {
      key.add(run.stage.history(actor)).add(std::uint64_t{run.stopped[actor]});
      if (actors_[actor]->follows_log) key.add(node.rows->log.value());
    }
    return key.value();
  }

  /// What the last step broke. `rows` become those that it left.
  std::optional<Breach> look(Run& run, std::shared_ptr<const Rows>& rows,
                             const std::optional<UserId>& grantor) const {
    if (!run.stage.committed()) return std::nullopt;
    auto now = std::make_shared<Rows>();
    now->world = read_world(run.world->observer());
    const WorldState& before = rows->world;
    auto breach = check_effects(start_, before, now->world, run.stage.effects());
    if (!breach) breach = check_guards(before, now->world, run.stage.decided_on());
    if (!breach) breach = check_revisions(before, now->world);
    if (!breach && grantor)
      breach = check_grants(before, run.stage.grants(), run.stage.decided_on(), *grantor);
    if (!breach) breach = check_world(now->world);
    if (breach) return breach;
    const auto events = read_events(run.world->observer(), rows->last_event);
    breach = check_events(before, now->world, events);
    now->last_event = rows->last_event;
    now->log = rows->log;
    take_events(*now, events);
    now->digest = now->world.digest();
    rows = std::move(now);
    return breach;
  }

  /// What does not hold after the last step: what is marked must be finished by then, or can be.
  std::optional<Breach> finish(Run& run, const Node& node) {
    auto breach = check_readers(run);
    if (breach) return breach;
    auto marks = detail::must(list_marks(run.world->observer()));
    if (marks.empty()) return breach;
    bool failed = node.crashed;
    for (std::size_t actor = 0; actor < actors_.size(); ++actor) {
      failed = failed || run.stage.end_of(actor).refused;
    }
    if (!failed) return Breach{Invariant::marks, "of an operation that has ended"};
    std::size_t blocked = 0;
    const std::size_t finisher = actors_.size();
    enter(run, [&blocked](auto& store, auto& runtime) {
      const auto finished = detail::must(finish_marked(store, ExplorerPolicy{}, runtime));
      for (const auto& mark : finished) {
        // It goes on once another owner is there.
        if (!mark.result && mark.result.error().error &&
            mark.result.error().error->code == ErrorCode::last_owner_required) {
          ++blocked;
        }
      }
      return Ended{};
    });
    std::shared_ptr<const Rows> rows = node.rows;
    for (std::size_t steps = 0; !breach && !run.stage.has_ended(finisher); ++steps) {
      if (steps > options_.longest) return Breach{Invariant::end, "while marks are finished"};
      run.stage.step(finisher);
      breach = look(run, rows, std::nullopt);
    }
    if (breach) return breach;
    marks = detail::must(list_marks(run.world->observer()));
    if (marks.size() > blocked) return Breach{Invariant::marks, "that is not finished"};
    return breach;
  }

  /// Whether those who follow the log get all events, once, in the order of their organizations.
  std::optional<Breach> check_readers(Run& run) const {
    std::vector<EventCopy> log;
    for (std::size_t actor = 0; actor < actors_.size(); ++actor) {
      if (run.stopped[actor] || !run.stage.end_of(actor).read) continue;
      if (log.empty()) log = read_events(run.world->observer(), std::nullopt);
      // Who reads may place events first, where the store's commits do not.
      if constexpr (requires { run.world->store(actor).place(); }) {
        static_cast<void>(run.world->store(actor).place());
      }
      std::vector<EventId> read = *run.stage.end_of(actor).read;
      const auto rest = read.empty() ? std::nullopt : std::optional<EventId>(read.back());
      for (const EventCopy& event : read_events(run.world->store(actor), rest)) {
        read.push_back(event.id);
      }
      if (auto breach = check_reader(log, read)) return breach;
    }
    return std::nullopt;
  }
  static std::optional<Breach> check_reader(const std::vector<EventCopy>& log,
                                            const std::vector<EventId>& read) {
    const auto place = [&](EventId id) { return std::find(read.begin(), read.end(), id); };
    for (const EventCopy& event : log) {
      const auto times = std::count(read.begin(), read.end(), event.id);
      if (times == 1) continue;
      return Breach{Invariant::readers, std::string(to_string(event.type)) +
                                            (times == 0 ? " is never seen" : " is seen twice")};
    }
    for (std::size_t i = 0; i < log.size(); ++i) {
      for (std::size_t k = i + 1; k < log.size(); ++k) {
        if (log[i].organization && log[i].organization == log[k].organization &&
            place(log[k].id) < place(log[i].id)) {
          return Breach{Invariant::readers, "out of the order of an organization"};
        }
      }
    }
    return std::nullopt;
  }

  /// The same schedule again, with what each step saw.
  Violation tell(const std::vector<std::uint8_t>& choices, const Breach& breach, bool at_end) {
    Violation violation{breach, {}};
    const auto run = begin(true);
    std::size_t number = 0;
    for (const std::uint8_t choice : choices) {
      const std::size_t actor = actor_of(choice);
      apply(*run, choice);
      std::string line = std::to_string(++number) + ". " + actors_[actor]->name + " | ";
      line += (choice & stops) != 0 ? "stops for good" : run->stage.told();
      if ((choice & stops) == 0 && run->stage.has_ended(actor)) {
        line += " | ends: " + run->stage.end_of(actor).how;
      }
      violation.schedule.push_back(std::move(line));
    }
    if (at_end) violation.schedule.emplace_back("then what is marked is finished, events are read");
    return violation;
  }

  Make make_;
  ExplorerOptions options_;
  std::span<const Instance<S>* const> actors_{};
  std::vector<std::unique_ptr<Fiber>> fibers_{};
  WorldState start_{};
};

}  // namespace testing
}  // namespace membership::inline v0

#endif
