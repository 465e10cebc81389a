// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_SUPPORT_TASK_HPP
#define MEMBERSHIP_TESTS_SUPPORT_TASK_HPP

#ifdef __cpp_impl_coroutine

#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace membership_tests {

/// A coroutine that begins when it is awaited, or run.
template <class V>
class [[nodiscard]] Task {
  struct Nothing {};
  using Value = std::conditional_t<std::is_void_v<V>, Nothing, V>;
  struct Base {
    std::coroutine_handle<> continuation = std::noop_coroutine();
    std::exception_ptr problem{};
    std::suspend_always initial_suspend() noexcept { return {}; }
    void unhandled_exception() { problem = std::current_exception(); }
  };
  struct WithValue : Base {
    std::optional<Value> value{};
    template <class U>
    void return_value(U&& result) {
      value.emplace(std::forward<U>(result));
    }
  };
  struct WithNothing : Base {
    std::optional<Value> value{};
    void return_void() { value.emplace(); }
  };

 public:
  struct promise_type : std::conditional_t<std::is_void_v<V>, WithNothing, WithValue> {
    struct End {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> self) noexcept {
        return self.promise().continuation;
      }
      void await_resume() noexcept {}
    };
    Task get_return_object() {
      return Task(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    End final_suspend() noexcept { return {}; }
  };

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) noexcept {
    handle_.promise().continuation = caller;
    return handle_;
  }
  V await_resume() { return result(); }

  /// Runs it until it waits for something.
  void start() { handle_.resume(); }
  /// Runs it where nothing that it awaits waits for anything else.
  V run() {
    start();
    return result();
  }

 private:
  explicit Task(std::coroutine_handle<promise_type> handle) noexcept : handle_(handle) {}
  V result() {
    if (handle_.promise().problem) std::rethrow_exception(handle_.promise().problem);
    if constexpr (!std::is_void_v<V>) return std::move(*handle_.promise().value);
  }

  std::coroutine_handle<promise_type> handle_;
};

}  // namespace membership_tests

#endif

#endif
