// SPDX-License-Identifier: BSL-1.0

// Plan
//   value_from of every row and error: what the wire's text says            -> rows, errors
//   value_from of ids, slugs, times, enums, event ids: strings              -> strings
//   value_to: each comes back; what is no string or no value is refused     -> back, refusals
//   containers of them                                                      -> containers

#include "membership/interop/boost_json.hpp"
#include "support/wire_writer.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

using namespace membership;
using namespace membership_tests;
using boost::json::value;
using boost::json::value_from;

namespace {

const Time created = Time::from_milliseconds(1'768'478'400'000);
const Time updated = Time::from_milliseconds(1'768'478'400'001);
const UserId ada = *UserId::make("user_1");
const OrganizationId acme = *OrganizationId::make("org_1");

const PermissionState permissions[] = {PermissionState(*PermissionSlug::make("b")),
                                       PermissionState(*PermissionSlug::make("a"), true)};
const RoleState roles[] = {RoleState(*RoleSlug::make("member")),
                           RoleState(*RoleSlug::make("admin"), true, PermissionSet{{3, 0, 0, 0}})};
const RoleCatalogue catalogue(RoleTable(roles, 2), {}, nullptr, nullptr,
                              PermissionTable(permissions, 2));
constexpr RoleIndex admin = RoleIndex::environment(1);

ProfileValue profile() {
  ProfileValue value;
  value[Text::name] = "Ada \"L\"";
  value[Text::email] = "ada@example.com";
  value[Text::role_slug] = "old";
  value.metadata = {{"tier", "gold"}};
  value.domains = {{{Ulid{1, 2}}, "a.example", DomainState::verified, created, updated}};
  value.created_at = created;
  value.updated_at = updated;
  return value;
}

/// What the text of an object says, read again.
value reread(const boost::json::object& written) { return boost::json::parse(serialize(written)); }

OrganizationMembership member() {
  return OrganizationMembership(*MembershipId::make("om_1"), ada, acme,
                                RoleSet::of(admin) | RoleSet::of(RoleIndex::environment(0)), admin,
                                Status::active, created, updated, 7, true);
}

template <class V>
void check_back(const V& given, std::string_view text) {
  const value shown = value_from(given);
  BOOST_TEST(shown == value(boost::json::string_view(text.data(), text.size())));
  BOOST_TEST((boost::json::value_to<V>(shown) == given));
}

template <class V>
void check_refused(std::string_view text) {
  const value shown(boost::json::string_view(text.data(), text.size()));
  const auto made = boost::json::try_value_to<V>(shown);
  BOOST_TEST((made.has_error() && made.error() == boost::system::errc::invalid_argument), text);
  const auto none = boost::json::try_value_to<V>(value(1));
  BOOST_TEST((none.has_error() && none.error() == boost::json::error::not_string));
  BOOST_CHECK_THROW((void)boost::json::value_to<V>(shown), boost::system::system_error);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(interop_json)

BOOST_AUTO_TEST_CASE(rows) {
  const ProfileValue texts = profile();
  const ShownProfile shown(texts);

  BOOST_TEST(value_from(UserRow{UserState(ada), *shown}) == reread(wire::user_object(ada, *shown)));
  const OrganizationState state(acme);
  BOOST_TEST(value_from(OrganizationRow{state, *shown}) ==
             reread(wire::organization_object(acme, *shown)));
  const OrganizationMembership membership = member();
  const MembershipView view = MembershipView::of(membership);
  BOOST_TEST(value_from(MembershipRow{view, catalogue}) ==
             reread(wire::membership_event_data(view, catalogue)));
  const RoleId role = *RoleId::make("role_1");
  const RoleRow role_row{role, admin, roles[1], *shown, catalogue.permission_table()};
  BOOST_TEST(value_from(role_row) == reread(wire::role_object(role_row)));
  const PermissionId permission = *PermissionId::make("perm_1");
  const PermissionRow permission_row{permission, 1, permissions[1], *shown};
  BOOST_TEST(value_from(permission_row) == reread(wire::permission_object(permission_row)));

  InvitationState invitation(*InvitationId::make("invitation_1"), created, updated);
  const InvitationRow open{invitation, *shown, RoleSet::of(admin), admin, catalogue};
  BOOST_TEST(value_from(open) ==
             reread(wire::invitation_event_data(invitation, *shown, "admin", created)));
  BOOST_TEST(value_from(open).at("state") == value("pending"));
  invitation.status = InvitationStatus::revoked;
  const InvitationRow ended{invitation, *shown, {}, RoleIndex::none(), catalogue};
  BOOST_TEST(value_from(ended).at("state") == value("revoked"));
  BOOST_TEST(value_from(ended).at("role_slug") == value("old"));

  EventRow event{EventId{Ulid{1, 3}}, EventType::organization_membership_updated, updated};
  event.membership = &membership;
  event.roles = catalogue;
  event.before = {membership.roles, created, admin, Standing::inactive};
  BOOST_TEST(value_from(event) == reread(wire::event_object(event)));
  BOOST_TEST(value_from(event).at("context").at("previous_attributes").at("status") ==
             value("inactive"));
}

BOOST_AUTO_TEST_CASE(errors) {
  for (unsigned code = 1; code <= static_cast<unsigned>(ErrorCode::rule_refused); ++code) {
    const Error error{static_cast<ErrorCode>(code), Field::role_slug, 1, Subject::cut("boss")};
    BOOST_TEST(value_from(error) ==
               boost::json::parse(wire::error_body(wire::request_error(error))));
  }
}

BOOST_AUTO_TEST_CASE(strings) {
  BOOST_TEST(value_from(InvitationStatus::revoked) == value("revoked"));
  BOOST_TEST(value_from(DomainState::verified) == value("verified"));
  BOOST_TEST(value_from(ErrorCode::invalid_role) == value("invalid_role"));
  BOOST_TEST(value_from(Outcome::reactivated) == value("reactivated"));
  BOOST_TEST(value_from(UserId::from_stored("a\xFF")) == value("a\xEF\xBF\xBD"));
}

BOOST_AUTO_TEST_CASE(back) {
  check_back(ada, "user_1");
  check_back(*OrganizationId::make("org_\xC3\xA9"), "org_\xC3\xA9");
  check_back(*RoleSlug::make("admin"), "admin");
  check_back(*PermissionSlug::make("docs:read"), "docs:read");
  check_back(*EmailKey::make("Ada@example.com"), "ada@example.com");
  check_back(created, "2026-01-15T12:00:00.000Z");
  check_back(EventId{Ulid{0x019B'C187'4200'0000, 37}}, "event_01KF0REGG00000000000000015");
  check_back(EventType::role_created, "role.created");
  for (const Status status : {Status::pending, Status::active, Status::inactive}) {
    check_back(status, to_string(status));
  }
}

BOOST_AUTO_TEST_CASE(refusals) {
  check_refused<UserId>("");
  check_refused<UserId>(std::string(64, 'x'));
  check_refused<RoleSlug>("No slug");
  check_refused<PermissionSlug>("No slug");
  check_refused<EmailKey>("nobody");
  check_refused<Time>("2026-02-29T12:00:00Z");
  check_refused<EventId>("event_01KF0REGG0000000000000001");
  check_refused<EventId>("01KF0REGG00000000000000015");
  check_refused<EventType>("role.invented");
  check_refused<Status>("deleted");
}

BOOST_AUTO_TEST_CASE(containers) {
  const std::vector<UserId> users = {ada, *UserId::make("user_2")};
  BOOST_TEST(serialize(value_from(users)) == R"(["user_1","user_2"])");
  BOOST_TEST((boost::json::value_to<std::vector<UserId>>(value_from(users)) == users));
  const std::map<std::string, Status> statuses = {{"a", Status::active}};
  BOOST_TEST(serialize(value_from(statuses)) == R"({"a":"active"})");
}

BOOST_AUTO_TEST_SUITE_END()
