// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_POLICY_ROLE_RESOLUTION_HPP
#define MEMBERSHIP_POLICY_ROLE_RESOLUTION_HPP

#include "membership/policy/options.hpp"
#include "membership/policy/plan.hpp"
#include "membership/policy/refusal.hpp"
#include "membership/policy/role_selection.hpp"
#include "membership/policy/snapshot.hpp"

#include <cstddef>
#include <string_view>

namespace membership::inline v0 {
namespace detail {

/// The roles that a decision arrived at.
struct ResolvedRoles {
  RoleSet roles{};
  RoleSet dropped{};
  RoleIndex first = RoleIndex::none();
  RoleSource source = RoleSource::none;
};

/// What is wrong with a selection by itself, before anything is looked up: options
/// `duplicate_slugs` and `empty_slugs`.
constexpr Refusal check_selection(const PolicyOptions& options,
                                  const RoleSelection& selection) noexcept {
  if (selection.form() != RoleSelection::Form::several) return {};
  if (selection.size() == 0) {
    if (options.empty_slugs == EmptySlugs::as_none) return {};
    return {ErrorCode::empty, Field::role_slugs};
  }
  if (options.duplicate_slugs == DuplicateSlugs::refuse) {
    // Each with the first 129: of so many one is twice, or is no role, which the look-up finds.
    for (std::size_t at = 1; at < selection.size(); ++at) {
      for (std::size_t other = 0; other < at && other <= RoleOrder::capacity; ++other) {
        if (selection[at] == selection[other]) {
          return {ErrorCode::duplicate, Field::role_slugs, place_of(at)};
        }
      }
    }
  }
  return {};
}

/// The role of one requested slug. Sets `scoped` where it is of another resource type.
constexpr RoleIndex requested_role(const RoleCatalogue& catalogue, std::string_view slug,
                                   bool& scoped) noexcept {
  const RoleIndex index = catalogue.find(slug);
  if (index.is_none()) return index;
  const RoleState& role = *catalogue.at(index);
  if (role.phase != Phase::live) return RoleIndex::none();
  scoped = !role.of_organizations;
  return index;
}

/// The roles of a request that names one or more. In passes: any unknown one, then any of another
/// resource type, then several while only one may be given.
constexpr Refusal resolve_requested(const RoleCatalogue& catalogue, const RoleSelection& selection,
                                    bool several_allowed, ResolvedRoles& out) noexcept {
  const Field field =
      selection.form() == RoleSelection::Form::one ? Field::role_slug : Field::role_slugs;
  Refusal scoped_refusal;
  for (std::size_t at = 0; at < selection.size(); ++at) {
    bool scoped = false;
    const RoleIndex index = requested_role(catalogue, selection[at], scoped);
    if (index.is_none()) return {ErrorCode::invalid_role, field, place_of(at)};
    if (scoped && !scoped_refusal) {
      scoped_refusal = {ErrorCode::sub_resource_scoped_role_not_allowed, field, place_of(at)};
    }
    if (at == 0) out.first = index;
    out.roles.insert(index);
  }
  if (scoped_refusal) return scoped_refusal;
  if (!several_allowed && out.roles.several()) {
    return {ErrorCode::multiple_roles_not_enabled, Field::role_slugs};
  }
  out.source = RoleSource::requested;
  return {};
}

/// The default role that the organization has set. One that is on its way out counts as none: its
/// fence will clear it.
template <class T>
constexpr RoleIndex organization_default(const BasicSnapshot<T>& snapshot) noexcept {
  if (!snapshot.organization) return RoleIndex::none();
  const RoleIndex index = snapshot.organization->default_role;
  const RoleState* const role = snapshot.roles.at(index);
  return role != nullptr && role->phase != Phase::live ? RoleIndex::none() : index;
}

/// The default role of the environment: the one set, else `member`; it may be on its way out.
template <class T>
constexpr RoleIndex environment_default(const BasicSnapshot<T>& snapshot) noexcept {
  const RoleIndex set = snapshot.environment.default_role;
  return set.is_none() ? snapshot.roles.find("member") : set;
}

/// The default role: the organization's, else the environment's, else `member` (docs/words.md).
template <class T>
constexpr Refusal resolve_default(const BasicSnapshot<T>& snapshot, ResolvedRoles& out) noexcept {
  RoleIndex index = organization_default(snapshot);
  out.source = RoleSource::organization_default;
  if (index.is_none()) {
    index = snapshot.environment.default_role;
    out.source = RoleSource::environment_default;
  }
  if (index.is_none()) {
    index = snapshot.roles.find("member");
    out.source = RoleSource::member_default;
  }
  const RoleState* const role = snapshot.roles.at(index);
  if (role == nullptr || !role->assignable()) {
    return {ErrorCode::default_role_missing, Field::default_role};
  }
  out.roles = RoleSet::of(index);
  out.first = index;
  return {};
}

/// The roles of a request, or the default where it names none.
template <class T>
constexpr Refusal resolve_roles(const BasicSnapshot<T>& snapshot, const RoleSelection& selection,
                                ResolvedRoles& out) noexcept {
  if (selection.size() == 0) return resolve_default(snapshot, out);
  return resolve_requested(snapshot.roles, selection, snapshot.environment.allows_several_roles(),
                           out);
}

/// The roles that a membership keeps when it becomes active again: those that can still be given,
/// one only where Multiple Roles is off, the default where none is left (option
/// `unfit_retained_role`).
template <class T>
constexpr Refusal resolve_retained(const PolicyOptions& options, const BasicSnapshot<T>& snapshot,
                                   ResolvedRoles& out) noexcept {
  const RoleSet held = snapshot.membership->roles;
  const RoleSet fit = snapshot.roles.assignable(held);
  const bool too_many = fit.several() && !snapshot.environment.allows_several_roles();
  out.first = snapshot.membership->first_requested;
  out.roles = fit;
  out.source = RoleSource::retained;
  if (fit == held && !too_many && !held.empty()) return {};
  if (options.unfit_retained_role == UnfitRetainedRole::refuse) {
    return {ErrorCode::invalid_role, Field::role_slug};
  }
  if (fit.empty()) {
    const Refusal refusal = resolve_default(snapshot, out);
    if (refusal) return refusal;
  } else if (too_many) {
    out.roles = RoleSet::of(snapshot.roles.highest(fit));
  }
  out.dropped = held - out.roles;
  return {};
}

}  // namespace detail

/// The roles of a membership as they are shown: in order of priority, or, under option
/// `primary_role`, the first requested before the others. Calls `visit(std::string_view slug)` for
/// each; the first is the primary role.
template <class Visit>
constexpr void for_each_shown_role(const PolicyOptions& options, const RoleCatalogue& catalogue,
                                   RoleSet roles, RoleIndex first_requested, Visit&& visit) {
  if (options.primary_role == PrimaryRole::first_requested && roles.contains(first_requested)) {
    visit(catalogue.slug(first_requested));
    roles = roles - RoleSet::of(first_requested);
  }
  catalogue.for_each_in_order(roles, [&](RoleIndex index) { visit(catalogue.slug(index)); });
}

/// The slug of the primary role; empty for no roles.
constexpr std::string_view primary_role(const PolicyOptions& options,
                                        const RoleCatalogue& catalogue, RoleSet roles,
                                        RoleIndex first_requested) noexcept {
  std::string_view primary;
  for_each_shown_role(options, catalogue, roles, first_requested, [&](std::string_view slug) {
    if (primary.empty()) primary = slug;
  });
  return primary;
}

}  // namespace membership::inline v0

#endif
