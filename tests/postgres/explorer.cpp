// SPDX-License-Identifier: BSL-1.0

// The schedules of two actors over a schema of PostgreSQL, each with a store object of its own, as
// two processes have.
//
// the pairs that are for any store   → named_pairs: every tenth (short), every third (long)

#include "membership/store/postgres_store.hpp"
#include "membership/testing/explorer/instances.hpp"
#include "membership/testing/schedule_explorer.hpp"
#include "support/open_postgres.hpp"
#include "support/postgres_cluster.hpp"
#include "support/scale.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <memory>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

BOOST_AUTO_TEST_SUITE(explorer_on_postgres)

using namespace membership;
using namespace membership::testing;
using membership_tests::open_postgres;
using membership_tests::pair_stride;

namespace {

/// A server with a schema for each start world and one for the world of the moment.
class Server {
 public:
  std::string target() const { return cluster_.target(); }

  /// Makes the world of the moment a start world again.
  void reset(StartWorld world) {
    const std::string original(to_string(world));
    if (made_.insert(original).second) {
      const auto store = open_postgres(target(), original);
      make_start_world(*store, world);
      // What has happened before is in the log before what is explored.
      if (!store->place_events()) throw std::runtime_error("no places");
    }
    if (made_.insert("moment").second) open_postgres(target(), "moment");
    std::string text = "BEGIN;";
    for (const char* const table :
         {"environment", "organizations", "organization_profiles", "users", "memberships", "roles",
          "permissions", "invitations", "claims", "events", "event_log", "plans"}) {
      const std::string name = std::string("moment.") + table;
      text += "DELETE FROM " + name + "; INSERT INTO " + name + " SELECT * FROM " + original + '.' +
              table + ';';
    }
    if (!connection_.execute(text + "COMMIT")) {
      throw std::runtime_error(connection_.take_failure().message);
    }
  }

 private:
  membership_tests::PostgresCluster cluster_;
  membership::detail::PostgresConnection connection_{target(), "public"};
  std::set<std::string> made_;
};

/// A store whose events get their places with the commit: a log that is in the order of all commits
/// can be replayed.
class PlacingStore {
 public:
  using traits = PostgresStore::traits;
  using Loaded = PostgresStore::Loaded;
  using Failure = PostgresStore::Failure;
  static constexpr Kinds keeps = PostgresStore::keeps;

  explicit PlacingStore(const std::string& target) : store_(open_postgres(target, "moment")) {}
  auto load(const Reads& reads) const { return store_->load(reads); }
  auto load(std::span<const Reads> reads) const { return store_->load(reads); }
  template <class Visit>
  auto view(const UserId& user, const OrganizationId& organization, Visit&& visit) const {
    return store_->view(user, organization, visit);
  }
  template <class Query, class Visit>
  auto list(const Query& query, Visit&& visit) const {
    return store_->list(query, visit);
  }
  auto commit(std::span<const Plan> plans) {
    auto done = store_->commit(plans);
    if (!store_->place_events()) throw std::runtime_error("no places");
    return done;
  }

 private:
  std::unique_ptr<PostgresStore> store_;
};

class SchemaWorld {
 public:
  using Store = PlacingStore;
  explicit SchemaWorld(const std::string& target) : stores_{Store(target), Store(target)} {}
  Store& store(std::size_t actor) noexcept { return stores_[actor % std::size(stores_)]; }
  Store& observer() noexcept { return stores_[0]; }

 private:
  Store stores_[2];
};

}  // namespace

BOOST_AUTO_TEST_CASE(named_pairs) {
  static const auto instances = explorer_instances<PlacingStore>();
  Server server;
  Exploration all;
  const std::size_t stride = pair_stride(10, 10);
  std::size_t number = 0;
  for (const ExplorerPair& pair : explorer_pairs()) {
    if (number++ % stride != 0) continue;
    ScheduleExplorer explorer([&] {
      server.reset(pair.world);
      return std::make_unique<SchemaWorld>(server.target());
    });
    const Instance<PlacingStore>* const actors[] = {&instance_of(instances, pair.first),
                                                    &instance_of(instances, pair.second)};
    const Exploration explored = explorer.explore(actors);
    BOOST_TEST(!explored.violation, pair.first << " and " << pair.second << ": " << explored);
    all += explored;
  }
  BOOST_TEST_MESSAGE("named pairs on PostgreSQL: " << all);
}

BOOST_AUTO_TEST_SUITE_END()
