// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_EXPLORER_FIBER_HPP
#define MEMBERSHIP_TESTING_EXPLORER_FIBER_HPP

#include <cerrno>
#include <cstddef>
#include <functional>
#include <memory>
#include <system_error>
#include <type_traits>
#include <ucontext.h>
#include <utility>

// What sanitizers have to be told of a change of stacks; null where none is linked.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): their names
extern "C" {
[[gnu::weak]] void __sanitizer_start_switch_fiber(void** kept, const void* bottom,
                                                  std::size_t size);
[[gnu::weak]] void __sanitizer_finish_switch_fiber(void* kept, const void** bottom,
                                                   std::size_t* size);
[[gnu::weak]] void* __tsan_get_current_fiber();
[[gnu::weak]] void* __tsan_create_fiber(unsigned flags);
[[gnu::weak]] void __tsan_destroy_fiber(void* fiber);
[[gnu::weak]] void __tsan_switch_to_fiber(void* fiber, unsigned flags);
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

namespace membership::inline v0 {
namespace testing {

/// A function that runs on a stack of its own, and stops where it says so until it is told to go
/// on, by `<ucontext.h>` (POSIX 2001). Belongs to one thread.
///
/// `Jumps`: goes on by the compiler's own jumps, because a change of contexts makes a system call.
/// That takes a `__builtin_setjmp` that works, and a context that one may leave so, as on x86.
template <bool Jumps>
class BasicFiber {
 public:
  static constexpr std::size_t stack_size = std::size_t{512} * 1024;

  BasicFiber() : stack_(new char[stack_size]) {
    if (__tsan_create_fiber != nullptr) inside_fiber_ = __tsan_create_fiber(0);
  }
  ~BasicFiber() {
    if (inside_fiber_ != nullptr) __tsan_destroy_fiber(inside_fiber_);
  }
  BasicFiber(const BasicFiber&) = delete;
  BasicFiber& operator=(const BasicFiber&) = delete;

  /// Makes ready to run `body`, which must not throw. Preconditions: the one before has ended.
  /// May throw std::system_error.
  void begin(std::function<void()> body) {
    body_ = std::move(body);
    ended_ = false;
    begun_ = false;
    if (getcontext(&first_) != 0) throw std::system_error(errno, std::generic_category());
    first_.uc_stack.ss_sp = stack_.get();
    first_.uc_stack.ss_size = stack_size;
    first_.uc_link = nullptr;
    makecontext(&first_, &BasicFiber::enter, 0);
  }

  /// Runs the body until it pauses or ends; whether it has ended.
  bool resume() {
    BasicFiber* const before = std::exchange(running(), this);
    if (inside_fiber_ != nullptr) outside_fiber_ = __tsan_get_current_fiber();
    void* kept = nullptr;
    leave(&kept, stack_.get(), stack_size, inside_fiber_);
    swap()(outside_, inside_, std::exchange(begun_, true) ? nullptr : &first_);
    arrive(kept, nullptr, nullptr);
    running() = before;
    return ended_;
  }

  /// Called by the body: stops until the next `resume`.
  void pause() {
    void* kept = nullptr;
    leave(&kept, outside_stack_, outside_size_, outside_fiber_);
    swap()(inside_, outside_, nullptr);
    arrive(kept, &outside_stack_, &outside_size_);
  }

  bool ended() const noexcept { return ended_; }

 private:
  static BasicFiber*& running() noexcept {
    static thread_local BasicFiber* fiber = nullptr;
    return fiber;
  }

  static void enter() {
    BasicFiber& self = *running();
    arrive(nullptr, &self.outside_stack_, &self.outside_size_);
    self.body_();
    self.ended_ = true;
    leave(nullptr, self.outside_stack_, self.outside_size_, self.outside_fiber_);
    swap()(self.inside_, self.outside_, nullptr);
  }

  /// A place to go on from.
  struct Jump {
    void* at[5]{};
  };
  using Place = std::conditional_t<Jumps, Jump, ucontext_t>;

  /// Goes from one place to another, or to where a context begins. Comes back when somebody goes
  /// to the first.
  [[gnu::noinline]] static void go([[maybe_unused]] Place& from, [[maybe_unused]] Place& to,
                                   const ucontext_t* first) {
    if constexpr (Jumps) {
      if (__builtin_setjmp(from.at) != 0) return;
      if (first != nullptr) setcontext(first);
      __builtin_longjmp(to.at, 1);
    } else {
      swapcontext(&from, first != nullptr ? first : &to);
    }
  }
  /// Not known to the compiler, which must not think that it knows what registers this changes.
  static auto swap() noexcept -> void (*)(Place&, Place&, const ucontext_t*) {
    static void (*volatile function)(Place&, Place&, const ucontext_t*) = &BasicFiber::go;
    return function;
  }

  static void leave(void** kept, const void* bottom, std::size_t size, void* fiber) {
    if (__sanitizer_start_switch_fiber != nullptr) {
      __sanitizer_start_switch_fiber(kept, bottom, size);
    }
    if (fiber != nullptr) __tsan_switch_to_fiber(fiber, 0);
  }
  static void arrive(void* kept, const void** bottom, std::size_t* size) {
    if (__sanitizer_finish_switch_fiber != nullptr) {
      __sanitizer_finish_switch_fiber(kept, bottom, size);
    }
  }

  std::unique_ptr<char[]> stack_;
  std::function<void()> body_{};
  ucontext_t first_{};
  Place inside_{};
  Place outside_{};
  void* inside_fiber_ = nullptr;
  void* outside_fiber_ = nullptr;
  const void* outside_stack_ = nullptr;
  std::size_t outside_size_ = 0;
  bool begun_ = false;
  bool ended_ = true;
};

#if defined(__x86_64__) || defined(__i386__)
/// The form for this machine.
using Fiber = BasicFiber<true>;
#else
/// The form for this machine.
using Fiber = BasicFiber<false>;
#endif

}  // namespace testing
}  // namespace membership::inline v0

#endif
