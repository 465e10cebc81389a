// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_SERVER_CONFIGURATION_HPP
#define MEMBERSHIP_SERVER_CONFIGURATION_HPP

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace membership_server {

/// What the API leaves to its operator. It says what is to be: what is not given stays as it is
/// stored, what is there already is not made again.
struct Configuration {
  struct Permission {
    std::string slug{};
    std::optional<std::string> name{};  ///< of a new one: the slug where not given
    std::optional<std::string> description{};
    bool system = false;  ///< of a new one
  };
  struct Role {
    std::string slug{};
    std::optional<std::string> name{};  ///< of a new one: the slug where not given
    std::optional<std::string> description{};
    std::optional<std::vector<std::string>> permissions{};
  };
  struct RemovedRole {
    std::string slug{};
    std::string replacement{};  ///< what those get who would be left without a role
  };
  struct User {
    std::string id{};
    std::optional<std::string> email{};
    bool email_verified = false;
    std::optional<std::string> first_name{};
    std::optional<std::string> last_name{};
    std::optional<std::string> external_id{};
  };
  struct Organization {
    std::string id{};
    std::string name{};
    std::vector<std::string> domains{};  ///< verified ones
    std::optional<std::string> external_id{};
    std::optional<std::uint64_t> seat_limit{};
  };
  struct Membership {
    std::string user_id{};
    std::string organization_id{};
    std::vector<std::string> roles{};  ///< none: the default role
  };

  std::vector<std::string> api_keys{};
  std::string token_secret{};  ///< empty: a random one
  std::optional<std::string> invitation_url{};
  std::optional<std::uint64_t> seat_limit{};  ///< of organizations made from now on

  std::vector<Permission> permissions{};
  std::vector<Role> roles{};
  std::vector<RemovedRole> remove_roles{};
  std::vector<std::string> priority{};  ///< what is not named follows, in its order
  std::optional<std::string> default_role{};
  std::optional<std::string> owner_role{};  ///< empty: no role is
  std::optional<bool> multiple_roles{};

  std::vector<User> users{};
  std::vector<Organization> organizations{};
  std::vector<Membership> memberships{};
};

/// Reads a configuration: JSON, in which comments are allowed.
/// Errors: one line that names the place, as `line 3: not valid JSON` or `roles[2].slug: …`. A key
/// that is not known is one, so that no misspelt one goes unnoticed.
[[nodiscard]] tl::expected<Configuration, std::string> parse_configuration(std::string_view text);

/// Lays what `over` gives on top of a configuration.
void overlay(Configuration& configuration, const Configuration& over);

/// How messages name an element of a list: `roles[2]`.
[[nodiscard]] std::string place_of(std::string_view list, std::size_t number);

/// Whether a text can stand behind `Bearer ` in a header: one or more visible ASCII characters.
[[nodiscard]] bool is_key(std::string_view text) noexcept;

/// Whether a text can key the tokens of invitations: 16 or more visible ASCII characters.
[[nodiscard]] bool is_secret(std::string_view text) noexcept;

}  // namespace membership_server

#endif
