// SPDX-License-Identifier: BSL-1.0
/// Lists and single entities: pages, cursors, filters, members with their names.
#include <membership/membership.hpp>

#include <algorithm>
#include <cstddef>
#include <iostream>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace membership;

namespace {

/// Prints all members of an organization, page by page.
bool print_all(MemoryStore& store, const OrganizationId& organization) {
  MembershipFilter filter;
  filter.organization = organization;
  Page<MembershipId> page;
  page.limit = 2;
  for (bool more = true; more;) {
    const auto query = MembershipQuery::make(filter, page);
    if (!query) return false;
    std::string line = "page:";
    const auto end = store.list(*query, [&](const MembershipRow& row) {
      page.after = row.membership.copy().id;
      line += ' ';
      line += row.membership.user;
      row.roles.for_each_in_order(row.membership.roles, [&](RoleIndex role) {
        line += '/';
        line += row.roles.slug(role);
      });
    });
    if (!end) return false;
    std::cout << line << '\n';
    more = (*end).more;
  }
  return true;
}

/// A member as a client sees it, with texts of its own.
struct Member {
  std::string id;
  std::string name;
  std::string email;
  std::string status;
  std::vector<std::string> roles;
};

/// Out of a snapshot that shows a membership and the profile of its user.
Member member_of(const Snapshot& seen) {
  const OrganizationMembership& membership = *seen.membership;
  Member member;
  member.id = membership.id.view();
  member.status = to_string(membership.status);
  // A user of whom only the id is known has no profile.
  if (seen.user_profile != nullptr) {
    member.name = seen.user_profile->texts[Text::name];
    member.email = seen.user_profile->texts[Text::email];
  }
  seen.roles.for_each_in_order(
      membership.roles, [&](RoleIndex role) { member.roles.emplace_back(seen.roles.slug(role)); });
  return member;
}

struct MemberPage {
  std::vector<Member> members;
  std::optional<MembershipId> next;  ///< after this one more follow; none: nothing follows
};

/// A page of members with their names and addresses. Nothing where the store failed.
std::optional<MemberPage> members_of(MemoryStore& store, const MembershipQuery& query) {
  std::vector<MembershipId> ids;
  const auto end =
      store.list(query, [&](const MembershipRow& row) { ids.push_back(row.membership.copy().id); });
  if (!end) return std::nullopt;
  // What is shown of a page is of one moment. What has gone since it was listed is left out.
  std::vector<Reads> reads(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    reads[i].membership = &ids[i];
    reads[i].profiles = true;
  }
  const auto loaded = store.load(std::span<const Reads>(reads));
  if (!loaded) return std::nullopt;
  MemberPage page;
  if ((*end).more) page.next = ids.back();
  for (const auto& seen : *loaded) {
    if (seen.membership) page.members.push_back(member_of(seen));
  }
  return page;
}

void print(std::string_view label, const MemberPage& page) {
  std::cout << label << ':';
  for (const Member& member : page.members) std::cout << ' ' << member.name;
  std::cout << (page.next ? " and more\n" : "\n");
}

/// The role with this slug that an organization can see, or none.
RoleIndex role_of(MemoryStore& store, const OrganizationId& organization, std::string_view slug) {
  Reads reads;
  reads.organization = &organization;
  const auto seen = store.load(reads);
  return seen ? (*seen).roles.find(slug) : RoleIndex::none();
}

}  // namespace

int main() {
  MemoryStore store;
  const MembershipPolicy<> policy;
  const OrganizationId acme = *OrganizationId::make("acme");
  if (!execute(store, policy, CreateOrganization{.name = "Acme", .id = acme})) return 1;
  const CreateRole role{.slug = "admin", .name = "Administrator"};
  if (!execute(store, policy, role)) return 1;
  std::optional<MembershipId> last;
  for (const std::string_view name : {"Ada", "Bob", "Cleo", "Dan", "Eve"}) {
    const std::string email = std::string(name) + "@example.org";
    const UserId user = *UserId::make(name);
    const CreateUser command{.id = user, .email = email, .name = name};
    if (!execute(store, policy, command)) return 1;
    const std::string_view slug = name == "Ada" || name == "Dan" ? "admin" : "member";
    const auto joined =
        execute(store, policy, CreateMembership{user, acme, RoleSelection::one(slug)});
    if (!joined) return 1;
    last = (*joined).membership()->id;
  }

  if (!print_all(store, acme)) return 1;

  // The first page, and where the next one begins: a text that the client keeps.
  MembershipFilter filter;
  filter.organization = acme;
  Page<MembershipId> part;
  part.limit = 2;
  const auto first = members_of(store, *MembershipQuery::make(filter, part));
  if (!first) return 1;
  print("first", *first);
  const std::string cursor(first->next ? first->next->view() : "");

  // The next one. A text from a client may be anything.
  const auto after = MembershipId::make(cursor);
  if (!after) return 1;
  part.after = *after;
  const auto second = members_of(store, *MembershipQuery::make(filter, part));
  if (!second) return 1;
  print("second", *second);

  // Back: the other direction from the first row that is shown, then turned round.
  const auto from = MembershipId::make(second->members.front().id);
  if (!from) return 1;
  part.after = *from;
  part.direction = Direction::descending;
  auto back = members_of(store, *MembershipQuery::make(filter, part));
  if (!back) return 1;
  std::reverse(back->members.begin(), back->members.end());
  print("back", *back);

  // A limit from a client is checked here.
  Page<MembershipId> huge;
  huge.limit = 5000;
  const auto refused = MembershipQuery::make(filter, huge);
  if (refused) return 1;
  std::cout << "refused: " << to_string(refused.error().field) << '\n';

  // By role and by status.
  MembershipFilter admins = filter;
  const RoleIndex admin = role_of(store, acme, "admin");
  if (admin.is_none()) return 1;
  admins.holder = admin;
  admins.statuses = StatusSet{} | Status::active;
  const auto held = members_of(store, *MembershipQuery::make(admins, {}));
  if (!held) return 1;
  print("admins", *held);

  // One membership by its id, with its user and its organization.
  Reads reads;
  reads.membership = &*last;
  reads.profiles = true;
  const auto seen = store.load(reads);
  if (!seen || !(*seen).membership) return 1;
  const Member one = member_of(*seen);
  std::cout << one.name << " <" << one.email << "> is " << one.status << " in "
            << (*seen).organization_profile->texts[Text::name] << '\n';

  // A user by its address.
  UserFilter holder;
  holder.email = EmailKey::folded("CLEO@example.org");
  const auto found = store.list(*UserQuery::make({}, holder), [](const UserRow& row) {
    std::cout << "found: " << row.profile.texts[Text::name] << '\n';
  });
  if (!found) return 1;

  // A membership of a user in an organization, looked at in place.
  const auto shown = store.view(*UserId::make("Bob"), acme, [](const MembershipRow& row) {
    std::cout << "Bob is " << to_string(row.membership.status) << '\n';
  });
  return shown && *shown ? 0 : 1;
}
