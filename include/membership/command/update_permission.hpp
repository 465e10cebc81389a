// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_UPDATE_PERMISSION_HPP
#define MEMBERSHIP_COMMAND_UPDATE_PERMISSION_HPP

#include "membership/command/role_change.hpp"
#include "membership/policy/membership_policy.hpp"
#include "membership/policy/text_change.hpp"

#include <optional>
#include <string_view>

namespace membership::inline v0 {

/// Changes the name or the description of a permission. Its slug never changes. What makes no
/// difference is `unchanged`.
///
/// Errors, in this order: `empty`, `not_utf8`, `too_long` of `name`, then of `description`;
/// `entity_not_found`.
template <class T>
struct BasicUpdatePermission {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment, Kind::permission};
  static constexpr Kinds mints{};

  std::string_view permission;             ///< its slug
  std::optional<std::string_view> name{};  ///< 1 to 48 characters
  TextChange description{};                ///< at most 150 characters

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.permission = permission;
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    const Refusal refusal = detail::check_changed_texts(name, description);
    if (refusal) return refusal;
    if (seen.permission == nullptr) return {ErrorCode::entity_not_found, Field::permission_slug};
    Profile profile = detail::updated_profile(seen.permission->profile, context.now);
    if (!detail::change_texts(name, description, profile.texts)) return {};
    plan.outcome = Outcome::updated;
    plan.trace.about = Trace::About::permission;
    detail::set_environment(seen, plan);
    plan.permission.emplace(Precondition::set, EventType::permission_updated, seen.permission->id,
                            seen.permission_index,
                            seen.roles.permission_table()[seen.permission_index]);
    plan.profile.emplace(profile, &seen.permission->profile);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return refusal.field() == Field::permission_slug ? subject_of_text(permission) : Subject{};
  }
};

using UpdatePermission = BasicUpdatePermission<DefaultTraits>;

}  // namespace membership::inline v0

#endif
