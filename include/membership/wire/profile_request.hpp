// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_PROFILE_REQUEST_HPP
#define MEMBERSHIP_WIRE_PROFILE_REQUEST_HPP

#include "membership/command/profile_change.hpp"
#include "membership/domain/metadata.hpp"
#include "membership/policy/text_change.hpp"
#include "membership/wire/body.hpp"
#include "membership/wire/field_rule.hpp"

#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace membership::inline v0 {
namespace wire {

/// The metadata that a body gives: nothing, none at all, or keys with their values. The texts are
/// views into the body.
struct MetadataRequest {
  std::optional<std::vector<MetadataEntry>> entries{};

  /// As commands take it: `{}` clears, a key that is null goes. Valid while this is.
  /// See docs/http.md, "Organizations".
  [[nodiscard]] MetadataChange change() const& noexcept {
    if (!entries) return MetadataChange::keep();
    if (entries->empty()) return MetadataChange::clear();
    return MetadataChange::merge(*entries);
  }
  MetadataChange change() const&& = delete;
};

namespace detail {

/// What the bodies of organizations and users share.

/// Errors: `metadata_object_required`; `metadata_invalid` where a value is neither a string nor
/// null. The limits are the command's.
inline MetadataRequest read_metadata(FieldReader& read) {
  MetadataRequest metadata;
  const boost::json::object* const object = read.optional_object("metadata");
  if (object == nullptr) return metadata;
  metadata.entries.emplace();
  for (const auto& member : *object) {
    MetadataEntry entry{std::string_view(member.key().data(), member.key().size())};
    const boost::json::string* const text = member.value().if_string();
    if (text != nullptr) {
      entry.value = std::string_view(text->data(), text->size());
    } else if (!member.value().is_null()) {
      read.fail("metadata", FieldRule::invalid);
    }
    metadata.entries->push_back(entry);
  }
  return metadata;
}

/// A text by which another system names something.
/// Errors: `<field>_string_required`, `<field>_too_long`, `<field>_invalid`.
inline TextChange read_foreign_id(FieldReader& read, std::string_view field) {
  const std::optional<std::string_view> text = read.optional_string(field);
  const TextChange change = TextChange::set_if(text);
  read.check(field, membership::detail::check_external_id(change, Field::external_id).code());
  return change;
}

/// The external id of an update, which null clears.
inline TextChange read_external_id_change(FieldReader& read) {
  if (read.is_null("external_id")) return TextChange::clear();
  return read_foreign_id(read, "external_id");
}

/// A text that a change sets, as commands that make something take it.
inline std::optional<std::string_view> text_set(const TextChange& change) noexcept {
  if (!change.sets()) return std::nullopt;
  return change.text();
}

}  // namespace detail
}  // namespace wire
}  // namespace membership::inline v0

#endif
