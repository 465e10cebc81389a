// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_SUPPORT_FOLLOWERS_HPP
#define MEMBERSHIP_TESTS_SUPPORT_FOLLOWERS_HPP

#include "concurrency/threads.hpp"
#include "support/host.hpp"
#include "support/scale.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

/// Readers who follow the log of events while others write to it (docs/explanation/concurrency.md,
/// rule 9).
namespace membership_tests {
namespace followers {

using namespace membership;

inline constexpr std::size_t writers = 8;
inline constexpr std::size_t readers = 2;
inline constexpr std::size_t organizations = 3;

inline OrganizationId organization(std::size_t number) {
  return make_id<OrganizationId>("org_" + std::to_string(number));
}
inline UserId user(std::size_t number) { return make_id<UserId>("user_" + std::to_string(number)); }

/// Reads the log to its end and on, until everything is written and nothing more is there.
template <class S>
std::vector<EventId> follow(const S& store, const std::atomic<std::size_t>& writing,
                            std::size_t page_size, Faults& faults) {
  std::vector<EventId> seen;
  std::map<std::string, std::uint64_t> revisions;
  Page<EventId> page;
  page.limit = page_size;
  for (bool last = false;;) {
    const bool over = writing.load() == 0;
    std::size_t found = 0;
    const auto end = store.list(*EventQuery::make(page), [&](const EventRow& row) {
      ++found;
      seen.push_back(row.id);
      page.after = row.id;
      if (row.organization == nullptr) return;
      std::uint64_t& revision = revisions[std::string(row.organization->view())];
      faults.check(revision < row.revision, "an organization's events out of order");
      revision = row.revision;
    });
    faults.check(end.has_value(), "a list failed");
    if (found > 0 || !end) continue;
    if (last) return seen;
    last = over;
  }
}

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define MEMBERSHIP_TESTS_SANITIZED
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define MEMBERSHIP_TESTS_SANITIZED
#endif
#endif

/// How many events are followed: a sanitizer has seen all there is to see in the short form.
inline std::size_t followed_events() {
#ifdef MEMBERSHIP_TESTS_SANITIZED
  return 5'000;
#else
  return scaled(5'000, 100'000);
#endif
}

/// Eight threads write, two follow, and where places are given apart from commits two give them.
/// Each reader must get every event exactly once, both in the same order, those of an organization
/// in the order of its revisions.
template <class S>
void check_followers(S& store) {
  const std::size_t rounds = followed_events() / (2 * writers);
  for (std::size_t i = 0; i < organizations; ++i) {
    BOOST_REQUIRE(execute(store, MembershipPolicy<>{}, CreateOrganization{"Org", organization(i)}));
  }
  for (std::size_t i = 0; i < writers; ++i) {
    CreateUser command;
    command.id = user(i);
    BOOST_REQUIRE(execute(store, MembershipPolicy<>{}, command));
  }
  Faults faults;
  std::atomic<std::size_t> writing{writers};
  std::vector<EventId> written[writers];
  std::vector<EventId> seen[readers];
  std::vector<std::function<void()>> bodies;
  for (std::size_t writer = 0; writer < writers; ++writer) {
    bodies.emplace_back([&, writer] {
      const auto done = [&](const auto& command) {
        const auto result = execute(store, MembershipPolicy<>{}, command);
        faults.check(result.has_value(), why(result));
        if (!result) return std::optional<MembershipId>();
        written[writer].push_back(EventId::of(result->plan.id, 0));
        return std::optional(result->plan.membership->after.id);
      };
      for (std::size_t round = 0; round < rounds; ++round) {
        const auto made = done(CreateMembership{user(writer), organization(round % organizations)});
        if (made) done(DeleteMembership{*made});
      }
      --writing;
    });
  }
  for (std::size_t reader = 0; reader < readers; ++reader) {
    bodies.emplace_back(
        [&, reader] { seen[reader] = follow(store, writing, reader == 0 ? 100 : 7, faults); });
  }
  if constexpr (requires { store.place_events(); }) {
    for (int placer = 0; placer < 2; ++placer) {
      bodies.emplace_back([&] {
        while (writing.load() != 0) {
          faults.check(store.place_events().has_value(), "placing failed");
        }
      });
    }
  }
  together(bodies);
  faults.report();
  std::size_t count = organizations + writers;
  std::set<EventId> once(seen[0].begin(), seen[0].end());
  for (const auto& of_writer : written) {
    count += of_writer.size();
    for (const EventId id : of_writer) once.erase(id);
  }
  BOOST_TEST(once.size() == organizations + writers);
  BOOST_TEST(seen[0].size() == count);
  BOOST_TEST((seen[0] == seen[1]));
}

}  // namespace followers
}  // namespace membership_tests

#endif
