// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_SERVER_IDEMPOTENCY_HPP
#define MEMBERSHIP_SERVER_IDEMPOTENCY_HPP

#include "http_message.hpp"
#include "sip_hash.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace membership_server {

/// How much is remembered of answers. The oldest goes when one more would be too much.
struct IdempotencyLimits {
  std::uint32_t entries = 100'000;    ///< 0: `Idempotency-Key` is not looked at
  std::uint32_t bytes = 64u << 20;    ///< of memory, about
  std::chrono::seconds kept{86'400};  ///< from the answer on
};

/// Remembers answers by their `Idempotency-Key`, so that a request sent again is answered again and
/// has no second effect.
///
/// Kept are answers of 2xx and 4xx but 401 and 429: what stands behind the others may be gone on
/// the next try. A twin that comes while the first is still carried out waits for it. That cannot
/// lock up the server, however few its threads: an entry is waited for only while some thread is
/// within its `run`, and `run` never waits for an entry. Of the requests themselves hashes under a
/// random key are kept, so the memory needed does not grow with what is sent. Safe for concurrent
/// use.
/// See docs/http.md, "Every call".
class Idempotency {
 public:
  using Clock = std::chrono::steady_clock;
  using Now = std::function<Clock::time_point()>;
  static constexpr std::size_t max_key_bytes = 255;

  explicit Idempotency(const IdempotencyLimits& limits = {}, Now now = &Clock::now);
  ~Idempotency();
  Idempotency(const Idempotency&) = delete;
  Idempotency& operator=(const Idempotency&) = delete;

  /// Answers a request by `run`, or by what `run` answered to the same request before. The same
  /// are requests of one API key with one method, path, query, body and `Idempotency-Key`; without
  /// that header each is its own.
  /// Refusals: 422 where the key is empty or longer than 255 bytes; 400
  /// `idempotency_key_mismatch` where the same key came with another query or body.
  /// Throws what `run` throws, and is then as if the request had not come.
  /// Complexity: linear in the request, and constant in the number of entries.
  Response answer(std::size_t api_key, const Request& request,
                  const std::function<Response()>& run);

  struct Counts {
    std::uint64_t entries = 0;  ///< answers remembered
    std::uint64_t bytes = 0;    ///< that they take, about
    std::uint64_t replays = 0;  ///< answers given again, since the start
  };
  Counts counts() const;

 private:
  struct Entry;
  struct Shard;

  Shard& shard_of(const Hash128& id) const noexcept;

  const IdempotencyLimits limits_;
  const Now now_;
  const SipHash::Key secret_;
  const std::size_t shard_count_;
  const std::unique_ptr<Shard[]> shards_;
};

}  // namespace membership_server

#endif
