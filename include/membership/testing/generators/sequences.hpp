// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_GENERATORS_SEQUENCES_HPP
#define MEMBERSHIP_TESTING_GENERATORS_SEQUENCES_HPP

#include "membership/testing/generators/shrinking.hpp"
#include "membership/testing/generators/steps.hpp"
#include "membership/testing/generators/values.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace testing {

/// What the steps of a sequence draw from. Of names and the like mostly the first come into use, so
/// what nothing takes comes last. Preconditions: `roles`, `own_roles`, `permissions`, `names` and
/// `emails` are not empty.
struct StepSpace {
  unsigned users = 6;
  unsigned organizations = 4;
  unsigned memberships = 12;
  unsigned invitations = 8;
  unsigned unknown_one_in = 12;            ///< how often a number names nothing that there is
  unsigned actor_one_in = 6;               ///< how often somebody acts; 0: never
  std::vector<CommandStep::Kind> kinds{};  ///< empty: all
  /// Of the environment; the first is `member`.
  std::vector<std::string> roles{"member", "admin", "viewer", "a-slug-of-more-than-sixteen-bytes",
                                 "Bad slug"};
  std::vector<std::string> own_roles{"org-lead", "org-a", "org--bad"};
  std::vector<std::string> permissions{"docs:read", "docs:write", "docs:*", "users:read",
                                       "Bad permission"};
  std::vector<std::string> names{"Acme", "Member", "Read", "Acm\xC3\xA9", "", "no\xFFtext"};
  std::vector<std::string> descriptions{"Ann", "Reads", "", "no\xFFtext"};  ///< none: always kept
  std::vector<std::string> emails{"ann@example.com",
                                  "Ann@Example.com",
                                  "bob@example.com",
                                  "cyd@example.com",
                                  "dan@example.com",
                                  "eve@example.com",
                                  "",
                                  "no address"};
  std::vector<std::string> external_ids{"x1", "x2", "x3", "", "\xC3\xA9"};  ///< the same
  std::vector<std::string> keys{"tier", "region", "plan", ""};              ///< the same
  std::vector<std::string> domains{"a.example", "B.example", "c.example", "no domain"};  ///< so too
};

namespace detail {

/// Draws single values, without the tree of smaller ones that a generator makes: a sequence
/// shrinks as a whole.
class Draw {
 public:
  explicit Draw(const rc::Random& random) : random_(random), generators_(random_.split()) {}

  std::size_t below(std::size_t end) {
    return end == 0 ? 0 : static_cast<std::size_t>(random_.next() % end);
  }
  bool one_in(unsigned number) { return number != 0 && below(number) == 0; }
  template <class V>
  const V& out_of(const std::vector<V>& choices) {
    return choices[below(choices.size())];
  }
  /// The same, the more often the further in front.
  template <class V>
  const V& mostly_first(const std::vector<V>& choices) {
    return choices[std::min(below(choices.size()), below(choices.size()))];
  }
  template <class V>
  V value(const rc::Gen<V>& gen) {
    return gen(generators_.split(), rc::kNominalSize).value();
  }

 private:
  rc::Random random_;
  rc::Random generators_;
};

/// Draws steps.
class DrawSteps {
 public:
  DrawSteps(const StepSpace& space, const rc::Random& random) : space_(space), draw_(random) {
    if (space_.kinds.empty()) {
      for (const StepFacts& facts : step_facts) space_.kinds.push_back(facts.kind);
    }
    for (const CommandStep::Kind kind : space_.kinds) {
      kinds_.insert(kinds_.end(), facts_of(kind).weight, kind);
    }
  }

  /// `least` to `least + more` of them, behind a user and an organization where there can be such,
  /// so that most of what follows finds something.
  std::vector<CommandStep> steps(std::size_t least, std::size_t more) {
    std::vector<CommandStep> made;
    for (const auto kind :
         {CommandStep::Kind::create_user, CommandStep::Kind::create_organization}) {
      if (std::count(space_.kinds.begin(), space_.kinds.end(), kind) == 0) continue;
      CommandStep& first = made.emplace_back();
      first.kind = kind;
      if (kind == CommandStep::Kind::create_organization) first.text = space_.names.front();
    }
    const std::size_t size = made.size() + least + draw_.below(more + 1);
    while (made.size() < size) {
      // Who had no answer asks again.
      const bool again = !made.empty() && draw_.one_in(12);
      const CommandStep next = again ? made.back() : step();
      if (!again && draw_.one_in(3)) prepare(next, made);
      made.push_back(next);
    }
    made.resize(size);
    return made;
  }

 private:
  CommandStep step() {
    CommandStep made;
    made.kind = next_kind();
    const unsigned uses = facts_of(made.kind).uses;
    if ((uses & uses_user) != 0) made.user = number(space_.users);
    if ((uses & uses_organization) != 0) made.organization = number(space_.organizations);
    if ((uses & uses_membership) != 0) made.membership = number(space_.memberships);
    if ((uses & uses_other) != 0) made.other = number(space_.memberships);
    if ((uses & uses_invitation) != 0) made.invitation = number(space_.invitations);
    if ((uses & uses_actor) != 0 && draw_.one_in(space_.actor_one_in)) {
      made.actor = number(space_.users);
    }
    if ((uses & uses_permissions) != 0) {
      for (std::size_t more = draw_.below(3); more > 0; --more) {
        made.permissions.push_back(draw_.mostly_first(space_.permissions));
      }
    }
    const bool may_keep = made.kind == CommandStep::Kind::update_user ||
                          made.kind == CommandStep::Kind::update_organization ||
                          made.kind == CommandStep::Kind::update_role ||
                          made.kind == CommandStep::Kind::update_permission;
    if ((uses & uses_text) != 0 && !(may_keep && draw_.one_in(3))) {
      made.text = draw_.mostly_first(texts_of(made.kind));
    }
    if ((uses & uses_second) != 0) made.second = change(space_.descriptions, 2);
    if ((uses & uses_external_id) != 0) made.external_id = change(space_.external_ids, 3);
    if ((uses & uses_metadata) != 0) made.metadata = metadata_change();
    if ((uses & uses_domains) != 0 && !space_.domains.empty() && draw_.one_in(3)) {
      made.domains = domains();
    }
    if ((uses & uses_limit) != 0 && draw_.one_in(2)) {
      made.limit = static_cast<unsigned>(draw_.below(6));
    }
    if ((uses & uses_number) != 0) {
      const bool orders = made.kind == CommandStep::Kind::set_priority_order;
      const std::size_t ways = !orders ? 8 : draw_.one_in(3) ? 1 : 120;
      made.number = static_cast<unsigned>(draw_.below(ways));
    }
    if ((uses & uses_flag) != 0) made.flag = draw_.one_in(2);
    if ((uses & uses_roles) != 0) made.roles = roles(made);
    if (draw_.one_in(20)) made.days = static_cast<unsigned>(1 + draw_.below(8));
    return made;
  }

  /// Puts before a step what it needs to have an effect, where that seldom is there by chance.
  void prepare(const CommandStep& next, std::vector<CommandStep>& made) {
    using Kind = CommandStep::Kind;
    CommandStep step = next;
    step.days = 0;
    step.text = space_.names.front();
    if (next.kind == Kind::remove_role_permission) put(step, Kind::add_role_permission, made);
    if (next.kind == Kind::mark_role_deleted || next.kind == Kind::delete_role) {
      put_role(step, made);
    }
    if (next.kind == Kind::mark_permission_deleted && !step.permissions.empty()) {
      put(step, Kind::create_permission, made);
      step.roles = one(space_.roles.front());
      put(step, Kind::add_role_permission, made);
    }
    if (next.kind == Kind::mark_organization_deleted) invite(step, made);
    if (next.kind == Kind::mark_user_deleted) {
      step.organization = number(space_.organizations);
      put(step, Kind::create_membership, made);
    }
    if (next.kind == Kind::mark_multiple_roles_disabled ||
        next.kind == Kind::disable_multiple_roles) {
      put(step, Kind::enable_multiple_roles, made);
      step.roles = one(a_role(space_.roles));
      put(step, Kind::create_role, made);
      step.roles.form = RoleSelection::Form::several;
      step.roles.slugs.push_back(space_.roles.front());
      take_in(step, Kind::create_membership, made);
      take_in(step, Kind::update_roles, made);
    }
    if (next.kind == Kind::transfer_ownership) put_owner(step, made);
    if (next.kind == Kind::sweep_role_replacement) put_replaced(step, made);
    if (const auto mark = mark_before(next.kind)) {
      step.kind = *mark;
      step.user = number(space_.users);
      step.organization = number(space_.organizations);
      step.number = next.kind == Kind::finish_marked ? 2 : 0;  // 2: only where nobody has it
      step.roles = one(a_role(space_.roles));
      step.permissions = {space_.permissions.front()};
      prepare(step, made);
      if (!draw_.one_in(4)) put(step, *mark, made);  // else there is no such mark
    }
  }
  void put(CommandStep step, CommandStep::Kind kind, std::vector<CommandStep>& made) const {
    if (std::count(space_.kinds.begin(), space_.kinds.end(), kind) == 0) return;
    step.kind = kind;
    made.push_back(std::move(step));
  }
  /// The role that a step is about, and somebody who has it or is to have it.
  void put_role(CommandStep step, std::vector<CommandStep>& made) {
    using Kind = CommandStep::Kind;
    if (step.roles.slugs.empty()) return;
    step.number = 0;
    step.roles = one(step.roles.slugs.front());
    put(step, step.flag ? Kind::create_organization_role : Kind::create_role, made);
    if (!step.flag) step.organization = number(space_.organizations);
    if (draw_.one_in(2)) return invite(step, made);
    take_in(step, draw_.one_in(2) ? Kind::create_membership : Kind::update_roles, made);
  }
  void take_in(CommandStep step, CommandStep::Kind kind, std::vector<CommandStep>& made) {
    step.user = number(space_.users);
    step.membership = number(space_.memberships);
    step.actor.reset();
    put(step, kind, made);
  }
  void invite(CommandStep step, std::vector<CommandStep>& made) {
    step.flag = true;
    step.text = draw_.mostly_first(space_.emails);
    put(step, CommandStep::Kind::send_invitation, made);
  }
  /// Two members of an organization, one of whom owns it.
  void put_owner(CommandStep step, std::vector<CommandStep>& made) {
    using Kind = CommandStep::Kind;
    step.organization = number(space_.organizations);
    step.number = 0;
    step.roles = one(space_.roles[space_.roles.size() > 1 ? 1 : 0]);
    put(step, Kind::create_role, made);
    put(step, Kind::name_owner_role, made);
    take_in(step, Kind::create_membership, made);
    step.roles = {};
    take_in(step, Kind::create_membership, made);
  }
  /// A role of an organization on its way out, whose replacement mostly is so as well.
  void put_replaced(CommandStep step, std::vector<CommandStep>& made) {
    using Kind = CommandStep::Kind;
    const OwnedSelection other = one(a_role(space_.roles));
    step.organization = number(space_.organizations);
    step.roles = other;
    put(step, Kind::create_role, made);
    step.flag = true;
    step.roles = {RoleSelection::Form::several, {space_.own_roles.front(), other.slugs.front()}};
    put(step, Kind::create_organization_role, made);
    put(step, Kind::mark_role_deleted, made);
    step.flag = false;
    step.roles = other;
    if (!draw_.one_in(3)) put(step, Kind::mark_role_deleted, made);
  }
  static OwnedSelection one(std::string slug) {
    return {RoleSelection::Form::one, {std::move(slug)}};
  }
  unsigned number(unsigned end) {
    if (draw_.one_in(space_.unknown_one_in)) return CommandStep::unknown;
    return static_cast<unsigned>(draw_.below(end));
  }
  /// Mostly neither the first, which is the default role, nor the last, which is none.
  std::string a_role(const std::vector<std::string>& slugs) {
    const std::size_t first = slugs.front() == "member" ? 1 : 0;
    if (slugs.size() < first + 2 || draw_.one_in(6)) return draw_.out_of(slugs);
    return slugs[first + draw_.below(slugs.size() - 1 - first)];
  }
  /// Behind a mark there are mostly pages of the operation, and what takes the mark back.
  CommandStep::Kind next_kind() {
    if (draw_.one_in(6)) pages_.clear();
    if (!pages_.empty() && draw_.one_in(2)) return draw_.out_of(pages_);
    const CommandStep::Kind kind = draw_.out_of(kinds_);
    const std::vector<CommandStep::Kind> pages = pages_of(kind);
    if (!pages.empty()) pages_.clear();
    for (const CommandStep::Kind page : pages) {
      if (std::count(space_.kinds.begin(), space_.kinds.end(), page) != 0) pages_.push_back(page);
    }
    return kind;
  }
  /// The mark that a page is of, or what takes it back; of what finishes any, that of a role.
  static std::optional<CommandStep::Kind> mark_before(CommandStep::Kind page) {
    using Kind = CommandStep::Kind;
    for (const StepFacts& facts : step_facts) {
      const std::vector<Kind> pages = pages_of(facts.kind);
      if (facts.kind != page && std::count(pages.begin(), pages.end(), page) != 0) {
        return facts.kind;
      }
    }
    if (page == Kind::finish_marked) return Kind::mark_role_deleted;
    return std::nullopt;
  }
  static std::vector<CommandStep::Kind> pages_of(CommandStep::Kind mark) {
    using Kind = CommandStep::Kind;
    if (mark == Kind::mark_organization_deleted) {
      return {Kind::sweep_organization_membership, Kind::sweep_organization_invitation,
              Kind::mark_organization_deleted, Kind::keep_organization};
    }
    if (mark == Kind::mark_user_deleted) {
      return {Kind::sweep_user_membership, Kind::sweep_user_invitation, Kind::mark_user_deleted,
              Kind::keep_user};
    }
    if (mark == Kind::mark_role_deleted) {
      return {Kind::fence_role, Kind::sweep_role_holder, Kind::sweep_role_invitation,
              Kind::mark_role_deleted, Kind::keep_role};
    }
    if (mark == Kind::mark_permission_deleted) {
      return {Kind::fence_permission, Kind::sweep_role_permission, Kind::mark_permission_deleted,
              Kind::keep_permission};
    }
    if (mark == Kind::mark_multiple_roles_disabled) {
      return {Kind::fence_multiple_roles, Kind::sweep_several_roles};
    }
    if (mark == Kind::mark_owner_role) return {Kind::fence_owner_role};
    return {};
  }
  /// Roles for a membership or an invitation, or the role that a command is about and now and then
  /// another.
  OwnedSelection roles(const CommandStep& step) {
    using Form = RoleSelection::Form;
    using Kind = CommandStep::Kind;
    const bool about_members = step.kind == Kind::create_membership ||
                               step.kind == Kind::update_roles ||
                               step.kind == Kind::send_invitation;
    // An order that somebody names has all roles only by chance.
    const bool orders = step.kind == Kind::set_priority_order;
    const bool names_owner =
        step.kind == Kind::mark_owner_role || step.kind == Kind::name_owner_role;
    OwnedSelection made;
    if ((about_members && draw_.one_in(4)) || (orders && !draw_.one_in(4)) ||
        (names_owner && draw_.one_in(5))) {
      return made;
    }
    bool own = step.kind == Kind::create_organization_role ||
               (about_members ? draw_.one_in(4) : step.flag && !draw_.one_in(6));
    const bool marks = step.kind == Kind::mark_role_deleted;
    const bool several = draw_.one_in(marks ? 2 : 3);
    made.form = several ? Form::several : Form::one;
    for (std::size_t more = !several ? 1 : marks ? 2 : draw_.below(4); more > 0; --more) {
      const std::vector<std::string>& slugs = own ? space_.own_roles : space_.roles;
      made.slugs.push_back(about_members ? draw_.mostly_first(slugs) : a_role(slugs));
      if (!about_members && !orders) own = draw_.one_in(4);  // a replacement
    }
    return made;
  }
  const std::vector<std::string>& texts_of(CommandStep::Kind kind) const {
    using Kind = CommandStep::Kind;
    const bool is_address =
        kind == Kind::create_user || kind == Kind::update_user || kind == Kind::send_invitation;
    return is_address ? space_.emails : space_.names;
  }
  OwnedTextChange change(const std::vector<std::string>& texts, unsigned one_in) {
    OwnedTextChange made;
    if (texts.empty() || !draw_.one_in(one_in)) return made;
    made.what = draw_.one_in(4) ? OwnedTextChange::What::clear : OwnedTextChange::What::set;
    if (made.what == OwnedTextChange::What::set) made.text = draw_.mostly_first(texts);
    return made;
  }
  OwnedMetadataChange metadata_change() {
    OwnedMetadataChange made;
    if (space_.keys.empty() || !draw_.one_in(3)) return made;
    made.clears = draw_.one_in(6);
    for (std::size_t more = made.clears ? 0 : 1 + draw_.below(2); more > 0; --more) {
      made.entries.emplace_back(draw_.out_of(space_.keys),
                                draw_.one_in(4) ? std::nullopt
                                                : std::optional(std::to_string(draw_.below(3))));
    }
    return made;
  }
  OwnedDomains domains() {
    OwnedDomains made;
    for (std::size_t more = draw_.below(3); more > 0; --more) {
      made.domains.emplace_back(draw_.mostly_first(space_.domains), draw_.value(domain_state()));
    }
    return made;
  }

  StepSpace space_;
  Draw draw_;
  std::vector<CommandStep::Kind> kinds_;
  std::vector<CommandStep::Kind> pages_;  ///< of what was marked last
};

}  // namespace detail

/// A sequence of steps: a user, an organization, then `least` or up to as many more as RapidCheck's
/// size says. Before a step that would seldom find anything comes now and then what it needs. It
/// shrinks as `smaller` says.
inline rc::Gen<std::vector<CommandStep>> command_steps(const StepSpace& space = {},
                                                       std::size_t least = 0) {
  return shrinking_steps([space, least](const rc::Random& random, int size) {
    return detail::DrawSteps(space, random).steps(least, static_cast<std::size_t>(size));
  });
}

}  // namespace testing
}  // namespace membership::inline v0

#endif
