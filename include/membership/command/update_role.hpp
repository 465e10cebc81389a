// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_UPDATE_ROLE_HPP
#define MEMBERSHIP_COMMAND_UPDATE_ROLE_HPP

#include "membership/command/role_change.hpp"
#include "membership/policy/membership_policy.hpp"
#include "membership/policy/text_change.hpp"

#include <optional>
#include <string_view>

namespace membership::inline v0 {

/// Changes the name or the description of a role of the environment, or of one organization's own.
/// A role's slug never changes. What makes no difference is `unchanged`.
///
/// Errors, in this order: `empty`, `not_utf8`, `too_long` of `name`, then of `description`;
/// `entity_not_found` of the organization, then of the role.
template <class T>
struct BasicUpdateRole {
  using traits = T;
  static constexpr Kinds kinds{Kind::role};
  static constexpr Kinds mints{};

  std::string_view role;                   ///< its slug
  std::optional<std::string_view> name{};  ///< 1 to 48 characters
  TextChange description{};                ///< at most 150 characters
  std::optional<typename T::OrganizationId> organization{};

  constexpr BasicReads<T> reads() const noexcept {
    return detail::role_reads<T>(role, organization);
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    Refusal refusal = detail::check_changed_texts(name, description);
    if (refusal) return refusal;
    refusal = detail::check_scope<T>(organization, seen);
    if (refusal) return refusal;
    if (seen.role == nullptr) return {ErrorCode::entity_not_found, Field::role_slug};
    Profile profile = detail::updated_profile(seen.role->profile, context.now);
    if (!detail::change_texts(name, description, profile.texts)) return {};
    detail::write_role(seen, *seen.roles.at(seen.role_index), plan);
    plan.profile.emplace(profile, &seen.role->profile);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return detail::role_command_subject<T>(refusal, role, organization);
  }
};

using UpdateRole = BasicUpdateRole<DefaultTraits>;

}  // namespace membership::inline v0

#endif
