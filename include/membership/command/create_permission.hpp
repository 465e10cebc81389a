// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_CREATE_PERMISSION_HPP
#define MEMBERSHIP_COMMAND_CREATE_PERMISSION_HPP

#include "membership/command/role_change.hpp"
#include "membership/policy/membership_policy.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace membership::inline v0 {

/// Makes a permission of the environment. No role grants it yet.
///
/// Errors, in this order: `empty`, `too_long`, `malformed` of `slug`; `empty`, `not_utf8`,
/// `too_long` of `name`, then of `description`; `empty`, `too_long`, `malformed` of
/// `resource_type_slug`; `permission_slug_conflict`; `permission_limit_reached`; `missing_id`.
template <class T>
struct BasicCreatePermission {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment, Kind::permission};
  static constexpr Kinds mints{Kind::permission};

  std::string_view slug;                          ///< 1 to 48 characters of `a-z 0-9 - _ : . *`
  std::string_view name;                          ///< 1 to 48 characters
  std::optional<std::string_view> description{};  ///< at most 150 characters
  std::optional<std::string_view> resource_type_slug{};  ///< `organization` where not given
  bool system = false;                                   ///< cannot be deleted

  constexpr BasicReads<T> reads() const noexcept { return {}; }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    const ErrorCode fault = PermissionSlug::fault(slug);
    if (fault != ErrorCode{}) return {fault, Field::slug};
    const Refusal refusal = detail::check_catalogue_texts(name, description, resource_type_slug);
    if (refusal) return refusal;
    const PermissionTable permissions = seen.roles.permission_table();
    if (permissions.find(SlugKey::of(slug), slug) != permissions.size()) {
      return {ErrorCode::permission_slug_conflict, Field::slug};
    }
    const unsigned place = permissions.first_free();
    if (place == PermissionSet::capacity) {
      return {ErrorCode::permission_limit_reached, Field::slug};
    }
    if (!context.permission) return {ErrorCode::missing_id, Field::permission_id};

    plan.outcome = Outcome::created;
    plan.trace.about = Trace::About::permission;
    detail::set_environment(seen, plan);
    plan.permission.emplace(Precondition::absent, EventType::permission_created,
                            *context.permission, static_cast<std::uint16_t>(place),
                            PermissionState(PermissionSlug::from_stored(slug), system));
    detail::write_catalogue_profile(name, description, resource_type_slug, context, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    if (refusal.field() == Field::slug) return subject_of_text(slug);
    if (refusal.field() == Field::resource_type_slug) return subject_of_text(*resource_type_slug);
    return {};
  }
};

using CreatePermission = BasicCreatePermission<DefaultTraits>;

}  // namespace membership::inline v0

#endif
