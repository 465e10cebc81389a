// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_CONFORMANCE_EVENTS_HPP
#define MEMBERSHIP_TESTING_CONFORMANCE_EVENTS_HPP

#include "membership/testing/conformance/lists.hpp"
#include "membership/testing/conformance/threads.hpp"
#include "membership/testing/conformance/world.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace membership::inline v0 {
namespace testing {
namespace conformance {

/// An event as the log shows it, with everything that it tells as text.
template <class T>
struct EventCopy {
  EventId id;
  EventType type;
  Time created_at;
  std::uint64_t revision;
  std::optional<typename T::OrganizationId> organization{};
  std::string told{};

  static EventCopy of(const BasicEventRow<T>& row) {
    EventCopy copy{row.id, row.type, row.created_at, row.revision};
    if (row.organization != nullptr) copy.organization = *row.organization;
    std::string& told = copy.told;
    told = std::string(to_string(row.type)) + ": ";
    if (row.membership != nullptr) {
      told += text_of(*row.membership) + ", before " + text_of(row.before);
    } else {
      told += "user " + text_of(row.user) + ", role " + text_of(row.role) + ", role before " +
              text_of(row.role_before) + ", permission " + text_of(row.permission) +
              ", invitation " + text_of(row.invitation) + ", held " + text_of(row.held) +
              ", profile " + text_of(row.profile) + ", before " + text_of(row.profile_before);
    }
    return copy;
  }

  /// What the events of a plan should tell.
  static std::vector<EventCopy> of(const BasicPlan<T>& plan) {
    std::vector<EventCopy> events;
    BasicEventRow<T> row{EventId{}, EventType::none, plan.decided_at};
    row.organization = plan.organization_id();
    if (plan.profile) {
      row.profile = plan.profile->after;
      row.profile_before = plan.profile->before;
    }
    fill(plan, row);
    for_each_event(plan, [&](EventType happened, unsigned index) {
      row.id = EventId::of(plan.id, index);
      row.type = happened;
      if (plan.membership && happened == plan.membership->event && is_membership(happened)) {
        const auto& write = plan.other && index == last_of(plan) ? *plan.other : *plan.membership;
        row.membership = &write.after;
        row.before = write.before;
      }
      events.push_back(of(row));
    });
    return events;
  }

 private:
  static bool is_membership(EventType happened) {
    return happened == EventType::organization_membership_created ||
           happened == EventType::organization_membership_updated ||
           happened == EventType::organization_membership_deleted;
  }
  static unsigned last_of(const BasicPlan<T>& plan) {
    unsigned count = 0;
    for_each_event(plan, [&](EventType, unsigned) { ++count; });
    return count - 1;
  }
  static void fill(const BasicPlan<T>& plan, BasicEventRow<T>& row) {
    if (plan.touch) row.revision = plan.touch->expected + 1;
    if (plan.environment) row.revision = plan.environment->after.revision;
    if (plan.user) {
      row.user = &plan.user->after.id;
      row.revision = plan.user->after.revision;
    }
    if (plan.organization) row.revision = plan.organization->after.revision;
    if (plan.role) {
      row.role = &plan.role->after;
      const RoleState* const before = plan.role->before;
      const bool changed =
          before != nullptr && !(before->permissions == plan.role->after.permissions);
      if (plan.role->effect == Effect::put && changed) row.role_before = before;
    }
    if (plan.permission) row.permission = &plan.permission->after;
    if (plan.invitation) {
      row.invitation = &plan.invitation->after;
      row.held = plan.invitation->held;
      row.revision = plan.invitation->after.revision;
    }
  }
};

/// The whole log, oldest first.
template <class W>
std::vector<EventCopy<typename W::T>> log_of(W& w) {
  using T = typename W::T;
  std::vector<EventCopy<T>> events;
  Page<EventId> page;
  page.limit = 50;
  for (bool more = true; more;) {
    const auto end = w.must(w.store().list(*BasicEventQuery<T>::make(page),
                                           [&](const BasicEventRow<T>& row) {
                                             events.push_back(EventCopy<T>::of(row));
                                           }),
                            "a list of events");
    more = end.more && !events.empty();
    if (!events.empty()) page.after = events.back().id;
  }
  return events;
}

/// Every effective change makes exactly one event that tells what was written and what was before.
struct EventsComplete {
  static constexpr std::string_view name = "events_complete";
  static constexpr Needs needs{members, Verbs{Verb::list_events}};

  template <class W>
  static void run(W& w) {
    using T = typename W::T;
    const auto organization = w.organization();
    const auto user = w.user();
    const Log<W> log(w);
    w.actor.clock.advance(7);
    const auto made =
        w.done(typename W::CreateMembership{user, organization, RoleSelection::one(w.role(0))});
    log.told(made.plan);
    w.actor.clock.advance(7);
    const auto id = made.membership()->id;
    if (w.has_two_roles()) {
      log.told(w.done(typename W::UpdateRoles{id, RoleSelection::one(w.role(1))}).plan);
    }
    log.told(w.done(typename W::Deactivate{id}).plan);
    log.told(w.done(typename W::Reactivate{id}).plan);
    const auto other = w.join(w.user(), organization);
    const Log<W> both(w);
    auto plan = w.change_status(w.kept(id), Status::inactive);
    plan.other.emplace(Effect::put, EventType::organization_membership_updated, other);
    plan.other->after.revision = plan.membership->after.revision;
    plan.other->after.directory_managed = true;
    w.must_commit(plan, "a plan of two memberships as seen");
    both.told(plan);
    both.told(w.done(typename W::Delete{id}).plan);
    if constexpr (W::keeps(Kind::user)) users(w);
    if constexpr (W::keeps(Kind::environment)) {
      const Log<W> after(w);
      const auto made_organization = w.done(BasicCreateOrganization<T>{"Other"});
      after.told(made_organization.plan);
      BasicUpdateOrganization<T> update{made_organization.plan.organization->after.id};
      update.name = "Renamed";
      after.told(w.done(update).plan);
    }
    if constexpr (W::keeps_roles) roles(w, organization);
    if constexpr (W::keeps(Kind::invitation) && W::keeps(Kind::user)) invitations(w, organization);
  }

 private:
  /// Compares what has been added to the log.
  template <class W>
  class Log {
   public:
    explicit Log(W& world) : w_(world), seen_(log_of(world).size()) {}
    void told(const typename W::Plan& plan) const {
      using Event = EventCopy<typename W::T>;
      const std::vector<Event> wanted = Event::of(plan);
      const std::vector<Event> log = log_of(w_);
      w_.same_number(seen_ + wanted.size(), log.size(), "the events after one change");
      if (log.size() != seen_ + wanted.size()) w_.stop("one event for each change", "others");
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        const Event& shown = log[seen_ + i];
        w_.same_text(wanted[i].told, shown.told, "what an event tells");
        w_.same(wanted[i].id, shown.id, "the id of an event");
        w_.same_number(wanted[i].revision, shown.revision, "the revision of an event");
        w_.expect(wanted[i].created_at == shown.created_at, "an event of the plan's time",
                  std::to_string(shown.created_at.milliseconds()));
        w_.same(wanted[i].organization, shown.organization, "the organization of an event");
      }
      seen_ = log.size();
    }

   private:
    W& w_;
    mutable std::size_t seen_;
  };

  template <class W>
  static void users(W& w) {
    using T = typename W::T;
    const Log<W> log(w);
    BasicCreateUser<T> create;
    create.email = "ada@example.org";
    const auto made = w.done(create);
    log.told(made.plan);
    BasicUpdateUser<T> update{made.plan.user->after.id};
    update.first_name = TextChange::set("Ada");
    log.told(w.done(update).plan);
  }
  template <class W>
  static void invitations(W& w, const typename W::OrganizationId& organization) {
    using T = typename W::T;
    BasicCreateUser<T> create;
    create.email = "eve@example.org";
    w.done(create);
    const Log<W> log(w);
    const auto sent = w.done(BasicSendInvitation<T>{"eve@example.org", organization, w.role(0)});
    log.told(sent.plan);
    const auto id = sent.plan.invitation->after.id;
    log.told(w.done(BasicResendInvitation<T>{id}).plan);
    log.told(w.done(BasicAcceptInvitation<T>{id}).plan);
    const auto alone = w.done(BasicSendInvitation<T>{"max@example.org"});
    log.told(alone.plan);
    log.told(w.done(BasicRevokeInvitation<T>{alone.plan.invitation->after.id}).plan);
  }
  template <class W>
  static void roles(W& w, const typename W::OrganizationId& organization) {
    using T = typename W::T;
    const Log<W> log(w);
    log.told(w.done(BasicCreateRole<T>{"editor", "Editor"}).plan);
    log.told(w.done(BasicUpdateRole<T>{"editor", "Author"}).plan);
    const auto own = w.done(BasicCreateOrganizationRole<T>{organization, "Lead", "org-lead"});
    log.told(own.plan);
    if constexpr (W::keeps(Kind::permission)) {
      log.told(w.done(BasicCreatePermission<T>{"read", "Read"}).plan);
      log.told(w.done(BasicAddRolePermission<T>{"editor", "read"}).plan);
    }
  }
};

/// What changes nothing, and settings, make no event.
struct EventsOfNoChange {
  static constexpr std::string_view name = "events_of_no_change";
  static constexpr Needs needs{members, Verbs{Verb::list_events}};

  template <class W>
  static void run(W& w) {
    using T = typename W::T;
    const auto organization = w.organization();
    const auto member = w.join(w.user(), organization);
    const auto before = log_of(w).size();
    const std::string rows = w.describe();
    w.done(typename W::Reactivate{member.id});
    w.done(typename W::UpdateRoles{member.id, RoleSelection::one(w.role(0))});
    auto nothing = w.empty_plan();
    nothing.outcome = Outcome::unchanged;
    w.must_commit(nothing, "a plan that changes nothing");
    w.unchanged(rows, "what is unchanged");
    w.same_number(before, log_of(w).size(), "the events after what is unchanged");
    w.done(BasicSetSeatLimit<T>{organization, 70});
    auto plan = w.change(Effect::put, EventType::none, member);
    w.must_commit(plan, "a change without an event");
    if constexpr (W::keeps(Kind::environment)) w.done(BasicSetSeatsCount<T>{{true, false}});
    w.same_number(before, log_of(w).size(), "the events after settings");
  }
};

/// A commit that conflicts makes no event, neither of the plan that conflicts nor of another.
struct EventsOfConflict {
  static constexpr std::string_view name = "events_of_conflict";
  static constexpr Needs needs{members, Verbs{Verb::list_events}};

  template <class W>
  static void run(W& w) {
    const auto organization = w.organization();
    const auto late = w.insertion(w.user(), organization);
    const auto elsewhere = w.insertion(w.user(), w.organization());
    w.join(w.user(), organization);
    const auto before = log_of(w).size();
    w.must_conflict(late, "a membership in an organization that has changed meanwhile");
    w.same_number(before, log_of(w).size(), "the events after a conflict");
    const std::vector<typename W::Plan> plans = {elsewhere, late};
    w.expect(w.commit(plans) == CommitStatus::conflict, "a conflict", "a commit");
    w.same_number(before, log_of(w).size(), "the events after a span that conflicts");
  }
};

/// Pages of the log in both directions, and its filters.
struct EventPages {
  static constexpr std::string_view name = "event_pages";
  static constexpr Needs needs{members, Verbs{Verb::list_events}};

  template <class W>
  static void run(W& w) {
    using T = typename W::T;
    const auto organization = w.organization();
    const auto member = w.join(w.user(), organization);
    w.actor.clock.advance(100);
    const Time later = w.actor.clock.now();
    w.done(typename W::Deactivate{member.id});
    w.done(typename W::Delete{member.id});
    w.join(w.user(), w.organization());
    const auto log = log_of(w);
    const auto ids_where = [&](auto&& fits) {
      std::vector<EventId> ids;
      for (const auto& event : log) {
        if (fits(event)) ids.push_back(event.id);
      }
      return ids;
    };
    const auto all = [](const auto&) { return true; };
    pages(w, {}, ids_where(all), "all events");
    BasicEventFilter<T> filter;
    filter.organization = organization;
    pages(w, filter, ids_where([&](const auto& event) {
            return event.organization == std::optional(organization);
          }),
          "the events of an organization");
    filter = {};
    filter.types = EventTypes{};
    filter.types.insert(EventType::organization_membership_deleted);
    pages(w, filter, ids_where([](const auto& event) {
            return event.type == EventType::organization_membership_deleted;
          }),
          "the events of a type");
    filter = {};
    filter.from = later;
    pages(w, filter, ids_where([&](const auto& event) { return event.created_at >= later; }),
          "the events from a time on");
    filter = {};
    filter.before = later;
    pages(w, filter, ids_where([&](const auto& event) { return event.created_at < later; }),
          "the events before a time");
  }

 private:
  /// The log's order is its own: what a page should show is by places, not by ids.
  template <class W>
  static void pages(W& w, const BasicEventFilter<typename W::T>& filter,
                    const std::vector<EventId>& ids, std::string_view what) {
    for (const Direction direction : {Direction::ascending, Direction::descending}) {
      auto wanted = ids;
      if (direction == Direction::descending) std::reverse(wanted.begin(), wanted.end());
      for (std::size_t begin = 0; begin <= wanted.size(); ++begin) {
        Page<EventId> page{2, direction};
        if (begin > 0) page.after = wanted[begin - 1];
        const std::size_t end = std::min(begin + 2, wanted.size());
        const auto shown =
            page_of<EventId>(w, w.store(), *BasicEventQuery<typename W::T>::make(page, filter),
                             [](const auto& row) { return row.id; });
        const std::vector<EventId> part(wanted.begin() + static_cast<std::ptrdiff_t>(begin),
                                        wanted.begin() + static_cast<std::ptrdiff_t>(end));
        w.same_text(text_of(part) + (end < wanted.size() ? "and more" : "and no more"),
                    text_of(shown.ids) + (shown.more ? "and more" : "and no more"), what);
      }
      if (wanted.size() < 3) continue;
      const Page<EventId> bounded{10, direction, wanted[0], wanted[2]};
      const auto shown =
          page_of<EventId>(w, w.store(), *BasicEventQuery<typename W::T>::make(bounded, filter),
                           [](const auto& row) { return row.id; });
      w.same_text(text_of(std::vector{wanted[1]}), text_of(shown.ids),
                  std::string(what) + " between two");
    }
  }
};

/// A reader who follows the log while others commit gets every event exactly once, and those of
/// one organization in the order of its commits.
struct EventsRace {
  static constexpr std::string_view name = "events_under_concurrency";
  static constexpr Needs needs{members, Verbs{Verb::list_events}, true};

  template <class W>
  static void run(W& w) {
    using T = typename W::T;
    const typename W::OrganizationId organizations[] = {w.organization(), w.organization()};
    std::vector<typename W::UserId> users;
    for (unsigned i = 0; i < w.options.threads; ++i) users.push_back(w.user());
    const std::size_t before = log_of(w).size();
    std::mutex mutex;
    std::vector<EventId> committed;
    std::atomic<unsigned> writers{w.options.threads - 1};
    std::atomic<unsigned> looks{0};
    std::vector<EventCopy<T>> followed;
    together(w, w.options.threads, [&](Runner<W>& runner) {
      if (runner.number == 0) {
        follow(w, runner.store, writers, looks, followed);
        return;
      }
      const auto keep = [&](const auto& receipt) {
        const std::lock_guard guard(mutex);
        for (const auto& event : EventCopy<T>::of(receipt.plan)) {
          committed.push_back(event.id);
        }
      };
      for (unsigned round = 0; round < w.options.rounds && !w.anything_found(); ++round) {
        const auto made = runner.run(typename W::CreateMembership{
            users[runner.number], organizations[round % 2], RoleSelection::one(w.role(0))});
        if (!carried_out(w, made, {})) break;
        keep(*made);
        const auto gone = runner.run(typename W::Delete{(*made).membership()->id});
        if (!carried_out(w, gone, {})) break;
        keep(*gone);
        // So that the reader looks between the commits, if it is not too slow.
        const unsigned seen = looks.load();
        for (int i = 0; i < 100 && looks.load() == seen; ++i) std::this_thread::yield();
      }
      --writers;
    });
    if (w.anything_found()) return;
    std::vector<EventId> shown;
    std::map<typename W::OrganizationId, std::uint64_t> revisions;
    for (std::size_t i = before; i < followed.size(); ++i) {
      const auto& event = followed[i];
      shown.push_back(event.id);
      if (!event.organization) w.stop("the organization of an event", "none");
      std::uint64_t& last = revisions[*event.organization];
      w.expect(last < event.revision, "the events of an organization in the order of its commits",
               std::to_string(event.revision) + " after " + std::to_string(last));
      last = event.revision;
    }
    std::sort(shown.begin(), shown.end());
    std::sort(committed.begin(), committed.end());
    w.same_number(committed.size(), shown.size(), "the events of so many commits");
    w.expect(shown == committed, "exactly the events of the commits", "others");
  }

 private:
  /// Reads on until nobody writes any more and the log has ended.
  template <class W>
  static void follow(W& w, typename W::Store& store, const std::atomic<unsigned>& writers,
                     std::atomic<unsigned>& looks, std::vector<EventCopy<typename W::T>>& events) {
    using T = typename W::T;
    Page<EventId> page;
    page.limit = 20;
    for (bool last = false; !w.anything_found();) {
      const std::size_t size = events.size();
      w.must(
          store.list(*BasicEventQuery<T>::make(page),
                     [&](const BasicEventRow<T>& row) { events.push_back(EventCopy<T>::of(row)); }),
          "a list of events");
      ++looks;
      if (!events.empty()) page.after = events.back().id;
      if (events.size() != size) continue;
      if (last) return;
      last = writers.load() == 0;
    }
  }
};

/// The fate of a commit can be found out by its plan's id.
struct PlanFate {
  static constexpr std::string_view name = "plan_fate";
  static constexpr Needs needs{members, Verbs{Verb::was_committed}};

  template <class W>
  static void run(W& w) {
    const auto organization = w.organization();
    const auto plan = w.insertion(w.user(), organization);
    const auto late = w.insertion(w.user(), organization);
    fate(w, plan, false, "a plan before its commit");
    w.must_commit(plan, "a plan as seen");
    fate(w, plan, true, "a plan that is committed");
    w.must_conflict(late, "a late plan");
    fate(w, late, false, "a plan that conflicted");
    const auto setting = w.done(BasicSetSeatLimit<typename W::T>{organization, 70});
    fate(w, setting.plan, true, "a plan without an event");
    const std::vector<typename W::Plan> span = {w.insertion(w.user(), organization),
                                                w.insertion(w.user(), w.organization())};
    w.expect(w.commit(span) == CommitStatus::committed, "a span to be committed", "a conflict");
    for (const auto& one : span) fate(w, one, true, "a plan of a span");
  }

 private:
  template <class W>
  static void fate(W& w, const typename W::Plan& plan, bool wanted, std::string_view what) {
    for (auto* const store : {&w.store(), &w.another()}) {
      const bool found = w.must(store->was_committed(plan.id), "was_committed to succeed");
      w.expect(found == wanted, std::string(what) + (wanted ? " to be found" : " not to be found"),
               found ? "it is" : "it is not");
    }
  }
};

}  // namespace conformance
}  // namespace testing
}  // namespace membership::inline v0

#endif
