// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_CONFORMANCE_SNAPSHOTS_HPP
#define MEMBERSHIP_TESTING_CONFORMANCE_SNAPSHOTS_HPP

#include "membership/testing/conformance/world.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace membership::inline v0 {
namespace testing {
namespace conformance {

/// A change of the environment through one store object is seen by the next load and view through
/// another (docs/explanation/concurrency.md, rule 5).
struct FreshCatalogue {
  static constexpr std::string_view name = "fresh_catalogue";
  static constexpr Needs needs{
      Kinds{Kind::environment, Kind::organization, Kind::membership, Kind::role}};

  template <class W>
  static void run(W& w) {
    using T = typename W::T;
    const auto organization = w.organization();
    const auto user = w.user();
    w.join(user, organization);
    static_cast<void>(w.load_from(w.another(), {}));  // whoever caches has something by now
    w.done(BasicCreateRole<T>{"fresh", "Fresh"});
    const auto seen = w.load_from(w.another(), {});
    w.same(w.load({}).roles, seen.roles, "the roles that another store object shows");
    w.expect(!seen.roles.find("fresh").is_none(), "a new role in the next load", "none");
    w.done_in(w.another(),
              typename W::CreateMembership{w.user(), organization, RoleSelection::one("fresh")});
    w.done(BasicSetDefaultRole<T>{"fresh"});
    w.same(w.load({}).environment, w.load_from(w.another(), {}).environment,
           "the environment that another store object shows");
    if constexpr (W::keeps(Kind::permission)) permissions(w, user, organization);
  }

 private:
  template <class W>
  static void permissions(W& w, const typename W::UserId& user,
                          const typename W::OrganizationId& organization) {
    using T = typename W::T;
    w.done(BasicCreatePermission<T>{"read", "Read"});
    for (const bool granted : {true, false, true}) {
      if (granted) {
        w.done(BasicAddRolePermission<T>{w.role(0), "read"});
      } else {
        w.done(BasicRemoveRolePermission<T>{w.role(0), "read"});
      }
      const auto seen = w.load_from(w.another(), W::pair_reads(user, organization));
      grants(w, granted, seen.roles, seen.membership ? seen.membership->roles : RoleSet{}, "load");
      if constexpr (W::has(Verb::view)) {
        w.must(w.another().view(user, organization,
                                [&](const auto& row) {
                                  grants(w, granted, row.roles, row.membership.roles, "view");
                                }),
               "view to succeed");
      }
    }
  }
  template <class W>
  static void grants(W& w, bool granted, const RoleCatalogue& roles, RoleSet held,
                     std::string_view verb) {
    const unsigned permission = roles.find_permission("read");
    w.expect(permission != PermissionSet::capacity &&
                 roles.permissions(held).contains(permission) == granted,
             granted ? "a permission just given to be granted in the next " + std::string(verb)
                     : "a permission just taken not to be granted in the next " + std::string(verb),
             "the one before");
  }
};

/// A load shows what it is asked for, and nothing that it is not.
struct LoadedParts {
  static constexpr std::string_view name = "reads";
  static constexpr Needs needs{members};

  template <class W>
  static void run(W& w) {
    const auto organization = w.organization();
    const auto elsewhere = w.organization();
    const auto ada = w.user();
    const auto eve = w.user();
    const auto first = w.join(ada, organization);
    const auto second = w.join(eve, organization, 1);
    const auto foreign = w.join(eve, elsewhere);
    typename W::Reads reads;
    reads.user = &ada;
    reads.organization = &organization;
    auto seen = w.load(reads);
    w.expect(!seen.membership && !seen.actor && !seen.other, "no membership unasked for", "one");
    w.expect(seen.user && seen.user->id == ada, "the user", text_of_user(seen));
    w.expect(seen.organization && seen.organization->id == organization, "the organization",
             text_of(seen.organization));

    reads.pair = true;
    reads.actor = &eve;
    reads.other = &second.id;
    seen = w.load(reads);
    w.same(first, *one(w, seen.membership), "the membership of a pair");
    w.same(second, *one(w, seen.actor), "the actor's membership");
    w.same(second, *one(w, seen.other), "the other membership");
    reads.other = &foreign.id;
    w.expect(!w.load(reads).other, "no other membership of another organization", "one");

    typename W::Reads by_id;
    by_id.membership = &foreign.id;
    by_id.actor = &ada;
    seen = w.load(by_id);
    w.same(foreign, *one(w, seen.membership), "a membership by its id");
    w.expect(seen.organization && seen.organization->id == elsewhere,
             "the organization of a membership", text_of(seen.organization));
    w.expect(!seen.actor, "no actor's membership of another organization", "one");

    typename W::Reads holders;
    holders.organization = &organization;
    holders.holders = w.role_index(0);
    const std::uint64_t before = w.load(holders).holders;
    w.same_number(w.has_two_roles() ? 1 : 2, before, "how many hold a role");
    w.done(typename W::Deactivate{first.id});
    w.same_number(before - 1, w.load(holders).holders, "how many hold a role actively");

    const auto nobody = w.template unknown<typename W::MembershipId>();
    w.expect(!w.member(nobody), "no membership of an unknown id", "one");
    const auto nowhere = w.template unknown<typename W::OrganizationId>();
    seen = w.load_pair(ada, nowhere);
    w.expect(!seen.organization && !seen.membership, "no unknown organization", "one");
    if constexpr (W::keeps(Kind::user)) {
      const auto unknown = w.template unknown<typename W::UserId>();
      w.expect(!w.load_pair(unknown, organization).user, "no unknown user", "one");
      by_id.member_user = true;
      seen = w.load(by_id);
      w.expect(seen.user && seen.user->id == eve, "the user of a membership", text_of_user(seen));
      w.expect(seen.user_profile == nullptr, "no profile unasked for", "one");
    }
  }

 private:
  template <class W>
  static const typename W::Membership* one(W& w, const Slot<typename W::Membership>& slot) {
    if (!slot) w.stop("a membership that is asked for", "none");
    return slot.get();
  }
  template <class Loaded>
  static std::string text_of_user(const Loaded& seen) {
    return text_of(seen.user);
  }
};

/// Several snapshots of one load are those that single loads show.
struct LoadSeveral {
  static constexpr std::string_view name = "load_several";
  static constexpr Needs needs{members, Verbs{Verb::load_several}};

  template <class W>
  static void run(W& w) {
    using Reads = typename W::Reads;
    const auto organization = w.organization();
    const auto other = w.organization();
    const auto ada = w.user();
    const auto eve = w.user();
    const auto first = w.join(ada, organization);
    w.join(eve, other, 1);
    Reads by_id;
    by_id.membership = &first.id;
    const std::vector<Reads> reads = {W::pair_reads(ada, organization),
                                      W::pair_reads(eve, organization), W::pair_reads(eve, other),
                                      by_id, Reads{}};
    const auto loaded = w.must(w.store().load(std::span<const Reads>(reads)), "a load of several");
    w.same_number(reads.size(), loaded.size(), "the number of snapshots");
    if (loaded.size() != reads.size()) return;
    for (std::size_t i = 0; i < reads.size(); ++i) {
      const auto wanted = w.load(reads[i]);
      w.same(wanted.membership, loaded[i].membership, "the membership of one of several");
      w.same(wanted.organization, loaded[i].organization, "the organization of one of several");
      w.same(wanted.user, loaded[i].user, "the user of one of several");
      w.same(wanted.environment, loaded[i].environment, "the environment of one of several");
      w.same(wanted.roles, loaded[i].roles, "the roles of one of several");
    }
    w.expect(w.must(w.store().load(std::span<const Reads>()), "a load of none").empty(),
             "no snapshot for no reads", "some");
  }
};

}  // namespace conformance
}  // namespace testing
}  // namespace membership::inline v0

#endif
