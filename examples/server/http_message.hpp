// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_SERVER_HTTP_MESSAGE_HPP
#define MEMBERSHIP_SERVER_HTTP_MESSAGE_HPP

#include "exchange.hpp"
#include "membership/wire/error_body.hpp"
#include "membership/wire/request_error.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace membership_server {

struct Header {
  std::string_view name;
  std::string_view value;
};

/// Whether two ASCII texts are equal but for capital and small letters.
inline bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

/// A request as it came, nothing decoded. All texts are views that live as long as the call.
struct Request {
  std::string_view method{};
  std::string_view path{};   ///< begins with `/`, unless the client sent something odd
  std::string_view query{};  ///< what follows the first `?`
  std::vector<Header> headers{};
  std::string_view body{};
  std::string_view id{};  ///< what `X-Request-ID` of the answer will say

  /// The value of a header; the first if there are several.
  std::optional<std::string_view> header(std::string_view name) const noexcept {
    for (const Header& each : headers) {
      if (equal_ignoring_case(each.name, name)) return each.value;
    }
    return std::nullopt;
  }
};

/// An answer. Without a body nothing but the status and headers is sent.
struct Response {
  int status = 200;
  std::optional<std::string> body{};
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string_view content_type = "application/json; charset=utf-8";  ///< of the body; a literal
  const RouteName* route = nullptr;  ///< for those who watch: which route answered
};

/// What answers requests. It is called from several threads at once.
using Handler = std::function<Response(const Request&)>;

inline Response json_response(int status, std::string body) {
  return Response{status, std::move(body)};
}

inline Response error_response(const membership::wire::RequestError& error) {
  Response response{error.status, membership::wire::error_body(error)};
  if (error.retry_after) {
    response.headers.emplace_back("Retry-After", std::to_string(*error.retry_after));
  }
  return response;
}

inline Response error_response(int status, std::string_view code, std::string_view message) {
  return Response{status, membership::wire::error_body(code, message)};
}

}  // namespace membership_server

#endif
