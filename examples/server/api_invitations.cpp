// SPDX-License-Identifier: BSL-1.0
#include "api.hpp"
#include "membership/command/resend_invitation.hpp"
#include "membership/command/revoke_invitation.hpp"
#include "membership/wire/body.hpp"
#include "membership/wire/invitation_object.hpp"
#include "membership/wire/invitation_request.hpp"

#include <string>

namespace membership_server {

namespace wire = membership::wire;
using membership::Field;
using membership::InvitationId;
using membership::OrganizationId;
using membership::UserId;

void Api::add_invitation_routes(Router& router) {
  const std::string all = "/user_management/invitations";
  const std::string one = all + "/{id}";
  add(router, "POST", all, &Api::send_invitation);
  add(router, "GET", all, &Api::list_invitations);
  add(router, "GET", one, &Api::get_invitation);
  add(router, "GET", all + "/by_token/{token}", &Api::get_invitation_by_token);
  add(router, "POST", one + "/accept", &Api::accept_invitation);
  add(router, "POST", one + "/revoke", &Api::revoke_invitation);
  add(router, "POST", one + "/resend", &Api::resend_invitation);
}

bool Api::exists(const InvitationId& id) const {
  membership::Reads reads;
  reads.invitation = &id;
  return static_cast<bool>(load(reads).invitation);
}

boost::json::object Api::shown(const membership::InvitationState& invitation,
                               const membership::Profile& profile,
                               std::string_view role_slug) const {
  // A token that was made under another secret cannot be shown.
  std::string token = ids_.tokens().token(invitation.sent_by);
  std::string url;
  if (digest_of(token) == invitation.token) {
    url = invitation_url_ + "?invitation_token=" + token;
  } else {
    token.clear();
  }
  return wire::invitation_object(invitation, profile, role_slug, now_(), {token, url}, memory());
}

Response Api::answer_invitation(int status, const membership::Receipt<Store>& done) const {
  const membership::InvitationWrite& written = *done.plan.invitation;
  const membership::Profile& profile = done.plan.profile->after;
  return answer(status, shown(written.after, profile,
                              wire::invitation_role(profile, written.held, written.first_requested,
                                                    done.snapshot.roles, policy_.options)));
}

Api::Result Api::send_invitation(const Call& call) {
  const auto body = wire::Body::parse(call.request.body);
  if (!body) return refuse(body.error());
  const auto fields = wire::read_send_invitation(*body);
  if (!fields) return refuse(fields.error());
  membership::SendInvitation command{fields->email};
  command.role = fields->role_slug;
  command.expires_in_days = fields->expires_in_days.value_or(command.expires_in_days);
  if (const auto& text = fields->organization_id) {
    const auto organization = parse_id<OrganizationId>(*text);
    if (!organization) return refuse(organization.error());
    command.organization = *organization;
  }
  if (const auto& text = fields->inviter_user_id) {
    const auto inviter = parse_id<UserId>(*text);
    if (!inviter) {
      if (command.organization) {  // is asked for first
        const auto known = find<OrganizationId>(fields->organization_id.value_or(""));
        if (!known) return refuse(known.error());
      }
      return refuse(inviter.error());
    }
    command.inviter = *inviter;
  }
  const auto done = counted(membership::send_invitation(store_, policy_, command, runtime()));
  if (!done) {
    const auto& error = done.error().error;
    if (error && error->code == membership::ErrorCode::invalid_role) {
      return refuse(wire::invitation_error(*error));
    }
    return refuse(request_error(done.error()));
  }
  return answer_invitation(201, *done);
}

Api::Result Api::list_invitations(const Call& call) {
  const auto request = wire::read_invitation_list(call.query);
  if (!request) return refuse(request.error());
  membership::InvitationFilter filter;
  filter.email = request->email;
  bool possible = true;
  if (const auto& text = request->organization_id) {
    const auto organization = OrganizationId::make(*text);
    possible = organization.has_value();
    if (possible) filter.organization = *organization;
  }
  return list<InvitationId>(request->page, [&](const membership::Page<InvitationId>& page) {
    tl::expected<wire::Rows<Row<InvitationId>>, Store::Failure> fetched(tl::in_place);
    if (!possible) return fetched;
    const bool more =
        list_rows(*membership::InvitationQuery::make(page, filter),
                  [&](const membership::InvitationRow& row) {
                    const auto role = wire::invitation_role(
                        row.profile, row.held, row.first_requested, row.roles, policy_.options);
                    fetched->rows.push_back({row.state.id, shown(row.state, row.profile, role)});
                  });
    fetched->more = more;
    return fetched;
  });
}

Api::Result Api::find_invitation(const membership::Reads& reads, Field field,
                                 std::string_view sent) {
  Store::Loaded seen = load(reads);
  if (seen.invitation &&
      seen.invitation->status_at(now_()) == membership::InvitationStatus::expired) {
    const auto ended =
        execute(membership::BasicExpireInvitation<Store::traits>{seen.invitation->id});
    if (!ended) return refuse(request_error(ended.error()));
    seen = load(reads);
  }
  if (!seen.invitation) return refuse(wire::not_found(field, sent));
  const bool pending = membership::detail::has_pending_membership<Store::traits>(seen);
  const membership::RoleIndex own = seen.invitation->role;
  const auto role = wire::invitation_role(
      *seen.invitation_profile,
      pending ? seen.membership->roles : membership::detail::role_set_of(own),
      pending ? seen.membership->first_requested : own, seen.roles, policy_.options);
  return answer(200, shown(*seen.invitation, *seen.invitation_profile, role));
}

Api::Result Api::get_invitation(const Call& call) {
  const auto id = parse_id<InvitationId>(call.parameters[0]);
  if (!id) return refuse(id.error());
  membership::Reads reads;
  reads.invitation = &*id;
  return find_invitation(reads, Field::invitation_id, call.parameters[0]);
}

Api::Result Api::get_invitation_by_token(const Call& call) {
  const membership::TokenDigest digest = digest_of(call.parameters[0]);
  membership::Reads reads;
  reads.token = &digest;
  return find_invitation(reads, Field::invitation_token, call.parameters[0]);
}

Api::Result Api::accept_invitation(const Call& call) {
  const auto body = wire::Body::parse(call.request.body);
  if (!body) return refuse(body.error());
  const auto id = parse_id<InvitationId>(call.parameters[0]);
  if (!id) return refuse(id.error());
  membership::AcceptInvitation command;
  command.invitation = *id;
  const auto done = counted(membership::accept_invitation(store_, policy_, command, runtime()));
  if (!done) return refuse(request_error(done.error()));
  return answer_invitation(200, *done);
}

template <class Command>
Api::Result Api::change_invitation(const Command& command) {
  const auto done = execute(command);
  if (done) return answer_invitation(200, *done);
  const auto& error = done.error().error;
  if (error && kind(error->code) == membership::ErrorKind::conflict) {
    const auto ended =
        execute(membership::BasicExpireInvitation<Store::traits>{command.invitation});
    if (!ended) return refuse(request_error(ended.error()));
  }
  return refuse(request_error(done.error()));
}

Api::Result Api::revoke_invitation(const Call& call) {
  const auto body = wire::Body::parse(call.request.body);
  if (!body) return refuse(body.error());
  const auto id = parse_id<InvitationId>(call.parameters[0]);
  if (!id) return refuse(id.error());
  return change_invitation(membership::RevokeInvitation{*id});
}

Api::Result Api::resend_invitation(const Call& call) {
  const auto body = wire::Body::parse(call.request.body);
  if (!body) return refuse(body.error());
  const auto fields = wire::check_resend_invitation(*body);
  if (!fields) return refuse(fields.error());
  const auto id = parse_id<InvitationId>(call.parameters[0]);
  if (!id) return refuse(id.error());
  return change_invitation(membership::ResendInvitation{*id});
}

}  // namespace membership_server
