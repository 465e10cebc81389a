// SPDX-License-Identifier: BSL-1.0

// Several threads invite, accept, revoke, resend, expire, delete and list at once, on few addresses
// and organizations.
//
// Plan
//   afterwards: one open invitation for each organization and address, one
//     pending membership for each open invitation that says so and the other
//     way round, counts that are those of the rows                              -> everything_holds
//   while they work: each row of a list and each snapshot agrees with itself    -> everything_holds

#include "membership/driver/invitations.hpp"

#include "concurrency/threads.hpp"
#include "membership/command/resend_invitation.hpp"
#include "membership/command/revoke_invitation.hpp"
#include "membership/driver/operation.hpp"
#include "support/scale.hpp"

#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(concurrent_invitations)

using namespace membership;
using namespace membership_tests;

namespace {

constexpr std::int64_t day = 86'400'000;

/// One thread: its clock, ids and choices.
struct Worker {
  testing::FakeClock clock;
  testing::FixedIds ids;
  std::mt19937_64 random;
  std::vector<InvitationState> known{};

  explicit Worker(unsigned number) : ids(std::uint64_t{number} * 10'000'000 + 1), random(number) {}

  std::uint64_t below(std::uint64_t limit) { return random() % limit; }

  void step(MemoryStore& store, Faults& faults) {
    const MembershipPolicy<OwnerGuard, SeatLimit, GrantRule> policy;
    Runtime<testing::FakeClock&, testing::FixedIds&, GiveWay> runtime{clock, ids, {}, {}, false};
    clock.advance(1);
    const std::string email = "a" + std::to_string(below(8)) + "@x";
    const OrganizationId place = organization(1 + below(3));
    const auto some = [&]() -> const InvitationState* {
      return known.empty() ? nullptr : &known[known.size() - 1 - below(known.size()) % 16];
    };
    const auto use = [&](auto&& action) {
      if (known.size() < 16) return;
      action(*some());
    };
    switch (below(12)) {
      case 0:
      case 1:
      case 2: {
        SendInvitation command{email};
        if (below(4) != 0) command.organization = place;
        command.expires_in_days = 1 + static_cast<std::int64_t>(below(3));
        const auto sent = send_invitation(store, policy, command, runtime);
        if (sent) known.push_back((*sent).plan.invitation->after);
        break;
      }
      case 3:
      case 4:
        use([&](const InvitationState& state) {
          static_cast<void>(
              accept_invitation(store, policy, AcceptInvitation::by_token(state.token), runtime));
        });
        break;
      case 5:
        use([&](const InvitationState& state) {
          static_cast<void>(execute(store, policy, RevokeInvitation{state.id}, runtime));
        });
        break;
      case 6:
        use([&](const InvitationState& state) {
          const auto again = execute(store, policy, ResendInvitation{state.id}, runtime);
          if (again) known.push_back((*again).plan.invitation->after);
        });
        break;
      case 7:
        if (below(8) == 0) clock.advance(day);
        if (below(8) == 0) static_cast<void>(expire_invitations(store, policy, runtime));
        break;
      case 8: {
        CreateUser command;
        command.email = email;
        static_cast<void>(execute(store, policy, command, runtime));
        break;
      }
      case 9: delete_one(store, policy, runtime, email, place); break;
      case 10: {
        InvitationFilter filter;
        if (below(2) == 0) filter.organization = place;
        if (below(2) == 0) filter.open = true;
        Page<InvitationId> page;
        page.limit = 20;
        std::optional<InvitationId> last;
        static_cast<void>(
            *store.list(*InvitationQuery::make(page, filter), [&](const InvitationRow& row) {
              faults.check(!last || *last < row.state.id, "a list out of order");
              faults.check(!filter.organization || row.state.organization == place,
                           "a row of another organization");
              faults.check(!row.profile.texts[Text::email].empty(), "a row without an address");
              last = row.state.id;
            }));
        break;
      }
      default:
        use([&](const InvitationState& state) {
          Reads reads;
          reads.invitation = &state.id;
          const auto seen = *store.load(reads);
          if (!seen.invitation || seen.invitation->status != InvitationStatus::pending) return;
          const bool held = !seen.invitation->role.is_none();
          const bool pending = seen.membership && seen.membership->status == Status::pending;
          faults.check(!seen.invitation->organization || held != pending,
                       "a role in two places, or in none");
        });
    }
  }

  template <class Policy, class RuntimeType>
  void delete_one(MemoryStore& store, const Policy& policy, RuntimeType& runtime,
                  const std::string& email, const OrganizationId& place) {
    Reads reads;
    reads.email = EmailKey::folded(email);
    reads.email_user = true;
    reads.organization = &place;
    reads.pair = true;
    const auto seen = *store.load(reads);
    if (seen.membership) {
      static_cast<void>(execute(store, policy, DeleteMembership{seen.membership->id}, runtime));
    } else if (seen.user && below(2) == 0) {
      static_cast<void>(delete_user(store, policy, seen.user->id, runtime));
    }
    if (below(40) == 0) {
      static_cast<void>(delete_organization(store, policy, place, runtime));
      static_cast<void>(execute(store, policy, CreateOrganization{"Acme", place}, runtime));
    }
  }
};

void check_all(const MemoryStore& store, Faults& faults) {
  std::set<std::string> open;
  std::size_t with_membership = 0;
  std::optional<InvitationId> after;
  for (bool more = true; more;) {
    Page<InvitationId> page;
    page.limit = longest_page;
    page.after = after;
    more = (*store.list(*InvitationQuery::make(page, {}), [&](const InvitationRow& row) {
             after = row.state.id;
             if (row.state.status != InvitationStatus::pending) {
               faults.check(row.state.role.is_none(), "an ended one holds a role");
               return;
             }
             std::string key(row.profile.texts[Text::email]);
             if (row.state.organization) key += row.state.organization->view();
             faults.check(open.insert(key).second, "two open ones of one address");
             faults.check(row.held.empty() == !row.state.organization, "no role to give");
             if (row.state.organization && row.state.role.is_none()) ++with_membership;
           })).more;
  }
  std::size_t pending = 0;
  for (std::uint64_t i = 1; i <= 3; ++i) {
    const OrganizationId place = organization(i);
    Counts counts;
    MembershipFilter filter;
    filter.organization = place;
    Page<MembershipId> page;
    page.limit = longest_page;
    static_cast<void>(
        *store.list(*MembershipQuery::make(filter, page), [&](const MembershipRow& row) {
          counts.add(row.membership.status, row.membership.roles, RoleIndex::none());
        }));
    Reads reads;
    reads.organization = &place;
    const auto seen = *store.load(reads);
    if (seen.organization) {
      faults.check(seen.organization->counts == counts, "counts that are not those of the rows");
    }
    pending += counts.pending;
  }
  faults.check(pending == with_membership, "a pending membership without its invitation");
}

}  // namespace

BOOST_AUTO_TEST_CASE(everything_holds) {
  MemoryStore store;
  furnish(store, 2, 3);
  Faults faults;
  const std::size_t steps = scaled(20'000, 200'000);
  std::vector<std::function<void()>> bodies;
  std::atomic<std::size_t> sent{0};
  for (unsigned number = 1; number <= 4; ++number) {
    bodies.emplace_back([&, number] {
      Worker worker(number);
      for (std::size_t i = 0; i < steps && !faults.any(); ++i) worker.step(store, faults);
      sent += worker.known.size();
    });
  }
  together(std::move(bodies));
  check_all(store, faults);
  faults.report();
  BOOST_TEST(sent.load() > steps / 10);
}

BOOST_AUTO_TEST_SUITE_END()
