// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_GENERATORS_SHRINKING_HPP
#define MEMBERSHIP_TESTING_GENERATORS_SHRINKING_HPP

#include "membership/testing/generators/steps.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace testing {
namespace detail {

// What is a little simpler than a field, the simplest first. Each candidate is nearer to the empty
// field, so that shrinking ends.

inline std::vector<unsigned> simpler(unsigned number) {
  if (number == 0) return {};
  if (number == CommandStep::unknown) return {0};
  std::vector<unsigned> smaller{0};
  if (number / 2 != 0) smaller.push_back(number / 2);
  if (number - 1 > number / 2) smaller.push_back(number - 1);
  return smaller;
}
inline std::vector<bool> simpler(bool flag) {
  return flag ? std::vector<bool>{false} : std::vector<bool>{};
}
inline std::vector<std::string> simpler(const std::string& text) {
  return text.empty() ? std::vector<std::string>{} : std::vector<std::string>{std::string()};
}
/// With each of its elements left out.
template <class V>
std::vector<std::vector<V>> simpler(const std::vector<V>& list) {
  std::vector<std::vector<V>> shorter;
  for (std::size_t at = 0; at < list.size(); ++at) {
    shorter.push_back(list);
    shorter.back().erase(shorter.back().begin() + static_cast<std::ptrdiff_t>(at));
  }
  return shorter;
}
template <class V>
std::vector<std::optional<V>> simpler(const std::optional<V>& value);
inline std::vector<OwnedSelection> simpler(const OwnedSelection& selection) {
  using Form = RoleSelection::Form;
  std::vector<OwnedSelection> less;
  if (selection.form != Form::none) less.emplace_back();
  if (selection.form != Form::several) return less;
  for (const std::string& slug : selection.slugs) less.push_back({Form::one, {slug}});
  for (auto& slugs : simpler(selection.slugs)) less.push_back({Form::several, std::move(slugs)});
  return less;
}
inline std::vector<OwnedTextChange> simpler(const OwnedTextChange& change) {
  if (change == OwnedTextChange{}) return {};
  return {OwnedTextChange{}};
}
inline std::vector<OwnedMetadataChange> simpler(const OwnedMetadataChange& change) {
  std::vector<OwnedMetadataChange> less;
  if (change != OwnedMetadataChange{}) less.emplace_back();
  for (auto& entries : simpler(change.entries)) less.push_back({false, std::move(entries)});
  return less;
}
inline std::vector<OwnedDomains> simpler(const OwnedDomains& list) {
  std::vector<OwnedDomains> less;
  for (auto& domains : simpler(list.domains)) less.push_back({std::move(domains)});
  return less;
}
template <class V>
std::vector<std::optional<V>> simpler(const std::optional<V>& value) {
  if (!value) return {};
  std::vector<std::optional<V>> less{std::nullopt};
  for (auto& inner : simpler(*value)) less.emplace_back(std::move(inner));
  return less;
}

/// Plainer commands that may do the same to a membership or an invitation.
inline std::vector<CommandStep::Kind> plainer(CommandStep::Kind kind) {
  using Kind = CommandStep::Kind;
  if (kind == Kind::delete_organization || kind == Kind::delete_user) {
    return {Kind::delete_membership, Kind::revoke_invitation};
  }
  if (kind == Kind::update_roles || kind == Kind::transfer_ownership ||
      kind == Kind::sweep_role_holder || kind == Kind::sweep_several_roles) {
    return {Kind::deactivate_membership, Kind::reactivate_membership};
  }
  if (kind == Kind::send_invitation) return {Kind::create_membership};
  if (kind == Kind::sweep_user_invitation) return {Kind::revoke_invitation};
  if (kind == Kind::sweep_organization_membership || kind == Kind::sweep_user_membership) {
    return {Kind::delete_membership};
  }
  return {};
}

/// The step as a plainer one, and with one of its fields simpler.
inline std::vector<CommandStep> simpler(const CommandStep& step) {
  std::vector<CommandStep> less;
  for (const CommandStep::Kind kind : plainer(step.kind)) {
    less.push_back(step);
    less.back().kind = kind;
  }
  for_each_field([&]<class V>(const StepField<V>& field) {
    const V& value = step.*field.at;
    for (auto&& with : simpler(value)) {
      less.push_back(step);
      less.back().*field.at = with;
    }
  });
  return less;
}

/// What a number of a step names.
enum class Named : std::uint8_t { user, organization, membership, invitation };

/// Calls `visit(unsigned&)` for each number that names such a thing.
template <class Visit>
void for_each_number(CommandStep& step, Named named, Visit&& visit) {
  switch (named) {
    case Named::user:
      visit(step.user);
      if (step.actor) visit(*step.actor);
      break;
    case Named::organization: visit(step.organization); break;
    case Named::membership:
      visit(step.membership);
      visit(step.other);
      break;
    case Named::invitation: visit(step.invitation); break;
  }
}

/// Lowers by one all numbers above one, in a whole sequence, so that the things with the number
/// `above` and with the next become one; and leaves a step out, or none.
struct Renaming {
  Named named;
  unsigned above;
  std::optional<std::size_t> without{};

  std::vector<CommandStep> operator()(std::vector<CommandStep> steps) const {
    for (CommandStep& step : steps) {
      for_each_number(step, named, [&](unsigned& number) {
        if (number > above && number != CommandStep::unknown) --number;
      });
    }
    if (without) steps.erase(steps.begin() + static_cast<std::ptrdiff_t>(*without));
    return steps;
  }
};

inline bool makes_something(CommandStep::Kind kind) {
  using Kind = CommandStep::Kind;
  return kind == Kind::create_user || kind == Kind::create_organization ||
         kind == Kind::create_membership || kind == Kind::send_invitation ||
         kind == Kind::accept_invitation;
}

/// The renamings that make a difference: first those with which what made a thing can be left out.
inline std::vector<Renaming> renamings(std::vector<CommandStep> steps) {
  std::vector<Renaming> all;
  std::vector<Renaming> whole;
  for (const Named named :
       {Named::user, Named::organization, Named::membership, Named::invitation}) {
    std::set<unsigned> used;
    for (CommandStep& step : steps) {
      for_each_number(step, named, [&](unsigned number) {
        if (number != 0 && number != CommandStep::unknown) used.insert(number - 1);
      });
    }
    for (const unsigned above : used) {
      for (std::size_t at = 0; at < steps.size(); ++at) {
        if (makes_something(steps[at].kind)) all.push_back({named, above, at});
      }
      whole.push_back({named, above});
    }
  }
  all.insert(all.end(), whole.begin(), whole.end());
  return all;
}

/// The whole operation that a step marks, if it marks one.
inline std::optional<CommandStep::Kind> whole_of(CommandStep::Kind mark) {
  using Kind = CommandStep::Kind;
  if (mark == Kind::mark_organization_deleted) return Kind::delete_organization;
  if (mark == Kind::mark_user_deleted) return Kind::delete_user;
  if (mark == Kind::mark_role_deleted) return Kind::delete_role;
  if (mark == Kind::mark_permission_deleted) return Kind::delete_permission;
  if (mark == Kind::mark_multiple_roles_disabled) return Kind::disable_multiple_roles;
  if (mark == Kind::mark_owner_role) return Kind::name_owner_role;
  return std::nullopt;
}

/// One step that does what two do, if there is one: a mark and its finish, an invitation and its
/// acceptance, a new membership and a change of its roles.
inline std::optional<CommandStep> joined(const CommandStep& first, const CommandStep& second) {
  using Kind = CommandStep::Kind;
  CommandStep one = first;
  const auto whole = whole_of(first.kind);
  if (whole && second.kind == Kind::finish_marked) {
    one.kind = *whole;
  } else if (first.kind == Kind::send_invitation && second.kind == Kind::accept_invitation) {
    one.kind = Kind::create_user;
    one.flag = false;
  } else if (first.kind == Kind::create_membership && second.kind == Kind::update_roles) {
    one.roles = second.roles;
  } else {
    return std::nullopt;
  }
  return one;
}

/// The sequences in which one step does what two did, in the place of either.
inline std::vector<std::vector<CommandStep>> joined(const std::vector<CommandStep>& steps) {
  std::vector<std::vector<CommandStep>> all;
  for (std::size_t first = 0; first < steps.size(); ++first) {
    for (std::size_t second = first + 1; second < steps.size(); ++second) {
      const auto one = joined(steps[first], steps[second]);
      if (!one) continue;
      for (const auto& [kept, gone] : {std::pair(first, second), std::pair(second, first)}) {
        std::vector<CommandStep>& made = all.emplace_back(steps);
        made[kept] = *one;
        made.erase(made.begin() + static_cast<std::ptrdiff_t>(gone));
      }
    }
  }
  return all;
}

/// The sequences in which two changes of one membership are the plainest two that both have effect.
inline std::vector<std::vector<CommandStep>> turned(const std::vector<CommandStep>& steps) {
  using Kind = CommandStep::Kind;
  std::vector<std::vector<CommandStep>> all;
  for (std::size_t second = 0; second < steps.size(); ++second) {
    if (steps[second].kind != Kind::deactivate_membership) continue;
    for (std::size_t first = 0; first < second; ++first) {
      const std::vector<Kind> kinds = plainer(steps[first].kind);
      if (std::find(kinds.begin(), kinds.end(), Kind::reactivate_membership) == kinds.end()) {
        continue;
      }
      std::vector<CommandStep>& made = all.emplace_back(steps);
      made[first].kind = Kind::deactivate_membership;
      made[first].membership = steps[second].membership;
      made[second].kind = Kind::reactivate_membership;
    }
  }
  return all;
}

}  // namespace detail

/// Smaller sequences: first those with fewer steps, then those that name fewer things, then those
/// with a simpler step. None is smaller than itself, so shrinking ends.
inline rc::Seq<std::vector<CommandStep>> smaller(const std::vector<CommandStep>& steps) {
  return rc::seq::concat(
      rc::shrink::removeChunks(steps), rc::seq::fromContainer(detail::joined(steps)),
      rc::seq::fromContainer(detail::turned(steps)),
      rc::seq::map(rc::seq::fromContainer(detail::renamings(steps)),
                   [steps](const detail::Renaming& renaming) { return renaming(steps); }),
      rc::shrink::eachElement(steps, [](const CommandStep& step) {
        return rc::seq::fromContainer(detail::simpler(step));
      }));
}

/// A generator of what `draw(random, size)` returns, that shrinks as `smaller` says.
template <class Draw>
rc::Gen<std::vector<CommandStep>> shrinking_steps(Draw draw) {
  return rc::Gen<std::vector<CommandStep>>([draw = std::move(draw)](const rc::Random& random,
                                                                    int size) {
    return rc::shrinkable::shrinkRecur(
        draw(random, size), [](const std::vector<CommandStep>& steps) { return smaller(steps); });
  });
}

}  // namespace testing
}  // namespace membership::inline v0

#endif
