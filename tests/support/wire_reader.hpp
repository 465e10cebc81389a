// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_SUPPORT_WIRE_READER_HPP
#define MEMBERSHIP_TESTS_SUPPORT_WIRE_READER_HPP

#include "membership/domain/parse.hpp"
#include "membership/domain/role_catalogue.hpp"
#include "membership/wire/request_error.hpp"
#include "membership/wire/time_text.hpp"
#include "wire_values.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

/// A strict reader of the API's objects, written from its documentation, not from what writes
/// them. What is missing, unknown or of another type throws.
namespace membership_tests {

inline void demand(bool good, std::string_view what) {
  if (!good) throw std::runtime_error(std::string(what));
}

inline std::string to_text(const boost::json::value& value) {
  const boost::json::string& text = value.as_string();
  return {text.data(), text.size()};
}

/// The members of an object, each to be taken once.
class Members {
 public:
  explicit Members(const boost::json::value& value) : rest_(value.as_object()) {}
  Members(const boost::json::value& value, std::string_view type) : Members(value) {
    demand(text("object") == type, type);
  }

  std::optional<boost::json::value> take_if(std::string_view key) {
    const auto found = rest_.find(key);
    if (found == rest_.end()) return std::nullopt;
    boost::json::value value = found->value();
    rest_.erase(found);
    return value;
  }
  boost::json::value take(std::string_view key) {
    auto value = take_if(key);
    demand(value.has_value(), key);
    return *std::move(value);
  }
  void null(std::string_view key) { demand(take(key).is_null(), key); }
  boost::json::array array(std::string_view key) { return take(key).as_array(); }
  boost::json::object object(std::string_view key) { return take(key).as_object(); }
  bool boolean(std::string_view key) { return take(key).as_bool(); }
  std::string text(std::string_view key) { return to_text(take(key)); }
  std::optional<std::string> text_or_null(std::string_view key) {
    const boost::json::value value = take(key);
    return value.is_null() ? std::nullopt : std::optional(to_text(value));
  }
  template <class I>
  I id(std::string_view key) {
    return id<I>(text(key), key);
  }
  template <class I>
  std::optional<I> id_or_null(std::string_view key) {
    const auto value = text_or_null(key);
    return value ? std::optional(id<I>(*value, key)) : std::nullopt;
  }
  membership::Ulid ulid(std::string_view key, std::string_view prefix) {
    const std::string value = text(key);
    demand(value.substr(0, prefix.size()) == prefix, key);
    const auto made = membership::parse_ulid(std::string_view(value).substr(prefix.size()));
    demand(made.has_value(), key);
    return *made;
  }
  membership::Time time(std::string_view key) { return time(text(key), key); }
  std::optional<membership::Time> time_or_null(std::string_view key) {
    const auto value = text_or_null(key);
    return value ? std::optional(time(*value, key)) : std::nullopt;
  }
  /// One of `values`, by its spelling.
  template <class E>
  E one_of(std::string_view key, std::initializer_list<E> values) {
    const std::string spelling = text(key);
    for (const E value : values) {
      if (to_string(value) == spelling) return value;
    }
    throw std::runtime_error(spelling);
  }
  void end() const { demand(rest_.empty(), rest_.empty() ? "" : rest_.begin()->key()); }

 private:
  template <class I>
  static I id(std::string_view value, std::string_view key) {
    const auto made = I::make(value);
    demand(made.has_value(), key);
    return *made;
  }
  static membership::Time time(std::string_view value, std::string_view key) {
    const auto milliseconds = membership::wire::parse_time(value);
    demand(milliseconds && value.size() == 24 && value[19] == '.' && value[23] == 'Z', key);
    return membership::Time::from_milliseconds(*milliseconds);
  }

  boost::json::object rest_;
};

/// Names what `read` is to make of an object.
template <class V>
struct As {};

inline void read_times(Members& members, ProfileValue& profile) {
  profile.created_at = members.time("created_at");
  profile.updated_at = members.time("updated_at");
}

inline void read_metadata(Members& members, ProfileValue& profile) {
  for (const auto& member : members.object("metadata")) {
    profile.metadata.emplace_back(member.key(), to_text(member.value()));
  }
}

inline UserValue read(As<UserValue>, const boost::json::value& json,
                      const membership::RoleCatalogue&) {
  using membership::Text;
  Members members(json, "user");
  UserValue user{members.id<membership::UserId>("id"), {}};
  ProfileValue& profile = user.profile;
  profile[Text::email] = members.text("email");
  profile.email_verified = members.boolean("email_verified");
  profile[Text::first_name] = members.text_or_null("first_name");
  profile[Text::last_name] = members.text_or_null("last_name");
  profile[Text::name] = members.text_or_null("name");
  members.null("profile_picture_url");  // the library keeps none
  profile[Text::external_id] = members.text_or_null("external_id");
  read_metadata(members, profile);
  members.null("last_sign_in_at");  // nor this
  profile[Text::locale] = members.text_or_null("locale");
  read_times(members, profile);
  members.end();
  return user;
}

inline DomainValue read_domain(const boost::json::value& json,
                               const membership::OrganizationId& organization) {
  using membership::DomainState;
  Members members(json, "organization_domain");
  const membership::OrganizationDomainId id{members.ulid("id", "org_domain_")};
  demand(members.id<membership::OrganizationId>("organization_id") == organization,
         "organization_id of a domain");
  std::string name = members.text("domain");
  const auto state = members.one_of("state", {DomainState::failed, DomainState::legacy_verified,
                                              DomainState::pending, DomainState::unverified,
                                              DomainState::verified});
  demand(members.text("verification_strategy") ==
             (state == DomainState::verified ? "manual" : "dns"),
         "verification_strategy");
  const DomainValue domain{id, std::move(name), state, members.time("created_at"),
                           members.time("updated_at")};
  members.end();
  return domain;
}

inline OrganizationValue read_organization(const boost::json::value& json, bool in_event) {
  using membership::Text;
  Members members(json, "organization");
  OrganizationValue organization{members.id<membership::OrganizationId>("id"), {}};
  ProfileValue& profile = organization.profile;
  profile[Text::name] = members.text("name");
  for (const auto& domain : members.array("domains")) {
    profile.domains.push_back(read_domain(domain, organization.id));
  }
  read_metadata(members, profile);
  profile[Text::external_id] = members.text_or_null("external_id");
  if (!in_event) demand(!members.boolean("allow_profiles_outside_organization"), "allow_profiles");
  if (const auto stripe = members.take_if("stripe_customer_id")) {
    profile[Text::stripe_customer_id] = to_text(*stripe);
  }
  read_times(members, profile);
  members.end();
  return organization;
}

inline OrganizationValue read(As<OrganizationValue>, const boost::json::value& json,
                              const membership::RoleCatalogue&) {
  return read_organization(json, false);
}

/// An external id that is the organization's id is none.
inline ResourceValue read(As<ResourceValue>, const boost::json::value& json,
                          const membership::RoleCatalogue&) {
  using membership::Text;
  Members members(json, "authorization_resource");
  const std::string id = members.text("id");
  ResourceValue resource{{members.id<membership::OrganizationId>("organization_id"), {}}};
  ProfileValue& profile = resource.organization.profile;
  const std::string_view organization = resource.organization.id.view();
  const bool minted = organization.substr(0, 4) == "org_";
  demand(id == "authz_resource_" + std::string(organization.substr(minted ? 4 : 0)), "id");
  profile[Text::name] = members.text("name");
  members.null("description");
  members.null("parent_resource_id");
  const std::string external_id = members.text("external_id");
  if (external_id != organization) profile[Text::external_id] = external_id;
  demand(members.text("resource_type_slug") == "organization", "resource_type_slug");
  read_times(members, profile);
  members.end();
  return resource;
}

/// What both a call and an event tell of a membership. The wire drops the revision, here 0. Of the
/// order of the requested roles it tells the first one.
inline membership::OrganizationMembership
read_membership(Members& members, const membership::RoleCatalogue& catalogue) {
  using namespace membership;
  const auto slug_of = [](const boost::json::value& json) {
    Members role(json);
    std::string slug = role.text("slug");
    role.end();
    return slug;
  };
  const auto id = members.id<MembershipId>("id");
  const auto user = members.id<UserId>("user_id");
  const auto organization = members.id<OrganizationId>("organization_id");
  const Status status =
      members.one_of("status", {Status::pending, Status::active, Status::inactive});
  const RoleIndex primary = catalogue.find(slug_of(members.take("role")));
  RoleSet roles;
  for (const auto& role : members.array("roles")) {
    const RoleIndex index = catalogue.find(slug_of(role));
    demand(!index.is_none() && !roles.contains(index), "roles");
    demand(!roles.empty() || index == primary, "role");
    roles.insert(index);
  }
  demand(!roles.empty(), "roles");
  const bool managed = members.boolean("directory_managed");
  demand(members.object("custom_attributes").empty(), "custom_attributes");
  const Time created = members.time("created_at");
  const Time updated = members.time("updated_at");
  return OrganizationMembership(id, user, organization, roles, primary, status, created, updated, 0,
                                managed);
}

inline MembershipValue read(As<MembershipValue>, const boost::json::value& json,
                            const membership::RoleCatalogue& catalogue) {
  Members members(json, "organization_membership");
  std::string name = members.text("organization_name");
  UserValue user = read(As<UserValue>{}, members.take("user"), catalogue);
  MembershipValue value{read_membership(members, catalogue), std::move(name),
                        std::move(user.profile)};
  demand(user.id == value.membership.user, "id of the user");
  members.end();
  return value;
}

/// What both a call and an event tell of a role's grants.
inline membership::PermissionSet read_permissions(Members& members,
                                                  const membership::RoleCatalogue& catalogue) {
  const membership::PermissionTable table = catalogue.permission_table();
  membership::PermissionSet set;
  for (const auto& slug : members.array("permissions")) {
    const std::string text = to_text(slug);
    const unsigned place = table.find(membership::SlugKey::of(text), text);
    demand(table.has(place) && !set.contains(place), "permissions");
    set.insert(place);
  }
  return set;
}

/// The type of resource and the times of a role or a permission.
inline void read_typed(Members& members, ProfileValue& profile) {
  profile[membership::Text::resource_type_slug] = members.text("resource_type_slug");
  read_times(members, profile);
}

/// The same with name and description.
inline void read_named(Members& members, ProfileValue& profile) {
  profile[membership::Text::name] = members.text("name");
  profile[membership::Text::description] = members.text_or_null("description");
  read_typed(members, profile);
}

inline RoleValue read(As<RoleValue>, const boost::json::value& json,
                      const membership::RoleCatalogue& catalogue) {
  Members members(json, "role");
  const std::string type = members.text("type");
  demand(type == "EnvironmentRole" || type == "OrganizationRole", "type");
  RoleValue role{members.id<membership::RoleId>("id"), {},
                 type == "OrganizationRole",           members.id<membership::RoleSlug>("slug"),
                 read_permissions(members, catalogue), {}};
  read_named(members, role.profile);
  members.end();
  return role;
}

/// The events of the environment's roles drop name and description.
inline RoleValue read_role_of_event(const boost::json::value& json, bool own,
                                    const membership::RoleCatalogue& catalogue) {
  Members members(json, own ? "organization_role" : "role");
  RoleValue role{
      {}, {}, own, members.id<membership::RoleSlug>("slug"), read_permissions(members, catalogue),
      {}};
  if (own) {
    role.organization = members.id<membership::OrganizationId>("organization_id");
    read_named(members, role.profile);
  } else {
    read_typed(members, role.profile);
  }
  members.end();
  return role;
}

inline PermissionValue read(As<PermissionValue>, const boost::json::value& json,
                            const membership::RoleCatalogue&) {
  Members members(json, "permission");
  PermissionValue permission{members.id<membership::PermissionId>("id"),
                             members.id<membership::PermissionSlug>("slug"),
                             members.boolean("system"),
                             {}};
  read_named(members, permission.profile);
  members.end();
  return permission;
}

/// The wire drops whose pending membership it is, the revision, the plan that sent it, the digest
/// of the token, the role's index, and whether who shows an expired one has also written that down.
inline InvitationValue read_invitation(const boost::json::value& json, bool in_event) {
  using namespace membership;
  using enum InvitationStatus;
  Members members(json, "invitation");
  InvitationState state(members.id<InvitationId>("id"), members.time("created_at"),
                        members.time("expires_at"));
  state.updated_at = members.time("updated_at");
  state.status = members.one_of("state", {pending, accepted, expired, revoked});
  const auto accepted_at = members.time_or_null("accepted_at");
  const auto revoked_at = members.time_or_null("revoked_at");
  demand(accepted_at.has_value() == (state.status == accepted), "accepted_at");
  demand(revoked_at.has_value() == (state.status == revoked), "revoked_at");
  if (accepted_at) state.ended_at = *accepted_at;
  if (revoked_at) state.ended_at = *revoked_at;
  state.organization = members.id_or_null<OrganizationId>("organization_id");
  state.inviter = members.id_or_null<UserId>("inviter_user_id");
  state.accepted_by = members.id_or_null<UserId>("accepted_user_id");
  InvitationValue invitation{state, {}, {}};
  invitation.profile[Text::email] = members.text("email");
  invitation.profile[Text::role_slug] = members.text_or_null("role_slug");
  if (!in_event) {
    std::string token = members.text("token");
    invitation.link.emplace(std::move(token), members.text("accept_invitation_url"));
  }
  members.end();
  return invitation;
}

inline InvitationValue read(As<InvitationValue>, const boost::json::value& json,
                            const membership::RoleCatalogue&) {
  return read_invitation(json, false);
}

inline EventData read_event_data(std::string_view kind, const boost::json::value& json,
                                 const membership::RoleCatalogue& catalogue) {
  if (kind == "organization_membership") {
    Members members(json, "organization_membership");
    const auto membership = read_membership(members, catalogue);
    members.end();
    return membership;
  }
  if (kind == "organization") return read_organization(json, true);
  if (kind == "user") return read(As<UserValue>{}, json, catalogue);
  if (kind == "permission") return read(As<PermissionValue>{}, json, catalogue);
  if (kind == "invitation") return read_invitation(json, true);
  return read_role_of_event(json, kind == "organization_role", catalogue);
}

/// Who acted is not known to the library: a context tells former values or is not there.
inline EventValue read(As<EventValue>, const boost::json::value& json,
                       const membership::RoleCatalogue& catalogue) {
  Members members(json, "event");
  const std::string name = members.text("event");
  const auto type = membership::parse_event_type(name);
  demand(type.has_value(), name);
  const std::string_view kind = std::string_view(name).substr(0, name.find('.'));
  const boost::json::value data = members.take("data");
  EventValue event{membership::EventId{members.ulid("id", "event_")}, *type,
                   members.time("created_at"), read_event_data(kind, data, catalogue)};
  if (const auto context = members.take_if("context")) {
    demand(name.substr(kind.size()) == ".updated", "context");
    Members told(*context);
    const boost::json::value previous = told.take("previous_attributes");
    told.end();
    demand(!previous.as_object().empty(), "previous_attributes");
    boost::json::object former = data.as_object();
    for (const auto& member : previous.as_object()) {
      const boost::json::value* const now = former.if_contains(member.key());
      demand(now != nullptr ? *now != member.value()
                            : member.key() == "stripe_customer_id" && !member.value().is_null(),
             member.key());
      if (member.key() == "stripe_customer_id" && member.value().is_null()) {
        former.erase(member.key());
      } else {
        former[member.key()] = member.value();
      }
    }
    event.before = read_event_data(kind, former, catalogue);
  }
  members.end();
  return event;
}

template <class V>
ListValue<V> read(As<ListValue<V>>, const boost::json::value& json,
                  const membership::RoleCatalogue& catalogue) {
  Members members(json, "list");
  ListValue<V> list;
  for (const auto& row : members.array("data")) {
    list.data.push_back(read(As<V>{}, row, catalogue));
  }
  if (const auto metadata = members.take_if("list_metadata")) {
    Members cursors(*metadata);
    list.cursors.emplace();
    list.cursors->before = cursors.text_or_null("before");
    list.cursors->after = cursors.text_or_null("after");
    cursors.end();
  }
  members.end();
  return list;
}

/// An answer with its status and, where it has one, its `Retry-After`.
inline membership::wire::RequestError read(As<membership::wire::RequestError>,
                                           const boost::json::value& json,
                                           const membership::RoleCatalogue&) {
  Members answer(json);
  membership::wire::RequestError error;
  error.status = static_cast<int>(answer.take("status").as_int64());
  if (const auto seconds = answer.take_if("retry_after")) {
    error.retry_after = static_cast<std::uint32_t>(seconds->as_int64());
  }
  Members body(answer.take("body"));
  answer.end();
  if (error.status != 401) error.code = body.text("code");
  error.message = body.text("message");
  if (const auto errors = body.take_if("errors")) {
    demand(!errors->as_array().empty(), "errors");
    for (const auto& element : errors->as_array()) {
      Members entry(element);
      std::string code = entry.text("code");
      std::string message = entry.text("message");
      const auto field = entry.take_if("field");
      error.errors.push_back({std::move(code), std::move(message), field ? to_text(*field) : ""});
      entry.end();
    }
  }
  for (const std::string_view key : {"entity_id", "role_slug", "organization_membership_id"}) {
    if (const auto value = body.take_if(key)) error.extra.emplace_back(key, to_text(*value));
  }
  body.end();
  return error;
}

}  // namespace membership_tests

#endif
