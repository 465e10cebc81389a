// SPDX-License-Identifier: BSL-1.0

// JSON bodies: parsed, and read as the body of every call that has one.

#include "fuzz/check.hpp"
#include "membership/wire/body.hpp"
#include "membership/wire/catalogue_request.hpp"
#include "membership/wire/check_request.hpp"
#include "membership/wire/invitation_request.hpp"
#include "membership/wire/membership_request.hpp"
#include "membership/wire/organization_request.hpp"
#include "membership/wire/permission_request.hpp"
#include "membership/wire/role_request.hpp"
#include "membership/wire/user_request.hpp"

#include <cstddef>
#include <cstdint>

namespace wire = membership::wire;
using membership_tests::check;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto body = wire::Body::parse(membership_tests::text_of(data, size));
  check(body);
  if (!body) return 0;
  check(wire::read_check(*body));
  check(wire::read_send_invitation(*body));
  check(wire::read_create_membership(*body));
  check(wire::read_update_roles(*body));
  check(wire::read_create_organization(*body));
  check(wire::read_update_organization(*body));
  check(wire::read_create_permission(*body));
  check(wire::read_create_role(*body));
  check(wire::read_create_organization_role(*body));
  check(wire::read_role_permissions(*body));
  check(wire::read_added_permission(*body));
  check(wire::read_update_catalogue_texts(*body));
  check(wire::read_create_user(*body));
  check(wire::read_update_user(*body));
  return 0;
}
