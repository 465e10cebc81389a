// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_POLICY_LIFECYCLE_HPP
#define MEMBERSHIP_POLICY_LIFECYCLE_HPP

#include "membership/domain/error.hpp"
#include "membership/domain/event.hpp"
#include "membership/domain/membership.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace membership::inline v0 {

/// How a user stands to an organization: with no membership, or with one of a status.
enum class Standing : std::uint8_t { none, pending, active, inactive };
inline constexpr std::size_t standing_count = 4;  ///< of `Standing`

/// The standing of somebody with a membership of this status.
constexpr Standing standing_of(Status status) noexcept {
  return static_cast<Standing>(static_cast<std::uint8_t>(status));
}

constexpr std::string_view to_string(Standing standing) noexcept {
  switch (standing) {
    case Standing::none: return "none";
    case Standing::pending: return "pending";
    case Standing::active: return "active";
    case Standing::inactive: return "inactive";
  }
  return "";
}

/// The commands that move a membership through its life.
enum class LifecycleCommand : std::uint8_t {
  create,
  update_roles,
  deactivate,
  reactivate,
  remove,
  accept_invitation,
};
inline constexpr std::size_t lifecycle_command_count = 6;  ///< of `LifecycleCommand`

constexpr std::string_view to_string(LifecycleCommand command) noexcept {
  switch (command) {
    case LifecycleCommand::create: return "create";
    case LifecycleCommand::update_roles: return "update roles";
    case LifecycleCommand::deactivate: return "deactivate";
    case LifecycleCommand::reactivate: return "reactivate";
    case LifecycleCommand::remove: return "delete";
    case LifecycleCommand::accept_invitation: return "accept invitation";
  }
  return "";
}

/// What a command does about the roles of a membership.
enum class RoleEffect : std::uint8_t {
  none,      ///< there are none to speak of: refused, or gone
  given,     ///< those requested, the invitation's, or the default
  replaced,  ///< those requested (or the default) instead of those held
  kept,      ///< those held
};

/// What comes of one command on one standing.
struct LifecycleCell {
  enum class Verdict : std::uint8_t { refused, unchanged, changed };
  Verdict verdict;
  ErrorCode error;  ///< where refused; else without meaning
  Standing next;    ///< the standing after it
  RoleEffect roles;
  EventType event;  ///< where changed; else `none`
};

/// The status × command table, the one place where it is written: docs/lifecycle.md is made from
/// it. The options `create_over_active`, `create_over_inactive_roles`, `create_over_inactive_event`
/// and `update_not_active` change single cells at the command's hand.
class LifecycleTable {
 public:
  constexpr LifecycleTable() noexcept;

  constexpr const LifecycleCell& at(LifecycleCommand command, Standing standing) const noexcept {
    return cells_[static_cast<std::size_t>(command)][static_cast<std::size_t>(standing)];
  }

 private:
  LifecycleCell cells_[lifecycle_command_count][standing_count];
};

namespace detail {
constexpr LifecycleCell lifecycle_refused(ErrorCode error, Standing now) noexcept {
  return {LifecycleCell::Verdict::refused, error, now, RoleEffect::none, EventType::none};
}
constexpr LifecycleCell lifecycle_unchanged(Standing now) noexcept {
  return {LifecycleCell::Verdict::unchanged, ErrorCode{}, now, RoleEffect::kept, EventType::none};
}
constexpr LifecycleCell lifecycle_changed(Standing next, RoleEffect roles,
                                          EventType event) noexcept {
  return {LifecycleCell::Verdict::changed, ErrorCode{}, next, roles, event};
}
}  // namespace detail

constexpr LifecycleTable::LifecycleTable() noexcept
    : cells_{
          // create
          {detail::lifecycle_changed(Standing::active, RoleEffect::given,
                                     EventType::organization_membership_created),
           detail::lifecycle_refused(ErrorCode::cannot_reactivate_pending_organization_membership,
                                     Standing::pending),
           detail::lifecycle_refused(ErrorCode::organization_membership_already_exists,
                                     Standing::active),
           detail::lifecycle_changed(Standing::active, RoleEffect::replaced,
                                     EventType::organization_membership_updated)},
          // update roles
          {detail::lifecycle_refused(ErrorCode::entity_not_found, Standing::none),
           detail::lifecycle_changed(Standing::pending, RoleEffect::replaced,
                                     EventType::organization_membership_updated),
           detail::lifecycle_changed(Standing::active, RoleEffect::replaced,
                                     EventType::organization_membership_updated),
           detail::lifecycle_changed(Standing::inactive, RoleEffect::replaced,
                                     EventType::organization_membership_updated)},
          // deactivate
          {detail::lifecycle_refused(ErrorCode::entity_not_found, Standing::none),
           detail::lifecycle_refused(ErrorCode::cannot_deactivate_pending_organization_membership,
                                     Standing::pending),
           detail::lifecycle_changed(Standing::inactive, RoleEffect::kept,
                                     EventType::organization_membership_updated),
           detail::lifecycle_unchanged(Standing::inactive)},
          // reactivate
          {detail::lifecycle_refused(ErrorCode::entity_not_found, Standing::none),
           detail::lifecycle_refused(ErrorCode::cannot_reactivate_pending_organization_membership,
                                     Standing::pending),
           detail::lifecycle_unchanged(Standing::active),
           detail::lifecycle_changed(Standing::active, RoleEffect::kept,
                                     EventType::organization_membership_updated)},
          // delete
          {detail::lifecycle_refused(ErrorCode::entity_not_found, Standing::none),
           detail::lifecycle_changed(Standing::none, RoleEffect::none,
                                     EventType::organization_membership_deleted),
           detail::lifecycle_changed(Standing::none, RoleEffect::none,
                                     EventType::organization_membership_deleted),
           detail::lifecycle_changed(Standing::none, RoleEffect::none,
                                     EventType::organization_membership_deleted)},
          // accept invitation
          {detail::lifecycle_changed(Standing::active, RoleEffect::given,
                                     EventType::organization_membership_created),
           detail::lifecycle_changed(Standing::active, RoleEffect::kept,
                                     EventType::organization_membership_updated),
           detail::lifecycle_refused(ErrorCode::invalid_invite, Standing::active),
           detail::lifecycle_changed(Standing::active, RoleEffect::replaced,
                                     EventType::organization_membership_updated)},
      } {}

inline constexpr LifecycleTable lifecycle_table{};  ///< the one table

}  // namespace membership::inline v0

#endif
