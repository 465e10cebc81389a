// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_SUPPORT_WHOLE_STORE_HPP
#define MEMBERSHIP_TESTS_SUPPORT_WHOLE_STORE_HPP

#include "membership/membership.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace membership_tests {

/// What several store objects share.
struct SharedData {
  membership::MemoryStore memory{};
  std::mutex mutex{};
  std::vector<membership::PlanId> committed{};
};

/// A whole store, many objects of which may be over the same data. A broken one overrides one of
/// its verbs; they are virtual, so that the kit is compiled once for all of them.
class WholeStore {
 public:
  using traits = membership::DefaultTraits;
  using Loaded = membership::MemoryStore::Loaded;
  using Failure = membership::MemoryFailure;
  static constexpr membership::Kinds keeps = membership::all_kinds;

  using LoadedOne = tl::expected<Loaded, Failure>;
  using LoadedMany = tl::expected<std::vector<Loaded>, Failure>;
  using Committed = tl::expected<membership::CommitStatus, Failure>;
  using Listed = tl::expected<membership::ListEnd, Failure>;
  using Plans = std::span<const membership::Plan>;
  template <class Row>
  using Visit = std::function<void(const Row&)>;

  explicit WholeStore(std::shared_ptr<SharedData> shared) : data_(std::move(shared)) {}
  WholeStore(const WholeStore&) = delete;
  WholeStore& operator=(const WholeStore&) = delete;
  virtual ~WholeStore() = default;

  LoadedOne load(const membership::Reads& reads) { return load_one(reads); }
  LoadedMany load(std::span<const membership::Reads> reads) { return load_many(reads); }
  tl::expected<bool, Failure> view(const membership::UserId& user,
                                   const membership::OrganizationId& organization,
                                   const Visit<membership::MembershipRow>& visit) {
    return show(user, organization, visit);
  }
  Committed commit(Plans plans) { return commit_plans(plans); }
  tl::expected<bool, Failure> was_committed(membership::PlanId plan) { return find_plan(plan); }

  Listed list(const membership::MembershipQuery& query,
              const Visit<membership::MembershipRow>& visit) {
    return list_memberships(query, visit);
  }
  Listed list(const membership::OrganizationQuery& query,
              const Visit<membership::OrganizationRow>& visit) {
    return list_organizations(query, visit);
  }
  Listed list(const membership::EventQuery& query, const Visit<membership::EventRow>& visit) {
    return list_events(query, visit);
  }
  Listed list(const membership::UserQuery& query, const Visit<membership::UserRow>& visit) {
    return memory().list(query, visit);
  }
  Listed list(const membership::InvitationQuery& query,
              const Visit<membership::InvitationRow>& visit) {
    return list_invitations(query, visit);
  }
  Listed list(const membership::RoleQuery& query, const Visit<membership::RoleRow>& visit) {
    return memory().list(query, visit);
  }
  Listed list(const membership::PermissionQuery& query,
              const Visit<membership::PermissionRow>& visit) {
    return memory().list(query, visit);
  }

 protected:
  membership::MemoryStore& memory() { return data_->memory; }
  SharedData& data() { return *data_; }

  virtual LoadedOne load_one(const membership::Reads& reads) { return memory().load(reads); }
  virtual LoadedMany load_many(std::span<const membership::Reads> reads) {
    return memory().load(reads);
  }
  virtual tl::expected<bool, Failure> show(const membership::UserId& user,
                                           const membership::OrganizationId& organization,
                                           const Visit<membership::MembershipRow>& visit) {
    return memory().view(user, organization, visit);
  }
  virtual Committed commit_plans(Plans plans) {
    auto status = memory().commit(plans);
    if (status && *status == membership::CommitStatus::committed) note(plans);
    return status;
  }
  virtual tl::expected<bool, Failure> find_plan(membership::PlanId plan) {
    const std::lock_guard guard(data_->mutex);
    const auto& ids = data_->committed;
    return std::find(ids.begin(), ids.end(), plan) != ids.end();
  }
  virtual Listed list_memberships(const membership::MembershipQuery& query,
                                  const Visit<membership::MembershipRow>& visit) {
    return memory().list(query, visit);
  }
  virtual Listed list_organizations(const membership::OrganizationQuery& query,
                                    const Visit<membership::OrganizationRow>& visit) {
    return memory().list(query, visit);
  }
  virtual Listed list_invitations(const membership::InvitationQuery& query,
                                  const Visit<membership::InvitationRow>& visit) {
    return memory().list(query, visit);
  }
  virtual Listed list_events(const membership::EventQuery& query,
                             const Visit<membership::EventRow>& visit) {
    return memory().list(query, visit);
  }

  /// That these plans are committed.
  void note(Plans plans) {
    const std::lock_guard guard(data_->mutex);
    for (const membership::Plan& plan : plans) data_->committed.push_back(plan.id);
  }

  // What broken stores are made of.

  Committed commit_changed(membership::Plan plan) { return WholeStore::commit_plans({&plan, 1}); }
  /// The organization that a plan touches, as it is now.
  membership::OrganizationState organization_of(const membership::Plan& plan) {
    membership::Reads reads;
    reads.organization = plan.organization_id();
    return *(*memory().load(reads)).organization;
  }
  /// Lets a plan expect its organization as it is now.
  void follow_organization(membership::Plan& plan) {
    const membership::OrganizationState now = organization_of(plan);
    plan.touch->expected = now.revision;
    if (plan.membership) plan.membership->after.revision = now.revision + 1;
  }
  /// The membership with an id, as it is now.
  std::optional<membership::OrganizationMembership> member(const membership::MembershipId& id) {
    membership::Reads reads;
    reads.membership = &id;
    const auto seen = memory().load(reads);
    if (!(*seen).membership) return std::nullopt;
    return *(*seen).membership;
  }

 private:
  std::shared_ptr<SharedData> data_;
};

/// Makes environments of one kind of store, each with two objects over the same data.
struct WholeFactory {
  using Make = std::unique_ptr<WholeStore> (*)(std::shared_ptr<SharedData>);
  Make make;

  struct Handle {
    std::unique_ptr<WholeStore> first;
    std::unique_ptr<WholeStore> second;
    WholeStore& store() { return *first; }
    WholeStore& another() { return *second; }
  };
  Handle fresh() const {
    const auto data = std::make_shared<SharedData>();
    return {make(data), make(data)};
  }
};

template <class Store>
WholeFactory factory_of() {
  return {[](std::shared_ptr<SharedData> data) -> std::unique_ptr<WholeStore> {
    return std::make_unique<Store>(std::move(data));
  }};
}

}  // namespace membership_tests

#endif
