// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_PATH_HPP
#define MEMBERSHIP_WIRE_PATH_HPP

#include "membership/wire/percent.hpp"
#include "membership/wire/request_error.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace wire {

/// Splits the raw path of a request at each `/` behind the first one and then decodes each segment
/// once: `%2F` is part of a segment, `+` is a plus sign.
///
/// A trailing slash and two slashes in a row give an empty segment, so that they match no route
/// and an empty id never turns into the list of all.
/// Errors, 400 `bad_request`: no `/` at the beginning; for the first bad segment a bad escape,
/// invalid UTF-8.
/// Complexity: linear. Throws: `std::bad_alloc`.
[[nodiscard]] inline tl::expected<std::vector<std::string>, RequestError>
split_path(std::string_view path) {
  if (path.empty() || path[0] != '/') {
    return tl::unexpected<RequestError>(bad_request("The path does not begin with '/'."));
  }
  tl::expected<std::vector<std::string>, RequestError> segments(tl::in_place);
  std::size_t begin = 1;
  while (true) {
    const std::size_t end = path.find('/', begin);
    auto segment = percent_decode(path.substr(begin, end - begin), Plus::literal);
    if (!segment) {
      std::string message = "A segment of the path ";
      message += to_string(segment.error());
      message += '.';
      return tl::unexpected<RequestError>(bad_request(std::move(message)));
    }
    segments->push_back(std::move(*segment));
    if (end == std::string_view::npos) return segments;
    begin = end + 1;
  }
}

}  // namespace wire
}  // namespace membership::inline v0

#endif
