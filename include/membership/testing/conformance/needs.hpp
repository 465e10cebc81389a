// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_CONFORMANCE_NEEDS_HPP
#define MEMBERSHIP_TESTING_CONFORMANCE_NEEDS_HPP

#include "membership/policy/kinds.hpp"
#include "membership/policy/query.hpp"
#include "membership/store/concepts.hpp"

#include <tl/expected.hpp>

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace membership::inline v0 {
namespace testing {
namespace conformance {

/// What a check may need of a store besides `load` of one snapshot and `commit`.
enum class Verb : std::uint8_t {
  load_several,
  view,
  list_memberships,
  list_organizations,
  list_users,
  list_roles,
  list_permissions,
  list_invitations,
  list_events,
  was_committed,
  queue,
};
inline constexpr unsigned verb_count = 11;

constexpr std::string_view to_string(Verb verb) noexcept {
  switch (verb) {
    case Verb::load_several: return "load(span of reads)";
    case Verb::view: return "view(user, organization)";
    case Verb::list_memberships: return "list(memberships)";
    case Verb::list_organizations: return "list(organizations)";
    case Verb::list_users: return "list(users)";
    case Verb::list_roles: return "list(roles)";
    case Verb::list_permissions: return "list(permissions)";
    case Verb::list_invitations: return "list(invitations)";
    case Verb::list_events: return "list(events)";
    case Verb::was_committed: return "was_committed(plan)";
    case Verb::queue: return "queue(reads)";
  }
  return "";
}

constexpr std::string_view to_string(Kind kind) noexcept {
  switch (kind) {
    case Kind::environment: return "environments";
    case Kind::organization: return "organizations";
    case Kind::membership: return "memberships";
    case Kind::user: return "users";
    case Kind::role: return "roles";
    case Kind::permission: return "permissions";
    case Kind::invitation: return "invitations";
    case Kind::token: return "tokens";
  }
  return "";
}

class Verbs {
 public:
  constexpr Verbs() noexcept = default;
  template <class... More>
  constexpr explicit Verbs(Verb first, More... more) noexcept
      : bits_((bit(first) | ... | bit(more))) {}
  constexpr bool has(Verb verb) const noexcept { return (bits_ & bit(verb)) != 0; }

 private:
  static constexpr unsigned bit(Verb verb) noexcept { return 1u << static_cast<unsigned>(verb); }
  unsigned bits_ = 0;
};

/// Whether a store has `list` for a query.
template <class S, class Query>
concept Lists = requires(S& store, const Query& query, membership::detail::AnyVisitor visit) {
  { store.list(query, visit) } -> std::same_as<tl::expected<ListEnd, typename S::Failure>>;
};

template <class S>
constexpr bool has_verb(Verb verb) noexcept {
  using T = typename S::traits;
  switch (verb) {
    case Verb::load_several: return LoadsSeveralSnapshots<S>;
    case Verb::view: return ShowsMemberships<S>;
    case Verb::list_memberships: return ListsPages<S>;
    case Verb::list_organizations: return Lists<S, BasicOrganizationQuery<T>>;
    case Verb::list_users: return Lists<S, BasicUserQuery<T>>;
    case Verb::list_roles: return Lists<S, BasicRoleQuery<T>>;
    case Verb::list_permissions: return Lists<S, BasicPermissionQuery<T>>;
    case Verb::list_invitations: return Lists<S, BasicInvitationQuery<T>>;
    case Verb::list_events: return Lists<S, BasicEventQuery<T>>;
    case Verb::was_committed: return FindsPlans<S>;
    case Verb::queue: return QueuesOrganizations<S>;
  }
  return false;
}

/// What a check needs.
struct Needs {
  Kinds kinds{};
  Verbs verbs{};
  bool threads = false;
  bool texts = false;  ///< that ids are texts
};

inline constexpr Kinds members{Kind::organization, Kind::membership};

/// Whether a store has what a check needs, threads aside.
template <class S>
constexpr bool meets(const Needs& needs) noexcept {
  using T = typename S::traits;
  for (unsigned i = 0; i < verb_count; ++i) {
    const auto verb = static_cast<Verb>(i);
    if (needs.verbs.has(verb) && !has_verb<S>(verb)) return false;
  }
  for (unsigned i = 0; i < static_cast<unsigned>(Kind::token); ++i) {
    const auto kind = static_cast<Kind>(i);
    if (needs.kinds.has(kind) && !S::keeps.has(kind)) return false;
  }
  return !needs.texts || (TextId<typename T::UserId> && TextId<typename T::OrganizationId> &&
                          TextId<typename T::MembershipId>);
}

/// What a store lacks of that.
template <class S>
std::string missing(const Needs& needs) {
  for (unsigned i = 0; i < static_cast<unsigned>(Kind::token); ++i) {
    const auto kind = static_cast<Kind>(i);
    if (needs.kinds.has(kind) && !S::keeps.has(kind)) {
      return "the store keeps no " + std::string(to_string(kind));
    }
  }
  for (unsigned i = 0; i < verb_count; ++i) {
    const auto verb = static_cast<Verb>(i);
    if (needs.verbs.has(verb) && !has_verb<S>(verb)) {
      return "the store lacks " + std::string(to_string(verb));
    }
  }
  return "the store's ids are no texts";
}

}  // namespace conformance
}  // namespace testing
}  // namespace membership::inline v0

#endif
