// SPDX-License-Identifier: BSL-1.0
/// Embeds the library with a store of one's own, which keeps memberships and organizations and
/// nothing else: the users are the host's, the roles are fixed. One thread, for shortness.
#include <membership/core.hpp>

#include <iostream>
#include <map>
#include <span>
#include <utility>

using namespace membership;

struct HostTraits {
  using UserId = long;
  using OrganizationId = int;
  using MembershipId = long;
  using RoleId = int;
  using PermissionId = int;
  using InvitationId = int;
};

class HostStore {
 public:
  using traits = HostTraits;
  using Loaded = BasicSnapshot<HostTraits>;
  struct Failure {};  // this store cannot fail
  static constexpr Kinds keeps{Kind::organization, Kind::membership};

  std::map<int, BasicOrganizationState<HostTraits>> organizations;
  std::map<long, BasicOrganizationMembership<HostTraits>> memberships;

  tl::expected<Loaded, Failure> load(const BasicReads<HostTraits>& reads) const {
    static const RoleState roles[] = {RoleState(*RoleSlug::make("member")),
                                      RoleState(*RoleSlug::make("admin"))};
    Loaded seen;
    seen.roles = RoleCatalogue(RoleTable(roles, 2), {}, nullptr);
    if (reads.user != nullptr) seen.user.emplace(*reads.user);  // the host knows that it exists
    for (const auto& [id, membership] : memberships) {
      const bool by_id = reads.membership != nullptr && id == *reads.membership;
      const bool by_pair = reads.pair && membership.user == *reads.user &&
                           membership.organization == *reads.organization;
      if (by_id || by_pair) seen.membership.emplace(membership);
    }
    const auto at = seen.membership ? organizations.find(seen.membership->organization)
                    : reads.organization != nullptr ? organizations.find(*reads.organization)
                                                    : organizations.end();
    if (at != organizations.end()) seen.organization.emplace(at->second);
    return seen;
  }

  tl::expected<CommitStatus, Failure> commit(std::span<const BasicPlan<HostTraits>> plans) {
    // One thread and one plan at a time: the organization's revision says all.
    const BasicPlan<HostTraits>& plan = plans.front();
    BasicOrganizationState<HostTraits>& row = organizations.at(*plan.organization_id());
    if (row.revision != plan.touch->expected) return CommitStatus::conflict;
    row.revision = plan.touch->expected + 1;
    row.counts = plan.touch->after;
    memberships.erase(plan.membership->after.id);
    if (plan.membership->effect == Effect::put) {
      memberships.emplace(plan.membership->after.id, plan.membership->after);
    }
    return CommitStatus::committed;
  }
};

struct HostIds {
  long last = 100;
  PlanId plan_id(Time) { return PlanId{Ulid{0, static_cast<std::uint64_t>(++last) << 4}}; }
  long membership_id(Time) { return ++last; }
};

int main() {
  HostStore store;
  store.organizations.emplace(7, BasicOrganizationState<HostTraits>(7));
  const MembershipPolicy<> policy;
  Runtime<SystemClock, HostIds> runtime;
  const auto joined = execute(
      store, policy, BasicCreateMembership<HostTraits>{.user = 42, .organization = 7}, runtime);
  if (!joined) return 1;
  std::cout << "active members: " << store.organizations.at(7).counts.active << '\n';
  const BasicDeleteMembership<HostTraits> leave{(*joined).membership()->id};
  if (!execute(store, policy, leave, runtime)) return 1;
  std::cout << "active members: " << store.organizations.at(7).counts.active << '\n';
}
