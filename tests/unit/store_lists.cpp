// SPDX-License-Identifier: BSL-1.0

// Plan
//   memberships of an organization: 3,000 with ids out of order and of 2 to 63 bytes, every
//     combination of direction, after, until, limit, statuses and holder, against a sort
//     of copies                                                        -> against_a_sort
//   the same after random deletions and insertions                     -> after_random_deletes
//   walking in pages of every kind shows each once                     -> walks
//   memberships of a user, and of a user in an organization            -> of_a_user
//   organizations and users                                            -> organizations, users
//   an empty list, an unknown organization, user, holder               -> nothing_to_show

#include "../support/host.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>

using namespace membership;
using namespace membership_tests;

namespace store_lists {

/// What a list should show: all memberships, sorted by id, then filtered.
struct Expected {
  std::vector<OrganizationMembership> all{};

  struct Answer {
    std::vector<MembershipId> ids{};
    bool more = false;
  };
  Answer page(const MembershipFilter& filter, const Page<MembershipId>& page) const {
    std::vector<OrganizationMembership> sorted = all;
    std::sort(sorted.begin(), sorted.end(),
              [](const auto& a, const auto& b) { return a.id.view() < b.id.view(); });
    if (page.direction == Direction::descending) std::reverse(sorted.begin(), sorted.end());
    const bool up = page.direction == Direction::ascending;
    Answer answer;
    for (const OrganizationMembership& one : sorted) {
      const std::string_view id = one.id.view();
      if (filter.organization && one.organization != *filter.organization) continue;
      if (filter.user && one.user != *filter.user) continue;
      if (page.after && (up ? id <= page.after->view() : id >= page.after->view())) continue;
      if (page.until && (up ? id >= page.until->view() : id <= page.until->view())) continue;
      if (!filter.statuses.contains(one.status)) continue;
      if (filter.holder && !one.roles.contains(*filter.holder)) continue;
      if (answer.ids.size() == page.limit) {
        answer.more = true;
        break;
      }
      answer.ids.push_back(one.id);
    }
    return answer;
  }
};

struct World : Host {
  std::mt19937 random{20260115};
  Expected expected{};
  std::vector<OrganizationId> organizations{};
  std::vector<UserId> users{};
  std::uint64_t number = 0;

  World() {
    role("admin");
    for (int i = 0; i < 3; ++i) organizations.push_back(organization("org_" + std::to_string(i)));
  }
  unsigned below(std::size_t bound) { return static_cast<unsigned>(random() % bound); }

  /// A membership with an id that nothing orders, of 2 to 63 bytes.
  void add(const UserId& user, const OrganizationId& organization) {
    const auto seen = load_pair(user, organization);
    Context drawn = draw_context<CreateMembership>(runtime.clock.at, runtime.ids);
    std::string text = std::to_string(below(90) + 10) + std::to_string(++number);
    if (below(3) == 0) text.resize(1 + below(63), 'x');
    text += std::to_string(++number);
    if (text.size() > 63) text.erase(0, text.size() - 63);
    drawn.membership.emplace(make_id<MembershipId>(text));
    const RoleSelection roles = RoleSelection::one(below(3) == 0 ? "admin" : "member");
    const CreateMembership command{user, organization, roles};
    Plan plan = *policy.decide(command, seen, drawn);
    const Status status = static_cast<Status>(1 + below(3));
    Counts& counts = plan.touch->after;
    counts.remove(Status::active, plan.membership->after.roles, RoleIndex::none());
    counts.add(status, plan.membership->after.roles, RoleIndex::none());
    plan.membership->after.status = status;
    if (commit(plan) != CommitStatus::committed) throw std::runtime_error("conflict");
    expected.all.push_back(plan.membership->after);
  }
  void fill(std::size_t count, std::size_t organization_count) {
    for (std::size_t i = 0; i < count; ++i) {
      users.push_back(user("user_" + std::to_string(users.size())));
      add(users.back(), organizations[below(organization_count)]);
    }
  }
  void remove_random(std::size_t count) {
    for (std::size_t i = 0; i < count && !expected.all.empty(); ++i) {
      const std::size_t at = below(expected.all.size());
      done(DeleteMembership{expected.all[at].id});
      expected.all.erase(expected.all.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }

  /// A cursor: none, that of a row, or one between rows.
  std::optional<MembershipId> any_cursor() {
    switch (below(4)) {
      case 0: return std::nullopt;
      case 1: return make_id<MembershipId>(std::to_string(below(1000)));
      default: return expected.all[below(expected.all.size())].id;
    }
  }
  void check(const MembershipFilter& filter, const Page<MembershipId>& page) {
    const Expected::Answer answer = expected.page(filter, page);
    std::vector<MembershipId> shown;
    bool same_rows = true;
    const auto end =
        store.list(*MembershipQuery::make(filter, page), [&](const MembershipRow& row) {
          shown.push_back(row.membership.copy().id);
          same_rows = same_rows && row.roles.find("admin") == RoleIndex::environment(1);
        });
    BOOST_REQUIRE(end.has_value());
    BOOST_REQUIRE(shown == answer.ids);
    BOOST_REQUIRE(end->more == answer.more);
    BOOST_REQUIRE(same_rows);
  }
  void check_at_random(std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) {
      MembershipFilter filter;
      if (below(8) != 0) filter.organization = organizations[below(organizations.size())];
      if (!filter.organization || below(8) == 0) {
        filter.user = users[below(users.size())];
      }
      if (below(2) == 0) {
        filter.statuses = StatusSet{} | static_cast<Status>(1 + below(3));
        if (below(2) == 0) filter.statuses = filter.statuses | static_cast<Status>(1 + below(3));
      }
      if (below(3) == 0) filter.holder = RoleIndex::environment(below(2));
      Page<MembershipId> page;
      page.direction = below(2) == 0 ? Direction::ascending : Direction::descending;
      page.limit = below(4) == 0 ? longest_page : 1 + below(40);
      page.after = any_cursor();
      page.until = any_cursor();
      check(filter, page);
    }
  }
};

}  // namespace store_lists

BOOST_FIXTURE_TEST_SUITE(store_lists, store_lists::World)

BOOST_AUTO_TEST_CASE(against_a_sort) {
  fill(3'000, 2);  // org_2 stays empty
  BOOST_TEST(state(organizations[0]).counts.active + state(organizations[0]).counts.inactive +
                 state(organizations[0]).counts.pending >
             1'000u);
  check_at_random(150);
  for (const Direction direction : {Direction::ascending, Direction::descending}) {
    for (const OrganizationId& organization : organizations) {
      MembershipFilter filter;
      filter.organization = organization;
      Page<MembershipId> page = whole_page<MembershipId>();
      page.direction = direction;
      check(filter, page);
      filter.statuses = StatusSet{};
      check(filter, page);
    }
  }
}

BOOST_AUTO_TEST_CASE(after_random_deletes) {
  fill(600, 3);
  for (int round = 0; round < 12; ++round) {
    remove_random(100 + below(100));
    if (!expected.all.empty()) check_at_random(20);
    fill(80 + below(60), 3);
    check_at_random(20);
  }
  remove_random(expected.all.size());
  for (const OrganizationId& organization : organizations) {
    BOOST_TEST((state(organization).counts == Counts{}));
    MembershipFilter filter;
    filter.organization = organization;
    check(filter, whole_page<MembershipId>());
  }
  fill(100, 3);
  check_at_random(20);
}

BOOST_AUTO_TEST_CASE(walks) {
  fill(500, 1);
  MembershipFilter filter;
  filter.organization = organizations[0];
  for (const Direction direction : {Direction::ascending, Direction::descending}) {
    for (const std::size_t limit :
         {std::size_t{1}, std::size_t{7}, std::size_t{499}, std::size_t{500}, std::size_t{501}}) {
      Page<MembershipId> page;
      page.limit = limit;
      page.direction = direction;
      std::vector<MembershipId> walked;
      bool more = true;
      while (more) {
        more = (*store.list(*MembershipQuery::make(filter, page), [&](const MembershipRow& row) {
                 walked.push_back(row.membership.copy().id);
               })).more;
        page.after = walked.back();
      }
      Page<MembershipId> whole = whole_page<MembershipId>();
      whole.direction = direction;
      BOOST_TEST((walked == expected.page(filter, whole).ids));
    }
  }
  // Rows that go between two pages: the cursor need not exist any more.
  Page<MembershipId> page;
  page.limit = 100;
  const auto first = expected.page(filter, page).ids;
  done(DeleteMembership{first.back()});
  expected.all.erase(std::find_if(expected.all.begin(), expected.all.end(),
                                  [&](const auto& one) { return one.id == first.back(); }));
  page.after = first.back();
  check(filter, page);
}

BOOST_AUTO_TEST_CASE(of_a_user) {
  for (int i = 3; i < 60; ++i) organizations.push_back(organization("org_" + std::to_string(i)));
  for (int i = 0; i < 5; ++i) users.push_back(user("u" + std::to_string(i)));
  for (const OrganizationId& organization : organizations) {
    for (const UserId& one : users) {
      if (below(3) != 0) add(one, organization);
    }
  }
  check_at_random(150);
  remove_random(60);
  check_at_random(150);
  for (const UserId& one : users) {
    MembershipFilter filter;
    filter.user = one;
    check(filter, whole_page<MembershipId>());
  }
}

BOOST_AUTO_TEST_CASE(organizations_and_users) {
  std::vector<OrganizationId> made = organizations;
  std::vector<UserId> made_users;
  for (int i = 0; i < 700; ++i) {
    std::string text = std::to_string(below(1000)) + "-" + std::to_string(i);
    if (below(4) == 0) text += std::string(40, 'y');
    made.push_back(organization(text));
    made_users.push_back(user(text));
  }
  std::sort(made.begin(), made.end());
  std::sort(made_users.begin(), made_users.end());
  for (const Direction direction : {Direction::ascending, Direction::descending}) {
    const bool up = direction == Direction::ascending;
    for (int round = 0; round < 60; ++round) {
      Page<OrganizationId> page;
      page.direction = direction;
      page.limit = 1 + below(30);
      if (below(2) == 0) page.after = made[below(made.size())];
      if (below(2) == 0) page.until = make_id<OrganizationId>(std::to_string(below(1000)));
      std::vector<OrganizationId> shown;
      const auto end = store.list(*OrganizationQuery::make(page), [&](const OrganizationRow& row) {
        shown.push_back(row.state.id);
        BOOST_REQUIRE(row.profile.texts[Text::name] == row.state.id.view());
      });
      std::vector<OrganizationId> wanted;
      for (std::size_t i = 0; i < made.size(); ++i) {
        const OrganizationId& id = up ? made[i] : made[made.size() - 1 - i];
        if (page.after && (up ? id <= *page.after : id >= *page.after)) continue;
        if (page.until && (up ? id >= *page.until : id <= *page.until)) continue;
        wanted.push_back(id);
      }
      BOOST_REQUIRE(end->more == (wanted.size() > page.limit));
      if (wanted.size() > page.limit)
        wanted.erase(wanted.begin() + static_cast<std::ptrdiff_t>(page.limit), wanted.end());
      BOOST_REQUIRE(shown == wanted);
    }
    std::vector<UserId> shown;
    Page<UserId> page;
    page.direction = direction;
    page.limit = 9;
    for (bool more = true; more;) {
      more = (*store.list(*UserQuery::make(page), [&](const UserRow& row) {
               shown.push_back(row.state.id);
             })).more;
      page.after = shown.back();
    }
    if (!up) std::reverse(shown.begin(), shown.end());
    BOOST_TEST((shown == made_users));
  }
}

BOOST_AUTO_TEST_CASE(nothing_to_show) {
  const auto shows = [&](const MembershipFilter& filter) {
    std::size_t rows = 0;
    const auto end = store.list(*MembershipQuery::make(filter, Page<MembershipId>{}),
                                [&](const MembershipRow&) { ++rows; });
    return !end.has_value() || end->more ? std::size_t{99} : rows;
  };
  MembershipFilter filter;
  filter.organization = organizations[0];
  BOOST_TEST(shows(filter) == 0u);
  filter.organization = make_id<OrganizationId>("unknown");
  BOOST_TEST(shows(filter) == 0u);
  filter.user = make_id<UserId>("unknown");
  BOOST_TEST(shows(filter) == 0u);
  filter.organization.reset();
  BOOST_TEST(shows(filter) == 0u);
  filter.user = user("known");
  BOOST_TEST(shows(filter) == 0u);
  join(*filter.user, organizations[0]);
  BOOST_TEST(shows(filter) == 1u);
  filter.organization = organizations[0];
  BOOST_TEST(shows(filter) == 1u);
  filter.holder = RoleIndex::organization(5);
  BOOST_TEST(shows(filter) == 0u);
  std::size_t roles = 0;
  BOOST_TEST(
      store.list(RoleQuery{make_id<OrganizationId>("unknown")}, [&](const RoleRow&) { ++roles; })
          .has_value());
  BOOST_TEST(roles == 0u);
  UserFilter nobody;
  nobody.email = EmailKey::folded("nobody@x");
  std::size_t users_shown = 0;
  BOOST_TEST(
      store.list(*UserQuery::make(Page<UserId>{}, nobody), [&](const UserRow&) { ++users_shown; })
          .has_value());
  BOOST_TEST(users_shown == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
