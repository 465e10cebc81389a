// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DOMAIN_ERROR_MESSAGE_HPP
#define MEMBERSHIP_DOMAIN_ERROR_MESSAGE_HPP

#include "membership/domain/error.hpp"

#include <string>
#include <string_view>

namespace membership::inline v0 {

namespace detail {
/// What a field's value names, as messages of the API call it.
constexpr std::string_view entity_name(Field field) noexcept {
  if (field == Field::user_id) return "User";
  if (field == Field::organization_id) return "Organization";
  if (field == Field::organization_membership_id) return "Organization Membership";
  if (field == Field::event_id) return "Event";
  if (field == Field::invitation_id || field == Field::invitation_token) return "Invitation";
  if (field == Field::inviter_user_id) return "User";
  if (field == Field::permission_id || field == Field::permission_slug) return "Permission";
  return "Role";
}

/// The second half of "`field` …" for a text or number that no value can be made of.
constexpr std::string_view fault_phrase(ErrorCode code) noexcept {
  if (code == ErrorCode::empty) return " must not be empty.";
  if (code == ErrorCode::too_long) return " is too long.";
  if (code == ErrorCode::not_utf8) return " must be UTF-8 without NUL.";
  if (code == ErrorCode::out_of_range) return " is out of range.";
  if (code == ErrorCode::duplicate) return " names the same value twice.";
  if (code == ErrorCode::incomplete) return " does not name every role.";
  return " is malformed.";
}
}  // namespace detail

/// An error in words, for people; programs go by the code. Messages that the API documents are
/// spelled as there. The subject is not escaped, and may hold any character of an id: escape the
/// message before you log it. May throw std::bad_alloc.
[[nodiscard]] inline std::string message(const Error& error) {
  const std::string subject(error.subject.view());
  switch (error.code) {
    case ErrorCode::empty:
    case ErrorCode::too_long:
    case ErrorCode::not_utf8:
    case ErrorCode::malformed:
    case ErrorCode::out_of_range:
    case ErrorCode::duplicate:
    case ErrorCode::incomplete:
      return std::string(to_string(error.field)).append(detail::fault_phrase(error.code));
    case ErrorCode::missing_user_id_or_organization_id:
      return "Either a user id or an organization id is required.";
    case ErrorCode::several_organizations: return "The commands name more than one organization.";
    case ErrorCode::entity_not_found:
      return std::string(detail::entity_name(error.field)) + " not found: '" + subject + "'.";
    case ErrorCode::id_already_used:
      return std::string(detail::entity_name(error.field)) + " '" + subject + "' exists already.";
    case ErrorCode::invalid_role: return "Role '" + subject + "' is not a valid role.";
    case ErrorCode::sub_resource_scoped_role_not_allowed:
      return "Role '" + subject + "' is not a role of organizations.";
    case ErrorCode::multiple_roles_not_enabled:
      return "Several roles were given, but Multiple Roles is not enabled.";
    case ErrorCode::default_role_missing:
      return "The default role '" + subject + "' cannot be given.";
    case ErrorCode::default_role_is_owner:
      return "The owner role '" + subject + "' cannot be the default role.";
    case ErrorCode::role_slug_conflict: return "A role '" + subject + "' exists already.";
    case ErrorCode::organization_role_slug_conflict:
      return "The organization has a role '" + subject + "' already.";
    case ErrorCode::permission_slug_conflict:
      return "A permission '" + subject + "' exists already.";
    case ErrorCode::permission_limit_reached: return "There is no room for another permission.";
    case ErrorCode::owner_role_missing: return "The organization goes by no owner role.";
    case ErrorCode::not_an_owner:
      return "Organization Membership '" + subject + "' holds no owner role.";
    case ErrorCode::operation_superseded: return "The operation was taken back or begun anew.";
    case ErrorCode::operation_unfinished: return "The operation has more to do.";
    case ErrorCode::mark_in_use: return "The operation has begun and cannot be taken back.";
    case ErrorCode::last_owner_required: return "The organization must keep an active owner.";
    case ErrorCode::role_not_grantable:
      return "Role '" + subject + "' grants more than the actor may.";
    case ErrorCode::seat_limit_reached: return "The organization has no seat left.";
    case ErrorCode::external_id_already_used:
      return "The external id '" + subject + "' is in use already.";
    case ErrorCode::stripe_customer_id_already_used:
      return "The Stripe customer id '" + subject + "' is in use already.";
    case ErrorCode::domain_already_exists:
      return "An Organization with the domain " + subject + " already exists.";
    case ErrorCode::invalid_metadata: return "The metadata is over a limit, or is not valid text.";
    case ErrorCode::role_required:
      return "Role '" + subject + "' is the default, the owner role or a replacement.";
    case ErrorCode::role_has_assignments: return "Role '" + subject + "' is in use.";
    case ErrorCode::system_permission:
      return "Permission '" + subject + "' is one of the system's and cannot be deleted.";
    case ErrorCode::expires_in_days_too_short: return "An invitation lasts at least 1 day.";
    case ErrorCode::expires_in_days_too_long: return "An invitation lasts at most 30 days.";
    case ErrorCode::user_already_organization_member:
      return "The user is a member of the organization already.";
    case ErrorCode::user_already_exists: return "A user with this email exists already.";
    case ErrorCode::email_already_invited_to_organization:
      return "This email has been invited to the organization already.";
    case ErrorCode::email_already_invited: return "This email has been invited already.";
    case ErrorCode::invite_not_pending: return "Invite is not pending.";
    case ErrorCode::invite_accepted: return "Invite has already been accepted.";
    case ErrorCode::invite_revoked: return "Invite has been revoked.";
    case ErrorCode::invite_expired: return "Invite has expired.";
    case ErrorCode::role_limit_reached: return "There is no room for another role.";
    case ErrorCode::cannot_reactivate_pending_organization_membership:
      return "A pending organization membership cannot be reactivated.";
    case ErrorCode::cannot_deactivate_pending_organization_membership:
      return "A pending organization membership cannot be deactivated.";
    case ErrorCode::organization_membership_already_exists:
      return "The user is an active member of the organization: '" + subject + "'.";
    case ErrorCode::membership_not_active:
      return "Organization Membership '" + subject + "' is not active.";
    case ErrorCode::directory_managed:
      return "Organization Membership '" + subject + "' is managed by a directory.";
    case ErrorCode::email_not_available: return "This email is not available.";
    case ErrorCode::invalid_invite: return "The invited user is a member already.";
    case ErrorCode::missing_id:
      return std::string("The context has no ").append(to_string(error.field)).append(".");
    case ErrorCode::rule_refused: return "Refused by rule " + std::to_string(error.detail) + ".";
  }
  return "Unknown error.";
}

}  // namespace membership::inline v0

#endif
