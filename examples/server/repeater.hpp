// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_SERVER_REPEATER_HPP
#define MEMBERSHIP_SERVER_REPEATER_HPP

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace membership_server {

/// Calls a task again and again on a thread of its own, with a pause before each call, until it is
/// destroyed; a call under way is waited for. What the task throws is logged.
class Repeater {
 public:
  /// Throws std::system_error where the system gives no thread.
  Repeater(std::chrono::milliseconds pause, std::function<void()> task)
      : pause_(pause), task_(std::move(task)), thread_([this] { run(); }) {}
  Repeater(const Repeater&) = delete;
  Repeater& operator=(const Repeater&) = delete;
  ~Repeater() {
    {
      const std::lock_guard lock(mutex_);
      ends_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, pause_, [this] { return ends_; })) {
      lock.unlock();
      try {
        task_();
      } catch (const std::exception& thrown) {
        std::fprintf(stderr, "membership-server: %s\n", thrown.what());
      } catch (...) {
        std::fputs("membership-server: a task threw what is no std::exception\n", stderr);
      }
      lock.lock();
    }
  }

  const std::chrono::milliseconds pause_;
  const std::function<void()> task_;
  std::mutex mutex_{};
  std::condition_variable changed_{};
  bool ends_ = false;
  std::thread thread_;  // begins when all else is there
};

}  // namespace membership_server

#endif
