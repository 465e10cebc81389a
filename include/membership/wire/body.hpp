// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_BODY_HPP
#define MEMBERSHIP_WIRE_BODY_HPP

#include "membership/domain/error.hpp"
#include "membership/wire/field_rule.hpp"
#include "membership/wire/request_error.hpp"

#include <boost/json/array.hpp>
#include <boost/json/error.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>
#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace wire {

/// The fields of a JSON request body.
class Body {
 public:
  static constexpr std::size_t max_depth = 64;

  /// Reads a body. Zero bytes, `{}` and `[]` are a body without fields; of a doubled key the last
  /// counts.
  /// Errors, in this order: 400 `bad_request` where it is not JSON (malformed, bytes behind the
  /// end, invalid UTF-8, nested deeper than 64); 422 `body_object_required` where it is no object.
  /// Complexity: linear. Throws: `std::bad_alloc`.
  /// See docs/http.md, "Every call".
  [[nodiscard]] static tl::expected<Body, RequestError> parse(std::string_view text) {
    tl::expected<Body, RequestError> body(tl::in_place);
    if (text.empty()) return body;
    boost::json::parse_options options;
    options.max_depth = max_depth;
    boost::system::error_code failure;
    boost::json::value value = boost::json::parse(
        boost::json::string_view(text.data(), text.size()), failure, {}, options);
    if (failure) {
      return tl::unexpected<RequestError>(bad_request(
          failure == boost::json::error::too_deep ? "The body is nested deeper than 64 levels."
                                                  : "The body is not valid JSON."));
    }
    if (value.is_object()) {
      body->fields_ = std::move(value.get_object());
    } else if (!value.is_array() || !value.get_array().empty()) {
      return tl::unexpected<RequestError>(
          validation_failed(field_error("body", FieldRule::object_required)));
    }
    return body;
  }

  [[nodiscard]] const boost::json::object& fields() const noexcept { return fields_; }

  /// The value of a field as it is written, or null where there is none.
  [[nodiscard]] const boost::json::value* find(std::string_view field) const noexcept {
    return fields_.if_contains(boost::json::string_view(field.data(), field.size()));
  }

 private:
  boost::json::object fields_;
};

/// Reads the fields of a body one after another and keeps the first failure: from then on each
/// read is without effect and returns an empty value. So a caller reads the fields in the order of
/// the API's tables and asks once at the end.
///
///     FieldReader read(body);
///     const auto user = read.required_string("user_id");
///     const auto role = read.optional_string("role_slug");
///     if (const auto error = read.error()) return refusal(*error);
///
/// Nothing is coerced, trimmed or folded. A field that is null counts as not given. The texts are
/// views into the body, which must outlive them. Reads throw at most `std::bad_alloc`.
/// See docs/http.md, "Every call".
class FieldReader {
 public:
  explicit FieldReader(const Body& body) noexcept : body_(&body) {}
  explicit FieldReader(Body&&) = delete;

  /// A string with at least one character. Error: `<field>_string_required`.
  std::string_view required_string(std::string_view field) {
    const auto text = string(field, Need::required, FieldRule::string_required);
    return text ? *text : std::string_view();
  }

  /// The same of a member of an object in the body. Error: `<member>_string_required`.
  std::string_view required_string(const boost::json::object& object, std::string_view member) {
    if (failed()) return {};
    const boost::json::value* value =
        object.if_contains(boost::json::string_view(member.data(), member.size()));
    const auto text = value == nullptr ? std::nullopt : as_string(*value);
    if (text && !text->empty()) return *text;
    fail(member, FieldRule::string_required);
    return {};
  }

  /// A string with at least one character, or nothing. Error: `<field>_string_required`.
  std::optional<std::string_view> optional_string(std::string_view field) {
    return string(field, Need::optional, FieldRule::string_required);
  }

  /// A string, also an empty one, or nothing. Error: `<field>_string_required`.
  std::optional<std::string_view> optional_text(std::string_view field) {
    return string(field, Need::optional, FieldRule::text_required);
  }

  /// `true`, `false` or nothing. Error: `<field>_boolean_required`.
  std::optional<bool> optional_boolean(std::string_view field) {
    const boost::json::value* value = given(field, Need::optional, FieldRule::boolean_required);
    if (value == nullptr) return std::nullopt;
    if (value->is_bool()) return value->get_bool();
    fail(field, FieldRule::boolean_required);
    return std::nullopt;
  }

  /// A whole number of 64 bits with a sign, written without fraction and exponent, or nothing.
  /// Error: `<field>_integer_required`.
  std::optional<std::int64_t> optional_integer(std::string_view field) {
    const boost::json::value* value = given(field, Need::optional, FieldRule::integer_required);
    if (value == nullptr) return std::nullopt;
    if (value->is_int64()) return value->get_int64();
    fail(field, FieldRule::integer_required);
    return std::nullopt;
  }

  /// An array of non-empty strings, which may be empty. Error: `<field>_array_required`.
  std::vector<std::string_view> required_strings(std::string_view field) {
    auto texts = strings(field, Need::required, 0);
    return texts ? std::move(*texts) : std::vector<std::string_view>();
  }

  /// An array of one or more non-empty strings, or nothing. Error: `<field>_array_required`.
  std::optional<std::vector<std::string_view>> optional_strings(std::string_view field) {
    return strings(field, Need::optional, 1);
  }

  /// An array of non-empty strings, which may be empty, or nothing.
  /// Error: `<field>_array_required`.
  std::optional<std::vector<std::string_view>> optional_list(std::string_view field) {
    return strings(field, Need::optional, 0);
  }

  /// An array of objects, which may be empty, or nothing. Error: `<field>_array_required`.
  std::optional<std::vector<const boost::json::object*>> optional_objects(std::string_view field) {
    const boost::json::value* value = given(field, Need::optional, FieldRule::objects_required);
    if (value == nullptr) return std::nullopt;
    const boost::json::array* array = value->if_array();
    bool good = array != nullptr;
    std::vector<const boost::json::object*> objects;
    if (good) {
      for (const boost::json::value& element : *array) {
        objects.push_back(element.if_object());
        good = good && objects.back() != nullptr;
      }
    }
    if (good) return objects;
    fail(field, FieldRule::objects_required);
    return std::nullopt;
  }

  /// An object, or null where there is none. Error: `<field>_object_required`.
  const boost::json::object* optional_object(std::string_view field) {
    const boost::json::value* value = given(field, Need::optional, FieldRule::object_required);
    if (value == nullptr) return nullptr;
    if (value->is_object()) return &value->get_object();
    fail(field, FieldRule::object_required);
    return nullptr;
  }

  /// Refuses a field that the API documents and the server does not take.
  /// Error: `<field>_invalid` where it is given and not null.
  void refuse(std::string_view field) {
    if (given(field, Need::optional, FieldRule::invalid) != nullptr) {
      fail(field, FieldRule::invalid);
    }
  }

  /// Whether a field is written as null, for the few that null clears.
  [[nodiscard]] bool is_null(std::string_view field) const noexcept {
    const boost::json::value* value = body_->find(field);
    return value != nullptr && value->is_null();
  }

  /// Records a failure that the caller has found, unless there is one already.
  void fail(std::string_view field, FieldRule rule) {
    if (!error_) error_ = field_error(field, rule);
  }
  void fail(ErrorEntry entry) {
    if (!error_) error_ = std::move(entry);
  }

  /// Records a fault that the domain has found in a value; `ErrorCode{}` is none.
  void check(std::string_view field, ErrorCode fault) {
    if (fault != ErrorCode{}) fail(field, field_rule(fault));
  }

  [[nodiscard]] bool failed() const noexcept { return error_.has_value(); }

  /// The first failure as an entry, or nothing.
  [[nodiscard]] const std::optional<ErrorEntry>& entry() const noexcept { return error_; }

  /// The first failure as a refusal, 422 `invalid_request_parameters`, or nothing.
  [[nodiscard]] std::optional<RequestError> error() const {
    if (!error_) return std::nullopt;
    return validation_failed(*error_);
  }

 private:
  enum class Need : bool { optional, required };

  /// The value of a field that is given, not null and still to be read; else null.
  const boost::json::value* given(std::string_view field, Need need, FieldRule rule) {
    if (failed()) return nullptr;
    const boost::json::value* value = body_->find(field);
    if (value != nullptr && !value->is_null()) return value;
    if (need == Need::required) fail(field, rule);
    return nullptr;
  }

  static std::optional<std::string_view> as_string(const boost::json::value& value) noexcept {
    const boost::json::string* text = value.if_string();
    if (text == nullptr) return std::nullopt;
    return std::string_view(text->data(), text->size());
  }

  std::optional<std::string_view> string(std::string_view field, Need need, FieldRule rule) {
    const boost::json::value* value = given(field, need, rule);
    if (value == nullptr) return std::nullopt;
    const auto text = as_string(*value);
    if (text && (!text->empty() || rule == FieldRule::text_required)) return text;
    fail(field, rule);
    return std::nullopt;
  }

  std::optional<std::vector<std::string_view>> strings(std::string_view field, Need need,
                                                       std::size_t at_least) {
    const boost::json::value* value = given(field, need, FieldRule::array_required);
    if (value == nullptr) return std::nullopt;
    const boost::json::array* array = value->if_array();
    bool good = array != nullptr && array->size() >= at_least;
    std::vector<std::string_view> texts;
    if (good) {
      texts.reserve(array->size());
      for (const boost::json::value& element : *array) {
        const auto text = as_string(element);
        good = good && text && !text->empty();
        if (good) texts.push_back(*text);
      }
    }
    if (good) return texts;
    fail(field, FieldRule::array_required);
    return std::nullopt;
  }

  const Body* body_;
  std::optional<ErrorEntry> error_;
};

}  // namespace wire
}  // namespace membership::inline v0

#endif
