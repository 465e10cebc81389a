// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_JSON_TEXT_HPP
#define MEMBERSHIP_WIRE_JSON_TEXT_HPP

#include "membership/domain/id.hpp"
#include "membership/domain/profile.hpp"
#include "membership/domain/time.hpp"
#include "membership/domain/utf8.hpp"
#include "membership/wire/time_text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <concepts>
#include <cstddef>
#include <string_view>

namespace membership {
inline namespace v0 {
namespace wire {
namespace detail {

/// A text for JSON: what is not well-formed UTF-8 is replaced by U+FFFD.
inline boost::json::string json_text(std::string_view text) {
  if (is_valid_utf8(text)) return boost::json::string(text.data(), text.data() + text.size());
  boost::json::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = membership::detail::utf8_sequence(text, at);
    if (length == 0) {
      result.append("\xEF\xBF\xBD");
      ++at;
    } else {
      result.append(text.data() + at, text.data() + at + length);
      at += length;
    }
  }
  return result;
}

/// A text of a profile, or null where it is not set.
inline boost::json::value json_text(const Texts& texts, Text text) {
  if (!texts.has(text)) return nullptr;
  return json_text(texts[text]);
}

inline boost::json::string json_text(Time time) {
  return json_text(format_time(time.milliseconds()).view());
}

/// Metadata as an object, in its order.
inline boost::json::object json_metadata(const Metadata& metadata) {
  boost::json::object object;
  metadata.for_each([&](std::string_view key, std::string_view value) {
    object[json_text(key)] = json_text(value);
  });
  return object;
}

/// An id, or a view of one, as a string: its text, or what `subject_of` makes of a host's own.
template <class I>
boost::json::string json_id(const I& id) {
  if constexpr (std::convertible_to<const I&, std::string_view>) {
    return json_text(std::string_view(id));
  } else if constexpr (TextId<I>) {
    return json_text(id.view());
  } else {
    return json_text(subject_of(id).view());
  }
}

}  // namespace detail
}  // namespace wire
}  // namespace v0
}  // namespace membership

#endif
