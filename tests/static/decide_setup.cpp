// SPDX-License-Identifier: BSL-1.0

// Plan
//   CreateUser: each error in its order, with and without a profile       -> user
//   CreateOrganization: each error in its order, success                  -> organization
//   CreateRole: each error in its order, success                          -> environment role
//   CreateOrganizationRole: the same; order and default with the first    -> organization role
//   SetDefaultRole, SetPriorityOrder, EnableMultipleRoles                 -> settings

#include "../support/world.hpp"

#include <span>

namespace static_decide_setup {

using namespace membership_tests;
using enum ErrorCode;

constexpr auto chars_49 = "abcdefghijklmnopqrstuvwxyz-0123456789_abcdefghijk"sv;
constexpr auto broken = "\xFF"sv;

constexpr Snapshot bare() {
  Snapshot seen;
  seen.environment.revision = 3;
  seen.roles = catalogue;
  return seen;
}

/// A table without room.
template <std::size_t... Numbers>
struct Full {
  RoleState roles[sizeof...(Numbers)] = {((void)Numbers, RoleState(slug("filler")))...};
};
constexpr Full<0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,
               24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44,
               45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63>
    full;

// --- user

constexpr CreateUser user(std::optional<std::string_view> email,
                          std::optional<std::string_view> first = {},
                          std::optional<std::string_view> last = {}, bool with_id = true) {
  CreateUser command;
  if (with_id) command.id = user_id;
  command.email = email;
  command.first_name = first;
  command.last_name = last;
  return command;
}
constexpr Snapshot taken() {
  Snapshot seen = world;
  seen.email_holder.emplace(user_id);
  return seen;
}
static_assert(refusal(user("", broken, broken), taken()) == error(empty, Field::email));
static_assert(refusal(user("a@\xFF", broken, broken), taken()) == error(not_utf8, Field::email));
static_assert(refusal(user("ada", broken, broken), taken()) ==
              error(malformed, Field::email, "ada"));
static_assert(refusal(user("a@x", broken, broken), taken()) == error(not_utf8, Field::first_name));
static_assert(refusal(user("a@x", "a\0"sv), taken()) == error(not_utf8, Field::first_name));
static_assert(refusal(user("a@x", "", broken), taken()) == error(not_utf8, Field::last_name));
static_assert(refusal(user("a@x", "Ada", "L"), taken()) ==
              error(id_already_used, Field::user_id, "user_1"));
static_assert(refusal(user("a@x", "Ada", "L", false), taken(), {}, no_ids) ==
              error(email_not_available, Field::email, "a@x"));
static_assert(refusal(user("a@x", "Ada", "L", false), bare(), {}, no_ids) ==
              error(missing_id, Field::user_id));

constexpr CreateUser ada_command = user("Ada@X.org", "Ada", ""sv);
constexpr Plan ada = plan_of(ada_command, bare(), {}, no_ids);
static_assert(ada.outcome == Outcome::created && ada.trace.about == Trace::About::user);
static_assert(ada.user->precondition == Precondition::absent);
static_assert(ada.user->event == EventType::user_created);
static_assert(ada.user->after == UserState(user_id, 1));
static_assert(*ada.claims->email.after == "Ada@X.org");
static_assert(ada.profile->after.texts[Text::email] == "Ada@X.org", "as it was written");
static_assert(ada.profile->after.texts[Text::first_name] == "Ada");
static_assert(ada.profile->after.texts.has(Text::last_name), "empty is not null");
static_assert(!ada.profile->after.texts.has(Text::name));
static_assert(ada.profile->after.created_at == at(2000) &&
              ada.profile->after.updated_at == at(2000));
static_assert(!ada.touch && !ada.membership && !ada.environment && !ada.organization);
static_assert(ada.freed->precondition == Precondition::compare && ada.freed->expected == 0);
constexpr Plan nameless = plan_of(CreateUser{}, bare());
static_assert(!nameless.freed && nameless.user->after.revision == 1, "a new id was free");
constexpr Snapshot freed() {
  Snapshot seen = bare();
  seen.freed_revision = 70;
  return seen;
}
static_assert(plan_of(ada_command, freed(), {}, no_ids).user->after.revision == 71);
static_assert(plan_of(CreateUser{}, freed()).user->after.revision == 1);
static_assert(nameless.user->after.id == id<UserId>("user_new") && !nameless.claims);
static_assert(!nameless.profile);

// --- organization

constexpr CreateOrganization organization(std::string_view name, bool with_id = true) {
  CreateOrganization command{name};
  if (with_id) command.id = organization_id;
  return command;
}
static_assert(refusal(organization(""), world) == error(empty, Field::name));
static_assert(refusal(organization("a\xFF"), world) == error(not_utf8, Field::name));
static_assert(refusal(organization("a\0"sv), world) == error(not_utf8, Field::name));
static_assert(refusal(organization("Acme"), world) ==
              error(id_already_used, Field::organization_id, "org_1"));
static_assert(refusal(organization("Acme", false), bare(), {}, no_ids) ==
              error(missing_id, Field::organization_id));
constexpr Snapshot with_owner_role() {
  Snapshot seen = bare();
  seen.environment.owner_role = admin;
  return seen;
}
constexpr Plan acme = plan_of(organization("Acme"), with_owner_role(), {}, no_ids);
static_assert(acme.outcome == Outcome::created && acme.trace.about == Trace::About::organization);
static_assert(acme.environment->precondition == Precondition::compare);
static_assert(acme.environment->expected == 3 && acme.environment->after.revision == 3);
static_assert(acme.organization->precondition == Precondition::absent);
static_assert(acme.organization->event == EventType::organization_created);
static_assert(acme.organization->after.id == organization_id);
static_assert(acme.organization->after.revision == 1 && acme.organization->after.fenced_to == 0);
static_assert(acme.organization->after.owner_role == admin);
static_assert(acme.organization->after.default_role.is_none());
static_assert(acme.organization->after.counts == Counts{} && !acme.organization->after.seat_limit);
static_assert(acme.profile->after.texts[Text::name] == "Acme");
constexpr CreateOrganization no_seats{"Acme", std::nullopt, 0};
static_assert(*plan_of(no_seats, bare()).organization->after.seat_limit == 0, "0 means 0");
static_assert(plan_of(no_seats, bare()).organization->after.id == id<OrganizationId>("org_new"));

// --- environment role

constexpr CreateRole role(std::string_view text, std::string_view name = "Name",
                          std::optional<std::string_view> description = {},
                          std::optional<std::string_view> resource = {}) {
  return {text, name, description, resource};
}
constexpr Snapshot full_environment() {
  Snapshot seen = bare();
  seen.roles = RoleCatalogue(RoleTable(full.roles, 64), RoleTable(), nullptr);
  return seen;
}
static_assert(refusal(role("", ""), bare()) == error(empty, Field::slug));
static_assert(refusal(role(chars_49, ""), bare()) == error(too_long, Field::slug, chars_49));
static_assert(refusal(role("Admin", ""), bare()) == error(malformed, Field::slug, "Admin"));
static_assert(refusal(role("member", "", broken), bare()) == error(empty, Field::name));
static_assert(refusal(role("member", broken, broken), bare()) == error(not_utf8, Field::name));
static_assert(refusal(role("member", chars_49, broken), bare()) == error(too_long, Field::name));
static_assert(refusal(role("member", "Name", broken, ""), bare()) ==
              error(not_utf8, Field::description));
static_assert(refusal(role("member", "Name", "", ""), bare()) ==
              error(empty, Field::resource_type_slug));
static_assert(refusal(role("member", "Name", "", chars_49), bare()) ==
              error(too_long, Field::resource_type_slug, chars_49));
static_assert(refusal(role("member", "Name", "", "A"), bare()) ==
              error(malformed, Field::resource_type_slug, "A"));
static_assert(refusal(role("member"), bare(), {}, no_ids) ==
              error(role_slug_conflict, Field::slug, "member"));
static_assert(refusal(role("leaving"), bare()).code == role_slug_conflict);
static_assert(refusal(role("new"), full_environment(), {}, no_ids) ==
              error(role_limit_reached, Field::slug, "new"));
static_assert(refusal(role("new"), bare(), {}, no_ids) == error(missing_id, Field::role_id));

constexpr bool description_limit() {
  char text[302]{};
  for (std::size_t i = 0; i < 302; i += 2) {
    text[i] = '\xC3';
    text[i + 1] = '\xA9';
  }
  return refusal(role("new", "Name", std::string_view(text, 300)), bare()).code == ErrorCode{} &&
         refusal(role("new", "Name", std::string_view(text, 302)), bare()) ==
             error(too_long, Field::description);
}
static_assert(description_limit(), "150 characters, not bytes");

constexpr Plan new_role = plan_of(role("new", "New", "About"), bare());
static_assert(new_role.outcome == Outcome::created);
static_assert(new_role.trace.about == Trace::About::environment_role);
static_assert(new_role.environment->precondition == Precondition::set);
static_assert(new_role.environment->expected == 3 && new_role.environment->after.revision == 4);
static_assert(new_role.role->precondition == Precondition::absent);
static_assert(new_role.role->event == EventType::role_created);
static_assert(new_role.role->id == id<RoleId>("role_new"));
static_assert(new_role.role->index == RoleIndex::environment(5));
static_assert(new_role.role->after.slug == slug("new") && new_role.role->after.of_organizations);
static_assert(new_role.role->after.key == SlugKey::of("new"));
static_assert(!new_role.organization);
static_assert(new_role.profile->after.texts[Text::name] == "New");
static_assert(new_role.profile->after.texts[Text::description] == "About");
static_assert(new_role.profile->after.texts[Text::resource_type_slug] == "organization");
static_assert(!plan_of(role("doc", "Doc", {}, "document"), bare()).role->after.of_organizations);
static_assert(plan_of(role("doc", "Doc", {}, "organization"), bare()).role->after.of_organizations);
static_assert(plan_of(role("org-lead"), bare()).outcome == Outcome::created,
              "an organization's slug is no conflict");

// --- organization role

constexpr CreateOrganizationRole own(std::optional<std::string_view> text,
                                     std::string_view name = "Name",
                                     std::optional<std::string_view> description = {},
                                     std::optional<std::string_view> resource = {}) {
  return {organization_id, name, text, description, resource};
}
constexpr Snapshot full_organization() {
  Snapshot seen = world;
  seen.roles = RoleCatalogue(RoleTable(environment_roles, 5), RoleTable(full.roles, 64), nullptr);
  return seen;
}
static_assert(refusal(own("", ""), bare()) == error(empty, Field::slug));
static_assert(refusal(own(chars_49, ""), bare()) == error(too_long, Field::slug, chars_49));
static_assert(refusal(own("lead", ""), bare()) == error(malformed, Field::slug, "lead"));
static_assert(refusal(own("org-a-", ""), bare()) == error(malformed, Field::slug, "org-a-"));
static_assert(refusal(own("org-a", "", broken), bare()) == error(empty, Field::name));
static_assert(refusal(own({}, "", broken), bare()) == error(empty, Field::name));
static_assert(refusal(own("org-a", broken, broken), bare()) == error(not_utf8, Field::name));
static_assert(refusal(own("org-a", chars_49, broken), bare()) == error(too_long, Field::name));
static_assert(refusal(own("org-a", "Name", broken, ""), bare()) ==
              error(not_utf8, Field::description));
static_assert(refusal(own("org-a", "Name", {}, ""), bare()) ==
              error(empty, Field::resource_type_slug));
static_assert(refusal(own("org-a", "Name", {}, "a b"), bare()) ==
              error(malformed, Field::resource_type_slug, "a b"));
static_assert(refusal(own("org-a"), bare(), {}, no_ids) ==
              error(entity_not_found, Field::organization_id, "org_1"));
static_assert(refusal(own("org-lead"), world, {}, no_ids) == error(missing_id, Field::role_id));
static_assert(refusal(own("org-lead"), world) ==
              error(organization_role_slug_conflict, Field::slug, "org-lead"));
static_assert(refusal(own("org-a"), full_organization()) ==
              error(role_limit_reached, Field::slug, "org-a"));
constexpr Snapshot deleting() {
  Snapshot seen = world;
  seen.organization->phase = Phase::deleting;
  return seen;
}
static_assert(refusal(own("org-a"), deleting()).code == entity_not_found);

constexpr Snapshot no_own_roles() {
  Snapshot seen = world;
  seen.roles = RoleCatalogue(RoleTable(environment_roles, 3), RoleTable(), &role_order);
  seen.environment.default_role = viewer;
  return seen;
}
constexpr Plan first_own = plan_of(own("org-a"), no_own_roles());
static_assert(first_own.outcome == Outcome::created);
static_assert(first_own.trace.about == Trace::About::organization_role);
static_assert(first_own.organization->precondition == Precondition::set);
static_assert(first_own.organization->event == EventType::none);
static_assert(first_own.organization->expected == 7 && first_own.organization->after.revision == 8);
static_assert(first_own.organization->after.fenced_to == 3);
static_assert(first_own.organization->after.default_role == viewer, "as it is at that moment");
static_assert(first_own.organization->after.counts == Counts{10, 4, 2, 3});
static_assert(first_own.role->index == RoleIndex::organization(0));
static_assert(first_own.role->event == EventType::organization_role_created);
static_assert(first_own.role->after.slug == slug("org-a"));
static_assert(!first_own.touch && !first_own.environment);

template <class... Indexes>
constexpr bool is_order(const Slot<RoleOrder>& order, Indexes... indexes) {
  const RoleIndex expected[] = {indexes...};
  if (!order || order->size != sizeof...(indexes)) return false;
  for (unsigned place = 0; place < sizeof...(indexes); ++place) {
    if ((*order)[place] != expected[place]) return false;
  }
  return true;
}
static_assert(is_order(new_role.order, admin, lead, member, viewer, editor, leaving, clerk,
                       RoleIndex::environment(5)),
              "at the bottom");
static_assert(is_order(plan_of(own("org-b"), world).order, admin, lead, member, viewer, editor,
                       clerk, RoleIndex::organization(2)),
              "without those of the environment that are on their way out");
static_assert(plan_of(own("org-b"), world).organization->after.default_role.is_none(),
              "only with the first");
constexpr Snapshot own_default_already() {
  Snapshot seen = no_own_roles();
  seen.organization->default_role = admin;
  return seen;
}
static_assert(plan_of(own("org-a"), own_default_already()).organization->after.default_role ==
              admin);

constexpr RoleSlug generated = plan_of(own({}, "Team Lead"), world).role->after.slug;
static_assert(generated.view().substr(0, 10) == "team-lead-" && generated.view().size() == 16);
static_assert(plan_of(own({}, "Team Lead"), world).role->after.slug == generated,
              "the same id gives the same slug");
constexpr Context other_role_id() {
  Context drawn = context;
  drawn.role.emplace(id<RoleId>("role_other"));
  return drawn;
}
static_assert(plan_of(own({}, "Team Lead"), world, {}, other_role_id()).role->after.slug !=
              generated);

// --- settings

constexpr SetDefaultRole set_default(std::string_view text, bool own_default = false) {
  SetDefaultRole command{text};
  if (own_default) command.organization = organization_id;
  return command;
}
static_assert(refusal(set_default("nobody", true), bare()) ==
              error(entity_not_found, Field::organization_id, "org_1"));
static_assert(refusal(set_default("nobody", true), deleting()).code == entity_not_found);
static_assert(refusal(set_default("nobody", true), world) ==
              error(invalid_role, Field::role_slug, "nobody"));
static_assert(refusal(set_default("leaving"), bare()) ==
              error(invalid_role, Field::role_slug, "leaving"));
static_assert(refusal(set_default("document-editor"), bare()) ==
              error(sub_resource_scoped_role_not_allowed, Field::role_slug, "document-editor"));
constexpr Plan environment_set = plan_of(set_default("viewer"), bare());
static_assert(environment_set.outcome == Outcome::updated);
static_assert(environment_set.trace.about == Trace::About::default_role);
static_assert(environment_set.environment->precondition == Precondition::set);
static_assert(environment_set.environment->after.default_role == viewer);
static_assert(environment_set.environment->after.revision == 4 && !environment_set.organization);
constexpr Plan own_set = plan_of(set_default("org-clerk", true), world);
static_assert(own_set.organization->after.default_role == clerk);
static_assert(own_set.organization->after.revision == 8 && !own_set.environment);
constexpr Snapshot set_already() {
  Snapshot seen = world;
  seen.environment.default_role = viewer;
  return seen;
}
static_assert(plan_of(set_default("viewer"), set_already()).outcome == Outcome::unchanged);
static_assert(!plan_of(set_default("viewer"), set_already()).environment);
static_assert(plan_of(set_default("viewer", true), set_already()).outcome == Outcome::updated,
              "the organization has none of its own yet");

constexpr std::string_view whole[] = {"org-clerk", "document-editor", "viewer",
                                      "member",    "admin",           "org-lead"};
constexpr std::string_view same[] = {"admin",  "org-lead",        "member",
                                     "viewer", "document-editor", "org-clerk"};
constexpr std::string_view of_environment[] = {"viewer", "admin", "document-editor", "member"};
constexpr std::string_view with_retiring[] = {"admin", "leaving"};
constexpr std::string_view twice[] = {"admin", "viewer", "admin", "nobody"};
constexpr std::string_view unknown[] = {"admin", "nobody", "admin"};
constexpr Snapshot no_organization() {
  Snapshot seen = bare();
  seen.roles = RoleCatalogue(RoleTable(environment_roles, 5), RoleTable(), nullptr);
  return seen;
}
constexpr SetPriorityOrder prioritize(std::span<const std::string_view> slugs) {
  return {slugs, organization_id};
}
static_assert(refusal(prioritize(unknown), bare()) ==
              error(entity_not_found, Field::organization_id, "org_1"));
static_assert(refusal(prioritize(unknown), world) ==
              error(invalid_role, Field::priority_order, "nobody", 1));
static_assert(refusal(prioritize(twice), world) ==
              error(duplicate, Field::priority_order, "admin", 2));
static_assert(refusal(SetPriorityOrder{{whole, 5}, organization_id}, world) ==
              error(incomplete, Field::priority_order, "", 5));
static_assert(refusal(prioritize(with_retiring), world) ==
              error(invalid_role, Field::priority_order, "leaving", 1));
static_assert(is_order(plan_of(SetPriorityOrder{of_environment}, no_organization()).order, viewer,
                       admin, editor, member, leaving),
              "what is on its way out comes behind");
static_assert(refusal(SetPriorityOrder{{}, organization_id}, world).code == incomplete);
constexpr Plan ordered = plan_of(prioritize(whole), world);
static_assert(ordered.outcome == Outcome::updated);
static_assert(ordered.trace.about == Trace::About::priority_order);
static_assert(is_order(ordered.order, clerk, editor, viewer, member, admin, lead),
              "no role of the environment that is on its way out");
static_assert(ordered.organization->after.revision == 8 && !ordered.environment);
static_assert(plan_of(prioritize(same), world).outcome == Outcome::unchanged);
static_assert(!plan_of(prioritize(same), world).order);
constexpr Snapshot environment_only() {
  Snapshot seen = bare();
  seen.roles = RoleCatalogue(RoleTable(environment_roles, 2), RoleTable(), nullptr);
  return seen;
}
constexpr std::string_view admin_first[] = {"admin", "member"};
constexpr Plan environment_order = plan_of(SetPriorityOrder{admin_first}, environment_only());
static_assert(is_order(environment_order.order, admin, member));
static_assert(environment_order.environment->after.revision == 4 &&
              !environment_order.organization);

constexpr Plan switched_on = plan_of(EnableMultipleRoles{}, bare());
static_assert(switched_on.outcome == Outcome::updated);
static_assert(switched_on.trace.about == Trace::About::multiple_roles);
static_assert(switched_on.environment->after.multiple_roles);
static_assert(switched_on.environment->after.revision == 4);
static_assert(plan_of(EnableMultipleRoles{}, several_allowed(bare())).outcome ==
              Outcome::unchanged);
static_assert(!plan_of(EnableMultipleRoles{}, several_allowed(bare())).environment);
constexpr Snapshot closing() {
  Snapshot seen = several_allowed(bare());
  seen.environment.phase = Phase::closing;
  return seen;
}
static_assert(plan_of(EnableMultipleRoles{}, closing()).environment->after.phase == Phase::live);

}  // namespace static_decide_setup
