// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_CONFORMANCE_PRECONDITIONS_HPP
#define MEMBERSHIP_TESTING_CONFORMANCE_PRECONDITIONS_HPP

#include "membership/testing/conformance/world.hpp"

#include <string_view>

namespace membership::inline v0 {
namespace testing {
namespace conformance {

/// At most one membership for each user and organization, whatever its status: also where the
/// organization's row is as the plan expects it.
struct Uniqueness {
  static constexpr std::string_view name = "uniqueness";
  static constexpr Needs needs{members};

  template <class W>
  static void run(W& w) {
    const auto user = w.user();
    const auto organization = w.organization();
    const auto first = w.join(user, organization);
    w.must_conflict(w.insertion(user, organization), "a second membership of an active member");
    w.done(typename W::Deactivate{first.id});
    w.must_conflict(w.insertion(user, organization), "a second membership of an inactive member");
    w.must_commit(w.insertion(w.user(), organization), "another user in the same organization");
    w.must_commit(w.insertion(user, w.organization()), "the same user in another organization");
    w.done(typename W::Delete{first.id});
    w.must_commit(w.insertion(user, organization), "a membership of one whose former is deleted");
  }
};

/// `absent`: what is made must not be there.
struct PreconditionAbsent {
  static constexpr std::string_view name = "precondition_absent";
  static constexpr Needs needs{members};

  template <class W>
  static void run(W& w) {
    using T = typename W::T;
    const auto user = w.user();
    const auto organization = w.organization();
    const auto first = w.join(user, organization);
    auto plan = w.insertion(w.user(), organization);
    plan.membership->after.id = first.id;
    w.must_conflict(plan, "a membership under an id that another has");
    if (!w.options.ids_apart) {
      plan = w.insertion(w.user(), w.organization());
      plan.membership->after.id = first.id;
      w.must_conflict(plan, "a membership under an id that another has in another organization");
    }

    const auto id = w.template id_of<typename T::OrganizationId>(700);
    w.must_commit(w.organization_plan(id), "a new organization");
    w.must_conflict(w.organization_plan(id), "an organization under an id that another has");
    if constexpr (W::keeps(Kind::user)) {
      BasicCreateUser<T> command;
      command.id = w.template id_of<typename T::UserId>(700);
      const Decided late(w, command);
      w.must_commit(late.plan, "a new user");
      w.must_conflict(late.plan, "a user under an id that another has");
    }
    if constexpr (W::keeps_roles) {
      const Decided late(w, BasicCreateRole<T>{"twice", "Twice"});
      twice(w, late.plan, "a role at a place and a slug that another has");
    }
    if constexpr (W::keeps(Kind::permission)) {
      const Decided late(w, BasicCreatePermission<T>{"twice", "Twice"});
      twice(w, late.plan, "a permission at a place and a slug that another has");
    }
  }

 private:
  /// A plan of the environment once more, which expects it as it is by then.
  template <class W>
  static void twice(W& w, typename W::Plan plan, std::string_view what) {
    w.must_commit(plan, "a new row of the environment");
    plan.environment->expected = w.load({}).environment.revision;
    plan.environment->after.revision = plan.environment->expected + 1;
    w.must_conflict(plan, what);
  }
};

/// `compare`: the row has the revision seen and keeps it.
struct PreconditionCompare {
  static constexpr std::string_view name = "precondition_compare";
  static constexpr Needs needs{members};

  template <class W>
  static void run(W& w) {
    using T = typename W::T;
    const auto user = w.user();
    const auto organization = w.organization();
    if constexpr (W::keeps(Kind::environment)) {
      const auto id = w.template id_of<typename T::OrganizationId>(700);
      const BasicCreateOrganization<T> command{"Acme", id};
      const Decided late(w, command);
      w.done(BasicEnableMultipleRoles<T>{});
      const auto before = w.load({}).environment;
      w.must_conflict(late.plan, "an organization whose environment has changed meanwhile");
      const Decided good(w, command);
      w.must_commit(good.plan, "an organization whose environment is as seen");
      w.same(before, w.load({}).environment, "an environment that is only compared");
    }
    if constexpr (W::keeps(Kind::user)) {
      const auto late = w.insertion(user, organization);
      BasicUpdateUser<T> update{user};
      update.first_name = TextChange::set("Ada");
      w.done(update);
      w.must_conflict(late, "a membership whose user has changed meanwhile");
      const auto before = w.user_state(user);
      w.must_commit(w.insertion(user, organization), "a membership whose user is as seen");
      w.same(before, w.user_state(user), "a user who is only compared");

      const auto gone = w.user();
      const auto marked = w.insertion(gone, organization);
      w.done(BasicMarkUserDeleted<T>{gone});
      w.must_conflict(marked, "a membership whose user is marked meanwhile");
      const auto erased = marked_as_seen(w, marked, gone);
      BasicCreateUser<T> create;
      create.id = w.template id_of<typename T::UserId>(701);
      const Decided early(w, create);
      const auto other = w.user();
      w.done(BasicMarkUserDeleted<T>{other});
      const Decided late_deletion(
          w, BasicFinishUserDeletion<T>{other, w.user_state(other).generation});
      w.done(BasicFinishUserDeletion<T>{gone, w.user_state(gone).generation});
      w.must_conflict(erased, "a membership whose user is erased meanwhile");
      w.must_conflict(early.plan, "a user who was decided on before a revision was freed");
      const Decided again(w, create);
      w.must_commit(again.plan, "a user who was decided on after that");
      w.must_conflict(late_deletion.plan, "a deletion that would raise a mark of before");
    }
  }

 private:
  /// The plan as if decided on the marked user.
  template <class W>
  static auto marked_as_seen(W& w, typename W::Plan plan, const typename W::UserId& user) {
    plan.compared_user.emplace(w.user_state(user).revision);
    w.renew(plan);
    return plan;
  }
};

/// `set`: the row has the revision seen and becomes the next. A late plan changes nothing,
/// whichever of its rows is another by then.
struct PreconditionSet {
  static constexpr std::string_view name = "precondition_set";
  static constexpr Needs needs{members};

  template <class W>
  static void run(W& w) {
    using T = typename W::T;
    const auto organization = w.organization();
    const auto ada = w.user();
    const auto eve = w.user();
    const auto first = w.join(ada, organization);

    // The organization's row alone.
    const auto late = w.insertion(eve, organization);
    w.must_commit(w.insertion(w.user(), organization), "a membership in an organization as seen");
    w.must_conflict(late, "a membership in an organization that has changed meanwhile");

    // The membership's row, with the organization's as it is.
    w.done(typename W::Deactivate{first.id});
    w.must_conflict(w.change_status(first, Status::inactive),
                    "a change of a membership that has changed meanwhile");
    w.must_conflict(w.change(Effect::erase, EventType::organization_membership_deleted, first),
                    "a deletion of a membership that has changed meanwhile");
    w.must_commit(w.change_status(w.kept(first.id), Status::active),
                  "a change of a membership as seen");

    second_membership(w, first.id, w.join(eve, organization));
    elsewhere(w, w.kept(first.id), w.organization());
    if constexpr (W::keeps(Kind::user)) {
      BasicUpdateUser<T> update{eve};
      update.first_name = TextChange::set("Eve");
      const Decided stale(w, update);
      update.first_name = TextChange::set("Eva");
      w.done(update);
      w.must_conflict(stale.plan, "an update of a user that has changed meanwhile");
    }
    settings(w, organization);
  }

 private:
  /// A plan of two memberships, of which only the second has changed.
  template <class W>
  static void second_membership(W& w, const typename W::MembershipId& first,
                                const typename W::Membership& second) {
    w.done(typename W::Deactivate{second.id});
    auto plan = w.change(Effect::put, EventType::organization_membership_updated, w.kept(first));
    plan.other.emplace(Effect::put, EventType::organization_membership_updated, second);
    plan.other->after.revision = plan.membership->after.revision;
    w.must_conflict(plan, "a plan whose second membership has changed meanwhile");
    plan.other.emplace(Effect::put, EventType::organization_membership_updated, w.kept(second.id));
    plan.other->after.revision = plan.membership->after.revision;
    w.must_commit(plan, "a plan of two memberships as seen");
  }

  /// A plan that names another organization than the membership's.
  template <class W>
  static void elsewhere(W& w, const typename W::Membership& member,
                        const typename W::OrganizationId& other) {
    auto wrong = member;
    wrong.organization = other;
    w.must_conflict(w.change(Effect::erase, EventType::organization_membership_deleted, wrong),
                    "a deletion of a membership of another organization");
  }

  /// The rows of the organization and the environment as their own commands write them.
  template <class W>
  static void settings(W& w, const typename W::OrganizationId& organization) {
    using T = typename W::T;
    const Decided seats(w, BasicSetSeatLimit<T>{organization, 70});
    w.done(BasicSetSeatLimit<T>{organization, 80});
    w.must_conflict(seats.plan, "a setting of an organization that has changed meanwhile");
    if constexpr (W::keeps(Kind::environment)) {
      const Decided counted(w, BasicSetSeatsCount<T>{{true, false}});
      w.done(BasicSetSeatsCount<T>{{true, true}});
      w.must_conflict(counted.plan, "a setting of an environment that has changed meanwhile");
    }
    if constexpr (W::keeps_roles) {
      const Decided renamed(w, BasicUpdateRole<T>{w.role(0), "Late"});
      w.done(BasicUpdateRole<T>{w.role(0), "Early"});
      w.must_conflict(renamed.plan, "an update of a role that has changed meanwhile");
    }
    if constexpr (W::keeps(Kind::permission)) {
      w.done(BasicCreatePermission<T>{"read", "Read"});
      const Decided renamed(w, BasicUpdatePermission<T>{"read", "Late"});
      w.done(BasicUpdatePermission<T>{"read", "Early"});
      w.must_conflict(renamed.plan, "an update of a permission that has changed meanwhile");
    }
    erased(w);
  }

  /// Late erasures of whole rows.
  template <class W>
  static void erased(W& w) {
    using T = typename W::T;
    const auto organization = w.organization();
    w.done(BasicMarkOrganizationDeleted<T>{organization});
    const auto generation = w.state(organization).generation;
    const Decided late(w, BasicFinishOrganizationDeletion<T>{organization, generation});
    w.done(BasicKeepOrganization<T>{organization});
    w.must_conflict(late.plan, "an erasure of an organization whose mark is taken back meanwhile");
    w.state(organization);
    if constexpr (W::keeps(Kind::user)) {
      const auto user = w.user();
      w.done(BasicMarkUserDeleted<T>{user});
      const auto marked = w.user_state(user).generation;
      const Decided finish(w, BasicFinishUserDeletion<T>{user, marked});
      w.done(BasicKeepUser<T>{user});
      w.must_conflict(finish.plan, "an erasure of a user whose mark is taken back meanwhile");
      w.user_state(user);
    }
  }
};

/// `put` leaves exactly the new value, `erase` nothing, `keep` what was there.
struct Effects {
  static constexpr std::string_view name = "effects";
  static constexpr Needs needs{members};

  template <class W>
  static void run(W& w) {
    using T = typename W::T;
    const auto organization = w.organization();
    const auto user = w.user();
    const auto made =
        w.done(typename W::CreateMembership{user, organization, RoleSelection::one(w.role(1))});
    written(w, made.plan, made.snapshot);
    w.actor.clock.advance(1'000);
    const auto id = made.membership()->id;
    const auto inactive = w.done(typename W::Deactivate{id});
    written(w, inactive.plan, inactive.snapshot);
    const auto back = w.done(typename W::Reactivate{id});
    written(w, back.plan, back.snapshot);

    // What no command makes now: another first role, managed by a directory, several roles.
    auto plan = w.change(Effect::put, EventType::organization_membership_updated, w.kept(id));
    auto& after = plan.membership->after;
    after.directory_managed = true;
    after.first_requested = w.role_index(0);
    after.roles.insert(w.role_index(0));
    after.updated_at = Time::from_milliseconds(after.updated_at.milliseconds() + 1);
    w.must_commit(plan, "a plan as seen");
    w.same(after, w.kept(id), "a membership after a put");

    const auto other = w.join(w.user(), organization);
    w.done(typename W::Delete{id});
    w.expect(!w.member(id), "no membership by the id of an erased one", "one");
    w.expect(!w.pair(user, organization), "no membership of the pair of an erased one", "one");
    w.same(other, w.kept(other.id), "a membership beside an erased one");
    if constexpr (W::keeps(Kind::user)) {
      w.done(BasicMarkUserDeleted<T>{user});
      const auto marked = w.user_state(user);
      w.expect(marked.phase == Phase::deleting && marked.generation == marked.revision,
               "a user's mark and its generation", text_of(marked));
      w.done(BasicFinishUserDeletion<T>{user, marked.generation});
      typename W::Reads reads;
      reads.user = &user;
      w.expect(!w.load(reads).user, "no user after an erase", "one");
    }
    const auto empty = w.organization();
    w.done(BasicMarkOrganizationDeleted<T>{empty});
    const auto marked = w.state(empty);
    w.expect(marked.phase == Phase::deleting && marked.generation == marked.revision,
             "an organization's mark and its generation", text_of(marked));
    // Also where no mark of freed revisions is kept.
    Decided decided(w, BasicFinishOrganizationDeletion<T>{empty, marked.generation});
    if constexpr (!W::keeps(Kind::environment)) decided.plan.freed.clear();
    w.must_commit(decided.plan, "an erase to be committed");
    typename W::Reads reads;
    reads.organization = &empty;
    w.expect(!w.load(reads).organization, "no organization after an erase", "one");
  }

 private:
  /// That the rows of a plan in an organization are as it says.
  template <class W>
  static void written(W& w, const typename W::Plan& plan, const typename W::Loaded& seen) {
    auto wanted = *seen.organization;
    wanted.revision = plan.touch->expected + 1;
    wanted.fenced_to = plan.touch->fenced_to;
    wanted.counts = plan.touch->after;
    w.same(wanted, w.state(wanted.id), "an organization after a change inside it");
    w.same(plan.membership->after, w.kept(plan.membership->after.id),
           "a membership after a put, by its id");
    w.same(plan.membership->after,
           w.kept_pair(plan.membership->after.user, plan.membership->after.organization),
           "a membership after a put, by its pair");
  }
};

}  // namespace conformance
}  // namespace testing
}  // namespace membership::inline v0

#endif
