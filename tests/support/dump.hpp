// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_SUPPORT_DUMP_HPP
#define MEMBERSHIP_TESTS_SUPPORT_DUMP_HPP

#include "membership/core.hpp"
#include "membership/testing/conformance/texts.hpp"

#include <string>
#include <string_view>
#include <utility>

/// All that a store shows of its rows and snapshots, as text: for comparing two stores.
namespace membership_tests {

class Dump {
 public:
  std::string take() && { return std::move(text_); }

  template <class V>
  Dump& add(const V& value) {
    return add(std::string_view(membership::testing::conformance::text_of(value)));
  }
  Dump& add(std::string_view text) {
    text_ += text;
    text_ += "; ";
    return *this;
  }
  Dump& add(const membership::OrganizationMembership* row) {
    if (row == nullptr) return add(std::string_view("no membership"));
    membership::OrganizationMembership shown = *row;
    shown.first_requested = held_first(shown.roles, shown.first_requested);
    return add(shown);
  }
  Dump& add(const membership::RoleCatalogue& catalogue) {
    add(std::string_view(membership::testing::conformance::text_of(catalogue)));
    for (const auto* const order : {catalogue.order(), catalogue.own_order()}) {
      for (unsigned at = 0; order != nullptr && at < order->size; ++at) add((*order)[at]);
    }
    return *this;
  }
  Dump& add_held(membership::RoleSet roles, membership::RoleIndex first) {
    return add(roles).add(held_first(roles, first));
  }
  /// The times of an invitation's profile are not looked at: its state has them.
  Dump& add_of_invitation(membership::Profile profile) {
    profile.created_at = membership::Time::from_milliseconds(0);
    profile.updated_at = membership::Time::from_milliseconds(0);
    return add(profile);
  }
  Dump& add_roles(const membership::RoleCatalogue& catalogue, membership::RoleSet roles) {
    catalogue.for_each_in_order(roles, [&](membership::RoleIndex index) {
      add(catalogue.slug(index));
      add(index);
    });
    return *this;
  }

 private:
  /// The role that was requested first means nothing where it is not held; it may be gone then.
  static membership::RoleIndex held_first(membership::RoleSet roles, membership::RoleIndex first) {
    return roles.contains(first) ? first : membership::RoleIndex::none();
  }
  std::string text_;
};

inline std::string dump(const membership::Snapshot& seen) {
  Dump out;
  out.add(seen.environment).add(seen.roles).add(seen.organization).add(seen.user);
  out.add(seen.membership.get()).add(seen.actor.get()).add(seen.other.get());
  out.add(seen.email_holder).add(seen.invitation).add(seen.inviter);
  out.add(seen.role).add(seen.permission).add(seen.organization_profile).add(seen.user_profile);
  if (seen.invitation_profile != nullptr) out.add_of_invitation(*seen.invitation_profile);
  const std::string numbers =
      std::to_string(seen.holders) + ' ' + std::to_string(seen.taken_claims) + ' ' +
      std::to_string(seen.taken_domain) + ' ' + std::to_string(seen.permission_index);
  return std::move(out.add(std::string_view(numbers)).add(seen.role_index)).take();
}

inline std::string dump(const membership::MembershipRow& row) {
  Dump out;
  const membership::OrganizationMembership copy = row.membership.copy();
  return std::move(out.add(&copy).add(row.roles)).take();
}
inline std::string dump(const membership::OrganizationRow& row) {
  return std::move(Dump().add(row.state).add(row.profile)).take();
}
inline std::string dump(const membership::UserRow& row) {
  return std::move(Dump().add(row.state).add(row.profile)).take();
}
inline std::string dump(const membership::RoleRow& row) {
  return std::move(Dump().add(row.id).add(row.index).add(row.state).add(row.profile)).take();
}
inline std::string dump(const membership::PermissionRow& row) {
  const std::string place = std::to_string(row.index);
  Dump out;
  out.add(row.id).add(std::string_view(place)).add(row.state).add(row.profile);
  return std::move(out).take();
}
inline std::string dump(const membership::InvitationRow& row) {
  Dump out;
  out.add(row.state).add_of_invitation(row.profile).add_held(row.held, row.first_requested);
  return std::move(out.add(row.roles)).take();
}
/// Of the roles and permissions of its time an event need show only those that it names.
inline std::string dump(const membership::EventRow& row) {
  using namespace membership;
  Dump out;
  out.add(row.id).add(to_string(row.type));
  const std::string numbers =
      std::to_string(row.created_at.milliseconds()) + ' ' + std::to_string(row.revision);
  out.add(std::string_view(numbers)).add(row.organization).add(row.membership);
  if (row.membership != nullptr) {
    MembershipBefore before = row.before;
    if (!before.roles.contains(before.first_requested)) before.first_requested = RoleIndex::none();
    out.add(before).add_roles(row.roles, row.membership->roles | row.before.roles);
  }
  out.add(row.user).add(row.role_id).add(row.permission_id);
  for (const RoleState* const role : {row.role, row.role_before}) {
    if (role == nullptr) continue;
    out.add(role->slug.view()).add(std::string_view(role->of_organizations ? "" : "of others"));
    const PermissionTable permissions = row.roles.permission_table();
    for (unsigned place = 0; place < permissions.size(); ++place) {
      if (permissions.has(place) && role->permissions.contains(place)) {
        out.add(permissions[place].slug.view());
      }
    }
  }
  if (row.permission != nullptr) {
    out.add(row.permission->slug.view());
    out.add(std::string_view(row.permission->system ? "system" : ""));
  }
  if (row.invitation != nullptr) {
    out.add(*row.invitation).add_held(row.held, row.first_requested);
    out.add_roles(row.roles, row.held).add_of_invitation(row.profile);
  } else {
    out.add(row.profile);
  }
  return std::move(out.add(row.profile_before)).take();
}

}  // namespace membership_tests

#endif
