// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_CONFORMANCE_TEXTS_HPP
#define MEMBERSHIP_TESTING_CONFORMANCE_TEXTS_HPP

#include "membership/domain/error.hpp"
#include "membership/domain/ulid.hpp"
#include "membership/driver/execute.hpp"
#include "membership/policy/snapshot.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace membership {
inline namespace v0 {
namespace testing {
namespace conformance {

/// Rows as texts: equal where the rows are, and readable in a finding.

inline std::string text_of(EventId id) {
  return std::to_string(id.value.high) + '/' + std::to_string(id.value.low);
}
template <EntityId I>
std::string text_of(const I& id) {
  if constexpr (TextId<I>) {
    return '\'' + std::string(id.view()) + '\'';
  } else {
    return '\'' + std::string(subject_of(id).view()) + '\'';
  }
}
template <EntityId I>
std::string text_of(const std::optional<I>& id) {
  return id ? text_of(*id) : "none";
}

inline std::string text_of(CommitStatus status) {
  return status == CommitStatus::committed ? "committed" : "conflict";
}
inline std::string text_of(RoleIndex index) {
  return index.is_none() ? "none" : std::to_string(index.value());
}
inline std::string text_of(RoleSet roles) {
  std::ostringstream out;
  out << std::hex << roles.environment() << '/' << roles.organization();
  return out.str();
}
inline std::string text_of(const Counts& counts) {
  std::ostringstream out;
  out << counts.active << " active, " << counts.inactive << " inactive, " << counts.pending
      << " pending, " << counts.owners << " owners";
  return out.str();
}
inline std::string text_of(const EnvironmentState& state) {
  std::ostringstream out;
  out << "environment at " << state.revision << ", default " << text_of(state.default_role)
      << ", owner " << text_of(state.owner_role) << ", several " << state.multiple_roles
      << ", seats " << state.seats_count.pending << state.seats_count.inactive << ", phase "
      << static_cast<int>(state.phase) << " of " << state.generation << ", next owner "
      << text_of(state.next_owner_role) << " of " << state.owner_generation;
  return out.str();
}
template <class T>
std::string text_of(const BasicOrganizationState<T>& state) {
  std::ostringstream out;
  out << "organization " << text_of(state.id) << " at " << state.revision << ", fenced to "
      << state.fenced_to << ", " << text_of(state.counts) << ", seats "
      << (state.seat_limit ? std::to_string(*state.seat_limit) : "unlimited") << ", default "
      << text_of(state.default_role) << ", owner " << text_of(state.owner_role) << ", phase "
      << static_cast<int>(state.phase) << " of " << state.generation;
  return out.str();
}
template <class T>
std::string text_of(const BasicUserState<T>& state) {
  std::ostringstream out;
  out << "user " << text_of(state.id) << " at " << state.revision << ", phase "
      << static_cast<int>(state.phase) << " of " << state.generation;
  return out.str();
}
template <class T>
std::string text_of(const BasicOrganizationMembership<T>& value) {
  std::ostringstream out;
  out << "membership " << text_of(value.id) << " of " << text_of(value.user) << " in "
      << text_of(value.organization) << " at " << value.revision << ", " << to_string(value.status)
      << ", roles " << text_of(value.roles) << " first " << text_of(value.first_requested)
      << ", created " << value.created_at.milliseconds() << ", updated "
      << value.updated_at.milliseconds() << ", managed " << value.directory_managed;
  return out.str();
}
template <class T>
std::string text_of(const BasicInvitationState<T>& state) {
  std::ostringstream out;
  out << "invitation " << text_of(state.id) << " into " << text_of(state.organization) << " at "
      << state.revision << ", " << to_string(state.status) << ", user " << text_of(state.user)
      << ", inviter " << text_of(state.inviter) << ", accepted by " << text_of(state.accepted_by)
      << ", role " << text_of(state.role) << ", created " << state.created_at.milliseconds()
      << ", updated " << state.updated_at.milliseconds() << ", expires "
      << state.expires_at.milliseconds() << ", ended " << state.ended_at.milliseconds()
      << ", sent by " << state.sent_by.value.high << '/' << state.sent_by.value.low << ", token";
  for (const std::uint8_t byte : state.token.bytes) out << ' ' << static_cast<int>(byte);
  return out.str();
}
inline std::string text_of(const PermissionSet& set) {
  std::ostringstream out;
  out << std::hex;
  for (const std::uint64_t word : set.words) out << word << '.';
  return out.str();
}
inline std::string text_of(const RoleState& state) {
  std::ostringstream out;
  out << "role " << state.slug.view() << ", of organizations " << state.of_organizations
      << ", phase " << static_cast<int>(state.phase) << " of " << state.generation
      << ", only unused " << state.only_unused << ", replacement " << text_of(state.replacement)
      << ", grants " << text_of(state.permissions);
  return out.str();
}
inline std::string text_of(const PermissionState& state) {
  std::ostringstream out;
  out << "permission " << state.slug.view() << ", system " << state.system << ", phase "
      << static_cast<int>(state.phase) << " of " << state.generation;
  return out.str();
}
template <class State>
void add_text(std::ostringstream& out, const SlugTable<State>& table) {
  for (unsigned place = 0; place < table.size(); ++place) {
    if (table.has(place)) out << place << ": " << text_of(table[place]) << "; ";
  }
}
inline std::string text_of(const RoleCatalogue& catalogue) {
  std::ostringstream out;
  out << "roles ";
  add_text(out, catalogue.environment());
  out << "own ";
  add_text(out, catalogue.organization());
  out << "permissions ";
  add_text(out, catalogue.permission_table());
  out << "order";
  catalogue.for_each_in_order(catalogue.all(),
                              [&](RoleIndex index) { out << ' ' << text_of(index); });
  return out.str();
}

/// Metadata in the order of its keys: a store may keep it in any.
inline std::string text_of(const Profile& profile) {
  std::ostringstream out;
  for (std::size_t i = 0; i < text_count; ++i) {
    const Text text = static_cast<Text>(i);
    if (profile.texts.has(text)) out << "text " << i << " '" << profile.texts[text] << "', ";
  }
  std::vector<std::string> pairs;
  profile.metadata.for_each([&](std::string_view key, std::string_view value) {
    pairs.push_back("'" + std::string(key) + "' = '" + std::string(value) + "', ");
  });
  std::sort(pairs.begin(), pairs.end());
  for (const std::string& pair : pairs) out << pair;
  profile.domains.for_each([&](const OrganizationDomain& domain) {
    out << "domain " << domain.domain << ' ' << to_string(domain.state) << ' '
        << domain.id.value.high << '/' << domain.id.value.low << ' '
        << domain.created_at.milliseconds() << ' ' << domain.updated_at.milliseconds() << ", ";
  });
  out << "verified " << profile.email_verified << ", created " << profile.created_at.milliseconds()
      << ", updated " << profile.updated_at.milliseconds();
  return out.str();
}
inline std::string text_of(const MembershipBefore& before) {
  std::ostringstream out;
  out << "standing " << static_cast<int>(before.standing) << ", roles " << text_of(before.roles)
      << " first " << text_of(before.first_requested) << ", updated "
      << before.updated_at.milliseconds();
  return out.str();
}
template <class I>
std::string text_of(const Named<I>& named) {
  return text_of(named.id) + " with " + text_of(named.profile);
}
template <class V>
std::string text_of(const Slot<V>& slot) {
  return slot ? text_of(*slot) : "nothing";
}
template <class V>
std::string text_of(const V* value) {
  return value == nullptr ? "nothing" : text_of(*value);
}

/// A store's own failure, as far as it can be printed.
template <class F>
std::string failure_text(const F& failure) {
  if constexpr (requires { std::string_view(to_string(failure)); }) {
    return std::string(to_string(failure));
  } else if constexpr (requires(std::ostream & out) { out << failure; }) {
    std::ostringstream out;
    out << failure;
    return out.str();
  } else if constexpr (requires { std::string_view(failure.what()); }) {
    return std::string(failure.what());
  } else if constexpr (requires { std::string_view(failure.message()); }) {
    return std::string(failure.message());
  } else if constexpr (requires { std::string_view(failure.message); }) {
    return std::string(failure.message);
  } else if constexpr (std::is_enum_v<F>) {
    return "number " + std::to_string(static_cast<long long>(failure));
  } else {
    return "of a kind that cannot be printed";
  }
}

/// Why a command was not carried out.
template <class S>
std::string text_of(const Failure<S>& failure) {
  switch (failure.kind) {
    case FailureKind::refused:
      return "refused, " + std::string(failure.error ? to_string(failure.error->code) : "");
    case FailureKind::contended: return "conflicts until the time was over";
    case FailureKind::store: break;
  }
  return "a failure of the store, " +
         (failure.cause ? failure_text(*failure.cause) : std::string("unknown"));
}

}  // namespace conformance
}  // namespace testing
}  // namespace v0
}  // namespace membership

#endif
