// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_CONFORMANCE_COMMITS_HPP
#define MEMBERSHIP_TESTING_CONFORMANCE_COMMITS_HPP

#include "membership/policy/apply.hpp"
#include "membership/testing/conformance/world.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace membership::inline v0 {
namespace testing {
namespace conformance {

/// A plan one of whose rows is not as seen leaves nothing, whichever row it is.
struct PlanAllOrNothing {
  static constexpr std::string_view name = "plan_all_or_nothing";
  static constexpr Needs needs{members};

  template <class W>
  static void run(W& w) {
    const auto organization = w.organization();
    const auto ada = w.user();
    const auto member = w.join(ada, organization);
    const auto second = w.join(w.user(), organization);

    auto plan = w.insertion(w.user(), organization);
    --plan.touch->expected;
    nothing(w, plan, "a new membership with a stale organization");
    plan = w.change_status(member, Status::inactive);
    --plan.touch->expected;
    nothing(w, plan, "a change with a stale organization");
    plan = w.change(Effect::erase, EventType::organization_membership_deleted, member);
    --plan.touch->expected;
    nothing(w, plan, "a deletion with a stale organization");
    plan = w.change_status(member, Status::inactive);
    ++plan.membership->expected;
    nothing(w, plan, "an organization's row with a stale membership");
    plan = w.change_status(member, Status::inactive);
    plan.other.emplace(Effect::put, EventType::organization_membership_updated, second);
    ++plan.other->expected;
    nothing(w, plan, "two memberships, the second stale");
    if constexpr (W::keeps(Kind::user)) {
      plan = w.insertion(w.user(), organization);
      ++*plan.compared_user;
      nothing(w, plan, "a new membership with a stale user");
    }
    if constexpr (W::keeps(Kind::environment)) {
      using T = typename W::T;
      const auto id = w.template id_of<typename T::OrganizationId>(700);
      w.know_organization(id);
      Decided made(w, BasicCreateOrganization<T>{"Acme", id});
      ++made.plan.environment->expected;
      nothing(w, made.plan, "a new organization with a stale environment");
    }
  }

 private:
  template <class W>
  static void nothing(W& w, const typename W::Plan& plan, std::string_view what) {
    const std::string before = w.describe();
    w.must_conflict(plan, what);
    w.unchanged(before, "a conflict of " + std::string(what));
  }
};

/// A span in which one plan conflicts leaves nothing, at whatever place that is.
struct SpanAllOrNothing {
  static constexpr std::string_view name = "span_all_or_nothing";
  static constexpr Needs needs{members};

  template <class W>
  static void run(W& w) {
    const auto organization = w.organization();
    const auto other = w.organization();
    const auto ada = w.user();
    const auto eve = w.user();
    w.join(ada, other);
    const auto member = w.join(ada, organization);
    const auto stale = w.change_status(member, Status::inactive);
    w.done(typename W::Deactivate{member.id});
    const std::vector<typename W::Plan> good = {
        w.insertion(eve, organization),
        w.insertion(eve, other),
    };
    for (std::size_t place = 0; place <= good.size(); ++place) {
      auto plans = good;
      plans.insert(plans.begin() + static_cast<std::ptrdiff_t>(place), stale);
      const std::string before = w.describe();
      w.expect(w.commit(plans) == CommitStatus::conflict, "a conflict of the whole span",
               "it is committed");
      w.unchanged(before, "a span whose plan " + std::to_string(place) + " conflicts");
    }
    w.expect(w.commit(std::span<const typename W::Plan>(good)) == CommitStatus::committed,
             "a span of plans in two organizations to be committed", "a conflict");
    w.expect(w.pair(eve, organization).has_value() && w.pair(eve, other).has_value(),
             "both memberships of a span", "one is missing");
    w.expect(w.commit(std::span<const typename W::Plan>()) == CommitStatus::committed,
             "an empty span to be committed", "a conflict");
  }
};

/// Plans of one span are decided one on what the other leaves; the store follows, so that the row
/// has the first precondition and the last value.
struct SpanFolding {
  static constexpr std::string_view name = "span_folding";
  static constexpr Needs needs{members};

  template <class W>
  static void run(W& w) {
    const auto organization = w.organization();
    const auto ada = w.user();
    Span<W> span(w, ada, organization);
    const auto begin = span.seen.organization->revision;
    span.add(typename W::CreateMembership{ada, organization, RoleSelection::one(w.role(0))});
    const auto id = span.plans.back().membership->after.id;
    span.add(typename W::UpdateRoles{id, RoleSelection::one(w.role(1))});
    span.add(typename W::Deactivate{id});
    span.commits("one membership made, changed and deactivated");
    w.same(span.plans.back().membership->after, w.kept(id), "a membership changed by a span");
    w.same_number(begin + span.plans.size(), w.state(organization).revision,
                  "the organization's revision after a span");

    Span<W> again(w, ada, organization);
    const auto first = *again.seen.membership;
    again.add(typename W::Reactivate{id});
    again.add(typename W::Delete{id});
    again.add(typename W::CreateMembership{ada, organization, RoleSelection::one(w.role(0))});
    again.commits("one membership deleted and made again");
    const auto successor = again.plans.back().membership->after;
    w.expect(!w.member(id), "no membership that a span erased", "one");
    w.same(successor, w.kept_pair(ada, organization), "a membership made again by a span");

    // The same row twice, each decided on the same snapshot: the second is late.
    const auto change = w.change_status(successor, Status::inactive);
    const std::vector<typename W::Plan> twice = {change, change};
    w.expect(w.commit(twice) == CommitStatus::conflict,
             "a conflict of two plans that expect the same revision", "it is committed");
    w.same(successor, w.kept(successor.id), "a membership after a conflict");

    // As a whole late: the first precondition counts.
    Span<W> late(w, ada, organization);
    late.add(typename W::Deactivate{successor.id});
    late.add(typename W::Reactivate{successor.id});
    w.done(typename W::Deactivate{successor.id});
    w.expect(w.commit(late.plans) == CommitStatus::conflict,
             "a conflict of a span whose first plan is late", "it is committed");
    w.expect(first.id != successor.id, "a new id for a membership made again", "the same");
  }

 private:
  /// Plans decided one on the other.
  template <class W>
  struct Span {
    W& w;
    typename W::Loaded seen;
    std::vector<typename W::Plan> plans{};

    Span(W& world, const typename W::UserId& user, const typename W::OrganizationId& organization)
        : w(world), seen(world.load_pair(user, organization)) {}
    template <class C>
    void add(const C& command) {
      plans.push_back(w.decide(command, seen));
      apply(seen, plans.back());
    }
    void commits(std::string_view what) {
      if (w.commit(plans) != CommitStatus::committed) {
        w.stop("a span to be committed: " + std::string(what), "a conflict");
      }
    }
  };
};

/// A late deletion or change never reaches the successor of the membership that it was about.
struct StaleDelete {
  static constexpr std::string_view name = "stale_delete";
  static constexpr Needs needs{members};

  template <class W>
  static void run(W& w) {
    const auto organization = w.organization();
    const auto user = w.user();
    const auto former = w.join(user, organization);
    const auto late = w.decide(typename W::Delete{former.id});
    w.done(typename W::Delete{former.id});
    const auto successor = w.join(user, organization);
    w.must_conflict(late, "a late deletion of a membership that was made again");

    // The same with every revision as it is by now: only the id tells them apart.
    auto expected = former;
    expected.revision = successor.revision;
    w.must_conflict(w.change(Effect::erase, EventType::organization_membership_deleted, expected),
                    "a deletion by a former id");
    w.must_conflict(w.change(Effect::put, EventType::organization_membership_updated, expected),
                    "a change by a former id");
    w.same(successor, w.kept_pair(user, organization), "the successor");
    w.refused(typename W::Delete{former.id}, ErrorCode::entity_not_found,
              "a deletion by a former id to be refused");
  }
};

/// What was decided on an organization or a user never reaches another that was made under the same
/// id.
struct StaleDecision {
  static constexpr std::string_view name = "stale_decision";
  static constexpr Needs needs{
      Kinds{Kind::environment, Kind::organization, Kind::membership, Kind::user}};

  template <class W>
  static void run(W& w) {
    using T = typename W::T;
    const auto organization = w.organization();
    const auto elsewhere = w.organization();
    const auto user = w.user();
    const typename W::CreateMembership create{user, organization};
    const auto late_in_organization = w.decide(create);
    const auto late_of_user = w.decide(typename W::CreateMembership{user, elsewhere});
    const auto revision = w.state(organization).revision;
    const auto marked = w.done(BasicMarkOrganizationDeleted<T>{organization});
    w.done(BasicFinishOrganizationDeletion<T>{organization,
                                              marked.plan.organization->after.generation});
    w.done(BasicCreateOrganization<T>{"Acme", organization});
    w.expect(w.state(organization).revision > revision + 2,
             "an organization made again to begin above the one before",
             std::to_string(w.state(organization).revision));
    for (std::uint64_t i = 0; i < revision + 2; ++i) {
      w.must_conflict(late_in_organization, "a membership decided on an organization that is gone");
      w.done(BasicSetSeatLimit<T>{organization, i});
    }

    const auto mark = w.done(BasicMarkUserDeleted<T>{user});
    w.done(BasicFinishUserDeletion<T>{user, mark.plan.user->after.generation});
    w.make_user(user);
    w.must_conflict(late_of_user, "a membership decided on a user who is gone");
  }
};

/// A row has the revision that its plan gave it, also one that comes in the place of another, and
/// rows of others do not move.
struct Revisions {
  static constexpr std::string_view name = "revisions";
  static constexpr Needs needs{members};

  template <class W>
  static void run(W& w) {
    const auto organization = w.organization();
    const auto other = w.organization();
    const auto user = w.user();
    const auto elsewhere = w.state(other);
    std::uint64_t last = w.state(organization).revision;
    for (int round = 0; round < 3; ++round) {
      const auto made = w.join(user, organization);
      w.same_number(++last, w.state(organization).revision, "the organization's revision");
      w.same_number(last, w.kept(made.id).revision, "the revision of a membership made again");
      const auto late = w.change_status(w.kept(made.id), Status::inactive);
      w.done(typename W::Deactivate{made.id});
      w.same_number(++last, w.kept(made.id).revision, "the revision of a changed membership");
      w.done(typename W::Reactivate{made.id});
      w.done(typename W::Delete{made.id});
      last += 2;
      w.same_number(last, w.state(organization).revision, "the organization's revision");
      w.must_conflict(late, "a change of a membership that is erased by now");
    }
    w.same(elsewhere, w.state(other), "an organization in which nothing happened");
    if constexpr (W::keeps(Kind::user)) {
      const auto before = w.user_state(user).revision;
      for (const char* const text : {"Ada", "Eve"}) {
        BasicUpdateUser<typename W::T> update{user};
        update.first_name = TextChange::set(text);
        w.done(update);
      }
      w.same_number(before + 2, w.user_state(user).revision, "a user's revision");
    }
    if constexpr (W::keeps_roles) {
      const auto before = w.load({}).environment.revision;
      w.done(BasicUpdateRole<typename W::T>{w.role(0), "Other"});
      w.same_number(before + 1, w.load({}).environment.revision, "the environment's revision");
    }
  }
};

/// Every commit inside an organization raises `fenced_to`, and no snapshot shows an environment
/// that is older.
struct FencedTo {
  static constexpr std::string_view name = "fenced_to";
  static constexpr Needs needs{Kinds{Kind::environment, Kind::organization, Kind::membership}};

  template <class W>
  static void run(W& w) {
    const auto organization = w.organization();
    const auto role = w.role(0);
    for (int round = 0; round < 4; ++round) {
      const bool pending = round % 2 == 0;
      w.done(BasicSetSeatsCount<typename W::T>{{pending, false}});
      const auto now = w.load({}).environment.revision;
      const auto user = w.user();
      w.done(typename W::CreateMembership{user, organization, RoleSelection::one(role)});
      w.same_number(now, w.state(organization).fenced_to, "what an organization is fenced to");
      const auto seen = w.load_from(w.another(), W::pair_reads(user, organization));
      w.expect(seen.organization && seen.environment.revision >= seen.organization->fenced_to,
               "an environment not older than the organization's fence",
               "at " + std::to_string(seen.environment.revision) + " with " +
                   text_of(seen.organization));
    }
    w.done(BasicSetSeatLimit<typename W::T>{organization, 9});
    w.same_number(w.load({}).environment.revision, w.state(organization).fenced_to,
                  "what a setting fences an organization to");
  }
};

/// The organization's row counts its memberships by status, as the plans say.
struct MembershipCounts {
  static constexpr std::string_view name = "counts";
  static constexpr Needs needs{members};

  template <class W>
  static void run(W& w) {
    const auto organization = w.organization();
    const auto first = w.join(w.user(), organization);
    const auto second = w.join(w.user(), organization);
    counts(w, organization, {2, 0, 0, 0}, "after two creates");
    w.done(typename W::Deactivate{first.id});
    counts(w, organization, {1, 1, 0, 0}, "after a deactivation");
    w.must_commit(w.change_status(w.kept(second.id), Status::pending), "a change as seen");
    counts(w, organization, {0, 1, 1, 0}, "after one became pending");
    w.done(typename W::Reactivate{first.id});
    w.done(typename W::Delete{second.id});
    counts(w, organization, {1, 0, 0, 0}, "after a reactivation and a deletion");
    if constexpr (W::keeps_roles) {
      const auto owned = w.owned_organization();
      const auto owner = w.join(w.user(), owned, 0);
      w.join(w.user(), owned, 1);
      counts(w, owned, {2, 0, 0, 1}, "with an owner");
      w.refused(typename W::Delete{owner.id}, ErrorCode::last_owner_required,
                "the deletion of the last owner to be refused");
    }
  }

 private:
  template <class W>
  static void counts(W& w, const typename W::OrganizationId& id, const Counts& wanted,
                     std::string_view what) {
    w.same(wanted, w.state(id).counts, "counts " + std::string(what));
  }
};

/// What is committed is seen by the next load, view and list, through either store object.
struct ReadYourWrites {
  static constexpr std::string_view name = "read_your_writes";
  static constexpr Needs needs{members};

  template <class W>
  static void run(W& w) {
    const auto organization = w.organization();
    for (int round = 0; round < 5; ++round) {
      const auto user = w.user();
      const auto made = w.join(user, organization);
      looks(w, made, Status::active);
      w.done(typename W::Deactivate{made.id});
      looks(w, made, Status::inactive);
      w.done_in(w.another(), typename W::Reactivate{made.id});
      looks(w, made, Status::active);
      w.done_in(w.another(), typename W::Delete{made.id});
      for (auto* const store : {&w.store(), &w.another()}) {
        const auto seen = w.load_from(*store, W::pair_reads(user, organization));
        w.expect(!seen.membership, "no membership after its deletion", text_of(seen.membership));
      }
    }
  }

 private:
  template <class W>
  static void looks(W& w, const typename W::Membership& made, Status status) {
    for (auto* const store : {&w.store(), &w.another()}) {
      const auto seen = w.load_from(*store, W::pair_reads(made.user, made.organization));
      w.expect(seen.membership && seen.membership->status == status,
               "a membership that is " + std::string(to_string(status)) + " in a load",
               text_of(seen.membership));
      if constexpr (W::has(Verb::view)) {
        std::string shown = "nothing";
        const bool there =
            w.must(store->view(made.user, made.organization,
                               [&](const auto& row) { shown = to_string(row.membership.status); }),
                   "view to succeed");
        w.same_text(std::string(to_string(status)), there ? shown : "nothing",
                    "the status that view shows");
      }
      if constexpr (W::has(Verb::list_memberships)) {
        BasicMembershipFilter<typename W::T> filter;
        filter.user = made.user;
        std::string shown = "nothing";
        w.must(store->list(*BasicMembershipQuery<typename W::T>::make(filter, {}),
                           [&](const auto& row) { shown = to_string(row.membership.status); }),
               "list to succeed");
        w.same_text(std::string(to_string(status)), shown, "the status that a list shows");
      }
    }
  }
};

}  // namespace conformance
}  // namespace testing
}  // namespace membership::inline v0

#endif
