// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_MEMORY_WRITE_LOCKS_HPP
#define MEMBERSHIP_STORE_MEMORY_WRITE_LOCKS_HPP

#include "membership/policy/plan.hpp"
#include "membership/store/memory/tables.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace membership::inline v0 {
namespace detail {

/// The hashes of the ids that a plan names, each computed once.
struct PlanHashes {
  ShardHash organization{};
  ShardHash member{};
  ShardHash user{};  ///< the membership's, or the one written

  PlanHashes() noexcept = default;
  template <class T>
  explicit PlanHashes(const BasicPlan<T>& plan) noexcept {
    if (const auto* const id = plan.organization_id(); id != nullptr) {
      organization = shard_hash(*id);
    }
    if (plan.membership) {
      member = shard_hash(plan.membership->after.id);
      user = shard_hash(plan.membership->after.user);
    } else if (plan.user) {
      user = shard_hash(plan.user->after.id);
    }
  }
};

/// Those of a span.
template <class T>
class PlansHashes {
 public:
  explicit PlansHashes(std::span<const BasicPlan<T>> plans) {
    if (plans.size() == 1) {
      one_ = PlanHashes(plans[0]);
      return;
    }
    more_.reserve(plans.size());
    for (const BasicPlan<T>& plan : plans) more_.emplace_back(plan);
  }
  const PlanHashes& operator[](std::size_t at) const noexcept {
    return more_.empty() ? one_ : more_[at];
  }

 private:
  PlanHashes one_{};
  std::vector<PlanHashes> more_;
};

/// Holds everything that some plans need: the environment, users, organizations, member ids, claims
/// and invitations, in this order.
template <class T>
class WriteLocks {
 public:
  WriteLocks(Tables<T>& tables, std::span<const BasicPlan<T>> plans, const PlansHashes<T>& hashes)
      : tables_(tables) {
    for (std::size_t i = 0; i < plans.size(); ++i) add(plans[i], hashes[i]);
    // No load has touched these; they come while the others are locked.
    for_each_shard(tables.member_ids, member_id_mask_,
                   [](SharedLock& lock) { __builtin_prefetch(&lock, 1); });
    if (environment_ == Environment::written) tables.environment_lock.lock();
    if (environment_ == Environment::compared) tables.environment_lock.lock_shared();
    for_each_shard(tables.users, user_mask_, [](SharedLock& lock) { lock.lock(); });
    for_each_shard(tables.organizations, organization_mask_, [](SharedLock& lock) { lock.lock(); });
    for_each_shard(tables.member_ids, member_id_mask_, [](SharedLock& lock) { lock.lock(); });
    if (claims_) tables.claim_lock.lock();
    if (invitations_) tables.invitations.lock.lock();
  }
  ~WriteLocks() {
    if (invitations_) tables_.invitations.lock.unlock();
    if (claims_) tables_.claim_lock.unlock();
    for_each_shard(tables_.member_ids, member_id_mask_, [](SharedLock& lock) { lock.unlock(); });
    for_each_shard(tables_.organizations, organization_mask_,
                   [](SharedLock& lock) { lock.unlock(); });
    for_each_shard(tables_.users, user_mask_, [](SharedLock& lock) { lock.unlock(); });
    if (environment_ == Environment::compared) tables_.environment_lock.unlock_shared();
    if (environment_ == Environment::written) tables_.environment_lock.unlock();
  }
  WriteLocks(const WriteLocks&) = delete;
  WriteLocks& operator=(const WriteLocks&) = delete;

 private:
  enum class Environment : std::uint8_t { untouched, compared, written };

  void add(const BasicPlan<T>& plan, const PlanHashes& hashes) noexcept {
    const auto add_environment = [&](const auto& write) {
      if (!write) return;
      if (write->precondition == Precondition::set) {
        environment_ = Environment::written;
      } else if (environment_ == Environment::untouched) {
        environment_ = Environment::compared;
      }
    };
    add_environment(plan.environment);
    add_environment(plan.freed);
    if (plan.user) user_mask_ |= shard_bit(hashes.user.shard);
    if (plan.claims || (plan.organization && plan.profile)) claims_ = true;
    if (plan.invitation) invitations_ = true;
    if (plan.organization_id() != nullptr) {
      organization_mask_ |= shard_bit(hashes.organization.shard);
    }
    if (plan.other) member_id_mask_ |= shard_bit(shard_hash(plan.other->after.id).shard);
    if (plan.membership) {
      member_id_mask_ |= shard_bit(hashes.member.shard);
      if (plan.membership->precondition == Precondition::absent ||
          plan.membership->effect == Effect::erase) {
        user_mask_ |= shard_bit(hashes.user.shard);
      }
    }
  }

  Tables<T>& tables_;
  std::uint64_t user_mask_ = 0;
  std::uint64_t organization_mask_ = 0;
  std::uint64_t member_id_mask_ = 0;
  Environment environment_ = Environment::untouched;
  bool claims_ = false;
  bool invitations_ = false;
};

}  // namespace detail
}  // namespace membership::inline v0

#endif
