// SPDX-License-Identifier: BSL-1.0

// The generators of testing/ themselves.
//
// Plan
//   texts: the good are taken by what makes a value of them, the nearly good refused  -> texts
//   profiles: the same by the commands that write them                                -> profiles
//   ids, sets, errors, rows: agree with themselves                                    -> rows
//   catalogues, memberships: name only what is there                                  -> catalogues
//   moments: default roles are there, and not the owner role                          -> moments
//   whole worlds: every step takes effect; with any steps left out what remains is
//     consistent                                                                      -> worlds
//   each kind of step has effect, is refused, does nothing, often enough              -> kinds
//   each command is met; only what finishes an operation comes with the whole         -> commands
//   the table of the kinds is in their order                                          -> table
//   a number names the same thing whatever is made later                              -> numbers
//   smaller sequences are smaller: shrinking ends                            -> shrinking_ends
//   a sequence that fails shrinks to the fewest steps that do                -> fewest_steps

#include "membership/testing/generators.hpp"

#include "membership/store/memory_store.hpp"
#include "property/check.hpp"
#include "support/scale.hpp"

#include <boost/core/demangle.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(generators)

using namespace membership;
using membership_tests::holds;
using membership_tests::scaled;
using testing::CommandStep;
using testing::Known;
using Steps = std::vector<CommandStep>;

namespace {

std::size_t runs() { return scaled(400, 10'000); }

/// The error of a command on a fresh store.
template <class C>
std::optional<ErrorCode> refusal(const C& command) {
  MemoryStore store;
  const auto result = execute(store, MembershipPolicy<>{}, command);
  return result ? std::nullopt : std::optional((*result.error().error).code);
}

CreateOrganization acme() { return CreateOrganization{"Acme"}; }

/// What a value is refused with as the metadata, the domains, … of a new organization.
std::optional<ErrorCode> refusal_of(const testing::OwnedMetadataChange& change) {
  return change.with([](const MetadataChange& view) {
    CreateOrganization command = acme();
    command.metadata = view;
    return refusal(command);
  });
}
std::optional<ErrorCode> refusal_of(const testing::OwnedDomains& domains) {
  return domains.with([](std::span<const DomainData> data) {
    CreateOrganization command = acme();
    command.domains = data;
    return refusal(command);
  });
}

/// All events of a store, as their types.
template <class S>
std::vector<EventType> events_of(S& store) {
  std::vector<EventType> events;
  Page<EventId> page;
  page.limit = longest_page;
  for (bool more = true; more;) {
    const auto end = store.list(*EventQuery::make(page), [&](const EventRow& row) {
      events.push_back(row.type);
      page.after = row.id;
    });
    more = (*end).more;
  }
  return events;
}

/// What does not fit together in a store: counts that are not those of the memberships, roles that
/// are not there.
std::string inconsistency(MemoryStore& store) {
  std::string found;
  std::map<std::string, OrganizationState> organizations;
  Page<OrganizationId> page;
  page.limit = longest_page;
  static_cast<void>(store.list(*OrganizationQuery::make(page), [&](const OrganizationRow& row) {
    organizations.emplace(row.state.id.view(), row.state);
    if (!row.profile.texts.has(Text::name)) found = "no name";
  }));
  for (const auto& entry : organizations) {
    const std::string& name = entry.first;
    const OrganizationState& state = entry.second;
    MembershipFilter filter;
    filter.organization = state.id;
    Page<MembershipId> members;
    members.limit = longest_page;
    Counts counts;
    static_cast<void>(
        store.list(*MembershipQuery::make(filter, members), [&](const MembershipRow& row) {
          const RoleSet roles = row.membership.roles;
          counts.add(row.membership.status, roles, state.owner_role);
          if (roles.empty() || !(roles - row.roles.all()).empty()) found = "roles of " + name;
        }));
    if (!(counts == state.counts)) found = "counts of " + name;
  }
  return found;
}

/// Runs steps on a fresh store, each followed by `seen(step, result)`.
template <class Policy, class Seen>
void run_all(MemoryStore& store, const Policy& policy, const Steps& steps, Seen&& seen) {
  Known known;
  testing::StepRuntime runtime;
  for (const CommandStep& step : steps) {
    seen(step, testing::run_step(store, policy, step, known, runtime));
  }
}

// --- shrinking ---------------------------------------------------------------------------------

/// The steps with which a property fails that RapidCheck ends with.
Steps smallest_failure(std::uint64_t seed, const std::function<bool(const Steps&)>& fails,
                       const testing::StepSpace& space) {
  rc::detail::TestParams parameters;
  parameters.seed = seed;
  parameters.maxSuccess = 1000;
  Steps smallest;
  const auto property = [&] {
    const Steps steps = *testing::command_steps(space);
    if (!fails(steps)) return;
    smallest = steps;
    RC_FAIL("planted");
  };
  const auto result = rc::detail::checkTestable(property, rc::detail::TestMetadata(), parameters);
  BOOST_TEST(result.template is<rc::detail::FailureResult>());
  return smallest;
}

/// Loses one plan with an event of the second type, once there was one of the first.
class LosingStore : public MemoryStore {
 public:
  LosingStore(EventType first, EventType second) : first_(first), second_(second) {}

  tl::expected<CommitStatus, MemoryFailure> commit(std::span<const Plan> plans) {
    if (armed_ && has(plans.front(), second_)) {
      armed_ = false;
      first_ = EventType::none;
      return CommitStatus::committed;
    }
    for (const Plan& plan : plans) armed_ = armed_ || has(plan, first_);
    return MemoryStore::commit(plans);
  }

 private:
  static bool has(const Plan& plan, EventType type) {
    if (type == EventType::none) return false;
    bool found = false;
    const auto look = [&](const auto& slot) { found = found || (slot && slot->event == type); };
    look(plan.user);
    look(plan.organization);
    look(plan.membership);
    look(plan.other);
    look(plan.role);
    look(plan.permission);
    look(plan.invitation);
    return found;
  }
  EventType first_;
  EventType second_;
  bool armed_ = false;
};

/// Whether a store that loses a plan is found out by its events.
std::function<bool(const Steps&)> loses(EventType first, EventType second) {
  return [=](const Steps& steps) {
    const MembershipPolicy<> policy;
    MemoryStore good;
    LosingStore bad(first, second);
    run_all(good, policy, steps, [](const CommandStep&, const auto&) {});
    Known known;
    testing::StepRuntime runtime;
    for (const CommandStep& step : steps) {
      static_cast<void>(testing::run_step(bad, policy, step, known, runtime));
    }
    return events_of(good) != events_of(bad);
  };
}

/// Whether an organization loses its last owner, as no owner guard keeps it from.
bool loses_last_owner(const Steps& steps) {
  MemoryStore store;
  std::map<std::string, std::uint64_t> owners;
  bool lost = false;
  run_all(store, MembershipPolicy<>{}, steps, [&](const CommandStep& step, const auto&) {
    // Naming another owner role and deleting the organization may leave none.
    using Kind = CommandStep::Kind;
    const bool may = step.kind == Kind::fence_owner_role || step.kind == Kind::name_owner_role ||
                     step.kind == Kind::finish_marked || step.kind == Kind::delete_organization ||
                     step.kind == Kind::sweep_organization_membership;
    Page<OrganizationId> page;
    page.limit = longest_page;
    static_cast<void>(store.list(*OrganizationQuery::make(page), [&](const OrganizationRow& row) {
      std::uint64_t& before = owners[std::string(row.state.id.view())];
      lost = lost || (!may && before != 0 && row.state.counts.owners == 0);
      before = row.state.counts.owners;
    }));
  });
  return lost;
}

struct Planted {
  const char* name;
  std::function<bool(const Steps&)> fails;
  std::size_t fewest;
  std::vector<CommandStep::Kind> kinds{};  ///< where few of all sequences meet it
};

std::vector<Planted> planted() {
  using E = EventType;
  using Kind = CommandStep::Kind;
  return {
      {"an organization after a user", loses(E::user_created, E::organization_created), 2},
      {"an update of a permission", loses(E::permission_created, E::permission_updated), 2},
      {"a revocation", loses(E::invitation_created, E::invitation_revoked), 2},
      {"deleting an organization's role",
       loses(E::organization_role_created, E::organization_role_deleted),
       3,
       {Kind::create_user, Kind::create_organization, Kind::create_organization_role,
        Kind::mark_role_deleted, Kind::keep_role, Kind::delete_role, Kind::finish_marked}},
      {"a second user", loses(E::user_created, E::user_created), 2},
      {"a second membership",
       loses(E::organization_membership_created, E::organization_membership_created), 5},
      {"a second change of a membership",
       loses(E::organization_membership_updated, E::organization_membership_updated), 5},
      {"the last owner",
       loses_last_owner,
       6,
       {Kind::create_user, Kind::create_organization, Kind::create_role, Kind::create_membership,
        Kind::update_roles, Kind::delete_membership, Kind::name_owner_role, Kind::mark_owner_role,
        Kind::finish_marked, Kind::transfer_ownership}},
  };
}

}  // namespace

BOOST_AUTO_TEST_CASE(texts) {
  holds("texts", runs(), [] {
    const auto good = [](bool taken) { RC_ASSERT(taken); };
    const auto bad = [](bool taken) { RC_ASSERT(!taken); };
    good(OrganizationId::make(*testing::id_text<OrganizationId>()).has_value());
    bad(OrganizationId::make(*testing::bad_id_text<OrganizationId>()).has_value());
    good(RoleSlug::make(*testing::slug_text()).has_value());
    good(RoleSlug::make_organization(*testing::organization_slug_text()).has_value());
    bad(RoleSlug::make(*testing::bad_slug_text()).has_value());
    good(PermissionSlug::make(*testing::permission_slug_text()).has_value());
    bad(PermissionSlug::make(*testing::bad_permission_slug_text()).has_value());
    good(EmailKey::make(*testing::email_text()).has_value());
    bad(EmailKey::make(*testing::bad_email_text()).has_value());
  });
  holds("texts of commands", scaled(200, 2000), [] {
    const auto role = [](const std::string& name) { return refusal(CreateRole{"admin", name}); };
    RC_ASSERT(!role(*testing::catalogue_name()));
    RC_ASSERT(role(*testing::bad_catalogue_name()).has_value());
    const auto organization = [](const std::string& name) {
      return refusal(CreateOrganization{name});
    };
    RC_ASSERT(!organization(*testing::organization_name()));
    RC_ASSERT(organization(*testing::bad_organization_name()).has_value());
    const auto external_id = [](const std::string& text) {
      CreateUser command;
      command.external_id = text;
      return refusal(command);
    };
    RC_ASSERT(!external_id(*testing::external_id_text()));
    RC_ASSERT(external_id(*testing::bad_external_id_text()).has_value());
    const auto locale = [](const std::string& text) {
      CreateUser command;
      command.locale = text;
      return refusal(command);
    };
    RC_ASSERT(!locale(*testing::locale_text()));
    RC_ASSERT(locale(*testing::broken_utf8()) == ErrorCode::not_utf8);
    const auto domain = [](const std::string& text) {
      return refusal_of(testing::OwnedDomains{{{text, DomainState::pending}}});
    };
    RC_ASSERT(!domain(*testing::domain_text()));
    RC_ASSERT(domain(*testing::bad_domain_text()) == ErrorCode::malformed);
  });
}

BOOST_AUTO_TEST_CASE(profiles) {
  holds("profiles", scaled(200, 2000), [] {
    RC_ASSERT(!refusal_of(*testing::metadata_change()));
    RC_ASSERT(refusal_of(*testing::bad_metadata_change()) == ErrorCode::invalid_metadata);
    RC_ASSERT(!refusal_of(*testing::domains()));
    RC_ASSERT(refusal_of(*testing::bad_domains()).has_value());
    const testing::OwnedProfile organization = *testing::organization_profile();
    const testing::ShownProfile shown(organization);
    RC_ASSERT((*shown).metadata.fits());
    RC_ASSERT((*shown).domains.size() == organization.domains.size());
    RC_ASSERT((*shown).texts[Text::name] == *organization[Text::name]);
    const testing::OwnedProfile user = *testing::user_profile();
    RC_ASSERT(EmailKey::make(*user[Text::email]).has_value());
    RC_ASSERT(!(user.updated_at < user.created_at));
    const testing::OwnedProfile role = *testing::catalogue_profile();
    RC_ASSERT(RoleSlug::make(*role[Text::resource_type_slug]).has_value());
  });
}

BOOST_AUTO_TEST_CASE(rows) {
  holds("rows", runs(), [] {
    const UserState user = *testing::user_state();
    RC_ASSERT((user.generation != 0) == (user.phase == Phase::deleting));
    const OrganizationState organization = *testing::organization_state();
    RC_ASSERT((organization.generation != 0) == (organization.phase == Phase::deleting));
    RC_ASSERT(organization.counts.owners <= organization.counts.active);
    RC_ASSERT(!organization.owner_role.is_none() || organization.counts.owners == 0);
    const InvitationState invitation = *testing::invitation_state();
    const bool open = invitation.status == InvitationStatus::pending;
    RC_ASSERT(invitation.created_at < invitation.expires_at);
    RC_ASSERT(!(invitation.updated_at < invitation.created_at));
    RC_ASSERT(open || (invitation.role.is_none() && !invitation.user));
    RC_ASSERT(invitation.accepted_by.has_value() ==
              (invitation.status == InvitationStatus::accepted));
    RC_ASSERT(!open || !invitation.organization ||
              invitation.user.has_value() == invitation.role.is_none());
    RC_ASSERT(!(*testing::role_index()).is_none());
    const Error error = *testing::error();
    RC_ASSERT(!to_string(error.code).empty());
    RC_ASSERT(is_valid_utf8(error.subject.view()));
    RC_ASSERT(!to_string(*testing::event_type()).empty());
    RC_ASSERT(((*testing::plan_id()).value.low & 15u) == 0u);
  });
}

BOOST_AUTO_TEST_CASE(catalogues) {
  holds("catalogues", runs(), [] {
    const testing::OwnedCatalogue owned = *testing::catalogue();
    const RoleCatalogue catalogue = owned.view();
    const PermissionTable permissions = catalogue.permission_table();
    std::set<std::string> slugs;
    catalogue.for_each_in_order(catalogue.all(), [&](RoleIndex index) {
      const RoleState& role = *catalogue.at(index);
      RC_ASSERT(RoleSlug::make(role.slug.view()).has_value());
      RC_ASSERT(slugs.emplace(role.slug.view()).second);
      for (unsigned at = 0; at < PermissionSet::capacity; ++at) {
        RC_ASSERT(!role.permissions.contains(at) ||
                  (at < permissions.size() && permissions.has(at)));
      }
    });
    RC_ASSERT(slugs.size() == owned.size());
    for (unsigned at = 0; owned.order && at < owned.order->size; ++at) {
      RC_ASSERT(catalogue.at((*owned.order)[at]) != nullptr);
    }
    if (owned.size() == 0) return;
    const OrganizationMembership membership = *testing::membership_of(owned);
    RC_ASSERT(!membership.roles.empty());
    RC_ASSERT((membership.roles - catalogue.all()).empty());
    RC_ASSERT(membership.roles.contains(membership.first_requested));
    RC_ASSERT(!(membership.updated_at < membership.created_at));
  });
}

BOOST_AUTO_TEST_CASE(moments) {
  std::size_t owners = 0;
  holds("moments", runs(), [&] {
    const testing::World world = *testing::world();
    const Snapshot seen = world.snapshot();
    const RoleIndex owner = seen.environment.owner_role;
    const RoleIndex common = membership::detail::environment_default(seen);
    RC_ASSERT(common.is_none() || seen.roles.at(common) != nullptr);
    if (!owner.is_none()) {
      ++owners;
      RC_ASSERT(owner != common);
      RC_ASSERT(!seen.organization || seen.organization->default_role != owner);
    }
  });
  BOOST_TEST(owners > runs() / 10);
}

BOOST_AUTO_TEST_CASE(worlds) {
  std::map<std::string, std::size_t> met;
  holds("worlds", scaled(200, 2000), [&] {
    testing::WholeWorld world = *testing::whole_world();
    MemoryStore whole;
    run_all(whole, MembershipPolicy<>{}, world.steps, [&](const CommandStep& step, const auto& r) {
      RC_ASSERT(r.has_value());
      RC_ASSERT(*r != Outcome::unchanged);
      ++met[std::string(to_string(step.kind))];
    });
    RC_ASSERT(inconsistency(whole) == "");
    MemoryStore part;
    Steps& steps = world.steps;
    std::erase_if(steps, [](const CommandStep&) { return *rc::gen::inRange(0, 4) == 3; });
    const auto known = testing::fill(part, world);
    RC_ASSERT(known.has_value());
    RC_ASSERT(inconsistency(part) == "");
  });
  for (const char* const kind : {"create_permission", "create_role", "set_role_permissions",
                                 "enable_multiple_roles", "name_owner_role", "set_default_role",
                                 "create_user", "create_organization", "create_organization_role",
                                 "create_membership", "deactivate_membership", "send_invitation"}) {
    BOOST_TEST(met[kind] >= 20u, kind << ": " << met[kind]);
  }
}

BOOST_AUTO_TEST_CASE(kinds) {
  struct Row {
    std::size_t effect = 0;
    std::size_t refused = 0;
    std::size_t nothing = 0;
  };
  std::array<Row, testing::command_step_kinds> rows{};
  const MembershipPolicy<OwnerGuard, SeatLimit, GrantRule> policy;
  const std::size_t sequences = scaled(200, 2000);
  const auto worlds = testing::whole_world();
  const auto sequence = testing::command_steps({}, 98);
  for (std::size_t number = 0; number < sequences; ++number) {
    const rc::Random random(membership_tests::seed() + number);
    MemoryStore store;
    testing::StepRuntime runtime;
    Known known = *testing::fill(store, worlds(random, 0).value(), runtime);
    for (const CommandStep& step : sequence(random, 0).value()) {
      const auto result = testing::run_step(store, policy, step, known, runtime);
      Row& row = rows[static_cast<std::size_t>(step.kind)];
      BOOST_TEST_REQUIRE((result || result.error().kind == FailureKind::refused));
      ++(!result ? row.refused : *result == Outcome::unchanged ? row.nothing : row.effect);
    }
    BOOST_TEST_REQUIRE(inconsistency(store) == "");
  }
  // Those that are never refused, and those that never do nothing.
  using Kind = CommandStep::Kind;
  const std::set<Kind> always_may{Kind::enable_multiple_roles, Kind::set_seats_count,
                                  Kind::mark_multiple_roles_disabled, Kind::disable_multiple_roles,
                                  Kind::expire_invitations};
  const std::set<Kind> never_nothing{
      Kind::create_membership, Kind::delete_membership,   Kind::create_user,
      Kind::create_role,       Kind::create_organization, Kind::create_organization_role,
      Kind::create_permission, Kind::send_invitation,     Kind::accept_invitation,
      Kind::resend_invitation, Kind::revoke_invitation,   Kind::delete_organization,
      Kind::delete_user,       Kind::delete_role,         Kind::delete_permission};
  const std::size_t least = sequences / 50;  // 2 of 10,000 steps
  for (const testing::StepFacts& facts : testing::step_facts) {
    const Row& row = rows[static_cast<std::size_t>(facts.kind)];
    BOOST_TEST_MESSAGE(facts.name << ": " << row.effect << " effect, " << row.refused
                                  << " refused, " << row.nothing << " nothing");
    BOOST_TEST(row.effect >= least, facts.name << " has effect " << row.effect << " times");
    const bool may = always_may.count(facts.kind) == 1;
    BOOST_TEST((may ? row.refused == 0 : row.refused >= least),
               facts.name << " is refused " << row.refused << " times");
    const bool never = never_nothing.count(facts.kind) == 1;
    BOOST_TEST((never ? row.nothing == 0 : row.nothing >= least),
               facts.name << " does nothing " << row.nothing << " times");
  }
}

BOOST_AUTO_TEST_CASE(commands) {
  const std::filesystem::path include = MEMBERSHIP_TESTS_INCLUDE;
  std::set<std::string> expected;
  const std::regex named(R"(using (\w+) = (Basic\w+)<DefaultTraits>;)");
  for (const auto& entry : std::filesystem::directory_iterator(include / "membership/command")) {
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    for (std::sregex_iterator at(text.begin(), text.end(), named), end; at != end; ++at) {
      expected.insert((*at)[1]);
    }
  }
  BOOST_TEST(expected.size() >= 57u);
  std::set<std::string> met{"FinishOrganizationDeletion",  "FinishUserDeletion",
                            "FinishRoleDeletion",          "FinishPermissionDeletion",
                            "FinishMultipleRolesDisabled", "FinishOwnerRole"};
  const std::regex basic(R"(Basic(\w+)<)");
  for (const testing::StepFacts& facts : testing::step_facts) {
    CommandStep step;
    step.kind = facts.kind;
    const bool is_command = testing::with_command(step, Known{}, [&](const auto& command) {
      const std::string type = boost::core::demangle(typeid(command).name());
      std::smatch found;
      BOOST_TEST_REQUIRE(std::regex_search(type, found, basic));
      met.insert(found[1]);
    });
    BOOST_TEST(is_command == (facts.kind < CommandStep::Kind::finish_marked));
  }
  BOOST_TEST(met == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(table) {
  for (std::size_t at = 0; at < std::size(testing::step_facts); ++at) {
    BOOST_TEST(static_cast<std::size_t>(testing::step_facts[at].kind) == at);
  }
  BOOST_TEST(static_cast<std::size_t>(CommandStep::Kind::expire_invitations) + 1 ==
             testing::command_step_kinds);
}

BOOST_AUTO_TEST_CASE(numbers) {
  Known known;
  BOOST_TEST(known.user(0).view() == "unknown");
  for (unsigned made = 1; made <= 3; ++made) {
    known.users.push_back(testing::FixedIds::numbered<UserId>(made));
    BOOST_TEST(known.user(0).view() == "user_00000001");
    BOOST_TEST((known.user(7) == known.users.back()));
    BOOST_TEST(known.user(CommandStep::unknown).view() == "unknown");
  }
}

BOOST_AUTO_TEST_CASE(shrinking_ends) {
  // Always the last of the smaller ones, which is the one that is least smaller.
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Steps steps = testing::command_steps({}, 5)(rc::Random(seed), 5).value();
    std::size_t rounds = 0;
    while (auto next = rc::seq::last(testing::smaller(steps))) {
      steps = *next;
      BOOST_TEST_REQUIRE(++rounds < 5000u);
    }
    BOOST_TEST(steps.empty());
  }
}

BOOST_AUTO_TEST_CASE(fewest_steps) {
  // Which sequence a seed draws differs between compilers. Where two steps would have to change
  // at once, one or two more than needed may be left.
  std::uint64_t longer = 0, all = 0;
  for (const Planted& bug : planted()) {
    for (std::uint64_t seed = 1; seed <= scaled(5, 50); ++seed) {
      testing::StepSpace space;
      space.kinds = bug.kinds;
      const Steps smallest = smallest_failure(seed * 7919, bug.fails, space);
      std::ostringstream shown;
      for (const CommandStep& step : smallest) shown << "\n  " << step;
      BOOST_TEST(smallest.size() >= bug.fewest);
      BOOST_TEST(smallest.size() <= bug.fewest + 2, bug.name << ", seed " << seed * 7919 << ": "
                                                             << smallest.size() << " steps"
                                                             << shown.str());
      ++all;
      if (smallest.size() > bug.fewest) ++longer;
    }
  }
  BOOST_TEST(longer * 10 <= all, longer << " of " << all << " are not the fewest");
}

BOOST_AUTO_TEST_SUITE_END()
