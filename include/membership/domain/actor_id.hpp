// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DOMAIN_ACTOR_ID_HPP
#define MEMBERSHIP_DOMAIN_ACTOR_ID_HPP

#include "membership/domain/traits.hpp"

#include <optional>

namespace membership::inline v0 {

/// In whose name a command is carried out: a user, whose rights the rules judge, or the system,
/// whose rights nobody judges. Not made of an optional id: a session that names nobody is a request
/// to refuse, and would become the system.
template <class T>
class BasicActorId {
 public:
  /// The system.
  constexpr BasicActorId() noexcept = default;
  constexpr BasicActorId(const typename T::UserId& user) noexcept : user_(user) {}
  BasicActorId(const std::optional<typename T::UserId>&) = delete;

  static constexpr BasicActorId system() noexcept { return {}; }

  /// Null for the system.
  constexpr const typename T::UserId* user() const noexcept { return user_ ? &*user_ : nullptr; }

 private:
  std::optional<typename T::UserId> user_;
};

using ActorId = BasicActorId<DefaultTraits>;

}  // namespace membership::inline v0

#endif
