// SPDX-License-Identifier: BSL-1.0

// Plan
//   Api::keep_up: expired invitations with their pending memberships, and none
//     before                                                                         -> invitations
//   a change of an invitation that has expired: refused, and it is ended             -> changes
//   Api::keep_up: events by their age, more than are dropped at a time, a cursor     -> events
//   Repeater: again and again, what throws, an end at once                           -> repeater_*

#include "api.hpp"
#include "configuration.hpp"
#include "http_message.hpp"
#include "repeater.hpp"
#include "router.hpp"
#include "support/server_call.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(upkeep)

namespace {

using namespace membership_server;
using namespace std::chrono_literals;

/// A server without a network, whose clock is set by hand.
struct World {
  std::atomic<std::int64_t> now{1'800'000'000'000};
  Configuration configuration = with_key();
  Api api{configuration,
          *open_store({.event_limit = 10'000}, membership::Time::from_milliseconds(now)), 24h * 90,
          [this] { return membership::Time::from_milliseconds(now); }};
  Router router{RouterOptions{}, configuration.api_keys};

  World() { api.add_routes(router); }

  static Configuration with_key() {
    Configuration configuration;
    configuration.api_keys = {"key"};
    configuration.token_secret = "a secret of the test";
    return configuration;
  }

  boost::json::object call(int status, std::string_view method, std::string_view target,
                           std::string_view body = {}) {
    const Response response = membership_tests::answer_of(router, method, target, body);
    BOOST_TEST_REQUIRE(response.status == status, target << ": " << response.body.value_or(""));
    return boost::json::parse(response.body.value()).as_object();
  }

  std::string create(std::string_view target, const std::string& body) {
    return std::string(call(201, "POST", target, body).at("id").as_string());
  }

  void pass(std::chrono::milliseconds time) { now += time.count(); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(invitations) {
  World world;
  world.create("/user_management/users", R"({"email": "a@b.c"})");
  const std::string acme = world.create("/organizations", R"({"name": "Acme"})");
  const auto invite = [&](std::string_view days, std::string_view email) {
    return world.create("/user_management/invitations",
                        R"({"email": ")" + std::string(email) + R"(", "organization_id": ")" +
                            acme + R"(", "expires_in_days": )" + std::string(days) + "}");
  };
  invite("1", "a@b.c");
  invite("2", "d@e.f");
  const std::string members =
      "/user_management/organization_memberships?statuses=pending&organization_id=" + acme;
  const auto pending = [&] { return world.call(200, "GET", members).at("data").as_array().size(); };
  const auto ended = [&] { return world.api.upkeep().expired_invitations.load(); };

  world.pass(24h - 1ms);
  world.api.keep_up();
  BOOST_TEST(ended() == 0u);
  BOOST_TEST(pending() == 1u);
  world.pass(1ms);
  world.api.keep_up();
  BOOST_TEST(ended() == 1u);
  BOOST_TEST(pending() == 0u);
  world.pass(24h);
  world.api.keep_up();
  world.api.keep_up();
  BOOST_TEST(ended() == 2u);
  BOOST_TEST(world.api.upkeep().runs.load() == 4u);
}

BOOST_AUTO_TEST_CASE(changes) {
  for (const std::string_view change : {"revoke", "resend"}) {
    World world;
    world.create("/user_management/users", R"({"email": "a@b.c"})");
    const std::string acme = world.create("/organizations", R"({"name": "Acme"})");
    const std::string sent =
        world.create("/user_management/invitations", R"({"email": "a@b.c", "organization_id": ")" +
                                                         acme + R"(", "expires_in_days": 1})");
    const auto members = [&] {
      return world
          .call(200, "GET",
                "/user_management/organization_memberships?statuses=pending"
                "&organization_id=" +
                    acme)
          .at("data")
          .as_array()
          .size();
    };
    BOOST_TEST(members() == 1u);
    world.pass(24h);
    world.call(400, "POST", "/user_management/invitations/" + sent + "/" + std::string(change),
               "{}");
    BOOST_TEST(members() == 0u);
  }
}

BOOST_AUTO_TEST_CASE(events) {
  World world;
  for (int i = 0; i < 2'500; ++i) world.create("/organizations", R"({"name": "Old"})");
  const auto old = world.call(200, "GET", "/events?events=organization.created&limit=1");
  const std::string cursor(old.at("data").as_array()[0].as_object().at("id").as_string());
  world.pass(24h);
  const std::string acme = world.create("/organizations", R"({"name": "Acme"})");
  const auto kept = [&](const std::string& after) {
    return world.call(200, "GET", "/events?events=organization.created&limit=100" + after)
        .at("data")
        .as_array();
  };

  world.pass(24h * 89);
  world.api.keep_up();
  BOOST_TEST(world.api.upkeep().dropped_events.load() == 0u);
  BOOST_TEST(kept("").size() == 100u);
  world.pass(1ms);
  world.api.keep_up();
  BOOST_TEST(world.api.upkeep().dropped_events.load() == 2'500u);
  const auto left = kept("&after=" + cursor);
  BOOST_TEST_REQUIRE(left.size() == 1u);
  BOOST_TEST(left[0].at("data").at("id").as_string() == acme);
  world.pass(24h);
  world.api.keep_up();
  BOOST_TEST(world.api.upkeep().dropped_events.load() == 2'501u);
  BOOST_TEST(kept("&after=" + cursor).empty());
}

BOOST_AUTO_TEST_CASE(repeater_goes_on_whatever_is_thrown) {
  std::mutex mutex;
  std::condition_variable changed;
  int calls = 0;
  const Repeater repeater(1ms, [&] {
    const std::lock_guard lock(mutex);
    ++calls;
    changed.notify_one();
    if (calls == 2) throw std::runtime_error("of the test");
    if (calls == 3) throw calls;
  });
  std::unique_lock lock(mutex);
  BOOST_TEST(changed.wait_for(lock, 60s, [&] { return calls >= 5; }));
}

BOOST_AUTO_TEST_CASE(repeater_ends_within_its_pause) {
  std::atomic<int> calls{0};
  const auto begun = std::chrono::steady_clock::now();
  {
    const Repeater repeater(1h, [&] { ++calls; });
  }
  BOOST_TEST((std::chrono::steady_clock::now() - begun < 60s));
  BOOST_TEST(calls == 0);
}

BOOST_AUTO_TEST_SUITE_END()
