// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_UPDATE_USER_HPP
#define MEMBERSHIP_COMMAND_UPDATE_USER_HPP

#include "membership/command/profile_change.hpp"
#include "membership/policy/membership_policy.hpp"

#include <optional>
#include <string_view>

namespace membership::inline v0 {

/// Changes the profile of a user. What is not named stays; of metadata only the keys that are named
/// change. What makes no difference is `unchanged`. A user under deletion counts as gone.
///
/// A new address is claimed, the one before is given up, and it counts as not verified unless the
/// command says otherwise. The same address in another case is a change of the profile only. One
/// who had no profile gets one with the first text, made now.
///
/// Errors, in this order: `empty`, `too_long`, `not_utf8`, `malformed` of `email`; `not_utf8` of
/// `first_name`, then of `last_name`, then of `name`; `empty`, `too_long`, `malformed` of
/// `external_id`; `invalid_metadata`; `not_utf8` of `locale`; `entity_not_found`;
/// `external_id_already_used`; `email_not_available`.
/// Complexity: the pairs of metadata and the entries of its change, times the entries.
/// See docs/http.md, "Users".
template <class T>
struct BasicUpdateUser {
  using traits = T;
  static constexpr Kinds kinds{Kind::user};
  static constexpr Kinds mints{};

  typename T::UserId user;
  std::optional<std::string_view> email{};
  std::optional<bool> email_verified{};
  TextChange first_name{};
  TextChange last_name{};
  TextChange name{};
  TextChange external_id{};  ///< 1 to 128 characters of ASCII, unique
  MetadataChange metadata{};
  TextChange locale{};

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.user = &user;
    reads.profiles = true;
    fields().read(email, reads);
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    const Profile* const before = seen.user_profile;
    Refusal refusal = fields().check(email, before);
    if (refusal) return refusal;
    if (!seen.user || seen.user->phase == Phase::deleting) {
      return {ErrorCode::entity_not_found, Field::user_id};
    }
    refusal = fields().check_claims(&user, seen);
    if (refusal) return refusal;

    plan.trace.about = Trace::About::user;
    Profile profile = detail::profile_to_change(before, context.now);
    const bool was_verified = profile.email_verified;
    if (email && !(EmailKey::folded(*email) == EmailKey::folded(profile.texts[Text::email]))) {
      profile.email_verified = false;
    }
    profile.email_verified = email_verified.value_or(profile.email_verified);
    bool changed = TextChange::set_if(email).apply(profile.texts, Text::email);
    changed = fields().apply(profile) || changed;
    if (!changed && profile.email_verified == was_verified) return {};
    plan.outcome = Outcome::updated;
    BasicUserWrite<T>& write = plan.user.emplace(Precondition::set, EventType::user_updated,
                                                 seen.user->revision, *seen.user);
    ++write.after.revision;
    plan.profile.emplace(profile, before);
    detail::change_claims(before, profile, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    if (refusal.field() == Field::user_id) return subject_of(user);
    return fields().subject(refusal, email);
  }

 private:
  constexpr detail::UserFields fields() const noexcept {
    return {first_name, last_name, name, external_id, metadata, locale};
  }
};

using UpdateUser = BasicUpdateUser<DefaultTraits>;

}  // namespace membership::inline v0

#endif
