// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_OWNED_QUEUE_PLACE_HPP
#define MEMBERSHIP_STORE_OWNED_QUEUE_PLACE_HPP

#include "membership/store/owned/shared_lock.hpp"

#include <utility>

namespace membership::inline v0 {
namespace detail {

/// Holds the place in a queue of commands until it is destroyed (docs/explanation/concurrency.md,
/// rule 8).
class QueuePlace {
 public:
  /// Waits for the place; null: for none.
  explicit QueuePlace(SharedLock* lock) noexcept : lock_(lock) {
    if (lock_ != nullptr) lock_->lock();
  }
  QueuePlace(const QueuePlace&) = delete;
  QueuePlace(QueuePlace&& other) noexcept : lock_(std::exchange(other.lock_, nullptr)) {}
  QueuePlace& operator=(QueuePlace other) noexcept {
    std::swap(lock_, other.lock_);
    return *this;
  }
  ~QueuePlace() {
    if (lock_ != nullptr) lock_->unlock();
  }

 private:
  SharedLock* lock_;
};

}  // namespace detail
}  // namespace membership::inline v0

#endif
