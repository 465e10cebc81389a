// SPDX-License-Identifier: BSL-1.0

// The reference server: how a C++ server embeds the library.

#include "access_log.hpp"
#include "api.hpp"
#include "configuration.hpp"
#include "http_server.hpp"
#include "metrics.hpp"
#include "options.hpp"
#include "repeater.hpp"
#include "router.hpp"
#include "store.hpp"

#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

int complain(std::string_view message, int status) {
  std::cerr << "membership-server: " << message << '\n';
  return status;
}

/// Adds what is shown beside the requests, and the route that shows it.
void add_metrics(membership_server::Metrics& metrics, membership_server::Router& router,
                 const membership_server::Api& api, const membership_server::HttpServer& server,
                 membership_server::Access access) {
  using Kind = membership_server::Metrics::Kind;
  const auto remembered = [&router] { return router.idempotency().counts(); };
  metrics.add(Kind::gauge, "membership_http_connections", "Connections open now.",
              [&server] { return server.connections(); });
  metrics.add(Kind::counter, "membership_http_connections_total", "Connections accepted.",
              [&server] { return server.accepted(); });
  metrics.add(Kind::gauge, "membership_idempotency_entries", "Answers remembered.",
              [remembered] { return remembered().entries; });
  metrics.add(Kind::gauge, "membership_idempotency_bytes", "Memory of these, about.",
              [remembered] { return remembered().bytes; });
  metrics.add(Kind::counter, "membership_idempotency_replays_total", "Answers given again.",
              [remembered] { return remembered().replays; });
  metrics.add(Kind::counter, "membership_store_conflicts_total",
              "Commits refused by the store because something had changed, but for those within "
              "long operations that succeed.",
              [&api] { return api.counters().retries() + api.counters().given_up(); });
  metrics.add(Kind::counter, "membership_store_retries_total",
              "Tries of commands but the first, likewise.",
              [&api] { return api.counters().retries(); });
  metrics.add(Kind::counter, "membership_store_given_up_total",
              "Commands that met conflicts until their tries were used up.",
              [&api] { return api.counters().given_up(); });
  metrics.add(Kind::counter, "membership_upkeep_total",
              "Times that expired invitations were looked for and old events dropped.",
              [&api] { return api.upkeep().runs.load(); });
  metrics.add(Kind::counter, "membership_upkeep_expired_invitations_total",
              "Expired invitations that were ended by it.",
              [&api] { return api.upkeep().expired_invitations.load(); });
  metrics.add(Kind::counter, "membership_upkeep_dropped_events_total",
              "Events that were dropped by it.",
              [&api] { return api.upkeep().dropped_events.load(); });
  router.add(
      "GET", "/metrics",
      [&metrics](const auto&) {
        membership_server::Response response{200, metrics.page()};
        response.content_type = membership_server::Metrics::content_type;
        return response;
      },
      access);
  metrics.name_routes(router.names());
}

/// The text of a file, or nothing where it cannot be read.
std::optional<std::string> read_file(const std::string& name) {
  std::ifstream file(name, std::ios::binary);
  std::ostringstream text;
  file.peek();  // fails on a folder; the end of an empty file is none
  if (file.bad() || !file.is_open()) return std::nullopt;
  text << file.rdbuf();
  return file.bad() ? std::nullopt : std::optional(text.str());
}

int serve(const membership_server::Options& options) {
  using membership_server::HttpServer;
  membership_server::Configuration configuration;
  if (!options.config.empty()) {
    const auto text = read_file(options.config);
    if (!text) return complain(options.config + ": cannot be read", 2);
    auto parsed = membership_server::parse_configuration(*text);
    if (!parsed) return complain(options.config + ": " + parsed.error(), 2);
    configuration = std::move(*parsed);
  }
  membership_server::overlay(configuration, options.configuration);
  if (configuration.api_keys.empty()) {
    return complain("an API key is required: set MEMBERSHIP_API_KEY or give --api-key", 2);
  }
  auto store = membership_server::open_store(options.store, membership::SystemClock{}.now());
  if (!store) return complain(store.error(), 1);
  membership_server::Api api(configuration, std::move(*store), options.event_age);
  membership_server::Router router(options.router, configuration.api_keys);
  api.add_routes(router);
  membership_server::Metrics metrics;
  const auto observe = [&metrics, log = options.log](const membership_server::Exchange& exchange) {
    metrics.count(exchange);
    if (log != membership_server::LogFormat::off) write_log_line(log, exchange);
  };
  HttpServer server([&router](const auto& request) { return router(request); }, options.limits,
                    observe);
  using membership_server::Access;
  add_metrics(metrics, router, api, server, options.metrics_open ? Access::open : Access::key);

  const auto address = server.listen(options.host, options.port);
  if (!address) {
    return complain(address.error().message,
                    address.error().error == HttpServer::ListenError::bad_host ? 2 : 1);
  }
  const membership_server::Repeater upkeep(options.upkeep_interval, [&api] { api.keep_up(); });
  std::cout << "listening on " << *address << '\n' << std::flush;
  server.run();
  return 0;
}

}  // namespace

int main(int count, char** values) {
  try {
    std::vector<std::string_view> arguments;
    for (int i = 1; i < count; ++i) arguments.emplace_back(values[i]);
    const auto options = membership_server::parse_options(
        arguments, std::getenv("MEMBERSHIP_API_KEY"), std::getenv("MEMBERSHIP_TOKEN_SECRET"));
    if (!options) return complain(options.error(), 2);
    if (options->help) {
      std::cout << membership_server::usage();
      return 0;
    }
    return serve(*options);
  } catch (const std::exception& failure) {
    return complain(failure.what(), 1);
  }
}
