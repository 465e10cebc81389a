// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_CONFORMANCE_LISTS_HPP
#define MEMBERSHIP_TESTING_CONFORMANCE_LISTS_HPP

#include "membership/testing/conformance/threads.hpp"
#include "membership/testing/conformance/world.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace testing {
namespace conformance {

/// A page of ids, and whether the list said that more follow.
template <class I>
struct IdPage {
  std::vector<I> ids{};
  bool more = false;
};

template <class I>
std::string text_of(const std::vector<I>& ids) {
  std::string text;
  for (const I& id : ids) text += text_of(id) + ' ';
  return text.empty() ? "nothing" : text;
}

/// A page of a list; `id_of(row)` is the id of what it shows.
template <class I, class W, class Query, class IdOf>
IdPage<I> page_of(W& w, typename W::Store& store, const Query& query, IdOf&& id_of) {
  IdPage<I> page;
  const auto end =
      w.must(store.list(query, [&](const auto& row) { page.ids.push_back(id_of(row)); }), "a list");
  page.more = end.more;
  return page;
}

/// Lists the memberships of an organization or of a user.
template <class W>
struct ListMemberships {
  using T = typename W::T;
  using Id = typename T::MembershipId;
  BasicMembershipFilter<T> filter{};

  IdPage<Id> operator()(W& w, typename W::Store& store, const Page<Id>& page) const {
    return page_of<Id>(w, store, *BasicMembershipQuery<T>::make(filter, page),
                       [](const auto& row) { return row.membership.copy().id; });
  }
};
/// Lists what has a query of its own with a filter.
template <class W, class I, class Query, class Filter>
struct ListStates {
  using Id = I;
  Filter filter{};

  IdPage<Id> operator()(W& w, typename W::Store& store, const Page<Id>& page) const {
    return page_of<Id>(w, store, *Query::make(page, filter),
                       [](const auto& row) { return row.state.id; });
  }
};
template <class W>
using ListOrganizations = ListStates<W, typename W::OrganizationId,
                                     BasicOrganizationQuery<typename W::T>, OrganizationFilter>;
template <class W>
using ListUsers = ListStates<W, typename W::UserId, BasicUserQuery<typename W::T>,
                             BasicUserFilter<typename W::T>>;
template <class W>
using ListInvitations =
    ListStates<W, typename W::T::InvitationId, BasicInvitationQuery<typename W::T>,
               BasicInvitationFilter<typename W::T>>;

/// What a page of these sorted ids should show.
template <class I>
IdPage<I> wanted_page(std::vector<I> ids, const Page<I>& page) {
  const bool up = page.direction == Direction::ascending;
  if (!up) std::reverse(ids.begin(), ids.end());
  const auto before = [up](const I& a, const I& b) { return up ? a < b : b < a; };
  IdPage<I> wanted;
  for (const I& id : ids) {
    if (page.after && !before(*page.after, id)) continue;
    if (page.until && !before(id, *page.until)) continue;
    wanted.more = wanted.ids.size() == page.limit;
    if (wanted.more) break;
    wanted.ids.push_back(id);
  }
  return wanted;
}

/// That a list shows these in every page: both directions, with and without bounds.
template <class W, class List>
void shows(W& w, const List& list, std::vector<typename List::Id> ids, std::string_view what) {
  using I = typename List::Id;
  std::sort(ids.begin(), ids.end());
  std::vector<std::optional<I>> bounds = {std::nullopt};
  for (const I& id : ids) bounds.emplace_back(id);
  for (const Direction direction : {Direction::ascending, Direction::descending}) {
    for (const std::size_t limit : {std::size_t{1}, std::size_t{2}, ids.size() + 1}) {
      for (const auto& after : bounds) {
        for (const auto& until : bounds) {
          const Page<I> page{limit, direction, after, until};
          const auto wanted = wanted_page(ids, page);
          const auto shown = list(w, w.store(), page);
          if (shown.ids == wanted.ids && shown.more == wanted.more) continue;
          std::string text(what);
          text += direction == Direction::ascending ? ", ascending" : ", descending";
          text += ", limit " + std::to_string(limit) + ", after " + text_of(after) + ", until " +
                  text_of(until) + ": ";
          w.found(text + text_of(wanted.ids) + (wanted.more ? "and more" : "and no more"),
                  text_of(shown.ids) + (shown.more ? "and more" : "and no more"));
          return;
        }
      }
    }
  }
}

/// Every page of every list, in the order of ids, with any limit, `after` and `until`.
struct ListPages {
  static constexpr std::string_view name = "list_pages";
  static constexpr Needs needs{members, Verbs{Verb::list_memberships}};

  template <class W>
  static void run(W& w) {
    std::vector<typename W::UserId> users;
    std::vector<typename W::OrganizationId> organizations;
    for (int i = 0; i < 4; ++i) {
      users.push_back(w.user());
      organizations.push_back(w.organization());
    }
    std::vector<typename W::MembershipId> of_organization;
    std::vector<typename W::MembershipId> of_user;
    for (const auto& user : users) of_organization.push_back(w.join(user, organizations[0]).id);
    of_user.push_back(of_organization[0]);
    for (int i = 1; i < 4; ++i) {
      const auto at = static_cast<std::size_t>(i);
      of_user.push_back(w.join(users[0], organizations[at]).id);
    }
    ListMemberships<W> list;
    list.filter.organization = organizations[0];
    shows(w, list, of_organization, "the memberships of an organization");
    list.filter.user = users[0];
    shows(w, list, {of_organization[0]}, "the memberships of a user in an organization");
    list.filter.organization.reset();
    shows(w, list, of_user, "the memberships of a user");
    list.filter.user = w.template unknown<typename W::UserId>();
    shows(w, list, {}, "the memberships of an unknown user");
    if constexpr (W::has(Verb::list_organizations)) {
      shows(w, ListOrganizations<W>{}, organizations, "the organizations");
    }
    if constexpr (W::has(Verb::list_users) && W::keeps(Kind::user)) {
      shows(w, ListUsers<W>{}, users, "the users");
    }
  }
};

/// Lists are in the order of the bytes of ids, not in that of any language.
struct ListOrder {
  static constexpr std::string_view name = "list_order";
  static constexpr Needs needs{members, Verbs{Verb::list_memberships}, false, true};

  template <class W>
  static void run(W& w) {
    const std::string_view texts[] = {"a_b", "B",  "a_Z", "a-b",      "a", "b", "a.b",
                                      "A",   "10", "9",   "\xc3\xa4", "z", "~"};
    const auto organization = w.organization();
    const auto user = w.user();
    std::vector<typename W::MembershipId> memberships;
    std::vector<typename W::OrganizationId> organizations = {organization};
    std::vector<typename W::UserId> users = {user};
    for (const std::string_view text : texts) {
      const auto id = W::MembershipId::from_stored(text);
      users.push_back(W::UserId::from_stored(text));
      w.make_user(users.back());
      organizations.push_back(W::OrganizationId::from_stored(text));
      w.make_organization(organizations.back());
      auto plan = w.insertion(users.back(), organization);
      plan.membership->after.id = id;
      w.must_commit(plan, "a membership with an id of the host's");
      memberships.push_back(id);
    }
    const auto whole = [&](const auto& list, auto ids, std::string_view what) {
      using I = typename std::remove_cvref_t<decltype(list)>::Id;
      std::sort(ids.begin(), ids.end());
      for (const Direction direction : {Direction::ascending, Direction::descending}) {
        w.same_text(text_of(ids), text_of(list(w, w.store(), Page<I>{100, direction}).ids), what);
        std::reverse(ids.begin(), ids.end());
      }
    };
    ListMemberships<W> list;
    list.filter.organization = organization;
    whole(list, memberships, "the memberships of an organization in the order of their bytes");
    if constexpr (W::has(Verb::list_organizations)) {
      whole(ListOrganizations<W>{}, organizations, "the organizations in the order of their bytes");
    }
    if constexpr (W::has(Verb::list_users) && W::keeps(Kind::user)) {
      whole(ListUsers<W>{}, users, "the users in the order of their bytes");
    }
  }
};

/// A filter shows those that fit and no other.
struct ListFilters {
  static constexpr std::string_view name = "list_filters";
  static constexpr Needs needs{members, Verbs{Verb::list_memberships}};

  template <class W>
  static void run(W& w) {
    const auto organization = w.organization();
    std::vector<typename W::MembershipId> ids;
    for (std::size_t i = 0; i < 6; ++i) {
      ids.push_back(w.join(w.user(), organization, i % 2).id);
    }
    w.join(w.user(), w.organization());
    w.done(typename W::Deactivate{ids[2]});
    w.done(typename W::Deactivate{ids[3]});
    w.must_commit(w.change_status(w.kept(ids[4]), Status::pending), "a change as seen");
    auto several =
        w.change(Effect::put, EventType::organization_membership_updated, w.kept(ids[5]));
    several.membership->after.roles.insert(w.role_index(0));
    w.must_commit(several, "a change as seen");

    ListMemberships<W> list;
    list.filter.organization = organization;
    for (const auto& [status, wanted] :
         {std::pair(Status::active, std::vector{ids[0], ids[1], ids[5]}),
          std::pair(Status::inactive, std::vector{ids[2], ids[3]}),
          std::pair(Status::pending, std::vector{ids[4]})}) {
      list.filter.statuses = StatusSet{} | status;
      shows(w, list, wanted, "the " + std::string(to_string(status)) + " memberships");
    }
    list.filter.statuses = StatusSet{} | Status::active | Status::pending;
    shows(w, list, {ids[0], ids[1], ids[4], ids[5]}, "the memberships of two statuses");
    list.filter.statuses = StatusSet::all();
    if (!w.has_two_roles()) return;
    list.filter.holder = w.role_index(0);
    shows(w, list, {ids[0], ids[2], ids[4], ids[5]}, "the memberships that hold a role");
    list.filter.statuses = StatusSet{} | Status::active;
    shows(w, list, {ids[0], ids[5]}, "the active memberships that hold a role");
    list.filter.holder.reset();
    list.filter.several_roles = true;
    shows(w, list, {ids[5]}, "the memberships with several roles");
  }
};

/// A list walked in pages shows what is there all the time exactly once, while others come and go
/// between the pages, and also where the cursor itself goes.
struct ListCursors {
  static constexpr std::string_view name = "list_cursors";
  static constexpr Needs needs{members, Verbs{Verb::list_memberships}};

  template <class W>
  static void run(W& w) {
    const auto organization = w.organization();
    for (const Direction direction : {Direction::ascending, Direction::descending}) {
      std::vector<typename W::MembershipId> stay;
      std::vector<typename W::UserId> users;
      for (std::uint64_t i = 0; i < 12; ++i) {
        users.push_back(w.user());
        // Every third id is left free for those who come later.
        insert(w, users.back(), organization, number_of(direction, 3 * i));
        if (i % 2 == 0) stay.push_back(w.kept_pair(users.back(), organization).id);
      }
      std::vector<typename W::MembershipId> shown;
      std::optional<typename W::MembershipId> after;
      ListMemberships<W> list;
      list.filter.organization = organization;
      for (std::uint64_t page = 0, more = 1; more != 0; ++page) {
        const auto rows = list(w, w.store(), {2, direction, after, std::nullopt});
        more = rows.more ? 1 : 0;
        if (rows.ids.empty()) break;
        shown.insert(shown.end(), rows.ids.begin(), rows.ids.end());
        after = rows.ids.back();
        // The cursor goes unless it stays for good; before and behind it others come.
        if (std::find(stay.begin(), stay.end(), *after) == stay.end()) {
          w.done(typename W::Delete{*after});
        }
        for (const std::uint64_t place : {3 * page + 1, 40 - 3 * page}) {
          insert(w, w.user(), organization, number_of(direction, place));
        }
        if (page > 40) w.stop("a list to end", "41 pages");
      }
      for (std::size_t i = 1; i < shown.size(); ++i) {
        const bool follows =
            direction == Direction::ascending ? shown[i - 1] < shown[i] : shown[i] < shown[i - 1];
        w.expect(follows, "pages that go on in their direction", text_of(shown));
      }
      for (const auto& id : stay) {
        const auto times = std::count(shown.begin(), shown.end(), id);
        w.expect(times == 1, text_of(id) + " once in " + text_of(shown), std::to_string(times));
      }
    }
    no_cursor(w);
  }

 private:
  /// Ids of the second direction do not meet those of the first.
  static std::uint64_t number_of(Direction direction, std::uint64_t place) {
    return (direction == Direction::ascending ? 2'000'000 : 3'000'000) + place;
  }
  template <class W>
  static void insert(W& w, const typename W::UserId& user,
                     const typename W::OrganizationId& organization, std::uint64_t number) {
    auto plan = w.insertion(user, organization);
    plan.membership->after.id = w.template id_of<typename W::MembershipId>(number);
    if (!w.member(plan.membership->after.id)) w.must_commit(plan, "a membership as seen");
  }
  /// Cursors that no row ever had: between all, before and behind.
  template <class W>
  static void no_cursor(W& w) {
    using I = typename W::MembershipId;
    const auto organization = w.organization();
    std::vector<I> ids;
    for (std::uint64_t i = 0; i < 4; ++i) {
      ids.push_back(w.template id_of<I>(4'000'010 + 2 * i));
      insert(w, w.user(), organization, 4'000'010 + 2 * i);
    }
    ListMemberships<W> list;
    list.filter.organization = organization;
    for (const Direction direction : {Direction::ascending, Direction::descending}) {
      for (std::uint64_t number = 4'000'009; number <= 4'000'017; ++number) {
        const Page<I> page{2, direction, w.template id_of<I>(number), std::nullopt};
        const auto wanted = wanted_page(ids, page).ids;
        const auto shown = list(w, w.store(), page).ids;
        w.expect(wanted == shown, text_of(wanted) + "after " + text_of(*page.after),
                 text_of(shown));
      }
    }
  }
};

/// The same while other threads write all the time.
struct ListRace {
  static constexpr std::string_view name = "list_under_concurrency";
  static constexpr Needs needs{members, Verbs{Verb::list_memberships}, true};

  template <class W>
  static void run(W& w) {
    using I = typename W::MembershipId;
    const auto organization = w.organization();
    std::vector<I> stay;
    std::vector<typename W::UserId> guests;
    for (int i = 0; i < 10; ++i) {
      stay.push_back(w.join(w.user(), organization).id);
      guests.push_back(w.user());
    }
    std::atomic<unsigned> walks{0};
    const unsigned enough = w.options.rounds;
    together(w, w.options.threads, [&](Runner<W>& runner) {
      ListMemberships<W> list;
      list.filter.organization = organization;
      if (runner.number == 0) {
        for (; walks < enough && !w.anything_found(); ++walks) {
          const auto direction = walks % 2 == 0 ? Direction::ascending : Direction::descending;
          walk(w, runner.store, list, direction, stay);
        }
        walks = enough;
        return;
      }
      for (std::size_t i = runner.number; walks < enough && !w.anything_found(); ++i) {
        const auto& user = guests[i % guests.size()];
        const auto made = runner.run(
            typename W::CreateMembership{user, organization, RoleSelection::one(w.role(0))});
        if (!carried_out(w, made, {ErrorCode::organization_membership_already_exists})) continue;
        carried_out(w, runner.run(typename W::Delete{(*made).membership()->id}),
                    {ErrorCode::entity_not_found});
      }
    });
  }

 private:
  template <class W, class I>
  static void walk(W& w, typename W::Store& store, const ListMemberships<W>& list,
                   Direction direction, const std::vector<I>& stay) {
    std::vector<I> shown;
    Page<I> page{3, direction};
    for (bool more = true; more;) {
      const auto rows = list(w, store, page);
      more = rows.more && !rows.ids.empty();
      shown.insert(shown.end(), rows.ids.begin(), rows.ids.end());
      if (!shown.empty()) page.after = shown.back();
    }
    for (std::size_t i = 1; i < shown.size(); ++i) {
      const bool up = direction == Direction::ascending;
      w.expect(up ? shown[i - 1] < shown[i] : shown[i] < shown[i - 1],
               "pages that go on in their direction", text_of(shown));
    }
    for (const I& id : stay) {
      const auto times = std::count(shown.begin(), shown.end(), id);
      w.expect(times == 1, text_of(id) + " once in a list under writes", std::to_string(times));
    }
  }
};

/// What a long operation has marked can be listed, and nothing else is.
struct MarkedLists {
  static constexpr std::string_view name = "marked_lists";
  static constexpr Needs needs{Kinds{Kind::organization, Kind::user, Kind::membership},
                               Verbs{Verb::list_organizations, Verb::list_users}};

  template <class W>
  static void run(W& w) {
    using T = typename W::T;
    std::vector<typename W::OrganizationId> organizations;
    std::vector<typename W::UserId> users;
    for (int i = 0; i < 5; ++i) {
      organizations.push_back(w.organization());
      users.push_back(w.user());
    }
    ListOrganizations<W> marked_organizations;
    ListUsers<W> marked_users;
    marked_organizations.filter.marked = true;
    marked_users.filter.marked = true;
    shows(w, marked_organizations, {}, "the marked organizations of none");
    shows(w, marked_users, {}, "the marked users of none");
    for (const std::size_t i : {1u, 3u}) {
      w.done(BasicMarkOrganizationDeleted<T>{organizations[i]});
      w.done(BasicMarkUserDeleted<T>{users[i]});
    }
    auto wanted = std::vector{organizations[1], organizations[3]};
    if constexpr (W::keeps_roles) {
      w.done(BasicCreateOrganizationRole<T>{organizations[4], "Lead", "org-lead"});
      w.done(BasicMarkRoleDeleted<T>{"org-lead", {}, organizations[4]});
      wanted.push_back(organizations[4]);
    }
    shows(w, marked_organizations, wanted, "the marked organizations");
    shows(w, marked_users, {users[1], users[3]}, "the marked users");
    w.done(BasicKeepOrganization<T>{organizations[1]});
    w.done(BasicKeepUser<T>{users[1]});
    wanted.erase(wanted.begin());
    shows(w, marked_organizations, wanted, "the marked organizations after one is taken back");
    shows(w, marked_users, {users[3]}, "the marked users after one is taken back");
  }
};

}  // namespace conformance
}  // namespace testing
}  // namespace membership::inline v0

#endif
