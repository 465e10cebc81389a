// SPDX-License-Identifier: BSL-1.0

// Plan
//   a host's own store of organizations and memberships, with numbers as ids, passes; what it does
//     not keep is skipped and said                                                  -> right
//   one that looks and then inserts makes a second membership, only when others write at the same
//     moment; one without a unique key makes it at any time                         -> pairs
//   a host that makes its organizations itself, and whose store object is for one thread
//                                                                                   -> hooks

#include "membership/testing/store_conformance.hpp"
#include "support/naive_store.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(conformance_of_few_kinds)

using namespace membership;
using namespace membership_tests;

namespace {

/// The environment of a host that makes its organizations and users itself.
struct HostFactory {
  struct Handle {
    std::unique_ptr<NaiveStore> kept = std::make_unique<NaiveStore>();
    std::vector<int>* organizations;
    std::vector<long>* users;

    NaiveStore& store() { return *kept; }
    NaiveStore& another() { return *kept; }
    NaiveStore& of_thread(unsigned /*number*/) { return *kept; }
    void make_organization(int id) {
      BasicPlan<NumberTraits> plan(PlanId{}, Time::from_milliseconds(0));
      BasicOrganizationState<NumberTraits> state(id);
      state.revision = 1;
      plan.organization.emplace(Precondition::absent, EventType::none, std::uint64_t{0}, state);
      BOOST_REQUIRE(*kept->commit({&plan, 1}) == CommitStatus::committed);
      organizations->push_back(id);
    }
    void make_user(long id) { users->push_back(id); }
  };
  std::vector<int> organizations{};
  std::vector<long> users{};
  template <class I>
  I id(std::uint64_t number) const {
    return static_cast<I>(number) + 7;
  }
  Handle fresh() { return {std::make_unique<NaiveStore>(), &organizations, &users}; }
};

}  // namespace

BOOST_AUTO_TEST_CASE(right) {
  const auto report = testing::check_store(naive_factory_of<NaiveStore>());
  BOOST_TEST(report.passed(), report.text());
  for (const std::string_view check :
       {"uniqueness", "span_folding", "list_cursors", "seat_limit", "snapshot_of_one_moment"}) {
    BOOST_TEST(report.ran(check), check);
  }
  const auto skipped = std::find_if(report.skipped.begin(), report.skipped.end(),
                                    [](const auto& skip) { return skip.check == "user_claims"; });
  BOOST_TEST_REQUIRE((skipped != report.skipped.end()));
  BOOST_TEST(skipped->why == "the store keeps no users");
}

BOOST_AUTO_TEST_CASE(pairs) {
  auto report = testing::check_store(naive_factory_of<broken::CheckThenInsert>());
  BOOST_TEST(report.failed("uniqueness_under_concurrency"), report.text());
  BOOST_TEST(report.failed("lost_updates"), report.text());
  BOOST_TEST(report.failed("seat_limit"), report.text());
  BOOST_TEST(!report.failed("uniqueness"), report.text());
  BOOST_TEST(!report.failed("list_pages"), report.text());
  report = testing::check_store(naive_factory_of<broken::PairNotUnique>());
  BOOST_TEST(report.failed("uniqueness"), report.text());
  for (const auto& finding : report.findings) BOOST_TEST(finding.check == "uniqueness");
}

BOOST_AUTO_TEST_CASE(hooks) {
  HostFactory factory;
  const auto report = testing::check_store(factory);
  BOOST_TEST(report.passed(), report.text());
  BOOST_TEST(!factory.organizations.empty());
  BOOST_TEST(!factory.users.empty());
  BOOST_TEST(factory.organizations.front() == 8);
}

BOOST_AUTO_TEST_SUITE_END()
