// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_SUPPORT_SERVER_CALL_HPP
#define MEMBERSHIP_TESTS_SUPPORT_SERVER_CALL_HPP

#include "http_message.hpp"
#include "router.hpp"

#include <string_view>

namespace membership_tests {

/// What the reference server's router answers to a call under the API key `key`, without a network.
/// `idempotency_key` is sent where it is not empty.
inline membership_server::Response answer_of(membership_server::Router& router,
                                             std::string_view method, std::string_view target,
                                             std::string_view body,
                                             std::string_view idempotency_key = {}) {
  membership_server::Request request;
  request.method = method;
  request.path = target.substr(0, target.find('?'));
  if (request.path.size() < target.size()) request.query = target.substr(request.path.size() + 1);
  request.headers.push_back({"Authorization", "Bearer key"});
  if (!idempotency_key.empty()) request.headers.push_back({"Idempotency-Key", idempotency_key});
  request.body = body;
  request.id = "req_1";
  return router(request);
}

}  // namespace membership_tests

#endif
