// SPDX-License-Identifier: BSL-1.0

// Plan
//   RateLimiter: burst, refill, keys, seconds to wait, off, threads -> rate_*
//   log_line: both formats, with and without a route                -> line_*
//   StoreCounters: success, refusal, contention                     -> counters_*
//   Metrics: names, labels, buckets, sums, numbers                  -> page_*

#include "access_log.hpp"
#include "metrics.hpp"
#include "rate_limiter.hpp"
#include "store_counters.hpp"

#include <boost/test/unit_test.hpp>
#include <tl/expected.hpp>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(watching)

using membership_server::Exchange;
using membership_server::log_line;
using membership_server::LogFormat;
using membership_server::Metrics;
using membership_server::RateLimiter;
using membership_server::RouteName;

namespace {

const RouteName organization{"GET", "/organizations/{id}", 0};
const RouteName creation{"POST", "/organizations", 1};

Exchange exchange(const RouteName* route, std::string_view method, int status,
                  std::uint64_t microseconds = 1) {
  return Exchange{"req_1", method, route, status, microseconds, 17};
}

RateLimiter::Clock::time_point at(std::chrono::milliseconds since) {
  return RateLimiter::Clock::time_point(std::chrono::hours(1) + since);
}

bool contains(const std::string& page, const std::string& line) {
  return ("\n" + page).find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_CASE(rate_is_kept_after_a_burst) {
  using std::chrono::milliseconds;
  RateLimiter limiter(10, 1);
  const auto taken = [&](milliseconds time) { return !limiter.take(0, at(time)); };
  for (int i = 0; i < 10; ++i) BOOST_TEST(taken(milliseconds(0)));
  BOOST_TEST(!taken(milliseconds(0)));
  BOOST_TEST(!taken(milliseconds(99)));
  BOOST_TEST(taken(milliseconds(100)));
  BOOST_TEST(!taken(milliseconds(100)));
  // What is refused costs nothing; what is saved up is never more than a second's.
  for (int i = 0; i < 100; ++i) BOOST_TEST(!taken(milliseconds(150)));
  BOOST_TEST(taken(milliseconds(200)));
  int count = 0;
  while (taken(milliseconds(60'000))) ++count;
  BOOST_TEST(count == 10);
}

BOOST_AUTO_TEST_CASE(rate_is_of_each_key) {
  RateLimiter limiter(1, 2);
  const auto now = at(std::chrono::milliseconds(0));
  BOOST_TEST(!limiter.take(0, now));
  BOOST_TEST(limiter.take(0, now).value() == 1u);
  BOOST_TEST(!limiter.take(1, now));
}

BOOST_AUTO_TEST_CASE(rate_tells_when_to_come_again) {
  for (const std::uint32_t per_second : {1u, 3u, 1000u, 1'000'000u}) {
    RateLimiter limiter(per_second, 1);
    const auto now = at(std::chrono::milliseconds(0));
    for (std::uint32_t i = 0; i < per_second; ++i) BOOST_TEST_REQUIRE(!limiter.take(0, now));
    const auto seconds = limiter.take(0, now);
    BOOST_TEST_REQUIRE(seconds.has_value());
    BOOST_TEST(*seconds == 1u);
    BOOST_TEST(!limiter.take(0, now + std::chrono::seconds(*seconds)));
  }
}

BOOST_AUTO_TEST_CASE(rate_may_be_off) {
  BOOST_TEST(!RateLimiter().is_on());
  BOOST_TEST(!RateLimiter(0, 5).is_on());
  BOOST_TEST(RateLimiter(1, 5).is_on());
}

BOOST_AUTO_TEST_CASE(rate_is_kept_by_threads_together) {
  RateLimiter limiter(1000, 1);
  std::atomic<int> taken{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        if (!limiter.take(0, at(std::chrono::milliseconds(0)))) ++taken;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  BOOST_TEST(taken == 1000);
}

BOOST_AUTO_TEST_CASE(line_as_text) {
  const auto time = membership::Time::from_milliseconds(1'700'000'000'123);
  BOOST_TEST(log_line(LogFormat::text, time, exchange(&organization, "GET", 200, 42)) ==
             "2023-11-14T22:13:20.123Z req_1 GET /organizations/{id} 200 42us 17B\n");
  BOOST_TEST(log_line(LogFormat::text, time, exchange(nullptr, "B\"REW", 405)) ==
             "2023-11-14T22:13:20.123Z req_1 OTHER - 405 1us 17B\n");
}

BOOST_AUTO_TEST_CASE(line_as_json) {
  const auto time = membership::Time::from_milliseconds(1'700'000'000'123);
  BOOST_TEST(
      log_line(LogFormat::json, time, exchange(&organization, "HEAD", 200, 42)) ==
      "{\"time\":\"2023-11-14T22:13:20.123Z\",\"request_id\":\"req_1\",\"method\":\"HEAD\","
      "\"route\":\"/organizations/{id}\",\"status\":200,\"microseconds\":42,\"bytes\":17}\n");
  BOOST_TEST(log_line(LogFormat::json, time, exchange(nullptr, "", 400)) ==
             "{\"time\":\"2023-11-14T22:13:20.123Z\",\"request_id\":\"req_1\",\"method\":\"OTHER\","
             "\"route\":null,\"status\":400,\"microseconds\":1,\"bytes\":17}\n");
}

BOOST_AUTO_TEST_CASE(counters_of_tries) {
  struct Done {
    unsigned tries;
  };
  struct Failed {
    membership::FailureKind kind;
    unsigned tries;
  };
  using Result = tl::expected<Done, Failed>;
  const auto failed = [](membership::FailureKind kind, unsigned tries) {
    return Result(tl::unexpect, Failed{kind, tries});
  };
  membership_server::StoreCounters counters;
  counters.count(Result(Done{1}));
  counters.count(failed(membership::FailureKind::refused, 1));
  BOOST_TEST(counters.retries() == 0u);
  counters.count(Result(Done{3}));
  counters.count(failed(membership::FailureKind::refused, 2));
  BOOST_TEST(counters.given_up() == 0u);
  counters.count(failed(membership::FailureKind::contended, 5));
  BOOST_TEST(counters.retries() == 7u);
  BOOST_TEST(counters.given_up() == 1u);
}

BOOST_AUTO_TEST_CASE(page_counts_requests) {
  Metrics metrics;
  metrics.name_routes({&organization, &creation});
  for (int i = 0; i < 3; ++i) metrics.count(exchange(&organization, "GET", 200));
  metrics.count(exchange(&organization, "HEAD", 200));
  metrics.count(exchange(&creation, "POST", 422));
  metrics.count(exchange(nullptr, "GET", 404));
  metrics.count(exchange(nullptr, "BREW", 405));
  const std::string page = metrics.page();
  const std::string name = "membership_http_requests_total";
  const std::string pattern = "{route=\"/organizations/{id}\",method=\"";
  BOOST_TEST(contains(page, "# TYPE " + name + " counter"));
  BOOST_TEST(contains(page, name + pattern + "GET\",status=\"200\"} 3"));
  BOOST_TEST(contains(page, name + pattern + "HEAD\",status=\"200\"} 1"));
  BOOST_TEST(contains(page, name + "{route=\"/organizations\",method=\"POST\",status=\"422\"} 1"));
  BOOST_TEST(contains(page, name + "{route=\"unmatched\",method=\"GET\",status=\"404\"} 1"));
  BOOST_TEST(contains(page, name + "{route=\"unmatched\",method=\"OTHER\",status=\"405\"} 1"));
}

BOOST_AUTO_TEST_CASE(page_sums_durations) {
  Metrics metrics;
  metrics.name_routes({&organization});
  for (const std::uint64_t took : {0u, 100u, 101u, 5'000'000u, 7'000'001u}) {
    metrics.count(exchange(&organization, "GET", 200, took));
  }
  const std::string page = metrics.page();
  const std::string name = "membership_http_request_duration_seconds";
  const std::string labels = "{route=\"/organizations/{id}\",method=\"GET\"";
  BOOST_TEST(contains(page, "# TYPE " + name + " histogram"));
  BOOST_TEST(contains(page, name + "_bucket" + labels + ",le=\"0.0001\"} 2"));
  BOOST_TEST(contains(page, name + "_bucket" + labels + ",le=\"0.00025\"} 3"));
  BOOST_TEST(contains(page, name + "_bucket" + labels + ",le=\"1\"} 3"));
  BOOST_TEST(contains(page, name + "_bucket" + labels + ",le=\"5\"} 4"));
  BOOST_TEST(contains(page, name + "_bucket" + labels + ",le=\"+Inf\"} 5"));
  BOOST_TEST(contains(page, name + "_sum" + labels + "} 12.000202"));
  BOOST_TEST(contains(page, name + "_count" + labels + "} 5"));
  BOOST_TEST(page.find("HEAD") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(page_shows_numbers) {
  Metrics metrics;
  std::uint64_t value = 1;
  metrics.add(Metrics::Kind::gauge, "some_things", "Things.", [&value] { return value; });
  value = 18'446'744'073'709'551'615u;
  BOOST_TEST(metrics.page().ends_with(
      "# HELP some_things Things.\n# TYPE some_things gauge\nsome_things 18446744073709551615\n"));
}

BOOST_AUTO_TEST_SUITE_END()
