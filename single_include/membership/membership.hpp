// SPDX-License-Identifier: BSL-1.0
// Made by tools/single_header.py out of include/membership, where the comments are.
// clang-format off
#ifndef MEMBERSHIP_SINGLE_HPP
#define MEMBERSHIP_SINGLE_HPP

#if defined(MEMBERSHIP_DOMAIN_DIGEST_HPP) || \
    defined(MEMBERSHIP_DOMAIN_EVENT_HPP) || \
    defined(MEMBERSHIP_DOMAIN_PHASE_HPP) || \
    defined(MEMBERSHIP_DOMAIN_ROLE_SET_HPP) || \
    defined(MEMBERSHIP_DOMAIN_TIME_HPP) || \
    defined(MEMBERSHIP_DOMAIN_UTF8_HPP) || \
    defined(MEMBERSHIP_DOMAIN_WORD_HPP) || \
    defined(MEMBERSHIP_FWD_HPP) || \
    defined(MEMBERSHIP_POLICY_KINDS_HPP) || \
    defined(MEMBERSHIP_POLICY_OPTIONS_HPP) || \
    defined(MEMBERSHIP_POLICY_ROLE_SELECTION_HPP) || \
    defined(MEMBERSHIP_POLICY_SLOT_HPP) || \
    defined(MEMBERSHIP_STORE_MEMORY_INDEX_TABLE_HPP) || \
    defined(MEMBERSHIP_STORE_OWNED_ATOMIC_HPP) || \
    defined(MEMBERSHIP_VERSION_HPP)
#error "the single header of membership does not go with the headers it is made of"
#endif

#include <tl/expected.hpp>

#include <algorithm>
#include <bit>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <new>
#include <optional>
#include <pthread.h>
#include <span>
#include <string>
#include <string_view>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <type_traits>
#include <utility>
#include <vector>

// membership/domain/utf8.hpp

namespace membership::inline v0 {

namespace detail {

constexpr unsigned byte_at(std::string_view text, std::size_t at) noexcept {
  return static_cast<unsigned char>(text[at]);
}

constexpr std::size_t utf8_sequence(std::string_view text, std::size_t at) noexcept {
  const unsigned lead = byte_at(text, at);
  if (lead < 0x80) return 1;
  std::size_t length = 0;
  unsigned low = 0x80;
  unsigned high = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  } else {
    return 0;
  }
  if (at + length > text.size()) return 0;
  const unsigned second = byte_at(text, at + 1);
  if (second < low || second > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((byte_at(text, at + i) & 0xC0u) != 0x80u) return 0;
  }
  return length;
}

}  // namespace detail

constexpr bool is_valid_utf8(std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = detail::utf8_sequence(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

constexpr std::size_t utf8_length(std::string_view text) noexcept {
  std::size_t count = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0u) != 0x80u) ++count;
  }
  return count;
}

constexpr std::string_view utf8_prefix(std::string_view text, std::size_t bytes) noexcept {
  if (text.size() <= bytes) return text;
  std::size_t end = bytes;
  while (end > 0 && (detail::byte_at(text, end) & 0xC0u) == 0x80u) --end;
  return text.substr(0, end);
}

}  // namespace membership::inline v0

// membership/domain/inline_text.hpp

namespace membership::inline v0 {

template <std::size_t Capacity>
class InlineText {
  static_assert(Capacity >= 1 && Capacity <= 255, "InlineText: the capacity is 1 to 255 bytes");

 public:
  constexpr InlineText() noexcept = default;

  static constexpr InlineText cut(std::string_view text) noexcept {
    InlineText result;
    const std::string_view kept = utf8_prefix(text, Capacity);
    for (std::size_t i = 0; i < kept.size(); ++i) result.bytes_[i] = kept[i];
    result.size_ = static_cast<std::uint8_t>(kept.size());
    return result;
  }

  static constexpr std::size_t capacity() noexcept { return Capacity; }
  constexpr std::string_view view() const noexcept { return {bytes_, std::size_t{size_}}; }
  constexpr std::size_t size() const noexcept { return size_; }
  constexpr bool empty() const noexcept { return size_ == 0; }

  friend constexpr bool operator==(const InlineText& a, const InlineText& b) noexcept {
    return a.view() == b.view();
  }
  friend constexpr std::strong_ordering operator<=>(const InlineText& a,
                                                    const InlineText& b) noexcept {
    return a.view() <=> b.view();
  }

 private:
  char bytes_[Capacity]{};
  std::uint8_t size_ = 0;
};

}  // namespace membership::inline v0

// membership/domain/error.hpp

namespace membership::inline v0 {

enum class ErrorCode : std::uint8_t {
  empty = 1,                           ///< nothing where at least one character is needed
  too_long,                            ///< more bytes or characters than the field takes
  not_utf8,                            ///< not well-formed UTF-8, or with a NUL
  malformed,                           ///< characters or a form that the field does not allow
  out_of_range,                        ///< a number outside its limits
  duplicate,                           ///< the same value twice where each may come once
  incomplete,                          ///< a list that must name every one of a set and does not
  missing_user_id_or_organization_id,  ///< a list of memberships that names neither
  several_organizations,               ///< an all-or-nothing bulk over more than one organization
  entity_not_found,          ///< no such user, organization, membership, role, …
  id_already_used,           ///< an id given for a new entity is taken
  external_id_already_used,  ///< another user, or another organization, has it
  stripe_customer_id_already_used,
  domain_already_exists,  ///< another organization has it
  invalid_metadata,       ///< a key, a value or their number is over its limit, or no text
  invalid_role,                          ///< not a role of this organization
  sub_resource_scoped_role_not_allowed,  ///< a role of another resource type
  multiple_roles_not_enabled,            ///< several roles while Multiple Roles is off
  default_role_missing,                  ///< the default names no role that can be given
  default_role_is_owner,                 ///< the owner role cannot be the default
  role_slug_conflict,                    ///< the environment has a role of this slug
  organization_role_slug_conflict,       ///< the same, or the organization has one
  role_limit_reached,                    ///< 64 roles of the environment or of the organization
  role_required,                         ///< it is the default, the owner role or a replacement
  role_has_assignments,                  ///< a membership or an open invitation has it
  permission_slug_conflict,              ///< the environment has a permission of this slug
  permission_limit_reached,              ///< 256 permissions
  system_permission,                     ///< it cannot be deleted
  cannot_reactivate_pending_organization_membership,
  cannot_deactivate_pending_organization_membership,
  organization_membership_already_exists,  ///< the subject is the existing membership's id
  membership_not_active,                   ///< of a transfer, or by option `update_not_active`
  directory_managed,                       ///< option `directory_managed_roles`
  email_not_available,                     ///< another user holds the address
  expires_in_days_too_short,
  expires_in_days_too_long,
  user_already_organization_member,       ///< the invited user is an active member
  user_already_exists,                    ///< an invitation without organization, of a user
  email_already_invited_to_organization,  ///< an open invitation is there
  email_already_invited,                  ///< the same, without organization
  invite_not_pending,                     ///< it was accepted, revoked or has expired
  invite_accepted,                        ///< the same, where the API says which
  invite_revoked,
  invite_expired,
  invalid_invite,  ///< the invited user is an active member by now
  owner_role_missing,  ///< the organization goes by no owner role
  not_an_owner,        ///< the membership does not hold the owner role
  last_owner_required,  ///< the organization would be left without an active owner
  role_not_grantable,   ///< the actor lacks a permission of the role
  seat_limit_reached,   ///< the organization has no seat left
  operation_superseded,  ///< the mark that this page or finish goes by is not there any more
  operation_unfinished,  ///< something is left that a finish needs gone
  mark_in_use,           ///< a mark that cannot be taken back any more
  missing_id,    ///< the context lacks an id that the decision needs
  rule_refused,  ///< a rule of the host's own; `Error::detail` is its number
};

enum class ErrorKind : std::uint8_t {
  invalid,    ///< the request itself is wrong
  not_found,  ///< it names something that is not there
  conflict,   ///< it does not fit what is there
  refused,    ///< a rule or option forbids it
  internal,   ///< the configuration or the host is at fault
};

enum class Field : std::uint8_t {
  none,
  user_id,
  organization_id,
  organization_membership_id,
  role_id,
  permission_id,
  event_id,
  role_slug,
  role_slugs,
  slug,
  name,
  description,
  permission_slug,
  resource_type_slug,
  email,
  first_name,
  last_name,
  external_id,
  locale,
  stripe_customer_id,
  metadata,
  domains,
  seat_limit,
  default_role,
  owner_role,
  replacement_role,
  priority_order,
  invitation_id,
  invitation_token,
  inviter_user_id,
  expires_in_days,
  limit,
  cursor,
};

using Subject = InlineText<63>;

constexpr Subject subject_of_text(std::string_view text) noexcept {
  if (!is_valid_utf8(text) || text.find('\0') != std::string_view::npos) return {};
  return Subject::cut(text);
}

struct Error {
  ErrorCode code;
  Field field = Field::none;
  std::uint16_t detail = 0;
  Subject subject{};  ///< the offending id, slug or text; may be empty

  friend constexpr bool operator==(const Error&, const Error&) noexcept = default;
};

struct ErrorFacts {
  ErrorKind kind;
  int http_status;            ///< that the API answers with
  std::string_view spelling;  ///< that clients of the API match on
};

constexpr ErrorFacts facts_of(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::empty:
    case ErrorCode::too_long:
    case ErrorCode::not_utf8:
    case ErrorCode::malformed:
    case ErrorCode::out_of_range:
    case ErrorCode::duplicate:
    case ErrorCode::incomplete: return {ErrorKind::invalid, 422, "invalid_request_parameters"};
    case ErrorCode::missing_user_id_or_organization_id:
      return {ErrorKind::invalid, 400, "missing_user_id_or_organization_id"};
    case ErrorCode::several_organizations:
      return {ErrorKind::invalid, 422, "invalid_request_parameters"};
    case ErrorCode::entity_not_found: return {ErrorKind::not_found, 404, "entity_not_found"};
    case ErrorCode::id_already_used: return {ErrorKind::conflict, 409, "id_already_used"};
    case ErrorCode::external_id_already_used:
      return {ErrorKind::conflict, 400, "external_id_already_used"};
    case ErrorCode::stripe_customer_id_already_used:
      return {ErrorKind::conflict, 400, "stripe_customer_id_already_used"};
    case ErrorCode::domain_already_exists:
      return {ErrorKind::conflict, 409, "domain_already_exists"};
    case ErrorCode::invalid_metadata: return {ErrorKind::invalid, 400, "invalid_metadata"};
    case ErrorCode::invalid_role: return {ErrorKind::invalid, 422, "invalid_role"};
    case ErrorCode::sub_resource_scoped_role_not_allowed:
      return {ErrorKind::invalid, 422, "sub_resource_scoped_role_not_allowed"};
    case ErrorCode::multiple_roles_not_enabled:
      return {ErrorKind::invalid, 422, "multiple_roles_not_enabled"};
    case ErrorCode::default_role_missing: return {ErrorKind::internal, 500, "internal_error"};
    case ErrorCode::default_role_is_owner:
      return {ErrorKind::conflict, 409, "default_role_is_owner"};
    case ErrorCode::role_slug_conflict: return {ErrorKind::conflict, 409, "role_slug_conflict"};
    case ErrorCode::organization_role_slug_conflict:
      return {ErrorKind::conflict, 409, "organization_role_slug_conflict"};
    case ErrorCode::role_limit_reached:
      return {ErrorKind::invalid, 422, "invalid_request_parameters"};
    case ErrorCode::role_required: return {ErrorKind::conflict, 409, "role_required"};
    case ErrorCode::role_has_assignments: return {ErrorKind::conflict, 409, "role_has_assignments"};
    case ErrorCode::permission_slug_conflict:
      return {ErrorKind::conflict, 409, "permission_slug_conflict"};
    case ErrorCode::permission_limit_reached:
      return {ErrorKind::invalid, 422, "invalid_request_parameters"};
    case ErrorCode::system_permission: return {ErrorKind::refused, 403, "forbidden"};
    case ErrorCode::cannot_reactivate_pending_organization_membership:
      return {ErrorKind::conflict, 400, "cannot_reactivate_pending_organization_membership"};
    case ErrorCode::cannot_deactivate_pending_organization_membership:
      return {ErrorKind::conflict, 400, "cannot_deactivate_pending_organization_membership"};
    case ErrorCode::organization_membership_already_exists:
      return {ErrorKind::conflict, 409, "organization_membership_already_exists"};
    case ErrorCode::membership_not_active:
      return {ErrorKind::refused, 409, "membership_not_active"};
    case ErrorCode::directory_managed: return {ErrorKind::refused, 409, "directory_managed"};
    case ErrorCode::email_not_available: return {ErrorKind::conflict, 400, "email_not_available"};
    case ErrorCode::expires_in_days_too_short:
      return {ErrorKind::invalid, 400, "expires_in_days_too_short"};
    case ErrorCode::expires_in_days_too_long:
      return {ErrorKind::invalid, 400, "expires_in_days_too_long"};
    case ErrorCode::user_already_organization_member:
      return {ErrorKind::conflict, 400, "user_already_organization_member"};
    case ErrorCode::user_already_exists: return {ErrorKind::conflict, 400, "user_already_exists"};
    case ErrorCode::email_already_invited_to_organization:
      return {ErrorKind::conflict, 400, "email_already_invited_to_organization"};
    case ErrorCode::email_already_invited:
      return {ErrorKind::conflict, 400, "email_already_invited"};
    case ErrorCode::invite_not_pending: return {ErrorKind::conflict, 400, "invite_not_pending"};
    case ErrorCode::invite_accepted: return {ErrorKind::conflict, 400, "invite_accepted"};
    case ErrorCode::invite_revoked: return {ErrorKind::conflict, 400, "invite_revoked"};
    case ErrorCode::invite_expired: return {ErrorKind::conflict, 400, "invite_expired"};
    case ErrorCode::invalid_invite: return {ErrorKind::conflict, 400, "invalid_invite"};
    case ErrorCode::owner_role_missing: return {ErrorKind::conflict, 409, "owner_role_missing"};
    case ErrorCode::not_an_owner: return {ErrorKind::conflict, 409, "not_an_owner"};
    case ErrorCode::last_owner_required: return {ErrorKind::conflict, 409, "last_owner_required"};
    case ErrorCode::role_not_grantable: return {ErrorKind::refused, 403, "role_not_grantable"};
    case ErrorCode::seat_limit_reached: return {ErrorKind::conflict, 409, "seat_limit_reached"};
    case ErrorCode::operation_superseded: return {ErrorKind::conflict, 409, "operation_superseded"};
    case ErrorCode::operation_unfinished: return {ErrorKind::conflict, 409, "operation_unfinished"};
    case ErrorCode::mark_in_use: return {ErrorKind::conflict, 409, "mark_in_use"};
    case ErrorCode::missing_id: return {ErrorKind::internal, 500, "internal_error"};
    case ErrorCode::rule_refused: return {ErrorKind::refused, 403, "rule_refused"};
  }
  return {ErrorKind::internal, 500, "internal_error"};
}

constexpr ErrorKind kind(ErrorCode code) noexcept { return facts_of(code).kind; }  ///< its class
constexpr std::string_view to_string(ErrorCode code) noexcept { return facts_of(code).spelling; }
constexpr int http_status(ErrorCode code) noexcept { return facts_of(code).http_status; }

constexpr std::string_view to_string(Field field) noexcept {
  switch (field) {
    case Field::none: return "";
    case Field::user_id: return "user_id";
    case Field::organization_id: return "organization_id";
    case Field::organization_membership_id: return "organization_membership_id";
    case Field::role_id: return "role_id";
    case Field::permission_id: return "permission_id";
    case Field::event_id: return "event_id";
    case Field::role_slug: return "role_slug";
    case Field::role_slugs: return "role_slugs";
    case Field::slug: return "slug";
    case Field::name: return "name";
    case Field::description: return "description";
    case Field::permission_slug: return "permission_slug";
    case Field::resource_type_slug: return "resource_type_slug";
    case Field::email: return "email";
    case Field::first_name: return "first_name";
    case Field::last_name: return "last_name";
    case Field::external_id: return "external_id";
    case Field::locale: return "locale";
    case Field::stripe_customer_id: return "stripe_customer_id";
    case Field::metadata: return "metadata";
    case Field::domains: return "domains";
    case Field::seat_limit: return "seat_limit";
    case Field::default_role: return "default_role";
    case Field::owner_role: return "owner_role";
    case Field::replacement_role: return "replacement_role";
    case Field::invitation_id: return "invitation_id";
    case Field::invitation_token: return "invitation_token";
    case Field::inviter_user_id: return "inviter_user_id";
    case Field::expires_in_days: return "expires_in_days";
    case Field::priority_order: return "priority_order";
    case Field::limit: return "limit";
    case Field::cursor: return "cursor";
  }
  return "";
}

}  // namespace membership::inline v0

// membership/domain/time.hpp

namespace membership::inline v0 {

class Time {
 public:
  static constexpr Time from_milliseconds(std::int64_t milliseconds) noexcept {
    return Time(milliseconds);
  }
  constexpr std::int64_t milliseconds() const noexcept { return milliseconds_; }

  friend constexpr bool operator==(Time, Time) noexcept = default;
  friend constexpr std::strong_ordering operator<=>(Time, Time) noexcept = default;

 private:
  explicit constexpr Time(std::int64_t milliseconds) noexcept : milliseconds_(milliseconds) {}
  std::int64_t milliseconds_;
};

constexpr Time later_of(Time a, Time b) noexcept { return a < b ? b : a; }  ///< the later one

}  // namespace membership::inline v0

// membership/domain/ulid.hpp

namespace membership::inline v0 {

struct Ulid {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  static constexpr std::size_t text_size = 26;

  constexpr Time time() const noexcept {
    return Time::from_milliseconds(static_cast<std::int64_t>(high >> 16));
  }

  friend constexpr bool operator==(const Ulid&, const Ulid&) noexcept = default;
  friend constexpr std::strong_ordering operator<=>(const Ulid&, const Ulid&) noexcept = default;
};

namespace detail {
inline constexpr char base32[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

constexpr unsigned ulid_digit(const Ulid& value, unsigned place) noexcept {
  const unsigned shift = 5 * (25 - place);
  if (shift >= 64) return static_cast<unsigned>(value.high >> (shift - 64)) & 31u;
  if (shift > 59) {
    return static_cast<unsigned>((value.low >> shift) | (value.high << (64 - shift))) & 31u;
  }
  return static_cast<unsigned>(value.low >> shift) & 31u;
}

constexpr void write_ulid(const Ulid& value, char* out) noexcept {
  for (unsigned place = 0; place < 26; ++place) out[place] = base32[ulid_digit(value, place)];
}
}  // namespace detail

struct PlanId {
  Ulid value;
  friend constexpr auto operator<=>(const PlanId&, const PlanId&) noexcept = default;
};

struct EventId {
  Ulid value;

  static constexpr EventId of(PlanId plan, unsigned index) noexcept {
    return EventId{Ulid{plan.value.high, plan.value.low | (index & 15u)}};
  }
  constexpr PlanId plan() const noexcept {
    return PlanId{Ulid{value.high, value.low & ~std::uint64_t{15}}};
  }
  constexpr unsigned index() const noexcept { return static_cast<unsigned>(value.low & 15u); }

  friend constexpr bool operator==(const EventId&, const EventId&) noexcept = default;
  friend constexpr std::strong_ordering operator<=>(const EventId&,
                                                    const EventId&) noexcept = default;
};

}  // namespace membership::inline v0

// membership/domain/id.hpp

namespace membership::inline v0 {

template <class Tag, std::size_t Capacity = 63>
class Id {
 public:
  using tag = Tag;

  [[nodiscard]] static constexpr tl::expected<Id, Error> make(std::string_view text) noexcept {
    if (text.empty()) return fail(ErrorCode::empty, text);
    if (text.size() > Capacity) return fail(ErrorCode::too_long, text);
    if (!is_valid_utf8(text)) return fail(ErrorCode::not_utf8, text);
    if (text.find('\0') != std::string_view::npos) return fail(ErrorCode::not_utf8, text);
    return tl::expected<Id, Error>(tl::in_place, Id(InlineText<Capacity>::cut(text)));
  }

  static constexpr Id from_ulid(Ulid value) noexcept
      requires(Tag::prefix.size() + Ulid::text_size <= Capacity) {
    char text[Tag::prefix.size() + Ulid::text_size]{};
    for (std::size_t i = 0; i < Tag::prefix.size(); ++i) text[i] = Tag::prefix[i];
    detail::write_ulid(value, text + Tag::prefix.size());
    return Id(InlineText<Capacity>::cut({static_cast<const char*>(text), sizeof text}));
  }

  static constexpr Id from_stored(std::string_view text) noexcept {
    return Id(InlineText<Capacity>::cut(text));
  }

  static constexpr std::size_t capacity() noexcept { return Capacity; }
  constexpr std::string_view view() const noexcept { return text_.view(); }

  friend constexpr bool operator==(const Id&, const Id&) noexcept = default;
  friend constexpr std::strong_ordering operator<=>(const Id&, const Id&) noexcept = default;

 private:
  explicit constexpr Id(const InlineText<Capacity>& text) noexcept : text_(text) {}
  static constexpr tl::expected<Id, Error> fail(ErrorCode code, std::string_view text) noexcept {
    return tl::expected<Id, Error>(tl::unexpect, Error{code, Tag::field, 0, subject_of_text(text)});
  }

  InlineText<Capacity> text_;
};

template <class I>
concept EntityId = std::is_trivially_copyable_v<I> && std::totally_ordered<I>;

template <class I>
concept TextId = EntityId<I> && requires(const I& id) {
  { id.view() } -> std::same_as<std::string_view>;
  { I::from_stored(std::string_view{}) } -> std::same_as<I>;
};

template <class I>
constexpr Subject subject_of(const I& id) noexcept {
  if constexpr (TextId<I>) {
    return Subject::cut(id.view());
  } else if constexpr (std::integral<I>) {
    char digits[24]{};
    std::size_t at = sizeof digits;
    I rest = id;
    const bool negative = std::signed_integral<I> && id < I{};
    do {
      const int digit = static_cast<int>(rest % 10);
      digits[--at] = static_cast<char>('0' + (digit < 0 ? -digit : digit));
      rest = static_cast<I>(rest / 10);
    } while (rest != 0);
    if (negative) digits[--at] = '-';
    return Subject::cut({static_cast<const char*>(digits + at), sizeof digits - at});
  } else if constexpr (requires {
                         { subject_text(id) } -> std::same_as<Subject>;
                       }) {
    return subject_text(id);
  } else {
    return Subject{};
  }
}

}  // namespace membership::inline v0

// membership/domain/digest.hpp

namespace membership::inline v0 {

struct TokenDigest {
  static constexpr std::size_t size = 32;
  std::uint8_t bytes[size]{};

  friend constexpr bool operator==(const TokenDigest& a, const TokenDigest& b) noexcept {
    unsigned difference = 0;
    for (std::size_t i = 0; i < size; ++i) {
      difference |= static_cast<unsigned>(a.bytes[i] ^ b.bytes[i]);
    }
    return difference == 0;
  }
  friend constexpr auto operator<=>(const TokenDigest&, const TokenDigest&) noexcept = default;
};

}  // namespace membership::inline v0

// membership/domain/traits.hpp

namespace membership::inline v0 {

struct UserTag {
  static constexpr Field field = Field::user_id;
  static constexpr std::string_view prefix = "user_";
};
struct OrganizationTag {
  static constexpr Field field = Field::organization_id;
  static constexpr std::string_view prefix = "org_";
};
struct MembershipTag {
  static constexpr Field field = Field::organization_membership_id;
  static constexpr std::string_view prefix = "om_";
};
struct RoleTag {
  static constexpr Field field = Field::role_id;
  static constexpr std::string_view prefix = "role_";
};
struct PermissionTag {
  static constexpr Field field = Field::permission_id;
  static constexpr std::string_view prefix = "perm_";
};
struct InvitationTag {
  static constexpr Field field = Field::invitation_id;
  static constexpr std::string_view prefix = "invitation_";
};

using UserId = Id<UserTag>;                  ///< of users
using OrganizationId = Id<OrganizationTag>;  ///< of organizations
using MembershipId = Id<MembershipTag>;      ///< of memberships
using RoleId = Id<RoleTag>;                  ///< of roles
using PermissionId = Id<PermissionTag>;      ///< of permissions
using InvitationId = Id<InvitationTag>;      ///< of invitations

namespace detail {
template <class T, class V>
struct WhenKnown {
  using type = V;
};
template <class T, class V>
using when_known = typename WhenKnown<T, V>::type;
}  // namespace detail

struct DefaultTraits {
  using UserId = membership::UserId;
  using OrganizationId = membership::OrganizationId;
  using MembershipId = membership::MembershipId;
  using RoleId = membership::RoleId;
  using PermissionId = membership::PermissionId;
  using InvitationId = membership::InvitationId;
};

template <class T>
concept Traits = EntityId<typename T::UserId> && EntityId<typename T::OrganizationId> &&
    EntityId<typename T::MembershipId> && EntityId<typename T::RoleId> &&
    EntityId<typename T::PermissionId> && EntityId<typename T::InvitationId>;

}  // namespace membership::inline v0

// membership/policy/slot.hpp

namespace membership::inline v0 {

template <class V>
class Slot {
  static_assert(std::is_trivially_copyable_v<V>);  // so its destructor is trivial too

 public:
  constexpr Slot() noexcept {}  // NOLINT(modernize-use-equals-default)
  constexpr Slot(const V& value) noexcept {
    emplace(value);
  }  // NOLINT(google-explicit-constructor)

  template <class... Arguments>
  constexpr V& emplace(Arguments&&... arguments) noexcept {
    filled_ = true;
    return *std::construct_at(&room_.value, std::forward<Arguments>(arguments)...);
  }
  constexpr void clear() noexcept { filled_ = false; }

  constexpr explicit operator bool() const noexcept { return filled_; }
  constexpr V& operator*() noexcept { return room_.value; }
  constexpr const V& operator*() const noexcept { return room_.value; }
  constexpr V* operator->() noexcept { return &room_.value; }
  constexpr const V* operator->() const noexcept { return &room_.value; }
  constexpr const V* get() const noexcept { return filled_ ? &room_.value : nullptr; }

 private:
  union Room {
    char nothing;
    V value;
    constexpr Room() noexcept {
      if (std::is_constant_evaluated()) nothing = 0;
    }
  };
  Room room_;
  bool filled_ = false;
};

}  // namespace membership::inline v0

// membership/policy/context.hpp

namespace membership::inline v0 {

template <class T>
struct BasicContext {
  Time now;
  PlanId plan;
  Slot<typename T::MembershipId> membership{};
  Slot<typename T::OrganizationId> organization{};
  Slot<typename T::UserId> user{};
  Slot<typename T::RoleId> role{};
  Slot<typename T::PermissionId> permission{};
  Slot<typename T::InvitationId> invitation{};
  Slot<TokenDigest> token{};  ///< of the token that goes with the plan's id

  constexpr BasicContext(Time at, PlanId plan_id) noexcept : now(at), plan(plan_id) {}
};

using Context = BasicContext<DefaultTraits>;

}  // namespace membership::inline v0

// membership/policy/options.hpp

namespace membership::inline v0 {

enum class CreateOverActive : std::uint8_t { refuse, return_existing };
enum class CreateOverInactiveRoles : std::uint8_t { default_role, keep };
enum class CreateOverInactiveEvent : std::uint8_t { updated, created };
enum class UpdateNotActive : std::uint8_t { allow, refuse };
enum class DuplicateSlugs : std::uint8_t { count_once, refuse };
enum class EmptySlugs : std::uint8_t { refuse, as_none };
enum class PrimaryRole : std::uint8_t { highest_priority, first_requested };
enum class UnfitRetainedRole : std::uint8_t { drop, refuse };
enum class UpdateWithoutRole : std::uint8_t { unchanged, default_role };
enum class EndedInvitationMembership : std::uint8_t { remove, keep };
enum class DirectoryManagedRoles : std::uint8_t { allow, refuse };

struct PolicyOptions {
  CreateOverActive create_over_active = CreateOverActive::refuse;
  CreateOverInactiveRoles create_over_inactive_roles = CreateOverInactiveRoles::default_role;
  CreateOverInactiveEvent create_over_inactive_event = CreateOverInactiveEvent::updated;
  UpdateNotActive update_not_active = UpdateNotActive::allow;
  DuplicateSlugs duplicate_slugs = DuplicateSlugs::count_once;
  EmptySlugs empty_slugs = EmptySlugs::refuse;
  PrimaryRole primary_role = PrimaryRole::highest_priority;
  UnfitRetainedRole unfit_retained_role = UnfitRetainedRole::drop;
  UpdateWithoutRole update_without_role = UpdateWithoutRole::unchanged;
  EndedInvitationMembership ended_invitation_membership = EndedInvitationMembership::remove;
  DirectoryManagedRoles directory_managed_roles = DirectoryManagedRoles::allow;
};

}  // namespace membership::inline v0

// membership/domain/phase.hpp

namespace membership::inline v0 {

enum class Phase : std::uint8_t {
  live,
  retiring,  ///< a role or permission on its way out: nobody gets it any more
  closing,   ///< an environment whose Multiple Roles is being switched off
  deleting,  ///< an organization or user that takes no new membership
};

constexpr std::string_view to_string(Phase phase) noexcept {
  switch (phase) {
    case Phase::live: return "live";
    case Phase::retiring: return "retiring";
    case Phase::closing: return "closing";
    case Phase::deleting: return "deleting";
  }
  return "";
}

}  // namespace membership::inline v0

// membership/domain/role_set.hpp

namespace membership::inline v0 {

class RoleIndex {
 public:
  static constexpr unsigned per_table = 64;

  static constexpr RoleIndex none() noexcept { return RoleIndex(255); }
  static constexpr RoleIndex environment(unsigned place) noexcept { return RoleIndex(place); }
  static constexpr RoleIndex organization(unsigned place) noexcept {
    return RoleIndex(place + per_table);
  }
  static constexpr RoleIndex from_value(std::uint8_t value) noexcept { return RoleIndex(value); }

  constexpr bool is_none() const noexcept { return value_ == 255; }
  constexpr bool is_organization() const noexcept { return value_ >= per_table && !is_none(); }
  constexpr unsigned place() const noexcept { return value_ % per_table; }
  constexpr std::uint8_t value() const noexcept { return value_; }

  friend constexpr bool operator==(RoleIndex, RoleIndex) noexcept = default;

 private:
  explicit constexpr RoleIndex(unsigned value) noexcept
      : value_(static_cast<std::uint8_t>(value)) {}
  std::uint8_t value_;
};

class RoleSet {
 public:
  constexpr RoleSet() noexcept = default;
  constexpr RoleSet(std::uint64_t environment, std::uint64_t organization) noexcept
      : environment_(environment), organization_(organization) {}

  static constexpr RoleSet of(RoleIndex index) noexcept {
    RoleSet set;
    set.insert(index);
    return set;
  }

  constexpr std::uint64_t environment() const noexcept { return environment_; }
  constexpr std::uint64_t organization() const noexcept { return organization_; }

  constexpr bool empty() const noexcept { return (environment_ | organization_) == 0; }
  constexpr bool several() const noexcept { return size() > 1; }
  constexpr unsigned size() const noexcept {
    return static_cast<unsigned>(std::popcount(environment_) + std::popcount(organization_));
  }
  constexpr bool contains(RoleIndex index) const noexcept {
    if (index.is_none()) return false;
    const std::uint64_t word = index.is_organization() ? organization_ : environment_;
    return ((word >> index.place()) & 1u) != 0;
  }
  constexpr void insert(RoleIndex index) noexcept {
    if (index.is_none()) return;
    std::uint64_t& word = index.is_organization() ? organization_ : environment_;
    word |= std::uint64_t{1} << index.place();
  }

  friend constexpr bool operator==(RoleSet, RoleSet) noexcept = default;
  friend constexpr RoleSet operator|(RoleSet a, RoleSet b) noexcept {
    return {a.environment_ | b.environment_, a.organization_ | b.organization_};
  }
  friend constexpr RoleSet operator&(RoleSet a, RoleSet b) noexcept {
    return {a.environment_ & b.environment_, a.organization_ & b.organization_};
  }
  friend constexpr RoleSet operator-(RoleSet a, RoleSet b) noexcept {
    return {a.environment_ & ~b.environment_, a.organization_ & ~b.organization_};
  }

 private:
  std::uint64_t environment_ = 0;
  std::uint64_t organization_ = 0;
};

struct PermissionSet {
  static constexpr unsigned capacity = 256;
  std::uint64_t words[4]{};

  constexpr bool contains(unsigned index) const noexcept {
    return index < capacity && ((words[index / 64] >> (index % 64)) & 1u) != 0;
  }
  constexpr void insert(unsigned index) noexcept {
    words[index / 64] |= std::uint64_t{1} << (index % 64);
  }
  constexpr void erase(unsigned index) noexcept {
    words[index / 64] &= ~(std::uint64_t{1} << (index % 64));
  }
  constexpr bool subset_of(const PermissionSet& other) const noexcept {
    for (unsigned i = 0; i < 4; ++i) {
      if ((words[i] & ~other.words[i]) != 0) return false;
    }
    return true;
  }

  friend constexpr bool operator==(const PermissionSet&, const PermissionSet&) noexcept = default;
  friend constexpr PermissionSet operator|(PermissionSet a, const PermissionSet& b) noexcept {
    for (unsigned i = 0; i < 4; ++i) a.words[i] |= b.words[i];
    return a;
  }
};

}  // namespace membership::inline v0

// membership/domain/environment.hpp

namespace membership::inline v0 {

struct SeatsCount {
  bool pending = false;
  bool inactive = false;
  friend constexpr bool operator==(SeatsCount, SeatsCount) noexcept = default;
};

struct EnvironmentState {
  std::uint64_t revision = 0;
  RoleIndex default_role = RoleIndex::none();  ///< none: the role with the slug `member`
  RoleIndex owner_role = RoleIndex::none();    ///< none: no role is the owner
  bool multiple_roles = false;
  SeatsCount seats_count{};
  Phase phase = Phase::live;     ///< `closing`: Multiple Roles is on its way off
  std::uint64_t generation = 0;  ///< while `closing`: the revision that its mark gave it
  RoleIndex next_owner_role = RoleIndex::none();
  std::uint64_t owner_generation = 0;

  constexpr bool names_owner_role() const noexcept { return owner_generation != 0; }
  constexpr RoleIndex owner_role_to_come() const noexcept {
    return names_owner_role() ? next_owner_role : owner_role;
  }
  constexpr bool is_owner_role(RoleIndex index) const noexcept {
    return !index.is_none() &&
           (index == owner_role || (names_owner_role() && index == next_owner_role));
  }
  constexpr bool allows_several_roles() const noexcept {
    return multiple_roles && phase == Phase::live;
  }

  friend constexpr bool operator==(const EnvironmentState&,
                                   const EnvironmentState&) noexcept = default;
};

}  // namespace membership::inline v0

// membership/domain/event.hpp

namespace membership::inline v0 {

enum class EventType : std::uint8_t {
  none,
  organization_membership_created,
  organization_membership_updated,
  organization_membership_deleted,
  organization_created,
  organization_updated,
  organization_deleted,
  user_created,
  user_updated,
  user_deleted,
  role_created,
  role_updated,
  role_deleted,
  organization_role_created,
  organization_role_updated,
  organization_role_deleted,
  permission_created,
  permission_updated,
  permission_deleted,
  invitation_created,
  invitation_accepted,
  invitation_revoked,
  invitation_resent,
};

constexpr std::string_view to_string(EventType type) noexcept {
  switch (type) {
    case EventType::none: return "";
    case EventType::organization_membership_created: return "organization_membership.created";
    case EventType::organization_membership_updated: return "organization_membership.updated";
    case EventType::organization_membership_deleted: return "organization_membership.deleted";
    case EventType::organization_created: return "organization.created";
    case EventType::organization_updated: return "organization.updated";
    case EventType::organization_deleted: return "organization.deleted";
    case EventType::user_created: return "user.created";
    case EventType::user_updated: return "user.updated";
    case EventType::user_deleted: return "user.deleted";
    case EventType::role_created: return "role.created";
    case EventType::role_updated: return "role.updated";
    case EventType::role_deleted: return "role.deleted";
    case EventType::organization_role_created: return "organization_role.created";
    case EventType::organization_role_updated: return "organization_role.updated";
    case EventType::organization_role_deleted: return "organization_role.deleted";
    case EventType::permission_created: return "permission.created";
    case EventType::permission_updated: return "permission.updated";
    case EventType::permission_deleted: return "permission.deleted";
    case EventType::invitation_created: return "invitation.created";
    case EventType::invitation_accepted: return "invitation.accepted";
    case EventType::invitation_revoked: return "invitation.revoked";
    case EventType::invitation_resent: return "invitation.resent";
  }
  return "";
}

}  // namespace membership::inline v0

// membership/domain/invitation.hpp

namespace membership::inline v0 {

enum class InvitationStatus : std::uint8_t { pending = 1, accepted, expired, revoked };

constexpr std::string_view to_string(InvitationStatus status) noexcept {
  switch (status) {
    case InvitationStatus::pending: return "pending";
    case InvitationStatus::accepted: return "accepted";
    case InvitationStatus::expired: return "expired";
    case InvitationStatus::revoked: return "revoked";
  }
  return "";
}

template <class T>
struct BasicInvitationState {
  typename T::InvitationId id;
  std::optional<typename T::OrganizationId> organization{};
  std::optional<typename T::UserId> user{};
  std::optional<typename T::UserId> inviter{};
  std::optional<typename T::UserId> accepted_by{};
  std::uint64_t revision = 0;  ///< the organization's when this was last written, else its own
  Time created_at;
  Time updated_at;
  Time expires_at;
  Time ended_at = Time::from_milliseconds(0);  ///< when it was accepted or revoked
  PlanId sent_by{};                            ///< the plan whose token is the one that counts
  TokenDigest token{};                         ///< of that token
  RoleIndex role = RoleIndex::none();
  InvitationStatus status = InvitationStatus::pending;

  constexpr BasicInvitationState(const typename T::InvitationId& invitation_id, Time created,
                                 Time expires) noexcept
      : id(invitation_id), created_at(created), updated_at(created), expires_at(expires) {}

  constexpr InvitationStatus status_at(Time now) const noexcept {
    return status == InvitationStatus::pending && !(now < expires_at) ? InvitationStatus::expired
                                                                      : status;
  }

  friend constexpr bool operator==(const BasicInvitationState&,
                                   const BasicInvitationState&) noexcept = default;
};

using InvitationState = BasicInvitationState<DefaultTraits>;

}  // namespace membership::inline v0

// membership/domain/membership.hpp

namespace membership::inline v0 {

enum class Status : std::uint8_t { pending = 1, active, inactive };

constexpr std::string_view to_string(Status status) noexcept {
  switch (status) {
    case Status::pending: return "pending";
    case Status::active: return "active";
    case Status::inactive: return "inactive";
  }
  return "";
}

class StatusSet {
 public:
  constexpr StatusSet() noexcept = default;
  static constexpr StatusSet all() noexcept {
    return StatusSet{} | Status::pending | Status::active | Status::inactive;
  }
  constexpr bool contains(Status status) const noexcept {
    return ((bits_ >> static_cast<unsigned>(status)) & 1u) != 0;
  }
  constexpr bool empty() const noexcept { return bits_ == 0; }
  friend constexpr StatusSet operator|(StatusSet set, Status status) noexcept {
    set.bits_ = static_cast<std::uint8_t>(set.bits_ | (1u << static_cast<unsigned>(status)));
    return set;
  }
  friend constexpr bool operator==(StatusSet, StatusSet) noexcept = default;

 private:
  std::uint8_t bits_ = 0;
};

template <class T>
struct BasicOrganizationMembership {
  typename T::MembershipId id;
  typename T::UserId user;
  typename T::OrganizationId organization;
  RoleSet roles;
  Time created_at;
  Time updated_at;         ///< never goes back
  std::uint64_t revision;  ///< that of the organization when this was last written
  Status status;
  RoleIndex first_requested;  ///< that the request named first, for option `primary_role`
  bool directory_managed;

  constexpr BasicOrganizationMembership(const typename T::MembershipId& membership_id,
                                        const typename T::UserId& user_id,
                                        const typename T::OrganizationId& organization_id,
                                        RoleSet role_set, RoleIndex first, Status state,
                                        Time created, Time updated, std::uint64_t at_revision,
                                        bool managed = false) noexcept
      : id(membership_id), user(user_id), organization(organization_id), roles(role_set),
        created_at(created), updated_at(updated), revision(at_revision), status(state),
        first_requested(first), directory_managed(managed) {}

  friend constexpr bool operator==(const BasicOrganizationMembership&,
                                   const BasicOrganizationMembership&) noexcept = default;
};

using OrganizationMembership = BasicOrganizationMembership<DefaultTraits>;

}  // namespace membership::inline v0

// membership/domain/organization.hpp

namespace membership::inline v0 {

struct Counts {
  std::uint64_t active = 0;
  std::uint64_t inactive = 0;
  std::uint64_t pending = 0;
  std::uint64_t owners = 0;

  constexpr std::uint64_t& of(Status status) noexcept {
    switch (status) {
      case Status::pending: return pending;
      case Status::active: return active;
      case Status::inactive: break;
    }
    return inactive;
  }

  constexpr void add(Status status, RoleSet roles, RoleIndex owner_role) noexcept {
    ++of(status);
    if (status == Status::active && roles.contains(owner_role)) ++owners;
  }
  constexpr void remove(Status status, RoleSet roles, RoleIndex owner_role) noexcept {
    --of(status);
    if (status == Status::active && roles.contains(owner_role)) --owners;
  }

  friend constexpr bool operator==(const Counts&, const Counts&) noexcept = default;
};

inline constexpr std::uint64_t most_seats = 9'223'372'036'854'775'807;

template <class T>
struct BasicOrganizationState {
  typename T::OrganizationId id;
  std::uint64_t revision = 0;  ///< one more with every change inside the organization
  std::uint64_t fenced_to = 0;
  Counts counts{};
  std::optional<std::uint64_t> seat_limit{};   ///< 0 means 0, nothing means no limit
  RoleIndex default_role = RoleIndex::none();  ///< its own; none: the environment's
  RoleIndex owner_role = RoleIndex::none();    ///< the role that `counts.owners` counts
  Phase phase = Phase::live;
  std::uint64_t generation = 0;  ///< while `deleting`: the revision that its mark gave it

  explicit constexpr BasicOrganizationState(
      const typename T::OrganizationId& organization_id) noexcept
      : id(organization_id) {}

  friend constexpr bool operator==(const BasicOrganizationState&,
                                   const BasicOrganizationState&) noexcept = default;
};

using OrganizationState = BasicOrganizationState<DefaultTraits>;

}  // namespace membership::inline v0

// membership/domain/metadata.hpp

namespace membership::inline v0 {

struct MetadataPair {
  std::string_view key;
  std::string_view value;
};

struct MetadataEntry {
  std::string_view key;
  std::optional<std::string_view> value{};
};

class MetadataChange {
 public:
  static constexpr MetadataChange keep() noexcept { return {}; }
  static constexpr MetadataChange clear() noexcept {
    MetadataChange change;
    change.clears_ = true;
    return change;
  }
  template <class Entries>
  static constexpr MetadataChange merge(const Entries& entries) noexcept {
    MetadataChange change;
    change.entries_ = std::data(entries);
    change.size_ = std::size(entries);
    return change;
  }
  template <class Entries>
  requires(!std::ranges::enable_borrowed_range<Entries>) static MetadataChange
      merge(const Entries&&) = delete;

  constexpr bool clears() const noexcept { return clears_; }
  constexpr std::size_t size() const noexcept { return size_; }
  constexpr const MetadataEntry& operator[](std::size_t at) const noexcept { return entries_[at]; }

  constexpr std::size_t find(std::string_view key) const noexcept {
    for (std::size_t at = size_; at > 0; --at) {
      if (entries_[at - 1].key == key) return at - 1;
    }
    return size_;
  }

 private:
  const MetadataEntry* entries_ = nullptr;
  std::size_t size_ = 0;
  bool clears_ = false;
};

class Metadata {
 public:
  static constexpr std::size_t most_pairs = 50;
  static constexpr std::size_t most_entries = 2 * most_pairs;
  static constexpr std::size_t longest_key = 40;     ///< characters
  static constexpr std::size_t longest_value = 600;  ///< characters

  constexpr Metadata() noexcept = default;
  constexpr Metadata(const MetadataPair* pairs, std::size_t size) noexcept
      : pairs_(pairs), size_(size) {}

  constexpr Metadata with(const MetadataChange& change) const noexcept {
    Metadata result = *this;
    result.change_ = change;
    return result;
  }

  template <class Visit>
  constexpr void for_each(Visit&& visit) const {
    if (!change_.clears()) {
      for (std::size_t at = 0; at < size_; ++at) {
        const std::size_t entry = change_.find(pairs_[at].key);
        std::optional<std::string_view> value = pairs_[at].value;
        if (entry != change_.size()) value = change_[entry].value;
        if (value) visit(pairs_[at].key, *value);
      }
    }
    for (std::size_t at = 0; at < change_.size(); ++at) {
      const MetadataEntry& entry = change_[at];
      if (entry.value && change_.find(entry.key) == at && !keeps(entry.key)) {
        visit(entry.key, *entry.value);
      }
    }
  }

  constexpr std::size_t size() const noexcept {
    std::size_t count = 0;
    for_each([&](std::string_view, std::string_view) { ++count; });
    return count;
  }

  constexpr bool changes() const noexcept {
    if (change_.clears() && size_ != 0) return true;
    for (std::size_t at = 0; at < change_.size(); ++at) {
      const MetadataEntry& entry = change_[at];
      if (change_.find(entry.key) != at) continue;
      const MetadataPair* const kept = find(entry.key);
      if (entry.value ? kept == nullptr || kept->value != *entry.value : kept != nullptr) {
        return true;
      }
    }
    return false;
  }

  constexpr bool fits() const noexcept {
    if (change_.size() > most_entries) return false;
    bool good = size() <= most_pairs;
    for_each([&](std::string_view key, std::string_view value) {
      good = good && !key.empty() && is_text(key, longest_key) && is_text(value, longest_value);
    });
    return good;
  }

 private:
  static constexpr bool is_text(std::string_view text, std::size_t most) noexcept {
    return is_valid_utf8(text) && text.find('\0') == std::string_view::npos &&
           utf8_length(text) <= most;
  }
  constexpr const MetadataPair* find(std::string_view key) const noexcept {
    for (std::size_t at = 0; at < size_; ++at) {
      if (pairs_[at].key == key) return pairs_ + at;
    }
    return nullptr;
  }
  constexpr bool keeps(std::string_view key) const noexcept {
    return !change_.clears() && find(key) != nullptr;
  }

  const MetadataPair* pairs_ = nullptr;
  std::size_t size_ = 0;
  MetadataChange change_{};
};

}  // namespace membership::inline v0

// membership/domain/organization_domain.hpp

namespace membership::inline v0 {

enum class DomainState : std::uint8_t {
  failed = 1,
  legacy_verified,
  pending,
  unverified,
  verified
};

constexpr std::string_view to_string(DomainState state) noexcept {
  switch (state) {
    case DomainState::failed: return "failed";
    case DomainState::legacy_verified: return "legacy_verified";
    case DomainState::pending: return "pending";
    case DomainState::unverified: return "unverified";
    case DomainState::verified: return "verified";
  }
  return "";
}

struct DomainData {
  std::string_view domain;
  DomainState state = DomainState::pending;
};

struct OrganizationDomainId {
  Ulid value{};
  friend constexpr auto operator<=>(const OrganizationDomainId&,
                                    const OrganizationDomainId&) noexcept = default;
};

struct OrganizationDomain {
  OrganizationDomainId id{};
  std::string_view domain{};
  DomainState state = DomainState::pending;
  Time created_at = Time::from_milliseconds(0);
  Time updated_at = Time::from_milliseconds(0);
};

constexpr bool same_domain(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

class OrganizationDomains {
 public:
  static constexpr std::size_t most = 16;

  constexpr OrganizationDomains() noexcept = default;
  constexpr OrganizationDomains(const OrganizationDomain* kept, std::size_t size) noexcept
      : kept_(kept), size_(size) {}

  constexpr OrganizationDomains replaced(const DomainData* requested, std::size_t size, PlanId plan,
                                         Time now) const noexcept {
    OrganizationDomains result = *this;
    result.requested_ = requested;
    result.requested_size_ = size;
    result.plan_ = plan;
    result.now_ = now;
    result.replaced_ = true;
    return result;
  }

  template <class Visit>
  constexpr void for_each(Visit&& visit) const {
    if (!replaced_) return for_each_kept(visit);
    for (std::size_t at = 0; at < requested_size_; ++at) {
      const DomainData& data = requested_[at];
      if (const OrganizationDomain* const kept = find_kept(data.domain); kept != nullptr) {
        OrganizationDomain domain = *kept;
        if (domain.state != data.state) {
          domain.state = data.state;
          domain.updated_at = later_of(domain.updated_at, now_);
        }
        visit(domain);
      } else {
        const OrganizationDomainId id{
            EventId::of(plan_, static_cast<unsigned>(at)).value};  // as unique as an event's
        visit(OrganizationDomain{id, data.domain, data.state, now_, now_});
      }
    }
  }

  constexpr std::size_t size() const noexcept { return replaced_ ? requested_size_ : size_; }

  template <class Visit>
  constexpr void for_each_added(Visit&& visit) const {
    for (std::size_t at = 0; replaced_ && at < requested_size_; ++at) {
      if (find_kept(requested_[at].domain) == nullptr) visit(requested_[at].domain);
    }
  }
  template <class Visit>
  constexpr void for_each_removed(Visit&& visit) const {
    for_each_kept([&](const OrganizationDomain& kept) {
      for (std::size_t at = 0; at < requested_size_; ++at) {
        if (same_domain(requested_[at].domain, kept.domain)) return;
      }
      if (replaced_) visit(kept.domain);
    });
  }

  constexpr bool changes() const noexcept {
    if (!replaced_) return false;
    if (requested_size_ != size_) return true;
    for (std::size_t at = 0; at < size_; ++at) {
      if (!same_domain(requested_[at].domain, kept_[at].domain) ||
          requested_[at].state != kept_[at].state) {
        return true;
      }
    }
    return false;
  }

 private:
  template <class Visit>
  constexpr void for_each_kept(Visit&& visit) const {
    for (std::size_t at = 0; at < size_; ++at) visit(kept_[at]);
  }
  constexpr const OrganizationDomain* find_kept(std::string_view domain) const noexcept {
    for (std::size_t at = 0; at < size_; ++at) {
      if (same_domain(kept_[at].domain, domain)) return kept_ + at;
    }
    return nullptr;
  }

  const OrganizationDomain* kept_ = nullptr;
  std::size_t size_ = 0;
  const DomainData* requested_ = nullptr;
  std::size_t requested_size_ = 0;
  PlanId plan_{};
  Time now_ = Time::from_milliseconds(0);
  bool replaced_ = false;
};

}  // namespace membership::inline v0

// membership/domain/profile.hpp

namespace membership::inline v0 {

enum class Text : std::uint8_t {
  name,
  description,
  resource_type_slug,
  email,
  first_name,
  last_name,
  external_id,
  locale,
  stripe_customer_id,
  role_slug,  ///< of an invitation that has ended
};
inline constexpr std::size_t text_count = 10;  ///< of `Text`

class Texts {
 public:
  constexpr Texts() noexcept = default;

  constexpr bool has(Text text) const noexcept { return (set_ & bit(text)) != 0; }
  constexpr std::string_view operator[](Text text) const noexcept {
    return values_[static_cast<std::size_t>(text)];
  }
  constexpr void set(Text text, std::string_view value) noexcept {
    values_[static_cast<std::size_t>(text)] = value;
    set_ = static_cast<std::uint16_t>(set_ | bit(text));
  }
  constexpr void clear(Text text) noexcept {
    values_[static_cast<std::size_t>(text)] = {};
    set_ = static_cast<std::uint16_t>(set_ & ~bit(text));
  }
  constexpr void set(Text text, const std::optional<std::string_view>& value) noexcept {
    if (value) set(text, *value);
  }

 private:
  static constexpr unsigned bit(Text text) noexcept { return 1u << static_cast<unsigned>(text); }

  std::string_view values_[text_count]{};
  std::uint16_t set_ = 0;
};

struct Profile {
  Texts texts;
  Metadata metadata{};            ///< of a user or an organization
  OrganizationDomains domains{};  ///< of an organization
  bool email_verified = false;
  Time created_at = Time::from_milliseconds(0);
  Time updated_at = Time::from_milliseconds(0);
};

class EmailKey {
 public:
  static constexpr std::size_t capacity = 254;

  template <class E = Error>
  [[nodiscard]] static constexpr tl::expected<EmailKey, E> make(std::string_view address) noexcept {
    const ErrorCode code = fault(address);
    if (code != ErrorCode{}) {
      return tl::expected<EmailKey, E>(tl::unexpect,
                                       E{code, Field::email, 0, subject_of_text(address)});
    }
    return tl::expected<EmailKey, E>(tl::in_place, folded(address));
  }

  static constexpr ErrorCode fault(std::string_view address) noexcept {
    if (address.empty()) return ErrorCode::empty;
    if (address.size() > capacity) return ErrorCode::too_long;
    if (!is_valid_utf8(address)) return ErrorCode::not_utf8;
    std::size_t at_signs = 0;
    for (const char c : address) {
      if (c == '\0') return ErrorCode::not_utf8;
      if (c == ' ' || (c >= '\t' && c <= '\r')) return ErrorCode::malformed;
      if (c == '@') ++at_signs;
    }
    if (at_signs != 1 || address.front() == '@' || address.back() == '@') {
      return ErrorCode::malformed;
    }
    return ErrorCode{};
  }

  static constexpr EmailKey folded(std::string_view address) noexcept {
    char text[capacity]{};
    const std::string_view kept = address.size() <= capacity ? address : std::string_view();
    for (std::size_t i = 0; i < kept.size(); ++i) {
      const char c = kept[i];
      text[i] = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return EmailKey(InlineText<capacity>::cut({static_cast<const char*>(text), kept.size()}));
  }

  constexpr std::string_view view() const noexcept { return text_.view(); }
  friend constexpr auto operator<=>(const EmailKey&, const EmailKey&) noexcept = default;

 private:
  explicit constexpr EmailKey(const InlineText<capacity>& text) noexcept : text_(text) {}
  InlineText<capacity> text_;
};

constexpr ErrorCode text_fault(std::string_view text, std::size_t least,
                               std::size_t most) noexcept {
  if (text.size() < least) return ErrorCode::empty;
  if (!is_valid_utf8(text) || text.find('\0') != std::string_view::npos) {
    return ErrorCode::not_utf8;
  }
  if (utf8_length(text) > most) return ErrorCode::too_long;
  return ErrorCode{};
}

}  // namespace membership::inline v0

// membership/domain/word.hpp

namespace membership::inline v0 {
namespace detail {

template <class Word>
Word word_at(const char* bytes) noexcept {
  static_assert(std::is_scalar_v<Word>);
  Word word{};
  std::char_traits<char>::copy(reinterpret_cast<char*>(&word), bytes, sizeof word);
  return word;
}

template <class Word>
void put_word(char* bytes, Word word) noexcept {
  static_assert(std::is_scalar_v<Word>);
  std::char_traits<char>::copy(bytes, reinterpret_cast<const char*>(&word), sizeof word);
}

}  // namespace detail
}  // namespace membership::inline v0

// membership/domain/slug.hpp

namespace membership::inline v0 {

namespace detail {
template <class Word>
constexpr Word load_word(const char* bytes) noexcept {
  Word word = 0;
  if (std::is_constant_evaluated() || std::endian::native != std::endian::little) {
    for (std::size_t i = sizeof(Word); i > 0; --i) {
      word = static_cast<Word>((word << 8) | static_cast<unsigned char>(bytes[i - 1]));
    }
  } else {
    word = word_at<Word>(bytes);
  }
  return word;
}
}  // namespace detail

struct SlugKey {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::size_t size = 0;

  static constexpr SlugKey of(std::string_view text) noexcept {
    SlugKey key;
    key.size = text.size();
    const char* const bytes = text.data();
    if (text.size() >= 8) {
      key.first = detail::load_word<std::uint64_t>(bytes);
      key.last = detail::load_word<std::uint64_t>(bytes + (text.size() - 8));
    } else if (text.size() >= 4) {
      key.first = detail::load_word<std::uint32_t>(bytes);
      key.last = detail::load_word<std::uint32_t>(bytes + (text.size() - 4));
    } else {
      for (const char c : text) key.first = (key.first << 8) | static_cast<unsigned char>(c);
    }
    return key;
  }

  friend constexpr bool operator==(const SlugKey&, const SlugKey&) noexcept = default;
};

namespace detail {
constexpr bool is_lower_or_digit(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
constexpr bool is_separator(char c) noexcept { return c == '-' || c == '_'; }

constexpr ErrorCode slug_fault(std::string_view text, std::size_t capacity,
                               std::string_view others) noexcept {
  if (text.empty()) return ErrorCode::empty;
  if (text.size() > capacity) return ErrorCode::too_long;
  for (const char c : text) {
    if (!is_lower_or_digit(c) && !is_separator(c) && others.find(c) == std::string_view::npos) {
      return ErrorCode::malformed;
    }
  }
  return ErrorCode{};
}

template <class S, class E>
constexpr tl::expected<S, E> made_slug(std::string_view text, ErrorCode fault) noexcept {
  if (fault != ErrorCode{}) {
    return tl::expected<S, E>(tl::unexpect, E{fault, Field::slug, 0, subject_of_text(text)});
  }
  return tl::expected<S, E>(tl::in_place, S::from_stored(text));
}
}  // namespace detail

class RoleSlug {
 public:
  static constexpr std::size_t capacity = 48;

  template <class E = Error>
  [[nodiscard]] static constexpr tl::expected<RoleSlug, E> make(std::string_view text) noexcept {
    return detail::made_slug<RoleSlug, E>(text, fault(text));
  }

  static constexpr ErrorCode fault(std::string_view text) noexcept {
    return detail::slug_fault(text, capacity, "");
  }

  template <class E = Error>
  [[nodiscard]] static constexpr tl::expected<RoleSlug, E>
  make_organization(std::string_view text) noexcept {
    return detail::made_slug<RoleSlug, E>(text, organization_fault(text));
  }

  static constexpr ErrorCode organization_fault(std::string_view text) noexcept {
    const ErrorCode code = fault(text);
    if (code != ErrorCode{}) return code;
    if (text.substr(0, 4) != "org-" || detail::is_separator(text.back())) {
      return ErrorCode::malformed;
    }
    for (std::size_t i = 1; i < text.size(); ++i) {
      if (detail::is_separator(text[i]) && detail::is_separator(text[i - 1])) {
        return ErrorCode::malformed;
      }
    }
    return ErrorCode{};
  }

  static constexpr RoleSlug generate(std::string_view name, std::string_view suffix) noexcept {
    char text[capacity]{};
    std::size_t size = 0;
    suffix = suffix.substr(0, 6);
    const std::size_t room = capacity - 1 - suffix.size();
    for (char c : name) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
      if (c == ' ' || (c >= '\t' && c <= '\r')) c = '-';
      const bool separator = detail::is_separator(c);
      if (!separator && !detail::is_lower_or_digit(c)) continue;
      if (separator && (size == 0 || detail::is_separator(text[size - 1]))) continue;
      if (size == room) break;
      text[size++] = c;
    }
    while (size > 0 && detail::is_separator(text[size - 1])) --size;
    if (size == 0) {
      for (const char c : std::string_view("role")) text[size++] = c;
    }
    text[size++] = '-';
    for (const char c : suffix) text[size++] = c;
    return RoleSlug({static_cast<const char*>(text), size});
  }

  static constexpr RoleSlug from_stored(std::string_view text) noexcept { return RoleSlug(text); }

  constexpr std::string_view view() const noexcept { return text_.view(); }

  friend constexpr bool operator==(const RoleSlug&, const RoleSlug&) noexcept = default;
  friend constexpr std::strong_ordering operator<=>(const RoleSlug&,
                                                    const RoleSlug&) noexcept = default;

 private:
  explicit constexpr RoleSlug(std::string_view text) noexcept
      : text_(InlineText<capacity>::cut(text)) {}
  InlineText<capacity> text_;
};

class PermissionSlug {
 public:
  static constexpr std::size_t capacity = 48;

  template <class E = Error>
  [[nodiscard]] static constexpr tl::expected<PermissionSlug, E>
  make(std::string_view text) noexcept {
    return detail::made_slug<PermissionSlug, E>(text, fault(text));
  }

  static constexpr ErrorCode fault(std::string_view text) noexcept {
    return detail::slug_fault(text, capacity, ":.*");
  }

  static constexpr PermissionSlug from_stored(std::string_view text) noexcept {
    return PermissionSlug(text);
  }

  constexpr std::string_view view() const noexcept { return text_.view(); }

  friend constexpr bool operator==(const PermissionSlug&, const PermissionSlug&) noexcept = default;
  friend constexpr std::strong_ordering operator<=>(const PermissionSlug&,
                                                    const PermissionSlug&) noexcept = default;

 private:
  explicit constexpr PermissionSlug(std::string_view text) noexcept
      : text_(InlineText<capacity>::cut(text)) {}
  InlineText<capacity> text_;
};

}  // namespace membership::inline v0

// membership/domain/role_catalogue.hpp

namespace membership::inline v0 {

struct PermissionState {
  SlugKey key;
  PermissionSlug slug;
  Phase phase = Phase::live;
  bool system = false;           ///< a system permission cannot be deleted
  std::uint64_t generation = 0;  ///< while `retiring`: the revision that its mark gave its owner

  constexpr explicit PermissionState(const PermissionSlug& permission_slug,
                                     bool of_system = false) noexcept
      : key(SlugKey::of(permission_slug.view())), slug(permission_slug), system(of_system) {}

  static constexpr PermissionState nothing() noexcept {
    return PermissionState(PermissionSlug::from_stored({}));
  }
};

inline constexpr std::string_view organization_resource_type = "organization";

struct RoleState {
  SlugKey key;
  RoleSlug slug;
  Phase phase = Phase::live;
  bool of_organizations = true;
  bool only_unused = false;
  RoleIndex replacement = RoleIndex::none();
  std::uint64_t generation = 0;
  PermissionSet permissions;

  constexpr explicit RoleState(const RoleSlug& role_slug, bool organization_scoped = true,
                               const PermissionSet& granted = {}) noexcept
      : key(SlugKey::of(role_slug.view())), slug(role_slug), of_organizations(organization_scoped),
        permissions(granted) {}

  static constexpr RoleState nothing() noexcept {
    return RoleState(RoleSlug::from_stored({}), false);
  }

  constexpr bool assignable() const noexcept { return of_organizations && phase == Phase::live; }
};

template <class State>
class SlugTable {
 public:
  constexpr SlugTable() noexcept = default;
  constexpr SlugTable(const State* states, std::size_t size) noexcept
      : states_(states), size_(static_cast<unsigned>(size)) {}

  constexpr unsigned size() const noexcept { return size_; }
  constexpr const State& operator[](unsigned place) const noexcept { return states_[place]; }
  constexpr bool has(unsigned place) const noexcept {
    return place < size_ && states_[place].key.size != 0;
  }

  constexpr unsigned find(const SlugKey& key, std::string_view slug) const noexcept {
    if (key.size == 0) return size_;
    for (unsigned place = 0; place < size_; ++place) {
      const State& state = states_[place];
      if (state.key == key && (key.size <= 16 || state.slug.view() == slug)) return place;
    }
    return size_;
  }

  constexpr unsigned first_free() const noexcept {
    unsigned place = 0;
    while (has(place)) ++place;
    return place;
  }

 private:
  const State* states_ = nullptr;
  unsigned size_ = 0;
};

using RoleTable = SlugTable<RoleState>;
using PermissionTable = SlugTable<PermissionState>;

struct RoleOrder {
  static constexpr unsigned capacity = 2 * RoleIndex::per_table;
  std::uint8_t values[capacity]{};  ///< `RoleIndex::value` of each
  std::uint8_t size = 0;

  constexpr RoleIndex operator[](unsigned at) const noexcept {
    return RoleIndex::from_value(values[at]);
  }
  constexpr void push_back(RoleIndex index) noexcept { values[size++] = index.value(); }
  constexpr bool contains(RoleIndex index) const noexcept {
    for (unsigned at = 0; at < size; ++at) {
      if (values[at] == index.value()) return true;
    }
    return false;
  }
  constexpr void erase(RoleIndex index) noexcept {
    unsigned kept = 0;
    for (unsigned at = 0; at < size; ++at) {
      if (values[at] != index.value()) values[kept++] = values[at];
    }
    size = static_cast<std::uint8_t>(kept);
  }
};

class RoleCatalogue {
 public:
  constexpr RoleCatalogue() noexcept = default;
  constexpr RoleCatalogue(RoleTable environment, RoleTable organization, const RoleOrder* order,
                          const RoleOrder* own_order = nullptr,
                          PermissionTable permissions = {}) noexcept
      : environment_(environment), organization_(organization), permissions_(permissions),
        order_(order), own_order_(own_order) {}

  constexpr PermissionTable permission_table() const noexcept { return permissions_; }

  constexpr const RoleOrder* order() const noexcept { return order_; }
  constexpr const RoleOrder* own_order() const noexcept { return own_order_; }
  constexpr RoleTable environment() const noexcept { return environment_; }
  constexpr RoleTable organization() const noexcept { return organization_; }

  constexpr RoleIndex find(std::string_view slug) const noexcept {
    const SlugKey key = SlugKey::of(slug);
    const unsigned place = environment_.find(key, slug);
    if (place != environment_.size()) return RoleIndex::environment(place);
    const unsigned own = organization_.find(key, slug);
    if (own != organization_.size()) return RoleIndex::organization(own);
    return RoleIndex::none();
  }

  constexpr const RoleState* at(RoleIndex index) const noexcept {
    if (index.is_none()) return nullptr;
    const RoleTable& table = index.is_organization() ? organization_ : environment_;
    return table.has(index.place()) ? &table[index.place()] : nullptr;
  }

  constexpr std::string_view slug(RoleIndex index) const noexcept {
    const RoleState* const role = at(index);
    return role == nullptr ? std::string_view() : role->slug.view();
  }

  constexpr RoleSet all() const noexcept {
    RoleSet set;
    for (unsigned i = 0; i < environment_.size(); ++i) {
      if (environment_.has(i)) set.insert(RoleIndex::environment(i));
    }
    for (unsigned i = 0; i < organization_.size(); ++i) {
      if (organization_.has(i)) set.insert(RoleIndex::organization(i));
    }
    return set;
  }

  constexpr RoleSet assignable(RoleSet set) const noexcept {
    return {assignable(environment_, set.environment()),
            assignable(organization_, set.organization())};
  }

  constexpr RoleSet assignable() const noexcept { return assignable(all()); }

  template <class Visit>
  constexpr void for_each_in_order(RoleSet set, Visit&& visit) const {
    const RoleOrder* const orders[] = {own_order_, order_};
    for (const RoleOrder* const order : orders) {
      if (order == nullptr) continue;
      for (unsigned at = 0; at < order->size && !set.empty(); ++at) {
        const RoleIndex index = (*order)[at];
        if (!set.contains(index)) continue;
        set = set - RoleSet::of(index);
        visit(index);
      }
    }
    for (std::uint64_t rest = set.environment(); rest != 0; rest &= rest - 1) {
      visit(RoleIndex::environment(static_cast<unsigned>(std::countr_zero(rest))));
    }
    for (std::uint64_t rest = set.organization(); rest != 0; rest &= rest - 1) {
      visit(RoleIndex::organization(static_cast<unsigned>(std::countr_zero(rest))));
    }
  }

  constexpr RoleIndex highest(RoleSet set) const noexcept {
    RoleIndex first = RoleIndex::none();
    for_each_in_order(set, [&](RoleIndex index) {
      if (first.is_none()) first = index;
    });
    return first;
  }

  constexpr unsigned find_permission(std::string_view slug) const noexcept {
    const unsigned index = permissions_.find(SlugKey::of(slug), slug);
    return index != permissions_.size() && permissions_[index].phase == Phase::live
               ? index
               : PermissionSet::capacity;
  }

  constexpr RoleIndex grantor(RoleSet set, unsigned permission) const noexcept {
    if (permission >= PermissionSet::capacity) return RoleIndex::none();
    for (std::uint64_t rest = set.environment(); rest != 0; rest &= rest - 1) {
      const auto place = static_cast<unsigned>(std::countr_zero(rest));
      if (environment_.has(place) && environment_[place].permissions.contains(permission)) {
        return RoleIndex::environment(place);
      }
    }
    for (std::uint64_t rest = set.organization(); rest != 0; rest &= rest - 1) {
      const auto place = static_cast<unsigned>(std::countr_zero(rest));
      if (organization_.has(place) && organization_[place].permissions.contains(permission)) {
        return RoleIndex::organization(place);
      }
    }
    return RoleIndex::none();
  }

  constexpr PermissionSet permissions(RoleSet set) const noexcept {
    PermissionSet granted;
    for (std::uint64_t rest = set.environment(); rest != 0; rest &= rest - 1) {
      add_permissions(environment_, static_cast<unsigned>(std::countr_zero(rest)), granted);
    }
    for (std::uint64_t rest = set.organization(); rest != 0; rest &= rest - 1) {
      add_permissions(organization_, static_cast<unsigned>(std::countr_zero(rest)), granted);
    }
    for (unsigned i = 0; i < permissions_.size(); ++i) {
      if (permissions_[i].phase != Phase::live) granted.erase(i);
    }
    return granted;
  }

 private:
  static constexpr void add_permissions(const RoleTable& table, unsigned place,
                                        PermissionSet& granted) noexcept {
    if (table.has(place)) granted = granted | table[place].permissions;
  }

  static constexpr std::uint64_t assignable(RoleTable table, std::uint64_t places) noexcept {
    std::uint64_t fit = 0;
    for (; places != 0; places &= places - 1) {
      const auto place = static_cast<unsigned>(std::countr_zero(places));
      if (table.has(place) && table[place].assignable()) fit |= places & (~places + 1);
    }
    return fit;
  }

  RoleTable environment_;
  RoleTable organization_;
  PermissionTable permissions_;
  const RoleOrder* order_ = nullptr;
  const RoleOrder* own_order_ = nullptr;
};

}  // namespace membership::inline v0

// membership/domain/user.hpp

namespace membership::inline v0 {

template <class T>
struct BasicUserState {
  typename T::UserId id;
  std::uint64_t revision = 0;
  Phase phase = Phase::live;
  std::uint64_t generation = 0;  ///< while `deleting`: the revision that its mark gave it

  explicit constexpr BasicUserState(const typename T::UserId& user_id,
                                    std::uint64_t at_revision = 0, Phase in_phase = Phase::live,
                                    std::uint64_t marked_at = 0) noexcept
      : id(user_id), revision(at_revision), phase(in_phase), generation(marked_at) {}

  friend constexpr bool operator==(const BasicUserState&, const BasicUserState&) noexcept = default;
};

using UserState = BasicUserState<DefaultTraits>;

}  // namespace membership::inline v0

// membership/policy/claims.hpp

namespace membership::inline v0 {

enum class ClaimKind : std::uint8_t {
  user_email,
  user_external_id,
  organization_external_id,
  organization_domain,
  stripe_customer_id,
  invitation_email,  ///< by an open invitation without organization
};

using ClaimKey = InlineText<EmailKey::capacity>;

constexpr ClaimKey claim_key(ClaimKind kind, std::string_view text) noexcept {
  switch (kind) {
    case ClaimKind::user_email:
    case ClaimKind::organization_domain:
    case ClaimKind::invitation_email: return ClaimKey::cut(EmailKey::folded(text).view());
    case ClaimKind::user_external_id:
    case ClaimKind::organization_external_id:
    case ClaimKind::stripe_customer_id: break;
  }
  return text.size() > ClaimKey::capacity() ? ClaimKey{} : ClaimKey::cut(text);
}

struct ClaimText {
  ClaimKind kind{};
  std::string_view text{};
};

class ClaimTexts {
 public:
  constexpr ClaimTexts() noexcept = default;
  constexpr void push_back(ClaimKind kind, std::string_view text) noexcept {
    texts_[size_++] = ClaimText{kind, text};
  }
  constexpr unsigned size() const noexcept { return size_; }
  constexpr const ClaimText& operator[](unsigned at) const noexcept { return texts_[at]; }

 private:
  ClaimText texts_[2];
  unsigned size_ = 0;
};

struct ClaimChange {
  std::optional<std::string_view> before{};
  std::optional<std::string_view> after{};
};

struct Claims {
  ClaimChange email{};
  ClaimChange external_id{};
  ClaimChange stripe_customer_id{};
};

}  // namespace membership::inline v0

// membership/policy/lifecycle.hpp

namespace membership::inline v0 {

enum class Standing : std::uint8_t { none, pending, active, inactive };
inline constexpr std::size_t standing_count = 4;  ///< of `Standing`

constexpr Standing standing_of(Status status) noexcept {
  return static_cast<Standing>(static_cast<std::uint8_t>(status));
}

constexpr std::string_view to_string(Standing standing) noexcept {
  switch (standing) {
    case Standing::none: return "none";
    case Standing::pending: return "pending";
    case Standing::active: return "active";
    case Standing::inactive: return "inactive";
  }
  return "";
}

enum class LifecycleCommand : std::uint8_t {
  create,
  update_roles,
  deactivate,
  reactivate,
  remove,
  accept_invitation,
};
inline constexpr std::size_t lifecycle_command_count = 6;  ///< of `LifecycleCommand`

constexpr std::string_view to_string(LifecycleCommand command) noexcept {
  switch (command) {
    case LifecycleCommand::create: return "create";
    case LifecycleCommand::update_roles: return "update roles";
    case LifecycleCommand::deactivate: return "deactivate";
    case LifecycleCommand::reactivate: return "reactivate";
    case LifecycleCommand::remove: return "delete";
    case LifecycleCommand::accept_invitation: return "accept invitation";
  }
  return "";
}

enum class RoleEffect : std::uint8_t {
  none,      ///< there are none to speak of: refused, or gone
  given,     ///< those requested, the invitation's, or the default
  replaced,  ///< those requested (or the default) instead of those held
  kept,      ///< those held
};

struct LifecycleCell {
  enum class Verdict : std::uint8_t { refused, unchanged, changed };
  Verdict verdict;
  ErrorCode error;  ///< where refused; else without meaning
  Standing next;    ///< the standing after it
  RoleEffect roles;
  EventType event;  ///< where changed; else `none`
};

class LifecycleTable {
 public:
  constexpr LifecycleTable() noexcept;

  constexpr const LifecycleCell& at(LifecycleCommand command, Standing standing) const noexcept {
    return cells_[static_cast<std::size_t>(command)][static_cast<std::size_t>(standing)];
  }

 private:
  LifecycleCell cells_[lifecycle_command_count][standing_count];
};

namespace detail {
constexpr LifecycleCell lifecycle_refused(ErrorCode error, Standing now) noexcept {
  return {LifecycleCell::Verdict::refused, error, now, RoleEffect::none, EventType::none};
}
constexpr LifecycleCell lifecycle_unchanged(Standing now) noexcept {
  return {LifecycleCell::Verdict::unchanged, ErrorCode{}, now, RoleEffect::kept, EventType::none};
}
constexpr LifecycleCell lifecycle_changed(Standing next, RoleEffect roles,
                                          EventType event) noexcept {
  return {LifecycleCell::Verdict::changed, ErrorCode{}, next, roles, event};
}
}  // namespace detail

constexpr LifecycleTable::LifecycleTable() noexcept
    : cells_{
          {detail::lifecycle_changed(Standing::active, RoleEffect::given,
                                     EventType::organization_membership_created),
           detail::lifecycle_refused(ErrorCode::cannot_reactivate_pending_organization_membership,
                                     Standing::pending),
           detail::lifecycle_refused(ErrorCode::organization_membership_already_exists,
                                     Standing::active),
           detail::lifecycle_changed(Standing::active, RoleEffect::replaced,
                                     EventType::organization_membership_updated)},
          {detail::lifecycle_refused(ErrorCode::entity_not_found, Standing::none),
           detail::lifecycle_changed(Standing::pending, RoleEffect::replaced,
                                     EventType::organization_membership_updated),
           detail::lifecycle_changed(Standing::active, RoleEffect::replaced,
                                     EventType::organization_membership_updated),
           detail::lifecycle_changed(Standing::inactive, RoleEffect::replaced,
                                     EventType::organization_membership_updated)},
          {detail::lifecycle_refused(ErrorCode::entity_not_found, Standing::none),
           detail::lifecycle_refused(ErrorCode::cannot_deactivate_pending_organization_membership,
                                     Standing::pending),
           detail::lifecycle_changed(Standing::inactive, RoleEffect::kept,
                                     EventType::organization_membership_updated),
           detail::lifecycle_unchanged(Standing::inactive)},
          {detail::lifecycle_refused(ErrorCode::entity_not_found, Standing::none),
           detail::lifecycle_refused(ErrorCode::cannot_reactivate_pending_organization_membership,
                                     Standing::pending),
           detail::lifecycle_unchanged(Standing::active),
           detail::lifecycle_changed(Standing::active, RoleEffect::kept,
                                     EventType::organization_membership_updated)},
          {detail::lifecycle_refused(ErrorCode::entity_not_found, Standing::none),
           detail::lifecycle_changed(Standing::none, RoleEffect::none,
                                     EventType::organization_membership_deleted),
           detail::lifecycle_changed(Standing::none, RoleEffect::none,
                                     EventType::organization_membership_deleted),
           detail::lifecycle_changed(Standing::none, RoleEffect::none,
                                     EventType::organization_membership_deleted)},
          {detail::lifecycle_changed(Standing::active, RoleEffect::given,
                                     EventType::organization_membership_created),
           detail::lifecycle_changed(Standing::active, RoleEffect::kept,
                                     EventType::organization_membership_updated),
           detail::lifecycle_refused(ErrorCode::invalid_invite, Standing::active),
           detail::lifecycle_changed(Standing::active, RoleEffect::replaced,
                                     EventType::organization_membership_updated)},
      } {}

inline constexpr LifecycleTable lifecycle_table{};  ///< the one table

}  // namespace membership::inline v0

// membership/policy/plan.hpp

namespace membership::inline v0 {

enum class Outcome : std::uint8_t { created, reactivated, updated, unchanged, deleted };

constexpr std::string_view to_string(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::created: return "created";
    case Outcome::reactivated: return "reactivated";
    case Outcome::updated: return "updated";
    case Outcome::unchanged: return "unchanged";
    case Outcome::deleted: return "deleted";
  }
  return "";
}

enum class Precondition : std::uint8_t {
  absent,   ///< the row does not exist
  compare,  ///< it has the revision seen, and keeps it until the commit is done
  set,      ///< it has the revision seen, and becomes the next
};

enum class Effect : std::uint8_t { keep, put, erase };

enum class RoleSource : std::uint8_t {
  none,  ///< the command is not about roles
  requested,
  organization_default,
  environment_default,
  member_default,  ///< the role `member`, because no default is set
  retained,        ///< those that it had
};

struct Trace {
  enum class About : std::uint8_t {
    lifecycle,  ///< the cell (`command`, `standing`) of the table
    user,
    organization,
    environment_role,
    organization_role,
    permission,
    transfer,
    default_role,
    priority_order,
    multiple_roles,
    owner_role,
    seats,
    invitation,
  };
  About about = About::lifecycle;
  LifecycleCommand command = LifecycleCommand::create;
  Standing standing = Standing::none;
  RoleSource role_source = RoleSource::none;
  RoleSet dropped{};  ///< retained roles that no longer fit (`unfit_retained_role`)
};

struct EnvironmentWrite {
  Precondition precondition;
  std::uint64_t expected;
  EnvironmentState after;

  constexpr EnvironmentWrite(Precondition condition, std::uint64_t revision,
                             const EnvironmentState& state) noexcept
      : precondition(condition), expected(revision), after(state) {}
};

struct FreedWrite {
  Precondition precondition;
  std::uint64_t expected;
  std::uint64_t after;

  constexpr FreedWrite(Precondition condition, std::uint64_t seen, std::uint64_t raised) noexcept
      : precondition(condition), expected(seen), after(raised) {}
};

struct OrganizationTouch {
  std::uint64_t expected;
  std::uint64_t fenced_to;
  Counts after;

  constexpr OrganizationTouch(std::uint64_t revision, std::uint64_t environment_revision,
                              const Counts& counts) noexcept
      : expected(revision), fenced_to(environment_revision), after(counts) {}
};

template <class T>
struct BasicOrganizationWrite {
  Precondition precondition;    ///< `absent` or `set`
  Effect effect = Effect::put;  ///< `erase`: `after` is its last state
  EventType event;
  std::uint64_t expected;
  BasicOrganizationState<T> after;

  constexpr BasicOrganizationWrite(Precondition condition, EventType type, std::uint64_t revision,
                                   const BasicOrganizationState<T>& state) noexcept
      : precondition(condition), event(type), expected(revision), after(state) {}
};

template <class T>
struct BasicUserWrite {
  Precondition precondition;
  Effect effect = Effect::put;  ///< `erase`: `after` is its last state
  EventType event;
  std::uint64_t expected;
  BasicUserState<T> after;

  constexpr BasicUserWrite(Precondition condition, EventType type, std::uint64_t revision,
                           const BasicUserState<T>& state) noexcept
      : precondition(condition), event(type), expected(revision), after(state) {}
};

struct MembershipBefore {
  RoleSet roles{};
  Time updated_at = Time::from_milliseconds(0);
  RoleIndex first_requested = RoleIndex::none();
  Standing standing = Standing::none;
};

template <class T>
struct BasicMembershipWrite {
  Precondition precondition;
  Effect effect;
  EventType event;
  std::uint64_t expected;
  BasicOrganizationMembership<T> after;
  MembershipBefore before{};

  constexpr BasicMembershipWrite(EventType type, const typename T::MembershipId& id,
                                 const typename T::UserId& user,
                                 const typename T::OrganizationId& organization, RoleSet roles,
                                 RoleIndex first, Status status, Time now,
                                 std::uint64_t revision) noexcept
      : precondition(Precondition::absent), effect(Effect::put), event(type), expected(0),
        after(id, user, organization, roles, first, status, now, now, revision) {}

  constexpr BasicMembershipWrite(Effect what, EventType type,
                                 const BasicOrganizationMembership<T>& seen) noexcept
      : precondition(Precondition::set), effect(what), event(type), expected(seen.revision),
        after(seen), before{seen.roles, seen.updated_at, seen.first_requested,
                            standing_of(seen.status)} {}
};

template <class T>
struct BasicRoleWrite {
  Precondition precondition;
  Effect effect = Effect::put;  ///< `erase`: `after` is its last state
  EventType event;
  typename T::RoleId id;
  RoleIndex index;
  RoleState after;
  const RoleState* before;  ///< null for a new one

  constexpr BasicRoleWrite(Precondition condition, EventType type, const typename T::RoleId& role,
                           RoleIndex place, const RoleState& state,
                           const RoleState* seen = nullptr) noexcept
      : precondition(condition), event(type), id(role), index(place), after(state), before(seen) {}
};

template <class T>
struct BasicPermissionWrite {
  Precondition precondition;
  Effect effect = Effect::put;  ///< `erase`: `after` is its last state
  EventType event;
  typename T::PermissionId id;
  std::uint16_t index;
  PermissionState after;

  constexpr BasicPermissionWrite(Precondition condition, EventType type,
                                 const typename T::PermissionId& permission, std::uint16_t place,
                                 const PermissionState& state) noexcept
      : precondition(condition), event(type), id(permission), index(place), after(state) {}
};

template <class T>
struct BasicInvitationWrite {
  Precondition precondition;    ///< `absent` or `set`
  Effect effect = Effect::put;  ///< `erase`: `after` is its last state
  EventType event;
  std::uint64_t expected;
  BasicInvitationState<T> after;
  RoleSet held{};
  RoleIndex first_requested = RoleIndex::none();

  constexpr BasicInvitationWrite(Precondition condition, EventType type, std::uint64_t revision,
                                 const BasicInvitationState<T>& state) noexcept
      : precondition(condition), event(type), expected(revision), after(state) {}
};

struct ProfileWrite {
  Profile after{};
  const Profile* before = nullptr;

  constexpr ProfileWrite() noexcept = default;
  constexpr explicit ProfileWrite(const Profile& shown, const Profile* seen = nullptr) noexcept
      : after(shown), before(seen) {}
};

template <class T>
struct BasicPlan {
  PlanId id;
  Time decided_at;
  Outcome outcome = Outcome::unchanged;
  Trace trace{};
  Slot<EnvironmentWrite> environment{};
  Slot<FreedWrite> freed{};
  Slot<OrganizationTouch> touch{};                 ///< either this …
  Slot<BasicOrganizationWrite<T>> organization{};  ///< … or this
  Slot<std::uint64_t> compared_user{};             ///< the revision of the membership's user
  Slot<BasicUserWrite<T>> user{};
  Slot<BasicMembershipWrite<T>> membership{};
  Slot<BasicMembershipWrite<T>> other{};  ///< a second one of the same organization; never inserted
  Slot<BasicRoleWrite<T>> role{};
  Slot<BasicPermissionWrite<T>> permission{};
  Slot<BasicInvitationWrite<T>> invitation{};
  Slot<RoleOrder> order{};
  Slot<Claims> claims{};
  Slot<ProfileWrite> profile{};

  constexpr BasicPlan(PlanId plan_id, Time now) noexcept : id(plan_id), decided_at(now) {}

  constexpr const typename T::OrganizationId* organization_id() const noexcept {
    if (membership) return &membership->after.organization;
    if (organization) return &organization->after.id;
    if (!invitation) return nullptr;
    const std::optional<typename T::OrganizationId>& owner = invitation->after.organization;
    return owner ? &*owner : nullptr;
  }
};

template <class T, class Visit>
constexpr void for_each_event(const BasicPlan<T>& plan, Visit&& visit) {
  unsigned index = 0;
  const auto show = [&](EventType type) {
    if (type != EventType::none) visit(type, index++);
  };
  if (plan.user) show(plan.user->event);
  if (plan.organization) show(plan.organization->event);
  if (plan.permission) show(plan.permission->event);
  if (plan.role) show(plan.role->event);
  if (plan.invitation) show(plan.invitation->event);
  if (plan.membership) show(plan.membership->event);
  if (plan.other) show(plan.other->event);
}

template <class T, class Visit>
constexpr void for_each_claim(const BasicPlan<T>& plan, Visit&& visit) {
  if (!plan.claims && !(plan.organization && plan.profile)) return;
  const Effect effects[] = {Effect::erase, Effect::put};
  for (const Effect effect : effects) {
    const auto show = [&](ClaimKind kind, const ClaimChange& change) {
      const auto& text = effect == Effect::erase ? change.before : change.after;
      if (!text) return;
      const ClaimKey key = claim_key(kind, *text);
      const bool same = change.before && change.after &&
                        claim_key(kind, *change.before) == claim_key(kind, *change.after);
      if (!same) visit(kind, effect, key);
    };
    if (plan.claims) {
      const Claims& claims = *plan.claims;
      if (plan.user || (plan.invitation && !plan.invitation->after.organization)) {
        show(plan.user ? ClaimKind::user_email : ClaimKind::invitation_email, claims.email);
      }
      show(plan.user ? ClaimKind::user_external_id : ClaimKind::organization_external_id,
           claims.external_id);
      show(ClaimKind::stripe_customer_id, claims.stripe_customer_id);
    }
    if (!plan.organization || !plan.profile) continue;
    const auto show_domain = [&](std::string_view domain) {
      constexpr ClaimKind kind = ClaimKind::organization_domain;
      visit(kind, effect, claim_key(kind, domain));
    };
    const OrganizationDomains& domains = plan.profile->after.domains;
    if (plan.organization->effect == Effect::erase) {
      if (effect == Effect::erase) {
        domains.for_each([&](const OrganizationDomain& kept) { show_domain(kept.domain); });
      }
    } else if (effect == Effect::erase) {
      domains.for_each_removed(show_domain);
    } else {
      domains.for_each_added(show_domain);
    }
  }
}

using OrganizationWrite = BasicOrganizationWrite<DefaultTraits>;
using UserWrite = BasicUserWrite<DefaultTraits>;
using MembershipWrite = BasicMembershipWrite<DefaultTraits>;
using RoleWrite = BasicRoleWrite<DefaultTraits>;
using PermissionWrite = BasicPermissionWrite<DefaultTraits>;
using InvitationWrite = BasicInvitationWrite<DefaultTraits>;
using Plan = BasicPlan<DefaultTraits>;

}  // namespace membership::inline v0

// membership/policy/refusal.hpp

namespace membership::inline v0 {

class Refusal {
 public:
  constexpr Refusal() noexcept = default;
  constexpr Refusal(ErrorCode code, Field field = Field::none, std::uint16_t detail = 0) noexcept
      : bits_(static_cast<std::uint32_t>(code) | (static_cast<std::uint32_t>(field) << 8) |
              (static_cast<std::uint32_t>(detail) << 16)) {}

  static constexpr Refusal by_rule(std::uint16_t number) noexcept {
    return {ErrorCode::rule_refused, Field::none, number};
  }

  constexpr explicit operator bool() const noexcept { return bits_ != 0; }
  constexpr ErrorCode code() const noexcept { return static_cast<ErrorCode>(bits_ & 255u); }
  constexpr Field field() const noexcept { return static_cast<Field>((bits_ >> 8) & 255u); }
  constexpr std::uint16_t detail() const noexcept {
    return static_cast<std::uint16_t>(bits_ >> 16);
  }

 private:
  std::uint32_t bits_ = 0;
};

namespace detail {
inline constexpr std::uint16_t unnamed_place = 0xFFFF;
constexpr std::uint16_t place_of(std::size_t at) noexcept {
  return static_cast<std::uint16_t>(at < unnamed_place ? at : unnamed_place);
}
}  // namespace detail

}  // namespace membership::inline v0

// membership/policy/role_selection.hpp

namespace membership::inline v0 {

class RoleSelection {
 public:
  enum class Form : std::uint8_t { none, one, several };

  constexpr RoleSelection() noexcept = default;
  static constexpr RoleSelection none() noexcept { return {}; }

  static constexpr RoleSelection one(std::string_view slug) noexcept {
    RoleSelection selection;
    selection.form_ = Form::one;
    selection.one_ = slug;
    selection.size_ = 1;
    return selection;
  }

  template <class Slugs>
  static constexpr RoleSelection several(const Slugs& slugs) noexcept {
    RoleSelection selection;
    selection.form_ = Form::several;
    selection.slugs_ = std::data(slugs);
    selection.size_ = std::size(slugs);
    return selection;
  }
  template <class Slugs>
  requires(!std::ranges::enable_borrowed_range<Slugs>) static RoleSelection
      several(const Slugs&&) = delete;

  constexpr Form form() const noexcept { return form_; }
  constexpr std::size_t size() const noexcept { return size_; }
  constexpr std::string_view operator[](std::size_t at) const noexcept {
    return form_ == Form::one ? one_ : slugs_[at];
  }

 private:
  const std::string_view* slugs_ = nullptr;
  std::size_t size_ = 0;
  std::string_view one_{};
  Form form_ = Form::none;
};

}  // namespace membership::inline v0

// membership/policy/snapshot.hpp

namespace membership::inline v0 {

template <class I>
struct Named {
  I id;
  Profile profile;
};

template <class T>
struct BasicSnapshot {
  static constexpr std::uint16_t not_taken = 0xFFFF;

  EnvironmentState environment{};
  std::uint64_t freed_revision = 0;
  RoleCatalogue roles{};
  Slot<BasicOrganizationState<T>> organization{};
  Slot<BasicUserState<T>> user{};
  Slot<BasicOrganizationMembership<T>> membership{};
  Slot<BasicOrganizationMembership<T>> actor{};
  Slot<BasicOrganizationMembership<T>> other{};
  Slot<typename T::UserId> email_holder{};
  Slot<BasicInvitationState<T>> invitation{};
  Slot<BasicUserState<T>> inviter{};
  const Named<typename T::RoleId>* role = nullptr;              ///< at `role_index`
  const Named<typename T::PermissionId>* permission = nullptr;  ///< at `permission_index`
  const Profile* organization_profile = nullptr;
  const Profile* user_profile = nullptr;
  const Profile* invitation_profile = nullptr;
  std::uint64_t holders = 0;               ///< of the role `Reads::holders`
  std::uint8_t taken_claims = 0;           ///< of `Reads::claims`, as bits
  std::uint16_t taken_domain = not_taken;  ///< the first of `Reads::domains` that is taken
  RoleIndex role_index = RoleIndex::none();
  std::uint16_t permission_index = 0;
};

using Snapshot = BasicSnapshot<DefaultTraits>;

}  // namespace membership::inline v0

// membership/policy/role_resolution.hpp

namespace membership::inline v0 {
namespace detail {

struct ResolvedRoles {
  RoleSet roles{};
  RoleSet dropped{};
  RoleIndex first = RoleIndex::none();
  RoleSource source = RoleSource::none;
};

constexpr Refusal check_selection(const PolicyOptions& options,
                                  const RoleSelection& selection) noexcept {
  if (selection.form() != RoleSelection::Form::several) return {};
  if (selection.size() == 0) {
    if (options.empty_slugs == EmptySlugs::as_none) return {};
    return {ErrorCode::empty, Field::role_slugs};
  }
  if (options.duplicate_slugs == DuplicateSlugs::refuse) {
    for (std::size_t at = 1; at < selection.size(); ++at) {
      for (std::size_t other = 0; other < at && other <= RoleOrder::capacity; ++other) {
        if (selection[at] == selection[other]) {
          return {ErrorCode::duplicate, Field::role_slugs, place_of(at)};
        }
      }
    }
  }
  return {};
}

constexpr RoleIndex requested_role(const RoleCatalogue& catalogue, std::string_view slug,
                                   bool& scoped) noexcept {
  const RoleIndex index = catalogue.find(slug);
  if (index.is_none()) return index;
  const RoleState& role = *catalogue.at(index);
  if (role.phase != Phase::live) return RoleIndex::none();
  scoped = !role.of_organizations;
  return index;
}

constexpr Refusal resolve_requested(const RoleCatalogue& catalogue, const RoleSelection& selection,
                                    bool several_allowed, ResolvedRoles& out) noexcept {
  const Field field =
      selection.form() == RoleSelection::Form::one ? Field::role_slug : Field::role_slugs;
  Refusal scoped_refusal;
  for (std::size_t at = 0; at < selection.size(); ++at) {
    bool scoped = false;
    const RoleIndex index = requested_role(catalogue, selection[at], scoped);
    if (index.is_none()) return {ErrorCode::invalid_role, field, place_of(at)};
    if (scoped && !scoped_refusal) {
      scoped_refusal = {ErrorCode::sub_resource_scoped_role_not_allowed, field, place_of(at)};
    }
    if (at == 0) out.first = index;
    out.roles.insert(index);
  }
  if (scoped_refusal) return scoped_refusal;
  if (!several_allowed && out.roles.several()) {
    return {ErrorCode::multiple_roles_not_enabled, Field::role_slugs};
  }
  out.source = RoleSource::requested;
  return {};
}

template <class T>
constexpr RoleIndex organization_default(const BasicSnapshot<T>& snapshot) noexcept {
  if (!snapshot.organization) return RoleIndex::none();
  const RoleIndex index = snapshot.organization->default_role;
  const RoleState* const role = snapshot.roles.at(index);
  return role != nullptr && role->phase != Phase::live ? RoleIndex::none() : index;
}

template <class T>
constexpr RoleIndex environment_default(const BasicSnapshot<T>& snapshot) noexcept {
  const RoleIndex set = snapshot.environment.default_role;
  return set.is_none() ? snapshot.roles.find("member") : set;
}

template <class T>
constexpr Refusal resolve_default(const BasicSnapshot<T>& snapshot, ResolvedRoles& out) noexcept {
  RoleIndex index = organization_default(snapshot);
  out.source = RoleSource::organization_default;
  if (index.is_none()) {
    index = snapshot.environment.default_role;
    out.source = RoleSource::environment_default;
  }
  if (index.is_none()) {
    index = snapshot.roles.find("member");
    out.source = RoleSource::member_default;
  }
  const RoleState* const role = snapshot.roles.at(index);
  if (role == nullptr || !role->assignable()) {
    return {ErrorCode::default_role_missing, Field::default_role};
  }
  out.roles = RoleSet::of(index);
  out.first = index;
  return {};
}

template <class T>
constexpr Refusal resolve_roles(const BasicSnapshot<T>& snapshot, const RoleSelection& selection,
                                ResolvedRoles& out) noexcept {
  if (selection.size() == 0) return resolve_default(snapshot, out);
  return resolve_requested(snapshot.roles, selection, snapshot.environment.allows_several_roles(),
                           out);
}

template <class T>
constexpr Refusal resolve_retained(const PolicyOptions& options, const BasicSnapshot<T>& snapshot,
                                   ResolvedRoles& out) noexcept {
  const RoleSet held = snapshot.membership->roles;
  const RoleSet fit = snapshot.roles.assignable(held);
  const bool too_many = fit.several() && !snapshot.environment.allows_several_roles();
  out.first = snapshot.membership->first_requested;
  out.roles = fit;
  out.source = RoleSource::retained;
  if (fit == held && !too_many && !held.empty()) return {};
  if (options.unfit_retained_role == UnfitRetainedRole::refuse) {
    return {ErrorCode::invalid_role, Field::role_slug};
  }
  if (fit.empty()) {
    const Refusal refusal = resolve_default(snapshot, out);
    if (refusal) return refusal;
  } else if (too_many) {
    out.roles = RoleSet::of(snapshot.roles.highest(fit));
  }
  out.dropped = held - out.roles;
  return {};
}

}  // namespace detail

template <class Visit>
constexpr void for_each_shown_role(const PolicyOptions& options, const RoleCatalogue& catalogue,
                                   RoleSet roles, RoleIndex first_requested, Visit&& visit) {
  if (options.primary_role == PrimaryRole::first_requested && roles.contains(first_requested)) {
    visit(catalogue.slug(first_requested));
    roles = roles - RoleSet::of(first_requested);
  }
  catalogue.for_each_in_order(roles, [&](RoleIndex index) { visit(catalogue.slug(index)); });
}

constexpr std::string_view primary_role(const PolicyOptions& options,
                                        const RoleCatalogue& catalogue, RoleSet roles,
                                        RoleIndex first_requested) noexcept {
  std::string_view primary;
  for_each_shown_role(options, catalogue, roles, first_requested, [&](std::string_view slug) {
    if (primary.empty()) primary = slug;
  });
  return primary;
}

}  // namespace membership::inline v0

// membership/command/membership_change.hpp

namespace membership::inline v0 {
namespace detail {

template <class T>
constexpr const LifecycleCell& enter_cell(LifecycleCommand command, const BasicSnapshot<T>& seen,
                                          BasicPlan<T>& plan) noexcept {
  const Standing standing = seen.membership ? standing_of(seen.membership->status) : Standing::none;
  plan.trace.command = command;
  plan.trace.standing = standing;
  return lifecycle_table.at(command, standing);
}

constexpr Refusal refused_by(const LifecycleCell& cell) noexcept {
  return {cell.error, Field::organization_membership_id};
}

template <class T>
constexpr void touch(const BasicSnapshot<T>& seen, const Counts& counts,
                     BasicPlan<T>& plan) noexcept {
  plan.touch.emplace(seen.organization->revision, seen.environment.revision, counts);
}

template <class T>
constexpr void write_change(const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                            EventType event, Status status, const ResolvedRoles& roles,
                            BasicPlan<T>& plan) noexcept {
  const BasicOrganizationMembership<T>& before = *seen.membership;
  const BasicOrganizationState<T>& organization = *seen.organization;
  BasicMembershipWrite<T>& write = plan.membership.emplace(Effect::put, event, before);
  write.after.status = status;
  write.after.roles = roles.roles;
  write.after.first_requested = roles.first;
  write.after.updated_at = later_of(before.updated_at, context.now);
  write.after.revision = organization.revision + 1;
  Counts counts = organization.counts;
  counts.remove(before.status, before.roles, organization.owner_role);
  counts.add(status, roles.roles, organization.owner_role);
  touch(seen, counts, plan);
  plan.trace.role_source = roles.source;
  plan.trace.dropped = roles.dropped;
}

template <class T>
constexpr void write_deletion(const BasicSnapshot<T>& seen, BasicPlan<T>& plan) noexcept {
  const BasicOrganizationMembership<T>& before = *seen.membership;
  const LifecycleCell& cell = enter_cell(LifecycleCommand::remove, seen, plan);
  plan.outcome = Outcome::deleted;
  plan.membership.emplace(Effect::erase, cell.event, before);
  Counts counts = seen.organization->counts;
  counts.remove(before.status, before.roles, seen.organization->owner_role);
  touch(seen, counts, plan);
}

template <class T>
constexpr ResolvedRoles roles_of(const BasicOrganizationMembership<T>& held) noexcept {
  ResolvedRoles roles;
  roles.roles = held.roles;
  roles.first = held.first_requested;
  roles.source = RoleSource::retained;
  return roles;
}

template <class T>
constexpr Refusal check_directory(const PolicyOptions& options,
                                  const BasicOrganizationMembership<T>& seen,
                                  RoleSet roles) noexcept {
  if (options.directory_managed_roles == DirectoryManagedRoles::refuse && seen.directory_managed &&
      roles != seen.roles) {
    return {ErrorCode::directory_managed, Field::organization_membership_id};
  }
  return {};
}

template <class T>
constexpr Subject role_subject(Refusal refusal, const RoleSelection& selection,
                               const BasicSnapshot<T>& seen) noexcept {
  if (refusal.field() == Field::default_role) {
    RoleIndex index = organization_default(seen);
    if (index.is_none()) index = seen.environment.default_role;
    return Subject::cut(index.is_none() ? "member" : seen.roles.slug(index));
  }
  if (refusal.detail() >= selection.size() || refusal.detail() == unnamed_place) return {};
  return subject_of_text(selection[refusal.detail()]);
}

template <class T>
constexpr Subject retained_subject(const BasicSnapshot<T>& seen) noexcept {
  const RoleSet held = seen.membership->roles;
  const RoleSet unfit = held - seen.roles.assignable(held);
  return Subject::cut(seen.roles.slug(seen.roles.highest(unfit.empty() ? held : unfit)));
}

template <class T>
constexpr Subject membership_subject(Refusal refusal, const typename T::MembershipId& id,
                                     const RoleSelection& selection,
                                     const BasicSnapshot<T>& seen) noexcept {
  if (refusal.field() == Field::organization_membership_id || refusal.field() == Field::none) {
    return subject_of(id);
  }
  return role_subject(refusal, selection, seen);
}

}  // namespace detail
}  // namespace membership::inline v0

// membership/command/invitation_change.hpp

namespace membership::inline v0 {
namespace detail {

template <class T>
constexpr bool has_pending_membership(const BasicSnapshot<T>& seen) noexcept {
  return seen.membership && seen.membership->status == Status::pending &&
         seen.invitation->status == InvitationStatus::pending &&
         seen.invitation->user == seen.membership->user;
}

template <class T>
constexpr void write_new(const BasicSnapshot<T>& seen, const typename T::MembershipId& id,
                         EventType event, Status status, const ResolvedRoles& roles, Time now,
                         BasicPlan<T>& plan) noexcept {
  const BasicOrganizationState<T>& organization = *seen.organization;
  plan.membership.emplace(event, id, seen.user->id, organization.id, roles.roles, roles.first,
                          status, now, organization.revision + 1);
  plan.compared_user.emplace(seen.user->revision);
  Counts counts = organization.counts;
  counts.add(status, roles.roles, organization.owner_role);
  touch(seen, counts, plan);
}

template <class T>
constexpr BasicInvitationWrite<T>& write_invitation(const BasicSnapshot<T>& seen,
                                                    const BasicContext<T>& context, EventType event,
                                                    BasicPlan<T>& plan) noexcept {
  const BasicInvitationState<T>& before = *seen.invitation;
  BasicInvitationWrite<T>& write =
      plan.invitation.emplace(Precondition::set, event, before.revision, before);
  write.after.updated_at = later_of(before.updated_at, context.now);
  write.after.revision = (before.organization ? seen.organization->revision : before.revision) + 1;
  ProfileWrite& profile = plan.profile.emplace();
  if (seen.invitation_profile != nullptr) profile.after = *seen.invitation_profile;
  profile.after.updated_at = write.after.updated_at;
  return write;
}

template <class T>
constexpr BasicInvitationWrite<T>&
end_invitation(const PolicyOptions& options, const BasicSnapshot<T>& seen,
               const BasicContext<T>& context, InvitationStatus status, EventType event,
               RoleSet roles, RoleIndex first, BasicPlan<T>& plan) noexcept {
  BasicInvitationWrite<T>& write = write_invitation(seen, context, event, plan);
  write.after.status = status;
  write.after.role = RoleIndex::none();
  if (status != InvitationStatus::expired) write.after.ended_at = context.now;
  Texts& texts = plan.profile->after.texts;
  const std::string_view slug = primary_role(options, seen.roles, roles, first);
  if (!slug.empty()) texts.set(Text::role_slug, slug);
  if (!write.after.organization && texts.has(Text::email)) {
    plan.claims.emplace().email.before = texts[Text::email];
  }
  return write;
}

constexpr RoleSet role_set_of(RoleIndex role) noexcept {
  return role.is_none() ? RoleSet{} : RoleSet::of(role);
}

struct Withdrawal {
  InvitationStatus status = InvitationStatus::revoked;
  EventType event = EventType::invitation_revoked;
};
template <class T>
constexpr Withdrawal withdrawal_of(const BasicSnapshot<T>& seen,
                                   const BasicContext<T>& context) noexcept {
  if (seen.invitation->status_at(context.now) != InvitationStatus::expired) return {};
  return {InvitationStatus::expired, EventType::none};
}

template <class T>
constexpr void withdraw_with_membership(const PolicyOptions& options, const BasicSnapshot<T>& seen,
                                        const BasicContext<T>& context,
                                        BasicPlan<T>& plan) noexcept {
  const bool pending = has_pending_membership(seen);
  const Withdrawal withdrawal = withdrawal_of(seen, context);
  end_invitation(options, seen, context, withdrawal.status, withdrawal.event,
                 pending ? seen.membership->roles : role_set_of(seen.invitation->role),
                 pending ? seen.membership->first_requested : seen.invitation->role, plan);
}

template <class T>
constexpr void end_with_membership(const PolicyOptions& options, const BasicSnapshot<T>& seen,
                                   const BasicContext<T>& context, InvitationStatus status,
                                   EventType event, BasicPlan<T>& plan) noexcept {
  const bool pending = has_pending_membership(seen);
  if (pending && options.ended_invitation_membership == EndedInvitationMembership::remove) {
    write_deletion(seen, plan);
  } else if (seen.invitation->organization) {
    touch(seen, seen.organization->counts, plan);
  }
  end_invitation(options, seen, context, status, event,
                 pending ? seen.membership->roles : role_set_of(seen.invitation->role),
                 pending ? seen.membership->first_requested : seen.invitation->role, plan);
  plan.outcome = Outcome::deleted;
  plan.trace.about = Trace::About::invitation;
}

template <class T>
constexpr void erase_invitation(const BasicSnapshot<T>& seen, BasicPlan<T>& plan) noexcept {
  plan.invitation
      .emplace(Precondition::set, EventType::none, seen.invitation->revision, *seen.invitation)
      .effect = Effect::erase;
}

}  // namespace detail
}  // namespace membership::inline v0

// membership/policy/kinds.hpp

namespace membership::inline v0 {

enum class Kind : std::uint8_t {
  environment,
  organization,
  membership,
  user,
  role,
  permission,
  invitation,
  token,  ///< of an invitation: minted, never kept
};

class Kinds {
 public:
  constexpr Kinds() noexcept = default;
  template <class... More>
  constexpr explicit Kinds(Kind first, More... more) noexcept
      : bits_((bit(first) | ... | bit(more))) {}

  constexpr bool has(Kind kind) const noexcept { return (bits_ & bit(kind)) != 0; }
  friend constexpr bool operator==(Kinds, Kinds) noexcept = default;

 private:
  static constexpr unsigned bit(Kind kind) noexcept { return 1u << static_cast<unsigned>(kind); }
  unsigned bits_ = 0;
};

inline constexpr Kinds all_kinds{Kind::environment, Kind::organization, Kind::membership,
                                 Kind::user,        Kind::role,         Kind::permission,
                                 Kind::invitation};

}  // namespace membership::inline v0

// membership/policy/reads.hpp

namespace membership::inline v0 {

template <class T>
struct BasicReads {
  const typename T::UserId* user = nullptr;
  const typename T::OrganizationId* organization = nullptr;
  const typename T::MembershipId* membership = nullptr;
  bool pair = false;
  const typename T::UserId* actor = nullptr;
  const typename T::MembershipId* other = nullptr;
  std::optional<std::string_view> role{};
  std::optional<std::string_view> permission{};
  std::optional<detail::when_known<T, EmailKey>> email{};
  bool email_user = false;
  ClaimTexts claims{};
  const DomainData* domains = nullptr;
  std::size_t domain_count = 0;
  const typename T::InvitationId* invitation = nullptr;
  const TokenDigest* token = nullptr;
  bool open_invitation = false;
  bool member_invitation = false;
  const typename T::UserId* inviter = nullptr;
  RoleIndex holders = RoleIndex::none();
  bool member_user = false;
  bool profiles = false;
};

using Reads = BasicReads<DefaultTraits>;

}  // namespace membership::inline v0

// membership/policy/membership_policy.hpp

namespace membership::inline v0 {

template <class... Rules>
class MembershipPolicy;

namespace detail {
struct PolicyAccess {
  template <class Policy, class C, class Snapshot, class Context, class Plan>
  static constexpr auto decide_into(const Policy& policy, const C& command,
                                    const Snapshot& snapshot, const Context& context,
                                    Plan& plan) noexcept {
    return policy.decide_into(command, snapshot, context, plan);
  }
  template <class Policy, class C, class Snapshot, class Refused>
  static constexpr auto error_of(const Policy& policy, const C& command, const Snapshot& snapshot,
                                 Refused refusal) noexcept {
    return policy.error_of(command, snapshot, refusal);
  }
};
}  // namespace detail

class DecisionKey {
 private:
  constexpr DecisionKey() noexcept = default;
  template <class... Rules>
  friend class MembershipPolicy;
};

template <class C>
concept Command = requires(const C& command, DecisionKey key, const PolicyOptions& options,
                           const BasicSnapshot<typename C::traits>& snapshot,
                           const BasicContext<typename C::traits>& context,
                           BasicPlan<typename C::traits>& plan, Refusal refusal) {
  requires Traits<typename C::traits>;
  { C::kinds } -> std::convertible_to<Kinds>;
  { C::mints } -> std::convertible_to<Kinds>;
  { command.reads() }
  noexcept->std::same_as<BasicReads<typename C::traits>>;
  { command.decide(key, options, snapshot, context, plan) }
  noexcept->std::same_as<Refusal>;
  { command.subject(refusal, snapshot) }
  noexcept->std::same_as<Subject>;
};

template <class T>
struct BasicActor {
  bool acts = false;  ///< a user and not the system
  const BasicOrganizationMembership<T>* membership = nullptr;
};

template <class R, class T>
concept Rule = requires(const BasicSnapshot<T>& snapshot, const BasicPlan<T>& plan,
                        const BasicActor<T>& actor) {
  { R::check(snapshot, plan, actor) }
  noexcept->std::same_as<Refusal>;
};

template <class... Rules>
class MembershipPolicy {
 public:
  PolicyOptions options{};

  template <Command C>
  requires(Rule<Rules, typename C::traits>&&...)
      [[nodiscard]] constexpr tl::expected<BasicPlan<typename C::traits>, Error> decide(
          const C& command, const BasicSnapshot<typename C::traits>& snapshot,
          const BasicContext<typename C::traits>& context) const noexcept {
    using Result = tl::expected<BasicPlan<typename C::traits>, Error>;
    Result result(tl::in_place, context.plan, context.now);
    const Refusal refusal = decide_into(command, snapshot, context, *result);
    if (refusal) {
      std::construct_at(&result, tl::unexpect, error_of(command, snapshot, refusal));
    }
    return result;
  }

 private:
  friend struct detail::PolicyAccess;

  template <Command C>
  constexpr Refusal decide_into(const C& command, const BasicSnapshot<typename C::traits>& snapshot,
                                const BasicContext<typename C::traits>& context,
                                BasicPlan<typename C::traits>& plan) const noexcept {
    constexpr bool are_rules = (Rule<Rules, typename C::traits> && ...);
    static_assert(
        are_rules,
        "membership: one of the policy's rules has no static Refusal check(snapshot, plan, "
        "actor) noexcept (Rule)");
    Refusal refusal = command.decide(DecisionKey{}, options, snapshot, context, plan);
    if constexpr (sizeof...(Rules) > 0 && are_rules) {
      if (!refusal && plan.outcome != Outcome::unchanged) {
        const BasicActor<typename C::traits> actor{command.reads().actor != nullptr,
                                                   snapshot.actor.get()};
        refusal = judge<Rules...>(snapshot, plan, actor);
      }
    }
    return refusal;
  }

  template <Command C>
  static constexpr Error error_of(const C& command,
                                  const BasicSnapshot<typename C::traits>& snapshot,
                                  Refusal refusal) noexcept {
    Subject subject{};
    if (refusal.code() == ErrorCode::role_not_grantable) {
      const auto value = static_cast<std::uint8_t>(refusal.detail());
      subject = Subject::cut(snapshot.roles.slug(RoleIndex::from_value(value)));
    } else if (refusal.field() == Field::organization_id && snapshot.organization) {
      subject = subject_of(snapshot.organization->id);
    } else {
      subject = command.subject(refusal, snapshot);
    }
    return Error{refusal.code(), refusal.field(), refusal.detail(), subject};
  }

  template <class First, class... Rest, class T>
  static constexpr Refusal judge(const BasicSnapshot<T>& snapshot, const BasicPlan<T>& plan,
                                 const BasicActor<T>& actor) noexcept {
    const Refusal refusal = First::check(snapshot, plan, actor);
    if constexpr (sizeof...(Rest) > 0) {
      if (!refusal) return judge<Rest...>(snapshot, plan, actor);
    }
    return refusal;
  }
};

}  // namespace membership::inline v0

// membership/command/accept_invitation.hpp

namespace membership::inline v0 {

template <class T>
struct BasicAcceptInvitation {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::membership, Kind::user, Kind::invitation};
  static constexpr Kinds mints{Kind::membership};

  std::optional<typename T::InvitationId> invitation{};
  std::optional<TokenDigest> token{};  ///< with an `invitation`: it must be that one's

  static constexpr BasicAcceptInvitation by_token(const TokenDigest& digest) noexcept {
    BasicAcceptInvitation command;
    command.token = digest;
    return command;
  }

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    if (invitation) {
      reads.invitation = &*invitation;
    } else if (token) {
      reads.token = &*token;
    }
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& options,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    const Field field = invitation || !token ? Field::invitation_id : Field::invitation_token;
    if (!seen.invitation) return {ErrorCode::entity_not_found, field};
    const BasicInvitationState<T>& state = *seen.invitation;
    if (token && state.token != *token) {
      return {ErrorCode::entity_not_found, Field::invitation_token};
    }
    if (state.organization && (!seen.organization || seen.organization->phase != Phase::live)) {
      return {ErrorCode::entity_not_found, Field::organization_id};
    }
    if (state.status_at(context.now) != InvitationStatus::pending) {
      return {ErrorCode::invite_not_pending, Field::invitation_id};
    }
    if (!seen.user || seen.user->phase != Phase::live) {
      return {ErrorCode::entity_not_found, Field::user_id};
    }
    plan.outcome = Outcome::updated;
    detail::ResolvedRoles resolved;
    if (state.organization) {
      const Refusal refusal = join(options, seen, context, resolved, plan);
      if (refusal) return refusal;
    }
    detail::end_invitation(options, seen, context, InvitationStatus::accepted,
                           EventType::invitation_accepted, resolved.roles, resolved.first, plan)
        .after.accepted_by = seen.user->id;
    plan.trace.about = Trace::About::invitation;
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& seen) const noexcept {
    const Field field = refusal.field();
    if (field == Field::user_id && seen.user) return subject_of(seen.user->id);
    if (field == Field::organization_id) {
      const std::optional<typename T::OrganizationId>& owner = seen.invitation->organization;
      return owner ? subject_of(*owner) : Subject{};
    }
    if (field == Field::organization_membership_id && seen.membership) {
      return subject_of(seen.membership->id);
    }
    if (field == Field::invitation_id) {
      if (seen.invitation) return subject_of(seen.invitation->id);
      return invitation ? subject_of(*invitation) : Subject{};
    }
    if (field == Field::role_slug) {
      const bool pending = detail::has_pending_membership(seen);
      return pending ? detail::retained_subject(seen)
                     : Subject::cut(seen.roles.slug(seen.invitation->role));
    }
    if (field != Field::default_role) return {};
    return detail::role_subject(refusal, {}, seen);
  }

 private:
  static constexpr Refusal resolve_own(const PolicyOptions& options, const BasicSnapshot<T>& seen,
                                       detail::ResolvedRoles& out) noexcept {
    const RoleIndex role = seen.invitation->role;
    const RoleState* const state = seen.roles.at(role);
    if (state != nullptr && state->assignable()) {
      out.roles = RoleSet::of(role);
      out.first = role;
      out.source = RoleSource::retained;
      return {};
    }
    if (options.unfit_retained_role == UnfitRetainedRole::refuse) {
      return {ErrorCode::invalid_role, Field::role_slug};
    }
    out.dropped = detail::role_set_of(role);
    return detail::resolve_default(seen, out);
  }

  static constexpr Refusal join(const PolicyOptions& options, const BasicSnapshot<T>& seen,
                                const BasicContext<T>& context, detail::ResolvedRoles& resolved,
                                BasicPlan<T>& plan) noexcept {
    const LifecycleCell& cell = detail::enter_cell(LifecycleCommand::accept_invitation, seen, plan);
    if (cell.verdict == LifecycleCell::Verdict::refused) return detail::refused_by(cell);
    if (plan.trace.standing == Standing::pending && !detail::has_pending_membership(seen)) {
      return {ErrorCode::invalid_invite, Field::organization_membership_id};
    }
    Refusal refusal = plan.trace.standing == Standing::pending
                          ? detail::resolve_retained(options, seen, resolved)
                          : resolve_own(options, seen, resolved);
    if (refusal) return refusal;
    if (!seen.membership) {
      if (!context.membership) return {ErrorCode::missing_id, Field::organization_membership_id};
      plan.outcome = Outcome::created;
      plan.trace.role_source = resolved.source;
      plan.trace.dropped = resolved.dropped;
      detail::write_new(seen, *context.membership, cell.event, Status::active, resolved,
                        context.now, plan);
      return {};
    }
    refusal = detail::check_directory(options, *seen.membership, resolved.roles);
    if (refusal) return refusal;
    if (plan.trace.standing == Standing::inactive) plan.outcome = Outcome::reactivated;
    detail::write_change(seen, context, cell.event, Status::active, resolved, plan);
    return {};
  }
};

using AcceptInvitation = BasicAcceptInvitation<DefaultTraits>;

}  // namespace membership::inline v0

// membership/policy/text_change.hpp

namespace membership::inline v0 {

class TextChange {
 public:
  static constexpr TextChange keep() noexcept { return {}; }
  static constexpr TextChange clear() noexcept {
    TextChange change;
    change.what_ = What::clear;
    return change;
  }
  static constexpr TextChange set(std::string_view text) noexcept {
    TextChange change;
    change.what_ = What::set;
    change.text_ = text;
    return change;
  }

  static constexpr TextChange set_if(const std::optional<std::string_view>& text) noexcept {
    return text ? set(*text) : keep();
  }

  constexpr bool sets() const noexcept { return what_ == What::set; }
  constexpr std::string_view text() const noexcept { return text_; }

  constexpr bool apply(Texts& texts, Text text) const noexcept {
    if (what_ == What::keep) return false;
    const bool same = sets() ? texts.has(text) && texts[text] == text_ : !texts.has(text);
    if (same) return false;
    if (sets()) {
      texts.set(text, text_);
    } else {
      texts.clear(text);
    }
    return true;
  }

 private:
  enum class What : unsigned char { keep, clear, set };
  What what_ = What::keep;
  std::string_view text_{};
};

}  // namespace membership::inline v0

// membership/command/role_change.hpp

namespace membership::inline v0 {
namespace detail {

inline constexpr std::size_t longest_catalogue_name = 48;
inline constexpr std::size_t longest_catalogue_description = 150;

constexpr Refusal
check_catalogue_texts(std::string_view name, const std::optional<std::string_view>& description,
                      const std::optional<std::string_view>& resource_type_slug) noexcept {
  ErrorCode fault = text_fault(name, 1, longest_catalogue_name);
  if (fault != ErrorCode{}) return {fault, Field::name};
  if (description) {
    fault = text_fault(*description, 0, longest_catalogue_description);
    if (fault != ErrorCode{}) return {fault, Field::description};
  }
  if (resource_type_slug) {
    fault = RoleSlug::fault(*resource_type_slug);
    if (fault != ErrorCode{}) return {fault, Field::resource_type_slug};
  }
  return {};
}

constexpr Refusal check_changed_texts(const std::optional<std::string_view>& name,
                                      const TextChange& description) noexcept {
  if (name) {
    const ErrorCode fault = text_fault(*name, 1, longest_catalogue_name);
    if (fault != ErrorCode{}) return {fault, Field::name};
  }
  if (description.sets()) {
    const ErrorCode fault = text_fault(description.text(), 0, longest_catalogue_description);
    if (fault != ErrorCode{}) return {fault, Field::description};
  }
  return {};
}

constexpr bool change_texts(const std::optional<std::string_view>& name,
                            const TextChange& description, Texts& texts) noexcept {
  const bool named = TextChange::set_if(name).apply(texts, Text::name);
  return description.apply(texts, Text::description) || named;
}

constexpr Subject subject_at(std::span<const std::string_view> slugs, Refusal refusal) noexcept {
  const std::uint16_t place = refusal.detail();
  return place < slugs.size() && place != unnamed_place ? subject_of_text(slugs[place]) : Subject{};
}

constexpr Refusal check_seats(const std::optional<std::uint64_t>& limit) noexcept {
  return limit && *limit > most_seats ? Refusal{ErrorCode::out_of_range, Field::seat_limit}
                                      : Refusal{};
}

constexpr std::string_view resource_type(const std::optional<std::string_view>& slug) noexcept {
  return slug ? *slug : organization_resource_type;
}

template <class T>
constexpr void
write_catalogue_profile(std::string_view name, const std::optional<std::string_view>& description,
                        const std::optional<std::string_view>& resource_type_slug,
                        const BasicContext<T>& context, BasicPlan<T>& plan) noexcept {
  Profile& profile = plan.profile.emplace().after;
  profile.texts.set(Text::name, name);
  profile.texts.set(Text::description, description);
  profile.texts.set(Text::resource_type_slug, resource_type(resource_type_slug));
  profile.created_at = context.now;
  profile.updated_at = context.now;
}

template <class T>
constexpr EnvironmentState& set_environment(const BasicSnapshot<T>& seen,
                                            BasicPlan<T>& plan) noexcept {
  EnvironmentWrite& write =
      plan.environment.emplace(Precondition::set, seen.environment.revision, seen.environment);
  ++write.after.revision;
  return write.after;
}

template <class T>
constexpr BasicReads<T>
organization_reads(const typename T::OrganizationId& organization) noexcept {
  BasicReads<T> reads;
  reads.organization = &organization;
  return reads;
}

template <class T>
constexpr BasicOrganizationState<T>& set_organization(const BasicSnapshot<T>& seen,
                                                      BasicPlan<T>& plan) noexcept {
  BasicOrganizationWrite<T>& write = plan.organization.emplace(
      Precondition::set, EventType::none, seen.organization->revision, *seen.organization);
  ++write.after.revision;
  write.after.fenced_to = seen.environment.revision;
  return write.after;
}

constexpr RoleOrder order_of(const RoleCatalogue& catalogue, RoleSet roles) noexcept {
  RoleOrder order;
  catalogue.for_each_in_order(roles, [&](RoleIndex index) { order.push_back(index); });
  return order;
}

constexpr RoleSet retiring_in_order(const RoleCatalogue& catalogue, bool of_organization) noexcept {
  RoleSet retiring;
  const RoleSet all = catalogue.all();
  const auto add = [&](RoleIndex index) {
    if (catalogue.at(index)->phase != Phase::live) retiring.insert(index);
  };
  catalogue.for_each_in_order(of_organization ? RoleSet(0, all.organization()) : all, add);
  return retiring;
}

constexpr RoleSet live_roles(const RoleCatalogue& catalogue) noexcept {
  RoleSet live;
  catalogue.for_each_in_order(catalogue.all(), [&](RoleIndex index) {
    if (catalogue.at(index)->phase == Phase::live) live.insert(index);
  });
  return live;
}

struct SlugSuffix {
  char text[6]{};
  template <class I>
  constexpr SlugSuffix(const I& id, PlanId plan) noexcept {
    const Subject subject = subject_of(id);
    std::uint64_t hash = 14695981039346656037u;
    if (subject.empty()) hash ^= (plan.value.low ^ plan.value.high) * 1099511628211u;
    for (const char c : subject.view()) {
      hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
    }
    hash ^= hash >> 32;
    for (char& c : text) {
      c = "0123456789abcdefghjkmnpqrstvwxyz"[hash & 31u];
      hash >>= 5;
    }
  }
  constexpr std::string_view view() const noexcept { return {text, sizeof text}; }
};

constexpr Refusal find_assignable(const RoleCatalogue& catalogue, std::string_view slug,
                                  RoleIndex& out, Field field = Field::role_slug) noexcept {
  out = catalogue.find(slug);
  const RoleState* const role = catalogue.at(out);
  if (role == nullptr || role->phase != Phase::live) {
    return {ErrorCode::invalid_role, field};
  }
  if (!role->of_organizations) {
    return {ErrorCode::sub_resource_scoped_role_not_allowed, field};
  }
  return {};
}

template <class T>
constexpr Refusal check_organization(const BasicSnapshot<T>& seen) noexcept {
  if (seen.organization && seen.organization->phase == Phase::live) return {};
  return {ErrorCode::entity_not_found, Field::organization_id};
}

template <class T>
constexpr Refusal check_scope(const std::optional<typename T::OrganizationId>& organization,
                              const BasicSnapshot<T>& seen) noexcept {
  return organization ? check_organization(seen) : Refusal{};
}

template <class T>
constexpr void write_role(const BasicSnapshot<T>& seen, const RoleState& after,
                          BasicPlan<T>& plan) noexcept {
  const RoleIndex index = seen.role_index;
  plan.outcome = Outcome::updated;
  EventType event = EventType::role_updated;
  plan.trace.about = Trace::About::environment_role;
  if (index.is_organization()) {
    event = EventType::organization_role_updated;
    plan.trace.about = Trace::About::organization_role;
    set_organization(seen, plan);
  } else {
    set_environment(seen, plan);
  }
  plan.role.emplace(Precondition::set, event, seen.role->id, index, after, seen.roles.at(index));
}

constexpr Profile updated_profile(const Profile& before, Time now) noexcept {
  Profile profile = before;
  profile.updated_at = later_of(before.updated_at, now);
  return profile;
}

template <class T>
constexpr BasicReads<T>
role_reads(std::string_view slug,
           const std::optional<typename T::OrganizationId>& organization) noexcept {
  BasicReads<T> reads;
  if (organization) reads.organization = &*organization;
  reads.role = slug;
  return reads;
}

template <class T>
constexpr Subject
role_command_subject(Refusal refusal, std::string_view slug,
                     const std::optional<typename T::OrganizationId>& organization) noexcept {
  if (refusal.field() == Field::organization_id && organization) return subject_of(*organization);
  if (refusal.field() == Field::role_slug || refusal.field() == Field::slug) {
    return subject_of_text(slug);
  }
  return {};
}

}  // namespace detail
}  // namespace membership::inline v0

// membership/command/profile_change.hpp

namespace membership::inline v0 {
namespace detail {

template <class T>
constexpr std::uint64_t begin_above_freed(const BasicSnapshot<T>& seen,
                                          BasicPlan<T>& plan) noexcept {
  plan.freed.emplace(Precondition::compare, seen.freed_revision, seen.freed_revision);
  return seen.freed_revision + 1;
}

template <class T>
constexpr void note_freed(const BasicSnapshot<T>& seen, std::uint64_t revision,
                          BasicPlan<T>& plan) noexcept {
  constexpr std::uint64_t ahead = 1023;
  if (revision <= seen.freed_revision) return;
  plan.freed.emplace(Precondition::set, seen.freed_revision, revision + ahead);
}

inline constexpr std::size_t longest_external_id = 128;
inline constexpr std::size_t longest_domain = 253;

constexpr std::optional<std::string_view> text_of(const Texts& texts, Text text) noexcept {
  if (!texts.has(text)) return std::nullopt;
  return texts[text];
}

constexpr Refusal check_text(const TextChange& change, Field field) noexcept {
  if (!change.sets()) return {};
  const ErrorCode fault = text_fault(change.text(), 0, std::string_view::npos);
  return fault == ErrorCode{} ? Refusal{} : Refusal{fault, field};
}

constexpr Refusal check_external_id(const TextChange& change, Field field) noexcept {
  if (!change.sets()) return {};
  const std::string_view text = change.text();
  if (text.empty()) return {ErrorCode::empty, field};
  if (text.size() > longest_external_id) return {ErrorCode::too_long, field};
  for (const char c : text) {
    if (c == '\0' || static_cast<unsigned char>(c) > 0x7F) return {ErrorCode::malformed, field};
  }
  return {};
}

constexpr Refusal check_metadata(const Profile* before, const MetadataChange& change) noexcept {
  if (change.size() == 0) return {};
  const Metadata kept = before == nullptr ? Metadata{} : before->metadata;
  if (kept.with(change).fits()) return {};
  return {ErrorCode::invalid_metadata, Field::metadata};
}

constexpr bool is_domain_name(std::string_view text) noexcept {
  if (text.empty() || text.size() > longest_domain) return false;
  char before = '.';
  for (const char c : text) {
    const bool is_label =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    if (!is_label && (c != '.' || before == '.')) return false;
    before = c;
  }
  return before != '.';
}

constexpr Refusal check_domains(const DomainData* domains, std::size_t size) noexcept {
  if (size > OrganizationDomains::most) return {ErrorCode::out_of_range, Field::domains};
  for (std::size_t at = 0; at < size; ++at) {
    const auto place = static_cast<std::uint16_t>(at);
    if (!is_domain_name(domains[at].domain)) return {ErrorCode::malformed, Field::domains, place};
    for (std::size_t before = 0; before < at; ++before) {
      if (same_domain(domains[before].domain, domains[at].domain)) {
        return {ErrorCode::duplicate, Field::domains, place};
      }
    }
  }
  return {};
}

constexpr Profile profile_to_change(const Profile* before, Time now) noexcept {
  Profile profile;
  if (before == nullptr) {
    profile.created_at = now;
    profile.updated_at = now;
  } else {
    profile = updated_profile(*before, now);
  }
  return profile;
}

template <class T>
constexpr void change_claims(const Profile* before, const Profile& after,
                             BasicPlan<T>& plan) noexcept {
  const Texts none;
  const Texts& old = before == nullptr ? none : before->texts;
  bool changed = false;
  const auto change = [&](Text text) {
    const ClaimChange claim{text_of(old, text), text_of(after.texts, text)};
    changed = changed || claim.before != claim.after;
    return claim;
  };
  const Claims claims{change(Text::email), change(Text::external_id),
                      change(Text::stripe_customer_id)};
  if (changed) plan.claims.emplace(claims);
}

template <class T>
constexpr void give_up_claims(const Profile& before, BasicPlan<T>& plan) noexcept {
  change_claims(&before, Profile{}, plan);
}

struct OrganizationFields {
  TextChange external_id;
  MetadataChange metadata;
  const DomainData* domains;
  std::size_t domain_count;
  TextChange stripe_customer_id;

  template <class T>
  constexpr void read(BasicReads<T>& reads) const noexcept {
    if (external_id.sets()) {
      reads.claims.push_back(ClaimKind::organization_external_id, external_id.text());
    }
    if (stripe_customer_id.sets()) {
      reads.claims.push_back(ClaimKind::stripe_customer_id, stripe_customer_id.text());
    }
    if (domain_count > OrganizationDomains::most) return;
    reads.domains = domains;
    reads.domain_count = domain_count;
  }

  constexpr Refusal check(const Profile* before) const noexcept {
    Refusal refusal = check_external_id(external_id, Field::external_id);
    if (!refusal) refusal = check_metadata(before, metadata);
    if (!refusal) refusal = check_domains(domains, domain_count);
    if (!refusal) refusal = check_external_id(stripe_customer_id, Field::stripe_customer_id);
    return refusal;
  }

  template <class T>
  constexpr Refusal check_claims(const BasicSnapshot<T>& seen) const noexcept {
    unsigned taken = seen.taken_claims;
    if (external_id.sets()) {
      if ((taken & 1u) != 0) return {ErrorCode::external_id_already_used, Field::external_id};
      taken >>= 1;
    }
    if (stripe_customer_id.sets() && (taken & 1u) != 0) {
      return {ErrorCode::stripe_customer_id_already_used, Field::stripe_customer_id};
    }
    if (seen.taken_domain != BasicSnapshot<T>::not_taken) {
      return {ErrorCode::domain_already_exists, Field::domains, seen.taken_domain};
    }
    return {};
  }

  constexpr bool apply(Profile& profile) const noexcept {
    const bool other_id = external_id.apply(profile.texts, Text::external_id);
    const bool other_customer = stripe_customer_id.apply(profile.texts, Text::stripe_customer_id);
    profile.metadata = profile.metadata.with(metadata);
    return profile.metadata.changes() || other_id || other_customer;
  }

  constexpr Subject subject(Refusal refusal) const noexcept {
    if (refusal.field() == Field::external_id) return subject_of_text(external_id.text());
    if (refusal.field() == Field::stripe_customer_id) {
      return subject_of_text(stripe_customer_id.text());
    }
    if (refusal.field() != Field::domains || refusal.code() == ErrorCode::out_of_range) return {};
    return subject_of_text(domains[refusal.detail()].domain);
  }
};

struct UserFields {
  TextChange first_name;
  TextChange last_name;
  TextChange name;
  TextChange external_id;
  MetadataChange metadata;
  TextChange locale;

  template <class T>
  constexpr void read(const std::optional<std::string_view>& email,
                      BasicReads<T>& reads) const noexcept {
    if (email) reads.email = EmailKey::folded(*email);
    if (external_id.sets()) {
      reads.claims.push_back(ClaimKind::user_external_id, external_id.text());
    }
  }

  constexpr Refusal check(const std::optional<std::string_view>& email,
                          const Profile* before) const noexcept {
    if (email) {
      const ErrorCode fault = EmailKey::fault(*email);
      if (fault != ErrorCode{}) return {fault, Field::email};
    }
    Refusal refusal = check_text(first_name, Field::first_name);
    if (!refusal) refusal = check_text(last_name, Field::last_name);
    if (!refusal) refusal = check_text(name, Field::name);
    if (!refusal) refusal = check_external_id(external_id, Field::external_id);
    if (!refusal) refusal = check_metadata(before, metadata);
    if (!refusal) refusal = check_text(locale, Field::locale);
    return refusal;
  }

  template <class T>
  constexpr Refusal check_claims(const typename T::UserId* user,
                                 const BasicSnapshot<T>& seen) const noexcept {
    if (seen.taken_claims != 0) return {ErrorCode::external_id_already_used, Field::external_id};
    if (seen.email_holder && (user == nullptr || !(*seen.email_holder == *user))) {
      return {ErrorCode::email_not_available, Field::email};
    }
    return {};
  }

  constexpr bool apply(Profile& profile) const noexcept {
    bool changed = first_name.apply(profile.texts, Text::first_name);
    changed = last_name.apply(profile.texts, Text::last_name) || changed;
    changed = name.apply(profile.texts, Text::name) || changed;
    changed = external_id.apply(profile.texts, Text::external_id) || changed;
    changed = locale.apply(profile.texts, Text::locale) || changed;
    profile.metadata = profile.metadata.with(metadata);
    return profile.metadata.changes() || changed;
  }

  constexpr Subject subject(Refusal refusal,
                            const std::optional<std::string_view>& email) const noexcept {
    if (refusal.field() == Field::email && email) return subject_of_text(*email);
    if (refusal.field() == Field::external_id) return subject_of_text(external_id.text());
    return {};
  }
};

}  // namespace detail
}  // namespace membership::inline v0

// membership/command/delete_organization.hpp

namespace membership::inline v0 {

namespace detail {
template <class T>
constexpr void set_organization_phase(const BasicSnapshot<T>& seen, Phase phase,
                                      BasicPlan<T>& plan) noexcept {
  plan.outcome = Outcome::updated;
  BasicOrganizationState<T>& after = set_organization(seen, plan);
  after.phase = phase;
  after.generation = phase == Phase::deleting ? after.revision : 0;
}
}  // namespace detail

template <class T>
struct BasicMarkOrganizationDeleted {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization};
  static constexpr Kinds mints{};

  typename T::OrganizationId organization;

  constexpr BasicReads<T> reads() const noexcept {
    return detail::organization_reads<T>(organization);
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    if (!seen.organization) return {ErrorCode::entity_not_found, Field::organization_id};
    plan.trace.about = Trace::About::organization;
    if (seen.organization->phase == Phase::deleting) return {};
    detail::set_organization_phase(seen, Phase::deleting, plan);
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return subject_of(organization);
  }
};

template <class T>
struct BasicKeepOrganization {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization};
  static constexpr Kinds mints{};

  typename T::OrganizationId organization;

  constexpr BasicReads<T> reads() const noexcept {
    return detail::organization_reads<T>(organization);
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    if (!seen.organization) return {ErrorCode::entity_not_found, Field::organization_id};
    plan.trace.about = Trace::About::organization;
    if (seen.organization->phase != Phase::deleting) return {};
    if (seen.organization->revision != seen.organization->generation) {
      return {ErrorCode::mark_in_use, Field::organization_id};
    }
    detail::set_organization_phase(seen, Phase::live, plan);
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return subject_of(organization);
  }
};

template <class T>
struct BasicSweepOrganizationMembership {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::membership};
  static constexpr Kinds mints{};

  typename T::MembershipId membership;
  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.membership = &membership;
    reads.member_invitation = true;
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    if (!seen.membership) return {};
    if (seen.organization->phase != Phase::deleting ||
        seen.organization->generation != generation) {
      return {ErrorCode::operation_superseded, Field::organization_membership_id};
    }
    detail::write_deletion(seen, plan);
    if (seen.invitation && seen.membership->status == Status::pending) {
      detail::erase_invitation(seen, plan);
    }
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return subject_of(membership);
  }
};

template <class T>
struct BasicFinishOrganizationDeletion {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment, Kind::organization};
  static constexpr Kinds mints{};

  typename T::OrganizationId organization;
  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads = detail::organization_reads<T>(organization);
    reads.profiles = true;
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    plan.trace.about = Trace::About::organization;
    if (!seen.organization) return {};
    const BasicOrganizationState<T>& state = *seen.organization;
    if (state.phase != Phase::deleting || state.generation != generation) {
      return {ErrorCode::operation_superseded, Field::organization_id};
    }
    const Counts& counts = state.counts;
    if (counts.active + counts.inactive + counts.pending != 0) {
      return {ErrorCode::operation_unfinished, Field::organization_id};
    }
    plan.outcome = Outcome::deleted;
    BasicOrganizationWrite<T>& write = plan.organization.emplace(
        Precondition::set, EventType::organization_deleted, state.revision, state);
    write.effect = Effect::erase;
    ++write.after.revision;
    detail::note_freed(seen, write.after.revision, plan);
    if (seen.organization_profile == nullptr) return {};
    plan.profile.emplace(*seen.organization_profile);
    detail::give_up_claims(*seen.organization_profile, plan);
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return subject_of(organization);
  }
};

using MarkOrganizationDeleted = BasicMarkOrganizationDeleted<DefaultTraits>;
using KeepOrganization = BasicKeepOrganization<DefaultTraits>;
using SweepOrganizationMembership = BasicSweepOrganizationMembership<DefaultTraits>;
using FinishOrganizationDeletion = BasicFinishOrganizationDeletion<DefaultTraits>;

}  // namespace membership::inline v0

// membership/command/change_role_permissions.hpp

namespace membership::inline v0 {

namespace detail {

constexpr Refusal find_permission(const RoleCatalogue& catalogue, std::string_view slug,
                                  std::uint16_t place, unsigned& out) noexcept {
  const PermissionTable permissions = catalogue.permission_table();
  out = permissions.find(SlugKey::of(slug), slug);
  if (out == permissions.size()) {
    return {ErrorCode::entity_not_found, Field::permission_slug, place};
  }
  if (permissions[out].phase != Phase::live) {
    return {ErrorCode::malformed, Field::permission_slug, place};
  }
  return {};
}

template <class T>
constexpr void write_permissions(const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                                 const PermissionSet& permissions, BasicPlan<T>& plan) noexcept {
  RoleState after = *seen.roles.at(seen.role_index);
  if (after.permissions == permissions) return;
  after.permissions = permissions;
  write_role(seen, after, plan);
  plan.profile.emplace(updated_profile(seen.role->profile, context.now), &seen.role->profile);
}

constexpr PermissionSet retiring_part(const RoleCatalogue& catalogue,
                                      const PermissionSet& held) noexcept {
  PermissionSet kept;
  const PermissionTable permissions = catalogue.permission_table();
  for (unsigned i = 0; i < permissions.size(); ++i) {
    if (permissions[i].phase != Phase::live && held.contains(i)) kept.insert(i);
  }
  return kept;
}

}  // namespace detail

template <class T>
struct BasicSetRolePermissions {
  using traits = T;
  static constexpr Kinds kinds{Kind::role, Kind::permission};
  static constexpr Kinds mints{};

  std::string_view role;
  std::span<const std::string_view> permissions;
  std::optional<typename T::OrganizationId> organization{};

  constexpr BasicReads<T> reads() const noexcept {
    return detail::role_reads<T>(role, organization);
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    const Refusal refusal = detail::check_scope<T>(organization, seen);
    if (refusal) return refusal;
    if (seen.role == nullptr) return {ErrorCode::entity_not_found, Field::role_slug};
    PermissionSet set =
        detail::retiring_part(seen.roles, seen.roles.at(seen.role_index)->permissions);
    for (std::size_t at = 0; at < permissions.size(); ++at) {
      unsigned index = 0;
      const Refusal unknown =
          detail::find_permission(seen.roles, permissions[at], detail::place_of(at), index);
      if (unknown) return unknown;
      set.insert(index);
    }
    detail::write_permissions(seen, context, set, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    if (refusal.field() == Field::permission_slug) return detail::subject_at(permissions, refusal);
    return detail::role_command_subject<T>(refusal, role, organization);
  }
};

template <class T>
struct BasicAddRolePermission {
  using traits = T;
  static constexpr Kinds kinds{Kind::role, Kind::permission};
  static constexpr Kinds mints{};

  std::string_view role;
  std::string_view permission;
  std::optional<typename T::OrganizationId> organization{};

  constexpr BasicReads<T> reads() const noexcept {
    return detail::role_reads<T>(role, organization);
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    Refusal refusal = detail::check_scope<T>(organization, seen);
    if (refusal) return refusal;
    if (seen.role == nullptr) return {ErrorCode::entity_not_found, Field::role_slug};
    unsigned index = 0;
    refusal = detail::find_permission(seen.roles, permission, 0, index);
    if (refusal) return refusal;
    PermissionSet set = seen.roles.at(seen.role_index)->permissions;
    set.insert(index);
    detail::write_permissions(seen, context, set, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    if (refusal.field() == Field::permission_slug) return subject_of_text(permission);
    return detail::role_command_subject<T>(refusal, role, organization);
  }
};

template <class T>
struct BasicRemoveRolePermission {
  using traits = T;
  static constexpr Kinds kinds{Kind::role, Kind::permission};
  static constexpr Kinds mints{};

  std::string_view role;
  std::string_view permission;
  std::optional<typename T::OrganizationId> organization{};

  constexpr BasicReads<T> reads() const noexcept {
    return detail::role_reads<T>(role, organization);
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    const Refusal refusal = detail::check_scope<T>(organization, seen);
    if (refusal) return refusal;
    if (seen.role == nullptr) return {ErrorCode::entity_not_found, Field::role_slug};
    const PermissionTable permissions = seen.roles.permission_table();
    const unsigned index = permissions.find(SlugKey::of(permission), permission);
    PermissionSet set = seen.roles.at(seen.role_index)->permissions;
    if (index != permissions.size()) set.erase(index);
    detail::write_permissions(seen, context, set, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return detail::role_command_subject<T>(refusal, role, organization);
  }
};

using SetRolePermissions = BasicSetRolePermissions<DefaultTraits>;
using AddRolePermission = BasicAddRolePermission<DefaultTraits>;
using RemoveRolePermission = BasicRemoveRolePermission<DefaultTraits>;

}  // namespace membership::inline v0

// membership/command/long_operation.hpp

namespace membership::inline v0 {
namespace detail {

template <class State>
constexpr bool is_retiring(const State& state, std::uint64_t generation) noexcept {
  return state.phase == Phase::retiring && state.generation == generation;
}

template <class T>
constexpr std::uint64_t next_revision(const BasicSnapshot<T>& seen, bool of_organization) noexcept {
  return (of_organization ? seen.organization->revision : seen.environment.revision) + 1;
}

template <class T>
constexpr bool is_fenced(const BasicSnapshot<T>& seen, std::uint64_t generation) noexcept {
  return seen.organization->fenced_to >= generation;
}

template <class T>
constexpr BasicOrganizationState<T>& set_fence(const BasicSnapshot<T>& seen,
                                               BasicPlan<T>& plan) noexcept {
  plan.outcome = Outcome::updated;
  return set_organization(seen, plan);
}

constexpr Refusal superseded(Field field) noexcept {
  return {ErrorCode::operation_superseded, field};
}

}  // namespace detail
}  // namespace membership::inline v0

// membership/command/delete_permission.hpp

namespace membership::inline v0 {

namespace detail {
template <class T>
constexpr BasicPermissionWrite<T>& write_permission(const BasicSnapshot<T>& seen, Phase phase,
                                                    BasicPlan<T>& plan) noexcept {
  plan.outcome = Outcome::updated;
  const std::uint64_t revision = set_environment(seen, plan).revision;
  BasicPermissionWrite<T>& write = plan.permission.emplace(
      Precondition::set, EventType::none, seen.permission->id, seen.permission_index,
      seen.roles.permission_table()[seen.permission_index]);
  write.after.phase = phase;
  write.after.generation = phase == Phase::retiring ? revision : 0;
  return write;
}

template <class T>
constexpr BasicReads<T> permission_reads(std::string_view slug) noexcept {
  BasicReads<T> reads;
  reads.permission = slug;
  return reads;
}
}  // namespace detail

template <class T>
struct BasicMarkPermissionDeleted {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment, Kind::permission};
  static constexpr Kinds mints{};

  std::string_view permission;  ///< its slug

  constexpr BasicReads<T> reads() const noexcept { return detail::permission_reads<T>(permission); }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    if (seen.permission == nullptr) return {ErrorCode::entity_not_found, Field::permission_slug};
    const PermissionState& state = seen.roles.permission_table()[seen.permission_index];
    if (state.system) return {ErrorCode::system_permission, Field::permission_slug};
    plan.trace.about = Trace::About::permission;
    if (state.phase == Phase::live) detail::write_permission(seen, Phase::retiring, plan);
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return subject_of_text(permission);
  }
};

template <class T>
struct BasicKeepPermission {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment, Kind::permission};
  static constexpr Kinds mints{};

  std::string_view permission;

  constexpr BasicReads<T> reads() const noexcept { return detail::permission_reads<T>(permission); }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    if (seen.permission == nullptr) return {ErrorCode::entity_not_found, Field::permission_slug};
    plan.trace.about = Trace::About::permission;
    if (seen.roles.permission_table()[seen.permission_index].phase != Phase::live) {
      detail::write_permission(seen, Phase::live, plan);
    }
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return subject_of_text(permission);
  }
};

template <class T>
struct BasicFencePermission {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::permission};
  static constexpr Kinds mints{};

  typename T::OrganizationId organization;
  std::uint16_t permission;  ///< its index
  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept {
    return detail::organization_reads<T>(organization);
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    plan.trace.about = Trace::About::permission;
    const PermissionTable permissions = seen.roles.permission_table();
    if (!seen.organization || !permissions.has(permission)) return {};
    if (!detail::is_retiring(permissions[permission], generation)) {
      return detail::superseded(Field::permission_slug);
    }
    if (!detail::is_fenced(seen, generation)) detail::set_fence(seen, plan);
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& seen) const noexcept {
    return Subject::cut(seen.roles.permission_table()[permission].slug.view());
  }
};

template <class T>
struct BasicSweepRolePermission {
  using traits = T;
  static constexpr Kinds kinds{Kind::role, Kind::permission};
  static constexpr Kinds mints{};

  std::string_view role;
  std::optional<typename T::OrganizationId> organization;
  std::uint16_t permission;
  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept {
    return detail::role_reads<T>(role, organization);
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    if (seen.role == nullptr || (organization && !seen.organization)) return {};
    PermissionSet left = seen.roles.at(seen.role_index)->permissions;
    if (!left.contains(permission)) return {};
    const PermissionTable permissions = seen.roles.permission_table();
    if (!permissions.has(permission) || !detail::is_retiring(permissions[permission], generation)) {
      return detail::superseded(Field::role_slug);
    }
    left.erase(permission);
    detail::write_permissions(seen, context, left, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return detail::role_command_subject<T>(refusal, role, organization);
  }
};

template <class T>
struct BasicFinishPermissionDeletion {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment, Kind::permission};
  static constexpr Kinds mints{};

  std::string_view permission;
  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept { return detail::permission_reads<T>(permission); }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    plan.trace.about = Trace::About::permission;
    if (seen.permission == nullptr) return {};
    const unsigned index = seen.permission_index;
    if (!detail::is_retiring(seen.roles.permission_table()[index], generation)) {
      return detail::superseded(Field::permission_slug);
    }
    if (!seen.roles.grantor(seen.roles.all(), index).is_none()) {
      return {ErrorCode::operation_unfinished, Field::permission_slug};
    }
    BasicPermissionWrite<T>& write = detail::write_permission(seen, Phase::retiring, plan);
    plan.outcome = Outcome::deleted;
    write.effect = Effect::erase;
    write.event = EventType::permission_deleted;
    plan.profile.emplace(seen.permission->profile);
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return subject_of_text(permission);
  }
};

using MarkPermissionDeleted = BasicMarkPermissionDeleted<DefaultTraits>;
using KeepPermission = BasicKeepPermission<DefaultTraits>;
using FencePermission = BasicFencePermission<DefaultTraits>;
using SweepRolePermission = BasicSweepRolePermission<DefaultTraits>;
using FinishPermissionDeletion = BasicFinishPermissionDeletion<DefaultTraits>;

}  // namespace membership::inline v0

// membership/command/delete_role.hpp

namespace membership::inline v0 {

enum class RoleUse : std::uint8_t {
  none,
  default_role,  ///< of the environment, or of the role's organization
  owner_role,    ///< or on its way to or from it
  replacement,   ///< of another role that is on its way out
};

namespace detail {

template <class T>
constexpr RoleUse role_use(const BasicSnapshot<T>& seen, RoleIndex index) noexcept {
  if (index == environment_default(seen)) return RoleUse::default_role;
  if (seen.organization && index == seen.organization->default_role) return RoleUse::default_role;
  if (seen.environment.is_owner_role(index) ||
      (seen.organization && index == seen.organization->owner_role)) {
    return RoleUse::owner_role;
  }
  RoleUse use = RoleUse::none;
  seen.roles.for_each_in_order(seen.roles.all(), [&](RoleIndex other) {
    const RoleState& role = *seen.roles.at(other);
    if (role.phase == Phase::retiring && role.replacement == index) use = RoleUse::replacement;
  });
  return use;
}

template <class T>
constexpr Refusal take_role(const BasicSnapshot<T>& seen, RoleSet held, RoleIndex first_requested,
                            RoleIndex role, ResolvedRoles& out) noexcept {
  out.roles = held - RoleSet::of(role);
  out.first = first_requested == role ? RoleIndex::none() : first_requested;
  out.source = RoleSource::retained;
  if (!out.roles.empty()) return {};
  const RoleIndex replacement = seen.roles.at(role)->replacement;
  const RoleState* const other = seen.roles.at(replacement);
  if (other == nullptr || !other->assignable() || seen.environment.is_owner_role(replacement) ||
      replacement == seen.organization->owner_role) {
    return resolve_default(seen, out);
  }
  out.roles = RoleSet::of(replacement);
  out.first = replacement;
  out.source = RoleSource::requested;
  return {};
}

constexpr bool is_taken_by_pages(const RoleCatalogue& catalogue, RoleIndex index,
                                 std::uint64_t generation) noexcept {
  const RoleState* const role = catalogue.at(index);
  return role != nullptr && is_retiring(*role, generation) && !role->only_unused;
}

}  // namespace detail

template <class T>
struct BasicMarkRoleDeleted {
  using traits = T;
  static constexpr Kinds kinds{Kind::role};
  static constexpr Kinds mints{};

  std::string_view role;                          ///< its slug
  std::optional<std::string_view> replacement{};  ///< nothing: the default role
  std::optional<typename T::OrganizationId> organization{};
  bool only_unused = false;  ///< it goes only if nobody holds it

  constexpr BasicReads<T> reads() const noexcept {
    return detail::role_reads<T>(role, organization);
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    Refusal refusal = detail::check_scope<T>(organization, seen);
    if (refusal) return refusal;
    if (seen.role == nullptr) return {ErrorCode::entity_not_found, Field::role_slug};
    const RoleUse use = detail::role_use(seen, seen.role_index);
    if (use != RoleUse::none) {
      return {ErrorCode::role_required, Field::role_slug, static_cast<std::uint16_t>(use)};
    }
    RoleIndex other = RoleIndex::none();
    if (replacement) {
      refusal = detail::find_assignable(seen.roles, *replacement, other, Field::replacement_role);
      if (refusal) return refusal;
      if (other == seen.role_index || detail::role_use(seen, other) == RoleUse::owner_role) {
        return {ErrorCode::invalid_role, Field::replacement_role};
      }
    }
    RoleState after = *seen.roles.at(seen.role_index);
    plan.trace.about =
        organization ? Trace::About::organization_role : Trace::About::environment_role;
    if (after.phase == Phase::retiring && after.replacement == other &&
        after.only_unused == only_unused) {
      return {};
    }
    after.phase = Phase::retiring;
    after.replacement = other;
    after.only_unused = only_unused;
    after.generation = detail::next_revision(seen, organization.has_value());
    detail::write_role(seen, after, plan);
    plan.role->event = EventType::none;
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    if (refusal.field() == Field::replacement_role) return subject_of_text(*replacement);
    return detail::role_command_subject<T>(refusal, role, organization);
  }
};

template <class T>
struct BasicKeepRole {
  using traits = T;
  static constexpr Kinds kinds{Kind::role};
  static constexpr Kinds mints{};

  std::string_view role;
  std::optional<typename T::OrganizationId> organization{};
  std::optional<std::uint64_t> generation{};

  constexpr BasicReads<T> reads() const noexcept {
    return detail::role_reads<T>(role, organization);
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    const Refusal refusal = detail::check_scope<T>(organization, seen);
    if (refusal) return refusal;
    if (seen.role == nullptr) return {ErrorCode::entity_not_found, Field::role_slug};
    plan.trace.about =
        organization ? Trace::About::organization_role : Trace::About::environment_role;
    RoleState after = *seen.roles.at(seen.role_index);
    if (!detail::is_retiring(after, generation.value_or(after.generation))) return {};
    after.phase = Phase::live;
    after.replacement = RoleIndex::none();
    after.only_unused = false;
    after.generation = 0;
    detail::write_role(seen, after, plan);
    plan.role->event = EventType::none;
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return detail::role_command_subject<T>(refusal, role, organization);
  }
};

template <class T>
struct BasicFenceRole {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::role};
  static constexpr Kinds mints{};

  typename T::OrganizationId organization;
  RoleIndex role;
  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept {
    return detail::organization_reads<T>(organization);
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    plan.trace.about = Trace::About::environment_role;
    const RoleState* const state = seen.roles.at(role);
    if (!seen.organization || state == nullptr) return {};
    if (!detail::is_retiring(*state, generation)) return detail::superseded(Field::role_slug);
    const RoleOrder* const order = seen.roles.own_order();
    const bool is_default = seen.organization->default_role == role;
    const bool is_ordered = order != nullptr && order->contains(role);
    if (detail::is_fenced(seen, generation) && !is_default && !is_ordered) return {};
    BasicOrganizationState<T>& after = detail::set_fence(seen, plan);
    if (is_default) after.default_role = RoleIndex::none();
    if (is_ordered) plan.order.emplace(*order).erase(role);
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& seen) const noexcept {
    return Subject::cut(seen.roles.slug(role));
  }
};

template <class T>
struct BasicSweepRoleReplacement {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::role};
  static constexpr Kinds mints{};

  std::string_view role;  ///< the organization's own
  std::optional<typename T::OrganizationId> organization;
  RoleIndex replacement;
  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept {
    return detail::role_reads<T>(role, organization);
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    plan.trace.about = Trace::About::organization_role;
    if (seen.role == nullptr) return {};
    RoleState after = *seen.roles.at(seen.role_index);
    const RoleState* const state = seen.roles.at(replacement);
    if (after.replacement != replacement || state == nullptr) return {};
    if (!detail::is_retiring(*state, generation)) return detail::superseded(Field::role_slug);
    after.replacement = RoleIndex::none();
    detail::write_role(seen, after, plan);
    plan.role->event = EventType::none;
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return detail::role_command_subject<T>(refusal, role, organization);
  }
};

template <class T>
struct BasicSweepRoleHolder {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::membership, Kind::role};
  static constexpr Kinds mints{};

  typename T::MembershipId membership;
  RoleIndex role;
  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.membership = &membership;
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    plan.trace.about =
        role.is_organization() ? Trace::About::organization_role : Trace::About::environment_role;
    if (!seen.membership || !seen.membership->roles.contains(role)) return {};
    if (!detail::is_taken_by_pages(seen.roles, role, generation)) {
      return detail::superseded(Field::organization_membership_id);
    }
    const BasicOrganizationMembership<T>& held = *seen.membership;
    detail::ResolvedRoles left;
    const Refusal refusal = detail::take_role(seen, held.roles, held.first_requested, role, left);
    if (refusal) return refusal;
    plan.outcome = Outcome::updated;
    detail::write_change(seen, context, EventType::organization_membership_updated, held.status,
                         left, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& seen) const noexcept {
    return detail::membership_subject<T>(refusal, membership, {}, seen);
  }
};

template <class T>
struct BasicSweepRoleInvitation {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::invitation, Kind::role};
  static constexpr Kinds mints{};

  typename T::InvitationId invitation;
  RoleIndex role;
  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.invitation = &invitation;
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    plan.trace.about = Trace::About::invitation;
    if (!seen.invitation || !seen.organization || seen.invitation->role != role ||
        seen.invitation->status != InvitationStatus::pending) {
      return {};
    }
    if (!detail::is_taken_by_pages(seen.roles, role, generation)) {
      return detail::superseded(Field::invitation_id);
    }
    detail::ResolvedRoles left;
    const Refusal refusal =
        detail::take_role(seen, RoleSet::of(role), RoleIndex::none(), role, left);
    if (refusal) return refusal;
    plan.outcome = Outcome::updated;
    plan.trace.role_source = left.source;
    BasicInvitationWrite<T>& write = plan.invitation.emplace(
        Precondition::set, EventType::none, seen.invitation->revision, *seen.invitation);
    write.after.role = left.first;
    write.after.revision = seen.organization->revision + 1;
    write.after.updated_at = later_of(seen.invitation->updated_at, context.now);
    detail::touch(seen, seen.organization->counts, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& seen) const noexcept {
    if (refusal.field() == Field::invitation_id) return subject_of(invitation);
    return detail::role_subject(refusal, {}, seen);
  }
};

template <class T>
struct BasicFinishRoleDeletion {
  using traits = T;
  static constexpr Kinds kinds{Kind::role};
  static constexpr Kinds mints{};

  std::string_view role;
  std::uint64_t generation;
  std::optional<typename T::OrganizationId> organization{};

  constexpr BasicReads<T> reads() const noexcept {
    return detail::role_reads<T>(role, organization);
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    plan.trace.about =
        organization ? Trace::About::organization_role : Trace::About::environment_role;
    if (seen.role == nullptr || (organization && !seen.organization)) return {};
    const RoleState& state = *seen.roles.at(seen.role_index);
    if (!detail::is_retiring(state, generation)) return detail::superseded(Field::role_slug);
    detail::write_role(seen, state, plan);
    plan.outcome = Outcome::deleted;
    plan.role->effect = Effect::erase;
    plan.role->event =
        organization ? EventType::organization_role_deleted : EventType::role_deleted;
    plan.profile.emplace(seen.role->profile);
    const RoleOrder* const order = organization ? seen.roles.own_order() : seen.roles.order();
    if (order != nullptr) plan.order.emplace(*order).erase(seen.role_index);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return detail::role_command_subject<T>(refusal, role, organization);
  }
};

using MarkRoleDeleted = BasicMarkRoleDeleted<DefaultTraits>;
using KeepRole = BasicKeepRole<DefaultTraits>;
using FenceRole = BasicFenceRole<DefaultTraits>;
using SweepRoleReplacement = BasicSweepRoleReplacement<DefaultTraits>;
using SweepRoleHolder = BasicSweepRoleHolder<DefaultTraits>;
using SweepRoleInvitation = BasicSweepRoleInvitation<DefaultTraits>;
using FinishRoleDeletion = BasicFinishRoleDeletion<DefaultTraits>;

}  // namespace membership::inline v0

// membership/command/delete_user.hpp

namespace membership::inline v0 {

namespace detail {
template <class T>
constexpr void set_user_phase(const BasicSnapshot<T>& seen, Phase phase,
                              BasicPlan<T>& plan) noexcept {
  plan.outcome = Outcome::updated;
  BasicUserWrite<T>& write =
      plan.user.emplace(Precondition::set, EventType::none, seen.user->revision, *seen.user);
  ++write.after.revision;
  write.after.phase = phase;
  write.after.generation = phase == Phase::deleting ? write.after.revision : 0;
}
}  // namespace detail

template <class T>
struct BasicMarkUserDeleted {
  using traits = T;
  static constexpr Kinds kinds{Kind::user};
  static constexpr Kinds mints{};

  typename T::UserId user;

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.user = &user;
    reads.profiles = true;  // whose address the sweep of invitations goes by
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    if (!seen.user) return {ErrorCode::entity_not_found, Field::user_id};
    plan.trace.about = Trace::About::user;
    if (seen.user->phase != Phase::deleting) detail::set_user_phase(seen, Phase::deleting, plan);
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return subject_of(user);
  }
};

template <class T>
struct BasicKeepUser {
  using traits = T;
  static constexpr Kinds kinds{Kind::user};
  static constexpr Kinds mints{};

  typename T::UserId user;

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.user = &user;
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    if (!seen.user) return {ErrorCode::entity_not_found, Field::user_id};
    plan.trace.about = Trace::About::user;
    if (seen.user->phase == Phase::deleting) detail::set_user_phase(seen, Phase::live, plan);
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return subject_of(user);
  }
};

template <class T>
struct BasicSweepUserMembership {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::membership, Kind::user};
  static constexpr Kinds mints{};

  typename T::MembershipId membership;
  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.membership = &membership;
    reads.member_user = true;
    reads.member_invitation = true;
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& options,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    if (!seen.membership) return {};
    if (!seen.user || seen.user->phase != Phase::deleting || seen.user->generation != generation) {
      return {ErrorCode::operation_superseded, Field::organization_membership_id};
    }
    detail::write_deletion(seen, plan);
    if (seen.invitation) detail::withdraw_with_membership(options, seen, context, plan);
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return subject_of(membership);
  }
};

template <class T>
struct BasicFinishUserDeletion {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment, Kind::user};
  static constexpr Kinds mints{};

  typename T::UserId user;
  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.user = &user;
    reads.profiles = true;
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    plan.trace.about = Trace::About::user;
    if (!seen.user) return {};
    if (seen.user->phase != Phase::deleting || seen.user->generation != generation) {
      return {ErrorCode::operation_superseded, Field::user_id};
    }
    plan.outcome = Outcome::deleted;
    BasicUserWrite<T>& write = plan.user.emplace(Precondition::set, EventType::user_deleted,
                                                 seen.user->revision, *seen.user);
    write.effect = Effect::erase;
    ++write.after.revision;
    detail::note_freed(seen, write.after.revision, plan);
    if (seen.user_profile == nullptr) return {};
    plan.profile.emplace(*seen.user_profile);
    detail::give_up_claims(*seen.user_profile, plan);
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return subject_of(user);
  }
};

using MarkUserDeleted = BasicMarkUserDeleted<DefaultTraits>;
using KeepUser = BasicKeepUser<DefaultTraits>;
using SweepUserMembership = BasicSweepUserMembership<DefaultTraits>;
using FinishUserDeletion = BasicFinishUserDeletion<DefaultTraits>;

}  // namespace membership::inline v0

// membership/command/disable_multiple_roles.hpp

namespace membership::inline v0 {

namespace detail {
constexpr bool is_closing(const EnvironmentState& environment, std::uint64_t generation) noexcept {
  return environment.phase == Phase::closing && environment.generation == generation;
}

template <class T>
constexpr RoleIndex role_to_keep(const BasicSnapshot<T>& seen,
                                 const BasicOrganizationMembership<T>& held) noexcept {
  const BasicOrganizationState<T>& organization = *seen.organization;
  if (held.status == Status::active && organization.counts.owners == 1 &&
      held.roles.contains(organization.owner_role)) {
    return organization.owner_role;
  }
  const RoleSet fit = seen.roles.assignable(held.roles);
  return seen.roles.highest(fit.empty() ? held.roles : fit);
}
}  // namespace detail

template <class T>
struct BasicMarkMultipleRolesDisabled {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment};
  static constexpr Kinds mints{};

  constexpr BasicReads<T> reads() const noexcept { return {}; }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    plan.trace.about = Trace::About::multiple_roles;
    if (!seen.environment.allows_several_roles()) return {};
    plan.outcome = Outcome::updated;
    EnvironmentState& after = detail::set_environment(seen, plan);
    after.phase = Phase::closing;
    after.generation = after.revision;
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return {};
  }
};

template <class T>
struct BasicFenceMultipleRoles {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment, Kind::organization};
  static constexpr Kinds mints{};

  typename T::OrganizationId organization;
  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept {
    return detail::organization_reads<T>(organization);
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    plan.trace.about = Trace::About::multiple_roles;
    if (!seen.organization || !seen.environment.multiple_roles) return {};
    if (!detail::is_closing(seen.environment, generation)) {
      return detail::superseded(Field::organization_id);
    }
    if (!detail::is_fenced(seen, generation)) detail::set_fence(seen, plan);
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return subject_of(organization);
  }
};

template <class T>
struct BasicSweepSeveralRoles {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment, Kind::organization, Kind::membership};
  static constexpr Kinds mints{};

  typename T::MembershipId membership;
  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.membership = &membership;
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    plan.trace.about = Trace::About::multiple_roles;
    if (!seen.membership || !seen.membership->roles.several()) return {};
    if (!detail::is_closing(seen.environment, generation)) {
      return detail::superseded(Field::organization_membership_id);
    }
    detail::ResolvedRoles left;
    left.first = detail::role_to_keep(seen, *seen.membership);
    left.roles = RoleSet::of(left.first);
    left.source = RoleSource::retained;
    plan.outcome = Outcome::updated;
    detail::write_change(seen, context, EventType::organization_membership_updated,
                         seen.membership->status, left, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& seen) const noexcept {
    return detail::membership_subject<T>(refusal, membership, {}, seen);
  }
};

template <class T>
struct BasicFinishMultipleRolesDisabled {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment};
  static constexpr Kinds mints{};

  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept { return {}; }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    plan.trace.about = Trace::About::multiple_roles;
    if (!seen.environment.multiple_roles) return {};
    if (!detail::is_closing(seen.environment, generation)) return detail::superseded(Field::none);
    plan.outcome = Outcome::updated;
    EnvironmentState& after = detail::set_environment(seen, plan);
    after.multiple_roles = false;
    after.phase = Phase::live;
    after.generation = 0;
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return {};
  }
};

using MarkMultipleRolesDisabled = BasicMarkMultipleRolesDisabled<DefaultTraits>;
using FenceMultipleRoles = BasicFenceMultipleRoles<DefaultTraits>;
using SweepSeveralRoles = BasicSweepSeveralRoles<DefaultTraits>;
using FinishMultipleRolesDisabled = BasicFinishMultipleRolesDisabled<DefaultTraits>;

}  // namespace membership::inline v0

// membership/command/expire_invitation.hpp

namespace membership::inline v0 {

template <class T>
struct BasicExpireInvitation {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::membership, Kind::invitation};
  static constexpr Kinds mints{};

  typename T::InvitationId invitation;

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.invitation = &invitation;
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& options,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    if (!seen.invitation) return {ErrorCode::entity_not_found, Field::invitation_id};
    plan.trace.about = Trace::About::invitation;
    if (seen.invitation->status != InvitationStatus::pending ||
        seen.invitation->status_at(context.now) != InvitationStatus::expired) {
      return {};
    }
    detail::end_with_membership(options, seen, context, InvitationStatus::expired, EventType::none,
                                plan);
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return subject_of(invitation);
  }
};

using ExpireInvitation = BasicExpireInvitation<DefaultTraits>;

}  // namespace membership::inline v0

// membership/command/name_owner_role.hpp

namespace membership::inline v0 {

template <class T>
struct BasicMarkOwnerRole {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment};
  static constexpr Kinds mints{};

  std::optional<std::string_view> role{};  ///< nothing: no owner role

  constexpr BasicReads<T> reads() const noexcept { return {}; }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    const EnvironmentState& now = seen.environment;
    RoleIndex named = RoleIndex::none();
    if (role) {
      const Refusal refusal = detail::find_assignable(seen.roles, *role, named, Field::owner_role);
      if (refusal) return refusal;
      if (named == detail::environment_default(seen)) {
        return {ErrorCode::default_role_is_owner, Field::owner_role};
      }
    }
    if (now.names_owner_role() && named != now.next_owner_role && named != now.owner_role) {
      return {ErrorCode::operation_unfinished, Field::owner_role};
    }
    plan.trace.about = Trace::About::owner_role;
    if (named == now.owner_role_to_come()) return {};
    plan.outcome = Outcome::updated;
    EnvironmentState& after = detail::set_environment(seen, plan);
    if (now.names_owner_role()) after.owner_role = now.next_owner_role;
    after.next_owner_role = named;
    after.owner_generation = after.revision;
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return role ? subject_of_text(*role) : Subject{};
  }
};

template <class T>
struct BasicFenceOwnerRole {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment, Kind::organization};
  static constexpr Kinds mints{};

  typename T::OrganizationId organization;
  RoleIndex role;
  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads = detail::organization_reads<T>(organization);
    reads.holders = role;
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    plan.trace.about = Trace::About::owner_role;
    if (!seen.organization) return {};
    const BasicOrganizationState<T>& now = *seen.organization;
    if (!seen.environment.names_owner_role() && seen.environment.owner_role == role) return {};
    if (seen.environment.owner_generation != generation ||
        seen.environment.next_owner_role != role) {
      return detail::superseded(Field::organization_id);
    }
    const bool is_default = !role.is_none() && now.default_role == role;
    if (now.owner_role == role && detail::is_fenced(seen, generation) && !is_default) return {};
    BasicOrganizationState<T>& after = detail::set_fence(seen, plan);
    after.owner_role = role;
    after.counts.owners = seen.holders;
    if (is_default) after.default_role = RoleIndex::none();
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return subject_of(organization);
  }
};

template <class T>
struct BasicFinishOwnerRole {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment};
  static constexpr Kinds mints{};

  RoleIndex role;
  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept { return {}; }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    plan.trace.about = Trace::About::owner_role;
    const EnvironmentState& now = seen.environment;
    if (!now.names_owner_role() && now.owner_role == role) return {};
    if (now.owner_generation != generation || now.next_owner_role != role) {
      return detail::superseded(Field::owner_role);
    }
    plan.outcome = Outcome::updated;
    EnvironmentState& after = detail::set_environment(seen, plan);
    after.owner_role = role;
    after.next_owner_role = RoleIndex::none();
    after.owner_generation = 0;
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& seen) const noexcept {
    return Subject::cut(seen.roles.slug(role));
  }
};

using MarkOwnerRole = BasicMarkOwnerRole<DefaultTraits>;
using FenceOwnerRole = BasicFenceOwnerRole<DefaultTraits>;
using FinishOwnerRole = BasicFinishOwnerRole<DefaultTraits>;

}  // namespace membership::inline v0

// membership/command/resend_invitation.hpp

namespace membership::inline v0 {

template <class T>
struct BasicResendInvitation {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::membership, Kind::invitation};
  static constexpr Kinds mints{Kind::token};

  typename T::InvitationId invitation;

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.invitation = &invitation;
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    if (!seen.invitation) return {ErrorCode::entity_not_found, Field::invitation_id};
    const BasicInvitationState<T>& state = *seen.invitation;
    if (state.organization && (!seen.organization || seen.organization->phase != Phase::live)) {
      return {ErrorCode::entity_not_found, Field::organization_id};
    }
    switch (state.status_at(context.now)) {
      case InvitationStatus::accepted: return {ErrorCode::invite_accepted, Field::invitation_id};
      case InvitationStatus::revoked: return {ErrorCode::invite_revoked, Field::invitation_id};
      case InvitationStatus::expired: return {ErrorCode::invite_expired, Field::invitation_id};
      case InvitationStatus::pending: break;
    }
    if (!context.token) return {ErrorCode::missing_id, Field::invitation_token};
    plan.outcome = Outcome::updated;
    plan.trace.about = Trace::About::invitation;
    BasicInvitationWrite<T>& write =
        detail::write_invitation(seen, context, EventType::invitation_resent, plan);
    write.after.sent_by = context.plan;
    write.after.token = *context.token;
    const bool pending = detail::has_pending_membership(seen);
    write.held = pending ? seen.membership->roles : detail::role_set_of(state.role);
    write.first_requested = pending ? seen.membership->first_requested : state.role;
    if (state.organization) detail::touch(seen, seen.organization->counts, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& seen) const noexcept {
    if (refusal.field() == Field::organization_id) {
      const std::optional<typename T::OrganizationId>& owner = seen.invitation->organization;
      return owner ? subject_of(*owner) : Subject{};
    }
    return subject_of(invitation);
  }
};

using ResendInvitation = BasicResendInvitation<DefaultTraits>;

}  // namespace membership::inline v0

// membership/command/revoke_invitation.hpp

namespace membership::inline v0 {

template <class T>
struct BasicRevokeInvitation {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::membership, Kind::invitation};
  static constexpr Kinds mints{};

  typename T::InvitationId invitation;

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.invitation = &invitation;
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& options,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    if (!seen.invitation) return {ErrorCode::entity_not_found, Field::invitation_id};
    if (seen.invitation->status_at(context.now) != InvitationStatus::pending) {
      return {ErrorCode::invite_not_pending, Field::invitation_id};
    }
    detail::end_with_membership(options, seen, context, InvitationStatus::revoked,
                                EventType::invitation_revoked, plan);
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return subject_of(invitation);
  }
};

using RevokeInvitation = BasicRevokeInvitation<DefaultTraits>;

}  // namespace membership::inline v0

// membership/domain/actor_id.hpp

namespace membership::inline v0 {

template <class T>
class BasicActorId {
 public:
  constexpr BasicActorId() noexcept = default;
  constexpr BasicActorId(const typename T::UserId& user) noexcept : user_(user) {}
  BasicActorId(const std::optional<typename T::UserId>&) = delete;

  static constexpr BasicActorId system() noexcept { return {}; }

  constexpr const typename T::UserId* user() const noexcept { return user_ ? &*user_ : nullptr; }

 private:
  std::optional<typename T::UserId> user_;
};

using ActorId = BasicActorId<DefaultTraits>;

}  // namespace membership::inline v0

// membership/command/send_invitation.hpp

namespace membership::inline v0 {

template <class T>
struct BasicSendInvitation {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::membership, Kind::user, Kind::invitation};
  static constexpr Kinds mints{Kind::invitation, Kind::membership, Kind::token};
  static constexpr std::int64_t most_days = 30;

  std::string_view email;
  std::optional<typename T::OrganizationId> organization{};
  std::optional<std::string_view> role{};
  std::int64_t expires_in_days = 7;
  std::optional<typename T::UserId> inviter{};
  BasicActorId<T> actor{};

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.email = EmailKey::folded(email);
    reads.email_user = true;
    reads.open_invitation = true;
    if (inviter) reads.inviter = &*inviter;
    if (!organization) return reads;
    reads.organization = &*organization;
    reads.pair = true;
    reads.member_invitation = true;
    reads.actor = actor.user();
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& options,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    Refusal refusal = check_fields();
    if (refusal) return refusal;
    refusal = check_named(seen);
    if (refusal) return refusal;
    if (expires_in_days < 1) return {ErrorCode::expires_in_days_too_short, Field::expires_in_days};
    if (expires_in_days > most_days) {
      return {ErrorCode::expires_in_days_too_long, Field::expires_in_days};
    }
    detail::ResolvedRoles resolved;
    if (organization) {
      refusal = detail::resolve_roles(seen, selection(), resolved);
      if (refusal) return refusal;
    }
    refusal = check_state(seen, context);
    if (refusal) return refusal;
    return write(options, seen, context, resolved, plan);
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& seen) const noexcept {
    const Field field = refusal.field();
    if (field == Field::email) {
      return refusal.code() == ErrorCode::not_utf8 ? Subject{} : subject_of_text(email);
    }
    if (field == Field::organization_id && organization) return subject_of(*organization);
    if (field == Field::inviter_user_id && inviter) return subject_of(*inviter);
    if (field == Field::user_id && seen.user) return subject_of(seen.user->id);
    if (field == Field::invitation_id && seen.invitation) return subject_of(seen.invitation->id);
    if (field == Field::organization_membership_id && seen.membership) {
      return subject_of(seen.membership->id);
    }
    if (field == Field::role_slug && role) return subject_of_text(*role);
    if (field != Field::default_role) return {};
    return detail::role_subject(refusal, selection(), seen);
  }

 private:
  static constexpr std::int64_t day = 86'400'000;

  constexpr RoleSelection selection() const noexcept {
    return role ? RoleSelection::one(*role) : RoleSelection::none();
  }

  constexpr Refusal check_fields() const noexcept {
    const ErrorCode fault = EmailKey::fault(email);
    if (fault != ErrorCode{}) return {fault, Field::email};
    if (role && !organization) return {ErrorCode::malformed, Field::role_slug};
    return {};
  }

  constexpr Refusal check_named(const BasicSnapshot<T>& seen) const noexcept {
    if (organization && (!seen.organization || seen.organization->phase != Phase::live)) {
      return {ErrorCode::entity_not_found, Field::organization_id};
    }
    if (inviter && (!seen.inviter || seen.inviter->phase != Phase::live)) {
      return {ErrorCode::entity_not_found, Field::inviter_user_id};
    }
    if (seen.user && seen.user->phase != Phase::live) {
      return {ErrorCode::entity_not_found, Field::user_id};
    }
    return {};
  }

  constexpr Refusal check_state(const BasicSnapshot<T>& seen,
                                const BasicContext<T>& context) const noexcept {
    if (seen.membership && seen.membership->status == Status::active) {
      return {ErrorCode::user_already_organization_member, Field::organization_membership_id};
    }
    if (seen.invitation) {
      if (seen.invitation->status_at(context.now) == InvitationStatus::expired) {
        return {ErrorCode::invite_expired, Field::invitation_id};
      }
      return {organization ? ErrorCode::email_already_invited_to_organization
                           : ErrorCode::email_already_invited,
              Field::invitation_id};
    }
    if (!organization && seen.user) return {ErrorCode::user_already_exists, Field::user_id};
    return {};
  }

  constexpr Refusal write(const PolicyOptions& options, const BasicSnapshot<T>& seen,
                          const BasicContext<T>& context, const detail::ResolvedRoles& resolved,
                          BasicPlan<T>& plan) const noexcept {
    if (!context.invitation) return {ErrorCode::missing_id, Field::invitation_id};
    if (!context.token) return {ErrorCode::missing_id, Field::invitation_token};
    const Time expires =
        Time::from_milliseconds(context.now.milliseconds() + expires_in_days * day);
    BasicInvitationState<T> state(*context.invitation, context.now, expires);
    state.organization = organization;
    state.inviter = inviter;
    state.sent_by = context.plan;
    state.token = *context.token;
    state.revision = organization ? seen.organization->revision + 1 : 1;
    plan.trace.role_source = resolved.source;
    detail::ResolvedRoles held = resolved;
    if (organization) {
      const Refusal refusal = write_membership(options, seen, context, held, state, plan);
      if (refusal) return refusal;
    }
    plan.outcome = Outcome::created;
    plan.trace.about = Trace::About::invitation;
    BasicInvitationWrite<T>& written = plan.invitation.emplace(
        Precondition::absent, EventType::invitation_created, std::uint64_t{0}, state);
    written.held = held.roles;
    written.first_requested = held.first;
    Profile& profile = plan.profile.emplace().after;
    profile.texts.set(Text::email, email);
    profile.created_at = context.now;
    profile.updated_at = context.now;
    if (!organization) plan.claims.emplace().email.after = email;
    return {};
  }

  constexpr Refusal write_membership(const PolicyOptions& options, const BasicSnapshot<T>& seen,
                                     const BasicContext<T>& context, detail::ResolvedRoles& held,
                                     BasicInvitationState<T>& state,
                                     BasicPlan<T>& plan) const noexcept {
    if (seen.user && !seen.membership) {
      state.user = seen.user->id;
      if (!context.membership) return {ErrorCode::missing_id, Field::organization_membership_id};
      detail::write_new(seen, *context.membership, EventType::organization_membership_created,
                        Status::pending, held, context.now, plan);
      return {};
    }
    if (seen.membership && seen.membership->status == Status::pending) {
      state.user = seen.membership->user;
      if (!role) held = detail::roles_of(*seen.membership);
      if (held.roles != seen.membership->roles) {
        const Refusal refusal = detail::check_directory(options, *seen.membership, held.roles);
        if (refusal) return refusal;
        detail::write_change(seen, context, EventType::organization_membership_updated,
                             Status::pending, held, plan);
        return {};
      }
    } else {
      state.role = held.first;
    }
    detail::touch(seen, seen.organization->counts, plan);
    return {};
  }
};

using SendInvitation = BasicSendInvitation<DefaultTraits>;

}  // namespace membership::inline v0

// membership/command/set_seats.hpp

namespace membership::inline v0 {

template <class T>
struct BasicSetSeatLimit {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization};
  static constexpr Kinds mints{};

  typename T::OrganizationId organization;
  std::optional<std::uint64_t> limit{};  ///< 0 means 0, nothing means no limit

  constexpr BasicReads<T> reads() const noexcept {
    return detail::organization_reads<T>(organization);
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    Refusal refusal = detail::check_seats(limit);
    if (!refusal) refusal = detail::check_organization(seen);
    if (refusal) return refusal;
    plan.trace.about = Trace::About::seats;
    if (seen.organization->seat_limit == limit) return {};
    plan.outcome = Outcome::updated;
    detail::set_organization(seen, plan).seat_limit = limit;
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return refusal.field() == Field::seat_limit ? Subject{} : subject_of(organization);
  }
};

template <class T>
struct BasicSetSeatsCount {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment};
  static constexpr Kinds mints{};

  SeatsCount counted{};

  constexpr BasicReads<T> reads() const noexcept { return {}; }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    plan.trace.about = Trace::About::seats;
    if (seen.environment.seats_count == counted) return {};
    plan.outcome = Outcome::updated;
    detail::set_environment(seen, plan).seats_count = counted;
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return {};
  }
};

using SetSeatLimit = BasicSetSeatLimit<DefaultTraits>;
using SetSeatsCount = BasicSetSeatsCount<DefaultTraits>;

}  // namespace membership::inline v0

// membership/command/sweep_invitations.hpp

namespace membership::inline v0 {

template <class T>
struct BasicSweepOrganizationInvitation {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::invitation};
  static constexpr Kinds mints{};

  typename T::InvitationId invitation;
  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.invitation = &invitation;
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    if (!seen.invitation) return {};
    if (!seen.organization || seen.organization->phase != Phase::deleting ||
        seen.organization->generation != generation) {
      return {ErrorCode::operation_superseded, Field::invitation_id};
    }
    plan.outcome = Outcome::deleted;
    plan.trace.about = Trace::About::invitation;
    detail::erase_invitation(seen, plan);
    detail::touch(seen, seen.organization->counts, plan);
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return subject_of(invitation);
  }
};

template <class T>
struct BasicSweepUserInvitation {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::membership, Kind::user, Kind::invitation};
  static constexpr Kinds mints{};

  typename T::InvitationId invitation;
  typename T::UserId user;
  std::uint64_t generation;

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.invitation = &invitation;
    reads.user = &user;
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& options,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    if (!seen.invitation || seen.invitation->status != InvitationStatus::pending ||
        (seen.invitation->user && !(*seen.invitation->user == user))) {
      return {};
    }
    if (!seen.user || seen.user->phase != Phase::deleting || seen.user->generation != generation) {
      return {ErrorCode::operation_superseded, Field::invitation_id};
    }
    const detail::Withdrawal withdrawal = detail::withdrawal_of(seen, context);
    detail::end_with_membership(options, seen, context, withdrawal.status, withdrawal.event, plan);
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return subject_of(invitation);
  }
};

using SweepOrganizationInvitation = BasicSweepOrganizationInvitation<DefaultTraits>;
using SweepUserInvitation = BasicSweepUserInvitation<DefaultTraits>;

}  // namespace membership::inline v0

// membership/command/update_organization.hpp

namespace membership::inline v0 {

class DomainsChange {
 public:
  static constexpr DomainsChange keep() noexcept { return {}; }
  static constexpr DomainsChange replace(std::span<const DomainData> domains) noexcept {
    DomainsChange change;
    change.domains_ = domains.data();
    change.size_ = domains.size();
    change.replaces_ = true;
    return change;
  }

  constexpr bool replaces() const noexcept { return replaces_; }
  constexpr const DomainData* data() const noexcept { return domains_; }
  constexpr std::size_t size() const noexcept { return size_; }

 private:
  const DomainData* domains_ = nullptr;
  std::size_t size_ = 0;
  bool replaces_ = false;
};

template <class T>
struct BasicUpdateOrganization {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization};
  static constexpr Kinds mints{};

  typename T::OrganizationId organization;
  std::optional<std::string_view> name{};  ///< 1 or more characters, not unique
  TextChange external_id{};                ///< 1 to 128 characters of ASCII, unique
  MetadataChange metadata{};
  DomainsChange domains{};          ///< at most 16, each of one organization
  TextChange stripe_customer_id{};  ///< as `external_id`

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads = detail::organization_reads<T>(organization);
    reads.profiles = true;
    fields().read(reads);
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    const Profile* const before = seen.organization_profile;
    if (name) {
      const ErrorCode fault = text_fault(*name, 1, std::string_view::npos);
      if (fault != ErrorCode{}) return {fault, Field::name};
    }
    Refusal refusal = fields().check(before);
    if (refusal) return refusal;
    refusal = detail::check_organization(seen);
    if (refusal) return refusal;
    refusal = fields().check_claims(seen);
    if (refusal) return refusal;

    plan.trace.about = Trace::About::organization;
    Profile profile = detail::profile_to_change(before, context.now);
    bool changed = TextChange::set_if(name).apply(profile.texts, Text::name);
    changed = fields().apply(profile) || changed;
    if (domains.replaces()) {
      profile.domains =
          profile.domains.replaced(domains.data(), domains.size(), context.plan, context.now);
    }
    if (!changed && !profile.domains.changes()) return {};
    plan.outcome = Outcome::updated;
    detail::set_organization(seen, plan);
    plan.organization->event = EventType::organization_updated;
    plan.profile.emplace(profile, before);
    detail::change_claims(before, profile, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    if (refusal.field() == Field::organization_id) return subject_of(organization);
    return fields().subject(refusal);
  }

 private:
  constexpr detail::OrganizationFields fields() const noexcept {
    return {external_id, metadata, domains.data(), domains.size(), stripe_customer_id};
  }
};

using UpdateOrganization = BasicUpdateOrganization<DefaultTraits>;

}  // namespace membership::inline v0

// membership/command/update_user.hpp

namespace membership::inline v0 {

template <class T>
struct BasicUpdateUser {
  using traits = T;
  static constexpr Kinds kinds{Kind::user};
  static constexpr Kinds mints{};

  typename T::UserId user;
  std::optional<std::string_view> email{};
  std::optional<bool> email_verified{};
  TextChange first_name{};
  TextChange last_name{};
  TextChange name{};
  TextChange external_id{};  ///< 1 to 128 characters of ASCII, unique
  MetadataChange metadata{};
  TextChange locale{};

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.user = &user;
    reads.profiles = true;
    fields().read(email, reads);
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    const Profile* const before = seen.user_profile;
    Refusal refusal = fields().check(email, before);
    if (refusal) return refusal;
    if (!seen.user || seen.user->phase == Phase::deleting) {
      return {ErrorCode::entity_not_found, Field::user_id};
    }
    refusal = fields().check_claims(&user, seen);
    if (refusal) return refusal;

    plan.trace.about = Trace::About::user;
    Profile profile = detail::profile_to_change(before, context.now);
    const bool was_verified = profile.email_verified;
    if (email && !(EmailKey::folded(*email) == EmailKey::folded(profile.texts[Text::email]))) {
      profile.email_verified = false;
    }
    profile.email_verified = email_verified.value_or(profile.email_verified);
    bool changed = TextChange::set_if(email).apply(profile.texts, Text::email);
    changed = fields().apply(profile) || changed;
    if (!changed && profile.email_verified == was_verified) return {};
    plan.outcome = Outcome::updated;
    BasicUserWrite<T>& write = plan.user.emplace(Precondition::set, EventType::user_updated,
                                                 seen.user->revision, *seen.user);
    ++write.after.revision;
    plan.profile.emplace(profile, before);
    detail::change_claims(before, profile, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    if (refusal.field() == Field::user_id) return subject_of(user);
    return fields().subject(refusal, email);
  }

 private:
  constexpr detail::UserFields fields() const noexcept {
    return {first_name, last_name, name, external_id, metadata, locale};
  }
};

using UpdateUser = BasicUpdateUser<DefaultTraits>;

}  // namespace membership::inline v0

// membership/command/create_membership.hpp

namespace membership::inline v0 {

template <class T>
struct BasicCreateMembership {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::membership};
  static constexpr Kinds mints{Kind::membership};

  typename T::UserId user;
  typename T::OrganizationId organization;
  RoleSelection roles{};
  BasicActorId<T> actor{};  ///< whose rights the rules judge

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.user = &user;
    reads.organization = &organization;
    reads.pair = true;
    reads.actor = actor.user();
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& options,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    Refusal refusal = detail::check_selection(options, roles);
    if (refusal) return refusal;
    if (!seen.user || seen.user->phase != Phase::live) {
      return {ErrorCode::entity_not_found, Field::user_id};
    }
    if (!seen.organization || seen.organization->phase != Phase::live) {
      return {ErrorCode::entity_not_found, Field::organization_id};
    }
    const LifecycleCell& cell = detail::enter_cell(LifecycleCommand::create, seen, plan);
    const Standing standing = plan.trace.standing;

    detail::ResolvedRoles resolved;
    if (standing == Standing::inactive && roles.size() == 0 &&
        options.create_over_inactive_roles == CreateOverInactiveRoles::keep) {
      refusal = detail::resolve_retained(options, seen, resolved);
    } else {
      refusal = detail::resolve_roles(seen, roles, resolved);
    }
    if (refusal) return refusal;

    if (cell.verdict == LifecycleCell::Verdict::refused) {
      if (standing == Standing::active &&
          options.create_over_active == CreateOverActive::return_existing) {
        return {};
      }
      return detail::refused_by(cell);
    }
    if (standing == Standing::none) {
      if (!context.membership) return {ErrorCode::missing_id, Field::organization_membership_id};
      plan.outcome = Outcome::created;
      plan.trace.role_source = resolved.source;
      plan.membership.emplace(cell.event, *context.membership, user, organization, resolved.roles,
                              resolved.first, Status::active, context.now,
                              seen.organization->revision + 1);
      plan.compared_user.emplace(seen.user->revision);
      Counts counts = seen.organization->counts;
      counts.add(Status::active, resolved.roles, seen.organization->owner_role);
      detail::touch(seen, counts, plan);
      return {};
    }
    refusal = detail::check_directory(options, *seen.membership, resolved.roles);
    if (refusal) return refusal;
    plan.outcome = Outcome::reactivated;
    const EventType event = options.create_over_inactive_event == CreateOverInactiveEvent::created
                                ? EventType::organization_membership_created
                                : cell.event;
    detail::write_change(seen, context, event, Status::active, resolved, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& seen) const noexcept {
    const Field field = refusal.field();
    if (field == Field::user_id || field == Field::none) return subject_of(user);
    if (field == Field::organization_id) return subject_of(organization);
    if (field == Field::organization_membership_id) {
      return seen.membership ? subject_of(seen.membership->id) : Subject{};
    }
    if (refusal.code() == ErrorCode::invalid_role && roles.size() == 0) {
      return detail::retained_subject(seen);
    }
    return detail::role_subject(refusal, roles, seen);
  }
};

using CreateMembership = BasicCreateMembership<DefaultTraits>;

}  // namespace membership::inline v0

// membership/command/create_organization.hpp

namespace membership::inline v0 {

template <class T>
struct BasicCreateOrganization {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment, Kind::organization};
  static constexpr Kinds mints{Kind::organization};

  std::string_view name;                           ///< 1 or more characters, not unique
  std::optional<typename T::OrganizationId> id{};  ///< where the host names it itself
  std::optional<std::uint64_t> seat_limit{};       ///< 0 means 0, nothing means no limit
  std::optional<std::string_view> external_id{};   ///< 1 to 128 characters of ASCII, unique
  MetadataChange metadata{};
  std::span<const DomainData> domains{};                 ///< at most 16, each of one organization
  std::optional<std::string_view> stripe_customer_id{};  ///< as `external_id`

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    if (id) reads.organization = &*id;
    fields().read(reads);
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    const ErrorCode fault = text_fault(name, 1, std::string_view::npos);
    if (fault != ErrorCode{}) return {fault, Field::name};
    Refusal refusal = fields().check(nullptr);
    if (!refusal) refusal = detail::check_seats(seat_limit);
    if (refusal) return refusal;
    if (id && seen.organization) return {ErrorCode::id_already_used, Field::organization_id};
    refusal = fields().check_claims(seen);
    if (refusal) return refusal;
    if (!id && !context.organization) return {ErrorCode::missing_id, Field::organization_id};

    plan.outcome = Outcome::created;
    plan.trace.about = Trace::About::organization;
    BasicOrganizationState<T> state(id ? *id : *context.organization);
    state.revision = id ? detail::begin_above_freed(seen, plan) : 1;
    state.seat_limit = seat_limit;
    state.owner_role = seen.environment.owner_role_to_come();
    plan.environment.emplace(Precondition::compare, seen.environment.revision, seen.environment);
    plan.organization.emplace(Precondition::absent, EventType::organization_created,
                              std::uint64_t{0}, state);
    Profile& profile = plan.profile.emplace().after;
    profile = detail::profile_to_change(nullptr, context.now);
    profile.texts.set(Text::name, name);
    fields().apply(profile);
    profile.domains =
        profile.domains.replaced(domains.data(), domains.size(), context.plan, context.now);
    detail::change_claims(nullptr, profile, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    if (refusal.field() == Field::organization_id && id) return subject_of(*id);
    return fields().subject(refusal);
  }

 private:
  constexpr detail::OrganizationFields fields() const noexcept {
    return {TextChange::set_if(external_id), metadata, domains.data(), domains.size(),
            TextChange::set_if(stripe_customer_id)};
  }
};

using CreateOrganization = BasicCreateOrganization<DefaultTraits>;

}  // namespace membership::inline v0

// membership/command/create_organization_role.hpp

namespace membership::inline v0 {

template <class T>
struct BasicCreateOrganizationRole {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::role};
  static constexpr Kinds mints{Kind::role};

  typename T::OrganizationId organization;
  std::string_view name;                          ///< 1 to 48 characters
  std::optional<std::string_view> slug{};         ///< made from the name where not given
  std::optional<std::string_view> description{};  ///< at most 150 characters
  std::optional<std::string_view> resource_type_slug{};

  constexpr BasicReads<T> reads() const noexcept {
    return detail::organization_reads<T>(organization);
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    if (slug) {
      const ErrorCode fault = RoleSlug::organization_fault(*slug);
      if (fault != ErrorCode{}) return {fault, Field::slug};
    }
    Refusal refusal = detail::check_catalogue_texts(name, description, resource_type_slug);
    if (refusal) return refusal;
    refusal = detail::check_organization(seen);
    if (refusal) return refusal;
    if (!context.role) return {ErrorCode::missing_id, Field::role_id};
    const RoleSlug made =
        slug ? RoleSlug::from_stored(*slug)
             : RoleSlug::generate(name, detail::SlugSuffix(*context.role, plan.id).view());
    if (!seen.roles.find(made.view()).is_none()) {
      return {ErrorCode::organization_role_slug_conflict, Field::slug};
    }
    const unsigned place = seen.roles.organization().first_free();
    if (place == RoleIndex::per_table) return {ErrorCode::role_limit_reached, Field::slug};

    plan.outcome = Outcome::created;
    plan.trace.about = Trace::About::organization_role;
    const RoleIndex index = RoleIndex::organization(place);
    BasicOrganizationState<T>& state = detail::set_organization(seen, plan);
    if (seen.roles.all().organization() == 0 && state.default_role.is_none()) {
      detail::ResolvedRoles standard;
      if (!detail::resolve_default(seen, standard)) state.default_role = standard.first;
    }
    RoleOrder& order = plan.order.emplace(detail::order_of(
        seen.roles, detail::live_roles(seen.roles) | detail::retiring_in_order(seen.roles, true)));
    order.push_back(index);
    const bool of_organizations =
        detail::resource_type(resource_type_slug) == organization_resource_type;
    plan.role.emplace(Precondition::absent, EventType::organization_role_created, *context.role,
                      index, RoleState(made, of_organizations));
    detail::write_catalogue_profile(name, description, resource_type_slug, context, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    if (refusal.field() == Field::slug) return slug ? subject_of_text(*slug) : Subject{};
    if (refusal.field() == Field::organization_id) return subject_of(organization);
    if (refusal.field() == Field::resource_type_slug) return subject_of_text(*resource_type_slug);
    return {};
  }
};

using CreateOrganizationRole = BasicCreateOrganizationRole<DefaultTraits>;

}  // namespace membership::inline v0

// membership/command/create_permission.hpp

namespace membership::inline v0 {

template <class T>
struct BasicCreatePermission {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment, Kind::permission};
  static constexpr Kinds mints{Kind::permission};

  std::string_view slug;                          ///< 1 to 48 characters of `a-z 0-9 - _ : . *`
  std::string_view name;                          ///< 1 to 48 characters
  std::optional<std::string_view> description{};  ///< at most 150 characters
  std::optional<std::string_view> resource_type_slug{};  ///< `organization` where not given
  bool system = false;                                   ///< cannot be deleted

  constexpr BasicReads<T> reads() const noexcept { return {}; }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    const ErrorCode fault = PermissionSlug::fault(slug);
    if (fault != ErrorCode{}) return {fault, Field::slug};
    const Refusal refusal = detail::check_catalogue_texts(name, description, resource_type_slug);
    if (refusal) return refusal;
    const PermissionTable permissions = seen.roles.permission_table();
    if (permissions.find(SlugKey::of(slug), slug) != permissions.size()) {
      return {ErrorCode::permission_slug_conflict, Field::slug};
    }
    const unsigned place = permissions.first_free();
    if (place == PermissionSet::capacity) {
      return {ErrorCode::permission_limit_reached, Field::slug};
    }
    if (!context.permission) return {ErrorCode::missing_id, Field::permission_id};

    plan.outcome = Outcome::created;
    plan.trace.about = Trace::About::permission;
    detail::set_environment(seen, plan);
    plan.permission.emplace(Precondition::absent, EventType::permission_created,
                            *context.permission, static_cast<std::uint16_t>(place),
                            PermissionState(PermissionSlug::from_stored(slug), system));
    detail::write_catalogue_profile(name, description, resource_type_slug, context, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    if (refusal.field() == Field::slug) return subject_of_text(slug);
    if (refusal.field() == Field::resource_type_slug) return subject_of_text(*resource_type_slug);
    return {};
  }
};

using CreatePermission = BasicCreatePermission<DefaultTraits>;

}  // namespace membership::inline v0

// membership/command/create_role.hpp

namespace membership::inline v0 {

template <class T>
struct BasicCreateRole {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment, Kind::role};
  static constexpr Kinds mints{Kind::role};

  std::string_view slug;                                 ///< 1 to 48 characters of `a-z 0-9 - _`
  std::string_view name;                                 ///< 1 to 48 characters
  std::optional<std::string_view> description{};         ///< at most 150 characters
  std::optional<std::string_view> resource_type_slug{};  ///< `organization` where not given

  constexpr BasicReads<T> reads() const noexcept { return {}; }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    const ErrorCode fault = RoleSlug::fault(slug);
    if (fault != ErrorCode{}) return {fault, Field::slug};
    const Refusal refusal = detail::check_catalogue_texts(name, description, resource_type_slug);
    if (refusal) return refusal;
    const RoleTable roles = seen.roles.environment();
    if (roles.find(SlugKey::of(slug), slug) != roles.size()) {
      return {ErrorCode::role_slug_conflict, Field::slug};
    }
    const unsigned place = roles.first_free();
    if (place == RoleIndex::per_table) return {ErrorCode::role_limit_reached, Field::slug};
    if (!context.role) return {ErrorCode::missing_id, Field::role_id};

    plan.outcome = Outcome::created;
    plan.trace.about = Trace::About::environment_role;
    detail::set_environment(seen, plan);
    const RoleIndex index = RoleIndex::environment(place);
    plan.order.emplace(detail::order_of(seen.roles, seen.roles.all())).push_back(index);
    const bool of_organizations =
        detail::resource_type(resource_type_slug) == organization_resource_type;
    plan.role.emplace(Precondition::absent, EventType::role_created, *context.role, index,
                      RoleState(RoleSlug::from_stored(slug), of_organizations));
    detail::write_catalogue_profile(name, description, resource_type_slug, context, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    if (refusal.field() == Field::slug) return subject_of_text(slug);
    if (refusal.field() == Field::resource_type_slug) return subject_of_text(*resource_type_slug);
    return {};
  }
};

using CreateRole = BasicCreateRole<DefaultTraits>;

}  // namespace membership::inline v0

// membership/command/create_user.hpp

namespace membership::inline v0 {

template <class T>
struct BasicCreateUser {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment, Kind::user};
  static constexpr Kinds mints{Kind::user};

  std::optional<typename T::UserId> id{};  ///< where the host names its users itself
  std::optional<std::string_view> email{};
  std::optional<std::string_view> first_name{};
  std::optional<std::string_view> last_name{};
  bool email_verified = false;
  std::optional<std::string_view> name{};
  std::optional<std::string_view> external_id{};  ///< 1 to 128 characters of ASCII, unique
  MetadataChange metadata{};
  std::optional<std::string_view> locale{};

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    if (id) reads.user = &*id;
    fields().read(email, reads);
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    Refusal refusal = fields().check(email, nullptr);
    if (refusal) return refusal;
    if (id && seen.user) return {ErrorCode::id_already_used, Field::user_id};
    refusal = fields().check_claims(nullptr, seen);
    if (refusal) return refusal;
    if (!id && !context.user) return {ErrorCode::missing_id, Field::user_id};

    plan.outcome = Outcome::created;
    plan.trace.about = Trace::About::user;
    const std::uint64_t revision = id ? detail::begin_above_freed(seen, plan) : 1;
    plan.user.emplace(Precondition::absent, EventType::user_created, std::uint64_t{0},
                      BasicUserState<T>(id ? *id : *context.user, revision));
    Profile profile = detail::profile_to_change(nullptr, context.now);
    const bool filled = fields().apply(profile);
    profile.texts.set(Text::email, email);
    if (!filled && !email) return {};
    profile.email_verified = email_verified;
    plan.profile.emplace(profile);
    detail::change_claims(nullptr, profile, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    if (refusal.field() == Field::user_id && id) return subject_of(*id);
    return fields().subject(refusal, email);
  }

 private:
  constexpr detail::UserFields fields() const noexcept {
    return {TextChange::set_if(first_name),
            TextChange::set_if(last_name),
            TextChange::set_if(name),
            TextChange::set_if(external_id),
            metadata,
            TextChange::set_if(locale)};
  }
};

using CreateUser = BasicCreateUser<DefaultTraits>;

}  // namespace membership::inline v0

// membership/command/deactivate_membership.hpp

namespace membership::inline v0 {

template <class T>
struct BasicDeactivateMembership {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::membership};
  static constexpr Kinds mints{};

  typename T::MembershipId membership;
  BasicActorId<T> actor{};  ///< whose rights the rules judge

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.membership = &membership;
    reads.actor = actor.user();
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    const LifecycleCell& cell = detail::enter_cell(LifecycleCommand::deactivate, seen, plan);
    if (cell.verdict == LifecycleCell::Verdict::refused) return detail::refused_by(cell);
    if (cell.verdict == LifecycleCell::Verdict::unchanged) return {};
    plan.outcome = Outcome::updated;
    detail::write_change(seen, context, cell.event, Status::inactive,
                         detail::roles_of(*seen.membership), plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& seen) const noexcept {
    return detail::membership_subject<T>(refusal, membership, {}, seen);
  }
};

using DeactivateMembership = BasicDeactivateMembership<DefaultTraits>;

}  // namespace membership::inline v0

// membership/command/delete_membership.hpp

namespace membership::inline v0 {

template <class T>
struct BasicDeleteMembership {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::membership};
  static constexpr Kinds mints{};

  typename T::MembershipId membership;
  BasicActorId<T> actor{};  ///< whose rights the rules judge

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.membership = &membership;
    reads.member_invitation = true;
    reads.actor = actor.user();
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& options,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    const LifecycleCell& cell = detail::enter_cell(LifecycleCommand::remove, seen, plan);
    if (cell.verdict == LifecycleCell::Verdict::refused) return detail::refused_by(cell);
    detail::write_deletion(seen, plan);
    if (seen.invitation && seen.membership->status == Status::pending) {
      detail::withdraw_with_membership(options, seen, context, plan);
    }
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& seen) const noexcept {
    return detail::membership_subject<T>(refusal, membership, {}, seen);
  }
};

using DeleteMembership = BasicDeleteMembership<DefaultTraits>;

}  // namespace membership::inline v0

// membership/command/enable_multiple_roles.hpp

namespace membership::inline v0 {

template <class T>
struct BasicEnableMultipleRoles {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment};
  static constexpr Kinds mints{};

  constexpr BasicReads<T> reads() const noexcept { return {}; }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    plan.trace.about = Trace::About::multiple_roles;
    if (seen.environment.allows_several_roles()) return {};
    plan.outcome = Outcome::updated;
    EnvironmentState& after = detail::set_environment(seen, plan);
    after.multiple_roles = true;
    after.phase = Phase::live;
    after.generation = 0;
    return {};
  }

  constexpr Subject subject(Refusal /*refusal*/, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return {};
  }
};

using EnableMultipleRoles = BasicEnableMultipleRoles<DefaultTraits>;

}  // namespace membership::inline v0

// membership/command/reactivate_membership.hpp

namespace membership::inline v0 {

template <class T>
struct BasicReactivateMembership {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::membership};
  static constexpr Kinds mints{};

  typename T::MembershipId membership;
  BasicActorId<T> actor{};  ///< whose rights the rules judge

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.membership = &membership;
    reads.actor = actor.user();
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& options,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    const LifecycleCell& cell = detail::enter_cell(LifecycleCommand::reactivate, seen, plan);
    if (cell.verdict == LifecycleCell::Verdict::refused) return detail::refused_by(cell);
    if (cell.verdict == LifecycleCell::Verdict::unchanged) return {};
    detail::ResolvedRoles resolved;
    Refusal refusal = detail::resolve_retained(options, seen, resolved);
    if (refusal) return refusal;
    refusal = detail::check_directory(options, *seen.membership, resolved.roles);
    if (refusal) return refusal;
    plan.outcome = Outcome::reactivated;
    detail::write_change(seen, context, cell.event, Status::active, resolved, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& seen) const noexcept {
    if (refusal.code() == ErrorCode::invalid_role) return detail::retained_subject(seen);
    return detail::membership_subject<T>(refusal, membership, {}, seen);
  }
};

using ReactivateMembership = BasicReactivateMembership<DefaultTraits>;

}  // namespace membership::inline v0

// membership/command/set_default_role.hpp

namespace membership::inline v0 {

template <class T>
struct BasicSetDefaultRole {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment, Kind::organization};
  static constexpr Kinds mints{};

  std::string_view role;
  std::optional<typename T::OrganizationId> organization{};

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    if (organization) reads.organization = &*organization;
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    Refusal refusal = detail::check_scope<T>(organization, seen);
    if (refusal) return refusal;
    RoleIndex index = RoleIndex::none();
    refusal = detail::find_assignable(seen.roles, role, index);
    if (refusal) return refusal;
    if (seen.environment.is_owner_role(index) ||
        (organization && index == seen.organization->owner_role)) {
      return {ErrorCode::default_role_is_owner, Field::role_slug};
    }
    plan.trace.about = Trace::About::default_role;
    const RoleIndex now =
        organization ? seen.organization->default_role : seen.environment.default_role;
    if (now == index) return {};
    plan.outcome = Outcome::updated;
    if (organization) {
      detail::set_organization(seen, plan).default_role = index;
    } else {
      detail::set_environment(seen, plan).default_role = index;
    }
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    if (refusal.field() == Field::organization_id && organization) {
      return subject_of(*organization);
    }
    return subject_of_text(role);
  }
};

using SetDefaultRole = BasicSetDefaultRole<DefaultTraits>;

}  // namespace membership::inline v0

// membership/command/set_priority_order.hpp

namespace membership::inline v0 {

template <class T>
struct BasicSetPriorityOrder {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment, Kind::organization};
  static constexpr Kinds mints{};

  std::span<const std::string_view> slugs;
  std::optional<typename T::OrganizationId> organization{};

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    if (organization) reads.organization = &*organization;
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& /*context*/,
                           BasicPlan<T>& plan) const noexcept {
    const Refusal refusal = detail::check_scope<T>(organization, seen);
    if (refusal) return refusal;
    RoleOrder order;
    for (std::size_t at = 0; at < slugs.size(); ++at) {
      const RoleIndex index = seen.roles.find(slugs[at]);
      const std::uint16_t place = detail::place_of(at);
      if (index.is_none() || seen.roles.at(index)->phase != Phase::live) {
        return {ErrorCode::invalid_role, Field::priority_order, place};
      }
      if (order.contains(index)) return {ErrorCode::duplicate, Field::priority_order, place};
      order.push_back(index);
    }
    RoleOrder now = detail::order_of(seen.roles, detail::live_roles(seen.roles));
    if (order.size != now.size) {
      return {ErrorCode::incomplete, Field::priority_order, detail::place_of(slugs.size())};
    }
    seen.roles.for_each_in_order(detail::retiring_in_order(seen.roles, organization.has_value()),
                                 [&](RoleIndex index) {
                                   order.push_back(index);
                                   now.push_back(index);
                                 });
    plan.trace.about = Trace::About::priority_order;
    bool same = true;
    for (unsigned at = 0; at < order.size; ++at) same = same && order[at] == now[at];
    if (same) return {};
    plan.outcome = Outcome::updated;
    plan.order.emplace(order);
    if (organization) {
      detail::set_organization(seen, plan);
    } else {
      detail::set_environment(seen, plan);
    }
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    if (refusal.field() == Field::organization_id && organization) {
      return subject_of(*organization);
    }
    return detail::subject_at(slugs, refusal);
  }
};

using SetPriorityOrder = BasicSetPriorityOrder<DefaultTraits>;

}  // namespace membership::inline v0

// membership/command/transfer_ownership.hpp

namespace membership::inline v0 {

template <class T>
struct BasicTransferOwnership {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::membership};
  static constexpr Kinds mints{};

  typename T::MembershipId from;
  typename T::MembershipId to;
  BasicActorId<T> actor{};  ///< whose rights the rules judge

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.membership = &from;
    reads.other = &to;
    reads.actor = actor.user();
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& options,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    constexpr std::uint16_t first = 0;
    constexpr std::uint16_t second = 1;
    constexpr Field field = Field::organization_membership_id;
    plan.trace.about = Trace::About::transfer;
    if (!seen.membership) return {ErrorCode::entity_not_found, field, first};
    if (!seen.other) return {ErrorCode::entity_not_found, field, second};
    const RoleIndex owner = seen.organization->owner_role;
    if (owner.is_none()) return {ErrorCode::owner_role_missing, Field::organization_id};
    const BasicOrganizationMembership<T>& giver = *seen.membership;
    const BasicOrganizationMembership<T>& taker = *seen.other;
    if (giver.status != Status::active) return {ErrorCode::membership_not_active, field, first};
    if (taker.status != Status::active) return {ErrorCode::membership_not_active, field, second};
    if (!giver.roles.contains(owner)) return {ErrorCode::not_an_owner, field, first};
    const RoleState* const role = seen.roles.at(owner);
    if (role == nullptr || !role->assignable()) return {ErrorCode::invalid_role, Field::role_slug};
    if (giver.id == taker.id) return {};

    detail::ResolvedRoles left;
    left.roles = giver.roles - RoleSet::of(owner);
    left.first = giver.first_requested;
    left.source = RoleSource::retained;
    if (left.roles.empty()) {
      const Refusal refusal = detail::resolve_default(seen, left);
      if (refusal) return refusal;
    }
    const RoleSet gained = seen.environment.allows_several_roles()
                               ? taker.roles | RoleSet::of(owner)
                               : RoleSet::of(owner);
    const Refusal refusal = detail::check_directory(options, giver, left.roles);
    if (refusal) return refusal;
    if (detail::check_directory(options, taker, gained)) {
      return {ErrorCode::directory_managed, field, second};
    }

    plan.outcome = Outcome::updated;
    detail::write_change(seen, context, EventType::organization_membership_updated, Status::active,
                         left, plan);
    if (gained == taker.roles) return {};
    BasicMembershipWrite<T>& write =
        plan.other.emplace(Effect::put, EventType::organization_membership_updated, taker);
    write.after.roles = gained;
    write.after.first_requested = owner;
    write.after.updated_at = later_of(taker.updated_at, context.now);
    write.after.revision = seen.organization->revision + 1;
    plan.touch->after.remove(Status::active, taker.roles, owner);
    plan.touch->after.add(Status::active, gained, owner);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& seen) const noexcept {
    if (refusal.field() == Field::organization_id) {
      return seen.organization ? subject_of(seen.organization->id) : Subject{};
    }
    if (refusal.field() == Field::organization_membership_id) {
      return subject_of(refusal.detail() == 0 ? from : to);
    }
    if (refusal.code() == ErrorCode::invalid_role) {
      return Subject::cut(seen.roles.slug(seen.organization->owner_role));
    }
    return detail::role_subject(refusal, {}, seen);
  }
};

using TransferOwnership = BasicTransferOwnership<DefaultTraits>;

}  // namespace membership::inline v0

// membership/command/update_permission.hpp

namespace membership::inline v0 {

template <class T>
struct BasicUpdatePermission {
  using traits = T;
  static constexpr Kinds kinds{Kind::environment, Kind::permission};
  static constexpr Kinds mints{};

  std::string_view permission;             ///< its slug
  std::optional<std::string_view> name{};  ///< 1 to 48 characters
  TextChange description{};                ///< at most 150 characters

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.permission = permission;
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    const Refusal refusal = detail::check_changed_texts(name, description);
    if (refusal) return refusal;
    if (seen.permission == nullptr) return {ErrorCode::entity_not_found, Field::permission_slug};
    Profile profile = detail::updated_profile(seen.permission->profile, context.now);
    if (!detail::change_texts(name, description, profile.texts)) return {};
    plan.outcome = Outcome::updated;
    plan.trace.about = Trace::About::permission;
    detail::set_environment(seen, plan);
    plan.permission.emplace(Precondition::set, EventType::permission_updated, seen.permission->id,
                            seen.permission_index,
                            seen.roles.permission_table()[seen.permission_index]);
    plan.profile.emplace(profile, &seen.permission->profile);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return refusal.field() == Field::permission_slug ? subject_of_text(permission) : Subject{};
  }
};

using UpdatePermission = BasicUpdatePermission<DefaultTraits>;

}  // namespace membership::inline v0

// membership/command/update_role.hpp

namespace membership::inline v0 {

template <class T>
struct BasicUpdateRole {
  using traits = T;
  static constexpr Kinds kinds{Kind::role};
  static constexpr Kinds mints{};

  std::string_view role;                   ///< its slug
  std::optional<std::string_view> name{};  ///< 1 to 48 characters
  TextChange description{};                ///< at most 150 characters
  std::optional<typename T::OrganizationId> organization{};

  constexpr BasicReads<T> reads() const noexcept {
    return detail::role_reads<T>(role, organization);
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& /*options*/,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    Refusal refusal = detail::check_changed_texts(name, description);
    if (refusal) return refusal;
    refusal = detail::check_scope<T>(organization, seen);
    if (refusal) return refusal;
    if (seen.role == nullptr) return {ErrorCode::entity_not_found, Field::role_slug};
    Profile profile = detail::updated_profile(seen.role->profile, context.now);
    if (!detail::change_texts(name, description, profile.texts)) return {};
    detail::write_role(seen, *seen.roles.at(seen.role_index), plan);
    plan.profile.emplace(profile, &seen.role->profile);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& /*seen*/) const noexcept {
    return detail::role_command_subject<T>(refusal, role, organization);
  }
};

using UpdateRole = BasicUpdateRole<DefaultTraits>;

}  // namespace membership::inline v0

// membership/command/update_roles.hpp

namespace membership::inline v0 {

template <class T>
struct BasicUpdateRoles {
  using traits = T;
  static constexpr Kinds kinds{Kind::organization, Kind::membership};
  static constexpr Kinds mints{};

  typename T::MembershipId membership;
  RoleSelection roles{};
  BasicActorId<T> actor{};  ///< whose rights the rules judge

  constexpr BasicReads<T> reads() const noexcept {
    BasicReads<T> reads;
    reads.membership = &membership;
    reads.actor = actor.user();
    return reads;
  }

  constexpr Refusal decide(DecisionKey /*key*/, const PolicyOptions& options,
                           const BasicSnapshot<T>& seen, const BasicContext<T>& context,
                           BasicPlan<T>& plan) const noexcept {
    Refusal refusal = detail::check_selection(options, roles);
    if (refusal) return refusal;
    const LifecycleCell& cell = detail::enter_cell(LifecycleCommand::update_roles, seen, plan);
    if (cell.verdict == LifecycleCell::Verdict::refused) return detail::refused_by(cell);
    if (roles.size() == 0 && options.update_without_role == UpdateWithoutRole::unchanged) {
      return {};
    }
    detail::ResolvedRoles resolved;
    refusal = detail::resolve_roles(seen, roles, resolved);
    if (refusal) return refusal;
    const BasicOrganizationMembership<T>& before = *seen.membership;
    if (before.status != Status::active && options.update_not_active == UpdateNotActive::refuse) {
      return {ErrorCode::membership_not_active, Field::organization_membership_id};
    }
    if (resolved.roles == before.roles) return {};
    refusal = detail::check_directory(options, before, resolved.roles);
    if (refusal) return refusal;
    plan.outcome = Outcome::updated;
    detail::write_change(seen, context, cell.event, before.status, resolved, plan);
    return {};
  }

  constexpr Subject subject(Refusal refusal, const BasicSnapshot<T>& seen) const noexcept {
    return detail::membership_subject<T>(refusal, membership, roles, seen);
  }
};

using UpdateRoles = BasicUpdateRoles<DefaultTraits>;

}  // namespace membership::inline v0

// membership/policy/rows.hpp

namespace membership::inline v0 {

template <class I>
using IdView = std::conditional_t<TextId<I>, std::string_view, I>;

template <class I>
constexpr IdView<I> view_of(const I& id) noexcept {
  if constexpr (TextId<I>) {
    return id.view();
  } else {
    return id;
  }
}

template <class I>
constexpr I copy_of(IdView<I> id) noexcept {
  if constexpr (TextId<I>) {
    return I::from_stored(id);
  } else {
    return id;
  }
}

template <class T>
struct BasicMembershipView {
  IdView<typename T::MembershipId> id;
  IdView<typename T::UserId> user;
  IdView<typename T::OrganizationId> organization;
  RoleSet roles;
  Time created_at;
  Time updated_at;
  std::uint64_t revision;
  Status status;
  RoleIndex first_requested;
  bool directory_managed;

  static constexpr BasicMembershipView of(const BasicOrganizationMembership<T>& value) noexcept {
    return {view_of(value.id),
            view_of(value.user),
            view_of(value.organization),
            value.roles,
            value.created_at,
            value.updated_at,
            value.revision,
            value.status,
            value.first_requested,
            value.directory_managed};
  }

  constexpr BasicOrganizationMembership<T> copy() const noexcept {
    return BasicOrganizationMembership<T>(
        copy_of<typename T::MembershipId>(id), copy_of<typename T::UserId>(user),
        copy_of<typename T::OrganizationId>(organization), roles, first_requested, status,
        created_at, updated_at, revision, directory_managed);
  }
};

template <class T>
struct BasicMembershipRow {
  BasicMembershipView<T> membership;
  RoleCatalogue roles;
};

template <class T>
struct BasicOrganizationRow {
  const BasicOrganizationState<T>& state;
  Profile profile;
};

template <class T>
struct BasicUserRow {
  BasicUserState<T> state;
  Profile profile;
};

template <class T>
struct BasicRoleRow {
  const typename T::RoleId& id;
  RoleIndex index;
  const RoleState& state;
  Profile profile;
  PermissionTable permissions{};  ///< of the environment at that moment
};

template <class T>
struct BasicPermissionRow {
  const typename T::PermissionId& id;
  unsigned index;
  const PermissionState& state;
  Profile profile;
};

template <class T>
struct BasicInvitationRow {
  const BasicInvitationState<T>& state;
  Profile profile;
  RoleSet held;
  RoleIndex first_requested;
  RoleCatalogue roles;
};

template <class T>
struct BasicEventRow {
  EventId id;
  EventType type;
  Time created_at;
  const typename T::OrganizationId* organization = nullptr;
  std::uint64_t revision = 0;
  const BasicOrganizationMembership<T>* membership = nullptr;
  MembershipBefore before{};
  RoleCatalogue roles{};  ///< as they were then
  const typename T::UserId* user = nullptr;
  const typename T::RoleId* role_id = nullptr;
  const RoleState* role = nullptr;
  const typename T::PermissionId* permission_id = nullptr;
  const PermissionState* permission = nullptr;
  const BasicInvitationState<T>* invitation = nullptr;
  RoleSet held{};
  RoleIndex first_requested = RoleIndex::none();
  Profile profile{};  ///< of the user, the organization, the role, the permission or the invitation
  const Profile* profile_before = nullptr;
  const RoleState* role_before = nullptr;
};

using MembershipView = BasicMembershipView<DefaultTraits>;
using MembershipRow = BasicMembershipRow<DefaultTraits>;
using OrganizationRow = BasicOrganizationRow<DefaultTraits>;
using UserRow = BasicUserRow<DefaultTraits>;
using RoleRow = BasicRoleRow<DefaultTraits>;
using PermissionRow = BasicPermissionRow<DefaultTraits>;
using InvitationRow = BasicInvitationRow<DefaultTraits>;
using EventRow = BasicEventRow<DefaultTraits>;

}  // namespace membership::inline v0

// membership/policy/authorization.hpp

namespace membership::inline v0 {

enum class AuthorizationReason : std::uint8_t {
  granted,         ///< `Authorization::role` grants it
  not_a_member,    ///< there is no membership
  inactive,        ///< the membership is inactive, which grants nothing
  pending,         ///< the membership is pending, which grants nothing
  no_role_grants,  ///< none of the membership's roles grants it, or there is no such permission
};

constexpr std::string_view to_string(AuthorizationReason reason) noexcept {
  switch (reason) {
    case AuthorizationReason::granted: return "granted";
    case AuthorizationReason::not_a_member: return "not a member";
    case AuthorizationReason::inactive: return "inactive";
    case AuthorizationReason::pending: return "pending";
    case AuthorizationReason::no_role_grants: return "no role grants it";
  }
  return "";
}

struct Authorization {
  AuthorizationReason reason = AuthorizationReason::not_a_member;
  RoleIndex role = RoleIndex::none();  ///< where granted: a role that grants it

  constexpr explicit operator bool() const noexcept {
    return reason == AuthorizationReason::granted;
  }
  friend constexpr bool operator==(Authorization, Authorization) noexcept = default;
};

[[nodiscard]] constexpr Authorization authorize(const RoleCatalogue& catalogue, Status status,
                                                RoleSet roles,
                                                std::string_view permission) noexcept {
  if (status == Status::pending) return {AuthorizationReason::pending, RoleIndex::none()};
  if (status == Status::inactive) return {AuthorizationReason::inactive, RoleIndex::none()};
  const RoleIndex role = catalogue.grantor(roles, catalogue.find_permission(permission));
  return {role.is_none() ? AuthorizationReason::no_role_grants : AuthorizationReason::granted,
          role};
}

template <class T>
[[nodiscard]] constexpr Authorization authorize(const BasicMembershipRow<T>& row,
                                                std::string_view permission) noexcept {
  return authorize(row.roles, row.membership.status, row.membership.roles, permission);
}

[[nodiscard]] constexpr PermissionSet effective_permissions(const RoleCatalogue& catalogue,
                                                            Status status, RoleSet roles) noexcept {
  return status == Status::active ? catalogue.permissions(roles) : PermissionSet{};
}

template <class T>
class BasicSessionClaims {
 public:
  constexpr BasicSessionClaims(const PolicyOptions& options,
                               const BasicMembershipRow<T>& row) noexcept
      : options_(options), row_(row),
        permissions_(
            effective_permissions(row.roles, row.membership.status, row.membership.roles)) {}

  constexpr IdView<typename T::OrganizationId> organization_id() const noexcept {
    return row_.membership.organization;
  }
  constexpr std::string_view role() const noexcept {
    return primary_role(options_, row_.roles, held(), row_.membership.first_requested);
  }
  template <class Visit>
  constexpr void for_each_role(Visit&& visit) const {
    for_each_shown_role(options_, row_.roles, held(), row_.membership.first_requested,
                        std::forward<Visit>(visit));
  }
  template <class Visit>
  constexpr void for_each_permission(Visit&& visit) const {
    const PermissionTable table = row_.roles.permission_table();
    for (unsigned i = 0; i < table.size(); ++i) {
      if (permissions_.contains(i)) visit(table[i].slug.view());
    }
  }

 private:
  constexpr RoleSet held() const noexcept {
    return row_.membership.status == Status::active ? row_.membership.roles : RoleSet{};
  }

  PolicyOptions options_;
  BasicMembershipRow<T> row_;
  PermissionSet permissions_;
};

using SessionClaims = BasicSessionClaims<DefaultTraits>;

}  // namespace membership::inline v0

// membership/policy/query.hpp

namespace membership::inline v0 {

enum class Direction : std::uint8_t { ascending, descending };

template <class I>
struct Page {
  std::size_t limit = 10;  ///< 1 to `longest_page`
  Direction direction = Direction::ascending;
  std::optional<I> after{};  ///< begins with the next one in the direction
  std::optional<I> until{};  ///< ends before this one
};

inline constexpr std::size_t longest_page = 1000;  ///< rows

namespace detail {
constexpr bool limit_fits(std::size_t limit) noexcept {
  return limit >= 1 && limit <= longest_page;
}
}  // namespace detail

template <class T>
struct BasicMembershipFilter {
  std::optional<typename T::UserId> user{};
  std::optional<typename T::OrganizationId> organization{};
  StatusSet statuses = StatusSet::all();
  std::optional<detail::when_known<T, RoleIndex>> holder{};  ///< those that hold this role
  bool several_roles = false;                                ///< those that hold more than one
};

template <class T>
class BasicMembershipQuery {
 public:
  using traits = T;
  [[nodiscard]] static constexpr tl::expected<BasicMembershipQuery, Error>
  make(const BasicMembershipFilter<T>& filter,
       const Page<typename T::MembershipId>& page) noexcept {
    ErrorCode fault{};
    Field field = Field::none;
    if (!filter.user && !filter.organization) {
      fault = ErrorCode::missing_user_id_or_organization_id;
    } else if (filter.holder && filter.holder->is_organization() && !filter.organization) {
      fault = ErrorCode::invalid_role;
      field = Field::role_slug;
    } else if (!detail::limit_fits(page.limit)) {
      fault = ErrorCode::out_of_range;
      field = Field::limit;
    }
    if (fault != ErrorCode{}) {
      return tl::expected<BasicMembershipQuery, Error>(tl::unexpect, Error{fault, field, 0, {}});
    }
    return tl::expected<BasicMembershipQuery, Error>(tl::in_place,
                                                     BasicMembershipQuery(filter, page));
  }
  constexpr const BasicMembershipFilter<T>& filter() const noexcept { return filter_; }
  constexpr const Page<typename T::MembershipId>& page() const noexcept { return page_; }

 private:
  constexpr BasicMembershipQuery(const BasicMembershipFilter<T>& filter,
                                 const Page<typename T::MembershipId>& page) noexcept
      : filter_(filter), page_(page) {}
  BasicMembershipFilter<T> filter_;
  Page<typename T::MembershipId> page_;
};

namespace detail {
template <class Filter, class I>
class PagedQuery {
 public:
  [[nodiscard]] static constexpr tl::expected<PagedQuery, Error>
  make(const Page<I>& page, const Filter& filter = {}) noexcept {
    if (!limit_fits(page.limit)) {
      return tl::expected<PagedQuery, Error>(tl::unexpect,
                                             Error{ErrorCode::out_of_range, Field::limit, 0, {}});
    }
    return tl::expected<PagedQuery, Error>(tl::in_place, PagedQuery(page, filter));
  }
  constexpr const Filter& filter() const noexcept { return filter_; }
  constexpr const Page<I>& page() const noexcept { return page_; }

 private:
  constexpr PagedQuery(const Page<I>& page, const Filter& filter) noexcept
      : page_(page), filter_(filter) {}
  Page<I> page_;
  Filter filter_;
};
}  // namespace detail

struct OrganizationFilter {
  std::optional<std::string_view> external_id{};
  std::optional<std::string_view> name_part{};  ///< a part of the name, ASCII letters in any case
  std::span<const std::string_view> domains{};  ///< those that have any of these
  bool marked = false;
};
struct PermissionFilter {};
template <class T>
struct BasicUserFilter {
  std::optional<detail::when_known<T, EmailKey>> email{};  ///< the user who holds this address
  std::optional<std::string_view> external_id{};
  std::optional<typename T::OrganizationId> organization{};  ///< its members of any status
  bool marked = false;                                       ///< those that are being deleted
};
template <class T>
struct BasicInvitationFilter {
  std::optional<detail::when_known<T, EmailKey>> email{};
  std::optional<typename T::OrganizationId> organization{};
  bool open = false;  ///< those that have not ended, whether they have expired or not
  std::optional<detail::when_known<T, RoleIndex>> role{};  ///< those that hold this role themselves
};

class EventTypes {
 public:
  constexpr EventTypes() noexcept = default;
  static constexpr EventTypes all() noexcept {
    EventTypes types;
    types.bits_ = ~std::uint64_t{0};
    return types;
  }
  constexpr bool contains(EventType type) const noexcept {
    return ((bits_ >> static_cast<unsigned>(type)) & 1u) != 0;
  }
  constexpr void insert(EventType type) noexcept {
    bits_ |= std::uint64_t{1} << static_cast<unsigned>(type);
  }

 private:
  std::uint64_t bits_ = 0;
};

template <class T>
struct BasicEventFilter {
  EventTypes types = EventTypes::all();
  std::optional<typename T::OrganizationId> organization{};
  std::optional<detail::when_known<T, Time>> from{};    ///< at or after
  std::optional<detail::when_known<T, Time>> before{};  ///< before
};

template <class T>
using BasicOrganizationQuery =
    detail::PagedQuery<OrganizationFilter, typename T::OrganizationId>;  ///< a page
template <class T>
using BasicUserQuery = detail::PagedQuery<BasicUserFilter<T>, typename T::UserId>;  ///< a page
template <class T>
using BasicInvitationQuery = detail::PagedQuery<BasicInvitationFilter<T>, typename T::InvitationId>;
template <class T>
using BasicPermissionQuery =
    detail::PagedQuery<PermissionFilter, typename T::PermissionId>;  ///< a page
template <class T>
using BasicEventQuery = detail::PagedQuery<BasicEventFilter<T>, EventId>;  ///< a page

template <class T>
struct BasicRoleQuery {
  std::optional<typename T::OrganizationId> organization{};
};

using MembershipFilter = BasicMembershipFilter<DefaultTraits>;
using MembershipQuery = BasicMembershipQuery<DefaultTraits>;
using OrganizationQuery = BasicOrganizationQuery<DefaultTraits>;
using UserFilter = BasicUserFilter<DefaultTraits>;
using UserQuery = BasicUserQuery<DefaultTraits>;
using InvitationFilter = BasicInvitationFilter<DefaultTraits>;
using InvitationQuery = BasicInvitationQuery<DefaultTraits>;
using EventFilter = BasicEventFilter<DefaultTraits>;
using EventQuery = BasicEventQuery<DefaultTraits>;
using RoleQuery = BasicRoleQuery<DefaultTraits>;
using PermissionQuery = BasicPermissionQuery<DefaultTraits>;

struct ListEnd {
  bool more = false;
};

}  // namespace membership::inline v0

// membership/store/concepts.hpp

namespace membership::inline v0 {

enum class CommitStatus : std::uint8_t {
  committed,  ///< all plans of the span are carried out, their events included
  conflict,   ///< a precondition no longer held: nothing is changed
};

template <class S>
concept NamesItsTypes = Traits<typename S::traits> &&
    std::derived_from<typename S::Loaded, BasicSnapshot<typename S::traits>> &&
    std::movable<typename S::Loaded> && requires {
  typename S::Failure;
  { S::keeps } -> std::convertible_to<Kinds>;
};

template <class S>
concept LoadsSnapshots = requires(S& store, const BasicReads<typename S::traits>& reads) {
  { store.load(reads) } -> std::same_as<tl::expected<typename S::Loaded, typename S::Failure>>;
};

template <class S>
concept LoadsSeveralSnapshots = requires(S& store,
                                         std::span<const BasicReads<typename S::traits>> reads) {
  {
    store.load(reads)
    } -> std::same_as<tl::expected<std::vector<typename S::Loaded>, typename S::Failure>>;
};

namespace detail {
struct AnyVisitor {
  template <class Row>
  void operator()(const Row& /*row*/) const noexcept {}
};
}  // namespace detail

template <class S>
concept ShowsMemberships = requires(S& store, const typename S::traits::UserId& user,
                                    const typename S::traits::OrganizationId& organization,
                                    detail::AnyVisitor visit) {
  {
    store.view(user, organization, visit)
    } -> std::same_as<tl::expected<bool, typename S::Failure>>;
};

template <class S>
concept CommitsPlans = requires(S& store, std::span<const BasicPlan<typename S::traits>> plans) {
  { store.commit(plans) } -> std::same_as<tl::expected<CommitStatus, typename S::Failure>>;
};

template <class S>
concept ListsPages = requires(S& store, const BasicMembershipQuery<typename S::traits>& query,
                              detail::AnyVisitor visit) {
  { store.list(query, visit) } -> std::same_as<tl::expected<ListEnd, typename S::Failure>>;
};

template <class S>
concept ExecutesCommands = NamesItsTypes<S> && LoadsSnapshots<S> && CommitsPlans<S>;

template <class S>
concept MembershipStore =
    ExecutesCommands<S> && LoadsSeveralSnapshots<S> && ShowsMemberships<S> && ListsPages<S>;

template <class S>
concept QueuesOrganizations = requires(S& store, const BasicReads<typename S::traits>& reads) {
  { store.queue(reads) } -> std::movable;
};

template <class S>
concept FindsPlans = requires(S& store, PlanId plan) {
  { store.was_committed(plan) } -> std::same_as<tl::expected<bool, typename S::Failure>>;
};

}  // namespace membership::inline v0

// membership/driver/authorize.hpp

namespace membership::inline v0 {

template <class S>
class [[nodiscard]] StoreAuthorization {
 public:
  explicit StoreAuthorization(tl::expected<Authorization, typename S::Failure> answer)
      : answer_(std::move(answer)) {}

  explicit operator bool() const noexcept { return answer_ && *answer_; }
  const typename S::Failure* failure() const noexcept {
    return answer_ ? nullptr : &answer_.error();
  }
  const Authorization& operator*() const noexcept { return *answer_; }
  const Authorization* operator->() const noexcept { return &*answer_; }

 private:
  tl::expected<Authorization, typename S::Failure> answer_;
};

template <class S>
[[nodiscard]] StoreAuthorization<S>
authorize(const S& store, const typename S::traits::UserId& user,
          const typename S::traits::OrganizationId& organization, std::string_view permission) {
  static_assert(ShowsMemberships<S>,
                "membership: the store lacks view(user, organization, visit) (ShowsMemberships)");
  tl::expected<Authorization, typename S::Failure> answer;
  const auto shown = store.view(user, organization,
                                [&](const auto& row) { *answer = authorize(row, permission); });
  if (!shown) answer = tl::unexpected<typename S::Failure>(shown.error());
  return StoreAuthorization<S>(std::move(answer));
}

}  // namespace membership::inline v0

// membership/driver/clock.hpp

namespace membership::inline v0 {

template <class C>
concept Clock = requires(C& clock) {
  { clock.now() } -> std::same_as<Time>;
};

struct SystemClock {
  Time now() const noexcept {
    timespec at{};
    static_cast<void>(clock_gettime(CLOCK_REALTIME, &at));
    return Time::from_milliseconds(static_cast<std::int64_t>(at.tv_sec) * 1000 +
                                   at.tv_nsec / 1'000'000);
  }
};

template <class W>
concept Wait = requires(W& wait, std::int64_t microseconds) {
  { wait.elapsed() } -> std::same_as<std::int64_t>;
  { wait.sleep(microseconds) } -> std::same_as<void>;
};

struct SystemWait {
  std::int64_t elapsed() const noexcept {
    timespec at{};
    static_cast<void>(clock_gettime(CLOCK_MONOTONIC, &at));
    return static_cast<std::int64_t>(at.tv_sec) * 1'000'000 + at.tv_nsec / 1'000;
  }
  void sleep(std::int64_t microseconds) const noexcept {
    timespec span{};
    span.tv_sec = static_cast<time_t>(microseconds / 1'000'000);
    span.tv_nsec = static_cast<long>(microseconds % 1'000'000) * 1'000;
    nanosleep(&span, nullptr);
  }
};

}  // namespace membership::inline v0

// membership/driver/ids.hpp

namespace membership::inline v0 {

namespace detail {
inline unsigned fork_generation = 0;
inline void count_fork() noexcept { ++fork_generation; }
inline unsigned watched_fork_generation() noexcept {
  static const int watching = pthread_atfork(nullptr, nullptr, &count_fork);
  static_cast<void>(watching);
  return fork_generation;
}
}  // namespace detail

class UlidSource {
 public:
  Ulid next(Time now) noexcept {
    auto milliseconds = static_cast<std::uint64_t>(now.milliseconds()) & 0xFFFF'FFFF'FFFFu;
    if (detail::watched_fork_generation() != generation_) {
      seed();
      if (milliseconds <= last_.high >> 16) milliseconds = (last_.high >> 16) + 1;
    }
    if (milliseconds > last_.high >> 16) {
      last_.high = (milliseconds << 16) | (random() & 0x7FFFu);
      last_.low = random() & ~std::uint64_t{15};
    } else {
      last_.low += 16;
      if (last_.low == 0) ++last_.high;
    }
    return last_;
  }

  static UlidSource& of_this_thread() noexcept {
    thread_local UlidSource source;
    return source;
  }

 private:
  void seed() noexcept {
    generation_ = detail::watched_fork_generation();
    if (getentropy(state_, sizeof state_) != 0) {
      timespec at{};
      static_cast<void>(clock_gettime(CLOCK_MONOTONIC, &at));
      state_[0] = static_cast<std::uint64_t>(at.tv_nsec);
      state_[1] = static_cast<std::uint64_t>(at.tv_sec);
      state_[2] = reinterpret_cast<std::uintptr_t>(this);
      state_[3] = generation_ + 1;
    }
  }

  std::uint64_t random() noexcept {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  std::uint64_t state_[4]{};
  Ulid last_{};
  unsigned generation_ = ~0u;  ///< of the process that it was seeded in; not yet in any
};

template <class T>
struct UlidIds {
  PlanId plan_id(Time now) const noexcept { return PlanId{mint(now)}; }
  typename T::MembershipId membership_id(Time now) const noexcept {
    return T::MembershipId::from_ulid(mint(now));
  }
  typename T::OrganizationId organization_id(Time now) const noexcept {
    return T::OrganizationId::from_ulid(mint(now));
  }
  typename T::UserId user_id(Time now) const noexcept { return T::UserId::from_ulid(mint(now)); }
  typename T::RoleId role_id(Time now) const noexcept { return T::RoleId::from_ulid(mint(now)); }
  typename T::PermissionId permission_id(Time now) const noexcept {
    return T::PermissionId::from_ulid(mint(now));
  }
  typename T::InvitationId invitation_id(Time now) const noexcept {
    return T::InvitationId::from_ulid(mint(now));
  }

 private:
  static Ulid mint(Time now) noexcept { return UlidSource::of_this_thread().next(now); }
};

namespace detail {
template <class C, class Ids>
constexpr bool check_ids() {
  static_assert(
      requires(Ids & ids, Time now) {
        { ids.plan_id(now) } -> std::same_as<PlanId>;
      },
      "membership: the source of ids lacks plan_id(Time)");
  static_assert(
      !C::mints.has(Kind::membership) || requires(Ids & ids, Time now) { ids.membership_id(now); },
      "membership: the source of ids lacks membership_id(Time), which this command needs");
  static_assert(
      !C::mints.has(Kind::organization) ||
          requires(Ids & ids, Time now) { ids.organization_id(now); },
      "membership: the source of ids lacks organization_id(Time), which this command needs");
  static_assert(
      !C::mints.has(Kind::user) || requires(Ids & ids, Time now) { ids.user_id(now); },
      "membership: the source of ids lacks user_id(Time), which this command needs");
  static_assert(
      !C::mints.has(Kind::role) || requires(Ids & ids, Time now) { ids.role_id(now); },
      "membership: the source of ids lacks role_id(Time), which this command needs");
  static_assert(
      !C::mints.has(Kind::permission) || requires(Ids & ids, Time now) { ids.permission_id(now); },
      "membership: the source of ids lacks permission_id(Time), which this command needs");
  static_assert(
      !C::mints.has(Kind::invitation) || requires(Ids & ids, Time now) { ids.invitation_id(now); },
      "membership: the source of ids lacks invitation_id(Time), which this command needs");
  static_assert(
      !C::mints.has(Kind::token) ||
          requires(Ids & ids, PlanId plan) {
            { ids.token_digest(plan) } -> std::same_as<TokenDigest>;
          },
      "membership: the source of ids lacks token_digest(PlanId), which this command needs: "
      "see InvitationIds");
  return true;
}
}  // namespace detail

template <class C, class Ids>
[[nodiscard]] BasicContext<typename C::traits> draw_context(Time now, Ids& ids) {
  static_assert(detail::check_ids<C, Ids>());
  BasicContext<typename C::traits> context(now, ids.plan_id(now));
  if constexpr (C::mints.has(Kind::membership)) context.membership.emplace(ids.membership_id(now));
  if constexpr (C::mints.has(Kind::organization)) {
    context.organization.emplace(ids.organization_id(now));
  }
  if constexpr (C::mints.has(Kind::user)) context.user.emplace(ids.user_id(now));
  if constexpr (C::mints.has(Kind::role)) context.role.emplace(ids.role_id(now));
  if constexpr (C::mints.has(Kind::permission)) context.permission.emplace(ids.permission_id(now));
  if constexpr (C::mints.has(Kind::invitation)) context.invitation.emplace(ids.invitation_id(now));
  if constexpr (C::mints.has(Kind::token)) context.token.emplace(ids.token_digest(context.plan));
  return context;
}

}  // namespace membership::inline v0

// membership/driver/execute.hpp

namespace membership::inline v0 {

struct RetryLimits {
  std::int64_t microseconds = 5'000'000;  ///< from the first conflict: no try begins later
  unsigned tries = 0;                     ///< at most this many; 0: as many as fit the time
  std::int64_t first_pause = 50;          ///< microseconds; each try doubles it
  std::int64_t longest_pause = 20'000;    ///< of a pause a random part is waited
};

template <class ClockType, class Ids, class WaitType = SystemWait>
struct Runtime {
  ClockType clock{};
  Ids ids{};
  WaitType wait{};
  RetryLimits limits{};
  bool with_profiles = false;
};

template <class T>
using SystemRuntime = Runtime<SystemClock, UlidIds<T>, SystemWait>;

template <class S>
struct Receipt {
  typename S::Loaded snapshot;
  BasicPlan<typename S::traits> plan;
  unsigned tries;

  Receipt(typename S::Loaded&& seen, PlanId plan_id, Time now, unsigned count)
      : snapshot(std::move(seen)), plan(plan_id, now), tries(count) {}

  constexpr Outcome outcome() const noexcept { return plan.outcome; }
  const BasicOrganizationMembership<typename S::traits>* membership() const noexcept {
    if (!plan.membership) return snapshot.membership.get();
    return plan.membership->effect == Effect::erase ? nullptr : &plan.membership->after;
  }
};

enum class FailureKind : std::uint8_t {
  refused,    ///< by the policy: `error` says why
  contended,  ///< conflicts until the limits were reached; nothing is written
  store,      ///< the store failed: `cause` says how
};

template <class S>
struct Failure {
  FailureKind kind;
  unsigned tries;
  std::optional<detail::when_known<S, Error>> error{};
  std::optional<typename S::Failure> cause{};
};

namespace detail {
template <class S, class C>
constexpr bool keeps_kind(Kind kind) {
  if constexpr (NamesItsTypes<S>) return !C::kinds.has(kind) || S::keeps.has(kind);
  return true;
}
template <class S, class C>
constexpr bool check_kinds() {
  static_assert(NamesItsTypes<S>,
                "membership: the store names no traits, Loaded, Failure or keeps (NamesItsTypes)");
  static_assert(keeps_kind<S, C>(Kind::environment),
                "membership: the store does not keep environments, which this command needs");
  static_assert(keeps_kind<S, C>(Kind::organization),
                "membership: the store does not keep organizations, which this command needs");
  static_assert(keeps_kind<S, C>(Kind::membership),
                "membership: the store does not keep memberships, which this command needs");
  static_assert(keeps_kind<S, C>(Kind::user),
                "membership: the store does not keep users, which this command needs");
  static_assert(keeps_kind<S, C>(Kind::role),
                "membership: the store does not keep roles, which this command needs");
  static_assert(keeps_kind<S, C>(Kind::permission),
                "membership: the store does not keep permissions, which this command needs");
  static_assert(keeps_kind<S, C>(Kind::invitation),
                "membership: the store does not keep invitations, which this command needs");
  return true;
}
template <class S, class C>
constexpr bool check_store() {
  static_assert(check_kinds<S, C>());
  static_assert(!std::is_const_v<S>,
                "membership: the store is const, and nothing can be committed");
  static_assert(!NamesItsTypes<S> || LoadsSnapshots<S>,
                "membership: the store lacks load(reads) (LoadsSnapshots)");
  static_assert(!NamesItsTypes<S> || std::is_const_v<S> || CommitsPlans<S>,
                "membership: the store lacks commit(span of plans) (CommitsPlans)");
  return true;
}

template <class RuntimeType>
constexpr bool check_runtime() {
  static_assert(Clock<std::remove_reference_t<decltype(RuntimeType::clock)>>,
                "membership: the runtime's clock lacks Time now() (Clock)");
  static_assert(Wait<std::remove_reference_t<decltype(RuntimeType::wait)>>,
                "membership: the runtime's wait lacks elapsed() or sleep(microseconds) (Wait)");
  return true;
}

template <class RuntimeType>
class Retries {
 public:
  Retries(RuntimeType& runtime, PlanId plan) noexcept
      : runtime_(runtime), random_(plan.value.low ^ (plan.value.high << 17)),
        bound_(runtime.limits.first_pause) {}

  unsigned tries() const noexcept { return tries_; }

  bool next() {
    const std::int64_t pause = next_pause();
    if (pause < 0) return false;
    runtime_.wait.sleep(pause);
    return true;
  }
  std::int64_t next_pause() {
    if (tries_ == 1) begun_ = runtime_.wait.elapsed();
    const RetryLimits& limits = runtime_.limits;
    const std::int64_t pause = draw();
    if (tries_ == limits.tries) return -1;
    if (runtime_.wait.elapsed() - begun_ + pause > limits.microseconds) return -1;
    ++tries_;
    return pause;
  }

 private:
  std::int64_t draw() noexcept {
    const RetryLimits& limits = runtime_.limits;
    if (bound_ > limits.longest_pause) bound_ = limits.longest_pause;
    random_ += 0x9E3779B97F4A7C15u;
    std::uint64_t mixed = random_ ^ (random_ >> 31);
    mixed *= 0x9FB21C651E98DF25u;
    mixed ^= mixed >> 29;
    const std::int64_t pause =
        bound_ <= 0 ? 0 : 1 + static_cast<std::int64_t>(mixed % static_cast<std::uint64_t>(bound_));
    bound_ *= 2;
    return pause;
  }

  RuntimeType& runtime_;
  std::uint64_t random_;
  std::int64_t bound_;
  std::int64_t begun_ = 0;
  unsigned tries_ = 1;
};

template <class S>
auto queue_place(S& store, const BasicReads<typename S::traits>& reads) {
  if constexpr (QueuesOrganizations<S>) {
    return store.queue(reads);
  } else {
    static_cast<void>(store);
    static_cast<void>(reads);
    return 0;
  }
}

template <class S, class Policy, class C>
bool decide_receipt(tl::expected<Receipt<S>, Failure<S>>& result, const Policy& policy,
                    const C& command, const BasicContext<typename C::traits>& context) {
  Receipt<S>& receipt = *result;
  const Refusal refusal =
      PolicyAccess::decide_into(policy, command, receipt.snapshot, context, receipt.plan);
  if (!refusal) return receipt.outcome() != Outcome::unchanged;
  const Error error = PolicyAccess::error_of(policy, command, receipt.snapshot, refusal);
  const unsigned tries = receipt.tries;
  result = tl::unexpected<Failure<S>>(Failure<S>{FailureKind::refused, tries, error, std::nullopt});
  return false;
}
template <class S>
void end_receipt(tl::expected<Receipt<S>, Failure<S>>& result,
                 const tl::expected<CommitStatus, typename S::Failure>& committed) {
  using Refused = tl::unexpected<Failure<S>>;
  const unsigned tries = result->tries;
  if (!committed) {
    result = Refused(Failure<S>{FailureKind::store, tries, std::nullopt, committed.error()});
  } else if (*committed != CommitStatus::committed) {
    result = Refused(Failure<S>{FailureKind::contended, tries, std::nullopt, std::nullopt});
  }
}

template <class S, class Policy, class C>
tl::expected<Receipt<S>, Failure<S>>
decide_and_commit(S& store, const Policy& policy, const C& command,
                  const BasicContext<typename C::traits>& context, typename S::Loaded&& loaded,
                  unsigned tries) {
  tl::expected<Receipt<S>, Failure<S>> result(tl::in_place, std::move(loaded), context.plan,
                                              context.now, tries);
  if (decide_receipt(result, policy, command, context)) {
    end_receipt(result,
                store.commit(std::span<const BasicPlan<typename C::traits>>(&result->plan, 1)));
  }
  return result;
}

template <class S, class Policy, class C>
tl::expected<Receipt<S>, Failure<S>> try_once(S& store, const Policy& policy, const C& command,
                                              const BasicContext<typename C::traits>& context,
                                              const BasicReads<typename C::traits>& reads,
                                              unsigned tries) {
  using Result = tl::expected<Receipt<S>, Failure<S>>;
  [[maybe_unused]] const auto place = queue_place(store, reads);
  auto loaded = store.load(reads);
  return loaded ? decide_and_commit(store, policy, command, context, std::move(*loaded), tries)
                : Result(tl::unexpect, Failure<S>{FailureKind::store, tries, std::nullopt,
                                                  std::move(loaded.error())});
}
}  // namespace detail

template <class S, class... Rules, Command C, class RuntimeType = SystemRuntime<typename C::traits>>
[[nodiscard]] tl::expected<Receipt<S>, Failure<S>>
execute(S& store, const MembershipPolicy<Rules...>& policy, const C& command,
        RuntimeType&& runtime = RuntimeType{}) {
  static_assert(detail::check_store<S, C>());
  static_assert(detail::check_runtime<std::remove_reference_t<RuntimeType>>());

  const auto context = draw_context<C>(runtime.clock.now(), runtime.ids);
  BasicReads<typename C::traits> reads = command.reads();
  reads.profiles = reads.profiles || runtime.with_profiles;
  detail::Retries retries(runtime, context.plan);
  auto result = detail::try_once(store, policy, command, context, reads, retries.tries());
  while (!result && result.error().kind == FailureKind::contended && retries.next()) {
    result = detail::try_once(store, policy, command, context, reads, retries.tries());
  }
  return result;
}

}  // namespace membership::inline v0

// membership/policy/apply.hpp

namespace membership::inline v0 {

namespace detail {
template <class Write, class Row>
constexpr void show(const Write& write, Slot<Row>& shown) noexcept {
  if (write.effect == Effect::erase) {
    shown.clear();
  } else {
    shown.emplace(write.after);
  }
}
}  // namespace detail

template <class T>
constexpr void apply(BasicSnapshot<T>& snapshot, const BasicPlan<T>& plan) noexcept {
  if (plan.environment && plan.environment->precondition == Precondition::set) {
    snapshot.environment = plan.environment->after;
  }
  if (plan.freed) snapshot.freed_revision = plan.freed->after;
  if (plan.touch && snapshot.organization && snapshot.organization->id == *plan.organization_id()) {
    snapshot.organization->revision = plan.touch->expected + 1;
    snapshot.organization->fenced_to = plan.touch->fenced_to;
    snapshot.organization->counts = plan.touch->after;
  }
  if (plan.organization &&
      (!snapshot.organization || snapshot.organization->id == plan.organization->after.id)) {
    detail::show(*plan.organization, snapshot.organization);
  }
  if (plan.user && (!snapshot.user || snapshot.user->id == plan.user->after.id)) {
    detail::show(*plan.user, snapshot.user);
  }
  if (plan.membership && !snapshot.membership && snapshot.user && snapshot.organization &&
      snapshot.user->id == plan.membership->after.user &&
      snapshot.organization->id == plan.membership->after.organization) {
    detail::show(*plan.membership, snapshot.membership);
  }
  if (plan.invitation && snapshot.invitation &&
      snapshot.invitation->id == plan.invitation->after.id) {
    detail::show(*plan.invitation, snapshot.invitation);
  }
  for (const auto* const write : {plan.membership.get(), plan.other.get()}) {
    if (write == nullptr) continue;
    for (auto* const shown : {&snapshot.membership, &snapshot.other, &snapshot.actor}) {
      if (*shown && (*shown)->id == write->after.id) detail::show(*write, *shown);
    }
  }
}

}  // namespace membership::inline v0

// membership/policy/guards.hpp

namespace membership::inline v0 {

struct OwnerGuard {
  template <class T>
  static constexpr Refusal check(const BasicSnapshot<T>& seen, const BasicPlan<T>& plan,
                                 const BasicActor<T>& /*actor*/) noexcept {
    if (!plan.touch || seen.organization->phase == Phase::deleting) return {};
    if (seen.organization->counts.owners == 0 || plan.touch->after.owners != 0) return {};
    return {ErrorCode::last_owner_required, Field::organization_id};
  }
};

struct SeatLimit {
  template <class T>
  static constexpr Refusal check(const BasicSnapshot<T>& seen, const BasicPlan<T>& plan,
                                 const BasicActor<T>& /*actor*/) noexcept {
    if (!plan.touch || !seen.organization->seat_limit) return {};
    const std::uint64_t before = seats(seen.environment.seats_count, seen.organization->counts);
    const std::uint64_t after = seats(seen.environment.seats_count, plan.touch->after);
    if (after <= before || after <= *seen.organization->seat_limit) return {};
    return {ErrorCode::seat_limit_reached, Field::organization_id};
  }

 private:
  static constexpr std::uint64_t seats(SeatsCount count, const Counts& counts) noexcept {
    return counts.active + (count.pending ? counts.pending : 0) +
           (count.inactive ? counts.inactive : 0);
  }
};

struct GrantRule {
  template <class T>
  static constexpr Refusal check(const BasicSnapshot<T>& seen, const BasicPlan<T>& plan,
                                 const BasicActor<T>& actor) noexcept {
    if (!actor.acts) return {};
    PermissionSet held;
    if (actor.membership != nullptr && actor.membership->status == Status::active) {
      held = seen.roles.permissions(actor.membership->roles);
    }
    if (plan.invitation && plan.invitation->precondition == Precondition::absent) {
      return check_roles(seen.roles, plan.invitation->held, held);
    }
    if (plan.membership) {
      const Refusal refusal = check_write(seen.roles, *plan.membership, held);
      if (refusal) return refusal;
    }
    return plan.other ? check_write(seen.roles, *plan.other, held) : Refusal{};
  }

 private:
  template <class T>
  static constexpr Refusal check_write(const RoleCatalogue& roles,
                                       const BasicMembershipWrite<T>& write,
                                       const PermissionSet& held) noexcept {
    if (write.effect == Effect::erase) return {};
    RoleSet granted = write.after.roles;
    if (write.before.standing == Standing::active) granted = granted - write.before.roles;
    return check_roles(roles, granted, held);
  }

  static constexpr Refusal check_roles(const RoleCatalogue& roles, RoleSet granted,
                                       const PermissionSet& held) noexcept {
    Refusal refusal;
    roles.for_each_in_order(granted, [&](RoleIndex index) {
      if (!refusal && !roles.permissions(RoleSet::of(index)).subset_of(held)) {
        refusal = {ErrorCode::role_not_grantable, Field::role_slug, index.value()};
      }
    });
    return refusal;
  }
};

}  // namespace membership::inline v0

// membership/version.hpp

#define MEMBERSHIP_VERSION_MAJOR 0
#define MEMBERSHIP_VERSION_MINOR 1
#define MEMBERSHIP_VERSION_PATCH 0

namespace membership::inline v0 {

struct Version {
  int major_number;
  int minor_number;
  int patch_number;
};

inline constexpr Version library_version{MEMBERSHIP_VERSION_MAJOR, MEMBERSHIP_VERSION_MINOR,
                                         MEMBERSHIP_VERSION_PATCH};

}  // namespace membership::inline v0

// membership/driver/bulk.hpp

namespace membership::inline v0 {

template <class S>
struct BulkItem {
  Outcome outcome = Outcome::unchanged;
  std::optional<BasicOrganizationMembership<typename S::traits>> membership{};
};

template <class S>
using BulkResult = tl::expected<BulkItem<S>, Failure<S>>;  ///< or why not

struct NoProgress {
  constexpr void operator()(std::size_t /*done*/, std::size_t /*all*/) const noexcept {}
};

namespace detail {
template <class Commands>
using command_of = typename decltype(std::span(std::declval<const Commands&>()))::value_type;
}  // namespace detail

template <class S, class... Rules, class Commands, Command C = detail::command_of<Commands>,
          class RuntimeType = SystemRuntime<typename C::traits>, class Progress = NoProgress>
[[nodiscard]] std::vector<BulkResult<S>>
execute_each(S& store, const MembershipPolicy<Rules...>& policy, const Commands& all,
             RuntimeType&& runtime = RuntimeType{}, Progress&& progress = Progress{}) {
  const std::span<const C> commands(all);
  std::vector<BulkResult<S>> results;
  results.reserve(commands.size());
  for (const C& command : commands) {
    auto receipt = execute(store, policy, command, runtime);
    if (receipt) {
      BulkItem<S> item;
      item.outcome = (*receipt).outcome();
      if ((*receipt).membership() != nullptr) item.membership.emplace(*(*receipt).membership());
      results.emplace_back(tl::in_place, std::move(item));
    } else {
      results.emplace_back(tl::unexpect, std::move(receipt.error()));
    }
    progress(results.size(), commands.size());
  }
  return results;
}

template <class S>
struct BulkFailure {
  std::size_t at;
  Failure<S> failure;
};

namespace detail {

template <class T>
class BulkIndex {
 public:
  explicit BulkIndex(std::span<const BasicReads<T>> reads) {
    users_.reserve(reads.size());
    for (std::size_t i = 0; i < reads.size(); ++i) {
      if (reads[i].pair && reads[i].user != nullptr) users_.push_back({reads[i].user, i});
      if (reads[i].actor != nullptr) actors_.push_back({reads[i].actor, i});
      if (reads[i].membership != nullptr) memberships_.push_back({reads[i].membership, i});
      if (reads[i].other != nullptr) others_.push_back({reads[i].other, i});
      if (reads[i].invitation != nullptr) invitations_.push_back({reads[i].invitation, i});
      if (reads[i].token != nullptr) tokens_.push_back({reads[i].token, i});
      if (reads[i].open_invitation && reads[i].email) emails_.push_back({&*reads[i].email, i});
    }
    sort(users_);
    sort(actors_);
    sort(memberships_);
    sort(others_);
    sort(invitations_);
    sort(tokens_);
    sort(emails_);
  }

  template <class Loaded>
  void show(const BasicPlan<T>& plan, std::size_t at, std::vector<Loaded>& snapshots) const {
    if (plan.membership) show_membership(*plan.membership, at, snapshots);
    if (plan.other) show_membership(*plan.other, at, snapshots);
    if (!plan.invitation) return;
    const auto change = [&](std::size_t i) {
      detail::show(*plan.invitation, snapshots[i].invitation);
    };
    for_each_of(invitations_, plan.invitation->after.id, at, change);
    for_each_of(tokens_, plan.invitation->after.token, at, change);
    if (plan.invitation->precondition != Precondition::absent || !plan.profile) return;
    const auto email = when_known<T, EmailKey>::folded(plan.profile->after.texts[Text::email]);
    const bool in_one = plan.invitation->after.organization.has_value();
    for_each_of(emails_, email, at, [&](std::size_t i) {
      if (static_cast<bool>(snapshots[i].organization) == in_one) change(i);
    });
  }

 private:
  template <class Loaded>
  void show_membership(const BasicMembershipWrite<T>& write, std::size_t at,
                       std::vector<Loaded>& snapshots) const {
    const auto change = [&](Slot<BasicOrganizationMembership<T>>& slot) {
      detail::show(write, slot);
    };
    for_each_of(users_, write.after.user, at,
                [&](std::size_t i) { change(snapshots[i].membership); });
    for_each_of(actors_, write.after.user, at, [&](std::size_t i) { change(snapshots[i].actor); });
    for_each_of(memberships_, write.after.id, at,
                [&](std::size_t i) { change(snapshots[i].membership); });
    for_each_of(others_, write.after.id, at, [&](std::size_t i) { change(snapshots[i].other); });
  }

  template <class I>
  struct Entry {
    const I* id;
    std::size_t at;
  };
  template <class I>
  static bool less(const Entry<I>& a, const Entry<I>& b) noexcept {
    if (*a.id == *b.id) return a.at < b.at;
    return *a.id < *b.id;
  }
  template <class I>
  static void sort(std::vector<Entry<I>>& entries) {
    std::sort(entries.begin(), entries.end(), &less<I>);
  }
  template <class I, class Action>
  static void for_each_of(const std::vector<Entry<I>>& entries, const I& id, std::size_t behind,
                          Action&& action) {
    auto entry = std::upper_bound(entries.begin(), entries.end(), Entry<I>{&id, behind}, &less<I>);
    for (; entry != entries.end() && *entry->id == id; ++entry) action(entry->at);
  }

  std::vector<Entry<typename T::UserId>> users_;
  std::vector<Entry<typename T::UserId>> actors_;
  std::vector<Entry<typename T::MembershipId>> memberships_;
  std::vector<Entry<typename T::MembershipId>> others_;
  std::vector<Entry<typename T::InvitationId>> invitations_;
  std::vector<Entry<TokenDigest>> tokens_;
  std::vector<Entry<when_known<T, EmailKey>>> emails_;
};

}  // namespace detail

template <class S, class... Rules, class Commands, Command C = detail::command_of<Commands>,
          class RuntimeType = SystemRuntime<typename C::traits>>
[[nodiscard]] tl::expected<std::vector<BulkItem<S>>, BulkFailure<S>>
execute_all(S& store, const MembershipPolicy<Rules...>& policy, const Commands& all,
            RuntimeType&& runtime = RuntimeType{}) {
  static_assert(detail::check_store<S, C>());
  static_assert(detail::check_runtime<std::remove_reference_t<RuntimeType>>());
  static_assert(LoadsSeveralSnapshots<S>,
                "membership: the store lacks load(span of reads) (LoadsSeveralSnapshots)");
  static_assert(C::kinds.has(Kind::membership) || C::kinds.has(Kind::invitation),
                "membership: execute_all takes commands on memberships or invitations; for others "
                "execute_each");
  using T = typename C::traits;
  using Result = tl::expected<std::vector<BulkItem<S>>, BulkFailure<S>>;
  const std::span<const C> commands(all);
  const auto failed = [&](std::size_t at, Failure<S> failure) {
    return Result(tl::unexpect, BulkFailure<S>{at, std::move(failure)});
  };
  if (commands.empty()) return Result(tl::in_place);

  std::vector<BasicContext<T>> contexts;
  std::vector<BasicReads<T>> reads;
  contexts.reserve(commands.size());
  reads.reserve(commands.size());
  const Time now = runtime.clock.now();
  for (const C& command : commands) {
    contexts.push_back(draw_context<C>(now, runtime.ids));
    reads.push_back(command.reads());
  }
  const detail::BulkIndex<T> index{std::span<const BasicReads<T>>(reads)};
  for (detail::Retries retries(runtime, contexts.front().plan);;) {
    const unsigned tries = retries.tries();
    {
      [[maybe_unused]] const auto place = detail::queue_place(store, reads.front());
      auto loaded = store.load(std::span<const BasicReads<T>>(reads));
      if (!loaded) {
        return failed(commands.size(), Failure<S>{FailureKind::store, tries, std::nullopt,
                                                  std::move(loaded.error())});
      }
      std::vector<typename S::Loaded>& snapshots = *loaded;
      std::vector<BasicPlan<T>> plans;
      std::vector<BulkItem<S>> items;
      plans.reserve(commands.size());
      items.reserve(commands.size());
      std::size_t last = commands.size();  // the last command that showed an organization
      for (std::size_t i = 0; i < commands.size(); ++i) {
        BasicSnapshot<T>& seen = snapshots[i];
        if (seen.organization && last != commands.size()) {
          if (!(seen.organization->id == snapshots[last].organization->id)) {
            const Error error{ErrorCode::several_organizations, Field::organization_id, 0,
                              subject_of(seen.organization->id)};
            return failed(i, Failure<S>{FailureKind::refused, tries, error, std::nullopt});
          }
          seen.organization = snapshots[last].organization;
        }
        if (seen.organization) last = i;
        const auto plan = policy.decide(commands[i], seen, contexts[i]);
        if (!plan) {
          return failed(i, Failure<S>{FailureKind::refused, tries, plan.error(), std::nullopt});
        }
        BulkItem<S>& item = items.emplace_back();
        item.outcome = (*plan).outcome;
        if ((*plan).outcome != Outcome::unchanged) {
          plans.push_back(*plan);
          apply(seen, *plan);
          index.show(*plan, i, snapshots);
        }
        if (seen.membership) item.membership.emplace(*seen.membership);
      }
      if (plans.empty()) return Result(tl::in_place, std::move(items));
      const auto committed = store.commit(std::span<const BasicPlan<T>>(plans));
      if (!committed) {
        return failed(commands.size(),
                      Failure<S>{FailureKind::store, tries, std::nullopt, committed.error()});
      }
      if (*committed == CommitStatus::committed) return Result(tl::in_place, std::move(items));
    }
    if (!retries.next()) {
      return failed(commands.size(),
                    Failure<S>{FailureKind::contended, tries, std::nullopt, std::nullopt});
    }
  }
}

}  // namespace membership::inline v0

// membership/driver/invitations.hpp

namespace membership::inline v0 {

struct NoExpiryProgress {
  constexpr void operator()(std::size_t /*ended*/) const noexcept {}
};

namespace detail {

template <class S>
bool is_refused(const tl::expected<Receipt<S>, Failure<S>>& result, ErrorCode code, Field field) {
  return !result && result.error().error && result.error().error->code == code &&
         result.error().error->field == field;
}

template <class S, class Policy, class RuntimeType>
[[nodiscard]] tl::expected<bool, Failure<S>>
end_expired(S& store, const Policy& policy, const BasicReads<typename S::traits>& reads,
            RuntimeType& runtime) {
  using T = typename S::traits;
  using Result = tl::expected<bool, Failure<S>>;
  auto seen = store.load(reads);
  if (!seen) {
    return Result(tl::unexpect,
                  Failure<S>{FailureKind::store, 1, std::nullopt, std::move(seen.error())});
  }
  if (!(*seen).invitation) return Result(tl::in_place, false);
  auto ended = execute(store, policy, BasicExpireInvitation<T>{(*seen).invitation->id}, runtime);
  if (!ended) return Result(tl::unexpect, std::move(ended.error()));
  return Result(tl::in_place, (*ended).outcome() != Outcome::unchanged);
}

template <class S, class Policy, class C, class RuntimeType>
[[nodiscard]] tl::expected<Receipt<S>, Failure<S>>
execute_after_expired(S& store, const Policy& policy, const C& command, ErrorCode code, Field field,
                      const BasicReads<typename S::traits>& reads, RuntimeType& runtime) {
  auto result = execute(store, policy, command, runtime);
  while (is_refused(result, code, field)) {
    auto ended = end_expired(store, policy, reads, runtime);
    if (!ended) {
      result = tl::unexpected<Failure<S>>(std::move(ended.error()));
      return result;
    }
    if (!*ended) break;
    result = execute(store, policy, command, runtime);
  }
  return result;
}

}  // namespace detail

template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>>
[[nodiscard]] tl::expected<Receipt<S>, Failure<S>>
send_invitation(S& store, const MembershipPolicy<Rules...>& policy,
                const BasicSendInvitation<typename S::traits>& command,
                RuntimeType&& runtime = RuntimeType{}) {
  return detail::execute_after_expired(store, policy, command, ErrorCode::invite_expired,
                                       Field::invitation_id, command.reads(), runtime);
}

template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>>
[[nodiscard]] tl::expected<Receipt<S>, Failure<S>>
create_membership(S& store, const MembershipPolicy<Rules...>& policy,
                  const BasicCreateMembership<typename S::traits>& command,
                  RuntimeType&& runtime = RuntimeType{}) {
  BasicReads<typename S::traits> reads = command.reads();
  reads.member_invitation = true;
  return detail::execute_after_expired(store, policy, command,
                                       ErrorCode::cannot_reactivate_pending_organization_membership,
                                       Field::organization_membership_id, reads, runtime);
}

template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>>
[[nodiscard]] tl::expected<Receipt<S>, Failure<S>>
accept_invitation(S& store, const MembershipPolicy<Rules...>& policy,
                  const BasicAcceptInvitation<typename S::traits>& command,
                  RuntimeType&& runtime = RuntimeType{}) {
  using T = typename S::traits;
  using Refused = tl::unexpected<Failure<S>>;
  auto result = detail::execute_after_expired(store, policy, command, ErrorCode::invite_not_pending,
                                              Field::invitation_id, command.reads(), runtime);
  if (!detail::is_refused(result, ErrorCode::entity_not_found, Field::user_id) ||
      !result.error().error->subject.empty()) {
    return result;
  }
  auto seen = store.load(command.reads());
  if (!seen) {
    result = Refused(Failure<S>{FailureKind::store, 1, std::nullopt, std::move(seen.error())});
    return result;
  }
  if (!(*seen).user && (*seen).invitation_profile != nullptr) {
    const std::string email((*seen).invitation_profile->texts[Text::email]);
    BasicCreateUser<T> user;
    user.email = email;
    user.email_verified = !command.invitation;
    auto made = execute(store, policy, user, runtime);
    if (!made && !detail::is_refused(made, ErrorCode::email_not_available, Field::email)) {
      return made;
    }
  }
  return execute(store, policy, command, runtime);
}

namespace detail {
template <class S, class Policy, class RuntimeType, class Progress>
[[nodiscard]] tl::expected<std::size_t, Failure<S>>
end_all_expired(S& store, const Policy& policy, BasicInvitationFilter<typename S::traits> filter,
                RuntimeType& runtime, Progress&& progress) {
  using T = typename S::traits;
  using Result = tl::expected<std::size_t, Failure<S>>;
  constexpr std::size_t page_size = 100;
  filter.open = true;
  Page<typename T::InvitationId> page;
  page.limit = page_size;
  std::size_t ended = 0;
  const Time now = runtime.clock.now();
  for (bool more = true; more;) {
    std::vector<typename T::InvitationId> expired;
    const auto query = BasicInvitationQuery<T>::make(page, filter);
    const auto end = store.list(*query, [&](const BasicInvitationRow<T>& row) {
      page.after = row.state.id;
      if (row.state.status_at(now) == InvitationStatus::expired) expired.push_back(row.state.id);
    });
    if (!end) {
      return Result(tl::unexpect, Failure<S>{FailureKind::store, 1, std::nullopt, end.error()});
    }
    more = (*end).more;
    for (const typename T::InvitationId& id : expired) {
      auto result = execute(store, policy, BasicExpireInvitation<T>{id}, runtime);
      if (!result) {
        if (is_refused(result, ErrorCode::entity_not_found, Field::invitation_id)) continue;
        return Result(tl::unexpect, std::move(result.error()));
      }
      if ((*result).outcome() != Outcome::unchanged) ++ended;
    }
    progress(ended);
  }
  return Result(tl::in_place, ended);
}
}  // namespace detail

template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>,
          class Progress = NoExpiryProgress>
[[nodiscard]] tl::expected<std::size_t, Failure<S>>
expire_invitations(S& store, const MembershipPolicy<Rules...>& policy,
                   RuntimeType&& runtime = RuntimeType{}, Progress&& progress = Progress{}) {
  return detail::end_all_expired(store, policy, BasicInvitationFilter<typename S::traits>{},
                                 runtime, progress);
}

}  // namespace membership::inline v0

// membership/driver/operation_pages.hpp

namespace membership::inline v0 {

template <class S>
concept ListsInvitations = S::keeps.has(Kind::invitation) &&
                           requires(S& store, const BasicInvitationQuery<typename S::traits>& query,
                                    detail::AnyVisitor visit) {
  { store.list(query, visit) } -> std::same_as<tl::expected<ListEnd, typename S::Failure>>;
};

namespace detail {

inline constexpr std::size_t operation_page = 100;

template <class S>
Failure<S> store_failure(typename S::Failure cause) {
  return Failure<S>{FailureKind::store, 1, std::nullopt, std::move(cause)};
}
template <class S>
Failure<S> refused_failure(const Error& error) {
  return Failure<S>{FailureKind::refused, 1, error, std::nullopt};
}

template <class T>
auto query_of(const BasicMembershipFilter<T>& filter, const Page<typename T::MembershipId>& page) {
  return BasicMembershipQuery<T>::make(filter, page);
}
template <class T>
auto query_of(const BasicInvitationFilter<T>& filter, const Page<typename T::InvitationId>& page) {
  return BasicInvitationQuery<T>::make(page, filter);
}

template <class Value>
struct Rows {
  std::vector<Value> rows{};
  bool more = false;
};

template <class Value, class S, class Query, class Copy>
[[nodiscard]] tl::expected<Rows<Value>, typename S::Failure> copy_rows(S& store, const Query& query,
                                                                       Copy&& copy) {
  static_assert(
      requires(AnyVisitor visit) { store.list(query, visit); },
      "membership: the store lacks a list(query, visit) that this needs (ListsPages)");
  Rows<Value> page;
  const auto end = store.list(query, [&](const auto& row) { page.rows.push_back(copy(row)); });
  if (!end) return tl::expected<Rows<Value>, typename S::Failure>(tl::unexpect, end.error());
  page.more = (*end).more;
  return tl::expected<Rows<Value>, typename S::Failure>(tl::in_place, std::move(page));
}
template <class S, class T = typename S::traits>
[[nodiscard]] auto list_memberships(S& store, const BasicMembershipFilter<T>& filter,
                                    const Page<typename T::MembershipId>& page) {
  return copy_rows<BasicOrganizationMembership<T>>(
      store, *query_of<T>(filter, page), [](const auto& row) { return row.membership.copy(); });
}
template <class S, class T = typename S::traits>
[[nodiscard]] auto list_invitations(S& store, const BasicInvitationFilter<T>& filter,
                                    const Page<typename T::InvitationId>& page) {
  return copy_rows<BasicInvitationState<T>>(store, *query_of<T>(filter, page),
                                            [](const auto& row) { return row.state; });
}

template <class S, class Visit>
[[nodiscard]] std::optional<Failure<S>>
for_each_invitation(S& store, const BasicInvitationFilter<typename S::traits>& filter,
                    Visit&& visit) {
  Page<typename S::traits::InvitationId> page;
  page.limit = operation_page;
  for (bool more = true; more;) {
    auto rows = list_invitations(store, filter, page);
    if (!rows) return store_failure<S>(std::move(rows.error()));
    more = (*rows).more;
    for (const auto& row : (*rows).rows) {
      if (std::optional<Failure<S>> failure = visit(row)) return failure;
      page.after = row.id;
    }
  }
  return std::nullopt;
}

template <class S, class Visit, class EndPage>
[[nodiscard]] std::optional<Failure<S>>
for_each_organization(S& store, std::optional<typename S::traits::OrganizationId> after,
                      Visit&& visit, EndPage&& end_page) {
  using T = typename S::traits;
  Page<typename T::OrganizationId> page;
  page.limit = operation_page;
  for (bool more = true; more;) {
    page.after = after;
    auto ids = copy_rows<typename T::OrganizationId>(store, *BasicOrganizationQuery<T>::make(page),
                                                     [](const auto& row) { return row.state.id; });
    if (!ids) return store_failure<S>(std::move(ids.error()));
    more = (*ids).more;
    for (const auto& id : (*ids).rows) {
      if (std::optional<Failure<S>> failure = visit(id)) return failure;
      after = id;
    }
    if (!(*ids).rows.empty()) end_page((*ids).rows.back());
  }
  return std::nullopt;
}

}  // namespace detail
}  // namespace membership::inline v0

// membership/driver/operation_run.hpp

namespace membership::inline v0 {

struct OperationResult {
  std::size_t organizations = 0;  ///< visited
  std::size_t roles = 0;          ///< changed
  std::size_t memberships = 0;    ///< swept
  std::size_t invitations = 0;    ///< swept
};

template <class T>
struct BasicOperationCursor {
  std::uint64_t generation = 0;
  std::optional<typename T::OrganizationId> organization{};
};

template <class T>
struct BasicOperationProgress {
  OperationResult done;
  BasicOperationCursor<T> cursor;
};

struct NoOperationProgress {
  template <class T>
  constexpr void operator()(const BasicOperationProgress<T>& /*progress*/) const noexcept {}
};

enum class OperationScope : std::uint8_t { every_organization, one_organization, one_user };

namespace detail {

template <class Op>
concept SweepsRoles = requires(const Op& op, const RoleState& role) {
  op.takes(role);
};
template <class Op>
concept SweepsMemberships = requires(const Op& op) {
  op.members();
};
template <class Op>
concept SweepsInvitations = requires(const Op& op) {
  op.invitations();
};
template <class Op>
concept MayBeRefused = requires(const Op& op) {
  op.keep();
};

template <class S, class Policy, class Op, class RuntimeType, class Progress>
class OperationRun {
 public:
  using T = typename S::traits;
  using OrganizationId = typename T::OrganizationId;
  using Fault = std::optional<Failure<S>>;
  using Result = tl::expected<OperationResult, Failure<S>>;

  OperationRun(S& store, const Policy& policy, Op operation, RuntimeType& runtime,
               Progress& progress)
      : store_(store), policy_(policy), op_(std::move(operation)), runtime_(runtime),
        progress_(progress) {}

  Result run(const std::optional<BasicOperationCursor<T>>& resume) {
    Fault fault = resume ? take_up(*resume) : mark();
    if (fault) return failed(*fault);
    if (op_.generation == 0) return Result(tl::in_place, result_);
    for (;;) {
      fault = walk();
      if (fault) return failed(*fault);
      auto finished = execute(store_, policy_, op_.finish(), runtime_);
      if (finished) return Result(tl::in_place, result_);
      const std::optional<Error>& error = finished.error().error;
      if (!error || error->code != ErrorCode::operation_unfinished) {
        return Result(tl::unexpect, std::move(finished.error()));
      }
    }
  }

 private:
  static Result failed(Failure<S>& failure) { return Result(tl::unexpect, std::move(failure)); }

  Fault mark() {
    if constexpr (MayBeRefused<Op>) {
      if (op_.only_unused()) {
        if (Fault fault = look_before()) return fault;
      }
    }
    auto marked = execute(store_, policy_, op_.mark(), runtime_);
    if (!marked) return std::move(marked.error());
    op_.begin((*marked).plan, (*marked).snapshot);
    cursor_.generation = op_.generation;
    return std::nullopt;
  }

  Fault take_up(const BasicOperationCursor<T>& resume) {
    const auto command = op_.mark();
    auto loaded = store_.load(command.reads());
    if (!loaded) return store_failure<S>(std::move(loaded.error()));
    op_.begin(BasicPlan<T>(PlanId{}, Time::from_milliseconds(0)), *loaded);
    if (op_.generation == 0 || op_.generation != resume.generation) {
      return refused_failure<S>(Error{ErrorCode::operation_superseded, Field::cursor, 0, {}});
    }
    cursor_ = resume;
    return std::nullopt;
  }

  Fault look_before() {
    const auto command = op_.mark();
    auto seen = store_.load(command.reads());
    if (!seen) return store_failure<S>(std::move(seen.error()));
    const auto context =
        draw_context<std::remove_cv_t<decltype(command)>>(runtime_.clock.now(), runtime_.ids);
    const auto plan = policy_.decide(command, *seen, context);
    if (!plan) return refused_failure<S>(plan.error());
    op_.begin(*plan, *seen);
    return refuse_where_used();
  }

  Fault refuse_where_used() {
    if constexpr (Op::scope == OperationScope::every_organization) {
      return for_each_organization(
          store_, std::nullopt, [&](const OrganizationId& id) { return refuse_where_used(id); },
          [](const OrganizationId&) {});
    } else {
      return refuse_where_used(op_.organization());
    }
  }
  Fault refuse_where_used(const OrganizationId& organization) {
    for (;;) {
      auto used = is_used(organization);
      if (!used) return std::move(used.error());
      if (!*used) return std::nullopt;
      auto ended = end_expired(organization);
      if (!ended) return std::move(ended.error());
      if (!*ended) return refused_failure<S>(op_.in_use());
    }
  }
  using Answer = tl::expected<bool, Failure<S>>;
  Answer is_used(const OrganizationId& organization) {
    auto holders = op_.members();
    holders.organization = organization;
    Page<typename T::MembershipId> page;
    page.limit = 1;
    auto members = list_memberships(store_, holders, page);
    if (!members) return Answer(tl::unexpect, store_failure<S>(std::move(members.error())));
    if (!(*members).rows.empty()) return true;
    if constexpr (ListsInvitations<S>) {
      auto invited = op_.invitations();
      invited.organization = organization;
      Page<typename T::InvitationId> first;
      first.limit = 1;
      auto invitations = list_invitations(store_, invited, first);
      if (!invitations) {
        return Answer(tl::unexpect, store_failure<S>(std::move(invitations.error())));
      }
      return !(*invitations).rows.empty();
    }
    return false;
  }
  Answer end_expired(const OrganizationId& organization) {
    if constexpr (ListsInvitations<S>) {
      BasicInvitationFilter<T> filter;
      filter.organization = organization;
      auto ended = end_all_expired(store_, policy_, filter, runtime_, NoExpiryProgress{});
      if (!ended) return Answer(tl::unexpect, std::move(ended.error()));
      return *ended != 0;
    }
    return false;
  }

  Fault walk() {
    if constexpr (MayBeRefused<Op>) {
      if (op_.only_unused()) return walk_unused();
    }
    if constexpr (Op::scope == OperationScope::one_organization) {
      return sweep(op_.organization());
    } else if constexpr (Op::scope == OperationScope::one_user) {
      if (Fault fault = sweep_memberships(op_.members())) return fault;
      return sweep_invitations_of_user();
    } else {
      if constexpr (SweepsRoles<Op>) {
        auto seen = store_.load(BasicReads<T>{});
        if (!seen) return store_failure<S>(std::move(seen.error()));
        if (Fault fault = sweep_roles((*seen).roles.environment(), std::nullopt)) return fault;
      }
      return visit_all([&](const OrganizationId& id) {
        Fault fault = fence(id);
        return fault ? fault : sweep(id);
      });
    }
  }

  Fault walk_unused() {
    if constexpr (Op::scope == OperationScope::every_organization) {
      if (Fault fault = visit_all([&](const OrganizationId& id) { return fence(id); }))
        return fault;
    }
    Fault used = refuse_where_used();
    if (used && used->kind == FailureKind::refused) {
      auto kept = execute(store_, policy_, op_.keep(), runtime_);
      if (!kept) return std::move(kept.error());
    }
    return used;
  }

  template <class Visit>
  Fault visit_all(Visit&& visit) {
    return for_each_organization(
        store_, cursor_.organization,
        [&](const OrganizationId& id) {
          Fault fault = visit(id);
          if (!fault) ++result_.organizations;
          return fault;
        },
        [&](const OrganizationId& last) {
          cursor_.organization = last;
          tell();
        });
  }

  Fault fence(const OrganizationId& organization) {
    auto fenced = execute(store_, policy_, op_.fence(organization), runtime_);
    if (!fenced) return std::move(fenced.error());
    if constexpr (SweepsRoles<Op>) {
      return sweep_roles((*fenced).snapshot.roles.organization(), organization);
    } else {
      return std::nullopt;
    }
  }

  Fault sweep_roles(RoleTable roles, const std::optional<OrganizationId>& organization) {
    for (unsigned place = 0; place < roles.size(); ++place) {
      if (!roles.has(place) || !op_.takes(roles[place])) continue;
      const auto command = op_.sweep_role(roles[place].slug.view(), organization);
      auto swept = execute(store_, policy_, command, runtime_);
      if (!swept) return std::move(swept.error());
      if ((*swept).outcome() != Outcome::unchanged) ++result_.roles;
    }
    return std::nullopt;
  }

  Fault sweep(const OrganizationId& organization) {
    if constexpr (SweepsMemberships<Op>) {
      auto members = op_.members();
      members.organization = organization;
      if (Fault fault = sweep_memberships(members)) return fault;
    }
    if constexpr (SweepsInvitations<Op> && ListsInvitations<S>) {
      auto invitations = op_.invitations();
      invitations.organization = organization;
      return sweep_pages<typename T::InvitationId>(
          [&](const auto& page) { return list_invitations(store_, invitations, page); },
          result_.invitations);
    }
    return std::nullopt;
  }
  Fault sweep_invitations_of_user() {
    if constexpr (SweepsInvitations<Op> && ListsInvitations<S>) {
      if (!op_.address) return std::nullopt;
      return for_each_invitation(store_, op_.invitations(), [&](const auto& row) -> Fault {
        auto swept = execute(store_, policy_, op_.sweep(row.id), runtime_);
        if (!swept) return std::move(swept.error());
        if ((*swept).outcome() != Outcome::unchanged) ++result_.invitations;
        tell();
        return std::nullopt;
      });
    } else {
      return std::nullopt;
    }
  }
  Fault sweep_memberships(const BasicMembershipFilter<T>& members) {
    return sweep_pages<typename T::MembershipId>(
        [&](const auto& page) { return list_memberships(store_, members, page); },
        result_.memberships);
  }

  template <class I, class List>
  Fault sweep_pages(List&& list, std::size_t& swept) {
    Page<I> page;
    page.limit = operation_page;
    for (;;) {
      auto listed = list(page);
      if (!listed) return store_failure<S>(std::move(listed.error()));
      const auto& rows = (*listed).rows;
      const bool is_whole = !page.after;
      page.after.reset();
      if (rows.empty()) {
        if (is_whole) return std::nullopt;
        continue;
      }
      using Sweep = decltype(op_.sweep(rows.front().id));
      std::vector<Sweep> sweeps;
      sweeps.reserve(rows.size());
      for (const auto& row : rows) sweeps.push_back(op_.sweep(row.id));
      if ((*listed).more) page.after = rows.back().id;
      if (Fault fault = carry_out(std::span<const Sweep>(sweeps), swept)) return fault;
      tell();
    }
  }
  template <class Sweep>
  Fault carry_out(std::span<const Sweep> sweeps, std::size_t& swept) {
    if constexpr (Op::scope == OperationScope::one_user || !Sweep::kinds.has(Kind::membership)) {
      for (const Sweep& sweep : sweeps) {
        auto done = execute(store_, policy_, sweep, runtime_);
        if (!done) return std::move(done.error());
        if ((*done).outcome() != Outcome::unchanged) ++swept;
      }
    } else {
      auto done = execute_all(store_, policy_, sweeps, runtime_);
      if (!done) return std::move(done.error().failure);
      for (const auto& item : *done) {
        if (item.outcome != Outcome::unchanged) ++swept;
      }
    }
    return std::nullopt;
  }

  void tell() { progress_(BasicOperationProgress<T>{result_, cursor_}); }

  S& store_;
  const Policy& policy_;
  Op op_;
  RuntimeType& runtime_;
  Progress& progress_;
  OperationResult result_{};
  BasicOperationCursor<T> cursor_{};
};

}  // namespace detail

using OperationCursor = BasicOperationCursor<DefaultTraits>;
using OperationProgress = BasicOperationProgress<DefaultTraits>;

}  // namespace membership::inline v0

// membership/driver/operation_steps.hpp

namespace membership::inline v0 {

enum class WhenInUse : std::uint8_t {
  refuse,    ///< it is not deleted
  reassign,  ///< whoever would be left with none gets the replacement
};

struct RoleDeletionOptions {
  WhenInUse when_in_use = WhenInUse::refuse;
  std::optional<std::string_view> replacement{};  ///< nothing: the default role
};

namespace detail {

template <class T>
struct OrganizationDeletion {
  using traits = T;
  static constexpr OperationScope scope = OperationScope::one_organization;
  typename T::OrganizationId id;
  std::uint64_t generation = 0;

  explicit OrganizationDeletion(const typename T::OrganizationId& organization)
      : id(organization) {}
  const typename T::OrganizationId& organization() const noexcept { return id; }
  auto mark() const { return BasicMarkOrganizationDeleted<T>{id}; }
  void begin(const BasicPlan<T>& plan, const BasicSnapshot<T>& seen) {
    const auto* const state =
        plan.organization ? &plan.organization->after : seen.organization.get();
    generation = state == nullptr ? 0 : state->generation;
  }
  BasicMembershipFilter<T> members() const { return {}; }
  auto sweep(const typename T::MembershipId& membership) const {
    return BasicSweepOrganizationMembership<T>{membership, generation};
  }
  BasicInvitationFilter<T> invitations() const { return {}; }
  auto sweep(const typename T::InvitationId& invitation) const {
    return BasicSweepOrganizationInvitation<T>{invitation, generation};
  }
  auto finish() const { return BasicFinishOrganizationDeletion<T>{id, generation}; }
};

template <class T>
struct UserDeletion {
  using traits = T;
  static constexpr OperationScope scope = OperationScope::one_user;
  typename T::UserId id;
  std::uint64_t generation = 0;
  std::optional<EmailKey> address{};

  explicit UserDeletion(const typename T::UserId& user) : id(user) {}
  auto mark() const { return BasicMarkUserDeleted<T>{id}; }
  void begin(const BasicPlan<T>& plan, const BasicSnapshot<T>& seen) {
    const auto* const state = plan.user ? &plan.user->after : seen.user.get();
    generation = state == nullptr ? 0 : state->generation;
    if (seen.user_profile != nullptr && seen.user_profile->texts.has(Text::email)) {
      address = EmailKey::folded(seen.user_profile->texts[Text::email]);
    }
  }
  BasicMembershipFilter<T> members() const {
    BasicMembershipFilter<T> filter;
    filter.user = id;
    return filter;
  }
  BasicInvitationFilter<T> invitations() const {
    BasicInvitationFilter<T> filter;
    filter.email = address;
    filter.open = true;
    return filter;
  }
  auto sweep(const typename T::InvitationId& invitation) const {
    return BasicSweepUserInvitation<T>{invitation, id, generation};
  }
  auto sweep(const typename T::MembershipId& membership) const {
    return BasicSweepUserMembership<T>{membership, generation};
  }
  auto finish() const { return BasicFinishUserDeletion<T>{id, generation}; }
};

template <class T>
struct RoleDeletion {
  using traits = T;
  std::string_view slug;
  RoleDeletionOptions options;
  std::optional<typename T::OrganizationId> owner{};
  RoleIndex index = RoleIndex::none();
  std::uint64_t generation = 0;

  RoleDeletion(std::string_view role, const RoleDeletionOptions& how,
               const std::optional<typename T::OrganizationId>& organization = {})
      : slug(role), options(how), owner(organization) {}
  bool only_unused() const noexcept { return options.when_in_use == WhenInUse::refuse; }
  auto mark() const {
    return BasicMarkRoleDeleted<T>{slug, options.replacement, owner, only_unused()};
  }
  void begin(const BasicPlan<T>& plan, const BasicSnapshot<T>& seen) {
    index = seen.role == nullptr ? RoleIndex::none() : seen.role_index;
    const RoleState* const state = plan.role ? &plan.role->after : seen.roles.at(index);
    generation = state == nullptr ? 0 : state->generation;
    if (generation == 0) return;
    options.when_in_use = state->only_unused ? WhenInUse::refuse : WhenInUse::reassign;
  }
  BasicMembershipFilter<T> members() const {
    BasicMembershipFilter<T> filter;
    filter.holder = index;
    return filter;
  }
  BasicInvitationFilter<T> invitations() const {
    BasicInvitationFilter<T> filter;
    filter.open = true;
    filter.role = index;
    return filter;
  }
  auto sweep(const typename T::MembershipId& membership) const {
    return BasicSweepRoleHolder<T>{membership, index, generation};
  }
  auto sweep(const typename T::InvitationId& invitation) const {
    return BasicSweepRoleInvitation<T>{invitation, index, generation};
  }
  auto keep() const { return BasicKeepRole<T>{slug, owner, generation}; }
  Error in_use() const noexcept {
    return Error{ErrorCode::role_has_assignments, Field::role_slug, 0, subject_of_text(slug)};
  }
  auto finish() const { return BasicFinishRoleDeletion<T>{slug, generation, owner}; }
};

template <class T>
struct OrganizationRoleDeletion : RoleDeletion<T> {
  static constexpr OperationScope scope = OperationScope::one_organization;
  using RoleDeletion<T>::RoleDeletion;
  const typename T::OrganizationId& organization() const noexcept { return *this->owner; }
};

template <class T>
struct EnvironmentRoleDeletion : RoleDeletion<T> {
  static constexpr OperationScope scope = OperationScope::every_organization;
  using RoleDeletion<T>::RoleDeletion;
  auto fence(const typename T::OrganizationId& organization) const {
    return BasicFenceRole<T>{organization, this->index, this->generation};
  }
  bool takes(const RoleState& role) const noexcept {
    return role.phase == Phase::retiring && role.replacement == this->index;
  }
  auto sweep_role(std::string_view role,
                  const std::optional<typename T::OrganizationId>& organization) const {
    return BasicSweepRoleReplacement<T>{role, organization, this->index, this->generation};
  }
};

template <class T>
struct PermissionDeletion {
  using traits = T;
  static constexpr OperationScope scope = OperationScope::every_organization;
  std::string_view slug;
  std::uint16_t index = 0;
  std::uint64_t generation = 0;

  explicit PermissionDeletion(std::string_view permission) : slug(permission) {}
  auto mark() const { return BasicMarkPermissionDeleted<T>{slug}; }
  void begin(const BasicPlan<T>& plan, const BasicSnapshot<T>& seen) {
    index = seen.permission_index;
    if (plan.permission) {
      generation = plan.permission->after.generation;
    } else if (seen.permission != nullptr) {
      generation = seen.roles.permission_table()[index].generation;
    }
  }
  auto fence(const typename T::OrganizationId& organization) const {
    return BasicFencePermission<T>{organization, index, generation};
  }
  bool takes(const RoleState& role) const noexcept { return role.permissions.contains(index); }
  auto sweep_role(std::string_view role,
                  const std::optional<typename T::OrganizationId>& organization) const {
    return BasicSweepRolePermission<T>{role, organization, index, generation};
  }
  auto finish() const { return BasicFinishPermissionDeletion<T>{slug, generation}; }
};

template <class T>
struct MultipleRolesOff {
  using traits = T;
  static constexpr OperationScope scope = OperationScope::every_organization;
  std::uint64_t generation = 0;

  auto mark() const { return BasicMarkMultipleRolesDisabled<T>{}; }
  void begin(const BasicPlan<T>& plan, const BasicSnapshot<T>& seen) {
    generation = (plan.environment ? plan.environment->after : seen.environment).generation;
  }
  auto fence(const typename T::OrganizationId& organization) const {
    return BasicFenceMultipleRoles<T>{organization, generation};
  }
  BasicMembershipFilter<T> members() const {
    BasicMembershipFilter<T> filter;
    filter.several_roles = true;
    return filter;
  }
  auto sweep(const typename T::MembershipId& membership) const {
    return BasicSweepSeveralRoles<T>{membership, generation};
  }
  auto finish() const { return BasicFinishMultipleRolesDisabled<T>{generation}; }
};

template <class T>
struct OwnerRoleNaming {
  using traits = T;
  static constexpr OperationScope scope = OperationScope::every_organization;
  std::optional<std::string_view> slug;
  RoleIndex index = RoleIndex::none();
  std::uint64_t generation = 0;

  explicit OwnerRoleNaming(std::optional<std::string_view> role) : slug(role) {}
  auto mark() const { return BasicMarkOwnerRole<T>{slug}; }
  void begin(const BasicPlan<T>& plan, const BasicSnapshot<T>& seen) {
    const EnvironmentState& state = plan.environment ? plan.environment->after : seen.environment;
    index = state.next_owner_role;
    generation = state.owner_generation;
  }
  auto fence(const typename T::OrganizationId& organization) const {
    return BasicFenceOwnerRole<T>{organization, index, generation};
  }
  auto finish() const { return BasicFinishOwnerRole<T>{index, generation}; }
};

}  // namespace detail
}  // namespace membership::inline v0

// membership/driver/operation_preview.hpp

namespace membership::inline v0 {

struct PreviewedRole {
  RoleSlug slug;
  std::size_t gained = 0;  ///< memberships and invitations that get it
  std::size_t kept = 0;    ///< memberships that hold it before and after
};

struct OperationPreview {
  std::size_t active = 0;  ///< memberships concerned, by their status
  std::size_t inactive = 0;
  std::size_t pending = 0;
  std::size_t invitations = 0;  ///< open ones concerned
  std::size_t deleted = 0;      ///< of the memberships: those that go
  std::size_t loses_only = 0;   ///< of the memberships: those that lose roles and gain none
  std::size_t roles_changed = 0;
  std::vector<PreviewedRole> roles{};  ///< those gained or kept, in the order in which they came
};

namespace detail {

inline PreviewedRole& previewed(OperationPreview& preview, const RoleSlug& slug) {
  for (PreviewedRole& role : preview.roles) {
    if (role.slug.view() == slug.view()) return role;
  }
  return preview.roles.emplace_back(PreviewedRole{slug});
}

template <class S, class Policy, class Op, class RuntimeType>
class OperationLook {
 public:
  using T = typename S::traits;
  using OrganizationId = typename T::OrganizationId;
  using Fault = std::optional<Failure<S>>;

  OperationLook(S& store, const Policy& policy, Op operation, RuntimeType& runtime)
      : store_(store), policy_(policy), op_(std::move(operation)), runtime_(runtime) {}

  tl::expected<OperationPreview, Failure<S>> run() {
    Fault fault = look();
    if (fault) {
      return tl::expected<OperationPreview, Failure<S>>(tl::unexpect, std::move(*fault));
    }
    return tl::expected<OperationPreview, Failure<S>>(tl::in_place, std::move(preview_));
  }

 private:
  Fault look() {
    const auto command = op_.mark();
    auto seen = store_.load(command.reads());
    if (!seen) return store_failure<S>(std::move(seen.error()));
    const auto marked = decide(command, *seen);
    if (!marked) return refused_failure<S>(marked.error());
    op_.begin(*marked, *seen);
    if (op_.generation == 0) return std::nullopt;
    marked_.emplace(*marked);
    if constexpr (Op::scope == OperationScope::one_user) {
      Fault fault = for_each_membership(op_.members(), [&](const auto& membership) -> Fault {
        auto shown = store_.load(op_.sweep(membership.id).reads());
        if (!shown) return store_failure<S>(std::move(shown.error()));
        show(*shown);
        return look_at(membership, *shown);
      });
      return fault ? fault : look_at_invitations_of_user();
    } else if constexpr (Op::scope == OperationScope::one_organization) {
      return look_into(op_.organization());
    } else {
      if constexpr (SweepsRoles<Op>) count_roles((*seen).roles.environment());
      return for_each_organization(
          store_, std::nullopt, [&](const OrganizationId& id) { return look_into(id); },
          [](const OrganizationId&) {});
    }
  }

  template <class C>
  auto decide(const C& command, const BasicSnapshot<T>& seen) {
    return policy_.decide(command, seen, draw_context<C>(runtime_.clock.now(), runtime_.ids));
  }

  void show(BasicSnapshot<T>& seen) {
    apply(seen, *marked_);
    if (!marked_->role) return;
    const RoleIndex index = marked_->role->index;
    const RoleTable table =
        index.is_organization() ? seen.roles.organization() : seen.roles.environment();
    states_.clear();
    for (unsigned place = 0; place < table.size(); ++place) states_.push_back(table[place]);
    if (index.place() < states_.size()) states_[index.place()] = marked_->role->after;
    const RoleTable shown(states_.data(), states_.size());
    seen.roles =
        RoleCatalogue(index.is_organization() ? seen.roles.environment() : shown,
                      index.is_organization() ? shown : seen.roles.organization(),
                      seen.roles.order(), seen.roles.own_order(), seen.roles.permission_table());
  }

  Fault look_into(const OrganizationId& organization) {
    BasicReads<T> reads;
    reads.organization = &organization;
    auto seen = store_.load(reads);
    if (!seen) return store_failure<S>(std::move(seen.error()));
    if (!(*seen).organization) return std::nullopt;
    show(*seen);
    if constexpr (SweepsRoles<Op>) count_roles((*seen).roles.organization());
    if constexpr (SweepsMemberships<Op>) {
      auto members = op_.members();
      members.organization = organization;
      const auto look_at_member = [&](const auto& membership) -> Fault {
        (*seen).membership.emplace(membership);
        return look_at(membership, *seen);
      };
      if (Fault fault = for_each_membership(members, look_at_member)) return fault;
    }
    if constexpr (SweepsInvitations<Op> && ListsInvitations<S>) {
      return look_at_invitations(organization, *seen);
    }
    return std::nullopt;
  }

  void count_roles(RoleTable roles) {
    for (unsigned place = 0; place < roles.size(); ++place) {
      if (roles.has(place) && op_.takes(roles[place])) ++preview_.roles_changed;
    }
  }

  template <class Visit>
  Fault for_each_membership(const BasicMembershipFilter<T>& filter, Visit&& visit) {
    Page<typename T::MembershipId> page;
    page.limit = operation_page;
    for (bool more = true; more;) {
      auto rows = list_memberships(store_, filter, page);
      if (!rows) return store_failure<S>(std::move(rows.error()));
      more = (*rows).more;
      for (const auto& row : (*rows).rows) {
        if (Fault fault = visit(row)) return fault;
        page.after = row.id;
      }
    }
    return std::nullopt;
  }

  Fault look_at(const BasicOrganizationMembership<T>& membership, BasicSnapshot<T>& seen) {
    const auto plan = decide(op_.sweep(membership.id), seen);
    if (!plan) return refused_failure<S>(plan.error());
    if (!(*plan).membership) return std::nullopt;
    if ((*plan).invitation) ++preview_.invitations;
    switch (membership.status) {
      case Status::active: ++preview_.active; break;
      case Status::inactive: ++preview_.inactive; break;
      case Status::pending: ++preview_.pending; break;
    }
    if ((*plan).membership->effect == Effect::erase) {
      ++preview_.deleted;
    } else {
      const RoleSet after = (*plan).membership->after.roles;
      const RoleSet gained = after - membership.roles;
      if (gained.empty()) ++preview_.loses_only;
      seen.roles.for_each_in_order(after, [&](RoleIndex index) {
        PreviewedRole& role = previewed(preview_, seen.roles.at(index)->slug);
        ++(gained.contains(index) ? role.gained : role.kept);
      });
    }
    apply(seen, *plan);
    return std::nullopt;
  }

  Fault look_at_invitations(const OrganizationId& organization, BasicSnapshot<T>& seen) {
    auto filter = op_.invitations();
    filter.organization = organization;
    filter.open = true;
    return for_each_invitation(store_, filter, [&](const auto& row) {
      seen.invitation.emplace(row);
      return look_at_invitation(row.id, seen);
    });
  }
  Fault look_at_invitations_of_user() {
    if constexpr (SweepsInvitations<Op> && ListsInvitations<S>) {
      if (!op_.address) return std::nullopt;
      return for_each_invitation(store_, op_.invitations(), [&](const auto& row) -> Fault {
        if (row.user) return std::nullopt;
        auto shown = store_.load(op_.sweep(row.id).reads());
        if (!shown) return store_failure<S>(std::move(shown.error()));
        show(*shown);
        return look_at_invitation(row.id, *shown);
      });
    } else {
      return std::nullopt;
    }
  }
  Fault look_at_invitation(const typename T::InvitationId& id, const BasicSnapshot<T>& seen) {
    const auto plan = decide(op_.sweep(id), seen);
    if (!plan) return refused_failure<S>(plan.error());
    if (!(*plan).invitation) return std::nullopt;
    ++preview_.invitations;
    const RoleState* const role = seen.roles.at((*plan).invitation->after.role);
    if (role != nullptr) ++previewed(preview_, role->slug).gained;
    return std::nullopt;
  }

  S& store_;
  const Policy& policy_;
  Op op_;
  RuntimeType& runtime_;
  std::optional<BasicPlan<T>> marked_{};
  std::vector<RoleState> states_{};
  OperationPreview preview_{};
};

template <class S, class Policy, class Op, class RuntimeType>
[[nodiscard]] auto preview_operation(S& store, const Policy& policy, Op operation,
                                     RuntimeType& runtime) {
  return OperationLook<S, Policy, Op, RuntimeType>(store, policy, std::move(operation), runtime)
      .run();
}

}  // namespace detail

template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>>
[[nodiscard]] tl::expected<OperationPreview, Failure<S>>
preview_delete_role(S& store, const MembershipPolicy<Rules...>& policy, std::string_view role,
                    std::optional<std::string_view> replacement = {},
                    RuntimeType&& runtime = RuntimeType{}) {
  using T = typename S::traits;
  const RoleDeletionOptions options{WhenInUse::reassign, replacement};
  return detail::preview_operation(store, policy, detail::EnvironmentRoleDeletion<T>(role, options),
                                   runtime);
}

template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>>
[[nodiscard]] tl::expected<OperationPreview, Failure<S>> preview_delete_organization_role(
    S& store, const MembershipPolicy<Rules...>& policy,
    const typename S::traits::OrganizationId& organization, std::string_view role,
    std::optional<std::string_view> replacement = {}, RuntimeType&& runtime = RuntimeType{}) {
  using T = typename S::traits;
  const RoleDeletionOptions options{WhenInUse::reassign, replacement};
  return detail::preview_operation(
      store, policy, detail::OrganizationRoleDeletion<T>(role, options, organization), runtime);
}

template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>>
[[nodiscard]] tl::expected<OperationPreview, Failure<S>>
preview_delete_permission(S& store, const MembershipPolicy<Rules...>& policy,
                          std::string_view permission, RuntimeType&& runtime = RuntimeType{}) {
  using T = typename S::traits;
  return detail::preview_operation(store, policy, detail::PermissionDeletion<T>(permission),
                                   runtime);
}

template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>>
[[nodiscard]] tl::expected<OperationPreview, Failure<S>>
preview_disable_multiple_roles(S& store, const MembershipPolicy<Rules...>& policy,
                               RuntimeType&& runtime = RuntimeType{}) {
  using T = typename S::traits;
  return detail::preview_operation(store, policy, detail::MultipleRolesOff<T>{}, runtime);
}

struct OwnerRolePreview {
  std::size_t organizations = 0;
  std::size_t owners = 0;         ///< active memberships that hold the role, of all of them
  std::size_t without_owner = 0;  ///< organizations in which nobody does
};

template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>>
[[nodiscard]] tl::expected<OwnerRolePreview, Failure<S>>
preview_name_owner_role(S& store, const MembershipPolicy<Rules...>& policy, std::string_view role,
                        RuntimeType&& runtime = RuntimeType{}) {
  using T = typename S::traits;
  using Result = tl::expected<OwnerRolePreview, Failure<S>>;
  const BasicMarkOwnerRole<T> command{role};
  const auto seen = store.load(command.reads());
  if (!seen) return Result(tl::unexpect, detail::store_failure<S>(seen.error()));
  const auto context = draw_context<BasicMarkOwnerRole<T>>(runtime.clock.now(), runtime.ids);
  const auto plan = policy.decide(command, *seen, context);
  if (!plan) return Result(tl::unexpect, detail::refused_failure<S>(plan.error()));
  OwnerRolePreview preview;
  BasicReads<T> reads;
  reads.holders = (*seen).roles.find(role);
  const auto look = [&](const typename T::OrganizationId& id) -> std::optional<Failure<S>> {
    reads.organization = &id;
    const auto shown = store.load(reads);
    if (!shown) return detail::store_failure<S>(shown.error());
    if (!(*shown).organization) return std::nullopt;
    ++preview.organizations;
    preview.owners += static_cast<std::size_t>((*shown).holders);
    if ((*shown).holders == 0) ++preview.without_owner;
    return std::nullopt;
  };
  auto failure = detail::for_each_organization(store, std::nullopt, look,
                                               [](const typename T::OrganizationId&) {});
  if (failure) return Result(tl::unexpect, std::move(*failure));
  return Result(tl::in_place, preview);
}

template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>>
[[nodiscard]] tl::expected<OperationPreview, Failure<S>>
preview_delete_organization(S& store, const MembershipPolicy<Rules...>& policy,
                            const typename S::traits::OrganizationId& organization,
                            RuntimeType&& runtime = RuntimeType{}) {
  using T = typename S::traits;
  return detail::preview_operation(store, policy, detail::OrganizationDeletion<T>(organization),
                                   runtime);
}

template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>>
[[nodiscard]] tl::expected<OperationPreview, Failure<S>>
preview_delete_user(S& store, const MembershipPolicy<Rules...>& policy,
                    const typename S::traits::UserId& user, RuntimeType&& runtime = RuntimeType{}) {
  using T = typename S::traits;
  return detail::preview_operation(store, policy, detail::UserDeletion<T>(user), runtime);
}

}  // namespace membership::inline v0

// membership/driver/operation.hpp

namespace membership::inline v0 {

namespace detail {
template <class S, class Policy, class Op, class RuntimeType, class Progress>
auto run_operation(S& store, const Policy& policy, Op operation, RuntimeType& runtime,
                   Progress& progress,
                   const std::optional<BasicOperationCursor<typename S::traits>>& resume = {}) {
  return OperationRun<S, Policy, Op, RuntimeType, Progress>(store, policy, std::move(operation),
                                                            runtime, progress)
      .run(resume);
}
}  // namespace detail

template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>,
          class Progress = NoOperationProgress>
[[nodiscard]] tl::expected<OperationResult, Failure<S>>
delete_organization(S& store, const MembershipPolicy<Rules...>& policy,
                    const typename S::traits::OrganizationId& organization,
                    RuntimeType&& runtime = RuntimeType{}, Progress&& progress = Progress{}) {
  using T = typename S::traits;
  return detail::run_operation(store, policy, detail::OrganizationDeletion<T>(organization),
                               runtime, progress);
}

template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>,
          class Progress = NoOperationProgress>
[[nodiscard]] tl::expected<OperationResult, Failure<S>>
delete_user(S& store, const MembershipPolicy<Rules...>& policy,
            const typename S::traits::UserId& user, RuntimeType&& runtime = RuntimeType{},
            Progress&& progress = Progress{}) {
  using T = typename S::traits;
  const detail::UserDeletion<T> operation(user);
  auto look = detail::preview_operation(store, policy, operation, runtime);
  if (!look) {
    return tl::expected<OperationResult, Failure<S>>(tl::unexpect, std::move(look.error()));
  }
  return detail::run_operation(store, policy, operation, runtime, progress);
}

template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>,
          class Progress = NoOperationProgress>
[[nodiscard]] tl::expected<OperationResult, Failure<S>>
delete_role(S& store, const MembershipPolicy<Rules...>& policy, std::string_view role,
            const RoleDeletionOptions& options = {}, RuntimeType&& runtime = RuntimeType{},
            Progress&& progress = Progress{},
            const std::optional<BasicOperationCursor<typename S::traits>>& resume = {}) {
  using T = typename S::traits;
  return detail::run_operation(store, policy, detail::EnvironmentRoleDeletion<T>(role, options),
                               runtime, progress, resume);
}

template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>,
          class Progress = NoOperationProgress>
[[nodiscard]] tl::expected<OperationResult, Failure<S>> delete_organization_role(
    S& store, const MembershipPolicy<Rules...>& policy,
    const typename S::traits::OrganizationId& organization, std::string_view role,
    const RoleDeletionOptions& options = {}, RuntimeType&& runtime = RuntimeType{},
    Progress&& progress = Progress{},
    const std::optional<BasicOperationCursor<typename S::traits>>& resume = {}) {
  using T = typename S::traits;
  return detail::run_operation(store, policy,
                               detail::OrganizationRoleDeletion<T>(role, options, organization),
                               runtime, progress, resume);
}

template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>,
          class Progress = NoOperationProgress>
[[nodiscard]] tl::expected<OperationResult, Failure<S>>
delete_permission(S& store, const MembershipPolicy<Rules...>& policy, std::string_view permission,
                  RuntimeType&& runtime = RuntimeType{}, Progress&& progress = Progress{},
                  const std::optional<BasicOperationCursor<typename S::traits>>& resume = {}) {
  using T = typename S::traits;
  return detail::run_operation(store, policy, detail::PermissionDeletion<T>(permission), runtime,
                               progress, resume);
}

template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>,
          class Progress = NoOperationProgress>
[[nodiscard]] tl::expected<OperationResult, Failure<S>>
disable_multiple_roles(S& store, const MembershipPolicy<Rules...>& policy,
                       RuntimeType&& runtime = RuntimeType{}, Progress&& progress = Progress{},
                       const std::optional<BasicOperationCursor<typename S::traits>>& resume = {}) {
  using T = typename S::traits;
  return detail::run_operation(store, policy, detail::MultipleRolesOff<T>{}, runtime, progress,
                               resume);
}

template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>,
          class Progress = NoOperationProgress>
[[nodiscard]] tl::expected<OperationResult, Failure<S>>
name_owner_role(S& store, const MembershipPolicy<Rules...>& policy, std::string_view role,
                RuntimeType&& runtime = RuntimeType{}, Progress&& progress = Progress{},
                const std::optional<BasicOperationCursor<typename S::traits>>& resume = {}) {
  using T = typename S::traits;
  return detail::run_operation(store, policy, detail::OwnerRoleNaming<T>(role), runtime, progress,
                               resume);
}

template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>,
          class Progress = NoOperationProgress>
[[nodiscard]] tl::expected<OperationResult, Failure<S>>
unname_owner_role(S& store, const MembershipPolicy<Rules...>& policy,
                  RuntimeType&& runtime = RuntimeType{}, Progress&& progress = Progress{},
                  const std::optional<BasicOperationCursor<typename S::traits>>& resume = {}) {
  using T = typename S::traits;
  return detail::run_operation(store, policy, detail::OwnerRoleNaming<T>(std::nullopt), runtime,
                               progress, resume);
}

}  // namespace membership::inline v0

// membership/driver/marks.hpp

namespace membership::inline v0 {

enum class MarkKind : std::uint8_t {
  organization_deletion,
  user_deletion,
  organization_role_deletion,
  role_deletion,
  permission_deletion,
  multiple_roles_off,
  owner_role_naming,
};

template <class T>
struct BasicMark {
  MarkKind kind;
  Phase phase = Phase::live;  ///< of the marked row; naming an owner role has none of its own
  std::uint64_t generation = 0;
  std::optional<typename T::OrganizationId> organization{};  ///< the marked one, or the role's
  std::optional<typename T::UserId> user{};
  std::optional<RoleSlug> role{};  ///< the marked one, or the owner role that is being named
  std::optional<PermissionSlug> permission{};
};

template <class S>
struct FinishedMark {
  BasicMark<typename S::traits> mark;
  tl::expected<OperationResult, Failure<S>> result;
};

namespace detail {

template <class T>
void add_role_marks(RoleTable roles, MarkKind kind,
                    const std::optional<typename T::OrganizationId>& organization,
                    std::vector<BasicMark<T>>& marks) {
  for (unsigned place = 0; place < roles.size(); ++place) {
    if (!roles.has(place) || roles[place].phase == Phase::live) continue;
    BasicMark<T>& mark = marks.emplace_back(
        BasicMark<T>{kind, roles[place].phase, roles[place].generation, organization});
    mark.role = roles[place].slug;
  }
}

template <class T>
void add_environment_marks(const BasicSnapshot<T>& seen, std::vector<BasicMark<T>>& marks) {
  const EnvironmentState& environment = seen.environment;
  add_role_marks<T>(seen.roles.environment(), MarkKind::role_deletion, std::nullopt, marks);
  const PermissionTable permissions = seen.roles.permission_table();
  for (unsigned place = 0; place < permissions.size(); ++place) {
    const PermissionState& permission = permissions[place];
    if (!permissions.has(place) || permission.phase == Phase::live) continue;
    marks
        .emplace_back(
            BasicMark<T>{MarkKind::permission_deletion, permission.phase, permission.generation})
        .permission = permission.slug;
  }
  if (environment.phase == Phase::closing) {
    marks.emplace_back(
        BasicMark<T>{MarkKind::multiple_roles_off, environment.phase, environment.generation});
  }
  if (environment.names_owner_role()) {
    BasicMark<T>& mark = marks.emplace_back(
        BasicMark<T>{MarkKind::owner_role_naming, Phase::live, environment.owner_generation});
    const RoleState* const role = seen.roles.at(environment.next_owner_role);
    if (role != nullptr) mark.role = role->slug;
  }
}

template <class I, class Query, class S, class Filter>
[[nodiscard]] tl::expected<std::vector<I>, typename S::Failure> list_marked(S& store,
                                                                            Filter filter) {
  using Ids = tl::expected<std::vector<I>, typename S::Failure>;
  filter.marked = true;
  std::vector<I> ids;
  Page<I> page;
  page.limit = operation_page;
  for (bool more = true; more;) {
    if (!ids.empty()) page.after = ids.back();
    auto rows = copy_rows<I>(store, *Query::make(page, filter),
                             [](const auto& row) { return row.state.id; });
    if (!rows) return Ids(tl::unexpect, std::move(rows.error()));
    more = (*rows).more;
    for (const I& id : (*rows).rows) ids.push_back(id);
  }
  return Ids(tl::in_place, std::move(ids));
}

}  // namespace detail

template <class S, class T = typename S::traits>
[[nodiscard]] tl::expected<std::vector<BasicMark<T>>, typename S::Failure> list_marks(S& store) {
  using Result = tl::expected<std::vector<BasicMark<T>>, typename S::Failure>;
  std::vector<BasicMark<T>> marks;
  const auto organizations =
      detail::list_marked<typename T::OrganizationId, BasicOrganizationQuery<T>>(
          store, OrganizationFilter{});
  if (!organizations) return Result(tl::unexpect, organizations.error());
  for (const auto& id : *organizations) {
    const auto seen = store.load(detail::organization_reads<T>(id));
    if (!seen) return Result(tl::unexpect, seen.error());
    if (!(*seen).organization) continue;
    const auto& state = *(*seen).organization;
    if (state.phase == Phase::deleting) {
      marks.emplace_back(
          BasicMark<T>{MarkKind::organization_deletion, state.phase, state.generation, id});
    } else {
      detail::add_role_marks<T>((*seen).roles.organization(), MarkKind::organization_role_deletion,
                                id, marks);
    }
  }
  const auto users =
      detail::list_marked<typename T::UserId, BasicUserQuery<T>>(store, BasicUserFilter<T>{});
  if (!users) return Result(tl::unexpect, users.error());
  for (const auto& id : *users) {
    BasicReads<T> reads;
    reads.user = &id;
    const auto seen = store.load(reads);
    if (!seen) return Result(tl::unexpect, seen.error());
    if (!(*seen).user || (*seen).user->phase == Phase::live) continue;
    marks.emplace_back(BasicMark<T>{MarkKind::user_deletion, (*seen).user->phase,
                                    (*seen).user->generation, std::nullopt, id});
  }
  const auto seen = store.load(BasicReads<T>{});
  if (!seen) return Result(tl::unexpect, seen.error());
  detail::add_environment_marks(*seen, marks);
  return Result(tl::in_place, std::move(marks));
}

template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>,
          class Progress = NoOperationProgress>
[[nodiscard]] auto finish_mark(S& store, const MembershipPolicy<Rules...>& policy,
                               const BasicMark<typename S::traits>& mark,
                               RuntimeType&& runtime = RuntimeType{},
                               Progress&& progress = Progress{}) {
  using T = typename S::traits;
  const BasicOperationCursor<T> cursor{mark.generation, std::nullopt};
  const auto run = [&](auto operation) {
    return detail::run_operation(store, policy, std::move(operation), runtime, progress, cursor);
  };
  const std::optional<std::string_view> role =
      mark.role ? std::optional(mark.role->view()) : std::nullopt;
  switch (mark.kind) {
    case MarkKind::organization_deletion:
      if (!mark.organization) break;
      return run(detail::OrganizationDeletion<T>(*mark.organization));
    case MarkKind::user_deletion:
      if (!mark.user) break;
      return run(detail::UserDeletion<T>(*mark.user));
    case MarkKind::organization_role_deletion:
      if (!role || !mark.organization) break;
      return run(
          detail::OrganizationRoleDeletion<T>(*role, RoleDeletionOptions{}, mark.organization));
    case MarkKind::role_deletion:
      if (!role) break;
      return run(detail::EnvironmentRoleDeletion<T>(*role, RoleDeletionOptions{}));
    case MarkKind::permission_deletion:
      if (!mark.permission) break;
      return run(detail::PermissionDeletion<T>(mark.permission->view()));
    case MarkKind::multiple_roles_off: return run(detail::MultipleRolesOff<T>{});
    case MarkKind::owner_role_naming: return run(detail::OwnerRoleNaming<T>(role));
  }
  return tl::expected<OperationResult, Failure<S>>(
      tl::unexpect, Failure<S>{FailureKind::refused, 0, Error{ErrorCode::operation_superseded}});
}

template <class S, class... Rules, class RuntimeType = SystemRuntime<typename S::traits>,
          class Progress = NoOperationProgress>
[[nodiscard]] tl::expected<std::vector<FinishedMark<S>>, typename S::Failure>
finish_marked(S& store, const MembershipPolicy<Rules...>& policy,
              RuntimeType&& runtime = RuntimeType{}, Progress&& progress = Progress{}) {
  using Result = tl::expected<std::vector<FinishedMark<S>>, typename S::Failure>;
  auto marks = list_marks(store);
  if (!marks) return Result(tl::unexpect, std::move(marks.error()));
  std::vector<FinishedMark<S>> finished;
  finished.reserve((*marks).size());
  for (const auto& mark : *marks) {
    finished.push_back(FinishedMark<S>{mark, finish_mark(store, policy, mark, runtime, progress)});
  }
  return Result(tl::in_place, std::move(finished));
}

using Mark = BasicMark<DefaultTraits>;

}  // namespace membership::inline v0

// membership/driver/tokens.hpp

namespace membership::inline v0 {

template <class Tokens>
concept TokenSource = requires(Tokens& tokens, PlanId plan) {
  { tokens.token(plan) } -> std::convertible_to<std::string_view>;
};

template <class Digest>
concept TokenDigestFunction = requires(Digest& digest, std::string_view token) {
  { digest(token) } -> std::same_as<TokenDigest>;
};

template <class T, TokenSource Tokens, TokenDigestFunction Digest>
struct InvitationIds : UlidIds<T> {
  Tokens tokens;
  Digest digest;

  constexpr explicit InvitationIds(Tokens source = {}, Digest function = {})
      : tokens(std::move(source)), digest(std::move(function)) {}

  TokenDigest token_digest(PlanId plan) {
    const auto token = tokens.token(plan);
    return digest(std::string_view(token));
  }
};

}  // namespace membership::inline v0

// membership/domain/error_message.hpp

namespace membership::inline v0 {

namespace detail {
constexpr std::string_view entity_name(Field field) noexcept {
  if (field == Field::user_id) return "User";
  if (field == Field::organization_id) return "Organization";
  if (field == Field::organization_membership_id) return "Organization Membership";
  if (field == Field::event_id) return "Event";
  if (field == Field::invitation_id || field == Field::invitation_token) return "Invitation";
  if (field == Field::inviter_user_id) return "User";
  if (field == Field::permission_id || field == Field::permission_slug) return "Permission";
  return "Role";
}

constexpr std::string_view fault_phrase(ErrorCode code) noexcept {
  if (code == ErrorCode::empty) return " must not be empty.";
  if (code == ErrorCode::too_long) return " is too long.";
  if (code == ErrorCode::not_utf8) return " must be UTF-8 without NUL.";
  if (code == ErrorCode::out_of_range) return " is out of range.";
  if (code == ErrorCode::duplicate) return " names the same value twice.";
  if (code == ErrorCode::incomplete) return " does not name every role.";
  return " is malformed.";
}
}  // namespace detail

[[nodiscard]] inline std::string message(const Error& error) {
  const std::string subject(error.subject.view());
  switch (error.code) {
    case ErrorCode::empty:
    case ErrorCode::too_long:
    case ErrorCode::not_utf8:
    case ErrorCode::malformed:
    case ErrorCode::out_of_range:
    case ErrorCode::duplicate:
    case ErrorCode::incomplete:
      return std::string(to_string(error.field)).append(detail::fault_phrase(error.code));
    case ErrorCode::missing_user_id_or_organization_id:
      return "Either a user id or an organization id is required.";
    case ErrorCode::several_organizations: return "The commands name more than one organization.";
    case ErrorCode::entity_not_found:
      return std::string(detail::entity_name(error.field)) + " not found: '" + subject + "'.";
    case ErrorCode::id_already_used:
      return std::string(detail::entity_name(error.field)) + " '" + subject + "' exists already.";
    case ErrorCode::invalid_role: return "Role '" + subject + "' is not a valid role.";
    case ErrorCode::sub_resource_scoped_role_not_allowed:
      return "Role '" + subject + "' is not a role of organizations.";
    case ErrorCode::multiple_roles_not_enabled:
      return "Several roles were given, but Multiple Roles is not enabled.";
    case ErrorCode::default_role_missing:
      return "The default role '" + subject + "' cannot be given.";
    case ErrorCode::default_role_is_owner:
      return "The owner role '" + subject + "' cannot be the default role.";
    case ErrorCode::role_slug_conflict: return "A role '" + subject + "' exists already.";
    case ErrorCode::organization_role_slug_conflict:
      return "The organization has a role '" + subject + "' already.";
    case ErrorCode::permission_slug_conflict:
      return "A permission '" + subject + "' exists already.";
    case ErrorCode::permission_limit_reached: return "There is no room for another permission.";
    case ErrorCode::owner_role_missing: return "The organization goes by no owner role.";
    case ErrorCode::not_an_owner:
      return "Organization Membership '" + subject + "' holds no owner role.";
    case ErrorCode::operation_superseded: return "The operation was taken back or begun anew.";
    case ErrorCode::operation_unfinished: return "The operation has more to do.";
    case ErrorCode::mark_in_use: return "The operation has begun and cannot be taken back.";
    case ErrorCode::last_owner_required: return "The organization must keep an active owner.";
    case ErrorCode::role_not_grantable:
      return "Role '" + subject + "' grants more than the actor may.";
    case ErrorCode::seat_limit_reached: return "The organization has no seat left.";
    case ErrorCode::external_id_already_used:
      return "The external id '" + subject + "' is in use already.";
    case ErrorCode::stripe_customer_id_already_used:
      return "The Stripe customer id '" + subject + "' is in use already.";
    case ErrorCode::domain_already_exists:
      return "An Organization with the domain " + subject + " already exists.";
    case ErrorCode::invalid_metadata: return "The metadata is over a limit, or is not valid text.";
    case ErrorCode::role_required:
      return "Role '" + subject + "' is the default, the owner role or a replacement.";
    case ErrorCode::role_has_assignments: return "Role '" + subject + "' is in use.";
    case ErrorCode::system_permission:
      return "Permission '" + subject + "' is one of the system's and cannot be deleted.";
    case ErrorCode::expires_in_days_too_short: return "An invitation lasts at least 1 day.";
    case ErrorCode::expires_in_days_too_long: return "An invitation lasts at most 30 days.";
    case ErrorCode::user_already_organization_member:
      return "The user is a member of the organization already.";
    case ErrorCode::user_already_exists: return "A user with this email exists already.";
    case ErrorCode::email_already_invited_to_organization:
      return "This email has been invited to the organization already.";
    case ErrorCode::email_already_invited: return "This email has been invited already.";
    case ErrorCode::invite_not_pending: return "Invite is not pending.";
    case ErrorCode::invite_accepted: return "Invite has already been accepted.";
    case ErrorCode::invite_revoked: return "Invite has been revoked.";
    case ErrorCode::invite_expired: return "Invite has expired.";
    case ErrorCode::role_limit_reached: return "There is no room for another role.";
    case ErrorCode::cannot_reactivate_pending_organization_membership:
      return "A pending organization membership cannot be reactivated.";
    case ErrorCode::cannot_deactivate_pending_organization_membership:
      return "A pending organization membership cannot be deactivated.";
    case ErrorCode::organization_membership_already_exists:
      return "The user is an active member of the organization: '" + subject + "'.";
    case ErrorCode::membership_not_active:
      return "Organization Membership '" + subject + "' is not active.";
    case ErrorCode::directory_managed:
      return "Organization Membership '" + subject + "' is managed by a directory.";
    case ErrorCode::email_not_available: return "This email is not available.";
    case ErrorCode::invalid_invite: return "The invited user is a member already.";
    case ErrorCode::missing_id:
      return std::string("The context has no ").append(to_string(error.field)).append(".");
    case ErrorCode::rule_refused: return "Refused by rule " + std::to_string(error.detail) + ".";
  }
  return "Unknown error.";
}

}  // namespace membership::inline v0

// membership/domain/fixed_catalogue.hpp

namespace membership::inline v0 {

struct RoleDefinition {
  std::string_view slug;
  std::span<const std::string_view> permissions{};  ///< slugs
  bool of_organizations = true;
};

struct CatalogueDefinition {
  std::span<const RoleDefinition> roles;
  std::span<const std::string_view> permissions;
  std::string_view default_role;
};

[[nodiscard]] constexpr tl::expected<RoleIndex, Error>
check_catalogue(const CatalogueDefinition& catalogue) noexcept {
  using Result = tl::expected<RoleIndex, Error>;
  const auto fail = [](ErrorCode code, Field field, std::size_t at, std::string_view text) {
    return Result(tl::unexpect,
                  Error{code, field, static_cast<std::uint16_t>(at), subject_of_text(text)});
  };
  const auto& permissions = catalogue.permissions;
  for (std::size_t at = 0; at < permissions.size(); ++at) {
    const auto made = PermissionSlug::make(permissions[at]);
    if (!made) return fail(made.error().code, Field::permission_slug, at, permissions[at]);
    for (std::size_t other = 0; other < at; ++other) {
      if (permissions[at] == permissions[other]) {
        return fail(ErrorCode::permission_slug_conflict, Field::permission_slug, at,
                    permissions[at]);
      }
    }
    if (at == PermissionSet::capacity) {
      return fail(ErrorCode::permission_limit_reached, Field::permission_slug, at, permissions[at]);
    }
  }
  const auto& roles = catalogue.roles;
  RoleIndex standard = RoleIndex::none();
  for (std::size_t at = 0; at < roles.size(); ++at) {
    const RoleDefinition& role = roles[at];
    const auto made = RoleSlug::make(role.slug);
    if (!made) return fail(made.error().code, Field::role_slug, at, role.slug);
    for (std::size_t other = 0; other < at; ++other) {
      if (role.slug == roles[other].slug) {
        return fail(ErrorCode::role_slug_conflict, Field::role_slug, at, role.slug);
      }
    }
    if (at == RoleIndex::per_table) {
      return fail(ErrorCode::role_limit_reached, Field::role_slug, at, role.slug);
    }
    for (const std::string_view granted : role.permissions) {
      bool known = false;
      for (const std::string_view permission : permissions) known = known || permission == granted;
      if (!known) return fail(ErrorCode::entity_not_found, Field::permission_slug, at, granted);
    }
    if (role.slug == catalogue.default_role && role.of_organizations) {
      standard = RoleIndex::environment(static_cast<unsigned>(at));
    }
  }
  if (standard.is_none()) {
    return fail(ErrorCode::default_role_missing, Field::default_role, 0, catalogue.default_role);
  }
  return Result(tl::in_place, standard);
}

namespace detail {
constexpr RoleState define_role(const RoleDefinition& role,
                                std::span<const std::string_view> permissions) noexcept {
  PermissionSet granted;
  for (unsigned i = 0; i < permissions.size(); ++i) {
    for (const std::string_view slug : role.permissions) {
      if (slug == permissions[i]) granted.insert(i);
    }
  }
  return RoleState(RoleSlug::from_stored(role.slug), role.of_organizations, granted);
}

inline void the_catalogue_has_a_malformed_slug() {}
inline void the_catalogue_has_a_slug_twice() {}
inline void the_catalogue_is_too_large() {}
inline void the_catalogue_grants_an_unknown_permission() {}
inline void the_default_role_of_the_catalogue_cannot_be_given() {}
}  // namespace detail

template <std::size_t Roles, std::size_t Permissions>
class FixedCatalogue {
 public:
  constexpr RoleCatalogue view() const noexcept {
    return RoleCatalogue(RoleTable(roles_, Roles), {}, nullptr, nullptr,
                         PermissionTable(permissions_, Permissions));
  }
  constexpr RoleIndex default_role() const noexcept { return default_role_; }

 private:
  template <std::size_t R, std::size_t P>
  friend consteval FixedCatalogue<R, P> fixed_catalogue(const RoleDefinition (&roles)[R],
                                                        const std::string_view (&permissions)[P],
                                                        std::string_view default_role);

  template <std::size_t... R, std::size_t... P>
  constexpr FixedCatalogue(const CatalogueDefinition& from, RoleIndex standard,
                           std::index_sequence<R...> /*roles*/,
                           std::index_sequence<P...> /*permissions*/) noexcept
      : roles_{detail::define_role(from.roles[R], from.permissions)...},
        permissions_{PermissionState(PermissionSlug::from_stored(from.permissions[P]))...},
        default_role_(standard) {}

  RoleState roles_[Roles];
  PermissionState permissions_[Permissions];
  RoleIndex default_role_;
};

template <std::size_t R, std::size_t P>
consteval FixedCatalogue<R, P> fixed_catalogue(const RoleDefinition (&roles)[R],
                                               const std::string_view (&permissions)[P],
                                               std::string_view default_role) {
  const CatalogueDefinition definition{roles, permissions, default_role};
  const tl::expected<RoleIndex, Error> checked = check_catalogue(definition);
  if (!checked) {
    const ErrorCode code = checked.error().code;
    if (code == ErrorCode::permission_slug_conflict || code == ErrorCode::role_slug_conflict) {
      detail::the_catalogue_has_a_slug_twice();
    } else if (code == ErrorCode::permission_limit_reached ||
               code == ErrorCode::role_limit_reached) {
      detail::the_catalogue_is_too_large();
    } else if (code == ErrorCode::entity_not_found) {
      detail::the_catalogue_grants_an_unknown_permission();
    } else if (code == ErrorCode::default_role_missing) {
      detail::the_default_role_of_the_catalogue_cannot_be_given();
    } else {
      detail::the_catalogue_has_a_malformed_slug();
    }
  }
  return FixedCatalogue<R, P>(definition, *checked, std::make_index_sequence<R>{},
                              std::make_index_sequence<P>{});
}

}  // namespace membership::inline v0

// membership/domain/hash.hpp

namespace membership::inline v0 {
namespace detail {

constexpr std::uint64_t folded_product_of_halves(std::uint64_t a, std::uint64_t b) noexcept {
  constexpr std::uint64_t half = 0xFFFF'FFFFu;
  const std::uint64_t low = (a & half) * (b & half);
  const std::uint64_t left = (a >> 32) * (b & half) + (low >> 32);
  const std::uint64_t right = (a & half) * (b >> 32) + (left & half);
  const std::uint64_t high = (a >> 32) * (b >> 32) + (left >> 32) + (right >> 32);
  return (right << 32 | (low & half)) ^ high;
}
constexpr std::uint64_t folded_product(std::uint64_t a, std::uint64_t b) noexcept {
#ifdef __SIZEOF_INT128__
  __extension__ using Wide = unsigned __int128;
  const Wide product = Wide{a} * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
#else
  return folded_product_of_halves(a, b);
#endif
}

inline std::uint64_t hash_bytes(std::string_view bytes) noexcept {
  constexpr std::uint64_t odd = 0x9FB21C651E98DF25u;
  constexpr std::uint64_t other = 0xD6E8FEB86659FD93u;
  const auto fold = [](std::uint64_t hash, const char* first, const char* second) {
    return folded_product(word_at<std::uint64_t>(first) ^ odd,
                          word_at<std::uint64_t>(second) ^ hash);
  };
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  std::uint64_t hash = bytes.size() * other;
  if (bytes.size() >= 16) {
    for (; end - at > 16; at += 16) hash = fold(hash, at, at + 8);
    hash = fold(hash, end - 16, end - 8);
  } else if (bytes.size() >= 8) {
    hash = fold(hash, at, end - 8);
  } else {
    std::uint64_t word = bytes.size();
    for (; at != end; ++at) word = (word << 8) | static_cast<unsigned char>(*at);
    word = (word ^ (word >> 32)) * odd;
    word = (word ^ (word >> 29)) * other;
    return word ^ (word >> 32);
  }
  return folded_product(hash ^ odd, other);
}

template <class I>
std::uint64_t hash_id(const I& id) noexcept {
  if constexpr (TextId<I>) {
    return hash_bytes(id.view());
  } else if constexpr (std::is_same_v<I, std::string_view>) {
    return hash_bytes(id);
  } else {
    const std::uint64_t hash = std::hash<I>{}(id);
    return hash_bytes({reinterpret_cast<const char*>(&hash), sizeof hash});
  }
}

}  // namespace detail
}  // namespace membership::inline v0

// membership/domain/parse.hpp

namespace membership::inline v0 {

namespace detail {
constexpr int base32_value(char c) noexcept {
  for (int i = 0; i < 32; ++i) {
    if (base32[i] == c) return i;
  }
  return -1;
}
}  // namespace detail

constexpr std::optional<Ulid> parse_ulid(std::string_view text) noexcept {
  if (text.size() != Ulid::text_size || text[0] > '7') return std::nullopt;
  Ulid value;
  for (const char c : text) {
    const int digit = detail::base32_value(c);
    if (digit < 0) return std::nullopt;
    value.high = (value.high << 5) | (value.low >> 59);
    value.low = (value.low << 5) | static_cast<std::uint64_t>(digit);
  }
  return value;
}

constexpr std::optional<EventId> parse_event_id(std::string_view text) noexcept {
  const std::optional<Ulid> value = parse_ulid(text);
  return value ? std::optional<EventId>(EventId{*value}) : std::nullopt;
}

constexpr bool is_minted_form(std::string_view text, std::string_view prefix) noexcept {
  return text.substr(0, prefix.size()) == prefix &&
         parse_ulid(text.substr(prefix.size() < text.size() ? prefix.size() : text.size()))
             .has_value();
}

constexpr std::optional<EventType> parse_event_type(std::string_view text) noexcept {
  constexpr EventType last = EventType::invitation_resent;
  for (unsigned value = 1; value <= static_cast<unsigned>(last); ++value) {
    const EventType type = static_cast<EventType>(value);
    if (to_string(type) == text) return type;
  }
  return std::nullopt;
}

constexpr std::optional<Status> parse_status(std::string_view text) noexcept {
  for (const Status status : {Status::pending, Status::active, Status::inactive}) {
    if (to_string(status) == text) return status;
  }
  return std::nullopt;
}

}  // namespace membership::inline v0

// membership/fwd.hpp

namespace membership::inline v0 {

template <class Tag, std::size_t Capacity>
class Id;
struct DefaultTraits;
struct Error;
class Time;

template <class T>
struct BasicOrganizationMembership;
template <class T>
struct BasicOrganizationState;
template <class T>
struct BasicUserState;
struct EnvironmentState;
class RoleCatalogue;
class RoleSelection;

template <class T>
struct BasicReads;
template <class T>
struct BasicSnapshot;
template <class T>
struct BasicContext;
template <class T>
struct BasicPlan;
struct PolicyOptions;
template <class... Rules>
class MembershipPolicy;

template <class T>
struct BasicCreateMembership;
template <class T>
struct BasicUpdateRoles;
template <class T>
struct BasicDeactivateMembership;
template <class T>
struct BasicReactivateMembership;
template <class T>
struct BasicDeleteMembership;

template <class T>
class BasicMemoryStore;

using OrganizationMembership = BasicOrganizationMembership<DefaultTraits>;
using OrganizationState = BasicOrganizationState<DefaultTraits>;
using UserState = BasicUserState<DefaultTraits>;
using Reads = BasicReads<DefaultTraits>;
using Snapshot = BasicSnapshot<DefaultTraits>;
using Context = BasicContext<DefaultTraits>;
using Plan = BasicPlan<DefaultTraits>;
using CreateMembership = BasicCreateMembership<DefaultTraits>;
using UpdateRoles = BasicUpdateRoles<DefaultTraits>;
using DeactivateMembership = BasicDeactivateMembership<DefaultTraits>;
using ReactivateMembership = BasicReactivateMembership<DefaultTraits>;
using DeleteMembership = BasicDeleteMembership<DefaultTraits>;
using MemoryStore = BasicMemoryStore<DefaultTraits>;

}  // namespace membership::inline v0

// membership/policy/explain.hpp

namespace membership::inline v0 {

namespace detail {
constexpr std::string_view phrase(RoleSource source) noexcept {
  switch (source) {
    case RoleSource::none: return "not asked about";
    case RoleSource::requested: return "requested";
    case RoleSource::organization_default: return "the organization's default";
    case RoleSource::environment_default: return "the environment's default";
    case RoleSource::member_default: return "'member', because no default is set";
    case RoleSource::retained: return "those it had";
  }
  return "";
}

constexpr std::string_view phrase(Trace::About subject) noexcept {
  switch (subject) {
    case Trace::About::lifecycle: return "membership";
    case Trace::About::user: return "user";
    case Trace::About::organization: return "organization";
    case Trace::About::environment_role: return "environment role";
    case Trace::About::organization_role: return "organization role";
    case Trace::About::permission: return "permission";
    case Trace::About::transfer: return "transfer of ownership";
    case Trace::About::default_role: return "default role";
    case Trace::About::priority_order: return "priority order";
    case Trace::About::multiple_roles: return "Multiple Roles";
    case Trace::About::owner_role: return "owner role";
    case Trace::About::seats: return "seats";
    case Trace::About::invitation: return "invitation";
  }
  return "";
}

inline void append_roles(std::string& text, const RoleCatalogue& catalogue, RoleSet roles) {
  std::string_view separator;
  catalogue.for_each_in_order(roles, [&](RoleIndex index) {
    text += separator;
    const std::string_view slug = catalogue.slug(index);
    text += slug.empty() ? std::string_view("(a role that is gone)") : slug;
    separator = ", ";
  });
  if (roles.empty()) text += "none";
}
}  // namespace detail

template <class T>
[[nodiscard]] std::string explain(const BasicPlan<T>& plan, const RoleCatalogue& catalogue) {
  std::string text;
  if (plan.trace.about == Trace::About::lifecycle) {
    text += "rule: ";
    text += to_string(plan.trace.command);
    text += " on ";
    text += to_string(plan.trace.standing);
  } else {
    text += "rule: ";
    text += detail::phrase(plan.trace.about);
  }
  text += "\noutcome: ";
  text += to_string(plan.outcome);
  if (plan.membership) {
    text += "\nroles: ";
    detail::append_roles(text, catalogue, plan.membership->after.roles);
    if (plan.trace.role_source != RoleSource::none) {
      text += " (";
      text += detail::phrase(plan.trace.role_source);
      text += ')';
    }
    if (!plan.trace.dropped.empty()) {
      text += "\ndropped: ";
      detail::append_roles(text, catalogue, plan.trace.dropped);
    }
  }
  std::string_view separator = "\nevent: ";
  for_each_event(plan, [&](EventType type, unsigned) {
    text += separator;
    text += to_string(type);
    separator = ", ";
  });
  if (separator.front() == '\n') text += "\nevent: none";
  return text;
}

}  // namespace membership::inline v0

// membership/store/owned/filters.hpp

namespace membership::inline v0 {
namespace detail {

template <class T>
bool fits(const BasicMembershipFilter<T>& filter, Status status, RoleSet roles) noexcept {
  return filter.statuses.contains(status) && (!filter.holder || roles.contains(*filter.holder)) &&
         (!filter.several_roles || roles.several());
}
template <class I>
bool within(const Page<I>& page, const I& id) noexcept {
  const bool ascending = page.direction == Direction::ascending;
  if (page.after && !(ascending ? *page.after < id : id < *page.after)) return false;
  return !page.until || (ascending ? id < *page.until : *page.until < id);
}

template <class T>
bool fits(const BasicInvitationFilter<T>& filter, const BasicInvitationState<T>& state,
          std::string_view email) noexcept {
  if (filter.organization && !(state.organization == filter.organization)) return false;
  if (filter.open && state.status != InvitationStatus::pending) return false;
  if (filter.role && !(state.role == *filter.role)) return false;
  return !filter.email || EmailKey::folded(email) == *filter.email;
}

template <class T>
bool fits(const BasicEventFilter<T>& filter, const BasicEventRow<T>& row) noexcept {
  if (!filter.types.contains(row.type)) return false;
  if (filter.organization &&
      (row.organization == nullptr || !(*row.organization == *filter.organization))) {
    return false;
  }
  if (filter.from && row.created_at < *filter.from) return false;
  return !filter.before || row.created_at < *filter.before;
}

template <class I>
void sort_ids(std::vector<I>& ids) {
  std::vector<I> merged(ids);
  const std::size_t size = ids.size();
  for (std::size_t width = 1; width < size; width *= 2) {
    for (std::size_t begin = 0; begin < size; begin += 2 * width) {
      const std::size_t middle = size - begin < width ? size : begin + width;
      const std::size_t end = size - middle < width ? size : middle + width;
      std::size_t left = begin;
      std::size_t right = middle;
      for (std::size_t at = begin; at < end; ++at) {
        const bool from_left = right == end || (left < middle && !(ids[right] < ids[left]));
        merged[at] = ids[from_left ? left++ : right++];
      }
    }
    ids.swap(merged);
  }
}

inline bool has_part(std::string_view text, std::string_view part) noexcept {
  for (std::size_t at = 0; at + part.size() <= text.size(); ++at) {
    if (same_domain(text.substr(at, part.size()), part)) return true;
  }
  return false;
}

}  // namespace detail
}  // namespace membership::inline v0

// membership/store/owned/atomic.hpp

namespace membership::inline v0 {
namespace detail {

enum class Order : int {
  relaxed = __ATOMIC_RELAXED,
  acquire = __ATOMIC_ACQUIRE,
  release = __ATOMIC_RELEASE,
  acq_rel = __ATOMIC_ACQ_REL,
};

extern "C" long membership_system_call(long number, ...) noexcept __asm__("syscall");

template <class V>
class Atomic {
  static_assert(std::is_pointer_v<V> || std::is_same_v<V, std::uint32_t> ||
                std::is_same_v<V, std::uint64_t>);

 public:
  constexpr Atomic() noexcept = default;
  constexpr explicit Atomic(V value) noexcept : value_(value) {}
  Atomic(const Atomic&) = delete;
  Atomic& operator=(const Atomic&) = delete;

  V load(Order order) const noexcept { return __atomic_load_n(&value_, static_cast<int>(order)); }
  void store(V value, Order order) noexcept {
    __atomic_store_n(&value_, value, static_cast<int>(order));
  }

  V fetch_add(V by, Order order) noexcept requires std::is_same_v<V, std::uint32_t> {
    return __atomic_fetch_add(&value_, by, static_cast<int>(order));
  }
  V fetch_sub(V by, Order order) noexcept requires std::is_same_v<V, std::uint32_t> {
    return __atomic_fetch_sub(&value_, by, static_cast<int>(order));
  }
  V fetch_and(V bits, Order order) noexcept requires std::is_same_v<V, std::uint32_t> {
    return __atomic_fetch_and(&value_, bits, static_cast<int>(order));
  }

  bool compare_exchange_weak(V& expected, V desired, Order order) noexcept {
    return __atomic_compare_exchange_n(&value_, &expected, desired, true, static_cast<int>(order),
                                       __ATOMIC_RELAXED);
  }
  bool compare_exchange_strong(V& expected, V desired, Order order) noexcept {
    return __atomic_compare_exchange_n(&value_, &expected, desired, false, static_cast<int>(order),
                                       __ATOMIC_RELAXED);
  }

  void wait(V old) const noexcept requires std::is_same_v<V, std::uint32_t> {
    membership_system_call(SYS_futex, &value_, futex_wait_private, old, nullptr);
  }
  void notify_all() noexcept requires std::is_same_v<V, std::uint32_t> {
    membership_system_call(SYS_futex, &value_, futex_wake_private, 0x7FFF'FFFF);
  }

 private:
  static constexpr int futex_wait_private = 128;
  static constexpr int futex_wake_private = 129;

  alignas(std::is_same_v<V, std::uint64_t> ? 8 : alignof(V)) V value_{};
};

}  // namespace detail
}  // namespace membership::inline v0

// membership/store/owned/ref.hpp

namespace membership::inline v0 {
namespace detail {

class Counted {
 public:
  Counted() noexcept = default;
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  template <class V>
  friend class Ref;
  mutable Atomic<std::uint32_t> references_{0};
};

template <class V>
class Ref {
 public:
  Ref() noexcept = default;
  explicit Ref(const V* value) noexcept : value_(value) { retain(); }
  Ref(const Ref& other) noexcept : value_(other.value_) { retain(); }
  Ref(Ref&& other) noexcept : value_(std::exchange(other.value_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~Ref() {
    if (value_ != nullptr && value_->references_.fetch_sub(1, Order::acq_rel) == 1) {
      delete value_;
    }
  }

  const V* get() const noexcept { return value_; }
  const V& operator*() const noexcept { return *value_; }
  const V* operator->() const noexcept { return value_; }
  explicit operator bool() const noexcept { return value_ != nullptr; }

 private:
  void retain() const noexcept {
    if (value_ != nullptr) value_->references_.fetch_add(1, Order::relaxed);
  }
  const V* value_ = nullptr;
};

}  // namespace detail
}  // namespace membership::inline v0

// membership/store/owned/owned_texts.hpp

namespace membership::inline v0 {
namespace detail {

class OwnedProfile {
 public:
  explicit OwnedProfile(const Profile& profile)
      : created_at_(profile.created_at), updated_at_(profile.updated_at),
        email_verified_(profile.email_verified) {
    std::size_t bytes = 0;
    for_each_text(profile, [&](Text text, std::string_view value) {
      set_ = static_cast<std::uint16_t>(set_ | bit(text));
      bytes += sizeof(std::uint32_t) + value.size();
    });
    profile.metadata.for_each([&](std::string_view key, std::string_view value) {
      ++pairs_;
      bytes += key.size() + value.size();
    });
    profile.domains.for_each([&](const OrganizationDomain& domain) {
      ++domains_;
      bytes += domain.domain.size();
    });
    bytes += pairs_ * sizeof(MetadataPair) + domains_ * sizeof(OrganizationDomain);
    if (bytes == 0) return;
    block_ = new char[bytes];
    fill(profile);
  }
  OwnedProfile(const OwnedProfile&) = delete;
  OwnedProfile& operator=(const OwnedProfile&) = delete;
  ~OwnedProfile() { delete[] block_; }

  Profile operator*() const noexcept {
    Profile profile;
    profile.created_at = created_at_;
    profile.updated_at = updated_at_;
    profile.email_verified = email_verified_;
    if (block_ == nullptr) {
      for_each_set([&](Text text) { profile.texts.set(text, std::string_view()); });
      return profile;
    }
    profile.domains = OrganizationDomains(domains(), domains_);
    profile.metadata = Metadata(pairs(), pairs_);
    const char* sizes = texts();
    const char* at = sizes + text_sizes();
    for_each_set([&](Text text) {
      const auto size = word_at<std::uint32_t>(sizes);
      sizes += sizeof size;
      profile.texts.set(text, std::string_view(at, std::size_t{size}));
      at += size;
    });
    return profile;
  }

 private:
  static constexpr unsigned bit(Text text) noexcept { return 1u << static_cast<unsigned>(text); }

  template <class Visit>
  static void for_each_text(const Profile& profile, Visit&& visit) {
    for (std::size_t i = 0; i < text_count; ++i) {
      const Text text = static_cast<Text>(i);
      if (profile.texts.has(text)) visit(text, profile.texts[text]);
    }
  }
  template <class Visit>
  void for_each_set(Visit&& visit) const {
    for (std::size_t i = 0; i < text_count; ++i) {
      const Text text = static_cast<Text>(i);
      if ((set_ & bit(text)) != 0) visit(text);
    }
  }
  std::size_t text_sizes() const noexcept {
    std::size_t size = 0;
    for_each_set([&](Text) { size += sizeof(std::uint32_t); });
    return size;
  }
  OrganizationDomain* domains() const noexcept {
    return reinterpret_cast<OrganizationDomain*>(block_);
  }
  MetadataPair* pairs() const noexcept {
    return reinterpret_cast<MetadataPair*>(block_ + domains_ * sizeof(OrganizationDomain));
  }
  char* texts() const noexcept {
    return block_ + domains_ * sizeof(OrganizationDomain) + pairs_ * sizeof(MetadataPair);
  }

  void fill(const Profile& profile) noexcept {
    char* sizes = texts();
    char* at = sizes + text_sizes();
    const auto copy = [&at](std::string_view text) {
      const char* const begin = at;
      at += text.copy(at, text.size());
      return std::string_view(begin, text.size());
    };
    for_each_text(profile, [&](Text, std::string_view value) {
      const auto size = static_cast<std::uint32_t>(value.size());
      put_word(sizes, size);
      sizes += sizeof size;
      copy(value);
    });
    MetadataPair* pair = pairs();
    profile.metadata.for_each([&](std::string_view key, std::string_view value) {
      const std::string_view own = copy(key);
      ::new (static_cast<void*>(pair++)) MetadataPair{own, copy(value)};
    });
    OrganizationDomain* place = domains();
    profile.domains.for_each([&](const OrganizationDomain& domain) {
      auto* const own = ::new (static_cast<void*>(place++)) OrganizationDomain(domain);
      own->domain = copy(domain.domain);
    });
  }

  char* block_ = nullptr;
  Time created_at_;
  Time updated_at_;
  std::uint32_t pairs_ = 0;
  std::uint16_t domains_ = 0;
  std::uint16_t set_ = 0;
  bool email_verified_;
};
static_assert(alignof(OrganizationDomain) >= alignof(MetadataPair) &&
              alignof(MetadataPair) >= alignof(std::uint32_t) &&
              alignof(OrganizationDomain) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);

class PinnedProfile {
 public:
  explicit PinnedProfile(const Profile& profile) : owned_(profile), shown_(*owned_) {}
  PinnedProfile(const PinnedProfile&) = delete;
  PinnedProfile& operator=(const PinnedProfile&) = delete;

  const Profile& operator*() const noexcept { return shown_; }

 private:
  OwnedProfile owned_;
  Profile shown_;
};

struct ShownProfiles : Counted {
  std::optional<PinnedProfile> organization;
  std::optional<PinnedProfile> user;
  std::optional<PinnedProfile> invitation;
};

}  // namespace detail
}  // namespace membership::inline v0

// membership/store/owned/role_versions.hpp

namespace membership::inline v0 {
namespace detail {

template <class I>
class Detail : public Counted {
 public:
  Detail(const I& id, const Profile& profile) : profile_(profile), named_{id, *profile_} {}
  const Named<I>& operator*() const noexcept { return named_; }

 private:
  OwnedProfile profile_;
  Named<I> named_;
};

template <class State, class I>
struct Catalogued {
  std::vector<State> states;
  std::vector<Ref<Detail<I>>> details;

  SlugTable<State> table() const noexcept { return {states.data(), states.size()}; }

  void put(unsigned place, const State& state, const I& id, const Profile* profile) {
    while (states.size() <= place) {
      states.push_back(State::nothing());
      details.emplace_back();
    }
    states[place] = state;
    if (profile != nullptr) details[place] = Ref<Detail<I>>(new Detail<I>(id, *profile));
  }

  void erase(unsigned place) noexcept {
    states[place] = State::nothing();
    details[place] = Ref<Detail<I>>();
  }

  template <class Write>
  void write(unsigned place, const Write& write, const Profile* profile) {
    if (write.effect == Effect::erase) {
      erase(place);
    } else {
      put(place, write.after, write.id, profile);
    }
  }

  template <class Write>
  bool holds(unsigned place, const Write& write) const noexcept {
    if (write.precondition != Precondition::absent) {
      return table().has(place) && (**details[place]).id == write.id;
    }
    return !table().has(place) &&
           table().find(write.after.key, write.after.slug.view()) == table().size();
  }
};

template <class T>
struct RoleVersion : Counted {
  Catalogued<RoleState, typename T::RoleId> roles;
  RoleOrder order{};
};

template <class T>
struct PermissionVersion : Counted {
  Catalogued<PermissionState, typename T::PermissionId> permissions;
};

template <class T>
const Profile* profile_of(const BasicPlan<T>& plan) noexcept {
  return plan.profile ? &plan.profile->after : nullptr;
}

template <class T>
[[nodiscard]] Ref<RoleVersion<T>> next_roles(const RoleVersion<T>* before,
                                             const BasicPlan<T>& plan) {
  auto* const next = new RoleVersion<T>;
  const Ref<RoleVersion<T>> result(next);
  if (before != nullptr) {
    next->roles = before->roles;
    next->order = before->order;
  }
  if (plan.role) {
    next->roles.write(plan.role->index.place(), *plan.role, profile_of(plan));
  }
  if (plan.order) next->order = *plan.order;
  return result;
}

template <class T>
[[nodiscard]] Ref<PermissionVersion<T>> next_permissions(const PermissionVersion<T>& before,
                                                         const BasicPlan<T>& plan) {
  auto* const next = new PermissionVersion<T>;
  const Ref<PermissionVersion<T>> result(next);
  next->permissions = before.permissions;
  next->permissions.write(plan.permission->index, *plan.permission, profile_of(plan));
  return result;
}

template <class T>
struct EnvironmentVersion : Counted {
  EnvironmentState state{};
  Ref<RoleVersion<T>> roles;
  Ref<PermissionVersion<T>> permissions;
  const EnvironmentVersion* previous = nullptr;
};

template <class T>
RoleCatalogue catalogue_of(const EnvironmentVersion<T>& environment,
                           const RoleVersion<T>* own) noexcept {
  return RoleCatalogue(environment.roles->roles.table(),
                       own == nullptr ? RoleTable{} : own->roles.table(), &environment.roles->order,
                       own == nullptr ? nullptr : &own->order,
                       environment.permissions->permissions.table());
}

}  // namespace detail
}  // namespace membership::inline v0

// membership/store/memory/event_log.hpp

namespace membership::inline v0 {
namespace detail {

template <class T>
struct OtherEvent {
  Slot<typename T::OrganizationId> organization{};
  Slot<typename T::UserId> user{};
  Slot<typename T::RoleId> role_id{};
  Slot<RoleState> role{};
  Slot<typename T::PermissionId> permission_id{};
  Slot<PermissionState> permission{};
  Slot<BasicInvitationState<T>> invitation{};
  RoleSet held{};
  RoleIndex first_requested = RoleIndex::none();
  OwnedProfile profile;
  const PinnedProfile* profile_before;
  Slot<RoleState> role_before{};

  explicit OtherEvent(const Profile& after, const Profile* before = nullptr)
      : profile(after), profile_before(before == nullptr ? nullptr : new PinnedProfile(*before)) {}
  OtherEvent(const OtherEvent&) = delete;
  OtherEvent& operator=(const OtherEvent&) = delete;
  ~OtherEvent() { delete profile_before; }
};

template <class T>
struct EventRecord {
  EventId id{};
  EventType type = EventType::none;
  Time created_at = Time::from_milliseconds(0);
  std::uint64_t revision = 0;
  Slot<BasicOrganizationMembership<T>> membership{};
  MembershipBefore before{};
  const EnvironmentVersion<T>* environment = nullptr;
  Ref<RoleVersion<T>> own_roles;
  OtherEvent<T>* other = nullptr;
  std::uint64_t earlier = 0;  ///< in the chain of its hash: a position and one; 0: none

  EventRecord() = default;
  EventRecord(const EventRecord&) = delete;
  EventRecord& operator=(const EventRecord&) = delete;
  ~EventRecord() { delete other; }

  void clear() noexcept {
    delete std::exchange(other, nullptr);
    own_roles = Ref<RoleVersion<T>>();
    membership.clear();
    before = {};
    revision = 0;
  }

  BasicEventRow<T> row() const noexcept {
    BasicEventRow<T> row{id, type, created_at};
    row.revision = revision;
    if (environment != nullptr) row.roles = catalogue_of(*environment, own_roles.get());
    row.membership = membership.get();
    row.before = before;
    if (membership) row.organization = &membership->organization;
    if (other != nullptr) {
      row.organization = other->organization.get();
      row.user = other->user.get();
      row.role_id = other->role_id.get();
      row.role = other->role.get();
      row.permission_id = other->permission_id.get();
      row.permission = other->permission.get();
      row.invitation = other->invitation.get();
      row.held = other->held;
      row.first_requested = other->first_requested;
      row.profile = *other->profile;
      if (other->profile_before != nullptr) row.profile_before = &**other->profile_before;
      row.role_before = other->role_before.get();
    }
    return row;
  }
};

template <class T>
class EventLog {
 public:
  explicit EventLog(std::size_t limit)
      : limit_(limit < highest_limit ? limit : highest_limit),
        slots_((limit_ / chunk_size + 2) * chunk_size) {}
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;
  ~EventLog() {
    for (EventRecord<T>* chunk : chunks_) delete[] chunk;
  }

  bool keeps_events() const noexcept { return limit_ > 0; }

  void reserve(std::size_t count) {
    const std::size_t most = count < slots_ ? count : slots_;
    for (std::uint64_t position = end_; position < end_ + most; position += 1) {
      const std::size_t chunk = static_cast<std::size_t>(position % slots_) / chunk_size;
      if (chunk >= chunks_.size()) {
        chunks_.reserve(chunk + 1);
        chunks_.push_back(new EventRecord<T>[chunk_size]);
      }
    }
    if (chunks_.size() * chunk_size > heads_.size()) grow();
  }

  EventRecord<T>& append(EventId id) noexcept {
    if (end_ - begin_ == limit_) ++begin_;
    EventRecord<T>& record = at(end_);
    record.clear();
    record.id = id;
    link(record, end_++);
    return record;
  }

  std::size_t drop(Time time, std::size_t limit) noexcept {
    std::size_t count = 0;
    for (; count < limit && begin_ < end_ && at(begin_).created_at < time; ++count) {
      at(begin_++).clear();
    }
    return count;
  }

  template <class Visit>
  ListEnd list(const BasicEventQuery<T>& query, Visit&& visit) const {
    const bool ascending = query.page().direction == Direction::ascending;
    std::uint64_t low = begin_;
    std::uint64_t high = end_;
    const auto bound = [&](const std::optional<EventId>& cursor, bool lower) {
      if (!cursor) return;
      const std::uint64_t position = find(*cursor);
      if (position == missing) {
        if (!lower) high = low;
        return;
      }
      if (lower) {
        low = position + 1;
      } else {
        high = position;
      }
    };
    bound(query.page().after, ascending);
    bound(query.page().until, !ascending);
    std::size_t shown = 0;
    for (std::uint64_t step = 0; low + step < high; ++step) {
      const EventRecord<T>& record = at(ascending ? low + step : high - 1 - step);
      const BasicEventRow<T> row = record.row();
      if (!detail::fits(query.filter(), row)) continue;
      if (shown == query.page().limit) return {true};
      visit(row);
      ++shown;
    }
    return {false};
  }

 private:
  static constexpr std::size_t chunk_size = 64;
  static constexpr std::size_t highest_limit = std::size_t{1} << 31;
  static constexpr std::uint64_t missing = ~std::uint64_t{0};

  static std::uint32_t hash(EventId id) noexcept {
    const std::uint64_t mixed = (id.value.high ^ (id.value.low * 0x9FB21C651E98DF25u));
    return static_cast<std::uint32_t>(mixed ^ (mixed >> 32));
  }
  EventRecord<T>& at(std::uint64_t position) const noexcept {
    const std::size_t slot = static_cast<std::size_t>(position % slots_);
    return chunks_[slot / chunk_size][slot % chunk_size];
  }
  std::uint64_t find(EventId id) const {
    for (std::uint64_t next = heads_[hash(id) & (heads_.size() - 1)]; next > begin_;) {
      const EventRecord<T>& record = at(next - 1);
      if (record.id == id) return next - 1;
      next = record.earlier;
    }
    return missing;
  }
  void link(EventRecord<T>& record, std::uint64_t position) noexcept {
    std::uint64_t& head = heads_[hash(record.id) & (heads_.size() - 1)];
    record.earlier = std::exchange(head, position + 1);
  }
  void grow() {
    std::vector<std::uint64_t>(std::bit_ceil(chunks_.size() * chunk_size), 0).swap(heads_);
    for (std::uint64_t position = begin_; position < end_; ++position) link(at(position), position);
  }

  std::size_t limit_;
  std::size_t slots_;
  std::vector<EventRecord<T>*> chunks_;
  std::vector<std::uint64_t> heads_ = std::vector<std::uint64_t>(1, 0);  ///< as `earlier`
  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0;
};

}  // namespace detail
}  // namespace membership::inline v0

// membership/store/memory/index_table.hpp

namespace membership::inline v0 {
namespace detail {

class IndexTable {
 public:
  static constexpr std::uint32_t none = 0xFFFFFFFFu;

  IndexTable() noexcept = default;
  IndexTable(const IndexTable&) = delete;
  IndexTable& operator=(const IndexTable&) = delete;
  ~IndexTable() {
    if (mask_ != 0) delete[] slots_;
  }

  template <class Matches>
  std::uint32_t find(std::uint32_t hash, Matches&& matches) const {
    for (std::uint32_t at = hash & mask_;; at = (at + 1) & mask_) {
      const std::uint64_t slot = slots_[at];
      if (slot == 0) return none;
      if (static_cast<std::uint32_t>(slot >> 32) == hash) {
        const std::uint32_t number = static_cast<std::uint32_t>(slot) - 1u;
        if (matches(number)) return number;
      }
    }
  }

  void prefetch(std::uint32_t hash) const noexcept { __builtin_prefetch(&slots_[hash & mask_]); }

  void reserve(std::size_t count) {
    const std::size_t old_capacity = mask_ == 0 ? 0 : std::size_t{mask_} + 1;
    std::size_t capacity = mask_ == 0 ? 8 : old_capacity;
    while ((size_ + count) * 8 > capacity * 7) capacity *= 2;
    if (capacity == old_capacity) return;
    std::uint64_t* const old = std::exchange(slots_, new std::uint64_t[capacity]());
    mask_ = static_cast<std::uint32_t>(capacity - 1);
    for (std::size_t i = 0; i < old_capacity; ++i) {
      if (old[i] != 0) place(old[i]);
    }
    if (old_capacity != 0) delete[] old;
  }

  void insert(std::uint32_t hash, std::uint32_t number) noexcept {
    place((std::uint64_t{hash} << 32) | (number + 1u));
    ++size_;
  }

  void erase(std::uint32_t hash, std::uint32_t number) noexcept {
    const std::uint64_t wanted = (std::uint64_t{hash} << 32) | (number + 1u);
    std::uint32_t hole = hash & mask_;
    while (slots_[hole] != wanted) hole = (hole + 1) & mask_;
    for (std::uint32_t at = (hole + 1) & mask_; slots_[at] != 0; at = (at + 1) & mask_) {
      const std::uint32_t home = static_cast<std::uint32_t>(slots_[at] >> 32) & mask_;
      if (((at - home) & mask_) >= ((at - hole) & mask_)) {
        slots_[hole] = slots_[at];
        hole = at;
      }
    }
    slots_[hole] = 0;
    --size_;
  }

  std::size_t size() const noexcept { return size_; }

 private:
  void place(std::uint64_t slot) noexcept {
    std::uint32_t at = static_cast<std::uint32_t>(slot >> 32) & mask_;
    while (slots_[at] != 0) at = (at + 1) & mask_;
    slots_[at] = slot;
  }

  static inline std::uint64_t nothing = 0;

  std::uint64_t* slots_ = &nothing;
  std::uint32_t mask_ = 0;
  std::uint32_t size_ = 0;
};

}  // namespace detail
}  // namespace membership::inline v0

// membership/store/memory/slab.hpp

namespace membership::inline v0 {
namespace detail {

template <class Record>
class Slab {
 public:
  static constexpr std::uint32_t capacity = (1u << 26) - 1;
  static constexpr std::uint32_t none = 0xFFFFFFFFu;

  Slab() = default;
  Slab(const Slab&) = delete;
  Slab& operator=(const Slab&) = delete;
  ~Slab() {
    for (const Atomic<Record*>& chunk : chunks_) delete[] chunk.load(Order::relaxed);
  }

  [[nodiscard]] bool reserve(std::uint32_t count) {
    if (count <= free_) return true;
    const std::uint64_t end = std::uint64_t{used_} + count - free_;
    if (end > capacity) return false;
    for (std::uint32_t index = used_; index < end;) {
      const Place place = locate(index);
      Atomic<Record*>& chunk = chunks_[place.chunk];
      if (chunk.load(Order::relaxed) == nullptr) {
        chunk.store(new Record[place.size], Order::release);
      }
      index += place.size - place.offset;
    }
    return true;
  }

  void prefetch_next() const noexcept {
    const Place place = locate(free_ == 0 ? used_ : first_free_);
    const Record* const chunk = chunks_[place.chunk].load(Order::relaxed);
    if (chunk == nullptr) return;
    const auto* const record = reinterpret_cast<const char*>(chunk + place.offset);
    for (std::size_t at = 0; at < sizeof(Record); at += 64) __builtin_prefetch(record + at, 1);
  }

  std::uint32_t take() noexcept {
    if (free_ == 0) return used_++;
    --free_;
    const std::uint32_t index = first_free_;
    first_free_ = (*this)[index].next_free;
    return index;
  }
  void give_back(std::uint32_t index) noexcept {
    (*this)[index].next_free = first_free_;
    first_free_ = index;
    ++free_;
  }

  Record& operator[](std::uint32_t index) noexcept {
    const Place place = locate(index);
    return chunks_[place.chunk].load(Order::acquire)[place.offset];
  }
  const Record& operator[](std::uint32_t index) const noexcept {
    const Place place = locate(index);
    return chunks_[place.chunk].load(Order::acquire)[place.offset];
  }

 private:
  static constexpr std::uint32_t unit = 16;

  struct Place {
    std::uint32_t chunk;
    std::uint32_t offset;
    std::uint32_t size;
  };
  static Place locate(std::uint32_t index) noexcept {
    const std::uint64_t moved = index + std::uint64_t{8} * unit;
    const auto shift = (static_cast<std::uint32_t>(std::countl_zero(moved)) ^ 63) - 3;
    const std::uint32_t size = std::uint32_t{1} << shift;
    return {static_cast<std::uint32_t>(moved >> shift) + 8 * (shift - least_shift) - 8,
            static_cast<std::uint32_t>(moved) & (size - 1), size};
  }
  static constexpr std::uint32_t least_shift = std::bit_width(unit) - 1;
  static constexpr std::size_t chunk_count = 160;

  Atomic<Record*> chunks_[chunk_count]{};
  std::uint32_t first_free_ = none;
  std::uint32_t free_ = 0;
  std::uint32_t used_ = 0;
};

}  // namespace detail
}  // namespace membership::inline v0

// membership/store/memory/ordered_index.hpp

namespace membership::inline v0 {
namespace detail {

struct OrderNode {
  static constexpr std::uint32_t room = 13;
  std::uint32_t entries[room];
  std::uint32_t count;
  std::uint32_t previous;
  union {
    std::uint32_t next;
    std::uint32_t next_free;
  };
};

class OrderedIndex {
 public:
  using Nodes = Slab<OrderNode>;
  static constexpr std::uint32_t none = Nodes::none;

  struct Position {
    std::uint32_t node = none;
    std::uint32_t at = 0;
    explicit operator bool() const noexcept { return node != none; }
  };

  [[nodiscard]] bool reserve(Nodes& nodes, std::uint32_t count) {
    if (!nodes.reserve(count)) return false;
    const std::size_t needed = directory_.size() + count;
    if (needed > directory_.capacity()) directory_.reserve(needed + needed / 2);
    return true;
  }

  template <class Records>
  void insert(Nodes& nodes, Records& records, std::uint32_t number) noexcept {
    if (directory_.empty()) {
      add_node(nodes, 0);
      put(nodes, records, directory_[0], 0, number);
      return;
    }
    std::size_t place = directory_.size() - 1;
    const OrderNode& last = nodes[directory_[place]];
    if (records.less(last.entries[last.count - 1], number)) {
      if (last.count == OrderNode::room) add_node(nodes, ++place);
      put(nodes, records, directory_[place], nodes[directory_[place]].count, number);
      return;
    }
    place = node_before(nodes, [&](std::uint32_t entry) { return records.less(entry, number); });
    if (nodes[directory_[place]].count == OrderNode::room) {
      split(nodes, records, place);
      if (records.less(nodes[directory_[place + 1]].entries[0], number)) ++place;
    }
    const std::uint32_t node = directory_[place];
    std::uint32_t at = 0;
    while (at < nodes[node].count && records.less(nodes[node].entries[at], number)) ++at;
    put(nodes, records, node, at, number);
  }

  template <class Records>
  void erase(Nodes& nodes, Records& records, std::uint32_t number) noexcept {
    const std::uint32_t index = records.node(number);
    OrderNode& node = nodes[index];
    if (node.count == 1) {
      const std::size_t place =
          node_before(nodes, [&](std::uint32_t entry) { return records.less(entry, number); });
      drop_node(nodes, directory_[place] == index ? place : place + 1);
      return;
    }
    std::uint32_t at = 0;
    while (node.entries[at] != number) ++at;
    for (--node.count; at < node.count; ++at) node.entries[at] = node.entries[at + 1];
  }

  Position first() const noexcept {
    return directory_.empty() ? Position{} : Position{directory_.front(), 0};
  }
  Position last(const Nodes& nodes) const noexcept {
    return directory_.empty() ? Position{}
                              : Position{directory_.back(), nodes[directory_.back()].count - 1};
  }
  static Position next(const Nodes& nodes, Position position) noexcept {
    const OrderNode& node = nodes[position.node];
    if (position.at + 1 < node.count) return {position.node, position.at + 1};
    return after(node);
  }
  static Position previous(const Nodes& nodes, Position position) noexcept {
    if (position.at > 0) return {position.node, position.at - 1};
    return before(nodes, nodes[position.node]);
  }
  static Position after(const OrderNode& node) noexcept { return {node.next, 0}; }
  static Position before(const Nodes& nodes, const OrderNode& node) noexcept {
    if (node.previous == none) return {};
    return {node.previous, nodes[node.previous].count - 1};
  }
  static std::uint32_t entry(const Nodes& nodes, Position position) noexcept {
    return nodes[position.node].entries[position.at];
  }

  template <class ComesBefore>
  Position lower_bound(const Nodes& nodes, ComesBefore&& comes_before) const noexcept {
    if (directory_.empty()) return {};
    Position position{directory_[node_before(nodes, comes_before)], 0};
    while (position && comes_before(entry(nodes, position))) position = next(nodes, position);
    return position;
  }

 private:
  template <class ComesBefore>
  std::size_t node_before(const Nodes& nodes, ComesBefore&& comes_before) const noexcept {
    std::size_t low = 0;
    std::size_t high = directory_.size();
    while (high - low > 1) {
      const std::size_t middle = low + (high - low) / 2;
      if (comes_before(nodes[directory_[middle]].entries[0])) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  template <class Records>
  static void put(Nodes& nodes, Records& records, std::uint32_t index, std::uint32_t at,
                  std::uint32_t number) noexcept {
    OrderNode& node = nodes[index];
    for (std::uint32_t i = node.count; i > at; --i) node.entries[i] = node.entries[i - 1];
    node.entries[at] = number;
    ++node.count;
    records.node(number) = index;
  }

  void add_node(Nodes& nodes, std::size_t place) noexcept {
    const std::uint32_t index = nodes.take();
    OrderNode& node = nodes[index];
    node.count = 0;
    node.previous = place == 0 ? none : directory_[place - 1];
    node.next = place == directory_.size() ? none : directory_[place];
    if (node.previous != none) nodes[node.previous].next = index;
    if (node.next != none) nodes[node.next].previous = index;
    directory_.insert(directory_.begin() + static_cast<std::ptrdiff_t>(place), index);
  }

  void drop_node(Nodes& nodes, std::size_t place) noexcept {
    const std::uint32_t index = directory_[place];
    const OrderNode& node = nodes[index];
    if (node.previous != none) nodes[node.previous].next = node.next;
    if (node.next != none) nodes[node.next].previous = node.previous;
    directory_.erase(directory_.begin() + static_cast<std::ptrdiff_t>(place));
    nodes.give_back(index);
  }

  template <class Records>
  void split(Nodes& nodes, Records& records, std::size_t place) noexcept {
    add_node(nodes, place + 1);
    OrderNode& full = nodes[directory_[place]];
    OrderNode& fresh = nodes[directory_[place + 1]];
    const std::uint32_t kept = full.count / 2;
    for (std::uint32_t i = kept; i < full.count; ++i) {
      fresh.entries[fresh.count++] = full.entries[i];
      records.node(full.entries[i]) = directory_[place + 1];
    }
    full.count = kept;
  }

  std::vector<std::uint32_t> directory_;
};

}  // namespace detail
}  // namespace membership::inline v0

// membership/store/owned/shared_lock.hpp

namespace membership::inline v0 {
namespace detail {

class SharedLock {
 public:
  void lock() noexcept {
    for (unsigned round = 0;; ++round) {
      std::uint32_t seen = state_.load(Order::relaxed);
      if ((seen & (writer | readers)) == 0) {
        if (state_.compare_exchange_weak(seen, (seen & ~pending) | writer, Order::acquire)) {
          return;
        }
        continue;
      }
      back_off(round, seen, waiters | pending);
    }
  }

  bool try_lock() noexcept {
    std::uint32_t seen = state_.load(Order::relaxed);
    return (seen & (writer | readers)) == 0 &&
           state_.compare_exchange_strong(seen, (seen & ~pending) | writer, Order::acquire);
  }

  void unlock() noexcept {
    const std::uint32_t before = state_.fetch_and(~(writer | waiters), Order::release);
    if ((before & waiters) != 0) state_.notify_all();
  }

  void lock_shared() noexcept {
    for (unsigned round = 0;; ++round) {
      std::uint32_t seen = state_.load(Order::relaxed);
      if ((seen & (writer | pending)) == 0) {
        if (state_.compare_exchange_weak(seen, seen + 1, Order::acquire)) {
          return;
        }
        continue;
      }
      back_off(round, seen, waiters);
    }
  }

  void unlock_shared() noexcept {
    const std::uint32_t before = state_.fetch_sub(1, Order::release);
    if ((before & readers) != 1 || (before & waiters) == 0) return;
    state_.fetch_and(~waiters, Order::relaxed);
    state_.notify_all();
  }

 private:
  static constexpr std::uint32_t writer = 1u << 31;
  static constexpr std::uint32_t waiters = 1u << 30;  ///< somebody may be asleep
  static constexpr std::uint32_t pending = 1u << 29;  ///< a writer waits: no new readers
  static constexpr std::uint32_t readers = pending - 1;
  static constexpr unsigned spins = 256;

  void back_off(unsigned round, std::uint32_t seen, std::uint32_t bits) noexcept {
    if (round >= spins) return sleep(seen, bits);
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
  }

  void sleep(std::uint32_t seen, std::uint32_t bits) noexcept {
    const std::uint32_t marked = seen | bits;
    if (seen != marked && !state_.compare_exchange_strong(seen, marked, Order::relaxed)) {
      return;
    }
    state_.wait(marked);
  }

  Atomic<std::uint32_t> state_{0};
};

class SharedGuard {
 public:
  explicit SharedGuard(SharedLock& lock) noexcept : lock_(lock) { lock_.lock_shared(); }
  ~SharedGuard() { lock_.unlock_shared(); }
  SharedGuard(const SharedGuard&) = delete;
  SharedGuard& operator=(const SharedGuard&) = delete;

 private:
  SharedLock& lock_;
};

class UniqueGuard {
 public:
  explicit UniqueGuard(SharedLock& lock) noexcept : lock_(lock) { lock_.lock(); }
  ~UniqueGuard() { lock_.unlock(); }
  UniqueGuard(const UniqueGuard&) = delete;
  UniqueGuard& operator=(const UniqueGuard&) = delete;

 private:
  SharedLock& lock_;
};

}  // namespace detail
}  // namespace membership::inline v0

// membership/store/memory/invitation_table.hpp

namespace membership::inline v0 {
namespace detail {

enum class InvitationOrder : std::uint8_t { all, organization, email, open };
inline constexpr std::size_t invitation_order_count = 4;

template <class T>
struct InvitationRecord {
  Slot<BasicInvitationState<T>> state;  ///< empty where the record is not in use
  OwnedProfile* profile = nullptr;
  std::uint32_t nodes[invitation_order_count]{};
  std::uint32_t next_free = 0;

  InvitationRecord() noexcept = default;
  InvitationRecord(const InvitationRecord&) = delete;
  InvitationRecord& operator=(const InvitationRecord&) = delete;
  ~InvitationRecord() { delete profile; }

  std::string_view email() const noexcept { return (**profile).texts[Text::email]; }
  bool is_open() const noexcept { return state->status == InvitationStatus::pending; }
};

template <class T>
class InvitationTable {
 public:
  static constexpr std::uint32_t none = IndexTable::none;
  using Record = InvitationRecord<T>;
  using Organization = std::optional<typename T::OrganizationId>;

  mutable SharedLock lock;

  Record& operator[](std::uint32_t number) noexcept { return records_[number]; }
  const Record& operator[](std::uint32_t number) const noexcept { return records_[number]; }

  std::uint32_t find(const typename T::InvitationId& id) const {
    return by_id_.find(hash_of(id), [&](std::uint32_t at) { return records_[at].state->id == id; });
  }
  std::uint32_t find(const TokenDigest& token) const {
    return by_token_.find(hash_of(token),
                          [&](std::uint32_t at) { return records_[at].state->token == token; });
  }
  std::uint32_t find_open(const Organization& organization, const EmailKey& email) const {
    return by_address_.find(hash_of(organization, email), [&](std::uint32_t at) {
      return records_[at].state->organization == organization &&
             EmailKey::folded(records_[at].email()) == email;
    });
  }
  std::uint32_t find_open(const typename T::OrganizationId& organization,
                          const typename T::UserId& user) const {
    return by_member_.find(hash_of(organization, user), [&](std::uint32_t at) {
      const BasicInvitationState<T>& state = *records_[at].state;
      return state.organization == organization && state.user == user;
    });
  }

  [[nodiscard]] bool reserve(std::uint32_t count) {
    for (IndexTable* const table : {&by_id_, &by_token_, &by_address_, &by_member_}) {
      table->reserve(count);
    }
    for (OrderedIndex& order : orders_) {
      if (!order.reserve(nodes_, count * invitation_order_count)) return false;
    }
    return records_.reserve(count);
  }
  std::uint32_t take() noexcept { return records_.take(); }
  void free(std::uint32_t number) noexcept {
    delete std::exchange(records_[number].profile, nullptr);
    records_[number].state.clear();
    records_.give_back(number);
  }

  void link(std::uint32_t number) noexcept {
    for_each_key(number,
                 [number](IndexTable& table, std::uint32_t hash) { table.insert(hash, number); });
    for_each_order(number,
                   [&](OrderedIndex& index, Order order) { index.insert(nodes_, order, number); });
  }
  void unlink(std::uint32_t number) noexcept {
    for_each_order(number,
                   [&](OrderedIndex& index, Order order) { index.erase(nodes_, order, number); });
    for_each_key(number,
                 [number](IndexTable& table, std::uint32_t hash) { table.erase(hash, number); });
  }

  static bool fits(const BasicInvitationFilter<T>& filter, const Record& record) noexcept {
    return detail::fits(filter, *record.state, record.email());
  }

  template <class Show>
  bool walk(const BasicInvitationFilter<T>& filter, const Page<typename T::InvitationId>& page,
            Show&& show) const {
    const bool ascending = page.direction == Direction::ascending;
    const InvitationOrder which = order_of(filter);
    OrderedIndex::Position at = begin(filter, which, page);
    std::size_t shown = 0;
    while (at) {
      const std::uint32_t number = OrderedIndex::entry(nodes_, at);
      const Record& record = records_[number];
      if (compare(filter, which, record) != 0) break;
      if (page.until) {
        const auto& id = record.state->id;
        if (!(ascending ? id < *page.until : *page.until < id)) break;
      }
      if (fits(filter, record)) {
        if (shown == page.limit) return true;
        show(number);
        ++shown;
      }
      at = ascending ? OrderedIndex::next(nodes_, at) : OrderedIndex::previous(nodes_, at);
    }
    return false;
  }

 private:
  struct Order {
    InvitationTable& table;
    InvitationOrder which;
    bool less(std::uint32_t a, std::uint32_t b) const noexcept {
      const Record& left = table.records_[a];
      const Record& right = table.records_[b];
      const int order = compare_groups(which, left, right);
      return order != 0 ? order < 0 : left.state->id < right.state->id;
    }
    std::uint32_t& node(std::uint32_t number) const noexcept {
      return table.records_[number].nodes[static_cast<std::size_t>(which)];
    }
  };

  static int compare_groups(InvitationOrder which, const Record& a, const Record& b) noexcept {
    switch (which) {
      case InvitationOrder::organization:
        return order_of(a.state->organization, b.state->organization);
      case InvitationOrder::email:
        return EmailKey::folded(a.email()).view().compare(EmailKey::folded(b.email()).view());
      case InvitationOrder::all:
      case InvitationOrder::open: break;
    }
    return 0;
  }
  static int compare(const BasicInvitationFilter<T>& filter, InvitationOrder which,
                     const Record& record) noexcept {
    switch (which) {
      case InvitationOrder::organization:
        return order_of(record.state->organization, filter.organization);
      case InvitationOrder::email:
        return EmailKey::folded(record.email()).view().compare(filter.email->view());
      case InvitationOrder::all:
      case InvitationOrder::open: break;
    }
    return 0;
  }
  static int order_of(const Organization& a, const Organization& b) noexcept {
    if (a == b) return 0;
    return a < b ? -1 : 1;
  }
  static InvitationOrder order_of(const BasicInvitationFilter<T>& filter) noexcept {
    if (filter.email) return InvitationOrder::email;
    if (filter.organization) return InvitationOrder::organization;
    return filter.open ? InvitationOrder::open : InvitationOrder::all;
  }

  OrderedIndex::Position begin(const BasicInvitationFilter<T>& filter, InvitationOrder which,
                               const Page<typename T::InvitationId>& page) const {
    const OrderedIndex& index = orders_[static_cast<std::size_t>(which)];
    if (page.direction == Direction::ascending) {
      return index.lower_bound(nodes_, [&](std::uint32_t number) {
        const Record& record = records_[number];
        const int order = compare(filter, which, record);
        return order != 0 ? order < 0 : page.after && !(*page.after < record.state->id);
      });
    }
    const auto at = index.lower_bound(nodes_, [&](std::uint32_t number) {
      const Record& record = records_[number];
      const int order = compare(filter, which, record);
      return order != 0 ? order < 0 : !page.after || record.state->id < *page.after;
    });
    return at ? OrderedIndex::previous(nodes_, at) : index.last(nodes_);
  }

  template <class I>
  static std::uint32_t hash_of(const I& id) noexcept {
    return static_cast<std::uint32_t>(hash_id(id));
  }
  static std::uint32_t hash_of(const TokenDigest& token) noexcept {
    return static_cast<std::uint32_t>(
        hash_bytes({reinterpret_cast<const char*>(token.bytes), TokenDigest::size}));
  }
  static std::uint32_t hash_of(const Organization& organization, const EmailKey& email) noexcept {
    return mix(organization ? hash_id(*organization) : 0, hash_bytes(email.view()));
  }
  static std::uint32_t hash_of(const typename T::OrganizationId& organization,
                               const typename T::UserId& user) noexcept {
    return mix(hash_id(organization), hash_id(user));
  }
  static std::uint32_t mix(std::uint64_t organization, std::uint64_t other) noexcept {
    const std::uint64_t hash = other + organization * 0x9E3779B97F4A7C15u;
    return static_cast<std::uint32_t>(hash ^ (hash >> 29));
  }

  template <class Visit>
  void for_each_key(std::uint32_t number, Visit&& visit) noexcept {
    const Record& record = records_[number];
    const BasicInvitationState<T>& state = *record.state;
    visit(by_id_, hash_of(state.id));
    visit(by_token_, hash_of(state.token));
    if (!record.is_open()) return;
    visit(by_address_, hash_of(state.organization, EmailKey::folded(record.email())));
    if (state.organization && state.user) {
      visit(by_member_, hash_of(*state.organization, *state.user));
    }
  }
  template <class Visit>
  void for_each_order(std::uint32_t number, Visit&& visit) noexcept {
    for (std::size_t i = 0; i < invitation_order_count; ++i) {
      const auto which = static_cast<InvitationOrder>(i);
      if (which == InvitationOrder::open && !records_[number].is_open()) continue;
      visit(orders_[i], Order{*this, which});
    }
  }

  Slab<Record> records_;
  OrderedIndex::Nodes nodes_;
  OrderedIndex orders_[invitation_order_count];
  IndexTable by_id_;
  IndexTable by_token_;
  IndexTable by_address_;  ///< of open ones
  IndexTable by_member_;   ///< of open ones
};

}  // namespace detail
}  // namespace membership::inline v0

// membership/store/memory/id_cell.hpp

namespace membership::inline v0 {
namespace detail {

template <class I>
class IdCell {
 public:
  void assign(const I& id) noexcept { value_.emplace(id); }
  void release() noexcept { value_.clear(); }
  I view() const noexcept { return *value_; }
  bool is(const I& id) const noexcept { return value_ && *value_ == id; }

 private:
  Slot<I> value_{};
};

template <TextId I>
class IdCell<I> {
 public:
  IdCell() noexcept = default;
  IdCell(const IdCell&) = delete;
  IdCell& operator=(const IdCell&) = delete;
  ~IdCell() { release(); }

  void assign(const I& id) {
    const std::string_view text = id.view();
    if (text.size() <= room) {
      text.copy(bytes_, text.size());
    } else {
      char* const beside = new char[text.size()];
      text.copy(beside, text.size());
      put_word(bytes_, beside);
    }
    size_ = static_cast<std::uint8_t>(text.size());
  }
  void release() noexcept {
    if (size_ > room) delete[] beside();
    size_ = 0;
  }
  std::string_view view() const noexcept {
    return {size_ <= room ? bytes_ : beside(), std::size_t{size_}};
  }
  bool is(std::string_view id) const noexcept {
    if (size_ != id.size()) return false;
    return size_ <= room && size_ >= 8 ? same_bytes(id) : view() == id;
  }

 private:
  static constexpr std::size_t room = 31;
  bool same_bytes(std::string_view other) const noexcept {
    const auto differs = [&](std::size_t at) {
      return word_at<std::uint64_t>(bytes_ + at) ^ word_at<std::uint64_t>(other.data() + at);
    };
    const std::size_t last = std::size_t{size_} - 8;
    std::uint64_t difference = differs(0) | differs(last);
    if (last > 8) difference |= differs(8) | differs(last - 8);
    return difference == 0;
  }
  char* beside() const noexcept { return word_at<char*>(bytes_); }
  char bytes_[room];
  std::uint8_t size_ = 0;
};

}  // namespace detail
}  // namespace membership::inline v0

// membership/store/memory/records.hpp

namespace membership::inline v0 {
namespace detail {

class RecordNumber {
 public:
  static constexpr unsigned shards = 64;
  static constexpr std::uint32_t none = 0xFFFFFFFFu;
  static constexpr std::uint32_t of(unsigned shard, std::uint32_t place) noexcept {
    return (shard << 26) | place;
  }
  static constexpr unsigned shard(std::uint32_t number) noexcept { return number >> 26; }
  static constexpr std::uint32_t place(std::uint32_t number) noexcept {
    return number & ((1u << 26) - 1);
  }
};

struct ShardHash {
  std::uint64_t value = 0;
  unsigned shard = 0;
  std::uint32_t tag = 0;
  ShardHash() noexcept = default;
  explicit ShardHash(std::uint64_t hash) noexcept
      : value(hash), shard(static_cast<unsigned>(hash >> 58)),
        tag(static_cast<std::uint32_t>(hash)) {}
};

template <class I>
ShardHash shard_hash(const I& id) noexcept {
  return ShardHash(hash_id(id));
}

struct MemberState {
  RoleSet roles{};
  Time created_at = Time::from_milliseconds(0);
  Time updated_at = Time::from_milliseconds(0);
  std::uint64_t revision = 0;
  Status status = Status::active;
  RoleIndex first_requested = RoleIndex::none();
  bool directory_managed = false;

  template <class T>
  static MemberState of(const BasicOrganizationMembership<T>& value) noexcept {
    return {value.roles,  value.created_at,      value.updated_at,       value.revision,
            value.status, value.first_requested, value.directory_managed};
  }
};

template <class T>
struct alignas(64) MemberRecord {
  IdCell<typename T::MembershipId> id;
  IdCell<typename T::UserId> user;
  MemberState state;
  std::uint32_t organization = 0;
  std::uint32_t node = 0;
  std::uint32_t next_free = 0;
};

class MemberNumbers {
 public:
  MemberNumbers() noexcept = default;
  MemberNumbers(const MemberNumbers&) = delete;
  MemberNumbers& operator=(const MemberNumbers&) = delete;
  ~MemberNumbers() { clear(); }

  std::uint32_t size() const noexcept { return size_; }
  std::uint32_t operator[](std::uint32_t at) const noexcept { return data()[at]; }

  void reserve(std::uint32_t count) {
    if (size_ + count <= capacity_) return;
    std::uint32_t capacity = capacity_ * 2;
    while (capacity < size_ + count) capacity *= 2;
    auto* const grown = new std::uint32_t[capacity];
    for (std::uint32_t i = 0; i < size_; ++i) grown[i] = data()[i];
    if (capacity_ > inside_room) delete[] room_.beside;
    room_.beside = grown;
    capacity_ = capacity;
  }
  void insert(std::uint32_t at, std::uint32_t number) noexcept {
    for (std::uint32_t i = size_; i > at; --i) data()[i] = data()[i - 1];
    data()[at] = number;
    ++size_;
  }
  void erase(std::uint32_t number) noexcept {
    std::uint32_t at = 0;
    while (at < size_ && data()[at] != number) ++at;
    if (at == size_) return;
    for (--size_; at < size_; ++at) data()[at] = data()[at + 1];
  }
  void clear() noexcept {
    if (capacity_ > inside_room) delete[] room_.beside;
    capacity_ = inside_room;
    size_ = 0;
  }

 private:
  static constexpr std::uint32_t inside_room = 2;
  std::uint32_t* data() noexcept { return capacity_ > inside_room ? room_.beside : room_.inside; }
  const std::uint32_t* data() const noexcept {
    return capacity_ > inside_room ? room_.beside : room_.inside;
  }

  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = inside_room;
  union Room {
    std::uint32_t inside[inside_room];
    std::uint32_t* beside;
  } room_{};
};

template <class T>
struct UserRecord {
  IdCell<typename T::UserId> id;
  std::uint64_t revision = 0;  ///< 0 where the record is not in use
  MemberNumbers members;
  OwnedProfile* profile = nullptr;
  std::uint32_t node = 0;
  std::uint32_t next_free = 0;
  std::uint64_t generation = 0;
  Phase phase = Phase::live;

  ~UserRecord() { delete profile; }

  BasicUserState<T> state() const noexcept {
    return BasicUserState<T>(copy_of<typename T::UserId>(id.view()), revision, phase, generation);
  }
};

template <class T>
struct alignas(64) OrganizationRecord {
  IdCell<typename T::OrganizationId> id;
  Ref<RoleVersion<T>> roles;
  OrderedIndex members;
  Slot<BasicOrganizationState<T>> state;
  OwnedProfile* profile = nullptr;
  std::uint32_t node = 0;
  std::uint32_t next_free = 0;

  ~OrganizationRecord() { delete profile; }
};

template <class T>
bool is_marked(const OrganizationRecord<T>& organization) noexcept {
  if (organization.state->phase != Phase::live) return true;
  if (!organization.roles) return false;
  for (const RoleState& role : organization.roles->roles.states) {
    if (role.phase != Phase::live) return true;
  }
  return false;
}

template <class T>
struct ClaimRecord {
  std::string key;
  ClaimKind kind{};
  Slot<typename T::UserId> user{};
  Slot<typename T::OrganizationId> organization{};
  std::uint32_t next_free = 0;
};

}  // namespace detail
}  // namespace membership::inline v0

// membership/store/memory/tables.hpp

namespace membership::inline v0 {
namespace detail {

template <class Shards, class Action>
void for_each_shard(Shards& shards, std::uint64_t mask, Action&& action) {
  for (; mask != 0; mask &= mask - 1) action(shards[std::countr_zero(mask)].lock);
}

inline std::uint64_t shard_bit(unsigned shard) noexcept { return std::uint64_t{1} << shard; }

template <class T>
struct Tables {
  static constexpr std::uint32_t none = RecordNumber::none;
  static constexpr unsigned shard_count = RecordNumber::shards;

  struct alignas(64) OrganizationShard {
    mutable SharedLock lock;
    IndexTable by_id;    ///< organizations
    IndexTable by_pair;  ///< members by user and organization
    mutable SharedLock queue;
    Slab<OrganizationRecord<T>> organizations;
    Slab<MemberRecord<T>> members;
    OrderedIndex::Nodes nodes;
  };
  struct alignas(64) UserShard {
    mutable SharedLock lock;
    IndexTable by_id;
    Slab<UserRecord<T>> users;
  };
  struct alignas(64) MemberIdShard {
    mutable SharedLock lock;
    IndexTable by_id;
  };
  struct GlobalOrder {
    mutable SharedLock lock;
    OrderedIndex index;
    OrderedIndex::Nodes nodes;
    std::uint32_t reserved = 0;

    [[nodiscard]] bool reserve() {
      const UniqueGuard guard(lock);
      if (!index.reserve(nodes, reserved + 1)) return false;
      ++reserved;
      return true;
    }
    void give_up() noexcept {
      const UniqueGuard guard(lock);
      --reserved;
    }
    template <class Records>
    void insert(Records records, std::uint32_t number) noexcept {
      const UniqueGuard guard(lock);
      index.insert(nodes, records, number);
      --reserved;
    }
    template <class Records>
    void erase(Records records, std::uint32_t number) noexcept {
      const UniqueGuard guard(lock);
      index.erase(nodes, records, number);
    }
  };

  struct Found {
    std::uint32_t member = none;
    unsigned user_shard = 0;
    std::uint32_t other = none;
    ShardHash user{};  ///< of the ids that the reads name
    ShardHash organization{};
    std::uint32_t invitation = none;
    Slot<typename T::UserId> named_user{};
    Slot<typename T::OrganizationId> named_organization{};
  };

  template <class Record>
  struct At {
    std::uint32_t place = none;
    const Record* record = nullptr;

    explicit operator bool() const noexcept { return place != none; }
    const Record* operator->() const noexcept { return record; }
    const Record& operator*() const noexcept { return *record; }
  };
  template <class Record, class Is>
  static At<Record> find_record(const IndexTable& index, std::uint32_t hash,
                                const Slab<Record>& records, const Is& is) noexcept {
    const Record* record = nullptr;
    const std::uint32_t place =
        index.find(hash, [&](std::uint32_t at) { return is(*(record = &records[at])); });
    return {place, record};
  }

  static std::uint32_t pair_hash(ShardHash organization, ShardHash user) noexcept {
    const std::uint64_t hash = user.value + organization.value * 0x9E3779B97F4A7C15u;
    return static_cast<std::uint32_t>(hash ^ (hash >> 29));
  }

  MemberRecord<T>& member_at(std::uint32_t number) noexcept {
    return organizations[RecordNumber::shard(number)].members[RecordNumber::place(number)];
  }
  const MemberRecord<T>& member_at(std::uint32_t number) const noexcept {
    return organizations[RecordNumber::shard(number)].members[RecordNumber::place(number)];
  }
  const OrganizationRecord<T>& organization_at(std::uint32_t number) const noexcept {
    return organizations[RecordNumber::shard(number)].organizations[RecordNumber::place(number)];
  }
  const UserRecord<T>& user_at(std::uint32_t number) const noexcept {
    return users[RecordNumber::shard(number)].users[RecordNumber::place(number)];
  }

  At<OrganizationRecord<T>> find_organization(ShardHash hash,
                                              const typename T::OrganizationId& id) const noexcept {
    const OrganizationShard& shard = organizations[hash.shard];
    return find_record(shard.by_id, hash.tag, shard.organizations,
                       [&](const auto& record) { return record.id.is(view_of(id)); });
  }
  At<UserRecord<T>> find_user(ShardHash hash, const typename T::UserId& id) const noexcept {
    const UserShard& shard = users[hash.shard];
    return find_record(shard.by_id, hash.tag, shard.users,
                       [&](const auto& record) { return record.id.is(view_of(id)); });
  }
  At<MemberRecord<T>> find_pair(ShardHash organization, std::uint32_t place, ShardHash user,
                                const typename T::UserId& id) const noexcept {
    const OrganizationShard& shard = organizations[organization.shard];
    const auto is = [&](const auto& record) {
      return record.organization == place && record.user.is(view_of(id));
    };
    return find_record(shard.by_pair, pair_hash(organization, user), shard.members, is);
  }
  std::uint32_t find_member(ShardHash hash, const typename T::MembershipId& id) const {
    return member_ids[hash.shard].by_id.find(
        hash.tag, [&](std::uint32_t number) { return member_at(number).id.is(view_of(id)); });
  }
  Found find_id(const typename T::MembershipId& id) const {
    const ShardHash hash = shard_hash(id);
    const SharedGuard guard(member_ids[hash.shard].lock);
    Found found;
    found.member = find_member(hash, id);
    if (found.member != none)
      found.user_shard = shard_hash(member_at(found.member).user.view()).shard;
    return found;
  }
  static std::uint32_t claim_hash(ClaimKind kind, std::string_view key) noexcept {
    return static_cast<std::uint32_t>(hash_bytes(key)) ^ static_cast<std::uint32_t>(kind);
  }
  std::uint32_t find_claim(ClaimKind kind, std::string_view key) const noexcept {
    return claims_by_key.find(claim_hash(kind, key), [&](std::uint32_t place) {
      return claims[place].kind == kind && claims[place].key == key;
    });
  }
  const ClaimRecord<T>* claim_of(ClaimKind kind, std::string_view text) const {
    const std::uint32_t place = find_claim(kind, claim_key(kind, text).view());
    return place == none ? nullptr : &claims[place];
  }
  std::optional<typename T::UserId> find_holder(const EmailKey& key) const {
    const std::uint32_t claim = find_claim(ClaimKind::user_email, key.view());
    if (claim == none) return std::nullopt;
    return *claims[claim].user;
  }
  std::uint32_t find_invitation(const BasicReads<T>& reads) const {
    if (reads.invitation != nullptr) return invitations.find(*reads.invitation);
    return reads.token != nullptr ? invitations.find(*reads.token) : none;
  }
  std::optional<typename T::UserId> invited(const InvitationRecord<T>& record) const {
    if (record.state->user) return record.state->user;
    return find_holder(EmailKey::folded(record.email()));
  }

  bool is_taken(ClaimKind kind, std::string_view text, const typename T::UserId* user,
                const typename T::OrganizationId* organization) const {
    const ClaimRecord<T>* const claim = claim_of(kind, text);
    if (claim == nullptr) return false;
    if (claim->user) return user == nullptr || !(*claim->user == *user);
    if (claim->organization) {
      return organization == nullptr || !(*claim->organization == *organization);
    }
    return true;
  }

  static BasicMembershipView<T> member_view(const OrganizationRecord<T>& organization,
                                            const MemberRecord<T>& record) noexcept {
    const MemberState& state = record.state;
    return {record.id.view(),      record.user.view(),     organization.id.view(), state.roles,
            state.created_at,      state.updated_at,       state.revision,         state.status,
            state.first_requested, state.directory_managed};
  }
  static BasicMembershipRow<T> member_row(const EnvironmentVersion<T>& environment,
                                          const OrganizationRecord<T>& organization,
                                          const MemberRecord<T>& record) noexcept {
    return {member_view(organization, record), catalogue_of(environment, organization.roles.get())};
  }

  Atomic<const EnvironmentVersion<T>*> environment{nullptr};
  mutable SharedLock environment_lock;
  Atomic<std::uint64_t> freed_revision{0};  ///< written under the environment's lock
  UserShard users[shard_count];
  OrganizationShard organizations[shard_count];
  MemberIdShard member_ids[shard_count];
  mutable SharedLock claim_lock;
  IndexTable claims_by_key;
  Slab<ClaimRecord<T>> claims;
  InvitationTable<T> invitations;
  GlobalOrder organization_order;
  GlobalOrder user_order;
  mutable SharedLock event_lock;
  EventLog<T> events;

  explicit Tables(std::size_t event_limit) : events(event_limit) {}
  Tables(const Tables&) = delete;
  Tables& operator=(const Tables&) = delete;
  ~Tables() {
    const EnvironmentVersion<T>* at = environment.load(Order::relaxed);
    while (at != nullptr) delete std::exchange(at, at->previous);
  }
};

}  // namespace detail
}  // namespace membership::inline v0

// membership/store/memory/write_locks.hpp

namespace membership::inline v0 {
namespace detail {

struct PlanHashes {
  ShardHash organization{};
  ShardHash member{};
  ShardHash user{};  ///< the membership's, or the one written

  PlanHashes() noexcept = default;
  template <class T>
  explicit PlanHashes(const BasicPlan<T>& plan) noexcept {
    if (const auto* const id = plan.organization_id(); id != nullptr) {
      organization = shard_hash(*id);
    }
    if (plan.membership) {
      member = shard_hash(plan.membership->after.id);
      user = shard_hash(plan.membership->after.user);
    } else if (plan.user) {
      user = shard_hash(plan.user->after.id);
    }
  }
};

template <class T>
class PlansHashes {
 public:
  explicit PlansHashes(std::span<const BasicPlan<T>> plans) {
    if (plans.size() == 1) {
      one_ = PlanHashes(plans[0]);
      return;
    }
    more_.reserve(plans.size());
    for (const BasicPlan<T>& plan : plans) more_.emplace_back(plan);
  }
  const PlanHashes& operator[](std::size_t at) const noexcept {
    return more_.empty() ? one_ : more_[at];
  }

 private:
  PlanHashes one_{};
  std::vector<PlanHashes> more_;
};

template <class T>
class WriteLocks {
 public:
  WriteLocks(Tables<T>& tables, std::span<const BasicPlan<T>> plans, const PlansHashes<T>& hashes)
      : tables_(tables) {
    for (std::size_t i = 0; i < plans.size(); ++i) add(plans[i], hashes[i]);
    for_each_shard(tables.member_ids, member_id_mask_,
                   [](SharedLock& lock) { __builtin_prefetch(&lock, 1); });
    if (environment_ == Environment::written) tables.environment_lock.lock();
    if (environment_ == Environment::compared) tables.environment_lock.lock_shared();
    for_each_shard(tables.users, user_mask_, [](SharedLock& lock) { lock.lock(); });
    for_each_shard(tables.organizations, organization_mask_, [](SharedLock& lock) { lock.lock(); });
    for_each_shard(tables.member_ids, member_id_mask_, [](SharedLock& lock) { lock.lock(); });
    if (claims_) tables.claim_lock.lock();
    if (invitations_) tables.invitations.lock.lock();
  }
  ~WriteLocks() {
    if (invitations_) tables_.invitations.lock.unlock();
    if (claims_) tables_.claim_lock.unlock();
    for_each_shard(tables_.member_ids, member_id_mask_, [](SharedLock& lock) { lock.unlock(); });
    for_each_shard(tables_.organizations, organization_mask_,
                   [](SharedLock& lock) { lock.unlock(); });
    for_each_shard(tables_.users, user_mask_, [](SharedLock& lock) { lock.unlock(); });
    if (environment_ == Environment::compared) tables_.environment_lock.unlock_shared();
    if (environment_ == Environment::written) tables_.environment_lock.unlock();
  }
  WriteLocks(const WriteLocks&) = delete;
  WriteLocks& operator=(const WriteLocks&) = delete;

 private:
  enum class Environment : std::uint8_t { untouched, compared, written };

  void add(const BasicPlan<T>& plan, const PlanHashes& hashes) noexcept {
    const auto add_environment = [&](const auto& write) {
      if (!write) return;
      if (write->precondition == Precondition::set) {
        environment_ = Environment::written;
      } else if (environment_ == Environment::untouched) {
        environment_ = Environment::compared;
      }
    };
    add_environment(plan.environment);
    add_environment(plan.freed);
    if (plan.user) user_mask_ |= shard_bit(hashes.user.shard);
    if (plan.claims || (plan.organization && plan.profile)) claims_ = true;
    if (plan.invitation) invitations_ = true;
    if (plan.organization_id() != nullptr) {
      organization_mask_ |= shard_bit(hashes.organization.shard);
    }
    if (plan.other) member_id_mask_ |= shard_bit(shard_hash(plan.other->after.id).shard);
    if (plan.membership) {
      member_id_mask_ |= shard_bit(hashes.member.shard);
      if (plan.membership->precondition == Precondition::absent ||
          plan.membership->effect == Effect::erase) {
        user_mask_ |= shard_bit(hashes.user.shard);
      }
    }
  }

  Tables<T>& tables_;
  std::uint64_t user_mask_ = 0;
  std::uint64_t organization_mask_ = 0;
  std::uint64_t member_id_mask_ = 0;
  Environment environment_ = Environment::untouched;
  bool claims_ = false;
  bool invitations_ = false;
};

}  // namespace detail
}  // namespace membership::inline v0

// membership/store/memory/commit.hpp

namespace membership::inline v0 {
namespace detail {

template <class T>
struct MemberOrder {
  typename Tables<T>::OrganizationShard& shard;
  bool less(std::uint32_t a, std::uint32_t b) const noexcept {
    return shard.members[a].id.view() < shard.members[b].id.view();
  }
  std::uint32_t& node(std::uint32_t member) const noexcept { return shard.members[member].node; }
};

template <class T>
struct OrganizationOrder {
  Tables<T>& tables;
  bool less(std::uint32_t a, std::uint32_t b) const noexcept {
    return tables.organization_at(a).id.view() < tables.organization_at(b).id.view();
  }
  std::uint32_t& node(std::uint32_t number) const noexcept {
    return tables.organizations[RecordNumber::shard(number)]
        .organizations[RecordNumber::place(number)]
        .node;
  }
};

template <class T>
struct UserOrder {
  Tables<T>& tables;
  bool less(std::uint32_t a, std::uint32_t b) const noexcept {
    return tables.user_at(a).id.view() < tables.user_at(b).id.view();
  }
  std::uint32_t& node(std::uint32_t number) const noexcept {
    return tables.users[RecordNumber::shard(number)].users[RecordNumber::place(number)].node;
  }
};

template <class T>
class OtherEvents {
 public:
  OtherEvents() = default;
  explicit OtherEvents(std::span<const BasicPlan<T>> plans) : OtherEvents() {
    std::size_t count = 0;
    for (const BasicPlan<T>& plan : plans) count += needs(plan) ? 1u : 0u;
    if (count == 0) return;
    events_.reserve(count);
    for (const BasicPlan<T>& plan : plans) {
      if (needs(plan)) events_.push_back(make(plan));
    }
  }
  ~OtherEvents() {
    for (; next_ < events_.size(); ++next_) delete events_[next_];
  }
  OtherEvents(const OtherEvents&) = delete;
  OtherEvents& operator=(const OtherEvents&) = delete;

  OtherEvent<T>* take() noexcept { return events_[next_++]; }

  static bool needs(const BasicPlan<T>& plan) noexcept {
    return (plan.user && plan.user->event != EventType::none) ||
           (plan.organization && plan.organization->event != EventType::none) ||
           (plan.role && plan.role->event != EventType::none) ||
           (plan.permission && plan.permission->event != EventType::none) ||
           (plan.invitation && plan.invitation->event != EventType::none);
  }

 private:
  static bool changes_role(const BasicRoleWrite<T>& write) noexcept {
    return write.effect == Effect::put && write.before != nullptr &&
           !(write.before->permissions == write.after.permissions);
  }
  static OtherEvent<T>* make(const BasicPlan<T>& plan) {
    auto* const event = new OtherEvent<T>(plan.profile ? plan.profile->after : Profile{},
                                          plan.profile ? plan.profile->before : nullptr);
    if (plan.organization) event->organization.emplace(plan.organization->after.id);
    if (plan.user) event->user.emplace(plan.user->after.id);
    if (plan.role) {
      event->role_id.emplace(plan.role->id);
      event->role.emplace(plan.role->after);
      if (changes_role(*plan.role)) event->role_before.emplace(*plan.role->before);
    }
    if (plan.permission) {
      event->permission_id.emplace(plan.permission->id);
      event->permission.emplace(plan.permission->after);
    }
    if (plan.invitation) {
      event->invitation.emplace(plan.invitation->after);
      event->held = plan.invitation->held;
      event->first_requested = plan.invitation->first_requested;
      if (const auto* const id = plan.organization_id(); id != nullptr) {
        event->organization.emplace(*id);
      }
    }
    return event;
  }
  std::vector<OtherEvent<T>*> events_;
  std::size_t next_ = 0;
};

template <class T>
class Commit {
 public:
  Commit(Tables<T>& tables, std::span<const BasicPlan<T>> plans, const PlansHashes<T>& hashes)
      : tables_(tables), plans_(plans), hashes_(hashes) {
    if (plans.size() > 1) more_.reserve(plans.size());
  }
  ~Commit() {
    for (std::size_t i = count_; i > 0; --i) {
      if (kept_) {
        finish(plans_[i - 1], step_at(i - 1));
      } else {
        take_back(plans_[i - 1], step_at(i - 1));
      }
    }
  }
  Commit(const Commit&) = delete;
  Commit& operator=(const Commit&) = delete;

  enum class Result : std::uint8_t { committed, conflict, full };

  Result run() {
    for (const BasicPlan<T>& plan : plans_) {
      if (plans_.size() > 1) more_.emplace_back();
      Step& step = step_at(count_);
      step.hash = hashes_[count_];
      prefetch(plan, step);
      if (!find(plan, step)) return Result::conflict;
      ++count_;
      if (!prepare(plan, step)) return Result::full;
      apply_step(plan, step);
    }
    if (!tables_.events.keeps_events()) {
      keep();
      return Result::committed;
    }
    OtherEvents<T> others(plans_);
    const std::size_t event_count = count_events();
    const UniqueGuard guard(tables_.event_lock);
    tables_.events.reserve(event_count);
    keep();
    for (std::size_t i = 0; i < plans_.size(); ++i) log_plan(plans_[i], step_at(i), others);
    return Result::committed;
  }

 private:
  static constexpr std::uint32_t none = Tables<T>::none;

  struct ClaimStep {
    std::uint32_t place;
    Effect effect;
  };
  struct Step {
    enum class Progress : std::uint8_t { begun, applied };
    Progress progress = Progress::begun;
    PlanHashes hash{};
    std::uint32_t organization = none;
    std::uint32_t member = none;
    std::uint32_t other = none;
    std::uint32_t user = none;         ///< the one written
    std::uint32_t member_user = none;  ///< the place of the membership's, where it is listed there
    std::vector<ClaimStep> claims;
    MemberState member_before{};
    MemberState other_before{};
    std::uint64_t revision_before = 0;
    std::uint64_t fenced_before = 0;
    Counts counts_before{};
    Slot<BasicOrganizationState<T>> organization_before{};
    Ref<RoleVersion<T>> next_roles;  ///< after `apply_step`: those before
    EnvironmentVersion<T>* next_environment = nullptr;
    OwnedProfile* profile = nullptr;     ///< after `apply_step`: the one before
    bool reserved_user = false;          ///< a place in the order of all users
    bool reserved_organization = false;  ///< and in that of all organizations
    std::uint32_t invitation = none;
    Slot<BasicInvitationState<T>> invitation_before{};
    std::uint64_t user_revision_before = 0;
    std::uint64_t user_generation_before = 0;
    Phase user_phase_before = Phase::live;
  };

  const EnvironmentVersion<T>* environment_in_commit() const noexcept {
    return pending_environment_ != nullptr ? pending_environment_
                                           : tables_.environment.load(Order::relaxed);
  }
  void keep() noexcept {
    kept_ = true;
    if (pending_environment_ == nullptr) return;
    tables_.environment.store(pending_environment_, Order::release);
  }

  Step& step_at(std::size_t i) noexcept { return plans_.size() > 1 ? more_[i] : one_; }

  void prefetch(const BasicPlan<T>& plan, const Step& step) const noexcept {
    if (!plan.membership || plan.membership->precondition != Precondition::absent) return;
    tables_.member_ids[step.hash.member.shard].by_id.prefetch(step.hash.member.tag);
    tables_.organizations[step.hash.organization.shard].members.prefetch_next();
  }

  bool find(const BasicPlan<T>& plan, Step& step) const {
    if (plan.environment &&
        (environment_in_commit()->state.revision != plan.environment->expected ||
         !catalogue_holds(plan))) {
      return false;
    }
    if (plan.freed && tables_.freed_revision.load(Order::relaxed) != plan.freed->expected) {
      return false;
    }
    if (plan.user) {
      const auto found = tables_.find_user(step.hash.user, plan.user->after.id);
      if (plan.user->precondition == Precondition::absent) {
        if (found) return false;
      } else if (!found || found->revision != plan.user->expected) {
        return false;
      } else {
        step.user = RecordNumber::of(step.hash.user.shard, found.place);
      }
    }
    if (!claims_hold(plan)) return false;
    if (plan.invitation && !find_invitation(plan, step)) return false;
    if (plan.membership && (plan.membership->precondition == Precondition::absent ||
                            plan.membership->effect == Effect::erase)) {
      const auto found = tables_.find_user(step.hash.user, plan.membership->after.user);
      if (plan.compared_user && (!found || found->revision != *plan.compared_user)) return false;
      step.member_user = found.place;
    }
    const auto* const organization = plan.organization_id();
    if (organization == nullptr) return true;
    const ShardHash hash = step.hash.organization;
    const auto found = tables_.find_organization(hash, *organization);
    if (plan.organization && plan.organization->precondition == Precondition::absent) {
      return !found;
    }
    const std::uint64_t expected = plan.touch ? plan.touch->expected : plan.organization->expected;
    if (!found || found->state->revision != expected) return false;
    step.organization = RecordNumber::of(hash.shard, found.place);
    if (plan.role && !role_holds(plan, found->roles.get())) return false;
    if (!plan.membership) return true;
    const BasicMembershipWrite<T>& write = *plan.membership;
    const std::uint32_t member = tables_.find_member(step.hash.member, write.after.id);
    if (write.precondition == Precondition::absent) {
      return member == none &&
             !tables_.find_pair(hash, found.place, step.hash.user, write.after.user);
    }
    step.member = member;
    if (!is_as_seen(write, member, hash.shard, found.place)) return false;
    if (!plan.other) return true;
    step.other = tables_.find_member(shard_hash(plan.other->after.id), plan.other->after.id);
    return is_as_seen(*plan.other, step.other, hash.shard, found.place);
  }

  bool catalogue_holds(const BasicPlan<T>& plan) const noexcept {
    const EnvironmentVersion<T>& environment = *environment_in_commit();
    if (plan.permission &&
        !environment.permissions->permissions.holds(plan.permission->index, *plan.permission)) {
      return false;
    }
    return !plan.role || role_holds(plan, environment.roles.get());
  }
  static bool role_holds(const BasicPlan<T>& plan, const RoleVersion<T>* roles) noexcept {
    if (roles == nullptr) return plan.role->precondition == Precondition::absent;
    return roles->roles.holds(plan.role->index.place(), *plan.role);
  }

  bool find_invitation(const BasicPlan<T>& plan, Step& step) const {
    const BasicInvitationWrite<T>& write = *plan.invitation;
    const InvitationTable<T>& invitations = tables_.invitations;
    const std::uint32_t found = invitations.find(write.after.id);
    if (write.precondition == Precondition::absent) {
      const EmailKey email = EmailKey::folded(plan.profile->after.texts[Text::email]);
      return found == none && invitations.find(write.after.token) == none &&
             invitations.find_open(write.after.organization, email) == none;
    }
    if (found == none) return false;
    const BasicInvitationState<T>& state = *invitations[found].state;
    step.invitation = found;
    return state.revision == write.expected && state.organization == write.after.organization;
  }

  bool is_as_seen(const BasicMembershipWrite<T>& write, std::uint32_t member, unsigned shard,
                  std::uint32_t organization) const noexcept {
    return member != none && RecordNumber::shard(member) == shard &&
           tables_.member_at(member).organization == organization &&
           tables_.member_at(member).state.revision == write.expected;
  }

  bool prepare(const BasicPlan<T>& plan, Step& step) {
    if (writes_profile(plan)) step.profile = new OwnedProfile(plan.profile->after);
    if (plan.environment && plan.environment->precondition == Precondition::set) {
      const auto& now = *environment_in_commit();
      step.next_environment = new EnvironmentVersion<T>;
      step.next_environment->state = plan.environment->after;
      step.next_environment->previous = &now;
      step.next_environment->roles =
          plan.role || plan.order ? next_roles(now.roles.get(), plan) : now.roles;
      step.next_environment->permissions =
          plan.permission ? next_permissions(*now.permissions, plan) : now.permissions;
    }
    if (plan.user) {
      const ShardHash hash = step.hash.user;
      if (!prepare_user(plan, step, hash, tables_.users[hash.shard])) return false;
    }
    if (plan.invitation) {
      const auto count = static_cast<std::uint32_t>(plans_.size()) + 1;
      if (!tables_.invitations.reserve(count)) return false;
      if (plan.invitation->precondition == Precondition::absent) {
        step.invitation = tables_.invitations.take();
      }
    }
    return prepare_claims(plan, step) && prepare_organization(plan, step);
  }

  bool claims_hold(const BasicPlan<T>& plan) const {
    bool hold = true;
    for_each_claim(plan, [&](ClaimKind kind, Effect effect, const ClaimKey& key) {
      const bool there = tables_.find_claim(kind, key.view()) != none;
      hold = hold && there == (effect == Effect::erase);
    });
    return hold;
  }

  bool prepare_claims(const BasicPlan<T>& plan, Step& step) {
    bool fits = true;
    for_each_claim(plan, [&](ClaimKind kind, Effect effect, const ClaimKey& key) {
      step.claims.reserve(step.claims.size() + 1);
      if (effect == Effect::erase) {
        step.claims.push_back({tables_.find_claim(kind, key.view()), effect});
        return;
      }
      fits = fits && tables_.claims.reserve(1);
      if (!fits) return;
      tables_.claims_by_key.reserve(static_cast<std::uint32_t>(step.claims.size()) + 1);
      const std::uint32_t place = tables_.claims.take();
      step.claims.push_back({place, effect});
      ClaimRecord<T>& claim = tables_.claims[place];
      claim.kind = kind;
      if (plan.user) claim.user.emplace(plan.user->after.id);
      if (plan.organization) claim.organization.emplace(plan.organization->after.id);
      claim.key.assign(key.view());
    });
    return fits;
  }

  static bool writes_profile(const BasicPlan<T>& plan) noexcept {
    if (!plan.profile || plan.role || plan.permission) return false;
    if (plan.invitation) return plan.invitation->effect == Effect::put;
    if (plan.user) return plan.user->effect == Effect::put;
    return plan.organization && plan.organization->effect == Effect::put;
  }

  bool prepare_user(const BasicPlan<T>& plan, Step& step, ShardHash hash,
                    typename Tables<T>::UserShard& shard) {
    const bool is_new = plan.user->precondition == Precondition::absent;
    if (is_new || plan.user->effect == Effect::erase) {
      step.reserved_user = tables_.user_order.reserve();
      if (!step.reserved_user) return false;
    }
    if (!is_new) return true;
    if (!shard.users.reserve(1)) return false;
    shard.by_id.reserve(1);
    const std::uint32_t place = shard.users.take();
    step.user = RecordNumber::of(hash.shard, place);
    shard.users[place].id.assign(plan.user->after.id);
    return true;
  }

  bool prepare_organization(const BasicPlan<T>& plan, Step& step) {
    const auto* const organization = plan.organization_id();
    if (organization == nullptr) return true;
    const ShardHash hash = step.hash.organization;
    auto& shard = tables_.organizations[hash.shard];
    if (plan.organization) {
      if (plan.organization->precondition == Precondition::absent) {
        if (!shard.organizations.reserve(1)) return false;
        shard.by_id.reserve(1);
        step.reserved_organization = tables_.organization_order.reserve();
        if (!step.reserved_organization) return false;
        const std::uint32_t place = shard.organizations.take();
        step.organization = RecordNumber::of(hash.shard, place);
        shard.organizations[place].id.assign(*organization);
      } else if (plan.organization->effect == Effect::erase) {
        step.reserved_organization = tables_.organization_order.reserve();
        return step.reserved_organization;
      } else if (plan.role || plan.order) {
        step.next_roles = next_roles(tables_.organization_at(step.organization).roles.get(), plan);
      }
    }
    if (!plan.membership) return true;
    const BasicMembershipWrite<T>& write = *plan.membership;
    if (write.precondition != Precondition::absent) {
      if (write.effect == Effect::erase) {
        return reserve_member(shard, step, static_cast<std::uint32_t>(plans_.size()));
      }
      return true;
    }
    if (!shard.members.reserve(1)) return false;
    shard.by_pair.reserve(1);
    tables_.member_ids[step.hash.member.shard].by_id.reserve(1);
    if (!reserve_member(shard, step, 1)) return false;
    const std::uint32_t place = shard.members.take();
    step.member = RecordNumber::of(hash.shard, place);
    MemberRecord<T>& record = shard.members[place];
    record.id.assign(write.after.id);
    record.user.assign(write.after.user);
    return true;
  }

  bool reserve_member(typename Tables<T>::OrganizationShard& shard, const Step& step,
                      std::uint32_t count) {
    if (step.member_user != none) user_of(step).members.reserve(1);
    return shard.organizations[RecordNumber::place(step.organization)].members.reserve(shard.nodes,
                                                                                       count);
  }

  UserRecord<T>& user_of(const Step& step) noexcept {
    return tables_.users[step.hash.user.shard].users[step.member_user];
  }

  void apply_step(const BasicPlan<T>& plan, Step& step) noexcept {
    step.progress = Step::Progress::applied;
    if (step.next_environment != nullptr) pending_environment_ = step.next_environment;
    if (plan.freed) tables_.freed_revision.store(plan.freed->after, Order::relaxed);
    if (plan.user) apply_user(plan, step);
    for (const ClaimStep& claim : step.claims) link_claim(claim.place, claim.effect == Effect::put);
    if (plan.invitation) apply_invitation(plan, step);
    if (step.organization == none) return;
    auto& shard = tables_.organizations[RecordNumber::shard(step.organization)];
    OrganizationRecord<T>& record = shard.organizations[RecordNumber::place(step.organization)];
    if (plan.touch) {
      step.revision_before = std::exchange(record.state->revision, plan.touch->expected + 1);
      step.fenced_before = std::exchange(record.state->fenced_to, plan.touch->fenced_to);
      step.counts_before = std::exchange(record.state->counts, plan.touch->after);
    } else if (plan.organization->effect == Effect::erase) {
      step.organization_before = record.state;
      unlink_organization(step.organization);
    } else if (plan.organization->precondition == Precondition::set) {
      step.organization_before = record.state;
      record.state.emplace(plan.organization->after);
      if (step.next_roles) std::swap(record.roles, step.next_roles);
      if (writes_profile(plan)) std::swap(record.profile, step.profile);
    } else {
      record.state.emplace(plan.organization->after);
      record.profile = std::exchange(step.profile, nullptr);
      link_organization(step);
    }
    if (plan.membership) apply_member(plan, step, shard, record);
    if (plan.other) {
      step.other_before =
          std::exchange(tables_.member_at(step.other).state, MemberState::of(plan.other->after));
    }
  }

  void apply_invitation(const BasicPlan<T>& plan, Step& step) noexcept {
    const BasicInvitationWrite<T>& write = *plan.invitation;
    InvitationTable<T>& invitations = tables_.invitations;
    InvitationRecord<T>& record = invitations[step.invitation];
    if (write.precondition != Precondition::absent) {
      step.invitation_before = record.state;
      invitations.unlink(step.invitation);
      if (write.effect == Effect::erase) return;
    }
    record.state.emplace(write.after);
    if (writes_profile(plan)) std::swap(record.profile, step.profile);
    invitations.link(step.invitation);
  }
  void take_back_invitation(const BasicPlan<T>& plan, Step& step, bool applied) noexcept {
    if (step.invitation == none) return;
    const BasicInvitationWrite<T>& write = *plan.invitation;
    InvitationTable<T>& invitations = tables_.invitations;
    const bool is_new = write.precondition == Precondition::absent;
    if (applied) {
      if (write.effect != Effect::erase) invitations.unlink(step.invitation);
      if (!is_new) {
        InvitationRecord<T>& record = invitations[step.invitation];
        record.state = step.invitation_before;
        if (writes_profile(plan)) std::swap(record.profile, step.profile);
        invitations.link(step.invitation);
      }
    }
    if (is_new) invitations.free(step.invitation);
  }

  void apply_user(const BasicPlan<T>& plan, Step& step) noexcept {
    const ShardHash hash = step.hash.user;
    auto& shard = tables_.users[hash.shard];
    const std::uint32_t place = RecordNumber::place(step.user);
    UserRecord<T>& record = shard.users[place];
    step.user_revision_before = std::exchange(record.revision, plan.user->after.revision);
    step.user_phase_before = std::exchange(record.phase, plan.user->after.phase);
    step.user_generation_before = std::exchange(record.generation, plan.user->after.generation);
    if (plan.user->effect == Effect::erase) {
      record.revision = 0;
      unlink_user(step.user);
      return;
    }
    if (writes_profile(plan)) std::swap(record.profile, step.profile);
    if (plan.user->precondition == Precondition::absent) link_user(step);
  }

  void link_user(Step& step) noexcept {
    const std::uint32_t number = step.user;
    step.reserved_user = false;
    auto& shard = tables_.users[RecordNumber::shard(number)];
    const std::uint32_t place = RecordNumber::place(number);
    shard.by_id.insert(shard_hash(shard.users[place].id.view()).tag, place);
    tables_.user_order.insert(UserOrder<T>{tables_}, number);
  }
  void unlink_user(std::uint32_t number) noexcept {
    auto& shard = tables_.users[RecordNumber::shard(number)];
    const std::uint32_t place = RecordNumber::place(number);
    tables_.user_order.erase(UserOrder<T>{tables_}, number);
    shard.by_id.erase(shard_hash(shard.users[place].id.view()).tag, place);
  }
  void free_user(std::uint32_t number) noexcept {
    auto& shard = tables_.users[RecordNumber::shard(number)];
    UserRecord<T>& record = shard.users[RecordNumber::place(number)];
    delete std::exchange(record.profile, nullptr);
    record.revision = 0;
    record.members.clear();
    record.id.release();
    shard.users.give_back(RecordNumber::place(number));
  }

  void link_organization(Step& step) noexcept {
    const std::uint32_t number = step.organization;
    step.reserved_organization = false;
    auto& shard = tables_.organizations[RecordNumber::shard(number)];
    const std::uint32_t place = RecordNumber::place(number);
    shard.by_id.insert(shard_hash(shard.organizations[place].id.view()).tag, place);
    tables_.organization_order.insert(OrganizationOrder<T>{tables_}, number);
  }
  void unlink_organization(std::uint32_t number) noexcept {
    auto& shard = tables_.organizations[RecordNumber::shard(number)];
    const std::uint32_t place = RecordNumber::place(number);
    tables_.organization_order.erase(OrganizationOrder<T>{tables_}, number);
    shard.by_id.erase(shard_hash(shard.organizations[place].id.view()).tag, place);
    shard.organizations[place].state.clear();
  }
  void free_organization(std::uint32_t number) noexcept {
    auto& shard = tables_.organizations[RecordNumber::shard(number)];
    OrganizationRecord<T>& record = shard.organizations[RecordNumber::place(number)];
    delete std::exchange(record.profile, nullptr);
    record.roles = Ref<RoleVersion<T>>();
    record.id.release();
    shard.organizations.give_back(RecordNumber::place(number));
  }

  void apply_member(const BasicPlan<T>& plan, Step& step,
                    typename Tables<T>::OrganizationShard& shard,
                    OrganizationRecord<T>& organization) noexcept {
    const BasicMembershipWrite<T>& write = *plan.membership;
    MemberRecord<T>& member = tables_.member_at(step.member);
    step.member_before = member.state;
    if (write.effect == Effect::erase) {
      unlink_member(step, shard, organization);
      return;
    }
    member.state = MemberState::of(write.after);
    if (write.precondition == Precondition::absent) {
      member.organization = RecordNumber::place(step.organization);
      link_member(write, step, shard, organization);
    }
  }

  void link_member(const BasicMembershipWrite<T>& write, const Step& step,
                   typename Tables<T>::OrganizationShard& shard,
                   OrganizationRecord<T>& organization) noexcept {
    const std::uint32_t place = RecordNumber::place(step.member);
    shard.by_pair.insert(tables_.pair_hash(step.hash.organization, step.hash.user), place);
    tables_.member_ids[step.hash.member.shard].by_id.insert(step.hash.member.tag, step.member);
    MemberOrder<T> order{shard};
    organization.members.insert(shard.nodes, order, place);
    if (step.member_user == none) return;
    MemberNumbers& numbers = user_of(step).members;
    std::uint32_t at = numbers.size();
    while (at > 0 && view_of(write.after.id) < tables_.member_at(numbers[at - 1]).id.view()) --at;
    numbers.insert(at, step.member);
  }

  void unlink_member(const Step& step, typename Tables<T>::OrganizationShard& shard,
                     OrganizationRecord<T>& organization) noexcept {
    const std::uint32_t place = RecordNumber::place(step.member);
    if (step.member_user != none) user_of(step).members.erase(step.member);
    MemberOrder<T> order{shard};
    organization.members.erase(shard.nodes, order, place);
    tables_.member_ids[step.hash.member.shard].by_id.erase(step.hash.member.tag, step.member);
    shard.by_pair.erase(tables_.pair_hash(step.hash.organization, step.hash.user), place);
  }

  void free_member(std::uint32_t number) noexcept {
    MemberRecord<T>& member = tables_.member_at(number);
    member.id.release();
    member.user.release();
    tables_.organizations[RecordNumber::shard(number)].members.give_back(
        RecordNumber::place(number));
  }

  void finish(const BasicPlan<T>& plan, Step& step) noexcept {
    if (plan.membership && plan.membership->effect == Effect::erase) free_member(step.member);
    if (plan.organization && plan.organization->effect == Effect::erase) {
      free_organization(step.organization);
    }
    if (plan.user && plan.user->effect == Effect::erase) free_user(step.user);
    for (const ClaimStep& claim : step.claims) {
      if (claim.effect == Effect::erase) free_claim(claim.place);
    }
    if (plan.invitation && plan.invitation->effect == Effect::erase) {
      tables_.invitations.free(step.invitation);
    }
    give_up_places(step);
    delete step.profile;
  }

  void give_up_places(Step& step) noexcept {
    if (step.reserved_user) tables_.user_order.give_up();
    if (step.reserved_organization) tables_.organization_order.give_up();
  }

  void link_claim(std::uint32_t place, bool laid) noexcept {
    const ClaimRecord<T>& claim = tables_.claims[place];
    const std::uint32_t hash = tables_.claim_hash(claim.kind, claim.key);
    if (laid) {
      tables_.claims_by_key.insert(hash, place);
    } else {
      tables_.claims_by_key.erase(hash, place);
    }
  }
  void free_claim(std::uint32_t place) noexcept {
    ClaimRecord<T>& claim = tables_.claims[place];
    claim.key.clear();
    claim.user.clear();
    claim.organization.clear();
    tables_.claims.give_back(place);
  }
  void take_back_claims(const Step& step, bool applied) noexcept {
    for (std::size_t i = step.claims.size(); i > 0; --i) {
      const ClaimStep& claim = step.claims[i - 1];
      if (applied) link_claim(claim.place, claim.effect == Effect::erase);
      if (claim.effect == Effect::put) free_claim(claim.place);
    }
  }

  void take_back(const BasicPlan<T>& plan, Step& step) noexcept {
    const bool applied = step.progress == Step::Progress::applied;
    const bool inserts_member =
        plan.membership && plan.membership->precondition == Precondition::absent;
    if (applied && plan.other) tables_.member_at(step.other).state = step.other_before;
    if (applied && plan.membership) {
      auto& shard = tables_.organizations[RecordNumber::shard(step.organization)];
      OrganizationRecord<T>& record = shard.organizations[RecordNumber::place(step.organization)];
      if (inserts_member) {
        unlink_member(step, shard, record);
      } else if (plan.membership->effect == Effect::erase) {
        link_member(*plan.membership, step, shard, record);
      } else {
        tables_.member_at(step.member).state = step.member_before;
      }
    }
    if (inserts_member && step.member != none) free_member(step.member);
    take_back_organization(plan, step, applied);
    if (plan.invitation) take_back_invitation(plan, step, applied);
    take_back_claims(step, applied);
    take_back_user(plan, step, applied);
    if (applied && plan.freed) tables_.freed_revision.store(plan.freed->expected, Order::relaxed);
    give_up_places(step);
    delete step.next_environment;
    delete step.profile;
  }

  void take_back_organization(const BasicPlan<T>& plan, Step& step, bool applied) noexcept {
    if (step.organization == none) return;
    auto& shard = tables_.organizations[RecordNumber::shard(step.organization)];
    const std::uint32_t place = RecordNumber::place(step.organization);
    OrganizationRecord<T>& record = shard.organizations[place];
    if (plan.touch) {
      if (!applied) return;
      record.state->revision = step.revision_before;
      record.state->fenced_to = step.fenced_before;
      record.state->counts = step.counts_before;
    } else if (plan.organization->effect == Effect::erase) {
      if (!applied) return;
      record.state = step.organization_before;
      link_organization(step);
    } else if (plan.organization->precondition == Precondition::set) {
      if (!applied) return;
      record.state = step.organization_before;
      if (step.next_roles || plan.role || plan.order) std::swap(record.roles, step.next_roles);
      if (writes_profile(plan)) std::swap(record.profile, step.profile);
    } else {
      if (applied) unlink_organization(step.organization);
      free_organization(step.organization);
    }
  }

  void take_back_user(const BasicPlan<T>& plan, Step& step, bool applied) noexcept {
    if (step.user == none) return;
    auto& shard = tables_.users[RecordNumber::shard(step.user)];
    const std::uint32_t place = RecordNumber::place(step.user);
    UserRecord<T>& record = shard.users[place];
    if (plan.user->precondition != Precondition::absent) {
      if (!applied) return;
      record.revision = step.user_revision_before;
      record.phase = step.user_phase_before;
      record.generation = step.user_generation_before;
      if (plan.user->effect == Effect::erase) link_user(step);
      if (writes_profile(plan)) std::swap(record.profile, step.profile);
      return;
    }
    if (applied) unlink_user(step.user);
    free_user(step.user);
  }

  std::size_t count_events() const noexcept {
    std::size_t count = 0;
    for (const BasicPlan<T>& plan : plans_) {
      for_each_event(plan, [&](EventType, unsigned) { ++count; });
    }
    return count;
  }

  void log_plan(const BasicPlan<T>& plan, const Step& step, OtherEvents<T>& others) noexcept {
    const unsigned others_count = OtherEvents<T>::needs(plan) ? 1 : 0;
    for_each_event(plan, [&](EventType type, unsigned index) {
      EventRecord<T>& record = tables_.events.append(EventId::of(plan.id, index));
      record.type = type;
      record.created_at = plan.decided_at;
      record.environment = tables_.environment.load(Order::relaxed);
      if (index >= others_count) {
        const BasicMembershipWrite<T>& write =
            index == others_count ? *plan.membership : *plan.other;
        record.membership.emplace(write.after);
        record.before = write.before;
        record.revision = plan.touch->expected + 1;
        record.own_roles = tables_.organization_at(step.organization).roles;
        return;
      }
      record.other = others.take();
      if (plan.invitation) {
        record.revision = plan.invitation->after.revision;
        if (step.organization != none) {
          record.own_roles = tables_.organization_at(step.organization).roles;
        }
      } else if (plan.organization) {
        record.revision = plan.organization->after.revision;
      } else if (plan.user) {
        record.revision = plan.user->after.revision;
      } else if (plan.environment) {
        record.revision = plan.environment->after.revision;
      }
    });
  }

  Tables<T>& tables_;
  std::span<const BasicPlan<T>> plans_;
  std::size_t count_ = 0;
  bool kept_ = false;
  const EnvironmentVersion<T>* pending_environment_ = nullptr;
  const PlansHashes<T>& hashes_;
  Step one_{};
  std::vector<Step> more_;
};

}  // namespace detail
}  // namespace membership::inline v0

// membership/store/memory/paging.hpp

namespace membership::inline v0 {
namespace detail {

template <class I, class IdOf>
OrderedIndex::Position page_begin(const OrderedIndex& index, const OrderedIndex::Nodes& nodes,
                                  const Page<I>& page, const IdOf& id_of) {
  if (page.direction == Direction::ascending) {
    if (!page.after) return index.first();
    const IdView<I> after = view_of(*page.after);
    return index.lower_bound(nodes, [&](std::uint32_t number) { return !(after < id_of(number)); });
  }
  if (!page.after) return index.last(nodes);
  const IdView<I> after = view_of(*page.after);
  const auto at =
      index.lower_bound(nodes, [&](std::uint32_t number) { return id_of(number) < after; });
  return at ? OrderedIndex::previous(nodes, at) : index.last(nodes);
}

template <class I, class IdOf, class Show>
bool walk(const OrderedIndex::Nodes& nodes, OrderedIndex::Position at, const Page<I>& page,
          const IdOf& id_of, Show&& show) {
  const bool ascending = page.direction == Direction::ascending;
  std::size_t shown = 0;
  while (at) {
    const OrderNode& node = nodes[at.node];
    for (std::uint32_t left = ascending ? node.count - at.at : at.at + 1; left > 0; --left) {
      const std::uint32_t number = node.entries[ascending ? node.count - left : left - 1];
      if (page.until) {
        const IdView<I> until = view_of(*page.until);
        if (!(ascending ? id_of(number) < until : until < id_of(number))) return false;
      }
      const bool full = shown == page.limit;
      if (show(number, !full)) {
        if (full) return true;
        ++shown;
      }
    }
    at = ascending ? OrderedIndex::after(node) : OrderedIndex::before(nodes, node);
  }
  return false;
}

}  // namespace detail
}  // namespace membership::inline v0

// membership/store/memory/read_locks.hpp

namespace membership::inline v0 {
namespace detail {

template <class T>
class ReadLocks {
 public:
  ReadLocks(const Tables<T>& tables, std::span<const BasicReads<T>> reads)
      : tables_(tables), more_(reads.size() > 1 ? reads.size() : 0) {
    for (bool settled = false; !settled;) {
      for (std::size_t i = 0; i < reads.size(); ++i) add(reads[i], found_ref(i));
      for_each_shard(tables.users, user_mask_, [](SharedLock& lock) { lock.lock_shared(); });
      for_each_shard(tables.organizations, organization_mask_,
                     [](SharedLock& lock) { lock.lock_shared(); });
      for (std::size_t i = 0; i < reads.size(); ++i) prefetch(reads[i], found(i));
      settled = true;
      for (std::size_t i = 0; i < reads.size(); ++i) {
        settled = verify(reads[i], found_ref(i)) && settled;
        if (reads[i].other != nullptr) found_ref(i).other = tables.find_id(*reads[i].other).member;
      }
      for (std::size_t i = 0; settled && i < reads.size(); ++i) {
        claims_ = claims_ || needs_claims(reads[i]);
        invitations_ = invitations_ || needs_invitations(reads[i], found(i));
      }
      if (claims_) tables.claim_lock.lock_shared();
      if (invitations_) tables.invitations.lock.lock_shared();
      for (std::size_t i = 0; settled && i < reads.size(); ++i) {
        settled = verify_named(reads[i], found(i));
      }
      if (!settled) release();
    }
  }
  ~ReadLocks() { release(); }
  ReadLocks(const ReadLocks&) = delete;
  ReadLocks& operator=(const ReadLocks&) = delete;

  const typename Tables<T>::Found& found(std::size_t at) const noexcept {
    return more_.empty() ? one_ : more_[at];
  }

 private:
  static bool needs_claims(const BasicReads<T>& reads) noexcept {
    return reads.email.has_value() || reads.claims.size() != 0 || reads.domain_count != 0 ||
           names_invitation(reads);
  }
  static bool names_invitation(const BasicReads<T>& reads) noexcept {
    return reads.invitation != nullptr || reads.token != nullptr;
  }
  static bool names_indirectly(const BasicReads<T>& reads) noexcept {
    return names_invitation(reads) || (reads.email_user && reads.email);
  }
  bool needs_invitations(const BasicReads<T>& reads,
                         const typename Tables<T>::Found& found) const noexcept {
    if (names_invitation(reads) || reads.open_invitation) return true;
    if (!reads.member_invitation) return false;
    return reads.pair || (found.member != Tables<T>::none &&
                          tables_.member_at(found.member).state.status == Status::pending);
  }
  typename Tables<T>::Found& found_ref(std::size_t at) noexcept {
    return more_.empty() ? one_ : more_[at];
  }

  void add(const BasicReads<T>& reads, typename Tables<T>::Found& found) {
    if (reads.membership != nullptr) found = tables_.find_id(*reads.membership);
    if (names_indirectly(reads)) add_named(reads, found);
    if (reads.inviter != nullptr) user_mask_ |= shard_bit(shard_hash(*reads.inviter).shard);
    if (reads.user != nullptr) {
      found.user = shard_hash(*reads.user);
      user_mask_ |= shard_bit(found.user.shard);
    }
    if (reads.organization != nullptr) {
      found.organization = shard_hash(*reads.organization);
      organization_mask_ |= shard_bit(found.organization.shard);
    }
    if (reads.membership != nullptr) {
      if (found.member == Tables<T>::none) return;
      organization_mask_ |= shard_bit(RecordNumber::shard(found.member));
      if (reads.profiles || reads.member_user) user_mask_ |= shard_bit(found.user_shard);
    }
  }
  void prefetch(const BasicReads<T>& reads, const typename Tables<T>::Found& found) const noexcept {
    if (reads.user == nullptr || reads.organization == nullptr) return;
    const auto& shard = tables_.organizations[found.organization.shard];
    tables_.users[found.user.shard].by_id.prefetch(found.user.tag);
    shard.by_id.prefetch(found.organization.tag);
    shard.by_pair.prefetch(tables_.pair_hash(found.organization, found.user));
  }
  void add_named(const BasicReads<T>& reads, typename Tables<T>::Found& found) {
    found.named_user.clear();
    found.named_organization.clear();
    {
      const SharedGuard claims(tables_.claim_lock);
      const SharedGuard invitations(tables_.invitations.lock);
      found.invitation = tables_.find_invitation(reads);
      const auto user = named_user(reads, found.invitation);
      if (user) found.named_user.emplace(*user);
      const auto organization = named_organization(found.invitation);
      if (organization) found.named_organization.emplace(*organization);
    }
    if (found.named_user && reads.user == nullptr) {
      found.user = shard_hash(*found.named_user);
      user_mask_ |= shard_bit(found.user.shard);
    }
    if (found.named_organization && reads.organization == nullptr) {
      found.organization = shard_hash(*found.named_organization);
      organization_mask_ |= shard_bit(found.organization.shard);
    }
  }
  bool verify_named(const BasicReads<T>& reads, const typename Tables<T>::Found& found) const {
    if (!names_indirectly(reads)) return true;
    if (tables_.find_invitation(reads) != found.invitation) return false;
    const auto user = named_user(reads, found.invitation);
    if (user ? !found.named_user || !(*user == *found.named_user) : bool(found.named_user)) {
      return false;
    }
    const auto organization = named_organization(found.invitation);
    return organization ? found.named_organization && *organization == *found.named_organization
                        : !found.named_organization;
  }
  std::optional<typename T::UserId> named_user(const BasicReads<T>& reads,
                                               std::uint32_t invitation) const {
    if (invitation != Tables<T>::none) return tables_.invited(tables_.invitations[invitation]);
    return reads.email_user && reads.email ? tables_.find_holder(*reads.email) : std::nullopt;
  }
  std::optional<typename T::OrganizationId> named_organization(std::uint32_t invitation) const {
    if (invitation == Tables<T>::none) return std::nullopt;
    return tables_.invitations[invitation].state->organization;
  }
  bool verify(const BasicReads<T>& reads, typename Tables<T>::Found& found) const {
    if (found.member == Tables<T>::none) {
      return reads.membership == nullptr || more_.empty() ||
             tables_.find_id(*reads.membership).member == Tables<T>::none;
    }
    const MemberRecord<T>& record = tables_.member_at(found.member);
    if (record.id.is(view_of(*reads.membership)) &&
        shard_hash(record.user.view()).shard == found.user_shard) {
      return true;
    }
    found.member = Tables<T>::none;
    return tables_.find_id(*reads.membership).member == Tables<T>::none;
  }
  void release() noexcept {
    if (invitations_) tables_.invitations.lock.unlock_shared();
    if (claims_) tables_.claim_lock.unlock_shared();
    invitations_ = false;
    claims_ = false;
    for_each_shard(tables_.organizations, organization_mask_,
                   [](SharedLock& lock) { lock.unlock_shared(); });
    for_each_shard(tables_.users, user_mask_, [](SharedLock& lock) { lock.unlock_shared(); });
    user_mask_ = 0;
    organization_mask_ = 0;
  }

  const Tables<T>& tables_;
  std::uint64_t user_mask_ = 0;
  std::uint64_t organization_mask_ = 0;
  bool claims_ = false;
  bool invitations_ = false;
  typename Tables<T>::Found one_{};
  std::vector<typename Tables<T>::Found> more_;
};

}  // namespace detail
}  // namespace membership::inline v0

// membership/store/owned/catalogue_lists.hpp

namespace membership::inline v0 {
namespace detail {

template <class T, class Visit>
ListEnd list_roles(const EnvironmentVersion<T>& environment, const RoleVersion<T>* own,
                   Visit& visit) {
  const RoleCatalogue catalogue = catalogue_of(environment, own);
  catalogue.for_each_in_order(catalogue.all(), [&](RoleIndex index) {
    const auto& shown = index.is_organization() ? own->roles : environment.roles->roles;
    const auto& named = **shown.details[index.place()];
    visit(BasicRoleRow<T>{named.id, index, *catalogue.at(index), named.profile,
                          catalogue.permission_table()});
  });
  return {false};
}

template <class T, class Visit>
ListEnd list_permissions(const PermissionVersion<T>& version, const BasicPermissionQuery<T>& query,
                         Visit& visit) {
  const auto& permissions = version.permissions;
  const PermissionTable table = permissions.table();
  const auto& page = query.page();
  const bool ascending = page.direction == Direction::ascending;
  std::uint16_t places[PermissionSet::capacity];
  std::size_t count = 0;
  for (unsigned place = 0; place < table.size(); ++place) {
    if (!table.has(place) || !within(page, (**permissions.details[place]).id)) continue;
    std::size_t at = count++;
    for (; at > 0 && (**permissions.details[place]).id < (**permissions.details[places[at - 1]]).id;
         --at) {
      places[at] = places[at - 1];
    }
    places[at] = static_cast<std::uint16_t>(place);
  }
  const std::size_t shown = count < page.limit ? count : page.limit;
  for (std::size_t i = 0; i < shown; ++i) {
    const unsigned place = places[ascending ? i : count - 1 - i];
    const auto& named = **permissions.details[place];
    visit(BasicPermissionRow<T>{named.id, place, table[place], named.profile});
  }
  return ListEnd{shown < count};
}

}  // namespace detail
}  // namespace membership::inline v0

// membership/store/owned/loaded_snapshot.hpp

namespace membership::inline v0 {
namespace detail {

template <class T>
class LoadedSnapshot : public BasicSnapshot<T> {
 public:
  LoadedSnapshot() noexcept {}  // NOLINT(modernize-use-equals-default)

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

// membership/store/owned/queue_place.hpp

namespace membership::inline v0 {
namespace detail {

class QueuePlace {
 public:
  explicit QueuePlace(SharedLock* lock) noexcept : lock_(lock) {
    if (lock_ != nullptr) lock_->lock();
  }
  QueuePlace(const QueuePlace&) = delete;
  QueuePlace(QueuePlace&& other) noexcept : lock_(std::exchange(other.lock_, nullptr)) {}
  QueuePlace& operator=(QueuePlace other) noexcept {
    std::swap(lock_, other.lock_);
    return *this;
  }
  ~QueuePlace() {
    if (lock_ != nullptr) lock_->unlock();
  }

 private:
  SharedLock* lock_;
};

}  // namespace detail
}  // namespace membership::inline v0

// membership/store/memory_store.hpp

namespace membership::inline v0 {

enum class MemoryFailure : std::uint8_t { full };

struct MemoryStoreOptions {
  std::size_t event_limit = 100'000;
  Time created_at = Time::from_milliseconds(0);
};

template <class T>
class BasicMemoryStore {
 public:
  using traits = T;
  using Failure = MemoryFailure;
  using Loaded = detail::LoadedSnapshot<T>;
  using QueuePlace = detail::QueuePlace;
  static constexpr Kinds keeps = all_kinds;

  explicit BasicMemoryStore(const typename T::RoleId& member_role,
                            const MemoryStoreOptions& options = {})
      : tables_(options.event_limit) {
    Profile profile;
    profile.texts.set(Text::name, std::string_view("Member"));
    profile.texts.set(Text::resource_type_slug, std::string_view("organization"));
    profile.created_at = options.created_at;
    profile.updated_at = options.created_at;
    BasicPlan<T> plan(PlanId{}, options.created_at);
    plan.profile.emplace(profile);
    plan.role.emplace(Precondition::absent, EventType::none, member_role, RoleIndex::environment(0),
                      RoleState(RoleSlug::from_stored("member")));
    auto* const first = new detail::EnvironmentVersion<T>;
    tables_.environment.store(first, detail::Order::relaxed);
    first->roles = detail::next_roles<T>(nullptr, plan);
    first->permissions =
        detail::Ref<detail::PermissionVersion<T>>(new detail::PermissionVersion<T>);
    first->state.revision = 1;
  }
  explicit BasicMemoryStore(const MemoryStoreOptions& options = {}) requires requires {
    T::RoleId::from_ulid(Ulid{});
  } : BasicMemoryStore(T::RoleId::from_ulid(Ulid{}), options) {
  }

  BasicMemoryStore(const BasicMemoryStore&) = delete;
  BasicMemoryStore& operator=(const BasicMemoryStore&) = delete;

  [[nodiscard]] tl::expected<Loaded, Failure> load(const BasicReads<T>& reads) const {
    const detail::ReadLocks<T> locks(tables_, std::span(&reads, 1));
    tl::expected<Loaded, Failure> result(tl::in_place);
    fill(reads, locks.found(0), *tables_.environment.load(detail::Order::acquire), *result);
    return result;
  }

  [[nodiscard]] tl::expected<std::vector<Loaded>, Failure>
  load(std::span<const BasicReads<T>> reads) const {
    const detail::ReadLocks<T> locks(tables_, reads);
    tl::expected<std::vector<Loaded>, Failure> result(tl::in_place, reads.size());
    const detail::EnvironmentVersion<T>& environment =
        *tables_.environment.load(detail::Order::acquire);
    for (std::size_t i = 0; i < reads.size(); ++i) {
      fill(reads[i], locks.found(i), environment, (*result)[i]);
    }
    return result;
  }

  template <class Visit>
  [[nodiscard]] tl::expected<bool, Failure> view(const typename T::UserId& user,
                                                 const typename T::OrganizationId& organization,
                                                 Visit&& visit) const {
    const auto hash = detail::shard_hash(organization);
    const auto& shard = tables_.organizations[hash.shard];
    const detail::SharedGuard guard(shard.lock);
    const auto in = tables_.find_organization(hash, organization);
    if (!in) return false;
    const auto member = tables_.find_pair(hash, in.place, detail::shard_hash(user), user);
    if (!member) return false;
    visit(tables_.member_row(*tables_.environment.load(detail::Order::acquire), *in, *member));
    return true;
  }

  [[nodiscard]] tl::expected<CommitStatus, Failure> commit(std::span<const BasicPlan<T>> plans) {
    const detail::PlansHashes<T> hashes(plans);
    const detail::WriteLocks<T> locks(tables_, plans, hashes);
    using Commit = detail::Commit<T>;
    Commit commit(tables_, plans, hashes);
    switch (commit.run()) {
      case Commit::Result::committed: return CommitStatus::committed;
      case Commit::Result::conflict: return CommitStatus::conflict;
      case Commit::Result::full: break;
    }
    return tl::expected<CommitStatus, Failure>(tl::unexpect, Failure::full);
  }

  template <class Visit>
  [[nodiscard]] tl::expected<ListEnd, Failure> list(const BasicMembershipQuery<T>& query,
                                                    Visit&& visit) const {
    if (!query.filter().organization) return list_of_user(query, visit);
    if (!query.filter().user) return list_of_organization(query, visit);
    const auto show = [&](const BasicMembershipRow<T>& row) {
      if (detail::within(query.page(), copy_of<typename T::MembershipId>(row.membership.id)) &&
          detail::fits(query.filter(), row.membership.status, row.membership.roles)) {
        visit(row);
      }
    };
    static_cast<void>(view(*query.filter().user, *query.filter().organization, show));
    return ListEnd{false};
  }

  template <class Visit>
  [[nodiscard]] tl::expected<ListEnd, Failure> list(const BasicOrganizationQuery<T>& query,
                                                    Visit&& visit) const {
    using Id = typename T::OrganizationId;
    const OrganizationFilter& filter = query.filter();
    const auto show = [&](std::uint32_t number, const Id& id, bool shown) {
      const detail::SharedGuard guard(
          tables_.organizations[detail::RecordNumber::shard(number)].lock);
      const detail::OrganizationRecord<T>& record = tables_.organization_at(number);
      if (!record.state || !(record.state->id == id)) return false;
      const Profile profile = record.profile == nullptr ? Profile{} : **record.profile;
      if (filter.marked && !detail::is_marked(record)) return false;
      if (filter.name_part && !detail::has_part(profile.texts[Text::name], *filter.name_part)) {
        return false;
      }
      if (shown) visit(BasicOrganizationRow<T>{*record.state, profile});
      return true;
    };
    if (filter.external_id || !filter.domains.empty()) {
      const auto find = [&](const Id& id) {
        const detail::ShardHash hash = detail::shard_hash(id);
        const detail::SharedGuard guard(tables_.organizations[hash.shard].lock);
        const auto found = tables_.find_organization(hash, id);
        return found ? detail::RecordNumber::of(hash.shard, found.place) : none;
      };
      return list_named(claiming_organizations(filter), query.page(), find, show);
    }
    return list_global<Id>(
        tables_.organization_order, query.page(), filter.marked || filter.name_part.has_value(),
        [&](std::uint32_t number) { return tables_.organization_at(number).id.view(); }, show);
  }

  template <class Visit>
  [[nodiscard]] tl::expected<ListEnd, Failure> list(const BasicUserQuery<T>& query,
                                                    Visit&& visit) const {
    using Id = typename T::UserId;
    const BasicUserFilter<T>& filter = query.filter();
    const auto show = [&](std::uint32_t number, const Id& id, bool shown) {
      const detail::SharedGuard guard(tables_.users[detail::RecordNumber::shard(number)].lock);
      const detail::UserRecord<T>& record = tables_.user_at(number);
      if (record.revision == 0) return false;
      const BasicUserState<T> state = record.state();
      if (!(state.id == id) || (filter.marked && state.phase == Phase::live)) return false;
      if (shown) {
        visit(BasicUserRow<T>{state, record.profile == nullptr ? Profile{} : **record.profile});
      }
      return true;
    };
    if (filter.email || filter.external_id || filter.organization) {
      const auto find = [&](const Id& id) {
        const detail::ShardHash hash = detail::shard_hash(id);
        const detail::SharedGuard guard(tables_.users[hash.shard].lock);
        const auto found = tables_.find_user(hash, id);
        return found ? detail::RecordNumber::of(hash.shard, found.place) : none;
      };
      return list_named(named_users(filter), query.page(), find, show);
    }
    return list_global<Id>(
        tables_.user_order, query.page(), filter.marked,
        [&](std::uint32_t number) { return tables_.user_at(number).id.view(); }, show);
  }

  template <class Visit>
  [[nodiscard]] tl::expected<ListEnd, Failure> list(const BasicInvitationQuery<T>& query,
                                                    Visit&& visit) const {
    Page<typename T::InvitationId> rest = query.page();
    std::size_t left = rest.limit;
    for (bool more = true; more;) {
      FoundRows<typename T::InvitationId> found;
      std::uint8_t shards[found.most];
      rest.limit = left < found.most ? left : found.most;
      {
        const detail::SharedGuard guard(tables_.invitations.lock);
        more = tables_.invitations.walk(query.filter(), rest, [&](std::uint32_t number) {
          const BasicInvitationState<T>& state = *tables_.invitations[number].state;
          shards[found.count] = invitation_shard(state);
          found.add(number, state.id);
        });
      }
      for (std::size_t i = 0; i < found.count; ++i) {
        if (show_invitation(query.filter(), found.numbers[i], *found.ids[i], shards[i], visit)) {
          --left;
        }
      }
      if (left == 0) return ListEnd{more};
      if (found.count > 0) rest.after = *found.ids[found.count - 1];
    }
    return ListEnd{false};
  }

  template <class Visit>
  [[nodiscard]] tl::expected<ListEnd, Failure> list(const BasicRoleQuery<T>& query,
                                                    Visit&& visit) const {
    detail::Ref<detail::RoleVersion<T>> own;
    const detail::EnvironmentVersion<T>* environment = nullptr;
    if (query.organization) {
      const auto hash = detail::shard_hash(*query.organization);
      const detail::SharedGuard guard(tables_.organizations[hash.shard].lock);
      const auto found = tables_.find_organization(hash, *query.organization);
      if (!found) return ListEnd{false};
      own = found->roles;
      environment = tables_.environment.load(detail::Order::acquire);
    } else {
      environment = tables_.environment.load(detail::Order::acquire);
    }
    return detail::list_roles(*environment, own.get(), visit);
  }

  template <class Visit>
  [[nodiscard]] tl::expected<ListEnd, Failure> list(const BasicPermissionQuery<T>& query,
                                                    Visit&& visit) const {
    return detail::list_permissions(*tables_.environment.load(detail::Order::acquire)->permissions,
                                    query, visit);
  }

  template <class Visit>
  [[nodiscard]] tl::expected<ListEnd, Failure> list(const BasicEventQuery<T>& query,
                                                    Visit&& visit) const {
    const detail::SharedGuard guard(tables_.event_lock);
    return tables_.events.list(query, visit);
  }

  [[nodiscard]] tl::expected<std::size_t, Failure> drop_events(Time time, std::size_t limit) {
    const detail::UniqueGuard guard(tables_.event_lock);
    return tables_.events.drop(time, limit);
  }

  [[nodiscard]] QueuePlace queue(const BasicReads<T>& reads) const {
    if (reads.organization != nullptr) {
      return QueuePlace(
          &tables_.organizations[detail::shard_hash(*reads.organization).shard].queue);
    }
    if (reads.membership != nullptr) {
      const typename Tables::Found found = tables_.find_id(*reads.membership);
      if (found.member != none) {
        return QueuePlace(&tables_.organizations[detail::RecordNumber::shard(found.member)].queue);
      }
    }
    if (reads.invitation != nullptr || reads.token != nullptr) {
      detail::SharedLock* queue = nullptr;
      {
        const detail::SharedGuard guard(tables_.invitations.lock);
        const std::uint32_t found = tables_.find_invitation(reads);
        if (found != none && tables_.invitations[found].state->organization) {
          const auto& organization = *tables_.invitations[found].state->organization;
          queue = &tables_.organizations[detail::shard_hash(organization).shard].queue;
        }
      }
      return QueuePlace(queue);
    }
    return QueuePlace(nullptr);
  }

 private:
  using Tables = detail::Tables<T>;
  static constexpr std::uint32_t none = Tables::none;
  static constexpr std::uint8_t no_shard = 0xFF;  ///< of what is in no organization

  template <class I>
  struct FoundRows {
    static constexpr std::size_t most = 64;
    std::uint32_t numbers[most];
    Slot<I> ids[most];
    std::size_t count = 0;

    void add(std::uint32_t number, const I& id) noexcept {
      numbers[count] = number;
      ids[count++].emplace(id);
    }
  };

  void fill(const BasicReads<T>& reads, const typename Tables::Found& seen,
            const detail::EnvironmentVersion<T>& environment, Loaded& out) const {
    const std::uint32_t found = seen.member;
    const typename T::UserId* const named_user =
        reads.user != nullptr ? reads.user : seen.named_user.get();
    const typename T::OrganizationId* const named_organization =
        reads.organization != nullptr ? reads.organization : seen.named_organization.get();
    typename Tables::template At<detail::UserRecord<T>> user;
    if (named_user != nullptr) user = tables_.find_user(seen.user, *named_user);
    const typename Tables::OrganizationShard* shard = nullptr;
    detail::Ref<detail::RoleVersion<T>> own_roles;
    detail::ShardHash hash = seen.organization;
    typename Tables::template At<detail::OrganizationRecord<T>> organization;
    if (found != none) {
      shard = &tables_.organizations[detail::RecordNumber::shard(found)];
      const detail::MemberRecord<T>& record = shard->members[detail::RecordNumber::place(found)];
      organization = {record.organization, &shard->organizations[record.organization]};
      out.membership.emplace(tables_.member_view(*organization, record).copy());
    } else if (named_organization != nullptr) {
      shard = &tables_.organizations[hash.shard];
      organization = tables_.find_organization(hash, *named_organization);
    }
    const detail::OwnedProfile* organization_profile = nullptr;
    if (organization) {
      const detail::OrganizationRecord<T>& record = *organization;
      out.organization.emplace(*record.state);
      own_roles = record.roles;
      organization_profile = record.profile;
      if (!reads.holders.is_none()) out.holders = count_holders(*shard, record, reads.holders);
      if ((reads.pair || seen.invitation != none) && named_user != nullptr) {
        const auto member = tables_.find_pair(hash, organization.place, seen.user, *named_user);
        if (member) out.membership.emplace(tables_.member_view(record, *member).copy());
      }
      if (reads.other != nullptr) {
        const std::uint32_t other = seen.other;
        if (other != none && shard == &tables_.organizations[detail::RecordNumber::shard(other)] &&
            tables_.member_at(other).organization == organization.place) {
          out.other.emplace(tables_.member_view(record, tables_.member_at(other)).copy());
        }
      }
      if (reads.actor != nullptr) {
        if (named_organization == nullptr) hash = detail::shard_hash(record.id.view());
        const auto actor = tables_.find_pair(hash, organization.place,
                                             detail::shard_hash(*reads.actor), *reads.actor);
        if (actor) out.actor.emplace(tables_.member_view(record, *actor).copy());
      }
    }
    out.show_roles(environment, std::move(own_roles));
    out.freed_revision = tables_.freed_revision.load(detail::Order::relaxed);
    if (named_user == nullptr && (reads.profiles || reads.member_user) && out.membership) {
      const auto& id = out.membership->user;
      user = tables_.find_user(detail::shard_hash(id), id);
    }
    if (user) out.user.emplace(user->state());
    if (reads.inviter != nullptr) {
      const auto inviter = tables_.find_user(detail::shard_hash(*reads.inviter), *reads.inviter);
      if (inviter) out.inviter.emplace(inviter->state());
    }
    if (reads.email) {
      const std::optional<typename T::UserId> holder = tables_.find_holder(*reads.email);
      if (holder) out.email_holder.emplace(*holder);
    }
    for (unsigned i = 0; i < reads.claims.size(); ++i) {
      const ClaimText& claim = reads.claims[i];
      if (tables_.is_taken(claim.kind, claim.text, reads.user, reads.organization)) {
        out.taken_claims = static_cast<std::uint8_t>(out.taken_claims | (1u << i));
      }
    }
    for (std::size_t i = 0; i < reads.domain_count; ++i) {
      if (tables_.is_taken(ClaimKind::organization_domain, reads.domains[i].domain, nullptr,
                           reads.organization)) {
        out.taken_domain = static_cast<std::uint16_t>(i);
        break;
      }
    }
    if (reads.role) out.show_role(*reads.role, environment);
    if (reads.permission) out.show_permission(*reads.permission, environment);
    const std::uint32_t invitation = shown_invitation(reads, seen, out);
    if (!reads.profiles && invitation == none) return;
    const detail::OwnedProfile* user_profile = user ? user->profile : nullptr;
    if (!reads.profiles) organization_profile = user_profile = nullptr;
    const detail::OwnedProfile* invitation_profile = nullptr;
    if (invitation != none) {
      out.invitation.emplace(*tables_.invitations[invitation].state);
      invitation_profile = tables_.invitations[invitation].profile;
    }
    auto* const shown = new detail::ShownProfiles;
    const detail::Ref<detail::ShownProfiles> kept(shown);
    if (organization_profile != nullptr) shown->organization.emplace(**organization_profile);
    if (user_profile != nullptr) shown->user.emplace(**user_profile);
    if (invitation_profile != nullptr) shown->invitation.emplace(**invitation_profile);
    out.show_profiles(shown);
  }

  std::uint32_t shown_invitation(const BasicReads<T>& reads, const typename Tables::Found& seen,
                                 const Loaded& out) const {
    std::uint32_t invitation = seen.invitation;
    if (reads.open_invitation && reads.email) {
      std::optional<typename T::OrganizationId> organization;
      if (reads.organization != nullptr) organization = *reads.organization;
      invitation = tables_.invitations.find_open(organization, *reads.email);
    }
    if (invitation == none && reads.member_invitation && out.membership &&
        out.membership->status == Status::pending) {
      invitation =
          tables_.invitations.find_open(out.membership->organization, out.membership->user);
    }
    return invitation;
  }

  static std::uint64_t count_holders(const typename Tables::OrganizationShard& shard,
                                     const detail::OrganizationRecord<T>& organization,
                                     RoleIndex role) noexcept {
    std::uint64_t count = 0;
    for (auto at = organization.members.first(); at;
         at = detail::OrderedIndex::next(shard.nodes, at)) {
      const detail::MemberState& state =
          shard.members[detail::OrderedIndex::entry(shard.nodes, at)].state;
      if (state.status == Status::active && state.roles.contains(role)) ++count;
    }
    return count;
  }

  static std::uint8_t invitation_shard(const BasicInvitationState<T>& state) noexcept {
    return state.organization
               ? static_cast<std::uint8_t>(detail::shard_hash(*state.organization).shard)
               : no_shard;
  }
  template <class Visit>
  bool show_invitation(const BasicInvitationFilter<T>& filter, std::uint32_t number,
                       const typename T::InvitationId& id, std::uint8_t shard, Visit& visit) const {
    if (shard == no_shard) return show_invitation(filter, number, id, nullptr, visit);
    const detail::SharedGuard guard(tables_.organizations[shard].lock);
    return show_invitation(filter, number, id, &tables_.organizations[shard], visit);
  }
  template <class Visit>
  bool show_invitation(const BasicInvitationFilter<T>& filter, std::uint32_t number,
                       const typename T::InvitationId& id,
                       const typename Tables::OrganizationShard* shard, Visit& visit) const {
    const detail::SharedGuard guard(tables_.invitations.lock);
    const detail::InvitationRecord<T>& record = tables_.invitations[number];
    if (!record.state || !(record.state->id == id) || !tables_.invitations.fits(filter, record)) {
      return false;
    }
    const BasicInvitationState<T>& state = *record.state;
    const detail::EnvironmentVersion<T>& environment =
        *tables_.environment.load(detail::Order::acquire);
    BasicInvitationRow<T> row{state, **record.profile, RoleSet{}, state.role,
                              detail::catalogue_of<T>(environment, nullptr)};
    if (!state.role.is_none()) row.held = RoleSet::of(state.role);
    if (shard == nullptr) {
      if (state.organization) return false;
    } else {
      if (!state.organization) return false;
      const detail::ShardHash hash = detail::shard_hash(*state.organization);
      if (&tables_.organizations[hash.shard] != shard) return false;
      const auto in = tables_.find_organization(hash, *state.organization);
      if (in) {
        row.roles = detail::catalogue_of(environment, in->roles.get());
        if (record.is_open() && state.user && state.role.is_none()) {
          const auto member =
              tables_.find_pair(hash, in.place, detail::shard_hash(*state.user), *state.user);
          if (member && member->state.status == Status::pending) {
            row.held = member->state.roles;
            row.first_requested = member->state.first_requested;
          }
        }
      }
    }
    visit(row);
    return true;
  }

  template <class Visit>
  tl::expected<ListEnd, Failure> list_of_organization(const BasicMembershipQuery<T>& query,
                                                      Visit& visit) const {
    const auto& page = query.page();
    const std::uint32_t cursor = page.after ? tables_.find_id(*page.after).member : none;
    const auto hash = detail::shard_hash(*query.filter().organization);
    const auto& shard = tables_.organizations[hash.shard];
    const detail::SharedGuard guard(shard.lock);
    const auto organization = tables_.find_organization(hash, *query.filter().organization);
    if (!organization) return ListEnd{false};
    const detail::OrderedIndex& members = organization->members;
    const auto id_of = [&](std::uint32_t member) { return shard.members[member].id.view(); };
    detail::OrderedIndex::Position begin;
    const std::uint32_t local = detail::RecordNumber::place(cursor);
    if (cursor != none && detail::RecordNumber::shard(cursor) == hash.shard &&
        shard.members[local].organization == organization.place &&
        shard.members[local].id.is(view_of(*page.after))) {
      begin = {shard.members[local].node, 0};
      while (detail::OrderedIndex::entry(shard.nodes, begin) != local) ++begin.at;
      begin = page.direction == Direction::ascending
                  ? detail::OrderedIndex::next(shard.nodes, begin)
                  : detail::OrderedIndex::previous(shard.nodes, begin);
    } else {
      begin = detail::page_begin(members, shard.nodes, page, id_of);
    }
    const detail::EnvironmentVersion<T>& environment =
        *tables_.environment.load(detail::Order::acquire);
    return ListEnd{
        detail::walk(shard.nodes, begin, page, id_of, [&](std::uint32_t member, bool show) {
          const detail::MemberRecord<T>& record = shard.members[member];
          if (!detail::fits(query.filter(), record.state.status, record.state.roles)) return false;
          if (show) visit(tables_.member_row(environment, *organization, record));
          return true;
        })};
  }

  template <class Visit>
  tl::expected<ListEnd, Failure> list_of_user(const BasicMembershipQuery<T>& query,
                                              Visit& visit) const {
    const auto& page = query.page();
    const bool ascending = page.direction == Direction::ascending;
    const detail::ShardHash hash = detail::shard_hash(*query.filter().user);
    const detail::SharedGuard guard(tables_.users[hash.shard].lock);
    const auto user = tables_.find_user(hash, *query.filter().user);
    if (!user) return ListEnd{false};
    const detail::MemberNumbers& members = user->members;
    std::size_t shown = 0;
    for (std::uint32_t i = 0; i < members.size(); ++i) {
      const std::uint32_t number = members[ascending ? i : members.size() - 1 - i];
      const auto& shard = tables_.organizations[detail::RecordNumber::shard(number)];
      const detail::SharedGuard inner(shard.lock);
      const std::uint32_t member = detail::RecordNumber::place(number);
      const detail::MemberRecord<T>& record = shard.members[member];
      if (!detail::within(page, copy_of<typename T::MembershipId>(record.id.view()))) continue;
      if (!detail::fits(query.filter(), record.state.status, record.state.roles)) continue;
      if (shown == page.limit) return ListEnd{true};
      visit(tables_.member_row(*tables_.environment.load(detail::Order::acquire),
                               shard.organizations[record.organization], record));
      ++shown;
    }
    return ListEnd{false};
  }

  std::vector<typename T::OrganizationId>
  claiming_organizations(const OrganizationFilter& filter) const {
    std::vector<typename T::OrganizationId> ids;
    const detail::SharedGuard guard(tables_.claim_lock);
    const detail::ClaimRecord<T>* named = nullptr;
    if (filter.external_id) {
      named = tables_.claim_of(ClaimKind::organization_external_id, *filter.external_id);
      if (named == nullptr) return ids;
      if (filter.domains.empty()) ids.push_back(*named->organization);
    }
    for (const std::string_view domain : filter.domains) {
      const detail::ClaimRecord<T>* const claim =
          tables_.claim_of(ClaimKind::organization_domain, domain);
      if (claim == nullptr) continue;
      if (named == nullptr || *named->organization == *claim->organization) {
        ids.push_back(*claim->organization);
      }
    }
    detail::sort_ids(ids);
    return ids;
  }

  std::vector<typename T::UserId> named_users(const BasicUserFilter<T>& filter) const {
    using Id = typename T::UserId;
    std::vector<Id> ids;
    if (!filter.email && !filter.external_id) {
      const detail::ShardHash hash = detail::shard_hash(*filter.organization);
      const auto& shard = tables_.organizations[hash.shard];
      {
        const detail::SharedGuard guard(shard.lock);
        const auto found = tables_.find_organization(hash, *filter.organization);
        if (!found) return ids;
        for (auto at = found->members.first(); at;
             at = detail::OrderedIndex::next(shard.nodes, at)) {
          const std::uint32_t member = detail::OrderedIndex::entry(shard.nodes, at);
          ids.push_back(copy_of<Id>(shard.members[member].user.view()));
        }
      }
      detail::sort_ids(ids);
      return ids;
    }
    {
      const detail::SharedGuard guard(tables_.claim_lock);
      const detail::ClaimRecord<T>* const email =
          filter.email ? tables_.claim_of(ClaimKind::user_email, filter.email->view()) : nullptr;
      const detail::ClaimRecord<T>* const external_id =
          filter.external_id ? tables_.claim_of(ClaimKind::user_external_id, *filter.external_id)
                             : nullptr;
      if ((filter.email && email == nullptr) || (filter.external_id && external_id == nullptr)) {
        return ids;
      }
      const Id& id = *(email != nullptr ? email : external_id)->user;
      if (external_id != nullptr && !(*external_id->user == id)) return ids;
      ids.push_back(id);
    }
    if (filter.organization) {
      const auto is_member = view(ids.front(), *filter.organization, [](const auto&) {});
      if (!*is_member) ids.clear();
    }
    return ids;
  }

  template <class I, class Find, class Show>
  static ListEnd list_named(const std::vector<I>& ids, const Page<I>& page, const Find& find,
                            const Show& show) {
    const bool ascending = page.direction == Direction::ascending;
    Page<I> rest = page;
    std::size_t shown = 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const I& id = ids[ascending ? i : ids.size() - 1 - i];
      if (!detail::within(rest, id)) continue;
      const std::uint32_t number = find(id);
      if (number == none || !show(number, id, shown < page.limit)) continue;
      if (shown == page.limit) return {true};
      rest.after = id;
      ++shown;
    }
    return {false};
  }

  template <class I, class IdOf, class Show>
  static tl::expected<ListEnd, Failure> list_global(const typename Tables::GlobalOrder& order,
                                                    const Page<I>& page, bool filtered,
                                                    const IdOf& id_of, const Show& show) {
    Page<I> rest = page;
    std::size_t left = page.limit;
    for (bool more = true; more;) {
      FoundRows<I> found;
      rest.limit = filtered || left > found.most ? found.most : left;
      {
        const detail::SharedGuard guard(order.lock);
        more = detail::walk(order.nodes, detail::page_begin(order.index, order.nodes, rest, id_of),
                            rest, id_of, [&](std::uint32_t number, bool collect) {
                              if (collect) found.add(number, copy_of<I>(id_of(number)));
                              return true;
                            });
      }
      for (std::size_t i = 0; i < found.count; ++i) {
        if (!show(found.numbers[i], *found.ids[i], left > 0)) continue;
        if (left == 0) return ListEnd{true};
        --left;
      }
      if (!filtered && left == 0) return ListEnd{more};
      if (found.count > 0) rest.after = *found.ids[found.count - 1];
    }
    return ListEnd{false};
  }

  Tables tables_;
};

using MemoryStore = BasicMemoryStore<DefaultTraits>;

}  // namespace membership::inline v0

#endif
