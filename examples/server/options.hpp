// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_SERVER_OPTIONS_HPP
#define MEMBERSHIP_SERVER_OPTIONS_HPP

#include "access_log.hpp"
#include "configuration.hpp"
#include "http_server.hpp"
#include "router.hpp"
#include "store.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace membership_server {

/// What the command line says.
struct Options {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;
  RouterOptions router{};
  std::string config{};           ///< the file of the configuration, or nothing
  Configuration configuration{};  ///< what the flags say of it, which goes before the file
  StoreOptions store{};
  std::chrono::seconds event_age = default_event_age;
  HttpLimits limits{};
  std::chrono::milliseconds upkeep_interval{60'000};
  LogFormat log = LogFormat::off;
  bool metrics_open = false;
  bool help = false;
};

/// What --help prints.
[[nodiscard]] std::string_view usage() noexcept;

/// Reads the command line; `environment_key` is MEMBERSHIP_API_KEY or null, `environment_secret`
/// MEMBERSHIP_TOKEN_SECRET or null.
/// Errors: one line that says what is wrong. That no key is given is none: the file may give some.
[[nodiscard]] tl::expected<Options, std::string>
parse_options(const std::vector<std::string_view>& arguments, const char* environment_key,
              const char* environment_secret);

}  // namespace membership_server

#endif
