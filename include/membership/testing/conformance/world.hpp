// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_CONFORMANCE_WORLD_HPP
#define MEMBERSHIP_TESTING_CONFORMANCE_WORLD_HPP

#include "membership/administration.hpp"
#include "membership/testing/conformance/actor.hpp"
#include "membership/testing/conformance/needs.hpp"
#include "membership/testing/conformance/report.hpp"
#include "membership/testing/conformance/texts.hpp"

#include <tl/expected.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace testing {
namespace conformance {

/// Ends a check that cannot go on; its finding is written down.
struct Stopped {};

/// What a check works in: an environment of its own with the users, organizations and roles that
/// it asks for, and what it finds.
template <class F>
class World {
 public:
  using Factory = F;
  using Store = StoreOf<F>;
  using T = TraitsOf<F>;
  using Loaded = typename Store::Loaded;
  using Plan = BasicPlan<T>;
  using Reads = BasicReads<T>;
  using UserId = typename T::UserId;
  using OrganizationId = typename T::OrganizationId;
  using MembershipId = typename T::MembershipId;
  using Membership = BasicOrganizationMembership<T>;
  using CreateMembership = BasicCreateMembership<T>;
  using UpdateRoles = BasicUpdateRoles<T>;
  using Deactivate = BasicDeactivateMembership<T>;
  using Reactivate = BasicReactivateMembership<T>;
  using Delete = BasicDeleteMembership<T>;

  static constexpr bool keeps(Kind kind) noexcept { return Store::keeps.has(kind); }
  static constexpr bool has(Verb verb) noexcept { return has_verb<Store>(verb); }
  static constexpr bool keeps_roles = keeps(Kind::role) && keeps(Kind::environment);

  World(F& factory, const ConformanceOptions& asked, ConformanceReport& report,
        std::string_view check)
      : options(asked), actor(factory, SystemClock{}.now(), 0, asked.patience), factory_(factory),
        handle_(factory.fresh()), report_(report), check_(check) {}
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  const ConformanceOptions& options;
  Actor<F> actor;

  Store& store() { return handle_.store(); }
  /// Another store object over the same data.
  Store& another() { return handle_.another(); }
  /// The store object of a thread, as the handle says, else one of the two.
  Store& store_of_thread(unsigned thread) {
    if constexpr (requires { handle_.of_thread(thread); }) {
      return handle_.of_thread(thread);
    } else {
      return thread % 2 == 0 ? store() : another();
    }
  }
  /// The number of a race that begins.
  unsigned begin_race() noexcept { return ++races_; }
  /// The actor of a thread in it, with ids of its own; there may be one more than `threads`.
  Actor<F> actor_of_thread(unsigned thread) {
    return Actor<F>(factory_, actor.clock.now(), races_ * (options.threads + 1) + thread,
                    options.patience);
  }

  // What is found.

  void found(std::string expected, std::string instead) {
    const std::lock_guard guard(mutex_);
    if (++findings_ > most_findings) return;
    report_.findings.push_back(
        ConformanceFinding{std::string(check_), std::move(expected), std::move(instead)});
  }
  [[noreturn]] void stop(std::string expected, std::string instead) {
    found(std::move(expected), std::move(instead));
    throw Stopped{};
  }
  void expect(bool good, std::string_view expected, std::string_view instead) {
    if (!good) found(std::string(expected), std::string(instead));
  }
  /// That two rows are the same, `what` they are.
  template <class A, class B>
  void same(const A& wanted, const B& shown, std::string_view what) {
    if constexpr (requires { wanted == shown; }) {
      // Ids may have no text.
      if (!(wanted == shown)) found(std::string(what) + ": " + text_of(wanted), text_of(shown));
    } else {
      same_text(text_of(wanted), text_of(shown), what);
    }
  }
  void same_text(const std::string& wanted, const std::string& shown, std::string_view what) {
    if (wanted == shown) return;
    found(std::string(what) + ": " + wanted, shown);
  }
  void same_number(std::uint64_t wanted, std::uint64_t shown, std::string_view what) {
    same_text(std::to_string(wanted), std::to_string(shown), what);
  }
  bool anything_found() const noexcept { return findings_ != 0; }

  /// The value of what a store returned; ends the check where that is a failure.
  template <class V>
  V must(tl::expected<V, typename Store::Failure> result, std::string_view what) {
    if (!result) stop(std::string(what), "the failure " + failure_text(result.error()));
    return std::move(*result);
  }

  // Loads.

  Loaded load(const Reads& reads) { return load_from(store(), reads); }
  Loaded load_from(Store& from, const Reads& reads) {
    return must(from.load(reads), "load to succeed");
  }
  Loaded load_pair(const UserId& user, const OrganizationId& organization) {
    return load(pair_reads(user, organization));
  }
  static Reads pair_reads(const UserId& user, const OrganizationId& organization) {
    Reads reads;
    reads.user = &user;
    reads.organization = &organization;
    reads.pair = true;
    return reads;
  }
  std::optional<Membership> pair(const UserId& user, const OrganizationId& organization) {
    const Loaded seen = load_pair(user, organization);
    if (!seen.membership) return std::nullopt;
    return *seen.membership;
  }
  std::optional<Membership> member(const MembershipId& id) {
    Reads reads;
    reads.membership = &id;
    const Loaded seen = load(reads);
    if (!seen.membership) return std::nullopt;
    return *seen.membership;
  }
  /// The same of what must be there.
  Membership kept(const MembershipId& id) {
    const auto found = member(id);
    if (!found) stop("the membership " + text_of(id), "none");
    return *found;
  }
  Membership kept_pair(const UserId& user, const OrganizationId& organization) {
    const auto found = pair(user, organization);
    if (!found) stop("a membership of " + text_of(user) + " in " + text_of(organization), "none");
    return *found;
  }
  BasicOrganizationState<T> state(const OrganizationId& id) {
    Reads reads;
    reads.organization = &id;
    const Loaded seen = load(reads);
    if (!seen.organization) stop("the organization " + text_of(id), "none");
    return *seen.organization;
  }
  BasicUserState<T> user_state(const UserId& id) {
    Reads reads;
    reads.user = &id;
    const Loaded seen = load(reads);
    if (!seen.user) stop("the user " + text_of(id), "none");
    return *seen.user;
  }

  // Commands and commits.

  template <class C>
  auto run(const C& command) {
    return actor.run(store(), command);
  }
  /// The receipt of a command that must be carried out.
  template <class C>
  Receipt<Store> done(const C& command) {
    return done_in(store(), command);
  }
  template <class C>
  Receipt<Store> done_in(Store& in, const C& command) {
    auto result = actor.run(in, command);
    if (!result) stop("a command to be carried out", text_of(result.error()));
    return std::move(*result);
  }
  /// That a command is refused with a code.
  template <class C>
  void refused(const C& command, ErrorCode code, std::string_view what) {
    const auto result = run(command);
    if (result) return found(std::string(what), "it is carried out");
    const auto& failure = result.error();
    if (failure.kind == FailureKind::store) stop(std::string(what), text_of(failure));
    expect(failure.error && failure.error->code == code, what, text_of(failure));
  }
  CommitStatus commit(std::span<const Plan> plans) {
    return must(store().commit(plans), "commit to succeed or to conflict");
  }
  CommitStatus commit(const Plan& plan) { return commit(std::span<const Plan>(&plan, 1)); }
  void must_commit(const Plan& plan, std::string_view what) {
    if (commit(plan) != CommitStatus::committed) stop(std::string(what), "a conflict");
  }
  void must_conflict(const Plan& plan, std::string_view what) {
    expect(commit(plan) == CommitStatus::conflict, "a conflict: " + std::string(what),
           "it is committed");
  }
  /// A plan without any slot filled.
  Plan empty_plan() {
    const Time now = actor.clock.now();
    Plan plan(actor.ids.plan_id(now), now);
    plan.outcome = Outcome::updated;
    return plan;
  }
  /// What a command comes to in the world of a snapshot. The plan borrows texts from both.
  template <class C>
  Plan decide(const C& command, const BasicSnapshot<T>& seen) {
    const auto plan = actor.decide(command, seen);
    if (!plan) stop("a decision", std::string(to_string(plan.error().code)));
    return *plan;
  }
  /// The same now, of commands whose plans borrow nothing.
  template <class C>
  Plan decide(const C& command) {
    return decide(command, load(command.reads()));
  }
  /// The plan that inserts a membership, as if the pair had none.
  Plan insertion(const UserId& user, const OrganizationId& organization) {
    Loaded seen = load_pair(user, organization);
    seen.membership.clear();
    return decide(CreateMembership{user, organization, RoleSelection::one(role(0))}, seen);
  }
  /// A change of a membership as it was seen, which expects the organization as it is now.
  Plan change(Effect effect, EventType event, const Membership& seen) {
    Plan plan = empty_plan();
    plan.membership.emplace(effect, event, seen);
    Reads reads;
    reads.organization = &seen.organization;
    touch(load(reads), plan);
    return plan;
  }
  /// A change of a membership that exists to this status, with the counts after it.
  Plan change_status(const Membership& seen, Status status) {
    Plan plan = change(Effect::put, EventType::organization_membership_updated, seen);
    const auto now = state(seen.organization);
    plan.touch->after.remove(seen.status, seen.roles, now.owner_role);
    plan.membership->after.status = status;
    plan.touch->after.add(status, seen.roles, now.owner_role);
    return plan;
  }
  /// Lets a plan expect its organization as it is now, with the counts of now.
  void renew(Plan& plan) {
    const OrganizationId id = *plan.organization_id();
    Reads reads;
    reads.organization = &id;
    touch(load(reads), plan);
  }

  // What there is.

  UserId user() {
    const auto id = numbered<UserId>(factory_, ++last_user_);
    make_user(id);
    return id;
  }
  void make_user(const UserId& id) {
    if constexpr (keeps(Kind::user)) {
      BasicCreateUser<T> command;
      command.id = id;
      done(command);
    } else if constexpr (requires { handle_.make_user(id); }) {
      handle_.make_user(id);
    }
    users_.push_back(id);
  }
  OrganizationId organization() {
    const auto id = numbered<OrganizationId>(factory_, ++last_organization_);
    make_organization(id);
    return id;
  }
  void make_organization(const OrganizationId& id) {
    if (roles_.empty()) find_roles();
    if constexpr (requires { handle_.make_organization(id); }) {
      handle_.make_organization(id);
    } else if constexpr (keeps(Kind::environment)) {
      done(BasicCreateOrganization<T>{"Acme", id});
    } else {
      must_commit(organization_plan(id), "a new organization to be committed");
    }
    organizations_.push_back(id);
  }
  /// An organization whose owner role is `role(0)`.
  OrganizationId owned_organization() requires keeps_roles {
    const RoleIndex owner = role_index(0);
    Plan plan = empty_plan();
    const EnvironmentState seen = load(Reads{}).environment;
    EnvironmentState& after =
        plan.environment.emplace(Precondition::set, seen.revision, seen).after;
    ++after.revision;
    after.owner_role = owner;
    must_commit(plan, "a setting of the environment to be committed");
    return organization();
  }
  /// An organization by a plan that compares nothing.
  Plan organization_plan(const OrganizationId& id) {
    Plan plan = empty_plan();
    plan.outcome = Outcome::created;
    BasicOrganizationState<T> state(id);
    state.revision = 1;
    plan.organization.emplace(Precondition::absent, EventType::organization_created,
                              std::uint64_t{0}, state);
    plan.profile.emplace().after.texts.set(Text::name, std::string_view("Acme"));
    return plan;
  }
  Membership join(const UserId& user, const OrganizationId& organization, std::size_t number = 0) {
    const auto receipt =
        done(CreateMembership{user, organization, RoleSelection::one(role(number))});
    return *receipt.membership();
  }
  /// Ids that nobody has.
  template <class I>
  I unknown() {
    return numbered<I>(factory_, 900'000'000);
  }
  template <class I>
  I id_of(std::uint64_t number) {
    return numbered<I>(factory_, number);
  }

  /// The slug of one of two roles that can be given; where only one exists, both are that.
  std::string_view role(std::size_t number) {
    if (roles_.empty()) find_roles();
    return roles_[number < roles_.size() ? number : 0];
  }
  bool has_two_roles() {
    if (roles_.empty()) find_roles();
    return roles_.size() > 1;
  }
  /// The role of a number as it is in the catalogue.
  RoleIndex role_index(std::size_t number) {
    const std::string_view slug = role(number);
    return load(Reads{}).roles.find(slug);
  }

  /// Everything that `load` shows of what this world has made, as text.
  std::string describe() {
    const Loaded seen = load(Reads{});
    std::string text = text_of(seen.environment) + '\n' + text_of(seen.roles) + '\n';
    for (const OrganizationId& id : organizations_) {
      Reads reads;
      reads.organization = &id;
      reads.profiles = true;
      const Loaded one = load(reads);
      text += text_of(one.organization) + ", " + text_of(one.organization_profile) + ", " +
              text_of(one.roles) + '\n';
      for (const UserId& user : users_) text += text_of(load_pair(user, id).membership) + '\n';
    }
    for (const UserId& id : users_) {
      Reads reads;
      reads.user = &id;
      reads.profiles = true;
      const Loaded one = load(reads);
      text += text_of(one.user) + ", " + text_of(one.user_profile) + '\n';
    }
    return text;
  }
  /// That nothing differs from what `describe` said before.
  void unchanged(std::string_view before, std::string_view by) {
    const std::string now = describe();
    for (std::string_view rest = now; before != rest;) {
      const std::string_view wanted = before.substr(0, before.find('\n'));
      const std::string_view shown = rest.substr(0, rest.find('\n'));
      if (wanted != shown) {
        return found("nothing changed by " + std::string(by) + ": " + std::string(wanted),
                     std::string(shown));
      }
      before.remove_prefix(wanted.size() + 1);
      rest.remove_prefix(shown.size() + 1);
    }
  }
  /// Lets `describe` show what may come about otherwise.
  void know_user(const UserId& id) { users_.push_back(id); }
  void know_organization(const OrganizationId& id) { organizations_.push_back(id); }

 private:
  static constexpr unsigned most_findings = 5;

  /// Sets the organization's row as a snapshot shows it.
  static void touch(const BasicSnapshot<T>& seen, Plan& plan) {
    const BasicOrganizationState<T>& organization = *seen.organization;
    plan.touch.emplace(organization.revision, seen.environment.revision, organization.counts);
    if (plan.membership) plan.membership->after.revision = organization.revision + 1;
    if (plan.other) plan.other->after.revision = organization.revision + 1;
    if (plan.invitation) plan.invitation->after.revision = organization.revision + 1;
  }

  void find_roles() {
    if constexpr (keeps_roles) {
      for (const char* const slug : {"kit-first", "kit-second"}) {
        roles_.emplace_back(slug);
        done(BasicCreateRole<T>{roles_.back(), roles_.back()});
      }
    } else {
      const Loaded seen = load(Reads{});
      seen.roles.for_each_in_order(seen.roles.assignable(), [&](RoleIndex index) {
        roles_.emplace_back(seen.roles.slug(index));
      });
    }
    if (roles_.empty()) stop("a role that can be given", "none in the catalogue");
  }

  F& factory_;
  HandleOf<F> handle_;
  ConformanceReport& report_;
  std::string_view check_;
  std::mutex mutex_{};
  std::atomic<unsigned> findings_{0};
  unsigned races_ = 0;
  std::uint64_t last_user_ = 0;
  std::uint64_t last_organization_ = 0;
  std::vector<UserId> users_{};
  std::vector<OrganizationId> organizations_{};
  std::vector<std::string> roles_{};
};

/// What a command comes to, with the snapshot that it was decided on: a plan that may be committed
/// late. Holds whatever the plan borrows.
template <class W, class C>
struct Decided {
  C command;
  typename W::Loaded seen;
  typename W::Plan plan;

  Decided(W& world, const C& what)
      : command(what), seen(world.load(command.reads())), plan(world.decide(command, seen)) {}
  Decided(const Decided&) = delete;
  Decided& operator=(const Decided&) = delete;
};

}  // namespace conformance
}  // namespace testing
}  // namespace membership::inline v0

#endif
