// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_INTEROP_TEXT_HPP
#define MEMBERSHIP_INTEROP_TEXT_HPP

#include "membership/domain/environment.hpp"
#include "membership/domain/error.hpp"
#include "membership/domain/error_message.hpp"
#include "membership/domain/event.hpp"
#include "membership/domain/id.hpp"
#include "membership/domain/inline_text.hpp"
#include "membership/domain/invitation.hpp"
#include "membership/domain/membership.hpp"
#include "membership/domain/organization.hpp"
#include "membership/domain/organization_domain.hpp"
#include "membership/domain/phase.hpp"
#include "membership/domain/profile.hpp"
#include "membership/domain/role_catalogue.hpp"
#include "membership/domain/role_set.hpp"
#include "membership/domain/slug.hpp"
#include "membership/domain/time.hpp"
#include "membership/domain/ulid.hpp"
#include "membership/domain/user.hpp"
#include "membership/policy/authorization.hpp"
#include "membership/policy/lifecycle.hpp"
#include "membership/policy/plan.hpp"
#include "membership/policy/rows.hpp"
#include "membership/wire/time_text.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace membership::inline v0 {
namespace detail {

template <class E, class... Enums>
concept one_of = (std::same_as<E, Enums> || ...);

/// The enums of domain/ and policy/ that have a spelling.
template <class E>
concept Spelled = one_of<E, AuthorizationReason, DomainState, ErrorCode, EventType, Field,
                         InvitationStatus, LifecycleCommand, Outcome, Phase, Standing, Status>;

/// What each value is written as: the one list of what ostream.hpp, fmt.hpp and format.hpp print.
/// The first group are texts as they are, which need no memory of their own.
class Lines {
 public:
  template <class Tag, std::size_t Capacity>
  static constexpr std::string_view of(const Id<Tag, Capacity>& id) noexcept {
    return id.view();
  }
  template <std::size_t Capacity>
  static constexpr std::string_view of(const InlineText<Capacity>& text) noexcept {
    return text.view();
  }
  static constexpr std::string_view of(const RoleSlug& slug) noexcept { return slug.view(); }
  static constexpr std::string_view of(const PermissionSlug& slug) noexcept { return slug.view(); }
  static constexpr std::string_view of(const EmailKey& key) noexcept { return key.view(); }
  template <Spelled E>
  static constexpr std::string_view of(E value) noexcept {
    return to_string(value);
  }
  static constexpr wire::TimeText of(Time time) noexcept {
    return wire::format_time(time.milliseconds());
  }
  static constexpr InlineText<Ulid::text_size> of(const Ulid& value) noexcept {
    char text[Ulid::text_size]{};
    write_ulid(value, text);
    return InlineText<Ulid::text_size>::cut({static_cast<const char*>(text), sizeof text});
  }
  static constexpr auto of(const PlanId& id) noexcept { return of(id.value); }
  static constexpr auto of(const EventId& id) noexcept { return of(id.value); }
  static constexpr auto of(const OrganizationDomainId& id) noexcept { return of(id.value); }

  static std::string of(const Error& error) { return message(error); }
  static std::string of(RoleIndex index) {
    if (index.is_none()) return "none";
    return line(index.is_organization() ? "organization " : "", index.place());
  }
  static std::string of(RoleSet roles) {
    return set(2 * RoleIndex::per_table, [&](unsigned value) {
      const RoleIndex index = RoleIndex::from_value(static_cast<std::uint8_t>(value));
      return roles.contains(index) ? std::optional(of(index)) : std::nullopt;
    });
  }
  static std::string of(const PermissionSet& permissions) {
    return set(PermissionSet::capacity, [&](unsigned place) {
      return permissions.contains(place) ? std::optional(std::to_string(place)) : std::nullopt;
    });
  }
  static std::string of(StatusSet statuses) {
    constexpr unsigned last = static_cast<unsigned>(Status::inactive);
    return set(last + 1, [&](unsigned value) {
      const Status status = static_cast<Status>(value);
      return statuses.contains(status) ? std::optional(line(status)) : std::nullopt;
    });
  }
  static std::string of(const Counts& counts) {
    return line(counts.active, " active, ", counts.inactive, " inactive, ", counts.pending,
                " pending, ", counts.owners, " owners");
  }
  static std::string of(SeatsCount count) {
    return line("active", count.pending ? " pending" : "", count.inactive ? " inactive" : "");
  }
  static std::string of(Authorization answer) {
    if (!answer) return line(answer.reason);
    return line(answer.reason, " by role ", answer.role);
  }

  static std::string of(const EnvironmentState& state) {
    std::string text =
        line("environment at ", state.revision, ", default ", state.default_role, ", owner ",
             state.owner_role, ", Multiple Roles ", state.multiple_roles ? "on" : "off", ", seats ",
             state.seats_count, ", ", phase(state));
    if (state.names_owner_role() || !state.next_owner_role.is_none()) {
      text += line(", next owner ", state.next_owner_role, " of ", state.owner_generation);
    }
    return text;
  }
  template <class T>
  static std::string of(const BasicOrganizationState<T>& state) {
    return line("organization ", quoted(state.id), " at ", state.revision, ", fenced to ",
                state.fenced_to, ", ", state.counts, ", ",
                state.seat_limit ? std::to_string(*state.seat_limit) : std::string("unlimited"),
                " seats, default ", state.default_role, ", owner ", state.owner_role, ", ",
                phase(state));
  }
  template <class T>
  static std::string of(const BasicUserState<T>& state) {
    return line("user ", quoted(state.id), " at ", state.revision, ", ", phase(state));
  }
  template <class T>
  static std::string of(const BasicOrganizationMembership<T>& value) {
    return line("membership ", quoted(value.id), " of ", quoted(value.user), " in ",
                quoted(value.organization), " at ", value.revision, ", ", value.status, ", roles ",
                value.roles, " first ", value.first_requested, ", created ", value.created_at,
                ", updated ", value.updated_at,
                value.directory_managed ? ", managed by a directory" : "");
  }
  template <class T>
  static std::string of(const BasicMembershipView<T>& view) {
    return of(view.copy());
  }
  /// Without the digest of its token.
  template <class T>
  static std::string of(const BasicInvitationState<T>& state) {
    std::string text =
        line("invitation ", quoted(state.id), " into ", quoted(state.organization), " at ",
             state.revision, ", ", state.status, ", role ", state.role, ", user ",
             quoted(state.user), ", inviter ", quoted(state.inviter), ", accepted by ",
             quoted(state.accepted_by), ", created ", state.created_at, ", updated ",
             state.updated_at, ", expires ", state.expires_at, ", sent by ", state.sent_by);
    if (state.ended_at.milliseconds() != 0) text += line(", ended ", state.ended_at);
    return text;
  }
  static std::string of(const RoleState& state) {
    std::string text = line("role '", state.slug, "', ", state.of_organizations ? "" : "not ",
                            "of organizations, grants ", state.permissions, ", ", phase(state));
    if (state.only_unused) text += ", only if unused";
    if (!state.replacement.is_none()) text += line(", replaced by ", state.replacement);
    return text;
  }
  static std::string of(const PermissionState& state) {
    return line("permission '", state.slug, state.system ? "' of the system, " : "', ",
                phase(state));
  }
  static std::string of(const OrganizationDomain& domain) {
    return line("domain '", domain.domain, "' ", domain.state, " as ", domain.id, ", created ",
                domain.created_at, ", updated ", domain.updated_at);
  }

  /// What a view, or a text that was made, shows.
  template <class Text>
  static constexpr std::string_view view(const Text& text) noexcept {
    if constexpr (requires { text.view(); }) {
      return text.view();
    } else {
      return text;
    }
  }

 private:
  template <class Part>
  static void add(std::string& text, const Part& part) {
    if constexpr (std::convertible_to<const Part&, std::string_view>) {
      text += std::string_view(part);
    } else if constexpr (std::unsigned_integral<Part>) {
      text += std::to_string(part);
    } else {
      text += view(of(part));
    }
  }
  template <class... Parts>
  static std::string line(const Parts&... parts) {
    std::string text;
    (add(text, parts), ...);
    return text;
  }
  /// Those of `size` places for which `text_at` has a text.
  template <class TextAt>
  static std::string set(unsigned size, TextAt&& text_at) {
    std::string text = "{";
    for (unsigned place = 0; place < size; ++place) {
      if (const std::optional<std::string> element = text_at(place)) {
        text += line(text.size() > 1 ? ", " : "", *element);
      }
    }
    return text + '}';
  }
  template <EntityId I>
  static std::string quoted(const I& id) {
    if constexpr (TextId<I>) {
      return line("'", id.view(), "'");
    } else {
      return line("'", subject_of(id).view(), "'");
    }
  }
  template <class I>
  static std::string quoted(const std::optional<I>& id) {
    return id ? quoted(*id) : "none";
  }
  /// The phase, and the revision of the mark that brought it.
  template <class State>
  static std::string phase(const State& state) {
    if (state.generation == 0) return line(state.phase);
    return line(state.phase, " of ", state.generation);
  }
};

}  // namespace detail

/// A value of the library that is written as a line of text: ids, slugs, enums of domain/ and
/// policy/ that have a `to_string`, times, ULIDs, errors, sets, the states of all entities. Not a
/// profile, which is personal, nor a digest.
template <class V>
concept Printable = requires(const V& value) {
  detail::Lines::of(value);
};

/// The line, without a line break at its end. Ids, slugs and enums are their text, a time as the
/// API writes it (RFC 3339), an error its message. Roles and permissions are shown by their
/// places: names are in the catalogue.
/// Complexity: linear in the line. Throws: `std::bad_alloc`.
template <Printable V>
[[nodiscard]] std::string to_line(const V& value) {
  return std::string(detail::Lines::view(detail::Lines::of(value)));
}

}  // namespace membership::inline v0

#endif
