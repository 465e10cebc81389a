// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_BENCHMARKS_YARDSTICK_HPP
#define MEMBERSHIP_BENCHMARKS_YARDSTICK_HPP

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

/// What the memory store is measured against: stores that somebody might write by hand for this
/// one purpose. They have no policy, no plans, no revisions to compare and no events, and what is
/// not needed here they cannot do.

namespace benchmarks {

enum class YardStatus : std::uint8_t { active, inactive };

/// An id of at most 31 bytes in 32.
struct IdBytes {
  char bytes[31];
  std::uint8_t size;

  static IdBytes of(std::string_view text) noexcept {
    IdBytes id{};
    std::memcpy(id.bytes, text.data(), text.size());
    id.size = static_cast<std::uint8_t>(text.size());
    return id;
  }
  std::string_view view() const noexcept { return {bytes, size}; }
  bool is(std::string_view text) const noexcept {
    return size == text.size() && std::memcmp(bytes, text.data(), text.size()) == 0;
  }
};

/// A hash that reads 16 bytes at a time.
inline std::uint64_t hash_text(std::string_view text) noexcept {
  __extension__ using Wide = unsigned __int128;
  const auto load = [](const char* at, std::size_t size) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, size);
    return word;
  };
  const auto fold = [](std::uint64_t a, std::uint64_t b) {
    const Wide wide = Wide{a} * b;
    return static_cast<std::uint64_t>(wide) ^ static_cast<std::uint64_t>(wide >> 64);
  };
  constexpr std::uint64_t odd1 = 0xA0761D6478BD642Fu;
  constexpr std::uint64_t odd2 = 0xE7037ED1A0B428DBu;
  std::uint64_t hash = text.size() * odd2;
  const char* at = text.data();
  std::size_t rest = text.size();
  for (; rest > 16; rest -= 16, at += 16) hash = fold(load(at, 8) ^ odd1, load(at + 8, 8) ^ hash);
  if (text.size() >= 16) {
    at += rest;
    return fold(load(at - 16, 8) ^ odd1, load(at - 8, 8) ^ hash);
  }
  if (rest >= 8) return fold(load(at, 8) ^ odd1, load(at + rest - 8, 8) ^ hash);
  return fold(load(at, rest) ^ odd1, hash);
}

/// Open addressing: a slot is 32 bits of the hash and the number of a record.
class SlotTable {
 public:
  static constexpr std::uint32_t none = 0xFFFFFFFFu;

  template <class Matches>
  std::uint32_t find(std::uint64_t hash, Matches matches) const {
    for (std::size_t at = hash & mask_;; at = (at + 1) & mask_) {
      const std::uint64_t slot = slots_[at];
      if (slot == 0) return none;
      if ((slot ^ hash) >> 32 == 0) {
        const auto number = static_cast<std::uint32_t>(slot) - 1u;
        if (matches(number)) return number;
      }
    }
  }
  void insert(std::uint64_t hash, std::uint32_t number) {
    if (++size_ * 8 > slots_.size() * 7) grow();
    put(spread(hash) | (number + 1u), hash);
  }
  void erase(std::uint64_t hash, std::uint32_t number) noexcept {
    const std::uint64_t wanted = spread(hash) | (number + 1u);
    std::size_t hole = hash & mask_;
    while (slots_[hole] != wanted) hole = (hole + 1) & mask_;
    for (std::size_t at = (hole + 1) & mask_; slots_[at] != 0; at = (at + 1) & mask_) {
      const std::size_t home = home_of(slots_[at]);
      if (((at - home) & mask_) >= ((at - hole) & mask_)) {
        slots_[hole] = slots_[at];
        hole = at;
      }
    }
    slots_[hole] = 0;
    --size_;
  }

  /// A hash whose two halves are alike, so that a slot tells its home.
  static std::uint64_t prepare(std::uint64_t hash) noexcept {
    const std::uint64_t high = hash >> 32;
    return (high << 32) | high;
  }

 private:
  static std::uint64_t spread(std::uint64_t hash) noexcept { return hash & ~0xFFFFFFFFull; }
  std::size_t home_of(std::uint64_t slot) const noexcept {
    return static_cast<std::size_t>(slot >> 32) & mask_;
  }
  void put(std::uint64_t slot, std::uint64_t hash) noexcept {
    std::size_t at = hash & mask_;
    while (slots_[at] != 0) at = (at + 1) & mask_;
    slots_[at] = slot;
  }
  void grow() {
    std::vector<std::uint64_t> old(slots_.size() * 2, 0);
    old.swap(slots_);
    mask_ = slots_.size() - 1;
    for (const std::uint64_t slot : old) {
      if (slot != 0) put(slot, slot >> 32);
    }
  }

  std::vector<std::uint64_t> slots_ = std::vector<std::uint64_t>(16, 0);
  std::size_t mask_ = 15;
  std::size_t size_ = 0;
};

struct NoMutex {
  void lock() noexcept {}
  void unlock() noexcept {}
};

/// The compact store: records of 128 bytes with ids in 32-byte cells, the organization by its
/// number, tables of 64-bit slots, and for each organization a list of nodes of 13 members, in the
/// order of their ids as long as they come in this order.
template <class Mutex>
class CompactStore {
 public:
  struct alignas(64) Record {
    IdBytes id;
    IdBytes user;
    std::uint64_t roles[2];
    std::int64_t created_at;
    std::int64_t updated_at;
    std::uint64_t revision;
    std::uint32_t organization;
    std::uint32_t node;
    std::uint32_t next_of_user;  ///< another membership of the same user
    YardStatus status;
    std::uint8_t first_requested;
  };
  static_assert(sizeof(Record) == 128);

  void add_organization(std::string_view id) {
    const auto number = static_cast<std::uint32_t>(organizations_.size());
    organizations_.push_back(Organization{IdBytes::of(id), 0, {}, none, none});
    organization_ids_.insert(hash_of(id), number);
  }
  void add_user(std::string_view id) {
    const auto number = static_cast<std::uint32_t>(users_.size());
    users_.push_back(User{IdBytes::of(id), none});
    user_ids_.insert(hash_of(id), number);
  }

  /// An active membership with one role; whether it was made.
  bool create(std::string_view user, std::string_view organization, std::string_view id,
              std::uint8_t role, std::int64_t now) {
    const std::lock_guard<Mutex> guard(mutex_);
    const std::uint64_t user_hash = hash_text(user);
    const std::uint32_t owner = user_ids_.find(
        SlotTable::prepare(user_hash), [&](std::uint32_t n) { return users_[n].id.is(user); });
    const std::uint32_t place = find_organization(organization);
    if (owner == none || place == none) return false;
    const std::uint64_t pair = pair_hash(user_hash, place);
    if (find_pair(pair, place, user) != none) return false;
    const std::uint64_t id_hash = hash_of(id);
    if (find_id(id_hash, id) != none) return false;

    const std::uint32_t number = take();
    Organization& in = organizations_[place];
    Record& record = at(number);
    record.id = IdBytes::of(id);
    record.user = IdBytes::of(user);
    record.roles[0] = std::uint64_t{1} << role;
    record.roles[1] = 0;
    record.created_at = now;
    record.updated_at = now;
    record.revision = ++in.revision;
    record.organization = place;
    record.next_of_user = users_[owner].first;
    record.status = YardStatus::active;
    record.first_requested = role;
    users_[owner].first = number;
    ++in.counts[0];
    pairs_.insert(pair, number);
    ids_.insert(id_hash, number);
    append(in, number);
    return true;
  }

  /// Shows the membership of a user in an organization, under the lock.
  template <class Visit>
  bool view(std::string_view user, std::string_view organization, Visit visit) {
    const std::lock_guard<Mutex> guard(mutex_);
    const std::uint32_t place = find_organization(organization);
    if (place == none) return false;
    const std::uint32_t number = find_pair(pair_hash(hash_text(user), place), place, user);
    if (number == none) return false;
    visit(at(number));
    return true;
  }

  bool set_status(std::string_view id, YardStatus status, std::int64_t now) {
    const std::lock_guard<Mutex> guard(mutex_);
    const std::uint32_t number = find_id(hash_of(id), id);
    if (number == none) return false;
    Record& record = at(number);
    if (record.status == status) return true;
    Organization& in = organizations_[record.organization];
    --in.counts[static_cast<unsigned>(record.status)];
    ++in.counts[static_cast<unsigned>(status)];
    record.status = status;
    record.revision = ++in.revision;
    if (record.updated_at < now) record.updated_at = now;
    return true;
  }

  bool erase(std::string_view id) {
    const std::lock_guard<Mutex> guard(mutex_);
    const std::uint64_t id_hash = hash_of(id);
    const std::uint32_t number = find_id(id_hash, id);
    if (number == none) return false;
    Record& record = at(number);
    Organization& in = organizations_[record.organization];
    const std::uint64_t user_hash = hash_text(record.user.view());
    const std::uint32_t owner = user_ids_.find(SlotTable::prepare(user_hash), [&](std::uint32_t n) {
      return users_[n].id.is(record.user.view());
    });
    std::uint32_t* link = &users_[owner].first;
    while (*link != number) link = &at(*link).next_of_user;
    *link = record.next_of_user;
    --in.counts[static_cast<unsigned>(record.status)];
    ++in.revision;
    pairs_.erase(pair_hash(user_hash, record.organization), number);
    ids_.erase(id_hash, number);
    unlink(in, record, number);
    record.next_of_user = free_;
    free_ = number;
    return true;
  }

  /// Shows up to `limit` members of an organization after the member `after` (none: from the
  /// first), all or the active ones.
  template <class Visit>
  std::size_t page(std::string_view organization, std::string_view after, bool only_active,
                   std::size_t limit, Visit visit) {
    const std::lock_guard<Mutex> guard(mutex_);
    const std::uint32_t place = find_organization(organization);
    if (place == none) return 0;
    std::uint32_t node = organizations_[place].head;
    std::uint32_t begin = 0;
    if (!after.empty()) {
      const std::uint32_t cursor = find_id(hash_of(after), after);
      if (cursor == none) return 0;
      node = at(cursor).node;
      while (nodes_[node].entries[begin] != cursor) ++begin;
      ++begin;
    }
    std::size_t shown = 0;
    for (; node != none; node = nodes_[node].next, begin = 0) {
      for (std::uint32_t i = begin; i < nodes_[node].count; ++i) {
        const Record& record = at(nodes_[node].entries[i]);
        if (only_active && record.status != YardStatus::active) continue;
        if (shown == limit) return shown;
        visit(record);
        ++shown;
      }
    }
    return shown;
  }

 private:
  static constexpr std::uint32_t none = SlotTable::none;
  static constexpr std::uint32_t chunk = 4096;

  struct User {
    IdBytes id;
    std::uint32_t first;
  };
  struct Organization {
    IdBytes id;
    std::uint64_t revision;
    std::uint64_t counts[2];
    std::uint32_t head;
    std::uint32_t tail;
  };
  struct Node {
    std::uint32_t entries[13];
    std::uint32_t count;
    std::uint32_t previous;
    std::uint32_t next;
  };

  static std::uint64_t hash_of(std::string_view id) noexcept {
    return SlotTable::prepare(hash_text(id));
  }
  static std::uint64_t pair_hash(std::uint64_t user_hash, std::uint32_t organization) noexcept {
    return SlotTable::prepare(user_hash + organization * 0x9E3779B97F4A7C15u);
  }
  Record& at(std::uint32_t number) noexcept { return chunks_[number / chunk][number % chunk]; }

  std::uint32_t find_organization(std::string_view id) const {
    return organization_ids_.find(
        hash_of(id), [&](std::uint32_t number) { return organizations_[number].id.is(id); });
  }
  std::uint32_t find_pair(std::uint64_t hash, std::uint32_t organization, std::string_view user) {
    return pairs_.find(hash, [&](std::uint32_t number) {
      return at(number).organization == organization && at(number).user.is(user);
    });
  }
  std::uint32_t find_id(std::uint64_t hash, std::string_view id) {
    return ids_.find(hash, [&](std::uint32_t number) { return at(number).id.is(id); });
  }

  std::uint32_t take() {
    if (free_ != none) {
      const std::uint32_t number = free_;
      free_ = at(number).next_of_user;
      return number;
    }
    if (used_ == chunks_.size() * chunk) chunks_.push_back(std::make_unique<Record[]>(chunk));
    return used_++;
  }
  void append(Organization& in, std::uint32_t number) {
    if (in.tail == none || nodes_[in.tail].count == 13) {
      std::uint32_t node = free_node_;
      if (node != none) {
        free_node_ = nodes_[node].next;
      } else {
        node = static_cast<std::uint32_t>(nodes_.size());
        nodes_.emplace_back();
      }
      nodes_[node].count = 0;
      nodes_[node].previous = in.tail;
      nodes_[node].next = none;
      if (in.tail != none) {
        nodes_[in.tail].next = node;
      } else {
        in.head = node;
      }
      in.tail = node;
    }
    Node& last = nodes_[in.tail];
    last.entries[last.count++] = number;
    at(number).node = in.tail;
  }
  void unlink(Organization& in, const Record& record, std::uint32_t number) noexcept {
    Node& node = nodes_[record.node];
    std::uint32_t i = 0;
    while (node.entries[i] != number) ++i;
    for (--node.count; i < node.count; ++i) node.entries[i] = node.entries[i + 1];
    if (node.count != 0) return;
    (node.previous != none ? nodes_[node.previous].next : in.head) = node.next;
    (node.next != none ? nodes_[node.next].previous : in.tail) = node.previous;
    node.next = free_node_;
    free_node_ = record.node;
  }

  Mutex mutex_;
  std::vector<User> users_;
  std::vector<Organization> organizations_;
  std::vector<Node> nodes_;
  std::vector<std::unique_ptr<Record[]>> chunks_;
  std::uint32_t used_ = 0;
  std::uint32_t free_ = none;
  std::uint32_t free_node_ = none;
  SlotTable user_ids_;
  SlotTable organization_ids_;
  SlotTable pairs_;
  SlotTable ids_;
};

/// Memberships by user and organization alone, everything inline in one flat table: the fastest
/// find and the most bytes.
class FlatMap {
 public:
  struct Entry {
    IdBytes user;
    IdBytes organization;
    IdBytes id;
    std::uint64_t roles[2];
    std::int64_t created_at;
    std::int64_t updated_at;
    YardStatus status;
  };

  bool create(std::string_view user, std::string_view organization, std::string_view id,
              std::uint8_t role, std::int64_t now) {
    if ((size_ + 1) * 4 > entries_.size() * 3) grow();
    Entry& entry = slot(user, organization);
    if (entry.user.size != 0) return false;
    entry = Entry{IdBytes::of(user),
                  IdBytes::of(organization),
                  IdBytes::of(id),
                  {std::uint64_t{1} << role, 0},
                  now,
                  now,
                  YardStatus::active};
    ++size_;
    return true;
  }
  template <class Visit>
  bool view(std::string_view user, std::string_view organization, Visit visit) {
    const Entry& entry = slot(user, organization);
    if (entry.user.size == 0) return false;
    visit(entry);
    return true;
  }

 private:
  Entry& slot(std::string_view user, std::string_view organization) noexcept {
    const std::uint64_t hash = hash_text(user) + hash_text(organization) * 3;
    for (std::size_t at = (hash >> 20) & (entries_.size() - 1);;
         at = (at + 1) & (entries_.size() - 1)) {
      Entry& entry = entries_[at];
      if (entry.user.size == 0 || (entry.user.is(user) && entry.organization.is(organization))) {
        return entry;
      }
    }
  }
  void grow() {
    std::vector<Entry> old(entries_.size() * 2);
    old.swap(entries_);
    for (const Entry& entry : old) {
      if (entry.user.size != 0) slot(entry.user.view(), entry.organization.view()) = entry;
    }
  }
  std::vector<Entry> entries_ = std::vector<Entry>(16);
  std::size_t size_ = 0;
};

/// Who may do what, by names: the standard's hash maps, asked without making a string.
class RightsMap {
 public:
  void add_permission(const std::string& slug, bool granted) {
    const auto number = static_cast<unsigned>(permissions_.size());
    permissions_.emplace(slug, number);
    if (granted) roles_[0] |= std::uint64_t{1} << number;
  }
  bool create(std::string_view user, std::string_view organization, unsigned role) {
    return members_.try_emplace(Key{IdBytes::of(user), IdBytes::of(organization)}, role).second;
  }
  bool check(std::string_view user, std::string_view organization,
             std::string_view permission) const {
    const auto member = members_.find(Names{user, organization});
    if (member == members_.end()) return false;
    const auto number = permissions_.find(permission);
    return number != permissions_.end() && (roles_[member->second] >> number->second & 1) != 0;
  }

 private:
  struct Key {
    IdBytes user;
    IdBytes organization;
  };
  struct Names {
    std::string_view user;
    std::string_view organization;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return hash_text(text); }
    std::size_t operator()(const Names& names) const noexcept {
      return hash_text(names.user) + hash_text(names.organization) * 3;
    }
    std::size_t operator()(const Key& key) const noexcept {
      return (*this)(Names{key.user.view(), key.organization.view()});
    }
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const noexcept { return a == b; }
    bool operator()(const Key& a, const Names& b) const noexcept {
      return a.user.is(b.user) && a.organization.is(b.organization);
    }
    bool operator()(const Names& a, const Key& b) const noexcept { return (*this)(b, a); }
    bool operator()(const Key& a, const Key& b) const noexcept {
      return (*this)(a, Names{b.user.view(), b.organization.view()});
    }
  };

  std::unordered_map<Key, unsigned, Hash, Equal> members_;
  std::unordered_map<std::string, unsigned, Hash, Equal> permissions_;
  std::uint64_t roles_[1]{};
};

/// What one writes first: standard containers and strings.
class StringStore {
 public:
  struct Member {
    std::string id;
    std::string user;
    std::string organization;
    std::vector<std::string> roles;
    std::int64_t created_at;
    std::int64_t updated_at;
    YardStatus status;
  };

  void add_organization(std::string_view id) { organizations_[std::string(id)]; }
  void add_user(std::string_view id) { users_.emplace(id); }

  bool create(std::string_view user, std::string_view organization, std::string_view id,
              std::string_view role, std::int64_t now) {
    if (!users_.contains(std::string(user))) return false;
    const auto in = organizations_.find(std::string(organization));
    if (in == organizations_.end()) return false;
    const auto [made, fresh] = members_.try_emplace(key(user, organization));
    if (!fresh) return false;
    made->second = Member{std::string(id),
                          std::string(user),
                          std::string(organization),
                          {std::string(role)},
                          now,
                          now,
                          YardStatus::active};
    ids_.emplace(id, &made->second);
    in->second.emplace(id, &made->second);
    return true;
  }
  template <class Visit>
  bool view(std::string_view user, std::string_view organization, Visit visit) {
    const auto found = members_.find(key(user, organization));
    if (found == members_.end()) return false;
    visit(found->second);
    return true;
  }
  bool erase(std::string_view id) {
    const auto found = ids_.find(std::string(id));
    if (found == ids_.end()) return false;
    const Member& member = *found->second;
    organizations_.find(member.organization)->second.erase(member.id);
    const std::string pair = key(member.user, member.organization);
    ids_.erase(found);
    members_.erase(pair);
    return true;
  }

 private:
  static std::string key(std::string_view user, std::string_view organization) {
    std::string text;
    text.reserve(user.size() + 1 + organization.size());
    return text.append(user).append(1, '/').append(organization);
  }

  std::unordered_set<std::string> users_;
  std::unordered_map<std::string, Member> members_;
  std::unordered_map<std::string, Member*> ids_;
  std::unordered_map<std::string, std::map<std::string, Member*, std::less<>>> organizations_;
};

}  // namespace benchmarks

#endif
