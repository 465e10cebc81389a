// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_JSON_TEXT_HPP
#define MEMBERSHIP_WIRE_JSON_TEXT_HPP

#include "membership/domain/id.hpp"
#include "membership/domain/profile.hpp"
#include "membership/domain/time.hpp"
#include "membership/domain/utf8.hpp"
#include "membership/wire/time_text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>
#include <boost/json/string.hpp>
#include <boost/json/string_view.hpp>

#include <concepts>
#include <cstddef>
#include <string_view>
#include <utility>

namespace membership::inline v0 {
namespace wire {
namespace detail {

/// A text for JSON: what is not well-formed UTF-8 is replaced by U+FFFD.
inline boost::json::string json_text(std::string_view text, boost::json::storage_ptr memory = {}) {
  if (is_valid_utf8(text)) {
    return boost::json::string(text.data(), text.data() + text.size(), std::move(memory));
  }
  boost::json::string result(std::move(memory));
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

// The functions below add a member that the object does not have yet, in the object's own memory.

inline void put(boost::json::object& object, boost::json::string_view key, std::string_view text) {
  object.emplace(key, json_text(text, object.storage()));
}

inline void put(boost::json::object& object, boost::json::string_view key, Time time) {
  put(object, key, format_time(time.milliseconds()).view());
}

/// A text of a profile, or null where it is not set.
inline void put(boost::json::object& object, boost::json::string_view key, const Texts& texts,
                Text text) {
  if (texts.has(text)) {
    put(object, key, texts[text]);
  } else {
    object.emplace(key, nullptr);
  }
}

/// Metadata as an object, in its order.
inline void put(boost::json::object& object, boost::json::string_view key,
                const Metadata& metadata) {
  boost::json::object members(object.storage());
  metadata.for_each(
      [&](std::string_view name, std::string_view value) { put(members, json_text(name), value); });
  object.emplace(key, std::move(members));
}

/// An id, or a view of one: its text, or what `subject_of` makes of a host's own.
template <class I>
void put_id(boost::json::object& object, boost::json::string_view key, const I& id) {
  if constexpr (std::convertible_to<const I&, std::string_view>) {
    put(object, key, std::string_view(id));
  } else if constexpr (TextId<I>) {
    put(object, key, id.view());
  } else {
    put(object, key, subject_of(id).view());
  }
}

/// The id that is held, or null.
template <class Held>
void put_id_or_null(boost::json::object& object, boost::json::string_view key, const Held& id) {
  if (id) {
    put_id(object, key, *id);
  } else {
    object.emplace(key, nullptr);
  }
}

}  // namespace detail
}  // namespace wire
}  // namespace membership::inline v0

#endif
