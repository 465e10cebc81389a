// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_POLICY_ROLE_SELECTION_HPP
#define MEMBERSHIP_POLICY_ROLE_SELECTION_HPP

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace membership::inline v0 {

/// The roles that a request names: none, one, or several; one and several at once cannot be said.
/// Borrows the slugs. They are looked up, not parsed: what names no role is `invalid_role`.
class RoleSelection {
 public:
  enum class Form : std::uint8_t { none, one, several };

  /// No role is named: the default applies.
  constexpr RoleSelection() noexcept = default;
  static constexpr RoleSelection none() noexcept { return {}; }

  static constexpr RoleSelection one(std::string_view slug) noexcept {
    RoleSelection selection;
    selection.form_ = Form::one;
    selection.one_ = slug;
    selection.size_ = 1;
    return selection;
  }

  /// Of an array or a container, which must live as long as the selection is used. It may be empty
  /// (option `empty_slugs`).
  template <class Slugs>
  static constexpr RoleSelection several(const Slugs& slugs) noexcept {
    RoleSelection selection;
    selection.form_ = Form::several;
    selection.slugs_ = std::data(slugs);
    selection.size_ = std::size(slugs);
    return selection;
  }
  template <class Slugs>
  requires(!std::ranges::enable_borrowed_range<Slugs>) static RoleSelection
      several(const Slugs&&) = delete;

  constexpr Form form() const noexcept { return form_; }
  constexpr std::size_t size() const noexcept { return size_; }
  /// Preconditions: `at` is below `size()`.
  constexpr std::string_view operator[](std::size_t at) const noexcept {
    return form_ == Form::one ? one_ : slugs_[at];
  }

 private:
  const std::string_view* slugs_ = nullptr;
  std::size_t size_ = 0;
  std::string_view one_{};
  Form form_ = Form::none;
};

}  // namespace membership::inline v0

#endif
