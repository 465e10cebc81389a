// SPDX-License-Identifier: BSL-1.0
#include "api.hpp"
#include "membership/wire/body.hpp"
#include "membership/wire/organization_object.hpp"
#include "membership/wire/organization_request.hpp"

#include <optional>

namespace membership_server {

namespace wire = membership::wire;
using membership::OrganizationId;

void Api::add_organization_routes(Router& router) {
  add(router, "POST", "/organizations", &Api::create_organization);
  add(router, "GET", "/organizations", &Api::list_organizations);
  add(router, "GET", "/organizations/external_id/{x}", &Api::get_organization_by_external_id);
  add(router, "GET", "/organizations/{id}", &Api::get_organization);
  add(router, "PUT", "/organizations/{id}", &Api::update_organization);
  add(router, "DELETE", "/organizations/{id}", &Api::delete_organization);
}

Api::Result Api::create_organization(const Call& call) {
  const auto body = wire::Body::parse(call.request.body);
  if (!body) return refuse(body.error());
  const auto fields = wire::read_create_organization(*body);
  if (!fields) return refuse(fields.error());
  membership::CreateOrganization command = fields->create();
  command.seat_limit = seat_limit_;
  const auto done = execute(command);
  if (!done) return refuse(request_error(done.error()));
  return answer(
      201, wire::organization_object(done->plan.organization->after.id, done->plan.profile->after));
}

Api::Result Api::list_organizations(const Call& call) {
  const auto request = wire::read_organization_list(call.query);
  if (!request) return refuse(request.error());
  return list<OrganizationId>(request->page, [&](const membership::Page<OrganizationId>& page) {
    tl::expected<wire::Rows<Row<OrganizationId>>, Store::Failure> fetched(tl::in_place);
    const bool more = list_rows(
        *membership::OrganizationQuery::make(page, request->filter()),
        [&](const membership::OrganizationRow& row) {
          fetched->rows.push_back(
              {row.state.id, wire::organization_object(row.state.id, row.profile, memory())});
        });
    fetched->more = more;
    return fetched;
  });
}

Api::Result Api::get_organization(const Call& call) {
  const auto seen = find_organization(call.parameters[0]);
  if (!seen) return refuse(seen.error());
  return answer(200,
                wire::organization_object(seen->organization->id, *seen->organization_profile));
}

Api::Result Api::get_organization_by_external_id(const Call& call) {
  membership::OrganizationFilter filter;
  filter.external_id = call.parameters[0];
  std::optional<boost::json::object> found;
  const bool more = list_rows(*membership::OrganizationQuery::make({}, filter),
                              [&found](const membership::OrganizationRow& row) {
                                found = wire::organization_object(row.state.id, row.profile);
                              });
  static_cast<void>(more);
  if (!found) return refuse(wire::not_found(OrganizationId::tag::field, call.parameters[0]));
  return answer(200, *found);
}

Api::Result Api::update_organization(const Call& call) {
  const auto body = wire::Body::parse(call.request.body);
  if (!body) return refuse(body.error());
  const auto fields = wire::read_update_organization(*body);
  if (!fields) return refuse(fields.error());
  const auto id = parse_id<OrganizationId>(call.parameters[0]);
  if (!id) return refuse(id.error());
  const auto done = execute(fields->update(*id));
  if (!done) return refuse(request_error(done.error()));
  return answer(200, wire::organization_object(*id, done->plan.profile
                                                        ? done->plan.profile->after
                                                        : *done->snapshot.organization_profile));
}

Api::Result Api::delete_organization(const Call& call) {
  const auto id = parse_id<OrganizationId>(call.parameters[0]);
  if (!id) return refuse(id.error());
  auto runtime = operation_runtime();
  return finished(membership::delete_organization(store_, policy_, *id, runtime), 200);
}

}  // namespace membership_server
