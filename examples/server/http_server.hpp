// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_SERVER_HTTP_SERVER_HPP
#define MEMBERSHIP_SERVER_HTTP_SERVER_HPP

#include "http_message.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace membership_server {

/// What the server bears of its clients.
struct HttpLimits {
  std::size_t header_bytes = std::size_t{16} * 1024;  ///< more: 431
  std::size_t target_bytes = std::size_t{8} * 1024;   ///< more: 414
  std::size_t body_bytes = std::size_t{1} << 20;      ///< more: 413
  std::size_t drained_bytes = std::size_t{8}
                              << 20;  ///< a body up to this is read to its end for a 413
  std::uint32_t connections = 1000;   ///< more wait to be accepted
  std::uint32_t threads = 2;
  std::chrono::milliseconds idle_timeout{60'000};    ///< from an answer to the next request
  std::chrono::milliseconds header_timeout{10'000};  ///< from the first byte to the header's end
  std::chrono::milliseconds body_timeout{30'000};    ///< for the body as a whole
  std::chrono::milliseconds write_timeout{30'000};   ///< for an answer as a whole
  std::chrono::milliseconds linger_timeout{2'000};   ///< to let a client read the last answer
  std::chrono::milliseconds stop_timeout{5'000};     ///< for requests under way at the end
};

/// A small HTTP/1.1 server. It knows bytes, limits and time-outs; what is answered is the
/// handler's.
///
/// Requests of one connection are answered in order, one after another. What is no HTTP is
/// answered 400 and the connection closed; who is too slow is cut off. Whatever a handler throws
/// is answered 500. An observer is told of every answer, also of those that no handler gave.
class HttpServer {
 public:
  explicit HttpServer(Handler handler, const HttpLimits& limits = {}, Observer observer = {});
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  enum class ListenError {
    bad_host = 1,  ///< the name or address is of no host
    no_listening,  ///< the system refuses it: the port is in use, the address is not ours, …
  };
  struct ListenFailure {
    ListenError error;
    std::string message;
  };

  /// Begins to listen; port 0 takes any free one. Returns the address as `http://HOST:PORT`.
  [[nodiscard]] tl::expected<std::string, ListenFailure> listen(const std::string& host,
                                                                std::uint16_t port);

  /// Serves until SIGTERM, SIGINT or `stop`: then nothing more is accepted, requests under way are
  /// finished, idle connections closed. A second signal ends it at once.
  void run();

  /// Does what can be done without waiting, in place of `run`: for who has a loop of their own.
  void poll();

  /// Ends `run`. May be called from any thread.
  void stop();

  /// How many connections there are, and how many there were since the start.
  std::uint64_t connections() const noexcept;
  std::uint64_t accepted() const noexcept;

 private:
  class Connection;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace membership_server

#endif
