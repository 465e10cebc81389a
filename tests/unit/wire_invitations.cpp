// SPDX-License-Identifier: BSL-1.0

// Plan
//   invitation_object, invitation_event_data: expired by the time alone    -> expired
//   invitation_role: of what is held, of the profile, none                 -> role
//   read_send_invitation: all fields, none but the address                 -> send
//   read_send_invitation, check_resend_invitation: refusals in their order -> refused
//   read_invitation_list: filters, page                                    -> list
// Whole invitations: wire_golden.cpp.

#include "membership/domain/invitation.hpp"
#include "membership/domain/profile.hpp"
#include "membership/domain/role_catalogue.hpp"
#include "membership/domain/traits.hpp"
#include "membership/wire/body.hpp"
#include "membership/wire/invitation_object.hpp"
#include "membership/wire/invitation_request.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace membership;
using wire::Body;
using wire::QueryString;

BOOST_AUTO_TEST_SUITE(wire_invitations)

namespace {

template <class Read>
std::string refusal(Read read, const std::string& text) {
  const auto body = Body::parse(text);
  BOOST_TEST_REQUIRE(body.has_value(), text);
  const auto result = read(*body);
  if (result) return "";
  BOOST_TEST(result.error().status == 422);
  BOOST_TEST_REQUIRE(result.error().errors.size() == 1u);
  return result.error().errors[0].code;
}

}  // namespace

BOOST_AUTO_TEST_CASE(expired) {
  const Time expires = Time::from_milliseconds(1'768'564'800'000);
  const Time last_moment = Time::from_milliseconds(1'768'564'799'999);
  InvitationState state(InvitationId::from_stored("invitation_1"), Time::from_milliseconds(0),
                        expires);
  const auto shown = [&](Time now) {
    const auto object = wire::invitation_object(state, Profile{}, "", now, {});
    BOOST_TEST(object.at("state") ==
               wire::invitation_event_data(state, Profile{}, "", now).at("state"));
    return object.at("state").as_string();
  };
  BOOST_TEST(shown(last_moment) == "pending");
  BOOST_TEST(shown(expires) == "expired");
  state.status = InvitationStatus::revoked;
  BOOST_TEST(shown(expires) == "revoked");
}

BOOST_AUTO_TEST_CASE(role) {
  const RoleState roles[] = {RoleState(RoleSlug::from_stored("member")),
                             RoleState(RoleSlug::from_stored("admin"))};
  const RoleCatalogue catalogue(RoleTable(roles, 2), RoleTable(), nullptr);
  const RoleIndex admin = RoleIndex::environment(1);
  Profile kept;
  BOOST_TEST(wire::invitation_role(kept, RoleSet{}, RoleIndex::none(), catalogue, {}) == "");
  kept.texts.set(Text::role_slug, std::string_view("old"));
  BOOST_TEST(wire::invitation_role(kept, RoleSet{}, RoleIndex::none(), catalogue, {}) == "old");
  BOOST_TEST(wire::invitation_role(kept, RoleSet::of(admin), admin, catalogue, {}) == "admin");
}

BOOST_AUTO_TEST_CASE(send) {
  const auto body = Body::parse(R"({"email":"a@b","organization_id":"o","role_slug":"r",)"
                                R"("expires_in_days":31,"inviter_user_id":"u","locale":"de"})");
  const auto request = wire::read_send_invitation(*body);
  BOOST_TEST_REQUIRE(request.has_value());
  BOOST_TEST(request->email == "a@b");
  BOOST_TEST(request->organization_id.value_or("") == "o");
  BOOST_TEST(request->role_slug.value_or("") == "r");
  BOOST_TEST(request->expires_in_days.value_or(0) == 31);
  BOOST_TEST(request->inviter_user_id.value_or("") == "u");
  const auto least = Body::parse(R"({"email":"a@b","role_slug":null})");
  const auto bare_request = wire::read_send_invitation(*least);
  BOOST_TEST_REQUIRE(bare_request.has_value());
  BOOST_TEST(!bare_request->organization_id.has_value());
  BOOST_TEST(!bare_request->role_slug.has_value());
  BOOST_TEST(!bare_request->expires_in_days.has_value());
  BOOST_TEST(!bare_request->inviter_user_id.has_value());
}

BOOST_AUTO_TEST_CASE(refused) {
  const auto read = [](const Body& body) { return wire::read_send_invitation(body); };
  BOOST_TEST(refusal(read, "") == "email_string_required");
  BOOST_TEST(refusal(read, R"({"email":")" + std::string(254, 'x') + R"(@y"})") ==
             "email_too_long");
  BOOST_TEST(refusal(read, R"({"email":"x"})") == "email_invalid");
  const std::vector<std::pair<std::string, std::string>> rows{
      {R"("organization_id":1)", "organization_id_string_required"},
      {R"("role_slug":1)", "role_slug_string_required"},
      {R"("expires_in_days":7.5)", "expires_in_days_integer_required"},
      {R"("inviter_user_id":"")", "inviter_user_id_string_required"},
      {R"("locale":1)", "locale_string_required"}};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::string text = R"({"email":"a@b")";
    for (std::size_t j = rows.size(); j > i; --j) text += "," + rows[j - 1].first;
    BOOST_TEST(refusal(read, text + "}") == rows[i].second, text);
  }
  BOOST_TEST(refusal(read, R"({"email":"a@b","role_slug":"r"})") == "role_slug_invalid");

  const auto resend = [](const Body& body) { return wire::check_resend_invitation(body); };
  BOOST_TEST(refusal(resend, "") == "");
  BOOST_TEST(refusal(resend, R"({"locale":"de"})") == "");
  BOOST_TEST(refusal(resend, R"({"locale":1})") == "locale_string_required");
}

BOOST_AUTO_TEST_CASE(list) {
  const auto read = [](std::string_view text) {
    return wire::read_invitation_list(*QueryString::parse(text));
  };
  const auto request = read("email=A@b&organization_id=o&limit=3");
  BOOST_TEST_REQUIRE(request.has_value());
  BOOST_TEST((request->email == EmailKey::folded("a@b")));
  BOOST_TEST(request->organization_id.value_or("") == "o");
  BOOST_TEST(request->page.limit == 3u);
  BOOST_TEST(!read("")->email.has_value());
  BOOST_TEST(!read("")->organization_id.has_value());
  BOOST_TEST(read("limit=0").error().errors[0].code == "limit_invalid");
}

BOOST_AUTO_TEST_SUITE_END()
