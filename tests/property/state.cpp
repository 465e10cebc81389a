// SPDX-License-Identifier: BSL-1.0

// Policy and memory store together, beside the naive model of model.hpp. Random sequences of all
// commands with known, stale and unknown ids, by a clock that goes back now and then, under random
// options; besides, pending memberships, marks of long operations, plans committed late, and spans.
//
// Plan
//   each step: same outcome, error, subject; unchanged writes nothing               -> all
//   each step: the organization's revision, counts and fence                        -> all
//   whole state: every pair by view, load of every id, every list in both
//     directions with random cursors and limits, profiles, roles and their order,
//     events (one per effective change, commit order, contents, retention)          -> all
//   a late plan commits exactly where nothing it depends on changed                 -> all
//   a span is whole or nothing, also with users, organizations and roles            -> all
//   each allocation of a command fails once: nothing is changed                     -> starved
//   small worlds, many sequences                                                    -> small_worlds
//   one organization of many members, ids in any order, long ids                    -> large_worlds
//   sequences that shrink                                                           -> shrinkable

#include "membership/store/memory_store.hpp"
#include "membership/testing/fake_clock.hpp"
#include "membership/testing/generators.hpp"
#include "property/allocations.hpp"
#include "property/check.hpp"
#include "property/model.hpp"
#include "support/scale.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(state)

using namespace membership;
using membership_tests::Model;
using membership_tests::scaled;
using testing::CommandStep;

namespace {

using Random = std::mt19937_64;

/// A number below `end`; 0 where there is none.
unsigned below(Random& random, std::size_t end) {
  return end == 0 ? 0 : static_cast<unsigned>(random() % end);
}

struct Difference : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <class A, class B>
void same(const A& seen, const B& expected, const char* what) {
  if (seen == expected) return;
  std::ostringstream text;
  text << what;
  if constexpr (requires { text << seen << expected; }) {
    text << ": " << seen << " instead of " << expected;
  }
  throw Difference(text.str());
}

std::string text_of(const Ulid& value) {
  return std::to_string(value.high) + ':' + std::to_string(value.low);
}

/// Ids that count, or ids in no order at all, some of them as long as ids may be.
class TestIds {
 public:
  explicit TestIds(bool scrambled) : scrambled_(scrambled) {}
  PlanId plan_id(Time now) { return ids_.plan_id(now); }
  MembershipId membership_id(Time now) { return scramble(ids_.membership_id(now)); }
  OrganizationId organization_id(Time now) { return scramble(ids_.organization_id(now)); }
  UserId user_id(Time now) { return scramble(ids_.user_id(now)); }
  RoleId role_id(Time now) { return scramble(ids_.role_id(now)); }

 private:
  template <class I>
  I scramble(const I& id) const {
    if (!scrambled_) return id;
    std::uint64_t mixed = membership::detail::hash_bytes(id.view());
    std::string text(I::tag::prefix);
    for (int i = 0; i < 8; ++i, mixed >>= 8) text += static_cast<char>('a' + mixed % 26);
    text += id.view().substr(I::tag::prefix.size());
    if (mixed % 3 == 0) text.resize(I::capacity(), 'z');
    return I::from_stored(text);
  }
  testing::FixedIds ids_;
  bool scrambled_;
};

// --- commands of the tests' own ----------------------------------------------------------------

/// Makes a pending membership, as an invitation does.
struct AddPending {
  using traits = DefaultTraits;
  static constexpr Kinds kinds{Kind::organization, Kind::membership};
  static constexpr Kinds mints{Kind::membership};
  UserId user;
  OrganizationId organization;
  bool managed;

  Reads reads() const noexcept {
    Reads reads;
    reads.user = &user;
    reads.organization = &organization;
    reads.pair = true;
    return reads;
  }
  Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/, const Snapshot& seen,
                 const Context& context, Plan& plan) const noexcept {
    if (!seen.user || !seen.organization || seen.membership) return Refusal::by_rule(1);
    plan.outcome = Outcome::created;
    const RoleIndex role = RoleIndex::environment(0);
    plan.membership.emplace(EventType::organization_membership_created, *context.membership, user,
                            organization, RoleSet::of(role), role, Status::pending, context.now,
                            seen.organization->revision + 1);
    plan.membership->after.directory_managed = managed;
    plan.compared_user.emplace(seen.user->revision);
    Counts counts = seen.organization->counts;
    counts.add(Status::pending, RoleSet::of(role), seen.organization->owner_role);
    plan.touch.emplace(seen.organization->revision, seen.environment.revision, counts);
    return {};
  }
  Subject subject(Refusal /*refusal*/, const Snapshot& /*seen*/) const noexcept { return {}; }
};

/// Marks a user as being deleted, or takes the mark back.
struct MarkUser {
  using traits = DefaultTraits;
  static constexpr Kinds kinds{Kind::user};
  static constexpr Kinds mints{};
  UserId user;

  Reads reads() const noexcept {
    Reads reads;
    reads.user = &user;
    return reads;
  }
  Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/, const Snapshot& seen,
                 const Context& /*context*/, Plan& plan) const noexcept {
    if (!seen.user) return Refusal::by_rule(1);
    plan.outcome = Outcome::updated;
    UserState after = *seen.user;
    ++after.revision;
    after.phase = after.phase == Phase::live ? Phase::deleting : Phase::live;
    plan.user.emplace(Precondition::set, EventType::none, seen.user->revision, after);
    return {};
  }
  Subject subject(Refusal /*refusal*/, const Snapshot& /*seen*/) const noexcept { return {}; }
};

/// The same of an organization.
struct MarkOrganization {
  using traits = DefaultTraits;
  static constexpr Kinds kinds{Kind::organization};
  static constexpr Kinds mints{};
  OrganizationId organization;

  Reads reads() const noexcept {
    Reads reads;
    reads.organization = &organization;
    return reads;
  }
  Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/, const Snapshot& seen,
                 const Context& /*context*/, Plan& plan) const noexcept {
    if (!seen.organization) return Refusal::by_rule(1);
    plan.outcome = Outcome::updated;
    OrganizationState after = *seen.organization;
    ++after.revision;
    after.fenced_to = seen.environment.revision;
    after.phase = after.phase == Phase::live ? Phase::deleting : Phase::live;
    plan.organization.emplace(Precondition::set, EventType::none, seen.organization->revision,
                              after);
    return {};
  }
  Subject subject(Refusal /*refusal*/, const Snapshot& /*seen*/) const noexcept { return {}; }
};

/// Marks an environment role as retiring, or takes the mark back.
struct MarkRole {
  using traits = DefaultTraits;
  static constexpr Kinds kinds{Kind::environment, Kind::role};
  static constexpr Kinds mints{};
  unsigned place;
  RoleId id;
  std::string_view name;
  std::string_view resource;

  Reads reads() const noexcept { return {}; }
  Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/, const Snapshot& seen,
                 const Context& context, Plan& plan) const noexcept {
    plan.outcome = Outcome::updated;
    EnvironmentState after = seen.environment;
    ++after.revision;
    plan.environment.emplace(Precondition::set, seen.environment.revision, after);
    RoleState role = seen.roles.environment()[place];
    role.phase = role.phase == Phase::live ? Phase::retiring : Phase::live;
    plan.role.emplace(Precondition::set, EventType::none, id, RoleIndex::environment(place), role);
    Profile& profile = plan.profile.emplace().after;
    profile.texts.set(Text::name, name);
    profile.texts.set(Text::resource_type_slug, resource);
    profile.created_at = profile.updated_at = context.now;
    return {};
  }
  Subject subject(Refusal /*refusal*/, const Snapshot& /*seen*/) const noexcept { return {}; }
};

// --- a sequence --------------------------------------------------------------------------------

/// One step: a command, or something of the tests' own.
struct Act {
  enum class Kind : std::uint8_t {
    command,
    add_pending,
    mark_user,
    mark_organization,
    mark_role,
    decide_now,   ///< decides the command and keeps the plan
    commit_late,  ///< commits the plan that was kept
    pair_span,    ///< several commands on one pair, in one span
    world_span,   ///< a user, an organization, a membership and a role in one span
    repeat_plan,  ///< commits the last plan once more
  };
  Kind kind = Kind::command;
  CommandStep step{};
  int milliseconds = 1;  ///< that pass before
  bool spoiled = false;  ///< of a span: one more plan that cannot be carried out
};

std::ostream& operator<<(std::ostream& out, const Act& act) {
  return out << static_cast<int>(act.kind) << ' ' << act.step << " +" << act.milliseconds
             << (act.spoiled ? " spoiled" : "");
}

/// What the sequences of a run met, so that it is seen when they no longer reach something.
struct Met {
  std::map<ErrorCode, std::size_t> errors;
  std::map<Outcome, std::size_t> outcomes;
  std::map<std::string, std::size_t> others;
  std::size_t steps = 0;
  std::size_t rows = 0;
  std::size_t events = 0;
};

struct Setting {
  PolicyOptions options{};
  bool scrambled_ids = false;
  std::size_t event_limit = 100'000;
  bool starved = false;  ///< each command is tried with every allocation failing, one by one
};

class Sequence {
 public:
  explicit Sequence(const Setting& setting)
      : model_(setting.options), event_limit_(setting.event_limit), starved_(setting.starved),
        store_(std::make_unique<MemoryStore>(MemoryStoreOptions{
            setting.event_limit, Time::from_milliseconds(clock_.now().milliseconds())})),
        ids_(setting.scrambled_ids) {
    policy_.options = setting.options;
    model_.roles[0].id = RoleId::from_ulid(Ulid{}).view();
  }

  const Model& model() const { return model_; }
  const testing::Known& known() const { return known_; }
  Met& met() { return met_; }

  void take(const Act& act) {
    clock_.advance(act.milliseconds);
    ++met_.steps;
    const std::size_t events_before = model_.events.size();
    switch (act.kind) {
      case Act::Kind::command:
        testing::with_command(act.step, known_, [&](const auto& command) {
          if constexpr (requires { model_.run(command, Model::Given{}); }) carry_out(command);
        });
        break;
      case Act::Kind::add_pending: add_pending(act); break;
      case Act::Kind::mark_user: mark_user(known_.user(act.step.user)); break;
      case Act::Kind::mark_organization: mark_organization(act); break;
      case Act::Kind::mark_role: mark_role(act); break;
      case Act::Kind::decide_now: decide_now(act); break;
      case Act::Kind::commit_late: commit_late(act); break;
      case Act::Kind::pair_span: pair_span(act); break;
      case Act::Kind::world_span: world_span(act); break;
      case Act::Kind::repeat_plan: repeat_plan(); break;
    }
    if (model_.events.size() != events_before) check_last_event();
  }

  /// Compares everything that the store can show.
  void compare_all(Random& random) const {
    compare_environment();
    compare_pairs();
    compare_memberships(random);
    compare_organizations(random);
    compare_users(random);
    compare_roles();
    compare_events(random);
  }

 private:
  template <class C>
  Model::Given given(const BasicContext<DefaultTraits>& context) const {
    Model::Given given;
    given.now = context.now.milliseconds();
    given.plan = text_of(EventId::of(context.plan, 0).value);
    if (context.membership) given.membership = context.membership->view();
    if (context.organization) given.organization = context.organization->view();
    if (context.user) given.user = context.user->view();
    if (context.role) {
      given.role = context.role->view();
    }
    return given;
  }

  void compare_error(const Error& error, const Model::Result& expected) const {
    if (!expected.error) throw Difference("refused: " + std::string(to_string(error.code)));
    same(static_cast<int>(error.code), static_cast<int>(*expected.error), "error code");
    if (!expected.subject.empty() && is_valid_utf8(expected.subject)) {
      same(error.subject.view(), expected.subject, "subject of the error");
    }
  }

  template <class C>
  auto run(const C& command) {
    Runtime<testing::FakeClock, TestIds&, testing::FakeWait> runtime{clock_, ids_, {}, {}, false};
    const TestIds before = ids_;
    if (starved_) starve(command);
    std::optional<decltype(execute(*store_, policy_, command, runtime))> made;
    Random random(1);
    for (long allocations = starved_ ? 0 : -1; !made; ++allocations) {
      ids_ = before;
      membership_tests::allocations_left = allocations;
      try {
        made.emplace(execute(*store_, policy_, command, runtime));
        membership_tests::allocations_left = -1;
      } catch (const std::bad_alloc&) {
        membership_tests::allocations_left = -1;
        ++met_.others["allocation failed"];
        compare_all(random);
      }
    }
    auto& result = *made;
    if (!result && result.error().kind != FailureKind::refused) {
      throw Difference("a conflict without anybody else");
    }
    if (result) {
      same((*result).tries, 1u, "tries");
      known_.remember((*result).plan);
      if ((*result).outcome() != Outcome::unchanged) {
        last_plan_.emplace((*result).plan);
        // Its texts are the command's.
        if (last_plan_->profile) last_plan_.reset();
      }
    }
    return std::move(result);
  }

  /// Commits a span that is refused at its end while its first allocation fails, its second, and so
  /// on, until none is left to fail. The store must be as it was each time.
  template <class C>
  void starve(const C& command) {
    const TestIds before = ids_;
    const auto loaded = store_->load(command.reads());
    const auto plan = policy_.decide(command, *loaded, draw_context<C>(clock_.now(), ids_));
    ids_ = before;
    if (!plan || (*plan).outcome == Outcome::unchanged) return;
    Random random(1);
    // A plan that does not hold comes last, so that what succeeds is taken back as well.
    const Plan span[] = {*plan, *plan};
    for (long allocations = 0;; ++allocations) {
      bool failed = false;
      membership_tests::allocations_left = allocations;
      try {
        static_cast<void>(store_->commit(span));
      } catch (const std::bad_alloc&) {
        failed = true;
      }
      membership_tests::allocations_left = -1;
      ++met_.others[failed ? "allocation failed" : "allocations succeeded"];
      compare_all(random);
      if (!failed) break;
    }
  }

  template <class C>
  void carry_out(const C& command) {
    TestIds twin = ids_;
    const auto context = draw_context<C>(clock_.now(), twin);
    const auto result = run(command);
    Model::Given what = given<C>(context);
    // How the end of a slug made from a name comes out of the role's id is the library's affair.
    if (result && (*result).plan.role) {
      const std::string_view slug = (*result).plan.role->after.slug.view();
      what.role_suffix = slug.substr(slug.size() < 6 ? 0 : slug.size() - 6);
    }
    const Model::Result expected = model_.run(command, what);
    if (result) check_plan((*result).plan);
    if (expected.error) {
      ++met_.errors[*expected.error];
    } else {
      ++met_.outcomes[expected.outcome];
    }
    if (!result) {
      compare_error(*result.error().error, expected);
      return;
    }
    if (expected.error) {
      throw Difference("not refused: " + std::string(to_string(*expected.error)));
    }
    same(to_string((*result).outcome()), to_string(expected.outcome), "outcome");
    if (const auto* const membership = (*result).membership(); membership != nullptr) {
      same(membership->id.view(), expected.membership, "membership of the receipt");
      compare_membership(MembershipView::of(*membership),
                         model_.memberships.at(expected.membership));
    }
  }

  /// What a commit leaves of the organization's row. The model has taken the step.
  void check_plan(const Plan& plan) const {
    if (plan.outcome == Outcome::unchanged || plan.organization_id() == nullptr) return;
    const OrganizationId id = *plan.organization_id();
    Reads reads;
    reads.organization = &id;
    const auto loaded = store_->load(reads);
    const OrganizationState& state = *(*loaded).organization;
    const Model::Organization& expected = model_.organizations.at(std::string(id.view()));
    same(state.revision, expected.revision, "organization's revision");
    same(state.fenced_to, expected.revision == 1 ? 0 : model_.revision, "organization's fence");
    compare_counts(state);
  }

  void compare_counts(const OrganizationState& state) const {
    Counts counts;
    for (const auto& [id, membership] : model_.memberships) {
      if (membership.organization == state.id.view()) ++counts.of(membership.status);
    }
    same(state.counts.active, counts.active, "active members");
    same(state.counts.inactive, counts.inactive, "inactive members");
    same(state.counts.pending, counts.pending, "pending members");
    same(state.counts.owners, std::uint64_t{0}, "owners");
  }

  void check_last_event() const {
    if (event_limit_ == 0) return;
    Page<EventId> page;
    page.limit = 1;
    page.direction = Direction::descending;
    std::size_t shown = 0;
    static_cast<void>(store_->list(*EventQuery::make(page), [&](const EventRow& row) {
      ++shown;
      compare_event(row, model_.events.back());
    }));
    same(shown, std::size_t{1}, "the last event");
  }

  // --- acts ------------------------------------------------------------------------------------

  void add_pending(const Act& act) {
    const AddPending command{known_.user(act.step.user), known_.organization(act.step.organization),
                             act.step.flag};
    const std::string user(command.user.view());
    const std::string organization(command.organization.view());
    TestIds twin = ids_;
    const auto context = draw_context<AddPending>(clock_.now(), twin);
    const bool possible = model_.users.count(user) == 1 &&
                          model_.organizations.count(organization) == 1 &&
                          model_.of_pair(user, organization) == nullptr;
    if (possible) {
      model_.add_pending(user, organization, {false, 0}, command.managed,
                         given<AddPending>(context));
    }
    same(run(command).has_value(), possible, "pending membership made");
  }

  void mark_user(const UserId& id) {
    const MarkUser command{id};
    const auto user = model_.users.find(std::string(command.user.view()));
    if (user != model_.users.end()) {
      user->second.deleting = !user->second.deleting;
      ++user_revisions_[user->first];
    }
    same(run(command).has_value(), user != model_.users.end(), "user marked");
  }

  void mark_organization(const Act& act) {
    const MarkOrganization command{known_.organization(act.step.organization)};
    const auto found = model_.organizations.find(std::string(command.organization.view()));
    if (found != model_.organizations.end()) {
      found->second.deleting = !found->second.deleting;
      ++found->second.revision;
    }
    same(run(command).has_value(), found != model_.organizations.end(), "organization marked");
  }

  void mark_role(const Act& act) {
    const std::size_t place = act.step.membership % model_.roles.size();
    Model::Role& role = model_.roles[place];
    role.retiring = !role.retiring;
    ++model_.revision;
    same(run(MarkRole{static_cast<unsigned>(place), RoleId::from_stored(role.id), role.name,
                      role.resource})
             .has_value(),
         true, "role marked");
  }

  template <class C>
  static constexpr bool is_of_membership = C::kinds == Kinds{Kind::organization, Kind::membership};

  /// A plan that was decided and not committed, with what it depends on.
  struct Late {
    Plan plan;
    std::uint64_t organization_revision;
    std::uint64_t user_revision;
  };

  void decide_now(const Act& act) {
    testing::with_command(act.step, known_, [&](const auto& command) {
      using C = std::decay_t<decltype(command)>;
      if constexpr (is_of_membership<C>) {
        const auto context = draw_context<C>(clock_.now(), ids_);
        const auto loaded = store_->load(command.reads());
        const auto plan = policy_.decide(command, *loaded, context);
        if (!plan || (*plan).outcome == Outcome::unchanged) return;
        const std::string organization((*plan).organization_id()->view());
        const std::string user((*plan).membership->after.user.view());
        late_ = Late{*plan, model_.organizations.at(organization).revision, user_revisions_[user]};
      }
    });
  }

  void commit_late(const Act& act) {
    if (!late_) return;
    if (act.spoiled && late_->plan.compared_user) mark_user(late_->plan.membership->after.user);
    const Late late = *std::exchange(late_, std::nullopt);
    const std::string organization(late.plan.organization_id()->view());
    const std::string user(late.plan.membership->after.user.view());
    const bool fits =
        model_.organizations.at(organization).revision == late.organization_revision &&
        (!late.plan.compared_user || user_revisions_[user] == late.user_revision);
    const auto status = store_->commit(std::span(&late.plan, 1));
    same(*status == CommitStatus::committed, fits, "late plan committed");
    ++met_.others[fits ? "late plan committed" : "late plan refused"];
    if (!fits) return;
    // Only the environment may have changed meanwhile; the plan was decided on what was then.
    take_over(late.plan);
  }

  /// Brings a membership's plan into the model as it is.
  void take_over(const Plan& plan) {
    const auto& write = *plan.membership;
    known_.remember(plan);
    Model::Membership after;
    after.id = write.after.id.view();
    after.user = write.after.user.view();
    after.organization = write.after.organization.view();
    after.status = write.after.status;
    const auto ref = [](RoleIndex index) {
      return Model::RoleRef{index.is_organization(), index.place()};
    };
    const auto refs = [&](RoleSet set) {
      std::set<Model::RoleRef> roles;
      RoleCatalogue{}.for_each_in_order(set, [&](RoleIndex index) { roles.insert(ref(index)); });
      return roles;
    };
    after.roles = refs(write.after.roles);
    after.first = ref(write.after.first_requested);
    after.directory_managed = write.after.directory_managed;
    after.created_at = write.after.created_at.milliseconds();
    after.updated_at = write.after.updated_at.milliseconds();
    Model::Organization& organization = model_.organizations.at(after.organization);
    ++organization.revision;
    after.revision = organization.revision;
    if (write.effect == Effect::erase) {
      after.revision = model_.memberships.at(after.id).revision;
      model_.memberships.erase(after.id);
    } else {
      model_.memberships[after.id] = after;
    }
    Model::Event event;
    event.id = text_of(EventId::of(plan.id, 0).value);
    event.type = write.event;
    event.at = plan.decided_at.milliseconds();
    event.organization = after.organization;
    event.user = after.user;
    event.revision = organization.revision;
    event.membership = after;
    event.slugs = model_.shown_roles(after);
    if (write.before.standing != Standing::none) event.roles_before = refs(write.before.roles);
    model_.events.push_back(event);
  }

  void repeat_plan() {
    if (!last_plan_) return;
    same(*store_->commit(std::span(&*last_plan_, 1)) == CommitStatus::conflict, true,
         "a plan committed twice");
  }

  void pair_span(const Act& act) {
    const UserId user = known_.user(act.step.user);
    const OrganizationId organization = known_.organization(act.step.organization);
    Reads reads;
    reads.user = &user;
    reads.organization = &organization;
    reads.pair = true;
    auto loaded = store_->load(reads);
    Snapshot& seen = *loaded;
    std::vector<Plan> plans;
    Model before = model_;
    const auto known_before = known_;
    unsigned choice = act.step.membership + act.step.user * 5u;
    for (int i = 0; i < 4; ++i, choice = choice * 7 + 3) {
      const auto decide = [&](const auto& command) {
        using C = std::decay_t<decltype(command)>;
        const auto context = draw_context<C>(clock_.now(), ids_);
        const auto plan = policy_.decide(command, seen, context);
        const Model::Result expected = model_.run(command, given<C>(context));
        if (!plan) {
          compare_error(plan.error(), expected);
          return;
        }
        same(to_string((*plan).outcome), to_string(expected.outcome), "outcome in a span");
        if ((*plan).outcome == Outcome::unchanged) return;
        apply(seen, *plan);
        plans.push_back(*plan);
        known_.remember(*plan);
      };
      const MembershipId shown =
          seen.membership ? seen.membership->id : MembershipId::from_stored("unknown");
      act.step.roles.with([&](const RoleSelection& roles) {
        switch (choice % 5) {
          case 0: decide(CreateMembership{user, organization, roles}); break;
          case 1: decide(UpdateRoles{shown, roles}); break;
          case 2: decide(DeactivateMembership{shown}); break;
          case 3: decide(ReactivateMembership{shown}); break;
          default: decide(DeleteMembership{shown}); break;
        }
      });
    }
    commit_span(std::move(plans), act.spoiled, std::move(before), known_before);
  }

  void world_span(const Act& act) {
    Model before = model_;
    const auto known_before = known_;
    auto loaded = store_->load(Reads{});
    Snapshot seen = *loaded;
    std::vector<Plan> plans;
    const auto decide = [&](const auto& command) -> bool {
      using C = std::decay_t<decltype(command)>;
      const auto context = draw_context<C>(clock_.now(), ids_);
      const auto plan = policy_.decide(command, seen, context);
      const Model::Result expected = model_.run(command, given<C>(context));
      if (!plan) {
        compare_error(plan.error(), expected);
        return false;
      }
      apply(seen, *plan);
      plans.push_back(*plan);
      known_.remember(*plan);
      return true;
    };
    CreateUser user;
    const std::string email = "u" + std::to_string(act.step.user) + "@span.example";
    if (act.step.flag) {
      user.email = email;
      const auto holder = model_.holder(email);
      if (holder) seen.email_holder.emplace(UserId::from_stored(*holder));
    }
    const bool made_user = decide(user);
    const bool made_organization =
        decide(CreateOrganization{"In a span", std::nullopt, std::nullopt});
    if (made_user && made_organization) {
      decide(CreateMembership{seen.user->id, seen.organization->id});
    }
    const std::string slug = "span-" + std::to_string(act.step.membership);
    if (act.step.membership % 2 == 0) {
      decide(CreateRole{slug, "In a span", std::nullopt, std::nullopt});
    } else if (made_organization) {
      const std::string own = "org-" + slug;
      decide(CreateOrganizationRole{seen.organization->id, "In a span", own, std::nullopt,
                                    std::nullopt});
    }
    commit_span(std::move(plans), act.spoiled, std::move(before), known_before);
  }

  void commit_span(std::vector<Plan> plans, bool spoiled, Model before,
                   const testing::Known& known_before) {
    if (plans.empty()) return;
    if (spoiled) plans.push_back(plans.front());
    const auto status = store_->commit(plans);
    same(*status == CommitStatus::conflict, spoiled, "a spoiled span is refused");
    ++met_.others[spoiled ? "span refused" : "span committed"];
    met_.others["plans in spans"] += plans.size();
    if (!spoiled) return;
    model_ = std::move(before);
    known_ = known_before;
  }

  // --- comparing -------------------------------------------------------------------------------

  void compare_membership(const MembershipView& seen, const Model::Membership& expected) const {
    same(seen.id, expected.id, "membership's id");
    same(seen.user, expected.user, "membership's user");
    same(seen.organization, expected.organization, "membership's organization");
    same(to_string(seen.status), to_string(expected.status), "membership's status");
    same(seen.created_at.milliseconds(), expected.created_at, "created_at");
    same(seen.updated_at.milliseconds(), expected.updated_at, "updated_at");
    same(seen.revision, expected.revision, "membership's revision");
    same(seen.directory_managed, expected.directory_managed, "directory_managed");
  }

  void compare_slugs(const RoleCatalogue& catalogue, RoleSet roles, RoleIndex first,
                     const std::vector<std::string>& expected) const {
    std::vector<std::string> slugs;
    for_each_shown_role(policy_.options, catalogue, roles, first,
                        [&](std::string_view slug) { slugs.emplace_back(slug); });
    same(slugs, expected, "slugs shown");
    same(slugs.empty(), false, "no role");
    same(primary_role(policy_.options, catalogue, roles, first), slugs.front(), "primary role");
  }

  void compare_row(const MembershipRow& row, const Model::Membership& expected) const {
    compare_membership(row.membership, expected);
    compare_slugs(row.roles, row.membership.roles, row.membership.first_requested,
                  model_.shown_roles(expected));
  }

  void compare_environment() const {
    const auto loaded = store_->load(Reads{});
    same((*loaded).environment.revision, model_.revision, "environment's revision");
    same((*loaded).environment.multiple_roles, model_.multiple_roles, "Multiple Roles");
    same((*loaded).environment.default_role.is_none(), !model_.default_role.has_value(),
         "environment has a default");
  }

  void compare_pairs() const {
    for (const auto& [user_id, user] : model_.users) {
      for (const auto& [organization_id, organization] : model_.organizations) {
        const auto u = UserId::from_stored(user_id);
        const auto o = OrganizationId::from_stored(organization_id);
        const Model::Membership* const expected = model_.of_pair(user_id, organization_id);
        const auto found =
            store_->view(u, o, [&](const MembershipRow& row) { compare_row(row, *expected); });
        same(*found, expected != nullptr, "view finds the pair");
        Reads reads;
        reads.user = &u;
        reads.organization = &o;
        reads.pair = true;
        reads.actor = &u;
        reads.profiles = true;
        const auto loaded = store_->load(reads);
        same((*loaded).user->phase == Phase::deleting, user.deleting, "user's mark");
        same((*loaded).organization->phase == Phase::deleting, organization.deleting,
             "organization's mark");
        same((*loaded).membership.get() != nullptr, expected != nullptr, "load finds the pair");
        same((*loaded).actor.get() != nullptr, expected != nullptr, "load finds the actor");
        if (expected != nullptr) {
          compare_membership(MembershipView::of(*(*loaded).membership), *expected);
          compare_membership(MembershipView::of(*(*loaded).actor), *expected);
        }
        same((*loaded).organization_profile->texts[Text::name], organization.name, "loaded name");
        same((*loaded).user_profile != nullptr, user.has_profile(), "user has a profile");
        if (user.has_profile()) {
          same((*loaded).user_profile->texts[Text::email], user.email.value_or(""),
               "loaded e-mail");
        }
      }
    }
    for (const MembershipId& id : known_.memberships) {
      Reads reads;
      reads.membership = &id;
      reads.profiles = true;
      const auto loaded = store_->load(reads);
      const auto expected = model_.memberships.find(std::string(id.view()));
      same((*loaded).membership.get() != nullptr, expected != model_.memberships.end(),
           "load by id finds it");
      if (!(*loaded).membership) continue;
      compare_membership(MembershipView::of(*(*loaded).membership), expected->second);
      same((*loaded).organization->id.view(), expected->second.organization, "its organization");
      same((*loaded).user->id.view(), expected->second.user, "its user");
    }
  }

  /// A page with random cursors, out of ids that are, were or never will be in the list.
  template <class I>
  static Page<I> random_page(Random& random, const std::vector<I>& ids) {
    Page<I> page;
    page.limit = 1 + below(random, random() % 4 == 0 ? 1000 : 8);
    page.direction = random() % 2 == 0 ? Direction::ascending : Direction::descending;
    const auto cursor = [&]() -> std::optional<I> {
      if (ids.empty() || random() % 2 == 0) return std::nullopt;
      const I& id = ids[below(random, ids.size())];
      if (random() % 4 != 0) return id;
      std::string near(id.view());
      near.back() = static_cast<char>(near.back() + (random() % 2 == 0 ? 1 : -1));
      return I::from_stored(near);
    };
    page.after = cursor();
    if (random() % 2 == 0) page.until = cursor();
    return page;
  }

  /// The part of a list, in byte order of ids, that a page means.
  template <class I>
  static std::vector<std::string> part_of(std::vector<std::string> ids, const Page<I>& page,
                                          bool& more) {
    std::sort(ids.begin(), ids.end());
    if (page.direction == Direction::descending) std::reverse(ids.begin(), ids.end());
    std::vector<std::string> part;
    more = false;
    for (const std::string& id : ids) {
      const auto beyond = [&](const I& cursor) {
        return page.direction == Direction::ascending ? id > cursor.view() : id < cursor.view();
      };
      if (page.after && !beyond(*page.after)) continue;
      if (page.until && (id == page.until->view() || beyond(*page.until))) break;
      if (part.size() == page.limit) {
        more = true;
        break;
      }
      part.push_back(id);
    }
    return part;
  }

  void compare_memberships(Random& random) const {
    const auto check = [&](const MembershipFilter& filter,
                           const std::function<bool(const Model::Membership&)>& fits) {
      std::vector<std::string> ids;
      for (const auto& [id, membership] : model_.memberships) {
        if (filter.statuses.contains(membership.status) && fits(membership)) ids.push_back(id);
      }
      const auto page = random_page(random, known_.memberships);
      const auto query = MembershipQuery::make(filter, page);
      // An organization's own role says nothing without the organization.
      const bool unclear =
          filter.holder && filter.holder->is_organization() && !filter.organization;
      same(query.has_value(), !unclear, "query of memberships");
      if (unclear) return;
      bool more = false;
      const std::vector<std::string> expected = part_of(ids, page, more);
      std::vector<std::string> seen;
      const auto end = store_->list(*query, [&](const MembershipRow& row) {
        ++met_.rows;
        seen.emplace_back(row.membership.id);
        compare_row(row, model_.memberships.at(seen.back()));
      });
      same(seen, expected, "list of memberships");
      same((*end).more, more, "more memberships");
    };
    const auto holds = [](const MembershipFilter& filter, const Model::Membership& membership) {
      return !filter.holder || membership.roles.count(
                                   {filter.holder->is_organization(), filter.holder->place()}) == 1;
    };
    const auto random_filter = [&] {
      MembershipFilter filter;
      if (random() % 2 == 0) {
        filter.statuses = StatusSet();
        for (const Status status : {Status::active, Status::inactive, Status::pending}) {
          if (random() % 2 == 0) filter.statuses = filter.statuses | status;
        }
      }
      if (random() % 3 == 0) {
        filter.holder = random() % 4 == 0 ? RoleIndex::organization(below(random, 3))
                                          : RoleIndex::environment(below(random, 4));
      }
      return filter;
    };
    for (unsigned i = 0; i <= known_.organizations.size(); ++i) {
      for (int again = 0; again < 2; ++again) {
        MembershipFilter filter = random_filter();
        filter.organization = known_.organization(i);
        if (again == 0) walk_memberships(random, filter);
        const std::string id(filter.organization->view());
        check(filter, [&](const Model::Membership& membership) {
          return membership.organization == id && holds(filter, membership);
        });
      }
    }
    for (unsigned i = 0; i <= known_.users.size(); ++i) {
      MembershipFilter filter = random_filter();
      filter.user = known_.user(i);
      walk_memberships(random, filter);
      const std::string id(filter.user->view());
      check(filter, [&](const Model::Membership& membership) {
        return membership.user == id && holds(filter, membership);
      });
      filter.organization = known_.organization(below(random, known_.organizations.size() + 1));
      const std::string organization(filter.organization->view());
      check(filter, [&](const Model::Membership& membership) {
        return membership.user == id && membership.organization == organization &&
               holds(filter, membership);
      });
    }
  }

  /// Follows the pages of all memberships of one organization or user.
  void walk_memberships(Random& random, MembershipFilter filter) const {
    filter.statuses = StatusSet::all();
    filter.holder.reset();
    std::vector<std::string> expected;
    for (const auto& [id, membership] : model_.memberships) {
      if ((filter.user && membership.user == filter.user->view()) ||
          (filter.organization && membership.organization == filter.organization->view())) {
        expected.push_back(id);
      }
    }
    for (const Direction direction : {Direction::ascending, Direction::descending}) {
      Page<MembershipId> page;
      page.limit = 1 + below(random, 20);
      page.direction = direction;
      std::vector<std::string> seen;
      for (bool more = true; more;) {
        const auto end =
            store_->list(*MembershipQuery::make(filter, page), [&](const MembershipRow& row) {
              ++met_.rows;
              seen.emplace_back(row.membership.id);
              page.after = MembershipId::from_stored(seen.back());
            });
        more = (*end).more;
      }
      same(seen, expected, "memberships page by page");
      std::reverse(expected.begin(), expected.end());
    }
  }

  void compare_organizations(Random& random) const {
    std::vector<std::string> ids;
    for (const auto& [id, organization] : model_.organizations) ids.push_back(id);
    for (int again = 0; again < 3; ++again) {
      const auto page = random_page(random, known_.organizations);
      bool more = false;
      const std::vector<std::string> expected = part_of(ids, page, more);
      std::vector<std::string> seen;
      const auto end =
          store_->list(*OrganizationQuery::make(page), [&](const OrganizationRow& row) {
            seen.emplace_back(row.state.id.view());
            const Model::Organization& organization = model_.organizations.at(seen.back());
            same(row.state.revision, organization.revision, "listed organization's revision");
            same(row.profile.texts[Text::name], organization.name, "organization's name");
            same(row.profile.created_at.milliseconds(), organization.created_at,
                 "organization's created_at");
            compare_counts(row.state);
          });
      same(seen, expected, "list of organizations");
      same((*end).more, more, "more organizations");
    }
  }

  void compare_users(Random& random) const {
    std::vector<std::string> ids;
    for (const auto& [id, user] : model_.users) ids.push_back(id);
    const auto check_row = [&](const UserRow& row, std::vector<std::string>& seen) {
      seen.emplace_back(row.state.id.view());
      const Model::User& user = model_.users.at(seen.back());
      same(row.profile.texts.has(Text::email), user.email.has_value(), "user has an e-mail");
      same(row.profile.texts[Text::email], user.email.value_or(""), "user's e-mail");
      same(row.profile.texts[Text::first_name], user.first_name.value_or(""), "first name");
      same(row.profile.created_at.milliseconds(), user.has_profile() ? user.created_at : 0,
           "user's created_at");
    };
    for (int again = 0; again < 3; ++again) {
      const auto page = random_page(random, known_.users);
      bool more = false;
      const std::vector<std::string> expected = part_of(ids, page, more);
      std::vector<std::string> seen;
      const auto end =
          store_->list(*UserQuery::make(page), [&](const UserRow& row) { check_row(row, seen); });
      same(seen, expected, "list of users");
      same((*end).more, more, "more users");
    }
    for (const std::string email :
         {"ann@example.com", "ANN@example.com", "bob@example.com", "no@x"}) {
      UserFilter filter;
      filter.email = EmailKey::folded(email);
      std::vector<std::string> seen;
      static_cast<void>(store_->list(*UserQuery::make(Page<UserId>{}, filter),
                                     [&](const UserRow& row) { check_row(row, seen); }));
      const auto holder = model_.holder(email);
      same(seen, holder ? std::vector<std::string>{*holder} : std::vector<std::string>{},
           "user by e-mail");
    }
  }

  void compare_roles() const {
    const auto check = [&](const Model::Organization* organization) {
      RoleQuery query;
      if (organization != nullptr)
        query.organization = OrganizationId::from_stored(organization->id);
      const std::vector<Model::RoleRef> expected = model_.ranking(organization);
      std::size_t at = 0;
      static_cast<void>(store_->list(query, [&](const RoleRow& row) {
        if (at == expected.size()) throw Difference("too many roles");
        const Model::RoleRef ref = expected[at++];
        const Model::Role& role = model_.role_at(ref, organization);
        same(row.index.is_organization(), ref.own, "role's table");
        same(std::size_t{row.index.place()}, ref.age, "role's place");
        same(row.id.view(), role.id, "role's id");
        same(row.state.slug.view(), role.slug, "role's slug");
        same(row.state.assignable(), role.assignable(), "role is assignable");
        same(row.profile.texts[Text::name], role.name, "role's name");
        same(row.profile.texts[Text::resource_type_slug], role.resource, "role's resource type");
      }));
      same(at, expected.size(), "number of roles");
    };
    check(nullptr);
    for (const auto& [id, organization] : model_.organizations) {
      check(&organization);
      const auto o = OrganizationId::from_stored(id);
      Reads reads;
      reads.organization = &o;
      const auto loaded = store_->load(reads);
      const RoleIndex standard = (*loaded).organization->default_role;
      same(standard.is_none(), !organization.default_role.has_value(), "own default");
      if (!standard.is_none()) {
        same(Model::RoleRef{standard.is_organization(), standard.place()} ==
                 *organization.default_role,
             true, "own default role");
      }
    }
  }

  void compare_event(const EventRow& row, const Model::Event& expected) const {
    same(text_of(row.id.value), expected.id, "event's id");
    same(to_string(row.type), to_string(expected.type), "event's type");
    same(row.created_at.milliseconds(), expected.at, "event's time");
    same(row.revision, expected.revision, "event's revision");
    same(row.organization == nullptr ? "" : row.organization->view(), expected.organization,
         "event's organization");
    same(row.membership != nullptr, expected.membership.has_value(), "event has a membership");
    if (expected.membership) {
      compare_membership(MembershipView::of(*row.membership), *expected.membership);
      compare_slugs(row.roles, row.membership->roles, row.membership->first_requested,
                    expected.slugs);
      same(row.before.standing != Standing::none, expected.roles_before.has_value(),
           "event knows what was");
      return;
    }
    same(row.user == nullptr ? "" : row.user->view(), expected.user, "event's user");
    same(row.role == nullptr ? "" : row.role->slug.view(), expected.role, "event's role");
  }

  void compare_events(Random& random) const {
    const std::size_t kept = std::min(event_limit_, model_.events.size());
    const std::vector<Model::Event> log(model_.events.end() - static_cast<std::ptrdiff_t>(kept),
                                        model_.events.end());
    // All of it, in pages, forwards and backwards.
    for (const Direction direction : {Direction::ascending, Direction::descending}) {
      Page<EventId> page;
      page.limit = 1 + below(random, 40);
      page.direction = direction;
      std::size_t at = 0;
      for (bool more = true; more;) {
        const auto end = store_->list(*EventQuery::make(page), [&](const EventRow& row) {
          if (at == log.size()) throw Difference("too many events");
          ++met_.events;
          compare_event(row,
                        direction == Direction::ascending ? log[at] : log[log.size() - 1 - at]);
          ++at;
          page.after = row.id;
        });
        more = (*end).more;
      }
      same(at, log.size(), "number of events");
    }
    // One organization's.
    if (known_.organizations.empty()) return;
    EventFilter filter;
    filter.organization = known_.organization(below(random, known_.organizations.size()));
    std::vector<std::string> expected;
    for (const Model::Event& event : log) {
      if (event.organization == filter.organization->view()) expected.push_back(event.id);
    }
    std::vector<std::string> seen;
    std::uint64_t revision = 0;
    Page<EventId> page;
    page.limit = longest_page;
    static_cast<void>(store_->list(*EventQuery::make(page, filter), [&](const EventRow& row) {
      seen.push_back(text_of(row.id.value));
      same(revision < row.revision, true, "revisions of an organization's events grow");
      revision = row.revision;
    }));
    expected.resize(std::min(expected.size(), longest_page));
    same(seen, expected, "events of an organization");
  }

  Model model_;
  std::size_t event_limit_;
  bool starved_;
  testing::FakeClock clock_;
  std::unique_ptr<MemoryStore> store_;
  MembershipPolicy<> policy_;
  TestIds ids_;
  testing::Known known_;
  std::optional<Plan> last_plan_;
  std::optional<Late> late_;
  std::map<std::string, std::uint64_t> user_revisions_;
  mutable Met met_;
};

// --- random acts -------------------------------------------------------------------------------

struct Size {
  unsigned users;
  unsigned organizations;
};

const std::vector<std::string>& slugs() {
  static const std::vector<std::string> all{
      "member",  "admin", "viewer", "org-lead", "org-a", "a-slug-of-more-than-sixteen-bytes",
      "Bad slug"};
  return all;
}

testing::OwnedSelection random_selection(Random& random, const Model& model) {
  testing::OwnedSelection selection;
  const auto slug = [&]() -> std::string {
    if (random() % 12 == 0) return slugs()[below(random, slugs().size())];
    if (random() % 3 != 0) return model.roles[below(random, model.roles.size())].slug;
    std::vector<std::string> own;
    for (const auto& [id, organization] : model.organizations) {
      for (const Model::Role& role : organization.roles) own.push_back(role.slug);
    }
    return own.empty() ? "member" : own[below(random, own.size())];
  };
  const unsigned form = below(random, 10);
  if (form < 2) return selection;
  if (form < 6) {
    selection.form = RoleSelection::Form::one;
    selection.slugs = {slug()};
    return selection;
  }
  selection.form = RoleSelection::Form::several;
  const unsigned count = random() % 12 == 0 ? 0 : 1 + below(random, 4);
  for (unsigned i = 0; i < count; ++i) selection.slugs.push_back(slug());
  return selection;
}

/// The number of one of so many, or of none.
unsigned random_number(Random& random, std::size_t count, unsigned none_one_in = 8) {
  const unsigned number = below(random, count + (random() % none_one_in == 0 ? 1 : 0));
  return number == count ? CommandStep::unknown : number;
}

/// The number in `known` of a membership: mostly of one that there is.
unsigned random_membership(Random& random, const Model& model, const testing::Known& known) {
  if (model.memberships.empty() || random() % 6 == 0) {
    return random_number(random, known.memberships.size(), 1);
  }
  const auto chosen = std::next(model.memberships.begin(), below(random, model.memberships.size()));
  const auto at = std::find(known.memberships.begin(), known.memberships.end(),
                            MembershipId::from_stored(chosen->first));
  return static_cast<unsigned>(at - known.memberships.begin());
}

/// What the tests do besides commands: marks are set less often than they are taken back.
bool random_other_act(Random& random, const Model& model, const testing::Known& known, Act& act) {
  switch (below(random, 40)) {
    case 0:
    case 1: act.kind = Act::Kind::add_pending; return true;
    case 2: {
      const auto user = model.users.find(std::string(known.user(act.step.user).view()));
      if (user == model.users.end() || (!user->second.deleting && random() % 6 != 0)) return false;
      act.kind = Act::Kind::mark_user;
      return true;
    }
    case 3: {
      const auto organization =
          model.organizations.find(std::string(known.organization(act.step.organization).view()));
      if (organization == model.organizations.end()) return false;
      if (!organization->second.deleting && random() % 8 != 0) return false;
      act.kind = Act::Kind::mark_organization;
      return true;
    }
    case 4:
      if (!model.roles[act.step.membership % model.roles.size()].retiring && random() % 4 != 0) {
        return false;
      }
      act.kind = Act::Kind::mark_role;
      return true;
    case 5: act.kind = Act::Kind::pair_span; return true;
    case 6:
      if (random() % 4 != 0) return false;
      act.kind = Act::Kind::world_span;
      return true;
    case 7: act.kind = Act::Kind::repeat_plan; return true;
    case 8:
    case 9: act.kind = Act::Kind::commit_late; return true;
    case 10:
    case 11: act.kind = Act::Kind::decide_now; return false;
    default: return false;
  }
}

Act random_act(Random& random, const Model& model, const testing::Known& known, const Size& size) {
  using Kind = CommandStep::Kind;
  Act act;
  act.milliseconds = random() % 6 == 0 ? -static_cast<int>(below(random, 30))
                                       : static_cast<int>(below(random, 20));
  act.spoiled = random() % 2 == 0;
  act.step.user = random_number(random, known.users.size());
  act.step.organization = random_number(random, known.organizations.size());
  act.step.membership = random_membership(random, model, known);
  act.step.flag = random() % 2 == 0;
  act.step.roles = random_selection(random, model);
  static const std::vector<std::string> texts{
      "Acme", "ann@example.com", "Ann@Example.com", "bob@example.com", "", "no\xFFtext"};
  act.step.text = texts[below(random, texts.size())];
  act.step.number = act.step.membership;
  if (act.step.membership % 2 == 1) act.step.second = {testing::OwnedTextChange::What::set, "Ann"};
  if (random_other_act(random, model, known, act)) return act;
  const unsigned kind = below(random, 48);
  if (model.users.size() < size.users && random() % 4 == 0) {
    act.step.kind = Kind::create_user;
    act.step.text.clear();
  } else if (model.organizations.size() < size.organizations && random() % 6 == 0) {
    act.step.kind = Kind::create_organization;
  } else if (kind < 14) {
    act.step.kind = Kind::create_membership;
  } else if (kind < 22) {
    act.step.kind = Kind::update_roles;
  } else if (kind < 27) {
    act.step.kind = Kind::deactivate_membership;
  } else if (kind < 32) {
    act.step.kind = Kind::reactivate_membership;
  } else if (kind < 37) {
    act.step.kind =
        size.users > 20 && random() % 4 != 0 ? Kind::create_membership : Kind::delete_membership;
  } else if (kind < 39) {
    act.step.kind = Kind::create_user;
    if (model.users.size() >= 2 * size.users) act.step.text = "no\xFFtext";
  } else if (kind < 41) {
    act.step.kind = Kind::create_role;
    act.step.number = act.step.flag && random() % 2 == 0 ? 7 : 0;
    if (random() % 2 == 0) act.step.roles.slugs = {slugs()[below(random, slugs().size())]};
  } else if (kind < 43) {
    act.step.kind = Kind::create_organization_role;
    act.step.roles.slugs = {slugs()[below(random, slugs().size())]};
  } else if (kind < 45) {
    act.step.kind = Kind::set_default_role;
  } else if (kind < 47) {
    act.step.kind = Kind::set_priority_order;
    // Mostly an order that names all.
    const auto organization = model.organizations.begin();
    std::vector<std::string> order;
    const Model::Organization* const scope =
        act.step.flag && organization != model.organizations.end() ? &organization->second
                                                                   : nullptr;
    for (const Model::RoleRef& ref : model.ranking(scope)) {
      order.push_back(model.role_at(ref, scope).slug);
    }
    if (random() % 6 != 0) std::shuffle(order.begin(), order.end(), random);
    if (random() % 6 == 0) order.pop_back();
    if (random() % 8 == 0 && !order.empty()) order.push_back(order.front());
    if (random() % 8 == 0) order.emplace_back("unknown");
    act.step.roles.slugs = order;
    if (scope != nullptr) act.step.organization = 0;
  } else {
    act.step.kind = random() % 6 == 0 ? Kind::enable_multiple_roles : Kind::create_membership;
  }
  return act;
}

/// The steps whose commands the model knows.
testing::StepSpace modelled() {
  testing::StepSpace space;
  for (const testing::StepFacts& facts : testing::step_facts) {
    space.kinds.push_back(facts.kind);
    if (facts.kind == CommandStep::Kind::enable_multiple_roles) break;
  }
  space.actor_one_in = 0;
  space.descriptions = {"Ann"};
  space.names = {"Acme", "Member", "", "no\xFFtext"};
  space.external_ids.clear();
  space.keys.clear();
  space.domains.clear();
  return space;
}

PolicyOptions random_options(Random& random) {
  PolicyOptions options;
  if (random() % 3 == 0) return options;
  const auto choose = [&](auto& option) {
    if (random() % 2 == 0) option = static_cast<std::decay_t<decltype(option)>>(1);
  };
  choose(options.create_over_active);
  choose(options.create_over_inactive_roles);
  choose(options.create_over_inactive_event);
  choose(options.update_not_active);
  choose(options.duplicate_slugs);
  choose(options.empty_slugs);
  choose(options.primary_role);
  choose(options.unfit_retained_role);
  choose(options.update_without_role);
  choose(options.directory_managed_roles);
  return options;
}

Met run_sequences(std::size_t sequences, std::size_t steps, std::size_t compare_every,
                  const Size& size) {
  Met met;
  for (std::size_t number = 0; number < sequences; ++number) {
    Random random(membership_tests::seed() * 1'000'003 + number * 7919 + size.users);
    Setting setting;
    setting.options = random_options(random);
    setting.scrambled_ids = random() % 2 == 0;
    const std::size_t limits[] = {100'000, 100'000, 70, 1, 0};
    setting.event_limit = limits[below(random, 5)];
    Sequence sequence(setting);
    std::vector<Act> acts;
    try {
      for (std::size_t step = 0; step < steps; ++step) {
        acts.push_back(random_act(random, sequence.model(), sequence.known(), size));
        sequence.take(acts.back());
        if (step % compare_every == compare_every - 1) sequence.compare_all(random);
      }
      sequence.compare_all(random);
    } catch (const Difference& difference) {
      std::ostringstream account;
      account << "MEMBERSHIP_TEST_SEED=" << membership_tests::seed() << ", sequence " << number
              << ", step " << acts.size() << ": " << difference.what() << "; the last steps:";
      for (std::size_t i = acts.size() < 8 ? 0 : acts.size() - 8; i < acts.size(); ++i) {
        account << "\n  " << acts[i];
      }
      BOOST_FAIL(account.str());
    }
    for (const auto& [code, count] : sequence.met().errors) met.errors[code] += count;
    for (const auto& [outcome, count] : sequence.met().outcomes) met.outcomes[outcome] += count;
    for (const auto& [name, count] : sequence.met().others) met.others[name] += count;
    met.steps += sequence.met().steps;
    met.rows += sequence.met().rows;
    met.events += sequence.met().events;
  }
  BOOST_TEST_MESSAGE(met.steps << " steps, " << met.rows << " memberships listed, " << met.events
                               << " events listed");
  for (const auto& [code, count] : met.errors) {
    BOOST_TEST_MESSAGE(count << " times " << to_string(code) << " (" << static_cast<int>(code)
                             << ")");
  }
  for (const auto& [outcome, count] : met.outcomes) {
    BOOST_TEST_MESSAGE(count << " times " << to_string(outcome));
  }
  for (const auto& [name, count] : met.others) BOOST_TEST_MESSAGE(count << " times " << name);
  return met;
}

}  // namespace

BOOST_AUTO_TEST_CASE(small_worlds) {
  const Met met = run_sequences(scaled(400, 2000), 350, 50, {5, 3});
  BOOST_TEST(met.steps >= scaled(100'000, 500'000));
  for (const ErrorCode code :
       {ErrorCode::empty, ErrorCode::not_utf8, ErrorCode::malformed, ErrorCode::duplicate,
        ErrorCode::incomplete, ErrorCode::entity_not_found, ErrorCode::id_already_used,
        ErrorCode::invalid_role, ErrorCode::sub_resource_scoped_role_not_allowed,
        ErrorCode::multiple_roles_not_enabled, ErrorCode::default_role_missing,
        ErrorCode::role_slug_conflict, ErrorCode::organization_role_slug_conflict,
        ErrorCode::cannot_reactivate_pending_organization_membership,
        ErrorCode::cannot_deactivate_pending_organization_membership,
        ErrorCode::organization_membership_already_exists, ErrorCode::membership_not_active,
        ErrorCode::directory_managed, ErrorCode::email_not_available}) {
    BOOST_TEST(met.errors.count(code) == 1u, "never met: " << static_cast<int>(code));
  }
  BOOST_TEST(met.outcomes.size() == 5u);
  BOOST_TEST(met.others.size() == 5u);
}

BOOST_AUTO_TEST_CASE(large_worlds) {
  const Met met = run_sequences(scaled(10, 60), 2000, 250, {70, 2});
  BOOST_TEST(met.rows > 10'000u);
}

BOOST_AUTO_TEST_CASE(starved) {
  std::size_t failed = 0;
  for (std::size_t number = 0; number < scaled(6, 60); ++number) {
    Random random(membership_tests::seed() + number);
    Setting setting;
    setting.scrambled_ids = number % 2 == 0;
    setting.event_limit = number % 3 == 0 ? 70 : 100'000;
    setting.starved = true;
    Sequence sequence(setting);
    for (std::size_t step = 0; step < 150; ++step) {
      Act act = random_act(random, sequence.model(), sequence.known(), {16, 3});
      act.kind = Act::Kind::command;
      try {
        sequence.take(act);
      } catch (const Difference& difference) {
        BOOST_FAIL("sequence " << number << ", step " << step << ": " << difference.what());
      }
    }
    failed += sequence.met().others["allocation failed"];
  }
  BOOST_TEST_MESSAGE(failed << " failed allocations");
  BOOST_TEST(failed > 500u);
}

BOOST_AUTO_TEST_CASE(shrinkable) {
  membership_tests::holds("state", scaled(150, 1500), [] {
    Sequence sequence(Setting{});
    Random random(1);
    for (const CommandStep& step : *testing::command_steps(modelled())) {
      Act act;
      act.step = step;
      try {
        sequence.take(act);
      } catch (const Difference& difference) {
        RC_FAIL(std::string(difference.what()));
      }
    }
    try {
      sequence.compare_all(random);
    } catch (const Difference& difference) {
      RC_FAIL(std::string(difference.what()));
    }
  });
}

BOOST_AUTO_TEST_SUITE_END()
