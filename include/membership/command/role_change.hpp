// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_COMMAND_ROLE_CHANGE_HPP
#define MEMBERSHIP_COMMAND_ROLE_CHANGE_HPP

#include "membership/domain/id.hpp"
#include "membership/policy/context.hpp"
#include "membership/policy/plan.hpp"
#include "membership/policy/reads.hpp"
#include "membership/policy/refusal.hpp"
#include "membership/policy/snapshot.hpp"
#include "membership/policy/text_change.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace membership::inline v0 {
namespace detail {

/// What the commands on roles share.

/// The limits of the texts of roles and permissions.
inline constexpr std::size_t longest_catalogue_name = 48;
inline constexpr std::size_t longest_catalogue_description = 150;

constexpr Refusal
check_catalogue_texts(std::string_view name, const std::optional<std::string_view>& description,
                      const std::optional<std::string_view>& resource_type_slug) noexcept {
  ErrorCode fault = text_fault(name, 1, longest_catalogue_name);
  if (fault != ErrorCode{}) return {fault, Field::name};
  if (description) {
    fault = text_fault(*description, 0, longest_catalogue_description);
    if (fault != ErrorCode{}) return {fault, Field::description};
  }
  if (resource_type_slug) {
    fault = RoleSlug::fault(*resource_type_slug);
    if (fault != ErrorCode{}) return {fault, Field::resource_type_slug};
  }
  return {};
}

/// The texts of an update of a role or a permission.
constexpr Refusal check_changed_texts(const std::optional<std::string_view>& name,
                                      const TextChange& description) noexcept {
  if (name) {
    const ErrorCode fault = text_fault(*name, 1, longest_catalogue_name);
    if (fault != ErrorCode{}) return {fault, Field::name};
  }
  if (description.sets()) {
    const ErrorCode fault = text_fault(description.text(), 0, longest_catalogue_description);
    if (fault != ErrorCode{}) return {fault, Field::description};
  }
  return {};
}

/// Changes them; whether that made a difference.
constexpr bool change_texts(const std::optional<std::string_view>& name,
                            const TextChange& description, Texts& texts) noexcept {
  const bool named = TextChange::set_if(name).apply(texts, Text::name);
  return description.apply(texts, Text::description) || named;
}

/// The slug of a list that a refusal tells the place of.
constexpr Subject subject_at(std::span<const std::string_view> slugs, Refusal refusal) noexcept {
  const std::uint16_t place = refusal.detail();
  return place < slugs.size() && place != unnamed_place ? subject_of_text(slugs[place]) : Subject{};
}

constexpr Refusal check_seats(const std::optional<std::uint64_t>& limit) noexcept {
  return limit && *limit > most_seats ? Refusal{ErrorCode::out_of_range, Field::seat_limit}
                                      : Refusal{};
}

/// What a request names, or that of the roles of memberships.
constexpr std::string_view resource_type(const std::optional<std::string_view>& slug) noexcept {
  return slug ? *slug : organization_resource_type;
}

template <class T>
constexpr void
write_catalogue_profile(std::string_view name, const std::optional<std::string_view>& description,
                        const std::optional<std::string_view>& resource_type_slug,
                        const BasicContext<T>& context, BasicPlan<T>& plan) noexcept {
  Profile& profile = plan.profile.emplace().after;
  profile.texts.set(Text::name, name);
  profile.texts.set(Text::description, description);
  profile.texts.set(Text::resource_type_slug, resource_type(resource_type_slug));
  profile.created_at = context.now;
  profile.updated_at = context.now;
}

/// Sets the environment's row to its next revision and returns it for further changes.
template <class T>
constexpr EnvironmentState& set_environment(const BasicSnapshot<T>& seen,
                                            BasicPlan<T>& plan) noexcept {
  EnvironmentWrite& write =
      plan.environment.emplace(Precondition::set, seen.environment.revision, seen.environment);
  ++write.after.revision;
  return write.after;
}

/// Reads of an organization.
template <class T>
constexpr BasicReads<T>
organization_reads(const typename T::OrganizationId& organization) noexcept {
  BasicReads<T> reads;
  reads.organization = &organization;
  return reads;
}

/// Sets the organization's row, whole, to its next revision and returns it for further changes.
template <class T>
constexpr BasicOrganizationState<T>& set_organization(const BasicSnapshot<T>& seen,
                                                      BasicPlan<T>& plan) noexcept {
  BasicOrganizationWrite<T>& write = plan.organization.emplace(
      Precondition::set, EventType::none, seen.organization->revision, *seen.organization);
  ++write.after.revision;
  write.after.fenced_to = seen.environment.revision;
  return write.after;
}

/// Roles of a catalogue in their order of priority.
constexpr RoleOrder order_of(const RoleCatalogue& catalogue, RoleSet roles) noexcept {
  RoleOrder order;
  catalogue.for_each_in_order(roles, [&](RoleIndex index) { order.push_back(index); });
  return order;
}

/// Those on their way out that stay in the order of an organization or, without one, of the
/// environment. What retires in the environment is in no organization's order after its fence.
constexpr RoleSet retiring_in_order(const RoleCatalogue& catalogue, bool of_organization) noexcept {
  RoleSet retiring;
  const RoleSet all = catalogue.all();
  const auto add = [&](RoleIndex index) {
    if (catalogue.at(index)->phase != Phase::live) retiring.insert(index);
  };
  catalogue.for_each_in_order(of_organization ? RoleSet(0, all.organization()) : all, add);
  return retiring;
}

/// Those that are not on their way out.
constexpr RoleSet live_roles(const RoleCatalogue& catalogue) noexcept {
  RoleSet live;
  catalogue.for_each_in_order(catalogue.all(), [&](RoleIndex index) {
    if (catalogue.at(index)->phase == Phase::live) live.insert(index);
  });
  return live;
}

/// Six characters of a-z and 0-9 that stand for an id: base 32 of a hash of its text, and for an id
/// without a text of the plan that mints it.
struct SlugSuffix {
  char text[6]{};
  template <class I>
  constexpr SlugSuffix(const I& id, PlanId plan) noexcept {
    const Subject subject = subject_of(id);
    std::uint64_t hash = 14695981039346656037u;
    if (subject.empty()) hash ^= (plan.value.low ^ plan.value.high) * 1099511628211u;
    for (const char c : subject.view()) {
      hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
    }
    hash ^= hash >> 32;
    for (char& c : text) {
      c = "0123456789abcdefghjkmnpqrstvwxyz"[hash & 31u];
      hash >>= 5;
    }
  }
  constexpr std::string_view view() const noexcept { return {text, sizeof text}; }
};

/// The role that a setting names: visible, of organizations, not on its way out.
constexpr Refusal find_assignable(const RoleCatalogue& catalogue, std::string_view slug,
                                  RoleIndex& out, Field field = Field::role_slug) noexcept {
  out = catalogue.find(slug);
  const RoleState* const role = catalogue.at(out);
  if (role == nullptr || role->phase != Phase::live) {
    return {ErrorCode::invalid_role, field};
  }
  if (!role->of_organizations) {
    return {ErrorCode::sub_resource_scoped_role_not_allowed, field};
  }
  return {};
}

/// The organization that a command is about: there, and not under deletion.
/// Errors: `entity_not_found`.
template <class T>
constexpr Refusal check_organization(const BasicSnapshot<T>& seen) noexcept {
  if (seen.organization && seen.organization->phase == Phase::live) return {};
  return {ErrorCode::entity_not_found, Field::organization_id};
}

/// The same where a command may name one; without one it is about the environment.
template <class T>
constexpr Refusal check_scope(const std::optional<typename T::OrganizationId>& organization,
                              const BasicSnapshot<T>& seen) noexcept {
  return organization ? check_organization(seen) : Refusal{};
}

/// The role that the snapshot shows, written with a new state; sets the row that it belongs to.
template <class T>
constexpr void write_role(const BasicSnapshot<T>& seen, const RoleState& after,
                          BasicPlan<T>& plan) noexcept {
  const RoleIndex index = seen.role_index;
  plan.outcome = Outcome::updated;
  EventType event = EventType::role_updated;
  plan.trace.about = Trace::About::environment_role;
  if (index.is_organization()) {
    event = EventType::organization_role_updated;
    plan.trace.about = Trace::About::organization_role;
    set_organization(seen, plan);
  } else {
    set_environment(seen, plan);
  }
  plan.role.emplace(Precondition::set, event, seen.role->id, index, after, seen.roles.at(index));
}

/// The profile of something that is changed: as it was, with a later time.
constexpr Profile updated_profile(const Profile& before, Time now) noexcept {
  Profile profile = before;
  profile.updated_at = later_of(before.updated_at, now);
  return profile;
}

/// Reads of a role by its slug, the environment's or one organization's.
template <class T>
constexpr BasicReads<T>
role_reads(std::string_view slug,
           const std::optional<typename T::OrganizationId>& organization) noexcept {
  BasicReads<T> reads;
  if (organization) reads.organization = &*organization;
  reads.role = slug;
  return reads;
}

/// The subject of a refusal of a command that names a role by its slug.
template <class T>
constexpr Subject
role_command_subject(Refusal refusal, std::string_view slug,
                     const std::optional<typename T::OrganizationId>& organization) noexcept {
  if (refusal.field() == Field::organization_id && organization) return subject_of(*organization);
  if (refusal.field() == Field::role_slug || refusal.field() == Field::slug) {
    return subject_of_text(slug);
  }
  return {};
}

}  // namespace detail
}  // namespace membership::inline v0

#endif
