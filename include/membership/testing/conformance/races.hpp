// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_CONFORMANCE_RACES_HPP
#define MEMBERSHIP_TESTING_CONFORMANCE_RACES_HPP

#include "membership/testing/conformance/threads.hpp"
#include "membership/testing/conformance/world.hpp"

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace membership::inline v0 {
namespace testing {
namespace conformance {

/// Threads that make the same user a member: one row, one winner.
struct UniquenessRace {
  static constexpr std::string_view name = "uniqueness_under_concurrency";
  static constexpr Needs needs{members, {}, true};

  template <class W>
  static void run(W& w) {
    const auto organization = w.organization();
    for (unsigned round = 0; round < w.options.rounds && !w.anything_found(); ++round) {
      const auto user = w.user();
      std::atomic<unsigned> winners{0};
      together(w, w.options.threads, [&](Runner<W>& runner) {
        const typename W::CreateMembership command{user, organization,
                                                   RoleSelection::one(w.role(0))};
        if (carried_out(w, runner.run(command),
                        {ErrorCode::organization_membership_already_exists})) {
          ++winners;
        }
      });
      w.same_number(1, winners.load(), "how many of the same creates are carried out");
      w.same_number(round + 1, w.state(organization).counts.active,
                    "the active members that are counted");
      if constexpr (W::has(Verb::list_memberships)) {
        BasicMembershipFilter<typename W::T> filter;
        filter.user = user;
        unsigned rows = 0;
        w.must(w.store().list(*BasicMembershipQuery<typename W::T>::make(filter, {}),
                              [&](const auto&) { ++rows; }),
               "a list of memberships");
        w.same_number(1, rows, "the memberships of a user in one organization");
      }
    }
  }
};

/// Threads that change one organization: no change is lost, and the counts are those of the rows.
struct LostUpdates {
  static constexpr std::string_view name = "lost_updates";
  static constexpr Needs needs{members, {}, true};

  template <class W>
  static void run(W& w) {
    const auto organization = w.organization();
    std::vector<typename W::UserId> users;
    for (unsigned i = 0; i < w.options.threads; ++i) users.push_back(w.user());
    const auto begin = w.state(organization).revision;
    std::atomic<std::uint64_t> changes{0};
    together(w, w.options.threads, [&](Runner<W>& runner) {
      for (unsigned round = 0; round < w.options.rounds; ++round) {
        if (w.anything_found()) return;
        const typename W::CreateMembership create{users[runner.number], organization,
                                                  RoleSelection::one(w.role(round))};
        const auto made = runner.run(create);
        if (!carried_out(w, made, {})) return;
        const auto id = (*made).membership()->id;
        // Every other one waits in the store's queue, where it has one.
        const auto off = runner.actor.run(runner.store, typename W::Deactivate{id});
        if (!carried_out(w, off, {})) return;
        changes += 2;
        if (round + 1 == w.options.rounds) return;  // the last stays
        if (!carried_out(w, runner.run(typename W::Delete{id}), {})) return;
        ++changes;
      }
    });
    if (w.anything_found()) return;
    const auto state = w.state(organization);
    w.same_number(begin + changes.load(), state.revision, "the revision after so many changes");
    w.same(Counts{0, w.options.threads, 0, 0}, state.counts, "the counts after all changes");
    for (const auto& user : users) {
      w.same_text("inactive", std::string(to_string(w.kept_pair(user, organization).status)),
                  "the last status of a member");
    }
  }
};

/// Two owners who demote, deactivate or delete each other: one is left (rule `OwnerGuard`).
struct OwnerGuardRace {
  static constexpr std::string_view name = "owner_guard";
  static constexpr Needs needs{
      Kinds{Kind::environment, Kind::organization, Kind::membership, Kind::role}, {}, true};

  template <class W>
  static void run(W& w) {
    const auto organization = w.owned_organization();
    const typename W::UserId users[] = {w.user(), w.user()};
    std::optional<typename W::MembershipId> owners[2];
    for (int i = 0; i < 2; ++i) owners[i] = w.join(users[i], organization).id;
    for (unsigned round = 0; round < w.options.rounds && !w.anything_found(); ++round) {
      together(w, 2, [&](Runner<W>& runner) {
        const auto& other = *owners[1 - runner.number];
        const auto allowed = {ErrorCode::last_owner_required};
        switch (round % 3) {
          case 0:
            carried_out(w,
                        runner.run(typename W::UpdateRoles{other, RoleSelection::one(w.role(1))}),
                        allowed);
            break;
          case 1: carried_out(w, runner.run(typename W::Deactivate{other}), allowed); break;
          default: carried_out(w, runner.run(typename W::Delete{other}), allowed); break;
        }
      });
      const RoleIndex owner = w.role_index(0);
      std::uint64_t left = 0;
      for (int i = 0; i < 2; ++i) {
        const auto member = w.pair(users[i], organization);
        if (member && member->status == Status::active && member->roles.contains(owner)) ++left;
      }
      w.same_number(1, left, "the owners who are left");
      w.same_number(1, w.state(organization).counts.owners, "the owners who are counted");
      if (w.anything_found()) return;
      for (int i = 0; i < 2; ++i) owners[i] = again(w, users[i], organization);
    }
  }

 private:
  /// Makes the user an active owner, whatever is left.
  template <class W>
  static typename W::MembershipId again(W& w, const typename W::UserId& user,
                                        const typename W::OrganizationId& organization) {
    const auto member = w.pair(user, organization);
    if (!member) return w.join(user, organization).id;
    if (member->status == Status::inactive) w.done(typename W::Reactivate{member->id});
    w.done(typename W::UpdateRoles{member->id, RoleSelection::one(w.role(0))});
    return member->id;
  }
};

/// Threads that want the last seats: never more members than seats (rule `SeatLimit`).
struct SeatLimitRace {
  static constexpr std::string_view name = "seat_limit";
  static constexpr Needs needs{members, {}, true};

  template <class W>
  static void run(W& w) {
    for (unsigned round = 0; round < w.options.rounds && !w.anything_found(); ++round) {
      const auto organization = w.organization();
      const std::uint64_t seats = 1 + round % 2;
      w.done(BasicSetSeatLimit<typename W::T>{organization, seats});
      std::vector<typename W::UserId> users;
      for (unsigned i = 0; i <= w.options.threads; ++i) users.push_back(w.user());
      std::atomic<unsigned> winners{0};
      together(w, w.options.threads + 1, [&](Runner<W>& runner) {
        const typename W::CreateMembership command{users[runner.number], organization,
                                                   RoleSelection::one(w.role(0))};
        if (carried_out(w, runner.run(command), {ErrorCode::seat_limit_reached})) ++winners;
      });
      w.same_number(seats, winners.load(), "how many get a seat");
      w.same_number(seats, w.state(organization).counts.active, "the seats that are counted");
      std::uint64_t there = 0;
      for (const auto& user : users) there += w.pair(user, organization) ? 1u : 0u;
      w.same_number(seats, there, "the members of an organization with a limit");
    }
  }
};

/// A user is marked and erased while others make the user a member: what is compared is kept until
/// the commit is done, so that no membership of nobody is left.
struct CompareHeld {
  static constexpr std::string_view name = "compare_held";
  static constexpr Needs needs{Kinds{Kind::organization, Kind::membership, Kind::user}, {}, true};

  template <class W>
  static void run(W& w) {
    using T = typename W::T;
    std::vector<typename W::OrganizationId> organizations;
    for (unsigned i = 1; i < w.options.threads; ++i) organizations.push_back(w.organization());
    for (unsigned round = 0; round < w.options.rounds && !w.anything_found(); ++round) {
      const auto user = w.user();
      together(w, w.options.threads, [&](Runner<W>& runner) {
        if (runner.number != 0) {
          const typename W::CreateMembership command{user, organizations[runner.number - 1],
                                                     RoleSelection::one(w.role(0))};
          carried_out(w, runner.run(command), {ErrorCode::entity_not_found});
          return;
        }
        const auto marked = runner.run(BasicMarkUserDeleted<T>{user});
        if (!carried_out(w, marked, {})) return;
        const std::uint64_t generation = (*marked).plan.user->after.generation;
        for (const auto& organization : organizations) {
          const auto member = w.pair(user, organization);
          if (!member) continue;
          carried_out(w, runner.run(BasicSweepUserMembership<T>{member->id, generation}), {});
        }
        carried_out(w, runner.run(BasicFinishUserDeletion<T>{user, generation}), {});
      });
      for (const auto& organization : organizations) {
        const auto member = w.pair(user, organization);
        w.expect(!member, "no membership of a user who is erased",
                 member ? text_of(*member) : "none");
      }
    }
  }
};

/// A role is deleted while others give it: nobody holds what is gone.
struct RoleDeletionRace {
  static constexpr std::string_view name = "role_deletion";
  static constexpr Needs needs{
      Kinds{Kind::environment, Kind::organization, Kind::membership, Kind::role},
      Verbs{Verb::list_memberships, Verb::list_organizations}, true};

  template <class W>
  static void run(W& w) {
    using T = typename W::T;
    const auto organization = w.organization();
    std::vector<typename W::MembershipId> ids;
    std::vector<typename W::UserId> users;
    for (unsigned i = 0; i < w.options.threads; ++i) {
      users.push_back(w.user());
      ids.push_back(w.join(users.back(), organization).id);
    }
    for (unsigned round = 0; round < w.options.rounds && !w.anything_found(); ++round) {
      w.done(BasicCreateRole<T>{"doomed", "Doomed"});
      const RoleIndex index = w.load({}).roles.find("doomed");
      together(w, w.options.threads, [&](Runner<W>& runner) {
        if (runner.number != 0) {
          const typename W::UpdateRoles command{ids[runner.number], RoleSelection::one("doomed")};
          carried_out(w, runner.run(command), {ErrorCode::invalid_role});
          return;
        }
        const RoleDeletionOptions reassign{WhenInUse::reassign, w.role(1)};
        const auto gone = runner.actor.drive([&](auto& runtime) {
          return delete_role(runner.face, runner.actor.policy, "doomed", reassign, runtime);
        });
        carried_out(w, gone, {});
      });
      w.expect(w.load({}).roles.find("doomed").is_none(), "no role that is deleted", "one");
      for (const auto& id : ids) {
        const auto member = w.kept(id);
        w.expect(!member.roles.contains(index) && !member.roles.empty(),
                 "no membership that holds a role which is deleted", text_of(member));
      }
    }
  }
};

/// Whatever is written in one commit is seen together: by one load, and by several snapshots of
/// one load. The environment of a snapshot is not older than its organization.
struct SnapshotOfOneMoment {
  static constexpr std::string_view name = "snapshot_of_one_moment";
  static constexpr Needs needs{members, {}, true};

  template <class W>
  static void run(W& w) {
    const auto organization = w.organization();
    const auto ada = w.user();
    const auto eve = w.user();
    const auto first = w.join(ada, organization);
    const auto second = w.join(eve, organization);
    std::atomic<bool> writing{true};
    std::atomic<unsigned> readers{0};
    together(w, w.options.threads, [&](Runner<W>& runner) {
      if (runner.number == 0) {
        const Ended ended{writing};
        while (readers.load() + 1 < w.options.threads) std::this_thread::yield();
        for (unsigned round = 0; round < 4 * w.options.rounds && !w.anything_found(); ++round) {
          write(w, runner, first.id, second.id);
        }
        return;
      }
      auto reads = W::pair_reads(ada, organization);
      reads.actor = &eve;
      reads.other = &second.id;
      ++readers;
      while (writing.load() && !w.anything_found()) {
        look(w, w.load_from(runner.store, reads));
        if constexpr (W::has(Verb::load_several)) {
          const typename W::Reads both[] = {reads, W::pair_reads(eve, organization)};
          const auto seen = w.must(runner.store.load(std::span<const typename W::Reads>(both)),
                                   "a load of several");
          look(w, seen[0]);
          w.same(seen[0].actor, seen[1].membership, "a membership in two snapshots of one load");
          w.same(seen[0].environment, seen[1].environment, "the environment of one load");
        }
      }
    });
  }

 private:
  struct Ended {
    std::atomic<bool>& flag;
    ~Ended() { flag = false; }
  };

  /// Changes both memberships, and with them the environment where it is kept, in one commit.
  template <class W>
  static void write(W& w, Runner<W>& runner, const typename W::MembershipId& first,
                    const typename W::MembershipId& second) {
    typename W::Reads reads;
    reads.membership = &first;
    reads.other = &second;
    auto seen = w.load_from(runner.store, reads);
    if (!seen.membership || !seen.other) w.stop("both memberships", "none");
    const Time now = runner.actor.clock.now();
    std::vector<typename W::Plan> plans;
    if constexpr (W::keeps(Kind::environment)) {
      auto& plan = plans.emplace_back(runner.actor.ids.plan_id(now), now);
      const auto before = seen.environment;
      auto& write = plan.environment.emplace(Precondition::set, before.revision, before);
      write.after.revision = before.revision + 1;
      write.after.seats_count.inactive = seen.membership->status == Status::active;
      seen.environment = write.after;
    }
    auto& plan = plans.emplace_back(runner.actor.ids.plan_id(now), now);
    const bool active = seen.membership->status == Status::active;
    const auto type = EventType::organization_membership_updated;
    const auto next = seen.organization->revision + 1;
    auto& one = plan.membership.emplace(Effect::put, type, *seen.membership).after;
    auto& two = plan.other.emplace(Effect::put, type, *seen.other).after;
    one.status = two.status = active ? Status::inactive : Status::active;
    one.revision = two.revision = next;
    Counts counts = seen.organization->counts;
    counts.active = active ? 0 : 2;
    counts.inactive = active ? 2 : 0;
    plan.touch.emplace(seen.organization->revision, seen.environment.revision, counts);
    if (w.must(runner.store.commit(std::span<const typename W::Plan>(plans)), "a commit") !=
        CommitStatus::committed) {
      w.stop("a commit of the only writer", "a conflict");
    }
  }

  template <class W>
  static void look(W& w, const typename W::Loaded& seen) {
    if (!seen.membership || !seen.actor || !seen.other || !seen.organization) {
      w.stop("all parts of a snapshot", "one is missing");
    }
    w.same(*seen.actor, *seen.other, "the same membership as actor and as other");
    const Status status = seen.membership->status;
    const std::uint64_t active = status == Status::active ? 2 : 0;
    // The second joined last, so that this holds before the first change too.
    const bool whole = seen.actor->status == status && seen.organization->counts.active == active &&
                       seen.actor->revision == seen.organization->revision;
    if (!whole) {
      w.found("an organization and its memberships of one moment",
              text_of(seen.organization) + ", " + text_of(seen.membership) + ", " +
                  text_of(seen.actor));
    }
    if constexpr (W::keeps(Kind::environment)) {
      const bool older = seen.environment.revision < seen.organization->fenced_to;
      const bool newer =
          seen.environment.revision > seen.organization->fenced_to && !w.options.environment_apart;
      w.expect(!older, "an environment not older than the organization",
               text_of(seen.environment) + ", " + text_of(seen.organization));
      w.expect(!newer, "an environment and an organization of one moment",
               text_of(seen.environment) + ", " + text_of(seen.organization));
    }
  }
};

}  // namespace conformance
}  // namespace testing
}  // namespace membership::inline v0

#endif
