// SPDX-License-Identifier: BSL-1.0

// Plan
//   lifecycle_table: each of the 24 cells, every column                  -> cells
//   standing_of, to_string: every value                                  -> names

#include "membership/policy/lifecycle.hpp"

#include "membership/domain/parse.hpp"

namespace static_lifecycle {

using namespace membership;
using enum LifecycleCommand;
using enum LifecycleCell::Verdict;
using S = Standing;
using R = RoleEffect;
using E = ErrorCode;
using Ev = EventType;

constexpr E no_error{};

constexpr bool cell(LifecycleCommand command, S now, LifecycleCell::Verdict verdict, E error,
                    S next, R roles, Ev event) {
  const LifecycleCell& at = lifecycle_table.at(command, now);
  return at.verdict == verdict && at.error == error && at.next == next && at.roles == roles &&
         at.event == event;
}

// --- cells

static_assert(cell(create, S::none, changed, no_error, S::active, R::given,
                   Ev::organization_membership_created));
static_assert(cell(create, S::pending, refused,
                   E::cannot_reactivate_pending_organization_membership, S::pending, R::none,
                   Ev::none));
static_assert(cell(create, S::active, refused, E::organization_membership_already_exists, S::active,
                   R::none, Ev::none));
static_assert(cell(create, S::inactive, changed, no_error, S::active, R::replaced,
                   Ev::organization_membership_updated));

static_assert(cell(update_roles, S::none, refused, E::entity_not_found, S::none, R::none,
                   Ev::none));
static_assert(cell(update_roles, S::pending, changed, no_error, S::pending, R::replaced,
                   Ev::organization_membership_updated));
static_assert(cell(update_roles, S::active, changed, no_error, S::active, R::replaced,
                   Ev::organization_membership_updated));
static_assert(cell(update_roles, S::inactive, changed, no_error, S::inactive, R::replaced,
                   Ev::organization_membership_updated));

static_assert(cell(deactivate, S::none, refused, E::entity_not_found, S::none, R::none, Ev::none));
static_assert(cell(deactivate, S::pending, refused,
                   E::cannot_deactivate_pending_organization_membership, S::pending, R::none,
                   Ev::none));
static_assert(cell(deactivate, S::active, changed, no_error, S::inactive, R::kept,
                   Ev::organization_membership_updated));
static_assert(cell(deactivate, S::inactive, unchanged, no_error, S::inactive, R::kept, Ev::none));

static_assert(cell(reactivate, S::none, refused, E::entity_not_found, S::none, R::none, Ev::none));
static_assert(cell(reactivate, S::pending, refused,
                   E::cannot_reactivate_pending_organization_membership, S::pending, R::none,
                   Ev::none));
static_assert(cell(reactivate, S::active, unchanged, no_error, S::active, R::kept, Ev::none));
static_assert(cell(reactivate, S::inactive, changed, no_error, S::active, R::kept,
                   Ev::organization_membership_updated));

static_assert(cell(remove, S::none, refused, E::entity_not_found, S::none, R::none, Ev::none));
static_assert(cell(remove, S::pending, changed, no_error, S::none, R::none,
                   Ev::organization_membership_deleted));
static_assert(cell(remove, S::active, changed, no_error, S::none, R::none,
                   Ev::organization_membership_deleted));
static_assert(cell(remove, S::inactive, changed, no_error, S::none, R::none,
                   Ev::organization_membership_deleted));

static_assert(cell(accept_invitation, S::none, changed, no_error, S::active, R::given,
                   Ev::organization_membership_created));
static_assert(cell(accept_invitation, S::pending, changed, no_error, S::active, R::kept,
                   Ev::organization_membership_updated));
static_assert(cell(accept_invitation, S::active, refused, E::invalid_invite, S::active, R::none,
                   Ev::none));
static_assert(cell(accept_invitation, S::inactive, changed, no_error, S::active, R::replaced,
                   Ev::organization_membership_updated));

static_assert(lifecycle_command_count == 6 && standing_count == 4);
static_assert(static_cast<std::size_t>(accept_invitation) == lifecycle_command_count - 1);
static_assert(static_cast<std::size_t>(S::inactive) == standing_count - 1);

// --- names

static_assert(standing_of(Status::pending) == S::pending);
static_assert(standing_of(Status::active) == S::active);
static_assert(standing_of(Status::inactive) == S::inactive);

static_assert(to_string(S::none) == "none");
static_assert(to_string(S::pending) == "pending");
static_assert(to_string(S::active) == "active");
static_assert(to_string(S::inactive) == "inactive");

static_assert(to_string(create) == "create");
static_assert(to_string(update_roles) == "update roles");
static_assert(to_string(deactivate) == "deactivate");
static_assert(to_string(reactivate) == "reactivate");
static_assert(to_string(remove) == "delete");
static_assert(to_string(accept_invitation) == "accept invitation");

static_assert(to_string(Status::pending) == "pending");
static_assert(to_string(Status::active) == "active");
static_assert(to_string(Status::inactive) == "inactive");
static_assert(parse_status("pending") == Status::pending);
static_assert(parse_status("active") == Status::active);
static_assert(parse_status("inactive") == Status::inactive);
static_assert(!parse_status("") && !parse_status("Active") && !parse_status("active "));

static_assert(to_string(Ev::none).empty() && !parse_event_type(""));
static_assert(to_string(Ev::organization_membership_created) == "organization_membership.created");
static_assert(to_string(Ev::organization_membership_updated) == "organization_membership.updated");
static_assert(to_string(Ev::organization_membership_deleted) == "organization_membership.deleted");
static_assert(to_string(Ev::organization_created) == "organization.created");
static_assert(to_string(Ev::user_created) == "user.created");
static_assert(to_string(Ev::role_created) == "role.created");
static_assert(to_string(Ev::organization_role_created) == "organization_role.created");
static_assert(parse_event_type("organization_membership.created") ==
              Ev::organization_membership_created);
static_assert(parse_event_type("organization_role.created") == Ev::organization_role_created);
static_assert(!parse_event_type("organization_membership.removed"));

}  // namespace static_lifecycle
