// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_MEMORY_STORE_HPP
#define MEMBERSHIP_STORE_MEMORY_STORE_HPP

#include "membership/policy/plan.hpp"
#include "membership/policy/query.hpp"
#include "membership/policy/reads.hpp"
#include "membership/policy/rows.hpp"
#include "membership/store/concepts.hpp"
#include "membership/store/memory/commit.hpp"
#include "membership/store/memory/paging.hpp"
#include "membership/store/memory/read_locks.hpp"
#include "membership/store/memory/tables.hpp"
#include "membership/store/memory/write_locks.hpp"
#include "membership/store/owned/catalogue_lists.hpp"
#include "membership/store/owned/filters.hpp"
#include "membership/store/owned/loaded_snapshot.hpp"
#include "membership/store/owned/owned_texts.hpp"
#include "membership/store/owned/queue_place.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace membership::inline v0 {

/// The memory store fails only where a table is full: of 2^26 - 1 memberships in each of 64 shards,
/// as many claims or invitations, about 400 million organizations or users.
enum class MemoryFailure : std::uint8_t { full };

/// What a memory store keeps, and since when.
struct MemoryStoreOptions {
  /// How many of the newest events are kept, at most 2^31; 0: none.
  std::size_t event_limit = 100'000;
  /// When the environment, and so its first role, was made.
  Time created_at = Time::from_milliseconds(0);
};

/// Keeps one environment in memory: the embedded default store.
///
/// Safe for concurrent use. Organizations and users lie in 64 shards each, and readers never block
/// readers. A commit holds the shards that it changes, and for a moment the event log; one that
/// makes a user or an organization also their common order, and the claims where it lays or gives
/// up one, and one that writes an invitation all invitations. A new environment has the role
/// `member`. An allocation that fails throws std::bad_alloc and leaves the store as it was. What
/// `load` returned must not outlive the store.
template <class T>
class BasicMemoryStore {
 public:
  using traits = T;
  using Failure = MemoryFailure;
  /// A snapshot with what it points to.
  using Loaded = detail::LoadedSnapshot<T>;
  /// Holds an organization's place in the queue until it is destroyed.
  using QueuePlace = detail::QueuePlace;
  static constexpr Kinds keeps = all_kinds;

  /// `member_role` is the id of the environment's first role.
  explicit BasicMemoryStore(const typename T::RoleId& member_role,
                            const MemoryStoreOptions& options = {})
      : tables_(options.event_limit) {
    Profile profile;
    profile.texts.set(Text::name, std::string_view("Member"));
    profile.texts.set(Text::resource_type_slug, std::string_view("organization"));
    profile.created_at = options.created_at;
    profile.updated_at = options.created_at;
    BasicPlan<T> plan(PlanId{}, options.created_at);
    plan.profile.emplace(profile);
    plan.role.emplace(Precondition::absent, EventType::none, member_role, RoleIndex::environment(0),
                      RoleState(RoleSlug::from_stored("member")));
    auto* const first = new detail::EnvironmentVersion<T>;
    tables_.environment.store(first, detail::Order::relaxed);
    first->roles = detail::next_roles<T>(nullptr, plan);
    first->permissions =
        detail::Ref<detail::PermissionVersion<T>>(new detail::PermissionVersion<T>);
    first->state.revision = 1;
  }
  explicit BasicMemoryStore(const MemoryStoreOptions& options = {}) requires requires {
    T::RoleId::from_ulid(Ulid{});
  } : BasicMemoryStore(T::RoleId::from_ulid(Ulid{}), options) {
  }

  BasicMemoryStore(const BasicMemoryStore&) = delete;
  BasicMemoryStore& operator=(const BasicMemoryStore&) = delete;

  /// What `reads` asks for, at one moment.
  /// Complexity: constant on average; with `profiles` linear in their texts, with `holders` linear
  /// in the organization's members.
  [[nodiscard]] tl::expected<Loaded, Failure> load(const BasicReads<T>& reads) const {
    const detail::ReadLocks<T> locks(tables_, std::span(&reads, 1));
    tl::expected<Loaded, Failure> result(tl::in_place);
    fill(reads, locks.found(0), *tables_.environment.load(detail::Order::acquire), *result);
    return result;
  }

  /// As many snapshots of one moment.
  [[nodiscard]] tl::expected<std::vector<Loaded>, Failure>
  load(std::span<const BasicReads<T>> reads) const {
    const detail::ReadLocks<T> locks(tables_, reads);
    tl::expected<std::vector<Loaded>, Failure> result(tl::in_place, reads.size());
    const detail::EnvironmentVersion<T>& environment =
        *tables_.environment.load(detail::Order::acquire);
    for (std::size_t i = 0; i < reads.size(); ++i) {
      fill(reads[i], locks.found(i), environment, (*result)[i]);
    }
    return result;
  }

  /// Shows the membership of a user in an organization as a `BasicMembershipRow`, in place and
  /// under the lock: `visit` must be short and must not call the store, which may wait for itself.
  /// The row is valid only during the call. Returns whether there is one. Complexity: constant on
  /// average, no allocation.
  template <class Visit>
  [[nodiscard]] tl::expected<bool, Failure> view(const typename T::UserId& user,
                                                 const typename T::OrganizationId& organization,
                                                 Visit&& visit) const {
    const auto hash = detail::shard_hash(organization);
    const auto& shard = tables_.organizations[hash.shard];
    const detail::SharedGuard guard(shard.lock);
    const auto in = tables_.find_organization(hash, organization);
    if (!in) return false;
    const auto member = tables_.find_pair(hash, in.place, detail::shard_hash(user), user);
    if (!member) return false;
    visit(tables_.member_row(*tables_.environment.load(detail::Order::acquire), *in, *member));
    return true;
  }

  /// Carries out all plans or, where a precondition of one no longer holds, none.
  [[nodiscard]] tl::expected<CommitStatus, Failure> commit(std::span<const BasicPlan<T>> plans) {
    const detail::PlansHashes<T> hashes(plans);
    const detail::WriteLocks<T> locks(tables_, plans, hashes);
    using Commit = detail::Commit<T>;
    Commit commit(tables_, plans, hashes);
    switch (commit.run()) {
      case Commit::Result::committed: return CommitStatus::committed;
      case Commit::Result::conflict: return CommitStatus::conflict;
      case Commit::Result::full: break;
    }
    return tl::expected<CommitStatus, Failure>(tl::unexpect, Failure::full);
  }

  /// Shows a page of memberships, each as a `BasicMembershipRow` under the lock: `visit` must not
  /// call the store, which may wait for itself; here and in the lists that follow. A row is valid
  /// only during the call. Complexity: the rows passed over and shown; the first and the last page
  /// of an organization cost the same.
  template <class Visit>
  [[nodiscard]] tl::expected<ListEnd, Failure> list(const BasicMembershipQuery<T>& query,
                                                    Visit&& visit) const {
    if (!query.filter().organization) return list_of_user(query, visit);
    if (!query.filter().user) return list_of_organization(query, visit);
    const auto show = [&](const BasicMembershipRow<T>& row) {
      if (detail::within(query.page(), copy_of<typename T::MembershipId>(row.membership.id)) &&
          detail::fits(query.filter(), row.membership.status, row.membership.roles)) {
        visit(row);
      }
    };
    static_cast<void>(view(*query.filter().user, *query.filter().organization, show));
    return ListEnd{false};
  }

  /// Shows a page of organizations, each as a `BasicOrganizationRow` under its lock.
  /// Complexity: without a filter the rows shown; with an external id or domains these, which are
  /// found by their claims; with a part of the name or `marked` the organizations passed over too.
  /// What gives up a claim after it was found is shown all the same.
  template <class Visit>
  [[nodiscard]] tl::expected<ListEnd, Failure> list(const BasicOrganizationQuery<T>& query,
                                                    Visit&& visit) const {
    using Id = typename T::OrganizationId;
    const OrganizationFilter& filter = query.filter();
    const auto show = [&](std::uint32_t number, const Id& id, bool shown) {
      const detail::SharedGuard guard(
          tables_.organizations[detail::RecordNumber::shard(number)].lock);
      const detail::OrganizationRecord<T>& record = tables_.organization_at(number);
      if (!record.state || !(record.state->id == id)) return false;
      const Profile profile = record.profile == nullptr ? Profile{} : **record.profile;
      if (filter.marked && !detail::is_marked(record)) return false;
      if (filter.name_part && !detail::has_part(profile.texts[Text::name], *filter.name_part)) {
        return false;
      }
      if (shown) visit(BasicOrganizationRow<T>{*record.state, profile});
      return true;
    };
    if (filter.external_id || !filter.domains.empty()) {
      const auto find = [&](const Id& id) {
        const detail::ShardHash hash = detail::shard_hash(id);
        const detail::SharedGuard guard(tables_.organizations[hash.shard].lock);
        const auto found = tables_.find_organization(hash, id);
        return found ? detail::RecordNumber::of(hash.shard, found.place) : none;
      };
      return list_named(claiming_organizations(filter), query.page(), find, show);
    }
    return list_global<Id>(
        tables_.organization_order, query.page(), filter.marked || filter.name_part.has_value(),
        [&](std::uint32_t number) { return tables_.organization_at(number).id.view(); }, show);
  }

  /// Shows a page of users, each as a `BasicUserRow` under its lock.
  /// Complexity: without a filter the rows shown; with an address or an external id one row, which
  /// is found by its claim; with an organization its members, whose ids are copied and sorted; with
  /// `marked` alone all users.
  template <class Visit>
  [[nodiscard]] tl::expected<ListEnd, Failure> list(const BasicUserQuery<T>& query,
                                                    Visit&& visit) const {
    using Id = typename T::UserId;
    const BasicUserFilter<T>& filter = query.filter();
    const auto show = [&](std::uint32_t number, const Id& id, bool shown) {
      const detail::SharedGuard guard(tables_.users[detail::RecordNumber::shard(number)].lock);
      const detail::UserRecord<T>& record = tables_.user_at(number);
      if (record.revision == 0) return false;
      const BasicUserState<T> state = record.state();
      if (!(state.id == id) || (filter.marked && state.phase == Phase::live)) return false;
      if (shown) {
        visit(BasicUserRow<T>{state, record.profile == nullptr ? Profile{} : **record.profile});
      }
      return true;
    };
    if (filter.email || filter.external_id || filter.organization) {
      const auto find = [&](const Id& id) {
        const detail::ShardHash hash = detail::shard_hash(id);
        const detail::SharedGuard guard(tables_.users[hash.shard].lock);
        const auto found = tables_.find_user(hash, id);
        return found ? detail::RecordNumber::of(hash.shard, found.place) : none;
      };
      return list_named(named_users(filter), query.page(), find, show);
    }
    return list_global<Id>(
        tables_.user_order, query.page(), filter.marked,
        [&](std::uint32_t number) { return tables_.user_at(number).id.view(); }, show);
  }

  /// Shows a page of invitations, each as a `BasicInvitationRow` under the locks of its
  /// organization and of the invitations. Complexity: with `email`, `organization` or `open` the
  /// invitations of that address, that organization or all open ones which are passed over and
  /// shown.
  template <class Visit>
  [[nodiscard]] tl::expected<ListEnd, Failure> list(const BasicInvitationQuery<T>& query,
                                                    Visit&& visit) const {
    Page<typename T::InvitationId> rest = query.page();
    std::size_t left = rest.limit;
    for (bool more = true; more;) {
      FoundRows<typename T::InvitationId> found;
      std::uint8_t shards[found.most];
      rest.limit = left < found.most ? left : found.most;
      {
        const detail::SharedGuard guard(tables_.invitations.lock);
        more = tables_.invitations.walk(query.filter(), rest, [&](std::uint32_t number) {
          const BasicInvitationState<T>& state = *tables_.invitations[number].state;
          shards[found.count] = invitation_shard(state);
          found.add(number, state.id);
        });
      }
      for (std::size_t i = 0; i < found.count; ++i) {
        if (show_invitation(query.filter(), found.numbers[i], *found.ids[i], shards[i], visit)) {
          --left;
        }
      }
      if (left == 0) return ListEnd{more};
      if (found.count > 0) rest.after = *found.ids[found.count - 1];
    }
    return ListEnd{false};
  }

  /// Shows the roles, each as a `BasicRoleRow`, in their order of priority. An unknown
  /// organization has no roles.
  template <class Visit>
  [[nodiscard]] tl::expected<ListEnd, Failure> list(const BasicRoleQuery<T>& query,
                                                    Visit&& visit) const {
    detail::Ref<detail::RoleVersion<T>> own;
    const detail::EnvironmentVersion<T>* environment = nullptr;
    if (query.organization) {
      const auto hash = detail::shard_hash(*query.organization);
      const detail::SharedGuard guard(tables_.organizations[hash.shard].lock);
      const auto found = tables_.find_organization(hash, *query.organization);
      if (!found) return ListEnd{false};
      own = found->roles;
      environment = tables_.environment.load(detail::Order::acquire);
    } else {
      environment = tables_.environment.load(detail::Order::acquire);
    }
    return detail::list_roles(*environment, own.get(), visit);
  }

  /// Shows a page of permissions, each as a `BasicPermissionRow`. Complexity: there are at most
  /// 256.
  template <class Visit>
  [[nodiscard]] tl::expected<ListEnd, Failure> list(const BasicPermissionQuery<T>& query,
                                                    Visit&& visit) const {
    return detail::list_permissions(*tables_.environment.load(detail::Order::acquire)->permissions,
                                    query, visit);
  }

  /// Shows a page of events, each as a `BasicEventRow` under the log's lock.
  template <class Visit>
  [[nodiscard]] tl::expected<ListEnd, Failure> list(const BasicEventQuery<T>& query,
                                                    Visit&& visit) const {
    const detail::SharedGuard guard(tables_.event_lock);
    return tables_.events.list(query, visit);
  }

  /// Drops the oldest events, in the order of the log, as long as they are from before `time`, at
  /// most `limit` of them; the log is locked meanwhile. Returns how many, `limit` where there may
  /// be more.
  [[nodiscard]] tl::expected<std::size_t, Failure> drop_events(Time time, std::size_t limit) {
    const detail::UniqueGuard guard(tables_.event_lock);
    return tables_.events.drop(time, limit);
  }

  /// Waits for the place in the queue of this process that the organization shares with those of
  /// its shard (docs/explanation/concurrency.md, rule 8). Reads of none wait for nothing.
  [[nodiscard]] QueuePlace queue(const BasicReads<T>& reads) const {
    if (reads.organization != nullptr) {
      return QueuePlace(
          &tables_.organizations[detail::shard_hash(*reads.organization).shard].queue);
    }
    if (reads.membership != nullptr) {
      const typename Tables::Found found = tables_.find_id(*reads.membership);
      if (found.member != none) {
        return QueuePlace(&tables_.organizations[detail::RecordNumber::shard(found.member)].queue);
      }
    }
    if (reads.invitation != nullptr || reads.token != nullptr) {
      detail::SharedLock* queue = nullptr;
      {
        const detail::SharedGuard guard(tables_.invitations.lock);
        const std::uint32_t found = tables_.find_invitation(reads);
        if (found != none && tables_.invitations[found].state->organization) {
          const auto& organization = *tables_.invitations[found].state->organization;
          queue = &tables_.organizations[detail::shard_hash(organization).shard].queue;
        }
      }
      return QueuePlace(queue);
    }
    return QueuePlace(nullptr);
  }

 private:
  using Tables = detail::Tables<T>;
  static constexpr std::uint32_t none = Tables::none;
  static constexpr std::uint8_t no_shard = 0xFF;  ///< of what is in no organization

  /// Some rows of a list, found under the lock of its order, before each is shown under its own. A
  /// record may serve something else by then, so each is found with its id: what was taken back or
  /// deleted meanwhile is passed over, and others come in its place.
  template <class I>
  struct FoundRows {
    static constexpr std::size_t most = 64;
    std::uint32_t numbers[most];
    Slot<I> ids[most];
    std::size_t count = 0;

    void add(std::uint32_t number, const I& id) noexcept {
      numbers[count] = number;
      ids[count++].emplace(id);
    }
  };

  /// Fills a snapshot, under the locks.
  void fill(const BasicReads<T>& reads, const typename Tables::Found& seen,
            const detail::EnvironmentVersion<T>& environment, Loaded& out) const {
    const std::uint32_t found = seen.member;
    const typename T::UserId* const named_user =
        reads.user != nullptr ? reads.user : seen.named_user.get();
    const typename T::OrganizationId* const named_organization =
        reads.organization != nullptr ? reads.organization : seen.named_organization.get();
    typename Tables::template At<detail::UserRecord<T>> user;
    if (named_user != nullptr) user = tables_.find_user(seen.user, *named_user);
    const typename Tables::OrganizationShard* shard = nullptr;
    detail::Ref<detail::RoleVersion<T>> own_roles;
    detail::ShardHash hash = seen.organization;
    typename Tables::template At<detail::OrganizationRecord<T>> organization;
    if (found != none) {
      shard = &tables_.organizations[detail::RecordNumber::shard(found)];
      const detail::MemberRecord<T>& record = shard->members[detail::RecordNumber::place(found)];
      organization = {record.organization, &shard->organizations[record.organization]};
      out.membership.emplace(tables_.member_view(*organization, record).copy());
    } else if (named_organization != nullptr) {
      shard = &tables_.organizations[hash.shard];
      organization = tables_.find_organization(hash, *named_organization);
    }
    const detail::OwnedProfile* organization_profile = nullptr;
    if (organization) {
      const detail::OrganizationRecord<T>& record = *organization;
      out.organization.emplace(*record.state);
      own_roles = record.roles;
      organization_profile = record.profile;
      if (!reads.holders.is_none()) out.holders = count_holders(*shard, record, reads.holders);
      if ((reads.pair || seen.invitation != none) && named_user != nullptr) {
        const auto member = tables_.find_pair(hash, organization.place, seen.user, *named_user);
        if (member) out.membership.emplace(tables_.member_view(record, *member).copy());
      }
      if (reads.other != nullptr) {
        const std::uint32_t other = seen.other;
        if (other != none && shard == &tables_.organizations[detail::RecordNumber::shard(other)] &&
            tables_.member_at(other).organization == organization.place) {
          out.other.emplace(tables_.member_view(record, tables_.member_at(other)).copy());
        }
      }
      if (reads.actor != nullptr) {
        if (named_organization == nullptr) hash = detail::shard_hash(record.id.view());
        const auto actor = tables_.find_pair(hash, organization.place,
                                             detail::shard_hash(*reads.actor), *reads.actor);
        if (actor) out.actor.emplace(tables_.member_view(record, *actor).copy());
      }
    }
    out.show_roles(environment, std::move(own_roles));
    out.freed_revision = tables_.freed_revision.load(detail::Order::relaxed);
    if (named_user == nullptr && (reads.profiles || reads.member_user) && out.membership) {
      const auto& id = out.membership->user;
      user = tables_.find_user(detail::shard_hash(id), id);
    }
    if (user) out.user.emplace(user->state());
    if (reads.inviter != nullptr) {
      const auto inviter = tables_.find_user(detail::shard_hash(*reads.inviter), *reads.inviter);
      if (inviter) out.inviter.emplace(inviter->state());
    }
    if (reads.email) {
      const std::optional<typename T::UserId> holder = tables_.find_holder(*reads.email);
      if (holder) out.email_holder.emplace(*holder);
    }
    for (unsigned i = 0; i < reads.claims.size(); ++i) {
      const ClaimText& claim = reads.claims[i];
      if (tables_.is_taken(claim.kind, claim.text, reads.user, reads.organization)) {
        out.taken_claims = static_cast<std::uint8_t>(out.taken_claims | (1u << i));
      }
    }
    for (std::size_t i = 0; i < reads.domain_count; ++i) {
      if (tables_.is_taken(ClaimKind::organization_domain, reads.domains[i].domain, nullptr,
                           reads.organization)) {
        out.taken_domain = static_cast<std::uint16_t>(i);
        break;
      }
    }
    if (reads.role) out.show_role(*reads.role, environment);
    if (reads.permission) out.show_permission(*reads.permission, environment);
    const std::uint32_t invitation = shown_invitation(reads, seen, out);
    if (!reads.profiles && invitation == none) return;
    const detail::OwnedProfile* user_profile = user ? user->profile : nullptr;
    if (!reads.profiles) organization_profile = user_profile = nullptr;
    const detail::OwnedProfile* invitation_profile = nullptr;
    if (invitation != none) {
      out.invitation.emplace(*tables_.invitations[invitation].state);
      invitation_profile = tables_.invitations[invitation].profile;
    }
    auto* const shown = new detail::ShownProfiles;
    const detail::Ref<detail::ShownProfiles> kept(shown);
    if (organization_profile != nullptr) shown->organization.emplace(**organization_profile);
    if (user_profile != nullptr) shown->user.emplace(**user_profile);
    if (invitation_profile != nullptr) shown->invitation.emplace(**invitation_profile);
    out.show_profiles(shown);
  }

  /// The invitation that a snapshot shows, as far as it is filled.
  std::uint32_t shown_invitation(const BasicReads<T>& reads, const typename Tables::Found& seen,
                                 const Loaded& out) const {
    std::uint32_t invitation = seen.invitation;
    if (reads.open_invitation && reads.email) {
      std::optional<typename T::OrganizationId> organization;
      if (reads.organization != nullptr) organization = *reads.organization;
      invitation = tables_.invitations.find_open(organization, *reads.email);
    }
    if (invitation == none && reads.member_invitation && out.membership &&
        out.membership->status == Status::pending) {
      invitation =
          tables_.invitations.find_open(out.membership->organization, out.membership->user);
    }
    return invitation;
  }

  /// How many active members hold a role. Complexity: linear in the members, under the lock.
  static std::uint64_t count_holders(const typename Tables::OrganizationShard& shard,
                                     const detail::OrganizationRecord<T>& organization,
                                     RoleIndex role) noexcept {
    std::uint64_t count = 0;
    for (auto at = organization.members.first(); at;
         at = detail::OrderedIndex::next(shard.nodes, at)) {
      const detail::MemberState& state =
          shard.members[detail::OrderedIndex::entry(shard.nodes, at)].state;
      if (state.status == Status::active && state.roles.contains(role)) ++count;
    }
    return count;
  }

  static std::uint8_t invitation_shard(const BasicInvitationState<T>& state) noexcept {
    return state.organization
               ? static_cast<std::uint8_t>(detail::shard_hash(*state.organization).shard)
               : no_shard;
  }
  template <class Visit>
  bool show_invitation(const BasicInvitationFilter<T>& filter, std::uint32_t number,
                       const typename T::InvitationId& id, std::uint8_t shard, Visit& visit) const {
    if (shard == no_shard) return show_invitation(filter, number, id, nullptr, visit);
    const detail::SharedGuard guard(tables_.organizations[shard].lock);
    return show_invitation(filter, number, id, &tables_.organizations[shard], visit);
  }
  /// Under the organization's lock, where it is of one.
  template <class Visit>
  bool show_invitation(const BasicInvitationFilter<T>& filter, std::uint32_t number,
                       const typename T::InvitationId& id,
                       const typename Tables::OrganizationShard* shard, Visit& visit) const {
    const detail::SharedGuard guard(tables_.invitations.lock);
    const detail::InvitationRecord<T>& record = tables_.invitations[number];
    if (!record.state || !(record.state->id == id) || !tables_.invitations.fits(filter, record)) {
      return false;
    }
    const BasicInvitationState<T>& state = *record.state;
    const detail::EnvironmentVersion<T>& environment =
        *tables_.environment.load(detail::Order::acquire);
    BasicInvitationRow<T> row{state, **record.profile, RoleSet{}, state.role,
                              detail::catalogue_of<T>(environment, nullptr)};
    if (!state.role.is_none()) row.held = RoleSet::of(state.role);
    if (shard == nullptr) {
      if (state.organization) return false;
    } else {
      if (!state.organization) return false;
      const detail::ShardHash hash = detail::shard_hash(*state.organization);
      if (&tables_.organizations[hash.shard] != shard) return false;
      const auto in = tables_.find_organization(hash, *state.organization);
      if (in) {
        row.roles = detail::catalogue_of(environment, in->roles.get());
        if (record.is_open() && state.user && state.role.is_none()) {
          const auto member =
              tables_.find_pair(hash, in.place, detail::shard_hash(*state.user), *state.user);
          if (member && member->state.status == Status::pending) {
            row.held = member->state.roles;
            row.first_requested = member->state.first_requested;
          }
        }
      }
    }
    visit(row);
    return true;
  }

  template <class Visit>
  tl::expected<ListEnd, Failure> list_of_organization(const BasicMembershipQuery<T>& query,
                                                      Visit& visit) const {
    // A cursor that is a member of this organization gives its place at once.
    const auto& page = query.page();
    const std::uint32_t cursor = page.after ? tables_.find_id(*page.after).member : none;
    const auto hash = detail::shard_hash(*query.filter().organization);
    const auto& shard = tables_.organizations[hash.shard];
    const detail::SharedGuard guard(shard.lock);
    const auto organization = tables_.find_organization(hash, *query.filter().organization);
    if (!organization) return ListEnd{false};
    const detail::OrderedIndex& members = organization->members;
    const auto id_of = [&](std::uint32_t member) { return shard.members[member].id.view(); };
    detail::OrderedIndex::Position begin;
    const std::uint32_t local = detail::RecordNumber::place(cursor);
    if (cursor != none && detail::RecordNumber::shard(cursor) == hash.shard &&
        shard.members[local].organization == organization.place &&
        shard.members[local].id.is(view_of(*page.after))) {
      begin = {shard.members[local].node, 0};
      while (detail::OrderedIndex::entry(shard.nodes, begin) != local) ++begin.at;
      begin = page.direction == Direction::ascending
                  ? detail::OrderedIndex::next(shard.nodes, begin)
                  : detail::OrderedIndex::previous(shard.nodes, begin);
    } else {
      begin = detail::page_begin(members, shard.nodes, page, id_of);
    }
    const detail::EnvironmentVersion<T>& environment =
        *tables_.environment.load(detail::Order::acquire);
    return ListEnd{
        detail::walk(shard.nodes, begin, page, id_of, [&](std::uint32_t member, bool show) {
          const detail::MemberRecord<T>& record = shard.members[member];
          if (!detail::fits(query.filter(), record.state.status, record.state.roles)) return false;
          if (show) visit(tables_.member_row(environment, *organization, record));
          return true;
        })};
  }

  template <class Visit>
  tl::expected<ListEnd, Failure> list_of_user(const BasicMembershipQuery<T>& query,
                                              Visit& visit) const {
    const auto& page = query.page();
    const bool ascending = page.direction == Direction::ascending;
    const detail::ShardHash hash = detail::shard_hash(*query.filter().user);
    const detail::SharedGuard guard(tables_.users[hash.shard].lock);
    const auto user = tables_.find_user(hash, *query.filter().user);
    if (!user) return ListEnd{false};
    const detail::MemberNumbers& members = user->members;
    std::size_t shown = 0;
    for (std::uint32_t i = 0; i < members.size(); ++i) {
      const std::uint32_t number = members[ascending ? i : members.size() - 1 - i];
      const auto& shard = tables_.organizations[detail::RecordNumber::shard(number)];
      const detail::SharedGuard inner(shard.lock);
      const std::uint32_t member = detail::RecordNumber::place(number);
      const detail::MemberRecord<T>& record = shard.members[member];
      if (!detail::within(page, copy_of<typename T::MembershipId>(record.id.view()))) continue;
      if (!detail::fits(query.filter(), record.state.status, record.state.roles)) continue;
      if (shown == page.limit) return ListEnd{true};
      visit(tables_.member_row(*tables_.environment.load(detail::Order::acquire),
                               shard.organizations[record.organization], record));
      ++shown;
    }
    return ListEnd{false};
  }

  /// The organizations that have the external id and one of the domains of a filter, sorted.
  std::vector<typename T::OrganizationId>
  claiming_organizations(const OrganizationFilter& filter) const {
    std::vector<typename T::OrganizationId> ids;
    const detail::SharedGuard guard(tables_.claim_lock);
    const detail::ClaimRecord<T>* named = nullptr;
    if (filter.external_id) {
      named = tables_.claim_of(ClaimKind::organization_external_id, *filter.external_id);
      if (named == nullptr) return ids;
      if (filter.domains.empty()) ids.push_back(*named->organization);
    }
    for (const std::string_view domain : filter.domains) {
      const detail::ClaimRecord<T>* const claim =
          tables_.claim_of(ClaimKind::organization_domain, domain);
      if (claim == nullptr) continue;
      if (named == nullptr || *named->organization == *claim->organization) {
        ids.push_back(*claim->organization);
      }
    }
    detail::sort_ids(ids);
    return ids;
  }

  /// The users who have the address and the external id of a filter and are members of its
  /// organization, sorted.
  std::vector<typename T::UserId> named_users(const BasicUserFilter<T>& filter) const {
    using Id = typename T::UserId;
    std::vector<Id> ids;
    if (!filter.email && !filter.external_id) {
      const detail::ShardHash hash = detail::shard_hash(*filter.organization);
      const auto& shard = tables_.organizations[hash.shard];
      {
        const detail::SharedGuard guard(shard.lock);
        const auto found = tables_.find_organization(hash, *filter.organization);
        if (!found) return ids;
        for (auto at = found->members.first(); at;
             at = detail::OrderedIndex::next(shard.nodes, at)) {
          const std::uint32_t member = detail::OrderedIndex::entry(shard.nodes, at);
          ids.push_back(copy_of<Id>(shard.members[member].user.view()));
        }
      }
      detail::sort_ids(ids);
      return ids;
    }
    {
      const detail::SharedGuard guard(tables_.claim_lock);
      const detail::ClaimRecord<T>* const email =
          filter.email ? tables_.claim_of(ClaimKind::user_email, filter.email->view()) : nullptr;
      const detail::ClaimRecord<T>* const external_id =
          filter.external_id ? tables_.claim_of(ClaimKind::user_external_id, *filter.external_id)
                             : nullptr;
      if ((filter.email && email == nullptr) || (filter.external_id && external_id == nullptr)) {
        return ids;
      }
      const Id& id = *(email != nullptr ? email : external_id)->user;
      if (external_id != nullptr && !(*external_id->user == id)) return ids;
      ids.push_back(id);
    }
    if (filter.organization) {
      const auto is_member = view(ids.front(), *filter.organization, [](const auto&) {});
      if (!*is_member) ids.clear();
    }
    return ids;
  }

  /// A page of those of some sorted ids that `find` still finds and `show` accepts. The same id
  /// may come several times.
  template <class I, class Find, class Show>
  static ListEnd list_named(const std::vector<I>& ids, const Page<I>& page, const Find& find,
                            const Show& show) {
    const bool ascending = page.direction == Direction::ascending;
    Page<I> rest = page;
    std::size_t shown = 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const I& id = ids[ascending ? i : ids.size() - 1 - i];
      if (!detail::within(rest, id)) continue;
      const std::uint32_t number = find(id);
      if (number == none || !show(number, id, shown < page.limit)) continue;
      if (shown == page.limit) return {true};
      rest.after = id;
      ++shown;
    }
    return {false};
  }

  /// A page of the organizations or the users; `show` says which it accepts and, where all are, its
  /// rows are counted by the order alone. The order has a lock of its own, which is given back
  /// before a row's shard is locked.
  template <class I, class IdOf, class Show>
  static tl::expected<ListEnd, Failure> list_global(const typename Tables::GlobalOrder& order,
                                                    const Page<I>& page, bool filtered,
                                                    const IdOf& id_of, const Show& show) {
    Page<I> rest = page;
    std::size_t left = page.limit;
    for (bool more = true; more;) {
      FoundRows<I> found;
      rest.limit = filtered || left > found.most ? found.most : left;
      {
        const detail::SharedGuard guard(order.lock);
        more = detail::walk(order.nodes, detail::page_begin(order.index, order.nodes, rest, id_of),
                            rest, id_of, [&](std::uint32_t number, bool collect) {
                              if (collect) found.add(number, copy_of<I>(id_of(number)));
                              return true;
                            });
      }
      for (std::size_t i = 0; i < found.count; ++i) {
        if (!show(found.numbers[i], *found.ids[i], left > 0)) continue;
        if (left == 0) return ListEnd{true};
        --left;
      }
      if (!filtered && left == 0) return ListEnd{more};
      if (found.count > 0) rest.after = *found.ids[found.count - 1];
    }
    return ListEnd{false};
  }

  Tables tables_;
};

using MemoryStore = BasicMemoryStore<DefaultTraits>;

}  // namespace membership::inline v0

#endif
