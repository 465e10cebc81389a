// SPDX-License-Identifier: BSL-1.0

// Plan
//   load of several reads: one for each, of one moment                       -> load_several
//   each precondition, held and violated: absent, compare, set of each kind  -> preconditions
//   a change never reaches a membership of another organization
//     -> membership_of_another_organization
//   a span: all or nothing; each plan sees what its predecessors leave       -> span_succeeds
//   apply: plans of a span are decided one on the other                      -> span_succeeds
//   a span with a conflict at any place: nothing of it stays                 -> span_conflicts
//   a span over every kind of row, conflicting at its end                    -> span_of_all_kinds
//   a stale delete or update never touches a successor                       -> successors
//   e-mail claims                                                            -> claims
//   a snapshot stays as it was                                               -> snapshots_stay

#include "../support/host.hpp"

#include <boost/test/unit_test.hpp>

using namespace membership;
using namespace membership_tests;

namespace store_commit {

struct World : Host {
  UserId ada = user("ada");
  UserId bob = user("bob");
  UserId eve = user("eve");
  OrganizationId acme = organization("acme");
  OrganizationId zeta = organization("zeta");
  World() { role("admin"); }

  template <class C>
  Plan decide(const C& command, const Snapshot& seen) {
    const auto drawn = draw_context<C>(runtime.clock.now(), runtime.ids);
    const auto plan = policy.decide(command, seen, drawn);
    BOOST_REQUIRE(plan.has_value());
    return *plan;
  }
  template <class C>
  Plan decide(const C& command) {
    return decide(command, load(command.reads()));
  }
  /// Whether a plan conflicts and leaves no trace.
  bool conflicts(const Plan& plan) {
    const std::string before = describe(store);
    return commit(plan) == CommitStatus::conflict && describe(store) == before;
  }
};

}  // namespace store_commit

BOOST_FIXTURE_TEST_SUITE(store_commit, store_commit::World)

BOOST_AUTO_TEST_CASE(load_several) {
  CreateUser with_email;
  with_email.email = "mary@x";
  const UserId mary = done(with_email).plan.user->after.id;
  const auto made = join(ada, acme);
  const auto marys = join(mary, acme);
  const UserId nobody = make_id<UserId>("nobody");
  Reads reads[4];
  reads[0].user = &ada;
  reads[0].organization = &acme;
  reads[0].pair = true;
  reads[0].profiles = true;
  reads[1].user = &bob;
  reads[1].organization = &acme;
  reads[1].pair = true;
  reads[1].actor = &ada;
  reads[2].membership = &marys.id;
  reads[2].profiles = true;
  reads[3].user = &nobody;
  const auto loaded = store.load(std::span<const Reads>(reads));
  BOOST_TEST_REQUIRE(loaded.has_value());
  BOOST_TEST_REQUIRE(loaded->size() == 4u);
  BOOST_TEST((*(*loaded)[0].membership == made));
  BOOST_TEST((*loaded)[0].user->id == ada);
  BOOST_TEST(!(*loaded)[1].membership);
  BOOST_TEST((*(*loaded)[1].actor == made));
  BOOST_TEST((*loaded)[1].user->id == bob);
  BOOST_TEST((*(*loaded)[2].membership == marys));
  BOOST_TEST((*loaded)[2].organization->id == acme);
  BOOST_TEST((*loaded)[2].organization_profile->texts[Text::name] == "acme");
  BOOST_TEST((*loaded)[2].user->id == mary);
  BOOST_TEST_REQUIRE(static_cast<bool>((*loaded)[2].user_profile));
  BOOST_TEST((*loaded)[2].user_profile->texts[Text::email] == "mary@x");
  BOOST_TEST(!(*loaded)[0].user_profile);  // made without one
  BOOST_TEST(!(*loaded)[3].user);
  BOOST_TEST(!(*loaded)[3].organization);
  for (const auto& one : *loaded) {
    BOOST_TEST(one.environment.revision == 2u);
    BOOST_TEST(!one.roles.find("admin").is_none());
  }
  BOOST_TEST(store.load(std::span<const Reads>()).has_value());
}

BOOST_AUTO_TEST_CASE(preconditions) {
  // absent: user, e-mail, organization, membership by pair and by id
  CreateUser with_email;
  with_email.email = "a@x";
  const Plan user_plan = decide(with_email);
  Plan twin = user_plan;
  twin.user->after = UserState(make_id<UserId>("twin"), 1);
  BOOST_TEST(commit(user_plan) == CommitStatus::committed);
  BOOST_TEST(conflicts(user_plan));
  BOOST_TEST(conflicts(twin));  // the address
  const Plan organization_plan = decide(CreateOrganization{"New"});
  BOOST_TEST(commit(organization_plan) == CommitStatus::committed);
  BOOST_TEST(conflicts(organization_plan));

  Plan first = decide(CreateMembership{ada, acme});
  Plan second = decide(CreateMembership{ada, acme});
  BOOST_TEST(commit(first) == CommitStatus::committed);
  BOOST_TEST(conflicts(second));  // the organization's revision
  second.touch->expected = state(acme).revision;
  BOOST_TEST(conflicts(second));  // the pair
  Plan same_id = decide(CreateMembership{bob, acme});
  same_id.membership->after.id = first.membership->after.id;
  BOOST_TEST(conflicts(same_id));
  Plan elsewhere = decide(CreateMembership{bob, zeta});
  elsewhere.membership->after.id = first.membership->after.id;
  BOOST_TEST(conflicts(elsewhere));

  // compare: the user of an insertion, the environment of a new organization
  Plan stale_user = decide(CreateMembership{bob, acme});
  stale_user.compared_user.emplace(9u);
  BOOST_TEST(conflicts(stale_user));
  Plan no_user = decide(CreateMembership{bob, acme});
  no_user.membership->after.user = make_id<UserId>("nobody");
  BOOST_TEST(conflicts(no_user));
  const Plan stale_environment = decide(CreateOrganization{"Late"});
  role("viewer");
  BOOST_TEST(conflicts(stale_environment));

  // set: environment, organization, membership, user
  const Plan settings = decide(SetDefaultRole{"admin"});
  BOOST_TEST(commit(settings) == CommitStatus::committed);
  BOOST_TEST(conflicts(settings));
  const Plan own = decide(SetDefaultRole{"admin", acme});
  BOOST_TEST(commit(own) == CommitStatus::committed);
  BOOST_TEST(conflicts(own));
  const Plan change = decide(UpdateRoles{first.membership->after.id, RoleSelection::one("admin")});
  Plan stale_member = change;
  stale_member.membership->expected += 1;
  BOOST_TEST(conflicts(stale_member));
  Plan unknown_member = change;
  unknown_member.membership->after.id = make_id<MembershipId>("om_x");
  BOOST_TEST(conflicts(unknown_member));
  Plan other_organization = change;
  other_organization.membership->after.organization = zeta;
  other_organization.touch->expected = state(zeta).revision;
  BOOST_TEST(conflicts(other_organization));
  Plan no_organization = change;
  no_organization.membership->after.organization = make_id<OrganizationId>("none");
  BOOST_TEST(conflicts(no_organization));
  BOOST_TEST(commit(change) == CommitStatus::committed);
  BOOST_TEST(conflicts(change));

  Plan user_change(runtime.ids.plan_id(runtime.clock.at), runtime.clock.at);
  user_change.user.emplace(Precondition::set, EventType::none, std::uint64_t{1},
                           UserState(eve, 2, Phase::deleting));
  BOOST_TEST(commit(user_change) == CommitStatus::committed);
  BOOST_TEST(conflicts(user_change));
  BOOST_TEST((refused(CreateMembership{eve, acme}).code == ErrorCode::entity_not_found));
  user_change.user->after = UserState(make_id<UserId>("nobody"), 2);
  BOOST_TEST(conflicts(user_change));
}

BOOST_AUTO_TEST_CASE(membership_of_another_organization) {
  // Enough organizations that some lie beside each other in the store.
  const auto made = join(ada, acme);
  const Plan change = decide(UpdateRoles{made.id, RoleSelection::one("admin")});
  for (int i = 0; i < 300; ++i) {
    Plan wrong = change;
    wrong.membership->after.organization = organization("org_" + std::to_string(i));
    wrong.touch->expected = 1;
    BOOST_TEST(commit(wrong) == CommitStatus::conflict);
  }
  BOOST_TEST((*find(made.id) == made));
  BOOST_TEST(commit(change) == CommitStatus::committed);
}

BOOST_AUTO_TEST_CASE(span_succeeds) {
  // Three members and a change of one, in one organization: each plan on what the last one leaves.
  Snapshot seen = load_pair(ada, acme);
  std::vector<Plan> plans;
  for (const UserId& user : {ada, bob, eve}) {
    seen.user.emplace(user, 1u);
    seen.membership.clear();
    plans.push_back(decide(CreateMembership{user, acme}, seen));
    apply(seen, plans.back());
  }
  const MembershipId last = plans.back().membership->after.id;
  plans.push_back(decide(UpdateRoles{last, RoleSelection::one("admin")}, seen));
  apply(seen, plans.back());
  plans.push_back(decide(DeactivateMembership{last}, seen));
  apply(seen, plans.back());
  const std::uint64_t before = state(acme).revision;
  BOOST_TEST(*store.commit(plans) == CommitStatus::committed);
  BOOST_TEST(state(acme).revision == before + 5);
  BOOST_TEST((state(acme).counts == Counts{2, 1, 0, 0}));
  BOOST_TEST((*find(last) == *seen.membership));
  BOOST_TEST((state(acme) == *seen.organization));
  BOOST_TEST(shown_roles(eve, acme) == "admin");

  // One event for each, each with its own revision.
  std::vector<std::uint64_t> revisions;
  EventFilter filter;
  filter.organization = acme;
  filter.types = EventTypes{};
  filter.types.insert(EventType::organization_membership_created);
  filter.types.insert(EventType::organization_membership_updated);
  static_cast<void>(*store.list(*EventQuery::make(whole_page<EventId>(), filter),
                                [&](const EventRow& row) { revisions.push_back(row.revision); }));
  BOOST_TEST(revisions == (std::vector<std::uint64_t>{before + 1, before + 2, before + 3,
                                                      before + 4, before + 5}));
  BOOST_TEST(*store.commit(std::span<const Plan>()) == CommitStatus::committed);
}

BOOST_AUTO_TEST_CASE(span_conflicts) {
  const auto old = join(bob, zeta);
  for (std::size_t bad = 0; bad < 4; ++bad) {
    Snapshot seen = load_pair(ada, acme);
    std::vector<Plan> plans;
    plans.push_back(decide(CreateMembership{ada, acme}, seen));
    apply(seen, plans.back());
    plans.push_back(
        decide(UpdateRoles{plans[0].membership->after.id, RoleSelection::one("admin")}, seen));
    plans.push_back(decide(DeleteMembership{old.id}));
    Snapshot after_delete = load_pair(bob, zeta);
    apply(after_delete, plans.back());
    plans.push_back(decide(CreateMembership{bob, zeta}, after_delete));
    std::vector<Plan> broken = plans;
    broken[bad].touch->expected += 10;
    const std::string before = describe(store);
    BOOST_TEST(*store.commit(broken) == CommitStatus::conflict);
    BOOST_TEST(describe(store) == before);
    BOOST_TEST(find(old.id).has_value());
    BOOST_TEST(shown_roles(bob, zeta) == "member");
    if (bad == 3) {
      BOOST_TEST(*store.commit(plans) == CommitStatus::committed);
      BOOST_TEST(shown_roles(ada, acme) == "admin");
      BOOST_TEST(!find(old.id).has_value());
      BOOST_TEST(shown_roles(bob, zeta) == "member");
    }
  }
}

BOOST_AUTO_TEST_CASE(span_of_all_kinds) {
  const std::string before = describe(store);
  CreateUser with_email;
  with_email.email = "new@x";
  std::vector<Plan> plans;
  const auto add = [&](const Plan& plan) { plans.push_back(plan); };
  add(decide(with_email));
  add(decide(CreateOrganization{"New"}));
  add(decide(CreateOrganizationRole{acme, "Lead", "org-lead"}));
  add(decide(CreateOrganizationRole{zeta, "A name of its own"}));
  // In the new organization, for the new user.
  Snapshot seen = load(Reads{});
  apply(seen, plans[0]);
  apply(seen, plans[1]);
  add(decide(CreateMembership{plans[0].user->after.id, plans[1].organization->after.id}, seen));
  apply(seen, plans.back());
  add(decide(DeactivateMembership{seen.membership->id}, seen));
  apply(seen, plans.back());
  add(decide(CreateRole{"viewer", "Viewer"}));
  Plan conflict = decide(SetDefaultRole{"admin"});  // expects the environment as it was
  add(conflict);
  BOOST_TEST(*store.commit(plans) == CommitStatus::conflict);
  BOOST_TEST(describe(store) == before);

  UserFilter filter;
  filter.email = EmailKey::folded("new@x");
  static_cast<void>(*store.list(*UserQuery::make(Page<UserId>{}, filter), [](const UserRow&) {
    BOOST_ERROR("the address is still claimed");
  }));
  plans.pop_back();
  BOOST_TEST(*store.commit(plans) == CommitStatus::committed);
  BOOST_TEST(find(seen.membership->id)->status == Status::inactive);
  BOOST_TEST(describe(store) != before);
  BOOST_TEST(refused(with_email) ==
             an_error(ErrorCode::email_not_available, Field::email, "new@x"));
}

BOOST_AUTO_TEST_CASE(successors) {
  const auto first = join(ada, acme);
  const Plan stale_delete = decide(DeleteMembership{first.id});
  const Plan stale_update = decide(UpdateRoles{first.id, RoleSelection::one("admin")});
  done(DeleteMembership{first.id});
  const auto second = join(ada, acme);
  BOOST_TEST(conflicts(stale_delete));
  BOOST_TEST(conflicts(stale_update));
  // Not even where the organization's revision is made to fit.
  Plan fitted = stale_delete;
  fitted.touch->expected = state(acme).revision;
  BOOST_TEST(conflicts(fitted));
  fitted.membership->expected = second.revision;
  BOOST_TEST(conflicts(fitted));
  BOOST_TEST((*find(second.id) == second));
  BOOST_TEST(!find(first.id).has_value());

  // The id itself, used again in another organization: the old plan misses it there.
  done(DeleteMembership{second.id});
  Plan again = decide(CreateMembership{bob, zeta});
  again.membership->after.id = first.id;
  BOOST_TEST(commit(again) == CommitStatus::committed);
  BOOST_TEST(conflicts(stale_delete));
  fitted = stale_delete;
  fitted.touch->expected = state(acme).revision;
  fitted.membership->expected = find(first.id)->revision;
  BOOST_TEST(conflicts(fitted));
  BOOST_TEST(find(first.id)->user == bob);
}

BOOST_AUTO_TEST_CASE(claims) {
  CreateUser one;
  one.email = "same@x";
  CreateUser two;
  two.email = "SAME@X";
  std::vector<Plan> plans{decide(one), decide(two)};
  const std::string before = describe(store);
  BOOST_TEST(*store.commit(plans) == CommitStatus::conflict);
  BOOST_TEST(describe(store) == before);
  BOOST_TEST(commit(plans[1]) == CommitStatus::committed);
  BOOST_TEST(conflicts(plans[0]));
}

BOOST_AUTO_TEST_CASE(snapshots_stay) {
  organization_role(acme, "org-lead");
  const auto seen = load_pair(ada, acme);
  role("viewer");
  organization_role(acme, "org-clerk");
  done(EnableMultipleRoles{});
  BOOST_TEST(seen.roles.environment().size() == 2u);
  BOOST_TEST(seen.roles.organization().size() == 1u);
  BOOST_TEST(seen.roles.slug(RoleIndex::organization(0)) == "org-lead");
  BOOST_TEST(!seen.environment.multiple_roles);
  BOOST_TEST(load_pair(ada, acme).roles.organization().size() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
