// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_GENERATORS_WHOLE_WORLDS_HPP
#define MEMBERSHIP_TESTING_GENERATORS_WHOLE_WORLDS_HPP

#include "membership/testing/generators/run_step.hpp"
#include "membership/testing/generators/sequences.hpp"
#include "membership/testing/generators/shrinking.hpp"
#include "membership/testing/generators/steps.hpp"

#include <rapidcheck.h>
#include <tl/expected.hpp>

#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace testing {

/// A whole environment, as the steps that make it: permissions, roles and what they grant,
/// settings, users, organizations with their own roles, memberships of which some are inactive and
/// some pending, invitations. It shrinks by its steps, and whatever is left is consistent as well.
struct WholeWorld {
  std::vector<CommandStep> steps{};
};

inline std::ostream& operator<<(std::ostream& out, const WholeWorld& world) {
  for (const CommandStep& step : world.steps) out << "\n  " << step;
  return out;
}

/// Fills a fresh store, and returns what is there now. A step that has lost in shrinking what it
/// needs is skipped. Preconditions: the store keeps all kinds; its first role is `member`.
/// Failures: `contended` and `store`, as `execute`.
template <class S, class RuntimeType = StepRuntime>
[[nodiscard]] tl::expected<Known, Failure<S>> fill(S& store, const WholeWorld& world,
                                                   RuntimeType&& runtime = RuntimeType{}) {
  Known known;
  for (const CommandStep& step : world.steps) {
    auto result = run_step(store, MembershipPolicy<>{}, step, known, runtime);
    if (!result && result.error().kind != FailureKind::refused) {
      return tl::unexpected<Failure<S>>(std::move(result.error()));
    }
  }
  return known;
}

namespace detail {

/// Draws the steps of a world. All of them take effect.
class DrawWorld {
 public:
  DrawWorld(const StepSpace& space, const rc::Random& random) : space_(space), draw_(random) {}

  std::vector<CommandStep> steps() {
    make_catalogue();
    make_users();
    const unsigned organizations = some(space_.organizations);
    for (unsigned number = 0; number < organizations; ++number) make_organization(number);
    return std::move(steps_);
  }

 private:
  using Kind = CommandStep::Kind;

  unsigned some(unsigned most) { return static_cast<unsigned>(draw_.below(most + 1)); }
  CommandStep& add(Kind kind) {
    CommandStep& step = steps_.emplace_back();
    step.kind = kind;
    return step;
  }
  static OwnedSelection one(std::string slug) {
    return {RoleSelection::Form::one, {std::move(slug)}};
  }
  static std::string numbered(const char* text, unsigned number) {
    return text + std::to_string(number);
  }

  void grant(const std::string& role, unsigned organization, bool own) {
    CommandStep granted;
    granted.kind = Kind::set_role_permissions;
    granted.roles = one(role);
    granted.organization = organization;
    granted.flag = own;
    for (const std::string& permission : permissions_) {
      if (draw_.one_in(2)) granted.permissions.push_back(permission);
    }
    if (!granted.permissions.empty()) steps_.push_back(granted);
  }

  void make_catalogue() {
    for (const std::string& permission : space_.permissions) {
      if (PermissionSlug::fault(permission) != ErrorCode{} || draw_.one_in(3)) continue;
      permissions_.push_back(permission);
      CommandStep& step = add(Kind::create_permission);
      step.permissions = {permissions_.back()};
      step.text = permissions_.back();
      step.number = draw_.one_in(6) ? 6 : 0;
    }
    for (const std::string& role : space_.roles) {
      if (RoleSlug::fault(role) != ErrorCode{} || role == "member" || draw_.one_in(3)) continue;
      roles_.push_back(role);
      CommandStep& step = add(Kind::create_role);
      step.roles = one(roles_.back());
      step.text = roles_.back();
      grant(roles_.back(), 0, false);
    }
    several_ = draw_.one_in(2);
    if (several_) add(Kind::enable_multiple_roles);
    owned_ = !roles_.empty() && draw_.one_in(2);
    if (owned_) add(Kind::name_owner_role).roles = one(roles_.front());
    if (roles_.size() > 1 && draw_.one_in(3))
      add(Kind::set_default_role).roles = one(roles_.back());
    roles_.emplace_back("member");
  }

  void make_users() {
    users_ = some(space_.users);
    for (unsigned number = 0; number < users_; ++number) {
      CommandStep& step = add(Kind::create_user);
      if (!draw_.one_in(6)) step.text = numbered("user", number) + "@example.com";
      if (draw_.one_in(3)) {
        step.external_id = {OwnedTextChange::What::set, numbered("u", number)};
      }
      if (draw_.one_in(3)) step.metadata.entries = {{"tier", std::to_string(number)}};
      addresses_.push_back(step.text);
    }
  }

  void make_organization(unsigned number) {
    CommandStep& made = add(Kind::create_organization);
    made.text = numbered("Organization ", number);
    if (draw_.one_in(3)) made.external_id = {OwnedTextChange::What::set, numbered("o", number)};
    if (draw_.one_in(3)) made.metadata.entries = {{"plan", std::to_string(number)}};
    if (draw_.one_in(3)) {
      made.domains = OwnedDomains{{{numbered("d", number) + ".example", DomainState::verified}}};
    }
    if (draw_.one_in(3)) made.limit = users_;
    std::vector<std::string> roles = roles_;
    for (const std::string& own : space_.own_roles) {
      if (RoleSlug::organization_fault(own) != ErrorCode{} || draw_.one_in(2)) continue;
      roles.push_back(own);
      CommandStep& step = add(Kind::create_organization_role);
      step.organization = number;
      step.roles = one(roles.back());
      step.text = roles.back();
      step.flag = true;
      grant(roles.back(), number, true);
    }
    bool first = owned_;
    for (unsigned user = 0; user < users_; ++user) {
      if (draw_.one_in(3)) continue;
      make_member(user, number,
                  std::exchange(first, false) ? std::vector(1, roles.front()) : roles);
    }
    for (unsigned more = some(2); more > 0; --more) {
      invite(numbered("stranger", more) + "@example.com", number, roles);
    }
  }

  /// A member: active, inactive, or where the user has an address pending.
  void make_member(unsigned user, unsigned organization, const std::vector<std::string>& roles) {
    if (!addresses_[user].empty() && draw_.one_in(5)) {
      invite(addresses_[user], organization, roles);
      ++members_;
      return;
    }
    CommandStep& step = add(Kind::create_membership);
    step.user = user;
    step.organization = organization;
    step.roles = one(draw_.out_of(roles));
    if (several_ && draw_.one_in(3)) {
      step.roles.form = RoleSelection::Form::several;
      step.roles.slugs.push_back(draw_.out_of(roles));
    }
    if (draw_.one_in(4)) add(Kind::deactivate_membership).membership = members_;
    ++members_;
  }

  void invite(const std::string& address, unsigned organization,
              const std::vector<std::string>& roles) {
    CommandStep& step = add(Kind::send_invitation);
    step.text = address;
    step.organization = organization;
    step.flag = true;
    step.roles = one(draw_.out_of(roles));
  }

  StepSpace space_;
  Draw draw_;
  bool several_ = false;  ///< Multiple Roles is on
  bool owned_ = false;    ///< the first role is the owner role
  unsigned users_ = 0;
  unsigned members_ = 0;
  std::vector<std::string> permissions_;
  std::vector<std::string> roles_;
  std::vector<std::string> addresses_;
  std::vector<CommandStep> steps_;
};

}  // namespace detail

/// A whole world, with at most so many users and organizations and of the roles and permissions of
/// a space; of steps of the same space most find something in it.
inline rc::Gen<WholeWorld> whole_world(const StepSpace& space = {}) {
  return rc::gen::map(shrinking_steps([space](const rc::Random& random, int /*size*/) {
                        return detail::DrawWorld(space, random).steps();
                      }),
                      [](std::vector<CommandStep> steps) { return WholeWorld{std::move(steps)}; });
}

}  // namespace testing
}  // namespace membership::inline v0

#endif
