// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_OWNED_REF_HPP
#define MEMBERSHIP_STORE_OWNED_REF_HPP

#include "membership/store/owned/atomic.hpp"

#include <cstdint>
#include <utility>

namespace membership::inline v0 {
namespace detail {

/// The count that `Ref` shares an object by. The object is never changed once it is shared.
class Counted {
 public:
  Counted() noexcept = default;
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  template <class V>
  friend class Ref;
  mutable Atomic<std::uint32_t> references_{0};
};

/// A share in an object on the heap; the last one deletes it.
template <class V>
class Ref {
 public:
  Ref() noexcept = default;
  explicit Ref(const V* value) noexcept : value_(value) { retain(); }
  Ref(const Ref& other) noexcept : value_(other.value_) { retain(); }
  Ref(Ref&& other) noexcept : value_(std::exchange(other.value_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~Ref() {
    if (value_ != nullptr && value_->references_.fetch_sub(1, Order::acq_rel) == 1) {
      delete value_;
    }
  }

  const V* get() const noexcept { return value_; }
  const V& operator*() const noexcept { return *value_; }
  const V* operator->() const noexcept { return value_; }
  explicit operator bool() const noexcept { return value_ != nullptr; }

 private:
  void retain() const noexcept {
    if (value_ != nullptr) value_->references_.fetch_add(1, Order::relaxed);
  }
  const V* value_ = nullptr;
};

}  // namespace detail
}  // namespace membership::inline v0

#endif
