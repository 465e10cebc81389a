// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_SQL_EVENT_TEXT_HPP
#define MEMBERSHIP_STORE_SQL_EVENT_TEXT_HPP

#include "membership/domain/parse.hpp"
#include "membership/policy/plan.hpp"
#include "membership/policy/rows.hpp"
#include "membership/policy/slot.hpp"
#include "membership/store/sql/flat_json.hpp"
#include "membership/store/sql/profile_texts.hpp"
#include "membership/store/sql/role_texts.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace detail {

constexpr bool is_of_membership(EventType type) noexcept {
  return type == EventType::organization_membership_created ||
         type == EventType::organization_membership_updated ||
         type == EventType::organization_membership_deleted;
}

/// What an event tells, as the text of one column: an object of strings. An event is shown as it
/// was, so the roles that it names are in it, in their order of then, and the permissions of a
/// role: `3:admin 64:own:billing` are the roles at the indexes 3 and 64.
///
/// Left out is what no event shows: what a role's mark holds.
template <class T>
class EventWriter {
 public:
  /// `catalogue` is what the plan's organization can see.
  EventWriter(const BasicPlan<T>& plan, const RoleCatalogue& catalogue)
      : plan_(plan), catalogue_(catalogue) {}

  /// The text of one of the plan's events, as `for_each_event` numbers them.
  std::string text(EventType type, unsigned index) && {
    switch (type) {
      case EventType::none: break;
      case EventType::organization_membership_created:
      case EventType::organization_membership_updated:
      case EventType::organization_membership_deleted: put_membership(written(index)); break;
      case EventType::organization_created:
      case EventType::organization_updated:
      case EventType::organization_deleted: put_profiles(); break;
      case EventType::user_created:
      case EventType::user_updated:
      case EventType::user_deleted:
        json_.add("id", plan_.user->after.id.view());
        put_profiles();
        break;
      case EventType::role_created:
      case EventType::role_updated:
      case EventType::role_deleted:
      case EventType::organization_role_created:
      case EventType::organization_role_updated:
      case EventType::organization_role_deleted: put_role(*plan_.role); break;
      case EventType::permission_created:
      case EventType::permission_updated:
      case EventType::permission_deleted:
        json_.add("id", plan_.permission->id.view());
        json_.add("slug", plan_.permission->after.slug.view());
        if (plan_.permission->after.system) json_.add("system", "true");
        put_profiles();
        break;
      case EventType::invitation_created:
      case EventType::invitation_accepted:
      case EventType::invitation_revoked:
      case EventType::invitation_resent: put_invitation(*plan_.invitation); break;
    }
    return std::move(json_).take();
  }

 private:
  /// The write that a membership's event belongs to.
  const BasicMembershipWrite<T>& written(unsigned index) const noexcept {
    unsigned at = 0;
    for_each_event(plan_, [&](EventType type, unsigned) {
      if (!is_of_membership(type)) ++at;
    });
    return plan_.membership->event != EventType::none && index == at ? *plan_.membership
                                                                     : *plan_.other;
  }

  void put_catalogue(RoleSet roles) {
    std::string text;
    catalogue_.for_each_in_order(roles, [&](RoleIndex index) {
      if (!text.empty()) text += ' ';
      text += std::to_string(index.value());
      text += ':';
      text += role_text(index, catalogue_);
    });
    json_.add("catalogue", text);
  }
  void put_roles(std::string_view key, RoleSet roles) {
    json_.add(key, role_text(roles, catalogue_));
  }
  void put_role_index(std::string_view key, RoleIndex index) {
    if (!index.is_none()) json_.add(key, role_text(index, catalogue_));
  }

  void put_membership(const BasicMembershipWrite<T>& write) {
    const BasicOrganizationMembership<T>& after = write.after;
    const MembershipBefore& before = write.before;
    json_.add("id", after.id.view());
    json_.add("user_id", after.user.view());
    put_catalogue(after.roles | before.roles | RoleSet::of(after.first_requested) |
                  RoleSet::of(before.first_requested));
    put_roles("roles", after.roles);
    put_role_index("first_requested", after.first_requested);
    json_.add("status", to_string(after.status));
    json_.add("created_at", after.created_at.milliseconds());
    json_.add("updated_at", after.updated_at.milliseconds());
    json_.add("revision", static_cast<std::int64_t>(after.revision));
    if (after.directory_managed) json_.add("directory_managed", "true");
    if (before.standing == Standing::none) return;
    json_.add("former_status", to_string(before.standing));
    put_roles("former_roles", before.roles);
    put_role_index("former_first_requested", before.first_requested);
    json_.add("former_updated_at", before.updated_at.milliseconds());
  }

  void put_invitation(const BasicInvitationWrite<T>& write) {
    const BasicInvitationState<T>& state = write.after;
    const auto put_id = [&](std::string_view key, const auto& id) {
      if (id) json_.add(key, id->view());
    };
    json_.add("id", state.id.view());
    put_id("user_id", state.user);
    put_id("inviter_id", state.inviter);
    put_id("accepted_by", state.accepted_by);
    put_catalogue(write.held | RoleSet::of(state.role) | RoleSet::of(write.first_requested));
    put_roles("held", write.held);
    put_role_index("first_requested", write.first_requested);
    put_role_index("role", state.role);
    json_.add("status", to_string(state.status));
    json_.add("created_at", state.created_at.milliseconds());
    json_.add("updated_at", state.updated_at.milliseconds());
    json_.add("expires_at", state.expires_at.milliseconds());
    json_.add("ended_at", state.ended_at.milliseconds());
    json_.add("sent_by", ulid_text(state.sent_by.value));
    json_.add("token", digest_text(state.token));
    put_profiles();
  }

  void put_role(const BasicRoleWrite<T>& write) {
    json_.add("id", write.id.view());
    json_.add("slug", write.after.slug.view());
    if (!write.after.of_organizations) json_.add("of_others", "true");
    const PermissionSet& held = write.after.permissions;
    put_permissions("permissions", held);
    if (write.effect == Effect::put && write.before != nullptr &&
        !(write.before->permissions == held)) {
      put_permissions("former_permissions", write.before->permissions);
    }
    put_profiles();
  }
  void put_permissions(std::string_view key, const PermissionSet& held) {
    const PermissionTable table = catalogue_.permission_table();
    std::string text;
    for (unsigned place = 0; place < table.size(); ++place) {
      if (!held.contains(place) || !table.has(place)) continue;
      if (!text.empty()) text += ' ';
      text += std::to_string(place);
      text += ':';
      text += table[place].slug.view();
    }
    json_.add(key, text);
  }

  void put_profiles() {
    if (!plan_.profile) return;
    put_profile(json_, plan_.profile->after, {});
    if (plan_.profile->before != nullptr) put_profile(json_, *plan_.profile->before, "former_");
  }

  const BasicPlan<T>& plan_;
  const RoleCatalogue& catalogue_;
  FlatJsonWriter json_;
};

/// An event as it is read, and what its row points to.
template <class T>
class StoredEvent {
 public:
  /// Reads an event whose `id`, `type`, `created_at` and `revision` are in `row` already. False
  /// where the text is not what `EventWriter` writes.
  [[nodiscard]] bool read(std::string_view text,
                          const std::optional<typename T::OrganizationId>& of,
                          BasicEventRow<T>& row) {
    auto parsed = FlatJson::parse(text);
    if (!parsed) return false;
    json_ = std::move(*parsed);
    if (of) row.organization = &organization_.emplace(*of);
    switch (row.type) {
      case EventType::none: return false;
      case EventType::organization_membership_created:
      case EventType::organization_membership_updated:
      case EventType::organization_membership_deleted: return of && read_membership(*of, row);
      case EventType::organization_created:
      case EventType::organization_updated:
      case EventType::organization_deleted: return of && read_profiles(row);
      case EventType::user_created:
      case EventType::user_updated:
      case EventType::user_deleted:
        row.user = &user_.emplace(id_of<typename T::UserId>("id"));
        return read_profiles(row) && good_;
      case EventType::role_created:
      case EventType::role_updated:
      case EventType::role_deleted:
      case EventType::organization_role_created:
      case EventType::organization_role_updated:
      case EventType::organization_role_deleted: return read_role(row);
      case EventType::permission_created:
      case EventType::permission_updated:
      case EventType::permission_deleted: return read_permission(row);
      case EventType::invitation_created:
      case EventType::invitation_accepted:
      case EventType::invitation_revoked:
      case EventType::invitation_resent: return read_invitation(of, row);
    }
    return false;
  }

 private:
  std::string_view text_of(std::string_view key) const noexcept {
    const std::string* const value = json_.find(key);
    return value == nullptr ? std::string_view() : std::string_view(*value);
  }
  bool has(std::string_view key) const noexcept { return json_.find(key) != nullptr; }
  template <class I>
  I id_of(std::string_view key) noexcept {
    const std::string_view text = text_of(key);
    good_ = good_ && !text.empty();
    return I::from_stored(text);
  }
  template <class I>
  std::optional<I> optional_id_of(std::string_view key) noexcept {
    return has(key) ? std::optional<I>(id_of<I>(key)) : std::nullopt;
  }
  std::int64_t integer_at(std::string_view key) noexcept {
    return keep(integer_of(text_of(key)), std::int64_t{0});
  }
  Time time_at(std::string_view key) noexcept { return Time::from_milliseconds(integer_at(key)); }
  template <class V>
  V keep(const std::optional<V>& value, V otherwise) noexcept {
    good_ = good_ && value.has_value();
    return value.value_or(otherwise);
  }

  /// Makes the catalogue of the roles that the event names.
  RoleCatalogue read_catalogue() {
    for_each_word(text_of("catalogue"), [&](std::string_view word) {
      const std::size_t colon = word.find(':');
      const auto value = integer_of(word.substr(0, colon));
      good_ = good_ && colon != std::string_view::npos && value && *value >= 0 &&
              *value < std::int64_t{2} * RoleIndex::per_table;
      if (!good_) return;
      const RoleIndex index = RoleIndex::from_value(static_cast<std::uint8_t>(*value));
      std::string_view slug = word.substr(colon + 1);
      if (slug.substr(0, 1) == "#") return;
      if (index.is_organization()) slug.remove_prefix(own_role_prefix.size());
      auto& states = index.is_organization() ? own_roles_ : roles_;
      while (states.size() <= index.place()) states.push_back(RoleState::nothing());
      states[index.place()] = RoleState(RoleSlug::from_stored(slug));
      order_.push_back(index);
    });
    return RoleCatalogue({roles_.data(), roles_.size()}, {own_roles_.data(), own_roles_.size()},
                         &order_);
  }
  RoleSet roles_at(std::string_view key, const RoleCatalogue& catalogue) {
    return keep(roles_of_text(text_of(key), catalogue), RoleSet{});
  }
  RoleIndex role_at(std::string_view key, const RoleCatalogue& catalogue) {
    return keep(role_of_text(text_of(key), catalogue), RoleIndex::none());
  }

  bool read_membership(const typename T::OrganizationId& organization, BasicEventRow<T>& row) {
    row.roles = read_catalogue();
    const RoleIndex first = role_at("first_requested", row.roles);
    const auto status = enumerator_of(text_of("status"), Status::pending, Status::inactive);
    row.membership = &membership_.emplace(
        id_of<typename T::MembershipId>("id"), id_of<typename T::UserId>("user_id"), organization,
        roles_at("roles", row.roles), first, keep(status, Status::active), time_at("created_at"),
        time_at("updated_at"), static_cast<std::uint64_t>(integer_at("revision")),
        has("directory_managed"));
    if (!has("former_status")) return good_;
    row.before.standing =
        keep(enumerator_of(text_of("former_status"), Standing::none, Standing::inactive),
             Standing::none);
    row.before.roles = roles_at("former_roles", row.roles);
    row.before.first_requested = role_at("former_first_requested", row.roles);
    row.before.updated_at = time_at("former_updated_at");
    return good_;
  }

  bool read_invitation(const std::optional<typename T::OrganizationId>& organization,
                       BasicEventRow<T>& row) {
    row.roles = read_catalogue();
    BasicInvitationState<T>& state = invitation_.emplace(
        id_of<typename T::InvitationId>("id"), time_at("created_at"), time_at("expires_at"));
    state.organization = organization;
    state.user = optional_id_of<typename T::UserId>("user_id");
    state.inviter = optional_id_of<typename T::UserId>("inviter_id");
    state.accepted_by = optional_id_of<typename T::UserId>("accepted_by");
    state.revision = row.revision;
    state.updated_at = time_at("updated_at");
    state.ended_at = time_at("ended_at");
    state.sent_by = PlanId{keep(parse_ulid(text_of("sent_by")), Ulid{})};
    state.token = keep(digest_of_text(text_of("token")), TokenDigest{});
    state.role = role_at("role", row.roles);
    state.status =
        keep(enumerator_of(text_of("status"), InvitationStatus::pending, InvitationStatus::revoked),
             InvitationStatus::pending);
    row.invitation = invitation_.get();
    row.held = roles_at("held", row.roles);
    row.first_requested = role_at("first_requested", row.roles);
    return read_profiles(row) && good_;
  }

  bool read_role(BasicEventRow<T>& row) {
    row.role_id = &role_id_.emplace(id_of<typename T::RoleId>("id"));
    RoleState& role = role_.emplace(RoleSlug::from_stored(text_of("slug")), !has("of_others"));
    read_permissions("permissions", role.permissions);
    row.role = &role;
    if (has("former_permissions")) {
      RoleState& before = role_before_.emplace(role);
      before.permissions = PermissionSet{};
      read_permissions("former_permissions", before.permissions);
      row.role_before = &before;
    }
    row.roles = RoleCatalogue({}, {}, nullptr, nullptr, {permissions_.data(), permissions_.size()});
    return read_profiles(row) && good_;
  }
  void read_permissions(std::string_view key, PermissionSet& held) {
    for_each_word(text_of(key), [&](std::string_view word) {
      const std::size_t colon = word.find(':');
      const auto place = integer_of(word.substr(0, colon));
      good_ = good_ && colon != std::string_view::npos && place && *place >= 0 &&
              *place < PermissionSet::capacity;
      if (!good_) return;
      const auto index = static_cast<unsigned>(*place);
      while (permissions_.size() <= index) permissions_.push_back(PermissionState::nothing());
      permissions_[index] = PermissionState(PermissionSlug::from_stored(word.substr(colon + 1)));
      held.insert(index);
    });
  }

  bool read_permission(BasicEventRow<T>& row) {
    row.permission_id = &permission_id_.emplace(id_of<typename T::PermissionId>("id"));
    row.permission =
        &permission_.emplace(PermissionSlug::from_stored(text_of("slug")), has("system"));
    return read_profiles(row) && good_;
  }

  bool read_profiles(BasicEventRow<T>& row) {
    if (has("profile_created_at") && !get_profile(json_, {}, profile_)) return false;
    row.profile = *profile_;
    if (!has("former_profile_created_at")) return true;
    if (!get_profile(json_, "former_", profile_before_)) return false;
    row.profile_before = &*profile_before_;
    return true;
  }

  FlatJson json_;
  bool good_ = true;
  std::vector<RoleState> roles_;
  std::vector<RoleState> own_roles_;
  std::vector<PermissionState> permissions_;
  RoleOrder order_{};
  Slot<typename T::OrganizationId> organization_{};
  Slot<BasicOrganizationMembership<T>> membership_{};
  Slot<typename T::UserId> user_{};
  Slot<typename T::RoleId> role_id_{};
  Slot<RoleState> role_{};
  Slot<RoleState> role_before_{};
  Slot<typename T::PermissionId> permission_id_{};
  Slot<PermissionState> permission_{};
  Slot<BasicInvitationState<T>> invitation_{};
  ReadProfile profile_;
  ReadProfile profile_before_;
};

}  // namespace detail
}  // namespace membership::inline v0

#endif
