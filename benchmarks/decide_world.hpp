// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_BENCHMARKS_DECIDE_WORLD_HPP
#define MEMBERSHIP_BENCHMARKS_DECIDE_WORLD_HPP

#include "membership/core.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace benchmarks {

/// Hides from the compiler where a pointer comes from, so that nothing about what it points to is
/// known where it is used.
template <class V>
V* opaque(V* pointer) noexcept {
  asm volatile("" : "+r"(pointer) : : "memory");
  return pointer;
}

/// One thing to decide on, with everything that commands on it may name.
struct Situation {
  membership::UserId user;
  membership::OrganizationId organization;
  membership::MembershipId membership;
  membership::Context context;
  membership::Snapshot snapshot;
  std::string_view slugs[3];

  membership::RoleSelection one() const noexcept {
    return membership::RoleSelection::one(slugs[0]);
  }
  membership::RoleSelection three() const noexcept {
    return membership::RoleSelection::several(slugs);
  }
};

/// An environment of eight roles with Multiple Roles on, and situations that differ in their ids,
/// default roles, requested roles and counts. Without roles of organizations, or with four in each,
/// of which one is what is asked for.
class DecideWorld {
 public:
  static constexpr std::size_t size = 64;

  /// `standing`: how the user stands to the organization.
  explicit DecideWorld(membership::Standing standing, bool own_roles = false) {
    static constexpr std::string_view slugs[]{"admin", "auditor", "billing", "developer",
                                              "guest", "manager", "member",  "support-agent"};
    for (const std::string_view slug : slugs) {
      roles_.emplace_back(membership::RoleSlug::from_stored(slug));
    }
    static constexpr std::string_view own_slugs[]{"org-clerk", "org-lead", "org-owner", "org-temp"};
    for (const std::string_view slug : own_slugs) {
      own_roles_.emplace_back(membership::RoleSlug::from_stored(slug));
    }
    std::uint64_t random = 1;
    const auto draw = [&] {
      random = random * 6364136223846793005u + 1442695040888963407u;
      return random >> 33;
    };
    situations_.reserve(size);
    for (std::size_t i = 0; i < size; ++i) {
      const auto ulid = [&] { return membership::Ulid{(draw() << 20) | draw(), draw() << 31}; };
      const auto user = membership::UserId::from_ulid(ulid());
      const auto organization = membership::OrganizationId::from_ulid(ulid());
      const auto id = membership::MembershipId::from_ulid(ulid());
      const auto now = membership::Time::from_milliseconds(static_cast<std::int64_t>(draw()));
      membership::Context context(now, membership::PlanId{ulid()});
      context.membership.emplace(id);
      context.user.emplace(membership::UserId::from_ulid(ulid()));
      context.invitation.emplace(membership::InvitationId::from_ulid(ulid()));
      context.token.emplace();
      const unsigned first = static_cast<unsigned>(draw() % 8);
      const unsigned second = (first + 1 + static_cast<unsigned>(draw() % 3)) % 8;
      const unsigned third = (second + 1 + static_cast<unsigned>(draw() % 3)) % 8;
      membership::Snapshot snapshot;
      snapshot.environment.revision = draw();
      snapshot.environment.multiple_roles = true;
      snapshot.environment.default_role =
          membership::RoleIndex::environment(static_cast<unsigned>(draw() % 8));
      snapshot.roles = membership::RoleCatalogue(
          membership::RoleTable(roles_.data(), roles_.size()),
          own_roles ? membership::RoleTable(own_roles_.data(), own_roles_.size())
                    : membership::RoleTable{},
          nullptr);
      auto& state = snapshot.organization.emplace(organization);
      state.revision = draw();
      state.counts.active = draw();
      state.counts.inactive = draw();
      snapshot.user.emplace(user, draw());
      if (standing != membership::Standing::none) {
        snapshot.membership.emplace(
            id, user, organization,
            membership::RoleSet::of(membership::RoleIndex::environment(third)),
            membership::RoleIndex::environment(third), static_cast<membership::Status>(standing),
            now, now, draw());
      }
      // Who acts is an active member, so that a rule of rights has something to look at.
      snapshot.actor.emplace(membership::MembershipId::from_ulid(ulid()), user, organization,
                             membership::RoleSet::of(membership::RoleIndex::environment(second)),
                             membership::RoleIndex::environment(second), membership::Status::active,
                             now, now, draw());
      situations_.push_back(Situation{
          user,
          organization,
          id,
          context,
          snapshot,
          {own_roles ? own_slugs[draw() % 4] : slugs[first], slugs[second], slugs[third]}});
    }
  }

  const Situation& operator[](std::size_t at) const noexcept { return situations_[at % size]; }

 private:
  std::vector<membership::RoleState> roles_;
  std::vector<membership::RoleState> own_roles_;
  std::vector<Situation> situations_;
};

}  // namespace benchmarks

#endif
