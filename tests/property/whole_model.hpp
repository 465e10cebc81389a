// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_PROPERTY_WHOLE_MODEL_HPP
#define MEMBERSHIP_TESTS_PROPERTY_WHOLE_MODEL_HPP

#include "membership/core.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
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
    Strings permissions;
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

    bool open() const { return status == membership::InvitationStatus::pending; }
  };
  struct Organization {
    String name;
    std::optional<String> external_id{}, default_role{}, owner_role{};
    std::optional<std::uint64_t> seat_limit{};
    std::map<String, String> metadata{};
    std::vector<String> domains{};
    std::map<String, Role> roles{};
    std::vector<String> order{};  ///< empty: the environment's
  };
  struct User {
    std::optional<String> email{}, external_id{}, first_name{};
    std::map<String, String> metadata{};
  };

  std::map<String, Role> roles{{"member", {"Member", {}}}};
  std::vector<String> order{"member"};
  std::optional<String> default_role{}, owner_role{};
  bool several_roles = false;
  membership::SeatsCount seats{};
  std::map<String, String> permissions;  ///< the names by their slugs
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

/// Says of each command what comes of it, under the owner guard, the seat limit and the grant rule,
/// with the policy's default options. An answer is an outcome or the code of an error.
class WholeModel {
 public:
  using Status = membership::Status;

  World now;
  std::vector<String> events;

  // --- memberships -------------------------------------------------------------------------------

  String create(const String& user, const String& organization, const std::vector<String>& slugs,
                const String& actor, const String& new_id) {
    if (now.users.count(user) == 0 || now.organizations.count(organization) == 0) return not_found;
    const auto [fault, roles] = choose(slugs, organization);
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
    const String id = there == nullptr ? new_id : there->id;
    after.memberships[id] = {id, user, organization, Status::active, roles};
    return judged(after, id, actor, there == nullptr ? "created" : "reactivated");
  }

  String update(const String& id, const std::vector<String>& slugs, const String& actor) {
    const World::Membership* const there = find(id);
    if (there == nullptr) return not_found;
    if (slugs.empty()) return "unchanged";
    const auto [fault, roles] = choose(slugs, there->organization);
    if (!fault.empty()) return fault;
    if (roles == there->roles) return "unchanged";
    World after = now;
    after.memberships[id].roles = roles;
    return judged(after, id, actor, "updated");
  }

  String deactivate(const String& id, const String& actor) {
    const World::Membership* const there = find(id);
    if (there == nullptr) return not_found;
    if (there->status == Status::pending) {
      return "cannot_deactivate_pending_organization_membership";
    }
    if (there->status == Status::inactive) return "unchanged";
    World after = now;
    after.memberships[id].status = Status::inactive;
    return judged(after, id, actor, "updated");
  }

  String reactivate(const String& id, const String& actor) {
    const World::Membership* const there = find(id);
    if (there == nullptr) return not_found;
    if (there->status == Status::pending) {
      return "cannot_reactivate_pending_organization_membership";
    }
    if (there->status == Status::active) return "unchanged";
    World after = now;
    World::Membership& one = after.memberships[id];
    one.status = Status::active;
    if (one.roles.size() > 1 && !now.several_roles) {
      one.roles = {now.highest(one.roles, one.organization)};
    }
    return judged(after, id, actor, "reactivated");
  }

  String remove(const String& id, const String& actor) {
    const World::Membership* const there = find(id);
    if (there == nullptr) return not_found;
    World after = now;
    std::vector<String> log;
    if (there->status == Status::pending) {
      if (World::Invitation* const open = after.about(there->organization, there->user)) {
        end(after, *open, membership::InvitationStatus::revoked, there->roles, log);
      }
    }
    after.memberships.erase(id);
    return judged(after, id, actor, "deleted", log);
  }

  String transfer(const String& from, const String& to, const String& actor) {
    const World::Membership* const giver = find(from);
    if (giver == nullptr) return not_found;
    const World::Membership* const taker = find(to);
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
    const String answer = judge(after, giver->organization, actor);
    if (!answer.empty()) return answer;
    now = after;
    log_membership("updated", now.memberships[from]);
    if (both) log_membership("updated", now.memberships[to]);
    return "updated";
  }

  // --- settings ----------------------------------------------------------------------------------

  String set_seat_limit(const String& organization, std::optional<std::uint64_t> limit) {
    if (now.organizations.count(organization) == 0) return not_found;
    auto& mine = now.organizations[organization].seat_limit;
    return std::exchange(mine, limit) == limit ? "unchanged" : "updated";
  }
  String set_seats(membership::SeatsCount seats) {
    return std::exchange(now.seats, seats) == seats ? "unchanged" : "updated";
  }
  String set_default(const String& slug, const String& organization) {
    if (!organization.empty() && now.organizations.count(organization) == 0) return not_found;
    if (now.find_role(slug, organization) == nullptr) return "invalid_role";
    const auto& owner =
        organization.empty() ? now.owner_role : now.organizations[organization].owner_role;
    if (owner == slug) return "default_role_is_owner";
    auto& mine =
        organization.empty() ? now.default_role : now.organizations[organization].default_role;
    return std::exchange(mine, slug) == slug ? "unchanged" : "updated";
  }
  String set_order(const std::vector<String>& slugs, const String& organization) {
    if (!organization.empty() && now.organizations.count(organization) == 0) return not_found;
    Strings seen;
    for (const String& slug : slugs) {
      if (now.find_role(slug, organization) == nullptr) return "invalid_role";
      if (!seen.insert(slug).second) return "invalid_request_parameters";
    }
    const std::vector<String> before = now.ranking(organization);
    if (before.size() != slugs.size()) return "invalid_request_parameters";
    if (before == slugs) return "unchanged";
    (organization.empty() ? now.order : now.organizations[organization].order) = slugs;
    return "updated";
  }
  String enable_several_roles() {
    return std::exchange(now.several_roles, true) ? "unchanged" : "updated";
  }

  // --- roles and permissions ---------------------------------------------------------------------

  String create_role(const String& slug) {
    if (now.roles.count(slug) == 1) return "role_slug_conflict";
    now.roles[slug] = {slug, {}};
    now.order.push_back(slug);
    events.push_back("role.created " + slug + " ()");
    return "created";
  }
  String create_organization_role(const String& organization, const String& slug) {
    if (now.organizations.count(organization) == 0) return not_found;
    if (now.find_role(slug, organization) != nullptr) return "organization_role_slug_conflict";
    World::Organization& mine = now.organizations[organization];
    if (mine.roles.empty() && !mine.default_role) mine.default_role = now.default_of(organization);
    mine.order = now.ranking(organization);
    mine.order.push_back(slug);
    mine.roles[slug] = {slug, {}};
    events.push_back("organization_role.created " + slug + " ()");
    return "created";
  }
  String create_permission(const String& slug) {
    if (now.permissions.count(slug) == 1) return "permission_slug_conflict";
    now.permissions[slug] = slug;
    events.push_back("permission.created " + slug);
    return "created";
  }
  String name_permission(const String& slug, const String& name) {
    if (now.permissions.count(slug) == 0) return not_found;
    if (std::exchange(now.permissions[slug], name) == name) return "unchanged";
    events.push_back("permission.updated " + slug);
    return "updated";
  }
  String name_role(const String& slug, const String& organization, const String& name) {
    World::Role* const role = own_role(slug, organization);
    if (role == nullptr) return not_found;
    if (std::exchange(role->name, name) == name) return "unchanged";
    log_role("updated", slug, organization, role->permissions);
    return "updated";
  }
  enum class Edit { set, add, remove };
  String edit_role(const String& slug, const String& organization, Edit edit,
                   const Strings& permissions) {
    World::Role* const role = own_role(slug, organization);
    if (role == nullptr) return not_found;
    Strings after = edit == Edit::set ? Strings{} : role->permissions;
    for (const String& permission : permissions) {
      if (edit == Edit::remove) {
        after.erase(permission);
      } else {
        if (now.permissions.count(permission) == 0) return not_found;
        after.insert(permission);
      }
    }
    if (after == role->permissions) return "unchanged";
    role->permissions = after;
    log_role("updated", slug, organization, after);
    return "updated";
  }

  // --- long operations ---------------------------------------------------------------------------

  /// Without `reassigns` only a role that nobody has.
  String delete_role(const String& slug, const String& organization, bool reassigns,
                     const String& replacement) {
    if (own_role(slug, organization) == nullptr) return not_found;
    const auto& owner =
        organization.empty() ? now.owner_role : now.organizations[organization].owner_role;
    const auto& own_default =
        organization.empty() ? now.default_role : now.organizations[organization].default_role;
    const bool is_default =
        organization.empty() ? slug == now.default_role.value_or("member") : own_default == slug;
    if (is_default || owner == slug) return "role_required";
    if (!replacement.empty()) {
      const World::Role* const other = now.find_role(replacement, organization);
      if (other == nullptr || replacement == slug || owner == replacement) return "invalid_role";
    }
    if (!reassigns) {
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
    return "done";
  }

  String delete_permission(const String& slug) {
    if (now.permissions.erase(slug) == 0) return not_found;
    for (auto& [role, state] : now.roles) {
      if (state.permissions.erase(slug) == 1) log_role("updated", role, {}, state.permissions);
    }
    for (auto& [id, organization] : now.organizations) {
      for (auto& [role, state] : organization.roles) {
        if (state.permissions.erase(slug) == 1) log_role("updated", role, id, state.permissions);
      }
    }
    events.push_back("permission.deleted " + slug);
    return "done";
  }

  String disable_several_roles() {
    if (!std::exchange(now.several_roles, false)) return "done";
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
    return "done";
  }

  String name_owner_role(const std::optional<String>& slug) {
    if (slug && now.roles.count(*slug) == 0) return "invalid_role";
    if (slug && *slug == now.default_role.value_or("member")) return "default_role_is_owner";
    now.owner_role = slug;
    for (auto& [id, organization] : now.organizations) {
      organization.owner_role = slug;
      if (slug && organization.default_role == slug) organization.default_role.reset();
    }
    return "done";
  }

  String delete_organization(const String& id) {
    if (now.organizations.count(id) == 0) return not_found;
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
    return "done";
  }

  String delete_user(const String& id) {
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
    return "done";
  }

  // --- users and organizations -------------------------------------------------------------------

  String create_user(const String& id) {
    if (now.users.count(id) == 1) return "id_already_used";
    now.users[id];
    events.push_back("user.created " + id);
    return "created";
  }
  String create_organization(const String& id, std::optional<std::uint64_t> limit) {
    if (now.organizations.count(id) == 1) return "id_already_used";
    World::Organization& mine = now.organizations[id];
    mine.name = id;
    mine.seat_limit = limit;
    mine.owner_role = now.owner_role;
    events.push_back("organization.created " + id);
    return "created";
  }

  String update_user(const String& id, const std::optional<String>& email,
                     const std::optional<String>& external_id) {
    if (now.users.count(id) == 0) return not_found;
    World::User& user = now.users[id];
    const auto others = [&](const auto& wanted, auto&& value) {
      return wanted && std::any_of(now.users.begin(), now.users.end(), [&](const auto& other) {
               return other.first != id && value(other.second) == *wanted;
             });
    };
    if (others(external_id,
               [](const World::User& other) { return other.external_id.value_or(""); })) {
      return "external_id_already_used";
    }
    if (others(email ? std::optional(World::lower(*email)) : std::nullopt,
               [](const World::User& other) { return World::lower(other.email.value_or("")); })) {
      return "email_not_available";
    }
    const World::User before = user;
    if (email) user.email = email;
    if (external_id) user.external_id = external_id;
    if (before.email == user.email && before.external_id == user.external_id) return "unchanged";
    events.push_back("user.updated " + id);
    return "updated";
  }
  /// An empty text clears.
  String update_organization(const String& id, const std::optional<String>& external_id,
                             const std::map<String, std::optional<String>>& metadata,
                             const std::optional<std::vector<String>>& domains) {
    if (now.organizations.count(id) == 0) return not_found;
    World::Organization& mine = now.organizations[id];
    for (const auto& [other, organization] : now.organizations) {
      if (other == id || !external_id || external_id->empty()) continue;
      if (organization.external_id == external_id) return "external_id_already_used";
    }
    for (const auto& [other, organization] : now.organizations) {
      if (other == id || !domains) continue;
      for (const String& domain : *domains) {
        if (std::count(organization.domains.begin(), organization.domains.end(), domain) != 0) {
          return "domain_already_exists";
        }
      }
    }
    const World::Organization before = mine;
    if (external_id) mine.external_id = *external_id;
    if (external_id && external_id->empty()) mine.external_id.reset();
    for (const auto& [key, value] : metadata) {
      if (value) {
        mine.metadata[key] = *value;
      } else {
        mine.metadata.erase(key);
      }
    }
    if (domains) mine.domains = *domains;
    if (before.external_id == mine.external_id && before.metadata == mine.metadata &&
        before.domains == mine.domains) {
      return "unchanged";
    }
    events.push_back("organization.updated " + id);
    return "updated";
  }

  // --- invitations -------------------------------------------------------------------------------

  std::int64_t time = 0;

  String send(const String& email, const String& organization, const String& role, int days,
              const String& actor, const String& id, const String& new_membership) {
    if (!role.empty() && organization.empty()) return "invalid_request_parameters";
    if (!organization.empty() && now.organizations.count(organization) == 0) return not_found;
    if (days < 1) return "expires_in_days_too_short";
    if (days > 30) return "expires_in_days_too_long";
    const String user = now.holder(email).value_or("");
    Strings roles;
    if (!organization.empty()) {
      const auto [fault, chosen] =
          choose(role.empty() ? std::vector<String>{} : std::vector<String>{role}, organization);
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
    World::Invitation& made = after.invitations[id];
    made = {id, email, organization};
    made.expires_at = time + days * std::int64_t{86'400'000};
    const World::Membership* const there = pair();
    const bool joins = !organization.empty() && !user.empty() && there == nullptr;
    const bool pending = there != nullptr && there->status == Status::pending;
    if (joins || pending) made.user = user;
    if (joins) {
      after.memberships[new_membership] = {new_membership, user, organization, Status::pending,
                                           roles};
    } else if (!organization.empty()) {
      made.role = *roles.begin();
    }
    const String refused = organization.empty() ? String() : judge(after, organization, {});
    if (!refused.empty()) return refused;
    if (!organization.empty() && !actor.empty() && !may_grant(actor, organization, roles)) {
      return "role_not_grantable";
    }
    now = after;
    events.push_back("invitation.created " + id);
    if (joins) log_membership("created", now.memberships[new_membership]);
    return "created";
  }

  String accept(const String& id, const String& new_user, const String& new_membership) {
    const auto there = now.invitations.find(id);
    if (there == now.invitations.end()) return not_found;
    World::Invitation& one = there->second;
    expire(&one);
    if (!one.open()) return "invite_not_pending";
    if (one.user.empty()) {
      if (!now.holder(one.email)) {
        now.users[new_user].email = one.email;
        events.push_back("user.created " + new_user);
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
    const String member_id = member == nullptr ? new_membership : member->id;
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

  String revoke(const String& id) {
    const auto there = now.invitations.find(id);
    if (there == now.invitations.end()) return not_found;
    if (!there->second.open() || has_expired(there->second)) return "invite_not_pending";
    end_with_membership(there->second, membership::InvitationStatus::revoked);
    return "deleted";
  }

  String resend(const String& id) {
    const auto there = now.invitations.find(id);
    if (there == now.invitations.end()) return not_found;
    const World::Invitation& one = there->second;
    if (one.status == membership::InvitationStatus::accepted) return "invite_accepted";
    if (one.status == membership::InvitationStatus::revoked) return "invite_revoked";
    if (!one.open() || has_expired(one)) return "invite_expired";
    events.push_back("invitation.resent " + id);
    return "updated";
  }

  String expire_all() {
    std::size_t ended = 0;
    for (auto& [id, one] : now.invitations) ended += expire(&one) ? 1u : 0u;
    return "ended " + std::to_string(ended);
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

 private:
  const World::Membership* find(const String& id) const {
    const auto there = now.memberships.find(id);
    return there == now.memberships.end() ? nullptr : &there->second;
  }
  World::Role* own_role(const String& slug, const String& organization) {
    if (!organization.empty() && now.organizations.count(organization) == 0) return nullptr;
    auto& roles = organization.empty() ? now.roles : now.organizations[organization].roles;
    const auto role = roles.find(slug);
    return role == roles.end() ? nullptr : &role->second;
  }
  std::pair<String, Strings> choose(const std::vector<String>& slugs,
                                    const String& organization) const {
    if (slugs.empty()) return {{}, {now.default_of(organization)}};
    for (const String& slug : slugs) {
      if (now.find_role(slug, organization) == nullptr) return {"invalid_role", {}};
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
      const World::Membership* const before = find(id);
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
  String judged(const World& after, const String& id, const String& actor, const String& outcome,
                const std::vector<String>& before_event = {}) {
    const auto changed = after.memberships.find(id);
    const World::Membership one =
        changed == after.memberships.end() ? now.memberships.at(id) : changed->second;
    const String refused = judge(after, one.organization, actor);
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
