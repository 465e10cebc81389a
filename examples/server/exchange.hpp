// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_SERVER_EXCHANGE_HPP
#define MEMBERSHIP_SERVER_EXCHANGE_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace membership_server {

/// How a route is called in logs and metrics: never by a path that was sent.
struct RouteName {
  std::string method{};
  std::string pattern{};  ///< as `/organizations/{id}`
  std::size_t index = 0;  ///< among the routes
};

/// The methods that are told apart in logs and metrics. Others are one, since clients may make up
/// as many as they like.
inline constexpr std::array<std::string_view, 7> method_names{"GET",   "HEAD",   "POST", "PUT",
                                                              "PATCH", "DELETE", "OTHER"};

/// The index of a method in `method_names`.
constexpr std::size_t method_index(std::string_view method) noexcept {
  std::size_t i = 0;
  while (i + 1 < method_names.size() && method_names[i] != method) ++i;
  return i;
}

/// An answered request, for those who watch.
struct Exchange {
  std::string_view id{};
  std::string_view method{};
  const RouteName* route = nullptr;  ///< null where the request had none, or was not read so far
  int status = 0;
  std::uint64_t microseconds = 0;  ///< from the whole request to the whole answer, without sending
  std::size_t bytes = 0;           ///< of the answer's body, as it is sent
};

/// Is told of each exchange before its answer is sent, from several threads at once; throws
/// nothing.
using Observer = std::function<void(const Exchange&)>;

}  // namespace membership_server

#endif
