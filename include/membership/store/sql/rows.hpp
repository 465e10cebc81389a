// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_SQL_ROWS_HPP
#define MEMBERSHIP_STORE_SQL_ROWS_HPP

#include "membership/domain/id.hpp"
#include "membership/domain/invitation.hpp"
#include "membership/domain/membership.hpp"
#include "membership/domain/organization.hpp"
#include "membership/domain/parse.hpp"
#include "membership/domain/user.hpp"
#include "membership/policy/rows.hpp"
#include "membership/store/owned/role_versions.hpp"
#include "membership/store/sql/profile_texts.hpp"
#include "membership/store/sql/role_texts.hpp"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace detail {

/// What SQL stores ask of traits: ids are kept as texts.
template <class T>
concept HasTextIds = TextId<typename T::UserId> && TextId<typename T::OrganizationId> &&
    TextId<typename T::MembershipId> && TextId<typename T::RoleId> &&
    TextId<typename T::PermissionId> && TextId<typename T::InvitationId>;

/// Reads the columns of a row one after another. `Row` has `text(i)`, `integer(i)` and
/// `is_null(i)`. What is not as this library writes it sets `is_corrupt`.
template <class Row>
class RowReader {
 public:
  explicit RowReader(const Row& row, int first = 0) noexcept : row_(row), at_(first) {}

  bool is_null() const noexcept { return row_.is_null(at_); }
  void skip(int count) noexcept { at_ += count; }
  bool is_corrupt() const noexcept { return corrupt_; }

  std::string_view text() noexcept { return row_.text(at_++); }
  std::int64_t integer() noexcept { return row_.integer(at_++); }
  std::uint64_t number() noexcept { return static_cast<std::uint64_t>(integer()); }
  bool flag() noexcept { return integer() != 0; }
  Time time() noexcept { return Time::from_milliseconds(integer()); }

  template <class I>
  I id() noexcept {
    return copy_of<I>(text());
  }
  /// An id that need not be there.
  template <class I>
  std::optional<I> optional_id() noexcept {
    const std::string_view value = text();
    return value.empty() ? std::nullopt : std::optional<I>(copy_of<I>(value));
  }
  template <class E>
  E enumerator(E first, E last) noexcept {
    return keep(enumerator_of(text(), first, last), first);
  }
  Phase phase() noexcept { return enumerator(Phase::live, Phase::deleting); }
  RoleIndex role(const RoleCatalogue& catalogue) noexcept {
    return keep(role_of_text(text(), catalogue), RoleIndex::none());
  }
  /// The role that a request named first: it may be gone, if it is not held.
  RoleIndex first_role(const RoleCatalogue& catalogue) noexcept {
    return role_of_text(text(), catalogue).value_or(RoleIndex::none());
  }
  /// The roles of a membership and the one that was named first: most often the only one.
  std::pair<RoleSet, RoleIndex> roles_and_first(const RoleCatalogue& catalogue) {
    const std::string_view roles = text();
    const std::string_view first = text();
    const RoleIndex index = role_of_text(first, catalogue).value_or(RoleIndex::none());
    if (roles == first && !index.is_none()) return {RoleSet::of(index), index};
    return {keep(roles_of_text(roles, catalogue), RoleSet{}), index};
  }
  RoleSet roles(const RoleCatalogue& catalogue) {
    return keep(roles_of_text(text(), catalogue), RoleSet{});
  }
  Ulid ulid() noexcept { return keep(parse_ulid(text()), Ulid{}); }
  TokenDigest digest() noexcept { return keep(digest_of_text(text()), TokenDigest{}); }

  /// Texts that may be null, then `created_at` and `updated_at`.
  void profile(std::initializer_list<Text> texts, ReadProfile& out) noexcept {
    for (const Text text : texts) {
      if (is_null()) {
        skip(1);
      } else {
        out->texts.set(text, this->text());
      }
    }
    out->created_at = time();
    out->updated_at = time();
  }
  void metadata(ReadProfile& out) { corrupt_ = !out.read_metadata(text()) || corrupt_; }
  void domains(ReadProfile& out) { corrupt_ = !out.read_domains(text()) || corrupt_; }

  void check(bool holds) noexcept { corrupt_ = corrupt_ || !holds; }
  /// What was parsed, or `otherwise` where nothing was.
  template <class V>
  V keep(const std::optional<V>& value, V otherwise) noexcept {
    if (!value) corrupt_ = true;
    return value.value_or(otherwise);
  }

 private:
  const Row& row_;
  int at_;
  bool corrupt_ = false;
};

// The columns of each kind of row, as the statements name them and the functions below read them.

inline constexpr std::string_view organization_columns =
    "o.id, o.revision, o.fenced_to, o.active, o.inactive, o.pending, o.owners, o.seat_limit, "
    "o.default_role, o.owner_role, o.phase, o.generation";
inline constexpr int organization_column_count = 12;

template <class T, class Row>
BasicOrganizationState<T> read_organization(RowReader<Row>& row, const RoleCatalogue& catalogue) {
  BasicOrganizationState<T> state(row.template id<typename T::OrganizationId>());
  state.revision = row.number();
  state.fenced_to = row.number();
  state.counts.active = row.number();
  state.counts.inactive = row.number();
  state.counts.pending = row.number();
  state.counts.owners = row.number();
  if (row.is_null()) {
    row.skip(1);
  } else {
    state.seat_limit = row.number();
  }
  state.default_role = row.role(catalogue);
  state.owner_role = row.role(catalogue);
  state.phase = row.phase();
  state.generation = row.number();
  return state;
}

inline constexpr std::string_view user_columns = "u.id, u.revision, u.phase, u.generation";
inline constexpr int user_column_count = 4;

template <class T, class Row>
BasicUserState<T> read_user(RowReader<Row>& row) {
  BasicUserState<T> state(row.template id<typename T::UserId>());
  state.revision = row.number();
  state.phase = row.phase();
  state.generation = row.number();
  return state;
}

inline constexpr std::string_view membership_columns =
    "m.id, m.user_id, m.organization_id, m.roles, m.first_requested, m.status, m.created_at, "
    "m.updated_at, m.revision, m.directory_managed";
inline constexpr int membership_column_count = 10;

/// Shows a membership in place, as long as the row is there.
template <class T, class Row>
BasicMembershipView<T> view_membership(RowReader<Row>& row, const RoleCatalogue& catalogue) {
  const std::string_view membership = row.text();
  const std::string_view user = row.text();
  const std::string_view organization = row.text();
  const auto [roles, first] = row.roles_and_first(catalogue);
  const Status status = row.enumerator(Status::pending, Status::inactive);
  const Time created_at = row.time();
  const Time updated_at = row.time();
  const std::uint64_t revision = row.number();
  const bool directory_managed = row.flag();
  return {membership, user,     organization, roles, created_at,
          updated_at, revision, status,       first, directory_managed};
}

inline constexpr std::string_view invitation_columns =
    "i.id, i.organization_id, i.user_id, i.inviter_id, i.accepted_by, i.revision, i.created_at, "
    "i.updated_at, i.expires_at, i.ended_at, i.sent_by, i.token, i.role, i.status, i.email, "
    "i.role_slug";
inline constexpr int invitation_column_count = 16;

/// An invitation, and in `profile` what is shown of it: its times are those of the invitation.
template <class T, class Row>
BasicInvitationState<T> read_invitation(RowReader<Row>& row, const RoleCatalogue& catalogue,
                                        ReadProfile& profile) {
  using User = typename T::UserId;
  const auto id = row.template id<typename T::InvitationId>();
  auto organization = row.template optional_id<typename T::OrganizationId>();
  auto user = row.template optional_id<User>();
  auto inviter = row.template optional_id<User>();
  auto accepted_by = row.template optional_id<User>();
  const std::uint64_t revision = row.number();
  const Time created_at = row.time();
  profile->updated_at = row.time();
  BasicInvitationState<T> state(id, created_at, row.time());
  state.organization = std::move(organization);
  state.user = std::move(user);
  state.inviter = std::move(inviter);
  state.accepted_by = std::move(accepted_by);
  state.revision = revision;
  state.updated_at = profile->updated_at;
  state.ended_at = row.time();
  state.sent_by = PlanId{row.ulid()};
  state.token = row.digest();
  state.role = row.role(catalogue);
  state.status = row.enumerator(InvitationStatus::pending, InvitationStatus::revoked);
  profile->created_at = created_at;
  profile->texts.set(Text::email, row.text());
  if (!row.is_null()) profile->texts.set(Text::role_slug, row.text());
  return state;
}

inline constexpr std::string_view user_profile_columns =
    "u.name, u.email, u.first_name, u.last_name, u.external_id, u.locale, u.created_at, "
    "u.updated_at, u.email_verified, u.metadata";

template <class Row>
void read_user_profile(RowReader<Row>& row, ReadProfile& out) {
  row.profile(
      {Text::name, Text::email, Text::first_name, Text::last_name, Text::external_id, Text::locale},
      out);
  out->email_verified = row.flag();
  row.metadata(out);
}

inline constexpr std::string_view organization_profile_columns =
    "p.name, p.external_id, p.stripe_customer_id, p.created_at, p.updated_at, p.metadata, "
    "p.domains";

template <class Row>
void read_organization_profile(RowReader<Row>& row, ReadProfile& out) {
  row.profile({Text::name, Text::external_id, Text::stripe_customer_id}, out);
  row.metadata(out);
  row.domains(out);
}

/// Of roles and permissions.
inline constexpr std::string_view catalogue_profile_columns =
    "name, description, resource_type_slug, created_at, updated_at";

template <class Row>
void read_catalogue_profile(RowReader<Row>& row, ReadProfile& out) {
  row.profile({Text::name, Text::description, Text::resource_type_slug}, out);
}

inline constexpr std::string_view permission_columns = "place, id, slug, phase, system, generation";

/// Adds a permission to those of an environment.
template <class T, class Row>
void read_permission(RowReader<Row>& row, PermissionVersion<T>& out) {
  const std::int64_t place = row.integer();
  const auto id = row.template id<typename T::PermissionId>();
  const std::string_view slug = row.text();
  PermissionState state(PermissionSlug::from_stored(slug));
  state.phase = row.phase();
  state.system = row.flag();
  state.generation = row.number();
  ReadProfile profile;
  read_catalogue_profile(row, profile);
  row.check(place >= 0 && place < PermissionSet::capacity);
  if (row.is_corrupt()) return;
  out.permissions.put(static_cast<unsigned>(place), state, id, &*profile);
}

inline constexpr std::string_view role_columns =
    "place, id, slug, phase, of_organizations, only_unused, replacement, generation, permissions";

/// Adds a role to those of an environment or an organization. Its replacement may be one that comes
/// later: its text is kept in `replacements`, by place.
template <class T, class Row>
void read_role(RowReader<Row>& row, PermissionTable permissions, RoleVersion<T>& out,
               std::vector<std::pair<unsigned, std::string>>& replacements) {
  const std::int64_t place = row.integer();
  const auto id = row.template id<typename T::RoleId>();
  const std::string_view slug = row.text();
  RoleState state(RoleSlug::from_stored(slug));
  state.phase = row.phase();
  state.of_organizations = row.flag();
  state.only_unused = row.flag();
  const std::string_view replacement = row.text();
  state.generation = row.number();
  state.permissions = row.keep(permissions_of_text(row.text(), permissions), PermissionSet{});
  ReadProfile profile;
  read_catalogue_profile(row, profile);
  row.check(place >= 0 && place < RoleIndex::per_table);
  if (row.is_corrupt()) return;
  if (!replacement.empty()) replacements.emplace_back(static_cast<unsigned>(place), replacement);
  out.roles.put(static_cast<unsigned>(place), state, id, &*profile);
}

inline constexpr std::string_view environment_columns =
    "revision, default_role, owner_role, multiple_roles, seats_pending, seats_inactive, phase, "
    "generation, next_owner_role, owner_generation, role_order";

/// The environment's row; its roles must be read already.
template <class Row>
EnvironmentState read_environment(RowReader<Row>& row, const RoleCatalogue& catalogue,
                                  RoleOrder& order) {
  EnvironmentState state;
  state.revision = row.number();
  state.default_role = row.role(catalogue);
  state.owner_role = row.role(catalogue);
  state.multiple_roles = row.flag();
  state.seats_count.pending = row.flag();
  state.seats_count.inactive = row.flag();
  state.phase = row.phase();
  state.generation = row.number();
  state.next_owner_role = row.role(catalogue);
  state.owner_generation = row.number();
  order = row.keep(order_of_text(row.text(), catalogue), RoleOrder{});
  return state;
}

/// Resolves what `read_role` kept; false where a role does not exist.
template <class T>
[[nodiscard]] bool
resolve_replacements(const std::vector<std::pair<unsigned, std::string>>& replacements,
                     const RoleCatalogue& catalogue, RoleVersion<T>& out) {
  for (const auto& [place, text] : replacements) {
    const auto index = role_of_text(text, catalogue);
    if (!index) return false;
    out.roles.states[place].replacement = *index;
  }
  return true;
}

}  // namespace detail
}  // namespace membership::inline v0

#endif
