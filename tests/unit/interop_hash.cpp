// SPDX-License-Identifier: BSL-1.0

// Plan
//   every kind of key: equal values hash alike, a set keeps the different ones  -> keys
//   a million minted ids, cut to 20 bits: no more meet than of random ones       -> minted_ids
//   the same of values that differ in few bits                                  -> near_values

#include "membership/domain/traits.hpp"
#include "membership/interop/hash.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <type_traits>
#include <unordered_set>
#include <vector>

using namespace membership;

namespace {

/// `a` and `again` are equal, `b` is another.
template <class Key>
void check_key(const Key& a, const Key& again, const Key& b) {
  static_assert(noexcept(std::hash<Key>{}(a)));
  BOOST_TEST(std::hash<Key>{}(a) == std::hash<Key>{}(again));
  BOOST_TEST(std::hash<Key>{}(a) != std::hash<Key>{}(b));
  const std::unordered_set<Key> keys{a, again, b};
  BOOST_TEST(keys.size() == 2u);
  BOOST_TEST(keys.count(again) == 1u);
}

/// As many keys as there are places, by the low bits of their hash and by the high ones: of random
/// hashes 1 - 1/e of the places are taken, with a deviation of sqrt((1/e - 2/e²) places). Six of
/// them fewer is out of the question.
template <class KeyAt>
void check_spread(unsigned bits, KeyAt&& key_at) {
  const std::size_t places = std::size_t{1} << bits;
  std::vector<bool> low(places);
  std::vector<bool> high(places);
  for (std::size_t i = 0; i < places; ++i) {
    const auto key = key_at(i);
    const std::size_t hash = std::hash<std::remove_cv_t<decltype(key)>>{}(key);
    low[hash % places] = true;
    high[hash >> (std::numeric_limits<std::size_t>::digits - bits)] = true;
  }
  const double e = std::exp(1.0);
  const double all = static_cast<double>(places);
  const double least = all * (1 - 1 / e) - 6 * std::sqrt(all * (1 / e - 2 / (e * e)));
  for (const auto* const taken : {&low, &high}) {
    const auto count = std::count(taken->begin(), taken->end(), true);
    BOOST_TEST(static_cast<double>(count) > least);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(interop_hash)

BOOST_AUTO_TEST_CASE(keys) {
  check_key(*UserId::make("a"), UserId::from_stored("a"), *UserId::make("b"));
  using LongId = Id<UserTag, 200>;
  const std::string text(199, 'x');
  check_key(*LongId::make(text + 'a'), LongId::from_stored(text + 'a'), *LongId::make(text + 'b'));
  check_key(Subject::cut("a"), Subject::cut("a"), Subject{});
  check_key(*RoleSlug::make("a"), RoleSlug::from_stored("a"), *RoleSlug::make("b"));
  check_key(*PermissionSlug::make("a"), PermissionSlug::from_stored("a"),
            *PermissionSlug::make("b"));
  check_key(EmailKey::folded("A@b"), EmailKey::folded("a@B"), EmailKey::folded("b@b"));
  const Ulid one{1, 2};
  const Ulid two{1, 3};
  check_key(one, Ulid{1, 2}, two);
  check_key(Ulid{1, 2}, Ulid{1, 2}, Ulid{2, 1});
  check_key(PlanId{one}, PlanId{one}, PlanId{two});
  check_key(EventId{one}, EventId{one}, EventId{two});
  check_key(OrganizationDomainId{one}, OrganizationDomainId{one}, OrganizationDomainId{two});
  check_key(Time::from_milliseconds(-1), Time::from_milliseconds(-1), Time::from_milliseconds(1));
  check_key(SlugKey::of("abc"), SlugKey::of("abc"), SlugKey::of("abd"));
  check_key(SlugKey::of("aaaaaaaa"), SlugKey::of("aaaaaaaa"), SlugKey::of("aaaaaaaaa"));
  check_key(RoleIndex::none(), RoleIndex::none(), RoleIndex::organization(0));
  check_key(RoleSet(1, 2), RoleSet(1, 2), RoleSet(2, 1));
  for (unsigned word = 0; word < 4; ++word) {
    PermissionSet set;
    set.words[word] = 5;
    check_key(set, PermissionSet{set}, PermissionSet{});
  }
  for (unsigned byte = 0; byte < TokenDigest::size; ++byte) {
    TokenDigest digest;
    digest.bytes[byte] = 1;
    check_key(digest, TokenDigest{digest}, TokenDigest{});
  }
}

BOOST_AUTO_TEST_CASE(minted_ids) {
  // As the source of ids mints them within one millisecond, and at one a millisecond.
  const std::uint64_t begin = 0x019B'C187'4200'1234;
  check_spread(20, [&](std::uint64_t i) { return MembershipId::from_ulid({begin, i << 4}); });
  check_spread(20, [&](std::uint64_t i) { return UserId::from_ulid({begin + (i << 16), 48}); });
  check_spread(20, [&](std::uint64_t i) { return EventId{{begin, i << 4}}; });
}

BOOST_AUTO_TEST_CASE(near_values) {
  check_spread(18, [](std::uint64_t i) { return UserId::from_stored(std::to_string(i)); });
  check_spread(18, [](std::uint64_t i) { return EmailKey::folded(std::to_string(i) + "@b.org"); });
  check_spread(18, [](std::uint64_t i) {
    return Time::from_milliseconds(static_cast<std::int64_t>(i) * 1'000);
  });
  check_spread(18, [](std::uint64_t i) { return Ulid{i, 0}; });
  check_spread(18, [](std::uint64_t i) { return RoleSet(i, 0); });
  check_spread(18, [](std::uint64_t i) { return RoleSet(0, i << 46); });
  check_spread(18, [](std::uint64_t i) { return PermissionSet{{0, 0, 0, i}}; });
}

BOOST_AUTO_TEST_SUITE_END()
