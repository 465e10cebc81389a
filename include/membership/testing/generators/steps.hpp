// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_GENERATORS_STEPS_HPP
#define MEMBERSHIP_TESTING_GENERATORS_STEPS_HPP

#include "membership/testing/generators/owned.hpp"

#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace membership::inline v0 {
namespace testing {

/// One step of a random sequence, in small numbers that name things made so far: the first, the
/// second; where there are fewer the last. So it still means something when steps before it are
/// left out: that is how a sequence shrinks. Which fields a kind goes by says `facts_of`.
struct CommandStep {
  enum class Kind : std::uint8_t {
    // Commands.
    create_membership,
    update_roles,
    deactivate_membership,
    reactivate_membership,
    delete_membership,
    create_user,
    create_organization,
    create_role,
    create_organization_role,
    set_default_role,
    set_priority_order,
    enable_multiple_roles,
    transfer_ownership,
    update_user,
    update_organization,
    set_seat_limit,
    set_seats_count,
    update_role,
    set_role_permissions,
    add_role_permission,
    remove_role_permission,
    create_permission,
    update_permission,
    send_invitation,
    accept_invitation,
    resend_invitation,
    revoke_invitation,
    expire_invitation,
    // Marks of long operations, and what takes them back.
    mark_organization_deleted,
    keep_organization,
    mark_user_deleted,
    keep_user,
    mark_role_deleted,
    keep_role,
    mark_permission_deleted,
    keep_permission,
    mark_multiple_roles_disabled,
    mark_owner_role,
    // Single pages of what is marked.
    sweep_organization_membership,
    sweep_organization_invitation,
    sweep_user_membership,
    sweep_user_invitation,
    fence_role,
    sweep_role_replacement,
    sweep_role_holder,
    sweep_role_invitation,
    fence_permission,
    sweep_role_permission,
    fence_multiple_roles,
    sweep_several_roles,
    fence_owner_role,
    // Whole operations. What finishes one is for whoever has swept, so it comes in these alone.
    delete_organization,
    delete_user,
    delete_role,
    delete_permission,
    disable_multiple_roles,
    name_owner_role,
    finish_marked,
    expire_invitations,
  };
  /// Names nothing that there is.
  static constexpr unsigned unknown = std::numeric_limits<unsigned>::max();

  Kind kind = Kind::create_membership;
  unsigned user = 0;
  unsigned organization = 0;
  unsigned membership = 0;
  unsigned other = 0;  ///< a second membership
  unsigned invitation = 0;
  std::optional<unsigned> actor{};  ///< a user
  /// Also a role by its slug, the first, and its replacement, the second; a priority order.
  OwnedSelection roles{};
  std::vector<std::string> permissions{};  ///< also a single one, the first
  std::string text{};                      ///< a name or an e-mail address
  OwnedTextChange second{};                ///< a first name or a description
  OwnedTextChange external_id{};
  OwnedMetadataChange metadata{};
  std::optional<OwnedDomains> domains{};
  std::optional<unsigned> limit{};  ///< of seats
  unsigned number = 0;              ///< one of a few ways to do it
  /// Of roles, settings, invitations: in the organization. What is made: with an id or a slug of
  /// its own. An acceptance: by the token. A user: with a verified address.
  bool flag = false;
  unsigned days = 0;  ///< that pass before
};

/// What is known of a kind of step.
struct StepFacts {
  CommandStep::Kind kind;
  std::string_view name;
  unsigned weight;  ///< how often it is generated
  unsigned uses;    ///< bits: `StepUse`
};

namespace detail {
/// The fields of a step.
enum StepUse : unsigned {
  uses_user = 1u << 0,
  uses_organization = 1u << 1,
  uses_membership = 1u << 2,
  uses_other = 1u << 3,
  uses_invitation = 1u << 4,
  uses_actor = 1u << 5,
  uses_roles = 1u << 6,
  uses_permissions = 1u << 7,
  uses_text = 1u << 8,
  uses_second = 1u << 9,
  uses_external_id = 1u << 10,
  uses_metadata = 1u << 11,
  uses_domains = 1u << 12,
  uses_limit = 1u << 13,
  uses_number = 1u << 14,
  uses_flag = 1u << 15,
  // Together.
  uses_scope = uses_organization | uses_flag,
  uses_role = uses_roles | uses_scope,
  uses_user_profile = uses_text | uses_second | uses_external_id | uses_metadata,
  uses_organization_profile = uses_text | uses_external_id | uses_metadata | uses_domains,
};
}  // namespace detail

/// In the order of the kinds.
inline constexpr StepFacts step_facts[] = {
    {CommandStep::Kind::create_membership, "create_membership", 26,
     detail::uses_user | detail::uses_organization | detail::uses_roles | detail::uses_actor},
    {CommandStep::Kind::update_roles, "update_roles", 14,
     detail::uses_membership | detail::uses_roles | detail::uses_actor},
    {CommandStep::Kind::deactivate_membership, "deactivate_membership", 9,
     detail::uses_membership | detail::uses_actor},
    {CommandStep::Kind::reactivate_membership, "reactivate_membership", 11,
     detail::uses_membership | detail::uses_actor},
    {CommandStep::Kind::delete_membership, "delete_membership", 4,
     detail::uses_membership | detail::uses_actor},
    {CommandStep::Kind::create_user, "create_user", 8,
     detail::uses_user | detail::uses_flag | detail::uses_user_profile},
    {CommandStep::Kind::create_organization, "create_organization", 5,
     detail::uses_organization | detail::uses_flag | detail::uses_limit |
         detail::uses_organization_profile},
    {CommandStep::Kind::create_role, "create_role", 10,
     detail::uses_roles | detail::uses_text | detail::uses_second | detail::uses_number},
    {CommandStep::Kind::create_organization_role, "create_organization_role", 10,
     detail::uses_organization | detail::uses_roles | detail::uses_flag | detail::uses_text |
         detail::uses_second | detail::uses_number},
    {CommandStep::Kind::set_default_role, "set_default_role", 10, detail::uses_role},
    {CommandStep::Kind::set_priority_order, "set_priority_order", 5,
     detail::uses_role | detail::uses_number},
    {CommandStep::Kind::enable_multiple_roles, "enable_multiple_roles", 4, 0},
    {CommandStep::Kind::transfer_ownership, "transfer_ownership", 12,
     detail::uses_membership | detail::uses_other | detail::uses_actor},
    {CommandStep::Kind::update_user, "update_user", 9,
     detail::uses_user | detail::uses_flag | detail::uses_user_profile},
    {CommandStep::Kind::update_organization, "update_organization", 6,
     detail::uses_organization | detail::uses_organization_profile},
    {CommandStep::Kind::set_seat_limit, "set_seat_limit", 4,
     detail::uses_organization | detail::uses_limit},
    {CommandStep::Kind::set_seats_count, "set_seats_count", 3, detail::uses_number},
    {CommandStep::Kind::update_role, "update_role", 6,
     detail::uses_role | detail::uses_text | detail::uses_second},
    {CommandStep::Kind::set_role_permissions, "set_role_permissions", 10,
     detail::uses_role | detail::uses_permissions},
    {CommandStep::Kind::add_role_permission, "add_role_permission", 6,
     detail::uses_role | detail::uses_permissions},
    {CommandStep::Kind::remove_role_permission, "remove_role_permission", 6,
     detail::uses_role | detail::uses_permissions},
    {CommandStep::Kind::create_permission, "create_permission", 6,
     detail::uses_permissions | detail::uses_text | detail::uses_second | detail::uses_number},
    {CommandStep::Kind::update_permission, "update_permission", 4,
     detail::uses_permissions | detail::uses_text | detail::uses_second},
    {CommandStep::Kind::send_invitation, "send_invitation", 18,
     detail::uses_role | detail::uses_text | detail::uses_number | detail::uses_actor},
    {CommandStep::Kind::accept_invitation, "accept_invitation", 8,
     detail::uses_invitation | detail::uses_flag},
    {CommandStep::Kind::resend_invitation, "resend_invitation", 3, detail::uses_invitation},
    {CommandStep::Kind::revoke_invitation, "revoke_invitation", 3, detail::uses_invitation},
    {CommandStep::Kind::expire_invitation, "expire_invitation", 7, detail::uses_invitation},
    {CommandStep::Kind::mark_organization_deleted, "mark_organization_deleted", 3,
     detail::uses_organization},
    {CommandStep::Kind::keep_organization, "keep_organization", 4, detail::uses_organization},
    {CommandStep::Kind::mark_user_deleted, "mark_user_deleted", 3, detail::uses_user},
    {CommandStep::Kind::keep_user, "keep_user", 7, detail::uses_user},
    {CommandStep::Kind::mark_role_deleted, "mark_role_deleted", 12,
     detail::uses_role | detail::uses_number},
    {CommandStep::Kind::keep_role, "keep_role", 4, detail::uses_role},
    {CommandStep::Kind::mark_permission_deleted, "mark_permission_deleted", 3,
     detail::uses_permissions},
    {CommandStep::Kind::keep_permission, "keep_permission", 5, detail::uses_permissions},
    {CommandStep::Kind::mark_multiple_roles_disabled, "mark_multiple_roles_disabled", 3, 0},
    {CommandStep::Kind::mark_owner_role, "mark_owner_role", 4, detail::uses_roles},
    {CommandStep::Kind::sweep_organization_membership, "sweep_organization_membership", 4,
     detail::uses_membership},
    {CommandStep::Kind::sweep_organization_invitation, "sweep_organization_invitation", 4,
     detail::uses_invitation},
    {CommandStep::Kind::sweep_user_membership, "sweep_user_membership", 6, detail::uses_membership},
    {CommandStep::Kind::sweep_user_invitation, "sweep_user_invitation", 8,
     detail::uses_invitation | detail::uses_user},
    {CommandStep::Kind::fence_role, "fence_role", 3, detail::uses_organization},
    {CommandStep::Kind::sweep_role_replacement, "sweep_role_replacement", 11, 0},
    {CommandStep::Kind::sweep_role_holder, "sweep_role_holder", 7, detail::uses_membership},
    {CommandStep::Kind::sweep_role_invitation, "sweep_role_invitation", 7, detail::uses_invitation},
    {CommandStep::Kind::fence_permission, "fence_permission", 3, detail::uses_organization},
    {CommandStep::Kind::sweep_role_permission, "sweep_role_permission", 5, detail::uses_role},
    {CommandStep::Kind::fence_multiple_roles, "fence_multiple_roles", 4, detail::uses_organization},
    {CommandStep::Kind::sweep_several_roles, "sweep_several_roles", 11, detail::uses_membership},
    {CommandStep::Kind::fence_owner_role, "fence_owner_role", 3, detail::uses_organization},
    {CommandStep::Kind::delete_organization, "delete_organization", 4, detail::uses_organization},
    {CommandStep::Kind::delete_user, "delete_user", 3, detail::uses_user},
    {CommandStep::Kind::delete_role, "delete_role", 4, detail::uses_role | detail::uses_number},
    {CommandStep::Kind::delete_permission, "delete_permission", 2, detail::uses_permissions},
    {CommandStep::Kind::disable_multiple_roles, "disable_multiple_roles", 4, 0},
    {CommandStep::Kind::name_owner_role, "name_owner_role", 6, detail::uses_roles},
    {CommandStep::Kind::finish_marked, "finish_marked", 8, 0},
    {CommandStep::Kind::expire_invitations, "expire_invitations", 4, 0},
};
/// How many kinds of steps there are.
inline constexpr unsigned command_step_kinds = std::size(step_facts);

/// What is known of a kind.
constexpr const StepFacts& facts_of(CommandStep::Kind kind) noexcept {
  return step_facts[static_cast<unsigned>(kind)];
}
constexpr std::string_view to_string(CommandStep::Kind kind) noexcept {
  return facts_of(kind).name;
}

namespace detail {
template <class V>
struct StepField {
  std::string_view name;
  V CommandStep::*at;
  unsigned bit;  ///< 0: of all kinds
};
template <class V>
StepField(std::string_view, V CommandStep::*, unsigned) -> StepField<V>;

/// Calls `visit(StepField)` for each field besides the kind.
template <class Visit>
void for_each_field(Visit&& visit) {
  visit(StepField{"user", &CommandStep::user, uses_user});
  visit(StepField{"organization", &CommandStep::organization, uses_organization});
  visit(StepField{"membership", &CommandStep::membership, uses_membership});
  visit(StepField{"other", &CommandStep::other, uses_other});
  visit(StepField{"invitation", &CommandStep::invitation, uses_invitation});
  visit(StepField{"actor", &CommandStep::actor, uses_actor});
  visit(StepField{"roles", &CommandStep::roles, uses_roles});
  visit(StepField{"permissions", &CommandStep::permissions, uses_permissions});
  visit(StepField{"text", &CommandStep::text, uses_text});
  visit(StepField{"second", &CommandStep::second, uses_second});
  visit(StepField{"external_id", &CommandStep::external_id, uses_external_id});
  visit(StepField{"metadata", &CommandStep::metadata, uses_metadata});
  visit(StepField{"domains", &CommandStep::domains, uses_domains});
  visit(StepField{"limit", &CommandStep::limit, uses_limit});
  visit(StepField{"number", &CommandStep::number, uses_number});
  visit(StepField{"flag", &CommandStep::flag, uses_flag});
  visit(StepField{"days", &CommandStep::days, 0u});
}

template <class V>
void show(std::ostream& out, const V& value) {
  out << value;
}
inline void show(std::ostream& out, unsigned number) {
  if (number == CommandStep::unknown) {
    out << "unknown";
  } else {
    out << number;
  }
}
inline void show(std::ostream& out, const std::string& text) { out << '\'' << text << '\''; }
inline void show(std::ostream& out, const std::vector<std::string>& texts) {
  for (const std::string& text : texts) out << '\'' << text << '\'';
}
template <class V>
void show(std::ostream& out, const std::optional<V>& value) {
  if (value) show(out, *value);
}
}  // namespace detail

/// Shows the fields that the kind goes by, those that are not empty.
inline std::ostream& operator<<(std::ostream& out, const CommandStep& step) {
  out << to_string(step.kind) << '(';
  std::string_view comma;
  const unsigned uses = facts_of(step.kind).uses;
  detail::for_each_field([&]<class V>(const detail::StepField<V>& field) {
    const V& value = step.*field.at;
    if ((uses & field.bit) != field.bit || value == V{}) return;
    out << comma << field.name << ' ';
    detail::show(out, value);
    comma = ", ";
  });
  return out << ')';
}

}  // namespace testing
}  // namespace membership::inline v0

#endif
