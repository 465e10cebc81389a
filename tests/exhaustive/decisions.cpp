// SPDX-License-Identifier: BSL-1.0

// Plan
//   decide against a model written from the rules alone (docs/lifecycle.md,
//     docs/reference/options.md), for every combination of standing and roles held × command × role
//     selection × options but `primary_role` and `ended_invitation_membership` × Multiple Roles ×
//     directory managed × default role; the time before and after the last change and
//     `primary_role` alternate                                            -> create … remove
//   CreateMembership: user and organization that are there, gone, or on their way out
//                                                                         -> who_and_where
//   each case is met                                                      -> coverage in each
//
// The model knows roles as numbers of its own and calls nothing of the library's resolution.

#include "../support/world.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(exhaustive)

namespace {

using namespace membership_tests;

// --- the model's world

struct ModelRole {
  std::string_view slug;
  RoleIndex index;
  bool exists;
  bool live;
  bool of_organizations;
};
/// In order of priority.
const ModelRole roles[] = {
    {"admin", admin, true, true, true},
    {"org-lead", lead, true, true, true},
    {"member", member, true, true, true},
    {"viewer", viewer, true, true, true},
    {"document-editor", editor, true, true, false},
    {"leaving", leaving, true, false, true},
    {"org-clerk", clerk, true, true, true},
    {"", gone, false, false, false},
};
enum : unsigned { ADMIN, LEAD, MEMBER, VIEWER, EDITOR, LEAVING, CLERK, GONE, NO_ROLE };
using Mask = unsigned;
constexpr Mask mask(std::initializer_list<unsigned> numbers) {
  Mask result = 0;
  for (const unsigned number : numbers) result |= 1u << number;
  return result;
}
bool can_be_given(unsigned number) {
  return roles[number].exists && roles[number].live && roles[number].of_organizations;
}
RoleSet set_from(Mask held) {
  RoleSet set;
  for (unsigned number = 0; number < 8; ++number) {
    if ((held >> number & 1u) != 0) set.insert(roles[number].index);
  }
  return set;
}
RoleIndex index_from(unsigned number) {
  return number == NO_ROLE ? RoleIndex::none() : roles[number].index;
}

enum class Now { none, pending, active, inactive };
enum class Default { organization, environment, member, missing };

struct Selected {
  bool several;
  std::vector<std::string_view> slugs;  ///< of one: a single slug; none: not several and empty
};
const std::vector<Selected> selections = {
    {false, {}},
    {false, {"admin"}},
    {false, {"viewer"}},
    {false, {"nobody"}},
    {false, {"document-editor"}},
    {false, {"leaving"}},
    {true, {}},
    {true, {"member"}},
    {true, {"viewer", "admin"}},
    {true, {"admin", "admin"}},
    {true, {"viewer", "admin", "viewer"}},
    {true, {"admin", "nobody"}},
    {true, {"document-editor", "nobody"}},
    {true, {"admin", "document-editor"}},
    {true, {"org-clerk", "document-editor", "org-clerk"}},
};
RoleSelection selection_of(const Selected& selected) {
  if (selected.several) return RoleSelection::several(selected.slugs);
  return selected.slugs.empty() ? RoleSelection::none() : RoleSelection::one(selected.slugs[0]);
}

struct Case {
  Now now = Now::none;
  Mask held = 0;
  bool managed = false;
  bool multiple = false;
  Default standard = Default::member;
  std::int64_t time = 2000;
  PolicyOptions options{};
};

// --- what should come of it

struct Answer {
  ErrorCode refused{};
  std::string subject{};
  Outcome outcome = Outcome::unchanged;
  Now next = Now::none;
  Mask roles = 0;
  unsigned first = NO_ROLE;
  Mask dropped = 0;
  RoleSource source = RoleSource::none;
  EventType event = EventType::none;

  static Answer refusal(ErrorCode code, std::string_view subject) {
    Answer answer;
    answer.refused = code;
    answer.subject = std::string(subject);
    return answer;
  }
  static Answer unchanged() { return {}; }
};

/// §3: the selection by itself.
Answer judge_selection(const Case& world, const Selected& selected) {
  if (selected.several && selected.slugs.empty() &&
      world.options.empty_slugs == EmptySlugs::refuse) {
    return Answer::refusal(ErrorCode::empty, "");
  }
  if (selected.several && world.options.duplicate_slugs == DuplicateSlugs::refuse) {
    std::set<std::string_view> seen;
    for (const std::string_view text : selected.slugs) {
      if (!seen.insert(text).second) return Answer::refusal(ErrorCode::duplicate, text);
    }
  }
  return {};
}

/// §3: the default role: the organization's, else the environment's, else `member`.
Answer give_default(const Case& world) {
  Answer answer;
  switch (world.standard) {
    case Default::organization:
      answer.first = CLERK;
      answer.source = RoleSource::organization_default;
      break;
    case Default::environment:
      answer.first = VIEWER;
      answer.source = RoleSource::environment_default;
      break;
    case Default::member:
      answer.first = MEMBER;
      answer.source = RoleSource::member_default;
      break;
    case Default::missing:
      return Answer::refusal(ErrorCode::default_role_missing, "document-editor");
  }
  answer.roles = 1u << answer.first;
  return answer;
}

/// §3: the roles that a request names.
Answer give_requested(const Case& world, const Selected& selected) {
  Answer answer;
  std::string_view first_scoped;
  for (const std::string_view text : selected.slugs) {
    const auto* const role =
        std::find_if(std::begin(roles), std::end(roles), [&](const ModelRole& one) {
          return one.exists && one.live && one.slug == text;
        });
    if (role == std::end(roles)) return Answer::refusal(ErrorCode::invalid_role, text);
    if (!role->of_organizations && first_scoped.empty()) first_scoped = text;
    const auto number = static_cast<unsigned>(role - std::begin(roles));
    if (answer.first == NO_ROLE) answer.first = number;
    answer.roles |= 1u << number;
  }
  if (!first_scoped.empty()) {
    return Answer::refusal(ErrorCode::sub_resource_scoped_role_not_allowed, first_scoped);
  }
  const bool distinct =
      std::any_of(selected.slugs.begin(), selected.slugs.end(),
                  [&](std::string_view text) { return text != selected.slugs[0]; });
  if (distinct && !world.multiple) {
    return Answer::refusal(ErrorCode::multiple_roles_not_enabled, selected.slugs[0]);
  }
  answer.source = RoleSource::requested;
  return answer;
}

Answer give(const Case& world, const Selected& selected) {
  return selected.slugs.empty() ? give_default(world) : give_requested(world, selected);
}

/// Option `unfit_retained_role`: the roles that are kept.
Answer retain(const Case& world, std::string_view refused_subject) {
  Answer answer;
  answer.source = RoleSource::retained;
  for (unsigned number = 0; number < 8; ++number) {
    if ((world.held >> number & 1u) == 0) continue;
    const bool one_already = answer.roles != 0;
    if (can_be_given(number) && (world.multiple || !one_already)) answer.roles |= 1u << number;
  }
  if (answer.roles == world.held) return answer;
  if (world.options.unfit_retained_role == UnfitRetainedRole::refuse) {
    return Answer::refusal(ErrorCode::invalid_role, refused_subject);
  }
  if (answer.roles == 0) {
    answer = give_default(world);
    if (answer.refused != ErrorCode{}) return answer;
  }
  answer.dropped = world.held & ~answer.roles;
  return answer;
}

/// Option `directory_managed_roles`.
bool directory_forbids(const Case& world, Mask after) {
  return world.managed && after != world.held &&
         world.options.directory_managed_roles == DirectoryManagedRoles::refuse;
}
Answer directory_refusal() { return Answer::refusal(ErrorCode::directory_managed, "om_1"); }

Answer model_create(const Case& world, const Selected& selected) {
  Answer answer = judge_selection(world, selected);
  if (answer.refused != ErrorCode{}) return answer;
  const bool keep = world.now == Now::inactive && selected.slugs.empty() &&
                    world.options.create_over_inactive_roles == CreateOverInactiveRoles::keep;
  answer = keep ? retain(world, "*") : give(world, selected);
  if (answer.refused != ErrorCode{}) return answer;
  switch (world.now) {
    case Now::pending:
      return Answer::refusal(ErrorCode::cannot_reactivate_pending_organization_membership, "om_1");
    case Now::active:
      if (world.options.create_over_active == CreateOverActive::return_existing) {
        return Answer::unchanged();
      }
      return Answer::refusal(ErrorCode::organization_membership_already_exists, "om_1");
    case Now::none:
      answer.outcome = Outcome::created;
      answer.event = EventType::organization_membership_created;
      break;
    case Now::inactive:
      if (directory_forbids(world, answer.roles)) return directory_refusal();
      answer.outcome = Outcome::reactivated;
      answer.event = world.options.create_over_inactive_event == CreateOverInactiveEvent::created
                         ? EventType::organization_membership_created
                         : EventType::organization_membership_updated;
      break;
  }
  answer.next = Now::active;
  return answer;
}

Answer not_found() { return Answer::refusal(ErrorCode::entity_not_found, "om_1"); }

Answer model_update(const Case& world, const Selected& selected) {
  Answer answer = judge_selection(world, selected);
  if (answer.refused != ErrorCode{}) return answer;
  if (world.now == Now::none) return not_found();
  if (selected.slugs.empty() && world.options.update_without_role == UpdateWithoutRole::unchanged) {
    return Answer::unchanged();
  }
  answer = give(world, selected);
  if (answer.refused != ErrorCode{}) return answer;
  if (world.now != Now::active && world.options.update_not_active == UpdateNotActive::refuse) {
    return Answer::refusal(ErrorCode::membership_not_active, "om_1");
  }
  if (answer.roles == world.held) return Answer::unchanged();
  if (directory_forbids(world, answer.roles)) return directory_refusal();
  answer.outcome = Outcome::updated;
  answer.event = EventType::organization_membership_updated;
  answer.next = world.now;
  return answer;
}

Answer model_deactivate(const Case& world) {
  if (world.now == Now::none) return not_found();
  if (world.now == Now::inactive) return Answer::unchanged();
  if (world.now == Now::pending) {
    return Answer::refusal(ErrorCode::cannot_deactivate_pending_organization_membership, "om_1");
  }
  Answer answer;
  answer.outcome = Outcome::updated;
  answer.event = EventType::organization_membership_updated;
  answer.next = Now::inactive;
  answer.roles = world.held;
  answer.source = RoleSource::retained;
  return answer;
}

Answer model_reactivate(const Case& world) {
  if (world.now == Now::none) return not_found();
  if (world.now == Now::active) return Answer::unchanged();
  if (world.now == Now::pending) {
    return Answer::refusal(ErrorCode::cannot_reactivate_pending_organization_membership, "om_1");
  }
  Answer answer = retain(world, "*");
  if (answer.refused != ErrorCode{}) return answer;
  if (directory_forbids(world, answer.roles)) return directory_refusal();
  answer.outcome = Outcome::reactivated;
  answer.event = EventType::organization_membership_updated;
  answer.next = Now::active;
  return answer;
}

Answer model_remove(const Case& world) {
  if (world.now == Now::none) return not_found();
  Answer answer;
  answer.outcome = Outcome::deleted;
  answer.event = EventType::organization_membership_deleted;
  answer.next = Now::none;
  answer.roles = world.held;
  return answer;
}

// --- the comparison

Status status_of(Now now) {
  return now == Now::pending  ? Status::pending
         : now == Now::active ? Status::active
                              : Status::inactive;
}

Snapshot snapshot_of(const Case& world) {
  Snapshot seen = make_world();
  seen.environment.multiple_roles = world.multiple;
  if (world.standard == Default::missing) seen.environment.default_role = editor;
  if (world.standard == Default::environment) seen.environment.default_role = viewer;
  if (world.standard == Default::organization) {
    seen.organization->default_role = clerk;
    seen.environment.default_role = viewer;
  }
  if (world.now != Now::none) {
    seen.membership.emplace(membership_id, user_id, organization_id, set_from(world.held),
                            index_from(VIEWER), status_of(world.now), at(500), at(1000), 6u,
                            world.managed);
  }
  return seen;
}

std::uint64_t& count_of(Counts& counts, Now now) {
  return now == Now::pending  ? counts.pending
         : now == Now::active ? counts.active
                              : counts.inactive;
}

/// Nothing where the plan is what the answer says, else what is wrong with it.
std::string difference(const Case& world, const Answer& answer,
                       const tl::expected<Plan, Error>& result) {
  if (answer.refused != ErrorCode{}) {
    if (result) return "not refused";
    if (result.error().code != answer.refused) return "another error";
    if (answer.subject != "*" && result.error().subject.view() != answer.subject) {
      return "another subject";
    }
    return "";
  }
  if (!result) return "refused";
  const Plan& plan = *result;
  if (plan.outcome != answer.outcome) return "another outcome";
  if (plan.environment || plan.organization || plan.user || plan.role || plan.order ||
      plan.claims || plan.profile) {
    return "a row that has nothing to do with it";
  }
  unsigned events = 0;
  bool right_event = true;
  for_each_event(plan, [&](EventType type, unsigned index) {
    right_event = right_event && type == answer.event && index == events;
    ++events;
  });
  if (answer.outcome == Outcome::unchanged) {
    if (plan.membership || plan.touch || plan.compared_user) return "unchanged fills a slot";
    return events == 0 ? "" : "an event of what is unchanged";
  }
  if (events != 1 || !right_event) return "not the one event";
  if (!plan.membership || !plan.touch) return "no rows";

  const MembershipWrite& write = *plan.membership;
  const bool inserts = world.now == Now::none;
  if (write.precondition != (inserts ? Precondition::absent : Precondition::set)) {
    return "another precondition";
  }
  if (!inserts && write.expected != 6) return "another revision expected";
  if (write.effect != (answer.next == Now::none ? Effect::erase : Effect::put)) {
    return "another effect";
  }
  if (static_cast<bool>(plan.compared_user) != inserts) return "the user is compared, or is not";
  if (inserts && *plan.compared_user != 5) return "another revision of the user";
  if (plan.touch->expected != 7 || plan.touch->fenced_to != 3) return "another touch";

  const OrganizationMembership& after = write.after;
  if (after.id != (inserts ? new_membership_id : membership_id)) return "another id";
  if (after.user != user_id || after.organization != organization_id) return "another pair";
  if (after.roles != set_from(answer.roles)) return "other roles";
  if (plan.trace.dropped != set_from(answer.dropped)) return "others dropped";
  if (plan.trace.role_source != answer.source) return "another source";
  if (after.directory_managed != (world.managed && !inserts)) return "directory_managed changed";
  if (after.created_at != (inserts ? at(world.time) : at(500))) return "created_at changed";
  if (answer.next == Now::none) {
    if (after.status != status_of(world.now) || after.updated_at != at(1000)) {
      return "not the last state";
    }
  } else {
    if (after.status != status_of(answer.next)) return "another status";
    const Time updated = inserts ? at(world.time) : at(std::max<std::int64_t>(world.time, 1000));
    if (after.updated_at != updated) return "another updated_at";
    if (after.revision != 8) return "another revision";
    const bool kept = answer.source == RoleSource::retained;
    if (after.first_requested != index_from(kept ? unsigned{VIEWER} : answer.first)) {
      return "another first";
    }
  }
  if (!inserts &&
      (write.before.roles != set_from(world.held) || write.before.updated_at != at(1000) ||
       write.before.standing != static_cast<Standing>(world.now))) {
    return "another before";
  }

  Counts counts{10, 4, 2, 3};
  const auto owns = [](Now now, Mask held) {
    return now == Now::active && (held >> ADMIN & 1u) != 0;
  };
  if (!inserts) {
    --count_of(counts, world.now);
    if (owns(world.now, world.held)) --counts.owners;
  }
  if (answer.next != Now::none) {
    ++count_of(counts, answer.next);
    if (owns(answer.next, answer.roles)) ++counts.owners;
  }
  if (!(plan.touch->after == counts)) return "other counts";
  return "";
}

PolicyOptions options_of(unsigned bits) {
  PolicyOptions options;
  const auto take = [&](auto& option, auto other) {
    if ((bits & 1u) != 0) option = other;
    bits >>= 1;
  };
  take(options.create_over_active, CreateOverActive::return_existing);
  take(options.create_over_inactive_roles, CreateOverInactiveRoles::keep);
  take(options.create_over_inactive_event, CreateOverInactiveEvent::created);
  take(options.update_not_active, UpdateNotActive::refuse);
  take(options.duplicate_slugs, DuplicateSlugs::refuse);
  take(options.empty_slugs, EmptySlugs::as_none);
  take(options.unfit_retained_role, UnfitRetainedRole::refuse);
  take(options.update_without_role, UpdateWithoutRole::default_role);
  take(options.directory_managed_roles, DirectoryManagedRoles::refuse);
  return options;
}

const Mask held_sets[] = {mask({MEMBER}),        mask({ADMIN}),
                          mask({ADMIN, VIEWER}), mask({VIEWER, GONE}),
                          mask({LEAVING, GONE}), mask({LEAD, VIEWER, EDITOR})};

struct Met {
  std::set<std::pair<ErrorCode, Outcome>> answers{};
  std::size_t checked = 0;
};

/// Every world, with the options of a command that matter to it as `relevant` bits.
template <class Model, class Make>
Met check_all(unsigned relevant, const std::vector<Selected>& asked, const Model& model,
              const Make& make) {
  Met met;
  MembershipPolicy<> policy;
  for (const Now now : {Now::none, Now::pending, Now::active, Now::inactive}) {
    for (const Mask held : held_sets) {
      if (now == Now::none && held != held_sets[0]) continue;
      for (unsigned world_bits = 0; world_bits < 16; ++world_bits) {
        Case world;
        world.now = now;
        world.held = held;
        world.managed = (world_bits & 1u) != 0;
        world.multiple = (world_bits & 2u) != 0;
        world.standard = static_cast<Default>(world_bits >> 2);
        const Snapshot seen = snapshot_of(world);
        for (unsigned bits = 0; bits < 512; ++bits) {
          if ((bits & ~relevant) != 0) continue;
          for (const Selected& selected : asked) {
            world.options = options_of(bits);
            ++met.checked;
            if (met.checked % 3 == 0) {
              world.options.primary_role = PrimaryRole::first_requested;
            }
            world.time = met.checked % 2 == 0 ? 2000 : 900;
            policy.options = world.options;
            const Answer answer = model(world, selected);
            const auto result =
                policy.decide(make(selection_of(selected)), seen, make_context(at(world.time)));
            const std::string wrong = difference(world, answer, result);
            if (!wrong.empty()) {
              std::string slugs = selected.several ? "several" : "";
              for (const std::string_view text : selected.slugs) slugs += " " + std::string(text);
              BOOST_ERROR(wrong << ": standing " << static_cast<int>(now) << ", held " << held
                                << ", world " << world_bits << ", options " << bits
                                << ", selection " << slugs);
              return met;
            }
            met.answers.emplace(answer.refused, answer.outcome);
          }
        }
      }
    }
  }
  return met;
}

void expect_met(const Met& met, std::initializer_list<ErrorCode> refusals,
                std::initializer_list<Outcome> outcomes) {
  for (const ErrorCode code : refusals) {
    BOOST_TEST((met.answers.count({code, Outcome::unchanged}) == 1), to_string(code));
  }
  for (const Outcome outcome : outcomes) {
    BOOST_TEST((met.answers.count({ErrorCode{}, outcome}) == 1), to_string(outcome));
  }
  BOOST_TEST(met.answers.size() == refusals.size() + outcomes.size());
  BOOST_TEST_MESSAGE(met.checked << " decisions");
}

const std::vector<Selected> no_selection = {{false, {}}};

}  // namespace

BOOST_AUTO_TEST_CASE(create) {
  // The bits of the options that a create depends on.
  const Met met = check_all(0b1'0111'0111u, selections, model_create, [](RoleSelection asked) {
    return CreateMembership{user_id, organization_id, asked};
  });
  expect_met(met,
             {ErrorCode::empty, ErrorCode::duplicate, ErrorCode::invalid_role,
              ErrorCode::sub_resource_scoped_role_not_allowed,
              ErrorCode::multiple_roles_not_enabled, ErrorCode::default_role_missing,
              ErrorCode::cannot_reactivate_pending_organization_membership,
              ErrorCode::organization_membership_already_exists, ErrorCode::directory_managed},
             {Outcome::created, Outcome::reactivated, Outcome::unchanged});
  BOOST_TEST(met.checked == 19u * 16 * 128 * selections.size());
}

BOOST_AUTO_TEST_CASE(update) {
  // The bits of the options that an update depends on.
  const Met met = check_all(0b1'1011'1000u, selections, model_update, [](RoleSelection asked) {
    return UpdateRoles{membership_id, asked};
  });
  expect_met(met,
             {ErrorCode::empty, ErrorCode::duplicate, ErrorCode::entity_not_found,
              ErrorCode::invalid_role, ErrorCode::sub_resource_scoped_role_not_allowed,
              ErrorCode::multiple_roles_not_enabled, ErrorCode::default_role_missing,
              ErrorCode::membership_not_active, ErrorCode::directory_managed},
             {Outcome::updated, Outcome::unchanged});
  BOOST_TEST(met.checked == 19u * 16 * 32 * selections.size());
}

BOOST_AUTO_TEST_CASE(deactivate) {
  const Met met = check_all(
      0x1FF, no_selection,
      [](const Case& world, const Selected&) { return model_deactivate(world); },
      [](RoleSelection) { return DeactivateMembership{membership_id}; });
  expect_met(
      met,
      {ErrorCode::entity_not_found, ErrorCode::cannot_deactivate_pending_organization_membership},
      {Outcome::updated, Outcome::unchanged});
}

BOOST_AUTO_TEST_CASE(reactivate) {
  const Met met = check_all(
      0x1FF, no_selection,
      [](const Case& world, const Selected&) { return model_reactivate(world); },
      [](RoleSelection) { return ReactivateMembership{membership_id}; });
  expect_met(met,
             {ErrorCode::entity_not_found,
              ErrorCode::cannot_reactivate_pending_organization_membership, ErrorCode::invalid_role,
              ErrorCode::default_role_missing, ErrorCode::directory_managed},
             {Outcome::reactivated, Outcome::unchanged});
}

BOOST_AUTO_TEST_CASE(remove) {
  const Met met = check_all(
      0x1FF, no_selection, [](const Case& world, const Selected&) { return model_remove(world); },
      [](RoleSelection) { return DeleteMembership{membership_id}; });
  expect_met(met, {ErrorCode::entity_not_found}, {Outcome::deleted});
}

BOOST_AUTO_TEST_CASE(irrelevant_options_change_nothing) {
  // Every option together, where those of the other commands were left at their defaults above.
  const std::vector<Selected> few = {selections[0], selections[1], selections[6], selections[8],
                                     selections[10]};
  const Met created = check_all(0x1FF, few, model_create, [](RoleSelection asked) {
    return CreateMembership{user_id, organization_id, asked};
  });
  const Met updated = check_all(0x1FF, few, model_update, [](RoleSelection asked) {
    return UpdateRoles{membership_id, asked};
  });
  BOOST_TEST(created.checked == 19u * 16 * 512 * few.size());
  BOOST_TEST(updated.checked == created.checked);
}

BOOST_AUTO_TEST_CASE(who_and_where) {
  // 0: not there, 1: on its way out, 2: live
  for (int user = 0; user < 3; ++user) {
    for (int organization = 0; organization < 3; ++organization) {
      for (const Selected& selected : selections) {
        Case world;
        Snapshot seen = snapshot_of(world);
        if (user == 0) seen.user.clear();
        if (user == 1) seen.user->phase = Phase::deleting;
        if (organization == 0) seen.organization.clear();
        if (organization == 1) seen.organization->phase = Phase::deleting;
        Answer answer = judge_selection(world, selected);
        if (answer.refused == ErrorCode{}) {
          answer = user != 2           ? Answer::refusal(ErrorCode::entity_not_found, "user_1")
                   : organization != 2 ? Answer::refusal(ErrorCode::entity_not_found, "org_1")
                                       : model_create(world, selected);
        }
        const CreateMembership command{user_id, organization_id, selection_of(selected)};
        BOOST_TEST(
            difference(world, answer, MembershipPolicy<>{}.decide(command, seen, context)).empty());
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
