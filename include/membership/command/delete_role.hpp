// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_DELETE_ROLE_HPP
#define MEMBERSHIP_COMMAND_DELETE_ROLE_HPP

#include "membership/command/long_operation.hpp"
#include "membership/command/membership_change.hpp"
#include "membership/command/role_change.hpp"
#include "membership/policy/membership_policy.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace membership::inline v0 {

/// The steps of the long operation that deletes a role of the environment or of one organization
/// (docs/explanation/concurrency.md, rule 6): mark, for the environment's a fence of every
/// organization, a sweep for each membership and open invitation that holds it, finish.
/// `delete_role` and `delete_organization_role` run them.

/// Why a role cannot be deleted: the `detail` of `role_required`.
enum class RoleUse : std::uint8_t {
  none,
  default_role,  ///< of the environment, or of the role's organization
  owner_role,    ///< or on its way to or from it
  replacement,   ///< of another role that is on its way out
};

namespace detail {

/// What a role is needed for.
template <class T>
constexpr RoleUse role_use(const BasicSnapshot<T>& seen, RoleIndex index) noexcept {
  if (index == environment_default(seen)) return RoleUse::default_role;
  if (seen.organization && index == seen.organization->default_role) return RoleUse::default_role;
  if (seen.environment.is_owner_role(index) ||
      (seen.organization && index == seen.organization->owner_role)) {
    return RoleUse::owner_role;
  }
  RoleUse use = RoleUse::none;
  seen.roles.for_each_in_order(seen.roles.all(), [&](RoleIndex other) {
    const RoleState& role = *seen.roles.at(other);
    if (role.phase == Phase::retiring && role.replacement == index) use = RoleUse::replacement;
  });
  return use;
}

/// The roles of whoever loses one that is on its way out. Who holds no other gets its replacement,
/// or the default where it has none or that one cannot be given any more.
/// Errors: `default_role_missing`.
template <class T>
constexpr Refusal take_role(const BasicSnapshot<T>& seen, RoleSet held, RoleIndex first_requested,
                            RoleIndex role, ResolvedRoles& out) noexcept {
  out.roles = held - RoleSet::of(role);
  out.first = first_requested == role ? RoleIndex::none() : first_requested;
  out.source = RoleSource::retained;
  if (!out.roles.empty()) return {};
  const RoleIndex replacement = seen.roles.at(role)->replacement;
  const RoleState* const other = seen.roles.at(replacement);
  if (other == nullptr || !other->assignable() || seen.environment.is_owner_role(replacement) ||
      replacement == seen.organization->owner_role) {
    return resolve_default(seen, out);
  }
  out.roles = RoleSet::of(replacement);
  out.first = replacement;
  out.source = RoleSource::requested;
  return {};
}

/// Whether a role is marked so that pages take it.
constexpr bool is_taken_by_pages(const RoleCatalogue& catalogue, RoleIndex index,
                                 std::uint64_t generation) noexcept {
  const RoleState* const role = catalogue.at(index);
  return role != nullptr && is_retiring(*role, generation) && !role->only_unused;
}

}  // namespace detail

/// Not for hosts: call `delete_role` or `delete_organization_role`, of which this is a step.
///
/// Marks a role: from then on nobody is given it. What those get who hold no other role is part of
/// the mark. One that is marked in the same way already is `unchanged`; in another way it gets a
/// new mark, and pages of the one before are refused.
///
/// Errors, in this order: `entity_not_found` of the organization, of the role; `role_required`
/// (`detail` is a `RoleUse`); `invalid_role`, `sub_resource_scoped_role_not_allowed` of the
/// replacement: another role that can be given and is no owner role, for a role of the environment
/// one of the environment.
template <class T>
struct BasicMarkRoleDeleted {
  using traits = T;
  static constexpr Kinds kinds{Kind::role};
  static constexpr Kinds mints{};

  std::string_view role;                          ///< its slug
  std::optional<std::string_view> replacement{};  ///< nothing: the default role
  std::optional<typename T::OrganizationId> organization{};
  bool only_unused = false;  ///< it goes only if nobody holds it

  constexpr BasicReads<T> reads() const noexcept {
    return detail::role_reads<T>(role, organization);
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    Refusal refusal = detail::check_scope<T>(organization, seen);
    if (refusal) return refusal;
    if (seen.role == nullptr) return {ErrorCode::entity_not_found, Field::role_slug};
    const RoleUse use = detail::role_use(seen, seen.role_index);
    if (use != RoleUse::none) {
      return {ErrorCode::role_required, Field::role_slug, static_cast<std::uint16_t>(use)};
    }
    RoleIndex other = RoleIndex::none();
    if (replacement) {
      refusal = detail::find_assignable(seen.roles, *replacement, other, Field::replacement_role);
      if (refusal) return refusal;
      if (other == seen.role_index || detail::role_use(seen, other) == RoleUse::owner_role) {
        return {ErrorCode::invalid_role, Field::replacement_role};
      }
    }
    RoleState after = *seen.roles.at(seen.role_index);
    plan.trace.about =
        organization ? Trace::About::organization_role : Trace::About::environment_role;
    if (after.phase == Phase::retiring && after.replacement == other &&
        after.only_unused == only_unused) {
      return {};
    }
    after.phase = Phase::retiring;
    after.replacement = other;
    after.only_unused = only_unused;
    after.generation = detail::next_revision(seen, organization.has_value());
    detail::write_role(seen, after, plan);
    plan.role->event = EventType::none;
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    if (refusal.field() == Field::replacement_role) return subject_of_text(*replacement);
    return detail::role_command_subject<T>(refusal, role, organization);
  }
};

/// Takes the mark back, at any time: what pages took stays taken. One that is not marked, or with a
/// generation has another mark, is `unchanged`.
/// Errors, in this order: `entity_not_found` of the organization, of the role.
template <class T>
struct BasicKeepRole {
  using traits = T;
  static constexpr Kinds kinds{Kind::role};
  static constexpr Kinds mints{};

  std::string_view role;
  std::optional<typename T::OrganizationId> organization{};
  std::optional<std::uint64_t> generation{};

  constexpr BasicReads<T> reads() const noexcept {
    return detail::role_reads<T>(role, organization);
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    const Refusal refusal = detail::check_scope<T>(organization, seen);
    if (refusal) return refusal;
    if (seen.role == nullptr) return {ErrorCode::entity_not_found, Field::role_slug};
    plan.trace.about =
        organization ? Trace::About::organization_role : Trace::About::environment_role;
    RoleState after = *seen.roles.at(seen.role_index);
    if (!detail::is_retiring(after, generation.value_or(after.generation))) return {};
    after.phase = Phase::live;
    after.replacement = RoleIndex::none();
    after.only_unused = false;
    after.generation = 0;
    detail::write_role(seen, after, plan);
    plan.role->event = EventType::none;
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return detail::role_command_subject<T>(refusal, role, organization);
  }
};

/// Not for hosts: call `delete_role`, of which this is a step.
///
/// Fences one organization against a marked role of the environment: turns away whatever was
/// decided before the mark, and takes the role from the organization's default and order. One that
/// is fenced or gone, and a role that is gone, are `unchanged`.
/// Errors: `operation_superseded` where the mark is another one or none.
template <class T>
struct BasicFenceRole {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::role};
  static constexpr Kinds mints{};

  typename T::OrganizationId organization;
  RoleIndex role;
  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept {
    return detail::organization_reads<T>(organization);
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    plan.trace.about = Trace::About::environment_role;
    const RoleState* const state = seen.roles.at(role);
    if (!seen.organization || state == nullptr) return {};
    if (!detail::is_retiring(*state, generation)) return detail::superseded(Field::role_slug);
    const RoleOrder* const order = seen.roles.own_order();
    const bool is_default = seen.organization->default_role == role;
    const bool is_ordered = order != nullptr && order->contains(role);
    if (detail::is_fenced(seen, generation) && !is_default && !is_ordered) return {};
    BasicOrganizationState<T>& after = detail::set_fence(seen, plan);
    if (is_default) after.default_role = RoleIndex::none();
    if (is_ordered) plan.order.emplace(*order).erase(role);
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& seen) const noexcept {
    return Subject::cut(seen.roles.slug(role));
  }
};

/// Not for hosts: call `delete_role`, of which this is a step.
///
/// Takes a marked role of the environment out of the mark of an organization's own role, whose
/// replacement it is: those get the default. One that has another replacement, or is gone, is
/// `unchanged`. Errors: `operation_superseded`.
template <class T>
struct BasicSweepRoleReplacement {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::role};
  static constexpr Kinds mints{};

  std::string_view role;  ///< the organization's own
  std::optional<typename T::OrganizationId> organization;
  RoleIndex replacement;
  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept {
    return detail::role_reads<T>(role, organization);
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    plan.trace.about = Trace::About::organization_role;
    if (seen.role == nullptr) return {};
    RoleState after = *seen.roles.at(seen.role_index);
    const RoleState* const state = seen.roles.at(replacement);
    if (after.replacement != replacement || state == nullptr) return {};
    if (!detail::is_retiring(*state, generation)) return detail::superseded(Field::role_slug);
    after.replacement = RoleIndex::none();
    detail::write_role(seen, after, plan);
    plan.role->event = EventType::none;
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return detail::role_command_subject<T>(refusal, role, organization);
  }
};

/// Not for hosts: call `delete_role` or `delete_organization_role`, of which this is a step.
///
/// Takes a marked role from one membership, of any status. Who holds no other role gets the mark's
/// replacement, or the default. One that is gone or does not hold it is `unchanged`.
/// Errors, in this order: `operation_superseded` where the mark is another one or none, or one that
/// takes the role from nobody; `default_role_missing`.
template <class T>
struct BasicSweepRoleHolder {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::membership, Kind::role};
  static constexpr Kinds mints{};

  typename T::MembershipId membership;
  RoleIndex role;
  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.membership = &membership;
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    plan.trace.about =
        role.is_organization() ? Trace::About::organization_role : Trace::About::environment_role;
    if (!seen.membership || !seen.membership->roles.contains(role)) return {};
    if (!detail::is_taken_by_pages(seen.roles, role, generation)) {
      return detail::superseded(Field::organization_membership_id);
    }
    const BasicOrganizationMembership<T>& held = *seen.membership;
    detail::ResolvedRoles left;
    const Refusal refusal = detail::take_role(seen, held.roles, held.first_requested, role, left);
    if (refusal) return refusal;
    plan.outcome = Outcome::updated;
    detail::write_change(seen, context, EventType::organization_membership_updated, held.status,
                         left, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& seen) const noexcept {
    return detail::membership_subject<T>(refusal, membership, {}, seen);
  }
};

/// Not for hosts: call `delete_role` or `delete_organization_role`, of which this is a step.
///
/// Gives an open invitation that holds a marked role itself the mark's replacement, or the default.
/// One that is gone, has ended or does not hold it is `unchanged`. It is no event.
/// Errors as `SweepRoleHolder`.
template <class T>
struct BasicSweepRoleInvitation {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::invitation, Kind::role};
  static constexpr Kinds mints{};

  typename T::InvitationId invitation;
  RoleIndex role;
  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.invitation = &invitation;
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    plan.trace.about = Trace::About::invitation;
    if (!seen.invitation || !seen.organization || seen.invitation->role != role ||
        seen.invitation->status != InvitationStatus::pending) {
      return {};
    }
    if (!detail::is_taken_by_pages(seen.roles, role, generation)) {
      return detail::superseded(Field::invitation_id);
    }
    detail::ResolvedRoles left;
    const Refusal refusal =
        detail::take_role(seen, RoleSet::of(role), RoleIndex::none(), role, left);
    if (refusal) return refusal;
    plan.outcome = Outcome::updated;
    plan.trace.role_source = left.source;
    BasicInvitationWrite<T>& write = plan.invitation.emplace(
        Precondition::set, EventType::none, seen.invitation->revision, *seen.invitation);
    write.after.role = left.first;
    write.after.revision = seen.organization->revision + 1;
    write.after.updated_at = later_of(seen.invitation->updated_at, context.now);
    detail::touch(seen, seen.organization->counts, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& seen) const noexcept {
    if (refusal.field() == Field::invitation_id) return subject_of(invitation);
    return detail::role_subject(refusal, {}, seen);
  }
};

/// Not for hosts: call `delete_role` or `delete_organization_role`, of which this is a step.
///
/// Removes a marked role. It is for whoever has swept: that nobody holds it is not looked at here,
/// and nothing gives it after the mark. One that is gone is `unchanged`.
/// Errors: `operation_superseded`.
template <class T>
struct BasicFinishRoleDeletion {
  using traits = T;
  static constexpr Kinds kinds{Kind::role};
  static constexpr Kinds mints{};

  std::string_view role;
  std::uint64_t generation;
  std::optional<typename T::OrganizationId> organization{};

  constexpr BasicReads<T> reads() const noexcept {
    return detail::role_reads<T>(role, organization);
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    plan.trace.about =
        organization ? Trace::About::organization_role : Trace::About::environment_role;
    if (seen.role == nullptr || (organization && !seen.organization)) return {};
    const RoleState& state = *seen.roles.at(seen.role_index);
    if (!detail::is_retiring(state, generation)) return detail::superseded(Field::role_slug);
    detail::write_role(seen, state, plan);
    plan.outcome = Outcome::deleted;
    plan.role->effect = Effect::erase;
    plan.role->event =
        organization ? EventType::organization_role_deleted : EventType::role_deleted;
    plan.profile.emplace(seen.role->profile);
    const RoleOrder* const order = organization ? seen.roles.own_order() : seen.roles.order();
    if (order != nullptr) plan.order.emplace(*order).erase(seen.role_index);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return detail::role_command_subject<T>(refusal, role, organization);
  }
};

using MarkRoleDeleted = BasicMarkRoleDeleted<DefaultTraits>;
using KeepRole = BasicKeepRole<DefaultTraits>;
using FenceRole = BasicFenceRole<DefaultTraits>;
using SweepRoleReplacement = BasicSweepRoleReplacement<DefaultTraits>;
using SweepRoleHolder = BasicSweepRoleHolder<DefaultTraits>;
using SweepRoleInvitation = BasicSweepRoleInvitation<DefaultTraits>;
using FinishRoleDeletion = BasicFinishRoleDeletion<DefaultTraits>;

}  // namespace membership::inline v0

#endif
