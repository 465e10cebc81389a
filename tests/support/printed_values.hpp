// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_SUPPORT_PRINTED_VALUES_HPP
#define MEMBERSHIP_TESTS_SUPPORT_PRINTED_VALUES_HPP

#include "membership/interop/text.hpp"

#include <cstdint>
#include <limits>
#include <string_view>

/// Values of every kind that is printed, with the line that each is.
namespace membership_tests {

/// A host whose ids are numbers.
struct NumberTraits {
  using UserId = long;
  using OrganizationId = int;
  using MembershipId = long;
  using RoleId = unsigned;
  using PermissionId = unsigned;
  using InvitationId = long;
};

/// Calls `visit(value, std::string_view line)` for each.
template <class Visit>
void for_each_printed(Visit&& visit) {
  using namespace membership;
  const UserId user = *UserId::make("user_1");
  const OrganizationId organization = *OrganizationId::make("org_\xC3\xA9");
  const Time created = Time::from_milliseconds(1'768'478'400'000);
  const Time updated = Time::from_milliseconds(1'768'478'400'001);
  const RoleIndex admin = RoleIndex::environment(3);
  const RoleIndex auditor = RoleIndex::organization(1);
  const RoleSet roles = RoleSet::of(RoleIndex::environment(0)) | RoleSet::of(admin) |
                        RoleSet::of(RoleIndex::environment(63)) | RoleSet::of(auditor) |
                        RoleSet::of(RoleIndex::organization(63));
  const Ulid ulid{0x019B'C187'4200'0000, 37};

  visit(user, "user_1");
  visit(organization, "org_\xC3\xA9");
  visit(InvitationId::from_ulid(ulid), "invitation_01KF0REGG00000000000000015");
  visit(*RoleSlug::make("admin"), "admin");
  visit(*PermissionSlug::make("docs:read"), "docs:read");
  visit(EmailKey::folded("Ada@Example.com"), "ada@example.com");
  visit(Subject::cut("any text"), "any text");
  visit(Subject{}, "");

  visit(Status::inactive, "inactive");
  visit(InvitationStatus::revoked, "revoked");
  visit(DomainState::legacy_verified, "legacy_verified");
  visit(Phase::retiring, "retiring");
  visit(EventType::role_created, "role.created");
  visit(ErrorCode::too_long, "invalid_request_parameters");
  visit(Field::role_slug, "role_slug");
  visit(Outcome::reactivated, "reactivated");
  visit(Standing::none, "none");
  visit(LifecycleCommand::remove, "delete");
  visit(AuthorizationReason::not_a_member, "not a member");

  visit(created, "2026-01-15T12:00:00.000Z");
  visit(Time::from_milliseconds(-1), "1969-12-31T23:59:59.999Z");
  visit(Time::from_milliseconds(std::numeric_limits<std::int64_t>::max()),
        "9999-12-31T23:59:59.999Z");
  visit(ulid, "01KF0REGG00000000000000015");
  visit(PlanId{ulid}, "01KF0REGG00000000000000015");
  visit(EventId{ulid}, "01KF0REGG00000000000000015");
  visit(OrganizationDomainId{ulid}, "01KF0REGG00000000000000015");

  visit(Error{ErrorCode::invalid_role, Field::role_slug, 0, Subject::cut("boss")},
        "Role 'boss' is not a valid role.");
  visit(RoleIndex::none(), "none");
  visit(RoleIndex::environment(0), "0");
  visit(auditor, "organization 1");
  visit(RoleSet{}, "{}");
  visit(roles, "{0, 3, 63, organization 1, organization 63}");
  PermissionSet granted;
  visit(granted, "{}");
  granted.insert(0);
  granted.insert(255);
  visit(granted, "{0, 255}");
  visit(StatusSet{}, "{}");
  visit(StatusSet::all(), "{pending, active, inactive}");
  visit(Counts{1, 2, 3, 4}, "1 active, 2 inactive, 3 pending, 4 owners");
  visit(SeatsCount{}, "active");
  visit(SeatsCount{true, true}, "active pending inactive");
  visit(Authorization{}, "not a member");
  visit(Authorization{AuthorizationReason::granted, admin}, "granted by role 3");

  EnvironmentState environment;
  environment.revision = 7;
  visit(environment,
        "environment at 7, default none, owner none, Multiple Roles off, seats active, live");
  environment.default_role = RoleIndex::environment(0);
  environment.owner_role = admin;
  environment.multiple_roles = true;
  environment.seats_count.pending = true;
  environment.phase = Phase::closing;
  environment.generation = 6;
  environment.next_owner_role = RoleIndex::environment(4);
  environment.owner_generation = 5;
  visit(environment, "environment at 7, default 0, owner 3, Multiple Roles on, seats active "
                     "pending, closing of 6, next owner 4 of 5");

  OrganizationState state(organization);
  visit(state, "organization 'org_\xC3\xA9' at 0, fenced to 0, 0 active, 0 inactive, 0 pending, "
               "0 owners, unlimited seats, default none, owner none, live");
  state.revision = 9;
  state.fenced_to = 7;
  state.counts = {1, 2, 3, 4};
  state.seat_limit = 0;
  state.default_role = auditor;
  state.owner_role = admin;
  state.phase = Phase::deleting;
  state.generation = 8;
  visit(state, "organization 'org_\xC3\xA9' at 9, fenced to 7, 1 active, 2 inactive, 3 pending, "
               "4 owners, 0 seats, default organization 1, owner 3, deleting of 8");

  visit(UserState(user, 4, Phase::deleting, 3), "user 'user_1' at 4, deleting of 3");
  visit(BasicUserState<NumberTraits>(-42), "user '-42' at 0, live");

  OrganizationMembership member(*MembershipId::make("om_1"), user, organization, roles, auditor,
                                Status::active, created, updated, 9);
  constexpr std::string_view line =
      "membership 'om_1' of 'user_1' in 'org_\xC3\xA9' at 9, active, roles {0, 3, 63, organization "
      "1, organization 63} first organization 1, created 2026-01-15T12:00:00.000Z, updated "
      "2026-01-15T12:00:00.001Z";
  visit(member, line);
  visit(MembershipView::of(member), line);
  member.roles = {};
  member.first_requested = RoleIndex::none();
  member.directory_managed = true;
  visit(member, "membership 'om_1' of 'user_1' in 'org_\xC3\xA9' at 9, active, roles {} first "
                "none, created 2026-01-15T12:00:00.000Z, updated 2026-01-15T12:00:00.001Z, "
                "managed by a directory");

  InvitationState invitation(*InvitationId::make("invitation_1"), created, updated);
  visit(invitation,
        "invitation 'invitation_1' into none at 0, pending, role none, user none, inviter none, "
        "accepted by none, created 2026-01-15T12:00:00.000Z, updated 2026-01-15T12:00:00.000Z, "
        "expires 2026-01-15T12:00:00.001Z, sent by 00000000000000000000000000");
  invitation.organization = organization;
  invitation.user = user;
  invitation.inviter = *UserId::make("user_2");
  invitation.accepted_by = *UserId::make("user_3");
  invitation.revision = 8;
  invitation.updated_at = updated;
  invitation.ended_at = updated;
  invitation.sent_by = PlanId{ulid};
  invitation.token.bytes[0] = 0xAB;
  invitation.role = admin;
  invitation.status = InvitationStatus::accepted;
  visit(invitation,
        "invitation 'invitation_1' into 'org_\xC3\xA9' at 8, accepted, role 3, user 'user_1', "
        "inviter 'user_2', accepted by 'user_3', created 2026-01-15T12:00:00.000Z, updated "
        "2026-01-15T12:00:00.001Z, expires 2026-01-15T12:00:00.001Z, sent by "
        "01KF0REGG00000000000000015, ended 2026-01-15T12:00:00.001Z");

  RoleState role(*RoleSlug::make("admin"));
  visit(role, "role 'admin', of organizations, grants {}, live");
  role.of_organizations = false;
  role.permissions = granted;
  role.phase = Phase::retiring;
  role.generation = 6;
  role.only_unused = true;
  role.replacement = auditor;
  visit(role, "role 'admin', not of organizations, grants {0, 255}, retiring of 6, only if unused, "
              "replaced by organization 1");
  visit(PermissionState(*PermissionSlug::make("docs:read")), "permission 'docs:read', live");
  visit(PermissionState(*PermissionSlug::make("docs:read"), true),
        "permission 'docs:read' of the system, live");
  visit(OrganizationDomain{{ulid}, "a.example", DomainState::verified, created, updated},
        "domain 'a.example' verified as 01KF0REGG00000000000000015, created "
        "2026-01-15T12:00:00.000Z, updated 2026-01-15T12:00:00.001Z");
}

}  // namespace membership_tests

#endif
