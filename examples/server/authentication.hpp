// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_SERVER_AUTHENTICATION_HPP
#define MEMBERSHIP_SERVER_AUTHENTICATION_HPP

#include "http_message.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace membership_server {

/// The keys that clients may use, sent as `Authorization: Bearer KEY`.
class ApiKeys {
 public:
  explicit ApiKeys(std::vector<std::string> keys) : keys_(std::move(keys)) {}

  std::size_t size() const noexcept { return keys_.size(); }

  /// Which of the keys a request carries, or nothing.
  std::optional<std::size_t> find(const Request& request) const noexcept {
    constexpr std::string_view scheme = "Bearer ";
    const auto header = request.header("Authorization");
    if (!header || header->size() <= scheme.size()) return std::nullopt;
    if (!equal_ignoring_case(header->substr(0, scheme.size()), scheme)) return std::nullopt;
    const std::string_view presented = header->substr(scheme.size());
    std::size_t found = keys_.size();
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      const bool equal = equal_in_constant_time(presented, keys_[i]);
      found = equal ? i : found;
    }
    if (found == keys_.size()) return std::nullopt;
    return found;
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
