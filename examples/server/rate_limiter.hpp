// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_SERVER_RATE_LIMITER_HPP
#define MEMBERSHIP_SERVER_RATE_LIMITER_HPP

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace membership_server {

/// A token bucket for each API key: so many requests a second, and as many at once after a pause.
/// Safe for concurrent use, without locks.
class RateLimiter {
 public:
  using Clock = std::chrono::steady_clock;

  RateLimiter() = default;
  /// `per_second` 0 limits nothing.
  RateLimiter(std::uint32_t per_second, std::size_t keys)
      : interval_(per_second == 0 ? 0 : second / per_second),
        full_at_(per_second == 0 ? nullptr : new std::atomic<std::int64_t>[keys]()) {}

  bool is_on() const noexcept { return full_at_ != nullptr; }

  /// Takes a token for a request of a key; only while `is_on`. Returns nothing, or where the bucket
  /// is empty, in how many whole seconds there is a token: at least 1.
  std::optional<std::uint32_t> take(std::size_t key, Clock::time_point time) noexcept {
    // The bucket is told by the time at which it will be full again: one token is missing for each
    // interval until then, and none is left where that is a second ahead.
    using std::chrono::nanoseconds;
    const std::int64_t now =
        std::chrono::duration_cast<nanoseconds>(time.time_since_epoch()).count();
    std::atomic<std::int64_t>& place = full_at_[key];
    std::int64_t full_at = place.load(std::memory_order_relaxed);
    for (;;) {
      const std::int64_t after = (full_at > now ? full_at : now) + interval_;
      const std::int64_t wait = after - now - second;
      if (wait > 0) return static_cast<std::uint32_t>((wait + second - 1) / second);
      if (place.compare_exchange_weak(full_at, after, std::memory_order_relaxed)) {
        return std::nullopt;
      }
    }
  }

 private:
  static constexpr std::int64_t second = 1'000'000'000;

  std::int64_t interval_ = 0;  ///< nanoseconds in which one token comes
  std::unique_ptr<std::atomic<std::int64_t>[]> full_at_ {};
};

}  // namespace membership_server

#endif
