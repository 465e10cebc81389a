// SPDX-License-Identifier: BSL-1.0
#include "metrics.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdio>
#include <utility>

namespace membership_server {

namespace {

using Counter = std::atomic<std::uint64_t>;

struct Bound {
  std::uint64_t microseconds;
  std::string_view seconds;
};

constexpr std::array<Bound, 12> bounds{{{100, "0.0001"},
                                        {250, "0.00025"},
                                        {500, "0.0005"},
                                        {1'000, "0.001"},
                                        {2'500, "0.0025"},
                                        {5'000, "0.005"},
                                        {10'000, "0.01"},
                                        {50'000, "0.05"},
                                        {100'000, "0.1"},
                                        {500'000, "0.5"},
                                        {1'000'000, "1"},
                                        {5'000'000, "5"}}};

constexpr int first_status = 100;
constexpr std::size_t statuses = 500;

void increase(Counter& counter, std::uint64_t by = 1) noexcept {
  counter.fetch_add(by, std::memory_order_relaxed);
}

std::uint64_t value_of(const Counter& counter) noexcept {
  return counter.load(std::memory_order_relaxed);
}

void add_head(std::string& page, std::string_view name, std::string_view help,
              std::string_view type) {
  page.append("# HELP ").append(name).append(" ").append(help);
  page.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
}

void add_value(std::string& page, std::uint64_t value) {
  page.append(" ").append(std::to_string(value)).append("\n");
}

}  // namespace

struct Metrics::Row {
  std::string labels;
  std::array<Counter, statuses> by_status{};
  std::array<Counter, bounds.size() + 1> by_duration{};  ///< the last: longer than all bounds
  Counter microseconds{0};

  Row(std::string_view pattern, std::string_view method) {
    labels.append("route=\"").append(pattern).append("\",method=\"").append(method).append("\"");
  }
};

Metrics::Metrics() { name_routes({}); }
Metrics::~Metrics() = default;

void Metrics::name_routes(const std::vector<const RouteName*>& routes) {
  rows_.clear();
  for (const std::string_view method : method_names) {
    rows_.push_back(std::make_unique<Row>("unmatched", method));
  }
  // Two places for each: a GET route answers HEAD as well.
  for (const RouteName* route : routes) {
    rows_.push_back(std::make_unique<Row>(route->pattern, route->method));
    rows_.push_back(route->method == "GET" ? std::make_unique<Row>(route->pattern, "HEAD")
                                           : nullptr);
  }
}

void Metrics::add(Kind kind, std::string name, std::string help,
                  std::function<std::uint64_t()> value) {
  numbers_.push_back({kind, std::move(name), std::move(help), std::move(value)});
}

void Metrics::count(const Exchange& exchange) noexcept {
  std::size_t at = method_index(exchange.method);
  if (exchange.route != nullptr) {
    at = method_names.size() + 2 * exchange.route->index + (exchange.method == "HEAD" ? 1 : 0);
  }
  Row& row = *rows_[at];
  increase(row.by_status[static_cast<std::size_t>(exchange.status - first_status) % statuses]);
  std::size_t bucket = 0;
  while (bucket < bounds.size() && exchange.microseconds > bounds[bucket].microseconds) ++bucket;
  increase(row.by_duration[bucket]);
  increase(row.microseconds, exchange.microseconds);
}

std::string Metrics::page() const {
  std::string page;
  page.reserve(std::size_t{16} * 1024);
  const std::string_view requests = "membership_http_requests_total";
  add_head(page, requests, "Requests answered.", "counter");
  for (const auto& row : rows_) {
    for (std::size_t i = 0; row && i < statuses; ++i) {
      const std::uint64_t value = value_of(row->by_status[i]);
      if (value == 0) continue;
      page.append(requests).append("{").append(row->labels).append(",status=\"");
      page.append(std::to_string(first_status + static_cast<int>(i))).append("\"}");
      add_value(page, value);
    }
  }

  const std::string_view durations = "membership_http_request_duration_seconds";
  add_head(page, durations, "From the whole request to the whole answer, without sending.",
           "histogram");
  for (const auto& row : rows_) {
    std::array<std::uint64_t, bounds.size() + 1> up_to{};
    std::uint64_t sum = 0;
    for (std::size_t i = 0; row && i < up_to.size(); ++i) {
      up_to[i] = sum += value_of(row->by_duration[i]);
    }
    if (sum == 0) continue;
    for (std::size_t i = 0; i < up_to.size(); ++i) {
      page.append(durations).append("_bucket{").append(row->labels).append(",le=\"");
      page.append(i < bounds.size() ? bounds[i].seconds : "+Inf").append("\"}");
      add_value(page, up_to[i]);
    }
    const std::uint64_t microseconds = value_of(row->microseconds);
    std::array<char, 16> fraction{};
    std::snprintf(fraction.data(), fraction.size(), ".%06u",
                  static_cast<unsigned>(microseconds % 1'000'000));
    page.append(durations).append("_sum{").append(row->labels).append("} ");
    page.append(std::to_string(microseconds / 1'000'000)).append(fraction.data()).append("\n");
    page.append(durations).append("_count{").append(row->labels).append("}");
    add_value(page, sum);
  }

  for (const Number& number : numbers_) {
    add_head(page, number.name, number.help, number.kind == Kind::counter ? "counter" : "gauge");
    page += number.name;
    add_value(page, number.value());
  }
  return page;
}

}  // namespace membership_server
