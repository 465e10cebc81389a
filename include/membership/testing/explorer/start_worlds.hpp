// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_EXPLORER_START_WORLDS_HPP
#define MEMBERSHIP_TESTING_EXPLORER_START_WORLDS_HPP

#include "membership/command/change_role_permissions.hpp"
#include "membership/command/create_membership.hpp"
#include "membership/command/create_organization.hpp"
#include "membership/command/create_organization_role.hpp"
#include "membership/command/create_permission.hpp"
#include "membership/command/create_role.hpp"
#include "membership/command/create_user.hpp"
#include "membership/command/deactivate_membership.hpp"
#include "membership/command/enable_multiple_roles.hpp"
#include "membership/command/send_invitation.hpp"
#include "membership/command/set_default_role.hpp"
#include "membership/command/set_priority_order.hpp"
#include "membership/command/set_seats.hpp"
#include "membership/driver/operation.hpp"
#include "membership/testing/schedule_explorer.hpp"

#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace membership::inline v0 {
namespace testing {

/// A world in which schedules begin. In each there are two organizations, four users of whom the
/// fourth belongs to neither, the roles `member`, `admin` (the owner role), `viewer` and `editor`,
/// the role `org-clerk` of the first organization, and the permission `docs:read`:
///
///     om_1 user_1 in org_a    om_4 user_1 in org_b    invitation_1 of user_2 to org_b
///     om_2 user_2 in org_a    om_5 user_3 in org_b    invitation_2 of a stranger to org_a
///     om_3 user_3 in org_a    om_6 user_2 in org_b
///
/// om_5 is inactive, om_6 pending; om_1 and om_4 are owners.
enum class StartWorld : std::uint8_t {
  plain,  ///< om_2 is an owner as well, the others hold `viewer`
  used,   ///< Multiple Roles is on; `editor`, `org-clerk` and the permission are used everywhere
  edge,   ///< one owner and no free seat in each organization
};

/// The enumerator's name.
constexpr std::string_view to_string(StartWorld world) noexcept {
  switch (world) {
    case StartWorld::plain: return "plain";
    case StartWorld::used: return "used";
    case StartWorld::edge: return "edge";
  }
  return "";
}

/// The ids of start worlds.
constexpr UserId explorer_user(unsigned number) noexcept {
  return FixedIds::numbered<UserId>(number);
}
/// The memberships, in the order in which they were made.
constexpr MembershipId explorer_membership(unsigned number) noexcept {
  return FixedIds::numbered<MembershipId>(number);
}
/// The invitations, in the order in which they were made.
constexpr InvitationId explorer_invitation(unsigned number) noexcept {
  return FixedIds::numbered<InvitationId>(number);
}
/// The organizations: `org_a`, `org_b`.
constexpr OrganizationId explorer_organization(char letter) noexcept {
  const char text[] = {'o', 'r', 'g', '_', letter};
  return OrganizationId::from_stored({text, sizeof text});
}

namespace detail {

/// Makes a start world by commands.
template <class S>
class Seed {
 public:
  Seed(S& store, StartWorld world) : store_(store), world_(world) {
    make_catalogue();
    make_members();
    if (world == StartWorld::used) use_everything();
    if (world == StartWorld::edge) close_seats();
  }

 private:
  template <class C>
  void done(const C& command) {
    check(execute(store_, ExplorerPolicy{}, command, runtime_));
  }
  template <class Result>
  static void check(const Result& result) {
    if (result) return;
    const auto& error = result.error().error;
    throw std::logic_error("a start world cannot be made: " +
                           std::string(error ? to_string(error->code) : "the store"));
  }

  void make_catalogue() {
    for (const std::string_view role : {"admin", "viewer"}) done(CreateRole{role, role});
    check(name_owner_role(store_, ExplorerPolicy{}, "admin", runtime_));
    done(CreatePermission{"docs:read", "Read"});
    if (world_ == StartWorld::used) done(EnableMultipleRoles{});
    for (const OrganizationId& id : {a, b}) {
      CreateOrganization command{id.view(), id};
      done(command);
    }
    done(CreateOrganizationRole{a, "Clerk", std::string_view("org-clerk")});
    // Made after it, so that the organization's order does not name it.
    done(CreateRole{"editor", "Editor"});
    for (unsigned number = 1; number <= 4; ++number) {
      const std::string email = "user" + std::to_string(number) + "@example.com";
      CreateUser command;
      command.id = explorer_user(number);
      command.email = email;
      done(command);
    }
  }

  void join(unsigned user, const OrganizationId& organization,
            std::initializer_list<std::string_view> slugs) {
    const RoleSelection roles =
        slugs.size() == 1 ? RoleSelection::one(*slugs.begin()) : RoleSelection::several(slugs);
    done(CreateMembership{explorer_user(user), organization, roles});
  }

  void make_members() {
    const bool used = world_ == StartWorld::used;
    join(1, a, {"admin"});
    if (used) {
      join(2, a, {"editor", "admin"});
      join(3, a, {"org-clerk", "viewer"});
      join(1, b, {"admin", "editor"});
      join(3, b, {"editor"});
    } else {
      join(2, a, {world_ == StartWorld::plain ? "admin" : "viewer"});
      join(3, a, {"viewer"});
      join(1, b, {"admin"});
      join(3, b, {"viewer"});
    }
    done(DeactivateMembership{explorer_membership(5)});
    done(SendInvitation{"user2@example.com", b, used ? "editor" : "viewer"});
    done(SendInvitation{"stranger@example.com", a, used ? "editor" : "viewer"});
  }

  void use_everything() {
    done(AddRolePermission{"editor", "docs:read"});
    done(AddRolePermission{"org-clerk", "docs:read", a});
    done(SetDefaultRole{"editor", a});
    static constexpr std::string_view order[] = {"editor", "admin", "member", "viewer"};
    done(SetPriorityOrder{order});
    static constexpr std::string_view own[] = {"org-clerk", "editor", "admin", "viewer", "member"};
    done(SetPriorityOrder{own, a});
  }

  void close_seats() {
    done(SetSeatLimit{a, 3});
    done(SetSeatLimit{b, 1});
  }

  static constexpr OrganizationId a = explorer_organization('a');
  static constexpr OrganizationId b = explorer_organization('b');
  S& store_;
  StartWorld world_;
  ExplorerRuntime runtime_{};
};

}  // namespace detail

/// Fills a fresh store with a start world. Preconditions: its first role is `member`.
template <class S>
void make_start_world(S& store, StartWorld world) {
  detail::Seed<S>(store, world);
}

/// Makes fresh worlds, in a start world, of what `make()` returns a unique_ptr to.
template <class Make>
auto start_worlds_by(StartWorld world, Make make) {
  return [world, make] {
    auto fresh = make();
    make_start_world(fresh->observer(), world);
    return fresh;
  };
}

/// Makes fresh worlds of a store that all actors share.
template <class S>
auto start_worlds(StartWorld world) {
  return start_worlds_by(world, [] { return std::make_unique<SharedWorld<S>>(); });
}

}  // namespace testing
}  // namespace membership::inline v0

#endif
