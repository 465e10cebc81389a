// SPDX-License-Identifier: BSL-1.0
#include <membership/administration.hpp>
#include <membership/membership.hpp>
#include <membership/store/sqlite_store.hpp>

#include <initializer_list>
#include <iostream>
#include <string>
#include <string_view>

using namespace membership;

// Nobody gives a role that may do more than they may, and an organization keeps an owner.
using Policy = MembershipPolicy<GrantRule, OwnerGuard>;

/// What a server would answer: a status and a code, as the API spells them.
template <class Result>
std::string answer(const Result& result) {
  if (result) return "200 " + std::string(to_string((*result).outcome()));
  const auto& failure = result.error();
  switch (failure.kind) {
    case FailureKind::refused: break;
    case FailureKind::contended: return "503 try again";
    case FailureKind::store: return "500 " + failure.cause->message;
  }
  const ErrorCode code = failure.error->code;
  return std::to_string(http_status(code)) + " " + std::string(to_string(code));
}

/// Whether something is there, made just now or by an earlier start.
template <class Result>
bool is_there(const Result& made, ErrorCode already) {
  return made || (made.error().error && made.error().error->code == already);
}

/// The roles, what they may do, and which of them makes an owner.
bool set_up_roles(SqliteStore& store, const Policy& policy) {
  for (const std::string_view slug : {"docs:write", "members:manage"}) {
    const auto made = execute(store, policy, CreatePermission{slug, slug});
    if (!is_there(made, ErrorCode::permission_slug_conflict)) return false;
  }
  for (const std::string_view slug : {"owner", "editor"}) {
    const auto made = execute(store, policy, CreateRole{.slug = slug, .name = slug});
    if (!is_there(made, ErrorCode::role_slug_conflict)) return false;
    if (!execute(store, policy, AddRolePermission{slug, "docs:write"})) return false;
  }
  if (!execute(store, policy, AddRolePermission{"owner", "members:manage"})) return false;
  return name_owner_role(store, policy, "owner").has_value();
}

/// An organization and three users, who are no members yet.
bool set_up_world(SqliteStore& store, const Policy& policy, const OrganizationId& organization,
                  std::initializer_list<UserId> users) {
  for (const UserId& user : users) {
    const auto made = execute(store, policy, CreateUser{.id = user});
    if (!is_there(made, ErrorCode::id_already_used)) return false;
  }
  const CreateOrganization command{.name = "Acme", .id = organization};
  return is_there(execute(store, policy, command), ErrorCode::id_already_used);
}

int main() {
  const UserId ada = *UserId::make("user_ada");
  const UserId bob = *UserId::make("user_bob");
  const UserId cleo = *UserId::make("user_cleo");
  const OrganizationId acme = *OrganizationId::make("org_acme");

  const auto opened = SqliteStore::open("teams.db");
  if (!opened) {
    std::cerr << opened.error().message << '\n';
    return 1;
  }
  SqliteStore& store = **opened;
  const Policy policy;
  if (!set_up_roles(store, policy)) return 1;
  if (!set_up_world(store, policy, acme, {ada, bob, cleo})) return 1;

  // The host itself makes Ada the first owner: the system acts.
  const auto first =
      execute(store, policy, CreateMembership{ada, acme, RoleSelection::one("owner")});
  std::cout << "ada becomes owner: " << answer(first) << '\n';

  // A request of Ada's: first whether she may, then the change in her name.
  const auto may_manage = authorize(store, ada, acme, "members:manage");
  if (!may_manage) return 1;  // a server would answer 403, or 500 where may_manage.failure()
  const auto second =
      execute(store, policy, CreateMembership{bob, acme, RoleSelection::one("editor"), ada});
  std::cout << "ada adds bob: " << answer(second) << '\n';

  // What is refused, and why.
  const auto unknown = execute(store, policy, CreateMembership{*UserId::make("user_x"), acme});
  std::cout << "nobody joins: " << answer(unknown) << '\n';
  const auto misspelt =
      execute(store, policy, CreateMembership{cleo, acme, RoleSelection::one("Editor"), ada});
  std::cout << "ada adds cleo, misspelt: " << answer(misspelt) << '\n';
  const auto beyond =
      execute(store, policy, CreateMembership{cleo, acme, RoleSelection::one("owner"), bob});
  std::cout << "bob makes cleo owner: " << answer(beyond) << '\n';

  // The last owner cannot go.
  MembershipFilter filter;
  filter.user = ada;
  filter.organization = acme;
  MembershipId id = *MembershipId::make("none");
  const auto listed = store.list(*MembershipQuery::make(filter, {}),
                                 [&](const MembershipRow& row) { id = row.membership.copy().id; });
  if (!listed) return 1;
  const auto leaves = execute(store, policy, DeleteMembership{id});
  std::cout << "ada leaves: " << answer(leaves) << '\n';

  // Why somebody may do something, or may not.
  const auto bob_writes = authorize(store, bob, acme, "docs:write");
  const auto bob_manages = authorize(store, bob, acme, "members:manage");
  if (bob_writes.failure() != nullptr || bob_manages.failure() != nullptr) return 1;
  std::cout << "bob may write: " << to_string(bob_writes->reason) << '\n'
            << "bob may manage: " << to_string(bob_manages->reason) << '\n';
  return bob_writes && !bob_manages ? 0 : 1;
}
