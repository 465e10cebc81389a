// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_MEMORY_EVENT_LOG_HPP
#define MEMBERSHIP_STORE_MEMORY_EVENT_LOG_HPP

#include "membership/policy/plan.hpp"
#include "membership/policy/query.hpp"
#include "membership/policy/rows.hpp"
#include "membership/policy/slot.hpp"
#include "membership/store/owned/filters.hpp"
#include "membership/store/owned/owned_texts.hpp"
#include "membership/store/owned/role_versions.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace detail {

/// What an event of anything but a membership tells.
template <class T>
struct OtherEvent {
  Slot<typename T::OrganizationId> organization{};
  Slot<typename T::UserId> user{};
  Slot<typename T::RoleId> role_id{};
  Slot<RoleState> role{};
  Slot<typename T::PermissionId> permission_id{};
  Slot<PermissionState> permission{};
  Slot<BasicInvitationState<T>> invitation{};
  RoleSet held{};
  RoleIndex first_requested = RoleIndex::none();
  OwnedProfile profile;
  const PinnedProfile* profile_before;
  Slot<RoleState> role_before{};

  /// `before` may be null.
  explicit OtherEvent(const Profile& after, const Profile* before = nullptr)
      : profile(after), profile_before(before == nullptr ? nullptr : new PinnedProfile(*before)) {}
  OtherEvent(const OtherEvent&) = delete;
  OtherEvent& operator=(const OtherEvent&) = delete;
  ~OtherEvent() { delete profile_before; }
};

template <class T>
struct EventRecord {
  EventId id{};
  EventType type = EventType::none;
  Time created_at = Time::from_milliseconds(0);
  std::uint64_t revision = 0;
  Slot<BasicOrganizationMembership<T>> membership{};
  MembershipBefore before{};
  const EnvironmentVersion<T>* environment = nullptr;
  Ref<RoleVersion<T>> own_roles;
  OtherEvent<T>* other = nullptr;
  std::uint64_t earlier = 0;  ///< in the chain of its hash: a position and one; 0: none

  EventRecord() = default;
  EventRecord(const EventRecord&) = delete;
  EventRecord& operator=(const EventRecord&) = delete;
  ~EventRecord() { delete other; }

  void clear() noexcept {
    delete std::exchange(other, nullptr);
    own_roles = Ref<RoleVersion<T>>();
    membership.clear();
    before = {};
    revision = 0;
  }

  BasicEventRow<T> row() const noexcept {
    BasicEventRow<T> row{id, type, created_at};
    row.revision = revision;
    if (environment != nullptr) row.roles = catalogue_of(*environment, own_roles.get());
    row.membership = membership.get();
    row.before = before;
    if (membership) row.organization = &membership->organization;
    if (other != nullptr) {
      row.organization = other->organization.get();
      row.user = other->user.get();
      row.role_id = other->role_id.get();
      row.role = other->role.get();
      row.permission_id = other->permission_id.get();
      row.permission = other->permission.get();
      row.invitation = other->invitation.get();
      row.held = other->held;
      row.first_requested = other->first_requested;
      row.profile = *other->profile;
      if (other->profile_before != nullptr) row.profile_before = &**other->profile_before;
      row.role_before = other->role_before.get();
    }
    return row;
  }
};

/// The newest events in the order of their commits, at most `limit`; the oldest go first.
/// An event's place in the log is its position, counted from the first one ever.
///
/// Every commit appends under the log's one lock, so an append touches little: its record and the
/// head of a chain. What was dropped is cleared when its record is used again, and comes in its
/// chain after all that are kept.
template <class T>
class EventLog {
 public:
  explicit EventLog(std::size_t limit)
      : limit_(limit < highest_limit ? limit : highest_limit),
        slots_((limit_ / chunk_size + 2) * chunk_size) {}
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;
  ~EventLog() {
    for (EventRecord<T>* chunk : chunks_) delete[] chunk;
  }

  bool keeps_events() const noexcept { return limit_ > 0; }

  /// Makes sure that `count` calls of `append` succeed. May throw std::bad_alloc.
  void reserve(std::size_t count) {
    const std::size_t most = count < slots_ ? count : slots_;
    for (std::uint64_t position = end_; position < end_ + most; position += 1) {
      const std::size_t chunk = static_cast<std::size_t>(position % slots_) / chunk_size;
      if (chunk >= chunks_.size()) {
        chunks_.reserve(chunk + 1);
        chunks_.push_back(new EventRecord<T>[chunk_size]);
      }
    }
    if (chunks_.size() * chunk_size > heads_.size()) grow();
  }

  /// The record to fill for the next event. Preconditions: room was reserved.
  EventRecord<T>& append(EventId id) noexcept {
    if (end_ - begin_ == limit_) ++begin_;
    EventRecord<T>& record = at(end_);
    record.clear();
    record.id = id;
    link(record, end_++);
    return record;
  }

  /// Drops the oldest events as long as they are from before `time`, at most `limit`. Returns how
  /// many.
  std::size_t drop(Time time, std::size_t limit) noexcept {
    std::size_t count = 0;
    for (; count < limit && begin_ < end_ && at(begin_).created_at < time; ++count) {
      at(begin_++).clear();
    }
    return count;
  }

  /// Calls `visit(BasicEventRow)` for a page of events.
  template <class Visit>
  ListEnd list(const BasicEventQuery<T>& query, Visit&& visit) const {
    const bool ascending = query.page().direction == Direction::ascending;
    std::uint64_t low = begin_;
    std::uint64_t high = end_;
    const auto bound = [&](const std::optional<EventId>& cursor, bool lower) {
      if (!cursor) return;
      const std::uint64_t position = find(*cursor);
      if (position == missing) {
        // Gone with the oldest: everything kept comes after it.
        if (!lower) high = low;
        return;
      }
      if (lower) {
        low = position + 1;
      } else {
        high = position;
      }
    };
    bound(query.page().after, ascending);
    bound(query.page().until, !ascending);
    std::size_t shown = 0;
    for (std::uint64_t step = 0; low + step < high; ++step) {
      const EventRecord<T>& record = at(ascending ? low + step : high - 1 - step);
      const BasicEventRow<T> row = record.row();
      if (!detail::fits(query.filter(), row)) continue;
      if (shown == query.page().limit) return {true};
      visit(row);
      ++shown;
    }
    return {false};
  }

 private:
  static constexpr std::size_t chunk_size = 64;
  static constexpr std::size_t highest_limit = std::size_t{1} << 31;
  static constexpr std::uint64_t missing = ~std::uint64_t{0};

  static std::uint32_t hash(EventId id) noexcept {
    const std::uint64_t mixed = (id.value.high ^ (id.value.low * 0x9FB21C651E98DF25u));
    return static_cast<std::uint32_t>(mixed ^ (mixed >> 32));
  }
  EventRecord<T>& at(std::uint64_t position) const noexcept {
    const std::size_t slot = static_cast<std::size_t>(position % slots_);
    return chunks_[slot / chunk_size][slot % chunk_size];
  }
  std::uint64_t find(EventId id) const {
    for (std::uint64_t next = heads_[hash(id) & (heads_.size() - 1)]; next > begin_;) {
      const EventRecord<T>& record = at(next - 1);
      if (record.id == id) return next - 1;
      next = record.earlier;
    }
    return missing;
  }
  void link(EventRecord<T>& record, std::uint64_t position) noexcept {
    std::uint64_t& head = heads_[hash(record.id) & (heads_.size() - 1)];
    record.earlier = std::exchange(head, position + 1);
  }
  /// Makes as many chains as records. May throw std::bad_alloc.
  void grow() {
    std::vector<std::uint64_t>(std::bit_ceil(chunks_.size() * chunk_size), 0).swap(heads_);
    for (std::uint64_t position = begin_; position < end_; ++position) link(at(position), position);
  }

  std::size_t limit_;
  std::size_t slots_;
  std::vector<EventRecord<T>*> chunks_;
  std::vector<std::uint64_t> heads_ = std::vector<std::uint64_t>(1, 0);  ///< as `earlier`
  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0;
};

}  // namespace detail
}  // namespace membership::inline v0

#endif
