// SPDX-License-Identifier: BSL-1.0

// Plan
//   CreateMembership: each error, in the documented order     -> errors
//   CreateMembership: over none, over inactive, options       -> success
//   roles: the default's sources, several, options            -> roles

#include "../support/world.hpp"

#include <span>

namespace static_decide_create {

using namespace membership_tests;
using enum ErrorCode;

constexpr CreateMembership create(RoleSelection roles = {}) {
  return CreateMembership{user_id, organization_id, roles};
}
constexpr std::string_view admin_viewer[] = {"admin", "viewer"};
constexpr std::string_view admin_admin[] = {"admin", "admin"};
constexpr std::string_view scoped_unknown[] = {"document-editor", "nobody"};
constexpr std::string_view admin_scoped[] = {"admin", "document-editor"};
constexpr std::string_view leaving_only[] = {"leaving"};
constexpr RoleSelection no_slugs = RoleSelection::several(std::span<const std::string_view>());
constexpr RoleSelection one(std::string_view text) { return RoleSelection::one(text); }
template <std::size_t Size>
constexpr RoleSelection several(const std::string_view (&slugs)[Size]) {
  return RoleSelection::several(slugs);
}

constexpr Snapshot nothing() {
  Snapshot seen;
  seen.roles = catalogue;
  return seen;
}
constexpr Snapshot user_in(Phase phase) {
  Snapshot seen = nothing();
  seen.user.emplace(user_id, 5u, phase);
  return seen;
}
constexpr Snapshot organization_in(Phase phase) {
  Snapshot seen = world;
  seen.organization->phase = phase;
  return seen;
}
constexpr Snapshot default_missing(Snapshot seen) {
  seen.environment.default_role = editor;
  return seen;
}

// --- errors

constexpr PolicyOptions refuse_duplicates() {
  PolicyOptions options;
  options.duplicate_slugs = DuplicateSlugs::refuse;
  return options;
}
constexpr PolicyOptions refuse_directory() {
  PolicyOptions options;
  options.directory_managed_roles = DirectoryManagedRoles::refuse;
  return options;
}
static_assert(refusal(create(no_slugs), nothing()) == error(empty, Field::role_slugs));
static_assert(refusal(create(several(admin_admin)), nothing(), refuse_duplicates()) ==
              error(duplicate, Field::role_slugs, "admin", 1));
static_assert(refusal(create(one("nobody")), nothing()) ==
              error(entity_not_found, Field::user_id, "user_1"));
static_assert(refusal(create(one("nobody")), user_in(Phase::deleting)) ==
              error(entity_not_found, Field::user_id, "user_1"));
static_assert(refusal(create(one("nobody")), user_in(Phase::live)) ==
              error(entity_not_found, Field::organization_id, "org_1"));
static_assert(refusal(create(one("nobody")), organization_in(Phase::deleting)) ==
              error(entity_not_found, Field::organization_id, "org_1"));

constexpr Snapshot pending = with(Status::pending, set_of(member));
static_assert(refusal(create(several(scoped_unknown)), pending) ==
              error(invalid_role, Field::role_slugs, "nobody", 1));
static_assert(refusal(create(one("nobody")), pending) ==
              error(invalid_role, Field::role_slug, "nobody"));
static_assert(refusal(create(one("leaving")), pending) ==
              error(invalid_role, Field::role_slug, "leaving"));
static_assert(refusal(create(several(leaving_only)), pending) ==
              error(invalid_role, Field::role_slugs, "leaving"));
static_assert(refusal(create(one("Admin")), pending) ==
              error(invalid_role, Field::role_slug, "Admin"));
static_assert(refusal(create(one("admin ")), pending) ==
              error(invalid_role, Field::role_slug, "admin "));
static_assert(refusal(create(one("")), pending) == error(invalid_role, Field::role_slug));
static_assert(refusal(create(several(admin_scoped)), pending) ==
              error(sub_resource_scoped_role_not_allowed, Field::role_slugs, "document-editor", 1));
static_assert(refusal(create(one("document-editor")), pending) ==
              error(sub_resource_scoped_role_not_allowed, Field::role_slug, "document-editor"));
static_assert(refusal(create(several(admin_viewer)), pending).code == multiple_roles_not_enabled);
static_assert(refusal(create(several(admin_viewer)), pending).field == Field::role_slugs);
static_assert(refusal(create(), default_missing(pending)) ==
              error(default_role_missing, Field::default_role, "document-editor"));

static_assert(refusal(create(), pending) == error(cannot_reactivate_pending_organization_membership,
                                                  Field::organization_membership_id, "om_1"));
static_assert(refusal(create(), with(Status::active, set_of(member), true), refuse_directory(),
                      no_ids) == error(organization_membership_already_exists,
                                       Field::organization_membership_id, "om_1"));
static_assert(refusal(create(one("viewer")), with(Status::inactive, set_of(member), true),
                      refuse_directory(), no_ids) ==
              error(directory_managed, Field::organization_membership_id, "om_1"));
static_assert(refusal(create(), world, {}, no_ids) ==
              error(missing_id, Field::organization_membership_id));

// Multiple Roles on its way off gives one role only.
constexpr Snapshot closing() {
  Snapshot seen = several_allowed(world);
  seen.environment.phase = Phase::closing;
  return seen;
}
static_assert(refusal(create(several(admin_viewer)), closing()).code == multiple_roles_not_enabled);

// --- success

constexpr Plan made = plan_of(create(one("admin")), world);
static_assert(made.outcome == Outcome::created && made.id == plan_id &&
              made.decided_at == at(2000));
static_assert(made.membership->precondition == Precondition::absent);
static_assert(made.membership->effect == Effect::put);
static_assert(made.membership->event == EventType::organization_membership_created);
static_assert(made.membership->after ==
              OrganizationMembership(new_membership_id, user_id, organization_id, set_of(admin),
                                     admin, Status::active, at(2000), at(2000), 8));
static_assert(made.membership->before.standing == Standing::none);
static_assert(made.touch->expected == 7 && made.touch->fenced_to == 3);
static_assert(made.touch->after == Counts{11, 4, 2, 4}, "admin is the owner role here");
static_assert(made.compared_user && *made.compared_user == 5);
static_assert(!made.environment && !made.organization && !made.user && !made.role && !made.order &&
              !made.claims && !made.profile);
static_assert(made.trace.about == Trace::About::lifecycle &&
              made.trace.command == LifecycleCommand::create &&
              made.trace.standing == Standing::none &&
              made.trace.role_source == RoleSource::requested);
static_assert(*made.organization_id() == organization_id);

constexpr Snapshot inactive = with(Status::inactive, set_of(admin, viewer));
constexpr Plan again = plan_of(create(one("member")), inactive, {}, no_ids);
static_assert(again.outcome == Outcome::reactivated);
static_assert(again.membership->precondition == Precondition::set &&
              again.membership->expected == 6);
static_assert(again.membership->event == EventType::organization_membership_updated);
static_assert(again.membership->after ==
              OrganizationMembership(membership_id, user_id, organization_id, set_of(member),
                                     member, Status::active, at(500), at(2000), 8));
static_assert(again.membership->before.roles == set_of(admin, viewer));
static_assert(again.membership->before.standing == Standing::inactive);
static_assert(again.membership->before.updated_at == at(1000));
static_assert(again.touch->after == Counts{11, 3, 2, 3} && again.touch->expected == 7);
static_assert(!again.compared_user, "inserts nobody");

// The clock went back: updated_at does not.
constexpr Plan earlier = plan_of(create(one("member")), inactive, {}, make_context(at(900)));
static_assert(earlier.membership->after.updated_at == at(1000));
static_assert(earlier.decided_at == at(900));

// `create_over_active`
constexpr PolicyOptions return_existing() {
  PolicyOptions options;
  options.create_over_active = CreateOverActive::return_existing;
  return options;
}
constexpr Plan existing =
    plan_of(create(one("admin")), with(Status::active, set_of(member)), return_existing(), no_ids);
static_assert(existing.outcome == Outcome::unchanged && !existing.membership && !existing.touch &&
              !existing.compared_user);
static_assert(
    refusal(create(one("nobody")), with(Status::active, set_of(member)), return_existing()).code ==
    invalid_role);

// `create_over_inactive_roles`
constexpr PolicyOptions keep_roles() {
  PolicyOptions options;
  options.create_over_inactive_roles = CreateOverInactiveRoles::keep;
  return options;
}
static_assert(plan_of(create(), inactive).membership->after.roles == set_of(member));
constexpr Plan kept = plan_of(create(), several_allowed(inactive), keep_roles());
static_assert(kept.membership->after.roles == set_of(admin, viewer));
static_assert(kept.trace.role_source == RoleSource::retained && kept.trace.dropped.empty());
static_assert(plan_of(create(), inactive, keep_roles()).membership->after.roles == set_of(admin),
              "one only while Multiple Roles is off");
static_assert(plan_of(create(), inactive, keep_roles()).trace.dropped == set_of(viewer));
static_assert(plan_of(create(one("member")), inactive, keep_roles()).membership->after.roles ==
              set_of(member));
static_assert(plan_of(create(), world, keep_roles()).membership->after.roles == set_of(member));

// `create_over_inactive_event`
constexpr PolicyOptions event_created() {
  PolicyOptions options;
  options.create_over_inactive_event = CreateOverInactiveEvent::created;
  return options;
}
static_assert(plan_of(create(), inactive, event_created()).membership->event ==
              EventType::organization_membership_created);
static_assert(plan_of(create(), inactive, event_created()).outcome == Outcome::reactivated);

// --- roles

constexpr bool gives(const Plan& plan, RoleSet roles, RoleIndex first, RoleSource source) {
  return plan.membership->after.roles == roles && plan.membership->after.first_requested == first &&
         plan.trace.role_source == source;
}
static_assert(gives(plan_of(create(), world), set_of(member), member, RoleSource::member_default));

constexpr Snapshot environment_default() {
  Snapshot seen = world;
  seen.environment.default_role = viewer;
  return seen;
}
static_assert(gives(plan_of(create(), environment_default()), set_of(viewer), viewer,
                    RoleSource::environment_default));
constexpr Snapshot organization_default(RoleIndex index) {
  Snapshot seen = environment_default();
  seen.organization->default_role = index;
  return seen;
}
static_assert(gives(plan_of(create(), organization_default(clerk)), set_of(clerk), clerk,
                    RoleSource::organization_default));
static_assert(gives(plan_of(create(), organization_default(leaving)), set_of(viewer), viewer,
                    RoleSource::environment_default),
              "an organization's default on its way out counts as none");
static_assert(refusal(create(), organization_default(gone)).code == default_role_missing);
static_assert(refusal(create(), organization_default(editor)) ==
              error(default_role_missing, Field::default_role, "document-editor"));
constexpr Snapshot no_member() {
  Snapshot seen = world;
  seen.roles = RoleCatalogue(RoleTable(environment_roles + 1, 1), RoleTable(), nullptr);
  return seen;
}
static_assert(refusal(create(), no_member()) ==
              error(default_role_missing, Field::default_role, "member"));
static_assert(gives(plan_of(create(one("admin")), no_member()), set_of(member), member,
                    RoleSource::requested),
              "a default that is missing is no matter where a role is named");

static_assert(gives(plan_of(create(one("org-clerk")), world), set_of(clerk), clerk,
                    RoleSource::requested));
static_assert(gives(plan_of(create(several(admin_viewer)), several_allowed(world)),
                    set_of(admin, viewer), admin, RoleSource::requested));
constexpr std::string_view viewer_admin[] = {"viewer", "admin", "viewer"};
static_assert(gives(plan_of(create(several(viewer_admin)), several_allowed(world)),
                    set_of(admin, viewer), viewer, RoleSource::requested));

// `duplicate_slugs`, `empty_slugs`
static_assert(gives(plan_of(create(several(admin_admin)), world), set_of(admin), admin,
                    RoleSource::requested),
              "two of the same count once, also with Multiple Roles off");
constexpr PolicyOptions empty_as_none() {
  PolicyOptions options;
  options.empty_slugs = EmptySlugs::as_none;
  return options;
}
static_assert(gives(plan_of(create(no_slugs), world, empty_as_none()), set_of(member), member,
                    RoleSource::member_default));

}  // namespace static_decide_create
