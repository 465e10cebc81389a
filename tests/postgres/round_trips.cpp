// SPDX-License-Identifier: BSL-1.0

// What the PostgreSQL store waits for, counted on the wire.
//
// Plan
//   each command is one round trip to load and one to commit, also with an
//     actor, an inviter, claims, profiles, a second membership and roles
//     of the organization's own                                            -> commands, invitations
//   a view, a load of several snapshots; a command that changes nothing    -> reads
//   a commit that conflicts, and what comes after it on the same
//     connection; one more for it where each commit is between BEGIN and
//     COMMIT                                                               -> conflicts
//   an environment that was changed elsewhere is read once                 -> changed_elsewhere
//   the same with several hosts named, of which the first is not there     -> several_hosts

#include "membership/command/accept_invitation.hpp"
#include "membership/command/resend_invitation.hpp"
#include "membership/command/revoke_invitation.hpp"
#include "membership/command/send_invitation.hpp"
#include "membership/command/update_organization.hpp"
#include "membership/command/update_user.hpp"
#include "membership/driver/operation.hpp"
#include "membership/membership.hpp"
#include "membership/store/postgres_store.hpp"
#include "support/counting_proxy.hpp"
#include "support/durable.hpp"
#include "support/host.hpp"
#include "support/open_postgres.hpp"
#include "support/postgres_cluster.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(postgres_round_trips)

using namespace membership;
using namespace membership_tests::durable;
using membership_tests::CountingProxy;
using membership_tests::make_id;
using membership_tests::open_postgres;
using membership_tests::PostgresCluster;
using membership_tests::why;

namespace {

PostgresCluster& cluster() {
  static PostgresCluster cluster;
  return cluster;
}

/// With tokens, as who invites needs them.
struct Ids : UlidIds<DefaultTraits> {
  TokenDigest token_digest(PlanId plan) {
    TokenDigest digest{};
    digest.bytes[0] = static_cast<unsigned char>(plan.value.low >> 4);
    digest.bytes[1] = static_cast<unsigned char>(plan.value.low >> 12);
    return digest;
  }
};

/// An organization with roles of its own, and a store whose round trips are counted.
struct World {
  CountingProxy proxy{cluster().port()};
  std::unique_ptr<PostgresStore> store;
  std::optional<OrganizationMembership> owner;
  std::optional<OrganizationMembership> member;  ///< the last one that a command was about
  std::optional<InvitationState> invitation;
  std::string shown;  ///< names of the organization and the user, where profiles were asked for

  explicit World(const std::string& schema, bool explicit_transactions = false) {
    PostgresStoreOptions options;
    options.target = PostgresCluster::target(proxy.port());
    options.schema = schema;
    options.explicit_transactions = explicit_transactions;
    store = open_postgres(options);
    BOOST_REQUIRE(run(*store, CreateRole{"owner", "Owner"}));
    BOOST_REQUIRE(name_owner_role(*store, MembershipPolicy<>{}, "owner"));
    fill(*store);
    CreateOrganizationRole role{acme, "Auditor", "org-auditor"};
    BOOST_REQUIRE(run(*store, role));
    CreateUser user;
    user.id = make_id<UserId>("user_bea");
    user.email = "bea@example.com";
    user.name = "Bea";
    BOOST_REQUIRE(run(*store, user));
    const auto made = run(*store, CreateMembership{ada, acme, RoleSelection::one("owner")});
    owner.emplace(made->plan.membership->after);
  }

  template <class C>
  std::size_t trips_of(const C& command, bool with_profiles = false) {
    const std::size_t before = proxy.round_trips();
    Runtime<SystemClock, Ids> runtime;
    runtime.with_profiles = with_profiles;
    const auto done = execute(*store, MembershipPolicy<>{}, command, runtime);
    BOOST_REQUIRE_MESSAGE(done, why(done));
    BOOST_TEST(done->tries == 1u);
    if (done->plan.membership) member.emplace(done->plan.membership->after);
    if (done->plan.invitation) invitation.emplace(done->plan.invitation->after);
    shown.clear();
    for (const Profile* profile :
         {done->snapshot.organization_profile, done->snapshot.user_profile}) {
      if (with_profiles && profile != nullptr)
        shown += std::string(profile->texts[Text::name]) + ';';
    }
    return proxy.round_trips() - before;
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(commands) {
  World world("commands");
  const UserId bea = make_id<UserId>("user_bea");
  // The second time everything is prepared.
  for (int time = 0; time < 2; ++time) {
    const std::size_t expected = time == 0 ? 0 : 2;
    const auto check = [&](std::string_view what, std::size_t trips) {
      if (expected != 0) BOOST_TEST(trips == expected, what << ": " << trips);
    };
    CreateMembership create{bea, acme};
    create.actor = ada;
    create.roles = RoleSelection::one("org-auditor");
    check("create", world.trips_of(create, true));
    const MembershipId id = world.member->id;
    check("deactivate", world.trips_of(DeactivateMembership{id, ada}, true));
    check("create over inactive", world.trips_of(create));
    check("update roles", world.trips_of(UpdateRoles{id, RoleSelection::one("member"), ada}, true));
    check("transfer", world.trips_of(TransferOwnership{world.owner->id, id, ada}));
    check("transfer back", world.trips_of(TransferOwnership{id, world.owner->id, bea}));
    check("delete", world.trips_of(DeleteMembership{id, ada}, true));

    SendInvitation invite{"new@example.com", acme};
    invite.role = "org-auditor";
    invite.inviter = ada;
    invite.actor = ada;
    check("invite", world.trips_of(invite));
    check("revoke", world.trips_of(RevokeInvitation{world.invitation->id}));

    const std::string number = std::to_string(time);
    CreateUser user;
    const std::string mail = "u" + number + "@example.com";
    user.email = mail;
    user.external_id = number;
    check("create user", world.trips_of(user));
    UpdateUser change{bea};
    const std::string address = "bea" + number + "@example.com";
    change.email = address;
    check("update user", world.trips_of(change));
    const std::string name = "Acme " + number;
    UpdateOrganization rename{acme};
    rename.name = name;
    rename.external_id = TextChange::set(number);
    check("update organization", world.trips_of(rename));
  }
}

// What an invitation is about is found by it: the organization with its roles, the user, profiles.
BOOST_AUTO_TEST_CASE(invitations) {
  World world("invitations");
  const UserId bea = make_id<UserId>("user_bea");
  for (const std::size_t expected : {std::size_t{0}, std::size_t{2}}) {
    const auto check = [&](std::string_view what, std::size_t trips) {
      if (expected != 0) BOOST_TEST(trips == expected, what << ": " << trips);
    };
    SendInvitation invite{"Bea@example.com", acme};
    invite.role = "org-auditor";
    check("invite a user", world.trips_of(invite, true));
    check("resend", world.trips_of(ResendInvitation{world.invitation->id}, true));
    check("accept by id", world.trips_of(AcceptInvitation{world.invitation->id}, true));
    BOOST_TEST(world.shown == "Acme;Bea;");
    BOOST_TEST((world.member->user == bea));
    world.trips_of(DeleteMembership{world.member->id});
    check("invite without a role", world.trips_of(SendInvitation{"bea@example.com", acme}));
    const TokenDigest token = world.invitation->token;
    check("accept by token", world.trips_of(AcceptInvitation::by_token(token), true));
    BOOST_TEST(world.shown == "Acme;Bea;");
    world.trips_of(DeleteMembership{world.member->id});
    check("invite to no organization", world.trips_of(SendInvitation{"new@example.com"}, true));
    check("revoke it", world.trips_of(RevokeInvitation{world.invitation->id}, true));
  }
}

BOOST_AUTO_TEST_CASE(reads) {
  World world("reads");
  const auto trips_of = [&](const auto& read) {
    BOOST_REQUIRE(read());
    const std::size_t before = world.proxy.round_trips();
    BOOST_REQUIRE(read());
    return world.proxy.round_trips() - before;
  };
  BOOST_TEST(trips_of([&] { return world.store->view(ada, acme, [](const auto&) {}); }) == 1u);
  BOOST_REQUIRE(run(*world.store, CreateOrganization{"Plain", make_id<OrganizationId>("org_b")}));
  BOOST_REQUIRE(run(*world.store, CreateMembership{ada, make_id<OrganizationId>("org_b")}));
  BOOST_TEST(trips_of([&] {
               return world.store->view(ada, make_id<OrganizationId>("org_b"), [](const auto&) {});
             }) == 1u);
  Reads several[2];
  several[0].organization = &acme;
  several[0].user = &ada;
  several[1].membership = &world.owner->id;
  BOOST_TEST(trips_of([&] { return world.store->load(std::span<const Reads>(several)); }) == 1u);
  BOOST_TEST(world.trips_of(UpdateRoles{world.owner->id, RoleSelection::one("owner")}) == 1u);
}

BOOST_AUTO_TEST_CASE(conflicts) {
  for (const bool is_explicit : {false, true}) {
    World world(is_explicit ? "explicit" : "implicit", is_explicit);
    const auto made = run(*world.store, CreateMembership{make_id<UserId>("user_bea"), acme});
    BOOST_REQUIRE(made);
    Plan late = made->plan;
    late.id.value.low += 16;
    const auto trips_of = [&](const auto& call) {
      const std::size_t before = world.proxy.round_trips();
      call();
      return world.proxy.round_trips() - before;
    };
    const auto commit = [&] {
      BOOST_TEST((*world.store->commit(std::span(&late, 1)) == CommitStatus::conflict));
    };
    const auto look = [&] { BOOST_TEST(world.store->view(ada, acme, [](const auto&) {}).value()); };
    look();
    BOOST_TEST(trips_of(commit) == (is_explicit ? 2u : 1u));
    BOOST_TEST(trips_of(look) == 1u);
    world.trips_of(DeactivateMembership{made->plan.membership->after.id});
    BOOST_TEST(world.trips_of(ReactivateMembership{made->plan.membership->after.id}) == 2u);
  }
}

BOOST_AUTO_TEST_CASE(changed_elsewhere) {
  World world("elsewhere");
  const auto other = open_postgres(cluster().target(), "elsewhere");
  const UserId bea = make_id<UserId>("user_bea");
  world.trips_of(CreateMembership{bea, acme});
  const MembershipId id = world.member->id;
  world.trips_of(DeactivateMembership{id});
  world.trips_of(ReactivateMembership{id});
  CreateRole role{"editor", "Editor"};
  const auto made = run(*other, role);
  BOOST_REQUIRE_MESSAGE(made, why(made));
  BOOST_TEST(world.trips_of(DeactivateMembership{id}) == 3u);
  BOOST_TEST(world.trips_of(ReactivateMembership{id}) == 2u);
}

BOOST_AUTO_TEST_CASE(several_hosts) {
  const PostgresCluster read_only("fsync = off\ndefault_transaction_read_only = on\n");
  const std::string target = "host=127.0.0.1,127.0.0.1 port=" + std::to_string(read_only.port()) +
                             "," + std::to_string(cluster().port()) +
                             " user=tester dbname=postgres";
  const auto store = open_postgres(target, "several");
  fill(*store);
  BOOST_TEST(organization_state(*store).revision == 1u);
  // Who asks for any server gets the first.
  PostgresStoreOptions any;
  any.target = target + " target_session_attrs=any";
  const auto refused = PostgresStore::open(any);
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error().fault == PostgresFault::read_only));
}

BOOST_AUTO_TEST_SUITE_END()
