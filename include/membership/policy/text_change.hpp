// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_POLICY_TEXT_CHANGE_HPP
#define MEMBERSHIP_POLICY_TEXT_CHANGE_HPP

#include "membership/domain/profile.hpp"

#include <optional>
#include <string_view>

namespace membership::inline v0 {

/// What an update does to a text that need not be set: keep it, clear it, or set it.
class TextChange {
 public:
  static constexpr TextChange keep() noexcept { return {}; }
  static constexpr TextChange clear() noexcept {
    TextChange change;
    change.what_ = What::clear;
    return change;
  }
  static constexpr TextChange set(std::string_view text) noexcept {
    TextChange change;
    change.what_ = What::set;
    change.text_ = text;
    return change;
  }

  /// Sets the text where one is given.
  static constexpr TextChange set_if(const std::optional<std::string_view>& text) noexcept {
    return text ? set(*text) : keep();
  }

  constexpr bool sets() const noexcept { return what_ == What::set; }
  constexpr std::string_view text() const noexcept { return text_; }

  /// Changes a text of a profile; whether that made a difference.
  constexpr bool apply(Texts& texts, Text text) const noexcept {
    if (what_ == What::keep) return false;
    const bool same = sets() ? texts.has(text) && texts[text] == text_ : !texts.has(text);
    if (same) return false;
    if (sets()) {
      texts.set(text, text_);
    } else {
      texts.clear(text);
    }
    return true;
  }

 private:
  enum class What : unsigned char { keep, clear, set };
  What what_ = What::keep;
  std::string_view text_{};
};

}  // namespace membership::inline v0

#endif
