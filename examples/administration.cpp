// SPDX-License-Identifier: BSL-1.0
/// Runs an organization: owners under guards, an invitation, a role that goes.
#include <membership/administration.hpp>
#include <membership/membership.hpp>

#include <cstdio>
#include <iostream>
#include <string>

using namespace membership;

namespace {

/// Stands for a keyed function such as HMAC-SHA-256 under a secret.
struct Tokens {
  std::string token(PlanId plan) const {
    char text[33];
    std::snprintf(text, sizeof text, "%016llx%016llx",
                  static_cast<unsigned long long>(plan.value.high),
                  static_cast<unsigned long long>(plan.value.low));
    return text;
  }
};
/// Stands for SHA-256.
struct Digest {
  TokenDigest operator()(std::string_view token) const {
    TokenDigest digest;
    for (std::size_t i = 0; i < token.size(); ++i) {
      digest.bytes[i % TokenDigest::size] ^= static_cast<std::uint8_t>(token[i]);
    }
    return digest;
  }
};

}  // namespace

int main() {
  MemoryStore store;
  const MembershipPolicy<GrantRule, OwnerGuard, SeatLimit> policy;
  Runtime<SystemClock, InvitationIds<DefaultTraits, Tokens, Digest>> runtime;
  const UserId ada = *UserId::make("ada");
  const OrganizationId acme = *OrganizationId::make("acme");

  for (const char* const slug : {"owner", "editor"}) {
    if (!execute(store, policy, CreateRole{.slug = slug, .name = slug})) return 1;
  }
  if (!name_owner_role(store, policy, "owner")) return 1;
  if (!execute(store, policy, CreateUser{.id = ada})) return 1;
  if (!execute(store, policy, CreateOrganization{.name = "Acme", .id = acme})) return 1;
  const auto first =
      execute(store, policy, CreateMembership{ada, acme, RoleSelection::one("owner")});
  if (!first) return 1;
  const MembershipId owner = (*first).membership()->id;

  const auto alone = execute(store, policy, DeactivateMembership{owner});
  if (alone || !alone.error().error) return 1;
  std::cout << "refused: " << message(*alone.error().error) << '\n';

  const auto sent = send_invitation(
      store, policy,
      SendInvitation{.email = "bob@example.org", .organization = acme, .role = "editor"}, runtime);
  if (!sent) return 1;
  // The text of the token goes into the mail; the store keeps its digest.
  const std::string token = runtime.ids.tokens.token((*sent).plan.invitation->after.sent_by);
  const auto accepted = accept_invitation(
      store, policy, AcceptInvitation::by_token(runtime.ids.digest(token)), runtime);
  if (!accepted) return 1;
  const MembershipId bob = (*accepted).membership()->id;
  if (!execute(store, policy, TransferOwnership{owner, bob})) return 1;

  // What deleting a role would do, and then the deletion.
  if (!execute(store, policy, UpdateRoles{owner, RoleSelection::one("editor")})) return 1;
  const auto preview = preview_delete_role(store, policy, "editor");
  if (!preview || (*preview).roles.empty()) return 1;
  std::cout << "concerned: " << (*preview).active << ", and gets "
            << (*preview).roles[0].slug.view() << '\n';
  const RoleDeletionOptions reassign{WhenInUse::reassign, {}};
  const auto deleted = delete_role(store, policy, "editor", reassign);
  if (!deleted) return 1;
  std::cout << "changed: " << (*deleted).memberships << '\n';
  return 0;
}
