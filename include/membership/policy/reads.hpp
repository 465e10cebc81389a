// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_POLICY_READS_HPP
#define MEMBERSHIP_POLICY_READS_HPP

#include "membership/domain/profile.hpp"
#include "membership/domain/traits.hpp"

#include <optional>
#include <string_view>

namespace membership {
inline namespace v0 {

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
  std::optional<EmailKey> email{};
  /// With `membership`: its user as well.
  bool member_user = false;
  /// The profiles of the organization and of the user (with `membership`: its user) as well.
  bool profiles = false;
};

using Reads = BasicReads<DefaultTraits>;

}  // namespace v0
}  // namespace membership

#endif
