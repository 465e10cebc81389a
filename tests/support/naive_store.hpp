// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_SUPPORT_NAIVE_STORE_HPP
#define MEMBERSHIP_TESTS_SUPPORT_NAIVE_STORE_HPP

#include "membership/core.hpp"

#include <chrono>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <utility>
#include <vector>

namespace membership_tests {

struct NumberTraits {
  using UserId = long;
  using OrganizationId = int;
  using MembershipId = long;
  using RoleId = int;
  using PermissionId = int;
  using InvitationId = int;
};

/// A host's own small store, right but for what a derived one overrides: organizations and
/// memberships in two maps under one lock. The users are the host's, the roles are fixed.
class NaiveStore {
 public:
  using traits = NumberTraits;
  using Loaded = membership::BasicSnapshot<traits>;
  struct Failure {};  // this store cannot fail
  static constexpr membership::Kinds keeps{membership::Kind::organization,
                                           membership::Kind::membership};

  using Plan = membership::BasicPlan<traits>;
  using Plans = std::span<const Plan>;
  using Reads = membership::BasicReads<traits>;
  using Membership = membership::BasicOrganizationMembership<traits>;
  using Organization = membership::BasicOrganizationState<traits>;

  NaiveStore() = default;
  NaiveStore(const NaiveStore&) = delete;
  NaiveStore& operator=(const NaiveStore&) = delete;
  virtual ~NaiveStore() = default;

  tl::expected<Loaded, Failure> load(const Reads& reads) {
    const std::lock_guard guard(mutex_);
    return snapshot(reads);
  }
  tl::expected<std::vector<Loaded>, Failure> load(std::span<const Reads> reads) {
    const std::lock_guard guard(mutex_);
    std::vector<Loaded> loaded;
    for (const Reads& one : reads) loaded.push_back(snapshot(one));
    return loaded;
  }
  template <class Visit>
  tl::expected<bool, Failure> view(long user, int organization, Visit&& visit) {
    const std::lock_guard guard(mutex_);
    const Membership* const found = find(rows_, user, organization);
    if (found != nullptr) visit(row_of(*found));
    return found != nullptr;
  }
  template <class Visit>
  tl::expected<membership::ListEnd, Failure>
  list(const membership::BasicMembershipQuery<traits>& query, Visit&& visit) {
    const std::lock_guard guard(mutex_);
    const auto& page = query.page();
    const bool up = page.direction == membership::Direction::ascending;
    const auto before = [up](long a, long b) { return up ? a < b : b < a; };
    std::vector<const Membership*> rows;
    for (const auto& [id, row] : rows_.memberships) rows.push_back(&row);
    std::size_t shown = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Membership& row = *rows[up ? i : rows.size() - 1 - i];
      if (page.after && !before(*page.after, row.id)) continue;
      if (page.until && !before(row.id, *page.until)) continue;
      if (!fits(query.filter(), row)) continue;
      if (shown++ == page.limit) return membership::ListEnd{true};
      visit(row_of(row));
    }
    return membership::ListEnd{false};
  }
  tl::expected<membership::CommitStatus, Failure> commit(Plans plans) { return carry_out(plans); }

 protected:
  struct Rows {
    std::map<int, Organization> organizations{};
    std::map<long, Membership> memberships{};
  };

  /// Carries a span out on a copy of everything, which takes the place of it.
  virtual membership::CommitStatus carry_out(Plans plans) {
    const std::lock_guard guard(mutex_);
    Rows next = rows_;
    for (const Plan& plan : plans) {
      if (!holds(next, plan)) return membership::CommitStatus::conflict;
      write(next, plan);
    }
    rows_ = std::move(next);
    return membership::CommitStatus::committed;
  }
  /// Whether a membership may be inserted.
  virtual bool is_free(const Rows& rows, const Membership& wanted) const {
    return !rows.memberships.contains(wanted.id) &&
           find(rows, wanted.user, wanted.organization) == nullptr;
  }

  bool holds(const Rows& rows, const Plan& plan) const {
    if (const int* const id = plan.organization_id(); id != nullptr) {
      const auto at = rows.organizations.find(*id);
      const bool is_new =
          plan.organization && plan.organization->precondition == membership::Precondition::absent;
      if (is_new != (at == rows.organizations.end())) return false;
      const auto expected = plan.touch ? plan.touch->expected : plan.organization->expected;
      if (!is_new && at->second.revision != expected) return false;
    }
    for (const auto* const change : {plan.membership.get(), plan.other.get()}) {
      if (change == nullptr) continue;
      if (change->precondition == membership::Precondition::absent) {
        if (!is_free(rows, change->after)) return false;
        continue;
      }
      const auto at = rows.memberships.find(change->after.id);
      if (at == rows.memberships.end() || at->second.revision != change->expected ||
          at->second.organization != change->after.organization) {
        return false;
      }
    }
    return true;
  }
  static void write(Rows& rows, const Plan& plan) {
    if (plan.touch) {
      Organization& row = rows.organizations.at(*plan.organization_id());
      row.revision = plan.touch->expected + 1;
      row.fenced_to = plan.touch->fenced_to;
      row.counts = plan.touch->after;
    }
    if (plan.organization) {
      rows.organizations.erase(plan.organization->after.id);
      if (plan.organization->effect == membership::Effect::put) {
        rows.organizations.emplace(plan.organization->after.id, plan.organization->after);
      }
    }
    for (const auto* const change : {plan.membership.get(), plan.other.get()}) {
      if (change == nullptr) continue;
      rows.memberships.erase(change->after.id);
      if (change->effect == membership::Effect::put) {
        rows.memberships.emplace(change->after.id, change->after);
      }
    }
  }
  static const Membership* find(const Rows& rows, long user, int organization) {
    for (const auto& [id, row] : rows.memberships) {
      if (row.user == user && row.organization == organization) return &row;
    }
    return nullptr;
  }

  std::mutex mutex_{};
  Rows rows_{};

 private:
  static membership::RoleCatalogue catalogue() {
    using membership::RoleSlug;
    using membership::RoleState;
    static const RoleState roles[] = {RoleState(RoleSlug::from_stored("member")),
                                      RoleState(RoleSlug::from_stored("admin"))};
    return membership::RoleCatalogue(membership::RoleTable(roles, std::size(roles)), {}, nullptr);
  }
  static membership::BasicMembershipRow<traits> row_of(const Membership& value) {
    return {membership::BasicMembershipView<traits>::of(value), catalogue()};
  }
  static bool fits(const membership::BasicMembershipFilter<traits>& filter, const Membership& row) {
    return (!filter.user || *filter.user == row.user) &&
           (!filter.organization || *filter.organization == row.organization) &&
           filter.statuses.contains(row.status) &&
           (!filter.holder || row.roles.contains(*filter.holder)) &&
           (!filter.several_roles || row.roles.several());
  }
  const Membership* find(const long* id) const {
    const auto at = id == nullptr ? rows_.memberships.end() : rows_.memberships.find(*id);
    return at == rows_.memberships.end() ? nullptr : &at->second;
  }

  Loaded snapshot(const Reads& reads) const {
    Loaded seen;
    seen.roles = catalogue();
    if (reads.user != nullptr) seen.user.emplace(*reads.user);  // the host knows that it exists
    const Membership* member = find(reads.membership);
    const int* id = member != nullptr ? &member->organization : reads.organization;
    if (id == nullptr) return seen;
    const auto at = rows_.organizations.find(*id);
    if (at == rows_.organizations.end()) return seen;
    seen.organization.emplace(at->second);
    if (reads.pair) member = find(rows_, *reads.user, *id);
    if (member != nullptr) seen.membership.emplace(*member);
    const Membership* const actor =
        reads.actor == nullptr ? nullptr : find(rows_, *reads.actor, *id);
    if (actor != nullptr) seen.actor.emplace(*actor);
    const Membership* const other = find(reads.other);
    if (other != nullptr && other->organization == *id) seen.other.emplace(*other);
    for (const auto& [number, row] : rows_.memberships) {
      seen.holders += row.organization == *id && row.status == membership::Status::active &&
                              row.roles.contains(reads.holders)
                          ? 1u
                          : 0u;
    }
    return seen;
  }
};

namespace broken {

/// Looks whether everything holds, and then writes, with nothing to hold it in between.
struct CheckThenInsert : NaiveStore {
  membership::CommitStatus carry_out(Plans plans) override {
    {
      const std::lock_guard guard(mutex_);
      Rows next = rows_;
      for (const Plan& plan : plans) {
        if (!holds(next, plan)) return membership::CommitStatus::conflict;
        write(next, plan);
      }
    }
    std::this_thread::sleep_for(std::chrono::microseconds(200));
    const std::lock_guard guard(mutex_);
    for (const Plan& plan : plans) write(rows_, plan);
    return membership::CommitStatus::committed;
  }
};

/// Has no unique key on the pair.
struct PairNotUnique : NaiveStore {
  bool is_free(const Rows& rows, const Membership& wanted) const override {
    return !rows.memberships.contains(wanted.id);
  }
};

}  // namespace broken

/// Makes stores of one kind.
struct NaiveFactory {
  std::unique_ptr<NaiveStore> (*make)();

  struct Handle {
    std::unique_ptr<NaiveStore> kept;
    NaiveStore& store() { return *kept; }
    NaiveStore& another() { return *kept; }
  };
  Handle fresh() const { return {make()}; }
};

template <class Store>
NaiveFactory naive_factory_of() {
  return {[]() -> std::unique_ptr<NaiveStore> { return std::make_unique<Store>(); }};
}

}  // namespace membership_tests

#endif
