// SPDX-License-Identifier: BSL-1.0

// Plan
//   a host with 64-bit integer ids: all commands, lists, errors, through execute  -> integers
//   a host with 16-byte UUIDs and an id source of its own                         -> uuids
//   ids of more than 31 bytes, up to 63                                           -> long_ids

#include "../support/host.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>

namespace hosts {

struct Uuid {
  std::uint64_t high;
  std::uint64_t low;
  friend constexpr auto operator<=>(const Uuid&, const Uuid&) = default;
  friend constexpr membership::Subject subject_text(const Uuid& id) noexcept {
    char text[32]{};
    for (unsigned i = 0; i < 32; ++i) {
      const std::uint64_t half = i < 16 ? id.high : id.low;
      text[i] = "0123456789abcdef"[(half >> (60 - 4 * (i % 16))) & 15u];
    }
    return membership::Subject::cut({text, sizeof text});
  }
};

struct IntegerTraits {
  using UserId = std::uint64_t;
  using OrganizationId = std::uint64_t;
  using MembershipId = std::uint64_t;
  using RoleId = std::uint64_t;
  using PermissionId = std::uint64_t;
  using InvitationId = std::uint64_t;
};
struct UuidTraits {
  using UserId = Uuid;
  using OrganizationId = Uuid;
  using MembershipId = Uuid;
  using RoleId = Uuid;
  using PermissionId = Uuid;
  using InvitationId = Uuid;
};

/// A host's own id source: numbers from a sequence.
struct Sequence {
  std::uint64_t last = 1'000;
  membership::PlanId plan_id(membership::Time) { return {membership::Ulid{0, ++last << 4}}; }
  std::uint64_t membership_id(membership::Time) { return ++last; }
  std::uint64_t organization_id(membership::Time) { return ++last; }
  std::uint64_t user_id(membership::Time) { return ++last; }
  std::uint64_t role_id(membership::Time) { return ++last; }
  std::uint64_t permission_id(membership::Time) { return ++last; }
};
struct Uuids {
  std::uint64_t last = 0;
  Uuid next() { return {0xABCDEF0000000000u + ++last, ~last}; }
  membership::PlanId plan_id(membership::Time) { return {membership::Ulid{1, ++last << 4}}; }
  Uuid membership_id(membership::Time) { return next(); }
  Uuid organization_id(membership::Time) { return next(); }
  Uuid user_id(membership::Time) { return next(); }
  Uuid role_id(membership::Time) { return next(); }
  Uuid permission_id(membership::Time) { return next(); }
};

}  // namespace hosts

template <>
struct std::hash<hosts::Uuid> {
  std::size_t operator()(const hosts::Uuid& id) const noexcept {
    return static_cast<std::size_t>(id.high * 31 + id.low);
  }
};

BOOST_AUTO_TEST_SUITE(host_ids)

namespace {

using namespace membership;
using membership_tests::an_error;

/// The same life in any traits. `user`, `organization` and `unknown` are ids that the host gives.
template <class T, class Ids>
void check_host(const typename T::RoleId& member_role, const typename T::UserId& user,
                const typename T::OrganizationId& organization,
                const typename T::MembershipId& unknown, std::string_view unknown_text) {
  BasicMemoryStore<T> store(member_role);
  const MembershipPolicy<> policy;
  Runtime<membership_tests::SetClock, Ids, membership_tests::FakeWait> runtime;
  const auto run = [&](const auto& command) { return execute(store, policy, command, runtime); };

  BasicCreateUser<T> with_id;
  with_id.id = user;
  BOOST_TEST(run(with_id).has_value());
  BOOST_TEST((run(with_id).error().error->code == ErrorCode::id_already_used));
  BOOST_TEST(run(BasicCreateOrganization<T>{"Acme", organization}).has_value());
  BOOST_TEST(run(BasicCreateRole<T>{"admin", "Admin"}).has_value());
  BOOST_TEST(run(BasicCreateOrganizationRole<T>{organization, "Lead"}).has_value());
  BOOST_TEST(run(BasicSetDefaultRole<T>{"admin", organization}).has_value());

  const auto made = run(BasicCreateMembership<T>{user, organization});
  BOOST_TEST_REQUIRE(made.has_value());
  const auto id = made->membership()->id;
  BOOST_TEST((made->membership()->user == user));
  BOOST_TEST((made->membership()->organization == organization));
  BOOST_TEST(made->membership()->roles == RoleSet::of(RoleIndex::environment(1)));
  BOOST_TEST(
      (*run(BasicDeleteMembership<T>{unknown}).error().error ==
       an_error(ErrorCode::entity_not_found, Field::organization_membership_id, unknown_text)));
  BOOST_TEST(run(BasicDeactivateMembership<T>{id})->outcome() == Outcome::updated);
  BOOST_TEST(run(BasicUpdateRoles<T>{id, RoleSelection::one("member")})->outcome() ==
             Outcome::updated);
  BOOST_TEST(run(BasicReactivateMembership<T>{id})->outcome() == Outcome::reactivated);

  // Without ids given, the host's source makes them.
  for (int i = 0; i < 50; ++i) {
    const auto other = run(BasicCreateUser<T>{});
    BOOST_TEST_REQUIRE(other.has_value());
    BOOST_TEST(run(BasicCreateMembership<T>{other->plan.user->after.id, organization}).has_value());
  }
  BOOST_TEST(run(BasicCreateOrganization<T>{"Other"}).has_value());

  // Lists, in both directions and in pages.
  for (const Direction direction : {Direction::ascending, Direction::descending}) {
    std::vector<typename T::MembershipId> shown;
    Page<typename T::MembershipId> page;
    page.limit = 7;
    page.direction = direction;
    BasicMembershipFilter<T> filter;
    filter.organization = organization;
    for (bool more = true; more;) {
      const auto end =
          store.list(*BasicMembershipQuery<T>::make(filter, page),
                     [&](const BasicMembershipRow<T>& row) { shown.push_back(row.membership.id); });
      more = end->more;
      page.after = shown.back();
    }
    BOOST_TEST_REQUIRE(shown.size() == 51u);
    for (std::size_t i = 1; i < shown.size(); ++i) {
      BOOST_TEST(
          (direction == Direction::ascending ? shown[i - 1] < shown[i] : shown[i] < shown[i - 1]));
    }
  }
  bool seen = false;
  BOOST_TEST(*store.view(user, organization, [&](const BasicMembershipRow<T>& row) {
    seen = row.membership.id == id && row.membership.copy().user == user;
  }));
  BOOST_TEST(seen);

  BOOST_TEST(run(BasicDeleteMembership<T>{id})->outcome() == Outcome::deleted);
  BOOST_TEST(!*store.view(user, organization, [](const BasicMembershipRow<T>&) {}));
  bool deleted = false;
  Page<EventId> last;
  last.direction = Direction::descending;
  last.limit = 1;
  static_cast<void>(*store.list(*BasicEventQuery<T>::make(last), [&](const BasicEventRow<T>& row) {
    deleted = row.type == EventType::organization_membership_deleted && row.membership->id == id &&
              *row.organization == organization;
  }));
  BOOST_TEST(deleted);
}

}  // namespace

BOOST_AUTO_TEST_CASE(integers) {
  check_host<hosts::IntegerTraits, hosts::Sequence>(1, 17, 18'446'744'073'709'551'615u, 0, "0");
}

BOOST_AUTO_TEST_CASE(uuids) {
  static_assert(EntityId<hosts::Uuid> && !TextId<hosts::Uuid>);
  check_host<hosts::UuidTraits, hosts::Uuids>({1, 1}, {2, 7}, {3, 7}, {0xFFFFFFFFFFFFFFFFu, 0x10},
                                              "ffffffffffffffff0000000000000010");
}

BOOST_AUTO_TEST_CASE(long_ids) {
  using namespace membership_tests;
  Host host;
  const std::string base(30, 'x');
  std::vector<UserId> users;
  // 31 bytes fit in a record, 32 to 63 lie beside it.
  for (std::size_t size = 31; size <= 63; ++size) {
    users.push_back(host.user(base + std::string(size - 30, 'u')));
  }
  const auto organization = host.organization(base + std::string(33, 'o'));
  for (const UserId& user : users) {
    const auto made = host.join(user, organization);
    BOOST_TEST(host.shown_roles(user, organization) == "member");
    BOOST_TEST(made.user == user);
    BOOST_TEST(made.organization == organization);
    BOOST_TEST((*host.find(made.id) == made));
  }
  BOOST_TEST(host.state(organization).counts.active == users.size());
  for (const UserId& user : users) {
    host.done(DeleteMembership{host.load_pair(user, organization).membership->id});
  }
  BOOST_TEST(host.state(organization).counts.active == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
