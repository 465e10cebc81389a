// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_SERVER_AUTHENTICATION_HPP
#define MEMBERSHIP_SERVER_AUTHENTICATION_HPP

#include "http_message.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace membership_server {

/// The keys that clients may use, sent as `Authorization: Bearer KEY`.
class ApiKeys {
 public:
  explicit ApiKeys(std::vector<std::string> keys) : keys_(std::move(keys)) {}

  /// Whether a request carries one of the keys.
  bool accept(const Request& request) const noexcept {
    constexpr std::string_view scheme = "Bearer ";
    const auto header = request.header("Authorization");
    if (!header || header->size() <= scheme.size()) return false;
    if (!equal_ignoring_case(header->substr(0, scheme.size()), scheme)) return false;
    const std::string_view presented = header->substr(scheme.size());
    bool accepted = false;
    for (const std::string& key : keys_) {
      const bool equal = equal_in_constant_time(presented, key);
      accepted = accepted || equal;
    }
    return accepted;
  }

 private:
  /// The time depends on the length of what was presented and on nothing else, so that it tells
  /// nobody how much of a guess was right.
  static bool equal_in_constant_time(std::string_view presented, std::string_view key) noexcept {
    if (key.empty()) return false;
    volatile unsigned difference = presented.size() == key.size() ? 0u : 1u;
    std::size_t at = 0;
    for (const char c : presented) {
      difference = difference | static_cast<unsigned char>(c ^ key[at]);
      at = at + 1 == key.size() ? 0 : at + 1;
    }
    return difference == 0;
  }

  std::vector<std::string> keys_;
};

}  // namespace membership_server

#endif
