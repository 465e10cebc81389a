// SPDX-License-Identifier: BSL-1.0
/// The host's own id types: UUIDs for what it makes, numbers for its users.
#include <membership/membership.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iostream>

struct Uuid {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend constexpr auto operator<=>(const Uuid&, const Uuid&) = default;
};

// Stores that find rows by id hash it.
template <>
struct std::hash<Uuid> {
  std::size_t operator()(const Uuid& id) const noexcept {
    return std::hash<std::uint64_t>{}(id.high ^ (id.low * 0x9E3779B97F4A7C15u));
  }
};

// How an error names such an id; without it the error has no subject.
constexpr membership::Subject subject_text(const Uuid& id) noexcept {
  char text[32]{};
  for (unsigned i = 0; i < 32; ++i) {
    const std::uint64_t half = i < 16 ? id.high : id.low;
    text[i] = "0123456789abcdef"[(half >> (60 - 4 * (i % 16))) & 15u];
  }
  return membership::Subject::cut({text, sizeof text});
}

struct HostTraits {
  using UserId = std::uint64_t;
  using OrganizationId = Uuid;
  using MembershipId = Uuid;
  using RoleId = Uuid;
  using PermissionId = Uuid;
  using InvitationId = Uuid;
};
static_assert(membership::Traits<HostTraits>);

/// Where the host's ids come from: here UUIDs of version 7, which sort by the time they were made.
struct HostIds {
  membership::UlidSource source{};
  std::uint64_t last_user = 1000;

  membership::PlanId plan_id(membership::Time now) { return {source.next(now)}; }
  Uuid membership_id(membership::Time now) { return next(now); }
  Uuid organization_id(membership::Time now) { return next(now); }
  std::uint64_t user_id(membership::Time) { return ++last_user; }

  Uuid next(membership::Time now) {
    const membership::Ulid drawn = source.next(now);
    return {(drawn.high & ~std::uint64_t{0xF000}) | 0x7000,
            (drawn.low >> 2) | (std::uint64_t{1} << 63)};
  }
};

using namespace membership;

int main() {
  BasicMemoryStore<HostTraits> store(Uuid{0, 1});  // the id of the environment's first role
  const MembershipPolicy<> policy;
  Runtime<SystemClock, HostIds> runtime;

  const BasicCreateUser<HostTraits> user{.id = 42};
  if (!execute(store, policy, user, runtime)) return 1;
  const auto made =
      execute(store, policy, BasicCreateOrganization<HostTraits>{.name = "Acme"}, runtime);
  if (!made) return 1;
  const Uuid acme = (*made).plan.organization->after.id;
  const auto joined = execute(
      store, policy, BasicCreateMembership<HostTraits>{.user = 42, .organization = acme}, runtime);
  if (!joined) return 1;
  std::cout << "version of the id: " << ((*joined).membership()->id.high >> 12 & 15u) << '\n';

  const auto none = execute(store, policy, BasicDeleteMembership<HostTraits>{Uuid{0, 7}}, runtime);
  if (none || !none.error().error) return 1;
  std::cout << message(*none.error().error) << '\n';
  return (*joined).membership()->organization == acme ? 0 : 1;
}
