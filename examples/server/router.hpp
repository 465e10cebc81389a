// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_SERVER_ROUTER_HPP
#define MEMBERSHIP_SERVER_ROUTER_HPP

#include "authentication.hpp"
#include "http_message.hpp"
#include "idempotency.hpp"
#include "membership/wire/path.hpp"
#include "membership/wire/query_string.hpp"
#include "rate_limiter.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
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

struct RouterOptions {
  std::uint32_t rate_limit = 0;  ///< requests a second of each key; 0: as many as come
  IdempotencyLimits idempotency{};
};

/// Finds the handler of a request. The checks come in the order of the API: key 401, rate 429,
/// route 404 or 405, syntax of the query 400, `Idempotency-Key` of a POST 422 or 400; the handler
/// does the rest.
class Router {
 public:
  Router(const RouterOptions& options, const std::vector<std::string>& api_keys)
      : keys_(api_keys), rate_(options.rate_limit, api_keys.size()),
        idempotency_(options.idempotency) {}

  /// Adds a route. A pattern is a path whose segments are literal or a `{name}`, which stands for
  /// one non-empty segment. A GET route answers HEAD too; the server leaves the body out.
  void add(std::string_view method, std::string_view pattern, RouteHandler handler,
           Access access = Access::key) {
    Route route{{std::string(method), std::string(pattern), routes_.size()},
                {},
                std::move(handler),
                access};
    for (std::size_t begin = 1, end = 0; end != std::string_view::npos; begin = end + 1) {
      end = pattern.find('/', begin);
      const std::string_view segment = pattern.substr(begin, end - begin);
      route.segments.push_back(segment.front() == '{' ? std::string() : std::string(segment));
    }
    routes_.push_back(std::move(route));
  }

  Response operator()(const Request& request) {
    auto path = membership::wire::split_path(request.path);
    const Route* route = nullptr;
    if (path) route = find(request.method, *path);
    Response response = answer(request, path, route);
    if (route != nullptr) response.route = &route->name;
    return response;
  }

  /// The names of all routes, each at its index. They live as long as the router.
  std::vector<const RouteName*> names() const {
    std::vector<const RouteName*> names;
    for (const Route& route : routes_) names.push_back(&route.name);
    return names;
  }

  const Idempotency& idempotency() const noexcept { return idempotency_; }

 private:
  using Path = tl::expected<std::vector<std::string>, membership::wire::RequestError>;

  struct Route {
    RouteName name;
    std::vector<std::string> segments;  ///< a parameter is an empty one
    RouteHandler handler;
    Access access;
  };

  Response answer(const Request& request, Path& path, const Route* route) {
    std::size_t key = 0;
    if (route == nullptr || route->access == Access::key) {
      const auto found = keys_.find(request);
      if (!found) return unauthorized();
      key = *found;
      if (rate_.is_on()) {
        if (const auto seconds = rate_.take(key, RateLimiter::Clock::now())) {
          return too_many_requests(*seconds);
        }
      }
    }
    if (!path) return error_response(path.error());
    if (route == nullptr) return no_route(*path);
    auto query = membership::wire::QueryString::parse(request.query);
    if (!query) return error_response(query.error());

    Call call{request, {}, std::move(*query)};
    for (std::size_t i = 0; i < path->size(); ++i) {
      if (route->segments[i].empty()) call.parameters.push_back(std::move((*path)[i]));
    }
    if (request.method != "POST") return route->handler(call);
    return idempotency_.answer(key, request, [&] { return route->handler(call); });
  }

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
      if (route.name.method != method || !matches(route, path)) continue;
      if (best == nullptr || is_better(route, *best)) best = &route;
    }
    return best;
  }

  static Response unauthorized() {
    Response response = error_response(401, "", "Unauthorized");
    response.headers.emplace_back("WWW-Authenticate", "Bearer");
    return response;
  }

  static Response too_many_requests(std::uint32_t seconds) {
    membership::wire::RequestError error{429, "rate_limit_exceeded",
                                         "Too many requests. Please try again later."};
    error.retry_after = seconds;
    return error_response(error);
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
  RateLimiter rate_;
  Idempotency idempotency_;
  std::deque<Route> routes_;  // is never moved: names are pointed to
};

}  // namespace membership_server

#endif
