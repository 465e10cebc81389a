// SPDX-License-Identifier: BSL-1.0

// Plan
//   Id::make: what is refused, in its order, and the longest that is not  -> making
//   Id: order by bytes, equality                                          -> order
//   Id: types that do not mix, no default, trivial, small                 -> type
//   from_ulid, is_minted_form, another capacity                           -> minted
//   EntityId, TextId, Traits: who is one and who is not                   -> concepts
//   subject_of: texts, integers, a host's own, nothing                    -> subjects
//   ActorId: the system, a user, nobody who may not be there              -> actors

#include "membership/domain/actor_id.hpp"
#include "membership/domain/parse.hpp"
#include "membership/domain/traits.hpp"

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace static_ids {

using namespace membership;
using namespace std::string_view_literals;

constexpr auto bytes_63 = "0123456789012345678901234567890123456789012345678901234567890ab"sv;
constexpr auto bytes_64 = "0123456789012345678901234567890123456789012345678901234567890abc"sv;
static_assert(bytes_63.size() == 63 && bytes_64.size() == 64);

// --- making

template <class I>
constexpr bool refused(std::string_view text, ErrorCode code, std::string_view subject) {
  const auto made = I::make(text);
  return !made && made.error() == Error{code, I::tag::field, 0, Subject::cut(subject)};
}
template <class I>
constexpr bool made(std::string_view text) {
  const auto id = I::make(text);
  return id && (*id).view() == text;
}

static_assert(refused<UserId>("", ErrorCode::empty, ""));
static_assert(refused<OrganizationId>("", ErrorCode::empty, ""));
static_assert(refused<UserId>(bytes_64, ErrorCode::too_long, bytes_63));
static_assert(refused<MembershipId>("\xC3", ErrorCode::not_utf8, ""));
static_assert(refused<RoleId>("a\xFF", ErrorCode::not_utf8, ""));
static_assert(refused<UserId>("a\0b"sv, ErrorCode::not_utf8, ""));
static_assert(refused<UserId>("\0"sv, ErrorCode::not_utf8, ""));
static_assert(UserTag::field == Field::user_id && RoleTag::field == Field::role_id);
static_assert(OrganizationTag::field == Field::organization_id);
static_assert(MembershipTag::field == Field::organization_membership_id);

static_assert(made<UserId>("1"));
static_assert(made<UserId>(" "));
static_assert(made<UserId>("om_anything"));
static_assert(made<UserId>("\xE2\x82\xAC"));
static_assert(made<UserId>(bytes_63));
static_assert(UserId::from_stored("user_1") == *UserId::make("user_1"));

// Too long goes before not UTF-8. Its subject is cut at a character's boundary; of what is not
// UTF-8 there is none.
constexpr auto broken_and_long =
    "0123456789012345678901234567890123456789012345678901234567890\xC3\xA9\xC3\xA9\xFF"sv;
static_assert(refused<UserId>(broken_and_long, ErrorCode::too_long, {}));
constexpr auto cut_in_two =
    "01234567890123456789012345678901234567890123456789012345678901\xC3\xA9"sv;
static_assert(refused<UserId>(cut_in_two, ErrorCode::too_long, cut_in_two.substr(0, 62)));

// --- order

constexpr UserId user(std::string_view text) { return *UserId::make(text); }
static_assert(user("a") == user("a") && user("a") != user("b"));
static_assert(user("a") < user("b") && user("a") < user("aa") && user("B") < user("a"));
static_assert(user("a") < user("\xC3\xA9"), "bytes are unsigned");
static_assert((user("a") <=> user("b")) == std::strong_ordering::less);
static_assert(user("user_2") > user("user_10"), "not by number");

// --- type

static_assert(!std::is_default_constructible_v<UserId>);
static_assert(!std::is_constructible_v<UserId, std::string_view>);
static_assert(!std::is_convertible_v<UserId, OrganizationId>);
static_assert(!std::is_constructible_v<OrganizationId, UserId>);
static_assert(!std::is_assignable_v<OrganizationId&, UserId>);
static_assert(!std::is_convertible_v<std::string_view, UserId>);
static_assert(!std::is_convertible_v<UserId, std::string_view>);
template <class A, class B>
concept Comparable = requires(const A& a, const B& b) {
  a == b;
};
template <class A, class B>
concept Ordered = requires(const A& a, const B& b) {
  a < b;
};
static_assert(Comparable<UserId, UserId> && !Comparable<UserId, OrganizationId>);
static_assert(Ordered<UserId, UserId> && !Ordered<UserId, MembershipId>);

static_assert(sizeof(UserId) == 64 && alignof(UserId) == 1);
static_assert(sizeof(Id<UserTag, 15>) == 16);
static_assert(std::is_trivially_copyable_v<UserId>);
static_assert(std::is_trivially_destructible_v<UserId>);
static_assert(std::is_nothrow_copy_constructible_v<UserId>);
static_assert(noexcept(UserId::make(std::string_view())));
static_assert(UserId::capacity() == 63);

// --- minted

constexpr Ulid ulid{0x0123456789ABCDEFu, 0xFEDCBA9876543210u};
static_assert(UserId::from_ulid(ulid).view() == "user_014D2PF2DBSQQZXQ5TK1V58CGG");
static_assert(OrganizationId::from_ulid(ulid).view() == "org_014D2PF2DBSQQZXQ5TK1V58CGG");
static_assert(MembershipId::from_ulid(ulid).view() == "om_014D2PF2DBSQQZXQ5TK1V58CGG");
static_assert(RoleId::from_ulid(ulid).view() == "role_014D2PF2DBSQQZXQ5TK1V58CGG");

static_assert(is_minted_form("om_014D2PF2DBSQQZXQ5TK1V58CGG", "om_"));
static_assert(!is_minted_form("om_014D2PF2DBSQQZXQ5TK1V58CGG", "org_"));
static_assert(!is_minted_form("om_014D2PF2DBSQQZXQ5TK1V58CG", "om_"));
static_assert(!is_minted_form("om_014d2pf2dbsqqzxq5tk1v58cgg", "om_"));
static_assert(!is_minted_form("om_", "om_") && !is_minted_form("o", "om_"));
static_assert(!is_minted_form("", "om_"));

template <class I>
concept MintsUlids = requires {
  I::from_ulid(Ulid{});
};
static_assert(MintsUlids<UserId> && MintsUlids<Id<UserTag, 31>> && !MintsUlids<Id<UserTag, 30>>);

// --- concepts

struct Uuid {
  std::uint64_t high;
  std::uint64_t low;
  friend constexpr auto operator<=>(const Uuid&, const Uuid&) = default;
  friend constexpr Subject subject_text(const Uuid&) { return Subject::cut("a uuid"); }
};
struct Unordered {
  int value;
};
struct Mute {
  int value;
  friend constexpr auto operator<=>(const Mute&, const Mute&) = default;
};

static_assert(EntityId<UserId> && EntityId<std::uint64_t> && EntityId<std::int32_t>);
static_assert(EntityId<Uuid> && EntityId<Mute>);
static_assert(Uuid{1, 2} < Uuid{1, 3} && Mute{1} < Mute{2});
static_assert(!EntityId<Unordered>, "not ordered");
static_assert(!EntityId<std::string>, "not trivially copyable");
static_assert(!EntityId<void>);
static_assert(TextId<UserId> && !TextId<std::uint64_t> && !TextId<Uuid>);
static_assert(!TextId<std::string_view>, "no view()");

template <class U, class O, class M, class R, class P = int>
struct AnyTraits {
  using UserId = U;
  using OrganizationId = O;
  using MembershipId = M;
  using RoleId = R;
  using PermissionId = P;
  using InvitationId = P;
};
struct NoRoleId {
  using UserId = int;
  using OrganizationId = int;
  using MembershipId = int;
  using PermissionId = int;
  using InvitationId = int;
};
struct NoPermissionId {
  using UserId = int;
  using OrganizationId = int;
  using MembershipId = int;
  using RoleId = int;
};
static_assert(Traits<DefaultTraits> && Traits<AnyTraits<long, Uuid, UserId, int>>);
static_assert(!Traits<AnyTraits<std::string, int, int, int>>);
static_assert(!Traits<AnyTraits<int, int, int, Unordered>>);
static_assert(!Traits<AnyTraits<int, int, int, int, Unordered>>);
static_assert(!Traits<NoRoleId> && !Traits<NoPermissionId> && !Traits<int>);

// --- subjects

static_assert(subject_of(user("user_1")).view() == "user_1");
static_assert(subject_of(0).view() == "0" && subject_of(-17).view() == "-17");
static_assert(subject_of(std::numeric_limits<std::uint64_t>::max()).view() ==
              "18446744073709551615");
static_assert(subject_of(std::numeric_limits<std::int64_t>::min()).view() ==
              "-9223372036854775808");
static_assert(subject_of(std::int8_t{-128}).view() == "-128");
static_assert(subject_of(Uuid{1, 2}).view() == "a uuid");
static_assert(subject_of(Mute{1}).empty());

// --- actors

constexpr UserId ada = UserId::from_stored("user_ada");
static_assert(ActorId().user() == nullptr && ActorId::system().user() == nullptr);
static_assert(*ActorId(ada).user() == ada);
static_assert(std::is_convertible_v<UserId, ActorId> && std::is_trivially_copyable_v<ActorId>);
static_assert(!std::is_constructible_v<ActorId, std::optional<UserId>>);
static_assert(!std::is_constructible_v<ActorId, std::nullopt_t>);

}  // namespace static_ids
