// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_MEMORY_RECORDS_HPP
#define MEMBERSHIP_STORE_MEMORY_RECORDS_HPP

#include "membership/domain/membership.hpp"
#include "membership/domain/organization.hpp"
#include "membership/domain/role_set.hpp"
#include "membership/domain/user.hpp"
#include "membership/policy/claims.hpp"
#include "membership/policy/slot.hpp"
#include "membership/store/memory/id_cell.hpp"
#include "membership/store/memory/ordered_index.hpp"
#include "membership/store/owned/owned_texts.hpp"
#include "membership/store/owned/role_versions.hpp"

#include <cstdint>
#include <string>

namespace membership::inline v0 {
namespace detail {

/// How the memory store numbers a record across its shards.
class RecordNumber {
 public:
  static constexpr unsigned shards = 64;
  static constexpr std::uint32_t none = 0xFFFFFFFFu;
  static constexpr std::uint32_t of(unsigned shard, std::uint32_t place) noexcept {
    return (shard << 26) | place;
  }
  static constexpr unsigned shard(std::uint32_t number) noexcept { return number >> 26; }
  static constexpr std::uint32_t place(std::uint32_t number) noexcept {
    return number & ((1u << 26) - 1);
  }
};

/// A hash as the shards use it: six bits choose the shard, 32 others the place in its tables.
struct ShardHash {
  std::uint64_t value = 0;
  unsigned shard = 0;
  std::uint32_t tag = 0;
  ShardHash() noexcept = default;
  explicit ShardHash(std::uint64_t hash) noexcept
      : value(hash), shard(static_cast<unsigned>(hash >> 58)),
        tag(static_cast<std::uint32_t>(hash)) {}
};

template <class I>
ShardHash shard_hash(const I& id) noexcept {
  return ShardHash(hash_id(id));
}

/// The part of a membership that changes.
struct MemberState {
  RoleSet roles{};
  Time created_at = Time::from_milliseconds(0);
  Time updated_at = Time::from_milliseconds(0);
  std::uint64_t revision = 0;
  Status status = Status::active;
  RoleIndex first_requested = RoleIndex::none();
  bool directory_managed = false;

  template <class T>
  static MemberState of(const BasicOrganizationMembership<T>& value) noexcept {
    return {value.roles,  value.created_at,      value.updated_at,       value.revision,
            value.status, value.first_requested, value.directory_managed};
  }
};

/// A membership: its ids in cells, its organization by number.
template <class T>
struct alignas(64) MemberRecord {
  IdCell<typename T::MembershipId> id;
  IdCell<typename T::UserId> user;
  MemberState state;
  std::uint32_t organization = 0;
  std::uint32_t node = 0;
  std::uint32_t next_free = 0;
};

/// The numbers of a user's memberships, in the order of their ids; two of them in place.
class MemberNumbers {
 public:
  MemberNumbers() noexcept = default;
  MemberNumbers(const MemberNumbers&) = delete;
  MemberNumbers& operator=(const MemberNumbers&) = delete;
  ~MemberNumbers() { clear(); }

  std::uint32_t size() const noexcept { return size_; }
  std::uint32_t operator[](std::uint32_t at) const noexcept { return data()[at]; }

  /// Makes sure that `count` insertions in a row succeed. May throw std::bad_alloc.
  void reserve(std::uint32_t count) {
    if (size_ + count <= capacity_) return;
    std::uint32_t capacity = capacity_ * 2;
    while (capacity < size_ + count) capacity *= 2;
    auto* const grown = new std::uint32_t[capacity];
    for (std::uint32_t i = 0; i < size_; ++i) grown[i] = data()[i];
    if (capacity_ > inside_room) delete[] room_.beside;
    room_.beside = grown;
    capacity_ = capacity;
  }
  /// Preconditions: room was reserved.
  void insert(std::uint32_t at, std::uint32_t number) noexcept {
    for (std::uint32_t i = size_; i > at; --i) data()[i] = data()[i - 1];
    data()[at] = number;
    ++size_;
  }
  void erase(std::uint32_t number) noexcept {
    std::uint32_t at = 0;
    while (at < size_ && data()[at] != number) ++at;
    // Not there where the user was deleted before being swept, and made again.
    if (at == size_) return;
    for (--size_; at < size_; ++at) data()[at] = data()[at + 1];
  }
  void clear() noexcept {
    if (capacity_ > inside_room) delete[] room_.beside;
    capacity_ = inside_room;
    size_ = 0;
  }

 private:
  static constexpr std::uint32_t inside_room = 2;
  std::uint32_t* data() noexcept { return capacity_ > inside_room ? room_.beside : room_.inside; }
  const std::uint32_t* data() const noexcept {
    return capacity_ > inside_room ? room_.beside : room_.inside;
  }

  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = inside_room;
  union Room {
    std::uint32_t inside[inside_room];
    std::uint32_t* beside;
  } room_{};
};

template <class T>
struct UserRecord {
  IdCell<typename T::UserId> id;
  std::uint64_t revision = 0;  ///< 0 where the record is not in use
  MemberNumbers members;
  OwnedProfile* profile = nullptr;
  std::uint32_t node = 0;
  std::uint32_t next_free = 0;
  std::uint64_t generation = 0;
  Phase phase = Phase::live;

  ~UserRecord() { delete profile; }

  BasicUserState<T> state() const noexcept {
    return BasicUserState<T>(copy_of<typename T::UserId>(id.view()), revision, phase, generation);
  }
};

template <class T>
struct alignas(64) OrganizationRecord {
  // What reading a membership needs is in one cache line.
  IdCell<typename T::OrganizationId> id;
  Ref<RoleVersion<T>> roles;
  OrderedIndex members;
  Slot<BasicOrganizationState<T>> state;
  OwnedProfile* profile = nullptr;
  std::uint32_t node = 0;
  std::uint32_t next_free = 0;

  ~OrganizationRecord() { delete profile; }
};

/// Whether a long operation has marked an organization, or one of its own roles.
template <class T>
bool is_marked(const OrganizationRecord<T>& organization) noexcept {
  if (organization.state->phase != Phase::live) return true;
  if (!organization.roles) return false;
  for (const RoleState& role : organization.roles->roles.states) {
    if (role.phase != Phase::live) return true;
  }
  return false;
}

/// A claimed text, and who has it where that is a user or an organization.
template <class T>
struct ClaimRecord {
  std::string key;
  ClaimKind kind{};
  Slot<typename T::UserId> user{};
  Slot<typename T::OrganizationId> organization{};
  std::uint32_t next_free = 0;
};

}  // namespace detail
}  // namespace membership::inline v0

#endif
