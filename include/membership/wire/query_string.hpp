// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_QUERY_STRING_HPP
#define MEMBERSHIP_WIRE_QUERY_STRING_HPP

#include "membership/wire/percent.hpp"
#include "membership/wire/request_error.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace wire {

/// The parameters of a query, decoded as a form is: `%2C` is a comma, `+` a space.
///
/// A parameter without a value, `x=` or `x`, counts as not given.
class QueryString {
 public:
  QueryString() = default;

  /// Decodes the raw text behind the `?`.
  /// Errors, 400 `bad_request`: for the first bad name or value a bad escape, invalid UTF-8.
  /// Complexity: linear. Throws: `std::bad_alloc`.
  [[nodiscard]] static tl::expected<QueryString, RequestError> parse(std::string_view raw) {
    tl::expected<QueryString, RequestError> query(tl::in_place);
    while (!raw.empty()) {
      const std::size_t end = raw.find('&');
      const std::string_view pair = raw.substr(0, end);
      raw = end == std::string_view::npos ? std::string_view() : raw.substr(end + 1);
      const std::size_t equals = pair.find('=');
      auto name = percent_decode(pair.substr(0, equals), Plus::space);
      if (!name) return refused("A name in the query ", name.error());
      auto value = percent_decode(equals == std::string_view::npos ? std::string_view()
                                                                   : pair.substr(equals + 1),
                                  Plus::space);
      if (!value) return refused("The query parameter '" + *name + "' ", value.error());
      if (!value->empty()) query->parameters_.push_back({std::move(*name), std::move(*value)});
    }
    return query;
  }

  /// The value of a parameter; the last one if it is given several times.
  /// Complexity: linear in the parameters.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept {
    for (std::size_t i = parameters_.size(); i > 0; --i) {
      if (parameters_[i - 1].name == name) return std::string_view(parameters_[i - 1].value);
    }
    return std::nullopt;
  }

  /// The values of an array parameter in the order of the query, in all the forms that clients
  /// write: `k=a,b`, `k=a&k=b`, `k[]=a&k[]=b`, `k[0]=a&k[1]=b`, also mixed. Empty ones are left
  /// out. Complexity: linear in the bytes. Throws: `std::bad_alloc`.
  [[nodiscard]] std::vector<std::string_view> find_all(std::string_view name) const {
    std::vector<std::string_view> values;
    for (const Parameter& parameter : parameters_) {
      if (!names_array(parameter.name, name)) continue;
      std::string_view rest = parameter.value;
      while (!rest.empty()) {
        const std::size_t comma = rest.find(',');
        if (comma != 0) values.push_back(rest.substr(0, comma));
        rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
      }
    }
    return values;
  }

 private:
  struct Parameter {
    std::string name;
    std::string value;
  };

  static tl::unexpected<RequestError> refused(std::string message, PercentError error) {
    message += to_string(error);
    message += '.';
    return tl::unexpected<RequestError>(bad_request(std::move(message)));
  }

  /// Whether `written` is `name`, `name[]` or `name[digits]`.
  static bool names_array(std::string_view written, std::string_view name) noexcept {
    if (written.substr(0, name.size()) != name) return false;
    written.remove_prefix(name.size());
    if (written.empty()) return true;
    if (written.size() < 2 || written.front() != '[' || written.back() != ']') return false;
    for (const char c : written.substr(1, written.size() - 2)) {
      if (c < '0' || c > '9') return false;
    }
    return true;
  }

  std::vector<Parameter> parameters_;
};

}  // namespace wire
}  // namespace membership::inline v0

#endif
