// SPDX-License-Identifier: BSL-1.0

// Plan
//   UlidSource: grows in a millisecond, over many, when the clock goes back  -> ulids_grow
//   UlidSource: the time in front, the four lowest bits zero                 -> ulid_parts
//   UlidSource: two sources, two threads, a fork: other ids                  -> ulids_differ
//   UlidIds: prefixes                                                        -> minted_ids
//   draw_context: only what the command mints                                -> contexts
//   SystemClock, SystemWait                                                  -> system

#include "../support/host.hpp"
#include "membership/domain/parse.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace membership;

BOOST_AUTO_TEST_SUITE(runtime)

BOOST_AUTO_TEST_CASE(ulids_grow) {
  UlidSource source;
  Ulid last{};
  bool grows = true;
  const auto next = [&](std::int64_t milliseconds) {
    const Ulid ulid = source.next(Time::from_milliseconds(milliseconds));
    grows = grows && last < ulid;
    last = ulid;
  };
  for (int i = 0; i < 200'000; ++i) next(1'768'478'400'000);
  for (int i = 0; i < 100'000; ++i) next(1'768'478'400'000 + i);
  const std::int64_t time = last.time().milliseconds();
  for (int i = 0; i < 1'000; ++i) next(1'768'478'400'000 - i * 1'000);
  BOOST_TEST(grows);
  BOOST_TEST(last.time().milliseconds() == time);
  next(time + 1);
  BOOST_TEST(last.time().milliseconds() == time + 1);
  next((std::int64_t{1} << 48) - 1);
  BOOST_TEST(grows);
}

BOOST_AUTO_TEST_CASE(ulid_parts) {
  UlidSource source;
  std::uint64_t ones = 0;
  std::uint64_t zeros = 0;
  for (std::int64_t i = 1; i <= 1'000; ++i) {
    const Ulid ulid = source.next(Time::from_milliseconds(i));
    BOOST_TEST(ulid.time().milliseconds() == i);
    BOOST_TEST(ulid.low % 16 == 0u);
    BOOST_TEST((ulid.high & 0x8000u) == 0u);  // room to count in
    ones |= ulid.low;
    zeros |= ~ulid.low;
  }
  // Every other bit is drawn.
  BOOST_TEST(ones == ~std::uint64_t{15});
  BOOST_TEST(zeros == ~std::uint64_t{0});
}

BOOST_AUTO_TEST_CASE(ulids_differ) {
  const Time now = Time::from_milliseconds(1'000);
  UlidSource one;
  UlidSource two;
  BOOST_TEST((one.next(now) != two.next(now)));
  Ulid of_thread{};
  std::thread([&] { of_thread = UlidSource::of_this_thread().next(now); }).join();
  BOOST_TEST((UlidSource::of_this_thread().next(now) != of_thread));

  // In the millisecond of the last one.
  const Ulid before = one.next(now);
  int ends[2] = {};
  BOOST_TEST_REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  BOOST_TEST_REQUIRE(child >= 0);
  if (child == 0) {
    const Ulid ulid = one.next(now);
    const bool written = write(ends[1], &ulid, sizeof ulid) == ssize_t{sizeof ulid};
    _exit(written ? 0 : 1);
  }
  const Ulid own = one.next(now);
  Ulid of_child{};
  BOOST_TEST(read(ends[0], &of_child, sizeof of_child) == ssize_t{sizeof of_child});
  int status = 0;
  BOOST_TEST(waitpid(child, &status, 0) == child);
  BOOST_TEST(status == 0);
  close(ends[0]);
  close(ends[1]);
  BOOST_TEST((own != of_child));
  BOOST_TEST((before < own && before < of_child));
}

BOOST_AUTO_TEST_CASE(minted_ids) {
  const UlidIds<DefaultTraits> ids;
  const Time now = Time::from_milliseconds(1'000);
  BOOST_TEST(is_minted_form(ids.membership_id(now).view(), "om_"));
  BOOST_TEST(is_minted_form(ids.organization_id(now).view(), "org_"));
  BOOST_TEST(is_minted_form(ids.user_id(now).view(), "user_"));
  BOOST_TEST(is_minted_form(ids.role_id(now).view(), "role_"));
  const MembershipId first = ids.membership_id(now);
  BOOST_TEST(first < ids.membership_id(now));
}

BOOST_AUTO_TEST_CASE(contexts) {
  membership_tests::NumberedIds ids;
  const Time now = Time::from_milliseconds(5);
  const auto create = draw_context<CreateMembership>(now, ids);
  BOOST_TEST(create.now == now);
  BOOST_TEST(static_cast<bool>(create.membership));
  BOOST_TEST((!create.organization && !create.user && !create.role));
  const auto change = draw_context<UpdateRoles>(now, ids);
  BOOST_TEST((!change.membership && !change.organization && !change.user && !change.role));
  BOOST_TEST(static_cast<bool>(draw_context<CreateUser>(now, ids).user));
  BOOST_TEST(static_cast<bool>(draw_context<CreateOrganization>(now, ids).organization));
  BOOST_TEST(static_cast<bool>(draw_context<CreateRole>(now, ids).role));
  BOOST_TEST(static_cast<bool>(draw_context<CreateOrganizationRole>(now, ids).role));
  BOOST_TEST(ids.last == 11u);  // six plans and five entities
}

BOOST_AUTO_TEST_CASE(system) {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
  const std::int64_t ours = SystemClock{}.now().milliseconds();
  BOOST_TEST(ours >= now);
  BOOST_TEST(ours < now + 60'000);
  const SystemWait wait;
  const std::int64_t begun = wait.elapsed();
  wait.sleep(2'000);
  const std::int64_t slept = wait.elapsed() - begun;
  BOOST_TEST(slept >= 2'000);
  BOOST_TEST(slept < 60'000'000);
}

BOOST_AUTO_TEST_SUITE_END()
