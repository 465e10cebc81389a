// SPDX-License-Identifier: BSL-1.0

// Plan
//   utf8: good texts are taken, broken ones are not; length counts characters  -> utf8_judges
//   utf8: a prefix fits, is a prefix, cuts no character, is the longest such   -> utf8_prefix_fits
//   ids: every good text comes back, every bad one is refused with its rule    -> ids_round_trip
//   ids: order and equality are those of the bytes                             -> ids_order
//   slugs: good ones come back, bad ones are refused                           -> slugs_round_trip
//   slugs: the key is equal where the text is, exact to 16 bytes               -> slug_keys
//   slugs: one made from a name is a slug, unlike an explicit one, ends in
//     suffix                                                                   -> slugs_from_names
//   e-mail: good ones are taken, in any case the same key; bad ones are
//     refused                                                                  -> emails
//   ulid: text and value say the same, in the same order; bad texts are
//     nothing                                                                  -> ulids
//   ulid source: only ever grows, low four bits zero, whatever the clock does  -> ulid_source_grows
//   event ids: say plan and index                                              -> event_ids
//   time: the written form comes back, in the same order                       -> times
//   fixed ids: byte order is order of creation, plan ids end in four zero bits -> fixed_ids_order
//   chrono: times come back; rounded as floor and ceil of std::chrono do       -> chrono_values

#include "membership/domain/parse.hpp"
#include "membership/interop/chrono.hpp"
#include "membership/testing/fake_clock.hpp"
#include "membership/testing/generators.hpp"
#include "membership/wire/time_text.hpp"
#include "property/check.hpp"
#include "support/scale.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(values)

using namespace membership;
using membership_tests::holds;
using membership_tests::scaled;

namespace {

std::size_t runs() { return scaled(400, 10'000); }

std::string text_of(const Ulid& value) {
  std::string text(Ulid::text_size, '?');
  membership::detail::write_ulid(value, text.data());
  return text;
}

int sign(std::string_view a, std::string_view b) {
  const int order = a.compare(b);
  return order < 0 ? -1 : (order > 0 ? 1 : 0);
}
template <class V>
int sign_of(const V& a, const V& b) {
  return a < b ? -1 : (b < a ? 1 : 0);
}

}  // namespace

BOOST_AUTO_TEST_CASE(utf8_judges) {
  holds("utf8_judges", runs(), [] {
    const std::size_t least = *rc::gen::inRange<std::size_t>(0, 20);
    const std::string good = *testing::utf8_text(least, least);
    RC_ASSERT(is_valid_utf8(good));
    RC_ASSERT(utf8_length(good) == least);
    RC_ASSERT(text_fault(good, 0, least) == ErrorCode{});
    if (least > 0) RC_ASSERT(text_fault(good, 0, least - 1) == ErrorCode::too_long);
    const std::string bad = *testing::broken_utf8();
    RC_ASSERT(!is_valid_utf8(bad));
    RC_ASSERT(text_fault(bad, 0, 100) == ErrorCode::not_utf8);
  });
}

BOOST_AUTO_TEST_CASE(utf8_prefix_fits) {
  holds("utf8_prefix_fits", runs(), [] {
    const std::string text = *testing::utf8_text(0, 20);
    const std::size_t bytes = *rc::gen::inRange<std::size_t>(0, 50);
    const std::string_view prefix = utf8_prefix(text, bytes);
    RC_ASSERT(prefix.size() <= bytes);
    RC_ASSERT(std::string_view(text).substr(0, prefix.size()) == prefix);
    RC_ASSERT(is_valid_utf8(prefix));
    RC_ASSERT(prefix.size() == text.size() || prefix.size() + 4 > bytes);
    for (std::size_t longer = prefix.size() + 1; longer <= std::min(bytes, text.size()); ++longer) {
      RC_ASSERT(!is_valid_utf8(std::string_view(text).substr(0, longer)));
    }
  });
}

BOOST_AUTO_TEST_CASE(ids_round_trip) {
  holds("ids_round_trip", runs(), [] {
    const std::string good = *testing::id_text<UserId>();
    const auto made = UserId::make(good);
    RC_ASSERT(made.has_value());
    RC_ASSERT((*made).view() == good);
    RC_ASSERT(UserId::from_stored((*made).view()) == *made);

    const std::string bad = *testing::bad_id_text<UserId>();
    const auto refused = UserId::make(bad);
    RC_ASSERT(!refused.has_value());
    RC_ASSERT(refused.error().field == Field::user_id);
    const ErrorCode expected = bad.empty()       ? ErrorCode::empty
                               : bad.size() > 63 ? ErrorCode::too_long
                                                 : ErrorCode::not_utf8;
    RC_ASSERT(refused.error().code == expected);
    RC_ASSERT(is_valid_utf8(refused.error().subject.view()));

    const Ulid value = *testing::ulid();
    const auto minted = MembershipId::from_ulid(value);
    RC_ASSERT(is_minted_form(minted.view(), "om_"));
    RC_ASSERT(!is_minted_form(minted.view(), "org_"));
    RC_ASSERT(minted.view() == "om_" + text_of(value));
  });
}

BOOST_AUTO_TEST_CASE(ids_order) {
  holds("ids_order", runs(), [] {
    const auto a = *testing::id<UserId>();
    const auto b = *rc::gen::oneOf(testing::id<UserId>(), rc::gen::just(UserId(a)));
    RC_ASSERT(sign_of(a, b) == sign(a.view(), b.view()));
    RC_ASSERT((a == b) == (a.view() == b.view()));
  });
}

BOOST_AUTO_TEST_CASE(slugs_round_trip) {
  holds("slugs_round_trip", runs(), [] {
    const std::string good = *testing::slug_text();
    const auto made = RoleSlug::make(good);
    RC_ASSERT(made.has_value());
    RC_ASSERT((*made).view() == good);
    const std::string own = *testing::organization_slug_text();
    RC_ASSERT(RoleSlug::make_organization(own).has_value());
    RC_ASSERT(RoleSlug::make(own).has_value());

    const std::string bad = *testing::bad_slug_text();
    for (const auto& refused : {RoleSlug::make(bad), RoleSlug::make_organization(bad)}) {
      RC_ASSERT(!refused.has_value());
      RC_ASSERT(refused.error().field == Field::slug);
      RC_ASSERT(refused.error().code == (bad.empty()       ? ErrorCode::empty
                                         : bad.size() > 48 ? ErrorCode::too_long
                                                           : ErrorCode::malformed));
    }
    const std::string spoiled = *testing::one_of<std::string>(
        {own.substr(4), own + "-", own + "__a", "org" + own, "org--" + own.substr(4)});
    if (spoiled.size() <= 48) {
      // What remains of a slug without its beginning may begin with `org-` itself.
      const bool fits = spoiled.substr(0, 4) == "org-" && spoiled == own.substr(4);
      RC_ASSERT(fits || !RoleSlug::make_organization(spoiled).has_value());
    }
  });
}

BOOST_AUTO_TEST_CASE(slug_keys) {
  holds("slug_keys", runs(), [] {
    const std::string a = *testing::slug_text();
    std::string b = a;
    if (*rc::gen::arbitrary<bool>()) {
      char& changed = b[*rc::gen::inRange<std::size_t>(0, b.size())];
      changed = changed == 'a' ? 'b' : 'a';
    }
    const bool same_key = SlugKey::of(a) == SlugKey::of(b);
    if (a == b) RC_ASSERT(same_key);
    if (a != b && a.size() <= 16) RC_ASSERT(!same_key);
    RC_ASSERT(!(SlugKey::of(a) == SlugKey::of(a + 'a')));

    const RoleState roles[] = {RoleState(RoleSlug::from_stored(b)),
                               RoleState(RoleSlug::from_stored(a))};
    const RoleTable table(roles, 2);
    RC_ASSERT(table.find(SlugKey::of(a), a) == (a == b ? 0u : 1u));
  });
}

BOOST_AUTO_TEST_CASE(slugs_from_names) {
  holds("slugs_from_names", runs(), [] {
    const std::string name = *rc::gen::oneOf(
        testing::utf8_text(1, 60), testing::one_of<std::string>({"  ", "---", "A  b__c", "\xFF"}));
    const std::string_view suffix = "x0y1z2";
    const RoleSlug made = RoleSlug::generate(name, suffix);
    RC_ASSERT(RoleSlug::make(made.view()).has_value());
    const std::string text(made.view());
    RC_ASSERT(text.size() > suffix.size() + 1);
    RC_ASSERT(text.substr(text.size() - 7) == "-x0y1z2");
    // It keeps the rules of separators.
    RC_ASSERT(text.front() != '-' && text.front() != '_');
    for (std::size_t i = 1; i < text.size(); ++i) {
      const auto separator = [](char c) { return c == '-' || c == '_'; };
      RC_ASSERT(!(separator(text[i]) && separator(text[i - 1])));
    }
    RC_ASSERT(RoleSlug::generate(name, suffix) == made);
  });
}

BOOST_AUTO_TEST_CASE(emails) {
  holds("emails", runs(), [] {
    const std::string good = *testing::email_text();
    const auto key = EmailKey::make(good);
    RC_ASSERT(key.has_value());
    std::string other = good;
    for (char& c : other) {
      if (c >= 'a' && c <= 'z' && *rc::gen::arbitrary<bool>()) c = static_cast<char>(c - 'a' + 'A');
    }
    RC_ASSERT(*EmailKey::make(other) == *key);
    RC_ASSERT(*EmailKey::make((*key).view()) == *key);
    RC_ASSERT(EmailKey::folded(good) == *key);
    RC_ASSERT(!(*EmailKey::make("x" + good) == *key));
    const auto refused = EmailKey::make(*testing::bad_email_text());
    RC_ASSERT(!refused.has_value());
    RC_ASSERT(refused.error().field == Field::email);
  });
}

BOOST_AUTO_TEST_CASE(ulids) {
  holds("ulids", runs(), [] {
    const Ulid a = *testing::ulid();
    const Ulid b = *rc::gen::arbitrary<bool>() ? *testing::ulid() : Ulid{a.high, a.low + 1};
    const std::string text = text_of(a);
    const auto read = parse_ulid(text);
    RC_ASSERT(read.has_value() && *read == a);
    RC_ASSERT(sign_of(a, b) == sign(text, text_of(b)));
    RC_ASSERT(static_cast<std::uint64_t>(a.time().milliseconds()) == a.high >> 16);

    std::string spoiled = text;
    const std::size_t at = *rc::gen::inRange<std::size_t>(0, spoiled.size());
    spoiled[at] = *testing::one_of<char>({'I', 'L', 'O', 'U', 'a', '-', ' ', '\0', '\xFF'});
    RC_ASSERT(!parse_ulid(spoiled).has_value());
    RC_ASSERT(!parse_ulid(text.substr(1)).has_value());
    RC_ASSERT(!parse_ulid(text + '0').has_value());
    spoiled = text;
    spoiled[0] = '8';
    RC_ASSERT(!parse_ulid(spoiled).has_value());
  });
}

BOOST_AUTO_TEST_CASE(ulid_source_grows) {
  holds("ulid_source_grows", scaled(100, 1000), [] {
    UlidSource source;
    testing::FakeClock clock;
    Ulid last{};
    const auto moves = *rc::gen::container<std::vector<int>>(rc::gen::inRange(-3, 4));
    for (const int move : moves) {
      clock.advance(move);
      const Ulid next = source.next(clock.now());
      RC_ASSERT(last < next);
      RC_ASSERT((next.low & 15u) == 0u);
      RC_ASSERT(!(next.time() < clock.now()));
      last = next;
    }
  });
}

BOOST_AUTO_TEST_CASE(event_ids) {
  holds("event_ids", runs(), [] {
    const Ulid value = *testing::ulid();
    const PlanId plan{Ulid{value.high, value.low & ~std::uint64_t{15}}};
    const unsigned index = *rc::gen::inRange(0u, 16u);
    const EventId event = EventId::of(plan, index);
    RC_ASSERT(event.plan() == plan);
    RC_ASSERT(event.index() == index);
  });
}

BOOST_AUTO_TEST_CASE(times) {
  holds("times", runs(), [] {
    // From the year 0 to the end of 9999.
    const auto any =
        rc::gen::oneOf(rc::gen::inRange<std::int64_t>(-62'167'219'200'000, 253'402'300'800'000),
                       rc::gen::inRange<std::int64_t>(0, 4'102'444'800'000));
    const Time a = Time::from_milliseconds(*any);
    const Time b = Time::from_milliseconds(*any);
    RC_ASSERT(Time::from_milliseconds(a.milliseconds()) == a);
    RC_ASSERT(sign_of(a, b) == sign_of(a.milliseconds(), b.milliseconds()));
    RC_ASSERT(later_of(a, b) == (a < b ? b : a));
    RC_ASSERT(later_of(a, b) == later_of(b, a));
    const auto text = wire::format_time(a.milliseconds());
    RC_ASSERT(sign(text.view(), wire::format_time(b.milliseconds()).view()) == sign_of(a, b));
    const auto read = wire::parse_time(text.view());
    RC_ASSERT(read.has_value());
    RC_ASSERT(*read == a.milliseconds());
  });
}

BOOST_AUTO_TEST_CASE(chrono_values) {
  using namespace std::chrono;
  holds("chrono_values", runs(), [] {
    const Time time = Time::from_milliseconds(*rc::gen::arbitrary<std::int64_t>());
    RC_ASSERT(from_sys_time(to_sys_time(time)) == time);
    // Small and large, as std::chrono's days and milliseconds of them do not overflow.
    const auto any = *rc::gen::oneOf(rc::gen::arbitrary<std::int64_t>(),
                                     rc::gen::inRange<std::int64_t>(-2'000'000, 2'000'000));
    const nanoseconds fine(any / 2);
    RC_ASSERT(from_sys_time(sys_time<nanoseconds>(fine)).milliseconds() ==
              floor<milliseconds>(fine).count());
    RC_ASSERT(count_of<microseconds>(fine) == ceil<microseconds>(fine).count());
    RC_ASSERT(count_of<days>(fine) == ceil<days>(fine).count());
    const seconds coarse(any / 1'000);
    RC_ASSERT(to_sys_time(from_sys_time(sys_time<seconds>(coarse))) == sys_time<seconds>(coarse));
    RC_ASSERT(count_of<milliseconds>(coarse) == milliseconds(coarse).count());
  });
}

BOOST_AUTO_TEST_CASE(fixed_ids_order) {
  holds("fixed_ids_order", runs(), [] {
    testing::FixedIds ids(*rc::gen::inRange<std::uint64_t>(0, 99'999'990));
    const Time now = testing::FakeClock{}.now();
    const auto membership = ids.membership_id(now);
    RC_ASSERT(membership < ids.membership_id(now));
    const auto user = ids.user_id(now);
    RC_ASSERT(user.view() < ids.user_id(now).view());
    const auto organization = ids.organization_id(now);
    RC_ASSERT(organization < ids.organization_id(now));
    const auto role = ids.role_id(now);
    RC_ASSERT(role < ids.role_id(now));
    const PlanId first = ids.plan_id(now);
    const PlanId second = ids.plan_id(now);
    RC_ASSERT(first.value < second.value);
    RC_ASSERT((first.value.low & 15u) == 0u);
  });
  BOOST_TEST(testing::FixedIds().membership_id(Time::from_milliseconds(0)).view() == "om_00000001");
  BOOST_TEST(testing::FixedIds::numbered<UserId>(7).view() == "user_00000007");
  BOOST_TEST(testing::FixedIds::numbered<UserId>(123'456'789).view() == "user_123456789");
}

BOOST_AUTO_TEST_SUITE_END()
