// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_POLICY_MEMBERSHIP_POLICY_HPP
#define MEMBERSHIP_POLICY_MEMBERSHIP_POLICY_HPP

#include "membership/domain/error.hpp"
#include "membership/policy/context.hpp"
#include "membership/policy/kinds.hpp"
#include "membership/policy/options.hpp"
#include "membership/policy/plan.hpp"
#include "membership/policy/reads.hpp"
#include "membership/policy/refusal.hpp"
#include "membership/policy/snapshot.hpp"

#include <tl/expected.hpp>

#include <concepts>
#include <cstdint>
#include <vector>  // IWYU pragma: keep; std::construct_at, without all of <memory>

namespace membership::inline v0 {

template <class... Rules>
class MembershipPolicy;

namespace detail {
/// How drivers decide into a plan that stays where it is: `MembershipPolicy::decide` without the
/// copy. Of a refusal, `error_of` makes the error, and the plan is worthless.
struct PolicyAccess {
  template <class Policy, class C, class Snapshot, class Context, class Plan>
  static constexpr auto decide_into(const Policy& policy, const C& command,
                                    const Snapshot& snapshot, const Context& context,
                                    Plan& plan) noexcept {
    return policy.decide_into(command, snapshot, context, plan);
  }
  template <class Policy, class C, class Snapshot, class Refused>
  static constexpr auto error_of(const Policy& policy, const C& command, const Snapshot& snapshot,
                                 Refused refusal) noexcept {
    return policy.error_of(command, snapshot, refusal);
  }
};
}  // namespace detail

/// The key to a command's own decision, which only the policy has: so no plan comes about that the
/// rules have not judged.
class DecisionKey {
 private:
  constexpr DecisionKey() noexcept = default;
  template <class... Rules>
  friend class MembershipPolicy;
};

/// A command: what it needs to see, which kinds of entity it needs a store to keep, which ids it
/// may need, and how it is decided.
template <class C>
concept Command = requires(const C& command, DecisionKey key, const PolicyOptions& options,
                           const BasicSnapshot<typename C::traits>& snapshot,
                           const BasicContext<typename C::traits>& context,
                           BasicPlan<typename C::traits>& plan, Refusal refusal) {
  requires Traits<typename C::traits>;
  { C::kinds } -> std::convertible_to<Kinds>;
  { C::mints } -> std::convertible_to<Kinds>;
  { command.reads() }
  noexcept->std::same_as<BasicReads<typename C::traits>>;
  { command.decide(key, options, snapshot, context, plan) }
  noexcept->std::same_as<Refusal>;
  { command.subject(refusal, snapshot) }
  noexcept->std::same_as<Subject>;
};

/// Who acts, for rules that judge rights; at configuration and in long operations the system does.
template <class T>
struct BasicActor {
  bool acts = false;  ///< a user and not the system
  /// The actor's membership in the organization; null where there is none.
  const BasicOrganizationMembership<T>* membership = nullptr;
};

/// A rule: judges what a plan would do, whatever command it came from. Stateless; what it depends
/// on is data of the snapshot.
template <class R, class T>
concept Rule = requires(const BasicSnapshot<T>& snapshot, const BasicPlan<T>& plan,
                        const BasicActor<T>& actor) {
  { R::check(snapshot, plan, actor) }
  noexcept->std::same_as<Refusal>;
};

/// Decides commands: the one way from a command to a plan.
///
/// `Rules` are asked in their order after the command's own decision; the first refusal counts.
/// A plan that changes nothing is not judged.
template <class... Rules>
class MembershipPolicy {
 public:
  PolicyOptions options{};

  /// What `command` would do in the world of `snapshot`, or why it is refused.
  ///
  /// Pure: reads no clock and no random source, allocates nothing, touches no store. The plan
  /// borrows texts from the command and the snapshot and is valid while both are.
  /// Errors: those of the command, in the order that its page gives; then those of the rules.
  /// Complexity: the roles named times those of the catalogue; changes of metadata as they say.
  template <Command C>
  requires(Rule<Rules, typename C::traits>&&...)
      [[nodiscard]] constexpr tl::expected<BasicPlan<typename C::traits>, Error> decide(
          const C& command, const BasicSnapshot<typename C::traits>& snapshot,
          const BasicContext<typename C::traits>& context) const noexcept {
    using Result = tl::expected<BasicPlan<typename C::traits>, Error>;
    Result result(tl::in_place, context.plan, context.now);
    const Refusal refusal = decide_into(command, snapshot, context, *result);
    // Assigning would copy a whole plan's room.
    if (refusal) {
      std::construct_at(&result, tl::unexpect, error_of(command, snapshot, refusal));
    }
    return result;
  }

 private:
  friend struct detail::PolicyAccess;

  template <Command C>
  constexpr Refusal decide_into(const C& command, const BasicSnapshot<typename C::traits>& snapshot,
                                const BasicContext<typename C::traits>& context,
                                BasicPlan<typename C::traits>& plan) const noexcept {
    constexpr bool are_rules = (Rule<Rules, typename C::traits> && ...);
    static_assert(
        are_rules,
        "membership: one of the policy's rules has no static Refusal check(snapshot, plan, "
        "actor) noexcept (Rule)");
    Refusal refusal = command.decide(DecisionKey{}, options, snapshot, context, plan);
    if constexpr (sizeof...(Rules) > 0 && are_rules) {
      if (!refusal && plan.outcome != Outcome::unchanged) {
        const BasicActor<typename C::traits> actor{command.reads().actor != nullptr,
                                                   snapshot.actor.get()};
        refusal = judge<Rules...>(snapshot, plan, actor);
      }
    }
    return refusal;
  }

  /// The error of a command's refusal, or of a rule's.
  template <Command C>
  static constexpr Error error_of(const C& command,
                                  const BasicSnapshot<typename C::traits>& snapshot,
                                  Refusal refusal) noexcept {
    Subject subject{};
    if (refusal.code() == ErrorCode::role_not_grantable) {
      const auto value = static_cast<std::uint8_t>(refusal.detail());
      subject = Subject::cut(snapshot.roles.slug(RoleIndex::from_value(value)));
    } else if (refusal.field() == Field::organization_id && snapshot.organization) {
      // Of a guard, perhaps, whose command names no organization.
      subject = subject_of(snapshot.organization->id);
    } else {
      subject = command.subject(refusal, snapshot);
    }
    return Error{refusal.code(), refusal.field(), refusal.detail(), subject};
  }

  template <class First, class... Rest, class T>
  static constexpr Refusal judge(const BasicSnapshot<T>& snapshot, const BasicPlan<T>& plan,
                                 const BasicActor<T>& actor) noexcept {
    const Refusal refusal = First::check(snapshot, plan, actor);
    if constexpr (sizeof...(Rest) > 0) {
      if (!refusal) return judge<Rest...>(snapshot, plan, actor);
    }
    return refusal;
  }
};

}  // namespace membership::inline v0

#endif
