// SPDX-License-Identifier: BSL-1.0
#include "options.hpp"

#include "membership/domain/slug.hpp"

#include <charconv>
#include <cstddef>
#include <optional>
#include <system_error>
#include <utility>

namespace membership_server {

namespace {

constexpr std::string_view usage_text =
    R"(Usage: membership-server [OPTION]...
A server of organization memberships.

  --host ADDRESS            address to listen on (127.0.0.1)
  --port NUMBER             port to listen on, 0 for any free one (8080)
  --api-key KEY             a key that clients may use; may be given several times.
                            Others can see the command line of a process: rather
                            set MEMBERSHIP_API_KEY, which is read when no --api-key
                            is given
  --store memory|sqlite:FILE|postgresql://HOST/DATABASE
                            where everything is kept: in memory as long as it runs, in
                            a file, or in a schema named membership of a database; both
                            are made where they are not there (memory). Others can see
                            a password here: rather set PGPASSWORD
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
  --event-limit NUMBER      newest events that are kept in memory (100000);
                            elsewhere only their age counts
  --event-age-seconds NUMBER
                            how long they are kept (7776000, 90 days)
  --upkeep-interval-ms NUMBER
                            how often expired invitations are ended and events that are
                            too old dropped (60000)
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

/// A flag with a number from `low` to `high`.
struct NumberFlag {
  std::string_view name;
  std::uint32_t low;
  std::uint32_t high;
  void (*take)(Options& options, std::uint32_t value);
};

constexpr std::uint32_t an_hour = 3'600'000;
constexpr std::uint32_t a_billion = 1'000'000'000;

using Milliseconds = std::chrono::milliseconds;

constexpr NumberFlag number_flags[] = {
    {"--port", 0, 65'535, [](Options& o, auto n) { o.port = static_cast<std::uint16_t>(n); }},
    {"--seat-limit", 0, a_billion, [](Options& o, auto n) { o.configuration.seat_limit = n; }},
    {"--rate-limit", 0, 1'000'000, [](Options& o, auto n) { o.router.rate_limit = n; }},
    {"--idempotency-entries", 0, a_billion,
     [](Options& o, auto n) { o.router.idempotency.entries = n; }},
    {"--idempotency-bytes", 1, 4'000'000'000,
     [](Options& o, auto n) { o.router.idempotency.bytes = n; }},
    {"--event-limit", 0, a_billion, [](Options& o, auto n) { o.store.event_limit = n; }},
    {"--event-age-seconds", 1, a_billion,
     [](Options& o, auto n) { o.event_age = std::chrono::seconds(n); }},
    {"--upkeep-interval-ms", 1, an_hour,
     [](Options& o, auto n) { o.upkeep_interval = Milliseconds(n); }},
    {"--threads", 1, 256, [](Options& o, auto n) { o.limits.threads = n; }},
    {"--max-connections", 1, 1'000'000, [](Options& o, auto n) { o.limits.connections = n; }},
    {"--idle-timeout-ms", 1, an_hour,
     [](Options& o, auto n) { o.limits.idle_timeout = Milliseconds(n); }},
    {"--header-timeout-ms", 1, an_hour,
     [](Options& o, auto n) { o.limits.header_timeout = Milliseconds(n); }},
    {"--body-timeout-ms", 1, an_hour,
     [](Options& o, auto n) { o.limits.body_timeout = Milliseconds(n); }},
    {"--write-timeout-ms", 1, an_hour,
     [](Options& o, auto n) { o.limits.write_timeout = Milliseconds(n); }},
    {"--stop-timeout-ms", 1, an_hour,
     [](Options& o, auto n) { o.limits.stop_timeout = Milliseconds(n); }},
};

/// A flag with a text. `take` returns false for one that is not what it must be.
struct TextFlag {
  std::string_view name;
  std::string_view must_be;
  bool (*take)(Options& options, std::string_view value);
};

constexpr std::string_view a_key = "one or more visible ASCII characters";
constexpr std::string_view a_secret = "16 or more visible ASCII characters";

/// Takes the name of a role, which is made where it is not there.
bool take_role(Configuration& configuration, std::optional<std::string>& named,
               std::string_view slug) {
  if (!membership::RoleSlug::make(slug)) return false;
  named = slug;
  configuration.roles.emplace_back().slug = slug;
  return true;
}

bool take_store(Options& options, std::string_view value) {
  constexpr std::string_view in_file = "sqlite:";
  constexpr std::string_view in_database = "postgresql://";
  options.store.file.clear();
  options.store.database.clear();
  if (value == "memory") return true;
  if (value.substr(0, in_database.size()) == in_database) {
    options.store.database = value;
    return true;
  }
  if (value.substr(0, in_file.size()) != in_file) return false;
  options.store.file = value.substr(in_file.size());
  return !options.store.file.empty();
}

bool take_key(Options& options, std::string_view key) {
  if (!is_key(key)) return false;
  options.configuration.api_keys.emplace_back(key);
  return true;
}

bool take_secret(Options& options, std::string_view secret) {
  if (!is_secret(secret)) return false;
  options.configuration.token_secret = secret;
  return true;
}

constexpr TextFlag text_flags[] = {
    {"--host", "an address", [](Options& o, auto text) { return o.host = text, true; }},
    {"--store", "memory, sqlite:FILE or postgresql://HOST/DATABASE", take_store},
    {"--config", "the name of a file",
     [](Options& o, auto text) { return o.config = text, !text.empty(); }},
    {"--api-key", a_key, take_key},
    {"--token-secret", a_secret, take_secret},
    {"--invitation-url", a_key,
     [](Options& o, auto text) { return o.configuration.invitation_url = text, is_key(text); }},
    {"--default-role", "the slug of a role",
     [](Options& o, auto text) {
       return take_role(o.configuration, o.configuration.default_role, text);
     }},
    {"--owner-role", "the slug of a role",
     [](Options& o, auto text) {
       return take_role(o.configuration, o.configuration.owner_role, text);
     }},
    {"--multiple-roles", "on or off",
     [](Options& o, auto text) {
       o.configuration.multiple_roles = text == "on";
       return text == "on" || text == "off";
     }},
    {"--log", "text, json or off",
     [](Options& o, auto text) {
       o.log = text == "text" ? LogFormat::text : text == "json" ? LogFormat::json : LogFormat::off;
       return o.log != LogFormat::off || text == "off";
     }},
};

template <class Flag, std::size_t N>
const Flag* find(const Flag (&flags)[N], std::string_view name) noexcept {
  for (const Flag& flag : flags) {
    if (flag.name == name) return &flag;
  }
  return nullptr;
}

std::optional<std::uint32_t> parse_number(std::string_view text, std::uint32_t low,
                                          std::uint32_t high) noexcept {
  std::uint32_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, value);
  if (failure != std::errc() || stop != end || value < low || value > high) return std::nullopt;
  return value;
}

}  // namespace

std::string_view usage() noexcept { return usage_text; }

tl::expected<Options, std::string> parse_options(const std::vector<std::string_view>& arguments,
                                                 const char* environment_key,
                                                 const char* environment_secret) {
  const auto refuse = [](std::string message) {
    return tl::unexpected<std::string>(std::move(message));
  };
  const auto refuse_value = [](std::string_view name, std::string_view must_be) {
    return tl::unexpected<std::string>(std::string(name) + " must be " + std::string(must_be));
  };
  tl::expected<Options, std::string> result(tl::in_place);
  Options& options = *result;

  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--help") {
      options.help = true;
      return result;
    }
    if (argument == "--metrics-open") {
      options.metrics_open = true;
      continue;
    }
    const std::size_t equals = argument.find('=');
    const std::string_view name = argument.substr(0, equals);
    const NumberFlag* const number = find(number_flags, name);
    const TextFlag* const text = find(text_flags, name);
    if (number == nullptr && text == nullptr) {
      return refuse("unknown option '" + std::string(argument) + "', see --help");
    }
    std::string_view value;
    if (equals != std::string_view::npos) {
      value = argument.substr(equals + 1);
    } else if (i + 1 < arguments.size()) {
      value = arguments[++i];
    } else {
      return refuse(std::string(name) + " needs a value");
    }
    if (text != nullptr) {
      if (!text->take(options, value)) return refuse_value(name, text->must_be);
      continue;
    }
    const auto parsed = parse_number(value, number->low, number->high);
    if (!parsed) {
      return refuse_value(name, "a number from " + std::to_string(number->low) + " to " +
                                    std::to_string(number->high));
    }
    number->take(options, *parsed);
  }

  const auto is_set = [](const char* variable) { return variable != nullptr && *variable != '\0'; };
  if (options.configuration.token_secret.empty() && is_set(environment_secret) &&
      !take_secret(options, environment_secret)) {
    return refuse_value("MEMBERSHIP_TOKEN_SECRET", a_secret);
  }
  if (options.configuration.api_keys.empty() && is_set(environment_key) &&
      !take_key(options, environment_key)) {
    return refuse_value("MEMBERSHIP_API_KEY", a_key);
  }
  return result;
}

}  // namespace membership_server
