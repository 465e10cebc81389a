// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_OWNED_LOADED_SNAPSHOT_HPP
#define MEMBERSHIP_STORE_OWNED_LOADED_SNAPSHOT_HPP

#include "membership/policy/snapshot.hpp"
#include "membership/store/owned/owned_texts.hpp"
#include "membership/store/owned/role_versions.hpp"

#include <cstdint>
#include <string_view>
#include <utility>

namespace membership::inline v0 {
namespace detail {

/// A snapshot with what it points to: the `Loaded` of the stores here.
template <class T>
class LoadedSnapshot : public BasicSnapshot<T> {
 public:
  // Not defaulted: `LoadedSnapshot()` would clear all of it first.
  LoadedSnapshot() noexcept {}  // NOLINT(modernize-use-equals-default)

  // What follows is for stores.

  /// Shows the environment and the roles, `own` (or none) being the organization's. The version
  /// must outlive the snapshot or be kept by it.
  void show_roles(const EnvironmentVersion<T>& version, Ref<RoleVersion<T>> own) noexcept {
    own_roles_ = std::move(own);
    this->environment = version.state;
    this->roles = catalogue_of(version, own_roles_.get());
  }
  void keep(Ref<EnvironmentVersion<T>> version) noexcept { environment_ = std::move(version); }
  void show_profiles(const ShownProfiles* profiles) noexcept {
    profiles_ = Ref<ShownProfiles>(profiles);
    if (profiles->organization) this->organization_profile = &**profiles->organization;
    if (profiles->user) this->user_profile = &**profiles->user;
    if (profiles->invitation) this->invitation_profile = &**profiles->invitation;
  }

  /// Shows the role with a slug: the organization's own where one is shown, else the
  /// environment's. The roles must be shown already.
  void show_role(std::string_view slug, const EnvironmentVersion<T>& version) noexcept {
    const bool own = static_cast<bool>(this->organization);
    if (own && !own_roles_) return;
    const auto& named = own ? own_roles_->roles : version.roles->roles;
    const unsigned place = named.table().find(SlugKey::of(slug), slug);
    if (place == named.table().size()) return;
    this->role = &**named.details[place];
    this->role_index = own ? RoleIndex::organization(place) : RoleIndex::environment(place);
  }
  void show_permission(std::string_view slug, const EnvironmentVersion<T>& version) noexcept {
    const auto& permissions = version.permissions->permissions;
    const unsigned place = permissions.table().find(SlugKey::of(slug), slug);
    if (place == permissions.table().size()) return;
    this->permission = &**permissions.details[place];
    this->permission_index = static_cast<std::uint16_t>(place);
  }

 private:
  Ref<EnvironmentVersion<T>> environment_;
  Ref<RoleVersion<T>> own_roles_;
  Ref<ShownProfiles> profiles_;
};

}  // namespace detail
}  // namespace membership::inline v0

#endif
