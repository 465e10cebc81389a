// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_SERVER_ACCESS_LOG_HPP
#define MEMBERSHIP_SERVER_ACCESS_LOG_HPP

#include "exchange.hpp"
#include "membership/domain/time.hpp"

#include <cstdint>
#include <string>

namespace membership_server {

enum class LogFormat : std::uint8_t { off, text, json };

/// One line, with its end, for a request that was answered: time, request id, method, route,
/// status, microseconds, bytes of the body. Of what the client sent nothing but the method is
/// shown, and that only where it is a known one: paths, queries and headers may hold addresses and
/// secrets.
[[nodiscard]] std::string log_line(LogFormat format, membership::Time time,
                                   const Exchange& exchange);

/// Writes it to stderr, as one piece.
void write_log_line(LogFormat format, const Exchange& exchange) noexcept;

}  // namespace membership_server

#endif
