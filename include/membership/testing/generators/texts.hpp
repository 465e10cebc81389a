// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_GENERATORS_TEXTS_HPP
#define MEMBERSHIP_TESTING_GENERATORS_TEXTS_HPP

#include "membership/command/profile_change.hpp"
#include "membership/command/role_change.hpp"
#include "membership/domain/profile.hpp"
#include "membership/domain/slug.hpp"
#include "membership/domain/utf8.hpp"

#include <rapidcheck.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace testing {

/// One of `choices`, shrinking towards the first. Preconditions: there is at least one.
template <class V>
rc::Gen<V> one_of(std::vector<V> choices) {
  const std::size_t count = choices.size();
  return rc::gen::map(rc::gen::inRange<std::size_t>(0, count),
                      [choices = std::move(choices)](std::size_t at) { return choices[at]; });
}

/// Well-formed UTF-8 without NUL of `least` to `most` characters, with characters of one to four
/// bytes.
inline rc::Gen<std::string> utf8_text(std::size_t least, std::size_t most) {
  const auto character = rc::gen::weightedOneOf<std::uint32_t>({
      {6, rc::gen::inRange<std::uint32_t>('a', 'z' + 1)},
      {3, rc::gen::inRange<std::uint32_t>(0x01, 0x80)},
      {1, rc::gen::inRange<std::uint32_t>(0x80, 0x800)},
      {1, rc::gen::inRange<std::uint32_t>(0x800, 0xD800)},
      {1, rc::gen::inRange<std::uint32_t>(0xE000, 0x10000)},
      {1, rc::gen::inRange<std::uint32_t>(0x10000, 0x110000)},
  });
  const auto characters = rc::gen::mapcat(
      rc::gen::inRange<std::size_t>(least, most + 1), [character](std::size_t count) {
        return rc::gen::container<std::vector<std::uint32_t>>(count, character);
      });
  return rc::gen::map(characters, [](const std::vector<std::uint32_t>& points) {
    std::string text;
    const auto put = [&text](std::uint32_t byte) { text += static_cast<char>(byte); };
    for (const std::uint32_t point : points) {
      if (point < 0x80) {
        put(point);
      } else if (point < 0x800) {
        put(0xC0 | (point >> 6));
        put(0x80 | (point & 63));
      } else if (point < 0x10000) {
        put(0xE0 | (point >> 12));
        put(0x80 | ((point >> 6) & 63));
        put(0x80 | (point & 63));
      } else {
        put(0xF0 | (point >> 18));
        put(0x80 | ((point >> 12) & 63));
        put(0x80 | ((point >> 6) & 63));
        put(0x80 | (point & 63));
      }
    }
    return text;
  });
}

/// A text that is not well-formed: overlong forms, surrogates, code points above U+10FFFF, bytes
/// that begin or continue nothing, at any place of an otherwise good text.
inline rc::Gen<std::string> broken_utf8() {
  return rc::gen::apply(
      [](const std::string& before, const std::string& bad, const std::string& after) {
        return before + bad + after;
      },
      utf8_text(0, 6),
      one_of<std::string>({"\xFF", "\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xE0\x9F\xBF",
                           "\xE2\x82", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF0\x9F\x98",
                           "\xF4\x90\x80\x80", "\xF5\x80\x80\x80"}),
      utf8_text(0, 6));
}

/// The text of an id that `I::make` takes, up to and including its capacity in bytes.
template <class I>
rc::Gen<std::string> id_text() {
  return rc::gen::map(utf8_text(1, I::capacity()), [](const std::string& text) {
    return std::string(utf8_prefix(text, I::capacity()));
  });
}

/// An id of the type `I`.
template <class I>
rc::Gen<I> id() {
  return rc::gen::map(id_text<I>(), [](const std::string& text) { return *I::make(text); });
}

/// A text that `I::make` refuses, and only just: empty, a byte too long, not UTF-8, with a NUL.
template <class I>
rc::Gen<std::string> bad_id_text() {
  const auto long_text = rc::gen::map(rc::gen::inRange<std::size_t>(1, 10), [](std::size_t more) {
    return std::string(I::capacity() + more, 'x');
  });
  const auto with_nul = rc::gen::apply(
      [](const std::string& before, const std::string& after) { return before + '\0' + after; },
      utf8_text(0, 4), utf8_text(0, 4));
  return rc::gen::oneOf(rc::gen::just(std::string()), long_text, broken_utf8(), with_nul);
}

namespace detail {
inline rc::Gen<std::string> text_of(const std::string& characters, std::size_t least,
                                    std::size_t most) {
  const std::vector<char> choices(characters.begin(), characters.end());
  return rc::gen::mapcat(rc::gen::inRange<std::size_t>(least, most + 1),
                         [choices](std::size_t count) {
                           return rc::gen::container<std::string>(count, one_of(choices));
                         });
}
}  // namespace detail

/// The slug of an environment role.
inline rc::Gen<std::string> slug_text() {
  return detail::text_of("abcdefghijklmnopqrstuvwxyz0123456789-_", 1, RoleSlug::capacity);
}

/// The slug of an organization's own role, as somebody gives it: `org-` and no separator at the
/// end or beside another.
inline rc::Gen<std::string> organization_slug_text() {
  return rc::gen::map(detail::text_of("abcxyz019-_", 1, RoleSlug::capacity - 4),
                      [](const std::string& tail) {
                        const auto separates = [](char c) { return c == '-' || c == '_'; };
                        std::string text = "org-";
                        for (const char c : tail) {
                          if (!separates(c) || !separates(text.back())) text += c;
                        }
                        if (!separates(text.back())) return text;
                        if (text.size() > 4) text.pop_back();
                        return text + 'a';
                      });
}

/// A text that is no slug, and only just: another case, white space, a comma, a letter that is not
/// ASCII, a character too long, empty.
inline rc::Gen<std::string> bad_slug_text() {
  const auto spoiled = rc::gen::apply(
      [](std::string text, const std::string& bad, std::size_t at) {
        text.insert(at % (text.size() + 1), bad);
        return text.substr(0, RoleSlug::capacity + 4);
      },
      detail::text_of("abc019-_", 1, 20),
      one_of<std::string>({"A", " ", ",", ".", "\xC3\xA9", "\t", "/", std::string(1, '\0')}),
      rc::gen::inRange<std::size_t>(0, 21));
  const auto too_long = rc::gen::map(rc::gen::inRange<std::size_t>(1, 10), [](std::size_t more) {
    return std::string(RoleSlug::capacity + more, 'a');
  });
  return rc::gen::oneOf(spoiled, too_long, rc::gen::just(std::string()));
}

/// An e-mail address that a user can hold, in upper and lower case.
inline rc::Gen<std::string> email_text() {
  return rc::gen::apply(
      [](const std::string& name, const std::string& host) { return name + '@' + host; },
      detail::text_of("abcABC019.+-_", 1, 12),
      one_of<std::string>({"example.com", "Example.COM", "x",
                           "b\xC3\xBC"
                           "cher.example"}));
}

/// A text that is no e-mail address, and only just.
inline rc::Gen<std::string> bad_email_text() {
  const auto too_long = rc::gen::map(rc::gen::inRange<std::size_t>(1, 5), [](std::size_t more) {
    return std::string(EmailKey::capacity - 2 + more, 'a') + "@x";
  });
  return rc::gen::oneOf(one_of<std::string>({"", "a", "@", "a@", "@a", "a@b@c", "a b@c", "a@b\t",
                                             "a@b\n", std::string("a\0@b", 4), "\xFF@b"}),
                        too_long);
}

/// An id of another system that a profile can have: ASCII, up to 128 characters.
inline rc::Gen<std::string> external_id_text() {
  return rc::gen::mapcat(
      rc::gen::inRange<std::size_t>(1, membership::detail::longest_external_id + 1),
      [](std::size_t count) {
        return rc::gen::container<std::string>(
            count, rc::gen::map(rc::gen::inRange(1, 128),
                                [](int c) { return static_cast<char>(c == 127 ? 'a' : c); }));
      });
}

/// A text that is no id of another system, and only just.
inline rc::Gen<std::string> bad_external_id_text() {
  return one_of<std::string>({"", "\xC3\xA9", "a\x80", std::string("a\0b", 3),
                              std::string(membership::detail::longest_external_id + 1, 'x')});
}

/// The slug of a permission.
inline rc::Gen<std::string> permission_slug_text() {
  return detail::text_of("abcdefghijklmnopqrstuvwxyz0123456789-_:.*", 1, PermissionSlug::capacity);
}

/// A text that is no slug of a permission, and only just.
inline rc::Gen<std::string> bad_permission_slug_text() {
  return one_of<std::string>({"", "Docs", "docs read", "docs/read", "docs,read", "d\xC3\xB6",
                              std::string("a\0b", 3),
                              std::string(PermissionSlug::capacity + 1, 'a')});
}

/// The name of a role or a permission: 1 to 48 characters.
inline rc::Gen<std::string> catalogue_name() {
  return utf8_text(1, membership::detail::longest_catalogue_name);
}

/// A text that cannot be such a name, and only just.
inline rc::Gen<std::string> bad_catalogue_name() {
  const std::size_t most = membership::detail::longest_catalogue_name;
  return rc::gen::oneOf(rc::gen::just(std::string()), utf8_text(most + 1, most + 4), broken_utf8());
}

/// The name of an organization.
inline rc::Gen<std::string> organization_name() { return utf8_text(1, 60); }

/// A text that cannot be that, and only just; for texts that may be empty take `broken_utf8`.
inline rc::Gen<std::string> bad_organization_name() {
  return rc::gen::oneOf(one_of<std::string>({"", std::string("a\0b", 3)}), broken_utf8());
}

/// A locale, as `en` or `de-CH`: any text can be one.
inline rc::Gen<std::string> locale_text() {
  return one_of<std::string>({"en", "de-CH", "pt-BR", "zh-Hant-TW", "sr-Latn", ""});
}

/// The name of a domain: labels of letters, digits and hyphens between single dots.
inline rc::Gen<std::string> domain_text() {
  const auto label = detail::text_of("abcXYZ019-", 1, 20);
  return rc::gen::map(rc::gen::mapcat(rc::gen::inRange<std::size_t>(1, 5),
                                      [label](std::size_t count) {
                                        return rc::gen::container<std::vector<std::string>>(count,
                                                                                            label);
                                      }),
                      [](const std::vector<std::string>& labels) {
                        std::string text;
                        for (const std::string& one : labels)
                          text += (text.empty() ? "" : ".") + one;
                        return text;
                      });
}

/// A text that is no name of a domain, and only just.
inline rc::Gen<std::string> bad_domain_text() {
  return one_of<std::string>({"", ".", "a.", ".a", "a..b", "a b.c", "a_b.c",
                              "b\303\274cher.example", std::string("a\0b", 3),
                              std::string(membership::detail::longest_domain + 1, 'a')});
}

}  // namespace testing
}  // namespace membership::inline v0

#endif
