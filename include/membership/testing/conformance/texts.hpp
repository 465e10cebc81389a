// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_CONFORMANCE_TEXTS_HPP
#define MEMBERSHIP_TESTING_CONFORMANCE_TEXTS_HPP

#include "membership/domain/error.hpp"
#include "membership/domain/id.hpp"
#include "membership/domain/invitation.hpp"
#include "membership/domain/organization_domain.hpp"
#include "membership/domain/profile.hpp"
#include "membership/domain/role_catalogue.hpp"
#include "membership/domain/role_set.hpp"
#include "membership/domain/ulid.hpp"
#include "membership/driver/execute.hpp"
#include "membership/interop/text.hpp"
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

namespace membership::inline v0 {
namespace testing {
namespace conformance {

/// Rows as texts: equal where the rows are, and readable in a finding.

inline std::string text_of(EventId id) { return to_line(id); }
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
template <Printable V>
requires(!EntityId<V>) std::string text_of(const V& value) { return to_line(value); }
template <class T>
std::string text_of(const BasicInvitationState<T>& state) {
  std::ostringstream out;
  out << to_line(state) << ", token";
  for (const std::uint8_t byte : state.token.bytes) out << ' ' << static_cast<int>(byte);
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
  profile.domains.for_each(
      [&](const OrganizationDomain& domain) { out << to_line(domain) << ", "; });
  out << "verified " << profile.email_verified << ", created " << to_line(profile.created_at)
      << ", updated " << to_line(profile.updated_at);
  return out.str();
}
inline std::string text_of(const MembershipBefore& before) {
  return "standing " + to_line(before.standing) + ", roles " + to_line(before.roles) + " first " +
         to_line(before.first_requested) + ", updated " + to_line(before.updated_at);
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
}  // namespace membership::inline v0

#endif
