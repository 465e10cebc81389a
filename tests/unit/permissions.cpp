// SPDX-License-Identifier: BSL-1.0

// Plan
//   create, update: errors in their order with subjects, profile, events, unchanged
//                                                  -> create_permission, update_permission
//   set, add, remove: errors in their order with subjects, environment -> role_permissions_errors
//   what they write, unchanged, events, revisions  -> set, add_and_remove
//   an organization's own role and the environment's under an organization -> own_roles
//   update of a role, the environment's and an organization's own -> update_role
//   256 permissions, all of them granted           -> limit
//   places in a hand-made table with holes         -> holes
//   a permission on its way out                    -> retiring
//   lists: pages in both directions                -> lists
//   texts from outside that are no UTF-8           -> subjects_are_text

#include "../support/settings.hpp"
#include "../support/world.hpp"
#include "membership/command/delete_organization.hpp"

#include <boost/test/unit_test.hpp>

using membership_tests::an_error;
using membership_tests::count_events;
using membership_tests::describe;
using membership_tests::event_types;
using membership_tests::Host;
using membership_tests::make_id;
using membership_tests::whole_page;
using namespace membership;
using namespace std::string_view_literals;

namespace permissions {

const std::string chars_48(48, 'a');
const std::string chars_49(49, 'a');
const std::string chars_150(150, 'd');
const std::string chars_151(151, 'd');
constexpr std::string_view broken = "a\xFF";

struct Fixture : Host {
  template <class C>
  void unchanged(const C& command) {
    const std::string before = describe(store);
    BOOST_TEST(done(command).outcome() == Outcome::unchanged);
    BOOST_TEST(describe(store) == before);
  }
  template <class C>
  void check_refused(const C& command, const Error& expected) {
    const std::string before = describe(store);
    BOOST_TEST(refused(command) == expected);
    BOOST_TEST(describe(store) == before);
  }
  void permission(std::string_view slug) { done(CreatePermission{slug, slug}); }

  /// The slugs of a role's permissions, in the order of their places, with spaces between.
  std::string granted(std::string_view role,
                      const std::optional<OrganizationId>& organization = {}) const {
    Reads reads;
    if (organization) reads.organization = &*organization;
    reads.role = role;
    const auto seen = load(reads);
    if (seen.role == nullptr) return "no role";
    std::string text;
    const PermissionTable table = seen.roles.permission_table();
    for (unsigned i = 0; i < table.size(); ++i) {
      if (!seen.roles.at(seen.role_index)->permissions.contains(i)) continue;
      if (!text.empty()) text += ' ';
      text += table[i].slug.view();
    }
    return text;
  }
  Profile role_profile(std::string_view role) {
    Profile found;
    static_cast<void>(*store.list(RoleQuery{}, [&](const RoleRow& row) {
      if (row.state.slug.view() == role) found = row.profile;
    }));
    return found;
  }
  std::uint64_t revision() const { return load(Reads{}).environment.revision; }
};

}  // namespace permissions

BOOST_FIXTURE_TEST_SUITE(permissions, permissions::Fixture)

BOOST_AUTO_TEST_CASE(create_permission) {
  permission("docs:read");
  const auto create = [](std::string_view slug, std::string_view name,
                         std::optional<std::string_view> description = {},
                         std::optional<std::string_view> resource = {}) {
    return CreatePermission{slug, name, description, resource};
  };
  check_refused(create("", "", broken, ""), an_error(ErrorCode::empty, Field::slug));
  check_refused(create(chars_49, "", broken, ""),
                an_error(ErrorCode::too_long, Field::slug, chars_49));
  for (const std::string_view slug : {"A", "a b", "a/b", "\xC3\xA9", "a\n"}) {
    check_refused(create(slug, ""), an_error(ErrorCode::malformed, Field::slug, slug));
  }
  check_refused(create("docs:read", "", broken), an_error(ErrorCode::empty, Field::name));
  check_refused(create("docs:read", broken, broken), an_error(ErrorCode::not_utf8, Field::name));
  check_refused(create("docs:read", chars_49, broken), an_error(ErrorCode::too_long, Field::name));
  check_refused(create("docs:read", "Name", broken, ""),
                an_error(ErrorCode::not_utf8, Field::description));
  check_refused(create("docs:read", "Name", chars_151, ""),
                an_error(ErrorCode::too_long, Field::description));
  check_refused(create("docs:read", "Name", "", ""),
                an_error(ErrorCode::empty, Field::resource_type_slug));
  check_refused(create("docs:read", "Name", "", chars_49),
                an_error(ErrorCode::too_long, Field::resource_type_slug, chars_49));
  check_refused(create("docs:read", "Name", "", "a b"),
                an_error(ErrorCode::malformed, Field::resource_type_slug, "a b"));
  check_refused(create("docs:read", "Name"),
                an_error(ErrorCode::permission_slug_conflict, Field::slug, "docs:read"));
  const CreatePermission command = create("new", "New");
  BOOST_TEST(MembershipPolicy<>{}
                 .decide(command, load(command.reads()), Context(runtime.clock.at, PlanId{}))
                 .error() == an_error(ErrorCode::missing_id, Field::permission_id));

  runtime.clock.at = Time::from_milliseconds(2'000);
  const std::uint64_t before = revision();
  const std::size_t events = count_events(store);
  const auto receipt = done(CreatePermission{"a-b_c:d.*", chars_48, chars_150, "document", true});
  BOOST_TEST(receipt.outcome() == Outcome::created);
  BOOST_TEST((receipt.plan.trace.about == Trace::About::permission));
  BOOST_TEST(receipt.membership() == nullptr);
  BOOST_TEST(revision() == before + 1);
  BOOST_TEST(event_types(store, events) == "permission.created");
  Reads reads;
  reads.permission = "a-b_c:d.*";
  const auto seen = load(reads);
  BOOST_TEST_REQUIRE(seen.permission != nullptr);
  BOOST_TEST(seen.permission->id == receipt.plan.permission->id);
  BOOST_TEST(seen.permission->profile.texts[Text::name] == chars_48);
  BOOST_TEST(seen.permission->profile.texts[Text::description] == chars_150);
  BOOST_TEST(seen.permission->profile.texts[Text::resource_type_slug] == "document");
  BOOST_TEST(seen.permission->profile.created_at == Time::from_milliseconds(2'000));
  BOOST_TEST(seen.permission->profile.updated_at == Time::from_milliseconds(2'000));
  BOOST_TEST(seen.permission_index == 1);
  const PermissionState& state = seen.roles.permission_table()[1];
  BOOST_TEST((state.system && state.phase == Phase::live && state.slug.view() == "a-b_c:d.*"));
  BOOST_TEST(granted("member") == "");
}

BOOST_AUTO_TEST_CASE(update_permission) {
  done(CreatePermission{"docs:read", "Read", "Reads"});
  permission("other");
  const auto keep = TextChange::keep();
  check_refused(UpdatePermission{"none", "", TextChange::set(broken)},
                an_error(ErrorCode::empty, Field::name));
  check_refused(UpdatePermission{"none", broken}, an_error(ErrorCode::not_utf8, Field::name));
  check_refused(UpdatePermission{"none", chars_49, TextChange::set(broken)},
                an_error(ErrorCode::too_long, Field::name));
  check_refused(UpdatePermission{"none", "Name", TextChange::set(broken)},
                an_error(ErrorCode::not_utf8, Field::description));
  check_refused(UpdatePermission{"none", "Name", TextChange::set(chars_151)},
                an_error(ErrorCode::too_long, Field::description));
  check_refused(UpdatePermission{"none", "Name"},
                an_error(ErrorCode::entity_not_found, Field::permission_slug, "none"));
  check_refused(UpdatePermission{"", "Name"},
                an_error(ErrorCode::entity_not_found, Field::permission_slug));

  runtime.clock.at = Time::from_milliseconds(2'000);
  unchanged(UpdatePermission{"docs:read"});
  unchanged(UpdatePermission{"docs:read", "Read", TextChange::set("Reads")});
  unchanged(UpdatePermission{"other", std::nullopt, TextChange::clear()});

  const auto profile = [&] {
    Reads reads;
    reads.permission = "docs:read";
    return load(reads);
  };
  const std::size_t events = count_events(store);
  const auto receipt = done(UpdatePermission{"docs:read", "Read all", keep});
  BOOST_TEST(receipt.outcome() == Outcome::updated);
  BOOST_TEST((receipt.plan.trace.about == Trace::About::permission));
  BOOST_TEST(profile().permission->profile.texts[Text::name] == "Read all");
  BOOST_TEST(profile().permission->profile.texts[Text::description] == "Reads");
  BOOST_TEST(profile().permission->profile.created_at == Time::from_milliseconds(1'000));
  BOOST_TEST(profile().permission->profile.updated_at == Time::from_milliseconds(2'000));
  runtime.clock.at = Time::from_milliseconds(500);
  done(UpdatePermission{"docs:read", std::nullopt, TextChange::clear()});
  BOOST_TEST(!profile().permission->profile.texts.has(Text::description));
  BOOST_TEST(profile().permission->profile.updated_at == Time::from_milliseconds(2'000),
             "never goes back");
  done(UpdatePermission{"docs:read", std::nullopt, TextChange::set("")});
  BOOST_TEST(profile().permission->profile.texts.has(Text::description));
  BOOST_TEST(event_types(store, events) ==
             "permission.updated permission.updated permission.updated");
  // Each event shows the texts of its time.
  std::string names;
  static_cast<void>(*store.list(*EventQuery::make(whole_page<EventId>()), [&](const EventRow& row) {
    if (row.type != EventType::permission_updated) return;
    BOOST_TEST_REQUIRE(row.permission != nullptr);
    BOOST_TEST(row.permission->slug.view() == "docs:read");
    names += row.profile.texts.has(Text::description) ? "+" : "-";
  }));
  BOOST_TEST(names == "+-+");
}

BOOST_AUTO_TEST_CASE(role_permissions_errors) {
  const auto acme = organization("org_1");
  organization_role(acme, "org-lead");
  role("admin");
  permission("a");
  permission("b");
  membership_tests::retire_permission(*this, "b");
  const auto nowhere = make_id<OrganizationId>("org_2");
  const std::string_view unknown_second[] = {"a", "x", "b"};
  const std::string_view retiring_first[] = {"b", "x"};
  // Of the organization, of the role, of the permissions from the first to the last.
  const auto refusals = [&](const auto& command_of) {
    check_refused(command_of("none", nowhere),
                  an_error(ErrorCode::entity_not_found, Field::organization_id, "org_2"));
    check_refused(command_of("none", acme),
                  an_error(ErrorCode::entity_not_found, Field::role_slug, "none"));
    check_refused(command_of("admin", acme),
                  an_error(ErrorCode::entity_not_found, Field::role_slug, "admin"));
    check_refused(command_of("org-lead", std::nullopt),
                  an_error(ErrorCode::entity_not_found, Field::role_slug, "org-lead"));
  };
  using Scope = std::optional<OrganizationId>;
  refusals([&](std::string_view role, const Scope& scope) {
    return SetRolePermissions{role, unknown_second, scope};
  });
  refusals([&](std::string_view role, const Scope& scope) {
    return AddRolePermission{role, "x", scope};
  });
  refusals([&](std::string_view role, const Scope& scope) {
    return RemoveRolePermission{role, "x", scope};
  });
  check_refused(SetRolePermissions{"admin", unknown_second},
                an_error(ErrorCode::entity_not_found, Field::permission_slug, "x", 1));
  check_refused(SetRolePermissions{"admin", retiring_first},
                an_error(ErrorCode::malformed, Field::permission_slug, "b"));
  // A place that an error cannot tell is not told as another one.
  std::vector<std::string_view> far(65'537, "a");
  far.push_back("x");
  check_refused(SetRolePermissions{"admin", far},
                an_error(ErrorCode::entity_not_found, Field::permission_slug, "", 0xFFFF));
  check_refused(AddRolePermission{"org-lead", "x", acme},
                an_error(ErrorCode::entity_not_found, Field::permission_slug, "x"));
  check_refused(AddRolePermission{"admin", "b"},
                an_error(ErrorCode::malformed, Field::permission_slug, "b"));
  check_refused(AddRolePermission{"admin", ""},
                an_error(ErrorCode::entity_not_found, Field::permission_slug));
  // An organization under deletion counts as gone.
  done(MarkOrganizationDeleted{acme});
  check_refused(AddRolePermission{"org-lead", "a", acme},
                an_error(ErrorCode::entity_not_found, Field::organization_id, "org_1"));
}

BOOST_AUTO_TEST_CASE(set) {
  role("admin");
  for (const std::string_view slug : {"a", "b", "c"}) permission(slug);
  const std::string_view two[] = {"c", "a"};
  const std::string_view twice[] = {"a", "c", "a", "c"};
  const std::string_view other[] = {"b"};
  runtime.clock.at = Time::from_milliseconds(2'000);
  const std::size_t events = count_events(store);
  const std::uint64_t before = revision();
  const auto receipt = done(SetRolePermissions{"admin", two});
  BOOST_TEST(receipt.outcome() == Outcome::updated);
  BOOST_TEST((receipt.plan.trace.about == Trace::About::environment_role));
  BOOST_TEST(granted("admin") == "a c");
  BOOST_TEST(granted("member") == "");
  BOOST_TEST(revision() == before + 1);
  BOOST_TEST(role_profile("admin").texts[Text::name] == "admin");
  BOOST_TEST(role_profile("admin").created_at == Time::from_milliseconds(1'000));
  BOOST_TEST(role_profile("admin").updated_at == Time::from_milliseconds(2'000));
  unchanged(SetRolePermissions{"admin", two});
  unchanged(SetRolePermissions{"admin", twice});
  done(SetRolePermissions{"admin", other});
  BOOST_TEST(granted("admin") == "b");
  done(SetRolePermissions{"admin", {}});
  BOOST_TEST(granted("admin") == "");
  unchanged(SetRolePermissions{"admin", {}});
  BOOST_TEST(event_types(store, events) == "role.updated role.updated role.updated");
  std::vector<unsigned> counts;
  static_cast<void>(*store.list(*EventQuery::make(whole_page<EventId>()), [&](const EventRow& row) {
    if (row.type != EventType::role_updated) return;
    unsigned count = 0;
    for (unsigned i = 0; i < 3; ++i) count += row.role->permissions.contains(i) ? 1u : 0u;
    counts.push_back(count);
    BOOST_TEST((row.organization == nullptr && row.role->slug.view() == "admin"));
  }));
  BOOST_TEST(counts == (std::vector<unsigned>{2, 1, 0}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(add_and_remove) {
  role("admin");
  for (const std::string_view slug : {"a", "b"}) permission(slug);
  const std::size_t events = count_events(store);
  done(AddRolePermission{"admin", "b"});
  done(AddRolePermission{"admin", "a"});
  BOOST_TEST(granted("admin") == "a b");
  unchanged(AddRolePermission{"admin", "a"});
  done(RemoveRolePermission{"admin", "b"});
  BOOST_TEST(granted("admin") == "a");
  unchanged(RemoveRolePermission{"admin", "b"});
  unchanged(RemoveRolePermission{"admin", "none"});
  unchanged(RemoveRolePermission{"admin", ""});
  BOOST_TEST(event_types(store, events) == "role.updated role.updated role.updated");
}

BOOST_AUTO_TEST_CASE(own_roles) {
  const auto acme = organization("org_1");
  const auto other = organization("org_2");
  organization_role(acme, "org-lead");
  organization_role(other, "org-lead");
  permission("a");
  const auto member = join(user("user_1"), acme);
  const std::uint64_t environment = revision();
  const OrganizationState before = state(acme);
  const std::size_t events = count_events(store);
  const auto receipt = done(AddRolePermission{"org-lead", "a", acme});
  BOOST_TEST((receipt.plan.trace.about == Trace::About::organization_role));
  BOOST_TEST(granted("org-lead", acme) == "a");
  BOOST_TEST(granted("org-lead", other) == "");
  BOOST_TEST(revision() == environment);
  BOOST_TEST(state(acme).revision == before.revision + 1);
  BOOST_TEST(state(acme).fenced_to == environment);
  BOOST_TEST((state(acme).counts == before.counts));
  BOOST_TEST(find(member.id)->revision == member.revision);
  BOOST_TEST(event_types(store, events) == "organization_role.updated");
  const std::string_view only[] = {"a"};
  unchanged(SetRolePermissions{"org-lead", only, acme});
  done(SetRolePermissions{"org-lead", {}, acme});
  BOOST_TEST(granted("org-lead", acme) == "");
  done(UpdateRole{"org-lead", "Lead", TextChange::keep(), acme});
  BOOST_TEST(event_types(store, events) ==
             "organization_role.updated organization_role.updated organization_role.updated");
  bool named = false;
  static_cast<void>(*store.list(*EventQuery::make(whole_page<EventId>()), [&](const EventRow& row) {
    if (row.type != EventType::organization_role_updated) return;
    BOOST_TEST_REQUIRE(row.organization != nullptr);
    BOOST_TEST(*row.organization == acme);
    named = row.profile.texts[Text::name] == "Lead";
  }));
  BOOST_TEST(named);
  // The same permission of the environment's roles is seen under an organization too.
  done(AddRolePermission{"member", "a"});
  Reads reads;
  reads.organization = &acme;
  BOOST_TEST(load(reads).roles.at(RoleIndex::environment(0))->permissions.contains(0));
}

BOOST_AUTO_TEST_CASE(update_role) {
  done(CreateRole{"admin", "Admin", "Does it all"});
  const auto acme = organization("org_1");
  const auto nowhere = make_id<OrganizationId>("org_2");
  check_refused(UpdateRole{"none", "", TextChange::set(broken), nowhere},
                an_error(ErrorCode::empty, Field::name));
  check_refused(UpdateRole{"none", broken, TextChange::set(broken), nowhere},
                an_error(ErrorCode::not_utf8, Field::name));
  check_refused(UpdateRole{"none", chars_49, TextChange::set(broken), nowhere},
                an_error(ErrorCode::too_long, Field::name));
  check_refused(UpdateRole{"none", "Name", TextChange::set(broken), nowhere},
                an_error(ErrorCode::not_utf8, Field::description));
  check_refused(UpdateRole{"none", "Name", TextChange::set(chars_151), nowhere},
                an_error(ErrorCode::too_long, Field::description));
  check_refused(UpdateRole{"none", "Name", TextChange::keep(), nowhere},
                an_error(ErrorCode::entity_not_found, Field::organization_id, "org_2"));
  check_refused(UpdateRole{"none", "Name", TextChange::keep(), acme},
                an_error(ErrorCode::entity_not_found, Field::role_slug, "none"));
  check_refused(UpdateRole{"none", "Name"},
                an_error(ErrorCode::entity_not_found, Field::role_slug, "none"));
  unchanged(UpdateRole{"admin"});
  unchanged(UpdateRole{"admin", "Admin", TextChange::set("Does it all")});

  permission("a");
  done(AddRolePermission{"admin", "a"});
  runtime.clock.at = Time::from_milliseconds(3'000);
  const std::size_t events = count_events(store);
  BOOST_TEST(done(UpdateRole{"admin", "Administrator"}).outcome() == Outcome::updated);
  BOOST_TEST(role_profile("admin").texts[Text::name] == "Administrator");
  BOOST_TEST(role_profile("admin").texts[Text::description] == "Does it all");
  BOOST_TEST(role_profile("admin").updated_at == Time::from_milliseconds(3'000));
  BOOST_TEST(granted("admin") == "a");
  done(UpdateRole{"admin", std::nullopt, TextChange::clear()});
  BOOST_TEST(!role_profile("admin").texts.has(Text::description));
  BOOST_TEST(event_types(store, events) == "role.updated role.updated");
  // The order of priority stays.
  role("viewer");
  const std::string_view order[] = {"viewer", "admin", "member"};
  done(SetPriorityOrder{order});
  done(UpdateRole{"member", "Anybody"});
  std::string slugs;
  static_cast<void>(*store.list(
      RoleQuery{}, [&](const RoleRow& row) { slugs += std::string(row.state.slug.view()) + ' '; }));
  BOOST_TEST(slugs == "viewer admin member ");
}

BOOST_AUTO_TEST_CASE(limit) {
  std::vector<std::string> slugs;
  for (int i = 0; i < 256; ++i) slugs.push_back("p:" + std::to_string(i));
  for (const std::string& slug : slugs) permission(slug);
  check_refused(CreatePermission{"one-more", "One more"},
                an_error(ErrorCode::permission_limit_reached, Field::slug, "one-more"));
  check_refused(CreatePermission{"p:255", "Again"},
                an_error(ErrorCode::permission_slug_conflict, Field::slug, "p:255"));
  std::vector<std::string_view> views(slugs.begin(), slugs.end());
  done(SetRolePermissions{"member", views});
  const RoleCatalogue roles = load(Reads{}).roles;
  for (unsigned i = 0; i < 256; ++i) {
    BOOST_TEST_REQUIRE(roles.find_permission(slugs[i]) == i);
    BOOST_TEST_REQUIRE(roles.at(RoleIndex::environment(0))->permissions.contains(i));
  }
  done(RemoveRolePermission{"member", "p:255"});
  BOOST_TEST(!load(Reads{}).roles.at(RoleIndex::environment(0))->permissions.contains(255));
  BOOST_TEST(load(Reads{}).roles.at(RoleIndex::environment(0))->permissions.contains(254));
}

BOOST_AUTO_TEST_CASE(holes) {
  const PermissionState states[] = {PermissionState(*PermissionSlug::make("a")),
                                    PermissionState::nothing(),
                                    PermissionState(*PermissionSlug::make("c"))};
  Snapshot seen = membership_tests::world;
  seen.roles = RoleCatalogue(RoleTable(membership_tests::environment_roles, 5), {}, nullptr,
                             nullptr, PermissionTable(states, 3));
  BOOST_TEST(membership_tests::plan_of(CreatePermission{"b", "B"}, seen).permission->index == 1);
  BOOST_TEST((membership_tests::refusal(CreatePermission{"c", "C"}, seen).code ==
              ErrorCode::permission_slug_conflict));
  const Named<RoleId> named{make_id<RoleId>("role_1"), Profile{}};
  seen.role = &named;
  seen.role_index = RoleIndex::environment(0);
  const std::string_view both[] = {"a", "c"};
  const Plan plan = membership_tests::plan_of(SetRolePermissions{"member", both}, seen);
  BOOST_TEST(plan.role->after.permissions.contains(0));
  BOOST_TEST(!plan.role->after.permissions.contains(1));
  BOOST_TEST(plan.role->after.permissions.contains(2));
  // What is not there has no slug: neither a name nor the empty text finds it.
  const std::string_view nothing[] = {""};
  BOOST_TEST((membership_tests::refusal(SetRolePermissions{"member", nothing}, seen).code ==
              ErrorCode::entity_not_found));
}

BOOST_AUTO_TEST_CASE(retiring) {
  role("admin");
  for (const std::string_view slug : {"a", "b"}) permission(slug);
  const std::string_view both[] = {"a", "b"};
  const std::string_view only_a[] = {"a"};
  done(SetRolePermissions{"admin", both});
  membership_tests::retire_permission(*this, "b");
  // An edit that does not name it keeps it; the walk of its deletion takes it.
  unchanged(SetRolePermissions{"admin", only_a});
  done(SetRolePermissions{"admin", {}});
  BOOST_TEST(granted("admin") == "b");
  done(AddRolePermission{"admin", "a"});
  BOOST_TEST(granted("admin") == "a b");
  done(RemoveRolePermission{"admin", "b"});
  BOOST_TEST(granted("admin") == "a");
  // Its slug is still taken, and its texts may change.
  check_refused(CreatePermission{"b", "B"},
                an_error(ErrorCode::permission_slug_conflict, Field::slug, "b"));
  BOOST_TEST(done(UpdatePermission{"b", "On its way out"}).outcome() == Outcome::updated);
  BOOST_TEST((load(Reads{}).roles.permission_table()[1].phase == Phase::retiring));
}

BOOST_AUTO_TEST_CASE(lists) {
  for (const std::string_view slug : {"c", "a", "b"}) permission(slug);
  const auto slugs = [&](std::size_t limit, Direction direction, std::optional<PermissionId> after,
                         bool& more) {
    Page<PermissionId> page;
    page.limit = limit;
    page.direction = direction;
    page.after = after;
    std::string text;
    more = (*store.list(*PermissionQuery::make(page), [&](const PermissionRow& row) {
             text += row.state.slug.view();
           })).more;
    return text;
  };
  std::vector<PermissionId> ids;
  static_cast<void>(*store.list(*PermissionQuery::make(whole_page<PermissionId>()),
                                [&](const PermissionRow& row) { ids.push_back(row.id); }));
  BOOST_TEST(ids.size() == 3u);
  bool more = false;
  BOOST_TEST(slugs(3, Direction::ascending, {}, more) == "cab");
  BOOST_TEST(!more);
  BOOST_TEST(slugs(2, Direction::ascending, {}, more) == "ca");
  BOOST_TEST(more);
  BOOST_TEST(slugs(2, Direction::descending, {}, more) == "ba");
  BOOST_TEST(more);
  BOOST_TEST(slugs(2, Direction::ascending, ids[0], more) == "ab");
  BOOST_TEST(!more);
  BOOST_TEST(slugs(9, Direction::descending, ids[1], more) == "c");
  BOOST_TEST(slugs(9, Direction::ascending, ids[2], more).empty());
  BOOST_TEST(!PermissionQuery::make(Page<PermissionId>{0}).has_value());
}

BOOST_AUTO_TEST_CASE(subjects_are_text) {
  role("admin");
  const std::string_view bad[] = {broken};
  check_refused(CreatePermission{broken, "Name"}, an_error(ErrorCode::malformed, Field::slug));
  check_refused(CreatePermission{"x", "Name", {}, broken},
                an_error(ErrorCode::malformed, Field::resource_type_slug));
  check_refused(UpdatePermission{broken, "Name"},
                an_error(ErrorCode::entity_not_found, Field::permission_slug));
  check_refused(UpdateRole{broken, "Name"},
                an_error(ErrorCode::entity_not_found, Field::role_slug));
  check_refused(SetRolePermissions{"admin", bad},
                an_error(ErrorCode::entity_not_found, Field::permission_slug));
  check_refused(AddRolePermission{"admin", "a\0"sv},
                an_error(ErrorCode::entity_not_found, Field::permission_slug));
  check_refused(RemoveRolePermission{broken, "a"},
                an_error(ErrorCode::entity_not_found, Field::role_slug));
}

BOOST_AUTO_TEST_SUITE_END()
