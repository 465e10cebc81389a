// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_LONG_OPERATION_HPP
#define MEMBERSHIP_COMMAND_LONG_OPERATION_HPP

#include "membership/command/role_change.hpp"

#include <cstdint>

namespace membership::inline v0 {
namespace detail {

/// What the steps of the long operations on roles, permissions and settings share
/// (docs/explanation/concurrency.md, rule 6).

/// Whether a role or a permission is on its way out by the mark of this generation.
template <class State>
constexpr bool is_retiring(const State& state, std::uint64_t generation) noexcept {
  return state.phase == Phase::retiring && state.generation == generation;
}

/// The revision that a mark gives the environment, or the organization where there is one.
template <class T>
constexpr std::uint64_t next_revision(const BasicSnapshot<T>& seen, bool of_organization) noexcept {
  return (of_organization ? seen.organization->revision : seen.environment.revision) + 1;
}

/// Whether every plan for the organization that was decided before the mark is turned away.
template <class T>
constexpr bool is_fenced(const BasicSnapshot<T>& seen, std::uint64_t generation) noexcept {
  return seen.organization->fenced_to >= generation;
}

/// Sets the organization's row as a fence does and returns it for further changes.
template <class T>
constexpr BasicOrganizationState<T>& set_fence(const BasicSnapshot<T>& seen,
                                               BasicPlan<T>& plan) noexcept {
  plan.outcome = Outcome::updated;
  return set_organization(seen, plan);
}

/// The refusal of a step whose mark is another one or none.
constexpr Refusal superseded(Field field) noexcept {
  return {ErrorCode::operation_superseded, field};
}

}  // namespace detail
}  // namespace membership::inline v0

#endif
