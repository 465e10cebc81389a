// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_REQUEST_ERROR_HPP
#define MEMBERSHIP_WIRE_REQUEST_ERROR_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace wire {

/// One entry of the list `errors` of a 422 answer.
struct ErrorEntry {
  std::string code;
  std::string message;
  std::string field{};  ///< written where not empty: events name the parameter as well

  friend bool operator==(const ErrorEntry&, const ErrorEntry&) = default;
};

/// Why a request is refused: all that its answer says.
struct RequestError {
  int status = 0;
  std::string code{};
  std::string message{};
  std::vector<ErrorEntry> errors{};                          ///< written where not empty
  std::vector<std::pair<std::string, std::string>> extra{};  ///< more keys, such as `entity_id`
  std::optional<std::uint32_t> retry_after{};                ///< seconds: the header `Retry-After`

  friend bool operator==(const RequestError&, const RequestError&) = default;
};

/// The refusal of a request that cannot be read: 400 `bad_request`.
[[nodiscard]] inline RequestError bad_request(std::string message) {
  return RequestError{400, "bad_request", std::move(message)};
}

/// The refusal of a field: 422 `invalid_request_parameters` with one entry.
[[nodiscard]] inline RequestError validation_failed(ErrorEntry entry) {
  RequestError error{422, "invalid_request_parameters", "Validation failed"};
  error.errors.push_back(std::move(entry));
  return error;
}

}  // namespace wire
}  // namespace membership::inline v0

#endif
