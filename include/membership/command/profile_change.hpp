// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_PROFILE_CHANGE_HPP
#define MEMBERSHIP_COMMAND_PROFILE_CHANGE_HPP

#include "membership/command/role_change.hpp"
#include "membership/domain/error.hpp"
#include "membership/domain/metadata.hpp"
#include "membership/domain/organization_domain.hpp"
#include "membership/domain/profile.hpp"
#include "membership/policy/plan.hpp"
#include "membership/policy/reads.hpp"
#include "membership/policy/refusal.hpp"
#include "membership/policy/snapshot.hpp"
#include "membership/policy/text_change.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace membership::inline v0 {
namespace detail {

/// What the commands on organizations and users, and on their profiles, share.

/// Has a plan compare the mark of freed revisions, and returns where a row begins whose id the host
/// names: above it.
template <class T>
constexpr std::uint64_t begin_above_freed(const BasicSnapshot<T>& seen,
                                          BasicPlan<T>& plan) noexcept {
  plan.freed.emplace(Precondition::compare, seen.freed_revision, seen.freed_revision);
  return seen.freed_revision + 1;
}

/// Notes the last revision of a row that is freed. Noted is a higher one, so that most deletions
/// find theirs noted already; then nothing is compared, because the mark only grows.
template <class T>
constexpr void note_freed(const BasicSnapshot<T>& seen, std::uint64_t revision,
                          BasicPlan<T>& plan) noexcept {
  constexpr std::uint64_t ahead = 1023;
  if (revision <= seen.freed_revision) return;
  plan.freed.emplace(Precondition::set, seen.freed_revision, revision + ahead);
}

inline constexpr std::size_t longest_external_id = 128;
inline constexpr std::size_t longest_domain = 253;

/// A text of a profile, or nothing where it is not set.
constexpr std::optional<std::string_view> text_of(const Texts& texts, Text text) noexcept {
  if (!texts.has(text)) return std::nullopt;
  return texts[text];
}

/// A text of any length that a change sets.
constexpr Refusal check_text(const TextChange& change, Field field) noexcept {
  if (!change.sets()) return {};
  const ErrorCode fault = text_fault(change.text(), 0, std::string_view::npos);
  return fault == ErrorCode{} ? Refusal{} : Refusal{fault, field};
}

/// An id of another system that a change sets: `empty`, `too_long` (more than 128 bytes),
/// `malformed` (not ASCII, or with a NUL).
constexpr Refusal check_external_id(const TextChange& change, Field field) noexcept {
  if (!change.sets()) return {};
  const std::string_view text = change.text();
  if (text.empty()) return {ErrorCode::empty, field};
  if (text.size() > longest_external_id) return {ErrorCode::too_long, field};
  for (const char c : text) {
    if (c == '\0' || static_cast<unsigned char>(c) > 0x7F) return {ErrorCode::malformed, field};
  }
  return {};
}

/// Metadata as a change leaves it: `invalid_metadata`. What was kept before is within its limits.
constexpr Refusal check_metadata(const Profile* before, const MetadataChange& change) noexcept {
  if (change.size() == 0) return {};
  const Metadata kept = before == nullptr ? Metadata{} : before->metadata;
  if (kept.with(change).fits()) return {};
  return {ErrorCode::invalid_metadata, Field::metadata};
}

/// Whether a text may be the name of a domain: 1 to 253 bytes, labels of letters, digits and
/// hyphens between single dots.
constexpr bool is_domain_name(std::string_view text) noexcept {
  if (text.empty() || text.size() > longest_domain) return false;
  char before = '.';
  for (const char c : text) {
    const bool is_label =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    if (!is_label && (c != '.' || before == '.')) return false;
    before = c;
  }
  return before != '.';
}

/// The domains of an organization: `out_of_range` (more than 16); from the first to the last
/// `malformed`, `duplicate` with its place.
constexpr Refusal check_domains(const DomainData* domains, std::size_t size) noexcept {
  if (size > OrganizationDomains::most) return {ErrorCode::out_of_range, Field::domains};
  for (std::size_t at = 0; at < size; ++at) {
    const auto place = static_cast<std::uint16_t>(at);
    if (!is_domain_name(domains[at].domain)) return {ErrorCode::malformed, Field::domains, place};
    for (std::size_t before = 0; before < at; ++before) {
      if (same_domain(domains[before].domain, domains[at].domain)) {
        return {ErrorCode::duplicate, Field::domains, place};
      }
    }
  }
  return {};
}

/// The profile that a change begins with: as it was, with a later time; where there was none, a new
/// one.
constexpr Profile profile_to_change(const Profile* before, Time now) noexcept {
  Profile profile;
  if (before == nullptr) {
    profile.created_at = now;
    profile.updated_at = now;
  } else {
    profile = updated_profile(*before, now);
  }
  return profile;
}

/// The claims of a profile on its texts, where a plan changes them. `before` may be null.
template <class T>
constexpr void change_claims(const Profile* before, const Profile& after,
                             BasicPlan<T>& plan) noexcept {
  const Texts none;
  const Texts& old = before == nullptr ? none : before->texts;
  bool changed = false;
  const auto change = [&](Text text) {
    const ClaimChange claim{text_of(old, text), text_of(after.texts, text)};
    changed = changed || claim.before != claim.after;
    return claim;
  };
  const Claims claims{change(Text::email), change(Text::external_id),
                      change(Text::stripe_customer_id)};
  if (changed) plan.claims.emplace(claims);
}

/// The claims of a profile that goes with what it was of.
template <class T>
constexpr void give_up_claims(const Profile& before, BasicPlan<T>& plan) noexcept {
  change_claims(&before, Profile{}, plan);
}

/// What the commands that write an organization's profile share, besides its name.
struct OrganizationFields {
  TextChange external_id;
  MetadataChange metadata;
  const DomainData* domains;
  std::size_t domain_count;
  TextChange stripe_customer_id;

  /// What the organization must have for itself.
  template <class T>
  constexpr void read(BasicReads<T>& reads) const noexcept {
    if (external_id.sets()) {
      reads.claims.push_back(ClaimKind::organization_external_id, external_id.text());
    }
    if (stripe_customer_id.sets()) {
      reads.claims.push_back(ClaimKind::stripe_customer_id, stripe_customer_id.text());
    }
    // More are refused, whoever has them.
    if (domain_count > OrganizationDomains::most) return;
    reads.domains = domains;
    reads.domain_count = domain_count;
  }

  /// Errors: those of `external_id`, `metadata`, `domains` and `stripe_customer_id`, in this order.
  constexpr Refusal check(const Profile* before) const noexcept {
    Refusal refusal = check_external_id(external_id, Field::external_id);
    if (!refusal) refusal = check_metadata(before, metadata);
    if (!refusal) refusal = check_domains(domains, domain_count);
    if (!refusal) refusal = check_external_id(stripe_customer_id, Field::stripe_customer_id);
    return refusal;
  }

  /// Whether others have it: `external_id_already_used`, `stripe_customer_id_already_used`,
  /// `domain_already_exists` with its place.
  template <class T>
  constexpr Refusal check_claims(const BasicSnapshot<T>& seen) const noexcept {
    unsigned taken = seen.taken_claims;
    if (external_id.sets()) {
      if ((taken & 1u) != 0) return {ErrorCode::external_id_already_used, Field::external_id};
      taken >>= 1;
    }
    if (stripe_customer_id.sets() && (taken & 1u) != 0) {
      return {ErrorCode::stripe_customer_id_already_used, Field::stripe_customer_id};
    }
    if (seen.taken_domain != BasicSnapshot<T>::not_taken) {
      return {ErrorCode::domain_already_exists, Field::domains, seen.taken_domain};
    }
    return {};
  }

  /// Changes texts and metadata; whether that makes a difference.
  constexpr bool apply(Profile& profile) const noexcept {
    const bool other_id = external_id.apply(profile.texts, Text::external_id);
    const bool other_customer = stripe_customer_id.apply(profile.texts, Text::stripe_customer_id);
    profile.metadata = profile.metadata.with(metadata);
    return profile.metadata.changes() || other_id || other_customer;
  }

  constexpr Subject subject(Refusal refusal) const noexcept {
    if (refusal.field() == Field::external_id) return subject_of_text(external_id.text());
    if (refusal.field() == Field::stripe_customer_id) {
      return subject_of_text(stripe_customer_id.text());
    }
    if (refusal.field() != Field::domains || refusal.code() == ErrorCode::out_of_range) return {};
    return subject_of_text(domains[refusal.detail()].domain);
  }
};

/// The same of a user, besides the e-mail address.
struct UserFields {
  TextChange first_name;
  TextChange last_name;
  TextChange name;
  TextChange external_id;
  MetadataChange metadata;
  TextChange locale;

  template <class T>
  constexpr void read(const std::optional<std::string_view>& email,
                      BasicReads<T>& reads) const noexcept {
    if (email) reads.email = EmailKey::folded(*email);
    if (external_id.sets()) {
      reads.claims.push_back(ClaimKind::user_external_id, external_id.text());
    }
  }

  /// Errors: those of `email`, `first_name`, `last_name`, `name`, `external_id`, `metadata` and
  /// `locale`, in this order.
  constexpr Refusal check(const std::optional<std::string_view>& email,
                          const Profile* before) const noexcept {
    if (email) {
      const ErrorCode fault = EmailKey::fault(*email);
      if (fault != ErrorCode{}) return {fault, Field::email};
    }
    Refusal refusal = check_text(first_name, Field::first_name);
    if (!refusal) refusal = check_text(last_name, Field::last_name);
    if (!refusal) refusal = check_text(name, Field::name);
    if (!refusal) refusal = check_external_id(external_id, Field::external_id);
    if (!refusal) refusal = check_metadata(before, metadata);
    if (!refusal) refusal = check_text(locale, Field::locale);
    return refusal;
  }

  /// Whether another user has it: `external_id_already_used`, `email_not_available`.
  template <class T>
  constexpr Refusal check_claims(const typename T::UserId* user,
                                 const BasicSnapshot<T>& seen) const noexcept {
    if (seen.taken_claims != 0) return {ErrorCode::external_id_already_used, Field::external_id};
    if (seen.email_holder && (user == nullptr || !(*seen.email_holder == *user))) {
      return {ErrorCode::email_not_available, Field::email};
    }
    return {};
  }

  /// Changes texts and metadata; whether that makes a difference.
  constexpr bool apply(Profile& profile) const noexcept {
    bool changed = first_name.apply(profile.texts, Text::first_name);
    changed = last_name.apply(profile.texts, Text::last_name) || changed;
    changed = name.apply(profile.texts, Text::name) || changed;
    changed = external_id.apply(profile.texts, Text::external_id) || changed;
    changed = locale.apply(profile.texts, Text::locale) || changed;
    profile.metadata = profile.metadata.with(metadata);
    return profile.metadata.changes() || changed;
  }

  constexpr Subject subject(Refusal refusal,
                            const std::optional<std::string_view>& email) const noexcept {
    if (refusal.field() == Field::email && email) return subject_of_text(*email);
    if (refusal.field() == Field::external_id) return subject_of_text(external_id.text());
    return {};
  }
};

}  // namespace detail
}  // namespace membership::inline v0

#endif
