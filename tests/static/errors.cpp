// SPDX-License-Identifier: BSL-1.0

// Plan
//   ErrorCode: spelling, kind and HTTP status of each                 -> codes
//   Field: spelling of each                                          -> fields
//   Error, Refusal: trivial, what they carry                         -> values

#include "membership/domain/error.hpp"
#include "membership/policy/refusal.hpp"

#include <string_view>
#include <type_traits>

namespace static_errors {

using namespace membership;
using enum ErrorCode;
using K = ErrorKind;

// --- codes

struct Row {
  ErrorCode code;
  std::string_view spelling;
  ErrorKind kind;
  int status;
};
constexpr Row rows[] = {
    {empty, "invalid_request_parameters", K::invalid, 422},
    {too_long, "invalid_request_parameters", K::invalid, 422},
    {not_utf8, "invalid_request_parameters", K::invalid, 422},
    {malformed, "invalid_request_parameters", K::invalid, 422},
    {out_of_range, "invalid_request_parameters", K::invalid, 422},
    {duplicate, "invalid_request_parameters", K::invalid, 422},
    {incomplete, "invalid_request_parameters", K::invalid, 422},
    {missing_user_id_or_organization_id, "missing_user_id_or_organization_id", K::invalid, 400},
    {several_organizations, "invalid_request_parameters", K::invalid, 422},
    {entity_not_found, "entity_not_found", K::not_found, 404},
    {id_already_used, "id_already_used", K::conflict, 409},
    {external_id_already_used, "external_id_already_used", K::conflict, 400},
    {stripe_customer_id_already_used, "stripe_customer_id_already_used", K::conflict, 400},
    {domain_already_exists, "domain_already_exists", K::conflict, 409},
    {invalid_metadata, "invalid_metadata", K::invalid, 400},
    {invalid_role, "invalid_role", K::invalid, 422},
    {sub_resource_scoped_role_not_allowed, "sub_resource_scoped_role_not_allowed", K::invalid, 422},
    {multiple_roles_not_enabled, "multiple_roles_not_enabled", K::invalid, 422},
    {default_role_missing, "internal_error", K::internal, 500},
    {default_role_is_owner, "default_role_is_owner", K::conflict, 409},
    {role_slug_conflict, "role_slug_conflict", K::conflict, 409},
    {organization_role_slug_conflict, "organization_role_slug_conflict", K::conflict, 409},
    {role_limit_reached, "invalid_request_parameters", K::invalid, 422},
    {role_required, "role_required", K::conflict, 409},
    {role_has_assignments, "role_has_assignments", K::conflict, 409},
    {permission_slug_conflict, "permission_slug_conflict", K::conflict, 409},
    {permission_limit_reached, "invalid_request_parameters", K::invalid, 422},
    {system_permission, "forbidden", K::refused, 403},
    {cannot_reactivate_pending_organization_membership,
     "cannot_reactivate_pending_organization_membership", K::conflict, 400},
    {cannot_deactivate_pending_organization_membership,
     "cannot_deactivate_pending_organization_membership", K::conflict, 400},
    {organization_membership_already_exists, "organization_membership_already_exists", K::conflict,
     409},
    {membership_not_active, "membership_not_active", K::refused, 409},
    {directory_managed, "directory_managed", K::refused, 409},
    {email_not_available, "email_not_available", K::conflict, 400},
    {expires_in_days_too_short, "expires_in_days_too_short", K::invalid, 400},
    {expires_in_days_too_long, "expires_in_days_too_long", K::invalid, 400},
    {user_already_organization_member, "user_already_organization_member", K::conflict, 400},
    {user_already_exists, "user_already_exists", K::conflict, 400},
    {email_already_invited_to_organization, "email_already_invited_to_organization", K::conflict,
     400},
    {email_already_invited, "email_already_invited", K::conflict, 400},
    {invite_not_pending, "invite_not_pending", K::conflict, 400},
    {invite_accepted, "invite_accepted", K::conflict, 400},
    {invite_revoked, "invite_revoked", K::conflict, 400},
    {invite_expired, "invite_expired", K::conflict, 400},
    {invalid_invite, "invalid_invite", K::conflict, 400},
    {owner_role_missing, "owner_role_missing", K::conflict, 409},
    {not_an_owner, "not_an_owner", K::conflict, 409},
    {last_owner_required, "last_owner_required", K::conflict, 409},
    {role_not_grantable, "role_not_grantable", K::refused, 403},
    {seat_limit_reached, "seat_limit_reached", K::conflict, 409},
    {operation_superseded, "operation_superseded", K::conflict, 409},
    {operation_unfinished, "operation_unfinished", K::conflict, 409},
    {mark_in_use, "mark_in_use", K::conflict, 409},
    {missing_id, "internal_error", K::internal, 500},
    {rule_refused, "rule_refused", K::refused, 403},
};

constexpr bool rows_hold() {
  for (const Row& row : rows) {
    if (to_string(row.code) != row.spelling || kind(row.code) != row.kind ||
        http_status(row.code) != row.status) {
      return false;
    }
  }
  return true;
}
static_assert(rows_hold());

/// Each from the first to the last has its row, once and in its place.
constexpr bool rows_are_complete() {
  unsigned value = 1;
  for (const Row& row : rows) {
    if (static_cast<unsigned>(row.code) != value++) return false;
  }
  return value == static_cast<unsigned>(rule_refused) + 1;
}
static_assert(rows_are_complete());

// --- fields

static_assert(to_string(Field::none).empty());
static_assert(to_string(Field::user_id) == "user_id");
static_assert(to_string(Field::organization_id) == "organization_id");
static_assert(to_string(Field::organization_membership_id) == "organization_membership_id");
static_assert(to_string(Field::role_id) == "role_id");
static_assert(to_string(Field::permission_id) == "permission_id");
static_assert(to_string(Field::permission_slug) == "permission_slug");
static_assert(to_string(Field::event_id) == "event_id");
static_assert(to_string(Field::role_slug) == "role_slug");
static_assert(to_string(Field::role_slugs) == "role_slugs");
static_assert(to_string(Field::slug) == "slug");
static_assert(to_string(Field::name) == "name");
static_assert(to_string(Field::description) == "description");
static_assert(to_string(Field::resource_type_slug) == "resource_type_slug");
static_assert(to_string(Field::email) == "email");
static_assert(to_string(Field::first_name) == "first_name");
static_assert(to_string(Field::last_name) == "last_name");
static_assert(to_string(Field::external_id) == "external_id");
static_assert(to_string(Field::locale) == "locale");
static_assert(to_string(Field::stripe_customer_id) == "stripe_customer_id");
static_assert(to_string(Field::metadata) == "metadata");
static_assert(to_string(Field::domains) == "domains");
static_assert(to_string(Field::seat_limit) == "seat_limit");
static_assert(to_string(Field::owner_role) == "owner_role");
static_assert(to_string(Field::replacement_role) == "replacement_role");
static_assert(to_string(Field::invitation_id) == "invitation_id");
static_assert(to_string(Field::invitation_token) == "invitation_token");
static_assert(to_string(Field::inviter_user_id) == "inviter_user_id");
static_assert(to_string(Field::expires_in_days) == "expires_in_days");
static_assert(to_string(Field::default_role) == "default_role");
static_assert(to_string(Field::priority_order) == "priority_order");
static_assert(to_string(Field::limit) == "limit");
static_assert(to_string(Field::cursor) == "cursor");

// --- values

static_assert(std::is_trivially_copyable_v<Error> && std::is_trivially_destructible_v<Error>);
static_assert(Error{empty, Field::name} == Error{empty, Field::name});
static_assert(Error{empty, Field::name} != Error{empty, Field::slug});
static_assert(Error{rule_refused, Field::none, 1} != Error{rule_refused, Field::none, 2});
static_assert(Error{empty, Field::name, 0, Subject::cut("a")} !=
              Error{empty, Field::name, 0, Subject::cut("b")});

static_assert(!Refusal{});
static_assert(Refusal(invalid_role));
static_assert(Refusal(invalid_role, Field::role_slugs, 0xFFFF).code() == invalid_role);
static_assert(Refusal(invalid_role, Field::role_slugs, 0xFFFF).field() == Field::role_slugs);
static_assert(Refusal(invalid_role, Field::role_slugs, 0xFFFF).detail() == 0xFFFF);
static_assert(Refusal::by_rule(7).code() == rule_refused && Refusal::by_rule(7).detail() == 7);
static_assert(sizeof(Refusal) == 4);

}  // namespace static_errors
