// SPDX-License-Identifier: BSL-1.0
/// A host that reads and writes by itself and takes only the decision: no store, no driver. Its
/// tables stand for those of a database, in which a transaction locks the organization's row.
#include <membership/core.hpp>

#include <iostream>
#include <map>
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
using Organization = BasicOrganizationState<HostTraits>;
using Membership = BasicOrganizationMembership<HostTraits>;

struct Tables {
  std::map<int, Organization> organizations{};
  std::map<std::pair<long, int>, Membership> memberships{};
  long last_id = 100;
};

/// Adds a user to an organization, in one transaction of the host's own.
tl::expected<Outcome, Error> join(Tables& tables, long user, int organization, Time now) {
  const BasicCreateMembership<HostTraits> command{.user = user, .organization = organization};

  // 1. The host reads what the command needs, the organization's row first, and for update.
  static const RoleState roles[] = {RoleState(*RoleSlug::make("member"))};
  BasicSnapshot<HostTraits> seen;
  seen.roles = RoleCatalogue(RoleTable(roles, 1), {}, nullptr);
  seen.user.emplace(user);
  const auto row = tables.organizations.find(organization);
  if (row != tables.organizations.end()) seen.organization.emplace(row->second);
  const auto member = tables.memberships.find({user, organization});
  if (member != tables.memberships.end()) seen.membership.emplace(member->second);

  // 2. The library decides. It touches nothing.
  BasicContext<HostTraits> context(now, PlanId{Ulid{0, 16}});
  context.membership.emplace(tables.last_id + 1);
  const auto plan = MembershipPolicy<>{}.decide(command, seen, context);
  if (!plan) return tl::unexpected<Error>(plan.error());
  if ((*plan).outcome == Outcome::unchanged) return Outcome::unchanged;

  // 3. The host writes the plan's rows, its event perhaps, and ends its transaction.
  row->second.revision = (*plan).touch->expected + 1;
  row->second.counts = (*plan).touch->after;
  tables.memberships.insert_or_assign({user, organization}, (*plan).membership->after);
  tables.last_id = (*plan).membership->after.id;
  return (*plan).outcome;
}

int main() {
  Tables tables;
  tables.organizations.emplace(7, Organization(7));
  const Time now = Time::from_milliseconds(1'700'000'000'000);
  const auto first = join(tables, 42, 7, now);
  if (!first) return 1;
  std::cout << to_string(*first) << ", members: " << tables.organizations.at(7).counts.active
            << '\n';
  const auto second = join(tables, 42, 7, now);
  if (second) return 1;
  std::cout << http_status(second.error().code) << ' ' << to_string(second.error().code) << '\n';
}
