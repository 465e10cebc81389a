// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_CONFORMANCE_CATALOGUE_HPP
#define MEMBERSHIP_TESTING_CONFORMANCE_CATALOGUE_HPP

#include "membership/testing/conformance/world.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace membership::inline v0 {
namespace testing {
namespace conformance {

/// The roles and permissions of the environment and of organizations are at the places, with the
/// slugs, the permissions and in the order that plans gave them.
struct Catalogue {
  static constexpr std::string_view name = "role_catalogue";
  static constexpr Needs needs{
      Kinds{Kind::environment, Kind::organization, Kind::role, Kind::permission}};

  template <class W>
  static void run(W& w) {
    using T = typename W::T;
    const auto organization = w.organization();
    const auto other = w.organization();
    w.expect(!w.load({}).roles.find("member").is_none(), "the role member in a new environment",
             "none");
    w.done(BasicCreatePermission<T>{"read:all", "Read", "Reads all"});
    w.done(BasicCreatePermission<T>{"write.*", "Write", {}, {}, true});
    const auto slug = w.role(0);
    const std::string_view both[] = {"read:all", "write.*"};
    w.done(BasicSetRolePermissions<T>{slug, both});
    w.done(BasicCreateOrganizationRole<T>{organization, "Lead", "org-lead", "Leads"});
    w.done(BasicAddRolePermission<T>{"org-lead", "read:all", organization});

    const auto seen = loaded(w, organization, "org-lead");
    const auto* const own = seen.roles.at(seen.roles.find("org-lead"));
    w.expect(own != nullptr && seen.roles.find("org-lead").is_organization() &&
                 own->permissions.contains(seen.roles.find_permission("read:all")),
             "the organization's own role with its permission", text_of(seen.roles));
    w.expect(seen.role != nullptr && seen.role->profile.texts[Text::description] == "Leads",
             "the profile of an own role", text_of(seen.role));
    w.expect(loaded(w, other, "org-lead").roles.find("org-lead").is_none(),
             "no own role of another organization", "one");
    const auto* const first = seen.roles.at(seen.roles.find(slug));
    w.expect(first != nullptr && seen.roles.permissions(RoleSet::of(seen.roles.find(slug)))
                                     .contains(seen.roles.find_permission("write.*")),
             "both permissions of a role", text_of(seen.roles));
    orders(w, organization);
    shown(w, organization);
    gone(w, organization);
  }

 private:
  template <class W>
  static auto loaded(W& w, const typename W::OrganizationId& id, std::string_view role) {
    typename W::Reads reads;
    reads.organization = &id;
    reads.role = role;
    return w.load(reads);
  }
  template <class W>
  static std::string slugs(W& w, const typename W::OrganizationId* organization) {
    typename W::Reads reads;
    reads.organization = organization;
    const auto seen = w.load(reads);
    std::string text;
    seen.roles.for_each_in_order(seen.roles.all(), [&](RoleIndex index) {
      text += std::string(seen.roles.slug(index)) + ' ';
    });
    return text;
  }
  template <class W>
  static void orders(W& w, const typename W::OrganizationId& organization) {
    using T = typename W::T;
    const std::string_view order[] = {"kit-second", "member", "kit-first"};
    w.done(BasicSetPriorityOrder<T>{order});
    w.same_text("kit-second member kit-first ", slugs(w, nullptr), "the environment's order");
    const std::string_view own[] = {"org-lead", "kit-first", "kit-second", "member"};
    w.done(BasicSetPriorityOrder<T>{own, organization});
    w.same_text("org-lead kit-first kit-second member ", slugs(w, &organization),
                "the organization's order");
    w.same_text("kit-second member kit-first ", slugs(w, nullptr),
                "the environment's order beside an organization's");
  }
  /// Lists show the same.
  template <class W>
  static void shown(W& w, const typename W::OrganizationId& organization) {
    using T = typename W::T;
    if constexpr (W::has(Verb::list_roles)) {
      std::string text;
      w.must(w.store().list(
                 BasicRoleQuery<T>{organization},
                 [&](const auto& row) { text += std::string(row.state.slug.view()) + ' '; }),
             "a list of roles");
      w.same_text("org-lead kit-first kit-second member ", text, "the list of roles");
    }
    if constexpr (W::has(Verb::list_permissions)) {
      std::string text;
      w.must(w.store().list(*BasicPermissionQuery<T>::make({}),
                            [&](const auto& row) {
                              text += std::string(row.state.slug.view()) + ' ' +
                                      std::string(row.profile.texts[Text::name]) + ' ' +
                                      (row.state.system ? "system " : "");
                            }),
             "a list of permissions");
      w.same_text("read:all Read write.* Write system ", text, "the list of permissions");
    }
  }
  /// What is gone leaves its place and its slug free.
  template <class W>
  static void gone(W& w, const typename W::OrganizationId& organization) {
    using T = typename W::T;
    w.done(BasicMarkRoleDeleted<T>{"org-lead", {}, organization, true});
    const auto marked = loaded(w, organization, "org-lead");
    const auto index = marked.roles.find("org-lead");
    const auto* const role = marked.roles.at(index);
    w.expect(role != nullptr && role->phase == Phase::retiring && role->only_unused &&
                 role->generation == marked.organization->revision,
             "the mark of an own role", text_of(marked.roles));
    if (role == nullptr) return;
    w.done(BasicFinishRoleDeletion<T>{"org-lead", role->generation, organization});
    w.expect(loaded(w, organization, "org-lead").roles.find("org-lead").is_none(),
             "no role after its deletion", "one");
    w.done(BasicCreateOrganizationRole<T>{organization, "Again", "org-lead"});
    const auto again = loaded(w, organization, "org-lead");
    w.same(index, again.roles.find("org-lead"), "the place of a role made again");
    w.expect(again.roles.at(index) != nullptr &&
                 again.roles.at(index)->permissions == PermissionSet{},
             "a role made again without the permissions of the one before", text_of(again.roles));
    environment_role(w);
    permission(w);
  }
  template <class W>
  static void environment_role(W& w) {
    using T = typename W::T;
    const auto marked = w.done(BasicMarkRoleDeleted<T>{"kit-second", "kit-first"});
    auto seen = w.load({});
    const auto index = seen.roles.find("kit-second");
    w.expect(seen.roles.at(index) != nullptr && seen.roles.at(index)->phase == Phase::retiring &&
                 seen.roles.at(index)->replacement == seen.roles.find("kit-first"),
             "the mark of a role and its replacement", text_of(seen.roles));
    w.done(BasicFinishRoleDeletion<T>{"kit-second", marked.plan.role->after.generation});
    seen = w.load({});
    w.expect(seen.roles.find("kit-second").is_none() && seen.roles.at(index) == nullptr,
             "no role after its deletion", text_of(seen.roles));
    w.same_text("member kit-first ", slugs(w, nullptr), "the order without a role that is gone");
  }
  template <class W>
  static void permission(W& w) {
    using T = typename W::T;
    const auto marked = w.done(BasicMarkPermissionDeleted<T>{"read:all"});
    auto seen = w.load({});
    w.expect(seen.roles.find_permission("read:all") == PermissionSet::capacity,
             "a permission that is on its way out to grant nothing", text_of(seen.roles));
    const std::uint64_t generation = marked.plan.permission->after.generation;
    const std::uint16_t index = marked.plan.permission->index;
    w.done(BasicSweepRolePermission<T>{"kit-first", {}, index, generation});
    w.done(BasicFinishPermissionDeletion<T>{"read:all", generation});
    seen = w.load({});
    w.expect(!seen.roles.permission_table().has(index), "no permission after its deletion",
             text_of(seen.roles));
    w.done(BasicCreatePermission<T>{"next", "Next"});
    seen = w.load({});
    w.same_number(index, seen.roles.find_permission("next"), "the place of the next permission");
    w.expect(!seen.roles.permissions(RoleSet::of(seen.roles.find("kit-first"))).contains(index),
             "the next permission at a place to be granted by nobody", text_of(seen.roles));
  }
};

/// Events show the roles as they were then, also when others are at their places by now.
struct EventsOfThen {
  static constexpr std::string_view name = "events_of_then";
  static constexpr Needs needs{
      Kinds{Kind::environment, Kind::organization, Kind::membership, Kind::role},
      Verbs{Verb::list_events}};

  template <class W>
  static void run(W& w) {
    using T = typename W::T;
    const auto organization = w.organization();
    w.done(BasicCreateOrganizationRole<T>{organization, "Then", "org-then"});
    const auto user = w.user();
    const auto made =
        w.done(typename W::CreateMembership{user, organization, RoleSelection::one("org-then")});
    const auto id = made.membership()->id;
    w.done(typename W::UpdateRoles{id, RoleSelection::one(w.role(0))});
    const auto marked = w.done(BasicMarkRoleDeleted<T>{"org-then", {}, organization, true});
    w.done(
        BasicFinishRoleDeletion<T>{"org-then", marked.plan.role->after.generation, organization});
    w.done(BasicCreateOrganizationRole<T>{organization, "Now", "org-now"});
    Page<EventId> page;
    page.limit = longest_page;
    std::string shown;
    w.must(w.store().list(*BasicEventQuery<T>::make(page),
                          [&](const BasicEventRow<T>& row) {
                            if (row.membership == nullptr) return;
                            row.roles.for_each_in_order(row.membership->roles,
                                                        [&](RoleIndex index) {
                                                          shown += row.roles.slug(index);
                                                          shown += ' ';
                                                        });
                            shown += row.roles.slug(row.before.first_requested);
                            shown += "; ";
                          }),
           "a list of events");
    w.same_text("org-then ; " + std::string(w.role(0)) + " org-then; ", shown,
                "the roles of two events");
  }
};

}  // namespace conformance
}  // namespace testing
}  // namespace membership::inline v0

#endif
