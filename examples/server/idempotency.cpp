// SPDX-License-Identifier: BSL-1.0
#include "idempotency.hpp"

#include "membership/wire/field_rule.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace membership_server {

namespace {

namespace wire = membership::wire;

struct FirstBits {
  std::size_t operator()(const Hash128& hash) const noexcept {
    return static_cast<std::size_t>(hash.low);
  }
};

SipHash::Key random_key() {
  std::random_device random;
  const auto word = [&random] { return (std::uint64_t{random()} << 32) | random(); };
  const std::uint64_t low = word();
  return {low, word()};
}

/// As many as threads may use at once with profit; few where the limits are small, so that these
/// are met closely.
std::size_t number_of_shards(const IdempotencyLimits& limits) {
  const std::size_t most = std::min(limits.entries / 1024, limits.bytes / (1u << 20));
  return std::clamp<std::size_t>(most, 1, 16);
}

bool is_kept(int status) noexcept {
  if (status == 401 || status == 429) return false;
  return (status >= 200 && status < 300) || (status >= 400 && status < 500);
}

Response refuse_key(wire::FieldRule rule) {
  return error_response(wire::validation_failed(wire::field_error("idempotency_key", rule)));
}

Response mismatch(std::string_view key) {
  return error_response(400, "idempotency_key_mismatch",
                        "Another idempotency key (" + std::string(key) +
                            ") with different request parameters was found. Please use a "
                            "different idempotency key.");
}

}  // namespace

/// A request that is carried out, then its answer.
struct Idempotency::Entry {
  enum class State { running, kept, given_up };

  Hash128 id;
  Hash128 content;
  State state = State::running;  ///< under the shard's mutex
  Response response{};           ///< constant once kept
  Clock::time_point end{};       ///< when it is forgotten
  Entry* next = nullptr;         ///< kept after this one

  /// With what the allocator and the table need beside it.
  std::size_t bytes() const noexcept {
    std::size_t sum = sizeof(Entry) + 128;
    if (response.body) sum += response.body->capacity();
    for (const auto& [name, value] : response.headers) sum += 64 + name.size() + value.size();
    return sum;
  }
};

/// A part of all entries. Those kept are linked in the order of their answers, which is also that
/// of their end.
struct Idempotency::Shard {
  mutable std::mutex mutex{};
  std::condition_variable finished{};
  std::unordered_map<Hash128, std::shared_ptr<Entry>, FirstBits> entries{};
  Entry* oldest = nullptr;
  Entry* newest = nullptr;
  Counts counts{};

  void keep(Entry& entry) noexcept {
    (newest == nullptr ? oldest : newest->next) = &entry;
    newest = &entry;
    ++counts.entries;
    counts.bytes += entry.bytes();
  }

  void forget_oldest() noexcept {
    Entry& entry = *oldest;
    oldest = entry.next;
    if (oldest == nullptr) newest = nullptr;
    --counts.entries;
    counts.bytes -= entry.bytes();
    entries.erase(entries.find(entry.id));
  }
};

Idempotency::Idempotency(const IdempotencyLimits& limits, Now now)
    : limits_(limits), now_(std::move(now)), secret_(random_key()),
      shard_count_(number_of_shards(limits)), shards_(new Shard[shard_count_]) {}

Idempotency::~Idempotency() = default;

Idempotency::Shard& Idempotency::shard_of(const Hash128& id) const noexcept {
  return shards_[static_cast<std::size_t>(id.high % shard_count_)];
}

Response Idempotency::answer(std::size_t api_key, const Request& request,
                             const std::function<Response()>& run) {
  if (limits_.entries == 0) return run();
  const auto key = request.header("Idempotency-Key");
  if (!key) return run();
  if (key->empty()) return refuse_key(wire::FieldRule::string_required);
  if (key->size() > max_key_bytes) return refuse_key(wire::FieldRule::too_long);

  const auto entry = std::make_shared<Entry>();
  entry->id = SipHash(secret_)
                  .add(std::uint64_t{api_key})
                  .add_text(request.method)
                  .add_text(request.path)
                  .add_text(*key)
                  .finish();
  entry->content = SipHash(secret_).add_text(request.query).add_text(request.body).finish();
  Shard& shard = shard_of(entry->id);
  {
    std::unique_lock lock(shard.mutex);
    const Clock::time_point now = now_();
    while (shard.oldest != nullptr && shard.oldest->end <= now) shard.forget_oldest();
    for (;;) {
      const auto [place, is_new] = shard.entries.try_emplace(entry->id, entry);
      if (is_new) break;
      // Its own hold: the entry may be forgotten while this waits.
      const std::shared_ptr<const Entry> first = place->second;
      if (first->content != entry->content) {
        lock.unlock();
        return mismatch(*key);
      }
      shard.finished.wait(lock, [&first] { return first->state != Entry::State::running; });
      if (first->state == Entry::State::kept) {
        ++shard.counts.replays;
        lock.unlock();
        return first->response;
      }
    }
  }

  std::optional<Response> response;
  std::exception_ptr thrown;
  bool kept = false;
  try {
    response = run();
    if (is_kept(response->status)) {
      entry->response = *response;
      kept = true;
    }
  } catch (...) {
    // Where only the copy failed, the answer is given and not remembered.
    if (!response) thrown = std::current_exception();
  }
  {
    const std::lock_guard lock(shard.mutex);
    if (kept) {
      entry->state = Entry::State::kept;
      entry->end = now_() + limits_.kept;
      shard.keep(*entry);
      const std::size_t most_entries = std::max<std::size_t>(limits_.entries / shard_count_, 1);
      while (shard.counts.entries > most_entries ||
             shard.counts.bytes > limits_.bytes / shard_count_) {
        shard.forget_oldest();
      }
    } else {
      entry->state = Entry::State::given_up;
      shard.entries.erase(shard.entries.find(entry->id));
    }
  }
  shard.finished.notify_all();
  if (thrown) std::rethrow_exception(thrown);
  return std::move(*response);
}

Idempotency::Counts Idempotency::counts() const {
  Counts sum;
  for (std::size_t i = 0; i < shard_count_; ++i) {
    const std::lock_guard lock(shards_[i].mutex);
    sum.entries += shards_[i].counts.entries;
    sum.bytes += shards_[i].counts.bytes;
    sum.replays += shards_[i].counts.replays;
  }
  return sum;
}

}  // namespace membership_server
