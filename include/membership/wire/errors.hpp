// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_ERRORS_HPP
#define MEMBERSHIP_WIRE_ERRORS_HPP

#include "membership/domain/error.hpp"
#include "membership/domain/error_message.hpp"
#include "membership/wire/field_rule.hpp"
#include "membership/wire/request_error.hpp"

#include <string>
#include <string_view>

namespace membership::inline v0 {
namespace wire {

/// The refusal of an id, slug or other name of something that is not there: 404
/// `entity_not_found`. `kind` says what it is called; `sent` is what the client sent, whole.
/// Throws: `std::bad_alloc`. See docs/http.md, "Every call".
[[nodiscard]] inline RequestError not_found(std::string_view kind, std::string_view sent) {
  std::string message(kind);
  message.append(" not found: '").append(sent).append("'.");
  RequestError error{404, "entity_not_found", std::move(message)};
  error.extra.emplace_back("entity_id", sent);
  return error;
}

/// The same for what a field names.
[[nodiscard]] inline RequestError not_found(Field field, std::string_view sent) {
  return not_found(membership::detail::entity_name(field), sent);
}

/// 500 `internal_error`. Says nothing about the inside; that belongs into a log.
[[nodiscard]] inline RequestError internal_error() {
  return RequestError{500, "internal_error", "Internal Server Error"};
}

/// The refusal of a change that met others until its tries were used up: 503, to be sent again.
[[nodiscard]] inline RequestError contended() {
  RequestError error{503, "service_unavailable", "Too many changes at once. Please try again."};
  error.retry_after = 1;
  return error;
}

/// The answer to a command that the policy refuses.
///
/// A value that breaks a rule of its field is 422 `invalid_request_parameters` with one entry,
/// as if the body had been refused; a fault of the configuration 500 `internal_error`; all else
/// has the status, code and message of the error, and these extra keys: `entity_id`
/// (`entity_not_found`), `role_slug` (`sub_resource_scoped_role_not_allowed`,
/// `role_not_grantable`), `organization_membership_id` (`organization_membership_already_exists`).
/// Throws: `std::bad_alloc`. See docs/reference/errors.md and docs/http.md, "Every call".
[[nodiscard]] inline RequestError request_error(const Error& error) {
  const std::string_view field = to_string(error.field);
  const std::string_view subject = error.subject.view();
  RequestError result{http_status(error.code), std::string(to_string(error.code)), message(error)};
  switch (error.code) {
    case ErrorCode::empty:
      return validation_failed(field_error(field, error.field == Field::role_slugs
                                                      ? FieldRule::array_required
                                                      : FieldRule::string_required));
    case ErrorCode::too_long:
    case ErrorCode::not_utf8:
    case ErrorCode::malformed:
    case ErrorCode::out_of_range:
    case ErrorCode::duplicate:
    case ErrorCode::incomplete:
      return validation_failed(field_error(field, field_rule(error.code)));
    case ErrorCode::role_limit_reached:
      return validation_failed(ErrorEntry{"role_limit_reached", message(error)});
    case ErrorCode::permission_limit_reached:
      return validation_failed(ErrorEntry{"permission_limit_reached", message(error)});
    case ErrorCode::several_organizations:
      return validation_failed(ErrorEntry{"several_organizations", message(error)});
    case ErrorCode::default_role_missing:
    case ErrorCode::missing_id: return internal_error();
    case ErrorCode::entity_not_found: result.extra.emplace_back("entity_id", subject); break;
    case ErrorCode::sub_resource_scoped_role_not_allowed:
    case ErrorCode::role_not_grantable: result.extra.emplace_back("role_slug", subject); break;
    case ErrorCode::organization_membership_already_exists:
      result.extra.emplace_back("organization_membership_id", subject);
      break;
    case ErrorCode::missing_user_id_or_organization_id:
    case ErrorCode::id_already_used:
    case ErrorCode::invalid_role:
    case ErrorCode::multiple_roles_not_enabled:
    case ErrorCode::default_role_is_owner:
    case ErrorCode::role_slug_conflict:
    case ErrorCode::organization_role_slug_conflict:
    case ErrorCode::permission_slug_conflict:
    case ErrorCode::cannot_reactivate_pending_organization_membership:
    case ErrorCode::cannot_deactivate_pending_organization_membership:
    case ErrorCode::membership_not_active:
    case ErrorCode::directory_managed:
    case ErrorCode::email_not_available:
    case ErrorCode::external_id_already_used:
    case ErrorCode::stripe_customer_id_already_used:
    case ErrorCode::domain_already_exists:
    case ErrorCode::invalid_metadata:
    case ErrorCode::role_required:
    case ErrorCode::role_has_assignments:
    case ErrorCode::system_permission:
    case ErrorCode::expires_in_days_too_short:
    case ErrorCode::expires_in_days_too_long:
    case ErrorCode::user_already_organization_member:
    case ErrorCode::user_already_exists:
    case ErrorCode::email_already_invited_to_organization:
    case ErrorCode::email_already_invited:
    case ErrorCode::invite_not_pending:
    case ErrorCode::invite_accepted:
    case ErrorCode::invite_revoked:
    case ErrorCode::invite_expired:
    case ErrorCode::invalid_invite:
    case ErrorCode::owner_role_missing:
    case ErrorCode::not_an_owner:
    case ErrorCode::last_owner_required:
    case ErrorCode::seat_limit_reached:
    case ErrorCode::operation_superseded:
    case ErrorCode::operation_unfinished:
    case ErrorCode::mark_in_use:
    case ErrorCode::rule_refused: break;
  }
  return result;
}

/// The same for the creation of a user, where an address in use is 400 `user_creation_error` with
/// an entry `email_not_available`.
[[nodiscard]] inline RequestError user_creation_error(const Error& error) {
  if (error.code != ErrorCode::email_not_available) return request_error(error);
  RequestError result{400, "user_creation_error", "Could not create user."};
  result.errors.push_back({std::string(to_string(error.code)), message(error)});
  return result;
}

/// The same for the deletion of a user, where a last owner is 409 `user_deletion_not_allowed`.
/// See docs/http.md, "Users".
[[nodiscard]] inline RequestError user_deletion_error(const Error& error) {
  RequestError result = request_error(error);
  if (error.code == ErrorCode::last_owner_required) {
    result.code = "user_deletion_not_allowed";
    result.message = "The user is the last owner of an organization.";
  }
  return result;
}

/// The same for sending an invitation, where `invalid_role` is 400.
[[nodiscard]] inline RequestError invitation_error(const Error& error) {
  RequestError result = request_error(error);
  if (error.code == ErrorCode::invalid_role) result.status = 400;
  return result;
}

}  // namespace wire
}  // namespace membership::inline v0

#endif
