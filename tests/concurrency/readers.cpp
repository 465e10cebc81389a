// SPDX-License-Identifier: BSL-1.0

// Readers and writers at the same time.
//
// Plan
//   load, view and list show whole rows only: status, revision and counts agree  -> whole_rows
//   a span is seen whole, by one snapshot of it and by several at one moment     -> whole_spans
//   several snapshots are of one moment, the environment's part too              -> one_moment
//   pages show each membership once, in order, while others come and go          -> pages
//   many writers: the log is complete, in each organization's order, at any time -> events
//   organizations and users made in many threads at once are all listed          -> made_at_once
//   a record that serves another row by now shows neither twice nor hides others -> reused_records
//   reads of a second membership beside those of an address stand nobody's way   -> order_of_locks
//   an old end of the log goes, a reader who follows sees no disorder            -> retention

#include "concurrency/threads.hpp"
#include "membership/administration.hpp"
#include "support/scale.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(readers)

using namespace membership;
using namespace membership_tests;

namespace {

std::unique_ptr<MemoryStore> new_store(std::size_t event_limit = 1000) {
  return std::make_unique<MemoryStore>(MemoryStoreOptions{event_limit, Time::from_milliseconds(0)});
}

MembershipId join(MemoryStore& store, Actor& actor, unsigned member, unsigned of) {
  const auto made = actor.run(
      store, CreateMembership{user(member), organization(of), RoleSelection::one("admin"), {}});
  BOOST_REQUIRE(made.has_value());
  return (*made).membership()->id;
}

/// Runs the writer `rounds` times and the readers until it is done.
void write_and_read(std::size_t rounds, Faults& faults,
                    const std::function<void(std::size_t)>& write,
                    std::vector<std::function<void()>> readers) {
  std::atomic<bool> done{false};
  std::vector<std::function<void()>> bodies;
  for (auto& reader : readers) {
    bodies.emplace_back([&done, &faults, reader = std::move(reader)] {
      do {
        // Not without end: a busy machine would let nobody else in.
        for (int i = 0; i < 8; ++i) reader();
        std::this_thread::sleep_for(std::chrono::microseconds(100));
      } while (!done.load(std::memory_order_acquire) && !faults.any());
    });
  }
  bodies.emplace_back([&] {
    for (std::size_t i = 0; i < rounds && !faults.any(); ++i) {
      write(i);
      if (i % 16 == 0) std::this_thread::yield();
    }
    done.store(true, std::memory_order_release);
  });
  together(std::move(bodies));
  faults.report();
}

/// Two plans for one membership: inactive and viewer, or active and admin.
std::vector<Plan> turn(MemoryStore& store, Actor& actor, const MembershipId& id, bool off,
                       Faults& faults) {
  Reads reads;
  reads.membership = &id;
  auto seen = store.load(reads);
  std::vector<Plan> plans;
  const auto status = off ? actor.decide(*seen, DeactivateMembership{id, {}})
                          : actor.decide(*seen, ReactivateMembership{id, {}});
  faults.check(status.has_value(), "cannot turn");
  if (!status) return plans;
  apply(*seen, *status);
  plans.push_back(*status);
  const auto roles =
      actor.decide(*seen, UpdateRoles{id, RoleSelection::one(off ? "viewer" : "admin")});
  faults.check(roles.has_value(), "cannot give roles");
  if (roles) plans.push_back(*roles);
  return plans;
}

std::string_view only_role(const RoleCatalogue& catalogue, RoleSet roles) {
  return catalogue.slug(catalogue.highest(roles));
}

}  // namespace

BOOST_AUTO_TEST_CASE(whole_rows) {
  const auto store = new_store();
  furnish(*store, 1, 1);
  Faults faults;
  Actor writer(1);
  const MembershipId id = join(*store, writer, 1, 1);
  // Active at revision 2, inactive at 3, and so on: the status is told by the revision.
  const auto agree = [&](Status status, std::uint64_t revision, Time created, Time updated) {
    faults.check((status == Status::active) == (revision % 2 == 0), "status and revision disagree");
    faults.check(updated.milliseconds() - created.milliseconds() ==
                     static_cast<std::int64_t>(revision) - 2,
                 "time and revision disagree");
  };
  const UserId u = user(1);
  const OrganizationId o = organization(1);
  const auto check_loaded = [&](const Snapshot& seen) {
    faults.check(static_cast<bool>(seen.membership) && static_cast<bool>(seen.organization),
                 "not there");
    if (!seen.membership || !seen.organization) return;
    agree(seen.membership->status, seen.membership->revision, seen.membership->created_at,
          seen.membership->updated_at);
    faults.check(seen.organization->revision == seen.membership->revision,
                 "membership and organization are of two moments");
    faults.check((seen.organization->counts.active == 1) ==
                     (seen.membership->status == Status::active),
                 "membership and counts are of two moments");
    faults.check(seen.organization->counts.active + seen.organization->counts.inactive == 1,
                 "counts do not add up");
  };
  write_and_read(
      scaled(10'000, 200'000), faults,
      [&](std::size_t round) {
        const bool good = round % 2 == 0
                              ? writer.run(*store, DeactivateMembership{id, {}}).has_value()
                              : writer.run(*store, ReactivateMembership{id, {}}).has_value();
        faults.check(good, "cannot write");
      },
      {[&] {
         Reads reads;
         reads.membership = &id;
         check_loaded(*store->load(reads));
         reads = Reads{};
         reads.user = &u;
         reads.organization = &o;
         reads.pair = true;
         reads.profiles = true;
         const auto loaded = store->load(reads);
         check_loaded(*loaded);
         faults.check((*loaded).organization_profile->texts[Text::name] == "Acme", "another name");
       },
       [&] {
         const auto show = [&](const MembershipRow& row) {
           agree(row.membership.status, row.membership.revision, row.membership.created_at,
                 row.membership.updated_at);
         };
         faults.check(*store->view(u, o, show), "view finds nothing");
         MembershipFilter filter;
         filter.user = u;
         static_cast<void>(store->list(*MembershipQuery::make(filter, {}), show));
         filter.user.reset();
         filter.organization = o;
         static_cast<void>(store->list(*MembershipQuery::make(filter, {}), show));
       }});
}

BOOST_AUTO_TEST_CASE(whole_spans) {
  const auto store = new_store();
  furnish(*store, 2, 2);
  Faults faults;
  Actor writer(1);
  const MembershipId ids[] = {join(*store, writer, 1, 1), join(*store, writer, 2, 2)};
  const UserId users[] = {user(1), user(2)};
  const OrganizationId organizations[] = {organization(1), organization(2)};
  const auto whole = [&](const RoleCatalogue& roles, Status status, RoleSet held) {
    faults.check(only_role(roles, held) == (status == Status::active ? "admin" : "viewer"),
                 "half a span");
  };
  write_and_read(
      scaled(5'000, 100'000), faults,
      [&](std::size_t round) {
        std::vector<Plan> plans = turn(*store, writer, ids[0], round % 2 == 0, faults);
        for (const Plan& plan : turn(*store, writer, ids[1], round % 2 == 0, faults)) {
          plans.push_back(plan);
        }
        // Each third span is spoiled at its end: nothing of it may ever be seen.
        if (round % 3 == 0) {
          plans.push_back(plans.front());
          faults.check(*store->commit(plans) == CommitStatus::conflict, "a spoiled span");
          plans.pop_back();
        }
        faults.check(*store->commit(plans) == CommitStatus::committed, "a span is refused");
      },
      {[&] {
         Reads reads[3];
         reads[0].user = &users[0];
         reads[0].organization = &organizations[0];
         reads[0].pair = true;
         reads[1].membership = &ids[1];
         reads[2].membership = &ids[0];
         const auto loaded = store->load(reads);
         const Status first = (*loaded)[0].membership->status;
         for (const auto& seen : *loaded) {
           whole(seen.roles, seen.membership->status, seen.membership->roles);
           faults.check(seen.membership->status == first, "two snapshots of two moments");
           faults.check(seen.organization->revision == (*loaded)[0].organization->revision,
                        "two organizations of two moments");
         }
       },
       [&] {
         for (int i = 0; i < 2; ++i) {
           static_cast<void>(store->view(users[i], organizations[i], [&](const MembershipRow& row) {
             whole(row.roles, row.membership.status, row.membership.roles);
           }));
           MembershipFilter filter;
           filter.organization = organizations[i];
           static_cast<void>(
               store->list(*MembershipQuery::make(filter, {}), [&](const MembershipRow& row) {
                 whole(row.roles, row.membership.status, row.membership.roles);
               }));
         }
       }});
}

BOOST_AUTO_TEST_CASE(one_moment) {
  const auto store = new_store();
  furnish(*store, 1, 8);
  Faults faults;
  Actor writer(1);
  std::vector<OrganizationId> organizations;
  for (unsigned i = 1; i <= 8; ++i) organizations.push_back(organization(i));
  write_and_read(
      scaled(10'000, 50'000), faults,
      [&](std::size_t round) {
        const auto done = writer.run(*store, SetDefaultRole{round % 2 == 0 ? "admin" : "viewer"});
        faults.check(done.has_value() && (*done).outcome() == Outcome::updated, "default not set");
      },
      {[&] {
        std::vector<Reads> reads(organizations.size());
        for (std::size_t i = 0; i < reads.size(); ++i) reads[i].organization = &organizations[i];
        const auto loaded = store->load(std::span<const Reads>(reads));
        for (const auto& seen : *loaded) {
          faults.check(seen.environment.revision == loaded->front().environment.revision,
                       "environments of two moments");
          faults.check(seen.environment.default_role == loaded->front().environment.default_role,
                       "defaults of two moments");
        }
      }});
}

BOOST_AUTO_TEST_CASE(pages) {
  const auto store = new_store();
  constexpr unsigned stable = 60;
  furnish(*store, 2 * stable, 1);
  Faults faults;
  Actor writer(1);
  // Users of even number stay, the others come and go between them.
  std::vector<std::optional<MembershipId>> passing(stable);
  std::set<std::string> staying;
  for (unsigned i = 0; i < stable; ++i) {
    passing[i] = join(*store, writer, 2 * i + 1, 1);
    staying.emplace(join(*store, writer, 2 * i + 2, 1).view());
  }
  std::atomic<unsigned> turns{0};
  write_and_read(
      scaled(5'000, 100'000), faults,
      [&](std::size_t round) {
        std::optional<MembershipId>& id = passing[(round * 7) % stable];
        if (id) {
          faults.check(writer.run(*store, DeleteMembership{*id, {}}).has_value(), "cannot delete");
          id.reset();
        } else {
          const auto member = static_cast<unsigned>(2 * ((round * 7) % stable) + 1);
          const auto made =
              writer.run(*store, CreateMembership{user(member), organization(1), {}, {}});
          faults.check(made.has_value(), "cannot create");
          if (made) id = (*made).membership()->id;
        }
      },
      {[&] {
        const unsigned turn = turns.fetch_add(1, std::memory_order_relaxed);
        MembershipFilter filter;
        filter.organization = organization(1);
        Page<MembershipId> page;
        page.limit = 1 + turn % 13;
        page.direction = turn % 2 == 0 ? Direction::ascending : Direction::descending;
        std::optional<std::string> last;
        std::size_t stayed = 0;
        for (bool more = true; more;) {
          const auto end =
              store->list(*MembershipQuery::make(filter, page), [&](const MembershipRow& row) {
                const std::string id(row.membership.id);
                const bool beyond =
                    !last || (page.direction == Direction::ascending ? *last < id : id < *last);
                faults.check(beyond, "pages out of order");
                stayed += staying.count(id);
                last = id;
                page.after = MembershipId::from_stored(id);
              });
          more = (*end).more;
        }
        faults.check(stayed == staying.size(), "a row is skipped or repeated");
      }});
}

BOOST_AUTO_TEST_CASE(events) {
  constexpr unsigned writers = 3;
  constexpr unsigned organizations = 4;
  const std::size_t rounds = scaled(8'000, 60'000);
  const auto store = new_store(writers * rounds + 100);
  furnish(*store, 8, organizations);
  Faults faults;
  Auditor reader(faults);
  std::atomic<unsigned> running{writers};
  std::vector<std::function<void()>> bodies;
  for (unsigned number = 1; number <= writers; ++number) {
    bodies.emplace_back([&, number] {
      Actor actor(number);
      Unqueued face(*store);
      std::vector<MembershipId> ids;
      std::uint64_t random = number;
      for (std::size_t i = 0; i < rounds && !faults.any(); ++i) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        const auto draw = [&](unsigned shift, unsigned end) {
          return static_cast<unsigned>((random >> shift) % end);
        };
        const OrganizationId o = organization(1 + draw(20, organizations));
        const UserId u = user(1 + draw(30, 8));
        std::optional<MembershipId> id;
        static_cast<void>(store->view(u, o, [&](const MembershipRow& row) {
          id = MembershipId::from_stored(row.membership.id);
        }));
        const auto target = id.value_or(MembershipId::from_stored("none"));
        switch (draw(40, 5)) {
          case 0:
          case 1: static_cast<void>(actor.run(face, CreateMembership{u, o})); break;
          case 2: static_cast<void>(actor.run(face, DeactivateMembership{target})); break;
          case 3:
            static_cast<void>(actor.run(
                face,
                UpdateRoles{target, RoleSelection::one(i % 2 == 0 ? "admin" : "viewer"), {}}));
            break;
          default: static_cast<void>(actor.run(face, DeleteMembership{target})); break;
        }
      }
      running.fetch_sub(1, std::memory_order_acq_rel);
    });
  }
  bodies.emplace_back([&] {
    while (running.load(std::memory_order_acquire) > 0 && !faults.any()) {
      reader.follow(*store);
      std::this_thread::yield();
    }
  });
  together(std::move(bodies));
  if (!faults.any()) reader.compare(*store);
  faults.report();
  // Read once more from the beginning it is the same.
  Auditor again(faults);
  again.compare(*store);
  faults.report();
  BOOST_TEST(again.events() == reader.events());
  BOOST_TEST(reader.events() > rounds / 2);
}

BOOST_AUTO_TEST_CASE(made_at_once) {
  constexpr unsigned makers = 4;
  const std::size_t rounds = scaled(300, 1500);
  for (std::size_t again = 0; again < scaled(20, 60); ++again) {
    const auto store = new_store(0);
    Faults faults;
    Meeting meeting(makers + 1);
    std::atomic<unsigned> running{makers};
    std::vector<std::function<void()>> bodies;
    for (unsigned number = 0; number < makers; ++number) {
      bodies.emplace_back([&, number] {
        Actor actor(number);
        meeting.wait();
        for (std::size_t i = 0; i < rounds; ++i) {
          // Ids in no order, so that every place of the lists is hit.
          const std::uint64_t id = ((i * makers + number) * 7919) % 999'983;
          CreateUser create_user;
          create_user.id = user(id);
          faults.check(actor.run(*store, create_user).has_value(), "no user");
          const CreateOrganization create{"Acme", organization(id)};
          faults.check(actor.run(*store, create).has_value(), "no organization");
        }
        running.fetch_sub(1, std::memory_order_acq_rel);
      });
    }
    const auto walk = [&](auto page, const auto& list) {
      page.limit = 100;
      std::size_t rows = 0;
      for (bool more = true; more;) {
        more = list(page, [&](const auto& id) {
          faults.check(!page.after || *page.after < id, "rows out of order");
          page.after = id;
          ++rows;
        });
      }
      return rows;
    };
    const auto users = [&] {
      return walk(Page<UserId>{}, [&](const Page<UserId>& page, const auto& row) {
        return (*store->list(*UserQuery::make(Page<UserId>(page)),
                             [&](const UserRow& shown) { row(UserId(shown.state.id)); }))
            .more;
      });
    };
    const auto organizations = [&] {
      return walk(Page<OrganizationId>{}, [&](const Page<OrganizationId>& page, const auto& row) {
        return (*store->list(
                    *OrganizationQuery::make(Page<OrganizationId>(page)),
                    [&](const OrganizationRow& shown) { row(OrganizationId(shown.state.id)); }))
            .more;
      });
    };
    bodies.emplace_back([&] {
      meeting.wait();
      while (running.load(std::memory_order_acquire) > 0) {
        static_cast<void>(users());
        static_cast<void>(organizations());
        std::this_thread::sleep_for(std::chrono::microseconds(100));
      }
    });
    together(std::move(bodies));
    BOOST_TEST(users() == makers * rounds);
    BOOST_TEST(organizations() == makers * rounds);
    faults.report();
  }
}

/// A query of the first rows.
template <class Query, class I>
Query first_rows() {
  Page<I> page;
  page.limit = longest_page;
  return *Query::make(page);
}

/// A number from 1000 on whose id lies in the same shard of the store as another.
template <class I>
std::uint64_t fellow(const I& id) {
  std::uint64_t number = 1'000;
  while (detail::shard_hash(testing::FixedIds::numbered<I>(number)).shard !=
         detail::shard_hash(id).shard) {
    ++number;
  }
  return number;
}

BOOST_AUTO_TEST_CASE(reused_records) {
  // Rows 100 to 399 stay. One row goes and comes again, before them and behind them in turn, each
  // time in the record that the last one left.
  constexpr std::size_t staying = 300;
  const UserId users[] = {user(1), user(fellow(user(1)))};
  const OrganizationId places[] = {organization(1), organization(fellow(organization(1)))};
  const auto store = new_store(0);
  Faults faults;
  Actor keeper(1);
  ActorWith<MembershipPolicy<>> inviters[] = {ActorWith<MembershipPolicy<>>(0),
                                              ActorWith<MembershipPolicy<>>(9)};
  for (std::uint64_t i = 0; i < staying; ++i) {
    CreateUser create;
    create.id = user(100 + i);
    faults.check(keeper.run(*store, create).has_value(), "no user");
    faults.check(
        keeper.run(*store, CreateOrganization{"Acme", organization(100 + i), {}}).has_value(),
        "no organization");
    const std::string email = "a" + std::to_string(i) + "@x";
    faults.check(keeper.run(*store, SendInvitation{email}).has_value(), "no invitation");
  }
  const auto make = [&](std::size_t which) {
    CreateUser create;
    create.id = users[which];
    faults.check(keeper.run(*store, create).has_value(), "no user");
    faults.check(keeper.run(*store, CreateOrganization{"Acme", places[which], {}}).has_value(),
                 "no organization");
    SendInvitation invite{"b@x"};
    invite.organization = places[which];
    faults.check(inviters[which].run(*store, invite).has_value(), "no invitation");
  };
  const auto take = [&](std::size_t which) {
    keeper.drive([&](const auto& policy, auto& runtime) {
      faults.check(delete_user(*store, policy, users[which], runtime).has_value(), "a user stays");
      faults.check(delete_organization(*store, policy, places[which], runtime).has_value(),
                   "an organization stays");
      return 0;
    });
  };
  const auto check = [&](const auto& list) {
    std::optional<std::string> last;
    std::size_t rows = 0;
    list([&](std::string_view id, bool stays) {
      faults.check(!last || std::string_view(*last) < id, "rows out of order");
      last = std::string(id);
      if (stays) ++rows;
    });
    faults.check(rows == staying, "a row that stays is not shown once");
  };
  make(0);
  write_and_read(
      scaled(1'000, 20'000), faults,
      [&](std::size_t round) {
        take(round % 2);
        make(1 - round % 2);
      },
      {[&] {
         check([&](const auto& row) {
           static_cast<void>(
               *store->list(first_rows<UserQuery, UserId>(), [&](const UserRow& shown) {
                 const UserId& id = shown.state.id;
                 row(id.view(), id != users[0] && id != users[1]);
               }));
         });
       },
       [&] {
         check([&](const auto& row) {
           static_cast<void>(*store->list(first_rows<OrganizationQuery, OrganizationId>(),
                                          [&](const OrganizationRow& shown) {
                                            const OrganizationId& id = shown.state.id;
                                            row(id.view(), id != places[0] && id != places[1]);
                                          }));
         });
       },
       [&] {
         check([&](const auto& row) {
           static_cast<void>(*store->list(first_rows<InvitationQuery, InvitationId>(),
                                          [&](const InvitationRow& shown) {
                                            row(shown.state.id.view(), !shown.state.organization);
                                          }));
         });
       }});
}

// Whoever waits in another order than a commit waits for ever, now and then.
BOOST_AUTO_TEST_CASE(order_of_locks) {
  const auto store = new_store();
  furnish(*store, 2, 8);
  Faults faults;
  Actor writer(1);
  const MembershipId from = join(*store, writer, 1, 1);
  const MembershipId to = join(*store, writer, 2, 1);
  const std::size_t guests = 64;
  const auto address = [](std::size_t guest) { return "guest" + std::to_string(guest) + "@x"; };
  for (std::size_t guest = 0; guest < guests; ++guest) {
    const std::string email = address(guest);
    CreateUser command;
    command.email = email;
    BOOST_REQUIRE(writer.run(*store, command).has_value());
  }
  const TransferOwnership transfer{from, to};
  const SendInvitation invitation{"guest1@x"};
  const Reads reads[] = {transfer.reads(), invitation.reads()};
  std::atomic<bool> done{false};
  together({[&] {
              while (!done) faults.check(store->load(reads).has_value(), "cannot load");
            },
            [&] {
              for (std::size_t round = 0; round < scaled(10'000, 200'000); ++round) {
                const std::string email = address(round % guests);
                const auto of = organization(1 + static_cast<unsigned>(round % 8));
                const auto sent = writer.drive([&](const auto& policy, auto& runtime) {
                  return execute(*store, policy, SendInvitation{email, of}, runtime);
                });
                faults.check(sent.has_value(), "cannot invite");
                if (!sent) break;
                const RevokeInvitation revoke{(*sent).plan.invitation->after.id};
                faults.check(writer.run(*store, revoke).has_value(), "cannot revoke");
              }
              done = true;
            }});
  faults.report();
}

BOOST_AUTO_TEST_CASE(retention) {
  const auto store = new_store(100);
  furnish(*store, 1, 1);
  Faults faults;
  Actor writer(1);
  const MembershipId id = join(*store, writer, 1, 1);
  write_and_read(
      scaled(5'000, 100'000), faults,
      [&](std::size_t round) {
        const bool good = round % 2 == 0
                              ? writer.run(*store, DeactivateMembership{id, {}}).has_value()
                              : writer.run(*store, ReactivateMembership{id, {}}).has_value();
        faults.check(good, "cannot write");
      },
      {[&] {
        Page<EventId> page;
        page.limit = longest_page;
        std::uint64_t revision = 0;
        std::size_t rows = 0;
        static_cast<void>(store->list(*EventQuery::make(page), [&](const EventRow& row) {
          ++rows;
          if (row.membership == nullptr) return;
          faults.check(revision == 0 || row.revision == revision + 1, "a gap in the log");
          faults.check((row.membership->status == Status::active) == (row.revision % 2 == 0),
                       "half an event");
          revision = row.revision;
        }));
        faults.check(rows <= 100, "more events than are kept");
      }});
}

BOOST_AUTO_TEST_SUITE_END()
