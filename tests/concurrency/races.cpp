// SPDX-License-Identifier: BSL-1.0

// Two commands at the same moment, round after round. Each race runs through `execute` with the
// store's queue, and without it, as if the other were in another process.
//
// Plan
//   create, create: one row, one winner, the other is told whose; no event
//     lost                                                                     -> create_create
//   create, delete, also of an inactive one: what is left is what the last
//     left                                                                     -> create_delete
//   deactivate, update roles: neither is lost                                  -> status_and_roles
//   delete by a stale id or a stale plan never hits the successor              -> stale_delete
//   two organizations: never a conflict, also for one user                     -> two_organizations
//   one e-mail address in two spellings: one winner                            -> email_claim
//   one id for two users, for two organizations: one winner                    -> ids_claimed
//   one slug for two roles of the environment, of an organization: one winner  -> slugs_claimed

#include "concurrency/race.hpp"
#include "support/scale.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

BOOST_AUTO_TEST_SUITE(races)

using namespace membership;
using namespace membership_tests;

namespace {

std::size_t rounds() { return scaled(20'000, 100'000); }

template <class Store>
void create_create(std::size_t times) {
  Race<Store> race;
  constexpr unsigned users = 50;
  furnish(*race.store, users, 1);
  using Result = decltype(race.first.run(race.face, std::declval<CreateMembership>()));
  std::optional<Result> a;
  std::optional<Result> b;
  Actor cleaner(3);
  const auto command = [](std::size_t round) {
    return CreateMembership{user(1 + round % users), organization(1)};
  };
  race.run(
      times, [&](std::size_t round) { a = race.first.run(race.face, command(round)); },
      [&](std::size_t round) { b = race.second.run(race.face, command(round)); },
      [&](std::size_t round) {
        Faults& faults = race.faults;
        faults.check(a->has_value() != b->has_value(), "not exactly one winner");
        if (a->has_value() == b->has_value()) return;
        const Result& won = a->has_value() ? *a : *b;
        const Result& lost = a->has_value() ? *b : *a;
        faults.check((*won).outcome() == Outcome::created, "the winner did not create");
        faults.check(refused_with(lost, ErrorCode::organization_membership_already_exists),
                     "the loser is told something else");
        const MembershipId id = (*won).membership()->id;
        if (lost.error().error) {
          faults.check(lost.error().error->subject.view() == id.view(), "another id is named");
        }
        std::size_t rows = 0;
        MembershipFilter filter;
        filter.organization = organization(1);
        static_cast<void>(race.store->list(*MembershipQuery::make(filter, {}),
                                           [&](const MembershipRow&) { ++rows; }));
        filter.organization.reset();
        filter.user = user(1 + round % users);
        static_cast<void>(race.store->list(*MembershipQuery::make(filter, {}),
                                           [&](const MembershipRow&) { ++rows; }));
        faults.check(rows == 2, "not exactly one row");
        faults.check(cleaner.run(race.face, DeleteMembership{id}).has_value(),
                     "the row cannot be deleted");
      });
  BOOST_TEST(race.auditor.events() == 2 * times + users + 3);
  const std::uint64_t conflicts =
      race.first.tries() + race.second.tries() - race.first.commands() - race.second.commands();
  if constexpr (std::is_same_v<Store, Unqueued>) {
    BOOST_TEST(conflicts > times / 10);
  } else {
    BOOST_TEST(conflicts == 0u);
  }
}

template <class Store>
void create_delete(std::size_t times) {
  Race<Store> race;
  furnish(*race.store, 1, 1);
  std::optional<MembershipId> id;
  bool created = false;
  bool deleted = false;
  bool inactive = false;
  std::optional<MembershipId> made;
  const CreateMembership create{user(1), organization(1)};
  race.run(
      times,
      [&](std::size_t) {
        const auto result = race.first.run(race.face, create);
        created = result.has_value();
        if (created) made = (*result).membership()->id;
        if (!created) {
          race.faults.check(refused_with(result, ErrorCode::organization_membership_already_exists),
                            "create is refused for another reason");
        }
      },
      [&](std::size_t) {
        const auto result = race.second.run(
            race.face, DeleteMembership{id.value_or(MembershipId::from_stored("none"))});
        deleted = result.has_value();
        if (!deleted) {
          race.faults.check(refused_with(result, ErrorCode::entity_not_found),
                            "delete is refused for another reason");
        }
      },
      [&](std::size_t round) {
        race.faults.check(deleted == id.has_value(), "what is there is deleted, once");
        if (!id || inactive) race.faults.check(created, "nothing was in the way");
        // Activated under its id, it was deleted after that.
        id = created && made != id ? made : std::nullopt;
        const auto found =
            race.store->view(user(1), organization(1), [&](const MembershipRow& row) {
              race.faults.check(id && row.membership.id == id->view(),
                                "another membership is left");
            });
        race.faults.check(*found == id.has_value(), "left is not what the winner left");
        inactive = id && round % 3 != 0;
        if (inactive) {
          const auto result = race.first.run(race.face, DeactivateMembership{*id});
          race.faults.check(result.has_value(), "cannot deactivate");
        }
      });
}

template <class Store>
void status_and_roles(std::size_t times) {
  Race<Store> race;
  furnish(*race.store, 1, 1);
  const auto made = race.first.run(race.face, CreateMembership{user(1), organization(1)});
  const MembershipId id = (*made).membership()->id;
  constexpr std::array<std::string_view, 2> slugs{"admin", "viewer"};
  race.run(
      times,
      [&](std::size_t round) {
        const bool good = round % 2 == 0
                              ? race.first.run(race.face, DeactivateMembership{id, {}}).has_value()
                              : race.first.run(race.face, ReactivateMembership{id, {}}).has_value();
        race.faults.check(good, "the status is refused");
      },
      [&](std::size_t round) {
        const auto result = race.second.run(
            race.face, UpdateRoles{id, RoleSelection::one(slugs[(round / 2) % 2]), {}});
        race.faults.check(result.has_value(), "the roles are refused");
      },
      [&](std::size_t round) {
        static_cast<void>(race.store->view(user(1), organization(1), [&](const MembershipRow& row) {
          const Status status = round % 2 == 0 ? Status::inactive : Status::active;
          race.faults.check(row.membership.status == status, "the status is lost");
          const std::string_view slug =
              primary_role({}, row.roles, row.membership.roles, row.membership.first_requested);
          race.faults.check(slug == slugs[(round / 2) % 2], "the roles are lost");
        }));
      });
}

template <class Store>
void stale_delete(std::size_t times) {
  Race<Store> race;
  furnish(*race.store, 1, 1);
  const CreateMembership create{user(1), organization(1)};
  MembershipId id = (*race.first.run(race.face, create)).membership()->id;
  std::optional<MembershipId> made;
  std::optional<Plan> stale;
  const auto prepare = [&] {
    Reads reads;
    reads.membership = &id;
    const auto seen = race.store->load(reads);
    const auto plan = race.second.decide(*seen, DeleteMembership{id});
    race.faults.check(plan.has_value(), "a plan to delete");
    if (plan) stale.emplace(*plan);
  };
  prepare();
  race.run(
      times,
      [&](std::size_t) {
        made.reset();
        for (int tries = 0; tries < 10'000 && !made; ++tries) {
          const auto result = race.first.run(race.face, create);
          if (result) made = (*result).membership()->id;
          if (!result) std::this_thread::yield();
        }
      },
      [&](std::size_t) {
        // The first carries it out, those after find no such membership, whoever is there by now.
        const std::span<const Plan> plan(&*stale, 1);
        race.faults.check(*race.store->commit(plan) == CommitStatus::committed, "not deleted");
        for (int again = 0; again < 2; ++again) {
          race.faults.check(*race.store->commit(plan) == CommitStatus::conflict, "a stale plan");
          race.faults.check(refused_with(race.second.run(race.face, DeleteMembership{id, {}}),
                                         ErrorCode::entity_not_found),
                            "a stale id deletes");
          race.faults.check(refused_with(race.second.run(race.face, DeactivateMembership{id, {}}),
                                         ErrorCode::entity_not_found),
                            "a stale id deactivates");
        }
      },
      [&](std::size_t) {
        race.faults.check(made.has_value(), "never made again");
        if (!made) return;
        race.faults.check(!(*made == id), "the id is made twice");
        const auto found =
            race.store->view(user(1), organization(1), [&](const MembershipRow& row) {
              race.faults.check(row.membership.id == made->view(), "another successor");
              race.faults.check(row.membership.status == Status::active,
                                "the successor is changed");
            });
        race.faults.check(*found, "the successor is gone");
        id = *made;
        prepare();
      });
}

void two_organizations(std::size_t times) {
  Race<Unqueued> race;
  furnish(*race.store, 1, 2);
  std::array<std::optional<MembershipId>, 2> ids;
  const auto body = [&](Actor& actor, unsigned which) {
    if (ids[which]) {
      race.faults.check(actor.run(race.face, DeleteMembership{*ids[which], {}}).has_value(),
                        "cannot delete");
      ids[which].reset();
      return;
    }
    const auto made =
        actor.run(race.face, CreateMembership{user(1), organization(which + 1), {}, {}});
    race.faults.check(made.has_value(), "cannot create");
    if (made) ids[which] = (*made).membership()->id;
  };
  race.run(
      times, [&](std::size_t) { body(race.first, 0); }, [&](std::size_t) { body(race.second, 1); },
      [&](std::size_t) {
        MembershipFilter filter;
        filter.user = user(1);
        std::size_t rows = 0;
        static_cast<void>(race.store->list(*MembershipQuery::make(filter, {}),
                                           [&](const MembershipRow&) { ++rows; }));
        race.faults.check(rows == static_cast<std::size_t>(ids[0].has_value()) + (ids[1] ? 1u : 0u),
                          "the user's list is wrong");
      });
  BOOST_TEST(race.first.tries() == race.first.commands());
  BOOST_TEST(race.second.tries() == race.second.commands());
}

/// Two commands of which exactly one may be carried out, the other refused with `code`.
template <class First, class Second>
void one_winner(
    Race<Unqueued>& race, std::size_t times, const First& first, const Second& second,
    ErrorCode code, const std::function<void(std::size_t)>& after = [](std::size_t) {}) {
  bool a = false;
  bool b = false;
  race.run(
      times,
      [&](std::size_t round) {
        const auto result = race.first.run(race.face, first(round));
        a = result.has_value();
        if (!a) race.faults.check(refused_with(result, code), "refused for another reason");
      },
      [&](std::size_t round) {
        const auto result = race.second.run(race.face, second(round));
        b = result.has_value();
        if (!b) race.faults.check(refused_with(result, code), "refused for another reason");
      },
      [&](std::size_t round) {
        race.faults.check(a != b, "not exactly one winner");
        after(round);
      });
}

}  // namespace

BOOST_AUTO_TEST_CASE(create_create_queued) { create_create<Queued>(100'000); }
BOOST_AUTO_TEST_CASE(create_create_unqueued) { create_create<Unqueued>(100'000); }

BOOST_AUTO_TEST_CASE(create_delete_queued) { create_delete<Queued>(rounds()); }
BOOST_AUTO_TEST_CASE(create_delete_unqueued) { create_delete<Unqueued>(rounds()); }

BOOST_AUTO_TEST_CASE(status_and_roles_queued) { status_and_roles<Queued>(rounds()); }
BOOST_AUTO_TEST_CASE(status_and_roles_unqueued) { status_and_roles<Unqueued>(rounds()); }

BOOST_AUTO_TEST_CASE(stale_delete_queued) { stale_delete<Queued>(rounds()); }
BOOST_AUTO_TEST_CASE(stale_delete_unqueued) { stale_delete<Unqueued>(rounds()); }

BOOST_AUTO_TEST_CASE(two_organizations_at_once) { two_organizations(rounds()); }

BOOST_AUTO_TEST_CASE(email_claim) {
  Race<Unqueued> race;
  const std::size_t times = scaled(5'000, 50'000);
  std::string lower;
  std::string upper;
  const auto spell = [&](std::size_t round) {
    lower = "ann" + std::to_string(round) + "@example.com";
    upper = "Ann" + std::to_string(round) + "@EXAMPLE.com";
  };
  spell(0);
  const auto with_email = [](const std::string& email) {
    CreateUser command;
    command.email = email;
    return command;
  };
  one_winner(
      race, times, [&](std::size_t) { return with_email(lower); },
      [&](std::size_t) { return with_email(upper); }, ErrorCode::email_not_available,
      [&](std::size_t round) {
        UserFilter filter;
        filter.email = EmailKey::folded(lower);
        std::size_t rows = 0;
        static_cast<void>(
            race.store->list(*UserQuery::make(Page<UserId>{}, filter), [&](const UserRow& row) {
              ++rows;
              const auto email = row.profile.texts[Text::email];
              race.faults.check(email == lower || email == upper, "another user has the address");
            }));
        race.faults.check(rows == 1, "nobody has the address");
        spell(round + 1);
      });
  BOOST_TEST(race.auditor.events() == times);
}

BOOST_AUTO_TEST_CASE(ids_claimed) {
  const std::size_t times = scaled(5'000, 50'000);
  {
    Race<Unqueued> race;
    const auto command = [](std::size_t round) {
      CreateUser create;
      create.id = user(round);
      return create;
    };
    one_winner(race, times, command, command, ErrorCode::id_already_used);
    BOOST_TEST(race.auditor.events() == times);
  }
  Race<Unqueued> race;
  const auto command = [](std::size_t round) {
    return CreateOrganization{"Acme", organization(round)};
  };
  one_winner(race, times, command, command, ErrorCode::id_already_used);
  BOOST_TEST(race.auditor.events() == times);
}

BOOST_AUTO_TEST_CASE(slugs_claimed) {
  for (std::size_t again = 0; again < scaled(20, 200); ++again) {
    Race<Unqueued> race;
    furnish(*race.store, 0, 1);
    std::string slug = "r0";
    std::string own = "org-r0";
    one_winner(
        race, 60,
        [&](std::size_t) {
          return CreateRole{slug, "Role", {}, {}};
        },
        [&](std::size_t) {
          return CreateRole{slug, "Role", {}, {}};
        },
        ErrorCode::role_slug_conflict,
        [&](std::size_t round) {
          std::size_t roles = 0;
          static_cast<void>(race.store->list(RoleQuery{}, [&](const RoleRow&) { ++roles; }));
          race.faults.check(roles == round + 4, "number of roles");
          slug = "r" + std::to_string(round + 1);
        });
    one_winner(
        race, 60,
        [&](std::size_t) {
          return CreateOrganizationRole{organization(1), "Role", own, {}, {}};
        },
        [&](std::size_t) {
          return CreateOrganizationRole{organization(1), "Role", own, {}, {}};
        },
        ErrorCode::organization_role_slug_conflict,
        [&](std::size_t round) { own = "org-r" + std::to_string(round + 1); });
  }
}

BOOST_AUTO_TEST_SUITE_END()
