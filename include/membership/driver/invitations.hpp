// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DRIVER_INVITATIONS_HPP
#define MEMBERSHIP_DRIVER_INVITATIONS_HPP

#include "membership/command/accept_invitation.hpp"
#include "membership/command/create_membership.hpp"
#include "membership/command/create_user.hpp"
#include "membership/command/expire_invitation.hpp"
#include "membership/command/send_invitation.hpp"
#include "membership/driver/execute.hpp"
#include "membership/policy/query.hpp"
#include "membership/policy/rows.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace membership::inline v0 {

/// Commands that may meet an invitation which has expired and which nobody has ended: it is ended
/// first, then they are tried again.

/// Stands for nobody who wants to hear how many invitations were ended.
struct NoExpiryProgress {
  constexpr void operator()(std::size_t /*ended*/) const noexcept {}
};

namespace detail {

/// Whether a command was refused with this.
template <class S>
bool is_refused(const tl::expected<Receipt<S>, Failure<S>>& result, ErrorCode code, Field field) {
  return !result && result.error().error && result.error().error->code == code &&
         result.error().error->field == field;
}

/// Ends the invitation that the reads show, where it has expired; whether it did.
template <class S, class Policy, class RuntimeType>
[[nodiscard]] tl::expected<bool, Failure<S>>
end_expired(S& store, const Policy& policy, const BasicReads<typename S::traits>& reads,
            RuntimeType& runtime) {
  using T = typename S::traits;
  using Result = tl::expected<bool, Failure<S>>;
  auto seen = store.load(reads);
  if (!seen) {
    return Result(tl::unexpect,
                  Failure<S>{FailureKind::store, 1, std::nullopt, std::move(seen.error())});
  }
  if (!(*seen).invitation) return Result(tl::in_place, false);
  auto ended = execute(store, policy, BasicExpireInvitation<T>{(*seen).invitation->id}, runtime);
  if (!ended) return Result(tl::unexpect, std::move(ended.error()));
  return Result(tl::in_place, (*ended).outcome() != Outcome::unchanged);
}

/// Executes a command; where it is refused with `code` because of an invitation that has expired,
/// which `reads` show, ends that and tries again, as often as there is one: of the address, and of
/// the pending membership of a user who was invited by another.
template <class S, class Policy, class C, class RuntimeType>
[[nodiscard]] tl::expected<Receipt<S>, Failure<S>>
execute_after_expired(S& store, const Policy& policy, const C& command, ErrorCode code, Field field,
                      const BasicReads<typename S::traits>& reads, RuntimeType& runtime) {
  auto result = execute(store, policy, command, runtime);
  while (is_refused(result, code, field)) {
    auto ended = end_expired(store, policy, reads, runtime);
    if (!ended) {
      result = tl::unexpected<Failure<S>>(std::move(ended.error()));
      return result;
    }
    if (!*ended) break;
    result = execute(store, policy, command, runtime);
  }
  return result;
}

}  // namespace detail

/// Sends an invitation, as `execute` does the command. An open one of the address that has expired
/// is ended first.
/// Complexity: as `execute`; with an expired invitation two executions and a load more.
template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>>
[[nodiscard]] tl::expected<Receipt<S>, Failure<S>>
send_invitation(S& store, const MembershipPolicy<Rules...>& policy,
                const BasicSendInvitation<typename S::traits>& command,
                RuntimeType&& runtime = RuntimeType{}) {
  return detail::execute_after_expired(store, policy, command, ErrorCode::invite_expired,
                                       Field::invitation_id, command.reads(), runtime);
}

/// Makes a membership, as `execute` does the command. A pending one whose invitation has expired
/// goes first.
/// Complexity: as `send_invitation`.
template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>>
[[nodiscard]] tl::expected<Receipt<S>, Failure<S>>
create_membership(S& store, const MembershipPolicy<Rules...>& policy,
                  const BasicCreateMembership<typename S::traits>& command,
                  RuntimeType&& runtime = RuntimeType{}) {
  BasicReads<typename S::traits> reads = command.reads();
  reads.member_invitation = true;
  return detail::execute_after_expired(store, policy, command,
                                       ErrorCode::cannot_reactivate_pending_organization_membership,
                                       Field::organization_membership_id, reads, runtime);
}

/// Accepts an invitation. Where nobody has its address a user with it is made first, in a plan of
/// its own; by the token the address counts as verified, by the id it does not. One that has
/// expired is ended, and refused with `invite_not_pending`.
///
/// Failures: as `execute`. A user that was made stays where the acceptance fails after all.
/// Complexity: as `send_invitation`; with a new user two executions and a load more.
template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>>
[[nodiscard]] tl::expected<Receipt<S>, Failure<S>>
accept_invitation(S& store, const MembershipPolicy<Rules...>& policy,
                  const BasicAcceptInvitation<typename S::traits>& command,
                  RuntimeType&& runtime = RuntimeType{}) {
  using T = typename S::traits;
  using Refused = tl::unexpected<Failure<S>>;
  auto result = detail::execute_after_expired(store, policy, command, ErrorCode::invite_not_pending,
                                              Field::invitation_id, command.reads(), runtime);
  if (!detail::is_refused(result, ErrorCode::entity_not_found, Field::user_id) ||
      !result.error().error->subject.empty()) {
    return result;
  }
  auto seen = store.load(command.reads());
  if (!seen) {
    result = Refused(Failure<S>{FailureKind::store, 1, std::nullopt, std::move(seen.error())});
    return result;
  }
  if (!(*seen).user && (*seen).invitation_profile != nullptr) {
    const std::string email((*seen).invitation_profile->texts[Text::email]);
    BasicCreateUser<T> user;
    user.email = email;
    user.email_verified = !command.invitation;
    auto made = execute(store, policy, user, runtime);
    // Where somebody else has made one meanwhile, that is the user.
    if (!made && !detail::is_refused(made, ErrorCode::email_not_available, Field::email)) {
      return made;
    }
  }
  return execute(store, policy, command, runtime);
}

namespace detail {
/// Ends those of the open invitations that a filter shows which have expired; how many it ended.
template <class S, class Policy, class RuntimeType, class Progress>
[[nodiscard]] tl::expected<std::size_t, Failure<S>>
end_all_expired(S& store, const Policy& policy, BasicInvitationFilter<typename S::traits> filter,
                RuntimeType& runtime, Progress&& progress) {
  using T = typename S::traits;
  using Result = tl::expected<std::size_t, Failure<S>>;
  constexpr std::size_t page_size = 100;
  filter.open = true;
  Page<typename T::InvitationId> page;
  page.limit = page_size;
  std::size_t ended = 0;
  const Time now = runtime.clock.now();
  for (bool more = true; more;) {
    std::vector<typename T::InvitationId> expired;
    const auto query = BasicInvitationQuery<T>::make(page, filter);
    const auto end = store.list(*query, [&](const BasicInvitationRow<T>& row) {
      page.after = row.state.id;
      if (row.state.status_at(now) == InvitationStatus::expired) expired.push_back(row.state.id);
    });
    if (!end) {
      return Result(tl::unexpect, Failure<S>{FailureKind::store, 1, std::nullopt, end.error()});
    }
    more = (*end).more;
    for (const typename T::InvitationId& id : expired) {
      auto result = execute(store, policy, BasicExpireInvitation<T>{id}, runtime);
      if (!result) {
        // Gone with its organization.
        if (is_refused(result, ErrorCode::entity_not_found, Field::invitation_id)) continue;
        return Result(tl::unexpect, std::move(result.error()));
      }
      if ((*result).outcome() != Outcome::unchanged) ++ended;
    }
    progress(ended);
  }
  return Result(tl::in_place, ended);
}
}  // namespace detail

/// Ends all invitations that have expired, with their pending memberships: for a timer. Returns
/// how many it ended; `progress` is called with that number after each page.
/// Failures: as `execute`.
/// Complexity: one list for every hundred open invitations, one load and one commit for each that
/// has expired.
template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>,
          class Progress = NoExpiryProgress>
[[nodiscard]] tl::expected<std::size_t, Failure<S>>
expire_invitations(S& store, const MembershipPolicy<Rules...>& policy,
                   RuntimeType&& runtime = RuntimeType{}, Progress&& progress = Progress{}) {
  return detail::end_all_expired(store, policy, BasicInvitationFilter<typename S::traits>{},
                                 runtime, progress);
}

}  // namespace membership::inline v0

#endif
