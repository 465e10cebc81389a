// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_EXPLORER_DESCRIBE_HPP
#define MEMBERSHIP_TESTING_EXPLORER_DESCRIBE_HPP

#include "membership/policy/plan.hpp"
#include "membership/policy/rows.hpp"
#include "membership/policy/snapshot.hpp"

#include <span>
#include <string>
#include <string_view>

namespace membership::inline v0 {
namespace testing {
namespace detail {

/// What verbs show and do, in a few words each, for the schedules that are printed.

inline std::string number(std::uint64_t value) { return std::to_string(value); }

inline std::string_view phase_text(Phase phase) noexcept {
  switch (phase) {
    case Phase::live: return "";
    case Phase::retiring: return " retiring";
    case Phase::closing: return " closing";
    case Phase::deleting: return " deleting";
  }
  return "";
}
inline std::string describe(const RoleCatalogue& catalogue, RoleSet roles) {
  std::string text = "[";
  for (unsigned value = 0; value < RoleOrder::capacity; ++value) {
    const RoleIndex index = RoleIndex::from_value(static_cast<std::uint8_t>(value));
    if (!roles.contains(index)) continue;
    if (text.size() > 1) text += ' ';
    const std::string_view slug = catalogue.slug(index);
    text += slug.empty() ? "role " + number(value) : std::string(slug);
  }
  return text + "]";
}
inline std::string describe(const OrganizationState& state) {
  return std::string(state.id.view()) + " at " + number(state.revision) + " fenced to " +
         number(state.fenced_to) + std::string(phase_text(state.phase)) + " (" +
         number(state.counts.active) + " active, " + number(state.counts.owners) + " owners)";
}
inline std::string describe(const OrganizationMembership& row, const std::string& roles) {
  return std::string(row.id.view()) + " of " + std::string(row.user.view()) + " " +
         std::string(to_string(row.status)) + " " + roles;
}
inline std::string describe(const InvitationState& state) {
  return std::string(state.id.view()) + " " + std::string(to_string(state.status));
}
inline std::string describe(const EnvironmentState& state) {
  return "environment at " + number(state.revision) + std::string(phase_text(state.phase));
}
inline std::string describe(const UserState& state) {
  return std::string(state.id.view()) + " at " + number(state.revision) +
         std::string(phase_text(state.phase));
}

inline std::string describe(const Snapshot& seen) {
  std::string text = describe(seen.environment);
  const auto add = [&](const std::string& more) { text += ", " + more; };
  if (seen.organization) add(describe(*seen.organization));
  if (seen.user) add(describe(*seen.user));
  for (const auto* const row : {seen.membership.get(), seen.other.get(), seen.actor.get()}) {
    if (row != nullptr) add(describe(*row, describe(seen.roles, row->roles)));
  }
  if (seen.invitation) add(describe(*seen.invitation));
  if (const RoleState* const role = seen.roles.at(seen.role_index); role != nullptr) {
    add("role " + std::string(role->slug.view()) + std::string(phase_text(role->phase)));
  }
  if (seen.permission != nullptr) {
    const PermissionState& permission = seen.roles.permission_table()[seen.permission_index];
    add("permission " + std::string(permission.slug.view()) +
        std::string(phase_text(permission.phase)));
  }
  return text;
}

inline std::string_view describe(Effect effect) noexcept {
  switch (effect) {
    case Effect::keep: return "keep ";
    case Effect::put: return "put ";
    case Effect::erase: return "erase ";
  }
  return "";
}
inline std::string describe(const MembershipWrite& write) {
  return std::string(describe(write.effect)) +
         describe(write.after, describe(RoleCatalogue{}, write.after.roles));
}
inline std::string describe(const Plan& plan) {
  std::string text;
  const auto add = [&](const std::string& more) {
    if (!text.empty()) text += ", ";
    text += more;
  };
  if (plan.environment) {
    const bool sets = plan.environment->precondition == Precondition::set;
    add((sets ? "set environment from " : "compare environment with ") +
        number(plan.environment->expected));
  }
  if (plan.freed) {
    const bool sets = plan.freed->precondition == Precondition::set;
    add(sets ? "note freed revisions to " + number(plan.freed->after)
             : "compare freed revisions with " + number(plan.freed->expected));
  }
  if (plan.user) add(std::string(describe(plan.user->effect)) + describe(plan.user->after));
  if (plan.compared_user) add("compare user with " + number(*plan.compared_user));
  if (plan.touch) {
    add("set " + std::string(plan.organization_id()->view()) + " from " +
        number(plan.touch->expected));
  }
  if (plan.organization) {
    add(std::string(describe(plan.organization->effect)) + describe(plan.organization->after));
  }
  if (plan.permission) {
    add(std::string(describe(plan.permission->effect)) + "permission " +
        std::string(plan.permission->after.slug.view()) +
        std::string(phase_text(plan.permission->after.phase)));
  }
  if (plan.role) {
    add(std::string(describe(plan.role->effect)) + "role " +
        std::string(plan.role->after.slug.view()) +
        std::string(phase_text(plan.role->after.phase)));
  }
  if (plan.invitation) {
    add(std::string(describe(plan.invitation->effect)) + describe(plan.invitation->after));
  }
  if (plan.membership) add(describe(*plan.membership));
  if (plan.other) add(describe(*plan.other));
  return text;
}
inline std::string describe(std::span<const Plan> plans, std::string_view result) {
  std::string text;
  for (const Plan& plan : plans) text += (text.empty() ? "" : "; ") + describe(plan);
  return text + " -> " + std::string(result);
}

inline std::string describe(const MembershipRow& row) {
  return describe(row.membership.copy(), describe(row.roles, row.membership.roles));
}
inline std::string describe(const OrganizationRow& row) { return describe(row.state); }
inline std::string describe(const UserRow& row) { return describe(row.state); }
inline std::string describe(const InvitationRow& row) { return describe(row.state); }
inline std::string describe(const EventRow& row) { return std::string(to_string(row.type)); }
inline std::string describe(const RoleRow& row) { return std::string(row.state.slug.view()); }
inline std::string describe(const PermissionRow& row) { return std::string(row.state.slug.view()); }

}  // namespace detail
}  // namespace testing
}  // namespace membership::inline v0

#endif
