// SPDX-License-Identifier: BSL-1.0
/// Follows the events: a copy of who is a member, kept up to date from a cursor; old events go.
#include <membership/domain/parse.hpp>
#include <membership/interop/text.hpp>
#include <membership/membership.hpp>
#include <membership/testing/fake_clock.hpp>

#include <cstddef>
#include <cstdint>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace membership;

namespace {

constexpr std::int64_t day = 86'400'000;
constexpr std::int64_t kept_for = 30 * day;  // how long events are kept
constexpr std::int64_t patience = 29 * day;  // one day for clocks that differ and slow commits

/// What the follower keeps. In a database one transaction writes all of it.
struct Mirror {
  std::map<std::string, std::string> members;   ///< active memberships by id: user and roles
  std::string cursor;                           ///< the last event that is in it
  Time caught_up = Time::from_milliseconds(0);  ///< when nothing more followed
};

std::string names_of(const RoleCatalogue& catalogue, RoleSet roles) {
  std::string names;
  catalogue.for_each_in_order(roles, [&](RoleIndex role) {
    if (!names.empty()) names += ' ';
    names += catalogue.slug(role);
  });
  return names;
}

/// Sets what an event tells: taken in twice, it changes nothing more.
void take_in(Mirror& mirror, const EventRow& row) {
  mirror.cursor = to_line(row.id);
  if (row.membership == nullptr) return;  // of something else
  const OrganizationMembership& after = *row.membership;
  const std::string id(after.id.view());
  const bool gone = row.type == EventType::organization_membership_deleted;
  if (gone || after.status != Status::active) {
    mirror.members.erase(id);
  } else {
    mirror.members[id] = std::string(after.user.view()) + ": " + names_of(row.roles, after.roles);
  }
}

/// What an event says, and what it says of before.
void print(const EventRow& row) {
  std::cout << "  " << to_string(row.type);
  if (row.membership != nullptr) {
    const OrganizationMembership& after = *row.membership;
    std::cout << ", " << after.user.view() << ": " << to_string(row.before.standing) << " ["
              << names_of(row.roles, row.before.roles) << "] -> " << to_string(after.status) << " ["
              << names_of(row.roles, after.roles) << ']';
  }
  std::cout << '\n';
}

/// Takes in what has happened since.
bool follow(const MemoryStore& store, Mirror& mirror, Time now) {
  Page<EventId> page;
  page.limit = 100;
  page.after = parse_event_id(mirror.cursor);
  for (bool more = true; more;) {
    Mirror next = mirror;
    const auto end = store.list(*EventQuery::make(page), [&](const EventRow& row) {
      print(row);
      take_in(next, row);
      page.after = row.id;
    });
    if (!end) return false;
    more = (*end).more;
    if (!more) next.caught_up = now;
    mirror = std::move(next);  // the commit: change and cursor together
  }
  return true;
}

/// Adds the active members of an organization.
bool add_members(const MemoryStore& store, const OrganizationId& organization, Mirror& mirror) {
  MembershipFilter filter;
  filter.organization = organization;
  filter.statuses = StatusSet{} | Status::active;
  Page<MembershipId> page;
  page.limit = longest_page;
  for (bool more = true; more;) {
    const auto end =
        store.list(*MembershipQuery::make(filter, page), [&](const MembershipRow& row) {
          page.after = row.membership.copy().id;
          mirror.members[std::string(row.membership.id)] =
              std::string(row.membership.user) + ": " + names_of(row.roles, row.membership.roles);
        });
    if (!end) return false;
    more = (*end).more;
  }
  return true;
}

/// Begins anew. The cursor comes first: what changes while the lists are read is then followed.
bool rebuild(const MemoryStore& store, Mirror& mirror, Time now) {
  Mirror fresh;
  fresh.caught_up = now;
  Page<EventId> newest;
  newest.limit = 1;
  newest.direction = Direction::descending;
  const auto found = store.list(*EventQuery::make(newest),
                                [&](const EventRow& row) { fresh.cursor = to_line(row.id); });
  if (!found) return false;
  Page<OrganizationId> page;
  for (bool more = true; more;) {
    std::vector<OrganizationId> organizations;
    const auto end = store.list(*OrganizationQuery::make(page), [&](const OrganizationRow& row) {
      organizations.push_back(row.state.id);
    });
    if (!end) return false;
    more = (*end).more;
    for (const OrganizationId& organization : organizations) {
      page.after = organization;
      if (!add_members(store, organization, fresh)) return false;
    }
  }
  mirror = std::move(fresh);
  return true;
}

/// What a timer calls.
bool keep_up(const MemoryStore& store, Mirror& mirror, Time now) {
  if (now.milliseconds() - mirror.caught_up.milliseconds() < patience) {
    return follow(store, mirror, now);
  }
  std::cout << "  away too long, or new: from the lists\n";
  return rebuild(store, mirror, now) && follow(store, mirror, now);
}

/// Whether the log still has an event; false also where the store failed. Asked after a page that
/// follows it: where it has, the page left nothing out.
bool is_kept(const MemoryStore& store, EventId id) {
  bool kept = false;
  Page<EventId> page;
  page.limit = 1;
  page.direction = Direction::descending;
  page.after = id;
  const auto earlier =
      store.list(*EventQuery::make(page), [&](const EventRow& /*row*/) { kept = true; });
  if (!earlier || kept) return kept;
  // Nothing is before it: it is the oldest, or it is gone.
  Page<EventId> oldest;
  oldest.limit = 1;
  const auto first =
      store.list(*EventQuery::make(oldest), [&](const EventRow& row) { kept = row.id == id; });
  return first && kept;
}

/// Drops what is older than `kept_for`. Returns how many events, or nothing.
std::optional<std::size_t> drop_old(MemoryStore& store, Time now) {
  constexpr std::size_t at_a_time = 1000;
  const Time before = Time::from_milliseconds(now.milliseconds() - kept_for);
  std::size_t count = 0;
  for (std::size_t last = at_a_time; last == at_a_time;) {
    const auto dropped = store.drop_events(before, at_a_time);
    if (!dropped) return std::nullopt;
    last = *dropped;
    count += last;
  }
  return count;
}

void print(const Mirror& mirror) {
  for (const auto& [id, member] : mirror.members) std::cout << "  member " << member << '\n';
}

}  // namespace

int main() {
  MemoryStore store;
  const MembershipPolicy<> policy;
  Runtime<testing::FakeClock, UlidIds<DefaultTraits>> runtime;  // moved by hand, for this program
  const OrganizationId acme = *OrganizationId::make("acme");
  const CreateOrganization organization{.name = "Acme", .id = acme};
  if (!execute(store, policy, organization, runtime)) return 1;
  const CreateRole admin{.slug = "admin", .name = "Administrator"};
  if (!execute(store, policy, admin, runtime)) return 1;
  std::vector<MembershipId> ids;
  const auto join = [&](const char* name) {
    const UserId user = *UserId::make(name);
    if (!execute(store, policy, CreateUser{.id = user}, runtime)) return false;
    const auto joined = execute(store, policy, CreateMembership{user, acme}, runtime);
    if (joined) ids.push_back((*joined).membership()->id);
    return joined.has_value();
  };
  if (!join("ada") || !join("bob")) return 1;

  Mirror mirror;
  std::cout << "start:\n";
  if (!keep_up(store, mirror, runtime.clock.now())) return 1;
  print(mirror);

  const UpdateRoles update{ids[1], RoleSelection::one("admin")};
  if (!execute(store, policy, update, runtime)) return 1;
  if (!execute(store, policy, DeactivateMembership{ids[0]}, runtime)) return 1;
  runtime.clock.advance(day);
  std::cout << "a day later:\n";
  if (!keep_up(store, mirror, runtime.clock.now())) return 1;
  print(mirror);

  // Nothing happens for long, and the events go. A follower that kept up loses nothing by that.
  runtime.clock.advance(20 * day);
  if (!keep_up(store, mirror, runtime.clock.now())) return 1;
  runtime.clock.advance(20 * day);
  const auto dropped = drop_old(store, runtime.clock.now());
  if (!dropped) return 1;
  std::cout << "dropped: " << *dropped << '\n';
  if (!join("cleo")) return 1;
  std::cout << "the next events:\n";
  if (!keep_up(store, mirror, runtime.clock.now())) return 1;

  // One that was away for longer than they are kept does.
  const std::optional<EventId> last = parse_event_id(mirror.cursor);
  if (!last) return 1;
  if (!execute(store, policy, DeleteMembership{ids[2]}, runtime)) return 1;
  std::cout << "its event is kept: " << (is_kept(store, *last) ? "yes" : "no") << '\n';
  runtime.clock.advance(40 * day);
  if (!drop_old(store, runtime.clock.now())) return 1;
  std::cout << "40 days later: " << (is_kept(store, *last) ? "yes" : "no") << '\n';
  if (!keep_up(store, mirror, runtime.clock.now())) return 1;
  print(mirror);
  return 0;
}
