// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_INTEROP_OSTREAM_HPP
#define MEMBERSHIP_INTEROP_OSTREAM_HPP

#include "membership/interop/text.hpp"

#include <ostream>

namespace membership::inline v0 {

/// Writes the line of `to_line`. The stream's width and fill apply to it as a whole.
template <Printable V>
std::ostream& operator<<(std::ostream& out, const V& value) {
  return out << detail::Lines::view(detail::Lines::of(value));
}

}  // namespace membership::inline v0

#endif
