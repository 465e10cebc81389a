// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_CREATE_ORGANIZATION_HPP
#define MEMBERSHIP_COMMAND_CREATE_ORGANIZATION_HPP

#include "membership/command/profile_change.hpp"
#include "membership/domain/id.hpp"
#include "membership/policy/membership_policy.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace membership::inline v0 {

/// Makes an organization. It goes by the owner role that the environment has; the environment is
/// compared, so that naming another one cannot miss it (docs/explanation/concurrency.md, rule 3).
/// Where the host names it, its revision begins above those of all that were deleted.
///
/// Errors, in this order: `empty`, `not_utf8` of `name`; `empty`, `too_long`, `malformed` of
/// `external_id`; `invalid_metadata`; `out_of_range` of `domains`, then for each `malformed` or
/// `duplicate`; `empty`, `too_long`, `malformed` of `stripe_customer_id`; `out_of_range` of
/// `seat_limit` (more than `most_seats`); `id_already_used`;
/// `external_id_already_used`; `stripe_customer_id_already_used`; `domain_already_exists`;
/// `missing_id`.
template <class T>
struct BasicCreateOrganization {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment, Kind::organization};
  static constexpr Kinds mints{Kind::organization};

  std::string_view name;                           ///< 1 or more characters, not unique
  std::optional<typename T::OrganizationId> id{};  ///< where the host names it itself
  std::optional<std::uint64_t> seat_limit{};       ///< 0 means 0, nothing means no limit
  std::optional<std::string_view> external_id{};   ///< 1 to 128 characters of ASCII, unique
  MetadataChange metadata{};
  std::span<const DomainData> domains{};                 ///< at most 16, each of one organization
  std::optional<std::string_view> stripe_customer_id{};  ///< as `external_id`

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    if (id) reads.organization = &*id;
    fields().read(reads);
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    const ErrorCode fault = text_fault(name, 1, std::string_view::npos);
    if (fault != ErrorCode{}) return {fault, Field::name};
    Refusal refusal = fields().check(nullptr);
    if (!refusal) refusal = detail::check_seats(seat_limit);
    if (refusal) return refusal;
    if (id && seen.organization) return {ErrorCode::id_already_used, Field::organization_id};
    refusal = fields().check_claims(seen);
    if (refusal) return refusal;
    if (!id && !context.organization) return {ErrorCode::missing_id, Field::organization_id};

    plan.outcome = Outcome::created;
    plan.trace.about = Trace::About::organization;
    BasicOrganizationState<T> state(id ? *id : *context.organization);
    state.revision = id ? detail::begin_above_freed(seen, plan) : 1;
    state.seat_limit = seat_limit;
    state.owner_role = seen.environment.owner_role_to_come();
    plan.environment.emplace(Precondition::compare, seen.environment.revision, seen.environment);
    plan.organization.emplace(Precondition::absent, EventType::organization_created,
                              std::uint64_t{0}, state);
    Profile& profile = plan.profile.emplace().after;
    profile = detail::profile_to_change(nullptr, context.now);
    profile.texts.set(Text::name, name);
    fields().apply(profile);
    profile.domains =
        profile.domains.replaced(domains.data(), domains.size(), context.plan, context.now);
    detail::change_claims(nullptr, profile, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    if (refusal.field() == Field::organization_id && id) return subject_of(*id);
    return fields().subject(refusal);
  }

 private:
  constexpr detail::OrganizationFields fields() const noexcept {
    return {TextChange::set_if(external_id), metadata, domains.data(), domains.size(),
            TextChange::set_if(stripe_customer_id)};
  }
};

using CreateOrganization = BasicCreateOrganization<DefaultTraits>;

}  // namespace membership::inline v0

#endif
