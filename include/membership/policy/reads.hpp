// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_POLICY_READS_HPP
#define MEMBERSHIP_POLICY_READS_HPP

#include "membership/domain/digest.hpp"
#include "membership/domain/organization_domain.hpp"
#include "membership/domain/profile.hpp"
#include "membership/domain/role_set.hpp"
#include "membership/domain/traits.hpp"
#include "membership/policy/claims.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace membership::inline v0 {

/// What a command needs to see. The environment and its roles are always read, and with an
/// organization its own roles. Borrows its ids from the command.
template <class T>
struct BasicReads {
  const typename T::UserId* user = nullptr;
  const typename T::OrganizationId* organization = nullptr;
  /// A membership by its id, with the organization that it is in.
  const typename T::MembershipId* membership = nullptr;
  /// The membership of `user` in `organization`.
  bool pair = false;
  /// The membership of this user in the organization: who acts.
  const typename T::UserId* actor = nullptr;
  /// A second membership of the same organization, by its id.
  const typename T::MembershipId* other = nullptr;
  /// The role with this slug, with its profile: the organization's own where one is asked for,
  /// else the environment's.
  std::optional<std::string_view> role{};
  /// The permission with this slug, with its profile.
  std::optional<std::string_view> permission{};
  /// Who holds this address.
  std::optional<detail::when_known<T, EmailKey>> email{};
  /// Whoever holds `email` is `user`.
  bool email_user = false;
  /// Whether another user than `user`, or another organization than `organization`, has one of
  /// these.
  ClaimTexts claims{};
  /// The same for these domains.
  const DomainData* domains = nullptr;
  std::size_t domain_count = 0;
  /// An invitation by its id or by the digest of its token, with its organization, and as `user`
  /// and `membership` whom it is about: its user, else who holds its address.
  const typename T::InvitationId* invitation = nullptr;
  const TokenDigest* token = nullptr;
  /// The open invitation of `email` in `organization`, or without one where none is named.
  bool open_invitation = false;
  /// The open invitation that is about the membership, where that is pending and no other
  /// invitation is shown.
  bool member_invitation = false;
  /// A user who invites.
  const typename T::UserId* inviter = nullptr;
  /// How many active memberships of `organization` hold this role.
  RoleIndex holders = RoleIndex::none();
  /// With `membership`: its user as well.
  bool member_user = false;
  /// The profiles of the organization and of the user (with `membership`: its user) as well. That
  /// of an invitation is always shown.
  bool profiles = false;
};

using Reads = BasicReads<DefaultTraits>;

}  // namespace membership::inline v0

#endif
