// SPDX-License-Identifier: BSL-1.0
#include "http_server.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/verb.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <exception>
#include <limits>
#include <mutex>
#include <new>
#include <optional>
#include <random>
#include <string_view>
#include <system_error>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

namespace membership_server {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

using Strand = asio::strand<asio::io_context::executor_type>;
using Socket = asio::basic_stream_socket<tcp, Strand>;
using Stream = beast::basic_stream<tcp, Strand>;

std::string_view view(beast::string_view text) noexcept { return {text.data(), text.size()}; }

/// A body that is kept up to a limit; what comes behind it is read and dropped, so that the
/// connection can go on after the refusal.
struct LimitedBody {
  struct value_type {
    std::size_t limit = 0;
    std::string text{};
    bool too_large = false;
  };

  class reader {
   public:
    template <bool is_request, class Fields>
    reader(http::header<is_request, Fields>&, value_type& body) : body_(body) {}

    void init(const boost::optional<std::uint64_t>& length, error_code& failure) {
      failure = {};
      if (!length) return;
      body_.too_large = *length > body_.limit;
      if (!body_.too_large) body_.text.reserve(static_cast<std::size_t>(*length));
    }

    template <class Buffers>
    std::size_t put(const Buffers& buffers, error_code& failure) {
      failure = {};
      std::size_t total = 0;
      for (auto it = asio::buffer_sequence_begin(buffers); it != asio::buffer_sequence_end(buffers);
           ++it) {
        const asio::const_buffer part = *it;
        total += part.size();
        if (part.size() > body_.limit - body_.text.size()) body_.too_large = true;
        if (body_.too_large) continue;
        body_.text.append(static_cast<const char*>(part.data()), part.size());
      }
      return total;
    }

    void finish(error_code& failure) { failure = {}; }

   private:
    value_type& body_;
  };
};

using Parser = http::request_parser<LimitedBody>;

/// The time as `Date` says it, made anew once a second.
std::string_view http_date() {
  thread_local std::time_t made_at = -1;
  thread_local std::array<char, 40> text{};
  thread_local std::size_t size = 0;
  const std::time_t now = std::time(nullptr);
  if (now != made_at) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    made_at = now;
  }
  return {text.data(), size};
}

}  // namespace

struct HttpServer::State {
  State(Handler the_handler, const HttpLimits& the_limits, Observer the_observer);

  std::string next_request_id();
  void accept();
  void on_accept(error_code failure, Socket socket);
  void await_signal();
  void begin_stop();
  void add(Connection* connection);
  void remove(Connection* connection) noexcept;
  void after_removal();

  const Handler handler;
  const HttpLimits limits;
  const Observer observer;
  std::string id_prefix{};
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint32_t> count{0};  ///< connections that live
  std::atomic<bool> full{false};        ///< accepting waits until one of them ends
  std::atomic<bool> stopping{false};
  std::atomic<bool> finished{false};

  std::mutex mutex{};  ///< of the next line
  std::unordered_set<Connection*> connections{};

  // Connections are owned by the operations that are pending in the context, and it destroys them.
  // So it comes behind all that a connection uses when it ends.
  asio::io_context context{};
  Strand strand{asio::make_strand(context)};  ///< of all that follows
  tcp::acceptor acceptor{strand};
  asio::signal_set signals{strand, SIGTERM, SIGINT};
  asio::steady_timer accept_pause{strand};
  asio::steady_timer stop_deadline{strand};
};

/// One client. It lives as long as an operation of it is pending; all its functions run on the
/// strand of its stream.
class HttpServer::Connection : public std::enable_shared_from_this<HttpServer::Connection> {
 public:
  Connection(State& state, Socket socket) : state_(state), stream_(std::move(socket)) {
    state_.add(this);
  }
  ~Connection() { state_.remove(this); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void start() {
    asio::dispatch(stream_.get_executor(), [self = shared_from_this()] {
      error_code ignored;
      ignored = self->stream_.socket().set_option(tcp::no_delay(true), ignored);
      self->begin_request();
    });
  }

  /// Ends the connection if it waits for a request. A request under way is finished first.
  void stop() {
    asio::post(stream_.get_executor(), [self = shared_from_this()] {
      if (self->phase_ == Phase::idle) self->stream_.cancel();
    });
  }

 private:
  enum class Phase { idle, head, body, answer };

  void begin_request() {
    phase_ = Phase::idle;
    head_seen_ = head_tried_ = 0;
    refusal_.reset();
    headers_.clear();
    parser_.reset();

    if (buffer_.size() == 0 && state_.stopping && !has_bytes_waiting()) return;
    const auto& limits = state_.limits;
    stream_.expires_after(is_first_ ? std::min(limits.idle_timeout, limits.header_timeout)
                                    : limits.idle_timeout);
    is_first_ = false;
    if (buffer_.size() == 0) return read();
    parse();
  }

  bool has_bytes_waiting() {
    error_code failure;
    return stream_.socket().available(failure) > 0 && !failure;
  }

  void read() {
    const std::size_t size = (phase_ == Phase::body ? std::size_t{64} : std::size_t{4}) * 1024;
    stream_.async_read_some(buffer_.prepare(size),
                            [self = shared_from_this()](error_code failure, std::size_t read) {
                              self->on_read(failure, read);
                            });
  }

  void on_read(error_code failure, std::size_t read) {
    buffer_.commit(read);
    if (!failure) return parse();
    if (phase_ == Phase::idle) {
      // The server is stopping. What has come in the meantime is a request under way.
      if (failure == asio::error::operation_aborted && has_bytes_waiting()) begin_request();
    } else if (failure == asio::error::eof) {
      if (phase_ == Phase::head) return parse(true);
      refuse_early_end();
    }
  }

  /// Takes what has arrived, asks for more where that is not enough, and answers.
  void parse(bool is_end = false) {
    if (phase_ == Phase::idle) {
      // Old clients send an empty line behind a body (RFC 9112, 2.2).
      while (buffer_.size() > 0 && (first_byte() == '\r' || first_byte() == '\n')) {
        buffer_.consume(1);
      }
      if (buffer_.size() == 0) return read();
      phase_ = Phase::head;
      stream_.expires_after(state_.limits.header_timeout);
    }
    if (phase_ == Phase::head && !parse_head(is_end)) return;
    while (!parser_->is_done()) {
      // What is left of a chunked body is never less than the last chunk, and the parser asserts
      // that it sees that as a whole.
      if (buffer_.size() < (parser_->chunked() ? 5u : 1u)) return read();
      const std::string_view seen = front();
      error_code failure;
      buffer_.consume(parser_->put(asio::buffer(seen), failure));
      if (failure == http::error::need_more) {
        if (seen.size() < state_.limits.header_bytes) return read();
        return refuse(400, "bad_request", "A chunk's head or the trailer is too long.");
      }
      if (failure == http::error::body_limit) return refuse_body();
      if (failure) return refuse_malformed(failure);
    }
    answer();
  }

  /// Reads the head of a request, and returns whether its body is to be read now. What the parser
  /// says of a head depends on the pieces that it gets it in. So it gets it from the beginning
  /// each time: once the head is whole or can not become so, and before that as often as its size
  /// doubles, by which most of what is no HTTP is refused without waiting for an end.
  bool parse_head(bool is_end) {
    const std::string_view head = front();
    const std::size_t most = state_.limits.header_bytes;
    const bool is_whole =
        head.find("\r\n\r\n", std::max<std::size_t>(head_seen_, 3) - 3) != std::string_view::npos;
    head_seen_ = head.size();
    if (!is_whole && !is_end && head.size() < std::min(2 * head_tried_, most)) {
      return read(), false;
    }
    head_tried_ = head.size();
    parser_ = std::make_unique<Parser>();
    parser_->header_limit(std::numeric_limits<std::uint32_t>::max());
    parser_->body_limit(boost::none);
    parser_->get().body().limit = state_.limits.body_bytes;
    error_code failure;
    const std::size_t used = parser_->put(asio::buffer(head), failure);
    if (failure == http::error::need_more) {
      if (head.size() == most) return refuse_head(), false;
      if (is_end) return refuse_early_end(), false;
      return read(), false;
    }
    if (failure) return refuse_malformed(failure), false;
    buffer_.consume(used);
    phase_ = Phase::body;
    return accept_head();
  }

  /// What has arrived, as far as the parser is to see it at once.
  std::string_view front() const {
    const auto data = buffer_.data();
    return {static_cast<const char*>(data.data()),
            std::min(data.size(), state_.limits.header_bytes)};
  }

  char first_byte() const { return *static_cast<const char*>(buffer_.data().data()); }

  /// Looks at the head of a request. Returns whether its body is to be read now.
  bool accept_head() {
    const auto& message = parser_->get();
    for (const auto& field : message) {
      headers_.push_back({view(field.name_string()), view(field.value())});
    }

    // Where the end of the request is in doubt, the connection must end.
    const auto encodings = message.count(http::field::transfer_encoding);
    if (encodings > 0 && message.version() < 11) {
      return refuse(400, "bad_request", "Transfer-Encoding is not of HTTP/1.0."), false;
    }
    if (encodings > 1 ||
        (encodings == 1 &&
         !equal_ignoring_case(view(message[http::field::transfer_encoding]), "chunked"))) {
      return refuse(501, "not_implemented", "Transfer-Encoding must be chunked."), false;
    }
    if (message.version() == 11 && message.count(http::field::host) != 1) {
      return refuse(400, "bad_request", "HTTP/1.1 needs one Host header."), false;
    }

    if (message.target().size() > state_.limits.target_bytes) refusal_ = uri_too_long();
    if (parser_->is_done()) return true;
    const auto length = parser_->content_length();
    if (length && *length > state_.limits.drained_bytes) return refuse_body(), false;
    parser_->body_limit(state_.limits.drained_bytes);
    stream_.expires_after(state_.limits.body_timeout);
    if (message.version() < 11 || message.count(http::field::expect) == 0) return true;
    if (!equal_ignoring_case(view(message[http::field::expect]), "100-continue")) {
      return refuse(417, "expectation_failed", "Expect must be 100-continue."), false;
    }
    if (length && *length > state_.limits.body_bytes) return refuse_body(), false;
    if (refusal_) return begin_answer(), send(*refusal_, false), false;
    if (buffer_.size() > 0) return true;
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(stream_, asio::buffer(go_on),
                      [self = shared_from_this()](error_code failure, std::size_t) {
                        if (!failure) self->parse();
                      });
    return false;
  }

  void answer() {
    if (parser_->get().body().too_large) refusal_ = too_large();
    const bool keep = parser_->keep_alive();
    begin_answer();
    if (refusal_) return send(*refusal_, keep);
    send(call_handler(), keep);
  }

  void begin_answer() {
    id_ = state_.next_request_id();
    if (state_.observer) begun_ = std::chrono::steady_clock::now();
  }

  Response call_handler() {
    const auto& message = parser_->get();
    Request request;
    request.method = view(message.method_string());
    std::string_view target = view(message.target());
    for (const std::string_view scheme : {"http://", "https://"}) {
      // The absolute form, as for a proxy (RFC 9112, 3.2.2).
      if (!equal_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
      const std::size_t path = target.find_first_of("/?", scheme.size());
      target = path == std::string_view::npos || target[path] == '?' ? "/" : target.substr(path);
      break;
    }
    const std::size_t question = target.find('?');
    request.path = target.substr(0, question);
    if (question != std::string_view::npos) request.query = target.substr(question + 1);
    request.headers = std::move(headers_);
    request.body = message.body().text;
    request.id = id_;

    std::string what;
    try {
      return state_.handler(request);
    } catch (const std::exception& thrown) {
      what = thrown.what();
    } catch (...) {
      what = "an unknown exception";
    }
    std::fprintf(stderr, "membership-server: %s: %s\n", id_.c_str(), what.c_str());
    return error_response(500, "internal_error", "Internal Server Error");
  }

  Response uri_too_long() const {
    return error_response(414, "uri_too_long",
                          "The path and query are longer than " +
                              std::to_string(state_.limits.target_bytes) + " bytes.");
  }

  Response too_large() const {
    return error_response(413, "payload_too_large",
                          "The body is longer than " + std::to_string(state_.limits.body_bytes) +
                              " bytes.");
  }

  /// Answers what cannot be read to its end, and ends the connection.
  void refuse(int status, std::string_view code, std::string_view message) {
    begin_answer();
    send(error_response(status, code, message), false);
  }
  void refuse_malformed(error_code failure) {
    refuse(400, "bad_request", "Not HTTP/1.1: " + failure.message() + ".");
  }
  void refuse_early_end() { refuse(400, "bad_request", "The request ends before it is complete."); }
  void refuse_body() {
    begin_answer();
    send(too_large(), false);
  }
  void refuse_head() {
    begin_answer();
    if (parser_->get().target().empty()) return send(uri_too_long(), false);
    send(error_response(431, "request_header_fields_too_large",
                        "The header is longer than " + std::to_string(state_.limits.header_bytes) +
                            " bytes."),
         false);
  }

  void send(const Response& response, bool keep) {
    keep = keep && !state_.stopping;
    phase_ = Phase::answer;
    const std::string_view body = response.body ? *response.body : std::string_view();
    const auto status = static_cast<unsigned>(response.status);
    out_.clear();
    out_ += "HTTP/1.1 ";
    out_ += std::to_string(status);
    out_ += ' ';
    out_ += view(http::obsolete_reason(http::int_to_status(status)));
    out_ += "\r\nDate: ";
    out_ += http_date();
    out_ += "\r\nX-Request-ID: ";
    out_ += id_;
    if (response.body) {
      out_ += "\r\nContent-Type: ";
      out_ += response.content_type;
    }
    if (status != 204) {
      out_ += "\r\nContent-Length: ";
      out_ += std::to_string(body.size());
    }
    for (const auto& [name, value] : response.headers) {
      out_ += "\r\n";
      out_ += name;
      out_ += ": ";
      out_ += value;
    }
    if (!keep) {
      out_ += "\r\nConnection: close";
    } else if (parser_->get().version() < 11) {
      out_ += "\r\nConnection: keep-alive";
    }
    out_ += "\r\n\r\n";
    const bool is_head = parser_->get().method() == http::verb::head;
    const std::string_view sent = is_head || status == 204 ? std::string_view() : body;
    out_ += sent;
    if (state_.observer) observe(response, sent.size());

    stream_.expires_after(state_.limits.write_timeout);
    asio::async_write(stream_, asio::buffer(out_),
                      [self = shared_from_this(), keep](error_code failure, std::size_t) {
                        if (failure) return;
                        if (keep) return self->begin_request();
                        self->linger();
                      });
  }

  void observe(const Response& response, std::size_t bytes) const {
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - begun_);
    state_.observer(Exchange{.id = id_,
                             .method = view(parser_->get().method_string()),
                             .route = response.route,
                             .status = response.status,
                             .microseconds = static_cast<std::uint64_t>(took.count()),
                             .bytes = bytes});
  }

  /// Waits until the client has closed its side. A socket that is closed while something unread
  /// has arrived resets the connection, and the client may lose the answer.
  void linger() {
    error_code failure;
    failure = stream_.socket().shutdown(tcp::socket::shutdown_send, failure);
    if (failure) return;
    buffer_.clear();
    stream_.expires_after(state_.limits.linger_timeout);
    discard();
  }

  void discard() {
    stream_.async_read_some(buffer_.prepare(std::size_t{16} * 1024),
                            [self = shared_from_this()](error_code failure, std::size_t) {
                              if (!failure) self->discard();
                            });
  }

  State& state_;
  Stream stream_;
  beast::flat_buffer buffer_{};
  std::unique_ptr<Parser> parser_{};  ///< of the request whose head is being read, or was
  Phase phase_ = Phase::idle;
  bool is_first_ = true;
  std::size_t head_seen_ = 0;      ///< how much of a head has been looked at
  std::size_t head_tried_ = 0;     ///< how much of it the parser has been given
  std::vector<Header> headers_{};  ///< of the head; a trailer adds nothing to it
  std::optional<Response> refusal_{};
  std::string id_{};
  std::chrono::steady_clock::time_point begun_{};  ///< while there is an observer
  std::string out_{};
};

HttpServer::State::State(Handler the_handler, const HttpLimits& the_limits, Observer the_observer)
    : handler(std::move(the_handler)), limits(the_limits), observer(std::move(the_observer)) {
  std::random_device random;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "req_%08x%08x", random(), random());
  id_prefix = text.data();
}

std::string HttpServer::State::next_request_id() {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "%010llx", static_cast<unsigned long long>(++requests));
  return id_prefix + text.data();
}

void HttpServer::State::add(Connection* connection) {
  const std::lock_guard lock(mutex);
  connections.insert(connection);
  ++count;
  ++accepted;
}

void HttpServer::State::remove(Connection* connection) noexcept {
  {
    const std::lock_guard lock(mutex);
    connections.erase(connection);
  }
  --count;
  if (finished || !(full || stopping)) return;
  try {
    asio::post(strand, [this] { after_removal(); });
  } catch (...) {
    // The next connection that ends tries again.
    std::fputs("membership-server: no memory to end a connection in order\n", stderr);
  }
}

void HttpServer::State::after_removal() {
  if (stopping) {
    if (count > 0) return;
    signals.cancel();
    stop_deadline.cancel();
  } else if (full && count < limits.connections) {
    full = false;
    accept();
  }
}

void HttpServer::State::accept() {
  acceptor.async_accept(asio::make_strand(context), [this](error_code failure, Socket socket) {
    on_accept(failure, std::move(socket));
  });
}

void HttpServer::State::on_accept(error_code failure, Socket socket) {
  if (stopping) return;
  if (failure) {
    // As a rule no more file descriptors. Trying again at once would only burn time.
    accept_pause.expires_after(std::chrono::milliseconds(50));
    accept_pause.async_wait([this](error_code cancelled) {
      if (!cancelled && !stopping) accept();
    });
    return;
  }
  try {
    std::make_shared<Connection>(*this, std::move(socket))->start();
  } catch (const std::bad_alloc&) {
    std::fputs("membership-server: no memory for another connection\n", stderr);
  }
  full = count >= limits.connections;
  if (full && count < limits.connections) full = false;
  if (!full) accept();
}

void HttpServer::State::await_signal() {
  signals.async_wait([this](error_code cancelled, int) {
    if (cancelled) return;
    await_signal();
    begin_stop();
  });
}

void HttpServer::State::begin_stop() {
  if (stopping.exchange(true)) return context.stop();
  error_code ignored;
  ignored = acceptor.close(ignored);
  accept_pause.cancel();
  stop_deadline.expires_after(limits.stop_timeout);
  stop_deadline.async_wait([this](error_code cancelled) {
    if (!cancelled) context.stop();
  });
  // The last owner of a connection must not be released under the lock: it takes it again.
  std::vector<std::shared_ptr<Connection>> alive;
  {
    const std::lock_guard lock(mutex);
    for (Connection* connection : connections) {
      if (auto owner = connection->weak_from_this().lock()) alive.push_back(std::move(owner));
    }
  }
  for (const auto& connection : alive) connection->stop();
  after_removal();
}

HttpServer::HttpServer(Handler handler, const HttpLimits& limits, Observer observer)
    : state_(std::make_unique<State>(std::move(handler), limits, std::move(observer))) {}

HttpServer::~HttpServer() { state_->finished = true; }

tl::expected<std::string, HttpServer::ListenFailure> HttpServer::listen(const std::string& host,
                                                                        std::uint16_t port) {
  const auto failed = [](ListenError error, std::string message, const error_code& failure) {
    return tl::unexpected<ListenFailure>({error, std::move(message) + ": " + failure.message()});
  };
  error_code failure;
  auto address = asio::ip::make_address(host, failure);
  if (failure) {
    tcp::resolver resolver(state_->context);
    const auto found = resolver.resolve(host, "0", failure);
    if (failure) return failed(ListenError::bad_host, "unknown host '" + host + "'", failure);
    address = found.begin()->endpoint().address();
  }
  const auto in_url = [](const asio::ip::address& shown, std::uint16_t shown_port) {
    const std::string text = shown.to_string();
    return (shown.is_v6() ? "[" + text + "]" : text) + ":" + std::to_string(shown_port);
  };

  const tcp::endpoint endpoint(address, port);
  tcp::acceptor& acceptor = state_->acceptor;
  try {
    acceptor.open(endpoint.protocol());
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    acceptor.bind(endpoint);
    acceptor.listen(tcp::acceptor::max_listen_connections);
  } catch (const boost::system::system_error& thrown) {
    return failed(ListenError::no_listening, "cannot listen on " + in_url(address, port),
                  thrown.code());
  }
  asio::post(state_->strand, [this] { state_->accept(); });
  return "http://" + in_url(address, acceptor.local_endpoint().port());
}

void HttpServer::run() {
  asio::io_context& context = state_->context;
  asio::post(state_->strand, [this] { state_->await_signal(); });
  const auto serve = [&context] {
    while (true) {
      try {
        context.run();
        return;
      } catch (const std::exception& thrown) {
        // As a rule no memory: the connection that it came from is closed, others go on.
        std::fprintf(stderr, "membership-server: %s\n", thrown.what());
      }
    }
  };
  std::vector<std::thread> others;
  others.reserve(state_->limits.threads);
  try {
    while (others.size() + 1 < state_->limits.threads) others.emplace_back(serve);
  } catch (const std::system_error&) {
    std::fputs("membership-server: the system gives fewer threads than asked for\n", stderr);
  }
  serve();
  for (std::thread& other : others) other.join();
  state_->finished = true;
}

void HttpServer::poll() { state_->context.poll(); }

void HttpServer::stop() {
  asio::post(state_->strand, [this] { state_->begin_stop(); });
}

std::uint64_t HttpServer::connections() const noexcept { return state_->count; }

std::uint64_t HttpServer::accepted() const noexcept { return state_->accepted; }

}  // namespace membership_server
