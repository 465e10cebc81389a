// SPDX-License-Identifier: BSL-1.0

// The bytes of one connection, over loopback to the HTTP server. Input: what is sent, in pieces; a
// byte FF parts two of them and is not sent. A piece is sent when the server has taken the one
// before, and the client's side is shut behind the last. Every answer is HTTP/1.1 as the server
// writes it, there is one for each exchange that an observer is told of, and the same bytes in one
// piece get the same answers.
//
// The server's time-outs are too long to matter: with the client's side shut each connection must
// end of itself, and the fuzzer's own time-out sees one that does not.

#include "fuzz/check.hpp"
#include "http_message.hpp"
#include "http_server.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <iterator>
#include <map>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

using namespace membership_server;
using membership_tests::must_hold;

constexpr std::string_view interim = "HTTP/1.1 100 Continue\r\n\r\n";

/// An exchange, as the server's observer was told of it.
struct Seen {
  std::string id;
  bool is_head;
  int status;
  std::size_t bytes;
};

/// Says what arrived, so that a difference between two requests is one between their answers.
Response echo(const Request& request) {
  if (request.path == "/200") return Response{200};
  if (request.path == "/204") return Response{204};
  std::string all;
  const auto add = [&all](std::string_view text) {
    all += std::to_string(text.size()) + ':';
    all += text;
  };
  for (const std::string_view text : {request.method, request.path, request.query, request.body}) {
    add(text);
  }
  for (const Header& header : request.headers) {
    add(header.name);
    add(header.value);
  }
  return json_response(200, "{\"headers\":" + std::to_string(request.headers.size()) +
                                ",\"body\":" + std::to_string(request.body.size()) +
                                ",\"all\":" + std::to_string(std::hash<std::string>()(all)) + "}");
}

/// The server. It does its work when it is told to, on the fuzzer's thread.
class Server {
 public:
  Server() : http_(echo, limits(), [this](const Exchange& exchange) { note(exchange); }) {
    const auto address = http_.listen("127.0.0.1", 0);
    must_hold(address.has_value(), "the server listens");
    const std::string_view port = std::string_view(*address).substr(address->rfind(':') + 1);
    std::from_chars(port.data(), port.data() + port.size(), port_);
  }

  std::uint16_t port() const noexcept { return port_; }
  void work() { http_.poll(); }
  bool is_idle() const noexcept { return http_.connections() == 0; }
  std::vector<Seen> take_seen() { return std::exchange(seen_, {}); }

 private:
  /// Small enough for short inputs to meet them.
  static HttpLimits limits() {
    HttpLimits limits;
    limits.header_bytes = 1024;
    limits.target_bytes = 256;
    limits.body_bytes = 512;
    limits.drained_bytes = 2048;
    limits.idle_timeout = limits.header_timeout = limits.body_timeout = limits.write_timeout =
        limits.linger_timeout = std::chrono::hours(24);
    return limits;
  }
  void note(const Exchange& exchange) {
    seen_.push_back(
        {std::string(exchange.id), exchange.method == "HEAD", exchange.status, exchange.bytes});
  }

  std::vector<Seen> seen_;
  HttpServer http_;
  std::uint16_t port_ = 0;
};

/// A client's socket.
class Client {
 public:
  explicit Client(Server& server)
      : server_(server), socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    // A port can not be used again for a while, so the addresses change: all of 127.0.0.0/8 is
    // this host.
    static std::uint32_t number = 0;
    number = (number + 1) % 0xFFFF;
    const sockaddr_in own = address(INADDR_LOOPBACK + number, 0);
    const sockaddr_in other = address(INADDR_LOOPBACK, server.port());
    const int on = 1;
    must_hold(::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0 &&
                  ::bind(socket_, reinterpret_cast<const sockaddr*>(&own), sizeof own) == 0,
              "a socket of a client");
    must_hold(::connect(socket_, reinterpret_cast<const sockaddr*>(&other), sizeof other) == 0 ||
                  errno == EINPROGRESS,
              "a client connects");
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Sends a piece, which the server then takes.
  void send(std::string_view piece) {
    while (!piece.empty()) {
      const ssize_t sent = ::send(socket_, piece.data(), piece.size(), MSG_NOSIGNAL);
      must_hold(sent > 0 || errno == EINTR || errno == EAGAIN, "the server takes what is sent");
      if (sent > 0) piece.remove_prefix(static_cast<std::size_t>(sent));
      server_.work();
      hear();
    }
  }

  /// Ends the client's side, and returns all that the server has sent.
  std::string finish() {
    must_hold(::shutdown(socket_, SHUT_WR) == 0, "the client's side is shut");
    while (server_.work(), hear()) {
    }
    return std::move(heard_);
  }

 private:
  static sockaddr_in address(std::uint32_t host, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(host);
    return address;
  }

  /// Takes what has come. Returns whether more may.
  bool hear() {
    char part[4096];
    while (true) {
      const ssize_t got = ::recv(socket_, part, sizeof part, 0);
      if (got == 0) return false;
      if (got < 0) {
        must_hold(errno == EINTR || errno == EAGAIN, "the connection is not reset");
        return true;
      }
      heard_.append(part, static_cast<std::size_t>(got));
    }
  }

  Server& server_;
  const int socket_;
  std::string heard_;
};

bool is_known(int status) {
  constexpr int statuses[]{200, 204, 400, 413, 414, 417, 431, 501};
  return std::find(std::begin(statuses), std::end(statuses), status) != std::end(statuses);
}

/// Takes what stands before a mark, and the mark, off a text.
std::string_view take(std::string_view& text, std::string_view mark) {
  const std::size_t end = text.find(mark);
  must_hold(end != std::string_view::npos, "an answer goes on");
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(end + mark.size());
  return part;
}

/// Takes the answer of an exchange off what was heard, and returns what is the same each time.
std::string take_answer(std::string_view& heard, const Seen& seen) {
  if (heard.substr(0, interim.size()) == interim) heard.remove_prefix(interim.size());
  std::string_view head = take(heard, "\r\n\r\n");
  std::string lasting;
  std::map<std::string_view, std::string_view> headers;
  std::string_view line = head.substr(0, head.find("\r\n"));
  lasting += line;
  const std::string begin = "HTTP/1.1 " + std::to_string(seen.status) + ' ';
  must_hold(is_known(seen.status), "a status that the server knows");
  must_hold(line.substr(0, begin.size()) == begin && line.size() > begin.size(), "a status line");
  head.remove_prefix(line.size());
  while (!head.empty()) {
    head.remove_prefix(2);
    line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(line.size());
    std::string_view value = line;
    const std::string_view name = take(value, ": ");
    must_hold(headers.emplace(name, value).second, "a header once");
    if (name != "Date" && name != "X-Request-ID") (lasting += '\n') += line;
  }

  must_hold(headers["X-Request-ID"] == seen.id && !seen.id.empty(), "the exchange's X-Request-ID");
  must_hold(headers.contains("Date"), "a Date");
  must_hold(headers.contains("Content-Length") == (seen.status != 204), "Content-Length");
  std::size_t length = 0;
  if (seen.status != 204) {
    const std::string_view text = headers["Content-Length"];
    const auto read = std::from_chars(text.data(), text.data() + text.size(), length);
    must_hold(read.ec == std::errc() && read.ptr == text.data() + text.size(), "a number");
  }
  must_hold(headers.contains("Content-Type") == (length > 0), "Content-Type where there is a body");
  must_hold(seen.bytes == (seen.is_head ? 0 : length), "Content-Length is that of the body");
  must_hold(heard.size() >= seen.bytes, "a whole body");
  const std::string_view body = heard.substr(0, seen.bytes);
  heard.remove_prefix(seen.bytes);
  (lasting += "\n\n") += body;
  if (!body.empty()) {
    boost::system::error_code fault;
    const boost::json::value value = boost::json::parse(body, fault);
    must_hold(!fault && value.is_object(), "a body that is a JSON object");
    must_hold(seen.status == 200 || value.get_object().contains("message"), "an error's message");
  }
  must_hold(!headers.contains("Connection") || heard.empty() ||
                headers["Connection"] == "keep-alive",
            "nothing behind the last answer");
  return lasting;
}

/// The answers to what is sent on a connection.
std::vector<std::string> answers(Server& server, const std::vector<std::string_view>& pieces) {
  std::string all;
  {
    Client client(server);
    for (const std::string_view piece : pieces) client.send(piece);
    all = client.finish();
  }
  while (!server.is_idle()) server.work();
  std::string_view heard = all;
  std::vector<std::string> answers;
  for (const Seen& seen : server.take_seen()) answers.push_back(take_answer(heard, seen));
  must_hold(heard.empty(), "no answer but those of exchanges");
  return answers;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Server& server = *new Server;
  std::vector<std::string_view> pieces;
  std::string whole;
  std::string_view rest = membership_tests::text_of(data, size);
  while (!rest.empty()) {
    const std::string_view piece = rest.substr(0, rest.find('\xFF'));
    rest.remove_prefix(std::min(piece.size() + 1, rest.size()));
    if (piece.empty()) continue;
    pieces.push_back(piece);
    whole += piece;
  }
  if (pieces.empty()) return 0;
  const auto in_pieces = answers(server, pieces);
  if (pieces.size() < 2) return 0;
  const auto at_once = answers(server, {whole});
  for (std::size_t i = 0; i < std::min(at_once.size(), in_pieces.size()); ++i) {
    if (at_once[i] != in_pieces[i]) {
      std::fprintf(stderr, "at once: %s\nin pieces: %s\n", at_once[i].c_str(),
                   in_pieces[i].c_str());
    }
  }
  must_hold(at_once == in_pieces, "the same answers to the same bytes");
  return 0;
}
