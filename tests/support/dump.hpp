// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_SUPPORT_DUMP_HPP
#define MEMBERSHIP_TESTS_SUPPORT_DUMP_HPP

#include "membership/core.hpp"

#include <sstream>
#include <string>
#include <string_view>

/// All that a store shows of its rows and snapshots, as text: for comparing two stores.
namespace membership_tests {

class Dump {
 public:
  std::string text() const { return out_.str(); }

  Dump& operator<<(std::string_view text) {
    out_ << '\'' << text << "' ";
    return *this;
  }
  Dump& operator<<(const char* text) { return *this << std::string_view(text); }
  Dump& operator<<(std::uint64_t number) {
    out_ << number << ' ';
    return *this;
  }
  Dump& operator<<(bool flag) { return *this << std::uint64_t{flag}; }
  Dump& operator<<(membership::Time time) {
    out_ << time.milliseconds() << ' ';
    return *this;
  }
  template <class Tag, std::size_t Capacity>
  Dump& operator<<(const membership::Id<Tag, Capacity>& id) {
    return *this << id.view();
  }
  Dump& operator<<(membership::RoleIndex index) { return *this << std::uint64_t{index.value()}; }
  Dump& operator<<(membership::RoleSet roles) {
    return *this << roles.environment() << roles.organization();
  }
  Dump& operator<<(membership::Phase phase) { return *this << to_string(phase); }
  Dump& operator<<(const membership::Ulid& ulid) { return *this << ulid.high << ulid.low; }
  Dump& operator<<(const membership::RoleOrder& order) {
    for (unsigned at = 0; at < order.size; ++at) *this << order[at];
    return *this;
  }
  Dump& operator<<(const membership::PermissionSet& set) {
    for (const std::uint64_t word : set.words) *this << word;
    return *this;
  }
  template <class V>
  Dump& operator<<(const std::optional<V>& value) {
    return value ? *this << *value : *this << "none";
  }
  template <class V>
  Dump& operator<<(const membership::Slot<V>& slot) {
    return show(slot.get());
  }
  template <class V>
  Dump& show(const V* value) {
    return value == nullptr ? *this << "null" : *this << *value;
  }

  Dump& operator<<(const membership::Profile& profile) {
    using namespace membership;
    for (std::size_t i = 0; i < text_count; ++i) {
      const Text text = static_cast<Text>(i);
      if (profile.texts.has(text)) *this << std::uint64_t{i} << profile.texts[text];
    }
    profile.metadata.for_each(
        [&](std::string_view key, std::string_view value) { *this << key << value; });
    profile.domains.for_each([&](const OrganizationDomain& domain) {
      *this << domain.domain << to_string(domain.state) << domain.id.value << domain.created_at
            << domain.updated_at;
    });
    return *this << profile.email_verified << profile.created_at << profile.updated_at;
  }
  Dump& operator<<(const membership::RoleState& role) {
    return *this << role.slug.view() << role.phase << role.of_organizations << role.only_unused
                 << role.replacement << role.generation << role.permissions;
  }
  Dump& operator<<(const membership::PermissionState& permission) {
    return *this << permission.slug.view() << permission.phase << permission.system
                 << permission.generation;
  }
  template <class I>
  Dump& operator<<(const membership::Named<I>& named) {
    return *this << named.id << named.profile;
  }
  Dump& operator<<(const membership::EnvironmentState& state) {
    return *this << state.revision << state.default_role << state.owner_role << state.multiple_roles
                 << state.seats_count.pending << state.seats_count.inactive << state.phase
                 << state.generation << state.next_owner_role << state.owner_generation;
  }
  Dump& operator<<(const membership::OrganizationState& state) {
    return *this << state.id << state.revision << state.fenced_to << state.counts.active
                 << state.counts.inactive << state.counts.pending << state.counts.owners
                 << state.seat_limit << state.default_role << state.owner_role << state.phase
                 << state.generation;
  }
  Dump& operator<<(const membership::UserState& state) {
    return *this << state.id << state.revision << state.phase << state.generation;
  }
  Dump& operator<<(const membership::OrganizationMembership& one) {
    return *this << one.id << one.user << one.organization << one.roles
                 << held_first(one.roles, one.first_requested) << to_string(one.status)
                 << one.created_at << one.updated_at << one.revision << one.directory_managed;
  }
  Dump& operator<<(const membership::TokenDigest& digest) {
    for (const std::uint8_t byte : digest.bytes) *this << std::uint64_t{byte};
    return *this;
  }
  Dump& operator<<(const membership::InvitationState& state) {
    return *this << state.id << state.organization << state.user << state.inviter
                 << state.accepted_by << state.revision << state.created_at << state.updated_at
                 << state.expires_at << state.ended_at << state.sent_by.value << state.role
                 << to_string(state.status) << state.token;
  }
  Dump& operator<<(const membership::RoleCatalogue& roles) {
    using namespace membership;
    for (const RoleTable& table : {roles.environment(), roles.organization()}) {
      for (unsigned place = 0; place < table.size(); ++place) {
        if (table.has(place)) *this << std::uint64_t{place} << table[place];
      }
      *this << "and";
    }
    if (roles.order() != nullptr) *this << *roles.order();
    if (roles.own_order() != nullptr) *this << *roles.own_order();
    const PermissionTable permissions = roles.permission_table();
    for (unsigned place = 0; place < permissions.size(); ++place) {
      if (permissions.has(place)) *this << std::uint64_t{place} << permissions[place];
    }
    return *this;
  }
  Dump& operator<<(const membership::Snapshot& seen) {
    *this << seen.environment << seen.roles << seen.organization << seen.user << seen.membership
          << seen.actor << seen.other << seen.email_holder << seen.invitation << seen.inviter;
    show(seen.role).show(seen.permission);
    show(seen.organization_profile).show(seen.user_profile);
    if (seen.invitation_profile != nullptr) *this << timeless(*seen.invitation_profile);
    return *this << seen.holders << std::uint64_t{seen.taken_claims}
                 << std::uint64_t{seen.taken_domain} << seen.role_index
                 << std::uint64_t{seen.permission_index};
  }

  Dump& operator<<(const membership::MembershipRow& row) {
    return *this << row.membership.copy() << row.roles;
  }
  Dump& operator<<(const membership::OrganizationRow& row) {
    return *this << row.state << row.profile;
  }
  Dump& operator<<(const membership::UserRow& row) { return *this << row.state << row.profile; }
  Dump& operator<<(const membership::RoleRow& row) {
    return *this << row.id << row.index << row.state << row.profile;
  }
  Dump& operator<<(const membership::PermissionRow& row) {
    return *this << row.id << std::uint64_t{row.index} << row.state << row.profile;
  }
  /// The times of an invitation's profile are not looked at: its state has them.
  Dump& operator<<(const membership::InvitationRow& row) {
    return *this << row.state << timeless(row.profile) << row.held
                 << held_first(row.held, row.first_requested) << row.roles;
  }
  /// Of the roles and permissions of its time an event need show only those that it names.
  Dump& operator<<(const membership::EventRow& row) {
    using namespace membership;
    *this << row.id.value << to_string(row.type) << row.created_at << row.revision;
    show(row.organization).show(row.membership);
    if (row.membership != nullptr) {
      *this << row.before.roles << row.before.updated_at << to_string(row.before.standing)
            << held_first(row.before.roles, row.before.first_requested);
      put_roles(row.roles, row.membership->roles | row.before.roles);
    }
    show(row.user).show(row.role_id).show(row.permission_id);
    for (const RoleState* const role : {row.role, row.role_before}) {
      if (role == nullptr) continue;
      *this << role->slug.view() << role->of_organizations;
      const PermissionTable permissions = row.roles.permission_table();
      for (unsigned place = 0; place < permissions.size(); ++place) {
        if (permissions.has(place) && role->permissions.contains(place)) {
          *this << permissions[place].slug.view();
        }
      }
    }
    if (row.permission != nullptr) *this << row.permission->slug.view() << row.permission->system;
    if (row.invitation != nullptr) {
      *this << *row.invitation << row.held << held_first(row.held, row.first_requested);
      put_roles(row.roles, row.held);
    }
    *this << (row.invitation != nullptr ? timeless(row.profile) : row.profile);
    return show(row.profile_before);
  }

 private:
  /// The role that was requested first means nothing where it is not held; it may be gone then.
  static membership::RoleIndex held_first(membership::RoleSet roles, membership::RoleIndex first) {
    return roles.contains(first) ? first : membership::RoleIndex::none();
  }
  static membership::Profile timeless(membership::Profile profile) {
    profile.created_at = membership::Time::from_milliseconds(0);
    profile.updated_at = membership::Time::from_milliseconds(0);
    return profile;
  }
  void put_roles(const membership::RoleCatalogue& catalogue, membership::RoleSet roles) {
    catalogue.for_each_in_order(
        roles, [&](membership::RoleIndex index) { *this << catalogue.slug(index) << index; });
  }

  std::ostringstream out_;
};

template <class V>
std::string dump(const V& value) {
  Dump out;
  out << value;
  return out.text();
}

}  // namespace membership_tests

#endif
