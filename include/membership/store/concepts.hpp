// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_CONCEPTS_HPP
#define MEMBERSHIP_STORE_CONCEPTS_HPP

#include "membership/domain/ulid.hpp"
#include "membership/policy/kinds.hpp"
#include "membership/policy/plan.hpp"
#include "membership/policy/query.hpp"
#include "membership/policy/reads.hpp"
#include "membership/policy/snapshot.hpp"

#include <tl/expected.hpp>

#include <concepts>
#include <cstdint>
#include <span>
#include <vector>

namespace membership::inline v0 {

/// How a commit ended where the store itself did not fail.
enum class CommitStatus : std::uint8_t {
  committed,  ///< all plans of the span are carried out, their events included
  conflict,   ///< a precondition no longer held: nothing is changed
};

/// The types that a store names: `traits`; `Loaded`, which derives from the snapshot and owns what
/// it points to; `Failure`, its own failures; and `keeps`, the kinds of entity that it keeps.
template <class S>
concept NamesItsTypes = Traits<typename S::traits> &&
    std::derived_from<typename S::Loaded, BasicSnapshot<typename S::traits>> &&
    std::movable<typename S::Loaded> && requires {
  typename S::Failure;
  { S::keeps } -> std::convertible_to<Kinds>;
};

/// `load(reads)`: one consistent and fresh snapshot (docs/explanation/concurrency.md, rule 5).
template <class S>
concept LoadsSnapshots = requires(S& store, const BasicReads<typename S::traits>& reads) {
  { store.load(reads) } -> std::same_as<tl::expected<typename S::Loaded, typename S::Failure>>;
};

/// `load(span of reads)`: as many snapshots of one moment.
template <class S>
concept LoadsSeveralSnapshots = requires(S& store,
                                         std::span<const BasicReads<typename S::traits>> reads) {
  {
    store.load(reads)
    } -> std::same_as<tl::expected<std::vector<typename S::Loaded>, typename S::Failure>>;
};

namespace detail {
/// Stands for a host's visitor in the concepts.
struct AnyVisitor {
  template <class Row>
  void operator()(const Row& /*row*/) const noexcept {}
};
}  // namespace detail

/// `view(user, organization, visit)`: shows the membership in place; whether there is one.
template <class S>
concept ShowsMemberships = requires(S& store, const typename S::traits::UserId& user,
                                    const typename S::traits::OrganizationId& organization,
                                    detail::AnyVisitor visit) {
  {
    store.view(user, organization, visit)
    } -> std::same_as<tl::expected<bool, typename S::Failure>>;
};

/// `commit(span of plans)`: all of it or nothing.
template <class S>
concept CommitsPlans = requires(S& store, std::span<const BasicPlan<typename S::traits>> plans) {
  { store.commit(plans) } -> std::same_as<tl::expected<CommitStatus, typename S::Failure>>;
};

/// `list(query, visit)`: shows the rows of a page of memberships.
template <class S>
concept ListsPages = requires(S& store, const BasicMembershipQuery<typename S::traits>& query,
                              detail::AnyVisitor visit) {
  { store.list(query, visit) } -> std::same_as<tl::expected<ListEnd, typename S::Failure>>;
};

/// What `execute` needs of a store.
template <class S>
concept ExecutesCommands = NamesItsTypes<S> && LoadsSnapshots<S> && CommitsPlans<S>;

/// A whole store.
template <class S>
concept MembershipStore =
    ExecutesCommands<S> && LoadsSeveralSnapshots<S> && ShowsMemberships<S> && ListsPages<S>;

/// A store whose commands of one organization can be queued in the process
/// (docs/explanation/concurrency.md, rule 8): `queue(reads)` returns a guard that holds the
/// organization's place until it is destroyed.
template <class S>
concept QueuesOrganizations = requires(S& store, const BasicReads<typename S::traits>& reads) {
  { store.queue(reads) } -> std::movable;
};

/// `was_committed(plan)`: whether the commit of the plan with this id was carried out. So the fate
/// of an interrupted commit can be found out; kept as long as the events and at least 24 hours
/// (docs/explanation/concurrency.md, rule 9).
template <class S>
concept FindsPlans = requires(S& store, PlanId plan) {
  { store.was_committed(plan) } -> std::same_as<tl::expected<bool, typename S::Failure>>;
};

}  // namespace membership::inline v0

#endif
