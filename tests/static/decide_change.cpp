// SPDX-License-Identifier: BSL-1.0

// Plan
//   UpdateRoles: each error in its order, success, unchanged, options       -> update roles
//   DeactivateMembership: each standing                                    -> deactivate
//   ReactivateMembership: each standing, retained roles, options           -> reactivate
//   DeleteMembership: each standing                                        -> delete

#include "../support/world.hpp"

#include <span>

namespace static_decide_change {

using namespace membership_tests;
using enum ErrorCode;

constexpr std::string_view admin_viewer[] = {"admin", "viewer"};
constexpr std::string_view viewer_admin[] = {"viewer", "admin"};
constexpr std::string_view admin_admin[] = {"admin", "admin"};
constexpr std::string_view scoped_unknown[] = {"document-editor", "nobody"};
constexpr std::string_view admin_scoped[] = {"admin", "document-editor"};
constexpr RoleSelection no_slugs = RoleSelection::several(std::span<const std::string_view>());
constexpr Snapshot pending = with(Status::pending, set_of(member));
constexpr Snapshot active = with(Status::active, set_of(admin));
constexpr Snapshot inactive = with(Status::inactive, set_of(admin));

template <class Set>
constexpr PolicyOptions options(Set&& set) {
  PolicyOptions result;
  set(result);
  return result;
}
constexpr bool is_unchanged(const Plan& plan) {
  return plan.outcome == Outcome::unchanged && !plan.membership && !plan.touch &&
         !plan.organization && !plan.environment && !plan.compared_user;
}
constexpr Error not_found = error(entity_not_found, Field::organization_membership_id, "om_1");

// --- update roles

constexpr UpdateRoles update(RoleSelection roles = {}) { return {membership_id, roles}; }
constexpr UpdateRoles update(std::string_view text) {
  return {membership_id, RoleSelection::one(text)};
}
template <std::size_t Size>
constexpr UpdateRoles update(const std::string_view (&slugs)[Size]) {
  return {membership_id, RoleSelection::several(slugs)};
}
constexpr PolicyOptions o4 =
    options([](PolicyOptions& o) { o.update_not_active = UpdateNotActive::refuse; });
constexpr PolicyOptions o4_and_o11 = options([](PolicyOptions& o) {
  o.update_not_active = UpdateNotActive::refuse;
  o.directory_managed_roles = DirectoryManagedRoles::refuse;
});

static_assert(refusal(update(no_slugs), world) == error(empty, Field::role_slugs));
static_assert(refusal(update(admin_admin), world, options([](PolicyOptions& o) {
                        o.duplicate_slugs = DuplicateSlugs::refuse;
                      })) == error(duplicate, Field::role_slugs, "admin", 1));
static_assert(refusal(update("nobody"), world) == not_found);
static_assert(refusal(update(), world) == not_found);
static_assert(refusal(update(scoped_unknown), pending, o4) ==
              error(invalid_role, Field::role_slugs, "nobody", 1));
static_assert(refusal(update(admin_scoped), pending, o4) ==
              error(sub_resource_scoped_role_not_allowed, Field::role_slugs, "document-editor", 1));
static_assert(refusal(update(admin_viewer), pending, o4).code == multiple_roles_not_enabled);
constexpr PolicyOptions o4_and_o9 = options([](PolicyOptions& o) {
  o.update_not_active = UpdateNotActive::refuse;
  o.update_without_role = UpdateWithoutRole::default_role;
});
constexpr Snapshot default_missing() {
  Snapshot seen = pending;
  seen.environment.default_role = editor;
  return seen;
}
static_assert(refusal(update(), default_missing(), o4_and_o9) ==
              error(default_role_missing, Field::default_role, "document-editor"));
static_assert(refusal(update("viewer"), pending, o4) ==
              error(membership_not_active, Field::organization_membership_id, "om_1"));
static_assert(refusal(update("viewer"), inactive, o4).code == membership_not_active);
static_assert(refusal(update("viewer"), with(Status::inactive, set_of(admin), true), o4_and_o11)
                  .code == membership_not_active);
static_assert(refusal(update("viewer"), with(Status::active, set_of(admin), true), o4_and_o11) ==
              error(directory_managed, Field::organization_membership_id, "om_1"));

constexpr Plan updated = plan_of(update("viewer"), active, {}, no_ids);
static_assert(updated.outcome == Outcome::updated);
static_assert(updated.membership->precondition == Precondition::set);
static_assert(updated.membership->effect == Effect::put && updated.membership->expected == 6);
static_assert(updated.membership->event == EventType::organization_membership_updated);
static_assert(updated.membership->after ==
              OrganizationMembership(membership_id, user_id, organization_id, set_of(viewer),
                                     viewer, Status::active, at(500), at(2000), 8));
static_assert(updated.membership->before.roles == set_of(admin));
static_assert(updated.touch->expected == 7 && updated.touch->fenced_to == 3);
static_assert(updated.touch->after == Counts{10, 4, 2, 2}, "an owner less");
static_assert(!updated.compared_user);

static_assert(plan_of(update("viewer"), pending).membership->after.status == Status::pending);
static_assert(plan_of(update("viewer"), pending).touch->after == Counts{10, 4, 2, 3});
static_assert(plan_of(update("viewer"), inactive).membership->after.status == Status::inactive);
static_assert(plan_of(update("viewer"), inactive).touch->after == Counts{10, 4, 2, 3});

static_assert(is_unchanged(plan_of(update("admin"), active)));
static_assert(is_unchanged(plan_of(update(admin_admin), active)));
static_assert(is_unchanged(plan_of(update(viewer_admin),
                                   several_allowed(with(Status::active, set_of(admin, viewer))))),
              "another order is no change");
static_assert(is_unchanged(plan_of(update("admin"), with(Status::active, set_of(admin), true),
                                   o4_and_o11)));
// `update_without_role`
static_assert(is_unchanged(plan_of(update(), active)));
static_assert(is_unchanged(plan_of(update(), pending, o4)));
constexpr PolicyOptions o9 =
    options([](PolicyOptions& o) { o.update_without_role = UpdateWithoutRole::default_role; });
static_assert(plan_of(update(), active, o9).membership->after.roles == set_of(member));
static_assert(is_unchanged(plan_of(update(), with(Status::active, set_of(member)), o9)));
constexpr PolicyOptions o6 = options([](PolicyOptions& o) { o.empty_slugs = EmptySlugs::as_none; });
static_assert(is_unchanged(plan_of(update(no_slugs), active, o6)));

// --- deactivate

constexpr DeactivateMembership deactivate{membership_id};
static_assert(refusal(deactivate, world) == not_found);
static_assert(refusal(deactivate, pending) ==
              error(cannot_deactivate_pending_organization_membership,
                    Field::organization_membership_id, "om_1"));
static_assert(is_unchanged(plan_of(deactivate, inactive)));
constexpr Plan deactivated = plan_of(deactivate, active, {}, no_ids);
static_assert(deactivated.outcome == Outcome::updated);
static_assert(deactivated.membership->event == EventType::organization_membership_updated);
static_assert(deactivated.membership->after ==
              OrganizationMembership(membership_id, user_id, organization_id, set_of(admin),
                                     RoleIndex::none(), Status::inactive, at(500), at(2000), 8));
static_assert(deactivated.touch->after == Counts{9, 5, 2, 2});
static_assert(plan_of(deactivate, with(Status::active, set_of(leaving, gone)))
                      .membership->after.roles == set_of(leaving, gone),
              "roles stay, whatever they are");
static_assert(plan_of(deactivate, active, {}, make_context(at(1))).membership->after.updated_at ==
              at(1000));

// --- reactivate

constexpr ReactivateMembership reactivate{membership_id};
static_assert(refusal(reactivate, world) == not_found);
static_assert(refusal(reactivate, pending) ==
              error(cannot_reactivate_pending_organization_membership,
                    Field::organization_membership_id, "om_1"));
static_assert(is_unchanged(plan_of(reactivate, active)));
constexpr Plan reactivated = plan_of(reactivate, inactive, {}, no_ids);
static_assert(reactivated.outcome == Outcome::reactivated);
static_assert(reactivated.membership->event == EventType::organization_membership_updated);
static_assert(reactivated.membership->after ==
              OrganizationMembership(membership_id, user_id, organization_id, set_of(admin),
                                     RoleIndex::none(), Status::active, at(500), at(2000), 8));
static_assert(reactivated.touch->after == Counts{11, 3, 2, 4});
static_assert(reactivated.trace.role_source == RoleSource::retained);

// `unfit_retained_role`: dropped, then the default, then the highest
constexpr RoleSet roles_after(RoleSet held, bool multiple) {
  Snapshot seen = with(Status::inactive, held);
  seen.environment.multiple_roles = multiple;
  return plan_of(reactivate, seen).membership->after.roles;
}
static_assert(roles_after(set_of(admin, viewer), true) == set_of(admin, viewer));
static_assert(roles_after(set_of(viewer, lead), false) == set_of(lead));
static_assert(roles_after(set_of(viewer, gone), true) == set_of(viewer));
static_assert(roles_after(set_of(viewer, leaving), false) == set_of(viewer));
static_assert(roles_after(set_of(leaving), true) == set_of(member));
static_assert(roles_after(set_of(gone, editor), false) == set_of(member));
constexpr Plan dropping =
    plan_of(reactivate, with(Status::inactive, set_of(viewer, lead, clerk, gone)));
static_assert(dropping.membership->after.roles == set_of(lead));
static_assert(dropping.trace.dropped == set_of(viewer, clerk, gone));
constexpr Plan fallen_back = plan_of(reactivate, with(Status::inactive, set_of(gone)));
static_assert(fallen_back.trace.role_source == RoleSource::member_default);
static_assert(fallen_back.trace.dropped == set_of(gone));
static_assert(fallen_back.membership->after.first_requested == member);

constexpr PolicyOptions o8 =
    options([](PolicyOptions& o) { o.unfit_retained_role = UnfitRetainedRole::refuse; });
static_assert(refusal(reactivate, with(Status::inactive, set_of(viewer, leaving)), o8) ==
              error(invalid_role, Field::role_slug, "leaving"));
static_assert(refusal(reactivate, with(Status::inactive, set_of(viewer, lead)), o8) ==
              error(invalid_role, Field::role_slug, "org-lead"));
static_assert(plan_of(reactivate, inactive, o8).outcome == Outcome::reactivated);
constexpr Snapshot nothing_left() {
  Snapshot seen = with(Status::inactive, set_of(gone), true);
  seen.environment.default_role = editor;
  return seen;
}
constexpr PolicyOptions o11 =
    options([](PolicyOptions& o) { o.directory_managed_roles = DirectoryManagedRoles::refuse; });
static_assert(refusal(reactivate, nothing_left(), o11) ==
              error(default_role_missing, Field::default_role, "document-editor"));
static_assert(refusal(reactivate, with(Status::inactive, set_of(viewer, gone), true), o11) ==
              error(directory_managed, Field::organization_membership_id, "om_1"));
static_assert(plan_of(reactivate, with(Status::inactive, set_of(viewer), true), o11).outcome ==
              Outcome::reactivated);
static_assert(plan_of(reactivate, with(Status::inactive, set_of(viewer), true))
                  .membership->after.directory_managed);

// --- delete

constexpr DeleteMembership remove{membership_id};
static_assert(refusal(remove, world) == not_found);
constexpr bool deletes(Status status, RoleSet roles, const Counts& counts) {
  const Snapshot seen = with(status, roles);
  const Plan plan = plan_of(remove, seen, {}, no_ids);
  return plan.outcome == Outcome::deleted && plan.membership->effect == Effect::erase &&
         plan.membership->precondition == Precondition::set && plan.membership->expected == 6 &&
         plan.membership->event == EventType::organization_membership_deleted &&
         plan.membership->after == *seen.membership && plan.touch->after == counts &&
         plan.touch->expected == 7 && !plan.compared_user;
}
static_assert(deletes(Status::pending, set_of(admin), Counts{10, 4, 1, 3}));
static_assert(deletes(Status::active, set_of(admin), Counts{9, 4, 2, 2}));
static_assert(deletes(Status::active, set_of(viewer), Counts{9, 4, 2, 3}));
static_assert(deletes(Status::inactive, set_of(admin), Counts{10, 3, 2, 3}));

}  // namespace static_decide_change
