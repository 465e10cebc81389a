// SPDX-License-Identifier: BSL-1.0

// Plan
//   a whole store with two objects over the same data passes every check            -> right
//   a store that reads the environment apart passes with that option only           -> apart
//   each store that is broken fails at the check that is named, and at no check that
//     has nothing to do with what is broken: commits, loads, texts, lists, events
//                                              -> commits, loads, texts, lists, events
//   an exception of a store is a finding, also in a thread                          -> exceptions
//   a report says what failed and why                                               -> reports

#include "membership/testing/store_conformance.hpp"
#include "support/broken_lists.hpp"
#include "support/broken_stores.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(conformance_of_broken)

using namespace membership;
using namespace membership_tests;

namespace {

static_assert(FindsPlans<WholeStore> && !FindsPlans<MemoryStore>);

using Names = std::initializer_list<std::string_view>;

bool has(Names names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// That a store fails at the checks `named`; it may at those of `with`, which what is broken
/// reaches too, and at no other. A race that it was lucky in is repeated.
template <class Store>
void fails(Names named, Names with = {}) {
  const auto report = testing::check_store(factory_of<Store>());
  BOOST_TEST_CONTEXT(report.text()) {
    for (const std::string_view check : named) {
      testing::ConformanceOptions longer;
      longer.only = {std::string(check)};
      longer.rounds = 2'000;
      BOOST_TEST(
          (report.failed(check) || testing::check_store(factory_of<Store>(), longer).failed(check)),
          check);
    }
    for (const auto& finding : report.findings) {
      BOOST_TEST((has(named, finding.check) || has(with, finding.check)), finding.check);
    }
    BOOST_TEST(report.skipped.empty());
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(right) {
  const auto report = testing::check_store(factory_of<WholeStore>());
  BOOST_TEST(report.passed(), report.text());
  BOOST_TEST(report.run == testing::conformance_checks(), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(apart) {
  fails<broken::EnvironmentApart>({"snapshot_of_one_moment"});
  testing::ConformanceOptions options;
  options.environment_apart = true;
  const auto report = testing::check_store(factory_of<broken::EnvironmentApart>(), options);
  BOOST_TEST(report.passed(), report.text());
}

BOOST_AUTO_TEST_CASE(commits) {
  fails<broken::RevisionIgnored>({"precondition_set", "lost_updates", "owner_guard", "seat_limit"},
                                 {"plan_all_or_nothing", "stale_decision", "events_complete",
                                  "events_of_conflict", "plan_fate", "role_deletion",
                                  "events_under_concurrency"});
  fails<broken::CompareNotHeld>({"compare_held"});
  fails<broken::CompareIgnored>({"precondition_compare"},
                                {"plan_all_or_nothing", "stale_decision", "compare_held"});
  fails<broken::UngatedMembership>({"plan_all_or_nothing"},
                                   {"precondition_set", "events_of_conflict", "lost_updates",
                                    "owner_guard", "seat_limit", "role_deletion",
                                    "events_under_concurrency", "uniqueness_under_concurrency",
                                    "list_under_concurrency"});
  fails<broken::SpanInPieces>({"span_all_or_nothing"}, {"span_folding", "events_of_conflict",
                                                        "user_claims", "snapshot_of_one_moment"});
  fails<broken::SpanNotFolded>({"span_folding"});
  fails<broken::DeletedByPair>({"stale_delete"});
  fails<broken::RevisionRestarted>(
      {"revisions"}, {"effects", "span_folding", "stale_delete", "reads", "events_complete",
                      "events_of_no_change", "snapshot_of_one_moment"});
  fails<broken::RowRevisionRestarted>({"stale_decision"});
  fails<broken::FreedOverwritten>({"precondition_compare"});
  fails<broken::FenceForgotten>({"fenced_to"}, {"effects", "snapshot_of_one_moment"});
  fails<broken::CountsForgotten>({"counts"}, {"effects", "lost_updates"});
  fails<broken::ColumnMissing>({"effects"});
  fails<broken::ClaimKept>({"user_claims"});
  fails<broken::ConflictSwallowed>({"precondition_absent", "user_claims", "organization_claims",
                                    "open_invitations", "claims_under_concurrency"},
                                   {"precondition_compare", "plan_all_or_nothing"});
  fails<broken::OrderForgotten>({"role_catalogue"});
  fails<broken::FateNotedBefore>({"plan_fate"});
}

BOOST_AUTO_TEST_CASE(loads) {
  fails<broken::CatalogueCached>({"fresh_catalogue"},
                                 {"fenced_to", "role_deletion", "snapshot_of_one_moment"});
  fails<broken::SnapshotMixed>({"snapshot_of_one_moment"});
  fails<broken::SeveralWithoutPairs>({"load_several"}, {"snapshot_of_one_moment"});
  fails<broken::OtherOfAnywhere>({"reads"}, {"snapshot_of_one_moment"});
  fails<broken::TokensKept>({"invitation_lookups"});
  fails<broken::ViewCached>({"read_your_writes"}, {"fresh_catalogue"});
}

BOOST_AUTO_TEST_CASE(texts) {
  fails<broken::QuotesUnescaped>({"ids"});
  fails<broken::IdsTruncated>({"ids"});
  fails<broken::IdsAsPatterns>({"ids"});
  fails<broken::TextsTrimmed>({"profiles"});
  fails<broken::NamesAsPatterns>({"profile_filters"});
}

BOOST_AUTO_TEST_CASE(lists) {
  fails<broken::CursorByTime>({"list_pages", "list_cursors"},
                              {"list_filters", "list_under_concurrency"});
  fails<broken::LocaleOrder>({"list_order"});
  fails<broken::CursorTakenForRow>({"list_cursors"}, {"list_under_concurrency"});
  fails<broken::CursorAsOffset>({"list_cursors"},
                                {"list_pages", "list_filters", "list_under_concurrency"});
  fails<broken::UntilIgnored>({"list_pages"}, {"list_filters"});
  fails<broken::FilteredAfterPage>({"list_filters"});
  fails<broken::MarksForgotten>({"marked_lists"});
  fails<broken::HeldAsSent>({"invitation_lists"});
}

BOOST_AUTO_TEST_CASE(events) {
  fails<broken::EventsBeforeCommit>({"events_of_conflict"}, {"events_under_concurrency"});
  fails<broken::EventForEveryCommit>({"events_of_no_change"});
  fails<broken::DeletionsUntold>({"events_complete", "events_under_concurrency"}, {"event_pages"});
  fails<broken::EventsDoubled>({"events_complete", "events_under_concurrency"},
                               {"event_pages", "events_of_then"});
  fails<broken::BeforeUntold>({"events_complete"}, {"events_of_then"});
  fails<broken::RolesOfNow>({"events_of_then"});
  fails<broken::EventsById>({"events_under_concurrency"});
}

BOOST_AUTO_TEST_CASE(exceptions) {
  testing::ConformanceOptions options;
  options.only = {"stale_delete", "lost_updates", "uniqueness_under_concurrency"};
  const auto report = testing::check_store(factory_of<broken::Throwing>(), options);
  BOOST_TEST(report.failed("stale_delete"));
  BOOST_TEST(report.failed("lost_updates"));
  BOOST_TEST(!report.failed("uniqueness_under_concurrency"));
  BOOST_TEST(report.text().find("found connection lost") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(reports) {
  testing::ConformanceOptions options;
  options.only = {"ids", "seat_limit"};
  options.threads = 1;
  const auto report = testing::check_store(factory_of<broken::QuotesUnescaped>(), options);
  BOOST_TEST(report.ran("ids"));
  BOOST_TEST(!report.ran("seat_limit"));
  BOOST_TEST(report.text() ==
             "ids: expected a command to be carried out; found a failure of the store, number 0\n"
             "seat_limit: skipped, the options allow one thread\n"
             "1 checks run, 1 skipped, 1 findings\n");
}

BOOST_AUTO_TEST_SUITE_END()
