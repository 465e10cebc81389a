// SPDX-License-Identifier: BSL-1.0

// Commands at the same moment that a guard or a long operation would be broken by, round after
// round, two and three at a time, as if each were in another process. After every round the
// invariants are looked at.
//
// Plan
//   two owners take the role from each other, deactivate, delete: one is left      -> last_owner
//   the same with a transfer beside                                                -> transfers
//   two and three creates for one seat, a reactivation among them: one gets it     -> last_seat
//   an organization is deleted beside creates: no member outlives it, each has its
//     `deleted`                                                                    -> organization
//   a user is deleted beside a create: no membership of nobody                     -> user
//   a role is deleted beside an update and a create that give it: none dangles     -> role
//   the same of an organization's own role                                         -> own_role
//   a permission is deleted beside edits that add it: the next at its place is
//     granted by nobody                                                            -> permission
//   Multiple Roles off beside updates that give several: nobody holds several      -> several_roles
//   another owner role is named beside demotions: `owners` counts it               -> owner_role
//   an invitation is accepted beside its revocation and a create: one row, and the
//     invitation says what became of it                                            -> accepted
//   two are sent to one address beside a create: one is open, one row              -> sent

#include "concurrency/race.hpp"
#include "membership/command/accept_invitation.hpp"
#include "membership/command/revoke_invitation.hpp"
#include "membership/command/send_invitation.hpp"
#include "membership/driver/operation.hpp"
#include "membership/policy/guards.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(guarded)

using namespace membership;
using namespace membership_tests;

namespace {

using Guarded = ActorWith<MembershipPolicy<OwnerGuard, SeatLimit>>;
using GuardedRace = Race<Unqueued, Guarded>;

constexpr std::size_t rounds = 20'000;

constexpr RoleIndex owner = RoleIndex::environment(1);

/// Makes `admin` the owner role of organizations that are made from now on.
void name_owner_role(MemoryStore& store) {
  const auto seen = store.load(Reads{});
  Plan plan(PlanId{Ulid{1, 16}}, Time::from_milliseconds(0));
  plan.outcome = Outcome::updated;
  EnvironmentState after = (*seen).environment;
  ++after.revision;
  after.owner_role = owner;
  plan.environment.emplace(Precondition::set, (*seen).environment.revision, after);
  BOOST_REQUIRE(*store.commit(std::span(&plan, 1)) == CommitStatus::committed);
}

/// A race whose organizations `org_00000001`… go by the owner role `admin`.
struct OwnedRace : GuardedRace {
  explicit OwnedRace(unsigned users, std::size_t event_limit = 20'000, bool only_memberships = true)
      : GuardedRace(event_limit, only_memberships) {
    furnish(*store, users, 0);
    name_owner_role(*store);
    found(1, std::nullopt);
  }
  void found(std::uint64_t number, std::optional<std::uint64_t> seats) {
    CreateOrganization command{"Acme", organization(number), seats};
    BOOST_REQUIRE(first.run(face, command).has_value());
  }
  MembershipId join(std::uint64_t number, std::string_view role) {
    const auto made =
        first.run(face, CreateMembership{user(number), organization(1), RoleSelection::one(role)});
    BOOST_REQUIRE(made.has_value());
    return (*made).membership()->id;
  }
  OrganizationState state() const {
    const OrganizationId id = organization(1);
    Reads reads;
    reads.organization = &id;
    return *(*store->load(reads)).organization;
  }
  /// That the organization's counts say what its list says.
  void check_counts() {
    Counts counts;
    MembershipFilter filter;
    filter.organization = organization(1);
    Page<MembershipId> page;
    page.limit = longest_page;
    static_cast<void>(
        store->list(*MembershipQuery::make(filter, page), [&](const MembershipRow& row) {
          counts.add(row.membership.status, row.membership.roles, owner);
        }));
    faults.check(counts == state().counts, "counts are not those of the list");
  }
};

void check_refusal(Faults& faults, bool done, const auto& result, ErrorCode code) {
  if (!done) faults.check(refused_with(result, code), "refused for another reason");
}

/// Two owners, each of whom does something to the other at the same moment.
template <class Act>
void last_owner(Act&& act) {
  OwnedRace race(2);
  std::array<MembershipId, 2> ids{race.join(1, "admin"), race.join(2, "admin")};
  std::array<bool, 2> done{};
  const auto body = [&](Guarded& actor, unsigned other) {
    const auto result = act(actor, race.face, ids[other]);
    done[other] = result.has_value();
    check_refusal(race.faults, done[other], result, ErrorCode::last_owner_required);
  };
  race.run(
      rounds, [&](std::size_t) { body(race.first, 1); }, [&](std::size_t) { body(race.second, 0); },
      [&](std::size_t) {
        race.faults.check(done[0] != done[1], "not exactly one of two owners is left");
        race.faults.check(race.state().counts.owners == 1, "no owner");
        race.check_counts();
        const unsigned gone = done[0] ? 0 : 1;
        const CreateMembership again{user(gone + 1), organization(1), RoleSelection::one("admin")};
        if (const auto result = race.first.run(race.face, again)) {
          ids[gone] = (*result).membership()->id;
        } else {
          race.faults.check(
              race.first.run(race.face, UpdateRoles{ids[gone], RoleSelection::one("admin"), {}})
                  .has_value(),
              "cannot be owner again");
        }
      });
}

}  // namespace

BOOST_AUTO_TEST_CASE(owners_demote_each_other) {
  last_owner([](Guarded& actor, Unqueued& face, const MembershipId& id) {
    return actor.run(face, UpdateRoles{id, RoleSelection::one("viewer")});
  });
}
BOOST_AUTO_TEST_CASE(owners_deactivate_each_other) {
  last_owner([](Guarded& actor, Unqueued& face, const MembershipId& id) {
    return actor.run(face, DeactivateMembership{id});
  });
}
BOOST_AUTO_TEST_CASE(owners_delete_each_other) {
  last_owner([](Guarded& actor, Unqueued& face, const MembershipId& id) {
    return actor.run(face, DeleteMembership{id});
  });
}

BOOST_AUTO_TEST_CASE(transfers) {
  OwnedRace race(3);
  const std::array<MembershipId, 3> ids{race.join(1, "admin"), race.join(2, "viewer"),
                                        race.join(3, "viewer")};
  unsigned holder = 0;
  std::array<bool, 3> done{};
  Guarded third(3);
  const auto other = [&](unsigned step) { return ids[(holder + step) % 3]; };
  const auto transfer = [&](Guarded& actor, unsigned step) {
    const auto result = actor.run(race.face, TransferOwnership{ids[holder], other(step)});
    done[step] = result.has_value();
    check_refusal(race.faults, done[step], result, ErrorCode::not_an_owner);
  };
  race.run(rounds,
           {[&](std::size_t) { transfer(race.first, 1); },
            [&](std::size_t) { transfer(race.second, 2); },
            [&](std::size_t) {
              const auto result =
                  third.run(race.face, UpdateRoles{ids[holder], RoleSelection::one("viewer")});
              done[0] = result.has_value();
              check_refusal(race.faults, done[0], result, ErrorCode::last_owner_required);
            }},
           [&](std::size_t) {
             race.faults.check(race.state().counts.owners == 1, "not exactly one owner");
             race.faults.check(done[1] != done[2], "not exactly one transfer");
             race.check_counts();
             holder = (holder + (done[1] ? 1 : 2)) % 3;
           });
}

BOOST_AUTO_TEST_CASE(last_seat) {
  OwnedRace race(4);
  race.found(2, 2);
  Guarded third(3);
  std::array<std::optional<MembershipId>, 3> ids{};
  std::array<bool, 3> done{};
  const auto run = [&](Guarded& actor, unsigned number) {
    const auto keep = [&](const auto& result) {
      done[number] = result.has_value();
      if (done[number]) ids[number] = (*result).membership()->id;
      check_refusal(race.faults, done[number], result, ErrorCode::seat_limit_reached);
    };
    // The one who was there before comes back in one of two ways.
    if (ids[number] && number == 1) {
      keep(actor.run(race.face, ReactivateMembership{*ids[number]}));
    } else {
      keep(actor.run(race.face, CreateMembership{user(number + 1), organization(2)}));
    }
  };
  // One of two seats is taken.
  BOOST_REQUIRE(
      race.first.run(race.face, CreateMembership{user(4), organization(2), {}, {}}).has_value());
  race.run(rounds,
           {[&](std::size_t) { run(race.first, 0); }, [&](std::size_t) { run(race.second, 1); },
            [&](std::size_t) { run(third, 2); }},
           [&](std::size_t round) {
             race.faults.check(done[0] + done[1] + done[2] == 1, "not exactly one gets the seat");
             const OrganizationId id = organization(2);
             Reads reads;
             reads.organization = &id;
             race.faults.check((*race.store->load(reads)).organization->counts.active == 2,
                               "not two active members");
             for (unsigned number = 0; number < 3; ++number) {
               if (!done[number]) continue;
               if (round % 2 == 0) {
                 race.faults.check(
                     race.first.run(race.face, DeactivateMembership{*ids[number], {}}).has_value(),
                     "cannot deactivate");
               } else {
                 race.faults.check(
                     race.first.run(race.face, DeleteMembership{*ids[number], {}}).has_value(),
                     "cannot delete");
                 ids[number].reset();
               }
             }
           });
}

BOOST_AUTO_TEST_CASE(organization_deleted) {
  OwnedRace race(2, 20'000, false);
  Guarded third(3);
  std::uint64_t number = 10;
  race.found(number, std::nullopt);
  const auto create = [&](Guarded& actor, std::uint64_t who) {
    const auto result = actor.run(race.face, CreateMembership{user(who), organization(number)});
    if (!result) {
      race.faults.check(refused_with(result, ErrorCode::entity_not_found) ||
                            refused_with(result, ErrorCode::organization_membership_already_exists),
                        "create is refused for another reason");
    }
  };
  race.run(rounds,
           {[&](std::size_t) {
              const auto done = race.first.drive([&](auto& policy, auto& runtime) {
                return delete_organization(*race.store, policy, organization(number), runtime);
              });
              race.faults.check(done.has_value(), "the deletion stops");
            },
            [&](std::size_t) { create(race.second, 1); }, [&](std::size_t) { create(third, 2); }},
           [&](std::size_t) {
             for (const std::uint64_t who : {1u, 2u}) {
               MembershipFilter filter;
               filter.user = user(who);
               std::size_t rows = 0;
               static_cast<void>(race.store->list(*MembershipQuery::make(filter, {}),
                                                  [&](const MembershipRow&) { ++rows; }));
               race.faults.check(rows == 0, "a member outlives the organization");
             }
             ++number;
             race.found(number, std::nullopt);
           });
}

BOOST_AUTO_TEST_CASE(user_deleted) {
  OwnedRace race(1, 20'000, false);
  Guarded third(3);
  race.found(2, std::nullopt);
  const auto create = [&](Guarded& actor, std::uint64_t where) {
    const auto result = actor.run(race.face, CreateMembership{user(1), organization(where)});
    if (!result) {
      race.faults.check(refused_with(result, ErrorCode::entity_not_found),
                        "create is refused for another reason");
    }
  };
  race.run(
      rounds,
      {[&](std::size_t) {
         const auto done = race.first.drive([&](auto& policy, auto& runtime) {
           return delete_user(*race.store, policy, user(1), runtime);
         });
         race.faults.check(done.has_value(), "the deletion stops");
       },
       [&](std::size_t) { create(race.second, 1); }, [&](std::size_t) { create(third, 2); }},
      [&](std::size_t) {
        for (const std::uint64_t where : {1u, 2u}) {
          const auto found = race.store->view(user(1), organization(where), [](const auto&) {});
          race.faults.check(!*found, "a membership of nobody");
        }
        CreateUser again;
        again.id = user(1);
        race.faults.check(race.first.run(race.face, again).has_value(), "the user is not gone");
      });
}

/// A race of a long operation with a member's update and a stranger's create.
struct OperationRace : OwnedRace {
  OperationRace() : OwnedRace(3, 20'000, false), member(join(1, "viewer")) { join(3, "admin"); }

  MembershipId member;
  Guarded third{3};

  /// Two commands that may meet the mark, beside `operation`.
  template <class Operation>
  void run(std::size_t times, ErrorCode code, Operation&& operation, const RoleSelection& roles,
           const std::function<void(std::size_t)>& after) {
    GuardedRace::run(
        times,
        {[&](std::size_t round) {
           const auto done = first.drive(
               [&](auto& policy, auto& runtime) { return operation(round, policy, runtime); });
           faults.check(done.has_value(), "the operation stops");
         },
         [&](std::size_t) {
           const auto result = second.run(face, UpdateRoles{member, roles});
           check_refusal(faults, result.has_value(), result, code);
         },
         [&](std::size_t) {
           const auto result = third.run(face, CreateMembership{user(2), organization(1), roles});
           check_refusal(faults, result.has_value(), result, code);
         }},
        [&](std::size_t round) {
          check_rows();
          after(round);
          const auto found = store->view(user(2), organization(1), [&](const MembershipRow& row) {
            stranger = MembershipId::from_stored(row.membership.id);
          });
          if (*found) done(DeleteMembership{*stranger});
        });
  }
  /// A command between two rounds, which must succeed.
  template <class C>
  void done(const C& command) {
    faults.check(first.run(face, command).has_value(), "a command between the rounds");
  }
  /// That every role held is there and can be given, and the counts are right.
  void check_rows() {
    Counts counts;
    const RoleIndex by = state().owner_role;
    MembershipFilter filter;
    filter.organization = organization(1);
    Page<MembershipId> page;
    page.limit = longest_page;
    const bool several = (*store->load(Reads{})).environment.multiple_roles;
    static_cast<void>(
        store->list(*MembershipQuery::make(filter, page), [&](const MembershipRow& row) {
          const RoleSet held = row.membership.roles;
          faults.check(!held.empty() && row.roles.assignable(held) == held, "a role dangles");
          faults.check(several || !held.several(), "several roles while they are off");
          counts.add(row.membership.status, held, by);
        }));
    faults.check(counts == state().counts, "counts are not those of the list");
  }

 private:
  std::optional<MembershipId> stranger;
};

BOOST_AUTO_TEST_CASE(role_deleted) {
  OperationRace race;
  race.done(CreateRole{"temp", "Temp", {}, {}});
  race.run(
      rounds, ErrorCode::invalid_role,
      [&](std::size_t round, auto& policy, auto& runtime) {
        RoleDeletionOptions options;
        options.when_in_use = WhenInUse::reassign;
        if (round % 2 == 0) options.replacement = "viewer";
        return delete_role(*race.store, policy, "temp", options, runtime);
      },
      RoleSelection::one("temp"),
      [&](std::size_t) {
        race.done(CreateRole{"temp", "Temp", {}, {}});
      });
}

BOOST_AUTO_TEST_CASE(own_role_deleted) {
  OperationRace race;
  const CreateOrganizationRole create{organization(1), "Temp", "org-temp", {}, {}};
  race.done(create);
  race.run(
      rounds, ErrorCode::invalid_role,
      [&](std::size_t, auto& policy, auto& runtime) {
        RoleDeletionOptions options;
        options.when_in_use = WhenInUse::reassign;
        return delete_organization_role(*race.store, policy, organization(1), "org-temp", options,
                                        runtime);
      },
      RoleSelection::one("org-temp"), [&](std::size_t) { race.done(create); });
}

BOOST_AUTO_TEST_CASE(permission_deleted) {
  OwnedRace race(0, 20'000, false);
  Guarded third(3);
  const auto done = [&](const auto& command) {
    race.faults.check(race.first.run(race.face, command).has_value(), "between the rounds");
  };
  done(CreateOrganizationRole{organization(1), "Own", "org-own", {}, {}});
  std::string slug = "p0";
  const auto create = [&] {
    CreatePermission command{slug, "Permission"};
    done(command);
  };
  create();
  race.run(rounds,
           {[&](std::size_t) {
              const auto result = race.first.drive([&](auto& policy, auto& runtime) {
                return delete_permission(*race.store, policy, slug, runtime);
              });
              race.faults.check(result.has_value(), "the deletion stops");
            },
            [&](std::size_t) {
              const auto result =
                  race.second.run(race.face, AddRolePermission{"org-own", slug, organization(1)});
              if (!result) {
                race.faults.check(refused_with(result, ErrorCode::entity_not_found) ||
                                      refused_with(result, ErrorCode::malformed),
                                  "add is refused for another reason");
              }
            },
            [&](std::size_t) {
              const std::string_view wanted[] = {slug};
              const auto result = third.run(race.face, SetRolePermissions{"viewer", wanted, {}});
              if (!result) {
                race.faults.check(refused_with(result, ErrorCode::entity_not_found) ||
                                      refused_with(result, ErrorCode::malformed),
                                  "set is refused for another reason");
              }
            }},
           [&](std::size_t round) {
             slug = "p" + std::to_string(round + 1);
             create();
             const OrganizationId id = organization(1);
             Reads reads;
             reads.organization = &id;
             const auto seen = race.store->load(reads);
             const unsigned index = (*seen).roles.find_permission(slug);
             race.faults.check(index == 0, "the place is not used again");
             race.faults.check((*seen).roles.grantor((*seen).roles.all(), index).is_none(),
                               "the next permission is granted already");
           });
}

BOOST_AUTO_TEST_CASE(several_roles_off) {
  OperationRace race;
  race.done(EnableMultipleRoles{});
  static constexpr std::string_view several[] = {"viewer", "member"};
  race.run(
      rounds, ErrorCode::multiple_roles_not_enabled,
      [&](std::size_t, auto& policy, auto& runtime) {
        return disable_multiple_roles(*race.store, policy, runtime);
      },
      RoleSelection::several(several), [&](std::size_t) { race.done(EnableMultipleRoles{}); });
}

BOOST_AUTO_TEST_CASE(owner_role_named) {
  OperationRace race;
  race.run(
      rounds, ErrorCode::last_owner_required,
      [&](std::size_t round, auto& policy, auto& runtime) {
        return name_owner_role(*race.store, policy, round % 2 == 0 ? "viewer" : "admin", runtime);
      },
      RoleSelection::one("member"),
      [&](std::size_t round) {
        race.faults.check(race.state().owner_role == RoleIndex::environment(round % 2 == 0 ? 2 : 1),
                          "the organization goes by another role");
        race.done(UpdateRoles{race.member, RoleSelection::one("viewer")});
      });
}

/// A race for an invitation of a user's address.
struct InvitationRace : OwnedRace {
  InvitationRace() : OwnedRace(0, 40'000, false) {
    CreateUser command;
    command.id = user(1);
    command.email = address;
    BOOST_REQUIRE(first.run(face, command).has_value());
  }

  static constexpr std::string_view address = "ada@x.example";
  Guarded third{3};

  /// The user's membership, where there is one.
  std::optional<OrganizationMembership> row() const {
    std::optional<OrganizationMembership> found;
    static_cast<void>(store->view(user(1), organization(1), [&](const MembershipRow& shown) {
      found = shown.membership.copy();
    }));
    return found;
  }
  std::optional<InvitationState> find(const InvitationId& id) const {
    Reads reads;
    reads.invitation = &id;
    const auto seen = store->load(reads);
    if (!(*seen).invitation) return std::nullopt;
    return *(*seen).invitation;
  }
  std::size_t open() const {
    InvitationFilter filter;
    filter.open = true;
    std::size_t count = 0;
    static_cast<void>(store->list(*InvitationQuery::make(Page<InvitationId>{}, filter),
                                  [&](const InvitationRow&) { ++count; }));
    return count;
  }
  /// Leaves neither a membership nor an open invitation.
  void clear() {
    check_counts();
    if (const auto left = row()) {
      faults.check(first.run(face, DeleteMembership{left->id}).has_value(), "cannot delete");
    }
    faults.check(open() == 0, "an invitation outlives its pending membership");
  }
};

BOOST_AUTO_TEST_CASE(invitation_accepted) {
  InvitationRace race;
  std::optional<InvitationId> id;
  bool accepted = false, created = false, revoked = false;
  const auto send = [&] {
    const auto sent = race.first.run(race.face, SendInvitation{race.address, organization(1)});
    race.faults.check(sent.has_value(), "cannot invite");
    if (sent) id = (*sent).plan.invitation->after.id;
  };
  send();
  race.run(
      rounds,
      {[&](std::size_t) {
         AcceptInvitation command;
         command.invitation = id;
         const auto result = race.first.run(race.face, command);
         accepted = result.has_value();
         check_refusal(race.faults, accepted, result, ErrorCode::invite_not_pending);
       },
       [&](std::size_t) {
         const auto result = race.second.run(race.face, CreateMembership{user(1), organization(1)});
         created = result.has_value();
         if (created) return;
         race.faults.check(
             refused_with(result, ErrorCode::organization_membership_already_exists) ||
                 refused_with(result, ErrorCode::cannot_reactivate_pending_organization_membership),
             "create is refused for another reason");
       },
       [&](std::size_t) {
         const auto result = race.third.run(race.face, RevokeInvitation{*id});
         revoked = result.has_value();
         check_refusal(race.faults, revoked, result, ErrorCode::invite_not_pending);
       }},
      [&](std::size_t) {
        const auto state = race.find(*id);
        const auto row = race.row();
        race.faults.check(accepted != revoked, "not either accepted or revoked");
        race.faults.check(state && state->status == (accepted ? InvitationStatus::accepted
                                                              : InvitationStatus::revoked),
                          "the invitation says something else");
        race.faults.check(!accepted || !created, "a member twice");
        race.faults.check(row.has_value() == (accepted || created), "not what the winner left");
        race.faults.check(!row || row->status == Status::active, "a pending row is left");
        race.clear();
        send();
      });
}

BOOST_AUTO_TEST_CASE(invitation_sent) {
  InvitationRace race;
  std::array<bool, 3> done{};
  const auto send = [&](Guarded& actor, unsigned number) {
    const auto result = actor.run(race.face, SendInvitation{race.address, organization(1)});
    done[number] = result.has_value();
    if (done[number]) return;
    race.faults.check(refused_with(result, ErrorCode::email_already_invited_to_organization) ||
                          refused_with(result, ErrorCode::user_already_organization_member),
                      "an invitation is refused for another reason");
  };
  race.run(
      rounds,
      {[&](std::size_t) { send(race.first, 0); }, [&](std::size_t) { send(race.second, 1); },
       [&](std::size_t) {
         const auto result = race.third.run(race.face, CreateMembership{user(1), organization(1)});
         done[2] = result.has_value();
         check_refusal(race.faults, done[2], result,
                       ErrorCode::cannot_reactivate_pending_organization_membership);
       }},
      [&](std::size_t) {
        race.faults.check(done[0] + done[1] + done[2] == 1, "not exactly one comes first");
        race.faults.check(race.open() == (done[2] ? 0u : 1u), "not one open invitation");
        const auto row = race.row();
        race.faults.check(row && row->status == (done[2] ? Status::active : Status::pending),
                          "not what the winner left");
        race.clear();
      });
}

BOOST_AUTO_TEST_SUITE_END()
