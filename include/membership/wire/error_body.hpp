// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_ERROR_BODY_HPP
#define MEMBERSHIP_WIRE_ERROR_BODY_HPP

#include "membership/wire/json_text.hpp"
#include "membership/wire/request_error.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/storage_ptr.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace membership::inline v0 {
namespace wire {

/// The JSON body of a refusal, made in `memory`: `code` (where there is one), `message`, `errors`
/// (where there are some), then the extra keys.
/// Complexity: linear. Throws: `std::bad_alloc`.
/// See docs/http.md, "Every call".
[[nodiscard]] inline boost::json::object error_object(const RequestError& error,
                                                      boost::json::storage_ptr memory = {}) {
  boost::json::object body(std::move(memory));
  if (!error.code.empty()) detail::put(body, "code", error.code);
  detail::put(body, "message", error.message);
  if (!error.errors.empty()) {
    boost::json::array entries(body.storage());
    for (const ErrorEntry& entry : error.errors) {
      boost::json::object object(body.storage());
      detail::put(object, "code", entry.code);
      detail::put(object, "message", entry.message);
      if (!entry.field.empty()) detail::put(object, "field", entry.field);
      entries.push_back(std::move(object));
    }
    body.emplace("errors", std::move(entries));
  }
  for (const auto& [key, value] : error.extra) {
    detail::put(body, detail::json_text(key), value);
  }
  return body;
}

/// The same as a text.
[[nodiscard]] inline std::string error_body(const RequestError& error) {
  return boost::json::serialize(error_object(error));
}

/// The JSON body `{"code":…,"message":…}`; without `code` where that is empty.
[[nodiscard]] inline std::string error_body(std::string_view code, std::string_view message) {
  return error_body(RequestError{0, std::string(code), std::string(message)});
}

}  // namespace wire
}  // namespace membership::inline v0

#endif
