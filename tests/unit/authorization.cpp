// SPDX-License-Identifier: BSL-1.0

// Plan
//   every reason, through a store and on a membership at hand            -> reasons
//   to_string of each                                                    -> spelled
//   the union over roles, the environment's and the organization's own   -> union_over_roles
//   which role is named                                                  -> names_a_role
//   every standing x every set of three roles x every permission         -> exhaustive
//   inactive and pending grant nothing                                   -> reasons, exhaustive
//   unknown and odd permissions                                          -> unknown_permissions
//   a permission on its way out, a role on its way out, a role that is gone -> on_the_way_out
//   effective permissions and the claims of a session                    -> session_claims
//   claims under option `primary_role`                                   -> first_requested
//   a store's answer is true where it is granted, and nowhere else       -> true_is_granted
//   a store that fails                                                   -> failing_store
//   no allocation                                                        -> in allocations.cpp

#include "../support/settings.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>

using namespace membership;
using namespace membership_tests;

namespace authorization {

using Reason = AuthorizationReason;

/// "read" and "write" in an organization with a role of its own; ada holds what a case gives her.
struct Fixture : Host {
  UserId ada = user("ada");
  OrganizationId acme = set_up();
  OrganizationMembership adas = join(ada, acme);

  OrganizationId set_up() {
    for (const std::string_view slug : {"reader", "writer", "nothing"}) role(slug);
    for (const std::string_view slug : {"read", "write", "lead"})
      done(CreatePermission{slug, slug});
    done(AddRolePermission{"reader", "read"});
    done(AddRolePermission{"writer", "read"});
    done(AddRolePermission{"writer", "write"});
    done(EnableMultipleRoles{});
    const auto id = organization("org_1");
    organization_role(id, "org-lead");
    done(AddRolePermission{"org-lead", "lead", id});
    return id;
  }
  void give(std::vector<std::string_view> roles) {
    done(UpdateRoles{adas.id, RoleSelection::several(roles)});
  }
  Authorization check(std::string_view permission) const {
    return *authorize(store, ada, acme, permission);
  }
};

Authorization no(Reason reason) { return {reason, RoleIndex::none()}; }
Authorization yes(RoleIndex role) { return {Reason::granted, role}; }
constexpr RoleIndex reader = RoleIndex::environment(1);
constexpr RoleIndex writer = RoleIndex::environment(2);
constexpr RoleIndex lead = RoleIndex::organization(0);

}  // namespace authorization

BOOST_FIXTURE_TEST_SUITE(authorization, authorization::Fixture)

BOOST_AUTO_TEST_CASE(reasons) {
  BOOST_TEST((check("read") == no(Reason::no_role_grants)));
  give({"reader"});
  BOOST_TEST((check("read") == yes(reader)));
  BOOST_TEST(static_cast<bool>(check("read")));
  BOOST_TEST((check("write") == no(Reason::no_role_grants)));
  BOOST_TEST(!static_cast<bool>(check("write")));
  done(DeactivateMembership{adas.id});
  BOOST_TEST((check("read") == no(Reason::inactive)));
  BOOST_TEST((check("none") == no(Reason::inactive)));
  rewrite(adas.id, [](OrganizationMembership& value) { value.status = Status::pending; });
  BOOST_TEST((check("read") == no(Reason::pending)));
  done(DeleteMembership{adas.id});
  BOOST_TEST((check("read") == no(Reason::not_a_member)));
  BOOST_TEST((*authorize(store, make_id<UserId>("x"), acme, "read") == no(Reason::not_a_member)));
  BOOST_TEST(
      (*authorize(store, ada, make_id<OrganizationId>("x"), "read") == no(Reason::not_a_member)));
}

BOOST_AUTO_TEST_CASE(spelled) {
  BOOST_TEST(to_string(Reason::granted) == "granted");
  BOOST_TEST(to_string(Reason::not_a_member) == "not a member");
  BOOST_TEST(to_string(Reason::inactive) == "inactive");
  BOOST_TEST(to_string(Reason::pending) == "pending");
  BOOST_TEST(to_string(Reason::no_role_grants) == "no role grants it");
  BOOST_TEST((Authorization{} == no(Reason::not_a_member)));
}

BOOST_AUTO_TEST_CASE(union_over_roles) {
  give({"nothing", "reader", "org-lead"});
  BOOST_TEST((check("read") == yes(reader)));
  BOOST_TEST((check("lead") == yes(lead)));
  BOOST_TEST((check("write") == no(Reason::no_role_grants)));
  give({"writer", "org-lead"});
  BOOST_TEST((check("write") == yes(writer)));
  // Another organization's role of the same place and slug is another role.
  const auto other = organization("org_2");
  organization_role(other, "org-lead");
  join(ada, other, RoleSelection::one("org-lead"));
  BOOST_TEST((*authorize(store, ada, other, "lead") == no(Reason::no_role_grants)));
}

BOOST_AUTO_TEST_CASE(names_a_role) {
  give({"writer", "reader"});
  BOOST_TEST((check("read") == yes(reader)), "of the lowest index");
  done(RemoveRolePermission{"reader", "read"});
  BOOST_TEST((check("read") == yes(writer)), "at once");
  done(AddRolePermission{"org-lead", "read", acme});
  give({"org-lead", "writer"});
  BOOST_TEST((check("read") == yes(writer)), "the environment's first");
}

BOOST_AUTO_TEST_CASE(exhaustive) {
  const RoleCatalogue roles = load_pair(ada, acme).roles;
  const RoleIndex all[] = {reader, writer, lead};
  const std::string_view permissions[] = {"read", "write", "lead", "none"};
  // Which permission each role grants.
  constexpr bool grants[3][4] = {
      {true, false, false, false}, {true, true, false, false}, {false, false, true, false}};
  for (const Status status : {Status::active, Status::inactive, Status::pending}) {
    for (unsigned bits = 0; bits < 8; ++bits) {
      RoleSet held;
      for (unsigned i = 0; i < 3; ++i) {
        if (((bits >> i) & 1u) != 0) held.insert(all[i]);
      }
      PermissionSet effective;
      for (unsigned p = 0; p < 4; ++p) {
        bool granted = false;
        for (unsigned i = 0; i < 3; ++i)
          granted = granted || (held.contains(all[i]) && grants[i][p]);
        const Authorization answer = authorize(roles, status, held, permissions[p]);
        BOOST_TEST(static_cast<bool>(answer) == (granted && status == Status::active));
        if (answer) {
          effective.insert(p);
          BOOST_TEST(held.contains(answer.role));
        } else {
          BOOST_TEST(answer.role.is_none());
        }
      }
      BOOST_TEST((effective_permissions(roles, status, held) == effective));
    }
  }
}

BOOST_AUTO_TEST_CASE(unknown_permissions) {
  give({"writer"});
  for (const std::string_view permission : {"", "none", "Read", "read ", "rea", "\xFF"}) {
    BOOST_TEST((check(permission) == no(Reason::no_role_grants)));
  }
  const std::string long_text(1'000, 'r');
  BOOST_TEST((check(long_text) == no(Reason::no_role_grants)));
  // Slugs that differ after the part that is compared first.
  const std::string one = std::string(30, 'p') + "1";
  const std::string two = std::string(30, 'p') + "2";
  done(CreatePermission{one, "One"});
  done(CreatePermission{two, "Two"});
  done(AddRolePermission{"writer", two});
  BOOST_TEST((check(one) == no(Reason::no_role_grants)));
  BOOST_TEST((check(two) == yes(writer)));
}

BOOST_AUTO_TEST_CASE(on_the_way_out) {
  give({"writer"});
  retire_permission(*this, "read");
  BOOST_TEST((check("read") == no(Reason::no_role_grants)));
  BOOST_TEST((check("write") == yes(writer)));
  PermissionSet write;
  write.insert(1);
  const auto effective = [&] {
    PermissionSet set;
    static_cast<void>(*store.view(ada, acme, [&](const MembershipRow& row) {
      set = effective_permissions(row.roles, row.membership.status, row.membership.roles);
    }));
    return set;
  };
  BOOST_TEST((effective() == write));

  // A role on its way out keeps its meaning until its page; one that is gone grants nothing.
  PermissionSet all;
  for (unsigned i = 0; i < 256; ++i) all.insert(i);
  RoleState states[] = {RoleState(*RoleSlug::make("a"), true, write), RoleState::nothing()};
  states[0].phase = Phase::retiring;
  states[1].permissions = all;
  const PermissionState permissions[] = {PermissionState(*PermissionSlug::make("read")),
                                         PermissionState(*PermissionSlug::make("write"))};
  const RoleCatalogue roles(RoleTable(states, 2), {}, nullptr, nullptr,
                            PermissionTable(permissions, 2));
  const RoleIndex first = RoleIndex::environment(0);
  const RoleIndex hole = RoleIndex::environment(1);
  const RoleIndex beyond = RoleIndex::organization(63);
  BOOST_TEST((authorize(roles, Status::active, RoleSet::of(first), "write") == yes(first)));
  for (const RoleIndex index : {hole, beyond}) {
    BOOST_TEST((authorize(roles, Status::active, RoleSet::of(index), "write") ==
                no(Reason::no_role_grants)));
    BOOST_TEST(
        (effective_permissions(roles, Status::active, RoleSet::of(index)) == PermissionSet{}));
  }
}

namespace {

std::string claims_text(const PolicyOptions& options, const MembershipRow& row) {
  const SessionClaims claims(options, row);
  std::string text(claims.organization_id());
  text += ' ';
  text += claims.role();
  text += " [";
  claims.for_each_role([&](std::string_view slug) { text.append(slug).append(","); });
  text += "] [";
  claims.for_each_permission([&](std::string_view slug) { text.append(slug).append(","); });
  return text + "]";
}

}  // namespace

BOOST_AUTO_TEST_CASE(session_claims) {
  const auto shown = [&] {
    std::string text;
    static_cast<void>(*store.view(
        ada, acme, [&](const MembershipRow& row) { text = claims_text(policy.options, row); }));
    return text;
  };
  BOOST_TEST(shown() == "org_1 member [member,] []");
  give({"org-lead", "writer", "reader"});
  BOOST_TEST(shown() == "org_1 reader [reader,writer,org-lead,] [read,write,lead,]");
  const std::string_view order[] = {"org-lead", "writer", "reader", "nothing", "member"};
  done(SetPriorityOrder{order, acme});
  BOOST_TEST(shown() == "org_1 org-lead [org-lead,writer,reader,] [read,write,lead,]");
  retire_permission(*this, "write");
  BOOST_TEST(shown() == "org_1 org-lead [org-lead,writer,reader,] [read,lead,]");
  done(DeactivateMembership{adas.id});
  BOOST_TEST(shown() == "org_1  [] []");
}

BOOST_AUTO_TEST_CASE(first_requested) {
  policy.options.primary_role = PrimaryRole::first_requested;
  give({"writer", "reader", "org-lead"});
  std::string text;
  static_cast<void>(*store.view(
      ada, acme, [&](const MembershipRow& row) { text = claims_text(policy.options, row); }));
  BOOST_TEST(text == "org_1 writer [writer,reader,org-lead,] [read,write,lead,]");
}

namespace {

struct Failing {
  using traits = DefaultTraits;
  using Failure = int;
  struct Loaded : Snapshot {};
  static constexpr Kinds keeps{Kind::membership};
  tl::expected<bool, int> view(const UserId&, const OrganizationId&,
                               const std::function<void(const MembershipRow&)>&) const {
    return tl::unexpected<int>(7);
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(failing_store) {
  static_assert(Failing::keeps == Kinds(Kind::membership));
  const auto result = authorize(Failing{}, ada, acme, "read");
  BOOST_TEST(!result);
  BOOST_TEST_REQUIRE(result.failure() != nullptr);
  BOOST_TEST(*result.failure() == 7);
}

BOOST_AUTO_TEST_CASE(true_is_granted) {
  give({"reader"});
  const auto granted = authorize(store, ada, acme, "read");
  BOOST_TEST((granted && granted.failure() == nullptr && granted->role == (*granted).role));
  const auto refused = authorize(store, ada, acme, "write");
  BOOST_TEST((!refused && refused.failure() == nullptr));
  BOOST_TEST((refused->reason == Reason::no_role_grants));
  BOOST_TEST(!authorize(store, make_id<UserId>("x"), acme, "read"));
}

BOOST_AUTO_TEST_SUITE_END()
