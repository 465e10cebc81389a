// SPDX-License-Identifier: BSL-1.0
#include "api.hpp"
#include "membership/wire/event_object.hpp"
#include "membership/wire/event_request.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace membership_server {

namespace wire = membership::wire;
using membership::EventId;
using membership::OrganizationId;

void Api::add_event_routes(Router& router) { add(router, "GET", "/events", &Api::list_events); }

std::optional<EventId> Api::first_event(const std::optional<EventId>& after) const {
  membership::Page<EventId> page;
  page.limit = 1;
  page.after = after;
  std::optional<EventId> first;
  const bool more = list_rows(*membership::EventQuery::make(page),
                              [&first](const membership::EventRow& row) { first.emplace(row.id); });
  static_cast<void>(more);
  return first;
}

bool Api::has_had(EventId id) const {
  // After an event that the log does not hold come all that it does.
  const std::optional<EventId> oldest = first_event(std::nullopt);
  if (oldest && first_event(id) != oldest) return true;
  // A plan is committed some seconds after its id was drawn at the latest, so what has gone was
  // drawn before that.
  const membership::Time newest_gone = oldest ? oldest->value.time() : now_();
  const std::int64_t slack = membership::RetryLimits{}.microseconds / 1000;
  return id.value.time().milliseconds() <= newest_gone.milliseconds() + slack;
}

Api::Result Api::list_events(const Call& call) {
  const auto request = wire::read_event_list(call.query);
  if (!request) return refuse(request.error());
  const auto position =
      wire::find_event_position(request->page, [this](EventId id) { return has_had(id); });
  if (!position) return refuse(position.error());
  membership::EventFilter filter;
  filter.types = request->types;
  filter.from = request->range_start;
  filter.before = request->range_end;
  bool possible = true;
  if (const auto& text = request->organization_id) {
    const auto organization = OrganizationId::make(*text);
    possible = organization.has_value();
    if (possible) filter.organization = *organization;
  }
  auto page = wire::walk_page(*position, [&](const membership::Page<EventId>& part) {
    tl::expected<wire::Rows<Row<EventId>>, Store::Failure> fetched(tl::in_place);
    if (!possible) return fetched;
    const bool more = list_rows(
        *membership::EventQuery::make(part, filter), [&](const membership::EventRow& row) {
          fetched->rows.push_back({row.id, wire::event_object(row, policy_.options, memory())});
        });
    fetched->more = more;
    return fetched;
  });
  boost::json::array data(memory());
  for (Row<EventId>& row : page->rows) data.push_back(std::move(row.object));
  const auto text = [](const std::optional<EventId>& id) {
    return id ? std::optional<std::string>(wire::event_id_text(*id)) : std::nullopt;
  };
  return answer(200, wire::list_object(std::move(data), text(page->before), text(page->after)));
}

}  // namespace membership_server
