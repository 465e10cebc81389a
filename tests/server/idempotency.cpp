// SPDX-License-Identifier: BSL-1.0

// Plan
//   SipHash: the authors' vectors, texts kept apart       -> sip_hash_*
//   replay: status, body, scope, what is not a twin       -> repeats_the_answer, scope_*
//   refusals: mismatch, empty and long keys               -> refuses_*
//   what is kept: every status; a throwing run            -> keeps_*, forgets_a_throwing_run
//   limits: entries, bytes, age, off                      -> limit_*, forgets_after_a_day
//   twins at once: one effect, given up, mismatch, forgotten meanwhile -> twins_*

#include "idempotency.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <future>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(idempotency)

using membership_server::Hash128;
using membership_server::Idempotency;
using membership_server::IdempotencyLimits;
using membership_server::Request;
using membership_server::Response;
using membership_server::SipHash;

namespace {

Request post(std::string_view key, std::string_view body = "{}", std::string_view path = "/users") {
  Request request;
  request.method = "POST";
  request.path = path;
  request.body = body;
  request.headers = {{"Host", "x"}, {"idempotency-key", key}};
  return request;
}

/// Something that answers, and counts how often.
struct Counted {
  int status = 201;
  int runs = 0;

  std::function<Response()> run() {
    return [this] {
      ++runs;
      return Response{status, "answer " + std::to_string(runs)};
    };
  }
};

/// Waits until something that another thread does is so.
template <class Condition>
void await(Condition&& condition) {
  while (!condition()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

}  // namespace

BOOST_AUTO_TEST_CASE(sip_hash_gives_the_authors_vectors) {
  const SipHash::Key key{0x0706050403020100u, 0x0f0e0d0c0b0a0908u};
  std::string text;
  const auto hash = [&] { return SipHash(key).add(text).finish(); };
  BOOST_TEST((hash() == Hash128{0xe6a825ba047f81a3u, 0x930255c71472f66du}));
  text.push_back('\0');
  BOOST_TEST((hash() == Hash128{0x44af996bd8c187dau, 0x45fc229b11597634u}));
  for (char c = 1; c < 15; ++c) text.push_back(c);
  BOOST_TEST((hash() == Hash128{0x11a8b03399e99354u, 0xd9c3cf970fec087eu}));
}

BOOST_AUTO_TEST_CASE(sip_hash_takes_bytes_in_any_pieces) {
  const std::string text = "0123456789abcdefghijklmnopqrstuvwxyz";
  const Hash128 whole = SipHash({1, 2}).add(text).finish();
  for (std::size_t i = 0; i <= text.size(); ++i) {
    for (std::size_t j = i; j <= text.size(); ++j) {
      SipHash hash({1, 2});
      hash.add(text.substr(0, i)).add(text.substr(i, j - i)).add(text.substr(j));
      BOOST_TEST((hash.finish() == whole));
    }
  }
}

BOOST_AUTO_TEST_CASE(sip_hash_keeps_texts_apart) {
  const auto hash = [](std::string_view a, std::string_view b) {
    return SipHash({1, 2}).add_text(a).add_text(b).finish();
  };
  BOOST_TEST((hash("ab", "c") == hash("ab", "c")));
  BOOST_TEST((hash("ab", "c") != hash("a", "bc")));
  BOOST_TEST((hash("", "x") != hash("x", "")));
}

BOOST_AUTO_TEST_CASE(repeats_the_answer) {
  Idempotency memory;
  Counted counted;
  for (int i = 0; i < 3; ++i) {
    const Response response = memory.answer(0, post("k"), counted.run());
    BOOST_TEST(response.status == 201);
    BOOST_TEST(*response.body == "answer 1");
  }
  BOOST_TEST(counted.runs == 1);
  BOOST_TEST(memory.counts().entries == 1u);
  BOOST_TEST(memory.counts().replays == 2u);
}

BOOST_AUTO_TEST_CASE(scope_is_key_method_path_and_api_key) {
  Idempotency memory;
  Counted counted;
  Request other_method = post("k");
  other_method.method = "PATCH";
  static_cast<void>(memory.answer(0, post("k"), counted.run()));
  static_cast<void>(memory.answer(1, post("k"), counted.run()));
  static_cast<void>(memory.answer(0, other_method, counted.run()));
  static_cast<void>(memory.answer(0, post("k", "{}", "/user"), counted.run()));
  static_cast<void>(memory.answer(0, post("K"), counted.run()));
  static_cast<void>(memory.answer(0, post("sk", "{}", "/user"), counted.run()));
  BOOST_TEST(counted.runs == 6);
}

BOOST_AUTO_TEST_CASE(scope_needs_the_header) {
  Idempotency memory;
  Counted counted;
  Request request = post("k");
  request.headers.pop_back();
  for (int i = 0; i < 2; ++i) static_cast<void>(memory.answer(0, request, counted.run()));
  BOOST_TEST(counted.runs == 2);
  BOOST_TEST(memory.counts().entries == 0u);
}

BOOST_AUTO_TEST_CASE(refuses_other_parameters) {
  Idempotency memory;
  Counted counted;
  static_cast<void>(memory.answer(0, post("k-1", "{\"a\":1}"), counted.run()));
  Request other_query = post("k-1", "{\"a\":1}");
  other_query.query = "x";
  for (const Request& request : {post("k-1", "{\"a\":2}"), post("k-1", ""), other_query}) {
    const Response response = memory.answer(0, request, counted.run());
    BOOST_TEST(response.status == 400);
    BOOST_TEST(*response.body ==
               "{\"code\":\"idempotency_key_mismatch\",\"message\":\"Another idempotency key (k-1) "
               "with different request parameters was found. Please use a different idempotency "
               "key.\"}");
  }
  BOOST_TEST(*memory.answer(0, post("k-1", "{\"a\":1}"), counted.run()).body == "answer 1");
  BOOST_TEST(counted.runs == 1);
}

BOOST_AUTO_TEST_CASE(refuses_empty_and_long_keys) {
  Idempotency memory;
  Counted counted;
  const auto status = [&](const std::string& key) {
    return memory.answer(0, post(key), counted.run()).status;
  };
  BOOST_TEST(status("") == 422);
  BOOST_TEST(status(std::string(256, 'x')) == 422);
  BOOST_TEST(counted.runs == 0);
  BOOST_TEST(status("x") == 201);
  BOOST_TEST(status(std::string(255, 'x')) == 201);
  BOOST_TEST(counted.runs == 2);
}

BOOST_AUTO_TEST_CASE(keeps_what_another_try_would_not_change) {
  for (int status = 100; status < 600; ++status) {
    Idempotency memory;
    Counted counted{status};
    for (int i = 0; i < 2; ++i) static_cast<void>(memory.answer(0, post("k"), counted.run()));
    const bool kept = status / 100 == 2 || (status / 100 == 4 && status != 401 && status != 429);
    BOOST_TEST(counted.runs == (kept ? 1 : 2), "status " << status);
    BOOST_TEST(memory.counts().entries == (kept ? 1u : 0u), "status " << status);
  }
}

BOOST_AUTO_TEST_CASE(forgets_a_throwing_run) {
  Idempotency memory;
  const std::function<Response()> fail = []() -> Response { throw std::runtime_error("no"); };
  BOOST_CHECK_THROW(static_cast<void>(memory.answer(0, post("k"), fail)), std::runtime_error);
  Counted counted;
  BOOST_TEST(*memory.answer(0, post("k", "other"), counted.run()).body == "answer 1");
}

BOOST_AUTO_TEST_CASE(limit_of_entries_drops_the_oldest) {
  Idempotency memory(IdempotencyLimits{.entries = 3});
  Counted counted;
  for (const char* key : {"a", "b", "c", "a", "d"}) {
    static_cast<void>(memory.answer(0, post(key), counted.run()));
  }
  BOOST_TEST(counted.runs == 4);
  BOOST_TEST(memory.counts().entries == 3u);
  // Being used again does not make an answer younger.
  for (const char* key : {"b", "c", "d"}) {
    static_cast<void>(memory.answer(0, post(key), counted.run()));
  }
  BOOST_TEST(counted.runs == 4);
  static_cast<void>(memory.answer(0, post("a"), counted.run()));
  BOOST_TEST(counted.runs == 5);
}

BOOST_AUTO_TEST_CASE(limit_of_bytes) {
  Idempotency memory(IdempotencyLimits{.bytes = 20'000});
  const auto answer = [&memory](const std::string& key, std::size_t size) {
    return memory.answer(0, post(key), [size] { return Response{200, std::string(size, 'x')}; });
  };
  for (const std::string round : {"a", "b"}) {
    for (int i = 0; i < 100; ++i) {
      static_cast<void>(answer(round + std::to_string(i), 1000));
      BOOST_TEST(memory.counts().bytes <= 20'000u);
    }
    BOOST_TEST(memory.counts().entries > 10u);
    BOOST_TEST(memory.counts().entries < 20u);
    // What is larger than all of the memory is answered and not kept.
    BOOST_TEST(answer(round, 30'000).body->size() == 30'000u);
    BOOST_TEST(memory.counts().entries == 0u);
    BOOST_TEST(memory.counts().bytes == 0u);
  }
}

BOOST_AUTO_TEST_CASE(limit_over_all_shards) {
  Idempotency memory(IdempotencyLimits{.entries = 32'768});
  for (int i = 0; i < 40'000; ++i) {
    static_cast<void>(memory.answer(0, post(std::to_string(i)), [] { return Response{200}; }));
  }
  BOOST_TEST(memory.counts().entries <= 32'768u);
  BOOST_TEST(memory.counts().entries > 31'000u);
}

BOOST_AUTO_TEST_CASE(limit_of_no_entries_is_off) {
  Idempotency memory(IdempotencyLimits{.entries = 0});
  Counted counted;
  for (int i = 0; i < 2; ++i) static_cast<void>(memory.answer(0, post("k"), counted.run()));
  BOOST_TEST(counted.runs == 2);
}

BOOST_AUTO_TEST_CASE(forgets_after_a_day) {
  Idempotency::Clock::time_point now{};
  Idempotency memory({}, [&now] { return now; });
  Counted counted;
  const auto run = [&] { static_cast<void>(memory.answer(0, post("k"), counted.run())); };
  run();
  now += std::chrono::hours(24) - std::chrono::nanoseconds(1);
  run();
  BOOST_TEST(counted.runs == 1);
  now += std::chrono::nanoseconds(1);
  run();
  BOOST_TEST(counted.runs == 2);
  BOOST_TEST(memory.counts().entries == 1u);
}

BOOST_AUTO_TEST_CASE(twins_have_one_effect) {
  Idempotency memory;
  std::atomic<int> runs{0};
  for (int round = 0; round < 50; ++round) {
    const std::string key = std::to_string(round);
    std::array<std::string, 4> bodies;
    std::vector<std::thread> threads;
    for (std::string& body : bodies) {
      threads.emplace_back([&] {
        body = *memory
                    .answer(0, post(key),
                            [&] {
                              std::this_thread::yield();
                              return Response{201, std::to_string(++runs)};
                            })
                    .body;
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (const std::string& body : bodies) BOOST_TEST(body == std::to_string(round + 1));
  }
  BOOST_TEST(runs == 50);
}

BOOST_AUTO_TEST_CASE(twins_wait_and_take_over) {
  // One entry at most: the answer is forgotten before the twin is awake.
  for (const int status : {201, 503}) {
    Idempotency memory(IdempotencyLimits{.entries = 1});
    std::promise<void> go_on;
    std::atomic<bool> running{false};
    std::atomic<int> runs{0};
    std::thread first([&] {
      static_cast<void>(memory.answer(0, post("k"), [&] {
        running = true;
        go_on.get_future().wait();
        ++runs;
        return Response{status, "first"};
      }));
      static_cast<void>(memory.answer(0, post("other"), [] { return Response{201}; }));
    });
    await([&] { return running.load(); });
    auto twin = std::async(std::launch::async, [&] {
      return memory.answer(0, post("k"), [&] {
        ++runs;
        return Response{201, "second"};
      });
    });
    BOOST_TEST((twin.wait_for(std::chrono::milliseconds(30)) == std::future_status::timeout));
    // Who differs need not wait, and others are not held up.
    BOOST_TEST(memory.answer(0, post("k", "x"), [] { return Response{201}; }).status == 400);
    go_on.set_value();
    BOOST_TEST(*twin.get().body == (status == 201 ? "first" : "second"));
    first.join();
    BOOST_TEST(runs == (status == 201 ? 1 : 2));
  }
}

BOOST_AUTO_TEST_SUITE_END()
