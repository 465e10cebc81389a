// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_INVITATION_CHANGE_HPP
#define MEMBERSHIP_COMMAND_INVITATION_CHANGE_HPP

#include "membership/command/membership_change.hpp"
#include "membership/domain/invitation.hpp"
#include "membership/policy/context.hpp"
#include "membership/policy/options.hpp"
#include "membership/policy/plan.hpp"
#include "membership/policy/role_resolution.hpp"
#include "membership/policy/snapshot.hpp"

#include <string_view>

namespace membership::inline v0 {
namespace detail {

/// What the commands on invitations share, and those that end one along with its membership.

/// Whether the membership seen is the pending one that the invitation seen is about. One that has
/// ended is about none, though its user may have another by now.
template <class T>
constexpr bool has_pending_membership(const BasicSnapshot<T>& seen) noexcept {
  return seen.membership && seen.membership->status == Status::pending &&
         seen.invitation->status == InvitationStatus::pending &&
         seen.invitation->user == seen.membership->user;
}

/// Makes the user seen a member of the organization seen, and touches it.
template <class T>
constexpr void write_new(const BasicSnapshot<T>& seen, const typename T::MembershipId& id,
                         EventType event, Status status, const ResolvedRoles& roles, Time now,
                         BasicPlan<T>& plan) noexcept {
  const BasicOrganizationState<T>& organization = *seen.organization;
  plan.membership.emplace(event, id, seen.user->id, organization.id, roles.roles, roles.first,
                          status, now, organization.revision + 1);
  plan.compared_user.emplace(seen.user->revision);
  Counts counts = organization.counts;
  counts.add(status, roles.roles, organization.owner_role);
  touch(seen, counts, plan);
}

/// Writes the invitation seen. Its plan also sets the organization's row, where there is one.
template <class T>
constexpr BasicInvitationWrite<T>& write_invitation(const BasicSnapshot<T>& seen,
                                                    const BasicContext<T>& context, EventType event,
                                                    BasicPlan<T>& plan) noexcept {
  const BasicInvitationState<T>& before = *seen.invitation;
  BasicInvitationWrite<T>& write =
      plan.invitation.emplace(Precondition::set, event, before.revision, before);
  write.after.updated_at = later_of(before.updated_at, context.now);
  write.after.revision = (before.organization ? seen.organization->revision : before.revision) + 1;
  ProfileWrite& profile = plan.profile.emplace();
  if (seen.invitation_profile != nullptr) profile.after = *seen.invitation_profile;
  profile.after.updated_at = write.after.updated_at;
  return write;
}

/// Ends the invitation seen. Its profile keeps the slug of the role that it gave at last, `roles`,
/// and it holds no role and no address any more.
template <class T>
constexpr BasicInvitationWrite<T>&
end_invitation(const PolicyOptions& options, const BasicSnapshot<T>& seen,
               const BasicContext<T>& context, InvitationStatus status, EventType event,
               RoleSet roles, RoleIndex first, BasicPlan<T>& plan) noexcept {
  BasicInvitationWrite<T>& write = write_invitation(seen, context, event, plan);
  write.after.status = status;
  write.after.role = RoleIndex::none();
  if (status != InvitationStatus::expired) write.after.ended_at = context.now;
  Texts& texts = plan.profile->after.texts;
  const std::string_view slug = primary_role(options, seen.roles, roles, first);
  if (!slug.empty()) texts.set(Text::role_slug, slug);
  if (!write.after.organization && texts.has(Text::email)) {
    plan.claims.emplace().email.before = texts[Text::email];
  }
  return write;
}

/// The role that an invitation holds itself, as a set.
constexpr RoleSet role_set_of(RoleIndex role) noexcept {
  return role.is_none() ? RoleSet{} : RoleSet::of(role);
}

/// How the open invitation seen ends that goes with something else: one that has expired by now is
/// not revoked any more, and its expiry is no event.
struct Withdrawal {
  InvitationStatus status = InvitationStatus::revoked;
  EventType event = EventType::invitation_revoked;
};
template <class T>
constexpr Withdrawal withdrawal_of(const BasicSnapshot<T>& seen,
                                   const BasicContext<T>& context) noexcept {
  if (seen.invitation->status_at(context.now) != InvitationStatus::expired) return {};
  return {InvitationStatus::expired, EventType::none};
}

/// Withdraws the invitation seen in a plan that deletes the membership seen.
template <class T>
constexpr void withdraw_with_membership(const PolicyOptions& options, const BasicSnapshot<T>& seen,
                                        const BasicContext<T>& context,
                                        BasicPlan<T>& plan) noexcept {
  const bool pending = has_pending_membership(seen);
  const Withdrawal withdrawal = withdrawal_of(seen, context);
  end_invitation(options, seen, context, withdrawal.status, withdrawal.event,
                 pending ? seen.membership->roles : role_set_of(seen.invitation->role),
                 pending ? seen.membership->first_requested : seen.invitation->role, plan);
}

/// Ends an open invitation by itself: its pending membership goes with it (option
/// `ended_invitation_membership`).
template <class T>
constexpr void end_with_membership(const PolicyOptions& options, const BasicSnapshot<T>& seen,
                                   const BasicContext<T>& context, InvitationStatus status,
                                   EventType event, BasicPlan<T>& plan) noexcept {
  const bool pending = has_pending_membership(seen);
  if (pending && options.ended_invitation_membership == EndedInvitationMembership::remove) {
    write_deletion(seen, plan);
  } else if (seen.invitation->organization) {
    touch(seen, seen.organization->counts, plan);
  }
  end_invitation(options, seen, context, status, event,
                 pending ? seen.membership->roles : role_set_of(seen.invitation->role),
                 pending ? seen.membership->first_requested : seen.invitation->role, plan);
  plan.outcome = Outcome::deleted;
  plan.trace.about = Trace::About::invitation;
}

/// Takes the invitation seen away, without an event: its organization goes.
template <class T>
constexpr void erase_invitation(const BasicSnapshot<T>& seen, BasicPlan<T>& plan) noexcept {
  plan.invitation
      .emplace(Precondition::set, EventType::none, seen.invitation->revision, *seen.invitation)
      .effect = Effect::erase;
}

}  // namespace detail
}  // namespace membership::inline v0

#endif
