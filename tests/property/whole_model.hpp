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
    String id, email, organization, user, role, accepted_by;
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
    std::vector<std::pair<String, membership::DomainState>> domains{};
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
    const World::Membership* const there = now.of_pair(user, organization);
    if (there != nullptr && there->status == Status::pending) {
      return "cannot_reactivate_pending_organization_membership";
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
    end_of_pending(after, *there, membership::InvitationStatus::revoked, log);
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
    World after = now;
    std::vector<World::Membership> changed;
    bool used = false;
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
        used = true;
      }
    }
    if (!reassigns && (used || !changed.empty())) return "role_has_assignments";
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
    for (const World::Membership& one : mine) remove(one.id, {});
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
    Strings may;
    const World::Membership* const acting = now.of_pair(actor, organization);
    if (acting != nullptr && acting->status == Status::active) {
      may = now.permissions_of(acting->roles, organization);
    }
    for (const auto& [id, one] : after.memberships) {
      const World::Membership* const before = find(id);
      if (one.organization != organization || (before != nullptr && *before == one)) continue;
      Strings granted = one.roles;
      if (before != nullptr && before->status == Status::active) {
        for (const String& slug : before->roles) granted.erase(slug);
      }
      const Strings needed = now.permissions_of(granted, organization);
      if (!std::includes(may.begin(), may.end(), needed.begin(), needed.end())) {
        return "role_not_grantable";
      }
    }
    return {};
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

  /// The open invitations of a user who is deleted, and of the user's address.
  void revoke_all_of(const String& user) {
    for (auto& [id, one] : now.invitations) {
      const auto& email = now.users[user].email;
      const bool is_theirs =
          one.user == user || (email && World::lower(*email) == World::lower(one.email));
      if (!one.open() || !is_theirs) continue;
      one.status = membership::InvitationStatus::revoked;
      one.shown_role = std::exchange(one.role, String());
      events.push_back("invitation.revoked " + id);
    }
  }

  /// The open invitation that made a pending membership ends with it.
  static void end_of_pending(World& world, const World::Membership& one,
                             membership::InvitationStatus status, std::vector<String>& log) {
    if (one.status != Status::pending) return;
    for (auto& [id, invitation] : world.invitations) {
      if (invitation.status != membership::InvitationStatus::pending ||
          invitation.organization != one.organization || invitation.user != one.user) {
        continue;
      }
      invitation.status = status;
      invitation.shown_role = world.highest(one.roles, one.organization);
      invitation.role.clear();
      if (status == membership::InvitationStatus::revoked)
        log.push_back("invitation.revoked " + id);
    }
  }
};

}  // namespace membership_tests

#endif
