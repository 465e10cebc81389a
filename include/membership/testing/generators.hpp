// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_GENERATORS_HPP
#define MEMBERSHIP_TESTING_GENERATORS_HPP

#include "membership/core.hpp"
#include "membership/testing/fixed_ids.hpp"

#include <rapidcheck.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace testing {

// RapidCheck generators for property tests of code that uses the library, with the default traits.
// They shrink towards the first of a choice and the smallest number. Needs exceptions and RTTI,
// as RapidCheck does.

/// One of `choices`, shrinking towards the first. Preconditions: there is at least one.
template <class V>
rc::Gen<V> one_of(std::vector<V> choices) {
  const std::size_t count = choices.size();
  return rc::gen::map(rc::gen::inRange<std::size_t>(0, count),
                      [choices = std::move(choices)](std::size_t at) { return choices[at]; });
}

// --- texts -------------------------------------------------------------------------------------

/// Well-formed UTF-8 without NUL of `least` to `most` characters, with characters of one to four
/// bytes.
inline rc::Gen<std::string> utf8_text(std::size_t least, std::size_t most) {
  const auto character = rc::gen::weightedOneOf<std::uint32_t>({
      {6, rc::gen::inRange<std::uint32_t>('a', 'z' + 1)},
      {3, rc::gen::inRange<std::uint32_t>(0x01, 0x80)},
      {1, rc::gen::inRange<std::uint32_t>(0x80, 0x800)},
      {1, rc::gen::inRange<std::uint32_t>(0x800, 0xD800)},
      {1, rc::gen::inRange<std::uint32_t>(0xE000, 0x10000)},
      {1, rc::gen::inRange<std::uint32_t>(0x10000, 0x110000)},
  });
  const auto characters = rc::gen::mapcat(
      rc::gen::inRange<std::size_t>(least, most + 1), [character](std::size_t count) {
        return rc::gen::container<std::vector<std::uint32_t>>(count, character);
      });
  return rc::gen::map(characters, [](const std::vector<std::uint32_t>& points) {
    std::string text;
    const auto put = [&text](std::uint32_t byte) { text += static_cast<char>(byte); };
    for (const std::uint32_t point : points) {
      if (point < 0x80) {
        put(point);
      } else if (point < 0x800) {
        put(0xC0 | (point >> 6));
        put(0x80 | (point & 63));
      } else if (point < 0x10000) {
        put(0xE0 | (point >> 12));
        put(0x80 | ((point >> 6) & 63));
        put(0x80 | (point & 63));
      } else {
        put(0xF0 | (point >> 18));
        put(0x80 | ((point >> 12) & 63));
        put(0x80 | ((point >> 6) & 63));
        put(0x80 | (point & 63));
      }
    }
    return text;
  });
}

/// A text that is not well-formed: overlong forms, surrogates, code points above U+10FFFF, bytes
/// that begin or continue nothing, at any place of an otherwise good text.
inline rc::Gen<std::string> broken_utf8() {
  return rc::gen::apply(
      [](const std::string& before, const std::string& bad, const std::string& after) {
        return before + bad + after;
      },
      utf8_text(0, 6),
      one_of<std::string>({"\xFF", "\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xE0\x9F\xBF",
                           "\xE2\x82", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF0\x9F\x98",
                           "\xF4\x90\x80\x80", "\xF5\x80\x80\x80"}),
      utf8_text(0, 6));
}

/// The text of an id that `I::make` takes, up to and including its capacity in bytes.
template <class I>
rc::Gen<std::string> id_text() {
  return rc::gen::map(utf8_text(1, I::capacity()), [](const std::string& text) {
    return std::string(utf8_prefix(text, I::capacity()));
  });
}

/// An id of the type `I`.
template <class I>
rc::Gen<I> id() {
  return rc::gen::map(id_text<I>(), [](const std::string& text) { return *I::make(text); });
}

/// A text that `I::make` refuses, and only just: empty, a byte too long, not UTF-8, with a NUL.
template <class I>
rc::Gen<std::string> bad_id_text() {
  const auto long_text = rc::gen::map(rc::gen::inRange<std::size_t>(1, 10), [](std::size_t more) {
    return std::string(I::capacity() + more, 'x');
  });
  const auto with_nul = rc::gen::apply(
      [](const std::string& before, const std::string& after) { return before + '\0' + after; },
      utf8_text(0, 4), utf8_text(0, 4));
  return rc::gen::oneOf(rc::gen::just(std::string()), long_text, broken_utf8(), with_nul);
}

namespace detail {
inline rc::Gen<std::string> text_of(const std::string& characters, std::size_t least,
                                    std::size_t most) {
  const std::vector<char> choices(characters.begin(), characters.end());
  return rc::gen::mapcat(rc::gen::inRange<std::size_t>(least, most + 1),
                         [choices](std::size_t count) {
                           return rc::gen::container<std::string>(count, one_of(choices));
                         });
}
}  // namespace detail

/// The slug of an environment role.
inline rc::Gen<std::string> slug_text() {
  return detail::text_of("abcdefghijklmnopqrstuvwxyz0123456789-_", 1, RoleSlug::capacity);
}

/// The slug of an organization's own role, as somebody gives it: `org-` and no separator at the
/// end or beside another.
inline rc::Gen<std::string> organization_slug_text() {
  return rc::gen::map(detail::text_of("abcxyz019-_", 1, RoleSlug::capacity - 4),
                      [](const std::string& tail) {
                        std::string text = "org-";
                        for (const char c : tail) {
                          const bool separator = c == '-' || c == '_';
                          if (separator && (text.back() == '-' || text.back() == '_')) continue;
                          text += c;
                        }
                        if (text.back() == '-' || text.back() == '_') text += 'a';
                        return text.substr(0, RoleSlug::capacity);
                      });
}

/// A text that is no slug, and only just: another case, white space, a comma, a letter that is not
/// ASCII, a character too long, empty.
inline rc::Gen<std::string> bad_slug_text() {
  const auto spoiled = rc::gen::apply(
      [](std::string text, const std::string& bad, std::size_t at) {
        text.insert(at % (text.size() + 1), bad);
        return text.substr(0, RoleSlug::capacity + 4);
      },
      detail::text_of("abc019-_", 1, 20),
      one_of<std::string>({"A", " ", ",", ".", "\xC3\xA9", "\t", "/", std::string(1, '\0')}),
      rc::gen::inRange<std::size_t>(0, 21));
  const auto too_long = rc::gen::map(rc::gen::inRange<std::size_t>(1, 10), [](std::size_t more) {
    return std::string(RoleSlug::capacity + more, 'a');
  });
  return rc::gen::oneOf(spoiled, too_long, rc::gen::just(std::string()));
}

/// An e-mail address that a user can hold, in upper and lower case.
inline rc::Gen<std::string> email_text() {
  return rc::gen::apply(
      [](const std::string& name, const std::string& host) { return name + '@' + host; },
      detail::text_of("abcABC019.+-_", 1, 12),
      one_of<std::string>({"example.com", "Example.COM", "x",
                           "b\xC3\xBC"
                           "cher.example"}));
}

/// A text that is no e-mail address, and only just.
inline rc::Gen<std::string> bad_email_text() {
  const auto too_long = rc::gen::map(rc::gen::inRange<std::size_t>(1, 5), [](std::size_t more) {
    return std::string(EmailKey::capacity - 2 + more, 'a') + "@x";
  });
  return rc::gen::oneOf(one_of<std::string>({"", "a", "@", "a@", "@a", "a@b@c", "a b@c", "a@b\t",
                                             "a@b\n", std::string("a\0@b", 4), "\xFF@b"}),
                        too_long);
}

// --- values of a decision ----------------------------------------------------------------------

/// A status.
inline rc::Gen<Status> status() {
  return one_of<Status>({Status::active, Status::inactive, Status::pending});
}

/// A selection of roles with the texts that it borrows.
struct OwnedSelection {
  RoleSelection::Form form = RoleSelection::Form::none;
  std::vector<std::string> slugs;

  /// Calls `use(RoleSelection)` and returns what it returns; the selection is valid meanwhile.
  template <class Use>
  auto with(Use&& use) const {
    const std::vector<std::string_view> views(slugs.begin(), slugs.end());
    switch (form) {
      case RoleSelection::Form::none: break;
      case RoleSelection::Form::one: return use(RoleSelection::one(views.front()));
      case RoleSelection::Form::several: return use(RoleSelection::several(views));
    }
    return use(RoleSelection::none());
  }
};

// RapidCheck finds it by this name. NOLINTNEXTLINE(readability-identifier-naming)
inline void showValue(const OwnedSelection& selection, std::ostream& out) {
  switch (selection.form) {
    case RoleSelection::Form::none: out << "none"; return;
    case RoleSelection::Form::one: out << "one"; break;
    case RoleSelection::Form::several: out << "several"; break;
  }
  for (const std::string& slug : selection.slugs) out << " '" << slug << '\'';
}

/// A selection out of these slugs: none, one, or up to `most` with duplicates, also no slug at all.
inline rc::Gen<OwnedSelection> selection(std::vector<std::string> slugs, std::size_t most = 4) {
  using Form = RoleSelection::Form;
  const auto slug = one_of(std::move(slugs));
  return rc::gen::weightedOneOf<OwnedSelection>({
      {2, rc::gen::just(OwnedSelection{})},
      {4, rc::gen::map(slug,
                       [](const std::string& one) {
                         return OwnedSelection{Form::one, {one}};
                       })},
      {4, rc::gen::map(rc::gen::mapcat(rc::gen::inRange<std::size_t>(0, most + 1),
                                       [slug](std::size_t count) {
                                         return rc::gen::container<std::vector<std::string>>(count,
                                                                                             slug);
                                       }),
                       [](const std::vector<std::string>& several) {
                         return OwnedSelection{Form::several, several};
                       })},
  });
}

/// A moment of one organization: the catalogue and a snapshot of it. `snapshot()` is a view of the
/// world that it is asked of.
struct World {
  std::vector<RoleState> environment_roles;
  std::vector<RoleState> organization_roles;
  std::optional<RoleOrder> order;
  Snapshot state;  ///< all but the catalogue

  Snapshot snapshot() const {
    Snapshot seen = state;
    seen.roles = RoleCatalogue({environment_roles.data(), environment_roles.size()},
                               {organization_roles.data(), organization_roles.size()},
                               order ? &*order : nullptr);
    return seen;
  }
  /// The slugs of all roles, and two that no role has.
  std::vector<std::string> slugs() const {
    std::vector<std::string> all;
    all.reserve(environment_roles.size() + organization_roles.size() + 2);
    for (const RoleState& role : environment_roles) all.emplace_back(role.slug.view());
    for (const RoleState& role : organization_roles) all.emplace_back(role.slug.view());
    all.emplace_back("unknown");
    all.emplace_back("Member ");
    return all;
  }
};

// RapidCheck finds it by this name. NOLINTNEXTLINE(readability-identifier-naming)
inline void showValue(const World& world, std::ostream& out) {
  const auto show_roles = [&out](const char* title, const std::vector<RoleState>& roles) {
    out << title;
    for (const RoleState& role : roles) {
      out << ' ' << role.slug.view();
      if (!role.of_organizations) out << "(other type)";
      if (role.phase != Phase::live) out << "(retiring)";
    }
  };
  show_roles("environment:", world.environment_roles);
  show_roles("; organization:", world.organization_roles);
  out << "; multiple " << world.state.environment.multiple_roles << ", default "
      << int{world.state.environment.default_role.value()};
  if (!world.state.organization) out << "; no organization";
  if (!world.state.user) out << "; no user";
  if (world.state.membership) {
    out << "; membership " << to_string(world.state.membership->status) << " roles "
        << world.state.membership->roles.environment() << '/'
        << world.state.membership->roles.organization();
  }
}

/// A world that can be: the counts agree with the membership shown, defaults and orders name roles
/// that exist, a membership holds at least one role. Now and then user or organization are missing
/// or being deleted, a role is retiring or of another resource type. The membership's id is
/// `om_00000001`, its user `user_00000001`, its organization `org_00000001`.
inline rc::Gen<World> world() {
  return rc::gen::exec([] {
    const auto below = [](unsigned end) { return *rc::gen::inRange<unsigned>(0, end); };
    const auto seldom = [&](unsigned one_in) { return below(one_in) == one_in - 1; };
    World made;
    const auto add = [&](std::vector<RoleState>& roles, std::string_view text) {
      RoleState& role = roles.emplace_back(RoleSlug::from_stored(text), !seldom(8));
      if (seldom(10)) role.phase = Phase::retiring;
      const unsigned permissions = below(4);
      for (unsigned i = 0; i < permissions; ++i) role.permissions.insert(below(256));
    };
    constexpr std::string_view environment[] = {"member",
                                                "admin",
                                                "owner",
                                                "viewer",
                                                "a-slug-of-more-than-sixteen-bytes-1",
                                                "a-slug-of-more-than-sixteen-bytes-2"};
    constexpr std::string_view own[] = {"org-lead", "org-a", "org-slug-of-more-than-16-bytes"};
    const unsigned environment_count = seldom(20) ? 0 : 1 + below(6);
    const unsigned own_count = below(4);
    for (unsigned i = 0; i < environment_count; ++i) add(made.environment_roles, environment[i]);
    for (unsigned i = 0; i < own_count; ++i) add(made.organization_roles, own[i]);
    const unsigned count = environment_count + own_count;
    const auto role = [&](unsigned number) {
      return number < environment_count ? RoleIndex::environment(number)
                                        : RoleIndex::organization(number - environment_count);
    };
    if (below(2) == 1) {
      RoleOrder& order = made.order.emplace();
      for (unsigned i = 0; i < count; ++i) {
        const RoleIndex next = role(below(count));
        if (!order.contains(next)) order.push_back(next);
      }
    }
    Snapshot& state = made.state;
    state.environment.revision = 1 + below(5);
    state.environment.multiple_roles = below(2) == 1;
    if (seldom(12)) state.environment.phase = Phase::closing;
    if (environment_count > 0 && below(2) == 1) {
      state.environment.default_role = role(below(environment_count));
    }
    if (environment_count > 0 && below(3) == 1) {
      state.environment.owner_role = role(below(environment_count));
    }
    const Time made_at = Time::from_milliseconds(1'768'478'400'000);
    const auto user = FixedIds::numbered<UserId>(1);
    const auto organization = FixedIds::numbered<OrganizationId>(1);
    if (!seldom(12)) {
      BasicOrganizationState<DefaultTraits>& row = state.organization.emplace(organization);
      row.revision = 1 + below(1000);
      row.counts = {below(100), below(100), below(100), 0};
      row.owner_role = state.environment.owner_role;
      if (!row.owner_role.is_none()) row.counts.owners = below(3);
      row.counts.active += row.counts.owners;
      if (count > 0 && below(2) == 1) row.default_role = role(below(count));
      if (seldom(12)) row.phase = Phase::deleting;
    }
    if (!seldom(12)) {
      state.user.emplace(user, std::uint64_t{1} + below(5),
                         seldom(12) ? Phase::deleting : Phase::live);
    }
    if (state.organization && count > 0 && below(4) != 0) {
      RoleSet roles;
      const RoleIndex first = role(below(count));
      roles.insert(first);
      for (unsigned more = below(3); more > 0; --more) roles.insert(role(below(count)));
      const Status in = *status();
      BasicOrganizationState<DefaultTraits>& row = *state.organization;
      row.counts.add(in, roles, row.owner_role);
      state.membership.emplace(FixedIds::numbered<MembershipId>(1), user, organization, roles,
                               first, in, made_at,
                               Time::from_milliseconds(made_at.milliseconds() + below(1000)),
                               1 + below(static_cast<unsigned>(row.revision)), seldom(6));
    }
    return made;
  });
}

// --- sequences of commands ---------------------------------------------------------------------

/// One command of a random sequence, in small numbers that name things of `Known`, so that it
/// still means something when steps before it are left out: that is how a sequence shrinks.
struct CommandStep {
  enum class Kind : std::uint8_t {
    create_membership,
    update_roles,
    deactivate_membership,
    reactivate_membership,
    delete_membership,
    create_user,
    create_organization,
    create_role,
    create_organization_role,
    set_default_role,
    set_priority_order,
    enable_multiple_roles,
  };
  Kind kind = Kind::create_membership;
  unsigned user = 0;
  unsigned organization = 0;
  unsigned membership = 0;
  OwnedSelection roles{};  ///< also the slug of a new or a default role, and a priority order
  std::string text{};      ///< the name or the e-mail address of what is made
  /// Settings: of the organization, not of the environment. What is made: with an id, a slug or a
  /// resource type of its own.
  bool flag = false;
};

inline constexpr unsigned command_step_kinds = 12;

constexpr std::string_view to_string(CommandStep::Kind kind) noexcept {
  switch (kind) {
    case CommandStep::Kind::create_membership: return "create_membership";
    case CommandStep::Kind::update_roles: return "update_roles";
    case CommandStep::Kind::deactivate_membership: return "deactivate_membership";
    case CommandStep::Kind::reactivate_membership: return "reactivate_membership";
    case CommandStep::Kind::delete_membership: return "delete_membership";
    case CommandStep::Kind::create_user: return "create_user";
    case CommandStep::Kind::create_organization: return "create_organization";
    case CommandStep::Kind::create_role: return "create_role";
    case CommandStep::Kind::create_organization_role: return "create_organization_role";
    case CommandStep::Kind::set_default_role: return "set_default_role";
    case CommandStep::Kind::set_priority_order: return "set_priority_order";
    case CommandStep::Kind::enable_multiple_roles: return "enable_multiple_roles";
  }
  return "";
}

inline std::ostream& operator<<(std::ostream& out, const CommandStep& step) {
  out << to_string(step.kind) << "(user " << step.user << ", organization " << step.organization
      << ", membership " << step.membership << ", roles ";
  showValue(step.roles, out);
  return out << ", text '" << step.text << "', flag " << step.flag << ')';
}
// RapidCheck finds it by this name. NOLINTNEXTLINE(readability-identifier-naming)
inline void showValue(const CommandStep& step, std::ostream& out) { out << step; }

/// What the steps of a sequence name: everything made so far, also what is gone again.
struct Known {
  std::vector<UserId> users;
  std::vector<OrganizationId> organizations;
  std::vector<MembershipId> memberships;

  /// Takes in what a plan made. Call it after the commit.
  void remember(const Plan& plan) {
    if (plan.user && plan.user->precondition == Precondition::absent) {
      users.push_back(plan.user->after.id);
    }
    if (plan.organization && plan.organization->precondition == Precondition::absent) {
      organizations.push_back(plan.organization->after.id);
    }
    if (plan.membership && plan.membership->precondition == Precondition::absent) {
      memberships.push_back(plan.membership->after.id);
    }
  }

  UserId user(unsigned number) const { return pick(users, number); }
  OrganizationId organization(unsigned number) const { return pick(organizations, number); }
  MembershipId membership(unsigned number) const { return pick(memberships, number); }

 private:
  /// One of those, or an id that nothing has.
  template <class I>
  static I pick(const std::vector<I>& ids, unsigned number) {
    const std::size_t at = number % (ids.size() + 1);
    return at == ids.size() ? I::from_stored("unknown") : ids[at];
  }
};

/// Calls `use(command)` with the command that a step means and returns what it returns. The
/// command borrows from the step. What is made with an id of its own gets one out of the step's
/// number: `u7`, `o3`.
template <class Use>
auto with_command(const CommandStep& step, const Known& known, Use&& use) {
  using Kind = CommandStep::Kind;
  const std::string_view slug =
      step.roles.slugs.empty() ? std::string_view("member") : std::string_view(step.roles.slugs[0]);
  const auto scoped = [&]() -> std::optional<OrganizationId> {
    if (!step.flag) return std::nullopt;
    return known.organization(step.organization);
  };
  switch (step.kind) {
    case Kind::create_membership:
      return step.roles.with([&](const RoleSelection& roles) {
        return use(CreateMembership{known.user(step.user), known.organization(step.organization),
                                    roles, std::nullopt});
      });
    case Kind::update_roles:
      return step.roles.with([&](const RoleSelection& roles) {
        return use(UpdateRoles{known.membership(step.membership), roles, std::nullopt});
      });
    case Kind::deactivate_membership:
      return use(DeactivateMembership{known.membership(step.membership), std::nullopt});
    case Kind::reactivate_membership:
      return use(ReactivateMembership{known.membership(step.membership), std::nullopt});
    case Kind::delete_membership:
      return use(DeleteMembership{known.membership(step.membership), std::nullopt});
    case Kind::create_user: {
      CreateUser command;
      if (step.flag) command.id = UserId::from_stored("u" + std::to_string(step.user));
      if (!step.text.empty()) command.email = step.text;
      if (step.membership % 2 == 1) command.first_name = "Ann";
      return use(command);
    }
    case Kind::create_organization: {
      CreateOrganization command{step.text, std::nullopt, std::nullopt};
      if (step.flag) {
        command.id = OrganizationId::from_stored("o" + std::to_string(step.organization));
      }
      return use(command);
    }
    case Kind::create_role: {
      CreateRole command{slug, step.text, std::nullopt, std::nullopt};
      if (step.flag) command.resource_type_slug = "document";
      return use(command);
    }
    case Kind::create_organization_role: {
      CreateOrganizationRole command{known.organization(step.organization), step.text, std::nullopt,
                                     std::nullopt, std::nullopt};
      if (step.flag) command.slug = slug;
      if (step.membership % 8 == 7) command.resource_type_slug = "document";
      return use(command);
    }
    case Kind::set_default_role: return use(SetDefaultRole{slug, scoped()});
    case Kind::set_priority_order: {
      const std::vector<std::string_view> slugs(step.roles.slugs.begin(), step.roles.slugs.end());
      return use(SetPriorityOrder{slugs.data(), slugs.size(), scoped()});
    }
    case Kind::enable_multiple_roles: break;
  }
  return use(EnableMultipleRoles{});
}

/// What the steps of a sequence draw from.
struct StepSpace {
  unsigned users = 6;
  unsigned organizations = 4;
  unsigned memberships = 12;
  std::vector<std::string> slugs{"member",   "admin", "viewer",
                                 "org-lead", "org-a", "a-slug-of-more-than-sixteen-bytes",
                                 "Bad slug"};
  std::vector<std::string> texts{"Acme", "ann@example.com", "Ann@Example.com", "bob@example.com",
                                 "",     "no\xFFtext"};
};

/// One step.
inline rc::Gen<CommandStep> command_step(const StepSpace& space = {}) {
  using Kind = CommandStep::Kind;
  const auto kind = rc::gen::weightedElement<Kind>({
      {10, Kind::create_membership},
      {8, Kind::update_roles},
      {5, Kind::deactivate_membership},
      {5, Kind::reactivate_membership},
      {4, Kind::delete_membership},
      {5, Kind::create_user},
      {3, Kind::create_organization},
      {3, Kind::create_role},
      {3, Kind::create_organization_role},
      {2, Kind::set_default_role},
      {2, Kind::set_priority_order},
      {1, Kind::enable_multiple_roles},
  });
  return rc::gen::build<CommandStep>(
      rc::gen::set(&CommandStep::kind, kind),
      rc::gen::set(&CommandStep::user, rc::gen::inRange(0u, space.users)),
      rc::gen::set(&CommandStep::organization, rc::gen::inRange(0u, space.organizations)),
      rc::gen::set(&CommandStep::membership, rc::gen::inRange(0u, space.memberships)),
      rc::gen::set(&CommandStep::roles, selection(space.slugs)),
      rc::gen::set(&CommandStep::text, one_of(space.texts)),
      rc::gen::set(&CommandStep::flag, rc::gen::arbitrary<bool>()));
}

/// A sequence of steps, as long as RapidCheck's size says. It begins with a user and an
/// organization, so that most of what follows finds something.
inline rc::Gen<std::vector<CommandStep>> command_steps(const StepSpace& space = {}) {
  return rc::gen::map(rc::gen::container<std::vector<CommandStep>>(command_step(space)),
                      [](std::vector<CommandStep> steps) {
                        CommandStep user;
                        user.kind = CommandStep::Kind::create_user;
                        CommandStep organization;
                        organization.kind = CommandStep::Kind::create_organization;
                        organization.text = "Acme";
                        steps.insert(steps.begin(), {user, organization});
                        return steps;
                      });
}

}  // namespace testing
}  // namespace membership::inline v0

#endif
