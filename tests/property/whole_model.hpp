// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_PROPERTY_WHOLE_MODEL_HPP
#define MEMBERSHIP_TESTS_PROPERTY_WHOLE_MODEL_HPP

#include "membership/administration.hpp"
#include "membership/membership.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace membership_tests {

using String = std::string;
using Strings = std::set<String>;

/// The whole organization model once more, as plainly as possible: texts, maps and sets, no
/// revisions, no marks. A long operation is one step here, since nobody else is at work.
struct World {
  struct Role {
    String name;
    bool of_organizations = true;
    Strings permissions{};
    friend bool operator==(const Role&, const Role&) = default;
  };
  struct Permission {
    String name;
    bool system = false;
  };
  struct Membership {
    String id, user, organization;
    membership::Status status = membership::Status::active;
    Strings roles;
    friend bool operator==(const Membership&, const Membership&) = default;
  };
  struct Invitation {
    String id{}, email{}, organization{}, user{}, role{}, accepted_by{};
    membership::InvitationStatus status = membership::InvitationStatus::pending;
    std::int64_t expires_at = 0;
    String shown_role{};  ///< of one that has ended
    membership::TokenDigest token{};

    bool open() const { return status == membership::InvitationStatus::pending; }
  };
  using Texts = std::map<String, String>;
  struct Organization {
    String name{};
    std::optional<String> external_id{};
    Texts metadata{};
    std::vector<std::pair<String, membership::DomainState>> domains{};
    std::optional<String> default_role{}, owner_role{};
    std::optional<std::uint64_t> seat_limit{};
    std::map<String, Role> roles{};
    std::vector<String> order{};  ///< empty: the environment's
    friend bool operator==(const Organization&, const Organization&) = default;
  };
  struct User {
    std::optional<String> email{}, external_id{};
    Texts metadata{};
    bool verified = false;
    friend bool operator==(const User&, const User&) = default;
  };

  std::map<String, Role> roles{{"member", {"Member"}}};
  std::vector<String> order{"member"};
  std::optional<String> default_role{}, owner_role{};
  bool several_roles = false;
  membership::SeatsCount seats{};
  std::map<String, Permission> permissions;
  std::map<String, Organization> organizations;
  std::map<String, User> users;
  std::map<String, Membership> memberships;
  std::map<String, Invitation> invitations;

  const Membership* of_pair(const String& user, const String& organization) const {
    for (const auto& [id, membership] : memberships) {
      if (membership.user == user && membership.organization == organization) return &membership;
    }
    return nullptr;
  }
  /// The open invitation that is about a user's membership.
  Invitation* about(const String& organization, const String& user) {
    for (auto& [id, one] : invitations) {
      if (one.open() && one.organization == organization && one.user == user) return &one;
    }
    return nullptr;
  }
  /// The role that an invitation gives, or gave at last.
  String role_of(const Invitation& one) const {
    if (!one.open() || one.organization.empty()) return one.shown_role;
    const Membership* const member = of_pair(one.user, one.organization);
    if (member == nullptr || member->status != membership::Status::pending) return one.role;
    return highest(member->roles, one.organization);
  }
  const Role* find_role(const String& slug, const String& organization) const {
    if (const auto role = roles.find(slug); role != roles.end()) return &role->second;
    if (organization.empty()) return nullptr;
    const auto& own = organizations.at(organization).roles;
    const auto role = own.find(slug);
    return role == own.end() ? nullptr : &role->second;
  }
  /// The roles that an organization (or none) sees, the highest first.
  std::vector<String> ranking(const String& organization) const {
    if (organization.empty()) return order;
    std::vector<String> ranked = organizations.at(organization).order;
    for (const String& slug : order) {
      if (std::find(ranked.begin(), ranked.end(), slug) == ranked.end()) ranked.push_back(slug);
    }
    return ranked;
  }
  String highest(const Strings& held, const String& organization) const {
    for (const String& slug : ranking(organization)) {
      if (held.count(slug) == 1) return slug;
    }
    return {};
  }
  Strings permissions_of(const Strings& held, const String& organization) const {
    Strings granted;
    for (const String& slug : held) {
      if (slug.empty()) continue;
      const Strings& more = find_role(slug, organization)->permissions;
      granted.insert(more.begin(), more.end());
    }
    return granted;
  }
  String default_of(const String& organization) const {
    if (const auto& own = organizations.at(organization).default_role) return *own;
    return default_role.value_or("member");
  }
  std::size_t owners(const String& organization) const {
    const auto& role = organizations.at(organization).owner_role;
    return role ? count(organization,
                        [&](const Membership& one) {
                          return one.status == membership::Status::active &&
                                 one.roles.count(*role) == 1;
                        })
                : 0;
  }
  std::size_t seats_taken(const String& organization) const {
    return count(organization, [&](const Membership& one) {
      return one.status == membership::Status::active ||
             (one.status == membership::Status::pending && seats.pending) ||
             (one.status == membership::Status::inactive && seats.inactive);
    });
  }
  std::size_t count(const String& organization,
                    const std::function<bool(const Membership&)>& fits) const {
    std::size_t number = 0;
    for (const auto& [id, one] : memberships) {
      if (one.organization == organization && fits(one)) ++number;
    }
    return number;
  }
  std::optional<String> holder(const String& email) const {
    for (const auto& [id, user] : users) {
      if (user.email && lower(*user.email) == lower(email)) return id;
    }
    return std::nullopt;
  }
  static String lower(String text) {
    for (char& c : text) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
  }
};

/// What the store made, which the model cannot know before.
struct Made {
  String user{}, organization{}, membership{}, invitation{}, role{};
  membership::TokenDigest token{};
};

/// Says of each command what comes of it, under the owner guard, the seat limit and the grant rule,
/// with the policy's default options. An answer is an outcome or the code of an error. The mark of
/// a long operation stands for the whole.
class WholeModel {
 public:
  using Status = membership::Status;

  World now;
  std::vector<String> events;
  Made made;
  std::int64_t time = 0;

  // --- memberships -------------------------------------------------------------------------------

  String apply(const membership::CreateMembership& c) {
    const String user = text(c.user), organization = text(c.organization);
    if (is_empty_list(c.roles)) return invalid;
    if (now.users.count(user) == 0 || now.organizations.count(organization) == 0) return not_found;
    const auto [fault, roles] = choose(list(c.roles), organization);
    if (!fault.empty()) return fault;
    const World::Membership* there = now.of_pair(user, organization);
    if (there != nullptr && there->status == Status::pending) {
      if (!expire(now.about(organization, user))) {
        return "cannot_reactivate_pending_organization_membership";
      }
      there = nullptr;
    }
    if (there != nullptr && there->status == Status::active) {
      return "organization_membership_already_exists";
    }
    World after = now;
    const String id = there == nullptr ? made.membership : there->id;
    after.memberships[id] = {id, user, organization, Status::active, roles};
    return judged(after, id, c.actor, there == nullptr ? "created" : "reactivated");
  }

  String apply(const membership::UpdateRoles& c) {
    if (is_empty_list(c.roles)) return invalid;
    const World::Membership* const there = find(c.membership);
    if (there == nullptr) return not_found;
    if (c.roles.size() == 0) return "unchanged";
    const auto [fault, roles] = choose(list(c.roles), there->organization);
    if (!fault.empty()) return fault;
    if (roles == there->roles) return "unchanged";
    World after = now;
    after.memberships[there->id].roles = roles;
    return judged(after, there->id, c.actor, "updated");
  }

  String apply(const membership::DeactivateMembership& c) {
    const World::Membership* const there = find(c.membership);
    if (there == nullptr) return not_found;
    if (there->status == Status::pending) {
      return "cannot_deactivate_pending_organization_membership";
    }
    if (there->status == Status::inactive) return "unchanged";
    World after = now;
    after.memberships[there->id].status = Status::inactive;
    return judged(after, there->id, c.actor, "updated");
  }

  String apply(const membership::ReactivateMembership& c) {
    const World::Membership* const there = find(c.membership);
    if (there == nullptr) return not_found;
    if (there->status == Status::pending) {
      return "cannot_reactivate_pending_organization_membership";
    }
    if (there->status == Status::active) return "unchanged";
    World after = now;
    World::Membership& one = after.memberships[there->id];
    one.status = Status::active;
    if (one.roles.size() > 1 && !now.several_roles) {
      one.roles = {now.highest(one.roles, one.organization)};
    }
    return judged(after, there->id, c.actor, "reactivated");
  }

  String apply(const membership::DeleteMembership& c) {
    const World::Membership* const there = find(c.membership);
    if (there == nullptr) return not_found;
    World after = now;
    std::vector<String> log;
    if (there->status == Status::pending) {
      if (World::Invitation* const open = after.about(there->organization, there->user)) {
        end(after, *open, membership::InvitationStatus::revoked, there->roles, log);
      }
    }
    after.memberships.erase(there->id);
    return judged(after, there->id, c.actor, "deleted", log);
  }

  String apply(const membership::TransferOwnership& c) {
    const String from = text(c.from), to = text(c.to);
    const World::Membership* const giver = find(c.from);
    if (giver == nullptr) return not_found;
    const World::Membership* const taker = find(c.to);
    if (taker == nullptr || taker->organization != giver->organization) return not_found;
    const auto& owner = now.organizations.at(giver->organization).owner_role;
    if (!owner) return "owner_role_missing";
    if (giver->status != Status::active || taker->status != Status::active) {
      return "membership_not_active";
    }
    if (giver->roles.count(*owner) == 0) return "not_an_owner";
    if (from == to) return "unchanged";
    World after = now;
    Strings& left = after.memberships[from].roles;
    left.erase(*owner);
    if (left.empty()) left = {now.default_of(giver->organization)};
    Strings& gained = after.memberships[to].roles;
    if (!now.several_roles) gained.clear();
    gained.insert(*owner);
    const bool both = gained != taker->roles;
    const String answer = judge(after, giver->organization, text(c.actor));
    if (!answer.empty()) return answer;
    now = after;
    log_membership("updated", now.memberships[from]);
    if (both) log_membership("updated", now.memberships[to]);
    return "updated";
  }

  // --- settings ----------------------------------------------------------------------------------

  String apply(const membership::SetSeatLimit& c) {
    World::Organization* const mine = find(c.organization);
    if (mine == nullptr) return not_found;
    return changed(std::exchange(mine->seat_limit, c.limit) != c.limit);
  }
  String apply(const membership::SetSeatsCount& c) {
    return changed(!(std::exchange(now.seats, c.counted) == c.counted));
  }
  String apply(const membership::SetDefaultRole& c) {
    const String slug(c.role), organization = text(c.organization);
    if (!in_scope(organization)) return not_found;
    if (String fault = unfit(slug, organization); !fault.empty()) return fault;
    const auto& owner =
        organization.empty() ? now.owner_role : now.organizations[organization].owner_role;
    if (owner == slug) return "default_role_is_owner";
    auto& mine =
        organization.empty() ? now.default_role : now.organizations[organization].default_role;
    return changed(std::exchange(mine, slug) != slug);
  }
  String apply(const membership::SetPriorityOrder& c) {
    const String organization = text(c.organization);
    if (!in_scope(organization)) return not_found;
    const std::vector<String> slugs(c.slugs.begin(), c.slugs.end());
    Strings seen;
    for (const String& slug : slugs) {
      if (now.find_role(slug, organization) == nullptr) return "invalid_role";
      if (!seen.insert(slug).second) return invalid;
    }
    const std::vector<String> before = now.ranking(organization);
    if (before.size() != slugs.size()) return invalid;
    if (before == slugs) return "unchanged";
    (organization.empty() ? now.order : now.organizations[organization].order) = slugs;
    return "updated";
  }
  String apply(const membership::EnableMultipleRoles&) {
    return changed(!std::exchange(now.several_roles, true));
  }

  // --- roles and permissions ---------------------------------------------------------------------

  String apply(const membership::CreateRole& c) {
    const String slug(c.slug);
    if (c.name.empty()) return invalid;
    if (now.roles.count(slug) == 1) return "role_slug_conflict";
    now.roles[slug] = {String(c.name), is_of_organizations(c.resource_type_slug)};
    now.order.push_back(slug);
    log_role("created", slug, {}, {});
    return "created";
  }
  String apply(const membership::CreateOrganizationRole& c) {
    const String organization = text(c.organization), slug(c.slug ? *c.slug : made.role);
    if (c.name.empty() || (c.slug && slug.rfind("org-", 0) != 0)) return invalid;
    if (!in_scope(organization)) return not_found;
    if (now.find_role(slug, organization) != nullptr) return "organization_role_slug_conflict";
    World::Organization& mine = now.organizations[organization];
    if (mine.roles.empty() && !mine.default_role) mine.default_role = now.default_of(organization);
    mine.order = now.ranking(organization);
    mine.order.push_back(slug);
    mine.roles[slug] = {String(c.name), is_of_organizations(c.resource_type_slug)};
    log_role("created", slug, organization, {});
    return "created";
  }
  String apply(const membership::CreatePermission& c) {
    const String slug(c.slug);
    if (c.name.empty()) return invalid;
    if (now.permissions.count(slug) == 1) return "permission_slug_conflict";
    now.permissions[slug] = {String(c.name), c.system};
    events.push_back("permission.created " + slug);
    return "created";
  }
  String apply(const membership::UpdatePermission& c) {
    const String slug(c.permission);
    if (now.permissions.count(slug) == 0) return not_found;
    if (!rename(now.permissions[slug].name, c.name)) return "unchanged";
    events.push_back("permission.updated " + slug);
    return "updated";
  }
  String apply(const membership::UpdateRole& c) {
    const String slug(c.role), organization = text(c.organization);
    World::Role* const role = own_role(slug, organization);
    if (role == nullptr) return not_found;
    if (!rename(role->name, c.name)) return "unchanged";
    log_role("updated", slug, organization, role->permissions);
    return "updated";
  }
  String apply(const membership::SetRolePermissions& c) {
    return edit_role(c, Edit::set, {c.permissions.begin(), c.permissions.end()});
  }
  String apply(const membership::AddRolePermission& c) {
    return edit_role(c, Edit::add, {c.permission});
  }
  String apply(const membership::RemoveRolePermission& c) {
    return edit_role(c, Edit::remove, {c.permission});
  }

  // --- long operations ---------------------------------------------------------------------------

  String apply(const membership::MarkRoleDeleted& c) {
    const String slug(c.role), organization = text(c.organization);
    const String replacement(c.replacement.value_or(""));
    if (own_role(slug, organization) == nullptr) return not_found;
    const auto& owner =
        organization.empty() ? now.owner_role : now.organizations[organization].owner_role;
    const auto& own_default =
        organization.empty() ? now.default_role : now.organizations[organization].default_role;
    const bool is_default =
        organization.empty() ? slug == now.default_role.value_or("member") : own_default == slug;
    if (is_default || owner == slug) return "role_required";
    if (!replacement.empty()) {
      if (String fault = unfit(replacement, organization); !fault.empty()) return fault;
      if (replacement == slug || owner == replacement) return "invalid_role";
    }
    if (c.only_unused) {
      // Where somebody holds it what has expired is ended, and does not count.
      for (auto& [id, mine] : now.organizations) {
        if ((!organization.empty() && id != organization) || !is_held(slug, id)) continue;
        for (auto& [invitation, one] : now.invitations) {
          if (one.organization == id) expire(&one);
        }
        if (is_held(slug, id)) return "role_has_assignments";
      }
    }
    World after = now;
    std::vector<World::Membership> changed;
    for (auto& [id, mine] : after.organizations) {
      if (!organization.empty() && id != organization) continue;
      if (mine.default_role == slug) mine.default_role.reset();
      mine.order.erase(std::remove(mine.order.begin(), mine.order.end(), slug), mine.order.end());
      const String left = replacement.empty() ? after.default_of(id) : replacement;
      for (auto& [member, one] : after.memberships) {
        if (one.organization != id || one.roles.erase(slug) == 0) continue;
        if (one.roles.empty()) one.roles = {left};
        changed.push_back(one);
      }
      for (auto& [invitation, one] : after.invitations) {
        if (one.organization != id || one.role != slug || !one.open()) continue;
        one.role = left;
      }
    }
    const Strings permissions = now.find_role(slug, organization)->permissions;
    now = after;
    for (const World::Membership& one : changed) log_membership("updated", one);
    (organization.empty() ? now.roles : now.organizations[organization].roles).erase(slug);
    now.order.erase(std::remove(now.order.begin(), now.order.end(), slug), now.order.end());
    log_role("deleted", slug, organization, permissions);
    return "deleted";
  }

  String apply(const membership::MarkPermissionDeleted& c) {
    const String slug(c.permission);
    if (now.permissions.count(slug) == 0) return not_found;
    if (now.permissions[slug].system) return "forbidden";
    now.permissions.erase(slug);
    for (auto& [role, state] : now.roles) {
      if (state.permissions.erase(slug) == 1) log_role("updated", role, {}, state.permissions);
    }
    for (auto& [id, organization] : now.organizations) {
      for (auto& [role, state] : organization.roles) {
        if (state.permissions.erase(slug) == 1) log_role("updated", role, id, state.permissions);
      }
    }
    events.push_back("permission.deleted " + slug);
    return "deleted";
  }

  String apply(const membership::MarkMultipleRolesDisabled&) {
    if (!std::exchange(now.several_roles, false)) return "unchanged";
    for (const auto& [id, organization] : now.organizations) {
      for (auto& [member, one] : now.memberships) {
        if (one.organization != id || one.roles.size() < 2) continue;
        const auto& owner = organization.owner_role;
        const bool last_owner = owner && one.roles.count(*owner) == 1 &&
                                one.status == Status::active && now.owners(id) == 1;
        one.roles = {last_owner ? *owner : now.highest(one.roles, id)};
        log_membership("updated", one);
      }
    }
    return "updated";
  }

  String apply(const membership::MarkOwnerRole& c) {
    const auto slug = c.role ? std::optional<String>(*c.role) : std::nullopt;
    if (slug) {
      if (String fault = unfit(*slug, {}); !fault.empty()) return fault;
    }
    if (slug && *slug == now.default_role.value_or("member")) return "default_role_is_owner";
    if (std::exchange(now.owner_role, slug) == slug) return "unchanged";
    for (auto& [id, organization] : now.organizations) {
      organization.owner_role = slug;
      if (slug && organization.default_role == slug) organization.default_role.reset();
    }
    return "updated";
  }

  String apply(const membership::MarkOrganizationDeleted& c) {
    const String id = text(c.organization);
    if (!in_scope(id)) return not_found;
    for (auto one = now.memberships.begin(); one != now.memberships.end();) {
      if (one->second.organization != id) {
        ++one;
        continue;
      }
      log_membership("deleted", one->second);
      one = now.memberships.erase(one);
    }
    for (auto one = now.invitations.begin(); one != now.invitations.end();) {
      one = one->second.organization == id ? now.invitations.erase(one) : std::next(one);
    }
    now.organizations.erase(id);
    events.push_back("organization.deleted " + id);
    return "deleted";
  }

  String apply(const membership::MarkUserDeleted& c) {
    const String id = text(c.user);
    if (now.users.count(id) == 0) return not_found;
    std::vector<World::Membership> mine;
    for (const auto& [member, one] : now.memberships) {
      if (one.user == id) mine.push_back(one);
    }
    for (const World::Membership& one : mine) {
      World after = now;
      after.memberships.erase(one.id);
      const String refused = judge(after, one.organization, {});
      if (!refused.empty()) return refused;
    }
    for (const World::Membership& one : mine) {
      World::Invitation* const open = now.about(one.organization, id);
      if (open != nullptr) {
        end(now, *open, membership::InvitationStatus::revoked, one.roles, events);
      }
      now.memberships.erase(one.id);
      log_membership("deleted", one);
    }
    revoke_all_of(id);
    now.users.erase(id);
    events.push_back("user.deleted " + id);
    return "deleted";
  }

  /// Pages of long operations: no step of the test is one.
  template <class C>
  String apply(const C& /*page*/) {
    return "not in the model";
  }

  // Nothing is marked for longer than a step.
  String apply(const membership::KeepOrganization& c) {
    return in_scope(text(c.organization)) ? "unchanged" : not_found;
  }
  String apply(const membership::KeepRole& c) {
    return own_role(String(c.role), text(c.organization)) != nullptr ? "unchanged" : not_found;
  }
  String apply(const membership::KeepPermission& c) {
    return now.permissions.count(String(c.permission)) == 1 ? "unchanged" : not_found;
  }

  // --- users and organizations -------------------------------------------------------------------

  String apply(const membership::CreateUser& c) {
    const String id = c.id ? text(*c.id) : made.user;
    if (now.users.count(id) == 1) return "id_already_used";
    World::User user;
    if (c.email) user.email = *c.email;
    if (c.external_id) user.external_id = *c.external_id;
    change(user.metadata, c.metadata);
    if (String fault = taken(id, user); !fault.empty()) return fault;
    now.users[id] = user;
    events.push_back("user.created " + id);
    return "created";
  }
  String apply(const membership::UpdateUser& c) {
    const String id = text(c.user);
    if (now.users.count(id) == 0) return not_found;
    World::User user = now.users[id];
    if (c.email) {
      user.verified =
          user.verified && World::lower(String(*c.email)) == World::lower(user.email.value_or(""));
      user.email = *c.email;
    }
    user.verified = c.email_verified.value_or(user.verified);
    change(user.external_id, c.external_id);
    change(user.metadata, c.metadata);
    if (String fault = taken(id, user); !fault.empty()) return fault;
    if (std::exchange(now.users[id], user) == user) return "unchanged";
    events.push_back("user.updated " + id);
    return "updated";
  }
  String apply(const membership::CreateOrganization& c) {
    const String id = c.id ? text(*c.id) : made.organization;
    World::Organization mine{String(c.name)};
    if (c.external_id) mine.external_id = *c.external_id;
    change(mine.metadata, c.metadata);
    for (const auto& [domain, state] : c.domains) mine.domains.emplace_back(domain, state);
    if (c.name.empty() || has_twice(mine)) return invalid;
    if (in_scope(id) && !id.empty()) return "id_already_used";
    if (String fault = taken(id, mine); !fault.empty()) return fault;
    mine.seat_limit = c.seat_limit;
    mine.owner_role = now.owner_role;
    now.organizations[id] = mine;
    events.push_back("organization.created " + id);
    return "created";
  }
  String apply(const membership::UpdateOrganization& c) {
    const String id = text(c.organization);
    const World::Organization* const before = find(c.organization);
    World::Organization mine = before == nullptr ? World::Organization{} : *before;
    if (c.domains.replaces()) mine.domains.clear();
    for (std::size_t at = 0; at < c.domains.size(); ++at) {
      mine.domains.emplace_back(c.domains.data()[at].domain, c.domains.data()[at].state);
    }
    if (has_twice(mine)) return invalid;
    if (before == nullptr) return not_found;
    rename(mine.name, c.name);
    change(mine.external_id, c.external_id);
    change(mine.metadata, c.metadata);
    if (String fault = taken(id, mine); !fault.empty()) return fault;
    if (std::exchange(now.organizations[id], mine) == mine) return "unchanged";
    events.push_back("organization.updated " + id);
    return "updated";
  }

  // --- invitations -------------------------------------------------------------------------------

  String apply(const membership::SendInvitation& c) {
    const String email(c.email), organization = text(c.organization), actor = text(c.actor);
    if (email.empty() || (c.role && organization.empty())) return invalid;
    if (!in_scope(organization)) return not_found;
    if (c.expires_in_days < 1) return "expires_in_days_too_short";
    if (c.expires_in_days > 30) return "expires_in_days_too_long";
    const String user = now.holder(email).value_or("");
    Strings roles;
    if (!organization.empty()) {
      const auto [fault, chosen] = choose(
          c.role ? std::vector<String>{String(*c.role)} : std::vector<String>{}, organization);
      if (!fault.empty()) return fault;
      roles = chosen;
    }
    const auto pair = [&] {
      return organization.empty() || user.empty() ? nullptr : now.of_pair(user, organization);
    };
    if (pair() != nullptr && pair()->status == Status::active) {
      return "user_already_organization_member";
    }
    const auto open = [&]() -> World::Invitation* {
      for (auto& [other, one] : now.invitations) {
        if (one.open() && one.organization == organization &&
            World::lower(one.email) == World::lower(email)) {
          return &one;
        }
      }
      return organization.empty() || user.empty() ? nullptr : now.about(organization, user);
    };
    while (open() != nullptr && expire(open())) {
    }
    if (open() != nullptr) {
      return organization.empty() ? "email_already_invited"
                                  : "email_already_invited_to_organization";
    }
    if (organization.empty() && !user.empty()) return "user_already_exists";
    World after = now;
    World::Invitation& sent = after.invitations[made.invitation];
    sent = {made.invitation, email, organization};
    sent.expires_at = time + c.expires_in_days * 86'400'000;
    sent.token = made.token;
    const World::Membership* const there = pair();
    const bool joins = !organization.empty() && !user.empty() && there == nullptr;
    const bool pending = there != nullptr && there->status == Status::pending;
    if (joins || pending) sent.user = user;
    if (joins) {
      after.memberships[made.membership] = {made.membership, user, organization, Status::pending,
                                            roles};
    } else if (!organization.empty()) {
      sent.role = *roles.begin();
    }
    const String refused = organization.empty() ? String() : judge(after, organization, {});
    if (!refused.empty()) return refused;
    if (!organization.empty() && !actor.empty() && !may_grant(actor, organization, roles)) {
      return "role_not_grantable";
    }
    now = after;
    events.push_back("invitation.created " + made.invitation);
    if (joins) log_membership("created", now.memberships[made.membership]);
    return "created";
  }

  String apply(const membership::AcceptInvitation& c) {
    const auto there =
        std::find_if(now.invitations.begin(), now.invitations.end(), [&](const auto& entry) {
          return c.token ? entry.second.token == *c.token : entry.first == text(*c.invitation);
        });
    if (there == now.invitations.end()) return not_found;
    const String id = there->first;
    World::Invitation& one = there->second;
    expire(&one);
    if (!one.open()) return "invite_not_pending";
    if (one.user.empty()) {
      if (!now.holder(one.email)) {
        now.users[made.user].email = one.email;
        now.users[made.user].verified = c.token.has_value();
        events.push_back("user.created " + made.user);
      }
    }
    const String user = one.user.empty() ? *now.holder(one.email) : one.user;
    if (one.organization.empty()) {
      one.accepted_by = user;
      end(now, one, membership::InvitationStatus::accepted, {}, events);
      return "updated";
    }
    const World::Membership* const member = now.of_pair(user, one.organization);
    if (member != nullptr && member->status == Status::active) return "invalid_invite";
    if (member != nullptr && member->status == Status::pending && one.user != user) {
      return "invalid_invite";
    }
    World after = now;
    const String member_id = member == nullptr ? made.membership : member->id;
    World::Membership joined{member_id, user, one.organization, Status::active, {one.role}};
    if (member != nullptr && member->status == Status::pending) {
      joined.roles = member->roles;
      if (joined.roles.size() > 1 && !now.several_roles) {
        joined.roles = {now.highest(joined.roles, one.organization)};
      }
    }
    if (joined.roles.count("") == 1) joined.roles = {now.default_of(one.organization)};
    after.memberships[member_id] = joined;
    const String refused = judge(after, one.organization, {});
    if (!refused.empty()) return refused;
    const bool created = member == nullptr;
    const bool inactive = !created && member->status == Status::inactive;
    now = after;
    World::Invitation& ended = now.invitations[id];
    ended.accepted_by = user;
    end(now, ended, membership::InvitationStatus::accepted, joined.roles, events);
    log_membership(created ? "created" : "updated", joined);
    return created ? "created" : inactive ? "reactivated" : "updated";
  }

  String apply(const membership::RevokeInvitation& c) {
    const auto there = now.invitations.find(text(c.invitation));
    if (there == now.invitations.end()) return not_found;
    if (!there->second.open() || has_expired(there->second)) return "invite_not_pending";
    end_with_membership(there->second, membership::InvitationStatus::revoked);
    return "deleted";
  }

  String apply(const membership::ResendInvitation& c) {
    const auto there = now.invitations.find(text(c.invitation));
    if (there == now.invitations.end()) return not_found;
    World::Invitation& one = there->second;
    if (one.status == membership::InvitationStatus::accepted) return "invite_accepted";
    if (one.status == membership::InvitationStatus::revoked) return "invite_revoked";
    if (!one.open() || has_expired(one)) return "invite_expired";
    if (one.token == made.token) return "the same token again";
    one.token = made.token;
    events.push_back("invitation.resent " + one.id);
    return "updated";
  }

  String apply(const membership::ExpireInvitation& c) {
    const auto there = now.invitations.find(text(c.invitation));
    if (there == now.invitations.end()) return not_found;
    return expire(&there->second) ? "deleted" : "unchanged";
  }
  String expire_all() {
    bool any = false;
    for (auto& [id, one] : now.invitations) any = expire(&one) || any;
    return changed(any);
  }

  // --- telling -----------------------------------------------------------------------------------

  static String join(const Strings& texts) {
    String joined;
    for (const String& text : texts) joined += (joined.empty() ? "" : ",") + text;
    return '(' + joined + ')';
  }
  void log_membership(const String& what, const World::Membership& one) {
    events.push_back("organization_membership." + what + ' ' + one.id + ' ' +
                     String(to_string(one.status)) + ' ' + join(one.roles));
  }
  void log_role(const String& what, const String& slug, const String& organization,
                const Strings& permissions) {
    events.push_back((organization.empty() ? "role." : "organization_role.") + what + ' ' + slug +
                     ' ' + join(permissions));
  }

  static constexpr const char* not_found = "entity_not_found";
  static constexpr const char* invalid = "invalid_request_parameters";

 private:
  template <class I>
  static String text(const I& id) {
    return String(id.view());
  }
  /// Empty where there is none.
  template <class I>
  static String text(const std::optional<I>& id) {
    return id ? text(*id) : String();
  }
  /// Empty for the system.
  static String text(const membership::ActorId& actor) {
    return actor.user() == nullptr ? String() : text(*actor.user());
  }
  static std::vector<String> list(const membership::RoleSelection& roles) {
    std::vector<String> slugs;
    for (std::size_t at = 0; at < roles.size(); ++at) slugs.emplace_back(roles[at]);
    return slugs;
  }
  static bool is_empty_list(const membership::RoleSelection& roles) {
    return roles.form() == membership::RoleSelection::Form::several && roles.size() == 0;
  }
  static String changed(bool changed) { return changed ? "updated" : "unchanged"; }
  static bool is_of_organizations(const std::optional<std::string_view>& resource_type) {
    return resource_type.value_or("organization") == "organization";
  }
  static bool rename(String& name, const std::optional<std::string_view>& to) {
    return to && std::exchange(name, *to) != *to;
  }
  static void change(std::optional<String>& text, const membership::TextChange& change) {
    membership::Texts texts;
    if (text) texts.set(membership::Text::external_id, std::string_view(*text));
    if (!change.apply(texts, membership::Text::external_id)) return;
    text.reset();
    if (change.sets()) text = change.text();
  }
  static void change(World::Texts& metadata, const membership::MetadataChange& change) {
    if (change.clears()) metadata.clear();
    for (std::size_t at = 0; at < change.size(); ++at) {
      metadata.erase(String(change[at].key));
      if (change[at].value) metadata[String(change[at].key)] = *change[at].value;
    }
  }
  static bool has_twice(const World::Organization& mine) {
    Strings seen;
    for (const auto& [domain, state] : mine.domains) {
      if (!seen.insert(domain).second) return true;
    }
    return false;
  }
  /// Which of what must be unique somebody else has; empty where nothing.
  String taken(const String& id, const World::User& user) const {
    const auto others = [&](auto&& same) {
      return std::any_of(now.users.begin(), now.users.end(), [&](const auto& other) {
        return other.first != id && same(other.second);
      });
    };
    const auto same_id = [&](const auto& other) { return other.external_id == user.external_id; };
    if (user.external_id && others(same_id)) return "external_id_already_used";
    const String email = World::lower(user.email.value_or(""));
    const auto same_email = [&](const auto& other) {
      return World::lower(other.email.value_or("")) == email;
    };
    return user.email && others(same_email) ? "email_not_available" : "";
  }
  String taken(const String& id, const World::Organization& mine) const {
    for (const auto& [other, one] : now.organizations) {
      if (other == id || !mine.external_id || one.external_id != mine.external_id) continue;
      return "external_id_already_used";
    }
    for (const auto& [other, one] : now.organizations) {
      for (const auto& theirs : one.domains) {
        const auto same = [&](const auto& own) { return own.first == theirs.first; };
        if (other != id && std::any_of(mine.domains.begin(), mine.domains.end(), same)) {
          return "domain_already_exists";
        }
      }
    }
    return {};
  }

  const World::Membership* find(const membership::MembershipId& id) const {
    const auto there = now.memberships.find(text(id));
    return there == now.memberships.end() ? nullptr : &there->second;
  }
  World::Organization* find(const membership::OrganizationId& id) {
    const auto there = now.organizations.find(text(id));
    return there == now.organizations.end() ? nullptr : &there->second;
  }
  /// Whether there is the organization, or none is named.
  bool in_scope(const String& organization) const {
    return organization.empty() || now.organizations.count(organization) == 1;
  }
  /// Why members cannot have a role; empty where they can.
  String unfit(const String& slug, const String& organization) const {
    const World::Role* const role = now.find_role(slug, organization);
    if (role == nullptr) return "invalid_role";
    return role->of_organizations ? "" : "sub_resource_scoped_role_not_allowed";
  }
  World::Role* own_role(const String& slug, const String& organization) {
    if (!in_scope(organization)) return nullptr;
    auto& roles = organization.empty() ? now.roles : now.organizations[organization].roles;
    const auto role = roles.find(slug);
    return role == roles.end() ? nullptr : &role->second;
  }
  enum class Edit { set, add, remove };
  template <class C>
  String edit_role(const C& c, Edit edit, const std::vector<std::string_view>& permissions) {
    World::Role* const role = own_role(String(c.role), text(c.organization));
    if (role == nullptr) return not_found;
    Strings after = edit == Edit::set ? Strings{} : role->permissions;
    for (const std::string_view view : permissions) {
      const String permission(view);
      if (edit == Edit::remove) {
        after.erase(permission);
      } else {
        if (now.permissions.count(permission) == 0) return not_found;
        after.insert(permission);
      }
    }
    if (after == role->permissions) return "unchanged";
    role->permissions = after;
    log_role("updated", String(c.role), text(c.organization), after);
    return "updated";
  }
  std::pair<String, Strings> choose(const std::vector<String>& slugs,
                                    const String& organization) const {
    if (slugs.empty()) return {{}, {now.default_of(organization)}};
    for (const String& slug : slugs) {
      if (now.find_role(slug, organization) == nullptr) return {"invalid_role", {}};
    }
    for (const String& slug : slugs) {
      if (String fault = unfit(slug, organization); !fault.empty()) return {fault, {}};
    }
    const Strings roles(slugs.begin(), slugs.end());
    if (roles.size() > 1 && !now.several_roles) return {"multiple_roles_not_enabled", {}};
    return {{}, roles};
  }

  /// What the rules say to a change of an organization; empty where nothing.
  String judge(const World& after, const String& organization, const String& actor) const {
    if (now.owners(organization) > 0 && after.owners(organization) == 0) {
      return "last_owner_required";
    }
    const auto& limit = now.organizations.at(organization).seat_limit;
    const std::size_t seats = after.seats_taken(organization);
    if (limit && seats > now.seats_taken(organization) && seats > *limit) {
      return "seat_limit_reached";
    }
    if (actor.empty()) return {};
    for (const auto& [id, one] : after.memberships) {
      const auto there = now.memberships.find(id);
      const auto* const before = there == now.memberships.end() ? nullptr : &there->second;
      if (one.organization != organization || (before != nullptr && *before == one)) continue;
      Strings granted = one.roles;
      if (before != nullptr && before->status == Status::active) {
        for (const String& slug : before->roles) granted.erase(slug);
      }
      if (!may_grant(actor, organization, granted)) return "role_not_grantable";
    }
    return {};
  }
  bool may_grant(const String& actor, const String& organization, const Strings& roles) const {
    Strings may;
    const World::Membership* const acting = now.of_pair(actor, organization);
    if (acting != nullptr && acting->status == Status::active) {
      may = now.permissions_of(acting->roles, organization);
    }
    const Strings needed = now.permissions_of(roles, organization);
    return std::includes(may.begin(), may.end(), needed.begin(), needed.end());
  }

  /// Carries a change of one membership out, where the rules let it pass, with its event and then
  /// others.
  String judged(const World& after, String id, const membership::ActorId& actor,
                const String& outcome, const std::vector<String>& before_event = {}) {
    const auto changed = after.memberships.find(id);
    const World::Membership one =
        changed == after.memberships.end() ? now.memberships.at(id) : changed->second;
    const String refused = judge(after, one.organization, text(actor));
    if (!refused.empty()) return refused;
    now = after;
    events.insert(events.end(), before_event.begin(), before_event.end());
    log_membership(outcome == "reactivated" ? "updated" : outcome, one);
    return outcome;
  }

  /// The open invitations of the address of a user who is deleted.
  void revoke_all_of(const String& user) {
    const auto& email = now.users[user].email;
    for (auto& [id, one] : now.invitations) {
      if (!email || !one.open() || World::lower(*email) != World::lower(one.email)) continue;
      if (!one.user.empty() && one.user != user) continue;
      end(now, one, membership::InvitationStatus::revoked, {one.role}, events);
    }
  }

  /// Ends an invitation that gave these roles at last.
  void end(World& world, World::Invitation& one, membership::InvitationStatus status,
           const Strings& roles, std::vector<String>& log) const {
    // What has expired is not revoked any more.
    if (status == membership::InvitationStatus::revoked && has_expired(one)) {
      status = membership::InvitationStatus::expired;
    }
    one.status = status;
    one.role.clear();
    if (!one.organization.empty()) one.shown_role = world.highest(roles, one.organization);
    if (status == membership::InvitationStatus::revoked) {
      log.push_back("invitation.revoked " + one.id);
    }
    if (status == membership::InvitationStatus::accepted) {
      log.push_back("invitation.accepted " + one.id);
    }
  }
  /// The same with its pending membership.
  void end_with_membership(World::Invitation& one, membership::InvitationStatus status) {
    const World::Membership* const member =
        one.organization.empty() ? nullptr : now.of_pair(one.user, one.organization);
    const bool pending = member != nullptr && member->status == Status::pending;
    end(now, one, status, pending ? member->roles : Strings{one.role}, events);
    if (!pending) return;
    log_membership("deleted", *member);
    now.memberships.erase(String(member->id));
  }
  /// Whether a membership or an open invitation of an organization holds a role.
  bool is_held(const String& slug, const String& organization) const {
    for (const auto& [id, one] : now.memberships) {
      if (one.organization == organization && one.roles.count(slug) == 1) return true;
    }
    for (const auto& [id, one] : now.invitations) {
      if (one.organization == organization && one.role == slug && one.open()) return true;
    }
    return false;
  }
  bool has_expired(const World::Invitation& one) const {
    return one.open() && time >= one.expires_at;
  }
  /// Ends one that has expired; whether it did.
  bool expire(World::Invitation* one) {
    if (one == nullptr || !has_expired(*one)) return false;
    end_with_membership(*one, membership::InvitationStatus::expired);
    return true;
  }
};

}  // namespace membership_tests

#endif
