// SPDX-License-Identifier: BSL-1.0

// The whole organization model beside the plain one of whole_model.hpp: random sequences of every
// command and long operation that a server has, under the owner guard, the seat limit and the grant
// rule, with actors and without.
//
// Plan
//   each step: the same outcome or error code, the same events in the same order      -> commands
//   every few steps: environment, roles in their order, permissions, organizations
//     with their counts, memberships, users                                           -> commands
//   each command and each error that can be met is met                                -> commands

#include "membership/command/resend_invitation.hpp"
#include "membership/command/revoke_invitation.hpp"
#include "membership/command/set_seats.hpp"
#include "membership/command/update_organization.hpp"
#include "membership/command/update_user.hpp"
#include "membership/driver/invitations.hpp"
#include "membership/driver/marks.hpp"
#include "membership/driver/operation.hpp"
#include "membership/testing/fake_clock.hpp"
#include "membership/testing/fixed_ids.hpp"
#include "property/check.hpp"
#include "property/whole_model.hpp"
#include "support/scale.hpp"
#include "support/test_store.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace membership;
using membership_tests::scaled;
using membership_tests::Strings;
using membership_tests::WholeModel;
using membership_tests::World;

namespace {

using membership_tests::String;

struct Difference : std::runtime_error {
  using std::runtime_error::runtime_error;
};

String shown(const String& text) { return text; }
String shown(std::size_t number) { return std::to_string(number); }
String shown(const std::vector<String>& texts) {
  String joined;
  for (const String& text : texts) joined += "\n    " + text;
  return joined;
}
template <class V>
void same(const V& seen, const V& expected, const String& what) {
  if (seen == expected) return;
  throw Difference(what + ": " + shown(seen) + " instead of " + shown(expected));
}

/// Runs sequences of steps on a store and on the model.
class Pair {
 public:
  explicit Pair(std::uint64_t seed) : random_(seed) {}

  void step() {
    // Now and then days pass, so that invitations expire.
    clock_.advance(one_in(25) ? static_cast<int>(below(4)) * 86'400'000
                              : static_cast<int>(below(50)));
    model_.time = clock_.now().milliseconds();
    const std::size_t kind = below(acts().size());
    const auto& act = acts()[kind];
    account_ = act.name;
    const String expected_and_seen = (this->*act.take)();
    ++met[String(act.name) + ": " + expected_and_seen];
    compare_new_events();
  }

  void compare_all() const {
    std::vector<String> seen;
    show_store(seen);
    std::vector<String> expected;
    show_model(expected);
    same(seen, expected, account_ + ", state");
  }

  const String& account() const { return account_; }
  std::map<String, std::size_t> met;

 private:
  struct Act {
    const char* name;
    String (Pair::*take)();
  };
  static const std::vector<Act>& acts();

  // --- choosing --------------------------------------------------------------------------------

  std::size_t below(std::size_t end) { return static_cast<std::size_t>(random_() % end); }
  bool one_in(std::size_t number) { return below(number) == 0; }
  static String numbered(const char* prefix, std::size_t number) {
    return prefix + std::to_string(number);
  }
  /// The key of one of these, or now and then one that may be in none.
  template <class Map>
  String one_of(const Map& map, const char* prefix, std::size_t count) {
    if (map.empty() || one_in(10)) return numbered(prefix, below(count));
    return std::next(map.begin(), static_cast<std::ptrdiff_t>(below(map.size())))->first;
  }
  String user() { return one_of(model_.now.users, "user_", 6); }
  String organization() { return one_of(model_.now.organizations, "org_", 3); }
  String environment_role() {
    static const char* const slugs[] = {"member", "owner", "admin", "viewer", "guest"};
    return slugs[below(std::size(slugs))];
  }
  String own_role() { return numbered("org-role-", below(3)); }
  String role() { return one_in(3) ? own_role() : environment_role(); }
  String permission() { return numbered("p:", below(4)); }
  String scope() { return one_in(2) ? String() : organization(); }
  String role_of(const String& organization) {
    return organization.empty() ? environment_role() : own_role();
  }
  String actor() { return one_in(3) ? user() : String(); }
  String membership() { return one_of(model_.now.memberships, "om_", 100); }
  std::vector<String> selection() {
    std::vector<String> slugs;
    const std::size_t count = one_in(3) ? 0 : one_in(3) ? 2 : 1;
    for (std::size_t i = 0; i < count; ++i) slugs.push_back(role());
    return slugs;
  }

  // --- running ---------------------------------------------------------------------------------

  /// The ids that a command made.
  struct Made {
    String membership{};
    String invitation{};
  };
  template <class C>
  String run(const C& command, Made* made = nullptr) {
    return told(execute(store_, policy_, command, runtime_), made);
  }
  template <class Result>
  static String told(const Result& result, Made* made = nullptr) {
    if (!result) return code_of(result.error());
    const Plan& plan = (*result).plan;
    if (made != nullptr && plan.membership) made->membership = plan.membership->after.id.view();
    if (made != nullptr && plan.invitation) made->invitation = plan.invitation->after.id.view();
    return String(to_string((*result).outcome()));
  }
  template <class F>
  static String code_of(const F& failure) {
    if (!failure.error) return "no answer";
    return String(to_string(failure.error->code));
  }
  static String answer(const String& seen, const String& expected, const char* what) {
    same(seen, expected, what);
    return seen;
  }
  template <class I>
  static I id(const String& text) {
    return I::from_stored(text);
  }
  template <class I>
  static std::optional<I> maybe(const String& text) {
    return text.empty() ? std::nullopt : std::optional<I>(id<I>(text));
  }
  /// Calls `use(const RoleSelection&)`.
  template <class Use>
  static auto with_selection(const std::vector<String>& slugs, Use&& use) {
    const std::vector<std::string_view> views(slugs.begin(), slugs.end());
    if (slugs.empty()) return use(RoleSelection::none());
    return use(slugs.size() == 1 ? RoleSelection::one(views[0]) : RoleSelection::several(views));
  }

  // --- memberships -----------------------------------------------------------------------------

  String create() {
    const String user = this->user(), organization = this->organization(), actor = this->actor();
    const std::vector<String> slugs = selection();
    Made made;
    const String seen = with_selection(slugs, [&](const RoleSelection& roles) {
      const CreateMembership command{id<UserId>(user), id<OrganizationId>(organization), roles,
                                     maybe<UserId>(actor)};
      return told(create_membership(store_, policy_, command, runtime_), &made);
    });
    return answer(seen, model_.create(user, organization, slugs, actor, made.membership), "create");
  }
  String update() {
    const String membership = this->membership(), actor = this->actor();
    const std::vector<String> slugs = selection();
    const String seen = with_selection(slugs, [&](const RoleSelection& roles) {
      return run(UpdateRoles{id<MembershipId>(membership), roles, maybe<UserId>(actor)});
    });
    return answer(seen, model_.update(membership, slugs, actor), "update");
  }
  String deactivate() {
    const String membership = this->membership(), actor = this->actor();
    const String seen =
        run(DeactivateMembership{id<MembershipId>(membership), maybe<UserId>(actor)});
    return answer(seen, model_.deactivate(membership, actor), "deactivate");
  }
  String reactivate() {
    const String membership = this->membership(), actor = this->actor();
    const String seen =
        run(ReactivateMembership{id<MembershipId>(membership), maybe<UserId>(actor)});
    return answer(seen, model_.reactivate(membership, actor), "reactivate");
  }
  String remove() {
    const String membership = this->membership(), actor = this->actor();
    const String seen = run(DeleteMembership{id<MembershipId>(membership), maybe<UserId>(actor)});
    return answer(seen, model_.remove(membership, actor), "delete");
  }
  String transfer() {
    const String from = membership(), to = membership(), actor = this->actor();
    const String seen =
        run(TransferOwnership{id<MembershipId>(from), id<MembershipId>(to), maybe<UserId>(actor)});
    return answer(seen, model_.transfer(from, to, actor), "transfer");
  }

  // --- settings --------------------------------------------------------------------------------

  String set_default() {
    const String scope = this->scope(), slug = scope.empty() ? environment_role() : role();
    const String seen = run(SetDefaultRole{slug, maybe<OrganizationId>(scope)});
    return answer(seen, model_.set_default(slug, scope), "set default");
  }
  String set_order() {
    String scope = this->scope();
    if (!scope.empty() && model_.now.organizations.count(scope) == 0) scope.clear();
    std::vector<String> slugs = model_.now.ranking(scope);
    std::shuffle(slugs.begin(), slugs.end(), random_);
    if (one_in(6)) slugs.pop_back();
    if (one_in(6)) slugs.push_back(role());
    const std::vector<std::string_view> views(slugs.begin(), slugs.end());
    const String seen =
        run(SetPriorityOrder{views.data(), views.size(), maybe<OrganizationId>(scope)});
    return answer(seen, model_.set_order(slugs, scope), "set order");
  }
  String enable_several_roles() {
    return answer(run(EnableMultipleRoles{}), model_.enable_several_roles(), "enable");
  }

  // --- roles and permissions -------------------------------------------------------------------

  String create_role() {
    const String slug = environment_role();
    return answer(run(CreateRole{slug, slug}), model_.create_role(slug), "create role");
  }
  String create_own_role() {
    const String organization = this->organization(), slug = own_role();
    const String seen = run(CreateOrganizationRole{id<OrganizationId>(organization), slug, slug});
    return answer(seen, model_.create_organization_role(organization, slug), "create own role");
  }
  String create_permission() {
    const String slug = permission();
    return answer(run(CreatePermission{slug, slug}), model_.create_permission(slug),
                  "create permission");
  }
  String name_permission() {
    const String slug = permission(), name = numbered("name ", below(3));
    UpdatePermission command{slug};
    command.name = name;
    return answer(run(command), model_.name_permission(slug, name), "name permission");
  }
  String name_role() {
    const String scope = this->scope(), slug = role_of(scope), name = numbered("name ", below(3));
    UpdateRole command{slug};
    command.name = name;
    command.organization = maybe<OrganizationId>(scope);
    return answer(run(command), model_.name_role(slug, scope, name), "name role");
  }
  String set_permissions() {
    const String scope = this->scope(), slug = role_of(scope);
    Strings texts;
    for (std::size_t i = below(4); i > 0; --i) texts.insert(permission());
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    const String seen =
        run(SetRolePermissions{slug, views.data(), views.size(), maybe<OrganizationId>(scope)});
    return answer(seen, model_.edit_role(slug, scope, WholeModel::Edit::set, texts), "set");
  }
  String add_permission() {
    const String scope = this->scope(), slug = role_of(scope), text = permission();
    const String seen = run(AddRolePermission{slug, text, maybe<OrganizationId>(scope)});
    return answer(seen, model_.edit_role(slug, scope, WholeModel::Edit::add, {text}), "add");
  }
  String remove_permission() {
    const String scope = this->scope(), slug = role_of(scope), text = permission();
    const String seen = run(RemoveRolePermission{slug, text, maybe<OrganizationId>(scope)});
    return answer(seen, model_.edit_role(slug, scope, WholeModel::Edit::remove, {text}), "remove");
  }

  // --- long operations -------------------------------------------------------------------------

  template <class Run>
  String operate(Run&& run) {
    const auto result = run();
    return result ? String("done") : code_of(result.error());
  }
  /// The same, or now and then only the mark, which another process finishes.
  template <class Mark, class Run>
  String operate(const Mark& mark, Run&& run) {
    if (!one_in(4)) return operate(run);
    const auto marked = execute(store_, policy_, mark, runtime_);
    if (!marked) return code_of(marked.error());
    const auto finished = finish_marked(store_, policy_, runtime_);
    for (const auto& one : *finished) {
      if (!one.result) return code_of(one.result.error());
    }
    return "done";
  }
  /// Marks and takes the mark back: nothing comes of it. `expected` is what the operation would
  /// say.
  template <class Mark, class Keep>
  String taken_back(const Mark& mark, const Keep& keep, const String& expected) {
    const auto marked = execute(store_, policy_, mark, runtime_);
    const String seen = marked ? "done" : code_of(marked.error());
    if (marked) static_cast<void>(run(keep));
    same(seen, expected, "a mark");
    same((*list_marks(store_)).size(), std::size_t{0}, "marks left");
    return seen + ", taken back";
  }
  String delete_role() {
    const String scope = this->scope(), slug = role_of(scope);
    const String replacement = one_in(2) ? role() : String();
    RoleDeletionOptions options;
    const bool reassigns = !one_in(3);
    options.when_in_use = reassigns ? WhenInUse::reassign : WhenInUse::refuse;
    if (!replacement.empty()) options.replacement = replacement;
    MarkRoleDeleted mark{slug, options.replacement, maybe<OrganizationId>(scope)};
    if (reassigns && one_in(6)) {
      WholeModel twin = model_;
      return taken_back(mark, KeepRole{slug, maybe<OrganizationId>(scope)},
                        twin.delete_role(slug, scope, reassigns, replacement));
    }
    const auto whole = [&] {
      return scope.empty() ? membership::delete_role(store_, policy_, slug, options, runtime_)
                           : delete_organization_role(store_, policy_, id<OrganizationId>(scope),
                                                      slug, options, runtime_);
    };
    const String seen = reassigns ? operate(mark, whole) : operate(whole);
    return answer(seen, model_.delete_role(slug, scope, reassigns, replacement), "delete role");
  }
  String delete_permission() {
    const String slug = permission();
    if (one_in(6)) {
      WholeModel twin = model_;
      return taken_back(MarkPermissionDeleted{slug}, KeepPermission{slug},
                        twin.delete_permission(slug));
    }
    const String seen = operate(MarkPermissionDeleted{slug}, [&] {
      return membership::delete_permission(store_, policy_, slug, runtime_);
    });
    order_matters_ = false;  // that of the roles is the order of their places
    return answer(seen, model_.delete_permission(slug), "delete permission");
  }
  String disable_several_roles() {
    const String seen = operate(MarkMultipleRolesDisabled{},
                                [&] { return disable_multiple_roles(store_, policy_, runtime_); });
    return answer(seen, model_.disable_several_roles(), "disable");
  }
  String name_owner() {
    std::optional<String> slug;
    if (!one_in(4)) slug = one_in(2) ? "owner" : environment_role();
    const auto named = slug ? std::optional<std::string_view>(*slug) : std::nullopt;
    const String seen = operate(NameOwnerRole{named},
                                [&] { return name_owner_role(store_, policy_, named, runtime_); });
    return answer(seen, model_.name_owner_role(slug), "name owner role");
  }
  String delete_organization() {
    const String name = organization();
    const String seen = operate(MarkOrganizationDeleted{id<OrganizationId>(name)}, [&] {
      return membership::delete_organization(store_, policy_, id<OrganizationId>(name), runtime_);
    });
    return answer(seen, model_.delete_organization(name), "delete organization");
  }
  String delete_user() {
    const String name = user();
    const String seen = operate(
        [&] { return membership::delete_user(store_, policy_, id<UserId>(name), runtime_); });
    return answer(seen, model_.delete_user(name), "delete user");
  }

  // --- users and organizations -----------------------------------------------------------------

  String create_user() {
    const String name = numbered("user_", below(6));
    CreateUser command;
    command.id = id<UserId>(name);
    return answer(run(command), model_.create_user(name), "create user");
  }
  String create_organization() {
    const String name = numbered("org_", below(3));
    std::optional<std::uint64_t> limit;
    if (one_in(2)) limit = below(5);
    CreateOrganization command{name, id<OrganizationId>(name)};
    command.seat_limit = limit;
    return answer(run(command), model_.create_organization(name, limit), "create organization");
  }

  String update_user() {
    const String name = user();
    UpdateUser command{id<UserId>(name)};
    std::optional<String> email, external_id;
    if (one_in(2)) command.email = email.emplace(address());
    if (one_in(2)) {
      command.external_id = TextChange::set(external_id.emplace(numbered("x", below(5))));
    }
    return answer(run(command), model_.update_user(name, email, external_id), "update user");
  }
  String update_organization() {
    const String name = organization();
    UpdateOrganization command{id<OrganizationId>(name)};
    std::optional<String> external_id;
    if (one_in(2)) {
      external_id = one_in(4) ? String() : numbered("x", below(3));
      command.external_id =
          external_id->empty() ? TextChange::clear() : TextChange::set(*external_id);
    }
    std::map<String, std::optional<String>> metadata;
    for (std::size_t i = below(3); i > 0; --i) {
      metadata[numbered("key", below(4))] =
          one_in(3) ? std::nullopt : std::optional(numbered("value", below(2)));
    }
    std::vector<MetadataEntry> entries;
    for (const auto& [key, value] : metadata) {
      entries.push_back({key, value ? std::optional<std::string_view>(*value) : std::nullopt});
    }
    command.metadata = MetadataChange::merge(entries.data(), entries.size());
    std::optional<std::vector<String>> domains;
    std::vector<DomainData> data;
    if (one_in(2)) {
      domains.emplace();
      for (std::size_t i = 0; i < 4; ++i) {
        if (one_in(3)) domains->push_back(numbered("d", i) + ".example");
      }
      for (const String& domain : *domains) data.push_back({domain});
      command.domains = DomainsChange::replace(data.data(), data.size());
    }
    return answer(run(command), model_.update_organization(name, external_id, metadata, domains),
                  "update organization");
  }
  String set_seat_limit() {
    const String name = organization();
    std::optional<std::uint64_t> limit;
    if (one_in(2)) limit = below(5);
    return answer(run(SetSeatLimit{id<OrganizationId>(name), limit}),
                  model_.set_seat_limit(name, limit), "set seat limit");
  }
  String set_seats() {
    const SeatsCount seats{one_in(2), one_in(2)};
    return answer(run(SetSeatsCount{seats}), model_.set_seats(seats), "set what a seat counts");
  }

  // --- invitations -----------------------------------------------------------------------------

  String address() { return (one_in(2) ? "a" : "A") + std::to_string(below(5)) + "@x.example"; }
  String invitation() { return one_of(model_.now.invitations, "invitation_", 100); }

  String send() {
    const String email = address();
    const String organization = one_in(6) ? String() : this->organization();
    const String role = one_in(3) ? this->role() : String();
    const String actor = this->actor();
    static constexpr int durations[] = {0, 1, 1, 2, 7, 7, 30, 31};
    const int days = durations[below(std::size(durations))];
    SendInvitation command{email};
    command.organization = maybe<OrganizationId>(organization);
    if (!role.empty()) command.role = role;
    command.expires_in_days = days;
    command.actor = maybe<UserId>(actor);
    Made made;
    const String seen = told(send_invitation(store_, policy_, command, runtime_), &made);
    return answer(
        seen, model_.send(email, organization, role, days, actor, made.invitation, made.membership),
        "send");
  }
  String accept() {
    const String name = invitation();
    AcceptInvitation command;
    command.invitation = id<InvitationId>(name);
    Made made;
    const String seen = told(accept_invitation(store_, policy_, command, runtime_), &made);
    // The user that was made first, whether the acceptance came to something or not.
    String new_user;
    static_cast<void>(*store_.list(*UserQuery::make(whole_page<UserId>()), [&](const UserRow& row) {
      const String user(row.state.id.view());
      if (model_.now.users.count(user) == 0) new_user = user;
    }));
    return answer(seen, model_.accept(name, new_user, made.membership), "accept");
  }
  String revoke() {
    const String name = invitation();
    return answer(run(RevokeInvitation{id<InvitationId>(name)}), model_.revoke(name), "revoke");
  }
  String resend() {
    const String name = invitation();
    return answer(run(ResendInvitation{id<InvitationId>(name)}), model_.resend(name), "resend");
  }
  String expire() {
    const auto ended = expire_invitations(store_, policy_, runtime_);
    answer("ended " + std::to_string(*ended), model_.expire_all(), "expire");
    return "done";
  }

  // --- showing ---------------------------------------------------------------------------------

  static String role_line(std::string_view slug, std::string_view name,
                          const Strings& permissions) {
    return "  role " + String(slug) + " '" + String(name) + "' " + WholeModel::join(permissions);
  }
  static Strings slugs_of(const PermissionTable& table, const PermissionSet& permissions) {
    Strings slugs;
    for (unsigned i = 0; i < table.size(); ++i) {
      if (permissions.contains(i)) slugs.emplace(table[i].slug.view());
    }
    return slugs;
  }
  static Strings slugs_of(const RoleCatalogue& catalogue, RoleSet roles) {
    Strings slugs;
    catalogue.for_each_in_order(roles,
                                [&](RoleIndex index) { slugs.emplace(catalogue.slug(index)); });
    return slugs;
  }

  void show_roles(const RoleQuery& query, std::vector<String>& lines) const {
    const auto loaded = store_.load(Reads{});
    static_cast<void>(*store_.list(query, [&](const RoleRow& row) {
      lines.push_back(
          role_line(row.state.slug.view(), row.profile.texts[Text::name],
                    slugs_of((*loaded).roles.permission_table(), row.state.permissions)));
    }));
  }
  void show_roles(const String& organization, std::vector<String>& lines) const {
    for (const String& slug : model_.now.ranking(organization)) {
      const World::Role& role = *model_.now.find_role(slug, organization);
      lines.push_back(role_line(slug, role.name, role.permissions));
    }
  }
  template <class I>
  static Page<I> whole_page() {
    Page<I> page;
    page.limit = longest_page;
    return page;
  }
  static String organization_line(const String& id, std::size_t members, std::size_t owners,
                                  std::optional<std::uint64_t> limit, const String& external_id,
                                  const std::map<String, String>& metadata,
                                  const std::vector<String>& domains) {
    String line = "organization " + id + " members " + std::to_string(members) + " owners " +
                  std::to_string(owners) + " limit " + (limit ? std::to_string(*limit) : "none") +
                  " x " + external_id;
    for (const auto& [key, value] : metadata) line += ' ' + key + '=' + value;
    for (const String& domain : domains) line += ' ' + domain;
    return line;
  }
  static String membership_line(std::string_view id, std::string_view user, Status status,
                                const Strings& roles) {
    return "  " + String(id) + ' ' + String(user) + ' ' + String(to_string(status)) + ' ' +
           WholeModel::join(roles);
  }

  void show_store(std::vector<String>& lines) const {
    show_roles(RoleQuery{}, lines);
    std::map<String, String> permissions;
    static_cast<void>(*store_.list(
        *PermissionQuery::make(whole_page<PermissionId>()), [&](const PermissionRow& row) {
          permissions[String(row.state.slug.view())] = row.profile.texts[Text::name];
        }));
    for (const auto& [slug, name] : permissions) lines.push_back("permission " + slug + ' ' + name);
    static_cast<void>(*store_.list(
        *OrganizationQuery::make(whole_page<OrganizationId>()), [&](const OrganizationRow& row) {
          const Counts& counts = row.state.counts;
          std::map<String, String> metadata;
          row.profile.metadata.for_each(
              [&](std::string_view key, std::string_view value) { metadata[String(key)] = value; });
          std::vector<String> domains;
          row.profile.domains.for_each(
              [&](const OrganizationDomain& one) { domains.emplace_back(one.domain); });
          lines.push_back(organization_line(
              String(row.state.id.view()), counts.active + counts.inactive + counts.pending,
              counts.owners, row.state.seat_limit, String(row.profile.texts[Text::external_id]),
              metadata, domains));
        }));
    for (const auto& [name, organization] : model_.now.organizations) {
      lines.push_back("in " + name);
      show_roles(RoleQuery{id<OrganizationId>(name)}, lines);
      MembershipFilter filter;
      filter.organization = id<OrganizationId>(name);
      static_cast<void>(*store_.list(*MembershipQuery::make(filter, whole_page<MembershipId>()),
                                     [&](const MembershipRow& row) {
                                       lines.push_back(membership_line(
                                           row.membership.id, row.membership.user,
                                           row.membership.status,
                                           slugs_of(row.roles, row.membership.roles)));
                                     }));
    }
    static_cast<void>(*store_.list(*UserQuery::make(whole_page<UserId>()), [&](const UserRow& row) {
      lines.push_back("user " + String(row.state.id.view()) + ' ' +
                      String(row.profile.texts[Text::email]) + ' ' +
                      String(row.profile.texts[Text::external_id]));
    }));
    static_cast<void>(*store_.list(
        *InvitationQuery::make(whole_page<InvitationId>()), [&](const InvitationRow& row) {
          const InvitationState& state = row.state;
          const bool open = state.status == InvitationStatus::pending;
          const std::string_view role =
              open ? primary_role(policy_.options, row.roles, row.held, row.first_requested)
                   : row.profile.texts[Text::role_slug];
          const auto text = [](const auto& id) { return id ? String(id->view()) : String("-"); };
          lines.push_back("invitation " + String(state.id.view()) + ' ' +
                          String(row.profile.texts[Text::email]) + ' ' + text(state.organization) +
                          ' ' + text(state.user) + ' ' + text(state.accepted_by) + ' ' +
                          String(to_string(state.status)) + ' ' + String(role));
        }));
  }

  void show_model(std::vector<String>& lines) const {
    show_roles(String(), lines);
    for (const auto& [slug, name] : model_.now.permissions) {
      lines.push_back("permission " + slug + ' ' + name);
    }
    for (const auto& [name, one] : model_.now.organizations) {
      const std::size_t members = model_.now.count(name, [](const auto&) { return true; });
      lines.push_back(organization_line(name, members, model_.now.owners(name), one.seat_limit,
                                        one.external_id.value_or(""), one.metadata, one.domains));
    }
    for (const auto& [name, one] : model_.now.organizations) {
      lines.push_back("in " + name);
      show_roles(name, lines);
      for (const auto& [id, member] : model_.now.memberships) {
        if (member.organization != name) continue;
        lines.push_back(membership_line(id, member.user, member.status, member.roles));
      }
    }
    for (const auto& [id, user] : model_.now.users) {
      lines.push_back("user " + id + ' ' + user.email.value_or("") + ' ' +
                      user.external_id.value_or(""));
    }
    const auto text = [](const String& id) { return id.empty() ? String("-") : id; };
    for (const auto& [id, one] : model_.now.invitations) {
      lines.push_back("invitation " + id + ' ' + one.email + ' ' + text(one.organization) + ' ' +
                      text(one.user) + ' ' + text(one.accepted_by) + ' ' +
                      String(to_string(one.status)) + ' ' + model_.now.role_of(one));
    }
  }

  static String event_line(const EventRow& row) {
    String line(to_string(row.type));
    if (row.membership != nullptr && row.type <= EventType::organization_membership_deleted) {
      return line + ' ' + String(row.membership->id.view()) + ' ' +
             String(to_string(row.membership->status)) + ' ' +
             WholeModel::join(slugs_of(row.roles, row.membership->roles));
    }
    if (row.role != nullptr) {
      return line + ' ' + String(row.role->slug.view()) + ' ' +
             WholeModel::join(slugs_of(row.roles.permission_table(), row.role->permissions));
    }
    if (row.invitation != nullptr) return line + ' ' + String(row.invitation->id.view());
    if (row.permission != nullptr) return line + ' ' + String(row.permission->slug.view());
    if (row.user != nullptr) return line + ' ' + String(row.user->view());
    return line + ' ' + String(row.organization->view());
  }

  void compare_new_events() {
    std::vector<String> seen;
    Page<EventId> page = whole_page<EventId>();
    page.after = last_event_;
    static_cast<void>(*store_.list(*EventQuery::make(page), [&](const EventRow& row) {
      seen.push_back(event_line(row));
      last_event_ = row.id;
    }));
    if (!std::exchange(order_matters_, true)) {
      std::sort(seen.begin(), seen.end());
      std::sort(model_.events.begin(), model_.events.end());
    }
    same(seen, model_.events, account_ + ", events");
    model_.events.clear();
  }

  std::mt19937_64 random_;
  String account_;
  membership_tests::TestStore store_;
  MembershipPolicy<OwnerGuard, SeatLimit, GrantRule> policy_;
  testing::FakeClock clock_;
  Runtime<testing::FakeClock&, testing::FixedIds, testing::FakeWait> runtime_{
      clock_, testing::FixedIds{}, {}, {}, false};
  WholeModel model_;
  std::optional<EventId> last_event_;
  bool order_matters_ = true;  ///< of the events of this step
};

/// Each as often as its number says: what takes away is rarer than what makes.
const std::vector<Pair::Act>& Pair::acts() {
  struct Row {
    int weight;
    Act act;
  };
  static const Row rows[] = {
      {12, {"create", &Pair::create}},
      {8, {"update roles", &Pair::update}},
      {3, {"deactivate", &Pair::deactivate}},
      {4, {"reactivate", &Pair::reactivate}},
      {2, {"delete", &Pair::remove}},
      {4, {"transfer", &Pair::transfer}},
      {2, {"set default", &Pair::set_default}},
      {2, {"set order", &Pair::set_order}},
      {2, {"enable Multiple Roles", &Pair::enable_several_roles}},
      {5, {"create role", &Pair::create_role}},
      {5, {"create own role", &Pair::create_own_role}},
      {4, {"create permission", &Pair::create_permission}},
      {1, {"name permission", &Pair::name_permission}},
      {1, {"name role", &Pair::name_role}},
      {3, {"set permissions", &Pair::set_permissions}},
      {4, {"add permission", &Pair::add_permission}},
      {2, {"remove permission", &Pair::remove_permission}},
      {3, {"delete role", &Pair::delete_role}},
      {1, {"delete permission", &Pair::delete_permission}},
      {1, {"disable Multiple Roles", &Pair::disable_several_roles}},
      {2, {"name owner role", &Pair::name_owner}},
      {1, {"delete organization", &Pair::delete_organization}},
      {1, {"delete user", &Pair::delete_user}},
      {4, {"create user", &Pair::create_user}},
      {4, {"update user", &Pair::update_user}},
      {2, {"update organization", &Pair::update_organization}},
      {1, {"set seat limit", &Pair::set_seat_limit}},
      {1, {"set what a seat counts", &Pair::set_seats}},
      {8, {"send", &Pair::send}},
      {6, {"accept", &Pair::accept}},
      {2, {"revoke", &Pair::revoke}},
      {2, {"resend", &Pair::resend}},
      {1, {"expire", &Pair::expire}},
      {4, {"create organization", &Pair::create_organization}},
  };
  static const std::vector<Act> all = [] {
    std::vector<Act> acts;
    for (const Row& row : rows)
      acts.insert(acts.end(), static_cast<std::size_t>(row.weight), row.act);
    return acts;
  }();
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(whole)

BOOST_AUTO_TEST_CASE(commands) {
  std::map<String, std::size_t> met;
  const std::size_t sequences = scaled(1000, 2000) / membership_tests::store_cost;
  constexpr std::size_t steps = 500;
  for (std::size_t number = 0; number < sequences; ++number) {
    Pair pair(membership_tests::seed() * 1'000'003 + number);
    std::size_t step = 0;
    try {
      for (; step < steps; ++step) {
        pair.step();
        if (step % 10 == 9) pair.compare_all();
      }
    } catch (const Difference& difference) {
      BOOST_FAIL("MEMBERSHIP_TEST_SEED=" << membership_tests::seed() << ", sequence " << number
                                         << ", step " << step << ", " << pair.account() << ": "
                                         << difference.what());
    }
    for (const auto& [what, count] : pair.met) met[what] += count;
  }
  for (const auto& [what, count] : met) BOOST_TEST_MESSAGE(count << " times " << what);
  // Where there are fewer sequences, what is met is for the memory store's test to check.
  if (membership_tests::store_cost > 1) return;
  for (const char* const what : {"create: reactivated",
                                 "create: role_not_grantable",
                                 "create: seat_limit_reached",
                                 "create: multiple_roles_not_enabled",
                                 "update roles: last_owner_required",
                                 "update roles: role_not_grantable",
                                 "deactivate: last_owner_required",
                                 "delete: last_owner_required",
                                 "reactivate: seat_limit_reached",
                                 "reactivate: role_not_grantable",
                                 "transfer: updated",
                                 "transfer: not_an_owner",
                                 "transfer: membership_not_active",
                                 "transfer: role_not_grantable",
                                 "set default: default_role_is_owner",
                                 "delete role: done",
                                 "delete role: role_required",
                                 "delete role: role_has_assignments",
                                 "delete role: invalid_role",
                                 "delete permission: done",
                                 "disable Multiple Roles: done",
                                 "name owner role: default_role_is_owner",
                                 "delete organization: done",
                                 "delete user: done",
                                 "delete user: last_owner_required",
                                 "update user: updated",
                                 "update user: email_not_available",
                                 "update user: external_id_already_used",
                                 "update organization: updated",
                                 "update organization: unchanged",
                                 "update organization: external_id_already_used",
                                 "update organization: domain_already_exists",
                                 "set seat limit: updated",
                                 "set what a seat counts: updated",
                                 "send: created",
                                 "send: role_not_grantable",
                                 "send: seat_limit_reached",
                                 "send: user_already_organization_member",
                                 "send: email_already_invited",
                                 "send: email_already_invited_to_organization",
                                 "send: user_already_exists",
                                 "send: expires_in_days_too_short",
                                 "send: expires_in_days_too_long",
                                 "accept: created",
                                 "accept: updated",
                                 "accept: reactivated",
                                 "accept: invalid_invite",
                                 "accept: invite_not_pending",
                                 "accept: seat_limit_reached",
                                 "revoke: deleted",
                                 "revoke: invite_not_pending",
                                 "resend: updated",
                                 "resend: invite_accepted",
                                 "resend: invite_revoked",
                                 "resend: invite_expired"}) {
    BOOST_TEST(met[what] > 10u, "too rarely met: " << what);
  }
}

BOOST_AUTO_TEST_SUITE_END()
