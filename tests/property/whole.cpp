// SPDX-License-Identifier: BSL-1.0

// The whole organization model beside the plain one of whole_model.hpp: random sequences of every
// command and long operation that a server has, under the owner guard, the seat limit and the grant
// rule, with actors and without. One that fails shrinks to a few steps.
//
// Plan
//   each step: the same outcome or error code, the same events in the same order      -> commands
//   every few steps: environment, roles in their order, permissions, organizations
//     with their counts, memberships, users, invitations                              -> commands
//   a mark is finished by another process, or taken back and nothing comes of it      -> commands
//   each command and each error that can be met is met                                -> commands

#include "membership/testing/generators.hpp"
#include "property/check.hpp"
#include "property/whole_model.hpp"
#include "support/scale.hpp"
#include "support/test_store.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(whole)

using namespace membership;
using membership_tests::scaled;
using membership_tests::String;
using membership_tests::Strings;
using membership_tests::WholeModel;
using membership_tests::World;
using testing::CommandStep;
using Step = CommandStep::Kind;
using Steps = std::vector<CommandStep>;

namespace {

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

/// What takes a mark back, where something can.
std::optional<Step> keep_of(Step mark) {
  if (mark == Step::mark_organization_deleted) return Step::keep_organization;
  if (mark == Step::mark_role_deleted) return Step::keep_role;
  if (mark == Step::mark_permission_deleted) return Step::keep_permission;
  return std::nullopt;
}

/// Runs steps on a store and on the model.
class Pair {
 public:
  /// A mark is ended within its step: taken back where it is `kept`, else finished.
  void take(CommandStep step, bool kept) {
    // Only the whole looks, before it marks, whether nobody has the role.
    const bool looks = step.kind == Step::mark_role_deleted && step.number % 3 == 2;
    if (looks) step.kind = Step::delete_role;
    what_ = String(to_string(step.kind));
    runtime_.clock.advance(7);
    const testing::Known before = known_;  // which the command borrows from
    const String seen = run(step);
    const bool marks = testing::detail::whole_of(step.kind).has_value();
    const bool marked = marks && seen == "updated";
    std::optional<World> unmarked;
    if (marked && kept) unmarked = model_.now;
    if (marked) end_mark(step, kept);
    read_events();
    for (const String& id : {model_.made.user, model_.made.organization}) {
      if (!id.empty() && !ids_.insert(id).second) ++met[what_ + ": again"];
    }
    model_.time = runtime_.clock.now().milliseconds();
    String expected;
    const auto apply = [&](const auto& command) { expected = model_.apply(command); };
    if (!testing::with_command(step, before, apply)) expected = model_.expire_all();
    // What the whole says, a mark does not yet.
    if (marks && expected == "deleted") expected = "updated";
    if (unmarked) {
      model_.now = *unmarked;
      model_.events.clear();
    }
    same(seen, expected, what_);
    ++met[what_ + ": " + seen + (unmarked ? ", taken back" : "")];
    // The order of the roles of a permission is that of their places.
    if (step.kind == Step::delete_permission || step.kind == Step::mark_permission_deleted) {
      std::sort(events_.begin(), events_.end());
      std::sort(model_.events.begin(), model_.events.end());
    }
    same(events_, model_.events, what_ + ", events");
    model_.events.clear();
  }

  void compare_all() const {
    std::vector<String> seen;
    show_store(seen);
    std::vector<String> expected;
    show_model(expected);
    same(seen, expected, what_ + ", state");
  }

  std::map<String, std::size_t> met;

 private:
  String run(const CommandStep& step) {
    const auto result = testing::run_step(store_, policy_, step, known_, runtime_);
    if (result) return String(to_string(*result));
    const auto& error = result.error().error;
    return error ? String(to_string(error->code)) : "no answer";
  }
  void end_mark(CommandStep step, bool kept) {
    step.days = 0;
    step.kind = kept ? *keep_of(step.kind) : Step::finish_marked;
    same(run(step), String("updated"), what_ + ", its end");
    same((*list_marks(store_)).size(), std::size_t{0}, what_ + ", marks left");
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
                                  const World::Organization& one) {
    String line = "organization " + id + " '" + one.name + "' members " + std::to_string(members) +
                  " owners " + std::to_string(owners) + " limit " +
                  (one.seat_limit ? std::to_string(*one.seat_limit) : "none") + profile_line(one);
    for (const auto& [domain, state] : one.domains) line += ' ' + domain + String(to_string(state));
    return line;
  }
  static String user_line(const String& id, const World::User& one) {
    return "user " + id + ' ' + one.email.value_or("") + (one.verified ? " verified" : "") +
           profile_line(one);
  }
  template <class V>
  static String profile_line(const V& one) {
    String line = " x " + one.external_id.value_or("");
    for (const auto& [key, value] : one.metadata) line += ' ' + key + '=' + value;
    return line;
  }
  /// What users and organizations have of a profile.
  template <class V>
  static V profiled(const Profile& profile) {
    V one;
    if (profile.texts.has(Text::external_id)) one.external_id = profile.texts[Text::external_id];
    profile.metadata.for_each(
        [&](std::string_view key, std::string_view value) { one.metadata[String(key)] = value; });
    return one;
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
          auto one = profiled<World::Organization>(row.profile);
          one.name = row.profile.texts[Text::name];
          one.seat_limit = row.state.seat_limit;
          row.profile.domains.for_each([&](const OrganizationDomain& domain) {
            one.domains.emplace_back(domain.domain, domain.state);
          });
          lines.push_back(organization_line(String(row.state.id.view()),
                                            counts.active + counts.inactive + counts.pending,
                                            counts.owners, one));
        }));
    for (const auto& [name, organization] : model_.now.organizations) {
      lines.push_back("in " + name);
      show_roles(RoleQuery{OrganizationId::from_stored(name)}, lines);
      MembershipFilter filter;
      filter.organization = OrganizationId::from_stored(name);
      static_cast<void>(*store_.list(*MembershipQuery::make(filter, whole_page<MembershipId>()),
                                     [&](const MembershipRow& row) {
                                       lines.push_back(membership_line(
                                           row.membership.id, row.membership.user,
                                           row.membership.status,
                                           slugs_of(row.roles, row.membership.roles)));
                                     }));
    }
    static_cast<void>(*store_.list(*UserQuery::make(whole_page<UserId>()), [&](const UserRow& row) {
      auto one = profiled<World::User>(row.profile);
      if (row.profile.texts.has(Text::email)) one.email = row.profile.texts[Text::email];
      one.verified = row.profile.email_verified;
      lines.push_back(user_line(String(row.state.id.view()), one));
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
    for (const auto& [slug, one] : model_.now.permissions) {
      lines.push_back("permission " + slug + ' ' + one.name);
    }
    for (const auto& [name, one] : model_.now.organizations) {
      const std::size_t members = model_.now.count(name, [](const auto&) { return true; });
      lines.push_back(organization_line(name, members, model_.now.owners(name), one));
    }
    for (const auto& [name, one] : model_.now.organizations) {
      lines.push_back("in " + name);
      show_roles(name, lines);
      for (const auto& [id, member] : model_.now.memberships) {
        if (member.organization != name) continue;
        lines.push_back(membership_line(id, member.user, member.status, member.roles));
      }
    }
    for (const auto& [id, one] : model_.now.users) lines.push_back(user_line(id, one));
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

  void read_events() {
    events_.clear();
    membership_tests::Made& made = model_.made;
    made = {};
    Page<EventId> page = whole_page<EventId>();
    page.after = last_event_;
    static_cast<void>(*store_.list(*EventQuery::make(page), [&](const EventRow& row) {
      events_.push_back(event_line(row));
      last_event_ = row.id;
      if (row.type == EventType::user_created) made.user = row.user->view();
      if (row.type == EventType::organization_created) made.organization = row.organization->view();
      if (row.type == EventType::organization_membership_created) {
        made.membership = row.membership->id.view();
      }
      if (row.role != nullptr) made.role = row.role->slug.view();
      if (row.invitation != nullptr) {
        made.invitation = row.invitation->id.view();
        made.token = row.invitation->token;
      }
    }));
  }

  String what_;
  membership_tests::TestStore store_;
  MembershipPolicy<OwnerGuard, SeatLimit, GrantRule> policy_;
  testing::StepRuntime runtime_;
  testing::Known known_;
  WholeModel model_;
  std::vector<String> events_;  ///< of this step
  std::optional<EventId> last_event_;
  Strings ids_;  ///< of all users and organizations that there ever were
};

/// What the steps draw from. Pages of long operations are left out: between them nothing is
/// settled, which a plain model does not tell. So are marks of users, which a rule may keep from
/// their end.
testing::StepSpace whole_space() {
  testing::StepSpace space;
  for (const testing::StepFacts& facts : testing::step_facts) {
    const Step kind = facts.kind;
    const bool page = kind >= Step::sweep_organization_membership && kind <= Step::fence_owner_role;
    const bool of_user = kind == Step::mark_user_deleted || kind == Step::keep_user;
    if (page || of_user || kind == Step::finish_marked) continue;
    // What takes away is rarer than what makes, and most is about people and organizations.
    const bool takes = kind == Step::delete_organization ||
                       (kind >= Step::mark_organization_deleted && kind <= Step::keep_permission);
    const bool of_people = kind <= Step::create_organization || kind == Step::update_organization ||
                           kind == Step::set_seat_limit ||
                           (kind >= Step::send_invitation && kind <= Step::revoke_invitation);
    space.kinds.insert(space.kinds.end(), takes ? 2 : of_people ? 8 : 4, kind);
  }
  space.users = 5;
  space.organizations = 3;
  space.memberships = 24;
  space.invitations = 16;
  space.actor_one_in = 3;
  space.roles = {"member", "owner", "admin", "viewer", "guest"};
  space.own_roles = {"org-a", "org-b", "org-c"};
  space.permissions = {"docs:read", "p:1", "p:2", "p:3"};
  space.names = {"Acme", "Member", "Read", ""};
  space.descriptions.clear();
  // The first as those of a world.
  space.emails = {"user0@example.com", "user1@example.com", "User0@Example.com", "",
                  "a@x.example",       "user2@example.com", "b@x.example"};
  space.external_ids = {"x1", "x2", "x3"};
  space.keys = {"tier", "region", "plan"};
  space.domains = {"a.example", "b.example", "c.example"};
  return space;
}

/// A world, then any steps. It shrinks as one sequence.
rc::Gen<Steps> whole_sequences() {
  const auto world = testing::whole_world(whole_space());
  const auto rest = testing::command_steps(whole_space(), 60);
  return testing::shrinking_steps([world, rest](rc::Random random, int size) {
    Steps steps = world(random.split(), size).value().steps;
    const Steps more = rest(random, size).value();
    // Under ids of the host's own, which come free and are taken again; seats for some only.
    unsigned users = 0, organizations = 0;
    for (CommandStep& step : steps) {
      const bool of_user = step.kind == Step::create_user;
      if (!of_user && step.kind != Step::create_organization) continue;
      step.flag = true;
      step.user = users;
      step.organization = organizations;
      ++(of_user ? users : organizations);
      if (step.limit) *step.limit /= 2;
    }
    steps.insert(steps.end(), more.begin(), more.end());
    // Time for invitations to come to something.
    for (CommandStep& step : steps) step.days /= 3;
    return steps;
  });
}

}  // namespace

BOOST_AUTO_TEST_CASE(commands) {
  std::map<String, std::size_t> met;
  bool failed = false;
  const auto sequence = whole_sequences();
  membership_tests::holds("whole", scaled(3500, 7000) / membership_tests::store_cost, [&] {
    const Steps steps = *sequence;
    Pair pair;
    try {
      for (std::size_t at = 0; at < steps.size(); ++at) {
        const bool kept = at + 1 < steps.size() && keep_of(steps[at].kind) == steps[at + 1].kind;
        pair.take(steps[at], kept);
        if (at % 10 == 9) pair.compare_all();
      }
      pair.compare_all();
    } catch (const Difference& difference) {
      failed = true;
      RC_FAIL(std::string(difference.what()));
    }
    for (const auto& [what, count] : pair.met) met[what] += count;
  });
  for (const auto& [what, count] : met) BOOST_TEST_MESSAGE(count << " times " << what);
  // Where there are fewer sequences, what is met is for the memory store's test to check.
  if (failed || membership_tests::store_cost > 1) return;
  const std::map<Step, std::vector<String>> expected{
      {Step::create_membership,
       {"reactivated", "role_not_grantable", "seat_limit_reached", "multiple_roles_not_enabled",
        "sub_resource_scoped_role_not_allowed"}},
      {Step::update_roles, {"last_owner_required", "role_not_grantable"}},
      {Step::deactivate_membership, {"last_owner_required"}},
      {Step::reactivate_membership, {"seat_limit_reached", "role_not_grantable", "reactivated"}},
      {Step::delete_membership, {"last_owner_required"}},
      {Step::create_user, {"email_not_available"}},
      {Step::create_organization, {"domain_already_exists"}},
      {Step::set_default_role, {"default_role_is_owner"}},
      {Step::set_priority_order, {"updated", "invalid_role", "invalid_request_parameters"}},
      {Step::transfer_ownership,
       {"updated", "not_an_owner", "membership_not_active", "role_not_grantable"}},
      {Step::update_user, {"updated", "email_not_available", "external_id_already_used"}},
      {Step::update_organization,
       {"updated", "unchanged", "external_id_already_used", "domain_already_exists"}},
      {Step::set_seat_limit, {"updated"}},
      {Step::set_seats_count, {"updated"}},
      {Step::send_invitation,
       {"created", "role_not_grantable", "seat_limit_reached", "user_already_organization_member",
        "email_already_invited", "email_already_invited_to_organization", "user_already_exists",
        "expires_in_days_too_short", "expires_in_days_too_long"}},
      {Step::accept_invitation,
       {"created", "updated", "reactivated", "invalid_invite", "invite_not_pending",
        "seat_limit_reached"}},
      {Step::resend_invitation, {"updated", "invite_accepted", "invite_revoked", "invite_expired"}},
      {Step::revoke_invitation, {"deleted", "invite_not_pending"}},
      {Step::expire_invitation, {"deleted"}},
      {Step::mark_organization_deleted, {"updated", "updated, taken back"}},
      {Step::mark_role_deleted, {"updated", "updated, taken back"}},
      {Step::mark_permission_deleted, {"updated", "updated, taken back"}},
      {Step::mark_multiple_roles_disabled, {"updated"}},
      {Step::mark_owner_role, {"updated"}},
      {Step::delete_organization, {"deleted"}},
      {Step::delete_user, {"deleted", "last_owner_required"}},
      {Step::delete_role, {"deleted", "role_required", "role_has_assignments", "invalid_role"}},
      {Step::delete_permission, {"deleted", "forbidden"}},
      {Step::disable_multiple_roles, {"updated"}},
      {Step::name_owner_role, {"default_role_is_owner"}},
      {Step::expire_invitations, {"updated"}},
  };
  for (const auto& [kind, results] : expected) {
    for (const String& result : results) {
      const String what = String(to_string(kind)) + ": " + result;
      BOOST_TEST(met[what] > 10u, "too rarely met: " << what);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
