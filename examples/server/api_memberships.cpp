// SPDX-License-Identifier: BSL-1.0
#include "api.hpp"
#include "membership/wire/body.hpp"
#include "membership/wire/membership_object.hpp"
#include "membership/wire/membership_request.hpp"
#include "membership/wire/user_object.hpp"

#include <span>
#include <string>
#include <vector>

namespace membership_server {

namespace wire = membership::wire;
using membership::MembershipId;
using membership::OrganizationId;
using membership::UserId;

void Api::add_membership_routes(Router& router) {
  const std::string all = "/user_management/organization_memberships";
  const std::string one = all + "/{id}";
  add(router, "POST", all, &Api::create_membership);
  add(router, "GET", all, &Api::list_memberships);
  add(router, "GET", one, &Api::get_membership);
  add(router, "PUT", one, &Api::update_membership);
  add(router, "DELETE", one, &Api::delete_membership);
  add(router, "PUT", one + "/deactivate", &Api::deactivate_membership);
  add(router, "PUT", one + "/reactivate", &Api::reactivate_membership);
}

boost::json::object Api::shown(const membership::OrganizationMembership& membership,
                               const Store::Loaded& seen) const {
  const membership::Profile user = profile_of(seen.user_profile);
  const membership::Profile organization = profile_of(seen.organization_profile);
  return wire::membership_object(membership::MembershipView::of(membership), seen.roles,
                                 policy_.options, organization.texts[membership::Text::name],
                                 wire::user_object(membership.user, user, memory()));
}

template <class Command>
Api::Result Api::change_membership(const Command& command, int status) {
  return answer_membership(status, execute(command));
}

Api::Result Api::answer_membership(
    int status,
    const tl::expected<membership::Receipt<Store>, membership::Failure<Store>>& done) const {
  if (!done) return refuse(request_error(done.error()));
  return answer(status, shown(*done->membership(), done->snapshot));
}

Api::Result Api::create_membership(const Call& call) {
  const auto body = wire::Body::parse(call.request.body);
  if (!body) return refuse(body.error());
  const auto fields = wire::read_create_membership(*body);
  if (!fields) return refuse(fields.error());
  const auto user = parse_id<UserId>(fields->user_id);
  if (!user) return refuse(user.error());
  const auto organization = parse_id<OrganizationId>(fields->organization_id);
  if (!organization) {
    const auto known = find<UserId>(fields->user_id);  // is asked for first
    return refuse(known ? organization.error() : known.error());
  }
  const membership::CreateMembership command{*user, *organization, fields->roles.selection()};
  return answer_membership(
      201, counted(membership::create_membership(store_, policy_, command, runtime())));
}

Api::Result Api::list_memberships(const Call& call) {
  const auto request = wire::read_membership_list(call.query);
  if (!request) return refuse(request.error());
  const auto position =
      wire::find_position<MembershipId>(request->page, wire::PagingRefusal::bad_request,
                                        [this](const MembershipId& id) { return exists(id); });
  if (!position) return refuse(position.error());
  membership::MembershipFilter filter;
  filter.statuses = request->statuses;
  if (const auto& text = request->user_id) {
    const auto user = find<UserId>(*text);
    if (!user) return refuse(user.error());
    filter.user = *user;
  }
  if (const auto& text = request->organization_id) {
    const auto organization = find<OrganizationId>(*text);
    if (!organization) return refuse(organization.error());
    filter.organization = *organization;
  }

  struct Member {
    MembershipId id;
  };
  const auto page = wire::walk_page(*position, [&](const membership::Page<MembershipId>& part) {
    tl::expected<wire::Rows<Member>, Store::Failure> fetched(tl::in_place);
    const bool more =
        list_rows(*membership::MembershipQuery::make(filter, part),
                  [&](const membership::MembershipRow& row) {
                    fetched->rows.push_back({membership::copy_of<MembershipId>(row.membership.id)});
                  });
    fetched->more = more;
    return fetched;
  });

  // All that is shown of the page is of one moment. What was changed meanwhile so that it does not
  // belong here any more is left out.
  std::vector<membership::Reads> reads(page->rows.size());
  for (std::size_t i = 0; i < reads.size(); ++i) {
    reads[i].membership = &page->rows[i].id;
    reads[i].profiles = true;
  }
  const auto seen = checked(store_.load(std::span<const membership::Reads>(reads)));
  boost::json::array data(memory());
  for (const Store::Loaded& each : seen) {
    if (!each.membership || !filter.statuses.contains(each.membership->status)) continue;
    data.push_back(shown(*each.membership, each));
  }
  return answer(200, wire::list_object(std::move(data), page->before, page->after));
}

Api::Result Api::get_membership(const Call& call) {
  const auto id = parse_id<MembershipId>(call.parameters[0]);
  if (!id) return refuse(id.error());
  membership::Reads reads;
  reads.membership = &*id;
  reads.profiles = true;
  const Store::Loaded seen = load(reads);
  if (!seen.membership) {
    return refuse(wire::not_found(MembershipId::tag::field, call.parameters[0]));
  }
  return answer(200, shown(*seen.membership, seen));
}

Api::Result Api::update_membership(const Call& call) {
  const auto body = wire::Body::parse(call.request.body);
  if (!body) return refuse(body.error());
  const auto roles = wire::read_update_roles(*body);
  if (!roles) return refuse(roles.error());
  const auto id = parse_id<MembershipId>(call.parameters[0]);
  if (!id) return refuse(id.error());
  return change_membership(membership::UpdateRoles{*id, roles->selection()}, 200);
}

Api::Result Api::delete_membership(const Call& call) {
  const auto id = parse_id<MembershipId>(call.parameters[0]);
  if (!id) return refuse(id.error());
  const auto done = execute(membership::DeleteMembership{*id});
  if (!done) return refuse(request_error(done.error()));
  return Response{200};
}

template <class Command>
Api::Result Api::change_status(const Call& call) {
  const auto body = wire::Body::parse(call.request.body);
  if (!body) return refuse(body.error());
  const auto id = parse_id<MembershipId>(call.parameters[0]);
  if (!id) return refuse(id.error());
  return change_membership(Command{*id}, 200);
}

Api::Result Api::deactivate_membership(const Call& call) {
  return change_status<membership::DeactivateMembership>(call);
}

Api::Result Api::reactivate_membership(const Call& call) {
  return change_status<membership::ReactivateMembership>(call);
}

}  // namespace membership_server
