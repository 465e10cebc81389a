// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_EXPLORER_DIGEST_HPP
#define MEMBERSHIP_TESTING_EXPLORER_DIGEST_HPP

#include "membership/policy/rows.hpp"
#include "membership/policy/snapshot.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>

namespace membership::inline v0 {
namespace testing {

/// A number for everything that was put in, in its order. Two worlds or two views of one are taken
/// for the same where it is the same.
class Digest {
 public:
  constexpr Digest() noexcept = default;
  /// Leaves out revisions and times: what has another one is taken for the same.
  static constexpr Digest without_revisions() noexcept {
    Digest digest;
    digest.revisions_ = false;
    return digest;
  }

  constexpr std::uint64_t value() const noexcept { return value_; }

  constexpr Digest& add(std::uint64_t number) noexcept {
    value_ = (value_ ^ number) * 0x9FB21C651E98DF25u;
    value_ ^= value_ >> 29;
    value_ *= 0xD6E8FEB86659FD93u;
    value_ ^= value_ >> 32;
    return *this;
  }
  Digest& add(std::string_view text) noexcept {
    std::uint64_t hash = 14695981039346656037u;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
    return add(hash).add(std::uint64_t{text.size()});
  }
  template <class E>
  requires std::is_enum_v<E> Digest& add(E value) noexcept {
    return add(static_cast<std::uint64_t>(value));
  }
  template <TextId I>
  Digest& add(const I& id) noexcept {
    return add(id.view());
  }
  constexpr Digest& add_revision(std::uint64_t revision) noexcept {
    return revisions_ ? add(revision) : *this;
  }
  Digest& add(Time time) noexcept {
    return add_revision(static_cast<std::uint64_t>(time.milliseconds()));
  }
  Digest& add(RoleIndex index) noexcept { return add(std::uint64_t{index.value()}); }
  Digest& add(RoleSet roles) noexcept { return add(roles.environment()).add(roles.organization()); }
  Digest& add(const Ulid& id) noexcept { return add(id.high).add(id.low); }
  Digest& add(const TokenDigest& token) noexcept {
    for (const std::uint8_t byte : token.bytes) add(std::uint64_t{byte});
    return *this;
  }
  Digest& add(const PermissionSet& permissions) noexcept {
    for (const std::uint64_t word : permissions.words) add(word);
    return *this;
  }
  Digest& add(const Counts& counts) noexcept {
    return add(counts.active).add(counts.inactive).add(counts.pending).add(counts.owners);
  }
  template <class V>
  Digest& add(const std::optional<V>& value) noexcept {
    add(std::uint64_t{value.has_value()});
    return value ? add(*value) : *this;
  }
  template <class V>
  Digest& add(const Slot<V>& slot) noexcept {
    add(std::uint64_t{static_cast<bool>(slot)});
    return slot ? add(*slot) : *this;
  }

  Digest& add(const EnvironmentState& state) noexcept {
    add_revision(state.revision).add(state.default_role).add(state.owner_role);
    add(std::uint64_t{state.multiple_roles}).add(std::uint64_t{state.seats_count.pending});
    add(std::uint64_t{state.seats_count.inactive}).add(state.phase).add(state.generation);
    return add(state.next_owner_role).add(state.owner_generation);
  }
  Digest& add(const OrganizationState& state) noexcept {
    add(state.id)
        .add_revision(state.revision)
        .add_revision(state.fenced_to)
        .add(state.counts)
        .add(state.seat_limit);
    add(state.default_role).add(state.owner_role).add(state.phase);
    return add(state.generation);
  }
  Digest& add(const UserState& state) noexcept {
    return add(state.id).add_revision(state.revision).add(state.phase).add(state.generation);
  }
  Digest& add(const OrganizationMembership& row) noexcept {
    add(row.id).add(row.user).add(row.organization).add(row.roles).add(row.status);
    add(row.created_at).add(row.updated_at).add_revision(row.revision).add(row.first_requested);
    return add(std::uint64_t{row.directory_managed});
  }
  Digest& add(const InvitationState& state) noexcept {
    add(state.id).add(state.organization).add(state.user).add(state.inviter);
    add(state.accepted_by).add_revision(state.revision).add(state.created_at).add(state.updated_at);
    add(state.expires_at).add(state.ended_at).add(state.sent_by.value).add(state.token);
    return add(state.role).add(state.status);
  }
  Digest& add(const RoleState& role) noexcept {
    add(role.slug.view()).add(role.phase).add(std::uint64_t{role.of_organizations});
    add(std::uint64_t{role.only_unused}).add(role.replacement).add(role.generation);
    return add(role.permissions);
  }
  Digest& add(const PermissionState& permission) noexcept {
    add(permission.slug.view()).add(permission.phase).add(std::uint64_t{permission.system});
    return add(permission.generation);
  }
  template <class State>
  Digest& add(const SlugTable<State>& table) noexcept {
    add(std::uint64_t{table.size()});
    for (unsigned place = 0; place < table.size(); ++place) {
      add(std::uint64_t{table.has(place)});
      if (table.has(place)) add(table[place]);
    }
    return *this;
  }
  Digest& add(const RoleOrder* order) noexcept {
    if (order == nullptr) return add(std::uint64_t{0});
    add(std::uint64_t{order->size} + 1);
    for (unsigned at = 0; at < order->size; ++at) add((*order)[at]);
    return *this;
  }
  Digest& add(const RoleCatalogue& roles) noexcept {
    add(roles.environment()).add(roles.organization()).add(roles.permission_table());
    return add(roles.order()).add(roles.own_order());
  }
  Digest& add(const Profile& profile) noexcept {
    for (std::size_t text = 0; text < text_count; ++text) {
      add(std::uint64_t{profile.texts.has(static_cast<Text>(text))});
      add(profile.texts[static_cast<Text>(text)]);
    }
    profile.metadata.for_each(
        [&](std::string_view key, std::string_view value) { add(key).add(value); });
    profile.domains.for_each([&](const OrganizationDomain& domain) { add(domain.domain); });
    add(std::uint64_t{profile.email_verified});
    return add(profile.created_at).add(profile.updated_at);
  }
  Digest& add(const Profile* profile) noexcept {
    add(std::uint64_t{profile != nullptr});
    return profile != nullptr ? add(*profile) : *this;
  }
  template <class I>
  Digest& add(const Named<I>* named) noexcept {
    add(std::uint64_t{named != nullptr});
    return named != nullptr ? add(named->id).add(named->profile) : *this;
  }
  /// All that a decision can look at.
  Digest& add(const Snapshot& seen) noexcept {
    add_revision(seen.freed_revision)
        .add(seen.environment)
        .add(seen.roles)
        .add(seen.organization)
        .add(seen.user);
    add(seen.membership).add(seen.actor).add(seen.other).add(seen.email_holder);
    add(seen.invitation).add(seen.inviter).add(seen.role).add(seen.permission);
    add(seen.organization_profile).add(seen.user_profile).add(seen.invitation_profile);
    add(seen.holders).add(std::uint64_t{seen.taken_claims}).add(std::uint64_t{seen.taken_domain});
    return add(seen.role_index).add(std::uint64_t{seen.permission_index});
  }

  Digest& add(const MembershipRow& row) noexcept {
    return add(row.membership.copy()).add(row.roles);
  }
  Digest& add(const OrganizationRow& row) noexcept { return add(row.state).add(row.profile); }
  Digest& add(const UserRow& row) noexcept { return add(row.state).add(row.profile); }
  Digest& add(const InvitationRow& row) noexcept {
    return add(row.state).add(row.profile).add(row.held).add(row.first_requested);
  }
  Digest& add(const RoleRow& row) noexcept {
    return add(row.id).add(row.index).add(row.state).add(row.profile);
  }
  Digest& add(const PermissionRow& row) noexcept {
    return add(row.id).add(std::uint64_t{row.index}).add(row.state).add(row.profile);
  }
  Digest& add(const EventRow& row) noexcept { return add(row.id.value).add(row.type); }

 private:
  std::uint64_t value_ = 0x243F6A8885A308D3u;
  bool revisions_ = true;
};

}  // namespace testing
}  // namespace membership::inline v0

#endif
