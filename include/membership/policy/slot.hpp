// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_POLICY_SLOT_HPP
#define MEMBERSHIP_POLICY_SLOT_HPP

#include <type_traits>
#include <utility>
#include <vector>  // IWYU pragma: keep; std::construct_at, without all of <memory>

namespace membership::inline v0 {

/// Room for one value, filled or not, built in place. As `std::optional`, but an empty one costs
/// one byte to make, and copying is trivial.
template <class V>
class Slot {
  static_assert(std::is_trivially_copyable_v<V>);  // so its destructor is trivial too

 public:
  // Not defaulted: `Slot x{}` would clear the whole room first.
  constexpr Slot() noexcept {}  // NOLINT(modernize-use-equals-default)
  constexpr Slot(const V& value) noexcept {
    emplace(value);
  }  // NOLINT(google-explicit-constructor)

  /// Fills the slot; what was in it is replaced.
  template <class... Arguments>
  constexpr V& emplace(Arguments&&... arguments) noexcept {
    filled_ = true;
    return *std::construct_at(&room_.value, std::forward<Arguments>(arguments)...);
  }
  constexpr void clear() noexcept { filled_ = false; }

  constexpr explicit operator bool() const noexcept { return filled_; }
  /// Preconditions: the slot is filled.
  constexpr V& operator*() noexcept { return room_.value; }
  constexpr const V& operator*() const noexcept { return room_.value; }
  constexpr V* operator->() noexcept { return &room_.value; }
  constexpr const V* operator->() const noexcept { return &room_.value; }
  /// The value's address, or null.
  constexpr const V* get() const noexcept { return filled_ ? &room_.value : nullptr; }

 private:
  union Room {
    char nothing;
    V value;
    constexpr Room() noexcept {
      if (std::is_constant_evaluated()) nothing = 0;
    }
  };
  Room room_;
  bool filled_ = false;
};

}  // namespace membership::inline v0

#endif
