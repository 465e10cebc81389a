// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_CREATE_ORGANIZATION_ROLE_HPP
#define MEMBERSHIP_COMMAND_CREATE_ORGANIZATION_ROLE_HPP

#include "membership/command/role_change.hpp"
#include "membership/policy/membership_policy.hpp"
#include "membership/policy/role_resolution.hpp"

#include <optional>
#include <string_view>

namespace membership::inline v0 {

/// Makes a role of one organization, at the bottom of its priority order. With its first own role
/// an organization gets a priority order and a default role of its own, as they are at that moment;
/// roles of the environment that are on their way out stay out of it
/// (docs/explanation/concurrency.md, rule 6).
///
/// Errors, in this order: `empty`, `too_long`, `malformed` of `slug` (one that is given begins
/// with `org-`); `empty`, `not_utf8`, `too_long` of `name`, then of `description`; `empty`,
/// `too_long`, `malformed` of `resource_type_slug`; `entity_not_found` of the organization;
/// `missing_id`; `organization_role_slug_conflict`; `role_limit_reached`.
template <class T>
struct BasicCreateOrganizationRole {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::role};
  static constexpr Kinds mints{Kind::role};

  typename T::OrganizationId organization;
  std::string_view name;                          ///< 1 to 48 characters
  std::optional<std::string_view> slug{};         ///< made from the name where not given
  std::optional<std::string_view> description{};  ///< at most 150 characters
  std::optional<std::string_view> resource_type_slug{};

  constexpr BasicReads<T> reads() const noexcept {
    return detail::organization_reads<T>(organization);
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    if (slug) {
      const ErrorCode fault = RoleSlug::organization_fault(*slug);
      if (fault != ErrorCode{}) return {fault, Field::slug};
    }
    Refusal refusal = detail::check_catalogue_texts(name, description, resource_type_slug);
    if (refusal) return refusal;
    refusal = detail::check_organization(seen);
    if (refusal) return refusal;
    if (!context.role) return {ErrorCode::missing_id, Field::role_id};
    const RoleSlug made =
        slug ? RoleSlug::from_stored(*slug)
             : RoleSlug::generate(name, detail::SlugSuffix(*context.role, plan.id).view());
    if (!seen.roles.find(made.view()).is_none()) {
      return {ErrorCode::organization_role_slug_conflict, Field::slug};
    }
    const unsigned place = seen.roles.organization().first_free();
    if (place == RoleIndex::per_table) return {ErrorCode::role_limit_reached, Field::slug};

    plan.outcome = Outcome::created;
    plan.trace.about = Trace::About::organization_role;
    const RoleIndex index = RoleIndex::organization(place);
    BasicOrganizationState<T>& state = detail::set_organization(seen, plan);
    if (seen.roles.all().organization() == 0 && state.default_role.is_none()) {
      detail::ResolvedRoles standard;
      if (!detail::resolve_default(seen, standard)) state.default_role = standard.first;
    }
    RoleOrder& order = plan.order.emplace(detail::order_of(
        seen.roles, detail::live_roles(seen.roles) | detail::retiring_in_order(seen.roles, true)));
    order.push_back(index);
    const bool of_organizations =
        detail::resource_type(resource_type_slug) == organization_resource_type;
    plan.role.emplace(Precondition::absent, EventType::organization_role_created, *context.role,
                      index, RoleState(made, of_organizations));
    detail::write_catalogue_profile(name, description, resource_type_slug, context, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    if (refusal.field() == Field::slug) return slug ? subject_of_text(*slug) : Subject{};
    if (refusal.field() == Field::organization_id) return subject_of(organization);
    if (refusal.field() == Field::resource_type_slug) return subject_of_text(*resource_type_slug);
    return {};
  }
};

using CreateOrganizationRole = BasicCreateOrganizationRole<DefaultTraits>;

}  // namespace membership::inline v0

#endif
