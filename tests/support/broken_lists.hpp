// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_SUPPORT_BROKEN_LISTS_HPP
#define MEMBERSHIP_TESTS_SUPPORT_BROKEN_LISTS_HPP

#include "support/broken_stores.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// Stores whose lists and events are wrong on purpose.
namespace membership_tests::broken {

// Lists of memberships.

/// A page of those rows that `follows`, in the order of `before(a, b)`.
template <class Row, class Before, class Follows, class Show>
ListEnd show_page(std::vector<Row> rows, std::size_t limit, const Before& before,
                  const Follows& follows, const Show& show) {
  std::sort(rows.begin(), rows.end(), before);
  std::size_t shown = 0;
  for (const Row& row : rows) {
    if (!follows(row)) continue;
    if (shown == limit) return {true};
    show(row);
    ++shown;
  }
  return {false};
}

/// A store that lists memberships out of a copy of all.
struct ListedFromCopies : WholeStore {
  using WholeStore::WholeStore;
  struct Copy {
    OrganizationMembership value;
    RoleCatalogue roles;
  };
  std::vector<Copy> copies(const MembershipQuery& query) {
    std::vector<Copy> rows;
    Page<MembershipId> page;
    page.limit = longest_page;
    static_cast<void>(
        *memory().list(*MembershipQuery::make(query.filter(), page), [&](const MembershipRow& row) {
          rows.push_back({row.membership.copy(), row.roles});
        }));
    return rows;
  }
  static void show_copy(const Copy& row, const Visit<MembershipRow>& visit) {
    visit({MembershipView::of(row.value), row.roles});
  }
};

/// Pages by the time of creation: rows of the same time are lost.
struct CursorByTime : ListedFromCopies {
  using ListedFromCopies::ListedFromCopies;
  Listed list_memberships(const MembershipQuery& query,
                          const Visit<MembershipRow>& visit) override {
    const auto& page = query.page();
    const bool up = page.direction == Direction::ascending;
    const auto cursor = page.after ? member(*page.after) : std::nullopt;
    const auto until = page.until ? member(*page.until) : std::nullopt;
    const auto time_less = [up](Time a, Time b) { return up ? a < b : b < a; };
    return show_page(
        copies(query), page.limit,
        [up](const Copy& a, const Copy& b) {
          const auto key = [](const Copy& row) {
            return std::pair(row.value.created_at, row.value.id);
          };
          return up ? key(a) < key(b) : key(b) < key(a);
        },
        [&](const Copy& row) {
          return (!cursor || time_less(cursor->created_at, row.value.created_at)) &&
                 (!until || time_less(row.value.created_at, until->created_at));
        },
        [&](const Copy& row) { show_copy(row, visit); });
  }
};

/// Sorts letters without their case, as a language does.
struct LocaleOrder : ListedFromCopies {
  using ListedFromCopies::ListedFromCopies;
  Listed list_memberships(const MembershipQuery& query,
                          const Visit<MembershipRow>& visit) override {
    const auto& page = query.page();
    const bool up = page.direction == Direction::ascending;
    const auto key = [](const MembershipId& id) {
      return std::pair(std::string(EmailKey::folded(id.view()).view()), id);
    };
    const auto before = [&](const MembershipId& a, const MembershipId& b) {
      return up ? key(a) < key(b) : key(b) < key(a);
    };
    return show_page(
        copies(query), page.limit,
        [&](const Copy& a, const Copy& b) { return before(a.value.id, b.value.id); },
        [&](const Copy& row) {
          return (!page.after || before(*page.after, row.value.id)) &&
                 (!page.until || before(row.value.id, *page.until));
        },
        [&](const Copy& row) { show_copy(row, visit); });
  }
};

/// Takes a cursor for a row: where it is gone, the next one is skipped in its stead.
struct CursorTakenForRow : WholeStore {
  using WholeStore::WholeStore;
  Listed list_memberships(const MembershipQuery& query,
                          const Visit<MembershipRow>& visit) override {
    auto page = query.page();
    if (page.after && !member(*page.after)) {
      Page<MembershipId> next = page;
      next.limit = 1;
      std::optional<MembershipId> skipped;
      static_cast<void>(
          *memory().list(*MembershipQuery::make(query.filter(), next),
                         [&](const MembershipRow& row) { skipped = row.membership.copy().id; }));
      if (skipped) page.after = skipped;
    }
    return WholeStore::list_memberships(*MembershipQuery::make(query.filter(), page), visit);
  }
};

/// Goes on behind the end of a page.
struct UntilIgnored : WholeStore {
  using WholeStore::WholeStore;
  Listed list_memberships(const MembershipQuery& query,
                          const Visit<MembershipRow>& visit) override {
    auto page = query.page();
    page.until.reset();
    return WholeStore::list_memberships(*MembershipQuery::make(query.filter(), page), visit);
  }
};

/// Pages by an offset: what comes and goes before it moves the rows.
struct CursorAsOffset : ListedFromCopies {
  using ListedFromCopies::ListedFromCopies;
  std::map<MembershipId, std::size_t> offsets{};
  Listed list_memberships(const MembershipQuery& query,
                          const Visit<MembershipRow>& visit) override {
    auto rows = copies(query);
    if (query.page().direction == Direction::descending) std::reverse(rows.begin(), rows.end());
    std::size_t at = query.page().after ? offsets[*query.page().after] : 0;
    for (std::size_t shown = 0; at < rows.size() && shown < query.page().limit; ++shown) {
      show_copy(rows[at], visit);
      offsets[rows[at].value.id] = at + 1;
      ++at;
    }
    return ListEnd{at < rows.size()};
  }
};

/// Filters by the status only after the page is cut.
struct FilteredAfterPage : WholeStore {
  using WholeStore::WholeStore;
  Listed list_memberships(const MembershipQuery& query,
                          const Visit<MembershipRow>& visit) override {
    auto filter = query.filter();
    filter.statuses = StatusSet::all();
    return WholeStore::list_memberships(
        *MembershipQuery::make(filter, query.page()), [&](const MembershipRow& row) {
          if (query.filter().statuses.contains(row.membership.status)) visit(row);
        });
  }
};

/// Shows what is not marked as well.
struct MarksForgotten : WholeStore {
  using WholeStore::WholeStore;
  Listed list_organizations(const OrganizationQuery& query,
                            const Visit<OrganizationRow>& visit) override {
    auto filter = query.filter();
    filter.marked = false;
    return WholeStore::list_organizations(*OrganizationQuery::make(query.page(), filter), visit);
  }
};

/// Looks names up as patterns.
struct NamesAsPatterns : WholeStore {
  using WholeStore::WholeStore;
  Listed list_organizations(const OrganizationQuery& query,
                            const Visit<OrganizationRow>& visit) override {
    auto filter = query.filter();
    if (!filter.name_part) return WholeStore::list_organizations(query, visit);
    const std::string pattern = '%' + std::string(*filter.name_part) + '%';
    filter.name_part.reset();
    Page<OrganizationId> all;
    all.limit = longest_page;
    std::size_t shown = 0;
    bool more = false;
    static_cast<void>(
        *memory().list(*OrganizationQuery::make(all, filter), [&](const OrganizationRow& row) {
          if (!IdsAsPatterns::fits(pattern, row.profile.texts[Text::name])) return;
          more = shown == query.page().limit;
          if (!more) visit(row);
          if (!more) ++shown;
        }));
    return ListEnd{more};
  }
};

/// Shows the role that an invitation was sent with.
struct HeldAsSent : WholeStore {
  using WholeStore::WholeStore;
  Listed list_invitations(const InvitationQuery& query,
                          const Visit<InvitationRow>& visit) override {
    return WholeStore::list_invitations(query, [&](const InvitationRow& row) {
      const RoleSet held = sent_.emplace(row.state.id, row.held).first->second;
      visit({row.state, row.profile, held, row.first_requested, row.roles});
    });
  }

 private:
  std::map<InvitationId, RoleSet> sent_{};  // for one thread
};

// Events.

/// Tells the events of a commit, whatever becomes of it.
struct EventsBeforeCommit : WholeStore {
  using WholeStore::WholeStore;
  Committed commit_plans(Plans plans) override {
    auto status = WholeStore::commit_plans(plans);
    if (!status || *status == CommitStatus::committed) return status;
    // The memory store tells none: one of a commit that is undone stands for it.
    leak(plans.back());
    return status;
  }
  /// They come behind all others, on whatever page that is the last.
  Listed list_events(const EventQuery& query, const Visit<EventRow>& visit) override {
    const auto leaked = copy();
    auto at = std::find_if(leaked.begin(), leaked.end(),
                           [&](const auto& one) { return query.page().after == one.first; });
    if (at == leaked.end()) {
      const auto end = WholeStore::list_events(query, visit);
      if (!end || (*end).more) return end;
      at = leaked.begin();
    } else {
      ++at;
    }
    for (; at != leaked.end(); ++at) {
      visit(EventRow{at->first, EventType::organization_membership_updated, at->second});
    }
    return ListEnd{false};
  }

 protected:
  void leak(const Plan& plan) {
    const std::lock_guard guard(data().mutex);
    leaked_.emplace_back(EventId::of(plan.id, 0), plan.decided_at);
  }

 private:
  using Leaked = std::vector<std::pair<EventId, Time>>;
  Leaked copy() {
    const std::lock_guard guard(data().mutex);
    return leaked_;
  }
  Leaked leaked_{};
};

/// Tells an event for every commit.
struct EventForEveryCommit : EventsBeforeCommit {
  using EventsBeforeCommit::EventsBeforeCommit;
  Committed commit_plans(Plans plans) override {
    auto status = WholeStore::commit_plans(plans);
    for (const Plan& plan : plans) {
      unsigned events = 0;
      for_each_event(plan, [&](EventType, unsigned) { ++events; });
      if (status && *status == CommitStatus::committed && events == 0) leak(plan);
    }
    return status;
  }
};

/// Loses the events of deletions.
struct DeletionsUntold : WholeStore {
  using WholeStore::WholeStore;
  Listed list_events(const EventQuery& query, const Visit<EventRow>& visit) override {
    return WholeStore::list_events(query, [&](const EventRow& row) {
      if (row.type != EventType::organization_membership_deleted) visit(row);
    });
  }
};

/// Tells every event twice.
struct EventsDoubled : WholeStore {
  using WholeStore::WholeStore;
  Listed list_events(const EventQuery& query, const Visit<EventRow>& visit) override {
    return WholeStore::list_events(query, [&](const EventRow& row) {
      visit(row);
      if (row.type == EventType::organization_membership_created) visit(row);
    });
  }
};

/// Does not tell what was before.
struct BeforeUntold : WholeStore {
  using WholeStore::WholeStore;
  Listed list_events(const EventQuery& query, const Visit<EventRow>& visit) override {
    return WholeStore::list_events(query, [&](const EventRow& row) {
      EventRow changed = row;
      changed.before = {};
      visit(changed);
    });
  }
};

/// Shows the roles of events as they are when the log is read.
struct RolesOfNow : WholeStore {
  using WholeStore::WholeStore;
  Listed list_events(const EventQuery& query, const Visit<EventRow>& visit) override {
    std::vector<std::optional<OrganizationId>> organizations;
    static_cast<void>(WholeStore::list_events(query, [&](const EventRow& row) {
      auto& id = organizations.emplace_back();
      if (row.organization != nullptr) id = *row.organization;
    }));
    std::vector<Loaded> now;
    for (const auto& id : organizations) {
      Reads reads;
      if (id) reads.organization = &*id;
      now.push_back(*memory().load(reads));
    }
    std::size_t at = 0;
    return WholeStore::list_events(query, [&](const EventRow& row) {
      EventRow changed = row;
      if (at < now.size()) changed.roles = now[at++].roles;
      visit(changed);
    });
  }
};

/// Follows the log by ids, which are drawn before the commit: a later one may be seen first.
struct EventsById : WholeStore {
  using WholeStore::WholeStore;
  Listed list_events(const EventQuery& query, const Visit<EventRow>& visit) override {
    const auto& page = query.page();
    const bool up = page.direction == Direction::ascending;
    const auto before = [up](EventId a, EventId b) { return up ? a < b : b < a; };
    std::vector<EventId> ids;
    walk(query.filter(), [&](const EventRow& row) { ids.push_back(row.id); });
    std::vector<EventId> shown;
    const ListEnd end = show_page(
        ids, page.limit, before,
        [&](EventId id) {
          return (!page.after || before(*page.after, id)) &&
                 (!page.until || before(id, *page.until));
        },
        [&](EventId id) { shown.push_back(id); });
    for (const EventId id : shown) {
      walk(query.filter(), [&](const EventRow& row) {
        if (row.id == id) visit(row);
      });
    }
    return end;
  }

 private:
  template <class Show>
  void walk(const EventFilter& filter, const Show& show) {
    Page<EventId> page;
    page.limit = longest_page;
    for (bool more = true; more;) {
      const auto end =
          WholeStore::list_events(*EventQuery::make(page, filter), [&](const EventRow& row) {
            show(row);
            page.after = row.id;
          });
      more = (*end).more;
    }
  }
};

}  // namespace membership_tests::broken

#endif
