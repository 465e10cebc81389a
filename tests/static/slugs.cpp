// SPDX-License-Identifier: BSL-1.0

// Plan
//   RoleSlug::make: characters, lengths, errors in their order        -> environment roles
//   RoleSlug::make_organization: prefix and separators                -> organization roles
//   RoleSlug::generate: case, white space, dropping, collapsing, cut  -> generated
//   PermissionSlug::make: the same with `:`, `.` and `*`               -> permissions
//   a text that is no UTF-8 is not shown in the error                 -> shown
//   SlugKey: exact up to 16 bytes, by ends and length beyond          -> keys
//   RoleTable::find: equality beyond 16 bytes                         -> keys
//   RoleSlug: order, type                                             -> type

#include "membership/domain/role_catalogue.hpp"

#include <string_view>
#include <type_traits>

namespace static_slugs {

using namespace membership;
using namespace std::string_view_literals;

constexpr auto chars_48 = "abcdefghijklmnopqrstuvwxyz-0123456789_abcdefghij"sv;
constexpr auto chars_49 = "abcdefghijklmnopqrstuvwxyz-0123456789_abcdefghijk"sv;
static_assert(chars_48.size() == 48 && chars_49.size() == 49);

template <class S>
constexpr bool is(const tl::expected<S, Error>& made, std::string_view text) {
  return made && (*made).view() == text;
}
template <class S>
constexpr bool is(const tl::expected<S, Error>& made, ErrorCode code, std::string_view subject) {
  return !made && made.error() == Error{code, Field::slug, 0, Subject::cut(subject)};
}

// --- environment roles

static_assert(is(RoleSlug::make("a"), "a"));
static_assert(is(RoleSlug::make("-"), "-"));
static_assert(is(RoleSlug::make("_a--9_"), "_a--9_"));
static_assert(is(RoleSlug::make("org-x"), "org-x"));
static_assert(is(RoleSlug::make(chars_48), chars_48));
static_assert(is(RoleSlug::make(""), ErrorCode::empty, ""));
static_assert(is(RoleSlug::make(chars_49), ErrorCode::too_long, chars_49));
static_assert(is(RoleSlug::make("Owner"), ErrorCode::malformed, "Owner"));
static_assert(is(RoleSlug::make("owner "), ErrorCode::malformed, "owner "));
static_assert(is(RoleSlug::make(" owner"), ErrorCode::malformed, " owner"));
static_assert(is(RoleSlug::make("a,b"), ErrorCode::malformed, "a,b"));
static_assert(is(RoleSlug::make("a:b"), ErrorCode::malformed, "a:b"));
static_assert(is(RoleSlug::make("\xC3\xA9"), ErrorCode::malformed, "\xC3\xA9"));
static_assert(is(RoleSlug::make("a\0"sv), ErrorCode::malformed, ""), "no subject with a NUL");
// Too long goes before malformed.
static_assert(!RoleSlug::make("A23456789012345678901234567890123456789012345678 ") &&
              RoleSlug::make("A23456789012345678901234567890123456789012345678 ").error().code ==
                  ErrorCode::too_long);

/// Exactly a-z 0-9 - _ of all 256 characters.
constexpr bool alphabet_is_exact() {
  for (int value = 0; value < 256; ++value) {
    const char c = static_cast<char>(value);
    const bool allowed =
        "abcdefghijklmnopqrstuvwxyz0123456789-_"sv.find(c) != std::string_view::npos;
    if (RoleSlug::make(std::string_view(&c, 1)).has_value() != allowed) return false;
  }
  return true;
}
static_assert(alphabet_is_exact());

// --- organization roles

static_assert(is(RoleSlug::make_organization("org-a"), "org-a"));
static_assert(is(RoleSlug::make_organization("org-a_b-9"), "org-a_b-9"));
static_assert(is(RoleSlug::make_organization(""), ErrorCode::empty, ""));
static_assert(is(RoleSlug::make_organization(chars_49), ErrorCode::too_long, chars_49));
static_assert(is(RoleSlug::make_organization("org-A"), ErrorCode::malformed, "org-A"));
static_assert(is(RoleSlug::make_organization("admin"), ErrorCode::malformed, "admin"));
static_assert(is(RoleSlug::make_organization("org"), ErrorCode::malformed, "org"));
static_assert(is(RoleSlug::make_organization("org-"), ErrorCode::malformed, "org-"));
static_assert(is(RoleSlug::make_organization("org_a"), ErrorCode::malformed, "org_a"));
static_assert(is(RoleSlug::make_organization("org--a"), ErrorCode::malformed, "org--a"));
static_assert(is(RoleSlug::make_organization("org-_a"), ErrorCode::malformed, "org-_a"));
static_assert(is(RoleSlug::make_organization("org-a__b"), ErrorCode::malformed, "org-a__b"));
static_assert(is(RoleSlug::make_organization("org-a-"), ErrorCode::malformed, "org-a-"));
static_assert(is(RoleSlug::make_organization("org-a_"), ErrorCode::malformed, "org-a_"));
static_assert(is(RoleSlug::make_organization("-org-a"), ErrorCode::malformed, "-org-a"));

// --- generated

constexpr bool generates(std::string_view name, std::string_view text) {
  return RoleSlug::generate(name, "k3y9z0").view() == text;
}
static_assert(generates("Team Lead", "team-lead-k3y9z0"));
static_assert(generates("  Team \t Lead\n", "team-lead-k3y9z0"));
static_assert(RoleSlug::generate("Team", "k3y9z0 and more than there is room for in a slug of 48")
                  .view() == "team-k3y9z0");
static_assert(generates("R&D (north)", "rd-north-k3y9z0"));
static_assert(generates("a__b--c-_-d", "a_b-c-d-k3y9z0"));
static_assert(generates("--x--", "x-k3y9z0"));
static_assert(generates("x & y", "x-y-k3y9z0"));
static_assert(generates("\xC3\x9C"
                        "ber",
                        "ber-k3y9z0"));
static_assert(generates("\xE6\xBC\xA2", "role-k3y9z0"));
static_assert(generates("", "role-k3y9z0") && generates(" - ", "role-k3y9z0"));
static_assert(generates("0123456789012345678901234567890123456789ABCDEF",
                        "0123456789012345678901234567890123456789a-k3y9z0"));
// Cut between separators: none is left at the end.
static_assert(generates("0123456789012345678901234567890123456789 BCDEF",
                        "0123456789012345678901234567890123456789-k3y9z0"));
static_assert(
    RoleSlug::generate("0123456789012345678901234567890123456789ABCDEF", "k3y9z0").view().size() ==
    48);

// --- keys

constexpr bool same_key(std::string_view a, std::string_view b) {
  return SlugKey::of(a) == SlugKey::of(b);
}
/// For every length up to 16: changing any one byte, or the length, changes the key.
constexpr bool keys_are_exact() {
  char text[17] = "abcdefghijklmnop";
  for (std::size_t size = 1; size <= 16; ++size) {
    const SlugKey key = SlugKey::of({text, size});
    if (key == SlugKey::of({text, size - 1})) return false;
    for (std::size_t at = 0; at < size; ++at) {
      const char before = text[at];
      for (const char c : {'0', '_', '-', 'z'}) {
        text[at] = c;
        if (SlugKey::of({text, size}) == key) return false;
      }
      text[at] = before;
    }
    if (!(SlugKey::of({text, size}) == key)) return false;
  }
  return true;
}
static_assert(keys_are_exact());
static_assert(same_key("", "") && !same_key("", "a") && !same_key("a", "aa"));
static_assert(!same_key("ab", "ba") && !same_key("abcd", "dcba"));
static_assert(same_key("01234567890123456", "01234567X90123456"), "17 bytes: the middle is free");
static_assert(!same_key("01234567890123456", "0123456789012345"));
static_assert(!same_key("01234567890123456", "01234567890123457"));

constexpr RoleState long_roles[] = {
    RoleState(*RoleSlug::make("finance-approver-east")),
    RoleState(*RoleSlug::make("finance-xpprover-east")),
    RoleState(*RoleSlug::make("finance")),
};
constexpr RoleTable table(long_roles, 3);
constexpr unsigned find(std::string_view text) { return table.find(SlugKey::of(text), text); }
static_assert(same_key("finance-approver-east", "finance-xpprover-east"));
static_assert(find("finance-approver-east") == 0);
static_assert(find("finance-xpprover-east") == 1);
static_assert(find("finance") == 2);
static_assert(find("finance-ypprover-east") == 3, "not found");
static_assert(find("financ") == 3 && find("finance1") == 3 && find("") == 3 &&
              find("Finance") == 3);

// --- permissions

static_assert(is(PermissionSlug::make("docs:read"), "docs:read"));
static_assert(is(PermissionSlug::make("a.b_c-9:*"), "a.b_c-9:*"));
static_assert(is(PermissionSlug::make(chars_48), chars_48));
static_assert(is(PermissionSlug::make(""), ErrorCode::empty, ""));
static_assert(is(PermissionSlug::make(chars_49), ErrorCode::too_long, chars_49));
static_assert(is(PermissionSlug::make("Docs"), ErrorCode::malformed, "Docs"));
static_assert(is(PermissionSlug::make("docs/read"), ErrorCode::malformed, "docs/read"));
static_assert(is(RoleSlug::make("docs:read"), ErrorCode::malformed, "docs:read"));

// --- shown

static_assert(is(RoleSlug::make("a\xFF"), ErrorCode::malformed, ""));
static_assert(is(PermissionSlug::make("a\xFF"), ErrorCode::malformed, ""));

// --- type

static_assert(*RoleSlug::make("a") < *RoleSlug::make("b"));
static_assert(*RoleSlug::make("a") == RoleSlug::from_stored("a"));
static_assert(!std::is_default_constructible_v<RoleSlug>);
static_assert(!std::is_constructible_v<RoleSlug, std::string_view>);
static_assert(std::is_trivially_copyable_v<RoleSlug> && sizeof(RoleSlug) == 49);

}  // namespace static_slugs
