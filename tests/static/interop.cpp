// SPDX-License-Identifier: BSL-1.0

// Plan
//   order: which values have <=>, and which only ==                        -> order
//   Printable: who is and who is not                                       -> printable
//   std::hash: who has one and who has not                                 -> hash
//   to_sys_time, from_sys_time: edges, rounding, what does not fit         -> times
//   count_of: the same, and units that do not divide each other            -> counts

#include "membership/interop/chrono.hpp"
#include "membership/interop/hash.hpp"
#include "membership/interop/ostream.hpp"
#include "membership/interop/text.hpp"
#include "membership/policy/authorization.hpp"
#include "membership/policy/kinds.hpp"

#include <chrono>
#include <compare>
#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <ratio>
#include <string>
#include <string_view>
#include <type_traits>

namespace {

using namespace membership;

// --- order

template <class V>
constexpr bool ordered = std::three_way_comparable<V, std::strong_ordering>;
template <class V>
constexpr bool only_equal =
    std::equality_comparable<V> && !std::three_way_comparable<V> && !std::totally_ordered<V>;

static_assert(ordered<UserId> && ordered<Id<UserTag, 200>> && ordered<InlineText<3>>);
static_assert(ordered<RoleSlug> && ordered<PermissionSlug> && ordered<EmailKey>);
static_assert(ordered<Time> && ordered<Ulid> && ordered<PlanId> && ordered<EventId> &&
              ordered<OrganizationDomainId> && ordered<TokenDigest>);
static_assert(PlanId{{1, 2}} < PlanId{{1, 3}} && PlanId{{1, 3}} == PlanId{{1, 3}});
static_assert(OrganizationDomainId{{1, 2}} > OrganizationDomainId{{0, 3}});
static_assert(EmailKey::folded("A@b") < EmailKey::folded("a@C"));
static_assert(EmailKey::folded("A@b") == EmailKey::folded("a@B"));

static_assert(only_equal<RoleIndex> && only_equal<RoleSet> && only_equal<PermissionSet> &&
              only_equal<StatusSet> && only_equal<Kinds> && only_equal<SlugKey>);
static_assert(only_equal<Counts> && only_equal<SeatsCount> && only_equal<Error> &&
              only_equal<Authorization>);
static_assert(only_equal<OrganizationMembership> && only_equal<OrganizationState> &&
              only_equal<UserState> && only_equal<EnvironmentState> && only_equal<InvitationState>);

// --- printable

enum class Color : std::uint8_t { red };
[[maybe_unused]] constexpr std::string_view to_string(Color) noexcept { return "red"; }
struct HostText {
  std::string_view view() const noexcept { return {}; }
};

static_assert(Printable<UserId> && Printable<Id<UserTag, 200>> && Printable<Status> &&
              Printable<Time> && Printable<Error> && Printable<RoleSet> &&
              Printable<OrganizationMembership>);
static_assert(!Printable<int> && !Printable<bool> && !Printable<char> && !Printable<const char*> &&
              !Printable<std::string> && !Printable<std::string_view>);
static_assert(!Printable<std::optional<UserId>> && !Printable<Color> && !Printable<HostText>);
static_assert(!Printable<Profile> && !Printable<TokenDigest> && !Printable<SlugKey>);

// --- hash

template <class V>
constexpr bool hashed = std::is_default_constructible_v<std::hash<V>>;

static_assert(hashed<UserId> && hashed<Time> && hashed<RoleSet> && hashed<Status>);
static_assert(!hashed<OrganizationMembership> && !hashed<HostText>);

// --- times

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::sys_time;
using Limits = std::numeric_limits<std::int64_t>;

template <class Duration>
constexpr std::int64_t from(typename Duration::rep count) {
  const sys_time<Duration> time{Duration(count)};
  static_assert(noexcept(from_sys_time(time)));
  return from_sys_time(time).milliseconds();
}
constexpr bool comes_back(std::int64_t count) {
  const Time time = Time::from_milliseconds(count);
  static_assert(noexcept(to_sys_time(time)));
  return from_sys_time(to_sys_time(time)) == time &&
         to_sys_time(time).time_since_epoch().count() == count;
}
static_assert(comes_back(0) && comes_back(-1) && comes_back(Limits::max()) &&
              comes_back(Limits::min()));
static_assert(
    std::same_as<decltype(to_sys_time(Time::from_milliseconds(0))), sys_time<milliseconds>>);
// 2026-01-15T12:00Z
static_assert(to_sys_time(Time::from_milliseconds(1'768'478'400'000)) ==
              std::chrono::sys_days(std::chrono::year(2026) / 1 / 15) + std::chrono::hours(12));

// Finer ones are rounded down.
static_assert(from<nanoseconds>(999'999) == 0 && from<nanoseconds>(1'000'000) == 1);
static_assert(from<nanoseconds>(-1) == -1 && from<nanoseconds>(-1'000'000) == -1 &&
              from<nanoseconds>(-1'000'001) == -2);
static_assert(from<nanoseconds>(Limits::max()) == 9'223'372'036'854 &&
              from<nanoseconds>(Limits::min()) == -9'223'372'036'855);
// Coarser ones are cut where they do not fit.
using Seconds = std::chrono::duration<std::int64_t>;
constexpr std::int64_t most = Limits::max() / 1'000;
static_assert(from<Seconds>(2) == 2'000 && from<Seconds>(-2) == -2'000);
static_assert(from<Seconds>(most) == most * 1'000 && from<Seconds>(most + 1) == Limits::max());
static_assert(from<Seconds>(-most) == -most * 1'000 && from<Seconds>(-most - 1) == Limits::min());
static_assert(from<std::chrono::days>(1) == 86'400'000);
static_assert(from<std::chrono::duration<std::int64_t, std::ratio<86'400>>>(Limits::min()) ==
              Limits::min());

template <class Duration>
concept FromSysTime = requires(sys_time<Duration> time) {
  from_sys_time(time);
};
static_assert(FromSysTime<std::chrono::system_clock::duration>);
static_assert(!FromSysTime<std::chrono::duration<double>>);
static_assert(!FromSysTime<std::chrono::duration<std::int64_t, std::ratio<1, 300>>>);

// --- counts

using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
constexpr hours day(24);
static_assert(noexcept(count_of<days>(day)));
static_assert(count_of<days>(hours(0)) == 0 && count_of<days>(hours(1)) == 1 &&
              count_of<days>(day) == 1 && count_of<days>(hours(25)) == 2);
static_assert(count_of<days>(hours(-1)) == 0 && count_of<days>(hours(-24)) == -1 &&
              count_of<days>(hours(-25)) == -1);
static_assert(count_of<days>(std::chrono::weeks(2)) == 14);
static_assert(count_of<microseconds>(nanoseconds(1)) == 1 &&
              count_of<microseconds>(nanoseconds(Limits::max())) == Limits::max() / 1'000 + 1 &&
              count_of<microseconds>(nanoseconds(Limits::min())) == Limits::min() / 1'000);
static_assert(count_of<microseconds>(Seconds(Limits::max())) == Limits::max() &&
              count_of<microseconds>(Seconds(Limits::min())) == Limits::min());
template <class Unit, class Duration>
concept Counted = requires(Duration span) {
  count_of<Unit>(span);
};
static_assert(Counted<days, hours>);
static_assert(!Counted<days, std::chrono::duration<double>>);
static_assert(!Counted<std::chrono::duration<std::int64_t, std::ratio<2>>,
                       std::chrono::duration<std::int64_t, std::ratio<3>>>);

}  // namespace
