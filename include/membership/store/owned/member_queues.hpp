// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_OWNED_MEMBER_QUEUES_HPP
#define MEMBERSHIP_STORE_OWNED_MEMBER_QUEUES_HPP

#include "membership/domain/hash.hpp"
#include "membership/domain/membership.hpp"
#include "membership/policy/reads.hpp"
#include "membership/store/owned/atomic.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace membership::inline v0 {
namespace detail {

/// Which of a store's queues commands wait in: that of their organization, which some share. Of the
/// memberships that were seen last it is known which that is, so commands that name only a
/// membership queue with those of its organization. What is forgotten, or taken for another, costs
/// a conflict or a wait, never more.
class MemberQueues {
 public:
  static constexpr std::uint32_t queue_count = 64;

  /// Nothing where the reads name no organization, nor a membership that is known.
  template <class T>
  std::optional<std::uint32_t> find(const BasicReads<T>& reads) const noexcept {
    if (reads.organization != nullptr) return queue_of(*reads.organization);
    return reads.membership != nullptr ? find(*reads.membership) : std::nullopt;
  }
  template <class T>
  void note(const BasicOrganizationMembership<T>& membership) noexcept {
    const std::uint64_t hash = hash_id(membership.id);
    entries_[hash % size].store(tag_of(hash) | queue_of(membership.organization), Order::relaxed);
  }

 private:
  template <class OrganizationId>
  static std::uint32_t queue_of(const OrganizationId& organization) noexcept {
    return static_cast<std::uint32_t>(hash_id(organization) % queue_count);
  }
  template <class MembershipId>
  std::optional<std::uint32_t> find(const MembershipId& id) const noexcept {
    const std::uint64_t hash = hash_id(id);
    const std::uint32_t entry = entries_[hash % size].load(Order::relaxed);
    if ((entry ^ tag_of(hash)) >= queue_count) return std::nullopt;
    return entry % queue_count;
  }
  static constexpr std::size_t size = 4096;
  /// The rest of an entry beside the queue; never 0, as in an entry of no membership.
  static std::uint32_t tag_of(std::uint64_t hash) noexcept {
    return static_cast<std::uint32_t>(hash >> 32) / queue_count * queue_count | 1u << 31;
  }

  std::vector<Atomic<std::uint32_t>> entries_ = std::vector<Atomic<std::uint32_t>>(size);
};

}  // namespace detail
}  // namespace membership::inline v0

#endif
