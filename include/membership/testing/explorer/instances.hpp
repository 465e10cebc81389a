// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_EXPLORER_INSTANCES_HPP
#define MEMBERSHIP_TESTING_EXPLORER_INSTANCES_HPP

#include "membership/command/delete_membership.hpp"
#include "membership/command/reactivate_membership.hpp"
#include "membership/command/revoke_invitation.hpp"
#include "membership/command/transfer_ownership.hpp"
#include "membership/command/update_roles.hpp"
#include "membership/driver/bulk.hpp"
#include "membership/driver/invitations.hpp"
#include "membership/driver/marks.hpp"
#include "membership/testing/explorer/start_worlds.hpp"
#include "membership/testing/schedule_explorer.hpp"

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace testing {

namespace detail {

inline std::string how_it_ended(FailureKind kind) {
  switch (kind) {
    case FailureKind::refused: break;
    case FailureKind::contended: return "contended";
    case FailureKind::store: return "the store failed";
  }
  return "refused";
}
template <class S>
Ended ended_by(const Failure<S>& failure) {
  Ended ended{how_it_ended(failure.kind)};
  if (failure.error) {
    ended.refused = failure.error->code;
    ended.how += ": " + std::string(to_string(failure.error->code));
  }
  return ended;
}

}  // namespace detail

/// How an actor ended whose command or operation had this result.
template <class R, class S>
Ended ended_by(const tl::expected<R, Failure<S>>& result) {
  return result ? Ended{} : detail::ended_by(result.error());
}
/// The same of a bulk.
template <class R, class S>
Ended ended_by(const tl::expected<R, BulkFailure<S>>& result) {
  return result ? Ended{} : detail::ended_by(result.error().failure);
}

/// A command as an actor. Its texts must live as long as the instance.
template <class S, class C>
Instance<S> command_instance(std::string name, const C& command) {
  return {std::move(name), false, false, [command](auto& store, auto& runtime) {
            return ended_by(execute(store, ExplorerPolicy{}, command, runtime));
          }};
}
/// Commands as one actor, one after another, whatever becomes of each; it ends as the last does.
template <class S, class... C>
Instance<S> sequence_instance(std::string name, const C&... commands) {
  return {std::move(name), false, false, [commands...](auto& store, auto& runtime) {
            Ended ended;
            ((ended = ended_by(execute(store, ExplorerPolicy{}, commands, runtime))), ...);
            return ended;
          }};
}
/// A driver as an actor: `run(store, policy, runtime)` returns its result.
template <class S, class Run>
Instance<S> driver_instance(std::string name, bool long_operation, Run run) {
  return {std::move(name), long_operation, false, [run](auto& store, auto& runtime) {
            return ended_by(run(store, ExplorerPolicy{}, runtime));
          }};
}
/// One who follows the log: reads from the beginning, and once again from there.
template <class S>
Instance<S> reader_instance(std::string name) {
  return {std::move(name), false, true, [](auto& store, auto& /*runtime*/) {
            Ended ended;
            ended.read.emplace();
            Page<EventId> page;
            page.limit = longest_page;
            for (unsigned look = 0; look < 2; ++look) {
              const auto query = *EventQuery::make(page);
              static_cast<void>(store.list(query, [&](const EventRow& row) {
                page.after = row.id;
                ended.read->push_back(row.id);
              }));
            }
            return ended;
          }};
}

namespace detail {

/// What the actors of an exploration may do: every command and long operation.
template <class S>
class InstanceList {
 public:
  InstanceList() {
    add_memberships();
    add_invitations();
    add_organizations();
    add_roles();
    add_environment();
    add_users();
    list_.push_back(reader_instance<S>("read events"));
  }
  std::vector<Instance<S>> take() { return std::move(list_); }

 private:
  template <class C>
  void add(std::string name, const C& command) {
    list_.push_back(command_instance<S>(std::move(name), command));
  }
  template <class Run>
  void drive(std::string name, Run run) {
    list_.push_back(driver_instance<S>(std::move(name), false, run));
  }
  template <class Run>
  void operate(std::string name, Run run) {
    list_.push_back(driver_instance<S>(std::move(name), true, run));
  }
  static UserId user(unsigned number) { return explorer_user(number); }
  static MembershipId om(unsigned number) { return explorer_membership(number); }
  static InvitationId invitation(unsigned number) { return explorer_invitation(number); }
  static RoleSelection one(std::string_view slug) { return RoleSelection::one(slug); }

  void add_memberships() {
    add("create", CreateMembership{user(4), a});
    add("create with editor", CreateMembership{user(4), a, one("editor")});
    add("create elsewhere", CreateMembership{user(4), b, one("viewer")});
    add("create over inactive", CreateMembership{user(3), b});
    add("update to editor", UpdateRoles{om(3), one("editor")});
    add("update to org-clerk", UpdateRoles{om(3), one("org-clerk")});
    static constexpr std::string_view several[] = {"viewer", "editor"};
    add("update to several", UpdateRoles{om(3), RoleSelection::several(several)});
    add("update to owner", UpdateRoles{om(3), one("admin")});
    add("demote first", UpdateRoles{om(1), one("viewer")});
    add("demote second", UpdateRoles{om(2), one("viewer")});
    add("deactivate first", DeactivateMembership{om(1)});
    add("deactivate second", DeactivateMembership{om(2)});
    add("reactivate", ReactivateMembership{om(5)});
    add("delete second", DeleteMembership{om(2)});
    add("delete inactive", DeleteMembership{om(5)});
    add("delete pending", DeleteMembership{om(6)});
    add("transfer", TransferOwnership{om(1), om(3)});
    const auto act = [this](std::string name, auto command, unsigned grantor) {
      command.actor = user(grantor);
      add(std::move(name), command);
      list_.back().grantor = user(grantor);
    };
    act("second creates org-clerk", CreateMembership{user(4), a, one("org-clerk")}, 2);
    act("third takes org-clerk", UpdateRoles{om(3), one("org-clerk")}, 3);
    act("first reactivates", ReactivateMembership{om(5)}, 1);
    drive("bulk", [](auto& store, const auto& policy, auto& runtime) {
      const UpdateRoles updates[] = {{om(2), one("viewer")}, {om(3), one("editor")}};
      return execute_all(store, policy, updates, runtime);
    });
  }

  void add_invitations() {
    const auto send = [this](std::string name, const SendInvitation& command) {
      drive(std::move(name), [command](auto& store, const auto& policy, auto& runtime) {
        return send_invitation(store, policy, command, runtime);
      });
    };
    const auto accept = [this](std::string name, unsigned number) {
      drive(std::move(name), [number](auto& store, const auto& policy, auto& runtime) {
        AcceptInvitation command;
        command.invitation = invitation(number);
        return accept_invitation(store, policy, command, runtime);
      });
    };
    send("invite user", {"user4@example.com", a, "editor"});
    send("invite stranger", {"other@example.com", b, "editor"});
    send("invite stranger again", {"stranger@example.com", b});
    send("invite nowhere", {"user4@example.com"});
    accept("accept pending", 1);
    accept("accept stranger", 2);
    add("revoke pending", RevokeInvitation{invitation(1)});
    add("revoke stranger", RevokeInvitation{invitation(2)});
    drive("expire", [](auto& store, const auto& policy, auto& runtime) {
      pass_a_month(runtime);
      return expire_invitations(store, policy, runtime);
    });
    drive("create after expiry", [](auto& store, const auto& policy, auto& runtime) {
      pass_a_month(runtime);
      return create_membership(store, policy, CreateMembership{user(2), b}, runtime);
    });
  }
  static void pass_a_month(ExplorerRuntime& runtime) {
    constexpr std::int64_t month = std::int64_t{31} * 86'400'000;
    runtime.clock.advance(month);
  }

  void add_organizations() {
    add("lower seats", SetSeatLimit{a, 2});
    add("raise seats", SetSeatLimit{a, 4});
    add("count pending", SetSeatsCount{{true, false}});
    add("count all", SetSeatsCount{{true, true}});
    add("make organization", CreateOrganization{"C", explorer_organization('c')});
    add("make organization again", CreateOrganization{"A", a});
    operate("delete organization", [](auto& store, const auto& policy, auto& runtime) {
      return delete_organization(store, policy, a, runtime);
    });
    add("keep organization", KeepOrganization{a});
  }

  void add_roles() {
    const auto remove = [this](std::string name, std::optional<OrganizationId> organization,
                               std::string_view slug, const RoleDeletionOptions& how) {
      operate(std::move(name), [=](auto& store, const auto& policy, auto& runtime) {
        return organization
                   ? delete_organization_role(store, policy, *organization, slug, how, runtime)
                   : delete_role(store, policy, slug, how, runtime);
      });
    };
    const RoleDeletionOptions reassign{WhenInUse::reassign};
    add("make own role", CreateOrganizationRole{a, "Lead", std::string_view("org-lead")});
    add("add permission to own role", AddRolePermission{"org-clerk", "docs:read", a});
    add("take permission from own role", RemoveRolePermission{"org-clerk", "docs:read", a});
    remove("delete own role", a, "org-clerk", reassign);
    remove("delete unused own role", a, "org-clerk", {});
    add("keep own role", KeepRole{"org-clerk", a});
    add("make role", CreateRole{"auditor", "Auditor"});
    add("add permission to role", AddRolePermission{"editor", "docs:read"});
    remove("delete role", std::nullopt, "editor", reassign);
    remove("delete role for viewer", std::nullopt, "editor", {WhenInUse::reassign, "viewer"});
    remove("delete unused role", std::nullopt, "editor", {});
    add("keep role", KeepRole{"editor"});
    add("make permission", CreatePermission{"docs:write", "Write"});
    operate("delete permission", [](auto& store, const auto& policy, auto& runtime) {
      return delete_permission(store, policy, "docs:read", runtime);
    });
    add("keep permission", KeepPermission{"docs:read"});
  }

  void add_environment() {
    const auto name_owner = [this](std::string name, std::string_view slug) {
      operate(std::move(name), [slug](auto& store, const auto& policy, auto& runtime) {
        return name_owner_role(store, policy, slug, runtime);
      });
    };
    add("default editor", SetDefaultRole{"editor"});
    add("default editor in one", SetDefaultRole{"editor", b});
    add("default own role", SetDefaultRole{"org-clerk", a});
    static constexpr std::string_view order[] = {"viewer", "editor", "admin", "member"};
    add("order", SetPriorityOrder{order});
    static constexpr std::string_view own[] = {"editor", "viewer", "org-clerk", "admin", "member"};
    add("order of one", SetPriorityOrder{own, a});
    add("multiple roles on", EnableMultipleRoles{});
    operate("multiple roles off", [](auto& store, const auto& policy, auto& runtime) {
      return disable_multiple_roles(store, policy, runtime);
    });
    name_owner("owner role viewer", "viewer");
    name_owner("owner role editor", "editor");
    operate("finish marked", [](auto& store, const auto& policy, auto& runtime) {
      return finish_all(store, policy, runtime);
    });
  }
  /// The first failure counts.
  template <class Store>
  static tl::expected<OperationResult, Failure<Store>>
  finish_all(Store& store, const ExplorerPolicy& policy, ExplorerRuntime& runtime) {
    auto finished = must(finish_marked(store, policy, runtime));
    for (auto& mark : finished) {
      if (!mark.result) return std::move(mark.result);
    }
    return OperationResult{};
  }

  void add_users() {
    const auto remove = [this](std::string name, unsigned number) {
      operate(std::move(name), [number](auto& store, const auto& policy, auto& runtime) {
        return delete_user(store, policy, user(number), runtime);
      });
    };
    remove("delete user without", 4);
    remove("delete second user", 2);
    remove("delete first user", 1);
    add("keep user", KeepUser{user(2)});
    CreateUser made;
    made.email = "stranger@example.com";
    add("make user", made);
    CreateUser again;
    again.id = user(4);
    add("make user again", again);
  }

  static constexpr OrganizationId a = explorer_organization('a');
  static constexpr OrganizationId b = explorer_organization('b');
  std::vector<Instance<S>> list_{};
};

}  // namespace detail

/// All instances, on the ids of the start worlds.
template <class S>
std::vector<Instance<S>> explorer_instances() {
  return detail::InstanceList<S>().take();
}

/// The instance of this name. Throws std::invalid_argument where there is none.
template <class S>
const Instance<S>& instance_of(const std::vector<Instance<S>>& instances, std::string_view name) {
  for (const Instance<S>& instance : instances) {
    if (instance.name == name) return instance;
  }
  throw std::invalid_argument("no instance: " + std::string(name));
}

/// Two instances that are explored together, by their names.
struct ExplorerPair {
  StartWorld world;
  std::string_view first;
  std::string_view second;
};

/// Thirty pairs that between them use every command and long operation, for any store.
constexpr std::array<ExplorerPair, 30> explorer_pairs() noexcept {
  return {{
      {StartWorld::plain, "demote first", "demote second"},
      {StartWorld::plain, "deactivate first", "delete second"},
      {StartWorld::plain, "create", "create with editor"},
      {StartWorld::edge, "create", "reactivate"},
      {StartWorld::edge, "raise seats", "create"},
      {StartWorld::plain, "create over inactive", "reactivate"},
      {StartWorld::plain, "create", "invite user"},
      {StartWorld::plain, "accept pending", "revoke pending"},
      {StartWorld::plain, "accept stranger", "make user"},
      {StartWorld::plain, "expire", "create after expiry"},
      {StartWorld::plain, "transfer", "demote second"},
      {StartWorld::used, "bulk", "delete own role"},
      {StartWorld::plain, "update to editor", "delete role"},
      {StartWorld::plain, "update to editor", "delete unused role"},
      {StartWorld::used, "create", "delete role for viewer"},
      {StartWorld::used, "invite stranger", "delete role"},
      {StartWorld::plain, "update to org-clerk", "delete unused own role"},
      {StartWorld::used, "default editor in one", "delete role"},
      {StartWorld::used, "order of one", "delete role"},
      {StartWorld::used, "keep role", "delete role"},
      {StartWorld::plain, "add permission to own role", "delete permission"},
      {StartWorld::used, "make permission", "delete permission"},
      {StartWorld::used, "update to several", "multiple roles off"},
      {StartWorld::used, "multiple roles on", "multiple roles off"},
      {StartWorld::plain, "update to owner", "owner role viewer"},
      {StartWorld::plain, "make organization", "owner role editor"},
      {StartWorld::plain, "create elsewhere", "delete organization"},
      {StartWorld::plain, "keep organization", "delete organization"},
      {StartWorld::plain, "create", "delete user without"},
      {StartWorld::plain, "demote first", "delete second user"},
  }};
}

}  // namespace testing
}  // namespace membership::inline v0

#endif
