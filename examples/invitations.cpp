// SPDX-License-Identifier: BSL-1.0
/// Invites by e-mail: tokens, acceptance, resending, revoking, expiry, many at once, seats.
#include <membership/administration.hpp>
#include <membership/membership.hpp>
#include <membership/testing/fake_clock.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

using namespace membership;

namespace {

/// Makes the text of a token. Stands for HMAC-SHA-256 of the plan's id under a secret of the host;
/// this one everybody can guess.
struct Tokens {
  std::string secret;

  std::string token(PlanId plan) const {
    std::uint64_t mixed = plan.value.high;
    for (const char c : secret) mixed = mixed * 31 + static_cast<unsigned char>(c);
    char text[33];
    std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(mixed),
                  static_cast<unsigned long long>(plan.value.low));
    return text;
  }
};

/// Makes what is kept of a token. Stands for SHA-256.
struct Digest {
  TokenDigest operator()(std::string_view token) const {
    TokenDigest digest;
    for (std::size_t i = 0; i < token.size(); ++i) {
      digest.bytes[i % TokenDigest::size] ^= static_cast<std::uint8_t>(token[i]);
    }
    return digest;
  }
};

/// A server takes `SystemClock`. This clock is moved by hand, to show what expires.
using HostRuntime = Runtime<testing::FakeClock, InvitationIds<DefaultTraits, Tokens, Digest>>;
using Policy = MembershipPolicy<SeatLimit, GrantRule>;

constexpr std::int64_t day = 86'400'000;

template <class Failed>
std::string reason(const Failed& failure) {
  return failure.error ? message(*failure.error) : "not refused";
}

/// The invitations of an organization that nobody has ended, as its administrators see them.
bool print_open(MemoryStore& store, const OrganizationId& organization, Time now) {
  InvitationFilter filter;
  filter.organization = organization;
  filter.open = true;
  const auto shown = store.list(*InvitationQuery::make({}, filter), [&](const InvitationRow& row) {
    std::cout << "  " << row.profile.texts[Text::email] << ", "
              << to_string(row.state.status_at(now)) << ", gives";
    row.roles.for_each_in_order(row.held,
                                [&](RoleIndex role) { std::cout << ' ' << row.roles.slug(role); });
    std::cout << (row.state.user ? ", has a pending membership\n" : "\n");
  });
  return shown.has_value();
}

}  // namespace

int main() {
  MemoryStore store;
  const Policy policy;
  HostRuntime runtime;
  runtime.ids.tokens.secret = "from the host's configuration";
  const UserId ada = *UserId::make("ada");
  const UserId bob = *UserId::make("bob");
  const OrganizationId acme = *OrganizationId::make("acme");

  if (!execute(store, policy, CreatePermission{"docs:write", "Write"})) return 1;
  for (const char* const slug : {"owner", "editor"}) {
    if (!execute(store, policy, CreateRole{.slug = slug, .name = slug})) return 1;
    if (!execute(store, policy, AddRolePermission{slug, "docs:write"})) return 1;
  }
  if (!execute(store, policy, CreateUser{.id = ada, .email = "ada@example.org"})) return 1;
  if (!execute(store, policy, CreateUser{.id = bob, .email = "bob@example.org"})) return 1;
  if (!execute(store, policy, CreateOrganization{.name = "Acme", .id = acme})) return 1;
  const CreateMembership begin{ada, acme, RoleSelection::one("owner")};
  if (!execute(store, policy, begin)) return 1;

  // Nobody has Cleo's address yet; Bob is a user already.
  SendInvitation to_cleo{.email = "cleo@example.org", .organization = acme, .role = "editor"};
  to_cleo.inviter = ada;  // whom the invitation names
  to_cleo.actor = ada;    // whose rights are judged
  const auto sent = send_invitation(store, policy, to_cleo, runtime);
  if (!sent) return 1;
  const InvitationState invitation = (*sent).plan.invitation->after;
  // The text goes into the link of the mail. It can be made again wherever it is needed.
  const std::string token = runtime.ids.tokens.token(invitation.sent_by);

  const SendInvitation to_bob{.email = "bob@example.org", .organization = acme, .actor = ada};
  const auto sent_to_bob = send_invitation(store, policy, to_bob, runtime);
  if (!sent_to_bob) return 1;
  const InvitationId bobs = (*sent_to_bob).plan.invitation->after.id;

  std::cout << "open:\n";
  if (!print_open(store, acme, runtime.clock.now())) return 1;
  const auto twice = send_invitation(store, policy, to_cleo, runtime);
  if (twice) return 1;
  std::cout << "again: " << reason(twice.error()) << '\n';

  // Another token for the same invitation: the first one finds nothing any more.
  const auto resent = execute(store, policy, ResendInvitation{invitation.id}, runtime);
  if (!resent) return 1;
  const PlanId sent_by = (*resent).plan.invitation->after.sent_by;
  const std::string second = runtime.ids.tokens.token(sent_by);
  const auto by_token = [&](const std::string& text) {
    const TokenDigest digest = runtime.ids.digest(text);
    return accept_invitation(store, policy, AcceptInvitation::by_token(digest), runtime);
  };
  const auto late = by_token(token);
  if (late) return 1;
  std::cout << "first token: " << reason(late.error()) << '\n';
  const auto accepted = by_token(second);
  if (!accepted) return 1;
  const OrganizationMembership cleo = *(*accepted).membership();
  std::cout << "second token: cleo is " << to_string(cleo.status) << ", a new user\n";

  // Bob is signed in, so no token is needed.
  const auto joined = accept_invitation(store, policy, AcceptInvitation{bobs}, runtime);
  if (!joined) return 1;
  std::cout << "by id: bob is " << to_string((*joined).membership()->status) << '\n';

  // Taken back by its id.
  const SendInvitation to_dan{.email = "dan@example.org", .organization = acme, .actor = ada};
  const auto first = send_invitation(store, policy, to_dan, runtime);
  if (!first) return 1;
  const RevokeInvitation revoke{(*first).plan.invitation->after.id};
  if (!execute(store, policy, revoke, runtime)) return 1;
  if (!send_invitation(store, policy, to_dan, runtime)) return 1;
  runtime.clock.advance(8 * day);
  const auto executed = execute(store, policy, to_dan, runtime);
  if (executed) return 1;
  std::cout << "execute: " << reason(executed.error()) << '\n';
  const auto instead = send_invitation(store, policy, to_dan, runtime);
  if (!instead) return 1;
  std::cout << "send_invitation: " << to_string((*instead).outcome()) << '\n';

  runtime.clock.advance(8 * day);
  // A timer does this, every hour say.
  const auto ended = expire_invitations(store, policy, runtime);
  if (!ended) return 1;
  std::cout << "expired: " << *ended << '\n';

  // Many at once: each by itself, or all or none.
  std::vector<SendInvitation> many;
  for (const char* const email : {"eve@example.org", "fay@example.org", "Eve@example.org"}) {
    many.push_back({.email = email, .organization = acme, .actor = ada});
  }
  const auto all = execute_all(store, policy, many, runtime);
  if (all) return 1;
  std::cout << "all or none: number " << all.error().at + 1 << ", " << reason(all.error().failure)
            << '\n';
  for (const auto& result : execute_each(store, policy, many, runtime)) {
    std::cout << "each: " << (result ? "sent" : reason(result.error())) << '\n';
  }

  // Three active members, and room for a fourth: two invitations are open.
  if (!execute(store, policy, SetSeatLimit{acme, 4})) return 1;
  InvitationFilter open;
  open.organization = acme;
  open.open = true;
  std::vector<InvitationState> left;
  const auto listed = store.list(*InvitationQuery::make({}, open),
                                 [&](const InvitationRow& row) { left.push_back(row.state); });
  if (!listed) return 1;
  for (const InvitationState& state : left) {
    const auto result = by_token(runtime.ids.tokens.token(state.sent_by));
    std::cout << "seats: " << (result ? "joined" : reason(result.error())) << '\n';
  }

  // A member without the permissions of a role cannot invite into it.
  const auto plain = execute(store, policy, UpdateRoles{cleo.id, RoleSelection::one("member")});
  if (!plain) return 1;
  SendInvitation beyond{.email = "gil@example.org", .organization = acme, .role = "owner"};
  beyond.actor = cleo.user;
  const auto refused = send_invitation(store, policy, beyond, runtime);
  if (refused) return 1;
  std::cout << "rights: " << reason(refused.error()) << '\n';
  return 0;
}
