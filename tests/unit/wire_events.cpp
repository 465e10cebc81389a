// SPDX-License-Identifier: BSL-1.0

// Plan
//   event_object: envelope, id, time                               -> envelope
//   event_object: data of each kind                                -> organization, user, roles,
//                                                                     permission, invitation
//   previous_attributes: of each kind of update, of what was null,
//   none where nothing is known or differs, none but on updates    -> former_*
//   parse_event_id: its own text, others                           -> ids
//   read_event_list: types, range, page, default order; refusals   -> request, request_refused
//   find_event_position: cursors, refusals with their field        -> position
//   error_body: the field of an entry                              -> refusal_body

#include "membership/domain/event.hpp"
#include "membership/domain/invitation.hpp"
#include "membership/domain/profile.hpp"
#include "membership/domain/role_catalogue.hpp"
#include "membership/domain/traits.hpp"
#include "membership/policy/rows.hpp"
#include "membership/wire/error_body.hpp"
#include "membership/wire/event_object.hpp"
#include "membership/wire/event_request.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <string_view>

using namespace membership;
using boost::json::serialize;
using wire::QueryString;

namespace {

constexpr Time created = Time::from_milliseconds(1'768'478'400'000);  // 2026-01-15T12:00:00Z
constexpr Time updated = Time::from_milliseconds(1'768'478'401'007);
constexpr EventId event_id{Ulid{1, 2}};
const std::string event_text = "event_0000000000000G000000000002";
const std::string created_text = R"("created_at":"2026-01-15T12:00:00.000Z")";
const std::string times = created_text + R"(,"updated_at":"2026-01-15T12:00:01.007Z")";
const std::string former_time = R"("updated_at":"2026-01-15T12:00:00.000Z")";

const OrganizationId the_organization = OrganizationId::from_stored("org_1");
const UserId the_user = UserId::from_stored("user_1");
const RoleId the_role = RoleId::from_stored("role_1");
const PermissionId the_permission = PermissionId::from_stored("perm_1");

const PermissionState permissions[] = {PermissionState(PermissionSlug::from_stored("read")),
                                       PermissionState(PermissionSlug::from_stored("write"))};
const RoleState roles[] = {RoleState(RoleSlug::from_stored("member")),
                           RoleState(RoleSlug::from_stored("admin"))};
const RoleCatalogue catalogue(RoleTable(roles, 2), RoleTable(), nullptr, nullptr,
                              PermissionTable(permissions, 2));

Profile profile(Time last = updated) {
  Profile result;
  result.created_at = created;
  result.updated_at = last;
  return result;
}

Profile named(std::string_view name, Time last = updated) {
  Profile result = profile(last);
  result.texts.set(Text::name, name);
  result.texts.set(Text::resource_type_slug, std::string_view("organization"));
  return result;
}

EventRow row(EventType type) {
  EventRow result{event_id, type, updated};
  result.roles = catalogue;
  return result;
}

std::string data(const EventRow& shown) { return serialize(wire::event_object(shown).at("data")); }

std::string former(const EventRow& shown) {
  const auto event = wire::event_object(shown);
  const auto* const context = event.if_contains("context");
  return context == nullptr ? "" : serialize(context->at("previous_attributes"));
}

PermissionSet granted(unsigned permission) {
  PermissionSet set;
  set.insert(permission);
  return set;
}

std::string code(const wire::RequestError& error) {
  return error.errors.empty() ? error.code : error.errors[0].code + "/" + error.errors[0].field;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_events)

BOOST_AUTO_TEST_CASE(envelope) {
  EventRow shown = row(EventType::role_created);
  const RoleState role(RoleSlug::from_stored("editor"), true, granted(1));
  shown.role_id = &the_role;
  shown.role = &role;
  shown.profile = named("Editor");
  BOOST_TEST(serialize(wire::event_object(shown)) ==
             R"({"object":"event","id":")" + event_text +
                 R"(","event":"role.created","data":{"object":"role","slug":"editor",)"
                 R"("resource_type_slug":"organization","permissions":["write"],)" +
                 times + R"(},"created_at":"2026-01-15T12:00:01.007Z"})");
}

BOOST_AUTO_TEST_CASE(organization) {
  EventRow shown = row(EventType::organization_created);
  shown.organization = &the_organization;
  shown.profile = named("Acme");
  const std::string begin = R"({"object":"organization","id":"org_1","name":"Acme",)"
                            R"("domains":[],"metadata":{},"external_id":null,)";
  BOOST_TEST(data(shown) == begin + times + "}");
  shown.profile.texts.set(Text::stripe_customer_id, std::string_view("cus_1"));
  BOOST_TEST(data(shown) == begin + R"("stripe_customer_id":"cus_1",)" + times + "}");
}

BOOST_AUTO_TEST_CASE(user) {
  EventRow shown = row(EventType::user_deleted);
  shown.user = &the_user;
  shown.profile = profile();
  shown.profile.texts.set(Text::email, std::string_view("a@b"));
  BOOST_TEST(data(shown) == serialize(wire::user_object(the_user, shown.profile)));
}

BOOST_AUTO_TEST_CASE(roles_of_an_organization) {
  EventRow shown = row(EventType::organization_role_deleted);
  const RoleState role(RoleSlug::from_stored("org-lead"));
  shown.organization = &the_organization;
  shown.role = &role;
  shown.profile = named("Lead");
  BOOST_TEST(data(shown) ==
             R"({"object":"organization_role","organization_id":"org_1","slug":"org-lead",)"
             R"("name":"Lead","description":null,"resource_type_slug":"organization",)"
             R"("permissions":[],)" +
                 times + "}");
}

BOOST_AUTO_TEST_CASE(permission) {
  EventRow shown = row(EventType::permission_created);
  shown.permission_id = &the_permission;
  shown.permission = &permissions[0];
  shown.profile = named("Read");
  BOOST_TEST(data(shown) ==
             R"({"object":"permission","id":"perm_1","slug":"read","name":"Read",)"
             R"("description":null,"system":false,"resource_type_slug":"organization",)" +
                 times + "}");
}

BOOST_AUTO_TEST_CASE(invitation) {
  EventRow shown = row(EventType::invitation_created);
  InvitationState state(InvitationId::from_stored("invitation_1"), created, updated);
  state.organization = the_organization;
  shown.organization = &the_organization;
  shown.invitation = &state;
  shown.created_at = created;
  shown.held = RoleSet::of(RoleIndex::environment(1));
  const auto shown_data = wire::event_object(shown).at("data").as_object();
  BOOST_TEST(shown_data.at("role_slug").as_string() == "admin");
  BOOST_TEST(shown_data.at("state").as_string() == "pending");
  BOOST_TEST(!shown_data.contains("token"));
  BOOST_TEST(!shown_data.contains("accept_invitation_url"));
}

BOOST_AUTO_TEST_CASE(former_membership) {
  const OrganizationMembership membership(MembershipId::from_stored("om_1"), the_user,
                                          the_organization, RoleSet::of(RoleIndex::environment(1)),
                                          RoleIndex::environment(1), Status::active, created,
                                          updated, 2, false);
  EventRow shown = row(EventType::organization_membership_updated);
  shown.organization = &the_organization;
  shown.membership = &membership;
  BOOST_TEST(former(shown).empty());
  shown.before = {RoleSet::of(RoleIndex::environment(0)), created, RoleIndex::environment(0),
                  Standing::pending};
  const std::string all = R"({"status":"pending","role":{"slug":"member"},)"
                          R"("roles":[{"slug":"member"}],)" +
                          former_time + "}";
  BOOST_TEST(former(shown) == all);
  BOOST_TEST(data(shown).find(R"("status":"active")") != std::string::npos);
  shown.type = EventType::organization_membership_deleted;
  BOOST_TEST(former(shown).empty());
  BOOST_TEST(data(shown).find(R"("status":"active")") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(former_profiles) {
  EventRow shown = row(EventType::organization_updated);
  shown.organization = &the_organization;
  shown.profile = named("New");
  shown.profile.texts.set(Text::stripe_customer_id, std::string_view("cus_1"));
  const Profile before = named("Old", created);
  BOOST_TEST(former(shown).empty());
  shown.profile_before = &before;
  BOOST_TEST(former(shown) == R"({"name":"Old",)" + former_time + R"(,"stripe_customer_id":null})");
  BOOST_TEST(data(shown).find(R"("name":"New")") != std::string::npos);

  shown.user = &the_user;
  shown.organization = nullptr;
  shown.type = EventType::user_updated;
  BOOST_TEST(former(shown) == R"({"name":"Old",)" + former_time + "}");

  shown.permission_id = &the_permission;
  shown.permission = &permissions[0];
  shown.type = EventType::permission_updated;
  BOOST_TEST(former(shown) == R"({"name":"Old",)" + former_time + "}");
}

BOOST_AUTO_TEST_CASE(former_roles) {
  EventRow shown = row(EventType::role_updated);
  const RoleState role(RoleSlug::from_stored("editor"), true, granted(1));
  const RoleState role_before(RoleSlug::from_stored("editor"), true, granted(0));
  const Profile before = named("Old", created);
  shown.role = &role;
  shown.role_before = &role_before;
  shown.profile = named("New");
  shown.profile_before = &before;
  BOOST_TEST(former(shown) == R"({"permissions":["read"],)" + former_time + "}");
  shown.organization = &the_organization;
  shown.type = EventType::organization_role_updated;
  BOOST_TEST(former(shown) == R"({"name":"Old","permissions":["read"],)" + former_time + "}");
}

BOOST_AUTO_TEST_CASE(ids) {
  BOOST_TEST(wire::event_id_text(event_id) == event_text);
  BOOST_TEST((wire::parse_event_id(event_text) == event_id));
  for (const std::string_view text :
       {"", "event_", "0000000000000G000000000002", "user_0000000000000G000000000002",
        "event_0000000000000G00000000000l", "event_1"}) {
    BOOST_TEST(!wire::parse_event_id(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(request) {
  const auto read = wire::read_event_list(*QueryString::parse(
      "events=user.created&events%5B%5D=invitation.resent,none&organization_id=org_1&limit=3&"
      "range_start=1970-01-01T00:00:01Z&range_end=1970-01-01T01:00:02%2B01:00&after=x"));
  BOOST_TEST_REQUIRE(read.has_value());
  for (unsigned value = 0; value <= static_cast<unsigned>(EventType::invitation_resent); ++value) {
    const EventType type = static_cast<EventType>(value);
    BOOST_TEST(read->types.contains(type) ==
               (type == EventType::user_created || type == EventType::invitation_resent));
  }
  BOOST_TEST(read->organization_id.value_or("") == "org_1");
  BOOST_TEST((read->range_start == Time::from_milliseconds(1000)));
  BOOST_TEST((read->range_end == Time::from_milliseconds(2000)));
  BOOST_TEST(read->page.limit == 3u);
  BOOST_TEST((read->page.order == wire::ListOrder::asc));
  BOOST_TEST(read->page.after.value_or("") == "x");
  const auto least = wire::read_event_list(*QueryString::parse("events=x&order=desc"));
  BOOST_TEST_REQUIRE(least.has_value());
  BOOST_TEST(!least->range_start.has_value());
  BOOST_TEST(!least->range_end.has_value());
  BOOST_TEST(!least->organization_id.has_value());
  BOOST_TEST((least->page.order == wire::ListOrder::desc));
}

BOOST_AUTO_TEST_CASE(request_refused) {
  const auto refusal = [](const std::string& text) {
    return code(wire::read_event_list(*QueryString::parse(text)).error());
  };
  const std::string last = "&range_end=x";
  const std::string third = "&range_start=x" + last;
  const std::string second = "&order=x" + third;
  BOOST_TEST(refusal("limit=0" + second) == "invalid_events_request");
  BOOST_TEST(wire::read_event_list(QueryString()).error().status == 400);
  BOOST_TEST(refusal("events=x&limit=0" + second) == "limit_invalid/limit");
  BOOST_TEST(refusal("events=x" + second) == "order_invalid/order");
  BOOST_TEST(refusal("events=x" + third) == "range_start_invalid/range_start");
  BOOST_TEST(refusal("events=x" + last) == "range_end_invalid/range_end");
}

BOOST_AUTO_TEST_CASE(position) {
  wire::PageRequest page;
  page.limit = 4;
  page.order = wire::ListOrder::asc;
  page.after = event_text;
  const auto found = wire::find_event_position(page, [](EventId id) { return id == event_id; });
  BOOST_TEST_REQUIRE(found.has_value());
  BOOST_TEST((found->after == event_id));
  BOOST_TEST(!found->before.has_value());
  BOOST_TEST(found->limit == 4u);
  BOOST_TEST((found->order == wire::ListOrder::asc));
  const auto nothing = [](EventId) { return false; };
  BOOST_TEST(code(wire::find_event_position(page, nothing).error()) == "after_invalid/after");
  page.before = "x";
  BOOST_TEST(code(wire::find_event_position(page, nothing).error()) == "before_invalid/before");
}

BOOST_AUTO_TEST_CASE(refusal_body) {
  BOOST_TEST(wire::error_body(wire::refused_event_parameter("range_end")) ==
             R"({"code":"invalid_request_parameters","message":"Validation failed","errors":)"
             R"([{"code":"range_end_invalid","message":"Range end is invalid.",)"
             R"("field":"range_end"}]})");
}

BOOST_AUTO_TEST_SUITE_END()
