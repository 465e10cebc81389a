// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_SQL_CACHES_HPP
#define MEMBERSHIP_STORE_SQL_CACHES_HPP

#include "membership/domain/hash.hpp"
#include "membership/store/owned/ref.hpp"
#include "membership/store/owned/role_versions.hpp"
#include "membership/store/owned/shared_lock.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace membership::inline v0 {
namespace detail {

/// The version of the environment that was read last. It is used under exactly its revision, which
/// every load reads, and read again under any other (docs/explanation/concurrency.md, rule 5).
template <class T>
class EnvironmentCache {
 public:
  Ref<EnvironmentVersion<T>> find(std::uint64_t revision) const {
    const SharedGuard guard(lock_);
    return version_ && version_->state.revision == revision ? version_
                                                            : Ref<EnvironmentVersion<T>>();
  }
  /// Whatever its revision; null where none was read.
  Ref<EnvironmentVersion<T>> last() const {
    const SharedGuard guard(lock_);
    return version_;
  }
  void keep(const Ref<EnvironmentVersion<T>>& version) {
    const UniqueGuard guard(lock_);
    if (!version_ || version_->state.revision < version->state.revision) version_ = version;
  }

 private:
  mutable SharedLock lock_;
  Ref<EnvironmentVersion<T>> version_;
};

/// The roles that organizations were seen with, by their revision: what a commit writes slugs with,
/// without asking again. Few of many organizations; the newest environment of a revision counts.
template <class T>
class SeenRoles {
 public:
  struct Seen {
    Ref<EnvironmentVersion<T>> environment;
    Ref<RoleVersion<T>> own;
  };

  /// Nothing where the organization was not seen at this revision, or not any more.
  std::optional<Seen> find(const typename T::OrganizationId& id, std::uint64_t revision) const {
    const SharedGuard guard(lock_);
    const Entry& entry = entries_[place_of(id)];
    if (entry.revision != revision || entry.id != id.view()) return std::nullopt;
    return entry.seen;
  }
  /// Whether the organization was last seen with roles of its own.
  bool had_roles(const typename T::OrganizationId& id) const {
    const SharedGuard guard(lock_);
    const Entry& entry = entries_[place_of(id)];
    return entry.id == id.view() && static_cast<bool>(entry.seen.own);
  }
  /// Whether any organization was ever seen with some.
  bool any_had_roles() const {
    const SharedGuard guard(lock_);
    return any_had_roles_;
  }
  void note(const typename T::OrganizationId& id, std::uint64_t revision, const Seen& seen) {
    const UniqueGuard guard(lock_);
    any_had_roles_ = any_had_roles_ || seen.own;
    Entry& entry = entries_[place_of(id)];
    if (entry.revision == revision && entry.id == id.view() &&
        entry.seen.environment->state.revision >= seen.environment->state.revision) {
      return;
    }
    entry = Entry{std::string(id.view()), revision, seen};
  }

 private:
  struct Entry {
    std::string id;
    std::uint64_t revision = 0;
    Seen seen;
  };
  static constexpr std::size_t size = 1024;
  static std::size_t place_of(const typename T::OrganizationId& id) noexcept {
    return static_cast<std::size_t>(hash_id(id) % size);
  }

  mutable SharedLock lock_;
  std::vector<Entry> entries_ = std::vector<Entry>(size);
  bool any_had_roles_ = false;
};

}  // namespace detail
}  // namespace membership::inline v0

#endif
