// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_CREATE_USER_HPP
#define MEMBERSHIP_COMMAND_CREATE_USER_HPP

#include "membership/domain/id.hpp"
#include "membership/policy/membership_policy.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace membership {
inline namespace v0 {

/// Makes a user known, with or without a profile. An e-mail address is claimed: no second user of
/// the environment gets it, in whatever case it is written. A user without any text has no profile,
/// which costs a store nothing: the profile is the host's.
///
/// Errors, in this order: `empty`, `too_long`, `not_utf8`, `malformed` of `email`; `not_utf8` of
/// `first_name`, then of `last_name`; `id_already_used`; `email_not_available`; `missing_id`.
template <class T>
struct BasicCreateUser {
  using traits = T;
  static constexpr Kinds kinds{Kind::user};
  static constexpr Kinds mints{Kind::user};

  std::optional<typename T::UserId> id{};  ///< where the host names its users itself
  std::optional<std::string_view> email{};
  std::optional<std::string_view> first_name{};
  std::optional<std::string_view> last_name{};
  bool email_verified = false;

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    if (id) reads.user = &*id;
    if (email) reads.email = EmailKey::folded(*email);
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    if (email) {
      const ErrorCode fault = EmailKey::fault(*email);
      if (fault != ErrorCode{}) return {fault, Field::email};
    }
    constexpr std::size_t unlimited = std::string_view::npos;
    if (first_name) {
      const ErrorCode fault = text_fault(*first_name, 0, unlimited);
      if (fault != ErrorCode{}) return {fault, Field::first_name};
    }
    if (last_name) {
      const ErrorCode fault = text_fault(*last_name, 0, unlimited);
      if (fault != ErrorCode{}) return {fault, Field::last_name};
    }
    if (id && seen.user) return {ErrorCode::id_already_used, Field::user_id};
    if (email && seen.email_holder) return {ErrorCode::email_not_available, Field::email};
    if (!id && !context.user) return {ErrorCode::missing_id, Field::user_id};

    plan.outcome = Outcome::created;
    plan.trace.about = Trace::About::user;
    plan.user.emplace(Precondition::absent, EventType::user_created, std::uint64_t{0},
                      BasicUserState<T>(id ? *id : *context.user, 1));
    if (email) plan.claims.emplace().email.after = email;
    if (!email && !first_name && !last_name) return {};
    Profile& profile = plan.profile.emplace().after;
    profile.texts.set(Text::email, email);
    profile.texts.set(Text::first_name, first_name);
    profile.texts.set(Text::last_name, last_name);
    profile.email_verified = email_verified;
    profile.created_at = context.now;
    profile.updated_at = context.now;
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    if (refusal.code() == ErrorCode::not_utf8) return {};
    if (refusal.field() == Field::user_id && id) return subject_of(*id);
    if (refusal.field() == Field::email) return subject_of_text(*email);
    return {};
  }
};

using CreateUser = BasicCreateUser<DefaultTraits>;

}  // namespace v0
}  // namespace membership

#endif
