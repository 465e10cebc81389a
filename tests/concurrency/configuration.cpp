// SPDX-License-Identifier: BSL-1.0

// Roles and settings change while members are made.
//
// Plan
//   the environment's default changes beside creates: each gets what its snapshot
//     says, no older than what was done before it began; the fence never falls     -> defaults
//   roles of environment and organization made beside creates that name them: a
//     membership holds only roles that exist, and holds them in its event          -> roles_appear
//   an organization's own default and order change beside creates                  -> own_settings
//   a refused span elsewhere takes no change of the environment with it            -> refused_spans
//   organizations made beside settings: each goes by an environment that was there -> organizations

#include "concurrency/threads.hpp"
#include "support/scale.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(configuration)

using namespace membership;
using namespace membership_tests;

namespace {

std::unique_ptr<MemoryStore> new_store(std::size_t event_limit) {
  return std::make_unique<MemoryStore>(MemoryStoreOptions{event_limit, Time::from_milliseconds(0)});
}

/// Creates and deletes the membership of one user in one organization, over and over.
class Coming {
 public:
  Coming(MemoryStore& store, Faults& faults, unsigned number)
      : face_(store), faults_(faults), actor_(number), user_(user(number)) {}

  /// Makes the membership and returns its receipt.
  auto come(const OrganizationId& to, RoleSelection roles = {}) {
    auto made = actor_.run(face_, CreateMembership{user_, to, roles});
    if (made) id_ = (*made).membership()->id;
    return made;
  }
  void go() {
    if (!id_) return;
    faults_.check(actor_.run(face_, DeleteMembership{*id_}).has_value(), "cannot delete");
    id_.reset();
  }

 private:
  Unqueued face_;
  Faults& faults_;
  Actor actor_;
  UserId user_;
  std::optional<MembershipId> id_;
};

}  // namespace

BOOST_AUTO_TEST_CASE(defaults) {
  const std::size_t rounds = scaled(5'000, 50'000);
  const auto store = new_store(4 * rounds + 100);
  furnish(*store, 2, 1);
  Faults faults;
  std::atomic<std::uint64_t> announced{0};
  std::atomic<unsigned> running{2};
  std::vector<std::function<void()>> bodies;
  bodies.emplace_back([&] {
    Actor actor(5);
    for (std::size_t i = 0; running.load(std::memory_order_acquire) > 0 && !faults.any(); ++i) {
      const auto set = actor.run(*store, SetDefaultRole{i % 2 == 0 ? "admin" : "viewer"});
      faults.check(set && (*set).outcome() == Outcome::updated, "the default is not set");
      if (set) announced.store((*set).plan.environment->after.revision, std::memory_order_release);
      if (i % 8 == 0) std::this_thread::sleep_for(std::chrono::microseconds(20));
    }
  });
  for (unsigned number = 1; number <= 2; ++number) {
    bodies.emplace_back([&, number] {
      Coming coming(*store, faults, number);
      std::uint64_t fence = 0;
      for (std::size_t i = 0; i < rounds && !faults.any(); ++i) {
        const std::uint64_t before = announced.load(std::memory_order_acquire);
        const auto made = coming.come(organization(1));
        faults.check(made.has_value(), "cannot create");
        if (!made) break;
        const Snapshot& seen = (*made).snapshot;
        faults.check(seen.environment.revision >= before, "decided on what was before");
        faults.check(seen.environment.revision >= seen.organization->fenced_to,
                     "an environment older than the fence");
        const RoleIndex standard = seen.environment.default_role;
        const RoleSet expected =
            RoleSet::of(standard.is_none() ? RoleIndex::environment(0) : standard);
        faults.check((*made).membership()->roles == expected, "not the default of its snapshot");
        faults.check(seen.organization->fenced_to >= fence, "the fence falls");
        fence = (*made).plan.touch->fenced_to;
        faults.check(fence == seen.environment.revision, "the fence is not what it was decided on");
        coming.go();
      }
      running.fetch_sub(1, std::memory_order_acq_rel);
    });
  }
  together(std::move(bodies));
  Auditor auditor(faults);
  auditor.compare(*store);
  faults.report();
}

BOOST_AUTO_TEST_CASE(roles_appear) {
  for (std::size_t again = 0; again < scaled(10, 100); ++again) {
    const auto store = new_store(50'000);
    furnish(*store, 2, 1);
    Faults faults;
    std::atomic<bool> done{false};
    std::vector<std::function<void()>> bodies;
    bodies.emplace_back([&] {
      Actor actor(5);
      for (unsigned i = 0; i < 50; ++i) {
        const std::string slug = "r" + std::to_string(i);
        const std::string own = "org-" + slug;
        faults.check(actor.run(*store, CreateRole{slug, slug, {}, {}}).has_value(), "no role");
        faults.check(actor.run(*store, CreateOrganizationRole{organization(1), own, own, {}, {}})
                         .has_value(),
                     "no own role");
        std::this_thread::sleep_for(std::chrono::microseconds(50));
      }
      done.store(true, std::memory_order_release);
    });
    for (unsigned number = 1; number <= 2; ++number) {
      bodies.emplace_back([&, number] {
        Coming coming(*store, faults, number);
        unsigned next = 0;
        while (next < 50 && !faults.any()) {
          const std::string slug = (number == 1 ? "r" : "org-r") + std::to_string(next);
          const auto made = coming.come(organization(1), RoleSelection::one(slug));
          if (!made) {
            faults.check(refused_with(made, ErrorCode::invalid_role), "refused for another reason");
            std::this_thread::yield();
            continue;
          }
          ++next;
          static_cast<void>(
              store->view(user(number), organization(1), [&](const MembershipRow& row) {
                faults.check(row.roles.slug(row.roles.highest(row.membership.roles)) == slug,
                             "another role");
              }));
          coming.go();
        }
      });
    }
    together(std::move(bodies));
    faults.report();
    Auditor auditor(faults, false);
    auditor.compare(*store);
    // Each event shows its roles by the catalogue of its moment.
    std::size_t rows = 0;
    Page<EventId> page;
    page.limit = longest_page;
    static_cast<void>(store->list(*EventQuery::make(page), [&](const EventRow& row) {
      if (row.membership == nullptr) return;
      ++rows;
      row.roles.for_each_in_order(row.membership->roles, [&](RoleIndex index) {
        faults.check(row.roles.at(index) != nullptr, "an event with a role that does not exist");
      });
    }));
    BOOST_TEST(rows == 200u);
    faults.report();
  }
}

BOOST_AUTO_TEST_CASE(own_settings) {
  const std::size_t rounds = scaled(3'000, 30'000);
  const auto store = new_store(4 * rounds + 100);
  furnish(*store, 1, 1);
  Actor maker(6);
  BOOST_REQUIRE(
      maker.run(*store, CreateOrganizationRole{organization(1), "Lead", "org-lead", {}, {}}));
  Faults faults;
  std::atomic<bool> done{false};
  const auto settings = [&] {
    Actor actor(5);
    Unqueued face(*store);
    const std::string_view orders[2][4] = {{"member", "admin", "viewer", "org-lead"},
                                           {"org-lead", "viewer", "admin", "member"}};
    for (std::size_t i = 0; !done.load(std::memory_order_acquire) && !faults.any(); ++i) {
      const auto set =
          actor.run(face, SetDefaultRole{i % 2 == 0 ? "org-lead" : "viewer", organization(1)});
      faults.check(set && (*set).outcome() == Outcome::updated, "own default is not set");
      const auto ordered = actor.run(face, SetPriorityOrder{orders[(i + 1) % 2], organization(1)});
      faults.check(ordered && (*ordered).outcome() == Outcome::updated, "own order is not set");
      std::this_thread::sleep_for(std::chrono::microseconds(20));
    }
  };
  const auto members = [&] {
    Coming coming(*store, faults, 1);
    for (std::size_t i = 0; i < rounds && !faults.any(); ++i) {
      const auto made = coming.come(organization(1));
      faults.check(made.has_value(), "cannot create");
      if (!made) break;
      const RoleIndex standard = (*made).snapshot.organization->default_role;
      faults.check((*made).membership()->roles == RoleSet::of(standard), "not the own default");
      coming.go();
    }
    done.store(true, std::memory_order_release);
  };
  together({settings, members});
  Auditor auditor(faults, false);
  auditor.compare(*store);
  faults.report();
}

BOOST_AUTO_TEST_CASE(refused_spans) {
  const auto store = new_store(1000);
  furnish(*store, 2, 2);
  Faults faults;
  std::atomic<bool> done{false};
  const auto refused = [&] {
    Actor actor(5);
    while (!done.load(std::memory_order_acquire) && !faults.any()) {
      const UserId u = user(1);
      const OrganizationId o = organization(1);
      Reads reads;
      reads.user = &u;
      reads.organization = &o;
      reads.pair = true;
      const auto seen = store->load(reads);
      const auto plan = actor.decide(*seen, CreateMembership{u, o});
      faults.check(plan.has_value(), "no plan");
      if (!plan) return;
      const Plan span[] = {*plan, *plan};
      faults.check(*store->commit(span) == CommitStatus::conflict, "the same plan twice");
      faults.check(!*store->view(u, o, [](const MembershipRow&) {}), "half a span is left");
    }
  };
  const auto members = [&] {
    Coming coming(*store, faults, 2);
    while (!done.load(std::memory_order_acquire) && !faults.any()) {
      faults.check(coming.come(organization(2)).has_value(), "cannot create");
      coming.go();
    }
  };
  const auto settings = [&] {
    Actor actor(6);
    for (std::size_t i = 0; i < scaled(5'000, 50'000) && !faults.any(); ++i) {
      const std::string_view slug = i % 2 == 0 ? "admin" : "viewer";
      const auto set = actor.run(*store, SetDefaultRole{slug});
      faults.check(set && (*set).outcome() == Outcome::updated, "the default is not set");
      if (!set) break;
      const auto seen = store->load(Reads{});
      faults.check((*seen).environment.revision == (*set).plan.environment->after.revision,
                   "the change of the environment is lost");
      faults.check((*seen).roles.slug((*seen).environment.default_role) == slug, "another default");
      if (i % 16 == 0) std::this_thread::yield();
    }
    done.store(true, std::memory_order_release);
  };
  together({refused, members, settings});
  faults.report();
}

BOOST_AUTO_TEST_CASE(organizations) {
  const std::size_t rounds = scaled(2'000, 20'000);
  const auto store = new_store(2 * rounds + 100);
  furnish(*store, 1, 0);
  Faults faults;
  std::atomic<unsigned> running{2};
  std::atomic<std::uint64_t> conflicts{0};
  const auto make = [&](unsigned number) {
    Actor actor(number);
    Unqueued face(*store);
    for (std::size_t i = 0; i < rounds && !faults.any(); ++i) {
      const auto made = actor.run(face, CreateOrganization{"Acme", std::nullopt, 5});
      faults.check(made.has_value(), "cannot create");
      if (!made) break;
      const OrganizationId id = (*made).plan.organization->after.id;
      Reads reads;
      reads.organization = &id;
      const auto seen = store->load(reads);
      faults.check(seen && (*seen).organization && (*seen).organization->seat_limit == 5u,
                   "the organization is not there");
    }
    conflicts.fetch_add(actor.tries() - actor.commands(), std::memory_order_relaxed);
    running.fetch_sub(1, std::memory_order_acq_rel);
  };
  const auto settings = [&] {
    Actor actor(6);
    for (std::size_t i = 0; running.load(std::memory_order_acquire) > 0 && !faults.any(); ++i) {
      const auto set = actor.run(*store, SetDefaultRole{i % 2 == 0 ? "admin" : "viewer"});
      faults.check(set && (*set).outcome() == Outcome::updated, "the default is not set");
      if (i % 4 == 0) std::this_thread::sleep_for(std::chrono::microseconds(20));
    }
  };
  together({[&] { make(1); }, [&] { make(2); }, settings});
  faults.report();
  BOOST_TEST_MESSAGE(conflicts.load() << " conflicts");
  std::size_t rows = 0;
  Page<OrganizationId> page;
  page.limit = longest_page;
  for (bool more = true; more;) {
    const auto end = store->list(*OrganizationQuery::make(page), [&](const OrganizationRow& row) {
      page.after = row.state.id;
      ++rows;
    });
    more = (*end).more;
  }
  BOOST_TEST(rows == 2 * rounds);
}

BOOST_AUTO_TEST_SUITE_END()
