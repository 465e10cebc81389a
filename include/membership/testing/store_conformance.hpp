// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_STORE_CONFORMANCE_HPP
#define MEMBERSHIP_TESTING_STORE_CONFORMANCE_HPP

#include "membership/testing/conformance/catalogue.hpp"
#include "membership/testing/conformance/claims.hpp"
#include "membership/testing/conformance/commits.hpp"
#include "membership/testing/conformance/events.hpp"
#include "membership/testing/conformance/invitations.hpp"
#include "membership/testing/conformance/lists.hpp"
#include "membership/testing/conformance/preconditions.hpp"
#include "membership/testing/conformance/races.hpp"
#include "membership/testing/conformance/report.hpp"
#include "membership/testing/conformance/snapshots.hpp"
#include "membership/testing/conformance/strings.hpp"
#include "membership/testing/conformance/world.hpp"

#include <algorithm>
#include <concepts>
#include <exception>
#include <string>
#include <vector>

namespace membership::inline v0 {
namespace testing {

/// What `check_store` needs of a host: `fresh()` returns a handle to a new, empty environment;
/// `store()` and `another()` of that handle return two store objects over the same data, or the
/// same one twice.
///
/// Where they are there, these are used too: `factory.id<I>(number)`, an id of a type of the
/// host's own, the higher the number the higher; `handle.make_user(id)` for users that the host
/// keeps, `handle.make_organization(id)`; `handle.of_thread(number)`, the store object of a thread.
template <class F>
concept ConformanceFactory = requires(conformance::HandleOf<F>& handle) {
  requires ExecutesCommands<conformance::StoreOf<F>>;
  { handle.store() } -> std::same_as<conformance::StoreOf<F>&>;
  { handle.another() } -> std::same_as<conformance::StoreOf<F>&>;
};

namespace conformance {

template <class... Checks>
struct CheckList {
  /// Calls `visit.template operator()<Check>()` for each.
  template <class Visit>
  static void for_each(Visit&& visit) {
    (visit.template operator()<Checks>(), ...);
  }
};

using AllChecks =
    CheckList<Uniqueness, PreconditionAbsent, PreconditionCompare, PreconditionSet, Effects,
              PlanAllOrNothing, SpanAllOrNothing, SpanFolding, StaleDelete, StaleDecision,
              Revisions, FencedTo, MembershipCounts, ReadYourWrites, FreshCatalogue, Catalogue,
              LoadedParts, LoadSeveral, ListPages, ListOrder, ListFilters, ListCursors, MarkedLists,
              EventsComplete, EventsOfNoChange, EventsOfConflict, EventPages, EventsOfThen,
              PlanFate, PeculiarIds, ProfileTexts, ProfileFilters, UserClaims, OrganizationClaims,
              OpenInvitations, InvitationLookups, InvitationLists, UniquenessRace, LostUpdates,
              OwnerGuardRace, SeatLimitRace, CompareHeld, RoleDeletionRace, SnapshotOfOneMoment,
              ListRace, EventsRace, ClaimsRace>;

/// Runs one check in a fresh environment. A failure of the store or an exception is a finding.
template <class Check, class F>
void run_check(F& factory, const ConformanceOptions& options, ConformanceReport& report) {
  using Store = StoreOf<F>;
  const std::string check(Check::name);
  if constexpr (!meets<Store>(Check::needs)) {
    report.skipped.push_back(ConformanceSkip{check, missing<Store>(Check::needs)});
  } else if (Check::needs.threads && options.threads < 2) {
    report.skipped.push_back(ConformanceSkip{check, "the options allow one thread"});
  } else {
    report.run.push_back(check);
    try {
      World<F> world(factory, options, report, Check::name);
      Check::run(world);
    } catch (const Stopped&) {
      return;  // its finding is written down
    } catch (const std::exception& error) {
      report.findings.push_back(ConformanceFinding{check, "no exception", error.what()});
    }
  }
}

}  // namespace conformance

/// The names of all checks, in the order in which they are run.
inline std::vector<std::string> conformance_checks() {
  std::vector<std::string> names;
  conformance::AllChecks::for_each([&]<class Check>() { names.emplace_back(Check::name); });
  return names;
}

/// Checks that a store does what docs/reference/concepts.md asks of it, whatever it keeps: each
/// check runs in an environment of its own, and what a store does not keep or cannot do is skipped.
///
/// Returns what was found, at most five findings of each check and its exception. A failure of the
/// store is a finding and ends its check; so does an exception, as long as it derives from
/// std::exception. What is late or stale is made by deciding on an old snapshot, as another process
/// would; the concurrent checks go past the store's queue, where it has one.
/// Complexity: some thousand commits; the concurrent checks in proportion to `options.rounds`.
/// Rules: docs/explanation/concurrency.md.
///
///     const auto report = testing::check_store(factory);
///     BOOST_TEST(report.passed(), report.text());
template <class F>
requires ConformanceFactory<F>
[[nodiscard]] ConformanceReport check_store(F&& factory, const ConformanceOptions& options = {}) {
  ConformanceReport report;
  const std::vector<std::string> names = conformance_checks();
  for (const std::string& name : options.only) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      report.findings.push_back(ConformanceFinding{name, "a check of this name", "none"});
    }
  }
  conformance::AllChecks::for_each([&]<class Check>() {
    const auto& only = options.only;
    if (only.empty() || std::find(only.begin(), only.end(), Check::name) != only.end()) {
      conformance::run_check<Check>(factory, options, report);
    }
  });
  return report;
}

}  // namespace testing
}  // namespace membership::inline v0

#endif
