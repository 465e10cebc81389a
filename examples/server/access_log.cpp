// SPDX-License-Identifier: BSL-1.0
#include "access_log.hpp"

#include "membership/driver/clock.hpp"
#include "membership/wire/time_text.hpp"

#include <cstdio>
#include <new>
#include <string_view>

namespace membership_server {

std::string log_line(LogFormat format, membership::Time time, const Exchange& exchange) {
  const auto at = membership::wire::format_time(time.milliseconds());
  const std::string_view method = method_names[method_index(exchange.method)];
  const bool json = format == LogFormat::json;
  std::string line;
  line.reserve(256);
  line.append(json ? R"({"time":")" : "").append(at.view());
  line.append(json ? R"(","request_id":")" : " ").append(exchange.id);
  line.append(json ? R"(","method":")" : " ").append(method);
  line.append(json ? R"(","route":)" : " ");
  if (exchange.route == nullptr) {
    line.append(json ? "null" : "-");
  } else {
    const std::string_view quote = json ? "\"" : "";
    line.append(quote).append(exchange.route->pattern).append(quote);
  }
  line.append(json ? R"(,"status":)" : " ").append(std::to_string(exchange.status));
  line.append(json ? R"(,"microseconds":)" : " ").append(std::to_string(exchange.microseconds));
  line.append(json ? R"(,"bytes":)" : "us ").append(std::to_string(exchange.bytes));
  line.append(json ? "}\n" : "B\n");
  return line;
}

void write_log_line(LogFormat format, const Exchange& exchange) noexcept {
  try {
    const std::string line = log_line(format, membership::SystemClock{}.now(), exchange);
    std::fwrite(line.data(), 1, line.size(), stderr);  // is not buffered: one call of the system
  } catch (const std::bad_alloc&) {
    std::fputs("membership-server: no memory to log a request\n", stderr);
  }
}

}  // namespace membership_server
