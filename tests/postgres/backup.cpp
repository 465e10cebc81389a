// SPDX-License-Identifier: BSL-1.0

// Backup and restore of the PostgreSQL store, by the commands that docs/stores.md shows.
//
// Plan
//   restored on another server everything is there, and goes on; restored once
//     more in the place of what it became                                   -> elsewhere
//   a dump made while others write is a store of one moment: all that was
//     acknowledged before it, with its events, counts and the fate of its
//     plans, nothing that came after it; and it goes on from there          -> while_writing

#include "membership/command/send_invitation.hpp"
#include "membership/membership.hpp"
#include "membership/store/postgres_store.hpp"
#include "support/durable.hpp"
#include "support/folder.hpp"
#include "support/host.hpp"
#include "support/open_postgres.hpp"
#include "support/page_blocks.hpp"
#include "support/postgres_cluster.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(postgres_backup)

using namespace membership;
using namespace membership_tests::durable;
using membership_tests::describe;
using membership_tests::Folder;
using membership_tests::make_id;
using membership_tests::open_postgres;
using membership_tests::page_blocks;
using membership_tests::PostgresCluster;

namespace {

/// A block of docs/stores.md that has `word`, run with its two variables.
void run_block(const PostgresCluster& cluster, const Folder& folder, std::string_view word,
               const std::string& target) {
  for (const std::string& block : page_blocks("stores.md", "sh")) {
    if (block.find(word) == std::string::npos) continue;
    const std::string variables = "source='" + target + "' target='" + target + "'\n";
    return cluster.run_as_client(folder.path(), variables + block);
  }
  throw std::runtime_error("docs/stores.md says nothing of " + std::string(word));
}
void dump(const PostgresCluster& cluster, const Folder& folder) {
  run_block(cluster, folder, "pg_dump", cluster.target());
}
/// Into a new database, "restored"; its connection string.
std::string restore(const PostgresCluster& cluster, const Folder& folder) {
  const std::string target = cluster.target() + " dbname=restored";
  run_block(cluster, folder, "pg_restore", target);
  return target;
}

/// Something of every kind: two organizations with members of every status, roles of both kinds, a
/// permission, an open invitation.
void fill_widely(PostgresStore& store) {
  fill(store);
  const UserId bob = add_user(store, "user_bob");
  const OrganizationId globex = make_id<OrganizationId>("org_globex");
  BOOST_REQUIRE(run(store, CreateOrganization{"Globex", globex}));
  BOOST_REQUIRE(run(store, CreateRole{"admin", "Administrator"}));
  BOOST_REQUIRE(run(store, CreatePermission{"docs:read", "Read"}));
  BOOST_REQUIRE(run(store, AddRolePermission{"admin", "docs:read"}));
  BOOST_REQUIRE(run(store, CreateOrganizationRole{globex, "Billing", "org-billing"}));
  BOOST_REQUIRE(run(store, CreateMembership{ada, globex, RoleSelection::one("org-billing")}));
  const auto member = run(store, CreateMembership{bob, globex, RoleSelection::one("admin")});
  BOOST_REQUIRE(member);
  BOOST_REQUIRE(run(store, DeactivateMembership{member->membership()->id}));
  SendInvitation invitation;
  invitation.email = "eve@example.com";
  invitation.organization = globex;
  membership_tests::TestRuntime runtime;  // has tokens
  BOOST_REQUIRE(execute(store, MembershipPolicy<>{}, invitation, runtime));
}

/// Of each organization the counts equal the rows, and each membership has its first event.
void check_whole(const PostgresStore& store) {
  std::vector<std::pair<OrganizationId, Counts>> organizations;
  BOOST_REQUIRE(store.list(*OrganizationQuery::make(membership_tests::whole_page<OrganizationId>()),
                           [&](const OrganizationRow& row) {
                             organizations.emplace_back(row.state.id, row.state.counts);
                           }));
  std::set<std::string> told;
  membership_tests::durable::for_each_event(
      store, EventType::organization_membership_created,
      [&](const EventRow& row) { told.emplace(row.membership->id.view()); });
  BOOST_TEST(!organizations.empty());
  for (const auto& [id, counts] : organizations) {
    Counts found;
    MembershipFilter filter;
    filter.organization = id;
    Page<MembershipId> page;
    page.limit = longest_page;
    for (bool more = true; more;) {
      const auto end =
          store.list(*MembershipQuery::make(filter, page), [&](const MembershipRow& row) {
            page.after = copy_of<MembershipId>(row.membership.id);
            found.add(row.membership.status, row.membership.roles, RoleIndex::none());
            BOOST_TEST(told.count(std::string(row.membership.id)) == 1u);
          });
      BOOST_REQUIRE(end);
      more = end->more;
    }
    BOOST_TEST(found.active == counts.active);
    BOOST_TEST(found.inactive == counts.inactive);
    BOOST_TEST(found.pending == counts.pending);
  }
}

/// Who was made a member, and by which plans.
struct Acknowledged {
  std::set<std::string> users;
  std::vector<PlanId> plans;
};

}  // namespace

BOOST_AUTO_TEST_CASE(elsewhere) {
  const Folder folder;
  std::string before;
  PlanId plan{};
  {
    const PostgresCluster cluster;
    const auto store = open_postgres(cluster.target());
    fill_widely(*store);
    const auto member = run(*store, CreateMembership{ada, acme});
    BOOST_REQUIRE(member);
    plan = member->plan.id;
    before = describe(*store);
    dump(cluster, folder);
  }
  const PostgresCluster other;
  const std::string target = restore(other, folder);
  auto store = open_postgres(target);
  BOOST_TEST(describe(*store) == before);
  BOOST_TEST(*store->was_committed(plan));
  check_whole(*store);
  const UserId carol = add_user(*store, "user_carol");
  BOOST_TEST(bool(run(*store, CreateMembership{carol, acme})));
  BOOST_TEST(active_members(*store) == 2u);
  check_whole(*store);

  // Back to the dump, in the place of what there is.
  store.reset();
  other.run_as_client(folder.path(),
                      "psql restored --command='ALTER SCHEMA membership RENAME TO aside'\n"
                      "pg_restore --single-transaction --exit-on-error --dbname=restored"
                      " membership.dump");
  BOOST_TEST(describe(*open_postgres(target)) == before);
}

BOOST_AUTO_TEST_CASE(while_writing) {
  const Folder folder;
  const PostgresCluster cluster;
  const auto store = open_postgres(cluster.target());
  fill(*store);

  std::mutex lock;
  Acknowledged acknowledged;
  std::atomic<bool> done{false};
  std::atomic<int> failed{0};
  const auto made = [&] {
    const std::lock_guard<std::mutex> guard(lock);
    return acknowledged;
  };
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 2; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0; !done; ++i) {
        CreateUser user;
        user.id = make_id<UserId>("user_" + std::to_string(writer) + "_" + std::to_string(i));
        if (!run(*store, user)) ++failed;
        const auto member = run(*store, CreateMembership{*user.id, acme});
        if (!member) {
          ++failed;
          continue;
        }
        const std::lock_guard<std::mutex> guard(lock);
        acknowledged.users.emplace(user.id->view());
        acknowledged.plans.push_back(member->plan.id);
      }
    });
  }
  while (made().users.size() < 50) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  // Until something was written meanwhile.
  Acknowledged before;
  Acknowledged meanwhile;
  do {
    before = made();
    dump(cluster, folder);
    meanwhile = made();
  } while (meanwhile.users.size() == before.users.size());
  const std::size_t then = meanwhile.users.size();
  while (made().users.size() < then + 5) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  done = true;
  for (std::thread& writer : writers) writer.join();
  BOOST_TEST(failed == 0);

  const auto copy = open_postgres(restore(cluster, folder));
  check_whole(*copy);
  const std::set<std::string> there = whole_members(*copy);
  BOOST_TEST(std::includes(there.begin(), there.end(), before.users.begin(), before.users.end()));
  // One of each writer's may have been carried out and not been acknowledged yet.
  BOOST_TEST(there.size() <= then + 2);
  for (const PlanId plan : before.plans) BOOST_TEST(*copy->was_committed(plan));
  BOOST_TEST(!*copy->was_committed(acknowledged.plans.back()));

  // Both go on, each for itself.
  for (const auto& [in, more] : {std::pair{store.get(), "store"}, std::pair{copy.get(), "copy"}}) {
    const std::size_t members = whole_members(*in).size();
    const UserId user = add_user(*in, std::string("user_of_the_") + more);
    const auto member = run(*in, CreateMembership{user, acme});
    BOOST_REQUIRE(member);
    BOOST_TEST(*in->was_committed(member->plan.id));
    BOOST_TEST(whole_members(*in).size() == members + 1);
    check_whole(*in);
  }
  BOOST_TEST_MESSAGE(before.users.size() << " members before the dump, " << there.size()
                                         << " in it, " << acknowledged.users.size() << " in all");
}

BOOST_AUTO_TEST_SUITE_END()
