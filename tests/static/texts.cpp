// SPDX-License-Identifier: BSL-1.0

// Plan
//   is_valid_utf8: the bounds of Unicode's table 3-7, cut sequences  -> utf8
//   utf8_length, utf8_prefix, text_fault                             -> characters
//   InlineText::cut                                                  -> inline text
//   EmailKey: rules in their order, folding                          -> e-mail
//   Ulid: text, order, time, reading; an EventId out of its text     -> ulids
//   PlanId, EventId: from one to the other                           -> events

#include "membership/domain/parse.hpp"
#include "membership/domain/profile.hpp"
#include "membership/domain/ulid.hpp"

#include <string_view>

namespace static_texts {

using namespace membership;
using namespace std::string_view_literals;

// --- utf8

static_assert(is_valid_utf8("") && is_valid_utf8("a\x7F") && is_valid_utf8("\0"sv));
static_assert(is_valid_utf8("\xC2\x80") && is_valid_utf8("\xDF\xBF"));
static_assert(is_valid_utf8("\xE0\xA0\x80") && is_valid_utf8("\xE0\xBF\xBF"));
static_assert(is_valid_utf8("\xE1\x80\x80") && is_valid_utf8("\xEC\xBF\xBF"));
static_assert(is_valid_utf8("\xED\x80\x80") && is_valid_utf8("\xED\x9F\xBF"));
static_assert(is_valid_utf8("\xEE\x80\x80") && is_valid_utf8("\xEF\xBF\xBF"));
static_assert(is_valid_utf8("\xF0\x90\x80\x80") && is_valid_utf8("\xF0\xBF\xBF\xBF"));
static_assert(is_valid_utf8("\xF1\x80\x80\x80") && is_valid_utf8("\xF3\xBF\xBF\xBF"));
static_assert(is_valid_utf8("\xF4\x80\x80\x80") && is_valid_utf8("\xF4\x8F\xBF\xBF"));
static_assert(is_valid_utf8("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z"));

static_assert(!is_valid_utf8("\x80") && !is_valid_utf8("\xBF"));
static_assert(!is_valid_utf8("\xC0\x80") && !is_valid_utf8("\xC1\xBF"), "overlong");
static_assert(!is_valid_utf8("\xE0\x80\x80") && !is_valid_utf8("\xE0\x9F\xBF"), "overlong");
static_assert(!is_valid_utf8("\xED\xA0\x80") && !is_valid_utf8("\xED\xBF\xBF"), "surrogates");
static_assert(!is_valid_utf8("\xF0\x80\x80\x80") && !is_valid_utf8("\xF0\x8F\xBF\xBF"), "overlong");
static_assert(!is_valid_utf8("\xF4\x90\x80\x80") && !is_valid_utf8("\xF5\x80\x80\x80"), "too high");
static_assert(!is_valid_utf8("\xFE") && !is_valid_utf8("\xFF"));
static_assert(!is_valid_utf8("\xC2") && !is_valid_utf8("a\xC2") && !is_valid_utf8("\xC2z"));
static_assert(!is_valid_utf8("\xE2\x82") && !is_valid_utf8("\xE2\x82z") &&
              !is_valid_utf8("\xE2z\x82"));
static_assert(!is_valid_utf8("\xF0\x9F\x98") && !is_valid_utf8("\xF0\x9F\x98z") &&
              !is_valid_utf8("\xF0\x9Fz\x80"));
static_assert(!is_valid_utf8("\xC2\xC2\x80") && !is_valid_utf8("\xC2\x80\x80"));

/// Every first byte, with seconds around the bounds, against the two-byte row of the table.
constexpr bool pairs_are_exact() {
  for (unsigned first = 0x80; first < 256; ++first) {
    for (const unsigned second : {0x00u, 0x41u, 0x7Fu, 0x80u, 0xA0u, 0xBFu, 0xC0u, 0xFFu}) {
      const char text[] = {static_cast<char>(first), static_cast<char>(second)};
      const bool valid = first >= 0xC2 && first <= 0xDF && second >= 0x80 && second <= 0xBF;
      if (is_valid_utf8({text, 2}) != valid) return false;
    }
  }
  return true;
}
static_assert(pairs_are_exact());

// --- characters

static_assert(utf8_length("") == 0 && utf8_length("abc") == 3);
static_assert(utf8_length("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80") == 4);
static_assert(utf8_prefix("abc", 3) == "abc" && utf8_prefix("abc", 2) == "ab");
static_assert(utf8_prefix("a\xC3\xA9", 2) == "a" && utf8_prefix("a\xC3\xA9", 3) == "a\xC3\xA9");
static_assert(utf8_prefix("\xF0\x9F\x98\x80", 3).empty() && utf8_prefix("abc", 0).empty());

static_assert(text_fault("", 0, 3) == ErrorCode{} && text_fault("", 1, 3) == ErrorCode::empty);
static_assert(text_fault("\xC3\xA9\xC3\xA9\xC3\xA9", 1, 3) == ErrorCode{}, "characters");
static_assert(text_fault("abcd", 1, 3) == ErrorCode::too_long);
static_assert(text_fault("abcd\xFF", 1, 3) == ErrorCode::not_utf8);
static_assert(text_fault("a\0"sv, 1, 3) == ErrorCode::not_utf8);

// --- inline text

static_assert(InlineText<3>::cut("abcd").view() == "abc");
static_assert(InlineText<3>::cut("ab\xC3\xA9").view() == "ab");
static_assert(InlineText<3>().empty());
static_assert(InlineText<3>().size() == 0);  // NOLINT(readability-container-size-empty)
static_assert(InlineText<3>::cut("ab") < InlineText<3>::cut("abc"));
static_assert(InlineText<3>::cut("ab") == InlineText<3>::cut("ab"));
static_assert(InlineText<255>::capacity() == 255);

// --- e-mail

constexpr bool email_refused(std::string_view text, ErrorCode code, std::string_view subject) {
  const auto made = EmailKey::make(text);
  return !made && made.error() == Error{code, Field::email, 0, Subject::cut(subject)};
}
static_assert((*EmailKey::make("Ada@Example.ORG")).view() == "ada@example.org");
static_assert(*EmailKey::make("ADA@EXAMPLE.org") == *EmailKey::make("ada@example.ORG"));
static_assert((*EmailKey::make("\xC3\x89@x")).view() == "\xC3\x89@x", "only ASCII is folded");
static_assert(EmailKey::folded("ADA@X") == *EmailKey::make("ada@x"));
static_assert(email_refused("", ErrorCode::empty, ""));
static_assert(email_refused("a@\xFF", ErrorCode::not_utf8, ""));
static_assert(email_refused("a@\0x"sv, ErrorCode::not_utf8, ""));
static_assert(email_refused("ada", ErrorCode::malformed, "ada"));
static_assert(email_refused("@x", ErrorCode::malformed, "@x"));
static_assert(email_refused("a@", ErrorCode::malformed, "a@"));
static_assert(email_refused("a@b@c", ErrorCode::malformed, "a@b@c"));
static_assert(email_refused("a b@c", ErrorCode::malformed, "a b@c"));
static_assert(email_refused("a@c\n", ErrorCode::malformed, "a@c\n"));

constexpr bool longest_email() {
  char text[255]{};
  for (char& c : text) c = 'a';
  text[1] = '@';
  return EmailKey::make({text, 254}).has_value() && !EmailKey::make({text, 255}) &&
         EmailKey::make({text, 255}).error().code == ErrorCode::too_long;
}
static_assert(longest_email());

// --- ulids

constexpr InlineText<26> text_of(Ulid value) {
  char text[26]{};
  detail::write_ulid(value, text);
  return InlineText<26>::cut({text, 26});
}
constexpr std::uint64_t ones = ~std::uint64_t{0};
static_assert(text_of({0, 0}).view() == "00000000000000000000000000");
static_assert(text_of({0, 1}).view() == "00000000000000000000000001");
static_assert(text_of({0, 31}).view() == "0000000000000000000000000Z");
static_assert(text_of({0, 32}).view() == "00000000000000000000000010");
static_assert(text_of({0, ones}).view() == "0000000000000FZZZZZZZZZZZZ");
static_assert(text_of({1, 0}).view() == "0000000000000G000000000000");
static_assert(text_of({ones, ones}).view() == "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
static_assert(text_of({0x0123456789ABCDEFu, 0xFEDCBA9876543210u}).view() ==
              "014D2PF2DBSQQZXQ5TK1V58CGG");

static_assert(parse_ulid("014D2PF2DBSQQZXQ5TK1V58CGG") ==
              Ulid{0x0123456789ABCDEFu, 0xFEDCBA9876543210u});
static_assert(parse_ulid("7ZZZZZZZZZZZZZZZZZZZZZZZZZ") == Ulid{ones, ones});
static_assert(!parse_ulid("8ZZZZZZZZZZZZZZZZZZZZZZZZZ"), "more than 128 bits");
static_assert(!parse_ulid("014d2pf2dbsqqzxq5tk1v58cgg"), "lower case is not what we write");
static_assert(!parse_ulid("014D2PF2DBSQQZXQ5TK1V58CGI") && !parse_ulid("") &&
              !parse_ulid("014D2PF2DBSQQZXQ5TK1V58CG") &&
              !parse_ulid("014D2PF2DBSQQZXQ5TK1V58CGG0"));

static_assert(parse_event_id("014D2PF2DBSQQZXQ5TK1V58CGG") ==
              EventId{Ulid{0x0123456789ABCDEFu, 0xFEDCBA9876543210u}});
static_assert(!parse_event_id("event_014D2PF2DBSQQZXQ5TK1V58CGG"), "the API's form");
static_assert(!parse_event_id("014d2pf2dbsqqzxq5tk1v58cgg") && !parse_event_id(""));

/// Every bit survives, and the order of the texts is that of the values.
constexpr bool bits_survive() {
  Ulid before{};
  for (unsigned bit = 0; bit < 128; ++bit) {
    const Ulid value =
        bit < 64 ? Ulid{0, std::uint64_t{1} << bit} : Ulid{std::uint64_t{1} << (bit - 64), 0};
    if (!(parse_ulid(text_of(value).view()) == value)) return false;
    if (!(before < value) || !(text_of(before) < text_of(value))) return false;
    before = value;
  }
  return true;
}
static_assert(bits_survive());
static_assert(Ulid{1, 0} > Ulid{0, ones});
static_assert(Ulid{std::uint64_t{1768478400000} << 16, ones}.time().milliseconds() ==
              1768478400000);
static_assert(text_of({std::uint64_t{1768478400000} << 16, 0}).view().substr(0, 10) ==
              "01KF0RDQG0");

// --- events

constexpr PlanId plan{Ulid{5, 0xFFF0}};
static_assert(EventId::of(plan, 0).value == Ulid{5, 0xFFF0});
static_assert(EventId::of(plan, 3).value == Ulid{5, 0xFFF3} && EventId::of(plan, 3).index() == 3);
static_assert(EventId::of(plan, 15).plan() == plan);
static_assert(EventId::of(plan, 0) < EventId::of(plan, 1));
static_assert(EventId::of(plan, 15) < EventId::of(PlanId{Ulid{5, 0x10000}}, 0));
static_assert(later_of(Time::from_milliseconds(1), Time::from_milliseconds(2)) ==
              Time::from_milliseconds(2));
static_assert(later_of(Time::from_milliseconds(2), Time::from_milliseconds(-1)) ==
              Time::from_milliseconds(2));

}  // namespace static_texts
