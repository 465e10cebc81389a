// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_LIST_OBJECT_HPP
#define MEMBERSHIP_WIRE_LIST_OBJECT_HPP

#include "membership/wire/json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <optional>
#include <utility>

namespace membership::inline v0 {
namespace wire {

/// A whole list, without `list_metadata`, as roles are answered, in the memory of `data`.
/// Throws: `std::bad_alloc`. See docs/http.md, "Every call".
[[nodiscard]] inline boost::json::object list_object(boost::json::array data) {
  boost::json::object list(data.storage());
  list.reserve(3);
  detail::put(list, "object", "list");
  list.emplace("data", std::move(data));
  return list;
}

/// A page of a list, with the ids that ask for the pages beside it.
/// Throws: `std::bad_alloc`. See docs/http.md, "Every call".
template <class I>
[[nodiscard]] boost::json::object list_object(boost::json::array data,
                                              const std::optional<I>& before,
                                              const std::optional<I>& after) {
  boost::json::object list = list_object(std::move(data));
  boost::json::object metadata(list.storage());
  detail::put_id_or_null(metadata, "before", before);
  detail::put_id_or_null(metadata, "after", after);
  list.emplace("list_metadata", std::move(metadata));
  return list;
}

}  // namespace wire
}  // namespace membership::inline v0

#endif
