// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_BENCHMARKS_SQL_YARDSTICK_HPP
#define MEMBERSHIP_BENCHMARKS_SQL_YARDSTICK_HPP

#include "members.hpp"
#include "membership/core.hpp"
#include "membership/store/sql/statements.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

/// What the SQL stores are measured against: the same statements sent by hand through the
/// database's own C functions, for this one purpose. The same rows are read into plain structs; no
/// policy, no plan, no catalogue of roles, and the role that is given is fixed.

namespace benchmarks {

using membership::detail::Sql;

constexpr std::string_view given_role = "member";
constexpr auto filled_at = membership::Time::from_milliseconds(1'699'000'000'000);
constexpr std::int64_t filled_revision = 2;

/// A membership to make, with the ids of what is written beside it.
struct Creation {
  Member member;
  membership::PlanId plan;
  std::string plan_text;
  std::string event_text;

  Creation(const Member& of, std::uint64_t n)
      : member(of), plan{ulid(4, n)}, plan_text(membership::detail::ulid_text(plan.value)),
        event_text(membership::detail::ulid_text(membership::EventId::of(plan, 0).value)) {}
};

/// A page of ten of an organization's members, after one of them.
struct PageAsked {
  membership::OrganizationId organization;
  membership::MembershipId after;
};

/// A text of up to 63 bytes that was copied out of a row.
struct CopiedText {
  std::uint8_t size;
  char bytes[63];

  CopiedText& operator=(std::string_view text) noexcept {
    size = static_cast<std::uint8_t>(text.size() < sizeof bytes ? text.size() : sizeof bytes);
    std::memcpy(bytes, text.data(), size);
    return *this;
  }
  operator std::string_view() const noexcept { return {bytes, size}; }
};

enum class RowStatus : std::uint8_t { pending, active, inactive };

inline RowStatus status_of(std::string_view word) noexcept {
  return word[0] == 'a'   ? RowStatus::active
         : word[0] == 'p' ? RowStatus::pending
                          : RowStatus::inactive;
}

/// With views it is a row in place, as long as that is there; else a copy.
template <class Text>
struct MembershipRecord {
  Text id;
  Text user;
  Text organization;
  Text roles;
  Text first_requested;
  std::int64_t created_at;
  std::int64_t updated_at;
  std::int64_t revision;
  RowStatus status;
  bool directory_managed;

  template <class Row>
  void read(const Row& row, int at) noexcept {
    id = row.text(at);
    user = row.text(at + 1);
    organization = row.text(at + 2);
    roles = row.text(at + 3);
    first_requested = row.text(at + 4);
    status = status_of(row.text(at + 5));
    created_at = row.integer(at + 6);
    updated_at = row.integer(at + 7);
    revision = row.integer(at + 8);
    directory_managed = row.integer(at + 9) != 0;
  }
};

struct OrganizationRecord {
  CopiedText id;
  CopiedText default_role;
  CopiedText owner_role;
  std::int64_t revision;
  std::int64_t fenced_to;
  std::int64_t active;
  std::int64_t inactive;
  std::int64_t pending;
  std::int64_t owners;
  std::int64_t seat_limit;  ///< -1: none
  std::int64_t generation;
  bool live;

  template <class Row>
  void read(const Row& row, int at) noexcept {
    id = row.text(at);
    revision = row.integer(at + 1);
    fenced_to = row.integer(at + 2);
    active = row.integer(at + 3);
    inactive = row.integer(at + 4);
    pending = row.integer(at + 5);
    owners = row.integer(at + 6);
    seat_limit = row.is_null(at + 7) ? -1 : row.integer(at + 7);
    default_role = row.text(at + 8);
    owner_role = row.text(at + 9);
    live = row.text(at + 10) == "live";
    generation = row.integer(at + 11);
  }
};

struct UserRecord {
  CopiedText id;
  std::int64_t revision;
  std::int64_t generation;
  bool live;

  template <class Row>
  void read(const Row& row, int at) noexcept {
    id = row.text(at);
    revision = row.integer(at + 1);
    live = row.text(at + 2) == "live";
    generation = row.integer(at + 3);
  }
};

/// What a decision needs to see.
struct HeadRecord {
  std::int64_t environment;
  std::int64_t own_roles;
  OrganizationRecord organization;
  UserRecord user;
  MembershipRecord<CopiedText> membership;
  bool has_organization;
  bool has_user;
  bool has_membership;

  template <class Row>
  void read(const Row& row) noexcept {
    constexpr int organization_at = 3;
    constexpr int user_at = organization_at + membership::detail::organization_column_count;
    constexpr int membership_at = user_at + membership::detail::user_column_count;
    environment = row.integer(0);
    own_roles = row.is_null(2) ? 0 : row.integer(2);
    has_organization = !row.is_null(organization_at);
    if (has_organization) organization.read(row, organization_at);
    has_user = !row.is_null(user_at);
    if (has_user) user.read(row, user_at);
    has_membership = !row.is_null(membership_at);
    if (has_membership) membership.read(row, membership_at);
  }
};

/// A JSON object of strings that need no escapes.
class ObjectText {
 public:
  void add(std::string_view key, std::string_view value) noexcept {
    put(size_ == 0 ? "{\"" : ",\"");
    put(key);
    put("\":\"");
    put(value);
    put("\"");
  }
  void add(std::string_view key, std::int64_t value) noexcept {
    char digits[24];
    const char* const end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    add(key, std::string_view(digits, static_cast<std::size_t>(end - digits)));
  }
  std::string_view end() noexcept {
    put("}");
    return {bytes_, size_};
  }

 private:
  void put(std::string_view text) noexcept {
    std::memcpy(bytes_ + size_, text.data(), text.size());
    size_ += text.size();
  }
  std::size_t size_ = 0;
  char bytes_[1024];
};

/// What a visitor reads of each row.
struct Seen {
  std::uint64_t sum = 0;
  void operator()(const membership::MembershipRow& row) noexcept {
    sum += row.membership.roles.environment() + row.membership.id.size() +
           static_cast<unsigned>(row.membership.status);
  }
  void operator()(const MembershipRecord<std::string_view>& row) noexcept {
    sum += row.roles.size() + row.id.size() + static_cast<unsigned>(row.status);
  }
};

/// A text behind all ids: where a page ends.
inline const std::string behind_all = [] {
  std::string text;
  for (int i = 0; i < 16; ++i) text += "\xF4\x8F\xBF\xBF";
  return text;
}();

/// The yardstick. `Client` sends the statements: `query(Sql, read, values...)` calls `read(row)`
/// for each row and returns how many; `begin_moment()` and `end_moment()` around what is of one
/// moment; `begin(organization)`, `exists` and `change`, `commit()` for what is written. What
/// writes says whether a precondition held, at the latest in `commit()`.
template <class Client>
class Yardstick {
 public:
  explicit Yardstick(Client& client) noexcept : client_(client) {}

  bool find(const Member& member, Seen& seen) {
    MembershipRecord<std::string_view> record;
    return client_.query(
               Sql::view,
               [&](const auto& row) {
                 const std::int64_t revisions = row.integer(0) + row.integer(1);
                 record.read(row, 2);
                 seen.sum += static_cast<std::uint64_t>(revisions);
                 seen(record);
               },
               member.organization.view(), member.user.view()) == 1;
  }

  bool load(const Member& member, HeadRecord& head) {
    return client_.query(
               Sql::head_of_pair, [&](const auto& row) { head.read(row); },
               member.organization.view(), member.user.view(), member.user.view()) == 1;
  }

  /// Also over an inactive membership.
  bool create(const Creation& creation) {
    const Member& member = creation.member;
    HeadRecord head;
    if (!load(member, head)) return false;
    if (!head.has_organization || !head.has_user || !head.organization.live || !head.user.live) {
      return false;
    }
    const OrganizationRecord& in = head.organization;
    const MembershipRecord<CopiedText>& before = head.membership;
    const bool again = head.has_membership;
    if (again && before.status != RowStatus::inactive) return false;
    const std::string_view id = again ? std::string_view(before.id) : member.id.view();
    const std::string_view organization = member.organization.view();
    const std::int64_t time = made_at.milliseconds();
    const std::int64_t created_at = again ? before.created_at : time;
    const std::int64_t updated_at = again && before.updated_at > time ? before.updated_at : time;
    const std::int64_t revision = in.revision + 1;

    ObjectText event;
    event.add("id", id);
    event.add("user_id", member.user.view());
    event.add("catalogue", "0:member");
    event.add("roles", given_role);
    event.add("first_requested", given_role);
    event.add("status", "active");
    event.add("created_at", created_at);
    event.add("updated_at", updated_at);
    event.add("revision", revision);
    if (again) {
      event.add("former_status", "inactive");
      event.add("former_roles", before.roles);
      event.add("former_first_requested", before.first_requested);
      event.add("former_updated_at", before.updated_at);
    }

    const bool written =
        client_.begin(organization) &&
        (again || client_.exists(Sql::compare_user, member.user.view(), head.user.revision)) &&
        client_.change(Sql::touch_organization, organization, in.revision, revision,
                       head.environment, in.active + 1, in.inactive - (again ? 1 : 0), in.pending,
                       in.owners) &&
        (again ? client_.change(Sql::set_membership, organization, id, before.revision, given_role,
                                given_role, "active", created_at, updated_at, revision, false)
               : client_.change(Sql::insert_membership, organization, id, member.user.view(),
                                given_role, given_role, "active", created_at, updated_at, revision,
                                false)) &&
        client_.change(Sql::insert_event, creation.event_text,
                       again ? "organization_membership.updated"
                             : "organization_membership.created",
                       time, organization, "", revision, event.end()) &&
        (!Client::notes_every_plan || client_.change(Sql::insert_plan, creation.plan_text, time));
    return client_.commit(written);
  }

  bool list(const PageAsked& page, Seen& seen) {
    if (!client_.begin_moment()) return false;
    std::int64_t environment = 0;
    const std::size_t found = client_.query(
        Sql::memberships_of_organization,
        [&, shown = 0](const auto& row) mutable {
          if (++shown > 10) return;
          MembershipRecord<std::string_view> record;
          record.read(row, 0);
          environment += row.integer(membership::detail::membership_column_count);
          seen(record);
        },
        page.after.view(), std::string_view(behind_all), page.organization.view(),
        std::int64_t{11});
    seen.sum += static_cast<std::uint64_t>(environment);
    return client_.end_moment() && found > 0;
  }

 private:
  Client& client_;
};

}  // namespace benchmarks

#endif
