// SPDX-License-Identifier: BSL-1.0

// Plan
//   the table: each guard through every command and long operation, refused by decide and by
//     execute with nothing changed, or why it cannot be broken      -> owners, seats, grants
//   each command carried out where every guard is at its limit: the guards hold after -> samples
//   a command or long operation without a row                       -> every_command_has_a_row
//   owners: what goes wrong in other systems                        -> owners_*
//   escalation: the same                                            -> escalation_*
//   limits: the same                                                -> limits_*
//   the order of the guards, what is not judged                     -> order_of_guards

#include "../support/settings.hpp"
#include "membership/command/accept_invitation.hpp"
#include "membership/command/expire_invitation.hpp"
#include "membership/command/resend_invitation.hpp"
#include "membership/command/revoke_invitation.hpp"
#include "membership/command/send_invitation.hpp"
#include "membership/command/set_seats.hpp"
#include "membership/command/sweep_invitations.hpp"
#include "membership/command/update_organization.hpp"
#include "membership/command/update_user.hpp"
#include "membership/driver/bulk.hpp"
#include "membership/driver/operation.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

using namespace membership;
using namespace membership_tests;

BOOST_AUTO_TEST_SUITE(guards)

namespace {

using Guards = MembershipPolicy<OwnerGuard, SeatLimit, GrantRule>;

/// An organization with one active owner, two members without the owner's permission, an inactive
/// and a pending owner; nobody is judged by a seat limit until `fill_up`.
struct World : BasicHost<TestStore, Guards> {
  OrganizationId acme = make_id<OrganizationId>("org_1");
  UserId stranger = user("user_stranger");
  UserId admin_user = user("user_admin");
  OrganizationMembership owner;
  OrganizationMembership admin;
  OrganizationMembership member;
  OrganizationMembership inactive;
  OrganizationMembership pending;

  World()
      : owner(set_up()), admin(join(admin_user, acme, RoleSelection::one("admin"))),
        member(join(user("user_member"), acme)),
        inactive(join(user("user_inactive"), acme, RoleSelection::one("owner"))),
        pending(join(user("user_pending"), acme, RoleSelection::one("owner"))) {
    inactive = *done(DeactivateMembership{inactive.id}).membership();
    rewrite(pending.id, [](OrganizationMembership& value) { value.status = Status::pending; });
    pending = *find(pending.id);
  }

  OrganizationMembership set_up() {
    for (const std::string_view slug : {"owner", "admin", "viewer"}) role(slug);
    for (const std::string_view slug : {"all", "read"}) done(CreatePermission{slug, slug});
    done(AddRolePermission{"owner", "all"});
    for (const std::string_view slug : {"owner", "admin", "viewer"}) {
      done(AddRolePermission{slug, "read"});
    }
    done(EnableMultipleRoles{});
    configure(*this,
              [&](EnvironmentState& state) { state.owner_role = RoleIndex::environment(1); });
    organization("org_1");
    return join(user("user_owner"), acme, RoleSelection::one("owner"));
  }

  /// Gives a user an address.
  void address(const UserId& id, std::string_view email) {
    Reads reads;
    reads.user = &id;
    const auto seen = load(reads);
    Plan plan = empty_plan(*this);
    ++plan.user.emplace(Precondition::set, EventType::none, seen.user->revision, *seen.user)
          .after.revision;
    plan.profile.emplace().after.texts.set(Text::email, email);
    plan.claims.emplace().email.after = email;
    must_commit(*this, plan);
  }
  InvitationId invited(std::string_view email) {
    return done(SendInvitation{email, acme}).plan.invitation->after.id;
  }
  SendInvitation sent_by_admin(std::string_view email) const {
    SendInvitation command{email, acme, "owner"};
    command.actor = admin_user;
    return command;
  }

  /// From now on no seat is free.
  void fill_up() {
    configure(*this, acme,
              [](OrganizationState& state) { state.seat_limit = state.counts.active; });
  }
  /// The membership of a user who is active too, with the owner role.
  OrganizationMembership second_owner() {
    return join(user("user_second"), acme, RoleSelection::one("owner"));
  }
  std::uint64_t mark(const OrganizationId& id) {
    return done(MarkOrganizationDeleted{id}).plan.organization->after.generation;
  }
  std::uint64_t mark(const UserId& id) {
    return done(MarkUserDeleted{id}).plan.user->after.generation;
  }

  std::uint64_t retire(std::string_view slug) {
    return done(MarkRoleDeleted{slug}).plan.role->after.generation;
  }
  std::uint64_t retire_read() {
    return done(MarkPermissionDeleted{"read"}).plan.permission->after.generation;
  }
  std::uint64_t close_multiple_roles() {
    return done(MarkMultipleRolesDisabled{}).plan.environment->after.generation;
  }
  std::uint64_t name_admin() {
    return done(MarkOwnerRole{"admin"}).plan.environment->after.owner_generation;
  }

  /// A command that only a guard refuses: by `decide` and by `execute`, and nothing changes.
  template <class C>
  void refuses(const C& command, const Error& expected) {
    const auto seen = load(command.reads());
    const auto drawn = draw_context<C>(runtime.clock.at, runtime.ids);
    BOOST_TEST_REQUIRE(MembershipPolicy<>{}.decide(command, seen, drawn).has_value());
    const auto decided = policy.decide(command, seen, drawn);
    BOOST_TEST_REQUIRE(!decided.has_value());
    BOOST_TEST(decided.error() == expected);
    const std::string before = describe(store);
    BOOST_TEST(refused(command) == expected);
    BOOST_TEST(describe(store) == before);
  }
  template <class C>
  void refuses_last_owner(const C& command) {
    refuses(command, an_error(ErrorCode::last_owner_required, Field::organization_id, "org_1"));
  }
  template <class C>
  void refuses_seat(const C& command) {
    refuses(command, an_error(ErrorCode::seat_limit_reached, Field::organization_id, "org_1"));
  }
  template <class C>
  void refuses_grant(const C& command, std::string_view role = "owner", std::uint16_t index = 1) {
    refuses(command, an_error(ErrorCode::role_not_grantable, Field::role_slug, role, index));
  }

  /// What the guards promise of an organization, counted row by row.
  void check() const {
    Reads reads;
    reads.organization = &acme;
    const auto seen = load(reads);
    if (!seen.organization || seen.organization->phase == Phase::deleting) return;
    MembershipFilter filter;
    filter.organization = acme;
    std::uint64_t owners = 0;
    std::uint64_t active = 0;
    static_cast<void>(*store.list(
        *MembershipQuery::make(filter, whole_page<MembershipId>()), [&](const MembershipRow& row) {
          if (row.membership.status != Status::active) return;
          ++active;
          owners += row.membership.roles.contains(seen.organization->owner_role) ? 1u : 0u;
        }));
    BOOST_TEST(owners >= 1u);
    BOOST_TEST(owners == seen.organization->counts.owners);
    BOOST_TEST(active <= seen.organization->seat_limit.value_or(active));
  }
};

using Attempt = void (*)(World&);

/// Why no command of the row can break a guard, or the attempts, each of which is refused.
struct Way {
  std::string_view cannot{};
  std::vector<Attempt> attempts{};
};
Way cannot(std::string_view why) { return Way{why, {}}; }
Way refused(std::vector<Attempt> attempts) { return Way{{}, std::move(attempts)}; }

struct Row {
  std::string_view name;
  Way owner;
  Way seats;
  Way grants;
  Attempt sample;  ///< one that is carried out where no seat is free and one owner is left
};

constexpr std::string_view no_membership = "writes no membership";
constexpr std::string_view takes_away = "takes only away";
constexpr std::string_view a_new_place = "the organization is new: no owner, no seat taken";
constexpr std::string_view settings_only = "sets what no guard looks at";
constexpr std::string_view not_the_owner_role = "the owner role cannot be marked";
constexpr std::string_view keeps_status = "keeps the status and takes no seat";
constexpr std::string_view no_actor = "a sweep has no actor; the mark names the replacement";
constexpr RoleIndex admin_role = RoleIndex::environment(2);
constexpr RoleIndex viewer_role = RoleIndex::environment(3);
constexpr std::string_view owner_and_viewer[] = {"viewer", "owner"};
constexpr std::string_view order[] = {"viewer", "admin", "owner", "member"};
constexpr std::string_view read_only[] = {"read"};

const std::vector<Row>& table() {
  static const std::vector<Row> rows = {
      {"CreateMembership",
       cannot("adds or reactivates: an owner who was not active is not counted"),
       refused({[](World& w) {
                  w.refuses_seat(CreateMembership{w.stranger, w.acme});
                },
                [](World& w) {
                  w.refuses_seat(CreateMembership{w.inactive.user, w.acme});
                }}),
       refused({[](World& w) {
                  w.refuses_grant(CreateMembership{w.stranger, w.acme, RoleSelection::one("owner"),
                                                   w.admin_user});
                },
                [](World& w) {
                  w.refuses_grant(CreateMembership{
                      w.stranger, w.acme, RoleSelection::several(owner_and_viewer), w.admin_user});
                },
                [](World& w) {  // over an inactive one
                  w.refuses_grant(CreateMembership{w.inactive.user, w.acme,
                                                   RoleSelection::one("owner"), w.admin_user});
                },
                [](World& w) {  // by somebody who is no member
                  w.refuses_grant(CreateMembership{w.inactive.user, w.acme,
                                                   RoleSelection::one("viewer"), w.stranger},
                                  "viewer", 3);
                }}),
       [](World& w) {
         w.done(DeleteMembership{w.member.id});
         w.done(CreateMembership{w.stranger, w.acme});
       }},
      {"UpdateRoles",
       refused({[](World& w) {
                  w.refuses_last_owner(UpdateRoles{w.owner.id, RoleSelection::one("viewer")});
                },
                [](World& w) {
                  w.policy.options.update_without_role = UpdateWithoutRole::default_role;
                  w.refuses_last_owner(UpdateRoles{w.owner.id});
                }}),
       cannot("a change of roles keeps the status and takes no seat"),
       refused(
           {[](World& w) {
              w.refuses_grant(UpdateRoles{w.member.id, RoleSelection::one("owner"), w.admin_user});
            },
            [](World& w) {  // of oneself
              w.refuses_grant(UpdateRoles{w.admin.id, RoleSelection::one("owner"), w.admin_user});
            },
            [](World& w) {  // kept on a pending one: it was never held actively
              w.refuses_grant(UpdateRoles{w.pending.id, RoleSelection::several(owner_and_viewer),
                                          w.admin_user});
            },
            [](World& w) {
              w.refuses_grant(UpdateRoles{w.inactive.id, RoleSelection::several(owner_and_viewer),
                                          w.admin_user});
            }}),
       [](World& w) {
         w.done(UpdateRoles{w.member.id, RoleSelection::one("owner")});
       }},
      {"DeactivateMembership",
       refused({[](World& w) { w.refuses_last_owner(DeactivateMembership{w.owner.id}); }}),
       cannot(takes_away), cannot(takes_away),
       [](World& w) { w.done(DeactivateMembership{w.member.id}); }},
      {"ReactivateMembership", cannot("adds an active membership"),
       refused({[](World& w) { w.refuses_seat(ReactivateMembership{w.inactive.id}); }}),
       refused({[](World& w) {  // an owner who was deactivated
         w.refuses_grant(ReactivateMembership{w.inactive.id, w.admin_user});
       }}),
       [](World& w) {
         w.done(DeactivateMembership{w.member.id});
         w.done(ReactivateMembership{w.inactive.id});
       }},
      {"DeleteMembership",
       refused({[](World& w) { w.refuses_last_owner(DeleteMembership{w.owner.id}); }}),
       cannot(takes_away), cannot(takes_away),
       [](World& w) { w.done(DeleteMembership{w.member.id}); }},
      {"TransferOwnership", cannot("one loses the role in the commit in which the other has it"),
       cannot("both stay active"), refused({[](World& w) {
         w.refuses_grant(TransferOwnership{w.owner.id, w.member.id, w.admin_user});
       }}),
       [](World& w) {
         w.done(TransferOwnership{w.owner.id, w.member.id});
       }},
      {"CreateOrganization", cannot(a_new_place), cannot(a_new_place), cannot(no_membership),
       [](World& w) {
         w.done(CreateOrganization{"New", std::nullopt, 0});
       }},
      {"MarkOrganizationDeleted", cannot("its row only; the organization ends as a whole"),
       cannot(no_membership), cannot(no_membership),
       [](World& w) { w.done(MarkOrganizationDeleted{w.acme}); }},
      {"KeepOrganization", cannot("only while no page has taken anything"), cannot(no_membership),
       cannot(no_membership),
       [](World& w) {
         w.mark(w.acme);
         w.done(KeepOrganization{w.acme});
       }},
      {"SweepOrganizationMembership",
       cannot("only in an organization under deletion, the one exception of the guard"),
       cannot(takes_away), cannot(takes_away),
       [](World& w) {
         w.done(SweepOrganizationMembership{w.owner.id, w.mark(w.acme)});
         BOOST_TEST(w.state(w.acme).counts.owners == 0u);
       }},
      {"FinishOrganizationDeletion", cannot("refused while there is a membership"),
       cannot(no_membership), cannot(no_membership),
       [](World& w) {
         const auto empty = w.organization("org_2");
         w.done(FinishOrganizationDeletion{empty, w.mark(empty)});
       }},
      {"CreateUser", cannot(no_membership), cannot(no_membership), cannot(no_membership),
       [](World& w) { w.done(CreateUser{}); }},
      {"MarkUserDeleted", cannot("the user's row only; the sweep is judged"), cannot(no_membership),
       cannot(no_membership), [](World& w) { w.done(MarkUserDeleted{w.owner.user}); }},
      {"KeepUser", cannot(no_membership), cannot(no_membership), cannot(no_membership),
       [](World& w) {
         w.mark(w.owner.user);
         w.done(KeepUser{w.owner.user});
       }},
      {"SweepUserMembership", refused({[](World& w) {
         w.refuses_last_owner(SweepUserMembership{w.owner.id, w.mark(w.owner.user)});
       }}),
       cannot(takes_away), cannot(takes_away),
       [](World& w) {
         w.done(SweepUserMembership{w.member.id, w.mark(w.member.user)});
       }},
      {"FinishUserDeletion", cannot("the user's row only; the sweep is judged"),
       cannot(no_membership), cannot(no_membership),
       [](World& w) {
         w.done(FinishUserDeletion{w.stranger, w.mark(w.stranger)});
       }},
      {"CreateRole", cannot(no_membership), cannot(no_membership), cannot(no_membership),
       [](World& w) {
         w.done(CreateRole{"new", "New"});
       }},
      {"CreateOrganizationRole", cannot(no_membership), cannot(no_membership),
       cannot(no_membership),
       [](World& w) {
         w.done(CreateOrganizationRole{w.acme, "New", "org-new"});
       }},
      {"UpdateRole", cannot("a role's texts"), cannot("a role's texts"), cannot("a role's texts"),
       [](World& w) {
         w.done(UpdateRole{"owner", "Owner"});
       }},
      {"SetRolePermissions", cannot(no_membership), cannot(no_membership),
       cannot("configuration has no actor"),
       [](World& w) {
         w.done(SetRolePermissions{"owner", read_only});
       }},
      {"AddRolePermission", cannot(no_membership), cannot(no_membership),
       cannot("configuration has no actor"),
       [](World& w) {
         w.done(AddRolePermission{"admin", "all"});
       }},
      {"RemoveRolePermission", cannot(no_membership), cannot(no_membership), cannot(takes_away),
       [](World& w) {
         w.done(RemoveRolePermission{"owner", "all"});
       }},
      {"CreatePermission", cannot(no_membership), cannot(no_membership), cannot(no_membership),
       [](World& w) {
         w.done(CreatePermission{"new", "New"});
       }},
      {"UpdatePermission", cannot("a permission's texts"), cannot("a permission's texts"),
       cannot("a permission's texts"),
       [](World& w) {
         w.done(UpdatePermission{"all", "All"});
       }},
      {"SetDefaultRole", cannot(no_membership), cannot(no_membership),
       cannot("who is given it afterwards is judged then"),
       [](World& w) {
         w.done(SetDefaultRole{"admin", w.acme});
       }},
      {"SetPriorityOrder", cannot("priority is not stored on memberships"), cannot(no_membership),
       cannot(no_membership),
       [](World& w) {
         w.done(SetPriorityOrder{order});
       }},
      {"EnableMultipleRoles", cannot(no_membership), cannot(no_membership), cannot(no_membership),
       [](World& w) {
         configure(w, [](EnvironmentState& state) { state.multiple_roles = false; });
         w.done(EnableMultipleRoles{});
       }},
      {"MarkRoleDeleted", cannot(no_membership), cannot(no_membership), cannot(no_membership),
       [](World& w) { w.done(MarkRoleDeleted{"viewer"}); }},
      {"KeepRole", cannot(no_membership), cannot(no_membership), cannot(no_membership),
       [](World& w) {
         w.retire("viewer");
         w.done(KeepRole{"viewer"});
       }},
      {"FenceRole", cannot(no_membership), cannot(no_membership), cannot(no_membership),
       [](World& w) {
         w.done(FenceRole{w.acme, viewer_role, w.retire("viewer")});
       }},
      {"SweepRoleReplacement", cannot(no_membership), cannot(no_membership), cannot(no_membership),
       [](World& w) {
         w.organization_role(w.acme, "org-lead");
         w.done(MarkRoleDeleted{"org-lead", "viewer", w.acme});
         w.done(SweepRoleReplacement{"org-lead", w.acme, viewer_role, w.retire("viewer")});
       }},
      {"SweepRoleHolder", cannot(not_the_owner_role), cannot(keeps_status), cannot(no_actor),
       [](World& w) {
         w.done(SweepRoleHolder{w.admin.id, admin_role, w.retire("admin")});
       }},
      {"SweepRoleInvitation", cannot(no_membership), cannot(no_membership), cannot(no_actor),
       [](World& w) {
         const InvitationId id =
             w.done(SendInvitation{"nobody@x", w.acme, "viewer"}).plan.invitation->after.id;
         w.done(SweepRoleInvitation{id, viewer_role, w.retire("viewer")});
       }},
      {"FinishRoleDeletion", cannot(no_membership), cannot(no_membership), cannot(no_membership),
       [](World& w) {
         w.done(FinishRoleDeletion{"viewer", w.retire("viewer")});
       }},
      {"MarkPermissionDeleted", cannot(no_membership), cannot(no_membership), cannot(takes_away),
       [](World& w) { w.retire_read(); }},
      {"KeepPermission", cannot(no_membership), cannot(no_membership),
       cannot("configuration has no actor"),
       [](World& w) {
         w.retire_read();
         w.done(KeepPermission{"read"});
       }},
      {"FencePermission", cannot(no_membership), cannot(no_membership), cannot(no_membership),
       [](World& w) {
         w.done(FencePermission{w.acme, 1, w.retire_read()});
       }},
      {"SweepRolePermission", cannot(no_membership), cannot(no_membership), cannot(takes_away),
       [](World& w) {
         w.done(SweepRolePermission{"admin", std::nullopt, 1, w.retire_read()});
       }},
      {"FinishPermissionDeletion", cannot(no_membership), cannot(no_membership),
       cannot(no_membership),
       [](World& w) {
         for (const std::string_view role : {"owner", "admin", "viewer"}) {
           w.done(RemoveRolePermission{role, "read"});
         }
         w.done(FinishPermissionDeletion{"read", w.retire_read()});
       }},
      {"MarkMultipleRolesDisabled", cannot(settings_only), cannot(settings_only),
       cannot(settings_only), [](World& w) { w.close_multiple_roles(); }},
      {"FenceMultipleRoles", cannot(no_membership), cannot(no_membership), cannot(no_membership),
       [](World& w) {
         w.done(FenceMultipleRoles{w.acme, w.close_multiple_roles()});
       }},
      {"SweepSeveralRoles", cannot("leaves the last active owner the owner role"),
       cannot(keeps_status), cannot(takes_away),
       [](World& w) {
         w.done(UpdateRoles{w.owner.id, RoleSelection::several(owner_and_viewer)});
         w.done(SetPriorityOrder{order});
         w.done(SweepSeveralRoles{w.owner.id, w.close_multiple_roles()});
       }},
      {"FinishMultipleRolesDisabled", cannot(settings_only), cannot(settings_only),
       cannot(settings_only),
       [](World& w) { w.done(FinishMultipleRolesDisabled{w.close_multiple_roles()}); }},
      {"MarkOwnerRole", cannot("the environment's row only"), cannot(no_membership),
       cannot(no_membership), [](World& w) { w.name_admin(); }},
      {"FenceOwnerRole",
       cannot("the one step after which there may be no owner: it names another role"),
       cannot(no_membership), cannot(no_membership),
       [](World& w) {
         w.done(FenceOwnerRole{w.acme, admin_role, w.name_admin()});
       }},
      {"FinishOwnerRole", cannot("the environment's row only"), cannot(no_membership),
       cannot(no_membership),
       [](World& w) {
         w.done(FinishOwnerRole{admin_role, w.name_admin()});
       }},
      {"SendInvitation", cannot("adds a pending membership, who is no owner"),
       refused({[](World& w) {
         configure(w, [](EnvironmentState& state) { state.seats_count.pending = true; });
         w.address(w.stranger, "stranger@x");
         w.refuses_seat(SendInvitation{"stranger@x", w.acme});
       }}),
       refused({[](World& w) {  // to nobody: the invitation holds the role
                  w.refuses_grant(w.sent_by_admin("nobody@x"));
                },
                [](World& w) {  // to a user: the pending membership does
                  w.address(w.stranger, "stranger@x");
                  w.refuses_grant(w.sent_by_admin("stranger@x"));
                },
                [](World& w) {  // to an inactive member, who held it, but not actively
                  w.address(w.inactive.user, "inactive@x");
                  w.refuses_grant(w.sent_by_admin("inactive@x"));
                },
                [](World& w) {  // about a pending membership that an ended invitation left
                  w.address(w.pending.user, "pending@x");
                  SendInvitation command = w.sent_by_admin("pending@x");
                  command.role.reset();
                  w.refuses_grant(command);
                }}),
       [](World& w) {
         w.done(SendInvitation{"nobody@x", w.acme, "owner"});
       }},
      {"AcceptInvitation", cannot("adds an active membership"),
       refused({[](World& w) {
                  w.address(w.stranger, "stranger@x");
                  w.refuses_seat(AcceptInvitation{w.invited("stranger@x")});
                },
                [](World& w) {
                  const InvitationId invitation = w.invited("stranger@x");
                  w.address(w.stranger, "stranger@x");
                  w.refuses_seat(AcceptInvitation{invitation});
                },
                [](World& w) {
                  w.address(w.inactive.user, "inactive@x");
                  w.refuses_seat(AcceptInvitation{w.invited("inactive@x")});
                }}),
       cannot("nobody acts: the grant was judged at the invitation"),
       [](World& w) {
         w.address(w.stranger, "stranger@x");
         const InvitationId invitation = w.invited("stranger@x");
         w.done(DeleteMembership{w.member.id});
         w.done(AcceptInvitation{invitation});
       }},
      {"RevokeInvitation", cannot("takes at most a pending membership"), cannot(takes_away),
       cannot(takes_away),
       [](World& w) {
         w.address(w.stranger, "stranger@x");
         w.done(RevokeInvitation{w.invited("stranger@x")});
       }},
      {"ResendInvitation", cannot(no_membership), cannot(no_membership), cannot(no_membership),
       [](World& w) { w.done(ResendInvitation{w.invited("stranger@x")}); }},
      {"ExpireInvitation", cannot("takes at most a pending membership"), cannot(takes_away),
       cannot(takes_away),
       [](World& w) {
         w.address(w.stranger, "stranger@x");
         const InvitationId invitation = w.invited("stranger@x");
         w.runtime.clock.at = Time::from_milliseconds(w.runtime.clock.at.milliseconds() +
                                                      std::int64_t{7} * 86'400'000);
         w.done(ExpireInvitation{invitation});
       }},
      {"SweepOrganizationInvitation", cannot(no_membership), cannot(no_membership),
       cannot(no_membership),
       [](World& w) {
         const InvitationId invitation = w.invited("stranger@x");
         w.done(SweepOrganizationInvitation{invitation, w.mark(w.acme)});
       }},
      {"SweepUserInvitation", cannot("takes at most a pending membership"), cannot(takes_away),
       cannot(takes_away),
       [](World& w) {
         w.address(w.stranger, "stranger@x");
         const InvitationId invitation = w.invited("stranger@x");
         w.done(SweepUserInvitation{invitation, w.stranger, w.mark(w.stranger)});
       }},
      {"UpdateOrganization", cannot("its profile"), cannot("its profile"), cannot("its profile"),
       [](World& w) {
         w.done(UpdateOrganization{w.acme, "Acme"});
       }},
      {"UpdateUser", cannot("a user's profile"), cannot("a user's profile"),
       cannot("a user's profile"),
       [](World& w) {
         UpdateUser command{w.owner.user};
         command.name = TextChange::set("Ada");
         w.done(command);
       }},
      {"SetSeatLimit", cannot(no_membership), cannot("lowered, it only stops new ones"),
       cannot(no_membership),
       [](World& w) {
         w.done(SetSeatLimit{w.acme, 50});
       }},
      {"SetSeatsCount", cannot(no_membership), cannot("it only stops new ones"),
       cannot(no_membership),
       [](World& w) {
         w.done(SetSeatsCount{SeatsCount{true, true}});
       }},
      // Long operations.
      {"delete_role", cannot(not_the_owner_role), cannot(keeps_status), cannot(no_actor),
       [](World& w) {
         BOOST_TEST(
             delete_role(w.store, w.policy, "admin", {WhenInUse::reassign, "viewer"}, w.runtime)
                 .has_value());
       }},
      {"delete_organization_role", cannot(not_the_owner_role), cannot(keeps_status),
       cannot(no_actor),
       [](World& w) {
         w.organization_role(w.acme, "org-lead");
         BOOST_TEST(delete_organization_role(w.store, w.policy, w.acme, "org-lead", {}, w.runtime)
                        .has_value());
       }},
      {"delete_permission", cannot(no_membership), cannot(no_membership), cannot(takes_away),
       [](World& w) {
         BOOST_TEST(delete_permission(w.store, w.policy, "read", w.runtime).has_value());
       }},
      {"disable_multiple_roles", cannot("leaves the last active owner the owner role"),
       cannot(keeps_status), cannot(takes_away),
       [](World& w) {
         w.done(UpdateRoles{w.owner.id, RoleSelection::several(owner_and_viewer)});
         w.done(SetPriorityOrder{order});
         BOOST_TEST(disable_multiple_roles(w.store, w.policy, w.runtime).has_value());
       }},
      {"name_owner_role", cannot("names another role, which nobody may hold"),
       cannot(no_membership), cannot(no_membership),
       [](World& w) {
         BOOST_TEST(name_owner_role(w.store, w.policy, "admin", w.runtime).has_value());
       }},
      {"unname_owner_role", cannot("names no role, of which nobody is left an owner"),
       cannot(no_membership), cannot(no_membership),
       [](World& w) {
         BOOST_TEST(unname_owner_role(w.store, w.policy, w.runtime).has_value());
         BOOST_TEST(name_owner_role(w.store, w.policy, "owner", w.runtime).has_value());
       }},
      {"delete_organization", cannot("the one exception: it ends as a whole"), cannot(takes_away),
       cannot(takes_away),
       [](World& w) {
         BOOST_TEST(delete_organization(w.store, w.policy, w.acme, w.runtime).has_value());
       }},
      {"delete_user", refused({[](World& w) {
         const std::string before = describe(w.store);
         const auto result = delete_user(w.store, w.policy, w.owner.user, w.runtime);
         BOOST_TEST_REQUIRE(!result.has_value());
         BOOST_TEST(*result.error().error ==
                    an_error(ErrorCode::last_owner_required, Field::organization_id, "org_1"));
         BOOST_TEST(describe(w.store) == before);
       }}),
       cannot(takes_away), cannot(takes_away),
       [](World& w) {
         BOOST_TEST(delete_user(w.store, w.policy, w.member.user, w.runtime).has_value());
       }},
  };
  return rows;
}

template <class Prepare>
void run(Way Row::*guard, const Prepare& prepare) {
  for (const Row& row : table()) {
    const Way& way = row.*guard;
    BOOST_TEST_CONTEXT(row.name) {
      BOOST_TEST(way.cannot.empty() != way.attempts.empty());
      for (const Attempt attempt : way.attempts) {
        World world;
        prepare(world);
        attempt(world);
        world.check();
      }
    }
  }
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}
std::multiset<std::string> names(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  std::multiset<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), regex), end; at != end; ++at) {
    found.insert((*at)[1]);
  }
  return found;
}

}  // namespace

BOOST_AUTO_TEST_CASE(owners) {
  run(&Row::owner, [](World&) {});
}
BOOST_AUTO_TEST_CASE(seats) {
  run(&Row::seats, [](World& world) { world.fill_up(); });
}
BOOST_AUTO_TEST_CASE(grants) {
  run(&Row::grants, [](World&) {});
}

BOOST_AUTO_TEST_CASE(samples) {
  for (const Row& row : table()) {
    BOOST_TEST_CONTEXT(row.name) {
      World world;
      world.fill_up();
      const std::string before = describe(world.store);
      row.sample(world);
      BOOST_TEST(describe(world.store) != before);
      world.check();
    }
  }
}

BOOST_AUTO_TEST_CASE(every_command_has_a_row) {
  const std::filesystem::path include = MEMBERSHIP_TESTS_INCLUDE;
  std::multiset<std::string> expected;
  std::size_t commands = 0;
  for (const auto& entry : std::filesystem::directory_iterator(include / "membership/command")) {
    const std::string text = text_of(entry.path());
    expected.merge(names(text, R"(using (\w+) = Basic\w+<DefaultTraits>;)"));
    commands += names(text, R"((static constexpr Kinds kinds\b))").size();
  }
  BOOST_TEST(expected.size() == commands);
  BOOST_TEST(commands >= 57u);
  for (const auto& entry : std::filesystem::directory_iterator(include / "membership/driver")) {
    expected.merge(
        names(text_of(entry.path()), R"(tl::expected<OperationResult, Failure<S>>\s+(\w+)\()"));
  }
  std::multiset<std::string> rows;
  for (const Row& row : table()) rows.insert(std::string(row.name));
  BOOST_TEST(rows == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(owners_inactive_and_pending_do_not_count) {
  World world;
  BOOST_TEST(world.state(world.acme).counts.owners == 1u);
  world.refuses_last_owner(DeleteMembership{world.owner.id});
  // They themselves may go at any time.
  world.done(DeleteMembership{world.inactive.id});
  world.done(DeleteMembership{world.pending.id});
  const auto second = world.second_owner();
  world.done(DeleteMembership{world.owner.id});
  world.refuses_last_owner(DeactivateMembership{second.id});
}

BOOST_AUTO_TEST_CASE(owners_beyond_the_first_page) {
  World world;
  for (int i = 0; i < 1'200; ++i) world.join(world.user("user_x" + std::to_string(i)), world.acme);
  const auto second = world.second_owner();
  world.done(UpdateRoles{world.owner.id, RoleSelection::one("viewer")});
  world.refuses_last_owner(UpdateRoles{second.id, RoleSelection::one("viewer")});
}

BOOST_AUTO_TEST_CASE(owners_demote_each_other) {
  World world;
  const auto second = world.second_owner();
  const UpdateRoles one{world.owner.id, RoleSelection::one("viewer")};
  const UpdateRoles two{second.id, RoleSelection::one("viewer")};
  const auto seen_by_one = world.load(one.reads());
  const auto seen_by_two = world.load(two.reads());
  const auto plan_of = [&](const UpdateRoles& command, const Snapshot& seen) {
    return *world.policy.decide(
        command, seen, draw_context<UpdateRoles>(world.runtime.clock.at, world.runtime.ids));
  };
  BOOST_TEST(world.commit(plan_of(one, seen_by_one)) == CommitStatus::committed);
  BOOST_TEST(world.commit(plan_of(two, seen_by_two)) == CommitStatus::conflict);
  world.refuses_last_owner(two);
}

BOOST_AUTO_TEST_CASE(owners_none_by_default) {
  // Without an owner role nothing is guarded, and an organization without an owner may stay so.
  BasicHost<TestStore, Guards> host;
  const auto acme = host.organization("org_1");
  const auto only = host.join(host.user("user_1"), acme);
  host.done(DeleteMembership{only.id});

  World world;
  const auto other = world.organization("org_2");
  const auto member = world.join(world.stranger, other);
  world.done(DeactivateMembership{member.id});
}

BOOST_AUTO_TEST_CASE(owners_of_a_bulk) {
  World world;
  const auto second = world.second_owner();
  const DeleteMembership both[] = {{world.member.id}, {second.id}, {world.owner.id}};
  const std::string before = describe(world.store);
  const auto all = execute_all(world.store, world.policy, both, world.runtime);
  BOOST_TEST_REQUIRE(!all.has_value());
  BOOST_TEST(all.error().at == 2u);
  BOOST_TEST(*all.error().failure.error ==
             an_error(ErrorCode::last_owner_required, Field::organization_id, "org_1"));
  BOOST_TEST(describe(world.store) == before);
  const auto each = execute_each(world.store, world.policy, both, world.runtime);
  BOOST_TEST((each[0].has_value() && each[1].has_value() && !each[2].has_value()));
  world.check();
}

BOOST_AUTO_TEST_CASE(escalation_through_a_bulk) {
  World world;
  const CreateMembership commands[] = {
      {world.stranger, world.acme, RoleSelection::one("viewer"), world.admin_user},
      {world.inactive.user, world.acme, RoleSelection::one("owner"), world.admin_user}};
  const std::string before = describe(world.store);
  const auto all = execute_all(world.store, world.policy, commands, world.runtime);
  BOOST_TEST_REQUIRE(!all.has_value());
  BOOST_TEST((all.error().at == 1u));
  BOOST_TEST((all.error().failure.error->code == ErrorCode::role_not_grantable));
  BOOST_TEST(describe(world.store) == before);
  const auto each = execute_each(world.store, world.policy, commands, world.runtime);
  BOOST_TEST((each[0].has_value() && !each[1].has_value()));
}

BOOST_AUTO_TEST_CASE(escalation_grantable_is_a_subset) {
  World world;
  // The union of the actor's roles counts, and roles without permissions are free to give.
  world.done(CreateRole{"both", "Both"});
  world.done(AddRolePermission{"both", "all"});
  world.done(AddRolePermission{"both", "read"});
  world.done(CreateRole{"only-all", "All"});
  world.done(AddRolePermission{"only-all", "all"});
  const CreateMembership both{world.stranger, world.acme, RoleSelection::one("both"),
                              world.admin_user};
  world.refuses_grant(both, "both", 4);
  const std::string_view two[] = {"admin", "only-all"};
  world.done(UpdateRoles{world.admin.id, RoleSelection::several(two)});
  BOOST_TEST(world.done(both).outcome() == Outcome::created);
  world.done(UpdateRoles{world.admin.id, RoleSelection::one("member")});
  world.refuses_grant(UpdateRoles{world.member.id, RoleSelection::one("viewer"), world.admin_user},
                      "viewer", 3);
  const auto free_to_give = world.user("user_free");
  world.done(
      CreateMembership{free_to_give, world.acme, RoleSelection::one("member"), world.admin_user});
}

BOOST_AUTO_TEST_CASE(escalation_held_before_is_not_granted) {
  World world;
  const auto second = world.second_owner();
  const std::string_view more[] = {"owner", "viewer"};
  // Kept while active, with one more that may be given.
  world.done(UpdateRoles{second.id, RoleSelection::several(more), world.admin_user});
  // Taking roles away grants nothing.
  world.done(UpdateRoles{second.id, RoleSelection::one("viewer"), world.admin_user});
  world.refuses_grant(UpdateRoles{second.id, RoleSelection::one("owner"), world.admin_user});
}

BOOST_AUTO_TEST_CASE(escalation_of_actors) {
  World world;
  const auto command = [&](const ActorId& actor) {
    return CreateMembership{world.stranger, world.acme, RoleSelection::one("viewer"), actor};
  };
  world.refuses_grant(command(world.inactive.user), "viewer", 3);  // an owner, but inactive
  world.refuses_grant(command(world.pending.user), "viewer", 3);
  world.refuses_grant(command(make_id<UserId>("user_unknown")), "viewer", 3);
  // A permission on its way out is held by nobody, and needed by nobody.
  retire_permission(world, "read");
  world.done(command(world.member.user));
  // The system acts: nothing is judged.
  World other;
  other.done(UpdateRoles{other.member.id, RoleSelection::one("owner"), ActorId::system()});
  other.done(CreateMembership{other.stranger, other.acme, RoleSelection::one("owner")});
}

BOOST_AUTO_TEST_CASE(escalation_names_the_first_role_in_order) {
  World world;
  world.refuses_grant(CreateMembership{world.stranger, world.acme,
                                       RoleSelection::several(owner_and_viewer), world.stranger},
                      "owner", 1);
  world.done(SetPriorityOrder{order});
  world.refuses_grant(CreateMembership{world.stranger, world.acme,
                                       RoleSelection::several(owner_and_viewer), world.stranger},
                      "viewer", 3);
}

BOOST_AUTO_TEST_CASE(limits_unset_zero_and_full) {
  World world;
  BOOST_TEST(!world.state(world.acme).seat_limit.has_value());
  const auto limit = [&](std::optional<std::uint64_t> seats) {
    configure(world, world.acme, [&](OrganizationState& state) { state.seat_limit = seats; });
  };
  limit(0);
  world.refuses_seat(CreateMembership{world.stranger, world.acme});
  // Who is there beyond the limit stays, and changes.
  world.done(UpdateRoles{world.member.id, RoleSelection::one("viewer")});
  world.done(DeactivateMembership{world.member.id});
  world.refuses_seat(ReactivateMembership{world.member.id});
  limit(2);
  world.refuses_seat(ReactivateMembership{world.member.id});
  limit(3);
  world.done(ReactivateMembership{world.member.id});
  world.refuses_seat(CreateMembership{world.stranger, world.acme});
  limit(std::nullopt);
  world.done(CreateMembership{world.stranger, world.acme});

  BasicHost<TestStore, Guards> host;
  host.done(CreateOrganization{"None", make_id<OrganizationId>("org_0"), 0});
  BOOST_TEST(
      host.refused(CreateMembership{host.user("user_1"), make_id<OrganizationId>("org_0")}) ==
      an_error(ErrorCode::seat_limit_reached, Field::organization_id, "org_0"));
}

BOOST_AUTO_TEST_CASE(limits_what_counts_is_data_of_the_environment) {
  for (const bool inactive : {false, true}) {
    for (const bool pending : {false, true}) {
      World world;
      configure(world, [&](EnvironmentState& state) {
        state.seats_count = SeatsCount{pending, inactive};
      });
      const std::uint64_t taken = 3u + (inactive ? 1u : 0u) + (pending ? 1u : 0u);
      const auto limit = [&](std::uint64_t seats) {
        configure(world, world.acme, [&](OrganizationState& state) { state.seat_limit = seats; });
      };
      limit(taken);
      world.refuses_seat(CreateMembership{world.stranger, world.acme});
      // A reactivation takes a seat, unless it has it already.
      if (inactive) {
        world.done(ReactivateMembership{world.inactive.id});
      } else {
        world.refuses_seat(ReactivateMembership{world.inactive.id});
      }
      world.done(UpdateRoles{world.pending.id, RoleSelection::one("viewer")});
      limit(taken + 1);
      world.done(CreateMembership{world.stranger, world.acme});
    }
  }
}

BOOST_AUTO_TEST_CASE(limits_two_creates_for_the_last_seat) {
  World world;
  world.fill_up();
  configure(world, world.acme, [](OrganizationState& state) { ++*state.seat_limit; });
  const CreateMembership one{world.stranger, world.acme};
  const CreateMembership two{world.user("user_two"), world.acme};
  const auto seen_by_two = world.load(two.reads());
  world.done(one);
  const auto late = *world.policy.decide(
      two, seen_by_two, draw_context<CreateMembership>(world.runtime.clock.at, world.runtime.ids));
  BOOST_TEST(world.commit(late) == CommitStatus::conflict);
  world.refuses_seat(two);
}

BOOST_AUTO_TEST_CASE(limits_of_a_bulk) {
  World world;
  world.fill_up();
  configure(world, world.acme, [](OrganizationState& state) { ++*state.seat_limit; });
  const CreateMembership commands[] = {{world.stranger, world.acme},
                                       {world.user("user_two"), world.acme}};
  const auto all = execute_all(world.store, world.policy, commands, world.runtime);
  BOOST_TEST_REQUIRE(!all.has_value());
  BOOST_TEST((all.error().at == 1u));
  BOOST_TEST((all.error().failure.error->code == ErrorCode::seat_limit_reached));
  const auto each = execute_each(world.store, world.policy, commands, world.runtime);
  BOOST_TEST((each[0].has_value() && !each[1].has_value()));
  world.check();
}

BOOST_AUTO_TEST_CASE(order_of_guards) {
  World world;
  world.fill_up();
  const CreateMembership both{world.stranger, world.acme, RoleSelection::one("owner"),
                              world.admin_user};
  world.refuses_seat(both);
  const auto seen = world.load(both.reads());
  const auto drawn = draw_context<CreateMembership>(world.runtime.clock.at, world.runtime.ids);
  const MembershipPolicy<GrantRule, SeatLimit> reversed;
  BOOST_TEST((reversed.decide(both, seen, drawn).error().code == ErrorCode::role_not_grantable));
  // The command's own refusal comes first, and what changes nothing is not judged.
  BOOST_TEST((world
                  .refused(CreateMembership{world.stranger, world.acme,
                                            RoleSelection::one("nobody"), world.admin_user})
                  .code == ErrorCode::invalid_role));
  BOOST_TEST(world.done(UpdateRoles{world.owner.id, RoleSelection::one("owner"), world.stranger})
                 .outcome() == Outcome::unchanged);
}

BOOST_AUTO_TEST_SUITE_END()
