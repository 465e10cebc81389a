// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_CREATE_ROLE_HPP
#define MEMBERSHIP_COMMAND_CREATE_ROLE_HPP

#include "membership/command/role_change.hpp"
#include "membership/policy/membership_policy.hpp"

#include <optional>
#include <string_view>

namespace membership::inline v0 {

/// Makes a role of the environment, at the bottom of the priority order. Leave slugs with `org-` to
/// organizations: one that has its own role of the same slug can neither give it any more nor set
/// its priority order, until one of the two is gone.
///
/// Errors, in this order: `empty`, `too_long`, `malformed` of `slug`; `empty`, `not_utf8`,
/// `too_long` of `name`, then of `description`; `empty`, `too_long`, `malformed` of
/// `resource_type_slug`; `role_slug_conflict`; `role_limit_reached`; `missing_id`.
template <class T>
struct BasicCreateRole {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment, Kind::role};
  static constexpr Kinds mints{Kind::role};

  std::string_view slug;                                 ///< 1 to 48 characters of `a-z 0-9 - _`
  std::string_view name;                                 ///< 1 to 48 characters
  std::optional<std::string_view> description{};         ///< at most 150 characters
  std::optional<std::string_view> resource_type_slug{};  ///< `organization` where not given

  constexpr BasicReads<T> reads() const noexcept { return {}; }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    const ErrorCode fault = RoleSlug::fault(slug);
    if (fault != ErrorCode{}) return {fault, Field::slug};
    const Refusal refusal = detail::check_catalogue_texts(name, description, resource_type_slug);
    if (refusal) return refusal;
    const RoleTable roles = seen.roles.environment();
    if (roles.find(SlugKey::of(slug), slug) != roles.size()) {
      return {ErrorCode::role_slug_conflict, Field::slug};
    }
    const unsigned place = roles.first_free();
    if (place == RoleIndex::per_table) return {ErrorCode::role_limit_reached, Field::slug};
    if (!context.role) return {ErrorCode::missing_id, Field::role_id};

    plan.outcome = Outcome::created;
    plan.trace.about = Trace::About::environment_role;
    detail::set_environment(seen, plan);
    const RoleIndex index = RoleIndex::environment(place);
    plan.order.emplace(detail::order_of(seen.roles, seen.roles.all())).push_back(index);
    const bool of_organizations =
        detail::resource_type(resource_type_slug) == organization_resource_type;
    plan.role.emplace(Precondition::absent, EventType::role_created, *context.role, index,
                      RoleState(RoleSlug::from_stored(slug), of_organizations));
    detail::write_catalogue_profile(name, description, resource_type_slug, context, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    if (refusal.field() == Field::slug) return subject_of_text(slug);
    if (refusal.field() == Field::resource_type_slug) return subject_of_text(*resource_type_slug);
    return {};
  }
};

using CreateRole = BasicCreateRole<DefaultTraits>;

}  // namespace membership::inline v0

#endif
