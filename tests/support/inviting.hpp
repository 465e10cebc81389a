// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_SUPPORT_INVITING_HPP
#define MEMBERSHIP_TESTS_SUPPORT_INVITING_HPP

#include "membership/command/resend_invitation.hpp"
#include "membership/command/revoke_invitation.hpp"
#include "membership/driver/invitations.hpp"
#include "settings.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What tests of invitations share.
namespace membership_tests {

/// An invitation as a list shows it.
struct Shown {
  membership::InvitationState state;
  std::string email;
  std::string role;  ///< the primary one that it would give, or that it gave at last
};

/// A host with an organization, roles, and users who have addresses.
template <class Policy = membership::MembershipPolicy<>>
struct InvitingHost : BasicHost<TestStore, Policy> {
  membership::OrganizationId acme = this->organization("org_acme");

  InvitingHost() {
    for (const std::string_view slug : {"admin", "viewer"}) this->role(slug);
  }

  membership::UserId user_with(std::string_view id, std::string_view email) {
    membership::CreateUser command;
    command.id = make_id<membership::UserId>(id);
    command.email = email;
    this->done(command);
    return *command.id;
  }
  /// Invites into the organization; the invitation as written.
  membership::InvitationState invite(std::string_view email,
                                     std::optional<std::string_view> role = std::nullopt) {
    return sent(membership::SendInvitation{email, acme, role});
  }
  membership::InvitationState sent(const membership::SendInvitation& command) {
    return this->done(command).plan.invitation->after;
  }
  void pass_days(std::int64_t days) {
    this->runtime.clock.at = membership::Time::from_milliseconds(
        this->runtime.clock.at.milliseconds() + days * 86'400'000);
  }

  std::vector<Shown> list(const membership::InvitationFilter& filter = {},
                          membership::Page<membership::InvitationId> page =
                              whole_page<membership::InvitationId>()) const {
    std::vector<Shown> rows;
    const auto end = this->store.list(
        *membership::InvitationQuery::make(page, filter),
        [&](const membership::InvitationRow& row) {
          std::string role(row.profile.texts[membership::Text::role_slug]);
          if (!row.held.empty()) {
            role = membership::primary_role(this->policy.options, row.roles, row.held,
                                            row.first_requested);
          }
          rows.push_back(
              {row.state, std::string(row.profile.texts[membership::Text::email]), role});
        });
    if (!end) throw std::runtime_error("not listed");
    return rows;
  }
  Shown shown(const membership::InvitationId& id) const {
    for (const Shown& row : list()) {
      if (row.state.id == id) return row;
    }
    throw std::runtime_error("no such invitation");
  }
  std::optional<membership::OrganizationMembership> member(const membership::UserId& user) const {
    const auto seen = this->load_pair(user, acme);
    if (!seen.membership) return std::nullopt;
    return *seen.membership;
  }
};

}  // namespace membership_tests

#endif
