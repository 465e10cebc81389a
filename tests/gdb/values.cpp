// SPDX-License-Identifier: BSL-1.0

// Values of each kind that tools/gdb/membership.py shows, above each what it is shown as. They are
// there before the program runs, so that nothing has to run.

#include "membership/domain/digest.hpp"
#include "membership/domain/error.hpp"
#include "membership/domain/inline_text.hpp"
#include "membership/domain/membership.hpp"
#include "membership/domain/phase.hpp"
#include "membership/domain/profile.hpp"
#include "membership/domain/role_set.hpp"
#include "membership/domain/slug.hpp"
#include "membership/domain/time.hpp"
#include "membership/domain/traits.hpp"
#include "membership/domain/ulid.hpp"
#include "membership/domain/user.hpp"
#include "membership/policy/plan.hpp"
#include "membership/policy/slot.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <limits>

using namespace membership;

// gdb: ada = "user_1"
constinit UserId ada = *UserId::make("user_1");
// gdb: accented = "org_é"
constinit OrganizationId accented = *OrganizationId::make("org_\xC3\xA9");
// gdb: long_id = "0123456789012345678901234567890123456789012345678901234567890ab"
constinit UserId long_id =
    *UserId::make("0123456789012345678901234567890123456789012345678901234567890ab");
// gdb: admin_slug = "admin"
constinit RoleSlug admin_slug = *RoleSlug::make("admin");
// gdb: permission_slug = "docs:read"
constinit PermissionSlug permission_slug = *PermissionSlug::make("docs:read");
// gdb: email = "ada@example.com"
constinit EmailKey email = EmailKey::folded("Ada@Example.com");
// gdb: empty_text = ""
constinit InlineText<5> empty_text{};

// gdb: noon = 2026-01-15T12:00:00.000Z
constinit Time noon = Time::from_milliseconds(1'768'478'400'000);
// gdb: early = 1969-12-31T23:59:59.999Z
constinit Time early = Time::from_milliseconds(-1);
// gdb: last = 9223372036854775807 ms
constinit Time last = Time::from_milliseconds(std::numeric_limits<std::int64_t>::max());
// gdb: plan = 01KF0REGG00000000000000015
constinit PlanId plan{Ulid{0x019B'C187'4200'0000, 37}};
// gdb: event = 7ZZZZZZZZZZZZZZZZZZZZZZZZZ
constinit EventId event{Ulid{~std::uint64_t{0}, ~std::uint64_t{0}}};

// gdb: no_role = none
constinit RoleIndex no_role = RoleIndex::none();
// gdb: own_role = organization 1
constinit RoleIndex own_role = RoleIndex::organization(1);
// gdb: no_roles = {}
constinit RoleSet no_roles{};
// gdb: roles = {0, 63, organization 1, organization 63}
constinit RoleSet roles(std::uint64_t{1} << 63 | 1u, std::uint64_t{1} << 63 | 2u);
// gdb: permissions = {0, 65, 255}
constinit PermissionSet permissions{{1, 2, 0, std::uint64_t{1} << 63}};
// gdb: statuses = {pending, inactive}
constinit StatusSet statuses = StatusSet{} | Status::pending | Status::inactive;
// gdb: digest = ab00000000000000000000000000000000000000000000000000000000000001
constinit TokenDigest digest = [] {
  TokenDigest value;
  value.bytes[0] = 0xAB;
  value.bytes[31] = 1;
  return value;
}();

// gdb: status = inactive
constinit Status status = Status::inactive;
// gdb: code = last_owner_required
constinit ErrorCode code = ErrorCode::last_owner_required;
// gdb: about = priority_order
constinit Trace::About about = Trace::About::priority_order;

// gdb: empty_slot = empty
constinit Slot<UserId> empty_slot{};
// gdb: filled_slot = filled = {value = "user_1"}
constinit Slot<UserId> filled_slot(*UserId::make("user_1"));
// gdb: good = expected = {value = "user_1"}
constinit tl::expected<UserId, Error> good = UserId::make("user_1");
// gdb: bad = unexpected = {value = {code = empty, field = user_id, detail = 0, subject = ""}}
constinit tl::expected<UserId, Error> bad = UserId::make("");
// gdb: refused = unexpected = {value = seat_limit_reached}
constinit tl::expected<void, ErrorCode> refused(tl::unexpect, ErrorCode::seat_limit_reached);

// gdb: user = {id = "user_1", revision = 4, phase = deleting, generation = 3}
constinit UserState user(*UserId::make("user_1"), 4, Phase::deleting, 3);

int main() {}
