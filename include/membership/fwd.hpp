// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_FWD_HPP
#define MEMBERSHIP_FWD_HPP

#include <cstddef>

/// Names of the library without their definitions, for headers that only mention them.

namespace membership::inline v0 {

template <class Tag, std::size_t Capacity>
class Id;
struct DefaultTraits;
struct Error;
class Time;

template <class T>
struct BasicOrganizationMembership;
template <class T>
struct BasicOrganizationState;
template <class T>
struct BasicUserState;
struct EnvironmentState;
class RoleCatalogue;
class RoleSelection;

template <class T>
struct BasicReads;
template <class T>
struct BasicSnapshot;
template <class T>
struct BasicContext;
template <class T>
struct BasicPlan;
struct PolicyOptions;
template <class... Rules>
class MembershipPolicy;

template <class T>
struct BasicCreateMembership;
template <class T>
struct BasicUpdateRoles;
template <class T>
struct BasicDeactivateMembership;
template <class T>
struct BasicReactivateMembership;
template <class T>
struct BasicDeleteMembership;

template <class T>
class BasicMemoryStore;

using OrganizationMembership = BasicOrganizationMembership<DefaultTraits>;
using OrganizationState = BasicOrganizationState<DefaultTraits>;
using UserState = BasicUserState<DefaultTraits>;
using Reads = BasicReads<DefaultTraits>;
using Snapshot = BasicSnapshot<DefaultTraits>;
using Context = BasicContext<DefaultTraits>;
using Plan = BasicPlan<DefaultTraits>;
using CreateMembership = BasicCreateMembership<DefaultTraits>;
using UpdateRoles = BasicUpdateRoles<DefaultTraits>;
using DeactivateMembership = BasicDeactivateMembership<DefaultTraits>;
using ReactivateMembership = BasicReactivateMembership<DefaultTraits>;
using DeleteMembership = BasicDeleteMembership<DefaultTraits>;
using MemoryStore = BasicMemoryStore<DefaultTraits>;

}  // namespace membership::inline v0

#endif
