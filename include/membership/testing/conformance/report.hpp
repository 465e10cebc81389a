// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_CONFORMANCE_REPORT_HPP
#define MEMBERSHIP_TESTING_CONFORMANCE_REPORT_HPP

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace membership::inline v0 {
namespace testing {

/// How the store conformance kit is run.
struct ConformanceOptions {
  /// Threads of the concurrent checks. Below 2 these are skipped: for a store that is for one
  /// thread.
  unsigned threads = 3;
  /// How often each concurrent check is repeated.
  unsigned rounds = 40;
  /// How many microseconds a command is tried against conflicts.
  std::int64_t patience = 2'000'000;
  /// The names of the checks to run; empty: all. A name that no check has is a finding.
  std::vector<std::string> only{};
  /// The store reads an organization before the environment (docs/explanation/concurrency.md, rule
  /// 5), so that the environment of a snapshot may be newer than its organization. Else both are of
  /// one moment.
  bool environment_apart = false;
  /// For a store that is spread by organization: the id of a membership need be unique in its
  /// organization only.
  bool ids_apart = false;
};

/// Something that a store does and should not.
struct ConformanceFinding {
  std::string check;     ///< the name of the check
  std::string expected;  ///< what should be
  std::string found;     ///< what is instead
};

/// A check that was not run.
struct ConformanceSkip {
  std::string check;
  std::string why;
};

/// What `check_store` found out.
struct ConformanceReport {
  std::vector<ConformanceFinding> findings{};
  std::vector<std::string> run{};  ///< the names of the checks that were run
  std::vector<ConformanceSkip> skipped{};

  /// Whether the store conforms, as far as it was checked.
  bool passed() const noexcept { return findings.empty(); }

  /// Whether a check was run.
  bool ran(std::string_view check) const noexcept {
    for (const std::string& name : run) {
      if (name == check) return true;
    }
    return false;
  }

  /// Whether there is a finding of a check.
  bool failed(std::string_view check) const noexcept {
    for (const ConformanceFinding& finding : findings) {
      if (finding.check == check) return true;
    }
    return false;
  }

  /// The report as lines for people: each finding, each check skipped, and how many were run.
  std::string text() const {
    std::string text;
    for (const ConformanceFinding& finding : findings) {
      text += finding.check + ": expected " + finding.expected + "; found " + finding.found + '\n';
    }
    for (const ConformanceSkip& skip : skipped) {
      text += skip.check + ": skipped, " + skip.why + '\n';
    }
    return text + std::to_string(run.size()) + " checks run, " + std::to_string(skipped.size()) +
           " skipped, " + std::to_string(findings.size()) + " findings\n";
  }
};

}  // namespace testing
}  // namespace membership::inline v0

#endif
