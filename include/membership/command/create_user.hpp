// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_CREATE_USER_HPP
#define MEMBERSHIP_COMMAND_CREATE_USER_HPP

#include "membership/command/profile_change.hpp"
#include "membership/domain/id.hpp"
#include "membership/policy/membership_policy.hpp"

#include <optional>
#include <string_view>

namespace membership::inline v0 {

/// Makes a user known, with or without a profile. An e-mail address is claimed: no second user of
/// the environment gets it, in whatever case it is written. A user without any text and metadata
/// has no profile, which costs a store nothing: the profile is the host's. Where the host names the
/// user, the revision begins above those of all that were deleted.
///
/// Errors, in this order: `empty`, `too_long`, `not_utf8`, `malformed` of `email`; `not_utf8` of
/// `first_name`, then of `last_name`, then of `name`; `empty`, `too_long`, `malformed` of
/// `external_id`; `invalid_metadata`; `not_utf8` of `locale`; `id_already_used`;
/// `external_id_already_used`; `email_not_available`; `missing_id`.
template <class T>
struct BasicCreateUser {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment, Kind::user};
  static constexpr Kinds mints{Kind::user};

  std::optional<typename T::UserId> id{};  ///< where the host names its users itself
  std::optional<std::string_view> email{};
  std::optional<std::string_view> first_name{};
  std::optional<std::string_view> last_name{};
  bool email_verified = false;
  std::optional<std::string_view> name{};
  std::optional<std::string_view> external_id{};  ///< 1 to 128 characters of ASCII, unique
  MetadataChange metadata{};
  std::optional<std::string_view> locale{};

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    if (id) reads.user = &*id;
    fields().read(email, reads);
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    Refusal refusal = fields().check(email, nullptr);
    if (refusal) return refusal;
    if (id && seen.user) return {ErrorCode::id_already_used, Field::user_id};
    refusal = fields().check_claims(nullptr, seen);
    if (refusal) return refusal;
    if (!id && !context.user) return {ErrorCode::missing_id, Field::user_id};

    plan.outcome = Outcome::created;
    plan.trace.about = Trace::About::user;
    const std::uint64_t revision = id ? detail::begin_above_freed(seen, plan) : 1;
    plan.user.emplace(Precondition::absent, EventType::user_created, std::uint64_t{0},
                      BasicUserState<T>(id ? *id : *context.user, revision));
    Profile profile = detail::profile_to_change(nullptr, context.now);
    const bool filled = fields().apply(profile);
    profile.texts.set(Text::email, email);
    if (!filled && !email) return {};
    profile.email_verified = email_verified;
    plan.profile.emplace(profile);
    detail::change_claims(nullptr, profile, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    if (refusal.field() == Field::user_id && id) return subject_of(*id);
    return fields().subject(refusal, email);
  }

 private:
  constexpr detail::UserFields fields() const noexcept {
    return {TextChange::set_if(first_name),
            TextChange::set_if(last_name),
            TextChange::set_if(name),
            TextChange::set_if(external_id),
            metadata,
            TextChange::set_if(locale)};
  }
};

using CreateUser = BasicCreateUser<DefaultTraits>;

}  // namespace membership::inline v0

#endif
