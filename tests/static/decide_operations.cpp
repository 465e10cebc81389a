// SPDX-License-Identifier: BSL-1.0

// Plan
//   an open invitation that holds a role on its way out                   -> invitation
//   what a membership keeps when a role is taken                          -> holder
//   which role is kept when Multiple Roles goes off                       -> kept
//   a mark and its fence                                                  -> mark

#include "../support/world.hpp"
#include "membership/command/delete_role.hpp"
#include "membership/command/disable_multiple_roles.hpp"

using namespace membership_tests;

namespace static_decide_operations {

/// `leaving` retires under generation 3 in favour of `viewer`, or of the default.
constexpr RoleState marked(RoleIndex replacement) noexcept {
  RoleState role = retiring("leaving");
  role.generation = 3;
  role.replacement = replacement;
  return role;
}
struct Marked {
  RoleState roles[5];
  Snapshot seen;

  constexpr explicit Marked(const Snapshot& snapshot, RoleIndex replacement = viewer) noexcept
      : roles{environment_roles[0], environment_roles[1], environment_roles[2],
              environment_roles[3], marked(replacement)},
        seen(snapshot) {}
  constexpr Snapshot show() const noexcept {
    Snapshot shown = seen;
    shown.roles = RoleCatalogue(RoleTable(roles, 5), RoleTable(organization_roles, 2), &role_order);
    return shown;
  }
};

// invitation
constexpr InvitationId invitation_id = id<InvitationId>("invitation_1");
constexpr Snapshot invited(RoleIndex role, InvitationStatus status) noexcept {
  Snapshot seen = make_world();
  InvitationState& invitation = seen.invitation.emplace(invitation_id, at(500), at(9000));
  invitation.organization = organization_id;
  invitation.role = role;
  invitation.status = status;
  invitation.revision = 6;
  return seen;
}
constexpr SweepRoleInvitation sweep_invitation{invitation_id, leaving, 3};
constexpr Marked open_invitation(invited(leaving, InvitationStatus::pending));
constexpr Snapshot open_seen = open_invitation.show();
constexpr Plan swept = plan_of(sweep_invitation, open_seen);
static_assert(swept.outcome == Outcome::updated && !swept.membership);
static_assert(swept.invitation->precondition == Precondition::set);
static_assert(swept.invitation->event == EventType::none, "it is no event");
static_assert(swept.invitation->expected == 6 && swept.invitation->after.revision == 8);
static_assert(swept.invitation->after.role == viewer);
static_assert(swept.invitation->after.updated_at == at(2000));
static_assert(swept.touch->expected == 7 && swept.touch->after == world.organization->counts);
static_assert(refusal(SweepRoleInvitation{invitation_id, leaving, 2}, open_seen) ==
              error(ErrorCode::operation_superseded, Field::invitation_id, "invitation_1"));
constexpr Marked to_default(invited(leaving, InvitationStatus::pending), RoleIndex::none());
static_assert(plan_of(sweep_invitation, to_default.show()).invitation->after.role == member);
constexpr bool leaves_alone(const Snapshot& seen) {
  return plan_of(sweep_invitation, Marked(seen).show()).outcome == Outcome::unchanged;
}
static_assert(leaves_alone(world), "it is gone");
static_assert(leaves_alone(invited(member, InvitationStatus::pending)));
static_assert(leaves_alone(invited(leaving, InvitationStatus::revoked)));
static_assert(leaves_alone(invited(leaving, InvitationStatus::accepted)));

// holder
constexpr RoleSet left_of(RoleSet held, RoleIndex replacement = viewer,
                          RoleIndex owner = admin) noexcept {
  Snapshot seen = with(Status::active, held);
  seen.organization->owner_role = owner;
  const Marked marked_world(seen, replacement);
  return plan_of(SweepRoleHolder{membership_id, leaving, 3}, marked_world.show())
      .membership->after.roles;
}
static_assert(left_of(set_of(leaving)) == set_of(viewer));
static_assert(left_of(set_of(leaving, admin)) == set_of(admin));
static_assert(left_of(set_of(leaving), RoleIndex::none()) == set_of(member));
static_assert(left_of(set_of(leaving), gone) == set_of(member), "the replacement is gone");
static_assert(left_of(set_of(leaving), editor) == set_of(member), "not a role of organizations");
static_assert(left_of(set_of(leaving), viewer, viewer) == set_of(member),
              "no sweep makes an owner");
constexpr Snapshot first_requested_leaving() noexcept {
  Snapshot seen = with(Status::active, set_of(leaving, admin));
  seen.membership->first_requested = leaving;
  return seen;
}
constexpr bool forgets_first() noexcept {
  const Marked marked_world(first_requested_leaving());
  return plan_of(SweepRoleHolder{membership_id, leaving, 3}, marked_world.show())
      .membership->after.first_requested.is_none();
}
static_assert(forgets_first(), "what takes the place is not shown first");

// kept
constexpr Snapshot closing(Status status, RoleSet held, std::uint64_t owners) noexcept {
  Snapshot seen = with(status, held);
  seen.environment.multiple_roles = true;
  seen.environment.phase = Phase::closing;
  seen.environment.generation = 3;
  seen.organization->owner_role = viewer;
  seen.organization->counts.owners = owners;
  return seen;
}
constexpr RoleSet kept(Status status, RoleSet held, std::uint64_t owners) noexcept {
  return plan_of(SweepSeveralRoles{membership_id, 3}, closing(status, held, owners))
      .membership->after.roles;
}
static_assert(kept(Status::active, set_of(admin, viewer), 2) == set_of(admin));
static_assert(kept(Status::active, set_of(admin, viewer), 1) == set_of(viewer));
static_assert(kept(Status::inactive, set_of(admin, viewer), 1) == set_of(admin));
static_assert(kept(Status::active, set_of(admin, member), 1) == set_of(admin));
static_assert(kept(Status::active, set_of(leaving, clerk), 1) == set_of(clerk));

// mark
static_assert(!EnvironmentState{}.is_owner_role(RoleIndex::none()));
static_assert(refusal(FenceRole{organization_id, leaving, 3}, world) ==
                  error(ErrorCode::operation_superseded, Field::role_slug, "leaving"),
              "a mark without this generation");
constexpr Marked unfenced{world};
constexpr Plan fence = plan_of(FenceRole{organization_id, leaving, 3}, unfenced.show());
static_assert(fence.organization->after.fenced_to == 3 && fence.organization->after.revision == 8);
static_assert(fence.organization->event == EventType::none && !fence.touch && !fence.order);

}  // namespace static_decide_operations
