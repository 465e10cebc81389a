// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_STEP_STORE_HPP
#define MEMBERSHIP_TESTING_STEP_STORE_HPP

#include "membership/store/memory_store.hpp"
#include "membership/testing/explorer/stage.hpp"
#include "membership/testing/explorer/world_state.hpp"

#include <tl/expected.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace testing {

/// In which steps a `StepStore` does its verbs, and what of the rules it leaves out. The default is
/// right, and does each verb in one step.
struct StepOptions {
  enum class Load : std::uint8_t {
    whole,
    organization_first,  ///< then, in a second step, the environment: right
    environment_first,   ///< wrong
  };
  enum class Cache : std::uint8_t {
    none,
    exact,  ///< a catalogue kept by each process, used under exactly the environment's revision
    blind,  ///< used without a look: wrong
  };
  enum class Log : std::uint8_t {
    in_commit,          ///< events are placed by the commit
    positions_before,   ///< their position is taken before the commit: wrong
    placed,             ///< they are placed by one more plan, which sets the log's head
    placed_but_no_head  ///< which does not: wrong
  };
  Load load = Load::whole;
  Cache cache = Cache::none;
  Log log = Log::in_commit;
  bool splits_commit = false;           ///< what is compared, then, in a second step, the writes
  bool holds_compared = true;           ///< wrong: compared rows may change before the writes
  bool checks_roles = false;            ///< a commit also looks whether the roles given are live
  bool compares_user = true;            ///< wrong: not
  bool sets_organization = true;        ///< wrong: a touch compares the revision, and leaves it
  bool compares_organization = true;    ///< wrong: only where counts change
  bool names_by_id = true;              ///< wrong: by place and by a revision of its own
  bool restarts_revisions = false;      ///< wrong: what is made anew begins at 1
  bool owner_role_by_revision = false;  ///< wrong: the guard's role is chosen by `fenced_to`
};

namespace detail {

/// What the processes of a `StepStore` share.
struct StepTables {
  MemoryStore rows{};
  StepOptions options{};
  Stage* stage = nullptr;
  /// The revision that an organization's row was last set to, as far as it is compared.
  std::map<OrganizationId, std::uint64_t> set_to{};
  /// How often a membership was written under its id, for each revision that it had.
  std::map<std::pair<MembershipId, std::uint64_t>, unsigned> own_revisions{};
  /// Events by their position, where the log is the store's own.
  std::vector<std::pair<std::uint64_t, EventId>> log{};
  std::uint64_t next_position = 0;
};

/// The environment's part of a snapshot. What it points to lives as long as the store.
struct EnvironmentView {
  EnvironmentState state;
  RoleCatalogue roles;

  explicit EnvironmentView(const Snapshot& seen) noexcept
      : state(seen.environment), roles(seen.roles) {}
  void show(Snapshot& out) const noexcept {
    out.environment = state;
    out.roles = RoleCatalogue(roles.environment(), out.roles.organization(), roles.order(),
                              out.roles.own_order(), roles.permission_table());
  }
};

}  // namespace detail

/// A store for the schedule explorer, as one process uses it: a memory store whose verbs can be
/// done in several steps, and in the wrong ways that docs/explanation/concurrency.md names. It is
/// no store to work with.
class StepStore {
 public:
  using traits = DefaultTraits;
  using Loaded = MemoryStore::Loaded;
  using Failure = MemoryStore::Failure;
  static constexpr Kinds keeps = all_kinds;

  explicit StepStore(detail::StepTables& tables) : tables_(tables) {}

  [[nodiscard]] tl::expected<Loaded, Failure> load(const Reads& reads) {
    const auto early = before_load();
    auto loaded = tables_.rows.load(reads);
    if (loaded) after_load(std::span<Loaded>(&*loaded, 1), early);
    return loaded;
  }
  [[nodiscard]] tl::expected<std::vector<Loaded>, Failure> load(std::span<const Reads> reads) {
    const auto early = before_load();
    auto loaded = tables_.rows.load(reads);
    if (loaded) after_load(*loaded, early);
    return loaded;
  }

  [[nodiscard]] tl::expected<CommitStatus, Failure> commit(std::span<const Plan> plans) {
    const StepOptions& options = tables_.options;
    std::uint64_t position = tables_.next_position;
    if (options.splits_commit || options.log == StepOptions::Log::positions_before) {
      if (!compared_hold(plans)) return CommitStatus::conflict;
      position = tables_.next_position++;
      pause("check", Digest{});
    }
    if (options.holds_compared && !compared_hold(plans)) return CommitStatus::conflict;
    std::vector<Plan> written(plans.begin(), plans.end());
    for (Plan& plan : written) weaken(plan);
    const auto last = last_event();
    const auto status = tables_.rows.commit(written);
    if (!status || *status != CommitStatus::committed) return status;
    for (const Plan& plan : written) note(plan);
    // A process knows what it changed itself.
    const auto changes = [](const Plan& plan) { return static_cast<bool>(plan.environment); };
    if (std::any_of(written.begin(), written.end(), changes)) cached_.reset();
    if (options.log == StepOptions::Log::positions_before) {
      for (const EventCopy& event : read_events(tables_.rows, last)) {
        tables_.log.emplace_back(position, event.id);
      }
      std::sort(tables_.log.begin(), tables_.log.end());
    }
    return status;
  }

  template <class Query, class Visit>
  requires requires(MemoryStore& store, const Query& query, Visit& visit) {
    store.list(query, visit);
  }
  [[nodiscard]] tl::expected<ListEnd, Failure> list(const Query& query, Visit&& visit) {
    return tables_.rows.list(query, visit);
  }
  /// Of the store's own log, where it has one: only behind a cursor.
  template <class Visit>
  [[nodiscard]] tl::expected<ListEnd, Failure> list(const EventQuery& query, Visit&& visit) {
    if (tables_.options.log == StepOptions::Log::in_commit) return tables_.rows.list(query, visit);
    bool behind = !query.page().after;
    for (const auto& [position, id] : tables_.log) {
      if (behind) show_event(id, visit);
      behind = behind || query.page().after == id;
    }
    return ListEnd{false};
  }

  /// Places the events that are not placed yet: what there is, then, in a second step, the log.
  std::string_view place() {
    const std::size_t head = tables_.log.size();
    std::vector<EventId> found;
    Digest digest;
    for (const EventCopy& event : read_events(tables_.rows, std::nullopt)) {
      const bool placed = std::any_of(tables_.log.begin(), tables_.log.end(),
                                      [&](const auto& entry) { return entry.second == event.id; });
      if (!placed) found.push_back(event.id);
      if (!placed) digest.add(event.id.value);
    }
    pause("look for events", digest);
    const bool sets_head = tables_.options.log != StepOptions::Log::placed_but_no_head;
    if (sets_head && tables_.log.size() != head) return "conflict";
    for (const EventId& id : found) tables_.log.emplace_back(tables_.log.size(), id);
    return "placed";
  }

 private:
  /// The end of a step within a verb.
  void pause(std::string_view part, const Digest& seen) {
    if (tables_.stage == nullptr) return;
    tables_.stage->saw(part, seen, seen, [] { return std::string("first step"); });
    tables_.stage->before_verb();
  }
  detail::EnvironmentView environment() const {
    return detail::EnvironmentView(detail::must(tables_.rows.load(Reads{})));
  }
  std::optional<detail::EnvironmentView> before_load() {
    if (tables_.options.load != StepOptions::Load::environment_first) return std::nullopt;
    const detail::EnvironmentView early = environment();
    pause("load environment", Digest{}.add(early.state).add(early.roles));
    return early;
  }
  void after_load(std::span<Loaded> loaded, std::optional<detail::EnvironmentView> shown) {
    if (tables_.options.load == StepOptions::Load::organization_first) {
      Digest seen;
      for (const Loaded& one : loaded) seen.add(static_cast<const Snapshot&>(one));
      pause("load organization", seen);
      shown = environment();
    }
    if (tables_.options.cache != StepOptions::Cache::none) {
      const bool exact = tables_.options.cache == StepOptions::Cache::exact;
      const detail::EnvironmentView now = environment();
      if (!cached_ || (exact && cached_->state.revision != now.state.revision)) cached_ = now;
      shown = cached_;
    }
    for (Loaded& one : loaded) {
      // What an organization's row does not test is the environment's own.
      if (shown && one.organization) shown->show(one);
      if (tables_.options.owner_role_by_revision && one.organization &&
          one.environment.names_owner_role()) {
        const bool fenced = one.organization->fenced_to >= one.environment.owner_generation;
        one.organization->owner_role =
            fenced ? one.environment.next_owner_role : one.environment.owner_role;
      }
    }
  }

  /// Whether the rows that plans compare, and the roles that they give, are as they were.
  bool compared_hold(std::span<const Plan> plans) const {
    const auto now = detail::must(tables_.rows.load(Reads{}));
    for (const Plan& plan : plans) {
      if (plan.environment && plan.environment->expected != now.environment.revision) return false;
      if (plan.freed && plan.freed->expected != now.freed_revision) return false;
      if (plan.compared_user && tables_.options.compares_user) {
        Reads reads;
        reads.user = &plan.membership->after.user;
        const auto seen = detail::must(tables_.rows.load(reads));
        if (!seen.user || seen.user->revision != *plan.compared_user) return false;
      }
      if (!tables_.options.checks_roles || !plan.membership ||
          plan.membership->effect == Effect::erase) {
        continue;
      }
      const RoleSet given = plan.membership->after.roles - plan.membership->before.roles;
      const RoleSet own(given.environment(), 0);
      if (now.roles.assignable(own) != own) return false;
    }
    return true;
  }

  /// Leaves out of a plan what the options leave out.
  void weaken(Plan& plan) {
    const StepOptions& options = tables_.options;
    if (!options.compares_user || !options.holds_compared) plan.compared_user.clear();
    if (options.restarts_revisions) restart(plan);
    const OrganizationId* const id = plan.organization_id();
    if (id == nullptr) return;
    if (!options.names_by_id && plan.membership) take_by_place(plan);
    if (options.sets_organization && options.compares_organization) return;
    const OrganizationId organization = *id;
    Reads reads;
    reads.organization = &organization;
    const auto seen = detail::must(tables_.rows.load(reads));
    if (!seen.organization) return;
    const auto set_to = tables_.set_to.find(organization);
    const std::uint64_t least = set_to == tables_.set_to.end() ? 0 : set_to->second;
    if (plan.touch && (!compares(plan, *seen.organization) || plan.touch->expected >= least)) {
      if (!compares(plan, *seen.organization)) plan.touch->after = seen.organization->counts;
      plan.touch->expected = seen.organization->revision;
    }
    if (plan.organization && plan.organization->precondition == Precondition::set &&
        plan.organization->expected >= least) {
      plan.organization->expected = seen.organization->revision;
      plan.organization->after.revision = seen.organization->revision + 1;
    }
  }
  static void restart(Plan& plan) noexcept {
    const auto begin = [](auto& write) {
      if (write && write->precondition == Precondition::absent) write->after.revision = 1;
    };
    begin(plan.user);
    begin(plan.organization);
  }
  /// Whether a touch is compared: as far as the options go, where it changes counts.
  bool compares(const Plan& plan, const OrganizationState& organization) const noexcept {
    if (tables_.options.compares_organization || !plan.membership) return true;
    const MembershipWrite& write = *plan.membership;
    const RoleIndex owner = organization.owner_role;
    return write.effect == Effect::erase ||
           write.before.standing != standing_of(write.after.status) ||
           write.before.roles.contains(owner) != write.after.roles.contains(owner);
  }

  /// Finds the membership of a plan by its user and a revision of its own, whatever its id is and
  /// whatever the organization's revision.
  void take_by_place(Plan& plan) const {
    MembershipWrite& write = *plan.membership;
    if (write.precondition != Precondition::set) return;
    Reads reads;
    reads.user = &write.after.user;
    reads.organization = &write.after.organization;
    reads.pair = true;
    const auto seen = detail::must(tables_.rows.load(reads));
    if (!seen.membership || !seen.organization || seen.membership->id == write.after.id) return;
    if (own_revision(seen.membership->id, seen.membership->revision) !=
        own_revision(write.after.id, write.expected)) {
      return;
    }
    write.after.id = seen.membership->id;
    write.expected = seen.membership->revision;
    plan.touch->expected = seen.organization->revision;
  }
  unsigned own_revision(const MembershipId& id, std::uint64_t revision) const {
    const auto found = tables_.own_revisions.find({id, revision});
    return found == tables_.own_revisions.end() ? 1 : found->second;
  }

  /// Notes what a commit has set.
  void note(const Plan& plan) {
    if (plan.membership && plan.membership->effect == Effect::put) {
      const MembershipWrite& write = *plan.membership;
      const unsigned before = write.precondition == Precondition::absent
                                  ? 0
                                  : own_revision(write.after.id, write.expected);
      tables_.own_revisions[{write.after.id, write.after.revision}] = before + 1;
    }
    if (plan.organization) {
      tables_.set_to[plan.organization->after.id] = plan.organization->after.revision;
    }
    if (!plan.touch || !tables_.options.sets_organization) return;
    Reads reads;
    reads.organization = plan.organization_id();
    const auto seen = detail::must(tables_.rows.load(reads));
    if (compares(plan, *seen.organization)) {
      tables_.set_to[*plan.organization_id()] = plan.touch->expected + 1;
    }
  }

  std::optional<EventId> last_event() const {
    std::optional<EventId> last;
    Page<EventId> page;
    page.limit = 1;
    page.direction = Direction::descending;
    static_cast<void>(detail::must(
        tables_.rows.list(*EventQuery::make(page), [&](const EventRow& row) { last = row.id; })));
    return last;
  }
  template <class Visit>
  void show_event(const EventId& id, Visit& visit) const {
    Page<EventId> page;
    page.limit = longest_page;
    static_cast<void>(
        detail::must(tables_.rows.list(*EventQuery::make(page), [&](const EventRow& row) {
          if (row.id == id) visit(row);
        })));
  }

  detail::StepTables& tables_;
  std::optional<detail::EnvironmentView> cached_{};
};

/// A world of `StepStore`s, a process for each actor, for the schedule explorer.
class StepWorld {
 public:
  using Store = StepStore;

  explicit StepWorld(const StepOptions& options) { tables_.options = options; }
  StepWorld(const StepWorld&) = delete;
  StepWorld& operator=(const StepWorld&) = delete;

  StepStore& store(std::size_t actor) {
    while (stores_.size() <= actor) stores_.emplace_back(tables_);
    return stores_[actor];
  }
  MemoryStore& observer() noexcept { return tables_.rows; }

  /// What happened until now is placed.
  void attach(Stage& stage) {
    tables_.stage = &stage;
    if (tables_.options.log == StepOptions::Log::in_commit) return;
    for (const EventCopy& event : read_events(tables_.rows, std::nullopt)) {
      tables_.log.emplace_back(tables_.next_position++, event.id);
    }
  }
  std::uint64_t digest() const {
    Digest digest;
    for (const auto& [id, revision] : tables_.set_to) digest.add(id).add(revision);
    for (const auto& [key, count] : tables_.own_revisions) {
      digest.add(key.first).add(key.second).add(std::uint64_t{count});
    }
    for (const auto& [position, id] : tables_.log) digest.add(position).add(id.value);
    return digest.add(tables_.next_position).value();
  }

 private:
  detail::StepTables tables_{};
  std::deque<StepStore> stores_{};
};

}  // namespace testing
}  // namespace membership::inline v0

#endif
