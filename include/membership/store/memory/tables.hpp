// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_MEMORY_TABLES_HPP
#define MEMBERSHIP_STORE_MEMORY_TABLES_HPP

#include "membership/policy/reads.hpp"
#include "membership/policy/rows.hpp"
#include "membership/store/memory/event_log.hpp"
#include "membership/store/memory/index_table.hpp"
#include "membership/store/memory/invitation_table.hpp"
#include "membership/store/memory/ordered_index.hpp"
#include "membership/store/memory/records.hpp"
#include "membership/store/memory/slab.hpp"
#include "membership/store/owned/atomic.hpp"
#include "membership/store/owned/role_versions.hpp"
#include "membership/store/owned/shared_lock.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace membership::inline v0 {
namespace detail {

template <class Shards, class Action>
void for_each_shard(Shards& shards, std::uint64_t mask, Action&& action) {
  for (; mask != 0; mask &= mask - 1) action(shards[std::countr_zero(mask)].lock);
}

inline std::uint64_t shard_bit(unsigned shard) noexcept { return std::uint64_t{1} << shard; }

/// All that a memory store keeps, and how it is found. Locks are taken in this order: environment,
/// users, organizations, member ids, claims, invitations, global orders, events.
template <class T>
struct Tables {
  static constexpr std::uint32_t none = RecordNumber::none;
  static constexpr unsigned shard_count = RecordNumber::shards;

  struct alignas(64) OrganizationShard {
    // What every search needs is in one cache line.
    mutable SharedLock lock;
    IndexTable by_id;    ///< organizations
    IndexTable by_pair;  ///< members by user and organization
    mutable SharedLock queue;
    Slab<OrganizationRecord<T>> organizations;
    Slab<MemberRecord<T>> members;
    OrderedIndex::Nodes nodes;
  };
  struct alignas(64) UserShard {
    mutable SharedLock lock;
    IndexTable by_id;
    Slab<UserRecord<T>> users;
  };
  /// Members by their id, whatever their organization. The numbers are those of all shards.
  struct alignas(64) MemberIdShard {
    mutable SharedLock lock;
    IndexTable by_id;
  };
  /// The organizations or the users of all shards. Commits that hold different shards reserve room
  /// here and insert later, so the room of each is counted until it is used or given up.
  struct GlobalOrder {
    mutable SharedLock lock;
    OrderedIndex index;
    OrderedIndex::Nodes nodes;
    std::uint32_t reserved = 0;

    /// May throw std::bad_alloc; false where the slab is full.
    [[nodiscard]] bool reserve() {
      const UniqueGuard guard(lock);
      if (!index.reserve(nodes, reserved + 1)) return false;
      ++reserved;
      return true;
    }
    void give_up() noexcept {
      const UniqueGuard guard(lock);
      --reserved;
    }
    /// Preconditions: room was reserved.
    template <class Records>
    void insert(Records records, std::uint32_t number) noexcept {
      const UniqueGuard guard(lock);
      index.insert(nodes, records, number);
      --reserved;
    }
    template <class Records>
    void erase(Records records, std::uint32_t number) noexcept {
      const UniqueGuard guard(lock);
      index.erase(nodes, records, number);
    }
  };

  /// A membership found by its id, before its organization's shard is locked.
  struct Found {
    std::uint32_t member = none;
    unsigned user_shard = 0;
    std::uint32_t other = none;
    ShardHash user{};  ///< of the ids that the reads name
    ShardHash organization{};
    // What is found by an invitation or an address stands for ids that the reads do not name.
    std::uint32_t invitation = none;
    Slot<typename T::UserId> named_user{};
    Slot<typename T::OrganizationId> named_organization{};
  };

  /// A record that was found, or the place `none`.
  template <class Record>
  struct At {
    std::uint32_t place = none;
    const Record* record = nullptr;

    explicit operator bool() const noexcept { return place != none; }
    const Record* operator->() const noexcept { return record; }
    const Record& operator*() const noexcept { return *record; }
  };
  template <class Record, class Is>
  static At<Record> find_record(const IndexTable& index, std::uint32_t hash,
                                const Slab<Record>& records, const Is& is) noexcept {
    const Record* record = nullptr;
    const std::uint32_t place =
        index.find(hash, [&](std::uint32_t at) { return is(*(record = &records[at])); });
    return {place, record};
  }

  /// The hash of a membership's user and organization.
  static std::uint32_t pair_hash(ShardHash organization, ShardHash user) noexcept {
    const std::uint64_t hash = user.value + organization.value * 0x9E3779B97F4A7C15u;
    return static_cast<std::uint32_t>(hash ^ (hash >> 29));
  }

  MemberRecord<T>& member_at(std::uint32_t number) noexcept {
    return organizations[RecordNumber::shard(number)].members[RecordNumber::place(number)];
  }
  const MemberRecord<T>& member_at(std::uint32_t number) const noexcept {
    return organizations[RecordNumber::shard(number)].members[RecordNumber::place(number)];
  }
  const OrganizationRecord<T>& organization_at(std::uint32_t number) const noexcept {
    return organizations[RecordNumber::shard(number)].organizations[RecordNumber::place(number)];
  }
  const UserRecord<T>& user_at(std::uint32_t number) const noexcept {
    return users[RecordNumber::shard(number)].users[RecordNumber::place(number)];
  }

  // Each under the lock of its shard.
  At<OrganizationRecord<T>> find_organization(ShardHash hash,
                                              const typename T::OrganizationId& id) const noexcept {
    const OrganizationShard& shard = organizations[hash.shard];
    return find_record(shard.by_id, hash.tag, shard.organizations,
                       [&](const auto& record) { return record.id.is(view_of(id)); });
  }
  At<UserRecord<T>> find_user(ShardHash hash, const typename T::UserId& id) const noexcept {
    const UserShard& shard = users[hash.shard];
    return find_record(shard.by_id, hash.tag, shard.users,
                       [&](const auto& record) { return record.id.is(view_of(id)); });
  }
  /// `organization` is of the one at `place` in its shard.
  At<MemberRecord<T>> find_pair(ShardHash organization, std::uint32_t place, ShardHash user,
                                const typename T::UserId& id) const noexcept {
    const OrganizationShard& shard = organizations[organization.shard];
    const auto is = [&](const auto& record) {
      return record.organization == place && record.user.is(view_of(id));
    };
    return find_record(shard.by_pair, pair_hash(organization, user), shard.members, is);
  }
  std::uint32_t find_member(ShardHash hash, const typename T::MembershipId& id) const {
    return member_ids[hash.shard].by_id.find(
        hash.tag, [&](std::uint32_t number) { return member_at(number).id.is(view_of(id)); });
  }
  Found find_id(const typename T::MembershipId& id) const {
    const ShardHash hash = shard_hash(id);
    const SharedGuard guard(member_ids[hash.shard].lock);
    Found found;
    found.member = find_member(hash, id);
    if (found.member != none)
      found.user_shard = shard_hash(member_at(found.member).user.view()).shard;
    return found;
  }
  static std::uint32_t claim_hash(ClaimKind kind, std::string_view key) noexcept {
    return static_cast<std::uint32_t>(hash_bytes(key)) ^ static_cast<std::uint32_t>(kind);
  }
  /// Under the lock of the claims, as what follows.
  std::uint32_t find_claim(ClaimKind kind, std::string_view key) const noexcept {
    return claims_by_key.find(claim_hash(kind, key), [&](std::uint32_t place) {
      return claims[place].kind == kind && claims[place].key == key;
    });
  }
  /// Who has claimed a text; null for nobody.
  const ClaimRecord<T>* claim_of(ClaimKind kind, std::string_view text) const {
    const std::uint32_t place = find_claim(kind, claim_key(kind, text).view());
    return place == none ? nullptr : &claims[place];
  }
  /// The user who holds an address.
  std::optional<typename T::UserId> find_holder(const EmailKey& key) const {
    const std::uint32_t claim = find_claim(ClaimKind::user_email, key.view());
    if (claim == none) return std::nullopt;
    return *claims[claim].user;
  }
  /// The invitation that reads name; under the lock of the invitations.
  std::uint32_t find_invitation(const BasicReads<T>& reads) const {
    if (reads.invitation != nullptr) return invitations.find(*reads.invitation);
    return reads.token != nullptr ? invitations.find(*reads.token) : none;
  }
  /// Whose membership an invitation is about; under the locks of claims and invitations.
  std::optional<typename T::UserId> invited(const InvitationRecord<T>& record) const {
    if (record.state->user) return record.state->user;
    return find_holder(EmailKey::folded(record.email()));
  }

  /// Whether others than these (null: nobody) have a claim.
  bool is_taken(ClaimKind kind, std::string_view text, const typename T::UserId* user,
                const typename T::OrganizationId* organization) const {
    const ClaimRecord<T>* const claim = claim_of(kind, text);
    if (claim == nullptr) return false;
    if (claim->user) return user == nullptr || !(*claim->user == *user);
    if (claim->organization) {
      return organization == nullptr || !(*claim->organization == *organization);
    }
    return true;
  }

  static BasicMembershipView<T> member_view(const OrganizationRecord<T>& organization,
                                            const MemberRecord<T>& record) noexcept {
    const MemberState& state = record.state;
    return {record.id.view(),      record.user.view(),     organization.id.view(), state.roles,
            state.created_at,      state.updated_at,       state.revision,         state.status,
            state.first_requested, state.directory_managed};
  }
  static BasicMembershipRow<T> member_row(const EnvironmentVersion<T>& environment,
                                          const OrganizationRecord<T>& organization,
                                          const MemberRecord<T>& record) noexcept {
    return {member_view(organization, record), catalogue_of(environment, organization.roles.get())};
  }

  Atomic<const EnvironmentVersion<T>*> environment{nullptr};
  mutable SharedLock environment_lock;
  Atomic<std::uint64_t> freed_revision{0};  ///< written under the environment's lock
  UserShard users[shard_count];
  OrganizationShard organizations[shard_count];
  MemberIdShard member_ids[shard_count];
  mutable SharedLock claim_lock;
  IndexTable claims_by_key;
  Slab<ClaimRecord<T>> claims;
  InvitationTable<T> invitations;
  GlobalOrder organization_order;
  GlobalOrder user_order;
  mutable SharedLock event_lock;
  EventLog<T> events;

  explicit Tables(std::size_t event_limit) : events(event_limit) {}
  Tables(const Tables&) = delete;
  Tables& operator=(const Tables&) = delete;
  ~Tables() {
    const EnvironmentVersion<T>* at = environment.load(Order::relaxed);
    while (at != nullptr) delete std::exchange(at, at->previous);
  }
};

}  // namespace detail
}  // namespace membership::inline v0

#endif
