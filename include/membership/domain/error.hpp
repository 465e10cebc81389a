// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DOMAIN_ERROR_HPP
#define MEMBERSHIP_DOMAIN_ERROR_HPP

#include "membership/domain/inline_text.hpp"
#include "membership/domain/utf8.hpp"

#include <cstdint>
#include <string_view>

namespace membership::inline v0 {

/// What went against which rule. There is no value for "no error".
enum class ErrorCode : std::uint8_t {
  // A text or number from outside that no value can be made of.
  empty = 1,                           ///< nothing where at least one character is needed
  too_long,                            ///< more bytes or characters than the field takes
  not_utf8,                            ///< not well-formed UTF-8, or with a NUL
  malformed,                           ///< characters or a form that the field does not allow
  out_of_range,                        ///< a number outside its limits
  duplicate,                           ///< the same value twice where each may come once
  incomplete,                          ///< a list that must name every one of a set and does not
  missing_user_id_or_organization_id,  ///< a list of memberships that names neither
  several_organizations,               ///< an all-or-nothing bulk over more than one organization
  // What a command names.
  entity_not_found,          ///< no such user, organization, membership, role, …
  id_already_used,           ///< an id given for a new entity is taken
  external_id_already_used,  ///< another user, or another organization, has it
  stripe_customer_id_already_used,
  domain_already_exists,  ///< another organization has it
  invalid_metadata,       ///< a key, a value or their number is over its limit, or no text
  // Roles.
  invalid_role,                          ///< not a role of this organization
  sub_resource_scoped_role_not_allowed,  ///< a role of another resource type
  multiple_roles_not_enabled,            ///< several roles while Multiple Roles is off
  default_role_missing,                  ///< the default names no role that can be given
  default_role_is_owner,                 ///< the owner role cannot be the default
  role_slug_conflict,                    ///< the environment has a role of this slug
  organization_role_slug_conflict,       ///< the same, or the organization has one
  role_limit_reached,                    ///< 64 roles of the environment or of the organization
  role_required,                         ///< it is the default, the owner role or a replacement
  role_has_assignments,                  ///< a membership or an open invitation has it
  permission_slug_conflict,              ///< the environment has a permission of this slug
  permission_limit_reached,              ///< 256 permissions
  system_permission,                     ///< it cannot be deleted
  // What exists.
  cannot_reactivate_pending_organization_membership,
  cannot_deactivate_pending_organization_membership,
  organization_membership_already_exists,  ///< the subject is the existing membership's id
  membership_not_active,                   ///< of a transfer, or by option `update_not_active`
  directory_managed,                       ///< option `directory_managed_roles`
  email_not_available,                     ///< another user holds the address
  // Invitations.
  expires_in_days_too_short,
  expires_in_days_too_long,
  user_already_organization_member,       ///< the invited user is an active member
  user_already_exists,                    ///< an invitation without organization, of a user
  email_already_invited_to_organization,  ///< an open invitation is there
  email_already_invited,                  ///< the same, without organization
  invite_not_pending,                     ///< it was accepted, revoked or has expired
  invite_accepted,                        ///< the same, where the API says which
  invite_revoked,
  invite_expired,
  invalid_invite,  ///< the invited user is an active member by now
  // Owners.
  owner_role_missing,  ///< the organization goes by no owner role
  not_an_owner,        ///< the membership does not hold the owner role
  // Guards.
  last_owner_required,  ///< the organization would be left without an active owner
  role_not_grantable,   ///< the actor lacks a permission of the role
  seat_limit_reached,   ///< the organization has no seat left
  // Long operations.
  operation_superseded,  ///< the mark that this page or finish goes by is not there any more
  operation_unfinished,  ///< something is left that a finish needs gone
  mark_in_use,           ///< a mark that cannot be taken back any more
  // The host.
  missing_id,    ///< the context lacks an id that the decision needs
  rule_refused,  ///< a rule of the host's own; `Error::detail` is its number
};

/// The coarse class of an error.
enum class ErrorKind : std::uint8_t {
  invalid,    ///< the request itself is wrong
  not_found,  ///< it names something that is not there
  conflict,   ///< it does not fit what is there
  refused,    ///< a rule or option forbids it
  internal,   ///< the configuration or the host is at fault
};

/// What an error is about: the field of a request, and so the kind of its subject.
enum class Field : std::uint8_t {
  none,
  user_id,
  organization_id,
  organization_membership_id,
  role_id,
  permission_id,
  event_id,
  role_slug,
  role_slugs,
  slug,
  name,
  description,
  permission_slug,
  resource_type_slug,
  email,
  first_name,
  last_name,
  external_id,
  locale,
  stripe_customer_id,
  metadata,
  domains,
  seat_limit,
  default_role,
  owner_role,
  replacement_role,
  priority_order,
  invitation_id,
  invitation_token,
  inviter_user_id,
  expires_in_days,
  limit,
  cursor,
};

/// The text that an error is about, cut to 63 bytes where it is longer.
using Subject = InlineText<63>;

/// The subject that a text from outside makes: nothing where it is not UTF-8 or has a NUL.
constexpr Subject subject_of_text(std::string_view text) noexcept {
  if (!is_valid_utf8(text) || text.find('\0') != std::string_view::npos) return {};
  return Subject::cut(text);
}

/// A refusal with what it is about. Trivially copyable.
struct Error {
  ErrorCode code;
  Field field = Field::none;
  /// By code and field:
  /// - `rule_refused`: the number of the host's rule;
  /// - `role_not_grantable`: the role, as the value of its `RoleIndex`;
  /// - `role_required`: what the role is needed for, as a `RoleUse`;
  /// - of a membership of `TransferOwnership`: 0 for `from`, 1 for `to`;
  /// - of `role_slug`, `role_slugs`, `permission_slug`, `priority_order` or `domains`: the place of
  ///   the offending one in the list, from 0, and 65,535 for all that are further down; with
  ///   `incomplete` the length of the list.
  /// 0 otherwise.
  std::uint16_t detail = 0;
  Subject subject{};  ///< the offending id, slug or text; may be empty

  friend constexpr bool operator==(const Error&, const Error&) noexcept = default;
};

/// What is known of an error code.
struct ErrorFacts {
  ErrorKind kind;
  int http_status;            ///< that the API answers with
  std::string_view spelling;  ///< that clients of the API match on
};

/// What docs/reference/errors.md says of each.
constexpr ErrorFacts facts_of(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::empty:
    case ErrorCode::too_long:
    case ErrorCode::not_utf8:
    case ErrorCode::malformed:
    case ErrorCode::out_of_range:
    case ErrorCode::duplicate:
    case ErrorCode::incomplete: return {ErrorKind::invalid, 422, "invalid_request_parameters"};
    case ErrorCode::missing_user_id_or_organization_id:
      return {ErrorKind::invalid, 400, "missing_user_id_or_organization_id"};
    case ErrorCode::several_organizations:
      return {ErrorKind::invalid, 422, "invalid_request_parameters"};
    case ErrorCode::entity_not_found: return {ErrorKind::not_found, 404, "entity_not_found"};
    case ErrorCode::id_already_used: return {ErrorKind::conflict, 409, "id_already_used"};
    case ErrorCode::external_id_already_used:
      return {ErrorKind::conflict, 400, "external_id_already_used"};
    case ErrorCode::stripe_customer_id_already_used:
      return {ErrorKind::conflict, 400, "stripe_customer_id_already_used"};
    case ErrorCode::domain_already_exists:
      return {ErrorKind::conflict, 409, "domain_already_exists"};
    case ErrorCode::invalid_metadata: return {ErrorKind::invalid, 400, "invalid_metadata"};
    case ErrorCode::invalid_role: return {ErrorKind::invalid, 422, "invalid_role"};
    case ErrorCode::sub_resource_scoped_role_not_allowed:
      return {ErrorKind::invalid, 422, "sub_resource_scoped_role_not_allowed"};
    case ErrorCode::multiple_roles_not_enabled:
      return {ErrorKind::invalid, 422, "multiple_roles_not_enabled"};
    case ErrorCode::default_role_missing: return {ErrorKind::internal, 500, "internal_error"};
    case ErrorCode::default_role_is_owner:
      return {ErrorKind::conflict, 409, "default_role_is_owner"};
    case ErrorCode::role_slug_conflict: return {ErrorKind::conflict, 409, "role_slug_conflict"};
    case ErrorCode::organization_role_slug_conflict:
      return {ErrorKind::conflict, 409, "organization_role_slug_conflict"};
    case ErrorCode::role_limit_reached:
      return {ErrorKind::invalid, 422, "invalid_request_parameters"};
    case ErrorCode::role_required: return {ErrorKind::conflict, 409, "role_required"};
    case ErrorCode::role_has_assignments: return {ErrorKind::conflict, 409, "role_has_assignments"};
    case ErrorCode::permission_slug_conflict:
      return {ErrorKind::conflict, 409, "permission_slug_conflict"};
    case ErrorCode::permission_limit_reached:
      return {ErrorKind::invalid, 422, "invalid_request_parameters"};
    case ErrorCode::system_permission: return {ErrorKind::refused, 403, "forbidden"};
    case ErrorCode::cannot_reactivate_pending_organization_membership:
      return {ErrorKind::conflict, 400, "cannot_reactivate_pending_organization_membership"};
    case ErrorCode::cannot_deactivate_pending_organization_membership:
      return {ErrorKind::conflict, 400, "cannot_deactivate_pending_organization_membership"};
    case ErrorCode::organization_membership_already_exists:
      return {ErrorKind::conflict, 409, "organization_membership_already_exists"};
    case ErrorCode::membership_not_active:
      return {ErrorKind::refused, 409, "membership_not_active"};
    case ErrorCode::directory_managed: return {ErrorKind::refused, 409, "directory_managed"};
    case ErrorCode::email_not_available: return {ErrorKind::conflict, 400, "email_not_available"};
    case ErrorCode::expires_in_days_too_short:
      return {ErrorKind::invalid, 400, "expires_in_days_too_short"};
    case ErrorCode::expires_in_days_too_long:
      return {ErrorKind::invalid, 400, "expires_in_days_too_long"};
    case ErrorCode::user_already_organization_member:
      return {ErrorKind::conflict, 400, "user_already_organization_member"};
    case ErrorCode::user_already_exists: return {ErrorKind::conflict, 400, "user_already_exists"};
    case ErrorCode::email_already_invited_to_organization:
      return {ErrorKind::conflict, 400, "email_already_invited_to_organization"};
    case ErrorCode::email_already_invited:
      return {ErrorKind::conflict, 400, "email_already_invited"};
    case ErrorCode::invite_not_pending: return {ErrorKind::conflict, 400, "invite_not_pending"};
    case ErrorCode::invite_accepted: return {ErrorKind::conflict, 400, "invite_accepted"};
    case ErrorCode::invite_revoked: return {ErrorKind::conflict, 400, "invite_revoked"};
    case ErrorCode::invite_expired: return {ErrorKind::conflict, 400, "invite_expired"};
    case ErrorCode::invalid_invite: return {ErrorKind::conflict, 400, "invalid_invite"};
    case ErrorCode::owner_role_missing: return {ErrorKind::conflict, 409, "owner_role_missing"};
    case ErrorCode::not_an_owner: return {ErrorKind::conflict, 409, "not_an_owner"};
    case ErrorCode::last_owner_required: return {ErrorKind::conflict, 409, "last_owner_required"};
    case ErrorCode::role_not_grantable: return {ErrorKind::refused, 403, "role_not_grantable"};
    case ErrorCode::seat_limit_reached: return {ErrorKind::conflict, 409, "seat_limit_reached"};
    case ErrorCode::operation_superseded: return {ErrorKind::conflict, 409, "operation_superseded"};
    case ErrorCode::operation_unfinished: return {ErrorKind::conflict, 409, "operation_unfinished"};
    case ErrorCode::mark_in_use: return {ErrorKind::conflict, 409, "mark_in_use"};
    case ErrorCode::missing_id: return {ErrorKind::internal, 500, "internal_error"};
    case ErrorCode::rule_refused: return {ErrorKind::refused, 403, "rule_refused"};
  }
  return {ErrorKind::internal, 500, "internal_error"};
}

constexpr ErrorKind kind(ErrorCode code) noexcept { return facts_of(code).kind; }  ///< its class
/// Its spelling in the API. Several codes may share one: compare codes, not spellings.
constexpr std::string_view to_string(ErrorCode code) noexcept { return facts_of(code).spelling; }
/// The status of the answer over HTTP.
constexpr int http_status(ErrorCode code) noexcept { return facts_of(code).http_status; }

/// The field's name as requests spell it.
constexpr std::string_view to_string(Field field) noexcept {
  switch (field) {
    case Field::none: return "";
    case Field::user_id: return "user_id";
    case Field::organization_id: return "organization_id";
    case Field::organization_membership_id: return "organization_membership_id";
    case Field::role_id: return "role_id";
    case Field::permission_id: return "permission_id";
    case Field::event_id: return "event_id";
    case Field::role_slug: return "role_slug";
    case Field::role_slugs: return "role_slugs";
    case Field::slug: return "slug";
    case Field::name: return "name";
    case Field::description: return "description";
    case Field::permission_slug: return "permission_slug";
    case Field::resource_type_slug: return "resource_type_slug";
    case Field::email: return "email";
    case Field::first_name: return "first_name";
    case Field::last_name: return "last_name";
    case Field::external_id: return "external_id";
    case Field::locale: return "locale";
    case Field::stripe_customer_id: return "stripe_customer_id";
    case Field::metadata: return "metadata";
    case Field::domains: return "domains";
    case Field::seat_limit: return "seat_limit";
    case Field::default_role: return "default_role";
    case Field::owner_role: return "owner_role";
    case Field::replacement_role: return "replacement_role";
    case Field::invitation_id: return "invitation_id";
    case Field::invitation_token: return "invitation_token";
    case Field::inviter_user_id: return "inviter_user_id";
    case Field::expires_in_days: return "expires_in_days";
    case Field::priority_order: return "priority_order";
    case Field::limit: return "limit";
    case Field::cursor: return "cursor";
  }
  return "";
}

}  // namespace membership::inline v0

#endif
