// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_SERVER_ROUTER_HPP
#define MEMBERSHIP_SERVER_ROUTER_HPP

#include "authentication.hpp"
#include "http_message.hpp"
#include "membership/wire/path.hpp"
#include "membership/wire/query_string.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace membership_server {

/// A request for which a route was found.
struct Call {
  const Request& request;
  std::vector<std::string> parameters;  ///< the decoded `{…}` segments from left to right
  membership::wire::QueryString query;
};

using RouteHandler = std::function<Response(const Call&)>;

/// Whether a route asks for an API key.
enum class Access { key, open };

/// Finds the handler of a request. The checks come in the order of the API: key 401, route 404 or
/// 405, syntax of the query 400; the handler does the rest.
class Router {
 public:
  explicit Router(ApiKeys keys) : keys_(std::move(keys)) {}

  /// Adds a route. A pattern is a path whose segments are literal or a `{name}`, which stands for
  /// one non-empty segment. A GET route answers HEAD too; the server leaves the body out.
  void add(std::string_view method, std::string_view pattern, RouteHandler handler,
           Access access = Access::key) {
    Route route{std::string(method), {}, std::move(handler), access};
    for (std::size_t begin = 1, end = 0; end != std::string_view::npos; begin = end + 1) {
      end = pattern.find('/', begin);
      const std::string_view segment = pattern.substr(begin, end - begin);
      route.segments.push_back(segment.front() == '{' ? std::string() : std::string(segment));
    }
    routes_.push_back(std::move(route));
  }

  Response operator()(const Request& request) const {
    auto path = membership::wire::split_path(request.path);
    const Route* route = nullptr;
    if (path) route = find(request.method, *path);
    const bool open = route != nullptr && route->access == Access::open;
    if (!open && !keys_.accept(request)) return unauthorized();
    if (!path) return error_response(path.error());
    if (route == nullptr) return no_route(*path);
    auto query = membership::wire::QueryString::parse(request.query);
    if (!query) return error_response(query.error());

    Call call{request, {}, std::move(*query)};
    for (std::size_t i = 0; i < path->size(); ++i) {
      if (route->segments[i].empty()) call.parameters.push_back(std::move((*path)[i]));
    }
    return route->handler(call);
  }

 private:
  struct Route {
    std::string method;
    std::vector<std::string> segments;  ///< a parameter is an empty one
    RouteHandler handler;
    Access access;
  };

  static bool matches(const Route& route, const std::vector<std::string>& path) noexcept {
    if (route.segments.size() != path.size()) return false;
    for (std::size_t i = 0; i < path.size(); ++i) {
      if (path[i].empty()) return false;
      if (!route.segments[i].empty() && route.segments[i] != path[i]) return false;
    }
    return true;
  }

  /// Of two routes that match, the better one has a literal segment where they first differ.
  static bool is_better(const Route& route, const Route& other) noexcept {
    for (std::size_t i = 0; i < route.segments.size(); ++i) {
      if (route.segments[i].empty() != other.segments[i].empty()) {
        return other.segments[i].empty();
      }
    }
    return false;
  }

  const Route* find(std::string_view method, const std::vector<std::string>& path) const noexcept {
    if (method == "HEAD") method = "GET";
    const Route* best = nullptr;
    for (const Route& route : routes_) {
      if (route.method != method || !matches(route, path)) continue;
      if (best == nullptr || is_better(route, *best)) best = &route;
    }
    return best;
  }

  static Response unauthorized() {
    Response response = error_response(401, "", "Unauthorized");
    response.headers.emplace_back("WWW-Authenticate", "Bearer");
    return response;
  }

  /// 405 with the methods that the path has, or 404 where it has none.
  Response no_route(const std::vector<std::string>& path) const {
    std::string allow;
    for (const std::string_view method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
      if (find(method, path) == nullptr) continue;
      if (!allow.empty()) allow += ", ";
      allow += method;
      if (method == "GET") allow += ", HEAD";
    }
    if (allow.empty()) return error_response(404, "not_found", "Not Found");
    Response response = error_response(405, "method_not_allowed", "Method Not Allowed");
    response.headers.emplace_back("Allow", std::move(allow));
    return response;
  }

  ApiKeys keys_;
  std::vector<Route> routes_;
};

}  // namespace membership_server

#endif
