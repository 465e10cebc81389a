// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_EXAMPLES_ASYNC_SERVER_ASIO_IO_HPP
#define MEMBERSHIP_EXAMPLES_ASYNC_SERVER_ASIO_IO_HPP

#include <boost/asio/awaitable.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <deque>

/// How an asynchronous store and `co_execute` wait in an event loop of Asio.
namespace asio_io {

namespace asio = boost::asio;

class Io {
 public:
  template <class V>
  using Task = asio::awaitable<V>;

  Task<void> ready(int socket, bool read, bool write) {
    using asio::experimental::awaitable_operators::operator||;
    Borrowed borrowed(co_await asio::this_coro::executor, socket);
    auto& descriptor = borrowed.descriptor;
    if (read && write) {
      co_await (descriptor.async_wait(descriptor.wait_read, asio::use_awaitable) ||
                descriptor.async_wait(descriptor.wait_write, asio::use_awaitable));
    } else {
      co_await descriptor.async_wait(read ? descriptor.wait_read : descriptor.wait_write,
                                     asio::use_awaitable);
    }
  }

  Task<void> sleep(int milliseconds) { return pause(std::chrono::milliseconds(milliseconds)); }
  static Task<void> pause(std::chrono::steady_clock::duration time) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(asio::use_awaitable);
  }

  class Signal {
   public:
    Task<void> wait() {
      asio::steady_timer timer(co_await asio::this_coro::executor,
                               asio::steady_timer::time_point::max());
      const Waiting waiting(*this, timer);
      boost::system::error_code cancelled;
      co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
    void raise() {
      if (waiting_.empty()) return;
      waiting_.front()->cancel();
      waiting_.pop_front();
    }

   private:
    struct Waiting {
      Waiting(Signal& signal, asio::steady_timer& timer) : signal_(signal), timer_(timer) {
        signal.waiting_.push_back(&timer);
      }
      Waiting(const Waiting&) = delete;
      Waiting& operator=(const Waiting&) = delete;
      ~Waiting() { std::erase(signal_.waiting_, &timer_); }

      Signal& signal_;
      asio::steady_timer& timer_;
    };
    std::deque<asio::steady_timer*> waiting_;
  };

 private:
  /// A socket that another has opened and will close.
  struct Borrowed {
    Borrowed(const asio::any_io_executor& executor, int socket) : descriptor(executor, socket) {}
    Borrowed(const Borrowed&) = delete;
    Borrowed& operator=(const Borrowed&) = delete;
    ~Borrowed() { descriptor.release(); }

    asio::posix::stream_descriptor descriptor;
  };
};

/// The pauses of `co_execute`.
struct Wait {
  std::int64_t elapsed() const {
    return std::chrono::duration_cast<std::chrono::microseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }
  Io::Task<void> sleep(std::int64_t microseconds) const {
    return Io::pause(std::chrono::microseconds(microseconds));
  }
};

}  // namespace asio_io

#endif
