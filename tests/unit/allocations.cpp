// SPDX-License-Identifier: BSL-1.0

// Plan
//   the counter itself counts and fails                           -> the_counter_counts
//   decide of every command, accepted and refused: no allocation  -> decide_allocates_nothing
//   view and a page of a list: no allocation                      -> reading_allocates_nothing
//   permission checks and claims: no allocation                   -> authorizing_allocates_nothing
//   each allocation of execute, and of a commit of a span, fails in turn: the store is as it was
//     and works on                          -> failing_executions, failing_spans
//   made and deleted again and again: no more is taken -> deletions_give_back_what_they_free
//   nothing that was allocated is lost      -> failing_executions, failing_spans_leak_nothing

#include "../support/allocations.hpp"

#include "../support/host.hpp"
#include "../support/world.hpp"
#include "membership/command/accept_invitation.hpp"
#include "membership/command/delete_organization.hpp"
#include "membership/command/delete_user.hpp"
#include "membership/command/expire_invitation.hpp"
#include "membership/command/resend_invitation.hpp"
#include "membership/command/revoke_invitation.hpp"
#include "membership/command/send_invitation.hpp"
#include "membership/command/sweep_invitations.hpp"
#include "membership/command/update_organization.hpp"
#include "membership/command/update_user.hpp"
#include "membership/driver/operation.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>

using namespace membership;
namespace tests = membership_tests;
using membership_tests::describe;
using membership_tests::Host;
using membership_tests::make_id;
using membership_tests::allocations::failing;
using membership_tests::allocations::live;
using membership_tests::allocations::made;

BOOST_AUTO_TEST_SUITE(allocations)

namespace {

/// How many allocations an action makes.
template <class Action>
long allocations_of(Action&& action) {
  const long before = made;
  action();
  return made - before;
}

template <class C>
long decide_allocations(const C& command, const Snapshot& seen) {
  const MembershipPolicy<> policy;
  bool accepted = false;
  const long count =
      allocations_of([&] { accepted = policy.decide(command, seen, tests::context).has_value(); });
  static_cast<void>(accepted);
  return count;
}

const std::string base(40, 'x');  // ids that do not fit into a record

/// A world with something of everything, right before the log's next part.
struct World {
  std::unique_ptr<Host> host = std::make_unique<Host>();
  UserId ada = host->user(base + "ada");
  UserId bob = host->user(base + "bob");
  OrganizationId acme = host->organization(base + "acme");
  OrganizationMembership bobs = host->join(bob, acme);

  explicit World(std::size_t events) {
    host->role("admin");
    host->organization_role(acme, "org-lead");
    for (std::size_t i = 6; i < events; ++i) host->done(CreateUser{});
  }
  template <class C>
  Plan decide(const C& command, const Snapshot& seen) {
    const auto drawn = draw_context<C>(host->runtime.clock.at, host->runtime.ids);
    return *host->policy.decide(command, seen, drawn);
  }
};

struct Result {
  long failures = 0;
  bool always_unchanged = true;
  bool always_usable = true;
  bool done = false;
  bool leaks = false;
};

/// Lets the first allocation of `action` fail, then the second, and so on until it succeeds.
template <class Action>
Result fail_each(std::size_t events, const Action& action) {
  Result result;
  for (long number = 1; !result.done; ++number) {
    const long before_world = live;
    {
      World world(events);
      auto prepared = action(world);
      const std::string before = describe(world.host->store);
      failing = number;
      try {
        prepared();
        result.done = failing > 0;
      } catch (const std::bad_alloc&) {
        ++result.failures;
      }
      const bool failed = failing == 0;
      failing = 0;
      if (failed) {
        result.always_unchanged = result.always_unchanged && describe(world.host->store) == before;
        // Once more, now with memory, and something else.
        prepared();
        const bool changed = describe(world.host->store) != before;
        const auto after = world.host->join(world.host->user("new"), world.acme);
        result.always_usable = result.always_usable && changed &&
                               world.host->find(after.id).has_value() &&
                               world.host->shown_roles(world.bob, world.acme) != "";
      }
    }
    result.leaks = result.leaks || live != before_world;
  }
  return result;
}

template <class Action>
void check(std::string_view name, long least, const Action& action, bool leaks_too = true) {
  for (const std::size_t events : {std::size_t{6}, std::size_t{63}, std::size_t{64}}) {
    const Result result = fail_each(events, action);
    BOOST_TEST_CONTEXT(name << " after " << events << " events") {
      BOOST_TEST(result.done);
      BOOST_TEST(result.failures >= least);
      BOOST_TEST(result.always_unchanged);
      BOOST_TEST(result.always_usable);
      if (leaks_too) BOOST_TEST(!result.leaks);
    }
  }
}

/// The execution of a command that `make` makes in a world.
template <class Make>
auto executing(const Make& make) {
  return [make](World& world) {
    return [command = make(world), &world] { static_cast<void>(world.host->done(command)); };
  };
}
/// The commit of the plans that `make` makes in a world.
template <class Make>
auto committing(const Make& make) {
  return [make](World& world) {
    return [plans = make(world), &world] { static_cast<void>(*world.host->store.commit(plans)); };
  };
}

const auto several_users = committing([](World& world) {
  std::vector<Plan> plans;
  for (const std::string_view email : {"one@x", "two@x", "three@x"}) {
    CreateUser command;
    command.id = make_id<UserId>(base + std::string(email));
    command.email = email;
    plans.push_back(world.decide(command, world.host->load(Reads{})));
  }
  return plans;
});

const auto span_of_everything = committing([](World& world) {
  Host& host = *world.host;
  std::vector<Plan> plans;
  CreateUser user;
  user.email = "new@x";
  plans.push_back(world.decide(user, host.load(Reads{})));
  plans.push_back(world.decide(CreateOrganization{"New"}, host.load(Reads{})));
  Snapshot seen = host.load(Reads{});
  apply(seen, plans[0]);
  apply(seen, plans[1]);
  plans.push_back(world.decide(
      CreateMembership{plans[0].user->after.id, plans[1].organization->after.id}, seen));
  apply(seen, plans.back());
  plans.push_back(world.decide(DeactivateMembership{seen.membership->id}, seen));
  Reads reads;
  reads.membership = &world.bobs.id;
  // Borrows the roles of the world; they stay while its organization does.
  Snapshot old = host.load(reads);
  plans.push_back(world.decide(DeleteMembership{world.bobs.id}, old));
  apply(old, plans.back());
  old.user.emplace(world.bob, 1u);
  plans.push_back(world.decide(CreateMembership{world.bob, world.acme}, old));
  plans.push_back(world.decide(CreateRole{"viewer", "Viewer"}, host.load(Reads{})));
  return plans;
});

/// A page of a deletion and what follows it, in one commit: an organization and a user go.
const auto erasures = committing([](World& world) {
  Host& host = *world.host;
  const auto gone = host.organization(base + "gone");
  host.organization_role(gone, "org-lead");
  CreateUser user;
  user.id = make_id<UserId>(base + "cid");
  user.email = "a.long.address.that.fits.in.no.small.string@example.org";
  host.done(user);
  const auto one = host.join(world.ada, gone);
  const auto two = host.join(*user.id, gone);
  const auto generation =
      host.done(MarkOrganizationDeleted{gone}).plan.organization->after.generation;
  const auto marked = host.done(MarkUserDeleted{*user.id}).plan.user->after.generation;
  std::vector<Plan> plans;
  Reads reads;
  reads.membership = &one.id;
  // Borrows the roles and the profile of the organization; they stay while it does.
  Snapshot seen = host.load(reads);
  const auto next = [&](const auto& command) {
    plans.push_back(world.decide(command, seen));
    apply(seen, plans.back());
  };
  next(SweepOrganizationMembership{one.id, generation});
  seen.membership.emplace(*host.find(two.id));
  next(SweepOrganizationMembership{two.id, generation});
  next(FinishOrganizationDeletion{gone, generation});
  reads = Reads{};
  reads.user = &*user.id;
  seen = host.load(reads);
  apply(seen, plans.back());
  next(FinishUserDeletion{*user.id, marked});
  // The address, which no profile of a snapshot that is gone shows any more.
  plans.back().claims.emplace().email.before = user.email;
  return plans;
});

constexpr std::string_view long_address = "a.long.address.that.fits.in.no.small.string@example.org";

/// A world whose ada has an address; the id of an invitation of hers.
InvitationId invited(World& world) {
  Host& host = *world.host;
  CreateUser user;
  user.id = make_id<UserId>(base + "cid");
  user.email = long_address;
  host.done(user);
  return host.done(SendInvitation{long_address, world.acme, "admin"}).plan.invitation->after.id;
}

/// Invitations made, ended and erased in one commit.
const auto invitations = committing([](World& world) {
  Host& host = *world.host;
  const InvitationId pending = invited(world);
  const auto gone = host.organization(base + "gone");
  const InvitationId erased = host.done(SendInvitation{"x@y", gone}).plan.invitation->after.id;
  const auto generation =
      host.done(MarkOrganizationDeleted{gone}).plan.organization->after.generation;
  std::vector<Plan> plans;
  SendInvitation first{"one@x", world.acme, "admin"};
  auto seen = host.load(first.reads());
  plans.push_back(world.decide(first, seen));
  apply(static_cast<Snapshot&>(seen), plans.back());
  SendInvitation second{"two@x", world.acme, "admin"};
  auto next = host.load(second.reads());
  next.organization.emplace(*seen.organization);
  plans.push_back(world.decide(second, next));
  plans.push_back(world.decide(SendInvitation{"three@x"}, host.load(Reads{})));
  const SweepOrganizationInvitation sweep{erased, generation};
  plans.push_back(world.decide(sweep, host.load(sweep.reads())));
  apply(static_cast<Snapshot&>(next), plans[1]);
  const RevokeInvitation revoke{pending};
  auto last = host.load(revoke.reads());
  last.organization.emplace(*next.organization);
  plans.push_back(world.decide(revoke, last));
  // Texts of a snapshot that is gone.
  plans.back().profile->after.texts.set(Text::email, long_address);
  plans.back().profile->after.texts.set(Text::role_slug, std::string_view("admin"));
  return plans;
});

constexpr MetadataEntry some_metadata[] = {{"a.key.that.fits.in.no.small.string", "value"},
                                           {"region", "eu"}};
const std::string long_domain(100, 'd');
const DomainData some_domains[] = {{long_domain}, {"acme.example"}};

UpdateOrganization update_organization(const OrganizationId& id) {
  UpdateOrganization command{id, "A name that fits in no small string"};
  command.external_id = TextChange::set("an-external-id-that-fits-in-no-small-string");
  command.metadata = MetadataChange::merge(some_metadata);
  command.domains = DomainsChange::replace(some_domains);
  return command;
}
UpdateUser update_user(const UserId& id) {
  UpdateUser command{id};
  command.email = "an.address.that.fits.in.no.small.string@example.org";
  command.external_id = TextChange::set("an-external-id-that-fits-in-no-small-string");
  command.metadata = MetadataChange::merge(some_metadata);
  return command;
}

/// Profiles with claims given up and laid, in one commit.
const auto updates = committing([](World& world) {
  Host& host = *world.host;
  UpdateUser first{world.ada};
  first.email = "ada.before.that.fits.in.no.small.string@example.org";
  host.done(first);
  std::vector<Plan> plans;
  // No profile is there to be borrowed but Ada's and that of the organization, which stay.
  Reads reads;
  reads.user = &world.bob;
  plans.push_back(world.decide(update_user(world.bob), host.load(reads)));
  reads = Reads{};
  reads.organization = &world.acme;
  plans.push_back(world.decide(update_organization(world.acme), host.load(reads)));
  reads = Reads{};
  reads.user = &world.ada;
  UpdateUser other{world.ada};
  other.email = "ada.after.that.fits.in.no.small.string@example.org";
  plans.push_back(world.decide(other, host.load(reads)));
  plans.back().claims->email.before = "ada.before.that.fits.in.no.small.string@example.org";
  return plans;
});

}  // namespace

BOOST_AUTO_TEST_CASE(the_counter_counts) {
  std::unique_ptr<int> value;
  BOOST_TEST(allocations_of([&] { value = std::make_unique<int>(1); }) == 1);
  BOOST_TEST(allocations_of([&] { value.reset(); }) == 0);
  bool failed = false;
  failing = 2;
  try {
    value = std::make_unique<int>(2);
    value = std::make_unique<int>(3);
  } catch (const std::bad_alloc&) {
    failed = true;
  }
  BOOST_TEST(failed);
  BOOST_TEST(failing == 0);
  BOOST_TEST(*value == 2);
}

BOOST_AUTO_TEST_CASE(decide_allocates_nothing) {
  using namespace membership_tests;
  const Snapshot active = several_allowed(with(Status::active, set_of(admin, viewer)));
  const Snapshot inactive = several_allowed(with(Status::inactive, set_of(admin, gone)));
  const std::string_view two[] = {"viewer", "org-lead"};
  const std::string_view bad[] = {"viewer", "nobody"};
  const std::string_view order[] = {"org-clerk", "document-editor", "viewer",
                                    "member",    "admin",           "org-lead"};
  long count = 0;
  for (const Snapshot& seen : {world, active, inactive}) {
    count += decide_allocations(CreateMembership{user_id, organization_id}, seen);
    count += decide_allocations(
        CreateMembership{user_id, organization_id, RoleSelection::several(two)}, seen);
    count += decide_allocations(
        CreateMembership{user_id, organization_id, RoleSelection::several(bad)}, seen);
    count += decide_allocations(UpdateRoles{membership_id, RoleSelection::several(two)}, seen);
    count += decide_allocations(UpdateRoles{membership_id, RoleSelection::several(bad)}, seen);
    count += decide_allocations(DeactivateMembership{membership_id}, seen);
    count += decide_allocations(ReactivateMembership{membership_id}, seen);
    count += decide_allocations(DeleteMembership{membership_id}, seen);
    CreateUser user;
    user.email = "a.long.address.that.fits.in.no.small.string@example.org";
    count += decide_allocations(user, seen);
    user.email = "not an address";
    count += decide_allocations(user, seen);
    count += decide_allocations(CreateOrganization{"A name that fits in no small string"}, seen);
    count += decide_allocations(CreateRole{"new", "New"}, seen);
    count += decide_allocations(CreateRole{"member", "Member"}, seen);
    count += decide_allocations(
        CreateOrganizationRole{organization_id, "A name that fits in no small string"}, seen);
    count += decide_allocations(SetDefaultRole{"viewer"}, seen);
    count += decide_allocations(SetPriorityOrder{order, organization_id}, seen);
    count += decide_allocations(EnableMultipleRoles{}, seen);
    count += decide_allocations(CreatePermission{"docs:read", "Read"}, seen);
    count += decide_allocations(TransferOwnership{membership_id, membership_id}, seen);
    count += decide_allocations(MarkOrganizationDeleted{organization_id}, seen);
    count += decide_allocations(SweepOrganizationMembership{membership_id, 1}, seen);
    count += decide_allocations(FinishOrganizationDeletion{organization_id, 1}, seen);
    count += decide_allocations(MarkUserDeleted{user_id}, seen);
    count += decide_allocations(FinishUserDeletion{user_id, 1}, seen);
    const InvitationId invitation = id<InvitationId>("invitation_1");
    Snapshot open = seen;
    open.invitation.emplace(invitation, at(1'000), at(9'000)).organization = organization_id;
    for (const Snapshot& shown : {seen, open}) {
      SendInvitation send{"a.long.address.that.fits.in.no.small.string@x", organization_id};
      count += decide_allocations(send, shown);
      send.role = "nobody";
      count += decide_allocations(send, shown);
      count += decide_allocations(AcceptInvitation{invitation}, shown);
      count += decide_allocations(RevokeInvitation{invitation}, shown);
      count += decide_allocations(ResendInvitation{invitation}, shown);
      count += decide_allocations(ExpireInvitation{invitation}, shown);
      count += decide_allocations(SweepOrganizationInvitation{invitation, 1}, shown);
      count += decide_allocations(SweepUserInvitation{invitation, user_id, 1}, shown);
    }
    count += decide_allocations(update_organization(organization_id), seen);
    count += decide_allocations(update_user(user_id), seen);
  }
  BOOST_TEST(count == 0);
}

BOOST_AUTO_TEST_CASE(reading_allocates_nothing) {
  World world(6);
  for (int i = 0; i < 200; ++i) {
    world.host->join(world.host->user("user_" + std::to_string(i)), world.acme);
  }
  const MemoryStore& store = world.host->store;
  unsigned shown = 0;
  const auto count_rows = [&](const MembershipRow& row) {
    shown += row.membership.status == Status::active ? 1u : 0u;
  };
  BOOST_TEST(allocations_of([&] {
               static_cast<void>(*store.view(world.bob, world.acme, count_rows));
               static_cast<void>(*store.view(world.ada, world.acme, count_rows));
             }) == 0);
  BOOST_TEST(shown == 1u);
  MembershipFilter filter;
  filter.organization = world.acme;
  Page<MembershipId> page;
  page.after = world.bobs.id;
  const MembershipQuery ascending = *MembershipQuery::make(filter, page);
  page.direction = Direction::descending;
  page.after.reset();
  const MembershipQuery descending = *MembershipQuery::make(filter, page);
  BOOST_TEST(allocations_of([&] {
               static_cast<void>(*store.list(ascending, count_rows));
               static_cast<void>(*store.list(descending, count_rows));
             }) == 0);
  BOOST_TEST(shown == 21u);
}

BOOST_AUTO_TEST_CASE(authorizing_allocates_nothing) {
  World world(6);
  Host& host = *world.host;
  const std::string long_slug(48, 'p');
  host.done(CreatePermission{long_slug, "Long"});
  host.done(AddRolePermission{"member", long_slug});
  Authorization answers[3];
  std::size_t claimed = 0;
  BOOST_TEST(
      allocations_of([&] {
        answers[0] = *authorize(host.store, world.bob, world.acme, long_slug);
        answers[1] = *authorize(host.store, world.bob, world.acme, "none");
        answers[2] = *authorize(host.store, world.ada, world.acme, long_slug);
        static_cast<void>(*host.store.view(world.bob, world.acme, [&](const MembershipRow& row) {
          const SessionClaims claims(host.policy.options, row);
          claimed += claims.organization_id().size() + claims.role().size();
          claims.for_each_role([&](std::string_view slug) { claimed += slug.size(); });
          claims.for_each_permission([&](std::string_view slug) { claimed += slug.size(); });
        }));
      }) == 0);
  BOOST_TEST((answers[0].reason == AuthorizationReason::granted));
  BOOST_TEST((answers[1].reason == AuthorizationReason::no_role_grants));
  BOOST_TEST((answers[2].reason == AuthorizationReason::not_a_member));
  BOOST_TEST(claimed == 44u + 6u + 6u + 48u);
}

BOOST_AUTO_TEST_CASE(failing_executions) {
  check("create user", 3, executing([](World&) {
          CreateUser command;
          command.id = make_id<UserId>(base + "new");
          command.email = "a.long.address.that.fits.in.no.small.string@example.org";
          command.first_name = "Ada";
          return command;
        }));
  check("create organization", 3, executing([](World&) {
          return CreateOrganization{"A name", make_id<OrganizationId>(base + "new")};
        }));
  check("create role", 2, executing([](World&) {
          return CreateRole{"viewer", "Viewer", "What a viewer may do"};
        }));
  check("create organization role", 2, executing([](World& world) {
          return CreateOrganizationRole{world.acme, "A name", "org-clerk", "What a clerk may do"};
        }));
  check("set priority order", 1, executing([](World&) {
          static constexpr std::string_view order[] = {"admin", "member"};
          return SetPriorityOrder{order};
        }));
  check("set default role", 1, executing([](World&) { return SetDefaultRole{"admin"}; }));
  check("multiple roles", 1, executing([](World&) { return EnableMultipleRoles{}; }));
  check("create membership", 1, executing([](World& world) {
          return CreateMembership{world.ada, world.acme};
        }));
  check("update roles", 0, executing([](World& world) {
          return UpdateRoles{world.bobs.id, RoleSelection::one("admin")};
        }));
  check("deactivate", 0,
        executing([](World& world) { return DeactivateMembership{world.bobs.id}; }));
  check("delete", 0, executing([](World& world) { return DeleteMembership{world.bobs.id}; }));
  check("create permission", 2, executing([](World&) {
          return CreatePermission{"docs:read", "Read"};
        }));
  check("update role", 2, executing([](World& world) {
          return UpdateRole{"org-lead", "Lead", TextChange::keep(), world.acme};
        }));
  check("send invitation", 3, executing([](World& world) {
          invited(world);
          return SendInvitation{"another.long.address.that.fits.in.no.string@x", world.acme};
        }));
  check("send invitation without organization", 3,
        executing([](World&) { return SendInvitation{long_address}; }));
  check("accept invitation", 1,
        executing([](World& world) { return AcceptInvitation{invited(world)}; }));
  check("revoke invitation", 1,
        executing([](World& world) { return RevokeInvitation{invited(world)}; }));
  check("resend invitation", 1,
        executing([](World& world) { return ResendInvitation{invited(world)}; }));
  check("delete pending", 1, executing([](World& world) {
          const InvitationId invitation = invited(world);
          Reads reads;
          reads.invitation = &invitation;
          return DeleteMembership{world.host->load(reads).membership->id};
        }));
  check("update organization", 5,
        executing([](World& world) { return update_organization(world.acme); }));
  check("update user", 5, executing([](World& world) { return update_user(world.ada); }));
  check("mark user", 0, executing([](World& world) { return MarkUserDeleted{world.ada}; }));
}

BOOST_AUTO_TEST_CASE(failing_spans) {
  check("several users", 4, several_users, false);
  check("a span of everything", 8, span_of_everything, false);
  check("erasures", 4, erasures, false);
  check("invitations", 8, invitations, false);
  check("updates", 6, updates, false);
}

BOOST_AUTO_TEST_CASE(failing_spans_leak_nothing) {
  check("several users", 4, several_users);
  check("a span of everything", 8, span_of_everything);
  check("erasures", 4, erasures);
  check("invitations", 8, invitations);
  check("updates", 6, updates);
}

BOOST_AUTO_TEST_CASE(deletions_give_back_what_they_free) {
  MemoryStoreOptions options;
  options.event_limit = 64;
  Host host(options);
  const auto home = host.organization("home");
  const auto cycle = [&] {
    CreateUser user;
    user.id = make_id<UserId>(base + "ada");
    user.email = "a.long.address.that.fits.in.no.small.string@example.org";
    host.done(user);
    const auto acme = host.organization(base + "acme");
    host.organization_role(acme, "org-lead");
    host.done(update_organization(acme));
    host.done(update_user(*user.id));
    host.join(*user.id, acme);
    host.join(*user.id, home);
    host.done(SendInvitation{"another.long.address.that.fits.in.no.string@x", acme});
    host.done(RevokeInvitation{host.done(SendInvitation{"one@x", acme}).plan.invitation->after.id});
    BOOST_TEST_REQUIRE(
        delete_organization(host.store, host.policy, acme, host.runtime).has_value());
    BOOST_TEST_REQUIRE(delete_user(host.store, host.policy, *user.id, host.runtime).has_value());
  };
  for (int i = 0; i < 1'000; ++i) cycle();  // every shard has been used
  const long before = live;
  for (int i = 0; i < 3'000; ++i) cycle();
  BOOST_TEST(live == before);
}

BOOST_AUTO_TEST_SUITE_END()
