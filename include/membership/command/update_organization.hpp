// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_UPDATE_ORGANIZATION_HPP
#define MEMBERSHIP_COMMAND_UPDATE_ORGANIZATION_HPP

#include "membership/command/profile_change.hpp"
#include "membership/command/role_change.hpp"
#include "membership/policy/membership_policy.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace membership::inline v0 {

/// What an update does to an organization's domains: keep them, or put a list in their place.
/// Borrows the list.
class DomainsChange {
 public:
  static constexpr DomainsChange keep() noexcept { return {}; }
  static constexpr DomainsChange replace(std::span<const DomainData> domains) noexcept {
    DomainsChange change;
    change.domains_ = domains.data();
    change.size_ = domains.size();
    change.replaces_ = true;
    return change;
  }

  constexpr bool replaces() const noexcept { return replaces_; }
  constexpr const DomainData* data() const noexcept { return domains_; }
  constexpr std::size_t size() const noexcept { return size_; }

 private:
  const DomainData* domains_ = nullptr;
  std::size_t size_ = 0;
  bool replaces_ = false;
};

/// Changes the profile of an organization. What is not named stays; of metadata only the keys that
/// are named change; a list of domains takes the place of the one before, and a domain that stays
/// keeps its id and its `created_at`. What makes no difference is `unchanged`. An organization
/// under deletion counts as gone.
///
/// Errors, in this order: `empty`, `not_utf8` of `name`; `empty`, `too_long`, `malformed` of
/// `external_id`; `invalid_metadata`; `out_of_range` of `domains`, then for each `malformed` or
/// `duplicate`; `empty`, `too_long`, `malformed` of `stripe_customer_id`; `entity_not_found`;
/// `external_id_already_used`; `stripe_customer_id_already_used`; `domain_already_exists`.
/// Complexity: the pairs of metadata and the entries of its change, times the entries.
/// See docs/http.md, "Organizations".
template <class T>
struct BasicUpdateOrganization {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization};
  static constexpr Kinds mints{};

  typename T::OrganizationId organization;
  std::optional<std::string_view> name{};  ///< 1 or more characters, not unique
  TextChange external_id{};                ///< 1 to 128 characters of ASCII, unique
  MetadataChange metadata{};
  DomainsChange domains{};          ///< at most 16, each of one organization
  TextChange stripe_customer_id{};  ///< as `external_id`

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads = detail::organization_reads<T>(organization);
    reads.profiles = true;
    fields().read(reads);
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    const Profile* const before = seen.organization_profile;
    if (name) {
      const ErrorCode fault = text_fault(*name, 1, std::string_view::npos);
      if (fault != ErrorCode{}) return {fault, Field::name};
    }
    Refusal refusal = fields().check(before);
    if (refusal) return refusal;
    refusal = detail::check_organization(seen);
    if (refusal) return refusal;
    refusal = fields().check_claims(seen);
    if (refusal) return refusal;

    plan.trace.about = Trace::About::organization;
    Profile profile = detail::profile_to_change(before, context.now);
    bool changed = TextChange::set_if(name).apply(profile.texts, Text::name);
    changed = fields().apply(profile) || changed;
    if (domains.replaces()) {
      profile.domains =
          profile.domains.replaced(domains.data(), domains.size(), context.plan, context.now);
    }
    if (!changed && !profile.domains.changes()) return {};
    plan.outcome = Outcome::updated;
    detail::set_organization(seen, plan);
    plan.organization->event = EventType::organization_updated;
    plan.profile.emplace(profile, before);
    detail::change_claims(before, profile, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    if (refusal.field() == Field::organization_id) return subject_of(organization);
    return fields().subject(refusal);
  }

 private:
  constexpr detail::OrganizationFields fields() const noexcept {
    return {external_id, metadata, domains.data(), domains.size(), stripe_customer_id};
  }
};

using UpdateOrganization = BasicUpdateOrganization<DefaultTraits>;

}  // namespace membership::inline v0

#endif
