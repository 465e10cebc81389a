// SPDX-License-Identifier: BSL-1.0

// Requests through the router to the API, one after another on one server. Input: requests parted
// by a line `---`; of each the first line is `METHOD TARGET`, then an `Idempotency-Key` or an empty
// line, then the body. `{org}`, `{user}`, `{om}`, `{invitation}` and `{token}` stand for what
// answers before showed. Every answer is one that the API knows, with a body that is JSON.

#include "api.hpp"
#include "configuration.hpp"
#include "fuzz/check.hpp"
#include "router.hpp"
#include "support/server_call.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <string_view>

namespace {

using Names = std::map<std::string, std::string, std::less<>>;

std::string filled(std::string_view text, const Names& names) {
  std::string result(text);
  for (const auto& [name, value] : names) {
    const std::string hole = "{" + name + "}";
    for (std::size_t at = 0; (at = result.find(hole, at)) != std::string::npos;) {
      result.replace(at, hole.size(), value);
      at += value.size();
    }
  }
  return result;
}

void learn(const boost::json::value& value, Names& names) {
  if (const auto* const array = value.if_array()) {
    for (const auto& each : *array) learn(each, names);
  }
  const auto* const object = value.if_object();
  if (object == nullptr) return;
  const auto text = [object](const char* key) {
    const auto* const found = object->if_contains(key);
    return found != nullptr && found->is_string() ? std::string(found->get_string())
                                                  : std::string();
  };
  const std::string kind = text("object");
  if (kind == "organization") names["org"] = text("id");
  if (kind == "user") names["user"] = text("id");
  if (kind == "organization_membership") names["om"] = text("id");
  if (kind == "invitation") {
    names["invitation"] = text("id");
    names["token"] = text("token");
  }
  if (const auto* const data = object->if_contains("data")) learn(*data, names);
}

/// Takes what stands before a mark off a text.
std::string_view take(std::string_view& text, std::string_view mark) {
  const std::size_t end = text.find(mark);
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + mark.size());
  return part;
}

bool is_known(int status) {
  constexpr int statuses[]{200, 201, 204, 400, 403, 404, 405, 409, 422};
  return std::find(std::begin(statuses), std::end(statuses), status) != std::end(statuses);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace membership_server;
  Configuration configuration;
  configuration.api_keys = {"key"};
  configuration.token_secret = "a secret of the fuzzer";
  configuration.multiple_roles = true;
  Api api(configuration);
  RouterOptions options;
  options.idempotency.entries = 100;
  Router router(options, configuration.api_keys);
  api.add_routes(router);

  Names names;
  std::string_view rest = membership_tests::text_of(data, size);
  for (int calls = 0; calls < 60 && !rest.empty(); ++calls) {
    std::string_view one = take(rest, "\n---\n");
    std::string_view line = take(one, "\n");
    const std::string_view method = take(line, " ");
    const std::string target = filled(line, names);
    const std::string_view key = take(one, "\n");
    const std::string body = filled(one, names);
    const Response response = membership_tests::answer_of(router, method, target, body, key);
    membership_tests::must_hold(is_known(response.status), "a status of the API");
    if (!response.body) {
      membership_tests::must_hold(response.status < 300, "no body only where all is well");
      continue;
    }
    boost::system::error_code fault;
    const boost::json::value answer = boost::json::parse(*response.body, fault);
    membership_tests::must_hold(!fault && answer.is_object(), "a body that is a JSON object");
    if (response.status >= 400) {
      membership_tests::must_hold(answer.get_object().contains("message"), "an error's message");
    }
    learn(answer, names);
  }
  return 0;
}
