// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_FIELD_RULE_HPP
#define MEMBERSHIP_WIRE_FIELD_RULE_HPP

#include "membership/domain/error.hpp"
#include "membership/wire/request_error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace membership::inline v0 {
namespace wire {

/// What a field of a request must be, and is not.
enum class FieldRule : std::uint8_t {
  string_required = 1,  ///< a string with at least one character
  text_required,        ///< a string, also an empty one
  array_required,       ///< an array of non-empty strings
  objects_required,     ///< an array of objects
  boolean_required,     ///< `true` or `false`
  integer_required,     ///< a number without fraction
  object_required,      ///< an object
  too_long,             ///< at most so many characters
  invalid,              ///< of the right type, but not a value that is taken
};

/// The name of a field as a message shows it: `user_id` is "User ID", `first_name` "First name".
[[nodiscard]] inline std::string field_label(std::string_view field) {
  std::string label(field);
  for (char& c : label) {
    if (c == '_') c = ' ';
  }
  if (!label.empty() && label[0] >= 'a' && label[0] <= 'z') {
    label[0] = static_cast<char>(label[0] - 'a' + 'A');
  }
  if (label.size() > 3 && label.compare(label.size() - 3, 3, " id") == 0) {
    label.replace(label.size() - 2, 2, "ID");
  }
  return label;
}

/// The end of an entry's code, behind the name of the field.
[[nodiscard]] constexpr std::string_view code_suffix(FieldRule rule) noexcept {
  switch (rule) {
    case FieldRule::string_required:
    case FieldRule::text_required: return "_string_required";
    case FieldRule::array_required:
    case FieldRule::objects_required: return "_array_required";
    case FieldRule::boolean_required: return "_boolean_required";
    case FieldRule::integer_required: return "_integer_required";
    case FieldRule::object_required: return "_object_required";
    case FieldRule::too_long: return "_too_long";
    case FieldRule::invalid: return "_invalid";
  }
  return "_invalid";
}

/// The end of an entry's message, behind the label of the field.
[[nodiscard]] constexpr std::string_view message_suffix(FieldRule rule) noexcept {
  switch (rule) {
    case FieldRule::string_required: return " should be a non-empty string.";
    case FieldRule::text_required: return " should be a string.";
    case FieldRule::array_required: return " should be an array of non-empty strings.";
    case FieldRule::objects_required: return " should be an array of objects.";
    case FieldRule::boolean_required: return " should be a boolean.";
    case FieldRule::integer_required: return " should be an integer.";
    case FieldRule::object_required: return " should be an object.";
    case FieldRule::too_long: return " is too long.";
    case FieldRule::invalid: return " is invalid.";
  }
  return " is invalid.";
}

/// The rule that a text goes against, for a fault that the domain has found in it.
[[nodiscard]] constexpr FieldRule field_rule(ErrorCode fault) noexcept {
  if (fault == ErrorCode::empty) return FieldRule::string_required;
  if (fault == ErrorCode::too_long) return FieldRule::too_long;
  return FieldRule::invalid;
}

/// The entry of a 422 answer for a field that goes against a rule: `user_id_string_required`,
/// "User ID should be a non-empty string.".
[[nodiscard]] inline ErrorEntry field_error(std::string_view field, FieldRule rule) {
  ErrorEntry entry{std::string(field), field_label(field)};
  entry.code += code_suffix(rule);
  entry.message += message_suffix(rule);
  return entry;
}

}  // namespace wire
}  // namespace membership::inline v0

#endif
