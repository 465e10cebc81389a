// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_PROPERTY_MODEL_HPP
#define MEMBERSHIP_TESTS_PROPERTY_MODEL_HPP

#include "membership/core.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace membership_tests {

/// The rules of memberships once more, as plainly as possible: texts, maps and vectors, one writer,
/// no revisions to compare, nothing of the library's but its enumerations and its commands' fields.
class Model {
 public:
  using ErrorCode = membership::ErrorCode;
  using Outcome = membership::Outcome;
  using Status = membership::Status;
  using EventType = membership::EventType;

  /// A role: of the environment, or of the organization that asks, and its place by age.
  struct RoleRef {
    bool own = false;
    std::size_t age = 0;
    friend auto operator<=>(const RoleRef&, const RoleRef&) = default;
  };
  struct Role {
    std::string id, slug, name;
    std::string resource = "organization";
    bool retiring = false;
    bool assignable() const { return !retiring && resource == "organization"; }
  };
  struct Membership {
    std::string id, user, organization;
    Status status = Status::active;
    std::set<RoleRef> roles;
    RoleRef first;  ///< named first in the request
    bool directory_managed = false;
    std::int64_t created_at = 0, updated_at = 0;
    std::uint64_t revision = 0;
    friend bool operator==(const Membership&, const Membership&) = default;
  };
  struct Organization {
    std::string id, name;
    std::uint64_t revision = 1;
    bool deleting = false;
    std::optional<RoleRef> default_role;
    std::vector<Role> roles;
    std::vector<RoleRef> order;  ///< empty: the environment's
    std::int64_t created_at = 0;
  };
  struct User {
    std::string id;
    std::optional<std::string> email, first_name;
    bool deleting = false;
    std::int64_t created_at = 0;
    /// A user without any text has none.
    bool has_profile() const { return email.has_value() || first_name.has_value(); }
  };
  struct Event {
    std::string id;
    EventType type = EventType::none;
    std::int64_t at = 0;
    std::string organization, user, role;
    std::uint64_t revision = 0;
    std::optional<Membership> membership;
    std::vector<std::string> slugs;  ///< of the membership, in the order at that moment
    std::optional<std::set<RoleRef>> roles_before;
  };
  /// What comes of a command.
  struct Result {
    std::optional<ErrorCode> error;
    Outcome outcome = Outcome::unchanged;
    std::string subject;     ///< of an error, where the test compares it
    std::string membership;  ///< the id of the one that it is about
  };
  /// What a command is given by the driver.
  struct Given {
    std::int64_t now = 0;
    std::string plan, membership, organization, user, role;
    std::string role_suffix;
  };

  explicit Model(const membership::PolicyOptions& chosen) : options(chosen) {
    Role member;
    member.slug = "member";
    member.name = "Member";
    roles.push_back(member);
  }

  membership::PolicyOptions options;
  std::vector<Role> roles;
  std::vector<RoleRef> order;
  std::optional<RoleRef> default_role;
  bool multiple_roles = false;
  std::uint64_t revision = 1;
  std::map<std::string, Organization> organizations;
  std::map<std::string, User> users;
  std::map<std::string, Membership> memberships;
  std::vector<Event> events;

  // --- looking -----------------------------------------------------------------------------------

  const Membership* of_pair(const std::string& user, const std::string& organization) const {
    for (const auto& [id, membership] : memberships) {
      if (membership.user == user && membership.organization == organization) return &membership;
    }
    return nullptr;
  }
  const Role& role_at(const RoleRef& ref, const Organization* organization) const {
    return ref.own ? organization->roles[ref.age] : roles[ref.age];
  }
  /// The role of this slug that an organization (or none) sees.
  std::optional<RoleRef> find_role(const std::string& slug,
                                   const Organization* organization) const {
    for (std::size_t i = 0; i < roles.size(); ++i) {
      if (roles[i].slug == slug) return RoleRef{false, i};
    }
    if (organization == nullptr) return std::nullopt;
    for (std::size_t i = 0; i < organization->roles.size(); ++i) {
      if (organization->roles[i].slug == slug) return RoleRef{true, i};
    }
    return std::nullopt;
  }
  /// All roles that an organization (or none) sees, the highest first: those that its order names,
  /// then those of the environment's order, then the environment's by age, then its own by age.
  std::vector<RoleRef> ranking(const Organization* organization) const {
    std::vector<RoleRef> ranked =
        organization != nullptr && !organization->order.empty() ? organization->order : order;
    const auto add = [&](RoleRef ref) {
      if (std::find(ranked.begin(), ranked.end(), ref) == ranked.end()) ranked.push_back(ref);
    };
    for (const RoleRef& ref : order) add(ref);
    for (std::size_t i = 0; i < roles.size(); ++i) add({false, i});
    if (organization != nullptr) {
      for (std::size_t i = 0; i < organization->roles.size(); ++i) add({true, i});
    }
    return ranked;
  }
  /// What an order of an organization (or none) names: not the environment's roles on their way
  /// out in an organization's, and those of its own owner behind or where they are.
  std::vector<RoleRef> ordered(const Organization* organization, bool retiring_behind) const {
    std::vector<RoleRef> named;
    std::vector<RoleRef> behind;
    for (const RoleRef& ref : ranking(organization)) {
      const bool retiring = role_at(ref, organization).retiring;
      if (retiring && organization != nullptr && !ref.own) continue;
      (retiring && retiring_behind ? behind : named).push_back(ref);
    }
    named.insert(named.end(), behind.begin(), behind.end());
    return named;
  }
  /// The slugs of a membership as they are shown (option `primary_role`).
  std::vector<std::string> shown_roles(const Membership& membership) const {
    const Organization& organization = organizations.at(membership.organization);
    std::vector<RoleRef> shown;
    if (options.primary_role == membership::PrimaryRole::first_requested &&
        membership.roles.count(membership.first) == 1) {
      shown.push_back(membership.first);
    }
    for (const RoleRef& ref : ranking(&organization)) {
      if (membership.roles.count(ref) == 1 && (shown.empty() || shown.front() != ref)) {
        shown.push_back(ref);
      }
    }
    std::vector<std::string> slugs;
    for (const RoleRef& ref : shown) slugs.push_back(role_at(ref, &organization).slug);
    return slugs;
  }

  // --- memberships -------------------------------------------------------------------------------

  Result run(const membership::CreateMembership& command, const Given& given) {
    const Selection chosen = selection(command.roles);
    if (const auto fault = check(chosen)) return refused(*fault);
    const std::string user(command.user.view());
    const std::string organization_id(command.organization.view());
    if (users.count(user) == 0 || users.at(user).deleting) {
      return refused(ErrorCode::entity_not_found, user);
    }
    Organization* const organization = live_organization(organization_id);
    if (organization == nullptr) return refused(ErrorCode::entity_not_found, organization_id);
    const Membership* const now = of_pair(user, organization_id);
    Choice choice;
    if (now != nullptr && now->status == Status::inactive && chosen.slugs.empty() &&
        options.create_over_inactive_roles == membership::CreateOverInactiveRoles::keep) {
      choice = retained(*now, *organization);
    } else {
      choice = choose(chosen, organization);
    }
    if (choice.error) return refused(*choice.error, choice.subject);
    if (now == nullptr) {
      Membership made;
      made.id = given.membership;
      made.user = user;
      made.organization = organization_id;
      made.roles = choice.roles;
      made.first = choice.first;
      made.created_at = made.updated_at = given.now;
      write(made, EventType::organization_membership_created, std::nullopt, given);
      return {std::nullopt, Outcome::created, {}, made.id};
    }
    if (now->status == Status::pending) {
      return refused(ErrorCode::cannot_reactivate_pending_organization_membership, now->id);
    }
    if (now->status == Status::active) {
      if (options.create_over_active == membership::CreateOverActive::return_existing) {
        return {std::nullopt, Outcome::unchanged, {}, now->id};
      }
      return refused(ErrorCode::organization_membership_already_exists, now->id);
    }
    if (directory_forbids(*now, choice.roles))
      return refused(ErrorCode::directory_managed, now->id);
    const EventType event =
        options.create_over_inactive_event == membership::CreateOverInactiveEvent::created
            ? EventType::organization_membership_created
            : EventType::organization_membership_updated;
    return changed(*now, Status::active, choice, event, Outcome::reactivated, given);
  }

  Result run(const membership::UpdateRoles& command, const Given& given) {
    const Selection chosen = selection(command.roles);
    if (const auto fault = check(chosen)) return refused(*fault);
    const Membership* const now = by_id(command.membership.view());
    if (now == nullptr) return unknown(command.membership.view());
    if (chosen.slugs.empty() &&
        options.update_without_role == membership::UpdateWithoutRole::unchanged) {
      return {std::nullopt, Outcome::unchanged, {}, now->id};
    }
    const Choice choice = choose(chosen, &organizations.at(now->organization));
    if (choice.error) return refused(*choice.error, choice.subject);
    if (now->status != Status::active &&
        options.update_not_active == membership::UpdateNotActive::refuse) {
      return refused(ErrorCode::membership_not_active, now->id);
    }
    if (choice.roles == now->roles) return {std::nullopt, Outcome::unchanged, {}, now->id};
    if (directory_forbids(*now, choice.roles))
      return refused(ErrorCode::directory_managed, now->id);
    return changed(*now, now->status, choice, EventType::organization_membership_updated,
                   Outcome::updated, given);
  }

  Result run(const membership::DeactivateMembership& command, const Given& given) {
    const Membership* const now = by_id(command.membership.view());
    if (now == nullptr) return unknown(command.membership.view());
    if (now->status == Status::pending) {
      return refused(ErrorCode::cannot_deactivate_pending_organization_membership, now->id);
    }
    if (now->status == Status::inactive) return {std::nullopt, Outcome::unchanged, {}, now->id};
    Choice same;
    same.roles = now->roles;
    same.first = now->first;
    return changed(*now, Status::inactive, same, EventType::organization_membership_updated,
                   Outcome::updated, given);
  }

  Result run(const membership::ReactivateMembership& command, const Given& given) {
    const Membership* const now = by_id(command.membership.view());
    if (now == nullptr) return unknown(command.membership.view());
    if (now->status == Status::pending) {
      return refused(ErrorCode::cannot_reactivate_pending_organization_membership, now->id);
    }
    if (now->status == Status::active) return {std::nullopt, Outcome::unchanged, {}, now->id};
    const Choice choice = retained(*now, organizations.at(now->organization));
    if (choice.error) return refused(*choice.error, choice.subject);
    if (directory_forbids(*now, choice.roles))
      return refused(ErrorCode::directory_managed, now->id);
    return changed(*now, Status::active, choice, EventType::organization_membership_updated,
                   Outcome::reactivated, given);
  }

  Result run(const membership::DeleteMembership& command, const Given& given) {
    const Membership* const now = by_id(command.membership.view());
    if (now == nullptr) return unknown(command.membership.view());
    const Membership last = *now;
    Organization& organization = organizations.at(last.organization);
    ++organization.revision;
    memberships.erase(last.id);
    log_membership(EventType::organization_membership_deleted, last, last.roles, given);
    return {std::nullopt, Outcome::deleted, {}, last.id};
  }

  /// What an invitation leaves: a pending membership, put there by the tests' own command.
  Result add_pending(const std::string& user, const std::string& organization, RoleRef role,
                     bool directory_managed, const Given& given) {
    Membership made;
    made.id = given.membership;
    made.user = user;
    made.organization = organization;
    made.status = Status::pending;
    made.roles = {role};
    made.first = role;
    made.directory_managed = directory_managed;
    made.created_at = made.updated_at = given.now;
    write(made, EventType::organization_membership_created, std::nullopt, given);
    return {std::nullopt, Outcome::created, {}, made.id};
  }

  // --- the rest of the world ---------------------------------------------------------------------

  Result run(const membership::CreateUser& command, const Given& given) {
    if (command.email && !good_email(std::string(*command.email))) {
      return refused(*email_fault(std::string(*command.email)));
    }
    const std::string id(command.id ? command.id->view() : given.user);
    if (command.id && users.count(id) == 1) return refused(ErrorCode::id_already_used, id);
    if (command.email && holder(std::string(*command.email))) {
      return refused(ErrorCode::email_not_available, std::string(*command.email));
    }
    User made;
    made.id = id;
    if (command.email) made.email = std::string(*command.email);
    if (command.first_name) made.first_name = std::string(*command.first_name);
    made.created_at = given.now;
    users.emplace(id, made);
    Event event = blank(EventType::user_created, given);
    event.user = id;
    event.revision = 1;
    events.push_back(event);
    return {std::nullopt, Outcome::created, {}, {}};
  }

  Result run(const membership::CreateOrganization& command, const Given& given) {
    if (command.name.empty()) return refused(ErrorCode::empty);
    if (!plain(std::string(command.name))) return refused(ErrorCode::not_utf8);
    const std::string id(command.id ? command.id->view() : given.organization);
    if (command.id && organizations.count(id) == 1) return refused(ErrorCode::id_already_used, id);
    Organization made;
    made.id = id;
    made.name = std::string(command.name);
    made.created_at = given.now;
    organizations.emplace(id, made);
    Event event = blank(EventType::organization_created, given);
    event.organization = id;
    event.revision = 1;
    events.push_back(event);
    return {std::nullopt, Outcome::created, {}, {}};
  }

  Result run(const membership::CreateRole& command, const Given& given) {
    const std::string slug(command.slug);
    if (const auto fault = slug_fault(slug)) return refused(*fault, slug);
    if (const auto fault = role_name_fault(std::string(command.name))) return refused(*fault);
    if (find_role(slug, nullptr)) return refused(ErrorCode::role_slug_conflict, slug);
    if (roles.size() == 64) return refused(ErrorCode::role_limit_reached, slug);
    Role made;
    made.id = given.role;
    made.slug = slug;
    made.name = std::string(command.name);
    if (command.resource_type_slug) made.resource = std::string(*command.resource_type_slug);
    roles.push_back(made);
    ++revision;
    Event event = blank(EventType::role_created, given);
    event.role = slug;
    event.revision = revision;
    events.push_back(event);
    return {std::nullopt, Outcome::created, {}, {}};
  }

  Result run(const membership::CreateOrganizationRole& command, const Given& given) {
    const std::string id(command.organization.view());
    if (command.slug) {
      const std::string slug(*command.slug);
      if (const auto fault = slug_fault(slug)) return refused(*fault, slug);
      const auto separator = [](char c) { return c == '-' || c == '_'; };
      bool good = slug.rfind("org-", 0) == 0 && !separator(slug.back());
      for (std::size_t i = 1; i < slug.size(); ++i) {
        good = good && !(separator(slug[i]) && separator(slug[i - 1]));
      }
      if (!good) return refused(ErrorCode::malformed, slug);
    }
    if (const auto fault = role_name_fault(std::string(command.name))) return refused(*fault);
    Organization* const organization = live_organization(id);
    if (organization == nullptr) return refused(ErrorCode::entity_not_found, id);
    Role made;
    made.id = given.role;
    made.slug = command.slug ? std::string(*command.slug)
                             : slug_of_name(std::string(command.name), given.role_suffix);
    made.name = std::string(command.name);
    if (command.resource_type_slug) made.resource = std::string(*command.resource_type_slug);
    if (find_role(made.slug, organization)) {
      return refused(ErrorCode::organization_role_slug_conflict,
                     command.slug ? made.slug : std::string());
    }
    if (organization->roles.size() == 64) return refused(ErrorCode::role_limit_reached);
    if (organization->roles.empty() && !organization->default_role) {
      organization->default_role = standard(organization).second;
    }
    std::vector<RoleRef> ranked = ordered(organization, false);
    ranked.push_back({true, organization->roles.size()});
    organization->order = ranked;
    organization->roles.push_back(made);
    ++organization->revision;
    Event event = blank(EventType::organization_role_created, given);
    event.organization = id;
    event.role = made.slug;
    event.revision = organization->revision;
    events.push_back(event);
    return {std::nullopt, Outcome::created, {}, {}};
  }

  Result run(const membership::SetDefaultRole& command, const Given& /*given*/) {
    Organization* organization = nullptr;
    if (command.organization) {
      const std::string id(command.organization->view());
      organization = live_organization(id);
      if (organization == nullptr) return refused(ErrorCode::entity_not_found, id);
    }
    const std::string slug(command.role);
    const std::optional<RoleRef> role = find_role(slug, organization);
    if (!role || role_at(*role, organization).retiring) {
      return refused(ErrorCode::invalid_role, slug);
    }
    if (!role_at(*role, organization).assignable()) {
      return refused(ErrorCode::sub_resource_scoped_role_not_allowed, slug);
    }
    std::optional<RoleRef>& now =
        organization != nullptr ? organization->default_role : default_role;
    if (now == role) return {};
    now = role;
    ++(organization != nullptr ? organization->revision : revision);
    return {std::nullopt, Outcome::updated, {}, {}};
  }

  Result run(const membership::SetPriorityOrder& command, const Given& /*given*/) {
    Organization* organization = nullptr;
    if (command.organization) {
      const std::string id(command.organization->view());
      organization = live_organization(id);
      if (organization == nullptr) return refused(ErrorCode::entity_not_found, id);
    }
    std::vector<RoleRef> wanted;
    for (const std::string_view each : command.slugs) {
      const std::string slug(each);
      const std::optional<RoleRef> role = find_role(slug, organization);
      if (!role || role_at(*role, organization).retiring) {
        return refused(ErrorCode::invalid_role, slug);
      }
      if (std::find(wanted.begin(), wanted.end(), *role) != wanted.end()) {
        return refused(ErrorCode::duplicate, slug);
      }
      wanted.push_back(*role);
    }
    const std::vector<RoleRef> now = ordered(organization, true);
    std::size_t live = 0;
    for (const RoleRef& ref : now) live += role_at(ref, organization).retiring ? 0u : 1u;
    if (wanted.size() != live) return refused(ErrorCode::incomplete);
    wanted.insert(wanted.end(), now.begin() + static_cast<std::ptrdiff_t>(live), now.end());
    if (wanted == now) return {};
    (organization != nullptr ? organization->order : order) = wanted;
    ++(organization != nullptr ? organization->revision : revision);
    return {std::nullopt, Outcome::updated, {}, {}};
  }

  Result run(const membership::EnableMultipleRoles& /*command*/, const Given& /*given*/) {
    if (multiple_roles) return {};
    multiple_roles = true;
    ++revision;
    return {std::nullopt, Outcome::updated, {}, {}};
  }

  std::optional<std::string> holder(const std::string& email) const {
    for (const auto& [id, user] : users) {
      if (user.email && lower(*user.email) == lower(email)) return id;
    }
    return std::nullopt;
  }

 private:
  struct Selection {
    bool list = false;
    std::vector<std::string> slugs;
  };
  struct Choice {
    std::optional<ErrorCode> error;
    std::string subject;
    std::set<RoleRef> roles;
    RoleRef first;
  };

  static Result refused(ErrorCode code, std::string subject = {}) {
    return {code, Outcome::unchanged, std::move(subject), {}};
  }
  static Result unknown(std::string_view id) {
    return refused(ErrorCode::entity_not_found, std::string(id));
  }
  static Selection selection(const membership::RoleSelection& roles) {
    Selection chosen;
    chosen.list = roles.form() == membership::RoleSelection::Form::several;
    for (std::size_t i = 0; i < roles.size(); ++i) chosen.slugs.emplace_back(roles[i]);
    return chosen;
  }
  std::optional<ErrorCode> check(const Selection& chosen) const {
    if (!chosen.list) return std::nullopt;
    if (chosen.slugs.empty() && options.empty_slugs == membership::EmptySlugs::refuse) {
      return ErrorCode::empty;
    }
    const std::set<std::string> distinct(chosen.slugs.begin(), chosen.slugs.end());
    if (distinct.size() != chosen.slugs.size() &&
        options.duplicate_slugs == membership::DuplicateSlugs::refuse) {
      return ErrorCode::duplicate;
    }
    return std::nullopt;
  }
  /// The default, or that there is none that can be given.
  std::pair<bool, std::optional<RoleRef>> standard(const Organization* organization) const {
    std::optional<RoleRef> role = organization->default_role;
    if (role && role_at(*role, organization).retiring) role.reset();
    if (!role) role = default_role;
    if (!role) role = find_role("member", organization);
    if (!role || !role_at(*role, organization).assignable()) return {false, std::nullopt};
    return {true, role};
  }
  Choice choose(const Selection& chosen, const Organization* organization) const {
    Choice choice;
    if (chosen.slugs.empty()) return choose_default(organization);
    for (const std::string& slug : chosen.slugs) {
      const std::optional<RoleRef> role = find_role(slug, organization);
      if (!role || role_at(*role, organization).retiring) {
        choice.error = ErrorCode::invalid_role;
        choice.subject = slug;
        return choice;
      }
      if (choice.roles.empty()) choice.first = *role;
      choice.roles.insert(*role);
    }
    for (const std::string& slug : chosen.slugs) {
      if (!role_at(*find_role(slug, organization), organization).assignable()) {
        choice.error = ErrorCode::sub_resource_scoped_role_not_allowed;
        choice.subject = slug;
        return choice;
      }
    }
    if (choice.roles.size() > 1 && !multiple_roles) {
      choice.error = ErrorCode::multiple_roles_not_enabled;
      choice.subject = chosen.slugs.front();
    }
    return choice;
  }
  Choice choose_default(const Organization* organization) const {
    Choice choice;
    const auto [found, role] = standard(organization);
    if (!found) {
      choice.error = ErrorCode::default_role_missing;
      return choice;
    }
    choice.roles = {*role};
    choice.first = *role;
    return choice;
  }
  /// Option `unfit_retained_role`.
  Choice retained(const Membership& now, const Organization& organization) const {
    Choice choice;
    choice.first = now.first;
    for (const RoleRef& ref : now.roles) {
      if (role_at(ref, &organization).assignable()) choice.roles.insert(ref);
    }
    const bool too_many = choice.roles.size() > 1 && !multiple_roles;
    if (choice.roles == now.roles && !too_many) return choice;
    if (options.unfit_retained_role == membership::UnfitRetainedRole::refuse) {
      choice.error = ErrorCode::invalid_role;
      return choice;
    }
    if (choice.roles.empty()) return choose_default(&organization);
    if (too_many) {
      for (const RoleRef& ref : ranking(&organization)) {
        if (choice.roles.count(ref) == 1) {
          choice.roles = {ref};
          break;
        }
      }
    }
    return choice;
  }
  bool directory_forbids(const Membership& now, const std::set<RoleRef>& after) const {
    return now.directory_managed && after != now.roles &&
           options.directory_managed_roles == membership::DirectoryManagedRoles::refuse;
  }

  const Membership* by_id(std::string_view id) const {
    const auto found = memberships.find(std::string(id));
    return found == memberships.end() ? nullptr : &found->second;
  }
  Organization* live_organization(const std::string& id) {
    const auto found = organizations.find(id);
    return found == organizations.end() || found->second.deleting ? nullptr : &found->second;
  }

  Result changed(const Membership& now, Status status, const Choice& choice, EventType event,
                 Outcome outcome, const Given& given) {
    Membership after = now;
    after.status = status;
    after.roles = choice.roles;
    after.first = choice.first;
    after.updated_at = std::max(now.updated_at, given.now);
    write(after, event, now.roles, given);
    return {std::nullopt, outcome, {}, after.id};
  }
  void write(Membership after, EventType event, std::optional<std::set<RoleRef>> before,
             const Given& given) {
    Organization& organization = organizations.at(after.organization);
    after.revision = ++organization.revision;
    memberships[after.id] = after;
    log_membership(event, after, std::move(before), given);
  }
  void log_membership(EventType type, const Membership& membership,
                      std::optional<std::set<RoleRef>> before, const Given& given) {
    Event event = blank(type, given);
    event.organization = membership.organization;
    event.user = membership.user;
    event.revision = organizations.at(membership.organization).revision;
    event.membership = membership;
    event.slugs = shown_roles(membership);
    event.roles_before = std::move(before);
    events.push_back(event);
  }
  static Event blank(EventType type, const Given& given) {
    Event event;
    event.id = given.plan;
    event.type = type;
    event.at = given.now;
    return event;
  }

  // --- texts
  // ---------------------------------------------------------------------------------------

  static std::string lower(std::string text) {
    for (char& c : text) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
  }
  /// The sequences use printable ASCII; anything above is meant to be broken.
  static bool plain(const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > 0; });
  }
  static bool good_email(const std::string& text) { return !email_fault(text); }
  static std::optional<ErrorCode> email_fault(const std::string& text) {
    if (text.empty()) return ErrorCode::empty;
    if (text.size() > 254) return ErrorCode::too_long;
    if (!plain(text)) return ErrorCode::not_utf8;
    const std::size_t at = text.find('@');
    const bool good = at != std::string::npos && at > 0 && at + 1 < text.size() &&
                      text.find('@', at + 1) == std::string::npos &&
                      text.find_first_of(" \t\n\v\f\r") == std::string::npos;
    if (!good) return ErrorCode::malformed;
    return std::nullopt;
  }
  static std::optional<ErrorCode> slug_fault(const std::string& text) {
    if (text.empty()) return ErrorCode::empty;
    if (text.size() > 48) return ErrorCode::too_long;
    if (text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") != std::string::npos) {
      return ErrorCode::malformed;
    }
    return std::nullopt;
  }
  static std::optional<ErrorCode> role_name_fault(const std::string& text) {
    if (text.empty()) return ErrorCode::empty;
    if (!plain(text)) return ErrorCode::not_utf8;
    if (text.size() > 48) return ErrorCode::too_long;
    return std::nullopt;
  }
  static std::string slug_of_name(const std::string& name, const std::string& suffix) {
    std::string slug;
    for (char c : lower(name)) {
      if (std::string(" \t\n\v\f\r").find(c) != std::string::npos) c = '-';
      if (std::string("abcdefghijklmnopqrstuvwxyz0123456789-_").find(c) == std::string::npos) {
        continue;
      }
      const bool separator = c == '-' || c == '_';
      const bool after_one = slug.empty() || slug.back() == '-' || slug.back() == '_';
      if (separator && after_one) continue;
      slug += c;
    }
    slug = slug.substr(0, 48 - 1 - suffix.size());
    while (!slug.empty() && (slug.back() == '-' || slug.back() == '_')) slug.pop_back();
    if (slug.empty()) slug = "role";
    return slug + '-' + suffix;
  }
};

}  // namespace membership_tests

#endif
