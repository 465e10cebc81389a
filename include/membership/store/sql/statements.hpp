// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_SQL_STATEMENTS_HPP
#define MEMBERSHIP_STORE_SQL_STATEMENTS_HPP

#include "membership/store/sql/rows.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace membership::inline v0 {
namespace detail {

/// The statements of a SQL store, in the order of `sql_text`. Parameters are numbered from 1.
enum class Sql : std::uint8_t {
  // What a load reads. A head shows the environment's revision and then, null where there is none
  // or it was not asked for, organization, user and membership.
  head_of_pair,
  head_of_membership,
  head_of_invitation,  ///< and after these the invitation
  environment,
  catalogue_revisions,  ///< of the environment and of an organization
  roles_of,             ///< of an organization, or with the empty id of the environment
  permissions,
  own_order,
  membership_of_pair,
  membership_of_organization,
  user,
  claim,
  holders,
  open_invitation,
  member_invitation,
  user_profile,
  organization_profile,
  view,
  // Lists, each ascending and then descending.
  memberships_of_organization,
  memberships_of_organization_descending,
  memberships_of_user,
  memberships_of_user_descending,
  organizations,
  organizations_descending,
  marked_organizations,
  marked_organizations_descending,
  organization_listed,
  users,
  users_descending,
  users_of_organization,
  users_of_organization_descending,
  marked_users,
  marked_users_descending,
  user_listed,
  invitations,
  invitations_descending,
  invitations_of_organization,
  invitations_of_organization_descending,
  invitations_of_email,
  invitations_of_email_descending,
  open_invitations,
  open_invitations_descending,
  events,
  events_descending,
  events_of_organization,
  events_of_organization_descending,
  // What a commit reads and writes. Each write changes one row, or a precondition does not hold.
  insert_environment,
  compare_environment,
  compare_freed_revision,
  set_environment,
  set_freed_revision,
  set_environment_order,
  compare_user,
  insert_user,
  set_user,
  set_user_profile,
  delete_user,
  touch_organization,
  insert_organization,
  set_organization,
  set_organization_order,
  set_organization_mark,
  delete_organization,
  insert_organization_profile,
  set_organization_profile,
  delete_organization_profile,
  delete_roles_of,
  insert_membership,
  set_membership,
  delete_membership,
  insert_role,
  set_role,
  set_role_profile,
  delete_role,
  insert_permission,
  set_permission,
  set_permission_profile,
  delete_permission,
  insert_invitation,
  set_invitation,
  set_invitation_profile,
  delete_invitation,
  insert_claim,
  delete_claim,
  insert_event,
  insert_plan,
  void_plan,  ///< keeps a plan from being carried out; where plans are noted so
  // The log.
  event_place,
  plan_of_event,
  plan,
  oldest_events,
  note_events,  ///< in `plans`, before they are deleted; where not every plan is noted
  delete_events,
  delete_plans,
};
inline constexpr std::size_t sql_count = static_cast<std::size_t>(Sql::delete_plans) + 1;

inline std::string sql_join(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += part;
  return text;
}

/// A list in the order of `key`, after ?1 and before ?2, of at most as many rows as its last
/// parameter says. `where` comes before it and names ?3.
inline std::string sql_list(std::string_view select, std::string_view where, std::string_view key,
                            bool descending) {
  const bool scoped = where.find("?3") != std::string_view::npos;
  return sql_join({select, " WHERE ", where, where.empty() ? "" : " AND ", key,
                   descending ? " < ?1 AND " : " > ?1 AND ", key, descending ? " > ?2" : " < ?2",
                   " ORDER BY ", key, descending ? " DESC" : "",
                   scoped ? " LIMIT ?4" : " LIMIT ?3"});
}

/// The text of a statement.
inline std::string sql_text(Sql statement) {
  const std::string head =
      sql_join({"SELECT e.revision, e.freed_revision, o.roles_revision, ", organization_columns,
                ", ", user_columns, ", ", membership_columns});
  const std::string memberships = sql_join({"SELECT ", membership_columns,
                                            ", o.roles_revision FROM memberships m"
                                            " JOIN organizations o ON o.id = m.organization_id"});
  const std::string invitations =
      sql_join({"SELECT ", invitation_columns,
                ", o.roles_revision, m.roles, m.first_requested FROM invitations i"
                " LEFT JOIN organizations o ON o.id = i.organization_id"
                " LEFT JOIN memberships m ON m.organization_id = i.organization_id"
                " AND m.user_id = i.user_id AND m.status = 'pending'"
                " AND i.status = 'pending' AND i.role = ''"});
  const std::string organizations =
      sql_join({"SELECT ", organization_columns, ", o.roles_revision, o.marked, ",
                organization_profile_columns,
                " FROM organizations o JOIN organization_profiles p ON p.id = o.id"});
  const std::string users =
      sql_join({"SELECT ", user_columns, ", ", user_profile_columns, " FROM users u"});
  // Found by what a command names, so that nobody has to wait for one row to ask for what depends
  // on it: by the membership ?2, else ?1, else by the invitation ?3 or that with the token ?4.
  const std::string invitation =
      "coalesce(?3, (SELECT id FROM invitations WHERE token = ?4 LIMIT 1))";
  const std::string organization =
      "coalesce((SELECT organization_id FROM memberships WHERE id = ?2 LIMIT 1), ?1,"
      " (SELECT organization_id FROM invitations WHERE id = " +
      invitation + " LIMIT 1))";
  // Of an invitation: its own, else who has its address.
  const std::string user =
      "coalesce(?1, (SELECT user_id FROM memberships WHERE id = ?2 LIMIT 1),"
      " (SELECT nullif(user_id, '') FROM invitations WHERE id = " +
      invitation +
      " LIMIT 1), (SELECT user_id FROM claims WHERE kind = 'user_email' AND key ="
      " coalesce((SELECT email_key FROM invitations WHERE id = " +
      invitation + " LIMIT 1), ?5)))";
  constexpr std::string_view member =
      "coalesce((SELECT user_id FROM memberships WHERE id = ?2 LIMIT 1), ?5)";
  constexpr std::string_view events =
      "SELECT place, id, type, created_at, organization_id, revision, payload FROM events";
  const auto list = [](std::string_view select, std::string_view where, std::string_view key) {
    return sql_list(select, where, key, false);
  };
  const auto descending = [](std::string_view select, std::string_view where,
                             std::string_view key) { return sql_list(select, where, key, true); };
  switch (statement) {
    case Sql::head_of_pair:
      return head + " FROM environment e LEFT JOIN organizations o ON o.id = ?1"
                    " LEFT JOIN users u ON u.id = ?2"
                    " LEFT JOIN memberships m ON m.organization_id = ?1 AND m.user_id = ?3"
                    " WHERE e.id = 1";
    case Sql::head_of_membership:
      return head + " FROM environment e LEFT JOIN memberships m ON m.id = ?1"
                    " LEFT JOIN organizations o ON o.id = coalesce(m.organization_id, ?2)"
                    " LEFT JOIN users u ON u.id = coalesce(?3, CASE WHEN ?4 = 1 THEN m.user_id END)"
                    " WHERE e.id = 1";
    case Sql::head_of_invitation:
      return head + ", " + std::string(invitation_columns) +
             " FROM environment e LEFT JOIN invitations i ON i.id = " + invitation +
             " LEFT JOIN claims h ON h.kind = 'user_email' AND h.key = coalesce(i.email_key, ?5)"
             " LEFT JOIN organizations o ON o.id = coalesce(?1, i.organization_id)"
             " LEFT JOIN users u ON u.id = coalesce(?2, nullif(i.user_id, ''), h.user_id)"
             " LEFT JOIN memberships m ON m.organization_id = coalesce(?1, i.organization_id)"
             " AND m.user_id = coalesce(?2, nullif(i.user_id, ''), h.user_id)"
             " AND (?6 = 1 OR i.id IS NOT NULL) WHERE e.id = 1";
    case Sql::environment:
      return sql_join({"SELECT ", environment_columns, " FROM environment WHERE id = 1"});
    case Sql::catalogue_revisions:
      return "SELECT e.revision, o.roles_revision FROM environment e"
             " LEFT JOIN organizations o ON o.id = ?1 WHERE e.id = 1";
    case Sql::roles_of:
      return sql_join({"SELECT ", role_columns, ", ", catalogue_profile_columns,
                       " FROM roles WHERE organization_id = ", organization, " ORDER BY place"});
    case Sql::permissions:
      return sql_join({"SELECT ", permission_columns, ", ", catalogue_profile_columns,
                       " FROM permissions WHERE place >= 0 ORDER BY place"});
    case Sql::own_order:
      return sql_join({"SELECT role_order FROM organizations WHERE id = ", organization});
    case Sql::membership_of_pair:
      return sql_join(
          {"SELECT ", membership_columns,
           " FROM memberships m WHERE m.user_id = ?5 AND m.organization_id = ", organization});
    case Sql::membership_of_organization:
      return sql_join(
          {"SELECT ", membership_columns,
           " FROM memberships m WHERE m.id = ?5 AND m.organization_id = ", organization});
    case Sql::user: return sql_join({"SELECT ", user_columns, " FROM users u WHERE u.id = ?1"});
    case Sql::claim:
      return "SELECT user_id, organization_id FROM claims WHERE kind = ?1 AND key = ?2";
    case Sql::holders:
      return "SELECT count(*) FROM memberships WHERE organization_id = ?1 AND status = 'active'"
             " AND ' ' || roles || ' ' LIKE ?2 ESCAPE '\\'";
    case Sql::open_invitation:
      return sql_join({"SELECT ", invitation_columns,
                       " FROM invitations i WHERE i.organization_id = ?1 AND i.email_key = ?2"
                       " AND i.status = 'pending'"});
    case Sql::member_invitation:
      return sql_join({"SELECT ", invitation_columns,
                       " FROM invitations i WHERE i.organization_id = ", organization,
                       " AND i.user_id = ", member,
                       " AND i.status = 'pending' AND i.user_id <> ''"});
    case Sql::user_profile:
      return sql_join({"SELECT ", user_profile_columns, " FROM users u WHERE u.id = ", user,
                       " AND u.created_at IS NOT NULL"});
    case Sql::organization_profile:
      return sql_join({"SELECT ", organization_profile_columns,
                       " FROM organization_profiles p WHERE p.id = ", organization,
                       " AND p.created_at IS NOT NULL"});
    case Sql::view:
      return sql_join({"SELECT e.revision, o.roles_revision, ", membership_columns,
                       " FROM memberships m JOIN organizations o ON o.id = m.organization_id"
                       " JOIN environment e ON e.id = 1"
                       " WHERE m.organization_id = ?1 AND m.user_id = ?2"});

    case Sql::memberships_of_organization:
      return list(memberships, "m.organization_id = ?3", "m.id");
    case Sql::memberships_of_organization_descending:
      return descending(memberships, "m.organization_id = ?3", "m.id");
    case Sql::memberships_of_user: return list(memberships, "m.user_id = ?3", "m.id");
    case Sql::memberships_of_user_descending:
      return descending(memberships, "m.user_id = ?3", "m.id");
    case Sql::organizations: return list(organizations, {}, "o.id");
    case Sql::organizations_descending: return descending(organizations, {}, "o.id");
    case Sql::marked_organizations: return list(organizations, "o.marked = 1", "o.id");
    case Sql::marked_organizations_descending:
      return descending(organizations, "o.marked = 1", "o.id");
    case Sql::organization_listed: return organizations + " WHERE o.id = ?1";
    case Sql::users: return list(users, {}, "u.id");
    case Sql::users_descending: return descending(users, {}, "u.id");
    case Sql::users_of_organization:
      return list(users + " JOIN memberships m ON m.user_id = u.id", "m.organization_id = ?3",
                  "m.user_id");
    case Sql::users_of_organization_descending:
      return descending(users + " JOIN memberships m ON m.user_id = u.id", "m.organization_id = ?3",
                        "m.user_id");
    case Sql::marked_users: return list(users, "u.phase <> 'live'", "u.id");
    case Sql::marked_users_descending: return descending(users, "u.phase <> 'live'", "u.id");
    case Sql::user_listed: return users + " WHERE u.id = ?1";
    case Sql::invitations: return list(invitations, {}, "i.id");
    case Sql::invitations_descending: return descending(invitations, {}, "i.id");
    case Sql::invitations_of_organization:
      return list(invitations, "i.organization_id = ?3", "i.id");
    case Sql::invitations_of_organization_descending:
      return descending(invitations, "i.organization_id = ?3", "i.id");
    case Sql::invitations_of_email: return list(invitations, "i.email_key = ?3", "i.id");
    case Sql::invitations_of_email_descending:
      return descending(invitations, "i.email_key = ?3", "i.id");
    case Sql::open_invitations: return list(invitations, "i.status = 'pending'", "i.id");
    case Sql::open_invitations_descending:
      return descending(invitations, "i.status = 'pending'", "i.id");
    case Sql::events: return list(events, {}, "place");
    case Sql::events_descending: return descending(events, {}, "place");
    case Sql::events_of_organization: return list(events, "organization_id = ?3", "place");
    case Sql::events_of_organization_descending:
      return descending(events, "organization_id = ?3", "place");

    case Sql::insert_environment:
      return "INSERT INTO environment (id, revision, default_role, owner_role, multiple_roles,"
             " seats_pending, seats_inactive, phase, generation, next_owner_role,"
             " owner_generation, role_order) VALUES (1, 1, '', '', 0, 0, 0, 'live', 0, '', 0, '')";
    case Sql::compare_environment:
      return "SELECT 1 FROM environment WHERE id = 1 AND revision = ?1";
    case Sql::compare_freed_revision:
      return "SELECT 1 FROM environment WHERE id = 1 AND freed_revision = ?1";
    case Sql::set_freed_revision:
      return "UPDATE environment SET freed_revision = ?2 WHERE id = 1 AND freed_revision = ?1";
    case Sql::set_environment:
      return "UPDATE environment SET revision = ?2, default_role = ?3, owner_role = ?4,"
             " multiple_roles = ?5, seats_pending = ?6, seats_inactive = ?7, phase = ?8,"
             " generation = ?9, next_owner_role = ?10, owner_generation = ?11"
             " WHERE id = 1 AND revision = ?1";
    case Sql::set_environment_order: return "UPDATE environment SET role_order = ?1 WHERE id = 1";
    case Sql::compare_user: return "SELECT 1 FROM users WHERE id = ?1 AND revision = ?2";
    case Sql::insert_user:
      return "INSERT INTO users (id, revision, phase, generation, name, email, first_name,"
             " last_name, external_id, locale, created_at, updated_at, email_verified, metadata)"
             " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
    case Sql::set_user:
      return "UPDATE users SET revision = ?3, phase = ?4, generation = ?5"
             " WHERE id = ?1 AND revision = ?2";
    case Sql::set_user_profile:
      return "UPDATE users SET name = ?2, email = ?3, first_name = ?4, last_name = ?5,"
             " external_id = ?6, locale = ?7, created_at = ?8, updated_at = ?9,"
             " email_verified = ?10, metadata = ?11 WHERE id = ?1";
    case Sql::delete_user: return "DELETE FROM users WHERE id = ?1 AND revision = ?2";
    case Sql::touch_organization:
      return "UPDATE organizations SET revision = ?3, fenced_to = ?4, active = ?5,"
             " inactive = ?6, pending = ?7, owners = ?8 WHERE id = ?1 AND revision = ?2";
    case Sql::insert_organization:
      return "INSERT INTO organizations (id, revision, fenced_to, active, inactive, pending,"
             " owners, seat_limit, default_role, owner_role, phase, generation, roles_revision,"
             " role_order, marked) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 0,"
             " '', 0)";
    case Sql::set_organization:
      return "UPDATE organizations SET revision = ?3, fenced_to = ?4, active = ?5, inactive = ?6,"
             " pending = ?7, owners = ?8, seat_limit = ?9, default_role = ?10, owner_role = ?11,"
             " phase = ?12, generation = ?13 WHERE id = ?1 AND revision = ?2";
    case Sql::set_organization_order:
      return "UPDATE organizations SET roles_revision = ?2, role_order = coalesce(?3, role_order)"
             " WHERE id = ?1";
    case Sql::set_organization_mark:
      return "UPDATE organizations SET marked = CASE WHEN phase <> 'live' OR EXISTS (SELECT 1 FROM"
             " roles r WHERE r.organization_id = ?1 AND r.phase <> 'live') THEN 1 ELSE 0 END"
             " WHERE id = ?1";
    case Sql::delete_organization:
      return "DELETE FROM organizations WHERE id = ?1 AND revision = ?2";
    case Sql::insert_organization_profile:
      return "INSERT INTO organization_profiles (id, name, external_id, stripe_customer_id,"
             " created_at, updated_at, metadata, domains)"
             " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    case Sql::set_organization_profile:
      return "UPDATE organization_profiles SET name = ?2, external_id = ?3,"
             " stripe_customer_id = ?4, created_at = ?5, updated_at = ?6, metadata = ?7,"
             " domains = ?8 WHERE id = ?1";
    case Sql::delete_organization_profile: return "DELETE FROM organization_profiles WHERE id = ?1";
    case Sql::delete_roles_of: return "DELETE FROM roles WHERE organization_id = ?1";
    case Sql::insert_membership:
      return "INSERT INTO memberships (organization_id, id, user_id, roles, first_requested,"
             " status, created_at, updated_at, revision, directory_managed)"
             " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    case Sql::set_membership:
      return "UPDATE memberships SET roles = ?4, first_requested = ?5, status = ?6,"
             " created_at = ?7, updated_at = ?8, revision = ?9, directory_managed = ?10"
             " WHERE organization_id = ?1 AND id = ?2 AND revision = ?3";
    case Sql::delete_membership:
      return "DELETE FROM memberships WHERE organization_id = ?1 AND id = ?2 AND revision = ?3";
    case Sql::insert_role:
      return "INSERT INTO roles (organization_id, place, id, slug, phase, of_organizations,"
             " only_unused, replacement, generation, permissions, name, description,"
             " resource_type_slug, created_at, updated_at)"
             " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
    case Sql::set_role:
      return "UPDATE roles SET slug = ?4, phase = ?5, of_organizations = ?6, only_unused = ?7,"
             " replacement = ?8, generation = ?9, permissions = ?10"
             " WHERE organization_id = ?1 AND place = ?2 AND id = ?3";
    case Sql::set_role_profile:
      return "UPDATE roles SET name = ?3, description = ?4, resource_type_slug = ?5,"
             " created_at = ?6, updated_at = ?7 WHERE organization_id = ?1 AND place = ?2";
    case Sql::delete_role:
      return "DELETE FROM roles WHERE organization_id = ?1 AND place = ?2 AND id = ?3";
    case Sql::insert_permission:
      return "INSERT INTO permissions (place, id, slug, phase, system, generation, name,"
             " description, resource_type_slug, created_at, updated_at)"
             " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    case Sql::set_permission:
      return "UPDATE permissions SET slug = ?3, phase = ?4, system = ?5, generation = ?6"
             " WHERE place = ?1 AND id = ?2";
    case Sql::set_permission_profile:
      return "UPDATE permissions SET name = ?2, description = ?3, resource_type_slug = ?4,"
             " created_at = ?5, updated_at = ?6 WHERE place = ?1";
    case Sql::delete_permission: return "DELETE FROM permissions WHERE place = ?1 AND id = ?2";
    case Sql::insert_invitation:
      return "INSERT INTO invitations (organization_id, id, user_id, inviter_id, accepted_by,"
             " revision, created_at, updated_at, expires_at, ended_at, sent_by, token, role,"
             " status, email, email_key, role_slug)"
             " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,"
             " ?17)";
    case Sql::set_invitation:
      return "UPDATE invitations SET user_id = ?4, inviter_id = ?5, accepted_by = ?6,"
             " revision = ?7, created_at = ?8, updated_at = ?9, expires_at = ?10, ended_at = ?11,"
             " sent_by = ?12, token = ?13, role = ?14, status = ?15"
             " WHERE organization_id = ?1 AND id = ?2 AND revision = ?3";
    case Sql::set_invitation_profile:
      return "UPDATE invitations SET email = ?3, email_key = ?4, role_slug = ?5"
             " WHERE organization_id = ?1 AND id = ?2";
    case Sql::delete_invitation:
      return "DELETE FROM invitations WHERE organization_id = ?1 AND id = ?2 AND revision = ?3";
    case Sql::insert_claim:
      return "INSERT INTO claims (kind, key, user_id, organization_id) VALUES (?1, ?2, ?3, ?4)";
    case Sql::delete_claim: return "DELETE FROM claims WHERE kind = ?1 AND key = ?2";
    case Sql::insert_event:
      return "INSERT INTO events (id, type, created_at, organization_id, subject, revision,"
             " payload) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    case Sql::insert_plan:
    case Sql::void_plan: return "INSERT INTO plans (id, created_at) VALUES (?1, ?2)";

    case Sql::event_place: return "SELECT place FROM events WHERE id = ?1";
    case Sql::plan_of_event: return "SELECT 1 FROM events WHERE id >= ?1 AND id <= ?2";
    case Sql::plan: return "SELECT 1 FROM plans WHERE id >= ?1 AND id <= ?2";
    case Sql::oldest_events:
      return "SELECT place, created_at FROM events WHERE place > 0 ORDER BY place LIMIT ?1";
    case Sql::note_events:
      return "INSERT INTO plans (id, created_at)"
             " SELECT id, created_at FROM events WHERE place <= ?1 AND created_at >= ?2";
    case Sql::delete_events: return "DELETE FROM events WHERE place <= ?1";
    case Sql::delete_plans: return "DELETE FROM plans WHERE created_at < ?1";
  }
  return {};
}

}  // namespace detail
}  // namespace membership::inline v0

#endif
