// SPDX-License-Identifier: BSL-1.0

// Places that coroutines take turns in, in a loop that resumes them later than they are woken.
//
// Plan
//   never more hold a place than there are; the order is that in which they came, also where one
//     comes between a place being free and who waits for it going on                -> in_order
//   one that is destroyed while it waits, or after it was woken, keeps nobody waiting  -> destroyed

#include "membership/store/owned/async_places.hpp"

#include "../support/task.hpp"

#include <boost/test/unit_test.hpp>

#ifdef __cpp_impl_coroutine

#include <coroutine>
#include <deque>
#include <map>
#include <string>
#include <utility>

using membership::detail::AsyncPlaces;

BOOST_AUTO_TEST_SUITE(async_places)

namespace {

std::deque<std::coroutine_handle<>> ready;

struct Io {
  template <class V>
  using Task = membership_tests::Task<V>;

  class Signal {
   public:
    Task<void> wait() { co_await Waiting{*this}; }
    void raise() {
      if (waiting_.empty()) return;
      ready.push_back(waiting_.front());
      waiting_.pop_front();
    }

   private:
    struct Waiting {
      Signal& signal;
      std::coroutine_handle<> self{};

      ~Waiting() {
        std::erase(signal.waiting_, self);
        std::erase(ready, self);
      }
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> handle) {
        self = handle;
        signal.waiting_.push_back(handle);
      }
      void await_resume() const noexcept {}
    };
    std::deque<std::coroutine_handle<>> waiting_;
  };
};
using Place = AsyncPlaces<Io>::Place;

void run_ready() {
  while (!ready.empty()) {
    const auto next = ready.front();
    ready.pop_front();
    next.resume();
  }
}

/// Who comes, by a letter each, and keeps its place until it is told to leave.
struct Visitors {
  AsyncPlaces<Io> places;
  std::string came_in;
  std::map<char, Place> inside;
  std::map<char, Io::Task<void>> coming;

  explicit Visitors(unsigned count) : places(count) {}

  Io::Task<void> visit(char name) {
    Place place = co_await places.take();
    came_in += name;
    inside.emplace(name, std::move(place));
  }
  void come(char name) { coming.emplace(name, visit(name)).first->second.start(); }
  void leave(char name) { inside.erase(name); }
  void give_up(char name) { coming.erase(name); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(in_order) {
  for (const unsigned count : {1u, 2u, 3u}) {
    Visitors visitors(count);
    for (const char name : {'a', 'b', 'c', 'd', 'e'}) visitors.come(name);
    BOOST_TEST(visitors.came_in == std::string("abcde").substr(0, count));
    visitors.leave('a');
    visitors.come('f');  // before the one that was woken
    BOOST_TEST(visitors.came_in.size() == count);
    run_ready();
    BOOST_TEST(visitors.came_in == std::string("abcde").substr(0, count + 1));
    for (const char name : {'b', 'c', 'd', 'e'}) {
      visitors.leave(name);
      run_ready();
      BOOST_TEST(visitors.inside.size() <= count);
    }
    BOOST_TEST(visitors.came_in == "abcdef");
    visitors.leave('f');
    visitors.come('g');
    BOOST_TEST(visitors.came_in == "abcdefg");
  }
}

BOOST_AUTO_TEST_CASE(destroyed) {
  Visitors visitors(1);
  for (const char name : {'a', 'b', 'c', 'd'}) visitors.come(name);
  visitors.give_up('b');  // waits
  visitors.leave('a');
  visitors.give_up('c');  // was woken
  run_ready();
  BOOST_TEST(visitors.came_in == "ad");
  for (const char name : {'e', 'f', 'g'}) visitors.come(name);
  visitors.leave('d');
  visitors.give_up('f');  // waits, while a place is kept for another
  run_ready();
  BOOST_TEST(visitors.came_in == "ade");
  visitors.leave('e');
  run_ready();
  visitors.leave('g');
  visitors.come('h');
  BOOST_TEST(visitors.came_in == "adegh");
}

BOOST_AUTO_TEST_SUITE_END()

#endif
