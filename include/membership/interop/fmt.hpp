// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_INTEROP_FMT_HPP
#define MEMBERSHIP_INTEROP_FMT_HPP

#include "membership/interop/text.hpp"

#include <fmt/format.h>

#include <string_view>

/// Formats the line of `to_line` with libfmt (9 or later), by the specification of a string.
template <membership::Printable V>
struct fmt::formatter<V, char> : fmt::formatter<std::string_view, char> {
  template <class Context>
  auto format(const V& value, Context& context) const {
    using membership::detail::Lines;
    return fmt::formatter<std::string_view, char>::format(Lines::view(Lines::of(value)), context);
  }
};

#endif
