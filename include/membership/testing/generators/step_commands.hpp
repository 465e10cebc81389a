// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_GENERATORS_STEP_COMMANDS_HPP
#define MEMBERSHIP_TESTING_GENERATORS_STEP_COMMANDS_HPP

#include "membership/administration.hpp"
#include "membership/testing/generators/steps.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace testing {

/// What the steps of a sequence name: everything made so far, also what is gone again. Of roles,
/// permissions and marks what there is.
struct Known {
  /// A role that was made.
  struct Role {
    std::optional<OrganizationId> organization;
    RoleIndex index;
    RoleState state;
  };
  /// A membership that was made.
  struct Member {
    UserId user;
    OrganizationId organization;
    RoleSet roles;
    bool gone;
  };
  /// A permission that was made.
  struct Permission {
    std::uint16_t index;
    PermissionState state;
  };

  std::vector<UserId> users;
  std::vector<OrganizationId> organizations;
  std::vector<MembershipId> memberships;
  std::vector<Member> members;  ///< the same, as they were written last
  std::vector<InvitationId> invitations;
  std::vector<InvitationState> invitation_states;  ///< the same
  /// A fresh store has this one.
  std::vector<Role> roles{
      {std::nullopt, RoleIndex::environment(0), RoleState(RoleSlug::from_stored("member"))}};
  std::vector<Permission> permissions;
  EnvironmentState environment;
  std::optional<UserState> deleting_user;  ///< the last that was marked
  std::optional<OrganizationState> deleting_organization;

  /// Takes in what a plan made. Call it after the commit.
  void remember(const Plan& plan) {
    if (plan.user) remember_user(*plan.user);
    if (plan.organization) remember_organization(*plan.organization);
    if (plan.membership) remember_membership(*plan.membership);
    if (plan.other) remember_membership(*plan.other);
    if (plan.invitation) remember_invitation(plan.invitation->after);
    if (plan.environment) environment = plan.environment->after;
    if (plan.role) {
      const OrganizationId* const owner =
          plan.role->index.is_organization() ? plan.organization_id() : nullptr;
      forget_role(plan.role->after.slug, owner == nullptr ? std::nullopt : std::optional(*owner));
      if (plan.role->effect == Effect::put) {
        roles.push_back({owner == nullptr ? std::nullopt : std::optional(*owner), plan.role->index,
                         plan.role->after});
      }
    }
    if (plan.permission) {
      forget_permission(plan.permission->after.slug);
      if (plan.permission->effect == Effect::put) {
        permissions.push_back({plan.permission->index, plan.permission->after});
      }
    }
  }
  void forget_role(const RoleSlug& slug, const std::optional<OrganizationId>& organization) {
    std::erase_if(roles, [&](const Role& role) {
      return role.state.slug == slug && role.organization == organization;
    });
  }
  void forget_permission(const PermissionSlug& slug) {
    std::erase_if(permissions, [&](const Permission& one) { return one.state.slug == slug; });
  }

  UserId user(unsigned number) const { return pick(users, number); }
  OrganizationId organization(unsigned number) const { return pick(organizations, number); }
  MembershipId membership(unsigned number) const { return pick(memberships, number); }
  InvitationId invitation(unsigned number) const { return pick(invitations, number); }

  /// The one of this number among the memberships that are there and of which `fits(Member)`; of
  /// all where there is none.
  template <class Fits>
  MembershipId membership_where(unsigned number, Fits&& fits) const {
    return pick_where(memberships, members, number,
                      [&](const Member& one) { return !one.gone && fits(one); });
  }
  /// The same of open invitations, by `fits(InvitationState)`.
  template <class Fits>
  InvitationId invitation_where(unsigned number, Fits&& fits) const {
    return pick_where(invitations, invitation_states, number, [&](const InvitationState& one) {
      return one.status == InvitationStatus::pending && fits(one);
    });
  }
  /// The role that was marked last and is still on its way out, or the role `member` under a mark
  /// that there never was.
  Role retiring_role() const {
    const Role* found = nullptr;
    for (const Role& role : roles) {
      if (role.state.phase == Phase::retiring) found = &role;
    }
    if (found != nullptr) return *found;
    Role none{std::nullopt, RoleIndex::environment(0), RoleState(RoleSlug::from_stored("member"))};
    none.state.generation = 1;
    return none;
  }
  /// The same of a permission, the first that is on its way out.
  Permission retiring_permission() const {
    for (const Permission& one : permissions) {
      if (one.state.phase == Phase::retiring) return one;
    }
    Permission none{0, PermissionState::nothing()};
    none.state.generation = 1;
    return none;
  }
  /// The roles that an organization (or none) sees and that are not on their way out, by age, the
  /// environment's first.
  std::vector<std::string_view> live_roles(const std::optional<OrganizationId>& scope) const {
    std::vector<std::string_view> slugs;
    for (const bool own : {false, true}) {
      for (const Role& role : roles) {
        const bool seen = role.organization ? own && role.organization == scope : !own;
        if (seen && role.state.phase == Phase::live) slugs.push_back(role.state.slug.view());
      }
    }
    return slugs;
  }

 private:
  template <class I>
  static I pick(const std::vector<I>& ids, unsigned number) {
    if (ids.empty() || number == CommandStep::unknown) return I::from_stored("unknown");
    return ids[std::min<std::size_t>(number, ids.size() - 1)];
  }
  template <class I, class V, class Fits>
  static I pick_where(const std::vector<I>& ids, const std::vector<V>& values, unsigned number,
                      Fits&& fits) {
    std::vector<I> fitting;
    for (std::size_t at = 0; at < ids.size(); ++at) {
      if (fits(values[at])) fitting.push_back(ids[at]);
    }
    return pick(fitting.empty() ? ids : fitting, number);
  }
  /// The place of an id among those that are known; at their end where it is new.
  template <class I>
  static std::size_t place_of(const std::vector<I>& ids, const I& id) {
    return static_cast<std::size_t>(std::find(ids.begin(), ids.end(), id) - ids.begin());
  }
  void remember_membership(const MembershipWrite& write) {
    const Member now{write.after.user, write.after.organization, write.after.roles,
                     write.effect == Effect::erase};
    const std::size_t at = place_of(memberships, write.after.id);
    if (at == memberships.size()) {
      memberships.push_back(write.after.id);
      members.push_back(now);
    } else {
      members[at] = now;
    }
  }
  template <class State>
  static void note_mark(const State& state, Effect effect, std::optional<State>& marked) {
    if (effect == Effect::put && state.phase == Phase::deleting) {
      marked = state;
    } else if (marked && marked->id == state.id) {
      marked.reset();
    }
  }
  void remember_user(const UserWrite& write) {
    if (write.precondition == Precondition::absent) users.push_back(write.after.id);
    note_mark(write.after, write.effect, deleting_user);
  }
  void remember_organization(const OrganizationWrite& write) {
    if (write.precondition == Precondition::absent) organizations.push_back(write.after.id);
    note_mark(write.after, write.effect, deleting_organization);
  }
  void remember_invitation(const InvitationState& state) {
    const std::size_t at = place_of(invitations, state.id);
    if (at == invitations.size()) {
      invitations.push_back(state.id);
      invitation_states.push_back(state);
    } else {
      invitation_states[at] = state;
    }
    // A user that the acceptance made, in a plan of its own.
    if (state.accepted_by &&
        std::find(users.begin(), users.end(), *state.accepted_by) == users.end()) {
      users.push_back(*state.accepted_by);
    }
  }
};

namespace detail {

/// Makes the command of one step.
template <class Use>
class StepCommand {
 public:
  StepCommand(const CommandStep& step, const Known& known, Use& use)
      : step_(step), known_(known), use_(use) {}

  bool make() {
    using Kind = CommandStep::Kind;
    switch (step_.kind) {
      case Kind::create_membership:
        step_.roles.with([&](const RoleSelection& roles) {
          use_(CreateMembership{user(), organization(), roles, actor()});
        });
        return true;
      case Kind::update_roles:
        step_.roles.with([&](const RoleSelection& roles) {
          use_(UpdateRoles{membership(), roles, actor()});
        });
        return true;
      case Kind::deactivate_membership: return done(DeactivateMembership{membership(), actor()});
      case Kind::reactivate_membership: return done(ReactivateMembership{membership(), actor()});
      case Kind::delete_membership: return done(DeleteMembership{membership(), actor()});
      case Kind::transfer_ownership: return transfer_ownership();
      case Kind::create_user: return create_user();
      case Kind::update_user: return update_user();
      case Kind::create_organization: return create_organization();
      case Kind::update_organization: return update_organization();
      case Kind::set_seat_limit: return done(SetSeatLimit{organization(), limit()});
      case Kind::set_seats_count:
        return done(SetSeatsCount{{(step_.number & 1) != 0, (step_.number & 2) != 0}});
      case Kind::create_role: return create_role();
      case Kind::create_organization_role: return create_organization_role();
      case Kind::update_role: {
        UpdateRole command{slug()};
        if (!step_.text.empty()) command.name = step_.text;
        command.description = step_.second.view();
        command.organization = scope();
        return done(command);
      }
      case Kind::set_role_permissions: {
        const std::vector<std::string_view> views(step_.permissions.begin(),
                                                  step_.permissions.end());
        return done(SetRolePermissions{slug(), views, scope()});
      }
      case Kind::add_role_permission: return done(AddRolePermission{slug(), permission(), scope()});
      case Kind::remove_role_permission:
        return done(RemoveRolePermission{slug(), permission(), scope()});
      case Kind::create_permission: {
        CreatePermission command{permission(), step_.text};
        command.description = step_.second.given();
        command.resource_type_slug = resource_type();
        command.system = step_.number % 8 == 6;
        return done(command);
      }
      case Kind::update_permission: {
        UpdatePermission command{permission()};
        if (!step_.text.empty()) command.name = step_.text;
        command.description = step_.second.view();
        return done(command);
      }
      case Kind::set_default_role: return done(SetDefaultRole{slug(), scope()});
      case Kind::set_priority_order: return set_priority_order();
      case Kind::enable_multiple_roles: return done(EnableMultipleRoles{});
      case Kind::send_invitation: return send_invitation();
      case Kind::accept_invitation: return accept_invitation();
      case Kind::resend_invitation: return done(ResendInvitation{invitation()});
      case Kind::revoke_invitation: return done(RevokeInvitation{invitation()});
      case Kind::expire_invitation: return done(ExpireInvitation{invitation()});
      case Kind::mark_organization_deleted:
      case Kind::delete_organization: return done(MarkOrganizationDeleted{organization()});
      case Kind::keep_organization: {
        const auto& marked = known_.deleting_organization;
        return done(KeepOrganization{marked ? marked->id : organization()});
      }
      case Kind::mark_user_deleted:
      case Kind::delete_user: return done(MarkUserDeleted{user()});
      case Kind::keep_user: {
        const auto& marked = known_.deleting_user;
        return done(KeepUser{marked ? marked->id : user()});
      }
      case Kind::mark_role_deleted:
      case Kind::delete_role:
        return done(MarkRoleDeleted{slug(), replacement(), scope(), only_unused(step_)});
      case Kind::keep_role: {
        const Known::Role role = known_.retiring_role();
        const bool marked = role.state.phase == Phase::retiring;
        return done(KeepRole{marked ? role.state.slug.view() : slug(),
                             marked ? role.organization : scope()});
      }
      case Kind::mark_permission_deleted:
      case Kind::delete_permission: return done(MarkPermissionDeleted{permission()});
      case Kind::keep_permission: {
        const Known::Permission marked = known_.retiring_permission();
        return done(KeepPermission{marked.state.phase == Phase::retiring ? marked.state.slug.view()
                                                                         : permission()});
      }
      case Kind::mark_multiple_roles_disabled:
      case Kind::disable_multiple_roles: return done(MarkMultipleRolesDisabled{});
      case Kind::mark_owner_role:
      case Kind::name_owner_role: return done(MarkOwnerRole{owner_role(step_)});
      case Kind::sweep_organization_membership:
      case Kind::sweep_organization_invitation: return sweep_organization();
      case Kind::sweep_user_membership:
      case Kind::sweep_user_invitation: return sweep_user();
      case Kind::fence_role:
      case Kind::sweep_role_holder:
      case Kind::sweep_role_invitation: return take_role();
      case Kind::sweep_role_replacement: return sweep_role_replacement();
      case Kind::fence_permission:
      case Kind::sweep_role_permission: return take_permission();
      case Kind::fence_multiple_roles:
        return done(FenceMultipleRoles{organization(), marked_at(known_.environment.generation)});
      case Kind::sweep_several_roles:
        return done(SweepSeveralRoles{
            known_.membership_where(step_.membership,
                                    [](const Known::Member& one) { return one.roles.several(); }),
            marked_at(known_.environment.generation)});
      case Kind::fence_owner_role:
        return done(FenceOwnerRole{organization(),
                                   known_.environment.names_owner_role()
                                       ? known_.environment.next_owner_role
                                       : RoleIndex::environment(0),
                                   marked_at(known_.environment.owner_generation)});
      case Kind::finish_marked:
      case Kind::expire_invitations: break;
    }
    return false;
  }

  static bool only_unused(const CommandStep& step) { return step.number % 3 == 2; }
  static std::optional<std::string_view> replacement_of(const CommandStep& step) {
    if (step.roles.slugs.size() < 2) return std::nullopt;
    return std::string_view(step.roles.slugs[1]);
  }
  static std::string_view slug_of(const CommandStep& step) {
    return step.roles.slugs.empty() ? std::string_view("member")
                                    : std::string_view(step.roles.slugs[0]);
  }
  static std::optional<std::string_view> owner_role(const CommandStep& step) {
    if (step.roles.form == RoleSelection::Form::none) return std::nullopt;
    return slug_of(step);
  }
  static std::string_view permission_of(const CommandStep& step) {
    return step.permissions.empty() ? std::string_view("docs:read")
                                    : std::string_view(step.permissions[0]);
  }

 private:
  template <class C>
  bool done(const C& command) {
    use_(command);
    return true;
  }

  UserId user() const { return known_.user(step_.user); }
  OrganizationId organization() const { return known_.organization(step_.organization); }
  MembershipId membership() const { return known_.membership(step_.membership); }
  InvitationId invitation() const { return known_.invitation(step_.invitation); }
  ActorId actor() const {
    return step_.actor ? ActorId(known_.user(*step_.actor)) : ActorId::system();
  }
  std::optional<OrganizationId> scope() const {
    return step_.flag ? std::optional(organization()) : std::nullopt;
  }
  std::optional<std::uint64_t> limit() const {
    return step_.limit ? std::optional<std::uint64_t>(*step_.limit) : std::nullopt;
  }
  std::string_view slug() const { return slug_of(step_); }
  std::optional<std::string_view> replacement() const { return replacement_of(step_); }
  std::string_view permission() const { return permission_of(step_); }
  std::optional<std::string_view> resource_type() const {
    return step_.number % 8 == 7 ? std::optional<std::string_view>("document") : std::nullopt;
  }

  /// From an owner, where there is one, to one of the same organization.
  bool transfer_ownership() {
    const RoleIndex owner = known_.environment.owner_role;
    const MembershipId from = known_.membership_where(
        step_.membership, [&](const Known::Member& one) { return one.roles.contains(owner); });
    const auto at = std::find(known_.memberships.begin(), known_.memberships.end(), from);
    if (at == known_.memberships.end()) return done(TransferOwnership{from, from, actor()});
    const Known::Member& giver =
        known_.members[static_cast<std::size_t>(at - known_.memberships.begin())];
    const MembershipId to = known_.membership_where(step_.other, [&](const Known::Member& one) {
      return one.organization == giver.organization;
    });
    return done(TransferOwnership{from, to, actor()});
  }
  bool create_user() {
    CreateUser command;
    if (step_.flag) command.id = UserId::from_stored("u" + std::to_string(step_.user));
    if (!step_.text.empty()) command.email = step_.text;
    command.first_name = step_.second.given();
    command.external_id = step_.external_id.given();
    return step_.metadata.with([&](const MetadataChange& metadata) {
      command.metadata = metadata;
      return done(command);
    });
  }
  bool update_user() {
    UpdateUser command{user()};
    if (!step_.text.empty()) command.email = step_.text;
    if (step_.flag) command.email_verified = true;
    command.first_name = step_.second.view();
    command.external_id = step_.external_id.view();
    return step_.metadata.with([&](const MetadataChange& metadata) {
      command.metadata = metadata;
      return done(command);
    });
  }
  bool create_organization() {
    CreateOrganization command{step_.text};
    if (step_.flag) {
      command.id = OrganizationId::from_stored("o" + std::to_string(step_.organization));
    }
    command.seat_limit = limit();
    command.external_id = step_.external_id.given();
    return step_.metadata.with([&](const MetadataChange& metadata) {
      command.metadata = metadata;
      return step_.domains.value_or(OwnedDomains{}).with([&](std::span<const DomainData> domains) {
        command.domains = domains;
        return done(command);
      });
    });
  }
  bool update_organization() {
    UpdateOrganization command{organization()};
    if (!step_.text.empty()) command.name = step_.text;
    command.external_id = step_.external_id.view();
    return step_.metadata.with([&](const MetadataChange& metadata) {
      command.metadata = metadata;
      if (!step_.domains) return done(command);
      return step_.domains->with([&](std::span<const DomainData> domains) {
        command.domains = DomainsChange::replace(domains);
        return done(command);
      });
    });
  }
  bool create_role() {
    CreateRole command{slug(), step_.text};
    command.description = step_.second.given();
    command.resource_type_slug = resource_type();
    return done(command);
  }
  bool create_organization_role() {
    CreateOrganizationRole command{organization(), step_.text};
    if (step_.flag) command.slug = slug();
    command.description = step_.second.given();
    command.resource_type_slug = resource_type();
    return done(command);
  }
  /// The order of several slugs that the step has, else one of all roles: by age, or another by the
  /// number. A single slug is left out of it, or where it is none of them added.
  bool set_priority_order() {
    std::vector<std::string_view> order(step_.roles.slugs.begin(), step_.roles.slugs.end());
    if (step_.roles.form != RoleSelection::Form::several) {
      order = known_.live_roles(scope());
      std::size_t rest = step_.number;
      for (std::size_t at = 0; at < order.size(); ++at) {
        const std::size_t left = order.size() - at;
        std::swap(order[at], order[at + rest % left]);
        rest /= left;
      }
      for (const std::string& slug : step_.roles.slugs) {
        if (std::erase(order, slug) == 0) order.push_back(slug);
      }
    }
    return done(SetPriorityOrder{order, scope()});
  }
  bool send_invitation() {
    static constexpr std::int64_t durations[] = {7, 1, 30, 7, 1, 7, 0, 31};
    SendInvitation command{step_.text};
    command.organization = scope();
    if (!step_.roles.slugs.empty()) command.role = step_.roles.slugs[0];
    command.expires_in_days = durations[step_.number % std::size(durations)];
    command.actor = actor();
    return done(command);
  }
  bool accept_invitation() {
    AcceptInvitation command;
    const auto& states = known_.invitation_states;
    if (!step_.flag || states.empty() || step_.invitation == CommandStep::unknown) {
      command.invitation = invitation();
    } else {
      command.token = states[std::min<std::size_t>(step_.invitation, states.size() - 1)].token;
    }
    return done(command);
  }

  // Pages of what is marked, or where nothing is, of a mark that there never was: so there are
  // more that find something than numbers alone would give.

  static std::uint64_t marked_at(std::uint64_t generation) {
    return std::max<std::uint64_t>(generation, 1);
  }
  template <class State>
  static std::uint64_t generation_of(const std::optional<State>& marked) {
    return marked ? marked->generation : 1;
  }
  bool sweep_organization() {
    const auto& marked = known_.deleting_organization;
    const std::uint64_t generation = generation_of(marked);
    const auto is_in_it = [&](const auto& one) { return marked && marked->id == one.organization; };
    if (step_.kind == CommandStep::Kind::sweep_organization_invitation) {
      return done(SweepOrganizationInvitation{known_.invitation_where(step_.invitation, is_in_it),
                                              generation});
    }
    return done(SweepOrganizationMembership{known_.membership_where(step_.membership, is_in_it),
                                            generation});
  }
  bool sweep_user() {
    const auto& marked = known_.deleting_user;
    const std::uint64_t generation = generation_of(marked);
    if (step_.kind == CommandStep::Kind::sweep_user_invitation) {
      return done(SweepUserInvitation{invitation(), marked ? marked->id : user(), generation});
    }
    const auto fits = [&](const Known::Member& one) { return marked && marked->id == one.user; };
    return done(SweepUserMembership{known_.membership_where(step_.membership, fits), generation});
  }
  bool take_role() {
    const Known::Role role = known_.retiring_role();
    const std::uint64_t generation = role.state.generation;
    const auto is_in_scope = [&](const auto& one) {
      return !role.organization || role.organization == one.organization;
    };
    if (step_.kind == CommandStep::Kind::fence_role) {
      return done(FenceRole{organization(), role.index, generation});
    }
    if (step_.kind == CommandStep::Kind::sweep_role_invitation) {
      const auto gives = [&](const InvitationState& one) {
        return one.role == role.index && is_in_scope(one);
      };
      return done(SweepRoleInvitation{known_.invitation_where(step_.invitation, gives), role.index,
                                      generation});
    }
    const auto holds = [&](const Known::Member& one) {
      return one.roles.contains(role.index) && is_in_scope(one);
    };
    return done(
        SweepRoleHolder{known_.membership_where(step_.membership, holds), role.index, generation});
  }
  /// Takes a role on its way out from the mark of one whose replacement it is.
  bool sweep_role_replacement() {
    Known::Role marked = known_.retiring_role();
    Known::Role other = marked;
    bool found = false;  // one whose replacement is on its way out itself
    for (const Known::Role& role : known_.roles) {
      if (role.state.phase != Phase::retiring || role.state.replacement.is_none()) continue;
      for (const Known::Role& one : known_.roles) {
        if (found || one.organization || !(one.index == role.state.replacement)) continue;
        marked = role;
        other = one;
        found = one.state.phase == Phase::retiring;
      }
    }
    return done(SweepRoleReplacement{marked.state.slug.view(), marked.organization, other.index,
                                     marked_at(other.state.generation)});
  }
  bool take_permission() {
    const Known::Permission permission = known_.retiring_permission();
    const std::uint64_t generation = permission.state.generation;
    if (step_.kind == CommandStep::Kind::fence_permission) {
      return done(FencePermission{organization(), permission.index, generation});
    }
    for (const Known::Role& role : known_.roles) {
      if (!role.state.permissions.contains(permission.index)) continue;
      return done(SweepRolePermission{role.state.slug.view(), role.organization, permission.index,
                                      generation});
    }
    return done(SweepRolePermission{slug(), scope(), permission.index, generation});
  }

  const CommandStep& step_;
  const Known& known_;
  Use& use_;
};

}  // namespace detail

/// Calls `use(command)` with the command that a step means, of a whole operation the one that marks
/// it; returns whether there is one. The command borrows from the step and from `known`. What is
/// made with an id of its own gets one out of the step's number: `u7`, `o3`.
///
/// A name or an address that is empty is not given where it need not be.
template <class Use>
bool with_command(const CommandStep& step, const Known& known, Use&& use) {
  return detail::StepCommand<Use>(step, known, use).make();
}

}  // namespace testing
}  // namespace membership::inline v0

#endif
