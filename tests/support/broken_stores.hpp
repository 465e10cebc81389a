// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_SUPPORT_BROKEN_STORES_HPP
#define MEMBERSHIP_TESTS_SUPPORT_BROKEN_STORES_HPP

#include "support/whole_store.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

/// Stores that are wrong on purpose, each in one way that is met in the wild.
namespace membership_tests::broken {

using namespace membership;

inline void pause() { std::this_thread::sleep_for(std::chrono::microseconds(200)); }

// Commits.

/// Writes whatever revision a plan has seen: the last one wins.
struct RevisionIgnored : WholeStore {
  using WholeStore::WholeStore;
  Committed commit_plans(Plans plans) override {
    if (plans.size() != 1 || !plans[0].touch || !plans[0].membership) {
      return WholeStore::commit_plans(plans);
    }
    const std::lock_guard guard(mutex());
    Plan plan = plans[0];
    follow_organization(plan);
    if (const auto now = member(plan.membership->after.id)) {
      plan.membership->expected = now->revision;
    }
    return commit_changed(plan);
  }
  static std::mutex& mutex() {
    static std::mutex common;
    return common;
  }
};

/// Looks at the user before the commit and does not hold what it saw.
struct CompareNotHeld : WholeStore {
  using WholeStore::WholeStore;
  Committed commit_plans(Plans plans) override {
    if (plans.size() != 1 || !plans[0].compared_user) return WholeStore::commit_plans(plans);
    Plan plan = plans[0];
    Reads reads;
    reads.user = &plan.membership->after.user;
    const auto seen = memory().load(reads);
    if (!(*seen).user || (*seen).user->revision != *plan.compared_user) {
      return CommitStatus::conflict;
    }
    pause();
    plan.compared_user.clear();
    return commit_changed(plan);
  }
};

/// Commits other plans than it is given.
struct PlanChanging : WholeStore {
  using WholeStore::WholeStore;
  virtual void change(Plan& plan) = 0;
  Committed commit_plans(Plans plans) override {
    std::vector<Plan> changed(plans.begin(), plans.end());
    for (Plan& plan : changed) change(plan);
    return WholeStore::commit_plans(changed);
  }
};

/// Compares nothing.
struct CompareIgnored : PlanChanging {
  using PlanChanging::PlanChanging;
  void change(Plan& plan) override {
    plan.compared_user.clear();
    if (plan.environment && plan.environment->precondition == Precondition::compare) {
      plan.environment.clear();
    }
    if (plan.freed && plan.freed->precondition == Precondition::compare) plan.freed.clear();
  }
};

/// Writes the membership also where the organization's part matches nothing.
struct UngatedMembership : WholeStore {
  using WholeStore::WholeStore;
  Committed commit_plans(Plans plans) override {
    auto status = WholeStore::commit_plans(plans);
    if (!status || *status == CommitStatus::committed || plans.size() != 1) return status;
    Plan plan = plans[0];
    if (!plan.touch || !plan.membership) return status;
    follow_organization(plan);
    plan.touch->after = organization_of(plan).counts;
    static_cast<void>(memory().commit({&plan, 1}));
    return CommitStatus::conflict;
  }
};

/// Commits a span plan by plan.
struct SpanInPieces : WholeStore {
  using WholeStore::WholeStore;
  Committed commit_plans(Plans plans) override {
    for (const Plan& plan : plans) {
      auto status = WholeStore::commit_plans({&plan, 1});
      if (!status || *status == CommitStatus::conflict) return status;
    }
    return CommitStatus::committed;
  }
};

/// Loses the second change of a row in a span.
struct SpanNotFolded : WholeStore {
  using WholeStore::WholeStore;
  Committed commit_plans(Plans plans) override {
    std::vector<Plan> changed(plans.begin(), plans.end());
    for (std::size_t i = 1; i < changed.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        auto& later = changed[i].membership;
        const auto& former = changed[j].membership;
        if (!later || !former || later->effect != Effect::put) continue;
        if (!(later->after.id == former->after.id)) continue;
        later->after.status = former->after.status;
        later->after.roles = former->after.roles;
      }
    }
    return WholeStore::commit_plans(changed);
  }
};

/// Deletes the membership of the pair, whatever its id.
struct DeletedByPair : WholeStore {
  using WholeStore::WholeStore;
  Committed commit_plans(Plans plans) override {
    if (plans.size() != 1 || !plans[0].membership || plans[0].membership->effect != Effect::erase) {
      return WholeStore::commit_plans(plans);
    }
    Plan plan = plans[0];
    Reads reads;
    reads.user = &plan.membership->after.user;
    reads.organization = &plan.membership->after.organization;
    reads.pair = true;
    const auto seen = memory().load(reads);
    if ((*seen).membership) plan.membership->after.id = (*seen).membership->id;
    return commit_changed(plan);
  }
};

/// What a write makes has revision 1, as a fresh row of a table.
template <class Write>
void restart_revision(Write& write) noexcept {
  if (write && write->precondition == Precondition::absent) write->after.revision = 1;
}
/// So has a user or an organization that is made.
struct RowRevisionRestarted : PlanChanging {
  using PlanChanging::PlanChanging;
  void change(Plan& plan) override {
    restart_revision(plan.user);
    restart_revision(plan.organization);
  }
};
/// So has a membership that is made.
struct RevisionRestarted : PlanChanging {
  using PlanChanging::PlanChanging;
  void change(Plan& plan) override { restart_revision(plan.membership); }
};

/// Raises the mark of freed revisions whatever it was by then.
struct FreedOverwritten : PlanChanging {
  using PlanChanging::PlanChanging;
  void change(Plan& plan) override {
    if (!plan.freed || plan.freed->precondition != Precondition::set) return;
    plan.freed->expected = (*memory().load(Reads{})).freed_revision;
  }
};

/// Does not raise `fenced_to`.
struct FenceForgotten : PlanChanging {
  using PlanChanging::PlanChanging;
  void change(Plan& plan) override {
    if (plan.touch) plan.touch->fenced_to = 0;
  }
};

/// Leaves the counts as they are.
struct CountsForgotten : PlanChanging {
  using PlanChanging::PlanChanging;
  void change(Plan& plan) override {
    if (plan.touch) plan.touch->after.inactive = 0;
  }
};

/// Keeps the claims of a user who is erased.
struct ClaimKept : PlanChanging {
  using PlanChanging::PlanChanging;
  void change(Plan& plan) override {
    if (plan.user && plan.user->effect == Effect::erase) plan.claims.clear();
  }
};

/// Throws where it should return a failure.
struct Throwing : WholeStore {
  using WholeStore::WholeStore;
  Committed commit_plans(Plans plans) override {
    for (const Plan& plan : plans) {
      if (plan.membership && plan.membership->effect == Effect::erase) {
        throw std::runtime_error("connection lost");
      }
    }
    return WholeStore::commit_plans(plans);
  }
};

/// Fails on a quote, as SQL that is put together by hand.
struct QuotesUnescaped : WholeStore {
  using WholeStore::WholeStore;
  Committed commit_plans(Plans plans) override {
    for (const Plan& plan : plans) {
      if (plan.user && plan.user->after.id.view().find('\'') != std::string_view::npos) {
        return Committed(tl::unexpect, Failure::full);
      }
    }
    return WholeStore::commit_plans(plans);
  }
};

/// Cuts ids to the length of its column, a byte too short.
struct IdsTruncated : PlanChanging {
  using PlanChanging::PlanChanging;
  template <class I>
  static I cut(const I& id) {
    return I::from_stored(id.view().substr(0, 62));
  }
  void change(Plan& plan) override {
    if (!plan.membership) return;
    plan.membership->after.id = cut(plan.membership->after.id);
  }
  LoadedOne load_one(const Reads& reads) override {
    Reads changed = reads;
    std::optional<MembershipId> id;
    if (reads.membership != nullptr) changed.membership = &id.emplace(cut(*reads.membership));
    return WholeStore::load_one(changed);
  }
};

/// Trims the texts of profiles.
struct TextsTrimmed : PlanChanging {
  using PlanChanging::PlanChanging;
  void change(Plan& plan) override {
    if (!plan.profile) return;
    Texts& texts = plan.profile->after.texts;
    for (const Text text : {Text::name, Text::first_name}) {
      std::string_view kept = texts[text];
      while (!kept.empty() && kept.back() == ' ') kept.remove_suffix(1);
      if (texts.has(text)) texts.set(text, kept);
    }
  }
};

/// Takes a row that is there already for the one to be made, as `ON CONFLICT DO NOTHING` does.
struct ConflictSwallowed : WholeStore {
  using WholeStore::WholeStore;
  Committed commit_plans(Plans plans) override {
    const auto status = WholeStore::commit_plans(plans);
    const auto makes = [](const auto& write) {
      return write && write->precondition == Precondition::absent;
    };
    for (const Plan& plan : plans) {
      const bool made = makes(plan.user) || makes(plan.organization) || makes(plan.invitation);
      if (status && made) return CommitStatus::committed;
    }
    return status;
  }
};

/// Has no column for what a directory manages.
struct ColumnMissing : PlanChanging {
  using PlanChanging::PlanChanging;
  void change(Plan& plan) override {
    if (plan.membership) plan.membership->after.directory_managed = false;
  }
};

/// Forgets the order of an organization's roles.
struct OrderForgotten : PlanChanging {
  using PlanChanging::PlanChanging;
  void change(Plan& plan) override {
    if (plan.organization && !plan.role) plan.order.clear();
  }
};

/// Notes a plan before it is known how its commit ends.
struct FateNotedBefore : WholeStore {
  using WholeStore::WholeStore;
  Committed commit_plans(Plans plans) override {
    note(plans);
    return memory().commit(plans);
  }
};

// Loads.

/// Keeps the environment that it read, and reads it again only after a change of its own.
struct CatalogueCached : WholeStore {
  using WholeStore::WholeStore;
  LoadedOne load_one(const Reads& reads) override {
    auto seen = WholeStore::load_one(reads);
    const std::lock_guard guard(data().mutex);
    if (!kept_) kept_.emplace(*seen);
    (*seen).environment = kept_->environment;
    const RoleCatalogue& roles = (*seen).roles;
    (*seen).roles =
        RoleCatalogue(kept_->roles.environment(), roles.organization(), kept_->roles.order(),
                      roles.own_order(), kept_->roles.permission_table());
    return seen;
  }
  Committed commit_plans(Plans plans) override {
    auto status = WholeStore::commit_plans(plans);
    const std::lock_guard guard(data().mutex);
    for (const Plan& plan : plans) {
      if (plan.environment) kept_.reset();
    }
    return status;
  }

 private:
  std::optional<Loaded> kept_{};
};

/// Reads the organization and what is in it one after another.
struct SnapshotMixed : WholeStore {
  using WholeStore::WholeStore;
  LoadedOne load_one(const Reads& reads) override {
    const auto before = WholeStore::load_one(reads);
    std::this_thread::yield();
    auto seen = WholeStore::load_one(reads);
    if ((*before).organization && (*seen).organization) {
      (*seen).organization = (*before).organization;
    }
    return seen;
  }
};

/// Loads several at one moment, without what belongs to a pair.
struct SeveralWithoutPairs : WholeStore {
  using WholeStore::WholeStore;
  LoadedMany load_many(std::span<const Reads> reads) override {
    std::vector<Reads> changed(reads.begin(), reads.end());
    for (Reads& one : changed) one.pair = false;
    return WholeStore::load_many(changed);
  }
};

/// Finds an invitation also by a token that was replaced.
struct TokensKept : WholeStore {
  using WholeStore::WholeStore;
  Committed commit_plans(Plans plans) override {
    for (const Plan& plan : plans) {
      if (plan.invitation)
        tokens_.emplace_back(plan.invitation->after.token, plan.invitation->after.id);
    }
    return WholeStore::commit_plans(plans);
  }
  LoadedOne load_one(const Reads& reads) override {
    if (reads.token == nullptr) return WholeStore::load_one(reads);
    Reads changed = reads;
    for (const auto& [token, id] : tokens_) {
      if (!(token == *reads.token)) continue;
      changed.token = nullptr;
      changed.invitation = &id;
    }
    return WholeStore::load_one(changed);
  }

 private:
  std::vector<std::pair<TokenDigest, InvitationId>> tokens_{};  // for one thread
};

/// Reads the organization first, as a store may that cannot read both at one moment.
struct EnvironmentApart : WholeStore {
  using WholeStore::WholeStore;
  LoadedOne load_one(const Reads& reads) override {
    auto seen = WholeStore::load_one(reads);
    std::this_thread::yield();
    const auto after = WholeStore::load_one(Reads{});
    (*seen).environment = (*after).environment;
    return seen;
  }
};

/// Shows another membership of whatever organization.
struct OtherOfAnywhere : WholeStore {
  using WholeStore::WholeStore;
  LoadedOne load_one(const Reads& reads) override {
    auto seen = WholeStore::load_one(reads);
    const auto other = reads.other == nullptr ? std::nullopt : member(*reads.other);
    if (other) (*seen).other.emplace(*other);
    return seen;
  }
};

/// Looks ids up as patterns.
struct IdsAsPatterns : WholeStore {
  using WholeStore::WholeStore;
  static bool fits(std::string_view pattern, std::string_view text) {
    if (pattern.empty()) return text.empty();
    if (pattern.front() == '%') {
      return fits(pattern.substr(1), text) || (!text.empty() && fits(pattern, text.substr(1)));
    }
    return !text.empty() && (pattern.front() == '_' || pattern.front() == text.front()) &&
           fits(pattern.substr(1), text.substr(1));
  }
  LoadedOne load_one(const Reads& reads) override {
    if (reads.user == nullptr) return WholeStore::load_one(reads);
    Reads changed = reads;
    std::optional<UserId> found;
    Page<UserId> page;
    page.limit = longest_page;
    static_cast<void>(*memory().list(*UserQuery::make(page), [&](const UserRow& row) {
      if (!found && fits(reads.user->view(), row.state.id.view())) found = row.state.id;
    }));
    if (found) changed.user = &*found;
    return WholeStore::load_one(changed);
  }
};

/// Shows a membership as it was when this object first saw it.
struct ViewCached : WholeStore {
  using WholeStore::WholeStore;
  std::map<std::pair<UserId, OrganizationId>, OrganizationMembership> seen{};
  tl::expected<bool, Failure> show(const UserId& user, const OrganizationId& organization,
                                   const Visit<MembershipRow>& visit) override {
    return WholeStore::show(user, organization, [&](const MembershipRow& row) {
      const auto copy = row.membership.copy();
      const auto place = seen.emplace(std::pair(user, organization), copy).first;
      visit({MembershipView::of(place->second), row.roles});
    });
  }
};

}  // namespace membership_tests::broken

#endif
