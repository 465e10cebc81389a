// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_SUPPORT_COUNTING_PROXY_HPP
#define MEMBERSHIP_TESTS_SUPPORT_COUNTING_PROXY_HPP

#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace membership_tests {

/// Stands between one client and a server, both on the loopback address, and counts how often the
/// client speaks after the server did: its round trips.
class CountingProxy {
 public:
  explicit CountingProxy(int server_port) : server_port_(server_port) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        listen(listener_, 1) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      throw std::runtime_error("no free port");
    }
    port_ = ntohs(address.sin_port);
    worker_ = std::thread([this] { work(); });
  }
  CountingProxy(const CountingProxy&) = delete;
  CountingProxy& operator=(const CountingProxy&) = delete;
  ~CountingProxy() {
    stopped_ = true;
    worker_.join();
    close(listener_);
  }

  int port() const noexcept { return port_; }
  std::size_t round_trips() const noexcept { return round_trips_; }

 private:
  static constexpr int patience = 20;  // milliseconds between looks at `stopped_`

  static sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return address;
  }

  /// One client after another.
  void work() {
    while (!stopped_) {
      pollfd waiting{listener_, POLLIN, 0};
      if (poll(&waiting, 1, patience) != 1) continue;
      const int client = accept(listener_, nullptr, nullptr);
      const int server = ::socket(AF_INET, SOCK_STREAM, 0);
      const sockaddr_in address = loopback(server_port_);
      if (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
        carry(client, server);
      }
      close(client);
      close(server);
    }
  }
  void carry(int client, int server) {
    bool server_spoke = true;
    while (!stopped_) {
      std::array<pollfd, 2> ends{{{client, POLLIN, 0}, {server, POLLIN, 0}}};
      if (poll(ends.data(), ends.size(), patience) <= 0) continue;
      // The server first: what a client sends behind it is an answer to it.
      if (ends[1].revents != 0) {
        if (!pass(server, client)) return;
        server_spoke = true;
      } else if (ends[0].revents != 0) {
        if (server_spoke) ++round_trips_;
        server_spoke = false;
        if (!pass(client, server)) return;
      }
    }
  }
  static bool pass(int from, int to) {
    std::array<char, 65536> bytes;
    const ssize_t count = recv(from, bytes.data(), bytes.size(), 0);
    if (count <= 0) return false;
    for (ssize_t sent = 0; sent < count;) {
      const ssize_t some =
          send(to, bytes.data() + sent, static_cast<std::size_t>(count - sent), MSG_NOSIGNAL);
      if (some <= 0) return false;
      sent += some;
    }
    return true;
  }

  int server_port_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<std::size_t> round_trips_{0};
  std::atomic<bool> stopped_{false};
  std::thread worker_;
};

}  // namespace membership_tests

#endif
