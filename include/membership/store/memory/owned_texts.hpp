// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_MEMORY_OWNED_TEXTS_HPP
#define MEMBERSHIP_STORE_MEMORY_OWNED_TEXTS_HPP

#include "membership/domain/profile.hpp"
#include "membership/store/memory/ref.hpp"

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace membership {
inline namespace v0 {
namespace detail {

/// Copies of profiles whose views stay valid when this is moved: all texts are in one block on
/// the heap, reserved before anything is copied into it.
class OwnedTexts {
 public:
  OwnedTexts() noexcept = default;
  OwnedTexts(const OwnedTexts&) = delete;
  OwnedTexts(OwnedTexts&&) noexcept = default;
  OwnedTexts& operator=(const OwnedTexts&) = delete;
  OwnedTexts& operator=(OwnedTexts&&) noexcept = default;
  ~OwnedTexts() = default;

  static std::size_t size_of(const Profile& profile) noexcept {
    std::size_t size = 0;
    for (std::size_t i = 0; i < text_count; ++i) {
      size += profile.texts[static_cast<Text>(i)].size();
    }
    return size;
  }

  void reserve(std::size_t size) { bytes_.reserve(size); }

  /// Preconditions: room for the texts was reserved.
  Profile copy(const Profile& profile) noexcept {
    Profile result = profile;
    for (std::size_t i = 0; i < text_count; ++i) {
      const Text text = static_cast<Text>(i);
      if (!profile.texts.has(text)) continue;
      const std::string_view value = profile.texts[text];
      const std::size_t begin = bytes_.size();
      bytes_.insert(bytes_.end(), value.begin(), value.end());
      result.texts.set(text, std::string_view(bytes_.data() + begin, value.size()));
    }
    return result;
  }

 private:
  std::vector<char> bytes_;
};

/// A profile with its texts.
class OwnedProfile {
 public:
  explicit OwnedProfile(const Profile& profile) {
    texts_.reserve(OwnedTexts::size_of(profile));
    profile_ = texts_.copy(profile);
  }
  OwnedProfile(const OwnedProfile&) = delete;
  OwnedProfile& operator=(const OwnedProfile&) = delete;

  const Profile& operator*() const noexcept { return profile_; }

 private:
  OwnedTexts texts_;
  Profile profile_{};
};

/// Copies of the profiles that a snapshot shows.
class ShownProfiles : public Counted {
 public:
  /// Each may be null.
  ShownProfiles(const OwnedProfile* organization, const OwnedProfile* user,
                const OwnedProfile* invitation) {
    std::size_t size = 0;
    for (const OwnedProfile* const profile : {organization, user, invitation}) {
      if (profile != nullptr) size += OwnedTexts::size_of(**profile);
    }
    texts_.reserve(size);
    if (organization != nullptr) organization_ = texts_.copy(**organization);
    if (user != nullptr) user_ = texts_.copy(**user);
    if (invitation != nullptr) invitation_ = texts_.copy(**invitation);
  }

  const Profile* organization() const noexcept { return organization_ ? &*organization_ : nullptr; }
  const Profile* user() const noexcept { return user_ ? &*user_ : nullptr; }
  const Profile* invitation() const noexcept { return invitation_ ? &*invitation_ : nullptr; }

 private:
  OwnedTexts texts_;
  std::optional<Profile> organization_;
  std::optional<Profile> user_;
  std::optional<Profile> invitation_;
};

}  // namespace detail
}  // namespace v0
}  // namespace membership

#endif
