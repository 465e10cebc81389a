// SPDX-License-Identifier: BSL-1.0

// Plan
//   previous_attributes: none where alike, none but on updates   -> no_former_values
//   parse_event_id: its own text, others                         -> ids
//   read_event_list: types, range, page, default order; refusals -> request, request_refused
//   find_event_position: cursors, refusals with their field      -> position
// Whole events: wire_golden.cpp.

#include "membership/domain/event.hpp"
#include "membership/domain/profile.hpp"
#include "membership/domain/traits.hpp"
#include "membership/policy/rows.hpp"
#include "membership/wire/event_object.hpp"
#include "membership/wire/event_request.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace membership;
using wire::QueryString;

BOOST_AUTO_TEST_SUITE(wire_events)

namespace {

constexpr EventId event_id{Ulid{1, 2}};
const std::string event_text = "event_0000000000000G000000000002";

std::string code(const wire::RequestError& error) {
  return error.errors.empty() ? error.code : error.errors[0].code + "/" + error.errors[0].field;
}

}  // namespace

BOOST_AUTO_TEST_CASE(no_former_values) {
  const OrganizationId organization = OrganizationId::from_stored("org_1");
  EventRow row{event_id, EventType::organization_updated, Time::from_milliseconds(0)};
  row.organization = &organization;
  row.profile.texts.set(Text::name, std::string_view("Acme"));
  Profile before = row.profile;
  row.profile_before = &before;
  BOOST_TEST(!wire::event_object(row).contains("context"));
  before.texts.set(Text::name, std::string_view("Old"));
  BOOST_TEST(wire::event_object(row).contains("context"));
  row.type = EventType::organization_deleted;
  const auto deleted = wire::event_object(row);
  BOOST_TEST(!deleted.contains("context"));
  BOOST_TEST(deleted.at("data").at("name").as_string() == "Acme");
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

BOOST_AUTO_TEST_SUITE_END()
