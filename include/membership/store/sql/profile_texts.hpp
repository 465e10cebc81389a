// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_SQL_PROFILE_TEXTS_HPP
#define MEMBERSHIP_STORE_SQL_PROFILE_TEXTS_HPP

#include "membership/domain/digest.hpp"
#include "membership/domain/organization_domain.hpp"
#include "membership/domain/parse.hpp"
#include "membership/domain/profile.hpp"
#include "membership/domain/ulid.hpp"
#include "membership/store/sql/flat_json.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace detail {

/// The columns of a profile's texts, and their names in an event.
constexpr std::string_view column_of(Text text) noexcept {
  switch (text) {
    case Text::name: return "name";
    case Text::description: return "description";
    case Text::resource_type_slug: return "resource_type_slug";
    case Text::email: return "email";
    case Text::first_name: return "first_name";
    case Text::last_name: return "last_name";
    case Text::external_id: return "external_id";
    case Text::locale: return "locale";
    case Text::stripe_customer_id: return "stripe_customer_id";
    case Text::role_slug: return "role_slug";
  }
  return "";
}

inline std::string ulid_text(const Ulid& value) {
  std::string text(Ulid::text_size, '0');
  write_ulid(value, text.data());
  return text;
}

inline std::optional<std::int64_t> integer_of(std::string_view text) noexcept {
  std::int64_t value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end.ec != std::errc{} || end.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The enumerator of a spelling, from the first to the last of an enumeration.
template <class E>
std::optional<E> enumerator_of(std::string_view text, E first, E last) noexcept {
  for (auto value = static_cast<unsigned>(first); value <= static_cast<unsigned>(last); ++value) {
    if (to_string(static_cast<E>(value)) == text) return static_cast<E>(value);
  }
  return std::nullopt;
}

inline std::string digest_text(const TokenDigest& digest) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * TokenDigest::size);
  for (const std::uint8_t byte : digest.bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15u];
  }
  return text;
}

inline std::optional<TokenDigest> digest_of_text(std::string_view hex) noexcept {
  constexpr std::string_view digits = "0123456789abcdef";
  if (hex.size() != 2 * TokenDigest::size) return std::nullopt;
  TokenDigest digest;
  for (std::size_t i = 0; i < TokenDigest::size; ++i) {
    const std::size_t high = digits.find(hex[2 * i]);
    const std::size_t low = digits.find(hex[2 * i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    digest.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return digest;
}

/// Metadata as an object. No metadata is the empty text.
inline std::string metadata_text(const Profile& profile) {
  if (profile.metadata.size() == 0) return {};
  FlatJsonWriter json;
  profile.metadata.for_each(
      [&](std::string_view key, std::string_view value) { json.add(key, value); });
  return std::move(json).take();
}

/// Domains as an object, in their order: `"example.com": "verified ULID created_at updated_at"`.
inline std::string domains_text(const Profile& profile) {
  if (profile.domains.size() == 0) return {};
  FlatJsonWriter json;
  profile.domains.for_each([&](const OrganizationDomain& domain) {
    std::string value(to_string(domain.state));
    value += ' ';
    value += ulid_text(domain.id.value);
    value += ' ';
    value += std::to_string(domain.created_at.milliseconds());
    value += ' ';
    value += std::to_string(domain.updated_at.milliseconds());
    json.add(domain.domain, value);
  });
  return std::move(json).take();
}

/// A profile as it is read: a view whose texts belong to the row or the event that it came out of,
/// and whose metadata and domains are here.
class ReadProfile {
 public:
  Profile& operator*() noexcept { return profile_; }
  Profile* operator->() noexcept { return &profile_; }
  const Profile& operator*() const noexcept { return profile_; }

  /// False where the text is not what `metadata_text` writes.
  [[nodiscard]] bool read_metadata(std::string_view text) {
    pairs_.clear();
    if (!parse(text, metadata_)) return false;
    pairs_.reserve(metadata_.members().size());
    for (const auto& [key, value] : metadata_.members()) pairs_.push_back({key, value});
    profile_.metadata = Metadata(pairs_.data(), pairs_.size());
    return true;
  }
  [[nodiscard]] bool read_domains(std::string_view text) {
    kept_domains_.clear();
    if (!parse(text, domains_)) return false;
    kept_domains_.reserve(domains_.members().size());
    for (const auto& [domain, value] : domains_.members()) {
      OrganizationDomain& kept = kept_domains_.emplace_back();
      kept.domain = domain;
      if (!read_domain(value, kept)) return false;
    }
    profile_.domains = OrganizationDomains(kept_domains_.data(), kept_domains_.size());
    return true;
  }

 private:
  static bool parse(std::string_view text, FlatJson& json) {
    auto parsed = text.empty() ? std::optional<FlatJson>(std::in_place) : FlatJson::parse(text);
    if (!parsed) return false;
    json = std::move(*parsed);
    return true;
  }
  static bool read_domain(std::string_view value, OrganizationDomain& domain) noexcept {
    std::string_view words[4];
    for (std::string_view& word : words) {
      const std::size_t end = value.find(' ');
      word = value.substr(0, end);
      value.remove_prefix(end == std::string_view::npos ? value.size() : end + 1);
    }
    const auto state = enumerator_of(words[0], DomainState::failed, DomainState::verified);
    const auto id = parse_ulid(words[1]);
    const auto created = integer_of(words[2]);
    const auto updated = integer_of(words[3]);
    if (!state || !id || !created || !updated) return false;
    domain.state = *state;
    domain.id.value = *id;
    domain.created_at = Time::from_milliseconds(*created);
    domain.updated_at = Time::from_milliseconds(*updated);
    return true;
  }

  Profile profile_{};
  FlatJson metadata_;
  FlatJson domains_;
  std::vector<MetadataPair> pairs_;
  std::vector<OrganizationDomain> kept_domains_;
};

/// Adds a profile to an event, its names after `prefix`.
inline void put_profile(FlatJsonWriter& json, const Profile& profile, const std::string& prefix) {
  for (std::size_t i = 0; i < text_count; ++i) {
    const Text text = static_cast<Text>(i);
    if (profile.texts.has(text)) {
      json.add(prefix + std::string(column_of(text)), profile.texts[text]);
    }
  }
  if (const std::string text = metadata_text(profile); !text.empty()) {
    json.add(prefix + "metadata", text);
  }
  if (const std::string text = domains_text(profile); !text.empty()) {
    json.add(prefix + "domains", text);
  }
  if (profile.email_verified) json.add(prefix + "email_verified", "true");
  json.add(prefix + "profile_created_at", profile.created_at.milliseconds());
  json.add(prefix + "profile_updated_at", profile.updated_at.milliseconds());
}

/// The reverse; false where there is no whole profile.
inline bool get_profile(const FlatJson& json, const std::string& prefix, ReadProfile& out) {
  const auto time_of = [&](std::string_view name, Time& time) {
    const std::string* const text = json.find(prefix + std::string(name));
    const auto value = text == nullptr ? std::nullopt : integer_of(*text);
    if (value) time = Time::from_milliseconds(*value);
    return value.has_value();
  };
  if (!time_of("profile_created_at", out->created_at)) return false;
  if (!time_of("profile_updated_at", out->updated_at)) return false;
  for (std::size_t i = 0; i < text_count; ++i) {
    const Text text = static_cast<Text>(i);
    const std::string* const value = json.find(prefix + std::string(column_of(text)));
    if (value != nullptr) out->texts.set(text, std::string_view(*value));
  }
  out->email_verified = json.find(prefix + "email_verified") != nullptr;
  const std::string* const metadata = json.find(prefix + "metadata");
  const std::string* const domains = json.find(prefix + "domains");
  return (metadata == nullptr || out.read_metadata(*metadata)) &&
         (domains == nullptr || out.read_domains(*domains));
}

}  // namespace detail
}  // namespace membership::inline v0

#endif
