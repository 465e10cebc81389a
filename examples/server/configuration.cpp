// SPDX-License-Identifier: BSL-1.0
#include "configuration.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace membership_server {

namespace {

/// Reads the keys of an object one after another and keeps the first failure: from then on each
/// read is without effect. What was not asked for is not known.
class Keys {
 public:
  Keys(const boost::json::value& value, std::string place, std::string& failure)
      : object_(value.if_object()), place_(std::move(place)), failure_(failure) {
    if (object_ == nullptr) fail(place_, "must be an object");
  }

  std::optional<std::string> text(const char* key) {
    const boost::json::value* const value = find(key);
    if (value == nullptr) return std::nullopt;
    if (value->is_string()) return std::string(value->get_string());
    fail(below(key), "must be a string");
    return std::nullopt;
  }
  /// A text with at least one character.
  std::string required_text(const char* key) {
    std::string read = text(key).value_or(std::string());
    if (read.empty()) fail(below(key), "must be a string that is not empty");
    return read;
  }
  std::optional<bool> boolean(const char* key) {
    const boost::json::value* const value = find(key);
    if (value == nullptr) return std::nullopt;
    if (value->is_bool()) return value->get_bool();
    fail(below(key), "must be true or false");
    return std::nullopt;
  }
  std::optional<std::uint64_t> count(const char* key) {
    const boost::json::value* const value = find(key);
    if (value == nullptr) return std::nullopt;
    if (value->is_int64() && value->get_int64() >= 0) {
      return static_cast<std::uint64_t>(value->get_int64());
    }
    fail(below(key), "must be a whole number, 0 or more");
    return std::nullopt;
  }
  std::optional<std::vector<std::string>> texts(const char* key) {
    const boost::json::array* const array = this->array(key);
    if (array == nullptr) return std::nullopt;
    std::vector<std::string> read;
    for (std::size_t i = 0; i < array->size(); ++i) {
      const boost::json::value& element = (*array)[i];
      if (element.is_string() && !element.get_string().empty()) {
        read.emplace_back(element.get_string());
      } else {
        fail(below(key, i), "must be a string that is not empty");
      }
    }
    return read;
  }
  /// A text, or null where there is to be none, which is read as an empty text.
  std::optional<std::string> text_or_null(const char* key) {
    const boost::json::value* const value = find(key);
    if (value != nullptr && value->is_null()) return std::string();
    if (value != nullptr && !value->is_string()) fail(below(key), "must be a string or null");
    return text(key);
  }
  /// Objects, each of which `read(keys)` reads.
  template <class Value, class Read>
  std::vector<Value> objects(const char* key, Read&& read) {
    std::vector<Value> values;
    const boost::json::array* const array = this->array(key);
    if (array == nullptr) return values;
    for (std::size_t i = 0; i < array->size(); ++i) {
      Keys keys((*array)[i], below(key, i), failure_);
      values.push_back(read(keys));
      keys.finish();
    }
    return values;
  }

  /// Refuses what the object has besides.
  void finish() {
    if (object_ == nullptr) return;
    for (const auto& pair : *object_) {
      const std::string key(pair.key());
      if (std::find(known_.begin(), known_.end(), key) == known_.end()) {
        fail(below(key), "is not known");
      }
    }
  }

  void fail(const std::string& place, std::string_view what) {
    if (failure_.empty()) (failure_ += place.empty() ? "it" : place).append(": ").append(what);
  }

  std::string below(std::string_view key) const {
    return place_.empty() ? std::string(key) : place_ + "." + std::string(key);
  }

 private:
  std::string below(const char* key, std::size_t at) const { return place_of(below(key), at); }
  const boost::json::value* find(const char* key) {
    known_.emplace_back(key);
    return failure_.empty() ? object_->if_contains(key) : nullptr;
  }
  const boost::json::array* array(const char* key) {
    const boost::json::value* const value = find(key);
    if (value == nullptr || value->is_array())
      return value == nullptr ? nullptr : value->if_array();
    fail(below(key), "must be an array");
    return nullptr;
  }

  const boost::json::object* object_;
  std::string place_;
  std::string& failure_;
  std::vector<std::string> known_{};
};

Configuration::Permission read_permission(Keys& keys) {
  return {keys.required_text("slug"), keys.text("name"), keys.text("description"),
          keys.boolean("system").value_or(false)};
}

Configuration::Role read_role(Keys& keys) {
  return {keys.required_text("slug"), keys.text("name"), keys.text("description"),
          keys.texts("permissions")};
}

Configuration::RemovedRole read_removed_role(Keys& keys) {
  return {keys.required_text("slug"), keys.required_text("replacement")};
}

Configuration::User read_user(Keys& keys) {
  return {keys.required_text("id"),
          keys.text("email"),
          keys.boolean("email_verified").value_or(false),
          keys.text("first_name"),
          keys.text("last_name"),
          keys.text("external_id")};
}

Configuration::Organization read_organization(Keys& keys) {
  return {keys.required_text("id"), keys.required_text("name"),
          keys.texts("domains").value_or(std::vector<std::string>()), keys.text("external_id"),
          keys.count("seat_limit")};
}

Configuration::Membership read_membership(Keys& keys) {
  return {keys.required_text("user_id"), keys.required_text("organization_id"),
          keys.texts("roles").value_or(std::vector<std::string>())};
}

/// Refuses a slug that one before has.
template <class Entry>
void refuse_twins(Keys& keys, const char* key, const std::vector<Entry>& entries) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (entries[i].slug == entries[j].slug)
        keys.fail(place_of(key, i) + ".slug", "is there twice");
    }
  }
}

/// Whether a role is to be there.
bool is_named(const Configuration& configuration, const std::string& role) {
  const auto& priority = configuration.priority;
  const auto& roles = configuration.roles;
  return configuration.default_role == role || configuration.owner_role == role ||
         std::find(priority.begin(), priority.end(), role) != priority.end() ||
         std::any_of(roles.begin(), roles.end(),
                     [&role](const Configuration::Role& each) { return each.slug == role; });
}

/// Which line of a text a byte is in.
std::size_t line_of(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  return 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
}

}  // namespace

tl::expected<Configuration, std::string> parse_configuration(std::string_view text) {
  boost::json::parse_options syntax;
  syntax.allow_comments = true;
  boost::json::parser parser({}, syntax);
  boost::system::error_code fault;
  const std::size_t read = parser.write_some(text.data(), text.size(), fault);
  if (fault || read < text.size()) {
    return tl::unexpected<std::string>("line " + std::to_string(line_of(text, read)) +
                                       ": not valid JSON");
  }
  const boost::json::value value = parser.release();

  std::string failure;
  tl::expected<Configuration, std::string> result(tl::in_place);
  Configuration& into = *result;
  Keys keys(value, {}, failure);
  into.api_keys = keys.texts("api_keys").value_or(std::vector<std::string>());
  for (std::size_t i = 0; i < into.api_keys.size(); ++i) {
    if (is_key(into.api_keys[i])) continue;
    keys.fail(place_of("api_keys", i), "must be visible ASCII characters");
  }
  if (auto secret = keys.text("token_secret")) {
    if (!is_secret(*secret)) {
      keys.fail("token_secret", "must be 16 or more visible ASCII characters");
    }
    into.token_secret = std::move(*secret);
  }
  into.invitation_url = keys.text("invitation_url");
  if (into.invitation_url && !is_key(*into.invitation_url)) {
    keys.fail("invitation_url", "must be one or more visible ASCII characters");
  }
  into.seat_limit = keys.count("seat_limit");
  into.permissions = keys.objects<Configuration::Permission>("permissions", read_permission);
  into.roles = keys.objects<Configuration::Role>("roles", read_role);
  into.remove_roles = keys.objects<Configuration::RemovedRole>("remove_roles", read_removed_role);
  into.priority = keys.texts("priority").value_or(std::vector<std::string>());
  into.default_role = keys.text("default_role");
  into.owner_role = keys.text_or_null("owner_role");
  into.multiple_roles = keys.boolean("multiple_roles");
  into.users = keys.objects<Configuration::User>("users", read_user);
  into.organizations =
      keys.objects<Configuration::Organization>("organizations", read_organization);
  into.memberships = keys.objects<Configuration::Membership>("memberships", read_membership);
  keys.finish();

  refuse_twins(keys, "permissions", into.permissions);
  refuse_twins(keys, "roles", into.roles);
  for (std::size_t i = 0; i < into.remove_roles.size(); ++i) {
    if (!is_named(into, into.remove_roles[i].slug)) continue;
    keys.fail(place_of("remove_roles", i) + ".slug", "is named elsewhere too");
  }
  if (!failure.empty()) return tl::unexpected<std::string>(std::move(failure));
  return result;
}

void overlay(Configuration& configuration, const Configuration& over) {
  if (!over.api_keys.empty()) configuration.api_keys = over.api_keys;
  if (!over.token_secret.empty()) configuration.token_secret = over.token_secret;
  if (over.invitation_url) configuration.invitation_url = over.invitation_url;
  if (over.seat_limit) configuration.seat_limit = over.seat_limit;
  if (over.default_role) configuration.default_role = over.default_role;
  if (over.owner_role) configuration.owner_role = over.owner_role;
  if (over.multiple_roles) configuration.multiple_roles = over.multiple_roles;
  for (const Configuration::Role& role : over.roles) {
    const auto same = [&](const Configuration::Role& other) { return other.slug == role.slug; };
    if (std::none_of(configuration.roles.begin(), configuration.roles.end(), same)) {
      configuration.roles.push_back(role);
    }
  }
}

std::string place_of(std::string_view list, std::size_t number) {
  return std::string(list) + "[" + std::to_string(number) + "]";
}

bool is_key(std::string_view text) noexcept {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

bool is_secret(std::string_view text) noexcept { return text.size() >= 16 && is_key(text); }

}  // namespace membership_server
