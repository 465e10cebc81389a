// SPDX-License-Identifier: BSL-1.0

// Plan
//   what is written of any value, through its text, is read as the same value:
//   users, organizations, their resources         -> users, organizations, resources
//   memberships of any world                      -> memberships
//   roles, permissions, invitations               -> roles, permissions, invitations
//   events of each type, of updates also what was -> events
//   lists, whole and paged                        -> lists
//
// What the wire drops on purpose is said where support/wire_reader.hpp reads.

#include "membership/testing/generators.hpp"
#include "property/check.hpp"
#include "support/scale.hpp"
#include "support/wire_reader.hpp"
#include "support/wire_writer.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(wire_round_trip)

using namespace membership;
using namespace membership_tests;

namespace {

std::size_t runs() { return scaled(200, 2'000); }

const PermissionState table[] = {PermissionState(PermissionSlug::from_stored("docs:read")),
                                 PermissionState::nothing(),
                                 PermissionState(PermissionSlug::from_stored("docs:*")),
                                 PermissionState(PermissionSlug::from_stored("a.b_c-d"))};
const RoleCatalogue no_roles({}, {}, nullptr, nullptr, PermissionTable(table, 4));

template <class V>
void survives(const V& value, const RoleCatalogue& catalogue = no_roles) {
  const std::string text = boost::json::serialize(write(value, catalogue));
  RC_LOG(text);
  RC_ASSERT(read(As<V>{}, boost::json::parse(text), catalogue) == value);
}

// --- values; to be called within a property

bool any_bool() { return *rc::gen::arbitrary<bool>(); }

template <class I>
I any_id() {
  return *testing::id<I>();
}
template <class I>
std::optional<I> maybe_id() {
  return any_bool() ? std::optional(any_id<I>()) : std::nullopt;
}

std::string any_text() { return *testing::utf8_text(0, 8); }

UserValue any_user() { return {any_id<UserId>(), *testing::user_profile()}; }

OrganizationValue any_organization() {
  return {any_id<OrganizationId>(), *testing::organization_profile()};
}

RoleValue any_role(bool own) {
  RoleValue role{any_id<RoleId>(),
                 {},
                 own,
                 RoleSlug::from_stored(*testing::slug_text()),
                 {},
                 *testing::catalogue_profile()};
  for (const unsigned place : {0u, 2u, 3u}) {
    if (any_bool()) role.permissions.insert(place);
  }
  return role;
}

/// A role with what events tell of it.
RoleValue any_event_role(bool own) {
  RoleValue role = any_role(own);
  role.id.reset();
  if (own) {
    role.organization = any_id<OrganizationId>();
  } else {
    role.profile[Text::name].reset();
    role.profile[Text::description].reset();
  }
  return role;
}

PermissionValue any_permission() {
  const unsigned place = *testing::one_of<unsigned>({0, 2, 3});
  return {any_id<PermissionId>(), table[place].slug, any_bool(), *testing::catalogue_profile()};
}

InvitationValue any_invitation() {
  InvitationState state = *testing::invitation_state();
  state.revision = 0;
  state.user.reset();
  state.role = RoleIndex::none();
  state.sent_by = {};
  state.token = {};
  InvitationValue invitation{state, *testing::profile({Text::email}, {Text::role_slug}), {}};
  invitation.profile.created_at = invitation.profile.updated_at = Time::from_milliseconds(0);
  invitation.link = std::pair(any_text(), any_text());
  return invitation;
}

/// A membership of some catalogue's roles.
struct Joined {
  testing::OwnedCatalogue owned = *rc::gen::suchThat(
      testing::catalogue(), [](const testing::OwnedCatalogue& made) { return made.size() > 0; });
  RoleCatalogue catalogue = owned.view();
  OrganizationMembership membership = *testing::membership_of(owned);

  Joined() { membership.revision = 0; }
  Joined(const Joined&) = delete;
  Joined& operator=(const Joined&) = delete;

  /// The membership as it may have been before.
  OrganizationMembership before() const {
    OrganizationMembership old = membership;
    std::vector<RoleIndex> all;
    catalogue.for_each_in_order(catalogue.all(), [&](RoleIndex role) { all.push_back(role); });
    old.first_requested = *testing::one_of(all);
    old.roles = RoleSet::of(old.first_requested) | RoleSet::of(*testing::one_of(all));
    old.status = *testing::status();
    old.updated_at = *testing::time();
    return old;
  }
};

/// Checks events of one kind, of which `first` is the first type. `before` makes of a value another
/// one that it may have been; an update tells of it or not.
template <class V, class Before>
void events_survive(EventType first, unsigned types, Time at, const V& data, Before&& before,
                    const RoleCatalogue& catalogue = no_roles) {
  const auto type =
      static_cast<EventType>(static_cast<unsigned>(first) + *rc::gen::inRange(0u, types));
  EventValue event{*testing::event_id(), type, at, data};
  if (to_string(type).ends_with(".updated") && any_bool()) {
    const V old = before();
    if (!(old == data)) event.before = old;
  }
  survives(event, catalogue);
}

}  // namespace

BOOST_AUTO_TEST_CASE(users) {
  holds("users", runs(), [] { survives(any_user()); });
}

BOOST_AUTO_TEST_CASE(organizations) {
  holds("organizations", runs(), [] { survives(any_organization()); });
}

BOOST_AUTO_TEST_CASE(resources) {
  holds("resources", runs(), [] {
    OrganizationValue organization{any_id<OrganizationId>(),
                                   *testing::profile({Text::name}, {Text::external_id})};
    // Without one the organization's id is shown.
    auto& external_id = organization.profile[Text::external_id];
    if (external_id == organization.id.view()) external_id.reset();
    survives(ResourceValue{organization});
  });
}

BOOST_AUTO_TEST_CASE(memberships) {
  holds("memberships", runs(), [] {
    const Joined joined;
    UserValue user = any_user();
    survives(MembershipValue{joined.membership, any_text(), std::move(user.profile)},
             joined.catalogue);
  });
}

BOOST_AUTO_TEST_CASE(roles) {
  holds("roles", runs(), [] { survives(any_role(any_bool())); });
}

BOOST_AUTO_TEST_CASE(permissions) {
  holds("permissions", runs(), [] { survives(any_permission()); });
}

BOOST_AUTO_TEST_CASE(invitations) {
  holds("invitations", runs(), [] { survives(any_invitation()); });
}

BOOST_AUTO_TEST_CASE(events) {
  holds("events of memberships", runs(), [] {
    const Joined joined;
    events_survive(
        EventType::organization_membership_created, 3, *testing::time(), joined.membership,
        [&] { return joined.before(); }, joined.catalogue);
  });
  holds("events of organizations", runs(), [] {
    const OrganizationValue organization = any_organization();
    events_survive(EventType::organization_created, 3, *testing::time(), organization, [&] {
      return OrganizationValue{organization.id, any_organization().profile};
    });
  });
  holds("events of users", runs(), [] {
    const UserValue user = any_user();
    events_survive(EventType::user_created, 3, *testing::time(), user, [&] {
      return UserValue{user.id, any_user().profile};
    });
  });
  holds("events of roles", runs(), [] {
    const bool own = any_bool();
    const RoleValue role = any_event_role(own);
    events_survive(own ? EventType::organization_role_created : EventType::role_created, 3,
                   *testing::time(), role, [&] {
                     RoleValue old = any_event_role(own);
                     old.organization = role.organization;
                     old.slug = role.slug;
                     return old;
                   });
  });
  holds("events of permissions", runs(), [] {
    const PermissionValue permission = any_permission();
    events_survive(EventType::permission_created, 3, *testing::time(), permission, [&] {
      PermissionValue old = permission;
      old.profile = any_permission().profile;
      return old;
    });
  });
  holds("events of invitations", runs(), [] {
    InvitationValue invitation = any_invitation();
    invitation.link.reset();
    events_survive(EventType::invitation_created, 4, invitation.state.created_at, invitation,
                   [&] { return invitation; });
  });
}

BOOST_AUTO_TEST_CASE(lists) {
  holds("lists", runs(), [] {
    ListValue<UserValue> list;
    for (int more = *rc::gen::inRange(0, 4); more > 0; --more) list.data.push_back(any_user());
    if (any_bool()) {
      auto& cursors = list.cursors.emplace();
      if (any_bool()) cursors.before = any_text();
      if (any_bool()) cursors.after = any_text();
    }
    survives(list);
  });
}

BOOST_AUTO_TEST_SUITE_END()
