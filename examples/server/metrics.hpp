// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_SERVER_METRICS_HPP
#define MEMBERSHIP_SERVER_METRICS_HPP

#include "exchange.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace membership_server {

/// Counts requests and shows the counts in Prometheus' text format 0.0.4.
///
/// Names are given before requests are counted; then it is safe for concurrent use, without locks.
/// A page that is made while requests are counted may show one of them in one place and not yet in
/// another.
class Metrics {
 public:
  static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

  enum class Kind { counter, gauge };

  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// Names the routes whose requests will be counted, each at its index; they must outlive this.
  void name_routes(const std::vector<const RouteName*>& routes);

  /// Adds a number that is asked for when it is shown.
  void add(Kind kind, std::string name, std::string help, std::function<std::uint64_t()> value);

  /// Complexity: constant, three relaxed additions.
  void count(const Exchange& exchange) noexcept;

  /// All numbers: requests by route, method and status, their durations by route and method, then
  /// what was added. What has not been met yet has no line.
  [[nodiscard]] std::string page() const;

 private:
  struct Row;
  struct Number {
    Kind kind;
    std::string name;
    std::string help;
    std::function<std::uint64_t()> value;
  };

  std::vector<std::unique_ptr<Row>> rows_;  ///< of each route for each method that it answers
  std::vector<Number> numbers_{};
};

}  // namespace membership_server

#endif
