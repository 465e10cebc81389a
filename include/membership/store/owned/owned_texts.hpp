// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_OWNED_OWNED_TEXTS_HPP
#define MEMBERSHIP_STORE_OWNED_OWNED_TEXTS_HPP

#include "membership/domain/profile.hpp"
#include "membership/domain/word.hpp"
#include "membership/store/owned/ref.hpp"

#include <cstddef>
#include <cstdint>
#include <new>
#include <optional>
#include <string_view>

namespace membership::inline v0 {
namespace detail {

/// A profile with its texts, kept small: what is variable lies in one block on the heap, first the
/// domains, then the pairs of metadata, then the sizes of the texts that are set, then all bytes.
/// A profile is a view of more than 300 bytes, made of this when it is shown.
class OwnedProfile {
 public:
  /// Copies what a profile shows, also where its metadata or domains are a change that is not
  /// carried out yet. May throw std::bad_alloc.
  explicit OwnedProfile(const Profile& profile)
      : created_at_(profile.created_at), updated_at_(profile.updated_at),
        email_verified_(profile.email_verified) {
    std::size_t bytes = 0;
    for_each_text(profile, [&](Text text, std::string_view value) {
      set_ = static_cast<std::uint16_t>(set_ | bit(text));
      bytes += sizeof(std::uint32_t) + value.size();
    });
    profile.metadata.for_each([&](std::string_view key, std::string_view value) {
      ++pairs_;
      bytes += key.size() + value.size();
    });
    profile.domains.for_each([&](const OrganizationDomain& domain) {
      ++domains_;
      bytes += domain.domain.size();
    });
    bytes += pairs_ * sizeof(MetadataPair) + domains_ * sizeof(OrganizationDomain);
    if (bytes == 0) return;
    block_ = new char[bytes];
    fill(profile);
  }
  OwnedProfile(const OwnedProfile&) = delete;
  OwnedProfile& operator=(const OwnedProfile&) = delete;
  ~OwnedProfile() { delete[] block_; }

  /// A view, valid as long as this is.
  Profile operator*() const noexcept {
    Profile profile;
    profile.created_at = created_at_;
    profile.updated_at = updated_at_;
    profile.email_verified = email_verified_;
    if (block_ == nullptr) {
      for_each_set([&](Text text) { profile.texts.set(text, std::string_view()); });
      return profile;
    }
    profile.domains = OrganizationDomains(domains(), domains_);
    profile.metadata = Metadata(pairs(), pairs_);
    const char* sizes = texts();
    const char* at = sizes + text_sizes();
    for_each_set([&](Text text) {
      const auto size = word_at<std::uint32_t>(sizes);
      sizes += sizeof size;
      profile.texts.set(text, std::string_view(at, std::size_t{size}));
      at += size;
    });
    return profile;
  }

 private:
  static constexpr unsigned bit(Text text) noexcept { return 1u << static_cast<unsigned>(text); }

  template <class Visit>
  static void for_each_text(const Profile& profile, Visit&& visit) {
    for (std::size_t i = 0; i < text_count; ++i) {
      const Text text = static_cast<Text>(i);
      if (profile.texts.has(text)) visit(text, profile.texts[text]);
    }
  }
  template <class Visit>
  void for_each_set(Visit&& visit) const {
    for (std::size_t i = 0; i < text_count; ++i) {
      const Text text = static_cast<Text>(i);
      if ((set_ & bit(text)) != 0) visit(text);
    }
  }
  std::size_t text_sizes() const noexcept {
    std::size_t size = 0;
    for_each_set([&](Text) { size += sizeof(std::uint32_t); });
    return size;
  }
  OrganizationDomain* domains() const noexcept {
    return reinterpret_cast<OrganizationDomain*>(block_);
  }
  MetadataPair* pairs() const noexcept {
    return reinterpret_cast<MetadataPair*>(block_ + domains_ * sizeof(OrganizationDomain));
  }
  char* texts() const noexcept {
    return block_ + domains_ * sizeof(OrganizationDomain) + pairs_ * sizeof(MetadataPair);
  }

  void fill(const Profile& profile) noexcept {
    char* sizes = texts();
    char* at = sizes + text_sizes();
    const auto copy = [&at](std::string_view text) {
      const char* const begin = at;
      at += text.copy(at, text.size());
      return std::string_view(begin, text.size());
    };
    for_each_text(profile, [&](Text, std::string_view value) {
      const auto size = static_cast<std::uint32_t>(value.size());
      put_word(sizes, size);
      sizes += sizeof size;
      copy(value);
    });
    MetadataPair* pair = pairs();
    profile.metadata.for_each([&](std::string_view key, std::string_view value) {
      const std::string_view own = copy(key);
      ::new (static_cast<void*>(pair++)) MetadataPair{own, copy(value)};
    });
    OrganizationDomain* place = domains();
    profile.domains.for_each([&](const OrganizationDomain& domain) {
      auto* const own = ::new (static_cast<void*>(place++)) OrganizationDomain(domain);
      own->domain = copy(domain.domain);
    });
  }

  char* block_ = nullptr;
  Time created_at_;
  Time updated_at_;
  std::uint32_t pairs_ = 0;
  std::uint16_t domains_ = 0;
  std::uint16_t set_ = 0;
  bool email_verified_;
};
static_assert(alignof(OrganizationDomain) >= alignof(MetadataPair) &&
              alignof(MetadataPair) >= alignof(std::uint32_t) &&
              alignof(OrganizationDomain) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);

/// A profile with its texts as others point to it.
class PinnedProfile {
 public:
  explicit PinnedProfile(const Profile& profile) : owned_(profile), shown_(*owned_) {}
  PinnedProfile(const PinnedProfile&) = delete;
  PinnedProfile& operator=(const PinnedProfile&) = delete;

  const Profile& operator*() const noexcept { return shown_; }

 private:
  OwnedProfile owned_;
  Profile shown_;
};

/// Copies of the profiles that a snapshot shows.
struct ShownProfiles : Counted {
  std::optional<PinnedProfile> organization;
  std::optional<PinnedProfile> user;
  std::optional<PinnedProfile> invitation;
};

}  // namespace detail
}  // namespace membership::inline v0

#endif
