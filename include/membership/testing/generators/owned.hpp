// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_GENERATORS_OWNED_HPP
#define MEMBERSHIP_TESTING_GENERATORS_OWNED_HPP

#include "membership/domain/metadata.hpp"
#include "membership/domain/organization_domain.hpp"
#include "membership/domain/profile.hpp"
#include "membership/domain/role_catalogue.hpp"
#include "membership/domain/time.hpp"
#include "membership/policy/role_selection.hpp"
#include "membership/policy/text_change.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace testing {

// What commands and snapshots borrow, as values that own their texts. Those with `with(use)` call
// `use` with the view and return what it returns; the view is valid meanwhile.

/// A selection of roles.
struct OwnedSelection {
  RoleSelection::Form form = RoleSelection::Form::none;
  std::vector<std::string> slugs{};

  template <class Use>
  auto with(Use&& use) const {
    const std::vector<std::string_view> views(slugs.begin(), slugs.end());
    switch (form) {
      case RoleSelection::Form::none: break;
      case RoleSelection::Form::one: return use(RoleSelection::one(views.front()));
      case RoleSelection::Form::several: return use(RoleSelection::several(views));
    }
    return use(RoleSelection::none());
  }
  friend bool operator==(const OwnedSelection&, const OwnedSelection&) = default;
};

inline std::ostream& operator<<(std::ostream& out, const OwnedSelection& selection) {
  switch (selection.form) {
    case RoleSelection::Form::none: out << "none"; break;
    case RoleSelection::Form::one: out << "one"; break;
    case RoleSelection::Form::several: out << "several"; break;
  }
  for (const std::string& slug : selection.slugs) out << " '" << slug << '\'';
  return out;
}

/// What an update does to a text.
struct OwnedTextChange {
  enum class What : std::uint8_t { keep, clear, set };
  What what = What::keep;
  std::string text{};

  /// Valid while this is.
  TextChange view() const noexcept {
    switch (what) {
      case What::keep: break;
      case What::clear: return TextChange::clear();
      case What::set: return TextChange::set(text);
    }
    return TextChange::keep();
  }
  /// The text that is set, for commands that make something; nothing where none is.
  std::optional<std::string_view> given() const noexcept {
    return what == What::set ? std::optional<std::string_view>(text) : std::nullopt;
  }
  friend bool operator==(const OwnedTextChange&, const OwnedTextChange&) = default;
};

inline std::ostream& operator<<(std::ostream& out, const OwnedTextChange& change) {
  switch (change.what) {
    case OwnedTextChange::What::keep: return out << "keep";
    case OwnedTextChange::What::clear: return out << "clear";
    case OwnedTextChange::What::set: break;
  }
  return out << "set '" << change.text << '\'';
}

/// What an update does to metadata: clears it, or changes the keys that are named.
struct OwnedMetadataChange {
  bool clears = false;
  std::vector<std::pair<std::string, std::optional<std::string>>> entries{};

  template <class Use>
  auto with(Use&& use) const {
    std::vector<MetadataEntry> views;
    views.reserve(entries.size());
    for (const auto& [key, value] : entries) {
      MetadataEntry& view = views.emplace_back(MetadataEntry{key});
      if (value) view.value = *value;
    }
    return use(clears ? MetadataChange::clear() : MetadataChange::merge(views));
  }
  friend bool operator==(const OwnedMetadataChange&, const OwnedMetadataChange&) = default;
};

inline std::ostream& operator<<(std::ostream& out, const OwnedMetadataChange& change) {
  if (change.clears) return out << "clear";
  for (const auto& [key, value] : change.entries) {
    out << '\'' << key << "'=" << (value ? '\'' + *value + '\'' : "gone") << ' ';
  }
  return out;
}

/// The domains of an organization as a request gives them.
struct OwnedDomains {
  std::vector<std::pair<std::string, DomainState>> domains{};

  /// Calls `use(std::span<const DomainData>)`.
  template <class Use>
  auto with(Use&& use) const {
    std::vector<DomainData> views;
    views.reserve(domains.size());
    for (const auto& [domain, state] : domains) views.push_back({domain, state});
    return use(std::span<const DomainData>(views));
  }
  friend bool operator==(const OwnedDomains&, const OwnedDomains&) = default;
};

inline std::ostream& operator<<(std::ostream& out, const OwnedDomains& list) {
  for (const auto& [domain, state] : list.domains) {
    out << '\'' << domain << "' " << to_string(state) << ' ';
  }
  return out;
}

/// A domain of an organization as it is kept.
struct OwnedDomain {
  OrganizationDomainId id{};
  std::string domain{};
  DomainState state = DomainState::pending;
  Time created_at = Time::from_milliseconds(0);
  Time updated_at = Time::from_milliseconds(0);
  friend bool operator==(const OwnedDomain&, const OwnedDomain&) = default;
};

/// A profile.
struct OwnedProfile {
  std::array<std::optional<std::string>, text_count> texts{};
  std::vector<std::pair<std::string, std::string>> metadata{};
  std::vector<OwnedDomain> domains{};
  bool email_verified = false;
  Time created_at = Time::from_milliseconds(0);
  Time updated_at = Time::from_milliseconds(0);

  std::optional<std::string>& operator[](Text text) {
    return texts[static_cast<std::size_t>(text)];
  }
  const std::optional<std::string>& operator[](Text text) const {
    return texts[static_cast<std::size_t>(text)];
  }
  friend bool operator==(const OwnedProfile&, const OwnedProfile&) = default;
};

/// A profile shown in place.
class ShownProfile {
 public:
  explicit ShownProfile(const OwnedProfile& value) {
    for (std::size_t at = 0; at < text_count; ++at) {
      const auto& text = value.texts[at];
      if (text) profile_.texts.set(static_cast<Text>(at), std::string_view(*text));
    }
    for (const auto& [key, text] : value.metadata) pairs_.push_back({key, text});
    for (const OwnedDomain& domain : value.domains) {
      domains_.push_back(
          {domain.id, domain.domain, domain.state, domain.created_at, domain.updated_at});
    }
    profile_.metadata = Metadata(pairs_.data(), pairs_.size());
    profile_.domains = OrganizationDomains(domains_.data(), domains_.size());
    profile_.email_verified = value.email_verified;
    profile_.created_at = value.created_at;
    profile_.updated_at = value.updated_at;
  }
  ShownProfile(const ShownProfile&) = delete;
  ShownProfile& operator=(const ShownProfile&) = delete;

  const Profile& operator*() const noexcept { return profile_; }

 private:
  std::vector<MetadataPair> pairs_{};
  std::vector<OrganizationDomain> domains_{};
  Profile profile_{};
};

/// All roles that one organization sees, and the permissions.
struct OwnedCatalogue {
  std::vector<PermissionState> permissions{};
  std::vector<RoleState> environment{};
  std::vector<RoleState> organization{};
  std::optional<RoleOrder> order{};

  /// Valid while this is.
  RoleCatalogue view() const {
    return {RoleTable(environment.data(), environment.size()),
            RoleTable(organization.data(), organization.size()), order ? &*order : nullptr, nullptr,
            PermissionTable(permissions.data(), permissions.size())};
  }
  unsigned size() const { return static_cast<unsigned>(environment.size() + organization.size()); }
  /// The index of the role of this number, those of the environment first.
  RoleIndex index(unsigned number) const {
    const auto first = static_cast<unsigned>(environment.size());
    return number < first ? RoleIndex::environment(number)
                          : RoleIndex::organization(number - first);
  }
};

}  // namespace testing
}  // namespace membership::inline v0

#endif
