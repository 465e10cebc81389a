// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_SUPPORT_WORLD_HPP
#define MEMBERSHIP_TESTS_SUPPORT_WORLD_HPP

#include "membership/core.hpp"

#include <cstdint>
#include <string_view>

/// A small world for decisions, at compile time and at run time: one user, one organization, a
/// handful of roles.
namespace membership_tests {

using namespace std::string_view_literals;
using namespace membership;

template <class I>
constexpr I id(std::string_view text) noexcept {
  return *I::make(text);
}
constexpr RoleSlug slug(std::string_view text) noexcept { return *RoleSlug::make(text); }
constexpr Time at(std::int64_t milliseconds) noexcept {
  return Time::from_milliseconds(milliseconds);
}

inline constexpr UserId user_id = id<UserId>("user_1");
inline constexpr OrganizationId organization_id = id<OrganizationId>("org_1");
inline constexpr MembershipId membership_id = id<MembershipId>("om_1");
inline constexpr MembershipId new_membership_id = id<MembershipId>("om_new");

constexpr RoleState retiring(std::string_view text) noexcept {
  RoleState role(slug(text));
  role.phase = Phase::retiring;
  return role;
}

inline constexpr RoleIndex member = RoleIndex::environment(0);
inline constexpr RoleIndex admin = RoleIndex::environment(1);
inline constexpr RoleIndex viewer = RoleIndex::environment(2);
inline constexpr RoleIndex editor = RoleIndex::environment(3);   ///< of documents
inline constexpr RoleIndex leaving = RoleIndex::environment(4);  ///< retiring
inline constexpr RoleIndex lead = RoleIndex::organization(0);
inline constexpr RoleIndex clerk = RoleIndex::organization(1);
inline constexpr RoleIndex gone = RoleIndex::organization(7);  ///< no such role

inline constexpr RoleState environment_roles[] = {
    RoleState(slug("member")), RoleState(slug("admin")),
    RoleState(slug("viewer")), RoleState(slug("document-editor"), false),
    retiring("leaving"),
};
inline constexpr RoleState organization_roles[] = {
    RoleState(slug("org-lead")),
    RoleState(slug("org-clerk")),
};

/// admin, org-lead, member; the others by age.
constexpr RoleOrder make_order() noexcept {
  RoleOrder order;
  order.push_back(admin);
  order.push_back(lead);
  order.push_back(member);
  return order;
}
inline constexpr RoleOrder role_order = make_order();
inline constexpr RoleCatalogue catalogue(RoleTable(environment_roles, 5),
                                         RoleTable(organization_roles, 2), &role_order);

template <class... Indexes>
constexpr RoleSet set_of(Indexes... indexes) noexcept {
  RoleSet set;
  (set.insert(indexes), ...);
  return set;
}

/// A live user, a live organization at revision 7 of an environment at revision 3, no membership.
constexpr Snapshot make_world() noexcept {
  Snapshot seen;
  seen.environment.revision = 3;
  seen.roles = catalogue;
  seen.user.emplace(user_id, 5u);
  OrganizationState& organization = seen.organization.emplace(organization_id);
  organization.revision = 7;
  organization.fenced_to = 2;
  organization.owner_role = admin;
  organization.counts = Counts{10, 4, 2, 3};
  return seen;
}
inline constexpr Snapshot world = make_world();

/// The same with a membership, last written at revision 6 and time 1000.
constexpr Snapshot with(Status status, RoleSet roles, bool directory_managed = false) noexcept {
  Snapshot seen = make_world();
  seen.membership.emplace(membership_id, user_id, organization_id, roles, RoleIndex::none(), status,
                          at(500), at(1000), 6u, directory_managed);
  return seen;
}

/// The same with Multiple Roles.
constexpr Snapshot several_allowed(Snapshot seen) noexcept {
  seen.environment.multiple_roles = true;
  return seen;
}

inline constexpr PlanId plan_id{Ulid{0x0123456789ABCDEFu, 0xFEDCBA9876543210u}};

/// A context with every id.
constexpr Context make_context(Time now) noexcept {
  Context context(now, plan_id);
  context.membership.emplace(new_membership_id);
  context.organization.emplace(id<OrganizationId>("org_new"));
  context.user.emplace(id<UserId>("user_new"));
  context.role.emplace(id<RoleId>("role_new"));
  context.permission.emplace(id<PermissionId>("perm_new"));
  return context;
}
inline constexpr Context context = make_context(at(2000));
inline constexpr Context no_ids{at(2000), plan_id};

/// The refusal of a command; with an `ErrorCode{}` where there is none.
template <class C>
constexpr Error refusal(const C& command, const BasicSnapshot<typename C::traits>& seen,
                        const PolicyOptions& options = {},
                        const BasicContext<typename C::traits>& drawn = context) noexcept {
  MembershipPolicy<> policy;
  policy.options = options;
  const auto result = policy.decide(command, seen, drawn);
  return result ? Error{ErrorCode{}} : result.error();
}

/// The plan of a command that is not refused.
template <class C>
constexpr BasicPlan<typename C::traits>
plan_of(const C& command, const BasicSnapshot<typename C::traits>& seen,
        const PolicyOptions& options = {},
        const BasicContext<typename C::traits>& drawn = context) noexcept {
  MembershipPolicy<> policy;
  policy.options = options;
  return *policy.decide(command, seen, drawn);
}

constexpr Error error(ErrorCode code, Field field, std::string_view subject = {},
                      std::uint16_t detail = 0) noexcept {
  return Error{code, field, detail, Subject::cut(subject)};
}

}  // namespace membership_tests

#endif
