// SPDX-License-Identifier: BSL-1.0

// Plan
//   Rule: who is one; rules are asked in their order, after the command  -> rules
//   a rule of a host's own: sees the effect, refuses with its number     -> host rule
//   Command: who is one                                                  -> commands
//   a host with 64-bit integer ids, through decide                       -> host ids
//   store concepts: one row for each function a store may lack           -> stores
//   Clock, Wait                                                          -> runtime
//   queries: limits                                                      -> queries

#include "../support/world.hpp"
#include "membership/store/memory_store.hpp"

namespace static_concepts {

using namespace membership_tests;
using Actor = BasicActor<DefaultTraits>;

// --- rules

struct NoNewAdmins {
  template <class T>
  static constexpr Refusal check(const BasicSnapshot<T>& /*seen*/, const BasicPlan<T>& plan,
                                 const BasicActor<T>& /*actor*/) noexcept {
    if (!plan.membership || plan.membership->effect == Effect::erase) return {};
    const RoleSet gained = plan.membership->after.roles - plan.membership->before.roles;
    return gained.contains(admin) ? Refusal::by_rule(7) : Refusal{};
  }
};
struct AtMostEleven {
  static constexpr Refusal check(const Snapshot& seen, const Plan& plan, const Actor&) noexcept {
    if (!plan.touch || !seen.organization) return {};
    return plan.touch->after.active > 11 ? Refusal::by_rule(11) : Refusal{};
  }
};
struct RefusesAll {
  static constexpr Refusal check(const Snapshot&, const Plan&, const Actor&) noexcept {
    return Refusal::by_rule(1);
  }
};
struct MayThrow {
  static Refusal check(const Snapshot&, const Plan&, const Actor&) { return {}; }
};
struct NotStatic {
  Refusal check(const Snapshot&, const Plan&, const Actor&) const noexcept { return {}; }
};
struct AnswersBool {
  static bool check(const Snapshot&, const Plan&, const Actor&) noexcept { return true; }
};
struct ChangesThePlan {
  static Refusal check(const Snapshot&, Plan&, const Actor&) noexcept { return {}; }
};
struct SeesNoActor {
  static Refusal check(const Snapshot&, const Plan&) noexcept { return {}; }
};
struct IntegerTraits {
  using UserId = std::uint64_t;
  using OrganizationId = std::uint64_t;
  using MembershipId = std::uint64_t;
  using RoleId = std::uint64_t;
  using PermissionId = std::uint64_t;
  using InvitationId = std::uint64_t;
};
static_assert(Rule<NoNewAdmins, DefaultTraits> && Rule<NoNewAdmins, IntegerTraits>);
static_assert(Rule<AtMostEleven, DefaultTraits> && !Rule<AtMostEleven, IntegerTraits>);
static_assert(!Rule<MayThrow, DefaultTraits> && !Rule<NotStatic, DefaultTraits>);
static_assert(!Rule<AnswersBool, DefaultTraits> && !Rule<ChangesThePlan, DefaultTraits>);
static_assert(!Rule<SeesNoActor, DefaultTraits> && !Rule<int, DefaultTraits>);

template <class Policy, class C>
constexpr Error refused_by(const C& command, const Snapshot& seen) {
  const auto plan = Policy{}.decide(command, seen, context);
  return plan ? Error{ErrorCode{}} : plan.error();
}
template <class Policy, class C>
concept Decides = requires(const Policy& policy, const C& command, const Snapshot& seen) {
  policy.decide(command, seen, context);
};
static_assert(Decides<MembershipPolicy<>, CreateMembership>);
static_assert(Decides<MembershipPolicy<AtMostEleven, NoNewAdmins>, CreateMembership>);
static_assert(!Decides<MembershipPolicy<MayThrow>, CreateMembership>);
static_assert(!Decides<MembershipPolicy<AtMostEleven, NotStatic>, CreateMembership>);
static_assert(!Decides<MembershipPolicy<>, int>);

// --- host rule

constexpr CreateMembership create_admin{user_id, organization_id, RoleSelection::one("admin")};
constexpr CreateMembership create_member{user_id, organization_id};
using NoAdmins = MembershipPolicy<NoNewAdmins>;
static_assert(refused_by<NoAdmins>(create_admin, world) ==
              error(ErrorCode::rule_refused, Field::none, "user_1", 7));
static_assert(refused_by<NoAdmins>(create_member, world).code == ErrorCode{});
static_assert(refused_by<NoAdmins>(UpdateRoles{membership_id, RoleSelection::one("admin")},
                                   with(Status::pending, set_of(member))) ==
                  error(ErrorCode::rule_refused, Field::none, "om_1", 7),
              "on every path");
static_assert(refused_by<NoAdmins>(ReactivateMembership{membership_id},
                                   with(Status::inactive, set_of(admin)))
                      .code == ErrorCode{},
              "judges the effect");
static_assert(refused_by<NoAdmins>(create_admin, with(Status::active, set_of(member))).code ==
                  ErrorCode::organization_membership_already_exists,
              "the command's own refusal comes first");
constexpr Snapshot eleven_active() {
  Snapshot seen = world;
  seen.organization->counts.active = 11;
  return seen;
}
using Both = MembershipPolicy<NoNewAdmins, AtMostEleven>;
using Reversed = MembershipPolicy<AtMostEleven, NoNewAdmins>;
static_assert(refused_by<Both>(create_admin, eleven_active()).detail == 7);
static_assert(refused_by<Reversed>(create_admin, eleven_active()).detail == 11);
static_assert(refused_by<Both>(create_member, eleven_active()).detail == 11);
static_assert(refused_by<Both>(create_member, world).code == ErrorCode{});
static_assert(refused_by<MembershipPolicy<RefusesAll>>(UpdateRoles{membership_id},
                                                       with(Status::active, set_of(member)))
                      .code == ErrorCode{},
              "what changes nothing is not judged");
static_assert(refused_by<MembershipPolicy<RefusesAll>>(EnableMultipleRoles{}, world).code ==
              ErrorCode::rule_refused);

// --- commands

template <class Derived>
struct Part {  // NOLINT(bugprone-crtp-constructor-accessibility): an aggregate's base
  using traits = DefaultTraits;
  static constexpr Kinds kinds{};
  static constexpr Kinds mints{};
  constexpr Reads reads() const noexcept { return {}; }
  constexpr Subject subject(Refusal, const Snapshot&) const noexcept { return {}; }
};
struct Own : Part<Own> {
  constexpr Refusal decide(DecisionKey, const PolicyOptions&, const Snapshot&, const Context&,
                           Plan&) const noexcept {
    return {ErrorCode::malformed, Field::name};
  }
};
struct DecidesWithoutKey : Part<DecidesWithoutKey> {
  constexpr Refusal decide(const PolicyOptions&, const Snapshot&, const Context&,
                           Plan&) const noexcept {
    return {};
  }
};
struct DecideMayThrow : Part<DecideMayThrow> {
  constexpr Refusal decide(DecisionKey, const PolicyOptions&, const Snapshot&, const Context&,
                           Plan&) const {
    return {};
  }
};
struct NoReads {
  using traits = DefaultTraits;
  static constexpr Kinds kinds{};
  static constexpr Kinds mints{};
  constexpr Subject subject(Refusal, const Snapshot&) const noexcept { return {}; }
  constexpr Refusal decide(DecisionKey, const PolicyOptions&, const Snapshot&, const Context&,
                           Plan&) const noexcept {
    return {};
  }
};
struct NoKinds : Own {
  static constexpr int kinds = 0;
};
struct NoTraits : Own {
  using traits = int;
};
static_assert(Command<CreateMembership> && Command<UpdateRoles> && Command<DeactivateMembership>);
static_assert(Command<ReactivateMembership> && Command<DeleteMembership> && Command<CreateUser>);
static_assert(Command<CreateOrganization> && Command<CreateRole>);
static_assert(Command<CreateOrganizationRole> && Command<SetDefaultRole>);
static_assert(Command<SetPriorityOrder> && Command<EnableMultipleRoles>);
static_assert(Command<Own> && !Command<DecidesWithoutKey> && !Command<DecideMayThrow>);
static_assert(!Command<NoReads> && !Command<NoKinds> && !Command<int>);
static_assert(refusal(Own{}, world) == error(ErrorCode::malformed, Field::name));

constexpr bool needs(Kinds kinds, std::initializer_list<Kind> exactly) {
  for (const Kind kind :
       {Kind::environment, Kind::organization, Kind::membership, Kind::user, Kind::role}) {
    bool named = false;
    for (const Kind one : exactly) named = named || one == kind;
    if (kinds.has(kind) != named) return false;
  }
  return true;
}
// A host may keep memberships and organizations only.
static_assert(needs(CreateMembership::kinds, {Kind::organization, Kind::membership}));
static_assert(needs(UpdateRoles::kinds, {Kind::organization, Kind::membership}));
static_assert(needs(DeactivateMembership::kinds, {Kind::organization, Kind::membership}));
static_assert(needs(ReactivateMembership::kinds, {Kind::organization, Kind::membership}));
static_assert(needs(DeleteMembership::kinds, {Kind::organization, Kind::membership}));
static_assert(needs(CreateUser::kinds, {Kind::environment, Kind::user}));
static_assert(needs(CreateMembership::mints, {Kind::membership}));
static_assert(needs(UpdateRoles::mints, {}) && needs(DeleteMembership::mints, {}));
static_assert(needs(CreateUser::mints, {Kind::user}));
static_assert(needs(CreateOrganization::mints, {Kind::organization}));
static_assert(needs(CreateRole::mints, {Kind::role}));
static_assert(needs(CreateOrganizationRole::mints, {Kind::role}));

// --- host ids

using IntegerSnapshot = BasicSnapshot<IntegerTraits>;
constexpr IntegerSnapshot integer_world() {
  IntegerSnapshot seen;
  seen.roles = catalogue;
  seen.user.emplace(41u, 1u);
  seen.organization.emplace(1000u);
  seen.organization->revision = 1;
  return seen;
}
constexpr BasicContext<IntegerTraits> integer_context() {
  BasicContext<IntegerTraits> drawn(at(5), plan_id);
  drawn.membership.emplace(9'000'000'000'000'000'000u);
  return drawn;
}
using IntegerCreate = BasicCreateMembership<IntegerTraits>;
constexpr auto integer_plan = plan_of(IntegerCreate{41, 1000, RoleSelection::one("viewer")},
                                      integer_world(), {}, integer_context());
static_assert(integer_plan.membership->after.id == 9'000'000'000'000'000'000u);
static_assert(integer_plan.membership->after.user == 41 &&
              integer_plan.membership->after.organization == 1000);
static_assert(integer_plan.membership->after.roles == set_of(viewer));
static_assert(refusal(IntegerCreate{42, 1000}, IntegerSnapshot{}, {}, integer_context()) ==
              error(ErrorCode::entity_not_found, Field::user_id, "42"));
static_assert(refusal(BasicDeleteMembership<IntegerTraits>{18'446'744'073'709'551'615u},
                      integer_world(), {}, integer_context()) ==
              error(ErrorCode::entity_not_found, Field::organization_membership_id,
                    "18446744073709551615"));
static_assert(sizeof(BasicPlan<IntegerTraits>) < sizeof(Plan));

// --- stores

enum class Lacks { nothing, traits, loaded, failure, keeps, load, commit, loads, view, list };

struct NoTypes {};
template <Lacks lack>
struct Types {
  using traits = DefaultTraits;
  struct Loaded : Snapshot {};
  using Failure = int;
  [[maybe_unused]] static constexpr Kinds keeps = all_kinds;
};
template <>
struct Types<Lacks::traits> {
  struct Loaded : Snapshot {};
  using Failure = int;
  [[maybe_unused]] static constexpr Kinds keeps = all_kinds;
};
template <>
struct Types<Lacks::loaded> {
  using traits = DefaultTraits;
  struct Loaded {};
  using Failure = int;
  [[maybe_unused]] static constexpr Kinds keeps = all_kinds;
};
template <>
struct Types<Lacks::failure> {
  using traits = DefaultTraits;
  struct Loaded : Snapshot {};
  [[maybe_unused]] static constexpr Kinds keeps = all_kinds;
};
template <>
struct Types<Lacks::keeps> {
  using traits = DefaultTraits;
  struct Loaded : Snapshot {};
  using Failure = int;
};

template <Lacks lack>
struct AnyStore : Types<lack> {
  using Loaded = typename Types<lack>::Loaded;
  tl::expected<Loaded, int> load(const Reads&) requires(lack != Lacks::load);
  tl::expected<std::vector<Loaded>, int> load(std::span<const Reads>) requires(lack !=
                                                                               Lacks::loads);
  tl::expected<CommitStatus, int> commit(std::span<const Plan>) requires(lack != Lacks::commit);
  template <class Visit>
  requires(lack != Lacks::view) tl::expected<bool, int> view(const UserId&, const OrganizationId&,
                                                             Visit&&);
  template <class Visit>
  requires(lack != Lacks::list) tl::expected<ListEnd, int> list(const MembershipQuery&, Visit&&);
};

struct Row {
  bool names, loads, several, shows, commits, lists, executes, whole;
  friend constexpr bool operator==(const Row&, const Row&) = default;
};
template <class S>
constexpr Row row = {NamesItsTypes<S>,    LoadsSnapshots<S>, LoadsSeveralSnapshots<S>,
                     ShowsMemberships<S>, CommitsPlans<S>,   ListsPages<S>,
                     ExecutesCommands<S>, MembershipStore<S>};
constexpr bool o = false;
constexpr bool x = true;
static_assert(row<AnyStore<Lacks::nothing>> == Row{x, x, x, x, x, x, x, x});
static_assert(row<AnyStore<Lacks::load>> == Row{x, o, x, x, x, x, o, o});
static_assert(row<AnyStore<Lacks::loads>> == Row{x, x, o, x, x, x, x, o});
static_assert(row<AnyStore<Lacks::view>> == Row{x, x, x, o, x, x, x, o});
static_assert(row<AnyStore<Lacks::commit>> == Row{x, x, x, x, o, x, o, o});
static_assert(row<AnyStore<Lacks::list>> == Row{x, x, x, x, x, o, x, o});
static_assert(!NamesItsTypes<AnyStore<Lacks::traits>> && !MembershipStore<AnyStore<Lacks::traits>>);
static_assert(!NamesItsTypes<AnyStore<Lacks::loaded>>, "Loaded is no snapshot");
static_assert(!NamesItsTypes<AnyStore<Lacks::failure>>);
static_assert(!NamesItsTypes<AnyStore<Lacks::keeps>>);
static_assert(row<NoTypes> == Row{o, o, o, o, o, o, o, o});
static_assert(row<int> == Row{o, o, o, o, o, o, o, o});

struct WrongAnswers : Types<Lacks::nothing> {
  Loaded load(const Reads&);
  bool commit(std::span<const Plan>);
};
static_assert(row<WrongAnswers> == Row{x, o, o, o, o, o, o, o});

static_assert(row<MemoryStore> == Row{x, x, x, x, x, x, x, x});
static_assert(row<BasicMemoryStore<IntegerTraits>> == Row{x, x, x, x, x, x, x, x});
static_assert(QueuesOrganizations<MemoryStore> && !QueuesOrganizations<AnyStore<Lacks::nothing>>);
static_assert(!std::is_copy_constructible_v<MemoryStore>);
static_assert(std::is_default_constructible_v<MemoryStore>);
static_assert(!std::is_default_constructible_v<BasicMemoryStore<IntegerTraits>>,
              "a host names its first role itself");
static_assert(std::is_constructible_v<BasicMemoryStore<IntegerTraits>, std::uint64_t>);

// --- runtime

struct AnswersInt {
  int now() const { return 0; }
  int elapsed() const { return 0; }
  void sleep(std::int64_t) const {}
};
static_assert(Clock<SystemClock> && !Clock<AnswersInt> && !Clock<SystemWait>);
static_assert(Wait<SystemWait> && !Wait<AnswersInt> && !Wait<SystemClock>);

// --- queries

constexpr Page<MembershipId> page(std::size_t limit) {
  Page<MembershipId> result;
  result.limit = limit;
  return result;
}
constexpr Error query_error(bool named, std::size_t limit) {
  MembershipFilter filter;
  if (named) filter.organization = organization_id;
  const auto query = MembershipQuery::make(filter, page(limit));
  return query ? Error{ErrorCode{}} : query.error();
}
static_assert(query_error(false, 0) ==
              error(ErrorCode::missing_user_id_or_organization_id, Field::none));
static_assert(query_error(true, 0) == error(ErrorCode::out_of_range, Field::limit));
static_assert(query_error(true, 1).code == ErrorCode{} &&
              query_error(true, 1000).code == ErrorCode{});
static_assert(query_error(true, 1001) == error(ErrorCode::out_of_range, Field::limit));
static_assert(!EventQuery::make(Page<EventId>{0}) && EventQuery::make(Page<EventId>{1}));
static_assert(!UserQuery::make(Page<UserId>{1001}) && !OrganizationQuery::make({0}));
static_assert(EventTypes::all().contains(EventType::role_created) &&
              !EventTypes{}.contains(EventType::role_created));

}  // namespace static_concepts
