// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DOMAIN_ORGANIZATION_DOMAIN_HPP
#define MEMBERSHIP_DOMAIN_ORGANIZATION_DOMAIN_HPP

#include "membership/domain/time.hpp"
#include "membership/domain/ulid.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace membership::inline v0 {

/// How far a domain is shown to be the organization's.
enum class DomainState : std::uint8_t {
  failed = 1,
  legacy_verified,
  pending,
  unverified,
  verified
};

constexpr std::string_view to_string(DomainState state) noexcept {
  switch (state) {
    case DomainState::failed: return "failed";
    case DomainState::legacy_verified: return "legacy_verified";
    case DomainState::pending: return "pending";
    case DomainState::unverified: return "unverified";
    case DomainState::verified: return "verified";
  }
  return "";
}

/// A domain as a request gives it.
struct DomainData {
  std::string_view domain;
  DomainState state = DomainState::pending;
};

/// Names a domain of an organization: the plan that added it and its place there.
struct OrganizationDomainId {
  Ulid value{};
  friend constexpr auto operator<=>(const OrganizationDomainId&,
                                    const OrganizationDomainId&) noexcept = default;
};

/// A domain of an organization as it is kept.
struct OrganizationDomain {
  OrganizationDomainId id{};
  std::string_view domain{};
  DomainState state = DomainState::pending;
  Time created_at = Time::from_milliseconds(0);
  Time updated_at = Time::from_milliseconds(0);
};

/// Domains compare without case.
constexpr bool same_domain(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

/// An organization's domains as a view: those that are kept, and perhaps the list that is to take
/// their place. So replacing the list allocates nothing. At most 16.
class OrganizationDomains {
 public:
  static constexpr std::size_t most = 16;

  constexpr OrganizationDomains() noexcept = default;
  constexpr OrganizationDomains(const OrganizationDomain* kept, std::size_t size) noexcept
      : kept_(kept), size_(size) {}

  /// The same replaced by a request's list, as of a plan and its time. Preconditions: this is not
  /// replaced yet; the list has at most `most` domains and none twice.
  constexpr OrganizationDomains replaced(const DomainData* requested, std::size_t size, PlanId plan,
                                         Time now) const noexcept {
    OrganizationDomains result = *this;
    result.requested_ = requested;
    result.requested_size_ = size;
    result.plan_ = plan;
    result.now_ = now;
    result.replaced_ = true;
    return result;
  }

  /// Calls `visit(const OrganizationDomain&)` for each, in the order of the list that counts. One
  /// that stays keeps its id and its `created_at`.
  template <class Visit>
  constexpr void for_each(Visit&& visit) const {
    if (!replaced_) return for_each_kept(visit);
    for (std::size_t at = 0; at < requested_size_; ++at) {
      const DomainData& data = requested_[at];
      if (const OrganizationDomain* const kept = find_kept(data.domain); kept != nullptr) {
        OrganizationDomain domain = *kept;
        if (domain.state != data.state) {
          domain.state = data.state;
          domain.updated_at = later_of(domain.updated_at, now_);
        }
        visit(domain);
      } else {
        const OrganizationDomainId id{
            EventId::of(plan_, static_cast<unsigned>(at)).value};  // as unique as an event's
        visit(OrganizationDomain{id, data.domain, data.state, now_, now_});
      }
    }
  }

  constexpr std::size_t size() const noexcept { return replaced_ ? requested_size_ : size_; }

  /// Calls `visit(std::string_view)` for each that the replacement adds, or takes away.
  template <class Visit>
  constexpr void for_each_added(Visit&& visit) const {
    for (std::size_t at = 0; replaced_ && at < requested_size_; ++at) {
      if (find_kept(requested_[at].domain) == nullptr) visit(requested_[at].domain);
    }
  }
  template <class Visit>
  constexpr void for_each_removed(Visit&& visit) const {
    for_each_kept([&](const OrganizationDomain& kept) {
      for (std::size_t at = 0; at < requested_size_; ++at) {
        if (same_domain(requested_[at].domain, kept.domain)) return;
      }
      if (replaced_) visit(kept.domain);
    });
  }

  /// Whether the replacement makes a difference. Another order is one.
  constexpr bool changes() const noexcept {
    if (!replaced_) return false;
    if (requested_size_ != size_) return true;
    for (std::size_t at = 0; at < size_; ++at) {
      if (!same_domain(requested_[at].domain, kept_[at].domain) ||
          requested_[at].state != kept_[at].state) {
        return true;
      }
    }
    return false;
  }

 private:
  template <class Visit>
  constexpr void for_each_kept(Visit&& visit) const {
    for (std::size_t at = 0; at < size_; ++at) visit(kept_[at]);
  }
  constexpr const OrganizationDomain* find_kept(std::string_view domain) const noexcept {
    for (std::size_t at = 0; at < size_; ++at) {
      if (same_domain(kept_[at].domain, domain)) return kept_ + at;
    }
    return nullptr;
  }

  const OrganizationDomain* kept_ = nullptr;
  std::size_t size_ = 0;
  const DomainData* requested_ = nullptr;
  std::size_t requested_size_ = 0;
  PlanId plan_{};
  Time now_ = Time::from_milliseconds(0);
  bool replaced_ = false;
};

}  // namespace membership::inline v0

#endif
