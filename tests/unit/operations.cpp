// SPDX-License-Identifier: BSL-1.0

// Plan
//   steps of both operations: errors in their order, unchanged,
//     events                                                      -> organization_steps, user_steps
//   an organization: every status, events, revisions, lists, what
//     is left                                                     -> delete_organization_whole
//   a user in many organizations: the same                        -> delete_user_whole
//   pages: 250 memberships, progress, commits                     -> pages
//   stopped at the n-th commit, for every n, and run again        -> interrupted_*
//   marked: nothing is added; taking away goes on                 -> marked_organization,
//                                                                    marked_user
//   taken back, before and after a page                           -> kept
//   a mark taken back and made again under a page: superseded     -> superseded
//   two runs at once: each counts what it has swept itself        -> two_runs
//   the last owner: nothing changed, also where the hundredth
//     organization refuses                                        -> last_owner
//   a race after the look: stops, goes on after a transfer, or
//     after the organization went, or is taken back               -> race_after_the_look
//   id and address are free again                                 -> used_again
//   what is made under a freed id begins above the one before     -> made_again
//   a user finished without a sweep, and made again               -> unswept
//   conflicts are tried again, a host without profiles            -> conflicts, bare_users

#include "../support/hooked_store.hpp"
#include "../support/settings.hpp"
#include "membership/driver/operation.hpp"

#include <boost/test/unit_test.hpp>

using namespace membership;
using namespace membership_tests;

BOOST_AUTO_TEST_SUITE(operations)

namespace {

using HookedHost = BasicHost<HookedStore>;
using GuardedHost = BasicHost<HookedStore, MembershipPolicy<OwnerGuard>>;

template <class H, class Progress = NoOperationProgress>
auto remove(H& host, const OrganizationId& id, Progress progress = {}) {
  return delete_organization(host.store, host.policy, id, host.runtime, progress);
}
template <class H, class Progress = NoOperationProgress>
auto remove(H& host, const UserId& id, Progress progress = {}) {
  return delete_user(host.store, host.policy, id, host.runtime, progress);
}

template <class H>
std::uint64_t mark(H& host, const OrganizationId& id) {
  return host.done(MarkOrganizationDeleted{id}).plan.organization->after.generation;
}
template <class H>
std::uint64_t mark(H& host, const UserId& id) {
  return host.done(MarkUserDeleted{id}).plan.user->after.generation;
}
template <class H>
bool exists(H& host, const OrganizationId& id) {
  Reads reads;
  reads.organization = &id;
  return static_cast<bool>(host.load(reads).organization);
}
template <class H>
bool exists(H& host, const UserId& id) {
  Reads reads;
  reads.user = &id;
  return static_cast<bool>(host.load(reads).user);
}
template <class H>
UserState user_state(H& host, const UserId& id) {
  Reads reads;
  reads.user = &id;
  return *host.load(reads).user;
}

/// How many memberships a filter shows.
template <class H>
std::size_t count(H& host, const MembershipFilter& filter) {
  std::size_t shown = 0;
  std::optional<MembershipId> after;
  for (bool more = true; more;) {
    more = (*host.store.list(*MembershipQuery::make(filter, whole_page(after)),
                             [&](const MembershipRow& row) {
                               after = row.membership.copy().id;
                               ++shown;
                             }))
               .more;
  }
  return shown;
}
template <class H>
std::size_t count(H& host, const OrganizationId& id) {
  MembershipFilter filter;
  filter.organization = id;
  return count(host, filter);
}
template <class H>
std::size_t count(H& host, const UserId& id) {
  MembershipFilter filter;
  filter.user = id;
  return count(host, filter);
}

std::string several(std::string_view text, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; ++i) result.append(text).append(" ");
  return result;
}
constexpr std::string_view deleted = "organization_membership.deleted";

template <class H>
UserId user_with(H& host, std::string_view id, std::string_view email) {
  CreateUser command;
  command.id = make_id<UserId>(id);
  command.email = email;
  host.done(command);
  return *command.id;
}

/// An organization with members, each of whom is in another one as well.
template <class H>
struct Crowd {
  H host{};
  OrganizationId acme = host.organization("org_1");
  OrganizationId other = host.organization("org_2");
  std::vector<UserId> users{};
  explicit Crowd(std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
      users.push_back(host.user("user_" + std::to_string(i)));
      host.join(users.back(), acme);
      host.join(users.back(), other);
    }
  }
};

/// A user in many organizations, in each with a neighbour.
template <class H>
struct Traveller {
  H host{};
  UserId ada = user_with(host, "ada", "ada@x");
  UserId bob = user_with(host, "bob", "bob@x");
  std::vector<OrganizationId> organizations{};
  explicit Traveller(std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
      organizations.push_back(host.organization("org_" + std::to_string(i)));
      host.join(ada, organizations.back());
      host.join(bob, organizations.back());
    }
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(organization_steps) {
  HookedHost host;
  const auto acme = host.organization("org_1");
  const auto nowhere = make_id<OrganizationId>("org_2");
  const auto member = host.join(host.user("user_1"), acme);
  const Error unknown = an_error(ErrorCode::entity_not_found, Field::organization_id, "org_2");
  BOOST_TEST(host.refused(MarkOrganizationDeleted{nowhere}) == unknown);
  BOOST_TEST(host.refused(KeepOrganization{nowhere}) == unknown);
  BOOST_TEST(*remove(host, nowhere).error().error == unknown);
  const std::string before = describe(host.store);
  BOOST_TEST(host.done(KeepOrganization{acme}).outcome() == Outcome::unchanged);
  BOOST_TEST(host.done(FinishOrganizationDeletion{nowhere, 3}).outcome() == Outcome::unchanged);
  BOOST_TEST(host.done(SweepOrganizationMembership{make_id<MembershipId>("om_x"), 3}).outcome() ==
             Outcome::unchanged);
  const Error sweep_superseded = an_error(ErrorCode::operation_superseded,
                                          Field::organization_membership_id, member.id.view());
  const Error finish_superseded =
      an_error(ErrorCode::operation_superseded, Field::organization_id, "org_1");
  BOOST_TEST(host.refused(SweepOrganizationMembership{member.id, 0}) == sweep_superseded);
  BOOST_TEST(host.refused(FinishOrganizationDeletion{acme, 0}) == finish_superseded);
  BOOST_TEST(describe(host.store) == before);

  const std::size_t events = count_events(host.store);
  const OrganizationState seen = host.state(acme);
  const std::uint64_t generation = mark(host, acme);
  BOOST_TEST(generation == seen.revision + 1);
  BOOST_TEST(host.state(acme).revision == generation);
  BOOST_TEST((host.state(acme).counts == seen.counts));
  BOOST_TEST(host.done(MarkOrganizationDeleted{acme}).outcome() == Outcome::unchanged);
  BOOST_TEST(host.refused(SweepOrganizationMembership{member.id, generation + 1}) ==
             sweep_superseded);
  BOOST_TEST(host.refused(FinishOrganizationDeletion{acme, generation - 1}) == finish_superseded);
  BOOST_TEST(host.refused(FinishOrganizationDeletion{acme, generation}) ==
             an_error(ErrorCode::operation_unfinished, Field::organization_id, "org_1"));
  BOOST_TEST(event_types(host.store, events) == "");
  const SweepOrganizationMembership sweep{member.id, generation};
  BOOST_TEST(host.done(sweep).outcome() == Outcome::deleted);
  BOOST_TEST(host.done(sweep).outcome() == Outcome::unchanged);
  const FinishOrganizationDeletion finish{acme, generation};
  BOOST_TEST(host.done(finish).outcome() == Outcome::deleted);
  BOOST_TEST(host.done(finish).outcome() == Outcome::unchanged);
  BOOST_TEST(event_types(host.store, events) == std::string(deleted) + " organization.deleted");
  BOOST_TEST(!exists(host, acme));
}

BOOST_AUTO_TEST_CASE(user_steps) {
  HookedHost host;
  const auto acme = host.organization("org_1");
  const auto ada = host.user("user_1");
  const auto nobody = make_id<UserId>("user_2");
  const auto member = host.join(ada, acme);
  const Error unknown = an_error(ErrorCode::entity_not_found, Field::user_id, "user_2");
  BOOST_TEST(host.refused(MarkUserDeleted{nobody}) == unknown);
  BOOST_TEST(host.refused(KeepUser{nobody}) == unknown);
  BOOST_TEST(*remove(host, nobody).error().error == unknown);
  const std::string before = describe(host.store);
  BOOST_TEST(host.done(KeepUser{ada}).outcome() == Outcome::unchanged);
  BOOST_TEST(host.done(FinishUserDeletion{nobody, 3}).outcome() == Outcome::unchanged);
  BOOST_TEST(host.done(SweepUserMembership{make_id<MembershipId>("om_x"), 3}).outcome() ==
             Outcome::unchanged);
  const Error sweep_superseded = an_error(ErrorCode::operation_superseded,
                                          Field::organization_membership_id, member.id.view());
  const Error finish_superseded =
      an_error(ErrorCode::operation_superseded, Field::user_id, "user_1");
  BOOST_TEST(host.refused(SweepUserMembership{member.id, 0}) == sweep_superseded);
  BOOST_TEST(host.refused(FinishUserDeletion{ada, 0}) == finish_superseded);
  BOOST_TEST(describe(host.store) == before);

  const std::size_t events = count_events(host.store);
  const std::uint64_t generation = mark(host, ada);
  BOOST_TEST(user_state(host, ada).revision == generation);
  BOOST_TEST(generation == 2u);
  BOOST_TEST(host.done(MarkUserDeleted{ada}).outcome() == Outcome::unchanged);
  BOOST_TEST(host.refused(SweepUserMembership{member.id, generation + 1}) == sweep_superseded);
  BOOST_TEST(host.refused(FinishUserDeletion{ada, generation + 1}) == finish_superseded);
  BOOST_TEST(event_types(host.store, events) == "");
  const SweepUserMembership sweep{member.id, generation};
  BOOST_TEST(host.done(sweep).outcome() == Outcome::deleted);
  BOOST_TEST(host.done(sweep).outcome() == Outcome::unchanged);
  const FinishUserDeletion finish{ada, generation};
  BOOST_TEST(host.done(finish).outcome() == Outcome::deleted);
  BOOST_TEST(host.done(finish).outcome() == Outcome::unchanged);
  BOOST_TEST(event_types(host.store, events) == std::string(deleted) + " user.deleted");
  BOOST_TEST(!exists(host, ada));
}

BOOST_AUTO_TEST_CASE(delete_organization_whole) {
  Crowd<HookedHost> crowd(5);
  HookedHost& host = crowd.host;
  host.organization_role(crowd.acme, "org-lead");
  host.runtime.clock.at = Time::from_milliseconds(2'000);
  std::vector<OrganizationMembership> members;
  MembershipFilter filter;
  filter.organization = crowd.acme;
  static_cast<void>(*host.store.list(
      *MembershipQuery::make(filter, whole_page<MembershipId>()),
      [&](const MembershipRow& row) { members.push_back(row.membership.copy()); }));
  host.done(DeactivateMembership{members[1].id});
  host.rewrite(members[2].id,
               [](OrganizationMembership& value) { value.status = Status::pending; });
  const std::size_t events = count_events(host.store);
  const std::uint64_t revision = host.state(crowd.acme).revision;

  const auto result = remove(host, crowd.acme);
  BOOST_TEST_REQUIRE(result.has_value());
  BOOST_TEST((*result).memberships == 5u);
  BOOST_TEST(event_types(host.store, events) == several(deleted, 5) + "organization.deleted");
  // In the order of the organization's revisions, one each.
  std::uint64_t last = revision + 1;
  std::size_t skip = events;
  static_cast<void>(
      *host.store.list(*EventQuery::make(whole_page<EventId>()), [&](const EventRow& row) {
        if (skip > 0) {
          --skip;
          return;
        }
        BOOST_TEST_REQUIRE(row.organization != nullptr);
        BOOST_TEST(*row.organization == crowd.acme);
        BOOST_TEST(row.revision == ++last);
        BOOST_TEST(row.created_at == Time::from_milliseconds(2'000));
        if (row.type == EventType::organization_deleted) {
          BOOST_TEST(row.profile.texts[Text::name] == "org_1");
        } else {
          BOOST_TEST(row.membership->organization == crowd.acme);
        }
      }));
  BOOST_TEST(!exists(host, crowd.acme));
  BOOST_TEST(count(host, crowd.acme) == 0u);
  BOOST_TEST(count(host, crowd.other) == 5u);
  for (const UserId& user : crowd.users) BOOST_TEST(count(host, user) == 1u);
  for (const auto& gone : members) BOOST_TEST(!host.find(gone.id).has_value());
  BOOST_TEST(*remove(host, crowd.acme).error().error ==
             an_error(ErrorCode::entity_not_found, Field::organization_id, "org_1"));
  std::size_t organizations = 0;
  static_cast<void>(*host.store.list(*OrganizationQuery::make(whole_page<OrganizationId>()),
                                     [&](const OrganizationRow& row) {
                                       ++organizations;
                                       BOOST_TEST(row.state.id == crowd.other);
                                     }));
  BOOST_TEST(organizations == 1u);
}

BOOST_AUTO_TEST_CASE(delete_user_whole) {
  Traveller<HookedHost> traveller(5);
  HookedHost& host = traveller.host;
  const std::size_t events = count_events(host.store);
  host.runtime.clock.at = Time::from_milliseconds(2'000);
  const auto result = remove(host, traveller.ada);
  BOOST_TEST_REQUIRE(result.has_value());
  BOOST_TEST((*result).memberships == 5u);
  BOOST_TEST(event_types(host.store, events) == several(deleted, 5) + "user.deleted");
  BOOST_TEST(!exists(host, traveller.ada));
  BOOST_TEST(count(host, traveller.ada) == 0u);
  BOOST_TEST(count(host, traveller.bob) == 5u);
  for (const OrganizationId& id : traveller.organizations) {
    BOOST_TEST((host.state(id).counts == Counts{1, 0, 0, 0}));
    BOOST_TEST(!*host.store.view(traveller.ada, id, [](const MembershipRow&) {}));
  }
  bool shown = false;
  static_cast<void>(
      *host.store.list(*EventQuery::make(whole_page<EventId>()), [&](const EventRow& row) {
        if (row.type != EventType::user_deleted) return;
        shown = true;
        BOOST_TEST(*row.user == traveller.ada);
        BOOST_TEST(row.profile.texts[Text::email] == "ada@x");
      }));
  BOOST_TEST(shown);
  std::size_t users = 0;
  static_cast<void>(
      *host.store.list(*UserQuery::make(whole_page<UserId>()), [&](const UserRow&) { ++users; }));
  BOOST_TEST(users == 1u);
}

BOOST_AUTO_TEST_CASE(pages) {
  Crowd<HookedHost> crowd(250);
  const std::size_t events = count_events(crowd.host.store);
  const unsigned commits = crowd.host.store.commits;
  std::vector<std::size_t> progress;
  const auto result = remove(crowd.host, crowd.acme, [&](const OperationProgress& now) {
    progress.push_back(now.done.memberships);
  });
  BOOST_TEST((*result).memberships == 250u);
  BOOST_TEST(progress == (std::vector<std::size_t>{100, 200, 250}),
             boost::test_tools::per_element());
  BOOST_TEST(crowd.host.store.commits == commits + 5);
  BOOST_TEST(event_types(crowd.host.store, events) ==
             several(deleted, 250) + "organization.deleted");
  BOOST_TEST(count(crowd.host, crowd.other) == 250u);

  Traveller<HookedHost> traveller(130);
  const std::size_t before = count_events(traveller.host.store);
  progress.clear();
  const auto gone = remove(traveller.host, traveller.ada, [&](const OperationProgress& now) {
    progress.push_back(now.done.memberships);
  });
  BOOST_TEST((*gone).memberships == 130u);
  BOOST_TEST(progress == (std::vector<std::size_t>{100, 130}), boost::test_tools::per_element());
  BOOST_TEST(event_types(traveller.host.store, before) == several(deleted, 130) + "user.deleted");
  BOOST_TEST(count(traveller.host, traveller.bob) == 130u);
}

BOOST_AUTO_TEST_CASE(interrupted_organization) {
  unsigned stops = 0;
  for (unsigned number = 1;; ++number) {
    Crowd<HookedHost> crowd(205);
    HookedHost& host = crowd.host;
    const std::size_t events = count_events(host.store);
    host.store.fails_at = host.store.commits + number;
    const auto first = remove(host, crowd.acme);
    if (first) break;
    ++stops;
    BOOST_TEST(first.error().kind == FailureKind::store);
    BOOST_TEST(exists(host, crowd.acme));
    // Each page is there as a whole or not at all.
    const std::size_t left = count(host, crowd.acme);
    BOOST_TEST((left == 205u || left == 105u || left == 5u || left == 0u));
    BOOST_TEST(host.state(crowd.acme).counts.active == left);
    const auto second = remove(host, crowd.acme);
    BOOST_TEST_REQUIRE(second.has_value());
    BOOST_TEST((*second).memberships == left);
    BOOST_TEST(event_types(host.store, events) == several(deleted, 205) + "organization.deleted");
    BOOST_TEST(!exists(host, crowd.acme));
    BOOST_TEST(count(host, crowd.other) == 205u);
  }
  BOOST_TEST(stops == 5u);
}

BOOST_AUTO_TEST_CASE(interrupted_user) {
  unsigned stops = 0;
  for (unsigned number = 1;; ++number) {
    Traveller<HookedHost> traveller(4);
    HookedHost& host = traveller.host;
    const std::size_t events = count_events(host.store);
    host.store.fails_at = host.store.commits + number;
    const auto first = remove(host, traveller.ada);
    if (first) break;
    ++stops;
    BOOST_TEST(first.error().kind == FailureKind::store);
    const std::size_t left = count(host, traveller.ada);
    BOOST_TEST((user_state(host, traveller.ada).phase == Phase::deleting) == (number > 1));
    const auto second = remove(host, traveller.ada);
    BOOST_TEST_REQUIRE(second.has_value());
    BOOST_TEST((*second).memberships == left);
    BOOST_TEST(event_types(host.store, events) == several(deleted, 4) + "user.deleted");
    BOOST_TEST(!exists(host, traveller.ada));
  }
  BOOST_TEST(stops == 6u);
}

BOOST_AUTO_TEST_CASE(marked_organization) {
  HookedHost host;
  const auto acme = host.organization("org_1");
  const auto ada = host.user("user_1");
  const auto bob = host.user("user_2");
  const auto cid = host.user("user_3");
  host.role("admin");
  host.organization_role(acme, "org-lead");
  const auto adas = host.join(ada, acme);
  const auto bobs = host.join(bob, acme);
  host.done(DeactivateMembership{bobs.id});
  mark(host, acme);
  const Error gone = an_error(ErrorCode::entity_not_found, Field::organization_id, "org_1");
  BOOST_TEST(host.refused(CreateMembership{cid, acme}) == gone);
  BOOST_TEST(host.refused(CreateMembership{bob, acme}) == gone);
  BOOST_TEST(host.refused(CreateOrganizationRole{acme, "New"}) == gone);
  BOOST_TEST(host.refused(SetDefaultRole{"admin", acme}) == gone);
  BOOST_TEST(host.refused(UpdateRole{"org-lead", "Lead", TextChange::keep(), acme}) == gone);
  // Its id is taken until it is gone.
  BOOST_TEST((host.refused(CreateOrganization{"Acme", acme}).code == ErrorCode::id_already_used));
  host.done(DeactivateMembership{adas.id});
  host.done(DeleteMembership{adas.id});
  BOOST_TEST(remove(host, acme).has_value());
}

BOOST_AUTO_TEST_CASE(marked_user) {
  HookedHost host;
  const auto acme = host.organization("org_1");
  const auto other = host.organization("org_2");
  const auto ada = host.user("user_1");
  const auto member = host.join(ada, acme);
  // Decided before the mark: the commit compares the user.
  const CreateMembership late{ada, other};
  const auto seen = host.load(late.reads());
  mark(host, ada);
  const auto drawn = draw_context<CreateMembership>(host.runtime.clock.at, host.runtime.ids);
  BOOST_TEST(host.commit(*host.policy.decide(late, seen, drawn)) == CommitStatus::conflict);
  const Error gone = an_error(ErrorCode::entity_not_found, Field::user_id, "user_1");
  BOOST_TEST(host.refused(late) == gone);
  host.done(DeactivateMembership{member.id});
  BOOST_TEST(host.refused(CreateMembership{ada, acme}) == gone);
  CreateUser again;
  again.id = ada;
  BOOST_TEST((host.refused(again).code == ErrorCode::id_already_used));
  BOOST_TEST(remove(host, ada).has_value());
}

BOOST_AUTO_TEST_CASE(kept) {
  HookedHost host;
  const auto acme = host.organization("org_1");
  const auto ada = host.user("user_1");
  const auto bob = host.user("user_2");
  const auto adas = host.join(ada, acme);
  const std::size_t events = count_events(host.store);
  mark(host, acme);
  BOOST_TEST(host.done(KeepOrganization{acme}).outcome() == Outcome::updated);
  BOOST_TEST((host.state(acme).phase == Phase::live));
  BOOST_TEST(host.state(acme).generation == 0u);
  const auto bobs = host.join(bob, acme);
  // After a page, or any other change, it cannot be taken back.
  const std::uint64_t generation = mark(host, acme);
  host.done(SweepOrganizationMembership{adas.id, generation});
  BOOST_TEST(host.refused(KeepOrganization{acme}) ==
             an_error(ErrorCode::mark_in_use, Field::organization_id, "org_1"));

  // A user at any time; what was swept stays gone.
  const auto other = host.organization("org_2");
  const auto in_other = host.join(bob, other);
  host.done(SweepUserMembership{in_other.id, mark(host, bob)});
  BOOST_TEST(host.done(KeepUser{bob}).outcome() == Outcome::updated);
  BOOST_TEST(user_state(host, bob).generation == 0u);
  BOOST_TEST(host.find(bobs.id).has_value());
  BOOST_TEST(!host.find(in_other.id).has_value());
  host.join(bob, other);
  BOOST_TEST(event_types(host.store, events) ==
             "organization_membership.created organization_membership.deleted "
             "organization.created organization_membership.created "
             "organization_membership.deleted organization_membership.created");
}

BOOST_AUTO_TEST_CASE(made_again) {
  HookedHost host;
  const auto acme = host.organization("org_1");
  const auto ada = host.user("user_1");
  const auto elsewhere = host.organization("org_2");
  const auto freed_revision = [&] { return host.load(Reads{}).freed_revision; };
  BOOST_TEST(freed_revision() == 0u);
  BOOST_TEST(user_state(host, ada).revision == 1u);
  BOOST_TEST(host.state(acme).revision == 1u);
  const CreateMembership late{ada, elsewhere};
  const auto seen = host.load(late.reads());
  const auto drawn = draw_context<CreateMembership>(host.runtime.clock.at, host.runtime.ids);

  // The deletion is revision 3; noted is a higher one, for those to come.
  BOOST_REQUIRE(remove(host, ada).has_value());
  const std::uint64_t freed = freed_revision();
  BOOST_TEST(freed == 3u + 1023u);
  BOOST_REQUIRE(remove(host, acme).has_value());
  BOOST_TEST(freed_revision() == freed);

  // Under the same ids they begin above, so that nothing decided before fits them.
  CreateUser again;
  again.id = ada;
  const auto gone = host.load(again.reads());
  BOOST_REQUIRE(host.done(again).outcome() == Outcome::created);
  BOOST_TEST(user_state(host, ada).revision == freed + 1);
  host.organization("org_1");
  BOOST_TEST(host.state(acme).revision == freed + 1);
  BOOST_TEST(host.commit(*host.policy.decide(late, seen, drawn)) == CommitStatus::conflict);
  // What is new of itself begins at 1.
  BOOST_TEST(host.done(CreateUser{}).plan.user->after.revision == 1u);
  BOOST_TEST(host.done(CreateOrganization{"New"}).plan.organization->after.revision == 1u);

  // That one is deleted as well, and noted anew: who makes another and has seen neither is late.
  BOOST_REQUIRE(remove(host, ada).has_value());
  BOOST_TEST(freed_revision() == freed + 3 + 1023);
  const auto context = draw_context<CreateUser>(host.runtime.clock.at, host.runtime.ids);
  BOOST_TEST(host.commit(*host.policy.decide(again, gone, context)) == CommitStatus::conflict);
}

BOOST_AUTO_TEST_CASE(superseded) {
  HookedHost host;
  const auto acme = host.organization("org_1");
  const auto ada = host.user("user_1");
  const auto member = host.join(ada, acme);
  const std::uint64_t first = mark(host, acme);
  host.done(KeepOrganization{acme});
  BOOST_TEST((host.refused(SweepOrganizationMembership{member.id, first}).code ==
              ErrorCode::operation_superseded));
  const std::uint64_t second = mark(host, acme);
  BOOST_TEST(second != first);
  BOOST_TEST((host.refused(SweepOrganizationMembership{member.id, first}).code ==
              ErrorCode::operation_superseded));
  BOOST_TEST((host.refused(FinishOrganizationDeletion{acme, first}).code ==
              ErrorCode::operation_superseded));
  BOOST_TEST(host.find(member.id).has_value());

  const std::uint64_t old = mark(host, ada);
  host.done(KeepUser{ada});
  mark(host, ada);
  BOOST_TEST(
      (host.refused(SweepUserMembership{member.id, old}).code == ErrorCode::operation_superseded));
  BOOST_TEST((host.refused(FinishUserDeletion{ada, old}).code == ErrorCode::operation_superseded));

  // Under a run: it stops, and what the user still has stays.
  Traveller<HookedHost> traveller(150);
  const auto result = remove(traveller.host, traveller.ada, [&](const OperationProgress& now) {
    if (now.done.memberships == 100) traveller.host.done(KeepUser{traveller.ada});
  });
  BOOST_TEST_REQUIRE(!result.has_value());
  BOOST_TEST((result.error().error->code == ErrorCode::operation_superseded));
  BOOST_TEST(count(traveller.host, traveller.ada) == 50u);
  BOOST_TEST((user_state(traveller.host, traveller.ada).phase == Phase::live));
}

BOOST_AUTO_TEST_CASE(two_runs) {
  Crowd<HookedHost> crowd(150);
  const std::size_t events = count_events(crowd.host.store);
  bool inner_done = false;
  const auto outer = remove(crowd.host, crowd.acme, [&](const OperationProgress&) {
    if (inner_done) return;
    inner_done = remove(crowd.host, crowd.acme).has_value();
  });
  BOOST_TEST(inner_done);
  BOOST_TEST_REQUIRE(outer.has_value());
  BOOST_TEST((*outer).memberships == 100u);
  BOOST_TEST(event_types(crowd.host.store, events) ==
             several(deleted, 150) + "organization.deleted");

  Traveller<HookedHost> traveller(110);
  const std::size_t before = count_events(traveller.host.store);
  inner_done = false;
  const auto other = remove(traveller.host, traveller.ada, [&](const OperationProgress&) {
    if (inner_done) return;
    inner_done = remove(traveller.host, traveller.ada).has_value();
  });
  BOOST_TEST(inner_done);
  BOOST_TEST(other.has_value());
  BOOST_TEST(event_types(traveller.host.store, before) == several(deleted, 110) + "user.deleted");

  // The other sweeps what this one has listed.
  Crowd<BasicHost<UnqueuedStore>> listed(150);
  auto& store = listed.host.store;
  OperationResult inner{};
  store.before = [&, page = store.commits + 2](unsigned number) {
    if (number == page) inner = remove(listed.host, listed.acme).value();
  };
  const auto late = remove(listed.host, listed.acme);
  BOOST_TEST(inner.memberships == 150u);
  BOOST_TEST_REQUIRE(late.has_value());
  BOOST_TEST((*late).memberships == 0u);
}

namespace {

/// A user in 120 organizations; the last two have an owner role, and in the last the user is the
/// only owner but for `rival`.
struct Owned : GuardedHost {
  UserId ada = user_with(*this, "ada", "ada@x");
  UserId bob = user("bob");
  std::vector<OrganizationId> organizations{};
  MembershipId rival{join_all()};

  MembershipId join_all() {
    role("owner");
    std::optional<MembershipId> of_bob;
    for (int i = 0; i < 120; ++i) {
      if (i == 119) {
        configure(*this,
                  [](EnvironmentState& state) { state.owner_role = RoleIndex::environment(1); });
      }
      organizations.push_back(organization("org_" + std::to_string(i)));
      if (i == 119) of_bob = join(bob, organizations.back(), RoleSelection::one("owner")).id;
      join(ada, organizations.back(), RoleSelection::one("owner"));
    }
    return *of_bob;
  }
  const OrganizationId& last() const { return organizations.back(); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(last_owner) {
  Owned host;
  host.done(UpdateRoles{host.rival, RoleSelection::one("member")});
  const std::string before = describe(host.store);
  const auto refused = remove(host, host.ada);
  BOOST_TEST_REQUIRE(!refused.has_value());
  BOOST_TEST(refused.error().kind == FailureKind::refused);
  BOOST_TEST(*refused.error().error ==
             an_error(ErrorCode::last_owner_required, Field::organization_id, "org_119"));
  BOOST_TEST(describe(host.store) == before);
  host.done(UpdateRoles{host.rival, RoleSelection::one("owner")});
  BOOST_TEST(remove(host, host.ada).has_value());
}

BOOST_AUTO_TEST_CASE(race_after_the_look) {
  // The other owner goes after the look and before the mark.
  const auto race = [](Owned& host) {
    const unsigned first = host.store.commits + 1;
    host.store.before = [&host, first](unsigned number) {
      if (number == first) host.done(UpdateRoles{host.rival, RoleSelection::one("member")});
    };
    const auto stopped = remove(host, host.ada);
    host.store.before = nullptr;
    BOOST_TEST_REQUIRE(!stopped.has_value());
    BOOST_TEST(stopped.error().kind == FailureKind::refused);
    BOOST_TEST((stopped.error().error->code == ErrorCode::last_owner_required));
    BOOST_TEST((user_state(host, host.ada).phase == Phase::deleting));
    BOOST_TEST(host.state(host.last()).counts.owners == 1u);
    BOOST_TEST(count(host, host.ada) == 1u);
    // Again: refused with nothing changed.
    const std::string before = describe(host.store);
    BOOST_TEST((remove(host, host.ada).error().error->code == ErrorCode::last_owner_required));
    BOOST_TEST(describe(host.store) == before);
  };
  const auto membership_of = [](Owned& host) {
    return host.load_pair(host.ada, host.last()).membership->id;
  };
  {
    Owned host;
    race(host);
    host.done(TransferOwnership{membership_of(host), host.rival});
    BOOST_TEST(remove(host, host.ada).has_value());
    BOOST_TEST(!exists(host, host.ada));
    BOOST_TEST(host.state(host.last()).counts.owners == 1u);
  }
  {
    Owned host;
    race(host);
    BOOST_TEST(remove(host, host.last()).has_value());
    BOOST_TEST(remove(host, host.ada).has_value());
  }
  {
    Owned host;
    race(host);
    host.done(KeepUser{host.ada});
    BOOST_TEST(host.find(membership_of(host)).has_value());
    host.join(host.ada, host.organizations.front());
  }
}

BOOST_AUTO_TEST_CASE(used_again) {
  HookedHost host;
  host.role("admin");
  const auto ada = user_with(host, "ada", "Ada@X");
  auto acme = host.organization("org_1");
  host.organization_role(acme, "org-lead");
  host.done(SetDefaultRole{"org-lead", acme});
  const auto first = host.join(ada, acme);
  CreateUser rival;
  rival.email = "ada@x";
  BOOST_TEST((host.refused(rival).code == ErrorCode::email_not_available));
  const std::uint64_t old = mark(host, acme);
  BOOST_TEST(remove(host, acme).has_value());
  acme = host.organization("org_1");
  // Nothing of the one before: no role, no default, no member; and its stale steps find nothing.
  BOOST_TEST(host.state(acme).revision > old);
  Reads reads;
  reads.organization = &acme;
  BOOST_TEST(host.load(reads).roles.find("org-lead").is_none());
  BOOST_TEST(host.state(acme).default_role.is_none());
  const auto second = host.join(ada, acme);
  BOOST_TEST(host.shown_roles(ada, acme) == "member");
  BOOST_TEST(second.id != first.id);
  BOOST_TEST((host.refused(DeleteMembership{first.id}).code == ErrorCode::entity_not_found));
  BOOST_TEST((host.refused(FinishOrganizationDeletion{acme, old}).code ==
              ErrorCode::operation_superseded));
  BOOST_TEST(count(host, acme) == 1u);

  BOOST_TEST(remove(host, ada).has_value());
  BOOST_TEST(host.done(rival).outcome() == Outcome::created);
  UserFilter filter;
  filter.email = *EmailKey::make("ada@x");
  std::size_t holders = 0;
  static_cast<void>(
      *host.store.list(*UserQuery::make(whole_page<UserId>(), filter), [&](const UserRow& row) {
        ++holders;
        BOOST_TEST(row.state.id != ada);
      }));
  BOOST_TEST(holders == 1u);
  const auto again = host.user("ada");
  BOOST_TEST(count(host, again) == 0u);
  BOOST_TEST((user_state(host, again).phase == Phase::live));
  host.join(again, acme);
  BOOST_TEST(count(host, again) == 1u);
  BOOST_TEST(host.state(acme).counts.active == 1u);
}

BOOST_AUTO_TEST_CASE(conflicts) {
  for (unsigned number = 1; number <= 4; ++number) {
    Crowd<HookedHost> crowd(120);
    crowd.host.store.conflicts_at = crowd.host.store.commits + number;
    BOOST_TEST(remove(crowd.host, crowd.acme).has_value());
    BOOST_TEST(crowd.host.runtime.wait.pauses().size() == 1u);
    Traveller<HookedHost> traveller(2);
    traveller.host.store.conflicts_at = traveller.host.store.commits + number;
    BOOST_TEST(remove(traveller.host, traveller.ada).has_value());
    BOOST_TEST(traveller.host.runtime.wait.pauses().size() == 1u);
  }
}

BOOST_AUTO_TEST_CASE(bare_users) {
  HookedHost host;
  const auto ada = host.user("user_1");  // no profile, no address
  const std::size_t events = count_events(host.store);
  BOOST_TEST((*remove(host, ada)).memberships == 0u);
  BOOST_TEST(event_types(host.store, events) == "user.deleted");
}

// Sweeping comes before finishing; who finishes by hand and does not sweep leaves rows behind.
BOOST_AUTO_TEST_CASE(unswept) {
  Host host;
  const auto ada = host.user("user_1");
  std::vector<OrganizationMembership> left;
  for (int i = 0; i < 3; ++i) {
    left.push_back(host.join(ada, host.organization("org_" + std::to_string(i))));
  }
  host.done(FinishUserDeletion{ada, mark(host, ada)});
  host.user("user_1");
  const auto acme = host.organization("org_4");
  const auto made = host.join(ada, acme);
  for (const auto& membership : left) host.done(DeleteMembership{membership.id});
  BOOST_TEST(count(host, ada) == 1u);
  BOOST_TEST(host.find(made.id).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
