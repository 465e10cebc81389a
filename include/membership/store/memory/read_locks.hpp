// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_MEMORY_READ_LOCKS_HPP
#define MEMBERSHIP_STORE_MEMORY_READ_LOCKS_HPP

#include "membership/policy/reads.hpp"
#include "membership/store/memory/tables.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace membership::inline v0 {
namespace detail {

/// Holds what some reads need: users before organizations, then the claims and the invitations.
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
      for (std::size_t i = 0; i < reads.size(); ++i) prefetch(reads[i], found(i));
      settled = true;
      for (std::size_t i = 0; i < reads.size(); ++i) {
        settled = verify(reads[i], found_ref(i)) && settled;
        if (reads[i].other != nullptr) found_ref(i).other = tables.find_id(*reads[i].other).member;
      }
      // What was found by an invitation or an address is looked up again in the same way, last:
      // nothing is looked for by a membership's id under these locks.
      for (std::size_t i = 0; settled && i < reads.size(); ++i) {
        claims_ = claims_ || needs_claims(reads[i]);
        invitations_ = invitations_ || needs_invitations(reads[i], found(i));
      }
      if (claims_) tables.claim_lock.lock_shared();
      if (invitations_) tables.invitations.lock.lock_shared();
      for (std::size_t i = 0; settled && i < reads.size(); ++i) {
        settled = verify_named(reads[i], found(i));
      }
      if (!settled) release();
    }
  }
  ~ReadLocks() { release(); }
  ReadLocks(const ReadLocks&) = delete;
  ReadLocks& operator=(const ReadLocks&) = delete;

  const typename Tables<T>::Found& found(std::size_t at) const noexcept {
    return more_.empty() ? one_ : more_[at];
  }

 private:
  static bool needs_claims(const BasicReads<T>& reads) noexcept {
    return reads.email.has_value() || reads.claims.size() != 0 || reads.domain_count != 0 ||
           names_invitation(reads);
  }
  static bool names_invitation(const BasicReads<T>& reads) noexcept {
    return reads.invitation != nullptr || reads.token != nullptr;
  }
  /// Whether whom the reads are about is found by an invitation or an address.
  static bool names_indirectly(const BasicReads<T>& reads) noexcept {
    return names_invitation(reads) || (reads.email_user && reads.email);
  }
  /// Under the lock of the organization. Only a pending membership has one that is shown with it.
  bool needs_invitations(const BasicReads<T>& reads,
                         const typename Tables<T>::Found& found) const noexcept {
    if (names_invitation(reads) || reads.open_invitation) return true;
    if (!reads.member_invitation) return false;
    return reads.pair || (found.member != Tables<T>::none &&
                          tables_.member_at(found.member).state.status == Status::pending);
  }
  typename Tables<T>::Found& found_ref(std::size_t at) noexcept {
    return more_.empty() ? one_ : more_[at];
  }

  void add(const BasicReads<T>& reads, typename Tables<T>::Found& found) {
    if (reads.membership != nullptr) found = tables_.find_id(*reads.membership);
    if (names_indirectly(reads)) add_named(reads, found);
    if (reads.inviter != nullptr) user_mask_ |= shard_bit(shard_hash(*reads.inviter).shard);
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
  /// Asks, under the locks, for where the named rows are found, so that none is waited for alone.
  void prefetch(const BasicReads<T>& reads, const typename Tables<T>::Found& found) const noexcept {
    if (reads.user == nullptr || reads.organization == nullptr) return;
    const auto& shard = tables_.organizations[found.organization.shard];
    tables_.users[found.user.shard].by_id.prefetch(found.user.tag);
    shard.by_id.prefetch(found.organization.tag);
    shard.by_pair.prefetch(tables_.pair_hash(found.organization, found.user));
  }
  /// Looks up whom an invitation or an address is about, for the time being.
  void add_named(const BasicReads<T>& reads, typename Tables<T>::Found& found) {
    found.named_user.clear();
    found.named_organization.clear();
    {
      const SharedGuard claims(tables_.claim_lock);
      const SharedGuard invitations(tables_.invitations.lock);
      found.invitation = tables_.find_invitation(reads);
      const auto user = named_user(reads, found.invitation);
      if (user) found.named_user.emplace(*user);
      const auto organization = named_organization(found.invitation);
      if (organization) found.named_organization.emplace(*organization);
    }
    if (found.named_user && reads.user == nullptr) {
      found.user = shard_hash(*found.named_user);
      user_mask_ |= shard_bit(found.user.shard);
    }
    if (found.named_organization && reads.organization == nullptr) {
      found.organization = shard_hash(*found.named_organization);
      organization_mask_ |= shard_bit(found.organization.shard);
    }
  }
  bool verify_named(const BasicReads<T>& reads, const typename Tables<T>::Found& found) const {
    if (!names_indirectly(reads)) return true;
    if (tables_.find_invitation(reads) != found.invitation) return false;
    const auto user = named_user(reads, found.invitation);
    if (user ? !found.named_user || !(*user == *found.named_user) : bool(found.named_user)) {
      return false;
    }
    const auto organization = named_organization(found.invitation);
    return organization ? found.named_organization && *organization == *found.named_organization
                        : !found.named_organization;
  }
  std::optional<typename T::UserId> named_user(const BasicReads<T>& reads,
                                               std::uint32_t invitation) const {
    if (invitation != Tables<T>::none) return tables_.invited(tables_.invitations[invitation]);
    return reads.email_user && reads.email ? tables_.find_holder(*reads.email) : std::nullopt;
  }
  std::optional<typename T::OrganizationId> named_organization(std::uint32_t invitation) const {
    if (invitation == Tables<T>::none) return std::nullopt;
    return tables_.invitations[invitation].state->organization;
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
    if (invitations_) tables_.invitations.lock.unlock_shared();
    if (claims_) tables_.claim_lock.unlock_shared();
    invitations_ = false;
    claims_ = false;
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
  bool invitations_ = false;
  typename Tables<T>::Found one_{};
  std::vector<typename Tables<T>::Found> more_;
};

}  // namespace detail
}  // namespace membership::inline v0

#endif
