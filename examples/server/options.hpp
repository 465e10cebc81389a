// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_SERVER_OPTIONS_HPP
#define MEMBERSHIP_SERVER_OPTIONS_HPP

#include "access_log.hpp"
#include "configuration.hpp"
#include "http_server.hpp"
#include "membership/domain/slug.hpp"
#include "router.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace membership_server {

/// What the command line says.
struct Options {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;
  RouterOptions router{};
  std::string config{};           ///< the file of the configuration, or nothing
  Configuration configuration{};  ///< what the flags say of it, which goes before the file
  HttpLimits limits{};
  LogFormat log = LogFormat::off;
  bool metrics_open = false;
  bool help = false;
};

inline constexpr std::string_view usage =
    R"(Usage: membership-server [OPTION]...
A server of organization memberships, kept in memory.

  --host ADDRESS            address to listen on (127.0.0.1)
  --port NUMBER             port to listen on, 0 for any free one (8080)
  --api-key KEY             a key that clients may use; may be given several times.
                            Others can see the command line of a process: rather
                            set MEMBERSHIP_API_KEY, which is read when no --api-key
                            is given
  --config FILE             roles, permissions, settings, keys and a world to begin
                            with, as JSON: see examples/server/configuration.json.
                            Flags and environment variables go before it
  --multiple-roles on|off   whether a membership may have several roles (off)
  --default-role SLUG       the role of a membership for which none is asked; it is
                            made where it is not there (member)
  --owner-role SLUG         a role of which each organization keeps an active holder
                            once it has one; it is made where it is not there (none)
  --seat-limit NUMBER       seats of organizations made from now on (no limit)
  --token-secret SECRET     keys the tokens of invitations: 16 or more visible ASCII
                            characters. Rather set MEMBERSHIP_TOKEN_SECRET. Without
                            either one is made at start
  --invitation-url URL      page that takes the token of an invitation
                            (http://localhost:3000/invitation)
  --rate-limit NUMBER       requests a second that each key may send; after a pause as
                            many at once (0, as many as come)
  --idempotency-entries NUMBER
                            answers that are remembered by their Idempotency-Key for
                            24 hours, 0 for none (100000)
  --idempotency-bytes NUMBER
                            memory for them (67108864)
  --log text|json|off       a line on stderr for each request: time, request id,
                            method, route, status, microseconds, bytes (off, since
                            each line is a call of the system)
  --metrics-open            GET /metrics asks for no key
  --threads NUMBER          threads that answer requests (2)
  --max-connections NUMBER  connections at a time; more wait (1000)
  --idle-timeout-ms NUMBER  how long a connection may wait between requests (60000)
  --header-timeout-ms NUMBER
                            how long the head of a request may take (10000)
  --body-timeout-ms NUMBER  how long a body may take (30000)
  --write-timeout-ms NUMBER how long a client may take to read an answer (30000)
  --stop-timeout-ms NUMBER  how long requests under way may take at the end (5000)
  --help                    print this and exit

SIGTERM and SIGINT end it: requests under way are finished first.
)";

namespace detail {

inline std::optional<std::uint32_t> parse_number(std::string_view text, std::uint32_t low,
                                                 std::uint32_t high) noexcept {
  std::uint64_t value = 0;
  if (text.empty() || text.size() > 10) return std::nullopt;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (value < low || value > high) return std::nullopt;
  return static_cast<std::uint32_t>(value);
}

/// A flag that names a role, which is made where it is not there.
inline bool take_role(std::string_view slug, std::optional<std::string>& named,
                      Configuration& configuration) {
  if (!membership::RoleSlug::make(slug)) return false;
  named = slug;
  configuration.roles.emplace_back().slug = slug;
  return true;
}

}  // namespace detail

/// Reads the command line; `environment_key` is MEMBERSHIP_API_KEY or null, `environment_secret`
/// MEMBERSHIP_TOKEN_SECRET or null.
/// Errors: one line that says what is wrong. That no key is given is none: the file may give some.
[[nodiscard]] inline tl::expected<Options, std::string>
parse_options(const std::vector<std::string_view>& arguments, const char* environment_key,
              const char* environment_secret) {
  const auto refuse = [](std::string message) {
    return tl::unexpected<std::string>(std::move(message));
  };
  tl::expected<Options, std::string> result(tl::in_place);
  Options& options = *result;
  HttpLimits& limits = options.limits;

  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::size_t equals = arguments[i].find('=');
    const std::string flag(arguments[i].substr(0, equals));
    if (flag == "--help" && equals == std::string_view::npos) {
      options.help = true;
      return result;
    }
    if (flag == "--metrics-open" && equals == std::string_view::npos) {
      options.metrics_open = true;
      continue;
    }

    std::uint32_t* number = nullptr;
    std::uint32_t low = 1;
    std::uint32_t high = 3'600'000;
    std::uint32_t value = 0;
    std::chrono::milliseconds* duration = nullptr;
    if (flag == "--port") {
      number = &value;
      low = 0;
      high = 65'535;
    } else if (flag == "--seat-limit") {
      number = &value;
      low = 0;
      high = 1'000'000'000;
    } else if (flag == "--threads") {
      number = &limits.threads;
      high = 256;
    } else if (flag == "--max-connections") {
      number = &limits.connections;
      high = 1'000'000;
    } else if (flag == "--rate-limit") {
      number = &options.router.rate_limit;
      low = 0;
      high = 1'000'000;
    } else if (flag == "--idempotency-entries") {
      number = &options.router.idempotency.entries;
      low = 0;
      high = 1'000'000'000;
    } else if (flag == "--idempotency-bytes") {
      number = &options.router.idempotency.bytes;
      high = 4'000'000'000;
    } else if (flag == "--idle-timeout-ms") {
      duration = &limits.idle_timeout;
    } else if (flag == "--header-timeout-ms") {
      duration = &limits.header_timeout;
    } else if (flag == "--body-timeout-ms") {
      duration = &limits.body_timeout;
    } else if (flag == "--write-timeout-ms") {
      duration = &limits.write_timeout;
    } else if (flag == "--stop-timeout-ms") {
      duration = &limits.stop_timeout;
    } else if (flag != "--host" && flag != "--api-key" && flag != "--multiple-roles" &&
               flag != "--default-role" && flag != "--owner-role" && flag != "--config" &&
               flag != "--log" && flag != "--token-secret" && flag != "--invitation-url") {
      return refuse("unknown option '" + std::string(arguments[i]) + "', see --help");
    }

    std::string_view text;
    if (equals != std::string_view::npos) {
      text = arguments[i].substr(equals + 1);
    } else if (i + 1 < arguments.size()) {
      text = arguments[++i];
    } else {
      return refuse(flag + " needs a value");
    }

    if (number != nullptr || duration != nullptr) {
      const auto parsed = detail::parse_number(text, low, high);
      if (!parsed) {
        return refuse(flag + " must be a number from " + std::to_string(low) + " to " +
                      std::to_string(high));
      }
      if (number != nullptr) *number = *parsed;
      if (duration != nullptr) *duration = std::chrono::milliseconds(*parsed);
      if (flag == "--port") options.port = static_cast<std::uint16_t>(value);
      if (flag == "--seat-limit") options.configuration.seat_limit = value;
    } else if (flag == "--host") {
      options.host = text;
    } else if (flag == "--api-key") {
      if (!is_key(text)) {
        return refuse("--api-key must be one or more visible ASCII characters");
      }
      options.configuration.api_keys.emplace_back(text);
    } else if (flag == "--config") {
      if (text.empty()) return refuse("--config needs a value");
      options.config = text;
    } else if (flag == "--default-role" || flag == "--owner-role") {
      Configuration& configuration = options.configuration;
      std::optional<std::string>& named =
          flag == "--owner-role" ? configuration.owner_role : configuration.default_role;
      if (!detail::take_role(text, named, configuration)) {
        return refuse(flag + " must be the slug of a role");
      }
    } else if (flag == "--token-secret") {
      if (!is_secret(text)) {
        return refuse("--token-secret must be 16 or more visible ASCII characters");
      }
      options.configuration.token_secret = text;
    } else if (flag == "--invitation-url") {
      if (!is_key(text)) {
        return refuse("--invitation-url must be one or more visible ASCII characters");
      }
      options.configuration.invitation_url = text;
    } else if (flag == "--log") {
      if (text != "text" && text != "json" && text != "off") {
        return refuse("--log must be text, json or off");
      }
      options.log = text == "text"   ? LogFormat::text
                    : text == "json" ? LogFormat::json
                                     : LogFormat::off;
    } else {
      if (text != "on" && text != "off") return refuse("--multiple-roles must be on or off");
      options.configuration.multiple_roles = text == "on";
    }
  }

  if (options.configuration.token_secret.empty() && environment_secret != nullptr &&
      *environment_secret != '\0') {
    if (!is_secret(environment_secret)) {
      return refuse("MEMBERSHIP_TOKEN_SECRET must be 16 or more visible ASCII characters");
    }
    options.configuration.token_secret = environment_secret;
  }

  std::vector<std::string>& api_keys = options.configuration.api_keys;
  if (api_keys.empty() && environment_key != nullptr && *environment_key != '\0') {
    if (!is_key(environment_key)) {
      return refuse("MEMBERSHIP_API_KEY must be one or more visible ASCII characters");
    }
    api_keys.emplace_back(environment_key);
  }
  return result;
}

}  // namespace membership_server

#endif
