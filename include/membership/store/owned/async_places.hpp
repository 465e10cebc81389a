// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_OWNED_ASYNC_PLACES_HPP
#define MEMBERSHIP_STORE_OWNED_ASYNC_PLACES_HPP

// Nothing where the compiler has no coroutines (clang before 16).
#ifdef __cpp_impl_coroutine

#include <coroutine>
#include <utility>

namespace membership::inline v0 {
namespace detail {

/// So many places, which coroutines of one thread or strand take in the order in which they come.
/// `Io` is an `AsyncIo`. Who waits may be destroyed meanwhile.
template <class Io>
class AsyncPlaces {
 public:
  explicit AsyncPlaces(unsigned count = 1) noexcept : free_(count) {}
  AsyncPlaces(const AsyncPlaces&) = delete;
  AsyncPlaces& operator=(const AsyncPlaces&) = delete;

  /// Holds a place, or none, until it is destroyed.
  class Place {
   public:
    Place() noexcept = default;
    Place(Place&& other) noexcept : places_(std::exchange(other.places_, nullptr)) {}
    Place& operator=(Place&& other) noexcept {
      std::swap(places_, other.places_);
      return *this;
    }
    ~Place() {
      if (places_ != nullptr) places_->give_back();
    }

   private:
    friend AsyncPlaces;
    explicit Place(AsyncPlaces& places) noexcept : places_(&places) { --places.free_; }

    AsyncPlaces* places_ = nullptr;
  };

  typename Io::template Task<Place> take() {
    // A place that is free is kept for who has waited for it.
    if (free_ > waiting_) co_return Place(*this);
    Waiting waiting(*this);
    do {
      co_await freed_.wait();
    } while (free_ == 0);
    co_return waiting.end();
  }

 private:
  class Waiting {
   public:
    explicit Waiting(AsyncPlaces& places) noexcept : places_(&places) { ++places.waiting_; }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    ~Waiting() {
      if (places_ == nullptr) return;
      --places_->waiting_;
      // What may have been kept for this one is for the next.
      if (places_->free_ > 0) places_->freed_.raise();
    }
    Place end() noexcept {
      --places_->waiting_;
      return Place(*std::exchange(places_, nullptr));
    }

   private:
    AsyncPlaces* places_;
  };

  void give_back() {
    ++free_;
    freed_.raise();
  }

  unsigned free_;
  unsigned waiting_ = 0;
  typename Io::Signal freed_;
};

}  // namespace detail
}  // namespace membership::inline v0

#endif

#endif
