// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_MEMORY_COMMIT_HPP
#define MEMBERSHIP_STORE_MEMORY_COMMIT_HPP

#include "membership/policy/plan.hpp"
#include "membership/store/memory/tables.hpp"
#include "membership/store/memory/write_locks.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace detail {

/// How ordered indexes see the records that they order: members of a shard, organizations, users.
template <class T>
struct MemberOrder {
  typename Tables<T>::OrganizationShard& shard;
  bool less(std::uint32_t a, std::uint32_t b) const noexcept {
    return shard.members[a].id.view() < shard.members[b].id.view();
  }
  std::uint32_t& node(std::uint32_t member) const noexcept { return shard.members[member].node; }
};

template <class T>
struct OrganizationOrder {
  Tables<T>& tables;
  bool less(std::uint32_t a, std::uint32_t b) const noexcept {
    return tables.organization_at(a).id.view() < tables.organization_at(b).id.view();
  }
  std::uint32_t& node(std::uint32_t number) const noexcept {
    return tables.organizations[RecordNumber::shard(number)]
        .organizations[RecordNumber::place(number)]
        .node;
  }
};

template <class T>
struct UserOrder {
  Tables<T>& tables;
  bool less(std::uint32_t a, std::uint32_t b) const noexcept {
    return tables.user_at(a).id.view() < tables.user_at(b).id.view();
  }
  std::uint32_t& node(std::uint32_t number) const noexcept {
    return tables.users[RecordNumber::shard(number)].users[RecordNumber::place(number)].node;
  }
};

/// The texts of a span's events that are of no membership, copied before the log is locked.
template <class T>
class OtherEvents {
 public:
  OtherEvents() = default;
  // Delegates, so that the destructor frees what is made where a later one cannot be.
  explicit OtherEvents(std::span<const BasicPlan<T>> plans) : OtherEvents() {
    std::size_t count = 0;
    for (const BasicPlan<T>& plan : plans) count += needs(plan) ? 1u : 0u;
    if (count == 0) return;
    events_.reserve(count);
    for (const BasicPlan<T>& plan : plans) {
      if (needs(plan)) events_.push_back(make(plan));
    }
  }
  ~OtherEvents() {
    for (; next_ < events_.size(); ++next_) delete events_[next_];
  }
  OtherEvents(const OtherEvents&) = delete;
  OtherEvents& operator=(const OtherEvents&) = delete;

  OtherEvent<T>* take() noexcept { return events_[next_++]; }

  /// Whether the plan has an event that is of no membership. Such a plan has one, before those of
  /// memberships.
  static bool needs(const BasicPlan<T>& plan) noexcept {
    return (plan.user && plan.user->event != EventType::none) ||
           (plan.organization && plan.organization->event != EventType::none) ||
           (plan.role && plan.role->event != EventType::none) ||
           (plan.permission && plan.permission->event != EventType::none) ||
           (plan.invitation && plan.invitation->event != EventType::none);
  }

 private:
  /// Whether a role that stays holds other permissions. An event shows nothing else of its state
  /// that changes.
  static bool changes_role(const BasicRoleWrite<T>& write) noexcept {
    return write.effect == Effect::put && write.before != nullptr &&
           !(write.before->permissions == write.after.permissions);
  }
  static OtherEvent<T>* make(const BasicPlan<T>& plan) {
    auto* const event = new OtherEvent<T>(plan.profile ? plan.profile->after : Profile{},
                                          plan.profile ? plan.profile->before : nullptr);
    if (plan.organization) event->organization.emplace(plan.organization->after.id);
    if (plan.user) event->user.emplace(plan.user->after.id);
    if (plan.role) {
      event->role_id.emplace(plan.role->id);
      event->role.emplace(plan.role->after);
      if (changes_role(*plan.role)) event->role_before.emplace(*plan.role->before);
    }
    if (plan.permission) {
      event->permission_id.emplace(plan.permission->id);
      event->permission.emplace(plan.permission->after);
    }
    if (plan.invitation) {
      event->invitation.emplace(plan.invitation->after);
      event->held = plan.invitation->held;
      event->first_requested = plan.invitation->first_requested;
      if (const auto* const id = plan.organization_id(); id != nullptr) {
        event->organization.emplace(*id);
      }
    }
    return event;
  }
  std::vector<OtherEvent<T>*> events_;
  std::size_t next_ = 0;
};

/// One commit: each plan of the span is checked, prepared and applied, under locks that are held
/// already. What was applied is taken back where a later plan does not hold or an allocation fails.
template <class T>
class Commit {
 public:
  Commit(Tables<T>& tables, std::span<const BasicPlan<T>> plans, const PlansHashes<T>& hashes)
      : tables_(tables), plans_(plans), hashes_(hashes) {
    if (plans.size() > 1) more_.reserve(plans.size());
  }
  /// Unless it is kept, everything is taken back, the last step first.
  ~Commit() {
    for (std::size_t i = count_; i > 0; --i) {
      if (kept_) {
        finish(plans_[i - 1], step_at(i - 1));
      } else {
        take_back(plans_[i - 1], step_at(i - 1));
      }
    }
  }
  Commit(const Commit&) = delete;
  Commit& operator=(const Commit&) = delete;

  enum class Result : std::uint8_t { committed, conflict, full };

  Result run() {
    for (const BasicPlan<T>& plan : plans_) {
      if (plans_.size() > 1) more_.emplace_back();
      Step& step = step_at(count_);
      step.hash = hashes_[count_];
      prefetch(plan, step);
      if (!find(plan, step)) return Result::conflict;
      ++count_;
      if (!prepare(plan, step)) return Result::full;
      apply_step(plan, step);
    }
    if (!tables_.events.keeps_events()) {
      keep();
      return Result::committed;
    }
    OtherEvents<T> others(plans_);
    const std::size_t event_count = count_events();
    const UniqueGuard guard(tables_.event_lock);
    tables_.events.reserve(event_count);
    keep();
    for (std::size_t i = 0; i < plans_.size(); ++i) log_plan(plans_[i], step_at(i), others);
    return Result::committed;
  }

 private:
  static constexpr std::uint32_t none = Tables<T>::none;

  /// A claim that a plan lays (`put`) or gives up.
  struct ClaimStep {
    std::uint32_t place;
    Effect effect;
  };
  /// What one plan of a commit changed, for taking it back.
  struct Step {
    enum class Progress : std::uint8_t { begun, applied };
    Progress progress = Progress::begun;
    PlanHashes hash{};
    std::uint32_t organization = none;
    std::uint32_t member = none;
    std::uint32_t other = none;
    std::uint32_t user = none;         ///< the one written
    std::uint32_t member_user = none;  ///< the place of the membership's, where it is listed there
    std::vector<ClaimStep> claims;
    MemberState member_before{};
    MemberState other_before{};
    std::uint64_t revision_before = 0;
    std::uint64_t fenced_before = 0;
    Counts counts_before{};
    Slot<BasicOrganizationState<T>> organization_before{};
    Ref<RoleVersion<T>> next_roles;  ///< after `apply_step`: those before
    EnvironmentVersion<T>* next_environment = nullptr;
    OwnedProfile* profile = nullptr;     ///< after `apply_step`: the one before
    bool reserved_user = false;          ///< a place in the order of all users
    bool reserved_organization = false;  ///< and in that of all organizations
    std::uint32_t invitation = none;
    Slot<BasicInvitationState<T>> invitation_before{};
    std::uint64_t user_revision_before = 0;
    std::uint64_t user_generation_before = 0;
    Phase user_phase_before = Phase::live;
  };

  /// The environment as the plans before in the same commit leave it. Under its lock.
  const EnvironmentVersion<T>* environment_in_commit() const noexcept {
    return pending_environment_ != nullptr ? pending_environment_
                                           : tables_.environment.load(Order::relaxed);
  }
  /// Nothing can fail any more: the environment is shown, the rest is freed at the end.
  void keep() noexcept {
    kept_ = true;
    if (pending_environment_ == nullptr) return;
    tables_.environment.store(pending_environment_, Order::release);
  }

  Step& step_at(std::size_t i) noexcept { return plans_.size() > 1 ? more_[i] : one_; }

  /// Asks for what a new membership touches that no load has touched before it.
  void prefetch(const BasicPlan<T>& plan, const Step& step) const noexcept {
    if (!plan.membership || plan.membership->precondition != Precondition::absent) return;
    tables_.member_ids[step.hash.member.shard].by_id.prefetch(step.hash.member.tag);
    tables_.organizations[step.hash.organization.shard].members.prefetch_next();
  }

  /// Finds the rows of a plan; whether every precondition holds. A row that is to be made stays
  /// `none`.
  bool find(const BasicPlan<T>& plan, Step& step) const {
    if (plan.environment &&
        (environment_in_commit()->state.revision != plan.environment->expected ||
         !catalogue_holds(plan))) {
      return false;
    }
    if (plan.freed && tables_.freed_revision.load(Order::relaxed) != plan.freed->expected) {
      return false;
    }
    if (plan.user) {
      const auto found = tables_.find_user(step.hash.user, plan.user->after.id);
      if (plan.user->precondition == Precondition::absent) {
        if (found) return false;
      } else if (!found || found->revision != plan.user->expected) {
        return false;
      } else {
        step.user = RecordNumber::of(step.hash.user.shard, found.place);
      }
    }
    if (!claims_hold(plan)) return false;
    if (plan.invitation && !find_invitation(plan, step)) return false;
    if (plan.membership && (plan.membership->precondition == Precondition::absent ||
                            plan.membership->effect == Effect::erase)) {
      const auto found = tables_.find_user(step.hash.user, plan.membership->after.user);
      if (plan.compared_user && (!found || found->revision != *plan.compared_user)) return false;
      step.member_user = found.place;
    }
    const auto* const organization = plan.organization_id();
    if (organization == nullptr) return true;
    const ShardHash hash = step.hash.organization;
    const auto found = tables_.find_organization(hash, *organization);
    if (plan.organization && plan.organization->precondition == Precondition::absent) {
      return !found;
    }
    const std::uint64_t expected = plan.touch ? plan.touch->expected : plan.organization->expected;
    if (!found || found->state->revision != expected) return false;
    step.organization = RecordNumber::of(hash.shard, found.place);
    if (plan.role && !role_holds(plan, found->roles.get())) return false;
    if (!plan.membership) return true;
    const BasicMembershipWrite<T>& write = *plan.membership;
    const std::uint32_t member = tables_.find_member(step.hash.member, write.after.id);
    if (write.precondition == Precondition::absent) {
      return member == none &&
             !tables_.find_pair(hash, found.place, step.hash.user, write.after.user);
    }
    step.member = member;
    if (!is_as_seen(write, member, hash.shard, found.place)) return false;
    if (!plan.other) return true;
    step.other = tables_.find_member(shard_hash(plan.other->after.id), plan.other->after.id);
    return is_as_seen(*plan.other, step.other, hash.shard, found.place);
  }

  /// Whether the place and the slug of what a plan makes of the environment are free, and what it
  /// changes is there.
  bool catalogue_holds(const BasicPlan<T>& plan) const noexcept {
    const EnvironmentVersion<T>& environment = *environment_in_commit();
    if (plan.permission &&
        !environment.permissions->permissions.holds(plan.permission->index, *plan.permission)) {
      return false;
    }
    return !plan.role || role_holds(plan, environment.roles.get());
  }
  /// The same of a role, in the version that it belongs to; null: there is no role yet.
  static bool role_holds(const BasicPlan<T>& plan, const RoleVersion<T>* roles) noexcept {
    if (roles == nullptr) return plan.role->precondition == Precondition::absent;
    return roles->roles.holds(plan.role->index.place(), *plan.role);
  }

  /// Whether an invitation is as its write expects it; a new one needs its id, its token and its
  /// address in the organization for itself.
  bool find_invitation(const BasicPlan<T>& plan, Step& step) const {
    const BasicInvitationWrite<T>& write = *plan.invitation;
    const InvitationTable<T>& invitations = tables_.invitations;
    const std::uint32_t found = invitations.find(write.after.id);
    if (write.precondition == Precondition::absent) {
      const EmailKey email = EmailKey::folded(plan.profile->after.texts[Text::email]);
      return found == none && invitations.find(write.after.token) == none &&
             invitations.find_open(write.after.organization, email) == none;
    }
    if (found == none) return false;
    const BasicInvitationState<T>& state = *invitations[found].state;
    step.invitation = found;
    return state.revision == write.expected && state.organization == write.after.organization;
  }

  /// Whether a membership is in the organization and has the revision seen.
  bool is_as_seen(const BasicMembershipWrite<T>& write, std::uint32_t member, unsigned shard,
                  std::uint32_t organization) const noexcept {
    return member != none && RecordNumber::shard(member) == shard &&
           tables_.member_at(member).organization == organization &&
           tables_.member_at(member).state.revision == write.expected;
  }

  /// Allocates what the plan needs. May throw; false where a shard is full. The destructor takes
  /// back what is half done.
  bool prepare(const BasicPlan<T>& plan, Step& step) {
    if (writes_profile(plan)) step.profile = new OwnedProfile(plan.profile->after);
    if (plan.environment && plan.environment->precondition == Precondition::set) {
      const auto& now = *environment_in_commit();
      step.next_environment = new EnvironmentVersion<T>;
      step.next_environment->state = plan.environment->after;
      step.next_environment->previous = &now;
      step.next_environment->roles =
          plan.role || plan.order ? next_roles(now.roles.get(), plan) : now.roles;
      step.next_environment->permissions =
          plan.permission ? next_permissions(*now.permissions, plan) : now.permissions;
    }
    if (plan.user) {
      const ShardHash hash = step.hash.user;
      if (!prepare_user(plan, step, hash, tables_.users[hash.shard])) return false;
    }
    if (plan.invitation) {
      // Taking back links again, without allocating, what later plans of the span may have used up.
      const auto count = static_cast<std::uint32_t>(plans_.size()) + 1;
      if (!tables_.invitations.reserve(count)) return false;
      if (plan.invitation->precondition == Precondition::absent) {
        step.invitation = tables_.invitations.take();
      }
    }
    return prepare_claims(plan, step) && prepare_organization(plan, step);
  }

  /// Whether what is to be claimed is free, and what is given up is there.
  bool claims_hold(const BasicPlan<T>& plan) const {
    bool hold = true;
    for_each_claim(plan, [&](ClaimKind kind, Effect effect, const ClaimKey& key) {
      const bool there = tables_.find_claim(kind, key.view()) != none;
      hold = hold && there == (effect == Effect::erase);
    });
    return hold;
  }

  bool prepare_claims(const BasicPlan<T>& plan, Step& step) {
    bool fits = true;
    for_each_claim(plan, [&](ClaimKind kind, Effect effect, const ClaimKey& key) {
      step.claims.reserve(step.claims.size() + 1);
      if (effect == Effect::erase) {
        step.claims.push_back({tables_.find_claim(kind, key.view()), effect});
        return;
      }
      fits = fits && tables_.claims.reserve(1);
      if (!fits) return;
      tables_.claims_by_key.reserve(static_cast<std::uint32_t>(step.claims.size()) + 1);
      const std::uint32_t place = tables_.claims.take();
      step.claims.push_back({place, effect});
      ClaimRecord<T>& claim = tables_.claims[place];
      claim.kind = kind;
      if (plan.user) claim.user.emplace(plan.user->after.id);
      if (plan.organization) claim.organization.emplace(plan.organization->after.id);
      claim.key.assign(key.view());
    });
    return fits;
  }

  /// Whether the plan's profile is that of a user, an organization or an invitation which stays.
  static bool writes_profile(const BasicPlan<T>& plan) noexcept {
    if (!plan.profile || plan.role || plan.permission) return false;
    if (plan.invitation) return plan.invitation->effect == Effect::put;
    if (plan.user) return plan.user->effect == Effect::put;
    return plan.organization && plan.organization->effect == Effect::put;
  }

  bool prepare_user(const BasicPlan<T>& plan, Step& step, ShardHash hash,
                    typename Tables<T>::UserShard& shard) {
    // Taking an erasure back inserts again, without allocating.
    const bool is_new = plan.user->precondition == Precondition::absent;
    if (is_new || plan.user->effect == Effect::erase) {
      step.reserved_user = tables_.user_order.reserve();
      if (!step.reserved_user) return false;
    }
    if (!is_new) return true;
    if (!shard.users.reserve(1)) return false;
    shard.by_id.reserve(1);
    const std::uint32_t place = shard.users.take();
    step.user = RecordNumber::of(hash.shard, place);
    shard.users[place].id.assign(plan.user->after.id);
    return true;
  }

  bool prepare_organization(const BasicPlan<T>& plan, Step& step) {
    const auto* const organization = plan.organization_id();
    if (organization == nullptr) return true;
    const ShardHash hash = step.hash.organization;
    auto& shard = tables_.organizations[hash.shard];
    if (plan.organization) {
      if (plan.organization->precondition == Precondition::absent) {
        if (!shard.organizations.reserve(1)) return false;
        shard.by_id.reserve(1);
        step.reserved_organization = tables_.organization_order.reserve();
        if (!step.reserved_organization) return false;
        const std::uint32_t place = shard.organizations.take();
        step.organization = RecordNumber::of(hash.shard, place);
        shard.organizations[place].id.assign(*organization);
      } else if (plan.organization->effect == Effect::erase) {
        // Taking an erasure back inserts again, without allocating.
        step.reserved_organization = tables_.organization_order.reserve();
        return step.reserved_organization;
      } else if (plan.role || plan.order) {
        step.next_roles = next_roles(tables_.organization_at(step.organization).roles.get(), plan);
      }
    }
    if (!plan.membership) return true;
    const BasicMembershipWrite<T>& write = *plan.membership;
    if (write.precondition != Precondition::absent) {
      // Taking an erasure back inserts again, without allocating. Until then any plan of the span
      // may use up a place.
      if (write.effect == Effect::erase) {
        return reserve_member(shard, step, static_cast<std::uint32_t>(plans_.size()));
      }
      return true;
    }
    if (!shard.members.reserve(1)) return false;
    shard.by_pair.reserve(1);
    tables_.member_ids[step.hash.member.shard].by_id.reserve(1);
    if (!reserve_member(shard, step, 1)) return false;
    const std::uint32_t place = shard.members.take();
    step.member = RecordNumber::of(hash.shard, place);
    MemberRecord<T>& record = shard.members[place];
    record.id.assign(write.after.id);
    record.user.assign(write.after.user);
    return true;
  }

  /// Room in the lists that a membership is in.
  bool reserve_member(typename Tables<T>::OrganizationShard& shard, const Step& step,
                      std::uint32_t count) {
    if (step.member_user != none) user_of(step).members.reserve(1);
    return shard.organizations[RecordNumber::place(step.organization)].members.reserve(shard.nodes,
                                                                                       count);
  }

  /// The user whose membership is made or erased.
  UserRecord<T>& user_of(const Step& step) noexcept {
    return tables_.users[step.hash.user.shard].users[step.member_user];
  }

  /// Makes the change visible. Cannot fail.
  void apply_step(const BasicPlan<T>& plan, Step& step) noexcept {
    step.progress = Step::Progress::applied;
    if (step.next_environment != nullptr) pending_environment_ = step.next_environment;
    if (plan.freed) tables_.freed_revision.store(plan.freed->after, Order::relaxed);
    if (plan.user) apply_user(plan, step);
    for (const ClaimStep& claim : step.claims) link_claim(claim.place, claim.effect == Effect::put);
    if (plan.invitation) apply_invitation(plan, step);
    if (step.organization == none) return;
    auto& shard = tables_.organizations[RecordNumber::shard(step.organization)];
    OrganizationRecord<T>& record = shard.organizations[RecordNumber::place(step.organization)];
    if (plan.touch) {
      step.revision_before = std::exchange(record.state->revision, plan.touch->expected + 1);
      step.fenced_before = std::exchange(record.state->fenced_to, plan.touch->fenced_to);
      step.counts_before = std::exchange(record.state->counts, plan.touch->after);
    } else if (plan.organization->effect == Effect::erase) {
      step.organization_before = record.state;
      unlink_organization(step.organization);
    } else if (plan.organization->precondition == Precondition::set) {
      step.organization_before = record.state;
      record.state.emplace(plan.organization->after);
      if (step.next_roles) std::swap(record.roles, step.next_roles);
      if (writes_profile(plan)) std::swap(record.profile, step.profile);
    } else {
      record.state.emplace(plan.organization->after);
      record.profile = std::exchange(step.profile, nullptr);
      link_organization(step);
    }
    if (plan.membership) apply_member(plan, step, shard, record);
    if (plan.other) {
      step.other_before =
          std::exchange(tables_.member_at(step.other).state, MemberState::of(plan.other->after));
    }
  }

  void apply_invitation(const BasicPlan<T>& plan, Step& step) noexcept {
    const BasicInvitationWrite<T>& write = *plan.invitation;
    InvitationTable<T>& invitations = tables_.invitations;
    InvitationRecord<T>& record = invitations[step.invitation];
    if (write.precondition != Precondition::absent) {
      step.invitation_before = record.state;
      invitations.unlink(step.invitation);
      if (write.effect == Effect::erase) return;
    }
    record.state.emplace(write.after);
    if (writes_profile(plan)) std::swap(record.profile, step.profile);
    invitations.link(step.invitation);
  }
  void take_back_invitation(const BasicPlan<T>& plan, Step& step, bool applied) noexcept {
    if (step.invitation == none) return;
    const BasicInvitationWrite<T>& write = *plan.invitation;
    InvitationTable<T>& invitations = tables_.invitations;
    const bool is_new = write.precondition == Precondition::absent;
    if (applied) {
      if (write.effect != Effect::erase) invitations.unlink(step.invitation);
      if (!is_new) {
        InvitationRecord<T>& record = invitations[step.invitation];
        record.state = step.invitation_before;
        if (writes_profile(plan)) std::swap(record.profile, step.profile);
        invitations.link(step.invitation);
      }
    }
    if (is_new) invitations.free(step.invitation);
  }

  void apply_user(const BasicPlan<T>& plan, Step& step) noexcept {
    const ShardHash hash = step.hash.user;
    auto& shard = tables_.users[hash.shard];
    const std::uint32_t place = RecordNumber::place(step.user);
    UserRecord<T>& record = shard.users[place];
    step.user_revision_before = std::exchange(record.revision, plan.user->after.revision);
    step.user_phase_before = std::exchange(record.phase, plan.user->after.phase);
    step.user_generation_before = std::exchange(record.generation, plan.user->after.generation);
    if (plan.user->effect == Effect::erase) {
      record.revision = 0;
      unlink_user(step.user);
      return;
    }
    if (writes_profile(plan)) std::swap(record.profile, step.profile);
    if (plan.user->precondition == Precondition::absent) link_user(step);
  }

  void link_user(Step& step) noexcept {
    const std::uint32_t number = step.user;
    step.reserved_user = false;
    auto& shard = tables_.users[RecordNumber::shard(number)];
    const std::uint32_t place = RecordNumber::place(number);
    shard.by_id.insert(shard_hash(shard.users[place].id.view()).tag, place);
    tables_.user_order.insert(UserOrder<T>{tables_}, number);
  }
  void unlink_user(std::uint32_t number) noexcept {
    auto& shard = tables_.users[RecordNumber::shard(number)];
    const std::uint32_t place = RecordNumber::place(number);
    tables_.user_order.erase(UserOrder<T>{tables_}, number);
    shard.by_id.erase(shard_hash(shard.users[place].id.view()).tag, place);
  }
  /// Gives a record back that is in no list any more.
  void free_user(std::uint32_t number) noexcept {
    auto& shard = tables_.users[RecordNumber::shard(number)];
    UserRecord<T>& record = shard.users[RecordNumber::place(number)];
    delete std::exchange(record.profile, nullptr);
    record.revision = 0;
    record.members.clear();
    record.id.release();
    shard.users.give_back(RecordNumber::place(number));
  }

  void link_organization(Step& step) noexcept {
    const std::uint32_t number = step.organization;
    step.reserved_organization = false;
    auto& shard = tables_.organizations[RecordNumber::shard(number)];
    const std::uint32_t place = RecordNumber::place(number);
    shard.by_id.insert(shard_hash(shard.organizations[place].id.view()).tag, place);
    tables_.organization_order.insert(OrganizationOrder<T>{tables_}, number);
  }
  void unlink_organization(std::uint32_t number) noexcept {
    auto& shard = tables_.organizations[RecordNumber::shard(number)];
    const std::uint32_t place = RecordNumber::place(number);
    tables_.organization_order.erase(OrganizationOrder<T>{tables_}, number);
    shard.by_id.erase(shard_hash(shard.organizations[place].id.view()).tag, place);
    shard.organizations[place].state.clear();
  }
  /// Gives a record back that is in no list any more.
  void free_organization(std::uint32_t number) noexcept {
    auto& shard = tables_.organizations[RecordNumber::shard(number)];
    OrganizationRecord<T>& record = shard.organizations[RecordNumber::place(number)];
    delete std::exchange(record.profile, nullptr);
    record.roles = Ref<RoleVersion<T>>();
    record.id.release();
    shard.organizations.give_back(RecordNumber::place(number));
  }

  void apply_member(const BasicPlan<T>& plan, Step& step,
                    typename Tables<T>::OrganizationShard& shard,
                    OrganizationRecord<T>& organization) noexcept {
    const BasicMembershipWrite<T>& write = *plan.membership;
    MemberRecord<T>& member = tables_.member_at(step.member);
    step.member_before = member.state;
    if (write.effect == Effect::erase) {
      unlink_member(step, shard, organization);
      return;
    }
    member.state = MemberState::of(write.after);
    if (write.precondition == Precondition::absent) {
      member.organization = RecordNumber::place(step.organization);
      link_member(write, step, shard, organization);
    }
  }

  void link_member(const BasicMembershipWrite<T>& write, const Step& step,
                   typename Tables<T>::OrganizationShard& shard,
                   OrganizationRecord<T>& organization) noexcept {
    const std::uint32_t place = RecordNumber::place(step.member);
    shard.by_pair.insert(tables_.pair_hash(step.hash.organization, step.hash.user), place);
    tables_.member_ids[step.hash.member.shard].by_id.insert(step.hash.member.tag, step.member);
    MemberOrder<T> order{shard};
    organization.members.insert(shard.nodes, order, place);
    if (step.member_user == none) return;
    MemberNumbers& numbers = user_of(step).members;
    std::uint32_t at = numbers.size();
    while (at > 0 && view_of(write.after.id) < tables_.member_at(numbers[at - 1]).id.view()) --at;
    numbers.insert(at, step.member);
  }

  void unlink_member(const Step& step, typename Tables<T>::OrganizationShard& shard,
                     OrganizationRecord<T>& organization) noexcept {
    const std::uint32_t place = RecordNumber::place(step.member);
    if (step.member_user != none) user_of(step).members.erase(step.member);
    MemberOrder<T> order{shard};
    organization.members.erase(shard.nodes, order, place);
    tables_.member_ids[step.hash.member.shard].by_id.erase(step.hash.member.tag, step.member);
    shard.by_pair.erase(tables_.pair_hash(step.hash.organization, step.hash.user), place);
  }

  /// Gives a record back that is in no list any more.
  void free_member(std::uint32_t number) noexcept {
    MemberRecord<T>& member = tables_.member_at(number);
    member.id.release();
    member.user.release();
    tables_.organizations[RecordNumber::shard(number)].members.give_back(
        RecordNumber::place(number));
  }

  /// Frees what the commit replaced.
  void finish(const BasicPlan<T>& plan, Step& step) noexcept {
    if (plan.membership && plan.membership->effect == Effect::erase) free_member(step.member);
    if (plan.organization && plan.organization->effect == Effect::erase) {
      free_organization(step.organization);
    }
    if (plan.user && plan.user->effect == Effect::erase) free_user(step.user);
    for (const ClaimStep& claim : step.claims) {
      if (claim.effect == Effect::erase) free_claim(claim.place);
    }
    if (plan.invitation && plan.invitation->effect == Effect::erase) {
      tables_.invitations.free(step.invitation);
    }
    give_up_places(step);
    delete step.profile;
  }

  /// Gives up the places in the global orders that were not used.
  void give_up_places(Step& step) noexcept {
    if (step.reserved_user) tables_.user_order.give_up();
    if (step.reserved_organization) tables_.organization_order.give_up();
  }

  void link_claim(std::uint32_t place, bool laid) noexcept {
    const ClaimRecord<T>& claim = tables_.claims[place];
    const std::uint32_t hash = tables_.claim_hash(claim.kind, claim.key);
    if (laid) {
      tables_.claims_by_key.insert(hash, place);
    } else {
      tables_.claims_by_key.erase(hash, place);
    }
  }
  void free_claim(std::uint32_t place) noexcept {
    ClaimRecord<T>& claim = tables_.claims[place];
    claim.key.clear();
    claim.user.clear();
    claim.organization.clear();
    tables_.claims.give_back(place);
  }
  void take_back_claims(const Step& step, bool applied) noexcept {
    for (std::size_t i = step.claims.size(); i > 0; --i) {
      const ClaimStep& claim = step.claims[i - 1];
      if (applied) link_claim(claim.place, claim.effect == Effect::erase);
      if (claim.effect == Effect::put) free_claim(claim.place);
    }
  }

  /// Undoes a step, or frees what was prepared for it.
  void take_back(const BasicPlan<T>& plan, Step& step) noexcept {
    const bool applied = step.progress == Step::Progress::applied;
    const bool inserts_member =
        plan.membership && plan.membership->precondition == Precondition::absent;
    if (applied && plan.other) tables_.member_at(step.other).state = step.other_before;
    if (applied && plan.membership) {
      auto& shard = tables_.organizations[RecordNumber::shard(step.organization)];
      OrganizationRecord<T>& record = shard.organizations[RecordNumber::place(step.organization)];
      if (inserts_member) {
        unlink_member(step, shard, record);
      } else if (plan.membership->effect == Effect::erase) {
        link_member(*plan.membership, step, shard, record);
      } else {
        tables_.member_at(step.member).state = step.member_before;
      }
    }
    if (inserts_member && step.member != none) free_member(step.member);
    take_back_organization(plan, step, applied);
    if (plan.invitation) take_back_invitation(plan, step, applied);
    take_back_claims(step, applied);
    take_back_user(plan, step, applied);
    if (applied && plan.freed) tables_.freed_revision.store(plan.freed->expected, Order::relaxed);
    give_up_places(step);
    delete step.next_environment;
    delete step.profile;
  }

  void take_back_organization(const BasicPlan<T>& plan, Step& step, bool applied) noexcept {
    if (step.organization == none) return;
    auto& shard = tables_.organizations[RecordNumber::shard(step.organization)];
    const std::uint32_t place = RecordNumber::place(step.organization);
    OrganizationRecord<T>& record = shard.organizations[place];
    if (plan.touch) {
      if (!applied) return;
      record.state->revision = step.revision_before;
      record.state->fenced_to = step.fenced_before;
      record.state->counts = step.counts_before;
    } else if (plan.organization->effect == Effect::erase) {
      if (!applied) return;
      record.state = step.organization_before;
      link_organization(step);
    } else if (plan.organization->precondition == Precondition::set) {
      if (!applied) return;
      record.state = step.organization_before;
      if (step.next_roles || plan.role || plan.order) std::swap(record.roles, step.next_roles);
      if (writes_profile(plan)) std::swap(record.profile, step.profile);
    } else {
      if (applied) unlink_organization(step.organization);
      free_organization(step.organization);
    }
  }

  void take_back_user(const BasicPlan<T>& plan, Step& step, bool applied) noexcept {
    if (step.user == none) return;
    auto& shard = tables_.users[RecordNumber::shard(step.user)];
    const std::uint32_t place = RecordNumber::place(step.user);
    UserRecord<T>& record = shard.users[place];
    if (plan.user->precondition != Precondition::absent) {
      if (!applied) return;
      record.revision = step.user_revision_before;
      record.phase = step.user_phase_before;
      record.generation = step.user_generation_before;
      if (plan.user->effect == Effect::erase) link_user(step);
      if (writes_profile(plan)) std::swap(record.profile, step.profile);
      return;
    }
    if (applied) unlink_user(step.user);
    free_user(step.user);
  }

  std::size_t count_events() const noexcept {
    std::size_t count = 0;
    for (const BasicPlan<T>& plan : plans_) {
      for_each_event(plan, [&](EventType, unsigned) { ++count; });
    }
    return count;
  }

  void log_plan(const BasicPlan<T>& plan, const Step& step, OtherEvents<T>& others) noexcept {
    const unsigned others_count = OtherEvents<T>::needs(plan) ? 1 : 0;
    for_each_event(plan, [&](EventType type, unsigned index) {
      EventRecord<T>& record = tables_.events.append(EventId::of(plan.id, index));
      record.type = type;
      record.created_at = plan.decided_at;
      record.environment = tables_.environment.load(Order::relaxed);
      if (index >= others_count) {
        const BasicMembershipWrite<T>& write =
            index == others_count ? *plan.membership : *plan.other;
        record.membership.emplace(write.after);
        record.before = write.before;
        record.revision = plan.touch->expected + 1;
        record.own_roles = tables_.organization_at(step.organization).roles;
        return;
      }
      record.other = others.take();
      if (plan.invitation) {
        record.revision = plan.invitation->after.revision;
        if (step.organization != none) {
          record.own_roles = tables_.organization_at(step.organization).roles;
        }
      } else if (plan.organization) {
        record.revision = plan.organization->after.revision;
      } else if (plan.user) {
        record.revision = plan.user->after.revision;
      } else if (plan.environment) {
        record.revision = plan.environment->after.revision;
      }
    });
  }

  Tables<T>& tables_;
  std::span<const BasicPlan<T>> plans_;
  std::size_t count_ = 0;
  bool kept_ = false;
  const EnvironmentVersion<T>* pending_environment_ = nullptr;
  const PlansHashes<T>& hashes_;
  Step one_{};
  std::vector<Step> more_;
};

}  // namespace detail
}  // namespace membership::inline v0

#endif
