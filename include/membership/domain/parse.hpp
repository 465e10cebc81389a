// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DOMAIN_PARSE_HPP
#define MEMBERSHIP_DOMAIN_PARSE_HPP

#include "membership/domain/event.hpp"
#include "membership/domain/membership.hpp"
#include "membership/domain/ulid.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace membership::inline v0 {

namespace detail {
constexpr int base32_value(char c) noexcept {
  for (int i = 0; i < 32; ++i) {
    if (base32[i] == c) return i;
  }
  return -1;
}
}  // namespace detail

/// Reads the 26 characters, in the upper case that we write. Nothing where the text is anything
/// else.
constexpr std::optional<Ulid> parse_ulid(std::string_view text) noexcept {
  if (text.size() != Ulid::text_size || text[0] > '7') return std::nullopt;
  Ulid value;
  for (const char c : text) {
    const int digit = detail::base32_value(c);
    if (digit < 0) return std::nullopt;
    value.high = (value.high << 5) | (value.low >> 59);
    value.low = (value.low << 5) | static_cast<std::uint64_t>(digit);
  }
  return value;
}

/// Reads an event's id: the 26 characters that `to_line` (membership/interop/text.hpp) writes of
/// it. Nothing where the text is anything else. So a follower of events keeps its place as text.
/// The API's form, with `event_` before it, is read by `wire::parse_event_id`.
constexpr std::optional<EventId> parse_event_id(std::string_view text) noexcept {
  const std::optional<Ulid> value = parse_ulid(text);
  return value ? std::optional<EventId>(EventId{*value}) : std::nullopt;
}

/// Whether a text is an id in the form that we mint: `prefix` and a ULID.
constexpr bool is_minted_form(std::string_view text, std::string_view prefix) noexcept {
  return text.substr(0, prefix.size()) == prefix &&
         parse_ulid(text.substr(prefix.size() < text.size() ? prefix.size() : text.size()))
             .has_value();
}

/// The event of this name, or nothing.
constexpr std::optional<EventType> parse_event_type(std::string_view text) noexcept {
  constexpr EventType last = EventType::invitation_resent;
  for (unsigned value = 1; value <= static_cast<unsigned>(last); ++value) {
    const EventType type = static_cast<EventType>(value);
    if (to_string(type) == text) return type;
  }
  return std::nullopt;
}

/// The status of this spelling, or nothing.
constexpr std::optional<Status> parse_status(std::string_view text) noexcept {
  for (const Status status : {Status::pending, Status::active, Status::inactive}) {
    if (to_string(status) == text) return status;
  }
  return std::nullopt;
}

}  // namespace membership::inline v0

#endif
