// SPDX-License-Identifier: BSL-1.0

// The reference server: how a C++ server embeds the library.

#include "api.hpp"
#include "authentication.hpp"
#include "http_server.hpp"
#include "options.hpp"
#include "router.hpp"

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string_view>
#include <vector>

namespace {

int complain(std::string_view message, int status) {
  std::cerr << "membership-server: " << message << '\n';
  return status;
}

int serve(const membership_server::Options& options) {
  using membership_server::HttpServer;
  membership_server::Api api(options.api);
  membership_server::Router router{membership_server::ApiKeys(options.api_keys)};
  api.add_routes(router);
  HttpServer server([&router](const auto& request) { return router(request); }, options.limits);

  const auto address = server.listen(options.host, options.port);
  if (!address) {
    return complain(address.error().message,
                    address.error().error == HttpServer::ListenError::bad_host ? 2 : 1);
  }
  std::cout << "listening on " << *address << '\n' << std::flush;
  server.run();
  return 0;
}

}  // namespace

int main(int count, char** values) {
  try {
    std::vector<std::string_view> arguments;
    for (int i = 1; i < count; ++i) arguments.emplace_back(values[i]);
    const auto options =
        membership_server::parse_options(arguments, std::getenv("MEMBERSHIP_API_KEY"));
    if (!options) return complain(options.error(), 2);
    if (options->help) {
      std::cout << membership_server::usage;
      return 0;
    }
    return serve(*options);
  } catch (const std::exception& failure) {
    return complain(failure.what(), 1);
  }
}
