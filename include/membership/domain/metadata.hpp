// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DOMAIN_METADATA_HPP
#define MEMBERSHIP_DOMAIN_METADATA_HPP

#include "membership/domain/utf8.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace membership::inline v0 {

/// A key and its value as they are kept.
struct MetadataPair {
  std::string_view key;
  std::string_view value;
};

/// One entry of a change of metadata: a key and its new value, or nothing for a key that goes.
struct MetadataEntry {
  std::string_view key;
  std::optional<std::string_view> value{};
};

/// What an update does to metadata: keep it, clear it, or change the keys that are named. Borrows
/// the entries; of a key that comes twice the last counts.
class MetadataChange {
 public:
  static constexpr MetadataChange keep() noexcept { return {}; }
  static constexpr MetadataChange clear() noexcept {
    MetadataChange change;
    change.clears_ = true;
    return change;
  }
  /// Of an array or a container, not of one that ends at once.
  template <class Entries>
  static constexpr MetadataChange merge(const Entries& entries) noexcept {
    MetadataChange change;
    change.entries_ = std::data(entries);
    change.size_ = std::size(entries);
    return change;
  }
  template <class Entries>
  requires(!std::ranges::enable_borrowed_range<Entries>) static MetadataChange
      merge(const Entries&&) = delete;

  constexpr bool clears() const noexcept { return clears_; }
  constexpr std::size_t size() const noexcept { return size_; }
  constexpr const MetadataEntry& operator[](std::size_t at) const noexcept { return entries_[at]; }

  /// The place of the entry that counts for a key; `size()` where none names it.
  constexpr std::size_t find(std::string_view key) const noexcept {
    for (std::size_t at = size_; at > 0; --at) {
      if (entries_[at - 1].key == key) return at - 1;
    }
    return size_;
  }

 private:
  const MetadataEntry* entries_ = nullptr;
  std::size_t size_ = 0;
  bool clears_ = false;
};

/// Metadata as a view: the pairs that are kept, and perhaps a change of them that is not carried
/// out yet. So merging a change allocates nothing.
class Metadata {
 public:
  static constexpr std::size_t most_pairs = 50;
  /// Of a change: each pair goes, and as many are new.
  static constexpr std::size_t most_entries = 2 * most_pairs;
  static constexpr std::size_t longest_key = 40;     ///< characters
  static constexpr std::size_t longest_value = 600;  ///< characters

  constexpr Metadata() noexcept = default;
  constexpr Metadata(const MetadataPair* pairs, std::size_t size) noexcept
      : pairs_(pairs), size_(size) {}

  /// The same with a change. Preconditions: this has none.
  constexpr Metadata with(const MetadataChange& change) const noexcept {
    Metadata result = *this;
    result.change_ = change;
    return result;
  }

  /// Calls `visit(key, value)` for each pair: those that were there in their order, then the new.
  /// Complexity: the pairs and the entries of the change, times the entries.
  template <class Visit>
  constexpr void for_each(Visit&& visit) const {
    if (!change_.clears()) {
      for (std::size_t at = 0; at < size_; ++at) {
        const std::size_t entry = change_.find(pairs_[at].key);
        std::optional<std::string_view> value = pairs_[at].value;
        if (entry != change_.size()) value = change_[entry].value;
        if (value) visit(pairs_[at].key, *value);
      }
    }
    for (std::size_t at = 0; at < change_.size(); ++at) {
      const MetadataEntry& entry = change_[at];
      if (entry.value && change_.find(entry.key) == at && !keeps(entry.key)) {
        visit(entry.key, *entry.value);
      }
    }
  }

  constexpr std::size_t size() const noexcept {
    std::size_t count = 0;
    for_each([&](std::string_view, std::string_view) { ++count; });
    return count;
  }

  /// Whether the change makes a difference.
  constexpr bool changes() const noexcept {
    if (change_.clears() && size_ != 0) return true;
    for (std::size_t at = 0; at < change_.size(); ++at) {
      const MetadataEntry& entry = change_[at];
      if (change_.find(entry.key) != at) continue;
      const MetadataPair* const kept = find(entry.key);
      if (entry.value ? kept == nullptr || kept->value != *entry.value : kept != nullptr) {
        return true;
      }
    }
    return false;
  }

  /// Whether everything is within the limits, the number of the change's entries too. Keys have at
  /// least one character.
  constexpr bool fits() const noexcept {
    if (change_.size() > most_entries) return false;
    bool good = size() <= most_pairs;
    for_each([&](std::string_view key, std::string_view value) {
      good = good && !key.empty() && is_text(key, longest_key) && is_text(value, longest_value);
    });
    return good;
  }

 private:
  static constexpr bool is_text(std::string_view text, std::size_t most) noexcept {
    return is_valid_utf8(text) && text.find('\0') == std::string_view::npos &&
           utf8_length(text) <= most;
  }
  constexpr const MetadataPair* find(std::string_view key) const noexcept {
    for (std::size_t at = 0; at < size_; ++at) {
      if (pairs_[at].key == key) return pairs_ + at;
    }
    return nullptr;
  }
  constexpr bool keeps(std::string_view key) const noexcept {
    return !change_.clears() && find(key) != nullptr;
  }

  const MetadataPair* pairs_ = nullptr;
  std::size_t size_ = 0;
  MetadataChange change_{};
};

}  // namespace membership::inline v0

#endif
