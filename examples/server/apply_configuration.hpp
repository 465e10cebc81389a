// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_SERVER_APPLY_CONFIGURATION_HPP
#define MEMBERSHIP_SERVER_APPLY_CONFIGURATION_HPP

#include "configuration.hpp"
#include "membership/administration.hpp"
#include "membership/domain/error_message.hpp"
#include "membership/driver/marks.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace membership_server {

namespace detail {

[[noreturn]] inline void stop(const std::string& place, const std::string& why) {
  throw std::runtime_error(place + ": " + why);
}

template <class S>
std::string reason(const membership::Failure<S>& failure) {
  if (failure.error) return membership::message(*failure.error);
  if (failure.kind == membership::FailureKind::contended) return "others changed it too often";
  return "the store failed";
}

inline std::optional<std::string_view> view(const std::optional<std::string>& text) {
  return text ? std::optional<std::string_view>(*text) : std::nullopt;
}

inline std::vector<std::string_view> views(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

/// The id of a text in the configuration.
template <class I>
I id_of(const std::string& place, std::string_view text) {
  const auto id = I::make(text);
  if (!id) stop(place, membership::message(id.error()));
  return *id;
}

/// What a long operation will do, as a line says it.
inline std::string plan_of(const membership::OperationPreview& preview) {
  std::string line = std::to_string(preview.active) + " active, " +
                     std::to_string(preview.inactive) + " inactive and " +
                     std::to_string(preview.pending) + " pending memberships and " +
                     std::to_string(preview.invitations) + " invitations change";
  for (const membership::PreviewedRole& role : preview.roles) {
    line += "; ";
    line += role.slug.view();
    line +=
        ": " + std::to_string(role.gained) + " get it, " + std::to_string(role.kept) + " keep it";
  }
  return line;
}

/// Applies one configuration.
template <class S, class Policy, class Runtime, class Say>
class Configuring {
 public:
  Configuring(const Configuration& configuration, S& store, const Policy& policy, Runtime& runtime,
              Say& say)
      : configuration_(configuration), store_(store), policy_(policy), runtime_(runtime),
        say_(say) {}

  void run() {
    finish_marked_operations();
    apply_permissions();
    apply_roles();
    apply_settings();
    make_world();
  }

 private:
  /// Carries out a command of the configuration, or throws with its place there.
  template <class Command>
  void must(const std::string& place, const Command& command) {
    must_be(place, membership::execute(store_, policy_, command, runtime_));
  }
  /// What a driver came to, or throws likewise.
  template <class Done>
  static auto must_be(const std::string& place, Done&& done) {
    if (!done) stop(place, reason(done.error()));
    return std::move(*done);
  }

  void finish_marked_operations() {
    const auto finished = membership::finish_marked(store_, policy_, runtime_);
    if (!finished) stop("what was left marked", "the store failed");
    for (const auto& each : *finished) {
      if (each.result) continue;
      say_("what was left marked is not finished: " + reason(each.result.error()));
    }
  }

  void apply_permissions() {
    for (std::size_t i = 0; i < configuration_.permissions.size(); ++i) {
      const Configuration::Permission& each = configuration_.permissions[i];
      const std::string place = place_of("permissions", i);
      const auto description = view(each.description);
      if (load({}).roles.find_permission(each.slug) != membership::PermissionSet::capacity) {
        must(place, membership::UpdatePermission{each.slug, view(each.name),
                                                 membership::TextChange::set_if(description)});
      } else {
        must(place, membership::CreatePermission{each.slug, each.name.value_or(each.slug),
                                                 description, std::nullopt, each.system});
      }
    }
  }

  void apply_roles() {
    for (std::size_t i = 0; i < configuration_.roles.size(); ++i) {
      const Configuration::Role& each = configuration_.roles[i];
      const std::string place = place_of("roles", i);
      const auto description = view(each.description);
      if (load({}).roles.find(each.slug).is_none()) {
        must(place, membership::CreateRole{each.slug, each.name.value_or(each.slug), description});
      } else {
        must(place, membership::UpdateRole{each.slug, view(each.name),
                                           membership::TextChange::set_if(description)});
      }
      if (!each.permissions) continue;
      const std::vector<std::string_view> slugs = views(*each.permissions);
      must(place + ".permissions", membership::SetRolePermissions{each.slug, slugs});
    }
  }

  void apply_settings() {
    if (!configuration_.priority.empty()) {
      // What is not named follows as it stands.
      std::vector<std::string> order = configuration_.priority;
      const auto end = store_.list(membership::RoleQuery{}, [&](const membership::RoleRow& row) {
        const std::string slug(row.state.slug.view());
        const auto& named = configuration_.priority;
        if (std::find(named.begin(), named.end(), slug) == named.end()) order.push_back(slug);
      });
      if (!end) stop("priority", "the store failed");
      const std::vector<std::string_view> slugs = views(order);
      must("priority", membership::SetPriorityOrder{slugs});
    }

    // The owner role cannot become the default role before another one is named owner role.
    const auto seen = load({});
    const bool owner_first =
        configuration_.default_role && configuration_.owner_role &&
        seen.environment.is_owner_role(seen.roles.find(*configuration_.default_role));
    if (owner_first) name_owner_role(*configuration_.owner_role);
    if (configuration_.default_role) {
      must("default_role", membership::SetDefaultRole{*configuration_.default_role});
    }
    if (configuration_.owner_role && !owner_first) name_owner_role(*configuration_.owner_role);

    if (configuration_.multiple_roles) set_multiple_roles(*configuration_.multiple_roles);
    for (std::size_t i = 0; i < configuration_.remove_roles.size(); ++i) {
      remove_role(place_of("remove_roles", i), configuration_.remove_roles[i]);
    }
  }

  void name_owner_role(const std::string& slug) {
    const auto seen = load({});
    const auto index = slug.empty() ? membership::RoleIndex::none() : seen.roles.find(slug);
    if (!slug.empty() && index.is_none()) stop("owner_role", "there is no role '" + slug + "'");
    if (!seen.environment.names_owner_role() && seen.environment.owner_role == index) return;
    if (slug.empty()) {
      say_("naming no owner role");
      must_be("owner_role", membership::unname_owner_role(store_, policy_, runtime_));
      return;
    }
    const auto preview =
        must_be("owner_role", membership::preview_name_owner_role(store_, policy_, slug, runtime_));
    say_("naming the owner role '" + slug + "': " + std::to_string(preview.owners) + " owners in " +
         std::to_string(preview.organizations) + " organizations, " +
         std::to_string(preview.without_owner) + " of which have none");
    must_be("owner_role", membership::name_owner_role(store_, policy_, slug, runtime_));
  }

  void set_multiple_roles(bool on) {
    if (on) {
      must("multiple_roles", membership::EnableMultipleRoles{});
      return;
    }
    if (!load({}).environment.multiple_roles) return;
    say_("switching Multiple Roles off: " +
         plan_of(must_be("multiple_roles",
                         membership::preview_disable_multiple_roles(store_, policy_, runtime_))));
    must_be("multiple_roles", membership::disable_multiple_roles(store_, policy_, runtime_));
  }

  void remove_role(const std::string& place, const Configuration::RemovedRole& role) {
    if (load({}).roles.find(role.slug).is_none()) return;
    say_("removing the role '" + role.slug + "': " +
         plan_of(must_be(place, membership::preview_delete_role(store_, policy_, role.slug,
                                                                role.replacement, runtime_))));
    const membership::RoleDeletionOptions how{membership::WhenInUse::reassign, role.replacement};
    must_be(place, membership::delete_role(store_, policy_, role.slug, how, runtime_));
  }

  void make_world() {
    for (std::size_t i = 0; i < configuration_.users.size(); ++i) {
      const Configuration::User& each = configuration_.users[i];
      const std::string place = place_of("users", i);
      membership::CreateUser command;
      command.id = id_of<membership::UserId>(place + ".id", each.id);
      if (there_is(*command.id)) continue;
      command.email = view(each.email);
      command.email_verified = each.email_verified;
      command.first_name = view(each.first_name);
      command.last_name = view(each.last_name);
      command.external_id = view(each.external_id);
      must(place, command);
    }
    for (std::size_t i = 0; i < configuration_.organizations.size(); ++i) {
      const Configuration::Organization& each = configuration_.organizations[i];
      const std::string place = place_of("organizations", i);
      membership::CreateOrganization command{each.name};
      command.id = id_of<membership::OrganizationId>(place + ".id", each.id);
      if (there_is(*command.id)) continue;
      command.seat_limit = each.seat_limit ? each.seat_limit : configuration_.seat_limit;
      command.external_id = view(each.external_id);
      std::vector<membership::DomainData> domains;
      for (const std::string& domain : each.domains) {
        domains.push_back({domain, membership::DomainState::verified});
      }
      command.domains = domains;
      must(place, command);
    }
    for (std::size_t i = 0; i < configuration_.memberships.size(); ++i) {
      const Configuration::Membership& each = configuration_.memberships[i];
      const std::string place = place_of("memberships", i);
      const membership::UserId user = id_of<membership::UserId>(place + ".user_id", each.user_id);
      const auto organization =
          id_of<membership::OrganizationId>(place + ".organization_id", each.organization_id);
      membership::Reads reads;
      reads.user = &user;
      reads.organization = &organization;
      reads.pair = true;
      if (load(reads).membership) continue;
      const std::vector<std::string_view> slugs = views(each.roles);
      must(place,
           membership::CreateMembership{user, organization,
                                        slugs.empty() ? membership::RoleSelection::none()
                                                      : membership::RoleSelection::several(slugs)});
    }
  }

  auto load(const membership::Reads& reads) {
    auto seen = store_.load(reads);
    if (!seen) stop("the store", "it cannot be read");
    return std::move(*seen);
  }
  bool there_is(const membership::UserId& id) {
    membership::Reads reads;
    reads.user = &id;
    return static_cast<bool>(load(reads).user);
  }
  bool there_is(const membership::OrganizationId& id) {
    membership::Reads reads;
    reads.organization = &id;
    return static_cast<bool>(load(reads).organization);
  }

  const Configuration& configuration_;
  S& store_;
  const Policy& policy_;
  Runtime& runtime_;
  Say& say_;
};

}  // namespace detail

/// Makes a store what a configuration says, as commands: finishes what was left marked; permissions
/// and roles; priority order, default role, owner role, Multiple Roles; roles that are to go; the
/// world to begin with. Applied again it does nothing. What is more than one command runs as the
/// long operation that it is; `say(line)` is told its plan before.
/// Throws std::runtime_error where something is refused, with the place in the configuration and
/// why; what comes before it stays done.
template <class S, class... Rules, class Runtime, class Say>
void apply_configuration(const Configuration& configuration, S& store,
                         const membership::MembershipPolicy<Rules...>& policy, Runtime&& runtime,
                         Say&& say) {
  detail::Configuring(configuration, store, policy, runtime, say).run();
}

}  // namespace membership_server

#endif
