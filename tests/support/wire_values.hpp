// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_SUPPORT_WIRE_VALUES_HPP
#define MEMBERSHIP_TESTS_SUPPORT_WIRE_VALUES_HPP

#include "membership/domain/event.hpp"
#include "membership/domain/invitation.hpp"
#include "membership/domain/membership.hpp"
#include "membership/domain/role_set.hpp"
#include "membership/domain/slug.hpp"
#include "membership/domain/time.hpp"
#include "membership/domain/traits.hpp"
#include "membership/domain/ulid.hpp"
#include "membership/testing/generators/owned.hpp"

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

/// What crosses the wire, as values that own their texts and can be compared.
namespace membership_tests {

using DomainValue = membership::testing::OwnedDomain;
using ProfileValue = membership::testing::OwnedProfile;

/// A user or an organization.
template <class I>
struct ProfiledValue {
  I id;
  ProfileValue profile;
  friend bool operator==(const ProfiledValue&, const ProfiledValue&) = default;
};
using UserValue = ProfiledValue<membership::UserId>;
using OrganizationValue = ProfiledValue<membership::OrganizationId>;

/// The resource that an organization is.
struct ResourceValue {
  OrganizationValue organization;
  friend bool operator==(const ResourceValue&, const ResourceValue&) = default;
};

/// A membership as calls answer it. Events have the membership alone.
struct MembershipValue {
  membership::OrganizationMembership membership;
  std::string organization_name;
  ProfileValue user;
  friend bool operator==(const MembershipValue&, const MembershipValue&) = default;
};

/// A role, of an organization or of the environment. Only calls tell its id, only events whose it
/// is.
struct RoleValue {
  std::optional<membership::RoleId> id;
  std::optional<membership::OrganizationId> organization;
  bool own;
  membership::RoleSlug slug;
  membership::PermissionSet permissions;
  ProfileValue profile;
  friend bool operator==(const RoleValue&, const RoleValue&) = default;
};

struct PermissionValue {
  membership::PermissionId id;
  membership::PermissionSlug slug;
  bool system;
  ProfileValue profile;
  friend bool operator==(const PermissionValue&, const PermissionValue&) = default;
};

/// An invitation. Only calls tell the link. The role's slug is in the profile.
struct InvitationValue {
  membership::InvitationState state;
  ProfileValue profile;
  std::optional<std::pair<std::string, std::string>> link{};  ///< token and address
  friend bool operator==(const InvitationValue&, const InvitationValue&) = default;
};

using EventData = std::variant<membership::OrganizationMembership, OrganizationValue, UserValue,
                               RoleValue, PermissionValue, InvitationValue>;

struct EventValue {
  membership::EventId id;
  membership::EventType type;
  membership::Time created_at;
  EventData data;
  std::optional<EventData> before{};  ///< where it is known
  friend bool operator==(const EventValue&, const EventValue&) = default;
};

/// A list; a page of one where it has cursors.
template <class V>
struct ListValue {
  struct Cursors {
    std::optional<std::string> before{};
    std::optional<std::string> after{};
    friend bool operator==(const Cursors&, const Cursors&) = default;
  };
  std::vector<V> data;
  std::optional<Cursors> cursors{};
  friend bool operator==(const ListValue&, const ListValue&) = default;
};

}  // namespace membership_tests

#endif
