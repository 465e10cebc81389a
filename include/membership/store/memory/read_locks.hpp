// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_MEMORY_READ_LOCKS_HPP
#define MEMBERSHIP_STORE_MEMORY_READ_LOCKS_HPP

#include "membership/policy/reads.hpp"
#include "membership/store/memory/tables.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace membership {
inline namespace v0 {
namespace detail {

/// Holds what some reads need: users before organizations, then the claims.
template <class T>
class ReadLocks {
 public:
  ReadLocks(const Tables<T>& tables, std::span<const BasicReads<T>> reads)
      : tables_(tables), more_(reads.size() > 1 ? reads.size() : 0) {
    // A membership is found before its shard may be locked. It may be gone by then, which is
    // seen under the lock; that it came back elsewhere under the same id is looked up again.
    for (bool settled = false; !settled;) {
      for (std::size_t i = 0; i < reads.size(); ++i) add(reads[i], found_ref(i));
      for_each_shard(tables.users, user_mask_, [](SharedLock& lock) { lock.lock_shared(); });
      for_each_shard(tables.organizations, organization_mask_,
                     [](SharedLock& lock) { lock.lock_shared(); });
      settled = true;
      for (std::size_t i = 0; i < reads.size(); ++i) {
        settled = verify(reads[i], found_ref(i)) && settled;
      }
      if (!settled) release();
    }
    for (const BasicReads<T>& wanted : reads) claims_ = claims_ || needs_claims(wanted);
    if (claims_) tables.claim_lock.lock_shared();
  }
  ~ReadLocks() {
    if (claims_) tables_.claim_lock.unlock_shared();
    release();
  }
  ReadLocks(const ReadLocks&) = delete;
  ReadLocks& operator=(const ReadLocks&) = delete;

  const typename Tables<T>::Found& found(std::size_t at) const noexcept {
    return more_.empty() ? one_ : more_[at];
  }

 private:
  static bool needs_claims(const BasicReads<T>& reads) noexcept {
    return reads.email.has_value() || reads.claims.size() != 0 || reads.domain_count != 0;
  }
  typename Tables<T>::Found& found_ref(std::size_t at) noexcept {
    return more_.empty() ? one_ : more_[at];
  }

  void add(const BasicReads<T>& reads, typename Tables<T>::Found& found) {
    if (reads.membership != nullptr) found = tables_.find_id(*reads.membership);
    if (reads.user != nullptr) {
      found.user = shard_hash(*reads.user);
      user_mask_ |= shard_bit(found.user.shard);
    }
    if (reads.organization != nullptr) {
      found.organization = shard_hash(*reads.organization);
      organization_mask_ |= shard_bit(found.organization.shard);
    }
    if (reads.membership != nullptr) {
      if (found.member == Tables<T>::none) return;
      organization_mask_ |= shard_bit(RecordNumber::shard(found.member));
      if (reads.profiles || reads.member_user) user_mask_ |= shard_bit(found.user_shard);
    }
  }
  /// Whether what was found is still so.
  bool verify(const BasicReads<T>& reads, typename Tables<T>::Found& found) const {
    if (found.member == Tables<T>::none) {
      // Another of the reads may show it already: what is there now was not when it was looked for.
      return reads.membership == nullptr || more_.empty() ||
             tables_.find_id(*reads.membership).member == Tables<T>::none;
    }
    const MemberRecord<T>& record = tables_.member_at(found.member);
    if (record.id.is(view_of(*reads.membership)) &&
        shard_hash(record.user.view()).shard == found.user_shard) {
      return true;
    }
    found.member = Tables<T>::none;
    return tables_.find_id(*reads.membership).member == Tables<T>::none;
  }
  void release() noexcept {
    for_each_shard(tables_.organizations, organization_mask_,
                   [](SharedLock& lock) { lock.unlock_shared(); });
    for_each_shard(tables_.users, user_mask_, [](SharedLock& lock) { lock.unlock_shared(); });
    user_mask_ = 0;
    organization_mask_ = 0;
  }

  const Tables<T>& tables_;
  std::uint64_t user_mask_ = 0;
  std::uint64_t organization_mask_ = 0;
  bool claims_ = false;
  typename Tables<T>::Found one_{};
  std::vector<typename Tables<T>::Found> more_;
};

}  // namespace detail
}  // namespace v0
}  // namespace membership

#endif
