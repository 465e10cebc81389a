// SPDX-License-Identifier: BSL-1.0
/// A store of the host's own that threads may share and that takes several plans at once, and what
/// the conformance kit says of it; also of one that forgets to compare.
#include <membership/core.hpp>
#include <membership/testing/store_conformance.hpp>

#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

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

  explicit HostStore(bool compares = true) : compares_(compares) {}

  tl::expected<Loaded, Failure> load(const BasicReads<HostTraits>& reads) {
    const std::lock_guard guard(mutex_);
    return snapshot(reads);
  }
  /// Several snapshots of one moment.
  tl::expected<std::vector<Loaded>, Failure> load(std::span<const BasicReads<HostTraits>> reads) {
    const std::lock_guard guard(mutex_);
    std::vector<Loaded> loaded;
    for (const auto& one : reads) loaded.push_back(snapshot(one));
    return loaded;
  }
  /// All plans or none: they are carried out on a copy, each on what those before it leave.
  tl::expected<CommitStatus, Failure> commit(std::span<const BasicPlan<HostTraits>> plans) {
    const std::lock_guard guard(mutex_);
    Tables next = tables_;
    for (const auto& plan : plans) {
      if (!holds(next, plan)) return CommitStatus::conflict;
      write(next, plan);
    }
    tables_ = std::move(next);
    return CommitStatus::committed;
  }

  /// Organizations are the host's to make.
  void make_organization(int id) {
    const std::lock_guard guard(mutex_);
    tables_.organizations.emplace(id, BasicOrganizationState<HostTraits>(id));
  }

 private:
  using Write = BasicMembershipWrite<HostTraits>;
  using Membership = BasicOrganizationMembership<HostTraits>;
  struct Tables {
    std::map<int, BasicOrganizationState<HostTraits>> organizations{};
    std::map<long, Membership> memberships{};

    const Membership* find(long user, int organization) const {
      for (const auto& [id, row] : memberships) {
        if (row.user == user && row.organization == organization) return &row;
      }
      return nullptr;
    }
    const Membership* find(const long* id) const {
      const auto at = id == nullptr ? memberships.end() : memberships.find(*id);
      return at == memberships.end() ? nullptr : &at->second;
    }
  };

  /// Whether the preconditions of a plan hold.
  bool holds(const Tables& tables, const BasicPlan<HostTraits>& plan) const {
    if (plan.organization_id() == nullptr) return true;  // nothing changes
    const auto row = tables.organizations.find(*plan.organization_id());
    const bool is_new =
        plan.organization && plan.organization->precondition == Precondition::absent;
    if (is_new != (row == tables.organizations.end())) return false;
    const auto expected = plan.touch ? plan.touch->expected : plan.organization->expected;
    if (!is_new && compares_ && row->second.revision != expected) return false;
    for (const Write* const write : {plan.membership.get(), plan.other.get()}) {
      if (write == nullptr) continue;
      const Membership& after = write->after;
      const Membership* const seen = tables.find(&after.id);
      if (write->precondition == Precondition::absent) {
        if (seen != nullptr || tables.find(after.user, after.organization)) return false;
      } else if (seen == nullptr || seen->organization != after.organization ||
                 (compares_ && seen->revision != write->expected)) {
        return false;
      }
    }
    return true;
  }
  static void write(Tables& tables, const BasicPlan<HostTraits>& plan) {
    if (plan.touch) {  // what happens inside the organization
      auto& row = tables.organizations.at(*plan.organization_id());
      row.revision = plan.touch->expected + 1;
      row.fenced_to = plan.touch->fenced_to;
      row.counts = plan.touch->after;
    }
    if (plan.organization) {  // what its own commands write, as its seat limit
      replace(tables.organizations, *plan.organization);
    }
    for (const Write* const write : {plan.membership.get(), plan.other.get()}) {
      if (write != nullptr) replace(tables.memberships, *write);
    }
  }
  template <class Table, class RowWrite>
  static void replace(Table& table, const RowWrite& write) {
    table.erase(write.after.id);
    if (write.effect == Effect::put) table.emplace(write.after.id, write.after);
  }

  Loaded snapshot(const BasicReads<HostTraits>& reads) const {
    static const RoleState roles[] = {RoleState(*RoleSlug::make("member")),
                                      RoleState(*RoleSlug::make("admin"))};
    Loaded seen;
    seen.roles = RoleCatalogue(RoleTable(roles, 2), {}, nullptr);
    if (reads.user != nullptr) seen.user.emplace(*reads.user);  // the host knows that it exists
    const Membership* member = tables_.find(reads.membership);
    const int* const id = member != nullptr ? &member->organization : reads.organization;
    const auto row = id == nullptr ? tables_.organizations.end() : tables_.organizations.find(*id);
    if (row == tables_.organizations.end()) return seen;
    seen.organization.emplace(row->second);
    if (reads.pair) member = tables_.find(*reads.user, *id);
    if (member != nullptr) seen.membership.emplace(*member);
    const Membership* const actor =
        reads.actor == nullptr ? nullptr : tables_.find(*reads.actor, *id);
    if (actor != nullptr) seen.actor.emplace(*actor);
    const Membership* const other = tables_.find(reads.other);
    if (other != nullptr && other->organization == *id) seen.other.emplace(*other);
    for (const auto& [number, one] : tables_.memberships) {
      const bool holds = one.organization == *id && one.status == Status::active &&
                         one.roles.contains(reads.holders);
      if (holds) ++seen.holders;
    }
    return seen;
  }

  bool compares_;
  std::mutex mutex_{};
  Tables tables_{};
};

/// Where the kit gets its stores from: each `fresh` is an empty environment.
struct Factory {
  bool compares = true;

  struct Handle {
    std::unique_ptr<HostStore> kept;
    HostStore& store() { return *kept; }
    HostStore& another() { return *kept; }
    void make_organization(int id) { kept->make_organization(id); }
    void make_user(long /*id*/) {}  // the host's users need no row here
  };
  Handle fresh() const { return {std::make_unique<HostStore>(compares)}; }
};

int main() {
  const auto report = testing::check_store(Factory{});
  std::cout << "findings: " << report.findings.size() << '\n';

  // Without the comparison of revisions.
  testing::ConformanceOptions one_thread;
  one_thread.threads = 1;
  const auto broken = testing::check_store(Factory{.compares = false}, one_thread);
  std::string last;
  for (const auto& finding : broken.findings) {
    if (finding.check != last) std::cout << "without comparing: " << finding.check << '\n';
    last = finding.check;
  }
  if (!report.passed()) std::cerr << report.text();
  return report.passed() && !broken.passed() ? 0 : 1;
}
