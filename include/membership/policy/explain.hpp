// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_POLICY_EXPLAIN_HPP
#define MEMBERSHIP_POLICY_EXPLAIN_HPP

#include "membership/policy/plan.hpp"

#include <string>
#include <string_view>

namespace membership::inline v0 {

namespace detail {
constexpr std::string_view phrase(RoleSource source) noexcept {
  switch (source) {
    case RoleSource::none: return "not asked about";
    case RoleSource::requested: return "requested";
    case RoleSource::organization_default: return "the organization's default";
    case RoleSource::environment_default: return "the environment's default";
    case RoleSource::member_default: return "'member', because no default is set";
    case RoleSource::retained: return "those it had";
  }
  return "";
}

constexpr std::string_view phrase(Trace::About subject) noexcept {
  switch (subject) {
    case Trace::About::lifecycle: return "membership";
    case Trace::About::user: return "user";
    case Trace::About::organization: return "organization";
    case Trace::About::environment_role: return "environment role";
    case Trace::About::organization_role: return "organization role";
    case Trace::About::permission: return "permission";
    case Trace::About::transfer: return "transfer of ownership";
    case Trace::About::default_role: return "default role";
    case Trace::About::priority_order: return "priority order";
    case Trace::About::multiple_roles: return "Multiple Roles";
    case Trace::About::owner_role: return "owner role";
    case Trace::About::seats: return "seats";
    case Trace::About::invitation: return "invitation";
  }
  return "";
}

inline void append_roles(std::string& text, const RoleCatalogue& catalogue, RoleSet roles) {
  std::string_view separator;
  catalogue.for_each_in_order(roles, [&](RoleIndex index) {
    text += separator;
    const std::string_view slug = catalogue.slug(index);
    text += slug.empty() ? std::string_view("(a role that is gone)") : slug;
    separator = ", ";
  });
  if (roles.empty()) text += "none";
}
}  // namespace detail

/// A readable account of a plan: the rule that decided, what it comes to, the roles with their
/// source, what was dropped, and the event. One fact a line, without a line break at the end.
/// `catalogue` is that of the snapshot that the plan was decided on. May throw std::bad_alloc.
template <class T>
[[nodiscard]] std::string explain(const BasicPlan<T>& plan, const RoleCatalogue& catalogue) {
  std::string text;
  if (plan.trace.about == Trace::About::lifecycle) {
    text += "rule: ";
    text += to_string(plan.trace.command);
    text += " on ";
    text += to_string(plan.trace.standing);
  } else {
    text += "rule: ";
    text += detail::phrase(plan.trace.about);
  }
  text += "\noutcome: ";
  text += to_string(plan.outcome);
  if (plan.membership) {
    text += "\nroles: ";
    detail::append_roles(text, catalogue, plan.membership->after.roles);
    if (plan.trace.role_source != RoleSource::none) {
      text += " (";
      text += detail::phrase(plan.trace.role_source);
      text += ')';
    }
    if (!plan.trace.dropped.empty()) {
      text += "\ndropped: ";
      detail::append_roles(text, catalogue, plan.trace.dropped);
    }
  }
  std::string_view separator = "\nevent: ";
  for_each_event(plan, [&](EventType type, unsigned) {
    text += separator;
    text += to_string(type);
    separator = ", ";
  });
  if (separator.front() == '\n') text += "\nevent: none";
  return text;
}

}  // namespace membership::inline v0

#endif
