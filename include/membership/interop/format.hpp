// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_INTEROP_FORMAT_HPP
#define MEMBERSHIP_INTEROP_FORMAT_HPP

#include "membership/interop/text.hpp"

#include <string_view>
#include <version>

#ifndef __cpp_lib_format
#error "membership/interop/format.hpp: the standard library has no std::format; see interop/fmt.hpp"
#endif

#include <format>

/// Formats the line of `to_line` with `std::format`, by the specification of a string.
template <membership::Printable V>
struct std::formatter<V, char> : std::formatter<std::string_view, char> {
  template <class Context>
  auto format(const V& value, Context& context) const {
    using membership::detail::Lines;
    return std::formatter<std::string_view, char>::format(Lines::view(Lines::of(value)), context);
  }
};

#endif
