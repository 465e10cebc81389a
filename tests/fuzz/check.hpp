// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_FUZZ_CHECK_HPP
#define MEMBERSHIP_TESTS_FUZZ_CHECK_HPP

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace membership_tests {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) noexcept {
  return {reinterpret_cast<const char*>(data), size};
}

/// Ends the run where something does not hold; the fuzzer keeps the input.
inline void must_hold(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

/// What is read, or refused in the way of the API.
template <class Result>
void check(const Result& result) {
  if (result) return;
  must_hold(result.error().status == 422 || result.error().status == 400,
            "refused with 400 or 422");
}

}  // namespace membership_tests

#endif
