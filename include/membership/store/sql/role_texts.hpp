// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_SQL_ROLE_TEXTS_HPP
#define MEMBERSHIP_STORE_SQL_ROLE_TEXTS_HPP

#include "membership/domain/role_catalogue.hpp"
#include "membership/domain/role_set.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace membership::inline v0 {
namespace detail {

/// How SQL stores write roles and permissions: by slug, several with a space between. An
/// organization's own role has `own:` before its slug, which no slug contains. An index where the
/// catalogue has nothing is written as `#` and its value, so that nothing is lost.
inline constexpr std::string_view own_role_prefix = "own:";

inline void append_role(std::string& text, RoleIndex index, const RoleCatalogue& catalogue) {
  if (!text.empty()) text += ' ';
  const std::string_view slug = catalogue.slug(index);
  if (slug.empty()) {
    text += '#';
    text += std::to_string(index.value());
    return;
  }
  if (index.is_organization()) text += own_role_prefix;
  text += slug;
}

/// None is the empty text.
inline std::string role_text(RoleIndex index, const RoleCatalogue& catalogue) {
  std::string text;
  if (!index.is_none()) append_role(text, index, catalogue);
  return text;
}

/// In the order of the indexes.
inline std::string role_text(RoleSet set, const RoleCatalogue& catalogue) {
  std::string text;
  for (std::uint64_t rest = set.environment(); rest != 0; rest &= rest - 1) {
    append_role(text, RoleIndex::environment(static_cast<unsigned>(std::countr_zero(rest))),
                catalogue);
  }
  for (std::uint64_t rest = set.organization(); rest != 0; rest &= rest - 1) {
    append_role(text, RoleIndex::organization(static_cast<unsigned>(std::countr_zero(rest))),
                catalogue);
  }
  return text;
}

inline std::string role_text(const RoleOrder& order, const RoleCatalogue& catalogue) {
  std::string text;
  for (unsigned at = 0; at < order.size; ++at) append_role(text, order[at], catalogue);
  return text;
}

inline std::string permission_text(const PermissionSet& set, PermissionTable table) {
  std::string text;
  for (unsigned index = 0; index < PermissionSet::capacity; ++index) {
    if (!set.contains(index)) continue;
    if (!text.empty()) text += ' ';
    if (table.has(index)) {
      text += table[index].slug.view();
    } else {
      text += '#';
      text += std::to_string(index);
    }
  }
  return text;
}

/// Calls `visit(word)` for each word of a text.
template <class Visit>
void for_each_word(std::string_view text, Visit&& visit) {
  while (!text.empty()) {
    const std::size_t end = text.find(' ');
    const std::string_view word = text.substr(0, end);
    if (!word.empty()) visit(word);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

/// The number in `#12`, below `limit`; nothing where the text is anything else.
inline std::optional<unsigned> numbered(std::string_view text, unsigned limit) noexcept {
  if (text.size() < 2 || text.size() > 4 || text[0] != '#') return std::nullopt;
  unsigned value = 0;
  for (const char c : text.substr(1)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value < limit ? std::optional(value) : std::nullopt;
}

/// The role of a word; nothing where the catalogue has none of that slug.
inline std::optional<RoleIndex> role_of_word(std::string_view word,
                                             const RoleCatalogue& catalogue) noexcept {
  if (const auto value = numbered(word, 2 * RoleIndex::per_table)) {
    return RoleIndex::from_value(static_cast<std::uint8_t>(*value));
  }
  const bool own = word.substr(0, own_role_prefix.size()) == own_role_prefix;
  if (own) word.remove_prefix(own_role_prefix.size());
  const RoleTable table = own ? catalogue.organization() : catalogue.environment();
  const unsigned place = table.find(SlugKey::of(word), word);
  if (place == table.size()) return std::nullopt;
  return own ? RoleIndex::organization(place) : RoleIndex::environment(place);
}

/// The reverse of `role_text`; nothing where a slug is not in the catalogue.
inline std::optional<RoleIndex> role_of_text(std::string_view text,
                                             const RoleCatalogue& catalogue) noexcept {
  return text.empty() ? std::optional(RoleIndex::none()) : role_of_word(text, catalogue);
}

inline std::optional<RoleSet> roles_of_text(std::string_view text, const RoleCatalogue& catalogue) {
  RoleSet set;
  bool known = true;
  for_each_word(text, [&](std::string_view word) {
    const auto index = role_of_word(word, catalogue);
    known = known && index.has_value();
    if (index) set.insert(*index);
  });
  return known ? std::optional(set) : std::nullopt;
}

inline std::optional<RoleOrder> order_of_text(std::string_view text,
                                              const RoleCatalogue& catalogue) {
  RoleOrder order;
  bool known = true;
  for_each_word(text, [&](std::string_view word) {
    const auto index = role_of_word(word, catalogue);
    known = known && index && order.size < RoleOrder::capacity && !order.contains(*index);
    if (known) order.push_back(*index);
  });
  return known ? std::optional(order) : std::nullopt;
}

inline std::optional<PermissionSet> permissions_of_text(std::string_view text,
                                                        PermissionTable table) {
  PermissionSet set;
  bool known = true;
  for_each_word(text, [&](std::string_view word) {
    if (const auto value = numbered(word, PermissionSet::capacity)) {
      set.insert(*value);
      return;
    }
    const unsigned index = table.find(SlugKey::of(word), word);
    known = known && index != table.size();
    if (index != table.size()) set.insert(index);
  });
  return known ? std::optional(set) : std::nullopt;
}

}  // namespace detail
}  // namespace membership::inline v0

#endif
