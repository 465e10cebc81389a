// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_CREATE_ORGANIZATION_HPP
#define MEMBERSHIP_COMMAND_CREATE_ORGANIZATION_HPP

#include "membership/domain/id.hpp"
#include "membership/policy/membership_policy.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace membership {
inline namespace v0 {

/// Makes an organization. It goes by the owner role that the environment has; the environment is
/// compared, so that naming another one cannot miss it (PROTOCOL.md 3).
///
/// Errors, in this order: `empty`, `not_utf8` of `name`; `id_already_used`; `missing_id`.
template <class T>
struct BasicCreateOrganization {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment, Kind::organization};
  static constexpr Kinds mints{Kind::organization};

  std::string_view name;                           ///< 1 or more characters, not unique
  std::optional<typename T::OrganizationId> id{};  ///< where the host names it itself
  std::optional<std::uint64_t> seat_limit{};       ///< 0 means 0, nothing means no limit

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    if (id) reads.organization = &*id;
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    const ErrorCode fault = text_fault(name, 1, std::string_view::npos);
    if (fault != ErrorCode{}) return {fault, Field::name};
    if (id && seen.organization) return {ErrorCode::id_already_used, Field::organization_id};
    if (!id && !context.organization) return {ErrorCode::missing_id, Field::organization_id};

    plan.outcome = Outcome::created;
    plan.trace.about = Trace::About::organization;
    BasicOrganizationState<T> state(id ? *id : *context.organization);
    state.revision = 1;
    state.seat_limit = seat_limit;
    state.owner_role = seen.environment.owner_role_to_come();
    plan.environment.emplace(Precondition::compare, seen.environment.revision, seen.environment);
    plan.organization.emplace(Precondition::absent, EventType::organization_created,
                              std::uint64_t{0}, state);
    Profile& profile = plan.profile.emplace().after;
    profile.texts.set(Text::name, name);
    profile.created_at = context.now;
    profile.updated_at = context.now;
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    if (refusal.field() == Field::organization_id && id) return subject_of(*id);
    return {};
  }
};

using CreateOrganization = BasicCreateOrganization<DefaultTraits>;

}  // namespace v0
}  // namespace membership

#endif
